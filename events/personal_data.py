"""What events hold about the people who come, who receive them, and who can be called.

Taking part in an event may tell of a political opinion, and needs may tell of somebody's health
(GDPR, article 9).
"""

from django.db.models import QuerySet

from events.models import Arrival, MailingCopy, Needs
from supporters.register import Entry, PersonalField, add
from supporters.services import address_hash

_SEEN = ("events.view_signup",)
_NEEDS = ("events.view_needs",)
_DOOR = ("events.manage_door",)
_MAILS = ("events.message_attendees",)
_EVENT = ("events.view_event",)


def _hanging_on_sign_ups(model):
    """Find the rows of ``model`` that hang on a sign-up of the person with an address."""

    def concerning(email: str) -> QuerySet:
        person = {"sign_up__supporter__email_hash": address_hash(email)}
        return model.objects.filter(**person).order_by("pk")

    return concerning


_PEOPLE = (
    Entry(
        "events.signup",
        personal=(
            PersonalField("supporter", "to confirm and to let them cancel", _SEEN),
            PersonalField("event", "where they want to be", _SEEN),
            PersonalField("name", "to greet them, also by door pass; encrypted", (*_SEEN, *_DOOR)),
            PersonalField("party_size", "how many come with them", (*_SEEN, *_DOOR)),
            PersonalField("status", "whether they come", _SEEN),
            PersonalField("language", "to write in their language", _SEEN),
            PersonalField("created_hour", "when it arrived, to the hour", _SEEN),
            PersonalField("source", "by which poster or partner they came", _SEEN),
            PersonalField("queue_number", "whose turn it is", _SEEN),
            PersonalField("offered_at", "since when places are kept for them", _SEEN),
            PersonalField("offer_until", "until when places are kept for them", _SEEN),
            PersonalField("shared_with", "who may be given their name, as they agreed", _SEEN),
            PersonalField("confirmed_coming", "whether they said again that they come", _SEEN),
            PersonalField("gave_feedback", "so that nobody is asked twice"),
            PersonalField("cancelled_at", "how long to keep it", _SEEN),
            PersonalField("form_digest", "so that a form counts once; a keyed hash"),
            PersonalField("confirmation_sent_at", "to send the mail once"),
            PersonalField("offer_sent_at", "to send the mail once"),
            PersonalField("cancellation_sent_at", "to send the mail once"),
        ),
        impersonal=("id", "public_id", "form_key", "link_version"),
        kept=("sign-ups", "cancelled-sign-ups", "waiting-sign-ups"),
    ),
    Entry(
        "events.needs",
        personal=(
            PersonalField("sign_up", "whose needs they are", _NEEDS),
            PersonalField("ticked", "what to prepare; may tell of health; encrypted", _NEEDS),
            PersonalField("line", "what to prepare; may tell of health; encrypted", _NEEDS),
        ),
        impersonal=("id",),
        kept=("needs",),
        concerning=_hanging_on_sign_ups(Needs),
    ),
    Entry(
        "events.mailingcopy",
        personal=(
            PersonalField("sign_up", "to whom it goes", _MAILS),
            PersonalField("mailing", "which mail it is", _MAILS),
            PersonalField("sent_at", "to send it once", _MAILS),
        ),
        impersonal=("id", "public_id"),
        kept=("sign-ups", "event-mailings"),
        concerning=_hanging_on_sign_ups(MailingCopy),
    ),
    Entry(
        "events.arrival",
        personal=(
            PersonalField("sign_up", "who was let in", (*_SEEN, *_DOOR)),
            PersonalField("event", "where", (*_SEEN, *_DOOR)),
            PersonalField("people", "how many came", (*_SEEN, *_DOOR)),
            PersonalField("at", "when, to tell two phones apart", _DOOR),
            PersonalField("door_pass", "by which door", _DOOR),
        ),
        impersonal=("id", "tap_id", "is_walk_in"),
        kept=("arrivals",),
        kept_else="without the person once the sign-up is erased",
        concerning=_hanging_on_sign_ups(Arrival),
    ),
    Entry(
        "events.feedback",
        personal=(
            PersonalField("text", "what they said, without saying who; encrypted", _SEEN),
            PersonalField("grade", "how it was for them, without saying who", _SEEN),
            PersonalField("language", "in which language they said it", _SEEN),
            PersonalField("on", "how long to keep it", _SEEN),
        ),
        impersonal=("id", "public_id", "event"),
        kept=("event-feedback",),
    ),
    Entry(
        "events.mailing",
        personal=(
            PersonalField("words", "what people who come were written; may name somebody", _MAILS),
        ),
        impersonal=(
            "id",
            "event",
            "public_id",
            "kind",
            "day",
            "due_at",
            "began_at",
            "state",
            "minutes_late",
            "segment",
            "segment_language",
            "before",
            "recipients",
            "made_by",
        ),
        kept=("event-mailings",),
    ),
    Entry(
        "events.doorpass",
        personal=(
            PersonalField("label", "who has it; may be a first name", _DOOR),
            PersonalField("last_seen_at", "whether the phone has handed over", _DOOR),
        ),
        impersonal=(
            "id",
            "event",
            "public_id",
            "link_version",
            "code_hash",
            "wrong_codes",
            "valid_from",
            "valid_until",
            "ended_at",
            "made_by",
        ),
        kept=("door-passes",),
    ),
)

_EVENTS = (
    Entry(
        "events.event",
        personal=(
            PersonalField("contact_name", "whom to call on the day", _EVENT, is_public=True),
            PersonalField("contact_phone", "to call them on the day", _EVENT, is_public=True),
        ),
        impersonal=(
            "id",
            "slug",
            *(f"name_{language}" for language in ("en", "fr", "nl")),
            *(f"place_{language}" for language in ("en", "fr", "nl")),
            *(f"address_{language}" for language in ("en", "fr", "nl")),
            "latitude",
            "longitude",
            "day",
            "starts_at",
            "ends_at",
            "spoken_languages",
            "access",
            *(f"access_note_{language}" for language in ("en", "fr", "nl")),
            "takes_sign_ups",
            "opens_at",
            "closes_at",
            "capacity",
            "has_waiting_list",
            "hold_hours",
            "asks_needs",
            "contact_is_public",
            "reminder_hour",
            "day_hour",
            "thanks_hour",
            "cancelled_at",
            "moved_at",
            *(f"notice_{language}" for language in ("en", "fr", "nl")),
            "copied_from",
            "places_taken",
            "next_queue_number",
            "last_found_room",
            "totals",
            "is_demo",
            "calendar_sequence",
            "calendar_changed_at",
        ),
        kept=("day-contacts",),
    ),
    Entry(
        "events.organiser",
        impersonal=("id", "event", "name", "url", "role", "gets_data", "sort_order"),
    ),
    Entry(
        "events.actionsheet",
        impersonal=(
            "id",
            "event",
            "is_public",
            *(
                f"{part}_{language}"
                for part in ("meeting_point", "route", "bring", "rights", "plan_b")
                for language in ("en", "fr", "nl")
            ),
        ),
    ),
)


def register_models() -> None:
    add(*_PEOPLE, *_EVENTS)
