"""What this app and the site's own records of staff hold about people."""

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from supporters.models import Consent, ErasureRecord, Supporter
from supporters.register import Entry, PersonalField, add
from supporters.services import address_hash

_PERSON = "supporters.view_supporter"
_CONSENT = "supporters.view_consent"
_REQUEST = "supporters.view_datarequest"
_USER = "auth.view_user"
_ADMIN = "wagtailadmin.access_admin"
_PERIODS = "supporters.view_retentionperiod"
_WORDINGS = "supporters.view_consentwording"


def _person(email: str) -> QuerySet:
    return Supporter.objects.filter(email_hash=address_hash(email))


def _erasures(email: str) -> QuerySet:
    return ErasureRecord.objects.filter(address_hash=address_hash(email)).order_by("pk")


def _consents(email: str) -> QuerySet:
    """Those of the person, and those kept as proof since they were erased."""
    hashed = address_hash(email)
    theirs = Q(supporter__email_hash=hashed) | Q(erasure__address_hash=hashed)
    return Consent.objects.filter(theirs).order_by("pk")


def _staff(email: str) -> QuerySet:
    return get_user_model().objects.filter(email__iexact=email).order_by("pk")


def _of_staff(label: str, field: str = "user"):
    def concerning(email: str) -> QuerySet:
        rows = apps.get_model(label)._base_manager
        return rows.filter(**{f"{field}__email__iexact": email}).order_by("pk")

    return concerning


_PEOPLE = (
    Entry(
        "supporters.supporter",
        personal=(
            PersonalField(
                "email",
                "to confirm what the person did and let them take it back; encrypted",
                (_PERSON, "donations.view_pledge", "supporters.export_newsletter"),
            ),
            PersonalField("email_hash", "to find the person by address; a keyed hash"),
            PersonalField("language", "to write in their language", (_PERSON,)),
            PersonalField("created_hour", "to forget people whom nothing refers to", (_PERSON,)),
        ),
        impersonal=("id", "public_id"),
        kept=("supporters",),
        concerning=_person,
    ),
    Entry(
        "supporters.consent",
        personal=(
            PersonalField("supporter", "to show who agreed", (_CONSENT,)),
            PersonalField("erasure", "to prove it by the address's hash once they are erased"),
            PersonalField("purpose", "what they agreed to", (_CONSENT,)),
            PersonalField("text", "the exact words they agreed to", (_CONSENT,)),
            PersonalField("subject_id", "what they agreed to it for", (_CONSENT,)),
            PersonalField("source", "how they agreed", (_CONSENT,)),
            PersonalField("proof", "to show that it was them; part of a hash", (_CONSENT,)),
            PersonalField("given_hour", "since when it holds, to the hour", (_CONSENT,)),
            PersonalField("withdrawn_hour", "until when it held, to the hour", (_CONSENT,)),
        ),
        impersonal=("id", "subject_type", "wording", "ended_hour"),
        kept=("consents",),
        kept_else="as long as what it was given for",
        concerning=_consents,
    ),
    Entry(
        "supporters.newslettersubscription",
        personal=(
            PersonalField("supporter", "whom to write to", ("supporters.export_newsletter",)),
            PersonalField("language", "to write in their language", (_PERSON,)),
            PersonalField("words", "the exact words beside the box", (_PERSON,)),
            PersonalField("wished_hour", "to forget wishes nobody confirmed"),
            PersonalField("confirmed_hour", "to write only to who confirmed", (_PERSON,)),
            PersonalField("ended_hour", "to stop writing", (_PERSON,)),
            PersonalField("link_sent_at", "to send the link once"),
            PersonalField("welcome_sent_at", "to send the mail once"),
        ),
        impersonal=("id", "public_id", "wording", "link_version"),
        kept=("newsletter-wishes", "newsletter-ended"),
        kept_else="as long as the person wishes for news",
    ),
    Entry(
        "supporters.datarequest",
        personal=(
            PersonalField("supporter", "to answer", (_REQUEST,)),
            PersonalField("kind", "what is asked for", (_REQUEST,)),
            PersonalField("source", "how it came", (_REQUEST,)),
            PersonalField("received_on", "when the month began", (_REQUEST,)),
            PersonalField("due_on", "until when to answer", (_REQUEST,)),
            PersonalField("done_on", "when it was answered", (_REQUEST,)),
            PersonalField("note", "what staff must know to answer; encrypted", (_REQUEST,)),
        ),
        impersonal=("id",),
        kept=("requests",),
    ),
    Entry(
        "supporters.dataexport",
        personal=(
            PersonalField("supporter", "whose data is in the file"),
            PersonalField("request", "which request it answers"),
            PersonalField("file_name", "the file with everything they did here; at random"),
            PersonalField("language", "to write in their language"),
            PersonalField("asked_hour", "one file an hour"),
            PersonalField("made_at", "how long to keep it"),
            PersonalField("expires_at", "how long to keep it"),
            PersonalField("link_sent_at", "to send the mail once"),
        ),
        impersonal=("id", "public_id", "link_version"),
        kept_else="three days, file and all",
    ),
    Entry(
        "supporters.erasurerecord",
        personal=(
            PersonalField("address_hash", "to erase again after a restore; a keyed hash"),
            PersonalField("erased_hour", "to erase again only what was there before"),
        ),
        impersonal=("id",),
        kept=("erasures",),
        concerning=_erasures,
    ),
    Entry(
        "supporters.onetimelink",
        personal=(
            PersonalField("supporter", "whose page the link opens"),
            PersonalField("token_hash", "to know the link again; a hash"),
            PersonalField("used_at", "so that it opens once"),
        ),
        impersonal=("id", "purpose", "expires_at"),
        kept=("one-time-links",),
    ),
)

