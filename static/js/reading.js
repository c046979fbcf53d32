/* The time zone that the device says, offered where none has been chosen. Saving is up to the person. */

const form = document.querySelector("form[data-reading]");
const select = form?.elements.namedItem("time_zone");
const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = [...(select?.options ?? [])].some((option) => option.value === device);

if (select && select.value === "" && known) {
  select.value = device;
  const guess = form.querySelector("[data-guess]");
  guess.hidden = false;
  select.after(guess); // beside what it is about
}
