"""How long to the nearest place, and which one it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.routing.ends import direct_walks, join_ends
from tongling_gis.routing.engines import reach
from tongling_gis.routing.graph import CLOSED, MAX_MS, UNREACHED
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.network import Attachment
    from tongling_gis.routing.ends import Ends, Int64s
    from tongling_gis.routing.engines import Engine
    from tongling_gis.routing.graph import Int32s, WalkGraph


@dataclass(frozen=True, eq=False)
class Reached:
    """The nodes from which a place is reached in time, in no particular order.

    Attributes:
        n_nodes: Number of all the network's nodes.
        node: Row number of each node reached, int32[r].
        ms: Milliseconds from there to the nearest place, int32[r].
        place: Row number of that place, int32[r]; the lowest of those equally near.
    """

    n_nodes: int
    node: Int32s
    ms: Int32s
    place: Int32s

    @cached_property
    def node_ms(self) -> Int64s:
        """Milliseconds from every node, int64[n]; -1 where no place is reached in time."""
        every = np.full(self.n_nodes, -1, dtype=np.int64)
        every[self.node] = self.ms
        return every

    @cached_property
    def node_place(self) -> Int32s:
        """Nearest place of every node, int32[n]; -1 where no place is reached in time."""
        every = np.full(self.n_nodes, -1, dtype=np.int32)
        every[self.node] = self.place
        return every


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest place of each home.

    Attributes:
        ms: Milliseconds on foot, int64[h]; -1 where no place is reached in time.
        place: Row number of the nearest place, int32[h]; the lowest of those equally near,
            -1 where none is reached in time.
        reached: The same for the network's nodes.
    """

    ms: Int64s
    place: Int32s
    reached: Reached

    @property
    def node_ms(self) -> Int64s:
        """Milliseconds from every node, int64[n]; -1 where no place is reached in time."""
        return self.reached.node_ms

    @property
    def node_place(self) -> Int32s:
        """Nearest place of every node, int32[n]; -1 where no place is reached in time."""
        return self.reached.node_place


def limit_in_ms(limit_s: float | None) -> int:
    """Give a limit in whole milliseconds, inclusive; the longest walk there can be for None.

    Raises:
        UsageError: If it is negative or not a number.
    """
    if limit_s is None or limit_s * 1000.0 >= MAX_MS:
        return MAX_MS
    if not limit_s >= 0.0:
        raise UsageError(
            Text(
                f"时间上限必须不小于 0，而不是 {limit_s}。",
                f"A time limit must be 0 or more, not {limit_s}.",
            )
        )
    return int(np.floor(limit_s * 1000.0 + 1e-6))


def reach_nodes(
    graph: WalkGraph, places: Ends, *, limit_ms: int = MAX_MS, engine: Engine = "auto"
) -> Reached:
    """Find every node from which one of the places is reached in time."""
    label = np.repeat(np.arange(len(places.node), dtype=np.int32), 2)
    seeds = (places.node.ravel(), places.arrive_ms.ravel(), label)
    own, ms, place = reach(graph, graph.inward, limit_ms, seeds, engine)
    return Reached(len(graph.order), graph.order[own], ms, place)


def nearest_place(
    graph: WalkGraph,
    homes: Attachment,
    places: Attachment,
    *,
    limit_s: float | None = None,
    engine: Engine = "auto",
) -> Nearest:
    """Time each home's walk to its nearest place.

    The walk counts the way from the home to its street, along it, and from the street to the
    place; two points on one edge may go straight along it; a place to itself takes no time.

    Args:
        graph: Whose walk, on what streets.
        homes: Where people set out.
        places: Where they walk to.
        limit_s: Longest walk in seconds, inclusive; None for any.
        engine: "auto", or "compiled" or "scipy" by name; the answers are the same.

    Raises:
        UsageError: If the limit is negative.
    """
    limit_ms = limit_in_ms(limit_s)
    reached = reach_nodes(graph, join_ends(graph, places), limit_ms=limit_ms, engine=engine)
    best = _best_by_ends(graph, join_ends(graph, homes), reached)
    home, place, ms = direct_walks(graph, homes, places)
    np.minimum.at(best, home, (ms << 32) | place)
    in_time = best >> 32 <= limit_ms
    return Nearest(
        np.where(in_time, best >> 32, -1),
        np.where(in_time, best & (2**32 - 1), -1).astype(np.int32),
        reached,
    )


def _best_by_ends(graph: WalkGraph, homes: Ends, reached: Reached) -> Int64s:
    """Give milliseconds * 2**32 + place by way of either end, ``UNREACHED`` for neither."""
    key = np.full(reached.n_nodes + 1, UNREACHED, dtype=np.int64)
    key[reached.node] = (reached.ms.astype(np.int64) << 32) | reached.place
    at_end = key[np.append(graph.order, reached.n_nodes)[homes.node]]
    usable = (homes.leave_ms != CLOSED) & (at_end != UNREACHED)
    walked = np.where(usable, (homes.leave_ms << 32) + at_end, UNREACHED)
    best: Int64s = walked.min(axis=1)
    return best
