"""The files of a dossier for an office, from the data of an edition: PDFs, pictures, table, hashes.

Pure: knows no model and no storage. Everything is written in the office's language, except what
people wrote. The same data give the same bytes, so a dossier that was interrupted can be made again
file by file.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from campaign_site.pdf import make_pdf
from campaign_site.templatetags.campaign import day as written_day
from campaign_site.territories import language_name

LETTER = Path(__file__).parent / "typst" / "letter.typ"
VOLUME = Path(__file__).parent / "typst" / "volume.typ"
# A file that an office can open and a printer can take: some 7 MB.
PHOTOS_IN_VOLUME = 50
# Pixels of a picture 83 mm wide: 300 to the inch.
PRINT_SIDE = 1000
# By the clock, for a machine with much else to do; the compiler may use 120 s of processor time.
VOLUME_SECONDS = 300
# A message of more lines than these is printed in one run.
MESSAGE_LINES = 6
# Spreadsheets take a cell that begins with one of these for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where semicolons divide cells, as in Belgium, a cell would begin within what somebody wrote; an
# ordinary ";-)" is none.
_WITHIN = re.compile(r"""([;\t]["\s]*)(?=[=@＝＠]|[-+－＋]\s*[\w(])""")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)

ReadPicture = Callable[[int], bytes]


@dataclass(frozen=True)
class Item:
    """One photo of an edition; of one taken back, nothing but its number is ever written.

    ``message_language`` is BCP 47 ("und" when not known); ``partner`` and ``country`` are names in
    the office's language; without ``alt_text``, the message describes the picture.
    """

    number: int
    display_name: str = ""
    message: str = ""
    message_language: str = "und"
    partner: str = ""
    country: str = ""
    alt_text: str = ""
    is_taken_back: bool = False


@dataclass(frozen=True)
class Dossier:
    """What an edition says, in ``language`` (en, fr or nl); ``day`` stands on the letter.

    ``sender`` and ``site`` (a host) are the letterhead.
    """

    language: str
    sender: str
    site: str
    call_name: str
    edition_number: int
    office: str
    address: str
    holder: str
    letter: str
    day: date
    items: tuple[Item, ...]
    photos_in_volume: int = PHOTOS_IN_VOLUME

    @property
    def kept(self) -> list[Item]:
        return [item for item in self.items if not item.is_taken_back]

    @property
    def taken_back(self) -> list[int]:
        return [item.number for item in self.items if item.is_taken_back]


@dataclass(frozen=True)
class Volume:
    """One PDF of photos: ``number`` of ``of``, with the items ``first`` to ``last``."""

    number: int
    of: int
    first: int
    last: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class HashedFile:
    """A file of the dossier and its SHA-256 as 64 hex digits."""

    name: str
    size_bytes: int
    sha256: str


def plan_volumes(items: Sequence[Item], size: int = PHOTOS_IN_VOLUME) -> tuple[Volume, ...]:
    """Divide the items among volumes of ``size``, in order; no items, no volume."""
    starts = range(0, len(items), size)
    parts = [tuple(items[start : start + size]) for start in starts]
    return tuple(
        Volume(number, len(parts), part[0].number, part[-1].number, part)
        for number, part in enumerate(parts, start=1)
    )


def file_name(dossier: Dossier, kind: str, number: int = 0) -> str:
    """Return the name of a file; ``kind`` is letter, volume (numbered), zip, csv or manifest."""
    with override(dossier.language):
        names = {
            "letter": f"{pgettext('file name', 'letter')}.pdf",
            "volume": f"{pgettext('file name', 'volume')}-{number:02}.pdf",
            "zip": f"{pgettext('file name', 'photos')}.zip",
            "csv": f"{pgettext('file name', 'messages')}.csv",
            "manifest": "manifest.json",
        }
        stem, dot, extension = names[kind].rpartition(".")
        return f"{slugify(stem)}{dot}{extension}"


# PDFs


