"""Boundaries as people draw them: mended or refused, snapped, read from files and compounds."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import CRS, gate, layer, line, place, wall

from tongling_gis.assessment import Verdict
from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.enclosure.drawing import check_area
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.judging import judge
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.model import Case, Gate, GateKind
from tongling_gis.enclosure.own_gates import case_of_compound
from tongling_gis.enclosure.reading import Facts, read_case
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.enclosure.snapping import place_gates, snap_area
from tongling_gis.enclosure.surroundings import prepare_surroundings
from tongling_gis.errors import CrsError, GeometryError, InputError, SchemaError
from tongling_gis.network import build_network
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.enclosure.surroundings import Surroundings

METRIC = pyproj.CRS(CRS)
NAMED = Text("边界", "the boundary")
STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")


def area(*xy: tuple[float, float]) -> shapely.Polygon:
    """An area through places in metres from the towns' origin."""
    return shapely.Polygon([place(*one) for one in xy])


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in metres from the towns' origin."""
    return shapely.box(*place(west, south), *place(east, north))


def spot(x: float, y: float) -> shapely.Point:
    """A point in metres from the towns' origin."""
    return shapely.Point(place(x, y))


def prepare(*, compounds=None, gates=None, barriers=None, width_m=None) -> Surroundings:
    """A street from west to east with a footpath across it, and what stands around them."""
    streets = layer(
        [line((-200, 0), (300, 0)), line((50, -200), (50, 200))],
        street_id=["road", "path"],
        highway=["residential", "footway"],
        width_m=[width_m, None],
        name=["解放路", None],
    )
    network = build_network(streets, gates=gates, barriers=barriers)
    return prepare_surroundings(
        network,
        {"compounds": compounds},
        profile=STROLL,
        engine_profile=read_standards().profile("fire_engine"),
    )


@cache
def beside(plot: shapely.Polygon) -> Surroundings:
    """A neighbour's plot."""
    return prepare(compounds=layer([plot], compound_id=["n"]))


# Validity


def test_a_good_area_stays_as_it_is_but_for_its_direction() -> None:
    """A clockwise ring is turned; nothing else changes and nothing is said."""
    drawn = check_area(area((0, 0), (0, 50), (80, 50), (80, 0)), METRIC, named=NAMED)
    assert drawn.notes == ()
    assert drawn.area.equals(box(0, 0, 80, 50))
    assert drawn.area.exterior.is_ccw


def test_a_bow_tie_is_refused_with_the_place() -> None:
    """Nobody can tell which half is meant; the error says where the line crosses itself."""
    tie = area((0, 0), (100, 100), (100, 0), (0, 100))
    with pytest.raises(GeometryError) as refused:
        check_area(tie, METRIC, named=NAMED)
    x, y = place(50, 50)
    assert f"x {x:.1f}" in refused.value.text.zh
    assert f"y {y:.1f}" in refused.value.text.en
    assert "117." in refused.value.text.zh
    assert "自相交" in refused.value.text.zh


def test_a_slip_of_the_hand_is_mended_and_said() -> None:
    """A loop of half a square metre is cut off, as are spikes, slivers and tiny holes."""
    looped = area(
        (0, 0), (100, 0), (100, 100), (51, 100), (50, 101), (51, 101), (50, 100), (0, 100)
    )
    drawn = check_area(looped, METRIC, named=NAMED)
    assert drawn.area.is_valid
    assert drawn.area.area == pytest.approx(10_000, abs=1)
    assert len(drawn.notes) == 1
    spiked = area((0, 0), (100, 0), (100, 100), (100, 180), (100, 100), (0, 100))
    assert check_area(spiked, METRIC, named=NAMED).area.area == pytest.approx(10_000)
    parts = shapely.MultiPolygon([box(0, 0, 100, 100), box(200, 0, 200.5, 1)])
    mended = check_area(parts, METRIC, named=NAMED)
    assert mended.area.equals(box(0, 0, 100, 100))
    assert "碎片" in mended.notes[0].zh
    holed = box(0, 0, 100, 100).difference(box(10, 10, 10.5, 10.5)).difference(box(30, 30, 50, 50))
    assert len(check_area(holed, METRIC, named=NAMED).area.interiors) == 1


