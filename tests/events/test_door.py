"""Passes, the list that a code opens, and counting who came in."""

import json
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from events.entry_code import short_code
from events.models import Arrival, DoorPass, Needs, SignUp
from events.services import SignUpError, door
from tests.factories import in_days, make_event, make_staff, make_supporter

pytestmark = pytest.mark.django_db

CLOSED = {"state": "closed"}


def make_sign_up(event, name="Ana Peeters", party_size=1, **fields) -> SignUp:
    supporter = make_supporter(f"{uuid.uuid4().hex}@example.org")
    values = {"supporter": supporter, "language": "en", "name": name, "party_size": party_size}
    return SignUp.objects.create(event=event, **{**values, **fields})


@pytest.fixture
def event():
    return make_event(day=in_days(0))


@pytest.fixture
def made(event):
    return door.make_pass(event=event, label="Main entrance", user=None)


def path_of(door_pass: DoorPass, end: str = "") -> str:
    return door.pass_url(door_pass, "en").removeprefix("http://testserver") + end


def post(client, path, content, **extra):
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    return client.post(path, body, content_type="application/json", **extra)


def opened(client, made) -> dict:
    door_pass, code = made
    return post(client, path_of(door_pass, "open/"), {"code": code}).json()


def tap(sign_up=None, people=1, tap_id=None, at=None) -> dict:
    return {
        "id": str(tap_id or uuid.uuid4()),
        "sign_up": sign_up and sign_up.public_id.hex,
        "people": people,
        "at": int((at or timezone.now()).timestamp() * 1000),
    }


def sync(client, made, taps, cursor=0, version="", ticket=None):
    content = {"ticket": ticket or door.make_ticket(made[0]), "taps": taps}
    content |= {"cursor": cursor, "version": version}
    return post(client, path_of(made[0], "taps/"), content)


# Passes


def test_a_pass_works_from_the_day_before_until_the_day_after(event, made):
    door_pass, code = made

    assert (len(code), code.isdigit()) == (12, True)
    assert code not in door_pass.code_hash
    assert timezone.localtime(door_pass.valid_from).date() == in_days(-1)
    assert timezone.localtime(door_pass.valid_until).date() == in_days(2)
    assert door_pass.is_valid


def test_a_pass_follows_an_event_that_is_moved(client, event, made):
    event.day = in_days(20)
    event.save(update_fields=["day"])

    assert post(client, path_of(made[0], "open/"), {"code": made[1]}).json() == CLOSED
    event.day = in_days(1)
    event.save(update_fields=["day"])
    assert opened(client, made)["state"] == "open"


@pytest.mark.parametrize("fields", [{"day": in_days(-3)}, {"cancelled_at": timezone.now()}])
def test_no_pass_is_made_for_an_event_that_is_over_or_cancelled(fields):
    with pytest.raises(SignUpError):
        door.make_pass(event=make_event(**fields), label="x", user=None)

    assert not DoorPass.objects.exists()


# The page


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_page_is_the_same_for_every_link_and_holds_nobody(client, event, made, language):
    make_sign_up(event)
    path = path_of(made[0]).replace("/en/", f"/{language}/")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(path)
        other = client.get(f"/{language}/events/door/nothing/")

    assert page.status_code == 200
    assert page.content == other.content == client.get(f"/{language}/events/door/").content
    assert not queries.captured_queries
    assert "Peeters" not in page.content.decode() and event.name_en not in page.content.decode()
    assert f'<html lang="{language}">' in page.content.decode()
    assert "worker-src 'self'" in page.headers["Content-Security-Policy"]
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert not page.cookies


def test_the_worker_keeps_every_file_of_the_page_within_its_scope(client):
    page = client.get("/fr/events/door/").content.decode()
    answer = client.get("/fr/events/door/worker.js")
    kept = json.loads(answer.content.decode().split(";\n")[0].removeprefix("self.kept = "))

    assert answer.headers["Service-Worker-Allowed"] == "/fr/events/door/" == kept["page"]
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert {"/static/css/site.css", "/static/fonts/archivo.woff2"} < set(kept["files"])
    assert {f"/static/js/door/{name}.js" for name in ("door", "vault", "qr_decoder")} < set(
        kept["files"]
    )
    assert not any("worker" in name for name in kept["files"])
    for name in kept["files"]:
        answer = client.get(name)
        assert (answer.status_code, bool(b"".join(answer.streaming_content))) == (200, True)
        assert name in page or "/js/door/" in name


# The code


