"""What is found in a page: before it is published in the editor, and in the report of the site."""

import json
from datetime import date

import pytest
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import StringTranslation

from newsroom.checking.findings import Kind
from newsroom.checking.page_checks import check_page, check_pages
from newsroom.models import LinkCheck
from pages.models import ArticlePage, CampaignPage
from tests.factories import make_staff, notatarget

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


def draft(body=(), *, language: str = "en", **fields) -> CampaignPage:
    """A campaign that is not published, below the home page of its language."""
    values = {"title": "Test", "name": "Test", "slug": "test", "lead": "A test.", **fields}
    page = CampaignPage(body=json.dumps([dict(block) for block in body]), live=False, **values)
    notatarget(language).get_parent().add_child(instance=page)
    return CampaignPage.objects.get(pk=page.pk)


def block(kind: str, value) -> dict:
    return {"type": kind, "value": value, "id": "5b1d7c1e-0000-4000-8000-000000000001"}


def figures(**figure) -> dict:
    shown = {"value": "85%", "text": "of people", "source": "A report", "date": "2026-05-01"}
    return block("figures", {"heading": "", "items": [{**shown, **figure}]})


def text(html: str) -> dict:
    return block("text", html)


def found(page, kind: Kind) -> list:
    return [one for one in check_page(page, today=TODAY).findings if one.kind == kind]


@pytest.mark.parametrize(
    ("figure", "sentence", "must_change"),
    [
        ({"source": " "}, "has no source", True),
        ({"date": None}, "undated", False),
        ({"date": "2025-05-31"}, "31 May 2025", False),
        ({"date": "2026-06-02"}, "lies ahead", True),
    ],
)
def test_a_figure_needs_a_source_and_a_date_of_this_year(figure, sentence, must_change):
    (finding,) = found(draft([figures(**figure)]), Kind.FIGURE)

    assert sentence in finding.sentence
    assert finding.must_change is must_change
    assert "85%" in finding.quote
    assert "Key figures" in str(finding.place)


def test_a_figure_of_a_year_ago_to_the_day_is_still_new():
    assert found(draft([figures(date="2025-06-01")]), Kind.FIGURE) == []


def test_an_article_keeps_the_figures_of_its_day():
    index = ArticlePage.objects.filter(locale__language_code="en").first().get_parent()
    page = ArticlePage(
        title="Old",
        slug="old",
        lead="x",
        published_on=date(2020, 1, 1),
        body=json.dumps([figures(date="2019-12-01")]),
    )
    index.add_child(instance=page)

    assert found(ArticlePage.objects.get(pk=page.pk), Kind.FIGURE) == []


def test_links_to_pages_are_followed_in_the_language_of_the_page():
    target = draft(slug="target")
    gone = draft(slug="gone")
    number, gone_number = target.pk, gone.pk
    gone.delete()
    links = (
        f'<p><a linktype="page" id="{number}">Our target</a> '
        f'<a linktype="page" id="{gone_number}">Lost one</a> '
        f'<a linktype="page" id="{notatarget("en").pk}">Not a target</a></p>'
    )
    page = draft([text(links)], slug="linking")

    unpublished, deleted = found(page, Kind.LINK)

    assert (unpublished.quote, deleted.quote) == ("Our target", "Lost one")
    assert "not published" in unpublished.sentence
    assert "deleted" in deleted.sentence
    assert unpublished.must_change
    assert deleted.must_change


def test_a_page_that_has_no_dutch_is_advice_on_a_dutch_page():
    target = draft(slug="target")
    target.save_revision().publish()
    page = draft(
        [text(f'<p><a linktype="page" id="{target.pk}">Doel</a></p>')], language="nl", slug="nl"
    )

    (finding,) = found(page, Kind.LINK)

    assert "not published in Dutch" in finding.sentence
    assert not finding.must_change


def test_only_an_address_that_failed_three_nights_is_broken():
    page = draft([text('<p><a href="https://example.org/a">The report</a></p>')])
    check = LinkCheck.objects.create(url="https://example.org/a", status=404, failures=2)
    assert found(page, Kind.LINK) == []

    LinkCheck.objects.filter(pk=check.pk).update(failures=3)

    (finding,) = found(page, Kind.LINK)
    assert "answer 404" in finding.sentence
    assert finding.quote == "https://example.org/a"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Click here"), ("fr", "ici"), ("nl", "Lees meer »")]
)
def test_words_of_a_link_say_where_it_leads(language, words):
    page = draft([text(f'<p><a href="https://example.org/">{words}</a></p>')], language=language)

    (finding,) = found(page, Kind.LINK)

    assert finding.quote == words
    assert "where it leads" in finding.sentence


def test_headings_capitals_and_spellings():
    section = {"heading": "What we want", "text": "<p>STOP THE BOMBING now, says the WHO.</p>"}
    page = draft(
        [block("section", section), block("section", {**section, "heading": "What we want."})]
    )

    sentences = [one.sentence for one in found(page, Kind.WORDING)]

    assert sum("Two headings say the same" in one for one in sentences) == 1
    assert sum("no full stop" in one for one in sentences) == 1
    assert sum("capitals" in one for one in sentences) == 2
    assert not any("WHO" in one.quote for one in found(page, Kind.WORDING))


def test_brackets_for_everybody_are_found_in_french_only():
    words = text("<p>Les militant(e)s sont là.</p>")

    (finding,) = found(draft([words], language="fr"), Kind.WORDING)

    assert finding.quote == "militant(e)s"
    assert found(draft([words], slug="english"), Kind.WORDING) == []


