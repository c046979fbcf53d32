/*
 * Keys of moderators: n and p step through a list, digits choose what becomes of a case, and what has
 * data-key is pressed or, where one writes, gets the focus. Single keys can be turned off (keys.js).
 */

function isOn() {
  try {
    return !localStorage.getItem("no-single-keys");
  } catch {
    return true;
  }
}

const cases = [...document.querySelectorAll("[data-step] > .case")];

/* Goes to the next case, or with -1 to the one before: to its link, so that Enter opens it. */
function step(by) {
  const at = cases.indexOf(document.activeElement?.closest(".case"));
  const next = cases[at < 0 ? (by > 0 ? 0 : cases.length - 1) : at + by];
  (next?.querySelector("h2 a") ?? next)?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function press(element) {
  if (element.matches("textarea, input:not([type=radio])")) element.focus();
  else element.click();
}

function does(key) {
  if (cases.length && (key === "n" || key === "p")) return () => step(key === "n" ? 1 : -1);
  if (cases.length && key === "t") {
    const take = document.activeElement?.closest(".case")?.querySelector("form button");
    return take && (() => take.click());
  }
  const marked = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const choice = /^[1-9]$/.test(key) && document.querySelectorAll("#ruling input[name=action]")[key - 1];
  const back = key === "u" && document.querySelector(".crumbs a");
  const found = marked ?? (choice || back);
  return found && (() => press(found));
}

for (const help of document.querySelectorAll("[data-keys-help]")) help.hidden = !isOn();

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
  if (!isOn() || isTyping || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = does(event.key.toLowerCase());
  if (!act) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  act();
}, { capture: true });
