// The texts that wait for their translation: from one to the next without the mouse, and no text
// that was typed is left behind unnoticed.

const form = document.querySelector(".js-translating");

if (form) {
  const fields = [...form.querySelectorAll("textarea")];
  let isChanged = false;

  form.addEventListener("input", () => {
    isChanged = true;
  });
  form.addEventListener("submit", () => {
    isChanged = false;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea")) {
      return;
    }
    event.preventDefault();
    const next = fields[fields.indexOf(event.target) + 1];
    (next || form.querySelector("[type=submit]")).focus();
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) {
      event.preventDefault();
    }
  });
}
