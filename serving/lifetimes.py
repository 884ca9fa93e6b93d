"""How long an answer may be shown, here and by caches further out.

A fact that is written down makes an answer old at once, wherever it is kept (feed.py, purging.py).
What changes by the clock alone (an event that ends, a day on which something opens) does not: so
nothing is shown for longer than a minute after it was made, nor past midnight in Brussels.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse

from serving.entry_kinds import is_text

LONGEST_SECONDS = 60
# Of that, the last seconds are for caches to fetch anew while they show what they have (RFC 5861).
REVALIDATE_SECONDS = 15
# So long known answers are shown when no new one can be made.
LATE_SECONDS = 24 * 3600
_SECONDS = re.compile(r"(?:^|[,\s])(s-maxage|max-age)=(\d+)")


@lru_cache(maxsize=4)
def _midnight_after(hour: int, zone: str) -> float:
    there = datetime.fromtimestamp(hour * 3600, ZoneInfo(zone))
    following = there.date() + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=there.tzinfo).timestamp()


def next_midnight(now: float) -> float:
    """Return when the day ends in the site's time zone."""
    return _midnight_after(int(now // 3600), settings.TIME_ZONE)


def declared(response: HttpResponse) -> int:
    """Return the seconds for which the view lets shared caches keep the answer; 0 for none."""
    control = response.get("Cache-Control", "")
    if "public" not in control or "no-store" in control or "private" in control:
        return 0
    found = dict(_SECONDS.findall(control))
    return int(found.get("s-maxage", found.get("max-age", 0)))


def good_until(now: float, seconds: int) -> float:
    return min(now + min(seconds, LONGEST_SECONDS), next_midnight(now))


def is_dated(response: HttpResponse, content_type: str) -> bool:
    """Whether caches are told the time that remains; a picture named by its version never ages."""
    return is_text(content_type) or "s-maxage" in response.get("Cache-Control", "")


def outward(remaining: float, shows_photos: bool) -> str:
    """Return ``Cache-Control`` for an answer that is good for ``remaining`` seconds more.

    Browsers ask each time. Where people's pictures are to be seen nothing is shown beyond that,
    not even when the site is down: what somebody takes back is gone within the minute.
    """
    whole = max(0, int(remaining))
    stale = min(REVALIDATE_SECONDS, whole // 4)
    parts = f"public, max-age=0, s-maxage={whole - stale}, stale-while-revalidate={stale}"
    return parts if shows_photos else f"{parts}, stale-if-error={LATE_SECONDS}"
