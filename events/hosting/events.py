"""Staff screens: the list of events, and the form that describes one."""

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets import AdminAutoHeightTextInput

from campaign_site.templatetags.campaign import day
from events.hosting.access import CHANGE_EVENTS
from events.hosting.event_form import EventForm
from events.hosting.languages import LANGUAGES
from events.models import Event
from events.services.changes import announce_change, event_facts
from events.services.waiting import settle_places
from supporters.mail_words_admin import CHANGE

# A change to one of these can give somebody on the waiting list their places.
_OF_PLACES = frozenset({"capacity", "has_waiting_list", "day", "starts_at"})


class EventSavedMixin:
    """After saving, the event's overview: what to do next is there."""

    def get_success_url(self) -> str:
        return reverse("events_hosting:overview", args=[self.object.pk])

    def get_success_buttons(self) -> list:
        return []


class EventCreateView(EventSavedMixin, generic.CreateView):
    pass


class EventEditView(EventSavedMixin, generic.EditView):
    """Changes an event while no sign-up can: a saved form must not undo places just taken.

    In the same transaction freed places are offered to the waiting list, and whoever signed up is
    told what changed.
    """

    def get_page_subtitle(self) -> str:
        return self.object.name

    def dispatch(self, request, *args, **kwargs):
        with transaction.atomic():
            return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        events = super().get_queryset()
        return events.select_for_update(no_key=True) if self.request.method == "POST" else events

    def get_object(self, queryset=None):
        event = super().get_object(queryset)
        # The form writes into the event before it is saved.
        self.facts_before = event_facts(event)
        return event

    def save_instance(self) -> Event:
        event = super().save_instance()
        if _OF_PLACES.intersection(self.form.changed_data):
            settle_places(event.pk)
            self._warn_of_too_many(event)
        self._announce(event)
        return event

    def _announce(self, event: Event) -> None:
        """Tell of changed facts, unless nobody can have seen the old ones."""
        pages = event.pages.filter(Q(live=True) | Q(first_published_at__isnull=False))
        if pages.exists() or event.sign_ups.exists():
            announce_change(
                event=event,
                before=self.facts_before,
                notice=self.form.notes,
                user=self.request.user,
                mails=self.form.cleaned_data.get("tells_people", False),
            )

    def _warn_of_too_many(self, event: Event) -> None:
        """Say that nobody loses a place when there are more promised than there are now."""
        event.refresh_from_db(fields=["places_taken"])
        if event.capacity is None or event.places_taken <= event.capacity:
            return
        sentence = ngettext(
            "%(taken)d place is taken, more than the new capacity of %(capacity)d. Nobody loses "
            "a place; no more are given until there is room again.",
            "%(taken)d places are taken, more than the new capacity of %(capacity)d. Nobody loses "
            "a place; no more are given until there is room again.",
            event.places_taken,
        )
        messages.warning(
            self.request, sentence % {"taken": event.places_taken, "capacity": event.capacity}
        )


