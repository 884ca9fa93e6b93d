"""Staff screens: the offices that photos go to, and who holds them from when to when."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from solidarity.models import Office, OfficeHolder


class _WarnsOfTwoHolders:
    """After saving: two people who hold an office on the same day are most often a slip."""

    def form_valid(self, form):
        response = super().form_valid(form)
        for first, second in overlapping_holders(self.object or form.instance):
            values = {"first": first.name, "second": second.name}
            warning = _(
                "Saved, but %(first)s and %(second)s hold this office on the same days. On those, "
                "we name the one who began last."
            )
            messages.warning(self.request, warning % values)
        return response


def overlapping_holders(office: Office) -> list[tuple[OfficeHolder, OfficeHolder]]:
    """Return the pairs of holders who share more than the day on which one follows the other."""
    holders = list(OfficeHolder.objects.filter(office=office))
    pairs = [(a, b) for place, a in enumerate(holders) for b in holders[place + 1 :]]
    return [pair for pair in pairs if _overlap(*pair)]


def _overlap(a: OfficeHolder, b: OfficeHolder) -> bool:
    a_ends_first = a.until is not None and b.since is not None and a.until <= b.since
    b_ends_first = b.until is not None and a.since is not None and b.until <= a.since
    return not (a_ends_first or b_ends_first)


class OfficeCreateView(_WarnsOfTwoHolders, generic.CreateView):
    pass


class OfficeEditView(_WarnsOfTwoHolders, generic.EditView):
    pass


class OfficeViewSet(ModelViewSet):
    """Offices are changed, not deleted: editions went to them."""

    model = Office
    url_namespace = "offices_admin"
    icon = "home"
    menu_label = gettext_lazy("Offices")
    add_view_class = OfficeCreateView
    edit_view_class = OfficeEditView
    copy_view_enabled = False
    ordering = ["pk"]
    list_display = ["name", Column("language", accessor="get_language_display")]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel(f"name_{code}") for code in ("en", "fr", "nl")],
                heading=gettext_lazy("Name"),
            ),
            FieldPanel("language"),
            FieldPanel("address"),
            InlinePanel(
                "holders",
                heading=gettext_lazy("Who holds it, from when to when"),
                label=gettext_lazy("Holder"),
                panels=[
                    FieldPanel("name"),
                    FieldRowPanel([FieldPanel("since"), FieldPanel("until")]),
                ],
            ),
        ]
    )

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})
