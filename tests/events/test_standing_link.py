"""What somebody sees and does by the link to their own sign-up, and by the links it gives."""

import re
import uuid

import pytest
from django.utils import timezone
from django.utils.translation import override

from campaign_site.links import make_token
from events import services
from events.entry_code import short_code
from events.models import ActionSheet, Event, Needs, Organiser, SignUp
from events.services.needs import NeedsGiven
from supporters.models import Consent
from supporters.wordings import current_words
from tests.factories import in_days, make_event
from tests.supporters.at_the_door import fields_of, limits

pytestmark = pytest.mark.django_db


def sign_up(event: Event, email: str = "sam@example.org", people: int = 1, **said) -> SignUp:
    with override("en"):
        return services.sign_up(
            event=event,
            name="Sam Sorel",
            email=email,
            party_size=people,
            language="en",
            form_key=uuid.uuid4(),
            form_digest="",
            **said,
        )


def with_needs(event: Event) -> SignUp:
    words = current_words([Needs.PURPOSE], language="en")[Needs.PURPOSE]
    return sign_up(event, needs=NeedsGiven(["seat"], "near a door"), needs_words=words)


def link_of(row: SignUp) -> str:
    with override("en"):
        return row.get_absolute_url()


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def status_of(row: SignUp) -> str:
    return SignUp.objects.values_list("status", flat=True).get(pk=row.pk)


@pytest.fixture
def queue():
    """An event with two places, taken, and two parties that wait."""
    event = make_event(capacity=2)
    return [
        sign_up(event, "a@example.org", 2),
        sign_up(event, "b@example.org", 1),
        sign_up(event, "c@example.org", 2),
    ]


def test_confirmed_sign_up_shows_its_code_and_what_can_be_done(client):
    event = make_event(day=in_days(60), contact_name="Kim", contact_phone="+32 2 000 00 00")
    row = sign_up(event)

    html = read(client, link_of(row))

    assert "You have a place" in html
    assert short_code(row.public_id) in html
    assert "<svg" in html.split('class="entry__code"')[1]
    assert "+32 2 000 00 00" in html
    assert "Are you still coming?" not in html
    assert "Sam Sorel" not in html
    assert "sam@example.org" not in html


def test_own_position_counts_only_those_before(client, queue):
    shown = [read(client, link_of(row)) for row in queue]

    assert "on the waiting list" not in shown[0]
    assert "You are number 1 on the waiting list" in shown[1]
    assert "You are number 2 on the waiting list" in shown[2]
    assert "Your group of 2 waits until 2 places are free together" in shown[2]
    # Whoever has no place has nothing to show at the door and nothing to give away.
    assert "entry__code" not in shown[1]
    assert "/pass-on/" not in shown[1]


def test_group_that_a_lowered_capacity_has_no_room_for_is_told(client, queue):
    _first, second, third = queue
    Event.objects.update(capacity=1)

    shown = [read(client, link_of(row)) for row in (second, third)]

    assert "your turn will not come" not in shown[0]
    assert "The event has only 1 place in all now: come with fewer people" in shown[1]


def test_offer_is_shown_with_its_end_and_taken_by_a_post(client, queue):
    first, second, _third = queue
    client.post(link_of(first), {"action": "cancel"})

    html = read(client, link_of(second))
    before = status_of(second)
    client.post(link_of(second), {"action": "accept"})

    assert "There is a place for you" in html
    assert "We keep it for you until" in html
    assert (before, status_of(second)) == ("offered", "confirmed")
    assert "You have a place" in read(client, link_of(second))


def test_refused_offer_goes_to_the_next(client, queue):
    first, second, third = queue
    client.post(link_of(first), {"action": "cancel"})

    client.post(link_of(second), {"action": "refuse"})

    assert (status_of(second), status_of(third)) == ("cancelled", "offered")
    assert "Your sign-up is cancelled" in read(client, link_of(second))


def test_refusing_what_was_accepted_in_another_window_keeps_it_and_says_so(client, queue):
    first, second, _third = queue
    client.post(link_of(first), {"action": "cancel"})
    client.post(link_of(second), {"action": "accept"})

    html = client.post(link_of(second), {"action": "refuse"}).content.decode()

    assert "You had already said yes." in html
    assert status_of(second) == "confirmed"


def test_whoever_leaves_the_list_gave_no_places_back(client, queue):
    first, _second, third = queue
    for row in (first, third):
        client.post(link_of(row), {"action": "cancel"})

    assert "Your places are free for others." in read(client, link_of(first))
    left = read(client, link_of(third))
    assert "You are no longer on the waiting list." in left
    assert "Your places" not in left


@pytest.mark.parametrize("done", ["coming", "accepted", "changed"])
def test_what_was_done_is_not_told_once_it_no_longer_holds(client, done):
    row = sign_up(make_event())
    SignUp.objects.update(confirmed_coming=True)
    told = read(client, f"{link_of(row)}?done={done}")
    client.post(link_of(row), {"action": "cancel"})

    assert 'role="status"' in told
    assert 'role="status"' not in read(client, f"{link_of(row)}?done={done}")


