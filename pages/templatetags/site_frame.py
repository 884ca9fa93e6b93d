"""Give every screen the frame of the site, pages and forms alike."""

from django import template
from django.conf import settings

from campaign_site.languages import site_language
from pages.frame import Frame, build_frame

register = template.Library()


@register.simple_tag(takes_context=True)
def site_frame(context) -> Frame:
    """Return the page's frame, or build one for a screen that is no page."""
    frame = context.get("frame")
    if frame is None:
        frame = build_frame(page=None, language=site_language())
    return frame


@register.simple_tag(takes_context=True)
def same_screen(context) -> list[tuple[str, str, str]]:
    """Return (language, its own name, path) of this very screen for each language.

    For screens of the apps, whose addresses differ by their first part only. From an error page
    the languages lead to their home pages: what failed in one would fail in all.
    """
    parts = context["request"].path.split("/")
    if "error_page" in context or len(parts) < 3 or parts[1] not in dict(settings.LANGUAGES):
        return [(code, name, f"/{code}/") for code, name in settings.LANGUAGES]
    return [(code, name, "/".join(["", code, *parts[2:]])) for code, name in settings.LANGUAGES]


@register.simple_tag(takes_context=True)
def switcher(context) -> list[tuple[str, str, str, bool]]:
    """Return (language, its own name, path, whether the page is there) for all languages.

    One that lacks the page leads to the same path in that language, where the visitor reads, in
    that language, what there is instead (``pages.views.serve``).
    """
    frame = context.get("frame")
    alternates = {code: path for code, _, path in frame.alternates} if frame else {}
    there = context.get("there") or alternates
    if not there:
        return [(*screen, True) for screen in same_screen(context)]
    known = there.get(site_language()) or next(iter(there.values()))
    rest = known.split("/", 2)[2]
    return [
        (code, name, there.get(code, f"/{code}/{rest}"), code in there)
        for code, name in settings.LANGUAGES
    ]


@register.simple_tag
def link_to(frame: Frame, page) -> object | None:
    """Return the link to a chosen page in the reader's language; None when it is not live."""
    return frame.links.get(page.pk) if frame and page is not None else None
