// Reports: the button that prints, and those that copy a link. Without scripts there are none.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// What is folded away is on paper too.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll(".reporting details")) folded.open = true;
});

const status = document.querySelector("[data-status]");
const said = document.querySelector("[data-copied]")?.dataset.copied ?? "";

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const label = button.querySelector("[data-label]");
    const before = label.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
      } catch {
        // The address stands beside the button, to be selected by hand.
        return;
      }
      label.textContent = said;
      status.textContent = "";
      status.textContent = said;
      setTimeout(() => {
        label.textContent = before;
      }, 2500);
    });
  }
}
