"""Isochrones: towns checked by hand, and laws that hold for every network."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import WalkProfile
from tongling_gis.errors import CrsError, GeometryError, InputError, SchemaError, UsageError
from tongling_gis.isochrones import IsochroneOptions, measure_isochrones
from tongling_gis.network import Network, build_network
from tongling_gis.routing import weigh
from tongling_gis.text import Text

EPSG = 4548
STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")
MADE = Provenance("0.1.0", "2026-11-01")
LINES = IsochroneOptions(street_lines=True)


def town(lines: list[list[tuple[float, float]]]) -> Network:
    """Build a network of streets that join where their ends meet."""
    drawn = [shapely.LineString(line) for line in lines]
    corners = sorted({line[at] for line in lines for at in (0, -1)})
    number = {corner: row for row, corner in enumerate(corners)}
    streets = pd.DataFrame(
        {
            "street_id": [str(row) for row in range(len(lines))],
            "from_node": [number[line[0]] for line in lines],
            "to_node": [number[line[-1]] for line in lines],
            "highway": "residential",
        }
    )
    return build_network(gpd.GeoDataFrame(streets, geometry=drawn, crs=EPSG))


def centres(*xy: tuple[float, float]) -> gpd.GeoDataFrame:
    """Make a layer of centres."""
    points = [shapely.Point(at) for at in xy]
    ids = [f"c{row}" for row in range(len(xy))]
    return gpd.GeoDataFrame({"centre_id": ids, "name": ids}, geometry=points, crs=EPSG)


def areas(network: Network, places: gpd.GeoDataFrame, *minutes: float, **how: object) -> list:
    """Measure isochrones and give their shapes, place by place, limit by limit."""
    result = measure_isochrones(
        weigh(network, STROLL), places, minutes=minutes, provenance=MADE, **how
    )
    return list(result.layers["isochrones"].geometry)


def hold(outer: object, inner: object) -> bool:
    """Tell whether every outer shape covers its inner one, as it does where that is empty."""
    return bool((shapely.covers(outer, inner) | shapely.is_empty(inner)).all())


LONG_STREET = town([[(-5000.0, 0.0), (0.0, 0.0)], [(0.0, 0.0), (5000.0, 0.0)]])


def test_along_one_street_the_area_ends_where_time_runs_out() -> None:
    """300 s at 1 m/s from a corner: 300 m both ways, 25 m around, to the square metre's grid."""
    area = areas(LONG_STREET, centres((0.0, 0.0)), 5)[0]
    expected = shapely.LineString([(-300, 0), (300, 0)]).buffer(25, quad_segs=64)
    assert area.intersection(expected).area / area.union(expected).area > 0.998
    assert np.allclose(area.bounds, (-325, -25, 325, 25), atol=0.05)


def test_a_place_in_mid_street_spreads_both_ways() -> None:
    """A centre 100 m along a street and 60 m off it has 240 m of its five minutes left."""
    result = measure_isochrones(
        weigh(LONG_STREET, STROLL), centres((100.0, 60.0)), minutes=(5, 10), provenance=MADE,
        options=LINES,
    )  # fmt: skip
    streets = result.layers["reached_streets"]
    assert streets["limit_minutes"].tolist() == [5.0, 10.0]
    assert streets["length_m"].tolist() == pytest.approx([480.0, 600.0])
    assert streets.geometry[0].bounds == pytest.approx((-140, 0, 340, 0))
    assert streets.geometry[1].bounds == pytest.approx((-440, 0, 640, 0))


def test_a_street_reached_from_both_ends_is_cut_twice() -> None:
    """In a ring of 1,000 m, 450 s leave 100 m opposite the centre unreached."""
    ring = town(
        [
            [(0.0, 0.0), (250.0, 0.0)],
            [(250.0, 0.0), (250.0, 250.0), (0.0, 250.0)],
            [(0.0, 250.0), (0.0, 0.0)],
        ]
    )
    result = measure_isochrones(
        weigh(ring, STROLL), centres((0.0, 0.0)), minutes=(7.5, 9), provenance=MADE, options=LINES
    )
    streets = result.layers["reached_streets"]
    assert streets["length_m"].tolist() == pytest.approx([900.0, 100.0])
    missing = shapely.LineString([(200, 250), (250, 250), (250, 200)])
    assert streets.geometry[1].hausdorff_distance(missing) == pytest.approx(0.0, abs=1e-6)


def test_a_block_keeps_its_hole_and_a_far_street_is_not_claimed() -> None:
    """Round a block of 200 m the yard is a hole; a street beyond a river is not bridged to."""
    block = [
        [(0.0, 0.0), (200.0, 0.0)],
        [(200.0, 0.0), (200.0, 200.0)],
        [(200.0, 200.0), (0.0, 200.0)],
        [(0.0, 200.0), (0.0, 0.0)],
    ]
    beyond = [[(0.0, 260.0), (200.0, 260.0)]]
    area = areas(town(block + beyond), centres((0.0, 0.0)), 15)[0]
    assert [len(part.interiors) for part in area.geoms] == [1]
    assert shapely.Polygon(area.geoms[0].interiors[0]).area == pytest.approx(150**2, rel=0.01)
    assert area.bounds[3] == pytest.approx(225, abs=0.05)


