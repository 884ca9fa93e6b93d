"""Two hundred ``kill -9`` while photos arrive and moderators decide; ``make drill-uploads``.

A real server with two workers; the killer picks a worker or a process that decodes pictures, at
random moments. Whatever a sender or a moderator was told must be there afterwards, whatever is
approved must have its pictures, and what nobody names must be swept.
"""

import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from PIL import Image

from campaign_site.forms import new_form_key
from solidarity.held_photos import purge_held_photos, purge_orphaned_files
from solidarity.models import HeldPhoto, Photo
from solidarity.photo_files import EXTENSIONS, read_picture
from tests.conftest import free_port
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import PATH, words_digest
from tests.solidarity.test_races import BOUNDARY, multipart

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "200"))
SENDERS = 4
SHOWN = ("large", "wall2", "wall")


class Server:
    """gunicorn with two workers on the test's database and folders; killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.process = self._start()

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "campaign_site.wsgi", "--preload"]
            + ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4"]
            + ["--log-level", "critical"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
                "WORKER_DATABASE": connection.settings_dict["NAME"],
                "WORKER_MAIL_PORT": "1",
                "WORKER_PHOTOS": str(self.folder),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def below(self) -> list[int]:
        """Every process below the master: workers, and what decodes pictures for them."""
        found, waiting = [], [self.process.pid]
        while waiting:
            for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
                try:
                    pids = [int(pid) for pid in children.read_text().split()]
                except OSError:
                    continue
                found += pids
                waiting += pids
        return found

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(settings) -> Iterator[Server]:
    running = Server(settings.PHOTO_ROOT)
    try:
        yield running
    finally:
        running.stop()


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers):
    """Status, headers and text of an answer; raises OSError when the server dies meanwhile."""
    channel = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        channel.request(method, path, body, headers)
        answer = channel.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise OSError from error
    finally:
        channel.close()


def photo_bytes(number: int) -> bytes:
    out = BytesIO()
    noise = Image.effect_noise((320, 240), 80 + number % 60).convert("RGB")
    noise.resize((1600, 1200)).save(out, "JPEG", quality=85)
    return out.getvalue()


class Sender(threading.Thread):
    """Sends one photo after another; remembers the messages whose arrival was acknowledged."""

    def __init__(self, port: int, words: str, is_over: Callable[[], bool]) -> None:
        super().__init__()
        self.port, self.words, self.is_over = port, words, is_over
        self.acknowledged: list[str] = []
        self.tries = 0

    def run(self) -> None:
        pictures = [photo_bytes(number) for number in range(4)]
        while not self.is_over():
            self.tries += 1
            message = f"Drill {uuid.uuid4().hex}"
            fields = {
                "form_key": new_form_key("photo:test-call"),
                "words_shown": self.words,
                "message": message,
                "people": "nobody",
                "consent_delivery": "on",
                "consent_wall": "on",
            }
            body = multipart(fields, random.choice(pictures))
            kind = f"multipart/form-data; boundary={BOUNDARY}"
            try:
                status, _, _ = ask(self.port, "POST", PATH, body, **{"Content-Type": kind})
            except OSError:
                time.sleep(0.05)
                continue
            if status == 302:
                self.acknowledged.append(message)


class Moderator(threading.Thread):
    """Approves, after covering some, over HTTP; remembers what was acknowledged."""

    def __init__(self, port: int, session: str, is_over: Callable[[], bool]) -> None:
        super().__init__()
        self.port, self.session, self.is_over = port, session, is_over
        self.approved: list[int] = []

    def run(self) -> None:
        while not self.is_over():
            photo = Photo.objects.pending().first()
            if photo is None:
                time.sleep(0.05)
                continue
            try:
                self._decide(photo.pk)
            except OSError:
                time.sleep(0.05)
        connection.close()

    def _decide(self, number: int) -> None:
        cookie = f"sessionid={self.session}"
        _, headers, text = ask(self.port, "GET", f"/admin/photos/{number}/", Cookie=cookie)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        if found is None:
            return
        secret = SimpleCookie(headers.get("Set-Cookie", ""))["csrftoken"].value
        cookies = f"{cookie}; csrftoken={secret}"
        token = {"csrfmiddlewaretoken": found.group(1)}
        if number % 3 == 0:
            covers = '{"covers": [[0.2, 0.2, 0.3, 0.3]]}'
            self._post(number, "edit", cookies, {**token, "edits": covers})
        answer = self._post(number, "approve", cookies, {**token, "alt_text": "A drill"})
        if answer == 302:
            self.approved.append(number)

    def _post(self, number: int, verb: str, cookies: str, data: dict[str, str]) -> int:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        path = f"/admin/photos/{number}/{verb}/"
        return ask(self.port, "POST", path, urlencode(data).encode(), **kind)[0]


def wait_until_it_serves(server: Server) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if ask(server.port, "GET", PATH)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def kill_at_random(server: Server) -> dict[str, int]:
    """Kill KILLS processes, each some moments after the one before; count them by kind."""
    killed = {"workers": 0, "decoders": 0}
    workers = re.compile(rb"gunicorn")
    while sum(killed.values()) < KILLS:
        time.sleep(random.uniform(0.05, 1.2))
        victims = server.below()
        if not victims:
            continue
        victim = random.choice(victims)
        try:
            is_worker = bool(workers.search(Path(f"/proc/{victim}/cmdline").read_bytes()))
            os.kill(victim, signal.SIGKILL)
        except OSError:
            continue
        killed["workers" if is_worker else "decoders"] += 1
    return killed


def named_files() -> set[str]:
    rows = [*Photo.objects.with_files(), *HeldPhoto.objects.all()]
    return {row.file_name for row in rows}


def files_on_disk() -> set[str]:
    return {path.name.partition("-")[0] for path in settings.PHOTO_ROOT.iterdir()}


def age_all_files() -> None:
    for path in settings.PHOTO_ROOT.iterdir():
        os.utime(path, (time.time() - 7200,) * 2)


def assert_pictures(photo: Photo) -> None:
    for variant in ("original", *SHOWN):
        picture = Image.open(BytesIO(read_picture(photo.file_name, variant)))
        picture.load()
        assert picture.format == {"jpg": "JPEG", "webp": "WEBP"}[EXTENSIONS[variant]]


def test_nothing_acknowledged_is_lost_however_often_processes_are_killed(server):
    make_photo_call()
    client = Client()
    client.force_login(make_staff("Moderators"))
    words = words_digest()
    wait_until_it_serves(server)
    over = threading.Event()
    senders = [Sender(server.port, words, over.is_set) for _ in range(SENDERS)]
    moderator = Moderator(server.port, client.cookies["sessionid"].value, over.is_set)
    for thread in (*senders, moderator):
        thread.start()

    killed = kill_at_random(server)
    over.set()
    for thread in (*senders, moderator):
        thread.join(60)
    server.stop()

    acknowledged = {message for sender in senders for message in sender.acknowledged}
    tries = sum(sender.tries for sender in senders)
    orphans = files_on_disk() - named_files()
    print(f"\n{killed} killed; {len(acknowledged)} of {tries} photos acknowledged, ")
    print(f"{len(moderator.approved)} approvals acknowledged, {len(orphans)} orphans to sweep")
    assert len(acknowledged) > 50
    assert len(moderator.approved) > 10
    assert acknowledged <= set(Photo.objects.values_list("message", flat=True))
    approved = Photo.objects.filter(status=Photo.Status.APPROVED)
    assert set(moderator.approved) <= set(approved.values_list("pk", flat=True))
    for photo in Photo.objects.with_files():
        assert_pictures(photo)
    (settings.PHOTO_ROOT / f"{'0' * 32}-wall.webp").write_bytes(b"planted")
    age_all_files()
    purge_held_photos()
    purge_orphaned_files()
    assert files_on_disk() == named_files()
