"""Taking a photo back, altogether or in part, by the link its sender holds."""

import os
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import override

from campaign_site.links import make_token
from solidarity import services, tasks
from solidarity.models import Photo, Purpose
from supporters import retention
from supporters.holdings import held_items
from supporters.models import Consent
from tests.factories import make_photo_call
from tests.solidarity.sending import files_of, public_photo, send_photo, stored_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def link(photo: Photo) -> str:
    with override("en"):
        return photo.standing_url


def consents(photo: Photo) -> list[str]:
    return Photo.objects.get(pk=photo.pk).consents_in_force()


def test_looking_takes_nothing_back(client):
    photo = public_photo()

    html = client.get(link(photo)).content.decode()

    assert "Your photo is approved" in html
    assert client.get(link(photo) + "withdraw/").status_code == 405
    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED
    assert consents(photo) == ["photo-delivery", "photo-wall"]


def test_everything_is_taken_back_and_erased(client, call, django_capture_on_commit_callbacks):
    photo = public_photo(email="sam@example.org")

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(link(photo) + "withdraw/", follow=True)

    photo.refresh_from_db()
    assert "You took your photo back" in response.content.decode()
    assert photo.status == Photo.Status.WITHDRAWN
    assert (photo.message, photo.display_name, photo.alt_text) == ("", "", "")
    assert consents(photo) == []
    assert Consent.objects.filter(withdrawn_hour__isnull=False).count() == 2
    assert stored_files() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT photo::text FROM solidarity_photo photo WHERE id = %s", [photo.pk])
        assert "not alone" not in cursor.fetchone()[0]


def test_taking_back_again_changes_nothing(client):
    photo = public_photo()
    client.post(link(photo) + "withdraw/")
    before = Photo.objects.values().get(), list(Consent.objects.values())

    response = client.post(link(photo) + "withdraw/", follow=True)

    assert "You took your photo back" in response.content.decode()
    assert (Photo.objects.values().get(), list(Consent.objects.values())) == before


def test_only_the_wall_is_taken_back(client):
    photo = public_photo()

    response = client.post(link(photo) + "withdraw/", {"purpose": "photo-wall"}, follow=True)

    html = response.content.decode()
    assert consents(photo) == ["photo-delivery"]
    assert "public wall" not in html
    assert "hand it over" in html
    assert client.get(photo.picture_url("wall")).status_code == 404
    assert photo in Photo.objects.deliverable()
    assert stored_files() == files_of(photo)


def test_only_the_delivery_is_taken_back(client):
    photo = public_photo()

    client.post(link(photo) + "withdraw/", {"purpose": "photo-delivery"})

    assert consents(photo) == ["photo-wall"]
    assert photo not in Photo.objects.deliverable()
    assert client.get(photo.picture_url("wall")).status_code == 200


def test_without_any_agreement_left_the_photo_goes_too(client, django_capture_on_commit_callbacks):
    photo = public_photo()

    with django_capture_on_commit_callbacks(execute=True):
        for purpose in Purpose.values:
            client.post(link(photo) + "withdraw/", {"purpose": purpose})

    photo.refresh_from_db()
    assert photo.status == Photo.Status.WITHDRAWN
    assert stored_files() == []


def test_unknown_purpose_takes_nothing_back(client):
    photo = public_photo()

    response = client.post(link(photo) + "withdraw/", {"purpose": "everything"})

    assert response.status_code == 404
    assert len(consents(photo)) == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_that_was_not_given_out_opens_nothing(client, method):
    photo = public_photo()
    other = make_token("signup", photo.public_id, 1)
    raised = make_token(Photo.LINK_PURPOSE, photo.public_id, 2)

    for token in (other, raised, link(photo).split("/")[-2][:-1], "x"):
        path = f"/en/solidarity/photo/{token}/" + ("withdraw/" if method == "post" else "")
        response = getattr(client, method)(path)
        assert response.status_code == 404

    photo.refresh_from_db()
    assert photo.status == Photo.Status.APPROVED


def test_post_from_another_site_takes_nothing_back(client):
    photo = public_photo()

    response = client.post(link(photo) + "withdraw/", headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403
    assert len(consents(photo)) == 2


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Thank you. We have your photo."),
        ("fr", "Merci. Nous avons bien reçu votre photo."),
        ("nl", "Bedankt. We hebben je foto."),
    ],
)
def test_page_of_the_photo_speaks_each_language(client, language, sentence):
    photo = send_photo()
    with override(language):
        path = photo.standing_url

    response = client.get(path)

    assert sentence in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert "noindex" in response.content.decode()


def test_rejected_photo_is_erased_after_a_week(django_capture_on_commit_callbacks):
    old = services.reject_photo(photo=send_photo(), moderator=None, reason="other")
    old.decided_at -= timedelta(days=6)
    old.save()
    young = services.reject_photo(photo=send_photo(), moderator=None, reason="other")
    approved = public_photo()
    Photo.objects.filter(pk=approved.pk).update(decided_at=old.decided_at)

    with django_capture_on_commit_callbacks(execute=True):
        retention.apply_retention()
        retention.apply_retention()

    old.refresh_from_db()
    assert (old.message, old.display_name, old.is_erased) == ("", "", True)
    assert stored_files() == sorted([*files_of(young), *files_of(approved)])
    with pytest.raises(services.PhotoError):
        services.undo_decision(photo=old, moderator=None)


def test_files_that_an_interrupted_withdrawal_left_are_purged():
    # The transaction of the withdrawal is through; what follows it never ran.
    photo = services.withdraw_photo(public_photo())
    assert stored_files() == files_of(photo)
    for path in settings.PHOTO_ROOT.iterdir():
        os.utime(path, (time.time() - 3700,) * 2)

    tasks.purge_orphaned_photo_files(timestamp=0)

    assert stored_files() == []


def test_overview_of_a_person_lists_the_photo():
    photo = send_photo(email="sam@example.org")
    send_photo(email="other@example.org")

    with override("en"):
        (item,) = held_items(photo.supporter)
        services.withdraw_photo(photo)
        (item_afterwards,) = held_items(photo.supporter)

    assert (item.title, item.url) == ("Photo: Test call", link(photo))
    assert (item.is_over, item_afterwards.is_over) == (False, True)
