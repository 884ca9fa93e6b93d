"""Treasurers place payments: each case in its named state, and everything can be undone."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.models import ModelLogEntry

from donations import services
from donations.models import Allocation, BankEntry, Pledge, Reward, RewardDelivery
from donations.particulars import Particulars
from donations.services.forgetting import anonymise
from donations.services.matching import newest_line, unplaced
from supporters.erasure import erase_supporter
from tests.donations.payments import check_ledger, lines_of, make_payment
from tests.factories import make_account, make_appeal, make_pledge, make_staff, make_supporter

pytestmark = pytest.mark.django_db

State, Rule = BankEntry.State, Allocation.Rule


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def appeal(account):
    return make_appeal(account=account)


@pytest.fixture
def treasurer():
    return make_staff("Treasurers")


@pytest.fixture(autouse=True)
def ledger_adds_up():
    """After every test the database checks each payment's lines against its amount."""
    yield
    if connection.in_atomic_block:
        check_ledger()


def thanks() -> list[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="send_thanks")
    return [job.args["allocation_id"] for job in jobs.order_by("id")]


def state_of(pledge: Pledge) -> tuple[str, str]:
    pledge.refresh_from_db()
    return pledge.status, f"{pledge.received_eur:.2f}"


@pytest.mark.parametrize(
    ("amount", "circumstance", "status"),
    [
        ("25.00", "exact", "paid"),
        ("24.99", "part", "part_paid"),
        ("25.01", "over", "overpaid"),
    ],
)
def test_payment_on_a_pledge_stands_as_its_amount_says(
    account, appeal, treasurer, amount, circumstance, status
):
    pledge = make_pledge(appeal=appeal)
    entry = make_payment(account, amount)

    placed = services.place_on_pledge(entry=entry, pledge=pledge, by=treasurer)

    assert placed.state == State.MATCHED
    assert lines_of(entry) == [("gift", amount, circumstance)]
    assert state_of(pledge) == (status, amount)
    line = Allocation.objects.get(entry=entry, kind="gift")
    assert (line.made_by, line.rule, line.supporter) == (treasurer, "by_hand", pledge.supporter)
    assert thanks() == [line.pk]
    entry_log = ModelLogEntry.objects.get(action="donations.place")
    assert (entry_log.object_id, entry_log.user) == (str(entry.pk), treasurer)
    assert pledge.name not in str(entry_log.data) and str(pledge.pk) in str(entry_log.data)


def test_pledge_paid_in_parts_then_twice(account, appeal):
    pledge = make_pledge(appeal=appeal)
    payments = [make_payment(account, amount) for amount in ("10.00", "15.00", "25.00")]

    for entry in payments:
        services.place_on_pledge(entry=entry, pledge=pledge, by=None)

    placed = [line for entry in payments for line in lines_of(entry)]
    assert placed == [
        ("gift", "10.00", "part"),
        ("gift", "15.00", "rest"),
        ("gift", "25.00", "double"),
    ]
    assert state_of(pledge) == ("overpaid", "50.00")


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
def test_payment_for_a_pledge_that_had_ended_is_late_and_counts(account, appeal, ended):
    pledge = make_pledge(appeal=appeal, ended=ended, status=ended)
    entry = make_payment(account)

    services.place_on_pledge(entry=entry, pledge=pledge, by=None)

    assert lines_of(entry) == [("gift", "25.00", "late")]
    assert state_of(pledge) == ("paid", "25.00")
    services.undo(entry=entry, by=None)
    assert state_of(pledge) == (ended, "0.00")


def test_monthly_gift_is_paid_by_each_instalment(account, appeal):
    pledge = make_pledge(appeal=appeal, frequency="monthly")

    for _ in range(2):
        entry = make_payment(account)
        services.place_on_pledge(entry=entry, pledge=pledge, by=None)
        assert lines_of(entry) == [("gift", "25.00", "instalment")]

    assert state_of(pledge) == ("paid", "50.00")


def test_money_of_somebody_erased_is_booked_and_nobody_comes_back(account, appeal):
    pledge = make_pledge(appeal=appeal)
    anonymise(pledge)
    entry = make_payment(account, name="Sam Sample", payer="BE62510007547061", text="for Sam")

    services.place_on_pledge(entry=entry, pledge=pledge, by=None)

    entry.refresh_from_db()
    assert lines_of(entry) == [("gift", "25.00", "erased")]
    assert (entry.particulars, entry.counterparty_hash) == ("", "")
    assert Allocation.objects.get(entry=entry, kind="gift").supporter is None
    assert thanks() == []


