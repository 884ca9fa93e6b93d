"""A full, read-only or foreign disk: uploads are refused and nothing typed is lost."""

import errno
import os
from io import BytesIO

import pytest
from django.conf import settings as site

from campaign_site import unnamed_uploads
from solidarity.models import HeldPhoto, Photo
from tests.factories import make_photo_call
from tests.solidarity.sending import PATH, filled_in

pytestmark = pytest.mark.django_db


class FullFile(BytesIO):
    """A file on a disk that has room for ``room`` bytes more."""

    room = 1000

    def write(self, data):
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def no_room_at_all():
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


@pytest.mark.parametrize("open_file", [FullFile, no_room_at_all])
def test_upload_without_room_for_it_comes_back_with_everything_typed(
    client, make_image, monkeypatch, open_file, caplog
):
    make_photo_call()
    sent = filled_in(client, make_image(size=(900, 700)), message="Courage & force")
    client.raise_request_exception = False
    monkeypatch.setattr(unnamed_uploads, "open_unnamed", open_file)

    refused = client.post(PATH, sent)

    html = refused.content.decode()
    assert refused.status_code == 503
    assert refused["Retry-After"] == "30"
    assert 'name="message" value="Courage &amp; force"' in html
    assert 'type="file" name="image"' in html
    assert not Photo.objects.exists()
    assert "outage of kind storage" in caplog.text

    monkeypatch.undo()
    sent["image"].seek(0)
    assert client.post(PATH, sent).status_code == 302
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_photo_that_cannot_be_stored_is_refused_in_the_form(
    client, make_image, monkeypatch, number
):
    from campaign_site.storage.folder import PrivateFolder

    make_photo_call()
    sent = filled_in(client, make_image(), message="Courage")

    def fail(*_args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(PrivateFolder, "_write_whole", fail)
    refused = client.post(PATH, sent)

    html = refused.content.decode()
    assert refused.status_code == 200
    assert "Nothing you typed is lost" in html
    assert "Courage" in html
    assert not Photo.objects.exists()
    assert not HeldPhoto.objects.exists()
    assert client.get("/en/").status_code == 200

    monkeypatch.undo()
    sent["image"].seek(0)
    assert client.post(PATH, sent).status_code == 302
    assert len(list(site.PHOTO_ROOT.rglob("*.webp"))) >= 1
