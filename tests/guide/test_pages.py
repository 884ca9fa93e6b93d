"""The guide and the screens do not drift apart: names, addresses, pictures, three languages."""

import re

import pytest
from django.urls import resolve
from PIL import Image, ImageDraw

from staff.groups import _PAGE_GROUPS, PERMISSIONS
from tests.guide.camera import MOST_BYTES, WIDTH, pack
from tests.guide.comparing import SHARE, compare_folders, share_of_others
from tests.guide.pages import GUIDE, LANGUAGES, GuidePage, pages_of, words_on_screens
from tests.guide.shots import SHOTS

PICTURES = GUIDE / "pictures"
# What the rows of the table of roles are about; None is for pages, which are Wagtail's.
ROWS = (
    None,
    "wagtail_localize.submit_translation",
    "solidarity.change_photocall",
    "solidarity.moderate_photo",
    "solidarity.prepare_edition",
    "events.change_event",
    "events.view_signup",
    "donations.match_payment",
    "supporters.change_mailwords",
    "newsroom.send_campaignupdate",
    "newsroom.view_reports",
    "supporters.change_datarequest",
    "staff.manage_members",
)
YES = {"en": "yes", "fr": "oui", "nl": "ja"}


def everything(language: str) -> str:
    return "\n".join(page.text for page in pages_of(language))


def unknown_buttons(page: GuidePage) -> list[str]:
    words = words_on_screens(page.language)
    return [f"{page.path.name}: {name}" for name in page.buttons if name not in words]


def test_three_languages_have_the_same_pages_headings_and_pictures():
    english, *others = (pages_of(language) for language in LANGUAGES)
    assert len(english) >= 15
    for pages in others:
        assert [page.path.name for page in pages] == [page.path.name for page in english]
        for page, original in zip(pages, english, strict=True):
            assert page.headings == original.headings, page.path
            assert len(page.pictures) == len(original.pictures), page.path
            assert len(page.buttons) == len(original.buttons), page.path
            assert page.links == original.links, page.path


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_name_what_stands_on_the_screens(language):
    pages = pages_of(language)
    assert [found for page in pages for found in unknown_buttons(page)] == []
    screens = [screen for page in pages for screen in page.screens]
    assert screens
    for screen in screens:
        # Wagtail's last address takes whatever is left, to say that there is no such page.
        assert ".*" not in resolve(screen).route, screen
    for page in pages:
        for link in page.links:
            assert (page.path.parent / link).is_file(), f"{page.path}: {link}"


def test_a_button_that_no_screen_has_is_found():
    page = GuidePage(GUIDE / "nl" / "x.md", "Klik op **Publiceer** en dan op **Publish it**.")
    assert unknown_buttons(page) == ["x.md: Publish it"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_described_and_used(language):
    shown = [(page, *picture) for page in pages_of(language) for picture in page.pictures]
    for page, description, address in shown:
        assert len(description) > 10, f"{page.path}: {address}"
    named = sorted(address.rpartition("/")[2] for _page, _description, address in shown)
    taken = sorted(f"{language}-{shot.name}.webp" for shot in SHOTS if not shot.is_for_readme)
    assert named == taken
    for name in taken:
        with Image.open(PICTURES / name) as picture:
            assert picture.width == WIDTH, name
        assert (PICTURES / name).stat().st_size <= MOST_BYTES, name


def test_no_picture_is_left_over():
    made = {f"{language}-{shot.name}.webp" for shot in SHOTS for language in LANGUAGES}
    assert {path.name for path in PICTURES.iterdir()} == made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_roles_says_what_the_groups_may(language):
    text = (GUIDE / language / "roles.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!\|)[^|-][^|]* \|(.+)\|$", text, re.MULTILINE)
    assert len(rows) == len(ROWS)
    for row, permission in zip(rows, ROWS, strict=True):
        said = [cell.strip() == YES[language] for cell in row.split("|")]
        may = [
            group in _PAGE_GROUPS if permission is None else permission in PERMISSIONS[group]
            for group in PERMISSIONS
        ]
        assert said == may, permission


def test_a_planted_difference_is_found_and_packing_alone_is_none(tmp_path):
    stored, made = tmp_path / "stored", tmp_path / "made"
    stored.mkdir()
    made.mkdir()
    screen = Image.new("RGB", (600, 240), "#ffffff")
    pen = ImageDraw.Draw(screen)
    for number in range(7):
        pen.text((40, 20 + 30 * number), f"A line of a list, number {number}", fill="#191c24")
    for name in ("same", "word", "button", "gone"):
        (stored / f"{name}.webp").write_bytes(pack(screen))
    (made / "same.webp").write_bytes(pack(screen))
    changed = screen.copy()
    ImageDraw.Draw(changed).text((300, 20), "Nobody can see this without looking", fill="#191c24")
    (made / "word.webp").write_bytes(pack(changed))
    ImageDraw.Draw(changed).rectangle([400, 100, 500, 140], fill="#d8352a")
    (made / "button.webp").write_bytes(pack(changed))
    (made / "new.webp").write_bytes(pack(screen))

    found = compare_folders(stored, made)

    assert [line.split(":")[0] for line in found] == [
        "button.webp shows something else",
        "gone.webp is stored and no longer made",
        "new.webp is not stored",
        "word.webp shows something else",
    ]
    with Image.open(stored / "same.webp") as packed:
        assert share_of_others(packed, screen) < SHARE
    assert share_of_others(screen, screen.crop((0, 0, 600, 239))) == 1
