// Filters over centres and compounds: what they leave out is on neither the table nor the map.

const NONE = "\u0000none"; // the choice of what has no value

/** The choices of a column, most frequent first, and one for rows without a value. */
function choicesOf(table, name, labelOf) {
  const counts = new Map();
  for (const record of records.all(table)) {
    const value = isMissing(record[name]) ? NONE : String(record[name]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => (a[0] === NONE) - (b[0] === NONE) || b[1] - a[1])
    .map(([value, count]) => ({ value, label: `${value === NONE ? words.withoutOne : labelOf(value)} (${number(count)})` }));
}

function starFilter() {
  const label = (value) => say("starsShort", { n: value });
  const options = choicesOf("centres", "stars", label).sort((a, b) => collator.compare(b.value, a.value));
  for (const one of options) if (one.value === NONE) one.label = one.label.replace(words.withoutOne, words.unrated);
  return { name: "stars", table: "centres", label: words.stars, options, keeps: (record, value) => sameValue(record.stars, value) };
}

function columnFilter(table, name, label, labelOf) {
  return { name, table, label, options: choicesOf(table, name, labelOf), keeps: (record, value) => sameValue(record[name], value) };
}

function sameValue(own, value) {
  return value === NONE ? isMissing(own) : String(own) === value;
}

/** One filter for the five services: which of them is in which state. */
function serviceFilter() {
  const options = SERVICE_NAMES.filter((name) => records.has("compounds", name)).flatMap((name) =>
    choicesOf("compounds", name, (value) => records.show("compounds", name, value))
      .map((one) => ({ value: `${name}=${one.value}`, label: say("pair", { a: looks.services[name], b: one.label }) })));
  const keeps = (record, value) => {
    const [name, ...state] = value.split("=");
    return sameValue(record[name], state.join("="));
  };
  return { name: "service", table: "compounds", label: words.services, options, keeps };
}

/** How much of a compound is within the widest limit: all, some, none, or not known. */
function reachOf(coverage, key) {
  const own = coverage?.compounds[key];
  if (!own || !own.total) return "unknown";
  const share = last(own.covered) / own.total;
  return share >= 1 ? "all" : share > 0 ? "some" : "none";
}

function reachFilter(coverage) {
  const limit = last(coverage.limits);
  const counts = { all: 0, some: 0, none: 0, unknown: 0 };
  for (const record of records.all("compounds")) counts[reachOf(coverage, records.keyOf("compounds", record))]++;
  const label = { all: words.reachAll, some: words.reachSome, none: words.reachNone, unknown: words.unknown };
  return {
    name: "reach",
    table: "compounds",
    label: say("reachWithin", { n: limit }),
    options: Object.keys(counts).filter((one) => counts[one]).map((one) => ({ value: one, label: `${label[one]} (${number(counts[one])})` })),
    keeps: (record, value) => reachOf(coverage, records.keyOf("compounds", record)) === value,
  };
}

/** Everything that can be filtered by, the choices made, and what is kept. */
class Filters {
  constructor(coverage, checks) {
    const nameOf = (value) => records.find("companies", value)?.name ?? value;
    this.all = [
      records.has("centres", "stars") && starFilter(),
      records.has("centres", "origin") && columnFilter("centres", "origin", records.label("centres", "origin"), (value) => records.show("centres", "origin", value)),
      records.has("compounds", "kind") && columnFilter("compounds", "kind", records.label("compounds", "kind"), (value) => records.show("compounds", "kind", value)),
      records.has("compounds", "company_id") && columnFilter("compounds", "company_id", words.company, nameOf),
      records.tables.compounds && serviceFilter(),
      coverage && records.tables.compounds && reachFilter(coverage),
      checks && records.tables.compounds && verdictFilter(checks),
    ].filter((one) => one && one.options.length > 1);
    this.clear();
  }

  clear() {
    this.chosen = {};
    this.query = "";
  }

  get active() {
    return Boolean(this.query) || Object.values(this.chosen).some(Boolean);
  }

  choose(name, value) {
    this.chosen[name] = value;
  }

  /** Whether a record passes all filters of its table. */
  keeps(table, record) {
    if (this.query && !isFound(searchText(table, record), this.query)) return false;
    return this.all.every((one) => one.table !== table || !this.chosen[one.name] || one.keeps(record, this.chosen[one.name]));
  }

  /** Tell a layer which of its rows are kept; all of them where nothing is filtered. */
  applyTo(layer) {
    if (!layer) return;
    layer.kept = this.active
      ? Uint8Array.from(layer.keys, (key) => {
        const record = records.find(layer.name, key);
        return !record || this.keeps(layer.name, record) ? 1 : 0;
      })
      : null;
  }
}
