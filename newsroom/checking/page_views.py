"""What is found in the newest draft of one page: in the editor's side panel, and as a screen."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.models import Page

from newsroom.checking.campaigns import draft_of
from newsroom.checking.page_checks import Checked, check_page
from newsroom.checking.page_links import language_name
from newsroom.checking.reading_words import describe


def _context(request: HttpRequest, page_id: int) -> dict[str, object]:
    page = get_object_or_404(Page.objects.filter(depth__gt=1), pk=page_id).specific
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    checked: Checked = check_page(draft_of(page))
    return {
        "page": page,
        "checked": checked,
        "reading": describe(checked.measure),
        "language": language_name(checked.language),
        "may_publish": page.permissions_for_user(request.user).can_publish(),
    }


@require_safe
@never_cache
def findings(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the list alone, for the side panel of the editor."""
    return render(request, "newsroom/checking/findings.html", _context(request, page_id))


@require_safe
def page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the list as a screen: also for translations, whose editor has no side panel."""
    return render(request, "newsroom/checking/page.html", _context(request, page_id))
