"""The list of attendees: found, counted, helped by telephone, and taken along as a file."""

import csv
import io
import uuid
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.models import ModelLogEntry

from events.entry_code import short_code
from events.models import Arrival, Event, Organiser, SignUp
from supporters.models import Consent
from supporters.services import record_consent
from tests.events.test_services import take
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db


def screen(name: str, event: Event, *more: int) -> str:
    return reverse(f"events_hosting:{name}", args=[event.pk, *more])


@pytest.fixture
def host(client):
    client.force_login(make_staff("Event hosts"))
    return client


def names_in(response) -> set[str]:
    html = response.content.decode()
    return {name for name in ("Ann Ash", "Béa Birch", "Cas Cedar") if name in html}


@pytest.fixture
def three():
    """Ann comes with two (one is in), Béa waits, Cas has cancelled."""
    event = make_event(capacity=2, has_waiting_list=True)
    cas = take(event, name="Cas Cedar", email="c@example.org", language="nl")
    reverse_status(cas)
    ann = take(event, name="Ann Ash", email="a@example.org", party_size=2, language="fr")
    take(event, name="Béa Birch", email="b@example.org", language="en")
    Arrival.objects.create(
        tap_id=uuid.uuid4(), event=event, sign_up=ann, people=1, at=timezone.now()
    )
    return event


def reverse_status(row: SignUp) -> None:
    from events.services import cancel_sign_up

    cancel_sign_up(sign_up=row)


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({}, {"Ann Ash", "Béa Birch"}),
        ({"status": "all"}, {"Ann Ash", "Béa Birch", "Cas Cedar"}),
        ({"status": "waiting"}, {"Béa Birch"}),
        ({"status": "cancelled"}, {"Cas Cedar"}),
        ({"language": "fr"}, {"Ann Ash"}),
        ({"segment": "came"}, {"Ann Ash"}),
        ({"segment": "did_not_come"}, {"Béa Birch"}),
        ({"segment": "again"}, set()),
        ({"segment": "not_again", "language": "en"}, {"Béa Birch"}),
        ({"status": "nonsense", "p": "99999999999999999999"}, {"Ann Ash", "Béa Birch"}),
    ],
)
def test_list_shows_what_is_asked_for(host, three, filters, shown):
    assert names_in(host.get(screen("attendees", three), filters)) == shown


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("bea", {"Béa Birch"}),
        ("BIRCH", {"Béa Birch"}),
        (" a@EXAMPLE.org ", {"Ann Ash"}),
        ("a@example", set()),
        ("cedar", {"Cas Cedar"}),
        ("nobody", set()),
    ],
)
def test_somebody_is_found_by_part_of_a_name_or_a_whole_address(host, three, wanted, found):
    take(make_event(slug="other"), name="Béa Birch", email="a@example.org")

    response = host.post(screen("find_attendees", three), {"wanted": wanted})

    assert names_in(response) == found
    assert f"{len(found)} sign-up" in response.content.decode()


def test_searching_for_nothing_shows_the_list(host, three):
    response = host.post(screen("find_attendees", three), {"wanted": "  "})

    assert response.headers["location"] == screen("attendees", three)


def test_fifty_a_page_and_the_filter_stays(host):
    event = make_event()
    row = take(event, language="fr")
    people = [
        SignUp(
            event=event,
            supporter=None,
            name=f"Guest {n}",
            language="fr",
            form_key=uuid.uuid4(),
            form_digest="a" * 64,
        )
        for n in range(50)
    ]
    SignUp.objects.bulk_create(people)

    first = host.get(screen("attendees", event), {"language": "fr"}).content.decode()
    second = host.get(screen("attendees", event), {"language": "fr", "p": "2"}).content.decode()

    link = screen("attendee", event, row.pk)
    assert "Page 1 of 2" in first
    assert "language=fr&amp;p=2" in first
    assert link not in first
    assert link in second


def test_list_costs_the_same_for_one_and_three(host, django_assert_num_queries):
    event = make_event()
    take(event)
    host.get(screen("attendees", event))
    with CaptureQueriesContext(connection) as one:
        host.get(screen("attendees", event))
    take(event, email="b@example.org")
    take(event, email="c@example.org")

    with django_assert_num_queries(len(one)):
        host.get(screen("attendees", event))


