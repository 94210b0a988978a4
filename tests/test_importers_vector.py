"""Files of shapes: encodings, coordinate systems, kinds of shape, and every row accounted for."""

from __future__ import annotations

import json
import warnings
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tongling_gis.crs import wgs84_to_bd09, wgs84_to_gcj02
from tongling_gis.errors import (
    CrsError,
    MissingFileError,
    SchemaError,
    UnreadableFileError,
    UsageError,
)
from tongling_gis.importers.archives import unpack
from tongling_gis.importers.shapes import fit_shapes
from tongling_gis.importers.vector import list_layers, read_vector

if TYPE_CHECKING:
    from pathlib import Path

LON, LAT = 117.81, 30.94
DEGREE_M = 111_320.0


def box(east: float = 0.0, north: float = 0.0, size: float = 0.001) -> shapely.Polygon:
    """A square of some hundred metres near the middle of Tongling."""
    return shapely.box(LON + east, LAT + north, LON + east + size, LAT + north + size)


def compounds(*names: str, crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    """Compounds with Chinese headings, side by side."""
    shapes = [box(0.002 * k) for k in range(len(names))]
    columns = {"编号": [f"C{k}" for k in range(len(names))], "名称": list(names)}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_crs(crs)


def write_shapefile(
    layer: gpd.GeoDataFrame, path: Path, encoding: str = "GBK", *, cpg: str | None = None
) -> Path:
    """Write a shapefile in an encoding; its .cpg says what is asked, or is not there."""
    layer.to_file(path, encoding=encoding, engine="pyogrio")
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, "GBK", "UTF-8", "ISO-8859-1"])
def test_a_shapefiles_encoding_is_found_whatever_it_claims(
    tmp_path: Path, encoding: str, cpg: str | None
) -> None:
    """Names, headings and cells are right without a .cpg and with a wrong one, and it is said."""
    path = write_shapefile(
        compounds("学校", "铜官山小区"), tmp_path / "小区.shp", encoding, cpg=cpg
    )
    read = read_vector(path, "compounds")
    assert read.layers["compounds"]["name"].tolist() == ["学校", "铜官山小区"]
    assert read.report.encoding == encoding
    assert bool(read.report.warnings) == (cpg != encoding)


def test_gbk_and_utf8_in_one_shapefile_are_read_value_by_value(tmp_path: Path) -> None:
    """A row pasted in from UTF-8 into a GBK table reads right, and the mixture is said."""
    path = write_shapefile(compounds("铜官山小区", "狮子山"), tmp_path / "a.shp")
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    there, here = "狮子山".encode("gbk"), "狮山".encode()
    dbf.write_bytes(raw.replace(there, here))
    read = read_vector(path, "compounds")
    assert read.layers["compounds"]["name"].tolist() == ["铜官山小区", "狮山"]
    assert "逐值解码" in read.report.warnings[0].zh


def test_a_declared_encoding_stands_above_what_is_found(tmp_path: Path) -> None:
    """--encoding BIG5 reads what nothing could tell from GBK."""
    layer = compounds("國中").rename(columns={"编号": "id", "名称": "name"})
    path = write_shapefile(layer, tmp_path / "a.shp", "BIG5")
    assert read_vector(path, "compounds", encoding="BIG5").layers["compounds"]["name"][0] == "國中"


def test_a_name_cut_within_a_letter_is_mended_and_noted(tmp_path: Path) -> None:
    """A DBF field that cuts 区 in half keeps 小, and the row is reported as repaired."""
    path = write_shapefile(compounds("甲小区"), tmp_path / "a.shp")
    dbf = path.with_suffix(".dbf")
    whole = "甲小区".encode("gbk")
    dbf.write_bytes(dbf.read_bytes().replace(whole, whole[:-1] + b"\x00"))
    read = read_vector(path, "compounds")
    assert read.layers["compounds"]["name"].tolist() == ["甲小"]
    assert [(n.column, n.action) for n in read.report.notes] == [("名称", "repaired")]
    assert read.report.counts["compounds"].repaired == 1


def test_headings_that_a_dbf_cut_are_known(tmp_path: Path) -> None:
    """quasi_property, written as quasi_prop by the DBF, is read as what it was."""
    layer = compounds("甲").assign(quasi_property="是")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL says that it cuts the heading
        path = write_shapefile(layer, tmp_path / "a.shp", "UTF-8")
    assert read_vector(path, "compounds").layers["compounds"]["quasi_property"].tolist() == [True]


