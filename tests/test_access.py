"""What is reached: nearest centres, sharing, floating catchments, catchments and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import Point

from tongling_gis import access
from tongling_gis.access.pairs import within
from tongling_gis.assessment import Verdict
from tongling_gis.catalogue import read_standards
from tongling_gis.errors import InputError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.routing import SparseTimes

ZONES = ((300.0, 1.0), (600.0, 0.68), (900.0, 0.22))


def times_of(table: list[list[float | None]]) -> SparseTimes:
    """Make sparse times from a table, homes by centres, None where there is no way."""
    pairs = [
        (home, centre, seconds)
        for home, row in enumerate(table)
        for centre, seconds in enumerate(row)
        if seconds is not None
    ]
    columns = zip(*pairs, strict=True) if pairs else ((), (), ())
    return access.times_from_pairs(*columns, shape=(len(table), len(table[0])))


TOWN = times_of([[100, 500], [400, 800], [950, 700], [None, None]])
"""Home 0 has centre 0 nearest, 2 has centre 1, 3 reaches none."""


def test_each_home_has_a_nearest_centre_and_a_backup() -> None:
    """The quicker of two is the nearest, the other the backup; nothing is -1."""
    choice = access.choose_centres(TOWN)
    assert choice.nearest.tolist() == [0, 0, 1, -1]
    assert choice.nearest_ms.tolist() == [100_000, 400_000, 700_000, -1]
    assert choice.second.tolist() == [1, 1, 0, -1]
    assert choice.second_ms.tolist() == [500_000, 800_000, 950_000, -1]


def test_of_centres_equally_near_the_first_is_taken() -> None:
    """Ties go to the lower row, as in routing."""
    assert access.choose_centres(times_of([[60, 60]])).nearest.tolist() == [0]


def test_centres_and_floor_area_within_a_limit_that_is_inclusive() -> None:
    """500 s is within 500 s; an unknown floor area reached leaves the sum unknown."""
    assert access.count_centres(TOWN, 500).tolist() == [2, 1, 0, 0]
    assert access.sum_amounts(TOWN, [600, 1000], 500).tolist() == [1600, 600, 0, 0]
    area = access.sum_amounts(TOWN, [600, np.nan], 500)
    assert np.isnan(area).tolist() == [True, False, False, False]


@pytest.mark.parametrize("row", [(2, 0, 1.0), (0, -1, 1.0), (0, 0, -1.0), (0, 0, float("nan"))])
def test_times_that_cannot_be_are_refused(row: tuple[int, int, float]) -> None:
    """A row number out of range or a time below 0 names its row."""
    with pytest.raises(InputError, match="Row 1"):
        access.times_from_pairs(*([cell] for cell in row), shape=(2, 2))


def test_quantiles_count_residents_not_homes() -> None:
    """Half of 100 residents walk 300 s or less; who reaches nothing walks for ever."""
    seconds, people = [300, 600, 900, np.inf], [50, 30, 15, 5]
    found = access.weighted_quantiles(seconds, people, [0.0, 0.5, 0.51, 0.9, 1.0])
    assert found.tolist() == [300, 300, 600, 900, np.inf]
    assert np.isnan(access.weighted_quantiles([], [], [0.5])).all()


def test_the_lorenz_curve_of_a_town_checked_by_hand() -> None:
    """60 residents have 1 m2 each and 40 have 3 m2 each: 60 % have a third of 180 m2."""
    people, amount = access.lorenz_curve([3, 1], [40, 60])
    assert people.tolist() == [0, 0.6, 1]
    assert amount.tolist() == pytest.approx([0, 60 / 180, 1])
    assert access.measure_gini([3, 1], [40, 60]) == pytest.approx(0.6 - 60 / 180)


def test_nothing_to_share_has_no_gini() -> None:
    """All zeros, or nobody, is unknown, not equal."""
    assert np.isnan(access.measure_gini([0, 0], [1, 1]))
    assert np.isnan(access.measure_gini([1, 2], [0, 0]))
    assert np.isnan(access.measure_gini([], []))


@pytest.mark.parametrize("values", [[-1.0, 2.0], [np.inf, 1.0], [np.nan, 1.0]])
def test_amounts_that_cannot_be_shared_are_refused(values: list[float]) -> None:
    """Negative, infinite and unknown amounts have no Lorenz curve."""
    with pytest.raises(InputError):
        access.lorenz_curve(values, [1, 1])


def test_the_worst_served_are_those_who_walk_longest() -> None:
    """Those who reach nothing first, then by time, homes with the same time together."""
    seconds, people = [np.inf, 900, 900, 100, np.inf], [2, 3, 5, 90, 0]
    worst = access.find_worst_served(seconds, people, share=0.05)
    assert worst.tolist() == [True, True, True, False, False]
    assert not access.find_worst_served(seconds, np.zeros(5), share=0.05).any()


def test_the_share_within_a_limit_is_inclusive() -> None:
    """900 s is within 900 s; of nobody the share is unknown."""
    assert access.share_within([900, 901], [1, 3], 900) == 0.25
    assert np.isnan(access.share_within([], [], 900))


# Floating catchments by hand: 100 residents at home 0, 50 at home 1, two centres of 300 and
# 150 m2. Home 0 walks 4 and 8 minutes to them, home 1 walks 12 minutes to the second only.
HOMES = [100.0, 50.0]
ROOM = [300.0, 150.0]
WALKS = times_of([[240, 480], [None, 720]])


def test_two_step_by_hand() -> None:
    """Within 15 minutes: 300 / 100 at the first centre, 150 / 150 at the second."""
    found = access.two_step(WALKS, ROOM, HOMES, limit_s=900)
    assert found.demand.tolist() == [100, 150]
    assert found.ratio.tolist() == [3, 1]
    assert found.access.tolist() == [4, 1]


def test_enhanced_two_step_by_hand() -> None:
    """The second centre expects 100 x 0.68 + 50 x 0.22 = 79 residents."""
    found = access.enhanced_two_step(WALKS, ROOM, HOMES, zones=ZONES)
    assert found.demand.tolist() == pytest.approx([100, 79])
    assert found.access.tolist() == pytest.approx([3 + 150 / 79 * 0.68, 150 / 79 * 0.22])


def test_three_step_by_hand() -> None:
    """Home 0 chooses the centres with 1 / 1.68 and 0.68 / 1.68, home 1 has no choice."""
    found = access.three_step(WALKS, ROOM, HOMES, zones=ZONES)
    first, second = 1 / 1.68, 0.68 * 0.68 / 1.68
    demand = [100 * first, 100 * second + 50 * 0.22]
    assert found.demand.tolist() == pytest.approx(demand)
    ratio = [300 / demand[0], 150 / demand[1]]
    assert found.access.tolist() == pytest.approx(
        [ratio[0] * first + ratio[1] * second, ratio[1] * 0.22]
    )


def test_unknown_room_is_unknown_and_nobody_comes_to_an_empty_place() -> None:
    """A centre of unknown size makes its homes' access unknown; one nobody reaches gives none."""
    found = access.two_step(WALKS, [300, np.nan], HOMES, limit_s=900)
    assert np.isnan(found.access).all()
    assert np.isnan(found.ratio).tolist() == [False, True]
    lonely = access.two_step(WALKS, ROOM, [0, 50], limit_s=600)
    assert lonely.access.tolist() == [0, 0]
    assert np.isnan(lonely.ratio).all()


