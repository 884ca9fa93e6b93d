import os
import re
import shutil
import time

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


def test_the_style_sheet_is_served_and_collected(client, tmp_path, settings):
    served = client.get("/static/css/site.css")
    assert b"".join(served.streaming_content).decode() == stylesheet.joined()

    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "css" / "site.css").read_text(encoding="utf-8") == stylesheet.joined()


def test_every_part_is_in_it_once_and_in_the_order_of_the_cascade():
    text = stylesheet.joined()
    first_rules = [_first_rule(part.read_text(encoding="utf-8")) for part in stylesheet.parts()]

    places = [text.index(rule) for rule in first_rules]

    assert places == sorted(places)
    written = {*stylesheet.FOLDER.glob("*.css"), *stylesheet.FOLDER.glob("components/*.css")}
    assert sorted(stylesheet.parts()) == sorted(written)


def test_comments_and_margins_stay_behind():
    text = stylesheet.joined()

    assert "/*" not in text
    assert not re.search(r"^\s", text, re.MULTILINE)


def test_nothing_is_fetched_from_elsewhere_and_nothing_shouts():
    text = stylesheet.joined()

    assert set(re.findall(r"url\(([^)]*)\)", text)) == {'"../fonts/archivo.woff2"'}
    assert "!important" not in text
    assert "@import" not in text


def _first_rule(text: str) -> str:
    """The first line of a part that opens a rule inside its layer."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = [line.strip() for line in plain.splitlines() if line.strip().endswith("{")]
    return "\n" + next(line for line in lines if not line.startswith("@layer")) + "\n"
