// Search by name, pinyin, initials or id over centres, compounds, companies and alliances.

const SEARCH_LIMIT = 12;

/** What a record is found by. */
function searchText(table, record) {
  record.searched ??= [records.title(table, record), records.keyOf(table, record), record.spelt, record.community, record.address]
    .filter(Boolean).join(" ").toLowerCase();
  return record.searched;
}

/** Whether a text holds every word that is asked for. */
function isFound(text, query) {
  return query.toLowerCase().split(/\s+/).every((part) => text.includes(part));
}

class Search {
  constructor(box, list, choose) {
    Object.assign(this, { box, list, choose, active: -1, entries: [] });
    this.index = Object.entries(CARD_TABLES).flatMap(([kind, table]) =>
      records.all(table).map((record) => {
        const key = records.keyOf(table, record);
        const name = records.title(table, record);
        const place = record.community ?? record.address ?? "";
        return { kind, key, name, place, spelt: (record.spelt ?? "").split(" "), text: searchText(table, record) };
      }));
    box.placeholder = words.searchHint;
    box.setAttribute("aria-label", words.search);
    list.setAttribute("aria-label", words.searchResults);
    box.addEventListener("input", () => this.update());
    box.addEventListener("focus", () => this.update());
    box.addEventListener("keydown", (event) => this.onKey(event));
    box.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
  }

  /** Entries that hold every word, names that begin with it first. */
  find(query) {
    const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!parts.length) return [];
    const found = this.index.filter((entry) => isFound(entry.text, parts.join(" ")));
    const rank = (entry) => {
      const name = entry.name.toLowerCase();
      if (name === query.toLowerCase() || entry.key.toLowerCase() === query.toLowerCase()) return 0;
      const begins = (text) => text.startsWith(parts[0]);
      if (begins(name)) return 1;
      if (entry.spelt.some(begins)) return 2;
      return name.includes(parts[0]) ? 3 : 4;
    };
    return found.sort((a, b) => rank(a) - rank(b));
  }

  update() {
    const query = this.box.value.trim();
    if (!query) return this.hide();
    const found = this.find(query);
    this.entries = found.slice(0, SEARCH_LIMIT);
    this.active = this.entries.length ? 0 : -1;
    const note = found.length ? (found.length > SEARCH_LIMIT ? say("searchCount", { n: found.length }) : null) : words.searchNone;
    this.list.replaceChildren(
      ...this.entries.map((entry, i) =>
        el("li", { role: "option", id: `found-${i}`, onpointerdown: (event) => event.preventDefault(), onclick: () => this.pick(i) },
          el("span", { class: `kind ${entry.kind}` }, words[entry.kind]),
          el("span", { class: "name" }, entry.name),
          el("small", {}, entry.place))),
      ...(note ? [el("li", { class: "quiet", role: "presentation" }, note)] : []),
    );
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.mark();
  }

  mark() {
    [...this.list.querySelectorAll("[role=option]")].forEach((item, i) => item.setAttribute("aria-selected", String(i === this.active)));
    if (this.active >= 0) this.box.setAttribute("aria-activedescendant", `found-${this.active}`);
    else this.box.removeAttribute("aria-activedescendant");
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (event.key === "Escape") {
      if (!this.list.hidden) event.stopPropagation();
      this.hide();
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.pick(this.active);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const count = this.entries.length, step = event.key === "ArrowDown" ? 1 : -1;
      if (count) this.active = (this.active + step + count) % count;
      this.mark();
    }
  }

  pick(i) {
    const entry = this.entries[i];
    this.box.value = entry.name;
    this.hide();
    this.choose(entry.kind, entry.key);
  }

  hide() {
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }
}
