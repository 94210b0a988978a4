"""Compiled painting of distances on a grid, and tracing of areas from them (numba).

As in ``kernels``: one signature each, no interpreter's lock, compiled on import.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from tongling_gis.routing.kernels import lengthen

_I4, _I8 = nb.int32[::1], nb.int64[::1]
_F8 = nb.float64[:, ::1]
_LEVEL = 1e-9
_SLACK = 1e-9


@nb.njit(nb.void(_F8, _F8, nb.float64), nogil=True, cache=True)
def paint(square, segments, radius):
    """Lower each cell's squared distance to that of every segment within ``radius`` of it.

    Everything is in cells, cell (0, 0) standing at the origin. A segment is a row of
    x0, y0, x1, y1.
    """
    n_rows, n_columns = square.shape
    for s in range(len(segments)):
        x0, y0, x1, y1 = segments[s, 0], segments[s, 1], segments[s, 2], segments[s, 3]
        dx, dy = x1 - x0, y1 - y0
        length_2 = dx * dx + dy * dy
        share = 1.0 / length_2 if length_2 > 0.0 else 0.0
        west, east = min(x0, x1) - radius, max(x0, x1) + radius
        south, north = min(y0, y1) - radius, max(y0, y1) + radius
        slanted = abs(dy) > _LEVEL
        lean = dx / dy if slanted else 0.0
        half = radius * np.sqrt(length_2) / abs(dy) if slanted else 0.0
        for row in range(max(0, int(np.ceil(south))), min(n_rows, int(np.floor(north)) + 1)):
            left, right = west, east
            if slanted:
                middle = x0 + (row - y0) * lean
                left, right = max(west, middle - half), min(east, middle + half)
            ey = row - y0
            for column in range(
                max(0, int(np.ceil(left))), min(n_columns, int(np.floor(right)) + 1)
            ):
                ex = column - x0
                along = min(max((ex * dx + ey * dy) * share, 0.0), 1.0)
                off_x, off_y = ex - along * dx, ey - along * dy
                square[row, column] = min(square[row, column], off_x * off_x + off_y * off_y)


@nb.njit(nb.float64(nb.float64, nb.float64), nogil=True, cache=True)
def in_steps(square, steps):
    """Give a squared distance in cells as a whole number of steps, ``steps`` to the cell."""
    return np.rint(np.sqrt(square) * steps)


@nb.njit(_F8(_F8), nogil=True, cache=True)
def grow_corners(xy):
    """Give a copy of the corners, twice as long."""
    longer = np.empty((2 * len(xy), 2), dtype=np.float64)
    longer[: len(xy)] = xy
    return longer


@nb.njit(
    nb.int64(
        _F8, nb.int32[:, ::1], nb.float64, nb.float64, _F8,
        nb.int64, nb.int64, nb.int64, nb.int64, nb.int32,
    ),
    nogil=True,
    cache=True,
)  # fmt: skip
def trace_ring(square, ring_at, steps, level, xy, filled, row, column, way, ring):
    """Follow one ring with the inside on the left; append its corners, the first one twice.

    The ring starts between the inside point (row, column) and the outside point ``way``
    columns further. Gives the number of corners there are then, -1 where there is no room.
    """
    first, down, across = filled, 0, way
    start_row, start_column = row, column
    inner = in_steps(square[row, column], steps)
    outer = in_steps(square[row, column + way], steps)
    while True:
        if filled + 1 >= len(xy):
            return np.int64(-1)
        part = (level - inner) / (outer - inner)
        xy[filled, 0], xy[filled, 1] = column + across * part, row + down * part
        filled += 1
        if down == 0:
            ring_at[row, min(column, column + across)] = ring
        ahead_row, ahead_column = row + across, column - down
        left = in_steps(square[ahead_row, ahead_column], steps)
        right = in_steps(square[ahead_row + down, ahead_column + across], steps)
        if right < level and (left < level or inner + outer + left + right <= 4.0 * level):
            row, column = ahead_row + down, ahead_column + across
            down, across = -across, down
            inner = right
        elif left < level:
            row, column = ahead_row, ahead_column
            inner, outer = left, right
        else:
            down, across = across, -down
            outer = left
        if row == start_row and column == start_column and down == 0 and across == way:
            break
    xy[filled] = xy[first]
    return filled + 1


@nb.njit(
    nb.types.Tuple((_F8, _I8, _I8))(_F8, _I4, _I4, nb.int64, nb.int64),
    nogil=True,
    cache=True,
)
def sort_rings(xy, begins, owner, rings, polygons):
    """Lay rings 1..rings out polygon by polygon (1..polygons), otherwise in order."""
    polygon_starts = np.zeros(polygons + 1, dtype=np.int64)
    for ring in range(1, rings + 1):
        polygon_starts[owner[ring]] += 1
    polygon_starts = np.cumsum(polygon_starts)
    place = polygon_starts[:-1].copy()
    ring_of = np.empty(rings, dtype=np.int64)
    for ring in range(1, rings + 1):
        ring_of[place[owner[ring] - 1]] = ring
        place[owner[ring] - 1] += 1
    ring_starts = np.zeros(rings + 1, dtype=np.int64)
    sorted_xy = np.empty((begins[rings + 1], 2), dtype=np.float64)
    filled = 0
    for i in range(rings):
        for corner in range(begins[ring_of[i]], begins[ring_of[i] + 1]):
            sorted_xy[filled] = xy[corner]
            filled += 1
        ring_starts[i + 1] = filled
    return sorted_xy, ring_starts, polygon_starts


@nb.njit(
    nb.int64(nb.float64[::1], nb.bool_[::1], _I4, nb.float64, nb.float64), nogil=True, cache=True
)
def find_crossings(square, inside, crossings, steps, level):
    """List the columns of a row after which the level is crossed; count them."""
    middle = (level / steps) ** 2
    below, above = middle * (1.0 - _SLACK), middle * (1.0 + _SLACK)
    unsure = 0
    for column in range(len(square)):
        inside[column] = square[column] < below
        unsure += (square[column] < above) != (square[column] < below)
    if unsure:
        for column in range(len(square)):
            inside[column] = in_steps(square[column], steps) < level
    count = 0
    for column in range(len(square) - 1):
        crossings[count] = column
        count += inside[column] != inside[column + 1]
    return count


@nb.njit(
    nb.types.Tuple((_F8, _I8, _I8))(_F8, _I8, nb.float64, nb.float64),
    nogil=True,
    cache=True,
)
def trace(square, window, steps, level):
    """Trace the area below a level as polygons: marching squares, ring by ring.

    Args:
        square: Squared distances in cells.
        window: First row, end row, first column and end column of what is traced; distances
            on its rim lie above the level.
        steps: Steps to a cell, to whole numbers of which distances are rounded.
        level: The level in steps, between two whole numbers.

    Returns:
        Corners as (column, row) with every ring closed, where the rings begin, and where the
        polygons' rings begin; each polygon's outer ring comes first.
    """
    first_row, end_row, west, east = window[0], window[1], window[2], window[3]
    ring_at = np.zeros(square.shape, dtype=np.int32)
    inside = np.zeros(east - west, dtype=np.bool_)
    crossings = np.empty(east - west, dtype=np.int32)
    xy = np.empty((4096, 2), dtype=np.float64)
    begins, owner = np.zeros(256, dtype=np.int32), np.zeros(256, dtype=np.int32)
    ring, polygons, filled = np.int32(0), np.int32(0), 0
    for row in range(first_row, end_row):
        count = find_crossings(square[row, west:east], inside, crossings, steps, level)
        polygon = np.int32(0)
        for i in range(count):
            column = west + crossings[i]
            entering = i % 2 == 0
            if ring_at[row, column] == 0:
                if ring + 2 >= len(begins):
                    begins, owner = lengthen(begins, owner)
                ring += 1
                if entering:
                    polygons += 1
                owner[ring] = polygons if entering else polygon
                start, way = (column + 1, -1) if entering else (column, 1)
                end = np.int64(-1)
                while end < 0:
                    end = trace_ring(
                        square, ring_at, steps, level, xy, filled, row, start, way, ring
                    )
                    if end < 0:
                        xy = grow_corners(xy)
                filled = end
                begins[ring + 1] = filled
            if entering:
                polygon = owner[ring_at[row, column]]
    return sort_rings(xy, begins, owner, ring, polygons)
