"""Areas around streets as shapely unites them: slow and exact, for export and as a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.isochrones.parts import Floats, Integers

_QUARTER_SEGMENTS = 16
_GRID_M = 0.001


def join_lines(segments: Floats, part: Integers) -> NDArray[np.object_]:
    """Join consecutive segments of the same part into LineStrings, one a part that has any."""
    import shapely

    is_last = np.ones(len(part), dtype=bool)
    is_last[:-1] = part[1:] != part[:-1]
    owner = np.cumsum(is_last) - is_last
    xy = np.concatenate([segments[:, :2], segments[is_last, 2:]])
    line = np.concatenate([owner, owner[is_last]])
    order = np.argsort(line, kind="stable")
    return np.asarray(shapely.linestrings(xy[order], indices=line[order]), dtype=object)


def unite_buffers(
    lines: NDArray[np.object_], limit: Integers, n_limits: int, *, width_m: float
) -> NDArray[np.object_]:
    """Unite the surroundings of all lines reached within each limit, on a grid of 1 mm."""
    import shapely

    around = shapely.buffer(lines, width_m, quad_segs=_QUARTER_SEGMENTS)
    area: BaseGeometry = shapely.MultiPolygon()
    areas = []
    for number in range(n_limits):
        area = shapely.union_all([area, *around[limit == number]], grid_size=_GRID_M)
        areas.append(shapely.multipolygons(shapely.get_parts(area)))
    return np.array(areas, dtype=object)
