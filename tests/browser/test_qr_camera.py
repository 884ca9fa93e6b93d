"""Entry codes read through Chromium's camera, which shows a film that we made."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page

from events import entry_code
from events.models import SignUp
from tests.browser import qr_pictures
from tests.browser.conftest import ARGUMENTS
from tests.browser.script_page import INSECURE, opened

SIGN_UP = SignUp(public_id=UUID("5b0f6a9e-2f0c-4c3f-9a51-0d7c1e7b6a42"))
TEXT = entry_code.entry_text(SIGN_UP)

SCAN = """async () => {
  const { scan } = await import("/static/js/door/qr_camera.js");
  window.said = [];
  window.lamps = [];
  window.stopScan = scan({
    video: document.querySelector("video"),
    onText: (text) => said.push(text),
    onProblem: (kind) => said.push("problem: " + kind),
    onTorch: (light) => lamps.push(light),
  });
}"""
# Keeps the camera's track to see what becomes of it.
KEEP = "() => { window.kept = document.querySelector('video').srcObject.getVideoTracks()[0]; }"
HIDE = """(isHidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# A browser's own reader, which finds what the test says, or breaks at work.
NO_DETECTOR = "delete globalThis.BarcodeDetector;"
DETECTOR = """
  window.inView = [];
  window.looks = 0;
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["ean_13", "qr_code"]; }
    async detect() {
      looks += 1;
      if (inView === null) throw new DOMException("not here", "NotSupportedError");
      return inView.map((rawValue) => ({ rawValue }));
    }
  };
  window.ahead = 0;
  const now = performance.now.bind(performance);
  performance.now = () => now() + ahead;
"""
WITHOUT_QR = """
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["ean_13"]; }
  };
"""


def film(path: Path, pictures: list[Image.Image]) -> Path:
    """Write pictures as a film that Chromium shows over and over for a camera (YUV4MPEG2)."""
    frames = [b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420jpeg\n"]
    for picture in pictures:
        ground = Image.new("L", (640, 480), 150)
        ground.paste(picture, ((640 - picture.width) // 2, (480 - picture.height) // 2))
        frames += [b"FRAME\n", ground.tobytes(), bytes([128]) * (320 * 240 * 2)]
    path.write_bytes(b"".join(frames))
    return path


@pytest.fixture(scope="module")
def camera(browser, tmp_path_factory) -> Iterator[Browser]:
    """A browser whose camera shows somebody else's code and then our entry code, in turns."""
    ours = Image.open(io.BytesIO(entry_code.entry_png(SIGN_UP))).convert("L")
    other = qr_pictures.flat(segno.make_qr("https://example.org/"))
    shown = [
        picture.resize((230, 230)).rotate(12, expand=True, fillcolor=150)
        for picture in (other, ours)
        for _ in range(6)
    ]
    path = film(tmp_path_factory.mktemp("camera") / "camera.y4m", shown)
    launched = browser.browser_type.launch(
        executable_path=os.environ["CHROMIUM"],
        args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={path}"],
    )
    yield launched
    launched.close()


@pytest.fixture
def page(camera, request) -> Iterator[Page]:
    """A page that scans with our own reader, or with what the parameter puts in its place."""
    yield from opened(camera, script=getattr(request, "param", NO_DETECTOR))


def with_script(script: str):
    return pytest.mark.parametrize("page", [script], indirect=True, ids=["script"])


def is_on(page: Page) -> tuple[str, bool]:
    """Whether the camera works, and whether the page shows it."""
    return tuple(
        page.evaluate("[kept.readyState, document.querySelector('video').srcObject !== null]")
    )


def test_camera_tells_an_entry_code_once_and_nothing_of_other_codes(page):
    page.evaluate(SCAN)
    page.wait_for_function("said.length > 0")
    # The film goes round twice more.
    page.wait_for_timeout(1700)

    assert page.evaluate("said") == [TEXT]
    # This camera has no lamp.
    assert page.evaluate("lamps") == [None]


def test_camera_is_off_once_scanning_is_stopped(page):
    page.evaluate(SCAN)
    page.wait_for_function("said.length > 0")
    page.evaluate(KEEP)
    was_on = is_on(page)

    page.evaluate("stopScan(); said.length = 0; stopScan();")

    assert (was_on, is_on(page)) == (("live", True), ("ended", False))
    # Coming back to the page starts nothing that was stopped.
    page.evaluate(HIDE, False)
    page.wait_for_timeout(400)
    assert page.evaluate("said") == []
    assert is_on(page) == ("ended", False)


def test_camera_is_off_while_the_page_is_hidden(page):
    page.evaluate(SCAN)
    page.wait_for_function("said.length > 0")
    page.evaluate(KEEP)

    page.evaluate(HIDE, True)

    assert is_on(page) == ("ended", False)
    page.evaluate(HIDE, False)
    page.wait_for_function("lamps.length === 2")
    page.evaluate(KEEP)
    assert is_on(page) == ("live", True)


def test_stopping_while_the_browser_asks_leaves_no_camera_on(page):
    page.evaluate(
        """() => {
          const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (options) => {
            window.opened = await ask(options);
            window.wishes = options;
            await new Promise((answer) => { window.answer = answer; });
            return opened;
          };
        }"""
    )
    page.evaluate(SCAN)
    page.wait_for_function("typeof answer === 'function'")

    page.evaluate("stopScan(); answer();")

    page.wait_for_function("opened.getVideoTracks()[0].readyState === 'ended'")
    assert page.evaluate("said") == []
    # The camera at the back, and no sound.
    assert page.evaluate("[wishes.audio, wishes.video.facingMode]") == [
        False,
        {"ideal": "environment"},
    ]


@with_script(DETECTOR)
def test_browsers_own_reader_is_used_where_there_is_one(page):
    page.evaluate(SCAN)
    page.evaluate("inView = ['https://example.org', 'VIVA:1', 'viva:2', 'VIVA:3']; looks = 0;")
    page.wait_for_function("looks > 2")

    assert page.evaluate("said") == ["VIVA:1", "VIVA:3"]


@with_script(DETECTOR)
def test_code_is_told_again_once_it_was_out_of_sight_for_three_seconds(page):
    page.evaluate(SCAN)
    page.evaluate("inView = ['VIVA:1']; looks = 0;")
    page.wait_for_function("looks > 1")
    for _ in range(3):
        page.evaluate("ahead += 2500; looks = 0;")
        page.wait_for_function("looks > 1")
    held_in_view = page.evaluate("said")
    page.evaluate("inView = []; ahead += 3100;")
    page.evaluate("inView = ['VIVA:1']; looks = 0;")
    page.wait_for_function("looks > 1")

    assert held_in_view == ["VIVA:1"]
    assert page.evaluate("said") == ["VIVA:1", "VIVA:1"]


@with_script(DETECTOR)
def test_our_reader_takes_over_from_one_that_breaks(page):
    page.evaluate("inView = null;")

    page.evaluate(SCAN)

    page.wait_for_function("said.length > 0")
    assert page.evaluate("[said, looks]") == [[TEXT], 1]


@with_script(WITHOUT_QR)
def test_our_reader_is_used_where_the_browsers_knows_no_qr_codes(page):
    page.evaluate(SCAN)

    page.wait_for_function("said.length > 0")
    assert page.evaluate("said") == [TEXT]


def test_what_the_browser_refuses_is_told_in_our_terms(page):
    kinds = {
        "NotAllowedError": "refused",
        "SecurityError": "refused",
        "NotFoundError": "no-camera",
        "OverconstrainedError": "no-camera",
        "NotReadableError": "busy",
        "AbortError": "busy",
    }
    told = {}

    for name in kinds:
        page.evaluate(
            """(name) => {
              const refuse = async () => { throw new DOMException("", name); };
              navigator.mediaDevices.getUserMedia = refuse;
            }""",
            name,
        )
        page.evaluate(SCAN)
        page.wait_for_function("said.length > 0")
        told[name] = page.evaluate("said")

    assert told == {name: [f"problem: {kind}"] for name, kind in kinds.items()}


def test_camera_that_is_taken_away_is_told(page):
    page.evaluate(SCAN)
    page.wait_for_function("said.length > 0")
    page.evaluate(KEEP)

    page.evaluate("kept.dispatchEvent(new Event('ended'))")

    assert page.evaluate("said") == [TEXT, "problem: ended"]
    assert is_on(page) == ("ended", False)


def test_page_without_encryption_may_use_no_camera(camera):
    for page in opened(camera, INSECURE):
        page.evaluate(SCAN)

        page.wait_for_function("said.length > 0")
        assert page.evaluate("said") == ["problem: unsupported"]


def test_lamp_is_offered_where_the_camera_has_one(page):
    page.evaluate(
        """() => {
          window.asked = [];
          MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
          MediaStreamTrack.prototype.applyConstraints = async (wish) => { asked.push(wish); };
        }"""
    )
    page.evaluate(SCAN)
    page.wait_for_function("lamps.length > 0")

    page.evaluate("lamps[0](true)")
    page.evaluate("lamps[0](false)")

    assert page.evaluate("asked") == [
        {"advanced": [{"torch": True}]},
        {"advanced": [{"torch": False}]},
    ]
