"""A boundary laid into a town: checked by hand, by laws, and against the whole town made again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import CRS, gate, layer, line, place, read_town, wall

from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.model import Case, Gate, GateKind
from tongling_gis.enclosure.snapping import place_gates
from tongling_gis.enclosure.surroundings import prepare_surroundings
from tongling_gis.hours import read_moment
from tongling_gis.network import build_network
from tongling_gis.routing import load_kernels
from tongling_gis.scenario.applying import edit_network
from tongling_gis.scenario.edits import CentreRow
from tongling_gis.scenario.rebuilding import rebuild_walks
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.network import Network

STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")
ENGINE = read_standards().profile("fire_engine")
ROUNDING_S = 0.01

BLOCK = read_town("""
+-----+-----+-----+
|     |     |     |
|     |     |     c
+-----+--h--+-----+
|     |     |     |
h     |     |     |
+-----+-----+-----+
""")
"""Three blocks of 300 by 150 m in two rows; one home in mid-town, one at the western edge."""


@pytest.fixture(scope="module", autouse=True)
def kernels() -> None:
    """Compile once, before any example is timed."""
    load_kernels()


def spot(x: float, y: float) -> shapely.Point:
    """A point in metres from the towns' origin."""
    return shapely.Point(place(x, y))


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in metres from the towns' origin."""
    return shapely.box(*place(west, south), *place(east, north))


def case(area: shapely.Polygon, *gates: Gate) -> Case:
    """A case of an area and gates."""
    return Case("c", "围合", area, CRS, gates)


def opening(x: float, y: float, kind: str = "vehicle", **facts) -> Gate:
    """A gate at a place."""
    return Gate(f"g{x:g},{y:g}", spot(x, y), GateKind(kind), **facts)


def prepare(town=BLOCK, *, network: Network | None = None, at: str = "", **layers) -> Surroundings:
    """Prepare a town."""
    return prepare_surroundings(
        network or town.network(),
        layers,
        profile=STROLL,
        engine_profile=ENGINE,
        centres=town.centres,
        residents=town.homes,
        at=read_moment(at) if at else None,
    )


def walks(enclosure: Enclosure, goal: str = "centre") -> dict[str, tuple[float, float]]:
    """Give seconds before and after of each home listed; no way is infinitely long."""
    table = enclosure.walks
    some = table[table["goal"] == goal]
    return {
        home: (before, after)
        for home, before, after in zip(
            some["resident_id"],
            some["before_s"].fillna(math.inf),
            some["after_s"].fillna(math.inf),
            strict=True,
        )
    }


MIDDLE = box(310, -230, 590, -80)
"""Around the home in mid-town; its street comes in from the west and goes out to the east."""


# Towns checked by hand


def test_a_boundary_with_one_gate_sends_its_home_round() -> None:
    """The home's street goes on to the east; with its only gate in the west it goes back."""
    surroundings = prepare()
    open_both = case(MIDDLE, opening(310, -150), opening(590, -150))
    assert walks(Enclosure(surroundings, open_both))["H1"] == (500.0, 500.0)
    west = Enclosure(surroundings, case(MIDDLE, opening(310, -150)))
    # 150 m back west, 150 up, 600 along the top, 100 down
    assert walks(west) == {"H1": (500.0, 150 + 150 + 600 + 100.0), "H2": (1050.0, 1150.0)}
    assert walks(Enclosure(surroundings, case(MIDDLE)))["H1"] == (500.0, math.inf)


@pytest.mark.parametrize("off_m", [-0.008, -0.004, 0.0, 0.004, 0.008])
def test_a_street_that_is_split_millimetres_off_the_line_crosses_it_once(off_m) -> None:
    """A gate's node beside the line counts as on it: one crossing, by its gate, for engines too."""
    halves = [line((-100, 0), (off_m, 0)), line((off_m, 0), (100, 0))]
    streets = layer(halves, street_id=["out", "in"], highway="residential")
    town = prepare(network=build_network(streets))
    enclosure = Enclosure(town, case(box(0, -50, 200, 50), opening(0, 0, width_m=5.0)))
    assert enclosure.crossings["gate"].tolist() == [0]
    assert MEASURES["vehicle_gates"].function(enclosure).value == 1.0
    assert enclosure.lanes.linked.all()
    assert not Enclosure(town, case(box(0, -50, 200, 50))).lanes.linked.all()


