"""Street graphs of networkx and OSMnx become streets and nodes without losing an attribute."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from shapely import LineString

from tongling_gis.errors import CrsError, MissingFileError, UnreadableFileError
from tongling_gis.importers.graphml import read_graph, read_graphml
from tongling_gis.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

OSMNX = {"crs": "epsg:4326", "created_with": "OSMnx 2.1", "created_date": "2026-01-02 03:04:05"}


def town(**attributes: object) -> nx.MultiDiGraph:
    """Make a graph as OSMnx does, with a bent two-way street and a one-way footway.

    ::

        1 ==== 2 ---> 3
    """
    graph = nx.MultiDiGraph(**(OSMNX | attributes))
    graph.add_node(1, x=117.8, y=30.9, street_count=1, elevation=31.5)
    graph.add_node(2, x=117.801, y=30.9, street_count=3, highway="crossing", ref="A1")
    graph.add_node(3, x=117.802, y=30.9, street_count=1)
    bend = LineString([(117.8, 30.9), (117.8005, 30.9003), (117.801, 30.9)])
    both = {"osmid": 10, "highway": "residential", "oneway": False, "lanes": "2", "name": "铜官路"}
    graph.add_edge(1, 2, reversed=False, geometry=bend, length=116.4, grade=0.02, **both)
    there = {"reversed": True, "geometry": bend.reverse(), "length": 116.4, "grade": -0.02}
    graph.add_edge(2, 1, **there, **both)
    graph.add_edge(
        2,
        3,
        osmid=[11, 12],
        highway=["footway", "steps"],
        oneway=True,
        name=["甲巷", "乙巷"],
        width=["3", "1.5 m"],
        length=95.6,
        reversed=False,
    )
    return graph


def test_the_two_directions_of_a_street_are_one_segment() -> None:
    """A two-way street is one row in the direction it was drawn, and keeps what differs back."""
    imported = read_graph(town())
    streets = imported.layers["streets"].set_index("street_id")
    assert list(streets.index) == ["1-2-0", "2-3-0"]
    street = streets.loc["1-2-0"]
    assert (street.from_node, street.to_node, street.osm_way_id) == (1, 2, 10)
    assert (street.highway, street.oneway, street["name"]) == ("residential", "no", "铜官路")
    assert len(street.geometry.coords) == 3
    assert json.loads(street.tags) == {
        "lanes": "2",
        "length": 116.4,
        "grade": 0.02,
        "reversed": False,
        "backward": {"grade": -0.02},
    }
    count = imported.report.counts["streets"]
    assert (count.read, count.kept, count.refused) == (3, 3, 0)
    assert any("1 edges are the other direction" in w.en for w in imported.report.warnings)


def test_lists_of_a_simplified_edge_are_all_kept() -> None:
    """A column holds the value that binds most; the tags hold every one."""
    street = read_graph(town()).layers["streets"].set_index("street_id").loc["2-3-0"]
    assert (street.highway, street.width_m, street["name"]) == ("steps", 1.5, "乙巷;甲巷")
    assert street.osm_way_id == 11
    left = json.loads(street.tags)
    assert left["osmid"] == [11, 12]
    assert left["highway"] == ["footway", "steps"]
    assert left["width"] == ["3", "1.5 m"]
    assert left["name"] == ["甲巷", "乙巷"]


def test_nodes_keep_elevation_crossing_and_everything_else() -> None:
    """Elevation and crossing go to their columns, the rest to the tags."""
    nodes = read_graph(town()).layers["street_nodes"].set_index("node_id")
    assert nodes.elevation_m[1] == 31.5
    assert nodes.highway[2] == "crossing"
    assert json.loads(nodes.tags[2]) == {"street_count": 3, "ref": "A1"}
    assert tuple(nodes.reset_index().columns) == (*TABLES["street_nodes"].names, "geometry")


def test_what_osmnx_made_is_credited_to_openstreetmap() -> None:
    """A graph made by OSMnx names OpenStreetMap, one of unknown making names nobody."""
    assert "OpenStreetMap" in read_graph(town()).source.en
    assert read_graph(town(created_with="me")).source.en == ""


def test_graphml_gives_what_the_graph_in_memory_gives(tmp_path: Path) -> None:
    """A graph saved by OSMnx and read from the file is the same, row for row."""
    ox = pytest.importorskip("osmnx")
    file = tmp_path / "town.graphml"
    ox.save_graphml(town(), file)
    read, made = read_graphml(file), read_graph(town())
    assert read.report.source == "town.graphml"
    assert list(read.layers) == list(made.layers)
    for name, rows in made.layers.items():
        assert read.layers[name].equals(rows)


def test_a_graph_in_metres_comes_back_to_degrees() -> None:
    """A projected graph is brought to WGS 84, to a tenth of a millimetre."""
    ox = pytest.importorskip("osmnx")
    there = read_graph(ox.project_graph(town(), to_crs="EPSG:4548"))
    here = read_graph(town())
    for name, rows in here.layers.items():
        assert there.layers[name].crs.to_epsg() == 4326
        assert rows.geometry.geom_equals_exact(there.layers[name].geometry, 1e-9).all()


def test_an_undirected_graph_is_read_too() -> None:
    """An undirected graph's edges run from the node at which their line begins."""
    graph = nx.MultiGraph(crs="EPSG:4326")
    graph.add_nodes_from([(1, {"x": 117.8, "y": 30.9}), (2, {"x": 117.81, "y": 30.9})])
    graph.add_edge(1, 2, geometry=LineString([(117.81, 30.9), (117.8, 30.9)]), highway="path")
    (street,) = read_graph(graph).layers["streets"].itertuples()
    assert street.geometry.coords[0] == (117.8, 30.9)