def test_the_code_gives_names_and_nothing_else(client, event, made):
    both = make_sign_up(event, "Zoë D’Hondt", 4)
    shy = make_sign_up(event, "Ana Peeters")
    Needs.objects.create(sign_up=shy, ticked="wheelchair,no_photo", line="I come by train")
    Needs.objects.create(sign_up=both, ticked="seat")
    make_sign_up(event, "Cancelled", status=SignUp.Status.CANCELLED)
    make_sign_up(event, "Waiting", status=SignUp.Status.WAITING, queue_number=1)

    answer = opened(client, made)

    assert answer["people"] == [
        {
            "id": both.public_id.hex,
            "name": "Zoë D’Hondt",
            "size": 4,
            "code": short_code(both.public_id),
            "no_photo": False,
        },
        {
            "id": shy.public_id.hex,
            "name": "Ana Peeters",
            "size": 1,
            "code": short_code(shy.public_id),
            "no_photo": True,
        },
    ]
    assert answer["event"]["name"] == "Test event"
    text = json.dumps(answer)
    assert "@" not in text and "train" not in text and "wheelchair" not in text


def test_ten_wrong_codes_end_a_pass_and_say_so(client, made):
    door_pass, code = made
    path = path_of(door_pass, "open/")
    wrong = f"{(int(code) + 1) % 10**12:012d}"

    answers = [post(client, path, {"code": wrong}).json() for _ in range(10)]

    assert answers[0] == {"state": "wrong", "left": 9}
    assert answers[8] == {"state": "wrong", "left": 1}
    assert answers[9] == {"state": "ended", "left": 0}
    door_pass.refresh_from_db()
    assert door_pass.ended_at
    assert post(client, path, {"code": code}).json() == CLOSED


def test_the_right_code_clears_the_count(client, made):
    door_pass, code = made
    path = path_of(door_pass, "open/")
    wrong = f"{(int(code) + 1) % 10**12:012d}"

    for _ in range(9):
        post(client, path, {"code": wrong})
    assert opened(client, made)["state"] == "open"

    assert post(client, path, {"code": wrong}).json() == {"state": "wrong", "left": 9}


def test_links_of_no_use_are_all_answered_alike(client, event, made):
    ended, code = door.make_pass(event=event, label="ended", user=None)
    door.end_pass(door_pass=ended)
    late = make_event(slug="late", day=in_days(3))
    early, early_code = door.make_pass(event=late, label="early", user=None)
    unknown = path_of(made[0])[:-4] + "xyz/"

    answers = [
        post(client, path_of(ended, "open/"), {"code": code}),
        post(client, path_of(early, "open/"), {"code": early_code}),
        post(client, f"{unknown}open/", {"code": code}),
        post(client, path_of(ended, "open/"), {}),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, json.dumps(CLOSED).encode())
    }
    assert post(client, path_of(made[0], "open/"), {}).json() == {"state": "asks"}


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[1]",
        b"[" * 50_000,
        b'{"code": "\xff"}',
        {"code": "1234"},
        {"code": "1234567a"},
        {"code": "123456789012", "more": "x" * 70_000},
        b"x" * 3_000_000,
    ],
)
def test_what_is_no_code_is_refused_and_not_counted(client, made, content):
    answer = post(client, path_of(made[0], "open/"), content)

    assert (answer.status_code, answer.json()) == (400, {"state": "refused"})
    made[0].refresh_from_db()
    assert made[0].wrong_codes == 0


def test_posts_of_other_sites_forms_and_gets_are_refused(client, made):
    door_pass, code = made
    path = path_of(door_pass, "open/")

    cross = post(client, path, {"code": code}, headers={"Origin": "https://evil.example"})
    form = client.post(path, {"code": code})

    assert (cross.status_code, form.status_code, client.get(path).status_code) == (403, 400, 405)
    assert b"people" not in cross.content + form.content


# Counting


def test_a_tap_counts_once_however_often_it_is_sent(client, event, made):
    group = make_sign_up(event, party_size=4)
    taps = [tap(group, 3), tap(None, 2), tap(None, -1)]

    first = sync(client, made, taps).json()
    again = sync(client, made, [*taps, tap(group, 1)]).json()

    assert first["arrived"] == {group.public_id.hex: 3}
    assert again["arrived"] == {group.public_id.hex: 4}
    assert (again["walk_ins"], Arrival.objects.count()) == (1, 4)
    assert door.arrived(event) == door.ArrivedCounts(signed_up=4, walk_ins=1)
    assert door.arrived_by_sign_up(event.pk) == {group.pk: 4}
    assert all(row.at.second == 0 for row in Arrival.objects.all())


