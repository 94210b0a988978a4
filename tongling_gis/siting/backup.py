"""Covered by a second centre too (backup cover)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.siting.answering import answer, infeasible, say_too_few, say_unreachable
from tongling_gis.siting.counts import Counts
from tongling_gis.siting.cover import solve_cover
from tongling_gis.siting.drafting import Draft, counted, gather_reach, loosen
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.pricing import change_prices, narrow
from tongling_gis.siting.problem import Role, read_problem, smallest_step
from tongling_gis.siting.reaching import cover_left, name_apart, spare_sites, unreachable
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem
    from tongling_gis.siting.solution import Solution

_TWO = 2
_SAME, _TURNS, _FIRST = 1e-9, 600, 1e6
_WORTHS = (1.0, 3.0, 10.0)


def solve_backup(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    first: str | float = "most",
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites that cover most demand twice (Hogan and ReVelle 1986).

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_cover``.
        demand: What each demand counts for; None for 1 each.
        k: How many sites to choose, the required ones among them.
        limit: Longest walk that covers, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates. Existing sites cover once,
            or as the second; demand that competitors cover counts for nobody.
        first: What comes before being covered twice. "most": no choice covers more demand once,
            and of such choices the one is taken that covers most twice. "all": all demand is
            covered once (BACOP1). A number from 0 to 1: the weight of being covered once, with
            the rest for being covered twice, added up (BACOP2).
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the demand covered twice, or with a number the weighted sum. ``parts``:
        "once" and "twice", the demand covered by one site at least and by two.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If k, the limit, a role or ``first`` cannot be meant.

    >>> walk_s = np.array([[300, 500, 900], [500, 400, 900], [1200, 900, 200]])
    >>> solve_backup(walk_s, [120, 80, 60], k=2, limit=600).parts
    {'once': 260.0, 'twice': 0.0}
    >>> solve_backup(walk_s, [120, 80, 60], k=2, limit=600, first=0.5).parts
    {'once': 200.0, 'twice': 200.0}
    """
    _check_first(first)
    with Watch(effort or Effort()) as watch:
        problem = counted(read_problem(times, demand, k=k, limit=limit, roles=roles))
        if first == "all" and (lacking := _lacking(problem, watch)) is not None:
            return lacking
        once = None
        if first == "most":
            half = replace(effort_left(watch), time_limit_s=0.5 * watch.effort.time_limit_s)
            most = solve_cover(times, demand, k=k, limit=limit, roles=roles, effort=half)
            once = heed(watch, most)
        found = _cover_twice(problem, first, once, watch)
        if once is not None and once.status != "optimal":
            return replace(found, status="gap", reason=once.reason)
        return found


def _check_first(first: str | float) -> None:
    if first in {"most", "all"} or (not isinstance(first, str) and 0 <= first <= 1):
        return
    raise UsageError(
        Text(
            f"first（{first}）须为 most、all 或 0 到 1 之间的权重。",
            f"first ({first}) must be most, all, or a weight from 0 to 1.",
        )
    )


def _lacking(problem: Problem, watch: Watch) -> Solution | None:
    """Say who cannot be covered even once, where somebody cannot."""
    lost = unreachable(problem, problem.choosable | problem.having(Role.EXISTING))
    if len(lost):
        return infeasible(problem, lost, say_unreachable(lost), watch)
    cover = cover_left(problem, watch)
    spare = problem.counted - int(problem.having(Role.REQUIRED).sum())
    if cover.bound <= spare:
        return None
    apart = name_apart(problem)
    return infeasible(problem, apart, say_too_few(problem.counted, apart), watch)


def _cover_twice(
    problem: Problem, first: str | float, most: Solution | None, watch: Watch
) -> Solution:
    if most is not None and not len(most.sites):
        most = None
    whole = _Plan(problem, first)
    started, least, bound, rest = _begin(problem, whole, most, watch)
    plan = _Plan(rest, first)
    covered = 0.0 if most is None else most.objective
    if most is not None:
        plan.keep(covered)
    start: Floats | None = plan.fill(started[np.isin(whole.sites, plan.sites)])
    bound = min(bound, whole.most(covered), max(least, plan.most(covered)))
    if first == "all" and not whole.all_once(started):
        start = None
    met = start is not None and bound <= least * (1.0 + max(_SAME, watch.effort.gap))
    if met or (watch.over and start is not None):
        return whole.answer(started, bound, watch)
    best = plan.draft.solve(watch, start=start, step=plan.step)
    x = best.x if best.found else start
    if x is None:
        return answer(problem, np.zeros(problem.m, dtype=bool), math.nan, bound, watch)
    bound = min(bound, max(least if start is not None else -math.inf, -best.bound))
    return plan.answer(x[plan.is_open] > 0.5, bound, watch)  # noqa: PLR2004 - 0 or 1


def _begin(
    problem: Problem, whole: _Plan, most: Solution | None, watch: Watch
) -> tuple[Flags, float, float, Problem]:
    """Find good sites by swaps, bound them by prices, and decide sites by the bound.

    Returns:
        The sites, what they achieve, what no others exceed, and the problem that is left.
    """
    counts = whole.counts
    strict = replace(counts, once=_FIRST * counts.twice) if most or whole.strict else counts
    best = strict.improve(whole.must if most is None else whole.mark(most.sites), watch)
    if most is not None:
        counts, floor = replace(counts, once=1.0, twice=0.0), most.objective - whole.slack
    else:
        floor = counts.value(best) * (1.0 - _SAME)

    def look(opened: Flags) -> float:
        nonlocal best
        if counts is whole.counts and counts.value(opened) > counts.value(best):
            best = opened
        return max(floor, counts.value(best))

    if whole.strict or not len(whole.reach.weight) or watch.over:
        return best, whole.counts.value(best), math.inf, problem
    half = 0.5 * counts.dearest
    priced = change_prices(counts.relax, half, counts.dearest, look, _TURNS, watch)
    if most is not None:
        rest = narrow(problem, whole.sites, priced, floor)
        return best, whole.counts.value(best), _bound_twice(whole.counts, floor, watch), rest
    best = counts.improve(best, watch)
    least = counts.value(best)
    rest = narrow(problem, whole.sites, priced, least * (1.0 - _SAME))
    return best, least, priced.bound, rest


