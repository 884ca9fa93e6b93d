// Cover, crop and turn a photo before the server does it for good: with the mouse or the keys.
// What it paints is a preview; the edits it gives are fractions (solidarity.edits).

import { between, middle, moved, resized, turned } from "./moderation_areas.js";

const INK = "#191c24";
const LINE = "#fbd034";
const STEP = 0.02;
const MOST_COVERS = 20;
const SMALLEST_CROP = 0.06;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Open the editor on a stage. ``done`` resolves to the edits, or to null when nothing is saved.
export function openEditor({ stage, start, words, say }) {
  return new Editor({ stage, start, words, say });
}

class Editor {
  constructor({ stage, start, words, say }) {
    Object.assign(this, { words, say });
    this.picture = stage.querySelector("[data-moderation-picture]");
    this.panel = stage.querySelector("[data-moderation-editor]");
    this.canvas = this.panel.querySelector("canvas");
    this.help = this.panel.querySelector("[data-moderation-help]");
    this.edits = { turn: start.turn, covers: start.covers, crop: start.crop };
    this.tool = "cover";
    this.pending = null;
    this.origin = null;
    this.done = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.leaving = new AbortController();
    this.panel.hidden = false;
    this.picture.hidden = true;
    this.image = new Image();
    this.image.addEventListener("load", () => this.paint());
    this.image.src = start.picture;
    this.listen();
    this.canvas.focus();
  }

  listen() {
    const { signal } = this.leaving;
    const on = (target, name, handler) => target.addEventListener(name, handler, { signal });
    on(this.panel, "keydown", (event) => this.onKey(event));
    on(this.panel, "click", (event) => {
      const button = event.target.closest("[data-tool]");
      if (button) {
        this.press(button.dataset.tool);
      }
    });
    on(this.canvas, "pointerdown", (event) => this.begin(event));
    on(this.canvas, "pointermove", (event) => this.drag(event));
    on(this.canvas, "pointerup", (event) => this.end(event));
    on(window, "resize", () => this.paint());
  }

  press(tool) {
    if (tool === "save") {
      this.save();
    } else if (tool === "cancel") {
      this.close(null);
    } else if (tool === "remove") {
      this.remove();
    } else {
      this.use(tool);
    }
    this.canvas.focus();
  }

  // Begin to cover or to crop, or turn at once.
  use(tool) {
    if (tool === "turn") {
      this.turn();
      return;
    }
    if (tool === "cover" && this.edits.covers.length >= MOST_COVERS) {
      this.tell(this.words.most);
      return;
    }
    this.tool = tool;
    this.pending = tool === "crop" ? (this.edits.crop ?? middle(0.9)) : middle(0.2);
    this.tell(tool === "crop" ? this.words.cropping : this.words.covering);
    this.paint();
  }

