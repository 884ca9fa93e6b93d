"""What photos hold about people."""

from django.db.models import QuerySet

from solidarity.models import EditionPhoto
from supporters.register import Entry, PersonalField, add
from supporters.services import address_hash

_MODERATE = ("solidarity.moderate_photo",)
_DELIVER = ("solidarity.prepare_edition", "solidarity.approve_edition")


def _in_editions(email: str) -> QuerySet:
    rows = EditionPhoto.objects.filter(photo__supporter__email_hash=address_hash(email))
    return rows.order_by("pk")


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
            PersonalField(
                "message_language",
                "so that the message is read aloud well",
                _MODERATE,
                is_public=True,
            ),
            PersonalField("partner", "for whom the photo is", _MODERATE, is_public=True),
            PersonalField("country", "to count countries; only if they say it", _MODERATE),
            PersonalField("people", "whether everybody in it has agreed", _MODERATE),
            PersonalField("needs_cover", "to cover a face before it is shown", _MODERATE),
            PersonalField("show_from", "not to show it before the day they chose", _MODERATE),
            PersonalField("placeholder", "nine colours of the picture", is_public=True),
            PersonalField("fingerprint", "to find pictures that look alike; 64 bits"),
            PersonalField("pixels_hash", "to take the same photo once; a keyed hash"),
            PersonalField("edits", "what a moderator covers, until the decision", _MODERATE),
            PersonalField("reason", "why it was rejected", _MODERATE),
            PersonalField("is_hidden", "hidden since somebody reported it", _MODERATE),
            PersonalField("mailed_on", "the day of the mail it came with", _MODERATE),
            PersonalField("entered_by", "to know who entered it", _MODERATE),
            PersonalField("confirmed_hour", "that they confirmed what we noted", _MODERATE),
            PersonalField("looked_at_by", "so that no two moderators look at once", _MODERATE),
            PersonalField("looked_at", "until when it is theirs", _MODERATE),
            PersonalField("created_hour", "how long to keep it, to the hour"),
            PersonalField("source", "by which poster or partner they came", _MODERATE),
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
            "frame",
            "wall_key",
            "on_wall",
            "has_avif",
            "has_originals",
            "erased_hour",
        ),
        kept=("rejected-photos", "photos", "erased-photos", "delivered-originals"),
        kept_else="until its sender takes it back",
    ),
    Entry(
        "solidarity.heldphoto",
        personal=(
            PersonalField("file_name", "so that nobody has to choose the picture twice"),
            PersonalField("source_digest", "to know the same upload again; a hash"),
            PersonalField("pixels_hash", "to take the same photo once; a keyed hash"),
            PersonalField("fingerprint", "to find pictures that look alike; 64 bits"),
            PersonalField("placeholder", "nine colours of the picture"),
        ),
        impersonal=("id", "token_hash", "width", "height", "frame", "created_at"),
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
            "slogan_en",
            "slogan_fr",
            "slogan_nl",
            "partners",
            "office",
            "opens_on",
            "closes_on",
            "is_closed",
            "is_demo",
        ),
    ),
    Entry(
        "solidarity.partner",
        impersonal=("id", "slug", "name_en", "name_fr", "name_nl", "country"),
    ),
    Entry("solidarity.wallcount", impersonal=("id", "call", "language", "partner", "number")),
    Entry(
        "solidarity.photoreport",
        personal=(
            PersonalField("photo", "which photo it is about", _MODERATE),
            PersonalField("kind", "whether they are in it", _MODERATE),
            PersonalField("words", "what they say; encrypted", _MODERATE),
            PersonalField("email", "to answer them; encrypted", _MODERATE),
            PersonalField("language", "to answer in their language", _MODERATE),
            PersonalField("created_hour", "how long to keep it, to the hour", _MODERATE),
            PersonalField("form_digest", "so that a form counts once; a keyed hash"),
            PersonalField("handled_by", "to know who answered", _MODERATE),
            PersonalField("handled_at", "when; how long to keep it", _MODERATE),
            PersonalField("outcome", "what was done", _MODERATE),
        ),
        impersonal=("id", "form_key"),
        kept=("photo-reports",),
    ),
    Entry(
        "solidarity.office",
        impersonal=("id", "name_en", "name_fr", "name_nl", "language", "address"),
    ),
    Entry(
        "solidarity.officeholder",
        personal=(
            PersonalField("name", "who held a public office, from when to when", is_public=True),
        ),
        impersonal=("id", "office", "since", "until"),
        kept_else="as long as the office is written to",
    ),
    Entry(
        "solidarity.edition",
        personal=(
            PersonalField("frozen_by", "to know who answers for the list", _DELIVER),
            PersonalField("approved_by", "that a second person has looked", _DELIVER),
        ),
        impersonal=(
            "id",
            "call",
            "office",
            "number",
            "language",
            "letter",
            "status",
            "frozen_at",
            "approved_at",
            "made_at",
            "manifest_digest",
        ),
        kept_else="as the record of what was handed over",
    ),
    Entry(
        "solidarity.editionphoto",
        personal=(
            PersonalField("photo", "which photo it is", _DELIVER),
            PersonalField("display_name", "the name they chose to show; encrypted", _DELIVER),
            PersonalField("message", "what they want to say", _DELIVER),
            PersonalField("message_language", "to set the message well", _DELIVER),
            PersonalField("country", "to count countries; only if they say it", _DELIVER),
            PersonalField("partner", "for whom the photo is", _DELIVER),
            PersonalField("alt_text", "what is seen, for who cannot see it", _DELIVER),
            PersonalField("picture_digest", "that the picture is the approved one", _DELIVER),
            PersonalField("taken_back_hour", "that its sender took it back", _DELIVER),
        ),
        impersonal=("id", "edition", "number"),
        kept=("delivered-lists",),
        kept_else="as long as the photo while the edition is not handed over",
        concerning=_in_editions,
    ),
    Entry(
        "solidarity.dossierfile",
        personal=(
            PersonalField("file_name", "a file with pictures, names and messages", _DELIVER),
        ),
        impersonal=(
            "id",
            "edition",
            "kind",
            "number",
            "first_number",
            "last_number",
            "state",
            "size_bytes",
            "page_count",
            "digest",
            "made_at",
        ),
        kept=("dossiers",),
        kept_else="as long as the photos in it while it is not handed over",
    ),
    Entry(
        "solidarity.delivery",
        personal=(
            PersonalField("delivered_by", "who handed it over for us", _DELIVER),
            PersonalField("received_by", "who received it for the office", _DELIVER),
        ),
        impersonal=(
            "id",
            "edition",
            "delivered_on",
            "holder",
            "place_en",
            "place_fr",
            "place_nl",
            "picture",
            "note_en",
            "note_fr",
            "note_nl",
            "answered_on",
            "answer_en",
            "answer_fr",
            "answer_nl",
        ),
        kept_else="as the record of what was handed over",
    ),
)


def register_models() -> None:
    add(*_ENTRIES)
