"""The share row and the data for machines, in a real browser, with and without scripts."""

import json

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def open_campaign(context, query: str = ""):
    from pages.models import CampaignPage

    campaign = CampaignPage.objects.filter(locale__language_code="fr").order_by("path").first()
    page = context.new_page()
    page.goto(f"{campaign.url}{query}")
    return page, campaign


def test_link_is_copied_and_said_to_be(open_context, address):
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page, campaign = open_campaign(context)
    row = page.locator("[data-share]")

    assert row.locator("[data-share-address]").is_hidden()
    row.locator("[data-copy]").click()

    page.wait_for_function("document.querySelector('[data-status]').textContent !== ''")
    assert page.locator("[data-status]").get_attribute("role") == "status"
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}{campaign.url}"


def test_refused_clipboard_shows_the_address_selected(open_context, address):
    context = open_context()
    context.add_init_script(
        "if (navigator.clipboard)"
        " navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'))"
    )
    page, campaign = open_campaign(context)
    page.locator("[data-share] [data-copy]").click()

    page.locator("[data-share-address]").wait_for(state="visible")
    assert page.evaluate("getSelection().toString()") == f"{address}{campaign.url}"


def test_share_sheet_is_offered_only_where_there_is_one(open_context, address):
    without = open_context()
    without.add_init_script("delete Navigator.prototype.share")
    page, _ = open_campaign(without)
    assert page.locator("[data-share-sheet]").is_hidden()

    with_one = open_context()
    with_one.add_init_script(
        "Navigator.prototype.share = (data) => { window.shared = data; return Promise.resolve(); }"
    )
    page, campaign = open_campaign(with_one)
    page.locator("[data-share-sheet]").click()
    shared = page.evaluate("window.shared")
    assert shared["url"] == f"{address}{campaign.url}"
    assert campaign.title in shared["text"]


def test_closed_share_sheet_is_no_error(open_context):
    context = open_context()
    context.add_init_script(
        "Navigator.prototype.share = () => Promise.reject(new DOMException('', 'AbortError'))"
    )
    page, _ = open_campaign(context)

    page.locator("[data-share-sheet]").click()
    page.wait_for_timeout(100)


def test_without_scripts_the_address_is_there_and_the_ways_are_links(open_context, address):
    page, campaign = open_campaign(open_context(java_script_enabled=False))
    row = page.locator("[data-share]")

    assert row.locator("input").input_value() == f"{address}{campaign.url}"
    assert row.locator("[data-share-address]").is_visible()
    assert row.locator("button").count() == 2
    assert not any(row.locator("button").nth(number).is_visible() for number in range(2))
    links = row.locator("a")
    assert links.count() == 4
    assert all(
        links.nth(number).get_attribute("rel") == "noopener noreferrer" for number in range(4)
    )


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_row_fits_and_its_targets_are_large(open_context, width):
    context = open_context(viewport={"width": width, "height": 800})
    page, _ = open_campaign(context)
    row = page.locator("[data-share]")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for target in row.locator("a, button:not([hidden])").all():
        box = target.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44


def test_data_for_machines_breaks_no_policy(open_context):
    """A data block is no script; the watch at the end fails on any complaint of the browser."""
    context = open_context()
    context.add_init_script(
        "window.violations = [];"
        "addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective));"
    )
    page, campaign = open_campaign(context)

    data = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert data["@graph"][-1]["@type"] == "BreadcrumbList"
    assert page.evaluate("window.violations") == []
    image = page.locator('meta[property="og:image"]').get_attribute("content")
    answer = page.request.get(image)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
