"""So much money: which works cover most people, among building, rebuilding and converting."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.siting.answering import answer, infeasible
from tongling_gis.siting.cover import weight_within
from tongling_gis.siting.drafting import Draft, counted, gather_reach, loosen
from tongling_gis.siting.problem import Role, read_problem, smallest_step
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.siting.works import read_works
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem
    from tongling_gis.siting.solution import Solution
    from tongling_gis.siting.works import Choice, Works

_SAME = 1e-9


def solve_budget(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    budget: float,
    works: Works,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose works within a budget that cover most demand (Church and ReVelle 1974, by cost).

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_cover``.
        demand: What each demand counts for; None for 1 each.
        budget: Money there is, in the unit of the works' costs.
        works: What may be done where. Rows of forbidden and competing sites are left out.
        limit: Longest walk that covers, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``works`` are the rows to be done, ``sites`` the sites opened by them, ``objective`` the
        demand covered by these and the existing centres that stay. ``parts``: "cost" and
        "area". Where required sites cost more than there is, ``conflict_sites`` names them.

    Raises:
        InputError: If times, demand or works cannot be used.
        UsageError: If the budget, the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> from tongling_gis.siting import Works
    >>> works = Works(site=[0, 1, 1], kind=["new", "new", "convert"], cost=[50, 90, 70])
    >>> solve_budget(walk_s, [120, 80, 60], budget=80, limit=600, works=works).works.tolist()
    [0]
    """
    with Watch(effort or Effort()) as watch:
        problem = read_problem(times, demand, k=None, limit=limit, roles=roles)
        return choose_works(problem, read_works(works, problem, budget), watch)


def choose_works(problem: Problem, choice: Choice, watch: Watch) -> Solution:
    """Choose works as ``solve_budget`` does, of a problem and works as read."""
    people = counted(problem)
    least = _cheapest(people, choice, watch)
    if least is None or choice.cost @ least > choice.budget + _SAME * max(1.0, choice.budget):
        return _name_conflict(people, choice, watch)
    plan = _Plan(people, choice)
    start = plan.fill(_add_greedily(plan, least > 0))
    best = plan.draft.solve(watch, start=start, step=smallest_step(people.weight))
    x, bound = (best.x, -best.bound) if best.found else (start, math.inf)
    bound = min(bound, float(plan.reach.weight.sum()))
    return _answer(plan, x[plan.done] > 0.5, bound, watch)  # noqa: PLR2004 - 0 or 1


def _bind_works(draft: Draft, problem: Problem, choice: Choice, cost: Floats) -> Ints:
    """Add a column for each row of works, and what holds among them apart from the budget."""
    done = draft.columns(cost, whole=True)
    must = problem.having(Role.REQUIRED, Role.EXISTING)
    draft.rows(problem.m, [(choice.site, done, 1.0)], np.where(must, 1.0, 0.0), 1.0)
    if choice.least_area > 0:
        draft.row(done, choice.area, lower=choice.least_area)
    if choice.moves.any():
        opened = choice.opens & ~problem.having(Role.EXISTING)[choice.site]
        draft.row(done, choice.moves * 1.0 - opened, upper=0.0)
    return done


def _cheapest(problem: Problem, choice: Choice, watch: Watch) -> Floats | None:
    """Find the cheapest works that may be done at all; None where there are none."""
    draft = Draft()
    done = _bind_works(draft, problem, choice, choice.cost)
    best = draft.solve(watch)
    return best.x[done] if best.found else None


