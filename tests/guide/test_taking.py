"""``make guide`` takes the pictures of the guide, ``make guide-check`` takes them once more and
compares: one whole site, one standing clock, every screen in three languages.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from wagtail.users.models import UserProfile

from tests.guide.camera import WIDTH, store, take
from tests.guide.comparing import compare_folders
from tests.guide.scenes import NOW, Scene, make_scene
from tests.guide.shots import SHOTS, Shot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]

PICTURES = Path(django_settings.BASE_DIR, "docs", "guide", "pictures")
LANGUAGES = ("en", "fr", "nl")


@pytest.fixture(scope="session")
def django_db_setup(standing_clock, django_db_setup) -> None:
    """The template is made on the day of the pictures."""


class Rooms:
    """A browser profile for each member of staff and language, logged in."""

    def __init__(self, browser: Browser, address: str, scene: Scene) -> None:
        self.browser, self.address, self.scene = browser, address, scene
        self.contexts: dict[tuple[str, str], BrowserContext] = {}

    def open(self, shot: Shot, language: str) -> Page:
        """A tab in which ``shot.who`` is logged in and reads ``language``."""
        who = shot.who
        if who == "translator":
            who = "french" if language == "fr" else "dutch"
        key = (who, language)
        # Nobody's pictures are of somebody who is about to log in: each in a profile of its own.
        if key not in self.contexts or not who:
            self.contexts[key] = self._make(who, language)
        page = self.contexts[key].new_page()
        page.set_viewport_size({"width": WIDTH, "height": shot.frame.height})
        return page

    def _make(self, who: str, language: str) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.address,
            reduced_motion="reduce",
            device_scale_factor=1,
            locale=language,
            timezone_id="Europe/Brussels",
            bypass_csp=True,
        )
        context.set_default_timeout(15_000)
        context.clock.set_fixed_time(NOW)
        if who:
            context.add_cookies(
                [{**cookie, "url": self.address} for cookie in self._cookies(who, language)]
            )
        return context

    def _cookies(self, who: str, language: str) -> list[dict[str, str]]:
        user = self.scene.users[who]
        UserProfile.objects.filter(user=user).update(preferred_language=language)
        client = Client()
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": NOW.timestamp()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return [{"name": name, "value": one.value} for name, one in client.cookies.items()]


def wanted() -> list[Shot]:
    """All pictures, or those that ONLY names."""
    names = set(filter(None, os.environ.get("ONLY", "").split(",")))
    unknown = names - {shot.name for shot in SHOTS}
    assert not unknown, f"There is no picture {', '.join(sorted(unknown))}."
    return [shot for shot in SHOTS if not names or shot.name in names]


def test_every_picture(browser, address, settings, standing_clock, tmp_path):
    standing_clock.move_to(NOW - timedelta(hours=1))
    scene = make_scene()
    standing_clock.move_to(NOW)
    is_check = bool(os.environ.get("CHECK"))
    folder = tmp_path / "pictures" if is_check else PICTURES
    failed = []
    if not is_check and wanted() == list(SHOTS):
        for path in PICTURES.glob("*.webp"):
            path.unlink()
    for language in LANGUAGES:
        rooms = Rooms(browser, address, scene)
        for shot in wanted():
            settings.STAFF_SECOND_FACTOR = "optional" if shot.who else "required"
            page = rooms.open(shot, language)
            try:
                answer = page.goto(shot.address(scene, language))
                assert answer.status == 200, f"the site answers {answer.status}"
                assert not shot.who or "/login/" not in page.url, "nobody is logged in"
                if shot.prepare:
                    shot.prepare(page)
                store(take(page, shot.frame), folder / f"{language}-{shot.name}.webp")
            except Exception as error:  # noqa: BLE001  # all that fail are told of at the end
                failed.append(f"{language}-{shot.name}: {error}"[:400])
            page.close()
        for context in rooms.contexts.values():
            context.close()
    print(*failed, sep="\n", file=sys.stderr)
    assert failed == []
    if is_check:
        names = None if wanted() == list(SHOTS) else {path.name for path in folder.iterdir()}
        found = compare_folders(PICTURES, folder, names)
        print(*found, sep="\n", file=sys.stderr)
        assert found == []
