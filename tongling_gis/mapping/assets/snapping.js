// Where a drawn place should be: on a corner or a side of what is there already, when near enough.

const SNAP_PX = 10;
const SNAP_LAYERS = ["compounds", "barriers", "streets", "buildings", "enclosure_drafts"];

/** The place that a place snaps to; itself where nothing is near. Corners come before sides. */
function snapPlace(map, layers, { lat, lng }) {
  const zoom = map.getZoom(), far = SNAP_PX / 2 ** zoom;
  const x = worldX(lng), y = worldY(lat);
  const near = { corner: far, side: far, cornerAt: null, sideAt: null };
  for (const layer of layers) {
    if (!layer.shown || zoom < layer.look.fromZoom) continue;
    for (const row of layer.touching([x - far, y - far, x + far, y + far])) snapToRow(layer, row, x, y, near);
  }
  return near.cornerAt ?? near.sideAt ?? [lat, lng];
}

function snapToRow(layer, row, x, y, near) {
  const closed = layer.look.symbol === "area";
  for (const ring of layer.shapes.latLngs(row)) {
    ring.forEach((from, i) => {
      const corner = Math.hypot(worldX(from[1]) - x, worldY(from[0]) - y);
      if (corner < near.corner) Object.assign(near, { corner, cornerAt: from });
      if (!closed && i === ring.length - 1) return;
      const to = ring[(i + 1) % ring.length];
      const [ax, ay, bx, by] = [worldX(from[1]), worldY(from[0]), worldX(to[1]), worldY(to[0])];
      const long = (bx - ax) ** 2 + (by - ay) ** 2;
      const share = long ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) : 0;
      const side = Math.hypot(ax + (bx - ax) * share - x, ay + (by - ay) * share - y);
      if (side < near.side) Object.assign(near, { side, sideAt: [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share] });
    });
  }
}
