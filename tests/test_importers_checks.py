"""Rows against the schema: headings, cells, units, keys, and text in any encoding."""

from __future__ import annotations

import datetime as dt
import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tongling_gis.errors import SchemaError, UsageError
from tongling_gis.importers.cells import read_cell
from tongling_gis.importers.checks import check_rows, conform, find_dangling
from tongling_gis.importers.encodings import decode_marked, decode_values, find_mojibake
from tongling_gis.importers.filters import find_rows
from tongling_gis.importers.headings import match_headings
from tongling_gis.importers.report import count_rows
from tongling_gis.importers.units import unit_factor
from tongling_gis.schema import TABLES

CENTRES, COMPOUNDS, RATINGS = (TABLES[n] for n in ("centres", "compounds", "star_ratings"))


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("centre_id", "centre_id"),
        ("中心编号", "centre_id"),
        ("编号", "centre_id"),
        ("Centre id", "centre_id"),
        ("建筑面积（平方米）", "floor_area_m2"),
        ("建筑面积(㎡)", "floor_area_m2"),
        ("建筑面积/m²", "floor_area_m2"),
        (" 建 筑 面 积 ", "floor_area_m2"),
        ("ＦＬＯＯＲ＿ＡＲＥＡ＿Ｍ２", "floor_area_m2"),
        ("星级*", "stars"),
        ("名称（必填）", "name"),
    ],
)
def test_headings_are_known_however_they_are_written(heading: str, column: str) -> None:
    """Name, label, alias, unit in brackets, full-width letters and spaces all lead to a column."""
    assert match_headings(CENTRES, [heading]).columns == {column: heading}


def test_an_age_in_brackets_is_no_unit() -> None:
    """居民数(0–14 岁) is its own column, whatever dash is written, and not 居民数."""
    found = match_headings(
        TABLES["residents"], ["居民数（0-14岁）", "居民数(15—59 岁)", "居民数（人）"]
    )
    assert found.columns == {
        "residents": "居民数（人）",
        "residents_0_14": "居民数（0-14岁）",
        "residents_15_59": "居民数(15—59 岁)",
    }


def test_a_heading_of_another_unit_is_not_taken_for_the_column() -> None:
    """建筑面积（元） is no floor area."""
    assert match_headings(CENTRES, ["建筑面积（元）"]).unknown == ("建筑面积（元）",)


def test_every_label_of_the_schema_leads_back_to_its_column() -> None:
    """In every table each column is found by its name and by both labels."""
    for table in TABLES.values():
        for column in table.columns:
            for heading in (column.name, column.label.zh, column.label.en):
                found = match_headings(table, [heading]).columns
                assert found == {column.name: heading}, (table.name, heading)


def test_headings_cut_to_ten_bytes_are_known_where_one_column_begins_so() -> None:
    """A DBF's quasi_prop is quasi_property, its residents_ could be several and is none."""
    found = match_headings(COMPOUNDS, ["quasi_prop", "committee_"], cut_short=True)
    assert found.columns == {"quasi_property": "quasi_prop", "committee_term_end": "committee_"}
    assert not match_headings(TABLES["residents"], ["residents_"], cut_short=True).columns


@pytest.mark.parametrize(
    ("column", "written", "value"),
    [
        ("floor_area_m2", "1,200平方米", 1200.0),
        ("floor_area_m2", "１，２００．５", 1200.5),
        ("floor_area_m2", "1.2万㎡", 12000.0),
        ("floor_area_m2", "0.5公顷", 5000.0),
        ("project_funding_yuan", "5万元", 50000.0),
        ("project_funding_yuan", "¥50,000", 50000.0),
        ("stars", "五星级", 5),
        ("stars", "★★★☆☆", 3),
        ("stars", 4.0, 4),
        ("stars", "未评星", None),
        ("self_managed", "√", True),
        ("self_managed", "有", True),
        ("self_managed", "否", False),
        ("self_managed", 0, False),
        ("origin", "改造利用", "converted"),
        ("origin", "New-built", "new"),
        ("centre_id", 1001.0, "1001"),
        ("phone", 5622831234, "5622831234"),
        ("name", "  邻里中心 ", "邻里中心"),
        ("name", "/", None),
        ("name", "NA", "NA"),
        ("stars", math.nan, None),
        ("stars", pd.NA, None),
        ("stars", pd.NaT, None),
    ],
)
def test_cells_are_read_as_people_write_them(column: str, written: object, value: object) -> None:
    """Thousands, units, full-width digits, stars, ticks and labels need no mending."""
    assert read_cell(written, CENTRES.column(column)) == (value, None)


