"""Takes the pictures of the guide: a browser without movement, rings with numbers, small files."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

WIDTH = 1280
MOST_BYTES = 60_000
# A screen is drawn when nothing is loading, no picture is missing and the letters are there.
_IS_DRAWN = """async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].filter(image => image.loading !== "lazy")
    .map(image => image.decode().catch(() => {})));
}"""
_STILL = """
  *, *::before, *::after {
    animation: none !important; transition: none !important; caret-color: transparent !important;
    scroll-behavior: auto !important;
  }
  ::-webkit-scrollbar { display: none; }
"""
_RING = """([targets, pad]) => targets.forEach(([selector, number]) => {
  const target = [...document.querySelectorAll(selector)].find(one => one.getClientRects().length);
  if (!target) throw new Error(`Nothing to ring: ${selector}`);
  const box = target.getBoundingClientRect();
  const draw = (styles, text) => {
    const part = document.createElement("div");
    part.textContent = text;
    Object.assign(part.style, {position: "absolute", zIndex: 2147483647, pointerEvents: "none",
      boxSizing: "border-box", ...styles});
    document.body.append(part);
  };
  const left = Math.max(box.left + scrollX - pad, 3), top = Math.max(box.top + scrollY - pad, 3);
  const width = Math.min(box.width + 2 * pad, innerWidth - left - 3);
  draw({left: `${left}px`, top: `${top}px`, width: `${width}px`,
    height: `${box.height + 2 * pad}px`, border: "3px solid #d8352a", borderRadius: "10px"}, "");
  draw({left: `${Math.max(left - 13, 2)}px`, top: `${Math.max(top - 13, 2)}px`, width: "28px",
    height: "28px", borderRadius: "50%", background: "#d8352a", color: "#fff", textAlign: "center",
    font: "700 17px/28px Arial, sans-serif"}, String(number));
})"""


@dataclass(frozen=True)
class Frame:
    """What of the screen is shown: from ``top`` (an element; the screen's top if empty) down.

    ``rings`` are elements that get a ring and a number, in their order from 1.
    """

    height: int = 720
    top: str = ""
    rings: tuple[str, ...] = ()


def hold_still(page: Page) -> None:
    """Take movement, the caret and scroll bars away."""
    page.add_style_tag(content=_STILL)
    page.evaluate(_IS_DRAWN)


def take(page: Page, frame: Frame) -> Image.Image:
    """Return the picture of what ``frame`` says, ``WIDTH`` wide."""
    hold_still(page)
    if frame.rings:
        page.evaluate(
            _RING, [[[selector, place] for place, selector in enumerate(frame.rings, 1)], 5]
        )
    top = 0
    if frame.top:
        box = page.locator(frame.top).first.bounding_box()
        top = max(int(box["y"]) - 24, 0)
    page.mouse.move(0, 0)
    taken = page.screenshot(
        clip={"x": 0, "y": top, "width": WIDTH, "height": frame.height},
        full_page=True,
        animations="disabled",
        caret="hide",
    )
    return Image.open(io.BytesIO(taken)).convert("RGB")


def pack(picture: Image.Image) -> bytes:
    """Return the picture as WebP of at most ``MOST_BYTES``, as good as that allows."""
    for quality in range(82, 20, -6):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError("too much to see for a small file")


def store(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(picture))
