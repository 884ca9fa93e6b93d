"""Staff decide on photos: one at a time, with a description, and only those who may."""

import pytest
from wagtail.models import ModelLogEntry

from solidarity import services
from solidarity.models import Photo, PhotoCall
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

QUEUE = "/admin/photos/"


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


@pytest.fixture
def moderator(client):
    user = make_staff("Moderators")
    client.force_login(user)
    return user


def page(photo: Photo) -> str:
    return f"{QUEUE}{photo.pk}/"


def test_queue_begins_with_the_oldest_photo(client, moderator):
    public_photo()
    oldest, newer = send_photo(message="First words", display_name="Noor"), send_photo()

    response = client.get(QUEUE, follow=True)

    html = response.content.decode()
    assert response.redirect_chain == [(page(oldest), 302)]
    assert "First words" in html and "Noor" in html
    assert "2 photos to moderate" in html
    assert "delivery" in html and "wall" in html
    assert f"{QUEUE}{oldest.pk}/large.webp" in html
    assert f'href="{page(newer)}"' in html
    assert "moderation.js" in html


def test_empty_queue_says_so(client, moderator):
    assert "No photo is waiting." in client.get(QUEUE).content.decode()


def test_approved_photo_is_public_and_the_next_one_comes(client, moderator):
    photo, following = send_photo(), send_photo()

    response = client.post(f"{page(photo)}approve/", {"alt_text": " A sign\u202e "}, follow=True)

    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED
    assert photo.alt_text == "A sign"
    assert photo.decided_by == moderator
    assert photo.decided_at is not None
    assert photo in Photo.objects.public()
    assert response.redirect_chain[-1][0] == page(following)
    assert "Approved." in response.content.decode()


def test_photo_without_description_is_not_approved(client, moderator):
    photo = send_photo()

    response = client.post(f"{page(photo)}approve/", {"alt_text": " "})

    assert "Describe the photo before you approve it." in response.content.decode()
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_rejected_photo_is_not_public(client, moderator):
    photo = send_photo()

    client.post(f"{page(photo)}reject/")

    photo.refresh_from_db()
    assert (photo.status, photo.decided_by) == (Photo.Status.REJECTED, moderator)
    assert photo not in Photo.objects.public()


def test_undone_decision_puts_the_photo_back(client, moderator):
    photo = public_photo()

    response = client.post(f"{page(photo)}undo/", follow=True)

    photo.refresh_from_db()
    assert (photo.status, photo.decided_by, photo.decided_at) == (Photo.Status.PENDING, None, None)
    assert response.redirect_chain[-1][0] == page(photo)
    assert 'value="Somebody holds up a sign"' in response.content.decode()


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_moderators_one_decides_and_the_other_is_told(client, moderator, second):
    photo = send_photo()
    services.reject_photo(photo=photo, moderator=make_staff("Administrators"))

    response = client.post(f"{page(photo)}{second}/", {"alt_text": "A sign"}, follow=True)

    assert "Somebody else has decided on this photo" in response.content.decode()
    photo.refresh_from_db()
    assert photo.status == Photo.Status.REJECTED
    assert photo.decided_by != moderator


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_photo_taken_back_meanwhile_is_told(client, moderator, action):
    photo = services.withdraw_photo(send_photo())

    response = client.post(f"{page(photo)}{action}/", follow=True)

    assert "its sender has taken it back" in response.content.decode()
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WITHDRAWN
    assert client.get(page(photo), follow=True).status_code == 404
    assert client.get(f"{page(photo)[:-1]}/large.webp").status_code == 404


def test_decisions_are_logged_without_naming_the_sender(client, moderator):
    photo = send_photo(email="sam@example.org")

    client.post(f"{page(photo)}approve/", {"alt_text": "A sign"})
    client.post(f"{page(photo)}undo/")
    client.post(f"{page(photo)}reject/")

    entries = ModelLogEntry.objects.filter(content_type__model="photo").order_by("pk")
    assert [entry.action for entry in entries] == [
        "solidarity.approve",
        "solidarity.undo",
        "solidarity.reject",
    ]
    assert {entry.user for entry in entries} == {moderator}
    assert not any("Sam" in entry.label or "sam" in str(entry.data) for entry in entries)


