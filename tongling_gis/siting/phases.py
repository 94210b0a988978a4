"""Phases over years: the last year's best, and on the way there the best of each year."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import InputError
from tongling_gis.siting.answering import answer, infeasible
from tongling_gis.siting.cover import solve_cover, weight_within
from tongling_gis.siting.drafting import Draft, counted, gather_reach, loosen
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.problem import Role, read_problem, smallest_step
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.model import Optimum
    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem
    from tongling_gis.siting.solution import Solution

_SAME = 1e-9


def solve_phases(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    per_year: ArrayLike,
    cost: ArrayLike | None = None,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose which sites to open in which year; a site once opened stays.

    No year loses for the sake of an earlier one: the last year covers as much as any choice of
    so many sites can, the year before as much as is possible on the way there, and so on back
    to the first (a lexicographic form of Schilling's dynamic maximal covering, 1980). What each
    year gives up for the later ones, against the best for it alone, is its regret.

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_cover``.
        demand: What each demand counts for; None for 1 each.
        per_year: New sites that may be opened each year, or with ``cost`` the money of each
            year; what is not used is there the next year.
        cost: What each site costs, m numbers; None to count sites.
        limit: Longest walk that covers, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates. Required sites are open in
            the last year.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        Sites and demand covered in the last year. ``phases`` has each year's state: ``sites``
        open by then, ``objective`` the demand covered, ``bound`` what no plan covers that
        does as well in all later years; ``parts``: "alone", what that year could cover by
        itself (where time ran out, what it could not exceed), "regret", how much less is
        covered, and "cost" so far. Where required sites take more than there is, ``conflict_sites``
        names them.

    Raises:
        InputError: If times, demand, years or costs cannot be used.
        UsageError: If the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> plan = solve_phases(walk_s, [120, 80, 60], per_year=[1, 1], limit=600)
    >>> [year.sites.tolist() for year in plan.phases]
    [[0], [0, 1]]
    """
    with Watch(effort or Effort()) as watch:
        problem = counted(read_problem(times, demand, k=None, limit=limit, roles=roles))
        funds, prices = _read_years(per_year, cost, problem)
        required = problem.having(Role.REQUIRED)
        if prices[required].sum() > funds[-1] + _SAME * max(1.0, funds[-1]):
            return _too_dear(problem, float(prices[required].sum()), float(funds[-1]), watch)
        return _Plan(problem, prices, funds, by_count=cost is None).solve(watch)


def _read_years(
    per_year: ArrayLike, cost: ArrayLike | None, problem: Problem
) -> tuple[Floats, Floats]:
    given = np.asarray(per_year, dtype=float).ravel()
    prices = np.ones(problem.m) if cost is None else np.asarray(cost, dtype=float)
    whole = cost is not None or (given == np.rint(given)).all()
    if not len(given) or not ((given >= 0) & np.isfinite(given)).all() or not whole:
        raise InputError(
            Text(
                "每年的地点数（须为整数）或资金须不小于 0，且至少有一年。",
                "Sites (whole numbers) or money of each year must be 0 or more, for one year "
                "at least.",
            )
        )
    if prices.shape != (problem.m,) or not ((prices >= 0) & np.isfinite(prices)).all():
        raise InputError(
            Text(
                f"费用须为 {problem.m} 个不小于 0 的数（每个地点一个）。",
                f"The cost must be {problem.m} numbers of 0 or more, one for each site.",
            )
        )
    return np.cumsum(given), np.where(problem.having(Role.EXISTING), 0.0, prices)


def _too_dear(problem: Problem, needed: float, there: float, watch: Watch) -> Solution:
    named = np.flatnonzero(problem.having(Role.REQUIRED))
    says = Text(
        "必选地点共需 {needed:g}，各年合计只有 {there:g}：请增加或减少必选地点。",
        "The required sites take {needed:g}, and all years have {there:g}: allow more or "
        "require fewer.",
    ).fill(needed=needed, there=there)
    return replace(infeasible(problem, named[:0], says, watch), conflict_sites=named)


@dataclass(frozen=True, eq=False)
class _Year:
    """What a year came to.

    Attributes:
        is_open: Which of the model's sites are open, existing ones among them.
        covered: The demand they cover.
        bound: What no plan covers in the year that does as well later.
        alone: What no choice covers in the year by itself.
    """

    is_open: Flags
    covered: float
    bound: float
    alone: float


