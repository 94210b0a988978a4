"""Areas around streets from a grid of distances, contoured: quick, nested and always valid.

Each grid point holds its distance to the nearest part of a street that is reached; the area is
what lies inside the contour at the given width. The grid's lines stand at whole multiples of the
cell in the CRS, wherever the area is, so areas of more streets or more minutes contain those
of fewer exactly. Distances are kept in steps of 1/128 of a metre and the contour lies half a
step beyond the width: it never passes through a grid point, hence no ring touches itself.

Between grid points the distance is interpolated. A point of the area lies no farther from a
reached street than the width and 0.71 of a cell, which is half a cell's diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.routing import paint_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.isochrones.parts import Floats, Integers
    from tongling_gis.routing import Engine

_STEPS_A_METRE = 128.0
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

    def slices_in(self, other: Window) -> tuple[slice, slice]:
        """Give the rows and columns of a window around this one that are this one's."""
        row, column = self.row - other.row, self.column - other.column
        return slice(row, row + self.n_rows), slice(column, column + self.n_columns)


@dataclass(frozen=True, eq=False)
class Field:
    """Distances to what is reached, in metres, at the grid points of a window."""

    window: Window
    distance_m: Floats


@dataclass(frozen=True, eq=False)
class Rings:
    """Polygons as flat arrays: rings' corners, where rings begin, where polygons begin."""

    xy: Floats
    ring_starts: Integers
    polygon_starts: Integers


def window_around(segments: Floats, width_m: float, cell_m: float) -> Window:
    """Find the window that holds all segments with their surroundings."""
    margin = int(np.ceil(width_m / cell_m)) + _MARGIN_CELLS
    low = np.floor(segments.reshape(-1, 2).min(axis=0) / cell_m).astype(int) - margin
    high = np.ceil(segments.reshape(-1, 2).max(axis=0) / cell_m).astype(int) + margin
    size = high - low + 1
    return Window(int(low[0]), int(low[1]), int(size[0]), int(size[1]))


def draw_fields(
    segments: Floats,
    limit: Integers,
    n_limits: int,
    *,
    width_m: float,
    cell_m: float,
    engine: Engine = "auto",
) -> list[Field | None]:
    """Draw a field for each limit: distances to the segments reached within it, None for none.

    Args:
        segments: Rows of x0, y0, x1, y1 in metres, float64[s, 4], at least one.
        limit: Number of the first limit within which each segment is reached, ascending.
        n_limits: How many limits there are.
        width_m: Width of the area beside a street.
        cell_m: Distance between grid points.
        engine: As in routing.
    """
    radius = width_m / cell_m + 1.0
    whole = window_around(segments, width_m, cell_m)
    square = np.full((whole.n_rows, whole.n_columns), radius * radius)
    origin = np.array([whole.column, whole.row] * 2, dtype=float)
    in_cells = segments / cell_m - origin
    ends = np.searchsorted(limit, np.arange(n_limits), side="right")
    fields: list[Field | None] = []
    done = 0
    for end in ends.tolist():
        paint_distances(square, in_cells[done:end], radius, engine=engine)
        done = end
        if not end:
            fields.append(None)
            continue
        window = window_around(segments[:end], width_m, cell_m)
        here = square[window.slices_in(whole)]
        steps = np.rint(np.sqrt(here) * (cell_m * _STEPS_A_METRE))
        fields.append(Field(window, steps / _STEPS_A_METRE))
    return fields


def trace_rings(field: Field | None, *, width_m: float, cell_m: float) -> Rings:
    """Trace the area within ``width_m`` of what is reached."""
    from contourpy import FillType, contour_generator

    if field is None:
        none = np.zeros(1, dtype=np.int64)
        return Rings(np.empty((0, 2)), none, none)
    generator = contour_generator(z=field.distance_m, fill_type=FillType.ChunkCombinedOffsetOffset)
    level_m = (np.floor(width_m * _STEPS_A_METRE) + 0.5) / _STEPS_A_METRE
    traced: Any = generator.filled(-1.0, level_m)
    (points,), (rings,), (polygons,) = traced
    corner = [field.window.column, field.window.row]
    xy: NDArray[np.float64] = np.round((points + corner) * cell_m, 3)
    return Rings(xy, rings.astype(np.int64), polygons.astype(np.int64))


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
