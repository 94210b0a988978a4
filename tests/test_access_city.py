"""Access and opening hours of a whole city: a street checked by hand, and real extracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tongling_gis import access
from tongling_gis.access.gaps import fit_join_m
from tongling_gis.assessment import Provenance, Verdict
from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.crs import metric_crs_of
from tongling_gis.errors import InputError, UsageError
from tongling_gis.hours import read_moment
from tongling_gis.network import build_network
from tongling_gis.reachability import measure_coverage
from tongling_gis.routing import weigh
from tongling_gis.store import Workspace
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.routing import WalkGraph

EPSG = 4548
STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")
MADE = Provenance("0.1.0", "2026-11-01")


def street() -> WalkGraph:
    """One street of 2 km, walked at 1 m/s."""
    row = {"street_id": ["1"], "from_node": [1], "to_node": [2], "highway": ["residential"]}
    line = shapely.LineString([(0, 0), (2000, 0)])
    return weigh(build_network(gpd.GeoDataFrame(row, geometry=[line], crs=EPSG)), STROLL)


def homes(**columns: list[object]) -> gpd.GeoDataFrame:
    """Homes a, b, c on the street at 0, 500 and 1500 m, and d far from it."""
    facts = {"residents": [10, 20, 30, 10], "dwellings": [5, 10, 15, 5]} | columns
    points = [shapely.Point(x, y) for x, y in ((0, 0), (500, 0), (1500, 0), (1000, 5000))]
    return gpd.GeoDataFrame({"resident_id": list("abcd")} | facts, geometry=points, crs=EPSG)


def centres(**columns: list[object]) -> gpd.GeoDataFrame:
    """Two centres at 100 and 1400 m; the first shuts at five and is silent on holidays."""
    facts = {
        "name": ["东", "西"],
        "floor_area_m2": [300.0, 600.0],
        "opening_hours": ["周一至周五 8:00-17:00", "每天8:00-21:00"],
    } | columns
    points = [shapely.Point(100, 0), shapely.Point(1400, 0)]
    return gpd.GeoDataFrame({"centre_id": ["1", "2"]} | facts, geometry=points, crs=EPSG)


def measured(
    residents: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    **how: object,
) -> Assessment:
    """Measure access on the street."""
    return access.measure_access(
        street(),
        homes() if residents is None else residents,
        centres() if places is None else places,
        snap_limit_m=200,
        provenance=MADE,
        **how,
    )


def opened(at: str, residents: gpd.GeoDataFrame | None = None, **how: object) -> Assessment:
    """Measure opening hours on the street."""
    return access.measure_hours(
        street(),
        homes() if residents is None else residents,
        centres(),
        at=read_moment(at),
        snap_limit_m=200,
        provenance=MADE,
        **how,
    )


def test_what_homes_on_a_street_reach() -> None:
    """Walks, backups, counts and floor area by hand; 900 s is within 15 minutes."""
    layer = measured().layers["residents"].set_index("resident_id")
    assert layer["walk_s"].iloc[:3].tolist() == [100, 400, 100]
    assert np.isnan(layer.loc["d", "walk_s"])
    assert layer["centre_id"].tolist()[:3] == ["1", "1", "2"]
    assert layer["backup_walk_s"].iloc[:3].tolist() == [1400, 900, 1400]
    assert layer["centres_15"].tolist() == [1, 2, 1, 0]
    assert layer["floor_area_m2_15"].tolist() == [300, 900, 600, 0]
    assert layer["m2_per_resident_2sfca"].tolist() == [10, 22, 12, 0]
    assert layer["worst_served"].tolist() == [False, False, False, True]


def test_what_centres_on_a_street_carry() -> None:
    """Catchments, overlap, load and the norm by hand; findings name their centre."""
    result = measured()
    layer = result.layers["centres"].set_index("centre_id")
    assert layer["residents_nearest"].tolist() == [30, 30]
    assert layer["residents_within"].tolist() == [30, 50]
    assert layer["residents_shared"].tolist() == [20, 20]
    assert layer["households"].tolist() == [15, 15]
    assert layer["m2_per_100_households"].tolist() == [2000, 4000]
    assert layer["load_2sfca"].tolist() == [30, 50]
    assert layer["m2_per_resident_2sfca"].tolist() == [10, 12]
    assert layer["fac_01"].tolist() == ["pass", "pass"]
    assert result.layers["overlaps"].to_numpy().tolist() == [["1", "2", 20]]
    assert [one.reason.zh[0] for one in result.findings] == ["东", "西"]


def test_the_numbers_of_a_street() -> None:
    """Quantiles count residents, and a walk without end has no minutes."""
    result = measured()
    assert result.indicator("walk_min_p50").value == pytest.approx(100 / 60)
    assert result.indicator("walk_min_p95").value is None
    assert result.indicator("share_covered", limit_minutes=15).value == pytest.approx(6 / 7)
    assert result.indicator("share_with_backup", limit_minutes=15).value == pytest.approx(2 / 7)
    assert result.indicator("residents_uncovered_scattered").value == 10
    assert result.indicator("m2_per_100_households").value == pytest.approx(900 / 35 * 100)
    lorenz = result.layers["lorenz"]
    assert lorenz.iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]


def test_what_is_not_known_stays_unknown() -> None:
    """Without residents, households or floor area nothing is made up of them."""
    bare = homes().drop(columns=["residents", "dwellings"])
    result = measured(bare, centres(floor_area_m2=[None, None]))
    assert result.parameters["counted"] == "buildings"
    assert result.indicator("share_covered", limit_minutes=15).value == 0.75
    assert result.indicator("gini_floor_area").value is None
    assert result.indicator("m2_per_100_households").value is None
    assert result.layers["residents"]["m2_per_resident_3sfca"].isna().iloc[:3].all()
    assert {one.verdict for one in result.findings} == {Verdict.UNKNOWN}
    assert any("人数" in note.zh for note in result.notes)


def test_homes_outside_the_study_area_burden_the_centres_only() -> None:
    """They are in the load, not in the layer or in the city's numbers."""
    area = gpd.GeoDataFrame(geometry=[shapely.box(-10, -10, 600, 10)], crs=EPSG)
    result = measured(study_area=area)
    assert result.layers["residents"]["resident_id"].tolist() == ["a", "b"]
    assert result.indicator("share_covered", limit_minutes=15).value == 1
    assert result.layers["centres"]["load_2sfca"].tolist() == [30, 50]