@pytest.mark.parametrize(
    ("ending", "crs"),
    [
        ("geojson", "EPSG:4326"),
        *(
            (ending, crs)
            for ending in ("gpkg", "shp")
            for crs in ("EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:4527", "EPSG:32650")
        ),
    ],
)
def test_every_format_and_system_comes_back_to_where_it_was(
    tmp_path: Path, ending: str, crs: str
) -> None:
    """Written in one system and read back in EPSG:4326, shapes move by less than a centimetre."""
    layer = compounds("甲", "乙", crs=crs)
    path = tmp_path / f"a.{ending}"
    layer.to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds").layers["compounds"]
    assert read.crs == "EPSG:4326"
    moved = shapely.hausdorff_distance(read.geometry.array, compounds("甲", "乙").geometry.array)
    assert moved.max() * DEGREE_M < 0.02
    assert read["compound_id"].tolist() == ["C0", "C1"]


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_shifted_coordinates_are_undone_where_they_are_declared(tmp_path: Path, datum: str) -> None:
    """A layer drawn over Gaode or Baidu comes back within a millimetre, its label is overruled."""
    shift = wgs84_to_gcj02 if datum == "GCJ-02" else wgs84_to_bd09
    layer = compounds("甲")
    drawn = layer.set_geometry(
        gpd.GeoSeries(
            shapely.transform(
                layer.geometry.to_numpy(), lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1]))
            ),
            crs="EPSG:4326",
        )
    )
    path = tmp_path / "a.gpkg"
    drawn.to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds", crs=datum)
    moved = read.layers["compounds"].geometry.iloc[0].hausdorff_distance(box()) * DEGREE_M
    assert moved < 1e-3
    assert read.report.declared_crs == datum
    assert "EPSG:4326" in read.report.warnings[0].zh


def test_a_shapefile_without_prj_must_be_declared(tmp_path: Path) -> None:
    """The error says how, and what the numbers look like; declared, it is read."""
    path = write_shapefile(compounds("甲", crs="EPSG:4527"), tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match=r"--crs.*EPSG:4527"):
        read_vector(path, "compounds")
    assert len(read_vector(path, "compounds", crs="EPSG:4527").layers["compounds"]) == 1


def test_a_label_that_cannot_be_is_refused_with_the_right_one(tmp_path: Path) -> None:
    """39-million eastings labelled EPSG:4548, and metres labelled degrees, are errors that help."""
    layer = compounds("甲", crs="EPSG:4527")
    for label in ("EPSG:4548", "EPSG:4326"):
        path = tmp_path / f"{label[5:]}.gpkg"
        layer.set_crs(label, allow_override=True).to_file(path, engine="pyogrio")
        with pytest.raises(CrsError, match="EPSG:4527"):
            read_vector(path, "compounds")


def test_northings_first_are_read_so_and_said(tmp_path: Path) -> None:
    """A surveyor's x is north: the only way the numbers make sense is taken, aloud."""
    layer = compounds("甲", crs="EPSG:4548")
    swapped = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    path = tmp_path / "a.gpkg"
    layer.set_geometry(swapped).to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds")
    assert read.layers["compounds"].geometry.iloc[0].centroid.distance(box().centroid) < 1e-6
    assert "北坐标" in read.report.warnings[0].zh


def test_a_zipped_shapefile_is_read_with_its_chinese_name(tmp_path: Path) -> None:
    """In a folder of the archive, named in GBK as Chinese Windows does, encoding found."""
    write_shapefile(compounds("铜官山小区"), tmp_path / "小区.shp")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as whole:
        for part in tmp_path.glob("小区.*"):
            whole.writestr(f"AAAA/BBBB{part.suffix}", part.read_bytes())
    named = "数据/小区".encode("gbk")
    archive.write_bytes(archive.read_bytes().replace(b"AAAA/BBBB", named))
    with unpack(archive) as members:
        assert list(members) == ["数据/小区"]
    assert read_vector(archive, "compounds").layers["compounds"]["name"].tolist() == ["铜官山小区"]


def test_several_layers_must_be_told_apart(tmp_path: Path) -> None:
    """The error lists them; each can be named; one that is not there is said."""
    path = tmp_path / "a.gpkg"
    compounds("甲").to_file(path, layer="旧小区", engine="pyogrio")
    compounds("乙", "丙").to_file(path, layer="新小区", engine="pyogrio")
    assert list_layers(path) == ["旧小区", "新小区"]
    with pytest.raises(SchemaError, match="旧小区, 新小区"):
        read_vector(path, "compounds")
    with pytest.raises(SchemaError, match="no layer"):
        read_vector(path, "compounds", source_layer="x")
    assert len(read_vector(path, "compounds", source_layer="新小区").layers["compounds"]) == 2


