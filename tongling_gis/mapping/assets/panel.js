// The side panel: what the coverage says in sums, and the layers with their legend.

/** Shares covered, overall and by age, and how many are not. */
function fillSummary(element, coverage, actions) {
  if (!coverage) return;
  const { summary, limits, counted } = coverage;
  const widest = last(summary.overall);
  if (!widest) return;
  const limit = last(limits);
  const residents = counted === "residents";
  const only = el("button", { type: "button", class: "plain", "aria-pressed": "false" }, words.onlyUncovered);
  only.addEventListener("click", () => {
    const pressed = only.getAttribute("aria-pressed") !== "true";
    only.setAttribute("aria-pressed", String(pressed));
    only.textContent = pressed ? words.showAll : words.onlyUncovered;
    actions.showOnlyUncovered(pressed);
  });
  furnish(element, {}, [
    el("h2", {}, words.summary),
    el("p", { class: "headline" },
      el("strong", {}, percent(widest.share)),
      el("span", {}, say("within", { n: limit }),
        el("small", {}, say(residents ? "ofResidents" : "ofHomes", { a: number(widest.covered), b: number(widest.total) })))),
    el("div", { class: "bars" }, summary.overall.map((bar) =>
      shareBar(say("withinShort", { n: bar.label }), bar.share, `${number(bar.covered)} / ${number(bar.total)}`))),
    summary.groups.length > 0 && [
      el("h3", {}, say("byAge", { n: limit })),
      el("div", { class: "bars" }, summary.groups.map((bar) =>
        shareBar(bar.label, bar.share, `${number(bar.covered)} / ${number(bar.total)}`))),
    ],
    summary.unknown > 0 && el("p", { class: "quiet" }, say("unknownPlaces", { n: number(summary.unknown) })),
    el("p", { class: "uncovered" },
      el("span", {}, say(residents ? "uncoveredOf" : "uncoveredHomes", { a: number(summary.uncovered) })), only),
    summary.reasons.length > 0 && el("details", { class: "reasons" },
      el("summary", {}, words.whyUncovered),
      factList(summary.reasons.map(([reason, count]) => [reason, number(count)]))),
  ]);
  element.hidden = false;
}

/** One row of the legend: a box to tick, the symbol and the words. */
function legendRow(label, symbol, { checked = true, note = null, onchange = null, sub = false } = {}) {
  if (!onchange) return el("div", { class: `legend-row${sub ? " sub" : ""}` }, symbol, el("span", {}, label));
  const box = el("input", { type: "checkbox", onchange: () => onchange(box.checked) });
  box.checked = checked;
  return el("label", { class: `legend-row${sub ? " sub" : ""}${symbol ? "" : " head"}` }, box, symbol || null, el("span", {}, label), note && el("small", {}, note));
}

function layerSwatch(layer) {
  const { symbol, fill, stroke, dash } = layer.look;
  if (layer.name === "streets") return swatch("line", last(looks.streets).colour, last(looks.streets).casing);
  if (symbol === "line") return swatch("line", stroke);
  if (symbol === "area") return swatch("area", fill, stroke || "none", dash);
  return swatch(symbol, fill);
}

/** The layer control, which is the legend too. */
function fillLayers(element, city, baseMaps, actions) {
  const groups = new Map(Object.keys(looks.groups).map((name) => [name, []]));
  if (city.coverage) groups.get("results").push(...coverageRows(city.coverage, actions));
  if (city.states) groups.get("results").push(...stateRows(city.states, actions));
  if (city.isochrones?.all) groups.get("results").push(...isochroneRows(city.isochrones, actions));
  for (const layer of [...city.layers].reverse()) {
    const note = layer.look.fromZoom >= 14 ? words.fromZoom : null;
    const row = legendRow(layer.label, layer.name === "centres" ? swatch("star", looks.stars[5]) : layerSwatch(layer), {
      checked: layer.shown,
      note: layer.look.group === "base" ? note : [number(layer.count)],
      onchange: (shown) => actions.showLayer(layer, shown),
    });
    groups.get(layer.look.group).push(row, ...legendOf(layer, actions));
  }
  for (const [name, rows] of groups) {
    if (!rows.length) continue;
    if (name === "base") rows.unshift(...baseMaps.rows());
    const open = name === "results" || name === "places" || (name === "base" && pageData.baseMaps.length > 0);
    element.append(el("details", { open }, el("summary", {}, looks.groups[name]), rows));
  }
}

function coverageRows(coverage, actions) {
  const rows = coverage.classes.map((item, i) => {
    const row = legendRow(item.label, swatch(item.symbol, item.colour), {
      sub: true,
      note: number(coverage.counts[i]),
      onchange: (shown) => actions.showClass(i, shown),
    });
    coverage.classBoxes = [...(coverage.classBoxes ?? []), row.querySelector("input")];
    return row;
  });
  const unit = coverage.counted === "residents" ? words.residents : words.homes;
  const main = legendRow(words.coverage, "", { note: unit, onchange: (shown) => actions.showHomes(coverage, shown) });
  coverage.box = main.querySelector("input");
  return [main, rows].flat();
}

