/*
 * <ask-form data-about-url="…" data-names-url="…">: what follows from the company's name, while it
 * is typed: names that begin so, the page that is meant or opens, and its products.
 *
 * Both come as HTML, the very parts that the page without scripts has. While no company is named,
 * or only a guessed one, the title is asked what it is about.
 */

const PAUSE = 250; // ms without a key before asking

class AskForm extends HTMLElement {
  #pause;
  #asked;

  connectedCallback() {
    this.form = this.querySelector("form[data-draft]");
    this.company = this.form.elements.company;
    this.about = this.querySelector("[data-about]");
    this.names = this.querySelector("datalist");
    this.status = this.querySelector("[data-announce]");
    this.text = this.form.elements.title;
    this.#asked = this.company.defaultValue.trim(); // What the page was made for.
    this.company.addEventListener("input", () => this.#typed());
    this.text.addEventListener("change", () => this.#guess());
    this.#typed(); // What was typed before this came is followed as well.
    if (this.text.value !== this.text.defaultValue) this.#guess();
  }

  disconnectedCallback() {
    clearTimeout(this.#pause);
  }

  #typed() {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#follow(), PAUSE);
  }

  async #follow() {
    const name = this.company.value.trim();
    if (name === this.#asked) return;
    this.#asked = name;
    const isListed = [...this.names.options].some((option) => option.value === name);
    const [names, about] = await Promise.all([
      isListed ? null : ask(this.dataset.namesUrl, { text: name }),
      ask(this.dataset.aboutUrl, { company: name }),
    ]);
    if (name !== this.#asked) return;
    if (names) this.names.replaceChildren(names);
    if (about) this.#show(about);
  }

  async #guess() {
    const guessed = this.about.querySelector("[data-company]")?.dataset.company;
    const text = this.text.value.trim();
    if (!text || (this.company.value && this.company.value !== guessed)) return;
    const about = await ask(this.dataset.aboutUrl, { text });
    if (text !== this.text.value.trim()) return; // It is about what stood there.
    const company = about?.querySelector("[data-company]")?.dataset.company;
    if (!company || (this.company.value && this.company.value !== guessed)) return;
    this.company.value = this.#asked = company;
    this.#show(about);
  }

  /* What somebody has filled in or is in stays, if there is still a place for it. */
  #show(fragment) {
    if (this.about.contains(document.activeElement)) return;
    for (const field of this.about.querySelectorAll("input:not([type=hidden], [type=radio])")) {
      const same = fragment.getElementById(field.id);
      if (same && field.value) same.value = field.value;
    }
    this.about.replaceChildren(fragment);
    this.status.textContent = this.about.querySelector("[data-say]")?.dataset.say ?? "";
  }
}

/* A courtesy: without an answer the form works as it stands. */
async function ask(address, parameters) {
  try {
    const answer = await fetch(`${address}?${new URLSearchParams(parameters)}`);
    if (!answer.ok) return null;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return template.content;
  } catch {
    return null;
  }
}

customElements.define("ask-form", AskForm);
