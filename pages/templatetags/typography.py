"""Set editors' texts as their language does: ``{{ page.title|typeset }}``."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from campaign_site.languages import site_language
from pages import typography

register = template.Library()


@register.filter
def typeset(text: object, language: str | None = None) -> SafeString:
    """A text as HTML, set for ``language`` (that of the screen when none is named).

    A plain text is escaped; what is HTML already (``{{ value|linebreaks|typeset }}``) stays HTML.
    """
    return _as_html(text, language)


@register.filter
def typeset_html(html: object, language: str | None = None) -> SafeString:
    """Rich text set for ``language``, after ``richtext``: ``{{ value|richtext|typeset_html }}``."""
    return _as_html(mark_safe(str(html or "")), language)  # noqa: S308  # markup of the site's own


@register.filter
def typeset_plain(text: object, language: str | None = None) -> str:
    """A text set for ``language`` without any markup: for titles, descriptions, attributes."""
    return typography.typeset(str(text or ""), site_language(language))


def _as_html(text: object, language: str | None) -> SafeString:
    if text is None or text == "":
        return SafeString("")
    code = site_language(language)
    if isinstance(text, SafeString):
        return mark_safe(typography.typeset_html(text, code))  # noqa: S308  # safe before, safe after
    return mark_safe(typography.typeset_as_html(str(text), code))  # noqa: S308  # escaped there
