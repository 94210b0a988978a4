"""Coverage: towns checked by hand, every reason why not, and laws."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import CRS, gate, layer, line, place, read_town, wall

from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.errors import CrsError, GeometryError, InputError, SchemaError, UsageError
from tongling_gis.network import attach, build_network
from tongling_gis.reachability import REASONS, measure_coverage
from tongling_gis.reachability.reasons import describe_duration
from tongling_gis.text import Text

ADULT = read_standards().profile("adult")
METRE_A_SECOND = WalkProfile("test", Text("测试", "test"), 1.0, "for sums in the head")
PROVENANCE = Provenance("0.1.0", "2026-11-01")

TOWN = read_town("""
  H
+-h-+-----+
|   |     |
|C  |     c
|   |     |
+---+-----+
""")
"""Two blocks; C1 stands 50 m off the western street, C2 on the eastern one."""


def people(homes: gpd.GeoDataFrame, *residents: float | None, **columns) -> gpd.GeoDataFrame:
    """Give homes residents."""
    return homes.assign(residents=pd.array(residents, dtype="Float64"), **columns)


def measure(network, homes, centres, **options):
    """Measure coverage at one metre a second unless told otherwise."""
    asked = {"profile": METRE_A_SECOND, "snap_limit_m": 200, "provenance": PROVENANCE}
    return measure_coverage(network, homes, centres, **(asked | options))


def home_at(*xy: tuple[float, float]) -> gpd.GeoDataFrame:
    """Make homes H1, H2 ... at places in metres from the towns' origin."""
    shapes = [shapely.Point(place(*one)) for one in xy]
    return layer(shapes, resident_id=[f"H{k}" for k in range(1, len(xy) + 1)])


def centre_at(*xy: tuple[float, float]) -> gpd.GeoDataFrame:
    """Make centres C1, C2 ... at places in metres from the towns' origin."""
    return home_at(*xy).rename(columns={"resident_id": "centre_id"}).replace("H", "C", regex=True)


def straight(length_m: float, **columns) -> gpd.GeoDataFrame:
    """Make one street that leads east from the origin."""
    return layer(
        [line((0, 0), (length_m, 0))],
        **({"street_id": ["s1"], "from_node": [1], "to_node": [2]} | columns),
    )


# By hand


def test_walks_count_both_ways_off_the_street_and_the_parts_of_the_edges() -> None:
    """H2 walks 100 m along its own street, 100 m up the next and 50 m off it to C1."""
    coverage = measure(TOWN.network(), TOWN.homes, TOWN.centres)
    homes = coverage.layers["residents"]
    assert homes["resident_id"].tolist() == ["H1", "H2"]
    assert homes["walk_s"].tolist() == [300.0, 250.0]
    assert homes["centre_id"].tolist() == ["C1", "C1"]
    assert homes["snap_m"].tolist() == [50.0, 0.0]


def test_covered_or_not_at_each_limit() -> None:
    """A walk of 400 s is within 10 minutes, not within 5."""
    network = build_network(straight(1000))
    coverage = measure(network, home_at((400, 0)), centre_at((0, 0)))
    (home,) = coverage.layers["residents"].itertuples()
    assert (home.covered_5, home.covered_10, home.covered_15) == (False, True, True)
    assert (home.reason, home.reason_zh, home.reason_en) == ("", "", "")


@pytest.mark.parametrize(
    ("away_m", "covered", "reason"),
    [
        (900.0, True, ""),
        (900.001, False, "a walk of 15 min 1 s, 1 s over the limit of 15 min"),
        (940.0, False, "a walk of 15 min 40 s, 40 s over the limit of 15 min"),
    ],
)
def test_a_limit_is_inclusive_to_the_millisecond(
    away_m: float,
    covered: bool,  # noqa: FBT001 - a case's answer
    reason: str,
) -> None:
    """Exactly 900 s is covered, a millisecond more is not, and says by how much."""
    network = build_network(straight(1000))
    coverage = measure(network, home_at((away_m, 0)), centre_at((0, 0)))
    (home,) = coverage.layers["residents"].itertuples()
    assert home.covered_15 == covered
    assert home.reason_en == reason
    assert home.reason == ("" if covered else "over_limit")


def test_a_home_at_its_centre_walks_no_time() -> None:
    """From a place to itself there is nothing to walk, however far the street."""
    network = build_network(straight(1000))
    coverage = measure(network, home_at((400, 60)), centre_at((400, 60)))
    assert coverage.layers["residents"]["walk_s"].tolist() == [0.0]


