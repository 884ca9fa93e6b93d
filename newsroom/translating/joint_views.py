"""The screens for publishing a page in several languages together."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.models import Page

from campaign_site.templatetags.campaign import clock, long_day
from newsroom.models import JointPublication
from newsroom.translating import joint, marks, refusals, segments, syncing
from newsroom.translating.access import may_publish, needs_translator, target_page
from newsroom.translating.states import LANGUAGES, SOURCE

_PAST_SHOWN = 10


class PlanForm(forms.Form):
    """Which languages, and when: empty for at once."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Together with the English"), widget=forms.CheckboxSelectMultiple
    )
    due_at = forms.DateTimeField(
        label=gettext_lazy("When"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("Belgian time. Empty: now."),
    )
    despite_marks = forms.BooleanField(
        label=gettext_lazy("Also what nobody has proofread"), required=False
    )

    def __init__(self, *args, languages: list[str], asks_about_marks: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = [(code, LANGUAGES[code]) for code in languages]
        if not asks_about_marks:
            del self.fields["despite_marks"]

    def clean_due_at(self):
        moment = self.cleaned_data["due_at"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("This moment is over. Leave it empty to publish now."))
        return moment


def _source_page(request: HttpRequest, page_id: int) -> Page:
    """Return the source page, for those who may publish it."""
    page = get_object_or_404(Page, pk=page_id, locale__language_code=SOURCE, depth__gt=1)
    if not may_publish(request.user, page):
        raise PermissionDenied
    return page.specific


@require_http_methods(["GET", "HEAD", "POST"])
@needs_translator
def together(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show how ready each language is; a post publishes them now or plans it."""
    page = _source_page(request, page_id)
    translations = joint.translations_of(page)
    if not translations:
        raise Http404
    targets = {one: target_page(one) for one in translations}
    if not may_publish(request.user, *targets.values()):
        raise PermissionDenied
    marked = [one for one in translations if marks.mark_of(one).needs_proofreading]
    codes = [one.target_locale.language_code for one in translations]
    form = PlanForm(
        request.POST or None,
        languages=codes,
        asks_about_marks=bool(marked),
        initial={"languages": codes},
    )
    plans = JointPublication.objects.filter(page_id=page.pk).select_related("planned_by")
    if request.method == "POST" and plans.filter(state=JointPublication.State.PLANNED).exists():
        # The form is not on the screen then.
        messages.error(request, str(refusals.Refused("planned")))
        return redirect("newsroom_translating:together", page.pk)
    if request.method == "POST" and form.is_valid() and _publish(request, page, form):
        return redirect("newsroom_translating:together", page.pk)
    history = list(plans.order_by("-planned_at")[:_PAST_SHOWN])
    versions = syncing.versions(page)
    return render(
        request,
        "newsroom/translating/together.html",
        {
            "page": page,
            "form": form,
            "has_draft": versions.newest is not versions.live,
            "is_in_step": syncing.is_in_step(translations[0].source, versions.newest),
            "rows": [_row(one, targets[one]) for one in translations],
            "planned": next((one for one in history if one.state == one.State.PLANNED), None),
            "history": [
                (one, refusals.read(one.reason), [LANGUAGES[code] for code in one.languages])
                for one in history
            ],
        },
        status=422 if form.errors else 200,
    )


def _row(one, page: Page) -> dict:
    done, total = segments.progress(one)
    return {
        "translation": one,
        "page": page,
        "language": LANGUAGES[one.target_locale.language_code],
        "done": done,
        "total": total,
        "needs_proofreading": marks.mark_of(one).needs_proofreading,
    }


def _publish(request: HttpRequest, page: Page, form: PlanForm) -> bool:
    """Carry out what the form says; put what is wrong beside it and return False."""
    data = form.cleaned_data
    try:
        plan = joint.plan(
            page,
            data["languages"],
            due_at=data["due_at"] or timezone.now(),
            user=request.user,
            despite_marks=data.get("despite_marks", False),
        )
    except refusals.Refused as error:
        form.add_error(None, str(error))
        return False
    if data["due_at"]:
        messages.success(
            request,
            _("Planned for %(day)s, %(hour)s. If anything changes before, nothing is published.")
            % {"day": long_day(plan.due_at), "hour": clock(plan.due_at)},
        )
        return True
    joint.carry_out(plan.pk)
    # The task of this minute may have come first: what became of the plan counts.
    plan.refresh_from_db()
    if plan.state == plan.State.REFUSED:
        messages.error(request, refusals.read(plan.reason))
    else:
        names = ", ".join(LANGUAGES[code] for code in plan.languages)
        messages.success(request, _("Published together: %(languages)s.") % {"languages": names})
    return True


@require_POST
@needs_translator
def call_off(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Call a planned publication off, or put away one that could not be done."""
    plan = get_object_or_404(JointPublication.objects.select_related("page"), pk=plan_id)
    page = _source_page(request, plan.page_id)
    if joint.call_off(plan, request.user):
        messages.success(request, _("Called off. Nothing is published."))
    else:
        messages.error(request, _("It was published or called off already."))
    return redirect("newsroom_translating:together", page.pk)
