"""Filling one plot: rows of buildings with ways between them, or lanes with houses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString

from tongling_gis.sample_city.shapes import polygons_of
from tongling_gis.sample_city.ways import Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Polygon

    from tongling_gis.sample_city.styles import Style
    from tongling_gis.sample_city.terrain import Coords

_WAY_CLEAR_M = 3.5
_EDGE_CLEAR_M = 3.0
_LOOP_M = 7.5
_LEAST_LENGTH_M = 17.0


@dataclass(frozen=True, eq=False)
class Layout:
    """What stands on one plot, in the real frame.

    Attributes:
        corners: Building footprints (n, 4, 2), counter-clockwise.
        floors: Floors of each.
        ways: The plot's own ways, none reaching its edge.
        exits: Where a way could leave: point and direction (k, 4), the main way's first.
    """

    corners: Coords
    floors: NDArray[np.int64]
    ways: list[Way]
    exits: Coords


@dataclass(frozen=True, eq=False)
class Axes:
    """A plot's own axes: ``a`` along the rows, ``b`` across them, to the north."""

    origin: Coords
    turn_rad: float

    @property
    def _matrix(self) -> Coords:
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        return np.array([[cos, sin], [-sin, cos]])

    def to_world(self, local: Coords) -> Coords:
        """Turn (..., 2) local coordinates back."""
        world: Coords = local @ self._matrix + self.origin
        return world

    def to_local(self, world: Coords) -> Coords:
        """Turn (..., 2) coordinates of the real frame to the plot's axes."""
        local: Coords = (world - self.origin) @ self._matrix.T
        return local


def axes_of(shape: Polygon, turn_rad: float) -> Axes:
    """Put a plot's axes on its middle."""
    return Axes(shapely.get_coordinates(shape.centroid)[0], turn_rad)


def _spines(quad: Coords, every_m: float, rng: np.random.Generator) -> Coords:
    """Lay ways across the rows, leaning as the plot does: (k, 2, 2) ends in its axes."""
    near, far = quad[[0, 1]], quad[[3, 2]]
    wide = float(np.linalg.norm(near[1] - near[0]) + np.linalg.norm(far[1] - far[0])) / 2
    count = max(1, round(wide / every_m))
    share = (np.arange(count) + 0.5) / count + rng.uniform(-0.05, 0.05, count)
    ends = [side[0] + (side[1] - side[0]) * share[:, None] for side in (near, far)]
    spines = np.stack(ends, axis=1)
    away = spines[:, 1] - spines[:, 0]
    return np.stack([spines[:, 0] - away * 0.1, spines[:, 1] + away * 0.1], axis=1)


def _at(spines: Coords, b: Coords) -> Coords:
    """Where each way crosses each row: (rows, spines)."""
    low, high = spines[:, 0], spines[:, 1]
    share = (b[:, None] - low[:, 1]) / (high[:, 1] - low[:, 1])
    crossing: Coords = low[:, 0] + (high[:, 0] - low[:, 0]) * share
    return crossing


def _extent(inner: Polygon, b: Coords) -> Coords:
    """Find the widest stretch (rows, 2) of a plot on each row line; NaN where it has none."""
    west, _, east, _ = inner.bounds
    sides = np.array([west - 1.0, east + 1.0])
    lines = shapely.linestrings(np.stack(np.broadcast_arrays(sides, b[:, None]), -1))
    parts, row = shapely.get_parts(shapely.intersection(lines, inner), return_index=True)
    extent = np.full((len(b), 2), np.nan)
    order = np.argsort(shapely.length(parts), kind="stable")
    bounds = shapely.bounds(parts[order])
    extent[row[order]] = bounds[:, [0, 2]]
    return extent


def _places(low: float, high: float, spines: Coords, style: Style) -> Iterator[tuple[float, float]]:
    """Give the building places of one row, between its ways, as low and high ends.

    ``spines`` (2, k) holds where each way passes the row's two sides.
    """
    west, east = spines.min(axis=0) - _WAY_CLEAR_M, spines.max(axis=0) + _WAY_CLEAR_M
    starts, stops = np.append(low, east), np.minimum(np.append(west, high), high)
    usual = (style.length_m[0] + style.length_m[1]) / 2
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        room = stop - start
        count = max(1, round((room + style.gap_m) / (usual + style.gap_m)))
        length = min((room - (count - 1) * style.gap_m) / count, style.length_m[1])
        if length < _LEAST_LENGTH_M:
            continue
        step = (room - length) / (count - 1) if count > 1 else 0.0
        yield from ((start + k * step, start + k * step + length) for k in range(count))


def _rows(low: float, high: float, style: Style) -> Coords:
    room = high - low - style.depth_m
    count = max(1, int(room / style.pitch_m) + 1) if room >= 0 else 0
    pitch = min(room / (count - 1), style.pitch_m * 1.3) if count > 1 else 0.0
    return np.asarray(low + style.depth_m / 2 + np.arange(count) * pitch, dtype=np.float64)


