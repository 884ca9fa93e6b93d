"""What editors build a page from. Each block has an icon, a template and a sentence for editors."""

from datetime import date
from typing import ClassVar

from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page

from pages import block_previews

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]
ACTION_PAGES = ["pages.PhotoCallPage", "pages.EventPage", "pages.AppealPage"]
CAMPAIGN_PAGES = ["pages.CampaignPage", "pages.AppealPage"]
LANGUAGE_CHOICES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]


class SameInEveryLanguage:
    """For blocks such as a communication or an appeal.

    The two methods tell wagtail-localize that there is nothing to translate.
    """

    def get_translatable_segments(self, value):
        return []

    def restore_translated_segments(self, value, segments):
        return value


class VerbatimBlock(SameInEveryLanguage, blocks.CharBlock):
    """A text that is never translated: a communication, a name in a bank's books."""


class LinkedPageBlock(blocks.PageChooserBlock):
    """A page chooser that fetches nothing to be rendered.

    Its value knows its id and reads the rest only when asked (the admin does); public templates
    look the id up in the page's one table of links.
    """

    def bulk_to_python(self, values):
        return [None if value is None else Page.from_db(None, ["id"], [value]) for value in values]


class AppealBlock(SameInEveryLanguage, blocks.ChooserBlock):
    """An appeal with its account, both in one query."""

    target_model = "donations.Appeal"

    @cached_property
    def widget(self):
        # The admin's parts can be imported only once every model is there.
        from donations.admin_views import appeal_chooser

        return appeal_chooser.widget_class()

    def bulk_to_python(self, values):
        found = self.model_class.objects.select_related("account").in_bulk(values)
        return [found.get(value) for value in values]

    def deconstruct(self):
        return blocks.Block.deconstruct(self)


class SectionValue(blocks.StructValue):
    @property
    def anchor(self) -> str:
        return slugify(self["heading"])


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


class GiftBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    text = blocks.TextBlock(label=_("Text"))
    appeal = AppealBlock(label=_("Appeal"))
    communication = VerbatimBlock(
        label=_("Communication"),
        max_length=140,
        help_text=_("Exactly as printed; it is never translated."),
    )
    countries = blocks.ListBlock(
        blocks.CharBlock(max_length=60), label=_("Where the gifts go"), default=[], required=False
    )

    class Meta:
        icon = "pick"
        label = _("Gift card")
        template = "blocks/gift.html"
        value_class = SectionValue
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


class LanguageBlock(SameInEveryLanguage, blocks.ChoiceBlock):
    """The language of a name that stays as it is in every translation."""

    def __init__(self, **kwargs):
        kwargs.setdefault("choices", LANGUAGE_CHOICES)
        super().__init__(**kwargs)

    def get_searchable_content(self, value):
        # Nobody looks for a page by the language of a name on it.
        return []


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


class OtherNameBlock(blocks.StructBlock):
    lang = LanguageBlock(label=_("Language"))
    name = VerbatimBlock(label=_("Name"), max_length=80)

    class Meta:
        icon = "globe"
        label = _("Name in a language")


class OtherNames(blocks.StreamBlock):
    name = OtherNameBlock()


class ParagraphsBlock(blocks.RichTextBlock):
    """Rich text; for migrations it is Wagtail's own block."""

    def get_preview_value(self):
        return self.normalize(gettext(self.meta.preview_value))

    def deconstruct(self):
        return "wagtail.blocks.RichTextBlock", [], self._constructor_args[1]


def text_block() -> ParagraphsBlock:
    return ParagraphsBlock(
        label=_("Text"),
        features=TEXT_FEATURES,
        icon="pilcrow",
        template="blocks/text.html",
        description=_("Paragraphs without a heading of their own."),
        preview_value=gettext_noop("<p>Everybody falls ill.</p>"),
    )


class StoryBody(blocks.StreamBlock):
    """What campaigns and appeals are built from."""

    section = SectionBlock()
    text = text_block()
    points = PointsBlock()
    figures = FiguresBlock()
    demands = DemandsBlock()
    quote = QuoteBlock()
    updates = UpdatesBlock()
    outcome = OutcomeBlock()
    actions = ActionCardsBlock()
    gift = GiftBlock()
    rewards = RewardsBlock()
    contact = ContactBlock()
    partners = PartnersBlock()
    related = RelatedBlock()
    articles = ArticlesBlock()
    link = ExternalLinkBlock()
    sources = SourcesBlock()


class TextBody(blocks.StreamBlock):
    """What pages of text and of actions are built from."""

    text = text_block()
    section = SectionBlock()
    points = PointsBlock()
    quote = QuoteBlock()
    contact = ContactBlock()
    partners = PartnersBlock()
    link = ExternalLinkBlock()


class ArticleBody(blocks.StreamBlock):
    """What articles are built from."""

    text = text_block()
    section = SectionBlock()
    points = PointsBlock()
    figures = FiguresBlock()
    demands = DemandsBlock()
    quote = QuoteBlock()
    related = RelatedBlock()
    link = ExternalLinkBlock()
    sources = SourcesBlock()
