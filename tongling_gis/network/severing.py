"""The network that is left when barriers part its streets."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from tongling_gis.network.connectors import WallsAround
from tongling_gis.network.crossings import Partings, find_partings

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

_LONGEST_EDGE_M = 1e6

CUT_COLUMNS = {
    "barrier_id": "str",
    "edge_a": "int32",
    "edge_b": "int32",
    "node_a": "int32",
    "node_b": "int32",
    "x_m": "float64",
    "y_m": "float64",
}


class Pieces(NamedTuple):
    """Pieces of street, the uncut rows' first pieces first.

    Attributes:
        source: Row in the uncut network of each piece.
        part: How many pieces of its street come before it.
        from_node: Row of the node at which it begins.
        to_node: Row of the node at which it ends.
        start_m: Where it begins on the uncut line.
        end_m: Where it ends on the uncut line.
    """

    source: Ints
    part: Ints
    from_node: Ints
    to_node: Ints
    start_m: Floats
    end_m: Floats


@cache
def no_cuts() -> pd.DataFrame:
    """Give the table of cuts of a network that no barrier severs."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CUT_COLUMNS.items()})


def sever(
    network: Network,
    barriers: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    *,
    gate_reach_m: float,
) -> Network:
    """Give another network, severed wherever a barrier parts a street of this uncut one.

    A parted street becomes two pieces with a dead end each at the same place. The piece from
    the street's start keeps its row, the others come after all uncut rows; so do new nodes.
    """
    partings = find_partings(network, barriers, gates, gate_reach_m=gate_reach_m)
    return sever_at(network, partings, barriers, gates, gate_reach_m=gate_reach_m)


def sever_at(
    network: Network,
    partings: Partings,
    barriers: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    *,
    gate_reach_m: float,
) -> Network:
    """Give another network, severed at these places, which ``find_partings`` has found."""
    known = replace(network, barriers=barriers, gates=gates, gate_reach_m=gate_reach_m)
    if not len(partings.barrier_id):
        plain = barriers is None and gates is None and network.walker is None
        same = plain and gate_reach_m == network.gate_reach_m
        return network if same else replace(known, uncut=network)
    target = _number_nodes(len(network.nodes), partings)
    pieces = _split(network, partings, target)
    severed = replace(
        known,
        nodes=_all_nodes(network, partings, target),
        edges=_all_edges(network, pieces),
        geometry=_all_lines(network, pieces),
        cuts=_list_cuts(len(network.edges), partings, target, pieces),
        uncut=network,
    )
    severed.__dict__["walls_around"] = WallsAround.read(  # known already: not to be read again
        partings.walls, partings.passages, gate_reach_m
    )
    return severed


def split_streets(network: Network, partings: Partings) -> tuple[Pieces, Floats, Floats]:
    """Give the pieces into which partings split an uncut network's streets, without a network.

    Returns:
        The pieces, how far along its street each begins, and how long it is, in metres of the
        streets' own lengths. They are those of ``sever``, in the same order.
    """
    if len(partings.barrier_id):
        pieces = _split(network, partings, _number_nodes(len(network.nodes), partings))
    else:
        row = np.arange(len(network.edges))
        begin, end = network.ends.astype(np.int64).T
        drawn_m = np.asarray(shapely.length(network.geometry))
        pieces = Pieces(row, np.zeros_like(row), begin, end, np.zeros(len(row)), drawn_m)
    return pieces, *_measure(network, pieces)


def _number_nodes(n_nodes: int, partings: Partings) -> Ints:
    """Give each arm the row of its node: the place's own one, or a new one for its group."""
    arms, group = partings.arms, partings.group
    seen = arms.place * (int(group.max()) + 1) + group
    _, first, which = np.unique(seen, return_index=True, return_inverse=True)
    own = (partings.places.node[arms.place] >= 0) & (group == 0)
    new = ~own[first]
    rows = np.where(new, n_nodes + np.cumsum(new) - 1, partings.places.node[arms.place[first]])
    return rows[which]


def _split(network: Network, partings: Partings, target: Ints) -> Pieces:
    """Make the pieces: a new one begins at every parting inside an edge."""
    arms, count = partings.arms, len(network.edges)
    at_node = partings.places.node[arms.place] >= 0
    from_node, to_node = network.ends.astype(np.int64).T.copy()
    leaving, coming = at_node & (arms.step > 0), at_node & (arms.step < 0)
    from_node[arms.edge[leaving]] = target[leaving]
    to_node[arms.edge[coming]] = target[coming]
    before = np.flatnonzero(~at_node & (arms.step < 0))
    before = before[np.lexsort((arms.at_m[before], arms.edge[before]))]
    after = before + 1  # the same place's other arm
    edge, at_m = arms.edge[before], arms.at_m[before]
    source = np.concatenate([np.arange(count), edge])
    length_m = shapely.length(network.geometry)
    part = np.arange(len(edge)) - np.searchsorted(edge, edge) + 1
    pieces = Pieces(
        source,
        np.concatenate([np.zeros(count, dtype=np.int64), part]),
        np.concatenate([from_node, target[after]]),
        to_node[source],
        np.concatenate([np.zeros(count), at_m]),
        length_m[source],
    )
    previous = np.where(part == 1, edge, count + np.arange(len(edge)) - 1)
    pieces.to_node[previous] = target[before]
    pieces.end_m[previous] = at_m
    return pieces


