"""Every mail about an event: when it leaves, the words the house begins with, their variables."""

from django.utils.translation import gettext_lazy as _

from events import mail_samples
from supporters import mail_words
from supporters.mail_words import Kind

VARIABLES = {
    "event": _("the name of the event"),
    "day": _("its day, for example “Friday 9 December 2022”"),
    "hour": _("the hour at which it begins"),
    "place": _("where it is"),
    "people": _("for how many people they signed up"),
    "position": _("their place on the waiting list"),
    "until": _("until when the places are kept for them"),
}
# Of every mail about a sign-up, a message of staff included.
COMMON = {name: VARIABLES[name] for name in ("event", "day", "hour", "place", "people")}


def _kind(key: str, *, more: tuple[str, ...] = (), **fields) -> Kind:
    """Return a mail that hosts may change too; its facts name event, day, hour and place anyway."""
    return Kind(
        key=key,
        template=key,
        section=_("Events"),
        permission="events.change_event",
        variables={**COMMON, **{name: VARIABLES[name] for name in more}},
        telling=("event", "place"),
        sample=mail_samples.sample_of(key),
        examples=mail_samples.events,
        **fields,
    )


_ALL = (
    _kind(
        "sign_up_confirmation",
        name=_("Confirmation"),
        when=_("At once, to whoever has places."),
        subject=_("Your confirmation"),
        text=_("Hello,\n\nYour places are recorded: {event}. We look forward to seeing you."),
    ),
    _kind(
        "sign_up_waiting",
        name=_("Waiting list"),
        when=_("At once, to whoever signs up when it is full."),
        subject=_("You are on the waiting list"),
        text=_(
            "Hello,\n\nAll places are taken at the moment: {event}. You are number "
            "{position} on the waiting list. As soon as there is room for you, we write to you. "
            "Until then, you need do nothing."
        ),
        more=("position",),
    ),
    _kind(
        "sign_up_offer",
        name=_("Offer of places"),
        when=_("To the next person on the waiting list, as soon as places are free."),
        subject=_("There is room for you"),
        text=_(
            "Hello,\n\nGood news: there is room for you after all: {event}. We keep the places for "
            "you until {until}. Are you coming?"
        ),
        more=("until",),
    ),
    _kind(
        "sign_up_lapsed",
        name=_("Offer not answered"),
        when=_("When the time to answer an offer is over."),
        subject=_("Your places went to others"),
        text=_(
            "Hello,\n\nWe kept places for you and heard nothing in time: {event}. They have gone "
            "to the next people on the waiting list."
        ),
    ),
    _kind(
        "sign_up_cancelled",
        name=_("Cancellation by themselves"),
        when=_("At once, to whoever cancels their sign-up or refuses an offer."),
        subject=_("Your cancellation"),
        text=_("Hello,\n\nYour sign-up is cancelled: {event}. Thank you for telling us."),
    ),
    _kind(
        "sign_up_passed_on",
        name=_("Places passed on"),
        when=_("At once, to whoever has passed their places on."),
        subject=_("Your places are passed on"),
        text=_(
            "Hello,\n\nSomebody has taken over your places: {event}. They have a confirmation of "
            "their own, and your sign-up has ended."
        ),
    ),
    _kind(
        "event_change",
        name=_("Change of the event"),
        when=_("When staff change the day, the hour or the place, or announce a change."),
        subject=_("Something has changed"),
        text=_("Hello,\n\nYou signed up: {event}. Something about it has changed."),
    ),
    _kind(
        "event_cancelled",
        name=_("Event cancelled"),
        when=_("When staff cancel the event."),
        subject=_("It does not take place"),
        text=_(
            "Hello,\n\nWe are sorry: {event}, on {day}, does not take place. You need not cancel "
            "anything."
        ),
    ),
    _kind(
        "event_restored",
        name=_("Event takes place after all"),
        when=_("When staff take a cancellation back."),
        subject=_("It takes place after all"),
        text=_(
            "Hello,\n\nWe told you that it was cancelled; now it takes place after all: {event}. "
            "Your sign-up still counts."
        ),
    ),
    _kind(
        "event_reminder",
        name=_("Reminder"),
        when=_("The day before, at the hour set for the event."),
        subject=_("See you soon"),
        text=_("Hello,\n\nYou signed up: {event}, on {day}. Are you still coming?"),
    ),
    _kind(
        "event_day",
        name=_("Email of the day itself"),
        when=_("On the day, at the hour set for the event, if it begins later than that."),
        subject=_("Today: all you need to know"),
        text=_("Hello,\n\nToday is the day: {event}. Here is all you need to know."),
    ),
    _kind(
        "event_thanks",
        name=_("Thanks"),
        when=_("The day after, at the hour set for the event."),
        subject=_("Thank you"),
        text=_(
            "Hello,\n\nThank you for {event}: it counts because of everybody who joins in. Could "
            "you not be there in the end? Then perhaps another time."
        ),
    ),
)
KINDS = {kind.key: kind for kind in _ALL}


def register_words() -> None:
    for kind in _ALL:
        mail_words.register(kind)
