// The pixels of the chosen photo, in memory alone: upright, small enough to send, covered.

export const INK = "#191c24"; // of covers, as in solidarity/edits.py
const LONGEST_SIDE = 2000; // pixels, what the server keeps at most
const QUALITY = 0.9;

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  return context;
}

/** Return a canvas with what `source` (an image or a video of this size) shows, scaled down. */
export function shrunk(source, width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const context = canvasOf(width * scale, height * scale);
  // What is transparent becomes paper, not black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.drawImage(source, 0, 0, context.canvas.width, context.canvas.height);
  return context.canvas;
}

/** Decode a file, upright, into a canvas. Rejects where the browser cannot read it. */
export async function readPicture(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return shrunk(image, image.naturalWidth, image.naturalHeight);
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** Return the canvas a quarter turn clockwise. */
export function turned(canvas) {
  const context = canvasOf(canvas.height, canvas.width);
  context.translate(context.canvas.width, 0);
  context.rotate(Math.PI / 2);
  context.drawImage(canvas, 0, 0);
  return context.canvas;
}

/** Return where a cover lies once the picture is turned a quarter clockwise. */
export const turnedCover = ({ x, y, width, height }) => ({
  x: 1 - y - height,
  y: x,
  width: height,
  height: width,
});

/** Draw the picture with its covers, over the whole canvas behind `context`. */
export function drawPicture(context, picture, covers) {
  const { width, height } = context.canvas;
  context.drawImage(picture, 0, 0, width, height);
  context.fillStyle = INK;
  for (const cover of covers) {
    // Outwards: no row of pixels at an edge shows what is under the cover.
    const left = Math.floor(cover.x * width);
    const top = Math.floor(cover.y * height);
    const right = Math.ceil((cover.x + cover.width) * width);
    const bottom = Math.ceil((cover.y + cover.height) * height);
    context.fillRect(left, top, right - left, bottom - top);
  }
}

/** Return the JPEG that is sent: nothing in it but pixels, the covers among them. */
export function asJpeg(picture, covers) {
  const context = canvasOf(picture.width, picture.height);
  drawPicture(context, picture, covers);
  return new Promise((done) => context.canvas.toBlob(done, "image/jpeg", QUALITY));
}
