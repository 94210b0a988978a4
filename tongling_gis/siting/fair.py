"""Fair to the worst-served: the worst walk first, or weighed against the mean."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tongling_gis.errors import UsageError
from tongling_gis.siting.answering import answer
from tongling_gis.siting.cent_dian import flags_of, mean_and_worst, weigh_walks
from tongling_gis.siting.centre import longest_walk, solve_centre
from tongling_gis.siting.median import solve_median
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.problem import read_problem
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.cent_dian import Within
    from tongling_gis.siting.problem import Problem
    from tongling_gis.siting.solution import Solution

WORST_FIRST = Text(
    "先使最远步行最短，再在此范围内使平均步行最短。",
    "The longest walk is made shortest first, then, within it, the mean walk.",
)
WEIGHED = Text(
    "使平均步行（权重 {mean:g}）与最远步行（权重 {worst:g}）的加权和最小。",
    "The least sum of the mean walk (weight {mean:g}) and the longest (weight {worst:g}).",
)


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

    >>> walk_s = [[300, 900], [500, 400], [1200, 200]]
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

    def within(radius: float | None, gap: float) -> Solution:
        rest = replace(effort_left(watch), gap=gap)
        found = solve_median(times, demand, k=k, limit=radius, roles=roles, effort=rest)
        return heed(watch, found)

    if not math.isfinite(centre.objective):
        found = within(limit, watch.effort.gap) if centre.status == "gap" else centre
        if not math.isfinite(found.objective):
            return centre
        worst = longest_walk(problem, flags_of(problem, found))
        centre = replace(centre, sites=found.sites, objective=worst)
    if mean_share is None:
        return _worst_first(problem, centre, within, watch)
    ended = weigh_walks(problem, centre, within, mean_share, watch)
    said = WEIGHED.fill(mean=mean_share, worst=1.0 - mean_share)
    return replace(ended, reason=_join(said, ended.reason))


def _worst_first(problem: Problem, centre: Solution, within: Within, watch: Watch) -> Solution:
    found = within(centre.objective, watch.effort.gap)
    best = found if math.isfinite(found.objective) else centre
    parts = mean_and_worst(problem, best) | {"worst_bound": centre.bound}
    everybody = float(problem.weight.sum()) or 1.0
    proven = found.status == centre.status == "optimal"
    bound = parts["mean"] if proven else min(parts["mean"], found.bound / everybody)
    ended = answer(problem, flags_of(problem, best), parts["mean"], bound, watch)
    status, reason = ended.status, ended.reason
    if centre.status != "optimal":
        status, reason = "gap", centre.reason
    return replace(ended, status=status, reason=_join(WORST_FIRST, reason), parts=parts)


def _join(one: Text, two: Text) -> Text:
    return Text(one.zh + two.zh, f"{one.en} {two.en}")
