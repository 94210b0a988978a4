"""Workbooks of records: templates, exports that lose nothing, imports of all or nothing."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from tongling_gis import studies
from tongling_gis.cli import main
from tongling_gis.errors import SchemaError, UsageError, WorkbookFaultsError
from tongling_gis.importers.grids import read_grids
from tongling_gis.importers.tables import match_sheet
from tongling_gis.schema import RECORDS, TABLES
from tongling_gis.store import Workspace
from tongling_gis.workbooks import SHEETS, mark_faults, write_report
from tongling_gis.workbooks.sheets import OWN_SHEETS, list_headings
from tongling_gis.workbooks.writing import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

ZONE = 4548
X, Y = 577_000.0, 3_424_000.0
RED = "FFFF7C80"


def centres(*keys: str) -> gpd.GeoDataFrame:
    """Make centres a hundred metres apart."""
    shapes = [shapely.Point(X + 100 * n + 0.123456789, Y) for n in range(len(keys))]
    return gpd.GeoDataFrame({"centre_id": list(keys)}, geometry=shapes, crs=ZONE)


def compounds(*keys: str) -> gpd.GeoDataFrame:
    """Make named compounds side by side."""
    shapes = [shapely.box(X + 200 * n, Y, X + 150 + 200 * n, Y + 90) for n in range(len(keys))]
    names = [f"{key}小区" for key in keys]
    return gpd.GeoDataFrame({"compound_id": list(keys), "name": names}, geometry=shapes, crs=ZONE)


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """Make a project with two centres, two compounds and a company."""
    workspace = Workspace.create(tmp_path / "项目", name="铜陵")
    company = pd.DataFrame({"company_id": ["w1"], "name": ["安居"]})
    places = {"centres": centres("c1", "c2"), "compounds": compounds("k1", "k2")}
    workspace.write({**places, "companies": company})
    return workspace


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


def column(sheet: Worksheet, title: str) -> int:
    """Find a column by the start of its heading, from 1."""
    return next(cell.column for cell in sheet[1] if str(cell.value).startswith(title))


def contents(workspace: Workspace) -> dict[str, str]:
    """Fingerprint everything a project holds."""
    return {name: workspace.fingerprint(name) for name in workspace.layers()}


# The template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the empty workbook once."""
    return studies.write_empty_workbook(tmp_path_factory.mktemp("空") / "台账.xlsx")


def test_every_record_has_a_sheet() -> None:
    """Every record table of the schema is a sheet, with centres, compounds and drafts."""
    assert set(SHEETS) == {*RECORDS, "centres", "compounds", "enclosure_drafts"}
    assert len(set(SHEETS)) == len(SHEETS)
    assert all(TABLES[name].names[0] == TABLES[name].key for name in SHEETS)


def test_the_template_is_read_as_its_tables(template: Path) -> None:
    """Each sheet is known by its name, each heading is its column's, and there is no row."""
    grids = {grid.name: grid for grid in read_grids(template)}
    assert not any(grid.invented for grid in grids.values())
    for name in SHEETS:
        table = TABLES[name]
        grid = grids[table.label.zh]
        assert match_sheet(grid) == table
        assert len(grid.cells) == 1
        assert len(grid.cells[0]) == len(list_headings(table))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_in_both_languages_are_recognised(tmp_path: Path, lang: Any) -> None:
    """What the template writes, the importer matches column by column."""
    from tongling_gis.importers.headings import match_headings

    for name in SHEETS:
        headings = list_headings(TABLES[name], lang)
        matched = match_headings(TABLES[name], [one.title for one in headings]).columns
        expected = {one.column.name: one.title for one in headings if one.column}
        assert matched == expected, name
    path = studies.write_empty_workbook(tmp_path / f"{lang}.xlsx", lang=lang)
    assert len(openpyxl.load_workbook(path).sheetnames) == len(SHEETS) + 1


