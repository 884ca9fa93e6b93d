"""A morning of each role: through the door, to what waits for it, the work done, and no further.

Everybody comes with a password and the code of an app, as on the public site.
"""

import json
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from playwright.sync_api import Page, expect

from donations.models import Appeal
from newsroom.models import TranslationMark
from solidarity.models import Photo
from staff.models import Invitation
from supporters.models import DataRequest
from tests.browser.moderating import Moderator, cleaned_scene, send_scene
from tests.browser.test_matching import number as payment_shown
from tests.browser.test_matching import press as press_keys
from tests.donations.payments import lines_of, make_payment
from tests.events.test_door import make_sign_up
from tests.factories import (
    in_days,
    make_account,
    make_appeal,
    make_event,
    make_pledge,
    make_staff,
)
from tests.newsroom.translating import about, rewrite, translation
from tests.staff.authenticator import PASSWORD, SECRET, code_of, with_app, with_password

pytestmark = pytest.mark.django_db(transaction=True)

HOME = "/admin/"
PHOTOS = "/admin/photos/"
MONEY = "/admin/treasury/payments/to-match/"
MEMBERS = "/admin/members/"
LOG = "/admin/newsroom/auditing/"
UPDATES = "/admin/newsroom/updating/"
BOARD = "/admin/newsroom/translating/"
LEAD = {"en": "We heal together.", "fr": "Nous soignons ensemble.", "nl": "Wij zorgen samen."}


@pytest.fixture(autouse=True)
def second_factor_asked(settings) -> None:
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.fixture
def come_in(open_context) -> Callable[[str], Page]:
    """Return a function that brings a member of a group through the door, by the keyboard."""

    def come(group: str) -> Page:
        user = with_password(make_staff(group))
        with_app(user)
        page = open_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        ).new_page()
        page.goto(HOME)
        page.get_by_label("User name or email address").focus()
        page.keyboard.type(user.username)
        page.keyboard.press("Tab")
        page.get_by_label("Password", exact=True).focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/login/code/")
        page.locator("[name=code]").focus()
        page.keyboard.type(code_of(SECRET))
        page.keyboard.press("Enter")
        page.locator("#wagtail-sidebar nav").first.wait_for()
        expect(page).to_have_title("To do today - Viva Salud")
        return page

    return come


def waiting(page: Page) -> dict[str, int]:
    """What the first page says that there is to do, with its numbers."""
    cards = page.locator("[data-to-do]").evaluate_all(
        """cards => cards.map(card => [card.dataset.toDo,
             Number(card.querySelector(".today__number").textContent)])"""
    )
    return dict(cards)