def test_a_gap_is_where_many_live_uncovered() -> None:
    """150 residents without a centre are a gap, with the home inside it."""
    result = measured(homes(residents=[10, 20, 30, 150]), minutes=[15])
    gaps = result.layers["gaps"]
    assert gaps["residents_uncovered"].tolist() == [150]
    assert gaps.geometry.iloc[0].contains(shapely.Point(1000, 5000))
    assert result.layers["residents"]["gap_id"].tolist()[3] == "G1"


def test_a_coarse_grid_of_homes_joins_its_neighbours() -> None:
    """Homes 300 m apart hang together though the catalogue joins at 150 m."""
    grid = np.array([(x * 300.0, y * 300.0) for x in range(4) for y in range(4)])
    assert fit_join_m(grid, 150.0) == 450
    assert fit_join_m(grid / 10.0, 150.0) == 150
    assert fit_join_m(grid[:1], 150.0) == 150


def test_evenings_find_the_centre_shut() -> None:
    """On Tuesday at 19:30 home a has a centre near but shut, d has none."""
    result = opened("周二 19:30")
    layer = result.layers["residents"]
    assert layer["state"].tolist() == ["shut", "open", "open", "none"]
    assert layer["walk_open_s"].tolist()[:3] == [1400, 900, 100]
    assert layer["open_centre_id"].tolist()[:3] == ["2", "2", "2"]
    assert layer["covered_15"].tolist() == [True, True, True, False]
    assert layer["open_15"].tolist() == [False, True, True, False]
    share = result.indicator("share_covered_open", limit_minutes=15)
    assert share.value == pytest.approx(5 / 7)
    assert result.indicator("residents_near_shut").value == 10
    assert "2026-03-03" in result.stamp.zh


