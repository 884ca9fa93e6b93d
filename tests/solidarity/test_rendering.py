"""Pictures made anew with edits and frames, in the confined process."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from solidarity.edits import Area, Edits
from solidarity.frame_painting import paint
from solidarity.frames import DESIGNS, GREEN, INK, PAPER, RED, YELLOW, frame_drawing
from solidarity.images import (
    CleanPicture,
    ImageRefused,
    Refusal,
    clean_photo,
    make_avif,
    render_photo,
)
from solidarity.models import Photo
from tests.solidarity.test_images import corners, encode, is_near

RED_CORNER, GREEN_CORNER, BLUE_CORNER, YELLOW_CORNER = (
    (220, 30, 30),
    (30, 190, 30),
    (30, 30, 220),
    (230, 220, 40),
)
INK_PIXEL = (0x19, 0x1C, 0x24)


def original(size: tuple[int, int] = (960, 640)) -> bytes:
    """Four colours, one in each quarter, as a stored original."""
    image = corners().resize(size, Image.Resampling.NEAREST)
    return clean_photo(BytesIO(encode(image, "PNG"))).original.data


def image_of(picture: CleanPicture) -> Image.Image:
    return Image.open(BytesIO(picture.data)).convert("RGB")


def quarters(picture: CleanPicture) -> list[tuple[int, ...]]:
    image = image_of(picture)
    places = ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))
    return [image.getpixel((int(x * image.width), int(y * image.height))) for x, y in places]


def assert_quarters(picture: CleanPicture, *expected: tuple[int, ...]) -> None:
    found = quarters(picture)
    assert all(is_near(a, b, 20) for a, b in zip(found, expected, strict=True)), found


def bits_apart(one: int, other: int) -> int:
    return ((one ^ other) & (1 << 64) - 1).bit_count()


# Edits ----------------------------------------------------------------------------------------


def test_without_edits_and_frame_only_the_smaller_pictures_are_made() -> None:
    source = original()

    photo = render_photo(source, bake=True)

    assert [picture.name for picture in photo.pictures] == ["original", "large", "wall2", "wall"]
    assert photo.original.data == source
    assert (photo.width, photo.height) == (960, 640)
    assert photo.delivery is photo.original


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (90, (BLUE_CORNER, RED_CORNER, YELLOW_CORNER, GREEN_CORNER)),
        (180, (YELLOW_CORNER, BLUE_CORNER, GREEN_CORNER, RED_CORNER)),
        (270, (GREEN_CORNER, YELLOW_CORNER, RED_CORNER, BLUE_CORNER)),
    ],
)
def test_picture_is_turned_clockwise(turn: int, expected: tuple) -> None:
    photo = render_photo(original((96, 64)), edits=Edits(turn))

    assert_quarters(photo.wall, *expected)
    assert_quarters(photo.delivery, *expected)
    assert (photo.width, photo.height) == ((96, 64) if turn == 180 else (64, 96))


def test_edits_apply_in_their_order_and_the_original_stays() -> None:
    """Turned by a quarter, blue, red / yellow, green; red is covered; the upper half is kept."""
    source = original()
    edits = Edits(90, Area(0, 0, 1, 0.5), (Area(0.5, 0, 0.5, 0.5),))

    photo = render_photo(source, edits=edits)

    assert [picture.name for picture in photo.pictures] == [
        "original",
        "delivery",
        "large",
        "wall2",
        "wall",
    ]
    assert photo.original.data == source
    assert (photo.original.width, photo.original.height) == (960, 640)
    assert (photo.width, photo.height) == (640, 480)
    for picture in photo.pictures[1:]:
        blue, ink = BLUE_CORNER, INK_PIXEL
        assert_quarters(picture, blue, ink, blue, ink)
    assert is_near(bytes.fromhex(photo.placeholder[:6]), BLUE_CORNER)
    assert is_near(bytes.fromhex(photo.placeholder[-6:]), INK_PIXEL)


def test_baked_cover_cannot_be_undone() -> None:
    source = original()
    edits = Edits(covers=(Area(0, 0, 0.5, 0.5),))

    photo = render_photo(source, edits=edits, bake=True)

    assert "delivery" not in [picture.name for picture in photo.pictures]
    for picture in photo.pictures:
        assert_quarters(picture, INK_PIXEL, GREEN_CORNER, BLUE_CORNER, YELLOW_CORNER)
    covered = image_of(photo.original).crop((0, 0, 470, 310))
    assert max(high for _, high in covered.getextrema()) < 60  # nothing red shines through
    again = render_photo(photo.original.data)
    assert_quarters(again.wall, INK_PIXEL, GREEN_CORNER, BLUE_CORNER, YELLOW_CORNER)


def test_damaged_original_is_refused() -> None:
    for make in (render_photo, make_avif):
        with pytest.raises(ImageRefused) as caught:
            make(original()[:-400])
        assert caught.value.reason == Refusal.UNREADABLE


def test_avif_pictures_show_the_same() -> None:
    edits = Edits(covers=(Area(0, 0, 0.5, 0.5),))

    pictures = make_avif(original(), edits=edits)

    assert [(p.name, p.extension, p.media_type) for p in pictures] == [
        ("wall2", "avif", "image/avif"),
        ("wall", "avif", "image/avif"),
    ]
    for picture, width in zip(pictures, (960, 480), strict=True):
        assert (picture.width, image_of(picture).width) == (width, width)
        assert_quarters(picture, INK_PIXEL, GREEN_CORNER, BLUE_CORNER, YELLOW_CORNER)
        assert set(Image.open(BytesIO(picture.data)).info) <= {"icc_profile"}


# Fingerprint and placeholder ------------------------------------------------------------------


def shapes(seed: int) -> Image.Image:
    """Soft shapes, the same for the same seed."""
    noise = Image.new("L", (6, 5))
    noise.putdata([(seed * 7919 + at * 104_729) ** 2 % 255 for at in range(30)])
    return noise.resize((600, 500), Image.Resampling.BICUBIC).convert("RGB")


def fingerprint(image: Image.Image, **options: object) -> int:
    return clean_photo(BytesIO(encode(image, "JPEG", **options))).fingerprint


def test_fingerprint_is_alike_for_pictures_that_look_alike() -> None:
    first = fingerprint(shapes(1), quality=95)
    again = fingerprint(shapes(1).resize((350, 290)), quality=40)
    other = fingerprint(shapes(2), quality=95)

    assert bits_apart(first, again) <= 6
    assert bits_apart(first, other) >= 14


def test_fingerprint_counts_what_grows_lighter_to_the_right() -> None:
    ramp = Image.linear_gradient("L").rotate(90).convert("RGB")

    assert fingerprint(ramp) == -1  # all 64 bits
    assert fingerprint(ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) == 0


def test_frame_changes_neither_placeholder_nor_fingerprint() -> None:
    source = BytesIO(encode(shapes(1), "JPEG"))
    plain = clean_photo(source)
    framed = clean_photo(source, frame=frame_drawing("placard", "Not a target"))

    assert framed.original == plain.original
    assert (framed.placeholder, framed.fingerprint) == (plain.placeholder, plain.fingerprint)
    assert image_of(framed.wall).getpixel((4, 4)) != image_of(plain.wall).getpixel((4, 4))


def test_placeholder_is_a_grid_of_three_rows() -> None:
    image = Image.new("RGB", (90, 60))
    colours = [(at * 28, 255 - at * 28, 128) for at in range(9)]
    for at, colour in enumerate(colours):
        image.paste(colour, (at % 3 * 30, at // 3 * 20, at % 3 * 30 + 30, at // 3 * 20 + 20))

    cells = clean_photo(BytesIO(encode(image, "PNG"))).placeholder

    found = [tuple(bytes.fromhex(cells[at : at + 6])) for at in range(0, 54, 6)]
    assert all(is_near(a, b, 2) for a, b in zip(found, colours, strict=True)), found


# Frames ---------------------------------------------------------------------------------------

SLOGANS = ("Not a target", "Vous n’êtes pas une cible", "Wie zorgt, is geen doelwit", "Moed\u202f!")
LONG = "Celles et ceux qui soignent ne sont pas des cibles"
SIZES = ((1200, 1600), (1600, 1200), (1200, 1200), (1600, 500))
GREY = (128, 128, 128)


def framed(design: str, slogan: str, size: tuple[int, int]) -> Image.Image:
    return paint(Image.new("RGB", size, GREY), frame_drawing(design, slogan))


@pytest.mark.parametrize("design", DESIGNS)
def test_frame_is_drawn_in_the_confined_process(design: str) -> None:
    drawing = frame_drawing(design, SLOGANS[1])
    source = BytesIO(encode(Image.new("RGB", (600, 800), GREY), "PNG"))

    photo = clean_photo(source, frame=drawing)

    assert [p.name for p in photo.pictures] == ["original", "delivery", "large", "wall2", "wall"]
    assert image_of(photo.original).getextrema() == ((128, 128),) * 3
    expected = framed(design, SLOGANS[1], (600, 800))
    for picture in photo.pictures[1:]:
        shown = expected.resize((picture.width, picture.height), Image.Resampling.BICUBIC)
        difference = ImageChops.difference(shown, image_of(picture))
        assert max(ImageStat.Stat(difference).mean) < 4, picture.name


@pytest.mark.parametrize("design", DESIGNS)
def test_frame_leaves_the_middle_free(design: str) -> None:
    for size, slogan in zip(SIZES, (*SLOGANS[:3], LONG), strict=True):
        image = framed(design, slogan, size)
        width, height = size
        middle = image.crop((width // 5, height // 4, width * 4 // 5, height * 3 // 5))
        assert middle.getextrema() == ((128, 128),) * 3


@pytest.mark.parametrize(
    ("design", "place", "colour"),
    [
        ("band", (0.02, 0.98), RED),
        ("band", (0.5, 0.822), INK),
        ("rings", (0.985, 0.985), RED),
        ("rings", (0.02, 0.92), INK),
        ("placard", (0.02, 0.5), YELLOW),
        ("placard", (0.5, 0.985), YELLOW),
        ("placard", (0.5, 0.17), INK),
    ],
)
def test_frame_has_its_colours_where_they_belong(design: str, place: tuple, colour: str) -> None:
    image = framed(design, "Not a target", (1200, 1200))

    pixel = image.getpixel((int(place[0] * 1200), int(place[1] * 1200)))
    assert is_near(pixel, tuple(bytes.fromhex(colour[1:])), 20), pixel


def slogan_box(design: str, slogan: str, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Where the letters are: what differs from the same frame without its text."""
    drawing = frame_drawing(design, slogan)
    silent = [item for item in drawing if item["kind"] != "text"]
    pictures = [paint(Image.new("RGB", size, GREY), frame) for frame in (drawing, silent)]
    difference = ImageChops.difference(*pictures).convert("L")
    difference = difference.point(lambda level: level > 60 and 255)
    return difference.getbbox()


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("slogan", ["Moed\u202f!", SLOGANS[1], LONG, "M" * 60])
def test_slogan_fits_between_the_edges_of_its_field(design: str, slogan: str) -> None:
    for size in ((1200, 1600), (1600, 800)):
        side = min(size)
        left, top, right, bottom = slogan_box(design, slogan, size)
        lines = [item for item in frame_drawing(design, slogan) if item["kind"] == "text"]
        assert left >= lines[0]["x"][1] * side - 2
        assert right <= size[0] + lines[0]["right"][1] * side + 2
        field = {
            "band": (size[1] - 0.17 * side, size[1]),
            "rings": (size[1] - 0.175 * side, size[1] - 0.045 * side),
            "placard": (0, 0.165 * side),
        }[design]
        assert field[0] <= top < bottom <= field[1]


