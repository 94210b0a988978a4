"""Times to the nearest place kept at hand, and mended where streets or places change.

Closing a street, opening a gate or adding a centre changes the times of few nodes. From the
times as they stand (``stand``) ``mend`` finds these alone, to the millisecond and with the
same nearest place that a search of the whole changed city finds: ties go to the lowest place.
"""

from __future__ import annotations

import importlib
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tongling_gis.routing import fallback
from tongling_gis.routing.engines import reach, use_compiled
from tongling_gis.routing.graph import CLOSED, MAX_MS, UNREACHED, Arcs, sort_arcs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.routing.ends import Ends, Int64s
    from tongling_gis.routing.engines import Engine
    from tongling_gis.routing.graph import Int32s, WalkGraph

_KERNELS = "tongling_gis.routing.repair_kernels"
_SCIPY_S_PER_NODE = 5e-7
_BUCKET_SHIFT = 13
_ROOM = 4096


class Seeds(NamedTuple):
    """Where searches for places begin: the corners next to them.

    Attributes:
        node: The graph's own number of each corner, int32[s].
        ms: Milliseconds from there to the place, int64[s].
        label: Number of the place, int32[s].
    """

    node: Int32s
    ms: Int64s
    label: Int32s


def seeds_of(places: Ends, label: Int32s, limit_ms: int = MAX_MS) -> Seeds:
    """Give the corners next to places, those within the limit, for places numbered ``label``."""
    node, ms = places.node.ravel(), places.arrive_ms.ravel()
    keep = (node >= 0) & (ms != CLOSED) & (ms <= limit_ms)
    return Seeds(node[keep], ms[keep], np.repeat(label, 2).astype(np.int32)[keep])


