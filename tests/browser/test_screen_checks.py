"""Each check of screens finds the fault that it is there for, planted in a page without any."""

from io import BytesIO

import pytest
from PIL import Image

from tests.browser.contrast import least_ratio, ratio, too_faint
from tests.browser.screens import SCREENS, show_all
from tests.browser.stage import Stage
from tests.browser.viewer import Viewer, sentences

pytestmark = pytest.mark.django_db(transaction=True)

# The page is a form that came back with an error: it has a bit of everything.
SCREEN = "my solidarity with a wrong address"
PARTS = """
const first = document.querySelector("main .section");
const lead = first.querySelector(".lead");
const button = first.querySelector("button");
const add = html => first.insertAdjacentHTML("beforeend", html);
const rule = text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};
"""

# By check: what is done to the page, and words of what must be found.
FAULTS = {
    "bones": [
        ("document.documentElement.lang = 'de'", "lang is"),
        ("document.title = ''", "no title"),
        ("add('<h1>Another</h1>')", "not one h1"),
        ("add('<h4>Deep</h4>')", "skipped level"),
        ("first.append(new Image())", "no alt"),
        ("add('<img alt=photo.jpg>')", "alt is a file name"),
        ("document.querySelectorAll('[role=status]').forEach(it => it.remove())", "no live region"),
        ("document.activeElement.blur()", "error summary without focus"),
        ("document.querySelector('[data-error-summary]').role = 'note'", "silent error summary"),
        (
            "first.querySelector('[aria-invalid=true]').removeAttribute('aria-describedby')",
            "wrong field without its reason",
        ),
    ],
    "cutOff": [
        ("rule('.lead { width: 1600px !important; max-width: none !important }')", "beyond"),
        ("first.style.cssText = 'overflow: hidden; height: 60px'", "words cut off"),
        (
            "rule('html, body { overflow: visible !important }');"
            " rule('.lead { width: 1600px !important; max-width: none !important }')",
            "scrolls sideways",
        ),
    ],
    "overlaps": [("rule('.lead { position: relative; top: -60px }')", " on ")],
    "smallTargets": [
        ("rule('main button { height: 14px; min-height: 0; padding: 0 }')", "small target")
    ],
    "order": [
        ("rule('main .section { display: flex; flex-flow: column } h1 { order: 9 }')", "above"),
    ],
    "withoutStyles": [
        (
            "lead.hidden = true;"
            " document.styleSheets[0].insertRule('.lead { display: block !important }')",
            "gone without styles",
        ),
        ("document.body.prepend(document.querySelector('footer'))", "out of order"),
        ("add('<button></button>')", "no words without styles"),
    ],
    "forcedColours": [
        ("rule('main button { border: 0 !important }')", "no edge"),
        (
            "rule('main button { forced-color-adjust: none; color: rgb(1, 2, 3) !important;"
            " background: rgb(1, 2, 3) !important }')",
            "words vanish",
        ),
    ],
    "motion": [
        ("rule('main button { transition: transform 1s }')", "slides"),
        ("rule('@keyframes on { to { left: 9px } } h1 { animation: on 9s infinite }')", "moves"),
        ("rule('html { scroll-behavior: smooth }')", "scrolls smoothly"),
    ],
}
KEYBOARD_FAULTS = [
    ("rule(':focus-visible { outline: 0 !important }')", "no outline"),
    ("button.tabIndex = 1", "stop "),
    ("rule('main button:focus { position: fixed; top: -900px }')", "out of sight"),
    (
        "const bar = document.createElement('div'); bar.className = 'bar'; document.body"
        ".append(bar); rule('.bar { position: fixed; inset: 0; background: red; z-index: 99 }')",
        "lies under",
    ),
    (
        "button.addEventListener('keydown', event => event.preventDefault())",
        "stop",
    ),
]
MENU_FAULTS = [
    (
        "document.querySelector('header details')"
        ".addEventListener('keydown', event => event.stopImmediatePropagation(), true)",
        "Escape leaves the menu open",
    ),
    ("document.querySelector('header summary').onkeydown = () => false", "does not open"),
]


@pytest.fixture
def plant(open_context, address, make_image):
    """Return a function that opens the page afresh with a fault, and hands out its viewer."""
    (listed,) = (screen for screen in SCREENS if screen.name == SCREEN)
    (shown,) = show_all(Stage("en", make_image()), [listed])
    viewer = Viewer(open_context(), address)

    def planted(fault: str, *, width: int = 1280, **media) -> Viewer:
        viewer.open(shown, width=width)
        viewer.page.emulate_media(**media)
        viewer.page.evaluate(f"() => {{ {PARTS} {fault} }}")
        return viewer

    return planted


