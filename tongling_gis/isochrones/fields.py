"""Areas around streets from a grid of distances, contoured: quick, nested and always valid.

Each grid point holds its distance to the nearest part of a street that is reached; the area is
what lies inside the contour at the given width. The grid's lines stand at whole multiples of the
cell in the CRS, wherever the area is, so areas of more streets or more minutes contain those
of fewer exactly. Distances are kept in steps of 1/128 of a metre and the contour lies half a
step beyond the width: it never passes through a grid point, hence no ring touches itself.
Corners are rounded to 1/1024 of a metre, between which such fractions cannot fall half-way.

Between grid points the distance is interpolated. A point of the area lies no farther from a
reached street than the width and 0.71 of a cell, which is half a cell's diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.routing import paint_distances, trace_areas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.isochrones.parts import Floats, Integers
    from tongling_gis.routing import Engine

_STEPS_A_METRE = 128.0
_CORNER_STEPS = 1024.0
_MARGIN_CELLS = 2
OVERREACH_CELLS = 0.71
"""How far beyond the width a point of an area may lie, in cells."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of grid points: column and row of its corner, and its size."""

    column: int
    row: int
    n_columns: int
    n_rows: int

    def rows_and_columns_in(self, other: Window) -> NDArray[np.int64]:
        """Give the first and end row and column that this window has in one around it."""
        row, column = self.row - other.row, self.column - other.column
        return np.array([row, row + self.n_rows, column, column + self.n_columns])


@dataclass(frozen=True, eq=False)
class Rings:
    """Polygons as flat arrays: rings' corners, where rings begin, where polygons begin."""

    xy: Floats
    ring_starts: Integers
    polygon_starts: Integers


def window_around(segments: Floats, width_m: float, cell_m: float) -> Window:
    """Find the window that holds all segments with their surroundings."""
    margin = int(np.ceil(width_m / cell_m)) + _MARGIN_CELLS
    x0, y0, x1, y1 = segments.T / cell_m
    column = int(np.floor(min(x0.min(), x1.min()))) - margin
    row = int(np.floor(min(y0.min(), y1.min()))) - margin
    east = int(np.ceil(max(x0.max(), x1.max()))) + margin
    north = int(np.ceil(max(y0.max(), y1.max()))) + margin
    return Window(column, row, east - column + 1, north - row + 1)


def draw_areas(
    segments: Floats,
    limit: Integers,
    n_limits: int,
    *,
    width_m: float,
    cell_m: float,
    engine: Engine = "auto",
) -> list[Rings]:
    """Draw the area around the segments that are reached within each limit.

    Args:
        segments: Rows of x0, y0, x1, y1 in metres, float64[s, 4], at least one.
        limit: Number of the first limit within which each segment is reached, ascending.
        n_limits: How many limits there are.
        width_m: Width of the area beside a street.
        cell_m: Distance between grid points.
        engine: As in routing.
    """
    radius, steps = width_m / cell_m + 1.0, cell_m * _STEPS_A_METRE
    level = np.floor(width_m * _STEPS_A_METRE) + 0.5
    whole = window_around(segments, width_m, cell_m)
    square = np.full((whole.n_rows, whole.n_columns), radius * radius)
    in_cells = segments / cell_m - np.array([whole.column, whole.row] * 2, dtype=float)
    ends = np.searchsorted(limit, np.arange(n_limits), side="right").tolist()
    areas = []
    for begin, end in pairwise([0, *ends]):
        if not end:
            areas.append(Rings(np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64)))
            continue
        paint_distances(square, in_cells[begin:end], radius, engine=engine)
        window = window_around(segments[:end], width_m, cell_m).rows_and_columns_in(whole)
        xy, rings, polygons = trace_areas(square, window, steps, level, engine=engine)
        xy = (xy + np.array([whole.column, whole.row])) * (cell_m * _CORNER_STEPS)
        areas.append(Rings(np.rint(xy) / _CORNER_STEPS, rings, polygons))
    return areas


def build_multipolygons(areas: list[Rings]) -> NDArray[np.object_]:
    """Build one MultiPolygon an area, all at once."""
    import shapely

    xy = np.concatenate([area.xy for area in areas])
    ring_starts = _chain([area.ring_starts for area in areas])
    polygon_starts = _chain([area.polygon_starts for area in areas])
    area_starts = np.concatenate([[0], np.cumsum([len(a.polygon_starts) - 1 for a in areas])])
    built: NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, xy, (ring_starts, polygon_starts, area_starts)
    )
    return built


def _chain(starts: list[Integers]) -> Integers:
    ends = np.cumsum([one[-1] for one in starts])
    before = np.concatenate([[0], ends[:-1]])
    return np.concatenate(
        [[0], *(one[1:] + shift for one, shift in zip(starts, before, strict=True))]
    )
