"""Buildings inside a boundary, and the lanes that serve them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.network.tags import read_tag

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.lanes import Lanes

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

SERVED_M = 30.0
"""Farthest that a lane may lie from a building that it serves (N: hoses are laid from there)."""
KNOWN_SHARE = 0.75
"""Share of buildings with a lane from which on the lanes are held to be all drawn (N)."""
HIGH_RISE_FLOORS = 9
"""Floors of 3 m above which a home is a high-rise, over 27 m (GB 50016-2014 table 5.1.1)."""
_ON_LINE_M = 1.0
_SMALL_M2 = 40.0
_SHEDS = (
    "bridge",
    "carport",
    "container",
    "garage",
    "garages",
    "gatehouse",
    "guardhouse",
    "hut",
    "kiosk",
    "roof",
    "service",
    "shed",
    "toilets",
    "transformer_tower",
)
_UNSAID = ("", "yes")
_NO_HOME_NAMES = (
    "食堂|餐厅|招待所|宾馆|酒店|学校|小学|中学|幼儿园|教学楼|办公楼|综合楼|图书馆|体育馆|医院|卫生院|"
    "商场|超市|市场|菜场|锅炉房|配电|变电|泵房|车库|车棚|仓库|厂房|车间|动力楼|门卫|居委会|活动中心"
)
_HOMES = (
    "",
    "apartments",
    "detached",
    "dormitory",
    "house",
    "residential",
    "semidetached_house",
    "terrace",
    "yes",
    "住宅",
)


@dataclass(frozen=True, eq=False)
class BuildingFacts:
    """What the layer of buildings says of each.

    Attributes:
        name: How it is found: by its name, else its number.
        counts: Whether it is large enough and no shed.
        is_home: Whether people live there; so where its use is not known.
        floors: How many floors it has, NaN unknown.
    """

    name: NDArray[np.object_]
    counts: Flags
    is_home: Flags
    floors: Floats


def read_buildings(layer: gpd.GeoDataFrame | None) -> BuildingFacts:
    """Read what the layer of buildings says of each."""
    if layer is None or not len(layer):
        none = np.empty(0, dtype=bool)
        return BuildingFacts(none.astype(object), none, none, none.astype(float))
    use = read_tag(layer[["use"]], "use") if "use" in layer else np.full(len(layer), "", object)
    large = shapely.area(layer.geometry.to_numpy(dtype=object)) >= _SMALL_M2
    number = np.array([f"#{row + 1}" for row in range(len(layer))], dtype=object)
    for column in ("building_id", "name"):
        if column in layer:
            said = read_tag(layer[[column]], column)
            number = np.where(said == "", number, said)
    is_home = np.isin(use, _HOMES)
    if "name" in layer:
        # Where the use is not said ("yes"), a canteen or a school still says so by its name.
        unsaid = np.isin(use, _UNSAID)
        named = layer["name"].astype(object).str.contains(_NO_HOME_NAMES, na=False, regex=True)
        is_home &= ~(unsaid & named.to_numpy(dtype=bool))
    return BuildingFacts(number, large & ~np.isin(use, _SHEDS), is_home, read_floors(layer))


@dataclass(frozen=True, eq=False)
class Served:
    """Buildings inside a boundary, k of them, and the lanes that serve them.

    Sheds and buildings under 40 m2 are left out.

    Attributes:
        row: Row of each in the ``buildings`` layer.
        shape: Its shape.
        is_home: Whether people live there; so where its use is not known.
        floors: How many floors it has, NaN unknown.
        pairs: (building, lane) where a lane lies within ``SERVED_M`` and the boundary does not
            stand between: numbers of the buildings here and rows of the lanes, int[p, 2].
        surveyed: Whether the case says that all lanes inside are drawn.
    """

    row: Ints
    shape: Shapes
    is_home: Flags
    floors: Floats
    pairs: Ints
    surveyed: bool

    def __len__(self) -> int:
        """Count the buildings."""
        return len(self.row)

    @cached_property
    def middle(self) -> Shapes:
        """The middle of each."""
        return np.asarray(shapely.centroid(self.shape), dtype=object)

    @cached_property
    def drawn(self) -> bool:
        """Whether the lanes inside are held to be all drawn."""
        have = len(np.unique(self.pairs[:, 0]))
        return self.surveyed or (len(self) > 0 and have >= KNOWN_SHARE * len(self))

    @cached_property
    def high_rise(self) -> Flags:
        """Which homes are surely high-rise."""
        return np.asarray(self.is_home & (self.floors > HIGH_RISE_FLOORS))

    def by_any(self, chosen: Flags) -> Flags:
        """Tell which buildings some chosen lane serves."""
        served = self.pairs[chosen[self.pairs[:, 1]], 0]
        return np.bincount(served, minlength=len(self)).astype(bool)

    def nearest(self, off_m: Floats) -> tuple[Floats, Ints]:
        """Give each building's least value among its pairs, and that pair's lane; inf, -1 for none.

        Args:
            off_m: A value for each of ``pairs``.
        """
        least = np.full(len(self), np.inf)
        lane = np.full(len(self), -1, dtype=np.int64)
        order = np.argsort(-off_m, kind="stable")
        at, way = self.pairs[order].T
        least[at], lane[at] = off_m[order], way
        lane[least == np.inf] = -1
        return least, lane

    def best(self, measure: Floats) -> tuple[Floats, Ints]:
        """Give each building's largest value among its lanes, and the lane; -inf, -1 for none."""
        best = np.full(len(self), -np.inf)
        lane = np.full(len(self), -1, dtype=np.int64)
        order = np.argsort(measure[self.pairs[:, 1]], kind="stable")
        at, way = self.pairs[order].T
        best[at], lane[at] = measure[way], way
        lane[best == -np.inf] = -1
        return best, lane


