"""The same searches through SciPy, to the same millisecond: no compiler needed.

SciPy's Dijkstra works in float64, which holds whole numbers exactly up to 2**53. Ties go to
the lowest place because every time carries the place's number in its low digits. Each start
is a node of its own, appended to the graph, with arcs to the two ends of its edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.routing.graph import CLOSED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from tongling_gis.routing.ends import Int64s
    from tongling_gis.routing.graph import Arcs, Int32s

_CELLS_AT_ONCE = 4_000_000


def reach(
    arcs: Arcs, limit: int, seeds: Int32s, seed_ms: Int64s, labels: Int32s
) -> tuple[Int32s, Int32s, Int32s]:
    """Search from seeds; give the nodes reached, their milliseconds and labels, ascending."""
    from scipy.sparse.csgraph import dijkstra

    n_nodes = len(arcs.indptr) - 1
    scale = int(labels.max(initial=0)) + 1
    matrix = _append(arcs, arcs.cost_ms * float(scale), [seeds], [seed_ms * scale + labels])
    keys = dijkstra(matrix, indices=[n_nodes], limit=float(limit * scale + scale - 1))[0, :n_nodes]
    reached = np.flatnonzero(np.isfinite(keys))
    key = keys[reached].astype(np.int64)
    return reached.astype(np.int32), (key // scale).astype(np.int32), (key % scale).astype(np.int32)


def reach_rows(
    arcs: Arcs, limit: int, starts: tuple[Int32s, Int64s], goals: tuple[Int32s, Int64s]
) -> tuple[Int64s, Int64s, Int64s]:
    """Search from each start; give (start, goal, milliseconds) within the limit, row by row.

    Args:
        arcs: The graph.
        limit: Milliseconds, inclusive.
        starts: The two nodes next to each start, int32[s, 2], and the walk to them.
        goals: The two nodes next to each goal, int32[t, 2], and the walk from them.
    """
    from scipy.sparse.csgraph import dijkstra

    start_node, start_ms = starts
    n_nodes = len(arcs.indptr) - 1
    step = max(1, _CELLS_AT_ONCE // (n_nodes + len(goals[0]) + 1))
    found = []
    for first in range(0, len(start_node), step):
        here = slice(first, first + step)
        sides = zip(start_node[here], start_ms[here], start_ms[here] != CLOSED, strict=True)
        rows = [(node[is_open], cost[is_open]) for node, cost, is_open in sides]
        matrix = _append(
            arcs, arcs.cost_ms.astype(float), [row[0] for row in rows], [row[1] for row in rows]
        )
        indices = np.arange(n_nodes, n_nodes + len(rows))
        times = dijkstra(matrix, indices=indices, limit=float(limit))
        total = _best_of_ends(times, *goals)
        start, goal = np.nonzero(total <= limit)
        found.append((start + first, goal, total[start, goal].astype(np.int64)))
    empty = np.empty(0, dtype=np.int64)
    parts = zip(*found, strict=True) if found else ((empty,), (empty,), (empty,))
    start, goal, total_ms = (np.concatenate(part) for part in parts)
    return start, goal, total_ms


def _best_of_ends(times: NDArray[np.float64], node: Int32s, cost_ms: Int64s) -> NDArray[np.float64]:
    beyond = np.where(cost_ms == CLOSED, np.inf, cost_ms)
    return np.minimum(*(times[:, node[:, side]] + beyond[:, side] for side in range(2)))


def _append(
    arcs: Arcs, weight: NDArray[np.floating], heads: list[Int32s], costs: list[Int64s]
) -> csr_array:
    """Append nodes with arcs to ``heads`` to the graph's matrix."""
    from scipy.sparse import csr_array

    ends = arcs.indptr[-1] + np.cumsum([len(row) for row in heads])
    size = len(arcs.indptr) - 1 + len(heads)
    return csr_array(
        (
            np.concatenate([weight, *costs]),
            np.concatenate([arcs.heads, *heads]),
            np.concatenate([arcs.indptr, ends]),
        ),
        shape=(size, size),
    )
