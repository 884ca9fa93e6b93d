// What scripts add to the pages. Everything works without them: forms have addresses of their own.

const parser = new DOMParser();

/** Bring the form behind a link into the page, from its own address; on failure the link stays. */
async function fetchForm(link) {
  const slot = link.closest("[data-form-slot]") ?? link;
  slot.setAttribute("data-waiting", "");
  try {
    const answer = await fetch(link.href, { credentials: "omit", signal: AbortSignal.timeout(15000) });
    if (!answer.ok) return;
    const page = parser.parseFromString(await answer.text(), "text/html");
    const form = page.querySelector(`[data-form="${link.dataset.formLink}"]`);
    if (!form) return;
    form.action = new URL(form.getAttribute("action") || link.href, link.href).href;
    const adopted = document.adoptNode(form);
    link.replaceWith(adopted);
    prepare(adopted);
  } catch {
    // Offline or too slow: the link leads to the form all the same.
  } finally {
    slot.removeAttribute("data-waiting");
  }
}

/**
 * A link on a poster carries a tag (?from=poster): hand it on to the links inside the page, so that
 * the form at the end of the way is counted for it. Nothing is kept in the browser.
 */
function handOnTag() {
  const tag = new URLSearchParams(location.search).get("from") ?? "";
  if (!/^[a-z0-9][a-z0-9_-]{0,29}$/.test(tag)) return;
  for (const link of document.querySelectorAll("main a[href], a[hreflang]")) {
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || !/^\/(en|fr|nl)\//.test(url.pathname)) continue;
    if (link.getAttribute("href").startsWith("#")) continue;
    url.searchParams.set("from", tag);
    link.href = url.href;
  }
}

/** Send a form once, however often the button is pressed. */
function sendOnce(form) {
  // The answer is a file to save: the page stays, and may ask for another.
  if ("stays" in form.dataset) return;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = form.querySelector("button[data-busy]");
    const label = button?.querySelector("[data-label]");
    if (label) {
      label.dataset.label = label.textContent;
      label.textContent = button.dataset.busy;
      button.setAttribute("aria-disabled", "true");
    }
  });
}

/** Let a form be sent once more. */
function wake(form) {
  delete form.dataset.sent;
  const label = form.querySelector("[data-label]");
  if (label?.dataset.label) label.textContent = label.dataset.label;
  form.querySelector("button[data-busy]")?.removeAttribute("aria-disabled");
}

/** A form with a script of its own gets it when it is there, and works without it until then. */
async function fetchScript(form) {
  if (!form.dataset.script) return;
  try {
    const { begin } = await import(form.dataset.script);
    begin(form, { wake, prepare });
  } catch {
    // The form is sent the plain way.
  }
}

/** Let a button copy its value, and say so to everybody. */
function offerCopying(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = button.dataset.copied ?? document.body.dataset.copied ?? "";
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      selectAddress(button);
      return;
    }
    status().textContent = "";
    const label = button.querySelector("[data-label]") ?? button;
    const before = (label.dataset.before ??= label.textContent);
    label.textContent = said;
    status().textContent = said;
    setTimeout(() => {
      label.textContent = before;
    }, 2500);
  });
}

/** Where the browser refuses to copy, show the address and select it, so that a key does it. */
function selectAddress(button) {
  const place = button.closest("[data-share]")?.querySelector("[data-share-address]");
  if (!place) return;
  place.hidden = false;
  place.querySelector("input").select();
}

/** Ways to share that only scripts open: the device's own sheet, the clipboard. */
function offerSharing(row) {
  const address = row.querySelector("[data-share-address]");
  if (navigator.clipboard) address.hidden = true;
  else row.querySelector("[data-copy]").hidden = true;
  address.querySelector("input").addEventListener("focus", (event) => event.target.select());
  const button = row.querySelector("[data-share-sheet]");
  if (!navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { title, text, url } = button.dataset;
    try {
      await navigator.share({ title, text, url });
    } catch {
      // Closed without choosing, or refused: the other ways are still there.
    }
  });
}

/** The one place where short news is announced to screen readers. */
function status() {
  let place = document.querySelector("[data-status]");
  if (!place) {
    place = document.createElement("p");
    place.className = "visually-hidden";
    place.dataset.status = "";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  return place;
}

/** Under pressure a form asks for a calculation; only then is the code for it fetched. */
async function proveUnderPressure(form) {
  const place = form.querySelector("[data-proof]");
  if (!place) return;
  try {
    const { prove } = await import(place.dataset.script);
    prove(form, place);
  } catch {
    // Without it the words beside the button hold: wait, then send.
  }
}

/** Escape closes the open menu and leads back to its button. */
function closeOnEscape(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

function prepare(root) {
  const forms = root.matches?.("form") ? [root] : root.querySelectorAll("form[data-form]");
  for (const form of forms) {
    sendOnce(form);
    fetchScript(form);
    proveUnderPressure(form);
  }
  for (const button of root.querySelectorAll("[data-copy]")) offerCopying(button);
  for (const row of root.querySelectorAll("[data-share]")) offerSharing(row);
}

status();
prepare(document);
document.querySelector("[data-error-summary]")?.focus();
handOnTag();
for (const link of document.querySelectorAll("[data-form-link]")) fetchForm(link);
for (const menu of document.querySelectorAll(".masthead details")) closeOnEscape(menu);
// Coming back with the browser's own button must find forms that can be sent.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(wake);
});
