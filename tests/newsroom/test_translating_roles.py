"""Translators reach their own language and nothing else, and publish nothing."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import (
    OverridableSegment,
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)

from newsroom.models import JointPublication, TranslationMark
from newsroom.translating import marks, syncing
from newsroom.translating.access import languages_of
from newsroom.translating.to_do import provide
from pages.models import SiteWords
from tests.factories import make_staff, notatarget
from tests.newsroom.translating import about, give, rewrite, translation

pytestmark = pytest.mark.django_db

NAMES = {"fr": "Translators (French)", "nl": "Translators (Dutch)"}


@pytest.fixture
def french(client):
    user = make_staff(NAMES["fr"], "french")
    client.force_login(user)
    return user


def addresses(language: str) -> dict[str, tuple[str, str]]:
    """Each screen of one translation: its name → (method, address)."""
    one = translation(language, notatarget("en"))
    segment = one.source.stringsegment_set.first()
    choice = one.source.overridablesegment_set.first()
    own = "newsroom_translating:"
    loc = "wagtail_localize:"
    page = one.get_target_instance()
    return {
        "desk": ("get", reverse(own + "changes", args=[one.pk])),
        "store": ("post", reverse(own + "changes", args=[one.pk])),
        "mark": ("post", reverse(own + "mark", args=[one.pk])),
        "confirm": ("post", reverse(own + "confirm", args=[one.pk])),
        "assign": ("post", reverse(own + "assign", args=[one.pk])),
        "text": ("put", reverse(loc + "edit_string_translation", args=[one.pk, segment.pk])),
        "choice": ("put", reverse(loc + "edit_override", args=[one.pk, choice.pk])),
        "download": ("get", reverse(loc + "download_pofile", args=[one.pk])),
        "upload": ("post", reverse(loc + "upload_pofile", args=[one.pk])),
        "preview": ("get", reverse(loc + "preview_translation", args=[one.pk])),
        "edit": ("get", reverse("wagtailadmin_pages:edit", args=[page.pk])),
    }


def ask(client, method: str, url: str):
    if method == "put":
        return client.put(url, "value=x", content_type="application/x-www-form-urlencoded")
    data = {"file": SimpleUploadedFile("a.po", b"x")} if "upload" in url else {}
    return getattr(client, method)(url, data)


def is_refused(answer) -> bool:
    """403, or Wagtail's way back to its first page with a message."""
    return answer.status_code == 403 or (
        answer.status_code == 302 and answer.url == reverse("wagtailadmin_home")
    )


def everything() -> list:
    return [
        *StringTranslation.objects.order_by("pk").values_list("pk", "data"),
        *TranslationMark.objects.values_list("pk", "needs_proofreading"),
        *Translation.objects.order_by("pk").values_list("pk", "enabled"),
    ]


def test_own_language_opens_and_the_other_does_not(client, french):
    own, other = addresses("fr"), addresses("nl")
    before = everything()

    open_to_all = [name for name, asked in other.items() if not is_refused(ask(client, *asked))]
    assert open_to_all == []
    assert everything() == before
    closed = [name for name, asked in own.items() if is_refused(ask(client, *asked))]
    assert closed == []


def test_source_is_refused(client, french):
    page = notatarget("en")
    together = reverse("newsroom_translating:together", args=[page.pk])

    for url in (
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        together,
        reverse("wagtail_localize:submit_page_translation", args=[page.pk]),
    ):
        assert is_refused(client.get(url)), url
        assert is_refused(client.post(url, {"title": "Mine", "languages": ["fr"]})), url
    assert not JointPublication.objects.exists()


def test_words_around_the_pages_are_refused(client, french):
    words = SiteWords.objects.get(locale__language_code="fr")
    one = Translation.objects.get(
        source__object_id=words.translation_key, target_locale=words.locale
    )
    segment = StringSegment.objects.filter(source=one.source).first()
    source = TranslationSource.objects.get(pk=one.source_id)
    loc = "wagtail_localize:"
    wanted = [
        ("get", reverse("wagtailsnippets_pages_sitewords:edit", args=[words.pk])),
        ("put", reverse(loc + "edit_string_translation", args=[one.pk, segment.pk])),
        ("get", reverse(loc + "download_pofile", args=[one.pk])),
        ("post", reverse(loc + "upload_pofile", args=[one.pk])),
        ("post", reverse(loc + "stop_translation", args=[one.pk])),
        ("get", reverse(loc + "update_translations", args=[source.pk])),
        ("get", reverse(loc + "submit_snippet_translation", args=["pages", "sitewords", words.pk])),
        ("get", reverse(loc + "snippets_api_listing", args=["pages", "sitewords"])),
    ]

    for method, url in wanted:
        assert is_refused(ask(client, method, url)), url


