// What a script adds to the form that sends a photo: the camera, covers, a preview, a patient
// upload. The picture stays in memory; nothing leaves the device before the button is pressed.

import { offerCamera } from "./photo_camera.js";
import { Covers } from "./photo_covers.js";
import { drawFrame, loadLetters } from "./photo_frames.js";
import { asJpeg, drawPicture, readPicture, turned } from "./photo_picture.js";
import { send } from "./photo_upload.js";

const SHOWN_SIDE = 960; // pixels of the pictures in the form
const parser = new DOMParser();

// What a form that came back from the server goes on with.
let carried = null;

/**
 * Prepare the form. `page` can `wake` a form that is to be sent again, and `prepare` one that
 * takes its place.
 */
export function begin(form, page) {
  new CapturingForm(form, page).start();
}

/** Show in `place` what is typed in `field`. */
function mirror(field, place) {
  const show = () => {
    place.textContent = field.value.trim();
  };
  field.addEventListener("input", show);
  show();
}

class CapturingForm {
  #choices = 0; // how many pictures were chosen: reading one may outlast the next choice
  #reading = null;
  #isDue = false;

  constructor(form, page) {
    const part = (name) => form.querySelector(`[data-${name}]`);
    Object.assign(this, { form, page, part });
    this.editor = part("editor");
    this.preview = part("preview");
    this.sending = part("sending");
    this.tools = part("covers");
    this.drawings = JSON.parse(this.editor.dataset.frames);
    // `file` is what the browser may be unable to show; `isHeld`: the site has this very picture.
    this.state = carried ?? { picture: null, file: null, areas: [], isHeld: false };
    carried = null;
    const say = (sentence) => this.#say(sentence);
    const onChange = () => this.#onCovered();
    this.covers = new Covers({ stage: part("stage"), tools: this.tools, say, onChange });
    const onPicture = (picture) => this.#onTaken(picture);
    const [place, opener] = [part("camera"), part("camera-open")];
    this.camera = offerCamera({ place, opener, input: form.elements.image, say, onPicture });
  }

  start() {
    const { form, preview, state } = this;
    const input = form.elements.image;
    input.addEventListener("change", () => this.#onChosen(input.files[0]));
    this.tools.querySelector("[data-do=turn]").addEventListener("click", () => this.#turn());
    form.addEventListener("change", ({ target }) => target.name === "frame" && this.#redraw());
    form.addEventListener("submit", (event) => {
      // Sent already, or held back until a calculation is done.
      if (event.defaultPrevented) return;
      event.preventDefault();
      this.#send();
    });
    const words = preview.querySelector("[data-preview-message]");
    words.dir = "auto";
    mirror(form.elements.message, words);
    mirror(form.elements.display_name, preview.querySelector("[data-preview-name]"));
    preview.hidden = false;
    loadLetters().then(() => this.#redraw());
    this.#show();
    // Chosen before the script was there, or kept by the browser on the way back.
    if (!state.picture && input.files.length) this.#onChosen(input.files[0]);
  }

  #say(sentence) {
    this.part("photo-status").textContent = sentence;
  }

  async #onChosen(file) {
    const choice = ++this.#choices;
    const { state } = this;
    if (!file) {
      // The browser's dialogue was left without a file: what was there is kept.
      if (state.file || !state.picture) this.#take(null);
      return;
    }
    this.#reading = readPicture(file).catch(() => null);
    const picture = await this.#reading;
    if (choice === this.#choices) this.#take(picture, file);
  }

  #onTaken(picture) {
    this.#choices += 1;
    this.form.elements.image.value = "";
    this.#take(picture);
    this.tools.querySelector("[data-do=add]").focus({ preventScroll: true });
  }

  #take(picture, file = null) {
    Object.assign(this.state, { picture, file, areas: [], isHeld: false });
    this.#show();
    if (picture) this.#say(this.editor.dataset.ready);
  }

  #turn() {
    this.state.picture = turned(this.state.picture);
    this.state.isHeld = false;
    this.covers.turn(this.state.picture);
    this.#say(this.tools.dataset.turned);
  }

  #onCovered() {
    const { list } = this.covers;
    // What the site holds no longer is what is to be sent.
    if (JSON.stringify(list) !== JSON.stringify(this.state.areas)) this.state.isHeld = false;
    this.state.areas = list;
    this.#redraw();
  }

  /** Show the picture, or say that this browser cannot. */
  #show() {
    const { picture, file, areas } = this.state;
    this.editor.hidden = !picture;
    this.preview.toggleAttribute("data-filled", Boolean(picture));
    this.part("unreadable").hidden = Boolean(picture) || !file;
    if (!picture) return;
    this.#showHeld();
    this.covers.begin(areas, picture);
  }

  /** The picture stands in the editor; that no file is chosen while we hold one needs words. */
  #showHeld() {
    const held = this.part("held-photo");
    if (this.state.isHeld) held?.querySelector("img")?.remove();
    else held?.closest(".field").remove();
  }

  #redraw() {
    if (this.#isDue || !this.state.picture) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (!this.state.picture) return;
      this.#drawOn(this.editor.querySelector("canvas"), []);
      this.#drawOn(this.preview.querySelector("canvas"), this.state.areas);
    });
  }

  #drawOn(canvas, areas) {
    const { picture } = this.state;
    const scale = Math.min(1, SHOWN_SIDE / Math.max(picture.width, picture.height));
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    drawPicture(context, picture, areas);
    drawFrame(context, this.drawings[this.form.elements.frame?.value] ?? []);
  }

  /** What is sent: everything typed, and the covered picture unless the site holds it already. */
  async #filled() {
    const data = new FormData(this.form);
    const { picture, file, areas, isHeld } = this.state;
    if (isHeld && data.get("held_photo")) data.delete("image");
    else if (picture) data.set("image", await asJpeg(picture, areas), "photo.jpg");
    // A file's own name may say who or where.
    else if (file) data.set("image", file, "photo");
    return data;
  }

  async #send() {
    this.camera.close();
    await this.#reading;
    const answer = await send(this.form.action, await this.#filled(), this.sending);
    if (answer) this.#read(answer);
    else this.page.wake(this.form);
  }

  /** Go to the photo's page, put the form that came back in place, or say what the site said. */
  #read(answer) {
    const answered = parser.parseFromString(answer.responseText, "text/html");
    const fresh = answered.querySelector('[data-form="photo"]');
    if (fresh) this.#replace(fresh);
    else if (answer.status < 400) location.assign(answer.responseURL);
    else {
      const said = [...answered.querySelectorAll("main :is(h1, .lead)")];
      const words = said.map((element) => element.textContent.trim()).join(" ");
      const place = this.sending.querySelector("[data-sending-words]");
      place.textContent = words || this.sending.dataset.failed;
      this.page.wake(this.form);
    }
  }

  #replace(fresh) {
    this.state.isHeld = Boolean(fresh.querySelector('[name="held_photo"]')?.value);
    carried = this.state;
    fresh.action = this.form.action;
    const adopted = document.adoptNode(fresh);
    this.form.replaceWith(adopted);
    this.page.prepare(adopted);
    adopted.querySelector("[data-error-summary]")?.focus();
  }
}