def test_crossings_say_where_by_which_gate_and_whose_the_street_is() -> None:
    """Two streets go in; one has a gate; nobody has said whose unnamed streets are."""
    enclosure = Enclosure(prepare(), case(MIDDLE, opening(310, -150, "pedestrian")))
    found = enclosure.crossings.sort_values("x_m")
    assert found["x_m"].tolist() == [place(310, 0)[0], place(590, 0)[0]]
    assert found["gate"].tolist() == [0, -1]
    assert found["public"].isna().all()
    assert not found["over"].any()
    named = BLOCK.streets.assign(name="解放路")
    public = Enclosure(prepare(network=build_network(named)), case(MIDDLE)).crossings
    assert public["public"].all()


def test_who_passes_a_gate_is_what_it_is_for() -> None:
    """People pass vehicle and foot gates; engines those of theirs not known to be too small."""
    surroundings = prepare(network=build_network(BLOCK.streets))
    passes = {}
    for name, one in {
        "vehicle": opening(310, -150),
        "narrow": opening(310, -150, width_m=3.5),
        "wide": opening(310, -150, width_m=4.0, height_m=math.inf),
        "low": opening(310, -150, height_m=3.0),
        "posts": opening(310, -150, closure="fixed_post"),
        "foot": opening(310, -150, "pedestrian"),
        "fire": opening(310, -150, "fire_only"),
        "none": replace(opening(310, -150), point=spot(450, -80)),
    }.items():
        enclosure = Enclosure(surroundings, case(MIDDLE, one))
        cut = [
            len(network.cuts) < 2 for network in (enclosure.walking_after, enclosure.driving_after)
        ]
        passes[name] = tuple(cut)
    assert passes == {
        "vehicle": (True, True),
        "narrow": (True, False),
        "wide": (True, True),
        "low": (True, False),
        "posts": (True, False),
        "foot": (True, False),
        "fire": (False, True),
        "none": (False, False),
    }


def test_a_standing_gate_on_the_line_is_shut_unless_the_case_has_it() -> None:
    """The wall that stands has a gate; a boundary along it without that gate shuts it."""
    stands = build_network(
        BLOCK.streets, barriers=wall((310, -230), (310, -80)), gates=gate(310, -150)
    )
    surroundings = prepare(network=stands)
    without = Enclosure(surroundings, case(MIDDLE, opening(590, -150)))
    assert set(without.walking_after.cuts["barrier_id"]) == {"enclosure/c"}
    assert walks(without)["H1"] == (500.0, 500.0)
    kept = Enclosure(surroundings, case(MIDDLE, opening(310, -150, "pedestrian")))
    assert walks(kept)["H1"] == (500.0, 1000.0)


def test_a_gate_opens_a_locked_one_at_its_place() -> None:
    """A locked gate on the street is opened where the case puts a gate."""
    west = opening(310, -150)
    locked = build_network(
        BLOCK.streets,
        barriers=wall((310, -230), (310, -80)),
        gates=gate(310, -150, access="no"),
    )
    enclosure = Enclosure(prepare(network=locked), case(MIDDLE, west))
    assert walks(enclosure)["H1"] == (500.0, 1000.0)


def test_neighbours_have_no_card() -> None:
    """Who lives there passes the gates with a card, who used to walk through goes round."""
    gates = [opening(x, -150, "pedestrian", control="card") for x in (310, 590)]
    found = walks(Enclosure(prepare(), case(MIDDLE, *gates)))
    assert found == {"H1": (500.0, 500.0), "H2": (1050.0, 1150.0)}


def test_hours_matter_at_a_moment_and_not_to_fire_engines() -> None:
    """At night the gate is shut to people; a fire engine is let in."""
    by_day = opening(310, -150, opening_hours="06:00-22:00")
    night = Enclosure(prepare(at="周二 23:30"), case(MIDDLE, by_day))
    assert walks(night)["H1"] == (500.0, math.inf)
    assert len(night.driving_after.cuts) == 1
    noon = Enclosure(prepare(at="周二 12:00"), case(MIDDLE, by_day))
    assert walks(noon)["H1"] == (500.0, 1000.0)


