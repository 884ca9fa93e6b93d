"""What an import places by itself, in which named state, and what it leaves to a person."""

from decimal import Decimal

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.communications import read_reference
from donations.models import Allocation, BankEntry, Pledge
from donations.particulars import Particulars
from donations.services import importing, statement_files
from donations.services.automatic import circumstance_of, place_new
from donations.services.forgetting import anonymise
from tests.donations.importing_files import (
    OTHER_PAYER,
    PAYER,
    digits,
    imported,
    lines,
    obstacles,
    our_account,
    our_pledge,
    paid,
    sums,
)
from tests.donations.statement_files import Movement, coda_file
from tests.factories import make_appeal

NUMBER = 5_000_000_001
RETURN = {"return_type": "2", "return_reason": "AC04"}
# A number that 97 divides: its check digits are 97, never 00.
REST_0 = 97 * 51_546_392


def written(number: int) -> str:
    twelve = digits(number)
    return f"+++{twelve[:3]}/{twelve[3:7]}/{twelve[7:]}+++"


# Which number a communication names


@pytest.mark.parametrize(
    "text",
    [
        written(NUMBER),
        written(NUMBER).replace("+", "*"),
        written(NUMBER).replace("+", ""),
        written(NUMBER).replace("+", "").replace("/", " "),
        written(NUMBER).replace("+", "").replace("/", "-"),
        digits(NUMBER),
        f"gift {written(NUMBER)} thank you",
        f"BE68 5390 0754 7034 {written(NUMBER)}",
        f"{written(NUMBER)} {written(NUMBER)}",
        f"{written(NUMBER)[:9]} {written(NUMBER)[9:]}",  # cut by the bank
        f"{written(NUMBER)} and invoice {digits(NUMBER)[:11]}5",
    ],
)
def test_one_number_in_the_text_is_found(text):
    assert read_reference("", text).number == NUMBER


def test_structured_communication_counts_before_the_text():
    assert read_reference(digits(NUMBER), written(NUMBER + 1)).number == NUMBER
    assert read_reference("RF18539007547034", written(NUMBER)).number == NUMBER


def test_check_digits_of_remainder_0_are_97():
    assert digits(REST_0).endswith("97")
    assert read_reference(digits(REST_0), "").number == REST_0
    assert read_reference("", written(REST_0)).number == REST_0
    assert read_reference(digits(REST_0)[:10] + "00", "").obstacle == "bad_check"


@pytest.mark.parametrize(
    ("structured", "text", "obstacle"),
    [
        ("", "", "no_reference"),
        ("", "gift for May 2026", "no_reference"),
        ("", "card 4111 1111 1111 1111 and BE68 5390 0754 7034", "no_reference"),
        ("", "RF18539007547034", "no_reference"),
        (digits(NUMBER)[:11] + "0", "", "bad_check"),
        (digits(NUMBER)[:11] + "0", written(NUMBER), "bad_check"),
        ("", "+++500/0000/00100+++", "bad_check"),
        ("", f"{written(NUMBER)} {written(NUMBER + 1)}", "two_references"),
    ],
)
def test_no_number_is_taken_that_is_not_certain(structured, text, obstacle):
    named = read_reference(structured, text)

    assert (named.number, named.obstacle) == (None, obstacle)


# How a payment stands to its pledge

_CASES = [
    ({}, "25", "exact"),
    ({}, "10", "part"),
    ({}, "24.99", "part"),
    ({}, "25.01", "over"),
    ({"received_eur": 10, "status": "part_paid"}, "15", "rest"),
    ({"received_eur": 10, "status": "part_paid"}, "5", "part"),
    ({"received_eur": 10, "status": "part_paid"}, "20", "over"),
    ({"received_eur": 25, "status": "paid"}, "25", "double"),
    ({"received_eur": 30, "status": "overpaid", "ended": "expired"}, "1", "double"),
    ({"ended": "expired", "status": "expired"}, "25", "late"),
    ({"ended": "cancelled", "status": "cancelled"}, "5", "late"),
    ({"frequency": "monthly"}, "25", "instalment"),
    ({"frequency": "monthly", "received_eur": 50, "ended": "expired"}, "25", "instalment"),
    ({"supporter": None, "name": "", "frequency": "monthly"}, "25", "erased"),
    ({"supporter": None, "name": "", "ended": "expired"}, "25", "erased"),
]


