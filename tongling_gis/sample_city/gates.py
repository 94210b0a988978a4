"""Walls round plots, the ways out of them, and the gates where the two cross."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString

from tongling_gis.sample_city.shapes import lines_between, polygons_of
from tongling_gis.sample_city.styles import STYLES
from tongling_gis.sample_city.ways import WIDTH_M, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.sample_city.quarters import Built
    from tongling_gis.sample_city.terrain import Coords

_REACH_M = 130.0
_LONGEST_APPROACH_M = 75.0
_BLOCKED = 14
_CLEAR_M = 1.6
_LOCKED = 10
_OLD_WALL_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Exits:
    """Every way that could leave a plot: start, wall crossing and street end, all in metres."""

    plot: NDArray[np.intp]
    start: Coords
    wall: Coords
    street: Coords
    main: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Opening:
    """One way out of a plot, with its gate's tags (None: no gate, the wall blocks it)."""

    plot: int
    start: tuple[float, float]
    wall: tuple[float, float]
    street: tuple[float, float]
    highway: str
    tags: Mapping[str, str] | None = field(default_factory=dict)


def _street_hits(start: Coords, far: Coords, streets: NDArray[np.object_]) -> Coords:
    """Find the first street along each ray, as points (k, 2), NaN where there is none."""
    rays = lines_between(np.stack([start, far], axis=1))
    ray, street = shapely.STRtree(streets).query(rays, predicate="intersects")
    parts, index = shapely.get_parts(
        shapely.intersection(rays[ray], streets[street]), return_index=True
    )
    points = shapely.get_type_id(parts) == 0
    xy = shapely.get_coordinates(parts[points])
    owner = ray[index[points]]
    away = np.hypot(*(xy - start[owner]).T)
    order = np.lexsort((away, owner))
    first = order[np.unique(owner[order], return_index=True)[1]]
    hits = np.full(start.shape, np.nan)
    hits[owner[first]] = xy[first]
    return hits


def find_exits(built: Sequence[Built], streets: Sequence[Way], fences: BaseGeometry) -> Exits:
    """Draw every exit out to the first street it meets, and drop those that cannot be.

    ``fences`` are lines that no exit may cross.
    """
    plot = np.concatenate(
        [np.full(len(b.layout.exits), at) for at, b in enumerate(built) if b.layout is not None]
    )
    leaves = np.concatenate([b.layout.exits for b in built if b.layout is not None])
    start, aim = leaves[:, :2], leaves[:, 2:]
    lines = np.array([way.line for way in streets if way.layer == 0], dtype=object)
    street = _street_hits(start, start + aim * _REACH_M, lines)
    shapes = np.array([one.shape for one in built], dtype=object)
    found = ~np.isnan(street[:, 0])
    ends = np.where(found[:, None], street, start + aim)
    legs = lines_between(np.stack([start, ends], axis=1))
    crossing = shapely.intersection(legs, shapely.boundary(shapes[plot]))
    good = found & (shapely.get_type_id(crossing) == 0) & ~shapely.is_empty(crossing)
    wall = np.column_stack([shapely.get_x(crossing), shapely.get_y(crossing)])
    good &= np.hypot(*(ends - wall).T) <= _LONGEST_APPROACH_M
    good &= ~shapely.intersects(legs, fences)
    leg, other = shapely.STRtree(shapes).query(legs, predicate="intersects")
    good[leg[other != plot[leg]]] = False
    main = np.concatenate(
        [np.arange(len(b.layout.exits)) < 2 for b in built if b.layout is not None]
    )
    return Exits(plot[good], start[good], wall[good], street[good], main[good])


def has_wall(one: Built, at: int) -> str:
    """Tell what encloses a plot: a value of OSM's ``barrier``, "" where it stands open."""
    if one.use == "old_quarter":
        return "wall" if (at * 7919 % 100) < _OLD_WALL_SHARE * 100 else ""
    return STYLES[one.use].wall if one.use in STYLES else ""


def _gate_tags(one: Built, *, vehicle: bool, rng: np.random.Generator) -> dict[str, str]:
    new = one.use == "new_estate"
    if vehicle:
        width = rng.uniform(4.5, 7.5) if new else rng.uniform(3.2, 6.0)
        tags = {"barrier": "lift_gate" if new or rng.random() < 0.5 else "gate"}
        if not new and rng.random() < 0.3:
            tags["height"] = f"{rng.uniform(3.4, 4.8):.1f}"
    else:
        width = rng.uniform(1.0, 2.4)
        tags = {"barrier": "gate", "motor_vehicle": "no"}
        if rng.random() < 0.25:
            tags["opening_hours"] = str(rng.choice(["06:00-22:00", "05:30-23:00", "06:00-21:00"]))
    tags["width"] = f"{width:.1f}"
    if one.use == "works":
        return tags | {"access": "private"}
    if new:
        tags |= {"access": "private", "foot": "private"} if rng.random() < 0.6 else {"foot": "yes"}
    return tags