def test_lines_that_close_are_areas_and_others_are_not() -> None:
    """A closed line, as CAD files have it, is an area; an open line and nothing are refused."""
    ring = shapely.LineString(box(0, 0, 50, 50).exterior.coords)
    assert check_area(ring, METRIC, named=NAMED).area.equals(box(0, 0, 50, 50))
    open_line = line((0, 0), (50, 0), (50, 50), (0, 40))
    for bad in (open_line, shapely.Polygon(), spot(0, 0), area((0, 0), (9, 9), (18, 18))):
        with pytest.raises(GeometryError):
            check_area(bad, METRIC, named=NAMED)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=9))
@settings(max_examples=60)
def test_what_is_not_refused_is_valid_and_turned_against_the_clock(corners) -> None:
    """Whatever is drawn, it comes out as valid areas, or is refused as a shape."""
    try:
        drawn = check_area(area(*((10.0 * x, 10.0 * y) for x, y in corners)), METRIC, named=NAMED)
    except GeometryError:
        return
    for part in shapely.get_parts(drawn.area):
        assert part.is_valid
        assert part.exterior.is_ccw
        assert part.area >= 1.0


# Snapping


def test_a_line_drawn_beside_a_neighbours_follows_it_exactly() -> None:
    """Corners take the neighbour's, and the line bends where the neighbour's does."""
    plot = area((100, 0), (200, 0), (200, 100), (100, 100), (100.6, 50))
    surroundings = prepare(compounds=layer([plot], compound_id=["n"]))
    snapped = snap_area(surroundings, box(20, 0.4, 99.8, 99.7))
    shared = snapped.area.intersection(plot)
    assert shared.area == 0.0
    assert shared.length == pytest.approx(2 * math.hypot(0.6, 50))
    assert {place(100, 0), place(100.6, 50), place(100, 100)} <= set(snapped.area.exterior.coords)
    assert snapped.moved_m.max() < 1.2
    assert "小区界线" in snapped.notes[0].zh
    assert snap_area(surroundings, box(20, 0.4, 99.8, 99.7), tolerance_m=0).notes == ()
    far = box(20, 5, 95, 90)
    assert snap_area(surroundings, far).area.equals(far)


def test_lines_are_moved_to_walls_and_edges_of_streets_of_known_width() -> None:
    """The upper side follows a wall, the lower one the edge of a street 8 m wide."""
    surroundings = prepare(barriers=wall((0, 80), (200, 80)), width_m=8.0)
    snapped = snap_area(surroundings, box(60, 4.6, 150, 80.7))
    assert snapped.area.equals_exact(box(60, 4, 150, 80), 1e-9, normalize=True)
    said = [note.zh for note in snapped.notes]
    assert any("围墙" in one for one in said)
    assert any("道路边线" in one for one in said)
    unknown = prepare(barriers=wall((0, 80), (200, 80)))
    assert snap_area(unknown, box(60, 4.6, 150, 80.7)).area.bounds[1] == place(0, 4.6)[1]


def test_snapping_never_makes_an_area_invalid() -> None:
    """A neck narrower than the tolerance is left as drawn, and that is said."""
    plot = layer([area((50, 0), (60, 0), (60, 100), (50, 100))], compound_id=["n"])
    neck = area((0, 0), (49.6, 50), (0, 100), (0, 99), (49.4, 50), (0, 1))
    snapped = snap_area(prepare(compounds=plot), neck)
    assert snapped.area.is_valid


@given(st.floats(-0.7, 0.7), st.floats(-0.7, 0.7), st.floats(0.05, 0.9))
@settings(max_examples=25)
def test_no_sliver_is_left_between_neighbours(west, south, share) -> None:
    """A line drawn roughly along a plot's shares its border, moved no farther than 1 m."""
    plot = area((0, 0), (100, 0), (100, 100), (40, 100), (0, 60))
    surroundings = beside(plot)
    drawn = area((-80, south), (west, south), (west, 60 * share), (west - 0.1, 59), (-80, 59))
    once = snap_area(surroundings, drawn)
    assert (once.moved_m <= 1.0 + 1e-9).all()
    assert once.area.intersection(plot).area < 1e-6
    assert once.area.intersection(plot).length > 55.0


