"""The lanes that fire engines use inside a boundary.

Lanes are the streets that engines are driven on, as the enclosure leaves them. Streets that
only a known width, height, slope or weight keeps engines from are kept beside them, so that
what is too narrow can be told from what is not there; so are the gates meant for engines at
which the boundary shuts a street because they are too small.

What is not known of a lane stops nobody from being led along it, but nothing that depends on
it is sure: each lane is *maybe* passable, and perhaps *surely*, where its width is known. Heights
are seldom known; they shut a lane only where they are known to.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.model import GateKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.model import Gate
    from tongling_gis.network import Network

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

ENGINE_M = 4.0
"""Clear width and height that an engine needs (GB 50016-2014 7.1.8(1), GB 51080-2015 4.4.2(3))."""
PASSABLE_M = 3.0
PASSABLE_HEIGHT_M = 3.5
"""Below these no engine gets through at all (N): it is 2.5 m wide and some 3.4 m high (Mem).

GB 55037-2022 3.4.1 and 3.4.5(1) ask for a way that engines get through and give no number; what
lies between these and ``ENGINE_M`` misses GB 50016, and whether engines get through is open.
"""
NARROWING = ("narrow", "low", "steep", "heavy")
"""Why engines do not use a street that they would otherwise be driven on."""
_LASTING = ("steep", "heavy")


@dataclass(frozen=True, eq=False)
class Lanes:
    """Lanes around and inside a boundary, m of them; last come gates that shut their street.

    Attributes:
        start: Node at which each begins, row of ``driving_after``'s nodes.
        end: Node at which each ends.
        line: Its line; a point where it is a gate alone.
        length_m: How long it is.
        width_m: Clear width, NaN unknown; inf where it is a gate alone.
        width_error_m: How far off that may be.
        height_m: Clear height, NaN unknown; inf where it is a gate alone.
        gate: Row in ``case.gates`` of the gate on it, -1 for none.
        gate_known: Whether the gate on it, where there is one, is of known width.
        edge: Its row in ``driving_after``, -1 where it is a gate alone.
        inside: Whether its middle lies inside the boundary.
        maybe: Whether engines pass it as far as is known: it is not known to be too small.
        surely: Whether it is surely as wide as engines need, and not known to be lower.
        outside: Which nodes lie outside the boundary on streets joined to the public ones.
        bypassed: Pairs of nodes that the new boundary alone parts, int[k, 2].
    """

    start: Ints
    end: Ints
    line: Shapes
    length_m: Floats
    width_m: Floats
    width_error_m: Floats
    height_m: Floats
    gate: Ints
    gate_known: Flags
    edge: Ints
    inside: Flags
    maybe: Flags
    surely: Flags
    outside: Flags
    bypassed: Ints

    @cached_property
    def linked(self) -> Flags:
        """Which lanes engines reach from the public streets, as far as is known."""
        return self._reached(self.maybe)

    @cached_property
    def surely_linked(self) -> Flags:
        """Which lanes engines reach by ways that are surely wide enough."""
        return self._reached(self.surely)

    @cached_property
    def known_linked(self) -> Flags:
        """Which lanes engines may reach by ways of known width alone."""
        return self._reached(self.maybe & ~np.isnan(self.width_m) & self.gate_known)

    @cached_property
    def linked_without(self) -> Flags:
        """Which lanes engines would reach if the new boundary did not stand."""
        return self._reached(self.maybe, self.bypassed)

    @cached_property
    def usable(self) -> Flags:
        """Which lanes an engine can stand on: all inside that fit it, and outside those reached.

        Whether it gets in is asked elsewhere, so that each fault is told once.
        """
        return (self.edge >= 0) & np.where(self.inside, self.maybe, self.linked)

    @cached_property
    def own(self) -> Ints:
        """Rows of the lanes inside that engines reach."""
        return np.flatnonzero(self.inside & self.linked & (self.edge >= 0))

    @cached_property
    def within(self) -> Ints:
        """Rows of all lanes inside, reached or not."""
        return np.flatnonzero(self.inside & (self.edge >= 0))

    def _reached(self, passable: Flags, joins: Ints | None = None) -> Flags:
        """Tell which passable lanes are joined to the streets outside."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        count = len(self.outside)
        hub = np.flatnonzero(self.outside)
        extra = np.empty((0, 2), dtype=np.int64) if joins is None else joins
        a = np.concatenate([self.start[passable], extra[:, 0], hub])
        b = np.concatenate([self.end[passable], extra[:, 1], np.full(len(hub), count)])
        ones = np.ones(len(a), dtype=np.int8)
        shape = (count + 1, count + 1)
        label = connected_components(coo_array((ones, (a, b)), shape).tocsr(), directed=False)[1]
        return np.asarray(passable & (label[self.start] == label[count]))

    @cached_property
    def meeting(self) -> dict[int, list[tuple[int, int]]]:
        """The lanes that meet at each node: (other end, lane); streets all outside left out."""
        meeting: dict[int, list[tuple[int, int]]] = {}
        away = ~self.inside & self.outside[self.start] & self.outside[self.end]
        rows = np.flatnonzero(~away)
        ends = (self.start[rows].tolist(), self.end[rows].tolist())
        for lane, a, b in zip(rows.tolist(), *ends, strict=True):
            meeting.setdefault(a, []).append((b, lane))
            meeting.setdefault(b, []).append((a, lane))
        return meeting

    def widest(self, measure: Floats) -> tuple[Floats, Ints]:
        """Find the widest way from outside to each lane, and what is narrowest on it.

        A maximum-bottleneck search (Pollack 1960).

        Args:
            measure: Width of each lane; inf where nothing narrows it, -inf where it is shut.

        Returns:
            For each lane the least width on the way there, itself counted, -inf where there is
            none; and the lane that has it (-1 for none).
        """
        best, limit = self._widest_to_nodes(measure.tolist())
        node = np.where(best[self.start] >= best[self.end], self.start, self.end)
        own = measure <= best[node]
        narrowest = np.where(own, np.arange(len(measure)), limit[node])
        least = np.minimum(best[node], measure)
        return least, np.where(np.isinf(least), -1, narrowest)

    def _widest_to_nodes(self, widths: list[float]) -> tuple[Floats, Ints]:
        best = np.where(self.outside, np.inf, -np.inf)
        limit = np.full(len(self.outside), -1, dtype=np.int64)
        queue = [(-np.inf, node, -1) for node in self.meeting if self.outside[node]]
        heapq.heapify(queue)
        settled: set[int] = set()
        while queue:
            least, node, narrowest = heapq.heappop(queue)
            if node in settled:
                continue
            settled.add(node)
            best[node], limit[node] = -least, narrowest
            for other, lane in self.meeting.get(node, ()):
                if other not in settled and widths[lane] > -np.inf:
                    narrower = -widths[lane] > least
                    on = (-widths[lane], other, lane) if narrower else (least, other, narrowest)
                    heapq.heappush(queue, on)
        return best, limit


