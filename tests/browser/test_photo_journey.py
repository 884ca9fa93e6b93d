"""A photo on its way: with the camera and covers, over a bad connection, and without JavaScript."""

import base64
import re
from email.message import EmailMessage
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import BrowserContext, Page, expect

from pages.models import PhotoCallPage
from solidarity.edits import Edits
from solidarity.frame_painting import paint
from solidarity.frames import DESIGNS, frame_drawing
from solidarity.models import Photo, PhotoCall
from tests.factories import notatarget

pytestmark = pytest.mark.django_db(transaction=True)

SLOGANS = {"en": "Not a target", "fr": "Vous n’êtes pas une cible", "nl": "Wie zorgt, geen doelwit"}
INK = (0x19, 0x1C, 0x24)
SECRET = (255, 0, 255)
# Keeps what a form sends, as it is sent.
SPY = """(() => {
  const send = XMLHttpRequest.prototype.send;
  window.sentImages = [];
  XMLHttpRequest.prototype.send = function (data) {
    const image = data?.get("image");
    window.sentNames = [...(window.sentNames ?? []), image?.name];
    if (image) sentImages.push(new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.split(",")[1]);
      reader.readAsDataURL(image);
    }));
    send.call(this, data);
  };
})();"""


@pytest.fixture(autouse=True)
def slogans():
    PhotoCall.objects.filter(slug="demo").update(
        **{f"slogan_{language}": slogan for language, slogan in SLOGANS.items()}
    )


@pytest.fixture
def secret_file(tmp_path):
    """A grey picture with something in it that nobody is to see."""
    picture = Image.new("RGB", (1200, 900), "#a0a0a0")
    picture.paste(SECRET, (540, 300, 660, 420))
    path = tmp_path / "Sam, Rue Longue 5.png"
    picture.save(path)
    return path


def open_form(context: BrowserContext, language: str, scripted: bool = True) -> Page:
    """Go from the campaign to the photo call and its form, as a reader would."""
    action = PhotoCallPage.objects.get(locale__language_code=language, title__startswith="DEMO")
    page = context.new_page()
    page.goto(notatarget(language).url)
    page.locator(f'main a[href="{action.url}"]').first.click()
    if not scripted:
        page.locator('a[data-form-link="photo"]').click()
    expect(page.locator('[data-form="photo"]')).to_be_visible()
    if scripted:
        expect(page.locator("[data-camera-open]")).to_be_enabled()
    assert page.locator("html").get_attribute("lang") == language
    return page


def press_send(page: Page) -> None:
    page.locator("[data-form] button[type=submit]").click()


def arrive(page: Page) -> Photo:
    """Wait for the page of the photo that was sent."""
    page.wait_for_url("**/solidarity/photo/**")
    return Photo.objects.get(call__slug="demo")


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def only_link(mail: EmailMessage, address: str) -> str:
    links = set(re.findall(rf"{re.escape(address)}/\S+", text_of(mail)))
    standing = [link for link in links if len(link.rstrip("/").split("/")[-1]) > 40]
    assert len(standing) == 1, links
    return standing[0]


def take_back(page: Page, photo: Photo) -> None:
    with page.expect_navigation():
        page.locator("main form:not(:has([name=purpose])) button").click()
    photo.refresh_from_db()
    assert photo.status == "withdrawn"


def stored(photo: Photo, ending: str = "original.jpg") -> Image.Image:
    path = settings.PHOTO_ROOT / f"{photo.file_name}-{ending}"
    return Image.open(BytesIO(path.read_bytes())).convert("RGB")


def is_near(pixel: tuple[int, int, int], colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 24 for a, b in zip(pixel, colour, strict=True))


def shows(picture: Image.Image, colour: tuple[int, int, int]) -> bool:
    """Whether any pixel of a picture has about this colour."""
    colours = picture.convert("RGB").getcolors(picture.width * picture.height)
    return any(is_near(found, colour) for _count, found in colours)


