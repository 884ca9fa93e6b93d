"""The words of a mail in a browser: from the keyboard, the whole mail in its frame, axe silent."""

import pytest
from wagtail.users.models import UserProfile

from tests.browser.test_today import complaints, logged_in
from tests.browser.viewer import AXE
from tests.factories import make_appeal, make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]


def test_words_are_tried_out_from_the_keyboard(open_context, address):
    make_appeal()
    user = make_staff("Editors")
    UserProfile.objects.create(user=user, preferred_language="en", theme="light")
    context = open_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    logged_in(context, address, user)
    page = context.new_page()
    page.goto("/admin/mail-words/pledge_instructions/")

    page.get_by_label("Text · Nederlands").fill("Dank je!")
    page.get_by_role("button", name="See how it reads").press("Enter")
    page.get_by_text("Without {appeal}, people do not know").wait_for()
    assert not complaints(page)
    box = page.get_by_label("Text · Nederlands")
    assert box.get_attribute("aria-describedby") == "id_text_nl_error"

    box.fill("Dank je voor {appeal}!")
    page.get_by_role("button", name="See how it reads").press("Enter")
    frame = page.frame_locator("iframe[title^=Nederlands]")
    frame.get_by_text("Dank je voor Testinzameling!").wait_for()
    frame.get_by_text("BE71 0961 2345 6769").wait_for()
    assert page.evaluate("document.activeElement.id") == "sample"
    assert not complaints(page)
