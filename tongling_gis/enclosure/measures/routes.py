"""The ways of fire engines from the gates to the buildings."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.lanes import engine_gates
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    NO_BUILDING_INSIDE,
    NO_BUILDINGS,
    NO_LANE_DRAWN,
    name_building,
    name_gate,
)
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.lanes import Lanes
    from tongling_gis.enclosure.served import Served

    Floats: TypeAlias = NDArray[np.float64]

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Routes:
    """Shortest ways along the lanes that engines reach, from some nodes to all others.

    Attributes:
        lanes: The lanes.
        off_m: Metres to each node, inf where there is no way.
        lane: The last lane on the way to each node, -1 for none.
        before: The node before it, -1 for none.
    """

    lanes: Lanes
    off_m: list[float]
    lane: list[int]
    before: list[int]

    def to_buildings_m(self, served: Served) -> Floats:
        """Give the metres to where each lane passes each building that it serves, inf for none.

        That is where it is nearest to the building's middle; numbered as ``served.pairs``.
        """
        off_m = np.array(self.off_m)
        at, way = served.pairs.T
        lines, length_m = self.lanes.line[way], self.lanes.length_m[way]
        share = shapely.line_locate_point(lines, served.middle[at], normalized=True)
        by_start = off_m[self.lanes.start[way]] + share * length_m
        by_end = off_m[self.lanes.end[way]] + (1.0 - share) * length_m
        return np.where(self.lanes.linked[way], np.minimum(by_start, by_end), np.inf)

    def draw(self, lane: int) -> shapely.MultiLineString:
        """Draw the way to a lane, the lane with it."""
        a, b = int(self.lanes.start[lane]), int(self.lanes.end[lane])
        node = a if self.off_m[a] <= self.off_m[b] else b
        passed = [lane]
        while self.lane[node] >= 0:
            passed.append(self.lane[node])
            node = self.before[node]
        lines = self.lanes.line[passed]
        return shapely.MultiLineString([one for one in lines if one.length > 0])


def find_routes(lanes: Lanes, sources: Iterable[int]) -> Routes:
    """Find the shortest ways along lanes that engines reach (Dijkstra)."""
    count = len(lanes.outside)
    routes = Routes(lanes, [np.inf] * count, [NOBODY] * count, [NOBODY] * count)
    queue = [(0.0, node) for node in sources]
    for _, node in queue:
        routes.off_m[node] = 0.0
    length_m, linked = lanes.length_m.tolist(), lanes.linked.tolist()
    while queue:
        off_m, node = heapq.heappop(queue)
        if off_m > routes.off_m[node]:
            continue
        for other, lane in lanes.meeting.get(node, ()):
            there_m = off_m + length_m[lane]
            if linked[lane] and there_m < routes.off_m[other]:
                routes.off_m[other], routes.lane[other] = there_m, lane
                routes.before[other] = node
                heapq.heappush(queue, (there_m, other))
    return routes


def from_outside(lanes: Lanes) -> Routes:
    """Find the ways from the streets outside."""
    return find_routes(lanes, [node for node in lanes.meeting if lanes.outside[node]])


def measure_engine_route(enclosure: Enclosure) -> Measured:
    """Measure the way from the nearest gate for engines to a lane that serves each building."""
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    served = enclosure.served
    if not len(served):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    routes, off_m = _from_gates(enclosure)
    if not routes:
        why = Text("没有消防车可用的大门。", "There is no gate for fire engines.")
        return Measured(not_applicable=why)
    items = tuple(_route_item(enclosure, routes, off_m, one) for one in range(len(served)))
    known_m = [item.value for item in items if item.value is not None]
    farthest = max(known_m) if known_m else None
    return Measured(farthest, items, note=_by_gate(enclosure, off_m))


def _route_item(enclosure: Enclosure, routes: list[Routes], off_m: Floats, one: int) -> Item:
    served = enclosure.served
    name = name_building(enclosure, int(served.row[one]))
    own = np.flatnonzero(served.pairs[:, 0] == one)
    if not len(own) or not np.isfinite(off_m[:, own]).any():
        return Item(name, None, served.shape[one], missing=NO_LANE_DRAWN)
    gate, at = divmod(int(off_m[:, own].argmin()), len(own))
    way = routes[gate].draw(int(served.pairs[own[at], 1]))
    return Item(name, float(off_m[gate, own[at]]), way)


def _from_gates(enclosure: Enclosure) -> tuple[list[Routes], Floats]:
    """Find the ways from each gate for engines, and the metres to buildings, [gates, pairs]."""
    lanes, case = enclosure.lanes, enclosure.case
    xy = enclosure.driving_after.xy
    routes = []
    for gate in engine_gates(enclosure):
        own = lanes.gate == gate
        ends = np.unique(np.concatenate([lanes.start[own], lanes.end[own]]))
        point = case.gates[gate].point
        away_m = np.hypot(*(xy[ends] - (point.x, point.y)).T)
        routes.append(find_routes(lanes, ends[away_m <= away_m.min(initial=np.inf)].tolist()))
    off_m = np.array([one.to_buildings_m(enclosure.served) for one in routes])
    return routes, off_m.reshape(len(routes), len(enclosure.served.pairs))


def _by_gate(enclosure: Enclosure, off_m: Floats) -> Text:
    """Say of each gate how many buildings it leads to, and how far the farthest is."""
    said_zh, said_en = [], []
    served = enclosure.served
    for gate, way_m in zip(engine_gates(enclosure), off_m, strict=True):
        best = np.full(len(served), np.inf)
        np.minimum.at(best, served.pairs[:, 0], way_m)
        known = best[np.isfinite(best)]
        name = name_gate(enclosure.case.gates[gate])
        far_m = f"{known.max():.0f} m" if len(known) else "-"
        said_zh.append(f"{name.zh}可到 {len(known)} 栋，最远 {far_m}")
        said_en.append(f"{name.en} leads to {len(known)} buildings, the farthest {far_m} off")
    return Text("；".join(said_zh) + "。", "; ".join(said_en) + ".")


MEASURES = {
    "engine_route_m": Measure(
        measure_engine_route,
        "m",
        Text("消防车自大门至建筑的路程", "Engines' way from the gate to a building"),
        ("buildings", "streets"),
    ),
}
