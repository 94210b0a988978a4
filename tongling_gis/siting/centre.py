"""The shortest worst walk with k sites (the p-centre problem)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.answering import answer, infeasible, say_too_few, say_unreachable
from tongling_gis.siting.problem import Role, read_problem, refuse_competitors
from tongling_gis.siting.reaching import cover_left, name_apart, spare_sites, unreachable
from tongling_gis.siting.solution import Effort, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Problem
    from tongling_gis.siting.solution import Solution


def solve_centre(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites such that the longest walk of all is shortest (Hakimi 1964; Minieka 1970).

    Args:
        times: Walk from each of n demands to each of m sites: a dense array (inf where there is
            no way) or a SciPy sparse matrix, of which only the pairs listed have a way.
        demand: Those of 0 do not count; how large the others are does not matter. None for all.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk allowed, inclusive; None for any.
        roles: One ``Role`` a site, no competitors; None where all are candidates.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the longest walk to the nearest chosen or existing site, ``bound`` what
        no k sites undercut.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If k, the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_centre(walk_s, k=1).objective
    900.0
    """
    with Watch(effort or Effort()) as watch:
        problem = read_problem(times, demand, k=k, limit=limit, roles=roles)
        refuse_competitors(problem)
        stands = problem.choosable | problem.having(Role.EXISTING)
        if len(lost := unreachable(problem, stands)):
            return infeasible(problem, lost, say_unreachable(lost), watch)
        best = _search(problem, watch)
        if best.bound == math.inf:
            apart = name_apart(problem)
            return infeasible(problem, apart, say_too_few(k, apart), watch)
        return answer(problem, best.chosen, best.radius, best.bound, watch)


@dataclass(frozen=True, eq=False)
class _Best:
    chosen: Flags
    radius: float
    bound: float


def _search(problem: Problem, watch: Watch) -> _Best:
    """Halve the walks that may be the longest, asking each time whether k sites cover all."""
    walks = _possible_walks(problem)
    best = _Best(problem.having(Role.REQUIRED), math.inf, 0.0)
    low, high = 0, len(walks)
    while low < high and not watch.over:
        middle = (low + high) // 2 if math.isfinite(best.radius) else len(walks) - 1
        chosen, feasible = _cover_within(problem, float(walks[middle]), watch)
        if feasible is None:
            break
        if feasible:
            radius = longest_walk(problem, chosen)
            best = _Best(chosen, radius, 0.0)
            high = int(np.searchsorted(walks, radius))
        else:
            low = middle + 1
        if math.isfinite(best.radius):
            watch.tell(best.radius, float(walks[min(low, high)]))
    bound = math.inf if low == len(walks) else float(walks[min(low, high)]) if len(walks) else 0.0
    return _Best(best.chosen, best.radius, bound)


def _possible_walks(problem: Problem) -> Floats:
    """List the walks that the longest one may be, ascending."""
    usable = problem.choosable | problem.having(Role.EXISTING)
    _, nearest = problem.pairs.nearest(usable)
    counts = problem.weight > 0
    if not counts.any():
        return np.zeros(1)
    use = usable[problem.pairs.site] & counts[problem.pairs.demand]
    walks = np.unique(problem.pairs.time[use])
    possible: Floats = walks[walks >= nearest[counts].max()]
    return possible


def _cover_within(problem: Problem, radius: float, watch: Watch) -> tuple[Flags, bool | None]:
    """Cover all within a walk by k sites; None where time ran out first."""
    near = replace(problem, pairs=problem.pairs.keep(problem.pairs.time <= radius))
    chosen, spare = problem.having(Role.REQUIRED), spare_sites(problem)
    covered = cover_left(near, watch)
    chosen[np.flatnonzero(problem.having(Role.CANDIDATE))[covered.sites]] = True
    if len(covered.sites) <= spare:
        return chosen, True
    return chosen, False if covered.bound > spare else None


def longest_walk(problem: Problem, chosen: Flags) -> float:
    """Find the longest walk to the nearest chosen or existing site."""
    _, walk = problem.pairs.nearest(chosen | problem.having(Role.EXISTING))
    return float(walk[problem.weight > 0].max(initial=0.0))
