"""Structured communications, against published examples and an independent implementation."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.be import ogm_vcs

from donations.references import MAX_NUMBER, read_communication, structured_communication

# Numbers and their communications as printed in other projects' documentation and tests.
PUBLISHED = {
    108068171: "+++010/8068/17183+++",
    123456789: "+++012/3456/78939+++",
    1111111111: "+++111/1111/11170+++",
    1234567890: "+++123/4567/89002+++",
    2024: "+++000/0002/02484+++",
    9999999999: "+++999/9999/99948+++",
    1905063212: "+++190/5063/21290+++",
}


@pytest.mark.parametrize(("number", "communication"), PUBLISHED.items())
def test_communication_is_as_published(number, communication):
    assert structured_communication(number) == communication
    assert read_communication(communication) == number


def test_remainder_zero_gives_97():
    assert structured_communication(0) == "+++000/0000/00097+++"
    assert structured_communication(97) == "+++000/0000/09797+++"
    assert structured_communication(9_700_000_000) == "+++970/0000/00097+++"


def test_communications_pass_the_independent_check():
    for number in [*range(1, 2000), *range(1_000_001, 1_002_000), MAX_NUMBER]:
        communication = structured_communication(number)

        assert ogm_vcs.is_valid(communication)
        assert read_communication(communication) == number


@pytest.mark.parametrize("number", [-1, MAX_NUMBER + 1])
def test_number_out_of_range_is_refused(number):
    with pytest.raises(ValueError, match="at most ten digits"):
        structured_communication(number)


@pytest.mark.parametrize(
    "written", ["***010/8068/17183***", "010806817183", " +++ 010 / 8068 / 17183 +++ "]
)
def test_other_ways_to_write_a_communication_are_read(written):
    assert read_communication(written) == 108068171


@pytest.mark.parametrize(
    "written",
    ["+++123/4567/89012+++", "+++III/IIII/III70+++", "1234", "", "+++931/3843/84900+++", "0" * 12],
)
def test_wrong_communication_is_refused(written):
    with pytest.raises(ValueError, match="structured communication"):
        read_communication(written)


CASES = int(os.environ.get("STATEMENT_CASES", "300"))
WRITTEN = st.one_of(st.text(max_size=30), st.text("0123456789+*/ ", max_size=24))


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None)
@given(WRITTEN)
def test_whatever_is_written_is_read_or_refused(text):
    try:
        number = read_communication(text)
    except ValueError:
        return
    digits = "".join(character for character in text if character.isdigit())
    assert structured_communication(number).replace("/", "").strip("+") == digits


@pytest.mark.fuzz
@settings(max_examples=CASES, deadline=None)
@given(st.integers(0, MAX_NUMBER), st.integers(0, 11), st.integers(1, 9))
def test_every_number_is_read_back_and_one_wrong_digit_is_noticed(number, at, by):
    written = structured_communication(number)
    assert read_communication(written) == number
    digits = written.replace("/", "").strip("+")
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]

    with pytest.raises(ValueError, match="check digits"):
        read_communication(wrong)