class _Plan:
    """The years' models, from the last year to the first."""

    def __init__(self, problem: Problem, prices: Floats, funds: Floats, *, by_count: bool) -> None:
        whole = loosen(problem)
        self.problem, self.funds, self.by_count = problem, funds, by_count
        self.sites = np.flatnonzero(whole.having(Role.CANDIDATE))
        self.prices = prices[self.sites]
        self.reach = gather_reach(whole, whole.weight > 0)
        self.existing = problem.having(Role.EXISTING)[self.sites]
        self.required = problem.having(Role.REQUIRED)[self.sites]
        self.step = smallest_step(self.reach.weight)

    def solve(self, watch: Watch) -> Solution:
        """Settle year after year, the last one first."""
        years: list[_Year] = []
        for year in reversed(range(len(self.funds))):
            years = self._settle(year, years, watch)
        phases = tuple(self._state(year, watch) for year in years)
        last = replace(phases[-1], phases=phases, seconds=watch.seconds)
        unproven = [phase for phase in reversed(phases) if phase.status == "gap"]
        return replace(last, status="gap", reason=unproven[0].reason) if unproven else last

    def _settle(self, year: int, later: list[_Year], watch: Watch) -> list[_Year]:
        """Find the best of a year on the way to the later ones, which may change among equals."""
        every = np.ones(len(self.sites), dtype=bool)
        alone = self._alone(year, every, watch)
        if not later:
            return [alone]
        inside = self._alone(year, later[0].is_open, watch)
        if self._as_good(inside.covered, alone.bound):
            return [replace(inside, bound=alone.bound, alone=alone.bound), *later]
        known = [replace(inside, bound=alone.bound, alone=alone.bound), *later]
        return self._solve_years(year, known, every, watch)

    def _as_good(self, covered: float, bound: float) -> bool:
        return covered >= bound - (0.5 * self.step or _SAME * max(1.0, covered))

    def _alone(self, year: int, may: Flags, watch: Watch) -> _Year:
        """Find the best of a year by itself among some sites."""
        if self.by_count:
            return self._alone_by_count(year, may, watch)
        some = self._choose_greedily(year, may)
        start = _Year(some, self._covered(some), math.inf, math.inf)
        found = self._solve_years(year, [start], may, watch)[0]
        return replace(found, alone=found.bound)

    def _alone_by_count(self, year: int, may: Flags, watch: Watch) -> _Year:
        """Find it by the stronger method that there is where sites are counted."""
        from scipy import sparse

        pairs, roles = self.problem.pairs, self.problem.roles.copy()
        roles[self.sites[~may]] = Role.FORBIDDEN
        if year < len(self.funds) - 1:
            roles[roles == Role.REQUIRED] = Role.CANDIDATE
        walks = sparse.csr_array((pairs.time, pairs.site, pairs.indptr), shape=pairs.shape)
        k, effort = int(self.funds[year]), effort_left(watch)
        found = solve_cover(walks, self.problem.weight, k=k, roles=list(roles), effort=effort)
        heed(watch, found)
        is_open = self.existing | np.isin(self.sites, found.sites)
        return _Year(is_open, self._covered(is_open), found.bound, found.bound)

    def _choose_greedily(self, year: int, may: Flags) -> Flags:
        """Open the site that gains most demand for its price, as long as there is money."""
        is_open = self.existing | (self.required if year == len(self.funds) - 1 else False)
        columns = self.reach.matrix.T.tocsr()
        money = self.funds[year] - self.prices[is_open].sum()
        while True:
            left = np.where(self.reach.matrix @ (is_open * 1.0) > 0, 0.0, self.reach.weight)
            gain = (columns @ left) / np.maximum(self.prices, _SAME)
            gain[~may | is_open | (self.prices > money)] = 0.0
            best = int(np.argmax(gain)) if len(gain) else 0
            if not len(gain) or gain[best] <= 0:
                return is_open
            is_open[best] = True
            money -= self.prices[best]

    def _covered(self, is_open: Flags) -> float:
        return float(self.reach.weight[self.reach.matrix @ (is_open * 1.0) > 0].sum())

    def _solve_years(self, first: int, known: list[_Year], may: Flags, watch: Watch) -> list[_Year]:
        """Cover most in a year, and in the later ones no less than is known to be possible."""
        draft = Draft()
        opens = [self._add_year(draft, first + i, may) for i in range(len(known))]
        covers = [draft.columns(-self.reach.weight * (i == 0)) for i in range(len(known))]
        each = np.arange(len(self.sites))
        for one, two in pairwise(opens):
            draft.rows(len(each), [(each, one, 1.0), (each, two, -1.0)], upper=0.0)
        group, site = self.reach.entries
        every = np.arange(len(self.reach.weight))
        for i, (is_open, covered) in enumerate(zip(opens, covers, strict=True)):
            reached = [(every, covered, 1.0), (group, is_open[site], -1.0)]
            draft.rows(len(every), reached, upper=0.0)
            if i:
                slack = 0.5 * self.step or _SAME * max(1.0, known[i].covered)
                draft.row(covered, self.reach.weight, lower=known[i].covered - slack)
        start = np.concatenate(
            [year.is_open for year in known]
            + [self.reach.matrix @ (year.is_open * 1.0) > 0 for year in known]
        )
        best = draft.solve(watch, start=start * 1.0, step=self.step)
        return self._read(best, opens, known)

    def _add_year(self, draft: Draft, year: int, may: Flags) -> Ints:
        must = self.existing | (self.required if year == len(self.funds) - 1 else False)
        is_open = draft.columns(
            np.zeros(len(must)), whole=True, lower=must * 1.0, upper=(may | must) * 1.0
        )
        draft.row(is_open, self.prices, upper=float(self.funds[year]))
        return is_open

    def _read(self, best: Optimum, opens: list[Ints], known: list[_Year]) -> list[_Year]:
        if not best.found:
            return known
        found = []
        for is_open, year in zip(opens, known, strict=True):
            sites = best.x[is_open] > 0.5  # noqa: PLR2004 - 0 or 1
            found.append(replace(year, is_open=sites, covered=self._covered(sites)))
        bound = min(-best.bound, float(self.reach.weight.sum()))
        met = self._as_good(found[0].covered, bound)
        found[0] = replace(found[0], bound=found[0].covered if met else bound)
        return found

    def _state(self, found: _Year, watch: Watch) -> Solution:
        problem = self.problem
        chosen = np.zeros(problem.m, dtype=bool)
        chosen[self.sites[found.is_open & ~self.existing]] = True
        covered = weight_within(problem, chosen)
        met = self._as_good(covered, found.bound)
        said = answer(problem, chosen, covered, covered if met else found.bound, watch)
        alone = covered if self._as_good(covered, found.alone) else found.alone
        cost = float(self.prices[found.is_open].sum())
        return replace(said, parts={"alone": alone, "regret": alone - covered, "cost": cost})
