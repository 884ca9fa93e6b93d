"""What becomes of an uploaded photo, with files that each test makes itself."""

import json
import re
import struct
import time
import zlib
from io import BytesIO

import pillow_heif
import pytest
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from solidarity.images import (
    MAX_UPLOAD_BYTES,
    CleanedPhoto,
    CleanPicture,
    ImageRefused,
    Refusal,
    clean_photo,
    find_format,
    read_answer,
)
from solidarity.variants import DELIVERY, ORIGINAL, SHOWN

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 190, 30), (30, 30, 220), (230, 220, 40)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF")


def encode(image: Image.Image, file_format: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def clean(data: bytes) -> CleanedPhoto:
    return clean_photo(BytesIO(data), size=len(data))


def refusal_of(data: bytes) -> Refusal:
    with pytest.raises(ImageRefused) as caught:
        clean(data)
    return caught.value.reason


def opened(picture: CleanPicture) -> Image.Image:
    return Image.open(BytesIO(picture.data))


def is_near(colour: tuple[int, ...], expected: tuple[int, ...], tolerance: int = 14) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 60).convert("RGB")


def make_png(size: tuple[int, int], depth: int, colour_type: int, rows: bytes) -> bytes:
    """Build a PNG chunk by chunk, for what Pillow does not write."""
    header = struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, data) for kind, data in chunks)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg_segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def after_start(jpeg: bytes, segment: bytes) -> bytes:
    return jpeg[:2] + segment + jpeg[2:]


# Metadata ---------------------------------------------------------------------------------------


def make_exif() -> bytes:
    """Exif with canaries in IFD0, the Exif and GPS IFDs, the maker note and the thumbnail."""
    exif = Image.Exif()
    exif[0x010E] = "CANARY-EXIF"  # ImageDescription
    exif.get_ifd(0x8769)[0x927C] = b"CANARY-MAKERNOTE"
    gps = exif.get_ifd(0x8825)
    gps[2] = tuple(TiffImagePlugin.IFDRational(part) for part in (50, 51, 4))  # GPSLatitude
    gps[0x001C] = b"CANARY-GPS"  # GPSAreaInformation
    block = bytearray(exif.tobytes())
    tiff = block.index(b"MM\0*") if b"MM\0*" in block else block.index(b"II*\0")
    order = ">" if block[tiff : tiff + 2] == b"MM" else "<"
    (first,) = struct.unpack_from(order + "I", block, tiff + 4)
    (count,) = struct.unpack_from(order + "H", block, tiff + first)
    second, thumbnail = len(block) - tiff, encode(Image.new("RGB", (8, 8)), "JPEG")
    thumbnail = after_start(thumbnail, jpeg_segment(0xFE, b"CANARY-THUMBNAIL"))
    struct.pack_into(order + "I", block, tiff + first + 2 + 12 * count, second)
    fields = ((0x103, 3, 1, 6 << 16 if order == ">" else 6), (0x201, 4, 1, second + 42))
    block += struct.pack(order + "H", 3)
    for field in (*fields, (0x202, 4, 1, len(thumbnail))):
        block += struct.pack(order + "HHII", *field)
    return bytes(block + struct.pack(order + "I", 0) + thumbnail)


