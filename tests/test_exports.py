"""Results handed on in files that others open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from tongling_gis.errors import UsageError
from tongling_gis.studies import export_layers, export_table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def homes() -> gpd.GeoDataFrame:
    """Two homes in Tongling's zone, in metres."""
    return gpd.GeoDataFrame(
        {"名称": ["东村", "西村"], "walk_s": [60.5, 900.0]},
        geometry=[Point(577_000, 3_424_000), Point(578_000, 3_425_000)],
        crs="EPSG:4548",
    )


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet"])
def test_layers_come_back_as_they_went(
    homes: gpd.GeoDataFrame, tmp_path: Path, ending: str
) -> None:
    """Values, Chinese and places survive; GeoJSON is in degrees, the others in metres."""
    path = export_table(homes, tmp_path / f"结果{ending}")
    back = gpd.read_parquet(path) if ending == ".parquet" else gpd.read_file(path)
    assert back["名称"].tolist() == ["东村", "西村"]
    assert back["walk_s"].tolist() == [60.5, 900.0]
    assert (back.crs.to_epsg() == 4326) == (ending == ".geojson")
    assert back.to_crs(homes.crs).geometry.distance(homes.geometry).max() < 0.01


def test_csv_opens_in_excel_with_coordinates(homes: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """CSV begins with the mark that Excel needs for Chinese, and gives lon and lat."""
    path = export_table(homes, tmp_path / "out.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(path)
    assert back["lon"].between(117, 118).all()
    assert back["lat"].between(30, 31).all()


def test_an_unknown_ending_names_the_known_ones(homes: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """.docx is refused in one sentence, and no file is left behind."""
    with pytest.raises(UsageError, match=r"\.parquet"):
        export_table(homes, tmp_path / "out.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_places_is_no_geojson(tmp_path: Path) -> None:
    """A plain table goes to CSV, not to GeoJSON; a failed export leaves nothing behind."""
    plain = pd.DataFrame({"walk_s": [1.0]})
    with pytest.raises(UsageError, match="no places"):
        export_table(plain, tmp_path / "out.geojson")
    assert list(tmp_path.iterdir()) == []
    assert export_table(plain, tmp_path / "out.csv").exists()


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".csv", ".parquet"])
def test_the_stamp_goes_with_every_row(
    homes: gpd.GeoDataFrame, tmp_path: Path, ending: str
) -> None:
    """Speed, dates and 示例数据 stay with the rows in every kind of file."""
    path = export_table(homes, tmp_path / f"out{ending}", stamp="1.1 m/s · 示例数据")
    read = {".csv": pd.read_csv, ".parquet": gpd.read_parquet}.get(ending, gpd.read_file)
    assert read(path)["stamp"].tolist() == ["1.1 m/s · 示例数据"] * 2
    assert "stamp" not in homes


def test_a_geopackage_holds_every_table_of_a_result(
    homes: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """Layers with and without places and of mixed shapes stand side by side, in order, stamped."""
    mixed = gpd.GeoDataFrame(
        {"kind": ["add_centre", "draw_wall"]},
        geometry=[Point(577_000, 3_424_000), LineString([(0, 0), (10, 0)])],
        crs=homes.crs,
    )
    plain = gpd.GeoDataFrame({"share": [0.0, 1.0]})
    tables = {"residents": homes, "changes": mixed, "lorenz": plain}
    path = export_layers(tables, tmp_path / "all.gpkg", stamp="示例数据")
    assert gpd.list_layers(path)["name"].tolist() == list(tables)
    for name, rows in tables.items():
        back = gpd.read_file(path, layer=name)
        assert back["stamp"].tolist() == ["示例数据"] * 2
        assert set(rows.columns) <= set(back.columns)
    assert gpd.read_file(path, layer="changes").geom_equals(mixed.geometry).all()
    with pytest.raises(UsageError, match="Several tables"):
        export_layers(tables, tmp_path / "all.csv")
    assert [one.name for one in tmp_path.iterdir()] == ["all.gpkg"]
