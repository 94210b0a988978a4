"""Whole studies, on the sample city and on real extracts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import shapely

from tongling_gis import studies
from tongling_gis.errors import InputError, MissingFileError, UsageError, WorkspaceError

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.store import Workspace

STAND_INS = {
    "osm/beijing_cau.osm.gz": "amenity=cafe",
    "osm/guixi.osm.gz": "amenity=school",
    "osm/monaco.osm.gz": "amenity=library",
    "osm/helsinki.osm.pbf": "amenity=library",
}


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """An empty project."""
    return studies.create_project(tmp_path / "project")


def test_the_demo_covers_what_it_says(demo: studies.Demo) -> None:
    """Residents covered and not covered add up, and longer limits cover more."""
    coverage = demo.coverage
    shares = [
        coverage.indicator("share_covered", limit_minutes=limit).value for limit in (5, 10, 15)
    ]
    assert 0 < shares[0] < shares[1] < shares[2] < 1
    residents = coverage.layers["residents"]
    assert int(residents["residents"].sum()) == 450_949
    uncovered = residents[~residents["covered_15"].astype(bool)]
    assert uncovered["reason_zh"].str.len().gt(0).all()
    assert coverage.provenance.invented


def test_homes_know_their_compound_by_where_they_lie(demo: studies.Demo) -> None:
    """Buildings name no compound in OpenStreetMap; most of the residents still have one."""
    homes = demo.coverage.layers["residents"]
    compounds = demo.workspace.read("compounds").set_index("compound_id")
    named = homes[homes["compound_id"].notna()]
    assert named["residents"].sum() > 0.5 * homes["residents"].sum()
    outlines = compounds.geometry.loc[named["compound_id"]]
    assert shapely.within(named.geometry.to_numpy(), outlines.to_numpy()).all()


def test_every_row_of_the_demo_is_accounted_for(demo: studies.Demo) -> None:
    """Rows read are rows kept or refused, in every layer of every file."""
    counts = [count for report in demo.reports for count in report.counts.values()]
    assert counts
    assert all(one.read == one.kept + one.refused for one in counts)


def test_the_demo_has_no_dangling_link(demo: studies.Demo) -> None:
    """Every key that a record names is there."""
    assert studies.find_dangling_links(demo.workspace) == []


def test_the_demo_can_be_made_again_in_its_own_folder(tmp_path: Path) -> None:
    """A folder with other things in it is left alone, with one clear sentence."""
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        studies.run_demo(tmp_path, seed=1, lang="zh")
    assert (tmp_path / "diary.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("extract", STAND_INS)
def test_the_main_job_on_a_real_extract(
    project: Workspace, shared_data: Path, extract: str
) -> None:
    """Streets in, coverage and isochrones measured, and a map that names its source."""
    studies.import_file(project, shared_data / extract)
    asked = studies.ReachOptions(centres_from=STAND_INS[extract])
    coverage = studies.study_coverage(project, asked)
    isochrones = studies.study_isochrones(project, asked)
    page = studies.draw_project_map(project).read_text(encoding="utf-8")
    residents = coverage.layers["residents"]
    assert len(residents) > 100
    assert residents["reason_zh"].notna().all()
    assert isochrones.layers["isochrones"].geometry.is_valid.all()
    assert "OpenStreetMap" in page


def test_hexagons_stand_for_residents_and_schools_for_centres(
    project: Workspace, shared_data: Path
) -> None:
    """Porto Alegre: 812,935 residents in hexagons, those with a school standing in for centres."""
    folder = shared_data / "porto_alegre"
    studies.import_file(project, folder / "poa.osm.pbf")
    hexagons = folder / "poa_hexgrid.csv"
    studies.import_file(project, hexagons, studies.ImportOptions(layer="residents", crs="WGS84"))
    studies.import_file(
        project, hexagons, studies.ImportOptions(layer="centres", crs="WGS84", where="schools>0")
    )
    coverage = studies.study_coverage(project)
    assert coverage.indicator("residents_total").value == 812_935
    assert 0.9 < coverage.indicator("share_covered", limit_minutes=15.0).value < 1


def test_a_project_without_streets_says_what_to_do(project: Workspace) -> None:
    """Coverage of an empty project is one sentence that names the missing layer."""
    with pytest.raises(MissingFileError, match="tongling-gis import"):
        studies.study_coverage(project)


def test_a_project_is_not_made_twice(project: Workspace) -> None:
    """A second project in the same folder is refused."""
    with pytest.raises(WorkspaceError):
        studies.create_project(project.folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("streets.osm", "<osm><node id='1'"),
        ("streets.osm.pbf", "not a pbf"),
        ("centres.xlsx", "not a workbook"),
        ("centres.csv", ""),
        ("compounds.shp", "no"),
        ("compounds.geojson", '{"type": "FeatureCollection", "features": [{]}'),
        ("streets.graphml", "<graphml>"),
        ("holiday.jpg", "what is it?"),
    ],
)
def test_a_broken_file_is_one_sentence_and_changes_nothing(
    project: Workspace, tmp_path: Path, name: str, content: str
) -> None:
    """Whatever is wrong with a file, the error names it and the project stays as it was."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises((InputError, UsageError), match=name.split(".", maxsplit=1)[0]):
        studies.import_file(project, path, studies.ImportOptions(crs="WGS84"))
    assert studies.describe_project(project).rows == {}


