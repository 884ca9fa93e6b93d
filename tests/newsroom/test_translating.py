"""From a change of the English to its translations: nothing that a translator wrote is lost."""

import re

import pytest
from django.urls import reverse
from wagtail.models import Page, Revision
from wagtail_localize.models import StringTranslation

from newsroom.models import TranslationMark
from newsroom.translating import comparing, hand_work, segments, states, syncing
from newsroom.translating.states import State
from tests.factories import make_staff
from tests.newsroom.translating import about, give, locale, rewrite, stored, translation

pytestmark = pytest.mark.django_db

BOARD = "/admin/newsroom/translating/"
LEAD = "A new lead for everybody."


def cell(language: str) -> states.Cell:
    page = about()
    row = next(row for row in states.rows() if row.page.pk == page.pk)
    return next(cell for cell in row.cells if cell.language == language)


def desk(language: str) -> str:
    return reverse("newsroom_translating:changes", args=[translation(language).pk])


def changed_words(answer) -> str:
    """The words that the desk shows, without the marks around those that changed."""
    return re.sub(r"</?(?:ins|del)>", "", answer.content.decode())


def take_over(client, language: str = "fr", version: str = "live"):
    one = translation(language)
    return client.post(
        reverse("newsroom_translating:take_over", args=[one.source_id]),
        {"translation": one.pk, "version": version},
    )


@pytest.fixture
def editor(client):
    user = make_staff("Editors")
    client.force_login(user)
    return user


# What differs.


def test_words_that_differ_are_marked():
    old, new = comparing.differences("Care is a <b>right</b>.", "Care is our <b>right</b>!")

    assert [piece.text for piece in old if piece.kind == "del"] == ["a", "."]
    assert [piece.text for piece in new if piece.kind == "ins"] == ["our", "!"]
    assert "".join(piece.text for piece in new) == "Care is our <b>right</b>!"
    assert not any(piece.kind for piece in comparing.differences("Same", "Same")[0])


def test_paragraphs_of_one_place_find_their_counterparts():
    before = ["Nurses heal people.", "We walk together.", "The end."]
    after = ["A wholly other beginning!", "Nurses heal people.", "We walk home together."]

    assert list(comparing.pairs(before, after)) == [
        (None, "A wholly other beginning!"),
        ("Nurses heal people.", "Nurses heal people."),
        ("We walk together.", "We walk home together."),
        ("The end.", None),
    ]


def test_an_ampersand_is_read_and_typed_as_people_write_it(client, editor):
    give("fr", "lead", "Soins &amp; paix.")
    rewrite(about(), lead="Care & peace <now>.")
    assert "Care &amp; peace &amp;lt;now&amp;gt;." in changed_words(client.get(desk("fr")))

    take_over(client)
    page = client.get(desk("fr")).content.decode()
    assert ">\nSoins &amp; paix.</textarea>" in page or ">Soins &amp; paix.</textarea>" in page

    # A proposal that nobody touched stays a proposal.
    number = re.search(r'name="text-(\d+)"', page).group(1)
    field = f"text-{number}"
    client.post(desk("fr"), {field: "Soins & paix."})
    assert cell("fr").state == State.IN_PROGRESS
    client.post(desk("fr"), {field: "Soins & paix, maintenant."})
    assert "Soins &amp; paix, maintenant." in stored("fr", "lead")


# The board.


def test_the_first_content_is_live_in_every_language():
    found = [row for row in states.rows() if row.is_source]

    assert len(found) > 15
    assert {cell.state for row in found for cell in row.cells} == {State.LIVE}


def test_a_state_follows_from_what_people_do(editor):
    page = rewrite(about(), lead=LEAD)
    assert cell("fr").state == cell("nl").state == State.OUT_OF_DATE

    one = translation("fr")
    syncing.take_over(one.source, page)
    fr = cell("fr")
    assert (fr.state, fr.total - fr.done, fr.is_live) == (State.IN_PROGRESS, 1, True)

    give("fr", "lead", "Un nouveau chapeau.")
    assert cell("fr").state == State.READY
    TranslationMark.objects.create(translation=one, needs_proofreading=True)
    assert cell("fr").state == State.TO_PROOFREAD
    TranslationMark.objects.all().delete()

    one.save_target(publish=False)
    about("fr").get_latest_revision().publish()
    assert cell("fr").state == State.LIVE
    about("fr").unpublish()
    assert cell("fr").state == State.DRAFT
    one.enabled = False
    one.save()
    assert cell("fr").state == State.BY_HAND
    about("nl").delete()
    assert cell("nl").state == State.MISSING


