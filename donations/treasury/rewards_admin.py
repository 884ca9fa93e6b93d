"""Staff screens of what donors may choose: the reward, its words, its sizes, how many there are."""

from typing import ClassVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from donations.models import Reward, RewardDelivery, RewardOption
from donations.rewards import threshold_of

_LANGUAGES = ("en", "fr", "nl")
_BLANK_OPTIONS = 4


class StockTaken(Exception):
    """Pieces were taken while the form was filled in; ``form`` says so at its field."""


def _below_taken(taken: int) -> forms.ValidationError:
    return forms.ValidationError(
        _("%(number)d are taken already, so there must be as many."), params={"number": taken}
    )


class _StockForm(WagtailAdminModelForm):
    """A form about something of which pieces are taken all the time, also while it is open.

    Saving leaves ``taken`` alone, which donors change, and never sets the stock below it.
    """

    def clean(self):
        cleaned = super().clean()
        self._check_stock(cleaned.get("stock"), self.instance.taken)
        return cleaned

    def _check_stock(self, stock: int | None, taken: int) -> bool:
        if stock is None or stock >= taken:
            return True
        self.add_error("stock", _below_taken(taken))
        return False

    def save(self, commit=True):
        """Save under a lock; raises ``StockTaken`` when the last pieces went meanwhile."""
        if self.instance.pk is None or not commit:
            return super().save(commit)
        model = type(self.instance)
        with transaction.atomic():
            now = model.objects.select_for_update().get(pk=self.instance.pk)
            self.instance.taken = now.taken
            if not self._check_stock(self.cleaned_data.get("stock"), now.taken):
                raise StockTaken
            return super().save(commit)


class OptionForm(_StockForm):
    class Meta:
        model = RewardOption
        fields = ("name_en", "name_fr", "name_nl", "stock", "sort_order")


class OptionFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """A size that somebody chose stays; it can be given a stock of what is taken."""
        super().clean()
        for form in self.deleted_forms:
            option = form.instance
            if option.pk and RewardDelivery.objects.filter(option=option).exists():
                raise forms.ValidationError(
                    _("“%(name)s” was chosen by donors and cannot be deleted."),
                    params={"name": option.name_en},
                )


_OptionForms = forms.inlineformset_factory(
    Reward,
    RewardOption,
    form=OptionForm,
    formset=OptionFormSet,
    extra=_BLANK_OPTIONS,
)


class RewardForm(_StockForm):
    """A reward together with its sizes (``options``): saved together or not at all."""

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.options = _OptionForms(data, instance=self.instance, prefix="options")

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.options.is_valid()])

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("needs_address") and not cleaned.get("can_be_picked_up"):
            self.add_error("needs_address", _("It must get to its donor in at least one way."))
        appeal = cleaned.get("appeal")
        if appeal and self.instance.pk and self.instance.pledges.exclude(appeal=appeal).exists():
            self.add_error("appeal", _("Donors of another appeal have chosen this reward."))
        return cleaned

    @transaction.atomic
    def save(self, commit=True):
        reward = super().save(commit)
        if commit:
            self.options.instance = reward
            self.options.save()
        return reward


class OptionsPanel(Panel):
    """The table of sizes; a few empty rows stand ready."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "donations/admin/reward_options.html"


class RewardEditView(generic.EditView):
    """Shows the form again, with everything typed, when the stock moved meanwhile."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except StockTaken:
            self.produced_error_code = "validation_error"
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)


class RewardIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("appeal")


def _in_each_language(name: str, heading) -> MultiFieldPanel:
    return MultiFieldPanel([FieldPanel(f"{name}_{code}") for code in _LANGUAGES], heading=heading)


def _left(reward: Reward) -> str:
    return "–" if reward.left is None else str(reward.left)


class RewardViewSet(ModelViewSet):
    """Rewards are taken out of the offer, not deleted: donors have chosen them."""

    model = Reward
    icon = "pick"
    menu_label = _("Rewards")
    ordering: ClassVar = ["appeal", "sort_order", "pk"]
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = RewardIndexView
    edit_view_class = RewardEditView
    list_display: ClassVar = [
        "name_en",
        Column("appeal", label=_("Appeal")),
        Column("threshold", label=_("Threshold"), accessor=threshold_of),
        Column("taken", label=_("Taken")),
        Column("left", label=_("Left"), accessor=_left),
        BooleanColumn("is_offered", label=_("Offered")),
    ]
    list_filter: ClassVar = ["appeal", "kind", "is_offered"]
    edit_handler = ObjectList(
        [
            FieldPanel("appeal"),
            FieldPanel("kind"),
            _in_each_language("name", _("Name")),
            _in_each_language("description", _("Description")),
            FieldPanel("picture"),
            FieldRowPanel([FieldPanel("amount_eur"), FieldPanel("is_over")]),
            FieldPanel("stock"),
            OptionsPanel(heading=_("Sizes or other choices")),
            FieldRowPanel([FieldPanel("needs_address"), FieldPanel("can_be_picked_up")]),
            FieldRowPanel([FieldPanel("is_offered"), FieldPanel("sort_order")]),
        ],
        base_form_class=RewardForm,
    )

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})
