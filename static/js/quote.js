/*
 * Quoting a passage of what somebody wrote into the answer: the words that are selected in it, or
 * all of it. "Quote" stands under each text, and beside a selection.
 */

const TEXTS = "article .prose, .replies .prose";
const area = document.querySelector("#answer writing-box textarea");
const { quote: label, wrote } = document.querySelector("#writing").dataset;
const beside = Object.assign(document.createElement("button"), {
  type: "button",
  className: "button button-small quote-beside",
  textContent: label,
});
document.body.append(beside);

const proseOf = (node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(TEXTS);

/* The text that holds the whole selection, and its words. */
function selected() {
  const selection = getSelection();
  const text = selection.toString().trim();
  const prose = proseOf(selection.anchorNode);
  return text && prose && prose === proseOf(selection.focusNode) ? { prose, text } : null;
}

function quote({ prose, text }) {
  const speaker = prose.parentElement.querySelector(".speaker > :is(a, b)");
  const name = speaker?.pathname ? `@${decodeURIComponent(speaker.pathname.split("/").pop())}` : (speaker?.textContent ?? "");
  const { selectionEnd: at, value } = area;
  const gap = !at ? "" : value[at - 1] === "\n" ? "\n" : "\n\n";
  const lines = text.split("\n").map((line) => `> ${line}`.trimEnd());
  area.closest("writing-box").put(at, at, `${gap}${wrote.replace("{name}", name)}\n\n${lines.join("\n")}\n\n`);
  area.scrollIntoView({ block: "center" });
  beside.hidden = true;
}

/* What a link "Quote" stands under: what is selected in it, or all of it. */
export function quoteAbove(link) {
  const prose = link.closest(".reply, .comments > li").querySelector(".prose");
  const found = selected();
  quote(found?.prose === prose ? found : { prose, text: prose.innerText.trim() });
}

function follow() {
  beside.hidden = !selected();
  if (beside.hidden) return;
  const box = getSelection().getRangeAt(0).getBoundingClientRect();
  beside.style.insetBlockStart = `${scrollY + box.bottom + 6}px`;
  beside.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - 120))}px`;
}

beside.addEventListener("mousedown", (event) => event.preventDefault()); // The selection stays.
beside.addEventListener("click", () => {
  const found = selected();
  if (found) quote(found);
});
document.addEventListener("selectionchange", follow);
follow(); // This came with a selection.
