"""The streets around a boundary as they stand: a piece taken out of the city's network."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from tongling_gis.network import Network
from tongling_gis.network.severing import no_cuts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    from tongling_gis.scenario.ground import Ground

    Ints: TypeAlias = NDArray[np.int64]


def slice_network(ground: Ground, streets: Ints, window: shapely.Polygon) -> Network:
    """Take some streets out of a city's network, with all pieces into which walls part them.

    Nodes and edges are those of the city in their order, numbered anew; ``street`` says of
    each edge which uncut street of the city it is of.

    Args:
        ground: The city's streets, as one kind of walker meets them.
        streets: Rows of the uncut streets, ascending.
        window: The box around them, for taking walls and gates.
    """
    network = ground.network
    pieces = np.sort(ground.pieces_of(streets))
    nodes, ends = np.unique(ground.piece_ends[pieces].astype(np.int64), return_inverse=True)
    edges = _take_edges(ground, pieces, ends.reshape(-1, 2))
    return Network(
        network.crs,
        ground.cut_node_columns.take(nodes),
        edges,
        network.geometry[pieces],
        _take_cuts(network, pieces, nodes),
        _take_near(network.barriers, ground.walls.barrier[ground.wall_tree.query(window)]),
        _take_near(network.gates, ground.gate_tree.query(window)),
        network.gate_reach_m,
        walker=network.walker,
        islands=network.on_island[pieces],
    )


def _take_edges(ground: Ground, pieces: Ints, ends: Ints) -> pd.DataFrame:
    """Take pieces of street with the columns of their streets."""
    streets = ground.street[pieces]
    from_node, to_node = ends.astype(np.int32).T
    return ground.street_columns.take(
        streets,
        from_node=from_node,
        to_node=to_node,
        length_m=ground.length_m[pieces],
        walkable=ground.walkable[pieces],
        walk_reason=ground.reasons[streets],
        uncut_edge=np.arange(len(pieces), dtype=np.int32),
        piece=ground.network.edges["piece"].to_numpy()[pieces].astype(np.int32),
        start_m=ground.start_m[pieces],
        street=streets,
    )


def _take_near(layer: gpd.GeoDataFrame | None, rows: Ints) -> gpd.GeoDataFrame | None:
    found = np.unique(rows)
    if layer is None or not len(found):
        return None
    return cast("gpd.GeoDataFrame", layer.iloc[found].reset_index(drop=True))


def _take_cuts(network: Network, pieces: Ints, nodes: Ints) -> pd.DataFrame:
    """Take the cuts between some pieces."""
    cuts = network.cuts
    if not len(cuts):
        return no_cuts()
    ends = cuts[["edge_a", "edge_b"]].to_numpy()
    inside = np.asarray(np.isin(ends, pieces).all(axis=1))
    some = cuts.loc[inside].reset_index(drop=True)
    for name in ("edge_a", "edge_b"):
        some[name] = np.searchsorted(pieces, some[name].to_numpy()).astype(np.int32)
    for name in ("node_a", "node_b"):
        some[name] = np.searchsorted(nodes, some[name].to_numpy()).astype(np.int32)
    return some
