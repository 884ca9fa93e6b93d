"""Every mail about an event: when it leaves, the words the house begins with, their variables."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

VARIABLES = {
    "event": _("the name of the event"),
    "day": _("its day, for example “Friday 9 December 2022”"),
    "hour": _("the hour at which it begins"),
    "place": _("where it is"),
    "people": _("for how many people they signed up"),
    "position": _("their place on the waiting list"),
    "until": _("until when the places are kept for them"),
}
_COMMON = ("event", "day", "hour", "place", "people")


@dataclass(frozen=True)
class Kind:
    """One mail; ``template`` is its folder below ``templates/emails/``."""

    key: str
    template: str
    name: str
    when: str
    subject: str
    text: str
    variables: tuple[str, ...] = _COMMON


_ALL = (
    Kind(
        "confirmation",
        "sign_up_confirmation",
        _("Confirmation"),
        _("At once, to whoever has places."),
        _("Your confirmation"),
        _("Hello,\n\nYour places are recorded: {event}. We look forward to seeing you."),
    ),
    Kind(
        "waiting",
        "sign_up_waiting",
        _("Waiting list"),
        _("At once, to whoever signs up when it is full."),
        _("You are on the waiting list"),
        _(
            "Hello,\n\nAll places are taken at the moment: {event}. You are number "
            "{position} on the waiting list. As soon as there is room for you, we write to you. "
            "Until then, you need do nothing."
        ),
        (*_COMMON, "position"),
    ),
    Kind(
        "offer",
        "sign_up_offer",
        _("Offer of places"),
        _("To the next person on the waiting list, as soon as places are free."),
        _("There is room for you"),
        _(
            "Hello,\n\nGood news: there is room for you after all: {event}. We keep the places for "
            "you until {until}. Are you coming?"
        ),
        (*_COMMON, "until"),
    ),
    Kind(
        "lapsed",
        "sign_up_lapsed",
        _("Offer not answered"),
        _("When the time to answer an offer is over."),
        _("Your places went to others"),
        _(
            "Hello,\n\nWe kept places for you and heard nothing in time: {event}. They have gone "
            "to the next people on the waiting list."
        ),
    ),
    Kind(
        "cancelled",
        "sign_up_cancelled",
        _("Cancellation by themselves"),
        _("At once, to whoever cancels their sign-up or refuses an offer."),
        _("Your cancellation"),
        _("Hello,\n\nYour sign-up is cancelled: {event}. Thank you for telling us."),
    ),
    Kind(
        "passed_on",
        "sign_up_passed_on",
        _("Places passed on"),
        _("At once, to whoever has passed their places on."),
        _("Your places are passed on"),
        _(
            "Hello,\n\nSomebody has taken over your places: {event}. They have a confirmation of "
            "their own, and your sign-up has ended."
        ),
    ),
    Kind(
        "change",
        "event_change",
        _("Change of the event"),
        _("When staff change the day, the hour or the place, or announce a change."),
        _("Something has changed"),
        _("Hello,\n\nYou signed up: {event}. Something about it has changed."),
    ),
    Kind(
        "event_cancelled",
        "event_cancelled",
        _("Event cancelled"),
        _("When staff cancel the event."),
        _("It does not take place"),
        _(
            "Hello,\n\nWe are sorry: {event}, on {day}, does not take place. You need not cancel "
            "anything."
        ),
    ),
    Kind(
        "event_restored",
        "event_restored",
        _("Event takes place after all"),
        _("When staff take a cancellation back."),
        _("It takes place after all"),
        _(
            "Hello,\n\nWe told you that it was cancelled; now it takes place after all: {event}. "
            "Your sign-up still counts."
        ),
    ),
    Kind(
        "reminder",
        "event_reminder",
        _("Reminder"),
        _("The day before, at the hour set for the event."),
        _("See you soon"),
        _("Hello,\n\nYou signed up: {event}, on {day}. Are you still coming?"),
    ),
    Kind(
        "day",
        "event_day",
        _("Email of the day itself"),
        _("On the day, at the hour set for the event, if it begins later than that."),
        _("Today: all you need to know"),
        _("Hello,\n\nToday is the day: {event}. Here is all you need to know."),
    ),
    Kind(
        "thanks",
        "event_thanks",
        _("Thanks"),
        _("The day after, at the hour set for the event."),
        _("Thank you"),
        _(
            "Hello,\n\nThank you for {event}: it counts because of everybody who joins in. Could "
            "you not be there in the end? Then perhaps another time."
        ),
    ),
)
KINDS = {kind.key: kind for kind in _ALL}
