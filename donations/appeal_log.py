"""Names what staff did with the news of an appeal in the admin's log."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks


@hooks.register("register_log_actions")
def name_milestone_decisions(actions) -> None:
    actions.register_action(
        "donations.tell_milestone", _("Tell of a milestone"), _("Milestone told on the page")
    )
    actions.register_action(
        "donations.leave_milestone", _("Leave a milestone aside"), _("Milestone left aside")
    )
