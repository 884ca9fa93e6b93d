"""Mozilla's scanner on the site as it is shipped: every kind of page, also when things are broken.

``make drill-observatory``. The bar is 130 of at most 145 points, and no test failed: what a site
can have without a list of preloaded hosts.
"""

import os
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import psycopg
import pytest

from tests.observatory.bare_server import bare_server
from tests.observatory.scanner import Page, scan
from tests.rig import Rig

pytestmark = pytest.mark.drill

BAR = 130
FORM_SECONDS = 3.5
# The open actions of the demonstration.
FORMS = {
    "photo form": "/en/solidarity/demo/",
    "sign-up form": "/en/events/demo/",
    "pledge form": "/en/donations/demo/",
}


@pytest.fixture(scope="module")
def rig():
    # Varnish reads its configuration as another user: pytest's own folders are closed to it.
    with TemporaryDirectory(prefix="observatory-") as folder:
        os.chmod(folder, 0o711)
        with Rig(Path(folder)) as running:
            wait_until_awake(running)
            yield running


def wait_until_awake(rig: Rig, seconds: float = 120) -> None:
    """A machine that is busy with other things answers 503 at first."""
    until = time.monotonic() + seconds
    while (status := rig.get("/en/", timeout=30).status) != 200:
        assert time.monotonic() < until, f"the home page still answers {status}"
        time.sleep(1)


def page(rig: Rig, name: str, path: str) -> Page:
    return Page(name, rig.host.partition(":")[0], path, rig.https_port, rig.http_port)


def payment_page(rig: Rig, form: str) -> str:
    """Promise a gift as a visitor does; return the path of the page that says how to pay."""
    shown = rig.get(form).text
    time.sleep(FORM_SECONDS)
    fields = {
        "form_key": re.search(r'name="form_key" value="([^"]+)"', shown)[1],
        "amount_eur": "25",
        "name": "Sam Sample",
        "email": "sam@example.org",
        "website": "",
    }
    answer = rig.ask(
        "POST",
        form,
        urlencode(fields).encode(),
        {"content-type": "application/x-www-form-urlencoded", "origin": rig.url},
    )
    assert answer.status == 302, answer.text[-3000:]
    return answer.headers["location"].removeprefix(rig.url)


def report(found: list[dict]) -> str:
    lines = [f"{'page':24} {'status':>6} {'score':>5} {'grade':>5}  failed"]
    for one in found:
        failed = "; ".join(one["failed"]) or "-"
        lines.append(
            f"{one['name']:24} {one['status']!s:>6} {one['score']:>5} {one['grade']:>5}  {failed}"
        )
    return "\n".join(lines)


def assert_good(found: list[dict], statuses: dict[str, int]) -> None:
    print(f"\n{report(found)}")
    assert {one["name"]: one["status"] for one in found} == statuses
    below = {one["name"]: (one["score"], one["failed"]) for one in found if one["score"] < BAR}
    assert below == {}
    assert {one["name"]: one["failed"] for one in found if one["failed"]} == {}


def test_every_kind_of_page(rig):
    home = rig.get("/en/")
    style = re.search(r"/static/[\w./-]+\.css", home.text)
    assert style, f"{home.status} {home.text[:2000]}"
    pages = {
        "home": ("/en/", 200),
        **{name: (path, 200) for name, path in FORMS.items()},
        "wall": ("/en/solidarity/demo/wall/", 200),
        "payment page": (payment_page(rig, FORMS["pledge form"]), 200),
        "404": ("/en/nothing-here/", 404),
        "404 of a file": ("/static/nothing.css", 404),
        "static file": (style[0], 200),
        "log-in of the admin": ("/admin/login/", 200),
    }

    found = scan([page(rig, name, path) for name, (path, _) in pages.items()], ca_file=rig.ca_file)

    assert_good(found, {name: status for name, (_, status) in pages.items()})


def test_when_something_is_broken(rig):
    """A mistake of ours (a table is missing), planned work, and no application at all."""
    with psycopg.connect(rig.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE wagtailsearch_indexentry RENAME TO mislaid")
        found = scan([page(rig, "500", "/en/search/?q=health")], ca_file=rig.ca_file)
        connection.execute("ALTER TABLE mislaid RENAME TO wagtailsearch_indexentry")
    maintenance = rig.local / "maintenance"
    maintenance.touch()
    time.sleep(1.5)
    found += scan([page(rig, "503, planned work", "/nl/")], ca_file=rig.ca_file)
    maintenance.unlink()
    for name in ("varnish", "web@127.0.0.1"):
        if name in rig.services:
            rig.services[name].stop()
    found += scan([page(rig, "503, nothing there", "/fr/never-asked/")], ca_file=rig.ca_file)

    assert_good(found, {"500": 500, "503, planned work": 503, "503, nothing there": 503})


def test_a_header_that_is_missing_is_noticed(rig):
    with bare_server(rig.folder / "tls") as port:
        [found] = scan([Page("bare", "localhost", "/", port, rig.http_port)], ca_file=rig.ca_file)

    assert found["score"] < 100
    assert len(found["failed"]) >= 4
