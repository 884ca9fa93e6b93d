"""The pledge form: amounts in each language, and what it refuses."""

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override

from donations.forms import PledgeForm
from donations.models import Reward
from tests.factories import make_account, make_appeal, make_reward

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


def choose(appeal, **changes) -> PledgeForm:
    data = {
        "form_key": PledgeForm(appeal=appeal)["form_key"].initial,
        "amount_eur": "25",
        "name": "Sam Sample",
        "email": "sam@example.org",
        "website": "",
    }
    return PledgeForm({**data, **changes}, appeal=appeal, language="en")


def test_form_without_a_frequency_is_a_gift_given_once():
    form = fill_in()

    assert form.is_valid()
    assert form.cleaned_data["frequency"] == "once"
    assert not fill_in(frequency="daily").is_valid()
    assert fill_in(frequency="monthly").is_valid()


def test_rewards_and_purposes_are_asked_for_only_where_an_appeal_offers_some():
    bare = PledgeForm(appeal=make_appeal())
    account = make_account(label="Other", iban="BE17523081387321")
    appeal = make_appeal(slug="other", account=account)
    make_reward(appeal=appeal, is_offered=False)

    assert not {"reward", "earmark"} & set(bare.fields)
    assert not {"reward", "earmark"} & set(PledgeForm(appeal=appeal).fields)
    make_reward(appeal=appeal)
    names = {f"name_{code}": "Gaza" for code in ("en", "fr", "nl")}
    appeal.earmarks.create(**names)
    assert {"reward", "earmark"} <= set(PledgeForm(appeal=appeal).fields)


def test_no_reward_is_chosen_at_first_and_one_without_stock_cannot_be():
    reward = make_reward(stock=3, taken=0)
    make_reward(appeal=reward.appeal, name_en="Poster", stock=2, taken=2)

    page = BeautifulSoup(str(PledgeForm(appeal=reward.appeal)["reward"]), "html.parser")

    none, shirt, poster = page.find_all("input")
    assert none["value"] == ""
    assert none.has_attr("checked")
    assert not shirt.has_attr("checked")
    assert not shirt.has_attr("disabled")
    assert poster.has_attr("disabled")
    words = page.get_text(" ")
    assert "For gifts over €10" in words
    assert "3 left" in words
    assert "None left" in words


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_price_in_taxes_is_said_before_the_choice(language):
    """Between the heading and the first button, and only where certificates are given."""
    reward = make_reward()
    with override(language):
        silent = str(PledgeForm(appeal=reward.appeal)["reward"].help_text)
        reward.appeal.gives_certificates = True
        told = str(PledgeForm(appeal=reward.appeal)["reward"].help_text)

    assert told != silent
    if language == "en":
        assert "A gift with a reward earns no tax certificate" in told
        assert "certificate" not in silent


def test_reward_that_the_amount_reaches_is_taken():
    reward = make_reward()

    form = choose(reward.appeal, reward=str(reward.pk), amount_eur="10.01")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["reward"] == reward


@pytest.mark.parametrize(
    ("is_over", "amount", "words"),
    [(True, "10", "for gifts over €10"), (False, "9.99", "for gifts from €10")],
)
def test_reward_that_the_amount_does_not_reach_is_refused_at_its_field(is_over, amount, words):
    reward = make_reward(is_over=is_over)

    form = choose(reward.appeal, reward=str(reward.pk), amount_eur=amount)

    assert not form.is_valid()
    assert list(form.errors) == ["reward"]
    assert words in form.errors["reward"][0]
    assert f'value="{amount}"' in str(form["amount_eur"])


def test_reward_from_an_amount_is_given_for_the_amount_itself():
    reward = make_reward(is_over=False)

    assert choose(reward.appeal, reward=str(reward.pk), amount_eur="10").is_valid()


def test_reward_of_which_none_is_left_is_refused_and_stays_chosen():
    reward = make_reward(stock=1, taken=1)

    form = choose(reward.appeal, reward=str(reward.pk))

    assert form.errors["reward"] == ["None of these is left. Choose another, or no reward."]
    chosen = BeautifulSoup(str(form["reward"]), "html.parser").find("input", checked=True)
    assert chosen["value"] == str(reward.pk)
    # A button that cannot be pressed would be left out of the next post, and nobody would notice.
    assert not chosen.has_attr("disabled")


@pytest.mark.parametrize("value", ["0", "abc", "-1", "99999999999999999999"])
def test_reward_that_does_not_exist_is_refused(value):
    assert "reward" in choose(make_reward().appeal, reward=value).errors


def test_reward_and_purpose_of_another_appeal_are_refused():
    reward = make_reward()
    account = make_account(label="Other", iban="BE17523081387321")
    other = make_appeal(slug="other", account=account)
    make_reward(appeal=other)
    names = {f"name_{code}": "Gaza" for code in ("en", "fr", "nl")}
    mine = reward.appeal.earmarks.create(**names)
    other.earmarks.create(**names)

    form = choose(other, reward=str(reward.pk), earmark=str(mine.pk))

    assert {"reward", "earmark"} <= set(form.errors)
    assert choose(reward.appeal, reward=str(reward.pk), earmark=str(mine.pk)).is_valid()


def test_two_rewards_of_one_name_are_two_contents():
    first = make_reward()
    second = make_reward(appeal=first.appeal)
    one, other = (choose(first.appeal, reward=str(reward.pk)) for reward in (first, second))

    assert one.is_valid()
    assert other.is_valid()
    assert one.content_digest != other.content_digest


def test_digest_outlives_a_name_that_is_corrected():
    reward = make_reward()
    before = choose(reward.appeal, reward=str(reward.pk))
    assert before.is_valid()
    digest = before.content_digest
    Reward.objects.update(name_en="A better name")

    after = choose(reward.appeal, reward=str(reward.pk))
    assert after.is_valid()
    assert after.content_digest == digest