def test_gates_come_onto_the_line_and_to_the_street_beside_them() -> None:
    """A gate 2 m off is moved, one 4 m beside a street to the street; one too far is named."""
    surroundings = prepare()
    drawn = box(-50, -50, 100, 60)
    near, beside = (
        Gate(name, spot(*at), GateKind.VEHICLE)
        for name, at in (("near", (20, 62)), ("beside", (99, 4)))
    )
    placed, notes = place_gates(surroundings, drawn, [near, beside])
    assert [one.point for one in placed] == [spot(20, 60), spot(100, 0)]
    assert len(notes) == 2
    with pytest.raises(InputError, match="'lost' is 40"):
        place_gates(surroundings, drawn, [Gate("lost", spot(20, 100), GateKind.PEDESTRIAN)])


# Files


def boundary_file() -> gpd.GeoDataFrame:
    """The rows of a boundary file of the map page, in degrees."""
    rows = {
        "role": ["boundary", "gate", "gate"],
        "draft_id": ["d1", "d1", "d1"],
        "name": ["一期", "南门", None],
        "origin": ["drawn", None, None],
        "author": ["李工", None, None],
        "gate_id": [None, "g1", "g2"],
        "kind": [None, "vehicle", "pedestrian"],
        "width_m": [np.nan, 4.5, np.nan],
        "opening_hours": [None, "6:00-22:00", None],
    }
    shapes = [box(-50, -50, 100, 60), spot(100, 0), spot(50, 60)]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS).to_crs("EPSG:4326")


def test_a_boundary_file_reads_as_it_was_drawn() -> None:
    """Places agree to a centimetre; what was left empty is unknown."""
    case, notes = read_case(prepare(), boundary_file(), tolerance_m=0)
    assert (case.case_id, case.name, case.origin, case.author) == ("d1", "一期", "drawn", "李工")
    assert case.boundary.hausdorff_distance(box(-50, -50, 100, 60)) < 0.01
    south, north = case.gates
    assert (south.kind, south.width_m, south.opening_hours) == ("vehicle", 4.5, "6:00-22:00")
    assert (north.kind, north.width_m, north.height_m) == ("pedestrian", None, None)
    assert south.point.distance(spot(100, 0)) < 0.01
    assert south.point.distance(case.boundary.boundary) < 1e-6
    assert notes == ()
    named = read_case(prepare(), boundary_file(), facts=Facts(name="二期", author="王工")).case
    assert (named.name, named.author, named.case_id) == ("二期", "王工", "d1")


def test_plain_areas_ask_which_is_meant() -> None:
    """Of several areas one is named, or all are parts; a line with points is a case too."""
    areas = layer([box(0, 10, 40, 50), box(60, 10, 90, 50)], name=["甲", "乙"])
    with pytest.raises(InputError, match="甲, 乙"):
        read_case(prepare(), areas)
    assert read_case(prepare(), areas, area="乙").case.boundary.equals(box(60, 10, 90, 50))
    assert read_case(prepare(), areas, area="*").case.boundary.geom_type == "MultiPolygon"
    with pytest.raises(InputError, match="no area"):
        read_case(prepare(), layer([spot(0, 0)]))
    cad = layer([shapely.LineString(box(0, 10, 40, 50).exterior.coords), spot(50, 30)])
    read = read_case(prepare(), cad.iloc[[0]], gates=layer([spot(40, 30)], gate_id=["a"]))
    assert [one.kind for one in read.case.gates] == ["pedestrian"]
    with pytest.raises(CrsError):
        read_case(prepare(), areas.set_crs(None, allow_override=True), area="甲")


def test_a_boundary_nowhere_near_the_town_is_refused_and_a_closed_line_may_bear_the_role() -> None:
    """Forty kilometres off no rule sees anything; a line marked as the boundary is one."""
    with pytest.raises(InputError, match="km from the nearest street"):
        read_case(prepare(), layer([box(40_000, 0, 40_100, 100)]))
    ring = shapely.LineString(box(0, 10, 40, 50).exterior.coords)
    read = read_case(prepare(), layer([ring], role=["boundary"]))
    assert read.case.boundary.equals(box(0, 10, 40, 50))


def test_a_hole_outside_its_ring_is_called_so() -> None:
    """It is no crossing, and is said to be what it is, with the place."""
    shell = box(0, 0, 100, 100).exterior.coords
    hole = box(200, 0, 230, 30).exterior.coords
    with pytest.raises(GeometryError, match="hole outside its ring"):
        check_area(shapely.Polygon(shell, [hole]), METRIC, named=NAMED)