def test_after_the_event_it_asks_once_how_it_was(client):
    row = sign_up(make_event())
    Event.objects.update(day=in_days(-1))

    html = read(client, link_of(row))

    assert "This event is over" in html
    path = re.search(r'href="(\S+/events/feedback/\S+)"', html)[1]
    client.post(path, {"grade": "5"})
    assert "/events/feedback/" not in read(client, link_of(row))


def test_accepting_what_was_never_offered_takes_nothing(client, queue):
    client.post(link_of(queue[1]), {"action": "accept"})

    assert status_of(queue[1]) == "waiting"
    assert Event.objects.get(slug="test-event").places_taken == 2


def test_group_that_waits_may_get_smaller_and_not_larger(client, queue):
    link = link_of(queue[2])

    smaller = client.post(link, {"action": "change", "party_size": "1"})
    larger = client.post(link, {"action": "change", "party_size": "4"})

    assert smaller.url.endswith("?done=changed")
    assert "a group can only get smaller" in larger.content.decode()
    assert SignUp.objects.get(pk=queue[2].pk).party_size == 1


def test_wrong_number_is_kept_beside_why(client):
    row = sign_up(make_event())

    html = client.post(link_of(row), {"action": "change", "party_size": "99"}).content.decode()

    assert 'value="99"' in html
    assert "10 people at most" in html
    assert SignUp.objects.get().party_size == 1


@pytest.mark.parametrize("data", [{}, {"action": "erase-everything"}])
def test_post_that_says_nothing_does_nothing(client, data):
    row = sign_up(make_event())

    response = client.post(link_of(row), data)

    assert response.status_code == 200
    assert status_of(row) == "confirmed"


def test_saying_again_that_one_comes(client):
    row = sign_up(make_event(day=in_days(1)))
    asked = read(client, link_of(row))

    answer = client.post(link_of(row), {"action": "coming"})

    assert 'id="coming"' in asked
    assert not SignUp.objects.filter(confirmed_coming=False).exists()
    assert "We count on you" in read(client, answer.url)
    assert 'value="coming"' not in read(client, link_of(row))


def test_whoever_cancelled_cannot_say_that_they_come(client):
    row = sign_up(make_event(day=in_days(1)))
    client.post(link_of(row), {"action": "cancel"})

    client.post(link_of(row), {"action": "coming"})

    assert not SignUp.objects.filter(confirmed_coming=True).exists()


def test_cancelled_event_says_so_and_asks_nothing(client):
    row = sign_up(make_event())
    Event.objects.update(cancelled_at=timezone.now(), notice_en="The hall has burnt down.")

    html = read(client, link_of(row))

    assert "This event is cancelled" in html
    assert "The hall has burnt down." in html
    assert "<form" not in html.split("<main")[1].split("</main>")[0]


def test_moved_event_says_so(client):
    row = sign_up(make_event())
    Event.objects.update(moved_at=timezone.now(), notice_en="An hour later.")

    html = read(client, link_of(row))

    assert "this event has moved" in html
    assert "An hour later." in html
    assert "Cancel my sign-up" in html


def test_whoever_waited_in_vain_is_told(client, queue):
    Event.objects.filter(slug="test-event").update(day=in_days(-1))

    assert "No place came free" in read(client, link_of(queue[1]))


# Needs


def test_needs_stand_on_a_screen_of_their_own(client):
    row = with_needs(make_event())

    own, needs = read(client, link_of(row)), read(client, f"{link_of(row)}needs/")

    assert "near a door" not in own
    assert 'value="near a door"' in needs
    assert re.search(r'value="seat"[^>]* checked', needs)
    assert not re.search(r'value="quiet"[^>]* checked', needs)


def test_needs_are_changed_and_agreed_to_anew(client):
    row = with_needs(make_event())
    path = f"{link_of(row)}needs/"
    data = {**fields_of(client.get(path)), "needs": ["quiet"], "needs_line": ""}

    refused = client.post(path, {**data, "needs_consent": ""})
    kept = client.post(path, {**data, "needs_consent": "on"})

    assert "Tick this box" in refused.content.decode()
    assert kept.url.endswith("?done=needs")
    needs = Needs.objects.get()
    assert (needs.kinds, needs.line) == (["quiet"], "")
    consents = Consent.objects.filter(purpose=Needs.PURPOSE)
    assert (consents.count(), consents.in_force().count()) == (2, 1)


@pytest.mark.parametrize("way", ["button", "emptied"])
def test_needs_are_erased(client, way):
    row = with_needs(make_event())
    path = f"{link_of(row)}needs/"
    emptied = {**fields_of(client.get(path)), "needs": [], "needs_line": ""}

    answer = client.post(path, {"action": "forget"} if way == "button" else emptied)

    assert answer.url.endswith("?done=needs-erased")
    assert not Needs.objects.exists()
    assert not Consent.objects.in_force().filter(purpose=Needs.PURPOSE).exists()
    assert status_of(row) == "confirmed"


