// Results: homes by their walk to the nearest centre, and isochrones.

class CoverageLayer {
  /** ``like`` is the coverage whose homes these are, where they are not told again. */
  constructor(described, buildings, like = null) {
    Object.assign(this, described);
    this.shapes = described.like ? like.shapes : described.shapes instanceof Shapes ? described.shapes : new Shapes(described.shapes);
    for (const name of ["class", "walk", "centre", "reason"]) {
      if (typeof described[name] === "string") this[name] = readIntegers(described[name]);
    }
    for (const name of ["residents", "building", "compound"]) {
      this[name] = described.like ? like[name] : readIntegers(described[name]);
    }
    if (described.like) [this.ids, this.compoundIds] = [like.ids, like.compoundIds];
    this.buildings = buildings;
    this.shown = true;
    this.classShown = this.classes.map(() => true);
    this.homeOfBuilding = new Int32Array(buildings ? buildings.shapes.count : 0).fill(-1);
    this.building.forEach((row, home) => row >= 0 && (this.homeOfBuilding[row] = home));
    this.counts = this.classes.map(() => 0);
    const byPeople = this.counted === "residents";
    this.class.forEach((one, home) => (this.counts[one] += byPeople ? Math.max(0, this.residents[home]) : 1));
  }

  /** Dots are larger where homes are few. */
  radius(zoom) {
    const sparse = Math.max(1, Math.min(2.4, Math.sqrt(4000 / Math.max(1, this.shapes.count))));
    return Math.max(1.5, Math.min(6.5, 1.7 * sparse * 2 ** ((zoom - 13) * 0.42)));
  }

  asBuildings(zoom) {
    return Boolean(this.buildings) && zoom >= looks.buildingsFromZoom;
  }

  paint(context, view, box) {
    if (!this.shown) return;
    const asBuildings = this.asBuildings(view.zoom);
    if (asBuildings) this.paintBuildings(context, view, box);
    const byClass = this.classes.map(() => []);
    for (const home of this.shapes.grid.touching(...box)) {
      if (asBuildings && this.building[home] >= 0) continue;
      byClass[this.class[home]].push(home);
    }
    byClass.forEach((homes, number) => {
      if (!this.classShown[number]) return;
      const { symbol, colour } = this.classes[number];
      const radius = this.radius(view.zoom) * (symbol === "circle" ? 1 : 1.25);
      paintPoints(context, this.shapes, homes, view, symbolStamp(symbol, colour, contrast.on ? "#000000" : "#ffffff", radius, view.ratio));
    });
  }

  paintBuildings(context, view, box) {
    const byClass = this.classes.map(() => []);
    for (const row of this.buildings.shapes.grid.touching(...box)) {
      const home = this.homeOfBuilding[row];
      if (home >= 0) byClass[this.class[home]].push(row);
    }
    byClass.forEach((rows, number) => {
      if (!this.classShown[number]) return;
      const { colour, symbol } = this.classes[number];
      const hatched = symbol === "cross";
      const look = { fill: colour, hatched, stroke: contrast.on ? "#000000" : hatched ? colour : "#ffffff", size: 0.7 };
      paintAreas(context, this.buildings.shapes, rows, view, look);
    });
  }

  /** The home at a place, -1 for none. */
  pick(x, y, far, zoom) {
    if (!this.shown) return -1;
    if (this.asBuildings(zoom)) {
      const row = pickRow(this.buildings.shapes, x, y, 0);
      const home = row < 0 ? -1 : this.homeOfBuilding[row];
      if (home >= 0 && this.classShown[this.class[home]]) return home;
    }
    const home = pickRow(this.shapes, x, y, far);
    return home >= 0 && this.classShown[this.class[home]] ? home : -1;
  }

  /** The home at a place that no centre is reached from, -1 for none: its sign stands over compounds. */
  pickUnreached(x, y, far) {
    const number = this.limits.length + 1;
    if (!this.shown || !this.classShown[number]) return -1;
    this.unreached ??= Uint8Array.from(this.class, (one) => (one === number ? 1 : 0));
    return pickRow(this.shapes, x, y, far, this.unreached);
  }

  covered(home) {
    return this.class[home] < this.limits.length;
  }
}

