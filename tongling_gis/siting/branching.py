"""Solving a serving problem to proof: start, bound, fixing, branch and bound.

A start comes from greedy opening and swaps. Lagrangian prices (Cornuejols, Fisher and Nemhauser
1977) give a lower bound and, for each site, what the bound rises to if it is opened or shut;
sites for which that passes the best known are decided for good. What is left is searched best
bound first, each node going on from its parent's prices.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.siting.serving import FREE, OPEN, SHUT, load_kernels

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Floats, Ints
    from tongling_gis.siting.serving import Flags, Serving, States
    from tongling_gis.siting.solution import Watch

_MOST_SWAPS = 10_000
_ROOT = (1000, 1.0)
_ROOT_AGAIN = (500, 0.5)
_NODE = (60, 0.3)
_LOOK = (1, 0.0)
_RESTARTS = 8
_MOST_ROUNDS = 8
_WORTH_A_ROUND = 0.8


@dataclass(frozen=True, eq=False)
class Served:
    """The best solution of a serving problem.

    Attributes:
        is_open: Which sites are open.
        value: The total.
        bound: What no other solution can undercut.
    """

    is_open: Flags
    value: float
    bound: float


@dataclass(eq=False)
class _Incumbent:
    """The best solution of the whole problem so far."""

    whole: Serving
    is_open: Flags
    value: float = math.inf

    @property
    def cut(self) -> float:
        """Bound at which nothing better can be left."""
        if not math.isfinite(self.value):
            return math.inf
        rounding = 1e-9 * max(1.0, abs(self.value))
        return self.value - max(self.whole.step * 0.999, rounding)

    def offer(self, is_open: Flags) -> None:
        """Swap from a solution and keep what is better."""
        trial = is_open.copy()
        load_kernels().swap(*self.whole.penalised().pairs, trial, _MOST_SWAPS)
        value = self.whole.value(trial)
        if value < self.value:
            self.value, self.is_open = value, trial


@dataclass(frozen=True, eq=False)
class _Node:
    """What is known where some sites are decided: bound, prices, and how often sites open."""

    bound: float
    state: States
    price: Floats
    share: Floats


@dataclass(frozen=True, eq=False)
class _Part:
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
    best: _Incumbent

    def offer(self, sites: Ints) -> None:
        """Offer a solution of this part."""
        is_open = np.zeros(self.best.whole.m, dtype=bool)
        is_open[self.opened] = is_open[self.sites[sites]] = True
        self.best.offer(is_open)

    def bound(self, node: _Node, effort: tuple[int, float]) -> _Node:
        """Raise a node's bound from its prices, and decide sites by it."""
        rest = self.problem.decide(node.state)
        if rest.count < 0 or rest.count > rest.m or math.isinf(rest.constant):
            return replace(node, bound=math.inf)
        if not rest.n or rest.count in (0, rest.m):
            return self._settle(rest, node)
        price = rest.price_groups(node.price)
        reduced, share = np.empty(rest.m), np.empty(rest.m)
        found = np.zeros(rest.m, dtype=bool)
        upper, cut = self.best.value - rest.constant, self.best.cut - rest.constant
        bound, last, following, after = load_kernels().climb(
            *rest.pairs, price, rest.count, reduced, share, found, upper, cut, *effort
        )
        if after < upper:
            self.offer(np.r_[np.flatnonzero(node.state == OPEN), rest.sites[found]])
        bound += rest.constant
        state, cut = node.state.copy(), self.best.cut
        state[rest.sites[bound + np.maximum(0.0, reduced - last) >= cut]] = SHUT
        state[rest.sites[bound + np.maximum(0.0, following - reduced) >= cut]] = OPEN
        shares = np.zeros(self.problem.m)
        shares[rest.sites] = share
        prices = rest.price_rows(self.problem, price, node.price)
        return _Node(max(bound, node.bound), state, prices, shares)

    def _settle(self, rest: Serving, node: _Node) -> _Node:
        """Finish a node in which nothing is left to choose."""
        state = np.where(node.state == FREE, SHUT, node.state).astype(np.int8)
        state[rest.sites[: rest.count]] = OPEN
        self.offer(np.flatnonzero(state == OPEN))
        value = self.problem.value(state == OPEN)
        return replace(node, bound=max(node.bound, value), state=state)

    def shrink(self, node: _Node) -> tuple[_Part, _Node]:
        """Leave away what is decided."""
        rest = self.problem.decide(node.state)
        opened = np.r_[self.opened, self.sites[node.state == OPEN]]
        part = _Part(rest, self.sites[rest.sites], opened, self.best)
        state = np.zeros(rest.m, dtype=np.int8)
        price = rest.price_groups(node.price)
        return part, _Node(node.bound, state, price, node.share[rest.sites])


