"""Streets without node numbers, such as a shapefile's: where their lines join."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely
from shapely.ops import substring

from tongling_gis.errors import NetworkError
from tongling_gis.network.tags import is_set
from tongling_gis.network.walls import read_level
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Lines: TypeAlias = NDArray[np.object_]

JOIN_M = 0.5
"""Ends of lines no farther apart than this are one node."""


class _Splits(NamedTuple):
    """Where lines are to be split.

    Attributes:
        line: Row of the line.
        at_m: Metres along it.
        node: Number of the node there.
    """

    line: Ints
    at_m: Floats
    node: Ints


def node_streets(
    streets: gpd.GeoDataFrame, *, join_m: float = JOIN_M, join_crossings: bool = True
) -> gpd.GeoDataFrame:
    """Number the nodes at which lines join, and split lines at nodes inside them.

    Ends within ``join_m`` of one another are one node. A line is split where another ends on
    it, and where two cross, unless one of them passes over or under the other: a bridge, a
    tunnel or another ``layer``. Such a line is joined at its own ends only. Lines that cross
    on one level but do not join in truth must therefore say bridge, tunnel or layer.

    Args:
        streets: Lines in a projected CRS in metres.
        join_m: How far apart ends may lie and still join.
        join_crossings: Whether lines that cross on one level, with no end there, join.

    Returns:
        The streets with ``from_node`` and ``to_node``; those split have "/1", "/2" ... after
        their ``street_id``.

    Raises:
        NetworkError: If ``join_m`` is not above 0.
    """
    if not join_m > 0.0:
        raise NetworkError(
            Text("合并距离必须大于 0。", "The distance at which ends join must be above 0.")
        )
    whole = streets.explode(ignore_index=True)
    lines = np.asarray(whole.geometry.to_numpy(dtype=object))
    line, at_m = _meetings(whole, lines, join_m, crossings=join_crossings)
    ends = [shapely.get_point(lines, end) for end in (0, -1)]
    places = np.concatenate([*ends, shapely.line_interpolate_point(lines[line], at_m)])
    node = _merge(shapely.get_coordinates(places), join_m)
    count = len(lines)
    splits = _distinct(
        _Splits(line, at_m, node[2 * count :]), node[:count], node[count : 2 * count]
    )
    return _split(whole, lines, splits, node[:count], node[count : 2 * count])


def _meetings(
    streets: pd.DataFrame, lines: Lines, join_m: float, *, crossings: bool
) -> tuple[Ints, Floats]:
    """Find where lines are met inside: by the end of another, and by crossings."""
    tree = shapely.STRtree(lines)
    passing = is_set(streets, "bridge").astype(int) - is_set(streets, "tunnel")
    level = read_level(streets) * 4.0 + passing
    met_line, met_m = [], []
    for end in (0, -1):
        tips = shapely.get_point(lines, end)
        other, line = tree.query(tips, predicate="dwithin", distance=join_m)
        joins = (other != line) & ((level[line] == 0.0) | (level[line] == level[other]))
        met_line.append(line[joins])
        met_m.append(shapely.line_locate_point(lines[line[joins]], tips[other[joins]]))
    if crossings:
        one, other = tree.query(lines, predicate="crosses")
        same = level[one] == level[other]
        one, other = one[same], other[same]
        spots, pair = shapely.get_parts(
            shapely.intersection(lines[one], lines[other]), return_index=True
        )
        points = shapely.get_type_id(spots) == shapely.GeometryType.POINT
        met_line.append(one[pair[points]])
        met_m.append(shapely.line_locate_point(lines[one[pair[points]]], spots[points]))
    return np.concatenate(met_line), np.concatenate(met_m)


def _merge(xy: Floats, join_m: float) -> Ints:
    """Number places so that those within ``join_m`` of one another have one number."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(xy).query_pairs(join_m, output_type="ndarray")
    ones = np.ones(len(pairs), dtype=np.int8)
    joins = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    _, label = connected_components(joins.tocsr(), directed=False)
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number]


def _distinct(splits: _Splits, from_node: Ints, to_node: Ints) -> _Splits:
    """Keep one split a node and line, none at the line's own ends, in order along it."""
    inner = (splits.node != from_node[splits.line]) & (splits.node != to_node[splits.line])
    rows = np.flatnonzero(inner)
    _, first = np.unique(
        np.column_stack([splits.line, splits.node])[rows], axis=0, return_index=True
    )
    rows = rows[first]
    rows = rows[np.lexsort((splits.at_m[rows], splits.line[rows]))]
    return _Splits(splits.line[rows], splits.at_m[rows], splits.node[rows])


def _split(
    streets: gpd.GeoDataFrame, lines: Lines, splits: _Splits, from_node: Ints, to_node: Ints
) -> gpd.GeoDataFrame:
    source = np.concatenate([np.arange(len(lines)), splits.line])
    start_m = np.concatenate([np.zeros(len(lines)), splits.at_m])
    begin = np.concatenate([from_node, splits.node])
    order = np.lexsort((start_m, source))
    source, start_m, begin = source[order], start_m[order], begin[order]
    last = np.append(source[1:] != source[:-1], True)
    end_m = np.where(last, shapely.length(lines)[source], np.append(start_m[1:], 0.0))
    end = np.where(last, to_node[source], np.append(begin[1:], 0))
    shapes = lines[source]
    parts = np.bincount(source)[source]
    for row in np.flatnonzero(parts > 1):
        shapes[row] = substring(shapes[row], start_m[row], end_m[row])
    table = streets.iloc[source].reset_index(drop=True)
    table["from_node"], table["to_node"] = begin + 1, end + 1
    ids = table["street_id"].astype(str).to_numpy(dtype=object)
    number = np.arange(len(source)) - np.searchsorted(source, source) + 1
    split = parts > 1
    ids[split] = [f"{one}/{k}" for one, k in zip(ids[split], number[split], strict=True)]
    table["street_id"] = ids.astype(str)
    return table.set_geometry(shapes, crs=streets.crs)
