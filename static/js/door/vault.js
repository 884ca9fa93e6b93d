// What is kept on the phone: the list and the taps that are not sent yet, encrypted with AES-GCM.
// The key is derived from the code and the link and is only in memory, where no script can read
// it out. One database a link.

const ROUNDS = 600_000; // of PBKDF2 with SHA-256
const NAME = "door-";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The database's name: a hash, so that the link does not stand in it. */
async function nameOf(token) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(token)));
  return NAME + Array.from(hash.slice(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function deriveKey(token, code, salt) {
  const password = encoder.encode(`${token}:${code}`);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle
    .importKey("raw", password, "PBKDF2", false, ["deriveKey"])
    .then((secret) =>
      crypto.subtle.deriveKey(derivation, secret, { name: "AES-GCM", length: 256 }, false, [
        "encrypt",
        "decrypt",
      ]),
    );
}

export class Vault {
  #database;
  #token;
  #key = null;
  // The number in the database of each tap, by the tap's id.
  #numbers = new Map();
  #turn = Promise.resolve();

  constructor(database, token) {
    this.#database = database;
    this.#token = token;
    // Another window finishes: let it erase.
    database.onversionchange = () => database.close();
  }

  /** Open what this phone keeps for a link; null when it keeps nothing. */
  static async find(token) {
    const request = indexedDB.open(await nameOf(token));
    let isNew = false;
    request.onupgradeneeded = () => {
      // Looking for it must not make it.
      isNew = true;
      request.transaction.abort();
    };
    try {
      return new Vault(await done(request), token);
    } catch (error) {
      if (isNew) return null;
      throw error;
    }
  }

  /** Make room for a link, in the place of what was there. `until` is in milliseconds. */
  static async make(token, code, until) {
    const name = await nameOf(token);
    await done(indexedDB.deleteDatabase(name));
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("plain");
      request.result.createObjectStore("sealed");
      request.result.createObjectStore("taps", { autoIncrement: true });
    };
    const vault = new Vault(await done(request), token);
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const transaction = vault.#write("plain");
    transaction.objectStore("plain").put(salt, "salt");
    transaction.objectStore("plain").put(until, "until");
    await finished(transaction);
    vault.#key = await deriveKey(token, code, salt);
    return vault;
  }

  #write(store) {
    // Strict: what is shown as saved is on the disk.
    return this.#database.transaction(store, "readwrite", { durability: "strict" });
  }

  #get(store, key) {
    return done(this.#database.transaction(store).objectStore(store).get(key));
  }

  /** Until when what is kept may be kept. */
  get until() {
    return this.#get("plain", "until");
  }

  /** Whether all of it was written: a phone that went off halfway has nothing to unlock. */
  async isWhole() {
    return Boolean((await this.#get("plain", "salt")) && (await this.#get("sealed", "pass")));
  }

  /** Try a code; return whether what is kept opens with it. */
  async unlock(code) {
    this.#key = await deriveKey(this.#token, code, await this.#get("plain", "salt"));
    try {
      return Boolean(await this.read("pass"));
    } catch {
      this.#key = null;
      return false;
    }
  }

  /** How many taps are not sent. */
  countTaps() {
    return done(this.#database.transaction("taps").objectStore("taps").count());
  }

  /** Erase the names; taps that are not sent stay, and say of nobody who it is. */
  async forgetPeople() {
    const transaction = this.#write("sealed");
    transaction.objectStore("sealed").delete("people");
    await finished(transaction);
  }

  async #seal(value, name) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const cipher = { name: "AES-GCM", iv, additionalData: encoder.encode(name) };
    const bytes = await crypto.subtle.encrypt(
      cipher,
      this.#key,
      encoder.encode(JSON.stringify(value)),
    );
    return { iv, bytes };
  }

  async #unseal({ iv, bytes }, name) {
    const cipher = { name: "AES-GCM", iv, additionalData: encoder.encode(name) };
    return JSON.parse(decoder.decode(await crypto.subtle.decrypt(cipher, this.#key, bytes)));
  }

  async keep(name, value) {
    const sealed = await this.#seal(value, name);
    const transaction = this.#write("sealed");
    transaction.objectStore("sealed").put(sealed, name);
    await finished(transaction);
  }

  /** Return what was kept under a name, or null; raises an error when the code is another. */
  async read(name) {
    const sealed = await this.#get("sealed", name);
    return sealed ? this.#unseal(sealed, name) : null;
  }

  /** Do one thing after the other: a tap must be stored before it can be taken out again. */
  #inTurn(work) {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  addTap(tap) {
    return this.#inTurn(async () => {
      const sealed = await this.#seal(tap, "tap");
      const transaction = this.#write("taps");
      const request = transaction.objectStore("taps").add(sealed);
      await finished(transaction);
      this.#numbers.set(tap.id, request.result);
    });
  }

  /**
   * Keep what the site answered and erase the taps that it has, all or nothing. `people` is null
   * while the list is the same.
   */
  settle(known, people, taps) {
    return this.#inTurn(async () => {
      const records = { known, ...(people && { people }) };
      const sealed = [];
      for (const [name, value] of Object.entries(records)) {
        sealed.push([name, await this.#seal(value, name)]);
      }
      const transaction = this.#write(["sealed", "taps"]);
      for (const [name, value] of sealed) transaction.objectStore("sealed").put(value, name);
      for (const { id } of taps) {
        if (this.#numbers.has(id)) transaction.objectStore("taps").delete(this.#numbers.get(id));
        this.#numbers.delete(id);
      }
      await finished(transaction);
    });
  }

  /** Taps that were not sent when the page was left, the oldest first. */
  async readTaps() {
    const store = this.#database.transaction("taps").objectStore("taps");
    const [numbers, sealed] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    const taps = await Promise.all(sealed.map((one) => this.#unseal(one, "tap")));
    taps.forEach((tap, place) => this.#numbers.set(tap.id, numbers[place]));
    return taps;
  }

  close() {
    this.#key = null;
    this.#database.close();
  }
}

/** Erase all that this phone keeps for a link; with the last link, the page itself. */
export async function erase(token) {
  const name = await nameOf(token);
  await done(indexedDB.deleteDatabase(name));
  const left = (await indexedDB.databases?.()) ?? [];
  if (left.some((one) => one.name !== name && one.name.startsWith(NAME))) return;
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const ours = registrations.filter(({ scope }) => scope.endsWith("/events/door/"));
  await Promise.all(ours.map((registration) => registration.unregister()));
  const caches = globalThis.caches;
  const names = ((await caches?.keys()) ?? []).filter((one) => one.startsWith(NAME));
  await Promise.all(names.map((one) => caches.delete(one)));
}
