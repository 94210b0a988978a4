"""Writing the city's streets, walls, buildings and places as one OpenStreetMap file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from shapely import Polygon

from tongling_gis.sample_city.facilities import FIRST_POINT
from tongling_gis.sample_city.tables import METRIC_CRS

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.sample_city.city import SampleCity

    Tags: TypeAlias = dict[str, str]

GENERATOR = "tongling_gis sample city (invented, 示例数据)"
DATA_DATE = "2026-01-01T00:00:00Z"
"""The day for which the city is invented."""
NOTE = "示例数据（虚构）：不是真实的铜陵"

_FIRST_VERTEX = 1_000_000
_FIRST_RING = 390_000
_PLACE_NODE = FIRST_POINT - 1
_KEYS: dict[str, dict[str, str]] = {
    "streets": {"width_m": "width", "maxheight_m": "maxheight"},
    "street_nodes": {"elevation_m": "ele"},
    "barriers": {},
    "buildings": {
        "use": "building",
        "floors": "building:levels",
        "dwellings": "building:flats",
        "residents": "population",
        "residents_0_14": "population:0-14",
        "residents_15_59": "population:15-59",
        "residents_60_plus": "population:60+",
    },
}
"""By layer: the columns whose OSM key is not their own name."""
_NOT_TAGS = frozenset(
    {
        *("geometry", "tags", "street_id", "from_node", "to_node", "osm_way_id", "node_id"),
        *("barrier_id", "building_id", "compound_id"),
    }
)


@dataclass
class _Sheet:
    """The file in the making; coordinates are in metres until it is written."""

    xy: list[NDArray[np.float64]] = field(default_factory=list)
    ids: list[NDArray[np.int64]] = field(default_factory=list)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], Tags]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=dict)
    next_vertex: int = _FIRST_VERTEX

    def vertices(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Number new nodes."""
        ids = np.arange(self.next_vertex, self.next_vertex + len(xy), dtype=np.int64)
        self.next_vertex += len(xy)
        self.node(ids, xy)
        return ids

    def node(self, ids: NDArray[np.int64], xy: NDArray[np.float64]) -> None:
        """Place nodes."""
        self.ids.append(np.asarray(ids, dtype=np.int64))
        self.xy.append(np.asarray(xy, dtype=np.float64))


def _number(value: float) -> str:
    return f"{value:g}" if value != int(value) else str(int(value))


def row_tags(rows: pd.DataFrame, layer: str) -> list[Tags]:
    """Write each row's columns back as the OSM tags they stand for."""
    tags: list[Tags] = [json.loads(one) for one in rows["tags"]]
    renamed = _KEYS.get(layer, {})
    for column in rows.columns:
        if column in _NOT_TAGS:
            continue
        key = renamed.get(str(column), str(column))
        for at, value in enumerate(rows[column].tolist()):
            if pd.notna(value):
                tags[at][key] = value if isinstance(value, str) else _number(value)
    return tags


def _add_streets(sheet: _Sheet, streets: gpd.GeoDataFrame) -> None:
    """Join each way's segments again; the nodes at their ends keep their ids."""
    xy, segment = shapely.get_coordinates(streets.geometry.to_numpy(), return_index=True)
    count = np.bincount(segment)
    last = np.cumsum(count) - 1
    first = last - count + 1
    ids = np.full(len(xy), -1, dtype=np.int64)
    ids[first], ids[last] = streets["from_node"], streets["to_node"]
    ids[ids < 0] = sheet.vertices(xy[ids < 0])
    way = streets["osm_way_id"].to_numpy()
    starts = np.append(True, way[1:] != way[:-1])
    heads = np.flatnonzero(starts)
    tags = row_tags(streets.iloc[heads], "streets")
    for turn, (head, stop) in enumerate(zip(heads, np.append(heads[1:], len(way)), strict=True)):
        refs = ids[first[head] : last[stop - 1] + 1]
        keep = np.append(True, refs[1:] != refs[:-1])
        sheet.ways[int(way[head])] = (refs[keep].tolist(), tags[turn])


def _add_street_nodes(sheet: _Sheet, nodes: gpd.GeoDataFrame) -> None:
    ids = nodes["node_id"].to_numpy()
    sheet.node(ids, shapely.get_coordinates(nodes.geometry.to_numpy()))
    sheet.node_tags |= dict(zip(ids.tolist(), row_tags(nodes, "street_nodes"), strict=True))


def _osm_id(name: str) -> int:
    return int(name.split("/")[1])


