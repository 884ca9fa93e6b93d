"""A kept answer: its bytes in every coding, its headers, and what it was made from."""

import gzip
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass, field
from functools import lru_cache

import brotli
from django.conf import settings
from django.http import HttpResponse

from serving import lifetimes
from serving.entry_kinds import is_text
from serving.snapshots import Snapshot

# Below this, a compressed answer is no shorter on the wire.
_SHORTEST = 200
GZIP_LEVEL, BROTLI_QUALITY = 6, 5
_SEAL_BYTES = 16

# Addresses of pictures of people: their page is never shown when it could be an old one.
_PHOTO = re.compile(rb"/photos/[0-9a-f]{32}/")
_QUALITY = re.compile(r"\s*q\s*=\s*(0(\.\d{0,3})?|1(\.0{0,3})?)\s*")


@lru_cache(maxsize=512)
def best_coding(accepted: str) -> str:
    """Return br, gzip or identity for an ``Accept-Encoding`` (RFC 9110 12.5.3), br before gzip."""
    found: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        quality = _QUALITY.fullmatch(parameter)
        found[name.strip()] = float(quality[1]) if quality else float(not parameter)
    rest = found.get("*", 0.0)
    for coding in ("br", "gzip"):
        if found.get(coding, rest) > 0:
            return coding
    return "identity"


@dataclass(slots=True)
class Entry:
    """``made_at`` and ``good_until`` are seconds since 1970; ``tables`` in the order of names."""

    status: int
    headers: list[tuple[str, str]]
    bodies: dict[str, bytes]
    tables: tuple[str, ...]
    snapshot: Snapshot
    made_at: float
    good_until: float
    digest: str
    shows_photos: bool
    # Whether the lifetimes for others are set by this entry, or as the view declared them.
    is_dated: bool
    # The number of the feed at which this process last found the entry right.
    checked: int = field(default=-1, compare=False)
    # By coding: the headers that every whole answer has.
    _steady: dict[str, list[tuple[str, str]]] = field(default_factory=dict, compare=False)

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values())) + 2_000

    def coding_for(self, meta: dict) -> str:
        """Return the coding to answer a request's ``META`` in."""
        coding = best_coding(meta.get("HTTP_ACCEPT_ENCODING", ""))
        return coding if coding in self.bodies else "identity"

    def answer(self, meta: dict, *, is_late: bool = False) -> HttpResponse:
        """Return the response for a request's ``META``; 304 when the browser has it already.

        ``is_late``: the entry could be an old one, and is shown because nothing else can be.
        """
        coding = self.coding_for(meta)
        headers = dict(self.headers_in(coding, is_late=is_late))
        asked = meta.get("HTTP_IF_NONE_MATCH")
        if asked is not None and _names(asked, headers["ETag"]) and self.status == 200:
            for name in ("Content-Type", "Content-Encoding", "Content-Length"):
                headers.pop(name, None)
            return HttpResponse(status=304, headers=headers)
        body = b"" if meta["REQUEST_METHOD"] == "HEAD" else self.bodies[coding]
        return HttpResponse(body, status=self.status, headers=headers)

    def headers_in(self, coding: str, *, is_late: bool = False) -> list[tuple[str, str]]:
        """Return the headers of a whole answer in ``coding`` at this moment."""
        steady = self._steady.get(coding)
        if steady is None:
            headers = dict(self.headers)
            if self.is_dated:
                headers.pop("Cache-Control", None)
            headers["ETag"] = f'"{self.digest}-{coding}"'
            if coding != "identity":
                headers["Content-Encoding"] = coding
            headers["Content-Length"] = str(len(self.bodies[coding]))
            steady = self._steady[coding] = list(headers.items())
        now = time.time()
        expires = ("X-Accel-Expires", f"@{int(now)}")
        if not self.is_dated:
            return [*steady, expires]
        remaining = 0 if is_late else self.good_until - now
        control = lifetimes.outward(remaining, self.shows_photos)
        return [*steady, expires, ("Cache-Control", control)]

    def pack(self) -> bytes:
        """Return the entry as bytes: a line of JSON, then the bodies one after the other."""
        snapshot = self.snapshot
        about = {
            "status": self.status,
            "headers": self.headers,
            "bodies": [(coding, len(body)) for coding, body in self.bodies.items()],
            "tables": self.tables,
            "snapshot": [snapshot.xmin, snapshot.xmax, sorted(snapshot.under_way)],
            "made_at": self.made_at,
            "good_until": self.good_until,
            "digest": self.digest,
            "shows_photos": self.shows_photos,
            "is_dated": self.is_dated,
        }
        packed = b"".join([json.dumps(about).encode(), b"\n", *self.bodies.values()])
        return _seal(packed) + packed


def unpack(data: bytes) -> Entry | None:
    """Return what ``pack`` made; None for anything damaged, forged or of another version."""
    seal, packed = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(packed)):
        return None
    line, _, rest = packed.partition(b"\n")
    try:
        about = json.loads(line)
        xmin, xmax, under_way = about.pop("snapshot")
        bodies, place = {}, 0
        for coding, length in about.pop("bodies"):
            bodies[coding] = rest[place : place + length]
            place += length
        if place != len(rest):
            return None
        headers = [(name, value) for name, value in about.pop("headers")]
        about["tables"] = tuple(about["tables"])
        snapshot = Snapshot(xmin, xmax, frozenset(under_way))
        return Entry(headers=headers, bodies=bodies, snapshot=snapshot, **about)
    except (ValueError, KeyError, TypeError):
        return None


def _seal(packed: bytes) -> bytes:
    """Return what only the site can put before an entry (RFC 7693 2.9, a keyed hash)."""
    key = hashlib.sha256(f"serving.entries:{settings.SECRET_KEY}".encode()).digest()
    return hashlib.blake2b(packed, key=key, digest_size=_SEAL_BYTES).digest()


def make_entry(response: HttpResponse, tables: set[str], snapshot: Snapshot) -> Entry:
    """Return the entry for an answer that may be kept; compresses what is text."""
    now = time.time()
    body = response.content
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    content_type = headers.get("Content-Type", "")
    bodies = {"identity": body}
    if is_text(content_type) and len(body) >= _SHORTEST:
        headers["Vary"] = "Accept-Encoding"
        bodies["gzip"] = gzip.compress(body, GZIP_LEVEL, mtime=0)
        bodies["br"] = brotli.compress(body, quality=BROTLI_QUALITY)
    else:
        headers.pop("Vary", None)
    headers.pop("ETag", None)
    if settings.VARNISH_ADDRESSES:
        # What Varnish finds the answer by when one of its tables changes; it goes no further.
        headers["X-Shows"] = " ".join(sorted(tables))
    declared = lifetimes.declared(response)
    told = repr([response.status_code, sorted(headers.items())]).encode()
    return Entry(
        status=response.status_code,
        headers=list(headers.items()),
        bodies=bodies,
        tables=tuple(sorted(tables)),
        snapshot=snapshot,
        made_at=now,
        good_until=lifetimes.good_until(now, declared),
        digest=hashlib.sha256(told + b"\0" + body).hexdigest()[:24],
        shows_photos=bool(_PHOTO.search(body)),
        is_dated=lifetimes.is_dated(response, content_type),
    )


def _names(asked: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names the tag, compared weakly (RFC 9110 13.1.2)."""
    if asked.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in asked.split(","))
