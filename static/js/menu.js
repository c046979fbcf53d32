/* The menu of the person who is signed in: <details> opens it, this closes it again. Whoever signs
   out by a form[data-leaves] leaves nothing of what they typed in this browser. */

const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

for (const happening of ["click", "focusin"]) {
  document.addEventListener(happening, (event) => {
    for (const menu of menus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-leaves]")) return;
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("draft:")) localStorage.removeItem(name);
    }
  } catch {} // A browser that forbids storage has kept nothing.
});
