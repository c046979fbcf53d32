/* Small helps for every form: text areas that grow, a summary of errors that takes the focus, a
   form that is sent once even when its button is pressed twice, and a page that stands still when
   a button of it is pressed. */

const grows = !CSS.supports("field-sizing", "content");

function grow(area) {
  area.style.blockSize = "auto";
  area.style.blockSize = `${area.scrollHeight + 2}px`;
}

if (grows) {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });
  for (const area of document.querySelectorAll("textarea")) {
    if (area.value) grow(area);
  }
}

document.querySelector(".error-summary")?.focus();

/* A sent form is remembered, not disabled: a disabled button would lose the focus, and its name
   and value would not be sent. Coming back through the history makes everything pressable again. */
const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  event.submitter?.setAttribute("aria-disabled", "true");
});

addEventListener("pageshow", () => {
  sent.clear();
  for (const button of document.querySelectorAll("button[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
  }
});

/* A pressed verdict opens the same page anew. The button keeps its place under the pointer, and the
   focus, unless what was pressed has moved it elsewhere. */
const PRESSED = "pressed";
const alike = (action) => [...document.querySelectorAll(`button[formaction="${CSS.escape(action)}"]`)];

document.addEventListener("submit", (event) => {
  const action = event.submitter?.getAttribute("formaction");
  if (event.defaultPrevented || !action) return;
  sessionStorage.setItem(
    PRESSED,
    JSON.stringify({
      action,
      path: location.pathname,
      place: alike(action).indexOf(event.submitter),
      top: event.submitter.getBoundingClientRect().top,
    }),
  );
});

addEventListener("load", () => {
  const pressed = JSON.parse(sessionStorage.getItem(PRESSED));
  sessionStorage.removeItem(PRESSED);
  if (pressed?.path !== location.pathname) return;
  const button = alike(pressed.action)[pressed.place];
  if (!button) return;
  // After the browser has gone to the reply that the address names.
  requestAnimationFrame(() => {
    scrollBy({ top: button.getBoundingClientRect().top - pressed.top, behavior: "instant" });
    button.focus({ preventScroll: true });
  });
});
