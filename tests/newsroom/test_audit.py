"""The log of what everybody did: complete, in plain words, for administrators, taken out by none
without a trace."""

import ast
import csv
import json
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import override
from wagtail.log_actions import log, registry
from wagtail.models import ModelLogEntry, PageLogEntry
from wagtail.users.models import UserProfile

from newsroom.auditing.kinds import EXPORTS, KINDS
from newsroom.auditing.sentences import details_of
from tests.factories import (
    in_days,
    make_account,
    make_event,
    make_photo_call,
    make_staff,
    make_supporter,
    notatarget,
)
from tests.solidarity.sending import send_photo

pytestmark = pytest.mark.django_db

LOG, EXPORT = "/admin/newsroom/auditing/", "/admin/newsroom/auditing/export/"
SITE_HISTORY = "/admin/reports/site-history/"
APPS = ("staff", "supporters", "solidarity", "donations", "events", "pages", "newsroom")


@pytest.fixture
def admin(client):
    member = make_staff("Administrators")
    client.force_login(member)
    forget()
    return member


def forget() -> None:
    """Making things is logged as well."""
    ModelLogEntry.objects.all().delete()
    PageLogEntry.objects.all().delete()


def user(name: str, **fields):
    return get_user_model().objects.create_user(name, **fields)


def lines(client, **filters) -> list[list[str]]:
    """Return the cells of each entry that the screen shows."""
    response = client.get(LOG, filters)
    assert response.status_code == 200
    rows = BeautifulSoup(response.content, "html.parser").select("tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in rows]


def sentences(client, **filters) -> list[tuple[str, str]]:
    return [(who, what) for _when, who, what, *_rest in lines(client, **filters)]


def test_pages_and_everything_else_stand_in_one_list_latest_first(client, admin):
    noor = user("noor", first_name="Noor", last_name="Peeters")
    page, call = notatarget("fr"), make_photo_call()
    forget()
    log(instance=call, action="wagtail.edit", user=noor, timestamp=timezone.now())
    log(instance=page, action="wagtail.publish", user=noor)
    log(instance=call, action="wagtail.delete", user=None)

    found = lines(client)

    assert [row[1:4] for row in found] == [
        ["the site itself", "Deleted", "Test call Photo call"],
        ["Noor Peeters", "Published", " ".join(f"{page.title} Campaign".split())],
        ["Noor Peeters", "Edited", "Test call Photo call"],
    ]
    assert f'href="/admin/pages/{page.pk}/history/"' in client.get(LOG).content.decode()


def test_accounts_and_pages_that_are_gone_are_told_as_such(client, admin):
    gone, page = user("gone"), notatarget("fr")
    log(instance=page, action="wagtail.edit", user=gone)
    PageLogEntry.objects.update(page_id=10**9)
    get_user_model().objects.filter(pk=gone.pk).delete()

    assert sentences(client) == [("somebody whose account is gone", "Edited")]
    assert "/history/" not in client.get(LOG).content.decode()


@pytest.fixture
def busy_log(admin):
    noor = user("noor")
    event, account = make_event(), make_account()
    forget()
    at = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)  # 23:30 in Belgium
    log(instance=notatarget("en"), action="wagtail.edit", user=noor, timestamp=at)
    log(instance=event, action="wagtail.edit", user=noor)
    log(instance=event, action="events.export_sign_ups", user=noor, data={"rows": 3})
    log(instance=noor, action="staff.login", user=noor, title="noor")
    log(instance=noor, action="staff.password_wrong", user=None, title="noor")
    log(instance=account, action="donations.approve_account", user=admin)
    log(instance=event, action="events.cancel", user=admin)
    return noor


def test_filters(client, busy_log):
    """One look each: what was done, latest first."""
    expected = [
        ({"kind": "exports"}, ["Sign-ups exported"]),
        ({"kind": "sign-ins"}, ["Wrong password typed when logging in", "Logged in"]),
        ({"kind": "pages"}, ["Edited"]),
        ({"kind": "things"}, ["Edited"]),
        ({"kind": "gifts"}, ["Change approved"]),
        ({"kind": "events"}, ["Event cancelled", "Sign-ups exported"]),
        ({"kind": "photos"}, []),
        ({"about": "Test event", "kind": "events"}, ["Event cancelled", "Sign-ups exported"]),
        ({"about": "nOTAtarget", "kind": ""}, ["Edited"]),
        ({"who": "site"}, ["Wrong password typed when logging in"]),
        ({"first": "2026-03-10", "last": "2026-03-10"}, ["Edited"]),
        ({"first": "2026-03-11", "last": "2026-03-11"}, []),
    ]
    for filters, actions in expected:
        assert [what for _who, what in sentences(client, **filters)] == actions, filters