def engine_gates(enclosure: Enclosure) -> list[int]:
    """List the rows of the case's gates that are meant for fire engines."""
    meant = (GateKind.VEHICLE, GateKind.FIRE_ONLY)
    return [row for row, gate in enumerate(enclosure.case.gates) if gate.kind in meant]


def may_pass(gate: Gate) -> bool:
    """Tell whether an engine passes a gate, as far as is known of it."""
    sizes = ((gate.width_m, PASSABLE_M), (gate.height_m, PASSABLE_HEIGHT_M))
    enough = all(one + gate.error_m >= least for one, least in sizes if one is not None)
    return enough and gate.closure not in {"fixed_post", "turnstile"}


def surely_passes(gate: Gate) -> bool:
    """Tell whether a gate is surely wide enough for an engine, and not known to stop it."""
    low = gate.height_m is not None and gate.height_m - gate.error_m < ENGINE_M
    wide = gate.width_m is not None and gate.width_m - gate.error_m >= ENGINE_M
    return may_pass(gate) and wide and not low


def build_lanes(enclosure: Enclosure) -> Lanes:
    """Take the lanes from the streets that the enclosure leaves to fire engines."""
    network = enclosure.driving_after
    used = network.edges["walkable"].to_numpy(dtype=bool)
    reason = network.edges["walk_reason"].to_numpy(dtype=object)
    rows = np.flatnonzero(used | np.isin(reason, NARROWING))
    lines = network.geometry[rows]
    ends = network.ends[rows].astype(np.int64)
    length_m = network.length_m[rows]
    small = _shut_at_gates(enclosure, network)
    points = np.array([enclosure.case.gates[row].point for row in small[:, 2]], dtype=object)
    own_inside = _lie_inside(enclosure, lines)
    gate = np.concatenate([_gates_on(enclosure, lines, ends, own_inside), small[:, 2]])
    width_m, error_m, height_m = _clearances(enclosure, rows, len(small))
    inside = np.append(own_inside, np.ones(len(small), dtype=bool))
    ends = np.concatenate([ends, small[:, :2]])
    maybe = _enough(width_m + error_m, PASSABLE_M) & _enough(height_m, PASSABLE_HEIGHT_M)
    maybe[: len(rows)] &= ~np.isin(reason[rows], _LASTING)
    surely = maybe & (width_m - error_m >= ENGINE_M) & _enough(height_m, ENGINE_M)
    return Lanes(
        start=ends[:, 0],
        end=ends[:, 1],
        line=np.concatenate([lines, points]),
        length_m=np.append(length_m, np.zeros(len(small))),
        width_m=width_m,
        width_error_m=error_m,
        height_m=height_m,
        gate=gate,
        edge=np.append(rows, np.full(len(small), -1)),
        inside=inside,
        gate_known=_through(enclosure, gate, lambda one: one.width_m is not None),
        maybe=maybe & _through(enclosure, gate, may_pass),
        surely=surely & _through(enclosure, gate, surely_passes),
        outside=enclosure.outside_nodes(network),
        bypassed=_parted_by_boundary(enclosure, network),
    )


