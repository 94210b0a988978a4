"""Isochrones of places: from where each of them is reached on foot within each limit."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import Assessment, Indicator, describe_stamp
from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.isochrones.drawing import (
    IsochroneOptions,
    draw_lines,
    draw_reach,
    reach_streets,
    shape_areas,
)
from tongling_gis.isochrones.fields import OVERREACH_CELLS, window_around
from tongling_gis.isochrones.places import check_places
from tongling_gis.network import attach
from tongling_gis.routing import join_ends, limit_in_ms, on_all_cores, one_of, settle_engine
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Provenance
    from tongling_gis.isochrones.drawing import Drawing, Reach
    from tongling_gis.isochrones.places import Places
    from tongling_gis.network import Attachment
    from tongling_gis.routing import WalkGraph

_SCIPY_S_PER_PLACE = 0.06
_SCIPY_S_PER_NODE = 4e-7
_MOST_GRID_POINTS = 60_000_000


@dataclass(frozen=True, eq=False)
class _Job:
    """Everything that the drawing of one place after the other needs."""

    graph: WalkGraph
    places: Places
    attached: Attachment
    minutes: tuple[float, ...]
    options: IsochroneOptions
    exact: bool

    @property
    def limits_ms(self) -> tuple[int, ...]:
        return tuple(limit_in_ms(limit * 60.0) for limit in self.minutes)


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
        places together for each limit; and ``reached_streets`` if asked for, the parts of
        streets by the first limit that reaches them. A place too far from any street has no
        area and is named in the notes.

    Raises:
        UsageError: If a limit is not above 0.
        InputError: If there are no places, they have no CRS, are no points or share ids.
    """
    limits = _check_minutes(minutes)
    snap_m = read_standards().snap_limit_m if snap_limit_m is None else snap_limit_m
    chosen = options or IsochroneOptions()
    checked = check_places(places, graph.network.crs)
    scipy_s = len(places) * (_SCIPY_S_PER_PLACE + _SCIPY_S_PER_NODE * len(graph.order))
    settled = replace(chosen, engine=settle_engine(chosen.engine, scipy_s))
    attached = attach(graph.network, checked.points, limit_m=snap_m)
    job = _Job(graph, checked, attached, limits, settled, exact)
    layers, missing = _draw_layers(job)
    return Assessment(
        kind="isochrones",
        subject="",
        parameters={
            "profile": graph.profile.name,
            "speed_m_s": graph.profile.speed_m_s,
            "minutes": list(limits),
            "snap_limit_m": snap_m,
            "exact": exact,
            **{name: value for name, value in asdict(chosen).items() if name != "engine"},
        },
        layers=layers,
        indicators=_indicate(layers["dissolved"]),
        provenance=provenance,
        stamp=describe_stamp(graph.profile, limits, snap_m, provenance),
        notes=_explain(job, missing),
    )


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


def _draw_layers(job: _Job) -> tuple[dict[str, gpd.GeoDataFrame], list[int]]:
    """Draw all layers; tell the rows of places around which nothing is reached."""
    ends, edge = join_ends(job.graph, job.attached), job.attached.edge.astype(np.int64)

    def draw_some(rows: slice) -> list[Drawing | None]:
        drawn = []
        for row in range(rows.start, rows.stop):
            reach = reach_streets(
                job.graph, one_of(ends, row), edge[row : row + 1], job.limits_ms, job.options.engine
            )
            drawn.append(draw_reach(reach, len(job.minutes), job.options, exact=job.exact))
        return drawn

    drawings = [one for some in on_all_cores(draw_some, len(edge)) for one in some]
    kept = [row for row, drawing in enumerate(drawings) if drawing is not None]
    drawn = [drawing for drawing in drawings if drawing is not None]
    layers = {"isochrones": _tabulate(job, kept, shape_areas(drawn) if drawn else _none())}
    together = layers["isochrones"].geometry.to_numpy()
    if len(drawn) > 1:
        reach = reach_streets(job.graph, ends, edge, job.limits_ms, job.options.engine)
        together = _dissolve(job, reach, together)
    layers["dissolved"] = _tabulate(job, [], together)
    if job.options.street_lines:
        layers["reached_streets"] = _tabulate_streets(job, kept, drawn)
    return layers, [row for row, drawing in enumerate(drawings) if drawing is None]


def _dissolve(job: _Job, reach: Reach, areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """Draw all places' area in one, or unite theirs where one grid would be too large."""
    import shapely

    n_limits = len(job.minutes)
    window = window_around(reach.segments, job.options.width_m, job.options.cell_m)
    if job.exact or window.n_columns * window.n_rows > _MOST_GRID_POINTS:
        united = [shapely.union_all(areas[number::n_limits]) for number in range(n_limits)]
        parts = [shapely.multipolygons(shapely.get_parts(one)) for one in united]
        return np.array(parts, dtype=object)
    drawing = draw_reach(reach, n_limits, job.options)
    return shape_areas([drawing] if drawing else [])


def _none() -> NDArray[np.object_]:
    return np.empty(0, dtype=object)


def _tabulate(job: _Job, rows: Sequence[int], areas: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Make a layer of areas, of these places one after the other, or of all together."""
    import geopandas as gpd
    import shapely

    n_limits = len(job.minutes)
    columns = {} if not rows else _name_places(job, rows)
    columns["limit_minutes"] = np.tile(job.minutes, len(areas) // n_limits)
    columns["area_m2"] = shapely.area(areas)
    return gpd.GeoDataFrame(columns, geometry=areas, crs=job.graph.network.crs)


def _name_places(job: _Job, rows: Sequence[int]) -> dict[str, object]:
    times = len(job.minutes)
    return {
        "place_id": [job.places.place_id[row] for row in rows for _ in range(times)],
        "name": [job.places.name[row] for row in rows for _ in range(times)],
    }


def _tabulate_streets(job: _Job, rows: list[int], drawn: list[Drawing]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    lines = [draw_lines(drawing.reach, len(job.minutes)) for drawing in drawn]
    geometry = np.concatenate(lines) if lines else _none()
    columns = _name_places(job, rows)
    columns["limit_minutes"] = np.tile(job.minutes, len(rows))
    columns["length_m"] = shapely.length(geometry)
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=job.graph.network.crs)


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


def _explain(job: _Job, missing: list[int]) -> tuple[Text, ...]:
    width, cell = job.options.width_m, job.options.cell_m
    beside = Text(
        f"等时圈为可达路段两侧 {width:g} m 以内的范围；沿墙道路的范围会越过墙体，"
        f"但不超过这一宽度。",
        f"Areas extend {width:g} m beside the streets reached; beside a wall they reach "
        "across it, no farther than that.",
    )
    grid = Text(
        f"范围由 {cell:g} m 网格插值得到，最多外扩 {cell * OVERREACH_CELLS:.1f} m。",
        f"Areas are interpolated on a {cell:g} m grid and extend at most "
        f"{cell * OVERREACH_CELLS:.1f} m too far.",
    )
    notes = [beside] if job.exact else [beside, grid]
    if missing:
        who = "、".join(job.places.name[row] or job.places.place_id[row] for row in missing)
        notes.append(
            Text(
                f"以下地点离街道太远，没有等时圈：{who}。",
                f"These places are too far from any street and have no area: {who}.",
            )
        )
    return tuple(notes)
