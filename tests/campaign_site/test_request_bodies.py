"""A large file that is sent where none belongs is not kept, nor what was typed lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from campaign_site.forms import new_form_key
from events.models import SignUp
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings) -> None:
    settings.MAX_REQUEST_BYTES = 200_000
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 50_000


@pytest.fixture
def kept(monkeypatch) -> list[int]:
    """The size of every file that Django writes to the disk."""
    sizes: list[int] = []
    close = TemporaryUploadedFile.close

    def note(upload) -> None:
        sizes.append(upload.size)
        close(upload)

    monkeypatch.setattr(TemporaryUploadedFile, "close", note)
    return sizes


def sign_up_with_a_file(client, size: int):
    event = make_event()
    data = {
        "form_key": new_form_key(f"signup:{event.slug}"),
        "name": "Sam",
        "email": "sam@example.org",
        "party_size": "1",
        "website": "",
        "unasked": SimpleUploadedFile("film.mp4", b"\0" * size),
    }
    return client.post(f"/en/events/{event.slug}/", data)


def test_file_of_a_request_too_large_is_dropped_and_the_form_still_counts(client, kept):
    assert sign_up_with_a_file(client, 300_000).status_code == 302

    assert SignUp.objects.count() == 1
    assert kept == []


def test_smaller_file_is_kept_until_the_request_ends(client, kept):
    """The control: this is what would happen to the large one."""
    assert sign_up_with_a_file(client, 100_000).status_code == 302

    assert kept == [100_000]


def test_large_file_sent_to_the_log_in_is_dropped(kept):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.get("/admin/login/")

    response = client.post("/admin/login/", {"f": SimpleUploadedFile("f", b"\0" * 300_000)})

    assert response.status_code == 403
    assert kept == []
