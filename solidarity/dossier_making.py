"""Make the files of an edition's dossier, one after the other, so that none is made in vain.

Killed at any moment, what was made stays and the rest is made on the next run. Two runs at once do
no harm: the second waits for the first.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from campaign_site.hours import this_hour
from campaign_site.pdf import page_count
from campaign_site.territories import country_name
from solidarity import dossier
from solidarity.dossier import Dossier, HashedFile, Item, Volume
from solidarity.dossier_files import StoredFile, delete_file, read_file, spoil_files, store_file
from solidarity.models import DossierFile, Edition, EditionPhoto, photo_storage
from solidarity.photo_files import read_picture

logger = logging.getLogger(__name__)

Kind = DossierFile.Kind
EXTENSIONS = {
    Kind.LETTER: "pdf",
    Kind.VOLUME: "pdf",
    Kind.PICTURES: "zip",
    Kind.TABLE: "csv",
    Kind.MANIFEST: "json",
}
# The first of the two numbers of a lock of PostgreSQL; the second is the edition's.
_LOCK = 18_118


class PictureGone(Exception):
    """The picture of a number is not there any more, or is not the one that was approved."""

    def __init__(self, number: int) -> None:
        super().__init__(f"number {number}")
        self.number = number


@dataclass(frozen=True)
class Draft:
    """One file about to be made, with the list as it was when its making began."""

    file: DossierFile
    dossier: Dossier
    entries: Sequence[EditionPhoto]

    @property
    def absent(self) -> list[int]:
        return _absent(self.file, self.entries)

    def read(self, number: int) -> bytes:
        """Return the picture of a number; raises PictureGone when it is not what was approved."""
        entry = next(entry for entry in self.entries if entry.number == number)
        if entry.photo is None:
            raise PictureGone(number)
        try:
            picture = read_picture(entry.photo.file_name, "delivery")
        except FileNotFoundError:
            if not photo_storage().is_there():
                raise  # a disk that is missing says nothing about one photo
            raise PictureGone(number) from None
        if hashlib.sha256(picture).hexdigest() != entry.picture_digest:
            raise PictureGone(number)
        return picture


def make_dossier(edition_id: int) -> None:
    """Make every file that is not there, the manifest last. Nothing for a draft or a delivery.

    Raises ``PdfError`` or ``OSError`` when a file cannot be made; those before it stay.
    """
    with _alone(edition_id):
        while (file := _next_file(edition_id)) is not None:
            _make(file)


@contextmanager
def _alone(edition_id: int) -> Iterator[None]:
    """Wait until no other run makes this dossier; the lock goes with the connection if we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK, edition_id])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, edition_id])


def _next_file(edition_id: int) -> DossierFile | None:
    """The rows were made in the order in which they are filled, the manifest's last."""
    return (
        DossierFile.objects.filter(edition=edition_id, edition__status__in=Edition.LIVE)
        .exclude(state=DossierFile.State.MADE)
        .order_by("pk")
        .first()
    )


def _make(file: DossierFile) -> None:
    draft = _begin(file)
    try:
        stored = store_file(_filler(draft), EXTENSIONS[Kind(file.kind)])
    except PictureGone as gone:
        logger.warning("edition %s: %s has no picture and is left out", file.edition_id, gone)
        _leave_out(file.edition_id, gone.number)
        return
    try:
        is_kept = _keep(draft, stored)
    except BaseException:
        delete_file(stored.name)
        raise
    if not is_kept:
        delete_file(stored.name)


def _begin(file: DossierFile) -> Draft:
    edition = Edition.objects.select_related("call", "office").get(pk=file.edition_id)
    entries = edition.photos.select_related("photo", "partner").order_by("number")
    entries = list(entries)
    return Draft(file, describe(edition, entries), entries)


def describe(edition: Edition, entries: Sequence[EditionPhoto]) -> Dossier:
    """Return what the documents are made from, in the language of the edition."""
    day = timezone.localdate(edition.frozen_at)
    holder = edition.office.holder_on(day)
    with override(edition.language):
        return Dossier(
            language=edition.language,
            sender=settings.WAGTAIL_SITE_NAME,
            site=urlsplit(settings.SITE_URL).netloc,
            call_name=edition.call.name,
            edition_number=edition.number,
            office=edition.office.name,
            address=edition.office.address,
            holder=holder.name if holder else "",
            letter=edition.letter,
            day=day,
            items=tuple(_item(entry) for entry in entries),
            photos_in_volume=_volume_size(edition),
        )


