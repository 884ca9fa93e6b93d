// The calculation a form asks for under pressure, done in the background while somebody types.

const ANNOUNCE_EVERY_MS = 2000;
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

/**
 * Solve the challenge in `place` and put the solution into `form`. A press on the button meanwhile
 * waits for it. On failure the words that the page came with return: wait, then send.
 */
export function prove(form, place) {
  // Web Crypto exists on secure origins only.
  if (!globalThis.crypto?.subtle || !globalThis.Worker) return;
  const challenge = JSON.parse(place.dataset.challenge);
  const said = place.querySelector("[data-proof-status]");
  const before = said.textContent;
  const worker = new Worker(place.dataset.worker, { type: "module" });
  let waiting;
  let announced = performance.now();

  function hold(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { by: event.submitter };
  }

  function finish(words) {
    worker.terminate();
    said.textContent = words;
    form.removeEventListener("submit", hold, true);
    if (waiting) form.requestSubmit(waiting.by);
  }

  worker.addEventListener("message", ({ data }) => {
    if (data.solution) {
      form.elements.proof.value = btoa(JSON.stringify({ challenge, solution: data.solution }));
      finish(place.dataset.done);
    } else if (performance.now() - announced > ANNOUNCE_EVERY_MS) {
      announced = performance.now();
      const share = data.tried / challenge.parameters.data.tries;
      said.textContent = `${place.dataset.working} ${percent.format(share)}`;
    }
  });
  worker.addEventListener("error", () => finish(before));
  said.textContent = place.dataset.working;
  // Before every other listener of the form, which may count this as the one sending.
  form.addEventListener("submit", hold, true);
  worker.postMessage(challenge.parameters);
}
