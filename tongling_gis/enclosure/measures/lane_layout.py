"""How lanes lie together: rings and what joins them, and how far apart they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import LANES_IN_PART, NO_LANE_DRAWN, gather
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

_OUTSIDE = -1
SPACING_M = 160.0
"""Widest spacing of lanes (GB 50016-2014 7.1.1): beyond it gaps in the drawing matter."""
SPACING_ERROR_M = 2.0


def measure_ring_connections(enclosure: Enclosure) -> Measured:
    """Count the places where each ring of lanes is joined to the streets outside (FIR-11).

    A ring is a stretch of lanes inside with no bridge in it (Tarjan 1974). One that runs
    through the streets outside by two gates or more is joined as often as it passes a gate.
    """
    if not len(enclosure.lanes.within):
        return Measured(missing=NO_LANE_DRAWN)
    graph = lane_graph(enclosure)
    items = [_ring_item(enclosure, graph, ring) for ring in _rings(graph)]
    if not items:
        why = Text(
            "围合内没有环形车道（已画车道不成环）。",
            "There is no ring of lanes inside, as the lanes are drawn.",
        )
        return Measured(not_applicable=why)
    return Measured(min(item.value for item in items if item.value is not None), tuple(items))


def lane_graph(enclosure: Enclosure) -> nx.MultiGraph[int]:
    """Give the lanes inside as a graph; all that is outside is node -1."""
    import networkx as nx

    lanes = enclosure.lanes
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    chosen = np.flatnonzero(lanes.inside & lanes.maybe)
    ends = np.column_stack([lanes.start[chosen], lanes.end[chosen]])
    ends = np.where(lanes.outside[ends], _OUTSIDE, ends)
    for (a, b), lane in zip(ends.tolist(), chosen.tolist(), strict=True):
        graph.add_edge(a, b, key=lane)
    return graph


def _rings(graph: nx.MultiGraph[int]) -> list[set[int]]:
    """List the sets of nodes that hang together without bridges and hold a cycle."""
    import networkx as nx

    pairs = cast("Iterable[tuple[int, int]]", nx.bridges(nx.Graph(graph)))
    bridges = {frozenset(pair) for pair in pairs}
    kept = [
        (a, b, lane)
        for a, b, lane in graph.edges(keys=True)
        if frozenset((a, b)) not in bridges or graph.number_of_edges(a, b) > 1
    ]
    rings: nx.MultiGraph[int] = nx.MultiGraph(kept)
    return [set(nodes) for nodes in nx.connected_components(rings)]


def _ring_item(enclosure: Enclosure, graph: nx.MultiGraph[int], ring: set[int]) -> Item:
    lanes = enclosure.lanes
    own = [lane for a, b, lane in graph.edges(ring, keys=True) if a in ring and b in ring]
    length_m = float(lanes.length_m[own].sum())
    if _OUTSIDE in ring:
        joins = sum(
            graph.number_of_edges(_OUTSIDE, other)
            for other in graph[_OUTSIDE]
            if other in ring and other != _OUTSIDE
        )
    else:
        joins = sum((a in ring) != (b in ring) for a, b in _towards_outside(graph, ring))
    name = Text(f"环形车道 {length_m:.0f} m", f"ring of lanes, {length_m:.0f} m")
    return Item(name, float(joins), gather(lanes.line[own]))


def _towards_outside(graph: nx.MultiGraph[int], ring: set[int]) -> Iterable[tuple[int, int]]:
    """List the lanes that leave a ring and lead to the streets outside without it."""
    import networkx as nx

    if _OUTSIDE not in graph:
        return []
    without = graph.copy()
    without.remove_nodes_from(ring)
    reached = nx.node_connected_component(without, _OUTSIDE)
    return [(a, b) for a, b in graph.edges(ring) if (b if a in ring else a) in reached]


def measure_lane_spacing(enclosure: Enclosure) -> Measured:
    """Measure how far lanes inside and streets around lie apart (FIR-12).

    Twice the distance from the place inside that is farthest from any lane:
    the largest circle that no lane enters.
    """
    if not len(enclosure.lanes.within) and not enclosure.served.drawn:
        return Measured(missing=NO_LANE_DRAWN)
    lanes = enclosure.lanes
    lines = lanes.line[lanes.usable]
    if not len(lines):
        why = Text("围合内外没有消防车可用的车道。", "There is no lane for engines here.")
        return Measured(not_applicable=why)
    centre, radius_m = largest_empty_circle(enclosure.case.boundary, lines)
    where = centre.buffer(radius_m)
    spacing_m = 2 * radius_m
    note = Text(
        "按围合内不含任何车道的最大圆的直径计。",
        "The diameter of the largest circle inside that no lane enters.",
    )
    if spacing_m > SPACING_M and not enclosure.served.drawn:
        return Measured(where=where, missing=LANES_IN_PART, note=note)
    return Measured(spacing_m, where=where, error=SPACING_ERROR_M, note=note)


def largest_empty_circle(
    area: BaseGeometry, lines: NDArray[np.object_], *, within_m: float = 0.5
) -> tuple[shapely.Point, float]:
    """Find the place in an area that is farthest from all lines, to within some metres.

    Cells are halved as long as they may hold a farther place (as Agafonkin's polylabel does).
    """
    west, south, east, north = area.bounds
    cell_m = max((east - west), (north - south)) / 8.0
    x_m, y_m = np.meshgrid(
        np.arange(west + cell_m / 2, east + cell_m / 2, cell_m),
        np.arange(south + cell_m / 2, north + cell_m / 2, cell_m),
    )
    xy = np.column_stack([x_m.ravel(), y_m.ravel()])
    shapely.prepare(area)
    tree = shapely.STRtree(lines)
    inner = area.representative_point()
    best, best_m = inner, float(tree.query_nearest(inner, return_distance=True)[1][0])
    while len(xy) and cell_m * np.sqrt(0.5) > within_m:
        spots = np.asarray(shapely.points(xy), dtype=object)
        at, off_m = tree.query_nearest(spots, all_matches=False, return_distance=True)
        within = shapely.contains_xy(area, xy[at[0], 0], xy[at[0], 1])
        if within.any():
            top = int(np.where(within, off_m, -np.inf).argmax())
            if off_m[top] > best_m:
                best, best_m = spots[at[0][top]], float(off_m[top])
        reach_m = cell_m * np.sqrt(0.5)
        chosen = off_m + reach_m > best_m + within_m
        chosen[chosen] = shapely.dwithin(spots[at[0][chosen]], area, reach_m)
        quarter = cell_m / 4 * np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)])
        xy = (xy[at[0][chosen], None, :] + quarter[None]).reshape(-1, 2)
        cell_m /= 2
    return best, best_m


MEASURES = {
    "ring_connections": Measure(
        measure_ring_connections,
        "count",
        Text("环形车道与外部的连接", "Joins of rings of lanes to outside"),
        ("streets",),
    ),
    "lane_spacing_m": Measure(
        measure_lane_spacing, "m", Text("车道间距", "Spacing of lanes"), ("streets",)
    ),
}
