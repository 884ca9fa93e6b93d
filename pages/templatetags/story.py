"""How stories are set, for templates."""

from django import template

from pages import story
from pages.block_previews import PreviewFrame, preview_frame
from pages.frame import Frame
from pages.links import Link

register = template.Library()


@register.simple_tag
def story_runs(page) -> list[story.Run]:
    """Return the blocks of ``page`` that readers see, gathered into runs."""
    return story.runs_of(page.shown_blocks, headings=len(page.contents))


@register.filter
def fit(name: str) -> str:
    """The classes that size a name: ``<h3 class="{{ link.name|fit }}">``."""
    return story.fit_classes(str(name))


@register.simple_tag
def ways_on(page, frame: Frame) -> list[Link]:
    """Return what readers of a page that is over can turn to instead."""
    return story.ways_on(page, frame)


@register.simple_tag
def block_preview_frame() -> PreviewFrame:
    """Return a made-up frame, for the preview of a block in the editor."""
    return preview_frame()