@pytest.mark.django_db
def test_database_and_python_name_the_circumstance_alike():
    appeal = make_appeal(account=our_account())
    pledges = [our_pledge(appeal=appeal, **fields) for fields, _, _ in _CASES]
    amounts = [Decimal(amount) for _, amount, _ in _CASES]
    # Read back, for amounts as the database has them.
    in_python = [
        circumstance_of(Pledge.objects.get(pk=pledge.pk), amount)
        for pledge, amount in zip(pledges, amounts, strict=True)
    ]

    imported(coda_file([paid(one, sum_) for one, sum_ in zip(pledges, amounts, strict=True)]))

    expected = [circumstance for _, _, circumstance in _CASES]
    assert in_python == expected
    assert [circumstance for _, circumstance, _ in lines()] == expected


@pytest.mark.django_db
def test_exact_gift_is_booked_on_its_pledge():
    pledge = our_pledge()

    file = imported(coda_file([paid(pledge)]))

    line = Allocation.objects.get()
    assert (line.kind, line.rule, line.circumstance) == ("gift", "reference", "exact")
    assert (line.pledge, line.appeal, line.supporter) == (pledge, pledge.appeal, pledge.supporter)
    assert line.entry.state == "matched"
    assert line.on == line.entry.booked_on
    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == ("paid", Decimal("25.00"))
    assert file.summary["matched"] == {"reference": 1, "communication": 0}
    assert file.summary["to_match"] == 0


@pytest.mark.django_db
def test_parts_in_one_file_are_counted_in_their_order():
    pledge = our_pledge(amount_eur=Decimal("30.00"))

    imported(coda_file([paid(pledge, "10.00"), paid(pledge, "20.00"), paid(pledge, "30.00")]))

    assert [circumstance for _, circumstance, _ in lines()] == ["part", "rest", "double"]
    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == ("overpaid", Decimal("60.00"))


@pytest.mark.django_db
def test_late_payment_makes_an_expired_pledge_paid():
    pledge = our_pledge(status="expired", ended="expired")

    imported(coda_file([paid(pledge)]))

    pledge.refresh_from_db()
    assert pledge.status == "paid"
    assert Allocation.objects.get().circumstance == "late"


@pytest.mark.django_db
def test_donor_is_thanked_later_and_once():
    pledge = our_pledge()
    content = coda_file([paid(pledge)])

    imported(content)
    statement_ids = [Allocation.objects.get().entry.statement_id]
    place_new(statement_ids=statement_ids)

    jobs = ProcrastinateJob.objects.filter(task_name="send_thanks")
    assert [job.args for job in jobs] == [{"allocation_id": Allocation.objects.get().pk}]


@pytest.mark.django_db
def test_money_of_an_erased_donor_is_booked_and_brings_no_name_back():
    pledge = our_pledge()
    anonymise(pledge)

    imported(coda_file([paid(pledge, name="SAM SAMPLE", account=PAYER)]))

    entry = BankEntry.objects.get()
    line = Allocation.objects.get()
    assert (line.kind, line.circumstance, line.pledge) == ("gift", "erased", pledge)
    assert line.supporter is None
    assert (entry.particulars, entry.counterparty_hash) == ("", "")
    assert not ProcrastinateJob.objects.filter(task_name="send_thanks").exists()
    pledge.refresh_from_db()
    assert (pledge.supporter, pledge.name, pledge.received_eur) == (None, "", Decimal("25.00"))


@pytest.mark.django_db
def test_money_that_goes_back_to_an_erased_donor_brings_no_name_back():
    pledge = our_pledge()
    anonymise(pledge)

    imported(coda_file([paid(pledge, "-25", **RETURN), Movement("5", name="KIM")]))

    returned, other = BankEntry.objects.order_by("pk")
    assert (returned.obstacle, returned.particulars, returned.counterparty_hash) == (
        "return",
        "",
        "",
    )
    assert Particulars.from_text(other.particulars).name == "KIM"


@pytest.mark.django_db
def test_what_a_known_donor_wrote_is_kept():
    imported(coda_file([paid(our_pledge(), name="SAM SAMPLE", account=PAYER)]))

    said = Particulars.from_text(BankEntry.objects.get().particulars)
    assert (said.name, said.account) == ("SAM SAMPLE", PAYER)


