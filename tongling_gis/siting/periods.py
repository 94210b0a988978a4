"""Evenings and holidays: cover most people over periods in which not every site is open."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import InputError, UsageError
from tongling_gis.siting.cover import solve_cover, weight_within
from tongling_gis.siting.problem import Role, read_problem
from tongling_gis.siting.solution import Effort, Solution, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Problem


@dataclass(frozen=True, eq=False)
class Period:
    """A time of the week, such as weekday evenings.

    Attributes:
        is_open: Which of the m sites are open, competitors among them; None for all.
        weight: What the period counts for beside the others, such as its hours.
        demand: Who is there then, n numbers; None for the demand of the problem.
        times: Walks then, n x m; None for the times of the problem.
    """

    is_open: ArrayLike | None = None
    weight: float = 1.0
    demand: ArrayLike | None = None
    times: Any = None


def solve_periods(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    periods: Sequence[Period],
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites that cover most demand over several periods.

    Each demand in each period is a demand of its own that only sites open then can cover, so
    that this is the maximal covering problem of Church and ReVelle (1974) once more.

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_cover``.
        demand: What each demand counts for; None for 1 each.
        k: How many sites to choose, the required ones among them, the same in all periods.
        periods: When who is open.
        limit: Longest walk that covers, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the sum over periods of weight times demand covered. ``phases`` has the
        periods one by one: their ``objective`` is the demand covered then, without the weight,
        and their ``bound`` NaN. ``served_by`` is the nearest site in the first period in which
        there is one.

    Raises:
        InputError: If times, demand or who is open cannot be used.
        UsageError: If k, the limit, a role or a weight cannot be meant, or there is no period.

    >>> walk_s = np.array([[300, 900], [900, 400]])
    >>> evening = Period(is_open=[False, True], weight=0.5)
    >>> solve_periods(walk_s, [100, 80], k=1, limit=600, periods=[Period(), evening]).objective
    120.0
    """
    work = effort or Effort()
    watch = Watch(work)
    asked = [_read(times, demand, each, (k, limit, roles)) for each in _checked(periods)]
    found = solve_cover(*_stack(asked, periods), k=k, roles=roles, effort=work)
    chosen = np.zeros(asked[0].m, dtype=bool)
    chosen[found.sites] = True
    parts = tuple(
        _state(found, one, chosen, found.served_by[i * one.n : (i + 1) * one.n])
        for i, one in enumerate(asked)
    )
    served = np.array([part.served_by for part in parts])
    first = np.argmax(served >= 0, axis=0)
    served_by = served[first, np.arange(served.shape[1])]
    return replace(found, served_by=served_by, phases=parts, seconds=watch.seconds)


def _checked(periods: Sequence[Period]) -> Sequence[Period]:
    if not periods or not all(0 <= each.weight < math.inf for each in periods):
        raise UsageError(
            Text(
                "至少须有一个时段，各时段的权重须不小于 0。",
                "Give at least one period, each with a weight of 0 or more.",
            )
        )
    return periods


def _read(
    times: Any,  # noqa: ANN401 - as in solve_periods
    demand: ArrayLike | None,
    period: Period,
    rest: tuple[int, float | None, Sequence[str] | None],
) -> Problem:
    k, limit, roles = rest
    walks = times if period.times is None else period.times
    people = demand if period.demand is None else period.demand
    problem = read_problem(walks, people, k=k, limit=limit, roles=roles)
    if period.is_open is None:
        return problem
    is_open = np.asarray(period.is_open, dtype=bool)
    if is_open.shape != (problem.m,):
        raise InputError(
            Text(
                f"每个时段须说明 {problem.m} 个地点各自是否开放，现为 {is_open.shape}。",
                f"A period must say of each of {problem.m} sites whether it is open, "
                f"not {is_open.shape}.",
            )
        )
    return replace(problem, pairs=problem.pairs.keep(is_open[problem.pairs.site]))


def _stack(asked: Sequence[Problem], periods: Sequence[Period]) -> tuple[Any, Any]:
    from scipy import sparse

    n, m = asked[0].n, asked[0].m
    for one in asked:
        if (one.n, one.m) != (n, m):
            raise InputError(
                Text(
                    f"各时段的时间表须同样大小（{n} × {m}），现有 {one.n} × {one.m}。",
                    f"Times of all periods must be of one size ({n} x {m}), not {one.n} x {one.m}.",
                )
            )
    row = np.concatenate([one.pairs.demand + i * n for i, one in enumerate(asked)])
    site = np.concatenate([one.pairs.site for one in asked])
    time = np.concatenate([one.pairs.time for one in asked])
    weight = np.concatenate([one.weight * each.weight for one, each in zip(asked, periods)])  # noqa: B905 - of one length
    return sparse.coo_array((time, (row, site)), shape=(n * len(asked), m)), weight


def _state(found: Solution, problem: Problem, chosen: Flags, served_by: Any) -> Solution:  # noqa: ANN401
    covered = weight_within(problem, chosen & problem.choosable)
    standing = problem.having(Role.EXISTING)
    stands = np.flatnonzero(standing).tolist()
    assert set(served_by[served_by >= 0].tolist()) <= set(found.sites.tolist()) | set(stands)
    return Solution(
        found.sites, covered, math.nan, found.status, 0.0, served_by, reason=found.reason
    )
