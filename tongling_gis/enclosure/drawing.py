"""Areas as people draw them: made valid where that changes next to nothing, refused otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.geometry.polygon import orient

from tongling_gis.errors import GeometryError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

SLIVER_M2 = 1.0
"""Parts, holes and loops smaller than this are slips of the hand, and are left out."""

SMALL_SHARE = 0.01
"""Loops that a crossing makes are cut off where they are no more than this share of the area."""

_SAME_PLACE_M = 0.001
_CORNERS = 3
_PLACE = re.compile(r"\[(-?[\d.]+(?:e[+-]?\d+)?) (-?[\d.]+(?:e[+-]?\d+)?)\]")


class Drawn(NamedTuple):
    """An area that can be enclosed.

    Attributes:
        area: Valid, without heights; shells run against the clock and holes with it.
        notes: What was mended.
    """

    area: shapely.Polygon | shapely.MultiPolygon
    notes: tuple[Text, ...]


def check_area(shape: BaseGeometry, crs: CRS, *, named: Text) -> Drawn:
    """Make an area valid, or refuse it with the place shown.

    Lines that close are taken for areas. Loops and parts that a slip of the hand made are left
    out, parts that overlap are joined, and what was done is said. A line that crosses itself so
    that it is not plain what it encloses is refused.

    Args:
        shape: Polygon, MultiPolygon, or lines that close, in metres.
        crs: Its CRS, to say in degrees where something is wrong.
        named: What to call it.

    Raises:
        GeometryError: If it is empty, no area, or crosses itself.
    """
    whole = shapely.force_2d(shape)
    if shapely.is_empty(whole) or not np.isfinite(shapely.get_coordinates(whole)).all():
        raise _error(named, "是空的，或坐标不可用", "is empty, or has unusable coordinates")
    parts = [_mend(part, crs, named) for part in _areas(whole, named)]
    notes = [note for _, some in parts for note in some]
    kept = [part for part, _ in parts if part.area >= SLIVER_M2]
    if not kept:
        raise _error(named, "没有面积", "encloses nothing")
    if len(kept) < len(parts):
        less = len(parts) - len(kept)
        notes.append(
            Text(f"去掉 {less} 个不足 1 m² 的碎片", f"left out {less} parts of less than 1 m2")
        )
    joined = shapely.union_all(kept)
    if len(kept) > 1 and joined.area < sum(part.area for part in kept) - SLIVER_M2:
        notes.append(Text("合并了相互重叠的部分", "joined parts that overlap"))
    return Drawn(_turned(joined), tuple(notes))


def _areas(whole: BaseGeometry, named: Text) -> list[shapely.Polygon]:
    """Take areas as they are, and close the lines that close."""
    parts = shapely.get_parts(shapely.get_parts(whole))
    if all(part.geom_type == "Polygon" for part in parts):
        return list(parts)
    if any(part.geom_type not in {"LineString", "LinearRing"} for part in parts):
        raise _error(named, "须为面或闭合的线", "must be an area or a line that closes")
    rings = []
    for part in parts:
        xy = shapely.get_coordinates(part)
        if len(xy) <= _CORNERS or np.hypot(*(xy[0] - xy[-1])) > 1.0:
            raise _error(named, "的线没有闭合", "is a line that does not close")
        rings.append(shapely.Polygon(xy))
    return rings


def _mend(part: shapely.Polygon, crs: CRS, named: Text) -> tuple[shapely.Polygon, list[Text]]:
    """Mend one part."""
    try:
        plain = shapely.remove_repeated_points(part, _SAME_PLACE_M)
    except shapely.errors.GEOSException:  # all corners at one place or two
        raise _error(named, "没有面积", "encloses nothing") from None
    if not shapely.is_valid(plain):
        return _repair(plain, crs, named)
    holes = [ring for ring in plain.interiors if shapely.Polygon(ring).area >= SLIVER_M2]
    less = len(plain.interiors) - len(holes)
    if not less:
        return plain, []
    note = Text(f"填上 {less} 个不足 1 m² 的洞", f"filled {less} holes of less than 1 m2")
    return shapely.Polygon(plain.exterior, holes), [note]


def _repair(plain: shapely.Polygon, crs: CRS, named: Text) -> tuple[shapely.Polygon, list[Text]]:
    """Cut off small loops; refuse where what is left over is no slip of the hand."""
    repaired = shapely.make_valid(plain)
    pieces = [one for one in shapely.get_parts(repaired) if one.geom_type == "Polygon"]
    pieces += [
        inner
        for one in shapely.get_parts(repaired)
        if one.geom_type == "MultiPolygon"
        for inner in shapely.get_parts(one)
    ]
    where = _say_place(plain, crs)
    if not pieces:
        raise _error(named, "没有面积", "encloses nothing")
    largest = max(pieces, key=lambda one: one.area)
    rest_m2 = sum(one.area for one in pieces) - largest.area
    new_holes = sum(shapely.Polygon(ring).area for ring in largest.interiors)
    new_holes -= sum(shapely.Polygon(ring).area for ring in plain.interiors)
    off_m2 = rest_m2 + max(new_holes, 0.0)
    if off_m2 > max(SLIVER_M2, SMALL_SHARE * largest.area):
        if shapely.is_valid_reason(plain).startswith("Hole lies outside"):
            raise _error(
                named,
                f"的内洞在 {where.zh} 落在外环之外：请在图上改正该处",
                f"has a hole outside its ring at {where.en}: correct it there",
            )
        raise _error(
            named,
            f"的边界在 {where.zh} 自相交，分不清围合的是哪一侧：请在图上改正该处",
            f"crosses itself at {where.en}, and it is not plain what it encloses: correct it there",
        )
    filled = shapely.Polygon(
        largest.exterior,
        [ring for ring in largest.interiors if shapely.Polygon(ring).area >= SLIVER_M2],
    )
    note = Text(
        f"边界在 {where.zh} 自相交，已修复（{off_m2:.1f} m²）",
        f"the line crossed itself at {where.en}; mended ({off_m2:.1f} m2)",
    )
    return filled, [note]


def _say_place(shape: BaseGeometry, crs: CRS) -> Text:
    """Say where a shape is wrong, in degrees and in metres."""
    from pyproj import Transformer

    found = _PLACE.search(shapely.is_valid_reason(shape))
    if found is None:
        return Text("某处", "some place")
    x_m, y_m = float(found[1]), float(found[2])
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(x_m, y_m)
    return Text(
        f"东经 {lon:.6f}°、北纬 {lat:.6f}°（x {x_m:.1f}，y {y_m:.1f}）",
        f"{lat:.6f}, {lon:.6f} (x {x_m:.1f}, y {y_m:.1f})",
    )


def _turned(area: BaseGeometry) -> shapely.Polygon | shapely.MultiPolygon:
    parts = [orient(part) for part in shapely.get_parts(area)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _error(named: Text, zh: str, en: str) -> GeometryError:
    return GeometryError(Text(f"{named.zh}{zh}。", f"{named.en} {en}."))
