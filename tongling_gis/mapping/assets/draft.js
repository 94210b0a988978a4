// A boundary being drawn: its rings and gates, what was undone, and the file it becomes.

const GATE_KINDS = ["vehicle", "pedestrian", "fire_only"];
const HISTORY_STEPS = 200;
const DEGREE_DIGITS = 7; // a centimetre
const OUTLINE_TOLERANCE_M = 0.1; // to which the page holds the outlines of compounds

class Draft {
  constructor() {
    this.past = [];
    this.future = [];
    this.reset({ rings: [], gates: [], basedOn: "", origin: "drawn" });
  }

  /** Begin anew from something: what it was then is known, so that changes to it are. */
  reset({ rings, gates, basedOn, origin }) {
    Object.assign(this, { rings, gates, basedOn, origin });
    this.first = JSON.stringify(rings);
    this.saved = true;
  }

  snapshot() {
    return JSON.stringify({ rings: this.rings, gates: this.gates, basedOn: this.basedOn, origin: this.origin, first: this.first });
  }

  /** Remember how it stands before a change. */
  remember() {
    this.past.push(this.snapshot());
    if (this.past.length > HISTORY_STEPS) this.past.shift();
    this.future = [];
    this.saved = false;
  }

  undo() {
    if (!this.past.length) return false;
    this.future.push(this.snapshot());
    Object.assign(this, JSON.parse(this.past.pop()));
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past.push(this.snapshot());
    Object.assign(this, JSON.parse(this.future.pop()));
    return true;
  }

  /** Where the line came from, as the schema's drafts record it. */
  get lineOrigin() {
    if (this.origin === "drawn") return "drawn";
    if (JSON.stringify(this.rings) !== this.first) return "amended";
    return this.origin;
  }

  /** What keeps it from being handed on: message and place; null where nothing does. */
  findFault() {
    if (!this.rings.length) return { said: words.drawNothing, at: null };
    const crossing = findCrossing(this.rings);
    if (crossing) return { said: words.drawCrosses, at: crossing };
    const small = this.rings.find((ring) => ring.length < 3 || Math.abs(signedArea(ring)) < 1);
    return small ? { said: words.drawTooSmall, at: small[0] } : null;
  }

  /** Put gates back upon the boundary, each at its nearest place. */
  attachGates() {
    for (const gate of this.gates) {
      const nearest = nearestOnRings(gate.at, this.rings);
      if (nearest) gate.at = nearest.at;
    }
  }

  /** The boundary and its gates as GeoJSON (RFC 7946), with where they come from. */
  toGeoJson({ title, author, note }, now) {
    const date = localDate(now);
    const provenance = {
      title, author, note, date,
      drawn_at: now.toISOString(),
      project: pageData.title,
      based_on: this.basedOn ? `compounds/${this.basedOn}` : "",
      origin: this.lineOrigin,
      outline_tolerance_m: this.basedOn ? OUTLINE_TOLERANCE_M : null,
      crs: "WGS 84",
      tool: `tongling-gis ${pageData.origin.engine}`.trim(),
      catalogue_date: pageData.origin.catalogueDate,
      data_date: pageData.origin.dataDate,
      stamp: pageData.origin.stamps.join("; "),
      sources: pageData.origin.sources.join("; "),
      invented: pageData.origin.invented,
    };
    const id = `${this.basedOn || "draft"}-${now.toISOString().slice(0, 19).replace(/\D/g, "")}`;
    const boundary = {
      type: "Feature", id,
      geometry: this.boundaryGeometry(),
      properties: {
        role: "boundary", draft_id: id, name: title, compound_id: this.basedOn || null, version: 1,
        status: "draft", ...provenance,
      },
    };
    const gates = this.gates.map((gate, i) => ({
      type: "Feature", id: `${id}-G${i + 1}`,
      geometry: { type: "Point", coordinates: lonLat(gate.at) },
      properties: {
        role: "gate", gate_id: `${id}-G${i + 1}`, draft_id: id, name: gate.name || null, kind: gate.kind,
        width_m: gate.width_m, height_m: gate.height_m, opening_hours: gate.hours || null, compound_id: this.basedOn || null,
      },
    }));
    return { type: "FeatureCollection", name: title, provenance, features: [boundary, ...gates] };
  }

  boundaryGeometry() {
    const polygons = nestRings(this.rings).map((rings) => rings.map((ring, i) => closedRing(ring, i === 0)));
    return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
  }
}

function localDate(now) {
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((one) => String(one).padStart(2, "0")).join("-");
}

function lonLat([lat, lon]) {
  return [Number(lon.toFixed(DEGREE_DIGITS)), Number(lat.toFixed(DEGREE_DIGITS))];
}

/** A ring as RFC 7946 wants it: closed, shells against the clock, holes with it. */
function closedRing(ring, isShell) {
  const turned = signedArea(ring) > 0 === isShell ? ring : [...ring].reverse();
  return [...turned, turned[0]].map(lonLat);
}

/**
 * Read rings and gates from GeoJSON: what this page wrote, or any areas and points in degrees.
 * Throws an Error whose message is a reader's.
 */
function readGeoJson(text) {
  const parsed = parseJson(text);
  if (!parsed?.type) throw new Error(words.drawNotGeoJson);
  const features = parsed?.type === "FeatureCollection" ? parsed.features : [parsed?.type === "Feature" ? parsed : { geometry: parsed, properties: {} }];
  if (!Array.isArray(features)) throw new Error(words.drawNotGeoJson);
  const crs = parsed.crs?.properties?.name ?? "";
  if (crs && !/CRS84|4326|4490/.test(crs)) throw new Error(say("drawWrongCrs", { crs }));
  const read = { rings: [], gates: [], basedOn: "", properties: {} };
  for (const feature of features) readFeature(feature, read);
  if (!read.rings.length) throw new Error(words.drawNoArea);
  return read;
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(words.drawNotGeoJson);
  }
}

function readFeature(feature, read) {
  const { geometry, properties } = feature ?? {};
  if (geometry?.type === "Polygon" || geometry?.type === "MultiPolygon") {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    for (const ring of polygons.flat()) read.rings.push(openRing(ring.map(readPlace)));
    read.properties = properties ?? {};
    read.basedOn = String(properties?.compound_id ?? "");
  } else if (geometry?.type === "Point") {
    const own = properties ?? {};
    read.gates.push(newGate(readPlace(geometry.coordinates), GATE_KINDS.includes(own.kind) ? own.kind : "pedestrian",
      { width_m: own.width_m ?? null, height_m: own.height_m ?? null, hours: own.opening_hours ?? "", name: own.name ?? "" }));
  }
}

function readPlace(pair) {
  const [lon, lat] = Array.isArray(pair) ? pair : [];
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) throw new Error(words.drawNotDegrees);
  return [lat, lon];
}

function openRing(ring) {
  return ring.length > 1 && samePlace(ring[0], last(ring)) ? ring.slice(0, -1) : ring;
}

function newGate(at, kind, { width_m = null, height_m = null, hours = "", name = "" } = {}) {
  return { at, kind, width_m, height_m, hours, name };
}