def test_money_of_somebody_who_is_there_keeps_what_the_bank_said(account, appeal):
    entry = make_payment(account, name="Sam Sample", payer="BE62510007547061")

    services.place_on_pledge(entry=entry, pledge=make_pledge(appeal=appeal), by=None)

    entry.refresh_from_db()
    assert Particulars.from_text(entry.particulars).name == "Sam Sample"


def test_gift_without_a_promise(account, appeal):
    known, unknown = make_payment(account), make_payment(account, "40.00")
    person = make_supporter()

    services.place_on_appeal(entry=unknown, appeal=appeal, by=None)
    services.place_on_appeal(entry=known, appeal=appeal, by=None, supporter=person)

    assert lines_of(unknown) == [("gift", "40.00", "free")]
    line = Allocation.objects.get(entry=known, kind="gift")
    assert (line.appeal, line.supporter, line.pledge) == (appeal, person, None)
    assert thanks() == [line.pk]  # nobody to thank for the other


def test_another_currency_is_no_gift_and_stays_as_it_is(account, appeal):
    entry = make_payment(account, "30.00", currency="USD", obstacle="currency")

    for place in (
        lambda: services.place_on_appeal(entry=entry, appeal=appeal, by=None),
        lambda: services.place_on_pledge(entry=entry, pledge=make_pledge(appeal=appeal), by=None),
    ):
        with pytest.raises(services.DonationError, match="another currency"):
            place()

    assert lines_of(entry) == [("suspense", "30.00", "")]
    services.set_not_a_gift(entry=entry, by=None)
    assert lines_of(entry) == [("other", "30.00", "")]


def test_one_transfer_for_two_pledges_and_a_remainder(account, appeal):
    first = make_pledge(appeal=appeal)
    second = make_pledge(appeal=appeal, amount_eur="15.00")
    entry = make_payment(account, "50.00")

    services.place_on_pledge(entry=entry, pledge=first, amount=Decimal("25.00"), by=None)
    entry.refresh_from_db()
    assert (entry.state, unplaced(entry)) == (State.TO_MATCH, Decimal(25))
    services.place_on_pledge(entry=entry, pledge=second, amount=Decimal("15.00"), by=None)
    services.place_on_appeal(entry=entry, appeal=appeal, by=None)

    entry.refresh_from_db()
    assert entry.state == State.MATCHED
    assert lines_of(entry) == [
        ("gift", "25.00", "exact"),
        ("gift", "15.00", "exact"),
        ("gift", "10.00", "free"),
    ]
    services.undo(entry=entry, by=None)
    assert lines_of(entry) == [("suspense", "50.00", "")]
    assert (state_of(first), state_of(second)) == (("promised", "0.00"), ("promised", "0.00"))


def test_lines_placed_at_once_replace_all_that_stood(account, appeal):
    first, second = make_pledge(appeal=appeal), make_pledge(appeal=appeal, amount_eur="15.00")
    entry = make_payment(account, "42.00")
    services.place_on_appeal(entry=entry, appeal=appeal, by=None)

    services.place(
        entry=entry,
        lines=[
            services.Line("gift", Decimal(25), pledge=first),
            services.Line("gift", Decimal(15), pledge=second),
        ],
        by=None,
    )

    entry.refresh_from_db()
    assert entry.state == State.TO_MATCH
    assert lines_of(entry) == [
        ("gift", "25.00", "exact"),
        ("gift", "15.00", "exact"),
        ("suspense", "2.00", ""),
    ]


@pytest.mark.parametrize("amount", ["25.01", "0", "-1.00"])
def test_no_more_than_the_payment_is_placed_and_nothing_less_than_something(
    account, appeal, amount
):
    entry = make_payment(account)

    with pytest.raises(services.DonationError):
        services.place_on_appeal(entry=entry, appeal=appeal, amount=Decimal(amount), by=None)

    assert lines_of(entry) == [("suspense", "25.00", "")]


def test_payment_that_is_placed_is_not_placed_again(account, appeal):
    entry = make_payment(account)
    services.place_on_appeal(entry=entry, appeal=appeal, by=None)

    with pytest.raises(services.DonationError, match="placed already"):
        services.place_on_pledge(entry=entry, pledge=make_pledge(appeal=appeal), by=None)
    with pytest.raises(services.DonationError, match="placed already"):
        services.set_unmatched(entry=entry, by=None)

    assert lines_of(entry) == [("gift", "25.00", "free")]


def test_batch_is_not_placed_beside_its_parts(account, appeal):
    entry = make_payment(account)
    # As an import has it: the batch has no lines, its parts are entries.
    part = make_payment(account)
    part.batch = entry
    part.save(update_fields=["batch"])
    entry.allocations.all().delete()
    entry.state = State.BATCH
    entry.save(update_fields=["state"])

    with pytest.raises(services.DonationError, match="batch"):
        services.place_on_appeal(entry=entry, appeal=appeal, by=None)

    services.place_on_appeal(entry=part, appeal=appeal, by=None)
    assert lines_of(part) == [("gift", "25.00", "free")]


