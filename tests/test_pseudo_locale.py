"""Nothing that a visitor reads or hears is left untranslated: the whole site in pseudo-French.

See ``tests/pseudo_locale.py``. The walk visits every public page, form, error, personal screen and
mail in a French whose every translation is the English in brackets.
"""

import re
from collections import deque
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.test import RequestFactory
from django.urls import reverse

from campaign_site.errors import error_page
from campaign_site.kept_forms import KeptForm
from events.models import Event
from pages.models import CampaignPage, SiteWords, StandardPage
from solidarity import services as photos
from solidarity.models import Photo
from tests import pseudo_locale
from tests.pseudo_locale import bracketed, unmarked, unmarked_in_text

pytestmark = pytest.mark.django_db

ADDRESS = "sam@example.org"
PHOTO, EVENT = "/fr/solidarity/demo/", "/fr/events/demo/"
PLEDGE, MY_SOLIDARITY = "/fr/donations/demo/", "/fr/my-solidarity/"
WITHDRAW = "/fr/solidarity/withdraw-with-code/"
TYPED = {
    PHOTO: {
        "message": bracketed("You are not alone"),
        "display_name": bracketed("Sam"),
        "people": "sender",
        "consent_delivery": "on",
        "consent_wall": "on",
    },
    EVENT: {"name": bracketed("Sam"), "party_size": "2"},
    PLEDGE: {"name": bracketed("Sam"), "amount": "25", "amount_eur": "25"},
    MY_SOLIDARITY: {},
}


@pytest.fixture(scope="module")
def pseudo_catalogue(tmp_path_factory):
    return pseudo_locale.write_catalogue(tmp_path_factory.mktemp("pseudo"))


@pytest.fixture
def pseudo_french(settings, pseudo_catalogue, django_capture_on_commit_callbacks):
    """The site with a French that is English in brackets; undone after the test."""
    settings.LOCALE_PATHS = [pseudo_catalogue]
    pseudo_locale.translate_content()


class Walk:
    """Visits addresses once each and collects what is not in brackets."""

    def __init__(self, client) -> None:
        self.client = client
        self.found: dict[str, list[str]] = {}
        self.seen: set[str] = set()

    def note(self, where: str, texts: list[str]) -> None:
        if texts:
            self.found[where] = [*self.found.get(where, []), *texts]

    def look(self, response, where: str) -> BeautifulSoup:
        """Check an answer that is a screen, and return it."""
        assert '<html lang="fr"' in response.content.decode(), where
        self.note(where, unmarked(response.content.decode()))
        return BeautifulSoup(response.content, "html.parser")

    def get(self, path: str, **extra) -> BeautifulSoup:
        return self.look(self.client.get(path, follow=True, **extra), path)

    def send(self, path: str, fields: dict | None = None, number: int = 0) -> BeautifulSoup:
        """Send one of a screen's forms with what it holds and ``fields``; look where it leads."""
        screen = self.get(path)
        form = screen.select("form[method=post]")[number]
        held = {
            box["name"]: box.get("value", "")
            for box in form.select("input[name]:not([type=file]):not([type=checkbox])")
        }
        target = form.get("action") or path
        answer = self.client.post(target, {**held, **(fields or {})}, follow=True)
        assert answer.status_code == 200, (target, answer.status_code)
        return self.look(answer, f"{target} sent")

    def follow(self, *starts: str) -> None:
        """Visit ``starts`` and every French screen that links lead to from there."""
        waiting = deque(starts)
        while waiting:
            path = waiting.popleft()
            if path in self.seen:
                continue
            self.seen.add(path)
            response = self.client.get(path, follow=True)
            if not response["Content-Type"].startswith("text/html"):
                continue
            for link in self.look(response, path).select('a[href^="/fr/"]'):
                waiting.append(link["href"].partition("#")[0])


