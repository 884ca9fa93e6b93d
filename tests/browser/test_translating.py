"""An editor changes the English and has three languages live in one sitting, by the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_staff import log_in
from tests.browser.viewer import AXE, RULES
from tests.newsroom.translating import about, give

pytestmark = pytest.mark.django_db(transaction=True)

NEW = {
    "en": "We heal, and we stand up.",
    "fr": "Nous soignons, debout.",
    "nl": "Wij zorgen en wij staan op.",
}


def press(page: Page, name: str, role: str = "button") -> None:
    """Go to a button or link and press Enter, as one does without a mouse."""
    target = page.get_by_role(role, name=name, exact=True)
    target.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


RUN_ON_MAIN = """rules => axe.run(
  {include: ["main"], exclude: [".messages"]}, rules).then(({violations}) => violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`)))"""


def is_accessible(page: Page) -> None:
    """axe finds nothing in what is ours: Wagtail's frame and its fading messages are not."""
    assert page.evaluate(RUN_ON_MAIN, RULES) == []


def translate(page: Page, language: str) -> None:
    """Write the new lead over the proposal, and store it."""
    field = page.locator(f"textarea[lang={language}]")
    expect(field).to_have_value(about(language).lead)
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(NEW[language])
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Store the translations")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(
        page.get_by_text("Everything is translated and in step with the English.")
    ).to_be_visible()


def test_from_an_english_change_to_three_languages_live(open_context):
    # A translator has edited this and not published it yet.
    give("fr", "title", "Qui sommes-nous ?")
    context = open_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(path=AXE)
    page = context.new_page()
    log_in(page, "Editors")

    page.goto(f"/admin/pages/{about().pk}/edit/")
    page.get_by_role("textbox", name="Lead").fill(NEW["en"])
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()

    page.goto("/admin/newsroom/translating/")
    press(page, f"with a newer draft · {about().title}", "link")
    expect(page.locator("ins").first).to_be_visible()
    press(page, "Take the draft over")
    is_accessible(page)
    translate(page, "fr")
    page.goto("/admin/newsroom/translating/?state=in-progress&language=nl")
    is_accessible(page)
    press(page, f"Translate · {about().title} · nl", "link")
    translate(page, "nl")
    press(page, "Publish in several languages", "link")
    is_accessible(page)
    press(page, "Publish together")
    expect(page.get_by_text("Published together", exact=False).first).to_be_visible()

    public = open_context().new_page()
    for code, lead in NEW.items():
        public.goto(about(code).url)
        expect(public.get_by_text(lead, exact=True).first).to_be_visible()
    public.goto(about("fr").url)
    expect(public.locator("h1")).to_have_text("Qui sommes-nous ?")
