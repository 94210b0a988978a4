"""Hydrants, fire stations, bus stops, schools, shelters, shops, water and green space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.sample_city.names import STEMS
from tongling_gis.sample_city.shapes import as_polygon, points_at, to_grid
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
RAILWAY = "way/380000"
_RIVER_TAGS = {"type": "multipolygon", "natural": "water", "water": "river"}

_HYDRANT_EVERY_M = 112.0
_HYDRANT_SHARE = {"primary": 0.97, "secondary": 0.95, "tertiary": 0.85, "residential": 0.62}
_OWN_HYDRANTS = {"new_estate": 0.95, "old_estate": 0.45, "work_unit": 0.35, "school": 0.8}
_HYDRANT_STATES = {"正常": 0.92, "水压不足": 0.03, "漏水": 0.02, "被遮挡": 0.02, "损坏": 0.01}
_BELOW_GROUND = 0.22
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
    points: list[Coords] = []
    owners: list[Way] = []
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
    return np.round(np.concatenate([np.empty((0, 2)), *points]), 2), owners


def make_hydrants(
    streets: Sequence[Way], built: Sequence[Built], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Set hydrants along streets and in compounds; small streets and old compounds lack many."""
    points, owners = _points_beside(streets, tuple(_HYDRANT_SHARE), _HYDRANT_EVERY_M, 1.2)
    kept = rng.random(len(points)) < np.array([_HYDRANT_SHARE[way.highway] for way in owners])
    inside = [points[:0]]
    for one in built:
        if one.layout is not None and rng.random() < _OWN_HYDRANTS.get(one.use, 0.0):
            ways = [way for way in one.layout.ways if way.highway == "service"]
            inside.append(_points_beside(ways, ("service",), _HYDRANT_EVERY_M, 0.8)[0])
    own = np.concatenate(inside)
    public = points[kept]
    kinds = np.where(rng.random(len(public)) < _BELOW_GROUND, "市政地下式", "市政地上式")
    count = len(public) + len(own)
    columns = {
        "hydrant_id": [f"XF{at + 1:04d}" for at in range(count)],
        "kind": [*kinds, *["小区室外地上式"] * len(own)],
        "status": rng.choice(list(_HYDRANT_STATES), count, p=list(_HYDRANT_STATES.values())),
    }
    return layer_table("hydrants", columns, points_at(np.concatenate([public, own])))


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
        shape = to_grid(one.shape)
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


def list_as_amenities(campuses: Sequence[Campus], stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List schools, parks and fire stations among the facilities too, as OpenStreetMap does."""
    places = [one for one in campuses if {"amenity", "leisure"} & set(one.tags)]
    kinds = [
        next(f"{key}={one.tags[key]}" for key in ("amenity", "leisure") if key in one.tags)
        for one in places
    ]
    columns = {
        "amenity_id": [*(one.osm_id for one in places), *stations["station_id"]],
        "name": [*(one.name for one in places), *stations["name"]],
        "kind": [*kinds, *["amenity=fire_station"] * len(stations)],
        "tags": [*(write_tags(one.tags) for one in places), *stations["tags"]],
    }
    points = [*(one.shape.representative_point() for one in places), *stations.geometry]
    return layer_table("amenities", columns, points)


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
    points = points_at(np.round(shapely.get_coordinates(shapely.get_point(front, 0)), 2))
    kinds = rng.choice(len(_SHOP_KINDS), len(pick), p=_shop_shares())
    columns = {
        "amenity_id": [f"node/{FIRST_POINT + 5_000 + at}" for at in range(len(pick))],
        "name": [f"{STEMS[rng.integers(len(STEMS))]}{_SHOP_NAMES[kind]}" for kind in kinds],
        "kind": [_SHOP_KINDS[kind] for kind in kinds],
        "tags": [write_tags(dict([_SHOP_KINDS[kind].split("=")])) for kind in kinds],
    }
    return layer_table("amenities", columns, points)


def _shop_shares() -> NDArray[np.float64]:
    weights = np.array([26, 8, 12, 6, 20, 9, 5, 6, 2, 6], dtype=np.float64)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def make_water(land: Terrain) -> gpd.GeoDataFrame:
    """Draw the river round its island, the lakes and the creek."""
    rows = [
        (f"relation/{RIVER_RELATION}", "长江", land.river, _RIVER_TAGS),
        (f"way/{FIRST_AREA}", "柳溪", land.creek, {"natural": "water", "water": "stream"}),
        *(
            (
                f"way/{FIRST_AREA + 1 + at}",
                lake.name,
                lake.polygon,
                {"natural": "water", "water": "lake"},
            )
            for at, lake in enumerate(land.lakes)
        ),
    ]
    columns = {
        "water_id": [row[0] for row in rows],
        "name": [row[1] for row in rows],
        "tags": [write_tags(row[3]) for row in rows],
    }
    return layer_table("water", columns, [to_grid(row[2]) for row in rows])


def make_green(
    land: Terrain, campuses: Sequence[Campus], fields: Sequence[tuple[str, shapely.Polygon]]
) -> gpd.GeoDataFrame:
    """Draw wooded hills, parks, open grass and the fields round the city."""
    hills = [
        Campus(
            f"way/{FIRST_AREA + 10 + at}",
            hill.name,
            to_grid(as_polygon(hill.polygon.intersection(land.study_area))),
            {"natural": "wood"},
        )
        for at, hill in enumerate(land.hills)
    ]
    rows = hills + [one for one in campuses if "leisure" in one.tags or "landuse" in one.tags]
    rows += [
        Campus(f"way/{FIRST_AREA + 2_000 + at}", "", shape, {"landuse": kind})
        for at, (kind, shape) in enumerate(fields)
    ]
    columns = {
        "green_id": [one.osm_id for one in rows],
        "name": [one.name or None for one in rows],
        "tags": [write_tags(one.tags) for one in rows],
    }
    return layer_table("green", columns, [one.shape for one in rows])
