// What is where in a QR code of versions 1 to 10: ISO/IEC 18004, clauses 6.3 (patterns) and 7.5
// (blocks). A matrix is `{ side, dark }`: modules a side, and row by row 1 for each dark one.

export const MAX_VERSION = 10;
export const LEVELS = ["L", "M", "Q", "H"];

// Table 1: codewords in all, by version.
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
// Table 9: codewords for error correction in a block, and blocks, by version.
const CHECKS = {
  L: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18],
  M: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26],
  Q: [13, 22, 18, 26, 18, 24, 18, 22, 20, 24],
  H: [17, 28, 22, 16, 22, 28, 26, 26, 24, 28],
};
const BLOCKS = {
  L: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4],
  M: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5],
  Q: [1, 1, 2, 2, 4, 4, 6, 6, 8, 8],
  H: [1, 1, 2, 4, 4, 4, 5, 6, 8, 8],
};
// Table 9: codewords that are kept to notice more errors than can be put right, in small codes.
const KEPT_TO_NOTICE = { L: [3, 2, 1], M: [2], Q: [1], H: [1] };
// Annex E: rows and columns of the centres of alignment patterns, by version.
const ALIGNMENT = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

/** Modules a side (6.3.1). */
export function sideOf(version) {
  return 17 + 4 * version;
}

/** The version that has so many modules a side; null if there is none, or it is above 10. */
export function versionOf(side) {
  const version = (side - 17) / 4;
  return Number.isInteger(version) && version >= 1 && version <= MAX_VERSION ? version : null;
}

/** How the codewords are divided: `{ codewords, blocks, checks, limit }` (Table 9). */
export function blocksOf(version, level) {
  const checks = CHECKS[level][version - 1];
  const kept = KEPT_TO_NOTICE[level][version - 1] ?? 0;
  return {
    codewords: CODEWORDS[version - 1],
    blocks: BLOCKS[level][version - 1],
    checks,
    limit: (checks - kept) >> 1,
  };
}

/** The centres of the alignment patterns as `[column, row]` (6.3.6); the last is bottom right. */
export function alignmentCentres(version) {
  const places = ALIGNMENT[version - 1];
  const last = sideOf(version) - 7;
  const centres = places.flatMap((row) => places.map((column) => [column, row]));
  // None lies on a finder pattern.
  return centres.filter(
    ([column, row]) =>
      !(column === 6 && row === 6) &&
      !(column === last && row === 6) &&
      !(column === 6 && row === last),
  );
}

/** Which modules hold no data: 1 for each, row by row. */
export function reserved(version) {
  const side = sideOf(version);
  const map = new Uint8Array(side * side);
  const fill = (left, top, width, height) => {
    for (let y = top; y < top + height; y += 1) {
      map.fill(1, y * side + left, y * side + left + width);
    }
  };
  // Finder patterns, their separators, and the format information along them.
  fill(0, 0, 9, 9);
  fill(side - 8, 0, 8, 9);
  fill(0, side - 8, 9, 8);
  // Timing patterns.
  fill(0, 6, side, 1);
  fill(6, 0, 1, side);
  for (const [column, row] of alignmentCentres(version)) fill(column - 2, row - 2, 5, 5);
  if (version >= 7) {
    // Version information (7.10).
    fill(side - 11, 0, 3, 6);
    fill(0, side - 11, 6, 3);
  }
  return map;
}
