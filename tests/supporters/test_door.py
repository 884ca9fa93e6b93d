"""What a form asks for under pressure, what it takes for an answer, and when it refuses."""

import base64
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from campaign_site.forms import PublicForm, new_form_key
from donations.models import Pledge
from events.models import SignUp
from solidarity.models import HeldPhoto, Photo, PhotoReport
from supporters import door, door_proofs
from tests.factories import make_appeal, make_event, make_photo_call
from tests.solidarity.sending import public_photo
from tests.supporters.at_the_door import (
    MY_SOLIDARITY,
    PHOTO,
    PLEDGE,
    REPORTED_KEY,
    SIGN_UP,
    TYPED,
    asks,
    fields_of,
    fill_in,
    form_in,
    limits,
    post,
    solution,
)

pytestmark = pytest.mark.django_db

# While the facts of these tests are still open.
NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
NEIGHBOUR = "203.0.113.99"
STRANGER = "198.51.100.7"


@pytest.fixture(autouse=True)
def facts(monkeypatch):
    """Something to take part in, and proofs that cost next to nothing."""
    make_event()
    make_appeal()
    public_photo(call=make_photo_call())
    Photo.objects.update(wall_key=REPORTED_KEY)
    monkeypatch.setattr(door_proofs, "ITERATIONS", 10)


def all_subclasses(cls) -> set[type]:
    return {cls}.union(*(all_subclasses(child) for child in cls.__subclasses__()))


def test_every_public_form_of_the_site_is_guarded(client, settings):
    """A new form belongs in TYPED, and its view behind ``guarded``."""
    settings.FORM_LIMITS = limits(soft=0)
    asked = {}

    for path in TYPED:
        response = post(client, path, fill_in(client, path, remote=STRANGER))
        asked[form_in(response)["data-form"]] = asks(response)

    # The style guide's form is a drawing: no view takes it in.
    elsewhere = ("tests.", "pages.styleguide")
    ours = {
        form for form in all_subclasses(PublicForm) if not form.__module__.startswith(elsewhere)
    }
    assert asked == {form.form_name: True for form in ours if form.form_name}
    assert not (SignUp.objects.exists() or Pledge.objects.exists() or PhotoReport.objects.exists())
    assert Photo.objects.get().wall_key == REPORTED_KEY


@pytest.mark.parametrize("path", [SIGN_UP, PLEDGE, PHOTO, MY_SOLIDARITY])
def test_without_pressure_nothing_is_asked(client, path):
    response = client.get(path)

    assert not asks(response)
    assert "worker-src 'self'" in response["Content-Security-Policy"]
    assert not response.cookies


def test_beyond_the_soft_limit_a_network_is_asked_and_others_are_not(client, settings):
    settings.FORM_LIMITS = limits(soft=3)
    for number in range(3):
        data = fill_in(client, SIGN_UP, email=f"sam{number}@example.org")
        assert post(client, SIGN_UP, data).status_code == 302

    # The page that was opened in time asks too, and gives back what was typed.
    response = post(client, SIGN_UP, {**data, "form_key": new_form_key("signup:test-event")})

    assert response.status_code == 200
    assert asks(response)
    assert fields_of(response)["email"] == "sam2@example.org"
    assert SignUp.objects.count() == 3
    other = fill_in(client, SIGN_UP, remote=STRANGER, email="other@example.org")
    assert post(client, SIGN_UP, other, remote=STRANGER).status_code == 302
    assert not asks(client.get(PLEDGE, REMOTE_ADDR=NEIGHBOUR))


def test_pressure_is_shown_with_the_first_page_and_by_neighbours(client, settings):
    settings.FORM_LIMITS = limits(soft=0)
    post(client, SIGN_UP, {})

    assert asks(client.get(SIGN_UP, REMOTE_ADDR=NEIGHBOUR))
    assert not asks(client.get(SIGN_UP, REMOTE_ADDR=STRANGER))


def test_forged_headers_buy_nothing(client, settings):
    settings.FORM_LIMITS = limits(soft=3)

    for number in range(8):
        data = fill_in(client, SIGN_UP, email=f"sam{number}@example.org")
        forged = {"X-Forwarded-For": f"198.51.{number}.1", "X-Real-IP": f"198.51.{number}.1"}
        post(client, SIGN_UP, data, headers=forged)

    assert SignUp.objects.count() == 3


