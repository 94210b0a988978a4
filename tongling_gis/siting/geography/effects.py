"""What chosen sites do: who is newly covered, who is lost, whom they relieve, at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.siting.geography.city import seconds_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.siting.geography.city import SitingCity

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Effect:
    """What a plan does to every home.

    Attributes:
        city: The city.
        chosen: Row numbers of the chosen sites.
        limit_s: The walk that covers, inclusive.
        before_s: Seconds to today's nearest centre, inf for none.
        before_centre: Its row number, -1 for none.
        after_s: Seconds to the nearest centre or site once the plan is carried out.
        after_site: Row number of the nearest, where it is a chosen site; else -1.
        after_centre: Row number of the nearest, where it is a centre that stays; else -1.
    """

    city: SitingCity
    chosen: Ints
    limit_s: float
    before_s: Floats
    before_centre: Ints
    after_s: Floats
    after_site: Ints
    after_centre: Ints

    @cached_property
    def covered_before(self) -> Flags:
        """Which homes are covered today."""
        return self.before_s <= self.limit_s

    @cached_property
    def covered_after(self) -> Flags:
        """Which homes are covered by the plan."""
        return self.after_s <= self.limit_s

    @cached_property
    def saved_s(self) -> Floats:
        """How much shorter each walk gets of those that there were and are; 0 for others."""
        both = np.isfinite(self.before_s) & np.isfinite(self.after_s)
        saved: Floats = np.zeros(len(both))
        saved[both] = self.before_s[both] - self.after_s[both]
        return saved

    @property
    def newly(self) -> Flags:
        """Which homes are newly covered."""
        return self.covered_after & ~self.covered_before

    @property
    def lost(self) -> Flags:
        """Which homes are no longer covered."""
        return self.covered_before & ~self.covered_after

    @property
    def cost_yuan(self) -> float:
        """What the chosen sites cost together."""
        return float(self.city.sites["cost_yuan"].to_numpy(dtype=float)[self.chosen].sum())

    def by_site(self, which: Flags, count: Floats) -> Floats:
        """Add up a number of some homes by the chosen site that is nearest after, all sites."""
        use = which & (self.after_site >= 0)
        sums: Floats = np.bincount(
            self.after_site[use], weights=count[use], minlength=len(self.city.sites)
        ).astype(np.float64)
        return sums

    def relieved(self) -> Floats:
        """Count whom each site takes over from each centre within the limit, sites x centres."""
        took = np.zeros((len(self.city.sites), len(self.city.centres)))
        use = self.covered_before & self.covered_after
        use &= (self.after_site >= 0) & (self.before_centre >= 0)
        np.add.at(took, (self.after_site[use], self.before_centre[use]), self.city.weight[use])
        return took

    def mean_s(self, walk_s: Floats, count: Floats) -> float | None:
        """Average a walk over those who have one."""
        use = np.isfinite(walk_s) & (count > 0)
        return float(np.average(walk_s[use], weights=count[use])) if use.any() else None

    def worst_s(self, walk_s: Floats, count: Floats) -> float | None:
        """Find the longest walk of those who have one."""
        use = np.isfinite(walk_s) & (count > 0)
        return float(walk_s[use].max()) if use.any() else None


def measure_effect(city: SitingCity, chosen: Ints, limit_s: float) -> Effect:
    """Walk every home to its nearest centre before and after a plan."""
    before, after = city.before, city.after(chosen)
    place = after.place.astype(np.int64)
    c = len(city.centres)
    return Effect(
        city=city,
        chosen=chosen,
        limit_s=limit_s,
        before_s=seconds_of(before),
        before_centre=before.place.astype(np.int64),
        after_s=seconds_of(after),
        after_site=np.where(place >= c, place - c, -1),
        after_centre=np.where((place >= 0) & (place < c), place, -1),
    )


def name_compounds(points: gpd.GeoSeries, compounds: gpd.GeoDataFrame | None) -> list[str]:
    """Name the compound that each point lies in, "" for none."""
    import shapely

    names = [""] * len(points)
    if compounds is None or not len(compounds) or not len(points):
        return names
    placed = compounds.to_crs(points.crs)
    ids = placed["compound_id"].astype(str)
    known = placed["name"].fillna(ids) if "name" in placed else ids
    inside, around = shapely.STRtree(placed.geometry.to_numpy()).query(
        points.to_numpy(), "intersects"
    )
    for row, compound in zip(inside[::-1], around[::-1], strict=True):
        names[int(row)] = str(known.iloc[int(compound)])
    return names