def test_a_bridge_passes_over_and_an_archway_does_not() -> None:
    """A boundary stops a passage through a building, and no bridge."""
    for tags, cuts in (({"bridge": "yes"}, 0), ({"tunnel": "building_passage"}, 2)):
        network = build_network(BLOCK.streets.assign(**tags))
        enclosure = Enclosure(prepare(network=network), case(MIDDLE))
        assert len(enclosure.walking_after.cuts) == cuts
        assert enclosure.crossings["over"].all() == (cuts == 0)


def test_outside_nodes_lead_on_to_public_streets() -> None:
    """Nodes inside are not outside, nor is a street that the boundary alone leads to."""
    named = BLOCK.streets.assign(name="解放路")
    enclosure = Enclosure(prepare(network=build_network(named)), case(MIDDLE, opening(310, -150)))
    network = enclosure.walking_after
    outside = enclosure.outside_nodes(network)
    x = network.nodes["x_m"].to_numpy() - place(0, 0)[0]
    y = network.nodes["y_m"].to_numpy() - place(0, 0)[1]
    inside = (x > 311) & (x < 589) & (y > -230) & (y < -80)
    assert not outside[inside].any()
    assert outside[(x < 305) | (x > 595)].all()
    # the dead ends at the eastern wall: one of each side
    assert sorted(outside[np.isclose(x, 590)]) == [False, True]


def test_buildings_are_inside_by_more_than_half_and_cut_by_more_than_the_lines_error() -> None:
    """Of four buildings one is inside, two are cut, and one only touches the line."""
    shapes = [
        box(400, -120, 440, -100),
        box(300, -200, 330, -190),
        box(560, -200, 600, -190),
        box(309.8, -130, 320, -120),
    ]
    buildings = layer(shapes, building_id=list("abcd"))
    enclosure = Enclosure(prepare(buildings=buildings), case(MIDDLE))
    assert enclosure.cut_buildings.tolist() == [1, 2]
    assert enclosure.inside_buildings.tolist() == [0, 1, 2, 3]
    assert enclosure.inside_residents.tolist() == [0]


def test_whose_a_street_is_follows_its_class_access_name_and_compound() -> None:
    """Class and name make a street public outside compounds; what nobody said is unknown."""
    facts = [
        ("tertiary", None, None, 1),
        ("residential", "建设路", None, 1),
        ("residential", None, None, -1),
        ("residential", "建设路", "private", 0),
        ("service", None, None, -1),
        ("footway", None, None, 0),
    ]
    lines = [line((0, 10 * row), (100, 10 * row)) for row in range(len(facts))]
    inside = [line((500, 10 * row), (600, 10 * row)) for row in range(3)]
    streets = layer(
        [*lines, *inside],
        street_id=[f"s{row}" for row in range(len(lines) + 3)],
        highway=[one[0] for one in facts] + ["service", "residential", "secondary"],
        name=[one[1] for one in facts] + [None, "人民路", None],
        access=[one[2] for one in facts] + [None, None, None],
        width_m=[np.nan, 3.8, 4.0] + [np.nan] * 6,
    )
    compounds = layer([box(490, -5, 610, 30)], compound_id=["k"])
    surroundings = prepare(network=build_network(streets), compounds=compounds)
    assert surroundings.public.tolist() == [one[3] for one in facts] + [0, -1, 1]
    assert surroundings.width_error_m[:3].tolist() == pytest.approx(
        [math.nan, 0.05, 0.5], nan_ok=True
    )


# Laws, for towns of any shape

coordinate = st.integers(0, 400)
kinds = st.sampled_from([one.value for one in GateKind])


