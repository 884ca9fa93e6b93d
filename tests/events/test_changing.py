"""A person changes how many come: places taken and freed, refusals, and two changes at once."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from events.holdings import describe
from events.models import Event, SignUp
from events.services import SignUpError, cancel_sign_up, change_party_size
from tests.events.test_races import post_all
from tests.events.test_services import take
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db


def counts(row: SignUp) -> tuple[int, int]:
    """The people of this sign-up and the places taken, as the database has them."""
    found = SignUp.objects.select_related("event").get(pk=row.pk)
    return found.party_size, found.event.places_taken


def html(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("party_size", [5, 3, 2, 1])
def test_more_fewer_and_the_same(client, party_size):
    event = make_event(capacity=6)
    take(event, email="else@example.org", party_size=1)
    row = take(event, party_size=3)
    calendar = Event.objects.filter(pk=event.pk).values_list(
        "calendar_sequence", "calendar_changed_at"
    )
    before = calendar.get()
    link = row.get_absolute_url()

    for _ in range(2):
        answer = client.post(link, {"party_size": str(party_size)})
        assert (answer.status_code, answer.url) == (302, f"{link}?changed=1")
        assert counts(row) == (party_size, party_size + 1)

    noted = "1 person." if party_size == 1 else f"{party_size} people."
    shown = client.get(answer.url)
    assert f"We have noted it: {noted}" in html(shown)
    assert f'value="{party_size}"' in html(shown)
    assert not shown.cookies
    assert "We have noted it" not in html(client.get(link))
    assert calendar.get() == before
    assert ProcrastinateJob.objects.count() == 2  # the two confirmations, and no mail more


@pytest.mark.parametrize(
    ("language", "button", "noted", "label"),
    [
        ("en", "Change the number", "We have noted it: 2 people.", "See, change or cancel"),
        ("fr", "Changer le nombre", "C’est noté\u202f: 2 personnes.", "Voir, changer ou annuler"),
        ("nl", "Verander het aantal", "Genoteerd: 2 personen.", "wijzig of annuleer"),
    ],
)
def test_every_language(client, language, button, noted, label):
    row = take(make_event(capacity=6), language=language)
    with override(language):
        link = row.get_absolute_url()
        (item,) = describe(row.supporter)

    assert item.url == link
    assert label in item.action
    assert button in html(client.get(link))
    assert noted in html(client.post(link, {"party_size": "2"}, follow=True))


@pytest.mark.parametrize(
    ("taken_by_others", "typed", "sentence"),
    [
        (3, 5, "Only 1 place is left, so you can be 3 people at most."),
        (2, 5, "Only 2 places are left, so you can be 4 people at most."),
        (4, 3, "All places are taken."),
    ],
)
def test_full_says_how_many_and_keeps_what_was_typed(client, taken_by_others, typed, sentence):
    event = make_event(capacity=6)
    take(event, email="else@example.org", party_size=taken_by_others)
    row = take(event, party_size=2)

    answer = client.post(row.get_absolute_url(), {"party_size": str(typed)})

    page = html(answer)
    assert answer.status_code == 200
    assert sentence in page
    assert f'value="{typed}"' in page
    assert '<dd class="cells__value numeral">2</dd>' in page
    assert counts(row) == (2, taken_by_others + 2)


def test_no_limit_takes_more():
    row = take(make_event(capacity=None))

    change_party_size(sign_up=row, party_size=10)

    assert counts(row) == (10, 10)


def test_closed_sign_up_lets_fewer_come_and_nobody_more(client):
    event = make_event(capacity=6)
    row = take(event, party_size=3)
    Event.objects.update(takes_sign_ups=False)
    link = row.get_absolute_url()

    refused = client.post(link, {"party_size": "4"})
    assert "Sign-up for this event is closed." in html(refused)
    assert counts(row) == (3, 3)

    client.post(link, {"party_size": "2"})
    assert counts(row) == (2, 2)


def test_cancelled_sign_up_does_not_change(client):
    row = take(make_event(capacity=6), party_size=2)
    link = row.get_absolute_url()
    assert client.post(link).url == link

    answer = client.post(link, {"party_size": "3"})

    assert "Your sign-up is cancelled" in html(answer)
    assert "Change the number" not in html(answer)
    assert counts(row) == (2, 0)
    with pytest.raises(SignUpError, match="is cancelled"):
        change_party_size(sign_up=row, party_size=1)


@pytest.mark.parametrize(
    "began",
    [
        {"day": in_days(-1)},
        {"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=2)},
    ],
)
@pytest.mark.parametrize("typed", ["1", "3"])
def test_event_that_has_begun_does_not_change(client, began, typed):
    row = take(make_event(capacity=6), party_size=2)
    link = row.get_absolute_url()
    assert "Change the number" in html(client.get(link))
    Event.objects.update(**began)

    answer = client.post(link, {"party_size": typed})

    assert "This event has begun, so the number can no longer change." in html(answer)
    assert "Change the number" not in html(answer)
    assert counts(row) == (2, 2)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write a whole number"),
        ("two", "Write a whole number"),
        ("1.5", "Write a whole number"),
        ("0", "at least 1 person"),
        ("-3", "at least 1 person"),
        ("11", "10 people at most"),
        ("9" * 400, "10 people at most"),
        ("<b>", "Write a whole number"),
    ],
)
def test_tampered_number_changes_and_cancels_nothing(client, typed, sentence):
    row = take(make_event(), party_size=2)

    answer = client.post(row.get_absolute_url(), {"party_size": typed})

    assert answer.status_code == 200
    assert sentence in html(answer)
    assert "<b>" not in html(answer)
    assert counts(row) == (2, 2)
    assert SignUp.objects.confirmed().count() == 1


@pytest.mark.parametrize("party_size", [0, -1, 11])
def test_service_refuses_numbers_out_of_range(party_size):
    row = take(make_event(), party_size=2)

    with pytest.raises(SignUpError):
        change_party_size(sign_up=row, party_size=party_size)
    assert counts(row) == (2, 2)


def test_other_fields_and_other_sites_change_nothing(client):
    row = take(make_event(), party_size=2)
    link = row.get_absolute_url()
    fields = {"party_size": "3", "name": "Else", "status": "cancelled", "event": "99"}

    refused = client.post(link, fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert counts(row) == (2, 2)

    client.post(link, fields)
    row.refresh_from_db()
    assert (row.name, row.status) == ("Sam", "confirmed")
    assert counts(row) == (3, 3)


def test_reading_the_page_of_a_change_changes_nothing(client):
    row = take(make_event(), party_size=2)

    client.get(row.get_absolute_url(), {"changed": "1", "party_size": "5"})

    assert counts(row) == (2, 2)


def test_cancelling_frees_the_number_in_force_and_not_the_one_read_before():
    row = take(make_event(capacity=6), party_size=2)
    stale = SignUp.objects.select_related("event").get(pk=row.pk)
    change_party_size(sign_up=row, party_size=5)

    assert cancel_sign_up(sign_up=stale)

    assert counts(row)[1] == 0


def test_the_page_has_two_forms_and_the_one_that_cancels_sends_no_number(client):
    row = take(make_event(), party_size=2)

    forms = re.findall(r"<form.*?</form>", html(client.get(row.get_absolute_url())), re.DOTALL)

    change, cancel = [form for form in forms if "my sign-up" in form or "the number" in form]
    assert 'name="party_size"' in change
    assert "Cancel my sign-up" in cancel
    assert "name=" not in cancel


@pytest.mark.django_db(transaction=True)
def test_two_changes_for_the_last_places(live_server):
    event = make_event(capacity=6)
    rows = [take(event, email=f"p{number}@example.org", party_size=2) for number in range(2)]
    links = [row.get_absolute_url() for row in rows]

    answers = post_all(live_server, [(link, {"party_size": "4"}) for link in links])

    event.refresh_from_db()
    assert Counter(status for status, _, _ in answers) == {302: 1, 200: 1}
    assert [page.count("All places are taken.") > 0 for s, _, page in answers if s == 200] == [True]
    assert event.places_taken == 6
    assert sorted(SignUp.objects.values_list("party_size", flat=True)) == [2, 4]


@pytest.mark.django_db(transaction=True)
def test_a_crowd_of_changes_and_cancellings_keeps_the_count_exact(live_server):
    event = make_event(capacity=12)
    rows = [take(event, email=f"p{number}@example.org", party_size=2) for number in range(4)]
    links = [row.get_absolute_url() for row in rows]
    changes = [(link, {"party_size": str(size)}) for link in links for size in (1, 3, 5, 7)]

    answers = post_all(live_server, [*changes, (links[0], {}), (links[1], {})])

    event.refresh_from_db()
    coming = SignUp.objects.confirmed().values_list("party_size", flat=True)
    assert {status for status, _, _ in answers} <= {200, 302}
    assert len(coming) == 2
    assert event.places_taken == sum(coming) <= 12
