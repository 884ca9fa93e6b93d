"""Reading ease, sentences, inclusive points and named days, on texts whose answer is known."""

from datetime import date

import pytest

from newsroom.checking import reading
from newsroom.checking.inclusive import other_ways, with_canonical_points, words_with_points
from newsroom.checking.weekdays import named_days

EASY = {
    "en": "The cat sat on the mat. The dog lay in the sun. We ate some bread. ",
    "fr": "Le chat dort sur le lit. Le chien joue dans la cour. On mange du pain. ",
    "nl": "De kat zit op de mat. De hond ligt in de zon. Wij eten een stuk brood. ",
}
HARD = {
    "en": "The institutionalisation of multilateral commercialisation arrangements necessarily "
    "precipitates considerable deterioration of universally accessible healthcare provisions. ",
    "fr": "L’institutionnalisation généralisée des mécanismes internationaux de commercialisation "
    "occasionne nécessairement une détérioration considérable des infrastructures sanitaires. ",
    "nl": "De internationalisering van commerciële gezondheidszorgvoorzieningen veroorzaakt "
    "onvermijdelijk aanzienlijke achteruitgang van maatschappelijke toegankelijkheidsnormen. ",
}


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_easy_and_hard_texts_are_told_apart_in_each_language(language):
    easy = reading.measure(EASY[language] * 8, language)
    hard = reading.measure(HARD[language] * 8, language)

    assert easy.ease == reading.Ease.EASY
    assert hard.ease == reading.Ease.HARD
    assert easy.lix < 30 < 60 < hard.lix


def test_a_short_text_is_not_judged():
    assert reading.measure(HARD["en"], "en").ease is None


def test_the_formulas_are_those_of_their_language():
    counted = {"words": 100, "sentences": 10, "syllables": 150, "long_words": 20}

    scores = {
        code: reading.Measure(**counted, language=code).reading_ease for code in ("en", "fr", "nl")
    }

    # 206.835 − 10.15 − 126.9; 207 − 10.15 − 110.4; 206.84 − 9.3 − 115.5
    assert scores == {"en": 70, "fr": 86, "nl": 82}
    assert reading.Measure(**counted, language="fr").lix == 30


@pytest.mark.parametrize(
    ("word", "language", "number"),
    [
        ("health", "en", 1),
        ("people", "en", 2),
        ("communities", "en", 4),
        ("treated", "en", 2),
        ("walked", "en", 1),
        ("santé", "fr", 2),
        ("malades", "fr", 2),
        ("gezondheid", "nl", 3),
        ("ziekenhuis", "nl", 3),
        ("eeuwen", "nl", 2),
        ("zeeën", "nl", 2),
        ("2022", "en", 1),
    ],
)
def test_syllables(word, language, number):
    assert reading.syllables(word, language) == number


def test_sentences_end_where_readers_think_they_do():
    text = "Mme A. Dupont et le Dr. Khan (p. ex. ici) parlent. « Venez ! » dit-elle. 3.5 % sont là"

    assert reading.sentences(text) == [
        "Mme A. Dupont et le Dr. Khan (p. ex. ici) parlent.",
        "« Venez ! » dit-elle.",
        "3.5 % sont là",
    ]


def test_long_sentences_are_found_and_short_ones_not():
    long = "A " + " ".join(["word"] * 25) + "."
    just = "A " + " ".join(["word"] * 24) + "."

    assert [count for _said, count in reading.long_sentences(f"{just} {long}", "en")] == [26]
    # French has more small words.
    assert reading.long_sentences(long, "fr") == []


@pytest.mark.parametrize("sign", ["\u2e31", "\u2027", "\u2022", "\u00b7"])
def test_every_inclusive_point_is_saved_as_one(sign):
    text = f"Les militant{sign}e{sign}s • et les soignant{sign}es"

    saved = with_canonical_points(text)

    assert saved == "Les militant·e·s • et les soignant·es"
    assert with_canonical_points(saved) == saved
    assert words_with_points(text) == {
        f"militant{sign}e{sign}s": "militantes",
        f"soignant{sign}es": "soignantes",
    }


def test_other_inclusive_spellings_are_found_and_addresses_are_not():
    found = other_ways("Les militant(e)s, les soignant.e.s et les élu-e-s : nous (en) parlons.")

    assert found == ["militant(e)s", "soignant.e.s", "élu-e-s"]
    assert other_ways("www.exemple.e.be et sam.e.s@example.org (etc.), qui(e)") == []


@pytest.mark.parametrize(
    ("language", "text", "right"),
    [
        ("en", "on Friday 9 December 2022", True),
        ("en", "on Friday, December 9, 2022", True),
        ("en", "on Thursday the 9th of December 2022", False),
        ("fr", "le vendredi 9 décembre 2022", True),
        ("fr", "Jeudi 1er décembre 2022", True),
        ("fr", "mardi 9 décembre 2022", False),
        ("nl", "op vrijdag 9 december 2022", True),
        ("nl", "op maandag 9 december 2022", False),
    ],
)
def test_weekdays_are_compared_with_their_day(language, text, right):
    (named,) = named_days(text, language, known=[], today=date(2022, 1, 1))

    assert named.is_right is right


def test_a_day_without_a_year_is_that_of_the_action_or_the_next_one():
    today = date(2026, 3, 1)

    def meant(known):
        (named,) = named_days("Friday 9 December", "en", known=known, today=today)
        return named.day

    assert meant([date(2022, 12, 9)]) == date(2022, 12, 9)
    assert meant([]) == date(2026, 12, 9)
    assert list(named_days("Friday 31 April 2026", "en", known=[], today=today)) == []
