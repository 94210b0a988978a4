"""Fire engines' way to every building: is there one, along which side, what stands between.

Buildings inside the boundary are asked, sheds left out. A lane serves a building from which it
lies no farther than ``served.SERVED_M`` with no boundary between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.lanes import ENGINE_M
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    LANES_IN_PART,
    NO_BUILDING_INSIDE,
    NO_BUILDINGS,
    NO_LANE_DRAWN,
    gather,
    name_building,
)
from tongling_gis.enclosure.measures.routes import from_outside
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.enclosure.served import SERVED_M
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

PLACE_ERROR_M = 1.0
"""How far off drawn lanes and walls of buildings may lie from one another (N: imagery)."""
UNKNOWN_HALF_M = 2.5
UNKNOWN_HALF_ERROR_M = 1.0
"""Half the width of a lane of unknown width, and how far off that is: lanes are 3 to 7 m."""

_WIDTH_UNKNOWN = Text(
    "按已画车道能到达，但沿途车道或大门的净宽未知或误差过大："
    "请填写 streets 的 width_m 和出入口净宽。",
    "It is reached by the lanes drawn, but a lane or gate on the way is of unknown or too "
    "uncertain width: fill in width_m of streets and the gate's clear width.",
)
_SMALL = Text(
    f"按已画车道能到达，但沿途最窄不足 {ENGINE_M:g} m：GB 55037-2022 3.4.1 未规定数值，"
    "消防车能否通过请消防救援机构认定，并在答复文件中填 FIR-01 = true 或 false。",
    f"It is reached by the lanes drawn, but the way is under {ENGINE_M:g} m: GB 55037-2022 3.4.1 "
    "gives no number; ask the fire brigade whether engines get through, and answer FIR-01 = true "
    "or false.",
)
_ISLAND = Text(
    "附近的车道即使没有围墙也不与外部道路相连：请检查 streets 图层是否缺了连接。",
    "The lanes near it join no street outside even without the wall: look for a gap in streets.",
)


_OVER_THE_WALL = Text(
    "新围墙隔在建筑与围合外的车道之间，围合内没有可到达的车道：能否在墙外展开救援，请消防救援机构认定，"
    "或在围墙上开消防车出入口。",
    "The new wall parts the building from a lane outside, and no lane inside is reached: ask the "
    "fire brigade whether it can work from there, or open a gate for engines.",
)


def nothing_to_serve(enclosure: Enclosure) -> Measured | None:
    """Say why no building can be asked; None where one can."""
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    if not len(enclosure.served):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    return None


def no_lane(enclosure: Enclosure) -> Text | None:
    """Say why a building without a lane cannot be told to have none; None where it can."""
    if enclosure.served.drawn:
        return None
    return LANES_IN_PART if len(enclosure.lanes.within) else NO_LANE_DRAWN


def measure_fire_access(enclosure: Enclosure) -> Measured:
    """Tell of each building whether engines get to it from the streets outside (FIR-01)."""
    nothing = nothing_to_serve(enclosure)
    if nothing is not None:
        return nothing
    served, lanes = enclosure.served, enclosure.lanes
    surely, maybe = served.by_any(lanes.surely_linked), served.by_any(lanes.linked)
    known, beyond = served.by_any(lanes.known_linked), enclosure.once(_beside_lane_outside)
    near = served.by_any(np.ones(len(lanes.edge), dtype=bool))
    joined = served.by_any(lanes.linked_without)
    routes = from_outside(lanes)
    _, way = served.nearest(routes.to_buildings_m(served))
    items = []
    for one, row in enumerate(served.row.tolist()):
        missing = None
        if maybe[one] and not surely[one]:
            missing = _SMALL if known[one] else _WIDTH_UNKNOWN
        elif not near[one]:
            missing = no_lane(enclosure)
        elif not maybe[one] and beyond[one]:
            missing = _OVER_THE_WALL
        elif not maybe[one] and not joined[one] and not _shut_by_width(enclosure, one):
            missing = _ISLAND
        value = None if missing is not None else float(maybe[one])
        where = routes.draw(int(way[one])) if maybe[one] else served.shape[one]
        items.append(Item(name_building(enclosure, row), value, where, missing=missing))
    note = Text(
        f"围合内 {len(served)} 栋建筑：按已画车道可达 {maybe.sum()} 栋，其中沿途净宽确知足够的 "
        f"{surely.sum()} 栋；{SERVED_M:g} m 内无车道 {(~near).sum()} 栋。",
        f"Of {len(served)} buildings inside engines reach {maybe.sum()} by the lanes drawn, "
        f"{surely.sum()} of them by ways surely wide enough; {(~near).sum()} have no lane within "
        f"{SERVED_M:g} m.",
    )
    return Measured(_least(items), tuple(items), note=note)


def _shut_by_width(enclosure: Enclosure, one: int) -> bool:
    """Tell whether a lane of a building is known to be too small."""
    served, lanes = enclosure.served, enclosure.lanes
    own = served.pairs[served.pairs[:, 0] == one, 1]
    return bool((~lanes.maybe[own]).any())


def _least(items: list[Item]) -> float | None:
    known = [item.value for item in items if item.value is not None]
    return min(known) if known else None


def measure_buildings_losing_fire_access(enclosure: Enclosure) -> Measured:
    """Count the buildings inside that engines reach today and no longer then (LEG-03).

    Where fire lanes are not designated, all streets that engines are driven on are taken. A
    building that the boundary parts from a street, and by which no lane is drawn inside, may
    have one that nobody drew.
    """
    nothing = nothing_to_serve(enclosure)
    if nothing is not None:
        return nothing
    served = enclosure.served
    lost = np.flatnonzero(
        _served_today(enclosure, served.shape) & ~served.by_any(enclosure.lanes.linked)
    )
    near = served.by_any(np.ones(len(enclosure.lanes.edge), dtype=bool))
    beyond = enclosure.once(_beside_lane_outside)
    gap = no_lane(enclosure)
    items = tuple(
        _lost_item(enclosure, one, _OVER_THE_WALL if beyond[one] else None if near[one] else gap)
        for one in lost.tolist()
    )
    count = sum(item.value is not None for item in items)
    note = Text(
        "未划定消防车通道，按消防车可通行的全部道路计算；未画出的车道不在其内。",
        "No fire lanes are designated: all streets that engines can drive on are taken; lanes "
        "that are not drawn are not among them.",
    )
    if not len(enclosure.lanes.within) and not enclosure.served.drawn and not len(lost):
        return Measured(missing=NO_LANE_DRAWN, note=note)
    return Measured(float(count), items, gather(served.shape[lost]), note=note)


def _lost_item(enclosure: Enclosure, one: int, missing: Text | None) -> Item:
    """List a building that engines do not reach as they do today, or may not."""
    served = enclosure.served
    return Item(
        name_building(enclosure, int(served.row[one])),
        None if missing is not None else 1.0,
        served.shape[one],
        missing=missing,
    )


def _beside_lane_outside(enclosure: Enclosure) -> Flags:
    """Tell which buildings lie by a lane outside that engines still reach, the wall between.

    Those with a lane inside that the boundary shuts off have lost that, and are left out.
    """
    served, lanes = enclosure.served, enclosure.lanes
    lines = lanes.line[~lanes.inside & lanes.linked & (lanes.edge >= 0)]
    found = np.zeros(len(served), dtype=bool)
    if len(lines) and len(served):
        tree = shapely.STRtree(lines)
        found[tree.query(served.shape, predicate="dwithin", distance=SERVED_M)[0]] = True
    return found & ~served.by_any(lanes.linked_without & ~lanes.linked)


def _served_today(enclosure: Enclosure, shapes: Shapes) -> Flags:
    """Tell which shapes engines reach as things stand: a lane near, no wall between."""
    network = enclosure.driving
    linked = network.edges["walkable"].to_numpy(dtype=bool) & _joined_today(enclosure)
    lines = network.geometry[linked]
    at, item = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=SERVED_M)
    between = shapely.shortest_line(shapes[at], lines[item])
    walled = np.zeros(len(at), dtype=bool)
    walled[
        np.unique(
            enclosure.surroundings.driving_ground.wall_tree.query(between, predicate="intersects")[
                0
            ]
        )
    ] = True
    return np.bincount(at[~walled], minlength=len(shapes)).astype(bool)


def _joined_today(enclosure: Enclosure) -> Flags:
    """Tell which edges of ``driving`` hang together with the streets outside."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    network = enclosure.driving
    used = network.edges["walkable"].to_numpy(dtype=bool)
    a, b = network.ends.astype(np.int64).T
    count = len(network.nodes)
    hub = np.flatnonzero(enclosure.outside_nodes(network))
    tail = np.concatenate([a[used], hub])
    head = np.concatenate([b[used], np.full(len(hub), count)])
    graph = coo_array((np.ones(len(tail), np.int8), (tail, head)), (count + 1, count + 1))
    label = connected_components(graph.tocsr(), directed=False)[1]
    return np.asarray(label[a] == label[count])


