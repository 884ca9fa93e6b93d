"""A database that is gone, silent or full: how soon a process knows, and when it is back."""

import socket
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connections

from campaign_site.database_deadlines import breaker as breakers
from campaign_site.database_deadlines.breaker import Breaker, server_answers

# What a page may take beside, so that it is there within two seconds.
BAR_SECONDS = 1.8
AT_ONCE_SECONDS = 0.1


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are accepted, by the kernel, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def ask(alias: str, statement: str = "SELECT 1"):
    """Run a statement as a request does: take a connection, and give it back."""
    wrapper = connections[alias]
    try:
        with wrapper.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]
    finally:
        wrapper.close()


def seconds_until_refused(alias: str, statement: str = "SELECT 1") -> float:
    begun = time.monotonic()
    with pytest.raises(OperationalError):
        ask(alias, statement)
    return time.monotonic() - begun


def seconds_until_answered(alias: str, at_most: float) -> float:
    begun = time.monotonic()
    while True:
        try:
            ask(alias)
        except OperationalError:
            assert time.monotonic() - begun < at_most, "the pool did not recover"
            time.sleep(0.05)
        else:
            return time.monotonic() - begun


def test_frozen_server_is_noticed_in_time_and_then_at_once(own_server, connect_to):
    alias = connect_to(own_server.sockets)
    assert ask(alias) == 1

    with own_server.frozen():
        first = seconds_until_refused(alias)
        next_ones = [seconds_until_refused(alias) for _ in range(5)]
    back = seconds_until_answered(alias, at_most=10)

    assert first < BAR_SECONDS
    assert max(next_ones) < AT_ONCE_SECONDS
    assert back < 6


@pytest.mark.drill
def test_statement_under_way_does_not_wait_for_a_frozen_server(own_server, connect_to):
    alias = connect_to(own_server.sockets)
    took = []

    def work() -> None:
        begun = time.monotonic()
        with pytest.raises(OperationalError):
            ask(alias, "SELECT pg_sleep(30)")
        took.append(time.monotonic() - begun)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    with own_server.frozen():
        thread.join(5)

    assert len(took) == 1
    assert took[0] < BAR_SECONDS + 0.3


@pytest.mark.drill
def test_long_statement_of_a_living_server_is_waited_for(own_server, connect_to):
    assert ask(connect_to(own_server.sockets), "SELECT 7 FROM pg_sleep(1.6)") == 7


@pytest.mark.drill
def test_without_the_watch_a_connection_waits_for_the_frozen_server(own_server):
    """The control: what the tests above show is not how psycopg behaves by itself."""
    with psycopg.connect(host=str(own_server.sockets), user="site", dbname="campaign") as plain:
        answered = threading.Event()

        def wait() -> None:
            plain.execute("SELECT 1")
            answered.set()

        thread = threading.Thread(target=wait)
        with own_server.frozen():
            thread.start()
            assert not answered.wait(BAR_SECONDS)
        assert answered.wait(5)
        thread.join()


@pytest.mark.drill
def test_killed_server_is_noticed_and_its_successor_found(own_server, connect_to):
    alias = connect_to(own_server.sockets)
    assert ask(alias) == 1

    own_server.kill()
    first = seconds_until_refused(alias)
    second = seconds_until_refused(alias)
    own_server.start()
    back = seconds_until_answered(alias, at_most=10)

    assert first < BAR_SECONDS
    assert second < AT_ONCE_SECONDS
    assert back < 6


@pytest.mark.drill
def test_server_that_takes_connections_and_says_nothing(silent_port, connect_to):
    alias = connect_to("127.0.0.1", port=silent_port)

    assert seconds_until_refused(alias) < BAR_SECONDS
    assert seconds_until_refused(alias) < AT_ONCE_SECONDS


@pytest.mark.drill
def test_server_without_a_connection_to_spare(own_server, connect_to):
    ask(connect_to(own_server.sockets), "SELECT 1")
    with psycopg.connect(
        host=str(own_server.sockets), user="site", dbname="campaign", autocommit=True
    ) as admin:
        admin.execute("DROP ROLE IF EXISTS late")
        admin.execute("CREATE ROLE late LOGIN CONNECTION LIMIT 0")
        alias = connect_to(own_server.sockets, user="late")
        refused = [seconds_until_refused(alias) for _ in range(3)]
        admin.execute("ALTER ROLE late CONNECTION LIMIT 5")
        back = seconds_until_answered(alias, at_most=10)

    assert refused[0] < BAR_SECONDS
    assert max(refused[1:]) < AT_ONCE_SECONDS
    assert back < 6


@pytest.mark.drill
def test_pool_in_full_use_makes_one_wait_but_nobody_is_turned_away_at_once(own_server, connect_to):
    alias = connect_to(own_server.sockets, size=1)
    answers, holds, may_go = [], threading.Event(), threading.Event()

    def hold() -> None:
        with connections[alias].cursor():
            holds.set()
            may_go.wait(10)
        connections[alias].close()

    def use() -> None:
        answers.append(seconds_until_refused(alias))
        threading.Timer(0.2, may_go.set).start()
        answers.append(ask(alias))

    threads = [threading.Thread(target=hold), threading.Thread(target=use)]
    threads[0].start()
    assert holds.wait(5)
    threads[1].start()
    for thread in threads:
        thread.join(10)

    waited, answer = answers
    assert 1 < waited < BAR_SECONDS
    assert answer == 1


@pytest.mark.drill
def test_statement_ends_after_its_time_on_the_server(own_server, connect_to):
    wrapper = connections[connect_to(own_server.sockets)]
    with wrapper.cursor() as cursor:
        cursor.execute("SET statement_timeout = 100")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statement_timeout", "15s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ],
)
def test_visitors_have_limits_on_the_server(own_server, connect_to, name, value):
    assert ask(connect_to(own_server.sockets), f"SHOW {name}") == value


def test_probe_tells_a_living_server_from_a_silent_one(own_server, silent_port):
    assert server_answers(str(own_server.sockets), 5432)
    assert not server_answers("127.0.0.1", silent_port, seconds=0.1)
    assert not server_answers("/nowhere", 5432)


def test_breaker_asks_once_a_second_and_closes_by_itself(monkeypatch):
    asked, now, lives = [], [0.0], [False]

    def answers(host, port):
        asked.append(now[0])
        return lives[0]

    monkeypatch.setattr(breakers, "server_answers", answers)
    breaker = Breaker(clock=lambda: now[0])

    assert [breaker.still_answers("h", 1) for _ in range(3)] == [False] * 3
    assert asked == [0.0]
    assert breaker.is_open
    now[0], lives[0] = 1.5, True
    assert not breaker.is_open
    assert breaker.still_answers("h", 1)
    assert not breaker.was_silent
    assert asked == [0.0, 1.5]
