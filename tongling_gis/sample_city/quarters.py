"""What each plot is for, and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.sample_city.lanes import lay_lanes
from tongling_gis.sample_city.layout import Layout, lay_rows
from tongling_gis.sample_city.plan import Plot
from tongling_gis.sample_city.shapes import as_polygon
from tongling_gis.sample_city.streets import plan_to_line
from tongling_gis.sample_city.styles import LANE_STYLES, STYLES

if TYPE_CHECKING:
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.sample_city.plan import Plan
    from tongling_gis.sample_city.terrain import Frame, Terrain

OLD_COMPOUNDS = 200
OLD_KINDS = ("old_quarter", "work_unit", "old_estate")

_USES: dict[str, dict[str, float]] = {
    "I": {"works": 0.72, "work_unit": 0.16, "vacant": 0.12},
    "W": {
        "work_unit": 0.37, "old_estate": 0.2, "open_housing": 0.09, "school": 0.06,
        "commerce": 0.07, "park": 0.05, "civic": 0.05, "works": 0.11,
    },
    "O": {
        "old_quarter": 0.62, "lanes": 0.14, "commerce": 0.1, "school": 0.05, "civic": 0.05,
        "park": 0.04,
    },
    "C": {
        "commerce": 0.55, "civic": 0.12, "old_estate": 0.12, "new_estate": 0.12, "park": 0.09,
    },
    "E": {
        "old_estate": 0.47, "work_unit": 0.05, "new_estate": 0.06, "open_housing": 0.1,
        "school": 0.08, "commerce": 0.1, "park": 0.07, "civic": 0.07,
    },
    "N": {
        "new_estate": 0.55, "school": 0.08, "commerce": 0.1, "park": 0.1, "civic": 0.05,
        "vacant": 0.12,
    },
    "F": {"new_estate": 0.5, "school": 0.06, "park": 0.06, "commerce": 0.04, "vacant": 0.34},
    "B": {
        "old_estate": 0.42, "work_unit": 0.14, "open_housing": 0.12, "village": 0.1,
        "school": 0.06, "vacant": 0.16,
    },
    "R": {"village": 1.0},
    "S": {"village": 1.0},
}  # fmt: skip
"""By quarter: the share of its plots for each use."""

_SPARE = {
    "old_estate": "open_housing",
    "work_unit": "open_housing",
    "new_estate": "open_housing",
    "old_quarter": "lanes",
}
_LEAST_BUILDINGS = 4
_FARMS = ((-260.0, 2_250.0), (7_330.0, 4_480.0), (1_250.0, 4_950.0), (9_080.0, 3_420.0))
_LEAST_M2 = 5_000.0
_LEAST_SHARE = 0.4
_ISLAND_PLOTS = (
    (6_420.0, -560.0, 6_900.0, -440.0),
    (6_420.0, -440.0, 6_900.0, -330.0),
    (7_060.0, -565.0, 7_560.0, -440.0),
    (7_060.0, -440.0, 7_560.0, -330.0),
)


@dataclass(frozen=True, eq=False)
class Built:
    """One plot with its use, its land and what stands on it (None on open land)."""

    plot: Plot
    use: str
    shape: Polygon
    layout: Layout | None

    @property
    def is_compound(self) -> bool:
        """Whether it is a compound with a name and a record."""
        return self.use in OLD_KINDS or self.use == "new_estate"


def _uses(plan: Plan, rng: np.random.Generator) -> list[str]:
    """Deal out uses quarter by quarter so that each share is met."""
    uses = [""] * len(plan.plots)
    for quarter, shares in _USES.items():
        places = [at for at, plot in enumerate(plan.plots) if plot.quarter == quarter]
        bounds = np.cumsum(list(shares.values())) * len(places)
        deal = np.searchsorted(bounds, np.arange(len(places)) + 0.5)
        for at, use in zip(rng.permutation(places), deal, strict=False):
            uses[at] = list(shares)[min(int(use), len(shares) - 1)]
    return uses


def _keep_out(land: Terrain, plan: Plan) -> BaseGeometry:
    """Take in all land that no plot may use: water with its banks, hills with their roads."""
    zone = shapely.union_all(
        [
            land.river.buffer(30.0),
            *(lake.polygon.buffer(56.0) for lake in land.lakes),
            *(
                plan_to_line(land, *line.points).buffer(26.0)
                for line in plan.lines
                if not line.order
            ),
            land.creek_line.buffer(29.0, quad_segs=2),
            *(hill.polygon.buffer(25.0) for hill in land.hills),
            plan_to_line(land, *plan.rail).buffer(22.0, quad_segs=2),
        ]
    )
    shapely.prepare(zone)
    return zone


def _ground(plot: Plot, land: Terrain, keep_out: BaseGeometry) -> Polygon | None:
    """Find what of a plot can be built on: its largest part, if enough is left."""
    whole = plot.polygon(land.frame)
    if not whole.intersects(keep_out):
        return as_polygon(whole.simplify(0.3))
    largest = as_polygon(whole.difference(keep_out))
    largest = as_polygon(largest.buffer(-4.0).buffer(4.0, join_style="mitre"))
    small = largest.area < max(_LEAST_M2, _LEAST_SHARE * whole.area)
    return None if small else as_polygon(largest.simplify(0.8))


def _lay(
    use: str, plot: Plot, shape: Polygon, frame: Frame, rng: np.random.Generator
) -> Layout | None:
    if use in STYLES:
        return lay_rows(shape, plot.corners(frame), STYLES[use], rng)
    if use in LANE_STYLES:
        return lay_lanes(shape, frame.bearing(plot.centre), LANE_STYLES[use], rng)
    return None


def _settle(plan: Plan, uses: list[str], land: Terrain, rng: np.random.Generator) -> list[Built]:
    keep_out = _keep_out(land, plan)
    built: list[Built] = []
    for plot, use in zip(plan.plots, uses, strict=True):
        shape = _ground(plot, land, keep_out)
        if shape is None:
            continue
        layout = _lay(use, plot, shape, land.frame, rng)
        built.append(Built(plot, use if layout or use == "vacant" else "park", shape, layout))
    return built


def _island(land: Terrain, rng: np.random.Generator) -> list[Built]:
    """Settle the island along its one road."""
    room = land.island.polygon.buffer(-38.0)
    built = []
    for box in _ISLAND_PLOTS:
        plot = Plot(box, ("unclassified",) * 4, "S", (-1, -1))
        shape = as_polygon(plot.polygon(land.frame).intersection(room))
        layout = _lay("village", plot, shape, land.frame, rng)
        if layout is not None:
            built.append(Built(plot, "village", shape, layout))
    return built


def _farms(land: Terrain, rng: np.random.Generator) -> list[Built]:
    """Leave a few farms in open country, far from any street that is drawn."""
    built = []
    for along, inland in _FARMS:
        plot = Plot((along, inland, along + 60, inland + 45), ("unclassified",) * 4, "S", (-1, -1))
        west = np.array([along, along + 18.0, along + 41.0])
        near = inland + rng.uniform(0, 25, 3)
        corners = [
            shapely.box(x, y, x + 11, y + 9).exterior.coords[:-1]
            for x, y in zip(west, near, strict=True)
        ]
        houses = land.frame.to_world(np.reshape(corners, (-1, 2))).reshape(-1, 4, 2)[:, ::-1]
        layout = Layout(houses, np.array([2, 1, 2]), [], np.empty((0, 4)))
        built.append(Built(plot, "village", plot.polygon(land.frame), layout))
    return built


def _demote_small(built: list[Built]) -> list[Built]:
    """Give no compound's name to a plot with hardly any buildings."""
    return [
        replace(one, use=_SPARE[one.use])
        if one.is_compound and one.layout is not None and len(one.layout.corners) < _LEAST_BUILDINGS
        else one
        for one in built
    ]


def settle(plan: Plan, land: Terrain, rng: np.random.Generator) -> list[Built]:
    """Build the city, plot by plot."""
    built = _demote_small(_settle(plan, _uses(plan, rng), land, rng))
    return built + _island(land, rng) + _farms(land, rng)


def name_old_compounds(
    built: list[Built], reachable: list[bool], rng: np.random.Generator
) -> list[Built]:
    """Keep exactly 200 old compounds among the plots that have a way in; open the others.

    Raises:
        ValueError: If there are fewer, which a change of the plan would have to mend.
    """
    old = [at for at, one in enumerate(built) if one.use in OLD_KINDS and reachable[at]]
    if len(old) < OLD_COMPOUNDS:
        message = f"only {len(old)} plots can be old compounds, {OLD_COMPOUNDS} are wanted"
        raise ValueError(message)
    chosen = set(rng.permutation(old)[:OLD_COMPOUNDS].tolist())
    return [
        one if at in chosen or one.use not in OLD_KINDS else replace(one, use=_SPARE[one.use])
        for at, one in enumerate(built)
    ]
