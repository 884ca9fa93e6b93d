"""The page cache, turned on, with a store of its own for each test."""

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.test import Client

from serving import addresses
from serving.feed import feed
from serving.page_cache import PageCacheMiddleware

CACHES = {
    "default": {"BACKEND": "serving.site_caches.SiteCache", "LOCATION": "serving-tests"},
    "renditions": {
        "BACKEND": "serving.site_caches.WatchedCache",
        "LOCATION": "serving-tests-renditions",
        "OPTIONS": {"TABLES": ["pages_editorialimage", "pages_editorialrendition"]},
    },
}


@pytest.fixture
def page_cache(settings, tmp_path) -> None:
    """Pages are kept, by a process that knows of nothing yet."""
    settings.PAGE_CACHE = True
    settings.CACHES = CACHES
    settings.PAGE_CACHE_FOLDER = tmp_path / "kept"
    feed.forget()
    addresses.forget_noted()
    for cache in caches.all():
        cache.clear()


def middleware_of(client: Client) -> PageCacheMiddleware:
    """The page cache that a client's requests go through."""
    if client.handler._middleware_chain is None:
        client.handler.load_middleware()
    found = client.handler._middleware_chain
    while not isinstance(found, PageCacheMiddleware):
        found = getattr(found, "__wrapped__", None) or found.get_response
    return found


@pytest.fixture
def ask(page_cache) -> Callable:
    """Return a function that asks one process of the site for an address, anonymously."""
    client = Client()

    def get(path: str, **headers: str):
        return client.get(path, headers=headers)

    get.client = client
    return get


@pytest.fixture
def soon(monkeypatch) -> None:
    """Every request asks what has changed: no test waits for the fifth of a second."""
    monkeypatch.setattr("serving.feed.ASK_SECONDS", 0.0)
