// The exact corners of a finder pattern, to a part of a pixel: they say how the code lies, also
// where it has no alignment pattern (version 1) or that one cannot be seen.

import { at } from "./qr_light.js";
import { crossing, distance, lineThrough } from "./qr_perspective.js";

const STEP = 0.1; // of a module
const MAX_OFF = 0.35; // of a module, from the straight line

/** How many pixels it is from the centre to where the pattern ends, this way; null if unclear. */
function reach(light, { x, y }, [dx, dy], furthest) {
  let changes = 0;
  let isDark = true;
  for (let along = 0; along < furthest; along += 0.5) {
    if (at(light, x + dx * along, y + dy * along) < 0 === isDark) continue;
    isDark = !isDark;
    changes += 1;
    if (changes === 3) return along;
  }
  return null;
}

/** One module along the line to another pattern, as a vector; both ways are measured. */
export function moduleTowards(light, pattern, other) {
  const [dx, dy] = [other.x - pattern.x, other.y - pattern.y];
  const length = Math.hypot(dx, dy);
  const way = [dx / length, dy / length];
  const furthest = pattern.module * 7;
  const ahead = reach(light, pattern, way, furthest);
  const back = reach(light, pattern, [-way[0], -way[1]], furthest);
  const pixels = ahead && back ? (ahead + back) / 7 : pattern.module;
  return [way[0] * pixels, way[1] * pixels];
}

/** Where the edge is on a way out from a dark place: dark becomes light; null if nowhere. */
function edge(light, x, y, [dx, dy]) {
  let before = at(light, x, y);
  for (let along = STEP; along <= 1.7; along += STEP) {
    const now = at(light, x + dx * along, y + dy * along);
    if (before < 0 && now >= 0) {
      const place = along - (STEP * now) / (now - before);
      return [x + dx * place, y + dy * place];
    }
    before = now;
  }
  return null;
}

/** The line along one side; `out` and `along` are one module out of the pattern and beside it. */
function sideLine(light, { x, y }, out, along, module) {
  const points = [];
  for (let place = -3; place <= 3; place += 0.375) {
    const startX = x + out[0] * 2.8 + along[0] * place;
    const startY = y + out[1] * 2.8 + along[1] * place;
    const found = edge(light, startX, startY, out);
    if (found) points.push(found);
  }
  const line = lineThrough(points);
  if (!line) return null;
  return lineThrough(points.filter((point) => distance(line, point) < MAX_OFF * module));
}

/**
 * The four corners of a pattern, clockwise from the one towards the code's top left, or null.
 * `across` and `down` are one module along the code's rows and columns, in pixels.
 */
export function cornersOf(light, pattern, across, down) {
  const opposite = ([x, y]) => [-x, -y];
  const module = Math.min(Math.hypot(...across), Math.hypot(...down));
  const lines = [
    [opposite(down), across],
    [across, down],
    [down, across],
    [opposite(across), down],
  ].map(([out, along]) => sideLine(light, pattern, out, along, module));
  if (lines.includes(null)) return null;
  const [top, right, bottom, left] = lines;
  const corners = [
    crossing(left, top),
    crossing(top, right),
    crossing(right, bottom),
    crossing(bottom, left),
  ];
  return corners.includes(null) ? null : corners;
}