def test_a_missing_amenity_names_those_that_are_there(
    project: Workspace, shared_data: Path
) -> None:
    """Stand-ins that do not exist are refused with the kinds that do."""
    studies.import_file(project, shared_data / "osm/guixi.osm.gz")
    with pytest.raises(UsageError, match="amenity=school"):
        studies.study_coverage(project, studies.ReachOptions(centres_from="amenity=opera"))


def test_importing_again_replaces_and_appending_adds(demo: studies.Demo, tmp_path: Path) -> None:
    """The same file twice gives the same rows; half of it appended to the other gives all."""
    workspace = studies.create_project(tmp_path / "twice")
    centres = demo.workspace.folder / "data" / "centres.xlsx"
    for options in (studies.ImportOptions(), studies.ImportOptions(append=True)):
        studies.import_file(workspace, centres, options)
        assert workspace.count("centres") == 60


def test_a_map_of_results_older_than_their_data_says_so(demo: studies.Demo, tmp_path: Path) -> None:
    """Changed centres under an old coverage: the map's stamp and the project's facts tell."""
    copy = tmp_path / "copy"
    shutil.copytree(demo.workspace.folder, copy)
    workspace = studies.open_project(copy)
    assert studies.find_stale(workspace) == []
    centres = workspace.read("centres")
    workspace.write({"centres": centres.iloc[5:]})
    assert any("邻里中心已更新" in one.zh for one in studies.find_stale(workspace))
    assert "结果早于现在的数据" in studies.draw_project_map(workspace).read_text(encoding="utf-8")


def test_places_that_do_not_fit_the_streets_are_told_at_import(
    demo: studies.Demo, tmp_path: Path
) -> None:
    """Hydrants in GCJ-02 declared as WGS 84 are taken, with a warning that names the shift."""
    copy = tmp_path / "copy"
    shutil.copytree(demo.workspace.folder, copy)
    hydrants = (copy / "data" / "hydrants.csv").read_text(encoding="utf-8-sig")
    wrong = tmp_path / "消火栓.csv"
    wrong.write_text(hydrants.replace("GCJ-02", "WGS84"), encoding="utf-8")
    options = studies.ImportOptions(layer="hydrants")
    report = studies.import_file(studies.open_project(copy), wrong, options)
    assert any("GCJ-02" in warning.en and "510 m" in warning.en for warning in report.warnings)