  turn() {
    const { turn, covers, crop } = this.edits;
    this.edits = {
      turn: (turn + 90) % 360,
      covers: covers.map(turned),
      crop: crop ? turned(crop) : null,
    };
    this.pending = this.pending ? turned(this.pending) : null;
    this.tell(this.words.turned.replace("%(turn)s", this.edits.turn));
    this.paint();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const arrow = ARROWS[event.key];
    const tool = { c: "cover", x: "crop", t: "turn" }[event.key];
    const onButton = event.target !== this.canvas;
    if (arrow && this.pending) {
      this.nudge(arrow, event.shiftKey);
    } else if (event.key === "Enter" && !onButton) {
      this.enter();
    } else if (event.key === "Escape") {
      this.escape();
    } else if (event.key === "Backspace" || event.key === "Delete") {
      this.remove();
    } else if (tool && !event.repeat) {
      this.press(tool);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  nudge([x, y], isSize) {
    const change = isSize ? resized : moved;
    const smallest = this.tool === "crop" ? SMALLEST_CROP : undefined;
    this.pending = change(this.pending, x * STEP, y * STEP, smallest);
    this.say(this.describe(this.pending));
    this.paint();
  }

  describe(area) {
    const [x, y, width, height] = area.map((part) => Math.round(part * 100));
    const values = { "%(x)s": x, "%(y)s": y, "%(width)s": width, "%(height)s": height };
    const sentence = Object.entries(values).reduce(
      (text, [name, value]) => text.replace(name, value),
      this.words.area,
    );
    return sentence.replaceAll("%%", "%");
  }

  // Enter places what is being drawn; with nothing left to place, it saves.
  enter() {
    if (this.pending) {
      this.place(this.pending);
    } else {
      this.save();
    }
  }

  place(area) {
    this.pending = null;
    if (this.tool === "crop") {
      this.edits.crop = area;
      this.tell(this.words.cropped);
    } else {
      this.edits.covers = [...this.edits.covers, area];
      this.tell(this.words.placed.replace("%(number)s", this.edits.covers.length));
    }
    this.paint();
  }

  escape() {
    if (this.pending) {
      this.pending = null;
      this.paint();
    } else {
      this.close(null);
    }
  }

  remove() {
    if (this.pending) {
      this.pending = null;
    } else if (this.tool === "crop") {
      this.edits.crop = null;
    } else {
      this.edits.covers = this.edits.covers.slice(0, -1);
    }
    this.tell(this.words.removed.replace("%(number)s", this.edits.covers.length));
    this.paint();
  }

  save() {
    if (this.pending) {
      this.place(this.pending);
    }
    this.close(this.edits);
  }

  close(edits) {
    this.leaving.abort();
    this.panel.hidden = true;
    this.picture.hidden = false;
    this.resolve(edits);
  }

  tell(text) {
    this.help.textContent = text;
    this.say(text);
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  begin(event) {
    if (event.button === 0) {
      this.canvas.setPointerCapture(event.pointerId);
      this.origin = this.point(event);
      this.pending = null;
    }
  }

  drag(event) {
    if (this.origin) {
      this.pending = this.drawn(event);
      this.paint();
    }
  }

  end(event) {
    const area = this.origin && this.drawn(event);
    const isFull = this.tool === "cover" && this.edits.covers.length >= MOST_COVERS;
    this.origin = this.pending = null;
    if (area && !isFull) {
      this.place(area);
    }
    this.paint();
  }

  drawn(event) {
    const smallest = this.tool === "crop" ? SMALLEST_CROP : undefined;
    return between(this.origin, this.point(event), smallest);
  }

  // Paint the turned picture as large as the stage allows, with covers and the crop.
  paint() {
    if (!this.image.complete || !this.image.naturalWidth) {
      return;
    }
    const { turn, covers, crop } = this.edits;
    const isUpright = turn % 180 === 0;
    const { naturalWidth, naturalHeight } = this.image;
    const [width, height] = isUpright
      ? [naturalWidth, naturalHeight]
      : [naturalHeight, naturalWidth];
    this.canvas.width = width;
    this.canvas.height = height;
    const context = this.canvas.getContext("2d");
    context.translate(width / 2, height / 2);
    context.rotate((turn * Math.PI) / 180);
    context.drawImage(this.image, -naturalWidth / 2, -naturalHeight / 2);
    context.resetTransform();
    context.fillStyle = INK;
    for (const area of covers) {
      context.fillRect(...this.pixels(area));
    }
    this.shade(context, this.tool === "crop" && this.pending ? this.pending : crop);
    if (this.pending) {
      context.lineWidth = Math.max(3, width / 200);
      context.strokeStyle = LINE;
      context.strokeRect(...this.pixels(this.pending));
    }
  }

  // Darken what a crop takes away.
  shade(context, crop) {
    if (!crop) {
      return;
    }
    const [x, y, width, height] = this.pixels(crop);
    context.save();
    context.beginPath();
    context.rect(0, 0, this.canvas.width, this.canvas.height);
    context.rect(x, y, width, height);
    context.clip("evenodd");
    context.fillStyle = "rgb(25 28 36 / 75%)";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.restore();
  }

  pixels([x, y, width, height]) {
    const { width: across, height: down } = this.canvas;
    return [x * across, y * down, width * across, height * down];
  }
}
