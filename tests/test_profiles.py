"""Profiles on the streets: slopes, steps, crossings, surfaces, gates, hours and vehicles."""

from __future__ import annotations

import json
from dataclasses import replace
from math import exp

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tagged_towns import noted, town, walk_s
from towns import gate, line, place, wall

from tongling_gis.assessment import describe_pace
from tongling_gis.catalogue import Crossings, Slopes, Steps, WalkProfile, Ways, read_standards
from tongling_gis.hours import read_moment
from tongling_gis.isochrones.parts import reach_parts
from tongling_gis.network import Network, attach
from tongling_gis.network.slopes import read_incline
from tongling_gis.routing import edge_times, join_ends, nearest_place, weigh
from tongling_gis.routing.paces import tobler_factor
from tongling_gis.text import Text

PROFILES = read_standards().profiles
ADULT, WHEELCHAIR, CAR = PROFILES["adult"], PROFILES["wheelchair"], PROFILES["car"]
STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")
CLIMBING = replace(STROLL, slopes=Slopes("tobler"))
WAITING = replace(STROLL, crossings=Crossings(30.0, 5.0, 30.0))

# Slopes


def test_toblers_function_has_its_published_values() -> None:
    """6 exp(-3.5 |S + 0.05|) km/h: 5.04 on the flat, 6 at 5 per cent down, 3.55 at 10 up."""
    flat_km_h = 6.0 * exp(-0.175)
    speeds = flat_km_h * tobler_factor(np.array([0.0, -0.05, 0.1, -0.1]))
    assert speeds.round(2).tolist() == [5.04, 6.0, 3.55, 5.04]


HILL = town(
    [((0, 0), (100, 0), {})], {(0, 0): {"elevation_m": 0.0}, (100, 0): {"elevation_m": 10.0}}
)


def test_uphill_takes_longer_than_downhill() -> None:
    """100 m at 1 m/s on 10 per cent: 100 / 0.7047 s up, and exactly 100 s down."""
    forward_ms, backward_ms = edge_times(HILL, CLIMBING)
    assert forward_ms.tolist() == [int(100_000 * exp(0.35))]
    assert backward_ms.tolist() == [100_000]


def test_walks_are_directed_where_slopes_make_them_so() -> None:
    """From the foot to the top it takes longer than back, also for places in mid-street."""
    up, down = (walk_s(HILL, CLIMBING, *ways) for ways in [((0, 0), (50, 0)), ((50, 0), (0, 0))])
    assert up == pytest.approx(50 * exp(0.35), abs=0.001)
    assert down == 50.0


def test_a_street_of_unknown_slope_is_flat_and_said_to_be() -> None:
    """One end without a height: 100 s both ways, and a note."""
    network = town([((0, 0), (100, 0), {})], {(0, 0): {"elevation_m": 3.0}})
    forward_ms, backward_ms = edge_times(network, CLIMBING)
    assert forward_ms.tolist() == backward_ms.tolist() == [100_000]
    assert "No street's slope is known" in noted(network, CLIMBING)
    assert "0% of the streets' length has no known slope" in noted(HILL, CLIMBING)


def test_a_profile_without_slopes_walks_the_same_both_ways() -> None:
    """Four fields make a profile of one speed, and both ways are one array."""
    forward_ms, backward_ms = edge_times(HILL, STROLL)
    assert forward_ms is backward_ms
    assert forward_ms.tolist() == [100_000]


@pytest.mark.parametrize(
    ("written", "rise"), [("10%", 0.1), ("-5 %", -0.05), ("45°", 1.0), ("3,5%", 0.035)]
)
def test_inclines_are_read(written: str, rise: float) -> None:
    """Per cent and degrees, with a comma too."""
    assert read_incline(written) == pytest.approx(rise)


@pytest.mark.parametrize("written", ["", "up", "down", "steep", "10", "1:12"])
def test_inclines_that_are_no_measure_are_unknown(written: str) -> None:
    """What has no number and unit says nothing."""
    assert np.isnan(read_incline(written))


def test_a_surveyed_incline_stands_before_the_heights() -> None:
    """The tag says flat, the heights say 10 per cent: flat."""
    network = town(
        [((0, 0), (100, 0), {"incline": "0%"})],
        {(0, 0): {"elevation_m": 0.0}, (100, 0): {"elevation_m": 10.0}},
    )
    assert edge_times(network, CLIMBING)[0].tolist() == [100_000]