def test_picture_to_moderate_is_for_moderators_and_kept_nowhere(client, moderator):
    photo = send_photo()

    response = client.get(f"{QUEUE}{photo.pk}/large.webp")

    assert response.content.startswith(b"RIFF")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"{QUEUE}{photo.pk}/delivery.webp", follow=True).status_code == 404


def test_list_of_decided_photos_can_be_filtered(client, moderator):
    send_photo()
    public_photo(alt_text="An approved sign")
    services.reject_photo(photo=send_photo(), moderator=moderator)
    services.withdraw_photo(public_photo(alt_text="A withdrawn sign"))

    everything = client.get(f"{QUEUE}decided/").content.decode()
    rejected = client.get(f"{QUEUE}decided/", {"status": "rejected"}).content.decode()
    results = client.get(f"{QUEUE}decided/results/", {"status": "approved"}).content.decode()

    assert "An approved sign" in everything
    assert "A withdrawn sign" not in everything
    assert "An approved sign" not in rejected and moderator.get_username() in rejected
    assert "An approved sign" in results


def photo_addresses(photo: Photo) -> list[tuple[str, str]]:
    return [
        ("get", QUEUE),
        ("get", f"{QUEUE}decided/"),
        ("get", page(photo)),
        ("get", f"{QUEUE}{photo.pk}/large.webp"),
        ("post", f"{page(photo)}approve/"),
        ("post", f"{page(photo)}reject/"),
        ("post", f"{page(photo)}undo/"),
    ]


@pytest.mark.parametrize("group", ["Editors", "Treasurers", None])
def test_others_neither_see_nor_decide(client, group):
    photo = send_photo()
    if group:
        client.force_login(make_staff(group))

    for method, address in photo_addresses(photo):
        response = getattr(client, method)(address, {"alt_text": "A sign"})
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/")
        assert not response.headers["Location"].startswith(QUEUE)

    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_decisions_are_never_made_by_looking(client, moderator):
    photo = send_photo()

    for action in ("approve", "reject", "undo"):
        assert client.get(f"{page(photo)}{action}/").status_code == 405

    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


def test_decisions_need_the_token_of_the_session(moderator):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator)
    photo = send_photo()

    response = strict.post(f"{page(photo)}reject/")

    assert response.status_code == 403
    photo.refresh_from_db()
    assert photo.status == Photo.Status.PENDING


@pytest.mark.parametrize(("group", "is_shown"), [("Moderators", True), ("Treasurers", False)])
def test_first_page_counts_the_photos_that_wait(client, group, is_shown):
    send_photo()
    client.force_login(make_staff(group))

    assert ("1 photo to moderate" in client.get("/admin/").content.decode()) is is_shown


def call_fields(**fields) -> dict[str, str]:
    names = {f"name_{code}": f"New call {code}" for code in ("en", "fr", "nl")}
    recipients = {f"recipient_{code}": f"somebody {code}" for code in ("en", "fr", "nl")}
    return {**names, **recipients, "slug": "new", "opens_on": "", "closes_on": "", **fields}


def test_editor_adds_and_closes_a_call(client):
    client.force_login(make_staff("Editors"))

    client.post("/admin/photo-calls/new/", call_fields())
    call = PhotoCall.objects.get(slug="new")
    client.post(f"/admin/photo-calls/edit/{call.pk}/", call_fields(closes_on="2022-12-01"))

    call.refresh_from_db()
    assert call.is_past
    assert client.get(f"/admin/photo-calls/delete/{call.pk}/", follow=True).status_code == 404


def test_call_that_closes_before_it_opens_is_refused(client):
    client.force_login(make_staff("Editors"))

    response = client.post(
        "/admin/photo-calls/new/", call_fields(opens_on="2026-02-01", closes_on="2026-01-01")
    )

    assert response.status_code == 200
    assert "The last day cannot come before the first." in response.content.decode()
    assert not PhotoCall.objects.filter(slug="new").exists()


@pytest.mark.parametrize("group", ["Moderators", "Treasurers"])
def test_others_change_no_call(client, group):
    client.force_login(make_staff(group))

    client.post("/admin/photo-calls/new/", call_fields())

    assert not PhotoCall.objects.filter(slug="new").exists()
