// Finding people by what a volunteer hears: part of a name without its accents, or the code.

const CODE_CHARACTERS = 6;

/** Return a text as it is compared: small letters without accents, words apart. */
export function plain(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLocaleLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ø/g, "o")
    .replace(/ł/g, "l")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Read what may be a code as Crockford's base 32 wants it: O is 0, I and L are 1. */
function asCode(text) {
  return text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

/**
 * Return a test for people ({ plain, code }): every word typed begins a word of the name, or
 * stands somewhere in it; or it is the code.
 */
export function finder(typed) {
  const words = plain(typed).split(" ").filter(Boolean);
  if (!words.length) return () => true;
  const code = asCode(typed);
  const isCode = code.length === CODE_CHARACTERS;
  return (person) =>
    (isCode && person.code === code) || words.every((word) => person.plain.includes(word));
}