def open_best(problem: Serving, watch: Watch, start: Flags | None = None) -> Served:
    """Open the sites that serve all rows at least cost, or say how far from that one may be.

    Args:
        problem: What to serve, with ``count`` sites of its m.
        watch: Time limit, accepted gap and seed.
        start: Sites to begin with, ``count`` or fewer, where such are known.

    Returns:
        The best found. Its value is inf where some row must be served and the start does not:
        then nothing is searched.
    """
    best = _begin(problem, start)
    if math.isinf(best.value):
        return Served(best.is_open, math.inf, -math.inf)
    if problem.count in (0, problem.m) or not problem.n:
        return Served(best.is_open, best.value, best.value)
    nothing = np.empty(0, dtype=np.int64)
    part = _Part(problem, np.arange(problem.m), nothing, best)
    part, root = _bound_root(part, watch)
    bound = _search(part, root, watch)
    return Served(best.is_open, best.value, best.value if bound >= best.cut else bound)


def _begin(problem: Serving, start: Flags | None) -> _Incumbent:
    is_open = np.zeros(problem.m, dtype=bool)
    load_kernels().open_greedily(*problem.penalised().pairs, is_open, problem.count)
    best = _Incumbent(problem, is_open)
    best.offer(is_open)
    if start is not None:
        is_open = start.copy()
        load_kernels().open_greedily(*problem.penalised().pairs, is_open, problem.count)
        best.offer(is_open)
    return best


def _first_prices(problem: Serving, best: _Incumbent) -> Floats:
    """Pay for each row half of its second cheapest open site."""
    last = problem.cost[problem.indptr[1:] - 1]
    price: Floats = np.where(np.isinf(problem.cap), last, problem.cap)
    hit = best.is_open[problem.site]
    row = np.repeat(np.arange(problem.n), np.diff(problem.indptr))[hit]
    cost = problem.cost[hit]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    price[row[rank == 1]] = np.minimum(price[row[rank == 1]], cost[rank == 1])
    return price * 0.5


def _bound_root(part: _Part, watch: Watch) -> tuple[_Part, _Node]:
    """Bound the whole, shrinking it while that takes much away."""
    problem = part.problem
    state = np.zeros(problem.m, dtype=np.int8)
    root = _Node(-math.inf, state, _first_prices(problem, part.best), np.full(problem.m, 0.5))
    effort = _ROOT
    for _ in range(_MOST_ROUNDS):
        root = part.bound(root, effort)
        _restart(part, root, watch)
        root = part.bound(root, _LOOK)
        if watch.over or root.bound >= part.best.cut:
            break
        before = part.problem.m
        part, root = part.shrink(root)
        effort = _ROOT_AGAIN
        if part.problem.m > _WORTH_A_ROUND * before or part.problem.count <= 0:
            break
    return part, root


def _restart(part: _Part, root: _Node, watch: Watch) -> None:
    """Swap from sites that the prices favour."""
    rng = np.random.default_rng(watch.effort.seed)
    opened = np.flatnonzero(root.state == OPEN)
    left = part.problem.count - len(opened)
    for turn in range(_RESTARTS):
        if watch.over or root.bound >= part.best.cut or left <= 0:
            return
        noise = rng.random(part.problem.m) * (root.share > 0) * (0.5 if turn else 0.0)
        liking = np.where(root.state == FREE, root.share + noise, -1.0)
        part.offer(np.r_[opened, np.argsort(-liking, kind="stable")[:left]])
        watch.tell(part.best.value, root.bound)


def _search(part: _Part, root: _Node, watch: Watch) -> float:
    """Search best bound first; give the bound that holds for all."""
    best = part.best
    heap = [(root.bound, 0, root)]
    made = 1
    while heap:
        bound, _, node = heap[0]
        near = best.value - bound <= watch.effort.gap * abs(best.value)
        if bound >= best.cut or watch.over or near:
            return bound
        heapq.heappop(heap)
        watch.tell(best.value, bound)
        for child in _branch(part, node):
            if child.bound < best.cut:
                heapq.heappush(heap, (child.bound, made, child))
                made += 1
    return best.value


def _branch(part: _Part, node: _Node) -> list[_Node]:
    free = np.flatnonzero(node.state == FREE)
    if not len(free):
        return [part.bound(node, _LOOK)]
    doubtful = free[np.argmin(np.abs(node.share[free] - 0.5))]
    children = []
    for choice in (OPEN, SHUT):
        state = node.state.copy()
        state[doubtful] = choice
        children.append(part.bound(replace(node, state=state), _NODE))
    return children