def find_served(enclosure: Enclosure, lanes: Lanes) -> Served:
    """Find the buildings inside and the lanes that serve them."""
    facts = enclosure.surroundings.building_facts
    inside = np.asarray(enclosure.inside_buildings, dtype=np.int64)
    rows = inside[facts.counts[inside]]
    shapes = enclosure.surroundings.shapes("buildings")[rows]
    return Served(
        row=rows,
        shape=shapes,
        is_home=facts.is_home[rows],
        floors=facts.floors[rows],
        pairs=_serving_pairs(enclosure, lanes, shapes),
        surveyed=bool(enclosure.case.answers.get("lanes_surveyed", False)),
    )


def read_floors(buildings: gpd.GeoDataFrame) -> Floats:
    """Give each building's floors, NaN where they are not known."""
    if "floors" not in buildings:
        return np.full(len(buildings), np.nan)
    floors: Floats = buildings["floors"].to_numpy(dtype=float, na_value=np.nan)
    return floors


def _serving_pairs(enclosure: Enclosure, lanes: Lanes, shapes: Shapes) -> Ints:
    ways = np.flatnonzero(lanes.edge >= 0)
    if not len(ways) or not len(shapes):
        return np.empty((0, 2), dtype=np.int64)
    tree = shapely.STRtree(lanes.line[ways])
    at, item = tree.query(shapes, predicate="dwithin", distance=SERVED_M)
    between = shapely.shortest_line(shapes[at], lanes.line[ways[item]])
    free = ~parted(enclosure, shapes[at], between)
    pairs = np.column_stack([at[free], ways[item[free]]])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def parted(enclosure: Enclosure, places: Shapes, between: Shapes) -> Flags:
    """Tell which lines from a place to a lane the boundary crosses.

    What stands in the boundary faces the street without a wall between.
    """
    line = enclosure.line
    shapely.prepare(line)
    walled = np.asarray(shapely.intersects(between, line))
    walled[walled] = shapely.distance(places[walled], line) > _ON_LINE_M
    return walled
