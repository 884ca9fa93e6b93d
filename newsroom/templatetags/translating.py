"""What the editor of a translated page says of the page it is translated from."""

from django import template
from wagtail.models import Page
from wagtail_localize.models import Translation

from newsroom.translating import marks, segments, syncing

register = template.Library()


register.filter("readable", segments.readable)


@register.simple_tag
def translation_notice(translation: Translation) -> dict | None:
    """Return whether the source has changed, and the mark; None for what is not a page."""
    source = translation.source
    if not issubclass(source.specific_content_type.model_class(), Page):
        return None
    page = source.get_source_instance()
    return {
        "has_changed": bool(syncing.news(source, page)),
        "mark": marks.mark_of(translation),
        "source_page": page,
    }
