"""What the site adds to Wagtail's admin for pages."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from pages.link_handler import LocalisedPageLinkHandler


@hooks.register("register_rich_text_features", order=100)
def link_pages_in_the_reader_language(features) -> None:
    features.register_link_type(LocalisedPageLinkHandler)


@hooks.register("insert_global_admin_css")
def brand_the_admin() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin/brand.css"))


@hooks.register("insert_global_admin_js")
def let_the_keyboard_scroll() -> str:
    source = static("js/admin/scrolling.js")
    return format_html('<script type="module" src="{}"></script>', source)
