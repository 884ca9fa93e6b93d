"""Blocks that ask for something, and what people and campaigns got for it."""

from typing import ClassVar

from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from donations.payment_details import GiftCard, gift_card_of
from pages import block_previews
from pages.blocks.fields import (
    TEXT_FEATURES,
    AppealBlock,
    LinkedPageBlock,
    SectionValue,
    VerbatimBlock,
)
from pages.blocks.relations import CAMPAIGN_PAGES

ACTION_PAGES = ["pages.PhotoCallPage", "pages.EventPage", "pages.AppealPage"]


class ActionCardBlock(blocks.StructBlock):
    page = LinkedPageBlock(label=_("Page"), page_type=ACTION_PAGES)
    kicker = blocks.CharBlock(label=_("Line above"), max_length=60, required=False)
    heading = blocks.CharBlock(label=_("Heading"), max_length=60)
    text = blocks.TextBlock(label=_("Text"), max_length=400)
    link_text = blocks.CharBlock(label=_("Text of the link"), max_length=40)

    class Meta:
        icon = "link"
        label = _("Action card")
        template = "blocks/action_card.html"


class ActionCardsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    intro = blocks.TextBlock(label=_("Introduction"), required=False)
    cards = blocks.ListBlock(ActionCardBlock(), label=_("Cards"), min_num=1, max_num=3)

    class Meta:
        icon = "form"
        label = _("Action cards")
        template = "blocks/action_cards.html"
        value_class = SectionValue
        description = _(
            "Up to three placards, each leading to a photo call, an event or an appeal."
        )

        @staticmethod
        def preview_value():
            return {"heading": gettext("Your turn"), "cards": block_previews.action_cards()}


class GiftValue(SectionValue):
    @cached_property
    def card(self) -> GiftCard | None:
        """What there is to copy and scan, while the appeal takes gifts without a promise."""
        appeal = self.get("appeal")
        return gift_card_of(appeal) if appeal else None

    @property
    def shown_communication(self) -> str:
        """The appeal’s communication, which payments are matched by, before the block’s."""
        appeal = self.get("appeal")
        return (appeal.communication if appeal else "") or self.get("communication") or ""


class GiftBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    text = blocks.TextBlock(label=_("Text"))
    appeal = AppealBlock(label=_("Appeal"))
    communication = VerbatimBlock(
        label=_("Communication"),
        max_length=140,
        required=False,
        help_text=_(
            "Only for an appeal that has none of its own; exactly as printed, never translated."
        ),
    )
    countries = blocks.ListBlock(
        blocks.CharBlock(max_length=60), label=_("Where the gifts go"), default=[], required=False
    )

    class Meta:
        icon = "pick"
        label = _("Gift card")
        template = "blocks/gift.html"
        value_class = GiftValue
        description = _("Account and communication as printed, for a gift without any form.")

        @staticmethod
        def preview_value():
            return {
                "heading": gettext("Give"),
                "text": gettext("By transfer, with this communication."),
                "appeal": block_previews.appeal(),
                "communication": "demo",
                "countries": [gettext("Here"), gettext("There")],
            }


class OutcomeFigureBlock(blocks.StructBlock):
    value = blocks.CharBlock(label=_("Figure"), max_length=40)
    text = blocks.CharBlock(label=_("What it says"), max_length=240)


class OutcomeBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)
    figures = blocks.ListBlock(
        OutcomeFigureBlock(), label=_("Final figures"), default=[], required=False, max_num=4
    )
    successor = LinkedPageBlock(
        label=_("What goes on from here"), page_type=CAMPAIGN_PAGES, required=False
    )

    class Meta:
        icon = "success"
        label = _("Outcome")
        template = "blocks/outcome.html"
        value_class = SectionValue
        description = _("What came of it. Shown first once the campaign is over, and not before.")

        @staticmethod
        def preview_value():
            return {
                "heading": gettext("What came of it"),
                "text": gettext("<p>The demonstration ended well.</p>"),
                "figures": [{"value": "12", "text": gettext("demo results")}],
                "successor": block_previews.successor(),
            }


class RewardBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), max_length=400, required=False)


class RewardsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    intro = blocks.TextBlock(label=_("Introduction"), required=False)
    items = blocks.ListBlock(RewardBlock(), label=_("Rewards"), min_num=1)
    closing = blocks.TextBlock(label=_("Last line"), required=False)

    class Meta:
        icon = "pick"
        label = _("Rewards")
        template = "blocks/rewards.html"
        value_class = SectionValue
        description = _("What people get for a gift.")
        preview_value: ClassVar = {
            "heading": _("For a gift"),
            "items": [{"name": _("A demo t-shirt"), "text": _("In every size.")}],
        }
