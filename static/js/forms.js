/* Small helps for every form: text areas that grow, a summary of errors that takes the focus, and
   a form that is sent once even when its button is pressed twice. */

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
