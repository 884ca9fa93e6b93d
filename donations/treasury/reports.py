"""What came in, by day and by appeal, how far the bank was read, and whether the sums agree."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from donations.models import Appeal, BankAccount
from donations.services.reminding import reminders_held_back
from donations.treasury.access import EXPORT, MATCH, SEE_APPEALS, SEE_PLEDGES
from donations.treasury.charts import Sums, day_chart, sums_by_appeal, sums_by_day
from donations.treasury.gifts import VIEW
from donations.treasury.ledger_check import reaches

PERIODS = {
    30: gettext_lazy("the last 30 days"),
    90: gettext_lazy("the last 90 days"),
    365: gettext_lazy("the last year"),
}
_BAR_WIDTH = 100


@dataclass(frozen=True)
class AppealBar:
    """An appeal, what came for it, and the length of its bar."""

    appeal: Appeal
    sums: Sums
    length: float
    width = _BAR_WIDTH


@require_safe
@permission_required(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Show the charts of a chosen time, and whether bank and ledger agree."""
    length = read_number(request.GET.get("days", "")) or 0
    length = length if length in PERIODS else next(iter(PERIODS))
    until = timezone.localdate()
    since = until - timedelta(days=length - 1)
    appeals = list(Appeal.objects.exclude(account=None).order_by("-pk"))
    chosen = read_number(request.GET.get("appeal", ""))
    appeal = next((one for one in appeals if one.pk == chosen), None)
    by_day = sums_by_day(since, until, appeal)
    context = {
        "periods": PERIODS,
        "length": length,
        "since": since,
        "until": until,
        "appeals": appeals,
        "appeal": appeal,
        "chart": day_chart(by_day, since, until),
        "days": sorted(by_day.items(), reverse=True),
        "day_total": sum(by_day.values(), Sums()),
        **_by_appeal(since, until),
        "reaches": reaches(),
        "held_back": reminders_held_back(timezone.now()),
        "accounts": BankAccount.objects.order_by("label"),
        "may_export_payments": request.user.has_perm(EXPORT) and request.user.has_perm(MATCH),
        "sees_appeals": request.user.has_perm(SEE_APPEALS),
        "sees_pledges": request.user.has_perm(SEE_PLEDGES),
        "may_match": request.user.has_perm(MATCH),
    }
    return render(request, "donations/admin/reports.html", context)


def _by_appeal(since: date, until: date) -> dict[str, object]:
    sums = sums_by_appeal(since, until)
    longest = max((of_it.kept for _appeal, of_it in sums), default=0)
    bars = [
        AppealBar(appeal, of_it, round(float(max(of_it.kept, 0) / longest) * _BAR_WIDTH, 1))
        if longest > 0
        else AppealBar(appeal, of_it, 0)
        for appeal, of_it in sums
    ]
    return {"bars": bars, "appeal_total": sum((of_it for _appeal, of_it in sums), Sums())}
