/*
 * <ask-box data-url="…" data-shown-url="…" data-page="…" data-company="…">: answers that exist, and
 * what they are about, while somebody types.
 *
 * It asks `data-url` for the rows as HTML, the very ones that the page without scripts shows, puts
 * them into [data-rows] and tells `data-shown-url` which of them stood before the reader's eyes. A
 * row that stays keeps its place, and a row that somebody is using stays, whatever comes in. The
 * buttons of a row are forms; here they are sent in the background and the row becomes what the
 * server answers. Which company is meant is guessed by the server until somebody chooses; from then
 * on the choice goes along.
 */

const SHORTEST = 3; // characters
const PAUSE = 250; // ms without a key before asking
const ADDRESS = 4000; // characters of a text within an address; a longer one is posted, and kept
const SEEN = 1500; // ms that rows stand still before they count as shown

class AskBox extends HTMLElement {
  #pause = 0;
  #still = 0;
  #request = null;
  #asked = "";
  #about = ""; // what somebody chose

  connectedCallback() {
    this.input = this.querySelector("input[name=text]");
    this.#about = this.#preset?.value || (history.state?.about ?? "");
    this.rows = this.querySelector("[data-rows]");
    this.status = this.querySelector("[data-announce]");
    this.#asked = this.rows.querySelector("li") ? this.input.value.trim() : "";
    // The box completes nothing, so browsers forget it: coming back brings the words and the rows.
    this.input.value ||= history.state?.asked ?? "";

    // While an input method composes, what stands in the box is not yet what is meant.
    this.input.addEventListener("input", (event) => event.isComposing || this.#typed());
    this.input.addEventListener("compositionend", () => this.#typed());
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("change", (event) => this.#choose(event));
    this.addEventListener("submit", (event) => this.#press(event));
    this.addEventListener("click", (event) => this.#open(event));
    this.addEventListener("formdata", (event) => this.#bringReason(event.formData));
    if (this.input.value.trim() !== this.#asked) this.#typed();
  }

  disconnectedCallback() {
    clearTimeout(this.#pause);
    clearTimeout(this.#still);
    this.#cancel();
  }

  get #preset() {
    return this.querySelector("input[type=hidden][name=about]");
  }

  /* A choice is never guessed away: it stays until another one is made. */
  #choose(event) {
    if (event.target.name !== "about") return;
    this.#about = event.target.value;
    this.querySelector("input[name=guessed]")?.remove();
    event.target.parentElement.querySelector("span")?.remove();
    this.#asked = "";
    this.#typed();
  }

  #typed() {
    clearTimeout(this.#pause);
    clearTimeout(this.#still);
    const text = this.input.value.trim();
    history.replaceState({ ...history.state, asked: this.input.value, about: this.#about }, "");
    if ([...text].length < SHORTEST) this.#clear();
    else if (text !== this.#asked) {
      this.#cancel();
      this.#pause = setTimeout(() => this.#ask(text), PAUSE);
    }
  }

  /* Who types on has no use for the answer any more, nor has the server for the work. */
  #cancel() {
    if (!this.#request) return;
    this.#request.abort();
    this.#request = null;
    this.#asked = "";
  }

  async #ask(text) {
    const request = (this.#request = new AbortController());
    this.#asked = text;

    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("text", fitting(text));
    if (this.#about) url.searchParams.set("about", this.#about);
    if (this.dataset.company) url.searchParams.set("company", this.dataset.company);
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: request.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const fragment = parse(await answer.text());
      if (request === this.#request) this.#show(fragment);
    } catch {
      // A courtesy: what is shown stays, the form still sends, the next key asks again.
      if (request === this.#request) this.#asked = "";
    } finally {
      if (request === this.#request) this.#request = null;
    }
  }

  #clear() {
    this.#cancel();
    this.#asked = "";
    const list = this.rows.querySelector("ol");
    if (list?.querySelector("[data-settled]")) this.#merge(list, null);
    else this.rows.replaceChildren();
    this.status.textContent = "";
  }

  /* Rows that stay keep their slot; new ones take the slots of those that go, then the end. */
  #show(fragment) {
    const old = this.rows.querySelector("ol");
    const fresh = fragment.querySelector("ol");
    if (old && (fresh || this.#inUse(old))) this.#merge(old, fresh);
    if (fragment.querySelector("[name=about]")) this.#preset?.remove();
    if (old && fresh) {
      replace(this.rows.querySelector("[data-head]"), fragment.querySelector("[data-head]"));
      replace(this.rows.querySelector(":scope > .actions"), fragment.querySelector(":scope > .actions"));
      old.dataset.say = fresh.dataset.say;
    } else if (!(old && this.#inUse(old))) {
      this.rows.replaceChildren(fragment);
    }
    const said = this.rows.querySelector("[data-say]")?.dataset.say ?? "";
    if (said !== this.status.textContent) this.status.textContent = said;
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.#shown(), SEEN);
    document.dispatchEvent(new CustomEvent("rows:changed"));
  }

  #shown() {
    const rows = [...this.rows.querySelectorAll(".suggestion:not([data-settled])")];
    if (!rows.length) return;
    const body = new FormData(rows[0].querySelector("form")); // Brings the text and the token.
    body.set("topics", rows.map((row) => row.dataset.topicId).join(" "));
    navigator.sendBeacon(this.dataset.shownUrl, body);
  }

  #merge(list, fresh) {
    const coming = new Map([...(fresh?.children ?? [])].map((row) => [row.dataset.topicId, row]));
    const leaving = [];
    for (const row of [...list.children]) {
      const same = coming.get(row.dataset.topicId);
      if (same) {
        refreshHidden(row, same);
        coming.delete(row.dataset.topicId);
      } else if (!this.#inUse(row)) {
        leaving.push(row);
      }
    }
    for (const row of coming.values()) {
      row.classList.add("is-new");
      const slot = leaving.shift();
      if (slot) slot.replaceWith(row);
      else list.append(row);
    }
    for (const row of leaving) row.remove();
  }

  /* Somebody is in it with keyboard or pen, has opened something in it, or has pressed a button. */
  #inUse(part) {
    return (
      part.contains(document.activeElement) ||
      part.matches("[data-settled]") ||
      part.querySelector("details[open], [data-settled]") !== null
    );
  }

  #key(event) {
    if (event.key !== "Escape") return;
    const opened = event.target.closest("details[open]");
    if (opened) {
      opened.open = false;
      opened.querySelector("summary").focus();
    } else {
      this.input.focus();
      this.#clear(); // The rows, not the words: nothing that was typed is ever lost.
    }
  }

  async #press(event) {
    const form = event.target;
    const row = form.closest(".suggestion");
    if (!row) return this.#openPage(form); // The ask form itself opens the next page.
    event.preventDefault();
    if (row.hasAttribute("aria-busy")) return;
    row.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form, event.submitter),
        headers: { Accept: "text/html", "X-Fragment": "row" },
      });
      if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
      this.#settle(row, parse(await answer.text()));
    } catch {
      // The plain form knows what to do: the page that opens says what went wrong, or asks to sign in.
      row.removeAttribute("aria-busy");
      submitPlainly(form, event.submitter);
    }
  }

  /* By an address that can be kept and shared, unless the text is too long for one. */
  #openPage(form) {
    const fits = encodeURIComponent(this.input.value).length <= ADDRESS;
    if (fits && form.method === "post") {
      form.method = "get";
      form.action = this.dataset.page;
      for (const token of form.querySelectorAll("[name=csrf_token]")) token.disabled = true;
    }
  }

  /* Why an answer does not fit goes along to the form that posts, though it be only typed, or on its way. */
  #bringReason(data) {
    if (!data.has("write") || data.has("reason")) return;
    const reason = [...this.rows.querySelectorAll("input[name=reason]")].find(({ value }) => value.trim());
    if (!reason) return;
    data.set("differs_from", reason.form.elements.topic_id.value);
    data.set("reason", reason.value);
  }

  #settle(row, fragment) {
    const answer = fragment.querySelector(".suggestion");
    if (!answer) throw new Error("No row in the answer.");
    answer.dataset.topicId = row.dataset.topicId;
    answer.dataset.settled = "";
    row.replaceWith(answer);
    answer.tabIndex = -1;
    answer.focus();
    document.dispatchEvent(new CustomEvent("rows:changed"));
  }

  /* Opening an answer is counted without holding up the link. */
  #open(event) {
    const link = event.target.closest("a[data-opened]");
    if (!link) return;
    const form = link.closest(".suggestion").querySelector("form");
    const body = new FormData(form);
    body.set("step", "opened");
    navigator.sendBeacon(form.action, body);
  }
}

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/* As much of a text as an address takes: the first words say what it is. */
function fitting(text) {
  return encodeURIComponent(text).length > ADDRESS ? [...text].slice(0, ADDRESS / 12).join("") : text;
}

function replace(before, after) {
  if (before && after && before.outerHTML !== after.outerHTML && !before.contains(document.activeElement)) {
    before.replaceWith(after);
  }
}

/* A row that stays still has to say what was typed now, and its rank of now. */
function refreshHidden(row, fresh) {
  for (const name of ["text", "rank"]) {
    const value = fresh.querySelector(`input[name=${name}]`)?.value;
    for (const input of row.querySelectorAll(`input[name=${name}]`)) input.value = value ?? input.value;
  }
}

function submitPlainly(form, submitter) {
  const value = document.createElement("input");
  value.type = "hidden";
  value.name = submitter.name;
  value.value = submitter.value;
  form.append(value);
  form.submit();
}

customElements.define("ask-box", AskBox);
