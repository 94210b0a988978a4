"""Areas and representative points of OpenStreetMap's ways and relations.

A multipolygon's rings are found from its members' lines alone: what lies inside an odd number
of rings belongs to it, whatever roles its members claim. Roles only decide how bad a missing
member is: without a piece of its outline an area is refused, without a hole it is kept.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.importers.osm_elements import Elements, Relation, Way

CLOSE_GAP_M = 3.0
"""Widest gap between an outline's ends that is taken for a slip and closed."""

AREA_RELATIONS = frozenset({"multipolygon", "boundary"})

_DEGREE_M = 111_320.0
_RING_NODES = 4

_NO_NODES = Text(
    "轮廓有 {count} 个节点不在文件中", "nodes of its outline that are not in the file: {count}"
)
_OPEN = Text("轮廓没有闭合", "its outline is not closed")
_CLOSED = Text("轮廓差 {gap:.1f} 米未闭合，已闭合", "its outline was open by {gap:.1f} m: closed")
_CROSSED = Text(
    "轮廓自相交，已修正", "its outline crosses itself: put right, what it encloses is kept"
)
_EMPTY = Text("轮廓不围成任何面积", "its outline encloses nothing")
_CUT = Text(
    "轮廓有 {count} 条线不在文件中，无法闭合",
    "it cannot be closed, as ways of its outline are not in the file: {count}",
)
_NO_HOLES = Text(
    "内洞有 {count} 条线不在文件中，按没有这些洞保留",
    "kept without holes whose ways are not in the file: {count}",
)


class Outcome(NamedTuple):
    """An element's shape, None where it has none, and what had to be done or why not."""

    shape: BaseGeometry | None
    reason: Text | None


def _line_of(elements: Elements, refs: Sequence[int]) -> tuple[NDArray[np.float64], int]:
    """Give the coordinates of the placed nodes, and how many are not placed."""
    places = elements.positions(np.asarray(refs, dtype=np.int64))
    placed = places[places >= 0]
    return np.column_stack([elements.lon[placed], elements.lat[placed]]), len(refs) - len(placed)


def shape_way_areas(elements: Elements, ways: Sequence[Way]) -> list[Outcome]:
    """Make the areas that ways' outlines enclose: sound ones all at once, the rest one by one."""
    import shapely

    sizes = np.array([len(way.refs) for way in ways], dtype=np.int64)
    refs = np.fromiter((ref for way in ways for ref in way.refs), np.int64, int(sizes.sum()))
    which = np.repeat(np.arange(len(ways)), sizes)
    places = elements.positions(refs)
    closed = np.array([len(w.refs) >= _RING_NODES and w.refs[0] == w.refs[-1] for w in ways], bool)
    whole = closed & (np.bincount(which[places < 0], minlength=len(ways)) == 0)
    taken = places[whole[which]]
    points = np.column_stack([elements.lon[taken], elements.lat[taken]])
    number = (np.cumsum(whole) - 1)[which[whole[which]]]
    rings = shapely.linearrings(points, indices=number)
    areas = np.full(len(ways), None, dtype=object)
    areas[whole] = shapely.polygons(rings)
    sound = whole & shapely.is_valid(areas) & (shapely.area(areas) > 0)
    return [
        Outcome(area, None) if fine else shape_way_area(elements, way)
        for way, area, fine in zip(ways, areas, sound, strict=True)
    ]


def shape_way_area(elements: Elements, way: Way) -> Outcome:
    """Make the area that a way's outline encloses, closed and put right where need be."""
    import shapely

    points, missing = _line_of(elements, way.refs)
    if missing:
        return Outcome(None, _NO_NODES.fill(count=missing))
    closed = len(way.refs) > 0 and way.refs[0] == way.refs[-1]
    if len(way.refs) < _RING_NODES - (not closed):
        return Outcome(None, _EMPTY)
    gap = 0.0 if closed else _distance_m(points[0], points[-1])
    if gap > CLOSE_GAP_M:
        return Outcome(None, _OPEN)
    outcome = make_sound(shapely.Polygon(points))
    if closed or outcome.shape is None:
        return outcome
    return Outcome(outcome.shape, _CLOSED.fill(gap=gap))


