"""Links to other sites: asked politely, never into our own house, and told as broken in time."""

import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest

from newsroom.checking import asking, link_checks, link_tasks
from newsroom.checking.asking import Answer, ask, is_public
from newsroom.models import LinkCheck

NIGHT = datetime(2026, 6, 1, 3, 40, tzinfo=ZoneInfo("Europe/Brussels"))


class Site(BaseHTTPRequestHandler):
    """A web server that answers by what its address asks for."""

    asked: list[tuple[str, str, dict]] = []
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.asked.append((self.command, self.path, dict(self.headers)))
        path = self.path.partition("?")[0]
        if path == "/only-get" and self.command == "HEAD":
            self.reply(405)
        elif path.startswith("/status/"):
            self.reply(int(path.rsplit("/", 1)[1]))
        elif path.startswith("/to/"):
            self.reply(302, Location=self.path.removeprefix("/to/").replace("~", "/"))
        elif path.startswith("/again/"):
            left = int(path.rsplit("/", 1)[1])
            self.reply(301, Location=f"/again/{left - 1}" if left else "/fine")
        elif path == "/drip":
            self.drip()
        else:
            self.reply(200, **{"Set-Cookie": "a=b"})

    def reply(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self):
        try:
            for sign in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500:
                self.wfile.write(bytes([sign]))
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            pass

    def log_message(self, *arguments):
        pass


@contextmanager
def served():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def port():
    with served() as number:
        yield number


@pytest.fixture(autouse=True)
def nothing_asked():
    Site.asked.clear()


def ask_here(port, path, *, seconds=3.0, resolve=lambda host, port: ["127.0.0.1"]):
    """Ask our own server as if it were a public one: only its very port is allowed."""
    return ask(
        f"http://site.test:{port}{path}",
        resolve=resolve,
        allowed=lambda address, asked: (address, asked) == ("127.0.0.1", port),
        ports={"http": port, "https": 443},
        seconds=seconds,
    )


def test_a_page_that_is_there_is_asked_once_and_without_a_trace(port, settings):
    settings.SITE_URL = "https://campaign.test"

    assert ask_here(port, "/fine?a=b c&d=é") == Answer(200)

    ((method, path, headers),) = Site.asked
    assert (method, path) == ("HEAD", "/fine?a=b%20c&d=%C3%A9")
    assert headers["User-Agent"] == "CampaignSiteLinkCheck/1.0 (+https://campaign.test)"
    assert headers["Host"] == f"site.test:{port}"
    assert not {"Cookie", "Referer", "Authorization"} & set(headers)


