/*
 * Names that complete themselves after an "@" in a <writing-box>: first of those who speak on this
 * page, then of everybody. The list stands below the text area, whose focus it never takes.
 */

const { people: url, offered } = document.querySelector("#writing").dataset;
const MOST = 8;
const LEAST = 2; // letters before everybody is looked through
const NAME = /(?:^|[\s([{>*_~"'“‘,;:!?…—])@([^\s@]{0,30})$/;

const list = document.createElement("ul");
const said = document.createElement("p");
list.id = "people-offered";
list.className = "people-offered";
list.role = "listbox";
list.ariaLabel = document.querySelector("#writing").dataset.names;
said.className = "visually-hidden";
said.role = "status";

let area = null; // the text area that names are offered for
let shown = [];
let asked;
let turnedDown = -1; // where the name begins that nobody is wanted for

/* Who speaks on this page, in order. */
function speakers() {
  const found = new Map();
  for (const link of document.querySelectorAll(".speaker > a")) {
    const username = decodeURIComponent(link.pathname.split("/").pop());
    if (!found.has(username)) found.set(username, { username, name: link.textContent });
  }
  return [...found.values()];
}

function begins(one, typed) {
  const words = `${one.username} ${one.name}`.toLocaleLowerCase().split(" ");
  return words.some((word) => word.startsWith(typed.toLocaleLowerCase()));
}

async function complete(box) {
  area = box;
  const { selectionStart: from, selectionEnd: to, value } = box;
  const found = from === to ? NAME.exec(value.slice(Math.max(0, from - 40), from))?.[1] : undefined;
  const typed = value.lastIndexOf("@", from - 1) === turnedDown ? undefined : found;
  asked = typed;
  if (found === undefined) turnedDown = -1;
  const here = typed === undefined ? [] : speakers().filter((one) => begins(one, typed));
  offer(here);
  if ((typed ?? "").length < LEAST || here.length >= MOST) return;
  try {
    const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
    const found = answer.ok ? (await answer.json()).people : [];
    const others = found.filter((one) => !here.some((known) => known.username === one.username));
    if (typed === asked && document.activeElement === box) offer([...here, ...others]);
  } catch {} // A courtesy: those of this page are offered already.
}

function offer(people) {
  shown = people.slice(0, MOST);
  list.replaceChildren(
    ...shown.map((one, at) => {
      const row = document.createElement("li");
      const name = document.createElement("b");
      row.id = `${list.id}-${at}`;
      row.role = "option";
      name.textContent = one.name;
      row.append(name, ` @${one.username}`);
      return row;
    }),
  );
  if (shown.length && area.nextElementSibling !== list) area.after(list, said);
  list.hidden = !shown.length;
  const words = shown.length ? offered.replace("{n}", shown.length) : "";
  if (said.textContent !== words) said.textContent = words;
  point(0);
}

function point(at) {
  for (const [place, row] of [...list.children].entries()) row.ariaSelected = place === at;
  for (const [name, id] of [["aria-controls", list.id], ["aria-activedescendant", list.children[at]?.id]]) {
    if (shown.length) area?.setAttribute(name, id);
    else area?.removeAttribute(name);
  }
}

function choose(at) {
  const from = area.selectionStart;
  const begin = area.value.lastIndexOf("@", from - 1);
  area.closest("writing-box").put(begin, from, `@${shown[at].username} `);
  offer([]);
}

list.addEventListener("mousedown", (event) => {
  event.preventDefault(); // The text area keeps the focus.
  const at = [...list.children].indexOf(event.target.closest("li"));
  if (at >= 0) choose(at);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("writing-box textarea") && !event.isComposing) complete(event.target);
});

document.addEventListener("focusout", () => offer([]));
if (document.activeElement?.matches("writing-box textarea")) complete(document.activeElement); // The "@" that this came with.

/* Before the box itself, where Enter goes on with a list. */
document.addEventListener(
  "keydown",
  (event) => {
    if (event.target !== area || !shown.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = [...list.children].findIndex((row) => row.ariaSelected === "true");
    const count = shown.length;
    if (event.key === "ArrowDown") point((at + 1) % count);
    else if (event.key === "ArrowUp") point((at + count - 1) % count);
    else if (event.key === "Enter" || event.key === "Tab") choose(at);
    else if (event.key === "Escape") {
      turnedDown = area.value.lastIndexOf("@", area.selectionStart - 1);
      offer([]);
    } else return;
    event.preventDefault();
  },
  true,
);
