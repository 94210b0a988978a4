"""Taking away of a set covering problem what cannot matter, and what must be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.routing import import_compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.siting.problem import Flags, Ints

    Sets: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32]]

_MOST_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Covering:
    """A set covering problem: each row must have one of its sites chosen.

    Attributes:
        rows: Rows left, by their numbers at the beginning, int64[r].
        sites: Sites left, int64[s].
        chosen: Sites that some smallest solution has, found by reduction.
        matrix: Which site covers which row, SciPy CSR of ones, r x s.
    """

    rows: Ints
    sites: Ints
    chosen: Ints
    matrix: Any


def reduce_covering(matrix: Any) -> Covering:  # noqa: ANN401 - a SciPy sparse array
    """Reduce a set covering problem by dominance until nothing gives.

    A row that has all sites of another is covered with it; a site of which another covers all
    rows and maybe more is not needed; the only site of a row is needed.

    Args:
        matrix: SciPy CSR array, rows x sites, each row with some site.
    """
    n, m = matrix.shape
    left = Covering(np.arange(n), np.arange(m), np.empty(0, dtype=np.int64), matrix)
    for _ in range(_MOST_ROUNDS):
        before = left.matrix.shape
        left = _drop_sites(_choose_only_sites(_drop_rows(left)))
        if left.matrix.shape == before or not left.matrix.shape[0]:
            break
    return left


def list_sets(matrix: Any) -> Sets:  # noqa: ANN401 - a SciPy sparse array
    """Give the rows of a matrix of ones as the kernels take them."""
    matrix.sort_indices()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)


def _drop_rows(left: Covering) -> Covering:
    extra: Flags = np.zeros(left.matrix.shape[0], dtype=bool)
    load_set_kernels().mark_supersets(
        *list_sets(left.matrix), *list_sets(left.matrix.T.tocsr()), extra
    )
    return Covering(left.rows[~extra], left.sites, left.chosen, left.matrix[~extra])


def _drop_sites(left: Covering) -> Covering:
    columns = left.matrix.T.tocsr()
    extra: Flags = np.zeros(columns.shape[0], dtype=bool)
    load_set_kernels().mark_subsets(*list_sets(columns), *list_sets(left.matrix), extra)
    return Covering(left.rows, left.sites[~extra], left.chosen, left.matrix[:, ~extra].tocsr())


def _choose_only_sites(left: Covering) -> Covering:
    single = np.diff(left.matrix.indptr) == 1
    needed = np.unique(left.matrix.indices[left.matrix.indptr[:-1][single]])
    covered = np.zeros(left.matrix.shape[0], dtype=bool)
    covered[left.matrix[:, needed].tocoo().coords[0]] = True
    spare = np.setdiff1d(np.arange(left.matrix.shape[1]), needed)
    return Covering(
        left.rows[~covered],
        left.sites[spare],
        np.r_[left.chosen, left.sites[needed]],
        left.matrix[~covered][:, spare].tocsr(),
    )


def load_set_kernels() -> Any:  # noqa: ANN401 - a module of compiled functions
    """Load the compiled loops over sets."""
    return import_compiled("tongling_gis.siting.set_kernels")
