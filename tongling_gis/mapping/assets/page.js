// The page: puts layers on folium's map, and ties map, cards, search and address together.

const PICK_PX = 8;
const MARKERS_AT_MOST = 1500;
const ZOOM_SNAP = 0.5; // half steps: tiles are drawn for the next whole zoom and made smaller
const NEAR_ZOOM = 15; // links and searches zoom in at least so far
const FULL_SIZE_ZOOM = 14; // below it the centres' symbols shrink
const NARROW = "(max-width: 760px)";

/** Everything that is drawn of the city. */
function readCity() {
  const layers = pageData.layers.map((described) => new DrawnLayer(described));
  const byName = Object.fromEntries(layers.map((layer) => [layer.name, layer]));
  const coverage = pageData.coverage ? new CoverageLayer(pageData.coverage, byName.buildings) : null;
  const states = pageData.hours ? new CoverageLayer(pageData.hours, byName.buildings, coverage) : null;
  if (states) states.shown = false;
  const checks = pageData.checks?.length ? new Checks(pageData.checks, byName.buildings) : null;
  const opening = pageData.opening ? new OpeningWeek(pageData.opening) : null;
  const comparison = pageData.comparison ? new Comparison(pageData.comparison, byName.buildings, coverage) : null;
  const isochrones = pageData.isochrones ? new IsochroneLayer(pageData.isochrones) : null;
  if (isochrones && !coverage) isochrones.shown = true;
  for (const layer of layers) {
    if (layer.keys) layer.rowOfKey = new Map(layer.keys.map((key, row) => [key, row]));
  }
  return { layers, byName, coverage, states, opening, checks, comparison, isochrones, highlight: new Highlight(byName.compounds) };
}

/** What is painted on the tiles, from the bottom to the top. */
function paintersOf(city, centresAsMarkers) {
  const painters = [];
  for (const layer of city.layers) {
    if (layer.name === "compounds") painters.push(city.isochrones);
    if (layer.name === "centres" && centresAsMarkers) continue;
    painters.push(layer.name === "compounds" ? translucent(layer) : layer);
    if (layer.name === "compounds") painters.push(city.highlight);
  }
  if (!painters.includes(city.isochrones)) painters.push(city.isochrones);
  const firstPoints = painters.findIndex((one) => one?.shapes?.isPoints);
  painters.splice(firstPoints < 0 ? painters.length : firstPoints, 0, city.coverage, city.states, city.checks);
  return painters.filter(Boolean);
}

function translucent(layer) {
  layer.look.fillOpacity = 0.22;
  return layer;
}

/** Ties everything together. */
class Page {
  constructor(map) {
    this.map = map;
    this.city = readCity();
    const { centres } = this.city.byName;
    const asMarkers = Boolean(centres) && centres.count <= MARKERS_AT_MOST;
    map.createPane("labels").style.zIndex = 450;
    map.getPane("labels").style.pointerEvents = "none";
    map.options.zoomSnap = ZOOM_SNAP;
    furnishFrame(map);
    if (pageData.embed) embed(map, pageData.embed.full);
    this.togglePanel(!window.matchMedia(NARROW).matches && !pageData.embed);
    map.invalidateSize({ animate: false });
    this.showStart();
    this.tiles = new VectorTiles(paintersOf(this.city, asMarkers)).addTo(map);
    this.markers = asMarkers ? new CentreMarkers(map, centres, (kind, key) => this.go(kind, key)) : null;
    this.labels = new LabelCanvas(this.labelDrawers()).addTo(map);
    this.card = new CardPanel(document.getElementById("card"), this.city, {
      close: () => this.go(null),
      locate: (kind, key) => this.locate(kind, key, true),
      edit: (key) => this.startDrawing(key),
      isPlaced: (kind, key) => this.placeOf(kind, key) !== null,
    });
    this.filters = new Filters(this.city.coverage, this.city.checks);
    this.table = new PlaceTable(document.getElementById("table"), this.city, this.filters, this.tableActions());
    this.drawing = new Drawing(map, document.getElementById("draw"), this.city, { close: () => this.stopDrawing() });
    this.recordPage = new RecordPage(document.getElementById("record"), this.city);
    this.furnishPage();
    this.listen();
    this.sizeMarks();
    this.followHash({ first: true });
  }

