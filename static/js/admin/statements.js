// Keep the progress of a file on the screen true while it is read.

import { follow, replaceText } from "./progress.js";

const SECONDS = 1;

const box = document.querySelector("[data-statement-progress]");

follow(box, SECONDS, (fresh) => {
  box.querySelector("progress").value = fresh.querySelector("progress").value;
  replaceText(box, fresh, ".editions__bar span");
  replaceText(box, fresh, "[data-statement-status]");
});