@pytest.mark.parametrize(
    "zones", [(), ((600, 1), (300, 0.5)), ((300, 1), (300, 0.5)), ((300, -1),)]
)
def test_zones_must_ascend(zones: tuple[tuple[float, float], ...]) -> None:
    """Zones out of order, twice the same or of negative weight are refused."""
    with pytest.raises(UsageError, match="zones"):
        access.enhanced_two_step(WALKS, ROOM, HOMES, zones=zones)


def test_catchments_by_hand() -> None:
    """Home 0 reaches both centres within 500 s, home 1 the first only."""
    choice = access.choose_centres(TOWN)
    found = access.measure_catchments(TOWN, choice, [10, 20, 30, np.nan], limit_s=500)
    assert found["homes_nearest"].tolist() == [2, 0]
    assert found["residents_nearest"].tolist() == [30, 0]
    assert found["residents_within"].tolist() == [30, 10]
    assert found["residents_shared"].tolist() == [10, 10]
    assert found["share_shared"].tolist() == pytest.approx([1 / 3, 1])
    overlaps = access.measure_overlaps(TOWN, [10, 20, 30, 5], limit_s=800)
    assert overlaps.to_numpy().tolist() == [[0, 1, 30]]


def test_households_of_a_catchment_are_unknown_where_any_home_is() -> None:
    """One home without a number of households leaves the whole catchment's unknown."""
    choice = access.choose_centres(TOWN)
    assert access.sum_households(choice, [5, 6, 7, 8], 2, limit_s=900).tolist() == [11, 7]
    some = access.sum_households(choice, [5, np.nan, 7, 8], 2, limit_s=900)
    assert np.isnan(some).tolist() == [True, False]


@pytest.mark.parametrize(
    ("area", "households", "verdict", "measured"),
    [
        (750.0, 2500.0, Verdict.PASS, 30.0),
        (749.0, 2500.0, Verdict.FAIL, 29.96),
        (np.nan, 2500.0, Verdict.UNKNOWN, None),
        (750.0, np.nan, Verdict.UNKNOWN, None),
        (750.0, 0.0, Verdict.NOT_APPLICABLE, None),
    ],
)
def test_floor_area_against_the_norm(
    area: float, households: float, verdict: Verdict, measured: float | None
) -> None:
    """30 m2 for every 100 households passes; what is missing is unknown and named."""
    found = access.check_floor_area(area, households)
    assert (found.rule, found.verdict, found.limit) == ("FAC-01", verdict, 30)
    assert found.measured == pytest.approx(measured)


