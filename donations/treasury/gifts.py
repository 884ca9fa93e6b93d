"""The gifts that have arrived and what was sent back: as a list, with its totals, and as a file."""

from decimal import Decimal
from typing import ClassVar

import django_filters
from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column as ListColumn
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views import generic

from campaign_site.templatetags.campaign import day, euros, whole
from donations.models import Allocation, BankAccount
from donations.particulars import Particulars
from donations.services.matching import EURO
from donations.treasury.access import MATCH
from donations.treasury.exports import Column, Export, ExportedListMixin, label_of, on_day
from donations.treasury.matching_words import money

VIEW = "donations.view_allocation"
Kind, Circumstance = Allocation.Kind, Allocation.Circumstance


def gifts() -> QuerySet[Allocation]:
    """Every gift that stands, and every return of one, with what a list shows of them."""
    standing = Allocation.objects.filter(undone_at=None, kind__in=[Kind.GIFT, Kind.RETURN])
    return standing.select_related("appeal", "pledge", "entry__account").order_by("-on", "-pk")


def names_left_out(lines: QuerySet[Allocation]) -> QuerySet[Allocation]:
    """The same, without reading what is encrypted."""
    return lines.defer("pledge__name", "entry__particulars")


class GiftFilterSet(WagtailFilterSet):
    on = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Day"), widget=DateRangePickerWidget
    )
    account = django_filters.ModelChoiceFilter(
        field_name="entry__account",
        queryset=BankAccount.objects.all(),
        label=pgettext_lazy("bank", "Account"),
    )
    least = django_filters.NumberFilter(
        field_name="amount", lookup_expr="gte", label=gettext_lazy("Amount, at least")
    )
    most = django_filters.NumberFilter(
        field_name="amount", lookup_expr="lte", label=gettext_lazy("Amount, at most")
    )
    kind = django_filters.ChoiceFilter(
        choices=[(kind.value, kind.label) for kind in (Kind.GIFT, Kind.RETURN)],
        label=gettext_lazy("Kind"),
    )

    class Meta:
        model = Allocation
        fields = ("appeal", "account", "on", "rule", "circumstance", "kind", "least", "most")


def totals_of(lines: QuerySet[Allocation]) -> list[tuple[str, str]]:
    """What these lines add up to, in words and amounts; one query."""
    given, sent_back = Q(kind=Kind.GIFT), Q(kind=Kind.RETURN)
    sums = lines.order_by().aggregate(
        number=Count("pk", filter=given),
        given=Sum("amount", filter=given, default=Decimal(0)),
        returns=Count("pk", filter=sent_back),
        sent_back=Sum("amount", filter=sent_back, default=Decimal(0)),
        together=Sum("amount", default=Decimal(0)),
    )
    return [
        (_("Gifts"), whole(sums["number"])),
        (_("Donated"), euros(sums["given"])),
        (_("Returns"), whole(sums["returns"])),
        (_("Sent back"), euros(-sums["sent_back"])),
        (_("Received, less what was sent back"), money(sums["together"], EURO)),
    ]


def _communication(line: Allocation) -> str:
    return line.pledge.communication if line.pledge else ""


def _donor(line: Allocation) -> str:
    """The name of the promise, else the one that the bank gave."""
    if line.pledge and line.pledge.name:
        return line.pledge.name
    return Particulars.from_text(line.entry.particulars).name


GIFTS = Export(
    key="gifts",
    permission=VIEW,
    list_url="donations_treasury:gifts",
    filterset_class=GiftFilterSet,
    rows=lambda: gifts().order_by("on", "pk"),
    columns=(
        Column(gettext_lazy("Day"), lambda line: line.on),
        Column(gettext_lazy("Amount"), lambda line: line.amount.quantize(Decimal("0.01"))),
        Column(gettext_lazy("Kind"), lambda line: label_of(Kind, line.kind)),
        Column(gettext_lazy("Appeal"), lambda line: line.appeal.name),
        Column(pgettext_lazy("bank", "Account"), lambda line: line.entry.account.label),
        Column(gettext_lazy("Communication"), _communication),
        Column(gettext_lazy("Donor"), _donor, tells_names=True),
        Column(gettext_lazy("Matched by"), lambda line: label_of(Allocation.Rule, line.rule)),
        Column(
            gettext_lazy("How it stands"), lambda line: label_of(Circumstance, line.circumstance)
        ),
        Column(gettext_lazy("Thanked on"), lambda line: on_day(line.thanked_at)),
        Column(gettext_lazy("Payment"), lambda line: line.entry_id),
    ),
    encrypted=("pledge__name", "entry__particulars"),
)


class GiftsView(ExportedListMixin, generic.IndexView):
    """Gifts, latest first, each leading to its payment where one may match payments."""

    model = Allocation
    any_permission_required: ClassVar = ["view"]
    page_title = gettext_lazy("Gifts")
    header_icon = "tick-inverse"
    index_url_name = "donations_treasury:gifts"
    index_results_url_name = "donations_treasury:gifts_results"
    export_url_name = "donations_treasury:gifts_export"
    paginate_by = 50
    default_ordering = "-on"
    filterset_class = GiftFilterSet
    export = GIFTS

    def user_has_any_permission(self, permissions) -> bool:
        return self.request.user.has_perm(VIEW)

    def get_base_queryset(self):
        return names_left_out(gifts())

    def order_queryset(self, queryset):
        # Gifts of one day, or of one amount, keep their order from page to page.
        return super().order_queryset(queryset).order_by(*self._order(), "-pk")

    def _order(self) -> list[str]:
        return [self.ordering] if self.ordering else ["-on"]

    @cached_property
    def columns(self) -> list:
        return [
            TitleColumn(
                "amount",
                label=_("Amount"),
                accessor=lambda line: money(line.amount, line.entry.currency),
                get_url=self._payment_url,
                sort_key="amount",
            ),
            ListColumn("on", label=_("Day"), accessor=lambda line: day(line.on), sort_key="on"),
            ListColumn("appeal", label=_("Appeal"), accessor="appeal.name"),
            ListColumn("communication", label=_("Communication"), accessor=_communication),
            ListColumn("rule", label=_("Matched by"), accessor="get_rule_display"),
            ListColumn("stands", label=_("How it stands"), accessor=_stands),
            ListColumn("thanked", label=_("Thanked on"), accessor=lambda one: day(one.thanked_at)),
        ]

    def _payment_url(self, line: Allocation) -> str | None:
        if not self.request.user.has_perm(MATCH):
            return None
        return reverse("donations_treasury:payment", args=[line.entry_id])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["totals"] = totals_of(self.object_list)
        return context


def _stands(line: Allocation) -> str:
    return line.get_circumstance_display() or line.get_kind_display()
