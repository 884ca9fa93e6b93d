"""Many posts at once, over real HTTP against a real server."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.forms import new_form_key
from solidarity import held_photos, services
from solidarity.models import HeldPhoto, Photo
from supporters.models import Consent, Supporter
from tests.factories import make_photo_call
from tests.solidarity.sending import (
    PATH,
    cleaned_photo,
    files_of,
    send_photo,
    stored_files,
    words_digest,
)

pytestmark = pytest.mark.django_db(transaction=True)

BOUNDARY = "x0123456789x"


def multipart(fields: dict[str, str], image: bytes | None) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if image is not None:
        head = 'Content-Disposition: form-data; name="image"; filename="a.jpg"'
        start = f"--{BOUNDARY}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n"
        parts.append(start.encode() + image + b"\r\n")
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def post_all(live_server, bodies: list[bytes]) -> list[tuple[int, str]]:
    """Send every body at the same moment; return status and Location of each."""
    start = Barrier(len(bodies))

    def post(body: bytes) -> tuple[int, str]:
        channel = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=120)
        channel.request("GET", "/robots.txt")
        channel.getresponse().read()
        start.wait()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        channel.request("POST", PATH, body, {"Content-Type": kind})
        answer = channel.getresponse()
        answer.read()
        channel.close()
        return answer.status, answer.headers.get("Location", "")

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def fields(**changes) -> dict[str, str]:
    return {
        "form_key": new_form_key("photo:test-call"),
        "words_shown": words_digest(),
        "message": "You are not alone",
        "display_name": "Sam",
        "email": "sam@example.org",
        "people": "sender",
        "consent_delivery": "on",
        "consent_wall": "on",
        **changes,
    }


def assert_one_photo() -> None:
    photo = Photo.objects.get()
    assert stored_files() == files_of(photo)
    assert Consent.objects.count() == 2
    assert Supporter.objects.filter(pk=photo.supporter_id).count() == 1
    assert ProcrastinateJob.objects.filter(task_name="send_photo_confirmation").count() == 1


def test_twenty_posts_of_one_form_make_one_photo(live_server, make_image):
    make_photo_call()
    body = multipart(fields(), make_image())

    answers = post_all(live_server, [body] * 20)

    assert {status for status, _ in answers} == {302}
    assert len({location for _, location in answers}) == 1
    assert_one_photo()


def test_twenty_posts_of_one_form_with_a_held_photo_make_one_photo(live_server):
    make_photo_call()
    token = held_photos.hold_photo(cleaned=cleaned_photo(), source_digest="1")
    body = multipart(fields(held_photo=token), None)

    answers = post_all(live_server, [body] * 20)

    assert {status for status, _ in answers} == {302}
    assert len({location for _, location in answers}) == 1
    assert_one_photo()


def test_held_photo_sent_from_many_forms_counts_once(live_server):
    make_photo_call()
    token = held_photos.hold_photo(cleaned=cleaned_photo(), source_digest="1")

    answers = post_all(live_server, [multipart(fields(held_photo=token), None) for _ in range(6)])

    assert sorted(status for status, _ in answers) == [200] * 5 + [302]
    assert_one_photo()
    assert HeldPhoto.objects.count() == 1


def at_once(*calls) -> list[str]:
    """Run each call in a thread of its own, at the same moment; tell how each ended."""
    start = Barrier(len(calls))

    def run(call) -> str:
        start.wait()
        try:
            call()
        except services.PhotoError:
            return "refused"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_moderators_at_once_one_decides():
    photo = send_photo(email="sam@example.org")
    mine, yours = Photo.objects.get(pk=photo.pk), Photo.objects.get(pk=photo.pk)

    outcomes = at_once(
        lambda: services.approve_photo(photo=mine, moderator=None, alt_text="A sign"),
        lambda: services.reject_photo(photo=yours, moderator=None, reason="other"),
    )

    assert sorted(outcomes) == ["done", "refused"]
    assert ProcrastinateJob.objects.filter(task_name="send_photo_decision").count() == 1
    photo.refresh_from_db()
    assert photo.status in {Photo.Status.APPROVED, Photo.Status.REJECTED}


def test_withdrawal_wins_over_a_moderator_at_the_same_moment():
    for _ in range(5):
        photo = send_photo()
        mine, theirs = Photo.objects.get(pk=photo.pk), Photo.objects.get(pk=photo.pk)

        at_once(
            lambda mine=mine: services.approve_photo(photo=mine, moderator=None, alt_text="A sign"),
            lambda theirs=theirs: services.withdraw_photo(theirs),
        )

        photo.refresh_from_db()
        assert photo.status == Photo.Status.WITHDRAWN
        assert (photo.message, photo.alt_text) == ("", "")
        assert not Photo.objects.public().filter(pk=photo.pk).exists()
    assert stored_files() == []


def test_taking_both_agreements_back_at_once_takes_the_photo_back():
    photo = send_photo()
    mine, theirs = Photo.objects.get(pk=photo.pk), Photo.objects.get(pk=photo.pk)

    at_once(
        lambda: services.withdraw_consent(mine, purpose="photo-wall"),
        lambda: services.withdraw_consent(theirs, purpose="photo-delivery"),
    )

    photo.refresh_from_db()
    assert photo.status == Photo.Status.WITHDRAWN
    assert stored_files() == []
