"""Administrators look after people's data; nobody else sees who they are."""

import pytest
from wagtail.models import ModelLogEntry

from solidarity import services as photos
from supporters.models import Consent, DataRequest, RetentionPeriod, Supporter
from tests.factories import in_days, make_photo_call, make_pledge, make_staff
from tests.solidarity.sending import send_photo
from tests.to_do import waiting_for

pytestmark = pytest.mark.django_db

PEOPLE, FIND = "/admin/people/", "/admin/people/find/"
CONSENTS, PERIODS = "/admin/consents/", "/admin/people/periods/"
REQUESTS = "/admin/requests/"


@pytest.fixture(autouse=True)
def photo():
    make_photo_call()
    return send_photo(email="sam@example.org")


@pytest.fixture
def admin(client):
    user = make_staff("Administrators")
    client.force_login(user)
    return user


def test_list_names_nobody(client, admin):
    html = client.get(PEOPLE).content.decode()

    assert str(Supporter.objects.get().public_id) in html
    assert "sam@example.org" not in html


def test_person_is_found_by_the_whole_address_and_the_look_is_logged(client, admin):
    make_pledge(supporter=Supporter.objects.get())

    response = client.post(FIND, {"email": "SAM@example.org"}, follow=True)

    person = Supporter.objects.get()
    html = response.content.decode()
    assert response.redirect_chain == [(f"{PEOPLE}{person.public_id}/", 302)]
    assert "sam@example.org" in html
    assert "Photo: Test call" in html and "Test appeal" in html
    entry = ModelLogEntry.objects.get(action="supporters.open")
    assert (entry.user, entry.object_id) == (admin, str(person.pk))
    assert "sam" not in entry.label


def test_person_who_asked_by_letter_is_erased_and_the_request_counts_as_answered(client, admin):
    person = Supporter.objects.get()
    url = f"{PEOPLE}{person.public_id}/erase/"
    assert "Photo: Test call" in client.get(url).content.decode()
    assert Supporter.objects.exists()

    client.post(url)

    assert not Supporter.objects.exists()
    request = DataRequest.objects.get()
    assert (request.kind, request.source, request.days_left) == ("erasure", "staff", None)
    entry = ModelLogEntry.objects.get(action="supporters.erase")
    assert (entry.user, entry.label) == (admin, str(person.public_id))
    assert client.post(url).status_code == 404


def test_part_of_an_address_finds_nobody(client, admin):
    for address in ("am@example.org", "sam", ""):
        response = client.post(FIND, {"email": address}, follow=True)
        assert "Nothing is stored about this address." in response.content.decode()
    assert not ModelLogEntry.objects.filter(action="supporters.open").exists()


def test_consents_are_filtered_by_state_and_shown_with_their_words(client, admin, photo):
    photos.withdraw_consent(photo, purpose="photo-wall")
    in_force = Consent.objects.in_force().get()
    withdrawn = Consent.objects.get(withdrawn_hour__isnull=False)

    def shown(**filters) -> set[int]:
        html = client.get(CONSENTS, filters).content.decode()
        return {c.pk for c in (in_force, withdrawn) if f"inspect/{c.pk}/" in html}

    assert shown() == {in_force.pk, withdrawn.pk}
    assert shown(state="in-force") == {in_force.pk}
    assert shown(state="withdrawn") == {withdrawn.pk}
    assert shown(state="over") == set()
    assert shown(purpose="photo-wall") == {withdrawn.pk}
    html = client.get(f"{CONSENTS}inspect/{in_force.pk}/").content.decode()
    assert "hands them over" in html
    assert "sam@example.org" not in html


def test_period_is_changed_within_its_bounds(client, admin):
    assert "Rejected photos" in client.get(PERIODS).content.decode()
    url = f"{PERIODS}rejected-photos/"

    refused = client.post(url, {"days": 8, "valid_from": in_days(0)})
    assert "7 days at most" in refused.content.decode()
    assert not RetentionPeriod.objects.exists()
    client.post(url, {"days": 3, "valid_from": in_days(0)})

    period = RetentionPeriod.objects.get()
    assert (period.kind, period.days, period.set_by) == ("rejected-photos", 3, admin)
    assert "3 days" in client.get(url).content.decode()
    assert client.get(f"{PERIODS}shoes/").status_code == 302


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_other_groups_are_turned_away(client, group):
    client.force_login(make_staff(group))
    person, consent = Supporter.objects.get(), Consent.objects.first()

    for url in (
        PEOPLE,
        f"{PEOPLE}results/",
        f"{PEOPLE}{person.public_id}/",
        f"{PEOPLE}{person.public_id}/erase/",
        CONSENTS,
        f"{CONSENTS}inspect/{consent.pk}/",
        PERIODS,
        f"{PERIODS}sign-ups/",
    ):
        response = client.get(url)
        assert response.status_code == 302, url
        assert "sam@example.org" not in response.content.decode()
    assert client.post(FIND, {"email": "sam@example.org"})["Location"] == "/admin/"
    client.post(f"{PERIODS}sign-ups/", {"days": 3, "valid_from": in_days(0)})
    assert not RetentionPeriod.objects.exists()
    client.post(f"{PEOPLE}{person.public_id}/erase/")
    assert Supporter.objects.filter(pk=person.pk).exists()
    assert not ModelLogEntry.objects.filter(action="supporters.open").exists()
    home = client.get("/admin/").content.decode()
    assert PEOPLE not in home and CONSENTS not in home


def test_most_urgent_request_comes_first_and_late_ones_are_counted(client, admin):
    make = DataRequest.objects.create
    answered = make(kind="erasure", received_on=in_days(-50), done_on=in_days(-3))
    later = make(kind="other", received_on=in_days(-2))
    urgent = make(kind="export", received_on=in_days(-40))

    html = client.get(REQUESTS).content.decode()

    places = [html.index(f"edit/{row.pk}/") for row in (urgent, later, answered)]
    assert places == sorted(places)
    card = waiting_for(client)["data-requests"]
    assert card.startswith("Urgent 2 requests to answer The law’s time ended ")


def test_request_by_letter_is_entered_with_its_month(client, admin):
    client.post(
        f"{REQUESTS}new/", {"kind": "other", "received_on": "2027-01-31", "note": "Sam, by letter"}
    )

    request = DataRequest.objects.get()
    assert str(request.due_on) == "2027-02-28"
    assert (request.note, request.source) == ("Sam, by letter", "staff")
    client.post(
        f"{REQUESTS}edit/{request.pk}/",
        {"kind": "other", "received_on": "2027-01-31", "done_on": "2027-02-01", "note": ""},
    )
    request.refresh_from_db()
    assert str(request.done_on) == "2027-02-01"


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_other_groups_see_no_requests(client, group):
    request = DataRequest.objects.create(kind="other", note="Sam")
    client.force_login(make_staff(group))

    for url in (REQUESTS, f"{REQUESTS}new/", f"{REQUESTS}edit/{request.pk}/"):
        assert client.get(url).status_code == 302
    assert "request to answer" not in client.get("/admin/").content.decode()
