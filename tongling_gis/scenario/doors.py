"""By which street people set out, before and after.

People keep the door by which they set out unless the change takes it away: their street is
closed, or a wall comes to stand across their straight way to it. Then they take the street that
``network.attach`` finds after the change; and where they could have set out by it before, they
may have, so before they take the quicker of both. A street that is opened, or to which a gate
opens the way, is another door likewise. So no closing makes a walk shorter, and no opening
makes one longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

from tongling_gis.network import SNAP_TOLERANCE_M, Attachment, name_crossed_walls
from tongling_gis.network.connectors import aim
from tongling_gis.routing import join_ends
from tongling_gis.scenario.ground import Listing, as_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network import Network
    from tongling_gis.routing import Ends
    from tongling_gis.scenario.edits import StreetEdits
    from tongling_gis.scenario.ground import Ground

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

_LEVEL_M = 1e-9


@dataclass(frozen=True, eq=False)
class Joined:
    """Places joined to the streets as they stand before.

    Attributes:
        ground: The streets.
        points: The places, as shapely Points.
        doors: Where they meet the streets.
        limit_m: Farthest that a place may lie from its street.
    """

    ground: Ground
    points: Shapes
    doors: Attachment
    limit_m: float

    @cached_property
    def ends(self) -> Ends:
        """The ends of their streets, with the walk to each."""
        return join_ends(self.ground.graph, self.doors)

    @cached_property
    def on(self) -> Ints:
        """The places that are attached."""
        return np.flatnonzero(self.doors.edge >= 0)

    @cached_property
    def by_node(self) -> Listing:
        """Places by the graph's numbers of the nodes at the ends of their streets."""
        rows = np.repeat(np.arange(len(self.points)), 2)
        return Listing.of(self.ends.node.ravel(), rows, len(self.ground.graph.order))

    @cached_property
    def by_piece(self) -> Listing:
        """Places by the piece of street to which they are attached."""
        rows = np.arange(len(self.points))
        return Listing.of(self.doors.edge, rows, len(self.ground.street))

    @cached_property
    def point_tree(self) -> shapely.STRtree:
        """Search tree over the places."""
        return shapely.STRtree(self.points)

    @cached_property
    def way_tree(self) -> shapely.STRtree:
        """Search tree over the straight ways to the street, numbered as ``on``."""
        edge = self.doors.edge[self.on].astype(np.int64)
        goal = aim(self.ground.network, edge, self.points[self.on])
        start = shapely.get_coordinates(self.points[self.on])
        ways = shapely.linestrings(np.stack([start, goal], axis=1))
        return shapely.STRtree(np.asarray(ways, dtype=object))

    @cached_property
    def crossing(self) -> Flags:
        """Which places are joined across a wall, because no way round it is known."""
        return np.asarray(name_crossed_walls(self.ground.network, self.doors) != "", dtype=bool)

    @cached_property
    def shut_in(self) -> Flags:
        """Which places a wall without a gate shuts in."""
        return (self.doors.edge < 0) & (self.doors.distance_m <= self.limit_m + SNAP_TOLERANCE_M)


def find_candidates(places: Joined, edits: StreetEdits) -> Ints:
    """List the places that may have to look for another door; others keep theirs."""
    ground = places.ground
    closed = np.array([row for row, is_open in edits.walkable.items() if not is_open], dtype=int)
    opened = np.array([row for row, is_open in edits.walkable.items() if is_open], dtype=int)
    lines = as_array([one.line for one in edits.walls])
    corners = np.array(sorted(edits.nodes), dtype=int)
    xy = ground.xy[corners]
    spots = as_array([*(one.point for one in edits.gates), *map(shapely.Point, xy)])
    gone = ground.walls.line[np.isin(ground.walls.barrier, edits.removed)]
    reach_m = ground.network.gate_reach_m
    _, crossed = places.way_tree.query(lines, predicate="intersects")
    _, passed = places.way_tree.query(spots, predicate="dwithin", distance=reach_m)
    found = [
        places.on[crossed],
        places.on[passed],
        places.by_piece.under(ground.pieces_of(closed)),
        _with_nearer(places, ground.uncut.geometry[opened]),
    ]
    if len(spots) or len(gone):
        found.append(_held_off(places, np.concatenate([spots, gone]), reach_m))
    if len(spots) or len(lines):
        found.append(_in_rings(places, lines, spots, reach_m))
    return np.unique(np.concatenate(found)).astype(np.int64)


