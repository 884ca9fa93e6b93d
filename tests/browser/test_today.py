"""“To do today” and the log in a browser: nothing for axe to find, by day and by night."""

import uuid

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from wagtail.users.models import UserProfile

from newsroom.models import CampaignUpdate
from supporters.models import DataRequest
from tests.browser.viewer import AXE, RULES, RUN_AXE
from tests.factories import in_days, make_event, make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]

# Wagtail's own skip link stands outside its landmarks; "region" is best practice, no criterion.
_OF_WAGTAIL = {"region"}


def logged_in(context: BrowserContext, address: str, user) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": address}])


def complaints(page: Page) -> list[dict]:
    found = page.evaluate(RUN_AXE, RULES)["violations"]
    return [item for item in found if item["rule"] not in _OF_WAGTAIL]


def test_axe_finds_nothing_on_the_first_page_and_in_the_log(open_context, address):
    make_event(day=in_days(1), capacity=40)
    DataRequest.objects.create(kind="other", due_on=in_days(1))
    CampaignUpdate.objects.create(campaign_key=uuid.uuid4(), title="News", state="stopped")
    user = make_staff("Administrators")
    UserProfile.objects.create(user=user, preferred_language="en", theme="system")
    context = open_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    logged_in(context, address, user)
    page = context.new_page()

    for path in ("/admin/newsroom/auditing/?about=Test+event", "/admin/"):
        page.goto(path)
        page.locator("#wagtail-sidebar nav").first.wait_for()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert not complaints(page), (path, scheme)

    page.locator("[data-to-do=data-requests] a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/requests/")