def test_residents_are_counted_by_group_limit_and_centre() -> None:
    """Three homes at 4, 8 and 20 minutes, with 10, 30 and 60 people."""
    network = build_network(straight(2000))
    homes = people(
        home_at((240, 0), (480, 0), (1200, 0)),
        10,
        30,
        60,
        residents_0_14=[1, 3, 6],
        residents_60_plus=[5, 5, 10],
    )
    coverage = measure(network, homes, centre_at((0, 0), (1999, 0)))
    value = lambda name, **key: coverage.indicator(name, **key).value  # noqa: E731 - a short hand
    assert value("residents_total") == 100
    assert value("places_total") == 3
    assert [value("residents_covered", limit_minutes=one) for one in (5, 10, 15)] == [10, 40, 100]
    assert [value("share_covered", limit_minutes=one) for one in (5, 10, 15)] == [0.1, 0.4, 1.0]
    older = {"group": "residents_60_plus"}
    assert value("residents_total", **older) == 20
    assert value("share_covered", limit_minutes=10, **older) == 0.5
    assert value("residents_covered", limit_minutes=5, group="residents_0_14") == 1
    assert value("walk_s_mean") == pytest.approx((2400 + 14400 + 60 * 799) / 100)
    assert value("walk_s_median") == 799
    assert value("centres_total") == 2
    centres = coverage.layers["centres"]
    assert centres["residents_nearest"].tolist() == [40, 60]
    assert centres["places_nearest"].tolist() == [2, 1]
    assert centres["residents_covered_5"].tolist() == [10, 0]
    assert centres["residents_covered_15"].tolist() == [40, 60]


def test_where_nobody_knows_residents_homes_are_counted_and_labels_say_so() -> None:
    """The unit is buildings, in names, labels and notes."""
    network = build_network(straight(2000))
    homes = people(home_at((240, 0), (1200, 0)), None, None)
    for one in (homes, homes.drop(columns="residents")):
        coverage = measure(network, one, centre_at((0, 0)))
        share = coverage.indicator("share_covered", limit_minutes=5)
        assert share.value == 0.5
        assert "buildings" in share.label.en
        assert "建筑" in share.label.zh
        assert coverage.indicator("buildings_total").value == 2
        assert not any(one.name.startswith("residents_") for one in coverage.indicators)
        assert coverage.parameters["counted"] == "buildings"
        assert any("No residents are known" in note.en for note in coverage.notes)


def test_homes_of_unknown_residents_are_counted_apart_not_as_empty() -> None:
    """The share is of people that are known; a note and an indicator tell of the others."""
    network = build_network(straight(2000))
    homes = people(home_at((240, 0), (1200, 0), (1300, 0)), 10, 10, None)
    coverage = measure(network, homes, centre_at((0, 0)))
    assert coverage.indicator("share_covered", limit_minutes=5).value == 0.5
    assert coverage.indicator("residents_unknown_places").value == 1
    assert any("of 1 place are not" in note.en for note in coverage.notes)
    assert coverage.layers["residents"]["residents"].isna().tolist() == [False, False, True]


# Why not


def test_a_home_too_far_from_a_street_says_how_far() -> None:
    """Its residents count as uncovered."""
    network = build_network(straight(1000))
    homes = people(home_at((10, 0), (10, 340)), 10, 30)
    coverage = measure(network, homes, centre_at((0, 0)))
    far = coverage.layers["residents"].iloc[1]
    assert far["reason"] == "snapped_too_far"
    assert far["reason_en"] == "340 m from the nearest walkable street, more than the 200 m allowed"
    assert far["reason_zh"] == "距最近的可步行街道 340 m，超过 200 m 的接入上限"
    assert far["snap_m"] == 340.0
    assert np.isnan(far["walk_s"])
    assert pd.isna(far["centre_id"])
    assert coverage.indicator("share_covered", limit_minutes=15).value == 0.25
    assert coverage.indicator("residents_snapped_too_far", limit_minutes=15).value == 30


def test_a_home_on_streets_of_their_own_is_not_connected() -> None:
    """It says how much street hangs together there."""
    streets = pd.concat(
        [
            straight(1000),
            straight(300)
            .translate(0, 500)
            .to_frame("geometry")
            .assign(street_id="s2", from_node=3, to_node=4),
        ],
        ignore_index=True,
    )
    coverage = measure(build_network(streets), home_at((10, 490)), centre_at((0, 0)))
    (home,) = coverage.layers["residents"].itertuples()
    assert home.reason == "not_connected"
    assert "300 m of streets" in home.reason_en
    assert coverage.indicator("street_components").value == 2