class OfSignUpsPanel(MultiFieldPanel):
    """Fields about this change, for an event that somebody has signed up for."""

    class BoundPanel(MultiFieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            event = self.instance
            return event.pk is not None and event.sign_ups.standing().exists()


def _in_three_languages(field: str, **options) -> list[FieldPanel]:
    return [FieldPanel(f"{field}_{code}", **options) for code in LANGUAGES]


_WORDS_AND_DAY = [
    MultiFieldPanel(_in_three_languages("name"), heading=gettext_lazy("Name")),
    FieldPanel("slug"),
    MultiFieldPanel(
        [
            FieldPanel("day"),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        ],
        heading=gettext_lazy("When"),
    ),
    MultiFieldPanel(
        [
            *_in_three_languages("place"),
            *_in_three_languages("address"),
            FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
        ],
        heading=gettext_lazy("Where"),
    ),
    OfSignUpsPanel(
        [FieldPanel("tells_people"), *_in_three_languages("note")],
        heading=gettext_lazy("Tell the people who signed up"),
        help_text=gettext_lazy(
            "Only when the name, the day, the hours, the place or the address change. A language "
            "without words of its own gets the facts alone."
        ),
    ),
]
_SIGN_UP = [
    MultiFieldPanel(
        [
            FieldPanel("takes_sign_ups"),
            FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
        ],
        heading=gettext_lazy("Sign-up"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("capacity"),
            FieldPanel("has_waiting_list"),
            FieldPanel("hold_hours"),
        ],
        heading=gettext_lazy("Places"),
    ),
    FieldPanel("asks_needs"),
]
_WHO_AND_HOW = [
    MultiFieldPanel(
        [
            FieldPanel("spoken_languages"),
            FieldPanel("access"),
            *_in_three_languages("access_note", widget=AdminAutoHeightTextInput),
        ],
        heading=gettext_lazy("Languages and access"),
    ),
    InlinePanel(
        "organisers",
        [
            FieldRowPanel([FieldPanel("name"), FieldPanel("url")]),
            FieldRowPanel([FieldPanel("role"), FieldPanel("gets_data")]),
        ],
        heading=gettext_lazy("Organisers and partners"),
        label=gettext_lazy("organiser or partner"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("contact_name"), FieldPanel("contact_phone")]),
            FieldPanel("contact_is_public"),
        ],
        heading=gettext_lazy("Contact on the day"),
    ),
]
_MAILS = [
    MultiFieldPanel(
        [
            FieldPanel("reminder_hour"),
            FieldPanel("day_hour"),
            FieldPanel("thanks_hour"),
        ],
        heading=gettext_lazy("Hours of the emails"),
        help_text=gettext_lazy("Belgian time. An email without an hour is not sent."),
    ),
]


def _day(event: Event) -> str:
    return day(event.day)


def _state(event: Event) -> str:
    return Event.State(event.state).label


def _capacity(event: Event) -> str | int:
    return _("no limit") if event.capacity is None else event.capacity


class EventViewSet(ModelViewSet):
    """Events are closed or cancelled, not deleted: people have signed up and hold links."""

    model = Event
    url_namespace = "events_admin"
    icon = "date"
    menu_label = gettext_lazy("Events")
    add_view_class = EventCreateView
    edit_view_class = EventEditView
    # Copying is a screen of its own: it asks for the day, and makes the pages too.
    copy_view_enabled = False
    ordering = ["-day", "-pk"]
    list_display = [
        TitleColumn("name", label=gettext_lazy("Event"), url_name="events_hosting:overview"),
        Column("day", label=gettext_lazy("Day"), accessor=_day, sort_key="day"),
        Column("state", label=gettext_lazy("State"), accessor=_state),
        Column("places_taken", label=gettext_lazy("Places taken"), sort_key="places_taken"),
        Column("capacity", label=gettext_lazy("Capacity"), accessor=_capacity),
    ]
    list_filter = {"day": ["gte", "lte"], "takes_sign_ups": ["exact"]}
    edit_handler = TabbedInterface(
        [
            ObjectList(_WORDS_AND_DAY, heading=gettext_lazy("What, when, where")),
            ObjectList(_SIGN_UP, heading=gettext_lazy("Sign-up and places")),
            ObjectList(_WHO_AND_HOW, heading=gettext_lazy("Access and organisers")),
            ObjectList(_MAILS, heading=gettext_lazy("Emails")),
        ],
        base_form_class=EventForm,
    )

    def get_urlpatterns(self):
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})


class MailWordsMenuItem(MenuItem):
    def is_shown(self, request) -> bool:
        # Who may change the words of all mails finds them among the people.
        return request.user.has_perm(CHANGE_EVENTS) and not request.user.has_perm(CHANGE)


class EventsGroup(ModelViewSetGroup):
    menu_label = gettext_lazy("Events")
    menu_icon = "date"
    menu_order = 210
    items = (EventViewSet("events"),)

    def get_submenu_items(self) -> list[MenuItem]:
        words = MailWordsMenuItem(
            gettext_lazy("Words of the emails"),
            reverse("mail_words_admin:index"),
            icon_name="mail",
            order=2,
        )
        return [*super().get_submenu_items(), words]