def _all_nodes(network: Network, partings: Partings, target: Ints) -> pd.DataFrame:
    """Add the new nodes: copies of parted ones, and dead ends inside streets."""
    nodes, count = network.nodes, len(network.nodes)
    row, arm = np.unique(target, return_index=True)
    arm = arm[row >= count]
    place = partings.arms.place[arm]
    copied = partings.places.node[place]
    fixed = ["node_id", "x_m", "y_m", "elevation_m"]
    lowest = min(int(nodes["node_id"].min()), 0)
    xy = partings.places.xy[place]
    added = {
        "node_id": lowest - 1 - np.arange(len(arm)),
        "x_m": xy[:, 0],
        "y_m": xy[:, 1],
        "elevation_m": np.where(
            copied >= 0,
            nodes["elevation_m"].to_numpy(dtype=float)[copied],
            _elevation(network, partings, arm),
        ),
    }
    columns = {name: np.concatenate([nodes[name].to_numpy(), added[name]]) for name in fixed}
    others = [name for name in nodes if name not in fixed]
    if not others:
        return pd.DataFrame(columns)
    known = nodes[others].reindex(np.concatenate([np.arange(count), copied]))
    return pd.concat([pd.DataFrame(columns), known.reset_index(drop=True)], axis=1)


def _elevation(network: Network, partings: Partings, arm: Ints) -> Floats:
    """Read the height at each arm's place, between the edge's ends in a straight line."""
    edge, at_m = partings.arms.edge[arm], partings.arms.at_m[arm]
    ends = network.ends[edge]
    height = network.nodes["elevation_m"].to_numpy(dtype=float)[ends]
    length_m = shapely.length(network.geometry[edge])
    share = np.divide(at_m, length_m, out=np.zeros(len(arm)), where=length_m > 0)
    elevation_m: Floats = height[:, 0] + (height[:, 1] - height[:, 0]) * share
    return elevation_m


def _all_edges(network: Network, pieces: Pieces) -> pd.DataFrame:
    start_m, length_m = _measure(network, pieces)
    own: dict[str, NDArray[Any]] = {
        "from_node": pieces.from_node.astype(np.int32),
        "to_node": pieces.to_node.astype(np.int32),
        "start_m": start_m,
        "length_m": length_m,
        "uncut_edge": pieces.source.astype(np.int32),
        "piece": pieces.part.astype(np.int32),
    }
    return network.edges.take(pieces.source).reset_index(drop=True).assign(**own)


def _measure(network: Network, pieces: Pieces) -> tuple[Floats, Floats]:
    """Give where on its street each piece begins and how long it is, in the streets' metres."""
    drawn_m = shapely.length(network.geometry)[pieces.source]
    full_m = network.length_m[pieces.source]
    scale = np.divide(full_m, drawn_m, out=np.ones(len(drawn_m)), where=drawn_m > 0)
    whole = (pieces.start_m == 0.0) & (pieces.end_m == drawn_m)
    return pieces.start_m * scale, np.where(whole, full_m, (pieces.end_m - pieces.start_m) * scale)


def _all_lines(network: Network, pieces: Pieces) -> NDArray[np.object_]:
    lines = network.geometry[pieces.source].copy()
    drawn_m = shapely.length(lines)
    for row in np.flatnonzero((pieces.start_m > 0.0) | (pieces.end_m < drawn_m)):
        lines[row] = substring(lines[row], pieces.start_m[row], pieces.end_m[row])
    lines.flags.writeable = False
    return lines


def _list_cuts(count: int, partings: Partings, target: Ints, pieces: Pieces) -> pd.DataFrame:
    """List each place's first group of streets against each of its others."""
    arms = partings.arms
    inner = arms.step < 0
    last = np.arange(count)
    np.maximum.at(last, pieces.source, np.arange(len(pieces.source)))
    within = partings.places.node[arms.place] < 0
    # pieces after the first are sorted by (edge, at_m): find the one that begins at the place
    key = pieces.source[count:] * _LONGEST_EDGE_M + pieces.start_m[count:]
    asked = arms.edge[within] * _LONGEST_EDGE_M + arms.at_m[within]
    begun = np.zeros(len(inner), dtype=np.int64)
    begun[within] = count + np.searchsorted(key, asked)
    ended = np.where(pieces.part[begun] == 1, pieces.source[begun], begun - 1)
    piece = np.where(
        within, np.where(inner, ended, begun), np.where(inner, last[arms.edge], arms.edge)
    )
    _, first = np.unique(target, return_index=True)
    first.sort()
    rest = first[partings.group[first] > 0]
    base = np.searchsorted(arms.place, arms.place[rest])
    place = arms.place[rest]
    table = {
        "barrier_id": partings.barrier_id[place],
        "edge_a": piece[base],
        "edge_b": piece[rest],
        "node_a": target[base],
        "node_b": target[rest],
        "x_m": partings.places.xy[place, 0],
        "y_m": partings.places.xy[place, 1],
    }
    names = pd.array(table.pop("barrier_id"), dtype="str")
    typed = {name: column.astype(CUT_COLUMNS[name]) for name, column in table.items()}
    return pd.DataFrame({"barrier_id": names, **typed}, copy=False)
