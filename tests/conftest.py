"""Fixtures for every test: a seeded database, private files, mails, images, background tasks."""

import gc
import os
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.contrib.staticfiles import handlers
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from PIL import Image
from procrastinate.contrib.django import app as tasks_app
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site import catalogues
from tests import database

# Playwright's synchronous interface runs an event loop in the tests' own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Django, Wagtail and the tests are some million objects that stay: looking through them for garbage
# again and again takes a tenth of the time.
gc.set_threshold(50_000, 20, 50)


# Files with few tests that take long: a browser, servers of their own, a whole site.
_LONG = (
    "tests/browser/",
    "tests/test_",
    "tests/campaign_site/test_worker",
    "tests/pages/test_valid",
)


# The one long file that needs no database: it begins while the other worker makes the template.
_FIRST = "tests/test_make"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, so that no worker is left with one when the others are done."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def files_served_as_in_production() -> None:
    """Django's live server would answer for static files itself, without the site's headers."""
    handlers.StaticFilesHandler = lambda application: application


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues() -> None:
    catalogues.compile_all()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    name = f"test_{os.getpid()}"
    with django_db_blocker.unblock():
        template = database.ensure_template()
        database.fresh_copy(template, name)

    def restore(_case: TransactionTestCase) -> None:
        database.fresh_copy(template, name)

    TransactionTestCase._fixture_teardown = restore
    yield
    with django_db_blocker.unblock():
        database.drop(name)


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path) -> None:
    """Each test writes its files into a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PHOTO_ROOT = tmp_path / "photos"
    settings.EXPORT_ROOT = tmp_path / "exports"
    settings.DOSSIER_ROOT = tmp_path / "dossiers"
    settings.ERASURE_LEDGER = tmp_path / "erasures.txt"
    for name in ("photos", "exports", "dossiers"):
        storage = settings.STORAGES[name]
        options = {**storage["OPTIONS"], "location": tmp_path / name}
        settings.STORAGES = {**settings.STORAGES, name: {**storage, "OPTIONS": options}}


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """No test inherits the cache or the active language of another."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def make_image() -> Callable[..., bytes]:
    """Return a function that makes the bytes of a small picture in any format Pillow writes."""

    def make(
        *, size: tuple[int, int] = (64, 48), colour: str = "#d8352a", kind: str = "JPEG", **options
    ) -> bytes:
        out = BytesIO()
        Image.new("RGB", size, colour).save(out, kind, **options)
        return out.getvalue()

    return make


@pytest.fixture
def run_tasks() -> Callable[[], list[str]]:
    """Return a function that runs every waiting task here and now, and tells their names.

    Those too that tasks queue, as far as there are any.
    """

    def run() -> list[str]:
        done = []
        waiting = ProcrastinateJob.objects.filter(status="todo").order_by("id")
        while job := waiting.first():
            tasks_app.tasks[job.task_name].func(**job.args)
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.pk]
                )
            done.append(job.task_name)
        return done

    return run


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Mailbox:
    """A mail server that accepts everything and remembers it."""

    def __init__(self) -> None:
        self.envelopes: list = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list:
        return [message_from_bytes(e.content, policy=policy.default) for e in self.envelopes]


@pytest.fixture
def smtp_server(settings) -> Iterator[Mailbox]:
    """A real SMTP server on this machine; the site's mailer points at it."""
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 10},
        }
    }
    yield mailbox
    controller.stop()


@pytest.fixture
def languages() -> list[str]:
    return [code for code, _ in django_settings.LANGUAGES]
