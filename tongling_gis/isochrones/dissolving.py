"""The area of all places together, drawn anew only where places' areas come close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.isochrones.drawing import draw_together, shape_areas
from tongling_gis.isochrones.fields import window_around
from tongling_gis.routing import on_all_cores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.isochrones.drawing import Drawing, Job
    from tongling_gis.isochrones.parts import Integers

_MOST_GRID_POINTS = 40_000_000


def dissolve(
    job: Job, rows: list[int], drawings: list[Drawing], areas: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Give the area of all places together for each limit, as MultiPolygons.

    Args:
        job: The places, and how they are drawn.
        rows: Row numbers of the places that have areas.
        drawings: Their drawings.
        areas: Their areas, place by place, limit by limit.
    """
    import shapely

    n_limits = len(job.limits_ms)
    of_place = areas.reshape(-1, n_limits)
    cluster = _cluster(job, drawings)
    members = [np.flatnonzero(cluster == number) for number in range(cluster.max(initial=-1) + 1)]
    alone = [where[0] for where in members if len(where) == 1]
    close = [where for where in members if len(where) > 1]

    def draw_some(which: slice) -> list[NDArray[np.object_]]:
        return [_draw_cluster(job, np.array(rows)[m], of_place[m]) for m in close[which]]

    drawn = [one for some in on_all_cores(draw_some, len(close)) for one in some]
    together = np.concatenate([of_place[alone], *(one[None] for one in drawn)])
    merged = [
        shapely.multipolygons(shapely.get_parts(together[:, number])) for number in range(n_limits)
    ]
    return np.array(merged if len(together) else [], dtype=object)


def _cluster(job: Job, drawings: list[Drawing]) -> Integers:
    """Number the clusters of places whose windows on the grid overlap."""
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    windows = [
        window_around(one.reach.segments, job.options.width_m, job.options.cell_m)
        for one in drawings
    ]
    boxes = shapely.box(
        *np.array(
            [(w.column, w.row, w.column + w.n_columns, w.row + w.n_rows) for w in windows],
            dtype=float,
        )
        .reshape(-1, 4)
        .T
    )
    a, b = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    joined = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(boxes), len(boxes)))
    return np.asarray(connected_components(joined.tocsr(), directed=False)[1])


def _draw_cluster(job: Job, rows: Integers, areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """Draw places in one, or unite their areas where one grid would be too large."""
    import shapely

    bounds = shapely.total_bounds(areas)
    size = (bounds[2:] - bounds[:2]) / job.options.cell_m
    if job.exact or size.prod() > _MOST_GRID_POINTS:
        united = [shapely.union_all(areas[:, number]) for number in range(areas.shape[1])]
        return np.array(
            [shapely.multipolygons(shapely.get_parts(one)) for one in united], dtype=object
        )
    drawing = draw_together(job, rows)
    assert drawing is not None
    return shape_areas([drawing])
