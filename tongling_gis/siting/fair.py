"""Fair to the worst-served: the worst walk first, or weighed against the mean."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.siting.answering import answer
from tongling_gis.siting.centre import longest_walk, solve_centre
from tongling_gis.siting.median import solve_median, walk_total
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.problem import Role, read_problem
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Floats, Problem
    from tongling_gis.siting.solution import Solution

WORST_FIRST = Text(
    "先使最远步行最短，再在此范围内使平均步行最短。",
    "The longest walk is made shortest first, then, within it, the mean walk.",
)
WEIGHED = Text(
    "使平均步行（权重 {mean:g}）与最远步行（权重 {worst:g}）的加权和最小。",
    "The least sum of the mean walk (weight {mean:g}) and the longest (weight {worst:g}).",
)
_SAME = 1e-12


def solve_fair(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    mean_share: float | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites that are fair to those with the longest walk.

    Without ``mean_share``, the longest walk is made as short as can be (p-centre), and of all
    choices that keep to it the one of the shortest mean walk is taken (p-median). With it, the
    sum ``mean_share`` x mean + (1 - ``mean_share``) x longest is made least: the cent-dian of
    Halpern (1976), found exactly over the longest walks that may be.

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_median``.
        demand: What each demand counts for; None for 1 each.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk allowed, inclusive; None for any.
        roles: One ``Role`` a site, no competitors; None where all are candidates.
        mean_share: What the mean counts for, from 0 to 1; None to put the longest walk first.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the mean walk, or the weighted sum. ``parts``: "mean", "worst" (the
        longest walk), "worst_bound" (what no k sites undercut) and "at_worst" (the demand that
        has the longest walk). ``reason`` says which kind of fairness was asked.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If k, the limit, a role or the share cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_fair(walk_s, [120, 80, 60], k=1).parts["worst"]
    900.0
    """
    if mean_share is not None and not 0 <= mean_share <= 1:
        raise UsageError(
            Text("平均步行的权重须在 0 到 1 之间。", "The share of the mean must be 0 to 1.")
        )
    watch = Watch(effort or Effort())
    problem = read_problem(times, demand, k=k, limit=limit, roles=roles)
    centre = heed(
        watch,
        solve_centre(times, demand, k=k, limit=limit, roles=roles, effort=effort_left(watch)),
    )

    def within(radius: float | None) -> Solution:
        rest = effort_left(watch)
        found = solve_median(times, demand, k=k, limit=radius, roles=roles, effort=rest)
        return heed(watch, found)

    if not math.isfinite(centre.objective):
        found = within(limit) if centre.status == "gap" else centre
        if not math.isfinite(found.objective):
            return centre
        worst = longest_walk(problem, _flags(problem, found))
        centre = replace(centre, sites=found.sites, objective=worst)
    if mean_share is None:
        return _worst_first(problem, centre, within, watch)
    return _weigh(problem, centre, within, mean_share, watch)


def mean_and_worst(problem: Problem, found: Solution) -> dict[str, float]:
    """Measure the mean walk, the longest, and the demand that has the longest."""
    chosen = np.zeros(problem.m, dtype=bool)
    chosen[found.sites] = True
    worst = longest_walk(problem, chosen)
    _, walk = problem.pairs.nearest(chosen | problem.having(Role.EXISTING))
    everybody = float(problem.weight.sum())
    mean = walk_total(problem, chosen) / everybody if everybody else 0.0
    return {
        "mean": mean,
        "worst": worst,
        "at_worst": float(problem.weight[(walk == worst) & (problem.weight > 0)].sum()),
    }


