import os
import re
import shutil
import time

import pytest
from django.core.management import call_command

from campaign_site import stylesheet


def test_a_changed_part_shows_in_the_joined_file(tmp_path, monkeypatch):
    parts = tmp_path / "css"
    shutil.copytree(stylesheet.FOLDER, parts)
    monkeypatch.setattr(stylesheet, "FOLDER", parts)
    first = stylesheet.up_to_date(tmp_path / "built").read_text(encoding="utf-8")

    with (parts / "print.css").open("a", encoding="utf-8") as part:
        part.write("\n.canary { color: red }\n")
    os.utime(parts / "print.css", ns=(time.time_ns() + 10**9,) * 2)

    assert ".canary" not in first
    assert ".canary" in stylesheet.up_to_date(tmp_path / "built").read_text(encoding="utf-8")


def test_the_style_sheets_are_served_and_collected(client, tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in stylesheet.NAMES:
        served = client.get(f"/static/{name}")
        assert b"".join(served.streaming_content).decode() == stylesheet.joined(name)
        assert (tmp_path / name).read_text(encoding="utf-8") == stylesheet.joined(name)


@pytest.mark.django_db
def test_file_that_is_not_there_is_not_found(client):
    assert client.get("/static/css/nowhere.css").status_code == 404


def test_every_part_is_in_one_of_them_once_and_in_the_order_of_the_cascade():
    written = {*stylesheet.FOLDER.glob("*.css"), *stylesheet.FOLDER.glob("components/*.css")}
    joined = [part for name in stylesheet.NAMES for part in stylesheet.parts(name)]

    assert sorted(joined) == sorted(written)
    for name in stylesheet.NAMES:
        text = stylesheet.joined(name)
        parts = [part.read_text(encoding="utf-8") for part in stylesheet.parts(name)]
        places = [text.index(_first_rule(part)) for part in parts]
        assert places == sorted(places)


def test_comments_and_margins_stay_behind():
    text = stylesheet.joined()

    assert "/*" not in text
    assert not re.search(r"^\s", text, re.MULTILINE)


def test_nothing_is_fetched_from_elsewhere_and_nothing_shouts():
    text = "".join(stylesheet.joined(name) for name in stylesheet.NAMES)

    fonts = {'"../fonts/archivo.woff2"', '"../fonts/archivo-more.woff2"'}
    assert set(re.findall(r"url\(([^)]*)\)", text)) == fonts
    assert "!important" not in text
    assert "@import" not in text


def _first_rule(text: str) -> str:
    """The first line of a part that opens a rule inside its layer."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = [line.strip() for line in plain.splitlines() if line.strip().endswith("{")]
    return "\n" + next(line for line in lines if not line.startswith("@layer")) + "\n"
