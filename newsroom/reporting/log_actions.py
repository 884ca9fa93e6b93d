"""What the log says of reports and source tags."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

EXPORT = "newsroom.export_report"
ADD_SOURCE = "supporters.add_source"
CHANGE_SOURCE = "supporters.change_source"
RETIRE_SOURCE = "supporters.retire_source"


@hooks.register("register_log_actions")
def name_reporting_actions(actions) -> None:
    named = [
        (EXPORT, _("Export figures"), _("Figures of a campaign exported")),
        (ADD_SOURCE, _("Declare a source tag"), _("Source tag declared")),
        (CHANGE_SOURCE, _("Rename a source tag"), _("Source tag renamed")),
        (
            RETIRE_SOURCE,
            _("Count a source tag, or no longer"),
            _("Source tag counted again or no longer"),
        ),
    ]
    for name, label, message in named:
        actions.register_action(name, label, message)
