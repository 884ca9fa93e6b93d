// The device's camera within the form. Where there is none, or it is refused, the system's own
// way to take a photo opens instead.

import { shrunk } from "./photo_picture.js";

const WISHED = { width: { ideal: 1920 }, height: { ideal: 1440 } };

/** Make the camera's button work; `onPicture` gets a canvas, `input` is the field for a file. */
export function offerCamera({ place, opener, input, say, onPicture }) {
  const video = place.querySelector("video");
  const button = (name) => place.querySelector(`[data-camera-${name}]`);
  let stream = null;
  let facing = "user";
  let opening = 0;

  function stop() {
    opening += 1;
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
  }

  function close() {
    stop();
    place.hidden = true;
  }

  async function open() {
    stop();
    const attempt = opening;
    place.hidden = false;
    const options = { audio: false, video: { facingMode: { ideal: facing }, ...WISHED } };
    const opened = await navigator.mediaDevices.getUserMedia(options);
    if (attempt !== opening) {
      // Closed while the browser asked for permission.
      for (const track of opened.getTracks()) track.stop();
      return;
    }
    stream = opened;
    video.srcObject = stream;
    const [track] = stream.getVideoTracks();
    // A mirror for oneself; what is taken reads as it stands.
    video.toggleAttribute("data-mirrored", (track.getSettings().facingMode ?? facing) === "user");
    await video.play();
    const devices = await navigator.mediaDevices.enumerateDevices();
    button("switch").hidden = devices.filter(({ kind }) => kind === "videoinput").length < 2;
  }

  /** The system's camera, behind the field for a file. */
  function openSystems() {
    close();
    input.setAttribute("capture", "user");
    input.click();
    input.removeAttribute("capture");
  }

  async function openOrSay() {
    try {
      await open();
      button("take").focus();
    } catch {
      close();
      opener.dataset.refused = "";
      say(place.dataset.refused);
    }
  }

  opener.disabled = false;
  opener.addEventListener("click", () => {
    const isThere = navigator.mediaDevices?.getUserMedia && !("refused" in opener.dataset);
    if (isThere) openOrSay();
    else openSystems();
  });
  button("take").addEventListener("click", () => {
    if (!video.videoWidth) return;
    const picture = shrunk(video, video.videoWidth, video.videoHeight);
    close();
    onPicture(picture);
  });
  button("switch").addEventListener("click", () => {
    facing = facing === "user" ? "environment" : "user";
    openOrSay();
  });
  button("close").addEventListener("click", () => {
    close();
    opener.focus();
  });
  addEventListener("pagehide", close);
  return { close };
}