@pytest.mark.parametrize(
    "written",
    [
        *("2026年3月1日", "2026/3/1", "2026.3.1", "2026-03-01", "20260301", "2026-03-01 09:30"),
        *(20260301, 46082, 46082.4, "46082", dt.date(2026, 3, 1)),
        dt.datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - as openpyxl gives it
    ],
)
def test_days_are_read_in_every_common_form(written: object) -> None:
    """The first of March 2026 is the same in Chinese, with slashes and as Excel counts days."""
    assert read_cell(written, COMPOUNDS.column("committee_term_end")).value == "2026-03-01"


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("floor_area_m2", "很大"),
        ("floor_area_m2", "1,5"),
        ("floor_area_m2", "300元"),
        ("floor_area_m2", -1),
        ("stars", 6),
        ("stars", "3.5"),
        ("self_managed", "也许"),
        ("origin", "购买"),
        ("name", "#REF!"),
    ],
)
def test_a_bad_cell_is_unknown_and_says_why(column: str, written: object) -> None:
    """What cannot be read is never guessed: the value is unknown and the fault quotes the cell."""
    cell = read_cell(written, CENTRES.column(column))
    assert cell.value is None
    assert cell.fault is not None
    assert str(written) in cell.fault.zh


@given(st.floats(0, 1e9, allow_nan=False).map(lambda v: round(v, 3)))
def test_numbers_written_out_read_back_the_same(value: float) -> None:
    """A number with thousands separators and a unit reads back as itself."""
    for written in (value, str(value), f"{value:,.3f} 平方米"):
        read = read_cell(written, CENTRES.column("floor_area_m2")).value
        assert read == pytest.approx(value)


@given(st.dates(dt.date(1930, 1, 1), dt.date(2100, 12, 31)))
def test_days_written_out_read_back_the_same(day: dt.date) -> None:
    """ISO, Chinese and Excel's own count of days give the same day."""
    column = COMPOUNDS.column("committee_term_end")
    serial = (day - dt.date(1899, 12, 30)).days
    for written in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", serial):
        assert read_cell(written, column).value == day.isoformat()


def test_units_agree_or_are_refused() -> None:
    """万元 is ten thousand yuan, 亩 two thirds of a thousand square metres, yuan no area."""
    assert unit_factor("万元", "yuan") == 10_000
    assert unit_factor("亩", "m2") == pytest.approx(666.667, abs=1e-3)
    assert unit_factor("元／㎡·月", "yuan/m2/month") == 1
    assert unit_factor("元", "m2") is None


def centres(**columns: list[object]) -> pd.DataFrame:
    """Rows of centres as a user's table has them."""
    return pd.DataFrame({"中心编号": ["A", "B", "C"], **columns}, dtype=object)


def test_rows_come_out_with_the_schemas_columns_and_types() -> None:
    """Every column of the table is there, typed, in order, and the caller's rows are unchanged."""
    rows = centres(星级=["五星", None, 3])
    before = rows.copy()
    checked, notes = conform(CENTRES, rows)
    assert list(checked.columns) == list(CENTRES.names)
    assert checked["stars"].tolist() == [5, pd.NA, 3]
    assert checked["floor_area_m2"].isna().all()
    assert checked["stars"].dtype == "Int64"
    assert checked["self_managed"].dtype == "boolean"
    assert not notes
    pd.testing.assert_frame_equal(rows, before)


def test_a_bad_optional_cell_becomes_unknown_and_is_noted() -> None:
    """The row stays, the value is unknown, the note names row, column and reason."""
    checked, notes = conform(CENTRES, centres(星级=[5, 9, "x"]), row_names=["r2", "r3", "r4"])
    assert checked["stars"].tolist() == [5, pd.NA, pd.NA]
    assert [(n.row, n.column, n.action) for n in notes] == [
        ("r3", "星级", "repaired"),
        ("r4", "星级", "repaired"),
    ]
    assert "9" in notes[0].reason.zh


