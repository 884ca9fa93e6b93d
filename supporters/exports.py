"""Make the file with everything somebody did here, keep it for three days, hand it out.

A ZIP with ``data.json`` (UTF-8, times in ISO 8601) and the photos, in a private store that no
address serves. Its random name stands in the row from the beginning, so that a task which runs
again replaces its own file; what a killed task leaves half written is purged.
"""

import json
import time
import zipfile
from functools import partial

from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site.hours import this_hour
from campaign_site.storage.deleting import delete_after_commit
from campaign_site.storage.streams import StoredStream
from supporters import holdings, requests
from supporters.models import Consent, DataExport, DataRequest, OneTimeLink, Supporter
from supporters.models.export import EXPORT_LIFETIME

MY_EXPORT = "my-export"
DATA_NAME = "data.json"
ORPHAN_SECONDS = 3600


@transaction.atomic
def request_export(*, supporter: Supporter, language: str) -> DataExport | None:
    """Have the file made and its link mailed, in ``language``; None when the person is erased.

    A person gets one an hour: asking again in that hour returns the first. The request counts as
    answered when the mail has left.
    """
    from supporters.tasks import make_export

    # One export of a person at a time: a second one that arrives now waits, then finds the first.
    people = Supporter.objects.select_for_update(no_key=True)
    if not people.filter(pk=supporter.pk).exists():
        return None
    known = DataExport.objects.filter(supporter=supporter, asked_hour=this_hour()).first()
    if known:
        return known
    request = requests.record_request(kind=DataRequest.Kind.EXPORT, supporter=supporter)
    export = DataExport.objects.create(supporter=supporter, request=request, language=language)
    make_export.defer(export_id=export.pk)
    return export


def make_file(export_id: int) -> None:
    """Write the file and have its link mailed; nothing when it was made, or its person erased.

    Killed at any moment, it starts again from the beginning. Raises ``OSError`` (a full disk).
    """
    from supporters.tasks import send_export_link

    export = DataExport.objects.filter(pk=export_id, made_at=None).select_related("supporter")
    export = export.first()
    if export is None:
        return
    with override(export.language):
        _write(export)
    now = timezone.now()
    with transaction.atomic():
        row = DataExport.objects.filter(pk=export_id, made_at=None)
        if row.update(made_at=now, expires_at=now + EXPORT_LIFETIME):
            send_export_link.defer(export_id=export_id)
    if not DataExport.objects.filter(pk=export_id).exists():
        _delete_file(export.file_name)


def _write(export: DataExport) -> None:
    """Store the file, readable by its owner only; it appears whole or not at all."""
    _store().fill(_stored_name(export.file_name), partial(_fill, supporter=export.supporter))


def _fill(file, supporter: Supporter) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        data: dict[str, object] = _own_data(supporter)
        for name, held in holdings.exports(supporter):
            data[name] = held.rows
            for file_name, content in held.files:
                # Pictures are compressed already.
                archive.writestr(f"{name}/{file_name}", content, zipfile.ZIP_STORED)
        archive.writestr(DATA_NAME, json.dumps(data, ensure_ascii=False, indent=2))


def _own_data(supporter: Supporter) -> dict[str, object]:
    """What this app itself holds: the address, the language, consents and requests."""
    return {
        "made": timezone.now().isoformat(timespec="minutes"),
        "about": _("Everything that this site holds about the person with this address."),
        "mail_address": supporter.email,
        "language": supporter.language,
        "known_since": supporter.created_hour.isoformat(),
        "consents": [_consent_row(consent) for consent in _consents(supporter)],
        "requests": [_request_row(request) for request in supporter.data_requests.order_by("pk")],
        "mailed_links": [_link_row(link) for link in _links(supporter)],
    }


def _consents(supporter: Supporter) -> QuerySet:
    return Consent.objects.filter(supporter=supporter).select_related("text").order_by("pk")


def _consent_row(consent: Consent) -> dict[str, object]:
    withdrawn, ended = consent.withdrawn_hour, consent.ended_hour
    return {
        "for": str(consent.subject_id),
        "purpose": consent.purpose,
        "words": consent.text.text,
        "language": consent.text.language,
        "source": consent.get_source_display(),
        "proof": consent.proof,
        "given": consent.given_hour.isoformat(),
        "withdrawn": withdrawn.isoformat() if withdrawn else None,
        "over": ended.isoformat() if ended else None,
    }


def _request_row(request: DataRequest) -> dict[str, object]:
    return {
        "kind": request.get_kind_display(),
        "received": request.received_on.isoformat(),
        "to_be_answered_by": request.due_on.isoformat(),
        "answered": request.done_on.isoformat() if request.done_on else None,
        "note": request.note,
    }


def _links(supporter: Supporter) -> QuerySet:
    return OneTimeLink.objects.filter(supporter=supporter).order_by("pk")


def _link_row(link: OneTimeLink) -> dict[str, object]:
    return {
        "purpose": link.purpose,
        "expires": link.expires_at.isoformat(timespec="minutes"),
        "used": link.used_at.isoformat(timespec="minutes") if link.used_at else None,
    }


def open_file(export: DataExport) -> StoredStream:
    """Open a file to hand it out; raises ``FileNotFoundError``."""
    return _store().stream(_stored_name(export.file_name))


def _store() -> Storage:
    return storages["exports"]


def _stored_name(file_name: str) -> str:
    return f"{file_name}.zip"


def _delete_file(file_name: str) -> None:
    _store().delete(_stored_name(file_name))


def find_ready(supporter: Supporter) -> DataExport | None:
    """Return the newest file of a person that can be handed out now."""
    return supporter.exports.ready().order_by("-pk").first()


def delete_exports(exports: QuerySet) -> int:
    """Delete the rows, and their files when the transaction is through; return how many."""
    with transaction.atomic():
        names = list(exports.values_list("file_name", flat=True))
        exports.filter(file_name__in=names).delete()
        for name in names:
            delete_after_commit(_delete_file, name)
    return len(names)


def purge_exports() -> int:
    """Delete files whose time is up, and what interrupted tasks left.

    Returns how many files' time was up. Safe to run twice.
    """
    count = delete_exports(DataExport.objects.expired())
    answered = DataRequest.objects.exclude(done_on=None).filter(source=DataRequest.Source.SITE)
    # With its file gone, an answered request is a number and needs nobody's name.
    answered.filter(export=None).update(supporter=None)
    for name in _store().written_before(time.time() - ORPHAN_SECONDS):
        file_name = name.removesuffix(".zip")
        if not DataExport.objects.filter(file_name=file_name, made_at__isnull=False).exists():
            _store().delete(name)
    return count