class _Plan:
    """The model: works done, sites open by them, and groups of demands covered by these."""

    def __init__(self, problem: Problem, choice: Choice) -> None:
        self.problem, self.choice, self.draft = problem, choice, Draft()
        whole = loosen(problem)
        self.reach = gather_reach(whole, whole.weight > 0)
        free = whole.having(Role.CANDIDATE)
        self.place = (np.cumsum(free) - 1)[choice.site]
        self.done = _bind_works(self.draft, problem, choice, np.zeros(len(choice.site)))
        self.is_open = self.draft.columns(np.zeros(int(free.sum())))
        self.covered = self.draft.columns(-self.reach.weight)
        self._bind()

    def _bind(self) -> None:
        draft, choice = self.draft, self.choice
        draft.row(self.done, choice.cost, upper=choice.budget)
        opens = choice.opens
        each = np.arange(len(self.is_open))
        works = self.place[opens], self.done[opens], -1.0
        draft.rows(len(each), [(each, self.is_open, 1.0), works], 0.0, 0.0)
        group, site = self.reach.entries
        every = np.arange(len(self.covered))
        sites = group, self.is_open[site], -1.0
        draft.rows(len(every), [(every, self.covered, 1.0), sites], upper=0.0)

    def fill(self, done: Flags) -> Floats:
        """Say of all columns what they are where these works are done."""
        is_open = np.zeros(len(self.is_open))
        is_open[self.place[done & self.choice.opens]] = 1.0
        covered = (self.reach.matrix @ is_open > 0) * 1.0
        return np.concatenate([done * 1.0, is_open, covered])


def _add_greedily(plan: _Plan, done: Flags) -> Flags:
    """Add the opening that gains most people for its money, as long as there is money."""
    choice, done = plan.choice, done.copy()
    columns = plan.reach.matrix.T.tocsr()
    left = np.where(plan.fill(done)[plan.covered] > 0, 0.0, plan.reach.weight)
    cost = np.maximum(choice.cost, _SAME)
    while True:
        fits = choice.cost <= choice.budget - choice.cost @ done
        free = ~np.isin(choice.site, choice.site[done])
        gain = np.where(choice.opens & fits & free, (columns @ left)[plan.place] / cost, 0.0)
        best = int(np.argmax(gain)) if len(gain) else 0
        if not len(gain) or gain[best] <= 0:
            return done
        done[best] = True
        left[columns[[plan.place[best]]].indices] = 0.0


def _name_conflict(problem: Problem, choice: Choice, watch: Watch) -> Solution:
    """Say what makes a budget too small: the sites that must be, or the floor area."""
    nobody = np.empty(0, dtype=np.int64)
    bare = replace(choice, least_area=0.0)
    least = _cheapest(problem, bare, watch)
    needed = math.inf if least is None else float(choice.cost @ least)
    if needed > choice.budget:
        named = np.flatnonzero(problem.having(Role.REQUIRED, Role.EXISTING))
        says = Text(
            "必选地点和现有中心至少需 {needed:g}，超过预算 {budget:g}：请增加预算或减少必选地点。",
            "Required sites and existing centres take at least {needed:g}, more than the budget "
            "of {budget:g}: allow more money or require fewer sites.",
        ).fill(needed=needed, budget=choice.budget)
        return replace(infeasible(problem, nobody, says, watch), conflict_sites=named)
    most = _cheapest(problem, replace(bare, cost=-choice.area), watch)
    says = Text(
        "预算 {budget:g} 内建不到 {least:g} 的总建筑面积（不计费用最多 {most:g}）："
        "请增加预算或降低面积要求。",
        "A floor area of {least:g} in all cannot be had for {budget:g} (whatever the cost, "
        "{most:g} at most): allow more money or less area.",
    ).fill(
        budget=choice.budget,
        least=choice.least_area,
        most=0.0 if most is None else float(choice.area @ most),
    )
    return infeasible(problem, nobody, says, watch)


def _answer(plan: _Plan, done: Flags, bound: float, watch: Watch) -> Solution:
    problem, choice = plan.problem, plan.choice
    opened = np.zeros(problem.m, dtype=bool)
    opened[choice.site[done & choice.opens]] = True
    existing = problem.having(Role.EXISTING)
    left = replace(problem, roles=np.where(existing & ~opened, Role.FORBIDDEN, problem.roles))
    covered = weight_within(left, opened & ~existing)
    met = bound <= covered + _SAME * max(1.0, covered)
    found = answer(left, opened & ~existing, covered, covered if met else bound, watch)
    rows = choice.row[done]
    cost, area = float(choice.cost[done].sum()), float(choice.area[done].sum())
    return replace(found, works=np.sort(rows[rows >= 0]), parts={"cost": cost, "area": area})