def _bound_twice(counts: Counts, least_once: float, watch: Watch) -> float:
    """Bound how many are covered twice where so many are covered once.

    Whatever being covered once is worth: the bound on both less the worth of the first.
    """
    bounds = [math.inf]
    for worth in _WORTHS:
        both = replace(counts, once=worth)
        begun = 0.5 * both.dearest

        def look(_opened: Flags, known: float = worth * least_once) -> float:
            return known

        priced = change_prices(both.relax, begun, both.dearest, look, _TURNS // 3, watch)
        bounds.append(priced.bound - worth * least_once)
    return min(bounds)


class _Plan:
    """The model: sites open, and groups of demands covered once and twice by them."""

    def __init__(self, problem: Problem, first: str | float) -> None:
        self.problem, self.draft = problem, Draft()
        weight = 0.0 if isinstance(first, str) else first
        self.first, self.second = weight, 1.0 - weight
        whole = loosen(problem)
        self.sites = np.flatnonzero(whole.having(Role.CANDIDATE))
        self.reach = gather_reach(whole, whole.weight > 0)
        w = self.reach.weight
        self.must = problem.having(Role.REQUIRED, Role.EXISTING)[self.sites]
        free, spare = problem.having(Role.CANDIDATE)[self.sites], spare_sites(problem)
        self.counts = Counts(self.reach, self.first, self.second, self.must, free, spare)
        self.strict = first == "all"
        lower = self.must * 1.0
        self.is_open = self.draft.columns(np.zeros(len(self.sites)), whole=True, lower=lower)
        self.once = self.draft.columns(-w * self.first, lower=1.0 if first == "all" else 0.0)
        # Where being covered once is worth less, or may give way a little, halves would pay.
        halves = weight < 0.5 and first != "all"  # noqa: PLR2004 - halves
        self.twice = self.draft.columns(-w * self.second, whole=halves)
        self.step = smallest_step(np.r_[w * self.first, w * self.second])
        self._bind()

    def _bind(self) -> None:
        each = np.arange(len(self.once))
        group, site = self.reach.entries
        sites = group, self.is_open[site], -1.0
        both = [(each, self.once, 1.0), (each, self.twice, 1.0), sites]
        self.draft.rows(len(each), both, upper=0.0)
        self.draft.rows(len(each), [(each, self.twice, 1.0), (each, self.once, -1.0)], upper=0.0)
        counts = self.problem.choosable[self.sites] * 1.0
        k = float(self.problem.counted)
        self.draft.row(self.is_open, counts, k, k)

    def keep(self, covered: float) -> None:
        """Let no choice cover less demand once."""
        self.draft.row(self.once, self.reach.weight, lower=covered - self.slack)

    @property
    def slack(self) -> float:
        """How much less may be covered once and still be as much."""
        everybody = float(self.reach.weight.sum())
        return 0.5 * smallest_step(self.reach.weight) or 1e-9 * max(1.0, everybody)

    def all_once(self, is_open: Flags) -> bool:
        """Whether these sites cover every group."""
        return bool((self.reach.matrix @ (is_open * 1.0) >= 1).all())

    def most(self, least_once: float) -> float:
        """Bound the objective by what the sites that reach most demand could cover in all."""
        each = self.reach.matrix.T @ self.reach.weight
        stands = ~self.problem.choosable[self.sites]
        largest = np.sort(each[~stands])[::-1][: self.problem.counted]
        together = float(each[stands].sum() + largest.sum())
        everybody = float(self.reach.weight.sum())
        if self.first < 0.5:  # noqa: PLR2004 - then as many twice as can be
            once = min(everybody, max(0.5 * together, least_once))
        else:
            once = min(everybody, together)
        return self.first * once + self.second * min(once, max(0.0, together - once))

    def mark(self, sites: Ints) -> Flags:
        """Mark sites, and the existing ones, among those of the model."""
        chosen = self.problem.having(Role.EXISTING)
        chosen[sites] = True
        return chosen[self.sites]

    def fill(self, is_open: Flags) -> Floats:
        """Say of all columns what they are where these sites are open."""
        times = self.reach.matrix @ (is_open * 1.0)
        return np.concatenate([is_open * 1.0, np.minimum(times, 1.0), times >= _TWO])

    def answer(self, is_open: Flags, bound: float, watch: Watch) -> Solution:
        """Make a solution of the sites open."""
        problem = self.problem
        times = self.reach.matrix @ (is_open * 1.0)
        once = float(self.reach.weight[times >= 1].sum())
        twice = float(self.reach.weight[times >= _TWO].sum())
        value = self.first * once + self.second * twice
        chosen = np.zeros(problem.m, dtype=bool)
        chosen[self.sites[is_open]] = True
        met = bound <= value + 1e-9 * max(1.0, value)
        found = answer(problem, chosen & problem.choosable, value, value if met else bound, watch)
        return replace(found, parts={"once": once, "twice": twice})
