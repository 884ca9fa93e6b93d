"""The screens people see, in their language."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from campaign_site.forms import new_form_key
from campaign_site.links import make_token
from events.models import SignUp
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db


def form_data(client, path: str, **fields) -> dict[str, str]:
    """What the form at ``path`` sends when somebody fills it in."""
    html = client.get(path).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', html).group(1)
    filled = {"name": "Sam Sorel", "email": "sam@example.org", "party_size": "2"}
    return {"form_key": key, "website": "", **filled, **fields}


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

    first = client.post(link)
    second = client.post(link)
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

    client.post(link)

    assert "Your sign-up is cancelled" in client.get(link).content.decode()
    assert "Your sign-up was already cancelled" in client.post(link).content.decode()


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
        ({"capacity": 3, "places_taken": 3}, "All places are taken."),
        ({"takes_sign_ups": False}, "Sign-up for this event is closed."),
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


def test_too_few_places_are_named_and_what_was_typed_stays(client):
    make_event(capacity=3, places_taken=1)
    path = "/en/events/test-event/"

    html = client.post(path, form_data(client, path, party_size="4")).content.decode()

    assert "Only 2 places are left." in html
    assert 'value="Sam Sorel"' in html
    assert 'value="sam@example.org"' in html
    assert not SignUp.objects.exists()


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
        response = client.post(target, data, headers={"Sec-Fetch-Site": "cross-site"})
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
            client.post(f"/en/events/sign-up/{token}/"),
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
    assert "nothing left to cancel" in client.post(link).content.decode()
    event.refresh_from_db()
    assert event.places_taken == 2


def test_calendar_file_speaks_the_readers_language(client):
    make_event()

    english = client.get("/en/events/test-event/calendar.ics")
    french = client.get("/fr/events/test-event/calendar.ics")

    entries = [Calendar.from_ical(r.content).walk("VEVENT")[0] for r in (english, french)]
    assert [str(entry["summary"]) for entry in entries] == ["Test event", "Événement d’essai"]
    assert [str(entry["location"]) for entry in entries] == ["Brussels", "Bruxelles"]
    assert [str(entry["uid"]) for entry in entries] == ["test-event@testserver"] * 2
    assert str(entries[1]["url"]) == "http://testserver/fr/events/test-event/"
    assert french["Content-Type"] == "text/calendar; charset=utf-8"
    assert 'filename="test-event.ics"' in french["Content-Disposition"]
    assert "public" in french["Cache-Control"]
    assert not french.cookies


def test_unknown_event_is_not_found(client):
    for path in ("", "signed-up/", "calendar.ics"):
        assert client.get(f"/en/events/nothing-here/{path}").status_code == 404
