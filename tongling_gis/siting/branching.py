"""Solving a serving problem to proof: start, bound, fixing, branch and bound.

A start comes from greedy opening and swaps; bounds by prices decide most sites (``bounding``).
What is left is searched best bound first, each node going on from its parent's prices.
"""

from __future__ import annotations

import heapq
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.siting.bounding import Incumbent, Node, Part
from tongling_gis.siting.cutting import cut_and_branch, is_covering
from tongling_gis.siting.serving import OPEN, SHUT, load_kernels

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Floats
    from tongling_gis.siting.serving import Flags, Serving
    from tongling_gis.siting.solution import Watch

_FIRST_STRIDE = 0.3
_ROOT_TURNS = (300, 500, 700, 500, 500, 500)
_WORTH_ANOTHER_ROUND = 0.03
_NODE_PACE = (0.1, 300.0, 0.0)
_NODE_TURNS = 100
_FEW_RESTARTS, _RESTARTS = 2, 8
_FIRST_ROUNDS, _MORE_ROUNDS = 10.0, 5.0
_WORTH_SHRINKING = 0.7
_AT_A_TIME = 4
_TRIAL_WORK, _WORTH_GOING_ON = 3.5e9, 0.1


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


def open_best(
    problem: Serving, watch: Watch, *, start: Flags | None = None, worth: float = 0.0
) -> Served:
    """Open the sites that serve all rows at least cost, or say how far from that one may be.

    Args:
        problem: What to serve, with ``count`` sites of its m.
        watch: Time limit, accepted gap and seed.
        start: Sites to begin with, ``count`` or fewer, where such are known.
        worth: As in ``Incumbent``: what the accepted gap is a share of.

    Returns:
        The best found. Its value is inf where some row must be served and the start does not:
        then nothing is searched.
    """
    best = Incumbent(problem, np.zeros(problem.m, dtype=bool), worth=worth)
    whole = Part(problem, np.arange(problem.m), np.empty(0, dtype=np.int64), best)
    _begin(whole, start, watch)
    if math.isinf(best.value):
        return Served(best.is_open, math.inf, -math.inf)
    if problem.count in (0, problem.m) or not problem.n:
        return Served(best.is_open, best.value, best.value)
    root = _bound_root(whole, watch)
    bound = _search(root, watch)
    return Served(best.is_open, best.value, best.value if bound >= best.cut else bound)


def _begin(whole: Part, start: Flags | None, watch: Watch) -> None:
    problem = whole.problem
    is_open = np.zeros(problem.m, dtype=bool) if start is None else start.copy()
    load_kernels().open_greedily(*problem.penalised().pairs, is_open, problem.count)
    whole.best.offer(is_open)
    if not watch.over:
        whole.roam(is_open, _FIRST_ROUNDS, watch.effort.seed)


def _first_prices(problem: Serving, best: Incumbent) -> Floats:
    """Pay for each row half of its second cheapest open site."""
    last = problem.cost[problem.indptr[1:] - 1]
    price: Floats = np.where(np.isinf(problem.cap), last, problem.cap)
    hit = best.is_open[problem.site]
    row = np.repeat(np.arange(problem.n), np.diff(problem.indptr))[hit]
    cost = problem.cost[hit]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    price[row[rank == 1]] = np.minimum(price[row[rank == 1]], cost[rank == 1])
    return price * 0.5


def _bound_root(whole: Part, watch: Watch) -> Node:
    """Bound the whole, shrinking it, while that goes well."""
    problem, best = whole.problem, whole.best
    root = Node(
        whole, -math.inf, np.zeros(problem.m, dtype=np.int8), problem.cap,
        _first_prices(problem, best), np.zeros(problem.n), np.array([_FIRST_STRIDE, 0.0, 0.0]),
        np.full(problem.m, 0.5),
    )  # fmt: skip
    rounds, starts = _FIRST_ROUNDS, _FEW_RESTARTS
    for turns in _ROOT_TURNS:
        before = best.value, root.bound
        root = root.climb(turns, watch)
        if root.found is not None:
            best.offer(root.found)
        root = replace(root, found=None).shrink()
        _restart(root, starts, rounds, watch)
        rounds, starts = rounds * _MORE_ROUNDS, min(_RESTARTS, 2 * starts)
        root = root.climb(1, watch).shrink()
        rise = (root.bound - before[1]) / max(best.value - before[1], 1e-9)
        stuck = best.value == before[0] and rise < _WORTH_ANOTHER_ROUND
        if watch.over or best.met_by(root.bound, watch) or root.settled or stuck:
            break
    return replace(root, pace=np.array(_NODE_PACE))


def _restart(root: Node, starts: int, rounds: float, watch: Watch) -> None:
    """Look around solutions that the prices favour, and around the best."""
    part, best, seed = root.part, root.part.best, watch.effort.seed
    rng = np.random.default_rng(seed)
    for turn in range(starts):
        if watch.over or best.met_by(root.bound, watch) or root.settled:
            return
        noise = rng.random(len(root.share)) * (root.share > 0) * (0.5 if turn else 0.0)
        trial = np.zeros(len(root.share), dtype=bool)
        trial[np.argsort(-(root.share + noise), kind="stable")[: root.left]] = True
        part.roam(trial, rounds / starts, seed + turn)
    again = part.holding(best.is_open)
    if again is not None:
        part.roam(again, rounds, seed + starts)


def _search(root: Node, watch: Watch) -> float:
    """Search best bound first, some nodes at a time; give the bound that holds for all.

    Where the first nodes hardly raise the bound and only coverage is asked, HiGHS goes on, whose
    cuts do.
    """
    best = root.part.best
    heap = [(root.bound, 0, root)]
    made, batch = 1, 0
    trial = _count_batches(root) if is_covering(root.part.problem) else -1
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        while heap:
            bound = heap[0][0]
            if best.met_by(bound, watch) or watch.over:
                return bound
            batch += 1
            if batch == trial and bound - root.bound < _WORTH_GOING_ON * (best.value - root.bound):
                return max(bound, cut_and_branch(root, watch))
            nodes = [heapq.heappop(heap)[2] for _ in range(min(_AT_A_TIME, len(heap)))]
            jobs = pool.map(_branch, nodes, [watch] * len(nodes))
            for child in chain.from_iterable(jobs):
                if child.found is not None:
                    best.offer(child.found)
                if child.bound < best.cut:
                    heapq.heappush(heap, (child.bound, made, replace(child, found=None)))
                    made += 1
    return best.value


def _count_batches(root: Node) -> int:
    """Say how many batches of nodes show whether branching leads anywhere."""
    problem = root.part.problem
    a_turn = len(problem.site) + 4.0 * (problem.n + problem.m)
    return 10 + int(_TRIAL_WORK / (2.0 * _AT_A_TIME * _NODE_TURNS * max(a_turn, 1.0)))


def _branch(node: Node, watch: Watch) -> list[Node]:
    if not node.settled and len(node.free) < _WORTH_SHRINKING * len(node.state):
        node = node.shrink()
    if node.settled:
        return [node.climb(1, watch)]
    free = node.free
    doubtful = int(free[np.argmin(np.abs(node.share[free] - 0.5))])
    node = replace(node, pace=np.array(_NODE_PACE))
    return [node.decide(doubtful, choice).climb(_NODE_TURNS, watch) for choice in (OPEN, SHUT)]
