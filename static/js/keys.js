/*
 * Keys of the whole site: single ones, while nobody types, unless they are turned off on this
 * device. panel.js comes with the first "?": the page of keys in a dialog.
 */

const link = document.querySelector("a[data-keys]");
let before = "";

/* The browser may forbid its storage. */
function isOn() {
  try {
    return !localStorage.getItem("no-single-keys");
  } catch {
    return true;
  }
}

async function show() {
  try {
    await (await import(link.dataset.keys)).show(link);
  } catch {
    location.assign(link.href);
  }
}

/* Goes to the next reply, or with -1 to the one before, counted from the top of the window. */
function step(by) {
  const replies = [...document.querySelectorAll(".replies > .reply")];
  const current = replies.indexOf(document.activeElement?.closest(".replies > .reply"));
  const below = replies.findIndex((reply) => reply.getBoundingClientRect().top > 1);
  const to = current >= 0 ? current + by : by > 0 ? below : below < 0 ? replies.length - 1 : below - 1;
  const reply = replies[to];
  reply?.focus({ preventScroll: true });
  reply?.scrollIntoView({ block: "start" });
}

function answer() {
  const box = document.querySelector("#answer textarea, #answer a");
  box?.focus();
  box?.scrollIntoView({ block: "center" });
}

function ask() {
  const box = document.querySelector("#ask-text");
  if (box) box.focus();
  else location.assign(link.dataset.ask);
}

const DOES = {
  "?": show,
  "/": () => document.querySelector("[role=search] input[type=search]")?.focus(),
  a: ask,
  n: () => step(1),
  p: () => step(-1),
  r: answer,
  "g h": () => document.querySelector("a.wordmark").click(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (!isOn() || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  const does = DOES[`${before} ${key}`] ?? DOES[key];
  before = does ? "" : key;
  if (!does) return;
  event.preventDefault();
  does();
});

link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("main .keys")) return;
  event.preventDefault();
  show();
});
document.addEventListener("keys:show", show);
if (document.querySelector("main .keys")) import(link.dataset.keys);
