"""Pages as they are read: on a wide screen, with a small load, and on paper."""

import pytest

from pages.models import (
    AppealPage,
    ArticleIndexPage,
    ArticlePage,
    CampaignPage,
    EventPage,
    HomePage,
    PhotoCallPage,
    StandardPage,
    WallPage,
)

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTS_BUDGET = 10
BYTES_BUDGET = 120 * 1024
PAGE_TYPES = [
    HomePage,
    AppealPage,
    PhotoCallPage,
    EventPage,
    WallPage,
    ArticleIndexPage,
    ArticlePage,
    StandardPage,
]

# Characters on each line of a paragraph, told apart by where they stand.
LINES = """() => [...document.querySelectorAll(".text-page .prose p")].flatMap(paragraph => {
  const lines = new Map(), range = document.createRange();
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());)
    for (let i = 0; i < node.data.length; i++) {
      range.setStart(node, i); range.setEnd(node, i + 1);
      const top = Math.round(range.getBoundingClientRect().top / 8);
      lines.set(top, (lines.get(top) ?? 0) + 1);
    }
  return [...lines.values()].slice(0, -1);
})"""
# Whatever would print as a stretch of ink: visible, as large as a few words, darker than grey.
# A canvas turns every way of writing a colour into bytes.
INK = """() => {
  const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const darkness = colour => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return a / 255 * (1 - Math.min(r, g, b) / 255);
  };
  return [...document.querySelectorAll("body *:not(svg *, img, option)")].filter(part => {
    const box = part.getBoundingClientRect();
    return part.checkVisibility() && box.width > 60 && box.height > 30
      && darkness(getComputedStyle(part).backgroundColor) > 0.15;
  }).map(part => `${part.tagName}.${part.className}`);
}"""
FAINT = """() => [...document.querySelectorAll("main :is(h1, h2, h3, p, li, dd, dt, a)")]
  .filter(part => part.checkVisibility() && part.innerText.trim())
  .filter(part => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = getComputedStyle(part).color; pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
    return Math.min(r, g, b) > 140;
  }).map(part => `${part.tagName}.${part.className}: ${part.innerText.slice(0, 40)}`)"""


def first(model):
    return model.objects.filter(locale__language_code="nl").live().order_by("path").first()


def test_home_loads_little(open_context):
    page = open_context().new_page()
    answers = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto("/nl/", wait_until="networkidle")

    assert len(answers) <= REQUESTS_BUDGET
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    assert 0 < sent <= BYTES_BUDGET


def test_lines_of_an_article_are_neither_short_nor_long(open_context):
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(first(ArticlePage).url)

    lines = page.evaluate(LINES)

    assert len(lines) > 10
    assert 55 <= sum(lines) / len(lines) <= 70
    assert max(lines) <= 78


def test_every_page_prints_as_ink_on_paper(open_context):
    """From a screen that is dark, where more could go wrong."""
    page = open_context(viewport={"width": 720, "height": 1000}).new_page()
    campaigns = CampaignPage.objects.filter(locale__language_code="nl").live()
    page.emulate_media(media="screen", color_scheme="dark")
    page.goto(first(HomePage).url)
    assert page.evaluate(INK) and page.evaluate(FAINT), "these would see nothing"

    page.emulate_media(media="print", color_scheme="dark")
    for shown in [*campaigns, *(first(model) for model in PAGE_TYPES)]:
        page.goto(shown.url)
        assert (page.evaluate(INK), page.evaluate(FAINT)) == ([], []), shown.title
        for hidden in (
            ".nav",
            ".breadcrumbs",
            ".languages",
            ".share__ways",
            ".footer",
            ".button:not(.external *)",
        ):
            assert not [x for x in page.locator(hidden).all() if x.is_visible()], hidden
        assert page.locator("h1").is_visible()


def test_printed_article_says_where_it_and_its_sources_are(open_context, address):
    from tests.factories import in_days

    article = ArticlePage(
        title="With a source",
        slug="with-a-source",
        published_on=in_days(0),
        body=[
            (
                "sources",
                {"heading": "Sources", "items": [{"text": "A", "url": "https://example.org/a"}]},
            )
        ],
    )
    first(ArticleIndexPage).add_child(instance=article)
    page = open_context(viewport={"width": 720, "height": 1000}).new_page()
    page.goto(article.url)
    page.emulate_media(media="print")

    after = "getComputedStyle(document.querySelector('.sources a'), '::after').content"
    assert page.evaluate(after) == '" (https://example.org/a)"'
    assert page.locator(".share__address input").input_value() == f"{address}{article.url}"
    assert page.locator(".share__address input").is_visible()
