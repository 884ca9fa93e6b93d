"""Decode one untrusted picture and make clean ones of it, in a process of its own.

``decoder_server.py`` loads this file once, has it ``prepare``, and calls ``main`` in a new process
for each picture, with a job on standard input and an unnamed file on standard output. Nothing of
the campaign is imported here but pure modules, and no setting is read.

A job is one line of JSON followed by the picture to decode; ``edits`` are those of ``edits.py``,
``frame`` is a drawing of ``frames.py``, and ``wanted`` names keys of PICTURES::

    {"format": "JPEG", "edits": {}, "frame": [], "bake": false,
     "wanted": ["original.jpg", "large.webp"]}

The answer is one line of JSON followed by the pictures wanted, end to end. ``original`` is the
size of the clean picture, ``placeholder`` nine colours (see ``find_colours``) and ``fingerprint``
a difference hash (see ``find_fingerprint``), of the picture with its edits and without its frame::

    {"pictures": [{"name": "original.jpg", "width": 2000, "height": 1500, "length": 401234}, ...],
     "original": [2000, 1500], "placeholder": "a0b1c2...", "fingerprint": -81985529216486896}
    {"refused": "too_many_pixels"}

Whatever else goes wrong (damaged file, memory, a signal) ends the process with another exit status
than 0 and no answer that counts.
"""

import importlib
import json
import os
import struct
import warnings
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms

from solidarity import webp_decoding
from solidarity.confinement import MEBIBYTE, confine
from solidarity.edits import Edits
from solidarity.frame_painting import load_font, paint
from solidarity.variants import AVIF_DERIVATIVES, DERIVATIVES, ORIGINAL, Derivative, fit

PICTURES = {f"{one.name}.{one.extension}": one for one in (*DERIVATIVES, *AVIF_DERIVATIVES)}
COVER = "#191c24"
# A third quicker than Lanczos, and as near to the picture once it is a WebP.
RESAMPLING = Image.Resampling.BICUBIC

# Pixels. A JPEG is decoded at a fraction of its size, the others as a whole.
MAX_PIXELS = {
    "JPEG": 64_000_000,
    "PNG": 50_000_000,
    "GIF": 50_000_000,
    "AVIF": 50_000_000,
    "HEIF": 50_000_000,
    "WEBP": 50_000_000,
}
# Pillow holds a WebP four times: larger ones are decoded otherwise, larger animations refused.
MAX_PILLOW_WEBP_PIXELS = 8_000_000
MAX_ANIMATED_WEBP_PIXELS = 25_000_000
# What Pillow holds of an AVIF at once: its planes, and the picture in two forms.
MAX_AVIF_BYTES = 425_000_000
# A progressive JPEG is kept whole until its end, in two bytes for each pixel and colour.
MAX_FOUR_COLOUR_PIXELS = 48_000_000
MAX_SIDE = 65_000  # pixels
MAX_ICC_BYTES = 4 * MEBIBYTE
MAX_JOB_BYTES = 64 * 1024
# Pictures this many times as large as their clean copy are reduced piece by piece: a whole copy
# of one in another mode would take as much memory again.
PIECEMEAL_SCALE = 3.0
PIECE_PIXELS = 2_000_000

# What Pillow imports only when it meets a GIF, a palette, a second picture, Exif, WebP or AVIF.
LATE_IMPORTS = (
    "copy",
    "PIL.AvifImagePlugin",
    "PIL.ImageColor",
    "PIL.ImagePalette",
    "PIL.MpoImagePlugin",
    "PIL.TiffImagePlugin",
    "PIL.TiffTags",
    "PIL.WebPImagePlugin",
)


class TooManyPixels(Exception):
    """The picture says that it is larger than what is decoded here."""


def prepare() -> None:
    """Import what reading and saving would import too late, and read the font.

    Nothing can be opened any more once a process is confined, not even a module of Pillow.
    """
    Image.preinit()
    for module in LATE_IMPORTS:
        importlib.import_module(module)
    importlib.import_module("pillow_heif").register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )
    importlib.import_module("PIL.AvifImagePlugin").DEFAULT_MAX_THREADS = 1
    webp_decoding.load_library()
    load_font()
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())


def main() -> None:
    """Confine this process, read the job from descriptor 0 and write the answer to 1."""
    confine()
    with open(0, "rb", closefd=False) as source:
        job = json.loads(source.readline(MAX_JOB_BYTES))
        upload = BytesIO(source.read())
    try:
        picture = clean(decode(upload, job["format"]))
    except (TooManyPixels, Image.DecompressionBombWarning, Image.DecompressionBombError):
        write_answer({"refused": "too_many_pixels"}, [])
    else:
        write_answer(*make_pictures(picture, job))


