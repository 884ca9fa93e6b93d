"""What the public gets is valid HTML, every template is looked at, every title is its own."""

import re
from collections import defaultdict

import pytest

from tests.browser.screens import SCREENS, Shown, public_templates, show_all
from tests.browser.stage import Stage
from tests.html_validity import problems

pytestmark = pytest.mark.django_db(transaction=True)

FAULTY = {
    "a block in a paragraph": ("<p><div>a</div></p>", "No “p” element in scope"),
    "a button in a link": ("<a href=/><button>b</button></a>", "must not appear as a descendant"),
    "an id twice": ("<p id=a>a</p><p id=a>b</p>", "Duplicate ID"),
    "a reference to nothing": ("<p aria-labelledby=no>a</p>", "must point to an element"),
    "a child out of place": ("<ul><p>a</p></ul>", "not allowed as child"),
    "an element never closed": ("<section><h2>a</h2>", "Unclosed element"),
    "an unknown attribute": ("<p colour=red>a</p>", "Attribute “colour” not allowed"),
    "a missing attribute": ("<img src=a>", "An “img” element must have an “alt”"),
}


def document(body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><title>A page</title></head><body>'
        f"<h1>A page</h1>{body}</body></html>"
    )


def without_a_screen(screens: list[Shown]) -> set[str]:
    seen = {name for shown in screens for name in shown.templates}
    return set(public_templates() - seen)


def fewest(screens: list[Shown]) -> list[Shown]:
    """The first screens that together use every template that any of them uses."""
    seen: set[str] = set()
    chosen = []
    for shown in screens:
        if not shown.templates <= seen:
            chosen.append(shown)
            seen |= shown.templates
    return chosen


def shared_titles(screens: list[Shown]) -> list[str]:
    """Titles that screens of different templates share; states of one may."""
    templates = defaultdict(set)
    for shown in screens:
        title = re.search(r"<title>(.*?)</title>", shown.html, re.DOTALL)[1]
        templates[title].add(shown.screen.template)
    return [title for title, names in templates.items() if len(names) > 1]


def test_every_public_template_is_on_a_screen_and_valid(make_image):
    screens = show_all(Stage("fr", make_image(size=(900, 700))))

    chosen = fewest(screens)
    assert len(chosen) >= 30
    assert len({screen.name for screen in SCREENS}) == len(SCREENS)
    assert without_a_screen(screens) == set()
    assert problems({shown.screen.name: shown.html for shown in chosen}) == []
    assert shared_titles(screens) == []
    # The same lists, with something missing or doubled, are not in order.
    others = [shown for shown in screens if shown.screen.template != "pages/home_page.html"]
    assert "pages/home_page.html" in without_a_screen(others)


def test_faults_are_found_and_named():
    found = problems({name: document(body) for name, (body, _) in FAULTY.items()})

    for name, (_, words) in FAULTY.items():
        assert any(line.startswith(name) and words in line for line in found), (name, found)
    assert problems({"a sound page": document("<p>Sound</p>")}) == []