_STAFF = (
    Entry(
        "auth.user",
        personal=(
            PersonalField("username", "to log in", (_USER,)),
            PersonalField("first_name", "to know who decided", (_USER,)),
            PersonalField("last_name", "to know who decided", (_USER,)),
            PersonalField("email", "to reach members of staff", (_USER,)),
            PersonalField("password", "to log in; a slow hash"),
            PersonalField("last_login", "to notice forgotten log-ins", (_USER,)),
            PersonalField("date_joined", "to notice forgotten log-ins", (_USER,)),
        ),
        kept_else="until an administrator deletes the log-in of who has left",
        concerning=_staff,
    ),
    Entry(
        "wagtailusers.userprofile",
        personal=(
            PersonalField("preferred_language", "the admin's language"),
            PersonalField("current_time_zone", "the admin's clock"),
            PersonalField("avatar", "a picture, if they choose one", (_ADMIN,)),
        ),
        kept_else="as long as the log-in",
        concerning=_of_staff("wagtailusers.userprofile"),
    ),
    Entry(
        "wagtailcore.modellogentry",
        personal=(
            PersonalField("user", "to notice misuse", (_PERSON,)),
            PersonalField("action", "what was done", (_PERSON,)),
            PersonalField("label", "to what; a number where it is about a person", (_PERSON,)),
            PersonalField("timestamp", "when", (_PERSON,)),
        ),
        kept=("staff-log",),
        concerning=_of_staff("wagtailcore.modellogentry"),
    ),
    Entry(
        "wagtailcore.pagelogentry",
        personal=(
            PersonalField("user", "to tell who changed what", (_ADMIN,)),
            PersonalField("action", "what was done", (_ADMIN,)),
            PersonalField("label", "to which page", (_ADMIN,)),
            PersonalField("timestamp", "when", (_ADMIN,)),
        ),
        kept=("page-log",),
        concerning=_of_staff("wagtailcore.pagelogentry"),
    ),
    Entry(
        "wagtailcore.revision",
        personal=(
            PersonalField("user", "to tell who wrote it", (_ADMIN,)),
            PersonalField("created_at", "when", (_ADMIN,)),
        ),
        kept_else="as long as the page",
        concerning=_of_staff("wagtailcore.revision"),
    ),
    Entry(
        "sessions.session",
        personal=(PersonalField("session_data", "to keep members of staff logged in"),),
        impersonal=("session_key", "expire_date"),
        kept=("staff-sessions",),
    ),
    Entry(
        "supporters.retentionperiod",
        personal=(PersonalField("set_by", "to tell who set it", (_PERIODS,)),),
        impersonal=("id", "kind", "days", "valid_from", "created_at"),
        kept_else="as long as the log-in",
        concerning=_of_staff("supporters.retentionperiod", "set_by"),
    ),
    Entry(
        "supporters.consentwording",
        personal=(PersonalField("created_by", "to tell who wrote it", (_WORDINGS,)),),
        impersonal=("id", "purpose", "language", "version", "text", "created_at"),
        kept_else="as long as the log-in",
        concerning=_of_staff("supporters.consentwording", "created_by"),
    ),
)

# Row numbers of mails, and networks as hashes whose salt is gone the next day.
_NOBODY = (
    Entry("supporters.consenttext", impersonal=("id", "purpose", "language", "text", "created_at")),
    Entry(
        "supporters.failedmail",
        impersonal=(
            "id",
            "task_name",
            "arguments",
            "error",
            "failed_hour",
            "bounced_message",
            "tried_again_at",
        ),
    ),
    Entry("supporters.retentionrun", impersonal=("id", "started_at", "counts", "failures")),
    Entry("supporters.dailysalt", impersonal=("day", "salt")),
    Entry("supporters.doorcount", impersonal=("id", "key", "starts_at", "expires_at", "amount")),
    Entry("supporters.spenttoken", impersonal=("digest", "expires_at")),
)


_WORDS = (
    Entry(
        "supporters.mailwords",
        impersonal=("id", "kind", "language", "subject", "text", "changed_at"),
    ),
    Entry(
        "supporters.sourcetag",
        impersonal=("id", "slug", "name", "made_by", "made_at", "retired_at"),
    ),
)


def register_models() -> None:
    add(*_PEOPLE, *_STAFF, *_NOBODY, *_WORDS)
