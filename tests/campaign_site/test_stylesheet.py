import re

from campaign_site import stylesheet


def test_the_joined_style_sheet_is_up_to_date():
    assert stylesheet.SITE_STYLESHEET.read_text(encoding="utf-8") == stylesheet.joined()


def test_every_part_is_in_it_once_and_in_the_order_of_the_cascade():
    text = stylesheet.joined()
    first_rules = [_first_rule(part.read_text(encoding="utf-8")) for part in stylesheet.parts()]

    places = [text.index(rule) for rule in first_rules]

    assert places == sorted(places)
    written = {*stylesheet.FOLDER.glob("*.css"), *stylesheet.FOLDER.glob("components/*.css")}
    assert sorted(stylesheet.parts()) == sorted(written - {stylesheet.SITE_STYLESHEET})


def test_comments_and_margins_stay_behind():
    text = stylesheet.joined().split("\n", 1)[1]

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
