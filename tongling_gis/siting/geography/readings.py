"""Reading an answer: what each further site gains, and how good today's centres are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.siting.geography.effects import measure_effect
from tongling_gis.siting.geography.solving import (
    count_sites,
    quick,
    reach_sites,
    solve,
    weigh_homes,
)
from tongling_gis.siting.nesting import heed
from tongling_gis.siting.problem import Role
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from tongling_gis.siting.geography.city import SitingCity
    from tongling_gis.siting.geography.question import SitingQuestion
    from tongling_gis.siting.geography.solving import Plan
    from tongling_gis.siting.solution import Watch

    Floats: TypeAlias = NDArray[np.float64]

_POINTS = 20
_READING_S = 10.0
_READING_GAP = 1e-3


def find_bend(x: ArrayLike, y: ArrayLike) -> int | None:
    """Find where a curve of diminishing gains, or of a falling walk, bends most.

    The curve is scaled to the unit square; the bend is where it is farthest from the straight
    line between its ends (Satopaa et al. 2011, Kneedle, without smoothing).

    Returns:
        The row of the bend; None for fewer than three points or a curve without a bend.

    >>> find_bend([0, 1, 2, 3, 4], [0, 60, 90, 95, 100])
    2
    """
    along, up = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    use = np.flatnonzero(np.isfinite(along) & np.isfinite(up))
    if len(use) < 3 or np.ptp(along[use]) == 0 or np.ptp(up[use]) == 0:  # noqa: PLR2004 - as said
        return None
    along = (along[use] - along[use].min()) / np.ptp(along[use])
    up = (up[use] - up[use].min()) / np.ptp(up[use])
    rise = up if up[-1] >= up[0] else 1.0 - up
    above = rise - along
    best = int(np.argmax(above))
    return int(use[best]) if above[best] > 1e-9 else None  # noqa: PLR2004 - rounding


def draw_curve(city: SitingCity, asked: SitingQuestion, plan: Plan, watch: Watch) -> pd.DataFrame:
    """Tabulate what is reached with 0, 1, 2, ... new sites, the bend marked.

    Beyond twenty of them only some are worked out. The last row is the plan itself.

    Returns:
        Rows ``k``, ``covered``, ``share_covered``, ``newly``, ``mean_walk_s``,
        ``worst_walk_s``, ``cost_yuan``, ``objective``, ``gap``, ``proven``, ``bend``, ``sites``.
    """
    import pandas as pd

    rows = [_curve_row(city, asked, one, k) for k, one in _plans(city, asked, plan, watch)]
    table = pd.DataFrame(rows)
    at = find_bend(table["k"], table[_CURVES.get(asked.problem, "covered")])
    table["bend"] = np.arange(len(table)) == (-1 if at is None else at)
    return table


_CURVES = {
    "median": "mean_walk_s",
    "centre": "worst_walk_s",
    "fair": "worst_walk_s",
    "backup": "objective",
    "capacity": "objective",
}
"""What the curve of a problem shows; of the others it is the residents covered."""
_EASIER = {"all": "cover", "budget": "cover", "phases": "cover"}
"""What is asked of fewer sites than an answer has, where its own question has no k."""


def _plans(
    city: SitingCity, asked: SitingQuestion, plan: Plan, watch: Watch
) -> Iterator[tuple[int, Plan]]:
    """Solve for fewer sites than the plan has, then give the plan."""
    most = len(plan.chosen)
    easier = _EASIER.get(asked.problem, asked.problem)
    lesser = replace(asked, problem=easier, effort=quick(asked.effort, _READING_S, _READING_GAP))
    required = sum(role == Role.REQUIRED for role in plan.reach.roles)
    moved = count_sites(city, asked) - asked.k
    begin = min(max(required, moved + asked.first_k), most)
    for k in np.unique(np.rint(np.linspace(begin, most, min(_POINTS, most - begin) + 1))):
        if k == most or watch.over:
            break
        found = solve(city, lesser, plan.reach, k=int(k))
        heed(watch, found.solution)
        if found.solution.status != "infeasible":
            yield int(k), found
    yield most, plan


def _curve_row(city: SitingCity, asked: SitingQuestion, plan: Plan, k: int) -> dict[str, Any]:
    effect = measure_effect(city, plan.chosen, asked.limit_s)
    total = city.weight.sum()
    covered = float(city.weight[effect.covered_after].sum())
    return {
        "k": k,
        "covered": covered,
        "share_covered": covered / total if total else np.nan,
        "newly": float(city.weight[effect.newly].sum()),
        "mean_walk_s": _or_nan(effect.mean_s(effect.after_s, city.weight)),
        "worst_walk_s": _or_nan(effect.worst_s(effect.after_s, plan.reach.weight)),
        "cost_yuan": effect.cost_yuan,
        "objective": plan.solution.objective,
        "gap": plan.solution.gap,
        "proven": plan.solution.status == "optimal",
        "sites": " ".join(city.sites["site_id"].to_numpy()[np.sort(plan.chosen)]),
    }


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def list_phases(city: SitingCity, plan: Plan) -> pd.DataFrame:
    """Tabulate a plan over years.

    Returns:
        Rows ``year``, ``open`` (sites open by then), ``sites`` (those of the year), ``covered``,
        ``alone`` (what the year could cover by itself), ``regret``, ``cost_yuan``; none of
        an answer without years.
    """
    import pandas as pd

    ids, before, rows = city.sites["site_id"].to_numpy(), set[int](), []
    for year, state in enumerate(plan.solution.phases, 1):
        own = {int(site) for site in state.sites if site < len(ids)}
        rows.append(
            {
                "year": year,
                "open": len(own),
                "sites": " ".join(ids[sorted(own - before)]),
                "covered": state.objective,
                "alone": state.parts.get("alone", np.nan),
                "regret": state.parts.get("regret", np.nan),
                "cost_yuan": float(
                    city.sites["cost_yuan"].to_numpy(dtype=float)[sorted(own)].sum()
                ),
            }
        )
        before = own
    return pd.DataFrame(rows)


def find_years(city: SitingCity, plan: Plan, site_ids: pd.Series[str]) -> list[int]:
    """Say in which year of a plan each site is opened."""
    ids, opened = city.sites["site_id"].to_numpy(), dict[str, int]()
    for year, state in enumerate(plan.solution.phases, 1):
        for site in state.sites:
            if site < len(ids):
                opened.setdefault(ids[site], year)
    return [opened.get(one, len(plan.solution.phases)) for one in site_ids]


def measure_efficiency(
    city: SitingCity, asked: SitingQuestion, everywhere: SitingCity
) -> tuple[float, float, Plan] | None:
    """Compare whom today's centres cover with whom as many cover if placed best.

    Args:
        city: As it is.
        asked: The question, of which limit, weights and effort count.
        everywhere: The same city with today's places among the sites and no centre standing.

    Returns:
        What is covered today, what the best places cover, and their plan; None where no
        centre serves today or the time is up.
    """
    count = int(city.serving.sum())
    if not count:
        return None
    free = replace(
        asked,
        problem="cover",
        existing="move",
        k=0,
        first_k=0,
        require=(),
        compete=(),
        effort=quick(asked.effort, 2.0 * _READING_S, _READING_GAP),
    )
    reach = reach_sites(everywhere, free)
    plan = solve(everywhere, free, reach, k=count)
    if plan.stopped:
        return None
    weight = weigh_homes(city, asked)
    today = float(weight[_covered_today(city, asked)].sum())
    return today, max(plan.solution.objective, today), plan


def _covered_today(city: SitingCity, asked: SitingQuestion) -> NDArray[np.bool_]:
    ms = city.before.ms
    return (ms >= 0) & (ms <= asked.limit_s * 1000.0)


def say_status(plan: Plan) -> Text:
    """Say how sure an answer is: proven, within so much of the optimum, or impossible."""
    found = plan.solution
    if found.status == "infeasible":
        return Text("无解", "impossible")
    if found.status == "optimal":
        return Text("已证明最优", "proven optimal")
    if not np.isfinite(found.gap):
        return Text("时限内未找到方案", "no answer found in the time given")
    return Text(
        f"距最优不超过 {_percent(found.gap)} %", f"within {_percent(found.gap)} % of the optimum"
    )


def _percent(gap: float) -> str:
    """Write a gap in per cent with two figures, rounded up."""
    from math import ceil, floor, log10

    share = gap * 100.0
    if share <= 0.0:
        return "0"
    digits = 1 - floor(log10(share))
    scale = 10.0**digits
    return f"{ceil(share * scale - 1e-9) / scale:.{max(digits, 0)}f}".rstrip("0").rstrip(".")