def _with_nearer(places: Joined, lines: Shapes) -> Ints:
    """List the places to which a line is as near as their street, or that have no good one."""
    limit_m = places.limit_m + SNAP_TOLERANCE_M
    line, place = places.point_tree.query(lines, predicate="dwithin", distance=limit_m)
    away_m = shapely.distance(lines[line], places.points[place])
    nearer = away_m <= places.doors.distance_m[place] + _LEVEL_M
    nearer |= places.doors.edge[place] < 0
    if len(place):
        nearer |= places.crossing[place]
    return np.asarray(place[nearer])


def _held_off(places: Joined, shapes: Shapes, reach_m: float) -> Ints:
    """List the places near that a wall keeps from their nearest street."""
    distance_m = places.limit_m + SNAP_TOLERANCE_M + reach_m
    _, near = places.point_tree.query(shapes, predicate="dwithin", distance=distance_m)
    near = np.unique(near)
    network = places.ground.network
    if len(near) and len(network.walk_edges):
        tree, points = network.walk_tree, places.points[near]
        (place, _), nearest_m = tree.query_nearest(points, return_distance=True)
        held = np.zeros(len(near), dtype=bool)
        held[place] = nearest_m < places.doors.distance_m[near[place]] - _LEVEL_M
        near = near[held | places.crossing[near]]
    return np.concatenate([near, np.flatnonzero(places.shut_in)])


def _in_rings(places: Joined, lines: Shapes, spots: Shapes, reach_m: float) -> Ints:
    """List the places joined across a wall inside closed walls that come, or whose gate closes."""
    walls = places.ground.walls
    _, around = places.ground.wall_tree.query(spots, predicate="dwithin", distance=reach_m)
    rings = np.concatenate([lines, walls.line[np.unique(around)]])
    rings = rings[shapely.is_closed(rings)]
    if not len(rings):
        return np.empty(0, dtype=np.int64)
    areas = shapely.polygons([shapely.linearrings(one.coords) for one in rings])
    _, inside = places.point_tree.query(areas, predicate="intersects")
    return np.asarray(inside[places.crossing[inside]] if len(inside) else inside)


class Choice(NamedTuple):
    """The doors of some places, before and after, as pieces of the network before and after.

    Attributes:
        points: The places.
        kept: Their doors before, -1 for none, on the network before.
        kept_after: The same, on the network after.
        new: What ``attach`` finds after, -1 for nothing, on the network after.
        new_before: The same, on the network before.
    """

    points: Shapes
    kept: Ints
    kept_after: Ints
    new: Ints
    new_before: Ints


class Judged(NamedTuple):
    """What becomes of the doors of some places.

    Attributes:
        keeps: Who may still set out by the door that they had.
        takes: Who may set out by the door found after the change.
        had: Who may have set out by that before.
    """

    keeps: Flags
    takes: Flags
    had: Flags


def judge_doors(before: Network, after: Network, choice: Choice, edits: StreetEdits) -> Judged:
    """Judge which doors are lost, which are new, and which of the new ones were there before.

    Where nothing is closed none is lost, and where nothing is opened none is new.
    """
    there, found = choice.kept >= 0, choice.new >= 0
    lost, fresh = np.zeros(len(there), dtype=bool), ~there
    if edits.closes:
        lost = _is_barred(after, before, choice.points, choice.kept_after, choice.kept)
        lost |= ~found
    if edits.opens:
        fresh |= _is_barred(before, after, choice.points, choice.new_before, choice.new)
    return Judged(there & ~lost, found & (lost | fresh), found & there & lost & ~fresh)


def _is_barred(here: Network, there: Network, points: Shapes, edge: Ints, own: Ints) -> Flags:
    """Tell which doors, good on one network, are closed or walled off on another.

    Args:
        here: The network asked about.
        there: The network on which the doors are good.
        points: The places.
        edge: Their doors as pieces of the network asked about, -1 for none.
        own: The same of the network on which they are good.
    """
    barred = np.zeros(len(points), dtype=bool)
    on = np.flatnonzero(edge >= 0)
    walkable = here.edges["walkable"].to_numpy(dtype=bool)
    barred[on] = ~walkable[edge[on]]
    stands = _walls_across(here, points[on], edge[on])
    if stands:
        stands -= _walls_across(there, points[on], own[on])
        barred[on[sorted({way for way, _ in stands})]] = True
    return barred


def _walls_across(network: Network, points: Shapes, edge: Ints) -> set[tuple[int, str]]:
    """Name every wall that stands across a straight way, with the number of the way."""
    if network.barriers is None or not len(points):
        return set()
    start = shapely.get_coordinates(points)
    way, row = network.walls_around.every_across(start, aim(network, edge, points))
    names = network.barriers["barrier_id"].astype(str).to_numpy(dtype=object)[row]
    return set(zip(way.tolist(), names.tolist(), strict=True))
