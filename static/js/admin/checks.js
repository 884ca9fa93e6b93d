// "Before you publish" in the editor's side panel: fetched when the panel is opened, after each
// time the draft is saved, and when somebody asks.

const section = document.querySelector("[data-draft-checks]");

if (section) {
  const list = section.querySelector("[data-draft-checks-list]");
  const said = section.querySelector("[data-draft-checks-said]");
  const button = section.querySelector("[data-draft-checks-again]");
  const panel = section.closest("[data-side-panel]");
  let isStale = true;
  let current = 0;

  const look = async () => {
    const { address, looking, failed } = section.dataset;
    if (!address) {
      return;
    }
    current += 1;
    const mine = current;
    isStale = false;
    said.textContent = looking;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) {
        throw new Error(String(answer.status));
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine === current) {
        const summary = fresh.querySelector("[data-checks-summary]");
        said.textContent = summary?.textContent ?? "";
        summary?.remove();
        list.replaceChildren(...fresh.body.childNodes);
      }
    } catch {
      if (mine === current) {
        isStale = true;
        said.textContent = failed;
      }
    }
  };

  const isShown = () => panel === null || !panel.hidden;
  const lookIfShown = () => {
    isStale = true;
    if (isShown()) {
      look();
    }
  };

  button?.addEventListener("click", look);
  // The panel is opened; what is typed in between is saved by Wagtail as a draft.
  if (panel) {
    new MutationObserver(() => {
      if (isShown() && isStale) {
        look();
      }
    }).observe(panel, { attributes: true, attributeFilter: ["hidden"] });
  }
  document.addEventListener("w-autosave:success", lookIfShown);
  if (isShown()) {
    look();
  }
}