def make_profile() -> bytes:
    """A valid sRGB profile whose copyright text, in UTF-16, is a canary."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace("No copyright".encode("utf-16-be"), "CANARY-ICC12".encode("utf-16-be"))


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>CANARY-XMP</x:xmpmeta>"
PROFILE_CANARY = "CANARY-ICC12".encode("utf-16-be")


def planted_jpeg() -> bytes:
    second = noise((40, 40))
    second.info["comment"] = b"CANARY-MPF"
    file = BytesIO()
    noise((300, 200)).save(
        file,
        "MPO",
        save_all=True,
        append_images=[second],
        exif=make_exif(),
        icc_profile=make_profile(),
        xmp=XMP,
    )
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", 16)
    iptc += b"\x1c\x02\x78\0\x0bCANARY-IPTC"
    data = after_start(file.getvalue(), jpeg_segment(0xED, iptc))
    data = after_start(data, jpeg_segment(0xFE, b"CANARY-COMMENT"))
    return data + b"CANARY-TRAILER <script>alert(1)</script>"


def planted_png() -> bytes:
    info = PngInfo()
    info.add_text("Comment", "CANARY-TEXT")
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add_itxt("Title", "CANARY-ITXT")
    data = encode(noise((300, 200)), "PNG", pnginfo=info, exif=make_exif())
    return data + b"CANARY-TRAILER"


def planted_webp() -> bytes:
    return encode(noise((300, 200)), "WEBP", exif=make_exif(), xmp=XMP, icc_profile=make_profile())


def planted_avif() -> bytes:
    return encode(noise((300, 200)), "AVIF", exif=make_exif(), xmp=XMP, icc_profile=make_profile())


def planted_heic() -> bytes:
    return encode(noise((300, 200)), "HEIF", exif=make_exif(), xmp=XMP, icc_profile=make_profile())


EXIF_CANARIES = (b"CANARY-EXIF", b"CANARY-MAKERNOTE", b"CANARY-GPS", b"CANARY-THUMBNAIL")
PLANTED = {
    planted_jpeg: (
        *EXIF_CANARIES,
        PROFILE_CANARY,
        b"CANARY-XMP",
        b"CANARY-IPTC",
        b"CANARY-COMMENT",
        b"CANARY-MPF",
        b"CANARY-TRAILER",
    ),
    planted_png: (
        *EXIF_CANARIES,
        b"CANARY-TEXT",
        b"CANARY-ITXT",
        b"CANARY-XMP",
        b"CANARY-TRAILER",
    ),
    planted_webp: (*EXIF_CANARIES, b"CANARY-XMP", PROFILE_CANARY),
    planted_avif: (*EXIF_CANARIES, b"CANARY-XMP", PROFILE_CANARY),
    planted_heic: (*EXIF_CANARIES, b"CANARY-XMP", PROFILE_CANARY),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_no_planted_metadata_survives(plant) -> None:
    source = plant()
    assert [canary for canary in PLANTED[plant] if canary not in source] == []

    photo = clean(source)

    for picture in photo.pictures:
        assert [canary for canary in PLANTED[plant] if canary in picture.data] == []
        assert b"CANARY" not in picture.data


def test_planted_exif_is_read_by_others() -> None:
    exif = Image.open(BytesIO(planted_jpeg())).getexif()

    assert exif.get_ifd(0x8825)[2] == (50.0, 51.0, 4.0)
    assert exif.get_ifd(0x8769)[0x927C] == b"CANARY-MAKERNOTE"
    assert b"CANARY-THUMBNAIL" in make_exif()[make_exif().index(b"\xff\xd8") :]


def jpeg_markers(data: bytes) -> list[int]:
    """The markers up to the scan; fails unless the scan ends the file with EOI."""
    markers, at = [], 2
    while not markers or markers[-1] != 0xDA:
        assert data[at] == 0xFF
        markers.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    assert re.search(rb"\xff[^\x00]", data[at:]).start() == len(data) - at - 2
    return markers


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_clean_pictures_hold_nothing_but_pixels(plant) -> None:
    photo = clean(plant())

    # JFIF, tables, frame, scan: no APP1 (Exif, XMP), APP2 (ICC, MPF), APP13 (IPTC), COM.
    assert set(jpeg_markers(photo.original.data)) == {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
    for picture in (photo.wall, photo.wall2, photo.large):
        (riff_length,) = struct.unpack_from("<I", picture.data, 4)
        (pixels_length,) = struct.unpack_from("<I", picture.data, 16)
        assert picture.data[12:16] == b"VP8 "
        assert riff_length + 8 == len(picture.data)
        assert len(picture.data) - 20 - pixels_length in (0, 1)  # padding to an even length


# Shape ------------------------------------------------------------------------------------------


def corners() -> Image.Image:
    """Red top left, green top right, blue bottom left, yellow bottom right."""
    image = Image.new("RGB", (96, 64))
    for at, colour in (((0, 0), RED), ((48, 0), GREEN), ((0, 32), BLUE), ((48, 32), YELLOW)):
        image.paste(colour, (*at, at[0] + 48, at[1] + 32))
    return image


# How an upright picture is stored for each Orientation (CIPA DC-008, 4.6.5).
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored_turned(orientation: int, file_format: str) -> bytes:
    turn = STORED[orientation]
    image = corners() if turn is None else corners().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(image, file_format, exif=exif.tobytes(), quality=95)


def assert_upright(photo: CleanedPhoto) -> None:
    for picture in photo.pictures:
        image = opened(picture).convert("RGB")
        assert image.size == (picture.width, picture.height) == (96, 64)
        found = [image.getpixel(at) for at in ((20, 15), (75, 15), (20, 50), (75, 50))]
        expected = (RED, GREEN, BLUE, YELLOW)
        assert all(is_near(a, b) for a, b in zip(found, expected, strict=True)), found


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_photo_comes_out_upright(file_format: str, orientation: int) -> None:
    assert_upright(clean(stored_turned(orientation, file_format)))


def test_heic_is_turned_by_its_property_and_not_by_its_exif() -> None:
    """A reader ignores Exif's Orientation in HEIF (ISO/IEC 23008-12); phones write both."""
    both = stored_turned(6, "HEIF")
    exif_alone = stored_turned(1, "HEIF")
    upright, turned = (struct.pack(">HHIH", 0x0112, 3, 1, value) for value in (1, 6))
    assert b"irot" in both
    assert turned in both
    assert b"irot" not in exif_alone
    assert upright in exif_alone

    assert_upright(clean(both))
    assert_upright(clean(exif_alone.replace(upright, turned)))


