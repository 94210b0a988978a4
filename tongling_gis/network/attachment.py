"""Places joined to the street that people there walk to, anywhere along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.errors import CrsError, NetworkError
from tongling_gis.network.connectors import aim
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"
Points: TypeAlias = "NDArray[np.object_]"

SNAP_TOLERANCE_M = 0.001
"""How far beyond the limit a place is still joined: no wider than coordinates are rounded."""

_BLOCK = 256
_LONGEST_EDGE_M = 1e6
_NUDGE_M = 0.001


@dataclass(frozen=True, eq=False)
class Attachment:
    """Where k places meet the streets.

    Attributes:
        edge: Row number of the edge, int32[k]; -1 where none is within the limit, or a wall
            without any gate shuts the place in.
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


def attach(
    network: Network, points: gpd.GeoSeries | Points | Floats, *, limit_m: float
) -> Attachment:
    """Join places to a walkable edge, no farther off than ``limit_m`` (inclusive, to 1 mm).

    It is the nearest edge, the lowest of those equally near, with two exceptions:

    - edges to which a wall without a gate stands across the straight way are passed over
      where another edge is within the limit; where there is none, the place is joined across
      the wall, for nobody has mapped the way that people take - unless a closed wall without
      any gate surrounds it, which leaves it unattached though a street is near;
    - edges on islands (``Network.on_island``) are passed over likewise.

    Args:
        network: The streets.
        points: Points in the network's CRS, as k shapely Points or a (k, 2) array; or a
            GeoSeries in any CRS.
        limit_m: Farthest that a place may lie from its street.

    Raises:
        CrsError: If a GeoSeries has no CRS.
        NetworkError: If the limit is negative or not a number, or a point has no place.
    """
    given = points if isinstance(points, np.ndarray) else _bring(points, network)
    places = np.asarray(given if given.dtype == object else shapely.points(given))
    _check(places, limit_m)
    limit_m += SNAP_TOLERANCE_M
    edge = np.full(len(places), -1, dtype=np.int64)
    distance_m = np.full(len(places), np.inf)
    for edges, tree in (
        (network.main_edges, network.main_tree),
        (network.walk_edges, network.walk_tree),
    ):
        left = np.flatnonzero(edge < 0)
        if len(edges) and len(left):
            found, distance_m[left] = _nearest(network, (edges, tree), places[left])
            edge[left] = np.where(distance_m[left] <= limit_m, found, -1)
    _go_round_walls(network, places, edge, distance_m, limit_m)
    return _joined(network, places, edge, distance_m)


def carry(places: Attachment, source: Network, target: Network) -> Attachment:
    """Give the same attachment on another state of the same streets.

    For comparing two states: join the places where all walls of both stand, and carry that to
    each, so that people set out by the same door and only their walks differ.

    Raises:
        NetworkError: If the two networks are not cut from one.
    """
    if source.without_barriers is not target.without_barriers:
        raise NetworkError(
            Text(
                "两个路网不是由同一路网切分而来，无法比较：请用 cut_by 从同一路网得到两者。",
                "The two networks are not cut from one and cannot be compared: "
                "make both with cut_by from the same network.",
            )
        )
    on = np.flatnonzero(places.edge >= 0)
    row, edge = places.edge[on], places.edge.copy()
    length_m = source.length_m[row]
    nudge_m = np.minimum(_NUDGE_M, length_m / 2.0)
    inside_m = np.clip(places.offset_m[on], nudge_m, length_m - nudge_m)
    start_m = source.edges["start_m"].to_numpy()[row]
    street = source.edges["uncut_edge"].to_numpy()[row]
    key = target.edges["uncut_edge"].to_numpy() * _LONGEST_EDGE_M
    key = key + target.edges["start_m"].to_numpy()
    order = np.argsort(key, kind="stable")
    asked = street * _LONGEST_EDGE_M + start_m + inside_m
    edge[on] = order[np.searchsorted(key[order], asked, side="right") - 1]
    offset_m = places.offset_m.copy()
    there = target.edges.iloc[edge[on]]
    moved_m = start_m + places.offset_m[on] - there["start_m"].to_numpy()
    offset_m[on] = np.clip(moved_m, 0.0, there["length_m"].to_numpy())
    own = (places.distance_m, places.x_m, places.y_m, places.point_x_m, places.point_y_m)
    return Attachment(edge, offset_m, *own)


def name_crossed_walls(network: Network, places: Attachment) -> NDArray[np.object_]:
    """Name the wall that stands between each attached place and its street, "" for none."""
    names = np.full(len(places), "", dtype=object)
    on = np.flatnonzero(places.edge >= 0)
    if network.barriers is None:
        return names
    start = np.column_stack([places.point_x_m, places.point_y_m])[on]
    end = aim(network, places.edge[on].astype(np.int64), np.asarray(shapely.points(start)))
    across = network.walls_around.first_across(start, end)
    ids = network.barriers["barrier_id"].astype(str).to_numpy(dtype=object)
    names[on[across >= 0]] = ids[across[across >= 0]]
    return names


