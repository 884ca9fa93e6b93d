// Keep the progress of a mail to attendees on the screen true while its copies leave.

import { follow, replaceText } from "./progress.js";

const SECONDS = 2;

const box = document.querySelector("[data-message-progress]");

follow(box, SECONDS, (fresh) => {
  box.querySelector("progress").value = fresh.querySelector("progress").value;
  replaceText(box, fresh, ".messages__bar span");
  replaceText(box, fresh, "[data-message-status]");
});