def test_limits_are_told_in_order_with_areas_and_the_stamp() -> None:
    """Unsorted limits come out ascending; the layer, the numbers and the stamp agree."""
    result = measure_isochrones(
        weigh(LONG_STREET, STROLL),
        centres((0.0, 0.0), (900.0, 0.0)),
        minutes=(10, 5, 10),
        provenance=MADE,
    )
    layer, together = result.layers["isochrones"], result.layers["dissolved"]
    assert list(layer.columns) == ["place_id", "name", "limit_minutes", "area_m2", "geometry"]
    assert layer["place_id"].tolist() == ["c0", "c0", "c1", "c1"]
    assert layer["limit_minutes"].tolist() == [5.0, 10.0, 5.0, 10.0]
    assert np.allclose(layer["area_m2"], layer.area)
    assert together["limit_minutes"].tolist() == [5.0, 10.0]
    assert [len(area.geoms) for area in together.geometry] == [2, 1]
    assert result.indicator("area_reached_m2", limit_minutes=10).value == together.area[1]
    assert layer.crs == together.crs == LONG_STREET.crs
    assert result.stamp.zh.startswith("散步步行 1 m/s（3.60 km/h）· 5/10 分钟（含）")
    assert result.parameters["minutes"] == [5.0, 10.0]
    assert any("25 m" in note.en for note in result.notes)
    assert any("以逐户计算的覆盖结果为准" in note.zh for note in result.notes)
    assert any("at most 3.6 m beyond" in note.en for note in result.notes)


def test_junctions_reached_are_points_with_their_seconds() -> None:
    """Of corners 250 m apart a walk at 1 m/s reaches two in 5 minutes and a third in 10."""
    row = town([[(250.0 * n, 0.0), (250.0 * (n + 1), 0.0)] for n in range(4)])
    result = measure_isochrones(
        weigh(row, STROLL),
        centres((0.0, 0.0), (0.0, 5000.0)),
        minutes=(5, 10),
        provenance=MADE,
        options=IsochroneOptions(junctions=True),
    )
    found = result.layers["reached_nodes"]
    assert found["place_id"].tolist() == ["c0"] * 3
    assert found["walk_s"].tolist() == [0.0, 250.0, 500.0]
    assert found["limit_minutes"].tolist() == [5.0, 5.0, 10.0]
    assert found.geometry.x.tolist() == [0.0, 250.0, 500.0]
    for minutes, area in result.layers["isochrones"].set_index("limit_minutes").geometry.items():
        assert area.covers(found[found["limit_minutes"] <= minutes].union_all())


def test_a_place_without_a_street_is_named() -> None:
    """A centre a kilometre from any street has no area and stands in the notes."""
    result = measure_isochrones(
        weigh(LONG_STREET, STROLL),
        centres((0.0, 0.0), (0.0, 1000.0)),
        minutes=(5,),
        provenance=MADE,
    )
    assert result.layers["isochrones"]["place_id"].tolist() == ["c0"]
    assert any("c1" in note.zh for note in result.notes)
    alone = measure_isochrones(
        weigh(LONG_STREET, STROLL), centres((0.0, 1000.0)), minutes=(5,), provenance=MADE
    )
    assert len(alone.layers["isochrones"]) == len(alone.layers["dissolved"]) == 0


def test_places_that_cannot_be_used_are_refused() -> None:
    """No places, no CRS, polygons, double ids and a limit of 0 each raise one clear sentence."""
    good = centres((0.0, 0.0), (10.0, 0.0))
    areas_not_points = good.set_geometry(good.buffer(5.0))
    for places, error in (
        (good[:0], InputError),
        (gpd.GeoDataFrame({"centre_id": ["a"]}, geometry=[shapely.Point(0, 0)]), CrsError),
        (areas_not_points, GeometryError),
        (good.assign(centre_id="same"), SchemaError),
    ):
        with pytest.raises(error):
            areas(LONG_STREET, places, 5)
    for minutes in ((), (0,), (-5, 5)):
        with pytest.raises(UsageError, match="above 0"):
            areas(LONG_STREET, good, *minutes)


@st.composite
def street_lists(draw: st.DrawFn) -> list[list[tuple[float, float]]]:
    """Draw streets between points of a warped grid, slanted, crossing and bent.

    The grid is warped, and bends are moved off it, so that no corner lies on a street of
    which it is no end: a place there is not snapped elsewhere when a street is added.
    """
    number = st.integers(0, 6)
    corner = st.tuples(number, number).map(
        lambda at: (at[0] * 97.0 + at[1] ** 2 * 3.0, at[1] * 83.0 + at[0] ** 2 * 5.0)
    )
    line = st.lists(corner, min_size=2, max_size=3, unique=True).map(
        lambda at: [at[0], *((x + 31.0, y + 17.0) for x, y in at[1:-1]), at[-1]]
    )
    return draw(st.lists(line, min_size=1, max_size=12))


