"""``/metrics``: who may read it, what stands in it, and what it costs."""

import re
import threading
import time

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from campaign_site.outages import Outage, outage_noticed
from tests.factories import make_appeal, make_pledge
from watching import counters, exposition, measures, views
from watching.middleware import route_of

pytestmark = pytest.mark.django_db

TOKEN = "a-token-that-is-long-enough-0123456789"


def read(text: bytes) -> dict[str, dict[tuple, float]]:
    found: dict[str, dict[tuple, float]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


@pytest.fixture
def token(settings) -> dict[str, str]:
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def test_whoever_shows_the_token_reads_the_figures(client, token):
    response = client.get("/metrics", headers=token)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in response["Cache-Control"]
    figures = read(response.content)
    assert figures["campaign_database_reachable"] == {(): 1}
    assert figures["campaign_measures_unread"] == {(): 0}
    assert figures["campaign_database_bytes"][()] > 1_000_000
    assert 0 < figures["campaign_disk_free_ratio"]["local",] < 1


@pytest.mark.parametrize(
    "shown", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}é"]
)
def test_to_everybody_else_it_does_not_exist(client, token, shown):
    response = client.get("/metrics", headers={"Authorization": shown}, follow=True)

    assert response.status_code == 404
    assert b"campaign_" not in response.content


@pytest.mark.parametrize("shown", ["Bearer ", "Bearer", "Bearer x"])
def test_without_a_token_set_nobody_reads_them(client, shown):
    response = client.get("/metrics", headers={"Authorization": shown}, follow=True)

    assert response.status_code == 404


def test_a_look_costs_ten_queries_at_most(token, django_assert_max_num_queries):
    request = RequestFactory().get("/metrics", headers=token)
    views.metrics(request)  # the first one checks the words of every page
    with django_assert_max_num_queries(10) as asked:
        assert views.metrics(request).status_code == 200
    assert len(asked) > 4


def test_what_people_do_is_told_in_tens():
    appeal = make_appeal()
    for number in range(12):
        make_pledge(appeal=appeal)
        shown = read(exposition.as_text())["campaign_pledges"][()]
        assert shown == (0 if number < 9 else 10)


def test_no_label_holds_what_somebody_wrote(client):
    """Names of routes, tasks and places are ours; an address with a secret in it shows nowhere."""
    secret = "canary" * 5
    for path in (f"/en/{secret}/", f"/{secret}", f"/en/my-solidarity/{secret}/?q={secret}"):
        client.get(path, HTTP_REFERER=secret, HTTP_USER_AGENT=secret)
    client.generic(secret, "/en/")

    text = exposition.as_text().decode()
    assert 'campaign_http_requests_total{method="other"' in text
    assert secret not in text.lower()


def test_an_answer_is_counted_by_route_method_and_class(client, monkeypatch):
    # This process may have answered for more routes than a site ever does.
    monkeypatch.setattr(counters, "_MOST_ROUTES", 10_000)
    monkeypatch.setattr(counters, "_MOST_SERIES", 10_000)
    before = read(exposition.as_text()).get("campaign_http_requests_total", {})
    client.get("/healthz/live")
    client.post("/healthz/live")
    after = read(exposition.as_text())

    def more(route: str, method: str, status: str) -> float:
        # The labels come in the order of the alphabet: method, route, status.
        key = (method, route, status)
        return after["campaign_http_requests_total"].get(key, 0) - before.get(key, 0)

    assert more("healthz-live", "GET", "2xx") == 1
    assert more("healthz-live", "POST", "4xx") == 1
    assert after["campaign_http_request_duration_seconds_count"]["healthz-live",] >= 2


