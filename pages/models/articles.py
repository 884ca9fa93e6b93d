"""Articles and analysis."""

from typing import ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from pages.blocks import ArticleBody
from pages.links import Link, path_of, site_roots
from pages.models.base import BasePage
from pages.models.theme import Theme
from pages.restrictions import is_restricted

ARTICLES_A_PAGE = 12
# So few left over join the page before instead of making one of their own.
ORPHANS = 2
WORDS_A_MINUTE = 220
_THEME_FIELDS = ("pk", "slug", "name_en", "name_fr", "name_nl")


class ArticleIndexPage(BasePage):
    """All articles of a language, newest first, a page at a time; by theme if the reader asks."""

    shows_facts = False

    empty_text = models.TextField(_("while there is no article"), max_length=400, blank=True)

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["pages.HomePage"]
    subpage_types: ClassVar = ["pages.ArticlePage"]
    content_panels: ClassVar = [*BasePage.content_panels, FieldPanel("empty_text")]

    class Meta:
        verbose_name = _("list of articles")

    def articles(self):
        """Live articles that everybody may read, newest first."""
        return (
            ArticlePage.objects.child_of(self)
            .live()
            .filter(~is_restricted())
            .order_by("-published_on", "-pk")
        )

    def get_context(self, request, *args, **kwargs):
        """``?theme=`` and ``?page=`` choose; nonsense there shows the beginning, or the end.

        Search engines keep the first page of all articles only; from the others they follow links.
        Two queries more than the frame: the ids with their themes, and what the page shows.
        """
        context = super().get_context(request, *args, **kwargs)
        rows = list(self.articles().values("pk", *(f"theme__{name}" for name in _THEME_FIELDS)))
        themes = _themes(rows)
        theme = next((x for x in themes if x.slug == request.GET.get("theme")), None)
        ids = [row["pk"] for row in rows if theme is None or row["theme__slug"] == theme.slug]
        paginator = Paginator(ids, ARTICLES_A_PAGE, orphans=ORPHANS)
        listed = paginator.get_page(request.GET.get("page"))
        shown = self.articles().filter(pk__in=list(listed)).select_related("theme").defer("body")
        context |= {
            "themes": themes,
            "theme": theme,
            "articles": listed,
            "article_links": [_link(article) for article in shown],
            "page_numbers": list(paginator.get_elided_page_range(listed.number)),
        }
        if "theme" in request.GET or listed.number > 1:
            context["robots"] = "noindex, follow"
        return context


def _themes(rows: list[dict]) -> list[Theme]:
    """The themes that the articles in ``rows`` are on, in the order of their names."""
    themes = {
        row["theme__slug"]: Theme(**{name: row[f"theme__{name}"] for name in _THEME_FIELDS})
        for row in rows
        if row["theme__pk"]
    }
    return sorted(themes.values(), key=lambda theme: theme.name)


def _link(article: "ArticlePage") -> Link:
    """What rows of articles are drawn from, here of a page that is at hand already."""
    path = path_of(article.url_path, site_roots())[1]
    return Link(article.pk, path, article.title, "article", None, article)


class ArticlePage(BasePage):
    """An article: what we have to say on a theme, with its sources."""

    published_on = models.DateField(_("date"), default=timezone.localdate)
    author = models.CharField(
        _("author"), max_length=120, blank=True, help_text=_("Empty: the organisation.")
    )
    theme = models.ForeignKey(
        Theme,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        verbose_name=_("theme"),
    )
    body = StreamField(ArticleBody(), verbose_name=_("content"), blank=True)

    parent_page_types: ClassVar = ["pages.ArticleIndexPage"]
    subpage_types: ClassVar = []
    content_panels: ClassVar = [
        *BasePage.content_panels,
        FieldPanel("published_on"),
        FieldPanel("author"),
        FieldPanel("theme"),
        FieldPanel("body"),
    ]
    search_fields: ClassVar = [
        *BasePage.search_fields,
        index.SearchField("author"),
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = _("article")
        indexes: ClassVar = [models.Index(fields=["-published_on"], name="article_newest")]

    @classmethod
    def to_show(cls):
        return super().to_show().select_related("theme")

    @property
    def shows_facts(self) -> bool:
        """Only posters of campaigns show them."""
        return any(block["type"] == "related" for block in self.body.raw_data)

    @property
    def wants_newest_articles(self) -> bool:
        """An article ends with others on its theme."""
        return True

    @cached_property
    def index_url(self) -> str:
        """Where all articles are: the address above the article's own, nothing asked for it."""
        path = path_of(self.url_path, site_roots())[1]
        return path.removesuffix(f"{self.slug}/")

    @cached_property
    def reading_minutes(self) -> int:
        """How long reading takes, in whole minutes, at least one."""
        words = " ".join(
            strip_tags(str(text))
            for block in self.body
            for text in block.block.get_searchable_content(block.value)
        ).split()
        return max(1, round(len(words) / WORDS_A_MINUTE))
