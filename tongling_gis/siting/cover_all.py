"""Cover everybody with the fewest sites (the location set covering problem, LSCP)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.answering import answer, infeasible, say_unreachable
from tongling_gis.siting.covering import cover_rows
from tongling_gis.siting.problem import Role, read_problem
from tongling_gis.siting.reaching import reach_matrix, touched, unreachable
from tongling_gis.siting.solution import Effort, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.solution import Solution


def solve_cover_all(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose the fewest sites that cover all demand within a limit (Toregas et al. 1971).

    Args:
        times: Walk from each of n demands to each of m sites: a dense array (inf where there is
            no way) or a SciPy sparse matrix, of which only the pairs listed have a way.
        demand: What each demand counts for; those of 0 need not be covered. None for 1 each.
        limit: Longest walk that covers, inclusive, in the unit of ``times``; None for any.
        roles: One ``Role`` a site; None where all are candidates.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the number of sites chosen, the required ones among them; ``bound``
        how many are needed at least.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_cover_all(walk_s, limit=600).objective
    2.0
    """
    with Watch(effort or Effort()) as watch:
        problem = read_problem(times, demand, k=None, limit=limit, roles=roles)
        standing = Role.EXISTING, Role.COMPETITOR, Role.REQUIRED
        left = (problem.weight > 0) & ~touched(problem, problem.having(*standing))
        lost = unreachable(problem, problem.having(Role.CANDIDATE, *standing))
        if len(lost):
            return infeasible(problem, lost, say_unreachable(lost), watch)
        chosen = problem.having(Role.REQUIRED)
        required = int(chosen.sum())
        covered = cover_rows(reach_matrix(problem, left), watch)
        chosen[np.flatnonzero(problem.having(Role.CANDIDATE))[covered.sites]] = True
        bound = float(required + covered.bound)
        return answer(problem, chosen, float(chosen.sum()), bound, watch)
