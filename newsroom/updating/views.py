"""Staff screens: every update, and one that is being written."""

import uuid

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages as notes
from wagtail.admin.auth import permission_required

from campaign_site.languages import site_language
from campaign_site.query_numbers import read_number
from newsroom.models import CampaignUpdate
from newsroom.updating import drafts, mails
from newsroom.updating.access import CHANGE, SEE, WRITE
from newsroom.updating.campaigns import (
    find_campaign,
    find_campaigns,
    in_reader_order,
    news_of,
)
from newsroom.updating.errors import UpdateError
from newsroom.updating.forms import UpdateForm
from newsroom.updating.words import language_for

_ROWS_A_PAGE = 50
# What a mail program does: nothing is loaded, nothing is run.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox"
)


@require_safe
@permission_required(SEE)
def index(request: HttpRequest) -> HttpResponse:
    """List the updates, the latest first."""
    rows = CampaignUpdate.objects.select_related("made_by").order_by("-made_at", "-pk")
    page = Paginator(rows, _ROWS_A_PAGE).get_page(read_number(request.GET.get("p", "")) or 1)
    known = find_campaigns({update.campaign_key for update in page})
    context = {"page": page, "rows": [(row, known.get(row.campaign_key)) for row in page]}
    return render(request, "newsroom/updating/index.html", context)


@require_safe
@permission_required(WRITE)
def choose_campaign(request: HttpRequest) -> HttpResponse:
    """Begin an update: of which campaign?"""
    campaigns = in_reader_order(one for one in find_campaigns().values() if one.is_public)
    return render(request, "newsroom/updating/choose_campaign.html", {"campaigns": campaigns})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(WRITE)
def choose_news(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin an update of a campaign: with the words of its page, or with none?"""
    campaign = find_campaign(key)
    if not campaign.pages:
        raise Http404
    if request.method == "POST":
        try:
            update = drafts.begin_draft(
                campaign=campaign,
                block_id=_uuid(request.POST.get("news")),
                user=request.user,
                public_id=_uuid(request.POST.get("public_id")) or uuid.uuid4(),
            )
        except UpdateError as error:
            notes.error(request, str(error))
        else:
            return redirect("newsroom_updating:edit", update.public_id)
    page = campaign.pages.get(site_language()) or next(iter(campaign.pages.values()))
    sent = CampaignUpdate.objects.filter(campaign_key=key, block_id__isnull=False)
    context = {
        "campaign": campaign,
        "news": news_of(page),
        "language": page.locale.language_code,
        "used": set(sent.values_list("block_id", flat=True)),
        "public_id": uuid.uuid4(),
    }
    return render(request, "newsroom/updating/choose_news.html", context)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE)
def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write a draft in three languages; what is wrong is said beside the field."""
    update = get_object_or_404(CampaignUpdate, public_id=public_id)
    if request.method != "POST":
        if update.state != CampaignUpdate.State.DRAFT:
            return redirect("newsroom_updating:show", public_id)
        form = UpdateForm(initial=UpdateForm.values_of(update))
        return _edit_screen(request, update, form)
    form = UpdateForm(request.POST)
    if not form.is_valid():
        return _edit_screen(request, update, form)
    fields = ("title", "audience", "pace", "seen")
    try:
        drafts.change_draft(
            update,
            **{name: form.cleaned_data[name] for name in fields},
            words=form.words,
            others=form.cleaned_data["english_for_others"],
            user=request.user,
        )
    except UpdateError as error:
        form.add_error(error.field or None, str(error))
        return _edit_screen(request, update, form)
    notes.success(request, _("Saved. Look at it, then send yourself a test."))
    return redirect("newsroom_updating:show", public_id)


def _edit_screen(request: HttpRequest, update: CampaignUpdate, form: UpdateForm) -> HttpResponse:
    context = {
        "update": update,
        "form": form,
        "campaign": find_campaign(update.campaign_key),
        "ticks": ["english_for_others"],
    }
    return render(request, "newsroom/updating/edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE)
def throw_away(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask before a draft is deleted; a POST deletes it."""
    update = get_object_or_404(CampaignUpdate, public_id=public_id)
    if request.method != "POST" and update.state == CampaignUpdate.State.DRAFT:
        return render(request, "newsroom/updating/throw_away.html", {"update": update})
    if request.method == "POST" and drafts.throw_away(update, user=request.user):
        notes.success(request, _("The draft is deleted."))
        return redirect("newsroom_updating:index")
    notes.warning(request, _("It is no longer a draft, and stays."))
    return redirect("newsroom_updating:show", public_id)


@require_safe
@permission_required(SEE)
def mail_html(request: HttpRequest, public_id: uuid.UUID, language: str) -> HttpResponse:
    """The HTML part as a mail program would show it, for a frame of the screen."""
    update = get_object_or_404(CampaignUpdate, public_id=public_id)
    if language not in dict(settings.LANGUAGES) or not language_for(update, language):
        raise Http404
    rendered = mails.preview(update, find_campaign(update.campaign_key), language)
    return HttpResponse(
        rendered.html,
        headers={"Content-Security-Policy": _MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"},
    )
