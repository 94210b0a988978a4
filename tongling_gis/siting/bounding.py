"""Bounding a serving problem in which some sites are decided, and deciding more by the bound.

Lagrangian prices (Cornuejols, Fisher and Nemhauser 1977) give a lower bound and, for each site,
what the bound rises to if it is opened or shut; a site for which that passes the best known is
decided for good.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.siting.serving import FREE, OPEN, SHUT, load_kernels, load_swap_kernels

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Floats, Ints
    from tongling_gis.siting.serving import Flags, Serving, States
    from tongling_gis.siting.solution import Watch

_WORK_AT_A_TIME = 1e8
_MOST_KICKS = 8


@dataclass(eq=False)
class Incumbent:
    """The best solution of the whole problem so far.

    Attributes:
        whole: The problem.
        is_open: Its open sites.
        value: Their total.
        worth: The planner's objective is this less the total, or the total where this is 0.
    """

    whole: Serving
    is_open: Flags
    value: float = math.inf
    worth: float = 0.0

    @property
    def cut(self) -> float:
        """Bound at which nothing better can be left."""
        if not math.isfinite(self.value):
            return math.inf
        rounding = 1e-9 * max(1.0, abs(self.value))
        return self.value - max(self.whole.step * 0.999, rounding)

    def offer(self, is_open: Flags) -> None:
        """Keep a solution if it is better."""
        value = self.whole.value(is_open)
        if value < self.value:
            self.value, self.is_open = value, is_open.copy()

    def met_by(self, bound: float, watch: Watch) -> bool:
        """Tell how far it is, and whether that is enough."""
        objective = abs(self.worth - self.value)
        watch.tell(objective, abs(self.worth - bound))
        return bound >= self.cut or self.value - bound <= watch.effort.gap * objective


@dataclass(frozen=True, eq=False)
class Part:
    """The part of the whole problem that fixing has left.

    Attributes:
        problem: The reduced problem.
        sites: Number of each of its sites in the whole problem.
        opened: Numbers there of the sites that are open for good.
        best: The best solution of the whole.
    """

    problem: Serving
    sites: Ints
    opened: Ints
    best: Incumbent

    def roam(self, start: Flags, rounds: float, seed: int) -> None:
        """Look for better solutions around one of this part.

        Args:
            start: Sites to begin with.
            rounds: How often to try and swap each of the open sites.
            seed: Of what is left to chance.
        """
        problem = self.problem
        if not problem.n or not 0 < problem.count < problem.m:
            return
        most = _WORK_AT_A_TIME / problem.work_per_move
        moves = int(min(rounds * problem.count, most)) + 2 * problem.count
        kicks = max(1, min(_MOST_KICKS, problem.count // 2))
        trial = start.copy()
        pairs = problem.penalised().pairs
        load_swap_kernels().roam(*pairs, *problem.by_site, trial, moves, kicks, seed)
        self.best.offer(self.in_whole(np.flatnonzero(trial)))

    def holding(self, is_open: Flags) -> Flags | None:
        """Bring a solution of the whole to this part's sites; None where it is not in it."""
        mine = is_open[self.sites]
        return mine if int(mine.sum()) == self.problem.count else None

    def in_whole(self, sites: Ints) -> Flags:
        """Bring a solution of this part to the whole problem's sites."""
        is_open = np.zeros(self.best.whole.m, dtype=bool)
        is_open[self.opened] = is_open[self.sites[sites]] = True
        return is_open