def test_heights_that_cannot_be_do_not_stop_time() -> None:
    """A metre of street that rises 50 m is walked as the steepest there is."""
    network = town(
        [((0, 0), (1, 0), {})], {(0, 0): {"elevation_m": 0.0}, (1, 0): {"elevation_m": 50.0}}
    )
    assert edge_times(network, CLIMBING)[0].tolist() == [int(1000 * exp(3.5 * 0.7))]


def test_no_gain_downhill_where_the_profile_has_none() -> None:
    """Older people are as fast at 5 per cent down as on the flat; adults are faster."""
    network = town(
        [((0, 0), (100, 0), {})], {(0, 0): {"elevation_m": 5.0}, (100, 0): {"elevation_m": 0.0}}
    )
    assert edge_times(network, PROFILES["older"])[0].tolist() == [125_000]
    assert edge_times(network, ADULT)[0][0] < 100_000 / 1.1


# Steps


def test_steps_are_walked_at_the_profiles_factor_whatever_their_slope() -> None:
    """At half the speed 10 m of steps take 20 s, up and down."""
    network = town(
        [((0, 0), (10, 0), {"highway": "steps"})],
        {(0, 0): {"elevation_m": 0.0}, (10, 0): {"elevation_m": 5.0}},
    )
    stairs = replace(CLIMBING, steps=Steps(speed_factor=0.5))
    assert [ms.tolist() for ms in edge_times(network, stairs)] == [[20_000], [20_000]]


STAIRS = [
    ((0, 0), (100, 0), {}),
    ((100, 0), (120, 0), {"highway": "steps"}),
    ((120, 0), (300, 0), {}),
]


def test_no_wheelchair_passes_steps() -> None:
    """There is no way, and the note counts the street; an adult walks there."""
    network = town(STAIRS)
    assert walk_s(network, WHEELCHAIR, (0, 0), (300, 0)) == -1.0
    assert walk_s(network, ADULT, (0, 0), (300, 0)) > 0.0
    assert "steps 1" in noted(network, WHEELCHAIR)


def test_steps_with_a_ramp_for_wheelchairs_are_passed() -> None:
    """What the ramp's own key says holds."""
    ramp = {"highway": "steps", "tags": json.dumps({"ramp:wheelchair": "yes"})}
    network = town([STAIRS[0], (*STAIRS[1][:2], ramp), STAIRS[2]])
    assert walk_s(network, WHEELCHAIR, (0, 0), (300, 0)) > 0.0
    assert walk_s(network, PROFILES["pram"], (0, 0), (300, 0)) == -1.0


def test_places_join_streets_that_the_profile_uses() -> None:
    """Beside the steps a wheelchair joins the street, an adult the steps."""
    network = town(STAIRS)
    beside = np.array([place(110.0, 5.0)])
    for profile, edge in ((ADULT, 1), (WHEELCHAIR, 0)):
        assert attach(weigh(network, profile).network, beside, limit_m=50.0).edge.tolist() == [edge]


# Crossings

ACROSS = {"highway": "footway"}
MAIN = {"highway": "primary"}


def crossroads(tags: dict, second: dict | None = None) -> Network:
    """A footway over a primary road at (0, 0), and over its other carriageway at (0, 10)."""
    streets = [
        ((0, -100), (0, 0), ACROSS), ((0, 0), (0, 10), ACROSS), ((0, 10), (0, 100), ACROSS),
        ((-100, 0), (0, 0), MAIN), ((0, 0), (100, 0), MAIN),
        ((-100, 10), (0, 10), MAIN), ((0, 10), (100, 10), MAIN),
    ]  # fmt: skip
    return town(streets, {(0, 0): tags, (0, 10): second or {}})


SIGNALS = {"highway": "crossing", "crossing": "traffic_signals"}


def test_a_signalled_crossing_costs_its_wait_once() -> None:
    """200 m across a road with signals take 200 s and 30 s."""
    assert walk_s(crossroads(SIGNALS), WAITING, (0, -100), (0, 100)) == 230.0


