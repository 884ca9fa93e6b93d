"""What editors build a page from. Each block has an icon, a template and a sentence for editors.

Templates are in ``templates/blocks/``, what editors see before they choose one in
``pages/block_previews.py``.
"""

from wagtail import blocks

from pages.blocks.actions import ActionCardsBlock, GiftBlock, OutcomeBlock, RewardsBlock
from pages.blocks.fields import (
    AppealBlock,
    LanguageBlock,
    LinkedPageBlock,
    VerbatimBlock,
    text_block,
)
from pages.blocks.relations import (
    ArticlesBlock,
    ContactBlock,
    ExternalLinkBlock,
    OtherNameBlock,
    PartnersBlock,
    RelatedBlock,
)
from pages.blocks.texts import (
    DemandsBlock,
    FiguresBlock,
    PointsBlock,
    QuoteBlock,
    SectionBlock,
    SourcesBlock,
    UpdatesBlock,
)

__all__ = [
    "AppealBlock",
    "ArticleBody",
    "LanguageBlock",
    "LinkedPageBlock",
    "OtherNames",
    "StoryBody",
    "TextBody",
    "VerbatimBlock",
]


class OtherNames(blocks.StreamBlock):
    name = OtherNameBlock()


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
