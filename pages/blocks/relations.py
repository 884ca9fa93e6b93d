"""Blocks that lead on: to people, partners, other pages, other sites, other names."""

from typing import ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from pages import block_previews
from pages.blocks.fields import LanguageBlock, LinkedPageBlock, SectionValue, VerbatimBlock

CAMPAIGN_PAGES = ["pages.CampaignPage", "pages.AppealPage"]


class ContactBlock(blocks.StructBlock):
    name = VerbatimBlock(label=_("Name"), max_length=80)
    role = blocks.CharBlock(label=_("Role"), max_length=120, required=False)
    email = blocks.EmailBlock(label=_("Email address"), required=False)
    text = blocks.TextBlock(label=_("Text"), required=False)

    class Meta:
        icon = "user"
        label = _("Contact person")
        template = "blocks/contact.html"
        description = _("Whom to write to about this page.")
        preview_value: ClassVar = {
            "name": "Demo",
            "role": _("Photos"),
            "email": "demo@example.org",
            "text": _("Do you have a question? Write to us."),
        }


class PartnerBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=120)
    lang = LanguageBlock(
        label=_("Language of the name"),
        required=False,
        help_text=_("Only when it is not the page's own: it is then spoken rightly."),
    )
    scope = blocks.CharBlock(
        label=_("Where"),
        max_length=60,
        required=False,
        default="",
        help_text=_("A country, or the world."),
    )
    text = blocks.CharBlock(label=_("Text"), max_length=240, required=False)
    url = blocks.URLBlock(label=_("Address on the web"), required=False)

    class Meta:
        icon = "group"
        label = _("Partner")


class PartnersValue(SectionValue):
    @property
    def groups(self) -> list[tuple[str, list]]:
        """(where, partners) in the order in which editors first name each place."""
        found: dict[str, list] = {}
        for partner in self["items"]:
            found.setdefault(partner["scope"], []).append(partner)
        return list(found.items())


class PartnersBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    intro = blocks.TextBlock(label=_("Introduction"), required=False)
    items = blocks.ListBlock(PartnerBlock(), label=_("Partners"), min_num=1)

    class Meta:
        icon = "group"
        label = _("Partners")
        template = "blocks/partners.html"
        value_class = PartnersValue
        description = _("Those who campaign with us.")
        preview_value: ClassVar = {
            "heading": _("Together"),
            "items": [
                {"name": _("A demo partner"), "lang": "", "scope": _("Here")},
                {"name": _("Another demo partner"), "lang": "", "scope": _("There")},
            ],
        }


class RelatedBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    pages = blocks.ListBlock(
        LinkedPageBlock(page_type=CAMPAIGN_PAGES), label=_("Campaigns"), min_num=1, max_num=3
    )

    class Meta:
        icon = "link"
        label = _("Related campaigns")
        template = "blocks/related.html"
        value_class = SectionValue
        description = _("Up to three other campaigns, as posters.")

        @staticmethod
        def preview_value():
            return {
                "heading": gettext("Related campaigns"),
                "pages": block_previews.campaigns(),
            }


class ArticlesBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    pages = blocks.ListBlock(
        LinkedPageBlock(page_type="pages.ArticlePage"),
        label=_("Articles"),
        default=[],
        required=False,
        max_num=6,
        help_text=_("None chosen: the newest, those on the theme of the page first."),
    )

    class Meta:
        icon = "doc-full"
        label = _("Articles")
        template = "blocks/articles.html"
        value_class = SectionValue
        description = _("Articles that you choose, or the newest.")

        @staticmethod
        def preview_value():
            return {
                "heading": gettext("Articles and analysis"),
                "pages": block_previews.articles(),
            }


class ExternalLinkBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False)
    url = blocks.URLBlock(label=_("Address"))
    label = blocks.CharBlock(label=_("Text of the link"), max_length=80)

    class Meta:
        icon = "link-external"
        label = _("Link to another site")
        template = "blocks/link.html"
        value_class = SectionValue
        description = _("Leads readers to another site, and says so.")
        preview_value: ClassVar = {
            "heading": _("Read on"),
            "text": _("Others have written about this too."),
            "url": "https://example.org/",
            "label": _("A demo page elsewhere"),
        }


class OtherNameBlock(blocks.StructBlock):
    lang = LanguageBlock(label=_("Language"))
    name = VerbatimBlock(label=_("Name"), max_length=80)

    class Meta:
        icon = "globe"
        label = _("Name in a language")
