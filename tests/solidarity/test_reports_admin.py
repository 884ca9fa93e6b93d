"""Reports from outside come first; a moderator takes down, covers or keeps, and says which."""

import uuid

import pytest
from wagtail.models import ModelLogEntry

from solidarity import services
from solidarity.models import Photo, PhotoReport
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import public_photo, send_photo
from tests.solidarity.test_moderation import FRAGMENT, QUEUE, page, text
from tests.to_do import waiting_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


@pytest.fixture
def moderator(client):
    user = make_staff("Moderators")
    client.force_login(user)
    return user


def report(photo: Photo, kind: str = "me", **fields) -> PhotoReport:
    values = {"words": "That is my daughter", "email": "parent@example.org", **fields}
    key = uuid.uuid4()
    return services.report_photo(
        photo=photo, kind=kind, language="en", form_key=key, form_digest="", **values
    )


def test_reported_photo_comes_first_with_what_was_said(client, moderator):
    photo, waiting = public_photo(), send_photo()
    report(photo)

    response = client.get(QUEUE, follow=True)

    html = text(response)
    assert response.redirect_chain == [(page(photo), 302)]
    assert "This is me, or my child" in html and "That is my daughter" in html
    assert 'href="mailto:parent%40example.org"' in html
    assert "hidden from the wall" in html
    # Passed over, it lets the others come, and is the first again when the queue is opened anew.
    passed = client.get(f"{QUEUE}?after={photo.pk}", follow=True)
    assert passed.redirect_chain[-1][0] == page(waiting)
    assert client.get(QUEUE, follow=True).redirect_chain == [(page(photo), 302)]
    assert f'href="{page(photo)}"' in text(client.get(f"{QUEUE}reported/"))
    assert "1 reported photo" in waiting_for(client)["photos-reported"]


def test_taken_down_photo_is_off_the_wall_at_once_and_its_reports_are_answered(client, moderator):
    photo = public_photo()
    report(photo, "wrong")
    assert photo in Photo.objects.public()

    response = client.post(f"{page(photo)}take-down/", follow=True)

    photo.refresh_from_db()
    assert "Taken down." in text(response)
    assert photo not in Photo.objects.public()
    assert (photo.status, photo.reason, photo.on_wall) == ("rejected", "reported", False)
    answered = PhotoReport.objects.get()
    assert (answered.outcome, answered.handled_by) == ("taken-down", moderator)
    assert ModelLogEntry.objects.filter(action="solidarity.take_down").count() == 1


def test_kept_photo_is_shown_again(client, moderator):
    photo = public_photo()
    last = report(photo)
    assert photo not in Photo.objects.public()

    response = client.post(f"{page(photo)}keep/", {"last_report": last.pk}, headers=FRAGMENT)

    assert response.status_code == 200 and "Kept." in text(response)
    assert photo in Photo.objects.public()
    assert PhotoReport.objects.get().outcome == "kept"
    assert "photos-reported" not in waiting_for(client)


def test_report_that_nobody_has_read_is_not_answered(client, moderator):
    photo = public_photo()
    first, second = report(photo), report(photo, words="I am the other one in it")

    response = client.post(f"{page(photo)}keep/", {"last_report": first.pk}, headers=FRAGMENT)

    html = text(response)
    assert response.status_code == 409
    assert "Another report about this photo has come in." in html
    assert "I am the other one in it" in html
    assert photo not in Photo.objects.public()
    assert PhotoReport.objects.open().count() == 2
    client.post(f"{page(photo)}keep/", {"last_report": second.pk})
    assert photo in Photo.objects.public()


def test_reports_answered_by_a_colleague_are_told(client, moderator):
    photo = public_photo()
    last = report(photo)
    services.take_down_photo(photo=photo, moderator=make_staff("Administrators"))

    for action in ("take-down", "keep"):
        response = client.post(
            f"{page(photo)}{action}/", {"last_report": last.pk}, headers=FRAGMENT
        )
        assert response.status_code == 409
    assert Photo.objects.get(pk=photo.pk).status == Photo.Status.REJECTED


def test_rejecting_a_photo_answers_what_was_reported_about_it(client, moderator):
    photo = public_photo()
    report(photo)
    client.post(f"{page(photo)}undo/")

    client.post(f"{page(photo)}reject/", {"reason": "faces"})

    assert PhotoReport.objects.get().outcome == "taken-down"
    assert "No photo is waiting." in text(client.get(QUEUE))