def test_designs_are_those_that_a_photo_may_have() -> None:
    assert set(DESIGNS) == {value for value in Photo.Frame.values if value}
    assert frame_drawing("", "Not a target") == []
    with pytest.raises(KeyError):
        frame_drawing("blinking", "Not a target")


def test_long_slogan_takes_two_lines_and_none_takes_no_text() -> None:
    for design in DESIGNS:
        texts = [item["text"] for item in frame_drawing(design, LONG) if item["kind"] == "text"]
        assert len(texts) == 2
        assert " ".join(texts) == LONG
        assert not [item for item in frame_drawing(design, " ") if item["kind"] == "text"]


def test_drawing_keeps_to_the_form_that_browsers_read() -> None:
    keys = {
        "rect": {"kind", "x", "y", "right", "bottom", "fill"},
        "ring": {"kind", "x", "y", "radius", "line", "from", "to", "stroke"},
        "text": {
            "kind", "text", "x", "right", "bottom", "size", "align", "fill", "weight", "stretch",
        },
    }  # fmt: skip
    for design in DESIGNS:
        for item in frame_drawing(design, LONG):
            assert set(item) == keys[item["kind"]]
            assert item.get("fill", item.get("stroke")) in {INK, PAPER, RED, GREEN, YELLOW}
            for name in {"x", "y", "right", "bottom"} & set(item):
                assert len(item[name]) == 2


def test_letters_are_archivo_condensed_and_heavy() -> None:
    """The width of the words, in the font's own measures: 0.345 em a letter at width 66."""
    item = next(i for i in frame_drawing("placard", SLOGANS[0]) if i["kind"] == "text")
    left, _, right, _ = slogan_box("placard", SLOGANS[0], (1200, 1200))

    assert (right - left) / (item["size"] * 1200) == pytest.approx(4.12, abs=0.12)


def test_rings_have_smooth_edges() -> None:
    image = framed("rings", "", (1200, 1200)).crop((800, 800, 1200, 1200))
    reds = [level for count, (level, _, _) in image.getcolors() for _ in range(count)]

    assert sum(level > 205 for level in reds) > 10_000
    assert 500 < sum(140 < level < 205 for level in reds) < 5_000  # between grey and red