def test_who_walks_along_the_road_waits_at_no_crossing_of_it() -> None:
    """Along the road 200 m take 200 s; from the footway into the road half the wait is paid."""
    assert walk_s(crossroads(SIGNALS), WAITING, (-100, 0), (100, 0)) == 200.0
    assert walk_s(crossroads(SIGNALS), WAITING, (0, -100), (100, 0)) == 215.0


def test_two_carriageways_are_one_crossing() -> None:
    """Both carriageways have signals, 10 m apart: one wait in all."""
    assert walk_s(crossroads(SIGNALS, SIGNALS), WAITING, (0, -100), (0, 100)) == 230.0
    apart = replace(WAITING, crossings=Crossings(30.0, 5.0, 5.0))
    assert walk_s(crossroads(SIGNALS, SIGNALS), apart, (0, -100), (0, 100)) == 260.0


def test_a_crossing_without_signals_costs_a_look() -> None:
    """5 s over a primary road, nothing over a residential street."""
    zebra = {"highway": "crossing", "crossing": "uncontrolled"}
    assert walk_s(crossroads(zebra), WAITING, (0, -100), (0, 100)) == 205.0
    quiet = town(
        [((0, -100), (0, 0), ACROSS), ((0, 0), (0, 100), ACROSS), ((0, 0), (100, 0), {})],
        {(0, 0): zebra},
    )
    assert walk_s(quiet, WAITING, (0, -100), (0, 100)) == 200.0


def test_signals_at_a_junction_of_roads_stop_everybody_once() -> None:
    """Where four streets meet at signals every way through costs 30 s; at a stop line none."""
    arms = [((0, 0), end, {}) for end in [(100, 0), (-100, 0), (0, 100), (0, -100)]]
    network = town(arms, {(0, 0): {"highway": "traffic_signals"}})
    assert walk_s(network, WAITING, (-100, 0), (100, 0)) == 230.0
    stop_line = town(arms[:2], {(0, 0): {"highway": "traffic_signals"}})
    assert walk_s(stop_line, WAITING, (-100, 0), (100, 0)) == 200.0


def test_a_wall_takes_no_wait_away() -> None:
    """Walled off from the side street at a junction with signals, people wait all the same."""
    arms = [((0, 0), end, {}) for end in [(100, 0), (-100, 0), (0, 100)]]
    signals = {(0, 0): {"highway": "traffic_signals"}}
    walled = town(arms, signals, barriers=wall((-50, 3), (50, 3)))
    assert len(walled.cuts) == 1
    assert walk_s(walled, WAITING, (-100, 0), (100, 0)) == 230.0


def test_flat_profiles_are_what_peers_walk() -> None:
    """Without slopes, steps and waits only length and speed count; ways stay shut."""
    flat = WHEELCHAIR.flat()
    assert walk_s(crossroads(SIGNALS), WAITING.flat(), (0, -100), (0, 100)) == 200.0
    assert edge_times(HILL, CLIMBING.flat())[0].tolist() == [100_000]
    assert walk_s(town(STAIRS), flat, (0, 0), (300, 0)) == -1.0
    assert describe_pace(flat).en == "Wheelchair user moving at 0.7 m/s (2.52 km/h)"


# Ways and gates


@pytest.mark.parametrize(
    "tags",
    [
        {"surface": "sand"},
        {"width_m": 0.9},
        {"incline": "12%"},
        {"tags": '{"smoothness": "very_bad"}'},
        {"tags": '{"wheelchair": "no"}'},
        {"tags": '{"maxwidth": "1 m"}'},
    ],
)
def test_ways_unfit_for_a_wheelchair_are_shut_to_it_alone(tags: dict) -> None:
    """Rough, narrow, steep or tagged unfit: no way for a wheelchair, a walk for an adult."""
    network = town([((0, 0), (100, 0), {}), ((100, 0), (200, 0), tags), ((200, 0), (300, 0), {})])
    assert walk_s(network, WHEELCHAIR, (0, 0), (300, 0)) == -1.0
    assert walk_s(network, STROLL, (0, 0), (300, 0)) == 300.0


