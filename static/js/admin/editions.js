// Keep the dossier's progress on the screen true while it is made.

import { follow, replaceText } from "./progress.js";

const SECONDS = 2;

const box = document.querySelector("[data-edition-progress]");

follow(box, SECONDS, (fresh) => {
  box.querySelector("progress").value = fresh.querySelector("progress").value;
  replaceText(box, fresh, ".editions__bar span");
  replaceText(box, fresh, "[data-edition-status]");
  const rows = box.querySelector("tbody");
  if (!rows.contains(document.activeElement)) {
    rows.replaceWith(fresh.querySelector("tbody"));
  }
});
