import pytest
import time_machine

from campaign_site.forms import (
    AddressField,
    LineField,
    PublicForm,
    is_fresh_form_key,
    new_form_key,
    read_form_key,
    visible_text,
)


class GreetingForm(PublicForm):
    form_name = "greeting"
    name = LineField(max_length=20)
    email = AddressField()


def post(door=None, **fields) -> GreetingForm:
    data = {
        "form_key": new_form_key("greeting:a"),
        "name": "Ada",
        "email": "ada@example.org",
        "website": "",
    }
    return GreetingForm({**data, **fields}, subject="a", door=door)


def test_form_reads_its_key_and_a_digest_of_its_content():
    first, same, other = post(), post(), post(name="Grace")

    assert all(form.is_valid() for form in (first, same, other))
    assert first.key is not None and first.key != same.key
    assert first.content_digest == same.content_digest != other.content_digest


def test_honeypot_filled_is_refused():
    form = post(website="https://spam.example")

    assert not form.is_valid()
    assert "website" in form.errors


@pytest.mark.parametrize("key", ["missing", "damaged", "foreign"])
def test_missing_damaged_or_foreign_key_keeps_the_text_and_gives_a_new_key(key):
    keys = {"missing": "", "damaged": "nonsense", "foreign": new_form_key("greeting:b")}

    form = post(form_key=keys[key])

    assert not form.is_valid()
    assert "please send it again" in str(form.non_field_errors())
    assert form["name"].value() == "Ada"
    assert read_form_key("greeting:a", form["form_key"].value()) is not None


def test_key_is_good_for_a_day():
    with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False) as clock:
        key = new_form_key("greeting:a")
        clock.shift(24 * 3600 - 1)
        assert read_form_key("greeting:a", key)
        clock.shift(3)
        assert read_form_key("greeting:a", key) is None


def test_form_is_fresh_for_three_seconds(settings):
    settings.FORM_MINIMUM_SECONDS = 3
    with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False) as clock:
        key = new_form_key("greeting:a")
        clock.shift(2.9)
        assert is_fresh_form_key("greeting:a", key)
        assert not is_fresh_form_key("greeting:b", key)
        assert not is_fresh_form_key("greeting:a", "nonsense")
        clock.shift(0.2)
        assert not is_fresh_form_key("greeting:a", key)


def test_no_minimum_no_fresh_forms(settings):
    settings.FORM_MINIMUM_SECONDS = 0
    with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False):
        assert not is_fresh_form_key("greeting:a", new_form_key("greeting:a"))


class ClosedDoor:
    is_flooded = True

    def refusal(self, form):
        return "Not now."

    def offer(self, form):
        return {"form": form.purpose, "key": form.key_in_page()}


def test_a_form_that_the_door_sends_back_keeps_everything_and_costs_no_work():
    form = post(door=ClosedDoor())

    assert not form.is_valid()
    assert form.errors == {"form_key": ["Not now."]}
    assert form.spares_work
    assert form["name"].value() == "Ada"
    assert form.door_offer == {"form": "greeting:a", "key": form.key}


def test_a_stale_form_at_a_closed_door_hears_one_reason_and_gets_a_new_key():
    form = post(door=ClosedDoor(), form_key="")

    assert form.errors == {"form_key": ["Not now."]}
    assert form.door_offer["key"] is not None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  A  b ", "A b"),
        ("e\u0301", "\u00e9"),
        ("a\u202eb\u200b\x00c", "abc"),
        ("Z" + "\u0301" * 30, "\u0179" + "\u0301" * 4),
        ("\u200b \u2060", ""),
        ("a\nb", "a b"),
    ],
)
def test_visible_text_keeps_what_can_be_seen(typed, kept):
    assert visible_text(typed) == kept


def test_lines_stay_where_they_are_wanted():
    assert visible_text(" a \n b ", keep_lines=True) == "a\nb"


@pytest.mark.parametrize("name", ["   ", "\u200b\u200b", "\x00"])
def test_name_of_nothing_visible_is_refused(name):
    assert "name" in post(name=name).errors


@pytest.mark.parametrize(
    "address", ["a@b", "a@example.org\nBcc: b@example.org", "a b@example.org", "@example.org"]
)
def test_bad_addresses_are_refused(address):
    assert "email" in post(email=address).errors


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("Ada+news@EXAMPLE.org", "Ada+news@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("ada@bücher.example", "ada@bücher.example"),
        # Look-alikes that are found as one person are written to as one, too.
        ("\u017fam@\uff26oo.example", "sam@foo.example"),
    ],
)
def test_good_addresses_are_kept(address, kept):
    form = post(email=address)

    assert form.is_valid()
    assert form.cleaned_data["email"] == kept
