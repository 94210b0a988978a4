// Lengths and areas on the ground, and what makes a ring valid. Places are [lat, lon] in WGS 84.

const EARTH_A = 6378137, EARTH_E2 = 0.00669437999014;

/** Metres a degree of latitude and of longitude are, at a latitude (ellipsoid of WGS 84). */
function metresPerDegree(lat) {
  const sine = Math.sin((lat * Math.PI) / 180), w = Math.sqrt(1 - EARTH_E2 * sine * sine);
  const rad = Math.PI / 180;
  return [((EARTH_A * (1 - EARTH_E2)) / w ** 3) * rad, (EARTH_A / w) * Math.cos(lat * rad) * rad];
}

/** Places as [x, y] in metres around the first of them: right to a millimetre within a few kilometres. */
function toMetres(places, origin = places[0]) {
  const [perLat, perLon] = metresPerDegree(origin[0]);
  return places.map(([lat, lon]) => [(lon - origin[1]) * perLon, (lat - origin[0]) * perLat]);
}

/** Area of a ring in square metres, positive where it runs against the clock. */
function signedArea(ring) {
  const points = toMetres(ring);
  let twice = 0;
  points.forEach(([x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length];
    twice += x * nextY - nextX * y;
  });
  return twice / 2;
}

/** Length of a closed ring in metres. */
function ringLength(ring) {
  const points = toMetres(ring);
  return points.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length];
    return sum + Math.hypot(nextX - x, nextY - y);
  }, 0);
}

/** Distance in metres between two places. */
function distanceOf(a, b) {
  const [, [x, y]] = toMetres([a, b]);
  return Math.hypot(x, y);
}

/** The nearest place on a side, and how far it is. */
function nearestOnSide(place, from, to) {
  const [a, b, p] = toMetres([from, to, place], from);
  const long = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
  const share = long ? Math.max(0, Math.min(1, ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / long)) : 0;
  const at = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  return { at, distance_m: distanceOf(at, place) };
}

/** The nearest place on the sides of some rings; null where there are none. */
function nearestOnRings(place, rings) {
  let best = null;
  for (const ring of rings) {
    ring.forEach((from, i) => {
      const found = nearestOnSide(place, from, ring[(i + 1) % ring.length]);
      if (!best || found.distance_m < best.distance_m) best = found;
    });
  }
  return best;
}

function turn(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Whether c, in line with a and b, lies between them. */
function isBetween(a, b, c) {
  return Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
}

/** Whether two sides cross or touch. */
function sidesMeet(a, b, c, d) {
  const [t1, t2, t3, t4] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (((t1 > 0 && t2 < 0) || (t1 < 0 && t2 > 0)) && ((t3 > 0 && t4 < 0) || (t3 < 0 && t4 > 0))) return true;
  return (t1 === 0 && isBetween(a, b, c)) || (t2 === 0 && isBetween(a, b, d)) || (t3 === 0 && isBetween(c, d, a)) || (t4 === 0 && isBetween(c, d, b));
}

/** A place where rings cross themselves or one another; null where none does. */
function findCrossing(rings) {
  const sides = rings.flatMap((ring, r) => ring.map((from, i) => ({ r, i, last: ring.length - 1, a: from, b: ring[(i + 1) % ring.length] })));
  for (let m = 0; m < sides.length; m++) {
    for (let n = m + 1; n < sides.length; n++) {
      const [one, other] = [sides[m], sides[n]];
      const neighbours = one.r === other.r && (other.i === one.i + 1 || (one.i === 0 && other.i === other.last));
      if (neighbours ? foldsBack(one, other) : sidesMeet(one.a, one.b, other.a, other.b)) return meetingPlace(one, other);
    }
  }
  return null;
}

/** Whether two sides that share a corner lie upon each other. */
function foldsBack(one, other) {
  const [shared, p, q] = one.b === other.a || samePlace(one.b, other.a) ? [one.b, one.a, other.b] : [one.a, one.b, other.a];
  return turn(shared, p, q) === 0 && (p[0] - shared[0]) * (q[0] - shared[0]) + (p[1] - shared[1]) * (q[1] - shared[1]) >= 0;
}

function samePlace(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}

function meetingPlace({ a, b }, { a: c, b: d }) {
  const across = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0]);
  if (!across) return samePlace(a, c) || samePlace(a, d) ? a : b;
  const share = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / across;
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
}

/** Whether a place lies within a ring. */
function isWithin([lat, lon], ring) {
  let inside = false;
  ring.forEach(([latA, lonA], i) => {
    const [latB, lonB] = ring[(i + 1) % ring.length];
    if (latA > lat !== latB > lat && lon < ((lonB - lonA) * (lat - latA)) / (latB - latA) + lonA) inside = !inside;
  });
  return inside;
}

/** Rings as polygons: each ring within an odd number of others is a hole of the smallest around it. */
function nestRings(rings) {
  const around = rings.map((ring, i) => rings.filter((other, j) => j !== i && isWithin(ring[0], other)));
  const size = (ring) => Math.abs(signedArea(ring));
  const shells = rings.filter((_ring, i) => around[i].length % 2 === 0).map((ring) => [ring]);
  rings.forEach((ring, i) => {
    if (around[i].length % 2 === 0) return;
    const smallest = [...around[i]].sort((a, b) => size(a) - size(b))[0];
    (shells.find(([shell]) => shell === smallest) ?? shells[0]).push(ring);
  });
  return shells;
}

/** Area of rings in square metres, holes taken off. */
function areaOf(rings) {
  return nestRings(rings).reduce((sum, [shell, ...holes]) =>
    sum + Math.abs(signedArea(shell)) - holes.reduce((less, hole) => less + Math.abs(signedArea(hole)), 0), 0);
}
