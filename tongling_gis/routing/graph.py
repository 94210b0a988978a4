"""The network weighed for a walker: milliseconds along every street, both ways.

Times are whole milliseconds from here on, rounded down as ``paces`` tells, so that every engine
gives the same answer to the last digit, ties included. Nodes are renumbered along a Hilbert
curve: streets that are close in the city are close in memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.errors import NetworkError, UsageError
from tongling_gis.routing.paces import round_down_ms, street_speeds, street_waits_ms
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.network import Network


Int32s: TypeAlias = "NDArray[np.int32]"
Scratch: TypeAlias = "tuple[NDArray[np.int64], Int32s, Int32s, Int32s]"

CLOSED = -1
"""Milliseconds of an edge that cannot be walked that way."""
MAX_MS = 2**30 - 2
"""The longest walk there can be: 12 days. Sums of two stay below 2**31."""
UNREACHED = np.int64(2**62)
"""What the searches hold for a node that they have not come to."""

_HILBERT_LEVELS = 16


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs by the node they start from, in the graph's own numbering.

    Attributes:
        indptr: Where each node's arcs begin, int32[n + 1].
        heads: Node that each arc leads to, int32[a].
        cost_ms: Milliseconds, 1 or more, int32[a].
        edge: Row number of the network's edge, int32[a].
    """

    indptr: Int32s
    heads: Int32s
    cost_ms: Int32s
    edge: Int32s


