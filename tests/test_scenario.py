"""What-if: towns checked by hand, laws for all towns, and repair equal to rebuilding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import CRS, gate, layer, place, read_town, wall

from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.cli import main
from tongling_gis.errors import CrsError, SchemaError, UnreadableFileError
from tongling_gis.hours import read_moment
from tongling_gis.network import build_network
from tongling_gis.reachability import measure_coverage
from tongling_gis.routing import load_kernels
from tongling_gis.scenario import (
    AddCentre,
    CloseGate,
    CloseStreet,
    DrawWall,
    MoveCentre,
    OpenGate,
    OpenStreet,
    RemoveCentre,
    RemoveWall,
    Scenario,
    SetHours,
    apply_scenario,
    compare_coverage,
    find_changes,
    parse_scenario,
    prepare_comparison,
    read_scenario,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from towns import Town

    from tongling_gis import studies
    from tongling_gis.assessment import Assessment
    from tongling_gis.hours import Moment
    from tongling_gis.network import Network
    from tongling_gis.scenario import Baseline, Change

STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")
ADULT = read_standards().profile("adult")
NOBODY = Provenance("test")
ROUNDING_MS = 3
"""Pieces of a street are rounded each by itself."""

LADDER = read_town("""
+h-----c+
|       |
|       |
+-------+
""")
"""A block of 400 by 150 m, a home 50 m and a centre 350 m along its upper side."""


@pytest.fixture(scope="module", autouse=True)
def kernels() -> None:
    """Compile once, before any example is timed."""
    load_kernels()


def spot(x: float, y: float) -> shapely.Point:
    """A point in metres from the towns' origin."""
    return shapely.Point(place(x, y))


def scenario(*changes: Change, **more) -> Scenario:
    """Make a scenario in the towns' metres."""
    return Scenario(changes, crs=CRS, **more)


def baseline(
    network: Network, homes: gpd.GeoDataFrame, centres: gpd.GeoDataFrame, **more
) -> Baseline:
    """Prepare a town for comparing."""
    asked = {"profile": STROLL, "minutes": (2, 5), "snap_limit_m": 60.0, "provenance": NOBODY}
    return prepare_comparison(network, homes, centres, **(asked | more))


def compare(town: Town, *changes: Change, **more) -> Assessment:
    """Compare a drawn town with and without changes."""
    homes = town.homes.assign(residents=10)
    return compare_coverage(
        baseline(town.network(), homes, town.centres), scenario(*changes, **more)
    )


def walks(result: Assessment) -> list[tuple[float, float]]:
    """Give each home's seconds before and after."""
    homes = result.layers["residents"]
    return list(zip(homes["before_s"].tolist(), homes["after_s"].tolist(), strict=True))


# Towns checked by hand


def test_nothing_changes_where_nothing_is_changed() -> None:
    """An empty scenario leaves every walk and every count as it is."""
    result = compare(LADDER)
    assert walks(result) == [(300.0, 300.0)]
    assert result.layers["residents"]["effect"].tolist() == ["same"]
    groups = result.layers["groups"]
    assert groups["covered_before"].tolist() == groups["covered_after"].tolist() == [0, 10]
    assert groups[["gained", "lost"]].to_numpy().sum() == 0


def test_a_wall_across_the_street_sends_people_round_the_block() -> None:
    """300 m along the street become 50 + 150 + 400 + 150 + 50 round the block: over 5 minutes."""
    result = compare(LADDER, DrawWall(wall((200, -40), (200, 40)).geometry.iloc[0]))
    assert walks(result) == [(300.0, 800.0)]
    assert result.layers["residents"]["effect"].tolist() == ["lost"]
    assert result.indicator("residents_lost", limit_minutes=5.0).value == 10
    assert result.indicator("residents_gained", limit_minutes=5.0).value == 0
    assert result.indicator("longest_delay_s").value == 500.0
    assert result.indicator("share_after_covered", limit_minutes=5.0).value == 0.0


def test_a_gate_in_the_wall_takes_the_way_back() -> None:
    """With a gate in the new wall everything is as before."""
    drawn = DrawWall(wall((200, -40), (200, 40)).geometry.iloc[0])
    assert walks(compare(LADDER, drawn, OpenGate(at=spot(200, 1)))) == [(300.0, 300.0)]


