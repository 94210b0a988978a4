"""How quickly people get out through gates: a flow over time.

Everybody sets out at once, walks to some gate by the shortest way and waits there until it is
their turn; a gate lets so many people a minute through for each metre of its clear width. The
quickest plan of who takes which gate is a quickest transshipment (Hoppe & Tardos 2000,
Mathematics of Operations Research 25:36-62) in which only the gates are narrow. It is found as
a maximum flow in the network unrolled over steps of time (Ford & Fulkerson 1958), for the
shortest time that lets everybody out. Arrivals are rounded up and what a gate lets through
down to whole steps and people, so the time is never understated; it is an estimate, no norm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

PERSONS_PER_MIN_PER_M = 25 / 1.5
"""Commentary to GB 51143-2015 5.4: 25 people a minute through 1.5 m (EVA-04, V1)."""

_SHORTEST_STEP_S = 5.0
_STEPS = 60


@dataclass(frozen=True, eq=False)
class Clearance:
    """The quickest plan.

    Attributes:
        seconds: When the last person is out; infinite where some cannot get out.
        step_s: Length of a step of time: the error of ``seconds``.
        people: How many of each origin take each gate, int64[o, g].
        curve: People out at the end of each step through each gate, int64[steps, g].
        stranded: How many reach no gate.
    """

    seconds: float
    step_s: float
    people: Ints
    curve: Ints
    stranded: int

    @property
    def busiest(self) -> int:
        """The gate that the most people take; -1 where nobody takes any."""
        taken = self.people.sum(axis=0)
        return int(taken.argmax()) if taken.size and taken.max() > 0 else -1


def plan_evacuation(people: Ints, walk_s: Floats, persons_per_s: Floats) -> Clearance:
    """Find the quickest plan.

    Args:
        people: How many set out from each origin, int[o].
        walk_s: Seconds from each origin to each gate, float[o, g]; infinite where there is no way.
        persons_per_s: How many people a gate lets through a second, float[g].

    >>> out = plan_evacuation(np.array([60]), np.array([[30.0, 60.0]]), np.array([1.0, 1.0]))
    >>> out.seconds, out.people.tolist()
    (75.0, [[45, 15]])
    """
    usable = np.isfinite(walk_s) & (persons_per_s > 0)
    lost = (people > 0) & ~usable.any(axis=1)
    stranded = int(people[lost].sum())
    going = np.flatnonzero((people > 0) & ~lost)
    taken = np.zeros(walk_s.shape, dtype=np.int64)
    if not going.size:
        curve = np.zeros((0, walk_s.shape[1]), dtype=np.int64)
        return Clearance(np.inf if stranded else 0.0, _SHORTEST_STEP_S, taken, curve, stranded)
    arrive_s = np.where(usable, walk_s, np.inf)[going]
    least_s, most_s = _bracket(people[going], arrive_s, persons_per_s)
    step_s = max(_SHORTEST_STEP_S, least_s / _STEPS)
    crowd = _Crowd(people[going], np.ceil(arrive_s / step_s), persons_per_s * step_s)
    low, high = int(least_s // step_s), int(np.ceil(most_s / step_s)) + 1
    steps, taken[going] = crowd.fewest_steps(low, high)
    curve = _watch(taken[going], crowd.arrive, persons_per_s * step_s, steps)
    return Clearance(np.inf if stranded else steps * step_s, step_s, taken, curve, stranded)


def _bracket(people: Ints, arrive_s: Floats, persons_per_s: Floats) -> tuple[float, float]:
    """Give a time before which nobody can be done, and one by which all are."""
    total = float(people.sum())
    flow = persons_per_s[np.isfinite(arrive_s).any(axis=0)]
    least_s = max(float(arrive_s.min(axis=1).max()), total / float(flow.sum()))
    slowest = float(arrive_s[np.isfinite(arrive_s)].max())
    return least_s, slowest + total / float(flow.min()) + 1.0


@dataclass(frozen=True, eq=False)
class _Crowd:
    """People, the step in which they arrive at each gate, and a gate's room in a step."""

    people: Ints
    arrive: Floats
    room: Floats

    def fewest_steps(self, low: int, high: int) -> tuple[int, Ints]:
        """Find the fewest steps in which everybody gets out, between two numbers.

        Given too is how many of each origin then take each gate, int[o, g].
        """
        total = int(self.people.sum())
        out, taken = self._flow(high)
        while out < total:
            low, high = high, 2 * high
            out, taken = self._flow(high)
        while high - low > 1:
            middle = (low + high) // 2
            out, found = self._flow(middle)
            if out < total:
                low = middle
            else:
                high, taken = middle, found
        return high, taken

    def _flow(self, steps: int) -> tuple[int, Ints]:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import maximum_flow

        origins, gates = self.arrive.shape
        total = int(self.people.sum())
        origin, gate = np.nonzero(self.arrive < steps)
        at = self.arrive[origin, gate].astype(np.int64)
        moment = 1 + origins + np.arange(gates * steps).reshape(gates, steps)
        sink = 1 + origins + gates * steps
        outs = np.diff(np.floor(np.outer(self.room, np.arange(steps + 1)) + 1e-9), axis=1)
        joins = (
            (np.zeros(origins, dtype=np.int64), 1 + np.arange(origins), self.people),
            (1 + origin, moment[gate, at], self.people[origin]),
            (moment[:, :-1].ravel(), moment[:, 1:].ravel(), np.full(gates * (steps - 1), total)),
            (moment.ravel(), np.full(gates * steps, sink), outs.ravel()),
        )
        tail, head, most = (np.concatenate(part) for part in zip(*joins, strict=True))
        shape = (sink + 1, sink + 1)
        room = coo_array((most.astype(np.int32), (tail, head)), shape=shape).tocsr()
        found = maximum_flow(room, 0, sink)
        taken = np.zeros((origins, gates), dtype=np.int64)
        sent = found.flow[1 + origin, moment[gate, at]]
        taken[origin, gate] = np.asarray(sent).ravel()
        return int(found.flow_value), taken


def _watch(people: Ints, arrive: Floats, room: Floats, steps: int) -> Ints:
    """Count who is out at the end of each step, each gate serving those who wait."""
    gates = arrive.shape[1]
    coming = np.zeros((steps, gates), dtype=np.int64)
    origin, gate = np.nonzero(people)
    np.add.at(coming, (arrive[origin, gate].astype(np.int64), gate), people[origin, gate])
    outs = np.diff(np.floor(np.outer(np.arange(steps + 1), room) + 1e-9), axis=0).astype(np.int64)
    out = np.zeros((steps, gates), dtype=np.int64)
    waiting = np.zeros(gates, dtype=np.int64)
    for step in range(steps):
        waiting += coming[step]
        out[step] = np.minimum(waiting, outs[step])
        waiting -= out[step]
    total: Ints = out.cumsum(axis=0)
    return total
