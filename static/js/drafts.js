/* Nothing is typed twice: what is written in a form[data-draft] is kept in this browser at once and
   on the server after a pause, and is put back when its page opens again. The server knows which
   version a text was made from; what another window has saved is shown beside one's own. */

const shapes = document.getElementById("drafts");
const words = shapes.dataset;
const here = location.pathname + location.search;
const QUIET_MS = 1500, STORE_MS = 250, WAIT_MS = 2000, RETRY_MS = 10_000, KEPT_MS = 30 * 86_400_000;
const NO_WORDS = new Set(["csrf_token", "draft", "draft_version", "draft_beside", "email", "homepage", "picture_alt"]);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward"; // to what may be posted
const drafts = new Map();

const random = () => crypto.getRandomValues(new Uint8Array(16)).reduce((hex, byte) => hex + byte.toString(16).padStart(2, 0), "");
const shape = (selector) => shapes.content.querySelector(selector).cloneNode(true);
const inOne = ({ title, body }) => [title, body].filter(Boolean).join("\n\n");

/* The browser's storage may be forbidden or full: then there is the server. */
function attempt(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

const drop = (name) => attempt(() => localStorage.removeItem(name));

function typed(form) {
  const isWord = ([name, value]) => !NO_WORDS.has(name) && value && typeof value === "string";
  return Object.fromEntries([...new FormData(form)].filter(isWord));
}

/* What the page came with, whatever has been typed since. */
function initial(form) {
  const fields = {};
  for (const { name, type, value, options, defaultChecked, defaultValue } of form.elements) {
    if (options) fields[name] = ([...options].find((one) => one.defaultSelected) ?? options[0])?.value;
    else if (!/radio|checkbox/.test(type)) fields[name] = defaultValue;
    else if (defaultChecked) fields[name] = value;
  }
  return fields;
}

function fill(form, fields) {
  for (const control of form.elements) {
    const { name, type } = control, value = fields[name] ?? "";
    if (!name || NO_WORDS.has(name) || /submit|button|file/.test(type)) continue;
    if (/radio|checkbox/.test(type)) control.checked = control.value === value;
    else if (control.value !== value && (value || type !== "select-one")) {
      control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

class Draft {
  constructor(form) {
    this.form = form;
    this.place = form.dataset.draft;
    this.name = `draft:${random()}`; // of the entry here: two windows do not write over each other
    this.key = this.hidden("draft").value || random();
    this.version = Number(this.hidden("draft_version").value);
    this.saved = initial(form); // what the server has, as far as we know
    this.unanswered = []; // what was sent and may have arrived
    const panel = form.querySelector(".draft-other");
    if (panel) this.compare(panel, { key: this.key, version: this.version, fields: JSON.parse(this.hidden("draft_beside").value) });
  }

  hidden(name) {
    if (!this.form.elements[name]) this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name }));
    return this.form.elements[name];
  }

  isSaved(fields = typed(this.form), as = this.saved) {
    return [...this.form.elements].every(({ name }) => NO_WORDS.has(name) || (fields[name] ?? "") === (as[name] ?? ""));
  }

  touch() {
    this.storing ??= setTimeout(() => this.store(), STORE_MS);
    this.saveIn(QUIET_MS);
  }

  saveIn(length) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), length);
  }

  store() {
    clearTimeout(this.storing);
    this.storing = null;
    if (this.isLeaving) return; // What the server answers then is of a text that is being posted.
    const { place, key, version } = this, fields = typed(this.form), saved = this.isSaved(fields);
    const entry = { owner: words.owner, path: here, at: Date.now(), place, key, version, fields, saved };
    this.isStored = attempt(() => {
      localStorage[this.name] = JSON.stringify(entry);
      return (sessionStorage[`draft:${place}`] = this.name);
    });
  }

  resume({ name, key, version, fields }) {
    Object.assign(this, { name, key, version, isResumed: true });
    fill(this.form, fields);
    this.say(words.restored);
    return this.save();
  }

  save() {
    clearTimeout(this.waiting);
    if (this.storing) this.store();
    if (this.other || this.isSaved()) return null;
    return (this.sending ??= this.send().finally(() => (this.sending = null)));
  }

  async send(isAgain) {
    const fields = typed(this.form), own = { draft: this.key, draft_version: this.version, draft_place: this.place };
    const body = new URLSearchParams({ ...fields, ...own, draft_owner: words.owner, csrf_token: this.hidden("csrf_token").value });
    this.unanswered.push(fields);
    let answer, said = {};
    try {
      const keepalive = `${body}`.length < 60_000; // as much as may outlive the page
      answer = await fetch(words.address, { method: "POST", body, keepalive, headers: { Accept: "application/json" } });
      said = await answer.json();
    } catch {} // It is said below.
    this.isOffline = !said.message && !answer?.ok;
    if (answer?.ok) this.adopt(said, fields);
    else if (said.fields && this.unanswered.some((sent) => this.isSaved(sent, said.fields))) this.adopt(said, said.fields);
    else if (said.fields) return this.clash(said);
    else if (said.token && !isAgain) {
      for (const input of document.querySelectorAll("[name=csrf_token]")) input.value = said.token;
      return this.send(true);
    } else {
      if (this.isOffline) this.saveIn(RETRY_MS);
      return this.say(said.message ?? (this.isStored ? words.offline : words.nowhere), said.signed_out);
    }
    if (!this.isSaved()) this.saveIn(QUIET_MS);
  }

  adopt({ key, version, saved_at }, fields) {
    Object.assign(this, { key: key || random(), version, saved: fields, unanswered: [], other: null });
    this.hidden("draft").value = key;
    this.hidden("draft_version").value = version;
    this.store();
    this.say(saved_at ? words.saved.replace("{time}", clock.format(new Date(saved_at))) : "");
  }

  say(text, isSignedOut) {
    let line = this.form.querySelector(".draft-line");
    if (!line) (this.form.querySelector(".form-actions") ?? this.form).append((line = shape(".draft-line")));
    const [said, button] = line.children;
    said.textContent = text;
    if (isSignedOut) said.append(" ", Object.assign(shape("a[data-sign-in]"), { search: new URLSearchParams({ next: here + location.hash }) }));
    button.hidden = !this.version;
    button.setAttribute("formaction", `${words.address}/${this.key}/delete`);
  }

  clash(newer) {
    const panel = shape(".draft-other"), area = this.form.querySelector("textarea");
    (area.closest(".field") ?? area).before(panel);
    this.compare(panel, newer);
  }

  /* Show the other text; whichever is chosen, the one that is not stays in sight. */
  compare(panel, newer) {
    const text = panel.querySelector(".draft-text");
    text.textContent = inOne(newer.fields);
    this.other = newer;
    let beside = newer.fields;
    panel.addEventListener("click", (event) => {
      const choice = event.target.closest("button")?.value;
      if (!choice) return;
      event.preventDefault();
      const isMine = choice === "mine"; // and not on the server yet
      if (this.other) this.adopt({ ...this.other, ...(isMine && { saved_at: "" }) }, this.other.fields);
      if (!isMine) {
        const mine = typed(this.form);
        fill(this.form, beside);
        text.textContent = inOne((beside = mine));
      }
      panel.querySelector("b").textContent = words[choice];
      panel.querySelector("span").textContent = words.stays;
      panel.querySelector("[value=mine]").hidden = true;
      this.save();
    });
  }

  leave() {
    this.isLeaving = true;
    this.storing = clearTimeout(this.storing);
    clearTimeout(this.waiting);
    if (!this.isOffline) drop(this.name);
  }
}

