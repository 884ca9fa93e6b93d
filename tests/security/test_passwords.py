"""What makes a password, what does not, and how it is kept (OWASP ASVS 5.0, 6.2 and 11.4)."""

import re
import unicodedata
from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import override_settings

from staff.login import breached_passwords
from tests.factories import make_staff
from tests.security.production import production_settings
from tests.staff.authenticator import give_password

TEMPLATES = Path(__file__).parents[2] / "templates"
OWN_WORDS = "vier paarse olifanten"


def codes_of(password: str) -> set[str]:
    try:
        validate_password(password)
    except ValidationError as refused:
        return {error.code for error in refused.error_list}
    return set()


@pytest.mark.parametrize(
    "stolen", ["1qaz2wsx3edc4rfv", "1QAZ2wsx3edc4rfv", "passwordstandard", "zxcvbnm123456789"]
)
def test_stolen_passwords_are_refused(stolen):
    assert "password_breached" in codes_of(stolen)
    assert "password_breached" not in codes_of(f"{stolen} {OWN_WORDS}")


def test_the_list_of_stolen_passwords_is_long_and_names_none(tmp_path):
    """The 3,000 most frequent that are long enough is what the standard asks for."""
    content = breached_passwords._FILE.read_bytes()
    digests = [content[at : at + 8] for at in range(0, len(content), 8)]
    assert len(content) % 8 == 0
    assert len(digests) >= 3000
    assert digests == sorted(set(digests))

    written = tmp_path / "list.bin"
    lines = ["short", f"{OWN_WORDS}\n", f"{OWN_WORDS.upper()}\n"]
    assert breached_passwords.write_list(lines, written) == 1
    assert OWN_WORDS.encode() not in written.read_bytes()


@pytest.mark.parametrize(("length", "accepted"), [(14, False), (15, True), (64, True), (400, True)])
def test_passwords_of_fifteen_characters_and_of_hundreds(length, accepted):
    password = ("zeven natte sokken bij het raam van oma " * 12)[:length]

    assert ("password_too_short" in codes_of(password)) is not accepted
    assert (codes_of(password) == set()) is accepted


@pytest.mark.parametrize(
    "password",
    [
        "kuifvijgzomerlamp",
        "8305 1729 4461 2958",
        "ÉTÉ À LA PLAGE, OÙ?",
        "猫は窓の外を静かに見ている夜だった",
    ],
)
def test_any_composition_will_do(password):
    assert codes_of(password) == set()


@pytest.mark.django_db
def test_password_counts_as_it_was_typed(client):
    password = f"  {OWN_WORDS} " + "x" * 100
    user = make_staff("Editors")
    user.set_password(password)
    user.save()

    for other in (password.strip(), password[:-1], password.upper(), password[:72]):
        assert give_password(client, user, other).status_code == 200
        client.logout()
    user.refresh_from_db()
    assert user.check_password(password)
    assert unicodedata.normalize("NFC", password) == password
    assert give_password(client, user, password).status_code == 302


@pytest.mark.django_db
def test_a_password_of_years_ago_still_lets_in(client, time_machine):
    time_machine.move_to("2020-01-15 10:00:00")
    user = make_staff("Editors")
    user.set_password(OWN_WORDS)
    user.save()

    time_machine.move_to("2026-11-15 10:00:00")

    assert give_password(client, user, OWN_WORDS).status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
def test_fields_for_passwords_hide_and_take_pasted_text(client):
    page = client.get("/admin/login/").content.decode()

    field = re.search(r"<input[^>]*name=\"password\"[^>]*>", page).group()
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert int(re.search(r'maxlength="(\d+)"', field)[1]) >= 64
    scripts = [*(TEMPLATES.parent / "static" / "js").rglob("*.js"), *TEMPLATES.rglob("*.html")]
    assert len(scripts) > 100
    assert [
        path.name for path in scripts if re.search(r"onpaste|[\"']paste[\"']", path.read_text())
    ] == []


def test_passwords_are_stretched():
    """At least 600,000 rounds of PBKDF2 with SHA-256 (OWASP, Password Storage)."""
    assert "PASSWORD_HASHERS" not in production_settings()
    from django.conf import global_settings

    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        algorithm, rounds, salt, _digest = make_password(OWN_WORDS).split("$")
        kept = make_password(OWN_WORDS)
        assert check_password(OWN_WORDS, kept)
        assert not check_password(f"{OWN_WORDS}!", kept)
    assert algorithm == "pbkdf2_sha256"
    assert int(rounds) >= 600_000
    assert len(salt) >= 20