def measure_neighbours_cut_off(enclosure: Enclosure) -> Measured:
    """Count the buildings outside whose only way for vehicles led through the area (LEG-09)."""
    layer = enclosure.surroundings.buildings
    if layer is None:
        return Measured(missing=NO_BUILDINGS)
    rows = _outside_near(enclosure)
    shapes = enclosure.surroundings.shapes("buildings")[rows]
    lanes = enclosure.lanes
    lost = lanes.linked_without & ~lanes.linked & ~lanes.inside & (lanes.edge >= 0)
    if not lost.any() or not len(rows):
        return Measured(0.0)
    tree = shapely.STRtree(lanes.line[lost])
    candidates = np.unique(tree.query(shapes, predicate="dwithin", distance=SERVED_M)[0])
    candidates = candidates[_served_today(enclosure, shapes[candidates])]
    kept = lanes.line[lanes.linked & ~lanes.inside & (lanes.edge >= 0)]
    still = np.unique(
        shapely.STRtree(kept).query(shapes[candidates], predicate="dwithin", distance=SERVED_M)[0]
    )
    cut_off = np.delete(candidates, still)
    items = tuple(
        Item(name_building(enclosure, int(rows[one])), 1.0, shapes[one]) for one in cut_off
    )
    return Measured(float(len(cut_off)), items, gather(shapes[cut_off]))


