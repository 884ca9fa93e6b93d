"""A model of the ledger in plain Python, beside the real one, through whatever may happen.

Promises, payments, placements, undoings, returns, cancellations, expiry and rewards come in any
order; after each step the database and the model must agree. ``LEDGER_RUNS`` says how many
histories are tried, by default few: ``LEDGER_RUNS=10000`` is the drill.
"""

import os
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from donations import services
from donations.models import Allocation, BankEntry, Pledge, Reward
from donations.services import matching
from donations.services.matching import newest_line
from donations.services.reminding import expire_due
from tests.donations.gifts import read_statement
from tests.donations.payments import check_ledger, make_payment
from tests.factories import make_account, make_appeal, make_pledge, make_supporter

RUNS = int(os.environ.get("LEDGER_RUNS", "15"))
STEPS = 20
STOCK, EARNED_FROM = 2, Decimal(10)
AMOUNTS = [Decimal(amount) for amount in ("5.00", "9.99", "10.00", "25.00", "25.01", "50.00")]
choices = st.integers(0, 1_000)


@dataclass
class Promise:
    """What the model knows of a pledge."""

    amount: Decimal
    is_monthly: bool
    wants_reward: bool
    holds: bool
    ended: str = ""


@dataclass
class Payment:
    """What the model knows of an entry: its lines as (pledge, amount, returned gift's entry)."""

    amount: Decimal
    gifts: list[tuple[int | None, Decimal]] = field(default_factory=list)
    returns: list[tuple[int | None, Decimal, int]] = field(default_factory=list)
    other: Decimal = Decimal(0)
    is_unmatched: bool = False

    @property
    def left(self) -> Decimal:
        placed = sum((amount for _, amount in self.gifts), Decimal(0))
        back = sum((amount for _, amount, _ in self.returns), Decimal(0))
        return self.amount - placed - back - self.other

    @property
    def state(self) -> str:
        if self.left:
            return "unmatched" if self.is_unmatched else "to_match"
        return "matched" if self.gifts or self.returns else "not_a_gift"