def read_mails(walk: Walk) -> dict[str, str]:
    """Check the mails sent since the last look; return the path of each link by its first part."""
    paths = {}
    for message in mail.outbox:
        where = f"mail {message.subject}"
        text = str(message.body)
        html = next(str(part.content) for part in message.alternatives)
        texts = [*unmarked_in_text(message.subject), *unmarked_in_text(text), *unmarked(html)]
        walk.note(where, texts)
        for address in re.findall(r"https?://\S+", text):
            path = urlsplit(address).path
            paths["/".join(path.split("/")[2:4])] = path
    mail.outbox.clear()
    return paths


def sitemap(client) -> list[str]:
    addresses = re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    return [path for path in (urlsplit(each).path for each in addresses) if path[:4] == "/fr/"]


def act(walk: Walk, images: tuple[bytes, bytes]) -> None:
    """Send every form wrongly first, then as it should be."""
    for path in (PHOTO, EVENT, PLEDGE, MY_SOLIDARITY, WITHDRAW):
        walk.look(walk.client.post(path, {}), f"{path} empty")
        walk.send(path, {"email": "nobody", "party_size": "-", "amount_eur": "x", "code": "1"})
    from django.core.files.uploadedfile import SimpleUploadedFile

    person = {"email": ADDRESS, "newsletter": "on"}
    walk.send(PHOTO, {**person, **TYPED[PHOTO], "image": SimpleUploadedFile("x.jpg", b"no image")})
    for image in images:
        upload = SimpleUploadedFile("x.jpg", image, "image/jpeg")
        walk.send(PHOTO, {**person, **TYPED[PHOTO], "image": upload})
    walk.send(EVENT, {**person, **TYPED[EVENT]})
    walk.send(PLEDGE, {**person, **TYPED[PLEDGE]})


def personal_screens(walk: Walk, run_tasks) -> None:
    """Every screen that the links in mails lead to, and what can be done there; erased last."""
    run_tasks()
    mails = read_mails(walk)
    assert {"solidarity/photo", "events/sign-up", "donations/pledge", "newsletter/confirm"} <= set(
        mails
    )
    walk.follow(*mails.values())
    walk.send(mails["newsletter/confirm"])
    one, other = Photo.objects.filter(status="pending")
    photos.approve_photo(photo=one, moderator=None, alt_text=bracketed("A sign"))
    photos.reject_photo(photo=other, moderator=None, reason="other")
    run_tasks()
    later = read_mails(walk)
    walk.follow(*later.values())
    walk.send(MY_SOLIDARITY, {"email": ADDRESS})
    run_tasks()
    opened = walk.client.post(read_mails(walk)["my-solidarity/open"], {})
    overview = opened["Location"]
    walk.follow(overview)
    walk.look(walk.client.post(f"{overview}export/", {}, follow=True), "export asked")
    run_tasks()
    run_tasks()  # the first made the copy and asked for its mail
    walk.send(read_mails(walk)["my-solidarity/open-export"])
    walk.send(mails["events/sign-up"], {"party_size": "3"})
    for path in (mails["donations/pledge"], mails["solidarity/photo"]):
        walk.send(path)
    walk.look(walk.client.post(mails["events/sign-up"], {}, follow=True), "sign-up cancelled")
    walk.send(later["newsletter/stop"])
    walk.send(f"{overview}erase/")


def errors(walk: Walk) -> None:
    about = StandardPage.objects.get(slug="about", locale__language_code="en")
    about.get_translations().get(locale__language_code="fr").unpublish()
    walk.get("/fr/nowhere/")
    walk.get("/fr/about/")
    walk.get("/fr/my-solidarity/open/unknown/")
    request = RequestFactory().get("/fr/x/")
    for name in ("400", "403", "404", "500", "503", "already_sent", "cross_site", "link"):
        walk.look(error_page(request, name, 400), f"error {name}")
    kept = KeptForm(fields=(("name", "Sam"),), files=("image",))
    walk.look(error_page(request, "try_again", 503, {"kept": kept}), "error try_again")


