"""Campaigns: what they say, in which state they are, and the actions below them."""

import re
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from pages.blocks import OtherNames, StoryBody
from pages.counters import count_actions
from pages.deliveries import outcomes_of
from pages.links import Link
from pages.models.base import BasePage

# How many of its open actions a campaign shows below its head.
MOST_OPEN = 3


class Mood(models.TextChoices):
    """An accent of the site's own palette; editors choose a mood, never a colour."""

    ALARM = "alarm", _("alarm (red)")
    CARE = "care", _("care (green)")
    CALL = "call", _("call (yellow)")


class StoryPage(BasePage):
    """What campaigns and appeals share: a mood, other names, a theme, a story in blocks."""

    strapline = models.CharField(_("line above the name"), max_length=120, blank=True)
    mood = models.CharField(_("mood"), max_length=20, choices=Mood.choices, default=Mood.ALARM)
    theme = models.ForeignKey(
        "pages.Theme",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("theme"),
        help_text=_("Decides which articles are shown with this page."),
    )
    other_names = StreamField(
        OtherNames(),
        verbose_name=_("also known as"),
        blank=True,
        help_text=_("The name in other languages; shown to readers of those that are not theirs."),
    )
    body = StreamField(StoryBody(), verbose_name=_("content"), blank=True)

    search_fields: ClassVar = [
        *BasePage.search_fields,
        index.SearchField("strapline"),
        index.SearchField("other_names"),
        index.SearchField("body"),
    ]

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        raise NotImplementedError

    @cached_property
    def names_elsewhere(self) -> list[tuple[str, str]]:
        """(language, name) of the other names that are not in the reader's language."""
        return [
            (block.value["lang"], block.value["name"])
            for block in self.other_names
            if block.value["lang"] != get_language()
        ]

    @cached_property
    def outcomes(self) -> list:
        """The outcome blocks: shown first once the page is over, not before."""
        return [block for block in self.body if block.block_type == "outcome"]

    @cached_property
    def story(self) -> list:
        """The blocks below the head. What asks for something goes once the page is over."""
        hidden = {"outcome", "actions", "gift"} if self.is_over else {"outcome"}
        return [block for block in self.body if block.block_type not in hidden]

    @property
    def shown_blocks(self) -> list:
        return self.story


class CampaignPage(StoryPage):
    """A campaign. A draft is a page that is not published; the other states are fields."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        ENDED = "ended", _("ended")
        ARCHIVED = "archived", _("archived")

    name = models.CharField(
        _("campaign name or hashtag"), max_length=60, help_text=_("Shown very large.")
    )
    hashtag = models.CharField(
        _("hashtag"),
        max_length=40,
        blank=True,
        help_text=_("Goes along when somebody shares the page, for example #NotATarget."),
    )
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=State.choices,
        default=State.RUNNING,
        blank=True,
        help_text=_(
            "Ended: the page stays, the outcome comes first and nothing asks for action any more. "
            "Archived: it also leaves the home page. Empty: the page says nothing about it."
        ),
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    parent_page_types: ClassVar = ["pages.HomePage"]
    subpage_types: ClassVar = ["pages.PhotoCallPage", "pages.EventPage", "pages.AppealPage"]
    content_panels: ClassVar = [
        *BasePage.content_panels[:-1],
        FieldPanel("strapline"),
        FieldPanel("name"),
        FieldPanel("other_names"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    settings_panels: ClassVar = [
        MultiFieldPanel(
            [
                FieldPanel("state"),
                FieldPanel("ended_on"),
                FieldPanel("mood"),
                FieldPanel("hashtag"),
                FieldPanel("theme"),
            ],
            heading=_("Campaign"),
        ),
        *BasePage.settings_panels,
    ]
    search_fields: ClassVar = [*StoryPage.search_fields, index.SearchField("name", boost=4)]

    class Meta:
        verbose_name = _("campaign")

    def clean(self) -> None:
        super().clean()
        if self.is_over and self.ended_on is None:
            raise ValidationError({"ended_on": _("Say on which day the campaign ended.")})
        if self.hashtag and not re.fullmatch(r"#\w+", self.hashtag):
            raise ValidationError(
                {"hashtag": _("A hashtag is # and letters or digits, without spaces.")}
            )

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.ENDED, self.State.ARCHIVED)

    @property
    def hashtag_shared(self) -> str:
        return self.hashtag

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        frame = context["frame"]
        context["counters"] = count_actions(frame.children)
        context["deliveries"] = outcomes_of(
            link.fact for link in frame.children if link.kind == "photo_call"
        )
        context["open_now"] = self._open_beside_cards(frame)
        return context

    def _open_beside_cards(self, frame) -> list[Link]:
        """The open actions that no card of the page's own leads to already."""
        carded = {
            frame.links[card["page"].pk].page_id
            for block in self.story
            if block.block_type == "actions"
            for card in block.value["cards"]
            if card["page"] is not None and card["page"].pk in frame.links
        }
        return [link for link in frame.open_actions if link.page_id not in carded][:MOST_OPEN]
