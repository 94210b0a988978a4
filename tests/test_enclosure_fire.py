"""Fire access, hydrants, stations and public streets, on small towns worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from tongling_gis.assessment import Verdict
from tongling_gis.catalogue import read_standards
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.judging import judge
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.measures.lane_layout import largest_empty_circle
from tongling_gis.enclosure.measures.long_buildings import total_length_m
from tongling_gis.enclosure.model import Case, Gate, GateKind, Measured
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.enclosure.served import read_buildings
from tongling_gis.enclosure.surroundings import Surroundings, prepare_surroundings
from tongling_gis.network import build_network

CRS = 4548
FIT = {
    "width_m": 4.5,
    "height_m": 5.0,
    "control": "staffed",
    "closure": "lift_gate",
    "marked": True,
}
# A compound of 2 ha between a street to the south and one to the north, a lane through it and
# a dead end of 50 m off the lane:
#
#   y=200 ============ North ============
#         +---------|----------+  190
#         |   b2    |          |
#         |         +----------|  100 (to x=100)
#         |  b0     |    b1    |
#         +---------|----------+   10
#   y=0   ============= Main ============
#        x=0       50        110
STREETS = (
    ("Main", "primary", 12.0, [(-300, 0), (50, 0), (300, 0)]),
    ("North", "primary", 12.0, [(-300, 200), (50, 200), (300, 200)]),
    ("West", "primary", 12.0, [(-300, 0), (-300, 200)]),
    ("Lane", "service", 4.5, [(50, 0), (50, 100)]),
    ("Lane", "service", 4.5, [(50, 100), (50, 200)]),
    ("Stub", "service", 4.5, [(50, 100), (100, 100)]),
)
BUILDINGS = (
    (6, shapely.box(10, 40, 44, 52)),
    (6, shapely.box(60, 80, 100, 92)),
    (6, shapely.box(30, 120, 42, 160)),
)
AREA = shapely.box(0, 10, 110, 190)


@dataclass(frozen=True, eq=False)
class Town:
    """A town as it is drawn."""

    streets: tuple = STREETS
    buildings: tuple = BUILDINGS
    hydrants: tuple = ()
    stations: tuple = ()
    turn: float = 0.0

    def moved(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Turn and shift a shape with the town."""
        turned = affinity.rotate(shape, self.turn, origin=(0, 0))
        return affinity.translate(turned, 37 * self.turn, 11 * self.turn)

    def layer(self, rows: list[dict]) -> gpd.GeoDataFrame | None:
        """Make a layer of rows with shapes."""
        if not rows:
            return None
        placed = [{**row, "geometry": self.moved(row["geometry"])} for row in rows]
        return gpd.GeoDataFrame(placed, crs=CRS)

    @cached_property
    def prepared(self) -> Surroundings:
        """Prepare the town for boundaries in it."""
        lines = self.layer(
            [
                {"street_id": f"s{i}", "name": n, "highway": h, "width_m": w, "geometry": _line(xy)}
                for i, (n, h, w, xy) in enumerate(self.streets)
            ]
        )
        houses = self.layer(
            [
                {"building_id": f"b{i}", "floors": f, "use": "residential", "geometry": shape}
                for i, (f, shape) in enumerate(self.buildings)
            ]
        )
        hydrants = self.layer(
            [
                {"hydrant_id": f"h{i}", "kind": kind, "geometry": shapely.Point(xy)}
                for i, (kind, xy) in enumerate(self.hydrants)
            ]
        )
        stations = self.layer(
            [
                {"station_id": f"f{i}", "geometry": shapely.Point(xy)}
                for i, xy in enumerate(self.stations)
            ]
        )
        standards = read_standards()
        return prepare_surroundings(
            build_network(lines),
            {"buildings": houses, "hydrants": hydrants, "fire_stations": stations},
            profile=standards.profile("adult"),
            engine_profile=standards.profile("fire_engine"),
        )


def _line(xy: list[tuple[float, float]]) -> shapely.LineString:
    return shapely.LineString(xy)


