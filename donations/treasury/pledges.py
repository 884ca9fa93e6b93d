"""Promises to give: found by what a bank statement says, followed, and cared for when a donor asks.

How a promise stands follows from the ledger; nobody types it. Staff send the payment mail once
more, or take a promise back, where a donor asks for it.
"""

from typing import ClassVar

import django_filters
from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column as ListColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import ModelLogEntry
from wagtail.permission_policies import ModelPermissionPolicy

from campaign_site.templatetags.campaign import day, euros
from donations.models import Allocation, Pledge
from donations.references import read_communication
from donations.services.on_behalf import can_resend, resend_instructions, take_back
from donations.services.reminding import FIRST_AFTER
from donations.treasury.access import FULFIL, MATCH
from donations.treasury.exports import Column, Export, ExportedListMixin, label_of, on_day

VIEW = "donations.view_pledge"
CHANGE = "donations.change_pledge"
_RECEIVED = pgettext_lazy("money", "Received")


class ReceivedOnlyPolicy(ModelPermissionPolicy):
    """Pledges come from the public form and change by what happens; nobody edits one, superusers
    neither."""

    def user_has_permission(self, user, action):
        return action == "view" and super().user_has_permission(user, action)


class CommunicationField(forms.CharField):
    """A structured communication, as a bank statement writes it."""

    def clean(self, value) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_communication(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("This is not a structured communication: check its twelve digits.")
            ) from error


class CommunicationFilter(django_filters.Filter):
    field_class = CommunicationField


class Waiting(models.TextChoices):
    """Whether money is still waited for."""

    AWAITED = "awaited", gettext_lazy("still waited for")
    OVERDUE = "overdue", gettext_lazy("waited for, and more than two weeks old")
    OVER = "over", gettext_lazy("not waited for any more")


class PledgeFilterSet(WagtailFilterSet):
    communication = CommunicationFilter(
        field_name="reference_number", label=gettext_lazy("Communication on the bank statement")
    )
    waiting = django_filters.ChoiceFilter(
        choices=Waiting.choices, method="filter_waiting", label=gettext_lazy("Waited for")
    )

    class Meta:
        model = Pledge
        fields = ("communication", "appeal", "status", "waiting", "frequency", "reward")

    def filter_waiting(self, pledges: QuerySet, _name: str, waiting: str) -> QuerySet:
        awaited = Q(status__in=Pledge.AWAITED)
        if waiting == Waiting.OVER:
            return pledges.exclude(awaited)
        if waiting == Waiting.OVERDUE:
            awaited &= Q(
                frequency=Pledge.Frequency.ONCE, created_hour__lte=timezone.now() - FIRST_AFTER
            )
        return pledges.filter(awaited)


def _pledges() -> QuerySet[Pledge]:
    return Pledge.objects.select_related("appeal", "earmark", "reward").order_by(
        "created_hour", "pk"
    )


PLEDGES = Export(
    key="pledges",
    permission=VIEW,
    list_url="pledge:index",
    filterset_class=PledgeFilterSet,
    rows=_pledges,
    columns=(
        Column(gettext_lazy("Communication"), lambda pledge: pledge.communication),
        Column(gettext_lazy("Promised on"), lambda pledge: on_day(pledge.created_hour)),
        Column(gettext_lazy("Appeal"), lambda pledge: pledge.appeal.name),
        Column(gettext_lazy("Name"), lambda pledge: pledge.name, tells_names=True),
        Column(gettext_lazy("Language"), lambda pledge: pledge.language),
        Column(gettext_lazy("Promised"), lambda pledge: pledge.amount_eur),
        Column(_RECEIVED, lambda pledge: pledge.received_eur),
        Column(
            gettext_lazy("How often"), lambda pledge: label_of(Pledge.Frequency, pledge.frequency)
        ),
        Column(gettext_lazy("Status"), lambda pledge: label_of(Pledge.Status, pledge.status)),
        Column(gettext_lazy("Waited for until"), lambda pledge: pledge.expires_on),
        Column(gettext_lazy("Meant for"), lambda pledge: _name_of(pledge.earmark)),
        Column(gettext_lazy("Reward"), lambda pledge: _name_of(pledge.reward)),
        Column(gettext_lazy("Reminders"), lambda pledge: pledge.reminder_count),
    ),
    encrypted=("name",),
)


def _name_of(chosen) -> str:
    """The name of an earmark or a reward in the reader's language; empty without one."""
    return chosen.name if chosen else ""


def _promised(pledge: Pledge) -> str:
    amount = euros(pledge.amount_eur)
    if pledge.frequency == Pledge.Frequency.MONTHLY:
        return _("%(amount)s every month") % {"amount": amount}
    return amount


class PledgeIndexView(ExportedListMixin, generic.IndexView):
    export = PLEDGES
    export_url_name = "donations_treasury:pledges_export"

    def get_base_queryset(self):
        pledges = super().get_base_queryset().select_related("appeal", "reward")
        # Names are not read for a list that shows none.
        return pledges.defer("name")


