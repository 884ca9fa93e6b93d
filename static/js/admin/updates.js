// Keep the progress of an update by mail on the screen true while its copies leave.

import { follow, replaceText } from "./progress.js";

const SECONDS = 3;

const box = document.querySelector("[data-update-progress]");

follow(box, SECONDS, (fresh) => {
  box.querySelector("progress").value = fresh.querySelector("progress").value;
  replaceText(box, fresh, ".messages__bar span");
  replaceText(box, fresh, "[data-update-status]");
});
