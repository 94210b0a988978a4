"""Where streets cross a boundary, and by which gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely

from tongling_gis.scenario.ground import as_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.network import Network

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_STEP_M = 0.05
_SAME_PLACE_M = 0.01


def find_crossings(enclosure: Enclosure) -> pd.DataFrame:
    """List where streets cross a boundary: see ``Enclosure.crossings``."""
    walking = enclosure.walking
    edge, xy = _find_changes_of_side(enclosure)
    street = enclosure.streets_of(walking)[edge]
    owner = enclosure.surroundings.public[street]
    return pd.DataFrame(
        {
            "edge": edge,
            "street": street,
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
            "public": pd.arrays.BooleanArray(owner == 1, owner < 0),
            "gate": _find_gates(enclosure, xy),
            "highway": enclosure.surroundings.street_tag("highway")[street].astype(str),
            "over": enclosure.surroundings.over[street],
        }
    )


def _find_changes_of_side(enclosure: Enclosure) -> tuple[Ints, Floats]:
    """Find the edges, and the places along them, at which they pass from one side to the other."""
    network = enclosure.walking
    edge, at_m = _find_meetings(network, enclosure.line)
    length_m = shapely.length(network.geometry[edge])
    behind = _sides(enclosure, edge, at_m - _STEP_M, at_m > 0.0)
    ahead = _sides(enclosure, edge, at_m + _STEP_M, at_m < length_m)
    changes = (behind >= 0) & (ahead >= 0) & (behind != ahead)
    at_end = np.flatnonzero((behind < 0) | (ahead < 0))
    side = np.maximum(behind, ahead)
    through = _through_nodes(network, edge[at_end], at_m[at_end], side[at_end])
    chosen = np.sort(np.concatenate([np.flatnonzero(changes), at_end[through]]))
    places = shapely.line_interpolate_point(network.geometry[edge[chosen]], at_m[chosen])
    return _apart(edge[chosen], shapely.get_coordinates(places))


def _find_meetings(network: Network, line: shapely.MultiLineString) -> tuple[Ints, Floats]:
    """List where edges meet a line, by edge and metres along it.

    An edge whose node lies within a centimetre of the line meets it at that node.
    """
    shapely.prepare(line)
    edge = np.flatnonzero(shapely.intersects(line, network.geometry))
    parts, pair = shapely.get_parts(
        shapely.intersection(network.geometry[edge], line), return_index=True
    )
    is_point = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    tips = [shapely.get_point(parts[~is_point], end) for end in (0, -1)]
    points = np.concatenate([parts[is_point], *tips])
    edge = edge[np.concatenate([pair[is_point], pair[~is_point], pair[~is_point]])]
    edge, points = edge[~shapely.is_empty(points)], points[~shapely.is_empty(points)]
    at_m = shapely.line_locate_point(network.geometry[edge], points)
    near = np.asarray(shapely.dwithin(line, shapely.points(network.xy), _SAME_PLACE_M))
    begins, ends = (np.flatnonzero(near[node]) for node in network.ends.T)
    edge = np.concatenate([edge, begins, ends])
    at_m = np.concatenate([at_m, np.zeros(len(begins)), np.full(len(ends), np.inf)])
    length_m = shapely.length(network.geometry[edge])
    at_m = np.where(at_m <= _SAME_PLACE_M, 0.0, at_m)
    at_m = np.where(length_m - at_m <= _SAME_PLACE_M, length_m, at_m)
    met = np.unique(np.column_stack([edge, at_m]), axis=0)
    return met[:, 0].astype(np.int64), met[:, 1]


def _sides(enclosure: Enclosure, edge: Ints, at_m: Floats, there: Flags) -> Ints:
    """Tell of places along edges whether they are inside (1) or out (0); -1 past an edge's end."""
    side = np.full(len(edge), -1, dtype=np.int64)
    lines = enclosure.walking.geometry[edge[there]]
    spots = shapely.line_interpolate_point(lines, np.maximum(at_m[there], 0.0))
    xy = shapely.get_coordinates(spots)
    side[there] = shapely.contains_xy(enclosure.area, xy[:, 0], xy[:, 1])
    return side


def _through_nodes(network: Network, edge: Ints, at_m: Floats, side: Ints) -> Flags:
    """Tell which edges end, from inside, at a node on the line from which another goes out."""
    node = np.where(at_m == 0.0, *network.ends[edge].T)
    goes_out = np.isin(node, node[side == 0])
    return np.asarray((side == 1) & goes_out)


def _apart(edge: Ints, xy: Floats) -> tuple[Ints, Floats]:
    """Keep one of several crossings at one place."""
    cell = np.round(xy / _SAME_PLACE_M).astype(np.int64)
    _, first = np.unique(cell, axis=0, return_index=True)
    first = np.sort(first)
    return edge[first], xy[first]


def _find_gates(enclosure: Enclosure, xy: Floats) -> Ints:
    """Find the gate of the case within reach of each crossing, the nearest; -1 for none."""
    found = np.full(len(xy), -1, dtype=np.int64)
    gates = as_array(gate.point for gate in enclosure.case.gates)
    if not len(gates) or not len(xy):
        return found
    spots = np.asarray(shapely.points(xy), dtype=object)
    away_m = shapely.distance(spots[:, None], gates[None, :])
    nearest = away_m.argmin(axis=1)
    near = away_m.min(axis=1) <= enclosure.surroundings.walking.gate_reach_m
    found[near] = nearest[near]
    return found


def name_gates(enclosure: Enclosure, crossings: pd.DataFrame) -> pd.DataFrame:
    """Give the same crossings of the same boundary with another case's gates."""
    return crossings.assign(gate=_find_gates(enclosure, crossings[["x_m", "y_m"]].to_numpy(float)))
