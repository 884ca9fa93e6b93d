"""A plain Wagtail site to measure against, made by ``wagtail start`` when the benchmark runs."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_ADDED = Path(__file__).parent / "plain_wagtail"
_ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "plainsite.settings_added"}


class PlainSite:
    """The project in ``folder``, in the empty database at ``database_url``.

    ``queries`` and ``size`` tell what the warm Dutch page takes: SQL queries, bytes.
    """

    path = "/nl/page/"
    constant_path = "/constant/"

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.constant_file = folder.parent / "constant.html"
        self.environment = {
            **os.environ,
            **_ENVIRONMENT,
            "PLAIN_DATABASE_URL": database_url,
            "CONSTANT_FILE": str(self.constant_file),
            "SECRET_KEY": secrets.token_hex(30),
        }
        self._start_project()
        filled = self._manage("shell", "--no-imports", "-c", (_ADDED / "fill.py").read_text())
        words = filled.split()
        self.queries = int(words[words.index("queries") + 1])
        self.size = int(words[words.index("bytes") + 1])

    def _start_project(self) -> None:
        self.folder.mkdir()
        wagtail = Path(sys.executable).with_name("wagtail")
        subprocess.run(
            [wagtail, "start", "plainsite", self.folder], check=True, capture_output=True
        )
        app = self.folder / "content"
        (app / "migrations").mkdir(parents=True)
        (app / "migrations" / "__init__.py").touch()
        (app / "__init__.py").touch()
        shutil.copy(_ADDED / "content_models.py", app / "models.py")
        shutil.copytree(_ADDED / "templates", app / "templates" / "content")
        project = self.folder / "plainsite"
        shutil.copy(_ADDED / "settings_added.py", project / "settings_added.py")
        shutil.copy(_ADDED / "urls_added.py", project / "urls_added.py")
        self._manage("makemigrations", "content")
        self._manage("migrate")

    def _manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"The plain site: {arguments[0]} failed.\n{done.stderr[-3000:]}")
        return done.stdout

    @contextlib.contextmanager
    def served(self, port: int) -> Iterator[subprocess.Popen]:
        """Serve it with two processes of four threads until the end of the block."""
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "plainsite.wsgi"),
                *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
                *("--keep-alive", "5", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
            ],
            cwd=self.folder,
            env=self.environment,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}{self.path}")
            yield server
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def wait_for(url: str, *, seconds: float = 60) -> None:
    """Return as soon as ``url`` answers 200; raise RuntimeError after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):  # refused, reset or too slow
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer.")
