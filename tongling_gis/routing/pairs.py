"""Times between any two sets of places, as far as one can walk within a limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.routing import engines, fallback
from tongling_gis.routing.ends import direct_walks, join_ends
from tongling_gis.routing.nearest import limit_in_ms

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Attachment
    from tongling_gis.routing.ends import Int64s
    from tongling_gis.routing.engines import Engine
    from tongling_gis.routing.graph import Arcs, Int32s, WalkGraph


@dataclass(frozen=True, eq=False)
class SparseTimes:
    """Walking times between o origins and d destinations, only those within the limit.

    Attributes:
        shape: (o, d).
        indptr: Where each origin's pairs begin, int64[o + 1].
        destination: Row number of the destination, in no order within an origin, int32[p].
        ms: Milliseconds, int32[p].
    """

    shape: tuple[int, int]
    indptr: Int64s
    destination: Int32s
    ms: Int32s

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.ms)

    @cached_property
    def origin(self) -> Int32s:
        """Row number of each pair's origin, ascending, int32[p]."""
        rows = np.arange(self.shape[0], dtype=np.int32)
        return np.repeat(rows, np.diff(self.indptr))

    def to_frame(self) -> pd.DataFrame:
        """List the pairs as rows: ``origin``, ``destination`` (row numbers), ``walk_s``.

        Rows ascend by origin, then by destination.
        """
        import pandas as pd

        ordered = self.sorted()
        return pd.DataFrame(
            {
                "origin": ordered.origin,
                "destination": ordered.destination,
                "walk_s": ordered.ms / 1000.0,
            }
        )

    def sorted(self) -> SparseTimes:
        """Give the same times with destinations ascending within each origin."""
        there = _transpose(self.shape, self.indptr, self.destination, self.ms)
        return SparseTimes(self.shape, *_transpose(self.shape[::-1], *there))


def origin_destination(
    graph: WalkGraph,
    origins: Attachment,
    destinations: Attachment,
    *,
    limit_s: float | None,
    engine: Engine = "auto",
) -> SparseTimes:
    """Time the walk from every origin to every destination within the limit.

    The search starts from whichever are fewer. Counted as in ``nearest_place``.

    Args:
        graph: Whose walk, on what streets.
        origins: Where people set out.
        destinations: Where they walk to.
        limit_s: Longest walk in seconds, inclusive; None for any.
        engine: "auto", or "compiled" or "scipy" by name; the answers are the same.

    Raises:
        UsageError: If the limit is negative.
    """
    limit_ms = limit_in_ms(limit_s)
    start, goal, direct_ms = direct_walks(graph, origins, destinations)
    here, there = join_ends(graph, origins), join_ends(graph, destinations)
    shape = (len(here.node), len(there.node))
    leaving, arriving = (here.node, here.leave_ms), (there.node, there.arrive_ms)
    if shape[0] <= shape[1]:
        job = _Job(graph, graph.outward, limit_ms, leaving, arriving, (start, goal, direct_ms))
        return SparseTimes(shape, *job.run(engine))
    job = _Job(graph, graph.inward, limit_ms, arriving, leaving, (goal, start, direct_ms))
    return SparseTimes(shape, *_transpose(shape[::-1], *job.run(engine)))


@dataclass(frozen=True, eq=False)
class _Job:
    graph: WalkGraph
    arcs: Arcs
    limit_ms: int
    starts: tuple[Int32s, Int64s]
    goals: tuple[Int32s, Int64s]
    direct: tuple[Int64s, Int64s, Int64s]

    def run(self, engine: Engine) -> tuple[Int64s, Int32s, Int32s]:
        """Give the rows of the starts: where each begins, its goals, and times."""
        if not len(self.starts[0]):
            return np.zeros(1, dtype=np.int64), *np.empty((2, 0), dtype=np.int32)
        scipy_s = engines.scipy_rows_s(self.graph, len(self.starts[0]))
        if not engines.use_compiled(engine, scipy_s):
            return self._scipy()
        return engines.reach_rows(
            self.graph, self.arcs, self.limit_ms, self.starts, self.goals, self.direct
        )

    def _scipy(self) -> tuple[Int64s, Int32s, Int32s]:
        found = fallback.reach_rows(self.arcs, self.limit_ms, self.starts, self.goals)
        start, goal, ms = (
            np.concatenate([searched, given])
            for searched, given in zip(found, self.direct, strict=True)
        )
        order = np.lexsort((ms, goal, start))
        start, goal, ms = start[order], goal[order], ms[order]
        keep = ms <= self.limit_ms
        keep[1:] &= (start[1:] != start[:-1]) | (goal[1:] != goal[:-1])
        lengths = np.bincount(start[keep], minlength=len(self.starts[0]))
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return indptr, goal[keep].astype(np.int32), ms[keep].astype(np.int32)


def _transpose(
    shape: tuple[int, int], indptr: Int64s, goal: Int32s, ms: Int32s
) -> tuple[Int64s, Int32s, Int32s]:
    """Turn rows into columns, each ascending, in one pass of compiled code."""
    from scipy.sparse import csr_array

    turned = csr_array((ms, goal, indptr), shape=shape).tocsc()
    row: NDArray[np.int32] = turned.indices.astype(np.int32, copy=False)
    return turned.indptr.astype(np.int64), row, turned.data