def test_a_wall_all_round_leaves_no_way() -> None:
    """Both ways out are walled: there is no way any longer, and the result says so."""
    round_home = shapely.Polygon(
        [place(*one) for one in ((-30, 30), (100, 30), (100, -30), (-30, -30))]
    )
    result = compare(LADDER, DrawWall(round_home))
    (before_s, after_s) = walks(result)[0]
    assert before_s == 300.0
    assert np.isnan(after_s)
    assert result.indicator("residents_way_lost").value == 10


def test_closing_and_opening_gates() -> None:
    """A town walled across with one gate: closing it sends people round, opening it back."""
    town = read_town("""
+h--G--c+
|       |
|       |
+-------+
""")
    town.barriers = wall((200, -40), (200, 40))
    closed = compare(town, CloseGate("G1"))
    assert walks(closed) == [(300.0, 800.0)]
    assert walks(compare(town, CloseGate("G1"), OpenGate("G1"))) == [(300.0, 300.0)]


def test_a_gate_on_the_street_itself_closes_the_street() -> None:
    """A gate at a corner of two streets, no wall drawn: closed, nobody passes the corner."""
    town = read_town("""
+h-+--c+
|      |
|      |
+------+
""")
    nodes = layer([spot(150, 0)], node_id=[3], barrier="gate")
    gates = gate(150, 0)
    network = build_network(town.streets, nodes, gates=gates)
    before = baseline(network, town.homes, town.centres)
    result = compare_coverage(before, scenario(CloseGate("g1")))
    ((before_s, after_s),) = walks(result)
    assert before_s == 250.0
    assert after_s == 50 + 150 + 350 + 150 + 50


def test_a_gate_in_mid_street_without_a_wall_closes_the_street_too() -> None:
    """What a planner calls closing the gate is that nobody passes there."""
    network = build_network(LADDER.streets, gates=gate(200, 0))
    before = baseline(network, LADDER.homes, LADDER.centres)
    assert walks(compare_coverage(before, scenario(CloseGate("g1")))) == [(300.0, 800.0)]


def test_closed_streets_are_not_walked_and_opened_ones_are() -> None:
    """People move to another street; the way by the motorway is open once it is opened."""
    town = read_town("""
+h-+---c+
|  |    |
|  |    |
+--+----+
""")
    upper = town.streets.geometry.apply(
        lambda one: one.bounds[1] == one.bounds[3] == place(0, 0)[1]
    )
    second = town.streets.loc[upper, "street_id"].iloc[1]
    ((before_s, after_s),) = walks(compare(town, CloseStreet(second)))
    assert before_s == 300.0
    assert after_s >= 400.0
    shut = town.streets.assign(
        highway=np.where(town.streets["street_id"] == second, "motorway", "residential")
    )
    before = baseline(build_network(shut), town.homes, town.centres.iloc[[0]])
    opened = compare_coverage(before, scenario(OpenStreet(second)))
    ((was_s, now_s),) = walks(opened)
    assert now_s == 300.0
    assert not was_s <= now_s


def test_centres_come_move_and_go() -> None:
    """A centre beside the home is gained; moved away it is lost; removed there is none."""
    added = compare(LADDER, AddCentre(spot(100, 0), "new", name="新中心"))
    assert walks(added) == [(300.0, 50.0)]
    assert added.layers["residents"]["after_centre_id"].tolist() == ["new"]
    centres = added.layers["centres"].set_index("centre_id")
    assert centres["state"].to_dict() == {"C1": "kept", "new": "added"}
    assert centres.loc["C1", ["residents_nearest_before", "residents_nearest_after"]].tolist() == [
        10,
        0,
    ]
    assert centres.loc["new", "change"] == 10
    assert added.indicator("residents_gained", limit_minutes=2.0).value == 10
    moved = compare(LADDER, MoveCentre("C1", spot(400, -150)))
    assert walks(moved) == [(300.0, 500.0)]
    removed = compare(LADDER, RemoveCentre("C1"))
    assert np.isnan(walks(removed)[0][1])
    assert removed.indicator("centres_after").value == 0


