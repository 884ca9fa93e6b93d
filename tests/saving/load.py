"""People who use the site while it is being killed, and remember what they were told."""

import json
import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from tests.saving.visitor import Visitor, token
from tests.solidarity.test_races import BOUNDARY, multipart

CALL, EVENT, APPEAL = "/en/solidarity/test-call/", "/fr/events/drill/", "/nl/donations/drill/"
PAGES = ("/en/", "/fr/", "/nl/", "/en/solidarity/test-call/wall/", EVENT, APPEAL)
_HIDDEN = re.compile(r'name="(form_key|words_shown)" value="([^"]+)"')


class Person(threading.Thread):
    """Does one thing again and again until it is over; a dead server is asked again.

    ``pause`` is how long in between, in seconds at most: one worker has to keep up with the mails.
    """

    pause = 4.0

    def __init__(self, port: int, is_over: Callable[[], bool]) -> None:
        super().__init__(daemon=True)
        self.visitor, self.is_over = Visitor(port, timeout=20), is_over
        self.acknowledged: list[str] = []
        self.tries = self.refused = 0
        self.problem: str = ""

    def run(self) -> None:
        while not self.is_over():
            try:
                self.act()
            except OSError:
                self.refused += 1
                time.sleep(0.1)
            time.sleep(random.uniform(0, self.pause))

    def act(self) -> None:
        raise NotImplementedError

    def form(self, path: str) -> dict[str, str]:
        """What the form at ``path`` carries unseen; raises OSError when it is not served."""
        status, _, html = self.visitor.get(path)
        if status != 200:
            raise OSError
        return dict(_HIDDEN.findall(html))

    def send(self, path: str, body: bytes, kind: str) -> bool:
        """Post until there is an answer, as people do: the same form, five times at most."""
        self.tries += 1
        for _ in range(5):
            try:
                status, _, _ = self.visitor.ask("POST", path, body, **{"Content-Type": kind})
            except OSError:
                time.sleep(random.uniform(0.1, 1))
                continue
            if status == 302:
                return True
            # While the database is away the door asks everybody for a proof of work: come back.
            time.sleep(random.uniform(0.1, 1))
        self.refused += 1
        return False


class PhotoSender(Person):
    def act(self) -> None:
        mark = uuid.uuid4().hex
        fields = {
            **self.form(CALL),
            "message": f"Drill {mark}",
            "email": f"{mark}@photos.example",
            "people": "nobody",
            "consent_delivery": "on",
            "consent_wall": "on",
        }
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        if self.send(CALL, multipart(fields, picture()), kind):
            self.acknowledged.append(mark)


class Guest(Person):
    def act(self) -> None:
        mark = uuid.uuid4().hex
        fields = {"name": "Sam", "email": f"{mark}@guests.example", "party_size": "1"}
        if self.send(EVENT, *form_body({**self.form(EVENT), **fields})):
            self.acknowledged.append(mark)


class Donor(Person):
    def act(self) -> None:
        mark = uuid.uuid4().hex
        fields = {"name": "Sam", "email": f"{mark}@donors.example", "amount_eur": "25"}
        if self.send(APPEAL, *form_body({**self.form(APPEAL), **fields})):
            self.acknowledged.append(mark)


class Reader(Person):
    pause = 0.1

    def act(self) -> None:
        self.tries += 1
        path = random.choice(PAGES)
        status, _, _ = self.visitor.get(path)
        if status == 200:
            self.acknowledged.append(path)
        elif status < 500:
            self.problem = f"{path} answered {status}"
        else:
            self.refused += 1


class Moderator(Person):
    """Approves what waits; takes the numbers from the queue's own pages."""

    pause = 1.0

    def act(self) -> None:
        status, headers, html = self.visitor.get("/admin/photos/")
        if status == 302:
            status, _, html = self.visitor.get(headers["Location"])
        found = re.search(r"/admin/photos/(\d+)/approve/", html)
        if status != 200 or found is None:
            time.sleep(0.2)
            return
        self.tries += 1
        path = f"/admin/photos/{found.group(1)}/approve/"
        status, _, _ = self.visitor.post(path, {**token(html), "alt_text": "A drill"})
        if status == 302:
            self.acknowledged.append(found.group(1))


def form_body(fields: dict[str, str]) -> tuple[bytes, str]:
    from urllib.parse import urlencode

    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def picture() -> bytes:
    """A photo like no other, so that the site takes none for one it has."""
    out = BytesIO()
    noise = Image.effect_noise((32, 24), random.uniform(60, 160)).convert("RGB")
    noise.resize((800, 600)).save(out, "JPEG", quality=80)
    return out.getvalue()


def as_json(people: list[Person]) -> str:
    """What everybody was told, for ``inside.py`` to look for."""
    told: dict[str, list[str]] = {}
    for person in people:
        told.setdefault(type(person).__name__, []).extend(person.acknowledged)
    return json.dumps(told)
