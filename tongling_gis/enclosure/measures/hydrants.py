"""Hydrants: which the boundary captures, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    NO_BUILDINGS,
    gather,
    missing_layer,
    name_building,
    name_hydrant,
)
from tongling_gis.enclosure.model import Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

NO_HYDRANTS = missing_layer("消火栓", "hydrants")
CLEAR_M = 1.0
"""A hydrant this near outside the wall is hidden or hemmed in by it (N)."""
PLACE_ERROR_M = 1.0
"""How far off a hydrant may be drawn (N: hand-held receiver or imagery)."""
NEAR_M = 300.0
"""Where no hydrant is drawn this near, the layer is held to have a gap here (N)."""
RADIUS_M = 150.0
_AWAY_M = 2.5
_FARTHEST_MOVE_M = 30.0
ROADSIDE_M = 15.0
"""Hydrants no farther from the middle of a street belong to it (N)."""
MUNICIPAL = ("municipal", "public", "市政", "市政消火栓", "street", "公共")
OWN = ("private", "outdoor", "室外", "室外消火栓", "小区", "building", "indoor", "室内")

GAP = Text(
    f"{NEAR_M:g} m 内没有画出消火栓，图层在此处可能不全：请补充 hydrants。",
    f"No hydrant is drawn within {NEAR_M:g} m, the layer may have a gap here: complete hydrants.",
)


def hydrants_near(enclosure: Enclosure, within_m: float) -> Ints:
    """List the hydrants within some metres of the area."""
    tree = enclosure.surroundings.tree("hydrants")
    return np.sort(tree.query(enclosure.area, predicate="dwithin", distance=within_m))


def without_hydrants(enclosure: Enclosure) -> Measured | None:
    """Say why no hydrant can be asked; None where some is near."""
    if enclosure.surroundings.hydrants is None:
        return Measured(missing=NO_HYDRANTS)
    if not len(hydrants_near(enclosure, NEAR_M)):
        return Measured(missing=GAP)
    return None


def kinds_of(enclosure: Enclosure, rows: Ints) -> NDArray[np.object_]:
    """Say of hydrants whether they are "municipal", the compound's "own", or "" unknown."""
    said = enclosure.surroundings.hydrant_kinds[rows]
    return np.select([np.isin(said, MUNICIPAL), np.isin(said, OWN)], ["municipal", "own"], "")


def measure_hydrants_captured(enclosure: Enclosure) -> Measured:
    """Count the municipal hydrants inside, or within a metre of the wall (LEG-04).

    A captured one is a breach by itself, though it still works (Fire Protection Law 28).
    """
    if enclosure.surroundings.hydrants is None:
        return Measured(missing=NO_HYDRANTS)
    rows = hydrants_near(enclosure, CLEAR_M + PLACE_ERROR_M)
    kinds = kinds_of(enclosure, rows)
    points = enclosure.surroundings.shapes("hydrants")[rows]
    off_m = shapely.distance(points, enclosure.area)
    items = [
        _captured_item(enclosure, int(rows[one]), str(kinds[one]), float(off_m[one]))
        for one in np.flatnonzero(kinds != "own").tolist()
    ]
    known = [item.value for item in items if item.value is not None]
    if not items and not len(hydrants_near(enclosure, NEAR_M)):
        return Measured(missing=GAP)
    return Measured(float(sum(known)), tuple(items), gather(points[kinds != "own"]))


def _captured_item(enclosure: Enclosure, row: int, kind: str, off_m: float) -> Item:
    point = enclosure.surroundings.shapes("hydrants")[row]
    name, offer = name_hydrant(enclosure, row), _leave_out(enclosure, point)
    if not kind:
        missing = Text(
            "位于围墙内或紧贴围墙，是否市政消火栓不明：请填写 hydrants 的 kind（市政 / 室外）。",
            "It is inside or hard by the wall, and whether it is municipal is not known: fill in "
            "kind of hydrants.",
        )
        return Item(name, None, point, missing=missing, offer=offer)
    if off_m > CLEAR_M:
        missing = Text(
            f"距围墙 {off_m:.1f} m，在定位误差 {PLACE_ERROR_M:g} m 之内：请现场量测。",
            f"It is {off_m:.1f} m from the wall, within {PLACE_ERROR_M:g} m of the error of its "
            "place: measure it on site.",
        )
        return Item(name, None, point, missing=missing, offer=offer)
    return Item(name, 1.0, point, offer=offer)


def _leave_out(enclosure: Enclosure, point: shapely.Point) -> Offer | None:
    """Offer the boundary drawn back so far that a hydrant near its line stands free."""
    way = shapely.shortest_line(point, enclosure.line)
    if way.length > _FARTHEST_MOVE_M:
        return None
    room = shapely.buffer(way, _AWAY_M)
    left = shapely.difference(enclosure.case.boundary, room)
    parts = shapely.get_parts(left)
    largest = parts[shapely.area(parts).argmax()] if len(parts) else None
    if largest is None or largest.area < 0.9 * enclosure.case.boundary.area:
        return None
    label = Text(
        f"将边界在此处退让 {way.length + _AWAY_M:.0f} m，把消火栓留在外面",
        f"Draw the boundary back {way.length + _AWAY_M:.0f} m here, to leave the hydrant outside",
    )
    return Offer("move_boundary", label, boundary=largest)


