/*
 * Keys of the whole site: single ones, while nobody types, unless they are turned off on this
 * device; and the panel that lists them, which is the page of keys in a dialog.
 */

const link = document.querySelector("a[data-keys]");
const OFF = "no-single-keys";

/* The browser may forbid its storage, or be full. */
function stored(work) {
  try {
    return work(localStorage);
  } catch {
    return null;
  }
}

const isOn = () => !stored((storage) => storage.getItem(OFF));
let before = "";

const press = (selector) => document.querySelector(selector)?.click();

/* Goes to the next reply, or with -1 to the one before, counted from the top of the window. */
function step(by) {
  const replies = [...document.querySelectorAll(".replies > .reply")];
  const current = replies.indexOf(document.activeElement?.closest(".replies > .reply"));
  const below = replies.findIndex((reply) => reply.getBoundingClientRect().top > 1);
  const to = current >= 0 ? current + by : by > 0 ? below : below < 0 ? replies.length - 1 : below - 1;
  const reply = replies[to];
  if (!reply) return;
  reply.tabIndex = -1;
  reply.focus({ preventScroll: true });
  reply.scrollIntoView({ block: "start" });
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
  "?": () => show(),
  "/": () => document.querySelector("[role=search] input[type=search]")?.focus(),
  a: ask,
  n: () => step(1),
  p: () => step(-1),
  r: answer,
  "g h": () => press("a.wordmark"),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (!isOn() || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  const does = DOES[`${before} ${key}`] ?? DOES[key];
  before = key;
  if (!does) return;
  before = "";
  event.preventDefault();
  does();
});

async function show() {
  let panel = document.querySelector("dialog.keys-panel");
  if (!panel) {
    try {
      const answered = await fetch(link.href);
      const page = new DOMParser().parseFromString(await answered.text(), "text/html");
      panel = document.createElement("dialog");
      panel.className = "keys-panel";
      panel.setAttribute("aria-labelledby", "keys-title");
      const close = document.createElement("button");
      close.className = "button button-small";
      close.textContent = link.dataset.close;
      close.addEventListener("click", () => panel.close());
      panel.append(close, page.querySelector(".keys"));
      document.body.append(panel);
      choice(panel);
    } catch {
      return location.assign(link.href);
    }
  }
  panel.showModal();
}

function choice(part) {
  const box = part.querySelector("#single-keys");
  if (!box) return;
  box.checked = isOn();
  box.closest("[data-single-keys]").hidden = false;
  box.addEventListener("change", () => {
    stored((storage) => (box.checked ? storage.removeItem(OFF) : storage.setItem(OFF, "1")));
  });
}

link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("main .keys")) return;
  event.preventDefault();
  show();
});
document.addEventListener("keys:show", show);
choice(document);