def decode(source: BytesIO, file_format: str) -> Image.Image:
    """Return the first (or primary) picture of the file, decoded and not yet turned.

    Sizes are checked before anything is decoded. Raises TooManyPixels, or whatever the format's
    reader raises on a damaged file. A file that stops before its last pixel is damaged; one that
    has all its pixels and only lacks its end mark is not.
    """
    if file_format in ("AVIF", "HEIF"):
        check_boxes(source)
    if file_format == "WEBP":
        return decode_webp(source)
    image = Image.open(source, formats=[file_format])
    check_size(
        image.size, MAX_FOUR_COLOUR_PIXELS if image.mode == "CMYK" else MAX_PIXELS[file_format]
    )
    if file_format == "AVIF":
        check_size(
            image.size, int(MAX_AVIF_BYTES / avif_pixel_bytes(source.getvalue(), image.mode))
        )
    elif file_format == "JPEG":
        image.draft(None, fit(image.size, ORIGINAL.longest_side))
    image.load()
    return image


def decode_webp(source: BytesIO) -> Image.Image:
    """Return the first picture of a WebP file, a large one in the way that takes less memory."""
    data = source.getvalue()
    size, is_animated = webp_decoding.read_header(data)
    check_size(size, MAX_PIXELS["WEBP"])
    if is_animated or webp_decoding.load_library() is None:
        check_size(size, MAX_ANIMATED_WEBP_PIXELS)
    elif size[0] * size[1] > MAX_PILLOW_WEBP_PIXELS:
        return webp_decoding.decode_still(data, size)
    image = Image.open(source, formats=["WEBP"])
    image.load()
    return image


def check_size(size: tuple[int, int], pixels: int) -> None:
    """Raise TooManyPixels for a picture of more than so many, or with too long a side."""
    if max(size) > MAX_SIDE or size[0] * size[1] > pixels:
        raise TooManyPixels


def check_boxes(source: BytesIO) -> None:
    """Raise EOFError when a box that holds a picture is cut short (ISO/IEC 14496-12, 4.2).

    HEIF readers fill a missing part with grey and say nothing. Anything unknown ends the walk:
    phones add trailers of their own.
    """
    end = source.seek(0, os.SEEK_END)
    start = 0
    while start + 8 <= end:
        source.seek(start)
        length, kind, long_length = struct.unpack(">I4sQ", source.read(16).ljust(16, b"\0"))
        if kind not in (b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"uuid"):
            break
        if length == 0:  # to the end of the file
            break
        length = long_length if length == 1 else length
        if length < 8 or start + length > end:
            raise EOFError
        start += length
    source.seek(0)


def avif_pixel_bytes(data: bytes, mode: str) -> float:
    """Return how many bytes each pixel of an AVIF takes while Pillow reads it.

    The first configuration (av1C; AV1 Codec ISO Media File Format Binding, 2.3.3) tells how deep
    its planes are and whether colours are kept for every pixel; without one they count as deep.
    """
    at = data.find(b"av1C")
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0x40
    planes = 1.5 if flags & 0x0C == 0x0C else 3.0
    channels = len(mode)
    return (planes + channels - 3) * (2 if flags & 0x40 else 1) + channels + 4


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def find_turn(image: Image.Image) -> Image.Transpose | None:
    """Return what brings the picture upright, by Exif's Orientation (CIPA DC-008, 4.6.5).

    AVIF and HEIF turn by properties of their own: Pillow reports AVIF's as an Orientation, and
    pillow-heif turns while decoding and resets it, so that nothing is turned twice. An unreadable
    Exif block counts as none.
    """
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError):
        return None
    except struct.error:
        return None


