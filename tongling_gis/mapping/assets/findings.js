// Checks of enclosures: verdicts by rule, each leading to its place, clause and advice.

const VERDICTS = ["fail", "advice", "unknown", "pass", "not_applicable"];
const VERDICT_LOOKS = {
  fail: { colour: "#a3211b", sign: "✕" },
  advice: { colour: "#b35900", sign: "!" },
  unknown: { colour: "#6a5acd", sign: "?" },
  pass: { colour: "#1b6e3c", sign: "✓" },
  not_applicable: { colour: "#5b6673", sign: "–" },
};
const SEVERITY_ORDER = ["L", "M", "S", "A", "P", "N", ""];

/** The checks of a page, and which of them is on the map. */
class Checks {
  constructor(described, buildings) {
    this.all = described;
    this.walks = described.map((one) => (one.walks ? new CoverageLayer({ ...one.walks, limits: [], counted: "buildings", building: "", compound: "" }, buildings) : null));
    this.verdicts = new Map(described.toReversed().flatMap((one) => Object.entries(one.compounds)));
    this.chosen = 0;
    this.rules = described.map((one) => groupByRule(one.findings));
    this.verdictsShown = new Set(["fail", "advice", "unknown"]);
    this.walksShown = false;
  }

  get check() {
    return this.all[this.chosen];
  }

  get walk() {
    return this.walks[this.chosen];
  }

  count(verdict) {
    return this.rules[this.chosen].filter((one) => one.verdict === verdict).length;
  }

  /** Rules that are listed: the strictest first, failures before what is unknown. */
  listed() {
    const rank = (one) => VERDICTS.indexOf(one.verdict) + SEVERITY_ORDER.indexOf(one.severity) * 10;
    return this.rules[this.chosen].filter((one) => this.verdictsShown.has(one.verdict)).sort((a, b) => rank(a) - rank(b));
  }

  paint(context, view, box) {
    if (this.shown && this.walksShown) this.walk?.paint(context, view, box);
  }
}

/** What each rule found at all its places, the worst first. */
function groupByRule(findings) {
  return findings.map((told) => {
    const places = told.map((one) => ({ ...told[0], ...one }));
    places.sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
    const { rule, verdict, severity, title } = places[0];
    return { rule, verdict, severity, title, places };
  });
}

/** Boundary, gates and places of findings on the map. */
class CheckDrawing {
  constructor(map, checks) {
    Object.assign(this, { map, checks });
    map.createPane("findings").style.zIndex = 560;
    this.group = L.layerGroup();
  }

  draw() {
    this.group.clearLayers();
    const { checks } = this;
    if (!checks.shown) return this.group.remove();
    this.group.addTo(this.map);
    const add = (place, style, told) => {
      const shape = L.geoJSON(place, { pane: "findings", style, pointToLayer: (_feature, at) => L.circleMarker(at, { pane: "findings", radius: 7, ...style, fillOpacity: 0.9 }) });
      this.group.addLayer(told ? shape.bindPopup(told, popupRoom(this.map, 340)) : shape);
      return shape;
    };
    for (const place of checks.check.boundary) if (place) add(place, { color: "#b3006b", weight: 3, dashArray: "8 5", fill: false, interactive: false });
    for (const gate of checks.check.gates) {
      if (gate.place) add(gate.place, { color: "#ffffff", weight: 2, fillColor: "#1f5f99", radius: 6 }, () => el("div", { class: "story" }, el("h3", {}, say("pair", { a: words.gate, b: gate.name || "–" }))));
    }
    for (const place of checks.rule?.places ?? []) {
      if (!place.at) continue;
      const { colour } = VERDICT_LOOKS[place.verdict];
      add(place.at, { color: colour, weight: 4, opacity: 0.9, fillColor: colour, fillOpacity: 0.2 }, () => this.story(checks.rule, place));
    }
  }

  /** Draw a rule's places, bring one into view and tell it there. */
  show(rule, place = rule.places[0]) {
    this.checks.rule = rule;
    this.draw();
    const bounds = L.geoJSON(place.at ?? this.checks.check.boundary.filter(Boolean)).getBounds();
    this.map.fitBounds(bounds.pad(0.3), { maxZoom: 18, animate: false });
    L.popup(popupRoom(this.map, 340)).setLatLng(bounds.getCenter()).setContent(this.story(rule, place)).openOn(this.map);
  }

  /** What a rule found at a place, with steps to the rule's other places. */
  story(rule, place) {
    const told = findingStory(place);
    const at = rule.places.indexOf(place);
    if (rule.places.length > 1) {
      const step = (by, label) => el("button", { type: "button", class: "plain", onclick: () => this.show(rule, rule.places.at((at + by) % rule.places.length)) }, label);
      told.firstChild.after(el("p", { class: "steps" }, step(-1, words.previous), say("placeOf", { a: at + 1, b: rule.places.length }), step(1, words.next)));
    }
    return told;
  }
}

function verdictMark(verdict) {
  const { colour, sign } = VERDICT_LOOKS[verdict];
  const mark = el("span", { class: "verdict-mark", "aria-hidden": "true" }, sign);
  mark.style.background = colour;
  return mark;
}

