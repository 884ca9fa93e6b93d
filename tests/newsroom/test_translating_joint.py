"""A page goes live in all its languages at one moment, or in none; never with English in French."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail_localize.models import StringTranslation

from newsroom.models import JointPublication, TranslationMark
from newsroom.translating import joint, refusals, syncing
from newsroom.translating.tasks import publish_together
from newsroom.translating.to_do import provide
from pages.models import StandardPage
from tests.factories import make_staff
from tests.newsroom.translating import about, give, locale, rewrite, translation

pytestmark = pytest.mark.django_db

LEAD = {"en": "New in English.", "fr": "Nouveau en français.", "nl": "Nieuw in het Nederlands."}
State = JointPublication.State


def leads() -> dict[str, str]:
    """What readers find in each language."""
    return {code: about(code).lead for code in LEAD}


@pytest.fixture
def editor(client):
    user = make_staff("Editors")
    client.force_login(user)
    return user


def prepared(*, languages=("fr", "nl")) -> StandardPage:
    """A draft of the English page, taken over and translated: readers see nothing of it."""
    page = rewrite(about(), publish=False, lead=LEAD["en"])
    syncing.take_over(translation("fr").source, syncing.versions(page).newest)
    for code in languages:
        give(code, "lead", LEAD[code])
    return page


def plan(user, page=None, minutes: int = 0, **options) -> JointPublication:
    due_at = timezone.now() + timedelta(minutes=minutes)
    return joint.plan(page or about(), ["fr", "nl"], due_at=due_at, user=user, **options)


def test_draft_and_its_translations_go_live_together(editor):
    before = leads()
    page = prepared()
    one = plan(editor, page)
    # The drafts are written, and still nobody sees them.
    assert leads() == before
    assert about("fr").has_unpublished_changes

    joint.carry_out(one.pk)

    assert leads() == LEAD
    one.refresh_from_db()
    assert one.state == State.DONE
    assert not about("nl").has_unpublished_changes


def test_page_that_was_never_live_goes_live_with_its_translations(client, editor):
    home = Page.objects.get(slug="home", locale=locale("en")).specific
    page = StandardPage(title="Brand new", slug="brand-new", lead="Hello.", live=False)
    home.add_child(instance=page)
    page.save_revision()
    for code in ("fr", "nl"):
        client.post(reverse("newsroom_translating:begin", args=[page.pk, code]))
        for path, text in (("title", "T"), ("slug", f"t-{code}"), ("lead", LEAD[code])):
            give(code, path, text, page=page)
    assert not any(one.live for one in page.get_translations(inclusive=True))

    joint.carry_out(plan(editor, page).pk)

    assert client.get("/en/brand-new/").status_code == 200
    assert client.get("/fr/t-fr/").status_code == client.get("/nl/t-nl/").status_code == 200


def test_begun_translation_of_a_live_page_is_a_draft(client, editor):
    about("nl").delete()

    client.post(reverse("newsroom_translating:begin", args=[about().pk, "nl"]))

    assert not about("nl").live
    assert client.get(about("nl").url).status_code == 404


def test_missing_translation_refuses_all(editor):
    before = leads()
    page = prepared(languages=("fr",))

    with pytest.raises(refusals.Refused, match=r"not everything is translated: “New in English\.”"):
        plan(editor, page)

    assert leads() == before
    assert not JointPublication.objects.exists()


def test_english_saved_after_it_was_taken_over_refuses(editor):
    page = prepared()
    rewrite(page, publish=False, lead="Another one.")

    with pytest.raises(refusals.Refused, match="has changed since it was given"):
        plan(editor, page)


def test_unread_translation_refuses_unless_somebody_answers_for_it(editor):
    page = prepared()
    TranslationMark.objects.create(translation=translation("nl"), needs_proofreading=True)

    with pytest.raises(refusals.Refused, match="Nederlands: a second person"):
        plan(editor, page)

    joint.carry_out(plan(editor, page, despite_marks=True).pk)
    assert leads() == LEAD


def test_hidden_parent_refuses(editor):
    page = Page.objects.type(StandardPage).get(pk=about().pk)
    prepared()
    page.get_translation(locale("fr")).get_parent().unpublish()

    with pytest.raises(refusals.Refused, match="Français: the page above it"):
        plan(editor)


def saved_since(editor, one):
    rewrite(about("nl"), publish=False, lead="Iets anders.")


def lost_a_text(editor, one):
    StringTranslation.objects.filter(data=LEAD["nl"]).delete()


def left(editor, one):
    editor.is_active = False
    editor.save()


def lost_the_role(editor, one):
    editor.groups.clear()


def took_over_since(editor, one):
    page = rewrite(about(), publish=False, lead="Another.")
    syncing.take_over(translation("fr").source, syncing.versions(page).newest)


def test_what_changes_before_the_moment_refuses_all_and_says_why(editor):
    before = leads()
    one = plan(editor, prepared())
    reasons = {
        saved_since: "Nederlands: somebody has saved another text since.",
        lost_a_text: "Nederlands: not everything is translated: “New in English.”.",
        left: "Whoever planned it no longer works here.",
        lost_the_role: "English: whoever planned it may not publish this page.",
        took_over_since: "English: somebody has saved another text since.",
    }
    for happens, reason in reasons.items():
        with transaction.atomic():
            happens(editor, one)
            publish_together(timestamp=0)
            one.refresh_from_db()
            assert (one.state, refusals.read(one.reason)) == (State.REFUSED, reason)
            assert leads() == before
            transaction.set_rollback(True)
        editor.refresh_from_db()

    # Without any of that it is done.
    publish_together(timestamp=0)
    assert leads() == LEAD


def test_what_was_refused_waits_among_what_is_to_do(editor, rf):
    one = plan(editor, prepared())
    saved_since(editor, one)
    publish_together(timestamp=0)
    request = rf.get("/")
    request.user = editor

    [item] = [item for item in provide(request) if item.key == "publications-refused"]

    assert (item.number, item.is_urgent) == (1, True)


def test_one_page_that_cannot_be_saved_takes_the_others_back(editor, monkeypatch):
    """English is published first; when French breaks, English is not live either."""
    before = leads()
    one = plan(editor, prepared())
    whole = StandardPage.save

    def break_french(self, *args, **kwargs):
        if self.locale.language_code == "fr":
            raise RuntimeError("disk full")
        return whole(self, *args, **kwargs)

    monkeypatch.setattr(StandardPage, "save", break_french)
    publish_together(timestamp=0)
    monkeypatch.undo()

    one.refresh_from_db()
    assert one.state == State.REFUSED
    assert "something went wrong" in refusals.read(one.reason).lower()
    assert leads() == before


def test_page_that_is_held_just_then_is_published_a_minute_later(editor, monkeypatch):
    before = leads()
    one = plan(editor, prepared())

    def deadlock(*args, **kwargs):
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as broken:
        broken.setattr(StandardPage, "save", deadlock)
        publish_together(timestamp=0)
    one.refresh_from_db()
    assert (one.state, leads()) == (State.PLANNED, before)

    publish_together(timestamp=0)
    assert leads() == LEAD


def test_address_that_was_taken_meanwhile_is_named(client, editor):
    """Also to who publishes at once: they read why, and nothing is left planned."""
    before = leads()
    page = prepared()
    original = joint.carry_out

    def taken_before(plan_id):
        sister = about("nl").get_siblings(inclusive=False).first()
        Page.objects.filter(pk=sister.pk).update(slug=about("nl").slug)
        return original(plan_id)

    joint.carry_out = taken_before
    try:
        answer = client.post(together(page), {"languages": ["fr", "nl"]}, follow=True)
    finally:
        joint.carry_out = original

    assert "the page cannot be saved as it is" in answer.content.decode()
    assert JointPublication.objects.get().state == State.REFUSED
    assert leads() == before


def test_task_waits_for_the_moment_and_runs_once(editor):
    before = leads()
    one = plan(editor, prepared(), minutes=5)
    publish_together(timestamp=0)
    assert leads() == before

    JointPublication.objects.filter(pk=one.pk).update(due_at=timezone.now())
    publish_together(timestamp=0)
    publish_together(timestamp=0)

    assert leads() == LEAD
    assert about("fr").revisions.filter(pk=one.revisions["fr"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_once():
    one = plan(make_staff("Editors"), prepared())
    barrier, done = Barrier(2), []

    def work():
        barrier.wait()
        done.append(joint.carry_out(one.pk))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(result is None for result in done) == [False, True]
    assert leads() == LEAD


# The screen.


def together(page) -> str:
    return reverse("newsroom_translating:together", args=[page.pk])


def test_screen_publishes_now(client, editor):
    page = prepared()
    answer = client.post(together(page), {"languages": ["fr", "nl"]}, follow=True)

    assert "Published together" in answer.content.decode()
    assert leads() == LEAD


def test_screen_plans_and_calls_off(client, editor):
    page = prepared()
    moment = timezone.localtime() + timedelta(days=3)
    form = {"languages": ["fr", "nl"], "due_at": f"{moment:%Y-%m-%d} 12:00"}

    client.post(together(page), form)
    one = JointPublication.objects.get()
    assert timezone.localtime(one.due_at).hour == 12
    again = client.post(together(page), form, follow=True).content.decode()
    assert "planned already" in again

    client.post(reverse("newsroom_translating:call_off", args=[one.pk]))
    one.refresh_from_db()
    assert one.state == State.CALLED_OFF
    JointPublication.objects.update(due_at=timezone.now())
    publish_together(timestamp=0)
    assert leads() != LEAD


def test_moment_that_is_none_is_refused_beside_its_field(client, editor):
    page = prepared()
    for due_at, sentence in {
        "2020-01-01 10:00": "This moment is over",
        "2027-03-28 02:30": "may not exist",
        "soon": "Enter a valid date/time",
    }.items():
        answer = client.post(together(page), {"languages": ["fr"], "due_at": due_at})
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), due_at
    assert not JointPublication.objects.exists()


# One language alone.


def publish(client, language: str, **more):
    url = reverse("wagtailadmin_pages:edit", args=[about(language).pk])
    return client.post(url, {"action": "publish", **more}, follow=True)


def test_english_sentences_are_never_published_unnoticed(client, editor):
    rewrite(about(), lead=LEAD["en"])
    syncing.take_over(translation("fr").source, about())
    before = about("fr").lead

    asked = publish(client, "fr").content.decode()
    assert "1 text has no translation" in asked
    assert LEAD["en"] in asked
    assert about("fr").lead == before

    publish(client, "fr", answered="yes")
    assert about("fr").lead == LEAD["en"]


def test_unread_translation_asks_before_it_is_published(client, editor, monkeypatch):
    TranslationMark.objects.create(
        translation=translation("fr"), needs_proofreading=True, note="The second paragraph."
    )

    asked = publish(client, "fr").content.decode()

    assert "Nobody has proofread it" in asked
    assert "The second paragraph." in asked


def test_translation_of_a_draft_asks_before_it_goes_first(client, editor):
    prepared()
    before = leads()

    assert "The English page is not published yet" in publish(client, "fr").content.decode()
    assert leads() == before


def test_complete_translation_is_published_without_a_question(
    client, editor, django_capture_on_commit_callbacks
):
    give("fr", "lead", LEAD["fr"])

    with django_capture_on_commit_callbacks(execute=True):
        publish(client, "fr")

    assert about("fr").lead == LEAD["fr"]


def test_bulk_publishing_refuses_incomplete_translations(client, editor):
    rewrite(about(), lead=LEAD["en"])
    syncing.take_over(translation("fr").source, about())
    page = rewrite(about("fr"), publish=False, lead="Brouillon.")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

    answer = client.post(f"{url}?id={page.pk}&next=/admin/", follow=True)

    assert "Nothing was published" in answer.content.decode()
    assert about("fr").lead != "Brouillon."