function draftOf(form) {
  if (form?.dataset.draft && !drafts.has(form)) drafts.set(form, new Draft(form));
  return drafts.get(form);
}

function offer(draft, entry) {
  const box = shape(".draft-offer");
  box.querySelector("b").textContent = (entry.fields.title ?? entry.fields.body).slice(0, 80);
  box.querySelector("time").textContent = clock.format(entry.at);
  box.addEventListener("click", (event) => {
    const chosen = event.target.closest("a, button");
    if (!chosen) return;
    event.preventDefault();
    if (chosen.href) draft.resume(entry);
    else drop(entry.name);
    box.remove();
  });
  draft.form.before(box);
}

/* What earlier pages have left here. The form of most places holds what the server has; a question
   is gone on with where it was typed, and offered elsewhere. */
function open(draft, found) {
  const isQuestion = draft.place === "ask", isShown = !isQuestion || draft.version;
  const isTyped = !cameBack || draft.form.contains(document.activeElement);
  if (isTyped && !draft.isSaved()) draft.touch(); // before this script was there
  const own = attempt(() => sessionStorage[`draft:${draft.place}`]);
  for (const entry of found.sort((one, other) => (other.name === own) - (one.name === own) || other.at - one.at)) {
    if (isQuestion && isShown && entry.key !== draft.key) continue;
    if (isShown && (entry.saved || draft.isSaved(entry.fields))) drop(entry.name);
    else if (draft.isResumed) continue;
    else if (isShown || (entry.name === own && entry.path === here)) draft.resume(entry);
    else if (!entry.saved || !words.owner) offer(draft, entry);
  }
}

function load() {
  const names = attempt(() => Object.keys(localStorage)) ?? [];
  const entries = names.filter((name) => name.startsWith("draft:")).map((name) => ({ name, ...attempt(() => JSON.parse(localStorage[name])) }));
  for (const { name, at } of entries) if (!(at > Date.now() - KEPT_MS)) drop(name);
  for (const { place } of entries) document.dispatchEvent(new CustomEvent("draft:found", { detail: place }));
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const found = entries.filter(({ place, owner }) => place === form.dataset.draft && (!owner || owner === words.owner));
    open(draftOf(form), found);
  }
  for (const hint of document.querySelectorAll("[data-draft-waits]")) {
    hint.hidden = !entries.some(({ place }) => place === hint.dataset.draftWaits);
  }
}

/* Before a form is sent the server has all of it, so that posting takes the draft with it. */
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event, draft = drafts.get(form);
  if (form.matches("[data-leaves]")) return each((one) => one.save(one.leave()))();
  if (!draft || draft.isLeaving) return;
  if (submitter?.name === "delete_draft" || draft.isSaved()) return draft.leave();
  event.preventDefault();
  event.stopPropagation();
  await Promise.race([draft.save(), new Promise((done) => setTimeout(done, WAIT_MS))]);
  draft.leave();
  form.requestSubmit(submitter);
}, true);

const each = (work) => () => drafts.forEach((draft) => work(draft));
const stay = each((draft) => (draft.isLeaving = false));
addEventListener("submit", (event) => event.defaultPrevented && stay());
addEventListener("pageshow", stay);
for (const name of ["visibilitychange", "pagehide", "online"]) addEventListener(name, each((draft) => draft.isLeaving || draft.save()));
document.addEventListener("input", (event) => draftOf(event.target.form)?.touch());
load();
for (const form of document.querySelectorAll("form[data-draft]")) {
  if (!draftOf(form).isSaved()) draftOf(form).touch(); // It was typed before this came.
}
