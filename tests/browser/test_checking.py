"""An editor writes: the checks beside the editor follow the draft; our screens have no faults."""

import json
import os

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from pages.models import CampaignPage
from tests.browser.viewer import AXE, RULES, RUN_AXE, sentences
from tests.factories import make_staff, notatarget

pytestmark = pytest.mark.django_db(transaction=True)
FIGURES = {
    "type": "figures",
    "value": {"heading": "In figures", "items": [{"value": "85%", "text": "of people"}]},
    "id": "5b1d7c1e-0000-4000-8000-000000000001",
}


@pytest.fixture
def page(open_context, address):
    """A tab in which an editor is logged in."""
    client = Client()
    client.force_login(make_staff("Editors"))
    context = open_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": address}
            for name, cookie in client.cookies.items()
        ]
    )
    return context.new_page()


def shoot(page, name: str) -> None:
    """Keep a picture for those who want to look: SHOTS names the folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_the_checks_follow_the_draft(page):
    campaign = CampaignPage(
        title="Care",
        name="Care",
        slug="care",
        lead="A test.",
        live=False,
        body=json.dumps([FIGURES]),
    )
    notatarget("en").get_parent().add_child(instance=campaign)
    campaign.save_revision(clean=False)
    page.goto(reverse("wagtailadmin_pages:edit", args=[campaign.pk]))
    page.get_by_role("button", name="Toggle checks").click()
    panel = page.locator("[data-side-panel=checks]")

    expect(panel.get_by_text("This figure has no source.")).to_be_visible()
    # Wagtail's own: it could look into the preview, which our headers let it frame.
    expect(panel.locator("[data-content-word-count]")).not_to_have_text("-")
    # What our templates set large is not called a heading.
    expect(panel.locator("[data-content-checker-count]")).to_have_text("0")
    shoot(page, "panel")

    # Wagtail compares with what the form held two seconds after it was opened.
    page.wait_for_timeout(3_000)
    page.locator("#id_lead").fill("STOP THE BOMBING OF HOSPITALS")
    capitals = panel.get_by_text("Words in capitals are hard to read.")
    expect(capitals).to_be_visible(timeout=20_000)
    # Nothing of the editor still asks the site when it is gone.
    page.goto(reverse("newsroom_checking:launches"))
    page.wait_for_load_state("networkidle")


@pytest.mark.drill
def test_our_screens_have_no_faults(page):
    key = notatarget("en").translation_key
    screens = {
        "page": reverse("newsroom_checking:page", args=[notatarget("fr").pk]),
        "report": reverse("newsroom_checking:report"),
        "launches": reverse("newsroom_checking:launches"),
        "launch": reverse("newsroom_checking:launch", args=[key]),
    }
    page.context.add_init_script(path=AXE)
    run = RUN_AXE.replace("axe.run(document,", "axe.run('.checks',")
    found = {}
    for name, path in screens.items():
        page.goto(path)
        shoot(page, name)
        found[name] = sentences(page.evaluate(run, RULES)["violations"])
    assert found == {name: [] for name in screens}
