"""Hydrants, fire stations, bus stops, schools, shelters, shops, water and green space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.sample_city.names import STEMS
from tongling_gis.sample_city.tables import layer_table, write_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.sample_city.quarters import Built
    from tongling_gis.sample_city.terrain import Coords, Terrain
    from tongling_gis.sample_city.ways import Way

FIRST_POINT = 900_000
"""Facilities are OSM nodes from here on."""
FIRST_AREA = 300_000
"""Water and green space are OSM ways from here on."""
RIVER_RELATION = 1

_HYDRANT_EVERY_M = 112.0
_STOP_EVERY_M = 430.0
_FIRE_STATIONS = 7
_SHOPS = 620
_SHOP_KINDS = (
    *("shop=convenience", "shop=supermarket", "shop=greengrocer", "shop=bakery"),
    *("amenity=restaurant", "amenity=pharmacy", "amenity=bank", "amenity=clinic"),
    *("amenity=marketplace", "shop=hardware"),
)
_SHOP_NAMES = (
    *("便利店", "超市", "果蔬店", "糕点铺", "饭店", "药房", "银行", "卫生站", "菜市场", "五金店"),
)


def _points_beside(
    ways: Sequence[Way], classes: Sequence[str], every_m: float, away_m: float
) -> tuple[Coords, list[Way]]:
    """Set points along streets at even steps, beside the carriageway, on alternate sides."""
    points, owners = [], []
    for way in ways:
        if way.highway not in classes or way.layer or way.line.length < every_m / 2:
            continue
        count = max(1, round(way.line.length / every_m))
        at = (np.arange(count) + 0.5) * way.line.length / count
        here = shapely.get_coordinates(shapely.line_interpolate_point(way.line, at))
        ahead = shapely.get_coordinates(
            shapely.line_interpolate_point(way.line, np.minimum(at + 2.0, way.line.length))
        )
        step = (ahead - here) / np.linalg.norm(ahead - here, axis=1, keepdims=True)
        side = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)[:, None]
        reach = float(way.tags.get("width", 8)) / 2 + away_m
        points.append(here + np.column_stack([-step[:, 1], step[:, 0]]) * side * reach)
        owners += [way] * count
    return np.round(np.concatenate(points), 2), owners


def make_hydrants(streets: Sequence[Way], rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Set hydrants along streets; quarters far from main streets and the old lanes lack them."""
    classes = ("primary", "secondary", "tertiary", "residential")
    points, owners = _points_beside(streets, classes, _HYDRANT_EVERY_M, 1.2)
    share = {"primary": 0.97, "secondary": 0.95, "tertiary": 0.85, "residential": 0.62}
    kept = rng.random(len(points)) < np.array([share[way.highway] for way in owners])
    points = points[kept]
    below = rng.random(len(points)) < 0.22
    states = rng.choice(
        ["正常", "水压不足", "漏水", "被遮挡", "损坏"],
        len(points),
        p=[0.92, 0.03, 0.02, 0.02, 0.01],
    )
    columns = {
        "hydrant_id": [f"XF{at + 1:04d}" for at in range(len(points))],
        "kind": np.where(below, "地下式", "地上式"),
        "status": states,
    }
    return layer_table("hydrants", columns, shapely.points(points))


def _named_points(
    layer: str, key: str, rows: Sequence[tuple[str, shapely.Point]], first: int, tags: list[str]
) -> gpd.GeoDataFrame:
    columns = {
        key: [f"node/{first + at}" for at in range(len(rows))],
        "name": [name for name, _ in rows],
        "tags": tags,
    }
    return layer_table(layer, columns, [point for _, point in rows])


def make_bus_stops(streets: Sequence[Way]) -> gpd.GeoDataFrame:
    """Set bus stops along main streets, named after the street."""
    points, owners = _points_beside(streets, ("primary", "secondary"), _STOP_EVERY_M, 1.5)
    count: dict[str, int] = {}
    rows = []
    for point, way in zip(points, owners, strict=True):
        count[way.name] = count.get(way.name, 0) + 1
        rows.append((f"{way.name}{count[way.name]}站", shapely.points(point)))
    tags = [write_tags({"highway": "bus_stop"})] * len(rows)
    return _named_points("bus_stops", "stop_id", rows, FIRST_POINT, tags)


def _middles(built: Sequence[Built], uses: Sequence[str]) -> list[tuple[int, shapely.Point]]:
    return [
        (at, one.shape.representative_point()) for at, one in enumerate(built) if one.use in uses
    ]


@dataclass(frozen=True, eq=False)
class Campus:
    """Land that is a school, a park or open grass, and perhaps a shelter: one OSM area."""

    osm_id: str
    name: str
    shape: shapely.Polygon
    tags: Mapping[str, str]


_SCHOOL_KINDS = ("小学", "中学", "小学", "幼儿园", "实验学校")


def draw_campuses(built: Sequence[Built]) -> list[Campus]:
    """Draw schools, parks and open grass; every other school and park is a shelter too."""
    found: list[Campus] = []
    for at, one in enumerate(built):
        if one.use not in ("school", "park", "vacant"):
            continue
        name, tags = "", {"landuse": "grass"}
        turn = len(found)
        if one.use == "park":
            name, tags = f"{STEMS[at * 3 % len(STEMS)]}公园", {"leisure": "park"}
        elif one.use == "school":
            ending = _SCHOOL_KINDS[turn % len(_SCHOOL_KINDS)]
            name = f"{STEMS[at * 7 % len(STEMS)]}{ending}"
            tags = {"amenity": "kindergarten" if ending == "幼儿园" else "school"}
        if one.use != "vacant" and turn % 2:
            tags |= {"emergency": "assembly_point"}
        shape = shapely.set_precision(one.shape, 0.01)
        found.append(Campus(f"way/{FIRST_AREA + 100 + turn}", name, shape, tags))
    return found


