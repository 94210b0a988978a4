"""The lines that stop people, and the streets that pass over, under or beside their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely

from tongling_gis.network.passages import VEHICLES_ONLY, lets_through
from tongling_gis.network.tags import has_tag, is_set, read_tag
from tongling_gis.network.walkers import gates_that_open, has_passage, walls_that_stop

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network
    from tongling_gis.network.walkers import Walker

    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

GATE_AT_NODE_M = 0.5
"""A gate of the ``gates`` layer this near to a node of the streets is the gate on that street."""

SAME_PLACE_M = 0.001
"""Meetings of walls and streets closer than this are one place."""

HALF_BREADTH_M = {
    "trunk": 15.0,
    "primary": 15.0,
    "secondary": 12.0,
    "tertiary": 10.0,
    "residential": 4.0,
    "living_street": 4.0,
    "unclassified": 4.0,
}
"""How far past a street's centreline a wall may end and still stop at the street."""

OTHER_HALF_BREADTH_M = 3.0
_LOPSIDED = 4.0
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)


class Walls(NamedTuple):
    """The lines that stop people, one row a line.

    Attributes:
        line: LineStrings; closed ones run anticlockwise, their outside on the right.
        barrier: Row of each in the ``barriers`` layer.
        level: Its ``layer``, 0 where it is not said.
        retaining: Whether it is a retaining wall.
        seal: Its id where it is sealed (``sealed=yes``), else "". A sealed wall is opened only
            by gates that name it in their column ``barrier_id``, by no others near it; only a
            bridge, a tunnel or another level passes it by.
    """

    line: NDArray[np.object_]
    barrier: NDArray[np.int64]
    level: NDArray[np.float64]
    retaining: NDArray[np.bool_]
    seal: NDArray[np.object_]


class Passages(NamedTuple):
    """Where one kind of walker gets through walls, and where streets stop them.

    Attributes:
        openings: Points at which walls let through: gates, and nodes of streets with one.
        names: Id of the sealed wall that each of these opens, "" for none.
        street_gate: Which nodes are gates on the street that let through; posts are none.
        blocked: Rows of the nodes at which something on the street stops the walker.
    """

    openings: NDArray[np.object_]
    names: NDArray[np.object_]
    street_gate: NDArray[np.bool_]
    blocked: Ints


def read_walls(barriers: gpd.GeoDataFrame | None, walker: Walker | None = None) -> Walls:
    """Take the lines that stop a walker, anybody on foot by default; of areas, their rings."""
    if barriers is None or not len(barriers):
        none = np.empty(0)
        texts = none.astype(object)
        return Walls(texts, none.astype(np.int64), none, none.astype(bool), texts)
    shapes = shapely.force_2d(barriers.geometry.to_numpy(dtype=object))
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 - points, lines, areas
    shapes[is_area] = shapely.boundary(shapes[is_area])
    shapes[~walls_that_stop(barriers, walker)] = None
    line, row = shapely.get_parts(shapes, return_index=True)
    usable = np.isin(shapely.get_type_id(line), _LINES) & (shapely.length(line) > 0)
    line, row = line[usable], row[usable]
    clockwise = shapely.is_closed(line) & ~shapely.is_ccw(line)
    line[clockwise] = shapely.reverse(line[clockwise])
    kinds = barriers.iloc[row]
    retaining = has_tag(kinds, "barrier", ("retaining_wall",))
    seal = np.full(len(row), "", dtype=object)
    if "sealed" in kinds:
        sealed = has_tag(kinds, "sealed", ("yes",))
        seal[sealed] = kinds["barrier_id"].astype(str).to_numpy(dtype=object)[sealed]
    return Walls(line, row, read_level(kinds), retaining, seal)


def read_level(layer: pd.DataFrame) -> NDArray[np.float64]:
    """Give each row's ``layer``, 0 where it is not said."""
    if "layer" not in layer:
        return np.zeros(len(layer))
    level = pd.to_numeric(layer["layer"], errors="coerce")
    return level.to_numpy(dtype=float, na_value=0.0)


