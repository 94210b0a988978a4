"""Covered by a second centre too (backup cover)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.siting.answering import answer, infeasible, say_too_few, say_unreachable
from tongling_gis.siting.cover import solve_cover
from tongling_gis.siting.drafting import Draft, counted, gather_reach, loosen
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.problem import Role, read_problem, smallest_step
from tongling_gis.siting.reaching import cover_left, name_apart, unreachable
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem
    from tongling_gis.siting.solution import Solution

_TWO = 2


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
            most = solve_cover(
                times, demand, k=k, limit=limit, roles=roles, effort=effort_left(watch)
            )
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
    plan = _Plan(problem, first)
    start = None
    if most is not None and len(most.sites):
        plan.keep(most.objective)
        start = plan.fill(plan.mark(most.sites))
    best = plan.draft.solve(watch, start=start, step=plan.step)
    x = best.x if best.found else start
    if x is None:
        return answer(problem, np.zeros(problem.m, dtype=bool), math.nan, math.inf, watch)
    least = most.objective if most is not None and len(most.sites) else 0.0
    bound = min(-best.bound if best.found else math.inf, plan.most(least))
    return plan.answer(x[plan.is_open] > 0.5, bound, watch)  # noqa: PLR2004 - 0 or 1


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
        must = problem.having(Role.REQUIRED, Role.EXISTING)[self.sites]
        self.is_open = self.draft.columns(np.zeros(len(self.sites)), whole=True, lower=must * 1.0)
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
        slack = 0.5 * smallest_step(self.reach.weight) or 1e-9 * max(1.0, covered)
        self.draft.row(self.once, self.reach.weight, lower=covered - slack)

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
