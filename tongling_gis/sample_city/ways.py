"""One drawn way, and where ways meet: lines in, segments and nodes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import LineString

    from tongling_gis.sample_city.terrain import Coords

TOUCH_M = 0.6
"""An end this close to another way meets it."""
_MERGE_M = 0.9
_GRID = 100.0  # coordinates are kept to the centimetre

WIDTH_M = {
    "trunk": 26.0,
    "primary": 24.0,
    "secondary": 16.0,
    "tertiary": 10.0,
    "unclassified": 6.0,
    "residential": 7.0,
    "living_street": 5.0,
    "service": 4.5,
    "footway": 2.5,
    "path": 1.5,
    "steps": 2.0,
    "pedestrian": 6.0,
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way as a mapper would draw it; ``tags`` are OSM tags beside the class and name."""

    line: LineString
    highway: str
    name: str = ""
    layer: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Woven:
    """Ways that share a point where they meet.

    Attributes:
        way: Index of the way of each vertex.
        node: Index into ``xy`` of each vertex, in order along its way.
        xy: Every distinct vertex (k, 2) in metres, to the centimetre.
        shared: Whether a vertex is a junction or an end of a way.
    """

    way: NDArray[np.intp]
    node: NDArray[np.intp]
    xy: Coords
    shared: NDArray[np.bool_]


def _crossings(lines: NDArray[np.object_], layers: NDArray[np.intp]) -> pd.DataFrame:
    """Find every point where two ways of one level cross, as rows way, x, y."""
    tree = shapely.STRtree(lines)
    first, second = tree.query(lines, predicate="intersects")
    keep = (first < second) & (layers[first] == layers[second])
    first, second = first[keep], second[keep]
    parts, index = shapely.get_parts(
        shapely.intersection(lines[first], lines[second]), return_index=True
    )
    points = shapely.get_type_id(parts) == 0
    xy = shapely.get_coordinates(parts[points])
    ways = np.concatenate([first[index[points]], second[index[points]]])
    return pd.DataFrame({"way": ways, "x": np.tile(xy[:, 0], 2), "y": np.tile(xy[:, 1], 2)})


def _touches(lines: NDArray[np.object_]) -> pd.DataFrame:
    """Find every way that another way's end lies on, at any level, as rows way, x, y."""
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(len(lines)), 2)
    point, way = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=TOUCH_M)
    keep = owner[point] != way
    xy = shapely.get_coordinates(ends[point[keep]])
    return pd.DataFrame({"way": way[keep], "x": xy[:, 0], "y": xy[:, 1]})


def _merge_close(xy: Coords, weight: NDArray[np.bool_]) -> Coords:
    """Bring points within reach of each other to one of them, a weighty one if any."""
    pairs = KDTree(xy).query_pairs(_MERGE_M, output_type="ndarray")
    size = len(xy)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    group = connected_components(graph, directed=False)[1]
    order = np.lexsort((~weight, group))
    first = np.searchsorted(group[order], np.arange(group.max() + 1))
    merged: Coords = xy[order[first]][group]
    return merged


def weave(ways: Sequence[Way]) -> Woven:
    """Give ways a shared vertex wherever they meet on one level or end on each other."""
    lines = np.array([way.line for way in ways], dtype=object)
    layers = np.array([way.layer for way in ways])
    met = pd.concat([_crossings(lines, layers), _touches(lines)], ignore_index=True)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    count = np.bincount(owner)
    last = np.cumsum(count) - 1
    rank = np.arange(len(owner)) - (last - count + 1)[owner]
    is_end = (rank == 0) | (rank == count[owner] - 1)
    vertex = pd.DataFrame({"way": owner, "x": xy[:, 0], "y": xy[:, 1], "end": is_end})
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[rank == 0] = 0.0
    run = np.cumsum(step)
    vertex["along"] = run - run[(last - count + 1)][owner]
    points = shapely.points(met[["x", "y"]].to_numpy())
    met["along"] = shapely.line_locate_point(lines[met["way"].to_numpy()], points)
    met["end"] = False
    rows = pd.concat([vertex.assign(met=False), met.assign(met=True)], ignore_index=True)
    return _number(rows)


def _number(rows: pd.DataFrame) -> Woven:
    meeting = (rows["met"] | rows["end"]).to_numpy()
    xy = rows[["x", "y"]].to_numpy(copy=True)
    xy[meeting] = _merge_close(xy[meeting], rows["end"].to_numpy()[meeting])
    rows = rows.assign(
        east=np.rint(xy[:, 0] * _GRID).astype(np.int64),
        north=np.rint(xy[:, 1] * _GRID).astype(np.int64),
        weak=~meeting,
    ).sort_values(["way", "along", "weak"], kind="stable")
    same_way = rows["way"].eq(rows["way"].shift())
    near = (rows["along"] - rows["along"].shift()).lt(_MERGE_M) & same_way
    next_near = (rows["along"].shift(-1) - rows["along"]).lt(_MERGE_M)
    next_near &= rows["way"].eq(rows["way"].shift(-1))
    rows = rows[~(rows["weak"] & (near | next_near))]
    repeated = rows["way"].eq(rows["way"].shift())
    repeated &= rows["east"].eq(rows["east"].shift()) & rows["north"].eq(rows["north"].shift())
    rows = rows[~repeated]
    distinct, node = np.unique(rows[["east", "north"]].to_numpy(), axis=0, return_inverse=True)
    way = rows["way"].to_numpy()
    uses = np.bincount(node.ravel(), minlength=len(distinct))
    shared = uses > 1
    edge = np.flatnonzero(np.diff(way))
    shared[node.ravel()[np.concatenate([[0], edge, edge + 1, [len(way) - 1]])]] = True
    return Woven(way, node.ravel(), distinct / _GRID, shared)
