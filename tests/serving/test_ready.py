"""Answers that are given before Django begins: the same ones, and only plain hits."""

from collections.abc import Callable

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from pages.models import CampaignPage
from serving import ready
from serving.ready import ReadyAnswers

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/en/notatarget/"
CODINGS = ("br", "gzip", "identity")


class Site:
    """The site's WSGI application, which notes what reaches it."""

    def __init__(self) -> None:
        self.handler = WSGIHandler()
        self.reached = 0

    def __call__(self, environ: dict, start_response: Callable):
        self.reached += 1
        return self.handler(environ, start_response)


@pytest.fixture
def site(page_cache) -> Site:
    return Site()


@pytest.fixture
def ask(site: Site) -> Callable:
    """Ask the site through its ready answers; return status, headers and body."""
    application = ReadyAnswers(site)

    def ask(path: str = PAGE, *, through=application, method: str = "GET", **environ: str):
        begun = []
        request = RequestFactory().generic(method, path, **environ).environ
        answer = through(request, lambda *said: begun.append(said))
        body = b"".join(answer)
        getattr(answer, "close", int)()
        status, headers = begun[0][:2]
        return status, {name.lower(): value for name, value in headers}, body

    return ask


@pytest.mark.parametrize("coding", CODINGS)
def test_the_same_answer_comes_from_both(ask, site, coding):
    ask(HTTP_ACCEPT_ENCODING=coding)
    reached = site.reached
    early = ask(HTTP_ACCEPT_ENCODING=coding)
    assert site.reached == reached
    late = ask(through=site, HTTP_ACCEPT_ENCODING=coding)

    assert early[0] == late[0] == "200 OK"
    assert early[2] == late[2] != b""
    # The second that runs and what remains of the minute are told anew each time.
    for _status, headers, _body in (early, late):
        assert headers.pop("cache-control").startswith("public, max-age=0, s-maxage=")
        assert headers.pop("x-accel-expires").startswith("@")
    assert early[1] == late[1]
    assert early[1].get("content-encoding", "identity") == coding
    assert "content-security-policy" in early[1]


@pytest.mark.parametrize(
    "different",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_RANGE": "bytes=0-9"},
        {"HTTP_IF_NONE_MATCH": '"x"'},
        {"HTTP_HOST": "elsewhere.example.org"},
        {"method": "HEAD"},
        {"method": "POST"},
        {"path": f"{PAGE}?unknown=1"},
        {"path": "/fr/notatarget/"},
        {"path": "/en/donations/demo/"},
    ],
)
def test_whatever_is_no_plain_hit_reaches_the_site(ask, site, different):
    ask()
    reached = site.reached
    ask()
    assert site.reached == reached

    ask(**different)
    assert site.reached == reached + 1


def test_planned_work_closes_at_once(page_cache, settings, tmp_path, ask):
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    application = ReadyAnswers(Site())
    ask(through=application)
    settings.MAINTENANCE_FILE.touch()
    assert ask(through=application)[0].startswith("503")
    settings.MAINTENANCE_FILE.unlink()
    assert ask(through=application)[0] == "200 OK"


def test_what_has_changed_is_asked_for_anew(ask, site, soon):
    ask()
    page = CampaignPage.objects.get(slug="notatarget", locale__language_code="en")
    page.title = "A new title"
    page.save_revision().publish()
    reached = site.reached

    assert b"A new title" in ask()[2]
    assert site.reached == reached + 1


def test_a_proxy_says_how_the_visitor_came(ask, site, settings):
    """Behind a proxy that ends TLS, the other scheme's answer is another one."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    application = ReadyAnswers(site)
    ask(through=application, HTTP_X_FORWARDED_PROTO="https")
    reached = site.reached
    ask(through=application, HTTP_X_FORWARDED_PROTO="https")
    assert site.reached == reached

    ask(through=application, HTTP_X_FORWARDED_PROTO="https, http")
    assert site.reached == reached
    ask(through=application)
    assert site.reached == reached + 1


def test_each_is_told_to_whoever_counts(ask, site, monkeypatch):
    told = []
    monkeypatch.setattr(ready, "hit_listeners", [told.append])
    ask()
    ask()
    ask()

    assert told == [200, 200]


def test_switched_off_it_only_hands_on(ask, site, settings):
    settings.PAGE_CACHE = False
    quiet = Site()
    ask(through=ReadyAnswers(quiet))
    ask(through=ReadyAnswers(quiet))

    assert quiet.reached == 2