def test_a_home_behind_a_wall_names_it() -> None:
    """The reason tells the walk without the wall, and with it where there is a way round."""
    town = read_town("""
+-----------------------------------+
|                                   |
+-----------------------------------+
""")
    walls = wall((300, -50), (300, -150), name="北墙", barrier="fence")
    homes, centres = home_at((400, -100)), centre_at((100, -100))
    shut = measure(town.network(barriers=walls), homes, centres, minutes=(10,))
    (home,) = shut.layers["residents"].itertuples()
    assert home.reason == "behind_barrier"
    assert home.walk_s == 1400 + 100 + 1800 + 100 + 100
    assert home.reason_zh == "被围栏“北墙”阻隔：没有它步行 5 分钟，现在须 58 分 20 秒"
    assert shut.indicator("buildings_behind_barrier", limit_minutes=10).value == 1
    free = measure(town.network(), homes, centres, minutes=(10,))
    assert free.layers["residents"]["walk_s"].tolist() == [300.0]


def test_a_home_with_no_way_round_a_wall_is_behind_it_however_far_the_centre() -> None:
    """No way at all, and 20 minutes without the wall: the wall is the reason."""
    network = build_network(straight(2000), barriers=wall((600, -9), (600, 9)))
    coverage = measure(network, home_at((1200, 0)), centre_at((0, 0)))
    (home,) = coverage.layers["residents"].itertuples()
    assert home.reason == "behind_barrier"
    assert home.reason_en == "behind wall 'w1': 20 min on foot without it, now no way at all"


def test_the_barrier_named_is_the_first_on_the_way() -> None:
    """Of two walls and a closed gate between home and centre, the one nearest the home."""
    streets = layer(
        [line((0, 0), (300, 0)), line((300, 0), (600, 0))],
        street_id=["a", "b"],
        from_node=[1, 2],
        to_node=[2, 3],
    )
    nodes = layer([shapely.Point(place(300, 0))], node_id=2, barrier="gate", access="no")
    walls = pd.concat([wall((100, -9), (100, 9)), wall((500, -9), (500, 9), barrier_id="w2")])
    network = build_network(streets, nodes, barriers=walls)
    homes = home_at((50, 0), (150, 0), (350, 0), (550, 0))
    west = measure(network, homes, centre_at((0, 0))).layers["residents"]["reason_en"]
    assert [one.split(":")[0] for one in west] == [
        "",
        "behind wall 'w1'",
        "behind closed gate 'node/2'",
        "behind wall 'w2'",
    ]
    east = measure(network, homes, centre_at((600, 0))).layers["residents"]["reason_en"]
    assert [one.split(":")[0] for one in east] == [
        "behind wall 'w1'",
        "behind closed gate 'node/2'",
        "behind wall 'w2'",
        "",
    ]


def test_a_home_shut_in_by_a_wall_without_gate_says_so() -> None:
    """A street is near, but the wall lets nobody out to it."""
    ring = wall((80, 20), (120, 20), (120, 60), (80, 60), (80, 20))
    coverage = measure(
        build_network(straight(1000), barriers=ring), home_at((100, 40)), centre_at((0, 0))
    )
    (home,) = coverage.layers["residents"].itertuples()
    assert home.reason == "behind_barrier"
    assert home.reason_en == "shut in by wall 'w1', which has no gate"


def test_an_open_wall_beside_a_home_is_told_in_a_note() -> None:
    """Where no street is free, the walk is counted across the wall, and the note counts such."""
    network = build_network(straight(1000), barriers=wall((-50, 20), (1100, 20)))
    coverage = measure(network, home_at((100, 40)), centre_at((0, 0)))
    assert coverage.layers["residents"]["walk_s"].tolist() == [140.0]
    assert any(note.en.startswith("1 home has a wall") for note in coverage.notes)


def test_reasons_are_those_that_are_declared() -> None:
    """Every code that a home can get has a label."""
    assert set(REASONS) == {"over_limit", "behind_barrier", "not_connected", "snapped_too_far"}


# Edges of the study area


