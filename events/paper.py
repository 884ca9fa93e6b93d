"""Paper about an event: the poster for the street, and the sheet for the day. PDFs."""

import hashlib
import io
import json
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import segno
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from campaign_site.pdf import make_pdf
from campaign_site.templatetags.campaign import NO_BREAK_SPACE, clock, long_day
from events.calendar_file import organisers_of, page_path
from events.models import ActionSheet, Event
from events.rights import disclaimer, house_words
from supporters import sources

_TEMPLATES = Path(__file__).parent / "typst"
POSTER = _TEMPLATES / "poster.typ"
SHEET = _TEMPLATES / "action_sheet.typ"
SIZES = ("a4", "a3")
# Papers kept in each process: what everybody, or everybody who comes, is told.
KEPT = 32


class Paper:
    """What a document is made from: a template, its data, the addresses of its codes.

    ``name`` is that of the file, without its ending; ``etag`` changes with anything that is
    printed.
    """

    def __init__(
        self, name: str, template: Path, data: dict[str, object], codes: dict[str, str]
    ) -> None:
        self.name = name
        self.template = template
        self.words = json.dumps(data, ensure_ascii=False, sort_keys=True)
        self.codes = tuple(sorted(codes.items()))

    @property
    def etag(self) -> str:
        content = f"{self.template.name}\n{self.words}\n{self.codes}"
        return f'"{hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]}"'

    def pdf(self) -> bytes:
        """Return the PDF, made anew. Raises PdfError."""
        return _make(self.template, self.words, self.codes)

    def kept_pdf(self) -> bytes:
        """Return the PDF, made once in each process: for what many ask for. Raises PdfError."""
        return _make_once(self.template, self.words, self.codes)


def _make(template: Path, words: str, codes: tuple[tuple[str, str], ...]) -> bytes:
    return make_pdf(
        template, json.loads(words), files={name: _code(address) for name, address in codes}
    )


_make_once = lru_cache(maxsize=KEPT)(_make)


def _code(address: str) -> bytes:
    """Return the QR code of ``address`` as SVG, without the quiet zone: that is the paper."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue()


def map_url(event: Event) -> str:
    """Return the address of the place on OpenStreetMap, "" while no point is known."""
    if event.latitude is None or event.longitude is None:
        return ""
    latitude, longitude = f"{event.latitude:.6f}", f"{event.longitude:.6f}"
    query = f"mlat={latitude}&mlon={longitude}"
    return f"https://www.openstreetmap.org/?{query}#map=18/{latitude}/{longitude}"


def poster(event: Event, *, size: str = "a4", source: str = "") -> Paper:
    """Return the poster of ``event`` in the active language, ``size`` being one of SIZES.

    It names the organisations, never a person. ``source`` is a declared tag that the code carries,
    so that those who come by this poster are counted for it; the address to type stays short.
    """
    url = absolute_url(page_path(event))
    weekday, date = _written_day(event)
    word = pgettext("file name", "poster")
    data = {
        "size": size,
        "language": site_language(),
        "title": _("Poster: %(name)s") % {"name": event.name},
        "sender": "Viva Salud",
        "name": event.name,
        "band": pgettext("event", "Cancelled") if event.is_cancelled else "",
        "weekday": weekday,
        "date": date,
        "hours": hours(event),
        "place": event.place,
        "address": event.address,
        "scan": _("Everything about it, and how to take part:"),
        "address_of_page": _without_scheme(url),
        "code_alt": _("Code that leads to %(address)s") % {"address": _without_scheme(url)},
        "organisers": _organiser_lines(event),
    }
    name = f"{event.slug}-{word}-{site_language()}-{size}"
    tagged = f"{url}?{sources.PARAMETER}={source}" if source else url
    return Paper(f"{name}-{source}" if source else name, POSTER, data, {"code.svg": tagged})


def sheet(event: Event, *, for_attendees: bool) -> Paper:
    """Return the sheet for the day of ``event`` in the active language.

    Whom to call stands on it if that is public, or if it is ``for_attendees``. What staff have not
    written is left out, except for rights and safety: then it has the words of the house.
    """
    written = ActionSheet.objects.filter(event=event).first() or ActionSheet(event=event)
    weekday, date = _written_day(event)
    url = absolute_url(page_path(event))
    own_rights = getattr(written, f"rights_{site_language()}").strip()
    has_contact = for_attendees or event.contact_is_public
    phone = event.contact_phone.replace(" ", NO_BREAK_SPACE)
    contact = [event.contact_name, phone] if has_contact else []
    data = {
        "language": site_language(),
        "title": _("Action sheet: %(name)s") % {"name": event.name},
        "kicker": _("Action sheet"),
        "name": event.name,
        "band": pgettext("event", "Cancelled") if event.is_cancelled else "",
        "notice": _lines(event.notice),
        "when": [f"{weekday} {date}", hours(event)],
        "where": [event.place, event.address],
        "map_words": _("The place on a map"),
        "map_alt": _("Code that leads to the place on OpenStreetMap"),
        "has_map": bool(map_url(event)),
        "parts": _parts(
            (_("Where we meet"), written.meeting_point),
            (_("What happens"), written.route),
            (_("What to bring"), written.bring),
            (_("If things go differently"), written.plan_b),
        ),
        "contact_words": _("On the day, call"),
        "contact": [part for part in contact if part],
        "rights": _parts((_("Rights and safety"), own_rights)) or house_words(),
        "disclaimer": "" if own_rights else disclaimer(),
        "organisers": _organiser_lines(event),
        "page_words": _("The latest news stands here:"),
        "page_address": _without_scheme(url),
        "page_alt": _("Code that leads to %(address)s") % {"address": _without_scheme(url)},
    }
    codes = {"page.svg": url}
    if map_url(event):
        codes["map.svg"] = map_url(event)
    word = pgettext("file name", "sheet")
    return Paper(f"{event.slug}-{word}-{site_language()}", SHEET, data, codes)


def hours(event: Event) -> str:
    """Return from when to when, in the active language; "" while no hour is known."""
    if not event.starts_at:
        return ""
    return f"{clock(event.starts_at)}–{clock(event.ends_at)}".rstrip("–")


def _written_day(event: Event) -> tuple[str, str]:
    weekday, date = long_day(event.day).split(" ", 1)
    return weekday[:1].upper() + weekday[1:], date


def _without_scheme(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/")


def _organiser_lines(event: Event) -> list[str]:
    organising, supporting = organisers_of(event)
    lines = []
    if organising:
        lines.append(_("Organised by: %(names)s") % {"names": ", ".join(organising)})
    if supporting:
        lines.append(_("With the support of: %(names)s") % {"names": ", ".join(supporting)})
    return lines


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parts(*parts: tuple[str, str]) -> list[dict[str, object]]:
    """Return those that have words, each with its lines."""
    found = [(heading, _lines(text)) for heading, text in parts]
    return [{"heading": heading, "points": points} for heading, points in found if points]