def clean(image: Image.Image) -> Image.Image:
    """Return the picture at delivery size: upright, sRGB, on white, its pixels and nothing else."""
    icc, turn = image.info.get("icc_profile"), find_turn(image)
    size = fit(image.size, ORIGINAL.longest_side)
    image = reduce_piecemeal(image, max(image.size) / max(size))
    image = image.resize(size, RESAMPLING, reducing_gap=2.0)
    if turn is not None:
        image = image.transpose(turn)
    image = to_srgb(on_white(image), icc)
    # Painting the pixels on a new picture is what keeps nothing else: Pillow's own copies carry
    # comments, profiles and Exif along.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def reduce_piecemeal(image: Image.Image, scale: float) -> Image.Image:
    """Return a picture that is ``scale`` times too large nearer to its size, as ``to_eight_bits``.

    It stays half as large again as what is asked, or more, so that the exact resizing that follows
    is not seen. Works in strips, each turned to eight bits on its own.
    """
    if scale < PIECEMEAL_SCALE:
        return to_eight_bits(image)
    factor = int(scale / 1.5)
    rows = max(1, PIECE_PIXELS // image.width // factor) * factor
    reduced = None
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        strip = to_eight_bits(strip).reduce(factor)
        if reduced is None:
            reduced = Image.new(strip.mode, (strip.width, -(-image.height // factor)))
        reduced.paste(strip, (0, top // factor))
    return reduced


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture in one of the modes L, RGB, RGBA and CMYK, which can be resized well."""
    if image.mode.startswith("I"):  # 16-bit grey, which convert() would clip at 255
        return image.point(lambda level: level * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def on_white(image: Image.Image) -> Image.Image:
    """Lay a picture with transparency on white paper."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Convert to sRGB by the embedded profile, if it is one and speaks of this kind of picture."""
    spaces = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
    if icc and len(icc) <= MAX_ICC_BYTES:
        try:
            profile = ImageCms.ImageCmsProfile(BytesIO(icc))
            if profile.profile.xcolor_space.strip() == spaces[image.mode]:
                srgb = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # not a profile after all: the colours are taken as they are
    return image.convert("RGB")


def make_pictures(picture: Image.Image, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the answer's first line and the encoded pictures that the job wants.

    Each is made from the one before, the original from the picture before the edits, unless
    ``bake`` says that they are to stay for good.
    """
    edited = apply_edits(picture, Edits.read(job["edits"]))
    original = edited if job["bake"] else picture
    shown = paint(edited, job["frame"])
    entries, encoded = [], []
    for name in job["wanted"]:
        derivative = PICTURES[name]
        if derivative is ORIGINAL:
            made = original
        else:
            made = shown = resized(shown, fit(shown.size, derivative.longest_side))
        data = encode(made, derivative)
        encoded.append(data)
        entries.append(
            {"name": name, "width": made.width, "height": made.height, "length": len(data)}
        )
    header = {
        "pictures": entries,
        "original": original.size,
        "placeholder": find_colours(edited),
        "fingerprint": find_fingerprint(edited),
    }
    return header, encoded


def apply_edits(picture: Image.Image, edits: Edits) -> Image.Image:
    """Return the picture turned, covered and cropped, at its own scale."""
    turn = {
        90: Image.Transpose.ROTATE_270,  # Pillow turns the other way
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }.get(edits.turn)
    picture = picture.copy() if turn is None else picture.transpose(turn)
    size = picture.size
    for cover in edits.covers:
        picture.paste(COVER, cover.around(size))
    return picture if edits.crop is None else picture.crop(edits.crop.around(size))


def resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, RESAMPLING, reducing_gap=2.0)


def encode(picture: Image.Image, derivative: Derivative) -> bytes:
    file = BytesIO()
    picture.save(file, derivative.format, **derivative.options)
    return file.getvalue()


def find_colours(picture: Image.Image) -> str:
    """Return the mean colours of a grid of three by three, rows first, six hex digits each."""
    return picture.resize((3, 3), Image.Resampling.BOX, reducing_gap=2.0).tobytes().hex()


def find_fingerprint(picture: Image.Image) -> int:
    """Return a difference hash: 64 bits as a signed number, alike for pictures that look alike.

    The picture is shrunk to nine by eight greys; each bit says whether one is lighter than its left
    neighbour, rows first, the first bit being the highest. (N. Krawetz, "Kind of like that", 2013.)
    """
    small = picture.resize((9, 8), Image.Resampling.BOX, reducing_gap=3.0)
    greys = small.convert("L").tobytes()
    bits = 0
    for row in range(0, 72, 9):
        for left in range(row, row + 8):
            bits = bits << 1 | (greys[left + 1] > greys[left])
    return bits - (1 << 64) if bits >> 63 else bits


def write_answer(header: dict[str, Any], encoded: list[bytes]) -> None:
    """Write the answer in the form that this module's docstring gives."""
    with open(1, "wb", closefd=False) as answer:
        answer.write(json.dumps(header).encode() + b"\n")
        answer.writelines(encoded)