def gate(x: float, y: float, kind: GateKind = GateKind.VEHICLE, **facts: object) -> Gate:
    """Make a gate, new, of which nothing else is known."""
    return Gate(f"{x:g}/{y:g}", shapely.Point(x, y), kind, **facts)


PLAIN = Town()
SOUTH, NORTH = gate(50, 10, **FIT), gate(50, 190, **FIT)


def enclose(
    *gates: Gate, town: Town | None = None, area: shapely.Polygon = AREA, **answers: object
) -> Enclosure:
    """Lay a boundary with gates into a town."""
    town = PLAIN if town is None else town
    around = town.prepared
    placed = tuple(replace(one, point=town.moved(one.point)) for one in gates)
    return Enclosure(
        around, Case("c", "小区", town.moved(area), around.crs, placed, answers=answers)
    )


def measure(name: str, *gates: Gate, **how: object) -> Measured:
    """Measure a boundary with gates."""
    return MEASURES[name].function(enclose(*gates, **how))


def verdict(rule: str, *gates: Gate, **how: object) -> Verdict:
    """Say what a rule finds of it."""
    found = read_rules().rule(rule)
    return judge(found, measure(found.measure, *gates, **how)).finding.verdict


def bare(*rows: tuple) -> tuple:
    """Give streets an unknown width."""
    return tuple((name, kind, None, xy) for name, kind, _, xy in rows)


PASS, FAIL, UNKNOWN, NONE = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.UNKNOWN,
    Verdict.NOT_APPLICABLE,
)
LONG = Town(buildings=((6, shapely.box(60, 20, 72, 180)), (6, shapely.box(60, 180, 72, 189))))
COURT = Town(
    buildings=(
        (6, shapely.box(5, 40, 46, 160).difference(shapely.box(10, 45, 40, 150))),
        (6, shapely.box(60, 80, 100, 92)),
    )
)
TALL = Town(buildings=((18, shapely.box(10, 40, 40, 52)), (18, shapely.box(60, 80, 100, 92))))
PRESSED = Town(buildings=((18, shapely.box(10, 11, 40, 23)), (6, shapely.box(10, 26, 40, 40))))
NO_FLOORS = Town(buildings=((None, shapely.box(10, 40, 40, 52)),))
NARROW = Town(streets=tuple((n, h, 3.0 if h == "service" else w, c) for n, h, w, c in STREETS))
TOO_NARROW = Town(streets=tuple((n, h, 2.9 if h == "service" else w, c) for n, h, w, c in STREETS))
FRONT = Town(streets=STREETS[:3], buildings=((6, shapely.box(60, 20, 100, 32)),))
BOTH = Town(buildings=((6, shapely.box(60, 20, 100, 32)),))
UNSIZED = Town(streets=STREETS[:3] + bare(*STREETS[3:]))
NO_LANES = Town(streets=STREETS[:3])
STATION = Town(stations=((-280.0, 3.0),))
FAR = Town(
    streets=(*STREETS, ("Far", "primary", 12.0, [(-9000, 0), (-300, 0)])),
    stations=((-8990.0, 3.0),),
)
NAMED = Town(streets=(*STREETS[:3], ("青年路", "tertiary", 8.0, [(50, 0), (50, 200)])))
BLOCKED_END = Town(buildings=(*BUILDINGS, (6, shapely.box(60, 101.5, 109, 140))))
POSTS = {**FIT, "closure": "fixed_post"}


