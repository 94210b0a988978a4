"""How places on the streets join the graph: two ends of an edge, with the walk to each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.routing.graph import CLOSED
from tongling_gis.routing.paces import round_down_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network import Attachment
    from tongling_gis.routing.graph import Int32s, WalkGraph

Int64s: TypeAlias = "NDArray[np.int64]"


@dataclass(frozen=True, eq=False)
class Ends:
    """The two ends of each of k places' edges, ``from_node`` first.

    Attributes:
        node: The graph's own node numbers, int32[k, 2]; -1 where not attached.
        leave_ms: Milliseconds from the place to each end, off-street part included,
            int64[k, 2]; ``CLOSED`` where that way cannot be walked.
        arrive_ms: The same from each end to the place.
        off_ms: Milliseconds between the place and its street, int64[k].
        share: Where on its edge the place stands, as a share of the length from
            ``from_node``, 0 to 1, float64[k].
    """

    node: Int32s
    leave_ms: Int64s
    arrive_ms: Int64s
    off_ms: Int64s
    share: NDArray[np.float64]


def join_ends(graph: WalkGraph, places: Attachment) -> Ends:
    """Join attached places to the graph, each part of an edge rounded down by itself."""
    length_m = graph.network.length_m
    on = places.edge >= 0
    edge = np.where(on, places.edge, 0)
    if not len(length_m):
        nowhere = np.full((len(edge), 2), CLOSED, dtype=np.int64)
        return Ends(nowhere.astype(np.int32), nowhere, nowhere, nowhere[:, 0], np.zeros(len(edge)))
    length_m = length_m[edge]
    share = np.zeros(len(edge))
    np.divide(places.offset_m, length_m, out=share, where=on & (length_m > 0.0))
    share = np.clip(share, 0.0, 1.0)
    parts = np.stack([share, 1.0 - share], axis=1)
    whole = np.stack([graph.forward_ms[edge], graph.backward_ms[edge]], axis=1).astype(np.int64)
    off = graph.off_street_ms(np.where(on, places.distance_m, 0.0))
    closed = whole == CLOSED
    leave = round_down_ms(parts * whole[:, ::-1]) + off[:, None]
    arrive = round_down_ms(parts * whole) + off[:, None]
    leave[closed[:, ::-1]] = CLOSED
    arrive[closed] = CLOSED
    for side in range(2):  # at a corner one is there, whichever way the edge is open
        here = share == float(side)
        leave[here, side] = arrive[here, side] = off[here]
    leave[~on], arrive[~on] = CLOSED, CLOSED
    node = graph.rank[graph.edge_ends[edge]]
    node[~on] = -1
    return Ends(node, leave, arrive, off, share)


def rows_of(places: Ends, rows: NDArray[np.integer]) -> Ends:
    """Give some of the places."""
    return Ends(**{one.name: getattr(places, one.name)[rows] for one in fields(places)})


def direct_walks(
    graph: WalkGraph, starts: Attachment, goals: Attachment
) -> tuple[Int64s, Int64s, Int64s]:
    """List the pairs on one edge and the direct way between them: start, goal, milliseconds.

    A place to the very same place takes no time, however far off the street it stands.
    """
    start, goal = _same_edge(starts.edge, goals.edge)
    if not len(start):
        return start, goal, start
    here, there = join_ends(graph, starts), join_ends(graph, goals)
    edge, onward = starts.edge[start], there.share[goal] - here.share[start]
    whole = np.where(onward >= 0.0, graph.forward_ms[edge], graph.backward_ms[edge])
    walked = round_down_ms(whole * np.abs(onward)) + here.off_ms[start] + there.off_ms[goal]
    is_open = (whole != CLOSED) | (onward == 0.0)
    same = (starts.point_x_m[start] == goals.point_x_m[goal]) & (
        starts.point_y_m[start] == goals.point_y_m[goal]
    )
    walked[same] = 0
    keep = is_open | same
    return start[keep], goal[keep], walked[keep]


def _same_edge(start_edge: Int32s, goal_edge: Int32s) -> tuple[Int64s, Int64s]:
    order = np.argsort(goal_edge, kind="stable")
    sorted_edge = goal_edge[order]
    low = np.searchsorted(sorted_edge, start_edge, side="left")
    high = np.searchsorted(sorted_edge, start_edge, side="right")
    count = np.where(start_edge >= 0, high - low, 0)
    start = np.repeat(np.arange(len(start_edge)), count)
    within = np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count)
    return start, order[np.repeat(low, count) + within]
