"""Where entries lie for all processes: in Redis, else in files of this machine.

Bytes in, bytes out: nothing is unpickled, and entries carry a seal (entries.py), so whoever could
write there could neither run code nor show a page of their own. Any trouble counts as "not there":
the page is made, and nobody notices but the clock.
"""

import contextlib
import hashlib
import logging
import os
import secrets
import time
from pathlib import Path
from typing import Protocol

from django.conf import settings

logger = logging.getLogger(__name__)

# After Redis did not answer, it is left alone for so long.
PAUSE_SECONDS = 5
TIMEOUT_SECONDS = 0.2
# Files: so many bytes in all. What has ended goes at the next writing after so many seconds.
MOST_BYTES = 512 * 1024 * 1024
_TIDY_SECONDS = 60


class Store(Protocol):
    def get(self, key: str) -> bytes | None: ...
    def set(self, key: str, data: bytes, seconds: float) -> None: ...
    def delete(self, key: str) -> None: ...


class FileStore:
    """A file for each entry, written whole or not at all; its time of change is when it ends."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._tidied_at = 0.0

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / name

    def get(self, key: str) -> bytes | None:
        try:
            with self._path(key).open("rb") as file:
                if os.fstat(file.fileno()).st_mtime < time.time():
                    return None
                return file.read()
        except OSError:
            return None

    def set(self, key: str, data: bytes, seconds: float) -> None:
        path = self._path(key)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(data)
            ends = time.time() + seconds
            os.utime(draft, (ends, ends))
            draft.replace(path)
        except OSError as error:
            # A full disk, for one: what was begun goes again.
            logger.warning("A kept page could not be written (%s).", error.strerror)
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
        if time.monotonic() - self._tidied_at > _TIDY_SECONDS:
            self._tidied_at = time.monotonic()
            self.tidy()

    def delete(self, key: str) -> None:
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what has ended, and, when all is still too much, what ends first."""
        found, now = [], time.time()
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        left = sum(size for _, size, _ in found)
        for ends, size, path in sorted(found):
            if ends >= now and left <= self._most_bytes:
                break
            left -= size
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


class RedisStore:
    """Redis, asked with little patience and left alone for a while after it failed."""

    def __init__(self, url: str) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._error = redis.RedisError
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),  # its own patience is many seconds
        )
        self._down_until = 0.0

    def _ask(self, command: str, *arguments: object) -> object:
        if time.monotonic() < self._down_until:
            return None
        try:
            return self._client.execute_command(command, *arguments)
        except (self._error, OSError) as error:
            self._down_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("Redis does not answer (%s).", type(error).__name__)
            return None

    def get(self, key: str) -> bytes | None:
        return self._ask("GET", f"page:{key}")

    def set(self, key: str, data: bytes, seconds: float) -> None:
        self._ask("SET", f"page:{key}", data, "PX", max(1, int(seconds * 1000)))

    def delete(self, key: str) -> None:
        self._ask("DEL", f"page:{key}")


def make_store() -> Store:
    """Return the store that the settings name."""
    if settings.REDIS_URL:
        return RedisStore(settings.REDIS_URL)
    return FileStore(settings.PAGE_CACHE_FOLDER)
