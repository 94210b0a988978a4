"""The network: walls, gates and snapping in towns checked by hand, and laws for all towns."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from towns import CRS, gate, layer, line, place, read_town, wall

from tongling_gis.errors import CrsError, NetworkError
from tongling_gis.network import attach, build_network, carry, name_crossed_walls
from tongling_gis.network.walkability import decide_walkable

CROSS = read_town("""
  +
  |
+-+-+
  |
  +
""")
"""Four streets of 100 m that meet at (100, -100)."""

STREET = read_town("+---+")
"""One street of 200 m, from (0, 0) to (200, 0)."""


def spots(*xy: tuple[float, float]) -> np.ndarray:
    """Coordinates of places in metres from the towns' origin."""
    return np.array([place(*one) for one in xy])


def parted(network) -> list[set[int]]:
    """Which nodes hang together, by ``node_id`` of the nodes that streets had before barriers."""
    groups: dict[int, set[int]] = {}
    for node_id, own in zip(network.nodes["node_id"], network.component, strict=True):
        if node_id >= 0:
            groups.setdefault(int(own), set()).add(int(node_id))
    return sorted(groups.values(), key=lambda one: (-len(one), min(one)))


# Walls


def test_a_wall_across_a_street_severs_it() -> None:
    """The street becomes two pieces with two dead ends at one place, told by the barrier's id."""
    network = STREET.network(barriers=wall((50, -30), (50, 30)))
    assert network.edges["length_m"].tolist() == [50.0, 150.0]
    assert network.edges["start_m"].tolist() == [0.0, 50.0]
    assert network.edges["street_id"].tolist() == ["s1", "s1"]
    (cut,) = network.cuts.itertuples(index=False)
    assert (cut.barrier_id, cut.edge_a, cut.edge_b) == ("w1", 0, 1)
    assert (cut.x_m, cut.y_m) == place(50, 0)
    assert network.nodes.loc[[cut.node_a, cut.node_b], "x_m"].tolist() == [cut.x_m] * 2
    assert (network.nodes["node_id"] < 0).sum() == 2
    assert len(parted(network)) == 2


@pytest.mark.parametrize("kind", ["wall", "fence", "hedge", "retaining_wall", "city_wall", None])
def test_walls_of_every_kind_sever(kind: str | None) -> None:
    """Also a barrier of unknown kind stops people."""
    assert len(STREET.network(barriers=wall((50, -30), (50, 30), barrier=kind)).cuts) == 1


@pytest.mark.parametrize("kind", ["kerb", "guard_rail", "handrail", "bollard", "gate", "ditch"])
def test_what_people_step_over_or_pass_severs_nothing(kind: str) -> None:
    """Kerbs, rails and gates drawn as lines stop nobody on foot."""
    assert STREET.network(barriers=wall((50, -30), (50, 30), barrier=kind)).cuts.empty


@pytest.mark.parametrize(
    ("street", "barrier", "cuts"),
    [
        ({"bridge": "yes"}, {}, 0),
        ({"tunnel": "building_passage"}, {}, 0),
        ({"covered": "yes"}, {}, 0),
        ({"bridge": "no"}, {}, 1),
        ({"layer": 1}, {}, 0),
        ({"layer": pd.NA}, {"layer": pd.NA}, 1),
        ({"layer": -1}, {"layer": -1}, 1),
        ({}, {"layer": 1}, 0),
        ({"highway": "steps"}, {"barrier": "retaining_wall"}, 0),
        ({"highway": "steps"}, {}, 1),
        ({"highway": "footway", "tags": '{"footway": "crossing"}'}, {"barrier": "fence"}, 0),
    ],
)
def test_streets_that_pass_over_under_or_through_are_whole(
    street: dict[str, object], barrier: dict[str, object], cuts: int
) -> None:
    """Bridges, tunnels, covered ways and other levels do not meet a wall."""
    streets = STREET.streets.assign(**street)
    barriers = wall((50, -30), (50, 30), **barrier)
    assert len(build_network(streets, barriers=barriers).cuts) == cuts


@pytest.mark.parametrize(
    ("columns", "cuts"),
    [
        ({}, 0),
        ({"access": "private"}, 0),
        ({"access": "no"}, 1),
        ({"access": "no", "foot": "yes"}, 0),
        ({"foot": "no"}, 1),
        ({"tags": '{"locked": "yes"}'}, 1),
        ({"barrier": "bollard", "access": "no"}, 0),
        ({"barrier": "wall"}, 1),
        ({"barrier": None, "entrance": "yes"}, 0),
        ({"barrier": None, "entrance": "emergency"}, 1),
    ],
)
def test_a_gate_opens_the_wall_if_people_may_pass_it(columns: dict[str, object], cuts: int) -> None:
    """Residents pass private gates; closed ones leave the wall as it is."""
    network = STREET.network(barriers=wall((50, -30), (50, 30)), gates=gate(51, 1, **columns))
    assert len(network.cuts) == cuts


