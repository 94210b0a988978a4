"""Excel and CSV as bureaus write them: titles, totals, merged cells, coordinates of every kind."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from tongling_gis.crs import wgs84_to_bd09, wgs84_to_gcj02
from tongling_gis.errors import CrsError, SchemaError, UnreadableFileError, UsageError
from tongling_gis.importers.coordinate_columns import find_coordinates
from tongling_gis.importers.tables import read_table, read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.importers.report import Imported

LON, LAT = 117.81, 30.94
MILLIMETRE_DEG = 1e-8


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


def write_csv(path: Path, rows: list[list[Any]], encoding: str = "utf-8") -> Path:
    """Write a CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def refusals(read: Imported) -> dict[str, str]:
    """Which rows were refused, and why."""
    return {n.row: n.reason.zh for n in read.report.notes if n.action == "refused"}


def place(read: Imported, layer: str = "centres") -> tuple[float, float]:
    """Where the first row lies."""
    point = read.layers[layer].geometry.iloc[0]
    return point.x, point.y


@pytest.mark.parametrize(
    "headings",
    [
        ("经度(WGS84)", "纬度(WGS84)"),
        ("lng_wgs84", "lat_wgs84"),
        ("WGS84经度", "WGS84纬度"),
        ("X(EPSG:4326)", "Y(EPSG:4326)"),
    ],
)
def test_headings_may_declare_the_system_themselves(
    tmp_path: Path, headings: tuple[str, str]
) -> None:
    """Then nothing need be declared, and the report says what was taken."""
    path = write_csv(tmp_path / "a.csv", [["编号", *headings], ["A", LON, LAT]])
    read = read_table(path, "centres")
    assert place(read) == (LON, LAT)
    assert read.report.declared_crs == "EPSG:4326"
    assert "表头" in read.report.warnings[0].zh


def test_an_undeclared_system_is_never_guessed(tmp_path: Path) -> None:
    """Plain 经度 and 纬度 raise an error that lists the choices; declared, they are read."""
    path = write_csv(tmp_path / "a.csv", [["编号", "经度", "纬度"], ["A", LON, LAT]])
    with pytest.raises(CrsError, match=r"--crs.*WGS84.*GCJ-02.*BD-09"):
        read_table(path, "centres")
    assert place(read_table(path, "centres", crs="WGS84")) == (LON, LAT)
    assert place(read_table(path, "centres", crs="CGCS2000")) == pytest.approx((LON, LAT), abs=1e-6)


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_shifted_degrees_are_undone(tmp_path: Path, datum: str) -> None:
    """Coordinates picked on Gaode or Baidu come back to the millimetre, declared either way."""
    shift = wgs84_to_gcj02 if datum == "GCJ-02" else wgs84_to_bd09
    x, y = (float(value) for value in shift(LON, LAT))
    plain = write_csv(tmp_path / "a.csv", [["编号", "lng", "lat"], ["A", x, y]])
    said = write_csv(
        tmp_path / "b.csv", [["编号", f"经度（{datum}）", f"纬度（{datum}）"], ["A", x, y]]
    )
    for read in (read_table(plain, "centres", crs=datum), read_table(said, "centres")):
        assert place(read) == pytest.approx((LON, LAT), abs=MILLIMETRE_DEG)
        assert read.report.declared_crs == datum


@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4527", "EPSG:32650"])
@pytest.mark.parametrize(
    "headings", [("东坐标", "北坐标"), ("x", "y"), ("Y", "X"), ("横坐标", "纵坐标（m）")]
)
def test_projected_coordinates_are_read_whichever_axis_is_called_x(
    tmp_path: Path, crs: str, headings: tuple[str, str]
) -> None:
    """Surveyors' X is north, others' is east: the system settles it, and the exchange is said."""
    east, north = Transformer.from_crs(4326, crs, always_xy=True).transform(LON, LAT)
    path = write_csv(tmp_path / "a.csv", [["编号", *headings], ["A", east, north]])
    read = read_table(path, "centres", crs=crs)
    assert place(read) == pytest.approx((LON, LAT), abs=1e-7)
    assert any("对调" in w.zh for w in read.report.warnings) == (headings == ("Y", "X"))


def test_a_wrong_zone_is_an_error_that_names_the_right_one(tmp_path: Path) -> None:
    """39-million eastings declared without a zone prefix point to EPSG:4527."""
    east, north = Transformer.from_crs(4326, 4527, always_xy=True).transform(LON, LAT)
    path = write_csv(tmp_path / "a.csv", [["编号", "X", "Y"], ["A", north, east]])
    with pytest.raises(CrsError, match="EPSG:4527"):
        read_table(path, "centres", crs="EPSG:4548")
    with pytest.raises(CrsError, match="EPSG:4527"):
        read_table(path, "centres", crs="WGS84")
    assert place(read_table(path, "centres", crs="EPSG:4527")) == pytest.approx((LON, LAT))


