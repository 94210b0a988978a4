"""How far hydrants are from buildings and from one another.

The protection radius of GB 50974 names no way of measuring; its verdict is by the straight
line. Beside it stands the way along which a hose is laid: streets and paths, round walls and
through gates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.hydrants import (
    GAP,
    PLACE_ERROR_M,
    RADIUS_M,
    ROADSIDE_M,
    kinds_of,
    without_hydrants,
)
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import NO_BUILDING_INSIDE, NO_BUILDINGS, name_building
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.enclosure.served import parted
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.network import Network

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

JOIN_M = 80.0
"""Farthest that a building or hydrant may lie from a way along which a hose is laid (N)."""
RING_M = 60.0
"""Streets no farther from the boundary are those around it (N)."""


def measure_hydrant_distance(enclosure: Enclosure) -> Measured:
    """Measure from each building to the nearest hydrant in a straight line (HYD-01)."""
    return _to_hydrants(enclosure, along_ways=False)


def measure_hydrant_hose(enclosure: Enclosure) -> Measured:
    """Measure the same along the way a hose is laid, round the walls and through gates."""
    return _to_hydrants(enclosure, along_ways=True)


def _to_hydrants(enclosure: Enclosure, *, along_ways: bool) -> Measured:
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    nothing = without_hydrants(enclosure)
    if nothing is not None:
        return nothing
    served = enclosure.served
    if not len(served):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    points = enclosure.surroundings.shapes("hydrants")
    tree = enclosure.surroundings.tree("hydrants")
    (_, item), off_m = tree.query_nearest(served.shape, all_matches=False, return_distance=True)
    between = shapely.shortest_line(served.shape, points[item])
    hose_m = enclosure.once(hose_lengths_m)
    note = _describe(off_m, hose_m, along_ways=along_ways)
    measured_m = hose_m if along_ways else off_m
    items = tuple(
        Item(
            name_building(enclosure, int(row)),
            float(length_m) if np.isfinite(length_m) else None,
            way,
            PLACE_ERROR_M,
            None if np.isfinite(length_m) else _NO_WAY,
        )
        for row, length_m, way in zip(served.row, measured_m, between, strict=True)
    )
    known = measured_m[np.isfinite(measured_m)]
    return Measured(float(known.max()) if len(known) else None, items, note=note)


_NO_WAY = Text(
    "沿已画道路没有敷设水带的通路：请检查 streets 图层。",
    "No way to lay a hose is drawn: look for gaps in streets.",
)


def _describe(off_m: Floats, hose_m: Floats, *, along_ways: bool) -> Text:
    known = hose_m[np.isfinite(hose_m)]
    hose = f"{known.max():.0f} m" if len(known) else "-"
    longer = int((hose_m > RADIUS_M).sum() - (off_m > RADIUS_M).sum())
    how = (
        Text("沿水带敷设路线", "along the way a hose is laid")
        if along_ways
        else Text("按直线", "in a straight line")
    )
    return Text(
        f"{how.zh}量测。直线最远 {off_m.max():.0f} m；沿道路绕行围墙敷设水带最远 {hose}，"
        f"因此多 {longer} 栋超过 {RADIUS_M:g} m。",
        f"Measured {how.en}. Straight, the farthest is {off_m.max():.0f} m; laid along the ways "
        f"round the walls {hose}, so that {longer} more buildings are beyond {RADIUS_M:g} m.",
    )


def hose_lengths_m(enclosure: Enclosure) -> Floats:
    """Measure the way from each building to a hydrant along streets and paths, inf for none.

    Both are joined to the nearest way on their side of the boundary, straight.
    """
    network = enclosure.walking_after
    used = np.flatnonzero(network.edges["walkable"].to_numpy(dtype=bool))
    served = enclosure.served
    if not len(used) or not len(served):
        return np.full(len(served), np.inf)
    tree = shapely.STRtree(network.geometry[used])
    rows = enclosure.surroundings.tree("hydrants").query(enclosure.window)
    points = enclosure.surroundings.shapes("hydrants")[rows]
    near_m = _node_distances(network, used, _join(enclosure, network, tree, used, points))
    edge, off_m, share = _join(enclosure, network, tree, used, served.shape)
    length_m = network.length_m[edge]
    a, b = network.ends[edge].astype(np.int64).T
    by_node = np.minimum(near_m[a] + share * length_m, near_m[b] + (1 - share) * length_m)
    return np.asarray(off_m + by_node)


def _join(
    enclosure: Enclosure, network: Network, tree: shapely.STRtree, used: Ints, shapes: Shapes
) -> tuple[Ints, Floats, Floats]:
    """Join shapes to the nearest way on their side: (edge, metres off it, share of it).

    The metres are inf where there is none within reach.
    """
    at, item = tree.query(shapes, predicate="dwithin", distance=JOIN_M)
    way = shapely.shortest_line(network.geometry[used[item]], shapes[at])
    free = ~parted(enclosure, shapes[at], way)
    at, item, length_m = at[free], item[free], shapely.length(way[free])
    order = np.lexsort((item, length_m, at))
    at, item, length_m = at[order], item[order], length_m[order]
    joined, first = np.unique(at, return_index=True)
    edge, off_m = np.full(len(shapes), used[0]), np.full(len(shapes), np.inf)
    edge[joined], off_m[joined] = used[item[first]], length_m[first]
    middle = shapely.centroid(shapes)
    return edge, off_m, shapely.line_locate_point(network.geometry[edge], middle, normalized=True)


def _node_distances(network: Network, used: Ints, places: tuple[Ints, Floats, Floats]) -> Floats:
    """Measure from every node to the nearest of some places, inf where there is no way."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    edge, off_m, share = places
    count = len(network.nodes)
    ends = network.ends.astype(np.int64)
    length_m = network.length_m
    fine = np.isfinite(off_m)
    edge, off_m, share = edge[fine], off_m[fine], share[fine]
    hub = np.full(len(edge), count)
    tail = np.concatenate([ends[used, 0], hub, hub])
    head = np.concatenate([ends[used, 1], ends[edge, 0], ends[edge, 1]])
    cost = np.concatenate(
        [length_m[used], off_m + share * length_m[edge], off_m + (1 - share) * length_m[edge]]
    )
    tail, head = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], np.maximum(cost[order], 1e-6)
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    ways = (cost[first], (tail[first], head[first]))
    graph = coo_array(ways, (count + 1, count + 1)).tocsr()
    found_m: Floats = dijkstra(graph, directed=False, indices=[count])[0, :count]
    return found_m


