"""Networks as graphs and tables, there and back; and networks of the real extracts."""

from __future__ import annotations

import gzip
import time
import warnings
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pytest
import shapely
from towns import layer, line, place, read_town, wall

from tongling_gis.crs import metric_crs_of
from tongling_gis.errors import CrsError, NetworkError
from tongling_gis.importers.osm import read_osm
from tongling_gis.network import (
    Network,
    build_network,
    from_graph,
    from_tables,
    node_streets,
    to_graph,
    to_tables,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

EXTRACTS = {
    "beijing": "osm/beijing_cau.osm.gz",
    "guixi": "osm/guixi.osm.gz",
    "helsinki": "osm/helsinki.osm.pbf",
    "monaco": "osm/monaco.osm.gz",
    "porto_alegre": "porto_alegre/poa.osm.pbf",
}


def toy_graph() -> nx.MultiDiGraph:
    """A graph as OSMnx makes it, with every oddity: one-way, loop, parallel, twin, no geometry."""
    graph = nx.MultiDiGraph(crs="EPSG:4548", name="toy", simplified=True)
    xy = {1: place(0, 0), 2: place(100, 0), 3: place(100, 100), 4: place(300, 300)}
    for node, (x, y) in xy.items():
        graph.add_node(node, x=x, y=y, street_count=node)
    graph.nodes[2]["highway"] = "crossing"
    graph.nodes[3]["elevation"] = 12.5
    bent = shapely.LineString([xy[1], place(50, 30), xy[2]])
    both = {"osmid": 10, "highway": "residential", "length": 117.0, "name": ["a", "b"]}
    graph.add_edge(1, 2, key=0, **both, geometry=bent, reversed=False)
    graph.add_edge(2, 1, key=0, **both, geometry=shapely.reverse(bent), reversed=True)
    graph.add_edge(1, 2, key=1, osmid=11, length=100.0, oneway=True, highway="primary")
    graph.add_edge(2, 3, key=0, osmid=[12, 13], length=100.0, lanes=None, width=float("nan"))
    graph.add_edge(3, 2, key=5, osmid=[12, 13], length=100.0, lanes="2")
    loop = shapely.LineString([xy[3], place(150, 150), place(90, 150), xy[3]])
    graph.add_edge(3, 3, key=0, osmid=14, length=170.0, geometry=loop, key_="x", piece="mine")
    graph.add_edge(2, 2, key=0, osmid=15, length=0.0)
    graph.add_edge(3, 4, key=0, osmid=16)
    return graph


def assert_same_graph(one: nx.MultiDiGraph, two: nx.MultiDiGraph) -> None:
    """Nodes, edges, keys and all attributes are the same; NaN is the same as NaN."""
    assert one.graph == two.graph
    assert list(one.nodes) == list(two.nodes)
    assert repr(sorted(map(repr, one.nodes(data=True)))) == repr(
        sorted(map(repr, two.nodes(data=True)))
    )
    arcs = [
        sorted(
            (u, v, repr(k), sorted((n, repr(f)) for n, f in facts.items()))
            for u, v, k, facts in g.edges(keys=True, data=True)
        )
        for g in (one, two)
    ]
    assert arcs[0] == arcs[1]


def assert_same_network(one: Network, two: Network) -> None:
    """Tables with their types, lines to the last bit and CRS are the same."""
    pd.testing.assert_frame_equal(one.nodes, two.nodes)
    pd.testing.assert_frame_equal(one.edges, two.edges)
    assert shapely.equals_identical(one.geometry, two.geometry).all()
    assert one.crs == two.crs


def read_network(folder: Path, name: str, **options) -> Network:
    """Build the network of an extract, with its walls and gates."""
    layers = read_osm(folder / EXTRACTS[name]).layers
    crs = metric_crs_of(layers["streets"])
    streets, nodes, barriers, gates = (
        layers[one].to_crs(crs) if one in layers else None
        for one in ("streets", "street_nodes", "barriers", "gates")
    )
    known = {"nodes": nodes, "barriers": barriers, "gates": gates}
    return build_network(streets, **(known | options))


def test_a_graph_comes_back_as_it_was() -> None:
    """Keys, directions, lists, missing values, straight edges and odd names are kept."""
    graph = toy_graph()
    assert_same_graph(to_graph(from_graph(graph)), graph)


def test_both_directions_of_a_street_are_one_edge() -> None:
    """Twins that lead the same way back are joined; parallel and one-way edges are not."""
    network = from_graph(toy_graph())
    assert len(network.edges) == 6
    lengths = [117.0, 100.0, 0.0, 100.0, 170.0, np.hypot(200, 200)]
    assert sorted(network.edges["length_m"]) == pytest.approx(sorted(lengths))
    assert network.edges["twin_key"].notna().sum() == 2
    assert network.nodes["elevation_m"].to_numpy() == pytest.approx(
        [np.nan, np.nan, 12.5, np.nan], nan_ok=True
    )


def test_a_graph_cut_by_a_wall_gives_the_pieces() -> None:
    """The severed street leads to two new nodes; its pieces' lengths add up."""
    cut = from_graph(toy_graph()).cut_by(wall((-20, 15), (80, 15), (80, 60), (40, 60)))
    graph = to_graph(cut)
    assert len(graph) == 4 + 2 * len(cut.cuts)
    pieces = [facts["length"] for *_, facts in graph.edges(data=True) if facts["osmid"] == 10]
    assert sum(pieces) == pytest.approx(2 * 117)
    assert len(pieces) == 2 * (len(cut.cuts) + 1)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        (lambda graph: graph.graph.pop("crs"), CrsError, "no CRS"),
        (lambda graph: graph.graph.update(crs="EPSG:4326"), CrsError, "not in metres"),
        (lambda graph: graph.nodes[1].pop("x"), NetworkError, "node 1 has no x and y"),
        (lambda graph: graph.add_node("a", x=0, y=0), NetworkError, "'a' is no whole number"),
        (lambda graph: graph.remove_edges_from(list(graph.edges)), NetworkError, "no edges"),
        (lambda graph: graph.edges[1, 2, 1].update(length=-3.0), NetworkError, "length -3"),
        (lambda graph: graph.edges[1, 2, 1].update(length=np.nan), NetworkError, "length nan"),
        (lambda graph: graph.edges[1, 2, 1].update(length="long"), NetworkError, "length long"),
    ],
)
def test_graphs_that_cannot_be_used_are_refused(change, error: type[Exception], match: str) -> None:
    """Each error says what is wrong with the graph."""
    graph = toy_graph()
    change(graph)
    with pytest.raises(error, match=match):
        from_graph(graph)