  showStart() {
    const bounds = L.latLngBounds(pageData.bounds ?? [[-60, -180], [75, 180]]);
    this.map.fitBounds(bounds.pad(-0.04), { animate: false, maxZoom: 17 }); // the rim may touch the frame
  }

  labelDrawers() {
    const { centres, compounds, streets, water, green, schools } = this.city.byName;
    const named = (table, layer) => (row) => {
      const record = records.find(table, layer.keys[row]);
      return record?.name ?? "";
    };
    const drawers = [];
    if (centres) drawers.push(pointLabels(centres, named("centres", centres), { size: 12.5, weight: 600, colour: "#4a0a3b" }, 15, 15));
    if (compounds) drawers.push(areaLabels(compounds, named("compounds", compounds), { size: 12, weight: 500, colour: "#4d2f66", least: 0.45 }, 15));
    if (water) drawers.push(areaLabels(water, (row) => water.nameOfRow(row), { size: 13, colour: "#3d7390", halo: "rgba(235,245,250,0.9)" }, 11));
    if (green) drawers.push(areaLabels(green, (row) => green.nameOfRow(row), { size: 11.5, colour: "#4b7038" }, 14));
    if (schools) drawers.push(pointLabels(schools, (row) => schools.nameOfRow(row), { size: 11, colour: "#6b5500" }, 15, 7));
    if (streets) drawers.push(streetLabels(streets));
    return drawers;
  }