def _enough(clear_m: Floats, least_m: float) -> Flags:
    """Tell where a clearance is enough, or not known."""
    return np.asarray(np.isnan(clear_m) | (clear_m >= least_m))


def _clearances(enclosure: Enclosure, rows: Ints, n_gates: int) -> tuple[Floats, Floats, Floats]:
    """Give the lanes' widths, how far off they are, and their heights."""
    network = enclosure.driving_after
    street = enclosure.streets_of(network)[rows]
    endless = np.full(n_gates, np.inf)
    error_m = np.nan_to_num(enclosure.surroundings.width_error_m[street], nan=0.0)
    return (
        np.append(enclosure.surroundings.width_m[street], endless),
        np.append(error_m, np.zeros(n_gates)),
        np.append(enclosure.surroundings.height_m[street], endless),
    )


def _lie_inside(enclosure: Enclosure, lines: Shapes) -> Flags:
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return np.asarray(shapely.contains(enclosure.area, middle))


def _through(enclosure: Enclosure, gate: Ints, passes: Callable[[Gate], bool]) -> Flags:
    """Tell which lanes have no gate on them or one that passes."""
    found = [passes(one) for one in enclosure.case.gates]
    return np.array([*found, True])[gate]


def _gates_on(enclosure: Enclosure, lines: Shapes, ends: Ints, inside: Flags) -> Ints:
    """Give the engines' gate on each lane that passes through the boundary, -1 for none.

    It passes where it crosses the line, or where it comes from inside to a node on the line
    from which a lane goes on outside.
    """
    found = np.full(len(lines), -1, dtype=np.int64)
    rows = engine_gates(enclosure)
    if not rows or not len(lines):
        return found
    points = np.array([enclosure.case.gates[row].point for row in rows], dtype=object)
    off_m = shapely.distance(lines[:, None], points[None, :])
    nearest = off_m.argmin(axis=1)
    near = np.flatnonzero(off_m.min(axis=1) <= enclosure.driving_after.gate_reach_m)
    goes_on = inside[near] & np.isin(ends[near], ends[~inside]).any(axis=1)
    near = near[shapely.crosses(lines[near], enclosure.line) | goes_on]
    found[near] = np.array(rows)[nearest[near]]
    return found


def _shut_at_gates(enclosure: Enclosure, network: Network) -> Ints:
    """List (node, node, gate) where a street is shut at a gate meant for engines, int[k, 3]."""
    rows, cuts = engine_gates(enclosure), network.cuts
    if not rows or not len(cuts):
        return np.empty((0, 3), dtype=np.int64)
    points = np.array([enclosure.case.gates[row].point for row in rows], dtype=object)
    places = np.asarray(shapely.points(cuts["x_m"], cuts["y_m"]), dtype=object)
    off_m = shapely.distance(places[:, None], points[None, :])
    near = np.flatnonzero(off_m.min(axis=1) <= network.gate_reach_m)
    ends = _cut_nodes(network)[near]
    return np.column_stack([ends, np.array(rows)[off_m.argmin(axis=1)[near]]])


def _parted_by_boundary(enclosure: Enclosure, network: Network) -> Ints:
    cuts = network.cuts
    places = shapely.points(cuts["x_m"], cuts["y_m"])
    on = shapely.dwithin(places, enclosure.line, 0.5) if len(cuts) else np.empty(0, dtype=bool)
    return _cut_nodes(network)[on]


def _cut_nodes(network: Network) -> Ints:
    """Give the dead ends on both sides of each cut, int64[k, 2]."""
    columns = [network.cuts[name].to_numpy(dtype=np.int64) for name in ("node_a", "node_b")]
    return np.column_stack(columns)