def test_no_address_stands_on_a_screen(host, three):
    row = three.sign_ups.get(language="fr")

    for url in (screen("attendees", three), screen("attendee", three, row.pk)):
        assert "a@example.org" not in host.get(url).content.decode()


def test_host_changes_the_number_for_somebody_who_telephones(host):
    event = make_event(capacity=5)
    row = take(event, party_size=2)

    changed = host.post(screen("change_attendee", event, row.pk), {"party_size": "4"}, follow=True)
    refused = host.post(screen("change_attendee", event, row.pk), {"party_size": "6"}, follow=True)
    host.post(screen("change_attendee", event, row.pk), {"party_size": "٣"})

    row.refresh_from_db()
    event.refresh_from_db()
    assert (row.party_size, event.places_taken) == (4, 4)
    assert "The number of people is changed." in changed.content.decode()
    assert "Only 1 place is left" in refused.content.decode()


def test_host_cancels_for_somebody_who_telephones(host):
    event = make_event(capacity=2, has_waiting_list=True)
    row = take(event, party_size=2)
    waiting = take(event, email="b@example.org")

    host.post(screen("cancel_attendee", event, row.pk))
    again = host.post(screen("cancel_attendee", event, row.pk), follow=True)

    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.status, waiting.status) == ("cancelled", "offered")
    assert ProcrastinateJob.objects.filter(task_name="send_sign_up_ended").count() == 1
    assert "had been cancelled before" in again.content.decode()
    assert ModelLogEntry.objects.filter(action="events.cancel_sign_up").count() == 1


def test_offer_is_mailed_once_more_as_an_offer(host):
    event = make_event(capacity=1)
    first, row = take(event), take(event, email="b@example.org")
    host.post(screen("cancel_attendee", event, first.pk))
    SignUp.objects.filter(pk=row.pk).update(offer_sent_at=timezone.now())
    ProcrastinateJob.objects.all().delete()

    host.post(screen("send_attendee_again", event, row.pk))

    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == ("send_offer", {"row_id": row.pk})
    row.refresh_from_db()
    assert row.offer_sent_at is None


def test_mail_is_sent_once_more_while_the_sign_up_stands(host):
    event = make_event()
    row = take(event)
    SignUp.objects.filter(pk=row.pk).update(confirmation_sent_at=timezone.now())
    ProcrastinateJob.objects.all().delete()

    host.post(screen("send_attendee_again", event, row.pk))

    row.refresh_from_db()
    assert row.confirmation_sent_at is None
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == ("send_sign_up_answer", {"public_id": str(row.public_id)})

    reverse_status(row)
    ProcrastinateJob.objects.all().delete()
    refused = host.post(screen("send_attendee_again", event, row.pk), follow=True)
    assert "no email to repeat" in refused.content.decode()
    assert not ProcrastinateJob.objects.exists()


def by_telephone(**fields) -> dict[str, str]:
    defaults = {
        "form_key": str(uuid.uuid4()),
        "name": "Dora Dune",
        "email": "d@example.org",
        "party_size": "2",
        "language": "nl",
    }
    return {**defaults, **fields}


def test_host_signs_somebody_up_and_the_mail_goes_out(host):
    event = make_event(capacity=2, has_waiting_list=True)
    data = by_telephone()

    host.post(screen("add_attendee", event), data)
    again = host.post(screen("add_attendee", event), data)

    row = event.sign_ups.get()
    assert (row.name, row.party_size, row.language) == ("Dora Dune", 2, "nl")
    assert row.supporter.email == "d@example.org"
    assert again.headers["location"] == screen("attendee", event, row.pk)
    assert ProcrastinateJob.objects.filter(task_name="send_sign_up_answer").count() == 1
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nonsense"}, "email"),
        ({"name": ""}, "required"),
        ({"party_size": "11"}, "10"),
    ],
)
def test_what_cannot_be_taken_is_refused(host, fields, sentence):
    event = make_event(capacity=3, has_waiting_list=False)

    html = host.post(screen("add_attendee", event), by_telephone(**fields)).content.decode()

    assert sentence in html
    assert not event.sign_ups.exists()


def test_refusal_of_the_service_is_shown_with_what_was_typed(host):
    event = make_event(takes_sign_ups=False)

    html = host.post(screen("add_attendee", event), by_telephone()).content.decode()

    assert "Sign-up for this event is closed." in html
    assert "Dora Dune" in html