def passes_by(
    edges: pd.DataFrame, walls: Walls, wall: Ints, xy: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which of these edges do not meet the wall beside them in the list, at ``xy``.

    A bridge, a tunnel, a covered way or another level passes over or under a wall, steps climb
    a retaining wall, and a marked crossing leads through a fence along the roadway. The outline
    of a square is not parted by walls that are drawn up to a vertex of it. No street is parted
    by a wall that ends on it (see ``_ends_there``). A sealed wall is passed by on a bridge, in
    a tunnel that is no passage through a building, or on another level.
    """
    apart = (read_level(edges) != walls.level[wall]) | is_set(edges, "bridge")
    apart |= is_set(edges, "tunnel") & ~has_tag(edges, "tunnel", ("building_passage",))
    rows = np.flatnonzero(~apart & (walls.seal[wall] == ""))
    if len(rows):
        apart[rows] = _passes_open_wall(edges.iloc[rows], walls, wall[rows], xy[rows])
    return np.asarray(apart)


def _passes_open_wall(
    edges: pd.DataFrame, walls: Walls, wall: Ints, xy: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which edges on the level of a wall that is not sealed do not meet it."""
    apart = is_set(edges, "tunnel") | is_set(edges, "covered")
    apart |= has_tag(edges, "highway", ("steps",)) & walls.retaining[wall]
    apart |= has_tag(edges, "footway", ("crossing",)) | has_tag(edges, "path", ("crossing",))
    apart |= has_tag(edges, "area", ("yes",)) & _at_vertex(walls, wall, xy)
    return np.asarray(apart | _ends_there(edges, walls, wall, xy))


def _at_vertex(walls: Walls, wall: Ints, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    vertices = shapely.extract_unique_points(walls.line[wall])
    return shapely.distance(vertices, shapely.points(xy)) <= SAME_PLACE_M


def _ends_there(
    edges: pd.DataFrame, walls: Walls, wall: Ints, xy: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which walls end on these edges, or were drawn a little past them.

    A wall that is drawn up to the street and ends within its half breadth past the centreline
    (``HALF_BREADTH_M``, more than four times as long on the near side, and no other wall going
    on from its end) stops at the street. A short wall across a street is none of these.
    """
    line = walls.line[wall]
    at_m = shapely.line_locate_point(line, shapely.points(xy))
    rest_m = shapely.length(line) - at_m
    short_m, long_m = np.minimum(at_m, rest_m), np.maximum(at_m, rest_m)
    ends = short_m <= SAME_PLACE_M
    kinds = read_tag(edges, "highway").tolist()
    limit_m = np.array([HALF_BREADTH_M.get(kind, OTHER_HALF_BREADTH_M) for kind in kinds])
    stub = ~ends & (short_m <= limit_m) & (long_m > _LOPSIDED * short_m)
    stub &= ~shapely.is_closed(line)
    rows = np.flatnonzero(stub)
    tip = np.where(at_m < rest_m, 0, -1)[rows]
    stub[rows] = ~_goes_on(walls, wall[rows], shapely.get_point(line[rows], tip))
    return (ends & ~shapely.is_closed(line)) | stub


def _goes_on(walls: Walls, wall: Ints, tip: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell at which walls' tips another wall stands."""
    tree = shapely.STRtree(walls.line)
    which, other = tree.query(tip, predicate="dwithin", distance=SAME_PLACE_M)
    goes_on = np.zeros(len(wall), dtype=bool)
    goes_on[which[other != wall[which]]] = True
    return goes_on


def find_blocked_nodes(
    network: Network, gates: gpd.GeoDataFrame | None = None
) -> NDArray[np.int64]:
    """List the nodes at which something on the street itself stops the network's walker."""
    return find_passages(network, gates).blocked


def find_passages(network: Network, gates: gpd.GeoDataFrame | None) -> Passages:
    """Find where the network's walker gets through walls, and where streets stop them.

    What the ``gates`` layer says of hours and widths holds for the node at the same place.
    """
    walker, nodes = network.walker, network.nodes
    rows = np.flatnonzero(has_passage(nodes, walker))
    opens = gates_that_open(nodes.iloc[rows], walker)
    spots = np.asarray(shapely.points(network.xy[rows]), dtype=object)
    points = names = np.empty(0, dtype=object)
    if gates is not None and len(gates):
        points = gates.geometry.to_numpy(dtype=object)
        free = gates_that_open(gates, walker)
        if walker is not None:
            tree = shapely.STRtree(points[lets_through(gates) & ~free])
            opens[tree.query(spots, predicate="dwithin", distance=GATE_AT_NODE_M)[0]] = False
        points = points[free]
        names = read_tag(gates, "barrier_id")[free]
    on_street = np.zeros(len(nodes), dtype=bool)
    on_street[rows] = opens & ~has_tag(nodes.iloc[rows], "barrier", VEHICLES_ONLY)
    whole = np.concatenate([points, spots[opens]])
    names = np.concatenate([names, np.full(int(opens.sum()), "", dtype=object)])
    placed = ~shapely.is_missing(whole) & ~shapely.is_empty(whole)
    return Passages(whole[placed], names[placed], on_street, rows[~opens])


def find_opened(
    passages: Passages, tree: shapely.STRtree, asked: tuple[Shapes, Shapes], reach_m: float
) -> NDArray[np.bool_]:
    """Tell which walls are open at which places.

    Args:
        passages: Where the walker gets through.
        tree: Search tree over their openings.
        asked: The places, and the seal of the wall asked about at each ("" for none).
        reach_m: Farthest that an opening may lie from the place.
    """
    places, seal = asked
    opened = np.zeros(len(places), dtype=bool)
    if len(passages.openings) and len(places):
        place, gate = tree.query(places, predicate="dwithin", distance=reach_m)
        fits = (seal[place] == "") | (seal[place] == passages.names[gate])
        opened[place[fits]] = True
    return opened