def make_letter(dossier: Dossier) -> bytes:
    """Return the PDF with the letter, what the dossier holds, and the counts. Raises PdfError."""
    with override(dossier.language):
        data = {
            "language": dossier.language,
            "title": _title(dossier),
            "sender": {"name": dossier.sender, "site": dossier.site},
            "addressee": _addressee(dossier),
            "day": written_day(dossier.day),
            "letter": [part.splitlines() for part in _paragraphs(dossier.letter)],
            "contents": _contents(dossier),
            "counts": _counts(dossier.kept),
        }
    return make_pdf(LETTER, data)


def make_volume(dossier: Dossier, volume: Volume, read_picture: ReadPicture) -> bytes:
    """Return the PDF of one volume.

    ``read_picture`` is called with the number of each photo that was not taken back, in order, and
    returns its JPEG; what it raises passes through. Raises PdfError.
    """
    pictures = {
        f"{item.number}.jpg": read_picture(item.number)
        for item in volume.items
        if not item.is_taken_back
    }
    with override(dossier.language):
        data = _volume_data(dossier, volume)
    return make_pdf(VOLUME, data, files=pictures, longest_side=PRINT_SIDE, seconds=VOLUME_SECONDS)


def _title(dossier: Dossier) -> str:
    values = {"call": dossier.call_name, "number": dossier.edition_number}
    return _("%(call)s: solidarity photos, edition %(number)s") % values


def _addressee(dossier: Dossier) -> list[str]:
    lines = [dossier.holder, dossier.office, *dossier.address.splitlines()]
    return [line.strip() for line in lines if line.strip()]


def _paragraphs(text: str) -> list[str]:
    return [
        part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()
    ]


def _contents(dossier: Dossier) -> dict[str, Any]:
    count = len(dossier.kept)
    words = ngettext(
        "This dossier brings you %(count)s photo of somebody who wants you to act.",
        "This dossier brings you %(count)s photos of people who want you to act.",
        count,
    )
    rows = [
        [file_name(dossier, "volume", volume.number), _volume_line(volume), _photos_line(volume)]
        for volume in plan_volumes(dossier.items, dossier.photos_in_volume)
    ]
    rows.append([file_name(dossier, "zip"), _("The pictures, one file each"), ""])
    rows.append([file_name(dossier, "csv"), _("The messages, as a table"), ""])
    rows.append([file_name(dossier, "manifest"), _("The fingerprints of all files"), ""])
    return {
        "title": _("What this dossier holds"),
        "words": words % {"count": count},
        "head": [_("File"), _("Contents"), _("Photos")],
        "rows": rows,
        "taken_back": _taken_back_line(dossier.taken_back),
    }


