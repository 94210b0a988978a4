// Two scenarios on one map, one on each side of a line that is drawn across it.

const GAIN = { symbol: "triangle", colour: "#00795c" };
const LOSS = { symbol: "triangle-down", colour: "#b3006b" };
const STEP_SHARE = 0.05; // how far an arrow key moves the line
const LEFT = 0, RIGHT = 1;
const SIDE_PANES = ["compareLeft", "compareRight"];
const MARK_PANES = ["compareLeftMarks", "compareRightMarks"];

/** What is compared: the homes, and every side on offer. */
class Comparison {
  constructor(described, buildings, coverage) {
    Object.assign(this, described);
    const { sides: _sides, ...homes } = described;
    this.layers = described.sides.map((side) => new CoverageLayer({ ...homes, ...side }, buildings, coverage));
    for (const layer of this.layers) layer.shown = true;
    this.chosen = [0, this.layers.length - 1];
    this.gainsShown = true;
    this.lossesShown = true;
    this.weigh();
  }

  get left() {
    return this.layers[this.chosen[LEFT]];
  }

  get right() {
    return this.layers[this.chosen[RIGHT]];
  }

  choose(side, number) {
    this.chosen[side] = number;
    this.weigh();
  }

  weight(home) {
    return this.counted === "residents" ? Math.max(0, this.left.residents[home]) : 1;
  }

  /** Sum by limit, from the left to the right side, and list the homes gained and lost. */
  weigh() {
    const { left, right, limits } = this;
    const widest = limits.length - 1;
    this.sums = limits.map(() => ({ left: 0, right: 0, gained: 0, lost: 0 }));
    [this.gains, this.losses, this.total] = [[], [], 0];
    left.class.forEach((was, home) => {
      const is = right.class[home], weight = this.weight(home);
      this.total += weight;
      this.sums.forEach((sum, i) => {
        if (was <= i) sum.left += weight;
        if (is <= i) sum.right += weight;
        if (is <= i && was > i) sum.gained += weight;
        if (was <= i && is > i) sum.lost += weight;
      });
      if (was > widest && is <= widest) this.gains.push(home);
      if (was <= widest && is > widest) this.losses.push(home);
    });
    this.mark = new Map([...this.gains.map((home) => [home, GAIN]), ...this.losses.map((home) => [home, LOSS])]);
  }

  /** Signs on the homes that the right side gains and loses. */
  paint(context, view, box) {
    const byMark = new Map([[GAIN, []], [LOSS, []]]);
    for (const home of this.left.shapes.grid.touching(...box)) {
      const mark = this.mark.get(home);
      if (mark) byMark.get(mark).push(home);
    }
    const radius = Math.max(2.6, this.left.radius(view.zoom) * 1.35);
    for (const [mark, homes] of byMark) {
      if (!(mark === GAIN ? this.gainsShown : this.lossesShown)) continue;
      paintPoints(context, this.left.shapes, homes, view, symbolStamp(mark.symbol, mark.colour, "#ffffff", radius, view.ratio));
    }
  }

  effect(home) {
    const mark = this.mark.get(home);
    return mark === GAIN ? words.gained : mark === LOSS ? words.lost : "";
  }
}

/** The map's two sides, the line between them, and what is changed on each. */
class Swipe {
  constructor(map, comparison) {
    Object.assign(this, { map, comparison, share: 0.5, active: false });
    this.panes = SIDE_PANES.map((name) => map.createPane(name));
    this.markPanes = MARK_PANES.map((name) => map.createPane(name));
    for (const pane of this.panes) pane.style.zIndex = 300;
    for (const pane of this.markPanes) pane.style.zIndex = 620;
    this.line = this.makeLine();
    document.getElementById("stage").append(this.line);
    map.on("move zoomend viewreset resize", () => this.clip());
  }

  makeLine() {
    this.handle = el("div", {
      class: "swipe-handle", role: "slider", tabindex: 0, "aria-label": words.swipe, "aria-valuemin": 0, "aria-valuemax": 100,
      onkeydown: (event) => this.onKey(event),
    }, svg("svg", { viewBox: "0 0 24 16", width: 24, height: 16, "aria-hidden": "true" }, svg("path", { d: "M8 2 2 8l6 6M16 2l6 6-6 6", fill: "none", stroke: "currentColor", "stroke-width": 2.4 })));
    this.names = [el("span", { class: "swipe-name left" }), el("span", { class: "swipe-name right" })];
    this.handle.addEventListener("pointerdown", (event) => {
      this.handle.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.handle.focus();
    });
    this.handle.addEventListener("pointermove", (event) => this.handle.hasPointerCapture(event.pointerId) && this.follow(event.clientX));
    return el("div", { id: "swipe", hidden: true }, this.names, this.handle);
  }

  follow(clientX) {
    const box = this.map.getContainer().getBoundingClientRect();
    this.move((clientX - box.left) / box.width);
  }