@dataclass(frozen=True, eq=False)
class StreetLines:
    """Every edge's line as straight segments, in order from ``from_node`` to ``to_node``.

    Attributes:
        indptr: Where each edge's segments begin, int64[m + 1].
        xy: Segments as rows of x0, y0, x1, y1 in metres, float64[s, 4].
        begin: Share of the edge's length at which each segment begins, 0 to 1, float64[s].
        end: Share at which it ends, float64[s].
    """

    indptr: NDArray[np.int64]
    xy: NDArray[np.float64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WalkGraph:
    """A network as one kind of walker meets it.

    Attributes:
        network: The streets.
        profile: Who walks.
        forward_ms: Milliseconds from ``from_node`` to ``to_node`` of each edge, int32[m];
            ``CLOSED`` where it is not walked that way.
        backward_ms: The same from ``to_node`` to ``from_node``.
        order: The network's node at each of the graph's own numbers, int32[n].
        rank: The graph's own number of each of the network's nodes, int32[n].
        outward: Arcs as they are walked.
        inward: The same arcs turned round, for searches from where people walk to; the
            same object where every street takes as long both ways.
        max_cost_ms: The dearest arc.
    """

    network: Network
    profile: WalkProfile
    forward_ms: Int32s
    backward_ms: Int32s
    order: Int32s
    rank: Int32s
    outward: Arcs
    inward: Arcs
    max_cost_ms: int
    _spare: deque[Scratch] = field(default_factory=deque, repr=False)

    @cached_property
    def edge_ends(self) -> Int32s:
        """The network's nodes at both ends of each edge, ``from_node`` first, int32[m, 2]."""
        return self.network.ends

    @cached_property
    def street_lines(self) -> StreetLines:
        """The edges' lines as segments, for drawing what is reached."""
        return split_lines(self.network.geometry)

    @cached_property
    def notes(self) -> tuple[Text, ...]:
        """What a reader must know of this walker on these streets."""
        from tongling_gis.routing.profile_notes import describe_profile

        return tuple(describe_profile(self.network, self.profile))

    def take_scratch(self) -> Scratch:
        """Lend a search's working memory, clean; give it back clean with ``return_scratch``."""
        try:
            return self._spare.pop()
        except IndexError:
            count = len(self.order)
            touched = np.empty(count + 1, dtype=np.int32)
            queued, following = np.empty((2, 2 * count), dtype=np.int32)
            return np.full(count, UNREACHED, dtype=np.int64), touched, queued, following

    def return_scratch(self, scratch: Scratch) -> None:
        """Take working memory back for the next search."""
        self._spare.append(scratch)

    def off_street_ms(self, distance_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Time the walk between places and their streets, at the speed on the flat."""
        return round_down_ms(distance_m / self.profile.speed_m_s * 1000.0)


def edge_times(network: Network, profile: WalkProfile) -> tuple[Int32s, Int32s]:
    """Time every edge, forward and backward, in milliseconds; ``CLOSED`` where not used.

    Both are the same array where every street takes as long both ways. What a profile makes of
    a street is told in ``paces``; what it uses at all, in ``Network.for_walker``.

    Raises:
        UsageError: If the speed is not above 0.
        NetworkError: If a walkable edge's length is negative, unknown or beyond all measure.
    """
    if not profile.speed_m_s > 0.0:
        raise UsageError(
            Text(
                f"步行类型“{profile.name}”的速度必须大于 0。",
                f"The speed of the walking profile {profile.name!r} must be above 0.",
            )
        )
    ahead_m_s, back_m_s = street_speeds(network, profile)
    waits_ms = street_waits_ms(network, profile)
    forward_ms = _time_one_way(network, ahead_m_s, waits_ms)
    if back_m_s is ahead_m_s:
        return forward_ms, forward_ms
    return forward_ms, _time_one_way(network, back_m_s, waits_ms)


def _time_one_way(
    network: Network, speed_m_s: NDArray[np.float64], waits_ms: Int32s | None
) -> Int32s:
    used = speed_m_s > 0.0
    length_m = network.length_m
    exact_ms = np.zeros(len(length_m))
    np.divide(length_m, speed_m_s, out=exact_ms, where=used)
    exact_ms *= 1000.0
    wrong = used & ~((length_m >= 0.0) & (exact_ms < MAX_MS))
    if wrong.any():
        row = int(np.argmax(wrong))
        street = network.edges["street_id"].iloc[row] if "street_id" in network.edges else row
        raise NetworkError(
            Text(
                f"路段 {street} 的长度为 {length_m[row]} m，无法计算步行时间：请改正或删除。",
                f"Street {street} has a length of {length_m[row]} m, which cannot be walked: "
                "mend it or remove it.",
            )
        )
    cost_ms = np.full(len(length_m), CLOSED, dtype=np.int32)
    cost_ms[used] = np.maximum(round_down_ms(exact_ms[used]), 1).astype(np.int32)
    if waits_ms is not None:
        cost_ms[used] += waits_ms[used]
    return cost_ms


def weigh(network: Network, profile: WalkProfile) -> WalkGraph:
    """Weigh a network for a walker; the graph's network is ``network.for_walker(profile)``.

    Raises:
        UsageError: If the profile's speed is not above 0.
        NetworkError: If a walkable edge has no usable length.
    """
    network = network.for_walker(profile)
    forward_ms, backward_ms = edge_times(network, profile)
    xy = network.xy
    order = np.argsort(hilbert_positions(xy), kind="stable").astype(np.int32)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order), dtype=np.int32)
    start, end = rank[network.ends].T
    tails, heads = np.concatenate([start, end]), np.concatenate([end, start])
    cost_ms = np.concatenate([forward_ms, backward_ms])
    edge = np.tile(np.arange(len(start), dtype=np.int32), 2)
    is_open = cost_ms != CLOSED
    tails, heads, cost_ms, edge = (a[is_open] for a in (tails, heads, cost_ms, edge))
    outward = sort_arcs(len(order), tails, heads, cost_ms, edge)
    same = forward_ms is backward_ms or np.array_equal(forward_ms, backward_ms)
    inward = outward if same else sort_arcs(len(order), heads, tails, cost_ms, edge)
    dearest = int(cost_ms.max(initial=1))
    return WalkGraph(
        network, profile, forward_ms, backward_ms, order, rank, outward, inward, dearest
    )


def sort_arcs(n_nodes: int, tails: Int32s, heads: Int32s, cost_ms: Int32s, edge: Int32s) -> Arcs:
    """Sort arcs by the node they start from, otherwise as given (one pass in compiled code)."""
    from scipy.sparse import csr_array

    count = len(tails)
    one_a_row = csr_array(
        (np.ones(count, dtype=np.int8), tails, np.arange(count + 1, dtype=np.int32)),
        shape=(count, n_nodes),
    )
    by_tail = one_a_row.tocsc()
    turn = by_tail.indices
    indptr = by_tail.indptr.astype(np.int32, copy=False)
    return Arcs(indptr, heads[turn], cost_ms[turn], edge[turn])


def hilbert_positions(xy_m: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Number points along a Hilbert curve over their extent.

    Args:
        xy_m: Coordinates, float64[n, 2].

    Source: the classic bit-by-bit walk down the curve's quadrants (Hamilton 2006).
    """
    if not len(xy_m):
        return np.empty(0, dtype=np.uint32)
    low = xy_m.min(axis=0)
    span = max(float((xy_m.max(axis=0) - low).max()), 1e-9)
    top = np.uint32(2**_HILBERT_LEVELS - 1)
    x, y = ((xy_m - low) * (float(top) / span)).astype(np.uint32).T
    position = np.zeros(len(xy_m), dtype=np.uint32)
    for level in reversed(range(_HILBERT_LEVELS)):
        right, upper = (x >> level) & 1, (y >> level) & 1
        position = (position << 2) | ((right * 3) ^ upper)
        lower = upper == 0
        flip = np.where(lower & (right == 1), top, np.uint32(0))
        x, y = x ^ flip, y ^ flip
        x, y = np.where(lower, y, x), np.where(lower, x, y)
    return position


def split_lines(lines: NDArray[np.object_]) -> StreetLines:
    """Split LineStrings into their segments."""
    import shapely

    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    segments = np.hstack([xy[:-1], xy[1:]])[joined]
    owner = line[1:][joined]
    indptr = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=len(lines)), out=indptr[1:])
    length_m = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    walked = np.concatenate([[0.0], np.cumsum(length_m)])
    before, after = walked[indptr[owner]], walked[indptr[owner + 1]]
    whole = np.where(after > before, after - before, 1.0)
    begin, end = (walked[:-1] - before) / whole, (walked[1:] - before) / whole
    last = indptr[1:][np.diff(indptr) > 0] - 1
    end[last] = 1.0
    return StreetLines(indptr, segments, begin, end)
