"""Cover most people with k sites (the maximal covering location problem, MCLP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.answering import answer
from tongling_gis.siting.branching import open_best
from tongling_gis.siting.problem import Role, read_problem, smallest_step
from tongling_gis.siting.reaching import free_pairs, spare_sites, touched
from tongling_gis.siting.serving import make_serving
from tongling_gis.siting.solution import Effort, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Problem
    from tongling_gis.siting.serving import Serving
    from tongling_gis.siting.solution import Solution


def solve_cover(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites that cover most demand within a limit (Church and ReVelle 1974).

    Args:
        times: Walk from each of n demands to each of m sites: a dense array (inf where there is
            no way) or a SciPy sparse matrix, of which only the pairs listed have a way.
        demand: What each demand counts for; None for 1 each.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk that covers, inclusive, in the unit of ``times``; None for any.
        roles: One ``Role`` a site; None where all are candidates.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the demand covered by chosen and existing sites, ``bound`` what no k
        sites exceed. Demand that competitors cover counts for nobody.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If k, the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_cover(walk_s, [120, 80, 60], k=1, limit=600).sites.tolist()
    [0]
    """
    with Watch(effort or Effort()) as watch:
        problem = read_problem(times, demand, k=k, limit=limit, roles=roles)
        standing = Role.REQUIRED, Role.EXISTING, Role.COMPETITOR
        left = np.where(touched(problem, problem.having(*standing)), 0.0, problem.weight)
        taken = touched(problem, problem.having(Role.COMPETITOR))
        worth = float(problem.weight[~taken].sum())
        served = open_best(_serving(problem, left), watch, worth=worth)
        chosen = problem.having(Role.REQUIRED)
        chosen[np.flatnonzero(problem.having(Role.CANDIDATE))[served.is_open]] = True
        covered = weight_within(problem, chosen)
        slack = 0.0 if served.bound == served.value else served.value - served.bound
        return answer(problem, chosen, covered, covered + slack, watch)


def _serving(problem: Problem, weight: Floats) -> Serving:
    row, site, _ = free_pairs(problem, weight > 0)
    shape = (problem.n, int(problem.having(Role.CANDIDATE).sum()))
    step = smallest_step(weight)
    nothing = np.zeros(len(row))
    return make_serving(shape, (row, site, nothing), weight, count=spare_sites(problem), step=step)


def weight_within(problem: Problem, chosen: Flags) -> float:
    """Add up the demand that chosen and existing sites reach and no competitor does."""
    reached = touched(problem, chosen | problem.having(Role.EXISTING))
    taken = touched(problem, problem.having(Role.COMPETITOR))
    return float(problem.weight[reached & ~taken].sum())
