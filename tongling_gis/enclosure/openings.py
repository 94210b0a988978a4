"""Which walls to open, one after the other, by what each opening gives with the earlier ones made.

The question is that of Sun, Webster and Chiaradia (2018), "Ungating the city: a permeability
perspective", and of Yang, Tan and Yan (2021) on opening gated compounds. Times are mended around
each opening and equal those of a search of the whole changed city.

What an opening gives is **not** submodular: of two walls one behind the other neither is worth
opening alone. So an old gain is no bound of a new one. But an opening's gain is exactly what it
was unless a step changed one of the nodes or homes that it touches, so only those are worked out
anew, and every step takes the largest gain there is (plain greedy, at a small part of its cost).
What all openings together give bounds what any number of them can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.routing.graph import UNREACHED
from tongling_gis.routing.repair import Patch
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tongling_gis.enclosure.opening_places import OpeningPlace
    from tongling_gis.scenario.walks import City

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

LIMIT_MS = 15 * 60_000
"""A walk of 15 minutes, inclusive."""
LONGEST_MS = 30 * 60_000
"""Longer walks, and none, count as 30 minutes when minutes are summed (N)."""


@dataclass(frozen=True, eq=False)
class Gain:
    """What an opening gives.

    Attributes:
        minutes: Minutes of walking that residents save, one way each, of walks up to 30 min.
        covered: Residents who then reach a centre within 15 minutes and did not before.
        people: Residents whose walk gets shorter.
        node: The nodes that come nearer, the graph's own numbers.
        node_ms: Their times then.
        home: Homes whose walk gets shorter.
        home_ms: Their walks then.
    """

    minutes: float
    covered: float
    people: float
    node: NDArray[np.int32]
    node_ms: Ints
    home: Ints
    home_ms: Ints


@dataclass(frozen=True, slots=True)
class Step:
    """One step: which place is opened, and what that gives with the earlier steps made."""

    place: int
    gain: Gain
    minutes: float
    covered: float


@dataclass(frozen=True, eq=False)
class Ranking:
    """Openings in sequence.

    Attributes:
        steps: The steps.
        alone: What each place gives by itself, minutes and residents covered, [p, 2].
        most: What all places together give, minutes and residents covered.
        before_ms: Each home's walk before, -1 where there is none.
        after_ms: The same with all steps made.
        whole: Whether it was not interrupted.
        evaluated: How many gains were worked out.
    """

    steps: tuple[Step, ...]
    alone: Floats
    most: tuple[float, float]
    before_ms: Ints
    after_ms: Ints
    whole: bool
    evaluated: int


@dataclass(eq=False)
class Opener:
    """Homes' walks as openings are made one by one.

    Attributes:
        city: The city before.
        people: How many live in each home.
    """

    city: City
    people: Floats
    done: list[OpeningPlace] = field(default_factory=list)
    evaluated: int = 0

    def __post_init__(self) -> None:
        """Take the times as they stand."""
        self.node_ms = _ms(self.city.standing.state)
        self.home_ms = _ms(self.city.state)

    @cached_property
    def _leave_ms(self) -> Ints:
        return self.city.homes.ends.leave_ms.astype(np.int64)

    def gain(self, places: Sequence[OpeningPlace]) -> Gain:
        """Work out what opening some places together gives now."""
        self.evaluated += 1
        mended = self.city.standing.mend(_patch([*self.done, *places]))
        ms = _ms(mended.state)
        known = len(self.node_ms)
        better = np.flatnonzero((mended.node < known) & (ms < self.node_ms[mended.node % known]))
        node, node_ms = mended.node[better], ms[better]
        home = self.city.homes.by_node.under(node)
        home_ms = self._walks(home, node, node_ms)
        shorter = home_ms < self.home_ms[home]
        return self._sum(node, node_ms, home[shorter], home_ms[shorter])

    def make(self, place: OpeningPlace, gain: Gain) -> None:
        """Make an opening."""
        self.done.append(place)
        self.node_ms[gain.node] = gain.node_ms
        self.home_ms[gain.home] = gain.home_ms

    def _walks(self, home: Ints, node: NDArray[np.int32], node_ms: Ints) -> Ints:
        """Give the walks of some homes with some nodes nearer."""
        ends, leave_ms = self.city.homes.ends.node[home], self._leave_ms[home]
        at = np.minimum(np.searchsorted(node, ends), max(len(node) - 1, 0))
        hit = (node[at] == ends) & (leave_ms >= 0) if len(node) else np.zeros(ends.shape, bool)
        then = np.where(hit, leave_ms + (node_ms[at] if len(node) else 0), UNREACHED)
        walks: Ints = np.minimum(then.min(axis=1, initial=UNREACHED), self.home_ms[home])
        return walks

    def _sum(self, node: NDArray[np.int32], node_ms: Ints, home: Ints, home_ms: Ints) -> Gain:
        was, people = self.home_ms[home], self.people[home]
        saved_ms = np.minimum(was, LONGEST_MS) - np.minimum(home_ms, LONGEST_MS)
        newly = (was > LIMIT_MS) & (home_ms <= LIMIT_MS)
        return Gain(
            float(people @ saved_ms) / 60_000.0,
            float(people[newly].sum()),
            float(people.sum()),
            node,
            node_ms,
            home,
            home_ms,
        )


def _ms(state: Ints) -> Ints:
    return np.where(state == UNREACHED, UNREACHED, state >> 32)


def _patch(places: Sequence[OpeningPlace]) -> Patch:
    """Give the ways through some places, walked both ways."""
    none = np.empty(0, dtype=np.int32)
    start, end, ms = (
        np.concatenate([none, *(getattr(one, name) for one in places)]).astype(np.int32)
        for name in ("start", "end", "ms")
    )
    return Patch(none, start, end, ms, ms)


def rank_openings(
    city: City,
    people: Floats,
    places: Sequence[OpeningPlace],
    *,
    steps: int,
    by: str = "minutes",
    progress: Progress = silent,
) -> Ranking:
    """Open places one after the other, each time the one that gives most.

    Args:
        city: Homes, centres and streets.
        people: How many live in each home, float64[h].
        places: Where walls could be opened.
        steps: How many at most; it ends where no place gives anything more.
        by: "minutes" or "covered"; ties go to the other, then to the first place.
        progress: Told what is done; Ctrl-C keeps the steps made so far.
    """
    opener = Opener(city, people)
    before = opener.home_ms.copy()
    gains: list[Gain] = []
    made: list[Step] = []
    alone, most, whole = np.zeros((len(places), 2)), (0.0, 0.0), True
    try:
        every = opener.gain(places)
        most = every.minutes, every.covered
        for number, place in enumerate(places):
            if number % 100 == 0:
                progress(
                    Text(f"试算开口 {number}/{len(places)}", f"Opening {number}/{len(places)}"),
                    0.6 * number / max(len(places), 1),
                )
            gains.append(opener.gain([place]))
        alone = np.array([(one.minutes, one.covered) for one in gains]).reshape(-1, 2)
        for step in range(steps):
            progress(Text(f"第 {step + 1} 步", f"Step {step + 1}"), 0.6 + 0.4 * step / steps)
            best = max(range(len(gains)), key=lambda row: _rank(gains[row], by), default=-1)
            if best < 0 or max(_rank(gains[best], by)) <= 0.0:
                break
            _take(opener, places, gains, best, made)
    except KeyboardInterrupt:
        whole = False
    after = np.where(opener.home_ms == UNREACHED, -1, opener.home_ms)
    before = np.where(before == UNREACHED, -1, before)
    return Ranking(tuple(made), alone, most, before, after, whole, opener.evaluated)


def _rank(gain: Gain, by: str) -> tuple[float, float]:
    return (gain.covered, gain.minutes) if by == "covered" else (gain.minutes, gain.covered)


def _take(
    opener: Opener,
    places: Sequence[OpeningPlace],
    gains: list[Gain],
    best: int,
    made: list[Step],
) -> None:
    """Make a step, and work out anew what it may have changed."""
    gain = gains[best]
    past = made[-1] if made else None
    minutes, covered = (past.minutes, past.covered) if past else (0.0, 0.0)
    opener.make(places[best], gain)
    made.append(Step(best, gain, minutes + gain.minutes, covered + gain.covered))
    nodes = np.zeros(len(opener.node_ms), dtype=bool)
    homes = np.zeros(len(opener.home_ms), dtype=bool)
    nodes[gain.node] = nodes[places[best].start] = nodes[places[best].end] = True
    homes[gain.home] = True
    homes[opener.city.homes.by_node.under(gain.node)] = True
    for row, (place, old) in enumerate(zip(places, gains, strict=True)):
        ends = np.concatenate([place.start, place.end, old.node])
        if nodes[ends].any() or homes[old.home].any():
            gains[row] = opener.gain([place])
