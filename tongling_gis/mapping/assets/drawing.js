// Drawing a boundary and its gates on the map, by mouse, finger or keyboard.

const GATE_REACH_PX = 60;
const NUDGE_M = 1;

/** The handles and lines of a draft on the map. */
class DraftLayer {
  constructor(map, draft, actions) {
    Object.assign(this, { map, draft, actions, group: L.layerGroup() });
    this.area = L.polygon([], { color: "#b3006b", weight: 3, fillColor: "#b3006b", fillOpacity: 0.1, interactive: false });
    this.line = L.polyline([], { color: "#b3006b", weight: 3, dashArray: "6 5", interactive: false });
    this.fault = L.circleMarker([0, 0], { radius: 13, color: "#d60000", weight: 4, fill: false, interactive: false });
  }

  show(shown) {
    if (shown) this.group.addTo(this.map);
    else this.group.remove();
  }

  /** Draw everything anew. */
  draw(open, faultAt) {
    this.group.clearLayers();
    this.area.setLatLngs(nestRings(this.draft.rings)).addTo(this.group);
    this.line.setLatLngs(open).addTo(this.group);
    this.draft.rings.forEach((ring, r) => ring.forEach((_at, i) => {
      this.addMiddle(r, i);
      this.addCorner(r, i);
    }));
    open.forEach((at, i) => this.addOpen(at, i));
    this.draft.gates.forEach((_gate, i) => this.addGate(i));
    if (faultAt) this.fault.setLatLng(faultAt).addTo(this.group);
  }

  handle(at, className, label, options = {}) {
    const icon = L.divIcon({ className: `handle ${className}`, html: options.html ?? "", iconSize: [16, 16] });
    const marker = L.marker(at, { icon, keyboard: true, draggable: true, zIndexOffset: 2000, ...options });
    marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
    return marker.addTo(this.group);
  }

  addCorner(r, i) {
    const ring = this.draft.rings[r];
    const marker = this.handle(ring[i], "corner", say("drawCorner", { n: i + 1 }));
    marker.on("dragstart", () => this.draft.remember());
    marker.on("drag", () => {
      ring[i] = this.actions.snap(marker.getLatLng());
      this.area.setLatLngs(nestRings(this.draft.rings));
    });
    marker.on("dragend", () => this.actions.changed());
    marker.on("contextmenu dblclick", () => this.actions.removeCorner(r, i));
    this.onKeys(marker, {
      Delete: () => this.actions.removeCorner(r, i),
      Backspace: () => this.actions.removeCorner(r, i),
      move: (at) => {
        this.draft.remember();
        ring[i] = at(ring[i]);
        this.actions.changed(`.corner[aria-label="${say("drawCorner", { n: i + 1 })}"]`);
      },
    });
  }

  /** A handle in the middle of a side makes a new corner. */
  addMiddle(r, i) {
    const ring = this.draft.rings[r], next = ring[(i + 1) % ring.length];
    const middle = [(ring[i][0] + next[0]) / 2, (ring[i][1] + next[1]) / 2];
    const marker = this.handle(middle, "middle", words.drawMiddle, { zIndexOffset: 1500 });
    const insert = (at) => {
      this.draft.remember();
      ring.splice(i + 1, 0, at);
    };
    marker.on("dragstart", () => insert(middle));
    marker.on("drag", () => {
      ring[i + 1] = this.actions.snap(marker.getLatLng());
      this.area.setLatLngs(nestRings(this.draft.rings));
    });
    marker.on("dragend", () => this.actions.changed());
    const add = () => {
      insert(middle);
      this.actions.changed(`.corner[aria-label="${say("drawCorner", { n: i + 2 })}"]`);
    };
    marker.on("click", add);
    this.onKeys(marker, { Enter: add });
  }

  addOpen(at, i) {
    const marker = this.handle(at, i ? "corner open" : "corner open first", say("drawCorner", { n: i + 1 }), { draggable: false });
    if (i === 0) marker.on("click", () => this.actions.closeRing());
  }