def test_publishing_the_same_words_again_changes_no_state():
    rewrite(about())

    assert cell("fr").state == State.LIVE


def test_board_names_who_and_when_and_filters(client, editor):
    page = rewrite(about(), lead=LEAD)
    syncing.take_over(translation("fr").source, page)
    editor.first_name, editor.last_name = "Ana", "Lee"
    editor.save()
    give("fr", "lead", "Un chapeau.", user=editor)
    TranslationMark.objects.create(translation=translation("fr"), assigned_to=editor)

    whole = client.get(BOARD).content.decode()
    dutch = client.get(BOARD, {"language": "nl", "state": "in-progress"})
    none = client.get(BOARD, {"state": "missing"}).content.decode()
    mine = client.get(BOARD, {"mine": "on"})

    assert "Ana Lee" in whole
    assert "ready to publish" in whole
    assert [row.page.pk for row in dutch.context["rows"]] == [page.pk]
    assert [row.page.pk for row in mine.context["rows"]] == [page.pk]
    assert "No page is in this state" in none


def test_board_of_one_campaign_in_the_order_of_the_tree(client, editor):
    campaign = Page.objects.get(slug="notatarget", locale__language_code="en")

    shown = client.get(BOARD, {"campaign": campaign.pk}).context["rows"]

    paths = [row.page.path for row in shown]
    assert paths == sorted(paths)
    assert paths[0] == campaign.path
    assert len(paths) > 1
    assert all(path.startswith(campaign.path) for path in paths)


