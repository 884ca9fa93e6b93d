// The format information: error level and mask, twice in each code. ISO/IEC 18004, clauses 7.8
// (masks) and 7.9, annex C (its BCH code).

const GENERATOR = 0b10100110111; // x¹⁰ + x⁸ + x⁵ + x⁴ + x² + x + 1
const FORMAT_MASK = 0b101010000010010;
const MAX_WRONG_BITS = 3; // what a BCH code (15, 5) puts right
const LEVEL_BY_BITS = ["M", "L", "H", "Q"];

/** Whether a mask turns the module in this column and row, by its number (Table 10). */
const TURNS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The fifteen bits that stand for five (annex C). */
function encoded(five) {
  let rest = five << 10;
  for (let bit = 14; bit >= 10; bit -= 1) {
    if (rest & (1 << bit)) rest ^= GENERATOR << (bit - 10);
  }
  return ((five << 10) | rest) ^ FORMAT_MASK;
}

const WORDS = Array.from({ length: 32 }, (_, five) => encoded(five));

function wrongBits(a, b) {
  let count = 0;
  for (let rest = a ^ b; rest; rest &= rest - 1) count += 1;
  return count;
}

/** Both places, each with column and row of its bits, the lowest bit first (7.9.1). */
function places(side) {
  const around = [];
  const apart = [];
  for (let bit = 0; bit < 15; bit += 1) {
    if (bit < 6) around.push([8, bit]);
    else if (bit < 8) around.push([8, bit + 1]);
    else if (bit === 8) around.push([7, 8]);
    else around.push([14 - bit, 8]);
    apart.push(bit < 8 ? [side - 1 - bit, 8] : [8, side - 15 + bit]);
  }
  return [around, apart];
}

/** Read `{ level, turns }` of a matrix, with up to three wrong bits; null if it cannot be. */
export function readFormat({ side, dark }) {
  const read = places(side).map((bits) =>
    bits.reduce((word, [x, y], bit) => word | (dark[y * side + x] << bit), 0),
  );
  let best = null;
  WORDS.forEach((word, five) => {
    const wrong = read.map((bits) => wrongBits(bits, word));
    const sum = wrong[0] + wrong[1];
    if (Math.min(...wrong) <= MAX_WRONG_BITS && (!best || sum < best.sum)) best = { five, sum };
  });
  return best && { level: LEVEL_BY_BITS[best.five >> 3], turns: TURNS[best.five & 7] };
}
