/* The panel of keys, which is their page in a dialog, and the choice to turn single keys off. */

const OFF = "no-single-keys"; // as keys.js knows it
let panel = null;

/* The browser may forbid its storage, or be full. */
function stored(work) {
  try {
    return work(localStorage);
  } catch {
    return null;
  }
}

export async function show(link) {
  panel ??= await made(link);
  panel.showModal();
}

async function made(link) {
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.className = "keys-panel";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const close = Object.assign(document.createElement("button"), { className: "button button-small", textContent: link.dataset.close });
  close.addEventListener("click", () => dialog.close());
  dialog.append(close, page.querySelector(".keys"));
  for (const sheet of page.querySelectorAll("link[rel=stylesheet]")) {
    if (!document.querySelector(`link[href="${CSS.escape(sheet.getAttribute("href"))}"]`)) document.head.append(sheet);
  }
  document.body.append(dialog);
  offer(dialog);
  return dialog;
}

function offer(part) {
  const box = part.querySelector("#single-keys");
  if (!box) return;
  box.checked = !stored((storage) => storage.getItem(OFF));
  box.closest("[data-single-keys]").hidden = false;
  box.addEventListener("change", () => {
    stored((storage) => (box.checked ? storage.removeItem(OFF) : storage.setItem(OFF, "1")));
  });
}

offer(document);
