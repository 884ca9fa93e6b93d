// Every page of the admin: a session lasts while somebody types or points, warns before it ends,
// and nothing that was typed is lost when it has ended.

const TICK = 15_000; // milliseconds, like all below
const TELL_EVERY = 4 * 60_000;
const WARN_BEFORE = 5 * 60_000;

const dialog = document.getElementById("staff-session");

class Session {
  #endsAt = Number.POSITIVE_INFINITY;
  #touchedAt = 0;
  #toldAt = Date.now();
  #state = "";

  constructor() {
    this.urls = dialog.dataset;
    this.user = null; // whose page this is: the first answer says it
  }

  start() {
    for (const kind of ["pointerdown", "keydown", "input", "wheel"]) {
      addEventListener(kind, (event) => this.#touch(event), { capture: true, passive: true });
    }
    addEventListener("submit", (event) => this.#guard(event, event.target), { capture: true });
    addEventListener("click", (event) => this.#guardButton(event), { capture: true });
    addEventListener("focus", () => this.#look());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#look();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-stay]")) this.#stay();
      if (event.target.closest("[data-close]")) this.#close();
    });
    // Escape means the same as staying while there is time, and just looking afterwards.
    dialog.addEventListener("cancel", () => this.#state === "warning" && this.#stay());
    setInterval(() => this.#tick(), TICK);
    this.#look();
  }

  get #left() {
    return this.#endsAt - Date.now();
  }

  #touch(event) {
    if (event.isTrusted && !dialog.contains(event.target)) this.#touchedAt = Date.now();
  }

  async #ask(url, options = {}) {
    try {
      const answer = await fetch(url, { ...options, headers: this.#headers(options) });
      if (!answer.ok) return;
      const { left, user } = await answer.json();
      this.#endsAt = Date.now() + left * 1000;
      this.#show(left, user);
    } catch {
      // No network: the clock of this page goes on, and the next look asks again.
    }
  }

  #headers({ method }) {
    const accept = { Accept: "application/json" };
    if (method !== "POST") return accept;
    const config = JSON.parse(document.getElementById("wagtail-config").textContent);
    return { ...accept, [config.CSRF_HEADER_NAME]: config.CSRF_TOKEN };
  }

  #look() {
    return this.#ask(this.urls.clock);
  }

  async #stay() {
    this.#toldAt = Date.now();
    await this.#ask(this.urls.here, { method: "POST" });
  }

  #tick() {
    const isTouched = this.#touchedAt > this.#toldAt;
    const isDue = Date.now() - this.#toldAt >= TELL_EVERY || this.#left <= WARN_BEFORE;
    if (isTouched && isDue && this.#left > 0) this.#stay();
    else if (this.#left <= 0 && this.#state !== "over" && this.#state !== "other") this.#look();
    else if (this.#left <= WARN_BEFORE && this.#state === "") this.#look();
  }

  #show(left, user) {
    this.user ??= user;
    if (left > 0 && user !== this.user) this.#open("other");
    else if (left <= 0) this.#open("over");
    else if (left * 1000 <= WARN_BEFORE) this.#open("warning");
    else if (this.#state) this.#close();
  }

  #open(state) {
    if (state === this.#state && dialog.open) return;
    this.#state = state;
    for (const part of dialog.querySelectorAll("[data-state]")) {
      part.hidden = part.dataset.state !== state;
    }
    dialog.setAttribute("aria-labelledby", `staff-session-${state}`);
    if (!dialog.open) dialog.showModal();
    dialog.querySelector(`[data-state=${state}] :is(button, a)`)?.focus();
  }

  #close() {
    const wasOver = this.#state === "over" || this.#state === "other";
    // A page that is still over keeps its state, so that it does not open at every tick.
    if (this.#left > 0 || !wasOver) this.#state = "";
    if (dialog.open) dialog.close();
  }

  // What would be lost is kept on the page instead, until somebody is logged in again.
  #guard(event, form) {
    if (form?.method !== "post" || this.#left > 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#state = "";
    this.#look();
  }

  // Before Wagtail turns the button into "Saving…", which nothing would turn back.
  #guardButton(event) {
    const button = event.target.closest?.("button, input");
    if (button?.type === "submit") this.#guard(event, button.form);
  }
}

if (dialog) new Session().start();
