"""Where residents without a centre live together: gaps as polygons, residents counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

_QUARTER_SEGMENTS = 8
_SLACK = 1.5
_PAIR = 2


@dataclass(frozen=True, eq=False)
class Gaps:
    """Gaps, the most residents first.

    Attributes:
        areas: ``gap_id``, ``homes``, ``residents``, ``area_m2`` and the polygons.
        gap: Row number of each home's gap, -1 for none. int64[o].
        scattered_residents: Uncovered residents in groups too small for a gap.
        scattered_homes: Their homes.
    """

    areas: gpd.GeoDataFrame
    gap: Ints
    scattered_residents: float
    scattered_homes: int


def find_gaps(
    xy: Floats,
    residents: Floats,
    uncovered: NDArray[np.bool_],
    *,
    crs: CRS,
    join_m: float,
    fewest_residents: float,
) -> Gaps:
    """Gather uncovered homes that stand near to each other into gaps.

    Two uncovered homes belong together where they are at most ``join_m`` apart, and so do
    all that hang together this way: DBSCAN (Ester et al. 1996) with one point enough for a
    core, or single linkage cut at ``join_m``. A gap's polygon is the union of discs of half
    that distance round its homes, so polygons of different gaps do not overlap. The same
    homes give the same gaps, whatever their order, but for equals' numbers.

    Args:
        xy: Coordinates of every home in metres, float64[o, 2].
        residents: Residents of every home; NaN counts as none.
        uncovered: Which homes are not covered.
        crs: CRS of the coordinates.
        join_m: How near homes of one gap are.
        fewest_residents: Groups with fewer are only counted.
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    rows = np.flatnonzero(uncovered)
    people = np.nan_to_num(np.asarray(residents, dtype=float), nan=0.0)[rows]
    label = _group(xy[rows], join_m)
    total, homes = np.bincount(label, weights=people), np.bincount(label)
    first = np.full(len(total), len(rows))
    np.minimum.at(first, label, np.arange(len(rows)))
    order = np.lexsort((first, -total))
    order = order[total[order] >= fewest_residents]
    number = np.full(len(total), -1)
    number[order] = np.arange(len(order))
    gap = np.full(len(uncovered), -1)
    gap[rows] = number[label]
    discs = [_outline(xy[rows[label == one]], join_m / 2.0) for one in order]
    areas = gpd.GeoDataFrame(
        {
            "gap_id": pd.Series([f"G{at + 1}" for at in range(len(order))], dtype="str"),
            "homes": homes[order],
            "residents": total[order],
            "area_m2": shapely.area(discs),
        },
        geometry=gpd.GeoSeries(discs, crs=crs),
        crs=crs,
    )
    small = gap[rows] < 0
    return Gaps(areas, gap, float(people[small].sum()), int(small.sum()))


def fit_join_m(xy: Floats, least_m: float) -> float:
    """Choose how near homes of one gap are, by how densely homes are drawn.

    The catalogue's distance, or half as much again as the median distance from a home to the
    next one where that is more: points of a coarse grid join with their neighbours.

    Args:
        xy: Coordinates of every home in metres, float64[o, 2].
        least_m: The catalogue's distance.
    """
    from scipy.spatial import cKDTree

    distinct = np.unique(xy, axis=0)
    if len(distinct) < _PAIR:
        return least_m
    next_m = np.asarray(cKDTree(distinct).query(distinct, k=_PAIR)[0])[:, 1]
    return max(least_m, _SLACK * float(np.median(next_m)))


def _group(xy: Floats, join_m: float) -> Ints:
    """Number the groups of points that hang together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    count = len(xy)
    if not count:
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(join_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs), dtype=bool), pairs.T), shape=(count, count))
    labels: Ints = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


def _outline(xy: Floats, radius_m: float) -> BaseGeometry:
    import shapely

    # One by one and then together: far quicker than a buffer of all the points at once.
    homes = shapely.points(np.unique(xy, axis=0))
    return shapely.union_all(shapely.buffer(homes, radius_m, quad_segs=_QUARTER_SEGMENTS))