def test_the_template_helps_to_fill_it(template: Path) -> None:
    """Frozen headings, a note on each, drop-downs for codes, yes and no and links."""
    book = openpyxl.load_workbook(template)
    assert book.sheetnames[0] == "说明"
    sheet = book["小区"]
    assert sheet.freeze_panes == "B2"
    assert all(cell.comment is not None and cell.comment.text for cell in sheet[1])
    checks = {str(one.sqref).split("2:")[0]: one for one in sheet.data_validations.dataValidation}

    def check(title: str) -> Any:
        return checks[sheet.cell(1, column(sheet, title)).column_letter]

    assert check("保洁").formula1 == '"达标,整改中,未开展"'
    assert check("准物业管理").formula1 == '"是,否"'
    assert "'物业企业'!$A" in check("物业企业").formula1
    assert check("建成年份").type == "whole"
    assert check("合同到期").type == "date"
    assert sheet.cell(1, 1).value == "小区编号*"
    assert sheet.cell(1, column(sheet, "物业费")).value == "物业费（元/平方米·月）"


def test_codes_and_months_stay_as_they_are_typed(template: Path) -> None:
    """Columns of text are formatted as text, so that 001 and 2026-03 are not changed."""
    sheet = openpyxl.load_workbook(template)["联盟轮值"]
    letter = sheet.cell(1, column(sheet, "轮值月份")).column_letter
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions[letter].number_format == "@"


def test_a_template_overwrites_nothing(template: Path, tmp_path: Path) -> None:
    """A file that is there already, or is no workbook, is refused in one sentence."""
    with pytest.raises(UsageError, match="another name"):
        studies.write_empty_workbook(template)
    with pytest.raises(UsageError, match="xlsx"):
        studies.write_empty_workbook(tmp_path / "a.csv")


# Export


def test_text_is_never_a_formula(project: Workspace, tmp_path: Path) -> None:
    """Text that begins like a formula is stored as text, marked so, and comes back."""
    nasty = ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "#N/A 说明"]
    rows = pd.DataFrame({"company_id": [f"w{n}" for n in range(len(nasty))], "name": nasty})
    project.write({"companies": rows})
    path = studies.export_workbook(project, tmp_path / "出.xlsx")
    sheet = openpyxl.load_workbook(path)["物业企业"]
    written = [sheet.cell(line, 2) for line in range(2, 2 + len(nasty))]
    assert [cell.value for cell in written] == nasty
    assert {cell.data_type for cell in written} == {"s"}
    assert all(cell.quotePrefix for cell in written[:6])
    studies.import_file(project, path)
    assert project.read("companies")["name"].tolist() == nasty


def test_codes_are_words_and_dates_are_dates(project: Workspace, tmp_path: Path) -> None:
    """A planner reads 达标, 是 and a date that Excel can sort."""
    rows = compounds("k1").assign(
        cleaning="good", quasi_property=True, committee_term_end="2026-05-31"
    )
    project.write({"compounds": rows})
    sheet = openpyxl.load_workbook(studies.export_workbook(project, tmp_path / "出.xlsx"))["小区"]
    assert sheet.cell(2, column(sheet, "保洁")).value == "达标"
    assert sheet.cell(2, column(sheet, "准物业管理")).value == "是"
    day = sheet.cell(2, column(sheet, "业委会届满"))
    assert (day.value.date(), day.is_date) == (dt.date(2026, 5, 31), True)


