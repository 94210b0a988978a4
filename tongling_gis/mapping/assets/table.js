// The table beside the map: centres or compounds, filtered and sorted, linked with the map both ways.

const CHUNK_ROWS = 120; // rows are drawn as they are scrolled to

/** The newest record of a table for each key that it links to. */
function newestOf(table, column) {
  const found = new Map();
  const when = records.tables[table] && dateColumn(records.tables[table]);
  for (const record of records.all(table)) {
    const key = String(record[column]), known = found.get(key);
    if (!known || String(record[when] ?? "") > String(known[when] ?? "")) found.set(key, record);
  }
  return found;
}

function recordColumn(table, name, options = {}) {
  const column = records.tables[table].column.get(name);
  if (!column) return null;
  const bare = column.unit && column.unit !== "%" ? { ...column, unit: "" } : column;
  return {
    name, label: headingOf(column), numeric: isNumeric(column),
    value: (record) => record[name], show: (value) => showValue(bare, value), ...options,
  };
}

function centreColumns(coverage) {
  const own = (key) => coverage?.centres[key];
  const held = (key) => records.linked("activities", "centre_id", key).length;
  return [
    recordColumn("centres", "community"),
    recordColumn("centres", "stars", { show: (value) => say("starsShort", { n: value }) }),
    recordColumn("centres", "origin"),
    recordColumn("centres", "floor_area_m2"),
    coverage && { name: "nearest", label: words.nearestShort, numeric: true, value: (_r, key) => own(key)?.total, show: (value) => number(value) },
    coverage && shareColumn(coverage, own),
    records.tables.activities && { name: "activities", label: words.activities, numeric: true, value: (_r, key) => held(key), show: (value) => number(value) },
    recordColumn("centres", "operator"),
  ];
}

function shareColumn(coverage, own) {
  const share = (one) => (one?.total ? last(one.covered) / one.total : null);
  return { name: "share", label: say("reachWithin", { n: last(coverage.limits) }), numeric: true, value: (_r, key) => share(own(key)), show: percent };
}

const SERVICE_MARKS = { good: "✓", mending: "△", missing: "✗" };

function serviceColumn(name) {
  const column = recordColumn("compounds", name);
  if (!column) return null;
  const order = { good: 0, mending: 1, missing: 2 };
  return {
    ...column, label: looks.services[name], className: "mark-cell",
    value: (record) => order[record[name]] ?? record[name],
    show: (_value, record) => {
      const said = records.show("compounds", name, record[name]);
      const mark = el("span", { class: "service-mark", role: "img", "aria-label": said, title: said }, SERVICE_MARKS[record[name]] ?? said);
      mark.style.color = looks.serviceColours[record[name]] ?? "";
      return mark;
    },
  };
}

function compoundColumns(coverage) {
  const newest = newestOf("compound_assessments", "compound_id");
  const own = (key) => coverage?.compounds[key];
  const company = (record) => records.find("companies", record.company_id)?.name ?? record.company_id;
  const assessed = (name, label) => records.has("compound_assessments", name) && {
    name, label, numeric: true, value: (_r, key) => newest.get(key)?.[name],
    show: (value) => records.show("compound_assessments", name, value),
  };
  return [
    recordColumn("compounds", "community"),
    recordColumn("compounds", "kind", { value: (record) => records.show("compounds", "kind", record.kind), show: (value) => value }),
    recordColumn("compounds", "built_year", { show: String }),
    recordColumn("compounds", "residents"),
    records.has("compounds", "company_id") && { name: "company", label: words.company, value: company, show: String },
    ...SERVICE_NAMES.map(serviceColumn),
    coverage && { name: "walk", label: words.walkShort, numeric: true, value: (_r, key) => own(key)?.walk, show: (value) => number(value / 60) },
    coverage && shareColumn(coverage, own),
    assessed("satisfaction_pct", words.satisfaction),
    assessed("score", words.score),
  ];
}

/** The drawer under the map. */
class PlaceTable {
  constructor(element, city, filters, actions) {
    Object.assign(this, { element, city, filters, actions, inView: false, states: {} });
    this.kinds = ["compound", "centre"].filter((kind) => records.all(CARD_TABLES[kind]).length);
    this.kind = this.kinds[0];
    this.columns = {
      centre: records.tables.centres ? this.withName("centres", centreColumns(city.coverage)) : [],
      compound: records.tables.compounds ? this.withName("compounds", compoundColumns(city.coverage)) : [],
    };
  }

  withName(table, others) {
    const name = {
      name: "name", label: records.label(table, "name"), value: (record) => records.title(table, record),
      show: (value, record) => recordLink(table, records.keyOf(table, record), value),
    };
    return [name, ...others.filter(Boolean)];
  }

  get isOpen() {
    return !this.element.hidden;
  }

  toggle(open) {
    this.element.hidden = !open;
    if (open && !this.element.firstChild) this.furnish();
    else if (open) this.draw();
  }

