"""What blocks are made of: fields of our own, and the anchor of a heading."""

from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page

LANGUAGE_CHOICES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]
TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]


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


class LanguageBlock(SameInEveryLanguage, blocks.ChoiceBlock):
    """The language of a name that stays as it is in every translation."""

    def __init__(self, **kwargs):
        kwargs.setdefault("choices", LANGUAGE_CHOICES)
        super().__init__(**kwargs)

    def get_searchable_content(self, value):
        # Nobody looks for a page by the language of a name on it.
        return []


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