@pytest.mark.parametrize(("away_m", "cuts"), [(3.0, 0), (3.01, 1)])
def test_a_gate_opens_what_lies_within_its_reach(away_m: float, cuts: int) -> None:
    """The reach is inclusive."""
    network = STREET.network(barriers=wall((50, -30), (50, 30)), gates=gate(50, away_m))
    assert len(network.cuts) == cuts


def test_a_wall_through_a_junction_parts_the_streets_on_its_two_sides() -> None:
    """Streets on one side of the wall stay joined, whether or not the wall has a vertex there."""
    for corners in ([(40, -40), (160, -160)], [(40, -40), (100, -100), (160, -160)]):
        network = CROSS.network(barriers=wall(*corners))
        assert len(network.cuts) == 1
        assert [one - {2002} for one in parted(network)] == [{2, 2004}, {2000, 4002}]


def test_a_wall_that_turns_at_a_junction_parts_only_what_lies_in_its_corner() -> None:
    """The wall's two directions make two sectors, of which one holds a single street."""
    network = CROSS.network(barriers=wall((40, -40), (100, -100), (160, -40)))
    assert [one - {2002} for one in parted(network)] == [{2000, 2004, 4002}, {2}]


def test_a_wall_that_touches_from_one_side_parts_nothing() -> None:
    """Its corner lies on the street, both of its arms on the same side."""
    assert STREET.network(barriers=wall((20, 40), (50, 0), (80, 40))).cuts.empty


def test_a_wall_that_ends_on_a_street_leaves_it_open() -> None:
    """So do two that end there from both sides: the street runs through the gap."""
    both = layer(
        [line((50, 0), (50, 90)), line((50, 0), (50, -90))], barrier_id=["a", "b"], barrier="fence"
    )
    assert STREET.network(barriers=both.iloc[:1]).cuts.empty
    assert STREET.network(barriers=both).cuts.empty


def test_a_wall_drawn_a_little_past_the_centreline_ends_at_the_street() -> None:
    """Unless it goes on from there, reaches farther, or is but a short wall across the street."""
    past = line((50, -2), (50, 90))
    on = line((50, -2), (70, -40))
    assert STREET.network(barriers=layer([past], barrier_id="a")).cuts.empty
    assert len(STREET.network(barriers=layer([past, on], barrier_id=["a", "b"])).cuts) == 1
    assert len(STREET.network(barriers=wall((50, -10), (50, 90))).cuts) == 1
    assert len(STREET.network(barriers=wall((50, -2), (50, 2))).cuts) == 1


def test_a_street_along_a_closed_wall_belongs_to_its_outside() -> None:
    """A ring drawn over two streets parts what leads inside from what leads outside."""
    ring = shapely.LinearRing(
        [place(*one) for one in [(100, -100), (200, -100), (200, 0), (100, 0)]]
    )
    town = read_town("""
+-+-+
| | |
+-+-+
| | |
+-+-+
""")
    inside = layer([line((150, -50), (100, -100))], from_node=9999, to_node=2002, street_id="in")
    streets = pd.concat([town.streets, inside], ignore_index=True)
    for shape in (ring, shapely.reverse(ring), shapely.Polygon(ring)):
        network = build_network(streets, barriers=layer([shape], barrier_id="w1"))
        assert parted(network)[1:] == [{9999}]
        assert len(network.edges) == len(streets)


def test_two_walls_at_one_place_part_it_once() -> None:
    """Walls side by side over a street leave two pieces, not three."""
    twice = pd.concat([wall((50, -30), (50, 30)), wall((40, -30), (60, 30), barrier_id="w2")])
    network = STREET.network(barriers=twice)
    assert len(network.edges) == 2
    assert network.cuts["barrier_id"].tolist() == ["w1"]


def test_several_walls_sever_a_street_in_order() -> None:
    """Three walls leave four pieces that add up to the street, each beginning where one ends."""
    walls = pd.concat(
        [wall((x, -30), (x, 30), barrier_id=f"w{x}") for x in (150, 30, 90)], ignore_index=True
    )
    network = STREET.network(barriers=walls)
    pieces = network.edges.sort_values("piece")
    assert pieces["length_m"].tolist() == [30.0, 60.0, 60.0, 50.0]
    assert pieces["start_m"].tolist() == [0.0, 30.0, 90.0, 150.0]
    assert sorted(network.cuts["barrier_id"]) == ["w150", "w30", "w90"]
    for cut in network.cuts.itertuples():
        assert network.edges.loc[cut.edge_a, "to_node"] == cut.node_a
        assert network.edges.loc[cut.edge_b, "from_node"] == cut.node_b
        assert network.edges.loc[cut.edge_b, "start_m"] == float(cut.barrier_id[1:])


