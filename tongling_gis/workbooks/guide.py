"""The first sheet of a workbook of records: how to fill it, and what each sheet is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tongling_gis.schema import TABLES
from tongling_gis.text import Text
from tongling_gis.workbooks.sheets import SHEETS, title_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from tongling_gis.schema import Table
    from tongling_gis.text import Lang

_TITLE = Text("邻里中心与小区台账", "Records of neighbourhood centres and compounds")
_INVENTED = Text("示例数据（虚构）", "Sample data (invented)")
_RULES: Final = (
    Text(
        "一个工作表是一类记录，一行是一条；第 1 行是表头，请不要改动，也不要在上面加标题行。",
        "A sheet is one kind of record, a row one record; row 1 holds the headings: leave it.",
    ),
    Text(
        "红色表头（带 * 号）必填；绿色表头填别的表里的编号，点单元格可以下拉选择，"
        "也可以填那里不重复的名称；"
        "把鼠标停在表头上看怎么填。",
        "Red headings (with *) must be filled; green ones take an id of another sheet, from the"
        " drop-down, or a name that stands there once; hover over a heading to read what to write.",
    ),
    Text(
        "先填“邻里中心”“小区”“物业企业”“党建联盟”，再填与它们关联的记录。用不到的表留空。",
        "Fill centres, compounds, companies and alliances first, then the records that link to"
        " them. Leave sheets you do not need empty.",
    ),
    Text(
        "邻里中心填经度、纬度就会出现在地图上。小区的边界来自地图，"
        "这里的小区编号要与地图上的一致：先运行 tongling-gis export 导出，编号就已填好。",
        "Centres with longitude and latitude appear on the map. The outlines of compounds come from"
        " the map, so their ids must be those there: tongling-gis export writes them for you.",
    ),
    Text(
        "填好后运行：tongling-gis import 本文件.xlsx -p 项目文件夹。只要有一处错误就什么也不导入，"
        "并给出一份标红的副本，逐格说明错在哪里。",
        "Then run: tongling-gis import FILE.xlsx -p PROJECT. If anything is wrong nothing is"
        " imported, and a copy with each wrong cell marked and explained is written.",
    ),
    Text(
        "再次导入会以表中内容为准：删掉的行会从项目中删除，没有数据行的表不影响项目。",
        "Imported again, the sheets stand: rows taken out are taken out of the project; sheets"
        " without rows change nothing.",
    ),
)
_HEADINGS: Final = (
    Text("工作表", "Sheet"),
    Text("必填列", "Must be filled"),
    Text("关联到", "Links to"),
)


def write_guide(sheet: Worksheet, lang: Lang, *, invented: bool) -> None:
    """Write the sheet that says how to fill the others."""
    from openpyxl.styles import Alignment, Font, PatternFill

    lines = [_TITLE, *([_INVENTED] if invented else []), *_RULES]
    for at, text in enumerate(lines, start=1):
        cell = sheet.cell(at, 1, text.in_lang(lang))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=3)
        sheet.row_dimensions[at].height = 34
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    if invented:
        sheet.cell(2, 1).font = Font(bold=True, color="C00000")
    top = len(lines) + 2
    for at, text in enumerate(_HEADINGS, start=1):
        cell = sheet.cell(top, at, text.in_lang(lang))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E78")
    for line, name in enumerate(SHEETS, start=top + 1):
        _write_line(sheet, line, TABLES[name], lang)
    for letter, width in zip("ABC", (24, 60, 44), strict=True):
        sheet.column_dimensions[letter].width = width


def _write_line(sheet: Worksheet, line: int, table: Table, lang: Lang) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    comma = "、" if lang == "zh" else ", "
    label = table.label.in_lang(lang)
    must = [title_of(one, lang).rstrip("*") for one in table.columns if one.required]
    links = dict.fromkeys(
        TABLES[one.refers_to].label.in_lang(lang) for one in table.columns if one.refers_to
    )
    first = sheet.cell(line, 1, label)
    first.hyperlink = Hyperlink(ref=first.coordinate, location=f"'{label}'!A1")
    first.font = Font(color="0563C1", underline="single")
    sheet.cell(line, 2, comma.join(must))
    sheet.cell(line, 3, comma.join(links))
    for at in (1, 2, 3):
        sheet.cell(line, at).alignment = Alignment(wrap_text=True, vertical="top")
