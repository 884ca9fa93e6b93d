"""All campaigns at a glance: what came in for each until the last count."""

from dataclasses import dataclass

from django.db.models import Sum

from newsroom.models import DailyCount
from newsroom.reporting.access import kinds_for
from newsroom.reporting.campaigns import Campaign
from newsroom.reporting.counting import Kind
from newsroom.reporting.sections import measure_of
from newsroom.reporting.small_numbers import is_told, told


@dataclass(frozen=True)
class Line:
    """One campaign and what is told of it, in the order of the columns."""

    campaign: Campaign
    cells: list[str]


def overview_of(campaigns: list[Campaign], user) -> dict[str, object]:
    """Return what the list shows: how many of each kind that ``user`` may see; one query."""
    kinds = kinds_for(user)
    counted = (
        DailyCount.objects.filter(kind__in=kinds)
        .values_list("kind", "subject_id")
        .annotate(number=Sum("number"), people=Sum("people"))
        .order_by()
    )
    found = {(kind, subject): (number, people) for kind, subject, number, people in counted}
    return {
        "columns": [measure_of(kind, with_sums=False).heading for kind in kinds],
        "lines": [
            Line(one, [_cell(one, kind, found) for kind in kinds]) for one in campaigns if kinds
        ],
    }


def _cell(campaign: Campaign, kind: str, found: dict) -> str:
    subjects = campaign.subjects([kind])[kind]
    if not subjects:
        return "–"
    sums = [found.get((kind, subject), (0, 0)) for subject in subjects]
    number, people = (sum(one[place] for one in sums) for place in (0, 1))
    # Few sign-ups are few, however many people come along.
    return told(people if kind == Kind.SIGN_UP and is_told(number) else number)
