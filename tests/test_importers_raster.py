"""Heights of street nodes from elevation rasters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio import Affine
from tagged_towns import street_project
from towns import CRS, layer, place

from tongling_gis import studies
from tongling_gis.errors import CrsError, InputError, UnreadableFileError, UsageError
from tongling_gis.importers.raster import read_elevation

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from tagged_towns import Corner


def write_raster(path: Path, cells: list[list[float]], crs: str | None = CRS, **more) -> Path:
    """Write cells of 100 m, the upper left corner 50 m west and 150 m north of the origin."""
    x, y = place(-50.0, 150.0)
    values = np.array(cells, dtype="float32")
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="float32", crs=crs, transform=Affine(100.0, 0.0, x, 0.0, -100.0, y),
        nodata=-9999.0, **more,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def spots_at(*xy: Corner, known: float = np.nan) -> gpd.GeoDataFrame:
    """Make nodes, the first with a known height."""
    heights = [known, *[np.nan] * (len(xy) - 1)]
    return layer(
        [shapely.Point(place(*one)) for one in xy],
        node_id=range(1, len(xy) + 1),
        elevation_m=heights,
    )


NO_STREETS = pd.DataFrame({"from_node": [], "to_node": [], "bridge": [], "tunnel": []})
CELLS = [[10.0, 20.0, 30.0], [30.0, 40.0, -9999.0]]  # centres at x 0, 100, 200; y 100, 0


def test_heights_are_read_between_the_cells(tmp_path: Path) -> None:
    """At a centre its own value, between two the middle, between four the mean."""
    path = write_raster(tmp_path / "dem.tif", CELLS)
    nodes = spots_at((0, 100), (50, 100), (50, 50), (25, 0))
    found = read_elevation(path, nodes, NO_STREETS).layers["street_nodes"]
    assert found["elevation_m"].tolist() == pytest.approx([10.0, 15.0, 25.0, 32.5])


def test_cells_without_a_value_and_places_outside_stay_unknown(tmp_path: Path) -> None:
    """Neither is guessed; both are counted."""
    path = write_raster(tmp_path / "dem.tif", CELLS)
    imported = read_elevation(path, spots_at((150, 0), (100, 0), (900, 0)), NO_STREETS)
    heights = imported.layers["street_nodes"]["elevation_m"]
    assert heights.isna().tolist() == [True, False, True]
    said = " ".join(text.en for text in imported.report.warnings)
    assert "1 nodes lie outside" in said
    assert "At 1 nodes the raster has no value" in said


def test_heights_that_nodes_have_are_kept_unless_asked(tmp_path: Path) -> None:
    """The survey stands before the raster; the caller's table is not changed."""
    path = write_raster(tmp_path / "dem.tif", CELLS)
    nodes = spots_at((0, 100), (100, 100), known=12.5)
    heights = [
        read_elevation(path, nodes, NO_STREETS, overwrite=asked)
        .layers["street_nodes"]["elevation_m"]
        .tolist()
        for asked in (False, True)
    ]
    assert heights == [[12.5, 20.0], [10.0, 20.0]]
    assert nodes["elevation_m"].isna().tolist() == [False, True]


def test_nodes_on_bridges_do_not_take_the_ground(tmp_path: Path) -> None:
    """Between two pieces of a bridge there is no ground; at its ends there is."""
    path = write_raster(tmp_path / "dem.tif", CELLS)
    streets = pd.DataFrame(
        {"from_node": [1, 2, 3], "to_node": [2, 3, 4], "bridge": ["yes", "yes", None]}
    )
    nodes = spots_at((0, 100), (50, 100), (100, 100), (100, 50))
    found = read_elevation(path, nodes, streets)
    assert found.layers["street_nodes"]["elevation_m"].isna().tolist() == [True, True, False, False]
    assert "2 nodes are on bridges" in " ".join(text.en for text in found.report.warnings)