def follow(page: Page, key: str) -> None:
    """Go from the first page to one of the things to do, by the keyboard."""
    page.locator(f"[data-to-do={key}] a").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, name: str, role: str = "button") -> None:
    """Go to a button or link, press Enter, and come to another page."""
    page.get_by_role(role, name=name, exact=True).first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _links(entry: object) -> Iterator[str]:
    """Every address in what the sidebar is made of."""
    if isinstance(entry, dict):
        for name, value in entry.items():
            if name in ("url", "href") and isinstance(value, str):
                yield value
            yield from _links(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from _links(value)


def menu(page: Page) -> set[str]:
    return set(_links(json.loads(page.locator("#wagtail-sidebar-props").text_content())))


def is_refused(page: Page, *paths: str) -> None:
    """No entry of the menu leads to any of these, and typing the address leads nowhere."""
    page.goto(HOME)
    entries = menu(page)
    assert HOME in entries
    assert not entries & set(paths)
    for path in paths:
        answer = page.request.get(path, max_redirects=0)
        told = (answer.status, answer.headers.get("location"))
        assert told in {(302, HOME), (403, None)}, path
    # And the screen says so.
    page.goto(paths[0])
    assert page.url.endswith(HOME) or "permission" in page.content()


def test_moderator_treasurer_and_host(come_in):
    photo = send_scene(cleaned_scene("Together", 1), "Together")
    event = make_event(day=in_days(2), capacity=40)
    make_sign_up(event, "Ana Peeters", 3)
    attendees = f"/admin/hosting/events/{event.pk}/attendees/"
    Appeal.objects.update(communication="")
    appeal = make_appeal(account=make_account(), communication="donation morning")
    pledge = make_pledge(appeal=appeal, name="Noor Peeters")
    payment = make_payment(appeal.account, name="PEETERS NOOR")

    page = come_in("Moderators")
    assert waiting(page) == {"photos": 1}
    follow(page, "photos")
    moderator = Moderator(page)
    assert moderator.number() == photo.pk
    moderator.decide("1", "a")
    photo.refresh_from_db()
    assert (photo.status, photo.decided_by.username) == ("approved", "moderators")
    page.goto(HOME)
    assert waiting(page) == {}
    expect(page.locator("[data-done=photos]")).to_be_attached()
    assert PHOTOS in menu(page)
    is_refused(page, MONEY, attendees, MEMBERS, LOG, UPDATES, BOARD)

    page = come_in("Treasurers")
    assert waiting(page) == {"payments": 1}
    follow(page, "payments")
    assert payment_shown(page) == payment.pk
    press_keys(page, "1", "Enter")
    assert lines_of(payment)[0][:2] == ("gift", "25.00")
    pledge.refresh_from_db()
    assert pledge.status == "paid"
    page.goto(HOME)
    assert waiting(page) == {}
    is_refused(page, PHOTOS, attendees, MEMBERS, LOG, UPDATES, BOARD)

    page = come_in("Event hosts")
    assert waiting(page) == {"events": 1}
    follow(page, "events")
    expect(page.locator("h1")).to_contain_text(event.name)
    page.goto(attendees)
    expect(page.get_by_text("Ana Peeters")).to_be_visible()
    assert mail.outbox == []
    is_refused(page, PHOTOS, MONEY, MEMBERS, LOG, UPDATES, BOARD)
    assert Photo.objects.filter(status="pending").count() == 0


def _translate(page: Page, language: str) -> None:
    """On the page's texts: to a stored translation that somebody else is to read."""
    one = translation(language)
    field = page.locator(f"textarea[lang={language}]")
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(LEAD[language])
    page.locator("[name=proofread]").focus()
    page.keyboard.press("Space")
    press(page, "Store the translations")
    assert TranslationMark.objects.get(translation=one).needs_proofreading


def test_translators_and_editor(come_in):
    before = {code: about(code).lead for code in LEAD}
    rewrite(about(), lead=LEAD["en"])
    desks = {code: f"/admin/newsroom/translating/{translation(code).pk}/" for code in ("fr", "nl")}

    french = come_in("Translators (French)")
    assert waiting(french) == {"translations-out-of-date-fr": 1}
    dutch = come_in("Translators (Dutch)")
    assert waiting(dutch) == {"translations-out-of-date-nl": 1}
    follow(french, "translations-out-of-date-fr")
    press(french, f"See what changed · {about().title} · fr", "link")
    press(french, "Take the change over")
    _translate(french, "fr")
    is_refused(french, desks["nl"], PHOTOS, MONEY, MEMBERS, LOG, UPDATES)
    dutch.goto(HOME)
    # What the colleague took over is for both.
    follow(dutch, "translations-in-progress-nl")
    press(dutch, f"Translate · {about().title} · nl", "link")
    _translate(dutch, "nl")
    is_refused(dutch, desks["fr"], PHOTOS, MONEY, MEMBERS, LOG, UPDATES)
    # Nobody outside sees any of it yet.
    assert about("fr").lead == before["fr"]

    page = come_in("Editors")
    cards = waiting(page)
    assert cards["translations-to-proofread-fr"] == cards["translations-to-proofread-nl"] == 1
    for code in ("fr", "nl"):
        page.goto(HOME)
        follow(page, f"translations-to-proofread-{code}")
        press(page, f"Proofread · {about().title} · {code}", "link")
        press(page, "I have read it, it is right")
    press(page, "Publish in several languages", "link")
    press(page, "Publish together")
    assert {code: about(code).lead for code in LEAD} == LEAD
    is_refused(page, PHOTOS, MONEY, MEMBERS, LOG)


def test_administrator(come_in):
    request = DataRequest.objects.create(kind="other", due_on=in_days(3))

    page = come_in("Administrators")
    assert waiting(page)["data-requests"] == 1
    follow(page, "data-requests")
    page.goto(f"/admin/requests/edit/{request.pk}/")
    page.get_by_label("Answered").fill(in_days(0).isoformat())
    page.keyboard.press("Escape")
    press(page, "Save")
    request.refresh_from_db()
    assert request.done_on == in_days(0)
    page.goto(HOME)
    assert "data-requests" not in waiting(page)

    page.goto(MEMBERS + "invite/")
    page.get_by_label("Name", exact=True).fill("Fatima New")
    page.get_by_label("Email address").fill("fatima@example.org")
    page.get_by_label("Moderator:").check()
    press(page, "Send the invitation")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.invited_by.username) == (
        "fatima@example.org",
        "administrators",
    )
    assert list(invitation.groups.all()) == [Group.objects.get(name="Moderators")]
    assert {PHOTOS, MEMBERS} <= menu(page)