def test_a_flood_from_everywhere_is_asked_everywhere(client, settings):
    settings.FORM_LIMITS = limits(everybody=2)
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(3):
            post(client, SIGN_UP, {}, remote=f"198.51.{number}.1")

        assert asks(client.get(SIGN_UP, REMOTE_ADDR="192.0.2.1"))
        clock.shift(60)
        assert asks(client.get(SIGN_UP, REMOTE_ADDR="192.0.2.1"))
        clock.shift(60)
        assert not asks(client.get(SIGN_UP, REMOTE_ADDR="192.0.2.1"))


@pytest.mark.parametrize("path", [SIGN_UP, PLEDGE, MY_SOLIDARITY])
def test_a_solved_challenge_lets_the_form_in(client, settings, path):
    settings.FORM_LIMITS = limits(soft=0)
    first = post(client, path, fill_in(client, path))

    data = {**fields_of(first), **TYPED[path], "proof": solution(first)}
    second = post(client, path, data)

    assert asks(first)
    assert second.status_code == 302


def test_a_challenge_is_good_once(client, settings):
    settings.FORM_LIMITS = limits(soft=0)
    first = post(client, SIGN_UP, fill_in(client, SIGN_UP))
    data = {**fields_of(first), **TYPED[SIGN_UP], "proof": solution(first)}
    assert post(client, SIGN_UP, data).status_code == 302

    replayed = post(client, SIGN_UP, data)

    assert replayed.status_code == 200 and asks(replayed)
    # An honest second press: the next proof finds what the first one did.
    again = {**data, "proof": solution(replayed)}
    assert post(client, SIGN_UP, again).status_code == 302
    assert SignUp.objects.count() == 1


def test_a_proof_of_another_form_or_key_is_refused(client, settings):
    settings.FORM_LIMITS = limits(soft=0)
    pledge = post(client, PLEDGE, fill_in(client, PLEDGE))
    one = post(client, SIGN_UP, fill_in(client, SIGN_UP))
    other = post(client, SIGN_UP, fill_in(client, SIGN_UP))

    for foreign in (pledge, other):
        data = {**fields_of(one), **TYPED[SIGN_UP], "proof": solution(foreign)}
        assert asks(post(client, SIGN_UP, data))

    assert not SignUp.objects.exists()
    own = {**fields_of(one), **TYPED[SIGN_UP], "proof": solution(one)}
    assert post(client, SIGN_UP, own).status_code == 302


@pytest.mark.parametrize(
    "spoil",
    [
        lambda proof: "",
        lambda proof: "nonsense",
        lambda proof: "é",
        lambda proof: "W10=",
        lambda proof: proof[:200],
        lambda proof: proof + "A" * 5000,
        lambda proof: altered(proof, '"cost": 10', '"cost": 1'),
        lambda proof: altered(proof, "test-event", "test-evens"),
        lambda proof: altered(proof, '"derivedKey": "', '"derivedKey": "00'),
    ],
)
def test_what_is_no_solution_is_refused(client, settings, spoil):
    settings.FORM_LIMITS = limits(soft=0)
    first = post(client, SIGN_UP, fill_in(client, SIGN_UP))
    data = {**fields_of(first), **TYPED[SIGN_UP], "proof": spoil(solution(first))}

    assert asks(post(client, SIGN_UP, data))

    assert not SignUp.objects.exists()


def altered(proof: str, before: str, after: str) -> str:
    text = base64.b64decode(proof).decode()
    assert before in text
    return base64.b64encode(text.replace(before, after).encode()).decode()


@pytest.mark.parametrize(("minutes", "status"), [(9, 302), (11, 200)])
def test_a_challenge_is_good_for_ten_minutes(client, settings, minutes, status):
    settings.FORM_LIMITS = limits(soft=0)
    with time_machine.travel(NOON, tick=False) as clock:
        first = post(client, SIGN_UP, fill_in(client, SIGN_UP))
        data = {**fields_of(first), "proof": solution(first), "ticket": ""}
        clock.shift(minutes * 60)

        assert post(client, SIGN_UP, data).status_code == status


def test_without_scripts_patience_lets_the_form_in_once(client, settings):
    settings.FORM_LIMITS = limits(soft=0)
    with time_machine.travel(NOON, tick=False) as clock:
        first = post(client, SIGN_UP, fill_in(client, SIGN_UP))
        assert "wait 15 seconds" in form_in(first).text
        data = fields_of(first)

        clock.shift(14)
        early = post(client, SIGN_UP, data)
        assert asks(early)
        # The same ticket goes on ageing: nobody waits twice.
        assert fields_of(early) == data
        clock.shift(2)
        assert post(client, SIGN_UP, data).status_code == 302

        other = {**data, "form_key": new_form_key("signup:test-event"), "email": "b@example.org"}
        assert asks(post(client, SIGN_UP, other))
        assert asks(post(client, SIGN_UP, data))

    assert SignUp.objects.count() == 1