def _outside_near(enclosure: Enclosure) -> Ints:
    """List the buildings in the window that are not inside."""
    near = enclosure.surroundings.tree("buildings").query(enclosure.window)
    return np.setdiff1d(near, enclosure.inside_buildings)


def measure_lane_to_facade(enclosure: Enclosure) -> Measured:
    """Measure from the edge of the nearest lane to each building's wall (FIR-07)."""
    nothing = nothing_to_serve(enclosure)
    if nothing is not None:
        return nothing
    served, lanes = enclosure.served, enclosure.lanes
    own = np.isin(served.pairs[:, 1], lanes.within)
    at, way = served.pairs[own].T
    off_m = shapely.distance(served.shape[at], lanes.line[way])
    at, way, off_m = at[off_m > 0], way[off_m > 0], off_m[off_m > 0]
    half_m = lanes.width_m[way] / 2
    known = ~np.isnan(half_m)
    edge_m = np.maximum(off_m - np.where(known, half_m, UNKNOWN_HALF_M), 0.0)
    error_m = PLACE_ERROR_M + np.where(known, lanes.width_error_m[way] / 2, UNKNOWN_HALF_ERROR_M)
    order = np.lexsort((edge_m, at))
    _, first = np.unique(at[order], return_index=True)
    items = [
        Item(
            name_building(enclosure, int(served.row[at[one]])),
            float(edge_m[one]),
            shapely.shortest_line(served.shape[at[one]], lanes.line[way[one]]),
            float(error_m[one]),
        )
        for one in order[first].tolist()
    ]
    if not items:
        missing = no_lane(enclosure)
        why = Text("建筑旁没有车道。", "No lane runs by a building.")
        return Measured(missing=missing, not_applicable=None if missing else why)
    note = Text(
        "未知宽度的车道按 5 m（3-7 m）计；穿过建筑的车道不计。",
        "Lanes of unknown width are taken as 5 m wide (3 to 7 m); lanes through a building are "
        "left out.",
    )
    return Measured(_least(items), tuple(items), note=note)


_NEEDS = ("buildings", "streets")

MEASURES = {
    "fire_access": Measure(
        measure_fire_access,
        "yes_no",
        Text("消防车能到达各建筑", "Fire engines get to each building"),
        (*_NEEDS, "streets.width_m", "case.gates.width_m"),
    ),
    "buildings_losing_fire_access": Measure(
        measure_buildings_losing_fire_access,
        "count",
        Text("失去消防车通路的建筑", "Buildings that lose the way for fire engines"),
        _NEEDS,
    ),
    "neighbours_cut_off": Measure(
        measure_neighbours_cut_off,
        "count",
        Text("唯一通路被截断的相邻建筑", "Neighbouring buildings whose only way is cut"),
        _NEEDS,
    ),
    "lane_to_facade_m": Measure(
        measure_lane_to_facade,
        "m",
        Text("消防车道边缘至外墙", "From the lane's edge to the wall"),
        _NEEDS,
    ),
}