def test_link_of_another_purpose_opens_no_needs(client):
    row = with_needs(make_event())

    for purpose in (SignUp.PASS_ON_PURPOSE, SignUp.FEEDBACK_PURPOSE):
        token = make_token(purpose, row.public_id, row.link_version)
        assert client.get(f"/en/events/sign-up/{token}/needs/").status_code == 404
        assert client.get(f"/en/events/sign-up/{token}/").status_code == 404


def test_name_is_no_longer_given_to_others(client):
    event = make_event()
    union = Organiser.objects.create(event=event, name="Test Union", gets_data=True)
    words = current_words(
        [SignUp.SHARING_PURPOSE], language="en", values={"organisations": "Test Union"}
    )[SignUp.SHARING_PURPOSE]
    row = sign_up(event, shared_with=[union.pk], sharing_words=words)
    assert "your name and address to Test Union" in read(client, link_of(row))

    client.post(link_of(row), {"action": "stop-sharing"})

    assert SignUp.objects.get().shared_with == []
    assert not Consent.objects.in_force().filter(purpose=SignUp.SHARING_PURPOSE).exists()


# Passing on


def pass_on_path(row: SignUp) -> str:
    token = make_token(SignUp.PASS_ON_PURPOSE, row.public_id, row.link_version)
    return f"/en/events/pass-on/{token}/"


def take_over(client, path: str, **fields):
    typed = {"name": "Noor", "email": "noor@example.org"}
    return client.post(path, {**fields_of(client.get(path)), **typed, **fields})


def test_places_are_passed_on_by_a_link(client):
    event = make_event(capacity=2)
    row = sign_up(event, people=2)
    path = pass_on_path(row)
    assert path in read(client, link_of(row))
    assert "2 places for you" in read(client, path)
    assert status_of(row) == "confirmed"

    answer = take_over(client, path)

    taken = SignUp.objects.exclude(pk=row.pk).get()
    event.refresh_from_db()
    assert answer.url == "/en/events/test-event/signed-up/"
    assert (taken.status, taken.name, taken.party_size) == ("confirmed", "Noor", 2)
    assert status_of(row) == "passed_on"
    assert event.places_taken == 2
    assert "You have passed your places on" in read(client, link_of(row))
    assert "These places are not there any more" in read(client, path)
    assert SignUp.objects.standing().count() == 1


def test_known_address_takes_no_places_over_and_sees_the_same(client):
    event = make_event()
    giver, known = sign_up(event), sign_up(event, "noor@example.org")

    answer = take_over(client, pass_on_path(giver))

    assert answer.url == "/en/events/test-event/signed-up/"
    assert (status_of(giver), status_of(known)) == ("confirmed", "confirmed")
    assert SignUp.objects.count() == 2


@pytest.mark.parametrize(
    "change", [{"cancelled_at": timezone.now()}, {"day": in_days(-1)}], ids=["cancelled", "past"]
)
def test_no_places_are_passed_on_any_more(client, change):
    row = sign_up(make_event())
    path = pass_on_path(row)
    data = {**fields_of(client.get(path)), "name": "Noor", "email": "noor@example.org"}
    Event.objects.update(**change)

    html = client.post(path, data).content.decode()

    assert "These places are not there any more" in html
    assert 'data-form="signup"' not in html
    assert status_of(row) == "confirmed"


def test_wrong_address_of_the_receiver_loses_nothing(client):
    row = sign_up(make_event())

    html = take_over(client, pass_on_path(row), email="noor@").content.decode()

    assert "not a complete email address" in html
    assert 'value="Noor"' in html
    assert status_of(row) == "confirmed"


@pytest.mark.parametrize("kind", ["pass-on", "needs"])
def test_forms_behind_links_have_a_door_too(client, settings, kind):
    row = with_needs(make_event())
    path = pass_on_path(row) if kind == "pass-on" else f"{link_of(row)}needs/"
    settings.FORM_LIMITS = limits(soft=0)
    data = {**fields_of(client.get(path)), "name": "Noor", "email": "noor@example.org"}

    html = client.post(path, data).content.decode()

    assert "data-proof" in html
    assert SignUp.objects.count() == 1
    assert Needs.objects.get().line == "near a door"


def test_sheet_and_calendar_are_offered_to_whoever_comes_and_to_nobody_else(client, queue):
    ActionSheet.objects.create(event=queue[0].event, meeting_point_en="Below the clock")

    shown = [read(client, link_of(row)) for row in queue[:2]]

    assert ["sheet.pdf" in html for html in shown] == [True, False]
    assert ["Google Calendar" in html for html in shown] == [True, False]
