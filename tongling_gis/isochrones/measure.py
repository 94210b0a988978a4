"""Isochrones of places: from where each of them is reached on foot within each limit."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import Assessment, Indicator, describe_stamp
from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.isochrones.dissolving import dissolve
from tongling_gis.isochrones.drawing import (
    IsochroneOptions,
    Job,
    draw_each,
    draw_lines,
    shape_areas,
)
from tongling_gis.isochrones.fields import OVERREACH_CELLS
from tongling_gis.isochrones.places import check_places
from tongling_gis.network import attach
from tongling_gis.routing import (
    join_ends,
    limit_in_ms,
    reach_nodes,
    rows_of,
    settle_engine,
)
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Provenance
    from tongling_gis.isochrones.drawing import Drawing
    from tongling_gis.isochrones.places import Places
    from tongling_gis.routing import Engine, WalkGraph

_SCIPY_S_PER_PLACE = 0.03
_SCIPY_S_PER_NODE = 4e-7


@dataclass(frozen=True, eq=False)
class _Study:
    """What is measured: the job, and how its places and limits are called."""

    job: Job
    places: Places
    minutes: tuple[float, ...]


def measure_isochrones(
    graph: WalkGraph,
    places: gpd.GeoDataFrame,
    *,
    minutes: Sequence[float],
    provenance: Provenance,
    snap_limit_m: float | None = None,
    exact: bool = False,
    options: IsochroneOptions | None = None,
) -> Assessment:
    """Measure from where each place is reached on foot within each limit.

    An area holds every point within ``width_m`` of a part of a street from which the place is
    reached in time; streets are cut at the very point where time runs out, and the walk
    between the place and its street counts. Areas of shorter limits lie inside those of
    longer ones.

    Args:
        graph: Whose walk, on what streets.
        places: Points with a key column of the schema, and ``name`` where they have one.
        minutes: Limits, each inclusive.
        provenance: Where the data come from.
        snap_limit_m: Farthest that a place may lie from its street; None for the catalogue's.
        exact: Whether areas are united from buffers: slower, without a grid.
        options: How areas are drawn.

    Returns:
        Layer ``isochrones``, one MultiPolygon for each place and limit (``place_id``,
        ``name``, ``limit_minutes``, ``area_m2``); layer ``dissolved``, the area of all
        places together for each limit; and if asked for ``reached_streets``, the parts of
        streets by the first limit that reaches them, and ``reached_nodes``, the junctions and
        street ends with their seconds (``walk_s``). A place too far from any street has no
        area and is named in the notes.

    Raises:
        UsageError: If a limit is not above 0.
        InputError: If there are no places, they have no CRS, are no points or share ids.
    """
    limits = _check_minutes(minutes)
    snap_m = read_standards().snap_limit_m if snap_limit_m is None else snap_limit_m
    chosen = options or IsochroneOptions()
    checked = check_places(places, graph.network.crs)
    settled = replace(chosen, engine=choose_engine(graph, len(places), chosen.engine))
    attached = attach(graph.network, checked.points, limit_m=snap_m)
    limits_ms = tuple(limit_in_ms(limit * 60.0) for limit in limits)
    edge = attached.edge.astype(np.int64)
    job = Job(graph, join_ends(graph, attached), edge, limits_ms, settled, exact)
    study = _Study(job, checked, limits)
    layers, missing = _draw_layers(study)
    return Assessment(
        kind="isochrones",
        subject="",
        parameters={
            **graph.profile.parameters(),
            "minutes": list(limits),
            "snap_limit_m": snap_m,
            "exact": exact,
            **{name: value for name, value in asdict(chosen).items() if name != "engine"},
        },
        layers=layers,
        indicators=_indicate(layers["dissolved"]),
        provenance=provenance,
        stamp=describe_stamp(graph.profile, limits, snap_m, provenance),
        notes=_explain(study, missing),
    )


def choose_engine(
    graph: WalkGraph, n_places: int, engine: Engine = "auto", progress: Progress = silent
) -> Engine:
    """Settle which engine draws so many places; ``progress`` is told where it is compiled."""
    scipy_s = n_places * (_SCIPY_S_PER_PLACE + _SCIPY_S_PER_NODE * len(graph.order))
    return settle_engine(engine, scipy_s, progress)


def _check_minutes(minutes: Sequence[float]) -> tuple[float, ...]:
    limits = tuple(sorted({float(limit) for limit in minutes}))
    if not limits or not all(0.0 < limit < np.inf for limit in limits):
        raise UsageError(
            Text(
                f"等时圈的时间上限必须大于 0：{list(minutes)}。",
                f"The limits of isochrones must be above 0 minutes: {list(minutes)}.",
            )
        )
    return limits


def _draw_layers(study: _Study) -> tuple[dict[str, gpd.GeoDataFrame], list[int]]:
    """Draw all layers; tell the rows of places around which nothing is reached."""
    each = draw_each(study.job)
    rows = [row for row, drawing in enumerate(each) if drawing is not None]
    drawings = [drawing for drawing in each if drawing is not None]
    areas = shape_areas(drawings) if drawings else np.empty(0, dtype=object)
    layers = {
        "isochrones": _tabulate(study, areas, _name_places(study, rows)),
        "dissolved": _tabulate(study, dissolve(study.job, rows, drawings, areas), {}),
    }
    if study.job.options.street_lines:
        layers["reached_streets"] = _tabulate_streets(study, rows, drawings)
    if study.job.options.junctions:
        layers["reached_nodes"] = _tabulate_nodes(study, rows)
    return layers, [row for row, drawing in enumerate(each) if drawing is None]


def _tabulate(
    study: _Study, areas: NDArray[np.object_], names: dict[str, object]
) -> gpd.GeoDataFrame:
    """Make a layer of areas, limit after limit, place after place where they have names."""
    import geopandas as gpd
    import shapely

    limit_minutes = np.tile(study.minutes, len(areas) // len(study.minutes))
    columns = {**names, "limit_minutes": limit_minutes, "area_m2": shapely.area(areas)}
    return gpd.GeoDataFrame(columns, geometry=areas, crs=study.job.graph.network.crs)


def _name_places(study: _Study, rows: list[int]) -> dict[str, object]:
    times = range(len(study.minutes))
    return {
        "place_id": [study.places.place_id[row] for row in rows for _ in times],
        "name": [study.places.name[row] for row in rows for _ in times],
    }


def _tabulate_streets(study: _Study, rows: list[int], drawings: list[Drawing]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    lines = [draw_lines(drawing.reach, len(study.minutes)) for drawing in drawings]
    geometry = np.concatenate(lines) if lines else np.empty(0, dtype=object)
    columns = _name_places(study, rows)
    columns["limit_minutes"] = np.tile(study.minutes, len(rows))
    columns["length_m"] = shapely.length(geometry)
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=study.job.graph.network.crs)


def _tabulate_nodes(study: _Study, rows: list[int]) -> gpd.GeoDataFrame:
    """List the nodes from which each place is reached, the nearest first."""
    import geopandas as gpd

    job = study.job
    reached = [
        reach_nodes(
            job.graph,
            rows_of(job.ends, np.array([row])),
            limit_ms=job.limits_ms[-1],
            engine=job.options.engine,
        )
        for row in rows
    ]
    whose = np.repeat(np.array(rows, dtype=np.int64), [len(one.node) for one in reached])
    none = np.empty(0, dtype=np.int32)
    node = np.concatenate([none, *(one.node for one in reached)])
    ms = np.concatenate([none, *(one.ms for one in reached)])
    order = np.lexsort((node, ms, whose))
    whose, node, ms = whose[order], node[order], ms[order]
    nodes = job.graph.network.nodes.iloc[node]
    columns = {
        "place_id": np.array(study.places.place_id, dtype=object)[whose],
        "name": np.array(study.places.name, dtype=object)[whose],
        "node_id": nodes["node_id"].to_numpy(),
        "walk_s": ms / 1000.0,
        "limit_minutes": np.array(study.minutes)[np.searchsorted(job.limits_ms, ms)],
    }
    points = gpd.points_from_xy(nodes["x_m"], nodes["y_m"])
    return gpd.GeoDataFrame(columns, geometry=points, crs=job.graph.network.crs)


def _indicate(dissolved: gpd.GeoDataFrame) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            "area_reached_m2",
            Text(f"{limit:g} 分钟等时圈总面积", f"Area within {limit:g} min of any place"),
            float(area),
            "m2",
            limit_minutes=float(limit),
        )
        for limit, area in zip(dissolved["limit_minutes"], dissolved["area_m2"], strict=True)
    )


def _explain(study: _Study, missing: list[int]) -> tuple[Text, ...]:
    width, cell = study.job.options.width_m, study.job.options.cell_m
    over_m = np.ceil(cell * OVERREACH_CELLS * 10.0) / 10.0
    beside = Text(
        f"等时圈是按时可达街道两侧 {width:g} m 以内的范围，不计离开街道的步行，"
        "也可能越过街边围墙；某处是否覆盖，以逐户计算的覆盖结果为准。",
        f"An isochrone is what lies within {width:g} m of the streets reached in time: the walk "
        "off the street is not counted, and walls beside it may be crossed. Whether a home is "
        "covered, the coverage tells, which is measured home by home.",
    )
    grid = Text(
        f"轮廓在 {cell:g} m 网格上绘制，比这一范围最多宽出 {over_m:g} m；"
        "这只是绘图误差，不是与覆盖结果的差别。",
        f"Outlines are drawn on a {cell:g} m grid and lie at most {over_m:g} m beyond that; this "
        "is the error of the drawing alone, not the difference from the coverage.",
    )
    notes = [beside] if study.job.exact else [beside, grid]
    if missing:
        who = "、".join(study.places.name[row] or study.places.place_id[row] for row in missing)
        notes.append(
            Text(
                f"以下地点离街道太远，没有等时圈：{who}。",
                f"These places are too far from any street and have no area: {who}.",
            )
        )
    return (*notes, *study.job.graph.notes)
