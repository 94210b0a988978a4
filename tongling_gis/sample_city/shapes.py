"""Making and taking apart shapes, with the types that shapely's own functions leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import shapely
from shapely import LineString, Polygon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Shapes = NDArray[np.object_]

SHORTEST_M = 18.0
"""What is left of a street is not drawn below this length."""
GRID_M = 0.01
"""Coordinates are kept to the centimetre."""


def points_at(xy: ArrayLike) -> Shapes:
    """Make points of coordinates (k, 2)."""
    return np.asarray(shapely.points(np.asarray(xy, dtype=float)), dtype=object)


def lines_between(ends: ArrayLike) -> Shapes:
    """Make straight lines of their ends (k, 2, 2)."""
    return np.asarray(shapely.linestrings(np.asarray(ends, dtype=float)), dtype=object)


def polygons_of(corners: ArrayLike) -> Shapes:
    """Make polygons of their corners (k, n, 2)."""
    return np.asarray(shapely.polygons(np.asarray(corners, dtype=float)), dtype=object)


def as_polygon(shape: BaseGeometry) -> Polygon:
    """Take a shape that is in one part: its largest, should slivers have come off it."""
    parts = shapely.get_parts(shape)
    if len(parts) == 0:
        return Polygon()
    return cast("Polygon", parts[int(np.argmax(shapely.area(parts)))])


def as_line(shape: BaseGeometry) -> LineString:
    """Take a line that is in one part: its longest, should ends have come off it."""
    parts = shapely.get_parts(shapely.line_merge(shape))
    if len(parts) == 0:
        return LineString()
    return cast("LineString", parts[int(np.argmax(shapely.length(parts)))])


def line_parts(shape: BaseGeometry, least_m: float = SHORTEST_M) -> Iterator[LineString]:
    """Take the parts of a line that are long enough."""
    for part in shapely.get_parts(shapely.line_merge(shape)):
        if part.length >= least_m:
            yield part


def to_grid(shape: Polygon) -> Polygon:
    """Round a polygon to the centimetre, keeping it valid."""
    return as_polygon(shapely.set_precision(shape, GRID_M))


def line_to_grid(line: LineString) -> LineString:
    """Round a line to the centimetre, keeping every vertex."""
    return LineString(np.round(shapely.get_coordinates(line), 2))
