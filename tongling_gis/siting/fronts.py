"""Fronts: all that can be had between two wishes, cost against cover and mean against worst."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.budget import choose_works
from tongling_gis.siting.cent_dian import mean_and_worst
from tongling_gis.siting.median import solve_median
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.problem import read_problem, smallest_step
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.siting.works import read_works
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.solution import Solution
    from tongling_gis.siting.works import Works

_SAME = 1e-9
_FINEST = 1e-5


def front_of_cost(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    works: Works,
    budget: float = math.inf,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Iterator[Solution]:
    """Give each choice of works than which none covers more for no more money.

    The dearest comes first. Each is an optimum of ``solve_budget`` within less than the one
    before costs (the epsilon-constraint method; Haimes, Lasdon and Wismer 1971). A choice is
    given once the next shows that none so good is cheaper.

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_cover``.
        demand: What each demand counts for; None for 1 each.
        works: What may be done where, as for ``solve_budget``.
        budget: Most money to think of; inf for any.
        limit: Longest walk that covers, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates.
        effort: For the whole front.

    Yields:
        Solutions as of ``solve_budget``, ``objective`` and ``parts["cost"]`` both falling. Where
        time runs out, the last has the status "gap". An infeasible one alone where there is none.

    Raises:
        InputError: If times, demand or works cannot be used.
        UsageError: If the budget, the limit or a role cannot be meant.
    """
    watch = Watch(effort or Effort())
    problem = read_problem(times, demand, k=None, limit=limit, roles=roles)
    dearest = float(np.abs(np.asarray(works.cost, dtype=float)).sum())
    choice = read_works(works, problem, min(budget, dearest))
    step = smallest_step(np.abs(choice.cost)) or _FINEST * np.abs(choice.cost).max(initial=1.0)
    held: Solution | None = None
    while True:
        with Watch(effort_left(watch)) as inner:
            found = heed(watch, choose_works(problem, choice, inner))
        if found.status == "infeasible":
            break
        if held is not None and found.objective < held.objective - _SAME * held.objective:
            yield held
        held = found
        if found.status != "optimal" and watch.over:
            break
        watch.effort.progress(*_says(len(found.works), found.parts["cost"], dearest))
        choice = replace(choice, budget=found.parts["cost"] - step)
    yield held or found


def _says(works: int, cost: float, dearest: float) -> tuple[Text, float]:
    says = Text("费用 {cost:g}：{works} 项工程", "Cost {cost:g}: {works} works")
    return says.fill(cost=cost, works=works), 1.0 - min(1.0, max(0.0, cost / (dearest or 1.0)))


def front_of_worst(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Iterator[Solution]:
    """Give each choice of k sites than which none has a shorter mean and no longer worst walk.

    The shortest mean comes first, the shortest worst walk last; between them, each is the
    p-median within less than the worst walk of the one before (epsilon-constraint).

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_median``.
        demand: What each demand counts for; None for 1 each.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk allowed, inclusive; None for any.
        roles: One ``Role`` a site, no competitors; None where all are candidates.
        effort: For the whole front.

    Yields:
        Solutions whose ``objective`` is the mean walk; ``parts``: "mean", "worst" and
        "at_worst" as of ``solve_fair``. Where time runs out, the last has the status "gap".
        An infeasible one alone where there is none.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If k, the limit or a role cannot be meant.
    """
    watch = Watch(effort or Effort())
    problem = read_problem(times, demand, k=k, limit=limit, roles=roles)
    everybody = float(problem.weight.sum()) or 1.0
    held: Solution | None = None
    within, first = limit, math.inf
    while within is None or within >= 0:
        rest = effort_left(watch)
        found = heed(
            watch, solve_median(times, demand, k=k, limit=within, roles=roles, effort=rest)
        )
        if not math.isfinite(found.objective):
            break
        parts = mean_and_worst(problem, found)
        bound = parts["mean"] if found.status == "optimal" else found.bound / everybody
        found = replace(found, objective=parts["mean"], bound=bound, parts=parts)
        if held is not None and found.objective > held.objective * (1.0 + _SAME):
            yield held
        held = found
        if found.status != "optimal" and watch.over:
            break
        first = first if math.isfinite(first) else max(parts["worst"], _SAME)
        says = Text("最远步行 {worst:g}", "Longest walk {worst:g}").fill(worst=parts["worst"])
        watch.effort.progress(says, 1.0 - parts["worst"] / first)
        within = math.nextafter(parts["worst"], -math.inf)
    yield held or found
