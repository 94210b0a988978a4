"""The straight ways between places and their streets, and the walls that stand across them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.network.walls import (
    Passages,
    Walls,
    find_opened,
    find_passages,
    read_walls,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_NUDGE_M = 0.05


@dataclass(frozen=True, eq=False)
class WallsAround:
    """The walls on the ground, for asking what stands between two points.

    Attributes:
        line: LineStrings of the walls.
        barrier: Row of each in the ``barriers`` layer.
        tree: Search tree over them.
        seal: Id of each that is sealed, else "".
        passages: Where they let people through.
        openings: Search tree over these points.
        reach_m: Farthest that such a point may lie from the crossing it opens.
    """

    line: NDArray[np.object_]
    barrier: Ints
    tree: shapely.STRtree
    seal: NDArray[np.object_]
    passages: Passages
    openings: shapely.STRtree
    reach_m: float

    @classmethod
    def of(cls, network: Network) -> WallsAround:
        """Take a network's walls on the ground; those on other levels are left out."""
        walls = read_walls(network.barriers, network.walker)
        passages = find_passages(network, network.gates)
        return cls.read(walls, passages, network.gate_reach_m)

    @classmethod
    def read(cls, walls: Walls, passages: Passages, reach_m: float) -> WallsAround:
        """Take walls on the ground of those that have been read, and where they are passed."""
        ground = walls.level == 0
        line = walls.line[ground]
        return cls(
            line,
            walls.barrier[ground],
            shapely.STRtree(line),
            walls.seal[ground],
            passages,
            shapely.STRtree(passages.openings),
            reach_m,
        )

    def first_across(self, start: Floats, end: Floats) -> Ints:
        """Give the row of a barrier that stands across each way, -1 where it is free.

        Args:
            start: Coordinates, (k, 2).
            end: Coordinates, (k, 2).
        """
        across = np.full(len(start), -1, dtype=np.int64)
        if not len(self.line) or not len(start):
            return across
        ways = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
        way, wall = self.tree.query(ways, predicate="crosses")
        spots, pair = shapely.get_parts(
            shapely.intersection(ways[way], self.line[wall]), return_index=True
        )
        stands = ~self._is_open(spots, wall[pair])
        order = np.lexsort((self.barrier[wall[pair]], way[pair]))[::-1]
        order = order[stands[order]]
        across[way[pair[order]]] = self.barrier[wall[pair[order]]]
        return across

    def every_across(self, start: Floats, end: Floats) -> tuple[Ints, Ints]:
        """List every barrier that stands across a way, as (way, row of the barrier) pairs.

        Args:
            start: Coordinates, (k, 2).
            end: Coordinates, (k, 2).
        """
        if not len(self.line) or not len(start):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        ways = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
        way, wall = self.tree.query(ways, predicate="crosses")
        spots, pair = shapely.get_parts(
            shapely.intersection(ways[way], self.line[wall]), return_index=True
        )
        pair = pair[~self._is_open(spots, wall[pair])]
        return way[pair], self.barrier[wall[pair]]

    def shutting_in(self, points: NDArray[np.object_]) -> Ints:
        """Give the row of a closed wall without any opening around each point, or -1."""
        around = np.full(len(points), -1, dtype=np.int64)
        rings = np.flatnonzero(shapely.is_closed(self.line))
        rings = rings[~self._is_open(self.line[rings], rings)]
        if len(rings) and len(points):
            areas = shapely.polygons([shapely.linearrings(one.coords) for one in self.line[rings]])
            which, ring = shapely.STRtree(np.asarray(areas)).query(points, predicate="intersects")
            around[which[::-1]] = self.barrier[rings[ring[::-1]]]
        return around

    def _is_open(self, shapes: NDArray[np.object_], wall: Ints) -> Flags:
        """Tell at which shapes a gate within reach lets people through the wall there."""
        return find_opened(self.passages, self.openings, (shapes, self.seal[wall]), self.reach_m)


def aim(network: Network, edge: Ints, points: NDArray[np.object_]) -> Floats:
    """Give where each point's straight way meets its edge, (k, 2), to test it against walls.

    At a dead end that a barrier made this is a little way into the edge, so that the side of
    the barrier on which the edge lies is plain.
    """
    line = network.geometry[edge]
    length_m = shapely.length(line)
    at_m = shapely.line_locate_point(line, points)
    nudge_m = np.minimum(_NUDGE_M, length_m / 2.0)
    from_cut, to_cut = network.cut_ends[edge].T
    low = np.where(from_cut, nudge_m, 0.0)
    high = np.where(to_cut, length_m - nudge_m, length_m)
    return shapely.get_coordinates(shapely.line_interpolate_point(line, np.clip(at_m, low, high)))