def test_hours_silent_on_holidays_are_counted_apart() -> None:
    """On National Day it is unknown whether the first centre is open, and it is said why."""
    result = opened("国庆 10:00")
    assert result.layers["residents"]["state"].tolist() == ["unknown", "open", "open", "none"]
    first = result.layers["centres"].iloc[0]
    assert first["state"] == "unknown"
    assert "节假日" in first["reason_zh"]
    assert result.layers["centres"]["hrs_01"].tolist() == ["fail", "pass"]
    assert result.layers["centres"]["hrs_02"].tolist() == ["unknown", "pass"]
    assert len(result.findings) == 4


def test_the_week_as_a_table() -> None:
    """Shares by weekday and hour, with what is not known between the two columns."""
    week = opened("周二 19:30").layers["week"].set_index(["day", "hour"])
    assert len(week) == 8 * 24
    assert week.loc[("Mo", 10), "share_open"] == pytest.approx(6 / 7)
    assert week.loc[("Mo", 19), "share_open"] == pytest.approx(5 / 7)
    assert week.loc[("Sa", 10), "share_open"] == pytest.approx(5 / 7)
    assert week.loc[("Mo", 22), "share_perhaps"] == 0
    assert week.loc[("PH", 10), ["share_open", "share_perhaps"]].tolist() == pytest.approx(
        [5 / 7, 6 / 7]
    )


@pytest.mark.parametrize("minutes", [[], [0], [-5], [61], [float("nan")]])
def test_limits_that_cannot_be_are_refused(minutes: list[float]) -> None:
    """No limit, one not above 0, and one beyond what is searched."""
    with pytest.raises(UsageError, match="up to 60"):
        measured(minutes=minutes)


def test_a_city_without_a_centre_near_a_street_is_refused() -> None:
    """The error says to check places and CRS."""
    far = centres().set_geometry([shapely.Point(0, 9000), shapely.Point(9, 9000)], crs=EPSG)
    with pytest.raises(InputError, match="CRS"):
        measured(places=far)


def test_results_are_kept_whole(tmp_path: Path) -> None:
    """Layers and plain tables come back from a project as they were."""
    project = Workspace.create(tmp_path / "p", name="试验")
    for result in (measured(), opened("周二 19:30")):
        again = project.load(project.save(result))
        assert list(again.layers) == list(result.layers)
        assert again.indicators == result.indicators
        for name, table in result.layers.items():
            kept, was = (pd.DataFrame(one) for one in (again.layers[name], table))
            if "geometry" in was:
                kept, was = kept.drop(columns="geometry"), was.drop(columns="geometry")
            pd.testing.assert_frame_equal(kept, was)


def test_access_agrees_with_coverage_on_a_real_city(shared_data: Path) -> None:
    """In Guixi walks, nearest schools and shares are those that the coverage has."""
    from tongling_gis.importers.osm import read_osm

    layers = read_osm(shared_data / "osm" / "guixi.osm.gz").layers
    crs = metric_crs_of(layers["streets"])
    network = build_network(layers["streets"].to_crs(crs), layers["street_nodes"].to_crs(crs))
    residents = layers["buildings"].to_crs(crs)
    schools = layers["schools"].to_crs(crs).rename(columns={"school_id": "centre_id"})
    profile = read_standards().profile("adult")
    graph = weigh(network, profile)
    common = {"minutes": (5, 10, 15), "snap_limit_m": 200, "provenance": MADE}
    ours = access.measure_access(graph, residents, schools, **common)
    coverage = measure_coverage(network, residents, schools, profile=profile, **common)
    mine, theirs = ours.layers["residents"], coverage.layers["residents"]
    np.testing.assert_array_equal(mine["walk_s"], theirs["walk_s"])
    reached = mine["centre_id"].notna()
    assert (mine["centre_id"] == theirs["centre_id"])[reached].all()
    assert (mine["walk_s"][~reached].isna() | (mine["walk_s"][~reached] > 3600)).all()
    for limit in (5.0, 10.0, 15.0):
        one, other = (r.indicator("share_covered", limit_minutes=limit) for r in (ours, coverage))
        assert one.value == pytest.approx(other.value)
