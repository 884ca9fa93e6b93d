"""The site's own journeys with every file in a bucket, and none on the machine."""

import time
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.urls import reverse
from pypdf import PdfReader

from campaign_site.links import make_token
from pages.models import EditorialImage
from solidarity import dossier_files, dossier_making, held_photos, services
from solidarity.models import Photo
from solidarity.photo_files import names_older_than
from supporters import erasure_ledger, exports
from supporters.models import DataExport
from tests.factories import make_photo_call, make_staff
from tests.scaling.s3 import Bucket
from tests.solidarity.editions import frozen
from tests.solidarity.sending import PATH, filled_in, held_token, public_photo, send_photo

EDITIONS = "/admin/editions/"

pytestmark = pytest.mark.django_db


def on_this_machine(settings) -> list[Path]:
    roots = (settings.PHOTO_ROOT, settings.MEDIA_ROOT, settings.EXPORT_ROOT, settings.DOSSIER_ROOT)
    return [path for root in roots for path in Path(root).rglob("*") if path.is_file()]


def test_photo_is_sent_shown_and_taken_back(
    client, bucket: Bucket, settings, make_image, django_capture_on_commit_callbacks
) -> None:
    make_photo_call()

    client.post(PATH, filled_in(client, make_image()))
    photo = Photo.objects.get()
    path = photo.picture_url("wall")
    assert bucket.files()
    assert all(name.startswith(f"photos/{photo.file_name}-") for name in bucket.files())
    assert client.get(path).status_code == 404

    photo = services.approve_photo(photo=photo, moderator=None, alt_text="Somebody")
    shown = client.get(path)
    assert shown.status_code == 200
    assert shown.content == storages["photos"].get(f"{photo.file_name}-wall.webp")
    assert client.get(path, headers={"if-none-match": shown["ETag"]}).status_code == 304
    part = client.get(path, headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (200, shown.content)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(photo.standing_url + "withdraw/")
    assert client.get(path).status_code == 404
    assert bucket.files() == []
    assert on_this_machine(settings) == []


def test_form_and_site_stand_when_the_store_is_gone(
    client, bucket: Bucket, settings, make_image, monkeypatch, caplog,
    django_capture_on_commit_callbacks,
) -> None:  # fmt: skip
    make_photo_call()
    photo = public_photo()
    data = filled_in(client, make_image(), message="What I have to say")
    stored = bucket.files()
    there = settings.STORAGES
    settings.STORAGES = _unreachable(there)

    answer = client.post(PATH, data)

    assert answer.status_code == 200
    assert "What I have to say" in answer.content.decode()
    assert not held_token(answer)
    assert Photo.objects.count() == 1
    assert client.get("/en/").status_code == 200
    picture = client.get(photo.picture_url("wall"))
    assert (picture.status_code, picture.headers["Cache-Control"]) == (503, "no-store")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(photo.standing_url + "withdraw/")
    photo.refresh_from_db()
    assert photo.status == Photo.Status.WITHDRAWN
    assert "a file is deleted later" in caplog.text

    settings.STORAGES = there
    assert bucket.files() == stored
    monkeypatch.setattr(held_photos, "ORPHAN_SECONDS", -60)
    assert held_photos.purge_orphaned_files() == 1
    assert bucket.files() == []


def _unreachable(configured: dict) -> dict:
    """The same stores at an address where nobody listens."""
    return {
        name: {**one, "OPTIONS": {**one["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}}
        if "endpoint_url" in one.get("OPTIONS", {})
        else one
        for name, one in configured.items()
    }


def test_purge_takes_what_no_row_names(bucket: Bucket, monkeypatch) -> None:
    kept, without_print = send_photo(), send_photo()
    Photo.objects.filter(pk=without_print.pk).update(has_originals=False)
    storages["photos"].put(f"{'0' * 32}-wall.webp", b"left behind")
    assert len(list(names_older_than(time.time() + 60))) == 3

    assert held_photos.purge_orphaned_files() == 0  # too young, all of them
    monkeypatch.setattr(held_photos, "ORPHAN_SECONDS", -60)
    assert held_photos.purge_orphaned_files() == 1

    left = {name.removeprefix("photos/") for name in bucket.files()}
    assert {name for name in left if name.startswith("0" * 32)} == set()
    assert len([name for name in left if name.startswith(kept.file_name)]) == 4
    of_other = sorted(name for name in left if name.startswith(without_print.file_name))
    assert [name.partition("-")[2] for name in of_other] == [
        "large.webp",
        "wall.webp",
        "wall2.webp",
    ]


def test_editors_picture_is_served_by_the_site(
    client, bucket: Bucket, settings, make_image, django_capture_on_commit_callbacks
) -> None:
    image = EditorialImage.objects.create(title="x", file=ContentFile(make_image(), name="a.jpg"))
    rendition = image.get_rendition("width-40|format-webp")

    assert rendition.url.startswith("/media/images/")
    shown = client.get(rendition.url)
    assert shown.headers["Content-Type"] == "image/webp"
    assert b"".join(shown.streaming_content) == rendition.file.read()
    assert client.get(rendition.url, headers={"if-none-match": shown["ETag"]}).status_code == 304
    assert client.get(f"/media/{image.file.name}").status_code == 404
    assert client.get(f"/media/images/../{image.file.name}").status_code == 404
    assert default_storage.exists(image.file.name)
    assert on_this_machine(settings) == []

    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
    assert bucket.files() == []


def test_export_is_made_handed_out_and_deleted(client, bucket: Bucket, settings, run_tasks) -> None:
    photo = send_photo(email="sam@example.org")
    export = exports.request_export(supporter=photo.supporter, language="en")
    exports.make_file(export.pk)
    assert [name for name in bucket.files() if name.startswith("exports/")]
    export = DataExport.objects.get()
    token = make_token(DataExport.LINK_PURPOSE, export.public_id, export.link_version)

    page = client.get(reverse("supporters:download", args=[token]))
    answer = client.post(reverse("supporters:download", args=[token]))

    assert page.status_code == 200
    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Length"] == str(len(content))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert "data.json" in archive.namelist()
        assert len(archive.namelist()) == 2
    assert on_this_machine(settings) == []

    storages["exports"].delete(f"{export.file_name}.zip")
    assert client.post(reverse("supporters:download", args=[token])).status_code != 200


def test_dossier_is_made_handed_out_and_deleted(
    client, bucket: Bucket, settings, monkeypatch
) -> None:
    edition = frozen(photos=2)
    dossier_making.make_dossier(edition.pk)
    files = list(edition.files.all())
    stored = {name for name in bucket.files() if name.startswith("dossiers/")}
    assert stored == {f"dossiers/{file.file_name}" for file in files}
    client.force_login(make_staff("Moderators"))

    volume = next(file for file in files if file.kind == "volume")
    answer = client.post(f"{EDITIONS}files/{volume.pk}/")
    content = b"".join(answer.streaming_content)
    assert len(PdfReader(BytesIO(content)).pages) == volume.page_count
    assert len(content) == volume.size_bytes

    dossier_files.delete_file(volume.file_name)
    assert client.post(f"{EDITIONS}files/{volume.pk}/").status_code == 404
    orphan = dossier_files.store_file(lambda out: out.write(b"left behind"), "pdf")
    monkeypatch.setattr(dossier_files, "ORPHAN_SECONDS", -60)
    assert dossier_files.purge_orphans() == 1
    left = {f"dossiers/{file.file_name}" for file in files if file != volume}
    assert {name for name in bucket.files() if name.startswith("dossiers/")} == left
    assert f"dossiers/{orphan.name}" not in left
    assert on_this_machine(settings) == []


def test_erasures_are_listed_once_for_all_hosts(bucket: Bucket, settings) -> None:
    hour = datetime(2026, 3, 9, 14, tzinfo=UTC)
    erasure_ledger.append("a" * 64, hour)
    erasure_ledger.append("b" * 64, hour)
    settings.ERASURE_LEDGER = settings.ERASURE_LEDGER.with_name("of-another-host.txt")

    assert erasure_ledger.entries() == [("a" * 64, hour), ("b" * 64, hour)]

    erasure_ledger.forget("a" * 64, hour)
    assert erasure_ledger.entries() == [("b" * 64, hour)]
    assert not settings.ERASURE_LEDGER.exists()
