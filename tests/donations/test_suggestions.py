"""Where a payment may belong: the right place first, with its reason; nothing is booked."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from donations import services
from donations.models import Allocation, Appeal, Pledge
from donations.references import MAX_NUMBER, check_digits, structured_communication
from donations.suggestions import near_numbers, suggestions
from tests.donations.payments import make_payment
from tests.factories import make_account, make_appeal, make_pledge, make_supporter

THEIRS, OTHERS = "BE62510007547061", "BE68539007547034"


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def appeal(account):
    Appeal.objects.update(communication="")  # that of the first content is tried here
    return make_appeal(account=account, communication="donation NotATarget")


def keys(entry) -> list[str]:
    return [one.key for one in suggestions(entry)]


def first(entry):
    return suggestions(entry)[0]


def pledge_of(appeal, email: str, **fields) -> Pledge:
    return make_pledge(appeal=appeal, supporter=make_supporter(email=email), **fields)


def paid_before(account, pledge, payer: str = THEIRS) -> Allocation:
    entry = make_payment(account, f"{pledge.amount_eur}", payer=payer)
    services.place_on_pledge(entry=entry, pledge=pledge, by=None)
    return entry.allocations.get(kind="gift")


@given(st.integers(0, MAX_NUMBER), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_found_and_always_noticed(number, at, by):
    digits = f"{number:010d}{check_digits(number):02d}"
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]

    assert int(wrong[10:]) != check_digits(int(wrong[:10]))
    assert number in near_numbers(wrong)


@given(st.integers(0, MAX_NUMBER), st.integers(0, 10))
def test_two_swapped_digits_are_found(number, at):
    digits = f"{number:010d}{check_digits(number):02d}"
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]

    if swapped != digits:
        assert near_numbers(swapped)[number] == "swapped"


@pytest.mark.django_db
def test_mistyped_communication_finds_its_pledge(account, appeal):
    pledge = pledge_of(appeal, "a@example.org")
    pledge_of(appeal, "b@example.org", amount_eur="80.00")
    digits = structured_communication(pledge.reference_number)
    wrong = f"{digits[:-4]}{(int(digits[-4]) + 1) % 10}+++"
    entry = make_payment(account, text=f"gift {wrong}", obstacle="bad_check")

    best = first(entry)

    assert (best.key, best.rule) == (f"pledge-{pledge.pk}", "similar")
    assert "The communication is that of this promise with one wrong digit." in best.reasons
    assert not Allocation.objects.filter(kind="gift").exists()  # nothing is booked by a guess


@pytest.mark.django_db
def test_swapped_digits_with_another_amount_still_count_for_something(account, appeal):
    pledge = pledge_of(appeal, "a@example.org", reference_number=5_012_345_678)
    digits = f"{pledge.reference_number:010d}{check_digits(pledge.reference_number):02d}"
    swapped = digits[0] + digits[2] + digits[1] + digits[3:]
    entry = make_payment(account, "30.00", reference=swapped, obstacle="bad_check")

    best = first(entry)

    assert best.pledge == pledge and best.score < 90
    assert best.reasons == ["The communication is that of this promise with two digits swapped."]


@pytest.mark.django_db
def test_known_account_with_the_amount_comes_before_without(account, appeal):
    earlier = make_pledge(appeal=appeal)
    paid_before(account, earlier)
    fits = make_pledge(appeal=appeal, supporter=earlier.supporter, amount_eur="40.00")
    other = make_pledge(appeal=appeal, supporter=earlier.supporter, amount_eur="60.00")
    pledge_of(appeal, "else@example.org", amount_eur="40.00")

    found = suggestions(make_payment(account, "40.00", payer=THEIRS))

    ranked = [one.key for one in found]
    assert ranked[:2] == [f"pledge-{fits.pk}", f"pledge-{other.pk}"]
    assert found[0].rule == "account_amount"
    assert found[0].score > 90 > found[1].score
    place = next(one for one in found if one.appeal)
    assert (place.appeal, place.supporter) == (appeal, earlier.supporter)


@pytest.mark.django_db
def test_unknown_account_says_nothing(account, appeal):
    earlier = make_pledge(appeal=appeal)
    paid_before(account, earlier)
    make_pledge(appeal=appeal, supporter=earlier.supporter, amount_eur="60.00")

    assert keys(make_payment(account, "40.00", payer=OTHERS)) == []
    assert keys(make_payment(account, "40.00")) == []


@pytest.mark.django_db
def test_monthly_gift_is_suggested_again_each_month(account, appeal):
    pledge = make_pledge(appeal=appeal, frequency="monthly")
    paid_before(account, pledge)

    best = first(make_payment(account, payer=THEIRS))

    assert (best.pledge, best.rule) == (pledge, "account_amount")


@pytest.mark.parametrize(
    "text",
    [
        "donaton notatarget",
        "DONATION  NOT A TARGET",
        "Donatie notatarget",
        "gift not a target",
        "don not a targat merci",
        "notatarget",
        "bonjour, donation-notattarget de Noor",
    ],
)
@pytest.mark.django_db
def test_misspelt_communication_finds_its_appeal(account, appeal, text):
    best = first(make_payment(account, text=text))

    assert (best.appeal, best.rule) == (appeal, "similar")
    assert "donation NotATarget" in best.reasons[0]


@pytest.mark.parametrize("text", ["", "donation", "loyer mai 2026", "cotisation", "target"])
@pytest.mark.django_db
def test_other_texts_do_not(account, appeal, text):
    assert keys(make_payment(account, text=text)) == []


@pytest.mark.django_db
def test_communication_of_an_appeal_on_another_account_is_not_meant(account, appeal):
    other = make_account(label="Other", iban="BE43068999999501")

    assert keys(make_payment(other, text="donation notatarget")) == []


@pytest.mark.django_db
def test_payer_who_names_an_appeal(account, appeal):
    best = first(make_payment(account, text="Pour l'appel aux dons d’essai"))

    assert (best.appeal, best.reasons) == (appeal, ["The payer named this appeal."])


@pytest.mark.parametrize("payer", ["PEETERS NOOR", "Noor Peters", "M. JANS OF MEVR. PEETERS NOOR"])
@pytest.mark.django_db
def test_like_name_with_the_amount(account, appeal, payer):
    pledge = pledge_of(appeal, "noor@example.org", name="Noor Peeters")
    for number in range(7):
        pledge_of(appeal, f"{number}@example.org", name=f"Somebody Else {number}")

    found = suggestions(make_payment(account, name=payer))

    assert (found[0].pledge, found[0].rule) == (pledge, "similar")
    # Of those of which only the amount speaks, five at most, and far behind.
    assert len(found) == 6
    assert {one.rule for one in found[1:]} == {"by_hand"}
    assert all(one.score < 40 for one in found[1:])


@pytest.mark.django_db
def test_amount_alone_is_of_the_account_the_time_and_what_is_still_open(account, appeal):
    weak = pledge_of(appeal, "a@example.org")
    part = pledge_of(appeal, "b@example.org", amount_eur="35.00")
    services.place_on_pledge(entry=make_payment(account, "10.00"), pledge=part, by=None)
    pledge_of(appeal, "c@example.org", amount_eur="24.00")
    pledge_of(appeal, "d@example.org", status="expired", ended="expired", name="")
    later = timezone.now() + timedelta(days=2)
    pledge_of(appeal, "e@example.org", created_hour=later)
    elsewhere = make_account(label="Other", iban="BE43068999999501")
    pledge_of(appeal, "f@example.org", account=elsewhere)

    assert sorted(keys(make_payment(account))) == [f"pledge-{weak.pk}", f"pledge-{part.pk}"]


@pytest.mark.django_db
def test_two_communications_are_suggested_together_when_the_sum_is_right(account, appeal):
    pledges = [
        pledge_of(appeal, "a@example.org"),
        pledge_of(appeal, "b@example.org", amount_eur="15.00"),
    ]
    text = " ".join(pledge.communication for pledge in pledges)

    both = suggestions(make_payment(account, "40.00", text=text, obstacle="two_references"))
    odd = suggestions(make_payment(account, "41.00", text=text, obstacle="two_references"))

    assert set(both[0].pledges) == set(pledges)
    assert {one.pledge for one in both[1:]} == set(pledges)
    assert [len(one.pledges) for one in odd] == [1, 1]


@pytest.mark.django_db
def test_late_payer_is_found_by_name(account, appeal):
    pledge = make_pledge(appeal=appeal, name="Noor Peeters", status="expired", ended="expired")

    assert keys(make_payment(account, name="NOOR PEETERS")) == [f"pledge-{pledge.pk}"]


@pytest.mark.django_db
def test_nothing_is_suggested_for_another_currency_or_when_nothing_is_left(account, appeal):
    make_pledge(appeal=appeal)
    assert keys(make_payment(account, currency="USD")) == []
    entry = make_payment(account)
    assert keys(entry) != []
    services.place_on_appeal(entry=entry, appeal=appeal, by=None)
    assert keys(entry) == []


@pytest.mark.django_db
def test_money_that_went_back_finds_its_gift(account, appeal):
    first_pledge = pledge_of(appeal, "a@example.org")
    second_pledge = pledge_of(appeal, "b@example.org")
    wanted, other = paid_before(account, first_pledge), paid_before(account, second_pledge, OTHERS)
    named = make_payment(account, "-25.00", text=first_pledge.communication, is_return=True)
    known = make_payment(account, "-25.00", payer=OTHERS)
    riddle = make_payment(account, "-25.00")

    assert first(named).gift == wanted
    assert (first(known).gift, first(known).rule) == (other, "account_amount")
    assert {one.key for one in suggestions(riddle)} == {f"gift-{wanted.pk}", f"gift-{other.pk}"}
    assert first(riddle).score <= 30
    services.place_return(entry=named, original=wanted, by=None)
    assert [one.gift for one in suggestions(riddle)] == [other]  # the first is back already


@pytest.mark.django_db
def test_names_are_read_of_few_pledges(account, appeal, django_assert_max_num_queries, monkeypatch):
    person = make_supporter()
    for _ in range(12):
        make_pledge(appeal=appeal, supporter=person, amount_eur="99.00")
    match = make_pledge(appeal=appeal, supporter=person, name="Noor Peeters")
    read = []
    decrypt = Pledge._meta.get_field("name").from_db_value
    monkeypatch.setattr(
        type(Pledge._meta.get_field("name")),
        "from_db_value",
        lambda self, value, *rest: read.append(value) or decrypt(value, *rest),
    )
    entry = make_payment(account, name="Noor Peeters", payer=THEIRS)
    entry.refresh_from_db()
    read.clear()

    with django_assert_max_num_queries(8):
        assert keys(entry) == [f"pledge-{match.pk}"]

    assert len(read) <= 3
