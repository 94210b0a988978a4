"""Put the pieces of a block together into areas: contiguous, within limits, with few new walls.

Every contiguous set of pieces within the limits is a possible area; choosing some that hold each
piece once, at the least cost, is a set partition, which HiGHS solves to its proof. A block with
more than ``MOST_SETS`` such sets is put together greedily instead, the two neighbours first whose
joining saves most; then the fewest areas that the limits allow bound what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.area_units import Units

    Ints: TypeAlias = NDArray[np.int64]

MOST_SETS = 4000
"""Blocks with more possible areas are put together greedily."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What areas should be like.

    Attributes:
        area_m2: The largest.
        dwellings: The most dwellings.
        each_m: What an area more is worth in metres of new wall.
        across_walls: Whether pieces may be joined across a wall that stands.
    """

    area_m2: float
    dwellings: float
    each_m: float
    across_walls: bool = True


@dataclass(frozen=True, slots=True)
class Partition:
    """Areas as sets of pieces, and whether every block's was proven best."""

    areas: tuple[frozenset[int], ...]
    proven: bool
    fewest: int


@dataclass(frozen=True, eq=False)
class _Block:
    units: Units
    aim: Aim
    members: tuple[int, ...]
    beside: dict[int, dict[int, float]]

    def fits(self, some: frozenset[int]) -> bool:
        rows = list(some)
        if len(rows) == 1:
            return True
        dwellings = np.nan_to_num(self.units.dwellings[rows]).sum()
        area_m2 = self.units.area_m2[rows].sum()
        return bool(area_m2 <= self.aim.area_m2 and dwellings <= self.aim.dwellings)

    def cost(self, some: frozenset[int]) -> float:
        """Give half of each border to be walled, which both sides share, and what an area is."""
        walled = sum(m for one in some for two, m in self.beside[one].items() if two not in some)
        return self.aim.each_m + walled / 2.0

    def neighbours(self, some: frozenset[int]) -> set[int]:
        return {two for one in some for two in self.beside[one]} - some


def divide_blocks(units: Units, aim: Aim) -> Partition:
    """Put the pieces of every block with a building together."""
    areas: list[frozenset[int]] = []
    proven, fewest = True, 0
    built = np.unique(units.block[units.owner[units.owner >= 0]])
    for number in built.tolist():
        members = tuple(np.flatnonzero(units.block == number).tolist())
        block = _Block(units, aim, members, _beside(units, aim, members))
        sets = _possible(block)
        found = _exact(block, sets) if sets is not None else _greedy(block)
        proven &= sets is not None
        areas.extend(found)
        fewest += _fewest(block)
    return Partition(tuple(areas), proven, fewest)


def _beside(units: Units, aim: Aim, members: tuple[int, ...]) -> dict[int, dict[int, float]]:
    """Give the neighbours with whom each piece may be joined, and the wall that this saves."""
    own = set(members)
    found: dict[int, dict[int, float]] = {one: {} for one in members}
    for (a, b), border_m, open_m in zip(
        units.pair.tolist(), units.border_m.tolist(), units.open_m.tolist(), strict=True
    ):
        if a in own and (aim.across_walls or open_m > border_m / 2.0):
            found[a][b] = found[b][a] = open_m
    return found


def _possible(block: _Block) -> list[frozenset[int]] | None:
    """List every contiguous set within the limits; None where there are too many."""
    found = {frozenset({one}) for one in block.members}
    edge = list(found)
    while edge:
        wider = {
            some | {one}
            for some in edge
            for one in block.neighbours(some)
            if block.fits(some | {one})
        } - found
        found |= wider
        if len(found) > MOST_SETS:
            return None
        edge = list(wider)
    return sorted(found, key=sorted)


def _exact(block: _Block, sets: list[frozenset[int]]) -> list[frozenset[int]]:
    """Choose sets that hold each piece once, at the least cost."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    row = {one: number for number, one in enumerate(block.members)}
    at = [(row[one], column) for column, some in enumerate(sets) for one in sorted(some)]
    rows, columns = np.array(at).T
    holds = csr_array((np.ones(len(at)), (rows, columns)), shape=(len(row), len(sets)))
    solved = milp(
        [block.cost(some) for some in sets],
        integrality=np.ones(len(sets), dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(holds, 1.0, 1.0),
        options={"mip_rel_gap": 0.0, "time_limit": 5.0},
    )
    if solved.x is None:
        return _greedy(block)
    return [some for some, x in zip(sets, solved.x, strict=True) if x > 0.5]  # noqa: PLR2004


def _greedy(block: _Block) -> list[frozenset[int]]:
    """Join the two neighbours first whose joining saves most, while any may be joined."""
    areas = {frozenset({one}) for one in block.members}
    of = {one: area for area in areas for one in area}
    while True:
        best, saved = None, 0.0
        for area in sorted(areas, key=sorted):
            for other in {of[one] for one in block.neighbours(area)}:
                joined = area | other
                gain = block.cost(area) + block.cost(other) - block.cost(joined)
                if gain > saved and block.fits(joined):
                    best, saved = (area, other), gain
        if best is None:
            return sorted(areas, key=sorted)
        joined = best[0] | best[1]
        areas = (areas - set(best)) | {joined}
        of |= dict.fromkeys(joined, joined)


def _fewest(block: _Block) -> int:
    """Give the fewest areas that the limits allow the pieces with buildings.

    A piece that is over a limit by itself counts as one that just keeps it.
    """
    rows = sorted(set(block.members) & set(block.units.owner.tolist()))
    area_m2 = np.minimum(block.units.area_m2[rows], block.aim.area_m2)
    area = area_m2.sum() / block.aim.area_m2
    homes = np.minimum(np.nan_to_num(block.units.dwellings[rows]), block.aim.dwellings)
    dwellings = homes.sum() / block.aim.dwellings
    return int(max(np.ceil(area - 1e-9), np.ceil(dwellings - 1e-9), 1))
