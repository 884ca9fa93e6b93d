"""Staff screens of editions: who sees them, the next step, downloads, offices."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from solidarity import dossier_making, services
from solidarity.models import DossierFile, Edition, Office, OfficeHolder
from tests.factories import make_staff
from tests.solidarity.editions import (
    LETTER,
    call_with_office,
    frozen,
    made,
    make_office,
    photos_of,
)
from tests.solidarity.sending import public_photo
from tests.stored_files import dossier_path

pytestmark = pytest.mark.django_db

EDITIONS = "/admin/editions/"


@pytest.fixture
def staff(client):
    user = make_staff("Moderators", "clicking")
    client.force_login(user)
    return user


def page(edition: Edition, step: str = "") -> str:
    return f"{EDITIONS}{edition.pk}/{step}"


def shown(client, edition: Edition) -> str:
    return client.get(page(edition)).content.decode()


def test_waiting_photos_become_an_edition_with_a_letter_in_the_offices_language(client, staff):
    call = call_with_office()
    photos_of(call, 2)
    listed = client.get(EDITIONS).content.decode()
    assert "2 approved photos" in listed and "Test Minister" in listed

    html = client.post(f"{EDITIONS}prepare/{call.pk}/", follow=True).content.decode()

    edition = Edition.objects.get()
    assert edition.letter.startswith("Geachte mevrouw, geachte heer")
    assert "Geachte mevrouw" in html
    assert "2 photos may be delivered" in html
    assert 'name="freeze"' in html


def test_call_without_office_says_what_is_missing(client, staff):
    photos_of(call_with_office(office=None), 1)

    assert "Say first which office" in client.get(EDITIONS).content.decode()


def test_letter_is_saved_and_the_list_frozen_with_one_button(client, staff):
    call = call_with_office()
    photos_of(call, 3)
    edition = services.prepare_edition(call=call, letter=LETTER)

    client.post(page(edition, "letter/"), {"letter": "First words"})
    edition.refresh_from_db()
    assert (edition.letter, edition.status) == ("First words", "draft")
    html = client.post(
        page(edition, "letter/"), {"letter": "Last words", "freeze": "yes"}, follow=True
    ).content.decode()

    edition.refresh_from_db()
    assert (edition.letter, edition.status, edition.frozen_by) == ("Last words", "frozen", staff)
    assert "Being made: letter and contents." in html
    assert "0 of 5 files made" in html and '<progress max="5" value="0">' in html
    assert "Message 2" in html
    assert "Approve for delivery" not in html


def test_empty_letter_comes_back(client, staff):
    edition = services.prepare_edition(call=call_with_office(), letter=LETTER)

    html = client.post(page(edition, "letter/"), {"letter": " "}).content.decode()

    edition.refresh_from_db()
    assert edition.letter == LETTER
    assert "This field is required." in html


def test_progress_says_which_volume_is_being_made(client, staff):
    edition = frozen(photos=3, size=2)
    edition.files.filter(kind="letter").update(state="made")
    edition.files.filter(kind="volume", number=1).update(state="made")

    html = client.get(page(edition, "progress/")).content.decode()

    assert "2 of 6 files made" in html
    assert "Volume 2 of 2 is being made: photos 3–3." in html
    assert "data-at-work" in html
    assert "<html" not in html


def test_making_that_stopped_is_said_and_goes_on_by_a_button(client, staff):
    edition = frozen()
    # The worker has given up: no job is left, as after its last attempt.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    html = shown(client, edition)
    assert "has stopped" in html and "data-at-work" not in html

    client.post(page(edition, "rest/"))
    client.post(page(edition, "rest/"))

    waiting = ProcrastinateJob.objects.filter(task_name="make_dossier", status="todo")
    assert waiting.count() == 1
    assert "data-at-work" in shown(client, edition)


def test_second_person_approves_and_the_first_cannot(client, staff):
    edition = made(frozen())
    first = edition.frozen_by
    client.force_login(first)
    html = shown(client, edition)
    assert "Somebody else has to approve it" in html and "Approve for delivery" not in html
    refused = client.post(page(edition, "approve/"), follow=True).content.decode()
    assert "You froze this edition yourself." in refused

    client.force_login(staff)
    assert "Approve for delivery" in shown(client, edition)
    client.post(page(edition, "approve/"))

    edition.refresh_from_db()
    assert (edition.status, edition.approved_by) == ("approved", staff)
    html = shown(client, edition)
    assert "Record the delivery" in html and "Open the list again" not in html


def test_taken_back_photo_is_listed_with_its_number_and_day(client, staff):
    edition = frozen()
    services.withdraw_photo(edition.photos.get(number=2).photo)

    html = shown(client, edition)

    assert "Taken back after the freeze" in html and "Number 2," in html
    assert "2 photos" in html


def test_reopening_puts_the_list_back(client, staff):
    edition = frozen()

    html = client.post(page(edition, "reopen/"), follow=True).content.decode()

    assert "The list is open again" in html and "3 photos may be delivered" in html


def test_download_is_streamed_named_kept_nowhere_and_logged(client, staff):
    edition = frozen(photos=1)
    dossier_making.make_dossier(edition.pk)
    file = edition.files.get(kind="csv")

    response = client.post(f"{EDITIONS}files/{file.pk}/")

    body = b"".join(response.streaming_content)
    assert body == dossier_path(file.file_name).read_bytes()
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith('attachment; filename="PROEF-test-call-1-')
    entry = ModelLogEntry.objects.get(action="solidarity.download_dossier")
    assert entry.user == staff
    assert entry.data["sha256"] == file.digest

    services.approve_edition(edition=edition, by=make_staff("Administrators"))
    approved = client.post(f"{EDITIONS}files/{file.pk}/")
    manifest = dossier_path(edition.files.get(kind="manifest").file_name).read_text()
    name = approved["Content-Disposition"].split('"')[1]
    assert f'"name": "{name}"' in manifest
    b"".join(approved.streaming_content)


def test_file_that_is_not_there_is_not_found(client, staff):
    edition = frozen()
    waiting = edition.files.first()
    lost = edition.files.last()
    DossierFile.objects.filter(pk=lost.pk).update(state="made", file_name="0.pdf")

    for file in (waiting, lost):
        assert client.post(f"{EDITIONS}files/{file.pk}/").status_code == 404
    assert not ModelLogEntry.objects.filter(action="solidarity.download_dossier").exists()


def test_deleted_dossier_is_said_and_offers_no_file(client, staff):
    edition = approved_by(staff)
    services.record_delivery(edition=edition, by=staff, delivered_on=timezone.localdate())
    assert "Download" in shown(client, edition)
    file = edition.files.first()
    edition.files.update(file_name="")

    html = shown(client, edition)

    assert "deleted some weeks after the delivery" in html and "0" * 64 in html
    assert "Download" not in html
    assert client.post(f"{EDITIONS}files/{file.pk}/").status_code == 404


def delivery_fields(**fields) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {"delivered_on": today, "place_en": "", "place_fr": "", "place_nl": "", **fields}


def approved_by(staff) -> Edition:
    return services.approve_edition(edition=made(frozen()), by=staff)


def test_delivery_is_recorded_corrected_and_answered(client, staff):
    edition = approved_by(staff)
    OfficeHolder.objects.create(office=edition.office, name="Noor Voorbeeld")
    places = {"place_en": "Brussels", "place_fr": "Bruxelles", "place_nl": "Brussel"}

    html = client.post(
        page(edition, "delivery/"), delivery_fields(**places), follow=True
    ).content.decode()

    edition.refresh_from_db()
    assert edition.status == "delivered"
    assert edition.delivery.holder.name == "Noor Voorbeeld"
    assert "Note the answer" in html and "Brussels" in html
    client.post(page(edition, "delivery/"), delivery_fields(delivered_by="Us", **places))
    answers = {f"answer_{code}": "Yes" for code in ("en", "fr", "nl")}
    today = timezone.localdate().isoformat()
    client.post(page(edition, "answer/"), {"answered_on": today, **answers})
    edition.delivery.refresh_from_db()
    assert edition.delivery.delivered_by == "Us"
    assert edition.delivery.answer_fr == "Yes"


def test_delivery_form_keeps_what_was_typed(client, staff):
    edition = approved_by(staff)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()

    late = client.post(
        page(edition, "delivery/"), delivery_fields(delivered_on=tomorrow, delivered_by="Typed")
    ).content.decode()
    partly = client.post(page(edition, "delivery/"), delivery_fields(place_en="Brussels"))

    assert "This day has not come yet." in late and "Typed" in late
    assert "in all three languages" in partly.content.decode()
    assert not hasattr(Edition.objects.get(pk=edition.pk), "delivery")


def test_edition_that_is_not_approved_is_not_delivered(client, staff):
    edition = frozen()

    html = client.post(page(edition, "delivery/"), delivery_fields(), follow=True)

    assert "Only an approved edition" in html.content.decode()
    edition.refresh_from_db()
    assert edition.status == "frozen"


def addresses(edition: Edition) -> list[tuple[str, str]]:
    file = edition.files.first()
    steps = ["letter/", "rest/", "reopen/", "approve/"]
    return [
        ("get", EDITIONS),
        ("get", page(edition)),
        ("get", page(edition, "progress/")),
        ("get", page(edition, "delivery/")),
        ("get", page(edition, "answer/")),
        ("post", f"{EDITIONS}files/{file.pk}/"),
        ("post", f"{EDITIONS}prepare/{edition.call_id}/"),
        *(("post", page(edition, step)) for step in steps),
    ]


@pytest.mark.parametrize("group", ["Editors", "Treasurers", None])
def test_others_neither_see_nor_do_any_of_it(client, group):
    edition = made(frozen())
    public_photo(call=edition.call)
    if group:
        client.force_login(make_staff(group))

    for method, address in addresses(edition):
        response = getattr(client, method)(address, {"letter": "x"})
        assert response.status_code == 302, address
        assert not response.headers["Location"].startswith(EDITIONS)

    edition.refresh_from_db()
    assert edition.status == "frozen"
    assert Edition.objects.count() == 1
    assert not ModelLogEntry.objects.filter(action="solidarity.download_dossier").exists()


def test_nothing_happens_by_looking(client, staff):
    edition = made(frozen())

    for method, address in addresses(edition):
        if method == "post":
            assert client.get(address).status_code == 405, address


def test_screens_speak_the_languages_of_staff(client, staff):
    edition = frozen()
    profile = UserProfile.get_for_user(staff)
    for code, words in (("fr", "La liste"), ("nl", "De lijst")):
        profile.preferred_language = code
        profile.save()
        assert words in shown(client, edition)


def office_fields(*holders: tuple[str, str, str]) -> dict[str, str]:
    names = {f"name_{code}": f"Office {code}" for code in ("en", "fr", "nl")}
    fields = {
        **names,
        "language": "fr",
        "address": "",
        "holders-TOTAL_FORMS": str(len(holders)),
        "holders-INITIAL_FORMS": "0",
        "holders-MIN_NUM_FORMS": "0",
        "holders-MAX_NUM_FORMS": "1000",
    }
    for number, (name, since, until) in enumerate(holders):
        values = {"id": "", "name": name, "since": since, "until": until, "DELETE": ""}
        fields |= {f"holders-{number}-{key}": value for key, value in values.items()}
    return fields


@pytest.mark.parametrize(
    ("second", "warns"),
    [(("After", "2022-12-17", ""), False), (("Too early", "2022-12-01", ""), True)],
)
def test_office_with_dated_holders_and_a_warning_when_they_overlap(client, second, warns):
    client.force_login(make_staff("Editors"))

    html = client.post(
        "/admin/offices/new/", office_fields(("Before", "", "2022-12-17"), second), follow=True
    ).content.decode()

    office = Office.objects.get(name_en="Office en")
    assert office.holder_on(date(2022, 12, 20)).name == second[0]
    assert ("on the same days" in html) is warns
    assert client.get(f"/admin/offices/delete/{office.pk}/", follow=True).status_code == 404


def test_moderators_read_offices_and_change_none(client, staff):
    office = make_office()

    client.post("/admin/offices/new/", office_fields())
    client.post(f"/admin/offices/edit/{office.pk}/", office_fields())

    assert Office.objects.count() == Office.objects.exclude(name_en="Office en").count()