class IsochroneLayer {
  constructor(described) {
    Object.assign(this, described);
    this.shapes = new Shapes(described.shapes);
    this.rowsOf = new Map();
    this.places.forEach((place, row) => {
      if (!this.rowsOf.has(place)) this.rowsOf.set(place, []);
      this.rowsOf.get(place).push(row);
    });
    for (const rows of this.rowsOf.values()) rows.sort((a, b) => this.limit[b] - this.limit[a]);
    this.all = described.dissolved ? new Shapes(described.dissolved.shapes) : null;
    this.shown = false;
    this.selected = null;
    this.openRows = null;
  }

  /** Show the areas of some places only, as of those that are open; null for all. */
  limitTo(isOpen) {
    this.openRows = isOpen && this.limits.map((_limit, i) => this.places.flatMap((place, row) => (this.limit[row] === i && isOpen(place) ? [row] : [])));
  }

  /** Select a place, whose areas are drawn; null for none. */
  select(place) {
    this.selected = this.rowsOf.has(place) ? place : null;
  }

  paint(context, view, box) {
    if (this.shown && this.openRows) {
      const seen = new Set(this.shapes.grid.touching(...box));
      for (let i = this.limits.length - 1; i >= 0; i--) {
        const rows = this.openRows[i].filter((row) => seen.has(row));
        paintAreas(context, this.shapes, rows, view, { fill: this.colours[i], fillOpacity: 0.3 });
      }
    } else if (this.shown && this.all) {
      for (const row of this.all.grid.touching(...box)) {
        this.paintArea(context, this.all, row, view, this.colours[this.dissolved.limit[row]], 0.16, 0.9);
      }
    }
    if (this.selected === null) return;
    for (const row of this.rowsOf.get(this.selected)) {
      this.paintArea(context, this.shapes, row, view, this.colours[this.limit[row]], 0.2, 2);
    }
  }

  paintArea(context, shapes, row, view, colour, fillOpacity, size) {
    paintAreas(context, shapes, [row], view, { fill: colour, fillOpacity, stroke: colour, size });
  }

  bounds(place) {
    const rows = this.rowsOf.get(place);
    return rows ? this.shapes.bounds(rows[0]) : null;
  }
}

/** Outlines of the compounds that a card is about. */
class Highlight {
  constructor(layer) {
    this.layer = layer;
    this.rows = [];
    this.pointed = [];
  }

  paint(context, view) {
    if (!this.layer) return;
    if (this.pointed.length) paintAreas(context, this.layer.shapes, this.pointed, view, { fill: "#ffd54a", fillOpacity: 0.45, stroke: "#4a3500", size: 3 });
    if (!this.rows.length) return;
    const look = { fill: "#ffd54a", fillOpacity: 0.18, stroke: "#ffffff", size: 5 };
    paintAreas(context, this.layer.shapes, this.rows, view, look);
    paintAreas(context, this.layer.shapes, this.rows, view, { stroke: "#b3006b", size: 2.4 });
  }
}

/** What is told of a home: its walk, its nearest centre, and why it is not covered. */
function homeStory(coverage, home) {
  const lines = [];
  const item = coverage.classes[coverage.class[home]];
  const head = el("p", { class: "home-walk" }, swatch(item.symbol, item.colour), el("strong", {}, item.label));
  if (coverage.walk[home] >= 0) head.append(el("span", {}, say("walk", { n: duration(coverage.walk[home]) })));
  lines.push(head);
  const facts = [];
  const centre = coverage.centre[home];
  facts.push([words.nearestCentre, centre < 0 ? words.noCentre : recordLink("centres", coverage.centreIds[centre])]);
  if (coverage.residents[home] >= 0) facts.push([words.residents, number(coverage.residents[home])]);
  const compound = coverage.compound[home];
  if (compound >= 0) facts.push([words.inCompound, recordLink("compounds", coverage.compoundIds[compound])]);
  if (coverage.reason[home] >= 0) facts.push([words.reason, coverage.reasons[coverage.reason[home]]]);
  lines.push(factList(facts));
  return el("div", { class: "story" }, el("h3", {}, `${words.home1} ${coverage.ids[home] ?? ""}`), lines);
}

/** How large a popup may be, and how far it keeps from the map's edge and its buttons. */
function popupRoom(map, widest) {
  const size = map.getSize();
  return { maxWidth: Math.min(widest, size.x - 110), maxHeight: Math.min(340, size.y * 0.55), autoPanPaddingTopLeft: [14, 20], autoPanPaddingBottomRight: [60, 20] };
}
