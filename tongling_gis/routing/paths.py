"""The way itself: which streets, drawn and timed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.routing.ends import direct_walks, join_ends
from tongling_gis.routing.graph import CLOSED, MAX_MS
from tongling_gis.routing.nearest import reach_nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import LineString

    from tongling_gis.network import Attachment
    from tongling_gis.routing.ends import Ends, Int64s
    from tongling_gis.routing.engines import Engine
    from tongling_gis.routing.graph import Int32s, WalkGraph

_FIRST_LIMIT_MS = 1_800_000
_WIDENING = 8


@dataclass(frozen=True, eq=False)
class Path:
    """One shortest walk.

    Attributes:
        ms: Milliseconds, the walk to and from the streets included; -1 where there is no way.
        edges: Row numbers of the edges walked, in order, int32[e]; the first and the last may
            be walked in part only.
        length_m: Metres walked along each of them, float64[e].
        geometry: The way along the streets, from where the first place joins them to where
            the second does; None where there is no way or nothing to walk along.
    """

    ms: int
    edges: Int32s
    length_m: NDArray[np.float64]
    geometry: LineString | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of an edge walked from one share of its length to another, 0 to 1."""

    edge: int
    begin: float
    end: float


def shortest_path(
    graph: WalkGraph,
    origins: Attachment,
    origin: int,
    destinations: Attachment,
    destination: int,
    *,
    engine: Engine = "auto",
) -> Path:
    """Find the shortest walk between two attached places, counted as in ``nearest_place``.

    Of ways that take equally long, the one that turns into the lowest-numbered edge at each
    corner is taken, and the straight one along a single edge before any other.

    Args:
        graph: Whose walk, on what streets.
        origins: Places, of which one sets out.
        origin: Its row number.
        destinations: Places, of which one is walked to.
        destination: Its row number.
        engine: "auto", or "compiled" or "scipy" by name; the answers are the same.
    """
    start, goal = _only(origins, origin), _only(destinations, destination)
    *_, direct = direct_walks(graph, start, goal)
    direct_ms = int(direct[0]) if len(direct) else MAX_MS + 1
    through_ms, pieces = _through_nodes(graph, start, goal, direct_ms, engine)
    if min(direct_ms, through_ms) > MAX_MS:
        return Path(-1, np.empty(0, dtype=np.int32), np.empty(0), None)
    if direct_ms <= through_ms:
        straight = _Piece(int(start.edge[0]), _share(graph, start), _share(graph, goal))
        return _draw(graph, direct_ms, [straight] if direct_ms else [])
    return _draw(graph, through_ms, pieces)


def _only(places: Attachment, which: int) -> Attachment:
    kept = {one.name: getattr(places, one.name)[which : which + 1] for one in fields(places)}
    return type(places)(**kept)


def _share(graph: WalkGraph, place: Attachment) -> float:
    length_m = float(graph.network.edges["length_m"].to_numpy()[place.edge[0]])
    return min(max(float(place.offset_m[0]) / length_m, 0.0), 1.0) if length_m else 0.0


def _through_nodes(
    graph: WalkGraph, start: Attachment, goal: Attachment, enough_ms: int, engine: Engine
) -> tuple[int, list[_Piece]]:
    """Find the best way that passes a node, searching wider until it is found."""
    here, there = join_ends(graph, start), join_ends(graph, goal)
    limit_ms, best_ms, side = _FIRST_LIMIT_MS, MAX_MS + 1, 0
    while True:
        limit_ms = min(limit_ms, enough_ms, MAX_MS)
        left_ms = reach_nodes(graph, there, limit_ms=limit_ms, engine=engine).node_ms
        best_ms, side = _better_side(graph, here, left_ms)
        if best_ms <= limit_ms or limit_ms in (enough_ms, MAX_MS):
            break
        limit_ms *= _WIDENING
    if best_ms > MAX_MS:
        return best_ms, []
    steps, last = _follow(graph, int(here.node[0, side]), there, left_ms)
    first = _Piece(int(start.edge[0]), _share(graph, start), float(side))
    final = _Piece(int(goal.edge[0]), float(last), _share(graph, goal))
    return best_ms, [first, *steps, final]


def _better_side(graph: WalkGraph, here: Ends, left_ms: Int64s) -> tuple[int, int]:
    best = (MAX_MS + 1, 0)
    for side in range(2):
        node, leave_ms = int(here.node[0, side]), int(here.leave_ms[0, side])
        if node >= 0 and leave_ms != CLOSED and left_ms[graph.order[node]] >= 0:
            best = min(best, (leave_ms + int(left_ms[graph.order[node]]), side))
    return best


def _follow(graph: WalkGraph, node: int, goal: Ends, left_ms: Int64s) -> tuple[list[_Piece], int]:
    """Walk down the times to the goal; give whole edges and the goal's end arrived at."""
    arcs = graph.outward
    steps: list[_Piece] = []
    while True:
        now_ms = left_ms[graph.order[node]]
        for side in range(2):
            if goal.node[0, side] == node and goal.arrive_ms[0, side] == now_ms:
                return steps, side
        out = slice(arcs.indptr[node], arcs.indptr[node + 1])
        then_ms = left_ms[graph.order[arcs.heads[out]]]
        good = np.flatnonzero((then_ms >= 0) & (then_ms + arcs.cost_ms[out] == now_ms))
        arc = out.start + int(good[np.argmin(arcs.edge[out][good])])
        edge = int(arcs.edge[arc])
        backward = float(graph.rank[graph.edge_ends[edge, 0]] != node)
        steps.append(_Piece(edge, backward, 1.0 - backward))
        node = int(arcs.heads[arc])


def _draw(graph: WalkGraph, ms: int, pieces: list[_Piece]) -> Path:
    import shapely
    from shapely.ops import substring

    walked = [piece for piece in pieces if piece.begin != piece.end]
    edges = np.array([piece.edge for piece in walked], dtype=np.int32)
    parts = [
        substring(graph.network.geometry[piece.edge], piece.begin, piece.end, normalized=True)
        for piece in walked
    ]
    length_m = np.array([part.length for part in parts])
    if not parts:
        return Path(ms, edges, length_m, None)
    xy = np.concatenate([shapely.get_coordinates(part) for part in parts])
    moved = np.ones(len(xy), dtype=bool)
    moved[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    return Path(ms, edges, length_m, shapely.LineString(xy[moved]) if moved.sum() > 1 else None)