@pytest.mark.parametrize(
    ("columns", "open_"),
    [
        ({"barrier": "gate"}, True),
        ({"barrier": "lift_gate", "access": "private"}, True),
        ({"barrier": "bollard", "access": "no"}, True),
        ({"barrier": "gate", "access": "no"}, False),
        ({"barrier": "gate", "foot": "no"}, False),
        ({"barrier": "fence"}, False),
        ({"barrier": None, "foot": "no"}, True),
    ],
)
def test_what_stands_on_a_node_may_stop_people(columns: dict[str, object], open_: bool) -> None:  # noqa: FBT001 - a case's answer
    """A closed gate or a piece of wall on a junction parts all streets there."""
    nodes = layer([shapely.Point(place(100, -100))], node_id=2002, **columns)
    network = CROSS.network(nodes=nodes)
    assert len(network.cuts) == (0 if open_ else 3)
    assert set(network.cuts["barrier_id"]) <= {"node/2002"}
    assert len(parted(network)) == (1 if open_ else 4)


def test_a_gate_on_the_street_itself_opens_the_wall_there() -> None:
    """The street's own node is a gate, although the layer of gates knows none."""
    nodes = layer([shapely.Point(place(100, -100))], node_id=2002, barrier="gate")
    assert CROSS.network(nodes=nodes, barriers=wall((40, -40), (160, -160))).cuts.empty


@pytest.mark.parametrize(
    ("along_m", "kind", "cuts"), [(75, "gate", 0), (76, "gate", 1), (60, "bollard", 1)]
)
def test_a_gate_on_the_street_not_far_from_the_wall_opens_it(
    along_m: float, kind: str, cuts: int
) -> None:
    """Borders are drawn some way off the gates that serve them; a bollard is no gate."""
    streets = layer(
        [line((0, 0), (along_m, 0)), line((along_m, 0), (200, 0))],
        street_id=["a", "b"],
        from_node=[1, 2],
        to_node=[2, 3],
    )
    nodes = layer([shapely.Point(place(along_m, 0))], node_id=2, barrier=kind)
    assert len(build_network(streets, nodes, barriers=wall((50, -30), (50, 30))).cuts) == cuts


# Networks made of networks


def test_cutting_gives_another_network_and_leaves_the_first() -> None:
    """The first network is as it was; the second knows it as its uncut one."""
    network = CROSS.network()
    before = network.edges.copy()
    cut = network.cut_by(wall((50, -150), (50, -50)))
    pd.testing.assert_frame_equal(network.edges, before)
    assert network.cuts.empty
    assert len(cut.cuts) == 1
    assert cut.without_barriers is network
    assert network.without_barriers is network


def test_geometry_cannot_be_written() -> None:
    """The lines of a network, cut or not, are frozen."""
    network = CROSS.network()
    for one in (network, network.cut_by(wall((50, -150), (50, -50)))):
        with pytest.raises(ValueError, match="read-only"):
            one.geometry[0] = None


def test_walls_one_after_the_other_are_walls_together() -> None:
    """Cutting twice gives what cutting by both gives."""
    one, two = wall((50, -150), (50, -50)), wall((150, -150), (150, -50), barrier_id="w2")
    after = CROSS.network().cut_by(one).cut_by(two)
    together = CROSS.network(barriers=pd.concat([one, two], ignore_index=True))
    pd.testing.assert_frame_equal(after.edges, together.edges)
    pd.testing.assert_frame_equal(after.cuts, together.cuts)


def test_a_gate_opens_a_wall_that_stands() -> None:
    """Cutting by a gate alone opens the walls already there."""
    network = STREET.network(barriers=wall((50, -30), (50, 30)))
    assert network.cut_by(None, gate(50, 0)).cuts.empty


def test_a_closed_wall_around_a_block_makes_the_walk_round_it_longer() -> None:
    """The street through the middle is severed; the way round the block is left."""
    town = read_town("""
+-----+
|     |
+-----+
|     |
+-----+
""")
    ring = wall((100, -40), (200, -40), (200, -160), (100, -160), (100, -40))
    lengths = [walk_m(one, 2000, 2006) for one in (town.network(), town.network(barriers=ring))]
    assert lengths == [300.0, 500.0]


def walk_m(network, start: int, end: int) -> float:
    """Length of the shortest walk between two nodes, by networkx."""
    graph = nx.MultiGraph()
    edges = network.edges[network.edges["walkable"]]
    graph.add_nodes_from(range(len(network.nodes)))
    graph.add_weighted_edges_from(
        edges[["from_node", "to_node", "length_m"]].itertuples(index=False, name=None)
    )
    row = dict(zip(network.nodes["node_id"], network.nodes.index, strict=True))
    try:
        return nx.shortest_path_length(graph, row[start], row[end], weight="weight")
    except nx.NetworkXNoPath:
        return np.inf


