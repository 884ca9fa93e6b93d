"""The wall in a real browser: endless with scripts, page by page without, and back in its place."""

import re

import pytest
from playwright.sync_api import expect

from solidarity import services
from solidarity.models import Photo
from solidarity.wall import PAGE_SIZE
from tests.factories import make_photo_call
from tests.solidarity.sending import public_photo

pytestmark = pytest.mark.django_db(transaction=True)

WALL = "/en/solidarity/test-call/wall/"
TILES = "[data-wall] > li[id]"
# Shapes as cameras make them, beside one another.
SHAPES = [(1500, 2000), (2000, 1500), (1125, 2000), (2000, 1125), (2000, 2000)]
LONG_WORD = "Ziekenhuispersoneelsvertegenwoordigersoverleg"


@pytest.fixture
def photos() -> list[Photo]:
    """Five pages and a few photos, in the order of the wall."""
    call = make_photo_call()
    model = public_photo(call=call, message=LONG_WORD, language="nl")
    made = [public_photo(call=call) for _ in range(5 * PAGE_SIZE + 2)]
    for number, photo in enumerate([model, *made]):
        photo.width, photo.height = SHAPES[number % len(SHAPES)]
    Photo.objects.bulk_update([model, *made], ["width", "height"])
    return sorted([model, *made], key=lambda photo: photo.wall_key)


def names(page) -> list[str]:
    return page.locator(TILES).evaluate_all("tiles => tiles.map((tile) => tile.id)")


def wait_for_pages(page, number: int) -> None:
    page.locator(TILES).nth(number * PAGE_SIZE - 1).wait_for(state="attached")


def shifts(context) -> None:
    """Let the browser add up how far anything jumps while nobody acts."""
    context.add_init_script(
        "window.shifted = 0; new PerformanceObserver((list) => {"
        " for (const entry of list.getEntries())"
        "   if (!entry.hadRecentInput) window.shifted += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})"
    )


def test_wall_goes_on_by_itself_then_waits_and_leads_back(open_context, photos):
    context = open_context(viewport={"width": 1280, "height": 800})
    shifts(context)
    page = context.new_page()
    page.goto(WALL)
    more = page.locator("[data-wall-more] a")

    # Pictures arrive in the room that was kept for them.
    for _ in range(6):
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(60)
    pictures = "images => images.filter((image) => image.complete && image.naturalWidth).length"
    assert page.locator(f"{TILES} img").evaluate_all(pictures) > 3
    assert page.evaluate("window.shifted") < 0.01

    # Three pages come by themselves, then the button waits and the foot of the page is reached.
    for pages in (2, 3, 4):
        page.locator(TILES).last.scroll_into_view_if_needed()
        page.locator(TILES).nth(pages * PAGE_SIZE - 1).wait_for(state="attached")
    page.locator("footer").last.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    assert names(page) == [f"p{photo.wall_key}" for photo in photos[: 4 * PAGE_SIZE]]
    tops = page.locator(TILES).evaluate_all(
        "tiles => tiles.slice(0, 24).map((tile) => { const box ="
        " tile.querySelector('img').getBoundingClientRect();"
        " return [Math.round(tile.getBoundingClientRect().top), Math.round(box.height)]; })"
    )
    for top in {top for top, _ in tops}:
        heights = {height for other, height in tops if other == top}
        assert max(heights) - min(heights) <= 2

    # The button adds a page, moves the focus to it and says so.
    more.focus()
    page.keyboard.press("Enter")
    wait_for_pages(page, 5)
    assert page.locator("[data-status]").text_content() == "More photos follow."
    focused = page.evaluate("document.activeElement.closest('li').id")
    assert focused == f"p{photos[4 * PAGE_SIZE].wall_key}"

    # At the end of the wall the script hides the button, and nobody sees it any more.
    page.evaluate("document.querySelector('[data-wall-more]').hidden = true")
    expect(more).to_be_hidden()

    # To a photo and back: the photo is where it was.
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/photos/\d+/$"))
    page.go_back()
    expect(page.locator(f"#{focused}")).to_be_in_viewport()


def test_without_scripts_every_photo_is_reached(open_context, photos):
    page = open_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    ).new_page()
    page.goto(WALL)
    seen = names(page)
    while page.locator("a[rel=next]").count():
        with page.expect_navigation():
            page.locator("a[rel=next]").click()
        seen += names(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == 320

    assert seen == [f"p{photo.wall_key}" for photo in photos]
    with page.expect_navigation():
        page.locator("a[rel=prev]").click()
    assert names(page) == seen[-3 - PAGE_SIZE : -3]


def test_slideshow_goes_on_pauses_and_forgets_what_was_taken_back(open_context, photos):
    page = open_context(viewport={"width": 1280, "height": 720}).new_page()
    page.clock.install()
    page.goto("/en/solidarity/test-call/slideshow/")

    def shown() -> str:
        return page.locator("[data-slide]").get_attribute("data-slide")

    def wait_for(photo: Photo) -> None:
        page.locator(f"[data-slide='?at={photo.wall_key}']").wait_for()

    wait_for(photos[0])
    page.clock.run_for(10_000)
    wait_for(photos[1])
    page.keyboard.press(" ")
    page.clock.run_for(30_000)
    assert shown() == f"?at={photos[1].wall_key}"
    services.withdraw_photo(photos[1])
    page.clock.run_for(62_000)
    wait_for(photos[2])
    page.keyboard.press("ArrowRight")
    wait_for(photos[3])
