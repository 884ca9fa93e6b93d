// Opaque covers over faces: placed with finger, mouse or keyboard, before anything is sent.

import { turnedCover } from "./photo_picture.js";

const MOST = 20; // as in solidarity/edits.py
const SMALLEST = 0.02; // of a side
const STEP = 0.02;
const LARGER = 1.15;
const DRAGGED = 6; // CSS pixels from which a press is a drag
const FIRST_SIZE = 0.22; // of the picture's shorter side, as tall as a face on most photos

const within = (value, low, high) => Math.min(Math.max(value, low), high);
const between = (one, other) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });

/** Return the cover at another place, or of another size, within the picture. */
function placed({ x, y, width, height }) {
  const [wide, high] = [within(width, SMALLEST, 1), within(height, SMALLEST, 1)];
  return { x: within(x, 0, 1 - wide), y: within(y, 0, 1 - high), width: wide, height: high };
}

const moved = (across, down) => (cover) => ({ ...cover, x: cover.x + across, y: cover.y + down });
const scaled = (wide, high) => (cover) => {
  const [width, height] = [cover.width * wide, cover.height * high];
  const x = cover.x - (width - cover.width) / 2;
  const y = cover.y - (height - cover.height) / 2;
  return { x, y, width, height };
};
const DEEDS = {
  left: moved(-STEP, 0),
  right: moved(STEP, 0),
  up: moved(0, -STEP),
  down: moved(0, STEP),
  larger: scaled(LARGER, LARGER),
  smaller: scaled(1 / LARGER, 1 / LARGER),
  wider: scaled(LARGER, 1),
  narrower: scaled(1 / LARGER, 1),
  taller: scaled(1, LARGER),
  flatter: scaled(1, 1 / LARGER),
};
// The key, without and with Shift.
const KEYS = {
  ArrowLeft: ["left", "narrower"],
  ArrowRight: ["right", "wider"],
  ArrowUp: ["up", "taller"],
  ArrowDown: ["down", "flatter"],
  "+": ["larger", "larger"],
  "=": ["larger", "larger"],
  "-": ["smaller", "smaller"],
  Delete: ["remove", "remove"],
  Backspace: ["remove", "remove"],
};

/** Follow a pointer until it is lifted; `onEnd` gets the last event. */
function follow(target, { pointerId }, onMove, onEnd) {
  target.setPointerCapture(pointerId);
  const end = (last) => {
    target.removeEventListener("pointermove", onMove);
    target.removeEventListener("pointerup", end);
    target.removeEventListener("pointercancel", end);
    onEnd(last);
  };
  target.addEventListener("pointermove", onMove);
  target.addEventListener("pointerup", end);
  target.addEventListener("pointercancel", end);
}

/**
 * The covers on `stage`, which lies over the picture. `tools` has the buttons (`data-do`) and the
 * words to say; `say` speaks to everybody; `onChange` is called after each change.
 */
export class Covers {
  #covers = []; // each {area: {x, y, width, height}, box: its button}; areas in fractions
  #chosen = null;
  #aspect = 1; // of the picture, width by height

