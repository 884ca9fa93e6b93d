"""A real Chromium against the running site. Every page it opens is watched."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera that shows a moving pattern, and no question before it.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM")
    if not program:
        pytest.fail("No browser: run `make test`, or name one in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What a page did that no public page may do."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.off_host: list[str] = []
        self.complaints: list[str] = []

    def follow(self, page: Page) -> None:
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _on_request(self, request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.off_host.append(request.url)

    def _on_console(self, message) -> None:
        # The browser reports each answer that is no success; refused forms are meant to be some.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def address(live_server, settings) -> str:
    """The address of the running site; links in mails lead to it."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def open_context(browser, address) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a fresh browser profile; all are checked at the end."""
    contexts: list[BrowserContext] = []
    watch = Watch(address)

    def opened(**options) -> BrowserContext:
        defaults = {"viewport": {"width": 360, "height": 740}, "base_url": address}
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(15_000)
        context.on("page", watch.follow)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()
    assert watch.off_host == []
    assert watch.complaints == []


@pytest.fixture
def photo_file(tmp_path, make_image) -> Path:
    path = tmp_path / "placard.jpg"
    path.write_bytes(make_image(size=(900, 700)))
    return path