def test_what_its_own_tag_says_opens_a_way_but_widens_none() -> None:
    """wheelchair=yes opens a cobbled street, not one that is measured to be too narrow."""
    yes = '{"wheelchair": "yes"}'
    for tags, open_ in (({"surface": "cobblestone"}, True), ({"width_m": 0.9}, False)):
        network = town([((0, 0), (100, 0), tags | {"tags": yes})])
        assert weigh(network, WHEELCHAIR).network.edges["walkable"].tolist() == [open_]


def test_what_is_unknown_passes_and_is_counted() -> None:
    """Surface and width of a street are not known: it is passed, and a note says so."""
    network = town([((0, 0), (100, 0), {"surface": "asphalt"}), ((100, 0), (200, 0), {})])
    assert walk_s(network, WHEELCHAIR, (0, 0), (200, 0)) > 0.0
    said = noted(network, WHEELCHAIR)
    assert "The surface is unknown for 50%" in said
    assert "The width is unknown for 100%" in said


def test_a_slope_between_rough_heights_shuts_no_short_street() -> None:
    """10 m that rise 2 m pass, 100 m that rise 20 m do not."""
    for far, open_ in ((10.0, True), (100.0, False)):
        heights = {(0, 0): {"elevation_m": 0.0}, (far, 0): {"elevation_m": far / 5.0}}
        network = town([((0, 0), (far, 0), {})], heights)
        assert weigh(network, WHEELCHAIR).network.edges["walkable"].tolist() == [open_]


@pytest.mark.parametrize("node", [{"barrier": "kissing_gate"}, {"tags": '{"kerb": "raised"}'}])
def test_a_node_that_stops_a_wheelchair_parts_the_street(node: dict) -> None:
    """Both sides are reached from their own side, and none from the other."""
    network = town([((0, 0), (100, 0), {}), ((100, 0), (200, 0), {})], {(100, 0): node})
    assert walk_s(network, STROLL, (0, 0), (200, 0)) == 200.0
    assert walk_s(network, WHEELCHAIR, (0, 0), (200, 0)) == -1.0
    assert walk_s(network, WHEELCHAIR, (0, 0), (90, 0)) == pytest.approx(90 / 0.7, abs=0.01)


WALL = wall((100, -50), (100, 50))
ROAD = [((0, 0), (200, 0), {})]


def test_a_narrow_gate_in_a_wall_opens_it_for_those_who_fit() -> None:
    """0.6 m: people walk through, wheelchairs do not; of unknown width, all do."""
    for gates, goes in ((gate(100, 0, width_m=0.6), False), (gate(100, 0), True)):
        network = town(ROAD, barriers=WALL, gates=gates)
        assert walk_s(network, STROLL, (0, 0), (200, 0)) == 200.0
        assert (walk_s(network, WHEELCHAIR, (0, 0), (200, 0)) > 0.0) is goes
    assert "clear width of 1 gates is unknown" in noted(network, WHEELCHAIR)


def test_a_gate_is_shut_outside_its_hours() -> None:
    """Open from 6 to 22: a way at noon, none at 23:00, and open where no moment is asked for."""
    gates = gate(100, 0, opening_hours="06:00-22:00")
    network = town(ROAD, barriers=WALL, gates=gates)
    noon, night = (
        weigh(network.for_walker(ADULT, read_moment(f"周二 {hour}")), ADULT).network
        for hour in ("12:00", "23:00")
    )
    assert walk_s(noon, ADULT, (0, 0), (200, 0)) == walk_s(network, ADULT, (0, 0), (200, 0)) > 0.0
    assert walk_s(night, ADULT, (0, 0), (200, 0)) == -1.0
    assert "1 gates are shut" in noted(night, ADULT)
    assert "no moment was asked for" in noted(network, ADULT)


def test_a_gate_of_unclear_hours_is_open_and_counted() -> None:
    """Hours that nobody can read shut nothing."""
    gates = gate(100, 0, opening_hours="when the guard is in")
    night = town(ROAD, barriers=WALL, gates=gates).for_walker(ADULT, read_moment("周二 23:00"))
    assert walk_s(night, ADULT, (0, 0), (200, 0)) > 0.0
    assert "hours of 1 are not clear" in noted(night, ADULT)