def measure_hydrant_spacing(enclosure: Enclosure) -> Measured:
    """Measure the way between neighbouring hydrants along the public streets around (HYD-02)."""
    nothing = without_hydrants(enclosure)
    if nothing is not None:
        return nothing
    network = enclosure.driving
    public = enclosure.public_of(network) == 1
    around = public & shapely.dwithin(network.geometry, enclosure.line, RING_M)
    roads = np.flatnonzero(public)
    if not around.any():
        why = Text("围合四周没有公共道路。", "No public street runs around.")
        return Measured(not_applicable=why)
    tree = shapely.STRtree(network.geometry[roads])
    rows = enclosure.surroundings.tree("hydrants").query(enclosure.window)
    points = enclosure.surroundings.shapes("hydrants")[rows]
    kinds = kinds_of(enclosure, rows)
    points = points[kinds != "own"]
    at, item = tree.query_nearest(points, all_matches=False, max_distance=ROADSIDE_M)
    if not len(at):
        return Measured(missing=GAP)
    edge = roads[item]
    share = shapely.line_locate_point(network.geometry[edge], points[at], normalized=True)
    gap_m = _gaps(network, roads, edge, share)
    chosen = np.flatnonzero(around)
    worst = int(chosen[gap_m[chosen].argmax()])
    note = Text(
        "按四周公共道路上相邻消火栓间沿道路的最大距离计；一端再无消火栓的路段，按到最近消火栓的"
        "最远距离计；类型不明的消火栓按市政计。",
        "The longest way along the public streets around from one hydrant to the next; where none "
        "follows, the farthest that the street gets from the last; those of unknown kind are "
        "taken as municipal.",
    )
    if not np.isfinite(gap_m[worst]):
        return Measured(missing=GAP, note=note)
    return Measured(
        float(gap_m[worst]), where=network.geometry[worst], error=2 * PLACE_ERROR_M, note=note
    )


def _gaps(network: Network, roads: Ints, edge: Ints, share: Floats) -> Floats:
    """Give for each edge the longest way between neighbouring hydrants through it.

    Where an edge leads from one hydrant's streets to another's, they are neighbours through it.
    Where it stays with one, no other follows: what counts is how far that one is, once.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    count = len(network.nodes)
    own, tail, head, length_m = _split_at(network, roads, edge, share)
    shape = (count + len(edge), count + len(edge))
    order = np.lexsort((length_m, np.maximum(tail, head), np.minimum(tail, head)))
    ends = np.sort(np.column_stack([tail, head]), axis=1)[order]
    first = np.append(True, np.any(ends[1:] != ends[:-1], axis=1))
    a, b = ends[first].T
    graph = coo_array((length_m[order][first], (a, b)), shape).tocsr()
    hydrants = np.arange(count, count + len(edge))
    near_m, _, whose = dijkstra(
        graph, directed=False, indices=hydrants, return_predecessors=True, min_only=True
    )
    through_m = near_m[tail] + length_m + near_m[head]
    through_m = np.where(whose[tail] == whose[head], through_m / 2, through_m)
    gap_m = np.zeros(len(network.edges))
    np.maximum.at(gap_m, own, through_m)
    return gap_m


def _split_at(
    network: Network, roads: Ints, edge: Ints, share: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """Split streets at hydrants, nodes after the network's: (edge, tail, head, metres)."""
    count = len(network.nodes)
    ends = network.ends.astype(np.int64)
    length_m = network.length_m
    whole = np.setdiff1d(roads, edge)
    order = np.lexsort((share, edge))
    own = edge[order]
    at_m = share[order] * length_m[own]
    node = count + order
    opens = np.append(True, own[1:] != own[:-1])
    closes = np.append(opens[1:], True)
    before = np.where(opens, ends[own, 0], np.roll(node, 1))
    before_m = np.where(opens, at_m, at_m - np.roll(at_m, 1))
    last = own[closes]
    pieces = (
        (whole, ends[whole, 0], ends[whole, 1], length_m[whole]),
        (own, before, node, before_m),
        (last, node[closes], ends[last, 1], length_m[last] - at_m[closes]),
    )
    own, tail, head, metres = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return own, tail, head, np.maximum(metres, 1e-6)


_NEEDS = ("hydrants",)

MEASURES = {
    "hydrant_distance_m": Measure(
        measure_hydrant_distance,
        "m",
        Text("建筑至消火栓直线距离", "From a building to a hydrant, straight"),
        (*_NEEDS, "buildings"),
    ),
    "hydrant_hose_m": Measure(
        measure_hydrant_hose,
        "m",
        Text("建筑至消火栓水带敷设距离", "From a building to a hydrant along the hose's way"),
        (*_NEEDS, "buildings", "streets"),
    ),
    "hydrant_spacing_m": Measure(
        measure_hydrant_spacing,
        "m",
        Text("四周市政消火栓间距", "Spacing of hydrants around"),
        (*_NEEDS, "streets"),
    ),
}
