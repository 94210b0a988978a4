"""How steep lanes are, how sharply they turn, and how wide they stay when houses fall."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.lanes import ENGINE_M
from tongling_gis.enclosure.measures.clearances import Clearance, measure_ways_in, measured_ways
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import NO_BUILDINGS, NO_LANE_DRAWN, gather, name_lane
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.network.slopes import measure_slopes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

SURVEYED_ERROR_PCT = 0.5
HEIGHT_ERROR_M = 3.0
"""How far off heights of neighbouring places may be to one another (N: an open 30 m raster)."""
TOO_ROUGH_PCT = 8.0
"""Where the error is above this, heights do not tell a slope from a limit (N)."""
BEND_DEG = 30.0
"""A lesser change of direction is no bend (N)."""
ENGINE_WIDTH_M = 2.5
FLOOR_M = 3.0
RUBBLE_SHARES = (1 / 2, 2 / 3)
"""How far rubble falls, as a share of a house's height (GB 50413, from memory)."""
ACROSS_M = 40.0


def measure_lane_gradient(enclosure: Enclosure) -> Measured:
    """Measure the gradients of lanes inside in per cent (FIR-05).

    From the street's incline, else from the heights of its ends: on a short lane these are too
    rough to tell, and the error says so.
    """
    lanes = enclosure.lanes
    if not len(lanes.within):
        return Measured(missing=NO_LANE_DRAWN)
    slopes = measure_slopes(enclosure.driving_after)
    rows = lanes.edge[lanes.within]
    steep_pct = 100 * np.abs(slopes.rise[rows])
    rough_pct = 100 * np.sqrt(2) * HEIGHT_ERROR_M / np.maximum(lanes.length_m[lanes.within], 1.0)
    error_pct = np.where(slopes.surveyed[rows], SURVEYED_ERROR_PCT, rough_pct)
    rough = (error_pct > TOO_ROUGH_PCT) & (steep_pct - error_pct < TOO_ROUGH_PCT)
    known = np.isfinite(steep_pct) & ~rough
    items = [
        Item(name_lane(enclosure, lane), float(steep), lanes.line[lane], float(error))
        for lane, steep, error in zip(
            lanes.within[known].tolist(), steep_pct[known], error_pct[known], strict=True
        )
    ]
    if not known.all():
        items.append(_unknown_slopes(lanes.line[lanes.within[~known]]))
    worst = float(steep_pct[known].max()) if known.any() else None
    return Measured(worst, tuple(items))


def _unknown_slopes(lines: Shapes) -> Item:
    name = Text(f"{len(lines)} 段坡度不明的车道", f"{len(lines)} lanes of unknown slope")
    missing = Text(
        "没有坡度，或高程对短车道过于粗略：请测量后在 streets 填写 incline"
        "（30 m 栅格不足以判断车道坡度）。",
        "Slopes are unknown, or heights too rough for short lanes: measure them and fill in "
        "incline of streets (a 30 m raster does not tell the slope of a lane).",
    )
    return Item(name, None, gather(lines), missing=missing)


def corridor_radius_m(width_m: float, bend_deg: float) -> float:
    """Give the largest outer turning radius that a bend between sharp corners leaves.

    An arc that touches both outer edges of a lane of some width, and whose inner side, an
    engine's width in, just clears the inner corner.

    >>> round(corridor_radius_m(4.0, 90.0), 1)
    7.6
    """
    half = np.cos(np.radians(bend_deg) / 2)
    return float((width_m / half - ENGINE_WIDTH_M) / (1 / half - 1))


def measure_turning_radius(enclosure: Enclosure) -> Measured:
    """Estimate the turning radius at sharp bends of lanes inside, from their width (FIR-06).

    An estimate, kerbs being in no layer: corners are taken as sharp, see ``corridor_radius_m``.
    """
    lanes = enclosure.lanes
    if not len(lanes.within):
        return Measured(missing=NO_LANE_DRAWN)
    items, unknown = [], []
    for lane in lanes.within.tolist():
        bends = _bends(lanes.line[lane])
        if not bends:
            continue
        point, bend_deg = max(bends, key=lambda bend: bend[1])
        width_m, error_m = float(lanes.width_m[lane]), float(lanes.width_error_m[lane])
        if np.isnan(width_m):
            unknown.append(point)
            continue
        radius_m = corridor_radius_m(width_m, bend_deg)
        off_m = corridor_radius_m(width_m + error_m, bend_deg) - radius_m
        lane_name = name_lane(enclosure, lane)
        name = Text(
            f"{lane_name.zh}的弯道（转 {bend_deg:.0f}°，估算）",
            f"bend of {lane_name.en} ({bend_deg:.0f} degrees, an estimate)",
        )
        items.append(Item(name, radius_m, point, off_m))
    if unknown:
        name = Text(f"{len(unknown)} 处急弯", f"{len(unknown)} sharp bends")
        items.append(Item(name, None, gather(unknown), missing=_NO_KERBS))
    if not items:
        return Measured(missing=_NO_KERBS, note=_NO_BEND)
    known = [item.value for item in items if item.value is not None]
    return Measured(min(known) if known else None, tuple(items), note=_ESTIMATE)


