"""The events of one campaign as a calendar that people subscribe to."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.contrib.redirects.models import Redirect

from campaign_site.caching import publicly_cached
from campaign_site.languages import site_language
from events.feeds import QUARTER_SECONDS, announced_pages, feed_response
from pages.links import Link
from pages.models import CampaignPage


def campaign_feed_path(campaign: Link | CampaignPage | None) -> str:
    """Return where the calendar of ``campaign`` is, "" where there is none."""
    page = campaign.page if isinstance(campaign, Link) else campaign
    if not isinstance(page, CampaignPage):
        return ""
    return reverse("campaign-calendar", args=[page.slug])


@require_safe
@publicly_cached(seconds=QUARTER_SECONDS)
def campaign_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the calendar of the campaign that has this name in its address.

    It holds the events whose page stands below the campaign in any language. Programs ask for years
    on end, so the address follows a campaign that gets another name.
    """
    campaign = _campaigns().filter(slug=slug).first()
    if campaign is None:
        return redirect(campaign_feed_path(_renamed(slug)), permanent=True)
    below = Q()
    for page in CampaignPage.objects.filter(translation_key=campaign.translation_key):
        below |= Q(path__startswith=page.path)
    name = _("Viva Salud: %(campaign)s") % {"campaign": campaign.title}
    return feed_response(request, name, announced_pages(below))


def _campaigns():
    return CampaignPage.objects.live().public().filter(locale__language_code=site_language())


def _renamed(slug: str) -> CampaignPage:
    """Return the campaign that had ``slug`` once, by the table of redirects; raises Http404."""
    old_path = Redirect.normalise_path(f"/{site_language()}/{slug}/")
    row = Redirect.objects.filter(old_path=old_path).exclude(redirect_page=None).first()
    campaign = _campaigns().filter(pk=row.redirect_page_id).first() if row else None
    if campaign is None:
        raise Http404
    return campaign
