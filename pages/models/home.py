"""The first page of a language."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamValue, StructValue
from wagtail.models import Page

from pages.counters import count_actions
from pages.links import Link
from pages.models.actions import AppealPage
from pages.models.base import BasePage
from pages.models.campaign import CampaignPage

# How many events that are over the home page still names.
PAST_EVENTS = 3


class HomePage(BasePage):
    """The campaign that matters now, then everything else."""

    hero_kicker = models.CharField(_("line above the headline"), max_length=80, blank=True)
    hero_title = models.CharField(_("headline"), max_length=80)
    campaigns_heading = models.CharField(_("heading above campaigns"), max_length=80)
    events_heading = models.CharField(_("heading above events"), max_length=80)
    articles_heading = models.CharField(_("heading above articles"), max_length=80, blank=True)
    past_heading = models.CharField(
        _("heading above campaigns that are over"), max_length=80, blank=True
    )

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = [
        "pages.CampaignPage",
        "pages.AppealPage",
        "pages.ArticleIndexPage",
        "pages.StandardPage",
    ]
    content_panels: ClassVar = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_kicker"), FieldPanel("hero_title"), FieldPanel("lead")],
            heading=_("Headline"),
        ),
        FieldPanel("campaigns_heading"),
        FieldPanel("events_heading"),
        FieldPanel("articles_heading"),
        FieldPanel("past_heading"),
    ]

    class Meta:
        verbose_name = _("home page")

    @property
    def wants_newest_articles(self) -> bool:
        return True

    def get_context(self, request, *args, **kwargs):
        """Sort what lies below the home page into its parts.

        Two queries more at most: for the counter of the hero, and for what came of campaigns.
        """
        context = super().get_context(request, *args, **kwargs)
        frame = context["frame"]
        campaigns = [link for link in frame.children if link.kind in ("campaign", "appeal")]
        running = [link for link in campaigns if link.is_running]
        first = running[0] if running else None
        actions = [link for link in frame.open_actions if _is_of(link, first)]
        past = [link for link in campaigns if link.is_over and not link.is_archived]
        context |= {
            "hero_campaign": first,
            "hero_action": actions[0] if actions else None,
            "counters": count_actions(actions[:1]),
            # The hero has shown the first one already.
            "campaigns": [link for link in campaigns if not link.is_over and link is not first],
            "past_campaigns": with_outcomes(past),
            "events": coming_events(frame.grandchildren),
            "past_events": past_events(frame.grandchildren),
            "article_index": next((x for x in frame.children if x.kind == "article_index"), None),
        }
        return context


def _is_of(link: Link, campaign: Link | None) -> bool:
    """Whether an action is the campaign's, or the campaign is an appeal and is the action."""
    return campaign is not None and link.url.startswith(campaign.url)


def coming_events(links: list[Link]) -> list[Link]:
    """Events of today and later, soonest first."""
    events = [x for x in links if x.kind == "event" and not x.fact.is_past]
    return sorted(events, key=lambda x: x.fact.day)


def past_events(links: list[Link]) -> list[Link]:
    """The last few events that are over, latest first."""
    events = [x for x in links if x.kind == "event" and x.fact.is_past]
    return sorted(events, key=lambda x: x.fact.day, reverse=True)[:PAST_EVENTS]


@dataclass(frozen=True)
class Past:
    """A campaign or appeal that is over, with what came of it, when its page says so."""

    link: Link
    outcome: StructValue | None


def with_outcomes(links: list[Link]) -> list[Past]:
    """Add to each link its page's first outcome; latest end first. One query, none for no links."""
    if not links:
        return []
    pages = [link.page_id for link in links]
    campaigns, appeals = (
        model.objects.filter(pk__in=pages).values_list("pk", "body")
        for model in (CampaignPage, AppealPage)
    )
    bodies = dict(campaigns.union(appeals, all=True))
    past = [Past(link, _first_outcome(bodies[link.page_id])) for link in links]
    return sorted(past, key=lambda x: x.link.ended_on or date.min, reverse=True)


def _first_outcome(body: StreamValue) -> StructValue | None:
    """Look at the stored types, so that no other block (and what it points at) is fetched."""
    for position, block in enumerate(body.raw_data):
        if block["type"] == "outcome":
            return body[position].value
    return None