def other_formats(walk: Walk) -> None:
    """The feed and the calendars: texts that no screen shows."""
    for element in ElementTree.fromstring(walk.client.get("/fr/feed/").content).iter():
        if element.tag.rpartition("}")[2] in ("title", "subtitle", "summary", "content", "name"):
            walk.note("feed", unmarked_in_text(element.text or ""))
    for path in (reverse("events:calendar-feed"), reverse("events:calendar", args=["demo"])):
        path = path.replace("/en/", "/fr/")
        unfolded = walk.client.get(path).content.decode().replace("\r\n ", "")
        for line in unfolded.splitlines():
            name, _, value = line.partition(":")
            if name.partition(";")[0] in ("SUMMARY", "LOCATION", "DESCRIPTION", "X-WR-CALNAME"):
                walk.note(f"{path} {name}", unmarked_in_text(value.replace("\\n", " ")))


def report(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{where}\n    " + "\n    ".join(texts) for where, texts in found.items())


def test_nothing_is_left_untranslated(client, pseudo_french, run_tasks, make_image):
    walk = Walk(client)
    addresses = sitemap(client)
    assert len(addresses) > 15

    walk.follow(*addresses, "/fr/my-solidarity/sent/")
    for words in ("", "zzzzqqq", "health", "photo"):
        walk.get(f"/fr/search/?q={words}")
    act(walk, (make_image(size=(640, 480)), make_image(size=(640, 480), colour="#0d4a3a")))
    personal_screens(walk, run_tasks)
    assert len(walk.seen) > 40
    # Once more: a photo is on the wall, places are taken and gifts promised.
    for path in ["/fr/", *(path for path in addresses if "demo" in path)]:
        walk.get(path)
    Event.objects.filter(slug="demo").update(capacity=1)
    walk.get(EVENT)
    other_formats(walk)
    errors(walk)

    assert not walk.found, report(walk.found)


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Sign up</p>",
        "<title>Sign up</title>",
        '<meta name="description" content="Sign up">',
        '<meta property="og:title" content="Sign up">',
        '<img alt="Sign up">',
        '<a aria-label="Sign up">⟦x⟧</a>',
        '<input placeholder="Sign up">',
        '<button data-busy="Sign up">⟦x⟧</button>',
        '<button data-copied="Copied">⟦x⟧</button>',
        "<p>⟦Read <a>this⟧</a> or sign up</p>",
        "<p>⟦This was on⟧ Friday</p>",
        '<script type="application/ld+json">{"a": [{"name": "Sign up"}]}</script>',
    ],
)
def test_planted_text_is_found(planted):
    assert len(unmarked(f'<html lang="fr">{planted}</html>')) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "<p>⟦Read <a href='/x'>this</a> or <b>that</b>⟧ 12 €, #NotATarget</p>",
        '<a lang="nl">Nederlands</a>',
        "<p>BE71 0961 2345 6769 Viva Salud</p>",
        '<form data-form="photo" data-worker="/static/js/proof_worker.js">⟦x⟧</form>',
        "<script>let words = 1</script><style>p {}</style>",
    ],
)
def test_what_is_the_same_in_every_language_is_let_pass(fine):
    assert unmarked(f'<html lang="fr">{fine}</html>') == []


def test_text_planted_on_the_site_is_found(client, settings, pseudo_catalogue):
    settings.LOCALE_PATHS = [pseudo_catalogue]
    SiteWords.objects.filter(locale__language_code="fr").update(tagline="Health for all")
    page = CampaignPage.objects.filter(locale__language_code="fr").first()
    CampaignPage.objects.filter(pk=page.pk).update(title="Never translated")

    found = unmarked(client.get(page.url).content.decode())

    assert "p: Health for all" in found
    assert any(text.startswith("title: Never translated") for text in found)
