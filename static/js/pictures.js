/*
 * Sends a picture that a <writing-box data-pictures> was given; comes with the first one. A mark in
 * the text is replaced when the picture has come; then a line below the box asks what it shows.
 * Shape and words of that line are in <template data-pictures>.
 */

/* What is on its way is waited for; said before others take the form for sent. */
addEventListener("submit", (event) => {
  const waiting = event.target.querySelector("progress:not([hidden])")?.closest(".picture-row");
  if (!waiting) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.querySelector("[role=alert]").textContent = waiting.dataset.wait;
}, true);

export function send(box, file, isChosen) {
  const { area } = box;
  const template = box.closest(".field").querySelector("template[data-pictures]");
  const { pictures, largest, tooLarge, noLine, onItsWay } = template.dataset;
  const row = template.content.firstElementChild.cloneNode(true);
  const [image, name, error, progress, label, alt, away] = row.querySelectorAll("[data-part]");
  const list = box.parentElement.querySelector(".picture-rows");
  list.append(row);
  name.textContent = file.name;

  let mark = `![${onItsWay.replace("{name}", file.name.replace(/[[\]\\]/g, ""))}]()`;
  while (area.value.includes(mark)) mark = mark.replace("]()", "·]()");
  const at = area.selectionEnd;
  box.put(at, at, `${/(^|\n)$/.test(area.value.slice(0, at)) ? "" : "\n\n"}${mark}\n`);

  const request = new XMLHttpRequest(); // fetch() does not say how far it is.
  const end = (message) => {
    put(mark, "");
    error.textContent = message;
    away.textContent = row.dataset.close;
    progress.hidden = true;
  };
  away.onclick = () => {
    request.abort();
    put(mark, "");
    row.remove();
    area.focus();
  };
  if (file.size > largest) return end(tooLarge.replace("{size}", Math.ceil(file.size / 2 ** 20)));
  request.upload.onprogress = ({ loaded, total }) => (progress.value = loaded / total);
  request.onerror = () => end(noLine);
  request.onload = () => {
    const { markdown, url, note, error: refusal } = request.response ?? {};
    if (!url) return end(refusal?.message ?? noLine);
    put(mark, markdown);
    name.textContent += note && ` ${note}`;
    image.src = `${url}/small`;
    image.hidden = label.hidden = false;
    error.textContent = "";
    progress.hidden = away.hidden = true;
    alt.onchange = () => say(url, alt.value);
    if (isChosen) alt.focus();
  };
  alt.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // It ends the line, not the form.
    area.focus(); // Which says that the words have changed, if they have.
    row.remove();
  };
  const body = new FormData();
  body.set("picture", file);
  request.open("POST", pictures);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", area.form.elements.csrf_token?.value);
  request.send(body);

  function say(url, words) {
    const [before] = area.value.split(`](${url})`);
    const from = before.lastIndexOf("![") + 2;
    const cleaned = words.trim().replace(/[[\]\\]/g, (sign) => ({ "[": "(", "]": ")" })[sign] ?? "/");
    if (before !== area.value && from > 1) put(before.slice(from), cleaned, from);
  }

  /* In the place of other words; cursor and focus stay where they are. */
  function put(old, text, from = area.value.indexOf(old)) {
    if (from < 0) return;
    const { activeElement } = document;
    const to = from + old.length;
    const moved = (place) => (place < to ? Math.min(place, from) : place + text.length - old.length);
    box.put(from, to, text, moved(area.selectionStart), moved(area.selectionEnd));
    activeElement.focus({ preventScroll: true });
  }
}
