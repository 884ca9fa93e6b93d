"""The screens people see, in their language."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from campaign_site.forms import new_form_key
from campaign_site.links import make_token
from events.models import Needs, Organiser, SignUp
from supporters.models import Consent
from tests.factories import in_days, make_event
from tests.supporters.at_the_door import fields_of

pytestmark = pytest.mark.django_db


def form_data(client, path: str, **fields) -> dict[str, str]:
    """What the form at ``path`` sends when somebody fills it in."""
    filled = {"name": "Sam Sorel", "email": "sam@example.org", "party_size": "2"}
    return {**fields_of(client.get(path)), **filled, **fields}


def link_of(row: SignUp) -> str:
    with override(row.language):
        return row.get_absolute_url()


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Test event"), ("fr", "Événement d’essai"), ("nl", "Testevenement")],
)
def test_form_is_shown_in_each_language_without_cookies(client, language, name):
    make_event(capacity=12)

    response = client.get(f"/{language}/events/test-event/")

    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}">' in html
    assert name in html
    assert 'data-form="signup"' in html
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    assert "noindex" in html


def test_sign_up_from_form_to_cancelled(client, mailoutbox, run_tasks):
    event = make_event(capacity=12)
    path = "/fr/events/test-event/"

    sent = client.post(path, form_data(client, path))
    after = client.get(sent.url)
    run_tasks()

    row = SignUp.objects.get()
    link = link_of(row)
    assert sent.url == "/fr/events/test-event/signed-up/"
    assert after.status_code == 200
    assert not re.search(r"sorel|sam@", after.content.decode(), re.IGNORECASE)
    assert link in mailoutbox[0].body

    shown = client.get(link).content.decode()
    event.refresh_from_db()
    assert event.places_taken == 2
    assert "Sam Sorel" not in shown  # a forwarded mail tells nobody whose link it is
    assert SignUp.objects.confirmed().exists()

    first = client.post(link, {"action": "cancel"})
    second = client.post(link, {"action": "cancel"})
    event.refresh_from_db()
    assert first.url == link
    assert second.status_code == 200
    assert event.places_taken == 0
    assert "Sam Sorel" not in client.get(link).content.decode()


def test_repeated_cancelling_is_told_apart_in_words(client):
    make_event()
    path = "/en/events/test-event/"
    client.post(path, form_data(client, path))
    link = link_of(SignUp.objects.get())

    client.post(link, {"action": "cancel"})

    assert "Your sign-up is cancelled" in client.get(link).content.decode()
    again = client.post(link, {"action": "cancel"})
    assert "Your sign-up was already cancelled" in again.content.decode()


def test_known_address_gets_the_same_answer_and_the_mail_again(client, mailoutbox, run_tasks):
    event = make_event(capacity=12)
    path = "/en/events/test-event/"
    first = client.post(path, form_data(client, path))
    run_tasks()

    again = client.post(path, form_data(client, path, name="Curious", party_size="1"))
    run_tasks()

    event.refresh_from_db()
    assert (again.status_code, again.url) == (first.status_code, first.url)
    assert client.get(again.url).content == client.get(first.url).content
    assert event.places_taken == 2
    assert [mail.to for mail in mailoutbox] == [["sam@example.org"]] * 2
    assert mailoutbox[0].body == mailoutbox[1].body
    assert "Curious" not in mailoutbox[1].body


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"capacity": 3, "places_taken": 3, "has_waiting_list": False}, "All places are taken."),
        ({"takes_sign_ups": False}, "There is no sign-up for this event here."),
        ({"closes_at": timezone.now() - timedelta(hours=1)}, "Sign-up for this event is closed."),
        (
            {"opens_at": datetime(2090, 1, 2, 9, 30, tzinfo=UTC), "day": date(2090, 1, 9)},
            "Sign-up opens on Monday 2 January 2090 at 10:30.",
        ),
        ({"cancelled_at": timezone.now()}, "This event is cancelled."),
        ({"day": in_days(-3)}, "It is over"),
        (
            {"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=2)},
            "This event has begun",
        ),
    ],
)
def test_closed_event_says_so_and_offers_no_form(client, fields, sentence):
    make_event(**fields)
    path = "/en/events/test-event/"
    data = {
        "form_key": new_form_key("signup:test-event"),
        "name": "Sam",
        "email": "sam@example.org",
        "party_size": "1",
    }

    for response in (client.get(path), client.post(path, data)):
        html = response.content.decode()
        assert response.status_code == 200
        assert sentence in html
        assert "data-form" not in html
    assert not SignUp.objects.exists()


def test_too_few_places_without_a_list_are_named_and_what_was_typed_stays(client):
    make_event(capacity=3, places_taken=1, has_waiting_list=False)
    path = "/en/events/test-event/"

    html = client.post(path, form_data(client, path, party_size="4")).content.decode()

    assert "Only 2 places are left." in html
    assert 'value="Sam Sorel"' in html
    assert 'value="sam@example.org"' in html
    assert not SignUp.objects.exists()


def test_group_for_which_there_are_too_few_places_chooses(client):
    event = make_event(capacity=4, places_taken=2)
    path = "/en/events/test-event/"
    data = form_data(client, path, party_size="3")
    assert 'type="checkbox" name="waits"' not in client.get(path).content.decode()

    asked = client.post(path, data)

    html = asked.content.decode()
    assert "Only 2 places are left." in html
    assert "Put our group of 3 on the waiting list, all together" in html
    assert 'value="Sam Sorel"' in html
    assert not SignUp.objects.exists()

    fewer = client.post(path, {**data, "party_size": "2"})
    event.refresh_from_db()
    assert fewer.url == "/en/events/test-event/signed-up/"
    assert event.places_taken == 4


def test_group_that_waits_keeps_together(client):
    event = make_event(capacity=4, places_taken=2)
    path = "/en/events/test-event/"

    answer = client.post(path, form_data(client, path, party_size="3", waits="on"))

    row = SignUp.objects.get()
    event.refresh_from_db()
    assert answer.url == "/en/events/test-event/waiting/"
    assert (row.status, row.party_size, row.queue_number) == ("waiting", 3, 1)
    assert event.places_taken == 2


def test_group_larger_than_the_room_is_not_left_waiting_for_ever(client):
    make_event(capacity=2, places_taken=2)
    path = "/en/events/test-event/"

    html = client.post(path, form_data(client, path, party_size="3")).content.decode()

    assert "There are only 2 places in all." in html
    assert not SignUp.objects.exists()


def test_full_event_offers_the_waiting_list_and_says_how_it_works(client):
    event = make_event(capacity=2, places_taken=2, hold_hours=12)
    path = "/en/events/test-event/"
    empty = client.get(path).content.decode()
    first = client.post(path, form_data(client, path, party_size="1"))
    one = client.get(path).content.decode()

    event.refresh_from_db()
    assert "You have no place yet." in empty
    assert "You then have 12 hours to say yes" in empty
    assert "Nobody is waiting yet." in empty
    assert "Join the waiting list" in empty
    assert first.url == "/en/events/test-event/waiting/"
    assert "1 sign-up is waiting before you." in one
    assert event.places_taken == 2


def test_known_address_gets_the_screen_that_a_new_one_would(client):
    """Whoever types the address of somebody with a place must not see that they have one."""
    event = make_event(capacity=2)
    path = "/en/events/test-event/"
    client.post(path, form_data(client, path))

    known = client.post(path, form_data(client, path, name="Curious"))
    new = client.post(path, form_data(client, path, email="new@example.org"))

    event.refresh_from_db()
    assert known.url == new.url == "/en/events/test-event/waiting/"
    assert SignUp.objects.filter(status="confirmed").count() == 1
    assert client.get(known.url).content == client.get(new.url).content


def test_needs_are_kept_only_with_the_box_beside_them(client):
    make_event()
    path = "/en/events/test-event/"
    given = {"needs": ["seat", "quiet"], "needs_line": "a ramp at the back door"}

    refused = client.post(path, form_data(client, path, **given)).content.decode()
    assert "Tick this box so that we may use" in refused
    assert 'value="a ramp at the back door"' in refused
    assert re.search(r'<details class="folded" open', refused)
    assert not SignUp.objects.exists()

    client.post(path, form_data(client, path, **given, needs_consent="on"))

    needs = SignUp.objects.get().needs
    consent = Consent.objects.get(purpose=Needs.PURPOSE)
    assert (needs.kinds, needs.line) == (["seat", "quiet"], "a ramp at the back door")
    assert consent.subject_id == needs.sign_up.public_id
    assert "erased 7 days after" in consent.text.text


def test_box_for_needs_alone_says_nothing(client):
    make_event()
    path = "/en/events/test-event/"

    client.post(path, form_data(client, path, needs_consent="on"))

    assert SignUp.objects.count() == 1
    assert not Needs.objects.exists()
    assert not Consent.objects.filter(purpose=Needs.PURPOSE).exists()


def test_event_that_does_not_ask_what_people_need(client):
    make_event(asks_needs=False)
    path = "/en/events/test-event/"

    client.post(path, form_data(client, path, needs=["seat"], needs_consent="on"))

    assert 'name="needs' not in client.get(path).content.decode()
    assert not Needs.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_sign_up_goes_to_those_who_organise_too_only_if_they_agree(client, ticked):
    event = make_event()
    union = Organiser.objects.create(event=event, name="Test Union", gets_data=True)
    Organiser.objects.create(event=event, name="Silent Partner")
    path = "/en/events/test-event/"

    html = client.get(path).content.decode()
    client.post(path, form_data(client, path, **({"sharing": "on"} if ticked else {})))

    assert "my name and email address to Test Union, who organise" in html
    assert "Silent Partner" not in html
    assert SignUp.objects.get().shared_with == ([union.pk] if ticked else [])
    assert Consent.objects.filter(purpose=SignUp.SHARING_PURPOSE).count() == int(ticked)


def test_nobody_to_share_with_no_box(client):
    event = make_event()
    Organiser.objects.create(event=event, name="Silent Partner")

    assert 'name="sharing"' not in client.get("/en/events/test-event/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("party_size", "0", "at least 1 person"),
        ("party_size", "11", "10 people at most"),
        ("party_size", "two", "Write a whole number"),
        ("email", "sam@", "not a complete email address"),
        ("name", "\u200b", "required"),
        ("website", "http://spam.example", "trap for robots"),
        ("form_key", "forged", "open for too long"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_taken(client, field, value, sentence):
    event = make_event(capacity=12)
    path = "/en/events/test-event/"

    response = client.post(path, form_data(client, path, **{field: value}))

    event.refresh_from_db()
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert event.places_taken == 0


def test_form_key_of_another_event_does_not_count(client):
    make_event()
    make_event(slug="other")
    data = form_data(client, "/en/events/other/")

    response = client.post("/en/events/test-event/", data)

    assert "open for too long" in response.content.decode()
    assert not SignUp.objects.exists()


def test_double_send_of_the_last_place_succeeds_twice(client):
    make_event(capacity=2)
    path = "/en/events/test-event/"
    data = form_data(client, path)

    answers = [client.post(path, data) for _ in range(2)]
    other = client.post(path, {**data, "name": "Else"})

    assert [answer.url for answer in answers] == ["/en/events/test-event/signed-up/"] * 2
    assert other.status_code == 409
    assert SignUp.objects.count() == 1


def test_post_from_another_site_is_refused(client):
    event = make_event()
    path = "/en/events/test-event/"
    data = form_data(client, path)
    client.post(path, data)
    link = link_of(SignUp.objects.get())

    for target in (path, link):
        response = client.post(
            target, {**data, "action": "cancel"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert response.status_code == 403

    event.refresh_from_db()
    assert event.places_taken == 2


def test_link_that_is_not_ours_shows_nothing(client):
    make_event()
    path = "/en/events/test-event/"
    client.post(path, form_data(client, path))
    row = SignUp.objects.get()
    old = link_of(row)
    foreign = make_token("photo", row.public_id)
    SignUp.objects.update(link_version=2)

    for token in ("x", foreign, old.split("/")[-2]):
        for response in (
            client.get(f"/en/events/sign-up/{token}/"),
            client.post(f"/en/events/sign-up/{token}/", {"action": "cancel"}),
        ):
            assert response.status_code == 404
            assert "Sam" not in response.content.decode()
    assert SignUp.objects.confirmed().count() == 1


def test_reading_a_link_changes_nothing(client):
    event = make_event()
    path = "/en/events/test-event/"
    client.post(path, form_data(client, path))
    link = link_of(SignUp.objects.get())

    client.get(link)
    client.head(link)

    event.refresh_from_db()
    assert event.places_taken == 2


def test_link_after_the_event_offers_no_cancelling(client):
    event = make_event()
    path = "/en/events/test-event/"
    client.post(path, form_data(client, path))
    link = link_of(SignUp.objects.get())
    event.day, event.places_taken = in_days(-1), 2
    event.save()

    assert "Cancel my sign-up" not in client.get(link).content.decode()
    late = client.post(link, {"action": "cancel"})
    assert "nothing left to cancel" in late.content.decode()
    event.refresh_from_db()
    assert event.places_taken == 2


def test_calendar_file_speaks_the_readers_language(client):
    event = make_event()

    english = client.get("/en/events/test-event/calendar.ics")
    french = client.get("/fr/events/test-event/calendar.ics")

    entries = [Calendar.from_ical(r.content).walk("VEVENT")[0] for r in (english, french)]
    assert [str(entry["summary"]) for entry in entries] == ["Test event", "Événement d’essai"]
    assert [str(entry["location"]) for entry in entries] == ["Brussels", "Bruxelles"]
    assert [str(entry["uid"]) for entry in entries] == [f"event-{event.pk}@testserver"] * 2
    assert str(entries[1]["url"]) == "http://testserver/fr/events/test-event/"
    assert french["Content-Type"] == "text/calendar; charset=utf-8"
    assert 'filename="test-event.ics"' in french["Content-Disposition"]
    assert "public" in french["Cache-Control"]
    assert not french.cookies


def test_unknown_event_is_not_found(client):
    for path in ("", "signed-up/", "waiting/", "calendar.ics"):
        assert client.get(f"/en/events/nothing-here/{path}").status_code == 404