def test_streets_and_centres_outside_the_study_area_count() -> None:
    """Only homes are clipped, the border included; the others are told in a note."""
    network = build_network(straight(2000))
    area = layer([shapely.box(*place(-1, -50), *place(200, 50))], area_id="a")
    homes = home_at((100, 0), (200, 0), (201, 0))
    coverage = measure(network, homes, centre_at((600, 0)), study_area=area)
    assert coverage.layers["residents"]["resident_id"].tolist() == ["H1", "H2"]
    assert coverage.layers["residents"]["walk_s"].tolist() == [500.0, 400.0]
    assert coverage.layers["centres"]["in_study_area"].tolist() == [False]
    assert any(
        note.en.startswith("1 home outside the study area is not") for note in coverage.notes
    )


def test_the_study_area_may_be_in_degrees() -> None:
    """Layers in another CRS are brought to the network's."""
    network = build_network(straight(2000))
    area = layer([shapely.box(*place(-1, -50), *place(200, 50))], area_id="a").to_crs(4326)
    homes, centres = home_at((100, 0), (300, 0)).to_crs(4326), centre_at((600, 0)).to_crs(4326)
    coverage = measure(network, homes, centres, study_area=area)
    assert coverage.layers["residents"]["resident_id"].tolist() == ["H1"]
    assert coverage.layers["residents"].crs == CRS
    assert coverage.layers["residents"]["walk_s"].tolist() == pytest.approx([500.0], abs=0.01)


# What the result carries


def test_the_stamp_and_parameters_say_what_the_result_depends_on() -> None:
    """Speed and profile, limits, snap rule, data date and version."""
    coverage = measure_coverage(
        build_network(straight(100)),
        home_at((10, 0)),
        centre_at((0, 0)),
        profile=ADULT,
        minutes=(15, 5),
        snap_limit_m=200,
        provenance=PROVENANCE,
    )
    assert coverage.stamp.zh == (
        "成年人步行 1.1 m/s（3.96 km/h）· 按已知坡度（Tobler）· 信号灯过街 30 s · "
        "5/15 分钟（含）· 距街道 200 m 内接入 · "
        "数据 2026-11-01 · tongling_gis 0.1.0"
    )
    assert coverage.parameters["minutes"] == [5, 15]
    assert coverage.parameters["speed_m_s"] == 1.1
    assert coverage.kind == "coverage"
    assert [one for one in coverage.layers["residents"] if one.startswith("covered")] == [
        "covered_5",
        "covered_15",
    ]


def test_rows_keep_their_order_key_name_and_compound() -> None:
    """Buildings as homes keep building_id; what the layers hold is a copy."""
    homes = home_at((300, 5), (100, 5)).rename(columns={"resident_id": "building_id"})
    shapes = [shapely.box(*one.buffer(4).bounds) for one in homes.geometry]
    homes = homes.set_geometry(gpd.GeoSeries(shapes, crs=CRS)).assign(
        name=["乙", "甲"], compound_id=["c2", None], use="yes"
    )
    homes.index = [7, 3]
    before = homes.copy()
    found = measure(build_network(straight(1000)), homes, centre_at((0, 0))).layers["residents"]
    assert found["building_id"].tolist() == ["H1", "H2"]
    assert found["name"].tolist() == ["乙", "甲"]
    assert found["compound_id"].tolist()[0] == "c2"
    assert "use" not in found
    assert found.geom_type.unique().tolist() == ["Point"]
    assert found["walk_s"].tolist() == [305.0, 105.0]
    pd.testing.assert_frame_equal(homes, before)


def test_a_centre_too_far_from_a_street_serves_nobody_and_says_so() -> None:
    """The others do; a note and an indicator count it."""
    network = build_network(straight(1000))
    coverage = measure(network, home_at((10, 0)), centre_at((0, 300), (900, 0)))
    centres = coverage.layers["centres"]
    assert coverage.layers["residents"]["centre_id"].tolist() == ["C2"]
    assert centres["reason"].tolist() == ["snapped_too_far", ""]
    assert centres["reason_en"].tolist()[0].startswith("300 m from")
    assert coverage.indicator("centres_not_attached").value == 1
    assert any(note.en.startswith("1 centre is too far") for note in coverage.notes)


@pytest.mark.parametrize(
    ("off_m", "said"), [(200.0000000005, ""), (200.1, "200.1 m from"), (200.6, "201 m from")]
)
def test_a_home_at_the_snapping_limit_is_joined_and_one_beyond_it_told_by_how_much(
    off_m: float, said: str
) -> None:
    """Float noise does not count, and nobody reads that 200 m are more than 200 m."""
    homes, centres = home_at((500, off_m)), centre_at((500, 0))
    (home,) = (
        measure(build_network(straight(1000)), homes, centres).layers["residents"].itertuples()
    )
    assert (home.reason == "snapped_too_far") == bool(said)
    assert home.reason_en.startswith(said)


