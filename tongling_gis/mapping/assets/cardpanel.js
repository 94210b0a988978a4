// The panel beside the map in which cards open.

/** The panel beside the map that shows one card. */
class CardPanel {
  constructor(element, results, actions) {
    Object.assign(this, { element, results, actions });
  }

  /** Show a record's card; its heading takes the focus where the reader asked for it. */
  open(kind, key, { focus }) {
    const table = CARD_TABLES[kind];
    const record = records.find(table, key);
    const title = record ? records.title(table, record) : say("notFound", { id: key });
    const body = record ? [...CARD_MAKERS[kind](record, String(key), this.results), ...otherSections(kind, key)].filter(Boolean) : [];
    if (record && !body.some((part) => part.tagName === "SECTION")) body.push(el("p", { class: "quiet" }, words.noFacts));
    this.element.replaceChildren(this.head(kind, key, title, record), el("div", { class: "card-body" }, body));
    this.element.setAttribute("aria-label", title);
    this.element.hidden = false;
    this.element.querySelector(".card-body").scrollTop = 0;
    if (focus) this.element.focus({ preventScroll: true });
    return title;
  }

  head(kind, key, title, record) {
    const copy = el("button", { type: "button", class: "plain", onclick: () => copyAddress(copy) }, words.copyLink);
    const placed = record && this.actions.isPlaced(kind, key);
    return el(
      "header",
      { class: "card-head" },
      el("div", { class: "card-title" },
        el("p", { class: "quiet" }, words[kind], record && el("span", { class: "key" }, String(key))),
        el("h2", {}, title)),
      el("button", { type: "button", class: "close", "aria-label": words.close, title: words.close, onclick: this.actions.close }, "×"),
      el("p", { class: "card-actions" },
        record && el("a", { class: "plain", href: hashOf(kind, key, true) }, words.fullRecord),
        placed && el("button", { type: "button", class: "plain", onclick: () => this.actions.locate(kind, key) }, words.locate),
        placed && kind === "compound" && el("button", { type: "button", class: "plain", onclick: () => this.actions.edit(key) }, words.drawFromCard),
        record && copy,
        record && !placed && el("span", { class: "quiet" }, words.withoutPlace)),
    );
  }

  close() {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  get isOpen() {
    return !this.element.hidden;
  }
}

/** Copy the page's address with the card; where the browser forbids it, select nothing and say nothing. */
async function copyAddress(button) {
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = words.copied;
  } catch {
    window.prompt(words.copyLink, location.href);
  }
}
