"""What the log says of those who see to a campaign before it is launched."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from newsroom.checking.ticks import TICK, UNTICK


@hooks.register("register_log_actions")
def name_checklist_steps(actions) -> None:
    actions.register_action(TICK, _("Tick a point of a launch checklist"), _("Point ticked"))
    actions.register_action(
        UNTICK, _("Take a tick back from a launch checklist"), _("Tick taken back")
    )