def test_height_of_a_dead_end_lies_between_the_street_s_ends() -> None:
    """A street that climbs 8 m is cut a quarter of the way up."""
    nodes = layer(shapely.points(spots((0, 0), (200, 0))), node_id=[1, 5], elevation_m=[10.0, 18.0])
    streets = STREET.streets.assign(from_node=1, to_node=5)
    network = build_network(streets, nodes, barriers=wall((50, -30), (50, 30)))
    assert network.nodes["elevation_m"].tolist() == [10.0, 18.0, 12.0, 12.0]


# Odd streets


def test_parallel_loops_and_points_of_streets_are_kept() -> None:
    """Two streets between two nodes, a loop and a street of no length are four edges."""
    streets = layer(
        [
            line((0, 0), (100, 0)),
            line((0, 0), (50, 50), (100, 0)),
            line((100, 0), (150, 50), (200, 0), (100, 0)),
            line((100, 0), (100, 0)),
        ],
        street_id=["a", "b", "c", "d"],
        from_node=[1, 1, 2, 2],
        to_node=[2, 2, 2, 3],
    )
    network = build_network(streets)
    assert network.edges["length_m"].tolist() == pytest.approx(
        [100.0, 2 * np.hypot(50, 50), 2 * np.hypot(50, 50) + 100, 0.0]
    )
    assert network.component.tolist() == [0, 0, 0]
    cut = network.cut_by(wall((150, -20), (150, 70)))
    assert cut.edges["street_id"].tolist() == ["a", "b", "c", "d", "c", "c"]
    assert cut.component.max() == 1


def test_wall_through_a_street_of_no_length_still_parts() -> None:
    """Two nodes at one place, joined by nothing but a point, do not lead through a wall."""
    streets = layer(
        [line((0, 0), (100, 0)), line((100, 0), (100, 0)), line((100, 0), (200, 0))],
        street_id=["a", "b", "c"],
        from_node=[1, 2, 3],
        to_node=[2, 3, 4],
    )
    assert walk_m(build_network(streets), 1, 4) == 200
    assert walk_m(build_network(streets, barriers=wall((100, -50), (100, 50))), 1, 4) == np.inf


def test_streets_that_cross_without_a_common_node_do_not_join() -> None:
    """With node numbers, a crossing is none unless both streets have the node."""
    streets = layer(
        [line((0, 0), (100, 0)), line((50, -50), (50, 50))],
        street_id=["a", "b"],
        from_node=[1, 3],
        to_node=[2, 4],
    )
    assert build_network(streets).component.max() == 1


@pytest.mark.parametrize(
    ("lines", "tags", "components"),
    [
        ([[(0, 0), (100, 0)], [(100.3, 0), (200, 0)]], {}, 1),
        ([[(0, 0), (100, 0)], [(101, 0), (200, 0)]], {}, 2),
        ([[(0, 0), (100, 0)], [(50, 0.2), (50, 90)]], {}, 1),
        ([[(0, 0), (100, 0)], [(50, -50), (50, 50)]], {}, 1),
        ([[(0, 0), (100, 0)], [(50, -50), (50, 50)]], {"bridge": ["yes", None]}, 2),
        ([[(0, 0), (100, 0)], [(50, -50), (50, 50)]], {"layer": [0, 1]}, 2),
        ([[(0, 0), (100, 0)], [(50, 0), (50, 50)]], {"bridge": ["yes", None]}, 2),
        ([[(0, 0), (100, 0)], [(50, 0), (50, 50)]], {"bridge": [None, "yes"]}, 1),
    ],
)
def test_streets_without_node_numbers_join_where_they_meet(
    lines: list[list[tuple[float, float]]], tags: dict[str, list[object]], components: int
) -> None:
    """Ends within half a metre, ends on streets, and crossings on one level are nodes."""
    streets = layer([line(*one) for one in lines], street_id=["a", "b"], **tags)
    assert build_network(streets).component.max() + 1 == components


def test_streets_split_where_another_ends_keep_their_length_and_id() -> None:
    """The pieces are numbered behind the street's id."""
    streets = layer([line((0, 0), (100, 0)), line((30, 0), (30, 90))], street_id=["a", "b"])
    network = build_network(streets)
    assert network.edges["street_id"].tolist() == ["a/1", "a/2", "b"]
    assert network.edges["length_m"].tolist() == [30.0, 70.0, 90.0]