TEXTS = st.text(min_size=1).filter(
    lambda text: not text.strip().startswith("#") and text.strip() != ""
) | st.sampled_from(["-", "—", "=1+1", " 空格 ", "第一行\r\n第二行", "不详", "\x07铃", "2025-3"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "integer": st.integers(1, 5),
    "number": st.floats(0, 100),
    "boolean": st.booleans(),
    "date": st.dates(dt.date(1850, 1, 1), dt.date(2100, 1, 1)).map(str),
}
KEYS = ["001", "k-2", "丙", "1e5", "甲 乙", "0x1F", "TRUE", "=1", "É", "1.0"]


def invent_rows(name: str, pools: dict[str, list[Any]], chance: random.Random) -> pd.DataFrame:
    """Invent rows of a record table: any of the drawn values in any optional cell, and gaps."""
    columns: dict[str, list[Any]] = {}
    for one in TABLES[name].columns:
        values = pools[one.kind]
        if one.name == TABLES[name].key:
            columns[one.name] = KEYS
            continue
        if one.choices:
            values = sorted(one.choices)
        elif one.refers_to:
            values = KEYS
        elif one.name == "built_year":
            values = [1900, 1986, 2100]
        elif one.form:
            values = {"quarter": ["2025Q1", "2024Q4"], "month": ["2026-03", "2025-12"]}[one.form]
        elif one.required and one.kind == "text":
            values = ["2025Q1", "2026-03", "甲"]
        values = values if one.required else [None, *values]
        columns[one.name] = [chance.choice(values) for _ in KEYS]
    return pd.DataFrame(columns, dtype=object)


@st.composite
def whole_records(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Invent every table of a workbook of records, with links that lead somewhere."""
    pools = {kind: draw(st.lists(one, min_size=2, max_size=12)) for kind, one in VALUES.items()}
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - no secrets
    tables: dict[str, pd.DataFrame] = {name: invent_rows(name, pools, chance) for name in SHEETS}
    for name in SHEETS:
        if TABLES[name].shape:
            shapes = (centres if name == "centres" else compounds)(*KEYS).geometry
            tables[name] = gpd.GeoDataFrame(tables[name], geometry=shapes, crs=ZONE)
    return tables


@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tables=whole_records())
def test_what_is_exported_and_imported_again_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame]
) -> None:
    """Import of an export changes nothing, whatever the cells hold, to the last bit."""
    folder = tmp_path_factory.mktemp("rt")
    workspace = Workspace.create(folder / "p", name="往返")
    workspace.write(tables)
    before, path = {name: workspace.read(name) for name in SHEETS}, folder / "出.xlsx"
    studies.export_workbook(workspace, path)
    studies.import_file(workspace, path)
    for name in SHEETS:
        assert_frame_equal(pd.DataFrame(before[name]), pd.DataFrame(workspace.read(name)))


def test_what_leads_nowhere_or_is_too_long_survives_the_round_trip(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dangling links of the project are kept and named, new ones refused; long cells are said."""
    corners = [(X + 0.01 * n, Y + (n % 2)) for n in range(2_000)]
    long = shapely.Polygon([*corners, (X + 20, Y + 90), (X, Y + 90)])
    rows = compounds("k1", "k2").assign(company_id=["GONE", "w1"], phone=["1" * 40_000, "2"])
    rows.geometry = [long, rows.geometry.iloc[1]]
    project.write({"compounds": rows})
    before, path = contents(project), tmp_path / "出.xlsx"
    assert main(["export", str(path), "-p", str(project.folder)]) == 0
    said = capsys.readouterr().out
    assert "“轮廓”有 1 处" in said
    assert "“管理中心电话”有 1 处" in said
    book = openpyxl.load_workbook(path)
    notes = [cell.comment.text for cell in book["小区"][2] if cell.comment is not None]
    assert len(notes) == 2
    assert all("没有写全" in note for note in notes)
    report = studies.import_file(project, path)
    assert contents(project) == before
    assert any("k1 → GONE" in warning.zh for warning in report.warnings)
    book["小区"].cell(3, column(book["小区"], "物业企业"), "LOST")
    book.save(path)
    with pytest.raises(WorkbookFaultsError) as refused:
        studies.import_file(project, path)
    assert [line.zh for line in refused.value.lines] == [
        "“小区”第 3 行“物业企业”列：“LOST”在“物业企业”中不存在"
    ]


def test_a_new_project_is_made_of_an_export(project: Workspace, tmp_path: Path) -> None:
    """The workbook alone brings back centres, compounds with outlines, and records."""
    path = studies.export_workbook(project, tmp_path / "出.xlsx")
    other = studies.create_project(tmp_path / "新")
    studies.import_file(other, path)
    for name in ("centres", "compounds", "companies"):
        there, here = project.read(name), other.read(name)
        assert here[TABLES[name].key].tolist() == there[TABLES[name].key].tolist()
        if TABLES[name].shape:
            away = there.geometry.hausdorff_distance(here.geometry.to_crs(there.crs))
            assert away.max() < 1e-4


def test_invented_records_say_so_and_sources_are_named(tmp_path: Path) -> None:
    """An export of an invented project makes another project invented."""
    invented = Workspace.create(tmp_path / "示例", name="示例", invented=True)
    invented.write({"companies": pd.DataFrame({"company_id": ["w1"], "name": ["甲"]})})
    path = studies.export_workbook(invented, tmp_path / "出.xlsx")
    assert "示例数据（虚构）" in str(openpyxl.load_workbook(path)["说明"]["A2"].value)
    other = studies.create_project(tmp_path / "新")
    studies.import_file(other, path)
    assert other.invented


# Import: all of it, or nothing


def test_every_wrong_cell_is_named_and_nothing_is_imported(
    project: Workspace, tmp_path: Path
) -> None:
    """Wrong number, date, choice, key, link and missing value: sheet, row and column of each."""
    before = contents(project)
    path = write_book(
        tmp_path / "台账.xlsx",
        活动=[
            ["活动编号", "中心编号", "日期", "参与人数"],
            ["h1", "c1", "2025-03-01", 12],
            ["h2", "c9", "昨天", "很多"],
            ["h1", "c1", "2025-03-02", 3],
            ["h3", None, "2025-03-02", None],
        ],
        小区=[["小区编号", "类别"], ["k1", "别墅"], ["k9", None]],
        物业企业=[["企业编号", "名称"], ["w1", "安居"], ["w2", "乐居"]],
    )
    with pytest.raises(WorkbookFaultsError) as refused:
        studies.import_file(project, path)
    said = [line.zh for line in refused.value.lines]
    assert said == [
        "“活动”第 3 行“中心编号”列：“c9”在“邻里中心”中不存在",
        "“活动”第 3 行“日期”列：“昨天”不是日期（写成 2026-03-01）",
        "“活动”第 3 行“参与人数”列：“很多”不是数",
        "“活动”第 4 行“活动编号”列：活动编号“h1”与“活动”第 2 行重复",
        "“活动”第 5 行“中心编号”列：缺少必填的“中心编号”",
        "“小区”第 2 行“类别”列：“别墅”不在可选值内（老街坊、单位大院、老旧小区、新建小区）",
        "“小区”第 3 行“小区编号”列：没有坐标，地图上也没有小区编号“k9”：请先导入图形，或填写坐标",
    ]
    assert contents(project) == before
    assert not project.has("activities")


def test_the_copy_marks_what_is_wrong(project: Workspace, tmp_path: Path) -> None:
    """Wrong cells are coloured and explained, right ones are not, and the original is untouched."""
    rows = [["活动编号", "中心编号", "日期"], ["h1", "c1", "2025-03-01"], ["h2", "c1", "昨天"]]
    path = write_book(tmp_path / "台账.xlsx", 活动=rows)
    whole = path.read_bytes()
    with pytest.raises(WorkbookFaultsError) as refused:
        studies.import_file(project, path)
    assert path.read_bytes() == whole
    marked = tmp_path / "台账_问题.xlsx"
    assert refused.value.marked == str(marked)
    book = openpyxl.load_workbook(marked)
    sheet = book["活动"]
    assert [c.coordinate for row in sheet for c in row if c.fill.fgColor.rgb == RED] == ["C3"]
    assert "昨天" in sheet["C3"].comment.text
    listed = [[cell.value for cell in row] for row in book["问题清单"].iter_rows(min_row=2)]
    assert [row[:4] for row in listed] == [["活动", "3", "日期", "昨天"]]
    assert book["问题清单"]["A2"].hyperlink.location == "'活动'!C3"
    sheet["C3"] = dt.date(2025, 3, 2)
    book.save(marked)
    studies.import_file(project, marked)
    assert project.count("activities") == 2


def test_old_marks_are_taken_off(tmp_path: Path) -> None:
    """A copy of a copy shows only what is still wrong."""
    path = write_book(tmp_path / "a.xlsx", 活动=[["活动编号"], ["h1"]])
    from tongling_gis.text import Text
    from tongling_gis.workbooks import Fault

    fault = Fault("活动", 2, (0,), "活动编号", "h1", Text("错", "wrong"))
    mark_faults(path, [fault], path)
    assert openpyxl.load_workbook(path)["活动"]["A2"].comment.text == "错"
    mark_faults(path, [], path)
    cell = openpyxl.load_workbook(path)["活动"]["A2"]
    assert (cell.comment, cell.fill.fgColor.rgb == RED) == (None, False)


def test_good_rows_are_taken_where_that_is_asked_for(project: Workspace, tmp_path: Path) -> None:
    """With keep_good the wrong row is left out, the wrong cell unknown, the rest imported."""
    path = write_book(
        tmp_path / "台账.xlsx",
        活动=[
            ["活动编号", "中心编号", "日期", "参与人数"],
            ["h1", "c1", "2025-03-01", "很多"],
            ["h2", "c1", "昨天", 3],
        ],
        小区=[["小区编号", "户数"], ["k1", 120], ["k9", 5]],
    )
    report = studies.import_file(project, path, studies.ImportOptions(keep_good=True))
    assert project.read("activities")["activity_id"].tolist() == ["h1"]
    assert report.counts["activities"].refused == 1
    assert project.read("compounds")["dwellings"].fillna(-1).tolist() == [120, -1]


def test_a_wrong_row_takes_nothing_out(project: Workspace, tmp_path: Path) -> None:
    """What the project has of a row left out stays as it was."""
    headings = ["中心编号", "名称", "经度(WGS84)", "纬度(WGS84)"]
    rows = [headings, ["c1", "甲", 117.81, 30.94], ["c2", "乙", "abc", 30.94]]
    path = write_book(tmp_path / "台账.xlsx", 邻里中心=rows)
    before = project.read("centres").geometry.iloc[1]
    studies.import_file(project, path, studies.ImportOptions(keep_good=True))
    after = project.read("centres")
    assert after["centre_id"].tolist() == ["c1", "c2"]
    assert after["name"].fillna("").tolist() == ["甲", ""]
    assert after.geometry.iloc[1].equals(before)


def test_a_missing_column_or_undeclared_coordinates_are_faults(
    project: Workspace, tmp_path: Path
) -> None:
    """A sheet that cannot be read at all is one fault that names it."""
    path = write_book(
        tmp_path / "台账.xlsx",
        活动=[["活动编号", "活动类型"], ["h1", "义诊"]],
        邻里中心=[["中心编号", "经度", "纬度"], ["c7", 117.8, 30.9]],
    )
    with pytest.raises(WorkbookFaultsError) as refused:
        studies.import_file(project, path)
    said = " ".join(line.zh for line in refused.value.lines)
    assert "“中心编号”列" in said
    assert "坐标系" in said


@pytest.mark.parametrize(
    ("lon", "lat", "word"),
    [("东边", 30.9, "不是数"), (30.9, 117.8, "对调"), (1.1, 30.9, "太远"), (0, 0, "空值")],
)
def test_wrong_coordinates_are_faults(
    project: Workspace, tmp_path: Path, lon: Any, lat: float, word: str
) -> None:
    """Coordinates that are no numbers, exchanged, far away or zeros stop the import."""
    good = [[f"c{n}", 117.8 + n / 1000, 30.9] for n in range(1, 5)]
    head = ["中心编号", "经度(WGS84)", "纬度(WGS84)"]
    path = write_book(tmp_path / "a.xlsx", 邻里中心=[head, *good, ["c9", lon, lat]])
    with pytest.raises(WorkbookFaultsError) as refused:
        studies.import_file(project, path)
    (fault,) = refused.value.facts
    assert (fault["sheet"], fault["row"]) == ("邻里中心", 6)
    assert word in fault["zh"]


def test_an_unknown_workbook_says_how_to_get_one(project: Workspace, tmp_path: Path) -> None:
    """A workbook without a known sheet is refused, and the template is named."""
    path = write_book(tmp_path / "a.xlsx", 预算=[["甲", "乙"], [1, 2]])
    with pytest.raises(SchemaError, match="template"):
        studies.import_file(project, path)


# What rows do to what is there


def test_rows_without_a_place_update_what_is_on_the_map(project: Workspace, tmp_path: Path) -> None:
    """Only the columns the sheet has change; shapes, other rows and their source stay."""
    there = compounds("k1", "k2").assign(residents=[100, 200], phone=["1", "2"])
    project.write({"compounds": there})
    path = write_book(tmp_path / "a.xlsx", 小区=[["小区编号", "居民数"], ["k2", 250]])
    studies.import_file(project, path)
    after = project.read("compounds")
    assert after["compound_id"].tolist() == ["k1", "k2"]
    assert after["residents"].tolist() == [100, 250]
    assert after["phone"].tolist() == ["1", "2"]
    assert after.geometry.to_wkb().tolist() == there.geometry.to_wkb().tolist()
    assert not project.imports()[-1].replaced


def test_a_name_on_the_map_tells_the_right_id(project: Workspace, tmp_path: Path) -> None:
    """A compound with another id but a name that is on the map is told the id there."""
    path = write_book(tmp_path / "a.xlsx", 小区=[["小区编号", "名称"], ["C1", "k2小区"]])
    with pytest.raises(WorkbookFaultsError) as refused:
        studies.import_file(project, path)
    assert "编号是“k2”" in refused.value.lines[0].zh


def test_a_row_taken_out_is_taken_out_and_an_empty_sheet_changes_nothing(
    project: Workspace, tmp_path: Path
) -> None:
    """The sheet stands for the table; a sheet without rows is no order to delete."""
    rows = [["企业编号", "名称"], ["w1", "甲"], ["w2", "乙"]]
    studies.import_file(project, write_book(tmp_path / "a.xlsx", 物业企业=rows))
    report = studies.import_file(project, write_book(tmp_path / "b.xlsx", 物业企业=rows[:2]))
    assert project.read("companies")["company_id"].tolist() == ["w1"]
    assert "物业企业：工作簿里没有的 1 行已从项目中删除：w2" in [one.zh for one in report.warnings]
    book = write_book(tmp_path / "c.xlsx", 物业企业=rows[:1], 党建联盟=[["联盟编号"], ["l1"]])
    report = studies.import_file(project, book)
    assert project.count("companies") == 1
    assert "物业企业" in " ".join(warning.zh for warning in report.warnings)


def test_appended_rows_add_and_update(project: Workspace, tmp_path: Path) -> None:
    """With append nothing is taken out; rows with the same key change in their place."""
    rows = [["企业编号", "名称"], ["w0", "新"], ["w1", "改"]]
    path = write_book(tmp_path / "a.xlsx", 物业企业=rows)
    studies.import_file(project, path, studies.ImportOptions(append=True))
    after = project.read("companies")
    assert after["company_id"].tolist() == ["w1", "w0"]
    assert after["name"].tolist() == ["改", "新"]


def test_links_within_the_workbook_count(project: Workspace, tmp_path: Path) -> None:
    """A link may name a row of the same workbook; one to a table that is nowhere is said."""
    path = write_book(
        tmp_path / "a.xlsx",
        物业企业=[["企业编号"], ["w7"]],
        约谈记录=[["约谈编号", "物业企业编号", "约谈日期"], ["y1", "w7", "2026-01-05"]],
        认领项目=[["项目编号", "联盟编号"], ["x1", "l1"]],
    )
    report = studies.import_file(project, path)
    assert project.count("interviews") == 1
    assert "还没有“党建联盟”" in " ".join(warning.zh for warning in report.warnings)


# On the command line


def test_a_planner_goes_from_the_template_to_linked_records(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Template, a few cells filled in, import, export: each with exit code 0."""
    path, folder = tmp_path / "我的台账.xlsx", str(project.folder)
    assert main(["template", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    for title, value in {"小区编号": "k1", "物业企业": "w1", "保洁": "达标"}.items():
        book["小区"].cell(2, column(book["小区"], title), value)
    for title, value in {"考核编号": "a1", "小区编号": "k1", "季度": "2026Q1", "得分": 91}.items():
        book["季度考核"].cell(2, column(book["季度考核"], title), value)
    book.save(path)
    assert main(["import", str(path), "-p", folder]) == 0
    assert project.read("compounds")["cleaning"].fillna("").tolist() == ["good", ""]
    assert main(["export", str(tmp_path / "出.xlsx"), "-p", folder]) == 0
    assert "出.xlsx" in capsys.readouterr().out


def test_the_command_lists_faults_and_ends_with_three(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault is a line; the last line says that nothing was imported and names the copy."""
    path = write_book(tmp_path / "a.xlsx", 物业企业=[["企业编号", "信用分"], ["w1", "高"]])
    assert main(["import", str(path), "-p", str(project.folder)]) == 3
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["“物业企业”第 2 行“信用分”列：“高”不是数"]
    assert "a_问题.xlsx" in printed.err
    assert main(["import", str(path), "-p", str(project.folder), "--json"]) == 3
    assert '"row": 2' in capsys.readouterr().out
    assert main(["import", str(path), "-p", str(project.folder), "--keep-good"]) == 0


def test_plain_reports_are_safe_too(tmp_path: Path) -> None:
    """A report's text is never a formula either."""
    rows = [["=1+1", 2], [None, 3.5]]
    path = write_report(tmp_path / "a.xlsx", {"表": (["甲", "乙"], rows)}, Origin())
    sheet = openpyxl.load_workbook(path)["表"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["B3"].value) == ("=1+1", "s", 3.5)


def test_own_sheets_are_never_read() -> None:
    """The sheets of instructions and faults are no table's."""
    assert not OWN_SHEETS & {text for one in TABLES.values() for text in (one.label.zh, one.name)}


# What no column takes


def test_columns_of_no_use_are_named_with_what_they_may_mean(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A heading changed by hand is told, with the column it was; what the project has stays."""
    activities = [["活动编号", "中心编号", "日期", "参与人数"], ["h1", "c1", "2026-03-01", 30]]
    studies.import_file(project, write_book(tmp_path / "甲.xlsx", 活动=activities))
    activities[0][3] = "参加人数"
    book = write_book(tmp_path / "乙.xlsx", 活动=activities)
    assert main(["import", str(book), "-p", str(project.folder)]) == 0
    assert "活动：表结构中没有的列未导入：参加人数（“参与人数”？）" in capsys.readouterr().out
    assert project.read("activities")["attendance"].tolist() == [30]


def test_rows_of_no_place_are_counted_as_refused(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where good rows are asked for, those that are not on the map are told as left out."""
    rows = [["小区编号", "户数"], ["k1", 80], ["没有", 90]]
    book = write_book(tmp_path / "甲.xlsx", 小区=rows)
    assert main(["import", str(book), "--keep-good", "-p", str(project.folder)]) == 0
    told = capsys.readouterr().out
    assert "小区：读入 2 行，保留 1 行，其中修复 0 行，拒绝 1 行" in told
    assert "1 行没有坐标，按编号更新" in told


def test_quarters_months_and_hours_are_read_or_named(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quarters and months come to one form, what is none is a fault, odd hours are told."""
    headings = ["考核编号", "小区编号", "季度"]
    wrong = write_book(tmp_path / "甲.xlsx", 季度考核=[headings, ["a", "k1", "2025-3"]])
    with pytest.raises(WorkbookFaultsError) as caught:
        studies.import_file(project, wrong)
    assert "不是季度（写成 2025Q3）" in caught.value.lines[0].zh
    turns = ["轮值编号", "联盟编号", "轮值月份", "轮值单位"]
    book = write_book(
        tmp_path / "乙.xlsx",
        季度考核=[headings, ["a", "k1", "2025年第三季度"]],
        党建联盟=[["联盟编号"], ["m"]],
        联盟轮值=[turns, ["t", "m", dt.date(2026, 3, 1), "税务所"]],
        邻里中心=[["中心编号", "晚间开放", "周末开放"], ["c1", "晚上", "9:00-17:00"]],
    )
    assert main(["import", str(book), "-p", str(project.folder)]) == 0
    assert project.read("compound_assessments")["quarter"].tolist() == ["2025Q3"]
    assert project.read("alliance_rotation")["month"].tolist() == ["2026-03"]
    told = capsys.readouterr().out
    assert "“邻里中心”第 2 行“晚间开放”列：开放时间看不懂" in told
    assert "周末开放" not in told


def test_links_may_be_given_by_name(
    project: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that stands once is its row's key, in records and on the map; two of one are not."""
    book = write_book(
        tmp_path / "甲.xlsx",
        物业企业=[["企业编号", "名称"], ["w1", "安居"], ["w2", "同名"], ["w3", "同名"]],
        小区=[["小区编号", "物业企业"], ["k1", " 安居"], ["k2", "w2"]],
        季度考核=[["考核编号", "小区编号", "季度"], ["a", "k2小区", "2025Q3"]],
        邻里中心=[
            ["中心编号", "党建联盟", "经度(WGS84)", "纬度(WGS84)"],
            ["c1", "江畔", 117.8, 30.9],
        ],
        党建联盟=[["联盟编号", "名称"], ["l1", "江畔"]],
    )
    assert main(["import", str(book), "-p", str(project.folder)]) == 0
    assert project.read("compounds")["company_id"].tolist() == ["w1", "w2"]
    assert project.read("compound_assessments")["compound_id"].tolist() == ["k2"]
    assert project.read("centres")["alliance_id"].tolist() == ["l1"]
    assert "季度考核的“小区编号”有 1 处填的是名称，已换成编号" in capsys.readouterr().out
    wrong = write_book(tmp_path / "乙.xlsx", 小区=[["小区编号", "物业企业"], ["k1", "同名"]])
    with pytest.raises(WorkbookFaultsError) as caught:
        studies.import_file(project, wrong)
    assert "“同名”在“物业企业”中不存在" in caught.value.lines[0].zh