def test_hits_of_the_cache_are_added_together(monkeypatch):
    """Threads count without a lock; whoever comes a second later adds what they counted."""
    counters._add_hits()
    monkeypatch.setattr(counters, "_hits_due_at", time.monotonic() + 100)
    before = read(exposition.as_text())
    threads = [
        threading.Thread(target=lambda: [counters.count_hit(200) for _ in range(500)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counters.count_hit(304)
    assert hits(read(exposition.as_text())) == hits(before)

    monkeypatch.setattr(counters, "_hits_due_at", 0.0)
    counters.count_hit(304)
    whole, others, outcomes = hits(read(exposition.as_text()))
    first = hits(before)
    assert (whole - first[0], others - first[1], outcomes - first[2]) == (2000, 2, 2002)


def hits(figures: dict) -> tuple[float, float, float]:
    answers = figures.get("campaign_http_requests_total", {})
    outcomes = figures.get("campaign_page_cache_total", {})
    return (
        answers.get(("GET", "(cached)", "2xx"), 0),
        answers.get(("GET", "(cached)", "3xx"), 0),
        outcomes.get(("hit",), 0),
    )


def test_what_answered_before_any_view_has_a_name_in_brackets(rf):
    class Answer:
        cache_outcome = "stale"

    request = rf.get("/en/")
    request.resolver_match = None
    assert route_of(request, Answer()) == "(cached)"
    assert route_of(rf.get("/static/x.css"), object()) == "(static)"
    assert route_of(rf.get("/x"), object()) == "(no view)"


def test_answers_that_an_outage_spoiled_are_counted():
    before = read(exposition.as_text()).get("campaign_outage_answers_total", {})
    outage_noticed.send(sender=None, outage=Outage.BUSY)
    after = read(exposition.as_text())["campaign_outage_answers_total"]

    assert after["busy",] - before.get(("busy",), 0) == 1


def test_the_queue_is_told_by_task():
    with connection.cursor() as cursor:
        for name, attempts in (("send_a", 0), ("send_my_solidarity_link", 2)):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at,"
                " attempts) VALUES ('default', %s, '{}', 'todo', now() - interval '7 minutes', %s)",
                [name, attempts],
            )
    figures = read(exposition.as_text())

    assert figures["campaign_queue_jobs"]["default", "send_a"] == 1
    assert 419 < figures["campaign_queue_oldest_seconds"]["default", "send_a"] < 425
    # Only a mail that was refused before is one that the mail server does not take.
    assert figures["campaign_mails_unsent"] == {(): 1}


def test_a_measure_that_fails_hides_no_other(monkeypatch, caplog):
    def fail() -> float:
        raise ValueError("canary@example.org")

    monkeypatch.setattr(measures, "_sources", dict(measures._sources))
    measures.register("campaign_planted", "Planted.", fail, needs_database=False)
    figures = read(exposition.as_text())

    assert "campaign_planted" not in figures
    assert figures["campaign_measures_unread"] == {(): 1}
    assert figures["campaign_database_bytes"][()] > 0


def test_a_database_that_fails_is_not_asked_again(monkeypatch):
    asked = []

    def fail() -> float:
        asked.append(1)
        raise OperationalError

    monkeypatch.setattr(measures, "_sources", {})
    measures.register("campaign_first", "First.", fail)
    measures.register("campaign_second", "Second.", fail)
    measures.register("campaign_third", "Third.", lambda: 3, needs_database=False)
    readings = measures.read_all()

    assert len(asked) == 1
    assert readings.unread == {"campaign_first", "campaign_second"}
    assert readings.numbers == {"campaign_third": {(): 3.0}}


def test_every_name_keeps_to_prometheus_form():
    for name, measure in measures.all_measures().items():
        assert re.fullmatch(r"campaign_[a-z_]+", name)
        assert measure.help.endswith(".")


def test_each_answer_is_noted_without_its_visitor(client, settings, caplog):
    """Route, method, status and duration; a number that a private answer carries too."""
    settings.ACCESS_LOG = True
    with caplog.at_level("INFO", logger="campaign.requests"):
        response = client.get("/en/my-solidarity/?q=canary", HTTP_USER_AGENT="canary")
        client.get("/healthz/live")

    [record] = [one for one in caplog.records if one.name == "campaign.requests"]
    assert record.route == response.resolver_match.view_name
    assert (record.method, record.status) == ("GET", response.status_code)
    assert record.duration_ms > 0
    assert "canary" not in str(record.__dict__)
    assert re.fullmatch(r"[0-9a-f]{16}", response["X-Request-ID"])


def test_what_a_cache_may_keep_carries_no_number_of_a_request(client):
    response = client.get("/en/")

    assert "no-store" not in response["Cache-Control"]
    assert "X-Request-ID" not in response
