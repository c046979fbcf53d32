/*
 * <writing-box>: a text area with a toolbar, a live preview and a warning of personal data, which
 * looks at the title of the form as well. Words
 * and shapes come from <template id="writing">, and the addresses of what comes when it is wanted:
 * names.js with the first "@", pictures.js with the first picture. Whatever is typed here goes
 * through the browser's own editing, so that undo takes it back.
 */

const shapes = document.querySelector("#writing");
const SEEN = 400; // ms without a key before the preview follows
const LOOKED_AT = 900; // ms before the text is looked at for personal data
const ITEM = /^(\s*)([-*+]|(\d{1,4})([.)])|>)(\s+)(.*)$/;
const KEYS = { KeyB: "bold", KeyI: "italic", KeyK: "link", KeyE: "code" };
const SHIFTED = { Period: "quote", Digit8: "list", Digit7: "numbers" };

/* The browser may forbid its storage, or be full. */
function stored(work) {
  try {
    return work(localStorage);
  } catch {
    return null;
  }
}

/* Puts text in the place of a stretch, as if it had been typed, and selects a part of it. */
function put(field, from, to, text, start = from + text.length, end = start) {
  field.focus();
  field.setSelectionRange(from, to);
  if ((from !== to || text) && !document.execCommand(text ? "insertText" : "delete", false, text)) {
    field.setRangeText(text, from, to);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(start, end);
}

class WritingBox extends HTMLElement {
  #timers = {};
  #chooser = null;

  connectedCallback() {
    this.area = this.querySelector("textarea");
    if (!this.area || this.bar) return;
    const parts = shapes.content.cloneNode(true);
    const part = (name) => parts.querySelector(`[data-part=${name}]`);
    [this.bar, this.warning, this.shown] = [part("bar"), part("warning"), part("preview")];
    this.area.before(this.bar);
    this.area.after(this.warning, this.shown);
    if ("pictures" in this.dataset && shapes.dataset.picturesScript) this.#takePictures();
    else this.#button("picture").remove();
    const isOff = stored((storage) => storage.getItem("no-preview"));
    this.#button("preview").setAttribute("aria-pressed", this.area.rows > 2 && !isOff);
    this.#rove(this.bar.querySelector("button"));

    this.bar.addEventListener("click", (event) => this.#do(event.target.closest("button")?.dataset.do));
    this.bar.addEventListener("keydown", (event) => this.#walk(event));
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.area.addEventListener("input", () => this.#typed());
    this.area.form?.addEventListener("submit", () => Object.values(this.#timers).forEach(clearTimeout)); // It is sent.
    if (this.area.value) this.#typed();
    this.#watch(this.area, this.warning);
    const title = this.area.form?.elements.title;
    if (title) {
      const warning = this.warning.cloneNode();
      title.after(warning);
      this.#watch(title, warning);
    }
  }

  put(...change) {
    put(this.area, ...change);
  }

  // -- the toolbar -------------------------------------------------------------------------------

  #button = (name) => this.bar.querySelector(`[data-do=${name}]`);

  #rove(button) {
    for (const one of this.bar.querySelectorAll("button")) one.tabIndex = one === button ? 0 : -1;
  }

  #walk(event) {
    const buttons = [...this.bar.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const button = buttons.at(to % buttons.length);
    this.#rove(button);
    button.focus();
  }

  #do(what) {
    const does = {
      bold: () => this.#wrap("**"),
      italic: () => this.#wrap("*"),
      code: () => this.#code(),
      link: () => this.#link(),
      quote: () => this.#lines(() => "> "),
      list: () => this.#lines(() => "- "),
      numbers: () => this.#lines((number) => `${number}. `),
      picture: () => this.#choose(),
      preview: () => this.#toggle(),
      help: () => document.dispatchEvent(new CustomEvent("keys:show")),
    };
    if (!what) return;
    does[what]();
    this.#rove(this.#button(what));
  }

  #selected() {
    const { selectionStart: from, selectionEnd: to, value } = this.area;
    return { from, to, value, text: value.slice(from, to) };
  }

  #wrap(mark) {
    const { from, to, value, text } = this.#selected();
    const size = mark.length;
    if (value.slice(from - size, from) === mark && value.slice(to, to + size) === mark) {
      this.put(from - size, to + size, text, from - size, to - size);
    } else this.put(from, to, mark + text + mark, from + size, to + size);
  }

  #code() {
    const { from, to, value, text } = this.#selected();
    if (!text.includes("\n")) return this.#wrap("`");
    const before = from && value[from - 1] !== "\n" ? "\n" : "";
    this.put(from, to, `${before}\`\`\`\n${text}\n\`\`\`\n`, from + before.length + 3);
  }

  #link() {
    const { from, to, text } = this.#selected();
    if (/^https?:\/\/\S+$/.test(text)) return this.put(from, to, `[](${text})`, from + 1);
    const start = from + text.length + 3;
    this.put(from, to, `[${text}](https://)`, text ? start : from + 1, text ? start + 8 : from + 1);
  }

  /* Begins each selected line with a mark, or takes the mark away where every line has one. */
  #lines(mark) {
    const { from, to, value } = this.#selected();
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const end = value.indexOf("\n", to) < 0 ? value.length : value.indexOf("\n", to);
    const lines = value.slice(start, end).split("\n");
    const isMarked = lines.every((line, at) => line.startsWith(mark(at + 1)));
    const text = lines.map((line, at) => (isMarked ? line.slice(mark(at + 1).length) : mark(at + 1) + line)).join("\n");
    this.put(start, end, text, lines.length > 1 ? start : start + text.length, start + text.length);
  }

  // -- keys --------------------------------------------------------------------------------------

  #key(event) {
    if (event.isComposing || event.defaultPrevented) return;
    const command = event.ctrlKey || event.metaKey;
    const what = command && !event.altKey && (event.shiftKey ? SHIFTED : KEYS)[event.code];
    if (what) this.#do(what);
    else if (command && event.key === "Enter") this.#post();
    else if (event.key !== "Enter" || event.shiftKey || event.altKey || !this.#goOn()) return;
    event.preventDefault();
  }

  #post() {
    const form = this.area.form;
    form.requestSubmit(form.querySelector("button:not([name], [type=button])"));
  }

  /* Goes on with a list or a quotation, or ends it at a line that is still empty. */
  #goOn() {
    const { from, to, value } = this.#selected();
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const item = ITEM.exec(value.slice(start, from));
    if (!item || from !== to) return false;
    const [, indent, mark, number, dot, gap, text] = item;
    if (text) this.put(from, from, `\n${indent}${number ? Number(number) + 1 + dot : mark}${gap}`);
    else this.put(start, from, "\n"); // A line without anything ends it in Markdown, too.
    return true;
  }

  // -- pictures ----------------------------------------------------------------------------------

  #takePictures() {
    this.addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData;
      // Office programs copy words together with a picture of them: the words are meant.
      if (!files.length || types.includes("text/plain")) return;
      event.preventDefault();
      this.#send(files);
    });
    for (const type of ["dragover", "dragleave", "drop"]) {
      this.addEventListener(type, (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        this.classList.toggle("is-target", type === "dragover");
        if (type === "drop") this.#send(event.dataTransfer.files);
      });
    }
  }

  #choose() {
    // Kept: a browser may forget an input that stands nowhere while people still look for a file.
    this.#chooser ??= Object.assign(document.createElement("input"), { type: "file", multiple: true, accept: "image/*" });
    this.#chooser.value = ""; // The same file may be chosen again.
    this.#chooser.onchange = () => this.#send(this.#chooser.files, true);
    this.#chooser.click();
  }

  async #send(list, isChosen) {
    const files = [...list]; // The browser takes the list away with the event.
    const hold = (event) => (event.preventDefault(), event.stopImmediatePropagation());
    addEventListener("submit", hold, true); // Nothing is posted before the picture has its place.
    try {
      const { send } = await import(shapes.dataset.picturesScript);
      for (const file of files) send(this, file, isChosen);
    } catch {
      const line = Object.assign(document.createElement("li"), { className: "field-error" });
      line.textContent = this.parentElement.querySelector("template[data-pictures]").dataset.noLine;
      this.parentElement.querySelector(".picture-rows").append(line);
    }
    removeEventListener("submit", hold, true);
  }

  // -- preview and warning -----------------------------------------------------------------------

  #typed() {
    const { namesScript } = shapes.dataset;
    if (namesScript && this.area.value.includes("@")) import(namesScript).catch(() => {}); // A courtesy.
    this.#later("preview", SEEN, () => this.#preview());
  }

  #later(name, pause, work) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(work, pause);
  }

  #toggle() {
    const button = this.#button("preview");
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", isOn);
    stored((storage) => (isOn ? storage.removeItem("no-preview") : storage.setItem("no-preview", "1")));
    this.#preview();
  }

  async #preview() {
    const isWanted = this.#button("preview").getAttribute("aria-pressed") === "true";
    const html = isWanted && this.area.value.trim() ? await this.#fetch(shapes.dataset.preview) : "";
    if (html === null) return; // It could not be had: what is shown stays.
    this.shown.querySelector(".prose").innerHTML = html;
    this.shown.hidden = !html;
  }

  /* Warns of personal data in a field while it is written, and masks them there. */
  #watch(field, warning) {
    const look = () => this.#later(field.name, LOOKED_AT, () => this.#look(field, warning));
    field.addEventListener("input", look);
    warning.addEventListener("click", (event) => this.#mask(field, warning, event.target.closest("[data-masked]")));
    if (field.value) look();
  }

  async #look(field, warning) {
    const html = /@|\d.*\d.*\d.*\d/s.test(field.value) ? await this.#fetch(shapes.dataset.check, field) : "";
    if (html === null || html.trim() === warning.innerHTML.trim()) return;
    warning.innerHTML = html;
  }

  async #fetch(url, field = this.area) {
    const text = field.value;
    const token = this.area.form?.elements.csrf_token?.value;
    const body = new URLSearchParams(token ? { text, csrf_token: token } : { text });
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "text/html" } });
      return answer.ok && text === field.value ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  #mask(field, warning, button) {
    if (!button) return;
    const { at, text, masked } = button.dataset;
    const { value } = field;
    const from = value.startsWith(text, Number(at)) ? Number(at) : value.indexOf(text);
    if (from >= 0) put(field, from, from + text.length, masked);
    button.closest("li").remove();
    if (!warning.querySelector("li")) warning.replaceChildren();
  }
}

/* Nothing is shown before it has its style, nor missed if that does not come. */
const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: shapes.dataset.style });
await new Promise((done) => {
  style.onload = style.onerror = done;
  document.head.append(style);
});
customElements.define("writing-box", WritingBox);
