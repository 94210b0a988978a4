"""Writing a mixed-integer model down: columns first, then the rows that bind them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.model import Model, Target, optimise
from tongling_gis.siting.problem import Role
from tongling_gis.siting.reaching import reach_matrix, touched
from tongling_gis.siting.serving import find_equal_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.model import Optimum
    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem
    from tongling_gis.siting.solution import Watch


@dataclass(eq=False)
class Draft:
    """A model being written: what is minimised, over which columns, within which rows."""

    _cost: list[Floats] = field(default_factory=list)
    _whole: list[Flags] = field(default_factory=list)
    _lower: list[Floats] = field(default_factory=list)
    _upper: list[Floats] = field(default_factory=list)
    _entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    _rows: list[tuple[Floats, Floats]] = field(default_factory=list)
    _columns: int = 0
    _count: int = 0

    def columns(
        self,
        cost: ArrayLike,
        *,
        whole: bool = False,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = 1.0,
    ) -> Ints:
        """Add columns and give their numbers.

        Args:
            cost: What one unit of each costs, float64[c].
            whole: Whether they must be whole numbers.
            lower: Least value of all or each.
            upper: Greatest value of all or each.
        """
        costs = np.asarray(cost, dtype=float)
        c = len(costs)
        self._cost.append(costs)
        self._whole.append(np.full(c, whole))
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), c))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=float), c))
        self._columns += c
        return np.arange(self._columns - c, self._columns)

    def rows(
        self, count: int, parts: Sequence[tuple[Ints, Ints, ArrayLike]],
        lower: ArrayLike = -math.inf, upper: ArrayLike = math.inf,
    ) -> None:  # fmt: skip
        """Add rows: of each part row (0 to count), column and coefficient."""
        for row, column, value in parts:
            each = np.broadcast_to(np.asarray(value, dtype=float), len(row))
            self._entries.append((np.asarray(row) + self._count, np.asarray(column), each))
        low = np.broadcast_to(np.asarray(lower, dtype=float), count)
        self._rows.append((low, np.broadcast_to(np.asarray(upper, dtype=float), count)))
        self._count += count

    def row(
        self, columns: Ints, values: ArrayLike, lower: float = -math.inf, upper: float = math.inf
    ) -> None:
        """Add one row."""
        self.rows(1, [(np.zeros(len(columns), dtype=np.int64), columns, values)], lower, upper)

    def solve(
        self, watch: Watch, *, start: Floats | None = None, step: float = 0.0
    ) -> Optimum:  # fmt: skip
        """Solve the model as written so far.

        Args:
            watch: Time limit, accepted gap and seed.
            start: A feasible value for each column to begin with.
            step: Any two objectives that differ do so by at least this much; 0 where unknown.
        """
        if not self._columns:
            self.columns([0.0])
            start = np.zeros(1)
        return optimise(self._model(), watch, start=start, target=Target(step))

    def _model(self) -> Model:
        from scipy import sparse

        row, column, value = (
            np.concatenate([entry[part] for entry in self._entries] or [np.empty(0)])
            for part in range(3)
        )
        at = row.astype(np.int64), column.astype(np.int64)
        matrix = sparse.csc_array((value, at), shape=(self._count, self._columns))
        lower, upper = (
            np.concatenate([row[side] for row in self._rows] or [np.empty(0)]) for side in (0, 1)
        )
        return Model(
            np.concatenate(self._cost), np.concatenate(self._whole), matrix, lower, upper,
            np.concatenate(self._lower), np.concatenate(self._upper),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reach:
    """Who can be covered by whom: demands that the same sites reach are one group.

    Attributes:
        matrix: Which site reaches which group, SciPy CSR array of ones, groups x sites given.
        weight: What each group counts for, float64[g].
        group: Group of each demand; -1 for those left out, as nobody reaches them or they
            count for nothing.
    """

    matrix: Any
    weight: Floats
    group: Ints

    @property
    def entries(self) -> tuple[Ints, Ints]:
        """Group and site of each pair."""
        row, column = self.matrix.tocoo().coords
        return row, column


def gather_reach(problem: Problem, rows: Flags) -> Reach:
    """Merge those of some rows that the same candidates reach."""
    matrix = reach_matrix(problem, rows)
    matrix.sort_indices()
    kept = np.flatnonzero(rows)[np.diff(matrix.indptr) > 0]
    group = np.full(problem.n, -1, dtype=np.int64)
    if not len(kept):
        return Reach(matrix[:0], np.empty(0), group)
    matrix = matrix[np.diff(matrix.indptr) > 0]
    first, kind = find_equal_rows(matrix.tocoo().coords[0], matrix.indices, len(kept))
    group[kept] = kind
    weight: Floats = np.bincount(kind, weights=problem.weight[kept]).astype(float)
    return Reach(matrix[first], weight, group)


def not_taken(problem: Problem) -> Flags:
    """Mark the demands that count: those above 0 that no competitor reaches."""
    return (problem.weight > 0) & ~touched(problem, problem.having(Role.COMPETITOR))


def counted(problem: Problem) -> Problem:
    """Let demand that a competitor reaches count for nothing."""
    return replace(problem, weight=np.where(not_taken(problem), problem.weight, 0.0))


def loosen(problem: Problem) -> Problem:
    """Make candidates of required and existing sites, for models that open them by bounds."""
    roles = problem.roles.copy()
    roles[problem.having(Role.REQUIRED, Role.EXISTING)] = Role.CANDIDATE
    return replace(problem, roles=roles)
