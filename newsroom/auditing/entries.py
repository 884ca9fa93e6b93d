"""The two logs that Wagtail keeps, of pages and of everything else, read as one."""

from datetime import datetime, time, timedelta

from django.db.models import IntegerField, Q, QuerySet, Value
from django.utils import timezone
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from newsroom.auditing.kinds import KINDS

_LOGS = (PageLogEntry, ModelLogEntry)
THE_SITE = "site"

Entry = PageLogEntry | ModelLogEntry


class Entries:
    """What the filters of a form let through, latest first; can be counted and sliced.

    ``filters`` has ``who`` (the number of a user, or THE_SITE), ``kind`` (a key of KINDS),
    ``about`` (words of a title), ``first`` and ``last`` (days); all may be missing. What is
    written ``after`` that moment is left out, so that a file does not grow while it is made. Each
    slice costs three queries, however long the logs are.
    """

    def __init__(self, filters: dict[str, object], *, after: datetime | None = None) -> None:
        self._of = [_filtered(log, filters) for log in _LOGS]
        if after:
            self._of = [entries.filter(timestamp__lte=after) for entries in self._of]

    def count(self) -> int:
        return sum(entries.count() for entries in self._of)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Entry]:
        keys = [
            entries.order_by().annotate(log=Value(place, IntegerField()))
            for place, entries in enumerate(self._of)
        ]
        pages, things = (one.values_list("timestamp", "log", "pk") for one in keys)
        chosen = list(pages.union(things, all=True).order_by("-timestamp", "log", "-pk")[part])
        found = {}
        for place, log in enumerate(_LOGS):
            ids = [pk for _moment, of, pk in chosen if of == place]
            rows = log.objects.filter(pk__in=ids).select_related("user", "content_type")
            found |= {(place, row.pk): row for row in rows}
        # What the night erased between the two looks is left out.
        return [found[place, pk] for _moment, place, pk in chosen if (place, pk) in found]


def _filtered(log: type[Entry], filters: dict[str, object]) -> QuerySet:
    entries = log.objects.all()
    who, about = filters.get("who"), filters.get("about")
    if who:
        entries = entries.filter(user_id=None if who == THE_SITE else int(who))
    if kind := KINDS.get(filters.get("kind")):
        if kind.is_of_pages is not None and kind.is_of_pages != (log is PageLogEntry):
            return entries.none()
        entries = entries.filter(kind.condition)
    if about:
        entries = entries.filter(label__icontains=about)
    return entries.filter(_days(filters.get("first"), filters.get("last")))


def _days(first, last) -> Q:
    """From the first moment of ``first`` to the last of ``last``, by Belgian clocks."""
    found = Q()
    if first:
        found &= Q(timestamp__gte=_begin(first))
    if last:
        found &= Q(timestamp__lt=_begin(last + timedelta(days=1)))
    return found


def _begin(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def pages_that_exist(entries: list[Entry]) -> set[int]:
    """Return the numbers of the pages among them that nobody has deleted since."""
    ids = {entry.page_id for entry in entries if isinstance(entry, PageLogEntry)}
    return set(Page.objects.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
