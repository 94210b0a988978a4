"""Scenarios: what changes do to walks, mended nearby and equal to making the city again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tongling_gis.catalogue import read_standards
from tongling_gis.cli import main
from tongling_gis.errors import SchemaError
from tongling_gis.scenario import Baseline, compare_coverage, prepare_comparison, read_scenario
from tongling_gis.studies.inputs import (
    project_centres,
    project_network,
    project_provenance,
    project_residents,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis import studies


@pytest.fixture(scope="module")
def city(demo: studies.Demo) -> Baseline:
    """The sample city, ready for scenarios."""
    workspace = demo.workspace
    return prepare_comparison(
        project_network(workspace),
        project_residents(workspace)[0],
        project_centres(workspace),
        profile=read_standards().profile("adult"),
        snap_limit_m=200.0,
        provenance=project_provenance(workspace),
        study_area=workspace.read("study_area"),
    )


@pytest.fixture(scope="module")
def changes(demo: studies.Demo) -> dict[str, dict[str, Any]]:
    """One change of each kind that the sample city takes."""
    workspace = demo.workspace
    centres = workspace.read("centres").to_crs(4326)
    x, y = centres.geometry.iloc[3].x, centres.geometry.iloc[3].y
    ring = [[x - 0.003, y - 0.001], [x + 0.003, y - 0.001], [x + 0.003, y + 0.002]]
    streets = workspace.read("streets")
    street = streets.loc[streets["highway"] == "residential", "street_id"].iloc[50]
    return {
        "remove_centre": {"centre_id": "LZ010"},
        "move_centre": {"centre_id": "LZ010", "at": [x, y]},
        "add_centre": {"at": [117.80, 30.915], "name": "新中心"},
        "close_street": {"street_id": str(street)},
        "draw_wall": {"line": [*ring, [x - 0.003, y + 0.002], ring[0]]},
        "close_gate": {"gate_id": str(workspace.read("gates")["gate_id"].iloc[10])},
    }


KINDS = ["remove_centre", "move_centre", "add_centre", "close_street", "draw_wall", "close_gate"]


def homes(result: Any) -> gpd.GeoDataFrame:
    """The residents of a comparison."""
    return result.layers["residents"]


@pytest.mark.parametrize("kind", KINDS)
def test_mending_nearby_equals_making_the_city_again(
    city: Baseline, changes: dict[str, dict[str, Any]], kind: str
) -> None:
    """Each home's walk and centre after a change are those of a city made from nothing."""
    scenario = read_scenario({"changes": [{"kind": kind, **changes[kind]}]})
    mended = homes(compare_coverage(city, scenario))
    again = homes(compare_coverage(city, scenario, rebuild=True))
    pd.testing.assert_frame_equal(mended.drop(columns="geometry"), again.drop(columns="geometry"))


@pytest.mark.parametrize("kind", ["remove_centre", "close_street", "draw_wall", "close_gate"])
def test_taking_away_never_shortens_a_walk(
    city: Baseline, changes: dict[str, dict[str, Any]], kind: str
) -> None:
    """A centre less, a street or gate shut, a wall more: nobody's walk grows shorter."""
    scenario = read_scenario({"changes": [{"kind": kind, **changes[kind]}]})
    assert set(homes(compare_coverage(city, scenario))["effect"]) <= {"same", "longer", "lost"}


def test_one_centre_more_lengthens_no_walk(
    city: Baseline, changes: dict[str, dict[str, Any]]
) -> None:
    """A new centre only gains residents."""
    scenario = read_scenario({"changes": [{"kind": "add_centre", **changes["add_centre"]}]})
    found = homes(compare_coverage(city, scenario))
    assert set(found["effect"]) == {"same", "shorter", "gained"}


def test_nothing_changed_changes_nothing(city: Baseline) -> None:
    """An empty scenario leaves every walk as it was, and as coverage measures it."""
    found = homes(compare_coverage(city, read_scenario({"changes": []})))
    assert set(found["effect"]) == {"same"}
    assert found["before_s"].equals(found["after_s"].rename("before_s"))


def test_before_is_what_coverage_measures(city: Baseline, demo: studies.Demo) -> None:
    """The walks before are those of the project's coverage."""
    found = homes(compare_coverage(city, read_scenario({"changes": []})))
    walked = demo.coverage.layers["residents"].set_index("resident_id")["walk_s"]
    before = found.set_index("resident_id")["before_s"]
    pd.testing.assert_series_equal(before, walked.loc[before.index], check_names=False)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "remove_centre", "centre_id": "nobody"},
        {"kind": "fly"},
        {"kind": "add_centre"},
        {"kind": "close_street", "street_id": "way/0-0", "colour": "red"},
    ],
)
def test_a_change_that_cannot_be_made_is_named(city: Baseline, change: dict[str, Any]) -> None:
    """An unknown kind, key or place is one error that says which change it is."""
    with pytest.raises(SchemaError, match=r"1|nobody"):
        compare_coverage(city, read_scenario({"changes": [change]}))


def test_compare_reads_a_plan_and_keeps_the_result(
    demo: studies.Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command tells gains and losses, writes them out, and saves a comparison."""
    plan, out = tmp_path / "方案.toml", tmp_path / "out.csv"
    plan.write_text(
        'name = "少一个中心"\n[[changes]]\nkind = "remove_centre"\ncentre_id = "LZ010"\n',
        encoding="utf-8",
    )
    folder = str(demo.workspace.folder)
    assert main(["compare", str(plan), "-p", folder, "--out", str(out)]) == 0
    assert "少一个中心" in capsys.readouterr().out
    assert "after_s" in out.read_text(encoding="utf-8-sig").splitlines()[0]
    assert demo.workspace.latest("comparison") is not None
