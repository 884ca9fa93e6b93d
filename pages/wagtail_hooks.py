"""What the site adds to Wagtail's admin for pages."""

from wagtail import hooks

from pages.link_handler import LocalisedPageLinkHandler


@hooks.register("register_rich_text_features", order=100)
def link_pages_in_the_reader_language(features) -> None:
    features.register_link_type(LocalisedPageLinkHandler)