def test_filter_by_person(client, busy_log, admin):
    assert {who for who, _what in sentences(client, who=busy_log.pk)} == {"noor"}
    assert {who for who, _what in sentences(client, who=admin.pk)} == {"administrators"}


def test_filter_that_cannot_be_is_refused_beside_the_field(client, busy_log):
    refused = [
        ({"first": "2026-02-30"}, "Enter a valid date."),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "This day is before the first one."),
        ({"who": "0 OR 1=1"}, "Select a valid choice."),
        ({"kind": "nonsense"}, "Select a valid choice."),
    ]
    for filters, words in refused:
        page = BeautifulSoup(client.get(LOG, filters).content, "html.parser")

        error = page.select_one(".error-message")
        assert error.text.startswith(words)
        field = page.select_one(f"[aria-describedby={error['id']}]")
        assert field["aria-invalid"] == "true" and field["name"] in filters
        assert not page.select("tbody tr")


def test_long_log_is_turned_over_fifty_at_a_time_in_few_queries(
    client, admin, django_assert_max_num_queries
):
    page, event = notatarget("nl"), make_event()
    forget()
    for number in range(60):
        log(instance=(page, event)[number % 2], action="wagtail.edit", user=admin)
    newest = [line[0] for line in lines(client)]

    with django_assert_max_num_queries(22):
        assert len(lines(client)) == 50
    assert len(lines(client, p=2)) == 10
    assert len(newest) == 50
    with django_assert_max_num_queries(22):
        assert len(lines(client, first=str(in_days(0)), about="Test event")) == 30


def test_others_see_and_take_nothing(client):
    for group in ("Editors", "Translators (French)", "Moderators", "Treasurers", "Event hosts"):
        client.force_login(make_staff(group))

        assert client.get(LOG).status_code == 302, group
        assert client.post(EXPORT).status_code == 302, group
        assert client.get(SITE_HISTORY).status_code == 302, group
    assert not ModelLogEntry.objects.filter(action="newsroom.export_log").exists()


def test_file_holds_what_the_filters_let_through_and_is_an_entry_itself(client, busy_log, admin):
    assert client.get(EXPORT).status_code == 405

    response = client.post(EXPORT, {"kind": "exports", "about": ""})

    table = list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert table[0] == ["When", "Who", "What", "About", "Kind", "Details"]
    assert [row[1:3] + row[5:] for row in table[1:]] == [["noor", "Sign-ups exported", "3 rows"]]
    assert response["Cache-Control"].startswith("no-store")
    entry = ModelLogEntry.objects.get(action="newsroom.export_log")
    assert entry.user == admin
    assert entry.data == {"format": "csv", "rows": 1, "filters": {"kind": "exports"}}
    assert ("administrators", "Log exported") in sentences(client, kind="exports")
    assert client.post(EXPORT, {"first": "never"}).url == LOG
    assert ModelLogEntry.objects.filter(action="newsroom.export_log").count() == 1


def test_file_asks_again_who_it_is(client, busy_log, settings):
    settings.STAFF_EXPORT_ASKS_AGAIN = True

    response = client.post(EXPORT, {"kind": "exports"}, HTTP_REFERER=f"http://testserver{LOG}")

    assert response.status_code == 302
    assert response.url.endswith("?next=%2Fadmin%2Fnewsroom%2Fauditing%2F")
    assert not ModelLogEntry.objects.filter(action="newsroom.export_log").exists()


