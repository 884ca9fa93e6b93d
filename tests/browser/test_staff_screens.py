"""Every screen of ours that the staff sees: accessible, whole, called by a name of its own.

Each fourth of them here, shared among the three languages; each in all of them, in narrow windows
too and with Wagtail's own screens, is the business of ``make drill-staff-a11y``.
"""

import sys
from collections import Counter
from collections.abc import Iterable

import pytest

from tests.browser.staff_screens import (
    NARROW,
    WIDE,
    Tab,
    administrator,
    is_ours,
    newcomer,
    shows_words,
    staff_templates,
    templates_used,
)
from tests.browser.stage import LANGUAGES
from tests.staff.admin_urls import Address, admin_urls
from tests.staff.matrix import nothing_drawn
from tests.staff.rows import make_rows

pytestmark = pytest.mark.django_db(transaction=True)

LEAST_SCREENS = 90
ONE_IN = 4
# What opening an address with these rows behind it does not bring about: what stands there after a
# decision or when a list is empty, second forms of a door, the editors of Wagtail.
NOT_SHOWN = {
    "donations/admin/match_queue_empty.html",
    "donations/admin/match_screen_empty.html",
    "donations/admin/statement_columns.html",
    "events/hosting/copied.html",
    "events/hosting/mail_sample.html",
    "newsroom/checking/finding.html",
    "newsroom/reporting/bars.html",
    "newsroom/reporting/lines.html",
    "newsroom/reporting/parts.html",
    "newsroom/translating/change_table.html",
    "newsroom/translating/left.html",
    "newsroom/translating/pieces.html",
    "newsroom/translating/publish.html",
    "newsroom/translating/restart.html",
    "solidarity/admin/edition_delivery.html",
    "solidarity/admin/look_alikes.html",
    "solidarity/admin/queue_empty.html",
    "solidarity/admin/reports.html",
    "solidarity/admin/screen_empty.html",
    "staff/login/codes.html",
    "staff/login/new_password.html",
    "staff/login/remove.html",
    "staff/login/rename.html",
    "staff/login/returned.html",
    "staff/login/returned_form.html",
    "staff/login/too_many.html",
    "staff/members/password.html",
    "wagtail_localize/admin/edit_translation.html",
    "wagtailadmin/shared/side_panels/checks.html",
    "wagtailcore/shared/block_preview.html",
}
FOR_STRANGERS = (
    "/admin/login/",
    "/admin/login/forgotten/",
    "/admin/login/new-password/1/x/",
    "/admin/invitation/x/",
)
FOR_NEWCOMERS = (
    "/admin/login/enrol/",
    "/admin/login/enrol/app/",
    "/admin/login/enrol/passkey/",
)


def look(tab: Tab, name: str, titles: Counter, *, thoroughly: bool) -> list[str]:
    """Measure the screen that is open; return what is wrong with it."""
    titles[tab.page.title()] += 1
    found = tab.bones() + tab.axe()
    tab.resize(NARROW)
    found += [f"narrow: {one}" for one in tab.narrow()]
    found += [f"narrow: {one}" for one in tab.axe()] if thoroughly else []
    tab.resize(WIDE)
    return [f"{name}: {one}" for one in found]


def tour(
    tab: Tab, addresses: Iterable[Address], titles: Counter, *, thoroughly: bool = False
) -> list[str]:
    wrong = []
    for address in addresses:
        if tab.open(address.path):
            wrong += look(tab, address.key, titles, thoroughly=thoroughly)
    return wrong


def doors(tab: Tab, titles: Counter, *, thoroughly: bool = False) -> list[str]:
    """What stands at the door for those who are not in, and for those who are half in."""
    wrong = []
    for client, paths in (
        (None, FOR_STRANGERS),
        (newcomer("new"), FOR_NEWCOMERS),
        (newcomer("with-app", has_app=True), ("/admin/login/code/",)),
    ):
        tab.become(client)
        for path in paths:
            tab.open(path)
            wrong += look(tab, path, titles, thoroughly=thoroughly)
    return wrong


def test_each_fourth_screen_of_ours_in_one_language(open_context, address, make_image, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    rows = {"": make_rows(make_image())[""]}
    clients = {language: administrator(language) for language in LANGUAGES}
    chosen = [one for one in admin_urls(rows) if is_ours(one)][::ONE_IN]
    with nothing_drawn():
        ours = [one for one in chosen if shows_words(clients["en"], one)]
    tab = Tab(open_context(viewport={"width": WIDE, "height": 900}), address)
    titles: dict[str, Counter] = {language: Counter() for language in LANGUAGES}
    wrong = doors(tab, Counter())
    for place, (language, client) in enumerate(clients.items()):
        tab.become(client)
        wrong += tour(tab, ours[place :: len(LANGUAGES)], titles[language])

    assert sum(titles[language].total() for language in LANGUAGES) >= LEAST_SCREENS // ONE_IN
    assert "\n".join(wrong) == ""
    for names in titles.values():
        assert {name for name, number in names.items() if number > 1} == set()


@pytest.mark.drill
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_in_every_language(open_context, address, make_image, settings, language):
    settings.STAFF_SECOND_FACTOR = "required"
    rows = {"": make_rows(make_image())[""]}
    client = administrator(language)
    with nothing_drawn():
        shown = [one for one in admin_urls(rows) if shows_words(client, one)]
    ours, others = (
        [one for one in shown if is_ours(one)],
        [one for one in shown if not is_ours(one)],
    )
    tab = Tab(open_context(viewport={"width": WIDE, "height": 900}, locale=language), address)
    titles, of_wagtail = Counter(), Counter()
    with templates_used() as used:
        wrong = doors(tab, Counter(), thoroughly=True)
        tab.become(client)
        wrong += tour(tab, ours, titles, thoroughly=True)
    told = tour(tab, others, of_wagtail)

    print(
        f"\nstaff screens, {language}: {titles.total()} of ours, {of_wagtail.total()} of Wagtail's",
        *wrong,
        "Of Wagtail's own:",
        *told,
        sep="\n  ",
        file=sys.stderr,
    )
    assert titles.total() >= LEAST_SCREENS
    assert wrong == []
    assert staff_templates() - used - NOT_SHOWN == set()
    assert {name for name, number in titles.items() if number > 1} == set()
