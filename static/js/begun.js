/*
 * Looks after drafts: drafts.js comes when the page has settled, so that it is there if the line goes
 * down later; before that when somebody goes into a form[data-draft], or where something was left.
 */

const { script } = document.querySelector("#drafts").dataset;

async function come() {
  try {
    await import(script);
    for (const name of ["focusin", "input"]) document.removeEventListener(name, enter);
  } catch {} // The line is down: the next word asks again.
}

function enter(event) {
  if (event.target.form?.dataset.draft) come();
}

/* The browser may forbid its storage. */
function wasLeft() {
  try {
    return Object.keys(localStorage).some((name) => name.startsWith("draft:"));
  } catch {
    return false;
  }
}

for (const name of ["focusin", "input"]) document.addEventListener(name, enter);
if (wasLeft() || document.querySelector(".draft-other")) come();
else if (document.querySelector("form[data-draft]")) (window.requestIdleCallback ?? setTimeout)(come);