def test_hours_matter_at_a_moment() -> None:
    """On Tuesday evening a centre that shuts at six serves nobody, until its hours change."""
    centres = LADDER.centres.assign(opening_hours="Mo-Su 08:00-18:00")
    before = baseline(LADDER.network(), LADDER.homes, centres, at=read_moment("周二 19:30"))
    later = compare_coverage(before, scenario(SetHours("C1", "Mo-Su 08:00-21:00")))
    ((was_s, now_s),) = walks(later)
    assert np.isnan(was_s)
    assert now_s == 300.0
    assert "19:30" in later.stamp.zh
    unasked = compare(LADDER, SetHours("C1", "Mo-Su 08:00-21:00"))
    assert any("moment" in note.en for note in unasked.notes)


def test_the_hours_of_a_gate_shut_and_open_it() -> None:
    """A wall's gate that shuts at six is no way on Tuesday evening, until its hours change."""
    town = read_town("""
+h--G--c+
|       |
|       |
+-------+
""")
    town.barriers = wall((200, -40), (200, 40))
    evening, always = read_moment("周二 19:30"), SetHours(gate_id="G1", opening_hours="24/7")
    early = SetHours(gate_id="G1", opening_hours="每天 6:00-18:00")
    centres = town.centres.assign(opening_hours="24/7")
    before = baseline(town.network(), town.homes, centres, at=evening)
    shut = compare_coverage(before, scenario(early))
    assert walks(shut) == [(300.0, 800.0)]
    assert walks(compare_coverage(before, scenario(early), rebuild=True)) == walks(shut)
    assert shut.layers["changes"].geometry.iloc[0].equals(spot(200, 0))
    assert walks(compare_coverage(before, scenario(early, always))) == [(300.0, 300.0)]
    town.gates["opening_hours"] = "每天 6:00-18:00"
    closed = baseline(town.network(), town.homes, centres, at=evening)
    assert walks(compare_coverage(closed, scenario(always))) == [(800.0, 300.0)]
    assert any("moment" in note.en for note in compare(town, early).notes)
    document = {"kind": "set_hours", "gate_id": "G1", "opening_hours": "24/7"}
    assert read_scenario({"changes": [document]}).changes == (always,)
    for wrong in ({"opening_hours": ""}, {"centre_id": "C1"}, {"gate_id": ""}):
        with pytest.raises(SchemaError, match="centre_id or gate_id"):
            read_scenario({"changes": [document | wrong]})


def test_a_home_whose_street_is_walled_off_takes_another_door() -> None:
    """A wall between a home and its street: 20 m to the street become 80 m to the one behind."""
    town = read_town("""
+------c+
|       |
+-------+
""")
    homes = layer([spot(200, -20)], resident_id=["H1"], residents=[10])
    before = baseline(town.network(), homes, town.centres, snap_limit_m=100.0)
    fence = DrawWall(wall((50, -10), (350, -10)).geometry.iloc[0])
    result = compare_coverage(before, scenario(fence))
    assert walks(result) == [(170.0, 80.0 + 200.0 + 100.0 + 50.0)]
    assert any("1 处居民点" in note.zh for note in result.notes)


def test_what_changes_nothing_says_why() -> None:
    """A gate where no wall is, and a wall that crosses no street, are noted."""
    result = compare(
        LADDER,
        OpenGate(at=spot(200, 0)),
        DrawWall(wall((100, -40), (300, -40)).geometry.iloc[0]),
    )
    said = [note.en for note in result.notes]
    assert any(note.startswith("change 1") and "no wall" in note for note in said)
    assert any(note.startswith("change 2") and "no street" in note for note in said)


def test_the_layers_say_where_and_in_both_languages() -> None:
    """Every change is listed with its place; groups read in Chinese and English."""
    homes = LADDER.homes.assign(residents=10, residents_60_plus=4)
    before = baseline(LADDER.network(), homes, LADDER.centres)
    result = compare_coverage(before, scenario(RemoveCentre("C1"), name="撤销"))
    (change,) = result.layers["changes"].itertuples()
    assert (change.kind, change.number) == ("remove_centre", 1)
    assert "撤销中心 C1" in change.change_zh
    assert change.geometry.equals(LADDER.centres.geometry.iloc[0])
    groups = result.layers["groups"].query("limit_minutes == 5")
    assert groups.set_index("group")["lost"].to_dict() == {"": 10, "residents_60_plus": 4}
    assert result.stamp.zh.startswith("撤销 · ")
    assert all(one.label.zh and one.label.en for one in result.indicators)


# Files


