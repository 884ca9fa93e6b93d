"""What promises to give hold about people."""

from supporters.register import Entry, PersonalField, add

_SEEN = ("donations.view_pledge",)

_ENTRIES = (
    Entry(
        "donations.pledge",
        personal=(
            PersonalField("supporter", "to send the payment details", _SEEN),
            PersonalField("name", "to know who promised; encrypted", _SEEN),
            PersonalField("appeal", "what they give for", _SEEN),
            PersonalField("amount_eur", "how much they promised", _SEEN),
            PersonalField("reference_number", "to find the promise behind a transfer", _SEEN),
            PersonalField("status", "whether the promise stands", _SEEN),
            PersonalField("language", "to write in their language", _SEEN),
            PersonalField("created_hour", "when it was made, to the hour", _SEEN),
            PersonalField("form_digest", "so that a form counts once; a keyed hash"),
            PersonalField("instructions_sent_at", "to send the mail once", _SEEN),
        ),
        impersonal=("id", "public_id", "form_key", "link_version"),
        kept=("unpaid-pledges",),
        kept_else="amount and communication without a name: as long as the appeal",
    ),
    Entry(
        "donations.bankaccount", impersonal=("id", "label", "iban", "bic", "payee_name", "is_demo")
    ),
    Entry(
        "donations.appeal",
        impersonal=(
            "id",
            "slug",
            "name_en",
            "name_fr",
            "name_nl",
            "account",
            "platform",
            "opens_on",
            "closes_on",
            "is_closed",
            "is_demo",
        ),
    ),
)


def register_models() -> None:
    add(*_ENTRIES)
