"""Blocks that tell: sections, lists, figures, demands, quotes, updates, sources."""

from datetime import date
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from pages.blocks.fields import TEXT_FEATURES, SectionValue


class SectionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        icon = "title"
        label = _("Section")
        template = "blocks/section.html"
        value_class = SectionValue
        description = _("A heading and its text; it appears in the table of contents.")
        preview_value: ClassVar = {
            "heading": _("Health is a right"),
            "text": _("<p>Everybody falls ill.</p>"),
        }


class PointsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    intro = blocks.TextBlock(label=_("Introduction"), required=False)
    items = blocks.ListBlock(blocks.TextBlock(max_length=400), label=_("Points"), min_num=1)
    closing = blocks.TextBlock(label=_("Last line"), required=False)

    class Meta:
        icon = "list-ul"
        label = _("List")
        template = "blocks/points.html"
        value_class = SectionValue
        description = _("A heading and a list of points, each of them short.")
        preview_value: ClassVar = {
            "heading": _("What people need"),
            "items": [_("A doctor nearby"), _("Clean water"), _("Time to rest")],
        }


class FigureBlock(blocks.StructBlock):
    value = blocks.CharBlock(
        label=_("Figure"), max_length=30, help_text=_("With its unit: 85%, 400 million.")
    )
    text = blocks.CharBlock(label=_("What it says"), max_length=240)
    source = blocks.CharBlock(label=_("Source"), max_length=240)
    url = blocks.URLBlock(label=_("Address of the source"), required=False)
    date = blocks.DateBlock(
        label=_("Date of the source"), required=False, help_text=_("Empty: shown as undated.")
    )

    class Meta:
        icon = "order"
        label = _("Key figure")


class FiguresBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, required=False)
    items = blocks.ListBlock(FigureBlock(), label=_("Figures"), min_num=1, max_num=4)

    class Meta:
        icon = "order"
        label = _("Key figures")
        template = "blocks/figures.html"
        value_class = SectionValue
        description = _("Up to four large figures, each with its source and the date of it.")
        preview_value: ClassVar = {
            "heading": _("In figures"),
            "items": [
                {
                    "value": "12",
                    "text": _("months, in a demonstration."),
                    "source": _("A demo source"),
                    "date": date(2020, 2, 29),
                },
                {"value": "7", "text": _("days, another."), "source": _("A demo source")},
            ],
        }


class DemandBlock(blocks.StructBlock):
    demand = blocks.TextBlock(label=_("Demand"), max_length=400)
    addressees = blocks.ListBlock(
        blocks.CharBlock(max_length=120), label=_("To whom"), default=[], required=False
    )

    class Meta:
        icon = "check"
        label = _("Demand")


class DemandsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    intro = blocks.TextBlock(label=_("Introduction"), required=False)
    items = blocks.ListBlock(DemandBlock(), label=_("Demands"), min_num=1)

    class Meta:
        icon = "check"
        label = _("Demands")
        template = "blocks/demands.html"
        value_class = SectionValue
        description = _("What we demand, and from whom.")
        preview_value: ClassVar = {
            "heading": _("We demand"),
            "items": [
                {"demand": _("Put health first."), "addressees": [_("A demo ministry")]},
                {"demand": _("Listen to those who care.")},
            ],
        }


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Words"), max_length=400)
    who = blocks.CharBlock(
        label=_("Who says so"), max_length=120, required=False, help_text=_("Empty: we do.")
    )
    role = blocks.CharBlock(label=_("Role"), max_length=120, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "blocks/quote.html"
        description = _("One or two sentences, set very large.")
        preview_value: ClassVar = {"text": _("Health is a right, not a market."), "who": "Demo"}


class UpdateBlock(blocks.StructBlock):
    date = blocks.DateBlock(label=_("Date"), required=False)
    when = blocks.CharBlock(
        label=_("Instead of a date"),
        max_length=120,
        required=False,
        help_text=_("When the day itself is not known."),
    )
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        icon = "date"
        label = _("Update")


class UpdatesBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    items = blocks.ListBlock(UpdateBlock(), label=_("Updates"), min_num=1)

    class Meta:
        icon = "history"
        label = _("Dated updates")
        template = "blocks/updates.html"
        value_class = SectionValue
        description = _("News of the campaign, newest first, each with its date.")
        preview_value: ClassVar = {
            "heading": _("How it goes"),
            "items": [
                {
                    "when": _("Today"),
                    "heading": _("A demo update"),
                    "text": _("<p>It goes well.</p>"),
                },
                {
                    "date": date(2020, 2, 29),
                    "heading": _("An older demo update"),
                    "text": _("<p>It goes well.</p>"),
                },
            ],
        }


class SourceBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Source"), max_length=300)
    url = blocks.URLBlock(label=_("Address on the web"), required=False)
    date = blocks.DateBlock(label=_("Date"), required=False)


class SourcesBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    items = blocks.ListBlock(SourceBlock(), label=_("Sources"), min_num=1)

    class Meta:
        icon = "clipboard-list"
        label = _("Sources")
        template = "blocks/sources.html"
        value_class = SectionValue
        description = _("Where the facts of the page come from.")
        preview_value: ClassVar = {
            "heading": _("Sources"),
            "items": [{"text": _("A demo report"), "date": date(2020, 2, 29)}],
        }