def _taken_back_line(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    words = ngettext(
        "The person who sent this photo took it back: %(numbers)s.",
        "The people who sent these photos took them back: %(numbers)s.",
        len(numbers),
    )
    return words % {"numbers": ", ".join(map(str, numbers))}


def _counts(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the tables of counts: largest first, those who said nothing last."""
    photos = _("Photos")
    tables = [
        (_("By language of the message"), _("Language"), [_language(item) for item in items]),
        (_("By country"), _("Country"), [item.country for item in items]),
        (_("By the people they support"), _("For whom"), [item.partner for item in items]),
    ]
    return [
        {"title": title, "head": [head, photos], "rows": _tally(values)}
        for title, head, values in tables
        if any(values)
    ]


def _tally(values: Iterable[str]) -> list[list[str]]:
    counted = Counter(values)
    unsaid = counted.pop("", 0)
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    if unsaid:
        rows.append((_("Not said"), unsaid))
    return [[name, str(number)] for name, number in rows]


def _language(item: Item) -> str:
    return language_name(item.message_language, other=_("Another language"))


def _volume_line(volume: Volume) -> str:
    return _("Volume %(number)s of %(of)s") % {"number": volume.number, "of": volume.of}


def _photos_line(volume: Volume) -> str:
    if volume.first == volume.last:
        return _("Photo %(number)s") % {"number": volume.first}
    return _("Photos %(first)s–%(last)s") % {"first": volume.first, "last": volume.last}


def _volume_data(dossier: Dossier, volume: Volume) -> dict[str, Any]:
    line, photos = _volume_line(volume), _photos_line(volume)
    return {
        "language": dossier.language,
        "title": f"{_title(dossier)}. {line}",
        "footer": f"{dossier.call_name} · {line} · {photos}",
        "cover": {
            "volume": line,
            "photos": photos,
            "lines": [_title(dossier), dossier.office, written_day(dossier.day)],
        },
        "items": [_item_data(item) for item in volume.items],
    }


def _item_data(item: Item) -> dict[str, Any]:
    if item.is_taken_back:
        taken_back = _("The person who sent this photo took it back.")
        return {"number": item.number, "name": "", "taken_back": taken_back}
    return {
        "number": item.number,
        "name": item.display_name,
        "taken_back": "",
        "picture": f"{item.number}.jpg",
        "alt": item.alt_text or _one_line(item.message) or _("Photo without a description"),
        "message": _message(item.message),
        "message_language": item.message_language,
        "about": _about(item),
    }


def _about(item: Item) -> str:
    parts = [item.country]
    if item.partner:
        parts.append(_("For: %(partner)s") % {"partner": item.partner})
    return " · ".join(part for part in parts if part)


def _message(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return "\n".join(lines) if len(lines) <= MESSAGE_LINES else " / ".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Table, pictures, digests


def write_csv(dossier: Dossier, destination: BinaryIO) -> None:
    """Write the messages as a table: UTF-8 with a mark that spreadsheets need, CRLF (RFC 4180).

    Cells are divided by semicolons, as spreadsheets in Belgium expect in all three languages.
    """
    text = io.TextIOWrapper(destination, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    with override(dossier.language):
        writer.writerow([safe_cell(cell) for cell in _csv_head()])
        for item in dossier.items:
            writer.writerow([safe_cell(cell) for cell in _csv_row(item)])
    text.flush()
    text.detach()


def _csv_head() -> list[str]:
    return [
        _("Number"),
        _("Name"),
        _("Message"),
        _("Language"),
        _("For whom"),
        _("Country"),
        _("Description of the photo"),
        _("Remark"),
    ]


def _csv_row(item: Item) -> list[str]:
    if item.is_taken_back:
        return [str(item.number), *[""] * 6, pgettext("photo", "taken back")]
    return [
        str(item.number),
        item.display_name,
        item.message,
        _language(item),
        item.partner,
        item.country,
        item.alt_text,
        "",
    ]


def safe_cell(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula."""
    text = _WITHIN.sub(r"\1'", text)
    is_formula = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def write_zip(dossier: Dossier, read_picture: ReadPicture, destination: BinaryIO) -> None:
    """Write each photo as ``<number>.jpg``, one in memory at a time, not compressed any further.

    Numbers have as many digits as the last one, so that every program lists them in order. What
    ``read_picture`` raises passes through.
    """
    digits = len(str(max((item.number for item in dossier.items), default=0)))
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_STORED) as archive:
        for item in dossier.kept:
            entry = zipfile.ZipInfo(f"{item.number:0{digits}}.jpg", ZIP_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, read_picture(item.number))


def make_manifest(dossier: Dossier, files: Sequence[HashedFile]) -> bytes:
    """Return the JSON that says what belongs to the dossier, and the SHA-256 of each file."""
    with override(dossier.language):
        title = _title(dossier)
    kept = dossier.kept
    manifest = {
        "title": title,
        "edition": dossier.edition_number,
        "language": dossier.language,
        "day": dossier.day.isoformat(),
        "photos": len(kept),
        "taken_back": dossier.taken_back,
        "message_languages": dict(sorted(Counter(i.message_language for i in kept).items())),
        "countries": dict(sorted(Counter(i.country for i in kept if i.country).items())),
        "files": [
            {"name": file.name, "bytes": file.size_bytes, "sha256": file.sha256} for file in files
        ],
    }
    return json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n"