@pytest.mark.parametrize(
    ("rule", "gates", "how", "expected"),
    [
        ("LEG-01a", (SOUTH,), {}, UNKNOWN),  # a service road outside any compound
        ("LEG-01a", (SOUTH,), {"town": NAMED}, FAIL),
        ("LEG-01a", (SOUTH,), {"town": NO_LANES}, PASS),
        ("LEG-01b", (SOUTH,), {"town": NAMED}, FAIL),
        ("LEG-01b", (SOUTH, NORTH), {"town": NO_LANES}, PASS),
        ("LEG-01b", (gate(50, 10), gate(50, 190)), {"town": NAMED}, UNKNOWN),
        ("LEG-02", (), {}, UNKNOWN),
        ("LEG-03a", (SOUTH,), {}, PASS),
        ("LEG-03a", (), {}, FAIL),
        ("LEG-03a", (gate(50, 10, GateKind.PEDESTRIAN),), {}, FAIL),
        ("LEG-03a", (), {"town": Town(buildings=())}, UNKNOWN),
        ("LEG-03a", (SOUTH,), {"town": FRONT}, UNKNOWN),  # the wall parts it from the street alone
        ("FIR-01", (SOUTH,), {"town": FRONT}, UNKNOWN),
        ("LEG-03a", (), {"town": BOTH}, FAIL),  # it loses its lane inside
        ("LEG-03b", (SOUTH,), {}, FAIL),
        ("LEG-03b", (SOUTH, NORTH), {}, PASS),
        ("LEG-04", (), {"town": Town(hydrants=(("市政", (20, 12)),))}, FAIL),
        ("LEG-04", (), {"town": Town(hydrants=((None, (20, 12)),))}, UNKNOWN),
        ("LEG-04", (), {"town": Town(hydrants=(("市政", (20, 4)),))}, PASS),
        ("LEG-04", (), {"town": Town(hydrants=(("市政", (20, 9.5)),))}, FAIL),
        ("LEG-04", (), {"town": Town(hydrants=(("市政", (20, 8.5)),))}, UNKNOWN),
        ("LEG-04", (), {"town": Town(hydrants=(("室外", (20, 50)),))}, PASS),
        ("LEG-04", (), {}, UNKNOWN),
        ("LEG-06", (), {}, UNKNOWN),
        ("LEG-09", (SOUTH,), {}, PASS),
        ("FIR-01", (SOUTH,), {}, PASS),
        ("FIR-01", (), {}, FAIL),
        ("FIR-01", (gate(50, 10),), {}, UNKNOWN),
        ("FIR-01", (SOUTH,), {"town": UNSIZED}, UNKNOWN),
        ("FIR-01", (SOUTH,), {"town": NARROW}, UNKNOWN),  # 3 m: no number in GB 55037
        ("FIR-01", (SOUTH,), {"town": TOO_NARROW}, FAIL),
        ("FIR-01", (replace(SOUTH, width_m=3.5),), {}, UNKNOWN),
        ("FIR-01", (replace(SOUTH, width_m=2.9),), {}, FAIL),
        ("FIR-01", (replace(SOUTH, height_m=3.8),), {}, UNKNOWN),
        ("LEG-03a", (replace(SOUTH, width_m=3.5),), {}, PASS),
        ("LEG-03a", (replace(SOUTH, width_m=2.9),), {}, FAIL),
        ("FIR-01", (SOUTH,), {"town": NO_LANES}, UNKNOWN),
        ("FIR-01", (SOUTH,), {"town": NO_LANES, "lanes_surveyed": True}, FAIL),
        ("FIR-02", (SOUTH,), {}, FAIL),  # b0 stands with its end to the lane
        ("FIR-02", (SOUTH,), {"town": Town(buildings=BUILDINGS[1:])}, PASS),
        ("FIR-02", (SOUTH,), {"town": NO_LANES}, UNKNOWN),
        ("FIR-03a", (SOUTH,), {}, PASS),
        ("FIR-03a", (SOUTH,), {"town": NARROW}, FAIL),
        ("FIR-03a", (SOUTH,), {"town": UNSIZED}, UNKNOWN),
        ("FIR-03b", (SOUTH,), {}, PASS),
        ("FIR-03b", (replace(SOUTH, width_m=3.0),), {}, FAIL),
        ("FIR-03b", (replace(SOUTH, width_m=3.8, error_m=0.5),), {}, UNKNOWN),
        ("FIR-03b", (replace(SOUTH, width_m=3.0), NORTH), {}, PASS),
        ("FIR-03b", (replace(SOUTH, width_m=None),), {"town": NO_LANES}, UNKNOWN),
        ("FIR-03b", (), {}, NONE),
        ("FIR-04a", (SOUTH,), {}, UNKNOWN),
        ("FIR-04b", (SOUTH,), {}, PASS),
        ("FIR-04b", (replace(SOUTH, height_m=3.5),), {}, FAIL),
        ("FIR-05a", (SOUTH,), {}, UNKNOWN),
        ("FIR-07", (SOUTH,), {}, FAIL),  # b0 is 6 m off the middle, 3.75 m off the edge
        ("FIR-07", (SOUTH,), {"town": Town(buildings=((6, shapely.box(70, 30, 100, 42)),))}, PASS),
        ("FIR-08", (SOUTH,), {}, UNKNOWN),
        ("FIR-09", (SOUTH, NORTH), {}, UNKNOWN),  # room to turn, paving unknown
        ("FIR-09", (SOUTH, NORTH), {"town": Town(streets=STREETS[:5])}, PASS),
        ("FIR-09", (SOUTH, NORTH), {"town": BLOCKED_END}, FAIL),
        ("FIR-10a", (SOUTH, NORTH), {"town": BLOCKED_END}, FAIL),
        ("FIR-10a", (SOUTH, NORTH), {}, UNKNOWN),
        ("FIR-10b", (SOUTH, NORTH), {"town": NO_FLOORS}, UNKNOWN),
        ("FIR-11", (SOUTH,), {}, NONE),
        ("FIR-11", (SOUTH, NORTH), {}, PASS),
        ("FIR-12", (SOUTH,), {}, PASS),
        ("FIR-12", (SOUTH,), {"town": NO_LANES}, UNKNOWN),
        ("FIR-13a", (SOUTH,), {}, PASS),
        ("FIR-13b", (SOUTH,), {}, PASS),
        ("FIR-14a", (SOUTH,), {}, NONE),
        ("FIR-14a", (SOUTH,), {"town": COURT}, FAIL),
        ("FIR-14b", (SOUTH,), {"town": COURT}, UNKNOWN),
        ("FIR-15a", (SOUTH,), {}, PASS),
        ("FIR-15a", (gate(50, 10, **POSTS),), {}, FAIL),
        ("FIR-15a", (gate(50, 10),), {}, UNKNOWN),
        ("FIR-15b", (SOUTH,), {}, PASS),
        ("FIR-15b", (replace(SOUTH, marked=False),), {}, FAIL),
        ("FIR-15b", (replace(SOUTH, marked=None),), {}, UNKNOWN),
        ("FIR-17a", (SOUTH,), {}, NONE),
        ("FIR-17a", (SOUTH,), {"town": TALL}, UNKNOWN),
        ("FIR-17a", (SOUTH,), {"town": PRESSED}, FAIL),
        ("FIR-17a", (SOUTH,), {"town": NO_FLOORS}, UNKNOWN),
        ("FIR-18", (SOUTH,), {}, PASS),
        ("FIR-18", (replace(SOUTH, control="card"),), {}, FAIL),
        ("FIR-18", (replace(SOUTH, control=""),), {}, UNKNOWN),
        ("HYD-01", (SOUTH,), {}, UNKNOWN),
        ("HYD-01", (SOUTH,), {"town": Town(hydrants=(("室外", (80, 60)),))}, PASS),
        ("HYD-01", (SOUTH,), {"town": Town(hydrants=(("市政", (250, 3)),))}, FAIL),
        ("HYD-02", (SOUTH,), {"town": Town(hydrants=(("市政", (40, 3)),))}, FAIL),
        ("HYD-03a", (SOUTH,), {"town": Town(hydrants=(("市政", (40, 3)),))}, UNKNOWN),
        ("HYD-04", (SOUTH,), {"town": Town(hydrants=(("室外", (20, 60)),))}, PASS),
        ("HYD-04", (SOUTH,), {"town": Town(hydrants=(("室外", (20, 54)),))}, FAIL),
        ("HYD-05", (SOUTH,), {"town": replace(TALL, hydrants=(("室外", (20, 60)),))}, FAIL),
        ("HYD-06", (SOUTH,), {"town": Town(hydrants=(("市政", (40, 3)),))}, UNKNOWN),
        ("STA-01", (SOUTH,), {}, UNKNOWN),
        ("STA-01", (SOUTH,), {"town": STATION}, PASS),
        ("STA-01", (SOUTH,), {"town": FAR}, FAIL),
        ("EVA-02a", (SOUTH,), {}, PASS),
        ("EVA-02a", (replace(SOUTH, width_m=3.0),), {}, FAIL),
        ("EVA-02b", (SOUTH,), {}, UNKNOWN),
        ("EVA-03", (SOUTH,), {"town": NO_FLOORS}, UNKNOWN),
        ("EVA-03", (SOUTH,), {"town": Town(buildings=((2, shapely.box(60, 20, 70, 90)),))}, PASS),
    ],
)
def test_rules_find_what_was_worked_out_by_hand(rule, gates, how, expected) -> None:
    """Each rule passes, fails or does not know as a person with a ruler would say."""
    assert verdict(rule, *gates, **how) is expected


