"""A moderator at the keyboard: what each key does, and three hundred photos in an evening.

The evening is ``make drill-moderation``; it leaves pictures of what it met in the local folder.
"""

import dataclasses
import secrets
import statistics
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect
from wagtail.users.models import UserProfile

from solidarity import services
from solidarity.models import Photo, PhotoReport
from tests.browser.moderating import Moderator, cleaned_scene, send_scene
from tests.browser.test_staff import log_in
from tests.browser.viewer import AXE, RULES, RUN_AXE

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGES = (
    ("en", "You are not alone", "en"),
    ("fr", "Soigner n’est pas un crime", "fr"),
    ("nl", "Handen af van onze zorg", "nl"),
    ("en", "أنتم لستم وحدكم", "ar"),
    ("fr", "Hindi kayo nag-iisa", "tl"),
)
PHOTOS, SCENES = 300, 20
PICTURES = Path(settings.LOCAL_DIR, "moderation-drill")
WINDOW = {"width": 1280, "height": 800}


@pytest.fixture
def page(open_context) -> Page:
    context = open_context(viewport=WINDOW, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    log_in(page, "Moderators")
    return page


def complaints(page: Page) -> list[str]:
    """What axe finds wrong with our part of the screen; the frame around it is Wagtail's."""
    run = RUN_AXE.replace("axe.run(document,", "axe.run('[data-moderation]',")
    found = page.evaluate(run, RULES)["violations"]
    return [f"{item['rule']} {item['html']} {item['why']}" for item in found]


def report(photo: Photo, words: str) -> PhotoReport:
    return services.report_photo(
        photo=photo,
        kind="me",
        words=words,
        email="parent@example.org",
        language="en",
        form_key=uuid.uuid4(),
        form_digest="",
    )


def statuses() -> dict[int, str]:
    return dict(Photo.objects.values_list("pk", "status"))


def test_each_key_does_what_it_says_and_no_page_is_loaded(page):
    image = cleaned_scene("You are not alone", 0)
    photos = [
        send_scene(dataclasses.replace(image, fingerprint=secrets.randbits(62)), "Together")
        for _ in range(4)
    ]
    first, second, third, fourth = (photo.pk for photo in photos)
    page.goto("/admin/photos/")
    page.evaluate("window.stays = true")
    moderator = Moderator(page)
    assert complaints(page) == []

    # Nothing is approved without a description; a digit gives one.
    page.keyboard.press("a")
    expect(page.locator(".moderation__notice--error")).to_contain_text("Describe the photo")
    assert statuses()[first] == "pending"
    page.keyboard.press("1")
    assert page.locator("[name=alt_text]").input_value().startswith("Somebody holds up")
    # Pressed twice in a hurry, one photo is decided on, not two.
    moderator.decide("a", "a")
    assert (moderator.number(), statuses()[second]) == (second, "pending")
    assert statuses()[first] == "approved"

    # A face is covered: opaque, in the picture that the server made.
    page.keyboard.press("c")
    moderator.press(*["ArrowUp"] * 10, *["Shift+ArrowDown"] * 3, "Enter")
    expect(page.locator("[data-moderation-help]")).to_contain_text("Covers: 1.")
    moderator.save_edits()
    covers = Photo.objects.get(pk=second).edits["covers"]
    assert [round(part, 2) for part in covers[0]] == [0.4, 0.2, 0.2, 0.26]
    # Drawn with the mouse, and turned: the first one turns along.
    page.keyboard.press("t")
    box = page.locator("[data-moderation-editor] canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
    page.mouse.up()
    assert complaints(page) == []
    moderator.save_edits()
    edits = Photo.objects.get(pk=second).edits
    assert (edits["turn"], len(edits["covers"])) == (90, 2)
    assert [round(part, 2) for part in edits["covers"][0]] == [0.54, 0.4, 0.26, 0.2]
    assert [round(part, 1) for part in edits["covers"][1]] == [0.1, 0.1, 0.2, 0.3]

    # Reasons by arrow, set aside, skip and back, undo.
    moderator.decide("r", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    assert Photo.objects.get(pk=second).reason == "unclear"
    moderator.decide("u")
    assert (moderator.number(), statuses()[second]) == (second, "pending")
    moderator.decide("n")
    assert moderator.number() == third
    moderator.decide("p")
    assert moderator.number() == second
    moderator.decide("s")
    assert statuses()[second] == "aside"

    # A colleague was faster.
    services.reject_photo(photo=photos[2], moderator=None, reason="other")
    moderator.decide("1", "a")
    expect(page.locator(".moderation__notice--error")).to_contain_text("Somebody else has decided")
    assert moderator.number() == fourth

    # The description is typed like any text: letters there are no keys.
    page.keyboard.press("e")
    page.keyboard.type("a sad sign")
    assert page.locator("[name=alt_text]").input_value() == "a sad sign"
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    moderator.decide("e", "Enter")
    assert Photo.objects.get(pk=fourth).alt_text == "a sad sign?"
    assert moderator.number() == 0
    assert page.evaluate("window.stays") is True


def test_keys_can_be_turned_off_and_buttons_remain(page):
    photo = send_scene(cleaned_scene("Together", 1), "Together", alt_text="A sign")
    user = get_user_model().objects.get(username="moderators")
    UserProfile.objects.update_or_create(user=user, defaults={"keyboard_shortcuts": False})
    page.goto("/admin/photos/")
    moderator = Moderator(page)

    page.keyboard.press("a")
    page.wait_for_timeout(150)
    assert statuses()[photo.pk] == "pending"
    page.get_by_role("button", name="Approve").click()
    moderator.wait_for_other(photo.pk)
    assert statuses()[photo.pk] == "approved"


def send_evening() -> None:
    """Three hundred photos of twenty scenes; every fiftieth is known as the copy it is."""
    scenes = [cleaned_scene(MESSAGES[n % 5][1], n) for n in range(SCENES)]
    for number in range(PHOTOS):
        language, message, written_in = MESSAGES[number % 5]
        scene = scenes[number % SCENES]
        if number % 50 != 49:
            scene = dataclasses.replace(scene, fingerprint=secrets.randbits(63))
        send_scene(
            scene,
            message,
            language,
            message_language=written_in,
            people=("sender", "adults", "nobody")[number % 3],
            needs_cover=number % 30 == 7,
            country=("BE", "PH", "CD")[number % 3],
            alt_text="" if number % 4 else "Somebody holds up a sign.",
        )


class Evening:
    """Decides on one photo after the other, and notes how long the interface takes."""

    def __init__(self, page: Page, first: int) -> None:
        self.page, self.first = page, first
        self.moderator = Moderator(page)
        self.covering: list[float] = []
        self.seconds: list[float] = []
        self.done: dict[str, int] = {}
        self.shown: set[str] = set()

    def shoot(self, name: str) -> None:
        if name not in self.shown:
            self.shown.add(name)
            self.page.wait_for_function(
                "() => [...document.querySelectorAll('[data-moderation] img')]"
                ".every(image => image.hidden || image.complete)"
            )
            self.page.screenshot(path=PICTURES / f"{name}.png")

    def _timed(self, what: str, *keys: str) -> None:
        began = time.perf_counter()
        self.moderator.decide(*keys)
        self.seconds.append(time.perf_counter() - began)
        self.done[what] = self.done.get(what, 0) + 1

    def decide(self, number: int) -> None:
        page = self.page
        has = {
            name: page.locator(selector).count() > 0
            for name, selector in (
                ("report", ".moderation__reports"),
                ("copies", ".moderation__look-alikes [name=copy]"),
                ("request", ".moderation__requests"),
            )
        }
        if has["report"]:
            self.shoot("reported")
            self._timed("taken down", "d")
        elif has["request"]:
            self.cover()
            self._timed("covered and approved", "1", "a")
        elif number % 25 == 11:
            page.keyboard.press("r")
            self.shoot("reasons")
            self._timed("rejected", "4")
        elif number % 60 == 31:
            self._timed("set aside", "s")
        else:
            self.shoot("queue")
            if has["copies"]:
                self.shoot("duplicates")
            described = page.locator("[name=alt_text]").input_value()
            self._timed("approved", *([] if described else ["1"]), "a")

    def cover(self) -> None:
        sent = self.moderator.number() - self.first
        self.moderator.cover_face(sent % SCENES)
        self.shoot("cover")
        began = time.perf_counter()
        self.moderator.save_edits()
        self.covering.append(time.perf_counter() - began)


@pytest.mark.drill
def test_three_hundred_photos_in_an_evening_from_the_keyboard_alone(page):
    send_evening()
    before = set(Photo.objects.undecided().values_list("pk", flat=True))
    assert len(before) == PHOTOS
    for number in (3, 4):
        photo = send_scene(cleaned_scene("Together", number), "Together", alt_text="A sign")
        services.approve_photo(photo=photo, moderator=None, alt_text="A sign")
        report(photo, "That is my daughter in the picture. Please take it off.")
    page.goto("/admin/photos/")
    page.evaluate("window.stays = true")
    evening, began = Evening(page, min(before)), time.perf_counter()

    while evening.moderator.number():
        evening.decide(len(evening.seconds))
    whole = time.perf_counter() - began

    left = Photo.objects.filter(pk__in=before)
    assert not left.filter(status="pending").exists()
    assert len(evening.seconds) == PHOTOS + 2
    assert not PhotoReport.objects.open().exists()
    assert page.evaluate("window.stays") is True
    milliseconds = sorted(1000 * seconds for seconds in evening.seconds)
    median, worst = statistics.median(milliseconds), milliseconds[-1]
    slow = milliseconds[int(len(milliseconds) * 0.95)]
    print(
        f"\n{len(milliseconds)} decisions in {whole:.0f} s from the keyboard alone: {evening.done}",
        f"from the key to the next picture: median {median:.0f} ms, 95 % within {slow:.0f} ms, "
        f"the slowest {worst:.0f} ms",
        f"{len(evening.covering)} faces covered; from saving to the new picture: median "
        f"{1000 * statistics.median(evening.covering):.0f} ms",
        f"pictures: {sorted(evening.shown)}",
        sep="\n  ",
        file=sys.stderr,
    )
    assert evening.shown == {"queue", "cover", "reasons", "duplicates", "reported"}
    assert slow < 1000