def _campus_points(
    layer: str, key: str, campuses: Sequence[Campus], **columns: list[object]
) -> gpd.GeoDataFrame:
    own = {
        key: [one.osm_id for one in campuses],
        "name": [one.name or None for one in campuses],
        "tags": [write_tags(one.tags) for one in campuses],
    }
    points = [one.shape.representative_point() for one in campuses]
    return layer_table(layer, own | columns, points)


def make_schools(campuses: Sequence[Campus]) -> gpd.GeoDataFrame:
    """List the schools."""
    schools = [one for one in campuses if "amenity" in one.tags]
    kinds: list[object] = [one.tags["amenity"] for one in schools]
    return _campus_points("schools", "school_id", schools, kind=kinds)


def make_shelters(campuses: Sequence[Campus]) -> gpd.GeoDataFrame:
    """List the emergency shelters with their areas."""
    shelters = [one for one in campuses if "emergency" in one.tags]
    areas: list[object] = [round(float(one.shape.area), 1) for one in shelters]
    return _campus_points("shelters", "shelter_id", shelters, area_m2=areas)


def make_fire_stations(built: Sequence[Built]) -> gpd.GeoDataFrame:
    """Put fire stations on civic plots, far apart."""
    spots = _middles(built, ("civic",))
    xy = shapely.get_coordinates([point for _, point in spots])
    chosen = [0]
    while len(chosen) < min(_FIRE_STATIONS, len(spots)):
        away = np.linalg.norm(xy[:, None] - xy[chosen], axis=2).min(axis=1)
        chosen.append(int(np.argmax(away)))
    rows = [(f"{STEMS[at * 11 % len(STEMS)]}消防救援站", spots[at][1]) for at in sorted(chosen)]
    tags = [write_tags({"amenity": "fire_station"})] * len(rows)
    return _named_points("fire_stations", "station_id", rows, FIRST_POINT + 3_000, tags)


def make_shops(
    buildings: gpd.GeoDataFrame, streets: Sequence[Way], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Open shops on the sides of buildings that face a street."""
    lines = np.array(
        [w.line for w in streets if w.highway in ("secondary", "tertiary", "residential")],
        dtype=object,
    )
    shapes = buildings.geometry.to_numpy()
    house, line = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=28.0)
    house, first = np.unique(house, return_index=True)
    pick = np.sort(rng.permutation(len(house))[:_SHOPS])
    front = shapely.shortest_line(shapes[house[pick]], lines[line[first[pick]]])
    points = shapely.points(np.round(shapely.get_coordinates(shapely.get_point(front, 0)), 2))
    kinds = rng.choice(len(_SHOP_KINDS), len(pick), p=_shop_shares())
    columns = {
        "amenity_id": [f"node/{FIRST_POINT + 5_000 + at}" for at in range(len(pick))],
        "name": [f"{STEMS[rng.integers(len(STEMS))]}{_SHOP_NAMES[kind]}" for kind in kinds],
        "kind": [_SHOP_KINDS[kind] for kind in kinds],
        "tags": [write_tags(dict([_SHOP_KINDS[kind].split("=")])) for kind in kinds],
    }
    return layer_table("amenities", columns, points)


def _shop_shares() -> NDArray[np.float64]:
    weights = np.array([26, 8, 12, 6, 20, 9, 5, 6, 2, 6], dtype=float)
    return weights / weights.sum()


def make_water(land: Terrain) -> gpd.GeoDataFrame:
    """Draw the river round its island, the lake and the creek."""
    rows = [
        (f"relation/{RIVER_RELATION}", "长江", land.river, {"natural": "water", "water": "river"}),
        (
            f"way/{FIRST_AREA}",
            land.lake.name,
            land.lake.polygon,
            {"natural": "water", "water": "lake"},
        ),
        (f"way/{FIRST_AREA + 1}", "柳溪", land.creek, {"natural": "water", "water": "stream"}),
    ]
    columns = {
        "water_id": [row[0] for row in rows],
        "name": [row[1] for row in rows],
        "tags": [write_tags(row[3]) for row in rows],
    }
    return layer_table("water", columns, [shapely.set_precision(row[2], 0.01) for row in rows])


def make_green(land: Terrain, campuses: Sequence[Campus]) -> gpd.GeoDataFrame:
    """Draw wooded hills, parks and open grass."""
    hills = [
        Campus(
            f"way/{FIRST_AREA + 10 + at}",
            hill.name,
            shapely.set_precision(hill.polygon, 0.01),
            {"natural": "wood"},
        )
        for at, hill in enumerate(land.hills)
    ]
    rows = hills + [one for one in campuses if "leisure" in one.tags or "landuse" in one.tags]
    columns = {
        "green_id": [one.osm_id for one in rows],
        "name": [one.name or None for one in rows],
        "tags": [write_tags(one.tags) for one in rows],
    }
    return layer_table("green", columns, [one.shape for one in rows])