def test_sentences_are_in_the_language_of_the_reader(client, admin):
    log(instance=notatarget("fr"), action="wagtail.publish", user=admin)
    UserProfile.objects.create(user=admin, preferred_language="nl")

    ((_who, what),) = sentences(client)

    with override("nl"):
        assert what == str(registry.formatters["wagtail.publish"].message) == "Gepubliceerd"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, ""),
        ({"count": 1}, "1 row"),
        (
            {"format": "xlsx", "names": True, "rows": 1200, "filters": {"status": ["paid"]}},
            "1,200 rows · as XLSX · with names · only status = paid",
        ),
        ({"format": "csv", "names": False, "rows": 2}, "2 rows · as CSV · without names"),
        ({"file": "dossier.pdf", "sha256": "0" * 64}, "dossier.pdf"),
        ({"from": 3, "revision": {"id": 5}}, ""),
    ],
)
def test_details_say_what_left_the_house(data, words):
    assert details_of(data) == words


def test_lists_of_wagtail_are_logged_when_they_are_taken_out(client):
    editor = make_staff("Editors")
    client.force_login(editor)

    response = client.get("/admin/redirects/", {"export": "csv", "q": "sam@example.org"})

    assert response["Content-Type"].startswith("text/csv")
    entry = ModelLogEntry.objects.get(action="newsroom.export_list")
    assert entry.user == editor
    assert entry.data == {"format": "csv", "rows": 0, "list": "/admin/redirects/", "filters": {}}
    client.get("/admin/redirects/")
    client.get("/admin/reports/aging-pages/", {"export": "xlsx"})
    assert ModelLogEntry.objects.filter(action="newsroom.export_list").count() == 2


@cache
def calls_of_log() -> list[tuple[Path, ast.expr]]:
    """Return each ``action`` that a module of ours hands to Wagtail's log."""
    found = []
    for path in own_modules():
        if "log(" not in path.read_text():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "log":
                for keyword in node.keywords:
                    if keyword.arg == "action":
                        found.append((path, keyword.value))
    return found


def own_modules() -> list[Path]:
    folders = [settings.BASE_DIR / app for app in APPS]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def test_every_action_that_is_logged_has_a_name():
    """Names that a module works out are checked when they are used: Wagtail refuses others."""
    written = {value.value for _path, value in calls_of_log() if isinstance(value, ast.Constant)}

    assert len(written) > 30
    assert not {action for action in written if not registry.action_exists(action)}


def own_actions() -> dict[str, tuple[str, str]]:
    registry.scan_for_actions()
    return {
        action: (formatter.label, formatter.message)
        for action, formatter in registry.formatters.items()
        if action.startswith(tuple(f"{app}." for app in APPS))
    }


def test_every_action_has_words_in_three_languages():
    def words(language: str) -> dict[str, tuple[str, str]]:
        with override(language):
            return {name: (str(a), str(b)) for name, (a, b) in own_actions().items()}

    english = words("en")
    assert len(english) > 60
    for language in ("fr", "nl"):
        same = [name for name, said in words(language).items() if said[1] == english[name][1]]
        assert not same, (language, same)


def test_every_action_belongs_to_a_part_of_the_log():
    registry.scan_for_actions()
    prefixes = {prefix for kind in KINDS.values() for prefix in kind.prefixes}

    assert {name.partition(".")[0] for name in registry.formatters} <= prefixes


def test_whoever_hands_out_a_file_in_the_admin_logs_it_as_an_export():
    """Each module with a staff view that answers with a file also logs."""
    logging = {path for path, _action in calls_of_log()}
    handing_out = set()
    for path in own_modules():
        text = path.read_text()
        is_of_staff = "permission_required" in text or "any_permission_required" in text
        if is_of_staff and ("Content-Disposition" in text or "as_attachment" in text):
            handing_out.add(path)
    assert len(handing_out) >= 5
    assert not handing_out - logging


@pytest.mark.parametrize("action", ["donations.export_gifts", "solidarity.download_dossier"])
def test_exports_are_found_by_their_names(action):
    assert any(word in action for word in EXPORTS.words)


def test_log_names_no_supporter(client, admin):
    person = make_supporter(email="zebedee@example.org")
    photo = send_photo(display_name="Zebedee", message="From Zebedee", email="zebedee@example.org")
    client.get(f"/admin/people/{person.public_id}/")
    client.post(f"/admin/photos/{photo.pk}/approve/", {"alt_text": "Zebedee holds up a sign"})
    client.post(f"/admin/people/{person.public_id}/erase/")

    kept = ModelLogEntry.objects.all()
    assert {"supporters.open", "supporters.erase", "solidarity.approve"} <= kept.get_actions()
    written = json.dumps(list(kept.values("label", "data")), default=str).lower()
    assert "zebedee" not in written
