"""Says in plain words, in the reader's language, what an entry of the log tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import registry
from wagtail.models import PageLogEntry

from campaign_site.templatetags.campaign import whole
from newsroom.auditing.entries import Entry, pages_that_exist


@dataclass(frozen=True)
class Line:
    """One entry as the screen and the file show it."""

    at: datetime
    who: str
    what: str
    about: str
    kind: str
    details: str
    url: str = ""


def lines_of(entries: list[Entry]) -> list[Line]:
    existing = pages_that_exist(entries)
    return [_line(entry, existing) for entry in entries]


def _line(entry: Entry, existing: set[int]) -> Line:
    is_page = isinstance(entry, PageLogEntry)
    of_page = reverse("wagtailadmin_pages:history", args=[entry.page_id]) if is_page else ""
    return Line(
        at=entry.timestamp,
        who=name_of(entry.user, entry.user_id),
        what=what_was_done(entry),
        about=entry.label,
        kind=capfirst(entry.content_type.name) if entry.content_type else "",
        details=details_of(entry.data),
        url=of_page if is_page and entry.page_id in existing else "",
    )


def name_of(user: AbstractBaseUser | None, number: int | None) -> str:
    """The person's name; the account may be gone, and some things the site does by itself."""
    if user is not None:
        return user.get_full_name() or user.get_username()
    return _("somebody whose account is gone") if number else _("the site itself")


def what_was_done(entry: Entry) -> str:
    formatter = registry.get_formatter(entry)
    return str(formatter.format_message(entry)) if formatter else entry.action


def details_of(data: Mapping[str, object]) -> str:
    """What an export handed out: how many rows, in which format, with names or not, and of what.

    Other data of an entry is for machines, or already in its sentence.
    """
    said = []
    rows = data.get("rows", data.get("count"))
    if isinstance(rows, int):
        sentence = ngettext("%(rows)s row", "%(rows)s rows", rows)
        said.append(sentence % {"rows": whole(rows)})
    if kind := data.get("format"):
        said.append(_("as %(format)s") % {"format": str(kind).upper()})
    if "names" in data:
        said.append(_("with names") if data["names"] else _("without names"))
    if data.get("addresses"):
        said.append(_("with email addresses"))
    if name := data.get("file") or data.get("list"):
        said.append(str(name))
    filters = data.get("filters")
    if isinstance(filters, Mapping):
        said += [_filter(name, value) for name, value in sorted(filters.items()) if value]
    return " · ".join(said)


def _filter(name: str, value: object) -> str:
    values = value if isinstance(value, list) else [value]
    return _("only %(name)s = %(values)s") % {
        "name": name,
        "values": ", ".join(str(one) for one in values),
    }
