"""Buildings, dwellings and residents by age, to the published totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.sample_city.shapes import polygons_of
from tongling_gis.sample_city.styles import LANE_STYLES, STYLES
from tongling_gis.sample_city.tables import layer_table, share_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.sample_city.quarters import Built

RESIDENTS = 450_949
"""Tongguan district at the census of 2020."""
DWELLINGS = 188_682
"""So that a household has 2.39 people, as there."""
SHARE_60_PLUS = 0.2505
SHARE_0_14 = 0.131

FIRST_BUILDING = 200_000
"""Buildings are OSM ways from here on."""

_HOUSEHOLD = {
    "old_quarter": 2.1, "lanes": 2.15, "work_unit": 2.2, "old_estate": 2.35, "open_housing": 2.35,
    "new_estate": 2.65, "village": 2.7,
}  # fmt: skip
_OLDER = {
    "old_quarter": 0.36, "lanes": 0.35, "work_unit": 0.33, "old_estate": 0.28,
    "open_housing": 0.27, "new_estate": 0.145, "village": 0.37,
}  # fmt: skip
_YOUNG = {
    "old_quarter": 0.09, "lanes": 0.09, "work_unit": 0.095, "old_estate": 0.115,
    "open_housing": 0.12, "new_estate": 0.18, "village": 0.12,
}  # fmt: skip


def flat_m2(use: str) -> float:
    """Gross floor area of a dwelling on plots of one use; 0 where nobody lives."""
    if use in STYLES:
        return STYLES[use].flat_m2
    return LANE_STYLES[use].flat_m2 if use in LANE_STYLES else 0.0


def _dwellings(area_m2: NDArray[np.float64], flat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Divide floor area into dwellings, so that the city has as many as are published."""
    lived = flat > 0
    dwellings = np.zeros(len(flat), dtype=np.int64)
    wanted = area_m2[lived] / flat[lived]
    dwellings[lived] = 1 + share_out(np.maximum(wanted - 1.0, 0.0), DWELLINGS - int(lived.sum()))
    return dwellings


def _ages(
    residents: NDArray[np.int64], older: NDArray[np.float64], young: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide each building's residents so that the city's shares are met to the person."""
    old_total = round(RESIDENTS * SHARE_60_PLUS)
    young_total = round(RESIDENTS * SHARE_0_14)
    aged_60 = np.minimum(share_out(residents * older, old_total), residents)
    aged_14 = np.minimum(share_out(residents * young, young_total), residents - aged_60)
    for group, total, room in (
        (aged_60, old_total, residents - aged_60 - aged_14),
        (aged_14, young_total, residents - aged_60 - aged_14),
    ):
        lacking = total - int(group.sum())
        group[np.argsort(-room, kind="stable")[:lacking]] += 1
    return aged_60, aged_14


def _by_use(built: Sequence[Built], of: Mapping[str, float]) -> NDArray[np.float64]:
    return np.array([of.get(one.use, 0.0) for one in built])


def settle_people(
    built: Sequence[Built], compound_ids: Sequence[str | None], rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, NDArray[np.intp]]:
    """Build the ``buildings`` layer, and tell on which plot each stands."""
    laid = [(at, one.layout) for at, one in enumerate(built) if one.layout is not None]
    plot = np.concatenate([np.full(len(layout.corners), at) for at, layout in laid])
    corners = np.round(np.concatenate([layout.corners for _, layout in laid]), 2)
    floors = np.concatenate([layout.floors for _, layout in laid])
    shapes = polygons_of(corners)
    flat = np.array([flat_m2(one.use) for one in built])[plot]
    dwellings = _dwellings(shapely.area(shapes) * floors, flat)
    mood = rng.normal(1.0, 0.06, len(built))[plot]
    household = _by_use(built, _HOUSEHOLD)[plot] * mood
    extra = dwellings * np.maximum(household - 1.0, 0.2)
    residents = dwellings + share_out(extra, RESIDENTS - int(dwellings.sum()))
    drift = np.clip(rng.normal(1.0, 0.14, len(built)), 0.6, 1.5)[plot]
    older = _by_use(built, _OLDER)[plot] * drift
    young = _by_use(built, _YOUNG)[plot] / drift
    aged_60, aged_14 = _ages(residents, older, young)
    uses = np.array([_building_tag(one.use) for one in built], dtype=object)[plot]
    within = np.arange(len(plot)) - np.searchsorted(plot, plot) + 1
    named = np.array([one.is_compound and one.use != "old_quarter" for one in built])[plot]
    lived = flat > 0
    columns = {
        "building_id": [f"way/{FIRST_BUILDING + at}" for at in range(len(plot))],
        "name": [f"{n}幢" if yes else None for n, yes in zip(within, named, strict=True)],
        "use": uses,
        "floors": floors,
        "dwellings": _where(lived, dwellings),
        "residents": _where(lived, residents),
        "residents_0_14": _where(lived, aged_14),
        "residents_15_59": _where(lived, residents - aged_14 - aged_60),
        "residents_60_plus": _where(lived, aged_60),
        "compound_id": np.array(compound_ids, dtype=object)[plot],
        "tags": ["{}"] * len(plot),
    }
    return layer_table("buildings", columns, shapes), plot


def _where(known: NDArray[np.bool_], counts: NDArray[np.int64]) -> list[int | None]:
    return [int(n) if yes else None for n, yes in zip(counts, known, strict=True)]


def _building_tag(use: str) -> str:
    return STYLES[use].use if use in STYLES else "house"
