"""The same searches through SciPy, to the same millisecond: no compiler needed.

SciPy's Dijkstra works in float64, which holds whole numbers exactly up to 2**53. Ties go to
the lowest place because every time carries the place's number in its low digits. Each start
is a node of its own, appended to the graph, with arcs to the two ends of its edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.routing.graph import CLOSED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from tongling_gis.routing.ends import Int64s
    from tongling_gis.routing.graph import Arcs, Int32s

_CELLS_AT_ONCE = 4_000_000
_SEGMENTS_AT_ONCE = 1000


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


def paint(square: NDArray[np.float64], segments: NDArray[np.float64], radius: float) -> None:
    """Lower each cell's squared distance to that of every segment within ``radius`` of it."""
    for first in range(0, len(segments), _SEGMENTS_AT_ONCE):
        _paint_some(square, segments[first : first + _SEGMENTS_AT_ONCE], radius)


def _paint_some(square: NDArray[np.float64], segments: NDArray[np.float64], radius: float) -> None:
    n_rows, n_columns = square.shape
    x0, y0, x1, y1 = segments.T
    left = np.maximum(np.ceil(np.minimum(x0, x1) - radius).astype(np.int64), 0)
    right = np.minimum(np.floor(np.maximum(x0, x1) + radius).astype(np.int64) + 1, n_columns)
    low = np.maximum(np.ceil(np.minimum(y0, y1) - radius).astype(np.int64), 0)
    high = np.minimum(np.floor(np.maximum(y0, y1) + radius).astype(np.int64) + 1, n_rows)
    wide, tall = np.maximum(right - left, 0), np.maximum(high - low, 0)
    count = wide * tall
    owner = np.repeat(np.arange(len(segments)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    row, column = low[owner] + within // wide[owner], left[owner] + within % wide[owner]
    dx, dy = x1 - x0, y1 - y0
    length_2 = dx * dx + dy * dy
    share = np.zeros(len(segments))
    np.divide(1.0, length_2, out=share, where=length_2 > 0.0)
    ex, ey = column - x0[owner], row - y0[owner]
    dx, dy = dx[owner], dy[owner]
    along = np.clip((ex * dx + ey * dy) * share[owner], 0.0, 1.0)
    off_x, off_y = ex - along * dx, ey - along * dy
    np.minimum.at(square.ravel(), row * n_columns + column, off_x * off_x + off_y * off_y)


def trace(
    square: NDArray[np.float64], window: Int64s, steps: float, level: float
) -> tuple[NDArray[np.float64], Int64s, Int64s]:
    """Trace the area below a level as polygons, as the kernel does; rings in another order."""
    from contourpy import FillType, contour_generator

    first_row, end_row, west, east = window
    distance = np.rint(np.sqrt(square[first_row:end_row, west:east]) * steps)
    generator = contour_generator(z=distance, fill_type=FillType.ChunkCombinedOffsetOffset)
    traced: Any = generator.filled(-1.0, level)
    (points,), (rings,), (polygons,) = traced
    corner = np.array([west, first_row])
    return points + corner, rings.astype(np.int64), polygons.astype(np.int64)
