"""Caches further out are told of each change, until they acknowledge it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from serving import addresses, purging
from serving.models import HandledPoint, ShownAddress
from serving.purging import DeliveryNetwork, Purger, Varnish
from tests.factories import notatarget

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """A server that notes what it is told, and answers as it is set to."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                if outer.status == 200:
                    outer.told.append((self.path, self.headers.get("X-Ban-Shows", "")))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_BAN = do_PURGE = answer

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The purger's clock, set by hand."""
    now = [1000.0]
    monkeypatch.setattr("serving.purging.time.monotonic", lambda: now[0])
    return now


def touch(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")


def repeat(purger: Purger, clock: list[float]) -> None:
    """Go on until all has been told again."""
    began = clock[0]
    for seconds in purging.REPEAT_SECONDS:
        clock[0] = began + seconds
        purger.step()
        purger.step()


def test_everything_first_then_each_change_thrice(listener, clock):
    purger = Purger([Varnish(listener.address)])
    assert purging.last_success_age() is None

    purger.step()
    assert listener.told == [("/", ".")]
    assert 0 <= purging.last_success_age() < 10
    repeat(purger, clock)
    assert listener.told == [("/", ".")] * 3

    touch("pages_theme")
    touch("events_event")
    assert purger.step() == {"pages_theme", "events_event"}
    purger.step()
    both = ("/", "(^| )(events_event|pages_theme)( |$)")
    assert listener.told[3:] == [both]
    repeat(purger, clock)
    assert listener.told[3:] == [both] * 3


def test_one_cache_that_fails_loses_no_change_for_another(listener, clock, monkeypatch):
    """Not even when it fails because the database went away while it was told."""

    def gone() -> list[str]:
        raise OperationalError("gone")

    monkeypatch.setattr(addresses, "every", gone)
    purger = Purger([DeliveryNetwork(), Varnish(listener.address)])
    purger.step()

    assert listener.told == [("/", ".")]
    assert [told.is_done for told in purger.told] == [False, True]


def test_everything_is_told_after_a_silence_or_a_restored_database(listener, clock, monkeypatch):
    purger = Purger([Varnish(listener.address)])
    purger.step()
    repeat(purger, clock)
    listener.told.clear()
    clock[0] += purging.LONGEST_SILENCE_SECONDS + 1
    purger.step()
    assert listener.told == [("/", ".")]

    repeat(purger, clock)
    listener.told.clear()
    monkeypatch.setattr(purging, "changes_since", lambda seen: ("5:5:", []))
    purger.step()
    assert listener.told == [("/", ".")]


def test_unanswered_ban_is_repeated_and_covers_everything(listener, clock):
    purger = Purger([Varnish(listener.address)])
    purger.step()
    repeat(purger, clock)
    listener.told.clear()
    listener.status = 503
    touch("pages_theme")
    purger.step()
    noted = HandledPoint.objects.get(name="purged").snapshot
    purger.step()
    assert listener.told == []
    assert HandledPoint.objects.get(name="purged").snapshot == noted

    listener.status = 200
    clock[0] += 60
    purger.step()
    assert listener.told == [("/", ".")]
    assert HandledPoint.objects.get(name="purged").snapshot != noted


def test_network_is_told_the_addresses_that_show_it(listener, clock, ask, settings):
    settings.WAGTAILFRONTENDCACHE = {
        "purge": {
            "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
            "LOCATION": f"http://{listener.address}",
        }
    }
    page = notatarget("en")
    ask(page.url)
    ask(f"{page.url}?page=2")
    ask("/en/contact/")
    assert ShownAddress.objects.count() == 2
    assert addresses.showing({"pages_campaignpage"}) >= [page.url]
    assert addresses.showing({"donations_bankstatement"}) == []

    purger = Purger()
    purger.step()
    # Wagtail adds the same path in the other languages.
    assert {path for path, _ in listener.told} >= {"/en/contact/", page.url}
    repeat(purger, clock)
    listener.told.clear()

    touch("events_signup")
    listener.status = 500
    purger.step()
    assert not purger.told[0].is_done
    listener.status = 200
    clock[0] += 60
    purger.step()
    assert (page.url, "") in listener.told
    assert purger.told[0].is_done


def test_command_says_when_no_cache_is_set_or_none_answers(settings):
    with pytest.raises(CommandError, match="No cache is set"):
        call_command("purge_caches")
    settings.VARNISH_ADDRESSES = ["127.0.0.1:1"]
    with pytest.raises(CommandError, match="Not acknowledged: 127.0.0.1:1"):
        call_command("purge_caches", "--all-now")
