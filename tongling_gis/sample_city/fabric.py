"""Streets, street nodes, walls and gates as tables, from the woven ways."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString

from tongling_gis.sample_city.gates import has_wall
from tongling_gis.sample_city.shapes import line_to_grid, points_at
from tongling_gis.sample_city.tables import layer_table, write_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely import Polygon

    from tongling_gis.sample_city.gates import Opening
    from tongling_gis.sample_city.quarters import Built
    from tongling_gis.sample_city.terrain import Terrain
    from tongling_gis.sample_city.ways import Way, Woven

FIRST_BARRIER = 100_000
"""Walls are OSM ways from here on."""

_STREET_COLUMNS = (
    *("access", "foot", "motor_vehicle", "oneway", "bridge", "tunnel", "covered", "surface"),
    *("incline", "service"),
)
_STREET_KEYS = frozenset({*_STREET_COLUMNS, "layer", "width", "maxheight"})
_GATE_COLUMNS = ("barrier", "access", "foot", "motor_vehicle", "opening_hours")
_BIG = ("primary", "secondary")
_WALKED = ("footway", "steps", "path")


@dataclass(frozen=True, eq=False)
class Fabric:
    """The street fabric as tables, and which ways and nodes they come from."""

    streets: gpd.GeoDataFrame
    street_nodes: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Ground:
    """What the fabric is laid over: the land, the plots with their names, the rail's fences."""

    land: Terrain
    built: Sequence[Built]
    compound_ids: Sequence[str | None]
    fences: Sequence[LineString]


def _node_classes(woven: Woven, ways: Sequence[Way]) -> dict[str, NDArray[np.bool_]]:
    """Tell, for every node, whether a way of some class runs through it."""
    highway = np.array([way.highway for way in ways], dtype=object)[woven.way]
    groups = {
        "primary": np.isin(highway, ["primary"]),
        "secondary": np.isin(highway, ["secondary"]),
        "carried": ~np.isin(highway, _WALKED),
        "walked": np.isin(highway, _WALKED),
    }
    flags = {}
    for name, mask in groups.items():
        flags[name] = np.zeros(len(woven.xy), dtype=bool)
        flags[name][woven.node[mask]] = True
    return flags


def _street_furniture(woven: Woven, ways: Sequence[Way]) -> dict[int, dict[str, str]]:
    """Put signals where main streets meet and crossings where a footway crosses a main one."""
    has = _node_classes(woven, ways)
    uses = np.bincount(woven.node, minlength=len(woven.xy))
    main = has["primary"] | has["secondary"]
    signals = has["primary"] & (uses > 1) & has["secondary"] & woven.shared
    named = defaultdict(set)
    for way, node in zip(woven.way, woven.node, strict=True):
        if has["primary"][node] and woven.shared[node] and ways[way].highway == "primary":
            named[int(node)].add(ways[way].name)
    both = [node for node, names in named.items() if len(names) > 1]
    signals[both] = True
    crossings = main & has["walked"] & ~signals & (uses > 1)
    tags = {int(node): {"highway": "traffic_signals"} for node in np.flatnonzero(signals)}
    for node in np.flatnonzero(crossings):
        near = np.hypot(*(woven.xy[signals] - woven.xy[node]).T).min(initial=1e9) < 40.0
        kind = "traffic_signals" if near else "zebra"
        tags[int(node)] = {"highway": "crossing", "crossing": kind}
    return tags