def test_latitudes_headed_longitude_are_an_error(tmp_path: Path) -> None:
    """All exchanged: an error that says so. One exchanged: that row is refused."""
    rows = [["编号", "经度", "纬度"], *([f"A{k}", LON + k / 1000, LAT] for k in range(5))]
    wrong = [rows[0], *([key, y, x] for key, x, y in rows[1:])]
    with pytest.raises(CrsError, match="exchanged"):
        read_table(write_csv(tmp_path / "a.csv", wrong), "centres", crs="WGS84")
    rows[3] = wrong[3]
    read = read_table(write_csv(tmp_path / "b.csv", rows), "centres", crs="WGS84")
    assert list(refusals(read)) == ["第 4 行"]
    assert "对调" in refusals(read)["第 4 行"]


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (["坐标"], [f"{LON},{LAT}"]),
        (["经纬度"], [f"{LON}，{LAT}"]),
        (["latlng"], [f"{LAT}, {LON}"]),
        (["WKT"], [f"POINT ({LON} {LAT})"]),
        (["geometry"], [f'{{"type":"Point","coordinates":[{LON},{LAT}]}}']),
        (["东经", "北纬"], ["117°48′36″", "30°56′24″"]),
        (["lon", "lat"], ["117.81°E", "30.94°N"]),
        (["经度", "纬度"], [f" {LON} ", "３０．９４"]),
    ],
)
def test_coordinates_are_read_in_every_common_form(
    tmp_path: Path, headings: list[str], cells: list[str]
) -> None:
    """Pairs in one cell, WKT, GeoJSON, degrees with minutes and full-width digits."""
    path = write_csv(tmp_path / "a.csv", [["编号", *headings], ["A", *cells]])
    assert place(read_table(path, "centres", crs="WGS84")) == pytest.approx((LON, LAT), abs=1e-9)


def test_of_several_pairs_the_declared_one_is_taken() -> None:
    """WGS 84 before the others, what is declared before that, and the rest are named."""
    headings = ["高德经度", "高德纬度", "lng_wgs84", "lat_wgs84", "百度经度", "百度纬度"]
    assert [c.datum for c in find_coordinates(headings)] == ["WGS84", "GCJ-02", "BD-09"]
    assert find_coordinates(headings, declared="bd09")[0].headings == ("百度经度", "百度纬度")
    assert find_coordinates(["经度", "纬度", "高德经度", "高德纬度"])[0].datum == "GCJ-02"
    assert not find_coordinates(["名称", "长度", "宽度", "年度"])


def test_columns_of_coordinates_can_be_named(tmp_path: Path) -> None:
    """x= and y= take any headings; one that is not there is said."""
    path = write_csv(tmp_path / "a.csv", [["编号", "甲", "乙"], ["A", LAT, LON]])
    assert place(read_table(path, "centres", crs="WGS84", x="乙", y="甲")) == (LON, LAT)
    with pytest.raises(SchemaError, match="丙"):
        read_table(path, "centres", crs="WGS84", x="丙", y="甲")


def test_a_bureaus_sheet_is_read_under_its_title(tmp_path: Path) -> None:
    """Title, blank line, headings, rows, a page's headings again, totals and notes below."""
    headings = ["编号", "中心名称", "建筑面积（平方米）", "星级", "经度", "纬度"]
    path = write_book(
        tmp_path / "a.xlsx",
        邻里中心一览表=[
            ["铜陵市邻里中心一览表"],
            ["填表单位：民政局", None, None, "日期：2026年3月1日"],
            [],
            headings,
            ["A", "甲", "1,200㎡", "五星级", LON, LAT],
            [],
            headings,
            ["B", "乙", 800, None, LON, LAT + 0.01],
            ["合计", None, 2000],
            ["注：面积含附属用房"],
        ],
    )
    read = read_workbook(path, crs="WGS84")
    layer = read.layers["centres"]
    assert layer["name"].tolist() == ["甲", "乙"]
    assert layer["floor_area_m2"].tolist() == [1200, 800]
    assert layer["stars"].tolist() == [5, pd.NA]
    assert set(refusals(read)) == {"第 7 行", "第 9 行", "第 10 行"}
    assert "合计" in refusals(read)["第 9 行"]
    count = read.report.counts["centres"]
    assert (count.read, count.kept, count.refused) == (5, 2, 3)