def test_a_network_comes_back_from_graph_and_tables() -> None:
    """Also what is not walked, and columns of every type with missing values."""
    town = read_town("""
+-+-+
| | |
+-+-+
""")
    streets = town.streets.assign(
        highway=["motorway", *["residential"] * 6],
        width_m=pd.array([3.5, None, *[2.0] * 5], dtype="Float64"),
        layer=pd.array([1, None, *[0] * 5], dtype="Int64"),
        name=pd.array(["长江路", None, *["b"] * 5], dtype="str"),
    )
    network = build_network(streets, private_ways=False)
    assert_same_network(from_graph(to_graph(network)), network)
    assert_same_network(from_tables(*to_tables(network)), network)


def test_a_network_without_walls_in_a_graph_is_seen_by_osmnx() -> None:
    """OSMnx reads both directions, keys, lengths and lines from it."""
    town = read_town("+-+-+")
    nodes, edges = ox.convert.graph_to_gdfs(to_graph(town.network()))
    assert len(nodes) == 3
    assert edges["length"].tolist() == [100.0] * 4
    assert sorted(edges["reversed"]) == [False, False, True, True]


def test_tables_must_know_their_nodes() -> None:
    """An edge that leads to a node that is not there is refused by its number."""
    nodes, edges = to_tables(read_town("+-+-+").network())
    with pytest.raises(NetworkError, match="no node 4"):
        from_tables(nodes[nodes["node_id"] != 4], edges)


