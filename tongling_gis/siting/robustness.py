"""Which sites can be relied on: chosen again when the figures are a little wrong, and missed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.siting.nesting import effort_left, heed
from tongling_gis.siting.problem import Role, read_problem
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Floats
    from tongling_gis.siting.solution import Solution


class Solver(Protocol):
    """A solver with all its options but these, such as ``partial(solve_cover, k=5)``."""

    def __call__(
        self,
        times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
        demand: ArrayLike | None = None,
        /,
        *,
        effort: Effort | None = None,
    ) -> Solution:
        """Solve the problem."""
        ...  # pragma: no cover


class RoleSolver(Protocol):
    """A solver with all its options but the roles and these."""

    def __call__(
        self,
        times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
        demand: ArrayLike | None = None,
        /,
        *,
        roles: Sequence[str] | None = None,
        effort: Effort | None = None,
    ) -> Solution:
        """Solve the problem."""
        ...  # pragma: no cover


@dataclass(frozen=True, eq=False)
class Often:
    """How often each site is chosen.

    Attributes:
        share: Of each of m sites, the share of the runs with an answer that choose it.
        best: The solution with the figures as given.
        runs: The solutions with changed figures.
    """

    share: Floats
    best: Solution
    runs: tuple[Solution, ...]


def solve_often(
    solve: Solver,
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    runs: int = 20,
    spread: float = 0.2,
    effort: Effort | None = None,
) -> Often:
    """Solve again and again with demand and times a little changed, and count the sites.

    In each run each demand, and the walks from it, are multiplied by factors drawn evenly from
    1 - ``spread`` to 1 + ``spread``.

    Args:
        solve: A solver with its options, such as ``partial(solve_cover, k=5, limit=900)``.
        times: Walk from each of n demands to each of m sites, as for the solver.
        demand: What each demand counts for; None for 1 each.
        runs: How many times to solve.
        spread: How far demand and times may be off, from 0 to below 1.
        effort: For all runs together; its seed makes the factors.

    Returns:
        The share of each site. Where time runs out or Ctrl-C is pressed, of the runs so far.

    Raises:
        UsageError: If the number of runs or the spread cannot be meant.
        InputError: If times or demand cannot be used.

    >>> from functools import partial
    >>> from tongling_gis.siting import solve_cover
    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_often(partial(solve_cover, k=1, limit=600), walk_s, runs=4).share.tolist()
    [0.25, 0.75]
    """
    if runs < 1 or not 0 <= spread < 1:
        raise UsageError(
            Text(
                "运行次数须不小于 1，变动幅度须在 0 到 1 之间（不含 1）。",
                "Runs must be 1 or more, and the spread from 0 to below 1.",
            )
        )
    work = effort or Effort()
    watch, rng = Watch(work), np.random.default_rng(work.seed)
    problem = read_problem(times, demand, k=None, limit=None, roles=None)
    best = heed(watch, solve(times, demand, effort=effort_left(watch)))
    found: list[Solution] = []
    for run in range(runs):
        if watch.over:
            break
        changed = _slow(times, rng.uniform(1.0 - spread, 1.0 + spread, problem.n))
        weight = problem.weight * rng.uniform(1.0 - spread, 1.0 + spread, problem.n)
        found.append(heed(watch, solve(changed, weight, effort=effort_left(watch))))
        says = Text("第 {run} 次重算", "Run {run} again").fill(run=run + 1)
        work.progress(says, (run + 1) / runs)
    return Often(_share(found, problem.m), best, tuple(found))


def _slow(times: Any, factor: Floats) -> Any:  # noqa: ANN401 - as in solve_often
    """Multiply the walks of each demand by its factor, the pairs listed staying those listed."""
    from scipy import sparse

    if not sparse.issparse(times):
        return np.asarray(times, dtype=float) * factor[:, None]
    listed: Any = times.tocoo()  # type: ignore[attr-defined]
    row, column = listed.coords
    return sparse.coo_array((listed.data * factor[row], (row, column)), shape=listed.shape)


def _share(found: Sequence[Solution], m: int) -> Floats:
    answered = [one for one in found if math.isfinite(one.objective)]
    times: Floats = np.zeros(m)
    for one in answered:
        times[one.sites] += 1.0
    return times / max(1, len(answered))


@dataclass(frozen=True, eq=False)
class Without:
    """What each chosen site is worth: the best that can be done without it.

    Attributes:
        best: The solution with all sites to choose from.
        sites: Its sites, the required ones aside.
        others: For each of them the best solution without it.
        loss: For each of them how much worse that is, as a share of the best objective; inf
            where nothing does what is asked without it.
    """

    best: Solution
    sites: tuple[int, ...]
    others: tuple[Solution, ...]
    loss: Floats

    def near(self, within: float = 0.01) -> tuple[Solution, ...]:
        """Give the other solutions that are nearly as good, the best first."""
        order = np.argsort(self.loss, kind="stable")
        return tuple(self.others[i] for i in order if self.loss[i] <= within)


def solve_without(
    solve: RoleSolver,
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Without:
    """Solve once with all sites, then once without each site chosen.

    A site without which nearly as much can be done may be given up for another; one whose loss
    is large belongs to every good solution: no choice without it is better than that shown.

    Args:
        solve: A solver with its options but the roles, such as ``partial(solve_cover, k=5)``.
        times: Walk from each of n demands to each of m sites, as for the solver.
        demand: What each demand counts for; None for 1 each.
        roles: One ``Role`` a site; None where all are candidates.
        effort: For all together.

    Returns:
        The sites' losses; where time runs out or Ctrl-C is pressed, of the sites so far.

    Raises:
        InputError: If times or demand cannot be used.
        UsageError: If an option of the solver cannot be meant.
    """
    watch = Watch(effort or Effort())
    known = read_problem(times, demand, k=None, limit=None, roles=roles).roles
    best = heed(watch, solve(times, demand, roles=list(known), effort=effort_left(watch)))
    done: list[tuple[int, Solution]] = []
    free = [int(site) for site in best.sites if known[site] == Role.CANDIDATE]
    for site in free:
        if watch.over:
            break
        changed = list(known)
        changed[site] = Role.FORBIDDEN
        other = solve(times, demand, roles=changed, effort=effort_left(watch))
        done.append((site, heed(watch, other)))
        says = Text("不用地点 {site} 重算", "Again without site {site}").fill(site=site)
        watch.effort.progress(says, len(done) / len(free))
    loss = np.array([_loss(best, other) for _, other in done])
    sites, others = tuple(site for site, _ in done), tuple(other for _, other in done)
    return Without(replace(best, seconds=watch.seconds), sites, others, loss)


def _loss(best: Solution, other: Solution) -> float:
    if not math.isfinite(other.objective):
        return math.inf
    return abs(other.objective - best.objective) / max(abs(best.objective), 1e-9)
