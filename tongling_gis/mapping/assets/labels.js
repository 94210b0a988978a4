// Names on the map: drawn on one canvas over the tiles, none over another.

const LABEL_FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif';

/** Rectangles on the screen that are taken. */
class TakenBoxes {
  constructor() {
    this.boxes = [];
  }

  /** Take a box where it is free, and tell whether it was. */
  take(x0, y0, x1, y1) {
    for (const b of this.boxes) {
      if (b[0] < x1 && b[2] > x0 && b[1] < y1 && b[3] > y0) return false;
    }
    this.boxes.push([x0, y0, x1, y1]);
    return true;
  }
}

const LabelCanvas = L.Layer.extend({
  initialize(drawers) {
    this.drawers = drawers;
  },

  onAdd(map) {
    this.canvas = el("canvas", { class: "labels leaflet-zoom-hide", "aria-hidden": "true" });
    map.getPane("labels").append(this.canvas);
    map.on("moveend resize", this.redraw, this);
    this.redraw();
  },

  redraw() {
    const map = this._map;
    const size = map.getSize(), ratio = pixelRatio();
    this.canvas.width = size.x * ratio;
    this.canvas.height = size.y * ratio;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const zoom = map.getZoom(), scale = 2 ** zoom;
    const corner = map.containerPointToLatLng([0, 0]);
    const screen = { context, zoom, scale, size, x0: worldX(corner.lng), y0: worldY(corner.lat), taken: new TakenBoxes() };
    screen.window = [screen.x0, screen.y0, screen.x0 + size.x / scale, screen.y0 + size.y / scale];
    for (const draw of this.drawers) draw(screen);
  },
});

/** Write one label at a place of the screen, turned; nothing where another stands. */
function writeLabel(screen, text, x, y, style, angle = 0) {
  const { context, taken, size } = screen;
  context.font = `${style.weight ?? 400} ${style.size}px ${LABEL_FONT}`;
  const wide = context.measureText(text).width / 2 + 3, high = style.size / 2 + 2;
  const reachX = Math.abs(wide * Math.cos(angle)) + Math.abs(high * Math.sin(angle));
  const reachY = Math.abs(wide * Math.sin(angle)) + Math.abs(high * Math.cos(angle));
  if (x + reachX < 0 || y + reachY < 0 || x - reachX > size.x || y - reachY > size.y) return;
  if (!taken.take(x - reachX, y - reachY, x + reachX, y + reachY)) return;
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.lineWidth = 3;
  context.strokeStyle = contrast.on ? "#ffffff" : (style.halo ?? "rgba(255,255,255,0.92)");
  context.strokeText(text, 0, 0);
  context.fillStyle = contrast.on ? "#000000" : style.colour;
  context.fillText(text, 0, 0);
  context.restore();
}

/** Names of areas in their middles, where they are wide enough on the screen. */
function areaLabels(layer, nameOf, style, fromZoom) {
  return (screen) => {
    if (!layer.shown || screen.zoom < fromZoom) return;
    const { boxes } = layer.shapes;
    const rows = layer.touching(screen.window);
    const area = (row) => (boxes[4 * row + 2] - boxes[4 * row]) * (boxes[4 * row + 3] - boxes[4 * row + 1]);
    for (const row of rows.sort((a, b) => area(b) - area(a))) {
      const name = nameOf(row);
      const [x0, y0, x1, y1] = boxes.subarray(4 * row, 4 * row + 4);
      if (!name || (x1 - x0) * screen.scale < (style.least ?? 0.6) * style.size * name.length) continue;
      const x = ((x0 + x1) / 2 - screen.x0) * screen.scale, y = ((y0 + y1) / 2 - screen.y0) * screen.scale;
      writeLabel(screen, name, x, y, style);
    }
  };
}

/** Names of streets along their longest piece in view, the great streets first. */
function streetLabels(layer) {
  const style = { size: 11.5, colour: "#6a6157", halo: "rgba(255,253,248,0.95)" };
  return (screen) => {
    if (!layer.shown || screen.zoom < 14 || !layer.nameOf) return;
    const longest = new Map();
    for (const row of layer.shapes.grid.touching(...screen.window)) {
      const street = layer.nameOf[row];
      if (street < 0) continue;
      const piece = longestSide(layer.shapes, row, screen);
      piece.rank = layer.classOf[row];
      const best = longest.get(street);
      if (!best || piece.length > best.length) longest.set(street, piece);
    }
    const least = screen.zoom >= 16 ? 26 : 34;
    const pieces = [...longest].filter(([, piece]) => piece.length >= least && (piece.rank > 2 || screen.zoom >= 16));
    for (const [street, piece] of pieces.sort((a, b) => b[1].rank - a[1].rank || b[1].length - a[1].length)) {
      writeLabel(screen, layer.names[street], piece.x, piece.y, style, piece.angle);
    }
  };
}

/** The longest straight side of a street piece whose middle is on the screen. */
function longestSide(shapes, row, screen) {
  const [from, to] = shapes.vertices(row);
  let best = { length: 0 };
  for (let i = from; i < to - 1; i++) {
    const x0 = (shapes.xy[2 * i] - screen.x0) * screen.scale, y0 = (shapes.xy[2 * i + 1] - screen.y0) * screen.scale;
    const x1 = (shapes.xy[2 * i + 2] - screen.x0) * screen.scale, y1 = (shapes.xy[2 * i + 3] - screen.y0) * screen.scale;
    const [x, y, length] = [(x0 + x1) / 2, (y0 + y1) / 2, Math.hypot(x1 - x0, y1 - y0)];
    if (length <= best.length || x < 30 || y < 20 || x > screen.size.x - 30 || y > screen.size.y - 20) continue;
    let angle = Math.atan2(y1 - y0, x1 - x0);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle <= -Math.PI / 2) angle += Math.PI;
    best = { x, y, length, angle };
  }
  return best;
}

/** Names under points; the point's own symbol is kept free. */
function pointLabels(layer, nameOf, style, fromZoom, below) {
  return (screen) => {
    if (!layer.shown) return;
    const rows = layer.touching(screen.window);
    const places = rows.map((row) => {
      const x = (layer.shapes.xy[2 * row] - screen.x0) * screen.scale;
      const y = (layer.shapes.xy[2 * row + 1] - screen.y0) * screen.scale;
      if (below > 8) screen.taken.take(x - below + 2, y - below + 2, x + below - 2, y + below - 2);
      return [row, x, y];
    });
    if (screen.zoom < fromZoom) return;
    for (const [row, x, y] of places) {
      const name = nameOf(row);
      if (name) writeLabel(screen, name, x, y + below + style.size * 0.6, style);
    }
  };
}
