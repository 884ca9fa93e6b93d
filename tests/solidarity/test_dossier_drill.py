"""A dossier of 2000 photos, made by a real worker that is killed half-way.

Minutes of work and measurements, so no part of the suite: ``make drill-dossier``.
"""

import copy
import hashlib
import io
import json
import os
import random
import re
import subprocess
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.base import ModelState
from PIL import Image, ImageDraw
from pypdf import PdfReader

from solidarity import services
from solidarity.models import Edition, Photo, photo_storage
from solidarity.models.photos import random_wall_key
from supporters.models import Consent
from tests.factories import make_staff
from tests.solidarity.dossiers import MESSAGES, content, start_worker, wait_for
from tests.solidarity.editions import LETTER, call_with_office
from tests.solidarity.sending import public_photo
from tests.stored_files import dossier_path

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

PHOTOS = int(os.environ.get("DRILL_PHOTOS", "2000"))
SIZE = (1500, 2000)
MOST_BYTES = 1024**3
DIFFERENT = 12


def drawn(seed: int) -> bytes:
    """A JPEG with as much in it as a photo has: a picture of noise under shapes."""
    chance = random.Random(seed)
    small = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60)
    picture = small.resize(SIZE, Image.Resampling.BICUBIC).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
        colour = tuple(chance.randrange(256) for _ in range(3))
        pen.ellipse([x, y, x + chance.randrange(400), y + chance.randrange(400)], fill=colour)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def send_photos(call) -> int:
    """Send one and copy it, none like another; return how many bytes the pictures are."""
    drawings = [drawn(seed) for seed in range(DIFFERENT)]
    first = public_photo(call=call)
    consents = list(Consent.objects.filter(subject_id=first.public_id))
    photos, agreed, total = [], [], 0
    for number in range(PHOTOS):
        photo = copy_of(first, number)
        photos.append(photo)
        for consent in consents:
            agreed.append(copy.copy(consent))
            agreed[-1].pk, agreed[-1].subject_id = None, photo.public_id
        # A comment of its own makes each picture another one (JPEG, ITU-T T.81, B.2.4.5).
        data = drawings[number % DIFFERENT]
        data = data[:2] + b"\xff\xfe\x00\x0a" + f"{number:08}".encode() + data[2:]
        Path(photo_storage().path(f"{photo.file_name}-original.jpg")).write_bytes(data)
        total += len(data)
    Photo.objects.bulk_create(photos, batch_size=500)
    Consent.objects.bulk_create(agreed, batch_size=500)
    services.withdraw_photo(first)
    return total


def copy_of(first: Photo, number: int) -> Photo:
    photo = copy.copy(first)
    photo.pk, photo._state = None, ModelState()
    photo.public_id, photo.form_key, photo.file_name = uuid4(), uuid4(), uuid4().hex
    photo.withdrawal_code_hash, photo.wall_key = None, random_wall_key()
    photo.width, photo.height = SIZE
    photo.message_language, message = MESSAGES[number % len(MESSAGES)]
    photo.message, photo.display_name = f"{message} ({number})", f"Naam {number}"
    photo.country = ("BE", "PH", "CD", "")[number % 4]
    return photo


def memory_of(root: int) -> int:
    """What a process and all below it hold in memory now: the sum of their own parts (PSS)."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(found[1]) * 1024 if found else 0
    return total


def watch(worker: subprocess.Popen, edition: Edition, seen: set[int], until) -> int:
    """Look on until ``until`` says so; return the peak of memory, note the progress in ``seen``."""
    peak = 0

    def look() -> bool:
        nonlocal peak
        peak = max(peak, memory_of(worker.pid))
        seen.add(edition.files.filter(state="made").count())
        return until()

    assert wait_for(look, 3600), f"no progress beyond {max(seen)} files"
    return peak


def test_dossier_of_two_thousand_photos(tmp_path, client):
    client.force_login(make_staff("Moderators", "clicking"))
    call = call_with_office()
    began = time.monotonic()
    size = send_photos(call)
    print(f"\nsent in {time.monotonic() - began:.0f} s")
    edition = services.prepare_edition(call=call, letter=LETTER, language="nl")
    began = time.monotonic()
    services.freeze_edition(edition=edition, by=None)
    freezing = time.monotonic() - began
    files = edition.files.count()
    made = edition.files.filter(state="made")
    seen: set[int] = set()

    began = time.monotonic()
    worker = start_worker(tmp_path)
    try:
        peak = watch(worker, edition, seen, lambda: made.count() >= 2)
        page = client.get(f"/admin/editions/{edition.pk}/").content.decode()
        assert f"of {files} files made" in page and "is being made: photos" in page
        peak = max(peak, watch(worker, edition, seen, lambda: made.count() >= files // 2))
        worker.kill()
        worker.wait()
        kept = dict(made.values_list("pk", "digest"))
        worker = start_worker(tmp_path)
        peak = max(peak, watch(worker, edition, seen, lambda: made.count() == files))
    finally:
        worker.kill()
        worker.wait()
    making = time.monotonic() - began

    print(
        f"\n{PHOTOS} photos, {size / 1e6:.0f} MB: frozen in {freezing:.1f} s; {files} files made "
        f"in {making:.0f} s with a kill after {len(kept)}; peak {peak / 2**20:.0f} MiB with all "
        f"children; {sum(made.values_list('size_bytes', flat=True)) / 1e6:.0f} MB of files"
    )
    assert peak <= MOST_BYTES
    assert len(seen) > files // 2, "the progress was hardly seen"
    assert {pk: digest for pk, digest in made.values_list("pk", "digest") if pk in kept} == kept
    check(edition)
    connection.close()


def check(edition: Edition) -> None:
    """Every file opens, is what its row and the manifest say, and its text can be selected."""
    edition.refresh_from_db()
    manifest = json.loads(content(edition.files.get(kind="manifest")))
    hashes = {file["sha256"] for file in manifest["files"]}
    assert manifest["photos"] == PHOTOS
    printed = ""
    for file in edition.files.all():
        with dossier_path(file.file_name).open("rb") as stored:
            digest = hashlib.file_digest(stored, "sha256").hexdigest()
        assert digest == file.digest
        assert file.kind == "manifest" or digest in hashes
        if file.kind == "volume":
            reader = PdfReader(dossier_path(file.file_name))
            assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
            assert reader.trailer["/Root"]["/Lang"] == "nl"
            assert len(reader.pages) == file.page_count
            printed += " ".join(page.extract_text() for page in reader.pages[:3])
    for words in ("à bientôt", "niet alleen", "not alone"):
        assert words in printed