def test_translator_publishes_nothing(client, french):
    give("fr", "lead", "Non publié.")
    page = about("fr")
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])

    assert is_refused(client.post(url, {"action": "publish", "answered": "yes"}))
    for name in ("stop_translation", "machine_translate"):
        answer = client.post(reverse(f"wagtail_localize:{name}", args=[translation("fr").pk]))
        assert answer.status_code in (302, 403, 404)
    alias = reverse("wagtail_localize:convert_to_alias", args=[page.pk])
    assert is_refused(client.post(alias))

    assert about("fr").lead != "Non publié."
    assert translation("fr").enabled
    assert about("fr").alias_of is None


def test_segment_of_another_page_is_not_reached_through_the_own_one(client, french):
    one = translation("fr")
    foreign = StringSegment.objects.exclude(source=one.source).first()
    choice = OverridableSegment.objects.exclude(source=one.source).first()

    for name, row in (("edit_string_translation", foreign), ("edit_override", choice)):
        url = reverse(f"wagtail_localize:{name}", args=[one.pk, row.pk])
        assert ask(client, "put", url).status_code == 404


def test_choice_that_the_page_cannot_show_is_refused(client, french):
    """wagtail-localize would store it, and neither editor nor preview would open any more."""
    method, url = addresses("fr")["choice"]

    assert ask(client, method, url).status_code == 400
    assert not SegmentOverride.objects.exists()
    row = OverridableSegment.objects.get(pk=url.split("/")[-3])
    answer = client.put(
        url, urlencode({"value": row.data}), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 201


def test_begin_only_in_the_own_language(client, french):
    for code in ("fr", "nl"):
        about(code).delete()
    page = about()

    def begin(code: str):
        return client.post(reverse("newsroom_translating:begin", args=[page.pk, code]))

    assert is_refused(begin("nl"))
    assert begin("en").status_code == 404
    assert begin("fr").status_code == 302
    found = Page.objects.filter(translation_key=page.translation_key)
    assert sorted(found.values_list("locale__language_code", flat=True)) == ["en", "fr"]


def test_board_and_to_do_show_the_own_language_only(client, french, rf):
    rewrite(about(), lead="New.")

    response = client.get(reverse("newsroom_translating:board"))
    assert [code for code, _ in response.context["languages"]] == ["fr"]
    assert {cell.language for row in response.context["rows"] for cell in row.cells} == {"fr"}
    assert "Nederlands" not in response.content.decode().split("<main")[1]
    request = rf.get("/")
    request.user = french
    items = [item for item in provide(request) if item.number]
    assert [(item.key, item.number) for item in items] == [("translations-out-of-date-fr", 1)]
    assert client.get(items[0].url).context["rows"][0].page.pk == about().pk


def test_other_roles_do_not_translate(client, rf):
    screens = addresses("fr")
    screens["board"] = ("get", reverse("newsroom_translating:board"))
    source_id = translation("fr").source_id
    screens["take over"] = ("post", reverse("newsroom_translating:take_over", args=[source_id]))
    for group in ("Moderators", "Treasurers", "Event hosts"):
        user = make_staff(group)
        client.force_login(user)
        request = rf.get("/")
        request.user = user

        assert languages_of(user) == frozenset()
        assert list(provide(request)) == []
        assert [
            name for name, asked in screens.items() if not is_refused(ask(client, *asked))
        ] == []


def test_editors_work_in_all_languages():
    assert languages_of(make_staff("Editors")) == {"en", "fr", "nl"}


# A second person.


def test_who_asked_or_wrote_does_not_confirm(client, french):
    one = translation("fr")
    second = make_staff(NAMES["fr"], "second")
    confirm = reverse("newsroom_translating:confirm", args=[one.pk])
    client.post(reverse("newsroom_translating:mark", args=[one.pk]), {"note": "Please"})
    assert one.mark.needs_proofreading

    client.post(confirm)
    assert marks.mark_of(one).needs_proofreading
    give("fr", "lead", "De la seconde.", user=second)
    client.force_login(second)
    client.post(confirm)
    assert marks.mark_of(one).needs_proofreading

    third = make_staff("Editors")
    client.force_login(third)
    client.post(confirm)
    mark = marks.mark_of(one)
    assert (mark.needs_proofreading, mark.proofread_by) == (False, third)


def test_who_wrote_into_the_page_does_not_confirm_because_somebody_else_took_it_in(client, french):
    page = about("fr")
    page.lead = "Écrit dans la page."
    writer = make_staff("Editors", "writer")
    page.save_revision(user=writer).publish()
    taker = make_staff("Editors", "taker")
    syncing.take_over(translation("fr").source, rewrite(about(), title="New"), taker)
    marks.set_to_proofread(translation("fr"), make_staff("Editors", "asker"))

    assert not marks.may_confirm(translation("fr"), writer)
    assert marks.may_confirm(translation("fr"), taker)


def test_only_who_works_in_a_language_is_asked_to_translate(client, french):
    dutch = make_staff(NAMES["nl"], "dutch")
    url = reverse("newsroom_translating:assign", args=[translation("fr").pk])

    client.post(url, {"assigned_to": dutch.pk})
    assert not TranslationMark.objects.exists()
    client.post(url, {"assigned_to": french.pk})
    assert TranslationMark.objects.get().assigned_to == french
    assert set(marks.translators_of("nl").values_list("username", flat=True)) == {"dutch"}
    get_user_model().objects.filter(pk=dutch.pk).update(is_active=False)
    assert not marks.translators_of("nl").exists()


def test_editor_of_the_source_is_told_what_is_not_in_step(client):
    client.force_login(make_staff("Editors"))
    page = rewrite(about(), lead="New.")
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])

    assert "made from an earlier text" in client.get(url).content.decode()
    french_url = reverse("wagtailadmin_pages:edit", args=[about("fr").pk])
    assert "has changed since this was translated" in client.get(french_url).content.decode()

    syncing.take_over(translation("fr").source, page)
    assert "made from an earlier text" not in client.get(url).content.decode()
    assert "has changed since this was translated" not in client.get(french_url).content.decode()


