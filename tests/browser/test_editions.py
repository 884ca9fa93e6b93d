"""The dossier's progress in a real browser: it moves by itself, and the next step appears."""

import pytest
from playwright.sync_api import expect

from solidarity.models import DossierFile, Edition
from tests.browser.test_staff import log_in
from tests.solidarity.editions import frozen, made

pytestmark = pytest.mark.django_db(transaction=True)


def test_progress_moves_by_itself(open_context):
    edition = frozen(photos=3, size=1)
    page = open_context().new_page()
    log_in(page, "Administrators")
    page.goto(f"/admin/editions/{edition.pk}/")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    loaded = page.evaluate("performance.timeOrigin")

    begun = edition.files.filter(number=1, kind__in=["letter", "volume"])
    begun.update(state=DossierFile.State.MADE)

    expect(page.get_by_text("2 of 7 files made")).to_be_visible()
    expect(page.get_by_text("Volume 2 of 3 is being made: photos 2–2.")).to_be_visible()
    bar = page.get_by_role("progressbar")
    assert bar.evaluate("bar => bar.position") == pytest.approx(2 / 7)
    assert page.evaluate("performance.timeOrigin") == loaded, "the page was loaded again"
    expect(page.get_by_role("button", name="Approve for delivery")).to_have_count(0)

    made(edition)
    page.get_by_role("button", name="Approve for delivery").click()
    expect(page.get_by_text("Approved. The dossier may leave the house.")).to_be_visible()
    edition.refresh_from_db()
    assert edition.status == Edition.Status.APPROVED
