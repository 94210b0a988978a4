"""From what a search found back to the caller's sites and demands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.siting.problem import Role
from tongling_gis.siting.solution import Solution
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Flags, Ints, Problem
    from tongling_gis.siting.solution import Watch


def answer(
    problem: Problem, chosen: Flags, objective: float, bound: float, watch: Watch
) -> Solution:
    """Make a solution of the sites chosen."""
    status, reason = watch.ended(objective, bound)
    if not math.isfinite(objective):
        return Solution(
            _none(), math.nan, bound, "gap", watch.seconds, np.full(problem.n, -1), reason=reason
        )
    served_by, _ = problem.pairs.nearest(chosen | problem.having(Role.EXISTING))
    return Solution(
        np.flatnonzero(chosen), objective, bound, status, watch.seconds, served_by, reason=reason
    )


def infeasible(problem: Problem, conflict: Ints, reason: Text, watch: Watch) -> Solution:
    """Say that nothing does what is asked, and because of which demands."""
    nobody = np.full(problem.n, -1)
    return Solution(
        _none(), math.nan, math.nan, "infeasible", watch.seconds, nobody, conflict, reason
    )


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)


def say_unreachable(conflict: Ints) -> Text:
    """Name the demands that no site reaches."""
    first = "、".join(str(i) for i in conflict[:5]), ", ".join(str(i) for i in conflict[:5])
    more = ("", "") if len(conflict) <= 5 else (" 等", ", ...")  # noqa: PLR2004 - as above
    return Text(
        f"{len(conflict)} 个需求点没有任何地点可达（行号 {first[0]}{more[0]}）："
        "请放宽上限或增加地点。",
        f"No site reaches {len(conflict)} demands (rows {first[1]}{more[1]}): "
        "allow a longer walk or more sites.",
    )


def say_too_few(k: int, conflict: Ints) -> Text:
    """Name the demands that need more sites than there may be."""
    if not len(conflict):
        return Text(
            f"{k} 个地点不足以到达所有需求点：请增加 k 或放宽上限。",
            f"{k} sites cannot reach all demands: allow more sites or a longer walk.",
        )
    return Text(
        f"{k} 个地点不足以到达所有需求点：有 {len(conflict)} 个需求点两两没有共同的地点。",
        f"{k} sites cannot reach all demands: of {len(conflict)} demands no two share a site.",
    )
