"""What appeals have reached: noticed once, proposed in three languages, decided by one."""

from decimal import Decimal

import pytest
from django.urls import reverse

from donations.milestones import (
    decide,
    note_milestones,
    note_milestones_of_all,
    round_sums,
    words_of,
)
from donations.models import Milestone, OutsideAmount
from tests.donations.gifts import make_gift, undo
from tests.factories import in_days, make_appeal, make_pledge, make_staff

pytestmark = pytest.mark.django_db

State = Milestone.State


def noted(appeal) -> list[tuple[int, int | None, str]]:
    rows = Milestone.objects.filter(appeal=appeal).order_by("amount_eur")
    return [(int(row.amount_eur), row.percent, row.state) for row in rows]


def test_round_sums_grow_by_five_and_by_two():
    assert [int(amount) for amount in round_sums(Decimal(120_000))] == [
        1_000,
        5_000,
        10_000,
        50_000,
        100_000,
    ]


def test_of_sums_reached_at_once_the_highest_is_proposed():
    appeal = make_appeal(goal_eur=4000)
    make_gift(appeal=appeal, amount="2500")

    proposed = note_milestones([appeal.pk])

    assert [(row.amount_eur, row.percent) for row in proposed] == [(Decimal("2000.00"), 50)]
    assert noted(appeal) == [(1000, 25, State.LEFT), (2000, 50, State.PROPOSED)]


def test_sum_is_noted_once_also_when_money_goes_back_and_comes_again():
    appeal = make_appeal()
    line = make_gift(appeal=appeal, amount="1000")
    note_milestones([appeal.pk])
    undo(line)
    note_milestones([appeal.pk])
    make_gift(appeal=appeal, amount="1500")

    assert note_milestones([appeal.pk]) == []
    assert noted(appeal) == [(1000, None, State.PROPOSED)]


def test_promises_reach_nothing_and_money_from_elsewhere_does():
    appeal = make_appeal(goal_eur=1000)
    make_pledge(appeal=appeal, amount_eur=1000)
    assert note_milestones([appeal.pk]) == []

    notes = dict.fromkeys(("note_en", "note_fr", "note_nl"), "A party")
    OutsideAmount.objects.create(appeal=appeal, amount_eur=300, on=in_days(0), **notes)
    note_milestones_of_all()

    assert noted(appeal) == [(250, 25, State.PROPOSED)]


def test_words_are_ready_in_three_languages_with_the_way_to_the_page():
    appeal = make_appeal(goal_eur=4000)
    make_gift(appeal=appeal, amount="2000")
    (milestone,) = note_milestones([appeal.pk])

    english, french, dutch = words_of(milestone)

    assert english.heading == "Halfway there: €2,000"
    assert "€4,000" in english.text
    page = appeal.pages.get(locale__language_code="en")
    assert english.editor_url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "2\u202f000\u00a0€" in french.heading
    assert "€\u00a02.000" in dutch.heading
    assert french.editor_url == dutch.editor_url == ""


def test_first_to_decide_decides():
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="1000")
    (milestone,) = note_milestones([appeal.pk])
    staff = make_staff("Treasurers")

    assert decide(milestone=milestone, state=State.USED, by=staff)
    assert not decide(milestone=milestone, state=State.LEFT, by=staff)
    assert noted(appeal) == [(1000, None, State.USED)]


def screen(client, group: str) -> str:
    client.force_login(make_staff(group))
    response = client.get(reverse("donations_treasury:milestones"))
    return response.content.decode() if response.status_code == 200 else ""


def test_staff_see_the_words_and_decide(client):
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="1000")
    (milestone,) = note_milestones([appeal.pk])

    shown = screen(client, "Editors")
    client.post(reverse("donations_treasury:decide_milestone", args=[milestone.pk]), {"told": "1"})

    assert "We have passed €1,000" in shown
    assert noted(appeal) == [(1000, None, State.USED)]
    milestone.refresh_from_db()
    assert milestone.decided_by.username == "editors"


def test_moderators_see_and_decide_nothing(client):
    appeal = make_appeal()
    make_gift(appeal=appeal, amount="1000")
    (milestone,) = note_milestones([appeal.pk])

    assert screen(client, "Moderators") == ""
    client.post(reverse("donations_treasury:decide_milestone", args=[milestone.pk]), {"told": "1"})

    assert noted(appeal) == [(1000, None, State.PROPOSED)]


@pytest.mark.parametrize(("group", "is_told"), [("Treasurers", True), ("Editors", False)])
def test_treasurer_is_told_which_reminders_wait_for_a_statement(client, group, is_told):
    from datetime import timedelta

    from django.utils import timezone

    made = timezone.now() - timedelta(days=20)
    make_pledge(created_hour=made, expires_on=in_days(40))

    shown = screen(client, group)

    assert ("1 reminder" in shown) is is_told
    assert ("never read yet" in shown) is is_told
