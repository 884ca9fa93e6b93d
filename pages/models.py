"""Every page of the site: words, and pointers at the facts that the apps hold."""

from typing import ClassVar

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import CharBlock, PageChooserBlock, StreamBlock, StructBlock
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page, TranslatableMixin
from wagtail.search import index
from wagtail.snippets.models import register_snippet

from campaign_site.caching import STALE_SECONDS, allow_public_caching
from campaign_site.headers import extend_csp
from pages import links
from pages.blocks import CampaignBody, TextBody
from pages.images import EditorialImage, EditorialRendition

__all__ = ["EditorialImage", "EditorialRendition"]

# How many photos of the wall the page of a photo call shows.
GLIMPSE_SIZE = 5


class MenuItemBlock(StructBlock):
    page = PageChooserBlock(label=_("Page"))
    label = CharBlock(
        label=_("Text"), max_length=40, required=False, help_text=_("Empty: the page's title.")
    )

    class Meta:
        icon = "link"
        label = _("Menu entry")


class MenuBody(StreamBlock):
    item = MenuItemBlock()


@register_snippet
class SiteWords(TranslatableMixin, models.Model):
    """The words around every page, and its menu; one row a language."""

    tagline = models.CharField(_("tagline"), max_length=80)
    mission = models.CharField(_("the organisation in one sentence"), max_length=240)
    footer_slogan = models.CharField(_("slogan in the footer"), max_length=120)
    menu = StreamField(MenuBody(), verbose_name=_("menu"), blank=True)
    footer_menu = StreamField(MenuBody(), verbose_name=_("menu in the footer"), blank=True)

    panels: ClassVar = [
        FieldPanel("tagline"),
        FieldPanel("mission"),
        FieldPanel("footer_slogan"),
        FieldPanel("menu"),
        FieldPanel("footer_menu"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("words around every page")
        verbose_name_plural = _("words around every page")

    def __str__(self) -> str:
        return self.tagline


@register_setting(icon="home")
class Organisation(BaseGenericSetting):
    """Who runs the site, the same in every language."""

    select_related: ClassVar = ["account"]

    name = models.CharField(_("name"), max_length=80, default="Viva Salud")
    account = models.ForeignKey(
        "donations.BankAccount",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("account shown in the footer"),
    )

    class Meta:
        verbose_name = _("organisation")


class BasePage(Page):
    """What all pages share: a lead, public caching, links in the reader's language."""

    is_creatable = False
    show_in_menus_default = False

    stale_seconds = STALE_SECONDS

    lead = models.TextField(_("lead"), blank=True, max_length=600)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("lead")]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("lead")]

    class Meta:
        abstract = True

    @property
    def description(self) -> str:
        """What search engines and share cards say of this page."""
        return self.search_description or self.lead

    def linked_ids(self) -> set[int]:
        """Ids of the pages this page's own content points at."""
        body = getattr(self, "body", None)
        return links.ids_in_stream(body) if body is not None else set()

    def serve(self, request, *args, **kwargs):
        response = super().serve(request, *args, **kwargs)
        response.add_post_render_callback(lambda _: links.deactivate())
        return allow_public_caching(request, response, stale_seconds=self.stale_seconds)

    def get_context(self, request, *args, **kwargs):
        # The frame of the site (menus, languages) comes in the same queries as the page's links.
        from pages.frame import build_frame

        context = super().get_context(request, *args, **kwargs)
        frame = build_frame(page=self, language=get_language())
        links.activate(frame.links)
        context["frame"] = frame
        return context


class HomePage(BasePage):
    """The first page of a language: the campaign that matters now, then everything else."""

    hero_kicker = models.CharField(_("line above the headline"), max_length=80, blank=True)
    hero_title = models.CharField(_("headline"), max_length=80)
    campaigns_heading = models.CharField(_("heading above campaigns"), max_length=80)
    events_heading = models.CharField(_("heading above events"), max_length=80)

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["pages.CampaignPage", "pages.StandardPage"]
    content_panels: ClassVar = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_kicker"), FieldPanel("hero_title"), FieldPanel("lead")],
            heading=_("Headline"),
        ),
        FieldPanel("campaigns_heading"),
        FieldPanel("events_heading"),
    ]

    class Meta:
        verbose_name = _("home page")

    @cached_property
    def campaigns(self) -> list["CampaignPage"]:
        return list(CampaignPage.objects.child_of(self).live().order_by("path"))

    @cached_property
    def event_pages(self) -> list["EventPage"]:
        """Events of this language: those to come, soonest first, then the past, latest first."""
        pages = EventPage.objects.descendant_of(self).live().select_related("event")
        coming = sorted((p for p in pages if not p.event.is_past), key=lambda p: p.event.day)
        past = sorted((p for p in pages if p.event.is_past), key=lambda p: p.event.day)
        return [*coming, *reversed(past)]


