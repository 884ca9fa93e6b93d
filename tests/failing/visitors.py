"""What visitors of the rig do, with a clock: open pages, fill in forms, and look what came."""

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bs4 import BeautifulSoup

# The door takes a form that is filled in sooner for a robot's (settings.FORM_MINIMUM_SECONDS).
FILLING_SECONDS = 3.2
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Seen:
    """An answer and how long it took; status 0 when there was none."""

    status: int
    seconds: float
    text: str = ""
    headers: object = None


def ask(rig, method: str, path: str, body=None, headers=None, *, timeout=10.0, **more) -> Seen:
    begun = time.monotonic()
    try:
        answer = rig.ask(method, path, body, headers or {}, timeout=timeout, **more)
    except OSError:
        return Seen(0, time.monotonic() - begun)
    return Seen(answer.status, time.monotonic() - begun, answer.text, answer.headers)


def look(rig, path: str, **more) -> Seen:
    return ask(rig, "GET", path, **more)


def form_on(rig, path: str) -> dict[str, str]:
    """The hidden and chosen fields of the public form at ``path``, after the time to fill it in."""
    seen = look(rig, path)
    assert seen.status == 200, f"{path} answers {seen.status}"
    form = BeautifulSoup(seen.text, "html.parser").select_one("form[data-form]")
    fields = {
        field["name"]: field.get("value", "")
        for field in form.select("input[name]:not([type=file], [type=checkbox], [type=radio])")
    }
    fields |= {one["name"]: one["value"] for one in form.select("input[type=radio][checked]")}
    time.sleep(FILLING_SECONDS)
    return fields


def post(rig, path: str, fields: dict[str, str], **more) -> Seen:
    return ask(rig, "POST", path, urlencode(fields).encode(), FORM, **more)


def multipart(fields: dict[str, str], file: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a form with a file."""
    mark = "a-mark-between-the-parts"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    name, content = file
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
        f"Content-Type: image/jpeg\r\n\r\n".encode()
        + content
        + b"\r\n"
    )
    body = b"".join([*parts, f"--{mark}--\r\n".encode()])
    return body, {"Content-Type": f"multipart/form-data; boundary={mark}"}


@contextlib.contextmanager
def open_folder(name: str) -> Iterator[Path]:
    """Make a folder that Varnish's and PostgreSQL's own users may enter; remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"campaign-{name}-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def family(pid: int) -> list[int]:
    """The process and all its descendants: PostgreSQL's are in groups of their own."""
    found, seen = [pid], []
    while found:
        process = found.pop()
        seen.append(process)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{process}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return seen


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a program and everything it started, and let them go on afterwards."""
    processes = family(pid)
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def seconds_until(condition, at_most: float) -> float:
    """Ask again and again; return how long it took. Fails when it takes longer than ``at_most``."""
    begun = time.monotonic()
    while not condition():
        took = time.monotonic() - begun
        assert took < at_most, f"not within {at_most} s"
        time.sleep(0.1)
    return time.monotonic() - begun


def resident_megabytes(pid: int) -> float:
    """What a program and everything it started keep in memory, shared pages once each (PSS)."""
    total = 0
    for process in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


class Table:
    """Figures, printed as they come and whole at the end."""

    def __init__(self, title: str) -> None:
        self.title, self.rows = title, []

    def note(self, what: str, value: float | str, bar: str = "") -> None:
        text = f"{value:.2f}" if isinstance(value, float) else str(value)
        self.rows.append((what, text, bar))
        print(f"  {what:62} {text:>10}  {bar}", flush=True)

    def show(self) -> None:
        print(f"\n{self.title}\n" + "=" * len(self.title))
        for row in self.rows:
            print("{:64} {:>10}  {}".format(*row))