  furnishPage() {
    const byId = (id) => document.getElementById(id);
    const actions = layerActions(this);
    fillSummary(byId("summary"), this.city.coverage, actions);
    this.baseMaps = new BaseMaps(this.map, this.city, { redraw: () => this.refresh(), credit: fillCredit });
    fillLayers(byId("layers"), this.city, this.baseMaps, actions);
    this.search = new Search(byId("search-box"), byId("search-list"), (kind, key) => this.go(kind, key));
    L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(this.map);
    this.furnishComparison();
    this.furnishOpening();
    this.furnishChecks();
    this.printView = new PrintView(this.map, this.city, { redraw: () => this.refresh(), rebuild: () => this.tiles.redraw() });
    addHomeAndNorth(this.map, () => this.showStart());
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 120 }).addTo(this.map);
  }

  /** The checks of enclosures, where there are any. */
  furnishChecks() {
    const { checks } = this.city;
    if (!checks) return;
    const drawing = new CheckDrawing(this.map, checks);
    const show = (shown) => {
      if (window.matchMedia(NARROW).matches) this.togglePanel(false);
      shown();
    };
    this.checksPanel = new ChecksPanel(document.getElementById("checks"), checks, drawing, {
      redraw: () => this.refresh(),
      locate: () => this.map.fitBounds(L.geoJSON(checks.check.boundary.filter(Boolean)).getBounds().pad(0.2), { maxZoom: 17, animate: false }),
      show: (finding) => show(() => drawing.show(finding)),
    });
  }

  /** The hours of the week, where centres' hours are known. */
  furnishOpening() {
    const { opening, coverage, states, isochrones } = this.city;
    if (!opening) return;
    this.openingPanel = new OpeningPanel(document.getElementById("opening"), opening, states, {
      changed: () => {
        const chosen = opening.at !== NO_TIME;
        isochrones?.limitTo(chosen ? (place) => opening.stateOf(place) === OPEN : null);
        if (chosen && isochrones && !isochrones.shown) isochrones.box?.click();
        if (chosen && isochrones && coverage?.shown) coverage.box.click(); // its walks are to centres open or not
        if (!chosen && coverage && !coverage.shown && !states?.shown) coverage.box.click();
        this.markers?.showOpening(chosen ? (key) => opening.stateOf(key) : null);
        this.refresh();
      },
    });
  }

  /** The slider between two scenarios, where there are any. */
  furnishComparison() {
    const { comparison, coverage } = this.city;
    if (!comparison) return;
    this.swipe = new Swipe(this.map, comparison);
    this.comparisonPanel = new ComparisonPanel(document.getElementById("comparison"), comparison, this.swipe, {
      compare: (active) => {
        this.map.closePopup();
        if (active && coverage) this.coverageWasShown = coverage.shown;
        if (coverage) {
          coverage.shown = active ? false : this.coverageWasShown;
          coverage.box.checked = coverage.shown;
        }
        this.swipe.toggle(active);
        this.refresh();
        if (active && window.matchMedia(NARROW).matches) this.togglePanel(false);
      },
      reveal: (side, change) => {
        if (window.matchMedia(NARROW).matches) this.togglePanel(false);
        this.swipe.reveal(change, side === comparison.right ? 0.3 : 0.7);
      },
    });
  }

  /** Draw a boundary, from a compound's outline where one is named. */
  startDrawing(key = null) {
    if (this.asked) this.go(null);
    if (key !== null && !this.drawing.draft.saved && !window.confirm(words.drawDiscard)) return;
    this.map.closePopup();
    if (key === null) this.drawing.start();
    else this.drawing.startFrom(key);
  }

  stopDrawing() {
    this.drawing.stop();
    this.map.getContainer().focus({ preventScroll: true });
  }

  startPrinting() {
    if (this.drawing.active) this.stopDrawing();
    if (this.table.isOpen) this.toggleTable(false);
    this.map.closePopup();
    this.printView.enter();
  }

  tableActions() {
    return {
      close: () => this.toggleTable(false),
      open: (kind, key) => this.go(kind, key),
      filtered: () => this.applyFilters(),
      point: (kind, key) => this.point(kind, key),
      isInView: (kind, key) => {
        const place = this.placeOf(kind, key);
        return place !== null && this.map.getBounds().intersects(place);
      },
    };
  }

  toggleTable(open) {
    document.getElementById("table-toggle").setAttribute("aria-expanded", String(open));
    this.table.toggle(open);
    this.map.invalidateSize({ animate: false });
    if (open) this.table.select(this.asked?.kind, this.asked?.key);
  }

  /** Show on the map what the filters keep, and say that there are filters. */
  applyFilters() {
    for (const name of Object.values(CARD_TABLES)) this.filters.applyTo(this.city.byName[name]);
    const note = document.getElementById("filter-note");
    note.hidden = !this.filters.active;
    const counts = ["centres", "compounds"].filter((name) => records.tables[name]).map((name) =>
      `${records.tables[name].label} ${number(records.all(name).filter((record) => this.filters.keeps(name, record)).length)}/${number(records.all(name).length)}`);
    note.replaceChildren(`${words.filtered} ${counts.join(" · ")} `, el("button", { type: "button", class: "plain", onclick: () => this.table.clear() }, words.clearFilters));
    this.markers?.refresh();
    this.refresh();
  }

  /** Mark on the map what the table points at; null for nothing. */
  point(kind, key) {
    const row = kind === "compound" ? this.rowOf("compounds", key) : -1;
    const had = this.city.highlight.pointed.length;
    this.city.highlight.pointed = row < 0 ? [] : [row];
    this.markers?.point(kind === "centre" ? key : null);
    if (had || row >= 0) this.tiles.repaint();
  }

  refresh() {
    this.tiles.repaint();
    this.labels.redraw();
  }

  listen() {
    window.addEventListener("hashchange", () => this.followHash({ first: false }));
    this.map.on("click", (event) => this.onMapClick(event.latlng));
    this.map.on("zoomend", () => this.sizeMarks());
    this.map.on("moveend", () => this.table.isOpen && this.table.inView && this.table.draw());
    this.map.on("mousemove", (event) => this.onMapMove(event.latlng));
    document.getElementById("panel-toggle").addEventListener("click", (event) =>
      this.togglePanel(event.currentTarget.getAttribute("aria-expanded") !== "true"));
    document.getElementById("table-toggle").addEventListener("click", () => this.toggleTable(!this.table.isOpen));
    document.getElementById("draw-toggle").addEventListener("click", () => (this.drawing.active ? this.stopDrawing() : this.startDrawing()));
    document.getElementById("print-toggle").addEventListener("click", () => this.startPrinting());
    window.addEventListener("beforeunload", (event) => this.drawing.draft.saved || event.preventDefault());
    document.addEventListener("keydown", (event) => {
      if (this.drawing.active && this.drawing.onKey(event)) return;
      if (event.key === "Escape") this.escape();
    });
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(document.getElementById("stage"));
  }

  sizeMarks() {
    const shrunk = Math.max(0.45, Math.min(1, 1 - 0.22 * (FULL_SIZE_ZOOM - this.map.getZoom())));
    this.map.getContainer().style.setProperty("--mark-scale", shrunk);
  }

  escape() {
    if (this.printView.active) this.printView.leave();
    else if (this.recordPage.isOpen) this.go(this.asked.kind, this.asked.key);
    else if (document.querySelector(".leaflet-popup")) this.map.closePopup();
    else if (this.card.isOpen) this.go(null);
  }

  togglePanel(open) {
    document.getElementById("page").classList.toggle("panel-open", open);
    document.getElementById("panel-toggle").setAttribute("aria-expanded", String(open));
  }

  /**
   * Open a record by way of the address, so that the browser's back button leads back.
   * A place clicked on the map is not zoomed to: its reader sees it already.
   */
  go(kind, key, { stay = false } = {}) {
    this.stay = stay;
    if (window.matchMedia(NARROW).matches) this.togglePanel(false);
    if (kind === null) {
      history[pageData.embed ? "replaceState" : "pushState"](null, "", location.pathname + location.search);
      this.followHash({ first: false });
    } else if (location.hash === hashOf(kind, key)) {
      this.followHash({ first: false });
    } else if (pageData.embed) {
      location.replace(hashOf(kind, key));
    } else {
      location.hash = hashOf(kind, key);
    }
  }

  followHash({ first }) {
    const asked = readHash(location.hash);
    if (asked && this.drawing.active) this.stopDrawing();
    const wasRecord = this.recordPage.isOpen;
    this.asked = asked;
    this.map.closePopup();
    this.showRecordPage(asked);
    if (!asked) {
      const wasOpen = this.card.isOpen;
      this.card.close();
      this.select(null);
      document.title = pageData.title;
      if (wasOpen) this.map.getContainer().focus({ preventScroll: true });
      return;
    }
    const title = this.card.open(asked.kind, asked.key, { focus: !first && !asked.full });
    document.title = `${title} · ${pageData.title}`;
    this.select(asked);
    this.locate(asked.kind, asked.key, first || wasRecord || (!this.stay && this.map.getZoom() < NEAR_ZOOM));
    this.stay = false;
  }

  /** Open the full record where the address asks for it; what lies under it is out of reach then. */
  showRecordPage(asked) {
    const open = Boolean(asked?.full && records.find(CARD_TABLES[asked.kind], asked.key));
    for (const id of ["panel", "middle", "card"]) document.getElementById(id).inert = open;
    if (open) this.recordPage.open(asked.kind, asked.key);
    else this.recordPage.close();
  }

  /** Mark on the map what a card is about, and draw its isochrones. */
  select(asked) {
    const own = asked ? this.membersOf(asked.kind, asked.key) : { centres: [], compounds: [] };
    this.city.highlight.rows = own.compounds.map((key) => this.rowOf("compounds", key)).filter((row) => row >= 0);
    this.city.isochrones?.select(asked?.kind === "centre" ? asked.key : null);
    this.markers?.select(own.centres);
    document.getElementById("page").classList.toggle("card-open", Boolean(asked));
    this.table.select(asked?.kind, asked?.key);
    this.tiles.repaint();
  }

  /** Keys of the centres and compounds that a card is about. */
  membersOf(kind, key) {
    if (kind === "centre") return { centres: [key], compounds: [] };
    if (kind === "compound") {
      const centre = this.city.coverage?.compounds[key]?.centre ?? -1;
      return { centres: centre < 0 ? [] : [this.city.coverage.centreIds[centre]], compounds: [key] };
    }
    const column = kind === "company" ? "company_id" : "alliance_id";
    const keys = (table) => records.linked(table, column, key).map((record) => records.keyOf(table, record));
    return { centres: keys("centres"), compounds: keys("compounds") };
  }

  rowOf(table, key) {
    return this.city.byName[table]?.rowOfKey.get(String(key)) ?? -1;
  }

  /** Bounds of what a card is about; null where nothing of it is on the map. */
  placeOf(kind, key) {
    const own = kind === "compound" ? { centres: [], compounds: [key] } : this.membersOf(kind, key);
    let bounds = null;
    for (const [table, keys] of Object.entries(own)) {
      for (const one of keys) {
        const row = this.rowOf(table, one);
        if (row < 0) continue;
        const box = this.city.byName[table].shapes.bounds(row);
        bounds = bounds ? bounds.extend(box) : L.latLngBounds(box);
      }
    }
    return bounds;
  }

  /** Bring a card's place into the part of the map that the card leaves free, near if asked. */
  locate(kind, key, zoomTo) {
    const bounds = this.placeOf(kind, key);
    if (!bounds) return;
    const size = this.map.getSize();
    const card = this.card.element.getBoundingClientRect();
    const narrow = window.matchMedia(NARROW).matches;
    const corner = narrow ? [20, Math.min(card.height, size.y * 0.7) + 20] : [card.width + 30, 40];
    const options = { paddingTopLeft: [40, 50], paddingBottomRight: corner, animate: false };
    const reach = kind === "centre" ? this.city.isochrones?.bounds(key) : null;
    if (zoomTo) this.map.fitBounds(reach ?? bounds, { ...options, maxZoom: NEAR_ZOOM + 1 });
    else if (kind === "centre") this.map.panInside(bounds.getCenter(), options);
    else if (!this.freeView(corner).contains(bounds)) this.map.fitBounds(bounds, { ...options, maxZoom: this.map.getZoom() });
  }

  freeView(corner) {
    const size = this.map.getSize();
    return L.latLngBounds(
      this.map.containerPointToLatLng([10, 10]),
      this.map.containerPointToLatLng([size.x - corner[0], size.y - corner[1]]),
    );
  }

  /** What lies under a place: a facility, a home, or a compound. */
  find(latlng) {
    const zoom = Math.round(this.map.getZoom()), far = PICK_PX / 2 ** this.map.getZoom(); // tiles are of whole zooms
    const x = worldX(latlng.lng), y = worldY(latlng.lat);
    const { byName, layers } = this.city;
    const comparing = Boolean(this.swipe?.active);
    const coverage = comparing ? this.city.comparison.left : this.city.coverage;
    for (const layer of [...layers].reverse()) {
      if (!layer.shapes.isPoints || (layer.name === "centres" && this.markers)) continue;
      const row = layer.pick(x, y, far, zoom);
      if (row >= 0) return layer.keys ? { kind: "centre", key: layer.keys[row] } : { layer, row };
    }
    const compound = byName.compounds ? byName.compounds.pick(x, y, 0, zoom) : -1;
    const { states } = this.city;
    const lost = coverage && !states?.shown && zoom < looks.buildingsFromZoom ? coverage.pickUnreached(x, y, far) : -1;
    if (lost >= 0) return { home: lost, comparing };
    const home = !comparing && states?.shown ? states.pick(x, y, far, zoom) : coverage ? coverage.pick(x, y, far, zoom) : -1;
    if (home >= 0 && (compound < 0 || zoom >= looks.buildingsFromZoom)) return { home, comparing, asked: !comparing && Boolean(states?.shown) };
    return compound >= 0 ? { kind: "compound", key: byName.compounds.keys[compound] } : null;
  }

  onMapClick(latlng) {
    if (this.drawing.active) return this.drawing.onClick(latlng);
    const found = this.find(latlng);
    if (!found) return;
    if (found.kind) this.go(found.kind, found.key, { stay: true });
    else if (found.home !== undefined) this.openPopup(latlng, this.storyOf(found));
    else this.openPopup(latlng, this.placeStory(found.layer, found.row));
  }

  /** What is told of a home: on two sides, at a moment, or of its walk. */
  storyOf({ home, comparing, asked }) {
    if (comparing) return comparedStory(this.city.comparison, home);
    return asked ? stateStory(this.city.states, home) : homeStory(this.city.coverage, home);
  }

  placeStory(layer, row) {
    const facts = [];
    layer.facts?.columns.forEach((column, i) => {
      const value = layer.facts.rows[row][i];
      if (value !== null) facts.push([column.label, showValue(column, value)]);
    });
    return el("div", { class: "story" }, el("h3", {}, layer.label), factList(facts));
  }

  openPopup(latlng, content) {
    L.popup({ ...popupRoom(this.map, 300), minWidth: 200 }).setLatLng(latlng).setContent(content).openOn(this.map);
  }

  onMapMove(latlng) {
    if (this.drawing.active) return this.drawing.onMove(latlng);
    if (this.moving) return;
    this.moving = requestAnimationFrame(() => {
      this.moving = null;
      this.map.getContainer().classList.toggle("over-something", this.find(latlng) !== null);
    });
  }
}

/** Begin, once folium has made its map. */
function startPage(map) {
  window.tonglingPage = new Page(map);
  document.documentElement.dataset.ready = "true";
}
