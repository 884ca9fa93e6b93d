"""What came in for campaigns: counted by day, kept for good, told to whoever may know."""

import csv
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from campaign_site.charts import Frame, bar_chart, line_chart
from donations.models import Allocation
from events.models import Event, SignUp
from events.services.forgetting import forget_sign_up
from newsroom.models import DailyCount
from newsroom.reporting.campaigns import all_campaigns
from newsroom.reporting.counting import counts_of, keep_counts
from newsroom.reporting.small_numbers import groups, told
from pages.models import CampaignPage, EventPage
from solidarity.models import Photo
from supporters.models import SourceTag
from tests.donations.gifts import make_gift, undo
from tests.events.test_services import take
from tests.factories import (
    make_appeal,
    make_event,
    make_photo_call,
    make_pledge,
    make_staff,
    notatarget,
)
from tests.html_validity import problems

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 10)


def report(name: str = "campaign") -> str:
    return reverse(f"newsroom_reporting:{name}", args=[notatarget("en").translation_key])


def own_campaign():
    return next(one for one in all_campaigns() if one.key == notatarget("en").translation_key)


def kept(kind: str) -> list[tuple]:
    rows = DailyCount.objects.filter(kind=kind).order_by("day", "language", "source")
    return list(rows.values_list("day", "language", "source", "number", "people", "amount_eur"))


def make_sign_ups(event, number: int, **fields) -> list[SignUp]:
    values = {"name": "Sam", "party_size": 2, "language": "en", **fields}
    return [SignUp.objects.create(event=event, **values) for _number in range(number)]


def make_photos(call, number: int, **fields) -> list[Photo]:
    values = {
        "file_name": "",
        "width": 4,
        "height": 3,
        "placeholder": "0" * 54,
        "language": "en",
        "message_language": "en",
        **fields,
    }
    return [
        Photo.objects.create(call=call, **{**values, "file_name": f"{call.pk}-{n}-{fields}"[:32]})
        for n in range(number)
    ]


def late_on(day: date):
    """Half past midnight in Belgium, when it is still the day before in Greenwich."""
    zone = timezone.get_default_timezone()
    return timezone.datetime(day.year, day.month, day.day, 0, 30, tzinfo=zone)


def test_days_are_belgian_and_languages_and_sources_are_told_apart():
    event = make_event()
    make_sign_ups(event, 2, created_hour=late_on(TODAY), source="poster")
    make_sign_ups(event, 1, created_hour=late_on(TODAY), language="fr", party_size=3)

    keep_counts()

    assert kept("sign-up") == [
        (TODAY, "en", "poster", 2, 4, None),
        (TODAY, "fr", "", 1, 3, None),
    ]
    assert keep_counts() == 0


def test_figures_stay_when_people_are_erased_and_never_become_lower():
    event = make_event()
    first, second = make_sign_ups(event, 2, created_hour=late_on(TODAY))
    call = make_photo_call()
    photo = make_photos(call, 1, created_hour=late_on(TODAY))[0]
    keep_counts()

    forget_sign_up(first)
    Photo.objects.filter(pk=photo.pk).update(erased_hour=timezone.now(), language="", source="")
    keep_counts()
    assert kept("sign-up") == [(TODAY, "en", "", 2, 4, None)]
    assert kept("photo") == [(TODAY, "en", "", 1, 0, None)]

    # Negative control: where nothing was noted, what is erased is gone.
    DailyCount.objects.all().delete()
    keep_counts()
    assert kept("sign-up") == [(TODAY, "en", "", 1, 2, None)]
    assert kept("photo") == []
    assert SignUp.objects.get() == second


def test_gifts_follow_the_ledger_also_when_a_slip_is_undone():
    appeal = make_appeal()
    pledge = make_pledge(appeal=appeal, language="nl", source="mail")
    make_gift(appeal=appeal, pledge=pledge, amount="30.00", on=TODAY)
    slip = make_gift(appeal=appeal, amount="500.00", on=TODAY)
    make_gift(appeal=appeal, amount="-5.00", on=TODAY, kind=Allocation.Kind.RETURN)
    keep_counts()
    assert kept("gift") == [
        (TODAY, "", "", 1, 0, Decimal("495.00")),
        (TODAY, "nl", "mail", 1, 0, Decimal("30.00")),
    ]

    undo(slip)
    keep_counts()

    assert kept("gift") == [
        (TODAY, "", "", 0, 0, Decimal("-5.00")),
        (TODAY, "nl", "mail", 1, 0, Decimal("30.00")),
    ]
    assert kept("pledge")[0][1:] == ("nl", "mail", 1, 0, Decimal("25.00"))


