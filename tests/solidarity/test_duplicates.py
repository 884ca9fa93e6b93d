"""Photos that look like one another are found, however many there are, and rejected as copies."""

import secrets

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from solidarity import services
from solidarity.duplicates import MAX_DISTANCE, look_alikes
from solidarity.models import Photo
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

CERTAIN = 7  # bits in which two may differ and are found whichever these are


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


@pytest.fixture
def moderator(client):
    user = make_staff("Moderators")
    client.force_login(user)
    return user


def printed(photo: Photo, bits: int) -> Photo:
    """Give a photo a fingerprint, written as 64 bits without a sign."""
    signed = bits - (1 << 64) if bits >= 1 << 63 else bits
    Photo.objects.filter(pk=photo.pk).update(fingerprint=signed)
    photo.refresh_from_db()
    return photo


def changed(bits: int, *places: int) -> int:
    for place in places:
        bits ^= 1 << place
    return bits


def found(photo: Photo) -> list[tuple[int, int]]:
    return [(other.pk, other.distance) for other in look_alikes(photo)]


@pytest.mark.parametrize("start", [0, 15, 16, 47, 58])
def test_photos_that_differ_in_few_bits_are_found_whichever_they_are(start):
    bits = 0xF00F_1234_9ABC_8001
    photo = printed(send_photo(), bits)
    # Beginning at every part of the fingerprint, its sign included.
    near = printed(
        send_photo(), changed(bits, *((start + step * 9) % 64 for step in range(CERTAIN)))
    )
    far = printed(
        send_photo(), changed(bits, *((start + step) % 64 for step in range(MAX_DISTANCE + 1)))
    )

    assert found(photo) == [(near.pk, CERTAIN)]
    assert far.pk not in [pk for pk, _ in found(photo)]


def test_nearest_comes_first_whatever_was_decided_and_none_of_another_call():
    bits = secrets.randbits(64)
    photo = printed(send_photo(), bits)
    near, same = printed(public_photo(), changed(bits, 3, 40)), printed(send_photo(), bits)
    services.reject_photo(photo=same, moderator=None, reason="other")
    printed(send_photo(make_photo_call(slug="other-call")), bits)
    services.withdraw_photo(printed(send_photo(), bits))

    assert found(photo) == [(same.pk, 0), (near.pk, 2)]


def test_picture_of_one_colour_looks_like_none():
    photo = printed(send_photo(), 0)
    printed(send_photo(), 0)

    assert found(photo) == []


def test_ticked_copies_are_rejected_in_one_press(client, moderator):
    bits = secrets.randbits(64) | 1
    photo, copy, kept = (printed(send_photo(email="sam@example.org"), bits) for _ in range(3))
    approved, stranger = printed(public_photo(), changed(bits, 1)), send_photo()
    html = client.get(f"/admin/photos/{photo.pk}/").content.decode()
    assert html.count('name="copy"') == 2  # what is approved cannot be ticked
    assert "Reject the ticked ones as copies" in html

    chosen = [copy.pk, approved.pk, stranger.pk, photo.pk]
    address = f"/admin/photos/{photo.pk}/copies/"
    response = client.post(address, {"copy": chosen}, follow=True)

    assert "1 copy is rejected." in response.content.decode()
    copy.refresh_from_db()
    assert (copy.status, copy.reason, copy.decided_by) == ("rejected", "copy", moderator)
    others = Photo.objects.filter(pk__in=[photo.pk, kept.pk, stranger.pk])
    assert set(others.values_list("status", flat=True)) == {"pending"}
    approved.refresh_from_db()
    assert approved.status == "approved"


def test_only_the_same_picture_and_the_same_sender_are_ticked_beforehand(client, moderator):
    bits = secrets.randbits(64) | 1
    photo, same_sender = (printed(send_photo(email="sam@example.org"), bits) for _ in range(2))
    stranger = printed(send_photo(email="noor@example.org"), changed(bits, 1))
    same_picture = printed(send_photo(), changed(bits, 2))
    Photo.objects.filter(pk__in=[photo.pk, same_picture.pk]).update(pixels_hash="ab" * 32)

    html = client.get(f"/admin/photos/{photo.pk}/").content.decode()

    for other, is_ticked in [(same_sender, True), (same_picture, True), (stranger, False)]:
        assert f'name="copy" value="{other.pk}"' in html
        assert (f'name="copy" value="{other.pk}" checked' in html) is is_ticked


def test_nothing_is_offered_where_nothing_can_be_ticked(client, moderator):
    bits = secrets.randbits(64) | 1
    photo = printed(send_photo(), bits)
    approved = printed(public_photo(), changed(bits, 1))

    html = client.get(f"/admin/photos/{photo.pk}/").content.decode()

    assert f"Photo {approved.pk}, approved" in html
    assert "Reject the ticked ones as copies" not in html


def fill(call, number: int) -> None:
    """Write so many photos with random fingerprints straight into the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE a_photo AS
            SELECT * FROM solidarity_photo WHERE call_id = %s LIMIT 1
            """,
            [call.pk],
        )
        cursor.execute(
            """
            UPDATE a_photo SET supporter_id = NULL, withdrawal_code_hash = NULL;
            SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
            WHERE attrelid = 'solidarity_photo'::regclass AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN ('id', 'public_id', 'form_key', 'file_name', 'wall_key',
                                'fingerprint')
            """
        )
        cursor.nextset()
        columns = cursor.fetchone()[0]
        cursor.execute(
            f"""
            INSERT INTO solidarity_photo
                ({columns}, public_id, form_key, file_name, wall_key, fingerprint)
            SELECT {columns}, gen_random_uuid(), gen_random_uuid(), md5(number::text), number,
                ('x' || substr(md5(random()::text), 1, 16))::bit(64)::bigint
            FROM a_photo, generate_series(1, %s) AS number
            """,
            [number],
        )
        cursor.execute("ANALYZE solidarity_photo")


def test_search_goes_by_the_indexes(call):
    photo = send_photo()
    fill(call, 20_000)
    bits = photo.fingerprint % (1 << 64)
    near = printed(send_photo(), changed(bits, 0, 1, 17, 34, 51, 60, 61))

    with CaptureQueriesContext(connection) as queries:
        assert found(photo)[0] == (near.pk, CERTAIN)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert [part for part in range(4) if f"photo_look_alike_{part}" not in plan] == []
    assert "Seq Scan" not in plan
