"""What editors build a page from. Each block has an icon, a template and a sentence for editors."""

from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]
ACTION_PAGES = ["pages.PhotoCallPage", "pages.EventPage", "pages.AppealPage"]


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
        preview_value = {"heading": "Health is a right", "text": "<p>Everybody falls ill.</p>"}


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
        preview_value = {
            "heading": "Your turn",
            "cards": [
                {"heading": "Show your face", "text": "A photo and a few words.", "link_text": "Go"}
            ],
        }


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


class ContactBlock(blocks.StructBlock):
    name = VerbatimBlock(label=_("Name"), max_length=80)
    role = blocks.CharBlock(label=_("Role"), max_length=120, required=False)
    email = blocks.EmailBlock(label=_("Mail address"), required=False)
    text = blocks.TextBlock(label=_("Text"), required=False)

    class Meta:
        icon = "user"
        label = _("Contact person")
        template = "blocks/contact.html"
        description = _("Whom to write to about this page.")
        preview_value = {"name": "Demo", "role": "Photos", "email": "demo@example.org"}


class PartnerBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=120)
    text = blocks.CharBlock(label=_("Text"), max_length=240, required=False)
    url = blocks.URLBlock(label=_("Address on the web"), required=False)

    class Meta:
        icon = "group"
        label = _("Partner")


class PartnersBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    intro = blocks.TextBlock(label=_("Introduction"), required=False)
    items = blocks.ListBlock(PartnerBlock(), label=_("Partners"), min_num=1)

    class Meta:
        icon = "group"
        label = _("Partners")
        template = "blocks/partners.html"
        value_class = SectionValue
        description = _("Those who campaign with us.")
        preview_value = {"heading": "Together", "items": [{"name": "A demo partner"}]}


class CampaignBody(blocks.StreamBlock):
    section = SectionBlock()
    actions = ActionCardsBlock()
    gift = GiftBlock()
    contact = ContactBlock()
    partners = PartnersBlock()


class TextBody(blocks.StreamBlock):
    text = blocks.RichTextBlock(
        label=_("Text"),
        features=TEXT_FEATURES,
        icon="pilcrow",
        template="blocks/text.html",
        description=_("Paragraphs without a heading of their own."),
        preview_value="<p>Everybody falls ill.</p>",
    )
    section = SectionBlock()
    contact = ContactBlock()
    partners = PartnersBlock()
