/*
 * What can be said to a reply without leaving the page: "Comment" opens the form of
 * <template id="comment"> below it, "Quote" and words that are selected go into the answer. Without
 * scripts, both are links to the page that has it.
 */

const shape = document.querySelector("#comment").content.firstElementChild;
const { script, quoteScript } = document.querySelector("#writing").dataset;
const labelled = shape.querySelector("label").textContent;

/* The form below a reply: the one that the page came with, or a new one. */
function formOf(link) {
  const reply = link.closest(".reply");
  const found = reply.querySelector(".comment-form");
  if (found) return found;
  const form = shape.cloneNode(true);
  const id = `comment-${link.dataset.comment}`;
  form.action = `${link.pathname}/comments#${id}`;
  form.elements.csrf_token.value = document.forms.verdict.elements.csrf_token.value; // It may be a newer one.
  form.dataset.draft = `reply:${link.dataset.comment}`;
  const [label] = form.querySelectorAll("label");
  label.htmlFor = form.querySelector("textarea").id = id;
  label.textContent = labelled.replace("{name}", reply.querySelector(".speaker > :is(a, b)").textContent);
  const box = form.querySelector("[type=checkbox]");
  if (box) box.nextElementSibling.htmlFor = box.id = `${id}-company`; // Its `labels` come with the document.
  link.closest(".reply > div").append(form);
  import(script).catch(() => {}); // It is a plain text area meanwhile.
  return form;
}

function comment(link) {
  const form = formOf(link);
  const isOpen = form.contains(document.activeElement);
  form.hidden = link.ariaExpanded === "true" && !isOpen;
  link.ariaExpanded = !form.hidden;
  if (!form.hidden) form.querySelector("textarea").focus();
}

const quoting = () => Promise.all([import(quoteScript), import(script)]);

async function quote(link) {
  try {
    const [{ quoteAbove }] = await quoting();
    quoteAbove(link);
  } catch {
    location.assign(link.href);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-comment], a[data-quote]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if ("quote" in link.dataset) quote(link);
  else comment(link);
});

/* drafts.js has found what was typed into a form that stands on no page yet. */
document.addEventListener("draft:found", ({ detail: place }) => {
  const link = document.querySelector(`a[data-comment="${CSS.escape(place.replace("reply:", ""))}"]`);
  if (link) formOf(link);
});

document.addEventListener("selectionchange", function come() {
  if (getSelection().isCollapsed) return;
  document.removeEventListener("selectionchange", come);
  quoting().catch(() => document.addEventListener("selectionchange", come));
});