def rows_of(response) -> list[list[str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_file_for_the_door_has_who_comes_by_name(host, three):
    ann = three.sign_ups.get(language="fr")
    Event.objects.filter(pk=three.pk).update(capacity=9)
    take(three, name="Ánd Elm", email="e@example.org")
    take(three, name='=HYPERLINK("x")', email="f@example.org")

    response = host.post(screen("export", three), {"kind": "csv"})

    head, *rows = rows_of(response)
    assert head == ["Name", "People", "Code", "Language", "Signed up on", "Came"]
    # Béa was offered nothing, so only those who come; a formula is no formula any more.
    assert [row[0] for row in rows] == ['\'=HYPERLINK("x")', "Ánd Elm", "Ann Ash"]
    assert rows[2] == [
        "Ann Ash",
        "2",
        short_code(ann.public_id),
        "fr",
        timezone.localdate().isoformat(),
        "1",
    ]
    assert "no-store" in response.headers["Cache-Control"]
    assert "attachment" in response.headers["Content-Disposition"]
    entry = ModelLogEntry.objects.get(action="events.export_sign_ups")
    assert entry.data == {"format": "csv", "rows": 3, "addresses": False}


def test_addresses_are_in_it_only_where_they_are_asked_for(host, three):
    data = {"kind": "xlsx", "addresses": "yes"}

    def sheet(kinds) -> str:
        content = host.post(screen("export", three), kinds).getvalue()
        archive = zipfile.ZipFile(io.BytesIO(content))
        return archive.read("xl/worksheets/sheet1.xml").decode()

    assert "a@example.org" in sheet(data)
    assert "a@example.org" not in sheet({"kind": "xlsx"})


def test_unknown_kind_of_file_is_refused_and_not_logged(host, three):
    response = host.post(screen("export", three), {"kind": "exe"})

    assert response.headers["location"] == screen("attendees", three)
    assert not ModelLogEntry.objects.filter(action="events.export_sign_ups").exists()


def agree(row: SignUp, *organisers) -> None:
    SignUp.objects.filter(pk=row.pk).update(shared_with=[one.pk for one in organisers])
    record_consent(
        subject_type=SignUp.SUBJECT_TYPE,
        subject_id=row.public_id,
        purpose=SignUp.SHARING_PURPOSE,
        language="en",
        text="You may.",
        supporter=row.supporter,
    )


def test_co_organiser_gets_those_who_agreed_and_nobody_else(host):
    event = make_event(capacity=10, has_waiting_list=True)
    union = Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    league = Organiser.objects.create(event=event, name="Test League", gets_data=True)
    agree(take(event, name="Ann Ash", email="a@example.org"), union, league)
    agree(take(event, name="Only League", email="l@example.org"), league)
    take(event, name="Agreed To Nothing", email="n@example.org")
    withdrew = take(event, name="Took It Back", email="t@example.org")
    agree(withdrew, union)
    Consent.objects.filter(subject_id=withdrew.public_id).update(withdrawn_hour=timezone.now())
    gone = take(event, name="Does Not Come", email="g@example.org")
    agree(gone, union)
    SignUp.objects.filter(pk=gone.pk).update(status="cancelled", cancelled_at=timezone.now())

    response = host.post(screen("export_for_organiser", event, union.pk), {"kind": "csv"})

    assert rows_of(response)[1:] == [["Ann Ash", "a@example.org", "en"]]


def test_partner_that_gets_no_data_gets_no_file(host):
    event, other = make_event(), make_event(slug="other")
    partner = Organiser.objects.create(event=event, name="Partner", gets_data=False)
    elsewhere = Organiser.objects.create(event=other, name="Elsewhere", gets_data=True)

    for organiser in (partner, elsewhere):
        url = screen("export_for_organiser", event, organiser.pk)
        assert host.post(url, {"kind": "csv"}).status_code == 404


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_other_staff_take_no_file_for_an_organiser(client, group):
    event = make_event()
    union = Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    agree(take(event, name="Canary Guest"), union)
    client.force_login(make_staff(group))

    response = client.post(
        screen("export_for_organiser", event, union.pk), {"kind": "csv"}, follow=True
    )

    assert response.redirect_chain
    assert "Canary Guest" not in response.content.decode()
    assert not ModelLogEntry.objects.filter(action="events.export_sign_ups").exists()
