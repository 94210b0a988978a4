"""Who is within reach of which sites, and whether so many sites can reach all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.covering import cover_rows, find_apart
from tongling_gis.siting.problem import Role

if TYPE_CHECKING:
    from tongling_gis.siting.covering import Covered
    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem, Rows
    from tongling_gis.siting.solution import Watch


def touched(problem: Problem, sites: Flags) -> Flags:
    """Mark the demands that one of some sites reaches."""
    reached: Flags = np.zeros(problem.n, dtype=bool)
    reached[problem.pairs.demand[sites[problem.pairs.site]]] = True
    return reached


def unreachable(problem: Problem, sites: Flags) -> Ints:
    """List the demands that none of some sites reaches, those that count for nothing aside."""
    return np.flatnonzero(~touched(problem, sites) & (problem.weight > 0))


def uncovered(problem: Problem) -> Flags:
    """Mark the demands that count and that no required or existing site reaches."""
    stands = problem.having(Role.REQUIRED, Role.EXISTING)
    return ~touched(problem, stands) & (problem.weight > 0)


def free_pairs(problem: Problem, rows: Flags) -> tuple[Ints, Rows, Floats]:
    """Give row, site (numbered among the candidates) and time of the pairs of some rows."""
    candidate = problem.having(Role.CANDIDATE)
    use = candidate[problem.pairs.site] & rows[problem.pairs.demand]
    number = (np.cumsum(candidate) - 1).astype(np.int32)
    return problem.pairs.demand[use], number[problem.pairs.site[use]], problem.pairs.time[use]


def reach_matrix(problem: Problem, rows: Flags) -> Any:  # noqa: ANN401 - a SciPy sparse array
    """Say which candidate reaches which of some rows, as a CSR array of ones."""
    from scipy import sparse

    demand, site, _ = free_pairs(problem, rows)
    row = (np.cumsum(rows) - 1)[demand]
    shape = (int(rows.sum()), int(problem.having(Role.CANDIDATE).sum()))
    return sparse.csr_array((np.ones(len(row)), (row, site)), shape=shape)


def spare_sites(problem: Problem) -> int:
    """Count the sites to choose besides the required ones."""
    return problem.counted - int(problem.having(Role.REQUIRED).sum())


def cover_left(problem: Problem, watch: Watch) -> Covered:
    """Cover all that is left by the sites to choose, or show that they are too few."""
    return cover_rows(reach_matrix(problem, uncovered(problem)), watch, enough=spare_sites(problem))


def name_apart(problem: Problem) -> Ints:
    """Find more demands than sites to choose, no two of which share one; or none."""
    left = uncovered(problem)
    apart = np.flatnonzero(left)[find_apart(reach_matrix(problem, left))]
    return np.sort(apart) if len(apart) > spare_sites(problem) else apart[:0]