def name_shutting_walls(network: Network, places: Attachment) -> NDArray[np.object_]:
    """Name the closed wall without a gate that shuts each unattached place in, "" for none."""
    names = np.full(len(places), "", dtype=object)
    off = np.flatnonzero(places.edge < 0)
    if network.barriers is None:
        return names
    points = shapely.points(np.column_stack([places.point_x_m, places.point_y_m])[off])
    around = network.walls_around.shutting_in(np.asarray(points))
    ids = network.barriers["barrier_id"].astype(str).to_numpy(dtype=object)
    names[off[around >= 0]] = ids[around[around >= 0]]
    return names


def _bring(points: gpd.GeoSeries, network: Network) -> Points:
    """Bring points of any CRS to the network's."""
    if points.crs is None:
        lack = Text("点没有坐标系：请先声明。", "The points have no CRS: declare it first.")
        raise CrsError(lack)
    return np.asarray(points.to_crs(network.crs).to_numpy(), dtype=object)


def _check(places: Points, limit_m: float) -> None:
    if not limit_m >= 0.0:
        raise NetworkError(
            Text(
                f"接入上限必须不小于 0 m，而不是 {limit_m}。",
                f"A snapping limit must be 0 m or more, not {limit_m}.",
            )
        )
    wrong = ~np.isfinite(np.column_stack([shapely.get_x(places), shapely.get_y(places)]))
    if wrong.any():
        row = int(np.argmax(wrong.any(axis=1)))
        raise NetworkError(
            Text(
                f"第 {row + 1} 个点没有坐标，无法接入街道。",
                f"Point {row + 1} has no coordinates and cannot be joined to a street.",
            )
        )


def _nearest(
    network: Network, search: tuple[NDArray[np.int32], shapely.STRtree], places: Points
) -> tuple[Ints, Floats]:
    """Find the nearest edge; of those equally near one without a wall across, then the lowest."""
    edges, tree = search
    (which, item), found_m = tree.query_nearest(places, return_distance=True)
    edge = edges[item].astype(np.int64)
    walled = np.zeros(len(which), dtype=bool)
    tied = np.bincount(which, minlength=len(places))[which] > 1
    walled[tied] = _across(network, places[which[tied]], edge[tied]) >= 0
    order = np.lexsort((edge, walled, which))
    _, first = np.unique(which[order], return_index=True)
    return edge[order][first], found_m[order][first]


def _across(network: Network, places: Points, edge: Ints) -> Ints:
    if network.barriers is None or not len(edge):
        return np.full(len(edge), -1, dtype=np.int64)
    start = shapely.get_coordinates(places)
    return network.walls_around.first_across(start, aim(network, edge, places))


def _go_round_walls(
    network: Network, places: Points, edge: Ints, distance_m: Floats, limit_m: float
) -> None:
    """Join places that a wall parts from their edge to the nearest that none does."""
    if network.barriers is None:
        return
    on = np.flatnonzero(edge >= 0)
    walled = on[_across(network, places[on], edge[on]) >= 0]
    for start in range(0, len(walled), _BLOCK):
        rows = walled[start : start + _BLOCK]
        found, found_m = _nearest_free(network, places[rows], limit_m)
        edge[rows] = np.where(found >= 0, found, edge[rows])
        distance_m[rows] = np.where(found >= 0, found_m, distance_m[rows])
        lost = rows[found < 0]
        edge[lost[network.walls_around.shutting_in(places[lost]) >= 0]] = -1


def _nearest_free(network: Network, places: Points, limit_m: float) -> tuple[Ints, Floats]:
    """Find the nearest edge within the limit to which the straight way is free, or -1."""
    found = np.full(len(places), -1, dtype=np.int64)
    found_m = np.full(len(places), np.inf)
    which, item = network.main_tree.query(places, predicate="dwithin", distance=limit_m)
    edge = network.main_edges[item].astype(np.int64)
    free = _across(network, places[which], edge) < 0
    which, edge = which[free], edge[free]
    off_m = shapely.distance(places[which], network.geometry[edge])
    order = np.lexsort((edge, off_m, which))
    _, first = np.unique(which[order], return_index=True)
    rows = which[order][first]
    found[rows], found_m[rows] = edge[order][first], off_m[order][first]
    return found, found_m


def _joined(network: Network, places: Points, edge: Ints, distance_m: Floats) -> Attachment:
    on = edge >= 0
    line = network.geometry[edge[on]]
    share = shapely.line_locate_point(line, places[on], normalized=True)
    offset_m, xy = np.full(len(places), np.nan), np.full((len(places), 2), np.nan)
    offset_m[on] = share * network.length_m[edge[on]]
    xy[on] = shapely.get_coordinates(shapely.line_interpolate_point(line, share, normalized=True))
    own = np.asarray(shapely.get_x(places)), np.asarray(shapely.get_y(places))
    return Attachment(edge.astype(np.int32), offset_m, distance_m, xy[:, 0], xy[:, 1], *own)
