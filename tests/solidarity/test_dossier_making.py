"""The dossier's files are made one by one, survive a kill, and follow the list."""

import csv
import hashlib
import io
import json
import os
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pypdf import PdfReader

from campaign_site.pdf import PdfError
from solidarity import dossier, dossier_making, services
from solidarity.dossier_files import purge_orphans, store_file
from solidarity.models import DossierFile, Edition, EditionPhoto, OfficeHolder, Photo
from solidarity.photo_files import delete_photo
from tests.solidarity.dossiers import MESSAGES, content, start_worker, wait_for
from tests.solidarity.editions import LETTER, call_with_office, real_picture
from tests.solidarity.sending import public_photo
from tests.stored_files import dossier_path

pytestmark = pytest.mark.django_db


def frozen_edition(count: int = 6, size: int = 2, language: str = "nl") -> Edition:
    call = call_with_office()
    OfficeHolder.objects.create(office=call.office, name="Minister Testens")
    for number in range(count):
        spoken, message = MESSAGES[number % len(MESSAGES)]
        public_photo(
            call=call,
            image=real_picture(),
            language=spoken,
            message=message,
            display_name=f"Naam {number}",
            details=services.PhotoDetails(country="BE" if number else "PH"),
        )
    edition = services.prepare_edition(call=call, letter=LETTER, language=language)
    return services.freeze_edition(edition=edition, by=None, photos_in_volume=size)


def texts(file: DossierFile) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content(file))).pages)


def states(edition: Edition) -> set[str]:
    return set(edition.files.values_list("state", flat=True))


def test_dossier_is_made_whole_and_its_manifest_tells_the_truth():
    edition = frozen_edition()

    dossier_making.make_dossier(edition.pk)

    edition.refresh_from_db()
    files = {(file.kind, file.number): file for file in edition.files.all()}
    assert states(edition) == {"made"}
    for file in files.values():
        assert hashlib.sha256(content(file)).hexdigest() == file.digest
        assert len(content(file)) == file.size_bytes
        assert dossier_path(file.file_name).stat().st_mode & 0o077 == 0
    letter = texts(files["letter", 1])
    assert "Minister Testens" in letter and "Testminister" in letter and "protecting" in letter
    first = edition.photos.order_by("number").first()
    volume = PdfReader(io.BytesIO(content(files["volume", 1])))
    assert volume.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert volume.trailer["/Root"]["/Lang"] == "nl"
    assert files["volume", 1].page_count == len(volume.pages)
    printed = " ".join(texts(files["volume", number]) for number in (1, 2, 3))
    assert "à bientôt" in printed and "niet alleen" in printed and "not alone" in printed
    assert first.display_name in texts(files["volume", 1])
    with zipfile.ZipFile(io.BytesIO(content(files["zip", 1]))) as archive:
        assert len(archive.namelist()) == 6
        assert hashlib.sha256(archive.read("1.jpg")).hexdigest() == first.picture_digest
    rows = list(
        csv.reader(io.StringIO(content(files["csv", 1]).decode("utf-8-sig")), delimiter=";")
    )
    assert len(rows) == 7 and first.message in rows[1]
    manifest = json.loads(content(files["manifest", 1]))
    hashes = {entry["sha256"] for entry in manifest["files"]}
    assert hashes == {file.digest for key, file in files.items() if key[0] != "manifest"}
    assert edition.manifest_digest == files["manifest", 1].digest


def test_second_run_makes_nothing_anew():
    edition = frozen_edition(count=2)
    dossier_making.make_dossier(edition.pk)
    before = set(edition.files.values_list("file_name", flat=True))

    dossier_making.make_dossier(edition.pk)

    assert set(edition.files.values_list("file_name", flat=True)) == before


def test_photo_taken_back_leaves_the_files_and_the_others_stay(
    run_tasks, django_capture_on_commit_callbacks
):
    edition = frozen_edition()
    dossier_making.make_dossier(edition.pk)
    before = {(f.kind, f.number): f.file_name for f in edition.files.all()}
    entry = edition.photos.get(number=3)
    message = entry.message

    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_photo(entry.photo)
    gone = [name for key, name in before.items() if not dossier_path(name).exists()]
    dossier_making.make_dossier(edition.pk)

    after = {(f.kind, f.number): f for f in edition.files.all()}
    unchanged = {key for key in before if before[key] == after[key].file_name}
    assert unchanged == {("volume", 1), ("volume", 3)}
    assert len(gone) == 5
    assert message not in texts(after["volume", 2])
    assert json.loads(content(after["manifest", 1]))["taken_back"] == [3]
    with zipfile.ZipFile(io.BytesIO(content(after["zip", 1]))) as archive:
        assert "3.jpg" not in archive.namelist() and len(archive.namelist()) == 5