def join_seeds(*parts: Seeds) -> Seeds:
    """Put seeds together."""
    return Seeds(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def sort_seeds(seeds: Seeds) -> tuple[Int32s, Int64s]:
    """Give seeds by node, ascending, with the state that each gives its node."""
    order = np.argsort(seeds.node, kind="stable")
    return seeds.node[order], ((seeds.ms << 32) | seeds.label)[order]


@dataclass(frozen=True, eq=False)
class Patch:
    """What is different about the streets of a graph: edges that go, and pieces that come.

    An edge whose time changes goes and comes again with the new one.

    Attributes:
        gone: Rows of the network's edges that are no longer there, int32[g].
        start: The graph's own number of the node at which each new piece begins, int32[p];
            numbers from the graph's count of nodes on are new nodes.
        end: The same of the node at which it ends.
        forward_ms: Milliseconds from start to end; ``CLOSED`` where not walked that way.
        backward_ms: The same from end to start.
        new_nodes: How many nodes are new.
    """

    gone: Int32s
    start: Int32s
    end: Int32s
    forward_ms: Int32s
    backward_ms: Int32s
    new_nodes: int = 0

    @cached_property
    def arcs(self) -> tuple[Int32s, Int32s, Int32s]:
        """Tail, head and milliseconds of the new pieces' arcs, as they are walked."""
        tail = np.concatenate([self.start, self.end])
        head = np.concatenate([self.end, self.start])
        cost_ms = np.concatenate([self.forward_ms, self.backward_ms])
        is_open = cost_ms != CLOSED
        return tail[is_open], head[is_open], cost_ms[is_open]

    @property
    def is_symmetric(self) -> bool:
        """Whether every new piece takes as long both ways."""
        return self.forward_ms is self.backward_ms or np.array_equal(
            self.forward_ms, self.backward_ms
        )


def no_patch() -> Patch:
    """Make the patch that changes nothing."""
    none = np.empty(0, dtype=np.int32)
    return Patch(none, none, none, none, none)


@dataclass(frozen=True, eq=False)
class Mended:
    """What a change does to the nodes.

    Attributes:
        node: The graph's own number of each node whose time or nearest place is another,
            ascending, int32[c]; new nodes of the patch that are reached among them.
        state: Milliseconds times 2**32 plus the number of the place, int64[c]; ``UNREACHED``
            where no place is reached in time any longer.
    """

    node: Int32s
    state: Int64s

    def look_up(self, standing: Standing, nodes: Int32s) -> Int64s:
        """Give the state of some nodes after the change; ``UNREACHED`` for node -1."""
        known = (nodes >= 0) & (nodes < len(standing.state))
        state = np.full(nodes.shape, UNREACHED, dtype=np.int64)
        state[known] = standing.state[nodes[known]]
        if len(self.node):
            at = np.searchsorted(self.node, nodes)
            at[at == len(self.node)] = 0
            hit = self.node[at] == nodes
            state[hit] = self.state[at[hit]]
        return state


class _Side(NamedTuple):
    """Arcs one way, with room behind them: where each node's begin and end, and the arcs."""

    first: Int32s
    last: Int32s
    heads: Int32s
    costs: Int32s


class _Bench(NamedTuple):
    """Working memory of one repair; lent clean and given back clean."""

    outward: _Side
    inward: _Side
    state: Int64s
    seen: NDArray[np.int8]
    changed: Int32s
    was: Int64s
    queued: Int32s
    following: Int32s


@dataclass(frozen=True, eq=False)
class Standing:
    """Every node's time to its nearest place, as the streets and places stand.

    Attributes:
        graph: Whose walk, on what streets.
        seeds: The corners next to the places.
        limit_ms: Longest walk, inclusive.
        state: Milliseconds times 2**32 plus the number of the nearest place, by the graph's
            own number of the node, int64[n]; ``UNREACHED`` where none is reached in time.
        engine: Which engine answers.
    """

    graph: WalkGraph
    seeds: Seeds
    limit_ms: int
    state: Int64s
    engine: Engine = "auto"
    _spare: deque[_Bench] = field(default_factory=deque, repr=False)

    @cached_property
    def sorted_seeds(self) -> tuple[Int32s, Int64s]:
        """The seeds' nodes, ascending, and their states."""
        return sort_seeds(self.seeds)

    def mend(self, patch: Patch, seeds: Seeds | None = None) -> Mended:
        """Find the nodes that a change of streets or places touches; this stays as it is.

        Args:
            patch: What is different about the streets.
            seeds: All corners next to places after the change; None where they are the same.

        Returns:
            The same states that ``stand`` gives on the changed streets, where they differ.
        """
        after = self.seeds if seeds is None else seeds
        shared = self.graph.inward is self.graph.outward
        compiled = use_compiled(self.engine, len(self.state) * _SCIPY_S_PER_NODE)
        if compiled and (patch.is_symmetric or not shared):
            return _mend_compiled(self, patch, after)
        return _search_again(self, patch, after)


def stand(
    graph: WalkGraph, seeds: Seeds, *, limit_ms: int = MAX_MS, engine: Engine = "auto"
) -> Standing:
    """Search the whole city once, and keep every node's time to its nearest place."""
    node, ms, place = reach(graph, graph.inward, limit_ms, seeds, engine)
    state = np.full(len(graph.order), UNREACHED, dtype=np.int64)
    state[node] = (ms.astype(np.int64) << 32) | place
    state.flags.writeable = False
    return Standing(graph, seeds, limit_ms, state, engine)


def _mend_compiled(standing: Standing, patch: Patch, seeds: Seeds) -> Mended:
    kernels: Any = importlib.import_module(_KERNELS)
    graph = standing.graph
    touched = _touched(graph, patch)
    tail, head, cost_ms = patch.arcs
    shared = graph.inward is graph.outward
    lists = [_lists(graph.outward, patch, touched, (tail, head, cost_ms))]
    if not shared:
        lists.append(_lists(graph.inward, patch, touched, (head, tail, cost_ms)))
    bench = _take_bench(standing, patch, max(len(one[1]) for one in lists))
    sides = [bench.outward] if shared else [bench.outward, bench.inward]
    undo = [_lay(side, touched, *one) for side, one in zip(sides, lists, strict=True)]
    if seeds is standing.seeds:  # places are as they were: only nodes with other arcs may differ
        suspects, (seed_node, seed_state) = touched, standing.sorted_seeds
    else:
        suspects = np.concatenate([touched, standing.seeds.node, seeds.node])
        seed_node, seed_state = sort_seeds(seeds)
    try:
        node, state, whole = kernels.mend(
            *bench.outward, *bench.inward, *bench[2:],
            suspects, seed_node, seed_state,
            standing.limit_ms, max(graph.max_cost_ms, int(cost_ms.max(initial=1))), _BUCKET_SHIFT,
        )  # fmt: skip
    finally:
        for side, (first, last) in zip(sides, undo, strict=True):
            side.first[touched], side.last[touched] = first, last
    standing._spare.append(bench)  # noqa: SLF001 - of this module
    if not whole:  # more was written to the queue than there is room for
        return _search_again(standing, patch, seeds)
    order = np.argsort(node)
    return Mended(node[order], state[order])


def _touched(graph: WalkGraph, patch: Patch) -> Int32s:
    """List the nodes whose arcs are others than before, ascending."""
    old = graph.rank[graph.edge_ends[patch.gone].ravel()]
    return np.unique(np.concatenate([old, patch.start, patch.end])).astype(np.int32)


def _lists(
    arcs: Arcs, patch: Patch, touched: Int32s, added: tuple[Int32s, Int32s, Int32s]
) -> tuple[Int64s, Int32s, Int32s]:
    """Give the touched nodes' arcs after the change: how many each has, heads and times."""
    known = touched[touched < len(arcs.indptr) - 1]
    begin, count = arcs.indptr[known], np.diff(arcs.indptr)[known]
    at = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum())
    kept = ~np.isin(arcs.edge[at], patch.gone)
    at, tail = at[kept], np.repeat(known, count)[kept]
    tails = np.concatenate([tail, added[0]])
    order = np.argsort(tails, kind="stable")
    lengths = np.bincount(np.searchsorted(touched, tails), minlength=len(touched))
    heads = np.concatenate([arcs.heads[at], added[1]])[order]
    return lengths, heads, np.concatenate([arcs.cost_ms[at], added[2]])[order]


