"""Switches that all machines of the site obey, kept in Redis beside the shared cache.

A file on one machine says nothing to the others. Each process asks at most once a second, waits a
fifth of one at most, and goes by the last answer while Redis is gone. Without ``REDIS_URL`` there
is one machine, and every switch is off.
"""

import logging
import threading
import time
from functools import lru_cache

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

KNOWN_SECONDS = 1.0
# So long nobody asks again after Redis did not answer: no request is to wait for it twice.
GIVEN_UP_SECONDS = 5.0
_ANSWER_SECONDS = 0.2


class Switch:
    """One switch; ``name`` is what it is called in Redis, below "switch:"."""

    def __init__(self, name: str) -> None:
        self._key = f"switch:{name}"
        self._lock = threading.Lock()
        self._is_on, self._ask_at = False, 0.0

    def is_on(self) -> bool:
        """Return the last answer, asking again when it is a second old; never raises."""
        if settings.REDIS_URL and time.monotonic() >= self._ask_at and self._lock.acquire(False):
            try:
                self._ask()
            finally:
                self._lock.release()
        return bool(settings.REDIS_URL) and self._is_on

    def turn(self, *, on: bool) -> None:
        """Turn it for all machines, within a second. Raises ``RedisError``. Again: no change."""
        redis = _connection(settings.REDIS_URL)
        if on:
            redis.set(self._key, "on")
        else:
            redis.delete(self._key)
        self._ask_at = 0.0

    def _ask(self) -> None:
        try:
            # Not EXISTS: being read keeps a key from being evicted as the least recently used.
            self._is_on = _connection(settings.REDIS_URL).get(self._key) is not None
        except RedisError as error:
            logger.warning("the shared switches are not known: %s", type(error).__name__)
            self._ask_at = time.monotonic() + GIVEN_UP_SECONDS
        else:
            self._ask_at = time.monotonic() + KNOWN_SECONDS


@lru_cache(maxsize=2)
def _connection(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=_ANSWER_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),  # its own patience is many seconds
    )


maintenance = Switch("maintenance")
