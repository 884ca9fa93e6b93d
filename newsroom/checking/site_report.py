"""The whole site at once: old figures, broken links, missing texts, pages that are hard to read."""

from collections import Counter
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from newsroom.checking.findings import Finding, Kind
from newsroom.checking.link_checks import is_wanted
from newsroom.checking.page_checks import Checked, check_pages
from newsroom.checking.page_links import language_name
from newsroom.models import LinkCheck

ROWS_A_PAGE = 50
_LANGUAGES = ("en", "fr", "nl")


@dataclass(frozen=True)
class Row:
    checked: Checked
    finding: Finding

    @property
    def page(self) -> Page:
        return self.checked.page

    @property
    def language(self) -> str:
        return language_name(self.checked.language)


def pages_to_check(user):
    """The live pages that ``user`` may edit."""
    mine = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    return Page.objects.live().filter(pk__in=mine.values("pk"), depth__gt=1)


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """List what is found on live pages, chosen by language, kind and weight, 50 a screen.

    The number of queries does not depend on that of the pages.
    """
    pages = pages_to_check(request.user)
    if not pages.exists():
        raise PermissionDenied
    language = request.GET.get("language", "")
    language = language if language in _LANGUAGES else ""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    only_wrong = bool(request.GET.get("wrong"))
    if language:
        pages = pages.filter(locale__language_code=language)
    rows = [
        Row(checked, finding)
        for checked in check_pages(pages.order_by("path").specific())
        for finding in checked.findings
    ]
    counts = Counter(row.finding.kind for row in rows)
    shown = [
        row
        for row in rows
        if (not kind or row.finding.kind == kind) and (row.finding.must_change or not only_wrong)
    ]
    shown.sort(key=lambda row: not row.finding.must_change)
    context = {
        "listed": Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("p")),
        "number": len(shown),
        "languages": [(code, language_name(code)) for code in _LANGUAGES],
        "language": language,
        "kinds": [(one.value, one.label, counts[one]) for one in Kind],
        "kind": kind,
        "only_wrong": only_wrong,
        "undescribed": get_image_model().objects.filter(description="").count(),
        "images_url": reverse("wagtailimages:index"),
        "asks_links": is_wanted(),
        "asked_at": LinkCheck.objects.aggregate(last=Max("checked_at"))["last"],
    }
    return render(request, "newsroom/checking/report.html", context)
