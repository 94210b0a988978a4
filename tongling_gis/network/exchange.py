"""Networks as tables and as networkx or OSMnx graphs, there and back without loss."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from pandas.api.types import pandas_dtype

from tongling_gis.errors import NetworkError
from tongling_gis.network.building import check_metric, number_pieces, read_lengths
from tongling_gis.network.model import Network
from tongling_gis.network.severing import no_cuts
from tongling_gis.network.walkability import decide_walkable
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray
    from pyproj import CRS

    Lines: TypeAlias = NDArray[np.object_]
    Attributes: TypeAlias = dict[str, Any]
    Arc: TypeAlias = tuple[int, int, Hashable, Attributes]

_OWN_COLUMNS = frozenset(
    {
        *("node_id", "x_m", "y_m", "elevation_m", "attributes", "geometry", "key", "twin_key"),
        *("from_node", "to_node", "length_m", "walk_reason", "walkable", "uncut_edge", "piece"),
        *("start_m", "twin_attributes"),
    }
)
_NOTE = "tongling_gis"
"""Graph attribute under which a network that was no graph before notes its columns' types."""


def to_tables(network: Network) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give a network's nodes and edges as layers; edges name their nodes by ``node_id``."""
    import geopandas as gpd

    node_id = network.nodes["node_id"].to_numpy()
    edges = network.edges.copy()
    for end in ("from_node", "to_node"):
        edges[end] = node_id[edges[end].to_numpy()]
    points = gpd.points_from_xy(network.nodes["x_m"], network.nodes["y_m"])
    return (
        gpd.GeoDataFrame(network.nodes.copy(), geometry=points, crs=network.crs),
        gpd.GeoDataFrame(edges, geometry=np.array(network.geometry), crs=network.crs),
    )


