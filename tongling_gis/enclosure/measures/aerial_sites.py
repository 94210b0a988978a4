"""Sites for aerial ladders beside high-rise homes (FIR-17).

A site lies along a long side, 15 m by 10 m at least (20 m by 10 m above 50 m of height), its near
edge 5 to 10 m from the wall, clear of buildings, water, walls and the boundary. Paving, trees
and podiums are in no layer, so room that is there is not surely a site; room that is not is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.dead_ends import what_stands
from tongling_gis.enclosure.measures.long_sides import long_sides
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    NO_BUILDING_INSIDE,
    NO_BUILDINGS,
    gather,
    name_building,
)
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Shapes: TypeAlias = NDArray[np.object_]

NEAR_M, FAR_M, DEEP_M = 5.0, 10.0, 10.0
"""Least and most from the wall to the site, and its depth (GB 50016-2014 7.2.2, GB 55037 3.4.7)."""
LONG_M = 15.0
"""Least length of a site (GB 50016-2014 7.2.2)."""
STEP_M = 2.0
ERROR_M = 1.0
"""How far off footprints may be (N: drawn from imagery)."""
_FLOORS_UNKNOWN = Text(
    "建筑层数未知：请填写 buildings 的 floors，以便判断是否高层（27 m 以上）。",
    "Floors of buildings are unknown: fill in floors of buildings, to tell those over 27 m.",
)
_NO_SITE_KNOWN = Text(
    "长边外有空地，但没有铺装、树木、裙房图层：请现场核实能否作登高操作场地。",
    "There is open ground along a long side, but no layer of paving, trees or podiums: see on site "
    "whether a ladder can stand there.",
)


@dataclass(frozen=True, eq=False)
class Site:
    """The largest open strip along one of a building's long sides.

    Attributes:
        strip: The strip, None where there is none.
        length_m: How long it is.
        side_m: How long the side is.
        distance_m: From the wall to its near edge.
    """

    strip: BaseGeometry | None
    length_m: float
    side_m: float
    distance_m: float


def no_high_rise(enclosure: Enclosure) -> Measured | None:
    """Say why no home can be told to be a high-rise; None where one is."""
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    served = enclosure.served
    if not len(served):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    if served.high_rise.any():
        return None
    if np.isnan(served.floors[served.is_home]).any():
        return Measured(missing=_FLOORS_UNKNOWN)
    why = Text(
        "围合内没有高层住宅（27 m 以上）。", "There is no high-rise home (over 27 m) inside."
    )
    return Measured(not_applicable=why)


def find_sites(enclosure: Enclosure) -> dict[int, Site]:
    """Find the longest open strip along each high-rise home's long sides, by its number."""
    stands = what_stands(enclosure)
    tree = shapely.STRtree(stands)
    found = {}
    for one in np.flatnonzero(enclosure.served.high_rise).tolist():
        shape = enclosure.served.shape[one]
        sides, _ = long_sides(np.array([shape], dtype=object))
        sites = [
            _along(enclosure, tree, (side, shape.centroid), off_m)
            for side in sides
            for off_m in (NEAR_M, FAR_M)
        ]
        found[one] = max(sites, key=lambda site: (site.length_m, -site.distance_m))
    return found


