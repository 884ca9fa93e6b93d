"""The sums of appeals: from the ledger, told apart, and open to everybody."""

import csv
import io
from datetime import date

import pytest

from donations.models import Allocation, Pledge
from donations.totals import Totals, totals_by_appeal, totals_of
from tests.donations.gifts import make_gift, make_outside, undo
from tests.factories import in_days, make_appeal, make_pledge, make_supporter

pytestmark = pytest.mark.django_db


def test_nothing_is_zero():
    assert totals_of(make_appeal()) == Totals()


def test_received_is_what_the_bank_booked_less_what_went_back():
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="100.00", on=date(2026, 1, 5))
    make_gift(appeal=appeal, amount="50.50", on=date(2026, 2, 6))
    make_gift(appeal=appeal, amount="-20.00", kind=Allocation.Kind.RETURN)
    undo(make_gift(appeal=appeal, amount="999.00"))

    totals = totals_of(appeal)

    assert str(totals.received_eur) == "130.50"
    assert str(totals.sent_back_eur) == "20.00"
    assert totals.gift_count == 2
    assert (totals.first_on, totals.last_on) == (date(2026, 1, 5), date(2026, 2, 6))


def test_promised_is_what_is_still_owed_and_no_part_of_the_sum():
    appeal = make_appeal()
    make_gift(pledge=make_pledge(appeal=appeal, amount_eur=100), amount="30", circumstance="part")
    make_pledge(appeal=appeal, amount_eur=25)
    make_pledge(appeal=appeal, amount_eur=10, frequency=Pledge.Frequency.MONTHLY)
    make_pledge(appeal=appeal, amount_eur=999, status="expired", ended="expired")
    given_up = make_pledge(appeal=appeal, amount_eur=500, ended="expired")
    make_gift(pledge=given_up, amount="1", circumstance="part")

    totals = totals_of(appeal)

    assert str(totals.promised_eur) == "95.00"
    assert str(totals.received_eur) == "31.00"
    assert str(totals.in_hand_eur) == "31.00"


def test_amounts_from_elsewhere_keep_day_and_note():
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="10")
    make_outside(appeal, "20", on=date(2026, 5, 1))
    make_outside(appeal, "5000", is_at_least=True)

    totals = totals_of(appeal)

    assert str(totals.in_hand_eur) == "5030.00"
    assert str(totals.outside_eur) == "5020.00"
    assert totals.is_at_least
    assert [(str(part.amount_eur), part.on, part.note) for part in totals.outside] == [
        ("5000.00", date(2026, 3, 1), "A party (en)"),
        ("20.00", date(2026, 5, 1), "A party (en)"),
    ]


def test_everybody_counts_once():
    appeal = make_appeal()
    sam = make_supporter()
    for payer in ("a" * 64, "a" * 64, "b" * 64, ""):
        make_gift(appeal=appeal, payer=payer)
    make_gift(appeal=appeal, supporter=sam, payer="c" * 64)
    make_gift(appeal=appeal, supporter=sam, payer="d" * 64)

    assert totals_of(appeal).donor_count == 4
    assert totals_of(appeal).donors_told is None


def test_all_appeals_cost_one_query(django_assert_num_queries):
    first = make_appeal()
    second = make_appeal(slug="other", account=first.account)
    make_outside(second)

    with django_assert_num_queries(1):
        totals = totals_by_appeal([first.pk, second.pk])

    assert [str(totals[appeal.pk].in_hand_eur) for appeal in (first, second)] == ["0.00", "500.00"]


def table(client, language: str = "en") -> dict[str, dict[str, str]]:
    response = client.get(f"/{language}/donations/totals.csv")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    rows = csv.DictReader(io.StringIO(response.content.decode()))
    return {row["appeal"]: row for row in rows}


def test_table_tells_sums_and_withholds_small_numbers_of_people(client):
    appeal = make_appeal(goal_eur=1000)
    make_gift(pledge=make_pledge(appeal=appeal), on=date(2026, 1, 5))
    for payer in "abc":
        make_gift(appeal=appeal, payer=payer * 64, on=date(2026, 2, 5))

    few = table(client)["test-appeal"]
    make_gift(appeal=appeal, payer="d" * 64, on=date(2026, 3, 5))
    enough = table(client)["test-appeal"]

    assert few["received_eur"] == "100.00"
    told = ("gifts", "donors", "first_gift", "last_gift")
    assert [few[column] for column in told] == ["", "", "", ""]
    assert [enough[column] for column in told] == ["5", "5", "2026-01", "2026-03"]
    assert enough["goal_eur"] == "1000.00"
    assert enough["state"] == "open"


def test_table_names_nobody_and_runs_no_formula(client):
    appeal = make_appeal(name_fr="=HYPERLINK(1)", closes_on=in_days(-1))
    make_gift(pledge=make_pledge(appeal=appeal))

    row = table(client, "fr")["test-appeal"]

    assert row["name"] == "'=HYPERLINK(1)"
    assert row["state"] == "ended"
    assert "Sam" not in str(row)


def test_table_tells_promises_only_where_the_appeal_does(client):
    appeal = make_appeal(shows_promised=False)
    make_pledge(appeal=appeal)

    assert table(client)["test-appeal"]["promised_eur"] == ""

    appeal.shows_promised = True
    appeal.save()
    assert table(client)["test-appeal"]["promised_eur"] == "25.00"


def test_appeal_that_was_over_before_the_books_is_not_said_to_have_got_nothing(client):
    # The gifts of 2022 went to the account before this site kept its books.
    assert set(table(client)) == {"demo", "sante-en-lutte"}


def test_appeal_that_nobody_announced_is_not_told_of(client):
    appeal = make_appeal()
    appeal.pages.update(live=False)

    assert "test-appeal" not in table(client)
    assert "Test appeal" not in client.get("/en/donations/totals/").content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["more than €5,000", "€25", "How we count"]),
        ("fr", ["5\u202f000\u00a0€", "25\u00a0€"]),
        ("nl", ["€\u00a05.000", "€\u00a025"]),
    ],
)
def test_page_explains_and_shows_the_figures(client, language, words):
    make_gift(appeal=make_appeal())

    response = client.get(f"/{language}/donations/totals/")

    html = response.content.decode()
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    for shown in [*words, f'href="/{language}/donations/totals.csv"']:
        assert shown in html


def test_whose_gift_went_back_whole_did_not_give():
    appeal = make_appeal()
    gone = make_gift(appeal=appeal, amount="25", payer="a" * 64)
    part = make_gift(appeal=appeal, amount="40", payer="b" * 64)
    make_gift(appeal=appeal, amount="-25", kind="return", returned_gift=gone)
    make_gift(appeal=appeal, amount="-10", kind="return", returned_gift=part)

    totals = totals_of(appeal)

    assert (str(totals.received_eur), totals.donor_count) == ("30.00", 1)