def test_merged_cells_hold_for_all_their_rows(tmp_path: Path) -> None:
    """A community merged over three rows is that of all three, below a heading of two rows."""
    path = tmp_path / "a.xlsx"
    rows = [
        ["编号", "所属社区", "坐标", None],
        [None, None, "经度", "纬度"],
        *([f"A{k}", "阳光社区" if k == 0 else None, LON + k / 100, LAT] for k in range(3)),
    ]
    write_book(path, 中心=rows)
    book = openpyxl.load_workbook(path)
    for block in ("A1:A2", "B1:B2", "C1:D1", "B3:B5"):
        book["中心"].merge_cells(block)
    book.save(path)
    read = read_table(path, "centres", crs="WGS84")
    assert read.layers["centres"]["community"].tolist() == ["阳光社区"] * 3
    assert any("B3:B5" in word.zh for word in read.report.warnings)


def test_percent_dates_and_whole_numbers_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    """98.5% stored as 0.985, a date cell, ids stored as numbers."""
    path = tmp_path / "a.xlsx"
    write_book(
        path,
        季度考核=[
            ["考核编号", "小区编号", "季度", "居民满意度", "得分"],
            [1, 101, "2026Q1", 0.985, 92],
        ],
        业委会=[["小区编号"], [101]],
    )
    book = openpyxl.load_workbook(path)
    book["季度考核"]["D2"].number_format = "0.0%"
    book.save(path)
    read = read_workbook(path)
    row = read.layers["compound_assessments"].iloc[0]
    assert (row["assessment_id"], row["compound_id"], row["satisfaction_pct"]) == ("1", "101", 98.5)
    assert any("业委会" in word.zh for word in read.report.warnings)
    dated = write_book(
        tmp_path / "b.xlsx",
        活动=[["活动编号", "中心编号", "日期"], ["1", "A", dt.date(2026, 3, 1)], ["2", "A", 46082]],
    )
    assert read_workbook(dated).layers["activities"]["date"].tolist() == ["2026-03-01"] * 2


def test_formulas_without_results_are_said(tmp_path: Path) -> None:
    """A workbook saved by a program and never computed has empty formulas: they are named."""
    path = write_book(
        tmp_path / "a.xlsx", 党建联盟=[["联盟编号", "成员单位数"], ["L1", "=10+12"], ["L2", 5]]
    )
    read = read_table(path, "alliances")
    assert read.layers["alliances"]["units"].tolist() == [pd.NA, 5]
    assert "B2" in read.report.warnings[0].zh


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    """What Excel, WPS and programs write, with line breaks and commas inside quotes."""
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [["联盟编号", "名称"], ["L1", "第一\n联盟"], ["L2", "铜官，山;区"], [], ["L3", "学校"]]
        )
    read = read_table(path, "alliances")
    assert read.layers["alliances"]["name"].tolist() == ["第一\n联盟", "铜官，山;区", "学校"]


def test_gbk_and_utf8_in_one_csv_are_read_value_by_value(tmp_path: Path) -> None:
    """Even within one line; the mixture is said in the report."""
    path = tmp_path / "a.csv"
    first = b"L1," + "铜官山联盟".encode("gbk") + b"," + "阳光社区".encode()
    path.write_bytes("联盟编号,名称,社区\r\n".encode("gbk") + first + b"\r\n")
    read = read_table(path, "alliances")
    row = read.layers["alliances"].iloc[0]
    assert (row["name"], row["community"]) == ("铜官山联盟", "阳光社区")
    assert read.report.encoding == "GBK + UTF-8"
    assert "逐值解码" in read.report.warnings[0].zh


def test_rows_are_named_as_excel_numbers_them(tmp_path: Path) -> None:
    """The heading is row 1, blank lines count."""
    rows = [["联盟编号", "成员单位数"], ["L1", 1], [], ["L2", "许多"], ["L1", 2]]
    for path in (write_csv(tmp_path / "a.csv", rows), write_book(tmp_path / "a.xlsx", 联盟=rows)):
        notes = read_table(path, "alliances").report.notes
        assert [(n.row, n.column) for n in notes] == [
            ("第 4 行", "成员单位数"),
            ("第 5 行", "联盟编号"),
        ]


