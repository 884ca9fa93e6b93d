"""Scenes to moderate, and what a moderator at the keyboard sees."""

import io
import uuid

from django.utils.translation import override
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from pages.demonstration import draw_placard
from solidarity import services
from solidarity.images import CleanedPhoto, clean_photo
from solidarity.models import Photo, PhotoCall

_SKINS = ("#8a5a3c", "#e0b394", "#c68a63", "#5d3a26")
_CLOTHES = ("#d62622", "#054931", "#fbd034", "#2f4a8a")
_WALLS = ("#8fb3c9", "#c9b38f", "#a9c98f", "#c98f9d", "#b7b2a6")


def face_of(number: int) -> tuple[float, float]:
    """Where the middle of the face in a scene is from the left, and its width: fractions."""
    return (35 + number * 7 % 30) / 100, 240 / (900 if number % 3 else 1600)


def draw_scene(message: str, number: int) -> bytes:
    """Return a JPEG of a drawn person who holds a placard: a face to cover, and nobody's."""
    size = (900, 1200) if number % 3 else (1600, 1200)
    scene = Image.new("RGB", size, _WALLS[number % len(_WALLS)])
    pen = ImageDraw.Draw(scene)
    centre = size[0] * (35 + number * 7 % 30) // 100
    pen.rounded_rectangle([centre - 240, 410, centre + 240, 1300], 110, fill=_CLOTHES[number % 4])
    pen.ellipse([centre - 120, 120, centre + 120, 400], fill=_SKINS[number % 4])
    for side in (-1, 1):
        x = centre + side * 48
        pen.ellipse([x - 13, 225, x + 13, 251], fill="#191c24")
    pen.arc([centre - 55, 255, centre + 55, 335], 20, 160, fill="#191c24", width=9)
    board = Image.open(io.BytesIO(draw_placard(message, number)))
    board.thumbnail((620, 520))
    scene.paste(board, (centre - board.width // 2, 600))
    out = io.BytesIO()
    scene.save(out, "JPEG", quality=88)
    return out.getvalue()


def cleaned_scene(message: str, number: int) -> CleanedPhoto:
    return clean_photo(io.BytesIO(draw_scene(message, number)))


def send_scene(image: CleanedPhoto, message: str, language: str = "en", **fields) -> Photo:
    """A photo of the demo call with an address to write to."""
    details = services.PhotoDetails(**fields)
    with override(language):
        return services.submit_photo(
            call=PhotoCall.objects.get(slug="demo"),
            image=image,
            message=message,
            display_name="Noor",
            email=f"{uuid.uuid4().hex[:12]}@example.org",
            consent_delivery=True,
            consent_wall=True,
            language=language,
            form_key=uuid.uuid4(),
            form_digest="",
            details=details,
        )


class Moderator:
    """A moderator's hands and eyes: presses keys, and waits for what they change."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def number(self) -> int:
        """The number of the photo on the screen; 0 when none is left."""
        path = self.page.locator("[data-moderation-screen]").get_attribute("data-url")
        part = path.partition("?")[0].rstrip("/").rpartition("/")[2]
        return int(part) if part.isdigit() else 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wait_for_other(self, number: int) -> None:
        """Wait until another photo than ``number`` is on the screen, its picture drawn."""
        self.page.wait_for_function(
            """number => {
              const screen = document.querySelector("[data-moderation-screen]");
              const picture = screen.querySelector("[data-moderation-picture]");
              return !screen.parentElement.hasAttribute("aria-busy")
                && !screen.dataset.url.startsWith(`/admin/photos/${number}/`)
                && (!picture || (picture.complete && picture.naturalWidth > 0));
            }""",
            arg=number,
            polling=5,
        )

    def decide(self, *keys: str) -> None:
        """Press keys that end in a decision, and wait for the next photo."""
        number = self.number()
        self.press(*keys)
        self.wait_for_other(number)

    def cover_face(self, number: int) -> None:
        """Cover the face of scene ``number``: open the editor, move, change the size, place."""
        self.press("c")
        self.page.wait_for_function(
            "() => document.querySelector('[data-moderation-editor] canvas').width > 300"
        )
        middle, face = face_of(number)
        wider = max(0, round((face + 0.02 - 0.2) / 0.02))
        across = round((middle - (0.2 + wider * 0.02) / 2 - 0.4) / 0.02)
        self.press(*["ArrowUp"] * 16, *["Shift+ArrowDown"] * 3, *["Shift+ArrowRight"] * wider)
        self.press(*["ArrowRight" if across > 0 else "ArrowLeft"] * abs(across), "Enter")

    def save_edits(self) -> None:
        """Save in the editor, and wait until the picture has been made anew."""
        picture = self.page.locator("[data-moderation-picture]")
        before = picture.get_attribute("src")
        self.press("Enter")
        self.page.wait_for_function(
            """before => {
              const picture = document.querySelector("[data-moderation-picture]");
              return picture.getAttribute("src") !== before && picture.complete
                && picture.naturalWidth > 0;
            }""",
            arg=before,
        )
