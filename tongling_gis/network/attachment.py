"""Places snapped to the nearest walkable street, anywhere along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network

Floats: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class Attachment:
    """Where k places meet the streets.

    Attributes:
        edge: Row number of the edge, int32[k]; -1 where none is within the limit.
        offset_m: Metres along the edge from its ``from_node``; NaN where not attached.
        distance_m: Metres off the street; where not attached, to the nearest walkable
            street (inf where there is none).
        x_m: Easting of the place on the street; NaN where not attached.
        y_m: Northing of the place on the street; NaN where not attached.
        point_x_m: Easting of the place itself.
        point_y_m: Northing of the place itself.
    """

    edge: NDArray[np.int32]
    offset_m: Floats
    distance_m: Floats
    x_m: Floats
    y_m: Floats
    point_x_m: Floats
    point_y_m: Floats

    def __len__(self) -> int:
        """Count the places."""
        return len(self.edge)


def attach(network: Network, points: NDArray[np.object_] | Floats, *, limit_m: float) -> Attachment:
    """Snap places to the nearest walkable edge, no farther than ``limit_m`` (inclusive).

    Args:
        network: The streets.
        points: Points in the network's CRS, as k shapely Points or a (k, 2) array.
        limit_m: Farthest that a place may lie from its street.
    """
    import shapely

    places = np.asarray(points if points.dtype == object else shapely.points(points))
    count = len(places)
    edge = np.full(count, -1, dtype=np.int32)
    distance_m = np.full(count, np.inf)
    if len(network.walk_edges) and count:
        (which, item), found_m = network.walk_tree.query_nearest(places, return_distance=True)
        order = np.lexsort((item, which))[::-1]
        edge[which[order]] = network.walk_edges[item[order]]
        distance_m[which] = found_m
    edge[distance_m > limit_m] = -1
    on = edge >= 0
    line = network.geometry[edge[on]]
    share = shapely.line_locate_point(line, places[on], normalized=True)
    offset_m, xy = np.full(count, np.nan), np.full((count, 2), np.nan)
    offset_m[on] = share * network.edges["length_m"].to_numpy()[edge[on]]
    xy[on] = shapely.get_coordinates(shapely.line_interpolate_point(line, share, normalized=True))
    own_x, own_y = np.asarray(shapely.get_x(places)), np.asarray(shapely.get_y(places))
    return Attachment(edge, offset_m, distance_m, xy[:, 0], xy[:, 1], own_x, own_y)
