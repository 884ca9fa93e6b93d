"""What became of what came in, from the first step to the last: only what the site knows anyway.

Nobody is followed: there is no telling how many people looked at a page and left.
"""

from decimal import Decimal

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaign_site.templatetags.campaign import euros
from donations.totals import Totals, totals_by_appeal
from events.models import Event
from newsroom.reporting.campaigns import Campaign
from newsroom.reporting.counting import Kind
from newsroom.reporting.figures import Figures
from newsroom.reporting.small_numbers import told
from pages.models import AppealPage
from solidarity.models import Photo

type Headline = list[tuple[str, str]]


def headline_of(kind: str, campaign: Campaign, figures: Figures, *, with_sums: bool) -> Headline:
    """Return (what, how much) in the order in which it happens; two queries at most."""
    if kind == Kind.PHOTO:
        return _photos(campaign, figures)
    if kind == Kind.SIGN_UP:
        return _sign_ups(campaign, figures)
    if kind == Kind.PLEDGE:
        return [(_("Promises to give"), told(figures.total.number))]
    return _gifts(campaign, figures, with_sums=with_sums)


def _photos(campaign: Campaign, figures: Figures) -> Headline:
    now = Photo.objects.filter(call__in=campaign.calls).aggregate(
        waiting=Count("pk", filter=Q(status__in=[Photo.Status.PENDING, Photo.Status.ASIDE])),
        approved=Count("pk", filter=Q(status=Photo.Status.APPROVED)),
        on_wall=Count("pk", filter=Q(on_wall=True)),
    )
    return [
        (pgettext("photos", "Sent"), told(figures.total.number)),
        (pgettext("photos", "Waiting for a moderator"), told(now["waiting"])),
        (pgettext("photos", "Approved and still here"), told(now["approved"])),
        (pgettext("photos", "On the wall"), told(now["on_wall"])),
    ]


def _sign_ups(campaign: Campaign, figures: Figures) -> Headline:
    """People who asked, who have a place, who came: the last once an event is over."""
    places, came, is_any_over = 0, 0, False
    for event in Event.objects.filter(pk__in=campaign.events).only("places_taken", "totals"):
        kept = event.totals.get("figures")
        if kept is None:
            places += event.places_taken
            continue
        is_any_over = True
        places += kept["signed_up"]["people"]
        came += kept["came"] + kept["walk_ins"]
    headline = [
        (_("People who asked for a place"), told(figures.total.people)),
        (_("People with a place"), told(places)),
    ]
    return [*headline, (_("People who came"), told(came))] if is_any_over else headline


def _gifts(campaign: Campaign, figures: Figures, *, with_sums: bool) -> Headline:
    totals = totals_by_appeal(campaign.appeals)
    headline = [(pgettext("column of figures", "Gifts"), told(figures.total.number))]
    if with_sums:
        return [*headline, *_sums(totals.values())]
    return [*headline, *_public_sums(campaign, totals)]


def _sums(totals) -> Headline:
    totals = list(totals)
    received = sum((one.received_eur for one in totals), Decimal(0))
    outside = sum((one.outside_eur for one in totals), Decimal(0))
    promised = sum((one.promised_eur for one in totals), Decimal(0))
    headline = [
        (_("Received, less what was sent back"), euros(received)),
        (_("Promised and still to come"), euros(promised)),
    ]
    return [*headline, (_("Received elsewhere"), euros(outside))] if outside else headline


def _public_sums(campaign: Campaign, totals: dict[int, Totals]) -> Headline:
    """The sums that every visitor sees on the meters of the appeals' pages."""
    pages = AppealPage.objects.live().filter(appeal__in=campaign.appeals)
    in_hand = promised = Decimal(0)
    shows_any = False
    for page in {page.appeal_id: page for page in pages.select_related("appeal__account")}.values():
        page.totals = totals.get(page.appeal_id, Totals())
        meter = page.meter
        if meter is not None:
            shows_any = True
            in_hand += meter.in_hand
            promised += meter.promised
    if not shows_any:
        return []
    return [
        (_("Received, as the pages show it"), euros(in_hand)),
        (_("Promised, as the pages show it"), euros(promised)),
    ]
