// The page at the door: asks for the code, then shows the list. What was opened once opens again
// without a network.

import { Ledger } from "./ledger.js";
import { Screen } from "./screen.js";
import { Sync, Unreachable, post } from "./sync.js";
import { Vault, erase } from "./vault.js";
import { say } from "./words.js";

const DIGITS = 12;
const HANDING_IN_MS = 7 * 24 * 3600 * 1000; // as services/arrivals.py
const part = (name) => document.querySelector(`[data-${name}]`);
const page = new URL(document.body.dataset.page, location.href).pathname;
const token = location.pathname.slice(page.length).replace(/\/$/, "");
const form = part("code-form");
let hasBegun = false;

/** Show what stands against opening the list. */
function refuse(sentence) {
  const place = part("code-error");
  place.textContent = sentence;
  place.hidden = false;
  form.elements.code.setAttribute("aria-invalid", "true");
  form.elements.code.focus();
}

/** Nothing more is to be done on this phone: say why, and take everything else away. */
function end(sentence) {
  // An open dialog would leave the rest of the page out of reach, or the camera on.
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
  for (const one of document.querySelectorAll("[data-screen]")) one.hidden = true;
  delete document.body.dataset.open;
  const place = part("end");
  place.querySelector("p").textContent = sentence;
  place.hidden = false;
  place.focus();
}

async function closeWith(sentence) {
  await erase(token);
  end(sentence);
}

/** Open what this phone keeps; return null after saying that the code is another. */
async function openKept(vault, code) {
  if (!(await vault.unlock(code))) {
    vault.close();
    refuse(say("wrong_code_here"));
    return null;
  }
  const ledger = new Ledger();
  const [known, people] = [await vault.read("known"), await vault.read("people")];
  // Names that were erased are asked for again, should the link be of use after all.
  ledger.learn(people ? { ...known, people } : { ...known, version: "" });
  for (const tap of await vault.readTaps()) ledger.add(tap);
  const { ticket, event } = await vault.read("pass");
  return { vault, ledger, ticket, event, until: await vault.until };
}

/** Fetch the list with the code, and keep it; return null after saying why there is none. */
async function openFresh(code) {
  const answer = await post(`${page}${token}/open/`, { code });
  if (answer.state === "closed") await closeWith(say("closed"));
  else if (answer.state === "ended") await closeWith(say("pass_ended"));
  else if (answer.state === "wrong") refuse(say("wrong_code", { number: answer.left }));
  if (answer.state !== "open") return null;
  const { ticket, event, until } = answer;
  const ledger = new Ledger();
  ledger.learn(answer);
  let vault = null;
  try {
    vault = await Vault.make(token, code, until);
    await vault.settle(ledger.known, answer.people, []);
    await vault.keep("pass", { ticket, event });
  } catch {
    // No room or a private window: it works from memory, and says so.
    vault = null;
  }
  return { vault, ledger, ticket, event, until };
}

async function open(code) {
  const vault = await findKept();
  if (vault) return openKept(vault, code);
  try {
    return await openFresh(code);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    refuse(say(navigator.onLine ? "try_later" : "first_needs_network"));
    return null;
  }
}

/** Return what this phone keeps for the link, if it is of use. */
async function findKept() {
  try {
    const vault = await Vault.find(token);
    if (!vault || (await vault.isWhole())) return vault;
    vault.close();
  } catch {
    // The browser keeps nothing.
  }
  return null;
}

async function onCode(event) {
  event.preventDefault();
  const code = form.elements.code.value.replace(/\D/g, "");
  if (code.length !== DIGITS) {
    refuse(say("all_digits"));
    return;
  }
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  const before = button.textContent;
  button.textContent = say("checking");
  button.setAttribute("aria-disabled", "true");
  part("code-error").hidden = true;
  form.elements.code.removeAttribute("aria-invalid");
  try {
    const opened = await open(code);
    if (opened) begin(opened);
  } finally {
    button.textContent = before;
    button.removeAttribute("aria-disabled");
  }
}

function begin({ vault, ledger, ticket, event, until }) {
  hasBegun = true;
  form.reset();
  part("screen=code").hidden = true;
  part("languages").hidden = true;
  document.body.dataset.open = "";
  async function store(people, taps) {
    try {
      await vault?.settle(ledger.known, people, taps);
    } catch {
      screen.keepsNothing();
    }
  }

  const screen = new Screen({ ledger, event, isKept: Boolean(vault), onTap, onFinish });
  const sync = new Sync({
    address: `${page}${token}/taps/`,
    ticket,
    ledger,
    store,
    onChange: (answer, isTurn) => {
      screen.onSynced(answer, sync.isOffline, isTurn);
      if (sync.isOffline) closeLate();
    },
    onClosed: () => closeWith(say("ended_by_others")),
  });

  /** Without a network nobody ends a page that is left open: begun anew, it erases the names. */
  function closeLate() {
    if (vault && ledger.people.size && Date.now() >= until) location.reload();
  }

  async function onTap(tap) {
    try {
      await vault?.addTap(tap);
    } catch {
      screen.keepsNothing();
    }
    sync.soon();
  }

  /** Send what is left and erase; return whether that was possible. */
  async function onFinish() {
    if (!(await sync.now())) return false;
    sync.stop();
    vault?.close();
    await closeWith(say("finished"));
    return true;
  }

  screen.start();
  sync.start();
}

/** Keep the page itself, so that it opens without a network. */
async function keepPage() {
  try {
    await navigator.serviceWorker.register(document.body.dataset.worker, { scope: page });
  } catch {
    // Without it the list works until the page is left.
  }
}

/**
 * Erase what is kept for a link that has ended. Taps that were not sent stay, without names, for
 * as long as the site takes them: the code is needed to send them.
 */
async function forgetOld() {
  const vault = await findKept();
  if (!vault) return;
  const late = Date.now() - (await vault.until);
  let isOver = late >= 0;
  try {
    isOver ||= (await post(`${page}${token}/open/`, {})).state === "closed";
  } catch {
    // No network: nobody knows.
  }
  // The code was faster: then the first exchange ends it.
  if (!isOver || hasBegun) return vault.close();
  if ((await vault.countTaps()) && late < HANDING_IN_MS) {
    await vault.forgetPeople();
    vault.close();
  } else await closeWith(say("closed"));
}

function offerLanguages() {
  for (const link of document.querySelectorAll("[data-language]")) {
    link.href += token ? `${token}/` : "";
  }
}

async function start() {
  offerLanguages();
  if (!token) return end(say("no_link"));
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB || !AbortSignal.timeout) {
    return end(say("too_old"));
  }
  form.addEventListener("submit", onCode);
  form.hidden = false;
  keepPage();
  forgetOld();
}

start();
