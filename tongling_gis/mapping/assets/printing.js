// The print view: one sheet with map, legend, scale, north, stamp and sources, in high contrast.

const CONTRAST_LOOKS = {
  water: { fill: "#dbe9f2", stroke: "#3a5a6c" },
  green: { fill: "#eef4e8" },
  buildings: { fill: "#ffffff", stroke: "#5a5a5a" },
  barriers: { stroke: "#000000" },
  study_area: { stroke: "#000000" },
  compounds: { fill: "#ffffff", stroke: "#000000", size: 1.8 },
};

const LEGEND_PX = 226;
const LEGEND_LEAST = 0.6;

/** Turn the map's colours to high contrast, or back. */
function setContrast(city, on) {
  contrast.on = on;
  stamps.clear();
  for (const layer of city.layers) {
    layer.plainLook ??= layer.look;
    layer.look = on ? { ...layer.plainLook, ...CONTRAST_LOOKS[layer.name] } : layer.plainLook;
  }
  for (const look of looks.streets) {
    look.plainCasing ??= look.casing;
    look.casing = on && look.plainCasing ? "#5a5a5a" : look.plainCasing;
  }
}

/** Shows the map as the sheet that will be printed, and the screen again afterwards. */
class PrintView {
  constructor(map, city, actions) {
    Object.assign(this, { map, city, actions, page: document.getElementById("page") });
    const button = (label, className, onclick) => el("button", { type: "button", class: className, onclick }, label);
    const strong = el("input", { type: "checkbox", onchange: () => this.show(strong.checked) });
    strong.checked = true;
    this.strong = strong;
    this.tools = el("div", { id: "print-tools", hidden: true },
      button(words.printNow, "primary", () => window.print()),
      el("label", { class: "in-view" }, strong, words.highContrast),
      button(words.printBack, "plain", () => this.leave()));
    document.getElementById("bar").append(this.tools);
  }

  get active() {
    return this.page.classList.contains("print-view");
  }

  enter() {
    const bounds = this.map.getBounds();
    this.folded = [...document.querySelectorAll("#layers details, #about details")].map((details) => [details, details.open]);
    for (const [details] of this.folded) details.open = true;
    this.lay(true, bounds);
    this.show(this.strong.checked);
    this.tools.querySelector("button").focus();
  }

  leave() {
    const bounds = this.map.getBounds();
    for (const [details, open] of this.folded) details.open = open;
    this.lay(false, bounds);
    this.show(false);
    document.getElementById("print-toggle").focus();
  }

  lay(printing, bounds) {
    this.page.classList.toggle("print-view", printing);
    document.documentElement.classList.toggle("printing", printing);
    this.tools.hidden = !printing;
    this.fitLegend();
    this.map.options.zoomSnap = printing ? 0.25 : ZOOM_SNAP;
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(bounds, { animate: false });
    this.actions.rebuild();
    if (!printing) this.map.setZoom(Math.round(this.map.getZoom() / ZOOM_SNAP) * ZOOM_SNAP, { animate: false });
  }

  /** Make the legend as small as it must be to stand on the sheet whole. */
  fitLegend() {
    const panel = document.getElementById("panel");
    Object.assign(panel.style, { zoom: "", width: "" });
    if (!this.active) return;
    const share = Math.max(LEGEND_LEAST, panel.clientHeight / panel.scrollHeight);
    if (share < 1) Object.assign(panel.style, { zoom: share, width: `${LEGEND_PX / share}px` });
  }

  show(strong) {
    setContrast(this.city, strong);
    this.page.classList.toggle("high-contrast", strong);
    this.actions.redraw();
  }
}