def sent_images(page: Page) -> list[Image.Image]:
    found = page.evaluate("Promise.all(window.sentImages)")
    return [Image.open(BytesIO(base64.b64decode(text))) for text in found]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_camera_covers_a_mistake_and_the_mail(
    open_context, smtp_server, run_tasks, address, language
):
    context = open_context(locale=language, permissions=["camera"])
    page = open_form(context, language)
    page.locator("[data-camera-open]").click()
    video = page.locator("video")
    expect(video).not_to_have_js_property("videoWidth", 0)
    page.locator("[data-camera-take]").click()
    expect(page.locator("[data-editor]")).to_be_visible()
    assert video.evaluate("video => video.srcObject") is None  # the camera is off
    assert page.evaluate("document.activeElement.dataset.do") == "add"

    page.keyboard.press("Enter")
    cover = page.locator(".cover")
    before = cover.bounding_box()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "+", "-", "+"):
        page.keyboard.press(key)
    after = cover.bounding_box()
    assert (after["x"], after["y"]) < (before["x"], before["y"])
    assert after["width"] > before["width"]
    assert re.search(r"\d", page.locator("[data-photo-status]").inner_text())
    page.keyboard.press("Delete")
    expect(cover).to_have_count(0)
    page.keyboard.press("Enter")
    page.locator("[data-do=larger]").click()

    page.check("[name=frame][value=band]")
    page.check("[name=people][value=sender]")
    page.fill("[name=message]", "Courage à tous")
    page.fill("[name=display_name]", "Sam")
    page.fill("[name=email]", "sam@example.org")
    press_send(page)

    # No box was ticked: the form is back in its place, with what was typed and with the photo.
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert page.input_value("[name=message]") == "Courage à tous"
    assert page.input_value("[name=held_photo]")
    # The field says that no file is chosen; beside it stands that we hold one.
    expect(page.locator("[data-held-photo] figcaption")).to_be_visible()
    expect(page.locator("[data-held-photo] img")).to_have_count(0)
    expect(page.locator(".cover")).to_have_count(1)
    page.check("[name=consent_wall]")
    press_send(page)

    photo = arrive(page)
    assert (photo.status, photo.language, photo.display_name) == ("pending", language, "Sam")
    assert (photo.frame, photo.people) == ("band", "sender")
    original = stored(photo)
    assert is_near(original.getpixel((original.width // 2, original.height * 2 // 5)), INK)
    assert photo.edits == {}
    run_tasks()
    mail = smtp_server.messages[0]
    assert mail["Content-Language"] == language
    assert "Courage" not in text_of(mail)
    page.goto(only_link(mail, address))
    photo.refresh_from_db()
    assert photo.status == "pending"  # looking changes nothing
    take_back(page, photo)
    assert context.cookies() == []


@pytest.mark.parametrize("language", ["nl"])
def test_without_javascript(open_context, photo_file, language):
    context = open_context(java_script_enabled=False, locale=language)
    page = open_form(context, language, scripted=False)
    assert not page.locator("[data-camera-open]").is_visible()
    page.set_input_files("input[name=image]", photo_file)
    page.check("[name=people][value=adults]")
    page.check("[name=needs_cover]")
    page.check("[name=frame][value=placard]")
    page.fill("[name=message]", "Courage à tous")
    press_send(page)

    assert page.input_value("[name=message]") == "Courage à tous"
    assert page.input_value("[name=held_photo]")
    assert page.is_checked("[name=needs_cover]")
    page.check("[name=consent_delivery]")
    press_send(page)

    photo = arrive(page)
    assert (photo.people, photo.needs_cover, photo.frame) == ("adults", True, "placard")
    assert photo.language == language
    take_back(page, photo)
    assert context.cookies() == []


def test_what_is_covered_never_leaves_the_device(open_context, secret_file, tmp_path):
    context = open_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(SPY)
    page = open_form(context, "en")
    foreign = tmp_path / "photo.heic"
    foreign.write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    page.set_input_files("input[name=image]", foreign)
    expect(page.locator("[data-unreadable]")).to_be_visible()
    page.set_input_files("input[name=image]", secret_file)
    expect(page.locator("[data-unreadable]")).to_be_hidden()
    expect(page.locator("[data-editor]")).to_be_visible()

    # The negative control: without a cover it would be seen.
    assert shows(Image.open(secret_file), SECRET)
    page.locator("[data-stage]").scroll_into_view_if_needed()
    box = page.locator("[data-stage]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.58, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    expect(page.locator(".cover")).to_have_count(1)
    page.locator("[data-do=turn]").click()
    page.locator("[data-do=add]").click()
    expect(page.locator(".cover")).to_have_count(2)
    page.locator("[data-do=remove]").click()
    page.check("[name=people][value=nobody]")
    page.fill("[name=message]", "Courage")
    press_send(page)

    expect(page.locator("[data-error-summary]")).to_be_focused()
    [sent] = sent_images(page)
    assert page.evaluate("window.sentNames") == ["photo.jpg"]
    assert (sent.format, sent.size, sent.info.get("exif")) == ("JPEG", (900, 1200), None)
    assert not shows(sent, SECRET)
    assert shows(sent, INK)
    # The same picture is not sent twice; one that has changed is.
    with page.expect_response("**/solidarity/demo/"):
        press_send(page)
    expect(page.locator("[data-sending]")).to_be_hidden()
    assert page.evaluate("window.sentNames") == ["photo.jpg", None]
    page.locator(".cover").focus()
    page.keyboard.press("ArrowLeft")
    page.check("[name=consent_wall]")
    with page.expect_request("**/solidarity/demo/"):
        press_send(page)
    assert page.evaluate("window.sentNames.length") == 3

    photo = arrive(page)
    assert Edits.read(photo.edits).is_empty
    for ending in ("original.jpg", "large.webp", "wall.webp"):
        assert not shows(stored(photo, ending), SECRET)


def test_a_connection_that_drops_loses_nothing(open_context, photo_file):
    context = open_context()
    page = open_form(context, "en")
    page.set_input_files("input[name=image]", photo_file)
    page.check("[name=people][value=sender]")
    page.fill("[name=message]", "Courage")
    page.check("[name=consent_wall]")
    attempts = []

    def drop(route):
        """Fail once before the site, then once after it: the answer is lost."""
        attempts.append(route.request.method)
        if len(attempts) == 1:
            route.abort("connectionreset")
        elif len(attempts) == 2:
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/en/solidarity/demo/", drop)
    press_send(page)
    words = page.locator("[data-sending-words]")
    expect(words).to_contain_text("The connection was lost.")
    page.locator("[data-retry]").click()
    expect(page.locator("[data-sending] progress")).to_be_visible()

    photo = arrive(page)

    assert attempts == ["POST"] * 3
    assert photo.message == "Courage"


def test_frames_of_the_browser_and_the_server_look_alike(open_context):
    page = open_form(open_context(), "en")
    draw = """async ([drawing, width, height]) => {
      const { drawFrame, loadLetters } = await import("/static/js/photo_frames.js");
      await loadLetters();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext("2d");
      context.fillStyle = "#808080";
      context.fillRect(0, 0, width, height);
      drawFrame(context, drawing);
      return canvas.toDataURL().split(",")[1];
    }"""
    differences = {}
    for design in DESIGNS:
        for size in ((600, 800), (800, 600)):
            drawing = frame_drawing(design, SLOGANS["fr"])
            flat = Image.new("RGB", size, "#808080")
            theirs = paint(flat, drawing)
            found = base64.b64decode(page.evaluate(draw, [drawing, *size]))
            ours = Image.open(BytesIO(found)).convert("RGB")
            differences[design, size] = _mean(ours, theirs)
            # The negative control: a picture without the frame is far from both.
            assert _mean(flat, theirs) > 8
    assert max(differences.values()) < 1.5, differences


def _mean(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' pixels, of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3
