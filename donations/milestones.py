"""Sums that an appeal reaches: proposed to staff as an update of its page, with ready words.

A quarter, half, three quarters and all of the goal, and round sums. Noticed after each booking,
each once: what is sent back later does not take the news back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site.templatetags.campaign import day, euros
from donations.models import Appeal, Milestone
from donations.totals import Totals, totals_by_appeal

PERCENTS = (25, 50, 75, 100)
_FIRST_ROUND_SUM = Decimal(1000)


@dataclass(frozen=True)
class Words:
    """A heading and a sentence for a dated update, in one language."""

    language: str
    language_name: str
    heading: str
    text: str
    # Where the page of the appeal is edited in this language; empty without a page.
    editor_url: str


def round_sums(until: Decimal) -> Iterator[Decimal]:
    """Yield 1,000, 5,000, 10,000, 50,000 … up to and with ``until``."""
    amount, factor = _FIRST_ROUND_SUM, 5
    while amount <= until:
        yield amount
        amount, factor = amount * factor, 7 - factor


def reached(appeal: Appeal, totals: Totals) -> dict[Decimal, int | None]:
    """Return the sums that an appeal has passed, each with its share of the goal, if it is one."""
    in_hand = totals.in_hand_eur
    sums: dict[Decimal, int | None] = dict.fromkeys(round_sums(in_hand))
    for percent in PERCENTS if appeal.goal_eur else ():
        amount = (appeal.goal_eur * percent / 100).quantize(Decimal("0.01"))
        if amount <= in_hand:
            sums[amount] = percent
    return sums


@transaction.atomic
def note_milestones(appeal_ids: Iterable[int]) -> list[Milestone]:
    """Note what these appeals have reached since last time; return what is proposed to staff.

    Of several sums reached at once the highest is proposed, the others are left aside. Safe to
    repeat, and to call from two processes at once: a sum is noted once.
    """
    appeals = Appeal.objects.filter(pk__in=set(appeal_ids)).order_by("pk")
    appeals = list(appeals.select_for_update(of=("self",), no_key=True))
    totals = totals_by_appeal(appeal.pk for appeal in appeals)
    known = set(Milestone.objects.filter(appeal__in=appeals).values_list("appeal", "amount_eur"))
    proposed = []
    for appeal in appeals:
        sums = reached(appeal, totals[appeal.pk])
        new = sorted(amount for amount in sums if (appeal.pk, amount) not in known)
        made = [_milestone(appeal, amount, sums[amount]) for amount in new]
        for earlier in made[:-1]:
            earlier.state = Milestone.State.LEFT
        Milestone.objects.bulk_create(made)
        proposed += made[-1:]
    return proposed


def _milestone(appeal: Appeal, amount: Decimal, percent: int | None) -> Milestone:
    return Milestone(appeal=appeal, amount_eur=amount, percent=percent)


def note_milestones_of_all() -> None:
    """Note what every announced appeal that is not over has reached."""
    appeals = Appeal.objects.announced()
    note_milestones(appeal.pk for appeal in appeals if not appeal.is_past)


@transaction.atomic
def decide(*, milestone: Milestone, state: str, by) -> bool:
    """Say that a milestone was told on the page, or is left aside; return whether that is new.

    Of two people who decide at once, the first does.
    """
    waiting = Milestone.objects.filter(pk=milestone.pk, state=Milestone.State.PROPOSED)
    return bool(waiting.update(state=state, decided_by=by))


def words_of(milestone: Milestone) -> list[Words]:
    """Return ready words for an update in each language, to be copied into the page."""
    pages = {page.locale.language_code: page for page in _pages_of(milestone.appeal)}
    words = []
    for code, name in settings.LANGUAGES:
        page = pages.get(code)
        url = reverse("wagtailadmin_pages:edit", args=[page.pk]) if page else ""
        with override(code):
            heading, text = _heading(milestone), _text(milestone)
        words.append(Words(code, name, heading, text, url))
    return words


def _pages_of(appeal: Appeal):
    return appeal.pages.select_related("locale").order_by("pk")


def _heading(milestone: Milestone) -> str:
    values = {"sum": euros(milestone.amount_eur)}
    if milestone.percent == 100:
        return _("Goal reached: %(sum)s!") % values
    if milestone.percent == 50:
        return _("Halfway there: %(sum)s") % values
    if milestone.percent:
        return _("%(percent)s%% of our goal: %(sum)s") % {**values, "percent": milestone.percent}
    return _("We have passed %(sum)s") % values


def _text(milestone: Milestone) -> str:
    values = {
        "sum": euros(milestone.amount_eur),
        "goal": euros(milestone.appeal.goal_eur),
        "day": day(timezone.localtime(milestone.reached_at)),
    }
    if milestone.percent == 100:
        return (
            _("On %(day)s the whole of our goal of %(goal)s had come in. Thank you, all of you!")
            % values
        )
    if milestone.percent:
        return (
            _("On %(day)s, %(sum)s of the %(goal)s that we are asking for had come in. Thank you!")
            % values
        )
    return _("On %(day)s your gifts had passed %(sum)s. Thank you, all of you!") % values
