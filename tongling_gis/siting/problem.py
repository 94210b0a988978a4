"""Reading a siting problem: who walks how long to which site, and what each site may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.errors import InputError, UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Rows: TypeAlias = NDArray[np.int32]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]


class Role(StrEnum):
    """What a site may be.

    A required site is chosen in any case and counts towards k. An existing one stays and serves
    people, but is neither chosen nor counted. A competitor takes the people whom it reaches:
    they count for nobody. A forbidden one, such as a centre to be closed, is left out.
    """

    CANDIDATE = "candidate"
    REQUIRED = "required"
    EXISTING = "existing"
    COMPETITOR = "competitor"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Which of n demands can walk to which of m sites, and how long, sorted by demand.

    Attributes:
        shape: (n, m).
        indptr: Where each demand's pairs begin, int64[n + 1].
        site: Row number of the site, int32[p].
        time: The walk, in the caller's unit, float64[p].
    """

    shape: tuple[int, int]
    indptr: Ints
    site: Rows
    time: Floats

    @cached_property
    def demand(self) -> Ints:
        """Row number of each pair's demand, int64[p]."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    def keep(self, pairs: Flags) -> Pairs:
        """Keep some of the pairs."""
        indptr = np.concatenate([[0], np.cumsum(pairs)])[self.indptr]
        return Pairs(self.shape, indptr, self.site[pairs], self.time[pairs])

    def nearest(self, sites: Flags) -> tuple[Ints, Floats]:
        """Find each demand's nearest among some sites: its row number (-1 for none) and time."""
        use = np.flatnonzero(sites[self.site])
        demand, time = self.demand[use], self.time[use]
        order = np.lexsort((self.site[use], time, demand))
        first = order[np.unique(demand[order], return_index=True)[1]]
        site = np.full(self.shape[0], -1, dtype=np.int64)
        walk = np.full(self.shape[0], np.inf)
        site[demand[first]], walk[demand[first]] = self.site[use][first], time[first]
        return site, walk


@dataclass(frozen=True, eq=False)
class Problem:
    """A problem as read and checked.

    Attributes:
        pairs: Times within the limit.
        weight: What each demand counts for, float64[n].
        roles: One ``Role`` a site, object[m].
        k: How many sites to choose, the required ones among them; None where it is asked.
    """

    pairs: Pairs
    weight: Floats
    roles: NDArray[np.object_]
    k: int | None

    @property
    def n(self) -> int:
        """How many demands there are."""
        return self.pairs.shape[0]

    @property
    def m(self) -> int:
        """How many sites there are."""
        return self.pairs.shape[1]

    def having(self, *roles: Role) -> Flags:
        """Mark the sites that have one of some roles."""
        return np.isin(self.roles.astype("U10"), [str(role) for role in roles])

    @property
    def choosable(self) -> Flags:
        """The sites that may be chosen or must be."""
        return self.having(Role.CANDIDATE, Role.REQUIRED)

    @property
    def counted(self) -> int:
        """How many sites a solution chooses: k, or all there are."""
        return int(self.choosable.sum() if self.k is None else min(self.k, self.choosable.sum()))


def read_problem(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None,
    *,
    k: int | None,
    limit: float | None,
    roles: Sequence[str] | None,
) -> Problem:
    """Check a problem and bring it into one form.

    Args:
        times: Walk from each of n demands to each of m sites. In a dense array, inf says that
            there is no way. In a SciPy sparse one, only the pairs it lists have a way, zeros
            among them; of pairs listed twice the quicker counts.
        demand: What each demand counts for, n numbers of 0 or more; None for 1 each.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates.

    Raises:
        InputError: If a time or demand is negative or not a number, or the sizes differ.
        UsageError: If k, the limit or a role cannot be meant.
    """
    if limit is not None and not limit >= 0:
        raise UsageError(Text("时间上限须不小于 0。", "The limit must be 0 or more."))
    pairs = _read_times(times)
    if limit is not None:
        pairs = pairs.keep(pairs.time <= limit)
    found = Problem(pairs, _read_demand(demand, pairs.shape[0]), _read_roles(roles, pairs), k)
    _check_count(found)
    return found


def _read_times(times: Any) -> Pairs:  # noqa: ANN401 - as in read_problem
    from scipy import sparse

    if sparse.issparse(times):
        listed: Any = times.tocoo()  # type: ignore[attr-defined]
        row, column = (np.asarray(at, dtype=np.int64) for at in listed.coords)
        return _sort_pairs(listed.shape, row, column, _checked(listed.data))
    table = np.asarray(times, dtype=float)
    if table.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise InputError(
            Text(
                f"时间表须为二维（需求 × 地点），现为 {table.ndim} 维。",
                f"Times must be a table of demands by sites, not of {table.ndim} dimensions.",
            )
        )
    _checked(table.ravel())
    row, column = np.nonzero(np.isfinite(table))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(table)))])
    return Pairs((len(table), table.shape[1]), indptr, column.astype(np.int32), table[row, column])


