"""Every anonymous page, kept as ready bytes and shown for as long as nothing it shows has changed.

An answer is kept when its view declared it public. While it is made, the tables that it reads are
recorded; with the snapshot of the database taken before, they tell whether it is still right
(feed.py). So nobody has to remember what to clear: what is not recorded is not kept.
"""

import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from campaign_site import shared_switch
from campaign_site.compression import compress
from serving import addresses, generation, lifetimes
from serving.entries import Entry, make_entry, unpack
from serving.entry_kinds import is_text
from serving.feed import Feed, feed
from serving.keeping import may_be_kept
from serving.known import KnownAnswers
from serving.local_entries import LocalEntries
from serving.recording import recording
from serving.renderings import Renderings
from serving.stores import Store, make_store

# Addresses with a query are endless: they have a place of their own.
MOST_WITH_QUERY, MOST_BYTES_WITH_QUERY = 200, 16 * 1024 * 1024
LARGEST_BYTES = 1024 * 1024
# Addresses whose answers are not kept are remembered so long, so that nobody waits for another.
_NOT_KEPT_SECONDS = 60
_MOST_NOT_KEPT = 2_000

# Never looked up: staff, files, and what tells how the site is.
_NEVER = re.compile(
    r"/(admin|django-admin|static|media|photos|documents|dev|healthz|metrics)(/|$)", re.ASCII
)
# The parameters that public pages know; an address with any other is answered, and not kept.
# The tag of a poster or a mail (supporters/sources.py) goes on into the links of the page.
_KNOWN = r"(page|at|theme|view|language|for|lang|month|size|amount|photo|before|after|from)"
_QUERY = re.compile(rf"{_KNOWN}=[\w.-]{{1,40}}(&{_KNOWN}=[\w.-]{{1,40}})?", re.ASCII)
# What networks and mail programs add to every link, another word for each reader: the page is
# found, and made, without it.
_FOREIGN = re.compile(r"(^|&)(fbclid|gclid|igshid|msclkid|mc_[ce]id|utm_[a-z]+)=[^&]*")
# An answer that is kept is made whole.
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


def middleware_in_use() -> "PageCacheMiddleware | None":
    """Return the cache that this process made last, if it is on."""
    return _in_use


_in_use: "PageCacheMiddleware | None" = None