class Ledger(RuleBasedStateMachine):
    """One history. Everything it does is rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.reward = Reward.objects.get(appeal=self.appeal)
        self.promises: dict[int, Promise] = {}
        self.payments: dict[int, Payment] = {}

    @classmethod
    def set_up_stage(cls) -> None:
        """Make what every history begins with."""
        cls.account = make_account()
        cls.appeal = make_appeal(account=cls.account, slug="model")
        cls.supporter = make_supporter("model@example.org")
        cls.statement = read_statement(cls.account, timezone.localdate())
        names = {f"name_{code}": "T-shirt" for code in ("en", "fr", "nl")}
        Reward.objects.create(appeal=cls.appeal, amount_eur=EARNED_FROM, stock=STOCK, **names)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    # What the model says follows.

    def received(self, number: int) -> Decimal:
        gifts = [
            amount for one in self.payments.values() for to, amount in one.gifts if to == number
        ]
        back = [
            amount
            for one in self.payments.values()
            for to, amount, _ in one.returns
            if to == number
        ]
        return sum([*gifts, *back], Decimal(0))

    def status(self, number: int) -> str:
        promise, received = self.promises[number], self.received(number)
        was_returned = any(to == number for one in self.payments.values() for to, *_ in one.returns)
        if received <= 0:
            return "returned" if was_returned else promise.ended or "promised"
        if promise.is_monthly:
            return "paid"
        if received < promise.amount:
            return promise.ended or "part_paid"
        return "paid" if received == promise.amount else "overpaid"

    def taken(self) -> int:
        return sum(promise.holds for promise in self.promises.values())

    def rewards_follow(self, numbers) -> None:
        """What money that came or went does to rewards, in the order of the pledges' numbers."""
        for number in sorted(numbers):
            promise, received = self.promises[number], self.received(number)
            if promise.wants_reward and received >= EARNED_FROM and not promise.holds:
                promise.holds = self.taken() < STOCK
        for number in sorted(numbers):
            promise, received = self.promises[number], self.received(number)
            is_over = self.status(number) == "returned" or promise.ended
            if promise.holds and is_over and received < EARNED_FROM:
                promise.holds = False

    def _pick(self, among, choice: int):
        among = sorted(among)
        return among[choice % len(among)]

    # What may happen.

    @rule(amount=st.sampled_from(AMOUNTS), is_monthly=st.booleans(), wants=st.booleans())
    def promise(self, amount, is_monthly, wants):
        wants = wants and amount >= EARNED_FROM
        holds = wants and services.take_reward(self.reward)
        assert holds == (wants and self.taken() < STOCK)
        pledge = make_pledge(
            appeal=self.appeal,
            supporter=self.supporter,
            amount_eur=amount,
            frequency="monthly" if is_monthly else "once",
            reward=self.reward if holds else None,
            holds_reward=holds,
        )
        self.promises[pledge.pk] = Promise(amount, is_monthly, holds, holds)

    @rule(amount=st.sampled_from(AMOUNTS), is_out=st.booleans())
    def payment_comes(self, amount, is_out):
        signed = -amount if is_out else amount
        entry = make_payment(self.account, str(signed), statement=self.statement)
        self.payments[entry.pk] = Payment(entry.amount)

    @precondition(lambda self: self.payments and self.promises)
    @rule(entry=choices, pledge=choices, part=st.none() | st.sampled_from(AMOUNTS))
    def place_on_pledge(self, entry, pledge, part):
        number, to = self._pick(self.payments, entry), self._pick(self.promises, pledge)
        payment = self.payments[number]
        amount = payment.left if part is None else part
        is_right = payment.left > 0 and 0 < amount <= payment.left
        with self._refused_unless(is_right):
            services.place_on_pledge(
                entry=self._entry(number), pledge=Pledge.objects.get(pk=to), amount=part, by=None
            )
            payment.gifts.append((to, amount))
            payment.is_unmatched = False
            self.rewards_follow([to])

    @precondition(lambda self: self.payments)
    @rule(entry=choices)
    def place_on_appeal(self, entry):
        number = self._pick(self.payments, entry)
        payment = self.payments[number]
        with self._refused_unless(payment.left > 0):
            services.place_on_appeal(entry=self._entry(number), appeal=self.appeal, by=None)
            payment.gifts.append((None, payment.left))
            payment.is_unmatched = False

    @precondition(lambda self: self.payments and self.promises)
    @rule(entry=choices, pledges=st.lists(choices, min_size=1, max_size=3, unique=True))
    def place_anew_on_several(self, entry, pledges):
        number = self._pick(self.payments, entry)
        payment = self.payments[number]
        to = sorted({self._pick(self.promises, choice) for choice in pledges})
        lines = [
            services.Line("gift", Decimal("5.00"), pledge=Pledge.objects.get(pk=one)) for one in to
        ]
        is_right = payment.amount >= 5 * len(to) and not self._went_back(number)
        is_right = is_right and not self._would_be_negative(
            number, [(one, Decimal(5)) for one in to]
        )
        concerned = {one for one, _ in payment.gifts if one} | set(to)
        with self._refused_unless(is_right):
            services.place(entry=self._entry(number), lines=lines, by=None)
            payment.gifts = [(one, Decimal("5.00")) for one in to]
            payment.returns, payment.other, payment.is_unmatched = [], Decimal(0), False
            self.rewards_follow(concerned)

    @precondition(lambda self: self._given())
    @rule(entry=choices, gift=choices)
    def money_goes_back(self, entry, gift):
        number = self._pick(self.payments, entry)
        source = self._pick(self._given(), gift)
        payment = self.payments[number]
        line = Allocation.objects.filter(entry=source, kind="gift", undone_at=None).earliest("pk")
        to, amount = self.payments[source].gifts[0]
        assert (line.pledge_id, line.amount) == (to, amount)
        back = -sum(
            (
                amount
                for one in self.payments.values()
                for _, amount, of in one.returns
                if of == line.pk
            ),
            Decimal(0),
        )
        is_right = payment.left < 0 and -payment.left <= amount - back
        with self._refused_unless(is_right):
            services.place_return(entry=self._entry(number), original=line, by=None)
            payment.returns.append((to, payment.left, line.pk))
            payment.is_unmatched = False
            if to:
                self.rewards_follow([to])

    @precondition(lambda self: self.payments)
    @rule(entry=choices)
    def not_a_gift(self, entry):
        number = self._pick(self.payments, entry)
        payment = self.payments[number]
        with self._refused_unless(payment.left != 0):
            services.set_not_a_gift(entry=self._entry(number), by=None)
            payment.other += payment.left
            payment.is_unmatched = False

    @precondition(lambda self: self.payments)
    @rule(entry=choices)
    def nobody_knows(self, entry):
        number = self._pick(self.payments, entry)
        payment = self.payments[number]
        with self._refused_unless(payment.state == "to_match"):
            services.set_unmatched(entry=self._entry(number), by=None)
            payment.is_unmatched = True

    @precondition(lambda self: self.payments)
    @rule(entry=choices)
    def undo(self, entry):
        number = self._pick(self.payments, entry)
        payment = self.payments[number]
        decided = payment.is_unmatched or payment.left != payment.amount
        concerned = {one for one, *_ in [*payment.gifts, *payment.returns] if one}
        with self._refused_unless(decided and not self._went_back(number)):
            services.undo(entry=self._entry(number), by=None)
            payment.gifts, payment.returns = [], []
            payment.other, payment.is_unmatched = Decimal(0), False
            self.rewards_follow(concerned)

    @precondition(lambda self: self.payments)
    @rule(entry=choices)
    def decide_on_what_has_changed(self, entry):
        number = self._pick(self.payments, entry)
        stale = newest_line(self._entry(number)) - 1
        with self._refused_unless(False):
            services.undo(entry=self._entry(number), by=None, seen=stale)

    @precondition(lambda self: self.promises)
    @rule(pledge=choices)
    def cancel(self, pledge):
        number = self._pick(self.promises, pledge)
        promise = self.promises[number]
        can = not promise.ended and self.status(number) in {"promised", "part_paid"}
        assert services.cancel_pledge(pledge=Pledge.objects.get(pk=number)) == can
        if can:
            promise.ended = "cancelled"
            promise.holds = promise.holds and self.received(number) >= EARNED_FROM

    @precondition(lambda self: self.promises)
    @rule(pledge=choices)
    def time_runs_out(self, pledge):
        number = self._pick(self.promises, pledge)
        promise = self.promises[number]
        is_awaited = self.status(number) in {"promised", "part_paid"}
        yesterday = timezone.localdate() - timedelta(days=1)
        Pledge.objects.filter(pk=number).update(expires_on=yesterday)
        expire_due(timezone.now())
        Pledge.objects.filter(pk=number).update(expires_on=None)
        if is_awaited and not promise.ended and not promise.is_monthly:
            promise.ended = "expired"
            promise.holds = promise.holds and self.received(number) >= EARNED_FROM

    # What must always hold.

    @invariant()
    def ledger_is_the_statements(self):
        check_ledger()
        entries = BankEntry.objects.filter(account=self.account)
        lines = Allocation.objects.filter(entry__account=self.account, undone_at=None)
        total = entries.aggregate(total=Sum("amount"))["total"]
        assert lines.aggregate(total=Sum("amount"))["total"] == total
        assert (total or 0) == sum(one.amount for one in self.payments.values())

    @invariant()
    def payments_stand_as_the_model_says(self):
        states = dict(BankEntry.objects.filter(account=self.account).values_list("pk", "state"))
        assert states == {number: one.state for number, one in self.payments.items()}
        kinds: dict[int, Decimal] = {}
        suspense = Allocation.objects.filter(
            entry__account=self.account, undone_at=None, kind="suspense"
        )
        for number, amount in suspense.values_list("entry", "amount"):
            assert number not in kinds  # one line at most for what is not placed
            kinds[number] = amount
        assert kinds == {number: one.left for number, one in self.payments.items() if one.left}

    @invariant()
    def pledges_stand_as_the_model_says(self):
        rows = Pledge.objects.filter(appeal=self.appeal).values_list(
            "pk", "status", "received_eur", "holds_reward"
        )
        assert {number: row for number, *row in rows} == {
            number: [self.status(number), self.received(number), promise.holds]
            for number, promise in self.promises.items()
        }

    @invariant()
    def rewards_are_never_oversold(self):
        self.reward.refresh_from_db()
        assert self.reward.taken == self.taken() <= STOCK

    # Small things.

    def _entry(self, number: int) -> BankEntry:
        return BankEntry.objects.get(pk=number)

    def _refused_unless(self, is_right: bool):
        """What is right must be done; what is not must be refused, and change nothing."""
        return nullcontext() if is_right else pytest.raises(services.DonationError)

    def _given(self) -> set[int]:
        return {number for number, payment in self.payments.items() if payment.gifts}

    def _went_back(self, number: int) -> bool:
        gifts = set(
            Allocation.objects.filter(entry=number, kind="gift", undone_at=None).values_list(
                "pk", flat=True
            )
        )
        return any(of in gifts for one in self.payments.values() for *_, of in one.returns)

    def _would_be_negative(self, number: int, gifts: list[tuple[int, Decimal]]) -> bool:
        new = dict(gifts)
        old: dict[int, Decimal] = {}
        for to, amount in self.payments[number].gifts:
            if to:
                old[to] = old.get(to, Decimal(0)) + amount
        concerned = set(new) | set(old)
        zero = Decimal(0)
        return any(
            self.received(to) - old.get(to, zero) + new.get(to, zero) < 0 for to in concerned
        )


@pytest.mark.fuzz
@pytest.mark.django_db
def test_ledger_and_model_agree_whatever_happens():
    Ledger.set_up_stage()
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_model_notices_a_verb_that_forgets_to_settle(monkeypatch):
    """The negative control: with settling left out, a history is found that shows it."""
    monkeypatch.setattr(matching, "settle", lambda pledge_ids: None)
    Ledger.set_up_stage()

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Ledger,
            settings=settings(
                max_examples=200,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
