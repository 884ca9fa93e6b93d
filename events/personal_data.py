"""What sign-ups hold about people."""

from supporters.register import Entry, PersonalField, add

_SEEN = ("events.view_signup",)

_ENTRIES = (
    Entry(
        "events.signup",
        personal=(
            PersonalField("supporter", "to confirm and to let them cancel"),
            PersonalField("event", "where they want to be", _SEEN),
            PersonalField("name", "to greet them; encrypted", _SEEN),
            PersonalField("party_size", "how many come with them", _SEEN),
            PersonalField("status", "whether they come", _SEEN),
            PersonalField("language", "to write in their language", _SEEN),
            PersonalField("created_hour", "when it arrived, to the hour", _SEEN),
            PersonalField("cancelled_at", "how long to keep it"),
            PersonalField("form_digest", "so that a form counts once; a keyed hash"),
            PersonalField("confirmation_sent_at", "to send the mail once"),
            PersonalField("cancellation_sent_at", "to send the mail once"),
        ),
        impersonal=("id", "public_id", "form_key", "link_version"),
        kept=("sign-ups", "cancelled-sign-ups"),
    ),
    Entry(
        "events.event",
        impersonal=(
            "id",
            "slug",
            "name_en",
            "name_fr",
            "name_nl",
            "place_en",
            "place_fr",
            "place_nl",
            "day",
            "starts_at",
            "ends_at",
            "takes_sign_ups",
            "capacity",
            "places_taken",
            "is_demo",
            "calendar_sequence",
            "calendar_changed_at",
        ),
    ),
)


def register_models() -> None:
    add(*_ENTRIES)
