"""Staff screens about people: who they are, what they agreed to, which mails did not reach them.

For administrators alone. A list names nobody; whoever opens a person's screen is logged.
"""

import django_filters
from django import forms
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log
from wagtail.permission_policies import ModelPermissionPolicy

from supporters import erasure, failed_mails, retention
from supporters.holdings import held_items
from supporters.models import (
    Consent,
    DataRequest,
    FailedMail,
    RetentionPeriod,
    RetentionRun,
    Supporter,
)
from supporters.services import find_supporter

VIEW_PEOPLE = "supporters.view_supporter"
ERASE_PEOPLE = "supporters.delete_supporter"
VIEW_REQUESTS = "supporters.view_datarequest"
VIEW_MAILS = "supporters.view_failedmail"
CHANGE_MAILS = "supporters.change_failedmail"
VIEW_PERIODS = "supporters.view_retentionperiod"
ADD_PERIODS = "supporters.add_retentionperiod"


class ReadOnlyPolicy(ModelPermissionPolicy):
    """The site writes these rows; staff read them, superusers too."""

    def user_has_permission(self, user, action):
        return action == "view" and super().user_has_permission(user, action)


class FindPersonForm(forms.Form):
    """Finds a person by the whole address: parts of it cannot be searched for."""

    email = forms.EmailField(label=gettext_lazy("Email address"))


class PeopleView(generic.IndexView):
    """Everybody the site knows, latest first, as random numbers."""

    model = Supporter
    any_permission_required = ["view"]
    page_title = gettext_lazy("Supporters")
    header_icon = "group"
    template_name = "supporters/admin/people.html"
    index_url_name = "people_admin:people"
    index_results_url_name = "people_admin:people_results"
    default_ordering = "-pk"
    paginate_by = 50
    list_filter = ["language"]
    columns = [
        TitleColumn(
            "public_id",
            label=gettext_lazy("Supporter"),
            url_name="people_admin:person",
            id_accessor="public_id",
        ),
        Column("language", label=gettext_lazy("Language")),
        Column("created_hour", label=gettext_lazy("Known since")),
    ]

    def get_context_data(self, *args, **kwargs):
        return super().get_context_data(*args, find_form=FindPersonForm(), **kwargs)


@require_POST
@permission_required(VIEW_PEOPLE)
def find_person(request: HttpRequest) -> HttpResponse:
    """Go to the person with exactly this address. A post, so that no log keeps the address."""
    form = FindPersonForm(request.POST)
    person = find_supporter(form.cleaned_data["email"]) if form.is_valid() else None
    if person is None:
        messages.error(request, _("Nothing is stored about this address."))
        return redirect("people_admin:people")
    return redirect("people_admin:person", person.public_id)


@require_safe
@permission_required(VIEW_PEOPLE)
def person(request: HttpRequest, public_id) -> HttpResponse:
    """Show the address, what the person did and agreed to; keep who looked."""
    found = get_object_or_404(Supporter, public_id=public_id)
    log(instance=found, action="supporters.open", user=request.user)
    context = {
        "person": found,
        "may_erase": request.user.has_perm(ERASE_PEOPLE),
        "items": held_items(found),
        "consents": found.consents.select_related("text").order_by("-pk"),
    }
    return render(request, "supporters/admin/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ERASE_PEOPLE)
def erase_person(request: HttpRequest, public_id) -> HttpResponse:
    """Say what would go; POST erases a person who asked for it by letter, and keeps who did it."""
    found = get_object_or_404(Supporter, public_id=public_id)
    if request.method != "POST":
        context = {"person": found, "items": held_items(found)}
        return render(request, "supporters/admin/erase_person.html", context)
    with transaction.atomic():
        log(instance=found, action="supporters.erase", user=request.user)
        erasure.erase_supporter(found, source=DataRequest.Source.STAFF)
    messages.success(request, _("The person is erased."))
    return redirect("people_admin:people")


class ConsentFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="filter_state",
        choices=[
            ("in-force", gettext_lazy("in force")),
            ("withdrawn", gettext_lazy("withdrawn")),
            ("over", gettext_lazy("over")),
        ],
    )
    purpose = django_filters.AllValuesFilter(label=gettext_lazy("Purpose"))

    class Meta:
        model = Consent
        fields = ("purpose", "source")

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "in-force":
            return queryset.in_force()
        field = "withdrawn_hour" if value == "withdrawn" else "ended_hour"
        return queryset.filter(**{f"{field}__isnull": False})


class ConsentIndexView(generic.IndexView):
    any_permission_required = ["view"]

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("text")


class ConsentInspectView(generic.InspectView):
    """One consent with its exact words."""

    any_permission_required = ["view"]

    def get_text_display_value(self) -> str:
        return self.object.text.text


