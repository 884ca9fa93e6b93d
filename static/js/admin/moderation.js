// Decide on photos from the keyboard: a approve, r reject, j next, k previous.

const actions = {
  a: "[data-moderation-approve]",
  r: "[data-moderation-reject]",
  j: "[data-moderation-next]",
  k: "[data-moderation-previous]",
};

function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) {
    return;
  }
  const selector = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
  const target = selector && document.querySelector(selector);
  if (!target) {
    return;
  }
  event.preventDefault();
  if (target instanceof HTMLFormElement) {
    // Shows what is missing (the description) instead of sending, as a click would.
    target.requestSubmit();
  } else {
    target.click();
  }
});