def test_of_several_layers_the_namesake_is_taken(tmp_path: Path) -> None:
    """A GeoPackage with a layer of the wanted name needs no further word; styles are no layer."""
    path = tmp_path / "a.gpkg"
    compounds("甲").to_file(path, layer="小区台账2026", engine="pyogrio")
    compounds("乙", "丙").to_file(path, layer="other", engine="pyogrio")
    assert read_vector(path, "compounds").layers["compounds"]["name"].tolist() == ["甲"]
    alone = tmp_path / "b.gpkg"
    compounds("甲").to_file(alone, layer="x", engine="pyogrio")
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["s"]}), alone, layer="layer_styles")
    assert list_layers(alone) == ["x"]


def write_drawing(path: Path, encoding: str = "utf-8") -> Path:
    """A DXF with two CAD layers: closed and open lines of compounds, and a point."""
    to_metres = gpd.GeoSeries([box(), box(0.002)], crs="EPSG:4326").to_crs("EPSG:4548")
    closed, other = (shapely.LineString(one.exterior.coords) for one in to_metres)
    opened = shapely.LineString(list(other.coords)[:-1])
    layer = gpd.GeoDataFrame(
        {"Layer": ["边界", "边界", "zero"]}, geometry=[closed, opened, shapely.Point(1, 2)]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a drawing has no coordinate system
        layer.to_file(path, driver="DXF", engine="pyogrio")
    path.write_bytes(path.read_bytes().replace("边界".encode(), "边界".encode(encoding)))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_drawings_closed_lines_become_areas(tmp_path: Path, encoding: str) -> None:
    """A CAD layer is named, the CRS declared; an open line is refused with its gap."""
    path = write_drawing(tmp_path / "a.dxf", encoding)
    assert list_layers(path) == ["边界", "zero"]
    with pytest.raises(SchemaError, match="边界, zero"):
        read_vector(path, "compounds", crs="EPSG:4548")
    with pytest.raises(CrsError, match="--crs"):
        read_vector(path, "compounds", source_layer="边界")
    read = read_vector(path, "compounds", crs="EPSG:4548", source_layer="边界")
    assert read.layers["compounds"].geometry.iloc[0].hausdorff_distance(box()) < 1e-6
    count = read.report.counts["compounds"]
    assert (count.read, count.kept, count.repaired, count.refused) == (2, 1, 1, 1)
    assert "没有闭合" in next(n for n in read.report.notes if n.action == "refused").reason.zh


def test_geojson_in_gbk_is_read(tmp_path: Path) -> None:
    """GeoJSON must be UTF-8 but is not always: GBK and a mixture of both read right."""
    feature = {
        "type": "Feature",
        "properties": {"名称": "铜官山小区"},
        "geometry": shapely.geometry.mapping(box()),
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    mixed = text.encode().replace("铜官山小区".encode(), "铜官山小区".encode("gbk"))
    for name, raw in (("gbk", text.encode("gbk")), ("mixed", mixed)):
        path = tmp_path / f"{name}.geojson"
        path.write_bytes(raw)
        assert read_vector(path, "compounds").layers["compounds"]["name"].tolist() == ["铜官山小区"]


def test_ids_are_made_where_there_are_none_and_stay_the_same(tmp_path: Path) -> None:
    """The same shapes get the same ids in another order and beside others, and it is said."""
    layer = compounds("甲", "乙", "丙").drop(columns="编号")
    whole, part = tmp_path / "whole.gpkg", tmp_path / "part.gpkg"
    layer.to_file(whole, engine="pyogrio")
    layer.iloc[[2, 0]].to_file(part, engine="pyogrio")
    first = read_vector(whole, "compounds")
    ids = dict(zip(*(first.layers["compounds"][c] for c in ("name", "compound_id")), strict=True))
    again = read_vector(part, "compounds").layers["compounds"]
    assert again["compound_id"].tolist() == [ids["丙"], ids["甲"]]
    assert len(set(ids.values())) == 3
    assert "没有编号列" in first.report.warnings[0].zh


def test_another_column_that_tells_rows_apart_serves_as_id(tmp_path: Path) -> None:
    """An osm_id is taken, and said."""
    path = tmp_path / "a.gpkg"
    compounds("甲").drop(columns="编号").assign(osm_id=4711).to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds")
    assert read.layers["compounds"]["compound_id"].tolist() == ["4711"]
    assert "osm_id" in read.report.warnings[0].zh


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    """Empty, twisted, doubled and zero shapes: read is kept plus refused, each with its reason."""
    bow_tie = shapely.Polygon(
        [(LON, LAT), (LON + 1e-3, LAT + 1e-3), (LON + 1e-3, LAT), (LON, LAT + 1e-3)]
    )
    rows = [
        ("C1", box()),
        ("C2", bow_tie),
        ("C3", None),
        ("C4", shapely.Polygon()),
        ("C1", box(0.01)),
        ("C5", shapely.box(0, 0, 0, 0)),
        ("C6", shapely.box(LAT, LON - 60, LAT + 1e-3, LON - 60 + 1e-3)),
        (None, box(0.02)),
    ]
    layer = gpd.GeoDataFrame(
        {"小区编号": [r[0] for r in rows]}, geometry=[r[1] for r in rows], crs="EPSG:4326"
    )
    path = tmp_path / "a.gpkg"
    layer.to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds")
    assert read.layers["compounds"]["compound_id"].tolist() == ["C1", "C2", "C6"]
    count = read.report.counts["compounds"]
    assert (count.read, count.kept, count.repaired, count.refused) == (8, 3, 1, 5)
    refused = {n.row: n.reason.zh for n in read.report.notes if n.action == "refused"}
    assert set(refused) == {f"第 {k} 行" for k in (3, 4, 5, 6, 8)}
    assert all(read.layers["compounds"].geometry.is_valid)
    assert "远离" in read.report.warnings[0].zh


def test_multi_part_points_become_rows_of_their_own(tmp_path: Path) -> None:
    """Two hydrants in one feature are two rows with ids H-1 and H-2; it still counts as one row."""
    both = shapely.MultiPoint([(LON, LAT), (LON + 0.001, LAT)])
    layer = gpd.GeoDataFrame(
        {"消火栓编号": ["H", "K"]},
        geometry=[both, shapely.Point(LON, LAT + 0.001)],
        crs="EPSG:4326",
    )
    path = tmp_path / "a.gpkg"
    layer.to_file(path, engine="pyogrio")
    read = read_vector(path, "hydrants")
    assert read.layers["hydrants"]["hydrant_id"].tolist() == ["H-1", "H-2", "K"]
    count = read.report.counts["hydrants"]
    assert (count.read, count.kept, count.repaired) == (2, 2, 1)


def test_areas_become_points_inside_them_where_points_are_wanted(tmp_path: Path) -> None:
    """A centre given as a building is a point within the building, and the row is noted."""
    path = tmp_path / "a.geojson"
    gpd.GeoDataFrame({"中心编号": ["A"]}, geometry=[box()], crs="EPSG:4326").to_file(path)
    read = read_vector(path, "centres")
    assert read.layers["centres"].geometry.iloc[0].within(box())
    assert read.report.notes[0].action == "repaired"


def test_heights_become_elevations_of_street_nodes_only(tmp_path: Path) -> None:
    """A point's height is a node's elevation; elsewhere it is left out and said."""
    point = gpd.GeoDataFrame(
        {"node_id": [7], "消火栓编号": ["H"]},
        geometry=[shapely.Point(LON, LAT, 25.5)],
        crs="EPSG:4326",
    )
    path = tmp_path / "a.gpkg"
    point.to_file(path, engine="pyogrio")
    nodes = read_vector(path, "street_nodes").layers["street_nodes"]
    assert nodes["elevation_m"].tolist() == [25.5]
    assert not nodes.geometry.has_z.any()
    hydrants = read_vector(path, "hydrants")
    assert any("高程" in word.zh for word in hydrants.report.warnings)


def test_a_filter_counts_what_it_leaves_out(tmp_path: Path) -> None:
    """Rows outside the filter are no refusals; their number is in the report."""
    path = tmp_path / "a.gpkg"
    compounds("甲", "乙", "丙").assign(n=[1, 2, 3]).to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds", where="n>=2")
    assert read.layers["compounds"]["name"].tolist() == ["乙", "丙"]
    assert read.report.counts["compounds"].read == 2
    assert "1 行" in read.report.warnings[0].zh


def test_data_that_call_themselves_invented_are_marked(tmp_path: Path) -> None:
    """示例数据 in any cell marks the whole layer; without it nothing is marked."""
    path = tmp_path / "a.gpkg"
    compounds("甲").assign(说明="示例数据（虚构）").to_file(path, engine="pyogrio")
    read = read_vector(path, "compounds")
    assert read.invented
    assert "示例数据" in read.source.zh
    titled = tmp_path / "c.geojson"
    compounds("甲").to_file(titled, engine="pyogrio")
    titled.write_text(
        titled.read_text("utf-8").replace("{", '{"note": "示例数据（虚构）",', 1), encoding="utf-8"
    )
    assert read_vector(titled, "compounds").invented
    plain = tmp_path / "b.gpkg"
    compounds("甲").to_file(plain, engine="pyogrio")
    assert not read_vector(plain, "compounds").invented


def test_the_fingerprint_is_of_all_a_shapefiles_parts(tmp_path: Path) -> None:
    """A change in the .dbf changes it, reading again does not."""
    path = write_shapefile(compounds("甲"), tmp_path / "a.shp")
    first = read_vector(path, "compounds").report.fingerprint
    assert first == read_vector(path, "compounds").report.fingerprint
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace("甲".encode("gbk"), "乙".encode("gbk")))
    assert first != read_vector(path, "compounds").report.fingerprint
    assert len(first) == 64


def test_files_that_are_no_layers_are_one_clear_sentence(tmp_path: Path) -> None:
    """Missing, damaged, of another kind, half a shapefile, an unknown layer: each its own error."""
    with pytest.raises(MissingFileError, match="no file"):
        read_vector(tmp_path / "none.shp", "compounds")
    for name, raw in (("a.geojson", b"{"), ("a.gpkg", b"junk"), ("a.zip", b"PK"), ("a.dxf", b"")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(UnreadableFileError, match=name):
            read_vector(tmp_path / name, "compounds")
    path = write_shapefile(compounds("甲"), tmp_path / "a.shp")
    with pytest.raises(UsageError, match="compounds"):
        read_vector(path, "no such layer")
    path.with_suffix(".shx").unlink()
    with pytest.raises(UnreadableFileError, match=r"\.shx"):
        read_vector(path, "compounds")


def test_a_layer_of_records_leaves_shapes_out_aloud(tmp_path: Path) -> None:
    """Alliances drawn on a map are read as records, and the shapes' loss is said."""
    path = tmp_path / "a.geojson"
    gpd.GeoDataFrame({"联盟编号": ["L1"]}, geometry=[box()], crs="EPSG:4326").to_file(path)
    read = read_vector(path, "alliances")
    assert isinstance(read.layers["alliances"], pd.DataFrame)
    assert "geometry" not in read.layers["alliances"]
    assert "图形未导入" in read.report.warnings[0].zh


coordinates = st.tuples(st.floats(0, 10, width=32), st.floats(0, 10, width=32))


@given(
    st.lists(coordinates, min_size=3, max_size=8),
    st.sampled_from(["Point", "LineString", "Polygon"]),
)
def test_whatever_is_drawn_becomes_the_wanted_kind_or_is_refused(
    ring: list[tuple[float, float]], wanted: str
) -> None:
    """Every shape kept is valid and of the wanted kind; every loss has a reason."""
    drawn = np.array([shapely.Polygon(ring), shapely.LineString(ring), None], dtype=object)
    fitted = fit_shapes(drawn, wanted)  # type: ignore[arg-type]
    kinds = {shape.geom_type.removeprefix("Multi") for shape in fitted.shapes}
    assert kinds <= {wanted}
    assert all(shape.is_valid and not shape.is_empty for shape in fitted.shapes)
    assert {k for k, _ in fitted.refused} | set(fitted.rows.tolist()) == {0, 1, 2}
    assert not {k for k, _ in fitted.refused} & set(fitted.rows.tolist())


def test_areas_that_overlap_in_one_feature_are_joined() -> None:
    """Two overlapping squares keep their common part, a bow tie both its halves."""
    overlapping = shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    fitted = fit_shapes(np.array([overlapping, bow_tie]), "Polygon")
    assert [shape.area for shape in fitted.shapes] == [7.0, 0.5]
    assert [k for k, _ in fitted.repaired] == [0, 1]


def test_a_hole_with_the_outside_keeps_its_area() -> None:
    """A valid area with a hole passes untouched; as lines it has two rings."""
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    assert fit_shapes(np.array([ring]), "Polygon").shapes[0].area == 96
    assert len(fit_shapes(np.array([ring]), "LineString").shapes) == 2
