// Centres on the map, each a marker of its own.

/** Centres as markers that the keyboard reaches. */
class CentreMarkers {
  constructor(map, layer, open) {
    this.layer = layer;
    this.markers = new Map();
    this.starsShown = new Set([0, 1, 2, 3, 4, 5]);
    this.group = L.layerGroup().addTo(map);
    layer.keys.forEach((key, row) => this.markers.set(key, this.make(key, row, open)));
    this.refresh();
  }

  make(key, row, open) {
    const record = records.find("centres", key);
    const stars = record?.stars ?? 0;
    const name = record ? records.title("centres", record) : key;
    const icon = L.divIcon({ className: "centre-mark", html: centreSymbol(stars, "mark"), iconSize: [30, 30], iconAnchor: [15, 15] });
    const marker = L.marker(this.layer.shapes.middle(row), { icon, keyboard: true, riseOnHover: true });
    marker.stars = stars;
    marker.bindTooltip(el("span", {}, name), { direction: "top", offset: [0, -12] });
    marker.on("click", () => open("centre", key));
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("aria-label", stars ? `${name}, ${say("starsShort", { n: stars })}` : name);
      element.addEventListener("keydown", (event) => event.key === "Enter" && open("centre", key));
      element.classList.toggle("selected", this.selected === key);
      this.showState(key);
    });
    return marker;
  }

  refresh() {
    for (const [key, marker] of this.markers) {
      const kept = this.layer.kept?.[this.layer.rowOfKey.get(key)] ?? 1;
      const shown = this.layer.shown && this.starsShown.has(marker.stars) && kept;
      if (shown && !this.group.hasLayer(marker)) this.group.addLayer(marker);
      if (!shown) this.group.removeLayer(marker);
    }
  }

  /** Mark the centres that are shut, and those of which it is unknown; null to mark none. */
  showOpening(stateOf) {
    this.stateOf = stateOf;
    for (const key of this.markers.keys()) this.showState(key);
  }

  showState(key) {
    const element = this.markers.get(key)?.getElement();
    const state = this.stateOf ? this.stateOf(key) : OPEN;
    element?.classList.toggle("shut", state === SHUT);
    element?.classList.toggle("perhaps", state !== SHUT && state !== OPEN);
    if (element) element.title = state === OPEN ? "" : state === SHUT ? words.shutThen : words.unknownThen;
  }

  /** Enlarge the one that is pointed at in the table; null for none. */
  point(key) {
    for (const [own, marker] of this.markers) marker.getElement()?.classList.toggle("pointed", own === key);
  }

  select(keys) {
    for (const [key, marker] of this.markers) {
      const selected = keys.includes(key);
      marker.getElement()?.classList.toggle("selected", selected);
      marker.setZIndexOffset(selected ? 1000 : 0);
    }
    this.selected = keys[0];
  }
}
