"""The shortest total walk with k sites (the p-median problem)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.answering import answer, infeasible, say_too_few, say_unreachable
from tongling_gis.siting.branching import open_best
from tongling_gis.siting.problem import Role, read_problem, refuse_competitors, smallest_step
from tongling_gis.siting.reaching import (
    cover_left,
    free_pairs,
    name_apart,
    spare_sites,
    unreachable,
)
from tongling_gis.siting.serving import make_serving
from tongling_gis.siting.solution import Effort, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Problem
    from tongling_gis.siting.serving import Serving
    from tongling_gis.siting.solution import Solution


def solve_median(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites from which the total walk of all demand is shortest (Hakimi 1964).

    Args:
        times: Walk from each of n demands to each of m sites: a dense array (inf where there is
            no way) or a SciPy sparse matrix, of which only the pairs listed have a way.
        demand: What each demand counts for; None for 1 each.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk allowed, inclusive; None for any. Every demand above 0 must have a
            site within it.
        roles: One ``Role`` a site, no competitors; None where all are candidates.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the sum of demand times walk to the nearest site, ``bound`` what no k
        sites undercut.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If k, the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_median(walk_s, [120, 80, 60], k=1).objective
    148000.0
    """
    with Watch(effort or Effort()) as watch:
        problem = read_problem(times, demand, k=k, limit=limit, roles=roles)
        refuse_competitors(problem)
        stands = problem.choosable | problem.having(Role.EXISTING)
        if len(lost := unreachable(problem, stands)):
            return infeasible(problem, lost, say_unreachable(lost), watch)
        serving = _serving(problem)
        served = open_best(serving, watch)
        if math.isinf(served.value):
            cover = cover_left(problem, watch)
            if cover.bound > serving.count:
                few = name_apart(problem)
                return infeasible(problem, few, say_too_few(k, few), watch)
            start = np.zeros(serving.m, dtype=bool)
            start[cover.sites[: serving.count]] = True
            served = open_best(serving, watch, start=start)
        chosen = problem.having(Role.REQUIRED)
        chosen[np.flatnonzero(problem.having(Role.CANDIDATE))[served.is_open]] = True
        total = walk_total(problem, chosen)
        bound = total if served.bound == served.value else served.bound
        return answer(problem, chosen, total, bound, watch)


def _serving(problem: Problem) -> Serving:
    counts = problem.weight > 0
    _, cap = problem.pairs.nearest(problem.having(Role.REQUIRED, Role.EXISTING))
    cap = np.where(counts, cap, 0.0)
    cap[counts] *= problem.weight[counts]
    row, site, walk = free_pairs(problem, counts)
    cost: Floats = walk * problem.weight[row]
    step = smallest_step(np.r_[cost, cap[np.isfinite(cap)]])
    shape = (problem.n, int(problem.having(Role.CANDIDATE).sum()))
    return make_serving(shape, (row, site, cost), cap, count=spare_sites(problem), step=step)


def walk_total(problem: Problem, chosen: Flags) -> float:
    """Add up demand times walk to the nearest chosen or existing site; inf without one."""
    _, walk = problem.pairs.nearest(chosen | problem.having(Role.EXISTING))
    counts = problem.weight > 0
    if np.isinf(walk[counts]).any():
        return math.inf
    return float(problem.weight[counts] @ walk[counts])
