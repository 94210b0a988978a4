"""The serving problem: open so many sites that serving all demands costs least.

Each row (demand) is served from the open site that is cheapest for it, or is left at its cap.
The p-median is this with walks as costs; covering most people is this with no cost for whom a
site reaches and a cap of the people who are lost otherwise. Sites that stand anyway only lower
the caps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.routing import import_compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.siting.problem import Floats, Ints, Rows

    Flags: TypeAlias = NDArray[np.bool_]
    States: TypeAlias = NDArray[np.int8]

FREE, OPEN, SHUT = 0, 1, -1


@dataclass(frozen=True, eq=False)
class Serving:
    """A serving problem, reduced to the sites that are undecided and the rows they can serve.

    Attributes:
        indptr: Where each row's pairs begin, int64[n + 1].
        site: Site of each pair, numbered 0..m-1 here, int32[p].
        cost: Cost of each pair, ascending in a row and below its cap, float64[p].
        cap: Cost of a row that none of these sites serves; inf where one must. float64[n].
        count: How many of the m sites to open.
        step: Any two totals that differ do so by at least this much; 0 where unknown.
        constant: What the rows cost that are not here any more.
        sites: Number of each site in the problem this was reduced from, int64[m].
        group: Row here of each row of the problem this was reduced from; -1 for none.
    """

    indptr: Ints
    site: Rows
    cost: Floats
    cap: Floats
    count: int
    step: float
    constant: float
    sites: Ints
    group: Ints

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.cap)

    @property
    def m(self) -> int:
        """How many sites are undecided."""
        return len(self.sites)

    @property
    def pairs(self) -> tuple[Ints, Rows, Floats, Floats]:
        """The arrays as the kernels take them."""
        return self.indptr, self.site, self.cost, self.cap

    @cached_property
    def by_site(self) -> tuple[Ints, Rows, Floats]:
        """The pairs once more, site after site: where each begins, row and cost."""
        from scipy import sparse

        pairs = self.penalised()
        rows = sparse.csr_array((pairs.cost, pairs.site, pairs.indptr), shape=(self.n, self.m))
        columns = rows.tocsc()
        begins = columns.indptr.astype(np.int64)
        return begins, columns.indices.astype(np.int32), columns.data.astype(float)

    @property
    def work_per_move(self) -> float:
        """About how many pairs it takes to shut one site and open another."""
        per_site = len(self.site) / self.m
        touched = min(per_site, 2.0 * self.n / self.count)
        near = min(len(self.site) / self.n, 3.0 * self.m / self.count)
        return self.m + 2.0 * per_site + 2.0 * touched * near

    def value(self, is_open: Flags) -> float:
        """What serving costs from some sites; inf where a row is left that must be served."""
        return float(load_kernels().serve(*self.pairs, is_open)) + self.constant

    def penalised(self) -> Serving:
        """Put large numbers for caps that are infinite, for heuristics to climb out of."""
        endless = np.isinf(self.cap)
        if not endless.any():
            return self
        last = self.cost[np.maximum(self.indptr[1:] - 1, 0)] if len(self.cost) else self.cap * 0
        large = float(last.sum()) * 2.0 + 1.0
        return replace(self, cap=np.where(endless, large, self.cap))

    def price_groups(self, price: Floats) -> Floats:
        """Bring prices of the rows of the problem this was reduced from to the rows here."""
        kept = np.flatnonzero(self.group >= 0)
        here = np.bincount(self.group[kept], weights=price[kept], minlength=self.n)
        return np.minimum(here, self.cap)

    def decide(self, state: States) -> Serving:
        """Take the sites away that are open or shut.

        Args:
            state: FREE, OPEN or SHUT for each of the m sites.
        """
        row = np.repeat(np.arange(self.n), np.diff(self.indptr))
        cap = self.cap.copy()
        opened = state[self.site] == OPEN
        np.minimum.at(cap, row[opened], self.cost[opened])
        keep = (state[self.site] == FREE) & (self.cost < cap[row])
        free = np.flatnonzero(state == FREE)
        number = np.full(self.m, -1, dtype=np.int32)
        number[free] = np.arange(len(free))
        row, site, cost = row[keep], number[self.site[keep]], self.cost[keep]
        count = self.count - int((state == OPEN).sum())
        return _pack(self, (row, site, cost, cap), count, free)


def _pack(
    whole: Serving, parts: tuple[Ints, Rows, Floats, Floats], count: int, free: Ints
) -> Serving:
    row, site, cost, cap = parts
    degree = np.bincount(row, minlength=whole.n)
    group = np.full(whole.n, -1, dtype=np.int64)
    used = np.flatnonzero(degree)
    group[used] = np.arange(len(used))
    constant = whole.constant + float(cap[degree == 0].sum())
    row, cap = group[row], cap[used]
    if len(used) and not cost.any():
        row, site, cost, cap, merged = _merge_rows(row, site, cost, cap)
        group[used] = merged
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(cap)))])
    return replace(
        whole, indptr=indptr, site=site, cost=cost, cap=cap, count=count, constant=constant,
        sites=free, group=group,
    )  # fmt: skip


def _merge_rows(
    row: Ints, site: Rows, cost: Floats, cap: Floats
) -> tuple[Ints, Rows, Floats, Floats, Ints]:
    """Make one row of all that the same sites serve at no cost."""
    first, merged = find_equal_rows(row, site, len(cap))
    keep = np.zeros(len(cap), dtype=bool)
    keep[first] = True
    pairs = keep[row]
    caps: Floats = np.bincount(merged, weights=cap, minlength=len(first)).astype(float)
    return merged[row[pairs]], site[pairs], cost[pairs], caps, merged


def find_equal_rows(row: Ints, site: Rows, n: int) -> tuple[Ints, Ints]:
    """Find rows of the same sites; each row has some, and pairs stand row after row.

    Rows are compared by two sums of random 64-bit numbers, one a site, modulo 2**64: that two
    different rows agree in both is out of the question.

    Returns:
        The first of each kind of rows, ascending, and for each row the place of its kind.
    """
    words = np.random.default_rng(340700).integers(
        0, 2**64, size=(int(site.max()) + 1, 2), dtype=np.uint64
    )
    begins = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))[:-1]])
    sums = np.add.reduceat(words[site], begins, axis=0)
    order = np.lexsort((sums[:, 1], sums[:, 0]))
    fresh = np.ones(n, dtype=bool)
    fresh[1:] = (sums[order][1:] != sums[order][:-1]).any(axis=1)
    kind = np.empty(n, dtype=np.int64)
    kind[order] = np.cumsum(fresh) - 1
    first_of_kind = np.full(int(fresh.sum()), n, dtype=np.int64)
    np.minimum.at(first_of_kind, kind, np.arange(n))
    rank = np.empty(len(first_of_kind), dtype=np.int64)
    rank[np.argsort(first_of_kind)] = np.arange(len(first_of_kind))
    return np.sort(first_of_kind), rank[kind]


def make_serving(
    shape: tuple[int, int],
    pairs: tuple[Ints, Rows, Floats],
    cap: Floats,
    *,
    count: int,
    step: float,
) -> Serving:
    """Make a serving problem.

    Args:
        shape: Number of rows and of sites.
        pairs: Row, site and cost of each pair, by row and site.
        cap: Cost of each row that no site serves.
        count: How many sites to open.
        step: As in ``Serving``.
    """
    row, site, cost = pairs
    n, m = shape
    if cost.any():
        order = _order_by_cost(row, cost, n)
        row, site, cost = row[order], site[order], cost[order]
    keep = cost < cap[row]
    whole = Serving(
        indptr=np.empty(0, dtype=np.int64), site=site, cost=cost, cap=cap, count=count,
        step=step, constant=0.0, sites=np.arange(m), group=np.arange(n),
    )  # fmt: skip
    return _pack(whole, (row[keep], site[keep], cost[keep], cap), count, np.arange(m))


def _order_by_cost(row: Ints, cost: Floats, n: int) -> Ints:
    """Sort the pairs of each row by cost; pairs stand row after row."""
    width = len(cost) // n
    if width * n == len(cost) and (row[width - 1 :: width] == np.arange(n)).all():
        within = np.argsort(cost.reshape(n, width), axis=1, kind="stable")
        return (within + np.arange(n)[:, None] * width).ravel()
    return np.lexsort((cost, row))


def load_kernels() -> Any:  # noqa: ANN401 - a module of compiled functions
    """Load the compiled loops, compiling them where this is their first use."""
    return import_compiled("tongling_gis.siting.kernels")


def load_swap_kernels() -> Any:  # noqa: ANN401 - a module of compiled functions
    """Load the compiled loops of the swaps, as ``load_kernels``."""
    return import_compiled("tongling_gis.siting.swap_kernels")