class CampaignPage(BasePage):
    """A campaign: what it says, and the actions below it."""

    class Mood(models.TextChoices):
        ALARM = "alarm", _("alarm (red)")
        CARE = "care", _("care (green)")
        CALL = "call", _("call (yellow)")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        ENDED = "ended", _("ended")

    name = models.CharField(
        _("campaign name or hashtag"), max_length=60, help_text=_("Shown very large.")
    )
    strapline = models.CharField(_("line above the name"), max_length=120, blank=True)
    mood = models.CharField(_("mood"), max_length=20, choices=Mood.choices, default=Mood.ALARM)
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.RUNNING
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    body = StreamField(CampaignBody(), verbose_name=_("content"), blank=True)

    parent_page_types: ClassVar = ["pages.HomePage"]
    subpage_types: ClassVar = ["pages.PhotoCallPage", "pages.EventPage", "pages.AppealPage"]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("strapline"),
        FieldPanel("name"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    settings_panels: ClassVar = [
        MultiFieldPanel(
            [FieldPanel("state"), FieldPanel("ended_on"), FieldPanel("mood")],
            heading=_("Campaign"),
        ),
        *Page.settings_panels,
    ]
    search_fields: ClassVar = [
        *BasePage.search_fields,
        index.SearchField("name"),
        index.SearchField("strapline"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("campaign")

    @property
    def contents(self) -> list[tuple[str, str]]:
        """The table of contents: (anchor, heading) of every block that has a heading."""
        return [
            (block.value.anchor, block.value["heading"])
            for block in self.body
            if "heading" in block.value
        ]


class ActionPage(BasePage):
    """A page that offers an action: its words, and the fact behind them."""

    is_creatable = False
    fact_field = ""

    body = StreamField(TextBody(), verbose_name=_("content"), blank=True)

    parent_page_types: ClassVar = ["pages.CampaignPage"]
    subpage_types: ClassVar = []
    search_fields: ClassVar = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        abstract = True

    @property
    def fact(self):
        return getattr(self, self.fact_field)


class PhotoCallPage(ActionPage):
    """Asks for solidarity photos."""

    fact_field = "photo_call"

    photo_call = models.ForeignKey(
        "solidarity.PhotoCall",
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("photo call"),
    )

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
        # The form that a script fetches into this page shows the chosen photo from memory.
        return extend_csp(super().serve(request, *args, **kwargs), img_src=["blob:"])

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["glimpse"] = self.photo_call.photos.public().order_by("wall_key")[:GLIMPSE_SIZE]
        return context


class EventPage(ActionPage):
    """Invites to an event."""

    fact_field = "event"

    event = models.ForeignKey(
        "events.Event", on_delete=models.PROTECT, related_name="pages", verbose_name=_("event")
    )

    content_panels: ClassVar = [*BasePage.content_panels, FieldPanel("event"), FieldPanel("body")]

    class Meta:
        verbose_name = _("page of an event")


class AppealPage(ActionPage):
    """Asks for gifts."""

    fact_field = "appeal"

    appeal = models.ForeignKey(
        "donations.Appeal",
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("appeal"),
    )

    content_panels: ClassVar = [*BasePage.content_panels, FieldPanel("appeal"), FieldPanel("body")]

    class Meta:
        verbose_name = _("page of an appeal")


class StandardPage(BasePage):
    """A page of text: about us, privacy, accessibility."""

    body = StreamField(TextBody(), verbose_name=_("content"), blank=True)

    parent_page_types: ClassVar = ["pages.HomePage", "pages.StandardPage"]
    content_panels: ClassVar = [*BasePage.content_panels, FieldPanel("body")]
    search_fields: ClassVar = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page of text")


class LoadedContent(models.Model):
    """Names a piece of the first content that was loaded, so that it is loaded only once.

    What editors change or delete afterwards stays changed or deleted.
    """

    key = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = _("loaded content")
        verbose_name_plural = _("loaded content")

    def __str__(self) -> str:
        return self.key
