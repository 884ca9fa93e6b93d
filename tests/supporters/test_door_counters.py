"""Counting without keeping from whom: salts, windows, what is used up, what is forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from supporters import door_counters
from supporters.door_counters import Count, Tally
from supporters.models import DailySalt, DoorCount, SpentToken
from supporters.tasks import purge_door

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def test_counts_add_up_within_a_window_and_the_next_one_still_sees_them():
    tallies = [Tally("a", 600), Tally("b", 60, amount=1000)]
    with time_machine.travel(NOON, tick=False) as clock:
        door_counters.add(tallies)
        assert door_counters.add(tallies) == [Count(2, 0), Count(2000, 0)]
        assert door_counters.read(tallies) == [Count(2, 0), Count(2000, 0)]

        clock.shift(60)
        assert door_counters.add(tallies) == [Count(3, 0), Count(1000, 2000)]
        clock.shift(9 * 60)
        assert door_counters.read(tallies) == [Count(0, 3), Count(0, 0)]
        clock.shift(600)
        assert door_counters.read(tallies) == [Count(0, 0), Count(0, 0)]


def test_window_tells_how_long_it_lasts():
    with time_machine.travel(NOON + timedelta(seconds=90), tick=False):
        assert door_counters.window_ends_in(600) == 510
    with time_machine.travel(NOON, tick=False):
        assert door_counters.window_ends_in(600) == 600


def test_salt_is_shared_for_a_day_and_yesterdays_is_gone():
    with time_machine.travel(NOON, tick=False) as clock:
        first = door_counters.todays_salt()
        assert door_counters.todays_salt() == first
        clock.shift(12 * 3600 - 1)
        assert door_counters.todays_salt() == first

        clock.shift(1)
        second = door_counters.todays_salt()

    assert len(second) == 64 and second != first
    assert list(DailySalt.objects.values_list("day", "salt")) == [(date(2027, 3, 2), second)]


def test_a_network_has_another_key_each_day_and_for_each_limit():
    key = door_counters.network_key
    keys = {
        key("one", "posts:photo", "203.0.113.0/24"),
        key("two", "posts:photo", "203.0.113.0/24"),
        key("one", "posts:pledge", "203.0.113.0/24"),
        key("one", "posts:photo", "198.51.100.0/24"),
    }

    assert len(keys) == 4
    assert key("one", "posts:photo", "203.0.113.0/24") in keys


def test_salt_alone_does_not_open_the_keys(settings):
    """A stolen dump holds the salt; the key outside the database is needed as well."""
    before = door_counters.network_key("one", "posts:photo", "203.0.113.0/24")
    settings.SUPPORTER_LOOKUP_KEY = "another" * 8

    assert door_counters.network_key("one", "posts:photo", "203.0.113.0/24") != before


def test_token_is_spent_once_and_its_row_tells_only_the_hour():
    with time_machine.travel(NOON + timedelta(minutes=17), tick=False):
        expires_at = timezone.now() + timedelta(minutes=10)

        assert door_counters.spend("proof:a", expires_at=expires_at)
        assert not door_counters.spend("proof:a", expires_at=expires_at)
        assert door_counters.spend("proof:b", expires_at=expires_at)

    rows = SpentToken.objects.all()
    assert {row.expires_at for row in rows} == {NOON + timedelta(hours=1)}
    assert not any("proof" in row.digest for row in rows)


def test_purge_forgets_what_is_over_and_nothing_else():
    with time_machine.travel(NOON, tick=False) as clock:
        door_counters.todays_salt()
        door_counters.add([Tally("minute", 60), Tally("day", 24 * 3600)])
        door_counters.spend("proof:a", expires_at=NOON + timedelta(minutes=10))
        purge_door(timestamp=0)
        assert DoorCount.objects.count() == 2

        clock.shift(3600)
        purge_door(timestamp=0)
        purge_door(timestamp=0)
        assert list(DoorCount.objects.values_list("key", flat=True)) == ["day"]
        assert not SpentToken.objects.exists()
        assert DailySalt.objects.count() == 1

        clock.shift(48 * 3600)
        purge_door(timestamp=0)

    assert not DoorCount.objects.exists()
    assert not DailySalt.objects.exists()
