"""Staff screens about appeals: what they have reached, standing orders, reminders that wait."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from donations.milestones import decide, words_of
from donations.models import Milestone
from donations.services.reminding import reminders_held_back
from donations.standing_orders import standing_orders as recognised
from donations.treasury.access import SEE_APPEALS, SEE_PLEDGES

# Decided milestones are shown for as long as anyone may look for one.
_SHOWN_DECIDED = 20


@require_safe
@permission_required(SEE_APPEALS)
def milestones(request: HttpRequest) -> HttpResponse:
    """Show what appeals have reached, with words to copy, and what was done with earlier news."""
    rows = Milestone.objects.select_related("appeal", "decided_by").order_by("-reached_at", "-pk")
    waiting = rows.filter(state=Milestone.State.PROPOSED)
    may_see_people = request.user.has_perm(SEE_PLEDGES)
    context = {
        "waiting": [(milestone, words_of(milestone)) for milestone in waiting],
        "decided": rows.exclude(state=Milestone.State.PROPOSED)[:_SHOWN_DECIDED],
        "held_back": reminders_held_back(timezone.now()) if may_see_people else [],
        "may_see_people": may_see_people,
    }
    return render(request, "donations/admin/milestones.html", context)


@require_POST
@permission_required(SEE_APPEALS)
def decide_milestone(request: HttpRequest, milestone_id: int) -> HttpResponse:
    """Note that the news was told, or is left aside."""
    milestone = get_object_or_404(Milestone.objects.select_related("appeal"), pk=milestone_id)
    is_told = "told" in request.POST
    state = Milestone.State.USED if is_told else Milestone.State.LEFT
    if decide(milestone=milestone, state=state, by=request.user):
        done = _("Noted as told on the page.") if is_told else _("Left aside.")
        action = "donations.tell_milestone" if is_told else "donations.leave_milestone"
        log(instance=milestone, action=action, user=request.user)
        messages.success(request, done)
    else:
        messages.warning(request, _("Somebody else has decided on this meanwhile."))
    return redirect("donations_treasury:milestones")


@require_safe
@permission_required(SEE_PLEDGES)
def standing_orders(request: HttpRequest) -> HttpResponse:
    """Show the monthly payments that the bank's statements tell of."""
    return render(request, "donations/admin/standing_orders.html", {"orders": recognised()})