def test_the_notes_say_which_street_a_home_is_joined_to() -> None:
    """Streets behind a wall and small islands are passed over; the same point is 0 s away."""
    notes = measure(build_network(straight(1000)), home_at((1, 0)), centre_at((0, 0))).notes
    assert any("island" in note.en and "0 s apart" in note.en for note in notes)
    assert any("围墙" in note.zh and "0 秒" in note.zh for note in notes)


# Bad input


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"homes": home_at().set_crs(CRS)}, SchemaError, "no residential points"),
        ({"centres": centre_at((0, 0)).iloc[:0]}, SchemaError, "no centres"),
        ({"centres": centre_at((0, 900))}, InputError, "No centre lies within 200 m"),
        ({"homes": home_at((0, 0)).drop(columns="resident_id")}, SchemaError, "'resident_id'"),
        (
            {"homes": home_at((0, 0), (9, 0)).assign(resident_id="a")},
            SchemaError,
            "Row 2.*repeated",
        ),
        ({"centres": centre_at((0, 0), (9, 0)).assign(centre_id=None)}, SchemaError, "Row 1"),
        (
            {"homes": home_at((0, 0)).assign(geometry=[None])},
            GeometryError,
            "no usable place for H1",
        ),
        ({"homes": home_at((0, 0)).set_crs(None, allow_override=True)}, CrsError, "no CRS"),
        ({"homes": people(home_at((0, 0)), -3)}, SchemaError, "residents is -3 in row 1"),
        ({"minutes": ()}, UsageError, "time limits"),
        ({"minutes": (5, 0)}, UsageError, "above 0"),
        ({"minutes": (float("nan"),)}, UsageError, "above 0"),
        ({"study_area": layer([shapely.box(0, 0, 1, 1)])}, InputError, "No home lies in the study"),
    ],
)
def test_bad_input_is_one_clear_sentence(changes, error: type[Exception], match: str) -> None:
    """Each says what is wrong and where."""
    network = build_network(straight(1000))
    asked = {"homes": home_at((0, 0)), "centres": centre_at((0, 0))} | changes
    with pytest.raises(error, match=match):
        measure(network, asked.pop("homes"), asked.pop("centres"), **asked)


@pytest.mark.parametrize(
    ("ms", "zh"),
    [(1, "1 秒"), (60_000, "1 分钟"), (61_500, "1 分 2 秒"), (3_660_000, "1 小时 1 分")],
)
def test_durations_in_words(ms: int, zh: str) -> None:
    """Seconds are rounded up: what is over the limit is never said to be 0 s over."""
    assert describe_duration(ms).zh == zh


# Laws


@st.composite
def random_cities(draw):
    """Streets on a crooked grid, walls, homes and centres anywhere."""
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
        if two in xy and draw(st.integers(0, 5))
    ] or [((0, 0), (0, 1))]
    streets = layer(
        [line(xy[one], xy[two]) for one, two in pairs],
        street_id=[f"s{k}" for k in range(len(pairs))],
        from_node=[one[0] * 10 + one[1] for one, _ in pairs],
        to_node=[two[0] * 10 + two[1] for _, two in pairs],
    )
    spot = st.tuples(st.integers(-50, 350), st.integers(-50, 350))
    corners = draw(st.lists(st.lists(spot, min_size=2, max_size=5, unique=True), max_size=3))
    walls = layer(
        [line(*one) for one in corners],
        barrier_id=np.array([f"w{k}" for k in range(len(corners))], dtype=str),
    )
    homes = home_at(*draw(st.lists(spot, min_size=1, max_size=6, unique=True)))
    centres = centre_at(*draw(st.lists(spot, min_size=1, max_size=3, unique=True)))
    gates = draw(st.lists(spot, max_size=3))
    return streets, walls, [gate(*one) for one in gates], homes, centres


def walks_s(network, homes, centres, doors) -> np.ndarray:
    """Seconds of every home, infinite where there is no way."""
    coverage = measure(network, homes, centres, snap_limit_m=2000, doors=doors)
    return coverage.layers["residents"]["walk_s"].fillna(np.inf).to_numpy()


