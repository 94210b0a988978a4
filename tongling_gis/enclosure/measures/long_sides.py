"""Lanes along the long sides of homes, and what stands between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.fire_access import PLACE_ERROR_M, no_lane, nothing_to_serve
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import name_building
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.enclosure.served import SERVED_M, parted
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

ALONG_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Places along a long side that are asked how far off the nearest lane is."""


def long_sides(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Give both long sides of each part's least rotated rectangle, and whose they are."""
    parts, whose = shapely.get_parts(shapes, return_index=True)
    boxes = shapely.oriented_envelope(parts)
    flat = shapely.get_type_id(boxes) == shapely.GeometryType.POLYGON
    boxes, whose = boxes[flat], whose[flat]
    corners = shapely.get_coordinates(boxes).reshape(-1, 5, 2)
    length_m = np.hypot(*np.moveaxis(np.diff(corners, axis=1), 2, 0))
    first = (length_m[:, 0] < length_m[:, 1]).astype(np.int64)
    at = np.arange(len(boxes))
    ends = [np.stack([corners[at, first + k], corners[at, first + k + 1]], axis=1) for k in (0, 2)]
    sides = np.asarray(shapely.linestrings(np.concatenate(ends)), dtype=object)
    return sides, np.concatenate([whose, whose])


def distance_along_m(enclosure: Enclosure, sides: Shapes) -> tuple[Floats, Shapes]:
    """Measure how far off lanes run along sides of buildings, inf where none does.

    The distance within which a lane lies of at least half of the side: the median of that of
    five places along it. Also given is the line from the side's middle place to its lane.
    """
    lanes = enclosure.lanes
    lines = lanes.line[lanes.usable]
    spots = np.stack(
        [shapely.line_interpolate_point(sides, share, normalized=True) for share in ALONG_SHARES],
        axis=1,
    )
    if not len(lines) or not len(sides):
        return np.full(len(sides), np.inf), np.full(len(sides), None, dtype=object)
    flat = np.asarray(spots.ravel(), dtype=object)
    between, off_m = _to_lanes(enclosure, flat, lines)
    off_m = off_m.reshape(spots.shape)
    order = np.argsort(off_m, axis=1)[:, len(ALONG_SHARES) // 2]
    at = np.arange(len(sides))
    return off_m[at, order], between.reshape(spots.shape)[at, order]


def _to_lanes(enclosure: Enclosure, spots: Shapes, lines: Shapes) -> tuple[Shapes, Floats]:
    """Find the nearest lane of each spot that the boundary does not part from it."""
    between = np.full(len(spots), None, dtype=object)
    off_m = np.full(len(spots), np.inf)
    tree = shapely.STRtree(lines)
    at, item = tree.query(spots, predicate="dwithin", distance=2 * SERVED_M)
    ways = shapely.shortest_line(spots[at], lines[item])
    free = ~parted(enclosure, spots[at], ways)
    at, ways = at[free], ways[free]
    length_m = shapely.length(ways)
    order = np.lexsort((length_m, at))
    _, first = np.unique(at[order], return_index=True)
    chosen = order[first]
    between[at[chosen]], off_m[at[chosen]] = ways[chosen], length_m[chosen]
    return between, off_m


@dataclass(frozen=True, eq=False)
class Along:
    """The lane along the better long side of each home.

    Attributes:
        home: Numbers of the homes in ``served``.
        off_m: How far off the lane along it is, inf for none.
        between: A line from the side to the lane, None for none.
    """

    home: Ints
    off_m: Floats
    between: Shapes


def find_along(enclosure: Enclosure) -> Along:
    """Find the lane along the better long side of each home."""
    served = enclosure.served
    homes = np.flatnonzero(served.is_home)
    sides, whose = long_sides(served.shape[homes])
    off_m, between = distance_along_m(enclosure, sides)
    order = np.lexsort((off_m, whose))
    known, first = np.unique(whose[order], return_index=True)
    best = order[first]
    return Along(homes[known], off_m[best], between[best])


def measure_lane_to_long_side(enclosure: Enclosure) -> Measured:
    """Measure from each home's nearer long side to the lane along it (FIR-02).

    The clause names no distance; a lane is along a side within the rule's limit, measured to
    the middle of the lane. Long sides are those of each part's least rotated rectangle.
    """
    nothing = nothing_to_serve(enclosure)
    if nothing is not None:
        return nothing
    along = enclosure.once(find_along)
    items = [
        _long_side_item(enclosure, home, off_m, way)
        for home, off_m, way in zip(
            along.home.tolist(), along.off_m.tolist(), along.between, strict=True
        )
    ]
    if not items:
        return Measured(not_applicable=Text("围合内没有住宅。", "There is no home inside."))
    note = Text(
        "量自住宅长边（最小外接矩形）至沿该边一半以上长度的车道中心线；条文未规定距离。",
        "Measured from a long side (least rotated rectangle) to the middle of the lane along half "
        "of it or more; the clause names no distance.",
    )
    return Measured(
        max((i.value for i in items if i.value is not None), default=None), tuple(items), note=note
    )


_ALONG_M = 15.0
"""FIR-02's limit (N): beyond it a lane that is not drawn may lie nearer."""


def _long_side_item(enclosure: Enclosure, home: int, off_m: float, between: object) -> Item:
    served = enclosure.served
    name = name_building(enclosure, int(served.row[home]))
    missing = no_lane(enclosure) if off_m > _ALONG_M else None
    if missing is not None or off_m > SERVED_M:
        value = None if missing is not None else min(off_m, 2 * SERVED_M)
        return Item(name, value, served.shape[home], PLACE_ERROR_M, missing)
    assert isinstance(between, shapely.LineString)
    return Item(name, off_m, between, PLACE_ERROR_M)


def measure_lane_obstacles(enclosure: Enclosure) -> Measured:
    """Count walls between each home's long side and the lane along it (FIR-08).

    Trees, wires and sheds are in no layer, so none found is not none there.
    """
    nothing = nothing_to_serve(enclosure)
    if nothing is not None:
        return nothing
    along = enclosure.once(find_along)
    near = np.flatnonzero(along.off_m <= SERVED_M)
    if not len(near):
        return Measured(missing=no_lane(enclosure) or _OBSTACLES)
    tree = enclosure.surroundings.driving_ground.wall_tree
    at, _ = tree.query(along.between[near], predicate="intersects")
    walls = np.bincount(at, minlength=len(near))
    items = tuple(
        Item(
            name_building(enclosure, int(enclosure.served.row[along.home[one]])),
            float(count) if count else None,
            along.between[one],
            missing=None if count else _OBSTACLES,
        )
        for one, count in zip(near.tolist(), walls.tolist(), strict=True)
    )
    return Measured(float(walls.max()) if walls.any() else None, items)


_OBSTACLES = Text(
    "没有树木、架空线等障碍物图层：请现场核实车道与建筑之间有无障碍。",
    "Trees and wires are in no layer: see on site what stands between lane and building.",
)

_NEEDS = ("buildings", "streets")

MEASURES = {
    "lane_to_long_side_m": Measure(
        measure_lane_to_long_side,
        "m",
        Text("住宅长边至消防车道", "From a home's long side to the lane"),
        _NEEDS,
    ),
    "lane_obstacles": Measure(
        measure_lane_obstacles,
        "count",
        Text("车道与建筑间的障碍", "Obstacles between lane and building"),
        (*_NEEDS, "obstacles"),
    ),
}