def test_names_that_are_no_numbers_are_kept_among_the_tags() -> None:
    """Nodes named by words get numbers, and keep their words."""
    graph = nx.Graph(crs="EPSG:4326")
    graph.add_nodes_from([("西门", {"x": 117.8, "y": 30.9}), ("东门", {"x": 117.81, "y": 30.9})])
    graph.add_edge("西门", "东门")
    imported = read_graph(graph)
    nodes = imported.layers["street_nodes"]
    assert [json.loads(one)["id"] for one in nodes.tags] == ["西门", "东门"]
    (street,) = imported.layers["streets"].itertuples()
    assert [street.from_node, street.to_node] == list(nodes.node_id)
    assert any("numbered anew" in warning.en for warning in imported.report.warnings)


def test_what_has_no_place_is_refused() -> None:
    """A node without coordinates and its edges are refused, an unreadable line drawn straight."""
    graph = town()
    graph.add_edge(3, 4, highway="path")
    graph.add_edge(1, 3, highway="path", geometry="LINESTRING (oh no")
    imported = read_graph(graph)
    assert {(note.layer, note.row, note.action) for note in imported.report.notes} == {
        ("street_nodes", "node/4", "refused"),
        ("streets", "3-4-0", "refused"),
        ("streets", "1-3-0", "repaired"),
    }
    streets = imported.layers["streets"].set_index("street_id")
    assert list(streets.geometry["1-3-0"].coords) == [(117.8, 30.9), (117.802, 30.9)]


@pytest.mark.parametrize("nothing", [{}, {"highway": None}, {"highway": float("nan")}])
def test_edges_without_a_class_are_refused_where_others_have_one(
    nothing: dict[str, object], tmp_path: Path
) -> None:
    """Building outlines and coasts become no streets; each is noted, and all are counted."""
    ox = pytest.importorskip("osmnx")
    graph = town()
    graph.add_edge(1, 3, osmid=77, building="yes", **nothing)
    ox.save_graphml(graph, tmp_path / "town.graphml")
    for imported in (read_graph(graph), read_graphml(tmp_path / "town.graphml")):
        assert imported.layers["streets"]["street_id"].tolist() == ["1-2-0", "2-3-0"]
        (note,) = [one for one in imported.report.notes if one.action == "refused"]
        assert (note.layer, note.row, note.column) == ("streets", "1-3-0", "highway")
        assert imported.report.counts["streets"].refused == 1
        assert any(one.en.endswith("not taken as streets: 1") for one in imported.report.warnings)


def test_a_graph_without_any_class_is_kept_whole_with_a_warning() -> None:
    """A plain graph of streets is usable, and the reader is told what was assumed."""
    graph = town()
    for *_, attributes in graph.edges(data=True):
        del attributes["highway"]
    imported = read_graph(graph)
    assert len(imported.layers["streets"]) == 2
    assert imported.report.counts["streets"].refused == 0
    assert any("No edge of the graph has a highway" in one.en for one in imported.report.warnings)


def test_coordinates_without_a_crs_must_be_able_to_be_degrees() -> None:
    """Without a CRS degrees are taken with a warning, metres are refused."""
    graph = nx.Graph()
    graph.add_nodes_from([(1, {"x": 117.8, "y": 30.9}), (2, {"x": 117.81, "y": 30.9})])
    graph.add_edge(1, 2)
    assert any("CRS" in warning.en for warning in read_graph(graph).report.warnings)
    graph.nodes[1].update(x=500_000.0, y=3_420_000.0)
    with pytest.raises(CrsError, match="EPSG:4548"):
        read_graph(graph)


@pytest.mark.parametrize(
    "content",
    ["", "<graphml", "<html></html>", '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"/>'],
)
def test_a_file_that_is_no_graphml_is_refused(tmp_path: Path, content: str) -> None:
    """An empty, truncated or other file is one clear sentence."""
    file = tmp_path / "a.graphml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError):
        read_graphml(file)


def test_a_missing_graphml_is_told_apart(tmp_path: Path) -> None:
    """A file that is not there is not an unreadable one."""
    with pytest.raises(MissingFileError):
        read_graphml(tmp_path / "nowhere.graphml")
