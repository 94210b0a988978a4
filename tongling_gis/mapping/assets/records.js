// Records: tables, their rows by key, their links both ways, and how a value reads.

const CARD_TABLES = { centre: "centres", compound: "compounds", company: "companies", alliance: "alliances" };
const CARD_KINDS = Object.fromEntries(Object.entries(CARD_TABLES).map(([kind, table]) => [table, kind]));

class Records {
  constructor(tables) {
    this.tables = tables;
    for (const table of Object.values(tables)) {
      const names = table.columns.map((column) => column.name);
      table.column = new Map(table.columns.map((column) => [column.name, column]));
      table.records = table.rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
      table.spelt?.forEach((spelt, row) => (table.records[row].spelt = spelt));
      table.titles?.forEach((title, row) => title && (table.records[row].title = title));
      table.byKey = new Map(table.records.map((record) => [String(record[table.key]), record]));
      table.links = new Map();
    }
  }

  /** The record with that key, or undefined. */
  find(table, key) {
    return key === null || key === undefined ? undefined : this.tables[table]?.byKey.get(String(key));
  }

  all(table) {
    return this.tables[table]?.records ?? [];
  }

  /** Records of a table whose column holds that key. */
  linked(table, column, key) {
    const from = this.tables[table];
    if (!from) return [];
    if (!from.links.has(column)) {
      const index = new Map();
      for (const record of from.records) {
        const value = record[column];
        if (value === null || value === undefined) continue;
        if (!index.has(String(value))) index.set(String(value), []);
        index.get(String(value)).push(record);
      }
      from.links.set(column, index);
    }
    return from.links.get(column).get(String(key)) ?? [];
  }

  /** Records of every table that lead to that one, table by table and newest first. */
  relatedTo(table, key) {
    const found = [];
    for (const [name, other] of Object.entries(this.tables)) {
      for (const column of other.columns) {
        if (column.refers !== table) continue;
        const rows = this.linked(name, column.name, key);
        if (rows.length) found.push({ name, column: column.name, rows: newestFirst(rows, dateColumn(other)) });
      }
    }
    return found;
  }

  keyOf(table, record) {
    return String(record[this.tables[table].key]);
  }

  /** What a record is called: its name, else what stands for one, else its key. */
  title(table, record) {
    return record.name || record.title || this.keyOf(table, record);
  }

  label(table, column) {
    return this.tables[table]?.column.get(column)?.label ?? column;
  }

  has(table, column) {
    return this.tables[table]?.column.has(column) ?? false;
  }

  /** A value as a reader sees it, with its unit; "" where it is missing. */
  show(table, column, value) {
    return showValue(this.tables[table].column.get(column), value);
  }
}

/** A cell as text by the schema's column: choices, yes or no, numbers with units. */
function showValue(column, value) {
  if (value === null || value === undefined) return "";
  if (column.choices) return column.choices[value] ?? String(value);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value !== "number" || column.kind === "text") return String(value);
  if (column.name.endsWith("_year")) return String(value);
  const digits = number(value, 2);
  if (!column.unit) return digits;
  return column.unit === "%" ? `${digits}%` : `${digits} ${column.unit}`;
}

/** Days by which something was to be done, and how a record says that it is. */
const DUE_DAYS = {
  compounds: { committee_term_end: () => false, contract_end: () => false },
  mending_orders: { due: (order) => Boolean(order.done) || ["done", "checked"].includes(order.status) },
};

/** Whether a record's day has passed, by the reader's clock, and what was due is not done. */
function isOverdue(table, record, name) {
  const isDone = DUE_DAYS[table]?.[name];
  return Boolean(isDone) && Boolean(record[name]) && record[name] < new Date().toLocaleDateString("sv") && !isDone(record);
}

/** A value as a reader sees it, a day that has passed marked as such. */
function showDue(table, record, column, shown) {
  return isOverdue(table, record, column.name) ? [shown, " ", el("span", { class: "overdue" }, words.pastDue)] : shown;
}

const records = new Records(JSON.parse(document.getElementById("map-records").textContent));

/** The address of a card within the page, or of a full record. */
function hashOf(kind, key, full = false) {
  return `#${kind}=${encodeURIComponent(key)}${full ? FULL : ""}`;
}

const FULL = "&view=record";

/** Read a card's kind and key from the address, and whether all of the record is asked for. */
function readHash(hash) {
  const full = hash.endsWith(FULL);
  const found = /^#(\w+)=(.+)$/.exec(full ? hash.slice(0, -FULL.length) : hash);
  if (!found || !CARD_TABLES[found[1]]) return null;
  try {
    return { kind: found[1], key: decodeURIComponent(found[2]), full };
  } catch {
    return { kind: found[1], key: found[2], full };
  }
}

/** A link to a record's card; a key with no record behind it is named as such. */
function recordLink(table, key, text) {
  const record = records.find(table, key);
  if (!record) return el("span", { class: "dangling" }, say("dangling", { id: key }));
  return el("a", { href: hashOf(CARD_KINDS[table], key) }, text ?? records.title(table, record));
}

/** The column of a table that says when, undefined where there is none. */
function dateColumn(table) {
  return table.columns.find((column) => column.kind === "date" || column.name === "quarter" || column.name === "month")?.name;
}

function newestFirst(rows, column) {
  return column ? [...rows].sort((a, b) => String(b[column] ?? "").localeCompare(String(a[column] ?? ""))) : rows;
}