/** Homes by what they find open at the moment asked about. */
function stateRows(states, actions) {
  const rows = states.classes.map((item, i) =>
    legendRow(item.label, swatch(item.symbol, item.colour), {
      sub: true,
      note: number(states.counts[i]),
      onchange: (shown) => actions.showState(i, shown),
    }));
  const mark = (shown) => rows.forEach((row) => row.classList.toggle("off", !shown));
  mark(false);
  const main = legendRow(say("statesAt", { at: states.at }), "", { checked: false, onchange: (shown) => actions.showHomes(states, shown) });
  states.box = main.querySelector("input");
  states.mark = mark;
  return [main, ...rows];
}

function isochroneRows(isochrones, actions) {
  const rows = isochrones.limits.map((limit, i) =>
    legendRow(say("isochroneOf", { n: limit }), swatch("area", `${isochrones.colours[i]}40`, isochrones.colours[i]), { sub: true }));
  const mark = (shown) => rows.forEach((row) => row.classList.toggle("off", !shown));
  mark(isochrones.shown);
  const main = legendRow(words.isochrones, "", {
    checked: isochrones.shown,
    onchange: (shown) => {
      mark(shown);
      actions.showResult(isochrones, shown);
    },
  });
  isochrones.box = main.querySelector("input");
  return [main, ...rows];
}

/** The classes within a layer: stars of centres, classes of streets. */
function legendOf(layer, actions) {
  if (layer.name === "streets") {
    const used = new Set(layer.classOf);
    return looks.streets
      .map((look, i) => (used.has(i) ? legendRow(look.label, swatch("line", look.colour, look.casing || "none", look.dash), { sub: true }) : null))
      .filter(Boolean)
      .reverse();
  }
  if (layer.name !== "centres" || !records.has("centres", "stars")) return [];
  const counts = [0, 0, 0, 0, 0, 0];
  for (const record of records.all("centres")) counts[record.stars ?? 0]++;
  return [5, 4, 3, 2, 1, 0]
    .filter((stars) => counts[stars])
    .map((stars) =>
      legendRow(stars ? say("starsShort", { n: stars }) : words.unrated, centreSymbol(stars, "swatch mark"), {
        sub: true,
        note: number(counts[stars]),
        onchange: (shown) => actions.showStars(stars, shown),
      }));
}

/** The symbol of a centre: a star with its number, or a disc for an unrated one. */
function centreSymbol(stars, className) {
  const colour = looks.stars[stars];
  return svg(
    "svg",
    { viewBox: "0 0 30 30", class: className, "aria-hidden": "true" },
    stars
      ? starPath(15, 15.6, 14, { fill: colour, stroke: "#ffffff", "stroke-width": 1.6, "stroke-linejoin": "round" })
      : svg("circle", { cx: 15, cy: 15, r: 8.5, fill: colour, stroke: "#ffffff", "stroke-width": 1.8 }),
    stars
      ? svg("text", { x: 15, y: 19.6, "text-anchor": "middle", fill: "#ffffff", "font-size": 11, "font-weight": 700 }, String(stars))
      : svg("circle", { cx: 15, cy: 15, r: 2.6, fill: "#ffffff" }),
  );
}

/** Where the map's numbers and data come from. */
function fillAbout(element, origin) {
  const facts = [];
  if (origin.stamps.length) facts.push([words.stamp, origin.stamps.map((stamp) => el("div", {}, stamp))]);
  if (origin.sources.length) facts.push([words.sources, origin.sources.map((source) => el("div", {}, source))]);
  if (origin.dataDate) facts.push([words.dataDate, origin.dataDate]);
  if (origin.catalogueDate) facts.push([words.catalogueDate, origin.catalogueDate]);
  if (origin.engine) facts.push([words.engine, `tongling-gis ${origin.engine}`]);
  if (origin.notes.length) facts.push([words.notes, origin.notes.map((note) => el("div", {}, note))]);
  const said = origin.stamps[0] ?? words.noResult;
  const line = [said, ...origin.sources.filter((source) => !(origin.invented && source === words.invented && origin.stamps.length))].join(" · ");
  element.append(
    el("details", {}, el("summary", { title: words.about }, el("span", {}, line)), el("div", { class: "about-body" }, factList(facts))),
  );
}

/** What the boxes of the panel do. */
function layerActions(page) {
  const { coverage } = page.city;
  const setClass = (i, shown) => {
    coverage.classShown[i] = shown;
    coverage.classBoxes[i].checked = shown;
  };
  return {
    showLayer: (layer, shown) => {
      layer.shown = shown;
      page.markers?.refresh();
      page.refresh();
    },
    showResult: (result, shown) => {
      result.shown = shown;
      page.refresh();
    },
    // homes have one colour at a time: their walk, or what they find open
    showHomes: (result, shown) => {
      const { states } = page.city;
      const other = result === coverage ? states : coverage;
      if (shown && other) [other.shown, other.box.checked] = [false, false];
      result.shown = shown;
      states?.mark(states.shown);
      page.refresh();
    },
    showState: (i, shown) => {
      page.city.states.classShown[i] = shown;
      page.refresh();
    },
    showClass: (i, shown) => {
      setClass(i, shown);
      page.refresh();
    },
    showStars: (stars, shown) => {
      page.markers?.starsShown[shown ? "add" : "delete"](stars);
      page.markers?.refresh();
    },
    showOnlyUncovered: (only) => {
      coverage.classes.forEach((_item, i) => setClass(i, !only || i >= coverage.limits.length));
      page.refresh();
    },
  };
}