spots = st.lists(
    st.tuples(st.floats(0.0, 600.0), st.floats(0.0, 500.0)), min_size=1, max_size=3, unique=True
)


@given(street_lists(), spots)
def test_areas_are_valid_and_lie_within_each_other(
    lines: list[list[tuple[float, float]]], where: list[tuple[float, float]]
) -> None:
    """Every area is valid, and covered by that of the next limit and by that of all places."""
    result = measure_isochrones(
        weigh(town(lines), STROLL), centres(*where), minutes=(1.5, 5, 8), provenance=MADE
    )
    shapes = result.layers["isochrones"].geometry.to_numpy().reshape(-1, 3)
    together = result.layers["dissolved"].geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.is_valid(together).all()
    assert hold(shapes[:, 1:], shapes[:, :-1])
    if len(shapes):
        assert hold(together, shapes)


@given(street_lists(), spots, st.sampled_from([3.0, 5.0, 8.0]))
def test_no_area_claims_more_than_its_width(
    lines: list[list[tuple[float, float]]], where: list[tuple[float, float]], cell_m: float
) -> None:
    """Every point lies within 25 m and 0.71 of a cell of a street reached within the limit."""
    options = IsochroneOptions(cell_m=cell_m, street_lines=True)
    result = measure_isochrones(
        weigh(town(lines), STROLL), centres(*where), minutes=(2, 6), provenance=MADE,
        options=options,
    )  # fmt: skip
    shapes = result.layers["isochrones"].geometry.to_numpy().reshape(-1, 2)
    streets = result.layers["reached_streets"].geometry.to_numpy().reshape(-1, 2)
    for row in range(len(shapes)):
        for limit in range(2):
            reached = shapely.union_all(streets[row, : limit + 1])
            allowed = reached.buffer(25.0 + 0.71 * cell_m + 0.05, quad_segs=32)
            assert hold(allowed, shapes[row, limit])


@given(street_lists(), spots, st.data())
def test_another_street_never_shrinks_an_area(
    lines: list[list[tuple[float, float]]], where: list[tuple[float, float]], data: st.DataObject
) -> None:
    """With one more street between old corners each area covers what it covered before.

    Places stand at corners, so that the new street does not come closer than their own.
    """
    corners = sorted({line[at] for line in lines for at in (0, -1)})
    one = data.draw(st.lists(st.sampled_from(corners), min_size=2, max_size=2, unique=True))
    places = [line[0] for line in lines[: len(where)]]
    before = areas(town(lines), centres(*places), 2, 6, snap_limit_m=0.001)
    after = areas(town([*lines, one]), centres(*places), 2, 6, snap_limit_m=0.001)
    assert hold(after, before)


def city(side: int, seed: int) -> tuple[Network, gpd.GeoDataFrame]:
    """Make a perturbed grid 80 m apart with a tenth of its streets gone, and six centres."""
    random = np.random.default_rng(seed)
    at = np.argwhere(np.ones((side, side))) * 80.0 + random.uniform(-25, 25, (side * side, 2))
    xy = [(float(x), float(y)) for x, y in at]
    number = np.arange(side * side).reshape(side, side)
    pairs = [*zip(number[:-1].flat, number[1:].flat, strict=True)]
    pairs += zip(number[:, :-1].flat, number[:, 1:].flat, strict=True)
    lines = [[xy[a], xy[b]] for a, b in pairs if random.random() > 0.1]
    return town(lines), centres(*random.uniform(0, side * 80.0, (6, 2)).tolist())


def test_the_grid_agrees_with_exact_buffers() -> None:
    """On a city's streets the quick areas and the exact ones share 99 % of their ground."""
    network, places = city(40, seed=2)
    quick = np.array(areas(network, places, 5, 10, 15))
    exact = np.array(areas(network, places, 5, 10, 15, exact=True))
    assert shapely.is_valid(exact).all()
    shared = shapely.area(shapely.intersection(quick, exact)) / shapely.area(
        shapely.union(quick, exact)
    )
    assert shared.min() > 0.99
    grown = shapely.buffer(exact.reshape(-1, 3)[:, 1:], 0.01)
    assert hold(grown, exact.reshape(-1, 3)[:, :-1])


def test_both_engines_draw_the_same_areas() -> None:
    """The kernels and NumPy with contourpy give the same shapes, corner for corner."""
    network, places = city(20, seed=3)
    ours, theirs = (
        shapely.normalize(areas(network, places, 4, 8, options=IsochroneOptions(engine=engine)))
        for engine in ("compiled", "scipy")
    )
    assert shapely.to_wkb(ours).tolist() == shapely.to_wkb(theirs).tolist()


def test_places_in_degrees_are_brought_to_the_network() -> None:
    """Centres in WGS 84 get the same areas as in the network's own metres."""
    east, north = 500_000.0, 3_424_000.0
    network = town([[(east, north), (east + 900.0, north)]])
    metres = centres((east + 100.0, north + 5.0))
    assert CRS(network.crs) == CRS(EPSG)
    there = areas(network, metres.to_crs(4326), 5)[0]
    assert there.hausdorff_distance(areas(network, metres, 5)[0]) < 0.01
