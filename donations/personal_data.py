"""What promises to give, payments and parcels hold about people."""

from django.db.models import QuerySet

from donations.models import Allocation, BankEntry, RewardDelivery
from supporters.register import Entry, PersonalField, add
from supporters.services import address_hash

_SEEN = ("donations.view_pledge",)
_PAYMENTS = ("donations.view_bankentry", "donations.match_payment")
_PARCELS = ("donations.fulfil_reward",)


def _payments_of(email: str) -> QuerySet:
    gifts = Allocation.objects.filter(supporter__email_hash=address_hash(email))
    return BankEntry.objects.filter(pk__in=gifts.values("entry")).order_by("pk")


def _parcels_of(email: str) -> QuerySet:
    person = {"pledge__supporter__email_hash": address_hash(email)}
    return RewardDelivery.objects.filter(**person).order_by("pk")


_ENTRIES = (
    Entry(
        "donations.pledge",
        personal=(
            PersonalField("supporter", "to send the payment details", _SEEN),
            PersonalField("name", "to know who promised; encrypted", _SEEN),
            PersonalField("appeal", "what they give for", _SEEN),
            PersonalField("earmark", "what they want their gift used for", _SEEN),
            PersonalField("amount_eur", "how much they promised", _SEEN),
            PersonalField("received_eur", "how much has arrived", _SEEN),
            PersonalField("frequency", "whether they give once or every month", _SEEN),
            PersonalField("reference_number", "to find the promise behind a transfer", _SEEN),
            PersonalField("status", "whether the promise stands", _SEEN),
            PersonalField("ended", "whether they took it back", _SEEN),
            PersonalField("reward", "what they chose in return", _SEEN),
            PersonalField("language", "to write in their language", _SEEN),
            PersonalField("created_hour", "when it was made, to the hour", _SEEN),
            PersonalField("source", "by which poster or partner they came", _SEEN),
            PersonalField("form_digest", "so that a form counts once; a keyed hash"),
            PersonalField("instructions_sent_at", "to send the mail once", _SEEN),
            PersonalField("expires_on", "until when a transfer is waited for", _SEEN),
            PersonalField("wants_reminders", "so that nobody is reminded who asked not to", _SEEN),
            PersonalField("reminder_count", "to remind twice at most", _SEEN),
            PersonalField("reminded_at", "to leave time between two mails", _SEEN),
        ),
        impersonal=(
            "id",
            "public_id",
            "form_key",
            "link_version",
            "account",
            "shown_iban",
            "shown_payee_name",
            "holds_reward",
        ),
        kept=("unpaid-pledges", "paid-pledges"),
        kept_else="amount and communication without a name: as long as the appeal",
    ),
    Entry(
        "donations.allocation",
        personal=(
            PersonalField("supporter", "whose gift it is", ("donations.view_allocation",)),
            PersonalField("pledge", "which promise it answers", ("donations.view_allocation",)),
            PersonalField("amount", "how much arrived", ("donations.view_allocation",)),
            PersonalField("on", "on which day", ("donations.view_allocation",)),
            PersonalField("circumstance", "how it stands to the promise", _PAYMENTS),
            PersonalField("thanked_at", "to thank once", _PAYMENTS),
        ),
        impersonal=(
            "id",
            "entry",
            "kind",
            "appeal",
            "returned_gift",
            "rule",
            "made_by",
            "made_at",
            "undone_by",
            "undone_at",
        ),
        kept=("paid-pledges", "payers"),
        kept_else="amount, day and appeal without a name: as long as the appeal",
    ),
    Entry(
        "donations.bankentry",
        personal=(
            PersonalField(
                "particulars", "name, account and words of the payer; encrypted", _PAYMENTS
            ),
            PersonalField("counterparty_hash", "to know an account again; a keyed hash"),
            PersonalField("amount", "how much the bank booked", _PAYMENTS),
            PersonalField("booked_on", "on which day", _PAYMENTS),
            PersonalField("reference_number", "which promise it names", _PAYMENTS),
            PersonalField("bank_reference", "to ask the bank about it", _PAYMENTS),
        ),
        impersonal=(
            "id",
            "account",
            "statement",
            "batch",
            "valued_on",
            "currency",
            "state",
            "obstacle",
            "is_return",
            "transaction_code",
            "fingerprint",
            "occurrence",
            "likeness",
            "format",
        ),
        concerning=_payments_of,
        kept=("payers",),
        kept_else="amount, day and communication without a name: as long as the account",
    ),
    Entry(
        "donations.rewarddelivery",
        personal=(
            PersonalField("pledge", "whose reward it is", _PARCELS),
            PersonalField("recipient", "the name on the parcel; encrypted", _PARCELS),
            PersonalField("address", "where to send it; encrypted", _PARCELS),
            PersonalField("option", "which size they want", _PARCELS),
            PersonalField("way", "by post or picked up", _PARCELS),
            PersonalField("state", "how far it is", _PARCELS),
            PersonalField("asked_at", "when they were asked", _PARCELS),
            PersonalField("chased_at", "to leave time between two mails", _PARCELS),
            PersonalField("chase_count", "to ask again twice at most", _PARCELS),
            PersonalField("arranged_at", "when they chose", _PARCELS),
            PersonalField("sent_on", "when it was sent", _PARCELS),
            PersonalField("ended_on", "when it arrived", _PARCELS),
        ),
        impersonal=("id", "public_id", "link_version"),
        concerning=_parcels_of,
        kept=("reward-addresses",),
        kept_else="item and state without name and address: as long as the promise",
    ),
    Entry(
        "donations.statementchunk",
        personal=(PersonalField("content", "a bank file that waits to be booked; encrypted"),),
        impersonal=("id", "file", "position"),
        kept=("statement-files",),
    ),
    Entry(
        "donations.statementfile",
        impersonal=(
            "id",
            "sha256",
            "name",
            "size",
            "format",
            "state",
            "is_to_book",
            "doubts_accepted_by",
            "uploaded_by",
            "uploaded_at",
            "booked_at",
            "bytes_read",
            "entries_read",
            "summary",
        ),
        kept=("statement-files",),
        kept_else="once booked: name, digest and totals of the file, as long as the account",
    ),
    Entry(
        "donations.bankstatement",
        impersonal=(
            "id",
            "account",
            "file",
            "number",
            "currency",
            "opening_amount",
            "opening_on",
            "closing_amount",
            "closing_on",
            "first_booked_on",
            "last_booked_on",
            "entry_count",
            "new_entry_count",
        ),
    ),
    Entry(
        "donations.bankaccount",
        impersonal=(
            "id",
            "label",
            "iban",
            "bic",
            "payee_name",
            "purpose",
            "used_from",
            "used_until",
            "reference_line",
            "is_confirmed",
            "csv_mappings",
            "is_demo",
        ),
    ),
    Entry(
        "donations.accountchange",
        impersonal=(
            "id",
            "account",
            "values",
            "values_before",
            "reason",
            "state",
            "proposed_by",
            "proposed_at",
            "decided_by",
            "decided_at",
        ),
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
            "communication",
            "goal_eur",
            "shows_promised",
            "gives_certificates",
            "opens_on",
            "closes_on",
            "is_closed",
            "is_demo",
        ),
    ),
    Entry(
        "donations.earmark",
        impersonal=("id", "appeal", "name_en", "name_fr", "name_nl", "sort_order", "is_offered"),
    ),
    Entry(
        "donations.outsideamount",
        impersonal=(
            "id",
            "appeal",
            "amount_eur",
            "on",
            "is_at_least",
            "note_en",
            "note_fr",
            "note_nl",
            "entered_by",
        ),
    ),
    Entry(
        "donations.milestone",
        impersonal=("id", "appeal", "amount_eur", "percent", "reached_at", "state", "decided_by"),
    ),
    Entry(
        "donations.reward",
        impersonal=(
            "id",
            "appeal",
            "kind",
            "name_en",
            "name_fr",
            "name_nl",
            "description_en",
            "description_fr",
            "description_nl",
            "picture",
            "amount_eur",
            "is_over",
            "stock",
            "taken",
            "needs_address",
            "can_be_picked_up",
            "is_offered",
            "sort_order",
        ),
    ),
    Entry(
        "donations.rewardoption",
        impersonal=(
            "id",
            "reward",
            "name_en",
            "name_fr",
            "name_nl",
            "stock",
            "taken",
            "sort_order",
        ),
    ),
)


def register_models() -> None:
    add(*_ENTRIES)
