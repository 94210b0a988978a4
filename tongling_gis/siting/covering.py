"""Choosing the fewest sites that cover all rows (set covering)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.model import Model, Target, optimise
from tongling_gis.siting.reducing import list_sets, load_set_kernels, reduce_covering

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Flags, Ints
    from tongling_gis.siting.solution import Watch

_MOST_STEPS, _STEPS_EACH = 300_000, 300


@dataclass(frozen=True, eq=False)
class Covered:
    """A cover.

    Attributes:
        sites: The sites, ascending; they cover all rows.
        bound: How many sites any cover needs at least.
    """

    sites: Ints
    bound: int


def cover_rows(matrix: Any, watch: Watch, *, enough: float = -math.inf) -> Covered:  # noqa: ANN401
    """Choose the fewest sites that cover all rows.

    Args:
        matrix: SciPy CSR array of ones, rows x sites; each row has some site.
        watch: Time limit.
        enough: Stop at a cover of so few sites, or when it is clear that there is none.
    """
    left = reduce_covering(matrix)
    sites, bound = left.chosen, len(left.chosen)
    parts = _split(left.matrix)
    covers = [(columns, part, cover_greedily(part)) for columns, part in parts]
    needed = [count_apart(part) for _, part, _ in covers]
    for i, (columns, part, start) in enumerate(covers):
        others = bound + sum(needed[i + 1 :])
        best = start
        if len(start) > needed[i] and bound + sum(needed[i:]) <= enough:
            best, needed[i] = _cover_part(part, start, watch, enough - others)
        elif len(start) > needed[i] and enough == -math.inf:
            best, needed[i] = _cover_part(part, start, watch, -math.inf)
        sites = np.r_[sites, left.sites[columns[best]]]
        bound += needed[i]
    return Covered(np.sort(sites), bound)


def _cover_part(part: Any, start: Ints, watch: Watch, enough: float) -> tuple[Ints, int]:  # noqa: ANN401
    rows, m = part.shape
    apart = count_apart(part)
    start = search_cover(part, start, max(apart, enough), watch)
    if len(start) <= max(apart, enough) or watch.over:
        return start, apart
    model = Model(np.ones(m), np.ones(m, dtype=bool), part, np.ones(rows), np.full(rows, np.inf))
    chosen = np.zeros(m)
    chosen[start] = 1.0
    best = optimise(model, watch, start=chosen, target=Target(1.0, enough, searched=True))
    bound = max(apart, math.ceil(max(best.bound, 0.0) - 1e-6))
    return (np.flatnonzero(best.x > 0.5) if best.found else start), bound  # noqa: PLR2004


def search_cover(part: Any, start: Ints, goal: float, watch: Watch) -> Ints:  # noqa: ANN401
    """Look for a smaller cover than one known, down to so many sites as are the goal."""
    columns = part.T.tocsr()
    chosen = np.zeros(part.shape[1], dtype=bool)
    chosen[start] = True
    steps = min(_MOST_STEPS, _STEPS_EACH * part.shape[0])
    load_set_kernels().search_cover(
        *list_sets(part), *list_sets(columns), chosen, int(goal), steps, watch.effort.seed % 2**31
    )
    return np.flatnonzero(chosen)


def _split(matrix: Any) -> list[tuple[Ints, Any]]:  # noqa: ANN401 - a SciPy sparse array
    """Split into parts that share no site: columns and matrix of each, the smallest first."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    rows = matrix.shape[0]
    if not rows:
        return []
    both = sparse.block_array([[None, matrix], [matrix.T, None]], format="csr")
    count, part = connected_components(both, directed=False)
    found = []
    for one in range(count):
        columns = np.flatnonzero(part[rows:] == one)
        inside = np.flatnonzero(part[:rows] == one)
        if len(inside):
            found.append((columns, matrix[inside][:, columns].tocsr()))
    return sorted(found, key=lambda each: each[1].nnz)


def cover_greedily(matrix: Any) -> Ints:  # noqa: ANN401 - a SciPy sparse array
    """Choose the site that covers most rows left, again and again; then drop the needless."""
    columns = matrix.T.tocsr()
    left: Flags = np.ones(matrix.shape[0], dtype=bool)
    times: Ints = np.zeros(matrix.shape[0], dtype=np.int64)
    gain = np.diff(columns.indptr).astype(np.int64)
    chosen: list[int] = []
    while left.any():
        site = int(np.argmax(gain))
        rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        fresh = rows[left[rows]]
        left[fresh] = False
        times[rows] += 1
        np.subtract.at(gain, matrix[fresh].indices, 1)
        chosen.append(site)
    for site in list(chosen):
        rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        if (times[rows] > 1).all():
            times[rows] -= 1
            chosen.remove(site)
    return np.sort(np.asarray(chosen, dtype=np.int64))


def find_apart(matrix: Any) -> Ints:  # noqa: ANN401 - a SciPy sparse array
    """Find rows of which no two share a site: so many sites are needed at least."""
    columns = matrix.T.tocsr()
    free: Flags = np.ones(matrix.shape[0], dtype=bool)
    apart = []
    for row in np.argsort(np.diff(matrix.indptr), kind="stable"):
        if free[row]:
            apart.append(int(row))
            sites = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
            free[columns[sites].indices] = False
    return np.asarray(apart, dtype=np.int64)


def count_apart(matrix: Any) -> int:  # noqa: ANN401 - a SciPy sparse array
    """Count rows of which no two share a site."""
    return len(find_apart(matrix))
