"""The words of consents: loaded once, never changed, filled in, followed by newer versions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from supporters import wordings
from supporters.models import ConsentWording
from supporters.wordings import ConsentPurpose, WordingError

THANKS = ConsentPurpose(
    key="test-thanks",
    name="Thanks",
    sentence="Yes. Receiver: %(receiver)s.",
    places={"receiver": "Ada"},
)
LANGUAGES = ["en", "fr", "nl"]


@pytest.fixture
def thanks():
    """A purpose of the test alone, gone afterwards."""
    wordings.register(THANKS)
    yield THANKS
    del wordings._purposes[THANKS.key]


def change(purpose, *, keep_in_step=True, seen=None, **texts):
    current = wordings.words_in_use(purpose.key)
    return wordings.change_words(
        purpose=purpose,
        texts={**{code: row.text for code, row in current.items()}, **texts},
        seen=seen or {code: row.version for code, row in current.items()},
        user=None,
        keep_in_step=keep_in_step,
    )


def versions(purpose) -> list[int]:
    return [row.version for row in wordings.words_in_use(purpose.key).values()]


@pytest.mark.django_db
def test_first_words_are_loaded_once_in_each_language(settings):
    settings.IS_DEVELOPMENT_SITE = False
    call_command("seed_site", verbosity=0)
    rows = list(ConsentWording.objects.values("purpose", "language", "version"))
    call_command("seed_site", verbosity=0)

    assert ConsentWording.objects.count() == len(rows)
    assert {(row["language"], row["version"]) for row in rows} == {(c, 1) for c in LANGUAGES}
    assert {row["purpose"] for row in rows} >= {"photo-delivery", "photo-wall", "newsletter"}


@pytest.mark.django_db
def test_first_words_of_photos_are_translated_and_keep_their_place():
    wordings.ensure_wordings()

    rows = ConsentWording.objects.filter(purpose="photo-delivery")
    texts = dict(rows.values_list("language", "text"))
    assert len(set(texts.values())) == 3
    assert all("{recipient}" in text and "%" not in text for text in texts.values())


@pytest.mark.django_db
def test_words_are_read_in_one_query_and_filled_in(thanks, django_assert_num_queries):
    wordings.ensure_wordings()

    with override("fr"), django_assert_num_queries(1):
        words = wordings.current_words(
            ["test-thanks", "photo-wall"], values={"receiver": "{receiver} & <b>"}
        )

    assert words["test-thanks"].text == "Yes. Receiver: {receiver} & <b>."
    assert words["photo-wall"].language == "fr"


@pytest.mark.django_db
def test_words_that_were_never_loaded_are_loaded_when_they_are_shown(thanks):
    assert not ConsentWording.objects.exists()

    words = wordings.current_words(["test-thanks"], language="nl", values={"receiver": "Bo"})

    assert str(words["test-thanks"]) == "Yes. Receiver: Bo."
    assert words["test-thanks"].wording.version == 1


@pytest.mark.django_db
def test_database_refuses_to_change_words(thanks):
    row = wordings.words_in_use(THANKS.key)["en"]

    for field, value in {"text": "Others.", "version": 7, "language": "de"}.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentWording.objects.filter(pk=row.pk).update(**{field: value})
    row.text = "Others."
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()

    row.refresh_from_db()
    assert row.text == "Yes. Receiver: {receiver}."


@pytest.mark.django_db
def test_new_version_is_in_use_and_the_old_one_stays(thanks):
    old = wordings.words_in_use(THANKS.key)["en"]

    change(thanks, **{code: f"{code}: {{receiver}}" for code in LANGUAGES})

    assert versions(thanks) == [2, 2, 2]
    words = wordings.current_words([THANKS.key], language="fr", values={"receiver": "Bo"})
    assert words[THANKS.key].text == "fr: Bo"
    old.refresh_from_db()
    assert (old.text, old.version) == ("Yes. Receiver: {receiver}.", 1)


@pytest.mark.django_db
def test_language_left_behind_catches_up_and_the_next_change_counts_on(thanks):
    change(thanks, keep_in_step=False, en="New: {receiver}.")
    assert versions(thanks) == [2, 1, 1]

    change(thanks, keep_in_step=False, fr="Neuf : {receiver}.")
    assert versions(thanks) == [2, 2, 1]

    change(thanks, keep_in_step=True)
    assert versions(thanks) == [2, 2, 2]
    change(thanks, keep_in_step=True, nl="Nieuw: {receiver}.")
    assert versions(thanks) == [3, 3, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "Nothing filled in.",
        "{receiver} and {other}",
        "{receiver} {",
        "{receiver} }",
        "{receiver.__class__} {receiver}",
        "{receiver!r}",
        "{{receiver}}",
    ],
)
def test_words_with_other_places_than_declared_are_refused(thanks, text):
    with pytest.raises(WordingError):
        change(thanks, en=text)

    assert versions(thanks) == [1, 1, 1]


@pytest.mark.django_db
def test_words_without_a_change_or_over_those_of_somebody_else_are_refused(thanks):
    seen = dict.fromkeys(LANGUAGES, 1)
    with pytest.raises(WordingError):
        change(thanks)
    change(thanks, en="First: {receiver}.")

    with pytest.raises(WordingError):
        change(thanks, seen=seen, en="Second: {receiver}.")

    assert versions(thanks) == [2, 2, 2]
    assert ConsentWording.objects.filter(purpose=THANKS.key, text__startswith="Second").count() == 0


def race(act, rounds: int) -> list[str]:
    """Let ``act`` run in parallel threads that start together; return how each ended."""
    start = Barrier(rounds)

    def run(number: int) -> str:
        try:
            start.wait()
            act(number)
            return "done"
        except (WordingError, DatabaseError) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(rounds) as pool:
        return list(pool.map(run, range(rounds)))


@pytest.mark.django_db(transaction=True)
def test_of_members_of_staff_who_change_words_at_once_one_does(thanks):
    wordings.ensure_wordings()
    seen = dict.fromkeys(LANGUAGES, 1)
    texts = dict.fromkeys(LANGUAGES, "Other: {receiver}.")

    def act(number: int) -> None:
        wordings.change_words(purpose=thanks, texts=texts, seen=seen, user=None, keep_in_step=True)

    def without_a_lock(number: int) -> None:
        found = wordings.words_in_use(thanks.key)["en"].version
        barrier.wait()
        ConsentWording.objects.create(
            purpose=thanks.key, language="en", version=found + 1 + number, text=str(number)
        )

    outcomes = race(act, 4)
    assert sorted(outcomes) == ["WordingError"] * 3 + ["done"]
    assert ConsentWording.objects.filter(purpose=thanks.key).count() == 6

    barrier = Barrier(4)
    assert race(without_a_lock, 4) == ["done"] * 4


@pytest.mark.django_db(transaction=True)
def test_first_visitors_who_come_at_once_load_the_words_once(thanks):
    outcomes = race(lambda _number: wordings.current_words([THANKS.key], language="en"), 4)

    assert outcomes == ["done"] * 4
    assert ConsentWording.objects.filter(purpose=THANKS.key).count() == 3
