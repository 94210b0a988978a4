// Numbers and shapes written as strings by mapping/shapes.py.

/** Read integers from a string of five-bit digits, zigzag-coded. */
function readIntegers(text) {
  const out = new Int32Array(text.length);
  let count = 0, value = 0, shift = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 63;
    value |= (digit & 31) << shift;
    if (digit & 32) {
      shift += 5;
    } else {
      out[count++] = (value >>> 1) ^ -(value & 1);
      value = 0;
      shift = 0;
    }
  }
  return out.slice(0, count);
}

const WORLD_PX = 256;

/** Longitude in degrees to pixels of the whole world at zoom 0. */
function worldX(lon) {
  return WORLD_PX * (lon / 360 + 0.5);
}

/** Latitude in degrees to pixels of the whole world at zoom 0 (spherical Mercator). */
function worldY(lat) {
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return WORLD_PX * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
}

/**
 * The shapes of one layer: vertices in world pixels, and where each ring and each row begins.
 * Points have one vertex a row. Boxes are x0, y0, x1, y1 for each row.
 */
class Shapes {
  constructor(coded) {
    const steps = readIntegers(coded.xy);
    const vertexCount = steps.length / 2;
    this.xy = new Float64Array(steps.length);
    this.degrees = new Int32Array(steps.length);
    let x = 0, y = 0;
    for (let i = 0; i < vertexCount; i++) {
      x += steps[2 * i];
      y += steps[2 * i + 1];
      this.degrees[2 * i] = x;
      this.degrees[2 * i + 1] = y;
      this.xy[2 * i] = worldX(x / 1e6);
      this.xy[2 * i + 1] = worldY(y / 1e6);
    }
    this.isPoints = coded.rings === undefined;
    if (this.isPoints) {
      this.count = vertexCount;
    } else {
      this.ringStart = starts(readIntegers(coded.rings));
      this.rowStart = starts(readIntegers(coded.parts));
      this.count = this.rowStart.length - 1;
    }
    this.boxes = this.measureBoxes();
    this.grid = new Grid(this.boxes, this.count);
  }

  measureBoxes() {
    const boxes = new Float64Array(this.count * 4);
    for (let row = 0; row < this.count; row++) {
      const [from, to] = this.vertices(row);
      let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (let i = from; i < to; i++) {
        const x = this.xy[2 * i], y = this.xy[2 * i + 1];
        if (x < x0) x0 = x;
        if (x > x1) x1 = x;
        if (y < y0) y0 = y;
        if (y > y1) y1 = y;
      }
      boxes.set([x0, y0, x1, y1], 4 * row);
    }
    return boxes;
  }

  /** First vertex of a row, and the one after its last. */
  vertices(row) {
    if (this.isPoints) return [row, row + 1];
    return [this.ringStart[this.rowStart[row]], this.ringStart[this.rowStart[row + 1]]];
  }

  /** Middle of a row's box as [lat, lon]. */
  middle(row) {
    const [[south, west], [north, east]] = this.bounds(row);
    return [(south + north) / 2, (west + east) / 2];
  }

  /** Bounds of a row as [[south, west], [north, east]]. */
  bounds(row) {
    const [from, to] = this.vertices(row);
    let south = Infinity, west = Infinity, north = -Infinity, east = -Infinity;
    for (let i = from; i < to; i++) {
      const lon = this.degrees[2 * i] / 1e6, lat = this.degrees[2 * i + 1] / 1e6;
      south = Math.min(south, lat);
      north = Math.max(north, lat);
      west = Math.min(west, lon);
      east = Math.max(east, lon);
    }
    return [[south, west], [north, east]];
  }

  /** The rings or lines of a row as arrays of [lat, lon]. */
  latLngs(row) {
    const rings = [];
    for (let ring = this.rowStart[row]; ring < this.rowStart[row + 1]; ring++) {
      const points = [];
      for (let i = this.ringStart[ring]; i < this.ringStart[ring + 1]; i++) {
        points.push([this.degrees[2 * i + 1] / 1e6, this.degrees[2 * i] / 1e6]);
      }
      rings.push(points);
    }
    return rings;
  }

  /** Tell whether a place lies in an area: an odd number of its sides is crossed on the way out. */
  contains(row, x, y) {
    let inside = false;
    for (let ring = this.rowStart[row]; ring < this.rowStart[row + 1]; ring++) {
      const from = this.ringStart[ring], to = this.ringStart[ring + 1];
      for (let i = from, j = to - 1; i < to; j = i++) {
        const xi = this.xy[2 * i], yi = this.xy[2 * i + 1];
        const xj = this.xy[2 * j], yj = this.xy[2 * j + 1];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
    }
    return inside;
  }
}

/** Running sums of counts, beginning with 0. */
function starts(counts) {
  const out = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) out[i + 1] = out[i] + counts[i];
  return out;
}

/** Which rows' boxes touch a window, by the cells of a grid over all of them. */
class Grid {
  constructor(boxes, count) {
    this.boxes = boxes;
    this.count = count;
    this.seen = new Int32Array(count);
    this.round = 0;
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let row = 0; row < count; row++) {
      x0 = Math.min(x0, boxes[4 * row]);
      y0 = Math.min(y0, boxes[4 * row + 1]);
      x1 = Math.max(x1, boxes[4 * row + 2]);
      y1 = Math.max(y1, boxes[4 * row + 3]);
    }
    this.side = Math.max(1, Math.min(128, Math.ceil(Math.sqrt(count / 4))));
    [this.x0, this.y0] = [x0, y0];
    this.stepX = (x1 - x0) / this.side || 1;
    this.stepY = (y1 - y0) / this.side || 1;
    this.fill();
  }

  fill() {
    const counts = new Int32Array(this.side * this.side);
    for (let row = 0; row < this.count; row++) this.eachCell(row, (cell) => counts[cell]++);
    this.start = starts(counts);
    this.rows = new Int32Array(this.start[counts.length]);
    const next = this.start.slice();
    for (let row = 0; row < this.count; row++) {
      this.eachCell(row, (cell) => (this.rows[next[cell]++] = row));
    }
  }

  column(x) {
    return Math.max(0, Math.min(this.side - 1, Math.floor((x - this.x0) / this.stepX)));
  }

  line(y) {
    return Math.max(0, Math.min(this.side - 1, Math.floor((y - this.y0) / this.stepY)));
  }

  eachCell(row, visit) {
    const [x0, y0, x1, y1] = this.boxes.subarray(4 * row, 4 * row + 4);
    if (!(x0 <= x1)) return; // a row without a shape
    for (let v = this.line(y0); v <= this.line(y1); v++) {
      for (let u = this.column(x0); u <= this.column(x1); u++) visit(v * this.side + u);
    }
  }

  /** Rows whose boxes touch the window, in ascending order. */
  touching(x0, y0, x1, y1) {
    this.round++;
    const found = [];
    for (let v = this.line(y0); v <= this.line(y1); v++) {
      for (let u = this.column(x0); u <= this.column(x1); u++) {
        const cell = v * this.side + u;
        for (let i = this.start[cell]; i < this.start[cell + 1]; i++) {
          const row = this.rows[i];
          if (this.seen[row] === this.round) continue;
          this.seen[row] = this.round;
          const b = 4 * row;
          if (this.boxes[b] <= x1 && this.boxes[b + 2] >= x0 && this.boxes[b + 1] <= y1 && this.boxes[b + 3] >= y0) {
            found.push(row);
          }
        }
      }
    }
    return found.sort((a, b) => a - b);
  }
}