@st.composite
def towns(draw):
    """A town of up to 25 corners with walls, gates, homes and centres."""
    kept = draw(st.lists(st.booleans(), min_size=40, max_size=40))
    at = [[(100.0 * x, -100.0 * y) for x in range(5)] for y in range(5)]
    pairs = [
        *((at[y][x], at[y][x + 1]) for y in range(5) for x in range(4)),
        *((at[y][x], at[y + 1][x]) for y in range(4) for x in range(5)),
    ]
    chosen = [pair for pair, keep in zip(pairs, kept, strict=True) if keep] or pairs[:3]
    kind = draw(st.lists(st.sampled_from(["residential", "footway", "tertiary"]), min_size=40))
    streets = layer(
        [line(*pair) for pair in chosen],
        street_id=[f"s{row}" for row in range(len(chosen))],
        from_node=[int(a[0] - a[1] * 1000) for a, _ in chosen],
        to_node=[int(b[0] - b[1] * 1000) for _, b in chosen],
        highway=kind[: len(chosen)],
    )
    points = st.tuples(coordinate, coordinate)
    walls = draw(st.lists(st.tuples(points, points), max_size=2))
    walls = [(a, b) for a, b in walls if a != b]
    barriers = layer(
        [line((a[0], -a[1]), (b[0], -b[1])) for a, b in walls],
        barrier_id=np.array([f"w{row}" for row in range(len(walls))], dtype=str),
        barrier="wall",
    )
    doors = draw(st.lists(points, max_size=3))
    gates = layer(
        [spot(x, -y) for x, y in doors],
        gate_id=np.array([f"old{row}" for row in range(len(doors))], dtype=str),
        barrier=np.array(["lift_gate", "gate", "bollard"][: len(doors)], dtype=str),
        access=np.array([None, "no", None][: len(doors)], dtype=object),
    )
    homes = draw(st.lists(points, min_size=1, max_size=6))
    centres = draw(st.lists(points, min_size=1, max_size=3))
    return build_network(streets, barriers=barriers, gates=gates), homes, centres


@st.composite
def cases(draw) -> Case:
    """A box somewhere in the town, sometimes with a hole, with gates along its line."""
    x, y = draw(coordinate), draw(coordinate)
    area = box(x, -y - draw(st.integers(30, 300)), x + draw(st.integers(30, 300)), -y)
    if draw(st.booleans()):
        area = area.difference(area.buffer(-12.0))
    gates = []
    for number in range(draw(st.integers(0, 3))):
        point = area.exterior.interpolate(draw(st.floats(0, 1)), normalized=True)
        control = draw(st.sampled_from(["", "card"]))
        width_m = draw(st.sampled_from([None, 3.0, 5.0]))
        kind = GateKind(draw(kinds))
        gates.append(Gate(f"g{number}", point, kind, control=control, width_m=width_m))
    return case(area, *gates)


def laid(town, *, halo_m: float = 30.0) -> Surroundings:
    """Prepare a drawn town."""
    network, homes, centres = town
    return prepare_surroundings(
        network,
        {},
        profile=STROLL,
        engine_profile=ENGINE,
        residents=layer(
            [spot(x, -y) for x, y in homes], resident_id=[f"h{n}" for n in range(len(homes))]
        ),
        centres=layer(
            [spot(x, -y) for x, y in centres], centre_id=[f"c{n}" for n in range(len(centres))]
        ),
        halo_m=halo_m,
    )


def knots(network: Network, streets: np.ndarray, chosen: set[int]) -> set[frozenset]:
    """Name each node by the ends of pieces of the chosen streets that meet there."""
    edges = network.edges
    used = edges["walkable"].to_numpy(dtype=bool)
    met: dict[int, set] = {}
    for side in ("from_node", "to_node"):
        rows = zip(
            streets[used].tolist(),
            edges["start_m"].round(6)[used].tolist(),
            edges["length_m"].round(6)[used].tolist(),
            edges[side][used].tolist(),
            strict=True,
        )
        for street, start_m, length_m, node in rows:
            if street in chosen:
                met.setdefault(node, set()).add((street, start_m, length_m, side))
    return {frozenset(one) for one in met.values()}