def test_a_way_too_narrow_for_the_standard_breaks_it_and_not_the_mandatory_code() -> None:
    """3.5 m misses the 4.0 m of GB 50016 (S); GB 55037 (M) has no number, so it stays open."""
    found = measure("fire_access", replace(SOUTH, width_m=3.5))
    assert all("FIR-01 = true" in item.missing.zh for item in found.items)
    assert verdict("FIR-03b", replace(SOUTH, width_m=3.5)) is FAIL


def test_an_area_where_nobody_could_live_has_no_size_of_residents() -> None:
    """Open land has no residents to be too few; where homes lie inside the number is unknown."""
    open_land = Town(buildings=((6, shapely.box(300, 300, 320, 320)),))
    assert measure("residents_inside", SOUTH, town=open_land).not_applicable is not None
    assert measure("residents_inside", SOUTH).missing is not None


def test_a_canteen_of_unsaid_use_is_no_home() -> None:
    """By its name; a house of flats that is named so stays one, as its use is said."""
    shapes = [shapely.box(0, 0, 30, 10)] * 4
    layer = gpd.GeoDataFrame(
        {
            "use": ["yes", "yes", "apartments", None],
            "name": ["二食堂", "10号楼", "校园食堂楼", None],
        },
        geometry=shapes,
        crs=CRS,
    )
    assert read_buildings(layer).is_home.tolist() == [False, True, True, True]