def test_every_number_of_the_catalogue_names_its_source() -> None:
    """Hours, zones, floor area and gaps all carry a source line; weights fall with the walk."""
    standards = read_standards()
    assert all(standards.hours.sources.values())
    assert all(standards.access.sources.values())
    limits, weights = zip(*standards.access.zones, strict=True)
    assert list(limits) == sorted(limits)
    assert list(weights) == sorted(weights, reverse=True)


def gaps_of(xy: list[tuple[float, float]], people: list[float]) -> access.Gaps:
    """Find the gaps among homes that are all uncovered."""
    return access.find_gaps(
        np.array(xy, dtype=float).reshape(-1, 2),
        np.array(people, dtype=float),
        np.ones(len(xy), dtype=bool),
        crs="EPSG:4548",
        join_m=150,
        fewest_residents=100,
    )


def test_homes_near_to_each_other_make_one_gap() -> None:
    """A chain of homes 150 m apart is one gap, one 151 m off another; small ones are counted."""
    found = gaps_of([(0, 0), (150, 0), (300, 0), (451, 0), (2000, 0)], [40, 40, 40, 500, 99])
    assert found.gap.tolist() == [1, 1, 1, 0, -1]
    assert found.areas["gap_id"].tolist() == ["G1", "G2"]
    assert found.areas["residents"].tolist() == [500, 120]
    assert (found.scattered_residents, found.scattered_homes) == (99, 1)
    first, second = found.areas.geometry
    assert first.area == pytest.approx(np.pi * 75**2, rel=0.01)
    assert not first.intersects(second)


def test_no_uncovered_homes_no_gaps() -> None:
    """A fully covered city has an empty layer of gaps, with its columns and CRS."""
    found = access.find_gaps(
        np.zeros((2, 2)), np.ones(2), np.zeros(2, dtype=bool),
        crs="EPSG:4548", join_m=150, fewest_residents=1,
    )  # fmt: skip
    assert found.areas.empty
    assert list(found.areas.columns) == ["gap_id", "homes", "residents", "area_m2", "geometry"]
    assert found.areas.crs == "EPSG:4548"
    assert found.gap.tolist() == [-1, -1]


# Laws.

amounts = st.floats(0, 1e6, allow_subnormal=False)
people = st.integers(0, 10_000)


@st.composite
def cities(draw: st.DrawFn) -> tuple[NDArray[np.float64], list[int], list[float]]:
    """Invent walks (NaN for no way), residents and capacities."""
    homes, centres = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    walk = st.one_of(st.just(np.nan), st.integers(0, 1_000_000).map(lambda ms: ms / 1000))
    walks = draw(st.lists(walk, min_size=homes * centres, max_size=homes * centres))
    residents = draw(st.lists(people, min_size=homes, max_size=homes))
    rooms = draw(st.lists(st.floats(1, 1e4), min_size=centres, max_size=centres))
    return np.array(walks).reshape(homes, centres), residents, rooms


def sparse(walks: NDArray[np.float64]) -> SparseTimes:
    """Turn a table with NaN into sparse times."""
    home, centre = np.nonzero(np.isfinite(walks))
    return access.times_from_pairs(home, centre, walks[home, centre], shape=walks.shape)


@given(cities(), st.integers(0, 1000))
def test_a_further_centre_never_makes_anyone_worse_off(
    city: tuple[NDArray[np.float64], list[int], list[float]], limit_s: int
) -> None:
    """Adding a centre never lowers counts and never raises minutes, nor those to the backup."""
    walks, *_ = city
    fewer, more = sparse(walks[:, :-1]), sparse(walks)
    assert (access.count_centres(more, limit_s) >= access.count_centres(fewer, limit_s)).all()
    before, after = access.choose_centres(fewer), access.choose_centres(more)
    for name in ("nearest_ms", "second_ms"):
        old, new = getattr(before, name), getattr(after, name)
        assert ((old < 0) | ((new >= 0) & (new <= old))).all()


@given(cities(), st.integers(0, 1000))
def test_floating_catchments_hand_out_what_there_is(
    city: tuple[NDArray[np.float64], list[int], list[float]], limit_s: int
) -> None:
    """Access times residents adds up to the capacity of the centres that anyone reaches."""
    walks, residents, rooms = city
    times = sparse(walks)
    for found in (
        access.two_step(times, rooms, residents, limit_s=limit_s),
        access.enhanced_two_step(times, rooms, residents, zones=ZONES),
        access.three_step(times, rooms, residents, zones=ZONES),
    ):
        handed_out = float(np.dot(found.access, residents))
        assert handed_out == pytest.approx(np.array(rooms)[found.demand > 0].sum(), rel=1e-9)


