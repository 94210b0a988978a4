"""How soon a fire engine is there, before and after.

Engines drive at the speeds of the fire engine's profile by class of road, which nobody has
measured here. Outside the boundary the times are those of the whole city as it stands; from
where the streets leave the window they are carried on to the buildings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    NO_BUILDING_INSIDE,
    NO_BUILDINGS,
    NO_LANE_DRAWN,
    missing_layer,
    name_building,
)
from tongling_gis.enclosure.model import Gate, Item, Measured
from tongling_gis.routing.pieces import time_pieces
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.network import Network

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

TURNOUT_MIN = 1.0
"""From the order to the engine leaving (the reference division of 建标152-2017)."""
SPEED_ERROR = 0.2
"""How far off driving times may be, as a share (N: speeds are assumed by class of road)."""
DELAY_S: dict[str, float] = {"free": 0.0, "remote": 30.0, "staffed": 60.0, "card": 120.0}
UNKNOWN_DELAY_S = 90.0
"""Seconds lost at a gate by how it is controlled (N: 60 to 120 s)."""

_NO_STATION = missing_layer("消防站", "fire_stations")
_NO_DRIVE = Text(
    "从已知消防站沿已画道路到不了此处，或附近没有画出车道：请检查 streets、fire_stations。",
    "No drawn street leads here from a known station, or no lane is drawn: look for gaps in "
    "streets and fire_stations.",
)


def gate_delay_s(gate: Gate) -> float:
    """Give the seconds that an engine loses at a gate."""
    return 0.0 if gate.closure == "none" else DELAY_S.get(gate.control, UNKNOWN_DELAY_S)


def measure_fire_response(enclosure: Enclosure) -> Measured:
    """Measure the minutes from the order to an engine at each building (STA-01)."""
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    if enclosure.surroundings.fire_stations is None:
        return Measured(missing=_NO_STATION)
    served = enclosure.served
    if not len(served):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    if not len(served.pairs):
        return Measured(missing=NO_LANE_DRAWN)
    before_s, after_s = _seconds_today(enclosure), _seconds_then(enclosure)
    items = tuple(
        Item(
            name_building(enclosure, int(row)),
            TURNOUT_MIN + one_s / 60 if np.isfinite(one_s) else None,
            shape,
            SPEED_ERROR * one_s / 60 if np.isfinite(one_s) else 0.0,
            None if np.isfinite(one_s) else _NO_DRIVE,
        )
        for row, shape, one_s in zip(served.row, served.shape, after_s.tolist(), strict=True)
    )
    known = [item.value for item in items if item.value is not None]
    note = _describe(before_s, after_s)
    return Measured(max(known) if known else None, items, note=note)


def _describe(before_s: Floats, after_s: Floats) -> Text:
    both = np.isfinite(before_s) & np.isfinite(after_s)
    first = f"{before_s[both].max() / 60:.1f}" if both.any() else "-"
    then = f"{after_s[both].max() / 60:.1f}" if both.any() else "-"
    added = f"{(after_s - before_s)[both].max():.0f}" if both.any() else "-"
    return Text(
        f"接警后 1 分钟出动。到最远建筑行车：围合前 {first} 分钟，围合后 {then} 分钟"
        f"（含开门）；最多增加 {added} 秒。车速按道路等级假定，误差按 20% 计；"
        "开门时间：常开 0、远程 30、值守 60、门禁 120、不明 90 秒，均为工具参数。",
        f"Engines leave 1 min after the order. The drive to the farthest building is {first} min "
        f"today and {then} min then, gates counted; at most {added} s more. Speeds are assumed by "
        "class of road and taken as 20 % off; a gate takes 0 s always open, 30 s opened from "
        "afar, 60 s staffed, 120 s by card, 90 s unknown: parameters of this program.",
    )


def _seconds_then(enclosure: Enclosure) -> Floats:
    """Give the seconds of driving to each building inside after the enclosure, inf for none."""
    network = enclosure.driving_after
    lanes, served = enclosure.lanes, enclosure.served
    cost_s = _edge_seconds(enclosure, network)
    delay_s = np.zeros(len(cost_s))
    at_gate = np.flatnonzero((lanes.gate >= 0) & (lanes.edge >= 0))
    for lane in _one_a_gate(lanes.gate[at_gate], at_gate, lanes.inside):
        delay_s[lanes.edge[lane]] = gate_delay_s(enclosure.case.gates[lanes.gate[lane]])
    node_s = _from_stations(enclosure, network, cost_s + delay_s)
    at, way = served.pairs.T
    edge = lanes.edge[way]
    line = lanes.line[way]
    share = shapely.line_locate_point(line, served.middle[at], normalized=True)
    with np.errstate(invalid="ignore"):  # nothing of a street that is shut: no way, not 0 s
        start_s = node_s[lanes.start[way]] + share * cost_s[edge] + delay_s[edge]
        end_s = node_s[lanes.end[way]] + (1 - share) * cost_s[edge] + delay_s[edge]
    drivable = lanes.linked[way] & np.isfinite(cost_s[edge])
    to_pair_s = np.where(drivable, np.minimum(start_s, end_s), np.inf)
    return served.nearest(to_pair_s)[0]


def _one_a_gate(gate: Ints, lane: Ints, inside: NDArray[np.bool_]) -> list[int]:
    """Choose for each gate the lane that bears its delay: one inside, where there is one."""
    order = np.argsort(inside[lane], kind="stable")
    return list(dict(zip(gate[order].tolist(), lane[order].tolist(), strict=True)).values())


def _seconds_today(enclosure: Enclosure) -> Floats:
    """Give the same as things stand, to the nearest lane."""
    network = enclosure.driving
    served = enclosure.served
    cost_s = _edge_seconds(enclosure, network)
    node_s = _from_stations(enclosure, network, cost_s)
    a, b = network.ends.astype(np.int64).T
    at_s = np.minimum(node_s[a], node_s[b])
    good = np.flatnonzero(np.isfinite(at_s) & np.isfinite(cost_s))
    if not len(good):
        return np.full(len(served), np.inf)
    tree = shapely.STRtree(network.geometry[good])
    (_, item), _ = tree.query_nearest(served.shape, all_matches=False, return_distance=True)
    return np.asarray(at_s[good[item]] + cost_s[good[item]] / 2)


def _edge_seconds(enclosure: Enclosure, network: Network) -> Floats:
    """Time a window's edges for an engine, inf where it does not drive."""
    paces = enclosure.surroundings.driving_ground.paces
    forward_ms, _ = time_pieces(paces, enclosure.streets_of(network), network.length_m)
    used = network.edges["walkable"].to_numpy(dtype=bool)
    return np.where(used, forward_ms / 1000.0, np.inf)


