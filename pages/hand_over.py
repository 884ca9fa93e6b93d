"""What a member of staff holds in the page tree: drafts, locks, plans, requests."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision, WorkflowState

from campaign_site.templatetags.campaign import clock, long_day
from staff.hand_over import Holding, Piece, register


def _edit_url(page_id: int | str) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page_id])


def _drafts(user: AbstractBaseUser) -> QuerySet[Page]:
    """Pages with unpublished words that ``user`` owns or wrote last."""
    return Page.objects.filter(
        Q(owner=user) | Q(latest_revision__user=user), has_unpublished_changes=True
    )


def _pieces(pages: QuerySet[Page]) -> Iterator[Piece]:
    for page in pages.order_by("path"):
        yield Piece(page.get_admin_display_title(), _edit_url(page.pk))


def _pass_drafts_on(user: AbstractBaseUser, heir: AbstractBaseUser) -> int:
    return _drafts(user).exclude(owner=heir).update(owner=heir)


def _locked(user: AbstractBaseUser) -> QuerySet[Page]:
    return Page.objects.filter(locked=True, locked_by=user)


def _unlock(user: AbstractBaseUser) -> int:
    return _locked(user).update(locked=False, locked_by=None, locked_at=None)


def _planned(user: AbstractBaseUser) -> Iterator[Piece]:
    """Pages that go live at a set moment by what ``user`` saved."""
    planned = Revision.page_revisions.filter(user=user, approved_go_live_at__isnull=False)
    for revision in planned.order_by("approved_go_live_at"):
        when = revision.approved_go_live_at
        words = f"{revision.object_str}: {long_day(when)}, {clock(when)}"
        yield Piece(words, _edit_url(revision.object_id))


def _requests(user: AbstractBaseUser) -> QuerySet[WorkflowState]:
    states = (WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES)
    return WorkflowState.objects.filter(requested_by=user, status__in=states)


def _requested(user: AbstractBaseUser) -> Iterator[Piece]:
    for state in _requests(user).order_by("created_at"):
        is_page = isinstance(state.content_object, Page)
        yield Piece(str(state.content_object), _edit_url(state.object_id) if is_page else "")


def _pass_requests_on(user: AbstractBaseUser, heir: AbstractBaseUser) -> int:
    return _requests(user).update(requested_by=heir)


register(
    Holding(
        "drafts",
        _("unpublished drafts"),
        _("They belong to whoever goes on with them; nothing of what was written is lost."),
        lambda user: _pieces(_drafts(user)),
        pass_on=_pass_drafts_on,
    )
)
register(
    Holding(
        "locks",
        _("locked pages"),
        _("They are unlocked, so that others can change them."),
        lambda user: _pieces(_locked(user)),
        end=_unlock,
    )
)
register(
    Holding(
        "plans",
        _("pages that go live at a set moment"),
        _("They go live as planned. Look whether that is still right."),
        _planned,
    )
)
register(
    Holding(
        "requests",
        _("pages that wait for somebody’s approval"),
        _("The answer goes to whoever goes on with them."),
        _requested,
        pass_on=_pass_requests_on,
    )
)
