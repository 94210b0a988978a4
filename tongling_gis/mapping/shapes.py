"""Shapes as short strings that a page decodes in a few milliseconds.

Every number is written as its difference from the one before, zigzag-coded, in digits of five
bits (the way of encoded polylines): coordinates to 1e-6 degrees take about five characters a
vertex. All characters are from ``?`` to ``~``, so none can end a script block.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

DECIMALS = 6
_FIRST_CHARACTER = 63
_MORE = 32
_DIGIT_BITS = 5
_LARGEST = 1 << 30


def encode_integers(values: ArrayLike) -> str:
    r"""Write integers between -2**29 and 2**29 as one string.

    >>> encode_integers([0, -1, 1, 16])
    '?@A_@'
    """
    numbers = np.asarray(values, dtype=np.int64).ravel()
    if not numbers.size:
        return ""
    zigzag = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
    if int(zigzag.max()) >= _LARGEST:
        message = "numbers beyond 2**29 cannot be encoded"
        raise ValueError(message)
    digits = np.ones(len(zigzag), dtype=np.int64)
    for place in range(1, 6):
        digits += zigzag >= (1 << (_DIGIT_BITS * place))
    ends = np.cumsum(digits)
    written = np.empty(int(ends[-1]), dtype=np.uint8)
    for place in range(int(digits.max())):
        having = np.nonzero(digits > place)[0]
        digit = (zigzag[having] >> (_DIGIT_BITS * place)) & (_MORE - 1)
        digit += np.where(digits[having] > place + 1, _MORE, 0)
        written[ends[having] - digits[having] + place] = digit + _FIRST_CHARACTER
    return written.tobytes().decode("ascii")


def encode_shapes(layer: gpd.GeoDataFrame, *, simplify_m: float = 0.0) -> dict[str, str]:
    """Encode a layer's shapes, simplified in its own metric CRS, in degrees of WGS 84.

    Returns:
        ``xy`` the vertices of all rings or lines one after the other; for lines and areas
        also ``rings``, the number of vertices of each, and ``parts``, the number of rings or
        lines of each row (0 for a row without a shape). Rings are not closed; holes run
        against the rings around them.
    """
    import shapely

    shapes = layer.geometry
    if simplify_m and layer.crs is not None and layer.crs.is_projected:
        shapes = shapes.simplify(simplify_m)
    rows = np.asarray(shapes.to_crs("EPSG:4326").to_numpy())
    dimension = shapely.get_dimensions(rows)
    if len(rows) and int(dimension.max()) <= 0:
        return {"xy": _encode_vertices(_point_vertices(rows))}
    lines, row_of_line = _rings_and_lines(shapely.normalize(rows))
    coordinates, line_of_vertex = shapely.get_coordinates(lines, return_index=True)
    vertices = np.rint(coordinates * 10**DECIMALS).astype(np.int64)
    kept = _told_apart(vertices, line_of_vertex, closed=bool(len(rows) and dimension.max() > 1))
    return {
        "xy": _encode_vertices(vertices[kept]),
        "rings": encode_integers(np.bincount(line_of_vertex[kept], minlength=len(lines))),
        "parts": encode_integers(np.bincount(row_of_line, minlength=len(rows))),
    }


def encode_points(layer: gpd.GeoDataFrame) -> dict[str, str]:
    """Encode one point for each row: the row's own, or one inside its shape."""
    points = layer.set_geometry(layer.geometry.representative_point())
    return {"xy": _encode_vertices(_point_vertices(points.to_crs("EPSG:4326").geometry))}


def write_place(shape: BaseGeometry | None) -> dict[str, Any] | None:
    """Give a shape in degrees as GeoJSON of six decimals; None where there is none."""
    import shapely

    if shape is None or shape.is_empty:
        return None
    rounded = shapely.set_precision(shape, 10.0**-DECIMALS)
    written: dict[str, Any] = json.loads(shapely.to_geojson(shape if rounded.is_empty else rounded))
    return written


def _point_vertices(points: ArrayLike) -> NDArray[np.int64]:
    import shapely

    rows = np.asarray(points)
    degrees = np.column_stack([shapely.get_x(rows), shapely.get_y(rows)])
    return np.asarray(np.rint(np.nan_to_num(degrees) * 10**DECIMALS), dtype=np.int64)


def _encode_vertices(vertices: NDArray[np.int64]) -> str:
    return encode_integers(np.diff(vertices, axis=0, prepend=0))


def _rings_and_lines(rows: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    import shapely

    parts, row_of_part = shapely.get_parts(rows, return_index=True)
    inner, row_of_inner = shapely.get_parts(parts, return_index=True)  # collections of multi-parts
    row_of_inner = row_of_part[row_of_inner]
    is_area = shapely.get_dimensions(inner) > 1
    rings, area_of_ring = shapely.get_rings(inner[is_area], return_index=True)
    is_line = shapely.get_dimensions(inner) == 1
    lines = np.concatenate([rings, inner[is_line]])
    row_of_line = np.concatenate([row_of_inner[is_area][area_of_ring], row_of_inner[is_line]])
    order = np.argsort(row_of_line, kind="stable")
    return lines[order], row_of_line[order]


def _told_apart(
    vertices: NDArray[np.int64], line_of_vertex: NDArray[np.int64], *, closed: bool
) -> NDArray[np.bool_]:
    """Drop vertices that repeat the one before, and those that only close a ring."""
    same_line = line_of_vertex[1:] == line_of_vertex[:-1]
    kept = np.ones(len(vertices), dtype=bool)
    kept[1:] = ~(same_line & (vertices[1:] == vertices[:-1]).all(axis=1))
    if closed and len(vertices):
        last = np.append(~same_line, True)
        first = np.maximum.accumulate(
            np.where(np.insert(~same_line, 0, True), np.arange(len(vertices)), 0)
        )
        kept &= ~(last & (vertices == vertices[first]).all(axis=1) & (first < np.arange(len(kept))))
    return kept
