// Keep the dossier's progress on the screen true while it is made; reload when it is done.

const SECONDS = 2;
const LONGEST_SECONDS = 30;

const box = document.querySelector("[data-edition-progress]");

function isAtWork() {
  return box.querySelector("[data-at-work]") !== null;
}

function say(status) {
  // The old status stays in its place, so that screen readers speak when its words change.
  const spoken = box.querySelector("[data-edition-status]");
  if (spoken && status && spoken.textContent !== status.textContent) {
    spoken.textContent = status.textContent;
  }
}

async function look(wait) {
  let next = SECONDS;
  try {
    const answer = await fetch(box.dataset.address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) {
      throw new Error(String(answer.status));
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh.querySelector("[data-at-work]") === null) {
      // Done or stopped: what comes next stands elsewhere on the page.
      window.location.reload();
      return;
    }
    const bar = box.querySelector("progress");
    const label = box.querySelector(".editions__bar span");
    bar.value = fresh.querySelector("progress").value;
    label.textContent = fresh.querySelector(".editions__bar span").textContent;
    say(fresh.querySelector("[data-edition-status]"));
    const rows = box.querySelector("tbody");
    if (!rows.contains(document.activeElement)) {
      rows.replaceWith(fresh.querySelector("tbody"));
    }
  } catch {
    next = Math.min(wait * 2, LONGEST_SECONDS);
  }
  window.setTimeout(() => look(next), next * 1000);
}

if (box && isAtWork()) {
  window.setTimeout(() => look(SECONDS), SECONDS * 1000);
}
