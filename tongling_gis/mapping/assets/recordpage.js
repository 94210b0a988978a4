// The full record of one place or body: every fact, and all related rows in tables.

const ROWS_AT_ONCE = 200;

/** A table of all columns of some records, sortable; many rows come as they are asked for. */
function fullTable(name, rows, without) {
  const table = records.tables[name];
  const shown = table.columns.filter((column) => column.name !== without && rows.some((row) => !isMissing(row[column.name])));
  let state = { name: dateColumn(table), down: true };
  let count = ROWS_AT_ONCE;
  const holder = el("div", {});
  const draw = () => {
    const sorted = state.name ? sortRows(rows, (row) => row[state.name], state.down) : rows;
    const rest = rows.length - count;
    holder.replaceChildren(
      el("div", { class: "table-holder" },
        el("table", { class: "full" },
          el("caption", {}, `${table.label} (${number(rows.length)})`),
          el("thead", {}, el("tr", {}, shown.map((column) =>
            sortHeading(headingOf(column), column.name, state, isNumeric(column), (next) => {
              state = next;
              draw();
              holder.querySelector("[aria-sort]:not([aria-sort=none]) button")?.focus();
            })))),
          el("tbody", {}, sorted.slice(0, count).map((row) => el("tr", {}, shown.map((column) => cellOf(name, row, column))))))),
      ...(rest > 0 ? [el("button", { type: "button", class: "plain", onclick: () => {
        count = Infinity;
        draw();
      } }, say("more", { n: rest }))] : []),
    );
  };
  draw();
  return holder;
}

function isNumeric(column) {
  return column.kind === "integer" || column.kind === "number";
}

function headingOf(column) {
  return columnLabel(column) + (column.unit && column.unit !== "%" ? ` (${column.unit})` : "");
}

function cellOf(table, row, column) {
  const value = row[column.name];
  if (isMissing(value)) return el("td", { class: isNumeric(column) ? "number" : null }, "–");
  const bare = column.unit && column.unit !== "%" ? { ...column, unit: "" } : column;
  const shown = column.refers && CARD_KINDS[column.refers] ? recordLink(column.refers, value) : showValue(bare, value);
  return el("td", { class: cellClass(shown, isNumeric(column)) }, showDue(table, row, column, shown));
}

const PAGE_CHART = { wide: 400, high: 140 };

/** A chart with its heading; nothing where there are fewer than two steps. */
function trendFigure(title, { steps, values }, draw, colour) {
  if (steps.length < 2) return null;
  const said = steps.flatMap((step, i) => (values[i] === null ? [] : [`${step} ${number(values[i])}`])).join(", ");
  return el("figure", {}, el("figcaption", {}, title), draw(values, steps, colour, `${title}: ${said}`, PAGE_CHART));
}

/** Charts of what is known of a record over time. */
function trendFigures(kind, key) {
  const column = `${kind}_id`;
  const assessed = ["compound", "company"].includes(kind) ? records.linked("compound_assessments", column, key) : [];
  const held = kind === "centre" ? records.linked("activities", column, key) : [];
  const claimed = ["compound", "alliance"].includes(kind) ? records.linked("claimed_projects", column, key) : [];
  const quarter = (row) => row.quarter;
  return [
    trendFigure(`${words.satisfaction} (%)`, bySteps(assessed, quarter, (row) => row.satisfaction_pct, { mean: true }), lineChart, "#2f7ebc"),
    trendFigure(words.score, bySteps(assessed, quarter, (row) => row.score, { mean: true }), lineChart, "#7a4f9a"),
    trendFigure(words.byMonth, bySteps(held, month, (row) => row.attendance), columns, "#2f7ebc"),
    trendFigure(words.heldByMonth, bySteps(held, month, () => 1), columns, "#7a4f9a"),
    trendFigure(words.spentByYear, bySteps(claimed, (row) => String(row.date ?? "").slice(0, 4), (row) => row.cost_yuan), columns, "#3d7a2e"),
  ].filter(Boolean);
}

class RecordPage {
  constructor(element, results) {
    Object.assign(this, { element, results });
  }

  open(kind, key) {
    const table = CARD_TABLES[kind];
    const record = records.find(table, key);
    const title = records.title(table, record);
    const figures = trendFigures(kind, key);
    const tables = records.relatedTo(table, key);
    this.element.replaceChildren(
      this.head(kind, key, title),
      el("div", { class: "record-body" },
        el("div", {},
          section(words.facts, factList(ownFacts(table, record, [records.tables[table].key, "name"]))),
          this.reach(kind, key)),
        el("div", {},
          figures.length > 0 && el("div", { class: "figures" }, figures),
          tables.map(({ name, column, rows }) => el("section", {}, fullTable(name, rows, column))),
          !tables.length && el("p", { class: "quiet" }, words.noRelated))),
    );
    this.element.setAttribute("aria-label", title);
    this.element.hidden = false;
    this.element.focus({ preventScroll: true });
    this.element.querySelector(".record-body").scrollTop = 0;
  }

  head(kind, key, title) {
    return el("header", { class: "record-head" },
      el("a", { class: "plain back", href: hashOf(kind, key) }, el("span", { "aria-hidden": "true" }, "← "), words.backToPlace),
      el("div", {}, el("p", { class: "quiet" }, `${words[kind]} · ${words.fullRecord}`, el("span", { class: "key" }, String(key))),
        el("h2", {}, title)));
  }

  reach(kind, key) {
    const { coverage, isochrones } = this.results;
    if (kind === "centre") return section(words.reach, centreReach(String(key), coverage, isochrones));
    return kind === "compound" ? section(words.reach, compoundReach(String(key), coverage)) : null;
  }

  close() {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  get isOpen() {
    return !this.element.hidden;
  }
}
