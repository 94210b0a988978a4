"""Bounding what a number of sites can do by prices, and deciding sites by the bound.

For problems of most good: rows pay a price for every time they are served, and of the sites
those worth most at such prices are opened (Lagrangian relaxation; Fisher 1981). What all pay
and the sites are worth together, no choice exceeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.siting.problem import Role

if TYPE_CHECKING:
    from tongling_gis.siting.problem import Flags, Floats, Ints, Problem
    from tongling_gis.siting.solution import Watch

_MEMORY, _PATIENCE, _SHORTER, _SHORTEST = 0.8, 15, 0.8, 1e-3
_NO_WAY = 1e-18


class Asked(NamedTuple):
    """What a relaxation answers at some prices.

    Attributes:
        total: What no choice exceeds.
        slope: How fast that grows with the price of each row.
        worth: Of each site.
        opened: The sites opened.
    """

    total: float
    slope: Floats
    worth: Floats
    opened: Flags


Relax: TypeAlias = Callable[["Floats"], Asked]
Look: TypeAlias = Callable[["Flags"], float]


@dataclass(frozen=True, eq=False)
class Priced:
    """The best prices met.

    Attributes:
        bound: What no choice exceeds.
        price: Of each row.
        worth: Of each site.
        opened: The sites opened at these prices.
    """

    bound: float
    price: Floats
    worth: Floats
    opened: Flags


def open_dearest(worth: Floats, free: Flags, must: Flags, count: int) -> Flags:
    """Open what must be open and ``count`` of the free sites, those worth most."""
    opened: Flags = must.copy()
    places = np.flatnonzero(free)
    opened[places[np.argsort(-worth[places], kind="stable")[:count]]] = True
    return opened


def change_prices(
    relax: Relax, price: Floats, dearest: Floats, look: Look, turns: int, watch: Watch
) -> Priced:
    """Change prices until the bound falls no more.

    Args:
        relax: The relaxation.
        price: Prices to begin with.
        dearest: Highest price of each row.
        look: Told which sites are opened every time the bound has fallen; gives the value of
            the best solution known.
        turns: Most changes.
        watch: Time limit and accepted gap.
    """
    asked = relax(price)
    at, way, pace, since = price, asked.slope, 1.0, 0
    best = Priced(asked.total, at, asked.worth, asked.opened)
    known = look(asked.opened)
    for _ in range(turns):
        met = best.bound <= known + max(1e-9, watch.effort.gap) * abs(known)
        if met or watch.over or pace < _SHORTEST:
            break
        held = ((at <= 0) & (asked.slope > 0)) | ((at >= dearest) & (asked.slope < 0))
        way = _MEMORY * way + (1.0 - _MEMORY) * np.where(held, 0.0, asked.slope)
        length = float(way @ way)
        if length < _NO_WAY:
            break
        step = pace * max(asked.total - known, 1e-6 * abs(known)) / length
        at = np.clip(at - step * way, 0.0, dearest)
        asked, since = relax(at), since + 1
        if asked.total < best.bound - 1e-7 * abs(best.bound):
            best, since = Priced(asked.total, at, asked.worth, asked.opened), 0
            known = look(asked.opened)
            watch.tell(known, best.bound)
        elif since >= _PATIENCE:
            at, since, pace = best.price, 0, pace * _SHORTER
    return best


def narrow(problem: Problem, sites: Ints, priced: Priced, least: float) -> Problem:
    """Forbid the candidates with which, and require those without which, less is certain.

    Args:
        problem: Whose candidates are to be decided.
        sites: Row numbers of the sites that prices speak of.
        priced: The best prices.
        least: What a choice must reach to count.
    """
    free = (problem.having(Role.CANDIDATE))[sites]
    opened, shut = free & priced.opened, free & ~priced.opened
    if not opened.any() or not shut.any():
        return problem
    lowest, highest = priced.worth[opened].min(), priced.worth[shut].max()
    roles = problem.roles.copy()
    roles[sites[shut & (priced.bound - (lowest - priced.worth) < least)]] = Role.FORBIDDEN
    roles[sites[opened & (priced.bound - (priced.worth - highest) < least)]] = Role.REQUIRED
    return replace(problem, roles=roles)
