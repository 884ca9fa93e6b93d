"""Staff at work in a real browser: a moderator approves with the keyboard, an editor changes a
Dutch headline, and both show on the public site."""

import uuid
from io import BytesIO

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from pages.models import HomePage
from solidarity.images import clean_photo
from solidarity.models import Photo, PhotoCall
from solidarity.services import submit_photo
from tests.factories import make_staff

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(page: Page, group: str) -> None:
    user = make_staff(group)
    page.goto("/admin/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", "x" * 20)
    page.keyboard.press("Enter")
    page.locator("#wagtail-sidebar").wait_for(state="attached")
    page.wait_for_load_state()


def send_photo(image: bytes) -> Photo:
    with translation.override("fr"):
        return submit_photo(
            call=PhotoCall.objects.get(slug="demo"),
            image=clean_photo(BytesIO(image)),
            message="Bon courage",
            display_name="Sam",
            email="",
            consent_delivery=False,
            consent_wall=True,
            language="fr",
            form_key=uuid.uuid4(),
            form_digest="",
        )


def test_moderator_approves_with_the_keyboard_and_the_wall_shows_it(open_context, make_image):
    photo = send_photo(make_image(size=(300, 200)))
    public = open_context().new_page()
    public.goto("/fr/solidarity/demo/wall/")
    assert "Bon courage" not in public.content()
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    log_in(page, "Moderators")

    page.goto("/admin/photos/")
    page.locator("[name=alt_text]").focus()
    page.keyboard.type("A red field")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No photo is waiting. Thank you.", exact=True)).to_be_visible()

    photo.refresh_from_db()
    assert (photo.status, photo.decided_by.username) == ("approved", "moderators")
    public.goto("/fr/solidarity/demo/wall/")
    figure = public.locator("figure", has_text="Bon courage")
    assert figure.locator("img").get_attribute("alt") == "A red field"
    assert figure.locator("img").evaluate("image => image.complete || image.decode()") is not None
    assert figure.locator("[lang=fr]").count() >= 1


def test_editor_changes_a_dutch_headline(open_context):
    home = HomePage.objects.get(locale__language_code="nl")
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    log_in(page, "Editors")

    page.goto(f"/admin/pages/{home.pk}/edit/")
    segment = page.get_by_text(home.hero_title, exact=True).locator("xpath=ancestor::li[1]")
    segment.get_by_role("button", name="Edit").click()
    page.locator("textarea", has_text=home.hero_title).fill("Handen af van onze zorg")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Handen af van onze zorg", exact=True)).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Publish in Nederlands").click()

    public = open_context().new_page()
    public.goto("/nl/")
    expect(public.locator("h1")).to_have_text("Handen af van onze zorg")
    public.goto("/en/")
    expect(public.locator("h1")).not_to_have_text("Handen af van onze zorg")


@pytest.mark.parametrize(
    ("group", "path"),
    [("Moderators", "/admin/photos/"), ("Treasurers", "/admin/"), ("Editors", "/admin/pages/")],
)
def test_staff_screens_open_without_complaint(open_context, group, path):
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    log_in(page, group)

    answer = page.goto(path)

    assert answer.status == 200
    assert page.locator("h1, h2").count() >= 1