@settings(max_examples=25)
@given(random_cities())
def test_closing_a_wall_never_shortens_a_walk_nor_does_a_gate_lengthen_one(city) -> None:
    """People who leave by the same doors walk no less with walls, no more with gates."""
    streets, walls, gates, homes, centres = city
    bare = build_network(streets)
    walled = bare.cut_by(walls)
    opened = walled.cut_by(None, pd.concat(gates) if gates else None, gate_reach_m=40)
    try:
        free_s, walled_s, opened_s = (
            walks_s(one, homes, centres, walled) for one in (bare, walled, opened)
        )
    except InputError:
        return  # every centre is shut in
    rounding_s = 0.01
    assert (walled_s >= free_s - rounding_s).all()
    assert (opened_s <= walled_s + rounding_s).all()


@settings(max_examples=40)
@given(random_cities())
def test_every_home_is_covered_or_says_why_and_numbers_add_up(city) -> None:
    """No home is without a verdict; reasons, centres and shares count each home once."""
    streets, walls, _, homes, centres = city
    network = build_network(streets, barriers=walls)
    try:
        coverage = measure(network, homes, centres, minutes=(2, 4), snap_limit_m=40)
    except InputError:
        return  # no centre is near a street
    found = coverage.layers["residents"]
    assert len(found) == len(homes)
    assert ((found["reason"] == "") == found["covered_4"]).all()
    assert (found["covered_2"] <= found["covered_4"]).all()
    assert (found["walk_s"].isna() == found["centre_id"].isna()).all()
    assert ((found["reason_zh"] == "") == (found["reason"] == "")).all()
    uncovered = sum(
        coverage.indicator(f"buildings_{code}", limit_minutes=4).value for code in REASONS
    )
    assert uncovered == (~found["covered_4"]).sum()
    nearest = coverage.layers["centres"]["places_nearest"].sum()
    assert nearest == found["walk_s"].notna().sum()


@settings(max_examples=25)
@given(random_cities(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(city, random) -> None:
    """Homes, centres and streets in another order give every home the same walk."""
    streets, walls, _, homes, centres = city
    order = list(range(len(streets)))
    random.shuffle(order)
    one = build_network(streets, barriers=walls)
    two = build_network(streets.iloc[order], barriers=walls.iloc[::-1])
    try:
        first = walks_s(one, homes, centres, one)
    except InputError:
        return
    second = walks_s(two, homes.iloc[::-1], centres.iloc[::-1], two)[::-1]
    assert second == pytest.approx(first, abs=0.05)


@settings(max_examples=30)
@given(random_cities())
def test_walks_are_those_of_networkx(city) -> None:
    """The same streets with homes and centres as nodes of the graph give the same seconds."""
    streets, walls, _, homes, centres = city
    network = build_network(streets, barriers=walls)
    try:
        found = walks_s(network, homes, centres, network)
    except InputError:
        return
    graph = nx.Graph()
    stops = {("home", k): at for k, at in enumerate(_stops(network, homes))}
    stops |= {("centre", k): at for k, at in enumerate(_stops(network, centres))}
    by_edge: dict[int, list] = {}
    for name, (edge, offset_m, off_m) in stops.items():
        graph.add_node(name)
        if edge >= 0:
            by_edge.setdefault(edge, []).append((offset_m, ("street", name)))
            shorter(graph, ("street", name), name, off_m)
    for row, edge in enumerate(network.edges.itertuples()):
        chain = [(0.0, edge.from_node), *sorted(by_edge.get(row, []), key=lambda one: one[0])]
        chain.append((edge.length_m, edge.to_node))
        for (start_m, one), (end_m, two) in pairwise(chain):
            shorter(graph, one, two, end_m - start_m)
    goals = [("centre", k) for k in range(len(centres))]
    truth = nx.multi_source_dijkstra_path_length(graph, goals)
    same = {
        k: 0.0
        for k, one in enumerate(homes.geometry)
        for c, two in enumerate(centres.geometry)
        if one.equals(two) and stops["home", k][0] >= 0 and stops["centre", c][0] >= 0
    }
    expected = [same.get(k, truth.get(("home", k), np.inf)) for k in range(len(homes))]
    assert found == pytest.approx(expected, abs=0.02)


def _stops(network, places) -> list[tuple[int, float, float]]:
    at = attach(network, places.geometry.to_numpy(), limit_m=2000)
    return list(zip(at.edge.tolist(), at.offset_m, at.distance_m, strict=True))


def shorter(graph: nx.Graph, one, two, length_m: float) -> None:
    """Join two nodes unless they are already joined by something shorter."""
    if not graph.has_edge(one, two) or graph.edges[one, two]["weight"] > length_m:
        graph.add_edge(one, two, weight=length_m)