class PledgeInspectView(generic.InspectView):
    """Everything about one pledge; the only screen of pledges that shows who made it."""

    def get_object(self, queryset=None):
        related = ("appeal__account", "account", "supporter", "earmark", "reward", "delivery")
        return get_object_or_404(Pledge.objects.select_related(*related), pk=self.pk)

    page_title = gettext_lazy("Promise")

    def get_field_label(self, field_name, field):
        labels = {
            "communication": _("Communication"),
            "supporter": _("Email address"),
            "amount_eur": _("Promised"),
            "received_eur": _RECEIVED,
            "created_hour": _("Promised on"),
            "instructions_sent_at": _("Payment mail sent on"),
        }
        return labels.get(field_name) or super().get_field_label(field_name, field)

    def get_language_display_value(self) -> str:
        return get_language_info(self.object.language)["name_local"]

    def get_supporter_display_value(self) -> str:
        supporter = self.object.supporter
        return supporter.email if supporter else ""

    def get_amount_eur_display_value(self) -> str:
        return _promised(self.object)

    def get_received_eur_display_value(self) -> str:
        return euros(self.object.received_eur)

    def get_earmark_display_value(self) -> str:
        return _name_of(self.object.earmark) or "–"

    def get_created_hour_display_value(self) -> str:
        return day(self.object.created_hour)

    def get_expires_on_display_value(self) -> str:
        return day(self.object.expires_on) or "–"

    def get_instructions_sent_at_display_value(self) -> str:
        return day(self.object.instructions_sent_at) or _("not yet")

    def get_context_data(self, **kwargs):
        pledge, user = self.object, self.request.user
        lines = Allocation.objects.filter(pledge=pledge, undone_at=None).order_by("on", "pk")
        may_change = user.has_perm(CHANGE)
        return super().get_context_data(
            pledge=pledge,
            lines=list(lines),
            delivery=getattr(pledge, "delivery", None),
            can_resend=may_change and can_resend(pledge),
            can_take_back=may_change and pledge.is_awaited,
            sees_payments=user.has_perm(MATCH),
            sees_deliveries=user.has_perm(FULFIL),
            done=ModelLogEntry.objects.for_instance(pledge).select_related("user"),
            **kwargs,
        )


class PledgeViewSet(ModelViewSet):
    model = Pledge
    icon = "clipboard-list"
    ordering = "-reference_number"
    index_view_class = PledgeIndexView
    index_template_name = ExportedListMixin.template_name
    index_results_template_name = ExportedListMixin.results_template_name
    inspect_view_class = PledgeInspectView
    inspect_view_enabled = True
    inspect_template_name = "donations/admin/gift_pledge.html"
    copy_view_enabled = False
    add_to_reference_index = False
    # Wagtail wants to know the fields of a form, also where no address leads to one.
    form_fields = ("status",)
    filterset_class = PledgeFilterSet
    list_display = (
        "__str__",
        "appeal",
        ListColumn("amount_eur", label=gettext_lazy("Promised"), accessor=_promised),
        ListColumn(
            "received_eur",
            label=_RECEIVED,
            accessor=lambda pledge: euros(pledge.received_eur),
        ),
        "status",
        ListColumn(
            "reward", label=gettext_lazy("Reward"), accessor=lambda one: _name_of(one.reward)
        ),
        ListColumn(
            "created_hour",
            label=gettext_lazy("Promised on"),
            accessor=lambda pledge: day(pledge.created_hour),
            sort_key="created_hour",
        ),
    )
    inspect_view_fields: ClassVar = [
        "communication",
        "appeal",
        "amount_eur",
        "received_eur",
        "status",
        "earmark",
        "name",
        "supporter",
        "language",
        "created_hour",
        "instructions_sent_at",
        "expires_on",
    ]

    def get_urlpatterns(self):
        shown = {"index", "index_results", "inspect", "history", "history_results"}
        return [route for route in super().get_urlpatterns() if route.name in shown]

    def get_common_view_kwargs(self, **kwargs):
        gone = {"add_url_name": None, "edit_url_name": None, "delete_url_name": None}
        return super().get_common_view_kwargs(**{**gone, **kwargs})


@require_POST
@permission_required(CHANGE)
def resend(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """Send the mail with the payment details to the donor once more."""
    related = ("appeal__account", "account", "supporter")
    pledge = get_object_or_404(Pledge.objects.select_related(*related), pk=pledge_id)
    if resend_instructions(pledge=pledge, by=request.user):
        messages.success(request, _("The payment details are on their way by email once more."))
    else:
        messages.error(
            request, _("No email was sent: it is on its way already, or there is nothing to pay.")
        )
    return redirect("pledge:inspect", pledge.pk)


@require_POST
@permission_required(CHANGE)
def cancel(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """Take a promise back for its donor."""
    pledge = get_object_or_404(Pledge, pk=pledge_id)
    if take_back(pledge=pledge, by=request.user):
        messages.success(request, _("The promise is taken back. Nobody is reminded of it."))
    else:
        messages.error(request, _("Nothing was changed: nobody waits for this promise any more."))
    return redirect("pledge:inspect", pledge.pk)


@hooks.register("register_log_actions")
def name_what_is_done_for_donors(actions) -> None:
    actions.register_action(
        "donations.resend_instructions",
        gettext_lazy("Send the payment mail again"),
        gettext_lazy("Payment mail sent again"),
    )
    actions.register_action(
        "donations.take_back_pledge",
        gettext_lazy("Take a promise back"),
        gettext_lazy("Promise taken back for the donor"),
    )