def test_a_raster_may_be_in_other_coordinates(tmp_path: Path) -> None:
    """A raster in degrees gives a slope of one metre a cell, where the cell's centre lies."""
    nodes = spots_at((0, 0))
    lon, lat = (
        float(one.iloc[0]) for one in (nodes.to_crs(4326).geometry.x, nodes.to_crs(4326).geometry.y)
    )
    path = tmp_path / "degrees.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=3, width=3, count=1, dtype="int16", crs="EPSG:4326",
        transform=Affine(0.001, 0.0, lon - 0.0015, 0.0, -0.001, lat + 0.0015),
    ) as file:  # fmt: skip
        file.write(np.arange(9, dtype="int16").reshape(3, 3), 1)
    found = read_elevation(path, nodes, NO_STREETS).layers["street_nodes"]
    assert found["elevation_m"].tolist() == pytest.approx([4.0], abs=1e-5)
    assert found.crs == nodes.crs


def test_rasters_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    """No raster, an image, no coordinate system, elsewhere: each is one sentence."""
    nodes = spots_at((0, 0))
    (tmp_path / "text.tif").write_text("no raster", encoding="ascii")
    with pytest.raises(UnreadableFileError, match=r"text\.tif"):
        read_elevation(tmp_path / "text.tif", nodes, NO_STREETS)
    with pytest.raises(CrsError, match="--crs"):
        read_elevation(write_raster(tmp_path / "bare.tif", CELLS, crs=None), nodes, NO_STREETS)
    path, far = write_raster(tmp_path / "dem.tif", CELLS), spots_at((90_000, 0))
    with pytest.raises(InputError, match="does not reach"):
        read_elevation(path, far, NO_STREETS)
    with rasterio.open(
        tmp_path / "image.tif", "w", driver="GTiff", height=1, width=1, count=3, dtype="uint8",
        crs=CRS, transform=Affine(1.0, 0.0, place(0, 0)[0], 0.0, -1.0, place(0, 0)[1]),
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match="3 bands"):
        read_elevation(tmp_path / "image.tif", nodes, NO_STREETS)


def test_a_project_takes_heights_and_its_walks_change(tmp_path: Path) -> None:
    """After the import the walk from the valley takes longer, and --flat takes it back."""
    workspace = street_project(tmp_path / "p")
    slow = studies.study_coverage(workspace).layers["residents"]["walk_s"].tolist()
    path = write_raster(tmp_path / "dem.tif", [[0.0, 10.0, 20.0], [0.0, 10.0, 20.0]])
    report = studies.import_file(workspace, path, studies.ImportOptions(layer="高程"))
    assert "2 street nodes have their height" in report.warnings[0].en
    assert workspace.read("street_nodes")["elevation_m"].tolist() == [0.0, 7.0, 20.0]
    climbed = studies.study_coverage(workspace)
    flat = studies.study_coverage(workspace, studies.ReachOptions(flat=True))
    assert climbed.layers["residents"]["walk_s"].tolist() > slow
    assert flat.layers["residents"]["walk_s"].tolist() == slow
    assert "Tobler" in climbed.stamp.en
    assert "Tobler" not in flat.stamp.en
    with pytest.raises(UsageError, match="elevation"):
        studies.import_file(workspace, path, studies.ImportOptions(layer="streets"))


def test_the_doctor_says_what_a_raster_would_give(tmp_path: Path) -> None:
    """Against a project the counts, alone that a project is needed, elsewhere the error."""
    workspace = street_project(tmp_path / "p")
    path = write_raster(tmp_path / "dem.tif", CELLS)
    (found,) = studies.examine_file(path, workspace=workspace)[:1]
    assert (found.severity, "have their height" in found.what.en) == ("note", True)
    assert "-p" in studies.examine_file(path)[0].what.en
    assert studies.examine_file(path, crs="EPSG:32755", workspace=workspace)[0].severity == "error"
