"""What happens when one form is sent many times at once: real posts to a real server."""

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import Pledge
from supporters.models import Supporter
from tests.factories import make_appeal, make_pledge

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS = 20


def send(server_url: str, method: str, path: str, body: str = "") -> tuple[int, str, str]:
    """Return status, Location and page of one request on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(server_url).netloc, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    answer = response.status, response.headers.get("Location", ""), response.read().decode()
    connection.close()
    return answer


def send_together(server_url: str, path: str, bodies: list[str]) -> list[tuple[int, str, str]]:
    barrier = Barrier(len(bodies))

    def post(body: str) -> tuple[int, str, str]:
        barrier.wait()
        return send(server_url, "POST", path, body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def filled_in(server_url: str, path: str, **changes) -> str:
    _, _, page = send(server_url, "GET", path)
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    fields = {"amount_eur": "25", "name": "Sam", "email": "sam@example.org", "website": ""}
    return urlencode({"form_key": key, **fields, **changes})


def test_one_form_sent_twenty_times_makes_one_pledge_and_one_mail(live_server):
    path = f"/nl/donations/{make_appeal().slug}/"
    body = filled_in(live_server.url, path)

    answers = send_together(live_server.url, path, [body] * SENDERS)

    pledge = Pledge.objects.get()
    assert [status for status, _, _ in answers] == [302] * SENDERS
    assert {location for _, location, _ in answers} == {f"/nl/donations/pledge/{pledge.token}/"}
    jobs = ProcrastinateJob.objects.filter(task_name="send_pledge_instructions")
    assert [job.args for job in jobs] == [{"pledge_id": pledge.pk}]
    assert Supporter.objects.count() == 1


def test_twenty_forms_of_one_person_make_twenty_pledges_with_their_own_numbers(live_server):
    path = f"/en/donations/{make_appeal().slug}/"
    bodies = [filled_in(live_server.url, path) for _ in range(SENDERS)]

    answers = send_together(live_server.url, path, bodies)

    assert [status for status, _, _ in answers] == [302] * SENDERS
    assert len({location for _, location, _ in answers}) == SENDERS
    assert Pledge.objects.values("reference_number").distinct().count() == SENDERS
    assert Supporter.objects.count() == 1


def test_one_key_with_two_contents_makes_one_pledge_and_refuses_the_other(live_server):
    path = f"/en/donations/{make_appeal().slug}/"
    first = filled_in(live_server.url, path)
    other = first.replace("amount_eur=25", "amount_eur=50")

    answers = send_together(live_server.url, path, [first, other] * 5)

    kept = Pledge.objects.get()
    statuses = [status for status, _, _ in answers]
    kept_statuses = statuses[0::2] if kept.amount_eur == 25 else statuses[1::2]
    assert sorted(statuses) == [302] * 5 + [409] * 5
    assert kept_statuses == [302] * 5


def test_taking_back_many_times_at_once_answers_all_alike(live_server):
    pledge = make_pledge()
    path = f"/en/donations/pledge/{pledge.token}/"

    answers = send_together(live_server.url, path, ["go=1"] * 8)

    assert {(status, location) for status, location, _ in answers} == {(302, path)}
    pledge.refresh_from_db()
    assert pledge.status == Pledge.Status.CANCELLED