  addGate(i) {
    const gate = this.draft.gates[i];
    const marker = this.handle(gate.at, `gate ${gate.kind}`, `${words[`gate_${gate.kind}`]} ${i + 1}`, { html: String(i + 1), zIndexOffset: 3000 });
    const onBoundary = (at) => nearestOnRings(at, this.draft.rings)?.at ?? at;
    marker.on("dragstart", () => this.draft.remember());
    marker.on("drag", () => {
      const { lat, lng } = marker.getLatLng();
      gate.at = onBoundary([lat, lng]);
      marker.setLatLng(gate.at);
    });
    marker.on("dragend", () => this.actions.changed());
    this.onKeys(marker, {
      Delete: () => this.actions.removeGate(i),
      Backspace: () => this.actions.removeGate(i),
      move: (at) => {
        this.draft.remember();
        gate.at = onBoundary(at(gate.at));
        this.actions.changed(`.gate[aria-label$=" ${i + 1}"]`);
      },
    });
  }

  /** Keys on a handle: arrows move it by a metre, ten with Shift. */
  onKeys(marker, actions) {
    const steps = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const listen = () => marker.getElement().addEventListener("keydown", (event) => {
      const action = actions[event.key], step = actions.move && steps[event.key];
      if (!action && !step) return;
      event.preventDefault();
      event.stopPropagation();
      if (action) return action();
      const far = NUDGE_M * (event.shiftKey ? 10 : 1);
      actions.move(([lat, lon]) => {
        const [perLat, perLon] = metresPerDegree(lat);
        return [lat + (step[0] * far) / perLat, lon + (step[1] * far) / perLon];
      });
    });
    if (marker.getElement()) listen();
    marker.on("add", listen);
  }
}

/** The tool: what a click on the map does, and what buttons do. */
class Drawing {
  constructor(map, element, city, actions) {
    Object.assign(this, { map, city, actions, mode: "edit", open: [], gateKind: "vehicle", snaps: true });
    this.draft = new Draft();
    this.layer = new DraftLayer(map, this.draft, this);
    this.panel = new DrawingPanel(element, this);
    this.snapLayers = SNAP_LAYERS.map((name) => city.byName[name]).filter(Boolean);
  }

  get active() {
    return !this.panel.element.hidden;
  }

  start() {
    this.map.doubleClickZoom.disable();
    this.layer.show(true);
    this.panel.show();
    this.setMode(this.draft.rings.length ? "edit" : "ring");
    this.changed();
  }

  stop() {
    this.cancelOpen();
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove("drawing");
    this.layer.show(false);
    this.panel.hide();
  }

  /** Begin with a compound's own outline and the gates recorded as its own. */
  startFrom(key) {
    const layer = this.city.byName.compounds, row = layer.rowOfKey.get(String(key));
    this.draft.remember();
    this.draft.reset({ rings: layer.shapes.latLngs(row), gates: [], basedOn: String(key), origin: "accepted" });
    this.draft.saved = true;
    this.panel.suggestTitle(say("drawTitleOf", { name: records.title("compounds", records.find("compounds", key)) }));
    this.start();
    const panel = this.panel.element.getBoundingClientRect();
    const corner = window.matchMedia(NARROW).matches ? [30, panel.height + 30] : [panel.width + 40, 40];
    this.map.fitBounds(L.latLngBounds(this.draft.rings.flat()), { paddingTopLeft: [40, 40], paddingBottomRight: corner, animate: false });
  }

  setMode(mode) {
    this.mode = mode;
    if (mode !== "ring") this.cancelOpen();
    this.map.getContainer().classList.toggle("drawing", mode !== "edit");
    this.panel.refresh();
  }

  snap(latlng) {
    return this.snaps ? snapPlace(this.map, this.snapLayers, latlng) : [latlng.lat, latlng.lng];
  }

