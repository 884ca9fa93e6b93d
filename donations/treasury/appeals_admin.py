"""Staff screens of appeals: goal, account, what gifts may be meant for, money from elsewhere."""

from django import forms
from django.db import transaction
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, Panel
from wagtail.admin.panels.group import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput

from campaign_site.templatetags.campaign import euros
from donations.milestones import note_milestones
from donations.models import Appeal, BankAccount, Earmark, OutsideAmount
from donations.totals import Totals, totals_by_appeal

_EMPTY_ROWS = 2
_LANGUAGES = ("en", "fr", "nl")


class OutsideAmountForm(forms.ModelForm):
    class Meta:
        model = OutsideAmount
        fields = ("amount_eur", "on", "is_at_least", "note_en", "note_fr", "note_nl")
        widgets = {"on": AdminDateInput}


# An earmark that donors chose is taken out of the offer, not deleted.
_EarmarkForms = forms.inlineformset_factory(
    Appeal,
    Earmark,
    fields=("name_en", "name_fr", "name_nl", "sort_order", "is_offered"),
    extra=_EMPTY_ROWS,
    can_delete=False,
)
_OutsideForms = forms.inlineformset_factory(
    Appeal, OutsideAmount, form=OutsideAmountForm, extra=_EMPTY_ROWS
)


class AppealForm(WagtailAdminModelForm):
    """An appeal with its earmarks and its amounts from elsewhere: saved together or not at all."""

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.fields["account"].queryset = self._accounts()
        self.earmarks = self._rows(_EarmarkForms, "earmarks")
        self.outside_amounts = self._rows(_OutsideForms, "outside")

    def _accounts(self):
        """Accounts that two people have agreed to, and the one that the appeal has."""
        usable = Q(is_confirmed=True) | Q(pk=self.instance.account_id)
        return BankAccount.objects.filter(usable).order_by("label")

    def _rows(self, formset, prefix: str):
        # Rows that were not sent stay as they are.
        data = self.data if self.is_bound and f"{prefix}-TOTAL_FORMS" in self.data else None
        return formset(data, instance=self.instance, prefix=prefix)

    def _sent(self) -> list:
        return [rows for rows in (self.earmarks, self.outside_amounts) if rows.is_bound]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(rows.is_valid() for rows in self._sent())])

    def clean(self):
        cleaned = super().clean()
        opens_on, closes_on = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens_on and closes_on and closes_on < opens_on:
            self.add_error("closes_on", _("The last day cannot come before the first."))
        communication = " ".join(cleaned.get("communication", "").split())
        same = Appeal.objects.filter(communication__iexact=communication)
        if communication and same.exclude(pk=self.instance.pk).exists():
            self.add_error(
                "communication",
                _("Another appeal has this communication: gifts could not be told apart."),
            )
        cleaned["communication"] = communication
        return cleaned

    @transaction.atomic
    def save(self, commit=True):
        appeal = super().save(commit)
        if not commit:
            return appeal
        for rows in self._sent():
            rows.instance = appeal
            for made in rows.save(commit=False):
                if isinstance(made, OutsideAmount) and made.pk is None:
                    made.entered_by = self.for_user
                made.save()
            for removed in getattr(rows, "deleted_objects", ()):
                removed.delete()
        # Money from elsewhere counts towards the goal as any other.
        note_milestones([appeal.pk])
        return appeal


class RowsPanel(Panel):
    """Rows that belong to the appeal, each with its fields in lines; some empty ones are ready."""

    def __init__(self, rows: str, lines: tuple[tuple[str, ...], ...], **kwargs):
        super().__init__(**kwargs)
        self.rows = rows
        self.lines = lines

    def clone_kwargs(self) -> dict:
        return {**super().clone_kwargs(), "rows": self.rows, "lines": self.lines}

    class BoundPanel(Panel.BoundPanel):
        template_name = "donations/admin/appeal_rows.html"

        @property
        def formset(self):
            return getattr(self.form, self.panel.rows)

        @property
        def rows(self) -> list[tuple]:
            """Each row with its fields, line by line; a new one has nothing to be deleted."""
            return [
                (row, [self._line(row, names) for names in self.panel.lines])
                for row in self.formset
            ]

        @staticmethod
        def _line(row, names) -> list:
            is_kept = row.instance.pk is not None
            return [row[name] for name in names if name != "DELETE" or is_kept]


def account_or_platform(appeal: Appeal) -> str:
    """Where the gifts of ``appeal`` go: an account of ours, or another platform."""
    return appeal.account.label if appeal.account else appeal.platform


class AppealIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("account")

    @cached_property
    def totals(self) -> dict[int, Totals]:
        """The totals of every appeal; there are few, and one query brings them all."""
        return totals_by_appeal(Appeal.objects.values_list("pk", flat=True))

    @cached_property
    def columns(self):
        return [*super().columns, *self._sums()]

    def _sums(self) -> list[Column]:
        def received(appeal: Appeal) -> str:
            return euros(self.totals[appeal.pk].in_hand_eur)

        def promised(appeal: Appeal) -> str:
            return euros(self.totals[appeal.pk].promised_eur)

        return [
            Column("received", label=pgettext_lazy("a sum", "Received"), accessor=received),
            Column("promised", label=pgettext_lazy("a sum", "Promised"), accessor=promised),
        ]


class AppealViewSet(ModelViewSet):
    model = Appeal
    icon = "openquote"
    ordering = ("-closes_on", "slug")
    index_view_class = AppealIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    edit_handler = ObjectList(
        [
            FieldPanel("slug"),
            MultiFieldPanel([FieldPanel(f"name_{code}") for code in _LANGUAGES], heading=_("Name")),
            FieldPanel("account"),
            FieldPanel("platform"),
            FieldPanel("communication"),
            FieldPanel("goal_eur"),
            FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")]),
            FieldPanel("is_closed"),
            FieldPanel("shows_promised"),
            FieldPanel("gives_certificates"),
            RowsPanel(
                "earmarks",
                (("name_en", "name_fr", "name_nl"), ("sort_order", "is_offered")),
                heading=_("What a gift may be meant for"),
            ),
            RowsPanel(
                "outside_amounts",
                (
                    ("amount_eur", "on", "is_at_least"),
                    ("note_en", "note_fr", "note_nl"),
                    ("DELETE",),
                ),
                heading=_("Money from elsewhere"),
            ),
            FieldPanel("is_demo"),
        ],
        base_form_class=AppealForm,
    )
    list_display = (
        "name_en",
        Column("account", label=pgettext_lazy("bank", "Account"), accessor=account_or_platform),
        "opens_on",
        "closes_on",
    )
    list_filter = ("is_demo",)
    inspect_view_fields = (
        "slug",
        "name_en",
        "name_fr",
        "name_nl",
        "account",
        "platform",
        "communication",
        "goal_eur",
        "opens_on",
        "closes_on",
        "shows_promised",
        "gives_certificates",
        "is_demo",
    )
