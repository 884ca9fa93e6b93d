"""Find a person by address, keep what they agreed to, and give out one-time links."""

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaign_site import advisory_locks
from campaign_site.encryption import keyed_hash
from campaign_site.hours import this_hour
from supporters.models import Consent, ConsentText, ConsentWording, OneTimeLink, Supporter

ONE_TIME_LINK_LIFETIME = timedelta(hours=72)


def address_hash(email: str) -> str:
    """Return the keyed hash an address is found by; case and Unicode form do not matter."""
    return keyed_hash(unicodedata.normalize("NFKC", email).casefold(), purpose="supporter-email")


def find_supporter(email: str) -> Supporter | None:
    return Supporter.objects.filter(email_hash=address_hash(email)).first()


def hold_address(email_hash: str, *, alone: bool = False) -> None:
    """Keep the person with this address from being erased until the transaction ends.

    ``alone`` is for who erases: it waits until nobody acts with this address, and keeps others
    waiting. Erased meanwhile, they then find nobody.
    """
    advisory_locks.hold(bytes.fromhex(email_hash), shared=not alone)


def try_hold_address_alone(email_hash: str) -> bool:
    """Like ``hold_address`` alone, without waiting; return whether nobody acts with the address."""
    return advisory_locks.try_hold(bytes.fromhex(email_hash))


def remember_supporter(*, email: str, language: str) -> Supporter:
    """Return the person with this address, adding them first if they are new.

    ``language`` ("en", "fr" or "nl") is kept for a new person; a known one keeps theirs, since
    anyone can type an address. Safe to call twice and from two requests at once.
    """
    hold_address(address_hash(email))
    supporter, _ = Supporter.objects.get_or_create(
        email_hash=address_hash(email), defaults={"email": email, "language": language}
    )
    if not supporter.email:
        # Their address was forgotten, and the hash kept to prove an old consent.
        supporter.email, supporter.language = email, language
        supporter.save(update_fields=["email", "language"])
    return supporter


def consent_text(*, purpose: str, language: str, text: str) -> ConsentText:
    """Return the row of these exact words, adding it the first time they are shown."""
    row, _ = ConsentText.objects.get_or_create(purpose=purpose, language=language, text=text)
    return row


def record_consent(
    *,
    subject_type: str,
    subject_id: uuid.UUID,
    purpose: str,
    language: str,
    text: str,
    supporter: Supporter | None = None,
    wording: ConsentWording | None = None,
    source: Consent.Source = Consent.Source.FORM,
    proof: str = "",
) -> Consent:
    """Keep that somebody ticked a box: purpose, exact words, language, time to the hour.

    ``wording`` is the version the words were made from, ``proof`` what shows that it was this
    person, where there is something (80 characters at most). A second call for the same thing and
    purpose returns the consent in force.
    """
    row = consent_text(purpose=purpose, language=language, text=text)
    consent, _ = Consent.objects.get_or_create(
        subject_type=subject_type,
        subject_id=subject_id,
        purpose=purpose,
        withdrawn_hour=None,
        defaults={
            "text": row,
            "supporter": supporter,
            "wording": wording,
            "source": source,
            "proof": proof,
        },
    )
    return consent


def withdraw_consents(*, subject_type: str, subject_id: uuid.UUID, purpose: str = "") -> int:
    """Withdraw the consents for one thing, all or those of one purpose; return how many.

    Withdrawing again changes nothing: the first hour stays.
    """
    consents = Consent.objects.in_force().filter(subject_type=subject_type, subject_id=subject_id)
    if purpose:
        consents = consents.filter(purpose=purpose)
    return consents.update(withdrawn_hour=this_hour())


def end_consents(*, subject_type: str, subject_id: uuid.UUID, purpose: str = "") -> int:
    """Note that the thing is gone without anybody having withdrawn anything; return how many.

    All consents for it are over, or those of one purpose. From this hour on they are kept only as
    proof. Ending again changes nothing.
    """
    consents = Consent.objects.in_force().filter(subject_type=subject_type, subject_id=subject_id)
    if purpose:
        consents = consents.filter(purpose=purpose)
    return consents.update(ended_hour=this_hour())


def end_consents_of_all(*, subject_type: str, subject_ids: Iterable[uuid.UUID]) -> int:
    """The same for many things of one type, in one statement."""
    consents = Consent.objects.in_force().filter(subject_type=subject_type)
    return consents.filter(subject_id__in=list(subject_ids)).update(ended_hour=this_hour())


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_one_time_link(*, supporter: Supporter, purpose: str) -> str:
    """Return a new token (256 random bits) that opens ``purpose`` once within 72 hours."""
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        token_hash=_token_hash(token),
        purpose=purpose,
        supporter=supporter,
        expires_at=timezone.now() + ONE_TIME_LINK_LIFETIME,
    )
    return token


def find_one_time_link(*, token: str, purpose: str) -> OneTimeLink | None:
    """Return the link if it can still be used; looking does not use it."""
    return (
        OneTimeLink.objects.filter(
            token_hash=_token_hash(token),
            purpose=purpose,
            used_at=None,
            expires_at__gt=timezone.now(),
        )
        .select_related("supporter")
        .first()
    )


@transaction.atomic
def use_one_time_link(*, token: str, purpose: str) -> Supporter | None:
    """Use the link up and return its person, or None when it is unknown, used or expired.

    Of two posts that arrive together, one gets the person: the row is taken in one statement.
    """
    link = find_one_time_link(token=token, purpose=purpose)
    if link is None:
        return None
    hold_address(link.supporter.email_hash)
    taken = OneTimeLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())
    return link.supporter if taken else None


MY_SOLIDARITY = "my-solidarity"
# The number of no row.
_NOBODY = 0
# Whoever types somebody else's address again and again fills no mailbox.
_LINK_PAUSE = timedelta(minutes=5)


@transaction.atomic
def request_my_solidarity(*, email: str, language: str) -> None:
    """Mail the person with this address a link to everything they did; nothing if unknown.

    The caller answers the same in both cases, and a task is queued in both, so that neither the
    answer nor its time tells who is known here. However often it is asked for, one link leaves in
    five minutes: the task looks.
    """
    from supporters.tasks import send_my_solidarity_link

    known = Supporter.objects.filter(email_hash=address_hash(email))
    supporter_id = known.values_list("pk", flat=True).first()
    send_my_solidarity_link.defer(supporter_id=supporter_id or _NOBODY, language=language)


def was_sent_lately(supporter: Supporter) -> bool:
    """Whether a link to everything was made for this person in the last five minutes."""
    newest = timezone.now() + ONE_TIME_LINK_LIFETIME - _LINK_PAUSE
    return OneTimeLink.objects.filter(
        supporter=supporter, purpose=MY_SOLIDARITY, expires_at__gt=newest
    ).exists()