def test_a_scenario_reads_the_same_from_toml_json_and_geojson() -> None:
    """The three forms that planners and programs write mean the same."""
    toml = """
name = "方案一"
[[changes]]
kind = "draw_wall"
line = [[117.80, 30.90], [117.81, 30.90]]
[[changes]]
kind = "add_centre"
at = [117.805, 30.905]
name = "新中心"
floor_area_m2 = 400
"""
    changes = [
        {"kind": "draw_wall", "line": [[117.80, 30.90], [117.81, 30.90]]},
        {"kind": "add_centre", "at": [117.805, 30.905], "name": "新中心", "floor_area_m2": 400},
    ]
    features = [
        {
            "type": "Feature",
            "properties": {key: value for key, value in one.items() if key not in {"at", "line"}},
            "geometry": {
                "type": "Point" if "at" in one else "LineString",
                "coordinates": one.get("at", one.get("line")),
            },
        }
        for one in changes
    ]
    drawn = {"type": "FeatureCollection", "name": "方案一", "features": features}
    read = [
        parse_scenario(toml.encode("utf-8-sig"), file="a.toml"),
        parse_scenario(json.dumps({"name": "方案一", "changes": changes}), file="a.json"),
        parse_scenario(json.dumps(drawn), file="a.geojson"),
    ]
    assert read[0] == read[1] == read[2]
    assert read[0].changes[1] == AddCentre(shapely.Point(117.805, 30.905), "", "新中心", 400.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "paint"}, "change 1"),
        ("close", "change 1"),
        ({"kind": "close_street"}, "street_id or osm_way_id"),
        ({"kind": "close_street", "street_id": "a", "osm_way_id": 1}, "one of both"),
        ({"kind": "close_gate"}, "lacks gate_id"),
        ({"kind": "open_gate"}, "gate_id or at"),
        ({"kind": "open_gate", "at": [1]}, "at = "),
        ({"kind": "open_gate", "at": [float("nan"), 1]}, "at = "),
        ({"kind": "draw_wall"}, "lacks line"),
        ({"kind": "draw_wall", "line": [[1, 2], [1, 2]]}, "two different points"),
        ({"kind": "draw_wall", "geometry": {"type": "Point", "coordinates": [1, 2]}}, "LineString"),
        ({"kind": "draw_wall", "geometry": {"type": "Blob"}}, "GeoJSON"),
        ({"kind": "add_centre", "at": [1, 2], "floor_area_m2": -3}, "floor_area_m2"),
        ({"kind": "add_centre", "at": [1, 2], "colour": "red"}, "colour"),
        ({"kind": "remove_centre", "centre_id": True}, "centre_id"),
    ],
)
def test_a_wrong_change_is_one_sentence_that_names_it(change: object, said: str) -> None:
    """Each error names the file, the change's number and what is wrong."""
    with pytest.raises(SchemaError, match=said) as error:
        read_scenario({"changes": [change]}, file="plan.toml")
    assert "plan.toml" in error.value.text.en
    assert "第 1 项变更" in error.value.text.zh


def test_a_file_that_is_no_scenario_is_refused() -> None:
    """Broken text, unknown keys and unknown coordinate systems are one sentence each."""
    with pytest.raises(UnreadableFileError, match=r"a\.toml"):
        parse_scenario("kind = [", file="a.toml")
    with pytest.raises(UnreadableFileError, match="JSON"):
        parse_scenario(b"\xff\xfe", file="a.json")
    with pytest.raises(SchemaError, match="changes"):
        read_scenario({"name": "x"})
    with pytest.raises(SchemaError, match="speed"):
        read_scenario({"changes": [], "speed": 1})
    with pytest.raises(CrsError, match="nowhere"):
        read_scenario({"changes": [], "crs": "nowhere"})


def test_ids_may_be_written_as_numbers_or_as_text() -> None:
    """A way's number in quotes is that way, a gate's number without them that gate."""
    for way, door in ((7, "9"), ("7", 9)):
        changes = [
            {"kind": "close_street", "osm_way_id": way},
            {"kind": "close_gate", "gate_id": door},
        ]
        assert read_scenario({"changes": changes}).changes == (
            CloseStreet(osm_way_id=7),
            CloseGate("9"),
        )


