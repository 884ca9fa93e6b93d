// Keeps the counter of the door true, and copies the text for a volunteer.

import { replaceText } from "./progress.js";

const EVERY_MS = 10_000;

async function look(place) {
  try {
    const answer = await fetch(place.dataset.countsAddress, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      replaceText(place, fresh, "[data-counts]");
    }
  } catch {
    // No network: the next look may have one.
  }
  window.setTimeout(() => look(place), EVERY_MS);
}

function offerCopying(button) {
  const text = document.getElementById(button.dataset.copyText);
  const before = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select();
      return;
    }
    button.textContent = button.dataset.copied;
    window.setTimeout(() => {
      button.textContent = before;
    }, 2500);
  });
}

for (const place of document.querySelectorAll("[data-counts-address]")) {
  window.setTimeout(() => look(place), EVERY_MS);
}
for (const button of document.querySelectorAll("[data-copy-text]")) offerCopying(button);
