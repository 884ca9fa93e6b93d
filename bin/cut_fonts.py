"""Cut the site's font files from Archivo: a small one for nearly every page, and the rest.

``python bin/cut_fonts.py archivo-latin-standard-normal.woff2`` with the file that
``static/fonts/README.md`` names. It writes ``static/fonts/archivo.woff2``, the letters of English,
French and Dutch, and ``archivo-more.woff2``, everything else that the source has of Latin-1; a
browser fetches the second only for a page that shows one of its characters (``unicode-range`` in
``static/css/tokens.css``). ``archivo-full.woff2`` is both together, with figures of one width, for
the tables of the admin. Run again it writes the same bytes.

The small file keeps both axes but only three of the source's masters: the regular, the heavy and
the heavy narrow. What lies between them is drawn on straight lines (OpenType, "gvar", without the
intermediate and the corner regions), which makes the file half as large and moves no outline by
more than some thousandths of an em at the weights and widths that the style sheet uses.
"""

import sys
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables.TupleVariation import TupleVariation
from fontTools.varLib import instancer

FOLDER = Path(__file__).resolve().parents[1] / "static" / "fonts"
OFTEN = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    " .,:;!?'\"()/%&#+-=@_*éèàêçëïôûîùâœüÉÈÀÊÇŒÔ’‘«»“”–—…€·•°×\u00a0\u202f"
)
EVERYTHING = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
EVERYTHING += [0x152, 0x153, 0x178, 0x2009, 0x2010, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A]
EVERYTHING += [
    0x201C,
    0x201D,
    0x201E,
    0x2022,
    0x2026,
    0x202F,
    0x2039,
    0x203A,
    0x20AC,
    0x2122,
    0x2032,
    0x2212,
]
EVERYTHING += range(0x300, 0x305)
WEIGHTS, WIDTHS = (400, 850), (62, 100)
# Of an em; 1000 in the source.
UNITS = 500
TOLERANCE = 1.5


def source(path: Path) -> TTFont:
    """Open the source within the site's axes, with a narrow no-break space (French needs it)."""
    font = TTFont(path, recalcTimestamp=False)
    limits = {
        "wght": (WEIGHTS[0], WEIGHTS[0], WEIGHTS[1]),
        "wdth": (WIDTHS[0], WIDTHS[1], WIDTHS[1]),
    }
    font = instancer.instantiateVariableFont(font, limits)
    space = font.getBestCmap()[0x20]
    advance = round(font["hmtx"][space][0] * 2 / 3)
    name = "uni202F"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"].glyphs[name] = font["glyf"][space]
    font["glyf"].glyphOrder = font.getGlyphOrder()
    font["hmtx"].metrics[name] = (advance, 0)
    known = font["gvar"].variations
    font["gvar"].variations = {x: known.get(x, []) for x in font.getGlyphOrder()}
    # Widths vary as "gvar" says as well; a second table of them would have to be kept in step.
    del font["HVAR"]
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[0x202F] = name
    return font


def subset(font: TTFont, characters, features: list[str]) -> TTFont:
    """Keep what ``characters`` need, without hints and names of glyphs."""
    options = Options()
    options.layout_features = features
    options.hinting = False
    options.name_IDs = [1, 2]
    options.drop_tables += ["STAT", "MVAR", "DSIG", "gasp"]
    options.glyph_names = False
    cutter = Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    return font


def copy_of(font: TTFont) -> TTFont:
    kept = BytesIO()
    font.flavor = None
    font.save(kept)
    kept.seek(0)
    return TTFont(kept, recalcTimestamp=False)


def points_of(font: TTFont, glyph: str):
    """Return the glyph's coordinates, its phantom points among them, and where contours end."""
    coordinates, controls = font["glyf"]._getCoordinatesAndControls(glyph, font["hmtx"].metrics)
    return coordinates, controls.endPts


def progress(font: TTFont, middle: TTFont, heavy: TTFont) -> float:
    """Return how far from regular to heavy the outlines of ``middle`` are: a least-squares fit."""
    along, whole = 0, 0
    for glyph in font.getGlyphOrder():
        points = (points_of(master, glyph)[0] for master in (font, middle, heavy))
        for start, now, end in zip(*points, strict=True):
            for axis in (0, 1):
                along += (now[axis] - start[axis]) * (end[axis] - start[axis])
                whole += (end[axis] - start[axis]) ** 2
    return along / whole


def with_three_masters(font: TTFont) -> TTFont:
    """Replace all that varies by two straight lines: regular to heavy, heavy to heavy narrow.

    Outlines do not gain weight evenly: the axis is bent ("avar") so that each step on the straight
    line is where the source's outlines are at that weight.
    """
    heavy, narrow = (
        instancer.instantiateVariableFont(copy_of(font), {"wght": WEIGHTS[1], "wdth": width})
        for width in reversed(WIDTHS)
    )
    steps = {}
    for weight in range(WEIGHTS[0], WEIGHTS[1] + 1, 50):
        at = {"wght": weight, "wdth": WIDTHS[1]}
        instance = instancer.instantiateVariableFont(copy_of(font), at)
        even = (weight - WEIGHTS[0]) / (WEIGHTS[1] - WEIGHTS[0])
        steps[even] = progress(font, instance, heavy)
    font["avar"].segments["wght"] = {-1.0: -1.0, **steps, 0.0: 0.0, 1.0: 1.0}
    for glyph in font.getGlyphOrder():
        regular, ends = points_of(font, glyph)
        heavier, narrower = points_of(heavy, glyph)[0], points_of(narrow, glyph)[0]
        lines = []
        for axes, to, start in (
            ({"wght": (0, 1, 1)}, heavier, regular),
            ({"wdth": (-1, -1, 0)}, narrower, heavier),
        ):
            moves = [
                (round(x - x0), round(y - y0)) for (x, y), (x0, y0) in zip(to, start, strict=True)
            ]
            line = TupleVariation(axes, moves)
            if any(move != (0, 0) for move in moves):
                composite = font["glyf"][glyph].isComposite()
                line.optimize(regular, ends, tolerance=TOLERANCE, isComposite=composite)
                lines.append(line)
        font["gvar"].variations[glyph] = lines
    return font


def save(font: TTFont, name: str) -> None:
    font.flavor = "woff2"
    font.save(FOLDER / name)
    size, glyphs = (FOLDER / name).stat().st_size, font["maxp"].numGlyphs
    sys.stdout.write(f"{name}: {size} bytes, {glyphs} glyphs\n")


def main(path: Path) -> None:
    often = {ord(character) for character in OFTEN}
    small = subset(source(path), often, ["kern"])
    scale_upem(small, UNITS)
    save(with_three_masters(small), "archivo.woff2")
    rest = set(EVERYTHING) - often
    features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    save(subset(source(path), rest, features), "archivo-more.woff2")
    features += ["lnum", "tnum", "rvrn"]
    save(subset(source(path), [*often, *rest], features), "archivo-full.woff2")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
