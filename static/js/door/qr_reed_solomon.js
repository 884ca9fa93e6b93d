// Reed–Solomon codes over GF(2⁸), as ISO/IEC 18004 uses them: annexes A (the codes) and B (how
// errors are found and put right).

const POLYNOMIAL = 0x11d; // x⁸ + x⁴ + x³ + x² + 1, which makes the field (7.5.2)
const EXPONENTIALS = new Uint8Array(510);
const LOGARITHMS = new Uint8Array(256);

for (let power = 0, value = 1; power < 255; power += 1) {
  EXPONENTIALS[power] = EXPONENTIALS[power + 255] = value;
  LOGARITHMS[value] = power;
  value <<= 1;
  if (value & 0x100) value ^= POLYNOMIAL;
}

function product(a, b) {
  return a && b ? EXPONENTIALS[LOGARITHMS[a] + LOGARITHMS[b]] : 0;
}

function quotient(a, b) {
  return a ? EXPONENTIALS[LOGARITHMS[a] + 255 - LOGARITHMS[b]] : 0;
}

/** The value at `x` of a polynomial whose constant comes first. */
function valueAt(coefficients, x) {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i -= 1) value = product(value, x) ^ coefficients[i];
  return value;
}

/** What is left of the codewords at each root of the generator: all 0 where nothing is wrong. */
function syndromesOf(codewords, count) {
  const syndromes = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    for (const codeword of codewords) {
      syndromes[i] = product(syndromes[i], EXPONENTIALS[i]) ^ codeword;
    }
  }
  return syndromes;
}

/** The polynomial whose roots say where the errors are, by Berlekamp and Massey. */
function locatorOf(syndromes) {
  let locator = [1];
  let earlier = [1];
  let errors = 0;
  let gap = 1;
  let scale = 1;
  for (let i = 0; i < syndromes.length; i += 1) {
    let discrepancy = syndromes[i];
    for (let j = 1; j <= errors; j += 1) {
      discrepancy ^= product(locator[j] ?? 0, syndromes[i - j]);
    }
    if (!discrepancy) {
      gap += 1;
      continue;
    }
    const next = [...locator];
    const factor = quotient(discrepancy, scale);
    earlier.forEach((coefficient, j) => {
      next[j + gap] = (next[j + gap] ?? 0) ^ product(factor, coefficient);
    });
    // Places that were skipped between the two lengths.
    for (let j = 0; j < next.length; j += 1) next[j] ??= 0;
    if (2 * errors <= i) {
      errors = i + 1 - errors;
      earlier = locator;
      scale = discrepancy;
      gap = 1;
    } else {
      gap += 1;
    }
    locator = next;
  }
  return { locator: locator.slice(0, errors + 1), errors };
}

/** How far off each error is, by Forney; `inverse` is the root of the locator at its place. */
function magnitudeOf(syndromes, locator, inverse) {
  let evaluator = 0;
  let power = 1;
  for (let i = 0; i < locator.length - 1; i += 1) {
    let coefficient = 0;
    for (let j = 0; j <= i; j += 1) coefficient ^= product(locator[j], syndromes[i - j]);
    evaluator ^= product(coefficient, power);
    power = product(power, inverse);
  }
  // In this field, the derivative keeps the odd powers only.
  let derivative = 0;
  for (let i = 1; i < locator.length; i += 2) {
    derivative ^= product(locator[i], EXPONENTIALS[(LOGARITHMS[inverse] * (i - 1)) % 255]);
  }
  if (!derivative) return 0;
  return product(quotient(evaluator, derivative), quotient(1, inverse));
}

/**
 * Put right a block, whose last `checks` codewords are for error correction. Returns the data
 * codewords, or null where more than `limit` are wrong.
 */
export function corrected(block, checks, limit) {
  const syndromes = syndromesOf(block, checks);
  const data = block.length - checks;
  if (syndromes.every((syndrome) => !syndrome)) return block.slice(0, data);
  const { locator, errors } = locatorOf(syndromes);
  if (errors > limit) return null;
  const repaired = Uint8Array.from(block);
  let found = 0;
  for (let place = 0; place < block.length; place += 1) {
    const inverse = EXPONENTIALS[(255 - ((block.length - 1 - place) % 255)) % 255];
    if (valueAt(locator, inverse)) continue;
    repaired[place] ^= magnitudeOf(syndromes, locator, inverse);
    found += 1;
  }
  const isRight = found === errors && syndromesOf(repaired, checks).every((left) => !left);
  return isRight ? repaired.slice(0, data) : null;
}