def _along(
    enclosure: Enclosure,
    tree: shapely.STRtree,
    beside: tuple[BaseGeometry, shapely.Point],
    off_m: float,
) -> Site:
    """Find the longest open run of narrow pieces of the strip some metres off a side."""
    side, centre = beside
    (ax, ay), (bx, by) = side.coords
    along = np.array([bx - ax, by - ay])
    side_m = float(np.hypot(*along))
    along /= side_m
    away = np.array([-along[1], along[0]])
    if np.dot(away, np.array([centre.x - ax, centre.y - ay])) > 0:
        away = -away
    count = max(int(side_m // STEP_M), 1)
    foot = np.array([ax, ay]) + np.arange(count)[:, None] * STEP_M * along + off_m * away
    step, deep = along * STEP_M, away * DEEP_M
    corners = np.stack([foot, foot + step, foot + step + deep, foot + deep], axis=1)
    pieces = np.asarray(shapely.polygons(corners), dtype=object)
    free = np.asarray(shapely.contains(enclosure.area, pieces))
    free[np.unique(tree.query(pieces, predicate="intersects")[0])] = False
    start, length = _longest_run(free)
    if not length:
        return Site(None, 0.0, side_m, off_m)
    first, last = corners[start], corners[start + length - 1]
    strip = shapely.Polygon([first[0], last[1], last[2], first[3]])
    return Site(strip, length * STEP_M, side_m, off_m)


def _longest_run(free: NDArray[np.bool_]) -> tuple[int, int]:
    padded = np.concatenate([[False], free, [False]]).astype(np.int8)
    start, end = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    if not len(start):
        return 0, 0
    best = int((end - start).argmax())
    return int(start[best]), int(end[best] - start[best])


def _by_building(
    enclosure: Enclosure, read: Callable[[Site], tuple[float | None, Text | None]]
) -> Measured:
    nothing = no_high_rise(enclosure)
    if nothing is not None:
        return nothing
    served = enclosure.served
    items = []
    for one, site in enclosure.once(find_sites).items():
        value, missing = read(site)
        where = gather([served.shape[one], *([site.strip] if site.strip is not None else [])])
        name = name_building(enclosure, int(served.row[one]))
        items.append(Item(name, value, where, ERROR_M if value else 0.0, missing))
    unknown = int(np.isnan(served.floors[served.is_home]).sum())
    if unknown:
        name = Text(f"{unknown} 栋层数未知的住宅", f"{unknown} homes of unknown floors")
        items.append(Item(name, None, missing=_FLOORS_UNKNOWN))
    known = [item.value for item in items if item.value is not None]
    return Measured(min(known) if known else None, tuple(items))


def measure_aerial_site(enclosure: Enclosure) -> Measured:
    """Tell whether open ground lies along a whole long side of each high-rise home."""

    def read(site: Site) -> tuple[float | None, Text | None]:
        whole = site.length_m >= site.side_m - 2 * STEP_M
        return (None, _NO_SITE_KNOWN) if whole else (0.0, None)

    return _by_building(enclosure, read)


def measure_aerial_site_length(enclosure: Enclosure) -> Measured:
    """Measure how long the open ground along a long side is."""

    def read(site: Site) -> tuple[float | None, Text | None]:
        long = site.length_m >= LONG_M
        return (None, _NO_SITE_KNOWN) if long else (site.length_m, None)

    return _by_building(enclosure, read)


def measure_aerial_site_width(enclosure: Enclosure) -> Measured:
    """Measure how deep that ground is; tried is the least depth."""

    def read(site: Site) -> tuple[float | None, Text | None]:
        return (None, _NO_SITE_KNOWN) if site.length_m else (0.0, None)

    return _by_building(enclosure, read)


def measure_aerial_site_distance(enclosure: Enclosure) -> Measured:
    """Measure from the wall to the site, which nobody has surveyed."""
    return _surveyed(enclosure)


def _surveyed(enclosure: Enclosure) -> Measured:
    nothing = no_high_rise(enclosure)
    if nothing is not None:
        return nothing
    missing = Text(
        "没有登高操作场地图层：请现场测量其位置、坡度、间隔和裙房进深。",
        "There is no layer of aerial sites: measure their place, slope, intervals and podiums on "
        "site.",
    )
    return Measured(missing=missing)


def measure_aerial_site_slope(enclosure: Enclosure) -> Measured:
    """Measure the site's slope, which nobody has surveyed."""
    return _surveyed(enclosure)


def measure_aerial_site_podium(enclosure: Enclosure) -> Measured:
    """Measure the podium's depth on the rescue side, which nobody has surveyed."""
    return _surveyed(enclosure)


def measure_aerial_site_interval(enclosure: Enclosure) -> Measured:
    """Measure the intervals of sites, which nobody has surveyed."""
    return _surveyed(enclosure)


_NEEDS = ("buildings", "buildings.floors")
_SITES = (*_NEEDS, "aerial_sites")

MEASURES = {
    "aerial_site": Measure(
        measure_aerial_site, "yes_no", Text("登高操作场地", "Aerial sites"), _SITES
    ),
    "aerial_site_length_m": Measure(
        measure_aerial_site_length, "m", Text("登高操作场地长度", "Length of aerial sites"), _SITES
    ),
    "aerial_site_width_m": Measure(
        measure_aerial_site_width, "m", Text("登高操作场地宽度", "Depth of aerial sites"), _SITES
    ),
    "aerial_site_distance_m": Measure(
        measure_aerial_site_distance,
        "m",
        Text("登高操作场地至外墙", "From the wall to aerial sites"),
        _SITES,
    ),
    "aerial_site_slope_pct": Measure(
        measure_aerial_site_slope,
        "%",
        Text("登高操作场地坡度", "Slope of aerial sites"),
        _SITES,
    ),
    "aerial_site_podium_m": Measure(
        measure_aerial_site_podium,
        "m",
        Text("登高面裙房进深", "Depth of podiums on the rescue side"),
        _SITES,
    ),
    "aerial_site_interval_m": Measure(
        measure_aerial_site_interval,
        "m",
        Text("登高操作场地间隔", "Intervals of aerial sites"),
        _SITES,
    ),
}
