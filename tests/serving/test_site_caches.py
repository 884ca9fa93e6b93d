"""What Wagtail remembers in one process is never older than what another has written."""

import time

import psycopg
import pytest
from django.core.cache import caches
from django.db import connection, transaction
from wagtail.models import Site

from serving import recording
from serving.changes import KEPT
from serving.feed import feed
from serving.site_caches import WatchedCache

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("page_cache", "soon"),
]


@pytest.fixture
def cache() -> WatchedCache:
    made = WatchedCache("watched-test", {"OPTIONS": {"TABLES": ["pages_theme"]}})
    made.clear()
    return made


def write_elsewhere(statement: str) -> None:
    own = connection.settings_dict
    with psycopg.connect(host=own["HOST"], user=own["USER"], dbname=own["NAME"]) as other:
        other.execute(statement)


def test_value_is_good_until_its_tables_change(cache):
    assert cache.get("roots") is None
    cache.set("roots", ["a"])
    assert cache.get("roots") == ["a"]
    write_elsewhere("UPDATE events_event SET id = id")
    assert cache.get("roots") == ["a"]

    write_elsewhere("UPDATE pages_theme SET id = id")
    assert cache.get("roots") is None


def test_value_read_before_a_change_is_not_good_after_it(cache):
    assert cache.get("roots") is None
    # Read here; changed elsewhere; stored afterwards.
    write_elsewhere("UPDATE pages_theme SET id = id")
    cache.set("roots", ["old"])

    assert cache.get("roots") is None


def test_nothing_is_stored_without_a_look_up_or_in_a_transaction(cache):
    cache.set("roots", ["a"])
    assert cache.get("roots") is None
    with transaction.atomic():
        cache.set("roots", ["a"])
    assert cache.get("roots") is None


def test_page_depends_on_what_it_found_remembered(cache):
    cache.get("roots")
    cache.set("roots", ["a"])
    feed.ask()
    with recording.recording(feed.snapshot) as record:
        assert cache.get("roots") == ["a"]

    assert "pages_theme" in record.tables


def test_nothing_is_remembered_longer_than_changes_are_noted(cache):
    for timeout in (None, 3600):
        cache.get("roots")
        cache.set("roots", ["a"], timeout)
        ends = cache._expire_info[cache.make_and_validate_key("roots")]
        assert ends - time.time() < KEPT.total_seconds() / 2
        cache.clear()


def test_roots_of_the_site_are_watched(django_assert_num_queries):
    Site.get_site_root_paths()
    before = Site.get_site_root_paths()
    write_elsewhere("UPDATE wagtailcore_site SET hostname = 'elsewhere.example'")

    assert "elsewhere.example" in Site.get_site_root_paths()[0].root_url
    assert before[0].root_url != Site.get_site_root_paths()[0].root_url
    caches["default"].set("other", 1)
    assert caches["default"].get("other") == 1
