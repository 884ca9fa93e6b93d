"""Every kind of answer, good or bad, carries the headers that browsers are told by."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from wagtail.documents.models import Document

from campaign_site.headers import ResponseHeadersMiddleware
from tests.factories import make_photo_call, make_staff
from tests.solidarity.sending import public_photo

pytestmark = pytest.mark.django_db

HEADERS = {
    "Strict-Transport-Security": r"max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": r"nosniff",
    "X-Frame-Options": r"DENY|SAMEORIGIN",
    "Referrer-Policy": r"same-origin",
    "Permissions-Policy": r".*camera=.*",
    "Cross-Origin-Opener-Policy": r"same-origin",
    "Cross-Origin-Resource-Policy": r"same-origin",
    "Content-Security-Policy": r"(?=.*base-uri 'none')(?=.*frame-ancestors '(none|self)').*",
}


def missing(response) -> list[str]:
    return [
        name
        for name, pattern in HEADERS.items()
        if not re.fullmatch(pattern, response.headers.get(name, ""))
    ]


def body_of(response) -> bytes:
    """Read all of an answer, which also closes the file that it comes from."""
    if not response.streaming:
        return response.content
    response.body = getattr(response, "body", None) or b"".join(response.streaming_content)
    return response.body


def break_pages(monkeypatch, error: Exception) -> None:
    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr("pages.views.links.site_roots", fail)


@pytest.fixture
def answers(public_client, settings, tmp_path, monkeypatch) -> dict[str, object]:
    """One answer of each kind, by what it is."""
    client, elsewhere = public_client, {"sec-fetch-site": "cross-site"}
    make_photo_call(slug="test-call")
    photo = public_photo()
    letter = ContentFile(b"%PDF-1.7 letter", name="letter.pdf")
    document = Document.objects.create(title="Letter", file=letter)
    default_storage.save("images/one.webp", ContentFile(b"RIFF0000WEBP"))
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    client.raise_request_exception = False
    found = {
        "page": client.get("/en/"),
        "form": client.get("/en/solidarity/test-call/"),
        "first visit": client.get("/"),
        "missing slash": client.get("/en"),
        "missing page": client.get("/en/nothing-here/"),
        "missing file": client.get("/static/nothing.css"),
        "missing picture": client.get("/media/images/nothing.webp"),
        "wrong method": client.post("/en/"),
        "foreign post": client.post("/en/solidarity/test-call/", headers=elsewhere),
        "foreign host": client.get("/en/", headers={"host": "elsewhere.example"}),
        "dead link": client.get("/en/solidarity/photo/nonsense/"),
        "style sheet": client.get("/static/css/site.css"),
        "rendition": client.get("/media/images/one.webp"),
        "photo": client.get(photo.picture_url("wall")),
        "document": client.get(document.url),
        "robots": client.get("/robots.txt"),
        "sitemap": client.get("/sitemap.xml"),
        "health": client.get("/healthz"),
        "door": client.get("/admin/login/"),
        "admin without log-in": client.get("/admin/pages/"),
    }
    settings.MAINTENANCE_FILE.touch()
    found["maintenance"] = client.get("/en/")
    settings.MAINTENANCE_FILE.unlink()
    break_pages(monkeypatch, KeyError("a mistake of ours"))
    found["mistake of ours"] = client.get("/en/")
    break_pages(monkeypatch, OperationalError("gone"))
    found["no database"] = client.get("/en/")
    client.force_login(make_staff("Administrators"))
    found["admin"] = client.get("/admin/account/")
    for response in found.values():
        body_of(response)
    return found


def test_every_kind_of_answer_has_every_header(answers):
    statuses = {response.status_code for response in answers.values()}
    assert statuses >= {200, 301, 302, 400, 403, 404, 405, 500, 503}
    assert {kind: names for kind, one in answers.items() if (names := missing(one))} == {}


def test_an_answer_without_a_header_is_noticed(public_client, monkeypatch):
    monkeypatch.setattr(
        ResponseHeadersMiddleware, "__call__", lambda self, request: self.get_response(request)
    )

    assert missing(public_client.get("/en/nothing-here/")) == [
        "Permissions-Policy",
        "Cross-Origin-Resource-Policy",
    ]


def test_no_answer_is_open_to_other_origins(answers, public_client):
    asked = {
        "access-control-request-method": "GET",
        "access-control-request-headers": "x-requested-with",
        "origin": "https://elsewhere.example",
    }
    for path in ("/en/", "/static/fonts/archivo.woff2", "/healthz", "/admin/login/"):
        answers[f"preflight of {path}"] = public_client.options(path, headers=asked)
        answers[f"foreign reading of {path}"] = public_client.get(path, headers=asked)
        body_of(answers[f"foreign reading of {path}"])

    opened = {
        kind: [name for name in one.headers if name.lower().startswith("access-control-")]
        for kind, one in answers.items()
    }
    assert {kind: names for kind, names in opened.items() if names} == {}


def test_the_policies_forbid_objects_and_bases(answers):
    for kind in ("page", "admin", "door", "mistake of ours"):
        policy = answers[kind].headers["Content-Security-Policy"]
        assert "object-src 'none'" in policy, kind
        assert "base-uri 'none'" in policy, kind
    assert "unsafe" not in answers["door"].headers["Content-Security-Policy"]


def test_files_of_editors_run_nothing(answers):
    for kind in ("document", "rendition", "photo"):
        response = answers[kind]
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert not response.cookies


def test_every_text_names_its_charset(answers):
    kinds = {kind: one.headers.get("Content-Type", "") for kind, one in answers.items()}

    assert kinds["style sheet"].startswith("text/css")
    assert kinds["health"] == "application/json"
    texts = {kind: name for kind, name in kinds.items() if re.match(r"text/|.*xml", name)}
    assert len(texts) > 10
    assert {kind: name for kind, name in texts.items() if "charset=" not in name} == {}
    bodies = {kind for kind, one in answers.items() if body_of(one)}
    assert {kind for kind in bodies if not kinds[kind]} == set()


def test_what_is_for_staff_or_one_person_is_stored_nowhere(answers):
    private = ("form", "foreign post", "dead link", "door", "admin without log-in", "admin")
    for kind in private:
        assert "no-store" in answers[kind].headers["Cache-Control"], kind


def test_an_error_tells_nothing(answers, caplog):
    """One page for every mistake; what happened stands in the log alone."""
    shown = answers["mistake of ours"].content.decode()

    assert answers["mistake of ours"].status_code == 500
    for word in ("Traceback", "KeyError", "mistake of ours", "site_roots", "Django", "SECRET"):
        assert word not in shown
    told = caplog.get_records("setup")
    errors = [record for record in told if record.name == "django.request"]
    assert any(one.exc_info and one.exc_info[0] is KeyError for one in errors)


def test_machines_are_not_led_to_https(public_client):
    """What programs ask is answered or refused as it is; people are led to https."""
    plain = {"x-forwarded-proto": "http"}

    assert public_client.get("/healthz", headers=plain).status_code == 200
    led = public_client.get("/en/", headers=plain)
    assert (led.status_code, led.headers["Location"]) == (301, "https://testserver/en/")
