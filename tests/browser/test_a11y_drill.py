"""Every screen in every language, scheme and width: accessible to all that a machine can tell.

Minutes long, so no part of the suite: ``make drill-a11y``. What axe-core leaves undecided is
decided here: contrast over pictures from the pixels, sizes of targets by their boxes.
"""

import sys
from collections import Counter

import pytest
from wagtail.models import Page

from tests.browser.screens import SCREENS, Screen, Shown, show_all
from tests.browser.stage import LANGUAGES, Stage
from tests.browser.viewer import Viewer, sentences
from tests.html_validity import problems

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

SCHEMES = ("light", "dark")
WIDTHS = (1280, 360, 320)  # CSS pixels
# A window of 1280 by 900 pixels as it is, at 200 % and at 400 % (WCAG 2.2, 1.4.4 and 1.4.10).
WINDOWS = ((1280, 900), (640, 450), (320, 225))
LEAST_SCREENS = 150
LEAST_PAGES = 15
# What axe cannot decide, and what decides it here. Anything else has to be looked at by somebody.
DECIDED = {
    "color-contrast": "Viewer.faint_words, from the pixels behind the words",
    "target-size": "checks.smallTargets, from the boxes of the targets",
}

in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def report(what: str, counts: Counter, wrong: list[str]) -> None:
    """Tell what was covered, and every finding: an assertion would show the first few.

    On standard error, the one way out of a worker process.
    """
    covered = ", ".join(f"{number} {name}" for name, number in counts.items())
    print(f"\n{what}: {covered}", *wrong, sep="\n  ", file=sys.stderr)


def named(shown: Shown, findings: list[str], where: str = "") -> list[str]:
    return [f"{shown.screen.name} {where}: {finding}" for finding in findings]


def judge(viewer: Viewer, known: set, counts: Counter, state: str) -> list[str]:
    """Run axe on the page as it stands; decide what it leaves open, each thing once a state."""
    violations, incomplete = viewer.axe()
    counts["axe runs"] += 1
    unknown = [item for item in incomplete if (item["html"], state) not in known]
    known |= {(item["html"], state) for item in unknown}
    counts["undecided by axe, decided here"] += len(unknown)
    open_ends = [item for item in unknown if item["rule"] not in DECIDED]
    return [
        *sentences(violations),
        *(f"undecided: {sentence}" for sentence in sentences(open_ends)),
        *viewer.faint_words(unknown),
    ]


@in_each_language
def test_axe_finds_nothing(open_context, address, make_image, language):
    viewer = Viewer(open_context(locale=language), address)
    wrong, known, counts = [], set(), Counter()
    for shown in show_all(Stage(language, make_image(size=(900, 700)))):
        viewer.open(shown)
        counts["screens"] += 1
        for width in WIDTHS:
            viewer.resize(width)
            for scheme in SCHEMES:
                viewer.page.emulate_media(color_scheme=scheme)
                state = f"{scheme} {width}"
                wrong += named(shown, judge(viewer, known, counts, state), state)

    report(f"axe-core, {language}, {SCHEMES}, {WIDTHS}", counts, wrong)
    assert counts["screens"] == len(SCREENS) >= LEAST_SCREENS
    assert counts["axe runs"] == len(SCREENS) * len(WIDTHS) * len(SCHEMES)
    assert wrong == []


def by_hand(viewer: Viewer) -> list[str]:
    """Read and work the page as people do, each in their way."""
    wrong = viewer.check("bones", "smallTargets")
    for width, height in WINDOWS:
        viewer.resize(width, height)
        findings = [*viewer.check("cutOff", "overlaps"), *viewer.spaced()]
        if width != 640:
            findings += [*viewer.walk(), *viewer.menu()]
        wrong += [f"{width} pixels: {finding}" for finding in findings]
    viewer.resize(320)
    wrong += viewer.check("order", "smallTargets")
    viewer.resize(1280)
    wrong += viewer.enlarged()
    wrong += viewer.check("withoutStyles", "motion")
    viewer.page.emulate_media(forced_colors="active")
    wrong += viewer.check("forcedColours")
    viewer.page.emulate_media(forced_colors="none")
    return wrong


@in_each_language
def test_people_get_everywhere(open_context, address, make_image, language):
    viewer = Viewer(open_context(locale=language), address)
    wrong, counts = [], Counter()
    shown_screens = show_all(Stage(language, make_image(size=(900, 700))))
    for shown in shown_screens:
        viewer.open(shown)
        wrong += named(shown, by_hand(viewer))
        counts["screens"] += 1
    counts["stops of the Tab key"] = viewer.stops
    wrong += problems({shown.screen.name: shown.html for shown in shown_screens})
    counts["documents checked for valid HTML"] = len(shown_screens)

    report(f"keyboard, zoom, spacing, forced colours, {language}", counts, wrong)
    assert counts["screens"] == len(SCREENS) >= LEAST_SCREENS
    assert viewer.stops > 2 * 10 * len(SCREENS)
    assert wrong == []


def site_pages(stage: Stage) -> list[Shown]:
    """Every page that editors have published in the stage's language."""
    pages = Page.objects.live().public().filter(locale__language_code=stage.language, depth__gt=1)
    listed = [
        Screen(f"page {page.url}", "base.html", lambda stage, page=page: stage.get_page(page))
        for page in pages.order_by("path")
    ]
    return show_all(stage, listed)


@in_each_language
def test_words_of_editors_break_nothing(open_context, address, make_image, language):
    viewer = Viewer(open_context(locale=language), address)
    wrong, titles, known, counts = [], Counter(), set(), Counter()
    shown_pages = site_pages(Stage(language, make_image()))
    for shown in shown_pages:
        viewer.open(shown)
        titles[viewer.page.title()] += 1
        wrong += named(shown, viewer.check("bones"))
        viewer.resize(320)
        wrong += named(shown, viewer.check("cutOff", "overlaps", "order", "smallTargets"))
        wrong += named(shown, judge(viewer, known, counts, "320"))
    wrong += problems({shown.path: shown.html for shown in shown_pages})
    counts["pages"] = len(shown_pages)

    report(f"pages of the site, {language}", counts, wrong)
    assert counts["pages"] >= LEAST_PAGES
    assert [title for title, number in titles.items() if number > 1] == []
    assert wrong == []
