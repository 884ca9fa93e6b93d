"""Every public screen in each language: accessible, no wider than a small phone, light."""

import uuid
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from playwright.sync_api import Page
from wagtail.models import Page as WagtailPage

from campaign_site.links import make_token
from donations.models import Appeal
from donations.services import create_pledge
from events.models import Event
from events.services import sign_up
from pages.models import CampaignPage
from solidarity.images import clean_photo
from solidarity.models import PhotoCall
from solidarity.services import approve_photo, submit_photo
from tests.factories import AMOUNT

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = pytest.mark.parametrize("language", ["en", "fr", "nl"])
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def action_screens(language: str, image: bytes) -> dict[str, str]:
    """Do each action once and return the addresses of the screens that follow from it."""
    key = {"form_digest": "", "language": language}
    with translation.override(language):
        photo = submit_photo(
            call=PhotoCall.objects.get(slug="demo"),
            image=clean_photo(BytesIO(image)),
            message="Een heel lang woord: ziekenhuispersoneelsvertegenwoordigers",
            display_name="Sam",
            email="",
            consent_delivery=True,
            consent_wall=True,
            form_key=uuid.uuid4(),
            **key,
        )
        approve_photo(photo=photo, moderator=None, alt_text="A red field")
        places = sign_up(
            event=Event.objects.get(slug="demo"),
            name="Sam",
            email="sam@example.org",
            party_size=2,
            form_key=uuid.uuid4(),
            **key,
        )
        pledge = create_pledge(
            appeal=Appeal.objects.get(slug="demo"),
            name="Sam",
            email="sam@example.org",
            amount_eur=AMOUNT,
            form_key=uuid.uuid4(),
            **key,
        )
    tokens = {
        "solidarity/photo": make_token("photo", photo.public_id),
        "events/sign-up": make_token("sign-up", places.public_id),
        "donations/pledge": make_token("pledge", pledge.public_id),
    }
    screens = [f"/{language}/{path}/{token}/" for path, token in tokens.items()]
    screens += [
        f"/{language}/solidarity/demo/",
        f"/{language}/solidarity/demo/wall/",
        f"/{language}/solidarity/notatarget-2022/",
        f"/{language}/solidarity/notatarget-2022/wall/",
        f"/{language}/events/demo/",
        f"/{language}/events/demo/signed-up/",
        f"/{language}/donations/demo/",
        f"/{language}/donations/notatarget-2022/",
        f"/{language}/my-solidarity/",
        f"/{language}/my-solidarity/sent/",
        f"/{language}/no-such-page/",
        f"/{language}/donations/pledge/unknown/",
    ]
    return {path: path for path in screens}


def findings(page: Page) -> list[str]:
    results = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url} {rule['id']}: {node['target']}" for rule in results for node in rule["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    page.set_viewport_size({"width": 320, "height": 700})
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


@LANGUAGES
def test_every_screen_is_accessible_and_fits_a_small_phone(open_context, make_image, language):
    pages = WagtailPage.objects.live().filter(locale__language_code=language, depth__gt=1)
    screens = [*(found.url for found in pages), *action_screens(language, make_image())]
    page = open_context(locale=language).new_page()
    wrong, wide = [], []
    for path in screens:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        wrong += findings(page)
        if scrolls_sideways(page):
            wide.append(path)

    assert len(screens) > 20
    assert wrong == []
    assert wide == []


@LANGUAGES
def test_forms_with_errors_are_accessible(open_context, language):
    page = open_context(java_script_enabled=True, locale=language).new_page()
    wrong = []
    for path in ("solidarity/demo", "events/demo", "donations/demo", "my-solidarity"):
        page.goto(f"/{language}/{path}/")
        with page.expect_navigation():
            page.locator("[data-form] button[type=submit]").click()
        assert page.locator("[role=alert]").count() == 1
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        wrong += findings(page)

    assert wrong == []


def test_dark_scheme_is_accessible(open_context):
    page = open_context(color_scheme="dark").new_page()
    wrong = []
    for path in ("/nl/", CampaignPage.objects.get(locale__language_code="nl").url):
        page.goto(path)
        wrong += findings(page)

    assert wrong == []


def test_axe_finds_a_planted_fault(open_context):
    page = open_context().new_page()
    page.goto("/en/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert any("button-name" in finding for finding in findings(page))


@LANGUAGES
@pytest.mark.parametrize("width", [360, 1280])
def test_campaign_page_is_light(open_context, language, width):
    context = open_context(viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    campaign = CampaignPage.objects.get(locale__language_code=language)

    page.goto(campaign.url, wait_until="networkidle")

    assert 3 <= len(sizes) <= 8, sizes
    assert sum(sizes) <= 120_000, sizes
    assert context.cookies() == []
