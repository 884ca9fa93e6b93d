// Reads entry codes with the device's camera. The browser's own reader is used where there is one,
// ours everywhere else. No picture leaves the device, and none is kept.

import { decode } from "./qr_decoder.js";

const PREFIX = "VIVA:"; // what every entry code begins with; other codes are none of ours
const WISHED = { width: { ideal: 1280 }, height: { ideal: 720 } };
const LONGEST_SIDE = 640; // pixels of the square that is searched
const PAUSE_MS = 120;
const SAME_AGAIN_MS = 3000;
// Why there is no picture, by the browser's names for it (W3C, Media Capture and Streams).
const PROBLEMS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "no-camera",
  OverconstrainedError: "no-camera",
};

/** Our reader: the square in the middle of the picture, which is what the page shows. */
function ownReader() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  return async (video) => {
    const { videoWidth, videoHeight } = video;
    const side = Math.min(videoWidth, videoHeight);
    if (!side) return [];
    const size = Math.min(side, LONGEST_SIDE);
    if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
    const [left, top] = [(videoWidth - side) / 2, (videoHeight - side) / 2];
    context.drawImage(video, left, top, side, side, 0, 0, size, size);
    const text = decode(context.getImageData(0, 0, size, size));
    return text ? [text] : [];
  };
}

/** The browser's reader if it knows QR codes. Some only find out at work that they cannot. */
async function bestReader() {
  const own = ownReader();
  const Detector = globalThis.BarcodeDetector;
  try {
    if (!(await Detector?.getSupportedFormats())?.includes("qr_code")) return own;
    const detector = new Detector({ formats: ["qr_code"] });
    let isBroken = false;
    return async (video) => {
      if (isBroken) return own(video);
      try {
        return (await detector.detect(video)).map(({ rawValue }) => rawValue);
      } catch {
        isBroken = true;
        return own(video);
      }
    };
  } catch {
    return own;
  }
}

/** Let each text through once, until it has been out of sight for three seconds. */
function onceEach() {
  const seen = new Map();
  return (text) => {
    const now = performance.now();
    const isNew = !(now - seen.get(text) < SAME_AGAIN_MS);
    seen.set(text, now);
    return isNew;
  };
}

/** The next picture of the camera, after a pause that leaves the device time for the page. */
async function nextPicture(video) {
  await new Promise((done) => setTimeout(done, PAUSE_MS));
  if (!video.requestVideoFrameCallback) return;
  await new Promise((done) => {
    video.requestVideoFrameCallback(done);
    // A camera that stands still.
    setTimeout(done, 10 * PAUSE_MS);
  });
}

/** Open the camera at the back, if there is one; throws what the browser throws. */
async function openCamera() {
  const options = { audio: false, video: { facingMode: { ideal: "environment" }, ...WISHED } };
  return navigator.mediaDevices.getUserMedia(options);
}

function end(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A function that switches the lamp on or off; null if the camera has none that can be. */
function torchOf(track) {
  if (!track.getCapabilities?.().torch) return null;
  return (isOn) => track.applyConstraints({ advanced: [{ torch: isOn }] });
}

/**
 * Show the camera in `video` and call `onText` with each entry code that it sees, until the
 * function that is returned is called. The camera is off while the page is hidden.
 *
 * `onTorch` gets a function to switch the lamp on (`true`) and off, or null without one, each time
 * the camera starts. `onProblem` gets the reason why scanning ended: "refused", "no-camera",
 * "busy" (it is there but gives no picture), "ended" (it was taken away) or "unsupported" (the
 * browser lets no page use one).
 */
export function scan({ video, onText, onProblem, onTorch = () => {} }) {
  const isNew = onceEach();
  let stream = null;
  let run = 0; // which opening this is: the browser may still be asking for an earlier one
  let isOver = false;

  function close() {
    run += 1;
    end(stream);
    stream = null;
    video.srcObject = null;
  }

  function stop() {
    isOver = true;
    close();
    document.removeEventListener("visibilitychange", followPage);
    removeEventListener("pagehide", close);
  }

  function fail(kind) {
    stop();
    onProblem(kind);
  }

  async function read(current) {
    const texts = await bestReader();
    while (run === current) {
      await nextPicture(video);
      if (run !== current) return;
      for (const text of await texts(video)) {
        if (run === current && text.startsWith(PREFIX) && isNew(text)) onText(text);
      }
    }
  }

  async function open() {
    close();
    const current = run;
    if (!navigator.mediaDevices?.getUserMedia) {
      fail("unsupported");
      return;
    }
    try {
      const opened = await openCamera();
      if (run !== current) {
        end(opened);
        return;
      }
      stream = opened;
      const [track] = stream.getVideoTracks();
      track.addEventListener("ended", () => run === current && fail("ended"));
      // Without these, iOS shows the film on the whole screen, or not at all.
      Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
      await video.play();
      if (run !== current) return;
      onTorch(torchOf(track));
    } catch (error) {
      if (run === current) fail(PROBLEMS[error.name] ?? "busy");
      return;
    }
    await read(current);
  }

  function followPage() {
    if (document.hidden) close();
    else if (!isOver && !stream) open();
  }

  document.addEventListener("visibilitychange", followPage);
  addEventListener("pagehide", close);
  open();
  return stop;
}
