"""What somebody did here, as they see it: look, take it along, have it erased; mail included."""

import json
import re
import zipfile

import pytest

from supporters.models import DataRequest, Supporter
from tests.supporters.somebody import ADDRESS, did_everything

pytestmark = pytest.mark.django_db(transaction=True)


def link_in(mail, address: str, kind: str) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(rf"{re.escape(address)}/\S+/my-solidarity/{kind}/\S+", text)[0]


def press(page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).click()


@pytest.mark.parametrize(("language", "scripted"), [("fr", True), ("nl", False)])
def test_look_take_along_erase(
    open_context, smtp_server, run_tasks, address, tmp_path, language, scripted
):
    did_everything(language=language)
    run_tasks()
    smtp_server.envelopes.clear()
    context = open_context(java_script_enabled=scripted, locale=language)
    page = context.new_page()

    page.goto(f"/{language}/my-solidarity/")
    page.fill("[name=email]", ADDRESS)
    press(page, "[data-form] button[type=submit]")
    run_tasks()
    page.goto(link_in(smtp_server.messages[0], address, "open"))
    press(page, "main form button")
    overview = page.url
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator(".rows__item").count() == 5
    assert "Sam" not in page.locator("main").inner_text()
    press(page, ".rows__item >> nth=2 >> a")
    # The sign-up: give its data to others no more, change its number, or cancel it.
    assert page.locator("main form").count() == 3
    page.go_back()

    press(page, 'main form[action$="/export/"] button')
    run_tasks()
    run_tasks()
    page.goto(link_in(smtp_server.messages[-1], address, "open-export"))
    press(page, "main form button")
    with page.expect_download() as download:
        page.locator("main form button").click()
    assert download.value.suggested_filename == "my-solidarity.zip"
    path = tmp_path / "file.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("data.json"))["mail_address"] == ADDRESS
        assert "photos/photo-1.jpg" in archive.namelist()

    page.goto(overview)
    press(page, 'main a[href$="/erase/"]')
    assert page.locator(".rows__item").count() == 5
    assert Supporter.objects.count() == 1  # looking erases nothing
    mails = len(smtp_server.envelopes)
    press(page, "main form button")

    assert page.locator(".prose li").count() == 5
    assert page.locator(".rows__item").count() == 3
    run_tasks()
    assert len(smtp_server.envelopes) == mails
    assert Supporter.objects.count() == 0
    assert {request.kind for request in DataRequest.objects.exclude(done_on=None)} == {
        "export",
        "erasure",
    }
    page.goto(overview)
    assert page.locator("main h1").count() == 1
    assert page.locator(".rows__item").count() == 0
    assert context.cookies() == []