def test_a_server_that_knows_no_head_is_asked_get(port):
    assert ask_here(port, "/only-get") == Answer(200)
    assert [method for method, _path, _headers in Site.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_page_that_is_gone(port, status):
    answer = ask_here(port, f"/status/{status}")

    assert answer == Answer(status)
    assert not answer.is_there
    assert not answer.says_nothing


def test_three_redirects_are_followed_and_no_more(port):
    assert ask_here(port, "/again/2") == Answer(200)
    assert ask_here(port, "/again/3") == Answer(error="redirects")


def test_cookies_are_not_brought_along(port):
    ask_here(port, "/to/~fine")

    assert not any("Cookie" in headers for _method, _path, headers in Site.asked)


def test_a_redirect_into_our_own_house_is_refused_before_anything_is_sent(port):
    with served() as inner:
        answer = ask_here(port, f"/to/http:~~127.0.0.1:{inner}~secret")
        # The same, on the port that may be asked, to a name that leads inside.
        rebound = ask_here(
            port,
            f"/to/http:~~inner.test:{port}~secret",
            resolve=lambda host, _: ["127.0.0.1"] if host == "site.test" else ["10.0.0.5"],
        )

    assert answer == Answer(error="refused")
    assert rebound == Answer(error="refused")
    assert not any(path == "/secret" for _method, path, _headers in Site.asked)


def test_one_inner_address_of_several_refuses_the_name(port):
    answer = ask_here(port, "/fine", resolve=lambda host, _: ["127.0.0.1", "10.0.0.1"])

    assert answer == Answer(error="refused")
    assert Site.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(port):
    """A name that answers differently the second time (DNS rebinding) is not asked again."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    assert ask_here(port, "/fine", resolve=lambda host, _: next(answers)) == Answer(200)
    assert next(answers) == ["10.0.0.1"]


def test_an_answer_that_drips_has_its_seconds_and_no_more(port):
    began = time.monotonic()

    assert ask_here(port, "/drip", seconds=0.4) == Answer(error="timeout")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"),
        *("169.254.169.254", "168.63.129.16", "100.100.100.200", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::", "192.0.2.1"),
        *("fec0::1", "::127.0.0.1", "198.18.0.1"),
    ],
)
def test_no_inner_address_is_public(address):
    assert not is_public(address, 80)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address, 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://localhost/",
        "http://example.org:8080/",
        "http://example.org:22/",
    ],
)
def test_whatever_leads_inside_is_refused(url):
    assert ask(url).error in ("refused", "no-address")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://user:secret@example.org/",
        "http://",
        "http://exa mple.org/",
        "http://example.org:port/",
        "http://example.org\r\nX: y/",
    ],
)
def test_what_is_no_address_of_a_web_page_is_not_asked(url):
    def never(host, port):
        raise AssertionError("it was looked up")

    if url.startswith("http://example.org\r\n"):
        # Line ends are taken out of an address before it is read, as browsers do.
        never = lambda host, port: []  # noqa: E731
    assert ask(url, resolve=never).error in ("wrong", "no-address")


def test_a_line_end_in_an_address_begins_no_new_header():
    target = asking._target(
        "http://example.org/a\x0b\x85b%0d%0aX-Evil:1?q= HTTP/1.1", asking._PORTS
    )

    lines = asking._question("HEAD", target).decode().split("\r\n")

    assert lines[0] == "HEAD /a%0B%C2%85b%0d%0aX-Evil:1?q=%20HTTP/1.1 HTTP/1.1"
    assert len(lines) == 7


@pytest.mark.django_db
class TestNights:
    def test_a_link_is_broken_after_three_nights_and_mended_by_one(self):
        check = LinkCheck.objects.create(url="https://example.org/")
        nights = [NIGHT + timedelta(days=number) for number in range(4)]

        for night in nights[:3]:
            link_checks.note_answer(check, Answer(404), night)

        check.refresh_from_db()
        assert (check.failures, check.failing_since, check.status) == (3, NIGHT, 404)
        link_checks.note_answer(check, Answer(200), nights[3])
        check.refresh_from_db()
        assert (check.failures, check.failing_since) == (0, None)

    def test_a_server_that_does_not_talk_to_programs_counts_as_nothing(self):
        check = LinkCheck.objects.create(url="https://example.org/", failures=2)

        link_checks.note_answer(check, Answer(403), NIGHT)

        check.refresh_from_db()
        assert check.failures == 2

    def test_each_address_is_asked_once_a_night_and_what_breaks_off_goes_on(self):
        LinkCheck.objects.all().delete()
        LinkCheck.objects.bulk_create(LinkCheck(url=f"https://example.org/{n}") for n in range(5))
        asked, paused = [], []

        def answer(url):
            if len(asked) == 2:
                asked.append(None)
                raise RuntimeError("the worker died")
            asked.append(url)
            return Answer(200)

        def go(number):
            return link_checks.check_next(
                number, now=lambda: NIGHT, pause=lambda: paused.append(1), asked=answer
            )

        with pytest.raises(RuntimeError):
            go(4)
        assert (go(4), go(4)) == (3, 0)
        urls = [url for url in asked if url]
        assert sorted(urls) == sorted(set(urls))
        assert len(urls) == 5
        assert len(paused) == 4

    @pytest.mark.parametrize(("one_answers", "failures"), [(False, 2), (True, 3)])
    def test_when_nobody_answers_it_is_our_own_line(self, one_answers, failures):
        LinkCheck.objects.all().delete()
        LinkCheck.objects.bulk_create(
            LinkCheck(url=f"https://example.org/{n}", failures=2, failing_since=NIGHT)
            for n in range(5)
        )

        def answer(url):
            there = one_answers and url.endswith("/4")
            return Answer(200) if there else Answer(error="timeout")

        link_checks.check_next(5, now=lambda: NIGHT, pause=lambda: None, asked=answer)

        assert LinkCheck.objects.get(url="https://example.org/0").failures == failures

    def test_the_addresses_are_those_of_live_pages(self):
        LinkCheck.objects.create(url="https://gone.example/", failures=3)

        number = link_checks.note_addresses()

        assert number == LinkCheck.objects.count() > 0
        assert not LinkCheck.objects.filter(url="https://gone.example/").exists()
        kept = LinkCheck.objects.first()
        LinkCheck.objects.filter(pk=kept.pk).update(failures=2)
        link_checks.note_addresses()
        kept.refresh_from_db()
        assert kept.failures == 2

    def test_a_development_site_asks_nobody_unless_it_is_told_to(
        self, settings, run_tasks, monkeypatch
    ):
        monkeypatch.setattr(link_checks, "check_next", lambda number, **rest: 0)
        link_tasks.begin_link_checks(0)
        assert run_tasks() == []
        assert not LinkCheck.objects.exists()

        settings.CHECKS_EXTERNAL_LINKS = True
        link_tasks.begin_link_checks(0)

        assert run_tasks() == ["check_some_links"]
        assert LinkCheck.objects.exists()
