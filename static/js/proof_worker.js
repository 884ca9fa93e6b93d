// Solve an ALTCHA challenge, version 2: find the number whose key, derived with PBKDF2, begins as
// the challenge says. The password is the nonce followed by the number, 32 bits, big-endian.

const REPORT_EVERY = 10;

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function solve({ nonce, salt, cost, keyLength, keyPrefix, data }) {
  const start = performance.now();
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const number = new DataView(password.buffer, password.length - 4);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  for (let counter = 0; counter < data.tries; counter++) {
    number.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(derivation, key, 8 * keyLength));
    if (derivedKey.startsWith(keyPrefix)) {
      return { counter, derivedKey, time: performance.now() - start };
    }
    if (counter % REPORT_EVERY === 0) postMessage({ tried: counter });
  }
  throw new Error("This challenge has no solution.");
}

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ solution: await solve(data) });
  } catch (error) {
    // A rejected promise would not reach the page's error listener.
    setTimeout(() => {
      throw error;
    });
  }
});
