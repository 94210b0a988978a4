"""Where an existing wall could be opened: streets that walls cut, and streets that end at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.network.tags import read_tag
from tongling_gis.routing.paces import round_down_ms
from tongling_gis.scenario.ground import as_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.text import Text

    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

DOUBLE_WALL_M = 15.0
"""Cuts of one street so near to one another are opened together: back walls of neighbours (N)."""
ACROSS_M = 30.0
"""How far a street may end from the street beyond the wall (N)."""
_PASSAGE_MS = 1
_SAME_PLACE_M = 0.05


@dataclass(frozen=True, eq=False)
class OpeningPlace:
    """A place where a wall could be opened.

    Attributes:
        name: The street that is cut, or that ends there.
        kind: "cut" of a street that a wall cuts, "end" of one that ends at a wall.
        barrier_id: The wall; "" where the wall is a compound's outline.
        point: Where.
        start: The graph's own numbers of the nodes on this side, int32[p].
        end: Those on the other side, int32[p].
        ms: Milliseconds from one to the other, int32[p].
    """

    name: Text
    kind: str
    barrier_id: str
    point: shapely.Point
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    ms: NDArray[np.int32]


def find_opening_places(
    surroundings: Surroundings, area: shapely.geometry.base.BaseGeometry | None = None
) -> list[OpeningPlace]:
    """List the places where a wall could be opened, of the whole city or of an area.

    Cuts first, then ends of streets from which a straight line of 30 m at most to another
    street passes through a wall or a compound's outline and through no building or water.
    """
    found = [*_cuts(surroundings), *_ends(surroundings)]
    if area is None:
        return found
    shapely.prepare(area)
    return [one for one in found if shapely.intersects(area, one.point)]


def _cuts(surroundings: Surroundings) -> list[OpeningPlace]:
    network, graph = surroundings.walking, surroundings.walking_graph
    cuts = network.cuts
    if not len(cuts):
        return []
    walked = network.edges["walkable"].to_numpy(dtype=bool)
    pair = cuts[["edge_a", "edge_b"]].to_numpy(dtype=np.int64)
    cuts = cuts[walked[pair].all(axis=1)]
    street = network.edges["uncut_edge"].to_numpy(dtype=np.int64)[cuts["edge_a"].to_numpy()]
    xy = cuts[["x_m", "y_m"]].to_numpy(dtype=float)
    nodes = graph.rank[cuts[["node_a", "node_b"]].to_numpy(dtype=np.int64)].astype(np.int32)
    walls = cuts["barrier_id"].astype(str).to_numpy(dtype=object)
    return [
        OpeningPlace(
            surroundings.street_name(int(street[rows[0]])),
            "cut",
            "、".join(dict.fromkeys(walls[rows])),
            shapely.Point(xy[rows].mean(axis=0)),
            nodes[rows, 0],
            nodes[rows, 1],
            np.full(len(rows), _PASSAGE_MS, dtype=np.int32),
        )
        for rows in _together(street, xy)
    ]


def _together(street: Ints, xy: NDArray[np.float64]) -> list[Ints]:
    """Put cuts at one place, and those of one street within 15 m, together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    points = np.asarray(shapely.points(xy), dtype=object)
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=DOUBLE_WALL_M)
    same = (street[a] == street[b]) | (shapely.distance(points[a], points[b]) <= _SAME_PLACE_M)
    links = coo_array((np.ones(same.sum()), (a[same], b[same])), shape=(len(xy), len(xy)))
    _, group = connected_components(links, directed=False)
    order = np.argsort(group, kind="stable")
    groups: list[Ints] = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return groups


def _ends(surroundings: Surroundings) -> list[OpeningPlace]:
    """Find ends of streets that a wall parts from another street."""
    network, graph = surroundings.walking, surroundings.walking_graph
    xy = network.nodes[["x_m", "y_m"]].to_numpy(dtype=float)
    walked = network.main_edges
    ends = network.edges[["from_node", "to_node"]].to_numpy(dtype=np.int64)[walked]
    count = np.bincount(ends.ravel(), minlength=len(xy))
    made = np.zeros(len(xy), dtype=bool)
    made[network.cuts[["node_a", "node_b"]].to_numpy(dtype=np.int64).ravel()] = True
    tips, used = np.flatnonzero((count == 1) & ~made), np.flatnonzero((count > 0) & ~made)
    if not len(tips):
        return []
    points = np.asarray(shapely.points(xy), dtype=object)
    at, near = shapely.STRtree(points[used]).query(
        points[tips], predicate="dwithin", distance=ACROSS_M
    )
    tip, beyond = tips[at], used[near]
    keep = (tip != beyond) & ~((count[beyond] == 1) & (beyond < tip))
    tip, beyond = tip[keep], beyond[keep]
    way = np.asarray(shapely.linestrings(np.stack([xy[tip], xy[beyond]], axis=1)), dtype=object)
    wall = _walls_between(surroundings, way)
    keep = np.array([one is not None for one in wall], dtype=bool) & _is_free(surroundings, way)
    rows = np.flatnonzero(keep)
    nearest = rows[np.lexsort((shapely.length(way[rows]), tip[rows]))]
    rows = nearest[np.unique(tip[nearest], return_index=True)[1]]
    speed_m_s = surroundings.walking_graph.profile.speed_m_s
    ms = round_down_ms(shapely.length(way[rows]) / speed_m_s).astype(np.int32)
    owner = _edge_of(ends, walked, len(xy))
    street = network.edges["uncut_edge"].to_numpy(dtype=np.int64)
    return [
        OpeningPlace(
            surroundings.street_name(int(street[owner[tip[row]]])),
            "end",
            wall[row] or "",
            shapely.Point(shapely.line_interpolate_point(way[row], 0.5, normalized=True)),
            graph.rank[[tip[row]]].astype(np.int32),
            graph.rank[[beyond[row]]].astype(np.int32),
            np.maximum(ms[[n]], 1),
        )
        for n, row in enumerate(rows.tolist())
    ]


def _edge_of(ends: Ints, edges: NDArray[np.int32], count: int) -> Ints:
    """Give an edge at each node."""
    owner = np.zeros(count, dtype=np.int64)
    owner[ends[:, 0]] = owner[ends[:, 1]] = edges
    return owner


def _walls_between(surroundings: Surroundings, way: Shapes) -> list[str | None]:
    """Name a wall that each way passes through: "" for a compound's outline, None for none."""
    found: list[str | None] = [None] * len(way)
    outlines = shapely.boundary(surroundings.shapes("compounds"))
    at, _ = shapely.STRtree(outlines).query(way, predicate="intersects")
    for row in at.tolist():
        found[row] = ""
    barriers = surroundings.walking.barriers
    if barriers is not None and len(barriers):
        names = read_tag(barriers, "barrier_id")
        lines = barriers.geometry.to_numpy(dtype=object)
        at, wall = shapely.STRtree(lines).query(way, predicate="intersects")
        for row, one in zip(at.tolist(), wall.tolist(), strict=True):
            found[row] = str(names[one])
    return found


def _is_free(surroundings: Surroundings, way: Shapes) -> NDArray[np.bool_]:
    """Tell which ways pass through no building and no water."""
    free = np.ones(len(way), dtype=bool)
    for name in ("buildings", "water"):
        at, _ = surroundings.tree(name).query(way, predicate="intersects")
        free[at] = False
    return free


def lines_of(places: list[OpeningPlace]) -> Shapes:
    """Give the places' points as an array."""
    return as_array(one.point for one in places)
