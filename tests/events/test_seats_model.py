"""A model of an event's places in plain Python, beside the real ones, through whatever may happen.

Groups sign up, cancel, change, are offered places, answer or do not, pass their places on, are
erased; the capacity goes up, down and away; the event is cancelled, begins, is moved. After each
step the database and the model must agree, and the promises must hold. ``SEATS_RUNS`` says how many
histories are tried, by default few: ``SEATS_RUNS=10000`` is the drill.
"""

import os
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from procrastinate.contrib.django.models import ProcrastinateJob

from events import services
from events.holdings import erase
from events.models import Event, SignUp
from events.services import waiting
from tests.events.crowds import unannounced_event as make_event
from tests.events.test_passing_on import hand_over
from tests.events.test_services import take

RUNS = int(os.environ.get("SEATS_RUNS", "12"))
STEPS = 20
CAPACITY = 6
sizes = st.integers(1, 4)
choices = st.integers(0, 1_000)
HOLDING = ("confirmed", "offered")


@dataclass
class Party:
    """What the model knows of a sign-up."""

    status: str
    people: int
    queue: int = 0
    offers: int = 0

    @property
    def stands(self) -> bool:
        return self.status in (*HOLDING, "waiting")


class Seats(RuleBasedStateMachine):
    """One history. Everything it does is rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.capacity: int | None = CAPACITY
        self.has_list, self.is_cancelled, self.has_begun = True, False, False
        self.parties: dict[int, Party] = {}
        self.next_queue = 1
        self.people_known = 0
        self.offers_of_the_erased = self.offers_told_again = 0
        self.taken_before = 0

    @classmethod
    def set_up_stage(cls) -> None:
        """Make what every history begins with."""
        cls.event = make_event(slug="model", capacity=CAPACITY)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    # What the model says follows.

    @property
    def is_to_come(self) -> bool:
        return not self.is_cancelled and not self.has_begun

    def taken(self) -> int:
        return sum(party.people for party in self.parties.values() if party.status in HOLDING)

    def has_room(self, people: int) -> bool:
        return self.capacity is None or self.taken() + people <= self.capacity

    def settle(self) -> None:
        """Offer free places in the order of the queue to whoever fits."""
        if not self.is_to_come:
            return
        in_order = sorted(self.parties.values(), key=lambda party: party.queue)
        for party in in_order:
            if party.status == "waiting" and self.has_room(party.people):
                party.status = "offered"
                party.offers += 1

    def answer_to_new(self, people: int) -> str | None:
        """What a new party gets: "confirmed", "waiting", or nothing."""
        if not self.is_to_come:
            return None
        if self.has_room(people):
            return "confirmed"
        return "waiting" if self.has_list and people <= self.capacity else None

    def _pick(self, choice: int, *statuses: str) -> int:
        """A party with one of these statuses, or any when there is none."""
        here = sorted(number for number in self.parties if number > 0)
        among = [number for number in here if self.parties[number].status in statuses] or here
        return among[choice % len(among)]

    def _there_are_parties(self) -> bool:
        return any(number > 0 for number in self.parties)

    def _row(self, number: int) -> SignUp:
        return SignUp.objects.select_related("event").get(pk=number)

    def _refused_unless(self, is_right: object):
        return nullcontext() if is_right else pytest.raises(services.SignUpError)

    # What may happen.

    @rule(people=sizes)
    def sign_up(self, people):
        expected = self.answer_to_new(people)
        self.people_known += 1
        with self._refused_unless(expected):
            row = take(self.event, email=f"p{self.people_known}@example.org", party_size=people)
            assert row.status == expected
            self.parties[row.pk] = Party(expected, people)
            if expected == "waiting":
                assert row.queue_number == self.next_queue
                self.parties[row.pk].queue = self.next_queue
                self.next_queue += 1

    @precondition(_there_are_parties)
    @rule(choice=choices, people=sizes)
    def sign_up_again(self, choice, people):
        number = self._pick(choice, *HOLDING, "waiting")
        party = self.parties[number]
        if not party.stands:
            return
        expected = self.answer_to_new(people)
        with self._refused_unless(expected):
            row = take(self.event, email=self._row(number).supporter.email, party_size=people)
            assert (row.pk, row.status) == (number, expected)
            self.offers_told_again += party.status == "offered"

    @precondition(_there_are_parties)
    @rule(choice=choices)
    def cancel(self, choice):
        number = self._pick(choice, *HOLDING, "waiting")
        party = self.parties[number]
        with self._refused_unless(not self.has_begun):
            assert services.cancel_sign_up(sign_up=self._row(number)) == party.stands
            if party.stands:
                party.status = "cancelled"
                self.settle()

    @precondition(_there_are_parties)
    @rule(choice=choices, people=sizes)
    def change(self, choice, people):
        number = self._pick(choice, *HOLDING, "waiting")
        party = self.parties[number]
        more = people - party.people
        may_grow = party.status == "confirmed" and self.has_room(more)
        with self._refused_unless(party.stands and self.is_to_come and (more <= 0 or may_grow)):
            services.change_party_size(sign_up=self._row(number), party_size=people)
            party.people = people
            self.settle()

    @precondition(_there_are_parties)
    @rule(choice=choices)
    def accept(self, choice):
        number = self._pick(choice, "offered")
        party = self.parties[number]
        with self._refused_unless(self.is_to_come):
            is_offered = party.status == "offered"
            assert services.accept_offer(sign_up=self._row(number)) == is_offered
            if is_offered:
                party.status = "confirmed"

    @precondition(_there_are_parties)
    @rule(choice=choices)
    def refuse(self, choice):
        number = self._pick(choice, "offered")
        party = self.parties[number]
        is_offered = party.status == "offered"
        assert services.refuse_offer(sign_up=self._row(number)) == is_offered
        if is_offered:
            party.status = "cancelled"
            self.settle()

    @precondition(lambda self: any(one.status == "offered" for one in self.parties.values()))
    @rule(choice=choices)
    def lapse(self, choice):
        number = self._pick(choice, "offered")
        now = timezone.now()
        SignUp.objects.filter(pk=number).update(offer_until=now)

        assert services.lapse_due(now) == (not self.is_cancelled)
        if not self.is_cancelled:
            self.parties[number].status = "lapsed"
            self.settle()
        else:
            later = now + timedelta(hours=1)
            SignUp.objects.filter(pk=number).update(offer_until=later)

    @rule(capacity=st.integers(0, 12) | st.none(), has_list=st.booleans())
    def set_capacity(self, capacity, has_list):
        Event.objects.filter(pk=self.event.pk).update(capacity=capacity, has_waiting_list=has_list)
        services.settle_places(self.event.pk)
        self.capacity, self.has_list = capacity, has_list
        self.settle()

    @precondition(_there_are_parties)
    @rule(choice=choices, to_known=st.booleans())
    def pass_on(self, choice, to_known):
        number = self._pick(choice, "confirmed")
        party = self.parties[number]
        receiver = self._pick(choice // 7, *HOLDING, "waiting") if to_known else None
        email = self._row(receiver).supporter.email if receiver else ""
        self.people_known += not email
        with self._refused_unless(self.is_to_come and party.status == "confirmed"):
            row = hand_over(self._row(number), email=email or f"p{self.people_known}@example.org")
            assert row.status == "confirmed"
            if row.pk not in self.parties:
                party.status = "passed_on"
                self.parties[row.pk] = Party("confirmed", party.people)
            else:
                assert self.parties[row.pk].stands
                self.offers_told_again += self.parties[row.pk].status == "offered"

    @precondition(_there_are_parties)
    @rule(choice=choices)
    def erase_person(self, choice):
        supporter = self._row(self._pick(choice, *HOLDING, "waiting")).supporter
        rows = list(SignUp.objects.filter(supporter=supporter).values_list("pk", flat=True))
        erase(supporter)
        for number in rows:
            party = self.parties.pop(number)
            self.offers_of_the_erased += party.offers
            if self.has_begun and party.status in HOLDING:
                # Of an event that has begun, the number of people stays.
                self.parties[-number] = Party("confirmed", party.people)
            self.settle()

    @rule(is_cancelled=st.booleans())
    def cancel_event(self, is_cancelled):
        now = timezone.now()
        Event.objects.filter(pk=self.event.pk).update(cancelled_at=now if is_cancelled else None)
        services.settle_places(self.event.pk)
        self.is_cancelled = is_cancelled
        self.settle()

    @rule(has_begun=st.sampled_from([False, False, True]))
    def begin_or_move(self, has_begun):
        soon = timezone.now() + timedelta(days=-1 if has_begun else 30)
        Event.objects.filter(pk=self.event.pk).update(starts_at=soon, day=timezone.localdate(soon))
        self.has_begun = has_begun
        made = waiting.settle_all()
        before = sum(party.offers for party in self.parties.values())
        self.settle()
        assert made == sum(party.offers for party in self.parties.values()) - before

    # What must be true at every moment.

    @invariant()
    def database_and_model_agree(self):
        rows = SignUp.objects.filter(event=self.event)
        found = {
            row.pk: (row.status, row.party_size, row.queue_number or 0)
            for row in rows.only("status", "party_size", "queue_number")
        }
        expected = {
            number: (party.status, party.people, party.queue)
            for number, party in self.parties.items()
            if number > 0
        }
        assert found == expected
        assert Event.objects.get(pk=self.event.pk).places_taken == self.taken()

    @invariant()
    def no_places_are_free_beside_somebody_they_fit(self):
        if self.is_to_come:
            waits = [one.people for one in self.parties.values() if one.status == "waiting"]
            assert not any(self.has_room(people) for people in waits)

    @invariant()
    def nobody_is_added_beyond_the_capacity(self):
        taken = self.taken()
        assert self.capacity is None or taken <= max(self.capacity, self.taken_before)
        self.taken_before = taken

    @invariant()
    def every_offer_is_mailed_once(self):
        offers = sum(party.offers for party in self.parties.values()) + self.offers_of_the_erased
        mailed = ProcrastinateJob.objects.filter(task_name="send_offer").count()
        assert mailed == offers + self.offers_told_again


@pytest.mark.fuzz
@pytest.mark.django_db
def test_places_and_model_agree_whatever_happens():
    Seats.set_up_stage()
    run_state_machine_as_test(
        Seats,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.django_db
def test_model_notices_a_verb_that_forgets_to_settle(monkeypatch, forgets):
    """The negative control: with settling left out, a history shows it that is fine otherwise."""
    if forgets:
        monkeypatch.setattr(waiting, "settle_places", lambda event_id: [])
    Seats.set_up_stage()
    history = Seats()
    for people in (4, 3, 1):
        history.sign_up(people=people)
    history.cancel(choice=0)

    with pytest.raises(AssertionError) if forgets else nullcontext():
        history.database_and_model_agree()
    history.teardown()
