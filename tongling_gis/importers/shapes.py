"""Shapes brought to what a layer holds: mended, turned or refused, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.schema import Shape

    Fit: TypeAlias = tuple[list[BaseGeometry], Text | None]

_POINT, _LINE, _RING, _POLYGON, _MULTIPOLYGON = 0, 1, 2, 3, 6
_NO_SHAPE = Text("没有图形", "it has no shape")
_NOT_FINITE = Text("坐标不是有限的数", "its coordinates are not finite numbers")
_NO_SIZE = Text("图形没有长度或面积", "its shape has no length or area")
_WRONG_KIND = Text(
    "图形是{found}，这里需要{wanted}", "its shape is a {found}; a {wanted} is wanted"
)
_NOT_CLOSED = Text(
    "线没有闭合，首尾相距 {gap:.3g}", "its line is not closed: the ends are {gap:.3g} apart"
)
_MENDED = Text("图形无效（{reason}），已修正", "its shape was invalid ({reason}) and is mended")
_INSIDE_POINT = Text("面改为面内一点", "an area is replaced by a point inside it")
_CLOSED = Text("闭合线改为面", "a closed line is made an area")
_OUTLINE = Text("面改为边线", "an area is replaced by its outline")
_SPLIT = Text("多部分图形拆为 {count} 行", "its {count} parts are made {count} rows")

_KINDS: Final[dict[str, Text]] = {
    "Point": Text("点", "point"),
    "LineString": Text("线", "line"),
    "LinearRing": Text("线", "line"),
    "Polygon": Text("面", "polygon"),
    "MultiPoint": Text("多点", "multipoint"),
    "MultiLineString": Text("多线", "multiline"),
    "MultiPolygon": Text("多面", "multipolygon"),
    "GeometryCollection": Text("几何集合", "geometry collection"),
}


@dataclass
class Fitted:
    """Shapes that a layer can hold.

    Attributes:
        rows: Position of the row that each shape comes from; a row split in parts comes often.
        shapes: Flat shapes of the wanted kind, as many as ``rows``.
        heights: Height of each point that had one, else NaN.
        repaired: (position, what was done) of rows that were not as wanted.
        refused: (position, reason) of rows without a usable shape.
    """

    rows: NDArray[np.intp]
    shapes: NDArray[np.object_]
    heights: NDArray[np.float64]
    repaired: list[tuple[int, Text]] = field(default_factory=list)
    refused: list[tuple[int, Text]] = field(default_factory=list)


def fit_shapes(shapes: NDArray[np.object_], wanted: Shape) -> Fitted:
    """Bring shapes to one kind.

    Areas become points inside them where points are wanted, closed lines become areas,
    invalid areas are mended, multi-part points and lines become rows of their own; areas may
    stay multi-part. Heights are taken off.

    Args:
        shapes: One a row; None where there is none.
        wanted: "Point", "LineString" or "Polygon".
    """
    import shapely

    flat = shapely.force_2d(shapes)
    plain = _plain(flat, wanted)
    rows: list[int] = []
    parts: list[BaseGeometry] = []
    repaired: list[tuple[int, Text]] = []
    refused: list[tuple[int, Text]] = []
    for row, shape in enumerate(flat):
        fitted, word = ([shape], None) if plain[row] else _fit_one(shape, wanted)
        rows += [row] * len(fitted)
        parts += fitted
        if word is not None:
            (repaired if fitted else refused).append((row, word))
    taken = np.array(rows, dtype=np.intp)
    held = np.empty(len(parts), dtype=object)
    held[:] = parts
    return Fitted(taken, held, _heights(shapes)[taken], repaired, refused)


def name_kind(shape: BaseGeometry) -> Text:
    """Say what kind a shape is."""
    return _KINDS[shape.geom_type]


def _heights(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    import shapely

    points = shapely.get_type_id(shapes) == _POINT
    heights = np.full(len(shapes), np.nan)
    heights[points] = shapely.get_z(shapes[points])
    return heights


def _plain(flat: NDArray[np.object_], wanted: Shape) -> NDArray[np.bool_]:
    """Tell which shapes are as wanted already."""
    import shapely

    kinds = shapely.get_type_id(flat)
    sound = ~shapely.is_missing(flat) & ~shapely.is_empty(flat) & shapely.is_valid(flat)
    if wanted == "Point":
        sizes = np.isfinite(shapely.get_x(flat)) & np.isfinite(shapely.get_y(flat))
        return np.asarray(sound & (kinds == _POINT) & sizes)
    if wanted == "LineString":
        return np.asarray(sound & (kinds == _LINE) & (shapely.length(flat) > 0.0))
    areas = (kinds == _POLYGON) | (
        (kinds == _MULTIPOLYGON) & (shapely.get_num_geometries(flat) > 1)
    )
    return np.asarray(sound & areas & (shapely.area(flat) > 0.0))


def _fit_one(shape: BaseGeometry | None, wanted: Shape) -> Fit:
    import shapely

    if shape is None or shape.is_empty:
        return [], _NO_SHAPE
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return [], _NOT_FINITE
    return _FITTERS[wanted](shape)


def _fit_point(shape: BaseGeometry) -> Fit:
    points = _parts(shape, {_POINT})
    if points:
        return points, _SPLIT.fill(count=len(points)) if len(points) > 1 else None
    areas = _parts(shape, {_POLYGON})
    if areas:
        return [shape.representative_point()], _INSIDE_POINT
    return [], _wrong(shape, "Point")


def _fit_line(shape: BaseGeometry) -> Fit:
    areas = _parts(shape, {_POLYGON})
    lines = _parts(shape, {_LINE, _RING}) + [
        ring for area in areas for ring in _parts(area.boundary, {_LINE, _RING})
    ]
    if not lines:
        return [], _wrong(shape, "LineString")
    merged = _merge(lines)
    long = [line for line in merged if line.length > 0.0]
    if not long:
        return [], _NO_SIZE
    if areas:
        return long, _OUTLINE
    return long, _SPLIT.fill(count=len(long)) if len(long) > 1 else None


def _fit_polygon(shape: BaseGeometry) -> Fit:
    areas = _parts(shape, {_POLYGON})
    if areas:
        return _mend(areas, None)
    lines = _parts(shape, {_LINE, _RING})
    if not lines:
        return [], _wrong(shape, "Polygon")
    merged = _merge(lines)
    rings = _close(merged)
    if rings:
        return _mend(rings, _CLOSED)
    return [], _open(merged[0]) if merged else _NO_SIZE


def _close(lines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Make areas of the lines that are rings."""
    import shapely

    return [shapely.Polygon(shapely.get_coordinates(one)) for one in lines if _is_ring(one)]


