"""Times between any two sets of places, and the way between two of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import describe_stamp
from tongling_gis.errors import InputError, UsageError
from tongling_gis.schema import TABLES
from tongling_gis.studies.inputs import project_provenance, require_layer
from tongling_gis.studies.reach import ReachOptions, asked_graph
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tongling_gis.network import Attachment
    from tongling_gis.routing import Path as Way
    from tongling_gis.routing import WalkGraph
    from tongling_gis.store import Workspace


@dataclass(frozen=True, eq=False)
class WalkTimes:
    """Times between two layers: ``pairs`` (origin, destination, walk_s) and their stamp."""

    pairs: pd.DataFrame
    stamp: Text


def study_times(
    workspace: Workspace,
    origins: str,
    destinations: str,
    options: ReachOptions | None = None,
    *,
    progress: Progress = silent,
) -> WalkTimes:
    """Time every walk between two layers within the longest limit.

    Returns:
        A row a pair within the limit: ``origin``, ``destination`` (the layers' keys), ``walk_s``.

    Raises:
        UsageError: If a layer is not one of the schema's.
        MissingFileError: If the project lacks one.
    """
    from tongling_gis.network import attach
    from tongling_gis.routing import origin_destination, scipy_rows_s, settle_engine

    asked = options or ReachOptions()
    here, there = (_places(workspace, name) for name in (origins, destinations))
    graph = asked_graph(workspace, asked, progress)
    scipy_s = scipy_rows_s(graph, min(len(here), len(there)))
    engine = settle_engine("auto", scipy_s, progress)
    progress(Text("计算步行时间", "Measuring walks"), 0.5)
    joined = [
        attach(graph.network, points.geometry.to_numpy(), limit_m=asked.snap_m())
        for points in (here, there)
    ]
    limit_s = max(asked.minutes) * 60.0
    times = origin_destination(graph, *joined, limit_s=limit_s, engine=engine).to_frame()
    for column, points, name in (("origin", here, origins), ("destination", there, destinations)):
        keys = points[TABLES[name].key].to_numpy()
        times[column] = keys[times[column].to_numpy()]
    progress(Text("完成", "Done"), 1.0)
    return WalkTimes(times, _stamp(workspace, graph, asked))


def _stamp(workspace: Workspace, graph: WalkGraph, asked: ReachOptions) -> Text:
    return describe_stamp(
        graph.profile, asked.minutes, asked.snap_m(), project_provenance(workspace)
    )


def _places(workspace: Workspace, name: str) -> gpd.GeoDataFrame:
    if name not in TABLES or not TABLES[name].shape:
        known = ", ".join(table.name for table in TABLES.values() if table.shape)
        raise UsageError(
            Text(
                f"没有名为“{name}”的图层；可选：{known}。",
                f"There is no layer {name!r}; choose one of {known}.",
            )
        )
    advice = Text("请先导入。", "import it first.")
    layer = require_layer(workspace, name, advice)
    return layer.set_geometry(layer.geometry.representative_point())


@dataclass(frozen=True, eq=False)
class Walk:
    """The way between two places.

    Attributes:
        walk_s: Seconds, with the walks to and from the streets.
        length_m: Metres along the streets.
        steps: The way in words, one stretch of street a line.
        line: One row: the way, in the project's CRS.
        stamp: Speed, profile, snap rule, dates and version.
    """

    walk_s: float
    length_m: float
    steps: tuple[Text, ...]
    line: gpd.GeoDataFrame
    stamp: Text


def study_route(
    workspace: Workspace,
    origin: str,
    destination: str,
    options: ReachOptions | None = None,
    *,
    progress: Progress = silent,
) -> Walk:
    """Find the way between two places, each "lon,lat" or "layer:key" such as "centres:C01".

    Raises:
        UsageError: If a place cannot be read or is not in the project.
        InputError: If a place is too far from any street, or there is no way.
    """
    import geopandas as gpd

    from tongling_gis.network import attach
    from tongling_gis.routing import shortest_path

    asked = options or ReachOptions()
    graph = asked_graph(workspace, asked, progress)
    ends = gpd.GeoSeries(
        [find_place(workspace, origin), find_place(workspace, destination)], crs=graph.network.crs
    )
    joined = attach(graph.network, ends.to_numpy(), limit_m=asked.snap_m())
    for place, edge in zip((origin, destination), joined.edge, strict=True):
        if edge < 0:
            raise InputError(
                Text(
                    f"“{place}”在 {asked.snap_m():g} 米内没有可步行的街道。",
                    f"{place!r} has no walkable street within {asked.snap_m():g} m.",
                )
            )
    way = shortest_path(graph, joined, 0, joined, 1)
    if way.ms < 0:
        why = _say_what_parts(graph, joined)
        raise InputError(
            Text(
                f"从“{origin}”走不到“{destination}”：{why.zh}。",
                f"There is no way from {origin!r} to {destination!r}: {why.en}.",
            )
        )
    return _describe(graph, way, _stamp(workspace, graph, asked))


def _say_what_parts(graph: WalkGraph, joined: Attachment) -> Text:
    """Say why there is no way: a barrier or gate that is shut, or streets apart from each other."""
    from tongling_gis.network import carry
    from tongling_gis.reachability.blocking import OpenWays, name_barriers
    from tongling_gis.reachability.reasons import describe_barrier
    from tongling_gis.routing import nearest_place, weigh

    whole = weigh(graph.network.without_barriers, graph.profile)
    both = carry(joined, graph.network, whole.network)
    here, there = (
        replace(both, **{name: column[[row]] for name, column in vars(both).items()})
        for row in (0, 1)
    )
    ways = OpenWays(whole, here, there, nearest_place(whole, here, there))
    if ways.nearest.ms[0] >= 0:
        barrier = name_barriers(graph.network, ways, np.array([0]))[0]
        if barrier:
            return Text("被{what}阻隔", "it is behind {what}").fill(
                what=describe_barrier(graph.network, barrier)
            )
    return Text("两处的街道不连通", "their streets are not connected")


def find_place(workspace: Workspace, place: str) -> object:
    """Read a place written as "lon,lat" (WGS 84) or "layer:key" into the project's CRS.

    Raises:
        UsageError: If it is neither, or no such row is in the project.
    """
    import geopandas as gpd
    from shapely import Point

    name, _, key = place.partition(":")
    if key:
        layer = _places(workspace, name)
        rows = layer[layer[TABLES[name].key] == key]
        if len(rows):
            return rows.geometry.iloc[0]
    parts = place.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        raise UsageError(
            Text(
                f"找不到地点“{place}”：请写“经度,纬度”或“图层:编号”，如 centres:C01。",
                f"No place {place!r}: write lon,lat or layer:key such as centres:C01.",
            )
        ) from None
    if not (abs(lon) <= _MOST_LON and abs(lat) <= _MOST_LAT):
        swapped = abs(lat) <= _MOST_LON and abs(lon) <= _MOST_LAT
        advice = Text("经度在前，纬度在后", "longitude comes first") if swapped else _OF_THE_EARTH
        raise UsageError(
            Text(f"“{place}”不是经纬度：{advice.zh}。", f"{place!r} is no lon,lat: {advice.en}.")
        )
    return gpd.GeoSeries([Point(lon, lat)], crs="EPSG:4326").to_crs(workspace.crs).iloc[0]


_MOST_LON, _MOST_LAT = 180.0, 90.0
_OF_THE_EARTH = Text(
    "经度须在 ±180 以内，纬度在 ±90 以内", "longitudes are within 180, latitudes within 90"
)


def _describe(graph: WalkGraph, way: Way, stamp: Text) -> Walk:
    import geopandas as gpd

    line = gpd.GeoDataFrame(
        {"walk_s": [way.ms / 1000.0]}, geometry=[way.geometry], crs=graph.network.crs
    )
    return Walk(
        way.ms / 1000.0, float(way.length_m.sum()), tuple(_stretches(graph, way)), line, stamp
    )


def _stretches(graph: WalkGraph, way: Way) -> list[Text]:
    """Put the way into words: consecutive edges of one name and class are one stretch."""
    edges = graph.network.edges.iloc[way.edges]
    names = edges["name"].astype(object).where(edges["name"].notna(), "")
    kinds = edges["highway"].astype(object).where(edges["highway"].notna(), "")
    stretch = ((names != names.shift()) | (kinds != kinds.shift())).cumsum()
    told = []
    for number in stretch.unique():
        here = (stretch == number).to_numpy()
        name, kind = str(names[here].iloc[0]), str(kinds[here].iloc[0])
        metres = round(float(way.length_m[here].sum()))
        label = _CLASSES.get(kind, Text("道路", kind.replace("_", " ") or "street"))
        told.append(
            Text(
                f"沿{name or label.zh}走约 {metres} 米",
                f"about {metres} m along {name or 'a ' + label.en}",
            )
        )
    return told


_CLASSES = {
    "footway": Text("人行道", "footway"),
    "path": Text("小路", "path"),
    "pedestrian": Text("步行街", "pedestrian street"),
    "steps": Text("台阶", "flight of steps"),
    "cycleway": Text("自行车道", "cycleway"),
    "service": Text("内部道路", "service way"),
    "residential": Text("居住区道路", "residential street"),
    "living_street": Text("生活街道", "living street"),
}
