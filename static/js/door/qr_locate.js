// How a code lies in the picture, and its modules: ISO/IEC 18004, clause 12.

import { cornersOf, moduleTowards } from "./qr_corners.js";
import { at } from "./qr_light.js";
import { perspective } from "./qr_perspective.js";
import { alignmentCentres, sideOf, versionOf } from "./qr_symbol.js";

const LEAST_TIMING = 0.72; // of the modules of the timing patterns that must look right
const MAX_SIDES = 2; // sizes that are tried
const LEAST_FIT = 13; // of 25, for an alignment pattern
const OFF_COST = 0.3; // of those, for each module that it is from where it should be
const CLEAR = 12; // of 255: lighter or darker than the mean by this is certain

/** The points that are known from the finder patterns, in modules of a code of this size. */
function pointsOf(finders, side) {
  const points = [];
  for (const { pattern, corners, column, row } of finders) {
    const [u, v] = [column ? side - 7 : 0, row ? side - 7 : 0];
    if (corners) {
      corners.forEach(([x, y], i) => {
        const [right, below] = [i === 1 || i === 2, i > 1];
        points.push({ u: u + (right ? 7 : 0), v: v + (below ? 7 : 0), x, y, weight: 1 });
      });
    } else {
      points.push({ u: u + 3.5, v: v + 3.5, x: pattern.x, y: pattern.y, weight: 2 });
    }
  }
  return points;
}

/** Where nothing is known of the fourth corner, take the code for a parallelogram. */
function withFourth(points, { corner, right, below }, side) {
  if (points.length >= 6) return points;
  const [x, y] = [right.x + below.x - corner.x, right.y + below.y - corner.y];
  return [...points, { u: side - 3.5, v: side - 3.5, x, y, weight: 0.5 }];
}

/** How much of both timing patterns (6.3.5) is where it should be, 0 to 1. */
function timing(light, place, side) {
  let right = 0;
  for (let i = 8; i < side - 8; i += 1) {
    const isDark = i % 2 === 0;
    if (at(light, ...place(i + 0.5, 6.5)) < 0 === isDark) right += 1;
    if (at(light, ...place(6.5, i + 0.5)) < 0 === isDark) right += 1;
  }
  return right / (2 * (side - 16));
}

/** How well an alignment pattern (6.3.6) fits around a place: up to 25. */
function fit(light, x, y, across, down) {
  let sum = 0;
  for (let row = -2; row <= 2; row += 1) {
    for (let column = -2; column <= 2; column += 1) {
      const isLight = Math.max(Math.abs(row), Math.abs(column)) === 1;
      const value = at(
        light,
        x + across[0] * column + down[0] * row,
        y + across[1] * column + down[1] * row,
      );
      const likeness = Math.max(-CLEAR, Math.min(CLEAR, value)) / CLEAR;
      sum += isLight ? likeness : -likeness;
    }
  }
  return sum;
}

/** Look for an alignment pattern around where it should be, `reach` modules far; null if none. */
function alignment(light, place, column, row, reach) {
  const [u, v] = [column + 0.5, row + 0.5];
  const [x, y] = place(u, v);
  const [right, left] = [place(u + 2, v), place(u - 2, v)];
  const [below, above] = [place(u, v + 2), place(u, v - 2)];
  const across = [(right[0] - left[0]) / 4, (right[1] - left[1]) / 4];
  const down = [(below[0] - above[0]) / 4, (below[1] - above[1]) / 4];
  let best = { score: -Infinity, i: 0, j: 0 };
  const look = (around, far, step) => {
    for (let j = around.j - far; j <= around.j + far + 1e-6; j += step) {
      for (let i = around.i - far; i <= around.i + far + 1e-6; i += step) {
        const [dx, dy] = [across[0] * i + down[0] * j, across[1] * i + down[1] * j];
        const likeness = fit(light, x + dx, y + dy, across, down);
        const score = likeness - OFF_COST * Math.hypot(i, j);
        if (score > best.score) best = { score, i, j };
      }
    }
  };
  look({ i: 0, j: 0 }, reach, 0.5);
  look(best, 0.375, 0.125);
  if (best.score < LEAST_FIT) return null;
  return {
    u,
    v,
    x: x + across[0] * best.i + down[0] * best.j,
    y: y + across[1] * best.i + down[1] * best.j,
    weight: 2,
  };
}

/** The transform, made better with the alignment patterns that can be found. */
function aligned(light, points, place, side) {
  const centres = alignmentCentres(versionOf(side)).reverse();
  let known = points;
  let better = place;
  centres.forEach(([column, row], i) => {
    const found = alignment(light, better, column, row, i ? 1.5 : 4);
    if (!found) return;
    known = [...known, i ? found : { ...found, weight: 4 }];
    better = perspective(known, side) ?? better;
  });
  return better;
}

/** Read every module: the mean of five places in it. */
function sampled(light, place, side) {
  const dark = new Uint8Array(side * side);
  const spots = [
    [0.5, 0.5],
    [0.3, 0.3],
    [0.7, 0.3],
    [0.3, 0.7],
    [0.7, 0.7],
  ];
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      let sum = 0;
      for (const [u, v] of spots) sum += at(light, ...place(column + u, row + v));
      dark[row * side + column] = sum < 0 ? 1 : 0;
    }
  }
  return { side, dark };
}

/** The sizes that the code may have, the likeliest first: `{ side, points, place }`. */
function sizes(light, three, finders, across, down) {
  const { corner, right, below } = three;
  const wide = Math.hypot(right.x - corner.x, right.y - corner.y) / across;
  const high = Math.hypot(below.x - corner.x, below.y - corner.y) / down;
  const guess = (wide + high) / 2 + 7;
  const found = [];
  for (let version = 1; versionOf(sideOf(version)); version += 1) {
    const side = sideOf(version);
    if (Math.abs(side - guess) > 4 + side * 0.15) continue;
    const points = withFourth(pointsOf(finders, side), three, side);
    const place = perspective(points, side);
    if (!place) continue;
    const score = timing(light, place, side);
    if (score >= LEAST_TIMING) found.push({ side, points, place, score });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, MAX_SIDES);
}

/** Yield the matrices that three finder patterns may belong to. */
export function* matricesAt(light, three) {
  const { corner, right, below } = three;
  const across = moduleTowards(light, corner, right);
  const down = moduleTowards(light, corner, below);
  const backAcross = moduleTowards(light, right, corner).map((part) => -part);
  const backDown = moduleTowards(light, below, corner).map((part) => -part);
  const finders = [
    { pattern: corner, column: 0, row: 0, corners: cornersOf(light, corner, across, down) },
    { pattern: right, column: 1, row: 0, corners: cornersOf(light, right, backAcross, down) },
    { pattern: below, column: 0, row: 1, corners: cornersOf(light, below, across, backDown) },
  ];
  const wide = (Math.hypot(...across) + Math.hypot(...backAcross)) / 2;
  const high = (Math.hypot(...down) + Math.hypot(...backDown)) / 2;
  for (const { side, points, place } of sizes(light, three, finders, wide, high)) {
    yield sampled(light, aligned(light, points, place, side), side);
  }
}
