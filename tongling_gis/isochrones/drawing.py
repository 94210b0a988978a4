"""What is reached around one place, or around several together, drawn for every limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.isochrones.exact import join_lines, unite_buffers
from tongling_gis.isochrones.fields import build_multipolygons, draw_areas
from tongling_gis.isochrones.parts import cut_segments, reach_parts
from tongling_gis.routing import on_all_cores, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.isochrones.fields import Rings
    from tongling_gis.isochrones.parts import Floats, Integers
    from tongling_gis.routing import Ends, Engine, WalkGraph


@dataclass(frozen=True, slots=True)
class IsochroneOptions:
    """How isochrones are drawn.

    Attributes:
        width_m: How far beside a street reached in time the area extends.
        cell_m: Distance between the grid points from which areas are drawn.
        street_lines: Whether the parts of streets reached are a layer of the result too.
        junctions: Whether the junctions and street ends reached are, with their seconds.
        engine: "auto", or "compiled" or "scipy" by name; the answers are the same.
    """

    width_m: float = 25.0
    cell_m: float = 5.0
    street_lines: bool = False
    junctions: bool = False
    engine: Engine = "auto"


@dataclass(frozen=True, eq=False)
class Job:
    """Whose isochrones are drawn, and how.

    Attributes:
        graph: Whose walk, on what streets.
        ends: The places, joined to the graph.
        edge: Row number of each place's edge, int64[k]; -1 where it has none.
        limits_ms: Limits in milliseconds, ascending.
        options: How areas are drawn.
        exact: Whether areas are united from buffers.
    """

    graph: WalkGraph
    ends: Ends
    edge: Integers
    limits_ms: tuple[int, ...]
    options: IsochroneOptions
    exact: bool


@dataclass(frozen=True, eq=False)
class Reach:
    """The streets reached: straight segments, by ascending limit.

    Attributes:
        segments: Rows of x0, y0, x1, y1 in metres, float64[s, 4].
        part: Number of the part of an edge that each belongs to, ascending.
        limit: Number of the first limit within which each is reached, ascending.
    """

    segments: Floats
    part: Integers
    limit: Integers


@dataclass(frozen=True, eq=False)
class Drawing:
    """Areas for each limit, as rings or as finished shapes, and the streets within them."""

    reach: Reach
    areas: list[Rings] | NDArray[np.object_]


def draw_each(job: Job) -> list[Drawing | None]:
    """Draw each place by itself; None for one from which no street is reached."""

    def draw_some(rows: slice) -> list[Drawing | None]:
        return [draw_together(job, np.array([row])) for row in range(rows.start, rows.stop)]

    return [one for some in on_all_cores(draw_some, len(job.edge)) for one in some]


def draw_together(job: Job, rows: Integers) -> Drawing | None:
    """Draw what is reached from any of these places; None where that is nothing."""
    graph, n_limits = job.graph, len(job.limits_ms)
    parts = reach_parts(
        graph, rows_of(job.ends, rows), job.edge[rows], job.limits_ms, job.options.engine
    )
    segments, part = cut_segments(graph, parts)
    if not len(segments):
        return None
    reach = Reach(segments, part, parts.limit[part])
    width_m, cell_m = job.options.width_m, job.options.cell_m
    if job.exact:
        lines = join_lines(segments, part)
        limit = reach.limit[first_of_each(part)]
        return Drawing(reach, unite_buffers(lines, limit, n_limits, width_m=width_m))
    areas = draw_areas(
        segments,
        reach.limit,
        n_limits,
        width_m=width_m,
        cell_m=cell_m,
        engine=job.options.engine,
    )
    return Drawing(reach, areas)


def first_of_each(part: Integers) -> NDArray[np.intp]:
    """Give the row where each run of equal numbers begins."""
    is_first = np.ones(len(part), dtype=bool)
    is_first[1:] = part[1:] != part[:-1]
    return np.flatnonzero(is_first)


def shape_areas(drawings: list[Drawing]) -> NDArray[np.object_]:
    """Give the areas of all drawings as MultiPolygons, limit by limit within a drawing."""
    rings: list[Rings] = []
    for drawing in drawings:
        if not isinstance(drawing.areas, list):
            return np.concatenate([np.asarray(one.areas) for one in drawings])
        rings.extend(drawing.areas)
    return build_multipolygons(rings)


def draw_lines(reach: Reach, n_limits: int) -> NDArray[np.object_]:
    """Gather the parts of streets by the first limit that reaches them, as MultiLineStrings."""
    import shapely

    lines = join_lines(reach.segments, reach.part)
    limit = reach.limit[first_of_each(reach.part)]
    gathered = [shapely.multilinestrings(lines[limit == number]) for number in range(n_limits)]
    return np.array(gathered, dtype=object)
