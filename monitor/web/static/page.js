// Keeps what a person is typing: a live part does not refresh while a menu in it is open.
// No request is made while the tab is hidden, and a lost connection shows.
"use strict";

const inUse = (part) =>
  part.querySelector("details[open] form") !== null ||
  (part.contains(document.activeElement) &&
    document.activeElement.matches("textarea, select"));

document.addEventListener("htmx:before:request", (event) => {
  const part = event.target;
  if (!part.matches("[data-live]")) return;
  const held = inUse(part);
  part.classList.toggle("waits", held);
  if (held || document.hidden) event.preventDefault();
});

// An answer that changed something closes the menu it came from, before the parts refresh.
document.addEventListener(
  "decided",
  (event) => event.target.closest?.("details")?.removeAttribute("open"),
  true,
);

// Clicking beside an open menu, or Escape, closes it unless words in it were changed.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    const area = menu.querySelector("textarea");
    if (menu !== except && (!area || area.value === area.defaultValue)) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null));
document.addEventListener(
  "toggle",
  (event) => event.target.open || event.target.closest?.("[data-live]")?.classList.remove("waits"),
  true,
);

document.addEventListener("htmx:error", () => document.body.classList.add("is-offline"));
document.addEventListener("htmx:response:error", (event) => {
  if (event.target.matches?.("[data-live]")) document.body.classList.add("is-offline");
});
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response.status < 400) document.body.classList.remove("is-offline");
});