def test_preview_of_the_texts_in_the_list_changes_nothing(client, french):
    give("fr", "lead", "Aperçu seulement.")
    url = reverse("wagtail_localize:preview_translation", args=[translation("fr").pk])

    assert "Aperçu seulement." in client.get(url).content.decode()
    assert about("fr").lead != "Aperçu seulement."


def test_old_addresses_of_synchronising_lead_to_the_desk(client, french):
    source = translation("fr").source_id

    answer = client.post(
        reverse("wagtail_localize:update_translations", args=[source]),
        {"publish_translations": "on"},
    )

    assert answer.url == reverse("newsroom_translating:changes", args=[translation("fr").pk])
    report = client.get(reverse("wagtail_localize:translations_report"))
    assert report.url == reverse("newsroom_translating:board")


def test_to_do_has_only_the_readings_that_one_may_do():
    asker, other = make_staff("Translators (French)", "asker"), make_staff("Editors", "other")
    writer = make_staff("Editors", "writer")
    give("fr", "lead", "Un autre chapeau.", user=writer)
    marks.set_to_proofread(translation("fr"), asker)

    found = {user.username: marks.confirmable(user) for user in (asker, writer, other)}
    assert found == {"asker": set(), "writer": set(), "other": {translation("fr").pk}}
    for user in (asker, writer, other):
        assert marks.may_confirm(translation("fr"), user) == (user == other)


def test_translators_desk_leads_to_no_page_that_they_may_not_open(client):
    desk = reverse("newsroom_translating:changes", args=[translation("fr").pk])
    edit = reverse("wagtailadmin_pages:edit", args=[about().pk])

    client.force_login(make_staff("Translators (French)"))
    shown = client.get(desk).content.decode()
    assert edit not in shown
    assert f'href="{about().url}"' in shown
    client.force_login(make_staff("Editors"))
    assert edit in client.get(desk).content.decode()
