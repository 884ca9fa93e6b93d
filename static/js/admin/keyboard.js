// What screens have in common that are worked from the keyboard.

// Return a function that lets screen readers say a sentence in `element`, also the same one twice.
export function speaker(element) {
  return (text) => {
    element.textContent = "";
    // An empty moment in between lets the same sentence be read out again.
    requestAnimationFrame(() => {
      element.textContent = text;
    });
  };
}

// Whether letters go into this element, and are no keys of the screen.
export function isTyping(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

// Press what is on the screen for `key`: its aria-keyshortcuts names it. A field is gone into.
export function pressTarget(target) {
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else {
    target.click();
  }
}