def test_sizes_never_exceed_the_longest_side() -> None:
    photo = clean(encode(noise((3000, 1500)), "JPEG"))

    assert [(p.name, p.width, p.height) for p in photo.pictures] == [
        ("original", 2000, 1000),
        ("large", 1280, 640),
        ("wall2", 960, 480),
        ("wall", 480, 240),
    ]
    assert [(p.media_type, p.extension) for p in photo.pictures] == [
        ("image/jpeg", "jpg"),
        ("image/webp", "webp"),
        ("image/webp", "webp"),
        ("image/webp", "webp"),
    ]
    assert photo.delivery is photo.original
    for picture in photo.pictures:
        assert opened(picture).size == (picture.width, picture.height)
        assert opened(picture).get_format_mimetype() == picture.media_type
    assert (photo.width, photo.height) == (2000, 1000)


def test_small_photo_is_not_enlarged() -> None:
    photo = clean(encode(noise((50, 70)), "PNG"))

    assert {(picture.width, picture.height) for picture in photo.pictures} == {(50, 70)}


def test_thin_photo_keeps_a_side_of_one_pixel() -> None:
    photo = clean(encode(Image.new("RGB", (1, 9000), GREEN), "PNG"))

    assert [(p.width, p.height) for p in photo.pictures] == [
        (1, 2000),
        (1, 1280),
        (1, 960),
        (1, 480),
    ]


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_first_frame_is_taken(file_format: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE, GREEN)]

    source = encode(frames[0], file_format, save_all=True, append_images=frames[1:])

    assert Image.open(BytesIO(source)).n_frames == 3
    assert is_near(opened(clean(source).wall).getpixel((20, 20)), RED)


