"""Which streets at a place lie on the same side of the walls there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network
    from tongling_gis.network.walls import Walls

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_NEAR_M = 0.05
_ALONG_RAD = 1e-3
_TURN = 2.0 * np.pi
_KEY_STEP = 8.0


class Places(NamedTuple):
    """Where walls meet streets, one row a place.

    Attributes:
        node: The node where it is, -1 inside an edge.
        edge: The edge where it is inside one, else -1.
        at_m: How far along that edge's line.
        xy: Coordinates, (k, 2).
    """

    node: Ints
    edge: Ints
    at_m: Floats
    xy: Floats


class Arms(NamedTuple):
    """The ways along the streets out of each place.

    Attributes:
        place: Number of the place.
        edge: Row of the edge.
        at_m: Where the place lies on the edge's line.
        step: +1 where the arm leads towards the edge's end, -1 towards its start.
    """

    place: Ints
    edge: Ints
    at_m: Floats
    step: Ints


def take_arms(arms: Arms, rows: Ints | Flags) -> Arms:
    """Take some of the arms, in that order."""
    return Arms(arms.place[rows], arms.edge[rows], arms.at_m[rows], arms.step[rows])


class _Rays(NamedTuple):
    """The ways along the walls out of each place, sorted by place and angle.

    Attributes:
        key: Place and angle in one number, ascending.
        ahead: +1 where the wall runs on that way, -1 where it comes from there.
        start: First ray of each place.
        number: How many rays each place has.
    """

    key: Floats
    ahead: Ints
    start: Ints
    number: Ints


def number_sectors(network: Network, walls: Walls, places: Places, meets: Ints, arms: Arms) -> Ints:
    """Number the sector into which each arm leads.

    Args:
        network: The uncut streets.
        walls: The lines that stop people.
        places: Where they meet.
        meets: Rows of (place, wall).
        arms: The ways out of the places along the streets.
    """
    rays = _rays(walls, places, meets)
    line = network.geometry[arms.edge]
    reach_m = np.clip(arms.at_m + arms.step * _NEAR_M, 0.0, shapely.length(line))
    angle = _angle(shapely.line_interpolate_point(line, reach_m), places.xy[arms.place])
    angle = _beside(rays, arms.place, angle)
    passed = np.searchsorted(rays.key, _key(arms.place, angle)) - rays.start[arms.place]
    return passed % np.maximum(rays.number[arms.place], 1)


def _rays(walls: Walls, places: Places, meets: Ints) -> _Rays:
    place, wall = meets[:, 0], meets[:, 1]
    line, xy = walls.line[wall], places.xy[place]
    at_m, length_m = shapely.line_locate_point(line, shapely.points(xy)), shapely.length(line)
    closed = shapely.is_closed(line)
    keys, aheads = [], []
    for step in (-1, 1):
        reach_m = at_m + step * _NEAR_M
        reach_m = np.where(closed, reach_m % length_m, np.clip(reach_m, 0.0, length_m))
        angle = _angle(shapely.line_interpolate_point(line, reach_m), xy)
        keys.append(_key(place, angle))
        aheads.append(np.full(len(place), step))
    key, ahead = np.concatenate(keys), np.concatenate(aheads)
    order = np.argsort(key, kind="stable")
    bounds = np.searchsorted(key[order], np.arange(len(places.node) + 1) * _KEY_STEP)
    return _Rays(key[order], ahead[order], bounds[:-1], np.diff(bounds))


def _beside(rays: _Rays, place: Ints, angle: Floats) -> Floats:
    """Turn arms that run along a wall to the wall's right, its outside."""
    count, start = rays.number[place], rays.start[place]
    walled = np.flatnonzero(count > 0)
    after = np.searchsorted(rays.key, _key(place, angle)) - start
    turned = angle.copy()
    for shift in (0, -1):
        ray = (start + (after + shift) % np.maximum(count, 1))[walled]
        wall_angle = rays.key[ray] - place[walled] * _KEY_STEP
        apart = (angle[walled] - wall_angle + np.pi) % _TURN - np.pi
        along = np.abs(apart) < _ALONG_RAD
        beside = wall_angle[along] - rays.ahead[ray[along]] * 2.0 * _ALONG_RAD
        turned[walled[along]] = beside % _TURN
    return turned


def _angle(points: NDArray[np.object_], origin: Floats) -> Floats:
    away = shapely.get_coordinates(points) - origin
    return np.arctan2(away[:, 1], away[:, 0]) % _TURN


def _key(place: Ints, angle: Floats) -> Floats:
    return place * _KEY_STEP + angle