def from_tables(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Network:
    """Make a network of layers as ``to_tables`` gives them.

    It is a network of its own: pieces that a barrier left are streets of theirs now.

    Raises:
        CrsError: If the edges' CRS is not projected in metres.
        NetworkError: If an edge's node is not among the nodes, or its length is not usable.
    """
    check_metric(edges.crs, Text("边图层", "The layer of edges"))
    table = pd.DataFrame(nodes.drop(columns=nodes.geometry.name)).reset_index(drop=True)
    rows = pd.DataFrame(edges.drop(columns=edges.geometry.name)).reset_index(drop=True)
    lookup = pd.Index(table["node_id"])
    for end in ("from_node", "to_node"):
        row = lookup.get_indexer(rows[end])
        if (row < 0).any():
            lost = rows[end].iloc[int(np.argmax(row < 0))]
            raise NetworkError(
                Text(
                    f"节点表中没有节点 {lost}。", f"There is no node {lost} in the table of nodes."
                )
            )
        rows[end] = row.astype(np.int32)
    return _whole(edges.crs, table, rows, np.array(edges.geometry.to_numpy(dtype=object)))


def from_graph(graph: nx.MultiDiGraph[Any], *, private_ways: bool = True) -> Network:
    """Make a network of an OSMnx graph, or of one that ``to_graph`` made.

    The two directions of a street, the same way back, become one edge. Attributes become
    columns, those of the direction first met; and ``attributes`` and ``twin_attributes`` keep
    both directions' as they are, with ``key`` and ``twin_key``.

    Args:
        graph: A graph in a projected CRS in metres, with ``x`` and ``y`` at every node.
        private_ways: Whether streets tagged access=private are walked.

    Raises:
        CrsError: If the graph's CRS is missing or not projected in metres.
        NetworkError: If it has no edges, a node is no whole number, has no coordinates, or an
            edge's length is not usable.
    """
    from pyproj import CRS

    declared = graph.graph.get("crs")
    crs = check_metric(
        None if declared is None else CRS.from_user_input(declared),
        Text("图（graph）", "The graph"),
    )
    arcs = list(graph.edges(keys=True, data=True))
    if not arcs:
        raise NetworkError(Text("图（graph）里没有边。", "The graph has no edges."))
    note = graph.graph.get(_NOTE)
    if note is not None and all("row" in facts for *_, facts in arcs):
        return _as_noted(crs, graph, note)
    nodes = _read_nodes(graph)
    edges, geometry = _read_edges(nodes, _pair_twins(arcs))
    edges["walk_reason"] = decide_walkable(edges, private_ways=private_ways).astype(str)
    edges["walkable"] = edges["walk_reason"].to_numpy() == ""
    network = _whole(crs, nodes, edges, geometry)
    return replace(network, graph_attributes=dict(graph.graph))


def to_graph(network: Network) -> nx.MultiDiGraph[Any]:
    """Make an OSMnx-style graph: both directions of every edge, or those it was read with.

    What barriers have cut comes as the pieces that they left; the barriers are not in it.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    node_id = network.nodes["node_id"].tolist()
    read = network.graph_attributes is not None
    graph.graph.update(network.graph_attributes or {"crs": network.crs, _NOTE: _note(network)})
    graph.add_nodes_from(zip(node_id, _node_attributes(network), strict=True))
    for arc in _read_arcs(network) if read else _both_arcs(network):
        graph.add_edge(arc[0], arc[1], key=arc[2], **arc[3])
    return graph


def _whole(crs: CRS, nodes: pd.DataFrame, edges: pd.DataFrame, geometry: Lines) -> Network:
    geometry.flags.writeable = False
    read_lengths(edges, geometry)
    edges = edges.assign(**number_pieces(len(edges)))
    return Network(crs, nodes, edges, geometry, no_cuts())


def _columns(values: list[Attributes]) -> dict[str, pd.Series[Any]]:
    """Make a column of each attribute; ``pd.NA`` stands where it is not there at all."""
    names = dict.fromkeys(name for one in values for name in one)
    return {
        name: pd.Series([one.get(name, pd.NA) for one in values], dtype=object)
        for name in names
        if name not in _OWN_COLUMNS
    }


def _read_nodes(graph: nx.MultiDiGraph[Any]) -> pd.DataFrame:
    ids, values = list(graph), [facts for _, facts in graph.nodes(data=True)]
    for one, facts in zip(ids, values, strict=True):
        _check_node(one, facts)
    heights = [one.get("elevation", one.get("elevation_m", np.nan)) for one in values]
    own = {
        "node_id": np.array(ids, dtype=np.int64),
        "x_m": np.array([one["x"] for one in values], dtype=float),
        "y_m": np.array([one["y"] for one in values], dtype=float),
        "elevation_m": pd.to_numeric(pd.Series(heights, dtype=object), errors="coerce").astype(
            float
        ),
    }
    kept = {"attributes": pd.Series([dict(one) for one in values], dtype=object)}
    columns = {name: one for name, one in _columns(values).items() if name not in {"x", "y"}}
    return pd.DataFrame(own | columns | kept)


def _check_node(one: object, facts: Attributes) -> None:
    if isinstance(one, bool) or not isinstance(one, int | np.integer):
        raise NetworkError(
            Text(
                f"图（graph）的节点 {one!r} 不是整数编号：请先用整数重新编号。",
                f"The graph's node {one!r} is no whole number: relabel nodes by numbers.",
            )
        )
    if not all(np.isfinite(facts.get(axis, np.nan)) for axis in "xy"):
        raise NetworkError(
            Text(f"图（graph）的节点 {one} 没有坐标。", f"The graph's node {one} has no x and y.")
        )


def _pair_twins(arcs: Iterable[Arc]) -> list[tuple[Arc, Arc | None]]:
    """Bring each arc together with the one that leads the same way back, if there is one."""
    waiting: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    pairs: list[tuple[Arc, Arc | None]] = []
    for arc in arcs:
        start, end, _, facts = arc
        line = facts.get("geometry")
        there = None if line is None else tuple(line.coords)
        back = None if there is None else there[::-1]
        same = (str(facts.get("osmid")), facts.get("length"), facts.get("row"))
        if partners := waiting[(end, start, back, *same)]:
            row = partners.pop(0)
            pairs[row] = (pairs[row][0], arc)
            continue
        waiting[(start, end, there, *same)].append(len(pairs))
        pairs.append((arc, None))
    return pairs


def _read_edges(
    nodes: pd.DataFrame, pairs: list[tuple[Arc, Arc | None]]
) -> tuple[pd.DataFrame, Lines]:
    values = [first[3] for first, _ in pairs]
    lookup = pd.Index(nodes["node_id"])
    ends = np.column_stack([lookup.get_indexer([one[0][k] for one in pairs]) for k in (0, 1)])
    geometry = np.array(shapely.linestrings(nodes[["x_m", "y_m"]].to_numpy()[ends]), dtype=object)
    for row, facts in enumerate(values):
        if "geometry" in facts:
            geometry[row] = facts["geometry"]
    kept = {
        "key": [first[2] for first, _ in pairs],
        "twin_key": [None if twin is None else twin[2] for _, twin in pairs],
        "attributes": [dict(facts) for facts in values],
        "twin_attributes": [None if twin is None else dict(twin[3]) for _, twin in pairs],
    }
    table = {
        "from_node": ends[:, 0].astype(np.int32),
        "to_node": ends[:, 1].astype(np.int32),
        **_columns(values),
        **{name: pd.Series(column, dtype=object) for name, column in kept.items()},
    }
    edges = pd.DataFrame(table)
    drawn_m = np.asarray(shapely.length(geometry)).tolist()
    told = [
        facts.get("length_m", facts.get("length", metres))
        for facts, metres in zip(values, drawn_m, strict=True)
    ]
    edges["length_m"] = pd.Series(told, dtype=object)
    edges["length_m"] = read_lengths(edges, geometry)
    return edges, geometry


def _read_arcs(network: Network) -> Iterator[Arc]:
    """Give the arcs of a network that was read from a graph, as they were; or their pieces."""
    edges = network.edges
    node_id = network.nodes["node_id"].to_numpy()
    ends = node_id[edges[["from_node", "to_node"]].to_numpy()].tolist()
    whole_m = network.without_barriers.edges["length_m"].to_numpy()
    length_m = edges["length_m"].to_numpy()
    is_piece = length_m != whole_m[edges["uncut_edge"].to_numpy()]
    kept = ("key", "twin_key", "attributes", "twin_attributes")
    for row, (key, twin_key, facts, twin) in enumerate(
        zip(*(edges[name].tolist() for name in kept), strict=True)
    ):
        line, (start, end) = network.geometry[row], ends[row]
        piece = {"length": float(length_m[row])} if is_piece[row] else {}
        yield start, end, key, facts | piece | _shape(facts, line)
        if isinstance(twin, dict):
            yield end, start, twin_key, twin | piece | _shape(twin, shapely.reverse(line))


def _shape(facts: Attributes, line: object) -> Attributes:
    return {"geometry": line} if "geometry" in facts else {}


def _both_arcs(network: Network) -> Iterator[Arc]:
    """Give both directions of every edge, with its columns as attributes."""
    node_id = network.nodes["node_id"].to_numpy()
    names = [str(name) for name in network.edges if name not in {"from_node", "to_node"}]
    columns = [network.edges[name].astype(object).tolist() for name in names]
    ends = node_id[network.edges[["from_node", "to_node"]].to_numpy()].tolist()
    taken: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row, values in enumerate(zip(*columns, strict=True)):
        facts = dict(zip(names, values, strict=True))
        facts |= {"row": row, "length": facts["length_m"]}
        line, (start, end) = network.geometry[row], ends[row]
        for one, other, turned, shape in (
            (start, end, False, line),
            (end, start, True, shapely.reverse(line)),
        ):
            yield one, other, taken[one, other], facts | {"reversed": turned, "geometry": shape}
            taken[one, other] += 1


def _node_attributes(network: Network) -> Iterator[Attributes]:
    """Give each node's attributes: as they were read, or its columns."""
    x, y = network.nodes["x_m"].tolist(), network.nodes["y_m"].tolist()
    if network.graph_attributes is None:
        names = [str(name) for name in network.nodes if name not in {"node_id", "x_m", "y_m"}]
        columns = [network.nodes[name].astype(object).tolist() for name in names]
        known = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    else:
        kept = network.nodes["attributes"]
        known = [one if isinstance(one, dict) else {} for one in kept]
    for row, facts in enumerate(known):
        yield facts | {"x": x[row], "y": y[row]}


def _note(network: Network) -> Attributes:
    return {
        "nodes": {str(name): str(kind) for name, kind in network.nodes.dtypes.items()},
        "edges": {str(name): str(kind) for name, kind in network.edges.dtypes.items()},
    }


def _as_noted(crs: CRS, graph: nx.MultiDiGraph[Any], note: Attributes) -> Network:
    """Bring back the columns, and their types, of a network that ``to_graph`` turned around."""
    ids, values = list(graph), [facts for _, facts in graph.nodes(data=True)]
    for one, facts in zip(ids, values, strict=True):
        _check_node(one, facts)
    known = [
        facts | {"node_id": one, "x_m": facts["x"], "y_m": facts["y"]}
        for one, facts in zip(ids, values, strict=True)
    ]
    nodes = _typed(known, note["nodes"])
    lookup = pd.Index(nodes["node_id"])
    arcs = [arc for arc in graph.edges(keys=True, data=True) if not arc[3]["reversed"]]
    arcs.sort(key=lambda arc: int(arc[3]["row"]))
    begin, end = (lookup.get_indexer([arc[k] for arc in arcs]) for k in (0, 1))
    ends = [{"from_node": one, "to_node": two} for one, two in zip(begin, end, strict=True)]
    edges = _typed([arc[3] | two for arc, two in zip(arcs, ends, strict=True)], note["edges"])
    geometry = np.empty(len(arcs), dtype=object)
    geometry[:] = [arc[3]["geometry"] for arc in arcs]
    return _whole(crs, nodes, edges, geometry)


def _typed(values: list[Attributes], kinds: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series([one[name] for one in values], dtype=object).astype(pandas_dtype(kind))
            for name, kind in kinds.items()
        }
    )