def test_the_gates_layer_holds_for_the_node_on_the_street() -> None:
    """The node says nothing of hours, the planner's gate at its place does."""
    streets = [((0, 0), (100, 0), {}), ((100, 0), (200, 0), {})]
    gates = gate(100, 0, opening_hours="06:00-22:00")
    network = town(streets, {(100, 0): {"barrier": "gate"}}, gates=gates)
    night = network.for_walker(STROLL, read_moment("周二 23:00"))
    assert walk_s(night, STROLL, (0, 0), (200, 0)) == -1.0
    assert walk_s(network, STROLL, (0, 0), (200, 0)) == 200.0


def test_private_ways_and_gates_may_be_shut() -> None:
    """A profile of strangers passes neither."""
    stranger = replace(STROLL, ways=Ways(private=False))
    private = {"access": "private"}
    network = town([((0, 0), (100, 0), {}), ((100, 0), (200, 0), private)])
    assert weigh(network, stranger).network.edges["walkable"].tolist() == [True, False]
    walled = town(ROAD, barriers=WALL, gates=gate(100, 0, access="private"))
    assert walk_s(walled, stranger, (0, 0), (200, 0)) == -1.0


# Networks of walkers


def test_a_network_is_its_own_for_whom_nothing_is_shut() -> None:
    """No copy is made for an adult; the same is given again for a wheelchair."""
    network = town(STAIRS)
    assert network.for_walker(ADULT) is network
    for_chairs = network.for_walker(WHEELCHAIR)
    assert for_chairs is network.for_walker(WHEELCHAIR)
    assert for_chairs.for_walker(WHEELCHAIR) is for_chairs
    assert for_chairs.for_walker(ADULT).edges["walkable"].all()


def test_walls_may_be_drawn_before_or_after() -> None:
    """Cutting a wheelchair's network is the same as taking a wheelchair's part of a cut one."""
    network = town(STAIRS)
    before = network.cut_by(WALL.assign(geometry=[line((50, -9), (50, 9))])).for_walker(WHEELCHAIR)
    after = network.for_walker(WHEELCHAIR).cut_by(WALL.assign(geometry=[line((50, -9), (50, 9))]))
    pd.testing.assert_frame_equal(before.edges, after.edges)
    assert before.without_barriers is after.without_barriers


corners = st.sampled_from([(x * 40.0, y * 40.0) for x in range(4) for y in range(3)])


@st.composite
def hilly_towns(draw) -> Network:
    """A town of random streets, heights, steps, surfaces and signals."""
    pairs = draw(st.lists(st.tuples(corners, corners), min_size=4, max_size=14, unique=True))
    kinds = st.sampled_from(["residential", "footway", "steps", "primary", "pedestrian"])
    streets = [
        (one, two, {"highway": draw(kinds), "surface": draw(st.sampled_from([None, "sand"]))})
        for one, two in pairs
        if one != two
    ] or [((0.0, 0.0), (40.0, 0.0), {})]
    used = {xy for one, two, _ in streets for xy in (one, two)}
    signals = st.sampled_from([{}, SIGNALS, {"highway": "traffic_signals"}])
    heights = st.one_of(st.none(), st.integers(0, 12).map(float))
    return town(
        streets, {xy: draw(signals) | {"elevation_m": draw(heights)} for xy in sorted(used)}
    )


@given(hilly_towns())
def test_a_slower_profile_never_arrives_earlier(network: Network) -> None:
    """Older people and wheelchairs take at least as long as adults on every street, each way."""
    for slower, faster in ((PROFILES["older"], ADULT), (WHEELCHAIR, PROFILES["older"])):
        used = network.for_walker(slower).edges["walkable"].to_numpy()
        both = (edge_times(network.for_walker(one), one) for one in (slower, faster))
        for slow_ms, fast_ms in zip(*both, strict=True):
            assert (slow_ms[used] >= fast_ms[used]).all()
            assert (slow_ms[~used] == -1).all()