# Which streets are walked


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "residential"}, ""),
        ({"highway": None}, ""),
        ({"highway": "steps"}, ""),
        ({"highway": "cycleway"}, ""),
        ({"highway": "motorway"}, "motorway"),
        ({"highway": "motorway", "foot": "yes"}, ""),
        ({"highway": "trunk"}, ""),
        ({"highway": "trunk", "tags": '{"sidewalk": "no"}'}, "no_sidewalk"),
        ({"highway": "trunk", "tags": '{"motorroad": "yes"}'}, "motorroad"),
        ({"highway": "construction", "foot": "yes"}, "class"),
        ({"highway": "busway"}, "class"),
        ({"highway": "primary", "foot": "use_sidepath"}, "sidepath"),
        ({"highway": "primary", "foot": "no"}, "foot"),
        ({"highway": "service", "access": "no"}, "access"),
        ({"highway": "service", "access": "no", "foot": "designated"}, ""),
        ({"highway": "service", "access": "private"}, ""),
        ({"highway": "residential", "oneway": "yes"}, ""),
    ],
)
def test_walkability_is_decided_by_tags(tags: dict[str, str | None], reason: str) -> None:
    """Each street that is not walked says why."""
    columns = {name: [value] for name, value in tags.items()}
    assert decide_walkable(pd.DataFrame(columns)).tolist() == [reason]


def test_private_ways_can_be_left_out() -> None:
    """Where asked, private streets are not walked unless people on foot are let in."""
    streets = pd.DataFrame({"access": ["private"] * 3, "foot": [None, "private", "yes"]})
    assert decide_walkable(streets, private_ways=False).tolist() == ["private", "foot", ""]
    assert decide_walkable(streets).tolist() == ["", "", ""]


def test_walls_do_not_sever_streets_that_nobody_walks() -> None:
    """A motorway stays whole, and no place is joined to it."""
    network = STREET.network(barriers=wall((50, -30), (50, 30)))
    streets = STREET.streets.assign(highway="motorway")
    motorway = build_network(streets, barriers=wall((50, -30), (50, 30)))
    assert len(network.edges) == 2
    assert len(motorway.edges) == 1
    assert attach(motorway, spots((50, 5)), limit_m=200).edge.tolist() == [-1]
    assert motorway.component.tolist() == [-1, -1]


# Snapping


def test_places_are_joined_to_streets_not_to_junctions() -> None:
    """A place beside the middle of a street meets it there, with both parts of it known."""
    found = attach(STREET.network(), spots((50, 30), (200, -40), (250, 0)), limit_m=200)
    assert found.edge.tolist() == [0, 0, 0]
    assert found.offset_m.tolist() == [50.0, 200.0, 200.0]
    assert found.distance_m.tolist() == [30.0, 40.0, 50.0]
    assert (found.x_m[0], found.y_m[0]) == place(50, 0)


@pytest.mark.parametrize(("limit_m", "edge"), [(30.0, 0), (30.0 - 5e-10, 0), (29.998, -1)])
def test_the_snapping_limit_is_inclusive(limit_m: float, edge: int) -> None:
    """What is not joined still knows how far it is from a street."""
    found = attach(STREET.network(), spots((50, 30)), limit_m=limit_m)
    assert found.edge.tolist() == [edge]
    assert found.distance_m.tolist() == [30.0]


def test_of_streets_equally_near_the_first_is_taken() -> None:
    """A place on a junction of four streets is joined to the lowest row."""
    network = CROSS.network()
    assert attach(network, spots((100, -100)), limit_m=0).edge.tolist() == [0]


def test_a_place_is_joined_to_its_own_side_of_a_wall() -> None:
    """The nearer street lies behind the wall; the farther one is taken, until a gate opens it."""
    town = read_town("""
+-----+

+-----+
""")
    network = town.network(barriers=wall((-50, -20), (350, -20)))
    beside = spots((150, -30))
    assert attach(town.network(), beside, limit_m=200).edge.tolist() == [0]
    assert attach(network, beside, limit_m=200).edge.tolist() == [1]
    opened = network.cut_by(None, gate(150, -20))
    assert attach(opened, beside, limit_m=200).edge.tolist() == [0]


def test_a_place_at_a_severed_end_is_joined_to_its_own_side() -> None:
    """Both pieces end nearest to the place; the one on its side of the wall is taken."""
    network = STREET.network(barriers=wall((50, -30), (50, 0), (20, 60)))
    assert attach(network, spots((49.9, 5), (40, 5)), limit_m=200).edge.tolist() == [1, 0]


def test_where_no_street_is_free_the_wall_is_crossed_and_named() -> None:
    """An open wall has an end that people may go round, though nobody has mapped it."""
    network = STREET.network(barriers=wall((-50, 20), (250, 20)))
    found = attach(network, spots((100, 30), (100, 10)), limit_m=200)
    assert found.edge.tolist() == [0, 0]
    assert name_crossed_walls(network, found).tolist() == ["w1", ""]


