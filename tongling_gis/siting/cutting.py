"""Going on with HiGHS, its cuts and heuristics, where prices alone do not close the gap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.siting.model import Model, Target, optimise

if TYPE_CHECKING:
    from tongling_gis.siting.bounding import Node
    from tongling_gis.siting.serving import Flags, Serving
    from tongling_gis.siting.solution import Watch


def is_covering(problem: Serving) -> bool:
    """Whether rows are either served at no cost or left at a finite cap."""
    return not problem.cost.any() and bool(np.isfinite(problem.cap).all())


def cut_and_branch(root: Node, watch: Watch) -> float:
    """Solve what is left of a covering problem by HiGHS, from the best known on.

    Args:
        root: Of the search; better solutions are offered to its part's ``best``.
        watch: Time limit, accepted gap and seed.

    Returns:
        A bound, that of the whole.
    """
    part, best = root.part, root.part.best
    known, start = part.holding(best.is_open), None
    if known is not None and math.isclose(best.value, part.problem.value(known)):
        start = np.r_[known, _left_out(part.problem, known)].astype(float)
    target = Target(part.problem.step, worth=best.worth - part.problem.constant)
    found = optimise(_model(part.problem), watch, start=start, target=target)
    if found.found:
        best.offer(part.in_whole(np.flatnonzero(found.x[: part.problem.m] > 0.5)))  # noqa: PLR2004
    return max(root.bound, found.bound + part.problem.constant)


def _model(problem: Serving) -> Model:
    """Choose so many sites; each row has one of its sites chosen or is left out, at its cap."""
    from scipy import sparse

    n, m = problem.n, problem.m
    reach = sparse.csr_array((np.ones(len(problem.site)), problem.site, problem.indptr), (n, m))
    chosen = sparse.csr_array(np.ones((1, m)))
    matrix = sparse.block_array([[reach, sparse.eye_array(n)], [chosen, None]], format="csc")
    return Model(
        cost=np.r_[np.zeros(m), problem.cap],
        whole=np.r_[np.ones(m, dtype=bool), np.zeros(n, dtype=bool)],
        matrix=matrix,
        row_lower=np.r_[np.ones(n), float(problem.count)],
        row_upper=np.r_[np.full(n, math.inf), float(problem.count)],
    )


def _left_out(problem: Serving, is_open: Flags) -> Flags:
    hit: Flags = np.zeros(problem.n, dtype=bool)
    hit[np.repeat(np.arange(problem.n), np.diff(problem.indptr))[is_open[problem.site]]] = True
    return ~hit