# Communications of appeals


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["donation TestAppeal", "DONATION TESTAPPEAL", "Donation: «Test appeal»!"]
)
def test_communication_of_the_appeal_is_a_gift_to_it(text):
    appeal = make_appeal(account=our_account(), communication="donation TestAppeal")

    file = imported(coda_file([Movement("40", name="KIM", account=PAYER, text=text)]))

    line = Allocation.objects.get()
    assert (line.kind, line.rule, line.circumstance) == ("gift", "communication", "free")
    assert (line.appeal, line.pledge, line.supporter) == (appeal, None, None)
    assert line.entry.state == "matched"
    assert file.summary["matched"] == {"reference": 0, "communication": 1}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["donaton TestAppeal", "donation TestAppeal 2026", "donation", "pour TestAppeal"]
)
def test_communication_that_is_only_similar_waits_for_a_person(text):
    make_appeal(account=our_account(), communication="donation TestAppeal")

    imported(coda_file([Movement("40", text=text)]))

    assert lines() == [("suspense", "", Decimal("40.000"))]


@pytest.mark.django_db
def test_communication_of_an_appeal_on_another_account_is_none_here():
    our_account()
    make_appeal(communication="donation TestAppeal")

    imported(coda_file([Movement("40", text="donation TestAppeal")]))

    assert lines() == [("suspense", "", Decimal("40.000"))]


@pytest.mark.django_db
def test_two_appeals_with_communications_that_look_alike_get_nothing_by_themselves():
    account = our_account()
    make_appeal(account=account, communication="donation TestAppeal")
    make_appeal(account=account, slug="other", communication="Donation Test-appeal")

    imported(coda_file([Movement("40", text="donation TestAppeal")]))

    assert lines() == [("suspense", "", Decimal("40.000"))]


# What stays for a person


@pytest.mark.django_db
def test_all_other_money_waits_with_the_reason():
    pledge = our_pledge(reference_number=NUMBER)
    wrong = digits(NUMBER)[:11] + "0"
    movements = [
        Movement("1", text="a gift", account=PAYER),
        Movement("2", structured=wrong),
        Movement("3", text=f"{written(NUMBER)} {written(NUMBER + 1)}"),
        Movement("4", structured=digits(NUMBER + 7)),
        Movement("-5", account=OTHER_PAYER, structured=digits(NUMBER)),
        Movement("-6", structured=digits(NUMBER), return_type="2", return_reason="AC04"),
    ]

    file = imported(coda_file(movements, opening="100"))

    assert file.state == "booked"
    assert obstacles() == [
        "no_reference",
        "bad_check",
        "two_references",
        "unknown_reference",
        "money_out",
        "return",
    ]
    assert [kind for kind, _, _ in lines()] == ["suspense"] * 6
    assert set(BankEntry.objects.values_list("state", flat=True)) == {"to_match"}
    assert file.summary["obstacles"] == dict.fromkeys(obstacles(), 1)
    assert file.summary["to_match"] == 6
    pledge.refresh_from_db()
    assert pledge.status == "promised"
    assert sums() == (Decimal("-1"), Decimal("-1"))


@pytest.mark.django_db
def test_dollars_are_booked_and_placed_on_nothing():
    pledge = our_pledge()

    imported(coda_file([paid(pledge)], currency="USD"))

    entry = BankEntry.objects.get()
    assert (entry.currency, entry.state, entry.obstacle) == ("USD", "to_match", "currency")
    assert entry.reference_number == pledge.reference_number
    assert lines() == [("suspense", "", Decimal("25.000"))]


@pytest.mark.django_db
def test_reference_counts_on_whichever_of_our_accounts_the_money_comes():
    our_account()
    pledge = our_pledge(appeal=make_appeal())

    imported(coda_file([paid(pledge)]))

    assert [circumstance for _, circumstance, _ in lines()] == ["exact"]


@pytest.mark.django_db
def test_placing_again_places_nothing():
    pledge = our_pledge()
    imported(coda_file([paid(pledge), Movement("3", text="a gift")]))
    before = lines()

    placed = place_new(statement_ids=[BankEntry.objects.first().statement_id])

    assert (placed.by_reference, placed.by_communication, placed.to_match) == (0, 0, 0)
    assert lines() == before
    pledge.refresh_from_db()
    assert pledge.received_eur == Decimal("25.00")


@pytest.mark.django_db
def test_looking_first_thanks_nobody():
    pledge = our_pledge()

    file = imported(coda_file([paid(pledge)]), book=False)

    assert file.state == "looked_at"
    assert file.summary["matched"]["reference"] == 1
    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == ("promised", Decimal("0.00"))
    assert not Allocation.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="send_thanks").exists()

    statement_files.book_file(file=file, by=None)
    importing.read_file(file=file)
    assert [circumstance for _, circumstance, _ in lines()] == ["exact"]