def test_a_place_shut_in_by_a_wall_without_gate_is_not_joined() -> None:
    """A gate in the wall lets it out again."""
    ring = wall((80, 20), (120, 20), (120, 60), (80, 60), (80, 20))
    network = STREET.network(barriers=ring)
    home = spots((100, 40))
    assert attach(network, home, limit_m=200).edge.tolist() == [-1]
    assert attach(network.cut_by(None, gate(120, 40)), home, limit_m=200).edge.tolist() == [0]


def island_town(main_m: float):
    """A street of some length, and 40 m of footpath 60 m from it."""
    return layer(
        [line((0, 0), (main_m, 0)), line((0, 60), (40, 60))],
        street_id=["main", "island"],
        from_node=[1, 3],
        to_node=[2, 4],
    )


def test_islands_are_passed_over_where_a_street_of_the_rest_is_near() -> None:
    """A footpath joined to nothing is taken only where nothing else is within the limit."""
    network = build_network(island_town(5000))
    home = spots((20, 50))
    assert attach(network, home, limit_m=200).edge.tolist() == [0]
    assert attach(network, home, limit_m=40).edge.tolist() == [1]


def test_a_component_that_is_not_small_beside_the_rest_is_no_island() -> None:
    """In a small town the same footpath is a part of the town."""
    network = build_network(island_town(500))
    assert attach(network, spots((20, 50)), limit_m=200).edge.tolist() == [1]


def test_what_a_wall_cuts_off_is_no_island() -> None:
    """People behind a wall are behind it, however short their street."""
    network = build_network(island_town(5000).iloc[:1], barriers=wall((40, -50), (40, 50)))
    assert attach(network, spots((20, 5)), limit_m=200).edge.tolist() == [0]
    assert not network.on_island.any()


def test_attachments_carried_to_another_state_stay_where_they_are() -> None:
    """The door stays; the edge is the piece of the other state on which it lies."""
    bare = STREET.network()
    cut = bare.cut_by(wall((50, -30), (50, 30))).cut_by(wall((90, -30), (90, 30), barrier_id="w2"))
    homes = attach(cut, spots((20, 5), (60, 5), (150, 5), (50.2, 0)), limit_m=200)
    assert homes.edge.tolist() == [0, 1, 2, 1]
    on_bare = carry(homes, cut, bare)
    assert on_bare.edge.tolist() == [0, 0, 0, 0]
    assert on_bare.offset_m == pytest.approx([20, 60, 150, 50.2])
    back = carry(on_bare, bare, cut)
    assert back.edge.tolist() == homes.edge.tolist()
    assert back.offset_m == pytest.approx(homes.offset_m)
    with pytest.raises(NetworkError, match="cut_by"):
        carry(homes, cut, CROSS.network())


# Components


def test_components_are_numbered_from_the_longest() -> None:
    """0 is the longest; nodes that no walked street meets are -1."""
    streets = layer(
        [line((0, 0), (10, 0)), line((0, 50), (90, 50)), line((0, 90), (500, 90))],
        street_id=["a", "b", "c"],
        from_node=[1, 3, 5],
        to_node=[2, 4, 6],
        highway=["path", "path", "motorway"],
    )
    assert build_network(streets).component.tolist() == [1, 1, 0, 0, -1, -1]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=25))
