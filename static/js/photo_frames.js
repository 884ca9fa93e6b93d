// Frames around a photo, drawn here for the preview and by the server for good. What the
// primitives and their numbers mean is written in solidarity/frames.py.

const FAMILY = "Archivo Frame"; // static/css/components/photo_form.css
const QUARTERS = Math.PI / 180;

/** Load the letters of the slogans; without them a frame would be drawn in another font. */
export const loadLetters = () => document.fonts.load(`40px "${FAMILY}"`, "Ag");

/** Draw a frame over the whole canvas behind `context`; an empty drawing draws nothing. */
export function drawFrame(context, drawing) {
  const { width, height } = context.canvas;
  const side = Math.min(width, height);
  const place = {
    side,
    across: ([part, more]) => part * width + more * side,
    down: ([part, more]) => part * height + more * side,
  };
  for (const primitive of drawing) PAINTERS[primitive.kind](context, primitive, place);
}

const PAINTERS = {
  rect(context, rect, { across, down }) {
    const [left, top] = [Math.round(across(rect.x)), Math.round(down(rect.y))];
    context.fillStyle = rect.fill;
    context.fillRect(
      left,
      top,
      Math.round(across(rect.right)) - left,
      Math.round(down(rect.bottom)) - top,
    );
  },

  ring(context, ring, { across, down, side }) {
    context.strokeStyle = ring.stroke;
    context.lineWidth = ring.line * side;
    context.lineCap = "butt";
    context.beginPath();
    const [from, to] = [ring.from * QUARTERS, ring.to * QUARTERS];
    context.arc(across(ring.x), down(ring.y), ring.radius * side, from, to);
    context.stroke();
  },

  text(context, line, { across, down, side }) {
    const [left, right] = [across(line.x), across(line.right)];
    let size = line.size * side;
    const setSize = () => {
      context.font = `${size}px "${FAMILY}"`;
    };
    setSize();
    const width = context.measureText(line.text).width;
    if (width > right - left) {
      size *= (right - left) / width;
      setSize();
    }
    context.fillStyle = line.fill;
    context.textAlign = line.align;
    context.textBaseline = "alphabetic";
    context.fillText(line.text, line.align === "center" ? (left + right) / 2 : left, down(line.bottom));
  },
};
