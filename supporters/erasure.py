"""Erase a person: everything the apps hold, and then the address itself.

What stays names nobody: the consents, as proof, tied to a keyed hash of the address; and that
hash with the hour, so that a restored backup erases again (``replay_erasures``).
"""

from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.hours import this_hour
from supporters import erasure_ledger, exports, holdings, requests, retention
from supporters.holdings import Erasure, Kept
from supporters.models import Consent, DataRequest, ErasureRecord, Supporter
from supporters.requests_retention import ERASURES
from supporters.services import hold_address


@transaction.atomic
def erase_supporter(
    supporter: Supporter, *, source: DataRequest.Source = DataRequest.Source.SITE
) -> Erasure | None:
    """Erase a person at once; return what was erased and kept, None if they were erased before.

    Nobody is mailed, now or by tasks that are waiting. Files go when the transaction is through;
    if that is interrupted, the purges of files finish it. Whoever acts here with this address
    afterwards is a new person, and whoever does so at this moment waits.

    The request is recorded as ``source`` says. Raises ``OSError``, and erases nothing, when the
    erasure cannot be written into the ledger that outlives backups.
    """
    hour = this_hour()
    result = _erase(supporter, hour)
    if result is None:
        return None
    asked = requests.record_request(kind=DataRequest.Kind.ERASURE, supporter=None, source=source)
    requests.finish_request(asked)
    erasure_ledger.append(supporter.email_hash, hour)
    return result


def replay_erasures(path: Path | None = None) -> int:
    """Erase again whoever a restored backup brought back; return how many people.

    The ledger is ``path``, by default the site's own. A person is erased who came in the hour of
    their erasure or before it. Safe to run twice.
    """
    return sum(_replay(*entry) for entry in erasure_ledger.entries(path))


@transaction.atomic
def _replay(address_hash: str, hour: datetime) -> bool:
    _record_of(address_hash, hour)
    supporter = Supporter.objects.filter(email_hash=address_hash, created_hour__lte=hour).first()
    return supporter is not None and _erase(supporter, hour) is not None


def _record_of(address_hash: str, hour: datetime) -> ErasureRecord:
    record, _made = ErasureRecord.objects.get_or_create(address_hash=address_hash, erased_hour=hour)
    return record


def _erase(supporter: Supporter, hour: datetime) -> Erasure | None:
    """Take the person out of every row. Whatever an app forgets makes this fail, not lie."""
    hold_address(supporter.email_hash, alone=True)
    person = Supporter.objects.select_for_update().filter(pk=supporter.pk).first()
    if person is None:
        return None
    result = holdings.erase_all(person)
    result.add(_erase_own(person, _record_of(person.email_hash, hour)))
    person.delete()
    return result


def _erase_own(person: Supporter, record: ErasureRecord) -> Erasure:
    consents = Consent.objects.filter(supporter=person)
    consents.in_force().update(withdrawn_hour=this_hour())
    number = consents.update(supporter=None, erasure=record)
    exports.delete_exports(person.exports.all())
    requests.close_requests_of(person)
    days = retention.periods()
    kept = [
        Kept(
            what=_("A fingerprint of your address, from which nobody can read the address."),
            reason=_("So that a backup that is put back does not bring you back."),
            until=_in_days(days[ERASURES]),
        )
    ]
    if number:
        what = ngettext(
            "Your consent and its exact words, tied to that fingerprint only.",
            "Your %(number)d consents and their exact words, tied to that fingerprint only.",
            number,
        )
        kept.append(
            Kept(
                what=what % {"number": number},
                reason=_("We must be able to show that we had asked you."),
                until=_in_days(days["consents"]),
            )
        )
    return Erasure([_("Your email address, and every link that we have emailed you.")], kept)


def _in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
