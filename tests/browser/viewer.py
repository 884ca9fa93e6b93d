"""Look at recorded screens in a real browser, and measure them."""

import re
from collections.abc import Iterable
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.contrast import too_faint
from tests.browser.screens import Shown

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
CHECKS = Path(__file__).with_name("screen_checks.js")
RULES = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
        "best-practice",
    ],
    # Off by default in axe-core, and a criterion of WCAG 2.2 AA.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
}
RUN_AXE = """rules => axe.run(document, rules).then(({violations, incomplete}) => {
  const flat = list => list.flatMap(rule => rule.nodes.map(node => ({
    rule: rule.id, target: node.target.join(" "), html: node.html.slice(0, 160),
    why: [...node.any, ...node.all, ...node.none].map(check => check.message).join(" "),
    reason: node.any[0]?.data?.messageKey ?? ""})));
  return {violations: flat(violations), incomplete: flat(incomplete)};
})"""
# More than the three that a wall fetches without being asked.
MOST_PAGES = 5
HEIGHT = 900
LETTERS = 16  # pixels, what browsers are set to unless somebody changes it


class Viewer:
    """One tab in which recorded screens are shown at their own addresses.

    The document is the recorded one, with its status and headers, content security policy
    included; all that it asks for comes from the running site.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.add_init_script(path=AXE)
        context.add_init_script(path=CHECKS)
        self.page: Page = context.new_page()
        # Colours that fade in when the scheme changes would be measured halfway.
        self.page.emulate_media(reduced_motion="reduce")
        self.devtools = context.new_cdp_session(self.page)
        self.address = address
        self.stops = 0

    def open(self, shown: Shown, *, width: int = 1280) -> None:
        url = self.address + shown.path
        pattern = re.compile(f"^{re.escape(url)}$")
        self.resize(width)
        self.page.route(
            pattern,
            lambda route: route.fulfill(
                status=shown.status, headers=shown.headers, body=shown.html
            ),
        )
        self.page.goto(url)
        self.page.unroute(pattern)
        # A script brings the form of an action into its page.
        expect(self.page.locator("[data-waiting]")).to_have_count(0)
        self.page.evaluate("document.fonts.ready.then(() => null)")
        self._see_whole_wall()

    def _see_whole_wall(self) -> None:
        """Scroll until a wall has fetched what it fetches by itself: checks want a page at rest."""
        more = self.page.locator("[data-wall-more]")
        for _ in range(MOST_PAGES if more.count() else 0):
            if more.is_hidden():
                break
            before = self.page.locator("[data-wall] > li").count()
            self.page.evaluate("scrollTo(0, document.body.scrollHeight)")
            self.page.wait_for_timeout(300)
            if self.page.locator("[data-wall] > li").count() == before:
                break
        self.page.evaluate("scrollTo(0, 0)")

    def resize(self, width: int, height: int = HEIGHT) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def spaced(self) -> list[str]:
        """Check the page with its text spaced as WCAG 1.4.12 has it."""
        self.page.evaluate("checks.spaceText(true)")
        found = self.check("cutOff", "overlaps")
        self.page.evaluate("checks.spaceText(false)")
        return [f"spaced: {sentence}" for sentence in found]

    def enlarged(self) -> list[str]:
        """Check the page in a browser whose letters are set to twice their size (WCAG 1.4.4)."""
        self._set_letters(2 * LETTERS)
        found = self.check("cutOff", "overlaps")
        self._set_letters(LETTERS)
        return [f"enlarged: {sentence}" for sentence in found]

    def _set_letters(self, pixels: int) -> None:
        # The browser's own setting, which a rem within a media query follows as well.
        self.devtools.send("Page.setFontSizes", {"fontSizes": {"standard": pixels}})

    def axe(self) -> tuple[list[dict], list[dict]]:
        """Return (violations, incomplete), one entry for each element that is concerned."""
        found = self.page.evaluate(RUN_AXE, RULES)
        return found["violations"], found["incomplete"]

    def faint_words(self, incomplete: list[dict]) -> list[str]:
        """Decide what axe could not: the contrast of words over pictures, from the pixels."""
        targets = [item["target"] for item in incomplete if item["rule"] == "color-contrast"]
        if not targets:
            return []
        inks = self.page.evaluate("targets => checks.inks(targets)", targets)
        self.page.evaluate("checks.hideWords(true)")
        picture = self.page.screenshot(full_page=True)
        self.page.evaluate("checks.hideWords(false)")
        # Null stands for words within a drawing, which nobody has to read to follow the page.
        judged = zip(targets, inks, strict=True)
        found = ((target, too_faint(picture, words)) for target, words in judged if words)
        return [f"{target}: {fault}" for target, fault in found if fault]

    def menu(self) -> list[str]:
        """Open the menu with the keyboard and leave it with Escape; return what is wrong."""
        if not self.page.evaluate("checks.openMenu()"):
            return []
        self.page.keyboard.press("Enter")
        opened = self.page.evaluate("checks.menuState()")
        self.page.keyboard.press("Tab")
        within = self.page.evaluate("checks.menuState()")
        self.page.keyboard.press("Escape")
        left = self.page.evaluate("checks.menuState()")
        self.page.evaluate("checks.settle()")
        wrong = [] if opened["open"] and opened["links"] else ["the menu does not open"]
        wrong += ["Tab does not lead into the menu"] if within["onButton"] else []
        wrong += ["Escape leaves the menu open"] if left["open"] else []
        return wrong + ([] if left["onButton"] else ["the focus is not back on the menu's button"])

    def check(self, *names: str) -> list[str]:
        """Run checks of screen_checks.js and return what they find."""
        calls = ", ".join(f"...checks.{name}()" for name in names)
        return self.page.evaluate(f"[{calls}]")

    def walk(self) -> list[str]:
        """Press Tab from the top to the end; return what is wrong with the way."""
        expected = self.page.evaluate("checks.rewind()")
        wrong: list[str] = []
        for place in range(expected):
            self.page.keyboard.press("Tab")
            step = self.page.evaluate("checks.focused()")
            wrong += step["wrong"]
            if step["place"] != place:
                return [*wrong, f"stop {place} of {expected} is {step['place']}: {step['name']}"]
        self.page.keyboard.press("Tab")
        after = self.page.evaluate("checks.focused()")
        # Past the last stop a browser goes on to its own buttons, and then back to the first.
        if after["place"] > 0:
            wrong.append(f"no way out after {expected} stops: {after['name']}")
        self.page.evaluate("checks.settle()")
        self.stops += expected
        return wrong


def sentences(found: Iterable[dict]) -> list[str]:
    return [f"{item['rule']} {item['target']}: {item['why']}" for item in found]