def _from_stations(enclosure: Enclosure, network: Network, cost_s: Floats) -> Floats:
    """Carry the city's times on from outside the window, and from stations within."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    node, start_s = _seeds(enclosure, network)
    count = len(network.nodes)
    a, b = network.ends.astype(np.int64).T
    used = np.isfinite(cost_s)
    tail = np.concatenate([np.minimum(a, b)[used], node])
    head = np.concatenate([np.maximum(a, b)[used], np.full(len(node), count)])
    cost = np.maximum(np.concatenate([cost_s[used], start_s]), 1e-6)
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    graph = coo_array((cost[first], (tail[first], head[first])), (count + 1, count + 1)).tocsr()
    found_s: Floats = dijkstra(graph, directed=False, indices=[count])[0, :count]
    return found_s


def _seeds(enclosure: Enclosure, network: Network) -> tuple[Ints, Floats]:
    """List nodes beyond the window with the city's times, and those by stations within."""
    around = enclosure.surroundings
    own_id = network.nodes["node_id"].to_numpy(dtype=np.int64)
    city_id = around.driving.nodes["node_id"].to_numpy(dtype=np.int64)
    order = around.driving_by_id
    at = np.searchsorted(city_id, own_id, sorter=order)
    found = order[at.clip(0, len(order) - 1)]
    known = (city_id[found] == own_id) & (own_id >= 0)
    xy = network.xy
    beyond = known & ~shapely.contains_xy(enclosure.window, xy[:, 0], xy[:, 1])
    beyond &= around.station_ms[found] >= 0
    ends = around.station_ends
    assert ends is not None
    arrive_ms = ends.arrive_ms.ravel()
    joined = np.flatnonzero((arrive_ms < _FOREVER_MS) & (ends.node.ravel() < len(city_id)))
    id_there = city_id[around.driving_graph.order[ends.node.ravel()[joined]]]
    near = np.isin(id_there, own_id)
    own_order = np.argsort(own_id, kind="stable")
    by_station = own_order[np.searchsorted(own_id, id_there[near], sorter=own_order)]
    node = np.concatenate([np.flatnonzero(beyond), by_station])
    start_ms = np.concatenate([around.station_ms[found][beyond], arrive_ms[joined][near]])
    return node, start_ms / 1000.0


_FOREVER_MS = 10**9

MEASURES = {
    "fire_response_min": Measure(
        measure_fire_response,
        "min",
        Text("消防车到达时间", "Minutes to an engine's arrival"),
        ("fire_stations", "buildings", "streets"),
    ),
}
