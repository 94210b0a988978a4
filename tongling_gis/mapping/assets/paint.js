// Drawing shapes on the canvas of one tile.

const contrast = { on: false }; // dark outlines and labels, for print

/** Canvas pixels for each of the screen's: paper shows more than a screen. */
function pixelRatio() {
  const printing = document.documentElement.classList.contains("printing");
  return Math.min(2, Math.max(window.devicePixelRatio || 1, printing ? 2 : 1));
}

/** What part of the world a canvas shows: scale in canvas pixels, origin in world pixels. */
class View {
  constructor(zoom, scale, x0, y0, ratio) {
    Object.assign(this, { zoom, scale, x0, y0, ratio });
  }

  /** Width that grows with the zoom from what it is at zoom 16. */
  grown(px) {
    return px * Math.max(0.35, Math.min(2.4, 2 ** ((this.zoom - 16) * 0.45))) * this.ratio;
  }
}

/** Add the lines or rings of a row to the path, leaving out vertices closer than a pixel. */
function trace(context, shapes, row, view, close) {
  const { xy, ringStart, rowStart } = shapes;
  const { scale, x0, y0 } = view;
  for (let ring = rowStart[row]; ring < rowStart[row + 1]; ring++) {
    const from = ringStart[ring], to = ringStart[ring + 1];
    let lastX = (xy[2 * from] - x0) * scale, lastY = (xy[2 * from + 1] - y0) * scale;
    context.moveTo(lastX, lastY);
    for (let i = from + 1; i < to; i++) {
      const x = (xy[2 * i] - x0) * scale, y = (xy[2 * i + 1] - y0) * scale;
      if (i < to - 1 && Math.abs(x - lastX) + Math.abs(y - lastY) < 1) continue;
      context.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
    if (close) context.closePath();
  }
}

const ROWS_A_PATH = 250; // a canvas draws several short paths sooner than one long one

/** Fill and outline areas; those that let the ground shine through as one, so that none adds up. */
function paintAreas(context, shapes, rows, view, look) {
  const together = look.fillOpacity === undefined ? ROWS_A_PATH : rows.length;
  for (let from = 0; from < rows.length; from += together) {
    context.beginPath();
    for (const row of rows.slice(from, from + together)) trace(context, shapes, row, view, true);
    paintPath(context, view, look);
  }
}

/** Fill and outline the path; rings run against their holes, so that areas may overlap. */
function paintPath(context, view, look) {
  if (look.fill) {
    context.fillStyle = look.hatched ? hatching(context, look.fill, view.ratio) : look.fill;
    context.globalAlpha = look.fillOpacity ?? 1;
    context.fill();
    context.globalAlpha = 1;
  }
  if (look.stroke && look.size) {
    context.setLineDash(look.dash ? [6 * view.ratio, 4 * view.ratio] : []);
    context.strokeStyle = look.stroke;
    context.lineWidth = look.size * view.ratio;
    context.stroke();
    context.setLineDash([]);
  }
}

/** Stroke lines in one colour. */
function paintLines(context, shapes, rows, view, colour, width, dash) {
  context.setLineDash(dash ? [2.5 * view.ratio, 2 * view.ratio] : []);
  context.lineCap = dash ? "butt" : "round";
  context.lineJoin = "round";
  context.strokeStyle = colour;
  context.lineWidth = width;
  for (let from = 0; from < rows.length; from += ROWS_A_PATH) {
    context.beginPath();
    for (const row of rows.slice(from, from + ROWS_A_PATH)) trace(context, shapes, row, view, false);
    context.stroke();
  }
  context.setLineDash([]);
}

/** Streets by class: all casings first, so that streets join at their crossings. */
function paintStreets(context, layer, rows, view) {
  const byClass = looks.streets.map(() => []);
  for (const row of rows) byClass[layer.classOf[row]].push(row);
  looks.streets.forEach((look, number) => {
    if (!look.casing || view.zoom < Math.max(look.fromZoom, 13)) return;
    const width = view.grown(look.width) + 1.6 * view.ratio;
    paintLines(context, layer.shapes, byClass[number], view, look.casing, width, false);
  });
  looks.streets.forEach((look, number) => {
    if (view.zoom < look.fromZoom) return;
    const thin = view.zoom < 13;
    const colour = thin && look.casing ? look.casing : look.colour;
    const width = thin ? Math.max(0.6 * view.ratio, view.grown(look.width) * 0.5) : view.grown(look.width);
    paintLines(context, layer.shapes, byClass[number], view, colour, width, look.dash);
  });
}

/** A fill of slanted lines, for what colour alone should not tell. */
function hatching(context, colour, ratio) {
  const side = 6 * ratio;
  const canvas = el("canvas", { width: side, height: side });
  const lines = canvas.getContext("2d");
  lines.fillStyle = "#ffffff";
  lines.fillRect(0, 0, side, side);
  lines.strokeStyle = colour;
  lines.lineWidth = 2.2 * ratio;
  for (const shift of [-side, 0, side]) {
    lines.moveTo(shift, side);
    lines.lineTo(shift + side, 0);
  }
  lines.stroke();
  return context.createPattern(canvas, "repeat");
}

const stamps = new Map();

/** A symbol drawn once on its own small canvas. */
function symbolStamp(symbol, fill, stroke, radius, ratio) {
  const key = [symbol, fill, stroke, radius, ratio].join();
  if (!stamps.has(key)) {
    const half = Math.ceil((radius + 2) * ratio);
    const canvas = el("canvas", { width: 2 * half, height: 2 * half });
    const context = canvas.getContext("2d");
    context.translate(half, half);
    context.scale(ratio, ratio);
    drawSymbol(context, symbol, radius, fill, stroke);
    stamps.set(key, canvas);
  }
  return stamps.get(key);
}

const CORNERS = {
  square: [[-0.86, -0.86], [0.86, -0.86], [0.86, 0.86], [-0.86, 0.86]],
  diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  triangle: [[0, -1.2], [1.1, 0.85], [-1.1, 0.85]],
  "triangle-down": [[0, 1.2], [1.1, -0.85], [-1.1, -0.85]],
};

/** Draw one symbol around the origin. */
function drawSymbol(context, symbol, radius, fill, stroke) {
  context.beginPath();
  if (symbol === "cross") {
    const arm = radius * 0.95;
    for (const [width, colour] of [[radius * 0.85 + 1.6, "#ffffff"], [radius * 0.85, fill]]) {
      context.beginPath();
      context.moveTo(-arm, -arm);
      context.lineTo(arm, arm);
      context.moveTo(arm, -arm);
      context.lineTo(-arm, arm);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
    return;
  }
  if (CORNERS[symbol]) {
    CORNERS[symbol].forEach(([x, y]) => context.lineTo(x * radius, y * radius));
    context.closePath();
  } else {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
  }
  context.fillStyle = symbol === "ring" ? "#ffffff" : fill;
  context.fill();
  if (symbol === "ring") {
    context.lineWidth = Math.max(1.2, radius * 0.45);
    context.strokeStyle = fill;
    context.stroke();
  } else if (stroke && radius >= 2.4) {
    context.lineWidth = 0.8;
    context.strokeStyle = stroke;
    context.stroke();
  }
}

/** Put a stamp on each point. */
function paintPoints(context, shapes, rows, view, stamp) {
  const half = stamp.width / 2;
  for (const row of rows) {
    const x = (shapes.xy[2 * row] - view.x0) * view.scale;
    const y = (shapes.xy[2 * row + 1] - view.y0) * view.scale;
    context.drawImage(stamp, Math.round(x - half), Math.round(y - half));
  }
}