@pytest.mark.parametrize(("share", "hectares"), [(1.0, 0.0), (0.9, 0.0), (0.5, 1.0)])
def test_what_stands_behind_walls_today_is_not_closed_anew(share: float, hectares: float) -> None:
    """A box of a hectare counts as the compound that it is once 80 % of its line is walled."""
    ring = box(60, 10, 160, 110).exterior
    wall = shapely.ops.substring(ring, 0, share, normalized=True)
    town = prepare(barriers=layer([wall], barrier_id=["w"], barrier=["wall"]))
    case = Case("c", "c", box(60, 10, 160, 110), METRIC)
    found = MEASURES["newly_closed_ha"].function(Enclosure(town, case))
    assert found.value == pytest.approx(hectares)


def test_neighbours_lines_that_miss_by_less_than_their_error_do_not_overlap() -> None:
    """A sliver of 0.3 m along 100 m is within the line's 0.5 m; 3 m is not."""
    rule = read_rules().rule("TRD-02")
    town = prepare(compounds=layer([box(60, 10, 160, 110)], compound_id=["n"]))
    for shared_m, verdict in ((0.3, Verdict.UNKNOWN), (3.0, Verdict.FAIL)):
        case = Case("c", "c", box(-60, 10, 60 + shared_m, 110), METRIC)
        found = MEASURES["overlap_m2"].function(Enclosure(town, case))
        assert judge(rule, found).finding.verdict is verdict


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("kind", "大门", "kind"), ("width_m", -1.0, "width_m"), ("width_m", 400.0, "width_m")],
)
def test_gates_that_cannot_be_read_are_named(column, value, said) -> None:
    """A kind nobody knows and widths that no gate has are errors that name the gate."""
    rows = boundary_file()
    rows[column] = rows[column].astype(object)
    rows.loc[1, column] = value
    with pytest.raises(SchemaError, match="g1") as refused:
        read_case(prepare(), rows)
    assert said in refused.value.text.zh


# A compound of the project


def test_a_compound_has_the_gates_that_are_its_own() -> None:
    """Linked gates, those on its line and those on a street that crosses it; no others."""
    gates = gpd.GeoDataFrame(
        {
            "gate_id": ["linked", "street", "others", "locked", "far"],
            "barrier": ["gate", "lift_gate", "gate", "gate", "gate"],
            "access": [None, "private", None, "no", None],
            "width_m": [3.0, np.nan, np.nan, np.nan, np.nan],
            "compound_id": ["k", None, "z", None, None],
        },
        geometry=[spot(-50, 30), spot(110, 0), spot(20, 60), spot(-50, -30), spot(200, 100)],
        crs=CRS,
    )
    compounds = layer([box(-50, -50, 100, 60)], compound_id=["k"], name=["金口岭"])
    case, notes = case_of_compound(prepare(compounds=compounds, gates=gates), "k")
    assert {one.gate_id: (one.kind.value, one.closure) for one in case.gates} == {
        "linked": ("pedestrian", ""),
        "street": ("vehicle", "lift_gate"),
    }
    assert case.gates[0].width_m == 3.0
    assert case.gates[1].point == spot(100, 0)
    assert not any(one.is_new for one in case.gates)
    said = " ".join(note.zh for note in notes)
    assert "locked" in said
    assert "3 处道路穿过边界而没有出入口记录" in said
    assert "解放路" in said


def test_streets_stand_in_for_gates_where_that_is_asked_for() -> None:
    """Every street that crosses is a gate of unknown width, for what goes along it."""
    compounds = layer([box(-50, -50, 100, 60)], compound_id=["k"])
    surroundings = prepare(compounds=compounds)
    case, notes = case_of_compound(surroundings, "k", gates_from="streets")
    assert sorted(one.kind.value for one in case.gates) == ["pedestrian"] * 2 + ["vehicle"] * 2
    assert all(one.width_m is None for one in case.gates)
    assert len({one.gate_id for one in case.gates}) == 4
    assert len(notes) == 1
    assert case_of_compound(surroundings, "k").case.gates == ()
    with pytest.raises(SchemaError, match="no compound x"):
        case_of_compound(surroundings, "x")


def test_a_street_that_skims_the_line_needs_no_gate() -> None:
    """A border along the middle of a street is crossed by nothing but real crossings."""
    compounds = layer([box(-50, 0.5, 100, 60)], compound_id=["k"])
    surroundings = prepare(compounds=compounds, gates=gate(50, 60))
    case, _ = case_of_compound(surroundings, "k", gates_from="streets")
    assert {one.point for one in case.gates} == {spot(50, 60), spot(50, 0.5)}
