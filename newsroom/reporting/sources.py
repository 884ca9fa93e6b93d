"""Source tags: declare them, rename them, stop counting them; links and codes that carry one."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

import segno
from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log
from wagtail.models import Page

from campaign_site.languages import site_language
from campaign_site.mail import absolute_url
from events.hosting.languages import LANGUAGES
from events.paper import SIZES as PAPER_SIZES
from newsroom.models import DailyCount
from newsroom.reporting.campaigns import all_campaigns
from newsroom.reporting.log_actions import ADD_SOURCE, CHANGE_SOURCE, RETIRE_SOURCE
from newsroom.reporting.small_numbers import told
from pages.models import AppealPage, CampaignPage, EventPage, PhotoCallPage
from supporters import sources
from supporters.models import SourceTag

VIEW = "supporters.view_sourcetag"
ADD = "supporters.add_sourcetag"
CHANGE = "supporters.change_sourcetag"
_PER_PAGE = 50
_TAGGED = (CampaignPage, PhotoCallPage, EventPage, AppealPage)


class SourceTagForm(forms.ModelForm):
    """A new tag, in the letters that addresses carry."""

    slug = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,29}$",
        label=gettext_lazy("Tag"),
        help_text=gettext_lazy(
            "Stands in the address, after ?from=. Small letters, digits and hyphens, 30 at most, "
            "for example poster-ghent. Name a place, never a person: many people must share it."
        ),
        error_messages={
            "invalid": gettext_lazy("Use small letters without accents, digits and hyphens only.")
        },
    )
    name = forms.CharField(
        label=gettext_lazy("What it stands for"),
        max_length=120,
        help_text=gettext_lazy("As reports call it, for example: posters in Ghent."),
    )

    class Meta:
        model = SourceTag
        fields = ("slug", "name")


class SourceNameForm(forms.ModelForm):
    """Another name; the tag itself stands on paper and stays."""

    name = SourceTagForm.base_fields["name"]

    class Meta:
        model = SourceTag
        fields = ("name",)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """List the tags, with how often each was counted; POST declares another."""
    may_add = request.user.has_perm(ADD)
    form = SourceTagForm(request.POST or None) if may_add else None
    if request.method == "POST" and form and form.is_valid():
        tag = form.save(commit=False)
        tag.made_by = request.user
        tag.save()
        log(instance=tag, action=ADD_SOURCE, user=request.user)
        messages.success(request, _("The tag is declared. Here are the links that carry it."))
        return redirect("newsroom_sources:tag", tag.slug)
    tags = SourceTag.objects.order_by(F("retired_at").asc(nulls_first=True), "slug")
    page = Paginator(tags, _PER_PAGE).get_page(request.GET.get("p"))
    counted = _counted([tag.slug for tag in page])
    context = {
        "form": form,
        "page": page,
        "columns": [str(label) for label in DailyCount.Kind.labels],
        "lines": [
            (tag, [told(counted.get((tag.slug, kind), 0)) for kind in DailyCount.Kind.values])
            for tag in page
        ],
    }
    return render(request, "newsroom/reporting/sources.html", context)


def _counted(slugs: list[str]) -> dict[tuple[str, str], int]:
    rows = DailyCount.objects.filter(source__in=slugs).values_list("source", "kind")
    return {(slug, kind): n for slug, kind, n in rows.annotate(n=Sum("number")).order_by()}


@dataclass(frozen=True)
class TaggedLink:
    """The address of one page in one language with a tag, and the addresses of its code."""

    language: str
    language_name: str
    title: str
    page_id: int
    url: str
    posters: list[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(VIEW)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the links of a tag for a campaign that is chosen; POST renames the tag."""
    found = get_object_or_404(SourceTag, slug=slug)
    may_change = request.user.has_perm(CHANGE)
    form = SourceNameForm(request.POST or None, instance=found) if may_change else None
    if request.method == "POST" and form and form.is_valid():
        form.save()
        log(instance=found, action=CHANGE_SOURCE, user=request.user)
        messages.success(request, _("The name is saved."))
        return redirect("newsroom_sources:tag", found.slug)
    campaigns = [one for one in all_campaigns() if one.is_live]
    wanted = request.GET.get("campaign", "")
    chosen = next((one for one in campaigns if str(one.key) == wanted), None)
    chosen = chosen or next(iter(campaigns), None)
    context = {
        "tag": found,
        "form": form,
        "may_change": may_change,
        "campaigns": campaigns,
        "chosen": chosen,
        "links": _links(found, chosen.pages.values()) if chosen else [],
    }
    return render(request, "newsroom/reporting/source.html", context)


def _links(found: SourceTag, tops: Iterable[int]) -> list[TaggedLink]:
    """The live pages of a campaign and of its actions, those in the reader's language first."""
    paths = Page.objects.filter(pk__in=tops).values_list("path", flat=True)
    below = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk=None))
    pages = [
        page
        for model in _TAGGED
        for page in model.objects.live().filter(below).select_related("locale", *_facts(model))
    ]
    own = site_language()
    pages.sort(key=lambda page: (page.locale.language_code != own, page.path))
    return [_link(found, page) for page in pages]


def _facts(model: type[Page]) -> list[str]:
    return ["event"] if model is EventPage else []


def _link(found: SourceTag, page: Page) -> TaggedLink:
    code = page.locale.language_code
    posters = []
    if isinstance(page, EventPage) and not page.is_past:
        with override(code):
            poster = reverse("events:poster", args=[page.event.slug])
        posters = [
            (size.upper(), f"{tagged(poster, found.slug)}&size={size}") for size in PAPER_SIZES
        ]
    return TaggedLink(
        code,
        str(LANGUAGES.get(code, code)),
        page.title,
        page.pk,
        tagged(page.url, found.slug),
        posters,
    )


def tagged(path: str, slug: str) -> str:
    """Return the absolute address of a page with a tag."""
    return f"{absolute_url(path)}?{urlencode({sources.PARAMETER: slug})}"


@require_safe
@permission_required(VIEW)
def code(request: HttpRequest, slug: str, page_id: int, kind: str) -> HttpResponse:
    """Answer with the QR code of a page's address with the tag, as SVG or PNG to save."""
    found = get_object_or_404(SourceTag, slug=slug)
    page = next((one for model in _TAGGED for one in model.objects.live().filter(pk=page_id)), None)
    if page is None or kind not in _CODES:
        raise Http404
    out = io.BytesIO()
    segno.make_qr(tagged(page.url, found.slug), error="m").save(out, kind=kind, **_CODES[kind])
    response = HttpResponse(out.getvalue(), content_type=_CODE_TYPES[kind])
    name = f"{found.slug}-{page.slug}-{page.locale.language_code}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# A quiet zone of four modules is part of the code (ISO/IEC 18004, 6.3.8).
_CODES = {"svg": {"border": 4, "scale": 10, "xmldecl": True}, "png": {"border": 4, "scale": 20}}
_CODE_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@require_POST
@permission_required(CHANGE)
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    """Count a tag no longer, or count it again. Safe to repeat."""
    found = get_object_or_404(SourceTag, slug=slug)
    retires = request.POST.get("retire") == "yes"
    if retires != (found.retired_at is not None):
        found.retired_at = timezone.now() if retires else None
        found.save(update_fields=["retired_at"])
        log(instance=found, action=RETIRE_SOURCE, user=request.user, data={"retired": retires})
    messages.success(
        request,
        _("This tag is no longer counted. What it was counted for stays.")
        if retires
        else _("This tag is counted again."),
    )
    return redirect("newsroom_sources:tag", found.slug)
