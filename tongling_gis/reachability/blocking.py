"""Which barrier stands on the way that people would walk if it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.routing import join_ends
from tongling_gis.routing.graph import CLOSED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network import Attachment, Network
    from tongling_gis.routing import Nearest, WalkGraph

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Names: TypeAlias = NDArray[np.object_]

_LONGEST_EDGE_M = 1e6


@dataclass(frozen=True, eq=False)
class OpenWays:
    """How people would walk if no barrier stood.

    Attributes:
        graph: The streets without barriers.
        homes: Where people set out, on those streets.
        centres: Where they walk to.
        nearest: Their walks.
    """

    graph: WalkGraph
    homes: Attachment
    centres: Attachment
    nearest: Nearest


class _Cuts(NamedTuple):
    """Where barriers stand on the streets without barriers.

    Attributes:
        end_node: Row in the cut network of the node at each end of each street, (m, 2).
        key: Street and metres along it of each cut inside a street, ascending.
        inside: Barrier of each of these.
        at_node: Barrier at each node of the cut network, "" for none.
    """

    end_node: Ints
    key: Floats
    inside: Names
    at_node: Names


class _Steps(NamedTuple):
    """The next street on the way to the nearest centre, from each node.

    Attributes:
        edge: Row of the street, -1 where the centre is on a street that meets the node.
        end: The end of it, 0 or 1, at which the node is.
    """

    edge: Ints
    end: Ints


def name_barriers(network: Network, ways: OpenWays, rows: Ints) -> Names:
    """Name the first barrier on the open way of some homes, "" where none stands on it.

    Args:
        network: The streets with barriers.
        ways: The walks on ``network.without_barriers``.
        rows: The homes asked about.
    """
    cuts, steps = _read_cuts(network), _next_steps(ways)
    found = np.full(len(rows), "", dtype=object)
    edge, end, direct = _leave_home(ways, rows)
    along, offset_m = edge.copy(), ways.homes.offset_m[rows]
    goal = ways.nearest.place[rows].astype(np.int64)
    goal_m = ways.centres.offset_m[goal]
    length_m = ways.graph.network.edges["length_m"].to_numpy()
    found[direct] = _between(cuts, along, offset_m, goal_m)[direct]
    off = ~direct
    found[off] = _between(cuts, along, offset_m, np.where(end == 0, 0.0, length_m[along]))[off]
    active = np.flatnonzero(off & (found == ""))
    while len(active):
        found[active], edge[active], end[active] = _step(
            ways, cuts, steps, (edge[active], end[active], goal[active])
        )
        active = active[(found[active] == "") & (edge[active] >= 0)]
    return found


def _read_cuts(network: Network) -> _Cuts:
    edges, count = network.edges, len(network.without_barriers.edges)
    street = edges["uncut_edge"].to_numpy()
    last = np.arange(count)
    np.maximum.at(last, street, np.arange(len(edges)))
    from_node, to_node = (edges[name].to_numpy() for name in ("from_node", "to_node"))
    at_node = np.full(len(network.nodes), "", dtype=object)
    for column in ("node_b", "node_a"):
        at_node[network.cuts[column].to_numpy()] = network.cuts["barrier_id"].to_numpy(dtype=object)
    pieces = np.arange(count, len(edges))
    key = street[pieces] * _LONGEST_EDGE_M + edges["start_m"].to_numpy()[pieces]
    order = np.argsort(key)
    ends = np.column_stack([from_node[:count], to_node[last]]).astype(np.int64)
    return _Cuts(ends, key[order], at_node[from_node[pieces[order]]], at_node)


def _next_steps(ways: OpenWays) -> _Steps:
    graph, node_ms = ways.graph, ways.nearest.node_ms
    edges = graph.network.edges
    ends = [edges[name].to_numpy() for name in ("from_node", "to_node")]
    walkable = np.flatnonzero(edges["walkable"].to_numpy())[::-1]
    step = _Steps(np.full(len(node_ms), -1), np.zeros(len(node_ms), dtype=np.int64))
    for end, cost_ms in ((0, graph.forward_ms), (1, graph.backward_ms)):
        tail, head = ends[end][walkable], ends[1 - end][walkable]
        walked_ms = cost_ms[walkable]
        on = (node_ms[head] >= 0) & (node_ms[tail] == node_ms[head] + walked_ms)
        on &= walked_ms != CLOSED
        step.edge[tail[on]], step.end[tail[on]] = walkable[on], end
    return step


def _leave_home(ways: OpenWays, rows: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Give the street and end at which each home leaves its street, and who need not."""
    graph, ends = ways.graph, join_ends(ways.graph, ways.homes)
    node_ms = ways.nearest.node_ms[graph.order[ends.node[rows]]]
    by_end = (ends.leave_ms[rows] + node_ms == ways.nearest.ms[rows, None]) & (node_ms >= 0)
    by_end &= ends.leave_ms[rows] != CLOSED
    edge = ways.homes.edge[rows].astype(np.int64)
    return edge, by_end.argmax(axis=1), ~by_end.any(axis=1)


def _step(
    ways: OpenWays, cuts: _Cuts, steps: _Steps, here: tuple[Ints, Ints, Ints]
) -> tuple[Names, Ints, Ints]:
    """Go one street further; the street is -1 where the centre's own is reached."""
    edge, end, goal = here
    edges = ways.graph.network.edges
    nodes = edges[["from_node", "to_node"]].to_numpy()
    node = nodes[edge, end]
    there = steps.edge[node] < 0
    goal_edge = ways.centres.edge[goal]
    onward = np.where(there, goal_edge, steps.edge[node])
    begin = np.where(there, (nodes[goal_edge, 0] != node).astype(np.int64), steps.end[node])
    length_m = edges["length_m"].to_numpy()[onward]
    start_m = np.where(begin == 0, 0.0, length_m)
    stop_m = np.where(there, ways.centres.offset_m[goal], length_m - start_m)
    found = _between(cuts, onward, start_m, stop_m)
    arrived, left = cuts.end_node[edge, end], cuts.end_node[onward, begin]
    parted = arrived != left
    names = np.where(cuts.at_node[arrived] == "", cuts.at_node[left], cuts.at_node[arrived])
    found[parted] = names[parted]
    return found, np.where(there, -1, onward), 1 - begin


def _between(cuts: _Cuts, edge: Ints, from_m: Floats, to_m: Floats) -> Names:
    """Name the first barrier met inside an edge between two places along it."""
    found = np.full(len(edge), "", dtype=object)
    if not len(cuts.key):
        return found
    start, stop = edge * _LONGEST_EDGE_M + from_m, edge * _LONGEST_EDGE_M + to_m
    ahead = np.searchsorted(cuts.key, start, side="left")
    behind = np.searchsorted(cuts.key, start, side="right") - 1
    which = np.where(stop >= start, ahead, behind)
    cut_m = cuts.key[np.clip(which, 0, len(cuts.key) - 1)]
    low, high = np.minimum(start, stop), np.maximum(start, stop)
    met = (which >= 0) & (which < len(cuts.key)) & (cut_m >= low) & (cut_m <= high)
    found[met] = cuts.inside[which[met]]
    return found
