"""Names of countries and languages, as each language writes and sorts them."""

import pytest
from django.utils.translation import override

from campaign_site.territories import country_choices, country_name, language_name


@pytest.mark.parametrize(
    ("language", "belgium", "congo", "palestine"),
    [
        ("en", "Belgium", "DR Congo", "Palestine"),
        ("fr", "Belgique", "RD Congo", "Palestine"),
        ("nl", "België", "DR Congo", "Palestina"),
    ],
)
def test_countries_have_names_in_each_language(language, belgium, congo, palestine):
    with override(language):
        names = dict(country_choices())

        assert (names["BE"], names["CD"], names["PS"]) == (belgium, congo, palestine)
        assert country_name("BE") == belgium


def test_belgium_comes_first_and_accents_do_not_count():
    with override("fr"):
        names = [name for _, name in country_choices()]

    assert names[0] == "Belgique"
    assert names.index("Égypte") < names.index("Espagne") < names.index("Zambie")


def test_groupings_are_no_countries():
    codes = {code for code, _ in country_choices()}

    assert not codes & {"EU", "UN", "ZZ", "XA"}
    assert 240 <= len(codes) <= 255


def test_unknown_country_is_shown_as_it_is():
    assert country_name("QQ") == "QQ"
    assert country_name("") == ""


def test_languages_have_names_in_each_language():
    with override("nl"):
        assert language_name("fr") == "Frans"
        assert language_name("und", other="een andere") == "een andere"