  onKey(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4 };
    const to = { Home: 0, End: 1 }[event.key] ?? (steps[event.key] && this.share + steps[event.key] * STEP_SHARE);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(to);
  }

  move(share) {
    this.share = Math.max(0, Math.min(1, share));
    this.clip();
  }

  toggle(active) {
    this.active = active;
    this.line.hidden = !active;
    if (active) this.draw();
    else this.clear();
  }

  /** Draw both sides afresh, as after another choice. */
  draw() {
    this.clear();
    const { comparison, map } = this;
    const sides = [comparison.left, comparison.right];
    this.drawn = sides.map((side, i) => new VectorTiles([side, comparison], { pane: SIDE_PANES[i] }).addTo(map));
    this.drawn.push(...sides.map((side, i) => changeMarks(side, MARK_PANES[i]).addTo(map)));
    sides.forEach((side, i) => (this.names[i].textContent = side.name));
    this.clip();
  }

  clear() {
    for (const layer of this.drawn ?? []) layer.remove();
    this.drawn = [];
  }

  repaint() {
    for (const layer of this.drawn ?? []) layer.repaint?.();
  }

  /** Cut each side's panes off at the line. */
  clip() {
    if (!this.active) return;
    const size = this.map.getSize();
    const [from, to] = [this.map.containerPointToLayerPoint([0, 0]), this.map.containerPointToLayerPoint(size)];
    const x = from.x + size.x * this.share;
    const cut = (x0, x1) => `polygon(${x0}px ${from.y}px, ${x1}px ${from.y}px, ${x1}px ${to.y}px, ${x0}px ${to.y}px)`;
    for (const panes of [this.panes, this.markPanes]) {
      panes[LEFT].style.clipPath = cut(from.x, x);
      panes[RIGHT].style.clipPath = cut(x, to.x);
    }
    this.line.style.left = `${this.share * 100}%`;
    this.line.style.setProperty("--share", this.share);
    const percentage = Math.round(this.share * 100);
    this.handle.setAttribute("aria-valuenow", percentage);
    this.handle.setAttribute("aria-valuetext", say("swipeAt", { a: this.names[LEFT].textContent, n: percentage, b: this.names[RIGHT].textContent }));
  }

  /** Show a change with the line at a share of the width, so that its own side is in view. */
  reveal(change, share) {
    this.map.fitBounds(L.geoJSON(change.place).getBounds().pad(0.5), { maxZoom: 16, animate: false });
    this.move(share);
  }
}

const TAKEN_AWAY = new Set(["close_street", "close_gate", "draw_wall", "remove_centre"]);

/** What a side changes: lines along streets and walls, a numbered sign on each change. */
function changeMarks(side, pane) {
  const group = L.layerGroup();
  for (const change of side.changes) {
    if (!change.place) continue;
    const colour = TAKEN_AWAY.has(change.kind) ? LOSS.colour : GAIN.colour;
    const told = () => el("div", { class: "story" }, el("h3", {}, change.label), el("p", {}, side.name));
    const shape = L.geoJSON(change.place, {
      pane,
      style: { color: colour, weight: 5, opacity: 0.95, dashArray: change.kind === "draw_wall" || change.kind.startsWith("close") ? "9 7" : null, fill: false },
      pointToLayer: (_feature, place) => L.circleMarker(place, { pane, radius: 11, color: colour, weight: 3, fillColor: "#ffffff", fillOpacity: 0.9 }),
    });
    const icon = L.divIcon({ className: "change-mark", html: el("span", { style: `--colour: ${colour}` }, String(change.number)), iconSize: [24, 24], iconAnchor: [12, 12] });
    const mark = L.marker(middleOf(change.place), { icon, pane, keyboard: true, riseOnHover: true, alt: change.label, title: change.label });
    for (const one of [shape, mark]) group.addLayer(one.bindPopup(told, { maxWidth: 240 }));
  }
  return group;
}

/** Where the sign of a shape stands: a point itself, else the middle vertex of its longest line. */
function middleOf(place) {
  if (place.type === "Point") return [place.coordinates[1], place.coordinates[0]];
  const lines = { LineString: [place.coordinates], Polygon: place.coordinates, MultiLineString: place.coordinates }[place.type];
  if (!lines) return L.geoJSON(place).getBounds().getCenter();
  const longest = lines.reduce((a, b) => (b.length > a.length ? b : a));
  const [lon, lat] = longest[Math.floor(longest.length / 2)];
  return longest.length === 2 ? [(longest[0][1] + lat) / 2, (longest[0][0] + lon) / 2] : [lat, lon];
}

/** The panel of the comparison: which sides, what is gained and lost, what is changed. */
class ComparisonPanel {
  constructor(element, comparison, swipe, actions) {
    Object.assign(this, { element, comparison, swipe, actions });
    this.button = el("button", { type: "button", class: "plain wide", "aria-pressed": "false", onclick: () => this.toggle(!swipe.active) }, words.compareStart);
    this.body = el("div", { hidden: true });
    furnish(element, {}, [el("h2", {}, words.comparison), this.selects(), this.head = el("p", { class: "change-head" }), this.button, this.body]);
    element.hidden = false;
    this.fill();
  }

