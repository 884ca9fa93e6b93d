"""What the newsroom, the staff's own accounts and the lowest layers hold about people."""

from django.db.models import QuerySet

from newsroom.models import UpdateCopy
from staff.models import Invitation, StaffMember
from supporters.register import Entry, PersonalField, add
from supporters.services import address_hash

_MEMBERS = ("staff.manage_members",)
_SENDERS = ("newsroom.view_campaignupdate",)


def _invited(email: str) -> QuerySet:
    return Invitation.objects.filter(email__iexact=email).order_by("pk")


def _members(email: str) -> QuerySet:
    return StaffMember.objects.filter(user__email__iexact=email).order_by("pk")


def _copies(email: str) -> QuerySet:
    return UpdateCopy.objects.filter(
        subscription__supporter__email_hash=address_hash(email)
    ).order_by("pk")


_STAFF = (
    Entry(
        "staff.invitation",
        personal=(
            PersonalField("email", "to send the invitation to", _MEMBERS),
            PersonalField("name", "what the new member is called", _MEMBERS),
            PersonalField("language", "to write to them in it", _MEMBERS),
            PersonalField("groups", "what they will do here", _MEMBERS),
            PersonalField("account", "what became of the invitation", _MEMBERS),
        ),
        impersonal=(
            "id",
            "public_id",
            "link_version",
            "invited_by",
            "made_at",
            "expires_at",
            "sent_at",
            "accepted_at",
            "withdrawn_at",
        ),
        kept_else="as long as the account, or a month after it ran out",
        concerning=_invited,
    ),
    Entry(
        "staff.staffmember",
        personal=(
            PersonalField("user", "whose it is", _MEMBERS),
            PersonalField("sessions_valid_from", "to end sessions that are open", _MEMBERS),
            PersonalField("left_at", "since when they no longer work here", _MEMBERS),
            PersonalField("handed_over_to", "who goes on with their work", _MEMBERS),
        ),
        impersonal=("id",),
        kept_else="as long as the account",
        concerning=_members,
    ),
)
_NEWSROOM = (
    Entry(
        "newsroom.updatecopy",
        personal=(
            PersonalField("subscription", "to whom it goes", _SENDERS),
            PersonalField("sent_at", "to send it once", _SENDERS),
        ),
        impersonal=("id", "public_id", "update", "claimed_at"),
        kept=("newsletter-ended",),
        concerning=_copies,
    ),
    Entry(
        "newsroom.campaignupdate",
        impersonal=(
            "id",
            "public_id",
            "campaign_key",
            "block_id",
            "title",
            "words",
            "audience",
            "pace",
            "state",
            "begins_at",
            "began_at",
            "ended_at",
            "recipients",
            "sent",
            "tested_digest",
            "made_by",
            "made_at",
        ),
    ),
    Entry(
        "newsroom.translationmark",
        impersonal=(
            "id",
            "translation",
            "assigned_to",
            "needs_proofreading",
            "note",
            "marked_by",
            "marked_at",
            "proofread_by",
            "proofread_at",
        ),
    ),
    Entry(
        "newsroom.jointpublication",
        impersonal=(
            "id",
            "public_id",
            "page",
            "languages",
            "revisions",
            "due_at",
            "state",
            "reason",
            "planned_by",
            "planned_at",
            "done_at",
        ),
    ),
    Entry(
        "newsroom.linkcheck",
        impersonal=("id", "url", "checked_at", "status", "error", "failures", "failing_since"),
    ),
    Entry(
        "newsroom.checklisttick",
        impersonal=("id", "campaign_key", "item", "note", "ticked_by", "ticked_at"),
    ),
    Entry(
        "newsroom.dailycount",
        impersonal=(
            "id",
            "day",
            "kind",
            "subject_id",
            "language",
            "source",
            "number",
            "people",
            "amount_eur",
        ),
    ),
)


# How answers are kept and the site is watched: nothing about anybody.
_MACHINES = (
    Entry("serving.shownchange", impersonal=("id", "table_name", "changed_by", "changed_at")),
    Entry("serving.handledpoint", impersonal=("name", "snapshot", "handled_at")),
    Entry("serving.shownaddress", impersonal=("path", "tables", "seen_on")),
    Entry(
        "watching.alert",
        impersonal=(
            "id",
            "rule",
            "host",
            "value",
            "begun_at",
            "ended_at",
            "mailed_at",
            "end_mailed_at",
        ),
    ),
)


def register_models() -> None:
    add(*_STAFF, *_NEWSROOM, *_MACHINES)
