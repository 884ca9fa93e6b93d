"""Everything by which a page leaves the site, for ``base.html`` and the share row."""

from django import template
from django.utils.safestring import SafeString

from campaign_site.languages import site_language
from pages import links, structured_data
from pages.frame import Frame
from pages.models import ArticlePage, BasePage
from pages.share_cards import HEIGHT, WIDTH
from pages.sharing import Sharing, sharing_of

register = template.Library()

# As Open Graph writes them (ogp.me): language and territory.
_OG_LOCALES = {"en": "en_GB", "fr": "fr_FR", "nl": "nl_BE"}


@register.simple_tag(takes_context=True)
def page_sharing(context) -> Sharing | None:
    """Return what is shared of the page in the context; None for screens that are no page.

    A screen with ``shares_call``, a photo of the wall, goes out under its own address with the
    words and the card of the photo call's page (``call_page``): no face is offered to other sites.
    """
    page, frame = context.get("page"), context.get("frame")
    if context.get("shares_call"):
        return _call_sharing(context)
    if not isinstance(page, BasePage) or not isinstance(frame, Frame):
        return None
    return sharing_of(
        page,
        path=context["request"].path,
        ancestors=frame.ancestors,
        organisation=frame.organisation.name,
    )


@register.simple_tag(takes_context=True)
def sharing_of_page(context, page: BasePage) -> Sharing:
    """Return what is shared of another page, on a screen that is not to be shared itself."""
    organisation = context["frame"].organisation.name
    return sharing_of(page, path=page.url, ancestors=[], organisation=organisation)


def _call_sharing(context) -> Sharing | None:
    page = context.get("call_page")
    if page is None:
        return None
    return sharing_of(
        page,
        path=context["request"].path,
        ancestors=links.resolve((), site_language(), around=page).ancestors,
        organisation=context["frame"].organisation.name,
    )


@register.inclusion_tag("components/share_meta.html", takes_context=True)
def share_meta(context, sharing: Sharing) -> dict[str, object]:
    """The Open Graph of a page, which every network reads, and the one line that X wants."""
    page, frame = context.get("page"), context["frame"]
    is_article = isinstance(page, ArticlePage)
    return {
        "sharing": sharing,
        "site_name": frame.organisation.name,
        "kind": "article" if is_article else "website",
        "article": page if is_article else None,
        "locale": _OG_LOCALES[frame.language],
        "other_locales": [
            _OG_LOCALES[code]
            for code, _name, _path in frame.alternates
            if code != frame.language and code in _OG_LOCALES
        ],
        "width": WIDTH,
        "height": HEIGHT,
    }


@register.simple_tag(takes_context=True)
def page_data(context, sharing: Sharing) -> SafeString | str:
    """Return the page's JSON-LD, safe between script tags; empty when it has nothing to say."""
    nodes = structured_data.graph(context["page"], context["frame"], sharing)
    return structured_data.as_json(nodes) if nodes else ""