@pytest.mark.parametrize(
    "change",
    [
        CloseStreet("nowhere"),
        OpenStreet(osm_way_id=7),
        CloseGate("nowhere"),
        OpenGate("nowhere"),
        RemoveWall("nowhere"),
        RemoveCentre("nowhere"),
        MoveCentre("nowhere", spot(0, 0)),
        SetHours("nowhere", "24/7"),
        AddCentre(spot(0, 0), "C1"),
    ],
)
def test_a_change_of_what_is_not_there_names_the_change(change: Change) -> None:
    """Unknown ids, and new ids that are taken, are errors that name the change."""
    with pytest.raises(SchemaError, match="change 2"):
        compare(LADDER, SetHours("C1", "24/7"), change)


def test_degrees_and_shifted_degrees_mean_the_same_place() -> None:
    """A centre in WGS 84 or in GCJ-02 lands within a metre of where it is meant."""
    import geopandas as gpd

    from tongling_gis.crs import wgs84_to_gcj02

    wanted = spot(100, 0)
    degrees = gpd.GeoSeries([wanted], crs=CRS).to_crs("EPSG:4326").iloc[0]
    shifted = shapely.Point(*(float(one) for one in wgs84_to_gcj02(degrees.x, degrees.y)))
    for crs, at in (("WGS84", degrees), ("GCJ-02", shifted)):
        asked = Scenario((AddCentre(at, "new"),), crs=crs)
        centres = apply_scenario(LADDER.network(), LADDER.centres, asked).centres
        assert centres.geometry.iloc[-1].distance(wanted) < 1.0


# Laws for all towns


