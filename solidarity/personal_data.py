"""What photos hold about people."""

from supporters.register import Entry, PersonalField, add

_MODERATE = ("solidarity.moderate_photo",)

_ENTRIES = (
    Entry(
        "solidarity.photo",
        personal=(
            PersonalField("supporter", "to confirm and to let them take it back", ()),
            PersonalField("message", "what they want to say", _MODERATE, is_public=True),
            PersonalField(
                "display_name", "the name they chose to show; encrypted", _MODERATE, is_public=True
            ),
            PersonalField(
                "file_name",
                "the picture, rebuilt from pixels; at random",
                _MODERATE,
                is_public=True,
            ),
            PersonalField(
                "alt_text", "what is seen, for who cannot see it", _MODERATE, is_public=True
            ),
            PersonalField("language", "to write in their language", _MODERATE),
            PersonalField("created_hour", "how long to keep it, to the hour"),
            PersonalField("form_digest", "so that a form counts once; a keyed hash"),
            PersonalField("withdrawal_code_hash", "to take it back without an address; a hash"),
            PersonalField("status", "how it stands", _MODERATE),
            PersonalField("decided_by", "to know who decided", _MODERATE),
            PersonalField("decided_at", "when; how long to keep it", _MODERATE),
            PersonalField("confirmation_sent_at", "to send the mail once"),
            PersonalField("decision_sent_at", "to send the mail once"),
        ),
        impersonal=(
            "id",
            "public_id",
            "form_key",
            "link_version",
            "call",
            "width",
            "height",
            "colour",
            "wall_key",
            "erased_hour",
        ),
        kept=("rejected-photos", "photos", "erased-photos"),
        kept_else="until its sender takes it back",
    ),
    Entry(
        "solidarity.heldphoto",
        personal=(
            PersonalField("file_name", "so that nobody has to choose the picture twice"),
            PersonalField("source_digest", "to know the same upload again; a hash"),
        ),
        impersonal=("id", "token_hash", "width", "height", "colour", "created_at"),
        kept_else="an hour",
    ),
    Entry(
        "solidarity.photocall",
        impersonal=(
            "id",
            "slug",
            "name_en",
            "name_fr",
            "name_nl",
            "recipient_en",
            "recipient_fr",
            "recipient_nl",
            "opens_on",
            "closes_on",
            "is_closed",
            "is_demo",
        ),
    ),
)


def register_models() -> None:
    add(*_ENTRIES)