def test_without_the_unique_tap_the_same_would_count_twice(client, event, made):
    """The negative control: what stands between a lost answer and a double count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'events_arrival'::regclass"
            " AND contype = 'u'"
        )
        [name] = [row[0] for row in cursor.fetchall()]
        cursor.execute(f'ALTER TABLE events_arrival DROP CONSTRAINT "{name}"')
    taps = [tap(None, 2)]

    sync(client, made, taps)

    assert sync(client, made, taps).json()["walk_ins"] == 4


def test_two_phones_that_let_the_same_people_in_count_them_once(client, event, made):
    group = make_sign_up(event, party_size=2)

    sync(client, made, [tap(group, 2)])
    second = sync(client, made, [tap(group, 2)]).json()

    assert second["arrived"] == {group.public_id.hex: 4}, "the phone reckons from the plain sum"
    assert door.arrived(event).signed_up == 2
    assert Arrival.objects.filter(sign_up=group).count() == 2, "control: without a cap it is 4"
    sync(client, made, [tap(group, -4)])
    assert door.arrived(event).signed_up == 0
    sync(client, made, [tap(group, -3)])
    assert door.arrived_by_sign_up(event.pk) == {group.pk: 0}


def test_the_answer_brings_what_others_counted_since(client, event, made):
    first, second = make_sign_up(event), make_sign_up(event, "Bob")
    known = sync(client, made, [tap(first)]).json()

    other = door.make_pass(event=event, label="other", user=None)
    sync(client, other, [tap(second), tap(None, 3)])
    answer = sync(client, made, [], cursor=known["cursor"], version=known["version"]).json()

    assert answer["arrived"] == {second.public_id.hex: 1}
    assert answer["walk_ins"] == 3
    assert "people" not in answer
    late = make_sign_up(event, "Late")
    answer = sync(client, made, [], cursor=answer["cursor"], version=known["version"]).json()
    assert late.public_id.hex in [person["id"] for person in answer["people"]]


def test_a_late_wish_not_to_be_in_pictures_and_a_mended_name_reach_the_phones(client, event, made):
    row = make_sign_up(event, "Ana Peters")
    needs = Needs.objects.create(sign_up=row, ticked="seat")
    known = sync(client, made, []).json()
    version = known["version"]
    assert "people" not in sync(client, made, [], version=version).json()

    needs.ticked = "seat,no_photo"
    needs.save()
    wished = sync(client, made, [], version=version).json()
    row.name = "Ana Peeters"
    row.save()
    mended = sync(client, made, [], version=wished["version"]).json()

    assert [one["no_photo"] for one in known["people"] + wished["people"]] == [False, True]
    assert mended["people"][0]["name"] == "Ana Peeters"
    assert "people" not in sync(client, made, [], version=mended["version"]).json()


def test_who_came_and_was_erased_or_cancelled_still_counts(client, event, made):
    erased, cancelled = make_sign_up(event, party_size=2), make_sign_up(event, party_size=3)
    sync(client, made, [tap(erased, 2), tap(cancelled, 3)])

    cancelled.status = SignUp.Status.CANCELLED
    cancelled.save(update_fields=["status"])
    gone = erased.public_id.hex
    erased.delete()
    answer = sync(client, made, [{**tap(None, 1), "sign_up": gone}]).json()

    assert (answer["others"], answer["people"], answer["walk_ins"]) == (6, [], 0)
    assert door.arrived(event).signed_up == 6


def test_a_tap_for_another_event_is_not_counted_there(client, made):
    elsewhere = make_sign_up(make_event(slug="elsewhere"))

    sync(client, made, [tap(elsewhere)])

    assert door.arrived_by_sign_up(elsewhere.event_id) == {}


def test_the_phones_clock_is_believed_up_to_five_minutes_ahead(client, made):
    for at in (timezone.now() + timedelta(hours=3), timezone.now() - timedelta(hours=3)):
        sync(client, made, [tap(at=at)])
    for milliseconds in (2**53, 0, -5):
        sync(client, made, [{**tap(), "at": milliseconds}])

    ahead, before, far_ahead, *long_ago = Arrival.objects.order_by("pk")
    for row in (ahead, far_ahead):
        assert timedelta(minutes=3) < row.at - timezone.now() <= timedelta(minutes=5)
    assert abs(timezone.now() - timedelta(hours=3) - before.at) < timedelta(minutes=2)
    assert [row.at for row in long_ago] == [made[0].valid_from] * 2


def test_an_ended_pass_hands_in_what_was_counted_before_and_gets_nothing(client, event, made):
    before, after = tap(None, 2, at=timezone.now() - timedelta(minutes=9)), tap(None, 4)
    DoorPass.objects.update(ended_at=timezone.now() - timedelta(minutes=5))

    answer = sync(client, made, [before, after])

    assert (answer.status_code, answer.json()) == (404, CLOSED)
    assert door.arrived(event).walk_ins == 2
    DoorPass.objects.update(ended_at=timezone.now() - timedelta(days=8))
    sync(client, made, [tap(None, 1, at=timezone.now() - timedelta(days=9))])
    assert door.arrived(event).walk_ins == 2


def test_without_the_ticket_nothing_is_taken_or_given(client, event, made):
    make_sign_up(event)
    other = door.make_pass(event=event, label="other", user=None)

    answer = sync(client, made, [tap()], ticket=door.make_ticket(other[0]))

    assert answer.json() == CLOSED
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "no"},
        {"people": 0},
        {"people": 51},
        {"people": -51},
        {"people": None},
        {"people": 1.5},
        {"sign_up": "zz"},
        {"at": 2**60},
        {"at": "soon"},
    ],
)
def test_one_wrong_tap_refuses_the_batch(client, made, wrong):
    answer = sync(client, made, [tap(), {**tap(), **wrong}])

    assert (answer.status_code, answer.json()) == (400, {"state": "refused"})
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        {"taps": "x"},
        {"taps": "[" * 30_000},
        {"taps": "1" * 5000},
        {"taps": [1]},
        {"taps": [tap() for _ in range(201)]},
        {"cursor": -1},
        {"cursor": "x"},
        {"ticket": "\ud800"},
        {"version": "%"},
    ],
)
def test_what_is_no_list_of_taps_is_refused(client, made, content):
    whole = {"ticket": door.make_ticket(made[0]), "taps": [], "cursor": 0, "version": ""}

    answer = post(client, path_of(made[0], "taps/"), {**whole, **content})

    assert (answer.status_code, answer.json()) == (400, {"state": "refused"})


def test_a_batch_is_one_insert_and_queries_stay_flat(client, event, made):
    people = [make_sign_up(event, f"P{number}") for number in range(30)]

    def queries_of(rows) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert sync(client, made, [tap(row) for row in rows]).status_code == 200
        return [query["sql"] for query in queries.captured_queries]

    few, many = queries_of(people[:3]), queries_of(people[3:])

    assert len([sql for sql in many if sql.startswith('INSERT INTO "events_arrival"')]) == 1
    assert len(many) <= len(few) <= 12
    with CaptureQueriesContext(connection) as queries:
        door.arrived(event)
        door.arrived_by_sign_up(event.pk)
    assert len(queries.captured_queries) == 2


def test_the_database_itself_refuses_a_tap_of_nobody(event):
    with pytest.raises(IntegrityError):
        Arrival.objects.create(tap_id=uuid.uuid4(), event=event, people=0, at=timezone.now())


# Staff


@pytest.fixture
def host(client):
    user = make_staff("Editors")
    user.user_permissions.add(Permission.objects.get(codename="manage_door"))
    client.force_login(user)
    return user


def test_staff_make_a_pass_and_see_its_code_once(client, event, host):
    make_sign_up(event, party_size=3)
    address = f"/admin/hosting/events/{event.pk}/door/"

    made = client.post(address, {"label": "Rue de la Loi", "language": "nl"})

    door_pass = DoorPass.objects.get()
    code = made.context["code"].replace(" ", "")
    page = made.content.decode()
    assert door.pass_url(door_pass, "nl") in page and made.context["code"] in page
    assert "<svg" in page and code not in door.pass_url(door_pass, "nl")
    assert (
        made.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    )
    assert opened(client, (door_pass, code))["state"] == "open"
    again = client.get(address).content.decode()
    assert "Rue de la Loi" in again
    assert made.context["code"] not in again and code not in again
    assert door_pass.made_by == host
    entry = ModelLogEntry.objects.get(action="events.give_door_pass")
    assert (entry.user, entry.data) == (host, {}) and "Rue" not in entry.label


def test_staff_end_a_pass_and_read_the_counter(client, event, host, made):
    group = make_sign_up(event, party_size=3)
    sync(client, made, [tap(group, 2), tap(None, 5)])

    counter = client.get(f"/admin/hosting/events/{event.pk}/door/counts/").content.decode()
    client.post(f"/admin/hosting/door/{made[0].pk}/end/")

    assert "came in: 2 of 3 who signed up, 5 without a sign-up" in counter
    assert opened(client, made) == CLOSED
    client.post(f"/admin/hosting/door/{made[0].pk}/end/")
    assert ModelLogEntry.objects.get(action="events.end_door_pass").user == host


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "events/{event}/door/"),
        ("post", "events/{event}/door/"),
        ("get", "events/{event}/door/counts/"),
        ("post", "door/{door_pass}/end/"),
    ],
)
def test_staff_without_the_permission_are_refused(client, event, made, method, path):
    client.force_login(make_staff("Editors"))

    address = "/admin/hosting/" + path.format(event=event.pk, door_pass=made[0].pk)
    answer = getattr(client, method)(address, {"label": "x", "language": "en"})

    assert answer.url == "/admin/"
    assert (DoorPass.objects.count(), DoorPass.objects.get().ended_at) == (1, None)
