"""The pictures of the guide: who stands before which screen, and what is marked on it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from playwright.sync_api import Page

from tests.guide.camera import Frame
from tests.guide.scenes import NEWCOMER, Scene
from tests.newsroom.translating import translation

_SETTINGS = "#tab-label-settings"
_CHECKS = "[data-side-panel-toggle=checks]"


@dataclass(frozen=True)
class Shot:
    """One picture, in each language: a member of staff (nobody if empty) opens an address.

    ``who`` is a name of the scene, or "translator": into French for the French picture, else Dutch.

    ``prepare`` does on the screen what has to be done before it is taken. Those for the README are
    on no page of the guide.
    """

    name: str
    who: str
    address: Callable[[Scene, str], str]
    frame: Frame = field(default_factory=Frame)
    prepare: Callable[[Page], None] | None = None
    is_for_readme: bool = False


def _at(
    name: str, argument: Callable[[Scene], object] | None = None
) -> Callable[[Scene, str], str]:
    if argument is None:
        return lambda _scene, _language: reverse(name)
    return lambda scene, _language: reverse(name, args=[argument(scene)])


def _press(*selectors: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()
        page.wait_for_timeout(400)

    return press


def _keys(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(500)

    return press


def _give_password(page: Page) -> None:
    page.fill("[name=username]", NEWCOMER)
    page.fill("[name=password]", "x" * 20)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _campaign_key(scene: Scene) -> object:
    return scene.campaign.translation_key


def _address_of_translation(_scene: Scene, language: str) -> str:
    into = "fr" if language == "fr" else "nl"
    return reverse("newsroom_translating:changes", args=[translation(into).pk])


def _on_campaign(scene: Scene) -> int:
    return scene.campaign.pk


def _draft(scene: Scene) -> int:
    return scene.draft.pk


def _open_checks(page: Page) -> None:
    page.locator(_CHECKS).first.click()
    page.locator("[data-side-panel=checks] h3, [data-side-panel=checks] li").first.wait_for()
    page.wait_for_timeout(1500)


_EDIT = "wagtailadmin_pages:edit"
SHOTS = (
    # The site's first address leads to the first page in the reader's language.
    Shot("home", "", lambda _scene, _language: "/", Frame(height=800), is_for_readme=True),
    Shot("login", "", _at("account_login"), Frame(height=730)),
    Shot("second-step", "", _at("account_login"), Frame(height=700), _give_password),
    Shot("today", "administrator", _at("wagtailadmin_home"), Frame(height=760)),
    Shot(
        "page",
        "editor",
        _at(_EDIT, _on_campaign),
        Frame(height=760, rings=("#tab-label-content", _SETTINGS, _CHECKS)),
    ),
    Shot("launch", "editor", _at("newsroom_checking:launch", _campaign_key)),
    Shot("board", "editor", _at("newsroom_translating:board"), Frame(height=640)),
    Shot("changes", "translator", _address_of_translation, Frame(height=560)),
    Shot(
        "together",
        "editor",
        _at("newsroom_translating:together", lambda scene: scene.about["en"].pk),
        Frame(height=700),
    ),
    Shot(
        "ended",
        "editor",
        _at(_EDIT, _on_campaign),
        Frame(height=640, rings=("[name=state]", "[name=ended_on]")),
        _press(_SETTINGS),
    ),
    # The panel of the checks stays open in the profile: after the other pictures of the editor.
    Shot(
        "checks",
        "editor",
        _at(_EDIT, lambda scene: scene.draft.pk),
        Frame(height=980),
        _open_checks,
    ),
    Shot("again", "editor", _at("newsroom_reuse:again", _on_campaign), Frame(height=640)),
    Shot("moderating", "moderator", _at("solidarity_photos:queue")),
    Shot("reasons", "moderator", _at("solidarity_photos:queue"), prepare=_keys("r")),
    Shot("statement", "treasurer", _at("donations_treasury:statements"), Frame(height=680)),
    Shot("matching", "treasurer", _at("donations_treasury:to_match"), prepare=_keys("1")),
    Shot("rewards", "treasurer", _at("donations_treasury:rewards"), Frame(height=640)),
    Shot(
        "edition", "moderator", _at("solidarity_editions:edition", lambda scene: scene.edition.pk)
    ),
    Shot("event", "host", _at("events_hosting:overview", lambda scene: scene.meeting.pk)),
    Shot("attendees", "host", _at("events_hosting:attendees", lambda scene: scene.event.pk)),
    Shot(
        "door",
        "host",
        _at("events_hosting:door", lambda scene: scene.event.pk),
        Frame(height=860),
    ),
    Shot(
        "mail-words",
        "host",
        lambda _scene, _language: reverse("mail_words_admin:words", args=["event_day"]),
        Frame(height=800),
    ),
    Shot("update", "editor", _at("newsroom_updating:show", lambda scene: scene.update.public_id)),
    Shot("report", "editor", _at("newsroom_reporting:campaign", _campaign_key)),
    Shot("people", "administrator", _at("people_admin:people"), Frame(height=222)),
    Shot("members", "administrator", _at("staff_members:index"), Frame(height=860)),
    Shot(
        "leaving",
        "administrator",
        _at("staff_members:leave", lambda scene: scene.users["editor"].pk),
        Frame(height=560),
    ),
)