def test_components_are_those_of_networkx(pairs: list[tuple[int, int]]) -> None:
    """On random graphs, with loops and parallel edges, the same nodes hang together."""
    xy = [(100 * (k % 5), 100 * (k // 5)) for k in range(13)]
    streets = layer(
        [line(xy[a], (xy[a][0] + 30, xy[b][1] - 30), xy[b]) for a, b in pairs],
        street_id=[f"s{k}" for k in range(len(pairs))],
        from_node=[a for a, _ in pairs],
        to_node=[b for _, b in pairs],
    )
    network = build_network(streets)
    truth = sorted(sorted(one) for one in nx.connected_components(nx.MultiGraph(pairs)))
    groups = network.nodes.groupby(network.component)["node_id"]
    assert sorted(sorted(one) for _, one in groups) == truth


# Bad input


def bad(**changes) -> gpd.GeoDataFrame:
    """The street of 200 m with something wrong."""
    return STREET.streets.assign(**changes)


@pytest.mark.parametrize(
    ("streets", "error", "match"),
    [
        (STREET.streets.set_crs(None, allow_override=True), CrsError, "no CRS"),
        (STREET.streets.to_crs(4326), CrsError, "not in metres"),
        (STREET.streets.to_crs(2263), CrsError, "not in metres"),
        (STREET.streets.iloc[:0], NetworkError, "no streets"),
        (bad(length_m=-1.0), NetworkError, "Street s1 has the length -1"),
        (bad(length_m=np.nan), NetworkError, "Street s1 has the length nan"),
        (bad(length_m="far"), NetworkError, "Street s1 has the length far"),
        (pd.concat([bad(), bad()]), NetworkError, "Several streets have the id s1"),
        (bad(from_node=pd.NA), NetworkError, "lack from_node"),
        (bad(from_node=1, to_node=1), NetworkError, "two places 200 m apart"),
        (bad(geometry=[None]), NetworkError, "no usable line"),
        (bad(geometry=[shapely.LineString()]), NetworkError, "no usable line"),
        (bad(geometry=[shapely.Point(0, 0)]), NetworkError, "no usable line"),
    ],
)
def test_bad_streets_are_one_clear_sentence(
    streets: gpd.GeoDataFrame, error: type[Exception], match: str
) -> None:
    """Each says what is wrong and where."""
    with pytest.raises(error, match=match):
        build_network(streets)


def test_layers_without_crs_are_refused() -> None:
    """Walls whose place on earth is unknown cut nothing in silence."""
    walls = wall((50, -30), (50, 30)).set_crs(None, allow_override=True)
    with pytest.raises(CrsError, match="barriers"):
        STREET.network(barriers=walls)


def test_points_without_place_and_limits_below_nothing_are_refused() -> None:
    """A point without coordinates is told by its number."""
    network = STREET.network()
    with pytest.raises(NetworkError, match="Point 2"):
        attach(network, np.array([place(0, 0), (np.nan, 0.0)]), limit_m=10)
    with pytest.raises(NetworkError, match="0 m or more"):
        attach(network, spots((0, 0)), limit_m=-1)


def test_points_of_a_geoseries_come_from_their_own_crs() -> None:
    """Points in degrees are joined where the same points in metres are; none goes without CRS."""
    network = STREET.network()
    metres = gpd.GeoSeries([shapely.Point(place(50, 30))], crs=CRS)
    found = attach(network, metres.to_crs(4326), limit_m=200)
    assert found.offset_m == pytest.approx([50.0], abs=1e-3)
    assert found.distance_m == pytest.approx([30.0], abs=1e-3)
    with pytest.raises(CrsError, match="no CRS"):
        attach(network, metres.set_crs(None, allow_override=True), limit_m=200)


def test_layers_in_another_crs_are_brought_to_the_streets() -> None:
    """Walls and gates in degrees do what they do in metres."""
    walls, gates = wall((50, -30), (50, 30)).to_crs(4326), gate(50, 0).to_crs(4326)
    assert len(STREET.network(barriers=walls).cuts) == 1
    assert STREET.network(barriers=walls, gates=gates).cuts.empty


def test_the_caller_s_tables_are_never_changed() -> None:
    """Building, cutting and snapping leave the layers as they were."""
    streets, walls = STREET.streets.copy(), wall((50, -30), (50, 30))
    before = streets.copy(), walls.copy()
    build_network(streets, barriers=walls).cut_by(walls)
    pd.testing.assert_frame_equal(streets, before[0])
    pd.testing.assert_frame_equal(walls, before[1])


# Laws for all towns


@st.composite
def random_towns(draw) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A crooked grid of streets, some missing, with walls and gates drawn anyhow over it."""
    size = draw(st.integers(2, 4))
    shift = st.integers(-30, 30)
    xy = {
        (r, c): (100.0 * c + draw(shift), 100.0 * r + draw(shift))
        for r in range(size)
        for c in range(size)
    }
    pairs = [
        (one, two)
        for one in xy
        for two in ((one[0] + 1, one[1]), (one[0], one[1] + 1))
        if two in xy and draw(st.integers(0, 4))
    ] or [((0, 0), (0, 1))]
    streets = layer(
        [line(xy[one], xy[two]) for one, two in pairs],
        street_id=[f"s{k}" for k in range(len(pairs))],
        from_node=[one[0] * 10 + one[1] + 1 for one, _ in pairs],
        to_node=[two[0] * 10 + two[1] + 1 for _, two in pairs],
    )
    spot = st.tuples(st.integers(-50, 350), st.integers(-50, 350))
    corners = draw(st.lists(st.lists(spot, min_size=2, max_size=4, unique=True), max_size=4))
    walls = layer(
        [line(*one) for one in corners],
        barrier_id=np.array([f"w{k}" for k in range(len(corners))], dtype=str),
    )
    openings = draw(st.lists(spot, max_size=3))
    gates = layer([shapely.Point(place(*one)) for one in openings], barrier="gate")
    return streets, walls, gates


def all_walks_m(network) -> np.ndarray:
    """Shortest walks between all nodes that streets had before barriers."""
    edges = network.edges[network.edges["walkable"]]
    shortest = edges.groupby(["from_node", "to_node"], as_index=False)["length_m"].min()
    ends = shortest["from_node"], shortest["to_node"]
    count = len(network.nodes)
    matrix = csr_array((shortest["length_m"], ends), shape=(count, count))
    wanted = np.argsort(network.nodes["node_id"].to_numpy())[
        -network.without_barriers.nodes.shape[0] :
    ]
    return dijkstra(matrix, directed=False, indices=wanted)[:, wanted]


@given(random_towns())
def test_closing_a_wall_never_shortens_a_walk_and_a_gate_never_lengthens_one(town) -> None:
    """With walls every walk is as long or longer; with gates as long or shorter again."""
    streets, walls, gates = town
    bare = build_network(streets)
    walled = bare.cut_by(walls)
    opened = bare.cut_by(walls, gates, gate_reach_m=40)
    free_m, walled_m, opened_m = (all_walks_m(one) for one in (bare, walled, opened))
    assert (walled_m >= free_m - 1e-6).all()
    assert (opened_m <= walled_m + 1e-6).all()
    assert (opened_m >= free_m - 1e-6).all()


@given(random_towns())
def test_pieces_add_up_to_their_streets(town) -> None:
    """Cutting loses no metre, and every piece joins the two nodes it says."""
    streets, walls, gates = town
    network = build_network(streets, barriers=walls, gates=gates)
    sums = network.edges.groupby("uncut_edge")["length_m"].sum()
    assert sums.to_numpy() == pytest.approx(shapely.length(streets.geometry.to_numpy()))
    xy = network.nodes[["x_m", "y_m"]].to_numpy()
    for end, column in ((0, "from_node"), (-1, "to_node")):
        tips = shapely.get_coordinates(shapely.get_point(network.geometry, end))
        assert tips == pytest.approx(xy[network.edges[column].to_numpy()])
    assert network.edges["length_m"].to_numpy() == pytest.approx(shapely.length(network.geometry))


@given(random_towns())
def test_no_walk_leads_through_a_wall(town) -> None:
    """A street's piece never crosses a wall that severs it from the rest, save at its ends."""
    streets, walls, _ = town
    network = build_network(streets, barriers=walls)
    crossing = [
        (edge, one)
        for edge in network.geometry
        for one in walls.geometry
        if edge.crosses(one) and not one.is_closed
    ]
    for edge, one in crossing:
        for spot in shapely.get_parts(shapely.intersection(edge, one)):
            at_end = min(spot.distance(shapely.Point(edge.coords[k])) for k in (0, -1)) < 0.01
            along = one.project(spot.centroid)
            near_tip = min(along, one.length - along) < 4.01
            at_corner = min(spot.distance(shapely.Point(c)) for c in one.coords) < 0.01
            assert at_end or near_tip or at_corner or spot.geom_type == "LineString"


@given(random_towns(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(town, random) -> None:
    """Streets and walls in another order give the same walks."""
    streets, walls, gates = town
    order = list(range(len(streets)))
    random.shuffle(order)
    one = build_network(streets, barriers=walls, gates=gates)
    two = build_network(streets.iloc[order], barriers=walls.iloc[::-1], gates=gates.iloc[::-1])
    assert all_walks_m(two) == pytest.approx(all_walks_m(one))
    assert len(two.cuts) == len(one.cuts)


@given(random_towns(), st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000)))
def test_a_town_moved_as_a_whole_stays_the_same(town, shift: tuple[int, int]) -> None:
    """Walks and cuts do not depend on where on earth the town lies."""
    streets, walls, gates = town
    moved = [one.set_geometry(one.translate(*shift)) for one in town]
    one = build_network(streets, barriers=walls, gates=gates)
    two = build_network(moved[0], barriers=moved[1], gates=moved[2])
    assert all_walks_m(two) == pytest.approx(all_walks_m(one))
    assert len(two.cuts) == len(one.cuts)


@given(random_towns(), st.tuples(st.integers(-80, 380), st.integers(-80, 380)))
def test_snapping_finds_the_nearest_street(town, spot: tuple[int, int]) -> None:
    """Without walls and islands no street is nearer than the one that a place is joined to."""
    network = build_network(town[0])
    found = attach(network, spots(spot), limit_m=1000)
    nearest_m = shapely.distance(shapely.Point(place(*spot)), network.geometry).min()
    assert found.distance_m == pytest.approx([nearest_m])
    on = shapely.Point(found.x_m[0], found.y_m[0])
    assert on.distance(network.geometry[found.edge[0]]) == pytest.approx(0, abs=1e-6)
    along = network.geometry[found.edge[0]].project(on)
    assert found.offset_m == pytest.approx([along], abs=1e-6)


def test_towns_are_in_the_crs_of_tongling() -> None:
    """The towns' layers and networks share one CRS in metres."""
    assert STREET.network().crs == CRS
