// All layers on the tiles of one grid: only what is in view is drawn, whatever the city's size.

const TILE_PX = 512;
const MARGIN_PX = 24; // symbols and lines reach over the edge of a tile

/** A layer's data ready for drawing. */
class DrawnLayer {
  constructor(described) {
    Object.assign(this, described);
    this.shapes = new Shapes(described.shapes);
    this.shown = described.look.shown;
    if (described.class !== undefined) this.classOf = readIntegers(described.class);
    if (described.nameOf !== undefined) this.nameOf = readIntegers(described.nameOf);
  }

  /** The name of a row, "" where it has none. */
  nameOfRow(row) {
    const number = this.nameOf ? this.nameOf[row] : -1;
    return number < 0 ? "" : this.names[number];
  }

  /** Rows in a window that no filter leaves out. */
  touching(window) {
    const rows = this.shapes.grid.touching(...window);
    return this.kept ? rows.filter((row) => this.kept[row]) : rows;
  }

  radius(zoom) {
    return Math.max(1.6, Math.min(7, this.look.size * 2 ** ((zoom - 16) * 0.35)));
  }

  paint(context, view, window) {
    if (!this.shown || view.zoom < this.look.fromZoom) return;
    const rows = this.touching(window);
    if (this.name === "streets") {
      paintStreets(context, this, rows, view);
    } else if (this.shapes.isPoints) {
      const { symbol, fill, stroke } = this.look;
      const stamp = symbolStamp(symbol, fill, stroke, this.radius(view.zoom), view.ratio);
      paintPoints(context, this.shapes, rows, view, stamp);
    } else if (this.look.symbol === "line") {
      paintLines(context, this.shapes, rows, view, this.look.stroke, view.grown(this.look.size), false);
    } else {
      paintAreas(context, this.shapes, rows, view, this.look);
    }
  }

  /** The row at a place: the area around it, or the nearest point within so far. */
  pick(x, y, far, zoom) {
    if (!this.shown || zoom < this.look.fromZoom) return -1;
    return pickRow(this.shapes, x, y, far, this.kept);
  }
}

/** The smallest area around a place, or the nearest point within so far, of those kept; -1 for none. */
function pickRow(shapes, x, y, far, kept = null) {
  let best = -1, least = Infinity;
  const reach = shapes.isPoints ? far : 0;
  for (const row of shapes.grid.touching(x - reach, y - reach, x + reach, y + reach)) {
    if (kept && !kept[row]) continue;
    const [x0, y0, x1, y1] = shapes.boxes.subarray(4 * row, 4 * row + 4);
    let measure;
    if (shapes.isPoints) {
      measure = Math.hypot(x0 - x, y0 - y);
      if (measure > far) continue;
    } else {
      if (!shapes.contains(row, x, y)) continue;
      measure = (x1 - x0) * (y1 - y0);
    }
    if (measure < least) [best, least] = [row, measure];
  }
  return best;
}

const VectorTiles = L.GridLayer.extend({
  options: { tileSize: TILE_PX, keepBuffer: 1, updateWhenZooming: false, minZoom: 0, maxZoom: 24 },

  initialize(painters, options = {}) {
    L.setOptions(this, options);
    this.painters = painters;
    this.drawn = new Map();
    this.on("tileunload", (event) => this.drawn.delete(event.tile));
  },

  createTile(coords) {
    const ratio = pixelRatio();
    const canvas = el("canvas", { width: TILE_PX * ratio, height: TILE_PX * ratio });
    this.drawn.set(canvas, { coords, ratio });
    this.paintTile(canvas);
    return canvas;
  },

  paintTile(canvas) {
    const { coords, ratio } = this.drawn.get(canvas);
    const perWorld = 2 ** coords.z;
    const side = TILE_PX / perWorld, margin = MARGIN_PX / perWorld;
    const x0 = coords.x * side, y0 = coords.y * side;
    const view = new View(coords.z, perWorld * ratio, x0, y0, ratio);
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const box = [x0 - margin, y0 - margin, x0 + side + margin, y0 + side + margin];
    for (const painter of this.painters) painter.paint(context, view, box);
  },

  /** Draw the tiles in view again, in their places. */
  repaint() {
    for (const canvas of this.drawn.keys()) this.paintTile(canvas);
  },
});
