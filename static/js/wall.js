// More photos of the wall below those that are there. Without this, "More photos" is a link.

// So many pages come by themselves; then the button waits, so that the foot of the page is reached.
const PAGES_BY_THEMSELVES = 3;
const parser = new DOMParser();

const list = document.querySelector("[data-wall]");
const more = document.querySelector("[data-wall-more]");
const link = more?.querySelector("a");
// The address of the page that each photo came with, for the way back to it.
const pages = new WeakMap();
let byThemselves = 0;
let isFetching = false;

/** Fetch the next page and hang its photos below; return whether that worked. */
async function fetchMore() {
  const address = link.href;
  const answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(15000) });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = parser.parseFromString(await answer.text(), "text/html");
  const found = [...page.querySelectorAll("[data-wall] > li")];
  const fresh = found.filter((tile) => !tile.id || !document.getElementById(tile.id));
  for (const tile of fresh) pages.set(tile, address);
  list.append(...fresh.map((tile) => document.adoptNode(tile)));
  const next = page.querySelector("[data-wall-more] a");
  if (next) link.href = next.href;
  else more.hidden = true;
  return { first: fresh[0], isLast: !next };
}

/** Add a page. `byHand` is whether somebody pressed the button: then the new photos get the focus. */
async function add(byHand) {
  if (isFetching || more.hidden) return;
  isFetching = true;
  link.setAttribute("aria-busy", "true");
  const label = link.querySelector("[data-label]");
  const before = label.textContent;
  if (byHand) label.textContent = more.dataset.busy;
  try {
    const { first, isLast } = await fetchMore();
    say(isLast ? more.dataset.complete : more.dataset.added);
    if (byHand) first?.querySelector("a")?.focus({ preventScroll: true });
  } catch {
    // Offline or too slow: whoever pressed the button is led to the page itself.
    byThemselves = PAGES_BY_THEMSELVES;
    if (byHand) location.assign(link.href);
  } finally {
    label.textContent = before;
    link.removeAttribute("aria-busy");
    isFetching = false;
  }
}

/** Announce short news in the one place for it (site.js). */
function say(words) {
  const place = document.querySelector("[data-status]");
  if (!place) return;
  place.textContent = "";
  place.textContent = words;
}

/** Note in the address which photo is opened, so that the way back ends there and not at the top. */
function rememberPlace(event) {
  const tile = event.target.closest("a") && event.target.closest("li[id]");
  if (!tile) return;
  const address = new URL(pages.get(tile) ?? location.href);
  address.hash = tile.id;
  // The page that comes back begins elsewhere: how far it was scrolled says nothing there.
  history.scrollRestoration = "manual";
  history.replaceState(history.state, "", address);
}

function watch() {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      if (byThemselves >= PAGES_BY_THEMSELVES) return observer.disconnect();
      byThemselves += 1;
      add(false).then(() => {
        // Still in sight: observing anew asks once more.
        observer.unobserve(more);
        observer.observe(more);
      });
    },
    { rootMargin: "0px 0px 60% 0px" },
  );
  observer.observe(more);
}

list?.addEventListener("click", rememberPlace);
if (list && link) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    add(true);
  });
  // Who saves data, or follows an address to one photo, has not asked for more.
  if (!navigator.connection?.saveData) watch();
}
// The address names a photo: the browser may have looked for it before its row had its height.
if (location.hash.startsWith("#p")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
