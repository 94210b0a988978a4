"""The parts of streets from which a place is reached in time, cut where time runs out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.routing import reach_nodes
from tongling_gis.routing.graph import CLOSED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.routing import Ends, Engine, Reached, WalkGraph

Floats: TypeAlias = "NDArray[np.float64]"
Integers: TypeAlias = "NDArray[np.integer]"


@dataclass(frozen=True, eq=False)
class StreetParts:
    """Parts of edges, each told once, with the first limit within which it is reached.

    Attributes:
        edge: Row number of the edge, int64[p].
        begin: Where the part begins, as a share of the edge's length from ``from_node``.
        end: Where it ends, greater than ``begin``.
        limit: Number of the first limit within which all of it is reached, int64[p].
    """

    edge: Integers
    begin: Floats
    end: Floats
    limit: Integers


@dataclass(frozen=True, eq=False)
class _Spans:
    """Stretches of edges between two points whose times are known, -1 where unreached."""

    edge: Integers
    low: Floats
    high: Floats
    low_ms: Floats
    high_ms: Floats


def reach_parts(
    graph: WalkGraph,
    places: Ends,
    attached_edge: Integers,
    limits_ms: tuple[int, ...],
    engine: Engine = "auto",
) -> StreetParts:
    """Find the parts of streets from which any of the places is reached within each limit.

    Args:
        graph: Whose walk, on what streets.
        places: The places, joined to the graph.
        attached_edge: Row number of each place's edge; -1 where it is not attached.
        limits_ms: Ascending limits in milliseconds, each inclusive.
        engine: As in routing.
    """
    reached = reach_nodes(graph, places, limit_ms=limits_ms[-1], engine=engine)
    spans = _open_spans(graph, places, attached_edge, reached)
    forward, backward = graph.forward_ms[spans.edge], graph.backward_ms[spans.edge]
    width = spans.high - spans.low
    from_low, from_high = np.zeros(len(width)), np.zeros(len(width))
    found = []
    for number, limit_ms in enumerate(limits_ms):
        low_now = np.minimum(_walkable_share(limit_ms, spans.low_ms, backward), width)
        high_now = np.minimum(_walkable_share(limit_ms, spans.high_ms, forward), width)
        meet = low_now + high_now >= width
        low_end = np.where(meet, width - from_high, low_now)
        for begin, end in (
            (spans.low + from_low, spans.low + low_end),
            (np.where(meet, spans.high, spans.high - high_now), spans.high - from_high),
        ):
            some = end > begin
            found.append((spans.edge[some], begin[some], end[some], np.full(some.sum(), number)))
        from_low, from_high = (
            np.where(meet, width - from_high, low_now),
            np.where(meet, from_high, high_now),
        )
    return StreetParts(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _walkable_share(limit_ms: int, at_ms: Floats, whole_ms: Integers) -> Floats:
    """Give how much of an edge can be walked to its end in the time that is left there."""
    left_ms = np.where((at_ms >= 0) & (whole_ms != CLOSED), limit_ms - at_ms, 0)
    return np.maximum(left_ms, 0) / np.maximum(whole_ms, 1)


def _open_spans(
    graph: WalkGraph, places: Ends, attached_edge: Integers, reached: Reached
) -> _Spans:
    """List every edge that may be reached in part: whole, or cut where places join it."""
    own = np.unique(attached_edge[attached_edge >= 0])
    edge = np.setdiff1d(_edges_into(graph, reached), own, assume_unique=True)
    node_ms = reached.node_ms
    plain = _Spans(
        edge,
        np.zeros(len(edge)),
        np.ones(len(edge)),
        node_ms[graph.edge_ends[edge, 0]].astype(float),
        node_ms[graph.edge_ends[edge, 1]].astype(float),
    )
    cut = [_cut_at_places(graph, places, attached_edge, int(one), node_ms) for one in own]
    return _Spans(
        *(
            np.concatenate([getattr(spans, name) for spans in (plain, *cut)])
            for name in ("edge", "low", "high", "low_ms", "high_ms")
        )
    )


def _edges_into(graph: WalkGraph, reached: Reached) -> Integers:
    arcs = graph.inward
    own = graph.rank[reached.node]
    count = arcs.indptr[own + 1] - arcs.indptr[own]
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.unique(arcs.edge[np.repeat(arcs.indptr[own], count) + within])


def _cut_at_places(
    graph: WalkGraph, places: Ends, attached_edge: Integers, edge: int, node_ms: Integers
) -> _Spans:
    """Cut one edge at the places that join it, and time the cuts from the nearest of all."""
    ends = graph.edge_ends[edge]
    on = np.flatnonzero(attached_edge == edge)
    on = on[np.argsort(places.share[on], kind="stable")]
    stops = np.concatenate([[0.0], places.share[on], [1.0]])
    stop_ms = np.concatenate([node_ms[ends[:1]], places.off_ms[on], node_ms[ends[1:]]])
    at_ms = np.where(stop_ms < 0, np.inf, stop_ms)
    low_ms = _spread_along(stops, at_ms, int(graph.backward_ms[edge]))
    high_ms = _spread_along(1.0 - stops[::-1], at_ms[::-1], int(graph.forward_ms[edge]))[::-1]
    best_ms = np.minimum(low_ms, high_ms)
    best_ms = np.where(np.isfinite(best_ms), best_ms, -1.0)
    return _Spans(np.full(len(on) + 1, edge), stops[:-1], stops[1:], best_ms[:-1], best_ms[1:])


def _spread_along(stops: Floats, at_ms: Floats, whole_ms: int) -> Floats:
    """Give each stop the time from itself or from any stop before it, whichever is less."""
    if whole_ms == CLOSED:
        return at_ms
    return np.minimum.accumulate(at_ms - stops * whole_ms) + stops * whole_ms


def cut_segments(graph: WalkGraph, parts: StreetParts) -> tuple[Floats, Integers]:
    """Cut parts of streets into straight segments.

    Returns:
        The segments as rows of x0, y0, x1, y1 in metres, float64[s, 4], drawn from
        ``begin`` to ``end``, and the row number of the part that each belongs to, ascending.
    """
    lines = graph.street_lines
    first = lines.indptr[parts.edge]
    count = lines.indptr[parts.edge + 1] - first
    part = np.repeat(np.arange(len(parts.edge)), count)
    within = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
    segment = np.repeat(first, count) + within
    low, high = lines.begin[segment], lines.end[segment]
    begin, end = np.maximum(low, parts.begin[part]), np.minimum(high, parts.end[part])
    some = end > begin
    segment, part, low, high = segment[some], part[some], low[some], high[some]
    whole, xy = (high - low)[:, None], lines.xy[segment]
    start, way = xy[:, :2], xy[:, 2:] - xy[:, :2]
    from_share = (begin[some] - low)[:, None] / whole
    to_share = (end[some] - low)[:, None] / whole
    return np.hstack([start + way * from_share, start + way * to_share]), part
