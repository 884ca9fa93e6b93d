"""The screens of the launch checklist: all campaigns, one of them, and what is ticked there."""

import smtplib
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page
from wagtail.permissions import policy_registry

from newsroom.checking import ticks
from newsroom.checking.campaigns import (
    LANGUAGES,
    Campaign,
    campaign_heads,
    may_launch,
    may_see,
    read_campaign,
)
from newsroom.checking.launch import checklist_of
from newsroom.checking.launch_mails import find_mails, send_tests
from newsroom.checking.launch_public import card as card_of_page
from newsroom.checking.page_links import language_name
from pages.share_cards import draw_card


def _campaign(request: HttpRequest, key: uuid.UUID) -> Campaign:
    """Return the campaign; who may edit none of its pages may not know of it either."""
    campaign = read_campaign(key)
    if campaign is None:
        raise Http404
    if not may_see(request.user, campaign):
        raise PermissionDenied
    return campaign


def _may_launch_or_refuse(request: HttpRequest, campaign: Campaign) -> None:
    if not may_launch(request.user, campaign):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List campaigns, drafts first: one row for all languages of each."""
    policy = policy_registry.get_by_type(Page)
    mine = policy.instances_user_has_permission_for(request.user, "change")
    if not mine.exists():
        raise PermissionDenied
    heads = campaign_heads().filter(pk__in=mine.values("pk")).select_related("locale").specific()
    rows: dict[uuid.UUID, dict[str, object]] = {}
    for head in heads:
        row = rows.setdefault(
            head.translation_key, {"title": head.title, "live": False, "languages": []}
        )
        row["live"] |= head.live
        code = head.locale.language_code
        row["languages"].append((LANGUAGES.index(code), language_name(code), head.live))
        row["languages"].sort()
        if code == "en":
            row["title"] = head.title
    campaigns = sorted(rows.items(), key=lambda row: row[1]["live"])
    return render(request, "newsroom/checking/launches.html", {"campaigns": campaigns})


@require_safe
def checklist(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show every point, as it stands now; printed, it is the summary for the files."""
    campaign = _campaign(request, key)
    context = {
        "campaign": campaign,
        "checklist": checklist_of(campaign),
        "cards": [(code, language_name(code)) for code in campaign.heads],
        "may_launch": may_launch(request.user, campaign),
    }
    return render(request, "newsroom/checking/launch.html", context)


@require_POST
def tick(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Tick a point, with a note, or take the tick back."""
    campaign = _campaign(request, key)
    _may_launch_or_refuse(request, campaign)
    item = request.POST.get("point", "")
    if not ticks.is_by_hand(item):
        raise Http404
    if request.POST.get("undo"):
        ticks.untick(campaign, item, request.user)
    else:
        try:
            ticks.tick(campaign, item, request.user, note=request.POST.get("note", "").strip())
        except ticks.TickRefused as sentence:
            messages.error(request, str(sentence))
    return _back(key, item)


@require_POST
def send_mails(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Send the mails of one kind of action in one language to whoever asks; then tick the point."""
    campaign = _campaign(request, key)
    _may_launch_or_refuse(request, campaign)
    item = request.POST.get("point", "")
    found = find_mails(campaign, item)
    if found is None:
        raise Http404
    if not request.user.email:
        messages.error(request, _("Your account has no email address to send them to."))
        return _back(key, item)
    try:
        number = send_tests(*found, request.user)
    except (OSError, smtplib.SMTPException):
        messages.error(
            request,
            _("The mail server did not take them all. Nothing is ticked; try again in a while."),
        )
        return _back(key, item)
    ticks.tick(campaign, item, request.user)
    messages.success(
        request,
        ngettext(
            "%(number)s email is on its way to you. Read it; if it is wrong, change its words and "
            "send it again.",
            "%(number)s emails are on their way to you. Read them; if one is wrong, change its "
            "words and send them again.",
            number,
        )
        % {"number": number},
    )
    return _back(key, item)


def _back(key: uuid.UUID, item: str) -> HttpResponse:
    answer = redirect("newsroom_checking:launch", key=key)
    answer.headers["Location"] += f"#{item}"
    return answer


@require_safe
def card(request: HttpRequest, key: uuid.UUID, language: str) -> HttpResponse:
    """Draw the share card of the campaign in one language, as its draft says it."""
    campaign = _campaign(request, key)
    head = campaign.heads.get(language)
    if head is None:
        raise Http404
    return HttpResponse(draw_card(card_of_page(head, language)), content_type="image/png")
