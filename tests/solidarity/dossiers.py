"""A real worker that makes dossiers, and what it made."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from solidarity.models import DossierFile
from tests.stored_files import dossier_path

MESSAGES = [
    ("fr", "Vous n’êtes pas seuls, à bientôt"),
    ("nl", "Jullie staan er niet alleen voor"),
    ("en", "You are not alone"),
    ("fr", "Courage !"),
    ("nl", "Blijf van onze zorg af"),
    ("en", "Health for all"),
]


def content(file: DossierFile) -> bytes:
    return dossier_path(file.file_name).read_bytes()


def start_worker(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
            "WORKER_DATABASE": connection.settings_dict["NAME"],
            "WORKER_MAIL_PORT": "9",
            "WORKER_PHOTOS": str(folder / "photos"),
            "WORKER_DOSSIERS": str(folder / "dossiers"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False
