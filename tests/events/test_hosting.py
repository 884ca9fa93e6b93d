"""What those who host an event see of it, and who else does not."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from events.hosting import urls as hosting_urls
from events.hosting.charts import sign_up_chart
from events.hosting.overview import mails_of
from events.models import (
    ActionSheet,
    DoorPass,
    Event,
    Feedback,
    Mailing,
    Needs,
    Organiser,
    SignUp,
)
from events.services import cancel_sign_up
from events.services.door import make_pass
from events.services.totals import figures
from tests.events.test_services import take
from tests.factories import in_days, make_event, make_staff
from tests.html_validity import problems

pytestmark = pytest.mark.django_db

HOSTS = "Event hosts"
_SEE = {HOSTS, "Administrators"}
_EDIT = _SEE | {"Editors"}
# Screen → the groups that may open it.
SCREENS = {
    "overview": _EDIT,
    "copy": _EDIT,
    "attendees": _SEE,
    "add_attendee": _SEE,
    "waiting": _SEE,
    "needs": _SEE,
}
POSTS = ("find_attendees", "export")
GROUPS = ("Editors", "Moderators", "Treasurers", HOSTS, "Administrators")


def screen(name: str, event: Event, *more: int) -> str:
    return reverse(f"events_hosting:{name}", args=[event.pk, *more])


@pytest.fixture
def host(client):
    client.force_login(make_staff(HOSTS))
    return client


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_opens_its_screens_and_no_other(client, group):
    event = make_event(name_en="Canary march", has_waiting_list=True, capacity=1)
    row = take(event, name="Canary Guest")
    take(event, name="Canary Waits", email="b@example.org")
    Needs.objects.create(sign_up=row, ticked="seat", line="Canary line")
    client.force_login(make_staff(group))

    opened = {}
    for name in SCREENS:
        response = client.get(screen(name, event), follow=True)
        opened[name] = not response.redirect_chain
        if not opened[name]:
            assert "Canary" not in response.content.decode()
    posted = {
        name: "Canary Guest" in _body(client.post(screen(name, event), _POSTED, follow=True))
        for name in POSTS
    }

    assert opened == {name: group in groups for name, groups in SCREENS.items()}
    assert posted == dict.fromkeys(POSTS, group in _SEE)


def _every_address(**values) -> list[str]:
    """Each address below ``/admin/hosting/``, of things that exist."""
    routes = [route for part in hosting_urls.urlpatterns for route in part.url_patterns]
    return [
        reverse(
            f"events_hosting:{route.name}",
            kwargs={name: values[name] for name in route.pattern.converters},
        )
        for route in routes
    ]


def test_no_address_opens_for_whoever_is_no_host(client):
    event = make_event(capacity=1)
    row = take(event)
    mailing = Mailing.objects.create(
        event=event, kind="message", day=event.day, due_at=timezone.now()
    )
    organiser = Organiser.objects.create(event=event, name="Friends", gets_data=True)
    door_pass, _code = make_pass(event=event, label="North", user=make_staff(HOSTS, "door"))
    addresses = _every_address(
        event_id=event.pk,
        pk=row.pk,
        organiser_id=organiser.pk,
        public_id=mailing.public_id,
        pass_id=door_pass.pk,
        kind="reminder",
        language="nl",
        size="a4",
    )
    before = [list(rows.values()) for rows in _rows_of_events()]

    for group in (None, "Treasurers"):
        client.logout()
        if group:
            client.force_login(make_staff(group))
        for address in addresses:
            for ask in (client.get, client.post):
                answer = ask(address, _EVERYTHING)
                assert answer.status_code in (302, 405), address
                # Refused: to the log-in or to the admin's first page, and never onwards.
                assert answer.status_code == 405 or "hosting" not in answer.url.split("?")[0]

    assert [list(rows.values()) for rows in _rows_of_events()] == before


# What each of the forms would act on, were it let in.
_EVERYTHING = {
    "do": "cancel",
    "sure": "on",
    "party_size": "1",
    "kind": "csv",
    "day": "2028-01-01",
    "slug": "stolen",
    "name": "C",
    "email": "c@example.org",
    "language": "en",
    "label": "x",
    "form_key": "7b7a3a58-6bd2-4d26-9d3c-0f5f0a3f8a5e",
}


def _rows_of_events():
    models = (Event, SignUp, Mailing, DoorPass, ActionSheet)
    return [model.objects.order_by("pk") for model in models]


_POSTED = {"wanted": "canary", "kind": "csv"}


def _body(response) -> str:
    return (response.getvalue() if response.streaming else response.content).decode()


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_other_staff_change_no_sign_up(client, group):
    event = make_event()
    row = take(event, party_size=2)
    client.force_login(make_staff(group))

    for name in ("cancel_attendee", "change_attendee", "send_attendee_again"):
        client.post(screen(name, event, row.pk), {"party_size": "1"})
    client.post(screen("add_attendee", event), {"name": "B", "email": "b@example.org"})

    row.refresh_from_db()
    assert (row.status, row.party_size) == ("confirmed", 2)
    assert event.sign_ups.count() == 1


def test_a_look_changes_nothing(host):
    event = make_event()
    row = take(event)

    for name in ("cancel_attendee", "change_attendee", "send_attendee_again"):
        assert host.get(screen(name, event, row.pk)).status_code == 405
    assert host.get(screen("export", event)).status_code == 405


def test_overview_says_how_full_the_event_is(host):
    event = make_event(capacity=10, has_waiting_list=True, places_taken=0)
    take(event, party_size=7, language="fr")
    take(event, email="b@example.org", party_size=4)
    gone = take(event, email="c@example.org", party_size=2)
    cancel_sign_up(sign_up=gone)

    html = host.get(screen("overview", event)).content.decode()

    shown = " ".join(html.split())
    assert "<dt>Places taken</dt><dd>7 / 10</dd>" in shown
    assert "<dt>People signed up</dt><dd>7</dd>" in shown
    assert "<dt>Waiting</dt><dd>4</dd>" in shown
    assert "<dt>Cancelled</dt><dd>2</dd>" in shown
    assert "13 people had asked for places, and 7 have one today" in shown


def test_chart_stands_where_the_figures_say():
    days = [
        {"day": datetime(2027, 1, 4, tzinfo=UTC).date(), "asked": 10, "signed_up": 10},
        {"day": datetime(2027, 1, 6, tzinfo=UTC).date(), "asked": 30, "signed_up": 20},
    ]

    chart = sign_up_chart(days, 20)

    # Of 206 - 14 units for 50 people; three days between 64 and 890.
    assert chart.capacity_at == round(206 - 20 * 192 / 50, 1)
    assert chart.signed_up == "64.0,206.0 64.0,206.0 64.0,167.6 614.7,167.6 614.7,129.2 890.0,129.2"
    assert [label.text for label in chart.people] == ["0", "25", "50"]
    assert [label.text for label in chart.days] == ["4 Jan", "5 Jan", "6 Jan"]
    assert sign_up_chart([], 20) is None


def test_overview_says_which_mails_are_due_and_which_went_wrong(host):
    event = make_event(reminder_hour=time(18), day_hour=None, thanks_hour=time(11))
    Mailing.objects.create(
        event=event,
        kind=Mailing.Kind.MESSAGE,
        day=event.day,
        due_at=timezone.now() - timedelta(hours=2),
        state=Mailing.State.TOO_LATE,
        minutes_late=75,
        recipients=0,
    )

    mails = mails_of(event)
    html = host.get(screen("overview", event)).content.decode()

    assert [(mail.kind, mail.state) for mail in mails] == [
        ("message", "not sent: too late"),
        ("reminder, the day before", "due"),
        ("thanks", "due"),
    ]
    assert mails[1].due_at.date() == event.day - timedelta(days=1)
    assert "75 minutes late" in html


def test_no_mail_is_due_for_a_cancelled_event_or_twice():
    event = make_event(cancelled_at=timezone.now())
    sent = make_event(slug="other", day_hour=None, thanks_hour=None)
    Mailing.objects.create(
        event=sent,
        kind=Mailing.Kind.REMINDER,
        day=sent.day,
        due_at=timezone.now(),
        began_at=timezone.now(),
        state="done",
    )

    assert mails_of(event) == []
    assert [mail.state for mail in mails_of(sent)] == ["sent"]


def test_feedback_is_counted_for_all_and_read_by_hosts(host, client):
    event = make_event()
    for grade, text in ((5, "Canary praise"), (2, "")):
        Feedback.objects.create(
            event=event, grade=grade, text=text, language="en", on=timezone.localdate()
        )

    seen = host.get(screen("overview", event)).content.decode()
    client.force_login(make_staff("Editors"))
    counted = client.get(screen("overview", event)).content.decode()

    assert "Canary praise" in seen
    assert "2 answers, 3.5 of 5 on average" in " ".join(counted.split())
    assert "Canary praise" not in counted


def test_overview_after_the_sign_ups_are_erased_shows_the_totals(host):
    event = make_event(day=in_days(-400))
    kept = figures(event) | {"signed_up": {"parties": 3, "people": 41}, "came": 37}
    Event.objects.filter(pk=event.pk).update(totals={"figures": kept, "is_final": True})

    html = host.get(screen("overview", event)).content.decode()
    exported = host.post(screen("export", event), {"kind": "csv"}).getvalue().decode()

    assert "The sign-ups have been erased" in html
    assert "<dt>People signed up</dt><dd>41</dd>" in html
    assert "<dt>Arrived</dt><dd>37</dd>" in html
    assert len(exported.splitlines()) == 1


def test_waiting_list_is_in_order_and_says_until_when_offers_stand(host):
    event = make_event(capacity=4, has_waiting_list=True)
    first = take(event, party_size=3)
    take(event, email="a@example.org")
    take(event, email="b@example.org", name="Second Four", party_size=4)
    take(event, email="c@example.org", name="Third Two", party_size=2)
    take(event, email="d@example.org", name="Fourth Two", party_size=2)
    cancel_sign_up(sign_up=first)

    html = host.get(screen("waiting", event)).content.decode()
    offered, queue = html.split('id="queue"')

    assert "Third Two" in offered
    assert "Third Two" not in queue
    assert queue.index("Second Four") < queue.index("Fourth Two")
    assert "2 sign-ups wait, 6 people together" in " ".join(queue.split())
    until = event.sign_ups.get(status="offered").offer_until
    assert f"{timezone.localtime(until):%H:%M}" in offered


def test_needs_are_counted_with_first_names_and_who_looked_is_kept(host):
    event, other = make_event(capacity=2, has_waiting_list=True), make_event(slug="other")
    row = take(event, name="Robin Surname", party_size=2)
    Needs.objects.create(sign_up=row, ticked="seat,quiet", line="Near the door, please")
    waits = take(event, email="w@example.org", name="Waits")
    Needs.objects.create(sign_up=waits, ticked="seat", line="Waiting line")
    Needs.objects.create(sign_up=take(other), ticked="signs", line="Other line")

    response = host.get(screen("needs", event))
    html = " ".join(response.content.decode().split())

    assert 'I need a place to sit</th><td class="hosting__number">1</td>' in html
    assert "I need a sign language interpreter</th>" not in html
    assert "Robin" in html
    assert "Surname" not in html
    assert "Near the door, please" in html
    assert "Waiting line" not in html
    assert "Other line" not in html
    assert "no-store" in response.headers["Cache-Control"]
    entry = ModelLogEntry.objects.get(action="events.see_needs")
    assert (entry.object_id, entry.user.username) == (str(event.pk), HOSTS.lower())


def test_screens_are_valid_html(host):
    event = make_event(capacity=4, has_waiting_list=True)
    Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    row = take(event, party_size=4, name="Ann <b>")
    take(event, email="b@example.org")
    Needs.objects.create(sign_up=row, ticked="seat", line="<i>")
    Feedback.objects.create(event=event, grade=4, text="<p>", language="fr", on=in_days(0))
    copy = Event.objects.create(
        slug="copy", name_en="Copy", day=in_days(40), copied_from=event, place_en="Here"
    )

    urls = [screen(name, event) for name in SCREENS]
    urls += [screen("attendee", event, row.pk), screen("copied", copy)]
    shown = {url: _ours(host.get(url).content.decode()) for url in urls}

    assert problems(shown) == []
    assert not any("Ann <b>" in html or "<i>" in html for html in shown.values())


def _ours(html: str) -> str:
    """Our part of a screen as a document; the frame around it is Wagtail's."""
    part = html[html.index('<div class="nice-padding hosting">') : html.index("</main>")]
    return (
        '<!DOCTYPE html><html lang="en"><head><title>x</title></head>'
        f"<body><main><h1>x</h1><div>{part}</main></body></html>"
    )


@time_machine.travel("2027-03-01 12:00:00+00:00", tick=False)
def test_the_mail_of_the_day_is_not_due_after_the_event_has_begun():
    event = make_event(
        day=datetime(2027, 3, 5, tzinfo=UTC).date(),
        starts_at=datetime(2027, 3, 5, 6, 0, tzinfo=UTC),
        day_hour=time(8),
        reminder_hour=None,
        thanks_hour=None,
    )

    assert mails_of(event) == []