@pytest.mark.parametrize("is_gone", [True, False])
def test_picture_that_is_not_the_approved_one_is_left_out_and_listed(is_gone):
    edition = frozen_edition(count=3)
    entry = edition.photos.get(number=2)
    if is_gone:
        delete_photo(entry.photo.file_name)
    else:
        EditionPhoto.objects.filter(pk=entry.pk).update(picture_digest="f" * 64)

    dossier_making.make_dossier(edition.pk)

    entry.refresh_from_db()
    assert entry.is_left_out
    assert states(edition) == {"made"}
    manifest = edition.files.get(kind="manifest")
    assert json.loads(content(manifest))["taken_back"] == [2]


def test_missing_disk_leaves_nobody_out(settings):
    edition = frozen_edition(count=2)
    folder = django_settings.PHOTO_ROOT
    folder.rename(folder.with_name("elsewhere"))

    with pytest.raises(FileNotFoundError):
        dossier_making.make_dossier(edition.pk)

    assert not edition.photos.exclude(taken_back_hour=None).exists()
    folder.with_name("elsewhere").rename(folder)
    dossier_making.make_dossier(edition.pk)
    assert states(edition) == {"made"}


def test_failure_keeps_what_is_made_and_leaves_no_file_behind(monkeypatch):
    edition = frozen_edition(count=4)
    make_volume = dossier.make_volume

    def fail_at_the_second(made, volume, read):
        if volume.number == 2:
            raise PdfError("broken")
        return make_volume(made, volume, read)

    monkeypatch.setattr(dossier, "make_volume", fail_at_the_second)
    with pytest.raises(PdfError):
        dossier_making.make_dossier(edition.pk)

    kept = edition.files.filter(state="made")
    assert [(file.kind, file.number) for file in kept] == [("letter", 1), ("volume", 1)]
    names = {path.name for path in dossier_path("x").parent.iterdir()}
    assert names == {file.file_name for file in kept}


def test_file_made_while_a_photo_was_taken_back_is_thrown_away(monkeypatch):
    """Between the reading of the list and the end of a volume, a sender takes the photo back."""
    edition = frozen_edition(count=2)
    make_volume = dossier.make_volume
    first = edition.photos.get(number=1)
    message = first.message
    made = []

    def take_back_meanwhile(described, volume, read):
        pdf = make_volume(described, volume, read)
        made.append(pdf)
        if len(made) == 1:
            services.withdraw_photo(Photo.objects.get(pk=first.photo_id))
        return pdf

    monkeypatch.setattr(dossier, "make_volume", take_back_meanwhile)
    dossier_making.make_dossier(edition.pk)

    assert len(made) == 2
    printed = [" ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages) for pdf in made]
    assert message in printed[0]
    assert message not in printed[1]
    assert message not in texts(edition.files.get(kind="volume"))


def test_draft_and_delivered_edition_have_nothing_made():
    edition = frozen_edition(count=1)
    Edition.objects.filter(pk=edition.pk).update(status=Edition.Status.DELIVERED)

    dossier_making.make_dossier(edition.pk)
    dossier_making.make_dossier(edition.pk + 1000)

    assert states(edition) == {"waiting"}


def test_orphans_are_swept_and_files_of_rows_stay():
    edition = frozen_edition(count=1)
    dossier_making.make_dossier(edition.pk)
    orphan = dossier_path(store_file(lambda out: out.write(b"x"), "pdf").name)
    young = dossier_path(store_file(lambda out: out.write(b"x"), "pdf").name)
    half = orphan.with_name("abc.part")
    half.touch()
    old = time.time() - 3 * 3600
    for path in (orphan, half, *(dossier_path(f.file_name) for f in edition.files.all())):
        os.utime(path, (old, old))

    assert purge_orphans() == 2

    assert young.exists() and not orphan.exists() and not half.exists()
    assert all(dossier_path(file.file_name).exists() for file in edition.files.all())


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_make_each_file_once(monkeypatch):
    edition = frozen_edition(count=2)
    make_volume = dossier.make_volume
    calls = []

    def slowly(*arguments):
        calls.append(arguments)
        time.sleep(0.5)
        return make_volume(*arguments)

    monkeypatch.setattr(dossier, "make_volume", slowly)
    start = threading.Barrier(2)

    def run(_number: int) -> None:
        start.wait()
        dossier_making.make_dossier(edition.pk)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert len(calls) == 1
    assert states(edition) == {"made"}


def put_back_stalled_jobs() -> None:
    """What the task of that name does by itself within half a minute (test_worker.py)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'"
        )


@pytest.mark.django_db(transaction=True)
def test_dossier_of_a_killed_worker_is_finished_by_the_next(tmp_path):
    edition = frozen_edition()
    made = edition.files.filter(state="made")

    workers = [start_worker(tmp_path)]
    try:
        assert wait_for(lambda: made.count() >= 2, 60), "the worker never began"
        workers[0].kill()
        workers[0].wait()
        kept = dict(made.values_list("pk", "file_name"))
        assert 2 <= len(kept) < edition.files.count()
        put_back_stalled_jobs()
        workers.append(start_worker(tmp_path))
        assert wait_for(lambda: made.count() == edition.files.count(), 60)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()

    after = dict(made.values_list("pk", "file_name"))
    assert {pk: after[pk] for pk in kept} == kept
    for file in made:
        assert hashlib.sha256(content(file)).hexdigest() == file.digest