@given(cities())
def test_residents_divide_themselves_between_centres_at_most_once(
    city: tuple[NDArray[np.float64], list[int], list[float]],
) -> None:
    """With zones of weight 1 the three-step demand of all centres is the residents in reach."""
    walks, residents, rooms = city
    times = sparse(walks)
    found = access.three_step(times, rooms, residents, zones=((900.0, 1.0),))
    reached = np.diff(within(times, 900).indptr) > 0
    assert found.demand.sum() == pytest.approx(np.array(residents)[reached].sum())


@given(amounts, st.lists(st.integers(1, 1000), min_size=1, max_size=9))
def test_equal_amounts_have_gini_zero(amount: float, weights: list[int]) -> None:
    """Where everyone has the same there is no inequality, whatever the weights."""
    assume(amount > 0)
    assert access.measure_gini([amount] * len(weights), weights) == pytest.approx(0, abs=1e-12)


@given(
    st.lists(st.tuples(amounts, st.integers(1, 1000)), min_size=1, max_size=9),
    st.floats(1e-3, 1e3),
    st.integers(1, 5),
)
def test_gini_knows_no_units(rows: list[tuple[float, int]], factor: float, repeat: int) -> None:
    """Scaling all amounts, or all weights, or splitting homes changes nothing."""
    values, weights = map(np.array, zip(*rows, strict=True))
    assume(values.max() > 0)
    gini = access.measure_gini(values, weights)
    assert 0 <= gini < 1
    for other, weight in (
        (values * factor, weights),
        (values, weights * factor),
        (np.repeat(values, repeat), np.repeat(weights, repeat)),
    ):
        assert access.measure_gini(other, weight) == pytest.approx(gini, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), max_size=12), st.randoms())
def test_gaps_do_not_depend_on_the_order_of_homes(
    homes: list[tuple[int, int]], random: object
) -> None:
    """Shuffled homes give the same polygons; every home lies in its own gap's and no other's."""
    found = gaps_of(homes, [100.0] * len(homes))
    shuffled = list(homes)
    random.shuffle(shuffled)
    again = gaps_of(shuffled, [100.0] * len(homes))
    assert sorted(found.areas["residents"]) == sorted(again.areas["residents"])
    assert sorted(shape.area for shape in found.areas.geometry) == pytest.approx(
        sorted(shape.area for shape in again.areas.geometry)
    )
    for (x, y), own in zip(homes, found.gap, strict=True):
        inside = found.areas.geometry.contains(Point(x, y))
        assert np.flatnonzero(inside).tolist() == [own]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:access")  # the peer's, not ours
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_the_same_as_pysal_access() -> None:
    """On one table of times, all three methods agree with PySAL ``access`` to 1e-9."""
    fca = pytest.importorskip("access.fca", reason="the extra `bench` is not installed")
    weights = pytest.importorskip("access.weights")
    import pandas as pd

    rng = np.random.default_rng(7)
    walks = np.round(rng.uniform(0, 1500, (200, 12)), 3)
    walks[rng.random(walks.shape) < 0.3] = np.nan
    walks[:, 0] = np.where(np.isnan(walks[:, 0]), 800.0, walks[:, 0])
    residents, room = rng.integers(1, 900, 200).astype(float), rng.uniform(200, 3000, 12)
    times = sparse(walks)
    cost = times.to_frame().rename(
        columns={"origin": "origin", "destination": "dest", "walk_s": "cost"}
    )
    demand = pd.DataFrame({"geoid": range(200), "demand": residents}).set_index("geoid")
    supply = pd.DataFrame({"geoid": range(12), "supply": room}).set_index("geoid")
    tables = {"demand_df": demand, "supply_df": supply, "demand_index": True}
    step = weights.step_fn(dict(ZONES))
    peers = {
        "two": fca.two_stage_fca(**tables, cost_df=cost.copy(), max_cost=900),
        "enhanced": fca.two_stage_fca(**tables, cost_df=cost.copy(), max_cost=900, weight_fn=step),
        "three": fca.three_stage_fca(**tables, cost_df=cost.copy(), max_cost=900, weight_fn=step),
    }
    ours = {
        "two": access.two_step(times, room, residents, limit_s=900),
        "enhanced": access.enhanced_two_step(times, room, residents, zones=ZONES),
        "three": access.three_step(times, room, residents, zones=ZONES),
    }
    for name, peer in peers.items():
        theirs = peer.reindex(range(200)).fillna(0.0).to_numpy()
        assert (ours[name].access > 0).sum() > 150
        np.testing.assert_allclose(ours[name].access, theirs, rtol=0, atol=1e-9, err_msg=name)
