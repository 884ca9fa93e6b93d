// Rectangles [x, y, width, height] in fractions, 0 to 1, of a picture; nothing here touches a page.

const SMALLEST = 0.02;

const within = (value, least, most) => Math.min(Math.max(value, least), most);

// A rectangle in the middle of the picture, to begin with.
export function middle(share) {
  return [(1 - share) / 2, (1 - share) / 2, share, share];
}

// Move by fractions, and stay in the picture.
export function moved([x, y, width, height], dx, dy) {
  return [within(x + dx, 0, 1 - width), within(y + dy, 0, 1 - height), width, height];
}

// Change the size by fractions, its upper left corner staying, and stay in the picture.
export function resized([x, y, width, height], dx, dy, smallest = SMALLEST) {
  return [x, y, within(width + dx, smallest, 1 - x), within(height + dy, smallest, 1 - y)];
}

// The rectangle between two points, cut off at the picture's edges; null where it is too small.
export function between([ax, ay], [bx, by], smallest = SMALLEST) {
  const left = within(Math.min(ax, bx), 0, 1);
  const top = within(Math.min(ay, by), 0, 1);
  const width = within(Math.max(ax, bx), 0, 1) - left;
  const height = within(Math.max(ay, by), 0, 1) - top;
  return width >= smallest && height >= smallest ? [left, top, width, height] : null;
}

// The same rectangle once the picture is turned clockwise by a quarter.
export function turned([x, y, width, height]) {
  return [1 - y - height, x, height, width];
}