_NO_KERBS = Text(
    "没有路缘转弯半径，也没有车道宽度：请现场测量路口、大门处的转弯半径。",
    "Neither the kerbs' radius nor the lane's width is known: measure the turns at junctions and "
    "gates on site.",
)
_NO_BEND = Text(
    f"已画车道中途没有 {BEND_DEG:g}° 以上的急弯；路口和大门处未知。",
    f"No lane as drawn bends by more than {BEND_DEG:g} degrees; junctions and gates are unknown.",
)
_ESTIMATE = Text(
    "按车道宽度、直角路缘估算，非实测；路口和大门处未计。",
    "Estimated from the lane's width with sharp corners, not measured; junctions and gates are "
    "left out.",
)


def _bends(line: shapely.LineString) -> list[tuple[shapely.Point, float]]:
    xy = shapely.get_coordinates(line)
    along = np.diff(xy, axis=0)
    along = along[np.hypot(*along.T) > 0]
    if len(along) <= 1:
        return []
    ahead = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    turn = np.abs((np.diff(ahead) + 180) % 360 - 180)
    corners = np.flatnonzero(turn >= BEND_DEG)
    spots = xy[0] + np.cumsum(along, axis=0)
    return [(shapely.Point(spots[at]), float(turn[at])) for at in corners.tolist()]


def measure_width_after_collapse(enclosure: Enclosure) -> Measured:
    """Measure what is left of the ways in when the houses beside them fall (EVA-03).

    Rubble lies as far as half to two thirds of a house's height, 3 m a floor, off its walls;
    across each lane inside the open ground between rubble is measured every 20 m, no farther
    than 20 m to either side. An estimate.
    """
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    lanes = enclosure.lanes
    if not len(lanes.within):
        return Measured(missing=NO_LANE_DRAWN)
    near = enclosure.surroundings.tree("buildings").query(
        enclosure.area, predicate="dwithin", distance=ACROSS_M
    )
    shapes = enclosure.surroundings.shapes("buildings")[near]
    floors = enclosure.surroundings.building_facts.floors[near]
    blind = _beside(lanes.line[lanes.within], shapes[np.isnan(floors)])
    seen = lanes.within[~blind]
    height_m = np.nan_to_num(floors) * FLOOR_M
    most, least = (
        _widths_left(lanes.line[seen], shapes, height_m * share) for share in RUBBLE_SHARES
    )
    left_m, error_m = np.full(len(lanes.edge), np.inf), np.zeros(len(lanes.edge))
    left_m[lanes.within[blind]] = np.nan
    left_m[seen], error_m[seen] = (most + least) / 2, (most - least) / 2 + 1.0
    missing = Text(
        "车道旁建筑的层数未知：请填写 buildings 的 floors。",
        "Floors of houses beside the lanes are unknown: fill in floors of buildings.",
    )
    clearance = Clearance(left_m, error_m, ENGINE_M, missing, lanes.edge < 0)
    return measured_ways(enclosure, measure_ways_in(enclosure, clearance))


def _beside(lines: Shapes, shapes: Shapes) -> NDArray[np.bool_]:
    """Tell which lines some shape stands by, near enough to fall on it."""
    found = np.zeros(len(lines), dtype=bool)
    if len(shapes):
        found[np.unique(shapely.STRtree(shapes).query(lines, "dwithin", 20.0)[0])] = True
    return found


def _widths_left(lines: Shapes, shapes: Shapes, reach_m: Floats) -> Floats:
    """Give the least width left along each line between shapes that reach so far."""
    if not len(lines):
        return np.empty(0)
    rubble = shapely.buffer(shapes, reach_m)
    across, line = _across(lines)
    tree = shapely.STRtree(rubble)
    at, item = tree.query(across, predicate="intersects")
    left_m = np.full(len(across), ACROSS_M)
    for one in np.unique(at).tolist():
        own = shapely.union_all(rubble[item[at == one]])
        pieces = shapely.get_parts(shapely.difference(across[one], own))
        left_m[one] = float(shapely.length(pieces).max(initial=0.0))
    least = np.full(len(lines), ACROSS_M)
    np.minimum.at(least, line, left_m)
    return least


def _across(lines: Shapes) -> tuple[Shapes, Ints]:
    """Draw lines across other lines every 20 m, and say across which."""
    count = np.maximum((shapely.length(lines) // 20.0).astype(int), 1)
    line = np.repeat(np.arange(len(lines)), count)
    step = np.concatenate([(np.arange(n) + 0.5) / n for n in count.tolist()])
    length_m = shapely.length(lines[line])
    here = shapely.line_interpolate_point(lines[line], step * length_m)
    ahead = shapely.line_interpolate_point(lines[line], np.minimum(step * length_m + 0.5, length_m))
    xy, to = shapely.get_coordinates(here), shapely.get_coordinates(ahead)
    along = to - xy
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    aside = np.column_stack([-along[:, 1], along[:, 0]]) * ACROSS_M / 2
    return np.asarray(shapely.linestrings(np.stack([xy - aside, xy + aside], axis=1)), object), line


MEASURES = {
    "lane_gradient_pct": Measure(
        measure_lane_gradient,
        "%",
        Text("消防车道坡度", "Gradient of fire lanes"),
        ("streets", "streets.incline"),
    ),
    "turning_radius_m": Measure(
        measure_turning_radius,
        "m",
        Text("消防车转弯半径（估算）", "Turning radius of engines (an estimate)"),
        ("streets", "streets.width_m", "kerbs"),
    ),
    "width_after_collapse_m": Measure(
        measure_width_after_collapse,
        "m",
        Text("房屋倒塌后通道剩余宽度（估算）", "Width left when houses fall (an estimate)"),
        ("streets", "buildings", "buildings.floors"),
    ),
}