def test_board_asks_the_same_number_of_questions_for_many_pages(client, editor):
    """Pages beyond the fifty shown cost nothing, and neither does each of the fifty."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(BOARD)
    with CaptureQueriesContext(connection) as few:
        client.get(BOARD, {"campaign": Page.objects.get(slug="notatarget", locale=locale("en")).pk})
    with CaptureQueriesContext(connection) as many:
        client.get(BOARD)

    assert len(many) <= len(few) <= 25


# Taking a change over.


def test_change_is_shown_beside_the_own_translation(client, editor):
    old = about()
    french = about("fr").lead
    rewrite(old, lead=old.lead.replace(" ", " very ", 1))

    body = client.get(desk("fr")).content.decode()

    assert "The English page has changed" in body
    assert "<ins>" in body
    assert "very" in body
    assert french in body


def test_taking_over_keeps_every_translation_and_proposes_the_old_one(client, editor):
    before = dict(
        StringTranslation.objects.filter(context__object_id=about().translation_key).values_list(
            "pk", "data"
        )
    )
    french = about("fr")
    revisions = Revision.objects.for_instance(french).count()
    rewrite(about(), lead=LEAD)

    assert take_over(client).status_code == 302

    after = dict(StringTranslation.objects.filter(pk__in=before).values_list("pk", "data"))
    assert after == before
    [task] = segments.tasks(translation("fr"))
    assert (task.new, task.proposal) == (LEAD, french.lead)
    assert client.get(desk("nl")).context["tasks"][0].proposal == about("nl").lead
    # Readers see nothing of it.
    assert about("fr").lead == french.lead
    assert Revision.objects.for_instance(french).count() == revisions


def test_untouched_proposal_is_not_taken_for_a_translation(client, editor):
    rewrite(about(), lead=LEAD)
    take_over(client)
    [task] = segments.tasks(translation("fr"))
    shown = {
        f"text-{task.segment.pk}": task.shown,
        f"base-{task.segment.pk}": task.base,
        f"shown-{task.segment.pk}": task.shown_digest,
    }

    assert "Nothing was stored" in client.post(desk("fr"), shown, follow=True).content.decode()
    assert segments.tasks(translation("fr"))

    client.post(desk("fr"), {**shown, f"fits-{task.segment.pk}": "on"})
    assert not segments.tasks(translation("fr"))
    assert stored("fr", "lead") == [task.proposal, task.proposal]


def test_two_translators_do_not_overwrite_each_other(client, editor):
    rewrite(about(), lead=LEAD)
    take_over(client)
    [task] = segments.tasks(translation("fr"))
    number = task.segment.pk
    form = {f"base-{number}": "", f"shown-{number}": task.shown_digest}

    first = client.post(desk("fr"), {**form, f"text-{number}": "De la première."})
    second = client.post(desk("fr"), {**form, f"text-{number}": "De la seconde."})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "De la première." in second.content.decode()
    assert "De la seconde.</textarea>" in second.content.decode()
    assert stored("fr", "lead")[-1] == "De la première."


def test_marks_that_the_english_does_not_have_are_refused_beside_the_field(client, editor):
    rewrite(about(), lead=LEAD)
    take_over(client)
    [task] = segments.tasks(translation("fr"))
    for text in ("<script>x</script>", '<a id="a9">là</a>', "a\x00b"):
        answer = client.post(
            desk("fr"), {f"text-{task.segment.pk}": text, f"base-{task.segment.pk}": ""}
        )
        assert answer.status_code == 422
        assert f'id="error-{task.segment.pk}"' in answer.content.decode()
    assert len(stored("fr", "lead")) == 1


def test_synchronising_twice_is_as_good_as_once(client, editor):
    page = rewrite(about(), lead=LEAD)
    source = translation("fr").source
    syncing.take_over(source, page)
    give("fr", "lead", "Un chapeau.")

    syncing.take_over(source, page)

    assert stored("fr", "lead")[-1] == "Un chapeau."
    assert not segments.tasks(translation("fr"))


# What was written by hand.


def by_hand(language: str, **fields) -> None:
    one = translation(language)
    one.enabled = False
    one.save()
    rewrite(about(language), **fields)


def test_page_edited_by_hand_is_taken_into_the_list_before_it_is_written(client, editor):
    """wagtail-localize would throw "Écrit à la main" away here (its issues 861 and 876)."""
    by_hand("fr", lead="Écrit à la main.")
    page = about("fr")
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])

    asked = client.post(url, {"localize-restart-translation": "yes"})
    assert "Écrit à la main." in asked.content.decode()
    assert not translation("fr").enabled

    client.post(url, {"localize-restart-translation": "yes", "answered": "yes"})
    assert translation("fr").enabled
    assert stored("fr", "lead") == ["Écrit à la main."]
    translation("fr").save_target(publish=True)
    assert about("fr").lead == "Écrit à la main."


def test_hand_work_survives_a_change_of_the_english(client, editor):
    rewrite(about("fr"), lead="Écrit à la main.", title="À la main")
    rewrite(about(), lead=LEAD)

    take_over(client)

    [task] = segments.tasks(translation("fr"))
    assert task.proposal == "Écrit à la main."
    assert stored("fr", "title")[-1] == "À la main"


def test_newer_text_of_the_list_is_kept_and_the_other_named():
    by_hand("fr", lead="Dans la page.")
    give("fr", "lead", "Dans la liste.")

    work = hand_work.take_in(translation("fr"))

    assert work.both == [("Dans la liste.", "Dans la page.")]
    assert stored("fr", "lead") == ["Dans la liste."]


def test_block_added_by_hand_is_named_and_stays_in_the_history(client, editor):
    page = about("fr")
    quote = {"text": "Seulement ici.", "who": "", "role": ""}
    body = [*page.body.raw_data, {"type": "quote", "value": quote, "id": "x"}]
    by_hand("fr", body=page.body.stream_block.to_python(body))

    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    asked = client.post(url, {"localize-restart-translation": "yes"}).content.decode()

    assert "Words that have no place" in asked
    assert "Seulement ici." in asked
    assert any(
        "Seulement ici." in str(revision.content)
        for revision in Revision.objects.for_instance(page)
    )


def test_untouched_page_has_no_hand_work():
    assert not hand_work.find(translation("fr"))
    give("fr", "lead", "Nouveau, pas encore publié.")
    assert not hand_work.find(translation("fr"))
