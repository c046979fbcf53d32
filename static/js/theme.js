/* Switches between light and dark at once; the form tells the server, which remembers. */

const form = document.querySelector("[data-theme-switch]");

form?.addEventListener("submit", (event) => {
  const chosen = event.submitter;
  if (!chosen) return;
  event.preventDefault();

  const root = document.documentElement;
  if (chosen.value === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen.value;
  for (const button of form.querySelectorAll("button")) {
    if (button === chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" }).catch(
    () => {}, // Not remembered, but shown: no reason to trouble anybody.
  );
});
