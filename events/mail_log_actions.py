"""What the log says of staff who write to attendees, cancel an event or take that back."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks


@hooks.register("register_log_actions")
def name_mail_actions(actions) -> None:
    steps = [
        ("write_to_attendees", _("Write to attendees"), _("Message sent to attendees")),
        ("stop_message", _("Stop a message"), _("Message stopped")),
        ("announce_change", _("Announce a change"), _("Change announced")),
        ("cancel", _("Cancel an event"), _("Event cancelled")),
        ("restore", _("Take a cancellation back"), _("Event takes place after all")),
    ]
    for name, label, message in steps:
        actions.register_action(f"events.{name}", label, message)
