"""What the log says of staff who handle sign-ups; it names an event and never a person."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

COPY = "events.copy"
EXPORT = "events.export_sign_ups"
SEE_NEEDS = "events.see_needs"
ADD_SIGN_UP = "events.add_sign_up"
CANCEL_SIGN_UP = "events.cancel_sign_up"
CHANGE_SIGN_UP = "events.change_sign_up"
# Whoever has a pass has the names of those who come; for whom it is may be a name, too.
GIVE_DOOR_LIST = "events.give_door_pass"
END_DOOR_LIST = "events.end_door_pass"


@hooks.register("register_log_actions")
def name_hosting_actions(actions) -> None:
    named = [
        (COPY, _("Copy an event"), _("Copied from an earlier event")),
        (EXPORT, _("Export sign-ups"), _("Sign-ups exported")),
        (SEE_NEEDS, _("Look at what people need"), _("Needs looked at")),
        (ADD_SIGN_UP, _("Sign somebody up"), _("Somebody signed up by staff")),
        (CANCEL_SIGN_UP, _("Cancel a sign-up"), _("Sign-up cancelled by staff")),
        (CHANGE_SIGN_UP, _("Change a sign-up"), _("Number of people changed by staff")),
        (GIVE_DOOR_LIST, _("Give a door pass"), _("Door pass given")),
        (END_DOOR_LIST, _("End a door pass"), _("Door pass ended")),
    ]
    for name, label, message in named:
        actions.register_action(name, label, message)
