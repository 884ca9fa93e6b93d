"""Compile one typst document to a tagged PDF, in a process of its own.

``campaign_site.pdf`` runs this file as ``python -I pdf_compiler.py FONTS`` with the document on
standard input and an unnamed file on standard output. It stands alone: isolated mode (``-I``) hides
the project. The input is one line of JSON followed by the files' bytes, end to end::

    {"files": [["main.typ", 812], ["data.json", 96], ["12.jpg", 401234]], "longest_side": 1000}

``longest_side`` (pixels, or null) is what JPEGs are scaled down to. typst takes only text from
memory, so each JPEG is handed to it inside an SVG (``house.typ`` has ``picture`` for that); the PDF
holds the JPEG itself, which is never decoded. All files stay in memory. The answer is the PDF with
exit status 0, or status 1 and the places in the templates where it went wrong, without a word of
the data.
"""

import base64
import io
import json
import re
import resource
import sys

import typst
from PIL import Image

MEBIBYTE = 1024 * 1024
JPEG_QUALITY = 80
LIMITS = {
    "RLIMIT_AS": 1024 * MEBIBYTE,
    "RLIMIT_CPU": 120,  # seconds
    # Standard input, output and error are open already: no other file, pipe or socket can be.
    "RLIMIT_NOFILE": 3,
    "RLIMIT_FSIZE": 64 * MEBIBYTE,
    "RLIMIT_CORE": 0,  # a core file would hold the data
}
PLACE = re.compile(r"[\w-]+\.typ:\d+:\d+")


def main(fonts: str) -> int:
    """Read the document, write the PDF, and return the exit status."""
    compiler = open_compiler(fonts)
    confine()
    files = read_files(sys.stdin.buffer)
    try:
        pdf = compile_pdf(compiler, files)
    except typst.TypstError as error:
        # The message may quote the data; where it happened does not.
        places = PLACE.findall(error.diagnostic)
        sys.stdout.buffer.write(" ".join(dict.fromkeys(places)).encode()[:1000])
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


def open_compiler(fonts: str) -> typst.Compiler:
    """Return a compiler that has read our fonts, and knows no others."""
    known = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
    )
    compiler = typst.Compiler(font_paths=known, ignore_system_fonts=True)
    # Fonts, and Python's modules for typst, are read when first used: now is the last chance.
    words = "".join(
        f'#text(font: "{font.family}", weight: {font.weight})[a]\n' for font in known.fonts()
    )
    title = '#set document(title: "warm")\n'
    compile_pdf(compiler, {"main.typ": (title + words).encode()}, standard=None)
    Image.preinit()
    return compiler


def compile_pdf(
    compiler: typst.Compiler, files: dict[str, bytes], standard: str | None = "ua-1"
) -> bytes:
    """Compile ``main.typ``: tagged (PDF/UA-1, ISO 14289-1), without a date."""
    standards = [standard] if standard else []
    return compiler.compile(files, format="pdf", pdf_standards=standards)


def confine() -> None:
    """Give up, for good, what compiling does not need: new files, the network, endless memory.

    The limits are mandatory on Linux; elsewhere what the system does not know is left out.
    """
    for name, value in LIMITS.items():
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (OSError, ValueError):
            if sys.platform == "linux":
                raise


def read_files(source: io.BufferedIOBase) -> dict[str, bytes]:
    """Read the document's files, pictures scaled down one after the other."""
    header = json.loads(source.readline())
    files = {}
    for name, length in header["files"]:
        data = source.read(length)
        is_picture = name.endswith(".jpg")
        files[name] = wrap(scale(data, header["longest_side"])) if is_picture else data
    return files


def wrap(data: bytes) -> bytes:
    """Return an SVG that is this JPEG and nothing else."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
        width, height = picture.size
    content = base64.b64encode(data).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{content}"/></svg>'
    ).encode()


def scale(data: bytes, longest_side: int | None) -> bytes:
    """Return a JPEG of at most ``longest_side`` pixels; a small one as it is."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
        if longest_side is None or max(picture.size) <= longest_side:
            return data
        picture.draft("RGB", (longest_side, longest_side))
        smaller = picture.convert("RGB")
    smaller.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    written = io.BytesIO()
    smaller.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