def test_a_missing_or_bad_required_cell_refuses_the_row() -> None:
    """A rating without a centre or without a day is refused, and the reason says which."""
    rows = pd.DataFrame(
        {
            "评定编号": ["1", "2", "3", None],
            "中心编号": ["A", None, "A", "A"],
            "评定日期": ["2026-01-05", "2026-01-05", "年初", "2026-01-05"],
        }
    )
    checked, notes = conform(RATINGS, rows)
    assert checked["rating_id"].tolist() == ["1"]
    assert [(n.row, n.column, n.action) for n in notes] == [
        ("第 2 行", "中心编号", "refused"),
        ("第 3 行", "评定日期", "refused"),
        ("第 4 行", "评定编号", "refused"),
    ]
    assert "年初" in notes[1].reason.zh


def test_of_rows_with_one_key_the_first_stands() -> None:
    """The later ones are refused, and the note says which one was kept; 1 and "1" are one key."""
    rows = pd.DataFrame({"编号": ["1", "２", 1, "2 "], "名称": list("abcd")}, dtype=object)
    checked, notes = conform(CENTRES, rows)
    assert checked["name"].tolist() == ["a", "b"]
    refused = {n.row: n.reason.zh for n in notes if n.action == "refused"}
    assert set(refused) == {"第 3 行", "第 4 行"}
    assert "第 1 行" in refused["第 3 行"]


def test_a_table_without_a_required_column_is_one_clear_sentence() -> None:
    """The error names the column and the headings it may have."""
    with pytest.raises(SchemaError, match="centre_id"):
        conform(RATINGS, pd.DataFrame({"评定编号": ["1"], "评定日期": ["2026-01-01"]}))


def test_columns_that_nothing_knows_are_kept_as_tags_and_said() -> None:
    """An unknown column goes to the tags beside those there were; a table without tags warns."""
    rows = centres(备注=["好", None, "差"], tags=['{"a": "1"}', None, "no json"])
    checked = check_rows(CENTRES, rows)
    tags = [None if pd.isna(t) else json.loads(t) for t in checked.rows["tags"]]
    assert tags == [{"a": "1", "备注": "好"}, None, {"tags": "no json", "备注": "差"}]
    assert "备注" in checked.warnings[0].zh
    alone = pd.DataFrame({"联盟编号": ["L1"], "备注": ["x"]})
    left = check_rows(TABLES["alliances"], alone)
    assert "未导入" in left.warnings[0].zh


def test_a_unit_in_the_heading_is_converted_and_said() -> None:
    """项目经费（万元） is multiplied by ten thousand, and the report says so."""
    checked = check_rows(CENTRES, centres(**{"项目经费（万元）": [5, "3", "20000元"]}))
    assert checked.rows["project_funding_yuan"].tolist() == [50_000, 30_000, 20_000]
    assert "10000" in checked.warnings[0].zh


def test_shapes_stay_with_their_rows() -> None:
    """A row that is refused takes its own shape with it, and the CRS stays."""
    rows = gpd.GeoDataFrame(
        {"编号": ["1", None, "3"]},
        geometry=shapely.points([[1, 1], [2, 2], [3, 3]]),
        crs="EPSG:4326",
    )
    checked, _ = conform(CENTRES, rows)
    assert isinstance(checked, gpd.GeoDataFrame)
    assert checked.geometry.x.tolist() == [1, 3]
    assert checked.crs == "EPSG:4326"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", None, " a "]),
            st.sampled_from([1, 5, 9, "三星", "?", None]),
        ),
        max_size=12,
    )
)
def test_no_row_is_lost_in_silence(cells: list[tuple[object, object]]) -> None:
    """Rows kept and rows refused are all the rows, whatever stands in them."""
    keys, stars = [c[0] for c in cells], [c[1] for c in cells]
    rows = pd.DataFrame({"编号": keys, "星级": stars}, dtype=object)
    checked, notes = conform(CENTRES, rows)
    count = count_rows(len(checked), notes)
    assert count.read == len(rows)
    assert checked["centre_id"].is_unique


