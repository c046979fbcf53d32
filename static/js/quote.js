/*
 * Quoting a passage of what somebody wrote into the answer: the words that are selected in it, or
 * all of it. "Quote" stands under each text, and beside a selection.
 */

const area = document.querySelector("#answer writing-box textarea");
const { quote: label, wrote } = document.querySelector("#writing").dataset;
const beside = document.createElement("button");
beside.type = "button";
beside.className = "button button-small quote-beside";
beside.textContent = label;
beside.hidden = true;
document.body.append(beside);

const proseOf = (node) => (node?.nodeType === 1 ? node : node?.parentElement)?.closest("article .prose, .replies .prose");

/* The text that holds the whole selection, and its words. */
function selected() {
  const selection = getSelection();
  const text = selection.toString().trim();
  const prose = proseOf(selection.anchorNode);
  return text && prose && prose === proseOf(selection.focusNode) ? { prose, text } : null;
}

function quote(prose, text) {
  const link = prose.parentElement.querySelector(".speaker > a");
  const name = link ? `@${decodeURIComponent(link.pathname.split("/").pop())}` : (prose.parentElement.querySelector(".speaker > b")?.textContent ?? "");
  const lines = text.split("\n").map((line) => `> ${line}`.trimEnd());
  const { selectionEnd: at, value } = area;
  const gap = at ? (value.slice(0, at).endsWith("\n") ? "\n" : "\n\n") : "";
  area.closest("writing-box").put(at, at, `${gap}${wrote.replace("{name}", name)}\n\n${lines.join("\n")}\n\n`);
  area.scrollIntoView({ block: "center" });
  beside.hidden = true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-quote]");
  if (!link) return;
  event.preventDefault();
  const prose = link.closest(".reply, .comments > li").querySelector(".prose");
  const found = selected();
  quote(prose, found?.prose === prose ? found.text : prose.innerText.trim());
});

beside.addEventListener("mousedown", (event) => event.preventDefault()); // The selection stays.
beside.addEventListener("click", () => {
  const found = selected();
  if (found) quote(found.prose, found.text);
});

document.addEventListener("selectionchange", () => {
  const found = selected();
  beside.hidden = !found;
  if (!found) return;
  const box = getSelection().getRangeAt(0).getBoundingClientRect();
  beside.style.insetBlockStart = `${scrollY + box.bottom + 6}px`;
  beside.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - 120))}px`;
});