def test_a_ticket_of_another_form_a_forged_or_an_old_one_is_refused(client, settings):
    settings.FORM_LIMITS = limits(soft=0)
    with time_machine.travel(NOON, tick=False) as clock:
        own = fields_of(post(client, SIGN_UP, fill_in(client, SIGN_UP)))
        foreign = fields_of(post(client, PLEDGE, fill_in(client, PLEDGE)))["ticket"]
        clock.shift(60)
        for ticket in (foreign, "", "nonsense", own["ticket"][:-1] + "!"):
            assert asks(post(client, SIGN_UP, {**own, "ticket": ticket}))
        clock.shift(3601)
        assert asks(post(client, SIGN_UP, own))

    assert not SignUp.objects.exists()


def test_patience_alone_is_limited_a_network_and_an_hour(client, settings, monkeypatch):
    settings.FORM_LIMITS = limits(soft=0)
    monkeypatch.setattr(door, "TICKETS_PER_HOUR", 2)

    def wait_and_send(number: int, remote: str = "203.0.113.7"):
        data = fill_in(client, SIGN_UP, email=f"sam{number}@example.org", remote=remote)
        data = fields_of(post(client, SIGN_UP, data, remote=remote))
        clock.shift(16)
        return post(client, SIGN_UP, data, remote=remote)

    with time_machine.travel(NOON, tick=False) as clock:
        answers = [wait_and_send(number) for number in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 200]
        assert "again in an hour" in form_in(answers[2]).text
        # A calculation still opens, and another network still may be patient.
        data = {**fields_of(answers[2]), "proof": solution(answers[2])}
        assert post(client, SIGN_UP, data).status_code == 302
        assert wait_and_send(7, remote=STRANGER).status_code == 302
        clock.shift(3600)
        assert wait_and_send(8).status_code == 302


def test_a_form_filled_in_too_fast_comes_back_and_is_taken_a_moment_later(client, settings):
    settings.FORM_MINIMUM_SECONDS = 3
    with time_machine.travel(NOON, tick=False) as clock:
        data = fill_in(client, SIGN_UP)
        clock.shift(2)
        fast = post(client, SIGN_UP, data)
        post(client, SIGN_UP, {**data, "form_key": f" {data['form_key']}\n"})

        assert asks(fast)
        assert not SignUp.objects.exists()
        assert fields_of(fast)["name"] == "Sam"
        solved = {**fields_of(fast), "email": "quick@example.org", "proof": solution(fast)}
        assert post(client, SIGN_UP, solved).status_code == 302
        slow = fill_in(client, SIGN_UP)
        clock.shift(4)
        assert post(client, SIGN_UP, slow).status_code == 302

    assert SignUp.objects.count() == 2


@pytest.mark.parametrize(
    ("language", "words"), [("en", "in 10 minutes"), ("fr", 'lang="fr"'), ("nl", 'lang="nl"')]
)
@pytest.mark.parametrize("path", [SIGN_UP, PLEDGE, MY_SOLIDARITY])
def test_beyond_the_hard_limit_429_in_the_readers_language(client, settings, path, language, words):
    settings.FORM_LIMITS = limits(hard=1)
    path_there = path.replace("/en/", f"/{language}/")
    with time_machine.travel(NOON, tick=False) as clock:
        data = fill_in(client, path)
        post(client, path_there, {})
        response = post(client, path_there, data)

        assert response.status_code == 429
        assert response["Retry-After"] == "600"
        assert response["Cache-Control"] == "private, no-store"
        assert words in response.content.decode()
        assert f'<html lang="{language}"' in response.content.decode()
        assert fields_of(response)["email"] == "sam@example.org"
        assert client.get(path_there).status_code == 200
        assert post(client, path_there, data, remote=STRANGER).status_code == 302
        clock.shift(600)
        assert post(client, path_there, data).status_code == 302


def test_a_proof_does_not_open_a_closed_door(client, settings):
    settings.FORM_LIMITS = limits(soft=0, hard=1)
    first = post(client, SIGN_UP, fill_in(client, SIGN_UP))
    data = {**fields_of(first), **TYPED[SIGN_UP], "proof": solution(first)}

    assert post(client, SIGN_UP, data).status_code == 429

    assert not SignUp.objects.exists()


def photo_of(image: bytes) -> dict:
    return {"image": SimpleUploadedFile("me.jpg", image, "image/jpeg")}