def test_rows_without_coordinates_are_refused_with_the_reason(tmp_path: Path) -> None:
    """Empty, zero, not a number, off the globe: each says what it is."""
    path = write_csv(
        tmp_path / "a.csv",
        [
            ["编号", "经度", "纬度"],
            *(["A", LON, LAT], ["B", None, None], ["C", "待测", LAT], ["D", 0, 0], ["E", 400, LAT]),
        ],
    )
    read = read_table(path, "centres", crs="WGS84")
    reasons = refusals(read)
    assert read.layers["centres"]["centre_id"].tolist() == ["A"]
    assert list(reasons) == ["第 3 行", "第 4 行", "第 5 行", "第 6 行"]
    for row, word in (
        ("第 3 行", "缺少坐标"),
        ("第 4 行", "待测"),
        ("第 5 行", "0"),
        ("第 6 行", "400"),
    ):
        assert word in reasons[row]


def test_layers_of_areas_need_more_than_points(tmp_path: Path) -> None:
    """Compounds from a table need WKT; with points alone the error says what to bring."""
    points = write_csv(tmp_path / "a.csv", [["小区编号", "经度", "纬度"], ["C", LON, LAT]])
    with pytest.raises(SchemaError, match="WKT"):
        read_table(points, "compounds", crs="WGS84")
    square = shapely.box(LON, LAT, LON + 0.001, LAT + 0.001)
    areas = write_csv(tmp_path / "b.csv", [["小区编号", "WKT"], ["C", square.wkt], ["D", "POLY"]])
    read = read_table(areas, "compounds", crs="WGS84")
    assert read.layers["compounds"].geometry.iloc[0].equals(square)
    assert "WKT" in refusals(read)["第 3 行"]


def test_sheets_find_their_tables_by_name_or_headings(tmp_path: Path) -> None:
    """By label, by name with 台账2026 behind it, by headings; one that is none is said."""
    path = write_book(
        tmp_path / "records.xlsx",
        党建联盟台账2026=[["联盟编号", "名称"], ["L1", "甲"]],
        companies=[["企业编号", "企业名称"], ["W1", "乙"]],
        Sheet3=[["活动编号", "中心编号", "日期", "参与人数"], ["H1", "A", "2026-01-01", 3]],
        说明=[["本表由各社区填写"]],
    )
    read = read_workbook(path)
    assert set(read.layers) == {"alliances", "companies", "activities"}
    said = " ".join(word.zh for word in read.report.warnings)
    assert "Sheet3" in said
    assert "“说明”" in said
    nothing = write_book(tmp_path / "b.xlsx", 说明=[["无"]], 备注=[["无"]])
    with pytest.raises(SchemaError, match="说明, 备注"):
        read_workbook(nothing)


def test_a_sheet_of_places_without_coordinates_is_left_out_aloud(tmp_path: Path) -> None:
    """The other sheets are read; each row left out is a refusal with its reason."""
    path = write_book(
        tmp_path / "a.xlsx",
        小区=[["小区编号", "户数"], ["C1", 5], ["C2", 6]],
        党建联盟=[["联盟编号"], ["L1"]],
    )
    read = read_workbook(path)
    assert list(read.layers) == ["alliances"]
    count = read.report.counts["compounds"]
    assert (count.read, count.kept, count.refused) == (2, 0, 2)
    assert set(refusals(read)) == {"第 2 行", "第 3 行"}
    assert "没有坐标列" in read.report.warnings[-1].zh


def test_two_sheets_of_one_table_are_put_together(tmp_path: Path) -> None:
    """活动2025 and 活动2026 are one table; a key of both stands once."""
    headings = ["活动编号", "中心编号", "日期"]
    path = write_book(
        tmp_path / "a.xlsx",
        活动2025=[headings, ["1", "A", "2025-01-01"], ["2", "A", "2025-01-02"]],
        活动2026=[headings, ["2", "A", "2026-01-01"], ["3", "A", "2026-01-02"]],
    )
    read = read_workbook(path)
    assert read.layers["activities"]["activity_id"].tolist() == ["1", "2", "3"]
    count = read.report.counts["activities"]
    assert (count.read, count.kept, count.refused) == (4, 3, 1)


def test_links_between_sheets_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    """A project of an alliance that the workbook does not have is in the warnings."""
    path = write_book(
        tmp_path / "a.xlsx",
        党建联盟=[["联盟编号"], ["L1"]],
        认领项目=[["项目编号", "联盟编号"], ["X1", "L1"], ["X2", "L9"]],
    )
    assert "L9" in read_workbook(path).report.warnings[0].zh