@pytest.mark.parametrize("check", FAULTS)
@pytest.mark.parametrize("most", [1, pytest.param(99, marks=pytest.mark.drill)])
def test_a_fault_is_found(plant, check, most):
    # One column, so that reading order is plain; colours forced where that is looked at.
    options = {"width": 320, "forced_colors": "active" if check == "forcedColours" else "none"}
    assert plant("", **options).check(check) == []

    for fault, words in FAULTS[check][:most]:
        found = plant(fault, **options).check(check)
        assert any(words in sentence for sentence in found), (fault, found)


def test_faults_of_the_keyboard_are_found(plant):
    assert plant("").walk() == []

    for fault, words in KEYBOARD_FAULTS:
        found = plant(fault).walk()
        assert any(words in sentence for sentence in found), (fault, found)


def test_faults_of_the_menu_are_found(plant):
    assert plant("", width=320).menu() == []

    for fault, words in MENU_FAULTS:
        found = plant(fault, width=320).menu()
        assert any(words in sentence for sentence in found), (fault, found)


def test_words_that_do_not_bear_spacing_or_enlarging_are_found(plant):
    for_spacing = "rule('h1 { height: 0.95em; overflow: hidden }')"
    for_enlarging = "rule('h1 { font-size: 2rem; height: 44px; overflow: hidden }')"

    assert plant("").spaced() == plant("").enlarged() == []
    assert plant(for_spacing).enlarged() == plant(for_enlarging).spaced() == []
    assert any("words cut off" in sentence for sentence in plant(for_spacing).spaced())
    assert any("words cut off" in sentence for sentence in plant(for_enlarging).enlarged())


@pytest.mark.parametrize(
    ("fault", "rule", "media"),
    [
        ("add('<button></button>')", "button-name", {}),
        (
            "rule('main button { all: unset; font-size: 8px } .lead { margin: 0 }');"
            " add('<a href=/>a</a><a href=/>b</a>'); rule('main a { font-size: 9px }')",
            "target-size",
            {},
        ),
        ("rule('.lead { color: #333 }')", "color-contrast", {"color_scheme": "dark"}),
        ("add('<p role=listitem>Alone</p>')", "aria-required-parent", {}),
        ("add('<div>Outside</div>'); document.body.append(first.lastChild)", "region", {}),
    ],
)
def test_axe_finds_a_fault(plant, fault, rule, media):
    violations, _ = plant(fault, **media).axe()

    assert any(sentence.startswith(rule) for sentence in sentences(violations)), violations


@pytest.mark.parametrize(("ink", "is_faint"), [("#777", True), ("#000", False)])
def test_faint_words_on_a_picture_are_found_where_axe_is_at_a_loss(plant, ink, is_faint):
    ground = "background: linear-gradient(90deg, #888, #999)"
    viewer = plant(f"rule('.lead {{ color: {ink}; {ground} }}')", color_scheme="light")

    violations, incomplete = viewer.axe()

    undecided = [item for item in incomplete if item["target"] == ".lead"]
    assert violations == []
    assert len(undecided) == 1
    assert bool(viewer.faint_words(undecided)) is is_faint


def test_contrast_is_that_of_the_worst_place_that_counts():
    picture = Image.new("RGB", (100, 10), "white")
    picture.paste("black", (0, 0, 1, 10))  # a stroke across one hundredth
    out = BytesIO()
    picture.save(out, "PNG")
    words = {"ink": [0, 0, 0], "alpha": 1, "large": False, "boxes": [[0, 0, 100, 10]]}

    assert ratio((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert ratio((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert least_ratio(picture, (0, 0, 100, 10), (0, 0, 0), 1.0) == pytest.approx(21)
    assert least_ratio(picture, (0, 0, 10, 10), (0, 0, 0), 1.0) == pytest.approx(1)
    assert too_faint(out.getvalue(), words) == ""
    assert too_faint(out.getvalue(), {**words, "alpha": 0.3}) == "contrast 2.1, 4.5 is wanted"
    assert too_faint(out.getvalue(), {**words, "boxes": [[0, 0, 10, 10]]}) != ""
