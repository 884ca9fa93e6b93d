"""Staff screens: events and how full they are, and who has signed up."""

from django.db import transaction
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from events.forms import EventForm
from events.models import Event, SignUp


class EventEditView(generic.EditView):
    """Changes an event while no sign-up can: a saved form must not undo places just taken."""

    def dispatch(self, request, *args, **kwargs):
        with transaction.atomic():
            return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        events = super().get_queryset()
        return events.select_for_update(no_key=True) if self.request.method == "POST" else events


def _in_three_languages(field: str) -> list[FieldPanel]:
    return [FieldPanel(f"{field}_{code}") for code in ("en", "fr", "nl")]


class EventViewSet(ModelViewSet):
    """Events are closed, not deleted: people have signed up and hold links."""

    model = Event
    url_namespace = "events_admin"
    icon = "date"
    menu_label = _("Events")
    edit_view_class = EventEditView
    copy_view_enabled = False
    ordering = ["-day", "-pk"]
    list_display = [
        "name_en",
        "day",
        Column("places_taken", label=_("Places taken"), sort_key="places_taken"),
        Column(
            "capacity",
            label=_("Capacity"),
            accessor=lambda event: _("no limit") if event.capacity is None else event.capacity,
        ),
        BooleanColumn("takes_sign_ups", label=_("Takes sign-ups"), sort_key="takes_sign_ups"),
    ]
    list_filter = {"day": ["gte", "lte"], "takes_sign_ups": ["exact"]}
    edit_handler = ObjectList(
        [
            MultiFieldPanel(_in_three_languages("name"), heading=_("Name")),
            FieldPanel("slug"),
            MultiFieldPanel(
                [
                    FieldPanel("day"),
                    FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                ],
                heading=_("When"),
            ),
            MultiFieldPanel(_in_three_languages("place"), heading=_("Where")),
            MultiFieldPanel(
                [
                    FieldPanel("takes_sign_ups"),
                    FieldPanel("capacity"),
                ],
                heading=_("Sign-up"),
            ),
        ],
        base_form_class=EventForm,
    )

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})


class SignUpIndexView(generic.IndexView):
    """Who comes, by event. For those whom the permission ``events.view_signup`` names."""

    any_permission_required = ["view"]

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("event")


class SignUpInspectView(generic.InspectView):
    any_permission_required = ["view"]


class SignUpViewSet(ModelViewSet):
    """Sign-ups are read here; people make and cancel their own."""

    model = SignUp
    url_namespace = "sign_ups_admin"
    icon = "group"
    menu_label = _("Sign-ups")
    index_view_class = SignUpIndexView
    inspect_view_class = SignUpInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    ordering = ["-pk"]
    list_filter = ["event", "status"]
    inspect_view_fields = ["event", "name", "party_size", "language", "status", "created_hour"]

    @property
    def list_display(self):
        # The name is encrypted, so the database cannot sort by it.
        name = TitleColumn("name", label=_("Name"), url_name=self.get_url_name("inspect"))
        return [name, "event", "party_size", "status", "created_hour"]

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


class EventsGroup(ModelViewSetGroup):
    menu_label = _("Events")
    menu_icon = "date"
    menu_order = 210
    items = (EventViewSet("events"), SignUpViewSet("sign-ups"))
