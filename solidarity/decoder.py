"""Decode one untrusted upload and make its clean pictures, in a process of its own.

``solidarity.images`` runs this file as ``python -I decoder.py FORMAT`` with the upload on standard
input and an unnamed file on standard output. It stands alone: isolated mode (``-I``) hides the
project, so nothing of a campaign can be imported here, and it starts with an empty environment.

The answer is one line of JSON followed by the pictures' bytes, end to end::

    {"colour": "#a0b1c2", "pictures": [{"name": "delivery", "width": 2000, "height": 1500,
     "length": 401234}, ...]}
    {"refused": "too_many_pixels"}

Whatever else goes wrong (damaged file, memory, a signal) ends the process with another exit status
than 0 and no answer that counts.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import struct
import sys
import warnings
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from PIL import ExifTags, Image, ImageCms

MEBIBYTE = 1024 * 1024

# Pixels. A JPEG is decoded at a fraction of its size, the others as a whole. WebP's decoder holds
# the picture four times: 50 million pixels of it would not fit in MEMORY_BYTES.
MAX_PIXELS = {
    "JPEG": 64_000_000,
    "PNG": 50_000_000,
    "GIF": 50_000_000,
    "AVIF": 50_000_000,
    "HEIF": 50_000_000,
    "WEBP": 40_000_000,
}
MAX_SIDE = 65_000  # pixels
MAX_ICC_BYTES = 4 * MEBIBYTE

MEMORY_BYTES = 768 * MEBIBYTE
LIMITS = {
    "RLIMIT_AS": MEMORY_BYTES,
    "RLIMIT_CPU": 10,  # seconds
    # Standard input, output and error are open already: no other file, pipe or socket can be.
    "RLIMIT_NOFILE": 3,
    "RLIMIT_FSIZE": 32 * MEBIBYTE,
    "RLIMIT_CORE": 0,  # a core file would hold the photo
}

# What Pillow imports only when it meets a GIF, a palette, a second picture, Exif or WebP.
LATE_IMPORTS = (
    "copy",
    "PIL.ImageColor",
    "PIL.ImagePalette",
    "PIL.MpoImagePlugin",
    "PIL.TiffImagePlugin",
    "PIL.TiffTags",
    "PIL.WebPImagePlugin",
)

# Linux system calls that reach a file, a network, a program or another process, by number, for
# each machine (asm/unistd.h); the first entry is AUDIT_ARCH_* of linux/audit.h. Decoding needs
# none of them. Threads are allowed: HEIF decoders start one.
DENIED_CALLS = {
    "x86_64": (
        0xC000003E,
        # open, openat, openat2, creat, socket, socketpair, fork, vfork, execve, execveat
        (2, 257, 437, 85, 41, 53, 57, 58, 59, 322)
        # unlink, unlinkat, rmdir, rename, renameat, renameat2, link, linkat, symlink, symlinkat
        + (87, 263, 84, 82, 264, 316, 86, 265, 88, 266)
        # mkdir, mkdirat, truncate, chmod, fchmodat, fchmodat2, chown, lchown, fchownat
        + (83, 258, 76, 90, 268, 452, 92, 94, 260)
        # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_open, pidfd_send_signal
        + (62, 200, 234, 129, 297, 434, 424)
        # ptrace, process_vm_readv, process_vm_writev, prlimit64, io_uring_setup, unshare, setns
        + (101, 310, 311, 302, 425, 272, 308)
        # mount, bpf, keyctl
        + (165, 321, 250),
    ),
    "aarch64": (
        0xC00000B7,
        # openat, openat2, socket, socketpair, execve, execveat
        (56, 437, 198, 199, 221, 281)
        # unlinkat, renameat, renameat2, linkat, symlinkat
        + (35, 38, 276, 37, 36)
        # mkdirat, truncate, fchmodat, fchmodat2, fchownat
        + (34, 45, 53, 452, 54)
        # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_open, pidfd_send_signal
        + (129, 130, 131, 138, 240, 434, 424)
        # ptrace, process_vm_readv, process_vm_writev, prlimit64, io_uring_setup, unshare, setns
        + (117, 270, 271, 261, 425, 97, 268)
        # mount, bpf, keyctl
        + (40, 280, 219),
    ),
}
CLONE_CALL = {"x86_64": 56, "aarch64": 220}
CLONE3_CALL = 435  # on every machine


class Derivative(NamedTuple):
    """One picture to make: ``longest_side`` is in pixels, ``options`` are Pillow's for saving."""

    name: str
    format: str
    longest_side: int
    options: dict[str, Any]


# Largest first: each is made from the one before.
DERIVATIVES = (
    Derivative("delivery", "JPEG", 2000, {"quality": 88}),
    Derivative("large", "WEBP", 1280, {"quality": 80, "method": 2}),
    Derivative("wall", "WEBP", 640, {"quality": 80, "method": 2}),
)


class TooManyPixels(Exception):
    """The picture says that it is larger than what is decoded here."""


def main(file_format: str) -> None:
    """Read the upload from standard input and write the answer to standard output."""
    load_reader(file_format)
    confine()
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
    try:
        picture = clean(decode(sys.stdin.buffer, file_format))
    except (TooManyPixels, Image.DecompressionBombWarning, Image.DecompressionBombError):
        write_answer({"refused": "too_many_pixels"}, [])
    else:
        write_answer(*make_derivatives(picture))