def _sort_pairs(shape: tuple[int, int], row: Ints, column: Ints, time: Floats) -> Pairs:
    finite = np.isfinite(time)
    row, column, time = row[finite], column[finite], time[finite]
    at = row * shape[1] + column
    if (at[1:] <= at[:-1]).any():
        order = np.lexsort((time, at))
        order = order[np.concatenate([[True], at[order][1:] != at[order][:-1]])]
        row, column, time = row[order], column[order], time[order]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=shape[0]))])
    return Pairs((int(shape[0]), int(shape[1])), indptr, column.astype(np.int32), time)


def _checked(time: Any) -> Floats:  # noqa: ANN401 - as in read_problem
    walk: Floats = np.asarray(time, dtype=float)
    bad = ~(walk >= 0)
    if bad.any():
        raise InputError(
            Text(
                f"时间表中有 {int(bad.sum())} 个值小于 0 或不是数；到不了的请写 inf 或不列出。",
                f"{int(bad.sum())} times are negative or not a number: where there is no way, "
                "write inf, or leave the pair out of a sparse matrix.",
            )
        )
    return walk


def _read_demand(demand: ArrayLike | None, n: int) -> Floats:
    if demand is None:
        return np.ones(n)
    weight: Floats = np.asarray(demand, dtype=float)
    if weight.shape != (n,):
        raise InputError(
            Text(
                f"需求须为 {n} 个数（每个需求点一个），现为 {weight.shape}。",
                f"The demand must be {n} numbers, one for each row of times, not {weight.shape}.",
            )
        )
    bad = ~((weight >= 0) & np.isfinite(weight))
    if bad.any():
        first = int(np.argmax(bad))
        raise InputError(
            Text(
                f"第 {first + 1} 个需求（{weight[first]}）不可用：须为不小于 0 的数。",
                f"Demand {first + 1} ({weight[first]}) cannot be used: give a number of 0 or more.",
            )
        )
    return weight


def _read_roles(roles: Sequence[str] | None, pairs: Pairs) -> NDArray[np.object_]:
    m = pairs.shape[1]
    if roles is None:
        return np.full(m, Role.CANDIDATE, dtype=object)
    known = np.empty(len(roles), dtype=object)
    for i, role in enumerate(roles):
        if role not in set(Role):
            names = "、".join(Role), ", ".join(Role)
            raise UsageError(
                Text(
                    f"不认识的地点角色“{role}”，可用：{names[0]}。",
                    f"Unknown role {role!r} of a site: use one of {names[1]}.",
                )
            )
        known[i] = Role(role)
    if len(known) != m:
        raise InputError(
            Text(
                f"角色须为 {m} 个（每个地点一个），现为 {len(known)} 个。",
                f"There must be {m} roles, one for each column of times, not {len(known)}.",
            )
        )
    return known


def _check_count(problem: Problem) -> None:
    k, required = problem.k, int(problem.having(Role.REQUIRED).sum())
    if k is not None and (k < required or k < 0 or k != int(k)):
        raise UsageError(
            Text(
                f"k（{k}）须为整数，且不少于必选地点数（{required}）。",
                f"k ({k}) must be a whole number, no fewer than the required sites ({required}).",
            )
        )


def refuse_competitors(problem: Problem) -> None:
    """Refuse competitors where nobody is "covered".

    Raises:
        UsageError: If a site is a competitor.
    """
    if problem.having(Role.COMPETITOR).any():
        raise UsageError(
            Text(
                "竞争者只能用于覆盖类问题；此处请设为 existing 或 forbidden。",
                "Competitors make sense where people are covered: here, use existing or forbidden.",
            )
        )


def smallest_step(values: Floats) -> float:
    """Find a number of which all values are whole multiples, thousandths at the finest.

    Of such values any two sums differ by at least it. 0 where there is none.

    >>> smallest_step(np.array([4.0, 6.0])), smallest_step(np.array([0.5, 0.75]))
    (2.0, 0.25)
    """
    if not len(values) or not 0 < values.max() <= 1e12:  # noqa: PLR2004 - beyond, sums are not exact
        return 0.0
    for scale in (1.0, 1000.0):
        scaled = values if scale == 1.0 else values * scale
        whole = np.rint(scaled)
        if np.array_equal(whole, scaled) or np.allclose(whole, scaled, rtol=1e-9, atol=0.0):
            first = np.gcd.reduce(whole[:1000].astype(np.int64))
            step = first if first == 1 else np.gcd.reduce(whole.astype(np.int64))
            return float(step / scale)
    return 0.0
