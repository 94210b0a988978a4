"""Geometry to the binaries of a GeoPackage and back, to the last bit of each coordinate."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from tongling_gis.errors import GeometryError, WorkspaceError
from tongling_gis.store.stored import Shapes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

_FAMILIES = np.array(
    [
        "Point",
        "LineString",
        "LineString",
        "Polygon",
        "Point",
        "LineString",
        "Polygon",
        "GeometryCollection",
        "",
    ]
)
"""Family of each of GEOS's type numbers, 0 to 7; the last, found by -1, is no shape at all."""
_COLLECTION = 7
_FIRST_MULTI = 4
_MULTI_MAKERS: dict[str, Callable[..., NDArray[np.object_]]] = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}
_MAGIC = b"GP"
_LITTLE_ENDIAN, _WITH_ENVELOPE, _EMPTY = 0b00001, 0b00010, 0b10000
_HEADER = struct.Struct("<2sBBi")
_ENVELOPE = struct.Struct("<4d")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


def bring_to(layer: gpd.GeoDataFrame, crs: CRS, name: str) -> NDArray[np.object_]:
    """Give a layer's shapes in the CRS of the project.

    Raises:
        GeometryError: If a coordinate is not a number, or has no place in that CRS.
    """
    shapes = layer.geometry if layer.crs == crs else layer.geometry.to_crs(crs)
    found: NDArray[np.object_] = shapes.to_numpy()
    xy, row = shapely.get_coordinates(found, return_index=True)
    wrong = ~np.isfinite(xy).all(axis=1)
    if wrong.any():
        first = int(row[wrong][0]) + 1
        raise GeometryError(
            Text(
                f"图层“{name}”第 {first} 行的坐标在 {crs.name} 中没有位置：请检查坐标和坐标系。",
                f"Row {first} of layer {name!r} has no place in {crs.name}: "
                "check its coordinates and their CRS.",
            )
        )
    return found


def pack(shapes: NDArray[np.object_], srs_id: int, expected: str, name: str) -> Shapes:
    """Turn shapes into binaries of one type that QGIS can show as one layer.

    Where some have several parts, all are stored as having several; ``read_blobs`` gives
    those of one part back as simple ones.

    Raises:
        GeometryError: If a shape is not of the kind the schema expects.
    """
    kinds = shapely.get_type_id(shapes)
    there = kinds >= 0
    family = _family(kinds, expected, name)
    type_name = (family or "Geometry").upper()
    if family in _MULTI_MAKERS and (kinds >= _FIRST_MULTI).any():
        type_name = "MULTI" + type_name
        shapes = shapes.copy()
        single = there & (kinds < _FIRST_MULTI)
        shapes[single] = _MULTI_MAKERS[family](
            shapes[single], indices=np.arange(np.count_nonzero(single))
        )
    bounds = shapely.bounds(shapes)
    return Shapes(
        type_name,
        srs_id,
        _blobs(shapes, bounds, srs_id),
        [tuple(row) for row in bounds.tolist()],
        has_z=bool(shapely.has_z(shapes).any()),
    )


def _family(kinds: NDArray[np.int32], expected: str, name: str) -> str:
    found = _FAMILIES[kinds]
    if expected:
        wrong = (found != expected) & (kinds >= 0)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise GeometryError(
                Text(
                    f"图层“{name}”第 {row + 1} 行的形状是 {found[row]}，应为 {expected}。",
                    f"Row {row + 1} of layer {name!r} is a {found[row]}, not a {expected}.",
                )
            )
        return expected
    different = set(found[kinds >= 0].tolist())
    return str(different.pop()) if len(different) == 1 else ""


def _blobs(
    shapes: NDArray[np.object_], bounds: NDArray[np.float64], srs_id: int
) -> list[bytes | None]:
    binaries = shapely.to_wkb(shapes, flavor="iso", byte_order=1)
    point = shapely.get_type_id(shapes) == 0
    empty = shapely.is_empty(shapes)
    bare = _HEADER.pack(_MAGIC, 0, _LITTLE_ENDIAN, srs_id)
    nothing = _HEADER.pack(_MAGIC, 0, _LITTLE_ENDIAN | _EMPTY, srs_id)
    boxed = _HEADER.pack(_MAGIC, 0, _LITTLE_ENDIAN | _WITH_ENVELOPE, srs_id)
    blobs: list[bytes | None] = []
    for i, wkb in enumerate(binaries):
        if wkb is None:
            blobs.append(None)
        elif point[i] or empty[i]:
            blobs.append((nothing if empty[i] else bare) + wkb)
        else:
            west, south, east, north = bounds[i]
            blobs.append(boxed + _ENVELOPE.pack(west, east, south, north) + wkb)
    return blobs


def read_blobs(blobs: Sequence[bytes | None], name: str) -> NDArray[np.object_]:
    """Make shapes again; those of one part come back as simple ones.

    Raises:
        WorkspaceError: If a binary is none of a GeoPackage.
    """
    try:
        shapes: Any = shapely.from_wkb(np.array([*map(_body, blobs), None], dtype=object))[:-1]
    except (TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise WorkspaceError(
            Text(
                f"图层“{name}”里有读不出的形状：{error}。请换用备份。",
                f"Layer {name!r} holds a shape that cannot be read: {error}. Restore a backup.",
            )
        ) from error
    kinds = shapely.get_type_id(shapes)
    lone = (
        (kinds >= _FIRST_MULTI) & (kinds < _COLLECTION) & (shapely.get_num_geometries(shapes) == 1)
    )
    shapes[lone] = shapely.get_geometry(shapes[lone], 0)
    return np.asarray(shapes, dtype=object)


def _body(blob: bytes | None) -> bytes | None:
    if blob is None:
        return None
    if blob[:2] != _MAGIC:
        msg = "no GeoPackage binary"
        raise ValueError(msg)
    return blob[_HEADER.size + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]