def _cut_rows(woven: Woven, special: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the first and last vertex row of every segment."""
    cut = woven.shared[woven.node] | np.isin(woven.node, special)
    rows = np.flatnonzero(cut)
    same = woven.way[rows[:-1]] == woven.way[rows[1:]]
    return rows[:-1][same], rows[1:][same]


def _segments(woven: Woven, first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.object_]:
    count = last - first + 1
    which = np.repeat(np.arange(len(first)), count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    lines: NDArray[np.object_] = shapely.linestrings(
        woven.xy[woven.node[first[which] + within]], indices=which
    )
    return lines


def _streets(
    woven: Woven, ways: Sequence[Way], special: NDArray[np.intp]
) -> tuple[gpd.GeoDataFrame, NDArray[np.intp]]:
    first, last = _cut_rows(woven, special)
    way = woven.way[first]
    turn = np.arange(len(way)) - np.searchsorted(way, way)
    tags = [ways[at].tags for at in range(len(ways))]
    rest = [write_tags({k: v for k, v in one.items() if k not in _STREET_KEYS}) for one in tags]
    columns = {
        "street_id": [f"{at + 1}-{k}" for at, k in zip(way, turn, strict=True)],
        "from_node": woven.node[first] + 1,
        "to_node": woven.node[last] + 1,
        "osm_way_id": way + 1,
        "name": [ways[at].name or None for at in way],
        "highway": [ways[at].highway for at in way],
        **{key: [tags[at].get(key) for at in way] for key in _STREET_COLUMNS},
        "layer": [int(tags[at]["layer"]) if "layer" in tags[at] else None for at in way],
        "width_m": [float(tags[at]["width"]) if "width" in tags[at] else None for at in way],
        "maxheight_m": [_metres(tags[at].get("maxheight")) for at in way],
        "tags": [rest[at] for at in way],
    }
    plain = ("osm_way_id", "from_node", "to_node")
    ends = np.unique(np.concatenate([woven.node[first], woven.node[last]]))
    return layer_table("streets", columns, _segments(woven, first, last), plain=plain), ends


def _metres(value: str | None) -> float | None:
    return None if value is None else float(value)


def _nodes(
    woven: Woven, ends: NDArray[np.intp], land: Terrain, tags: Mapping[int, Mapping[str, str]]
) -> gpd.GeoDataFrame:
    said = [tags.get(int(node), {}) for node in ends]
    keys = ("highway", "crossing", "barrier", "access", "foot")
    rest = [write_tags({k: v for k, v in one.items() if k not in keys}) for one in said]
    columns = {
        "node_id": ends + 1,
        "elevation_m": land.elevation_m(woven.xy[ends]),
        **{key: [one.get(key) for one in said] for key in keys},
        "tags": rest,
    }
    return layer_table("street_nodes", columns, points_at(woven.xy[ends]), plain=("node_id",))


def gate_nodes(woven: Woven, openings: Sequence[Opening], first_way: int) -> dict[int, int]:
    """Map openings with a gate to the node of that gate: where their first piece ends."""
    last = np.flatnonzero(np.append(np.diff(woven.way) != 0, True))
    node_of = dict(zip(woven.way[last].tolist(), woven.node[last].tolist(), strict=True))
    found, way = {}, first_way
    for at, one in enumerate(openings):
        if one.tags:
            found[at] = node_of[way]
        way += 2 if one.tags else 1
    return found


def _ring(shape: Polygon, gates: NDArray[np.float64]) -> LineString:
    """Draw a wall round a plot, closed, with a vertex at every gate."""
    line = line_to_grid(LineString(shape.exterior.coords))
    corners = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    where = shapely.line_locate_point(line, points_at(gates))
    order = np.argsort(np.concatenate([at, where]), kind="stable")
    return LineString(np.concatenate([corners, gates])[order])


def _barriers(
    ground: Ground, openings: Sequence[Opening], gates: Mapping[int, int], woven: Woven
) -> gpd.GeoDataFrame:
    on_plot = defaultdict(list)
    for at, node in gates.items():
        on_plot[openings[at].plot].append(woven.xy[node])
    rows: list[tuple[str, LineString, dict[str, str], str | None]] = []
    for at, one in enumerate(ground.built):
        kind = has_wall(one, at)
        if kind and on_plot[at]:
            tags = {"height": "2.2"} if kind == "wall" else {"height": "1.8"}
            rows.append((kind, _ring(one.shape, np.array(on_plot[at])), tags, None))
    rows += [
        ("fence", line_to_grid(line), {"height": "2.4"}, "铁路防护栏") for line in ground.fences
    ]
    columns = {
        "barrier_id": [f"way/{FIRST_BARRIER + at}" for at in range(len(rows))],
        "name": [row[3] for row in rows],
        "barrier": [row[0] for row in rows],
        "tags": [write_tags(row[2]) for row in rows],
    }
    return layer_table("barriers", columns, [row[1] for row in rows])


def _gates(
    openings: Sequence[Opening],
    gates: Mapping[int, int],
    woven: Woven,
    ground: Ground,
) -> gpd.GeoDataFrame:
    rows = [(openings[at], node) for at, node in gates.items()]
    said = [dict(one.tags or {}) for one, _ in rows]
    xy = woven.xy[[node for _, node in rows]]
    columns = {
        "gate_id": [f"node/{node + 1}" for _, node in rows],
        **{key: [tags.get(key) for tags in said] for key in _GATE_COLUMNS},
        "width_m": [_metres(tags.get("width")) for tags in said],
        "height_m": [_metres(tags.get("height")) for tags in said],
        "compound_id": [ground.compound_ids[one.plot] for one, _ in rows],
        "tags": [write_tags({"ele": f"{one:g}"}) for one in ground.land.elevation_m(xy)],
    }
    return layer_table("gates", columns, points_at(xy))


def build_fabric(
    woven: Woven,
    ways: Sequence[Way],
    openings: Sequence[Opening],
    ground: Ground,
) -> Fabric:
    """Make tables of the woven ways; the approaches of ``openings`` are the last of them."""
    pieces = sum(2 if one.tags else 1 for one in openings)
    gates = gate_nodes(woven, openings, len(ways) - pieces)
    tags = _street_furniture(woven, ways)
    tags |= {node: dict(openings[at].tags or {}) for at, node in gates.items()}
    special = np.array(sorted(tags), dtype=np.intp)
    streets, ends = _streets(woven, ways, special)
    return Fabric(
        streets,
        _nodes(woven, ends, ground.land, tags),
        _barriers(ground, openings, gates, woven),
        _gates(openings, gates, woven, ground),
    )