class PageCacheMiddleware:
    """Answer from what is kept, before any other middleware; keep what may be kept.

    Entries are found by scheme, host, path and query as they came. Only answers that the whole
    site gave are there: of a host that is not ours, or one that led to https, there are none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        global _in_use
        self.get_response = get_response
        self.is_on = settings.PAGE_CACHE
        _in_use = self if self.is_on else None
        self.local = LocalEntries()
        self.local_with_query = LocalEntries(MOST_WITH_QUERY, MOST_BYTES_WITH_QUERY)
        self.feed: Feed = feed
        self.store: Store = make_store()
        self.known = KnownAnswers(self.store)
        self._maintenance = os.fspath(settings.MAINTENANCE_FILE)
        self._hosts = {urlsplit(settings.SITE_URL).netloc}
        self._sessions = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
        self._renderings = Renderings()
        self._not_kept: OrderedDict[tuple, float] = OrderedDict()
        self._not_kept_lock = threading.Lock()
        self._prefix: str | None = None
        # Caches further out, which learn of changes a moment after this process.
        self._tells_others = bool(settings.VARNISH_ADDRESSES or settings.WAGTAILFRONTENDCACHE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.is_on:
            return self.get_response(request)
        meta = request.META
        key = self._key(request.method, request.scheme, meta)
        if key is None:
            return self._pass(request)
        if self._is_closed():
            return self.get_response(request)
        entry = self._hit(key)
        return _outcome(entry.answer(meta), "hit") if entry else self._find(request, key)

    def ready_entry(self, method: str, scheme: str, meta: dict) -> Entry | None:
        """Return the entry that would answer this request at once; None when it takes more."""
        key = self._key(method, scheme, meta)
        return None if key is None or self._is_closed() else self._hit(key)

    def _hit(self, key: tuple) -> Entry | None:
        entry = self._here(key).get(key)
        if (
            entry is not None
            and entry.checked == self.feed.number
            and time.monotonic() < self.feed.good_until
            and time.time() < entry.good_until
        ):
            return entry
        return None

    def _is_closed(self) -> bool:
        """Whether there is planned work."""
        return os.path.exists(self._maintenance) or shared_switch.maintenance.is_on()

    def _here(self, key: tuple) -> LocalEntries:
        return self.local_with_query if key[3] else self.local

    # Which requests

    def _key(self, method: str, scheme: str, meta: dict) -> tuple | None:
        """Return what the answer is found by; None when it is not to be looked up."""
        path = meta["PATH_INFO"]
        query = meta.get("QUERY_STRING", "")
        if (
            (method != "GET" and method != "HEAD")
            or "HTTP_AUTHORIZATION" in meta
            or "HTTP_RANGE" in meta
            or ("HTTP_COOKIE" in meta and self._has_session(meta["HTTP_COOKIE"]))
            or meta.get("SCRIPT_NAME")
            or _NEVER.match(path)
        ):
            return None
        if query:
            query = _FOREIGN.sub("", query).removeprefix("&")
            if query and not _QUERY.fullmatch(query):
                return None
        host = meta.get("HTTP_HOST") or meta["SERVER_NAME"]
        if host not in self._hosts and not self._is_host(host, meta["SERVER_PORT"]):
            return None
        return (scheme, host, path, query)

    def _is_host(self, host: str, port: str) -> bool:
        """Whether this is a name of ours, written plainly: one site fills no cache many times."""
        name, _, named_port = host.partition(":")
        if name not in settings.ALLOWED_HOSTS or named_port not in {"", port}:
            return False
        self._hosts.add(host)
        return True

    def _has_session(self, cookies: str) -> bool:
        return any(name in cookies for name in self._sessions)

    def _pass(self, request: HttpRequest) -> HttpResponse:
        """Answer without looking; what a member of staff sees is kept by nobody."""
        response = self.get_response(request)
        cookies = request.META.get("HTTP_COOKIE", "")
        if response.get("Content-Type", "").startswith("text/html"):
            if cookies and self._has_session(cookies) and lifetimes.declared(response):
                response.headers["Cache-Control"] = "private, no-store"
            else:
                _date(response)
        return _outcome(response, "bypass")

    # Looking up

    def _find(self, request: HttpRequest, key: tuple) -> HttpResponse:
        """Find the entry, here or in the store, or make it."""
        came = time.monotonic()
        if not self.feed.ask():
            return self._late(request, key)
        entry = self._right(self._here(key).get(key)) or self._shared(key)
        if entry is not None:
            return _outcome(entry.answer(request.META), "hit")
        if self._is_not_kept(key):
            return _outcome(self._make(request, key)[0], "bypass")
        with self._renderings.one_at_a_time(key) as rendering:
            if rendering is not None and not self._is_not_kept(key):
                entry = self._right(self._here(key).get(key))
                if entry is None and rendering.began_at >= came:
                    # Overtaken meanwhile, but begun after this request came: right for it.
                    entry = rendering.entry
                if entry is not None:
                    return _outcome(entry.answer(request.META), "hit")
                if rendering.entry is not None:
                    self.feed.ask(not_before=came)
                began_at = self.feed.asked_at
                response, entry = self._make(request, key)
                rendering.entry, rendering.began_at = entry, began_at
                return _outcome(response, "miss")
        return _outcome(self._make(request, key)[0], "miss")

    def _right(self, entry: Entry | None) -> Entry | None:
        """Return the entry if it is still right, by what the feed knows now."""
        if entry is None or time.time() >= entry.good_until:
            return None
        number = self.feed.number
        if entry.checked != number:
            if not self.feed.shows_all(entry.tables, entry.snapshot):
                return None
            entry.checked = number
        return entry

    def _shared(self, key: tuple) -> Entry | None:
        data = self.store.get(self._name(key))
        entry = unpack(data) if data else None
        if entry is not None and entry.snapshot.xmax > self.feed.snapshot.xmax:
            # Another process has just made it, and knows more than this one.
            self.feed.ask(not_before=time.monotonic())
        entry = self._right(entry)
        if entry is not None:
            self._here(key).put(key, entry)
        return entry

    def _name(self, key: tuple) -> str:
        if self._prefix is None:
            self._prefix = f"{generation.release()}:{generation.database()}"
        return ":".join([self._prefix, *key])

    # Making

    def _make(self, request: HttpRequest, key: tuple) -> tuple[HttpResponse, Entry | None]:
        """Let the site answer, and keep the answer if it may be; compressed, if it is."""
        if request.META.get("QUERY_STRING", "") != key[3]:
            request = WSGIRequest({**request.environ, "QUERY_STRING": key[3]})
        meta = request.META
        if request.method == "HEAD":
            return self._answer(request)
        conditions = {name: meta.pop(name) for name in _CONDITIONS if name in meta}
        request.is_compressed_outside = True
        try:
            with recording(self.feed.snapshot) as record:
                response = self.get_response(request)
        finally:
            meta.update(conditions)
        if may_be_kept(request, response, record, key):
            entry = make_entry(response, record.tables, record.snapshot)
            return self._keep(key, entry).answer(meta), entry
        self._note_not_kept(key, response)
        _date(response)
        return compress(request, response), None

    def _answer(self, request: HttpRequest) -> tuple[HttpResponse, None]:
        response = self.get_response(request)
        _date(response)
        return response, None

    def _keep(self, key: tuple, entry: Entry) -> Entry:
        """Put the entry where it is found; one that was overtaken while it was made, nowhere.

        Caches further out are then told not to keep it either: what makes them forget may have
        come and gone before it reaches them.
        """
        knows = self.feed.ask(not_before=time.monotonic() if self._tells_others else None)
        if not knows or self._right(entry) is None:
            entry.good_until = 0.0
            return entry
        self._not_kept.pop(key, None)
        if entry.size <= LARGEST_BYTES:
            self._here(key).put(key, entry)
            packed, name = entry.pack(), self._name(key)
            self.store.set(name, packed, entry.good_until - time.time())
            self.known.note(":".join(key), entry, packed)
            addresses.note(key, entry)
        return entry

    def _is_not_kept(self, key: tuple) -> bool:
        noted_at = self._not_kept.get(key)
        return noted_at is not None and time.monotonic() - noted_at < _NOT_KEPT_SECONDS

    def _note_not_kept(self, key: tuple, response: HttpResponse) -> None:
        with self._not_kept_lock:
            self._not_kept.pop(key, None)
            self._not_kept[key] = time.monotonic()
            while len(self._not_kept) > _MOST_NOT_KEPT:
                self._not_kept.popitem(last=False)
        self._here(key).drop(key)
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.known.forget(":".join(key))

    # When the database is gone

    def _late(self, request: HttpRequest, key: tuple) -> HttpResponse:
        """Show what was right when the database was last heard of, else what the site says."""
        entry = self._right(self._here(key).get(key)) or self._shared(key)
        if entry is None or not self.known.may_be_shown(entry):
            entry = self.known.get(":".join(key))
        if entry is None:
            return _outcome(self._answer(request)[0], "bypass")
        return _outcome(entry.answer(request.META, is_late=True), "stale")


def _date(response: HttpResponse) -> None:
    """Let nobody further out keep what is not kept here: nothing could make them forget it."""
    if lifetimes.declared(response) and is_text(response.get("Content-Type", "")):
        response.headers["Cache-Control"] = lifetimes.outward(0, shows_photos=True)


def _outcome(response: HttpResponse, name: str) -> HttpResponse:
    """Note what became of the look-up, for whoever counts."""
    response.cache_outcome = name
    return response
