/*
 * Looks after drafts: drafts.js comes when somebody goes into a form[data-draft], or at once where
 * something was left before.
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
