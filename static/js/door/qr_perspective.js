// From the plane of a code to the plane of a picture and back: a projective transform, found from
// points that are known in both by least squares.

/** Solve eight equations (rows of nine numbers, the last on the right side); null if they fail. */
function solved(rows) {
  for (let i = 0; i < 8; i += 1) {
    let pivot = i;
    for (let j = i + 1; j < 8; j += 1) {
      if (Math.abs(rows[j][i]) > Math.abs(rows[pivot][i])) pivot = j;
    }
    if (Math.abs(rows[pivot][i]) < 1e-9) return null;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let j = 0; j < 8; j += 1) {
      if (i === j) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k < 9; k += 1) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, i) => row[8] / row[i]);
}

/**
 * Return a function from a place in the code (in modules) to `[x, y]` in the picture, or null.
 *
 * `points` are `{ u, v, x, y, weight }`, four of them or more.
 */
export function perspective(points, side) {
  // Centred and scaled numbers keep the equations well posed.
  const half = side / 2;
  const mx = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const my = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const reach = Math.max(...points.map(({ x, y }) => Math.hypot(x - mx, y - my))) || 1;
  const sums = Array.from({ length: 8 }, () => new Float64Array(9));
  const add = (row, weight) => {
    for (let i = 0; i < 8; i += 1) {
      for (let j = 0; j < 9; j += 1) sums[i][j] += weight * row[i] * row[j];
    }
  };
  for (const point of points) {
    const [u, v] = [point.u / half - 1, point.v / half - 1];
    const [x, y] = [(point.x - mx) / reach, (point.y - my) / reach];
    add([u, v, 1, 0, 0, 0, -u * x, -v * x, x], point.weight);
    add([0, 0, 0, u, v, 1, -u * y, -v * y, y], point.weight);
  }
  const h = solved(sums);
  if (!h) return null;
  return (column, row) => {
    const [u, v] = [column / half - 1, row / half - 1];
    const scale = h[6] * u + h[7] * v + 1;
    return [
      ((h[0] * u + h[1] * v + h[2]) / scale) * reach + mx,
      ((h[3] * u + h[4] * v + h[5]) / scale) * reach + my,
    ];
  };
}

/** The straight line nearest to the points, as `{ x, y, dx, dy }`; null for fewer than four. */
export function lineThrough(points) {
  if (points.length < 4) return null;
  const x = points.reduce((sum, point) => sum + point[0], 0) / points.length;
  const y = points.reduce((sum, point) => sum + point[1], 0) / points.length;
  let [xx, xy, yy] = [0, 0, 0];
  for (const point of points) {
    const [dx, dy] = [point[0] - x, point[1] - y];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return { x, y, dx: Math.cos(angle), dy: Math.sin(angle) };
}

/** How far a point is from a line, in pixels. */
export function distance(line, [x, y]) {
  return Math.abs((x - line.x) * line.dy - (y - line.y) * line.dx);
}

/** Where two lines cross, as `[x, y]`; null if they are nearly parallel. */
export function crossing(one, other) {
  const turn = one.dx * other.dy - one.dy * other.dx;
  if (Math.abs(turn) < 0.1) return null;
  const along = ((other.x - one.x) * other.dy - (other.y - one.y) * other.dx) / turn;
  return [one.x + along * one.dx, one.y + along * one.dy];
}
