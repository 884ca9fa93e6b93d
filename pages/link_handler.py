"""Links inside rich text, drawn from the page's one table of links."""

from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from pages import links
from pages.links import Link


class LocalisedPageLinkHandler(PageLinkHandler):
    """Draw links in texts from the active table, so that texts ask the database nothing."""

    @classmethod
    def expand_db_attributes(cls, attrs):
        return cls.expand_db_attributes_many([attrs])[0]

    @classmethod
    def expand_db_attributes_many(cls, attrs_list):
        known = links.active()
        ids = [int(attrs["id"]) for attrs in attrs_list]
        looked_up = {} if known else cls._look_up(ids)
        return [cls._tag(known.get(page_id) or looked_up.get(page_id)) for page_id in ids]

    @classmethod
    def _look_up(cls, ids: list[int]) -> dict[int, Link]:
        roots = links.site_roots()
        pages = Page.objects.live().filter(pk__in=ids)
        return {
            page.pk: Link(page.pk, links.path_of(page.url_path, roots)[1], page.title)
            for page in pages
        }

    @staticmethod
    def _tag(link: Link | None) -> str:
        return f'<a href="{escape(link.url)}">' if link else "<a>"
