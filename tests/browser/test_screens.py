"""Every public template in one language: accessible, whole on a small phone, light.

All screens in all languages are the business of ``make drill-a11y``.
"""

import pytest

from tests.browser.screens import one_for_each_template, show_all
from tests.browser.stage import LANGUAGES, Stage
from tests.browser.viewer import Viewer, sentences
from tests.factories import notatarget

pytestmark = pytest.mark.django_db(transaction=True)

IN_DARK = 8  # each eighth screen is looked at in the dark scheme too


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_accessible_and_fits_a_small_phone(
    open_context, address, make_image, language
):
    # A third of the templates in each language: what they share shows in any of them.
    screens = one_for_each_template()[LANGUAGES.index(language) :: len(LANGUAGES)]
    viewer = Viewer(open_context(locale=language), address)
    wrong = []
    for place, shown in enumerate(show_all(Stage(language, make_image()), screens)):
        viewer.open(shown)
        found = viewer.check("bones") + sentences(viewer.axe()[0])
        viewer.resize(320)
        found += viewer.check("cutOff", "smallTargets")
        if place % IN_DARK == 0:
            viewer.page.emulate_media(color_scheme="dark")
            found += sentences(viewer.axe()[0])
            viewer.page.emulate_media(color_scheme="light")
        wrong += [f"{shown.screen.name}: {sentence}" for sentence in found]

    assert len(screens) >= 12
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_campaign_page_is_light(open_context, language, width):
    context = open_context(viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    page.goto(notatarget(language).url, wait_until="networkidle")

    assert 3 <= len(sizes) <= 8, sizes
    assert sum(sizes) <= 120_000, sizes
    assert context.cookies() == []
