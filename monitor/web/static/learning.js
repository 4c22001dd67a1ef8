// Keyboard of /latih: a key presses the button, or chooses the tone, that carries it.
// Nothing is pressed while somebody types, chooses in a list, or holds a modifier.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches?.("textarea, select, input:not([type=radio])")) return;
  const found = document.querySelector(`#learning [data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  found.click();
});
