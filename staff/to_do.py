"""What waits for whoever works here: each app says it, the admin's first page shows it.

A provider is asked on every look at that page. It leaves out what ``request.user`` may not do,
names nobody, and costs a query or two: the page has a budget for all of them together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign_site.templatetags.campaign import long_day


@dataclass(frozen=True)
class Item:
    """One thing to do: how many of what, and the screen where it is done.

    ``label`` is what stands beside the number, in the reader's language and in the number's
    plural ("photos to moderate"); ``note`` one short sentence that says why it matters now ("The
    oldest waits since Monday."). What ``is_urgent`` stands before everything else. Of things of
    which there are none, only those with ``keep_when_done`` are told, as done.
    """

    key: str
    label: str
    number: int
    url: str
    note: str = ""
    is_urgent: bool = False
    keep_when_done: bool = False


Provider = Callable[[HttpRequest], Iterable[Item]]

_providers: dict[Provider, int] = {}


def register(provider: Provider, *, order: int) -> None:
    """Ask ``provider`` on the first page; lower orders stand first. Safe to repeat."""
    _providers[provider] = order


def items_for(request: HttpRequest) -> list[Item]:
    """Return everything that this member of staff may do: urgent things first, done ones too."""
    in_order = sorted(_providers, key=_providers.__getitem__)
    items = [item for provider in in_order for item in provider(request)]
    # Sorting is stable: within each half the providers keep their order.
    return sorted(items, key=lambda item: not (item.is_urgent and item.number))


def open_items(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.number]


def done_items(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if not item.number and item.keep_when_done]


def waits_since(moment: date | datetime | None) -> str:
    """Return a note on how long the oldest of several things has waited; "" when none does."""
    if moment is None:
        return ""
    came = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    today = timezone.localdate()
    if came >= today:
        return _("The oldest came today.")
    if came == today - timedelta(days=1):
        return _("The oldest came yesterday.")
    return _("The oldest has waited since %(day)s.") % {"day": long_day(came)}
