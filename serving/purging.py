"""Tell the caches further out what has changed: each Varnish, and the network in front of it.

The changes are asked for some times a second. A ban that is not acknowledged becomes a ban of
everything, repeated until it is: nobody knows what a lost Varnish still has. Every ban goes out
twice more, for an answer that was made or on its way when the first one came.
"""

import http.client
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import batched

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from wagtail.contrib.frontend_cache.utils import get_backends, purge_urls_from_cache

from serving import addresses
from serving.feed import NOTHING_SEEN, changes_since
from serving.models import HandledPoint
from serving.snapshots import read_snapshot

logger = logging.getLogger(__name__)

POINT = "purged"
# When a change is told again: after every process of the site has heard of it (feed.ASK_SECONDS),
# and after a slow answer's way.
REPEAT_SECONDS = (0.35, 1.5)
# Changes are noted for longer than this (changes.KEPT); after a longer silence some may be missed.
LONGEST_SILENCE_SECONDS = 300.0
TIMEOUT_SECONDS = 2.0
# Addresses that a network is told at once.
_AT_ONCE = 30
# How often it is written down that all is well, while nothing changes.
NOTE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 5.0


def last_success_age() -> float | None:
    """Return the seconds since every cache had acknowledged all changes; None without any."""
    point = HandledPoint.objects.filter(name=POINT).first()
    return None if point is None else (timezone.now() - point.handled_at).total_seconds()


class NotAcknowledged(Exception):
    """A cache did not take what it was told."""


class Varnish:
    """One Varnish, told by the method BAN, which deploy/varnish/campaign.vcl understands."""

    def __init__(self, address: str) -> None:
        self.address = address

    def forget(self, tables: frozenset[str] | None) -> None:
        """Let it show nothing any more that was made from these tables (None: nothing at all)."""
        shown = "." if tables is None else f"(^| )({'|'.join(sorted(tables))})( |$)"
        asking = http.client.HTTPConnection(self.address, timeout=TIMEOUT_SECONDS)
        try:
            asking.request("BAN", "/", headers={"X-Ban-Shows": shown})
            status = asking.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotAcknowledged(f"{self.address}: {type(error).__name__}") from error
        finally:
            asking.close()
        if status != http.client.OK:
            raise NotAcknowledged(f"{self.address}: {status}")


class DeliveryNetwork:
    """What Wagtail's frontend cache reaches; told address by address."""

    address = "the network"

    def forget(self, tables: frozenset[str] | None) -> None:
        try:
            paths = addresses.every() if tables is None else addresses.showing(set(tables))
        except Error as error:
            raise NotAcknowledged(f"its addresses are not known: {error!r:.60}") from error
        # One first: where nobody answers, the others are not each waited for in turn.
        for some in filter(None, [paths[:1], *batched(paths[1:], _AT_ONCE)]):
            with _errors_of_frontend_cache() as errors:
                purge_urls_from_cache([settings.SITE_URL + path for path in some])
            if errors:
                raise NotAcknowledged("the network did not take a purge")


class _Errors(logging.Handler):
    """Wagtail's backends only log what went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def __enter__(self) -> list[logging.LogRecord]:
        logging.getLogger("wagtail.frontendcache").addHandler(self)
        return self.records

    def __exit__(self, *_: object) -> None:
        logging.getLogger("wagtail.frontendcache").removeHandler(self)


def _errors_of_frontend_cache() -> _Errors:
    return _Errors()


@dataclass
class Told:
    """One cache and what it has still to be told."""

    cache: Varnish | DeliveryNetwork
    owes_all: bool = True
    owed: set[str] = field(default_factory=set)
    # (when, tables): the further tellings of what was told before.
    again: list[tuple[float, frozenset[str] | None]] = field(default_factory=list)
    not_before: float = 0.0
    pause: float = 0.25

    @property
    def is_done(self) -> bool:
        return not self.owes_all and not self.owed

    def tell(self, now: float) -> None:
        """Send what is due; a failure leaves all of it to be told."""
        due = [tables for when, tables in self.again if when <= now]
        if (self.is_done and not due) or now < self.not_before:
            return
        everything = self.owes_all or None in due
        news = None if self.owes_all else frozenset(self.owed)
        tables = None if everything else frozenset(self.owed).union(*due)
        try:
            self.cache.forget(tables)
        except NotAcknowledged as failure:
            logger.warning("A cache does not acknowledge what has changed (%s).", failure)
            self.owes_all, self.not_before = True, now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
            return
        self.again = [(when, tables) for when, tables in self.again if when > now]
        if self.owes_all or self.owed:
            self.again += [(now + seconds, news) for seconds in REPEAT_SECONDS]
        self.owes_all, self.pause = False, 0.25
        self.owed.clear()


class Purger:
    """Goes from change to change; begins with everything, for it cannot know what it missed."""

    def __init__(self, caches: Iterable[Varnish | DeliveryNetwork] | None = None) -> None:
        self.told = [Told(cache) for cache in (configured() if caches is None else caches)]
        self.seen = NOTHING_SEEN
        self._asked_at = 0.0
        self._noted_at = 0.0

    def step(self) -> set[str]:
        """Ask once, tell what is new and what is owed; returns the tables that are new.

        After a long silence, or when the database was restored to an earlier time, everything is
        told. Raises Django's ``Error`` when the database does not answer.
        """
        began, before = self.seen == NOTHING_SEEN, self.seen
        self.seen, changes = changes_since(before)
        now = time.monotonic()
        missed = not began and (
            now - self._asked_at > LONGEST_SILENCE_SECONDS
            or read_snapshot(self.seen).xmax < read_snapshot(before).xmax
        )
        self._asked_at = now
        # What is there at the beginning is covered by forgetting everything.
        tables = set() if began else {table for table, _ in changes}
        for told in self.told:
            told.owed |= tables
            told.owes_all |= missed
        for told in self.told:
            told.tell(now)
        self._note(bool(tables))
        return tables

    def _note(self, is_news: bool) -> None:
        now = time.monotonic()
        if not all(told.is_done for told in self.told):
            return
        if is_news or now - self._noted_at >= NOTE_SECONDS:
            self._noted_at = now
            HandledPoint.objects.update_or_create(
                name=POINT, defaults={"snapshot": self.seen, "handled_at": timezone.now()}
            )


def configured() -> list[Varnish | DeliveryNetwork]:
    """Return the caches that the settings name."""
    found: list[Varnish | DeliveryNetwork] = list(map(Varnish, settings.VARNISH_ADDRESSES))
    if get_backends():
        found.append(DeliveryNetwork())
    return found


def run(purger: Purger, every: float, is_stopping) -> None:
    """Go on until ``is_stopping`` says so; a database that is gone is waited for."""
    pause = every
    while not is_stopping():
        try:
            purger.step()
            pause = every
        except Error as error:
            logger.warning("The database does not say what has changed (%s).", type(error).__name__)
            connection.close()
            # Caches that come back meanwhile are told all the same, all of it.
            for told in purger.told:
                told.tell(time.monotonic())
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        time.sleep(pause)
