// Keep a progress on the screen true while something is made; reload when it is done.

const LONGEST_SECONDS = 30;

// Put a new text into an element that stays in its place, so that screen readers speak its words.
export function replaceText(box, fresh, selector) {
  const old = box.querySelector(selector);
  const next = fresh.querySelector(selector);
  if (old && next && old.textContent !== next.textContent) {
    old.textContent = next.textContent;
  }
}

// Ask for what `box` shows at its data-address, every so many seconds, as long as somebody works
// on it; `update` takes the answer. Without an answer, ask less and less often.
export function follow(box, seconds, update) {
  async function look(wait) {
    let next = seconds;
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
      update(fresh);
    } catch {
      next = Math.min(wait * 2, LONGEST_SECONDS);
    }
    window.setTimeout(() => look(next), next * 1000);
  }

  if (box && box.querySelector("[data-at-work]") !== null) {
    window.setTimeout(() => look(seconds), seconds * 1000);
  }
}
