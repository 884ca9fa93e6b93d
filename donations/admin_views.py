"""Staff screens: pledges to follow, appeals and accounts to keep.

Everything is guarded by the models' permissions: treasurers and administrators see pledges, only
administrators change an account.
"""

from typing import ClassVar

import django_filters
from django import forms
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.panels.group import ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy

from campaign_site.templatetags.campaign import euros
from donations.models import Appeal, BankAccount, Pledge
from donations.references import read_communication


class ReceivedOnlyPolicy(ModelPermissionPolicy):
    """Pledges come from the public form; nobody adds or deletes one here, superusers neither."""

    def user_has_permission(self, user, action):
        return action in {"view", "change"} and super().user_has_permission(user, action)


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


class PledgeFilterSet(WagtailFilterSet):
    communication = CommunicationFilter(
        field_name="reference_number", label=_("Communication on the bank statement")
    )

    class Meta:
        model = Pledge
        fields = ("appeal", "status")


class PledgeIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("appeal")

    def get_edit_url(self, instance) -> None:
        # A row leads to the screen that shows the whole pledge; editing starts from there.
        return None


class PledgeInspectView(generic.InspectView):
    """Everything about one pledge; the only screen that shows who made it."""

    def get_field_label(self, field_name, field):
        labels = {"communication": _("Communication"), "supporter": _("Email address")}
        return labels.get(field_name) or super().get_field_label(field_name, field)

    def get_supporter_display_value(self) -> str:
        supporter = self.object.supporter
        return supporter.email if supporter else ""

    def get_amount_eur_display_value(self) -> str:
        return euros(self.object.amount_eur)


class PledgeViewSet(ModelViewSet):
    model = Pledge
    icon = "clipboard-list"
    ordering = "-reference_number"
    index_view_class = PledgeIndexView
    inspect_view_class = PledgeInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields = ("status",)
    filterset_class = PledgeFilterSet
    list_display = (
        "__str__",
        "appeal",
        Column("amount_eur", label=_("Amount"), accessor=lambda pledge: euros(pledge.amount_eur)),
        "status",
        "created_hour",
    )
    list_export = ("communication", "appeal", "amount_eur", "status", "created_hour")
    export_headings: ClassVar = {"communication": _("Communication")}
    inspect_view_fields = (
        "communication",
        "appeal",
        "amount_eur",
        "status",
        "name",
        "supporter",
        "language",
        "created_hour",
        "instructions_sent_at",
    )


class AppealForm(WagtailAdminModelForm):
    def clean(self):
        cleaned = super().clean()
        opens_on, closes_on = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens_on and closes_on and closes_on < opens_on:
            self.add_error("closes_on", _("The last day cannot come before the first."))
        return cleaned


def account_or_platform(appeal: Appeal) -> str:
    """Where the gifts of ``appeal`` go: an account of ours, or another platform."""
    return appeal.account.label if appeal.account else appeal.platform


class AppealIndexView(generic.IndexView):
    def get_base_queryset(self):
        promised = Q(pledges__status=Pledge.Status.PROMISED)
        appeals = super().get_base_queryset().select_related("account")
        return appeals.annotate(promised_eur=Sum("pledges__amount_eur", filter=promised))


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
            MultiFieldPanel(
                [FieldPanel("name_en"), FieldPanel("name_fr"), FieldPanel("name_nl")],
                heading=_("Name"),
            ),
            FieldPanel("account"),
            FieldPanel("platform"),
            FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")]),
            FieldPanel("is_closed"),
            FieldPanel("is_demo"),
        ],
        base_form_class=AppealForm,
    )
    list_display = (
        "name_en",
        Column("account", label=_("Account"), accessor=account_or_platform),
        "opens_on",
        "closes_on",
        Column(
            "promised", label=_("Promised"), accessor=lambda appeal: euros(appeal.promised_eur or 0)
        ),
    )
    list_filter = ("is_demo",)
    inspect_view_fields = (
        "slug",
        "name_en",
        "name_fr",
        "name_nl",
        "account",
        "platform",
        "opens_on",
        "closes_on",
        "is_demo",
    )


class AppealChooserViewSet(ChooserViewSet):
    """Lets editors choose the appeal of a gift card."""

    model = Appeal
    icon = "openquote"
    register_widget = False


appeal_chooser = AppealChooserViewSet("appeal_chooser")


class BankAccountViewSet(ModelViewSet):
    model = BankAccount
    icon = "key"
    ordering = "label"
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields = ("label", "payee_name", "iban", "bic", "is_demo")
    list_display = (
        "label",
        Column("iban", label="IBAN", accessor="iban_grouped"),
        "payee_name",
        BooleanColumn("is_demo", label=_("Demonstration")),
    )
    inspect_view_fields = form_fields


class DonationsViewSetGroup(ModelViewSetGroup):
    menu_label = _("Gifts")
    menu_icon = "clipboard-list"
    menu_order = 300
    items = (PledgeViewSet, AppealViewSet, BankAccountViewSet)