def measure_hydrant_to_road_edge(enclosure: Enclosure) -> Measured:
    """Measure from hydrants to the road's edge (HYD-03), of which the middle tells nothing."""
    nothing = without_hydrants(enclosure)
    if nothing is not None:
        return nothing
    missing = Text(
        "没有路缘石图层，道路中心线不足以判断消火栓距路边 0.5-2.0 m：请现场量测。",
        "There is no layer of kerbs, and the middle of a road cannot tell 0.5 to 2.0 m from its "
        "edge: measure it on site.",
    )
    return Measured(missing=missing)


def measure_hydrant_to_facade(enclosure: Enclosure) -> Measured:
    """Measure from hydrants inside and around to the nearest building (HYD-04)."""
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    nothing = without_hydrants(enclosure)
    if nothing is not None:
        return nothing
    rows = hydrants_near(enclosure, ROADSIDE_M)
    if not len(rows):
        why = Text("围合内和紧邻处没有消火栓。", "There is no hydrant inside or close by.")
        return Measured(not_applicable=why)
    points = enclosure.surroundings.shapes("hydrants")[rows]
    tree = enclosure.surroundings.tree("buildings")
    shapes = enclosure.surroundings.shapes("buildings")
    (_, item), off_m = tree.query_nearest(points, all_matches=False, return_distance=True)
    between = shapely.shortest_line(points, shapes[item])
    items = tuple(
        Item(name_hydrant(enclosure, int(row)), float(length_m), way, PLACE_ERROR_M)
        for row, length_m, way in zip(rows, off_m, between, strict=True)
    )
    return Measured(float(off_m.min()), items)


def measure_hydrants_on_rescue_side(enclosure: Enclosure) -> Measured:
    """Count hydrants within the radius on the rescue side of each high-rise (HYD-05).

    The rescue side is the long side with more of them, of the least rotated rectangle.
    """
    from tongling_gis.enclosure.measures.aerial_sites import no_high_rise
    from tongling_gis.enclosure.measures.long_sides import long_sides

    nothing = no_high_rise(enclosure) or without_hydrants(enclosure)
    if nothing is not None:
        return nothing
    served = enclosure.served
    tall = np.flatnonzero(served.high_rise)
    points = enclosure.surroundings.shapes("hydrants")
    xy = shapely.get_coordinates(points)
    items = []
    for one in tall.tolist():
        shape = served.shape[one]
        rows = enclosure.surroundings.tree("hydrants").query(
            shape, predicate="dwithin", distance=RADIUS_M
        )
        sides, _ = long_sides(np.array([shape], dtype=object))
        centre = np.array(shape.centroid.coords[0])
        counts = [_count_beyond(side, centre, xy[rows]) for side in sides]
        best = int(np.argmax(counts))
        name = name_building(enclosure, int(served.row[one]))
        items.append(Item(name, float(counts[best]), sides[best]))
    return Measured(min(item.value for item in items if item.value is not None), tuple(items))


def _count_beyond(side: BaseGeometry, centre: Floats, xy: Floats) -> int:
    """Count places on the other side of a line than a centre."""
    (ax, ay), (bx, by) = side.coords

    def turn(at: Floats) -> Floats:
        return np.asarray((bx - ax) * (at[..., 1] - ay) - (by - ay) * (at[..., 0] - ax))

    return int((turn(xy) * turn(centre) < 0).sum())


def measure_hydrant_clearance(enclosure: Enclosure) -> Measured:
    """Measure the free strip along the road at each hydrant (HYD-06), which nobody has surveyed."""
    nothing = without_hydrants(enclosure)
    if nothing is not None:
        return nothing
    rows = hydrants_near(enclosure, ROADSIDE_M)
    if not len(rows):
        why = Text("围合内和紧邻处没有消火栓。", "There is no hydrant inside or close by.")
        return Measured(not_applicable=why)
    missing = Text(
        "没有路边停车图层：请现场查看消火栓两侧 5 m 内有无停车位，有无防撞措施。",
        "There is no layer of parking: see on site whether cars park within 5 m of the hydrant and "
        "whether it is protected.",
    )
    points = enclosure.surroundings.shapes("hydrants")[rows]
    items = tuple(
        Item(name_hydrant(enclosure, int(row)), None, point, missing=missing)
        for row, point in zip(rows, points, strict=True)
    )
    return Measured(items=items)


_NEEDS = ("hydrants",)

MEASURES = {
    "hydrants_captured": Measure(
        measure_hydrants_captured,
        "count",
        Text("被圈占、遮挡的市政消火栓", "Municipal hydrants captured"),
        (*_NEEDS, "hydrants.kind"),
    ),
    "hydrant_to_road_edge_m": Measure(
        measure_hydrant_to_road_edge,
        "m",
        Text("消火栓至路边", "From hydrants to the road's edge"),
        (*_NEEDS, "kerbs"),
    ),
    "hydrant_to_facade_m": Measure(
        measure_hydrant_to_facade,
        "m",
        Text("消火栓至外墙", "From hydrants to the nearest wall"),
        (*_NEEDS, "buildings"),
    ),
    "hydrants_on_rescue_side": Measure(
        measure_hydrants_on_rescue_side,
        "count",
        Text("扑救面一侧的消火栓", "Hydrants on the rescue side"),
        (*_NEEDS, "buildings", "buildings.floors"),
    ),
    "hydrant_clearance_m": Measure(
        measure_hydrant_clearance,
        "m",
        Text("消火栓两侧净空", "Free strip at hydrants"),
        (*_NEEDS, "parking"),
    ),
}