def _add_walls(sheet: _Sheet, walls: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> None:
    """Draw walls; at a gate they share its node with the street."""
    at_gate = {
        xy: _osm_id(gate)
        for xy, gate in zip(
            map(tuple, shapely.get_coordinates(gates.geometry.to_numpy()).tolist()),
            gates["gate_id"],
            strict=True,
        )
    }
    tags = row_tags(walls, "barriers")
    for turn, (name, line) in enumerate(zip(walls["barrier_id"], walls.geometry, strict=True)):
        corners = shapely.get_coordinates(line)[: -1 if line.is_closed else None]
        refs = np.array([at_gate.get(tuple(xy), -1) for xy in corners.tolist()], dtype=np.int64)
        refs[refs < 0] = sheet.vertices(corners[refs < 0])
        last = [int(refs[0])] if line.is_closed else []
        sheet.ways[_osm_id(name)] = ([*refs.tolist(), *last], tags[turn])


def _add_ring(sheet: _Sheet, osm_id: int, ring: Any, tags: Tags) -> None:  # noqa: ANN401 - shapely
    refs = sheet.vertices(shapely.get_coordinates(ring)[:-1]).tolist()
    sheet.ways[osm_id] = ([*refs, refs[0]], tags)


def _add_buildings(sheet: _Sheet, buildings: gpd.GeoDataFrame) -> None:
    tags = row_tags(buildings, "buildings")
    rings = shapely.get_exterior_ring(buildings.geometry.to_numpy())
    for turn, name in enumerate(buildings["building_id"]):
        _add_ring(sheet, _osm_id(name), rings[turn], tags[turn])


def _add_areas(sheet: _Sheet, city: SampleCity) -> None:
    """Draw water, green space and campuses; the river, which has an island, as a relation."""
    for layer, key in (("water", "water_id"), ("green", "green_id")):
        rows = city.layers[layer]
        for name, tags, shape in zip(
            rows[key], row_tags(rows.drop(columns=key), layer), rows.geometry, strict=True
        ):
            if name.startswith("relation/"):
                _add_multipolygon(sheet, _osm_id(name), shape, tags)
            else:
                _add_ring(sheet, _osm_id(name), shape.exterior, tags)
    for name, (extra, said) in city.extras.items():
        if isinstance(extra, Polygon):
            _add_ring(sheet, _osm_id(name), extra.exterior, dict(said))
        else:
            refs = sheet.vertices(shapely.get_coordinates(extra)).tolist()
            sheet.ways[_osm_id(name)] = (refs, dict(said))


def _add_multipolygon(sheet: _Sheet, osm_id: int, shape: Any, tags: Tags) -> None:  # noqa: ANN401 - shapely
    rings = [("outer", shape.exterior), *(("inner", one) for one in shape.interiors)]
    members: list[tuple[str, int, str]] = []
    for role, ring in rings:
        way = _FIRST_RING + len(sheet.relations) * 10 + len(members)
        _add_ring(sheet, way, ring, {})
        members.append(("w", way, role))
    sheet.relations[osm_id] = (members, tags)


def _add_points(sheet: _Sheet, city: SampleCity) -> None:
    for layer, key in (
        ("bus_stops", "stop_id"),
        ("fire_stations", "station_id"),
        ("amenities", "amenity_id"),
    ):
        rows = city.layers[layer]
        rows = rows[rows[key].str.startswith("node/")]
        ids = np.array([_osm_id(name) for name in rows[key]], dtype=np.int64)
        fresh = ~np.isin(ids, list(sheet.node_tags))
        sheet.node(ids[fresh], shapely.get_coordinates(rows.geometry.to_numpy())[fresh])
        for osm_id, title, tags in zip(ids.tolist(), rows["name"], rows["tags"], strict=True):
            sheet.node_tags[osm_id] = {"name": title, **json.loads(tags)}
    middle = shapely.get_coordinates(city.layers["study_area"].geometry.centroid.to_numpy())
    sheet.node(np.array([_PLACE_NODE]), middle)
    sheet.node_tags[_PLACE_NODE] = {"place": "city", "name": "示例市（虚构）", "note": NOTE}


def _write(sheet: _Sheet, path: Path) -> None:
    import osmium
    from osmium.osm import mutable
    from pyproj import Transformer

    ids, xy = np.concatenate(sheet.ids), np.concatenate(sheet.xy)
    to_degrees = Transformer.from_crs(METRIC_CRS, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1])
    order = np.argsort(ids, kind="stable")
    header = osmium.io.Header()
    header.set("generator", GENERATOR)
    header.set("osmosis_replication_timestamp", DATA_DATE)
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for osm_id, x, y in zip(
            ids[order].tolist(), lon[order].tolist(), lat[order].tolist(), strict=True
        ):
            tags = sheet.node_tags.get(osm_id)
            writer.add_node(mutable.Node(id=osm_id, location=(x, y), tags=tags or {}))
        for osm_id, (refs, tags) in sorted(sheet.ways.items()):
            writer.add_way(mutable.Way(id=osm_id, nodes=refs, tags=tags))
        for osm_id, (members, tags) in sorted(sheet.relations.items()):
            writer.add_relation(mutable.Relation(id=osm_id, members=members, tags=tags))


def write_osm(city: SampleCity, path: Path) -> None:
    """Write streets, walls, gates, buildings, places, water and green space.

    The format follows the file's name. What is read back from it equals ``city.layers``,
    but for what OpenStreetMap has no tags for: the compounds that buildings and gates belong to.
    """
    sheet = _Sheet()
    _add_street_nodes(sheet, city.layers["street_nodes"])
    _add_streets(sheet, city.layers["streets"])
    _add_walls(sheet, city.layers["barriers"], city.layers["gates"])
    _add_buildings(sheet, city.layers["buildings"])
    _add_areas(sheet, city)
    _add_points(sheet, city)
    _write(sheet, path)
