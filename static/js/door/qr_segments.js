// The text that data codewords stand for: ISO/IEC 18004, clause 7.4. Digits, capitals and bytes,
// with or without the number of a character set; what else there is counts as unreadable.

const CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
// Table 2.
const TERMINATOR = 0;
const NUMERIC = 1;
const ALPHANUMERIC = 2;
const BYTES = 4;
const CHARACTER_SET = 7;
const CHARACTER_SETS = { 1: "latin1", 3: "latin1", 26: "utf-8" };

class Bits {
  #bytes;
  #place = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get left() {
    return this.#bytes.length * 8 - this.#place;
  }

  /** The next `count` bits as a number; throws a RangeError where there are fewer. */
  take(count) {
    if (count > this.left) throw new RangeError("the data end too early");
    let value = 0;
    for (let i = 0; i < count; i += 1, this.#place += 1) {
      const bit = (this.#bytes[this.#place >> 3] >> (7 - (this.#place & 7))) & 1;
      value = (value << 1) | bit;
    }
    return value;
  }
}

/** How many bits say how many characters follow (Table 3). */
function countBits(mode, version) {
  const isSmall = version < 10;
  if (mode === NUMERIC) return isSmall ? 10 : 12;
  if (mode === ALPHANUMERIC) return isSmall ? 9 : 11;
  return isSmall ? 8 : 16;
}

/** Three digits in ten bits, two in seven, one in four (7.4.3). */
function takeDigits(bits, count) {
  let text = "";
  for (let left = count; left > 0; left -= 3) {
    const digits = Math.min(left, 3);
    const value = bits.take([0, 4, 7, 10][digits]);
    if (value >= 10 ** digits) throw new RangeError("no such digits");
    text += String(value).padStart(digits, "0");
  }
  return text;
}

/** Two characters in eleven bits, one in six (7.4.4). */
function takeCapitals(bits, count) {
  let text = "";
  for (let left = count; left > 0; left -= 2) {
    const value = bits.take(left > 1 ? 11 : 6);
    const first = Math.floor(value / CAPITALS.length);
    if (first >= (left > 1 ? CAPITALS.length : 1)) throw new RangeError("no such characters");
    if (left > 1) text += CAPITALS[first];
    text += CAPITALS[value % CAPITALS.length];
  }
  return text;
}

/** Bytes, by the standard in ISO 8859-1, by common use mostly in UTF-8 (7.4.5). */
function takeText(bits, count, set) {
  const bytes = Uint8Array.from({ length: count }, () => bits.take(8));
  if (set) return new TextDecoder(set, { fatal: true }).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/** The number of a character set, in one to three bytes (7.4.2). */
function takeCharacterSet(bits) {
  const first = bits.take(8);
  if (first < 0x80) return first;
  if (first < 0xc0) return ((first & 0x3f) << 8) | bits.take(8);
  return ((first & 0x1f) << 16) | bits.take(16);
}

function takeAll(bits, version) {
  let text = "";
  let set = null;
  while (bits.left >= 4) {
    const mode = bits.take(4);
    if (mode === TERMINATOR) break;
    if (mode === CHARACTER_SET) {
      set = CHARACTER_SETS[takeCharacterSet(bits)];
      if (!set) throw new RangeError("no character set that is read here");
      continue;
    }
    if (![NUMERIC, ALPHANUMERIC, BYTES].includes(mode)) throw new RangeError("no mode read here");
    const count = bits.take(countBits(mode, version));
    if (mode === NUMERIC) text += takeDigits(bits, count);
    else if (mode === ALPHANUMERIC) text += takeCapitals(bits, count);
    else text += takeText(bits, count, set);
  }
  return text;
}

/** The text of the data codewords of a code of this version; null where they say none. */
export function readSegments(codewords, version) {
  try {
    return takeAll(new Bits(codewords), version) || null;
  } catch {
    return null;
  }
}