def test_no_gift_and_nobody_knows_can_be_undone(account, treasurer):
    costs, riddle = make_payment(account, "-3.20", obstacle="money_out"), make_payment(account)

    assert services.set_not_a_gift(entry=costs, by=treasurer).state == State.NOT_A_GIFT
    assert services.set_unmatched(entry=riddle, by=treasurer).state == State.UNMATCHED
    assert lines_of(costs) == [("other", "-3.20", "")]
    assert lines_of(riddle) == [("suspense", "25.00", "")]

    for entry in (costs, riddle):
        assert services.undo(entry=entry, by=treasurer).state == State.TO_MATCH
        assert entry.allocations.exclude(undone_at=None).latest("pk").undone_by == treasurer
        with pytest.raises(services.DonationError, match="Nothing is decided"):
            services.undo(entry=entry, by=treasurer)
    assert costs.obstacle == "money_out"  # why a person had to look stays known
    actions = ModelLogEntry.objects.values_list("action", flat=True)
    assert sorted(actions) == [
        "donations.not_a_gift",
        "donations.undo",
        "donations.undo",
        "donations.unmatched",
    ]


def test_what_nobody_knew_can_be_placed_later(account, appeal):
    entry = make_payment(account)
    services.set_unmatched(entry=entry, by=None)

    placed = services.place_on_appeal(entry=entry, appeal=appeal, by=None)

    assert placed.state == State.MATCHED


def given(account, pledge: Pledge | None, appeal, amount: str = "25.00") -> Allocation:
    entry = make_payment(account, amount)
    if pledge:
        services.place_on_pledge(entry=entry, pledge=pledge, by=None)
    else:
        services.place_on_appeal(entry=entry, appeal=appeal, by=None)
    return entry.allocations.get(kind="gift", undone_at=None)


def test_gift_that_came_back_is_named_and_its_pledge_is_not_paid(account, appeal):
    pledge = make_pledge(appeal=appeal)
    gift = given(account, pledge, appeal)
    back = make_payment(account, "-25.00", is_return=True, obstacle="return")

    services.place_return(entry=back, original=gift, by=None)

    line = Allocation.objects.get(entry=back, undone_at=None)
    assert lines_of(back) == [("return", "-25.00", "returned")]
    assert (line.returned_gift, line.pledge, line.appeal) == (gift, pledge, appeal)
    assert state_of(pledge) == ("returned", "0.00")
    services.undo(entry=back, by=None)
    assert state_of(pledge) == ("paid", "25.00")


def test_part_of_a_gift_that_came_back_leaves_the_pledge_partly_paid(account, appeal):
    pledge = make_pledge(appeal=appeal)
    gift = given(account, pledge, appeal)

    services.place_return(entry=make_payment(account, "-10.00"), original=gift, by=None)

    assert state_of(pledge) == ("part_paid", "15.00")


def test_no_more_goes_back_than_was_given(account, appeal):
    gift = given(account, None, appeal)
    services.place_return(entry=make_payment(account, "-20.00"), original=gift, by=None)
    again = make_payment(account, "-20.00")

    with pytest.raises(services.DonationError, match="more than is left of the gift"):
        services.place_return(entry=again, original=gift, by=None)

    assert lines_of(again) == [("suspense", "-20.00", "")]


def test_gift_that_went_back_is_not_undone_before_its_return(account, appeal):
    gift = given(account, None, appeal)
    back = make_payment(account, "-25.00")
    services.place_return(entry=back, original=gift, by=None)

    with pytest.raises(services.DonationError, match="Undo the return first"):
        services.undo(entry=gift.entry, by=None)

    services.undo(entry=back, by=None)
    assert services.undo(entry=gift.entry, by=None).state == State.TO_MATCH
    with pytest.raises(services.DonationError, match="undone meanwhile"):
        services.place_return(entry=back, original=gift, by=None)


def test_money_out_is_no_gift_and_money_in_no_return(account, appeal):
    gift = given(account, None, appeal)

    with pytest.raises(services.DonationError, match="went out"):
        services.place_on_appeal(entry=make_payment(account, "-5.00"), appeal=appeal, by=None)
    with pytest.raises(services.DonationError, match="came in"):
        services.place_return(entry=make_payment(account, "5.00"), original=gift, by=None)


def make_reward(appeal, **fields) -> Reward:
    names = {f"name_{code}": "T-shirt" for code in ("en", "fr", "nl")}
    words = {f"description_{code}": "Red" for code in ("en", "fr", "nl")}
    return Reward.objects.create(
        appeal=appeal, amount_eur="10.00", stock=2, **{**names, **words, **fields}
    )


