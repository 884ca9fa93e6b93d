"""The blocks of a copied page: what leads into the old campaign leads into the new one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wagtail import blocks
from wagtail.blocks.stream_block import StreamValue

from pages.blocks import AppealBlock

# What happened belongs to the campaign that it happened in.
LEFT_OUT = frozenset({"outcome", "updates"})
_PAGE_LINK = re.compile(r'<a\b[^>]*\blinktype="page"[^>]*>')
_ID = re.compile(r'\bid="(\d+)"')


@dataclass(frozen=True)
class Moves:
    """Old id → new id, of pages and of appeals."""

    pages: Mapping[int, int]
    appeals: Mapping[int, int]


def moved_body(stream: StreamValue, moves: Moves) -> StreamValue:
    """Return the blocks of ``stream`` for the copy; their ids stay, by which translations go."""
    block = stream.stream_block
    kept = [child for child in stream.get_prep_value() if child["type"] not in LEFT_OUT]
    return block.to_python(_moved(block, kept, moves))


def moved_link(html: str, moves: Moves) -> str:
    """Return rich text whose links to copied pages lead to the copies."""

    def of_link(found: re.Match) -> str:
        return _ID.sub(
            lambda number: f'id="{moves.pages.get(int(number[1]), int(number[1]))}"', found[0]
        )

    return _PAGE_LINK.sub(of_link, html)


def _moved(block: blocks.Block, value, moves: Moves):
    if value is None:
        return None
    if isinstance(block, blocks.StreamBlock):
        known = block.child_blocks
        return [
            {**child, "value": _moved(known[child["type"]], child["value"], moves)}
            for child in value
            if child["type"] in known
        ]
    if isinstance(block, blocks.ListBlock):
        return [
            {**item, "value": _moved(block.child_block, item["value"], moves)} for item in value
        ]
    if isinstance(block, blocks.StructBlock):
        return {
            name: _moved(block.child_blocks[name], part, moves)
            for name, part in value.items()
            if name in block.child_blocks
        }
    if isinstance(block, blocks.PageChooserBlock):
        return moves.pages.get(value, value)
    if isinstance(block, AppealBlock):
        return moves.appeals.get(value, value)
    if isinstance(block, blocks.RichTextBlock):
        return moved_link(value, moves)
    return value
