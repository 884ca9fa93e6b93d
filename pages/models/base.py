"""What all pages share."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.csp import CSP
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from campaign_site.caching import STALE_SECONDS, allow_public_caching
from campaign_site.headers import allow_features, extend_csp
from pages import links, prepared
from pages.restrictions import is_restricted
from pages.typography import without_points

# The first parts of addresses that belong to the apps: a page there would never be seen.
RESERVED_SLUGS = frozenset(
    {"donations", "events", "feed", "my-solidarity", "newsletter", "search", "solidarity"}
)
# How many of the newest articles a page shows where an editor picked none.
NEWEST_ARTICLES = 3


class BasePage(Page):
    """A lead, public caching, and all links in the reader's language."""

    is_creatable = False
    show_in_menus_default = False

    stale_seconds = STALE_SECONDS
    # Whether what the page links to is shown with its facts: what an action is, until when.
    shows_facts = True

    lead = models.TextField(_("lead"), blank=True, max_length=600)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("lead")]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("lead", boost=2)]

    class Meta:
        abstract = True

    def full_clean(self, *args, **kwargs) -> None:
        # A slug typed or translated with the inclusive point: militant·es becomes militantes.
        self.slug = without_points(self.slug)
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        parent = self.get_parent() if self.path else None
        at_the_top = self.depth == 3 if parent is None else parent.depth == 2
        if at_the_top and self.slug in RESERVED_SLUGS:
            raise ValidationError(
                {"slug": _("This word belongs to the site's own addresses. Choose another.")}
            )

    @classmethod
    def to_show(cls):
        """The pages of this kind, with whatever showing one of them needs, in one query."""
        return cls.objects.all()

    @property
    def description(self) -> str:
        """What search engines and share cards say of this page."""
        return self.search_description or self.lead

    @property
    def hashtag_shared(self) -> str:
        """The hashtag that goes along when somebody shares this page; empty for most."""
        return ""

    @cached_property
    def contents(self) -> list[tuple[str, str]]:
        """The table of contents: (anchor, heading) of every block that has a heading."""
        return [
            (block.value.anchor, block.value["heading"])
            for block in self.shown_blocks
            if hasattr(block.value, "anchor") and block.value.get("heading")
        ]

    @property
    def shown_blocks(self) -> list:
        """The blocks that readers see below the page's head, in order."""
        return list(getattr(self, "body", None) or [])

    @property
    def wants_newest_articles(self) -> bool:
        """Whether a block of the page shows the newest articles instead of picked ones."""
        return any(
            block.block_type == "articles" and not block.value["pages"]
            for block in self.shown_blocks
        )

    def newest_articles(self):
        """Ids of the articles for such a block: those of the page's theme first, then the newest.

        An article is not among its own.
        """
        values = self.newest_for
        return prepared.plain(newest_articles, "theme_id" in values, **values)

    @property
    def newest_for(self) -> dict[str, int]:
        """What the choice of such articles depends on; ``theme_id`` of a page with a theme."""
        # A page that is previewed before it is saved has no id.
        values = {"page_id": self.pk or 0, "locale_id": self.locale_id}
        theme_id = getattr(self, "theme_id", None)
        return values | {"theme_id": theme_id} if theme_id else values

    def linked_ids(self) -> set[int]:
        """Ids of the pages this page's own content points at."""
        body = getattr(self, "body", None)
        return links.ids_in_stream(body) if body is not None else set()

    def serve(self, request, *args, **kwargs):
        response = super().serve(request, *args, **kwargs)
        response.add_post_render_callback(lambda _: links.deactivate())
        # The button that copies a page's link.
        allow_features(response, "clipboard-write")
        return allow_public_caching(request, response, stale_seconds=self.stale_seconds)

    def serve_preview(self, request, mode_name):
        """Show a draft: the editor frames it and reads it with scripts of Wagtail's own."""
        response = super().serve_preview(request, mode_name)
        return extend_csp(
            response,
            frame_ancestors=[CSP.SELF],
            # What marks the places that the checks are about writes styles into the page.
            style_src=[CSP.UNSAFE_INLINE],
            img_src=["data:"],
        )

    def get_context(self, request, *args, **kwargs):
        # The frame of the site (menus, languages) comes in the same queries as the page's links.
        from pages.frame import build_frame

        context = super().get_context(request, *args, **kwargs)
        frame = build_frame(page=self, language=get_language())
        links.activate(frame.links)
        context["frame"] = frame
        return context


def newest_articles(given, by_theme: bool):
    """Ids of the newest articles but the page, in its language, as ``prepared`` asks for them."""
    from pages.models.articles import ArticlePage

    articles = ArticlePage.objects.live().filter(~is_restricted(), locale_id=given.locale_id)
    articles = articles.exclude(pk=given.page_id)
    order = ["-published_on", "-pk"]
    if by_theme:
        order.insert(0, models.Case(models.When(theme_id=given.theme_id, then=0), default=1))
    return articles.order_by(*order).values("pk")[:NEWEST_ARTICLES]
