"""People at the rig's site, each a thread: they read, sign up and send photos over HTTP.

Each notes what was acknowledged to it, and every answer that no visitor should see.
"""

import html
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from urllib.parse import urlencode

from PIL import Image

from tests.rig.rig import Rig

# Nobody fills in a form faster (FORM_MINIMUM_SECONDS).
FILLING_SECONDS = 3.2
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_BOUNDARY = "a-boundary-of-the-rig"


class Visitor(threading.Thread):
    """Does one thing again and again until it is told to stop; ``network`` is where it comes from.

    ``failures`` holds what went wrong, in words; ``answers`` counts statuses.
    """

    def __init__(self, rig: Rig, network: int, pause: float) -> None:
        super().__init__(daemon=True)
        self.rig, self.pause = rig, pause
        self.source = f"127.{network % 250 + 1}.7.9"
        self.answers: Counter[int] = Counter()
        self.failures: list[str] = []
        self.seconds: list[float] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.act()
            except OSError as error:
                self.failures.append(f"{type(self).__name__}: {error!r}")
            self.over.wait(self.pause)

    def act(self) -> None:
        raise NotImplementedError

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> object:
        started = time.monotonic()
        answer = self.rig.ask(
            method,
            path,
            body,
            {"Content-Type": kind} if kind else {},
            timeout=30,
            source=self.source,
        )
        self.seconds.append(time.monotonic() - started)
        self.answers[answer.status] += 1
        if answer.status >= 500 or answer.status == 429:
            self.failures.append(f"{method} {path}: {answer.status}")
        return answer


class Reader(Visitor):
    """Reads one public page after another."""

    def __init__(self, rig: Rig, network: int, pause: float, paths: Sequence[str]) -> None:
        super().__init__(rig, network, pause)
        self.paths = paths

    def act(self) -> None:
        # A word of its own, so that no cache may answer half of the time.
        path = random.choice(self.paths)
        self.ask("GET", f"{path}?of={uuid.uuid4().hex}" if random.random() < 0.5 else path)


class SignUp(Visitor):
    """Signs up for an event; ``acknowledged`` are the names of those whose place was confirmed."""

    path = "/en/events/demo/"

    def __init__(self, rig: Rig, network: int, pause: float) -> None:
        super().__init__(rig, network, pause)
        self.acknowledged: list[str] = []

    def act(self) -> None:
        fields = dict(_hidden(self.ask("GET", self.path).text))
        if self.over.wait(FILLING_SECONDS):
            return
        name = f"Sam {uuid.uuid4().hex[:12]}"
        fields |= {"name": name, "email": f"{uuid.uuid4().hex[:12]}@example.org"}
        body = urlencode({**fields, "party_size": "1"}).encode()
        answer = self.ask("POST", self.path, body, "application/x-www-form-urlencoded")
        if answer.status == 302:
            self.acknowledged.append(name)


class PhotoSender(Visitor):
    """Sends a photo; ``acknowledged`` are the messages of those that were taken."""

    path = "/en/solidarity/demo/"

    def __init__(self, rig: Rig, network: int, pause: float) -> None:
        super().__init__(rig, network, pause)
        self.acknowledged: list[str] = []
        out = BytesIO()
        noise = Image.effect_noise((320, 240), 90).convert("RGB")
        noise.resize((1600, 1200)).save(out, "JPEG", quality=85)
        self.picture = out.getvalue()

    def act(self) -> None:
        fields = dict(_hidden(self.ask("GET", self.path).text))
        if self.over.wait(FILLING_SECONDS):
            return
        message = f"Drill {uuid.uuid4().hex}"
        fields |= {"message": message, "people": "nobody", "consent_delivery": "on"}
        body = _multipart({**fields, "consent_wall": "on"}, self.picture)
        answer = self.ask("POST", self.path, body, f"multipart/form-data; boundary={_BOUNDARY}")
        if answer.status == 302:
            self.acknowledged.append(message)


def _hidden(page: str) -> list[tuple[str, str]]:
    return [(name, html.unescape(value)) for name, value in _HIDDEN.findall(page)]


def _multipart(fields: dict[str, str], picture: bytes) -> bytes:
    parts = [
        f"--{_BOUNDARY}\r\nContent-Disposition: form-data; "
        f'name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n".encode()
    )
    return b"".join([*parts, picture, f"\r\n--{_BOUNDARY}--\r\n".encode()])


def stop_all(visitors: Sequence[Visitor]) -> None:
    """Tell all of them to stop and wait until they have."""
    for visitor in visitors:
        visitor.over.set()
    for visitor in visitors:
        visitor.join(60)