def test_a_photo_of_a_form_that_is_asked_is_kept(client, settings, make_image):
    settings.FORM_LIMITS = limits(soft=0)
    data = {**fill_in(client, PHOTO), **photo_of(make_image())}

    first = post(client, PHOTO, data)

    assert asks(first)
    assert HeldPhoto.objects.count() == 1
    second = {**fields_of(first), "proof": solution(first)}
    assert post(client, PHOTO, second).status_code == 302
    assert Photo.objects.exclude(wall_key=REPORTED_KEY).get().message == "You are not alone"


def test_in_a_flood_photos_are_read_only_with_a_proof(client, settings, make_image):
    settings.FORM_LIMITS = limits(everybody=0)
    data = fill_in(client, PHOTO)

    first = post(client, PHOTO, {**data, **photo_of(make_image())})

    assert asks(first)
    assert "choose your photo once more" in form_in(first).text
    assert not HeldPhoto.objects.exists()
    second = {**fields_of(first), "proof": solution(first), **photo_of(make_image())}
    assert post(client, PHOTO, second).status_code == 302


def test_a_network_sends_so_many_bytes_of_photos_a_day(client, settings, make_image):
    image = make_image(size=(400, 300))
    settings.FORM_LIMITS = limits(daily_bytes=2 * len(image))
    with time_machine.travel(NOON, tick=False) as clock:
        data = fill_in(client, PHOTO)
        assert post(client, PHOTO, {**data, **photo_of(image)}).status_code == 302

        response = post(client, PHOTO, {**fill_in(client, PHOTO), **photo_of(image)})

        assert response.status_code == 429
        assert response["Retry-After"] == str(12 * 3600)
        assert fields_of(response)["message"] == "You are not alone"
        assert "tomorrow" in form_in(response).text
        other = {**fill_in(client, PHOTO, email="alex@example.org"), **photo_of(image)}
        assert post(client, PHOTO, other, remote=STRANGER).status_code == 302
        clock.shift(12 * 3600)
        data = {**fill_in(client, PHOTO, email="kim@example.org"), **photo_of(image)}
        assert post(client, PHOTO, data).status_code == 302


ADDRESS = re.compile(r"203\.0\.113|198\.51\.100|2001:?0?db8|cb007107|c6336407", re.IGNORECASE)


def door_tables() -> str:
    """Everything the door keeps, as text."""
    lines = []
    with connection.cursor() as cursor:
        for table in ("doorcount", "spenttoken", "dailysalt"):
            cursor.execute(f"SELECT t::text FROM supporters_{table} AS t")
            lines += [row for (row,) in cursor.fetchall()]
    return "\n".join(lines)


def test_no_address_is_kept_or_logged(client, settings, caplog, make_image):
    caplog.set_level(logging.DEBUG)
    settings.FORM_LIMITS = limits(soft=1, hard=3, daily_bytes=10**9)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO supporters_doorcount (key, starts_at, expires_at, amount)"
            " VALUES ('203.0.113.0/24', now(), now(), 1)"
        )
        assert ADDRESS.search(door_tables())  # the search finds a planted address
        cursor.execute("DELETE FROM supporters_doorcount")

    for remote in ("203.0.113.7", "2001:db8::7"):
        for path in TYPED:
            for _ in range(4):
                first = post(client, path, fill_in(client, path, remote=remote), remote=remote)
                # A sign that was let in comes back as a PDF.
                is_page = first["Content-Type"].startswith("text/html")
                if first.status_code == 200 and is_page and asks(first):
                    data = {**fields_of(first), "proof": solution(first)}
                    post(client, path, data, remote=remote)

    assert len(door_tables().splitlines()) > 20
    assert not ADDRESS.search(door_tables())
    assert not ADDRESS.search(caplog.text)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["supporters_doorcount", "supporters_dailysalt"])
def test_when_nothing_can_be_counted_every_form_is_asked(client, caplog, table):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table}")

    page = client.get(SIGN_UP)
    refused = post(client, SIGN_UP, {**fields_of(page), **TYPED[SIGN_UP]})

    assert asks(page) and asks(refused)
    assert not SignUp.objects.exists()
    assert "cannot be counted" in caplog.text
    data = {**fields_of(refused), "proof": solution(refused)}
    assert post(client, SIGN_UP, data).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_when_nothing_can_be_used_up_no_proof_is_taken(client, settings):
    settings.FORM_LIMITS = limits(soft=0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE supporters_spenttoken")
    first = post(client, SIGN_UP, fill_in(client, SIGN_UP))

    second = post(client, SIGN_UP, {**fields_of(first), "proof": solution(first)})

    assert asks(second)
    assert not SignUp.objects.exists()
