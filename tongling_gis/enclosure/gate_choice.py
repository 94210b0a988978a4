"""The fewest or cheapest gates, found with a proof.

More gates never break one of the rules here (the same laws that the checker is tested by), so a
set of openings that misses a rule shows something about every choice within it: grow it for as
long as it misses the rule, and one of the openings left out must be in any choice that keeps the
rule. The cheapest set that meets all such conditions known so far (an integer programme solved
by HiGHS) is a lower bound; where it keeps every rule it is the optimum, and where none meets
them there is no choice (implicit hitting sets: Moreno-Centeno and Karp 2013, "The implicit
hitting set approach to solve combinatorial optimization problems").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.enclosure.gate_places import OPENS, Opened, every_opening, kinds_of
from tongling_gis.enclosure.gate_rules import WALK
from tongling_gis.enclosure.model import GateKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.enclosure.gate_rules import Oracle
    from tongling_gis.enclosure.rules import Rule

_TIE = 1e-4


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of gates.

    Attributes:
        openings: What it opens.
        gates: How many gates it takes.
        cost: What they cost by the prices given.
        worst_s: How much longer the walk to a centre gets that grows most, seconds.
        mean_s: The mean of the people inside, seconds.
    """

    openings: frozenset[Opened]
    gates: int
    cost: float
    worst_s: float
    mean_s: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What a choice of gates must keep.

    Attributes:
        rules: Ids of the rules, ``WALK`` among them for the limit of walks.
        limit_s: How much longer a walk to a centre may get, seconds.
        most: How many gates there may be at most, None for any number.
    """

    rules: tuple[str, ...]
    limit_s: float = np.inf
    most: int | None = None


@dataclass(frozen=True, eq=False)
class Chooser:
    """Finds choices of gates, remembering what it learned.

    Attributes:
        oracle: Says which rules hold.
        prices: What a gate of each kind costs; equal prices ask for the fewest.
        unfit: Places where a new vehicle gate breaks a rule about single gates, by rule.
        counted: The fewest and the most vehicle gates that rules about their number allow.
    """

    oracle: Oracle
    prices: Mapping[GateKind, float]
    unfit: Mapping[str, set[int]] = field(default_factory=dict)
    counted: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    _cuts: dict[tuple[str, float], set[frozenset[Opened]]] = field(default_factory=dict)

    @property
    def everything(self) -> frozenset[Opened]:
        """All that could be open."""
        return every_opening(self.oracle.places)

    def choose(self, wish: Wish) -> Choice | None:
        """Give the cheapest choice that keeps what is wished for; None where there is none."""
        linear = {*self.unfit, *self.counted}
        needs = [rule for rule in wish.rules if rule not in linear]
        while True:
            openings = self._cheapest(wish)
            if openings is None:
                return None
            missed = next(
                (one for one in needs if not self.oracle.holds(one, openings, wish.limit_s)), None
            )
            if missed is None:
                return self.describe(openings)
            self._learn(missed, openings, wish.limit_s)

    def describe(self, openings: frozenset[Opened]) -> Choice:
        """Say what a choice costs, and what it does to walks."""
        kinds = kinds_of(openings)
        cost = sum(self.prices[kind] for kind in kinds.values())
        return Choice(openings, len(kinds), cost, *self.oracle.detours_s(openings))

    def smallest_conflict(self, wish: Wish) -> tuple[str, ...]:
        """Give a smallest set of the rules that no choice keeps together; () where all can be."""
        if self.choose(wish) is not None:
            return ()
        for size in range(1, len(wish.rules)):
            for some in combinations(wish.rules, size):
                if self.choose(Wish(some, wish.limit_s, wish.most)) is None:
                    return some
        return wish.rules

    def trade_off(self, wish: Wish, *, step_s: float, rows: int) -> list[Choice]:
        """List choices of ever more gates by which the walk that grows most grows less.

        Each row is the fewest gates for its longest detour, and no choice of so many gates
        makes that detour shorter by ``step_s`` or more.
        """
        found: list[Choice] = []
        limit_s = wish.limit_s
        while len(found) < rows:
            choice = self.choose(Wish(tuple({*wish.rules, WALK}), limit_s, wish.most))
            if choice is None:
                break
            if found and found[-1].gates == choice.gates:
                found.pop()
            found.append(choice)
            if not choice.worst_s > 0.0:
                break
            limit_s = choice.worst_s - step_s
            if limit_s < 0.0:
                break
        return found

    def _known(self, rule: str, limit_s: float) -> list[frozenset[Opened]]:
        """Give the conditions of a rule; those of a laxer limit of walks hold for a stricter."""
        if rule != WALK:
            return list(self._cuts.get((rule, 0.0), ()))
        return [
            cut
            for (own, laxer_s), cuts in self._cuts.items()
            if own == WALK and laxer_s >= limit_s
            for cut in cuts
        ]

    def _learn(self, rule: str, openings: frozenset[Opened], limit_s: float) -> None:
        """Find conditions that these openings miss, no opening in two of them."""
        key = (rule, limit_s if rule == WALK else 0.0)
        cuts = self._cuts.setdefault(key, set())
        seen = self.oracle.relevant(rule, self.everything)
        openings = self.oracle.relevant(rule, openings)
        while not self.oracle.holds(rule, openings, limit_s):
            cut = seen - self._grow(rule, openings, sorted(seen - openings), limit_s)
            cuts.add(cut)
            if not cut:
                return
            openings |= cut

    def _grow(
        self, rule: str, base: frozenset[Opened], more: Sequence[Opened], limit_s: float
    ) -> frozenset[Opened]:
        """Add what can be added while the rule stays missed, half of it at a time."""
        if not more:
            return base
        whole = base | frozenset(more)
        if not self.oracle.holds(rule, whole, limit_s):
            return whole
        if len(more) == 1:
            return base
        half = len(more) // 2
        base = self._grow(rule, base, more[:half], limit_s)
        return self._grow(rule, base, more[half:], limit_s)

    def _cheapest(self, wish: Wish) -> frozenset[Opened] | None:
        """Solve the integer programme: the cheapest gates that meet every condition known."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        unfit = set().union(*(self.unfit.get(rule, set()) for rule in wish.rules))
        places = self.oracle.places
        gates = [
            (number, kind)
            for number, place in enumerate(places)
            for kind in place.kinds
            if not (kind is GateKind.VEHICLE and number in unfit)
        ]
        cuts = [cut for rule in wish.rules for cut in self._known(rule, wish.limit_s)]
        counted = [self.counted[rule] for rule in wish.rules if rule in self.counted]
        if not gates or not all(cuts):
            return None if cuts or any(low > 0 for low, _ in counted) else frozenset()
        opens = [{Opened(number, use) for use in OPENS[kind]} for number, kind in gates]
        limits = [
            LinearConstraint(np.array([[bool(own & cut) for own in opens]], dtype=float), lb=1.0)
            for cut in dict.fromkeys(cuts)
        ]
        vehicles = np.array([[kind is GateKind.VEHICLE for _, kind in gates]], dtype=float)
        limits += [LinearConstraint(vehicles, low, high) for low, high in counted]
        one_each = [[number == one for number, _ in gates] for one in range(len(places))]
        limits.append(LinearConstraint(np.array(one_each, dtype=float), ub=1.0))
        if wish.most is not None:
            limits.append(LinearConstraint(np.ones((1, len(gates))), ub=float(wish.most)))
        order = list(OPENS)
        cost = [self.prices[kind] + _TIE * order.index(kind) for _, kind in gates]
        solved = milp(
            cost,
            integrality=np.ones(len(gates), dtype=np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=limits,
            options={"mip_rel_gap": 0.0},
        )
        if solved.x is None:
            return None
        return frozenset().union(*(own for own, x in zip(opens, solved.x, strict=True) if x > 0.5))  # noqa: PLR2004


def count_limits(rule: Rule) -> tuple[float, float]:
    """Give the least and the largest whole number by which a rule about a number holds."""
    limit = rule.limit or 0.0
    low, high = {
        "at_least": (limit, np.inf),
        "more_than": (np.floor(limit) + 1.0, np.inf),
        "at_most": (-np.inf, limit),
        "between": (limit, np.inf if rule.upper is None else rule.upper),
    }[rule.comparison]
    return float(low), float(high)