def _lay(
    side: _Side, touched: Int32s, lengths: Int64s, heads: Int32s, costs: Int32s
) -> tuple[Int32s, Int32s]:
    """Lay the touched nodes' arcs into the room behind the others; give what to put back."""
    undo = side.first[touched], side.last[touched]
    room = len(side.heads) - len(heads)
    side.heads[room:], side.costs[room:] = heads, costs
    side.last[touched] = room + np.cumsum(lengths)
    side.first[touched] = side.last[touched] - lengths
    return undo


def _take_bench(standing: Standing, patch: Patch, arcs: int) -> _Bench:
    """Lend working memory with room for a patch."""
    nodes = len(standing.state) + patch.new_nodes
    graph = standing.graph
    while True:
        try:
            bench = standing._spare.pop()  # noqa: SLF001 - of this module
        except IndexError:
            return _make_bench(standing, max(_ROOM, 2 * patch.new_nodes), max(_ROOM, 2 * arcs))
        room = min(len(side.heads) - len(graph.outward.heads) for side in bench[:2])
        if nodes <= len(bench.state) and arcs <= room:
            return bench


def _make_bench(standing: Standing, spare_nodes: int, spare_arcs: int) -> _Bench:
    graph = standing.graph
    count = len(standing.state) + spare_nodes

    def side(arcs: Arcs) -> _Side:
        room = np.zeros(spare_arcs, dtype=np.int32)
        none = np.zeros(spare_nodes, dtype=np.int32)
        return _Side(
            np.concatenate([arcs.indptr[:-1], none]),
            np.concatenate([arcs.indptr[1:], none]),
            np.concatenate([arcs.heads, room]),
            np.concatenate([arcs.cost_ms, room]),
        )

    outward = side(graph.outward)
    inward = outward if graph.inward is graph.outward else side(graph.inward)
    state = np.full(count, UNREACHED, dtype=np.int64)
    state[: len(standing.state)] = standing.state
    return _Bench(
        outward,
        inward,
        state,
        np.zeros(count, dtype=np.int8),
        np.empty(count + 1, dtype=np.int32),
        np.empty(count + 1, dtype=np.int64),
        *np.empty((2, 2 * count + _ROOM), dtype=np.int32),
    )


def _search_again(standing: Standing, patch: Patch, seeds: Seeds) -> Mended:
    """Search the whole changed city through SciPy, and compare: the same answer, no compiler."""
    graph = standing.graph
    before = np.full(len(standing.state) + patch.new_nodes, UNREACHED, dtype=np.int64)
    before[: len(standing.state)] = standing.state
    after = np.full(len(before), UNREACHED, dtype=np.int64)
    if len(seeds.node):
        arcs = _patched(graph.inward, patch, len(before))
        node, ms, place = fallback.reach(arcs, standing.limit_ms, *seeds)
        after[node] = (ms.astype(np.int64) << 32) | place
    changed = np.flatnonzero(after != before)
    return Mended(changed.astype(np.int32), after[changed])


def _patched(inward: Arcs, patch: Patch, n_nodes: int) -> Arcs:
    tail, head, cost_ms = patch.arcs
    kept = ~np.isin(inward.edge, patch.gone)
    tails = np.repeat(np.arange(len(inward.indptr) - 1, dtype=np.int32), np.diff(inward.indptr))
    return sort_arcs(
        n_nodes,
        np.concatenate([tails[kept], head]),
        np.concatenate([inward.heads[kept], tail]),
        np.concatenate([inward.cost_ms[kept], cost_ms]),
        np.concatenate([inward.edge[kept], np.full(len(tail), -1, dtype=np.int32)]),
    )