@st.composite
def towns(
    draw: st.DrawFn, *, hours: bool = False
) -> tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw a town of walls and gates on a grid of streets, with homes and centres in it."""
    columns, lines = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    corners = [(100.0 * c, -100.0 * r) for r in range(lines) for c in range(columns)]
    pairs = [
        (at, at + step)
        for at in range(len(corners))
        for step in (1, columns)
        if at + step < len(corners) and not (step == 1 and (at + 1) % columns == 0)
    ]
    kept = draw(st.lists(st.sampled_from(pairs), min_size=2, unique=True, max_size=len(pairs)))
    streets = layer(
        [shapely.LineString([place(*corners[a]), place(*corners[b])]) for a, b in sorted(kept)],
        street_id=[f"s{row}" for row in range(len(kept))],
        from_node=[a for a, _ in sorted(kept)],
        to_node=[b for _, b in sorted(kept)],
        highway=draw(st.lists(KINDS, min_size=len(kept), max_size=len(kept))),
    )
    at = st.tuples(st.integers(-2, 4 * columns), st.integers(-2, 4 * lines))
    points = st.lists(
        at.map(lambda one: spot(25.0 * one[0], -25.0 * one[1])), min_size=1, max_size=5
    )
    nodes = layer(
        [spot(*one) for one in corners],
        node_id=range(len(corners)),
        barrier=draw(st.lists(BARRIERS, min_size=len(corners), max_size=len(corners))),
    )
    walls = draw(st.lists(lines_on_grid(columns, lines), max_size=3))
    gates = [one.interpolate(draw(st.integers(0, 4)) / 4, normalized=True) for one in walls]
    n = len(gates)
    network = build_network(
        streets,
        nodes,
        barriers=layer(walls, barrier_id=[f"w{row}" for row in range(len(walls))], barrier="wall")
        if walls
        else None,
        gates=layer(
            gates,
            gate_id=[f"g{row}" for row in range(n)],
            barrier="gate",
            **({"opening_hours": draw(st.lists(HOURS, min_size=n, max_size=n))} if hours else {}),
        )
        if walls
        else None,
    )
    homes, centres = draw(points), draw(points)
    return (
        network,
        layer(homes, resident_id=[f"h{row}" for row in range(len(homes))]),
        layer(centres, centre_id=[f"C{row}" for row in range(len(centres))]),
    )


KINDS = st.sampled_from(["residential", "residential", "footway", "motorway"])
BARRIERS = st.sampled_from([None, None, None, "gate"])
HOURS = st.sampled_from(["24/7", "Mo-Su 06:00-22:00", "Mo-Su 20:00-24:00"])
MOMENTS = st.sampled_from([None, read_moment("周二 12:00"), read_moment("周二 23:00")])


def lines_on_grid(columns: int, lines: int) -> st.SearchStrategy[shapely.LineString]:
    """Draw walls that cross streets, touch corners, run along streets, or close round a block."""
    at = st.tuples(st.integers(-2, 4 * columns), st.integers(-2, 4 * lines))
    strokes = st.lists(at, min_size=2, max_size=4, unique=True)
    boxes = st.tuples(at, at).filter(lambda two: two[0][0] != two[1][0] and two[0][1] != two[1][1])
    rings = boxes.map(
        lambda two: [two[0], (two[1][0], two[0][1]), two[1], (two[0][0], two[1][1]), two[0]]
    )
    return st.one_of(strokes, rings).map(
        lambda xy: shapely.LineString([place(25.0 * x, -25.0 * y) for x, y in xy])
    )


def prepared(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], at: Moment | None = None
) -> Baseline:
    """Prepare a drawn town; adults walk it, waiting at crossings and all."""
    return baseline(*town, profile=ADULT, snap_limit_m=120.0, at=at)


def draw_change(data: st.DataObject, before: Baseline, kinds: str = "any") -> Change:
    """Draw a change of the town: one that closes, one that opens, or any."""
    network = before.city.ground.network
    streets = st.sampled_from(network.without_barriers.edges["street_id"].tolist())
    at = st.tuples(st.integers(-2, 12), st.integers(-2, 12)).map(
        lambda one: spot(25.0 * one[0], -25.0 * one[1])
    )
    centre = st.sampled_from(before.places["centre_id"].tolist())
    moving: list[st.SearchStrategy[Change]] = [
        st.builds(AddCentre, at),
        st.builds(MoveCentre, centre, at),
        st.builds(RemoveCentre, centre),
    ]
    closing = [st.builds(CloseStreet, streets), st.builds(DrawWall, lines_on_grid(3, 3))]
    opening = [st.builds(OpenStreet, streets), st.builds(OpenGate, at=at)]
    if network.gates is not None and network.barriers is not None:
        named = st.sampled_from(network.gates["gate_id"].tolist())
        closing.append(st.builds(CloseGate, named))
        opening.append(st.builds(OpenGate, named))
        walls = st.sampled_from(network.barriers["barrier_id"].tolist())
        opening.append(st.builds(RemoveWall, walls))
        if "opening_hours" in network.gates:
            moving.append(st.builds(SetHours, gate_id=named, opening_hours=HOURS))
    chosen = {"closing": closing, "opening": opening, "any": closing + opening + moving}[kinds]
    return data.draw(st.one_of(*chosen))


@given(towns(hours=True), st.data())
def test_repair_equals_rebuilding_the_whole_city(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], data: st.DataObject
) -> None:
    """Mended around the change or made again from the ground: the same, at whatever hour."""
    before = prepared(town, data.draw(MOMENTS))
    changes = [draw_change(data, before) for _ in range(data.draw(st.integers(1, 3)))]
    try:
        mended = find_changes(before, scenario(*changes)).walks
    except SchemaError:  # the same centre removed twice, or the like
        return
    whole = find_changes(before, scenario(*changes), rebuild=True).walks
    assert mended.before.tolist() == whole.before.tolist()
    assert mended.after.tolist() == whole.after.tolist()
    assert mended.attached.tolist() == whole.attached.tolist()


@settings(max_examples=25)
@given(towns(), st.data())
def test_both_sides_are_what_a_coverage_measures(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], data: st.DataObject
) -> None:
    """Where everybody keeps their door, both sides are those of ``measure_coverage``."""
    before = prepared(town)
    changed = scenario(draw_change(data, before, "closing"))
    found = find_changes(before, changed)
    if found.walks.doors_moved or found.walks.entries_moved or not found.walks.attached.any():
        return
    network = before.city.ground.network
    applied = apply_scenario(network, before.places, changed)
    asked = {"profile": ADULT, "minutes": (5,), "snap_limit_m": 120.0, "provenance": NOBODY}
    for side, streets in ((found.before, network), (found.after, applied.network)):
        coverage = measure_coverage(streets, town[1], applied.centres, **asked)
        same_street = coverage.layers["residents"]["snap_m"].to_numpy()
        kept = np.isclose(same_street, before.city.homes.doors.distance_m, equal_nan=True)
        walk_s = coverage.layers["residents"]["walk_s"].to_numpy()
        assert np.array_equal(side.walk_s[kept], walk_s[kept], equal_nan=True)


def milliseconds(found: object, side: str) -> np.ndarray:
    """Give each home's milliseconds on one side, endless where there is no way."""
    ms = getattr(found, side).ms
    return np.where(ms < 0, 2**40, ms)


