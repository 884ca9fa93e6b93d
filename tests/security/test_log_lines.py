"""What the public site's log says of attempts, and that nobody can write into it."""

import json
import logging

import pytest

from tests.factories import make_staff
from tests.security.production import production_settings

FORGED = 'x\r\n2026-01-01T00:00:00 CRITICAL forged\n{"level": "CRITICAL"}'


def formatter() -> logging.Formatter:
    known = production_settings()["LOGGING"]
    name = known["handlers"]["console"]["formatter"]
    module, _, kind = known["formatters"][name]["()"].rpartition(".")
    return getattr(__import__(module, fromlist=[kind]), kind)()


def line(message: str, *arguments: object) -> str:
    record = logging.LogRecord("staff", logging.WARNING, __file__, 1, message, arguments, None)
    return formatter().format(record)


def test_a_log_line_cannot_be_forged():
    told = line("account %s", FORGED)

    assert "\n" not in told
    assert "\r" not in told
    assert json.loads(told)["level"] == "WARNING"


def test_log_lines_carry_their_zone():
    told = json.loads(line("hello"))

    assert told["time"].endswith("+00:00")
    assert (told["logger"], told["message"]) == ("staff", "hello")


def test_logging_writes_to_the_console_alone():
    known = production_settings()["LOGGING"]

    assert {one["class"] for one in known["handlers"].values()} == {"logging.StreamHandler"}
    assert known["root"]["handlers"] == ["console"]
    assert [one for one in known["loggers"].values() if one.get("handlers")] == []


@pytest.mark.django_db
def test_refused_staff_are_logged(client, caplog):
    editor = make_staff("Editors")
    client.force_login(editor)

    with caplog.at_level(logging.WARNING, "staff.refusals"):
        assert client.get("/admin/treasury/accounts/").status_code in {302, 403}
        assert client.get("/admin/").status_code == 200
    said = [record.getMessage() for record in caplog.records if record.name == "staff.refusals"]
    assert said == [f"account {editor.pk} was refused GET /admin/treasury/accounts/"]


@pytest.mark.django_db
def test_attempts_to_get_round_are_logged(client, caplog, settings):
    """A foreign post and a forged host; in production, the line of each answer has the status."""
    client.post("/en/my-solidarity/", {"email": "a@example.org"}, headers={"origin": "https://x.y"})
    client.get("/en/", headers={"host": "elsewhere.example"})

    said = [record.getMessage() for record in caplog.records]
    assert any(one.startswith("Forbidden: /en/my-solidarity/") for one in said)
    assert any("HTTP_HOST" in one for one in said)
    assert "a@example.org" not in "".join(said)
    assert production_settings()["ACCESS_LOG"] is True
