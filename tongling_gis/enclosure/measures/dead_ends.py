"""Dead ends among the lanes inside, and whether an engine can turn there.

A dead end runs from where the lane stops back to the next junction, or to the street outside;
a junction is taken for room to turn in three goes. A turning place is an open square beside
the end of the lane, clear of buildings, water, walls and the boundary. Nothing says where the
ground is paved or where trees stand, so room that is there is not surely a turning place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import LANES_IN_PART, NO_LANE_DRAWN, name_lane
from tongling_gis.enclosure.model import Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Shapes: TypeAlias = NDArray[np.object_]

Room: TypeAlias = "tuple[float, shapely.Polygon | None]"

LONG_M = 40.0
"""A longer dead end needs a turning place (GB 55037-2022 3.4.5(6))."""
LENGTH_ERROR_M = 2.0
"""How far off the length of a dead end may be (N: drawn from imagery)."""
SIDE_ERROR_M = 0.5
SQUARES_M = (18.0, 15.0, 12.0, 9.0, 6.0)
"""Sides of squares that are tried, from the largest down (GB 50016-2014 7.1.9)."""
_AROUND_M = 60.0


@dataclass(frozen=True, eq=False)
class DeadEnd:
    """A dead end.

    Attributes:
        tip: Where the lane stops.
        lane: The lane that stops there.
        line: From there back to the junction.
        length_m: How long that is.
        is_new: Whether the boundary makes it.
    """

    tip: shapely.Point
    lane: int
    line: shapely.MultiLineString
    length_m: float
    is_new: bool


def find_dead_ends(enclosure: Enclosure) -> list[DeadEnd]:
    """Find the dead ends inside, of lanes that no gate leads to as well."""
    lanes = enclosure.lanes
    usable = set(np.flatnonzero(lanes.maybe).tolist())
    meeting = {
        node: [(other, lane) for other, lane in ways if lane in usable]
        for node, ways in lanes.meeting.items()
    }
    inside = set(lanes.within.tolist())
    xy = enclosure.driving_after.xy
    found = []
    for node, ways in meeting.items():
        if len(ways) != 1 or ways[0][1] not in inside or lanes.outside[node]:
            continue
        passed, length_m, onward = [], 0.0, ways
        while len(onward) == 1 and onward[0][1] in inside:
            other, lane = onward[0]
            passed.append(lane)
            length_m += float(lanes.length_m[lane])
            if lanes.outside[other]:
                break
            onward = [way for way in meeting[other] if way[1] != lane]
        tip = shapely.Point(xy[node])
        line = shapely.MultiLineString(list(lanes.line[passed]))
        is_new = bool(shapely.dwithin(tip, enclosure.line, 0.5))
        found.append(DeadEnd(tip, passed[0], line, length_m, is_new))
    return sorted(found, key=lambda one: -one.length_m)


def find_long_ends(enclosure: Enclosure) -> list[tuple[DeadEnd, Room]]:
    """Find the dead ends that need a turning place, with the room beside them."""
    ends = [one for one in enclosure.once(find_dead_ends) if one.length_m > LONG_M]
    return list(zip(ends, fit_squares(enclosure, ends), strict=True))


def fit_squares(enclosure: Enclosure, ends: list[DeadEnd]) -> list[Room]:
    """Fit the largest open square beside each end: (side, square), 0 and None for none.

    Squares lie along the last stretch of the lane or across it, in steps of 3 m, and touch it.
    """
    blocks = what_stands(enclosure)
    tree = shapely.STRtree(blocks)
    best: list[Room] = [(0.0, None)] * len(ends)
    left = list(range(len(ends)))
    for side_m in SQUARES_M:
        if not left:
            break
        squares = np.concatenate([_squares_at(enclosure, ends[one], side_m) for one in left])
        per_end = len(squares) // len(left)
        whose = np.repeat(left, per_end)
        inside = shapely.contains_properly(enclosure.area, squares)
        at, _ = tree.query(squares[inside], predicate="intersects")
        free = np.flatnonzero(inside)
        free = np.delete(free, np.unique(at))
        for one in np.unique(whose[free]).tolist():
            first = free[whose[free] == one][0]
            best[one] = (side_m, squares[first])
            left.remove(one)
    return best


def _squares_at(enclosure: Enclosure, end: DeadEnd, side_m: float) -> Shapes:
    """List squares beside the end of a lane, nearest first."""
    line = enclosure.lanes.line[end.lane]
    way = line if line.coords[0][:2] == end.tip.coords[0] else shapely.reverse(line)
    back = shapely.get_coordinates(shapely.line_interpolate_point(way, min(5.0, line.length)))[0]
    tip = np.array([end.tip.x, end.tip.y])
    ahead = tip - back
    ahead = ahead / max(float(np.hypot(*ahead)), 1e-9)
    aside = np.array([-ahead[1], ahead[0]])
    along_m = np.arange(side_m / 2 - 1.0, -20.0, -3.0)[:9]
    across_m = np.array([0.0, 3.0, -3.0, 6.0, -6.0, 9.0, -9.0])
    across_m = np.clip(across_m, -side_m / 2, side_m / 2)
    centre = tip + along_m[:, None, None] * ahead + across_m[None, :, None] * aside
    corner = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * side_m / 2
    offsets = corner[:, :1] * ahead + corner[:, 1:] * aside
    return np.asarray(shapely.polygons(centre.reshape(-1, 1, 2) + offsets), dtype=object)


def what_stands(enclosure: Enclosure) -> Shapes:
    """List what an engine cannot turn upon: buildings, water, walls."""
    around = enclosure.surroundings
    ground = around.driving_ground
    solid = [
        around.shapes(name)[around.tree(name).query(enclosure.area)]
        for name in ("buildings", "water")
    ]
    return np.concatenate([*solid, ground.walls.line[ground.wall_tree.query(enclosure.area)]])


def _nothing(enclosure: Enclosure) -> Measured | None:
    if not len(enclosure.lanes.within):
        return Measured(missing=NO_LANE_DRAWN)
    return None


_PAVING = Text(
    "车道尽头有空地，但没有铺装、树木图层：请现场核实能否回车。",
    "There is open ground at the end, but no layer of paving or trees: see on site whether an "
    "engine can turn.",
)


def measure_dead_ends(enclosure: Enclosure) -> Measured:
    """Measure dead ends without a turning place (FIR-09); longer ones with room are unknown."""
    nothing = _nothing(enclosure)
    if nothing is not None:
        return nothing
    ends = enclosure.once(find_dead_ends)
    items = [
        _dead_end_item(enclosure, end, side_m, square)
        for end, (side_m, square) in enclosure.once(find_long_ends)
    ]
    items += [
        Item(_name(enclosure, end), end.length_m, end.line, LENGTH_ERROR_M)
        for end in ends
        if end.length_m <= LONG_M
    ]
    if not items:
        return Measured(0.0, note=_note(enclosure, ends))
    known = [item.value for item in items if item.value is not None]
    return Measured(max(known) if known else None, tuple(items), note=_note(enclosure, ends))


def _dead_end_item(
    enclosure: Enclosure, end: DeadEnd, side_m: float, square: shapely.Polygon | None
) -> Item:
    name = _name(enclosure, end)
    if side_m < min(SQUARES_M[:3]):
        return Item(name, end.length_m, end.line, LENGTH_ERROR_M, offer=None)
    label = Text(
        f"在车道尽头设 {side_m:g} m × {side_m:g} m 回车场",
        f"Lay out a turning place of {side_m:g} m by {side_m:g} m at its end",
    )
    where = shapely.GeometryCollection([end.line, square])
    return Item(name, None, where, missing=_PAVING, offer=Offer("turning_place", label))


def _name(enclosure: Enclosure, end: DeadEnd) -> Text:
    lane = name_lane(enclosure, end.lane)
    made = Text("（围合后形成）", " (made by the boundary)") if end.is_new else Text("", "")
    return Text(
        f"{lane.zh}的尽头路 {end.length_m:.0f} m{made.zh}",
        f"dead end of {lane.en}, {end.length_m:.0f} m{made.en}",
    )


def _note(enclosure: Enclosure, ends: list[DeadEnd]) -> Text:
    made = sum(one.is_new for one in ends)
    said = Text(
        f"尽头路 {len(ends)} 条，其中围合后形成 {made} 条；量至最近的路口。",
        f"{len(ends)} dead ends, {made} of them made by the boundary; measured to the next "
        "junction.",
    )
    if enclosure.served.drawn:
        return said
    return Text(said.zh + LANES_IN_PART.zh, f"{said.en} {LANES_IN_PART.en}")


def measure_turning_place(enclosure: Enclosure) -> Measured:
    """Measure the side of the open square at each dead end that needs one (FIR-10)."""
    return _turning_places(enclosure, high_rise_only=False)


def measure_turning_place_high_rise(enclosure: Enclosure) -> Measured:
    """Measure the same for dead ends by high-rise homes (FIR-10)."""
    served = enclosure.served
    if not served.high_rise.any():
        homes = served.floors[served.is_home]
        if np.isnan(homes).any():
            missing = Text(
                "建筑层数未知：请填写 buildings 的 floors，以便判断是否高层。",
                "Floors of buildings are unknown: fill in floors of buildings.",
            )
            return Measured(missing=missing)
        why = Text("围合内没有高层住宅。", "There is no high-rise home inside.")
        return Measured(not_applicable=why)
    return _turning_places(enclosure, high_rise_only=True)


def _turning_places(enclosure: Enclosure, *, high_rise_only: bool) -> Measured:
    nothing = _nothing(enclosure)
    if nothing is not None:
        return nothing
    ends = enclosure.once(find_long_ends)
    if high_rise_only:
        tall = enclosure.served.shape[enclosure.served.high_rise]
        ends = [one for one in ends if shapely.dwithin(one[0].line, tall, _AROUND_M).any()]
    if not ends:
        why = Text(f"没有超过 {LONG_M:g} m 的尽头路。", f"No dead end is longer than {LONG_M:g} m.")
        return Measured(not_applicable=why)
    items = []
    for end, (side_m, square) in ends:
        room = side_m >= min(SQUARES_M[:3])
        items.append(
            Item(
                _sized(_name(enclosure, end), side_m),
                None if room else side_m,
                end.line if square is None else square,
                SIDE_ERROR_M,
                missing=_PAVING if room else None,
            )
        )
    known = [item.value for item in items if item.value is not None]
    return Measured(min(known) if known else None, tuple(items))


def _sized(name: Text, side_m: float) -> Text:
    if not side_m:
        return Text(f"{name.zh}：无空地", f"{name.en}: no room")
    return Text(f"{name.zh}：可容 {side_m:g} m 见方", f"{name.en}: room for {side_m:g} m square")


_NEEDS = ("streets", "buildings", "paving")

MEASURES = {
    "dead_end_m": Measure(
        measure_dead_ends,
        "m",
        Text("无回车场的尽头路", "Dead ends without a turning place"),
        _NEEDS,
    ),
    "turning_place_m": Measure(
        measure_turning_place, "m", Text("回车场边长", "Side of turning places"), _NEEDS
    ),
    "turning_place_high_rise_m": Measure(
        measure_turning_place_high_rise,
        "m",
        Text("高层建筑回车场边长", "Side of turning places by high-rises"),
        (*_NEEDS, "buildings.floors"),
    ),
}
