"""How long requests, and the traces of erasures, are kept."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from supporters import erasure_ledger
from supporters.models import Consent, DataRequest, ErasureRecord
from supporters.retention import BRUSSELS, Kind, register

ERASURES = "erasures"
# No backup may be kept for longer, or it could bring back somebody who was erased.
BACKUP_DAYS = 35


def _answered(cutoff: datetime) -> QuerySet:
    return DataRequest.objects.filter(done_on__lt=cutoff.astimezone(BRUSSELS).date())


def _delete(request: DataRequest) -> None:
    request.delete()


def _unneeded(cutoff: datetime) -> QuerySet:
    proofs = Consent.objects.filter(erasure=OuterRef("pk"))
    return ErasureRecord.objects.filter(~Exists(proofs), erased_hour__lt=cutoff)


def _forget(record: ErasureRecord) -> None:
    erasure_ledger.forget(record.address_hash, record.erased_hour)
    record.delete()


_KINDS = (
    Kind(
        key="requests",
        name=_("Requests about somebody's own data"),
        default_days=365,
        least_days=31,
        moment=_("after they were answered"),
        reason=_("To show that they were answered in time (GDPR, articles 5 and 12)."),
        due=_answered,
        erase=_delete,
    ),
    Kind(
        key=ERASURES,
        name=_("Fingerprints of addresses that were erased"),
        default_days=400,
        least_days=BACKUP_DAYS + 1,
        moment=_("after the person was erased"),
        reason=_(
            "So that a backup that is put back does not bring the person back, and for as long "
            "as one of their consents must be proved."
        ),
        due=_unneeded,
        erase=_forget,
    ),
)


def register_kinds() -> None:
    for kind in _KINDS:
        register(kind)