def test_today_is_told_before_the_next_count_and_other_campaigns_are_not():
    event = make_event()
    make_sign_ups(event, 1, created_hour=late_on(TODAY))
    keep_counts()
    make_sign_ups(event, 3)
    other = EventPage.objects.exclude(event=event).first().event

    rows = counts_of({"sign-up": [event.pk], "photo": [], "gift": [other.pk]})

    assert [(row.number, row.people) for row in rows] == [(1, 2), (3, 6)]
    assert counts_of({"sign-up": [other.pk]}) == []

    # As many sign-ups, each for more people; days before yesterday are as they were counted last.
    keep_counts()
    SignUp.objects.filter(event=event).update(party_size=3)
    assert sum(row.people for row in counts_of({"sign-up": [event.pk]})) == 2 + 9


def test_campaign_stands_for_what_is_below_it_in_every_language():
    event, call, appeal = make_event(), make_photo_call(), make_appeal()

    campaign = own_campaign()

    assert event.pk in campaign.events
    assert call.pk in campaign.calls
    assert appeal.pk in campaign.appeals
    assert set(campaign.titles) == {"en", "fr", "nl"}
    lone = [one for one in all_campaigns() if one.appeals & campaign.appeals and one != campaign]
    assert lone == []


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ({"fr": 20, "nl": 8}, {"fr": ["fr"], "nl": ["nl"]}),
        # Two alone would be the rest of a sum that is told.
        ({"fr": 20, "nl": 8, "en": 2}, {"fr": ["fr"], "other": ["nl", "en"]}),
        ({"fr": 20, "en": 2, "nl": 0}, {"other": ["fr", "en"]}),
        ({"fr": 3}, {}),
    ],
)
def test_small_groups_are_never_told_alone(numbers, shown):
    assert {name: sorted(found) for name, found in groups(numbers).items()} == {
        name: sorted(found) for name, found in shown.items()
    }


def test_fewer_than_five_are_told_in_words():
    assert [told(number) for number in (0, 1, 4, 5, 1200)] == [
        "0",
        "fewer than 5",
        "fewer than 5",
        "5",
        "1,200",
    ]


def test_bars_and_lines_stand_where_the_figures_say():
    frame = Frame()
    bars = bar_chart(
        {TODAY: 50, TODAY + timedelta(7): -20, TODAY + timedelta(14): 0},
        TODAY,
        TODAY + timedelta(14),
        written=str,
        named=str,
        days_each=7,
    )
    high, low = bars.bars
    # Of 206 - 14 units for 50 above and 20 below the line; three weeks between 84 and 890.
    assert bars.zero == pytest.approx(14 + 50 * 192 / 70, abs=0.1)
    assert (high.y, high.height) == (14, pytest.approx(50 * 192 / 70, abs=0.1))
    assert (low.y, low.is_below, low.text) == (bars.zero, True, f"{TODAY + timedelta(7)}: -20")
    assert low.x == pytest.approx(84 + 7 * 806 / 21, abs=0.1)
    assert [label.text for label in bars.amounts] == ["50", "25", "0", "-20"]

    lines = line_chart([[(0, 10), (2, 20)], [(0, 5)]], 4, written=str, named=str)
    step = (frame.right - frame.left) / 4
    assert lines.lines[0].split()[-1] == f"{84 + 3 * step:.1f},14.0"
    assert lines.lines[1].split()[-1] == f"{84 + step:.1f},158.0"
    assert [label.text for label in lines.days] == ["0", "1", "2", "3"]