class ConsentViewSet(ModelViewSet):
    """The ledger, to read. People give and withdraw their consents themselves."""

    model = Consent
    url_namespace = "consents_admin"
    icon = "tick"
    menu_label = gettext_lazy("Consents")
    index_view_class = ConsentIndexView
    inspect_view_class = ConsentInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    ordering = ["-pk"]
    filterset_class = ConsentFilterSet
    inspect_view_fields = [
        "purpose",
        "text",
        "subject_type",
        "subject_id",
        "source",
        "proof",
        "given_hour",
        "withdrawn_hour",
        "ended_hour",
    ]

    @property
    def list_display(self):
        return [
            TitleColumn("purpose", label=_("Purpose"), url_name=self.get_url_name("inspect")),
            Column("subject_type", label=_("For")),
            Column("language", label=_("Language"), accessor="text.language"),
            "source",
            "given_hour",
            "withdrawn_hour",
        ]

    def get_urlpatterns(self):
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
        ]

    def get_common_view_kwargs(self, **kwargs):
        absent = ("add", "edit", "delete", "history", "usage")
        names = {f"{view}_url_name": None for view in absent}
        return super().get_common_view_kwargs(**{**names, **kwargs})


class RequestIndexView(generic.IndexView):
    """Requests about somebody's own data, those to be answered first, soonest due on top."""

    any_permission_required = ["view"]

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("supporter")

    def order_queryset(self, queryset):
        if self.is_explicitly_ordered:
            return super().order_queryset(queryset)
        return queryset.order_by(F("done_on").asc(nulls_first=True), "due_on", "pk")


class RequestViewSet(ModelViewSet):
    """What came by letter is entered here; every request has a month."""

    model = DataRequest
    url_namespace = "requests_admin"
    icon = "mail"
    menu_label = gettext_lazy("Requests")
    index_view_class = RequestIndexView
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields = ["kind", "received_on", "done_on", "note"]
    list_filter = ["kind", "source"]

    @property
    def list_display(self):
        return [
            TitleColumn("kind", accessor="get_kind_display", url_name=self.get_url_name("edit")),
            Column("received_on", label=_("Received")),
            Column("due_on", label=_("To be answered by")),
            Column("days_left", label=_("Days left")),
            Column("done_on", label=_("Answered")),
        ]

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})


@require_safe
@permission_required(VIEW_MAILS)
def failed_mail_list(request: HttpRequest) -> HttpResponse:
    """Show the mails that wait for somebody to decide, latest first."""
    waiting = FailedMail.objects.waiting().order_by("-pk")
    context = {"mails": waiting, "may_try": request.user.has_perm(CHANGE_MAILS)}
    return render(request, "supporters/admin/failed_mails.html", context)


@require_POST
@permission_required(CHANGE_MAILS)
def try_mails_again(request: HttpRequest) -> HttpResponse:
    """Queue one mail anew (its number in ``mail``), or all of them without a number."""
    number = request.POST.get("mail", "")
    waiting = FailedMail.objects.waiting().order_by("pk")
    if number:
        waiting = waiting.filter(pk=number) if number.isdecimal() else waiting.none()
    done = sum(failed_mails.try_again(failed=failed, user=request.user) for failed in waiting)
    sentence = ngettext("%(done)d email is tried again.", "%(done)d emails are tried again.", done)
    messages.success(request, sentence % {"done": done})
    return redirect("people_admin:failed_mails")


class PeriodForm(forms.Form):
    """A new period of one kind of data, within its bounds."""

    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=1, max_value=36_500)
    valid_from = forms.DateField(label=gettext_lazy("First day"))


@require_safe
@permission_required(VIEW_PERIODS)
def periods(request: HttpRequest) -> HttpResponse:
    """Show every kind of data, how long it is kept, and how much the next night erases."""
    days, due = retention.periods(), retention.due_counts()
    rows = [(kind, days[kind.key], due[kind.key]) for kind in retention.kinds()]
    context = {
        "rows": rows,
        "runs": RetentionRun.objects.order_by("-pk")[:30],
        "may_change": request.user.has_perm(ADD_PERIODS),
    }
    return render(request, "supporters/admin/periods.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ADD_PERIODS)
def period(request: HttpRequest, key: str) -> HttpResponse:
    """Show one kind's periods, past and to come, and let an administrator add one."""
    kind = retention.find_kind(key)
    if kind is None:
        return redirect("people_admin:periods")
    form = PeriodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            retention.set_period(kind=kind, user=request.user, **form.cleaned_data)
        except retention.PeriodRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The period is set."))
            return redirect("people_admin:periods")
    history = RetentionPeriod.objects.filter(kind=key).select_related("set_by").order_by("-pk")
    context = {"kind": kind, "form": form, "history": history}
    return render(request, "supporters/admin/period.html", context)