def test_large_webp_is_decoded_upright_in_its_colours_and_without_metadata() -> None:
    """Above 8 megapixels Pillow would hold it four times; libwebp is asked directly."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "CANARY-EXIF"
    image = corners().resize((3600, 2400), Image.Resampling.NEAREST)
    source = encode(
        image.transpose(Image.Transpose.ROTATE_90),
        "WEBP",
        exif=exif.tobytes(),
        icc_profile=swapped_profile(),
        method=0,
    )
    assert b"CANARY-EXIF" in source

    photo = clean(source)

    assert (photo.width, photo.height) == (2000, 1333)
    wall = opened(photo.wall).convert("RGB")
    assert is_near(wall.getpixel((100, 80)), (0, 220, 0), 60)  # what is stored red is meant green
    assert is_near(wall.getpixel((100, 250)), BLUE, 60)
    assert not any(b"CANARY" in picture.data for picture in photo.pictures)
    assert refusal_of(source[: len(source) * 9 // 10]) == Refusal.UNREADABLE


# Colour -----------------------------------------------------------------------------------------


def cells_of(photo: CleanedPhoto) -> list[tuple[int, ...]]:
    return [tuple(bytes.fromhex(photo.placeholder[at : at + 6])) for at in range(0, 54, 6)]


def colour_of(photo: CleanedPhoto) -> tuple[int, ...]:
    """The middle of the wall picture; the placeholder of a plain picture says the same."""
    colour = opened(photo.wall).convert("RGB").getpixel((photo.wall.width // 2,) * 2)
    assert all(is_near(cell, colour) for cell in cells_of(photo))
    return colour


def test_cmyk_is_not_inverted() -> None:
    source = encode(Image.new("CMYK", (40, 40), (0, 230, 230, 0)), "JPEG", quality=95)

    assert Image.open(BytesIO(source)).mode == "CMYK"
    assert is_near(colour_of(clean(source)), (255, 25, 25))


def test_sixteen_bit_colour() -> None:
    row = b"\0" + struct.pack(">HHH", 0xE000, 0x4000, 0x2000) * 40
    source = make_png((40, 40), 16, 2, row * 40)

    assert is_near(colour_of(clean(source)), (0xE0, 0x40, 0x20))


@pytest.mark.parametrize("level", [0x0000, 0x4000, 0x8000, 0xFFFF])
def test_sixteen_bit_grey_keeps_its_shade(level: int) -> None:
    source = make_png((40, 40), 16, 0, (b"\0" + struct.pack(">H", level) * 40) * 40)

    assert is_near(colour_of(clean(source)), (level >> 8,) * 3)


@pytest.mark.parametrize(
    ("mode", "painted", "options"),
    [
        ("RGBA", (200, 0, 0, 0), {}),
        ("LA", (20, 0), {}),
        ("P", 0, {"transparency": 0}),
        ("L", 90, {"transparency": 90}),
        ("1", 0, {"transparency": 0}),
        ("RGB", RED, {"transparency": RED}),
    ],
)
def test_transparency_turns_white(mode: str, painted: object, options: dict) -> None:
    image = Image.new(mode, (40, 40), painted)

    assert is_near(colour_of(clean(encode(image, "PNG", **options))), (255, 255, 255))


def test_palette_with_partial_transparency() -> None:
    image = Image.new("P", (40, 40), 1)
    image.putpalette([0, 0, 0, 0, 0, 255])

    source = encode(image, "PNG", transparency=bytes([255, 128]))

    assert is_near(colour_of(clean(source)), (127, 127, 255))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_opaque_modes_keep_their_colour(mode: str) -> None:
    image = Image.new("RGB", (40, 40), "white").convert(mode)

    assert is_near(colour_of(clean(encode(image, "PNG"))), (255, 255, 255))


def swapped_profile() -> bytes:
    """sRGB with its red and green primaries exchanged: what is stored red is meant green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return (
        profile.replace(b"rXYZ", b"xxxx", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"xxxx", b"gXYZ")
    )


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_embedded_profile_is_applied(file_format: str) -> None:
    source = encode(
        Image.new("RGB", (40, 40), (255, 0, 0)), file_format, icc_profile=swapped_profile()
    )

    assert is_near(colour_of(clean(source)), (0, 255, 0), tolerance=20)


@pytest.mark.parametrize(
    "profile",
    [b"not a profile", swapped_profile()[:200], swapped_profile().replace(b"RGB ", b"CMYK", 1)],
    ids=["nonsense", "cut", "other colour space"],
)
def test_unusable_profile_leaves_colours_alone(profile: bytes) -> None:
    source = encode(Image.new("RGB", (40, 40), (255, 0, 0)), "PNG", icc_profile=profile)

    assert is_near(colour_of(clean(source)), (255, 0, 0))


