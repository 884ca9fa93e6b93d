"""Lists of payments: those to match, those that nobody knows, and all of them."""

from typing import ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic

from campaign_site.templatetags.campaign import day
from donations.models import BankEntry
from donations.particulars import Particulars
from donations.treasury.access import MATCH
from donations.treasury.matching_queue import payments_to_match
from donations.treasury.matching_words import money

_TEXT_SHOWN = 60


def _who(entry: BankEntry) -> str:
    return Particulars.from_text(entry.particulars).name


def _wrote(entry: BankEntry) -> str:
    said = Particulars.from_text(entry.particulars)
    text = said.structured_reference or said.text
    return text if len(text) <= _TEXT_SHOWN else f"{text[: _TEXT_SHOWN - 1]}…"


_AMOUNT = TitleColumn(
    "amount",
    label=_("Amount"),
    accessor=lambda entry: money(entry.amount, entry.currency),
    url_name="donations_treasury:payment",
    sort_key="amount",
)
_DAY = Column(
    "booked_on", label=_("Day"), accessor=lambda entry: day(entry.booked_on), sort_key="booked_on"
)
_WHO = Column("who", label=_("From or to"), accessor=_who)
_WROTE = Column("wrote", label=_("What the payer wrote"), accessor=_wrote)
_WHY = Column("obstacle", label=_("Why"), accessor="get_obstacle_display")
_STATE = Column("state", label=_("State"), accessor="get_state_display")
_ACCOUNT = Column(
    "account", label=pgettext_lazy("bank", "Account"), accessor=lambda entry: entry.account.label
)


class PaymentFilterSet(WagtailFilterSet):
    booked_on = django_filters.DateFromToRangeFilter(label=_("Day"), widget=DateRangePickerWidget)
    amount = django_filters.NumberFilter(label=_("Amount"))

    class Meta:
        model = BankEntry
        fields = ("state", "obstacle", "account", "booked_on", "amount")


class PaymentsView(generic.IndexView):
    """All payments, latest first, each leading to its screen. For those who may match."""

    model = BankEntry
    any_permission_required: ClassVar = ["view"]
    page_title = _("All payments")
    header_icon = "tasks"
    index_url_name = "donations_treasury:payments"
    index_results_url_name = "donations_treasury:payments_results"
    paginate_by = 50
    default_ordering = "-booked_on"
    filterset_class = PaymentFilterSet
    columns: ClassVar = [_AMOUNT, _DAY, _WHO, _WROTE, _STATE, _WHY, _ACCOUNT]

    def user_has_any_permission(self, permissions) -> bool:
        return self.request.user.has_perm(MATCH)

    def get_base_queryset(self):
        return BankEntry.objects.select_related("account")

    def order_queryset(self, queryset):
        # Payments of one day, or of one amount, keep their order from page to page.
        return super().order_queryset(queryset).order_by(self.ordering or "-booked_on", "-pk")


class _OfOneState(PaymentsView):
    columns: ClassVar = [_AMOUNT, _DAY, _WHO, _WROTE, _WHY, _ACCOUNT]


class ToMatchView(_OfOneState):
    page_title = _("Payments to match")
    index_url_name = "donations_treasury:payments_waiting"
    index_results_url_name = "donations_treasury:payments_waiting_results"

    def get_base_queryset(self):
        return payments_to_match().select_related("account")


class UnmatchedView(_OfOneState):
    page_title = _("Payments that nobody can place")
    index_url_name = "donations_treasury:payments_unmatched"
    index_results_url_name = "donations_treasury:payments_unmatched_results"

    def get_base_queryset(self):
        unmatched = BankEntry.objects.filter(state=BankEntry.State.UNMATCHED)
        return unmatched.select_related("account")
