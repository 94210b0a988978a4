"""Drawn lines moved onto what they were meant to follow: plot lines, walls, edges of streets.

Corners within the tolerance of a corner of such a line take its place; others near the line
come to lie on it; and where the line bends beside the boundary, the boundary bends with it. So
a border shared with a neighbour is the same line. Gates are moved onto the boundary, and to the
street that crosses it beside them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

from tongling_gis.errors import InputError
from tongling_gis.scenario.ground import as_array
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tongling_gis.enclosure.model import Gate
    from tongling_gis.enclosure.surroundings import Surroundings

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]
    Area: TypeAlias = shapely.Polygon | shapely.MultiPolygon

TOLERANCE_M = 1.0
"""How far a corner is moved to what it was meant to follow, where nothing else is said."""

GATE_REACH_M = 5.0
"""How far a drawn gate may lie from the boundary, and is moved along it to a street."""

_MOVED_M = 0.005
_STRAIGHT_M = 1e-6
_TARGETS = {
    "plots": Text("小区界线", "plot lines"),
    "walls": Text("围墙", "walls"),
    "streets": Text("道路边线", "edges of streets"),
}


class Snapped(NamedTuple):
    """An area whose line was moved onto others.

    Attributes:
        area: The area then.
        moved_m: How far the corners that moved did, metres.
        notes: What was moved, and how far.
    """

    area: Area
    moved_m: Floats
    notes: tuple[Text, ...]


def snap_area(
    surroundings: Surroundings, area: Area, *, tolerance_m: float = TOLERANCE_M
) -> Snapped:
    """Move an area's line onto plot lines, walls and edges of streets, the first that is near.

    Args:
        surroundings: The city; edges of streets are known where their widths are.
        area: A valid area in metres.
        tolerance_m: Farthest that a corner is moved; 0 switches it off.

    Returns:
        The area; the one given where a line moved so would cross itself.
    """
    none = np.empty(0)
    if tolerance_m <= 0.0:
        return Snapped(area, none, ())
    moved_m, notes, now = [none], [], area
    for name, lines in _find_targets(surroundings, area, tolerance_m).items():
        if not len(lines):
            continue
        after, some_m = _snap_to(now, lines, tolerance_m)
        if not shapely.is_valid(after) or after.geom_type != now.geom_type:
            notes.append(
                Text(
                    f"没有吸附到{_TARGETS[name].zh}：吸附后边界会自相交",
                    f"not moved onto {_TARGETS[name].en}: the line would cross itself",
                )
            )
        elif len(some_m):
            now = after
            moved_m.append(some_m)
            notes.append(_say_moved(_TARGETS[name], some_m))
    return Snapped(now, np.concatenate(moved_m), tuple(notes))


def _say_moved(target: Text, moved_m: Floats) -> Text:
    return Text(
        "{n} 个顶点吸附到{what}，最远移动 {far:.2f} m",
        "{n} corners moved onto {what}, {far:.2f} m at most",
    ).fill(n=len(moved_m), what=target, far=float(moved_m.max()))


def _find_targets(surroundings: Surroundings, area: Area, reach_m: float) -> dict[str, Shapes]:
    """Collect lines within reach of the area's line, by kind.

    The edges of a street that crosses or meets the line are none that it could follow.
    """
    line = area.boundary
    plots = surroundings.tree("compounds").query(line, predicate="dwithin", distance=reach_m)
    walls = surroundings.ground.wall_tree.query(line, predicate="dwithin", distance=reach_m)
    near = surroundings.street_tree.query(line, predicate="dwithin", distance=30.0 + reach_m)
    streets = near[np.isfinite(surroundings.width_m[near])]
    streets = streets[~shapely.dwithin(surroundings.plain.geometry[streets], line, reach_m)]
    half_m = surroundings.width_m[streets] / 2.0
    middle = surroundings.plain.geometry[streets]
    kerbs = np.concatenate([shapely.offset_curve(middle, half_m * side) for side in (1, -1)])
    found = {
        "plots": shapely.boundary(surroundings.shapes("compounds")[np.sort(plots)]),
        "walls": surroundings.ground.walls.line[np.sort(walls)],
        "streets": kerbs[shapely.dwithin(kerbs, line, reach_m)],
    }
    return {name: as_array(shapely.get_parts(lines)) for name, lines in found.items()}


def _snap_to(area: Area, lines: Shapes, tolerance_m: float) -> tuple[Area, Floats]:
    """Snap every ring of an area to lines; give how far its corners moved."""
    parts, moved_m = [], [np.empty(0)]
    for part in shapely.get_parts(area):
        rings = []
        for ring in (part.exterior, *part.interiors):
            xy, some_m = _snap_ring(shapely.get_coordinates(ring)[:-1], lines, tolerance_m)
            rings.append(xy)
            moved_m.append(some_m)
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return whole, np.concatenate(moved_m)


def _snap_ring(xy: Floats, lines: Shapes, tolerance_m: float) -> tuple[Floats, Floats]:
    """Snap the corners of a ring, and let it bend where the lines do."""
    ring = shapely.LinearRing(xy)
    corners = np.unique(shapely.get_coordinates(lines), axis=0)
    corners = corners[shapely.dwithin(shapely.points(corners), ring, tolerance_m)]
    to, on_line = _nearest(xy, lines, corners, tolerance_m)
    along_m = np.asarray(shapely.line_locate_point(ring, shapely.points(xy)))
    along_m[0] = 0.0
    taken = {tuple(one) for one in to.tolist()}
    bends = np.array([one for one in corners.tolist() if tuple(one) not in taken]).reshape(-1, 2)
    bends_m = shapely.line_locate_point(ring, shapely.points(bends))
    moved_m = np.hypot(*(to - xy).T)
    order = np.argsort(np.concatenate([along_m, bends_m]), kind="stable")
    every = np.concatenate([to, bends])[order]
    loose = np.concatenate([on_line, np.zeros(len(bends), dtype=bool)])[order]
    away_m = np.asarray(shapely.distance(shapely.points(bends), ring))
    moved = np.concatenate([moved_m[moved_m > _MOVED_M], away_m[away_m > _MOVED_M]])
    return _tidy(every, loose), moved


def _nearest(
    xy: Floats, lines: Shapes, corners: Floats, tolerance_m: float
) -> tuple[Floats, Flags]:
    """Give each corner's place: a corner of a line, else on a line, else where it is."""
    points = np.asarray(shapely.points(xy), dtype=object)
    to, on_line = xy.copy(), np.zeros(len(xy), dtype=bool)
    tree = shapely.STRtree(lines)
    (which, line), _ = tree.query_nearest(
        points, max_distance=tolerance_m, all_matches=False, return_distance=True
    )
    near = shapely.line_interpolate_point(
        lines[line], shapely.line_locate_point(lines[line], points[which])
    )
    to[which], on_line[which] = shapely.get_coordinates(near), True
    if len(corners):
        spots = shapely.STRtree(np.asarray(shapely.points(corners), dtype=object))
        (which, corner), _ = spots.query_nearest(
            points, max_distance=tolerance_m, all_matches=False, return_distance=True
        )
        to[which], on_line[which] = corners[corner], False
    return to, on_line