@given(towns(), st.data())
def test_closing_never_shortens_and_opening_never_lengthens_a_walk(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], data: st.DataObject
) -> None:
    """Walls, closed streets and gates cost time; opened ones save it; to the rounding."""
    before = prepared(town)
    closed = find_changes(before, scenario(draw_change(data, before, "closing")))
    assert (milliseconds(closed, "after") >= milliseconds(closed, "before") - ROUNDING_MS).all()
    opened = find_changes(before, scenario(draw_change(data, before, "opening")))
    assert (milliseconds(opened, "after") <= milliseconds(opened, "before") + ROUNDING_MS).all()


@settings(max_examples=25)
@given(towns(), st.data())
def test_a_new_centre_never_lengthens_a_walk(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], data: st.DataObject
) -> None:
    """Adding a centre shortens walks or leaves them; removing one does the contrary, exactly."""
    before = prepared(town)
    at = spot(25.0 * data.draw(st.integers(-2, 12)), -25.0 * data.draw(st.integers(-2, 12)))
    added = find_changes(before, scenario(AddCentre(at, "new")))
    assert (milliseconds(added, "after") <= milliseconds(added, "before")).all()
    removed = find_changes(before, scenario(RemoveCentre("C0")))
    assert (milliseconds(removed, "after") >= milliseconds(removed, "before")).all()


@settings(max_examples=15)
@given(towns(), st.data())
def test_a_scenario_and_its_inverse_give_the_original(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], data: st.DataObject
) -> None:
    """What is drawn and taken down, closed and opened again, moved there and back is as before."""
    before = prepared(town)
    network = before.city.ground.network
    edges = network.without_barriers.edges
    street = data.draw(st.sampled_from(edges.index[edges["walkable"]].tolist() or [0]))
    name = edges["street_id"].iloc[street]
    line = data.draw(lines_on_grid(3, 3))
    there = spot(37.5, -62.5)
    back = [(DrawWall(line, "drawn"), RemoveWall("drawn"))]
    back.append((AddCentre(there, "new"), RemoveCentre("new")))
    back.append((MoveCentre("C0", there), MoveCentre("C0", before.places.geometry.iloc[0])))
    if edges["walkable"].iloc[street]:
        back.append((CloseStreet(name), OpenStreet(name)))
    for one, other in back:
        applied = apply_scenario(network, before.places, scenario(one))
        again = apply_scenario(applied.network, applied.centres, scenario(other))
        restored = baseline(
            again.network, town[1], again.centres, profile=ADULT, snap_limit_m=120.0
        )
        assert restored.side.ms.tolist() == before.side.ms.tolist(), one


@settings(max_examples=20)
@given(towns())
def test_an_empty_scenario_changes_nothing(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    """No changes: both sides are the city as it is, mended or made again."""
    before = prepared(town)
    for rebuild in (False, True):
        found = find_changes(before, scenario(), rebuild=rebuild)
        assert found.walks.before.tolist() == before.city.state.tolist()
        assert found.walks.after.tolist() == before.city.state.tolist()


# A whole project


def test_a_project_compares_a_scenario_file(
    demo: studies.Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command reads the file, prints who gains and loses, and keeps the result."""
    centres = demo.workspace.read("centres")
    first = str(centres["centre_id"].iloc[0])
    plan = tmp_path / "方案.toml"
    plan.write_text(
        f'name = "撤一个"\n[[changes]]\nkind = "remove_centre"\ncentre_id = "{first}"\n',
        encoding="utf-8",
    )
    out = tmp_path / "out.csv"
    folder = str(demo.workspace.folder)
    assert main(["compare", str(plan), "-p", folder, "--out", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    by_name = {(one["name"], one["limit_minutes"]): one["value"] for one in answer["indicators"]}
    assert by_name["residents_lost", 15.0] >= 0
    assert by_name["residents_gained", 15.0] == 0
    assert by_name["centres_before", None] == by_name["centres_after", None] + 1
    assert out.stat().st_size > 10_000
    kept = demo.workspace.latest("comparison")
    assert kept is not None
    assert kept.layers["changes"]["kind"].tolist() == ["remove_centre"]


def test_a_scenario_file_that_is_not_there_is_one_sentence(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file ends with its exit code and one line."""
    assert main(["compare", "nothing.toml", "-p", str(demo.workspace.folder)]) == 4
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
