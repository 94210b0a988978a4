// Record cards: facts, history and links of one centre, compound, company or alliance.

const SERVICE_NAMES = Object.keys(looks.services);
const DIMENSION_NAMES = Object.keys(looks.dimensions);
const SHOWN_ROWS = 12;

/** A list of facts: term and value side by side. */
function factList(pairs) {
  if (!pairs.length) return null;
  return el("dl", { class: "facts" }, pairs.map(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

function section(title, ...content) {
  const kept = content.flat(Infinity).filter(Boolean);
  return kept.length ? el("section", {}, el("h3", {}, title), kept) : null;
}

const LONG_TEXT = 16; // letters beyond which a cell breaks into lines

/** How a cell is set: numbers to the right, long texts in lines. */
function cellClass(value, isNumber) {
  if (isNumber) return "number";
  return typeof value === "string" && value.length > LONG_TEXT ? "long" : null;
}

/** A table; rows beyond the first few are folded away. */
function dataTable(headings, rows, numeric = []) {
  const cell = (value, i) => el("td", { class: cellClass(value, numeric.includes(i)) }, value ?? "");
  const line = (row) => el("tr", {}, row.map(cell));
  const body = el("tbody", {}, rows.slice(0, SHOWN_ROWS).map(line));
  const table = el(
    "table",
    {},
    el("thead", {}, el("tr", {}, headings.map((text, i) => el("th", { scope: "col", class: numeric.includes(i) ? "number" : null }, text)))),
    body,
  );
  const rest = rows.slice(SHOWN_ROWS);
  if (!rest.length) return el("div", { class: "table-holder" }, table);
  const more = el("button", { type: "button", class: "plain", onclick: () => {
    body.append(...rest.map(line));
    more.remove();
  } }, say("more", { n: rest.length }));
  return [el("div", { class: "table-holder" }, table), more];
}

/** Links to records as a wrapping row. */
function linkRow(table, items, note = () => null) {
  const shown = items.slice(0, 40);
  return el(
    "ul",
    { class: "links" },
    shown.map((record) => {
      const key = records.keyOf(table, record);
      const said = note(record);
      return el("li", {}, recordLink(table, key), said && el("small", {}, said));
    }),
    items.length > shown.length && el("li", { class: "quiet" }, say("more", { n: items.length - shown.length })),
  );
}

/** A column's heading: of a link, what it leads to. */
function columnLabel(column) {
  return words[CARD_KINDS[column.refers]] ?? column.label;
}

/** All columns of a record but some, as facts; links lead to their cards. */
function ownFacts(table, record, except) {
  const pairs = [];
  for (const column of records.tables[table].columns) {
    const value = record[column.name];
    if (except.includes(column.name) || value === null || value === undefined || value === "") continue;
    const shown = column.refers && CARD_KINDS[column.refers] ? recordLink(column.refers, value) : showValue(column, value);
    pairs.push([columnLabel(column), showDue(table, record, column, shown)]);
  }
  return pairs;
}

/** A table of records by some of their columns, those that are known. */
function recordTable(table, rows, names) {
  const known = (name) => rows.some((row) => row[name] !== null && row[name] !== undefined);
  const columns = names.filter(known).map((name) => records.tables[table].column.get(name));
  const heading = (column) => columnLabel(column) + (column.unit && column.unit !== "%" ? ` (${column.unit})` : "");
  const cell = (row, column) => {
    const value = row[column.name];
    if (value === null || value === undefined) return "–";
    if (column.refers && CARD_KINDS[column.refers]) return recordLink(column.refers, value);
    return showDue(table, row, column, showValue(column.unit && column.unit !== "%" ? { ...column, unit: "" } : column, value));
  };
  const numeric = columns.flatMap((column, i) => (["integer", "number"].includes(column.kind) ? [i] : []));
  return dataTable(columns.map(heading), rows.map((row) => columns.map((column) => cell(row, column))), numeric);
}

function starMark(stars) {
  if (!stars) return el("span", { class: "chip" }, words.unrated);
  return el(
    "span",
    { class: "chip stars", "aria-label": say("starsShort", { n: stars }) },
    el("span", { "aria-hidden": "true" }, "★".repeat(stars) + "☆".repeat(Math.max(0, 5 - stars))),
    el("span", { "aria-hidden": "true" }, ` ${say("starsShort", { n: stars })}`),
  );
}

/** Shares within each limit of those counted. */
function coveredBars(coverage, own) {
  const label = coverage.counted === "residents" ? "coveredShare" : "coveredHomesShare";
  const bars = coverage.limits.map((limit, i) => {
    const share = own.total ? own.covered[i] / own.total : null;
    return shareBar(say(label, { n: limit }), share, `${number(own.covered[i])} / ${number(own.total)}`);
  });
  return el("div", { class: "bars" }, bars);
}

function centreCard(centre, key, results) {
  const { coverage, isochrones } = results;
  const chips = [
    records.has("centres", "stars") && starMark(centre.stars),
    centre.origin && el("span", { class: "chip" }, records.show("centres", "origin", centre.origin)),
    centre.self_managed && el("span", { class: "chip" }, records.label("centres", "self_managed")),
  ];
  return [
    el("p", { class: "chips" }, chips),
    section(words.reach, centreReach(key, coverage, isochrones)),
    section(words.facts, factList(ownFacts("centres", centre, ["centre_id", "name", "stars", "origin", "self_managed", "alliance_id"]))),
    ratingSection(key),
    activitySection(key),
    allianceSection(centre.alliance_id, { centres: key }),
  ];
}

function centreReach(key, coverage, isochrones) {
  const own = coverage?.centres[key];
  const pairs = [];
  if (own) pairs.push([coverage.counted === "residents" ? words.nearestOf : words.nearestHomes, number(own.total)]);
  for (const row of [...(isochrones?.rowsOf.get(key) ?? [])].reverse()) {
    const limit = isochrones.limits[isochrones.limit[row]];
    pairs.push([say("areaWithin", { n: limit }), `${number(isochrones.area[row] / 1e6, 2)} ${words.km2}`]);
  }
  const served = servedCompounds(coverage, key);
  return [
    own?.reason && el("p", { class: "notice" }, own.reason),
    factList(pairs),
    own?.total > 0 && coveredBars(coverage, own),
    served.length > 0 && [
      el("h4", {}, `${words.compoundsServed} (${served.length})`),
      linkRow("compounds", served, (record) => compoundWalk(coverage, records.keyOf("compounds", record))),
    ],
  ];
}

function servedCompounds(coverage, key) {
  if (!coverage) return [];
  const position = coverage.centreIds.indexOf(key);
  if (position < 0) return [];
  const found = Object.entries(coverage.compounds).filter(([, own]) => own.centre === position);
  found.sort((a, b) => (a[1].walk ?? Infinity) - (b[1].walk ?? Infinity));
  return found.map(([compound]) => records.find("compounds", compound)).filter(Boolean);
}

function compoundWalk(coverage, key) {
  const own = coverage?.compounds[key];
  return own && own.walk !== null ? say("minutes", { n: number(own.walk / 60) }) : null;
}

function ratingSection(key) {
  const rows = newestFirst(records.linked("star_ratings", "centre_id", key), "date");
  if (!rows.length) return null;
  const latest = rows[0];
  const bars = DIMENSION_NAMES.filter((name) => latest[name] !== null && latest[name] !== undefined).map((name) =>
    el("div", { class: "bar-row" },
      el("span", { class: "bar-label" }, looks.dimensions[name]),
      el("span", { class: "bar-track", "aria-hidden": "true" }, scoreFill(latest[name])),
      el("span", { class: "bar-value" }, number(latest[name]))));
  return section(
    words.ratings,
    bars.length && el("div", { class: "bars score" }, el("p", { class: "quiet" }, latest.date), bars),
    recordTable("star_ratings", rows, ["date", ...DIMENSION_NAMES, "stars", "grant_yuan"]),
  );
}

function scoreFill(score) {
  const fill = el("span", { class: "bar-fill" });
  fill.style.width = `${Math.max(0, Math.min(100, score))}%`;
  return fill;
}

function activitySection(key) {
  const rows = newestFirst(records.linked("activities", "centre_id", key), "date");
  if (!rows.length) return null;
  const visits = (some) => some.reduce((sum, row) => sum + (row.attendance ?? 0), 0);
  const grouped = (nameOf) => {
    const groups = new Map();
    for (const row of rows) groups.set(nameOf(row), [...(groups.get(nameOf(row)) ?? []), row]);
    return groups;
  };
  const byMonth = bySteps(rows, month, (row) => row.attendance);
  const kinds = [...grouped((row) => row.kind ?? words.unknown)].sort((a, b) => b[1].length - a[1].length);
  const dates = rows.map((row) => row.date).filter(Boolean);
  return section(
    words.activities,
    el("p", {}, say("activitiesSum", { n: number(rows.length), a: number(visits(rows)), from: last(dates) ?? "–", to: dates[0] ?? "–" })),
    byMonth.steps.length > 1 && [
      el("p", { class: "quiet" }, words.byMonth),
      columns(byMonth.values, byMonth.steps, "#2f7ebc", byMonth.steps.map((step, i) => `${step} ${byMonth.values[i]}`).join(", ")),
    ],
    dataTable([words.activityKind, words.activityCount, words.activityVisits],
      kinds.map(([kind, some]) => [kind, number(some.length), number(visits(some))]), [1, 2]),
  );
}

function compoundCard(compound, key, results) {
  const chips = [
    compound.kind && el("span", { class: "chip" }, records.show("compounds", "kind", compound.kind)),
    compound.quasi_property && el("span", { class: "chip" }, records.label("compounds", "quasi_property")),
  ];
  const except = ["compound_id", "name", "kind", "quasi_property", "company_id", "alliance_id", ...SERVICE_NAMES];
  return [
    el("p", { class: "chips" }, chips),
    section(words.reach, compoundReach(key, results.coverage)),
    serviceSection(compound),
    section(words.facts, factList(ownFacts("compounds", compound, except))),
    companySection(compound, key),
    assessmentSection(key),
    allianceSection(compound.alliance_id, { compounds: key }),
    projectSection(key),
  ];
}

function compoundReach(key, coverage) {
  const own = coverage?.compounds[key];
  if (!own) return null;
  const pairs = [[words.nearestCentre, own.centre < 0 ? words.noCentre : [
    recordLink("centres", coverage.centreIds[own.centre]),
    own.walk !== null && el("small", {}, ` ${say("compoundWalk", { n: say("minutes", { n: number(own.walk / 60) }) })}`),
  ]]];
  return [factList(pairs), own.total > 0 && coveredBars(coverage, own)];
}

function serviceSection(compound) {
  if (!SERVICE_NAMES.some((name) => records.has("compounds", name))) return null;
  const chips = SERVICE_NAMES.map((name) => {
    const state = compound[name];
    const said = state ? records.show("compounds", name, state) : words.serviceUnknown;
    const chip = el("li", { class: `service ${looks.serviceColours[state] ? state : "unknown"}` },
      el("strong", {}, looks.services[name]), el("span", {}, said));
    if (looks.serviceColours[state]) chip.style.setProperty("--state", looks.serviceColours[state]);
    return chip;
  });
  return section(words.services, el("ul", { class: "services" }, chips));
}

function companySection(compound, key) {
  if (!records.has("compounds", "company_id")) return null;
  if (!compound.company_id) return section(words.company, el("p", { class: "quiet" }, words.noCompany));
  const company = records.find("companies", compound.company_id);
  if (!company) return section(words.company, el("p", {}, recordLink("companies", compound.company_id)));
  const others = records.linked("compounds", "company_id", compound.company_id)
    .filter((other) => records.keyOf("compounds", other) !== key);
  return section(
    words.company,
    blacklistNotice(company),
    factList([[records.label("companies", "name"), recordLink("companies", compound.company_id)],
      ...ownFacts("companies", company, ["company_id", "name", "blacklisted", "blacklist_reason"])]),
    others.length && [el("h4", {}, `${words.alsoManages} (${others.length})`), linkRow("compounds", others)],
  );
}

/** Say that a company is on the blacklist, by its own row or an entry that is not lifted. */
function blacklistNotice(company) {
  const entries = records.linked("blacklist", "company_id", records.keyOf("companies", company));
  const entry = newestFirst(entries, "date").find((one) => !one.lifted);
  if (!company.blacklisted && !entry) return null;
  const why = entry?.reason ?? company.blacklist_reason;
  return el("p", { class: "notice" }, why ? say("blacklistedWhy", { why }) : words.blacklisted);
}

function assessmentSection(key) {
  const rows = newestFirst(records.linked("compound_assessments", "compound_id", key), "quarter");
  if (!rows.length) return null;
  const trend = (column, colour, name, unit) => {
    const { steps, values } = bySteps(rows, (row) => row.quarter, (row) => row[column], { mean: true });
    if (steps.length < 2) return null;
    const said = say("trend", { what: name, from: `${steps[0]} ${number(values[0])}${unit}`, to: `${last(steps)} ${number(last(values))}${unit}` });
    return el("figure", {}, el("figcaption", { class: "quiet" }, said), lineChart(values, steps, colour, said));
  };
  return section(
    words.assessments,
    trend("satisfaction_pct", "#2f7ebc", words.satisfaction, "%"),
    trend("score", "#7a4f9a", words.score, ""),
    recordTable("compound_assessments", rows, ["quarter", "score", "satisfaction_pct", "rank", "reward_yuan", "note"]),
  );
}

function projectSection(key) {
  const rows = records.linked("claimed_projects", "compound_id", key);
  return rows.length ? section(words.projects, projectTable(rows, ["name", "claimed_by", "cost_yuan", "status"])) : null;
}

function projectTable(rows, names) {
  const total = rows.reduce((sum, row) => sum + (row.cost_yuan ?? 0), 0);
  const unit = records.tables.claimed_projects.column.get("cost_yuan")?.unit ?? "";
  return [recordTable("claimed_projects", rows, names),
    records.has("claimed_projects", "cost_yuan") && el("p", { class: "quiet" }, `${words.total} ${number(total)} ${unit}`)];
}

function allianceSection(id, self) {
  if (!id) return null;
  const alliance = records.find("alliances", id);
  if (!alliance) return section(words.alliance, el("p", {}, recordLink("alliances", id)));
  return section(
    words.alliance,
    factList([[records.label("alliances", "name"), recordLink("alliances", id)],
      ...ownFacts("alliances", alliance, ["alliance_id", "name"])]),
    allianceMembers(id, self),
  );
}

function allianceMembers(id, self = {}) {
  const others = (table) => records.linked(table, "alliance_id", id)
    .filter((record) => records.keyOf(table, record) !== self[table]);
  const [centres, compounds] = [others("centres"), others("compounds")];
  const projects = records.linked("claimed_projects", "alliance_id", id);
  return [
    centres.length && [el("h4", {}, `${words.allianceCentres} (${centres.length})`), linkRow("centres", centres)],
    compounds.length && [el("h4", {}, `${words.allianceCompounds} (${compounds.length})`), linkRow("compounds", compounds)],
    projects.length && [el("h4", {}, `${words.projects} (${projects.length})`), projectTable(projects, ["name", "compound_id", "claimed_by", "cost_yuan", "status"])],
  ];
}

function companyCard(company, key) {
  const managed = records.linked("compounds", "company_id", key);
  return [
    blacklistNotice(company),
    section(words.facts, factList(ownFacts("companies", company, ["company_id", "name", "blacklisted", "blacklist_reason"]))),
    section(`${words.manages} (${managed.length})`, linkRow("compounds", managed)),
  ];
}

function allianceCard(alliance, key) {
  return [
    section(words.facts, factList(ownFacts("alliances", alliance, ["alliance_id", "name"]))),
    section(words.alliance, allianceMembers(key)),
  ];
}

/** Tables that each kind of card tells in its own way. */
const TOLD = {
  centre: ["star_ratings", "activities"],
  compound: ["compound_assessments", "claimed_projects"],
  company: ["compounds"],
  alliance: ["centres", "compounds", "claimed_projects"],
};
const SHOWN_COLUMNS = 5;
const CHOSEN_COLUMNS = {
  enclosure_drafts: ["version", "status", "date", "author", "summary"],
  enclosure_approvals: ["draft_id", "date", "approver", "decision", "overrides"],
};

/** Records of all other tables that lead here, by their first columns. */
function otherSections(kind, key) {
  const others = records.relatedTo(CARD_TABLES[kind], key).filter((one) => !TOLD[kind].includes(one.name));
  return others.map(({ name, column, rows }) => {
    const { label, key: own, columns } = records.tables[name];
    const known = (CHOSEN_COLUMNS[name] ?? columns.map((one) => one.name)).filter((one) => one !== column && one !== own && rows.some((row) => !isMissing(row[one])));
    return section(`${label} (${rows.length})`, recordTable(name, rows, known.slice(0, SHOWN_COLUMNS)));
  });
}

const CARD_MAKERS = { centre: centreCard, compound: compoundCard, company: companyCard, alliance: allianceCard };
