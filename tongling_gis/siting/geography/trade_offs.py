"""What an answer trades and on what it rests: cost against cover, mean against worst, changes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.catalogue import read_standards
from tongling_gis.routing import origin_destination
from tongling_gis.siting.budget import solve_budget
from tongling_gis.siting.centre import solve_centre
from tongling_gis.siting.geography.effects import measure_effect
from tongling_gis.siting.geography.solving import (
    COVERS,
    WALKS,
    count_sites,
    leave_covered,
    list_works,
    quick,
    reach_sites,
    solver_of,
)
from tongling_gis.siting.median import solve_median
from tongling_gis.siting.nesting import heed
from tongling_gis.siting.problem import Role
from tongling_gis.siting.robustness import solve_often

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.siting.geography.city import SitingCity
    from tongling_gis.siting.geography.question import SitingQuestion
    from tongling_gis.siting.geography.solving import Plan, Reach
    from tongling_gis.siting.solution import Solution, Watch

    Floats: TypeAlias = NDArray[np.float64]

_POINTS = 8
_NEAR_MINUTES = 5.0
_READING_S = 5.0
_READING_GAP = 1e-3


def trade_cost(city: SitingCity, asked: SitingQuestion, plan: Plan, watch: Watch) -> pd.DataFrame:
    """Tabulate the most that each sum of money covers, up to what the plan costs.

    Returns:
        Rows ``front`` "cost", ``budget_yuan``, ``cost_yuan``, ``covered`` (as weighed), ``gap``,
        ``sites``; of plans that cost the same or more and cover no more only one is kept.
    """
    import pandas as pd

    most = measure_effect(city, plan.chosen, asked.limit_s).cost_yuan
    effort = quick(asked.effort, _READING_S, _READING_GAP)
    works, rows = list_works(city), []
    for budget in np.linspace(0.0, most, _POINTS + 1) if most > 0 else ():
        if watch.over:
            break
        found = solve_budget(
            plan.reach.times,
            plan.reach.weight,
            budget=float(budget),
            works=works,
            limit=asked.limit_s,
            roles=plan.reach.roles,
            effort=effort,
        )
        if heed(watch, found).status != "infeasible":
            rows.append(_point(city, found) | {"front": "cost", "budget_yuan": float(budget)})
    return keep_best(pd.DataFrame(rows), "cost_yuan", "covered")


def _point(city: SitingCity, found: Solution) -> dict[str, Any]:
    own = found.sites[found.sites < len(city.sites)]
    return {
        "cost_yuan": float(city.sites["cost_yuan"].to_numpy(dtype=float)[own].sum()),
        "covered": found.objective,
        "gap": found.gap,
        "sites": " ".join(city.sites["site_id"].to_numpy()[own]),
    }


def keep_best(table: pd.DataFrame, less: str, more: str) -> pd.DataFrame:
    """Keep the rows that no other beats: none has less of one and more of the other."""
    if table.empty:
        return table
    ordered = table.sort_values([less, more], ascending=[True, False], kind="stable")
    best = ordered[more].cummax().shift(fill_value=-np.inf)
    return ordered[ordered[more] > best].reset_index(drop=True)


def trade_worst(
    city: SitingCity, asked: SitingQuestion, reach: Reach, watch: Watch
) -> pd.DataFrame:
    """Tabulate the shortest mean walk for each longest walk allowed, with k sites.

    Returns:
        Rows ``front`` "walks", ``mean_walk_s``, ``worst_walk_s``, ``gap``, ``sites``.
    """
    import pandas as pd

    k, effort = count_sites(city, asked), quick(asked.effort, _READING_S, _READING_GAP)
    given: dict[str, Any] = {"k": k, "roles": reach.roles, "effort": effort}
    least = solve_centre(reach.times, reach.weight, **given)
    free = solve_median(reach.times, reach.weight, **given)
    if not (len(least.sites) and len(free.sites)):
        return pd.DataFrame()
    everybody, rows = float(reach.weight.sum()), []
    longest = _worst(reach, free)
    for limit in np.linspace(least.objective, longest, 5):
        if watch.over:
            break
        found = solve_median(reach.times, reach.weight, limit=float(limit), **given)
        heed(watch, found)
        if np.isfinite(found.objective):
            rows.append(
                {
                    "front": "walks",
                    "mean_walk_s": found.objective / everybody,
                    "worst_walk_s": _worst(reach, found),
                    "gap": found.gap,
                    "sites": _point(city, found)["sites"],
                }
            )
    table = pd.DataFrame(rows).assign(better=lambda rows: -rows["mean_walk_s"])
    return keep_best(table, "worst_walk_s", "better").drop(columns="better")


def _worst(reach: Reach, found: Solution) -> float:
    """Find the longest walk to the sites of a solution and what stands."""
    use = np.array([role == Role.EXISTING for role in reach.roles])
    use[found.sites] = True
    pairs = reach.times.tocoo()
    row, column = pairs.coords
    keep = use[column]
    walk = np.full(reach.times.shape[0], np.inf)
    np.minimum.at(walk, row[keep], pairs.data[keep])
    return float(walk[reach.weight > 0].max(initial=0.0))


def try_changes(city: SitingCity, asked: SitingQuestion, plan: Plan, watch: Watch) -> pd.DataFrame:
    """Count how often each site is chosen when demand and walks are not quite as reckoned.

    Demand and walks are changed home by home, ``draws`` times, by up to a fifth either way;
    then everyone walks a fifth slower, and a fifth faster.

    Returns:
        Rows ``site_id``, ``name``, ``in_plan``, ``share`` (of the draws that choose it),
        ``share_near`` (that choose it or a site within five minutes' walk), ``slower``,
        ``faster``, ``steady``; only sites that the plan or some change chooses.
    """
    import pandas as pd

    standard = read_standards().siting
    solver = solver_of(city, asked, count_sites(city, asked))
    effort = quick(asked.effort, _READING_S, _READING_GAP)
    reach = plan.reach
    if asked.problem not in WALKS:
        reach = reach_sites(city, _wider(asked, 1.0 + standard.change))
    often = solve_often(
        partial(solver, roles=reach.roles),
        reach.times,
        plan.reach.weight,
        runs=standard.draws,
        spread=standard.change,
        effort=replace(effort, time_limit_s=3.0 * effort.time_limit_s),
    )
    for run in (often.best, *often.runs):
        heed(watch, run)
    table = pd.DataFrame(city.sites[["site_id", "name"]])
    own = np.zeros(len(table), dtype=bool)
    own[plan.chosen] = True
    table["in_plan"] = own
    table["share"] = often.share[: len(table)]
    table["share_near"] = _share_near(city, [run.sites for run in often.runs])
    for name, factor in (("slower", 1.0 - standard.change), ("faster", 1.0 + standard.change)):
        told = reach_sites(city, asked, city.at_speed(factor))
        told = leave_covered(told, asked.limit_s) if asked.problem in COVERS else told
        found = heed(watch, solver(told.times, told.weight, roles=told.roles, effort=effort))
        chosen = np.zeros(len(told.roles), dtype=bool)
        chosen[found.sites] = True
        table[name] = chosen[: len(table)]
    table["steady"] = table["share_near"] >= standard.stays
    shown = table["in_plan"] | (table["share"] > 0) | table["slower"] | table["faster"]
    kept = table[shown].sort_values(["in_plan", "share"], ascending=False, kind="stable")
    return kept.reset_index(drop=True)


def _share_near(city: SitingCity, runs: Sequence[NDArray[np.int64]]) -> Floats:
    """Give the share of runs that choose each site or one near it on foot."""
    found = origin_destination(
        city.graph, city.site_places, city.site_places, limit_s=_NEAR_MINUTES * 60.0
    )
    total = np.zeros(len(city.sites))
    for run in runs:
        chosen = np.zeros(len(city.sites), dtype=bool)
        chosen[run[run < len(city.sites)]] = True
        near = chosen.copy()
        near[found.origin[chosen[found.destination]]] = True
        total += near
    return total / max(1, len(runs))


def _wider(asked: SitingQuestion, factor: float) -> SitingQuestion:
    """Ask for a longer walk too, as far as is searched at all."""
    most = read_standards().access.search_minutes
    return replace(asked, minutes=min(asked.minutes * factor / (2.0 - factor), most))