def test_workbooks_that_call_themselves_invented_are_marked(tmp_path: Path) -> None:
    """In a title, in a cell, or in the workbook's properties."""
    rows = [["联盟编号"], ["L1"]]
    titled = write_book(tmp_path / "a.xlsx", 党建联盟=[["示例数据（虚构）"], *rows])
    property_only = write_book(tmp_path / "b.xlsx", 党建联盟=rows)
    book = openpyxl.load_workbook(property_only)
    book.properties.title = "示例数据（虚构）"
    book.save(property_only)
    plain = write_book(tmp_path / "c.xlsx", 党建联盟=rows)
    marked = [read_workbook(path).invented for path in (titled, property_only, plain)]
    assert marked == [True, True, False]


def test_hidden_sheets_are_left_out_aloud(tmp_path: Path) -> None:
    """A hidden list of choices is no table, and its being left out is said."""
    path = write_book(tmp_path / "a.xlsx", 党建联盟=[["联盟编号"], ["L1"]], 选项=[["x"]])
    book = openpyxl.load_workbook(path)
    book["选项"].sheet_state = "hidden"
    book.save(path)
    read = read_table(path, "alliances")
    assert "选项" in read.report.warnings[0].zh


def test_files_that_are_no_tables_are_one_clear_sentence(tmp_path: Path) -> None:
    """Damaged, old, empty, without headings, several sheets, an unknown layer."""
    (tmp_path / "a.xlsx").write_bytes(b"junk")
    (tmp_path / "b.xls").write_bytes(b"junk")
    (tmp_path / "c.csv").write_bytes(b"")
    (tmp_path / "d.csv").write_bytes(b"\x00\xff\xfe\x01,,\n\n\x80")
    for name, word in (("a.xlsx", "a.xlsx"), ("b.xls", r"\.xlsx")):
        with pytest.raises(UnreadableFileError, match=word):
            read_table(tmp_path / name, "centres")
    for name in ("c.csv", "d.csv"):
        with pytest.raises(SchemaError):
            read_table(tmp_path / name, "centres")
    two = write_book(tmp_path / "e.xlsx", 甲=[["联盟编号"], ["L"]], 乙=[["联盟编号"], ["L"]])
    with pytest.raises(SchemaError, match="甲, 乙"):
        read_table(two, "alliances")
    assert len(read_table(two, "alliances", sheet="乙").layers["alliances"]) == 1
    with pytest.raises(UsageError, match="alliances"):
        read_table(two, "nonsense")


def test_porto_alegre_hexagons_are_residents_and_stand_in_for_centres(shared_data: Path) -> None:
    """All 1,227 hexagons and 812,935 people; those with schools, by a filter, are 177 places."""
    path = shared_data / "porto_alegre" / "poa_hexgrid.csv"
    with pytest.raises(CrsError, match="WGS84"):
        read_table(path, "residents")
    residents = read_table(path, "residents", crs="WGS84").layers["residents"]
    assert len(residents) == 1227
    assert residents["residents"].sum() == 812_935
    assert residents["resident_id"].iloc[0] == "89a901291abffff"
    read = read_table(path, "centres", crs="WGS84", where="schools>0")
    kept = pd.read_csv(path).query("schools > 0")
    assert read.layers["centres"]["centre_id"].tolist() == kept["id"].tolist()
    assert f"{1227 - len(kept)} 行" in read.report.warnings[0].zh


def test_the_callers_file_is_not_changed(tmp_path: Path) -> None:
    """Reading leaves the bytes as they were, and the fingerprint is theirs."""
    path = write_book(tmp_path / "a.xlsx", 党建联盟=[["联盟编号"], ["L1"]])
    before = path.read_bytes()
    first, second = (read_workbook(path).report.fingerprint for _ in range(2))
    assert path.read_bytes() == before
    assert first == second


cells = st.one_of(
    st.none(),
    st.integers(-5, 200),
    st.floats(-200, 200),
    st.sampled_from(["A", "合计", "注：x", "编号", "117.8", "五星", "30°", "", " ", "#N/A"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=8))
def test_no_line_is_lost_in_silence(tmp_path: Path, lines: list[tuple[Any, ...]]) -> None:
    """Whatever stands in a sheet, every line that is not blank is kept or refused."""
    rows = [["编号", "星级", "经度", "纬度"], ["OK", 5, LON, LAT], *map(list, lines)]
    path = write_csv(tmp_path / "a.csv", rows)
    try:
        read = read_table(path, "centres", crs="WGS84")
    except CrsError:
        return
    blank = sum(all(c is None or not str(c).strip() for c in line) for line in lines)
    count = read.report.counts["centres"]
    assert count.read == len(lines) + 1 - blank
    assert count.read == count.kept + count.refused
    assert count.kept == len(read.layers["centres"])
    assert len(refusals(read)) == count.refused
    assert np.isfinite(read.layers["centres"].geometry.x).all()
