"""Staff add versions of the words; nobody but administrators."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from supporters import wordings
from supporters.models import ConsentWording
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "nl"]


@pytest.fixture
def administrator(client):
    user = make_staff("Administrators")
    client.force_login(user)
    return user


def path(key: str = "photo-delivery") -> str:
    return reverse("people_admin:wording", args=[key])


def filled_in(**changes) -> dict[str, str]:
    current = wordings.words_in_use("photo-delivery")
    return {
        "seen": ",".join(f"{code}:{row.version}" for code, row in current.items()),
        **{f"text_{code}": row.text for code, row in current.items()},
        **changes,
    }


def in_use() -> dict[str, tuple[int, str]]:
    rows = wordings.words_in_use("photo-delivery")
    return {code: (row.version, row.text) for code, row in rows.items()}


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_other_staff_neither_see_nor_change_words(client, group):
    client.force_login(make_staff(group))
    before = in_use()

    seen = client.get(reverse("people_admin:wordings"))
    sent = client.post(path(), filled_in(text_en="Yes: {recipient}.", others="later"))

    assert (seen.status_code, sent.status_code) == (302, 302)
    assert seen.url == sent.url == reverse("wagtailadmin_home")
    assert in_use() == before


def test_list_shows_each_purpose_as_people_see_it(client, administrator):
    html = client.get(reverse("people_admin:wordings")).content.decode()

    assert html.count(">Change the words<") == len(wordings.purposes())
    assert "Recipient: the minister." in html
    assert "{recipient}" not in html
    assert "the languages differ" not in html


def test_change_in_all_languages_is_in_use_at_once_and_logged(client, administrator):
    texts = {f"text_{code}": f"{code}: {{recipient}}." for code in LANGUAGES}

    response = client.post(path(), filled_in(**texts))

    assert response.url == reverse("people_admin:wordings")
    assert in_use() == {code: (2, f"{code}: {{recipient}}.") for code in LANGUAGES}
    assert set(ConsentWording.objects.filter(version=2).values_list("created_by", flat=True)) == {
        administrator.pk
    }
    assert ModelLogEntry.objects.filter(action="supporters.change_words").count() == 3


def test_preview_changes_nothing(client, administrator):
    texts = {f"text_{code}": f"{code} says: {{recipient}}." for code in LANGUAGES}
    before = in_use()

    html = client.post(path(), filled_in(**texts, preview="1")).content.decode()

    assert "en says: the minister." in html
    assert in_use() == before


def test_change_in_one_language_needs_a_word_about_the_others(client, administrator):
    change = {"text_fr": "Oui : {recipient}."}
    before = in_use()

    refused = client.post(path(), filled_in(**change))

    html = refused.content.decode()
    assert refused.status_code == 200
    assert "You changed French and not English and Dutch." in html
    assert "Oui\u202f: {recipient}." in html or "Oui : {recipient}." in html
    assert in_use() == before

    client.post(path(), filled_in(**change, others="later"))

    assert [version for version, _text in in_use().values()] == [1, 2, 1]
    warning = "Version 2 does not exist in English and Dutch"
    assert warning in client.get(reverse("people_admin:wordings")).content.decode()
    assert warning in client.get(path()).content.decode()

    client.post(path(), filled_in(others="same"))

    assert [version for version, _text in in_use().values()] == [2, 2, 2]
    assert warning not in client.get(reverse("people_admin:wordings")).content.decode()


def test_words_without_their_place_come_back_with_what_was_typed(client, administrator):
    response = client.post(path(), filled_in(text_en="I agree.", others="later"))

    html = response.content.decode()
    assert "These words must contain {recipient}." in html
    assert "I agree." in html
    assert not ConsentWording.objects.filter(version=2).exists()


def test_screen_that_was_open_while_a_colleague_changed_the_words_is_refused(client, administrator):
    stale = filled_in(text_en="Stale: {recipient}.", others="same")
    client.post(path(), filled_in(text_en="Fresh: {recipient}.", others="same"))

    html = client.post(path(), stale).content.decode()

    assert "Somebody else has changed these words." in html
    assert in_use()["en"] == (2, "Fresh: {recipient}.")


def test_unknown_purpose_is_not_found(client, administrator):
    assert client.get(path("nothing")).status_code == 404