def test_the_spacing_of_hydrants_is_from_one_to_the_next_and_counts_no_street_twice() -> None:
    """Three along Main 100 m apart, the last 290 m from its end: 290 m, not there and back."""
    main = Town(
        streets=(
            ("Main", "primary", 12.0, [(-300, 0), (50, 0)]),
            ("M", "primary", 12.0, [(50, 0), (300, 0)]),
        ),
        hydrants=tuple(("市政", (x, 3)) for x in (-295, -190, -90, 10)),
    )
    assert measure("hydrant_spacing_m", SOUTH, town=main).value == pytest.approx(290, abs=0.1)
    full = replace(main, hydrants=(*main.hydrants, ("市政", (115, 3)), ("市政", (225, 3))))
    assert measure("hydrant_spacing_m", SOUTH, town=full).value == pytest.approx(110, abs=0.1)
    assert verdict("HYD-02", SOUTH, town=full) is PASS


def test_a_building_shut_off_has_no_width_of_a_lane() -> None:
    """Without a gate FIR-03 is missed, and no number of metres is said."""
    rule = read_rules().rule("FIR-03a")
    found = judge(rule, measure("lane_width_m")).finding
    assert (found.verdict, found.measured) == (FAIL, None)
    assert "没有通路" in found.reason.zh
    assert "0 米" not in found.reason.zh