@pytest.fixture
def busy(db):
    """A campaign for which something of every kind came in, and one promise from a poster."""
    SourceTag.objects.create(slug="poster", name="Posters in Ghent")
    event, call, appeal = make_event(), make_photo_call(), make_appeal()
    make_sign_ups(event, 6, source="poster")
    make_sign_ups(event, 5, language="nl", created_hour=late_on(timezone.localdate()))
    make_sign_ups(event, 1, language="fr")
    make_photos(call, 7)
    for number in range(6):
        pledge = make_pledge(appeal=appeal, amount_eur=Decimal(1000 + number))
        make_gift(appeal=appeal, pledge=pledge, amount=f"{1000 + number}.00")
    keep_counts()
    return own_campaign()


_ALL_SECTIONS = ["photo", "sign-up", "pledge", "gift"]


_SECTIONS = {
    "Editors": _ALL_SECTIONS,
    "Moderators": ["photo"],
    "Event hosts": ["sign-up"],
    "Treasurers": ["pledge", "gift"],
    "Administrators": _ALL_SECTIONS,
}


_KEEP_BOOKS = ("Treasurers", "Administrators")


def test_each_role_sees_the_figures_of_its_field(client, busy):
    documents = {}
    for group, sections in _SECTIONS.items():
        client.force_login(make_staff(group))
        html = client.get(report()).content.decode()
        page = BeautifulSoup(html, "html.parser")
        found = [one["aria-labelledby"].removeprefix("section-") for one in page.select("section")]
        assert found == [*sections, "take"], group
        assert ("Promised and still to come" in html) is (group in _KEEP_BOOKS), group
        documents[group] = html
    more = [
        "newsroom_reporting:index",
        "newsroom_sources:index",
        "newsroom_reuse:addresses",
    ]
    documents |= {name: client.get(reverse(name)).content.decode() for name in more}
    more = ["newsroom_sources:tag", "newsroom_reuse:again", "newsroom_reuse:left"]
    for name, args in zip(more, ("poster", notatarget("en").pk, notatarget("en").pk), strict=True):
        address = reverse(name, args=[args])
        answer = client.get(address) if "left" in name else client.post(address, {"name": ""})
        documents[name] = answer.content.decode()
    assert problems({name: ours(html) for name, html in documents.items()}) == []


def ours(html: str) -> str:
    """Our part of a screen as a document; the frame around it is Wagtail's."""
    part = html[html.index('<div class="nice-padding reporting"') : html.index("</main>")]
    return (
        '<!DOCTYPE html><html lang="en"><head><title>x</title></head>'
        f"<body><main><h1>x</h1><div>{part}</main></body></html>"
    )


def test_translators_and_strangers_see_no_figures(client):
    for group in (None, "Translators (French)"):
        if group:
            client.force_login(make_staff(group))
        for address in (reverse("newsroom_reporting:index"), report()):
            assert client.get(address).status_code == 302
        assert client.post(report("export"), {"kind": "csv"}).status_code == 302
    assert not ModelLogEntry.objects.filter(action="newsroom.export_report").exists()


def test_editors_see_sums_only_as_the_public_meter_shows_them(client, busy):
    client.force_login(make_staff("Editors"))
    page = BeautifulSoup(client.get(report()).content, "html.parser")

    figures = page.select_one('[aria-labelledby="section-gift"] dl').text

    assert "Received, as the pages show it" in figures
    assert "€" not in page.select_one('[aria-labelledby="section-gift"] table').text


def test_report_tells_languages_and_sources_without_small_groups(client, busy):
    client.force_login(make_staff("Event hosts"))

    page = BeautifulSoup(client.get(report()).content, "html.parser")

    tables = [table.get_text(" ", strip=True) for table in page.select(".reporting__part table")]
    languages, tags = tables
    assert "English" not in languages or "others" in languages
    assert "French" not in languages
    assert "Posters in Ghent 6 12" in tags
    assert "without a tag 6 12" in tags
    chart = page.select_one("svg[role=img] title").text
    assert "24 in all" in chart