# What is refused --------------------------------------------------------------------------------

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) run showpage\n%%EOF\n"
NOT_PHOTOS = {
    "nothing": b"",
    "script": b"#!/bin/sh\nrm -rf /\n",
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n",
    "eps": EPS,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "tiff": encode(corners(), "TIFF"),
    "bmp": encode(corners(), "BMP"),
    "ppm": encode(corners(), "PPM"),
    "ico": encode(corners(), "ICO"),
    "jpeg 2000": encode(corners(), "JPEG2000"),
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40),
    "half a signature": b"\xff\xd8",
}


@pytest.mark.parametrize("kind", NOT_PHOTOS)
def test_other_files_are_refused_whatever_their_name(kind: str) -> None:
    upload = BytesIO(NOT_PHOTOS[kind])
    upload.name = "holiday.jpg"

    with pytest.raises(ImageRefused) as caught:
        clean_photo(upload)

    assert caught.value.reason == Refusal.UNSUPPORTED


@pytest.mark.parametrize("file_format", FORMATS)
def test_photo_is_judged_by_its_content(file_format: str) -> None:
    upload = BytesIO(encode(corners(), file_format))
    upload.name = "letter.pdf"
    upload.read()  # a form has looked at it before

    assert_upright(clean_photo(upload))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", None),
        (b"RIFF\0\0\0\0WAVE", None),
    ],
)
def test_find_format_reads_brands(head: bytes, expected: str | None) -> None:
    assert find_format(head) == expected


@pytest.mark.parametrize("beginning", [b"\xff\xd8\xff<?php system('id');", b"GIF89a/*<script>*/"])
def test_signature_without_a_picture_is_refused(beginning: bytes) -> None:
    assert refusal_of(beginning) == Refusal.UNREADABLE


def test_script_inside_the_file_is_gone() -> None:
    source = encode(corners(), "PNG") + b"<script>alert(1)</script><?php phpinfo();"

    photo = clean(source)

    assert_upright(photo)
    assert not any(b"script" in p.data or b"php" in p.data for p in photo.pictures)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("kept_percent", [10, 40, 75, 95])