  constructor({ stage, tools, say, onChange }) {
    Object.assign(this, { stage, tools, say, onChange });
    stage.addEventListener("pointerdown", (event) => this.#draw(event));
    stage.addEventListener("click", (event) => this.#tap(event));
    tools.addEventListener("click", (event) => {
      const deed = event.target.closest("[data-do]")?.dataset.do;
      if (deed === "add") this.#add({ x: 0.5, y: 0.4 });
      else if (this.#chosen) this.#act(deed, this.#chosen);
    });
  }

  /** The areas that are covered, in fractions of the picture. */
  get list() {
    return this.#covers.map(({ area }) => area);
  }

  /** Begin with these areas on a picture of this size. */
  begin(areas, { width, height }) {
    this.#aspect = width / height;
    for (const { box } of this.#covers) box.remove();
    this.#covers = [];
    for (const area of areas) this.#put(area);
    this.#chosen = null;
    this.#show();
  }

  /** Follow the picture, which was turned a quarter clockwise and has this size now. */
  turn(size) {
    this.begin(this.list.map(turnedCover), size);
  }

  #show() {
    for (const cover of this.#covers) {
      for (const [side, name] of Object.entries({ x: "left", y: "top" }))
        cover.box.style[name] = `${cover.area[side] * 100}%`;
      for (const side of ["width", "height"]) cover.box.style[side] = `${cover.area[side] * 100}%`;
      cover.box.ariaLabel = this.#words("name", cover);
      cover.box.ariaPressed = cover === this.#chosen;
    }
    for (const button of this.tools.querySelectorAll("[data-do]")) {
      const { do: deed } = button.dataset;
      if (deed === "add") button.disabled = this.#covers.length >= MOST;
      else if (deed !== "turn") button.disabled = !this.#chosen;
    }
    this.tools.toggleAttribute("data-covered", this.#covers.length > 0);
    this.onChange();
  }

  #words(name, cover) {
    const percent = (side) => Math.round(cover?.area[side] * 100);
    const values = {
      number: this.#covers.indexOf(cover) + 1,
      count: this.#covers.length,
      left: percent("x"),
      top: percent("y"),
      width: percent("width"),
      height: percent("height"),
    };
    return this.tools.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  /** Put one more cover on the stage. */
  #put(area) {
    const box = document.createElement("button");
    box.type = "button";
    box.className = "cover";
    const corner = document.createElement("span");
    corner.className = "cover__corner";
    box.append(corner);
    const cover = { area: placed(area), box };
    box.addEventListener("keydown", (event) => this.#onKey(event, cover));
    box.addEventListener("focus", () => this.#choose(cover));
    box.addEventListener("pointerdown", (event) => this.#drag(event, cover));
    this.#covers.push(cover);
    this.stage.append(box);
    return cover;
  }

  /** Add a cover around a point, as large as a face or of the size given, and go to it. */
  #add(centre, size) {
    if (this.#covers.length >= MOST) return;
    const side = FIRST_SIZE * Math.min(1, this.#aspect);
    const { width, height } = size ?? { width: side / this.#aspect, height: side * 1.25 };
    const x = centre.x - width / 2;
    const cover = this.#put({ x, y: centre.y - height / 2, width, height });
    this.#chosen = cover;
    cover.box.focus({ preventScroll: true });
    this.#show();
    this.say(this.#words("added", cover));
  }

  #choose(cover) {
    if (this.#chosen === cover) return;
    this.#chosen = cover;
    this.#show();
  }

  #act(deed, cover) {
    if (deed === "remove") this.#remove(cover);
    else if (DEEDS[deed]) {
      cover.area = placed(DEEDS[deed](cover.area));
      this.#show();
      this.say(this.#words("moved", cover));
    }
  }

  #remove(cover) {
    const place = this.#covers.indexOf(cover);
    this.#covers.splice(place, 1);
    cover.box.remove();
    this.#chosen = this.#covers[Math.min(place, this.#covers.length - 1)] ?? null;
    this.#show();
    const next = this.#chosen?.box ?? this.tools.querySelector("[data-do=add]");
    next.focus({ preventScroll: true });
    this.say(this.#words("removed", this.#chosen));
  }

  #onKey(event, cover) {
    const [plain, shifted] = KEYS[event.key] ?? [];
    if (!plain || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#act(event.shiftKey ? shifted : plain, cover);
  }

  /** Where a pointer is, in fractions of the picture. */
  #pointed({ clientX, clientY }) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return {
      x: within((clientX - left) / width, 0, 1),
      y: within((clientY - top) / height, 0, 1),
    };
  }

  /** Move a cover, or change its size by its corner. */
  #drag(event, cover) {
    event.stopPropagation();
    const [start, before] = [this.#pointed(event), cover.area];
    const resizes = event.target !== cover.box;
    const onMove = (later) => {
      const { x, y } = this.#pointed(later);
      const [across, down] = [x - start.x, y - start.y];
      cover.area = resizes
        ? {
            ...before,
            width: within(before.width + across, SMALLEST, 1 - before.x),
            height: within(before.height + down, SMALLEST, 1 - before.y),
          }
        : placed(moved(across, down)(before));
      this.#show();
    };
    cover.box.focus({ preventScroll: true });
    follow(cover.box, event, onMove, () => this.say(this.#words("moved", cover)));
  }

  /** A mouse draws a cover over a face, or covers what it points at. */
  #draw(event) {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    event.preventDefault();
    const start = this.#pointed(event);
    const onEnd = (last) => {
      if (last.type !== "pointerup") return;
      const end = this.#pointed(last);
      const way = Math.hypot(last.clientX - event.clientX, last.clientY - event.clientY);
      const size = { width: Math.abs(end.x - start.x), height: Math.abs(end.y - start.y) };
      if (way > DRAGGED) this.#add(between(start, end), size);
      else this.#add(start);
    };
    follow(this.stage, event, () => {}, onEnd);
  }

  /** A tap covers what is under it. No more than a tap: fingers have to scroll the page. */
  #tap(event) {
    if (event.target !== this.stage || event.pointerType === "mouse") return;
    this.#add(this.#pointed(event));
  }
}