def test_distances_are_those_of_the_drawing() -> None:
    """Numbers are what a ruler gives, and stand with their error."""
    sides = {item.name.en: item.value for item in measure("lane_to_long_side_m", SOUTH).items}
    assert sides == pytest.approx(
        {"building 'b0'": 23.0, "building 'b1'": 8.0, "building 'b2'": 8.0}
    )
    ways = {item.name.en: item.value for item in measure("engine_route_m", SOUTH).items}
    assert ways["building 'b0'"] == pytest.approx(46.0)  # from Main at the gate's street
    widths = measure("fire_gate_width_m", replace(SOUTH, width_m=3.8, error_m=0.5))
    assert [(item.value, item.error) for item in widths.items] == [(3.8, 0.5)]
    assert measure("dead_end_m", SOUTH, NORTH, town=BLOCKED_END).value == pytest.approx(50.0)
    assert measure("ring_connections", SOUTH, NORTH).value == 2.0


def test_dead_ends_that_the_boundary_makes_are_told_apart() -> None:
    """With the north shut, the lane's end there is the boundary's doing, the stub is not."""
    names = [item.name.en for item in measure("dead_end_m", SOUTH).items]
    assert [("made by the boundary" in name) for name in names] == [True, False]


def test_a_hose_goes_round_the_wall() -> None:
    """Straight is near; along the ways, with no gate beside the hydrant, it is far."""
    town = Town(hydrants=(("市政", (20, 5)),))
    (straight, *_) = measure("hydrant_distance_m", SOUTH, town=town).items
    (hose, *_) = measure("hydrant_hose_m", SOUTH, town=town).items
    assert straight.value == pytest.approx(35.0)
    assert hose.value == pytest.approx(5 + 30 + 46 + 6)


def test_an_engine_loses_the_gate_delay_and_no_more() -> None:
    """From always open to staffed costs the minute that the gate takes."""
    free = measure("fire_response_min", replace(SOUTH, control="free"), town=STATION)
    staffed = measure("fire_response_min", SOUTH, town=STATION)
    assert staffed.value - free.value == pytest.approx(1.0)


def test_neighbours_behind_the_compound_lose_their_only_way() -> None:
    """A house outside, reached only through the area, is cut off until a gate lets it out."""
    streets = (
        *STREETS[:3],
        ("Lane", "service", 4.5, [(50, 0), (50, 150)]),
        ("Back", "service", 4.5, [(50, 150), (140, 150)]),
    )
    town = Town(streets=streets, buildings=(*BUILDINGS, (3, shapely.box(130, 155, 150, 165))))
    east = gate(110, 150, **FIT)
    assert verdict("LEG-09", SOUTH, town=town) is FAIL
    assert verdict("LEG-09", SOUTH, east, town=town) is PASS


@pytest.mark.parametrize(
    ("rule", "gates", "how", "kind"),
    [
        ("FIR-03b", (replace(SOUTH, width_m=3.0),), {}, "widen_gate"),
        ("FIR-15a", (gate(50, 10, **POSTS),), {}, "replace_closure"),
        ("LEG-03b", (SOUTH,), {}, "add_gate"),
    ],
)
def test_a_mend_taken_up_mends(rule, gates, how, kind) -> None:
    """What a finding offers, accepted, lets its rule pass."""
    found = read_rules().rule(rule)
    offers = [one.offer for one in measure(found.measure, *gates, **how).items if one.offer]
    assert [offer.kind for offer in offers] == [kind]
    kept = [one for one in gates if one.gate_id != offers[0].replaces]
    assert verdict(rule, *kept, offers[0].gate, **how) is PASS


def test_a_hydrant_is_left_outside_by_the_boundary_offered() -> None:
    """The boundary drawn back leaves the hydrant free of the wall."""
    town = Town(hydrants=(("市政", (20, 12)),))
    (item,) = measure("hydrants_captured", town=town).items
    assert verdict("LEG-04", town=town, area=item.offer.boundary) is PASS


def test_the_case_may_be_of_several_parts_with_holes() -> None:
    """Every measure takes two areas, one with a hole, and says something of each case."""
    area = shapely.MultiPolygon(
        [AREA.difference(shapely.box(70, 20, 90, 40)), shapely.box(150, 10, 200, 60)]
    )
    town = replace(STATION, hydrants=(("市政", (40, 3)), (None, (80, 30))))
    for name in FIRE:
        found = measure(name, SOUTH, town=town, area=area)
        said = (found.value, found.missing, found.not_applicable, *found.items)
        assert any(part is not None for part in said), name


