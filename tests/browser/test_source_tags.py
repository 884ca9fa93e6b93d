"""The tag of a poster's link goes along to the form at the end of the way, in a real browser."""

import pytest

from pages.models import EventPage
from tests.factories import make_event, notatarget

pytestmark = pytest.mark.django_db(transaction=True)


def test_tag_goes_from_the_campaign_to_the_form_and_is_kept_nowhere(open_context):
    event = make_event()
    campaign, target = notatarget("en"), EventPage.objects.get(event=event)
    context = open_context()
    page = context.new_page()

    page.goto(f"{campaign.url}?from=poster")
    inside = page.locator(f"main a[href*='{campaign.url}']:not([href^='#'])")
    inside.first.wait_for()
    links = inside.evaluate_all("links => links.map(link => link.href)")
    assert len(links) >= 2
    assert all("?from=poster" in link for link in links)
    page.goto(f"{target.url}?from=poster")
    form = page.locator("form[data-form=signup]")
    form.wait_for()

    assert form.locator("[name=source]").get_attribute("value") == "poster"
    languages = page.locator("a[hreflang=nl]").first.get_attribute("href")
    assert languages.endswith("?from=poster")
    # What is shared or leaves the site carries no tag, and the browser keeps none.
    assert "from=" not in page.locator("[data-share] [data-copy]").get_attribute("data-copy")
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0

    page.goto(f"{target.url}?from=<b>Jane</b>")
    form.wait_for()
    assert form.locator("[name=source]").get_attribute("value") in ("", None)
    assert "from=" not in page.locator("a[hreflang=nl]").first.get_attribute("href")
