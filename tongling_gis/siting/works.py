"""What may be done where, and for how much: the works that a budget chooses among."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.errors import InputError, UsageError
from tongling_gis.siting.problem import Role
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem


class Kind(StrEnum):
    """What may be done at a site.

    A candidate or required site is opened by building it new, rebuilding what stands there or
    converting another building. An existing centre is kept, rebuilt, closed, or moved: closed,
    its staff and things going to one of the sites opened.
    """

    NEW = "new"
    REBUILD = "rebuild"
    CONVERT = "convert"
    KEEP = "keep"
    CLOSE = "close"
    MOVE = "move"


OPENING = Kind.NEW, Kind.REBUILD, Kind.CONVERT
STAYING = Kind.KEEP, Kind.REBUILD
LEAVING = Kind.CLOSE, Kind.MOVE


@dataclass(frozen=True, eq=False)
class Works:
    """What may be done where, one row each; at most one of a site's rows is done.

    An existing centre that has no row "keep" is kept at no cost, with no floor area.

    Attributes:
        site: Row number of the site, w numbers.
        kind: One ``Kind`` each.
        cost: What it costs, w numbers; below 0 for what closing or moving saves.
        area: Floor area that the site then has, w numbers; None for 0 each.
        least_area: Floor area that all sites, chosen and kept, must have together.
    """

    site: ArrayLike
    kind: Sequence[str]
    cost: ArrayLike
    area: ArrayLike | None = None
    least_area: float = 0.0


@dataclass(frozen=True, eq=False)
class Choice:
    """Works as read: rows of sites that may be used, and what keeps existing centres open.

    Attributes:
        row: Row in the caller's works; -1 for an existing centre kept as it is.
        site: Row number of the site.
        opens: Whether people are served there afterwards.
        moves: Whether it is an existing centre moved elsewhere.
        cost: Its cost.
        area: Floor area afterwards.
        budget: Money there is.
        least_area: Floor area that must come together.
    """

    row: Ints
    site: Ints
    opens: Flags
    moves: Flags
    cost: Floats
    area: Floats
    budget: float
    least_area: float


def read_works(works: Works, problem: Problem, budget: float) -> Choice:
    """Check works against the roles of their sites, and add the existing centres kept.

    Raises:
        InputError: If sizes differ, a site or number cannot be used, or a required site has no
            row that opens it.
        UsageError: If a kind does not suit the role of its site, or the budget is not a number.
    """
    if not budget >= 0 or not 0 <= works.least_area < math.inf:
        raise UsageError(
            Text(
                "预算和最小建筑面积须为不小于 0 的数。",
                "The budget and the least floor area must be numbers of 0 or more.",
            )
        )
    site, kinds, cost, area = _read_rows(works, problem)
    roles = problem.roles[site]
    _check_kinds(site, kinds, roles)
    use = np.flatnonzero(~np.isin(roles.astype("U10"), [Role.FORBIDDEN, Role.COMPETITOR]))
    kept = problem.having(Role.EXISTING)
    kept[site[kinds == Kind.KEEP]] = False
    extra = np.flatnonzero(kept)
    nothing = np.zeros(len(extra))
    _check_required(problem, site[use])
    return Choice(
        row=np.r_[use, np.full(len(extra), -1)],
        site=np.r_[site[use], extra],
        opens=np.r_[~np.isin(kinds[use], LEAVING), np.ones(len(extra), dtype=bool)],
        moves=np.r_[kinds[use] == Kind.MOVE, np.zeros(len(extra), dtype=bool)],
        cost=np.r_[cost[use], nothing],
        area=np.r_[area[use], nothing],
        budget=float(budget),
        least_area=float(works.least_area),
    )


def _read_rows(works: Works, problem: Problem) -> tuple[Ints, NDArray[np.str_], Floats, Floats]:
    cost = np.asarray(works.cost, dtype=float).ravel()
    area = np.zeros(len(cost)) if works.area is None else np.asarray(works.area, dtype=float)
    kinds = np.array([str(kind) for kind in works.kind], dtype="U10")
    sites = np.asarray(works.site).ravel()
    if not len(cost) == len(area) == len(kinds) == len(sites):
        raise InputError(
            Text(
                f"工程表各列须等长：地点 {len(sites)}、类别 {len(kinds)}、费用 {len(cost)}、"
                f"面积 {len(area)}。",
                f"The columns of works must be of one length: {len(sites)} sites, "
                f"{len(kinds)} kinds, {len(cost)} costs, {len(area)} areas.",
            )
        )
    named = np.array([site in range(problem.m) for site in sites.tolist()], dtype=bool)
    known = named & np.isin(kinds, list(Kind))
    leaving = np.isin(kinds, LEAVING)
    good = known & np.isfinite(cost) & np.isfinite(area) & (area >= 0) & ((cost >= 0) | leaving)
    if not good.all():
        first = int(np.argmin(good))
        raise InputError(
            Text(
                f"工程表第 {first + 1} 行不可用（地点 {sites[first]}、类别 {kinds[first]}、"
                f"费用 {cost[first]:g}、面积 {area[first]:g}）："
                "地点须在时间表中，类别须认识，面积须不小于 0，费用仅在关闭或搬迁时可为负。",
                f"Row {first + 1} of works cannot be used (site {sites[first]}, kind "
                f"{kinds[first]}, cost {cost[first]:g}, area {area[first]:g}): the site must be "
                "a column of times, the kind known, the area 0 or more, and only closing or "
                "moving may cost less than 0.",
            )
        )
    return sites.astype(np.int64), kinds, cost, area


def _check_kinds(site: Ints, kinds: NDArray[np.str_], roles: NDArray[np.object_]) -> None:
    existing = roles == Role.EXISTING
    free = np.isin(roles.astype("U10"), [Role.CANDIDATE, Role.REQUIRED])
    wrong = (existing & np.isin(kinds, [Kind.NEW, Kind.CONVERT])) | (
        free & ~np.isin(kinds, OPENING)
    )
    if wrong.any():
        first = int(np.argmax(wrong))
        raise UsageError(
            Text(
                f"工程表第 {first + 1} 行：类别 {kinds[first]} 不适用于角色为 {roles[first]} 的"
                f"地点 {site[first]}；现有中心可 keep、rebuild、close、move，其余可 new、rebuild、"
                "convert。",
                f"Row {first + 1} of works: {kinds[first]} does not suit site {site[first]}, which "
                f"is {roles[first]}: an existing centre may keep, rebuild, close or move, others "
                "may be new, rebuild or convert.",
            )
        )


def _check_required(problem: Problem, site: Ints) -> None:
    without = np.setdiff1d(np.flatnonzero(problem.having(Role.REQUIRED)), site)
    if len(without):
        raise InputError(
            Text(
                f"必选地点 {without[0]} 在工程表中没有可以建成它的一行。",
                f"Required site {without[0]} has no row in works that opens it.",
            )
        )