@dataclass(frozen=True, eq=False)
class Node:
    """What is known where some sites are decided.

    Attributes:
        part: The problem that the node is of.
        bound: What no solution here undercuts.
        state: FREE, OPEN or SHUT for each site.
        cap: Cost of each row where no free site serves it.
        price: The rows' prices.
        way: How the prices were changing.
        pace: Length of the next step as a share of Polyak's, steps so far, and since the bound
            rose.
        share: How often each site was open at such prices.
        found: A better solution of the whole met on the way; None for none.
    """

    part: Part
    bound: float
    state: States
    cap: Floats
    price: Floats
    way: Floats
    pace: Floats
    share: Floats
    found: Flags | None = None

    @property
    def left(self) -> int:
        """How many sites are still to open."""
        return self.part.problem.count - int((self.state == OPEN).sum())

    @property
    def free(self) -> Ints:
        """The sites that are not decided."""
        return np.flatnonzero(self.state == FREE)

    @property
    def settled(self) -> bool:
        """Whether nothing is left to choose."""
        return not self.part.problem.n or not 0 < self.left < len(self.free)

    def decide(self, site: int, choice: int) -> Node:
        """Open or shut a site."""
        state, cap = self.state.copy(), self.cap
        state[site] = choice
        if choice == OPEN:
            cap = cap.copy()
            problem = self.part.problem
            load_kernels().fold(problem.indptr, problem.site, problem.cost, cap, site)
        return replace(self, state=state, cap=cap)

    def climb(self, turns: int, watch: Watch) -> Node:
        """Raise the bound by so many changes of the prices, deciding sites by it."""
        node, at, known = self, np.minimum(self.price, self.cap), -math.inf
        while True:
            if node.settled:
                return node._settle()
            node, at, known, turns = node._climb(at, known, turns)
            if not turns or watch.over or node.bound >= self.part.best.cut:
                return node

    def _climb(self, at: Floats, known: float, turns: int) -> tuple[Node, Floats, float, int]:
        """Go on for some of the turns: the node, where it is, its bound, and turns left."""
        problem, best = self.part.problem, self.part.best
        reduced, share, found = np.empty(problem.m), self.share.copy(), self.found
        price, way, pace = self.price.copy(), self.way.copy(), self.pace.copy()
        sites = np.zeros(problem.m, dtype=bool)
        before = best.value if found is None else best.whole.value(found)
        bound, last, following, after, turns = load_kernels().climb(
            problem.indptr, problem.site, problem.cost, self.cap, price, at, way, pace,
            self.state, self.left, reduced, share, sites, known - problem.constant,
            before - problem.constant, best.cut - problem.constant, turns, _WORK_AT_A_TIME,
        )  # fmt: skip
        bound += problem.constant
        if after < before - problem.constant:
            found = self.part.in_whole(np.flatnonzero(sites | (self.state == OPEN)))
        node = replace(
            self, bound=max(bound, self.bound), price=price, way=way, pace=pace, share=share,
            found=found,
        )  # fmt: skip
        if math.isfinite(following) or math.isfinite(last):
            free = self.free
            dear = bound + np.maximum(0.0, reduced[free] - last) >= best.cut
            needed = bound + np.maximum(0.0, following - reduced[free]) >= best.cut
            node = node._fix(free, dear, needed)  # noqa: SLF001 - of the same class
        return node, np.minimum(at, node.cap), bound, turns

    def _fix(self, free: Ints, dear: Flags, needed: Flags) -> Node:
        """Decide sites for which the other choice leads to nothing better."""
        if (dear & needed).any():
            return replace(self, bound=math.inf)
        node = self
        if dear.any():
            state = self.state.copy()
            state[free[dear]] = SHUT
            node = replace(self, state=state)
        for site in free[needed]:
            node = node.decide(int(site), OPEN)
        return node

    def _settle(self) -> Node:
        """Finish a node in which nothing is left to choose."""
        free = self.free
        if not 0 <= self.left <= len(free):
            return replace(self, bound=math.inf)
        state = self.state.copy()
        state[free] = SHUT
        state[free[: self.left]] = OPEN
        value = self.part.problem.value(state == OPEN)
        found = self.part.in_whole(np.flatnonzero(state == OPEN))
        return replace(self, bound=max(self.bound, value), state=state, found=found)

    def shrink(self) -> Node:
        """Leave away what is decided."""
        part = self.part
        rest = part.problem.decide(self.state)
        opened = np.r_[part.opened, part.sites[self.state == OPEN]]
        less = Part(rest, part.sites[rest.sites], opened, part.best)
        state = np.zeros(rest.m, dtype=np.int8)
        price, way = rest.price_groups(self.price), np.zeros(rest.n)
        kept = rest.group >= 0
        way[rest.group[kept]] = self.way[kept]
        return replace(
            self, part=less, state=state, cap=rest.cap, price=price, way=way,
            share=self.share[rest.sites],
        )  # fmt: skip