@pytest.mark.parametrize("simplify", [True, False])
def test_a_real_osmnx_graph_comes_back_as_it_was(
    shared_data: Path,
    tmp_path: Path,
    simplify: bool,  # noqa: FBT001 - as OSMnx calls it
) -> None:
    """The Beijing quarter as OSMnx reads it, simplified or not."""
    file = tmp_path / "quarter.osm"
    file.write_bytes(gzip.decompress((shared_data / EXTRACTS["beijing"]).read_bytes()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = ox.project_graph(ox.graph_from_xml(file, simplify=simplify, retain_all=True))
    network = from_graph(graph)
    assert nx.utils.graphs_equal(to_graph(network), graph)
    both = sum(1 for u, v, k in graph.edges(keys=True) if graph.has_edge(v, u))
    assert len(network.edges) < graph.number_of_edges() <= 2 * len(network.edges)
    assert network.edges["twin_key"].notna().sum() <= both / 2


def test_a_real_network_comes_back_from_graph_and_tables(shared_data: Path) -> None:
    """The Beijing quarter as this program reads it."""
    network = read_network(shared_data, "beijing").without_barriers
    assert_same_network(from_graph(to_graph(network)), network)
    assert_same_network(from_tables(*to_tables(network)), network)


@pytest.mark.parametrize("name", EXTRACTS)
def test_extracts_build_in_seconds_into_one_large_component(shared_data: Path, name: str) -> None:
    """Nearly all walkable streets hang together, no metre is lost, and each reason is known."""
    started = time.monotonic()
    network = read_network(shared_data, name)
    assert time.monotonic() - started < 20
    bare = network.without_barriers
    assert network.edges["length_m"].sum() == pytest.approx(bare.edges["length_m"].sum())
    own = network.component[network.edges["from_node"].to_numpy()]
    walked = network.edges["walkable"].to_numpy()
    length_m = network.edges["length_m"].to_numpy()
    assert length_m[walked & (own == 0)].sum() > 0.9 * length_m[walked].sum()
    assert (walked == (network.edges["walk_reason"] == "")).all()
    assert not walked[network.edges["highway"].isin(["motorway", "construction"])].any()
    steps = network.edges["highway"] == "steps"
    assert walked[steps].mean() > 0.98 if steps.any() else True


def test_no_public_street_of_the_beijing_quarter_is_severed(shared_data: Path) -> None:
    """Its fences end at streets or lead along them: none closes one, as a look at them shows."""
    network = read_network(shared_data, "beijing")
    assert network.barriers is not None
    assert network.cuts.empty


def test_a_wall_round_a_real_compound_shuts_it_until_its_gates_open(shared_data: Path) -> None:
    """On the border of a Beijing compound it severs all streets; gates near it open some again."""
    compounds = read_osm(shared_data / EXTRACTS["beijing"]).layers["compounds"].to_crs(4548)
    compound = compounds[compounds["compound_id"] == "way/609225889"]
    walls = layer(compound.boundary.to_numpy(), barrier_id="round", barrier="wall")
    gated = read_network(shared_data, "beijing").cut_by(walls)
    bare = read_network(shared_data, "beijing", nodes=None, barriers=None, gates=None)
    shut = bare.cut_by(walls)
    inside = inside_nodes(shut, compound)
    outside = ~inside & (shut.nodes["node_id"] > 0).to_numpy()
    assert (shut.cuts["barrier_id"] == "round").all()
    assert not set(shut.component[inside]) & set(shut.component[outside])
    assert 0 < len(gated.cuts) < len(shut.cuts)
    assert (gated.component[inside_nodes(gated, compound)] == 0).mean() > 0.9


def inside_nodes(network: Network, compound: gpd.GeoDataFrame) -> np.ndarray:
    """Nodes of streets before barriers that lie inside a compound."""
    points = shapely.points(network.nodes[["x_m", "y_m"]].to_numpy())
    within = shapely.contains_properly(compound.geometry.iloc[0], points)
    return within & (network.nodes["node_id"] > 0).to_numpy()


def test_streets_of_an_extract_without_node_numbers_join_much_the_same(shared_data: Path) -> None:
    """As lines alone, Guixi's streets have the components that its node numbers tell."""
    layers = read_osm(shared_data / EXTRACTS["guixi"]).layers
    streets = layers["streets"].to_crs(4548)
    lines = node_streets(streets.drop(columns=["from_node", "to_node"]))
    by_lines, by_nodes = build_network(lines), build_network(streets)
    assert by_lines.edges["length_m"].sum() == pytest.approx(by_nodes.edges["length_m"].sum())
    assert by_lines.component.max() == by_nodes.component.max()


def test_a_graph_s_straight_street_is_cut_where_the_wall_crosses() -> None:
    """An edge that the graph drew no line for is a straight one."""
    graph = nx.MultiDiGraph(crs="EPSG:4548")
    for node, x in ((1, 0), (2, 100)):
        graph.add_node(node, x=place(x, 0)[0], y=place(x, 0)[1])
    graph.add_edge(1, 2, key=0, osmid=1, length=100.0)
    cut = from_graph(graph).cut_by(wall((30, -9), (30, 9)))
    assert cut.edges["length_m"].tolist() == [30.0, 70.0]
    assert shapely.equals_exact(cut.geometry[0], line((0, 0), (30, 0)), 1e-6)
