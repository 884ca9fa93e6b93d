// Decide on photos from the keyboard, one after the other, without loading a page in between.
// Every key presses a button or a link that is on the screen: its aria-keyshortcuts names the key.

import { isTyping, pressTarget, speaker } from "./keyboard.js";
import { openEditor } from "./moderation_editor.js";

const root = document.querySelector("[data-moderation]");
const say = speaker(document.querySelector("[data-moderation-says]"));
const keysDialog = document.querySelector("[data-moderation-dialog]");
const words = JSON.parse(document.getElementById("moderation-words").textContent);

let isBusy = false;
let editor = null;
let upcoming = null;

function screen() {
  return root.querySelector("[data-moderation-screen]");
}

// Get a screen ready that has just come: what needs a script appears, the next picture is fetched.
function prepare() {
  for (const element of root.querySelectorAll("[data-needs-script], [data-moderation-sentences]")) {
    element.hidden = false;
  }
  const address = screen().dataset.upcoming;
  upcoming = null;
  if (address) {
    upcoming = new Image();
    upcoming.src = address;
  }
}

// Put the screen of an answer in the place of the one before.
function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const fragment = next.querySelector("[data-moderation-screen]");
  if (!fragment) {
    // Logged out meanwhile, most likely: let the whole page say so.
    location.reload();
    return;
  }
  takeUpcoming(fragment);
  root.replaceChildren(fragment);
  document.title = fragment.dataset.title;
  history.replaceState(null, "", fragment.dataset.url);
  prepare();
  window.scrollTo(0, 0);
  root.querySelector("[data-moderation-heading]").focus();
  say(fragment.dataset.announce);
}

// Use the picture that was fetched ahead: nothing keeps these pictures, so the browser would fetch
// it again. It must not pass through the other document, which would start it anew.
function takeUpcoming(fragment) {
  const picture = fragment.querySelector("[data-moderation-picture]");
  if (!picture || upcoming?.getAttribute("src") !== picture.getAttribute("src")) {
    return;
  }
  for (const { name, value } of picture.attributes) {
    if (name !== "src") {
      upcoming.setAttribute(name, value);
    }
  }
  const stage = picture.parentElement;
  picture.remove();
  document.adoptNode(fragment);
  stage.prepend(upcoming);
}

// Ask for a screen; while one is on its way, no other key does anything.
async function ask(address, options = {}) {
  if (isBusy) {
    return;
  }
  isBusy = true;
  root.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { ...options, headers: { "X-Moderation": "fragment" } });
    show(await answer.text());
  } catch {
    say(words.offline);
    complain(words.offline);
  } finally {
    isBusy = false;
    root.removeAttribute("aria-busy");
  }
}

function complain(text) {
  const line = document.createElement("p");
  line.className = "moderation__notice moderation__notice--error";
  line.textContent = text;
  root.querySelector(".moderation__notice--error")?.remove();
  root.querySelector("[data-moderation-heading]").after(line);
}

root.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.matches("[data-moderation-approve]") && !form.elements.alt_text.value.trim()) {
    say(words.describe);
    complain(words.describe);
    return;
  }
  ask(form.action, { method: "POST", body: new FormData(form, event.submitter) });
});

root.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  if (target.matches("[data-moderation-link]")) {
    event.preventDefault();
    ask(target.href);
  } else if (target.matches("[data-sentence]")) {
    describe(target.dataset.sentence);
  } else if (target.matches("[data-edit]")) {
    edit(target.dataset.edit);
  } else if (target.matches("[data-moderation-keys]")) {
    keysDialog.showModal();
  }
});

function describe(sentence) {
  root.querySelector("[name=alt_text]").value = sentence;
  root.querySelector(".moderation__notice--error")?.remove();
  root.querySelector("[data-moderation-heading]").focus();
  say(sentence);
}

function edit(tool) {
  const form = root.querySelector("[data-moderation-edit]");
  const start = JSON.parse(document.getElementById("moderation-edits").textContent);
  editor = openEditor({ stage: root.querySelector("[data-moderation-stage]"), start, words, say });
  editor.use(tool);
  editor.done.then((edits) => {
    editor = null;
    if (edits) {
      form.elements.edits.value = JSON.stringify(edits);
      say(words.saving);
      ask(form.action, { method: "POST", body: new FormData(form) });
    } else {
      root.querySelector("[data-moderation-heading]").focus();
      say(words.cancelled);
    }
  });
}

function openReasons() {
  const reasons = root.querySelector("[data-moderation-reasons]");
  reasons.open = !reasons.open;
  if (reasons.open) {
    reasons.querySelector("[data-digit]").focus();
  }
}

// With the reasons open, a digit or an arrow chooses among them; else a digit is a sentence.
function inReasons(event) {
  const reasons = root.querySelector("[data-moderation-reasons][open]");
  if (!reasons) {
    return false;
  }
  const buttons = [...reasons.querySelectorAll("[data-digit]")];
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (event.key === "Escape") {
    reasons.open = false;
    root.querySelector("[data-moderation-heading]").focus();
  } else if (step) {
    const at = buttons.indexOf(document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length].focus();
  } else if (/^[1-9]$/.test(event.key)) {
    buttons[event.key - 1]?.click();
  } else {
    return false;
  }
  return true;
}

function press(key) {
  if (key === "r") {
    openReasons();
    return true;
  }
  if (/^[1-9]$/.test(key)) {
    const sentence = root.querySelector(`[data-sentence][data-digit="${key}"]`);
    sentence?.click();
    return Boolean(sentence);
  }
  const target = /^[a-z?]$/.test(key) && root.querySelector(`[aria-keyshortcuts~="${key}"]`);
  if (!target) {
    return false;
  }
  pressTarget(target);
  return true;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || keysDialog.open || editor) {
    return;
  }
  if (isTyping(event.target)) {
    if (event.key === "Escape" && root.contains(event.target)) {
      root.querySelector("[data-moderation-heading]").focus();
    }
    return;
  }
  // Somewhere else, in the menu for example, letters are somebody else's.
  const isHere = event.target === document.body || root.contains(event.target);
  if (!isHere || event.repeat || isBusy || root.dataset.keys !== "on") {
    return;
  }
  const isReasons = root.querySelector("[data-moderation-reasons]");
  if (inReasons(event) || (event.key === "r" ? isReasons && press("r") : press(event.key))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

// Before the keys of the admin itself, which has a use of its own for the question mark.
window.addEventListener("keydown", onKey, { capture: true });
prepare();