@given(hilly_towns(), st.integers(20_000, 200_000))
def test_isochrones_are_cut_where_directed_time_runs_out(network: Network, limit_ms: int) -> None:
    """A point of a street lies in a part reached if and only if its own walk is in time."""
    graph = weigh(network, replace(ADULT, speed_m_s=1.0))
    goal = attach(graph.network, np.array([place(40.0, 40.0)]), limit_m=200.0)
    parts = reach_parts(graph, join_ends(graph, goal), goal.edge.astype(np.int64), (limit_ms,))
    edge = np.repeat(np.arange(len(network.edges)), 4)
    share = np.tile([0.1, 0.35, 0.6, 0.85], len(network.edges))
    spots = shapely.line_interpolate_point(network.geometry[edge], share, normalized=True)
    at = attach(graph.network, np.asarray(spots), limit_m=1.0)
    at = replace(
        at,
        edge=edge.astype(np.int32),
        offset_m=share * network.edges["length_m"].to_numpy()[edge],
        distance_m=np.zeros(len(edge)),
    )
    ms = nearest_place(graph, at, goal, engine="scipy").ms
    inside = [
        bool(((parts.edge == one) & (parts.begin <= where) & (parts.end >= where)).any())
        for one, where in zip(edge, share, strict=True)
    ]
    clear = np.abs(ms - limit_ms) > 5
    assert (np.array(inside) == ((ms >= 0) & (ms <= limit_ms)))[clear].all()


# Vehicles

ONE_WAY = [((0, 0), (500, 0), {"highway": "primary", "oneway": "yes"})]


def test_cars_keep_to_one_way_streets_and_classes() -> None:
    """500 m of primary at 40 km/h take 45 s with the traffic, and there is no way against it."""
    network = town(ONE_WAY)
    assert walk_s(network, CAR, (0, 0), (500, 0)) == 45.0
    assert walk_s(network, CAR, (500, 0), (0, 0)) == -1.0
    assert walk_s(network, STROLL, (500, 0), (0, 0)) == 500.0


def test_engines_drive_against_one_way_streets() -> None:
    """The law lets fire engines on duty."""
    assert walk_s(town(ONE_WAY), PROFILES["fire_engine"], (500, 0), (0, 0)) == 45.0


@pytest.mark.parametrize(
    ("tags", "car", "engine"),
    [
        ({"highway": "motorway"}, True, True),
        ({"highway": "footway"}, False, False),
        ({"highway": "pedestrian"}, False, True),
        ({"highway": "footway", "tags": '{"emergency": "yes"}'}, False, True),
        ({"highway": "residential", "width_m": 3.5}, True, True),
        ({"highway": "residential", "width_m": 2.9}, True, False),
        ({"highway": "residential", "maxheight_m": 3.4}, True, False),
        ({"highway": "residential", "tags": '{"maxweight": "10"}'}, True, False),
        ({"highway": "service", "access": "private"}, True, True),
        ({"highway": "service", "motor_vehicle": "no"}, False, False),
        ({"highway": "footway", "motor_vehicle": "yes"}, True, True),
        ({"highway": "residential", "foot": "no"}, True, True),
        ({"highway": "service", "access": "emergency"}, False, True),
    ],
)
def test_which_ways_vehicles_use(tags: dict, *, car: bool, engine: bool) -> None:
    """By class, access, width, height and weight."""
    network = town([((0, 0), (100, 0), tags)])
    for name, open_ in (("car", car), ("fire_engine", engine)):
        used = network.for_walker(PROFILES[name]).edges["walkable"]
        assert used.tolist() == [open_], name


@pytest.mark.parametrize(
    ("gate_tags", "goes"),
    [
        ({}, True),
        ({"barrier": "bollard"}, False),
        ({"width_m": 3.5}, False),
        ({"height_m": 3.5}, False),
        ({"motor_vehicle": "no"}, False),
        ({"foot": "no"}, True),
        ({"access": "private"}, True),
    ],
)
def test_which_gates_engines_pass(gate_tags: dict, *, goes: bool) -> None:
    """A gate too narrow or low, a post or one shut to vehicles keeps the engine out."""
    network = town(ROAD, barriers=WALL, gates=gate(100, 0, **gate_tags))
    assert (walk_s(network, PROFILES["fire_engine"], (0, 0), (200, 0)) > 0.0) is goes


def test_posts_on_the_street_stop_vehicles_only() -> None:
    """A bollard on the street: people pass, cars do not."""
    streets = [((0, 0), (100, 0), {}), ((100, 0), (200, 0), {})]
    network = town(streets, {(100, 0): {"barrier": "bollard"}})
    assert walk_s(network, STROLL, (0, 0), (200, 0)) == 200.0
    assert walk_s(network, CAR, (0, 0), (200, 0)) == -1.0
