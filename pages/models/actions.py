"""Pages that offer an action: their words, and the fact behind them."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from campaign_site.headers import allow_features, extend_csp
from donations.payment_details import gift_card_of
from donations.rewards import rewards_of
from donations.totals import Totals, totals_of
from events.add_to_calendar import calendar_links
from events.crowd import Crowd, crowd_of
from events.moves import last_changes
from pages.blocks import TextBody
from pages.deliveries import outcomes_of
from pages.links import Link
from pages.meters import Meter
from pages.models.base import BasePage
from pages.models.campaign import StoryPage
from solidarity.pictures import ROBOTS
from solidarity.wall import first_tiles, open_wall

# How many photos of the wall the page of a photo call shows.
GLIMPSE_SIZE = 5


class FactPage(BasePage):
    """A page about one fact of an app."""

    fact_field = ""
    # What else is fetched along when the page is shown.
    fact_joins: ClassVar[tuple[str, ...]] = ()

    # The page that this one stands below, if that is a campaign: known once there is a frame.
    campaign_link: Link | None = None
    # Where a page that is over says what is left to do.
    next_steps_anchor = "instead"

    class Meta:
        abstract = True

    @classmethod
    def to_show(cls):
        return super().to_show().select_related(cls.fact_field, *cls.fact_joins)

    @property
    def fact(self):
        return getattr(self, self.fact_field)

    @property
    def is_past(self) -> bool:
        return self.fact.is_past

    @property
    def days_left(self) -> int | None:
        """Days after today on which people can still act; None when no day ends it, or ended it."""
        closes_on = getattr(self.fact, "closes_on", None)
        if closes_on is None or not self.fact.is_open:
            return None
        return (closes_on - timezone.localdate()).days

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        above = [link for link in context["frame"].ancestors if link.kind == "campaign"]
        self.campaign_link = above[0] if above else None
        return context


class ActionPage(FactPage):
    """An action below a campaign."""

    body = StreamField(TextBody(), verbose_name=_("content"), blank=True)

    parent_page_types: ClassVar = ["pages.CampaignPage"]
    subpage_types: ClassVar = []
    search_fields: ClassVar = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        abstract = True


class PhotoCallPage(ActionPage):
    """Asks for solidarity photos."""

    fact_field = "photo_call"

    photo_call = models.ForeignKey(
        "solidarity.PhotoCall",
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("photo call"),
    )

    subpage_types: ClassVar = ["pages.WallPage"]
    content_panels: ClassVar = [
        *BasePage.content_panels,
        FieldPanel("photo_call"),
        FieldPanel("body"),
    ]

    # What somebody takes back is gone within a minute here too: no cache shows a stale page.
    stale_seconds = 0

    class Meta:
        verbose_name = _("page of a photo call")

    def serve(self, request, *args, **kwargs):
        # The form that a script fetches into this page shows the chosen photo from memory, and
        # opens the camera.
        response = super().serve(request, *args, **kwargs)
        return allow_features(extend_csp(response, img_src=["blob:"]), "camera")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        walls = [link for link in context["frame"].children if link.kind == "wall"]
        own = [link.url for link in walls if link.fact.pk == self.photo_call_id]
        context["wall_url"] = (
            own[0] if own else reverse("solidarity:wall", args=[self.photo_call.slug])
        )
        context["outcomes"] = outcomes_of([self.photo_call])
        context["glimpse"] = first_tiles(self.photo_call, GLIMPSE_SIZE)
        return context


class WallPage(FactPage):
    """The wall of a photo call, with an editor's words around it."""

    fact_field = "photo_call"

    photo_call = models.ForeignKey(
        "solidarity.PhotoCall",
        on_delete=models.PROTECT,
        related_name="wall_pages",
        verbose_name=_("photo call"),
    )
    empty_text = models.TextField(
        _("while there is no photo"), blank=True, max_length=400, help_text=_("Shown instead.")
    )

    parent_page_types: ClassVar = ["pages.PhotoCallPage"]
    subpage_types: ClassVar = []
    content_panels: ClassVar = [
        *BasePage.content_panels,
        FieldPanel("photo_call"),
        FieldPanel("empty_text"),
    ]

    # What somebody takes back is gone within a minute: no cache shows a stale wall.
    stale_seconds = 0

    class Meta:
        verbose_name = _("photo wall")

    def serve(self, request, *args, **kwargs):
        response = super().serve(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = ROBOTS
        return response

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        call = self.photo_call
        above = [link for link in context["frame"].ancestors if link.kind == "photo_call"]
        own = [link for link in above if link.fact.pk == call.pk]
        form_url = f"{own[0].url}#act" if own else call.get_absolute_url()
        context |= {
            "call": call,
            "wall": open_wall(call, request.GET),
            "form_url": form_url if call.is_open else "",
        }
        return context


class EventPage(ActionPage):
    """Invites to an event."""

    fact_field = "event"
    fact_joins: ClassVar = ("event__sheet",)

    event = models.ForeignKey(
        "events.Event", on_delete=models.PROTECT, related_name="pages", verbose_name=_("event")
    )

    content_panels: ClassVar = [*BasePage.content_panels, FieldPanel("event"), FieldPanel("body")]

    class Meta:
        verbose_name = _("page of an event")

    @classmethod
    def to_show(cls):
        return super().to_show().prefetch_related("event__organisers")

    @property
    def is_past(self) -> bool:
        """Whether nothing is left to come to: it is over, or it was cancelled."""
        return self.event.is_past or self.event.is_cancelled

    @property
    def days_left(self) -> int | None:
        """Days until the event; None once it has begun."""
        if self.is_past or self.event.has_started:
            return None
        return (self.event.day - timezone.localdate()).days

    @property
    def offers_form(self) -> bool:
        """Whether people can sign up now, be it for the waiting list."""
        return self.event.is_open and (self.event.has_waiting_list or not self.event.is_full)

    @cached_property
    def crowd(self) -> Crowd:
        """Who comes and who waits; asked once for the page and its card."""
        return crowd_of(self.event)

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        if not self.is_past:
            campaign = self.campaign_link
            feed = reverse("campaign-calendar", args=[campaign.page.slug]) if campaign else ""
            context["changes"] = last_changes(self.event)
            context["calendar_links"] = calendar_links(self.event, self, campaign_feed=feed)
        return context


class AppealPage(FactPage, StoryPage):
    """Asks for gifts: below a campaign, or as a campaign of its own."""

    fact_field = "appeal"
    fact_joins: ClassVar = ("appeal__account",)

    appeal = models.ForeignKey(
        "donations.Appeal",
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("appeal"),
    )

    parent_page_types: ClassVar = ["pages.CampaignPage", "pages.HomePage"]
    subpage_types: ClassVar = []
    content_panels: ClassVar = [
        *BasePage.content_panels[:-1],
        FieldPanel("strapline"),
        FieldPanel("other_names"),
        FieldPanel("lead"),
        FieldPanel("appeal"),
        FieldPanel("body"),
    ]
    settings_panels: ClassVar = [
        MultiFieldPanel([FieldPanel("mood"), FieldPanel("theme")], heading=_("Appeal")),
        *BasePage.settings_panels,
    ]

    class Meta:
        verbose_name = _("page of an appeal")

    @property
    def is_over(self) -> bool:
        return self.appeal.is_past

    @property
    def has_facts(self) -> bool:
        """Whether there is anything to say of where gifts go and until when."""
        appeal = self.appeal
        dated = appeal.closes_on is not None and not appeal.is_closed
        return bool(appeal.account_id or appeal.platform or dated)

    @property
    def names_to_add(self) -> list[tuple[str, str]]:
        """Names in other languages, but for those that the title says already."""
        return [(code, name) for code, name in self.names_elsewhere if name not in self.title]

    @property
    def is_only_words(self) -> bool:
        """Whether the story is nothing but texts, which may stand beside the form."""
        return all(block.block_type in ("text", "section") for block in self.story)

    @property
    def next_steps_anchor(self) -> str:
        """The posters of other campaigns that an editor chose, else those that run."""
        chosen = [block for block in self.story if block.block_type == "related"]
        return chosen[0].value.anchor if chosen else "instead"

    @cached_property
    def totals(self) -> Totals:
        """What the ledger says of the appeal now; asked once for the page and its card."""
        return totals_of(self.appeal)

    @property
    def meter(self) -> Meter | None:
        """How far the appeal has come; None where nothing is to be told, or never was.

        An appeal that is over shows what is still promised for as long as we wait for it: late
        transfers count.
        """
        appeal, totals = self.appeal, self.totals
        # Without an account there is nothing left that promises could be paid to.
        shown = appeal.shows_promised and appeal.account_id is not None
        promised = totals.promised_eur if shown else Decimal(0)
        # More may go back than came in, from gifts of before the site kept the books.
        received = max(totals.received_eur, Decimal(0))
        if not (received + totals.outside_eur + promised) and (
            appeal.is_past or appeal.account_id is None
        ):
            return None
        return Meter(
            promised=promised,
            received=received,
            goal=appeal.goal_eur,
            outside=totals.outside_eur,
            is_at_least=totals.is_at_least,
            totals=totals,
        )

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["meter"] = self.meter
        if self.appeal.is_open:
            context["rewards"] = rewards_of(self.appeal)
            context["card"] = gift_card_of(self.appeal)
        return context