def test_truncated_file_is_refused(file_format: str, kept_percent: int) -> None:
    source = encode(noise((200, 150)), file_format)

    assert refusal_of(source[: len(source) * kept_percent // 100]) == Refusal.UNREADABLE


def test_truncated_progressive_jpeg_is_refused() -> None:
    source = encode(noise((200, 150)), "JPEG", progressive=True)

    assert refusal_of(source[: len(source) * 9 // 10]) == Refusal.UNREADABLE


@pytest.mark.parametrize("chunk", [b"IHDR", b"IDAT"])
def test_damaged_png_is_refused(chunk: bytes) -> None:
    source = bytearray(encode(noise((200, 150)), "PNG"))
    source[source.index(chunk) + 20] ^= 0xFF

    assert refusal_of(bytes(source)) == Refusal.UNREADABLE


def test_upload_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    source = encode(corners(), "JPEG")
    largest = source + bytes(MAX_UPLOAD_BYTES - len(source))

    assert_upright(clean(largest))
    assert refusal_of(largest + b"\0") == Refusal.TOO_LARGE


def test_size_is_not_taken_on_trust() -> None:
    with pytest.raises(ImageRefused) as caught:
        clean_photo(BytesIO(b"\xff\xd8\xff" + bytes(MAX_UPLOAD_BYTES)), size=10)

    assert caught.value.reason == Refusal.TOO_LARGE


def huge_jpeg() -> bytes:
    source = bytearray(encode(corners(), "JPEG"))
    struct.pack_into(">HH", source, source.index(b"\xff\xc0") + 5, 64_250, 64_250)
    return bytes(source)


def huge_gif() -> bytes:
    source = bytearray(encode(corners(), "GIF"))
    struct.pack_into("<HH", source, 6, 60_000, 60_000)
    return bytes(source)


BOMBS = {
    "png": make_png((60_000, 60_000), 1, 0, bytes(100_000)),
    "png just over the limit": make_png((10_000, 5_001), 1, 0, bytes(1251 * 5_001)),
    "png too long": make_png((70_000, 1), 1, 0, bytes(8_751)),
    "jpeg": huge_jpeg(),
    "gif": huge_gif(),
    "webp": b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2,
    "webp animation": b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\x88\x13\0" * 2,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bomb_is_refused_before_it_is_decoded(kind: str) -> None:
    assert len(BOMBS[kind]) < 20_000
    start = time.monotonic()

    assert refusal_of(BOMBS[kind]) == Refusal.TOO_MANY_PIXELS
    assert time.monotonic() - start < 2


def test_text_that_inflates_is_refused() -> None:
    text = b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9)
    source = encode(corners(), "PNG")
    at = source.index(b"IDAT") - 4

    assert refusal_of(source[:at] + png_chunk(b"zTXt", text) + source[at:]) == Refusal.UNREADABLE


# The child's answer -----------------------------------------------------------------------------


WANTED = (ORIGINAL, *SHOWN)


def make_answer(**changes: object) -> bytes:
    """A good answer of the decoder, or one with parts of its first line changed."""
    jpeg, webp = encode(corners(), "JPEG"), encode(corners(), "WEBP")
    names = (
        ("original.jpg", jpeg),
        ("large.webp", webp),
        ("wall2.webp", webp),
        ("wall.webp", webp),
    )
    entries = [
        {"name": name, "width": 96, "height": 64, "length": len(data)} for name, data in names
    ]
    entries[0] |= {key: value for key, value in changes.items() if key in entries[0]}
    header = {
        "pictures": entries,
        "original": [96, 64],
        "placeholder": "102030" * 9,
        "fingerprint": -(1 << 63),
    }
    header |= {key: value for key, value in changes.items() if key not in entries[0]}
    return json.dumps(header).encode() + b"\n" + jpeg + webp + webp + webp


def test_good_answer_is_read() -> None:
    photo = read_answer(make_answer(), WANTED)

    assert photo.placeholder == "102030" * 9
    assert photo.fingerprint == -(1 << 63)
    assert opened(photo.delivery).size == (96, 64)
    assert photo.wall.data == encode(corners(), "WEBP")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"null\n",
        b"[]\n",
        b"[" * 4000 + b"\n",
        make_answer(pictures=[]),
        make_answer(pictures=None),
        make_answer(name="wall.webp"),
        make_answer(name=None),
        make_answer(width=2001),
        make_answer(width=0),
        make_answer(height="64"),
        make_answer(height=1e999),
        make_answer(length=-1),
        make_answer(length=5),
        make_answer(length=10**9),
        make_answer(placeholder="red;}"),
        make_answer(placeholder="102030" * 9 + "\n"),
        make_answer(placeholder=7),
        make_answer(fingerprint=1 << 63),
        make_answer(fingerprint=-(1 << 63) - 1),
        make_answer(fingerprint="7"),
        make_answer(fingerprint=True),
        make_answer(refused="no such reason"),
        make_answer() + b"more",
        make_answer()[:-1],
        make_answer().replace(b"RIFF", b"<svg", 1),
        make_answer().replace(b"\n\xff\xd8\xff", b"\n<svg", 1),
    ],
)
def test_answer_out_of_form_is_unreadable(answer: bytes) -> None:
    with pytest.raises(ImageRefused) as caught:
        read_answer(answer, WANTED)

    assert caught.value.reason == Refusal.UNREADABLE


@pytest.mark.parametrize("size", [None, [96], [0, 64], [2001, 64], ["96", 64], {"a": 1}])
def test_size_of_the_original_out_of_form_is_unreadable(size: object) -> None:
    answer = make_answer().replace(b"original.jpg", b"delivery.jpg")
    wanted, jpeg = (DELIVERY, *SHOWN), encode(corners(), "JPEG")
    assert read_answer(answer, wanted, original=jpeg).original.data == jpeg

    with pytest.raises(ImageRefused) as caught:
        read_answer(
            make_answer(original=size).replace(b"original.jpg", b"delivery.jpg"),
            wanted,
            original=jpeg,
        )

    assert caught.value.reason == Refusal.UNREADABLE