  selects() {
    const { comparison } = this;
    if (comparison.layers.length < 3) return null;
    return el("p", { class: "side-selects" }, [LEFT, RIGHT].map((side) => {
      const select = el("select", { "aria-label": side === LEFT ? words.leftSide : words.rightSide, onchange: () => {
        comparison.choose(side, Number(select.value));
        this.fill();
        if (this.swipe.active) this.swipe.draw();
      } }, comparison.layers.map((layer, i) => el("option", { value: i }, layer.name)));
      select.value = comparison.chosen[side];
      return select;
    }));
  }

  toggle(active) {
    this.button.setAttribute("aria-pressed", String(active));
    this.button.textContent = active ? words.compareStop : words.compareStart;
    this.body.hidden = !active;
    this.element.classList.toggle("active", active);
    this.actions.compare(active);
  }

  fill() {
    const { comparison } = this;
    const { sums, limits, total, left, right } = comparison;
    const widest = last(sums);
    const unit = comparison.counted === "residents" ? words.residents : words.homes;
    this.head.replaceChildren(
      el("strong", {}, `${percent(total ? widest.left / total : null)} → ${percent(total ? widest.right / total : null)}`),
      el("span", {}, say("within", { n: last(limits) }), el("small", {}, `${left.name} → ${right.name}`)));
    const rows = sums.map((sum, i) => [say("withinShort", { n: limits[i] }), number(sum.left, 0), number(sum.right, 0), number(sum.gained, 0), number(sum.lost, 0)]);
    const groups = left === comparison.layers[0] ? right.groups ?? [] : [];
    const heads = [unit, words.sideBefore, words.sideAfter, words.gained, words.lost];
    this.body.replaceChildren(
      dataTable(heads, rows, [1, 2, 3, 4]),
      groups.length ? el("details", {}, el("summary", {}, say("byAge", { n: last(limits) })), dataTable(heads, groups.map((row) => row.map((cell, i) => (i ? number(cell, 0) : cell))), [1, 2, 3, 4])) : "",
      this.legend(),
      this.changeList(),
      right.stamp ? el("p", { class: "quiet" }, right.stamp) : "");
  }

  legend() {
    const { comparison, swipe } = this;
    const row = (mark, label, homes, name) => legendRow(label, swatch(mark.symbol, mark.colour), {
      note: `${number(homes.length)} ${words.homesShort}`,
      onchange: (shown) => {
        comparison[name] = shown;
        swipe.repaint();
      },
    });
    return el("div", { class: "change-legend" }, row(GAIN, words.gained, comparison.gains, "gainsShown"), row(LOSS, words.lost, comparison.losses, "lossesShown"),
      comparison.classes.map((item) => legendRow(item.label, swatch(item.symbol, item.colour))));
  }

  changeList() {
    const sides = [...new Set([this.comparison.left, this.comparison.right])].filter((side) => side.changes.length);
    return el("div", {}, sides.map((side) => [
      el("h3", {}, say("changesOf", { name: side.name })),
      el("ol", { class: "changes" }, side.changes.map((change) =>
        el("li", { value: change.number }, change.place
          ? el("button", { type: "button", class: "link", onclick: () => this.actions.reveal(side, change) }, change.label)
          : change.label))),
    ]));
  }
}

/** What is told of a home on the two sides of a comparison. */
function comparedStory(comparison, home) {
  const { left, right } = comparison;
  const walk = (side) => {
    const item = side.classes[side.class[home]];
    const key = side.centre[home] < 0 ? null : comparison.centreIds[side.centre[home]];
    return el("span", { class: "home-walk" }, swatch(item.symbol, item.colour),
      side.walk[home] < 0 ? words.noCentre : duration(side.walk[home]),
      key !== null && [" · ", records.find("centres", key) ? recordLink("centres", key) : comparison.centres[key] ?? key]);
  };
  const facts = [[left.name, walk(left)], [right.name, walk(right)]];
  const change = right.walk[home] - left.walk[home];
  if (left.walk[home] >= 0 && right.walk[home] >= 0 && change) facts.push([words.change, `${change > 0 ? "+" : "−"}${duration(Math.abs(change))}`]);
  const effect = comparison.effect(home);
  if (effect) facts.push([words.effect, effect]);
  if (left.residents[home] >= 0) facts.push([words.residents, number(left.residents[home])]);
  const compound = left.compound[home];
  if (compound >= 0) facts.push([words.inCompound, recordLink("compounds", left.compoundIds[compound])]);
  return el("div", { class: "story" }, el("h3", {}, `${words.home1} ${left.ids[home] ?? ""}`), factList(facts));
}
