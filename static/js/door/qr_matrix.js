// From modules to text: ISO/IEC 18004, clauses 7.6, 7.7 and 12.

import { readFormat } from "./qr_format.js";
import { corrected } from "./qr_reed_solomon.js";
import { readSegments } from "./qr_segments.js";
import { blocksOf, reserved, versionOf } from "./qr_symbol.js";

/** The codewords in their order: two columns at a time, up and down from the right (7.7.3). */
function takeCodewords({ side, dark }, version, turns, count) {
  const map = reserved(version);
  const codewords = new Uint8Array(count);
  let bits = 0;
  let isUpward = true;
  for (let right = side - 1; right > 0; right -= 2) {
    if (right === 6) right = 5; // the column of the timing pattern
    for (let step = 0; step < side; step += 1) {
      const y = isUpward ? side - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (map[y * side + x] || bits >= count * 8) continue;
        const bit = dark[y * side + x] ^ turns(x, y);
        codewords[bits >> 3] |= bit << (7 - (bits & 7));
        bits += 1;
      }
    }
    isUpward = !isUpward;
  }
  return codewords;
}

/** The blocks, whose codewords follow each other in turn; later ones may be longer (7.6). */
function separated(codewords, { blocks, checks }) {
  const shorter = Math.floor(codewords.length / blocks);
  const firstLong = blocks - (codewords.length % blocks);
  const sorted = Array.from({ length: blocks }, () => []);
  const inTurn = shorter - checks;
  codewords.forEach((codeword, i) => {
    if (i < inTurn * blocks) sorted[i % blocks].push(codeword);
    else if (i < inTurn * blocks + blocks - firstLong) {
      sorted[firstLong + i - inTurn * blocks].push(codeword);
    } else sorted[(i - (inTurn * blocks + blocks - firstLong)) % blocks].push(codeword);
  });
  return sorted;
}

/** Read the text of a matrix; null where it is no code, or too much of it is wrong. */
export function readMatrix(matrix) {
  const version = versionOf(matrix.side);
  const format = version && readFormat(matrix);
  if (!format) return null;
  const division = blocksOf(version, format.level);
  const codewords = takeCodewords(matrix, version, format.turns, division.codewords);
  const data = [];
  for (const block of separated(codewords, division)) {
    const repaired = corrected(block, division.checks, division.limit);
    if (!repaired) return null;
    data.push(...repaired);
  }
  return readSegments(data, version);
}