def _rectangles(inner: Polygon, rows: Coords, spines: Coords, style: Style) -> Coords:
    """Corners (n, 4, 2) of a building on every place of every row."""
    half = style.depth_m / 2
    both = np.stack([_extent(inner, rows - half), _extent(inner, rows + half)])
    low = both[:, :, 0].max(axis=0)
    high = both[:, :, 1].min(axis=0)
    lean = np.stack([_at(spines, rows - half), _at(spines, rows + half)])
    found = []
    for at, b in enumerate(rows):
        if np.isnan(low[at]) or np.isnan(high[at]):
            continue
        for start, stop in _places(low[at], high[at], lean[:, at], style):
            found.append((start, stop, b))
    if not found:
        return np.empty((0, 4, 2))
    west, east, middle = np.array(found).T
    a = np.stack([west, east, east, west], 1)
    b4 = np.stack([middle - half, middle - half, middle + half, middle + half], 1)
    return np.stack([a, b4], -1)


def _kept(corners: Coords, inner: Polygon) -> NDArray[np.bool_]:
    shapely.prepare(inner)
    return np.asarray(shapely.contains_properly(inner, polygons_of(corners)), dtype=np.bool_)


def _clip(lines: Coords, room: Polygon) -> NDArray[np.object_]:
    parts: NDArray[np.object_] = shapely.get_parts(
        shapely.intersection(shapely.linestrings(lines), room)
    )
    return parts[shapely.length(parts) > 2 * _WAY_CLEAR_M]


def _joined(
    spines: NDArray[np.object_], lanes: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Keep the spines that meet a lane and the lanes that meet one of those."""
    meet = shapely.intersects(spines[:, None], lanes[None, :])
    spines = spines[meet.any(axis=1)]
    return spines, lanes[meet.any(axis=0)]


def _outward(lines: NDArray[np.object_]) -> Coords:
    """List both ends of each straight line with the direction outwards, (2 k, 4)."""
    if not len(lines):
        return np.empty((0, 4))
    ends = np.stack(
        [
            shapely.get_coordinates(shapely.get_point(lines, 0)),
            shapely.get_coordinates(shapely.get_point(lines, -1)),
        ]
    )
    away = ends - ends[::-1]
    away = away / np.linalg.norm(away, axis=-1, keepdims=True)
    return np.concatenate([ends, away], axis=-1).transpose(1, 0, 2).reshape(-1, 4)


def _way(line: LineString, highway: str, width_m: float) -> Way:
    tags = {"width": f"{width_m:.1f}"}
    if highway == "service":
        tags |= {"service": "driveway", "surface": "concrete"}
    return Way(line, highway, tags=tags)


def lay_rows(shape: Polygon, quad: Coords, style: Style, rng: np.random.Generator) -> Layout | None:
    """Fill a plot with rows of buildings; None where it is too small for any.

    ``quad`` holds the corners (4, 2) of the plot as planned, its front first.
    """
    turn_rad = float(np.arctan2(*(quad[1] - quad[0] + quad[2] - quad[3])[::-1]))
    axes = axes_of(shape, turn_rad)
    local = shapely.transform(shape, axes.to_local)
    inner = local.buffer(-style.margin_m)
    if inner.is_empty:
        return None
    corner = axes.to_local(quad)
    rows = _rows(
        max(inner.bounds[1], float(corner[:2, 1].mean()) + style.margin_m),
        min(inner.bounds[3], float(corner[2:, 1].mean()) - style.margin_m),
        style,
    )
    across = _spines(corner, style.spine_every_m, rng)
    corners = _rectangles(inner, rows, across, style)
    corners = corners[_kept(corners, inner.buffer(0.05))]
    corners = corners[rng.random(len(corners)) < style.fill]
    room = local.buffer(-_LOOP_M if style.loop else -_EDGE_CLEAR_M)
    lane_b = rows + style.depth_m / 2 + _WAY_CLEAR_M
    sides = np.array([room.bounds[0] - 1, room.bounds[2] + 1])
    lanes = _clip(np.stack(np.broadcast_arrays(sides, lane_b[:, None]), -1), room)
    spines = _clip(across, room)
    spines, lanes = _joined(spines, lanes) if len(lanes) else (spines, lanes)
    if not len(corners) or not len(spines):
        return None
    exits = np.concatenate([_outward(spines), _outward(lanes)])
    wide, narrow = rng.uniform(*style.spine_m), rng.uniform(*style.lane_m)
    ways = [_way(line, style.spine, wide) for line in spines]
    ways += [_way(line, style.lane, narrow) for line in lanes]
    if style.loop and room.geom_type == "Polygon":
        ways.append(_way(LineString(room.exterior.coords), "service", wide))
    turned = [
        Way(shapely.transform(way.line, axes.to_world), way.highway, way.name, tags=way.tags)
        for way in ways
    ]
    points, aims = axes.to_world(exits[:, :2]), Axes(np.zeros(2), turn_rad).to_world(exits[:, 2:])
    floors = _floors(corners, style, rng)
    return Layout(axes.to_world(corners), floors, turned, np.concatenate([points, aims], axis=1))


def _floors(corners: Coords, style: Style, rng: np.random.Generator) -> NDArray[np.int64]:
    """One height for most of a plot's buildings, some lower."""
    low, high = style.floors
    usual = rng.integers(low, high + 1)
    less = rng.integers(0, max(1, (high - low) // 2) + 1, len(corners))
    floors: NDArray[np.int64] = np.clip(usual - less * (rng.random(len(corners)) < 0.4), low, high)
    return floors