def test_reward_is_asked_about_when_the_money_came_and_free_when_it_went_back(account, appeal):
    reward = make_reward(appeal, taken=1)
    pledge = make_pledge(appeal=appeal, reward=reward, holds_reward=True)

    gift = given(account, pledge, appeal)
    assert RewardDelivery.objects.get(pledge=pledge).state == "asked"
    services.place_return(entry=make_payment(account, "-25.00"), original=gift, by=None)

    reward.refresh_from_db()
    pledge.refresh_from_db()
    assert (reward.taken, pledge.holds_reward) == (0, False)


def test_late_payment_undone_gives_the_reward_back(account, appeal):
    reward = make_reward(appeal)
    pledge = make_pledge(appeal=appeal, reward=reward, ended="expired", status="expired")
    gift = given(account, pledge, appeal)
    reward.refresh_from_db()
    assert reward.taken == 1  # there was one left for who came late

    services.undo(entry=gift.entry, by=None)

    reward.refresh_from_db()
    assert reward.taken == 0


def test_whoever_saw_an_older_state_is_told_and_changes_nothing(account, appeal, treasurer):
    entry = make_payment(account)
    seen = newest_line(entry)
    services.set_unmatched(entry=entry, by=None)
    services.undo(entry=entry, by=None)

    with pytest.raises(services.DonationError, match="Somebody else has decided"):
        services.place_on_appeal(entry=entry, appeal=appeal, by=treasurer, seen=seen)

    assert lines_of(entry) == [("suspense", "25.00", "")]
    services.place_on_appeal(entry=entry, appeal=appeal, by=treasurer, seen=newest_line(entry))
    assert lines_of(entry) == [("gift", "25.00", "free")]


def results_at_once(calls) -> list[str]:
    """Run each call in a thread of its own, at the same moment: "done", or why not."""
    start = Barrier(len(calls))

    def run(call) -> str:
        start.wait()
        try:
            call()
        except services.DonationError as error:
            return str(error)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_four_treasurers_at_once_one_places_the_payment(account, appeal):
    treasurers = [make_staff("Treasurers", username=f"treasurer{n}") for n in range(4)]
    pledges = [make_pledge(appeal=appeal, supporter=make_supporter()) for _ in treasurers]
    entry = make_payment(account)
    seen = newest_line(entry)

    outcomes = results_at_once(
        [
            lambda who=who, pledge=pledge: services.place_on_pledge(
                entry=entry, pledge=pledge, by=who, seen=seen
            )
            for who, pledge in zip(treasurers, pledges, strict=True)
        ]
    )

    told = "Somebody else has decided on this payment meanwhile. Nothing was changed."
    assert sorted(outcomes) == sorted(["done", told, told, told])
    line = Allocation.objects.get(entry=entry, kind="gift")
    assert thanks() == [line.pk]
    assert line.made_by == ModelLogEntry.objects.get(action="donations.place").user
    assert Pledge.objects.filter(status="paid").get() == line.pledge


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_four_would_place_it(account, appeal):
    """The negative control: looking first and writing afterwards lets every one of them through.

    Only the database then keeps the ledger right, at the very end.
    """
    entry = make_payment(account)
    looked = Barrier(4)

    def place() -> None:
        with transaction.atomic():
            suspense = entry.allocations.get(kind="suspense", undone_at=None)
            looked.wait()
            Allocation.objects.filter(pk=suspense.pk).update(undone_at=suspense.made_at)
            Allocation.objects.create(
                entry=entry, kind="gift", amount=entry.amount, appeal=appeal, on=entry.booked_on
            )

    def outcome() -> str:
        try:
            place()
        except Exception as error:  # noqa: BLE001 - whatever stops it, it got this far
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: outcome(), range(4)))

    assert sorted(outcomes) == ["IntegrityError"] * 3 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_whoever_is_erased_at_this_moment_stays_erased(account, appeal):
    pledge = make_pledge(appeal=appeal)
    entry = make_payment(account, name="Sam Sample", payer="BE62510007547061")
    erased, person = Event(), pledge.supporter

    def erase() -> None:
        with transaction.atomic():
            erase_supporter(person)
            erased.set()
            time.sleep(0.3)  # long enough for the other to come and wait
        connection.close()

    def place() -> None:
        erased.wait(10)
        services.place_on_pledge(entry=entry, pledge=pledge, by=None)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(erase), pool.submit(place)]:
            work.result()

    entry.refresh_from_db()
    line = Allocation.objects.get(entry=entry, kind="gift")
    assert (line.circumstance, line.supporter, line.pledge) == ("erased", None, pledge)
    assert entry.particulars == ""
    assert thanks() == []
