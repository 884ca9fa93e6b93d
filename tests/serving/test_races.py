"""A change that is committed while a page is being made leaves no old page behind."""

import time
from threading import Thread

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from serving.entries import Entry
from serving.feed import feed
from serving.page_cache import PageCacheMiddleware
from serving.recording import Recording
from serving.snapshots import read_snapshot
from tests.factories import notatarget

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("soon")]

NEW = "Committed while the page was being made."


def change_elsewhere(pk: int) -> None:
    """Change the page's lead on a connection of its own, as another process would."""
    own = connection.settings_dict
    with psycopg.connect(host=own["HOST"], user=own["USER"], dbname=own["NAME"]) as other:
        other.execute("UPDATE pages_campaignpage SET lead = %s WHERE page_ptr_id = %s", [NEW, pk])


@pytest.fixture
def change_while_made(monkeypatch):
    """The next page is changed once all of it has been read, before it is kept."""
    page = notatarget("en")
    kept = PageCacheMiddleware._keep
    changed = []

    def keep(self, key: tuple, entry: Entry) -> Entry:
        if not changed:
            changed.append(True)
            thread = Thread(target=change_elsewhere, args=[page.pk])
            thread.start()
            thread.join()
        return kept(self, key, entry)

    monkeypatch.setattr(PageCacheMiddleware, "_keep", keep)
    return page


def test_change_during_rendering_leaves_no_old_page(ask, change_while_made):
    old = ask(change_while_made.url)
    new = ask(change_while_made.url)

    assert NEW not in old.content.decode()
    assert NEW in new.content.decode()
    assert ask(change_while_made.url).cache_outcome == "hit"


def test_snapshot_taken_after_rendering_would_leave_one(ask, change_while_made, monkeypatch):
    """The control: what the order of the two is for."""
    keep = PageCacheMiddleware._keep

    def keep_with_late_snapshot(self, key: tuple, entry: Entry) -> Entry:
        if not getattr(self, "was_late", False):
            self.was_late = True
            entry_of_old_page = keep(self, key, entry)
            self.feed.ask(not_before=float("inf"))
            entry_of_old_page.snapshot = self.feed.snapshot
            entry_of_old_page.checked = self.feed.number
            entry_of_old_page.good_until = time.time() + 60
            self.local.put(key, entry_of_old_page)
            return entry_of_old_page
        return keep(self, key, entry)

    monkeypatch.setattr(PageCacheMiddleware, "_keep", keep_with_late_snapshot)
    ask(change_while_made.url)

    assert NEW not in ask(change_while_made.url).content.decode()


def test_open_transaction_counts_when_it_commits(ask):
    """Its rows carry a number from before the page was made; what decides is what was seen."""
    page = notatarget("en")
    own = connection.settings_dict
    with psycopg.connect(host=own["HOST"], user=own["USER"], dbname=own["NAME"]) as other:
        other.execute(
            "UPDATE pages_campaignpage SET lead = %s WHERE page_ptr_id = %s", [NEW, page.pk]
        )
        assert NEW not in ask(page.url).content.decode()
        assert ask(page.url).cache_outcome == "hit"
        other.commit()

        assert NEW in ask(page.url).content.decode()


def test_database_restored_to_an_earlier_time_makes_all_old(ask, monkeypatch):
    page = notatarget("en")
    ask(page.url)
    number = feed.number
    now = feed.snapshot.xmin
    monkeypatch.setattr("serving.feed.changes_since", lambda seen: (f"{now - 9}:{now - 9}:", []))
    feed.ask()
    monkeypatch.undo()

    assert feed.number > number
    assert not feed.shows_all(["pages_theme"], read_snapshot(f"{now}:{now}:"))


def test_recording_knows_what_any_sql_names(ask):
    from serving.recording import tables_in

    assert tables_in('WITH x AS (SELECT 1 FROM pages_theme) SELECT * FROM x, "events_event"') == {
        "pages_theme",
        "events_event",
    }
    composed = sql.SQL("SELECT * FROM {}").format(sql.Identifier("pages_theme"))
    record = Recording(None)
    record(lambda *_: None, composed, None, False, {})
    assert record.tables == {"pages_theme"}
    record.tables = {"pages_theme", "supporters_supporter"}
    assert not record.is_complete
    record.tables = {"pages_theme"}
    assert record.is_complete