def _volume_size(edition: Edition) -> int:
    first = edition.files.filter(kind=Kind.VOLUME).order_by("number").first()
    return first.last_number - first.first_number + 1


def _item(entry: EditionPhoto) -> Item:
    if entry.taken_back_hour is not None:
        return Item(entry.number, is_taken_back=True)
    return Item(
        number=entry.number,
        display_name=entry.display_name,
        message=entry.message,
        message_language=entry.message_language,
        partner=entry.partner.name if entry.partner else "",
        country=country_name(entry.country) if entry.country else "",
        alt_text=entry.alt_text,
    )


def _filler(draft: Draft) -> Callable[[BinaryIO], object]:
    """Return what writes the draft's file."""
    made = draft.dossier
    return {
        Kind.LETTER: lambda out: out.write(dossier.make_letter(made)),
        Kind.VOLUME: lambda out: out.write(dossier.make_volume(made, _volume(draft), draft.read)),
        Kind.PICTURES: lambda out: dossier.write_zip(made, draft.read, out),
        Kind.TABLE: lambda out: dossier.write_csv(made, out),
        Kind.MANIFEST: lambda out: out.write(dossier.make_manifest(made, _hashed(draft))),
    }[Kind(draft.file.kind)]


def _volume(draft: Draft) -> Volume:
    volumes = dossier.plan_volumes(draft.dossier.items, draft.dossier.photos_in_volume)
    return volumes[draft.file.number - 1]


def _hashed(draft: Draft) -> list[HashedFile]:
    files = DossierFile.objects.filter(edition=draft.file.edition_id).exclude(kind=Kind.MANIFEST)
    return [
        HashedFile(
            dossier.file_name(draft.dossier, file.kind, file.number), file.size_bytes, file.digest
        )
        for file in files.order_by("pk")
    ]


def _absent(file: DossierFile, entries: Sequence[EditionPhoto]) -> list[int]:
    """The numbers whose absence the file shows: those of a volume, or all."""
    numbers = [entry.number for entry in entries if entry.taken_back_hour is not None]
    if file.kind != Kind.VOLUME:
        return numbers
    return [number for number in numbers if file.first_number <= number <= file.last_number]


@transaction.atomic
def _keep(draft: Draft, stored: StoredFile) -> bool:
    """Let the row name the file, unless somebody took a photo back while it was made.

    Whoever takes one back holds the edition's row too, and comes before or after.
    """
    edition = Edition.objects.select_for_update(no_key=True).get(pk=draft.file.edition_id)
    row = DossierFile.objects.exclude(state=DossierFile.State.MADE).filter(pk=draft.file.pk).first()
    if row is None or not edition.is_live:
        return False
    if _absent(row, list(edition.photos.order_by("number"))) != draft.absent:
        return False
    is_manifest = row.kind == Kind.MANIFEST
    others = edition.files.exclude(pk=row.pk).exclude(state=DossierFile.State.MADE)
    if is_manifest and others.exists():
        return False
    row.file_name, row.size_bytes, row.digest = stored.name, stored.size_bytes, stored.digest
    row.page_count = _pages(draft, stored)
    row.state, row.made_at = DossierFile.State.MADE, timezone.now()
    row.save()
    if is_manifest:
        edition.made_at, edition.manifest_digest = row.made_at, row.digest
        edition.save(update_fields=["made_at", "manifest_digest"])
    return True


def _pages(draft: Draft, stored: StoredFile) -> int:
    if EXTENSIONS[Kind(draft.file.kind)] != "pdf":
        return 0
    return page_count(read_file(stored.name))


@transaction.atomic
def _leave_out(edition_id: int, number: int) -> None:
    """List a number as left out; the files that show or count it are made anew.

    Of a photo that was taken back meanwhile, everything is noted already.
    """
    Edition.objects.select_for_update(no_key=True).get(pk=edition_id)
    entry = EditionPhoto.objects.get(edition=edition_id, number=number)
    if entry.taken_back_hour is None:
        entry.taken_back_hour = this_hour()
        entry.save(update_fields=["taken_back_hour"])
        spoil_files(entry)
