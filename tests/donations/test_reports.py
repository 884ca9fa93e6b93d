"""Charts and checks: their figures are those of the ledger."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from donations.models import Allocation
from donations.services import set_unmatched
from donations.totals import totals_of
from donations.treasury.charts import Sums, day_chart, sums_by_appeal, sums_by_day
from donations.treasury.ledger_check import reaches
from tests.donations.gifts import make_gift, undo
from tests.donations.payments import make_payment
from tests.factories import make_account, make_appeal, make_staff

REPORTS = "donations_treasury:reports"
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 30)


def test_bars_are_as_high_as_their_amounts_and_returns_stand_below_the_line():
    sums = {
        FIRST: Sums(1, Decimal(100)),
        date(2026, 3, 10): Sums(2, Decimal(50), Decimal(20)),
    }

    chart = day_chart(sums, FIRST, LAST)

    full, half, back = chart.bars
    assert full.height == pytest.approx(2 * half.height, abs=0.2)
    assert back.height == pytest.approx(half.height * 0.4, abs=0.2)
    assert full.y + full.height == pytest.approx(chart.zero, abs=0.2)
    assert (back.y, back.is_sent_back) == (chart.zero, True)
    assert full.x < half.x == back.x < chart.right
    assert [label.text for label in chart.amounts] == ["€100", "€50", "€0", "−\u202f€20"]


@pytest.mark.parametrize("days", [1, 30, 365])
@pytest.mark.parametrize("amount", ["0.01", "3.00", "10.00", "10000.00"])
def test_every_bar_is_inside_the_picture_and_can_be_seen(days, amount):
    until = FIRST + timedelta(days=days - 1)
    sums = {on: Sums(1, Decimal(amount), Decimal(amount)) for on in (FIRST, until)}

    for bar in day_chart(sums, FIRST, until).bars:
        assert 0 < bar.x < bar.x + bar.width <= 900
        assert 0 <= bar.y < bar.y + bar.height <= 260
        assert bar.height >= 2


def test_nothing_makes_an_empty_chart():
    assert day_chart({}, FIRST, LAST).bars == []


@pytest.fixture
def staff(client):
    client.force_login(make_staff("Treasurers"))
    return client


@pytest.mark.django_db
def test_sums_by_day_and_by_appeal_are_those_of_the_ledger():
    one = make_appeal()
    other = make_appeal(slug="other", account=one.account)
    make_gift(appeal=one, amount="25.00", on=FIRST)
    make_gift(appeal=one, amount="5.50", on=FIRST)
    make_gift(appeal=one, amount="-5.50", on=LAST, kind=Allocation.Kind.RETURN)
    make_gift(appeal=other, amount="100.00", on=LAST)
    make_gift(appeal=other, amount="1.00", on=FIRST - timedelta(days=1))
    undo(make_gift(appeal=one, amount="77.00", on=FIRST))

    by_day = sums_by_day(FIRST, LAST)
    assert by_day == {
        FIRST: Sums(2, Decimal("30.500")),
        LAST: Sums(1, Decimal(100), Decimal("5.500")),
    }
    assert sums_by_day(FIRST, LAST, other) == {LAST: Sums(1, Decimal(100))}
    assert sums_by_appeal(FIRST, LAST) == [
        (other, Sums(1, Decimal(100))),
        (one, Sums(2, Decimal("30.500"), Decimal("5.500"))),
    ]
    kept = {appeal: sums.kept for appeal, sums in sums_by_appeal(date(2000, 1, 1), LAST)}
    assert kept == {appeal: totals_of(appeal).received_eur for appeal in (one, other)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("group", "is_shown"),
    [("Treasurers", True), ("Administrators", True), ("Editors", False), ("Moderators", False)],
)
def test_reports_are_shown_to_those_who_need_them(client, group, is_shown):
    make_gift(appeal=make_appeal(), amount="31.50")
    client.force_login(make_staff(group))

    response = client.get(reverse(REPORTS))

    assert response.status_code == (200 if is_shown else 302)
    assert ("€31.50" in response.content.decode()) is is_shown


@pytest.mark.django_db
def test_report_shows_the_chosen_time_and_appeal(staff):
    appeal = make_appeal()
    other = make_appeal(slug="other", name_en="Other", account=appeal.account)
    today = timezone.localdate()
    make_gift(appeal=appeal, amount="11.11", on=today)
    make_gift(appeal=other, amount="22.22", on=today - timedelta(days=60))

    def shown(**query) -> str:
        return staff.get(reverse(REPORTS), query).content.decode()

    page = shown()
    assert "€11.11" in page
    assert "€22.22" not in page
    assert page.count('<rect class="chart__bar"') == 2
    page = shown(days="90")
    assert "€33.33" in page
    per_day = shown(days="90", appeal=other.pk).split('id="per-appeal"')[0]
    assert "€22.22" in per_day
    assert "€11.11" not in per_day
    assert "€11.11" in shown(days="1000000", appeal="x")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_picture_is_the_same_in_every_language(staff, language):
    make_gift(appeal=make_appeal(), amount="1250.50")
    profile = UserProfile.get_for_user(get_user_model().objects.get(username="treasurers"))
    profile.preferred_language = language
    profile.save()

    page = staff.get(reverse(REPORTS)).content.decode()

    places = re.findall(r' (?:x|y|x1|y1|width|height)="([^"]*)"', page.split('id="per-day"')[1])
    assert len(places) > 10
    assert all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", place) for place in places)
    assert "style=" not in page.split('id="per-day"')[1].split("</section>")[0]
    assert f"1{'.' if language == 'nl' else ',' if language == 'en' else chr(0x202F)}250" in page


@pytest.mark.django_db
def test_ledger_is_compared_with_what_the_bank_booked(staff):
    account = make_account()
    make_account(label="Unread", iban="BE68539007547034")
    make_gift(appeal=make_appeal(account=account), amount="30.00", on=FIRST)
    make_payment(account, "12.00", on=LAST)
    set_unmatched(entry=make_payment(account, "5.00", on=FIRST), by=None)

    found = {reach.account.label: reach for reach in reaches()}
    read, unread = found["Test account"], found["Unread"]

    assert (read.told, read.placed, read.is_right) == (Decimal(47), Decimal(47), True)
    assert (read.waiting, read.waiting_count) == (Decimal(12), 1)
    assert (read.unmatched, read.unmatched_count) == (Decimal(5), 1)
    assert (read.read_until, unread.read_until) == (LAST, None)
    page = staff.get(reverse(REPORTS)).content.decode()
    assert page.count("reports__right") == len(found)
    assert "30 March 2026" in page
    assert "47.00" in page
    assert "do not agree" not in page


@pytest.mark.django_db
def test_ledger_that_does_not_add_up_is_told(staff):
    gift = make_gift(appeal=make_appeal(), amount="30.00")
    with connection.cursor() as cursor:
        # What no transaction of ours can do: the trigger that refuses it is off.
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica"
        )
        cursor.execute("UPDATE donations_allocation SET amount = 29 WHERE id = %s", [gift.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")

    (reach,) = (one for one in reaches() if one.account.label == "Test account")

    assert (reach.is_right, reach.astray) == (False, 1)
    assert "do not agree: 1 payment does not add up" in staff.get(reverse(REPORTS)).content.decode()