def load_reader(file_format: str) -> None:
    """Import what reading this format, reading Exif and saving would import too late.

    Nothing can be opened any more once the process is confined, not even a module of Pillow.
    """
    Image.preinit()
    for module in LATE_IMPORTS:
        importlib.import_module(module)
    if file_format == "HEIF":
        importlib.import_module("pillow_heif").register_heif_opener(
            thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
        )
    elif file_format == "AVIF":
        importlib.import_module("PIL.AvifImagePlugin").DEFAULT_MAX_THREADS = 1


def confine() -> None:
    """Give up, for good, what decoding does not need.

    In this order: the network and the parent's privileges (a user and a network namespace of its
    own), memory, processor time, new files, and, on Linux, every system call in DENIED_CALLS.
    Containers and some distributions forbid namespaces, and only Linux knows the call filter:
    without one of them the process carries on with the others. The limits themselves are
    mandatory on Linux. There is none on the number of processes (RLIMIT_NPROC): it counts all those
    of the user and does not bind root, so the call filter refuses new processes instead.
    """
    if hasattr(os, "unshare"):
        with contextlib.suppress(OSError):
            os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
    for name, value in LIMITS.items():
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (OSError, ValueError):
            if sys.platform == "linux":
                raise
    if sys.platform == "linux" and os.uname().machine in DENIED_CALLS:
        filter_calls(os.uname().machine)


class FilterProgram(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def filter_calls(machine: str) -> None:
    """Have the kernel refuse DENIED_CALLS with EPERM (seccomp(2), filter mode)."""
    pr_set_no_new_privs, pr_set_seccomp, seccomp_mode_filter = 38, 22, 2
    code = b"".join(call_filter(machine))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    prctl(pr_set_no_new_privs, 1, 0, 0, 0)
    prctl(pr_set_seccomp, seccomp_mode_filter, ctypes.addressof(program), 0, 0)


# Classic BPF (linux/filter.h, linux/bpf_common.h): load a word, compare and jump, answer.
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
# What a filter may answer (linux/seccomp.h): yes, EPERM, ENOSYS, end the process.
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
# Where things stand in struct seccomp_data (linux/seccomp.h).
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
CLONE_THREAD = 0x00010000  # linux/sched.h


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Pack one struct sock_filter; the jumps count the instructions to skip."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def call_filter(machine: str) -> list[bytes]:
    """Return the instructions that tell allowed system calls from refused ones."""
    architecture, denied = DENIED_CALLS[machine]
    lines = [
        instruction(LOAD, ARCHITECTURE),
        instruction(IF_EQUAL, architecture, if_true=1),
        instruction(ANSWER, KILL),
        instruction(LOAD, NUMBER),
        # x86's second numbering (x32) starts here; nothing of ours uses it.
        instruction(IF_AT_LEAST, 0x40000000, if_false=1),
        instruction(ANSWER, REFUSE),
        # clone3 hides its flags behind a pointer: said to be unknown, so that the C library falls
        # back on clone, whose flags tell a thread from a process.
        instruction(IF_EQUAL, CLONE3_CALL, if_false=1),
        instruction(ANSWER, UNKNOWN),
        instruction(IF_EQUAL, CLONE_CALL[machine], if_false=4),
        instruction(LOAD, FIRST_ARGUMENT),
        instruction(IF_ANY_BIT, CLONE_THREAD, if_false=1),
        instruction(ANSWER, ALLOW),
        instruction(ANSWER, REFUSE),
    ]
    for call in denied:
        lines += [instruction(IF_EQUAL, call, if_false=1), instruction(ANSWER, REFUSE)]
    return [*lines, instruction(ANSWER, ALLOW)]


def decode(source: BinaryIO, file_format: str) -> Image.Image:
    """Return the first (or primary) picture of the file, decoded and not yet turned.

    Sizes are checked before anything is decoded. Raises TooManyPixels, or whatever the format's
    reader raises on a damaged file. A file that stops before its last pixel is damaged; one that
    has all its pixels and only lacks its end mark is not.
    """
    if file_format in ("AVIF", "HEIF"):
        check_boxes(source)
    image = Image.open(source, formats=[file_format])
    width, height = image.size
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS[file_format]:
        raise TooManyPixels
    if file_format == "JPEG":
        image.draft(None, fit(image.size, DERIVATIVES[0].longest_side))
    image.load()
    return image


def check_boxes(source: BinaryIO) -> None:
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
    image = to_eight_bits(image)
    size = fit(image.size, DERIVATIVES[0].longest_side)
    image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if turn is not None:
        image = image.transpose(turn)
    image = to_srgb(on_white(image), icc)
    # Copying the pixels is the one way that keeps nothing: Pillow's own copies carry comments,
    # profiles and Exif along.
    return Image.frombytes("RGB", image.size, image.tobytes())


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


def fit(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return the size scaled down to ``longest_side``, never up; no side becomes 0."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def make_derivatives(picture: Image.Image) -> tuple[dict[str, Any], list[bytes]]:
    """Return the answer's first line and the encoded pictures."""
    entries, encoded = [], []
    for derivative in DERIVATIVES:
        picture = picture.resize(
            fit(picture.size, derivative.longest_side), Image.Resampling.LANCZOS, reducing_gap=2.0
        )
        file = BytesIO()
        picture.save(file, derivative.format, **derivative.options)
        encoded.append(file.getvalue())
        entries.append(
            {
                "name": derivative.name,
                "width": picture.width,
                "height": picture.height,
                "length": len(encoded[-1]),
            }
        )
    red, green, blue = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return {"colour": f"#{red:02x}{green:02x}{blue:02x}", "pictures": entries}, encoded


def write_answer(header: dict[str, Any], encoded: list[bytes]) -> None:
    """Write the answer in the form that this module's docstring gives."""
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + b"".join(encoded))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
