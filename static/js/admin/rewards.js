// Rewards to send: one box ticks all rows, Shift ticks a range, and what is final asks first.

const form = document.querySelector("[data-rewards]");
const all = form?.querySelector("[data-tick-all]");
const boxes = form ? [...form.querySelectorAll('[name="delivery"]')] : [];
let last = null;

function showAll() {
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

if (all && boxes.length > 0) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const [place, box] of boxes.entries()) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, place), Math.max(last, place)];
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = place;
      showAll();
    });
  }
}

form?.addEventListener("submit", (event) => {
  const { confirm, confirmSeveral } = event.submitter?.dataset ?? {};
  const ticked = form.querySelectorAll("[name=delivery]:checked").length;
  const isWholeList = form.querySelector("[name=all]:checked") !== null;
  const isNothingTicked = boxes.length > 0 && ticked === 0 && !isWholeList;
  const question = confirm ?? (ticked > 1 || isWholeList ? confirmSeveral : undefined);
  if (question && !isNothingTicked && !window.confirm(question)) event.preventDefault();
});
