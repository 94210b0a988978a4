// Base maps from the web: off at first, shifted where they must be, gone again where none answers.

const KEY_NAME = "tongling-gis tianditu key";
const ERRORS_AT_MOST = 4; // so many tiles without one that came, and the own streets come back
const OWN_GROUND = ["water", "green", "buildings", "streets"];
const KRASOVSKY_A = 6378245, KRASOVSKY_E2 = 0.00669342162296594323;

/** By how many degrees GCJ-02 is shifted at a place of WGS 84, as [lat, lon]; nothing outside China. */
function gcjShift(lat, lon) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [0, 0];
  const { sin, PI, sqrt, abs } = Math;
  const x = lon - 105, y = lat - 35;
  const wave = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3;
  const slow = (value, a, b) => ((20 * sin(PI * value) + 40 * sin((PI * value) / 3) + a * sin((PI * value) / 12) + b * sin((PI * value) / 30)) * 2) / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave + slow(x, 150, 300);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave + slow(y, 160, 320);
  const phi = (lat * PI) / 180, magic = 1 - KRASOVSKY_E2 * sin(phi) ** 2, root = sqrt(magic);
  const meridian = (KRASOVSKY_A * (1 - KRASOVSKY_E2)) / (magic * root), parallel = (KRASOVSKY_A / root) * Math.cos(phi);
  return [((north / meridian) * 180) / PI, ((east / parallel) * 180) / PI];
}

function wgsToGcj({ lat, lng }) {
  const [north, east] = gcjShift(lat, lng);
  return L.latLng(lat + north, lng + east);
}

/** Undo the shift by going back until it fits, to well under a millimetre. */
function gcjToWgs({ lat, lng }) {
  let guess = [lat, lng];
  for (let round = 0; round < 12; round++) {
    const [north, east] = gcjShift(...guess);
    guess = [lat - north, lng - east];
  }
  return L.latLng(...guess);
}

/** Tiles of GCJ-02: which are needed is asked there, and each is put where its ground truly is. */
const ShiftedTiles = L.TileLayer.extend({
  _getTiledPixelBounds(centre) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, wgsToGcj(centre));
  },

  _getTilePos(coords) {
    const corner = coords.scaleBy(this.getTileSize());
    const place = this._map.project(gcjToWgs(this._map.unproject(corner, coords.z)), coords.z);
    return place.round().subtract(this._level.origin);
  },
});

/** The choice of base maps in the side panel. */
class BaseMaps {
  static shift(lat, lng) {
    return wgsToGcj({ lat, lng });
  }

  static unshift(lat, lng) {
    return gcjToWgs({ lat, lng });
  }

  constructor(map, city, actions) {
    Object.assign(this, { map, city, actions, layers: [], chosen: -1, hidden: [] });
    map.createPane("ground").style.zIndex = 150;
  }

  /** Rows for the panel; none where the map was drawn without base maps. */
  rows() {
    if (!pageData.baseMaps.length) return [];
    this.key = el("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: words.baseKeyHint, "aria-label": words.baseKey, onchange: () => this.useKey() });
    this.key.value = readStored(KEY_NAME);
    this.keyField = el("label", { class: "field base-key", hidden: true }, el("span", {}, words.baseKey), this.key);
    this.message = el("p", { class: "notice", role: "status", hidden: true });
    const choice = (label, i) => {
      const box = el("input", { type: "radio", name: "base-map", value: i, onchange: () => this.choose(i) });
      box.checked = i === -1;
      return el("label", { class: "legend-row head" }, box, el("span", {}, label));
    };
    this.element = el("div", { class: "base-maps", role: "radiogroup", "aria-label": words.baseMaps },
      choice(words.baseOwn, -1), pageData.baseMaps.map((one, i) => choice(one.label, i)), this.keyField, this.message);
    return [this.element];
  }

  useKey() {
    store(KEY_NAME, this.key.value.trim());
    if (this.chosen >= 0) this.choose(this.chosen);
  }

  choose(i) {
    this.remove();
    this.chosen = i;
    this.tell("");
    this.element.querySelector(`input[value="${i}"]`).checked = true;
    const one = pageData.baseMaps[i];
    this.keyField.hidden = !one?.keyed;
    if (!one) return;
    const key = this.key.value.trim();
    if (one.keyed && !key) return this.tell(words.baseNeedsKey);
    if (navigator.onLine === false) return this.giveUp(one);
    this.add(one, key);
  }

  add(one, key) {
    const options = { pane: "ground", subdomains: one.subdomains || "abc", maxNativeZoom: one.maxZoom, maxZoom: 24, key: encodeURIComponent(key), attribution: one.credit };
    let came = 0, failed = 0;
    this.layers = one.urls.map((url) => new (one.shifted ? ShiftedTiles : L.TileLayer)(url, options));
    for (const layer of this.layers) {
      layer.on("tileload", () => came++ || this.hideOwnGround());
      layer.on("loading", () => (came = failed = 0));
      layer.on("tileerror", () => {
        failed++;
        if (!came && failed >= ERRORS_AT_MOST) this.giveUp(one);
      });
      layer.addTo(this.map);
    }
    this.actions.credit(one.credit);
  }

  /** Our own ground makes room only once a tile has come. */
  hideOwnGround() {
    if (this.hidden.length || this.chosen < 0) return;
    this.hidden = this.city.layers.filter((layer) => OWN_GROUND.includes(layer.name) && layer.shown);
    for (const layer of this.hidden) layer.shown = false;
    this.actions.redraw();
  }

  remove() {
    for (const layer of this.layers) layer.off().remove();
    for (const layer of this.hidden) layer.shown = true;
    const had = this.hidden.length;
    Object.assign(this, { layers: [], hidden: [], chosen: -1 });
    this.actions.credit("");
    if (had) this.actions.redraw();
  }

  giveUp(one) {
    this.remove();
    this.element.querySelector('input[value="-1"]').checked = true;
    this.tell(say(one.keyed ? "baseFailedKey" : "baseFailed", { name: one.label }));
  }

  tell(message) {
    this.message.textContent = message;
    this.message.hidden = !message;
  }
}

/** What the browser kept; "" where it keeps nothing for pages from a file. */
function readStored(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // the key is asked for again next time
  }
}
