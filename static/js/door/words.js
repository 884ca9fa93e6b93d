// Sentences in the reader's language, as the page brought them.

const language = document.documentElement.lang;
const plural = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);
const words = JSON.parse(document.getElementById("door-words").textContent);

/** Return a number as the language writes it. */
export function written(number) {
  return numbers.format(number);
}

// Letters written from right to left, and signs that turn the direction of what follows.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const TURNS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Return a name so that it does not turn the sentence around it (Unicode, annex 9: isolates). */
export function apart(text) {
  const straight = text.replace(TURNS, "");
  return RIGHT_TO_LEFT.test(straight) ? `\u2068${straight}\u2069` : straight;
}

/** Return a sentence with its gaps filled; `number` chooses between one and several. */
export function say(name, values = {}) {
  let sentence = words[name];
  if (Array.isArray(sentence)) {
    sentence = sentence[plural.select(values.number) === "one" ? 0 : 1];
  }
  return sentence.replace(/\{(\w+)\}/g, (gap, key) => {
    const value = values[key];
    if (value === undefined) return gap;
    return typeof value === "number" ? written(value) : apart(value);
  });
}

/** Let screen readers say a sentence, also one that they have just said. */
export function announce(sentence) {
  const place = document.querySelector("[data-status]");
  place.textContent = "";
  // In the same moment, emptying and filling would be no change.
  setTimeout(() => {
    place.textContent = sentence;
  }, 50);
}
