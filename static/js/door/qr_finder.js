// The three finder patterns: ISO/IEC 18004, clauses 6.3.3 and 12. On every straight line through
// the centre of one, dark and light are 1 : 1 : 3 : 1 : 1, however it is turned.

// How far a run may be from its share: blur and coarse pixels move every edge.
const SLACK_FIRST = 0.7;
const SLACK_CROSSED = 0.75;
// Logarithms of ratios: 0.5 is 1.65 times, 0.9 is 2.5 times as much.
const SAME_SIZE = 0.5;
const MOST_FLATTENED = 0.9;
const MOST_UNLIKE = 0.9;
const MOST_LEANING = 0.7; // cosine of the angle at the corner
// Between the centres there are 14 modules in version 1 and 50 in version 10; seen from the side,
// they look closer, and the patterns of a turned code look larger.
const LEAST_APART = 8;
const MOST_APART = 75;
const MAX_PATTERNS = 14; // of the most seen; a picture full of squares is none of ours

/** Whether five runs are 1 : 1 : 3 : 1 : 1, each within `slack` of its share. */
function isPattern(a, b, c, d, e, slack) {
  const total = a + b + c + d + e;
  const module = total / 7;
  const most = slack * module;
  return (
    total >= 7 &&
    Math.abs(c - 3 * module) <= 3 * most &&
    Math.abs(b - module) <= most &&
    Math.abs(d - module) <= most &&
    Math.abs(a - module) <= most &&
    Math.abs(e - module) <= most
  );
}

/** How long dark, light and dark are from a place on, which counts; null if they are not there. */
function runsFrom(relation, start, step, room, longest) {
  const runs = [0, 0, 0];
  let steps = 0;
  for (let part = 0; part < 3; part += 1) {
    const wantsDark = part !== 1;
    while (steps <= room && relation[start + steps * step] < 0 === wantsDark) {
      runs[part] += 1;
      steps += 1;
      if (runs[part] > longest) return null;
    }
    if (!runs[part]) return null;
  }
  return runs;
}

/**
 * Look along a line in both directions from a place. Returns `{ shift, total }`, how far the middle
 * of the pattern is from there and how long it is; null if there is none.
 */
function across(relation, start, step, roomBack, roomAhead, longest) {
  const back = runsFrom(relation, start, -step, roomBack, longest);
  const ahead = back && runsFrom(relation, start, step, roomAhead, longest);
  if (!ahead) return null;
  const middle = back[0] + ahead[0] - 1;
  if (!isPattern(back[2], back[1], middle, ahead[1], ahead[2], SLACK_CROSSED)) return null;
  const total = back[2] + back[1] + middle + ahead[1] + ahead[2];
  return { shift: (ahead[0] - back[0]) / 2, total };
}

/** Count one more sight of a pattern, or the first. */
function note(patterns, x, y, module) {
  const known = patterns.find(
    (pattern) =>
      Math.abs(pattern.x - x) + Math.abs(pattern.y - y) < pattern.module * 2 &&
      Math.abs(Math.log(pattern.module / module)) < SAME_SIZE,
  );
  if (!known) {
    patterns.push({ x, y, module, seen: 1 });
    return;
  }
  known.seen += 1;
  known.x += (x - known.x) / known.seen;
  known.y += (y - known.y) / known.seen;
  known.module += (module - known.module) / known.seen;
}

/** Look at a place where a row has the pattern: note it if it is one the other way too. */
function check({ relation, width, height }, x, y, total, patterns) {
  const up = across(relation, y * width + x, width, y, height - 1 - y, total);
  if (!up || Math.abs(Math.log(up.total / total)) > MOST_FLATTENED) return;
  const row = Math.round(y + up.shift);
  const flat = across(relation, row * width + x, 1, x, width - 1 - x, total);
  if (!flat) return;
  note(patterns, x + flat.shift + 0.5, y + up.shift + 0.5, (up.total + flat.total) / 14);
}

/** The patterns of a picture, `{ x, y, module, seen }`, those seen on most rows first. */
export function findPatterns(light) {
  const { relation, width, height } = light;
  const patterns = [];
  for (let y = 1; y < height; y += 1) {
    // Where the last five runs began; the newest is the one that is being followed.
    let [first, second, third, fourth, fifth] = [0, 0, 0, 0, 0];
    let wasDark = false;
    for (let x = 0, i = y * width; x <= width; x += 1, i += 1) {
      const isDark = x < width && relation[i] < 0;
      if (isDark === wasDark) continue;
      wasDark = isDark;
      if (
        !isDark &&
        isPattern(
          second - first,
          third - second,
          fourth - third,
          fifth - fourth,
          x - fifth,
          SLACK_FIRST,
        )
      ) {
        check(light, (third + fourth) >> 1, y, x - first, patterns);
      }
      first = second;
      second = third;
      third = fourth;
      fourth = fifth;
      fifth = x;
    }
  }
  return patterns.sort((a, b) => b.seen - a.seen).slice(0, MAX_PATTERNS);
}

/** How unlike a right angle with equal sides and modules this is: 0 is perfect; null, too much. */
function unlikeness(corner, one, other) {
  const [ax, ay] = [one.x - corner.x, one.y - corner.y];
  const [bx, by] = [other.x - corner.x, other.y - corner.y];
  const [a, b] = [Math.hypot(ax, ay), Math.hypot(bx, by)];
  const modules = [corner.module, one.module, other.module];
  const spread = Math.log(Math.max(...modules) / Math.min(...modules));
  const lean = Math.abs((ax * bx + ay * by) / (a * b));
  const difference = Math.abs(Math.log(a / b));
  const apart = (a + b) / 2 / ((modules[0] + modules[1] + modules[2]) / 3);
  if (apart < LEAST_APART || apart > MOST_APART || lean > MOST_LEANING) return null;
  if (spread > MOST_UNLIKE || difference > MOST_UNLIKE) return null;
  return spread + lean + difference;
}

/**
 * Threes of patterns that may be those of one code, the likeliest first: `{ corner, right, below }`
 * as they lie in a code that is not mirrored.
 */
export function likelyThrees(patterns, most) {
  const threes = [];
  const n = patterns.length;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      for (let k = j + 1; k < n; k += 1) {
        if (i === j || i === k) continue;
        const [corner, one, other] = [patterns[i], patterns[j], patterns[k]];
        const score = unlikeness(corner, one, other);
        if (score === null) continue;
        const turn =
          (one.x - corner.x) * (other.y - corner.y) - (one.y - corner.y) * (other.x - corner.x);
        const [right, below] = turn > 0 ? [one, other] : [other, one];
        const rarely = 1 / corner.seen + 1 / one.seen + 1 / other.seen;
        threes.push({ corner, right, below, score: score + rarely / 3 });
      }
    }
  }
  return threes.sort((a, b) => a.score - b.score).slice(0, most);
}
