// The camera over the list. The code that reads pictures is fetched when it is first wanted: most
// volunteers search by name.

import { say } from "./words.js";

const CODE = /^VIVA:([0-9A-F]{32})$/;
const part = (name) => document.querySelector(`[data-${name}]`);

/**
 * The camera stays open from one code to the next, for a queue. `onCode(id)` gets the public id that
 * a code stands for, "" for one of ours that stands for none; `onUndo` takes the last one back.
 * `onProblem(sentence)` gets why there is no picture, once the camera is closed; `onClose` is called
 * whichever way it was closed.
 */
export class Scanner {
  #stop = null;

  constructor({ onCode, onUndo, onProblem, onClose }) {
    Object.assign(this, { onCode, onProblem });
    part("scan").addEventListener("click", () => this.#open());
    part("scan-close").addEventListener("click", () => this.close());
    // By Escape or by the phone's own way back as well.
    part("scanner").addEventListener("close", () => {
      this.#end();
      onClose();
    });
    part("scan-undo").addEventListener("click", onUndo);
    part("lamp").addEventListener("click", () => this.#switchLamp());
  }

  get isOpen() {
    return part("scanner").open;
  }

  async #open() {
    this.#lamp(null);
    this.#show("", { canUndo: false });
    part("scanner").showModal();
    try {
      const { scan } = await import("./qr_camera.js");
      // Closed before the code was there.
      if (!this.isOpen || this.#stop) return;
      this.#stop = scan({
        video: part("video"),
        onText: (text) => this.#read(text),
        onProblem: (kind) => this.#fail(`camera_${kind.replace("-", "_")}`),
        onTorch: (setLamp) => this.#lamp(setLamp),
      });
    } catch {
      this.#fail("camera_unsupported");
    }
  }

  #read(text) {
    this.onCode(CODE.exec(text)?.[1].toLowerCase() ?? "");
  }

  #fail(name) {
    this.close();
    this.onProblem(say(name));
  }

  /**
   * Say what became of a code: to eyes, to ears, and to the hand, since the door is noisy. `state`
   * is "in" when it counted and "not" when it did not.
   */
  say(sentence, { state = "", canUndo = false } = {}) {
    const undo = part("scan-undo");
    if (!canUndo && document.activeElement === undo) part("scan-close").focus();
    this.#show("", { canUndo });
    // In the same moment, emptying and filling would be no change for a screen reader.
    setTimeout(() => this.#show(sentence, { state, canUndo }), 50);
    if (state) navigator.vibrate?.(state === "in" ? 60 : [40, 80, 40]);
  }

  #show(sentence, { state = "", canUndo }) {
    const place = part("scanned");
    place.textContent = sentence;
    place.parentElement.dataset.state = state;
    part("scan-undo").hidden = !canUndo;
  }

  #lamp(setLamp) {
    this.setLamp = setLamp;
    part("lamp").hidden = !setLamp;
    part("lamp").setAttribute("aria-pressed", "false");
  }

  async #switchLamp() {
    const isOn = part("lamp").getAttribute("aria-pressed") !== "true";
    try {
      await this.setLamp(isOn);
      part("lamp").setAttribute("aria-pressed", String(isOn));
    } catch {
      part("lamp").hidden = true;
    }
  }

  close() {
    this.#end();
    part("scanner").close();
  }

  #end() {
    this.#stop?.();
    this.#stop = null;
  }
}
