"""Make the fonts in campaign_site/fonts from the npm packages named in its README.

Usage: ``.venv/bin/python bin/make_pdf_fonts.py NODE_MODULES``. Run by hand when a font changes;
the fonts are kept in the repository. Static TrueType with hints removed, one family name for each
file's group, and ``coverage.txt``: the characters that at least one of them can print.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).resolve().parents[1] / "campaign_site" / "fonts"
ARCHIVO = "@fontsource-variable/archivo/files/archivo-{}-standard-normal.woff2"
NARROW_SPACE, NO_BREAK_SPACE = 0x202F, 0xA0
# Name, family, OS/2 weight, and where the width and weight axes are fixed.
ARCHIVO_CUTS = (
    ("archivo-regular", "Archivo", 400, {"wdth": 100, "wght": 400}),
    ("archivo-bold", "Archivo", 700, {"wdth": 100, "wght": 700}),
    ("archivo-placard", "Archivo Placard", 400, {"wdth": 66, "wght": 820}),
)
NOTO = "@fontsource/{0}/files/{0}-{1}-{2}-normal.woff2"
NOTO_CUTS = (
    ("noto-sans-latin", "Noto Sans Latin", 400, ("noto-sans", "latin", 400)),
    ("noto-sans-arabic-regular", "Noto Sans Arabic", 400, ("noto-sans-arabic", "arabic", 400)),
    ("noto-sans-arabic-bold", "Noto Sans Arabic", 700, ("noto-sans-arabic", "arabic", 700)),
    ("noto-sans-greek", "Noto Sans Greek", 400, ("noto-sans", "greek", 400)),
    ("noto-sans-cyrillic", "Noto Sans Cyrillic", 400, ("noto-sans", "cyrillic", 400)),
    ("noto-emoji", "Noto Emoji", 400, ("noto-emoji", "emoji", 400)),
)
WESTERN = {*range(0x20, 0x7F), *range(0xA0, 0x250), 0x254, 0x25B, 0x301, 0x2BC, NARROW_SPACE}
WESTERN |= {*range(0x1E80, 0x1E86), 0x1E9E, *range(0x2010, 0x2016), *range(0x2018, 0x201F)}
WESTERN |= {0x2020, 0x2022, 0x2026, 0x2030, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2212, 0x2190, 0x2192}
# Of the emoji: faces, people, hands, hearts, plants, weather, care, flags. No families.
EMOJI = {
    0x200D,
    0xFE0F,
    *range(0x1F1E6, 0x1F200),
    *range(0x2600, 0x27C0),
    0x2B50,
    *range(0x1F300, 0x1F340),
}
EMOJI |= {*range(0x1F380, 0x1F39C), *range(0x1F3A0, 0x1F3CB), *range(0x1F3FB, 0x1F400)}
EMOJI |= {*range(0x1F440, 0x1F510), *range(0x1F525, 0x1F53E), 0x1F54A, 0x1F56F, 0x1F590, 0x1F5A4}
EMOJI |= {0x1F5E3, *range(0x1F600, 0x1F650), *range(0x1F6D1, 0x1F6D3), *range(0x1F90C, 0x1F93A)}
EMOJI |= {*range(0x1F970, 0x1F97B), *range(0x1F9B4, 0x1F9D6), *range(0x1F9E0, 0x1F9F0)}
EMOJI |= {*range(0x1FA75, 0x1FA7D), *range(0x1FAC0, 0x1FAC6), *range(0x1FAE0, 0x1FAF9)}

# Letters with their marks for the languages that Archivo has no letters for: Lingala, Yoruba.
LETTERS = {*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250), *range(0x300, 0x330)}
LETTERS |= {0x186, 0x190, 0x254, 0x25B, *range(0x1E00, 0x1F00)}
CHARACTERS = {"Noto Emoji": EMOJI, "Noto Sans Latin": LETTERS}


def main(modules: Path) -> None:
    """Make every font, then the list of what they cover."""
    for name, family, weight, place in ARCHIVO_CUTS:
        parts = [
            cut_variable(modules / ARCHIVO.format(part), place) for part in ("latin", "latin-ext")
        ]
        font = merge(parts)
        add_narrow_space(font)
        save(font, name, family, weight, WESTERN)
    for name, family, weight, source in NOTO_CUTS:
        font = TTFont(modules / NOTO.format(*source))
        if family == "Noto Sans Latin":
            font = merge([font, TTFont(modules / NOTO.format("noto-sans", "latin-ext", weight))])
        save(font, name, family, weight, CHARACTERS.get(family))
    (FOLDER / "coverage.txt").write_text(coverage(FOLDER.glob("*.ttf")))


def cut_variable(path: Path, place: dict[str, float]) -> TTFont:
    """Fix a variable font's axes."""
    return instantiateVariableFont(TTFont(path), place, inplace=True)


def merge(parts: list[TTFont]) -> TTFont:
    """Put fonts with different characters together into one."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.ttf") for number in range(len(parts))]
        for part, path in zip(parts, paths, strict=True):
            part.flavor = None
            part.save(path)
        return Merger().merge([str(path) for path in paths])


def add_narrow_space(font: TTFont) -> None:
    """Add U+202F, the narrow no-break space of French: two thirds of a space wide."""
    advance, side = font["hmtx"][font.getBestCmap()[NO_BREAK_SPACE]]
    font["glyf"]["uni202F"] = font["glyf"][font.getBestCmap()[NO_BREAK_SPACE]]
    font.setGlyphOrder(list(font["glyf"].glyphOrder))
    font["hmtx"]["uni202F"] = (round(advance * 2 / 3), side)
    for table in font["cmap"].tables:
        table.cmap[NARROW_SPACE] = "uni202F"


def save(font: TTFont, name: str, family: str, weight: int, characters: set[int] | None) -> None:
    """Keep ``characters`` (None: all), name the font and write it as plain TrueType."""
    options = Options(
        layout_features=["*"], hinting=False, notdef_outline=True, name_IDs=[0, 13, 14]
    )
    subsetter = Subsetter(options)
    kept = set(font.getBestCmap())
    subsetter.populate(unicodes=kept if characters is None else kept & characters)
    subsetter.subset(font)
    style = "Bold" if weight >= 700 else "Regular"
    for number, text in ((1, family), (2, style), (4, f"{family} {style}")):
        font["name"].setName(text, number, 3, 1, 0x409)
    font["name"].setName(f"{family} {style}".replace(" ", "-"), 6, 3, 1, 0x409)
    font["OS/2"].usWeightClass, font["OS/2"].usWidthClass = weight, 5
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.flavor = None
    font.save(FOLDER / f"{name}.ttf")


def coverage(paths: Iterable[Path]) -> str:
    """List the characters of each font as a line of ranges, hexadecimal: ``20-7e a0-17f``."""
    lines = []
    for path in sorted(paths):
        ranges: list[list[int]] = []
        for code in sorted(TTFont(path).getBestCmap()):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
        lines.append(" ".join([path.stem, *(f"{first:x}-{last:x}" for first, last in ranges)]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
