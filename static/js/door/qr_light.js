// What is dark and what is light in a picture: ISO/IEC 18004, clause 12. The threshold is midway
// between the darkest and the lightest, as there, but of each place's surroundings, since a
// camera's picture is seldom lit evenly.

const CELL = 8; // pixels a side
const LEAST_RANGE = 20; // of 255, between dark and light

/** The picture in grey, one byte a pixel, from four as a canvas has them. */
export function inGrey({ data, width, height }) {
  const grey = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < grey.length; i += 1, j += 4) {
    grey[i] = (data[j] * 77 + data[j + 1] * 150 + data[j + 2] * 29) >> 8;
  }
  return { grey, width, height };
}

/** The same, each pixel the mean of the nine around it: less noise, softer edges. */
export function softened({ grey, width, height }) {
  const rows = new Uint16Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const start = y * width;
    const end = start + width - 1;
    rows[start] = grey[start] * 2 + grey[start + 1];
    for (let i = start + 1; i < end; i += 1) rows[i] = grey[i - 1] + grey[i] + grey[i + 1];
    rows[end] = grey[end] * 2 + grey[end - 1];
  }
  const soft = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const above = Math.max(0, y - 1) * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0, i = y * width; x < width; x += 1, i += 1) {
      soft[i] = (rows[above + x] + rows[i] + rows[below + x]) / 9;
    }
  }
  return { grey: soft, width, height };
}

/** Where each of `count` cells begins on a line, and where the last one ends: at the edge. */
function bounds(pixels, count) {
  return Uint16Array.from({ length: count + 1 }, (_, i) => (i < count ? i * CELL : pixels));
}

/** The darkest pixel of each cell, and how much the lightest one lacks to white. */
function extremes({ grey, width }, { columns, rows, lefts, tops }) {
  const darkest = new Uint8Array(columns * rows);
  const lacking = new Uint8Array(columns * rows);
  for (let row = 0, cell = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, cell += 1) {
      let [low, high] = [255, 0];
      for (let y = tops[row]; y < tops[row + 1]; y += 1) {
        const end = y * width + lefts[column + 1];
        for (let i = y * width + lefts[column]; i < end; i += 1) {
          const value = grey[i];
          low = value < low ? value : low;
          high = value > high ? value : high;
        }
      }
      darkest[cell] = low;
      lacking[cell] = 255 - high;
    }
  }
  return [darkest, lacking];
}

/** The least of the cells that are at most `reach` away along a line of them, for each. */
function leastAlong(cells, lines, count, lineStep, step, reach) {
  const least = new Uint8Array(cells.length);
  for (let line = 0; line < lines; line += 1) {
    for (let i = 0; i < count; i += 1) {
      const end = Math.min(count - 1, i + reach);
      let found = 255;
      for (let j = Math.max(0, i - reach); j <= end; j += 1) {
        const value = cells[line * lineStep + j * step];
        if (value < found) found = value;
      }
      least[line * lineStep + i * step] = found;
    }
  }
  return least;
}

/** The least of the cells around each. */
function leastAround(cells, { columns, rows }, reach) {
  const alongRows = leastAlong(cells, rows, columns, columns, 1, reach);
  return leastAlong(alongRows, columns, rows, 1, columns, reach);
}

/**
 * How much lighter each pixel is than the middle between the darkest and the lightest one around
 * it, some `radius` pixels far: below 0 is dark. An even surface is light.
 */
export function relative(picture, radius) {
  const { grey, width, height } = picture;
  const [columns, rows] = [Math.floor(width / CELL), Math.floor(height / CELL)];
  const [lefts, tops] = [bounds(width, columns), bounds(height, rows)];
  const grid = { columns, rows, lefts, tops };
  const reach = Math.max(1, Math.round(radius / CELL));
  const [darkest, lacking] = extremes(picture, grid).map((cells) =>
    leastAround(cells, grid, reach),
  );
  const middles = darkest.map((dark, cell) => {
    const range = 255 - lacking[cell] - dark;
    return range < LEAST_RANGE ? dark : dark + (range >> 1);
  });
  const relation = new Int16Array(width * height);
  for (let row = 0, cell = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, cell += 1) {
      const middle = middles[cell];
      for (let y = tops[row]; y < tops[row + 1]; y += 1) {
        const end = y * width + lefts[column + 1];
        for (let i = y * width + lefts[column]; i < end; i += 1) relation[i] = grey[i] - middle;
      }
    }
  }
  return { relation, width, height };
}

/** The relation at a place between pixels; light outside the picture. */
export function at({ relation, width, height }, x, y) {
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return 1;
  const [across, down] = [x - 0.5 - left, y - 0.5 - top];
  const i = top * width + left;
  const upper = relation[i] + (relation[i + 1] - relation[i]) * across;
  const lower = relation[i + width] + (relation[i + width + 1] - relation[i + width]) * across;
  return upper + (lower - upper) * down;
}