def _tidy(xy: Floats, loose: Flags) -> Floats:
    """Drop corners that repeat the one before, and loose ones on a straight line."""
    fresh = np.hypot(*(xy - np.roll(xy, 1, axis=0)).T) > _STRAIGHT_M
    xy, loose = xy[fresh], loose[fresh]
    before, after = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
    chord = after - before
    length_m = np.maximum(np.hypot(*chord.T), _STRAIGHT_M)
    off_m = np.abs(chord[:, 0] * (xy - before)[:, 1] - chord[:, 1] * (xy - before)[:, 0]) / length_m
    straight = loose & (off_m <= _STRAIGHT_M)
    kept = xy[~straight]
    return kept if len(kept) > 2 else xy  # noqa: PLR2004 - a ring has three corners


def place_gates(
    surroundings: Surroundings,
    area: Area,
    gates: Sequence[Gate],
    *,
    limit_m: float = GATE_REACH_M,
) -> tuple[tuple[Gate, ...], tuple[Text, ...]]:
    """Move gates onto the boundary: to the street that crosses it there, else straight to it.

    Args:
        surroundings: The city.
        area: The boundary.
        gates: The gates.
        limit_m: Farthest that a gate may be moved.

    Raises:
        InputError: If a gate lies farther from the boundary; it is named.
    """
    line = area.boundary
    spots = find_street_spots(surroundings, area)
    reach_m = surroundings.walking.gate_reach_m
    placed, notes = [], []
    for gate in gates:
        away_m = float(gate.point.distance(line))
        if away_m > limit_m:
            raise InputError(
                Text(
                    f"出入口“{gate.name or gate.gate_id}”距边界 {away_m:.1f} m（上限 "
                    f"{limit_m:g} m）：请把它移到边界上，或改画边界。",
                    f"Gate {gate.name or gate.gate_id!r} is {away_m:.1f} m from the boundary, "
                    f"and at most {limit_m:g} m is moved: put it on the boundary.",
                )
            )
        point = line.interpolate(line.project(gate.point))
        if spots.size and spots_distance(spots, point).min() > reach_m:
            off_m = spots_distance(spots, gate.point)
            if off_m.min() <= limit_m:
                point = spots[int(off_m.argmin())]
        moved_m = float(point.distance(gate.point))
        if moved_m > _MOVED_M:
            notes.append(
                Text(
                    f"出入口“{gate.name or gate.gate_id}”移到边界上，移动 {moved_m:.2f} m",
                    f"gate {gate.name or gate.gate_id!r} moved {moved_m:.2f} m onto the boundary",
                )
            )
        placed.append(replace(gate, point=point))
    return tuple(placed), tuple(notes)


def spots_distance(spots: Shapes, point: shapely.Point) -> Floats:
    """Give the distance of each spot from a point, metres."""
    return np.asarray(shapely.distance(spots, point))


def find_street_spots(surroundings: Surroundings, area: Area) -> Shapes:
    """Find the points at which streets on the ground meet the boundary's line."""
    rows = surroundings.street_tree.query(area.boundary, predicate="intersects")
    rows = np.sort(rows[~surroundings.over[rows]])
    met = shapely.get_parts(shapely.intersection(surroundings.plain.geometry[rows], area.boundary))
    return np.asarray(met[shapely.get_type_id(met) == shapely.GeometryType.POINT], dtype=object)
