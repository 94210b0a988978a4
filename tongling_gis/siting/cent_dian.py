"""The cent-dian: a weighted sum of the mean walk and the longest, made least."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.siting.answering import answer
from tongling_gis.siting.centre import longest_walk
from tongling_gis.siting.drafting import Draft, loosen
from tongling_gis.siting.median import walk_total
from tongling_gis.siting.problem import Role
from tongling_gis.siting.solution import Solution

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Flags, Floats, Problem
    from tongling_gis.siting.solution import Watch

Within: TypeAlias = Callable[[float | None, float], Solution]
"""Asked for the median within a longest walk (None for any) to an accepted gap."""

_SAME = 1e-10
_COARSE = 0.005
_MOST_PAIRS = 50_000


def weigh_walks(
    problem: Problem, centre: Solution, within: Within, share: float, watch: Watch
) -> Solution:
    """Find the sites of which share x mean + (1 - share) x longest walk is least.

    The medians with the shortest longest walk and with any leave few longest walks that can be
    better. Among these one model decides, or where it would be too large, medians within one
    after another.

    Args:
        problem: Who walks where.
        centre: Sites of the shortest longest walk.
        within: Gives the sites of the shortest mean of which no walk is longer than one.
        share: What the mean counts for, from 0 to 1.
        watch: Time limit, accepted gap and seed.
    """
    search = _Search(_walks_from(problem, centre.bound), share, float(problem.weight.sum()) or 1.0)
    search.try_out(replace(centre, parts=mean_and_worst(problem, centre)))
    final = watch.effort.gap
    search.add(0, len(search.walks) - 1, 0.0, max(final, _COARSE))
    ask = [len(search.walks) - 1, int(np.searchsorted(search.walks, centre.objective))]
    while (span := search.pick(good := search.best * (1.0 - max(final, _SAME)))) is not None:
        if not ask and _count_pairs(problem, search.walks[span.last]) <= _MOST_PAIRS:
            search.put_back(span)
            _solve_rest(problem, search, good, watch)
            break
        at = span.last if span.gap == final else (span.first + span.last) // 2
        at = min(max(ask.pop(0), span.first), span.last) if ask else at
        found = within(float(search.walks[at]), span.gap)
        if found.status == "gap" and math.isnan(found.objective):
            search.put_back(span)
            break
        if found.status != "infeasible":
            found = replace(found, parts=mean_and_worst(problem, found))
        search.split(span, at, found, final)
        if watch.over:
            break
        watch.tell(search.best, min(search.best, search.floor))
    return _end(problem, centre, search, watch)


def flags_of(problem: Problem, found: Solution) -> Flags:
    """Mark the sites of a solution."""
    chosen: Flags = np.zeros(problem.m, dtype=bool)
    chosen[found.sites] = True
    return chosen


def mean_and_worst(problem: Problem, found: Solution) -> dict[str, float]:
    """Measure the mean walk, the longest, and the demand that has the longest."""
    chosen = flags_of(problem, found)
    worst = longest_walk(problem, chosen)
    _, walk = problem.pairs.nearest(chosen | problem.having(Role.EXISTING))
    everybody = float(problem.weight.sum())
    mean = walk_total(problem, chosen) / everybody if everybody else 0.0
    return {
        "mean": mean,
        "worst": worst,
        "at_worst": float(problem.weight[(walk == worst) & (problem.weight > 0)].sum()),
    }


class _Span(NamedTuple):
    """Longest walks from one to another, by their places in a list.

    Attributes:
        bound: What no weighted sum with such a longest walk undercuts.
        first: The shortest of them.
        last: The longest.
        total: What no total walk with such a longest walk undercuts.
        gap: How near its bound a median asked for within the span must come.
    """

    bound: float
    first: int
    last: int
    total: float
    gap: float


@dataclass(eq=False)
class _Search:
    """The spans left, and the best weighted sum so far."""

    walks: Floats
    share: float
    everybody: float
    best: float = math.inf
    best_at: Solution | None = None
    floor: float = math.inf
    spans: list[_Span] = field(default_factory=list)

    def weigh(self, total: float, worst: float) -> float:
        return self.share * total / self.everybody + (1.0 - self.share) * worst

    def try_out(self, found: Solution) -> None:
        """Keep a solution where it is the best so far."""
        value = self.share * found.parts["mean"] + (1.0 - self.share) * found.parts["worst"]
        if value < self.best:
            self.best, self.best_at = value, found

    def add(self, first: int, last: int, total: float, gap: float) -> None:
        if first <= last:
            bound = self.weigh(total, self.walks[first])
            heapq.heappush(self.spans, _Span(bound, first, last, total, gap))

    def put_back(self, span: _Span) -> None:
        heapq.heappush(self.spans, span)

    def pick(self, good: float) -> _Span | None:
        """Take the span of the lowest bound, cut to the walks that can still be better."""
        if not self.spans or self.spans[0].bound >= good:
            return None
        return self.cut(heapq.heappop(self.spans), good)

    def cut(self, span: _Span, good: float) -> _Span:
        """Leave out of a span the walks too long for any sum below ``good``."""
        longest = (good - self.weigh(span.total, 0.0)) / max(1.0 - self.share, _SAME)
        last = min(span.last, int(np.searchsorted(self.walks, longest)))
        return span._replace(last=max(span.first, last))

    def split(self, span: _Span, at: int, found: Solution, final_gap: float) -> None:
        """Divide a span at a walk within which a median was asked for."""
        self.add(at + 1, span.last, span.total, span.gap)
        if found.status == "infeasible":
            return
        self.try_out(found)
        place = int(np.searchsorted(self.walks, found.parts["worst"]))
        self.add(span.first, place - 1, found.bound, span.gap)
        if found.status == "gap" and span.gap > final_gap:
            self.add(max(span.first, place), at, found.bound, final_gap)
        else:
            self.floor = min(self.floor, self.weigh(found.bound, found.parts["worst"]))


def _count_pairs(problem: Problem, longest: float) -> int:
    return int((problem.pairs.time <= longest).sum())


def _solve_rest(problem: Problem, search: _Search, good: float, watch: Watch) -> None:
    """Decide by one model among all the longest walks that are left."""
    assert search.best_at is not None
    left = [search.cut(span, good) for span in search.spans if span.bound < good]
    first, last = min(span.first for span in left), max(span.last for span in left)
    shortest, longest = float(search.walks[first]), float(search.walks[last])
    model = _Model(problem, (shortest, max(longest, search.best_at.parts["worst"])), search)
    best = model.draft.solve(watch, start=model.fill(search.best_at))
    search.floor = min(search.floor, max(best.bound, search.spans[0].bound))
    search.spans.clear()
    if best.found:
        sites = model.sites[best.x[model.is_open] > 0.5]  # noqa: PLR2004 - 0 or 1
        found = replace(search.best_at, sites=sites[problem.choosable[sites]])
        search.try_out(replace(found, parts=mean_and_worst(problem, found)))


class _Model:
    """The cent-dian as a model: sites open, who walks to which, and the longest walk."""

    def __init__(self, problem: Problem, longest: tuple[float, float], search: _Search) -> None:
        whole = loosen(problem)
        self.problem, self.draft = problem, Draft()
        self.sites = np.flatnonzero(whole.having(Role.CANDIDATE))
        near = whole.pairs.time <= longest[1]
        near &= (problem.weight > 0)[whole.pairs.demand]
        near &= whole.having(Role.CANDIDATE)[whole.pairs.site]
        self.row, site, self.walk = (
            whole.pairs.demand[near], whole.pairs.site[near], whole.pairs.time[near]
        )  # fmt: skip
        self.site = np.searchsorted(self.sites, site)
        must = problem.having(Role.REQUIRED, Role.EXISTING)[self.sites]
        self.is_open = self.draft.columns(np.zeros(len(self.sites)), whole=True, lower=must * 1.0)
        part = search.share / search.everybody
        self.goes = self.draft.columns(part * problem.weight[self.row] * self.walk)
        self.low = longest[0]
        self.longest = self.draft.columns([1.0 - search.share], lower=self.low, upper=longest[1])
        self._bind()

    def _bind(self) -> None:
        draft, each = self.draft, np.arange(len(self.goes))
        served = (self.problem.weight > 0) * 1.0
        draft.rows(self.problem.n, [(self.row, self.goes, 1.0)], served, served)
        open_too = each, self.is_open[self.site], -1.0
        draft.rows(len(each), [(each, self.goes, 1.0), open_too], upper=0.0)
        k = float(self.problem.counted)
        draft.row(self.is_open, self.problem.choosable[self.sites] * 1.0, upper=k)
        late = self.walk > self.low
        rows, of_row = np.unique(self.row[late], return_inverse=True)
        longer = of_row, self.goes[late], self.walk[late] - self.low
        every = np.arange(len(rows))
        most = every, np.repeat(self.longest, len(rows)), -1.0
        draft.rows(len(rows), [longer, most], upper=-self.low)

    def fill(self, found: Solution) -> Floats:
        """Say of all columns what they are with the sites of a solution."""
        stands = flags_of(self.problem, found) | self.problem.having(Role.EXISTING)
        chosen = stands[self.sites]
        served_by, _ = self.problem.pairs.nearest(stands)
        goes = self.sites[self.site] == served_by[self.row]
        return np.concatenate([chosen, goes, [max(self.low, found.parts["worst"])]])


def _end(problem: Problem, centre: Solution, search: _Search, watch: Watch) -> Solution:
    assert search.best_at is not None
    bound = min([search.best, search.floor, *(span.bound for span in search.spans[:1])])
    bound = min(bound, search.best * (1.0 - watch.effort.gap))
    bound = search.best if bound >= search.best * (1.0 - _SAME) else bound
    parts = search.best_at.parts | {"worst_bound": centre.bound}
    ended = answer(problem, flags_of(problem, search.best_at), search.best, bound, watch)
    return replace(ended, parts=parts)


def _walks_from(problem: Problem, least: float) -> Floats:
    usable = problem.choosable | problem.having(Role.EXISTING)
    counts = problem.weight > 0
    use = usable[problem.pairs.site] & counts[problem.pairs.demand]
    walks = np.unique(problem.pairs.time[use])
    possible: Floats = walks[walks >= least]
    return possible if len(possible) else np.zeros(1)