def test_campaign_is_laid_beside_an_earlier_one(client, busy):
    client.force_login(make_staff("Event hosts"))
    earlier = CampaignPage(title="Earlier", name="Earlier", slug="earlier")
    notatarget("en").get_parent().add_child(instance=earlier)
    old = Event.objects.create(slug="old", name_en="Old", day=TODAY)
    earlier.add_child(instance=EventPage(title="Old", slug="old", event=old))
    other = next(one for one in all_campaigns() if one.key == earlier.translation_key)
    make_sign_ups(old, 8, created_hour=late_on(TODAY))
    make_sign_ups(old, 1, created_hour=late_on(TODAY + timedelta(days=20)))
    keep_counts()

    html = client.get(report(), {"with": str(other.key)}).content.decode()

    page = BeautifulSoup(html, "html.parser")
    assert len(page.select("polyline")) == 2
    rows = [row.get_text(" ", strip=True) for row in page.select("table")[-1].select("tr")]
    assert "after 7 days – 16" in rows
    assert "so far 24 18" in rows


def test_number_of_queries_does_not_grow_with_what_came_in(client, busy):
    client.force_login(make_staff("Administrators"))
    addresses = (report(), reverse("newsroom_reporting:index"))

    def cost() -> list[int]:
        numbers = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            numbers.append(len(queries))
        return numbers

    events = [make_event(slug=f"more-{number}") for number in range(4)]
    make_sign_ups(events[0], 1)
    before = cost()
    for event in events:
        make_sign_ups(event, 9, language="nl", source=event.slug)
    keep_counts()

    assert cost() == before
    assert max(before) <= 40


def test_figures_are_taken_along_and_the_log_says_by_whom(client, busy):
    user = make_staff("Event hosts")
    client.force_login(user)

    answer = client.post(f"{report('export')}?days=30", {"kind": "csv"})

    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["What", "Added up", "Of which", "Number", "People", "Euros"]
    heading = "People who asked for a place"
    assert rows[1] == [heading, "in all", "", "12", "24", ""]
    today = timezone.localdate().isoformat()
    assert [heading, "by day or week", today, "12", "24", ""] in rows
    assert [heading, "by source", "Posters in Ghent", "6", "12", ""] in rows
    assert not any(len(set(row)) and "Gift" in row[0] for row in rows)
    entry = ModelLogEntry.objects.get(action="newsroom.export_report")
    assert entry.user == user
    assert entry.data["rows"] == len(rows) - 1
    assert entry.data["filters"] == {"campaign": "#NotATarget", "days": "30"}

    book = client.post(report("export"), {"kind": "xlsx"})
    sheet = zipfile.ZipFile(io.BytesIO(book.getvalue())).read("xl/worksheets/sheet1.xml")
    assert b"Posters in Ghent" in sheet
    assert client.get(report("export")).status_code == 405
    assert client.post(report("export"), {"kind": "exe"}).status_code == 302


def test_empty_states_say_what_to_do(client):
    client.force_login(make_staff("Treasurers"))
    lone = CampaignPage(title="New", name="New", slug="new")
    notatarget("en").get_parent().add_child(instance=lone)
    make_appeal()

    empty = client.get(report()).content.decode()
    nothing = client.get(
        reverse("newsroom_reporting:campaign", args=[lone.translation_key])
    ).content.decode()

    assert "Nothing has come in yet" in empty
    assert "no photo call, event or appeal of your field" in nothing
    missing = reverse("newsroom_reporting:campaign", args=["0" * 8 + "-0000-4000-8000-" + "0" * 12])
    assert client.get(missing).status_code == 404


@pytest.mark.parametrize("query", ["days=30&step=week", "days=9999&step=x&with=nonsense", "p=2"])
def test_whatever_an_address_says_the_report_is_drawn(client, busy, query):
    client.force_login(make_staff("Moderators"))

    assert client.get(f"{report()}?{query}").status_code == 200


def test_few_things_are_not_drawn(client):
    make_sign_ups(make_event(), 2)
    client.force_login(make_staff("Event hosts"))

    page = BeautifulSoup(client.get(report()).content, "html.parser")

    assert "fewer than 5" in page.select_one(".reporting__figures").text
    assert page.select("svg[role=img]") == []
    listed = BeautifulSoup(client.get(reverse("newsroom_reporting:index")).content, "html.parser")
    assert "#NotATarget" in listed.text


def test_sign_ups_through_the_service_are_counted(client):
    SourceTag.objects.create(slug="poster", name="Posters")
    take(make_event(), party_size=3, language="nl", source="poster")

    keep_counts()

    assert kept("sign-up") == [(timezone.localdate(), "nl", "poster", 1, 3, None)]