  furnish() {
    const tabs = this.kinds.map((kind) =>
      el("button", { type: "button", class: "tab", "data-kind": kind, onclick: () => this.show(kind) }, records.tables[CARD_TABLES[kind]].label));
    this.query = el("input", { type: "search", placeholder: words.filterHint, "aria-label": words.filterHint, oninput: () => {
      this.filters.query = this.query.value.trim();
      this.changed();
    } });
    this.selects = el("span", { class: "selects" });
    const view = el("input", { type: "checkbox", onchange: () => {
      this.inView = view.checked;
      this.draw();
    } });
    this.status = el("span", { role: "status", class: "quiet" });
    this.clearButton = el("button", { type: "button", class: "plain", onclick: () => this.clear() }, words.clearFilters);
    this.body = el("div", { class: "table-body", tabindex: "0", role: "region", "aria-label": words.table, onscroll: () => this.extend() });
    this.element.replaceChildren(
      el("div", { class: "table-head" },
        el("div", { class: "tabs", role: "group", "aria-label": words.table }, tabs), this.query, this.selects,
        el("label", { class: "in-view" }, view, words.onlyInView), this.status, this.clearButton,
        el("button", { type: "button", class: "close", "aria-label": words.close, title: words.close, onclick: this.actions.close }, "×")),
      this.body);
    this.show(this.kind);
  }

  show(kind) {
    this.kind = kind;
    for (const tab of this.element.querySelectorAll(".tab")) tab.setAttribute("aria-pressed", String(tab.dataset.kind === kind));
    this.fillSelects();
    this.draw();
  }

  fillSelects() {
    const own = this.filters.all.filter((one) => one.table === CARD_TABLES[this.kind]);
    this.selects.replaceChildren(...own.map((filter) => {
      const select = el("select", { "aria-label": filter.label, onchange: () => {
        this.filters.choose(filter.name, select.value);
        this.changed();
      } }, el("option", { value: "" }, say("anyOf", { what: filter.label })),
      filter.options.map((one) => el("option", { value: one.value }, one.label)));
      select.value = this.filters.chosen[filter.name] ?? "";
      select.classList.toggle("chosen", select.value !== "");
      select.addEventListener("change", () => select.classList.toggle("chosen", select.value !== ""));
      return select;
    }));
  }

  clear() {
    this.filters.clear();
    if (this.query) this.query.value = "";
    if (this.selects) this.fillSelects();
    this.changed();
  }

  changed() {
    this.actions.filtered();
    if (this.isOpen) this.draw();
  }

  /** Records that the table lists, sorted. */
  list() {
    const table = CARD_TABLES[this.kind];
    const shown = records.all(table).filter((record) => this.filters.keeps(table, record) && (!this.inView || this.actions.isInView(this.kind, records.keyOf(table, record))));
    const state = this.states[this.kind] ?? { name: "name", down: false };
    const column = this.columns[this.kind].find((one) => one.name === state.name);
    return sortRows(shown, (record) => column.value(record, records.keyOf(table, record)), state.down);
  }

  draw() {
    const table = CARD_TABLES[this.kind];
    const state = this.states[this.kind] ?? { name: "name", down: false };
    this.listed = this.list();
    this.drawn = 0;
    this.rows = el("tbody", {});
    const heading = (column) => sortHeading(column.label, column.name, state, Boolean(column.numeric), (next) => {
      this.states[this.kind] = next;
      this.draw();
      this.body.querySelector("[aria-sort]:not([aria-sort=none]) button")?.focus();
    });
    this.body.replaceChildren(el("table", { class: "full", "aria-rowcount": this.listed.length + 1 },
      el("thead", {}, el("tr", {}, this.columns[this.kind].map(heading))), this.rows));
    this.status.textContent = say("listed", { a: number(this.listed.length), b: number(records.all(table).length) });
    this.clearButton.hidden = !this.filters.active;
    this.extend();
  }

  /** Draw more rows where the end is near. */
  extend() {
    while (this.drawn < this.listed.length && this.body.scrollTop + 2 * this.body.clientHeight + 200 > this.rows.offsetHeight) this.drawChunk();
  }

  drawChunk() {
    const part = this.listed.slice(this.drawn, this.drawn + CHUNK_ROWS);
    this.drawn += part.length;
    this.rows.append(...part.map((record) => this.rowOf(record)));
  }

  rowOf(record) {
    const kind = this.kind, key = records.keyOf(CARD_TABLES[kind], record);
    const cells = this.columns[kind].map((column) => {
      const value = column.value(record, key);
      return el("td", { class: column.className ?? (column.numeric ? "number" : null) }, isMissing(value) ? "–" : column.show(value, record));
    });
    return el("tr", {
      "data-key": key,
      "aria-current": this.selected?.kind === kind && this.selected.key === key ? "true" : null,
      onclick: (event) => event.target.closest("a") || this.actions.open(kind, key),
      onmouseenter: () => this.actions.point(kind, key),
      onmouseleave: () => this.actions.point(null),
      onfocusin: () => this.actions.point(kind, key),
    }, cells);
  }

  /** Mark the row of the open card, and bring it into view; null for none. */
  select(kind, key) {
    this.selected = kind ? { kind, key: String(key) } : null;
    if (!this.isOpen) return;
    if (this.kinds.includes(kind) && kind !== this.kind) this.show(kind);
    for (const row of this.body.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
    if (kind !== this.kind) return;
    const place = this.listed.findIndex((record) => records.keyOf(CARD_TABLES[kind], record) === String(key));
    while (this.drawn <= place) this.drawChunk();
    const row = this.rows.rows[place];
    row?.setAttribute("aria-current", "true");
    const left = this.body.scrollLeft;
    row?.scrollIntoView({ block: "nearest" });
    this.body.scrollLeft = left;
  }
}
