// Brings taps to the site and fetches what others counted: after each tap, every few seconds, and
// patiently when there is no network. One request at a time, the oldest taps first: whether an
// answer was lost or the taps, they are sent again, and the site counts each once.

const EVERY_MS = 8000;
const TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const TAPS_AT_ONCE = 100;

/** The site cannot be reached, or something else answers in its place (the log-in of a hotspot). */
export class Unreachable extends Error {}

/** Send JSON to the site and return its answer; raises Unreachable. */
export async function post(address, content) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
      credentials: "omit",
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { state, ...rest } = await answer.json();
    if (!["open", "asks", "wrong", "ended", "closed"].includes(state)) throw new Error(state);
    return { state, ...rest };
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

export class Sync {
  isOffline = false;
  #timer = 0;
  #failures = 0;
  #running = null;
  #isStopped = false;

  /** `store(people, taps)` keeps what the ledger knows and erases taps; `onClosed` ends it all. */
  constructor({ address, ticket, ledger, store, onChange, onClosed }) {
    Object.assign(this, { address, ticket, ledger, store, onChange, onClosed });
  }

  start() {
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.now();
    });
    navigator.serviceWorker?.addEventListener("message", () => this.now());
    this.now();
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Something is to be sent: at once, unless the site has just been out of reach. */
  soon() {
    if (!this.#failures) this.now();
  }

  /** Exchange until nothing is left; return whether all is sent. */
  now() {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run() {
    clearTimeout(this.#timer);
    try {
      do await this.#exchange();
      while (!this.#isStopped && this.ledger.pending.length);
      if (this.#isStopped) return false;
      this.#failures = 0;
      this.#note(false);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#failures += 1;
      this.#note(true);
    }
    this.#wait();
    return !this.isOffline && !this.ledger.pending.length;
  }

  async #exchange() {
    const { ledger, ticket } = this;
    const taps = ledger.pending.slice(0, TAPS_AT_ONCE);
    const { version, cursor } = ledger;
    const answer = await post(this.address, { ticket, taps, version, cursor });
    if (this.#isStopped) return;
    if (answer.state !== "open") {
      // A pass that has ended still hands in what was counted before: all of it.
      ledger.confirm(taps);
      if (ledger.pending.length) return;
      this.stop();
      await this.onClosed();
      return;
    }
    const isNews = taps.length || answer.cursor !== cursor || answer.version !== version;
    ledger.confirm(taps);
    ledger.learn(answer);
    if (isNews) await this.store(answer.people ?? null, taps);
    this.onChange(answer);
  }

  #note(isOffline) {
    const hasChanged = isOffline !== this.isOffline;
    this.isOffline = isOffline;
    if (hasChanged && isOffline) this.#askToBeWoken();
    this.onChange(null, hasChanged);
  }

  #wait() {
    if (this.#isStopped) return;
    const longer = Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
    // Phones that lost the network together need not come back in the same moment.
    const wait = this.#failures ? longer * (0.75 + Math.random() / 2) : EVERY_MS;
    this.#timer = setTimeout(() => this.now(), wait);
  }

  async #askToBeWoken() {
    try {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration.sync.register("door");
    } catch {
      // Not every browser has Background Sync: the timer does it.
    }
  }
}