def test_hard_pages_and_long_sentences_are_advice():
    long = "We " + "say that " * 20 + "it is so."
    sentences = [one.sentence for one in found(draft([text(f"<p>{long}</p>")]), Kind.READING)]

    assert any("has 44 words" in sentence for sentence in sentences)


def test_what_is_read_aloud_is_shown():
    checked = check_page(draft([text("<p>Les militant·es</p>")], language="fr"))

    assert checked.spoken == {"militant·es": "militantes"}


def test_a_draft_is_saved_with_the_canonical_point_but_verbatim_stays():
    contact = {"name": "Les Ami\u2e31es", "role": "soignant\u2e31es", "email": "a@example.org"}
    page = draft(
        [text("<p>Les militant\u2e31es</p>"), block("contact", contact)],
        language="fr",
        lead="Pour tou\u2022tes",
    )

    page.save_revision().publish()

    page.refresh_from_db()
    assert page.lead == "Pour tou·tes"
    stored = page.body.get_prep_value()
    assert stored[0]["value"] == "<p>Les militant·es</p>"
    assert stored[1]["value"]["role"] == "soignant·es"
    assert stored[1]["value"]["name"] == "Les Ami\u2e31es"


def test_a_translation_is_saved_with_the_canonical_point():
    row = StringTranslation.objects.filter(locale__language_code="fr").first()
    row.data = "Les militant\u2e31es"
    row.save()

    row.refresh_from_db()
    assert row.data == "Les militant·es"


def test_the_queries_do_not_grow_with_the_pages(django_assert_max_num_queries):
    pages = list(Page.objects.live().filter(depth__gt=1).order_by("path").specific())
    assert len(pages) > 20

    with django_assert_max_num_queries(7):
        checked = check_pages(pages)

    assert {one.language for one in checked} == {"en", "fr", "nl"}


def test_the_panel_reads_the_newest_draft(client):
    page = draft([figures()])
    client.force_login(make_staff("Editors"))
    address = reverse("newsroom_checking:findings", args=[page.pk])
    assert "has no source" not in client.get(address).content.decode()

    page.body = json.dumps([figures(source="")])
    page.save_revision(clean=False)

    answer = client.get(address).content.decode()
    assert "1 thing to change before you publish." in answer
    assert "This figure has no source." in answer


def test_the_editor_has_the_section_beside_wagtails_own_checks(client):
    client.force_login(make_staff("Editors"))
    page = notatarget("en")

    answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()

    address = reverse("newsroom_checking:findings", args=[page.pk])
    assert f'data-draft-checks data-address="{address}"' in answer
    assert "data-content-readability-score" in answer
    assert "js/admin/checks.js" in answer


def test_who_may_not_edit_a_page_learns_nothing_of_its_draft(client):
    page = draft()
    for group in ("Moderators", "Treasurers", "Event hosts"):
        client.force_login(make_staff(group))
        for name in ("findings", "page"):
            answer = client.get(reverse(f"newsroom_checking:{name}", args=[page.pk]))
            assert (answer.status_code, answer.headers.get("Location")) in {
                (302, reverse("wagtailadmin_home")),
                (403, None),
            }
        answer = client.get(reverse("newsroom_checking:report"))
        assert answer.status_code in (302, 403)


def test_the_report_lists_live_pages_by_language_and_kind(client):
    page = draft([figures(source="")], slug="reported", title="Reported")
    page.save_revision(clean=False).publish()
    client.force_login(make_staff("Editors"))
    address = reverse("newsroom_checking:report")

    every = client.get(address).content.decode()
    english = client.get(address, {"language": "en", "kind": "figure", "wrong": 1}).content.decode()
    dutch = client.get(address, {"language": "nl", "kind": "figure", "wrong": 1}).content.decode()

    assert "Reported" in every
    assert "This figure has no source." in english
    assert "Reported" not in dutch
    assert "Nothing was found here." in dutch


def test_a_translator_is_shown_the_pages_of_their_own_language(client):
    page = draft([figures(source="")], slug="reported", title="Reported")
    page.save_revision(clean=False).publish()
    client.force_login(make_staff("Translators (French)"))

    answer = client.get(reverse("newsroom_checking:report"))

    if answer.status_code == 200:
        assert "Reported" not in answer.content.decode()


def test_nonsense_in_the_report_shows_the_beginning(client):
    client.force_login(make_staff("Editors"))
    query = {"p": "-1", "language": "<b>", "kind": "x" * 300}

    assert client.get(reverse("newsroom_checking:report"), query).status_code == 200


def test_a_preview_can_be_framed_by_the_editor_and_by_nobody_else(client, rf):
    client.force_login(make_staff("Editors"))
    page = notatarget("en")
    request = rf.get("/")
    request.META["HTTP_COOKIE"] = client.cookies.output(header="", sep=";")

    panel = page.make_preview_request(request, "", {"in_preview_panel": True})

    assert panel.status_code == 200
    policy = panel.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self';" in policy
    # Without Wagtail's own script in the page, its checks have nothing to look with.
    assert "wagtailadmin/js/userbar.js" in panel.content.decode()
    public = client.get(page.url)
    assert "frame-ancestors 'none'" in public.headers["Content-Security-Policy"]
    assert "userbar" not in public.content.decode()