MODULES = (
    "aerial_sites",
    "clearances",
    "dead_ends",
    "fire_access",
    "fire_gates",
    "hydrant_reach",
    "hydrants",
    "lane_layout",
    "lane_shape",
    "long_buildings",
    "long_sides",
    "routes",
    "stations",
    "streets",
)
FIRE = [
    name for name, one in MEASURES.items() if one.function.__module__.rsplit(".", 1)[-1] in MODULES
]
RULES = [rule for rule in read_rules().rules.values() if rule.measure in FIRE]
RANK = {NONE: 0, PASS: 0, UNKNOWN: 1, FAIL: 2}
PLACES = [(50, 10), (50, 190), (20, 10), (110, 100), (0, 100)]


def ranks(*gates: Gate, town: Town) -> dict[str, int]:
    """Say how bad every fire rule finds it."""
    enclosure = enclose(*gates, town=town)
    known = {name: MEASURES[name].function(enclosure) for name in FIRE}
    return {rule.rule_id: RANK[judge(rule, known[rule.measure]).finding.verdict] for rule in RULES}


@settings(max_examples=12)
@given(
    first=st.sets(st.sampled_from(PLACES), max_size=3),
    more=st.sampled_from(PLACES),
    width_m=st.sampled_from([None, 3.0, 3.8, 4.5]),
    town=st.sampled_from([STATION, UNSIZED, NARROW, BLOCKED_END]),
)
def test_one_more_gate_never_makes_a_fire_rule_worse(first, more, width_m, town) -> None:
    """Whatever gates there are, another one fit for engines makes no fire rule worse."""
    standing = [gate(*xy, **{**FIT, "width_m": width_m, "error_m": 0.3}) for xy in sorted(first)]
    before = ranks(*standing, town=town)
    after = ranks(*standing, gate(*more, **FIT), town=town)
    assert {
        rule: (before[rule], after[rule]) for rule in before if after[rule] > before[rule]
    } == {}


@settings(max_examples=4)
@given(turn=st.floats(min_value=1, max_value=359))
def test_nothing_changes_when_everything_turns_and_moves(turn) -> None:
    """Verdicts and numbers are those of the town as it was first drawn."""
    town = replace(STATION, hydrants=(("市政", (40, 3)), (None, (80, 30))))
    here, there = (enclose(SOUTH, town=replace(town, turn=one)) for one in (0.0, turn))
    for name in FIRE:
        was, now = MEASURES[name].function(here), MEASURES[name].function(there)
        assert (was.missing, was.not_applicable) == (now.missing, now.not_applicable), name
        assert now.value == (pytest.approx(was.value, abs=1.0) if was.value is not None else None)
        assert len(was.items) == len(now.items), name


@given(
    lines=st.lists(
        st.tuples(*[st.integers(0, 100) for _ in range(4)]).filter(lambda c: c[:2] != c[2:]),
        min_size=1,
        max_size=6,
    )
)
def test_the_largest_empty_circle_is_no_smaller_than_any_found_by_trying(lines) -> None:
    """No place of a fine grid lies farther from all lines, but for the tolerance."""
    area = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 70))
    drawn = np.array([shapely.LineString([c[:2], c[2:]]) for c in lines], dtype=object)
    centre, radius_m = largest_empty_circle(area, drawn)
    x, y = np.meshgrid(np.arange(0, 101, 4.0), np.arange(0, 101, 4.0))
    spots = shapely.points(x.ravel(), y.ravel())
    spots = spots[shapely.covers(area, spots)]
    away_m = shapely.distance(spots, shapely.union_all(drawn))
    assert radius_m >= away_m.max() - 1.0
    assert radius_m == pytest.approx(shapely.distance(centre, shapely.union_all(drawn)))


def test_bent_buildings_are_as_long_as_their_oblong() -> None:
    """An L of two wings of 100 m by 12 m is 188 m along its middle."""
    wings = shapely.union(shapely.box(0, 0, 100, 12), shapely.box(0, 0, 12, 100))
    assert total_length_m(wings) == pytest.approx(188.0, abs=0.5)
