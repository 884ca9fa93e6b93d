"""The parts of the admin's first page: what waits, the events of the week, pages edited last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.models import Page, PageLogEntry
from wagtail.permissions import policy_registry

from events.hosting.access import SEE_EVENTS, SEE_SIGN_UPS
from events.hosting.to_do import events_this_week
from staff.to_do import done_items, items_for, open_items

_PAGES_SHOWN = 5
_EDITS = ("wagtail.create", "wagtail.edit", "wagtail.publish")


class ToDoPanel(Component):
    """What waits for this member of staff, most urgent first, and what is done already."""

    order = 10
    template_name = "newsroom/today/to_do.html"

    def get_context_data(self, parent_context: Mapping) -> dict:
        request = parent_context["request"]
        items = items_for(request)
        return {
            "name": request.user.get_short_name() or request.user.get_username(),
            "day": timezone.localdate(),
            "open_items": open_items(items),
            "done_items": done_items(items),
        }


class EventsPanel(Component):
    """The events of the next seven days, for those who host them."""

    order = 20
    template_name = "newsroom/today/events.html"

    def get_context_data(self, parent_context: Mapping) -> dict:
        request = parent_context["request"]
        may_see = all(map(request.user.has_perm, (SEE_EVENTS, SEE_SIGN_UPS)))
        return {"events": events_this_week(request) if may_see else []}


@dataclass(frozen=True)
class EditedPage:
    """A page, when this person last touched it, and whether readers see what it says now."""

    page: Page
    edited_at: datetime
    state: str


class LastEditedPanel(Component):
    """Where somebody who writes left off: their own last pages that they may still edit."""

    order = 30
    template_name = "newsroom/today/last_edited.html"

    def get_context_data(self, parent_context: Mapping) -> dict:
        return {"edited": last_edited(parent_context["request"].user)}


def last_edited(user: AbstractBaseUser) -> list[EditedPage]:
    """Return the pages that ``user`` edited last and may edit, latest first; flat in queries."""
    editable = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    edits = (
        PageLogEntry.objects.filter(user=user, action__in=_EDITS, page__in=editable)
        .values("page_id")
        .annotate(latest=Max("timestamp"))
        .order_by("-latest")[:_PAGES_SHOWN]
    )
    edited_at = {edit["page_id"]: edit["latest"] for edit in edits}
    pages = Page.objects.select_related("locale").in_bulk(edited_at)
    return [
        EditedPage(page=pages[pk], edited_at=moment, state=_state_of(pages[pk], user))
        for pk, moment in edited_at.items()
        if pk in pages
    ]


def _state_of(page: Page, user: AbstractBaseUser) -> str:
    if page.locked and page.locked_by_id == user.pk:
        return _("locked by you: nobody else can change it")
    if not page.live:
        return _("draft")
    return _("live, with changes that are not") if page.has_unpublished_changes else _("live")