def _pick(exits: Exits, rows: NDArray[np.intp], count: int, rng: np.random.Generator) -> list[int]:
    """Order one plot's exits: a main way first, then whichever lies farthest from the chosen."""
    left = rng.permutation(rows)
    left = left[np.argsort(~exits.main[left], kind="stable")]
    chosen = [0]
    away = np.full(len(left), np.inf)
    while len(chosen) < min(count, len(left)):
        last = exits.wall[left[chosen[-1]]]
        away = np.minimum(away, np.hypot(*(exits.wall[left] - last).T))
        away[chosen] = -1.0
        chosen.append(int(np.argmax(away)))
    return [int(row) for row in left[chosen]]


def _gate_count(one: Built, rng: np.random.Generator) -> int:
    if one.use in STYLES:
        low, high = STYLES[one.use].gates
    else:
        low, high = 6, 12
    return int(rng.integers(low, high + 1))


def open_plots(built: Sequence[Built], exits: Exits, rng: np.random.Generator) -> list[Opening]:
    """Choose each plot's ways out; walled plots get gates, a few of them a blocked path too."""
    openings: list[Opening] = []
    spare: list[tuple[int, int]] = []
    rows_of = np.split(np.arange(len(exits.plot)), np.flatnonzero(np.diff(exits.plot)) + 1)
    for rows in rows_of:
        at = int(exits.plot[rows[0]])
        one = built[at]
        count = _gate_count(one, rng)
        order = _pick(exits, rows, count + 1, rng)
        walled = bool(has_wall(one, at))
        for turn, row in enumerate(order[:count]):
            vehicle = one.layout is not None and bool(exits.main[row]) and turn < 2
            tags = _gate_tags(one, vehicle=vehicle, rng=rng) if walled else {}
            openings.append(_opening(exits, row, "service" if vehicle else "footway", tags))
        if walled and one.is_compound and len(order) > count:
            spare.append((at, order[count]))
    openings.extend(
        _opening(exits, spare[pick][1], "footway", None)
        for pick in rng.permutation(len(spare))[:_BLOCKED]
    )
    return _lock_some(openings, rng)


def _opening(exits: Exits, row: int, highway: str, tags: dict[str, str] | None) -> Opening:
    ends = (exits.start[row], exits.wall[row], exits.street[row])
    start, wall, street = ((float(x), float(y)) for x, y in ends)
    return Opening(int(exits.plot[row]), start, wall, street, highway, tags)


def _lock_some(openings: list[Opening], rng: np.random.Generator) -> list[Opening]:
    """Lock a few gates of compounds that have others."""
    of_plot = np.bincount([one.plot for one in openings if one.tags])
    can = [
        at
        for at, one in enumerate(openings)
        if one.tags and one.highway == "footway" and of_plot[one.plot] > 2
    ]
    locked = set(rng.permutation(can)[:_LOCKED].tolist())
    return [
        Opening(
            one.plot,
            one.start,
            one.wall,
            one.street,
            one.highway,
            dict(one.tags or {}) | {"access": "no"},
        )
        if at in locked
        else one
        for at, one in enumerate(openings)
    ]


def approach_ways(openings: Sequence[Opening]) -> list[Way]:
    """Draw each way out; one with a gate is drawn in two pieces that meet at it."""
    ways = []
    for one in openings:
        tags = {"width": f"{WIDTH_M[one.highway]:g}"}
        if one.highway == "service":
            tags |= {"service": "driveway", "surface": "concrete"}
        legs = [(one.start, one.wall), (one.wall, one.street)]
        if one.tags is None or not one.tags:
            legs = [(one.start, one.street)]
        ways += [Way(LineString(leg), one.highway, tags=tags) for leg in legs]
    return ways


def clear_ways(built: Sequence[Built], openings: Sequence[Opening]) -> list[Built]:
    """Take away the few buildings that stand in a way out."""
    legs = lines_between([(one.start, one.street) for one in openings])
    laid = [at for at, one in enumerate(built) if one.layout is not None]
    shapes = polygons_of(np.concatenate([built[at].layout.corners for at in laid]))  # type: ignore[union-attr]
    hit = shapely.STRtree(shapes).query(legs, predicate="dwithin", distance=_CLEAR_M)[1]
    stays = np.ones(len(shapes), dtype=bool)
    stays[hit] = False
    cleared = list(built)
    start = 0
    for at in laid:
        layout = built[at].layout
        assert layout is not None
        keep = stays[start : start + len(layout.corners)]
        start += len(keep)
        if not keep.all():
            fewer = replace(layout, corners=layout.corners[keep], floors=layout.floors[keep])
            cleared[at] = replace(built[at], layout=fewer)
    return cleared