/** What a finding says: verdict, numbers, clause, advice. */
function findingStory(finding) {
  const facts = [];
  const value = (one) => `${number(one, 2)} ${finding.unit}`.trim();
  if (finding.measured !== null) facts.push([words.measured, value(finding.measured)]);
  if (finding.limit !== null) facts.push([words.limit, value(finding.limit)]);
  if (finding.clause) facts.push([words.clause, finding.clause]);
  if (looks.severities[finding.severity]) facts.push([words.severity, looks.severities[finding.severity]]);
  if (looks.confidences[finding.confidence]) facts.push([words.confidence, looks.confidences[finding.confidence]]);
  if (finding.advice) facts.push([words.advice, finding.advice]);
  if (finding.note) facts.push([words.notes, finding.note]);
  if (finding.overridden) facts.push([words.overridden, finding.overridden]);
  return el("div", { class: "story finding" },
    el("h3", {}, verdictMark(finding.verdict), ` ${words[`verdict_${finding.verdict}`]} · ${finding.rule}`),
    el("p", {}, el("strong", {}, finding.title || finding.rule), finding.place && ` · ${finding.place}`),
    finding.reason && el("p", {}, finding.reason), factList(facts), !finding.at && el("p", { class: "quiet" }, words.noPlace));
}

/** The panel: which check, verdicts to list, and findings by severity. */
class ChecksPanel {
  constructor(element, checks, drawing, actions) {
    Object.assign(this, { element, checks, drawing, actions });
    const choose = el("select", { "aria-label": words.enclosure, onchange: () => {
      checks.chosen = Number(choose.value);
      checks.rule = null;
      this.change();
    } }, checks.all.map((one, i) => el("option", { value: i }, one.name || "–")));
    this.button = el("button", { type: "button", class: "plain wide", "aria-pressed": "false", onclick: () => this.toggle(!checks.shown) }, words.checkShow);
    this.body = el("div", { hidden: true });
    furnish(element, {}, [el("h2", {}, words.enclosureCheck), checks.all.length > 1 ? el("p", { class: "side-selects one" }, choose) : el("p", { class: "quiet" }, checks.check.name), this.counts = el("p", { class: "verdict-counts" }), this.button, this.body]);
    element.hidden = false;
    this.fill();
  }

  toggle(shown) {
    this.checks.shown = shown;
    this.checks.rule = null;
    this.button.setAttribute("aria-pressed", String(shown));
    this.button.textContent = shown ? words.checkHide : words.checkShow;
    this.body.hidden = !shown;
    this.element.classList.toggle("active", shown);
    this.change();
    if (shown) this.actions.locate();
  }

  change() {
    this.fill();
    this.drawing.draw();
    this.actions.redraw();
  }

  fill() {
    const { checks } = this;
    this.counts.replaceChildren(...VERDICTS.filter((verdict) => checks.count(verdict)).map((verdict) => {
      const count = checks.count(verdict);
      return el("span", { class: "verdict-count" }, verdictMark(verdict), ` ${words[`verdict_${verdict}`]} ${number(count)}`);
    }));
    const boxes = VERDICTS.filter((verdict) => checks.count(verdict)).map((verdict) => {
      const box = el("input", { type: "checkbox", onchange: () => {
        checks.verdictsShown[box.checked ? "add" : "delete"](verdict);
        this.change();
      } });
      box.checked = checks.verdictsShown.has(verdict);
      return el("label", { class: "in-view" }, box, words[`verdict_${verdict}`]);
    });
    this.body.replaceChildren(el("div", { class: "verdict-boxes", role: "group", "aria-label": words.verdict }, boxes), ...this.list(), this.walkLegend() ?? "", el("p", { class: "quiet" }, checks.check.stamp));
  }

  /** Findings under the severity of their rules. */
  list() {
    const listed = this.checks.listed();
    if (!listed.length) return [el("p", { class: "quiet" }, words.noFindings)];
    const severities = [...new Set(listed.map((one) => one.severity))];
    return severities.flatMap((severity) => [
      el("h3", {}, looks.severities[severity] ?? words.verdict),
      el("ul", { class: "findings" }, listed.filter((one) => one.severity === severity).map((one) =>
        el("li", {}, el("button", { type: "button", class: "finding-row", onclick: () => this.actions.show(one) },
          verdictMark(one.verdict), el("span", {}, el("span", { class: "sr" }, `${words[`verdict_${one.verdict}`]}: `), one.title || one.rule, one.places.length > 1 && el("b", {}, ` ${say("placesOf", { n: one.places.length })}`), el("small", {}, one.places[0].reason)))))),
    ]);
  }

  walkLegend() {
    const { checks } = this;
    if (!checks.walk) return null;
    const rows = checks.walk.classes.map((item, i) => legendRow(item.label, swatch(item.symbol, item.colour), { sub: true, note: number(checks.walk.counts[i]), onchange: (shown) => {
      checks.walk.classShown[i] = shown;
      this.actions.redraw();
    } }));
    const main = legendRow(words.walksChange, "", { checked: checks.walksShown, note: words.homes, onchange: (shown) => {
      checks.walksShown = shown;
      this.actions.redraw();
    } });
    return el("div", {}, main, rows);
  }
}

/** A filter of compounds by what the checks say of them. */
function verdictFilter(checks) {
  const of = (record) => checks.verdicts.get(records.keyOf("compounds", record)) ?? NONE;
  const counts = new Map();
  for (const record of records.all("compounds")) counts.set(of(record), (counts.get(of(record)) ?? 0) + 1);
  return {
    name: "verdict",
    table: "compounds",
    label: words.enclosureCheck,
    options: [...VERDICTS, NONE].filter((one) => counts.has(one)).map((one) => ({ value: one, label: `${one === NONE ? words.notChecked : words[`verdict_${one}`]} (${number(counts.get(one))})` })),
    keeps: (record, value) => of(record) === value,
  };
}