@given(towns(), cases(), st.booleans())
@settings(max_examples=25)
def test_the_local_cut_and_the_mended_walks_are_those_of_the_whole_town(town, drawn, moved) -> None:
    """Streets around the boundary, for people and engines, and walks equal a full rebuild."""
    surroundings = laid(town)
    if moved:
        placed, _ = place_gates(surroundings, drawn.boundary, drawn.gates)
        drawn = replace(drawn, gates=placed)
    enclosure = Enclosure(surroundings, drawn)
    near = set(surroundings.street_tree.query(enclosure.window).tolist())
    for ground, before, after in (
        (surroundings.ground, enclosure.walking, enclosure.walking_after),
        (surroundings.driving_ground, enclosure.driving, enclosure.driving_after),
    ):
        whole = edit_network(ground.network, enclosure.edits)
        for local, full in ((before, ground.network), (after, whole)):
            own = full.edges["uncut_edge"].to_numpy()
            assert knots(local, enclosure.streets_of(local), near) == knots(full, own, near)
    city = surroundings.cities["centre"]
    points = city.centres.points
    rows = [CentreRow(row, str(row), point, point, {}) for row, point in enumerate(points)]
    for edits, mended in (
        (enclosure.edits, enclosure.repaired),
        (enclosure.strangers_edits, enclosure.strangers_repaired),
    ):
        whole = rebuild_walks(city, edits, rows, city.serves)
        assert mended[0].before.tolist() == whole.before.tolist()
        assert mended[0].after.tolist() == whole.after.tolist()


@given(towns(), cases(), st.floats(0, 1), kinds)
@settings(max_examples=12)
def test_no_wall_shortens_a_walk_and_no_gate_lengthens_one(town, drawn, share, kind) -> None:
    """Walks after are no shorter than before, and one more gate makes none of them longer."""
    surroundings = laid(town)
    fewer = Enclosure(surroundings, drawn)
    point = drawn.boundary.exterior.interpolate(share, normalized=True)
    more = Enclosure(
        surroundings, replace(drawn, gates=(*drawn.gates, Gate("new", point, GateKind(kind))))
    )
    for enclosure in (fewer, more):
        for before_s, after_s in walks(enclosure).values():
            assert after_s >= before_s - ROUNDING_S
    for one, two in zip(fewer.repaired, more.repaired, strict=True):
        assert (two.after >> 32 <= (one.after >> 32) + 5).all()


@given(towns(), st.integers(0, 300))
@settings(max_examples=12)
def test_a_boundary_through_open_land_changes_nothing(town, x) -> None:
    """Where no street crosses and nobody lives, nothing is parted and no walk changes."""
    surroundings = laid(town)
    enclosure = Enclosure(surroundings, case(box(x + 500, 500, x + 600, 600)))
    assert enclosure.crossings.empty
    assert enclosure.walks.empty
    for before, after in (
        (enclosure.walking, enclosure.walking_after),
        (enclosure.driving, enclosure.driving_after),
    ):
        assert len(before.edges) == len(after.edges)


@given(st.floats(-180, 180), st.integers(-5000, 5000))
@settings(max_examples=12)
def test_turning_and_moving_everything_changes_nothing(angle, shift) -> None:
    """The same town turned and moved has the same crossings and walks."""
    gates = (opening(310, -150), opening(590, -150, "pedestrian", control="card"))
    as_drawn = Enclosure(prepare(), case(MIDDLE, *gates))

    def turn(shape):
        turned = shapely.affinity.rotate(shape, angle, origin=spot(450, -150))
        return shapely.affinity.translate(turned, shift, shift / 2)

    def turned(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return rows.set_geometry(rows.geometry.apply(turn), crs=CRS)

    town = replace(
        BLOCK,
        streets=turned(BLOCK.streets),
        homes=turned(BLOCK.homes),
        centres=turned(BLOCK.centres),
    )
    moved = case(turn(MIDDLE), *(replace(one, point=turn(one.point)) for one in gates))
    enclosure = Enclosure(prepare(town), moved)
    assert enclosure.crossings["gate"].tolist() == as_drawn.crossings["gate"].tolist()
    for home, times in walks(as_drawn).items():
        assert walks(enclosure)[home] == pytest.approx(times, abs=ROUNDING_S)