def _mend(areas: list[BaseGeometry], word: Text | None) -> Fit:
    """Gather areas in one, mended where it is invalid."""
    import shapely

    whole = _gather(areas)
    if not whole.is_valid:
        word = _MENDED.fill(reason=shapely.is_valid_reason(whole))
        mended = _parts(
            shapely.make_valid(whole, method="structure", keep_collapsed=False), {_POLYGON}
        )
        if not mended:
            return [], _NO_SIZE
        whole = _gather(mended)
    return ([whole], word) if whole.area > 0.0 else ([], _NO_SIZE)


def _is_ring(line: BaseGeometry) -> bool:
    import shapely

    return bool(line.is_closed) and int(shapely.get_num_coordinates(line)) >= 4  # noqa: PLR2004 - three corners, the first twice


def _open(line: BaseGeometry) -> Text:
    first, last = line.coords[0], line.coords[-1]
    gap = float(np.hypot(first[0] - last[0], first[1] - last[1]))
    return _NOT_CLOSED.fill(gap=gap) if gap else _NO_SIZE


def _merge(lines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Join lines that meet end to end."""
    import shapely

    gathered: Any = shapely.multilinestrings(lines)
    merged: Any = shapely.line_merge(gathered)
    return _parts(merged, {_LINE})


def _gather(areas: list[BaseGeometry]) -> BaseGeometry:
    import shapely

    gathered: Any = areas[0] if len(areas) == 1 else shapely.multipolygons(areas)
    return cast("BaseGeometry", gathered)


def _parts(shape: BaseGeometry, kinds: set[int]) -> list[BaseGeometry]:
    """List a shape's single parts of some kinds, however deep they lie."""
    import shapely

    if not hasattr(shape, "geoms"):
        return [shape] if int(shapely.get_type_id(shape)) in kinds and not shape.is_empty else []
    return [part for one in shape.geoms for part in _parts(one, kinds)]


def _wrong(shape: BaseGeometry, wanted: str) -> Text:
    return _WRONG_KIND.fill(found=name_kind(shape), wanted=_KINDS[wanted])


_FITTERS: Final[dict[str, Callable[[BaseGeometry], Fit]]] = {
    "Point": _fit_point,
    "LineString": _fit_line,
    "Polygon": _fit_polygon,
}
