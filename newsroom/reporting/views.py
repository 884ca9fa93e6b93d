"""What came in for campaigns: the list, the report of one, and its figures as a file."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from campaign_site.query_numbers import read_number
from newsroom.reporting import exports
from newsroom.reporting.access import SEE_REPORTS, SEE_SUMS, kinds_for
from newsroom.reporting.campaigns import Campaign, all_campaigns
from newsroom.reporting.log_actions import EXPORT
from newsroom.reporting.overview import overview_of
from newsroom.reporting.report import PERIODS, Report, report_of
from staff.login.journal import name_of

_STEPS = {"": None, "day": False, "week": True}
_FORMATS = {"csv": "CSV", "xlsx": "Excel"}


@require_safe
@permission_required(SEE_REPORTS)
def index(request: HttpRequest) -> HttpResponse:
    """Show every campaign with what came in for it until last night."""
    campaigns = all_campaigns()
    context = overview_of(campaigns, request.user)
    return render(request, "newsroom/reporting/index.html", context)


@require_safe
@permission_required(SEE_REPORTS)
def campaign(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the report of a campaign, of the time asked for, beside another if asked for."""
    campaigns = all_campaigns()
    report = _report(campaigns, key, request.GET, request.user)
    kinds = kinds_for(request.user)
    context = {
        "report": report,
        "campaign": report.campaign,
        "periods": PERIODS,
        "days": _days(request.GET),
        "step": request.GET.get("step", "") if request.GET.get("step", "") in _STEPS else "",
        "others": [one for one in campaigns if one.key != key and _has_any(one, kinds)],
        "has_any": _has_any(report.campaign, kinds),
        "with_sums": request.user.has_perm(SEE_SUMS),
        "formats": _FORMATS,
        "query": request.GET.urlencode(),
    }
    return render(request, "newsroom/reporting/campaign.html", context)


@require_POST
@permission_required(SEE_REPORTS)
def export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Hand out the figures of the report as CSV or XLSX; the log keeps who took them."""
    kind = request.POST.get("kind", "")
    report = _report(all_campaigns(), key, request.GET, request.user)
    back = f"{reverse('newsroom_reporting:campaign', args=[key])}?{request.GET.urlencode()}"
    if kind not in exports.KINDS:
        messages.error(request, _("Nothing was exported: choose CSV or Excel."))
        return redirect(back)
    rows = exports.rows_of(report)
    log(
        instance=request.user,
        title=name_of(request.user),
        action=EXPORT,
        user=request.user,
        data={
            "format": kind,
            "rows": len(rows),
            "filters": {"campaign": report.campaign.title, **request.GET.dict()},
        },
    )
    return exports.answer(report, kind, rows)


def _report(campaigns: list[Campaign], key: uuid.UUID, query: QueryDict, user) -> Report:
    by_key = {str(one.key): one for one in campaigns}
    if str(key) not in by_key:
        raise Http404
    other = by_key.get(query.get("with", ""))
    return report_of(
        by_key[str(key)],
        user,
        days=_days(query),
        weekly=_STEPS.get(query.get("step", "")),
        other=other if other and other.key != key else None,
    )


def _days(query: QueryDict) -> int:
    """The length of the time asked for; of all time unless it is one that is offered."""
    days = read_number(query.get("days", "")) or 0
    return days if days in PERIODS else 0


def _has_any(campaign: Campaign, kinds: list[str]) -> bool:
    return any(campaign.subjects(kinds).values())
