"""With the database gone, what was known is shown; never people, nor what was taken back."""

import threading
import time

import pytest
from django.db import OperationalError
from django.test import Client

from serving import feed as feed_module
from serving.entries import unpack
from serving.known import take_back_all
from serving.stores import FileStore, RedisStore, make_store
from tests.factories import notatarget
from tests.serving.conftest import middleware_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("soon")]


@pytest.fixture
def lose_database(monkeypatch):
    """Return a function after which the database does not say what has changed."""

    def lose() -> None:
        def gone(seen: str):
            raise OperationalError("gone")

        monkeypatch.setattr(feed_module, "changes_since", gone)

    return lose


def test_known_page_is_shown_while_the_database_is_gone(ask, lose_database):
    page = notatarget("en")
    known = ask(page.url)
    lose_database()

    for client in (ask.client, Client()):
        late = client.get(page.url)
        assert (late.status_code, late.cache_outcome) == (200, "stale")
        assert late.content == known.content
        assert "s-maxage=0" in late["Cache-Control"]
    assert ask("/en/never-asked/").cache_outcome == "bypass"


def test_page_taken_back_is_not_shown(ask, lose_database):
    """Neither by another process nor by the one that still has it and had not heard of it yet."""
    page = notatarget("en")
    ask(page.url)
    page.unpublish()
    lose_database()

    for client in (Client(), ask.client):
        assert client.get(page.url).cache_outcome == "bypass"


def test_overtaken_copy_is_not_shown_when_it_was_known_to_be_one(ask, lose_database):
    page = notatarget("en")
    ask(page.url)
    middleware = middleware_of(ask.client)
    middleware.known.forget(":".join(("http", "testserver", page.url, "")))
    type(page).objects.filter(pk=page.pk).update(lead="Another")
    middleware.feed.ask()
    lose_database()

    assert ask(page.url).cache_outcome == "bypass"


def test_damaged_bytes_in_the_store_are_nothing(ask):
    path = notatarget("en").url
    ask(path)
    middleware = middleware_of(ask.client)
    entry = next(iter(middleware.local._entries.values()))
    name = middleware._name(("http", "testserver", path, ""))
    good = middleware.store.get(name)
    assert unpack(good) == entry
    forged = good[:16] + good[16:].replace(b"200", b"404", 1)
    for bad in (good[:-1], good[:-1] + b"?", b"5", b"", forged):
        assert unpack(bad) is None
    middleware.store.set(name, forged, 60)

    assert Client().get(path).cache_outcome == "miss"
    assert Client().get(path).cache_outcome == "hit"


def test_failure_while_one_makes_it_holds_nobody_up(ask, monkeypatch):
    path = notatarget("en").url
    middleware = middleware_of(ask.client)
    render = middleware.get_response

    def fail(request):
        raise RuntimeError("broken")

    monkeypatch.setattr(middleware, "get_response", fail)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            ask(path, if_none_match='"x"')
    assert len(middleware._renderings) == 0

    monkeypatch.setattr(middleware, "get_response", render)
    assert ask(path).cache_outcome == "miss"


def test_page_with_people_is_not_known_for_long(ask, monkeypatch):
    page = notatarget("en")
    ask(page.url)
    middleware = middleware_of(ask.client)
    name = ":".join(("http", "testserver", page.url, ""))
    assert middleware.known.get(name) is not None
    entry = next(iter(middleware.local._entries.values()))
    entry.shows_photos = True
    middleware.known.note(name, entry, entry.pack())

    assert middleware.known.get(name) is None
    assert "stale-if-error" not in entry.answer({"REQUEST_METHOD": "GET"})["Cache-Control"]


def test_taking_back_reaches_whatever_was_kept_before(ask):
    page = notatarget("en")
    ask(page.url)
    known = middleware_of(ask.client).known
    name = ":".join(("http", "testserver", page.url, ""))
    assert known.get(name) is not None
    take_back_all(make_store())

    assert known.get(name) is None


def test_store_that_is_gone_harms_nobody(page_cache, settings, tmp_path):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client, path = Client(), notatarget("en").url
    began = time.monotonic()
    outcomes = [client.get(path).cache_outcome, client.get(path).cache_outcome]

    assert outcomes == ["miss", "hit"]
    assert Client().get(path).cache_outcome == "miss"
    assert time.monotonic() - began < 5
    assert RedisStore(settings.REDIS_URL).get("x") is None


def test_files_end_and_are_bounded(tmp_path):
    store = FileStore(tmp_path / "kept", most_bytes=2_500)
    store.set("short", b"x", -1)
    assert store.get("short") is None
    for number in range(4):
        store.set(f"page-{number}", b"x" * 1000, 60 + number)
    store.tidy()

    assert [store.get(f"page-{n}") is not None for n in range(4)] == [False, False, True, True]
    (tmp_path / "file").write_bytes(b"")
    FileStore(tmp_path / "file").set("a", b"x", 60)  # no folder can be made there


def test_one_renders_and_the_others_wait(ask, monkeypatch):
    path = notatarget("en").url
    client = ask.client
    middleware = middleware_of(client)
    made, started = [], threading.Event()
    make = middleware._make

    def slowly(request, key):
        made.append(key)
        started.set()
        time.sleep(0.2)
        return make(request, key)

    monkeypatch.setattr(middleware, "_make", slowly)
    answers = []

    def get() -> None:
        from django.db import connection

        answers.append(client.get(path))
        connection.close()

    threads = [threading.Thread(target=get) for _ in range(6)]
    threads[0].start()
    started.wait(5)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1
    assert len({answer.content for answer in answers}) == 1
    assert sorted(a.cache_outcome for a in answers) == ["hit"] * 5 + ["miss"]
    assert not middleware._renderings
    assert len(middleware.local) == 1
