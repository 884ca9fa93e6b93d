"""The pledge form: amounts in each language, and what it refuses."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from donations.forms import PledgeForm

# What stands beside the box for news is read from the database.
pytestmark = pytest.mark.django_db


def fill_in(**changes) -> PledgeForm:
    data = {
        "form_key": PledgeForm(subject="spring")["form_key"].initial,
        "amount_eur": "25",
        "name": "Sam Sample",
        "email": "Sam@Example.ORG",
        "website": "",
    }
    return PledgeForm({**data, **changes}, subject="spring", language="en")


def test_form_reads_amount_name_and_address():
    form = fill_in()

    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount_eur"] == Decimal("25.00")
    assert form.cleaned_data["name"] == "Sam Sample"
    assert form.cleaned_data["email"] == "Sam@example.org"
    assert form.key is not None


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize(
    ("typed", "amount"),
    [("25,50", "25.50"), ("25.50", "25.50"), ("1\u202f250", "1250.00"), ("€ 25", "25.00")],
)
def test_amount_is_the_same_in_every_language(language, typed, amount):
    with override(language):
        form = fill_in(amount_eur=typed)

        assert form.is_valid(), form.errors
    assert str(form.cleaned_data["amount_eur"]) == amount


def test_amount_with_two_readings_is_asked_about_and_kept():
    form = fill_in(amount_eur="1.250")

    assert not form.is_valid()
    (error,) = form.errors["amount_eur"]
    assert "“1.250” can be read in two ways" in error
    assert "type 1250 without a point or comma" in error
    assert 'value="1.250"' in str(form["amount_eur"])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the amount"),
        ("much", "not an amount"),
        ("0.99", "from €1 to €10,000"),
        ("10000.01", "from €1 to €10,000"),
        ("9" * 40, "from €1 to €10,000"),
        ("25.5000", "at most two decimals"),
        ("9" * 41, "at most 40 characters"),
    ],
)
def test_amount_is_refused_with_a_reason(typed, words):
    form = fill_in(amount_eur=typed)

    assert not form.is_valid()
    (error,) = form.errors["amount_eur"]
    assert words in error


@pytest.mark.parametrize("typed", ["1", "10000", "10.000,00", "10 000"])
def test_ends_of_the_range_are_taken(typed):
    assert fill_in(amount_eur=typed).is_valid()


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b"])
def test_name_that_shows_nothing_is_refused(name):
    assert fill_in(name=name).errors["name"] == ["Type your name."]


@pytest.mark.parametrize("email", ["", "sam", "sam@", "sam@example", "a b@example.org"])
def test_incomplete_address_is_refused(email):
    assert "email" in fill_in(email=email).errors


def test_filled_trap_is_refused():
    assert "website" in fill_in(website="https://example.org").errors


def test_key_of_another_appeal_is_refused_and_replaced():
    foreign = PledgeForm(subject="autumn")["form_key"].initial
    form = fill_in(form_key=foreign)

    assert not form.is_valid()
    assert form.data["form_key"] != foreign


def test_two_ways_to_write_one_amount_are_one_content():
    first, second = fill_in(amount_eur="25"), fill_in(amount_eur="25,00")

    assert first.is_valid()
    assert second.is_valid()
    assert first.content_digest == second.content_digest


def test_field_offers_amounts_and_the_number_keyboard():
    drawn = str(PledgeForm(subject="spring")["amount_eur"])

    assert 'inputmode="decimal"' in drawn
    assert 'list="amount_eur_proposed"' in drawn
    assert '<option value="50"></option>' in drawn