def test_links_to_nothing_are_found() -> None:
    """Only values that are no key are named, only for tables whose keys are known."""
    rows = pd.DataFrame({"centre_id": ["A", "X", "X", None], "rating_id": list("1234")})
    assert find_dangling(RATINGS, rows, {"centres": {"A"}}) == {"centre_id": ["X"]}
    assert find_dangling(RATINGS, rows, {}) == {}


def test_a_filter_keeps_the_rows_it_holds_for() -> None:
    """Numbers compare as numbers, text as text, empty cells never hold."""
    rows = pd.DataFrame(
        {"n": [1, "2", None, "1,000"], "类型 ": ["a", "b", "a", None]}, dtype=object
    )
    assert find_rows(rows, "n>1").tolist() == [1, 3]
    assert find_rows(rows, "类型 = a").tolist() == [0, 2]
    assert find_rows(rows, "n != 1").tolist() == [1, 3]
    for bad in ("n", "m>1", ""):
        with pytest.raises(UsageError, match="filter"):
            find_rows(rows, bad)


NAMES = ["铜官山小区", "学校", "邮电新村3号院", "①区", "滨江·一号"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=8))
def test_gbk_and_utf8_in_one_file_are_read_value_by_value(values: list[tuple[str, bool]]) -> None:
    """Whatever the mixture, each value is read as it was written."""
    raws = [name.encode("utf-8" if utf8 else "gb18030") for name, utf8 in values]
    assert decode_values(raws).texts == [name for name, _ in values]


def test_a_declared_encoding_stands_where_it_can() -> None:
    """Declared UTF-8 reads a value that GBK would read as well; an impossible one is found."""
    both = "é".encode()
    assert decode_values([both]).texts == ["茅"]
    assert decode_values([both], declared="utf-8").texts == ["é"]
    assert decode_values(["铜官".encode("gbk")], declared="utf-8").texts == ["铜官"]
    assert decode_values([both], hint="utf-8").texts == ["é"]
    assert decode_values(["学校".encode("gbk")], hint="utf-8").texts == ["学校"]
    assert decode_values(["學".encode("big5")], declared="big5").texts == ["學"]
    with pytest.raises(UsageError, match="GBK"):
        decode_values([b"a"], declared="klingon")


def test_latin_names_are_not_taken_for_chinese() -> None:
    """São Paulo and João are read in UTF-8 and in windows-1252."""
    for codec in ("utf-8", "cp1252"):
        raws = [name.encode(codec) for name in ("São Paulo", "João", "plain")]
        assert decode_values(raws).texts == ["São Paulo", "João", "plain"]


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_a_letter_cut_in_the_middle_is_left_out_and_said(codec: str) -> None:
    """A DBF field cut within a letter keeps the letters before it and is marked as broken."""
    read = decode_values(["铜官山".encode(codec)[:-1], "小区".encode(codec)])
    assert read.texts == ["铜官", "小区"]
    assert read.broken == [True, False]


def test_a_byte_order_mark_settles_the_encoding() -> None:
    """UTF-8 with a mark and UTF-16, as Excel writes them, are read whole."""
    assert decode_marked("铜陵".encode("utf-8-sig")) == ("铜陵", "UTF-8")
    assert decode_marked("铜陵".encode("utf-16")) == ("铜陵", "UTF-16")
    assert decode_marked("铜陵".encode()) is None


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6))
def test_chinese_is_not_taken_for_garbled_text(text: str) -> None:
    """Ordinary Chinese is no mojibake; its UTF-8 read as windows-1252 or Latin-1 is."""
    garbled = text.encode("utf-8").decode("latin-1")
    assert find_mojibake(garbled) == text
    assert find_mojibake("铜官山区" + text) == ""


def test_columns_of_missing_values_only_have_their_types() -> None:
    """An empty table conforms to an empty one."""
    checked, notes = conform(CENTRES, pd.DataFrame({"编号": []}))
    assert len(checked) == 0
    assert checked["stars"].dtype == "Int64"
    assert not notes
    assert np.array_equal(checked.index, [])
