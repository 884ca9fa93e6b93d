// One photo after another on a screen in the street. Each is fetched just before it is shown, so
// that a photo that was taken back does not come up any more; one that stays is asked for again.

const SECONDS_SHOWN = 8;
const SECONDS_KEPT = 60;
const parser = new DOMParser();

const show = document.querySelector("[data-slideshow]");
const pauseButton = document.querySelector("[data-pause]");
const fullScreenButton = document.querySelector("[data-full-screen]");
const nextLink = document.querySelector("[data-next-link]");
const still = matchMedia("(prefers-reduced-motion: reduce)");
let isPaused = false;
let shownAt = Date.now();
let checkedAt = Date.now();
let isFetching = false;

const current = () => show.querySelector("[data-slide]");

/** Fetch the screen at an address and return its photo, the picture already loaded. */
async function fetchSlide(query) {
  const address = new URL(query || location.pathname, location.href);
  const answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(15000) });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = parser.parseFromString(await answer.text(), "text/html");
  const slide = document.adoptNode(page.querySelector("[data-slide]"));
  await slide.querySelector("img")?.decode().catch(() => {});
  return slide;
}

/** Put a photo in the place of the one that is shown. */
function put(slide) {
  const replace = () => current().replaceWith(slide);
  if (document.startViewTransition && !still.matches) document.startViewTransition(replace);
  else replace();
  const next = slide.dataset.next;
  if (next) nextLink?.setAttribute("href", next);
  shownAt = checkedAt = Date.now();
}

async function go(query) {
  if (isFetching) return;
  isFetching = true;
  try {
    put(await fetchSlide(query));
  } catch {
    // Offline: what is shown stays, until it could not be asked about for too long.
    if (Date.now() - checkedAt > 5 * SECONDS_KEPT * 1000) current().classList.add("slide--hidden");
  } finally {
    isFetching = false;
  }
}

function tick() {
  const slide = current();
  const next = slide.dataset.next;
  if (!isPaused && next && Date.now() - shownAt > SECONDS_SHOWN * 1000) go(next);
  else if (Date.now() - checkedAt > SECONDS_KEPT * 1000) check(slide);
}

/** Ask for the photo that stays on the screen again; another in its place means that it is gone. */
async function check(slide) {
  if (isFetching) return;
  isFetching = true;
  try {
    const now = await fetchSlide(slide.dataset.slide);
    if (now.dataset.slide !== slide.dataset.slide) put(now);
    else {
      slide.dataset.next = now.dataset.next ?? "";
      checkedAt = Date.now();
    }
  } catch {
    if (Date.now() - checkedAt > 5 * SECONDS_KEPT * 1000) slide.classList.add("slide--hidden");
  } finally {
    isFetching = false;
  }
}

function pause() {
  isPaused = !isPaused;
  shownAt = Date.now();
  const label = pauseButton.querySelector("[data-label]");
  label.dataset.pause ??= label.textContent;
  label.textContent = isPaused ? pauseButton.dataset.resume : label.dataset.pause;
}

function onKey(event) {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === " " && !event.target.closest("a, button")) {
    event.preventDefault();
    pause();
  } else if (event.key === "ArrowRight" && current().dataset.next) go(current().dataset.next);
}

pauseButton.hidden = false;
pauseButton.addEventListener("click", pause);
if (document.fullscreenEnabled) {
  fullScreenButton.hidden = false;
  fullScreenButton.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}
nextLink?.addEventListener("click", (event) => {
  event.preventDefault();
  go(current().dataset.next);
});
document.addEventListener("keydown", onKey);
setInterval(tick, 1000);
