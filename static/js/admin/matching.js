// Match payments from the keyboard, one after the other, without loading a page in between.
// Every key presses a button or a link that is on the screen: its aria-keyshortcuts names the key.

import { isTyping, pressTarget, speaker } from "./keyboard.js";

const root = document.querySelector("[data-matching]");
const say = speaker(document.querySelector("[data-matching-says]"));
const keysDialog = document.querySelector("[data-matching-dialog]");
const words = JSON.parse(document.getElementById("matching-words").textContent);

let isBusy = false;

// Get a screen ready that has just come: what needs a script appears.
function prepare() {
  for (const element of root.querySelectorAll("[data-needs-script]")) {
    element.hidden = false;
  }
}

function focusHeading() {
  root.querySelector("[data-matching-heading]").focus();
}

// Put the screen of an answer in the place of the one before.
function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fragment = next.querySelector("[data-matching-screen]");
  if (!fragment) {
    // Logged out meanwhile, most likely: let the whole page say so.
    location.reload();
    return;
  }
  root.replaceChildren(fragment);
  document.title = fragment.dataset.title;
  history.replaceState(null, "", fragment.dataset.url);
  prepare();
  window.scrollTo(0, 0);
  focusHeading();
  say(fragment.dataset.announce);
}

// Ask for a screen; while one is on its way, no other key does anything.
async function ask(address, options = {}) {
  if (isBusy) {
    return;
  }
  isBusy = true;
  root.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { ...options, headers: { "X-Matching": "fragment" } });
    show(await answer.text());
  } catch {
    complain(words.offline);
  } finally {
    isBusy = false;
    root.removeAttribute("aria-busy");
  }
}

function complain(text) {
  const line = document.createElement("p");
  line.className = "matching__notice matching__notice--error";
  line.textContent = text;
  root.querySelector(".matching__notice--error")?.remove();
  root.querySelector(".matching__head, [data-matching-heading]").after(line);
  say(text);
}

root.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.matches("[data-matching-search]")) {
    ask(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    return;
  }
  if (form.matches("[data-matching-place]") && !form.querySelector("[name=target]:checked")) {
    complain(words.choose);
    return;
  }
  const sent = new FormData(form, event.submitter);
  ask(form.action, { method: "POST", body: sent }).then(() => takeUpAgain(sent));
});

// A refused part of a payment: what was chosen stays chosen, and only the amount is written anew.
function takeUpAgain(sent) {
  const amount = root.querySelector("[name=amount]");
  if (!root.querySelector(".matching__notice--error") || !sent.get("amount") || !amount) {
    return;
  }
  const choice = [...root.querySelectorAll("[name=target]")].find(
    (input) => input.value === sent.get("target"),
  );
  if (choice) {
    choice.closest("details")?.setAttribute("open", "");
    choice.checked = true;
  }
  amount.focus();
  amount.select();
}

root.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  if (target.matches("[data-matching-link]")) {
    event.preventDefault();
    ask(target.href);
  } else if (target.matches("[data-matching-keys]")) {
    keysDialog.showModal();
  }
});

// With the appeals open, a digit chooses among them; else among the suggestions.
function choose(digit) {
  const appeals = root.querySelector("[data-matching-appeals][open]");
  const choice = appeals
    ? appeals.querySelector(`[data-digit="${digit}"]`)
    : root.querySelector(`[data-digit="${digit}"]`);
  if (!choice) {
    return false;
  }
  choice.checked = true;
  choice.focus();
  say(words.chosen.replace("%(choice)s", choice.dataset.name));
  return true;
}

function toggleAppeals() {
  const appeals = root.querySelector("[data-matching-appeals]");
  appeals.open = !appeals.open;
  if (appeals.open) {
    appeals.querySelector("summary").focus();
  } else {
    focusHeading();
  }
}

// Outside every control, Enter confirms what is chosen, or says that nothing is.
function confirmChoice() {
  const form = root.querySelector("[data-matching-place]");
  const isOutside =
    document.activeElement === document.body ||
    document.activeElement.matches("[data-matching-heading]");
  if (!form || !isOutside) {
    return false;
  }
  form.requestSubmit();
  return true;
}

function press(key) {
  if (key === "Enter") {
    return confirmChoice();
  }
  if (/^[1-9]$/.test(key)) {
    return choose(key);
  }
  const target = /^[a-z?/]$/.test(key) && root.querySelector(`[aria-keyshortcuts~="${key}"]`);
  if (!target) {
    return false;
  }
  if (key === "g") {
    toggleAppeals();
  } else {
    pressTarget(target);
  }
  return true;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || keysDialog.open) {
    return;
  }
  if (event.key === "Escape" && root.contains(event.target)) {
    focusHeading();
    return;
  }
  if (isTyping(event.target)) {
    return;
  }
  // Somewhere else, in the menu for example, letters are somebody else's.
  const isHere = event.target === document.body || root.contains(event.target);
  if (!isHere || event.repeat || isBusy || root.dataset.keys !== "on") {
    return;
  }
  if (press(event.key)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

// Before the keys of the admin itself, which has a use of its own for the question mark.
window.addEventListener("keydown", onKey, { capture: true });
prepare();