def _distance_m(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    east = (a[0] - b[0]) * np.cos(np.radians(a[1]))
    return float(np.hypot(east, a[1] - b[1]) * _DEGREE_M)


def make_sound(shape: BaseGeometry) -> Outcome:
    """Keep the areas of a shape, put right if they cross themselves."""
    import shapely

    if shape.is_valid and shape.area > 0:
        return Outcome(shape, None)
    sound = shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(sound) if shapely.get_dimensions(part) == 2]  # noqa: PLR2004 - areas
    areas = shapely.union_all(parts)
    return Outcome(None, _EMPTY) if areas.is_empty else Outcome(areas, _CROSSED)


def shape_relation_area(elements: Elements, relation: Relation) -> Outcome:
    """Assemble a multipolygon from its members' lines."""
    import shapely

    members = {one.ref: one.role for one in relation.members if one.kind == "w"}
    lines: list[Any] = []
    ends: Counter[int] = Counter()
    lost: Counter[str] = Counter()
    for ref, role in members.items():
        way = elements.ways.get(ref)
        points, missing = _line_of(elements, way.refs if way else ())
        if way is None or missing or len(points) < 2:  # noqa: PLR2004 - no line
            lost["inner" if role == "inner" else "outer"] += 1
            continue
        lines.append(shapely.LineString(points))
        ends.update((way.refs[0], way.refs[-1]))
    if lost["outer"] or not lines:
        return Outcome(None, _CUT.fill(count=lost["outer"]) if lost["outer"] else _EMPTY)
    if any(count % 2 for count in ends.values()):
        return Outcome(None, _OPEN)
    outcome = _enclosed(lines)
    if outcome.shape is None or not lost["inner"]:
        return outcome
    return Outcome(outcome.shape, _NO_HOLES.fill(count=lost["inner"]))


def _enclosed(lines: list[Any]) -> Outcome:
    import shapely

    area = shapely.build_area(shapely.MultiLineString(lines))
    if not area.is_empty and area.is_valid:
        return Outcome(area, None)
    area = shapely.build_area(shapely.union_all(lines))
    return Outcome(None, _EMPTY) if area.is_empty else make_sound(area)._replace(reason=_CROSSED)


def find_old_holes(elements: Elements) -> dict[int, list[int]]:
    """Find outlines tagged in the old way, on the outer way of a relation without tags.

    Returns:
        Outer way's id -> ids of the ways that bound its holes.
    """
    holes: dict[int, list[int]] = {}
    for relation in elements.relations.values():
        if relation.tags.get("type") != "multipolygon" or set(relation.tags) - {"type", "name"}:
            continue
        outer = [one.ref for one in relation.members if one.role == "outer"]
        if len(outer) == 1:
            inner = [one.ref for one in relation.members if one.role == "inner"]
            holes.setdefault(outer[0], []).extend(inner)
    return holes


def cut_holes(elements: Elements, shape: BaseGeometry, holes: Sequence[int]) -> BaseGeometry:
    """Take the areas of the ways that bound an area's holes out of it."""
    found = [shape_way_area(elements, way) for ref in holes if (way := elements.ways.get(ref))]
    for hole in found:
        shape = shape if hole.shape is None else shape.difference(hole.shape)
    return shape


def find_point(elements: Elements, refs: Sequence[int], *, scattered: bool = False) -> Outcome:
    """Give the point midway along a line, or amid scattered nodes; placed nodes count."""
    import shapely

    points, missing = _line_of(elements, refs)
    if not len(points):
        return Outcome(None, _NO_NODES.fill(count=missing))
    reason = _NO_NODES.fill(count=missing) if missing and not scattered else None
    if scattered or len(points) == 1:
        return Outcome(shapely.Point(points.mean(axis=0)), reason)
    return Outcome(shapely.LineString(points).interpolate(0.5, normalized=True), reason)


def nodes_of(elements: Elements, relation: Relation) -> list[int]:
    """List a relation's nodes: its own and those of its ways that the file holds."""
    refs = [one.ref for one in relation.members if one.kind == "n"]
    for one in relation.members:
        if one.kind == "w" and one.ref in elements.ways:
            refs += elements.ways[one.ref].refs
    return refs