  onClick(latlng) {
    if (this.mode === "ring") {
      this.open.push(this.snap(latlng));
      this.changed();
    } else if (this.mode === "gate") {
      this.addGate(latlng);
    }
  }

  onMove(latlng) {
    if (this.mode === "ring" && this.open.length) this.layer.line.setLatLngs([...this.open, latlng]);
  }

  closeRing() {
    if (this.open.length < 3) return;
    const ring = this.open;
    this.open = [];
    this.draft.remember();
    this.draft.rings.push(ring);
    this.setMode("edit");
    this.changed();
  }

  cancelOpen() {
    this.open = [];
    this.layer.draw(this.open, null);
  }

  addGate({ lat, lng }) {
    const nearest = nearestOnRings([lat, lng], this.draft.rings);
    const far = nearest && this.map.latLngToContainerPoint(nearest.at).distanceTo(this.map.latLngToContainerPoint([lat, lng]));
    if (!nearest || far > GATE_REACH_PX) return this.panel.tell(words.gateOffBoundary);
    this.draft.remember();
    this.draft.gates.push(newGate(nearest.at, this.gateKind));
    this.setMode("edit");
    this.changed();
  }

  removeGate(i) {
    this.draft.remember();
    this.draft.gates.splice(i, 1);
    this.changed();
  }

  setGate(i, name, value) {
    this.draft.remember();
    this.draft.gates[i][name] = value;
    this.changed();
  }

  removeCorner(r, i) {
    this.draft.remember();
    const ring = this.draft.rings[r];
    if (ring.length > 3) ring.splice(i, 1);
    else this.draft.rings.splice(r, 1);
    this.changed();
  }

  clear() {
    this.draft.remember();
    this.draft.reset({ rings: [], gates: [], basedOn: "", origin: "drawn" });
    this.setMode("ring");
    this.changed();
  }

  step(name) {
    if (this.open.length && name === "undo") this.open.pop();
    else this.draft[name]();
    this.changed();
  }

  /** Show how it stands after a change; the handle named by a selector keeps the focus. */
  changed(focus = null) {
    this.draft.attachGates();
    const fault = this.draft.rings.length ? this.draft.findFault() : null;
    this.layer.draw(this.open, fault?.at ?? null);
    this.panel.refresh(fault);
    if (focus) this.map.getContainer().querySelector(focus)?.focus();
  }

  onKey(event) {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "Escape") {
      if (this.mode === "edit") this.actions.close();
      else this.setMode("edit");
      return true;
    }
    if (typing) return false;
    if (event.key === "Enter" && this.open.length >= 3) this.closeRing();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") this.step(event.shiftKey ? "redo" : "undo");
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") this.step("redo");
    else return false;
    event.preventDefault();
    return true;
  }

  download(about) {
    const fault = this.draft.findFault();
    if (fault) {
      if (fault.at) this.map.panTo(fault.at);
      this.changed();
      return this.panel.tell(fault.said);
    }
    const written = JSON.stringify(this.draft.toGeoJson(about, new Date()), null, 1);
    const address = URL.createObjectURL(new Blob([written], { type: "application/geo+json" }));
    const file = `${about.title.replace(/[\\/:*?"<>|\s]+/g, "_") || "boundary"}.geojson`;
    el("a", { href: address, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    this.draft.saved = true;
    this.panel.tell(say("drawSaved", { file }), true);
  }

  async upload(file) {
    try {
      const read = readGeoJson(await file.text());
      const known = records.find("compounds", read.basedOn) ? read.basedOn : "";
      this.draft.remember();
      this.draft.reset({ rings: read.rings, gates: read.gates, basedOn: known, origin: "uploaded" });
      this.panel.suggestTitle(read.properties.name ?? file.name.replace(/\.\w+$/, ""));
      this.setMode("edit");
      this.changed();
      this.map.fitBounds(read.rings.flat(), { maxZoom: 17, padding: [40, 40] });
    } catch (error) {
      this.panel.tell(error.message);
    }
  }
}