def _worst_first(
    problem: Problem, centre: Solution, within: Callable[[float | None], Solution], watch: Watch
) -> Solution:
    found = within(centre.objective)
    best = found if math.isfinite(found.objective) else centre
    parts = mean_and_worst(problem, best) | {"worst_bound": centre.bound}
    everybody = float(problem.weight.sum()) or 1.0
    proven = found.status == centre.status == "optimal"
    bound = parts["mean"] if proven else min(parts["mean"], found.bound / everybody)
    ended = answer(problem, _flags(problem, best), parts["mean"], bound, watch)
    status, reason = ended.status, ended.reason
    if centre.status != "optimal":
        status, reason = "gap", centre.reason
    return replace(ended, status=status, reason=_join(WORST_FIRST, reason), parts=parts)


def _flags(problem: Problem, found: Solution) -> Any:  # noqa: ANN401 - bool[m]
    chosen = np.zeros(problem.m, dtype=bool)
    chosen[found.sites] = True
    return chosen


def _join(one: Text, two: Text) -> Text:
    return Text(one.zh + two.zh, f"{one.en} {two.en}")


@dataclass(eq=False)
class _Search:
    """Longest walks that may be, in spans; each span has a least sum that it may hold."""

    walks: Floats
    share: float
    everybody: float
    spans: list[tuple[float, int, int, float]] = field(default_factory=list)
    floor: float = math.inf

    def weigh(self, total: float, worst: float) -> float:
        return self.share * total / self.everybody + (1.0 - self.share) * worst

    def add(self, first: int, last: int, total: float) -> None:
        """Add a span of walks, within the longest of which no total is below ``total``."""
        if first <= last:
            heapq.heappush(self.spans, (self.weigh(total, self.walks[first]), first, last, total))

    def split(self, span: tuple[float, int, int, float], at: int, found: Solution) -> float:
        """Divide a span where a median was asked for; give the longest walk that it has."""
        _, first, last, total = span
        self.add(at + 1, last, total)
        if found.status == "infeasible":
            return math.inf
        worst = found.parts["worst"]
        self.floor = min(self.floor, self.weigh(found.bound, worst))
        self.add(first, int(np.searchsorted(self.walks, worst)) - 1, found.bound)
        return self.weigh(found.objective, worst)


def _weigh(
    problem: Problem, centre: Solution, within: Callable[[float | None], Solution], share: float,
    watch: Watch,
) -> Solution:  # fmt: skip
    search = _Search(_walks_from(problem, centre.bound), share, float(problem.weight.sum()) or 1.0)
    best, best_at = (
        search.weigh(walk_total(problem, _flags(problem, centre)), centre.objective),
        centre,
    )
    search.add(0, len(search.walks) - 1, 0.0)
    at = len(search.walks) - 1
    while search.spans and search.spans[0][0] < best * (1.0 - max(watch.effort.gap, _SAME)):
        span = heapq.heappop(search.spans)
        found = within(float(search.walks[at]))
        if found.status == "gap" and math.isnan(found.objective):
            heapq.heappush(search.spans, span)
            break
        if found.status != "infeasible":
            found = replace(found, parts=mean_and_worst(problem, found))
        value = search.split(span, at, found)
        best, best_at = min((best, best_at), (value, found), key=lambda each: each[0])
        if watch.over:
            break
        watch.tell(best, min(best, search.floor))
        at = (search.spans[0][1] + search.spans[0][2]) // 2 if search.spans else 0
    bound = min([best, search.floor, *(span[0] for span in search.spans[:1])])
    bound = best if bound >= best * (1.0 - _SAME) else bound
    parts = mean_and_worst(problem, best_at) | {"worst_bound": centre.bound}
    ended = answer(problem, _flags(problem, best_at), best, bound, watch)
    said = WEIGHED.fill(mean=share, worst=1.0 - share)
    return replace(ended, reason=_join(said, ended.reason), parts=parts)


def _walks_from(problem: Problem, least: float) -> Floats:
    usable = problem.choosable | problem.having(Role.EXISTING)
    counts = problem.weight > 0
    use = usable[problem.pairs.site] & counts[problem.pairs.demand]
    walks = np.unique(problem.pairs.time[use])
    possible: Floats = walks[walks >= least]
    return possible if len(possible) else np.zeros(1)
