"""An empty page that has our scripts, for what needs no site behind it."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, Page, Route

STATIC = Path(settings.BASE_DIR) / "static"
# Browsers let a page of one's own machine use the camera, and no page without encryption.
SECURE, INSECURE = "http://localhost", "http://door.test"
BLANK = "<!doctype html><html lang=en><title>Scanner</title><video></video>"


def opened(browser: Browser, origin: str = SECURE, script: str = "") -> Iterator[Page]:
    """Open the page, and ``script`` before all others.

    Fails at the end on anything that the console said, and on any request but for our scripts.
    """
    context = browser.new_context()
    context.set_default_timeout(15_000)
    context.add_init_script(script)
    asked, complaints = [], []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(origin)
        asked.append((route.request.method, path))
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
        else:
            route.fulfill(body=BLANK, content_type="text/html")

    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    context.route("**/*", answer)
    page.goto(f"{origin}/")
    yield page
    context.close()
    assert complaints == []
    scripts = {path for method, path in asked if method == "GET" and path.startswith("/static/js/")}
    assert {path for _, path in asked} - scripts <= {"/", "/favicon.ico"}
