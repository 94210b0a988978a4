"""Workbooks written: the empty template, a project's records, and figures that follow."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.schema import TABLES
from tongling_gis.text import Text
from tongling_gis.workbooks import guide
from tongling_gis.workbooks.cells import (
    DATE_FORMAT,
    LONGEST_TEXT,
    cell_of,
    clean_text,
    is_risky,
)
from tongling_gis.workbooks.dropdowns import add_dropdowns
from tongling_gis.workbooks.sheets import LAT, LON, READ_ME, SHEETS, WKT, list_headings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from tongling_gis.schema import Table
    from tongling_gis.text import Lang
    from tongling_gis.workbooks.sheets import Heading

CREATOR: Final = "tongling_gis"
INVENTED: Final = "示例数据（虚构）"
_DEGREE_DECIMALS: Final = 10
_NAMED: Final = 5
_OUTLINE = Text("轮廓", "outline")
_CUT = Text(
    "{table}的“{column}”有 {count} 处超过 Excel 单元格的 {most} 字，工作簿里没有写全：{keys}。"
    "导回本项目时保留项目里的原值；要交给别的项目请用 GeoPackage。",
    "{count} cells of {table}, {column}, exceed the {most} letters that Excel holds and are not"
    " whole in the workbook: {keys}. Imported into this project again, what it has stays; for"
    " another project use a GeoPackage.",
)
_CUT_NOTE = Text(
    "超过 Excel 单元格的 {most} 字，没有写全。导回本项目时保留原值；请勿在此修改。",
    "Exceeds the {most} letters that Excel holds and is not whole. Imported into this project"
    " again, what it has stays; do not change it here.",
)
_REQUIRED_FILL, _HEADING_FILL, _LINK_FILL = "C00000", "1F4E78", "548235"
_LAST_DATA_ROW: Final = 5_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose records a workbook holds: the project's name, whom to name, invented or not."""

    name: str = ""
    sources: Text = field(default_factory=lambda: Text("", ""))
    invented: bool = False


def write_template(path: Path, lang: Lang = "zh") -> Path:
    """Write an empty workbook: a sheet a table, with notes and drop-downs.

    The file is there whole or not at all.
    """
    return write_book(path, {}, origin=Origin(), lang=lang)


def write_book(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    *,
    origin: Origin,
    lang: Lang = "zh",
) -> Path:
    """Write records to a workbook that ``read_book`` gives back without loss.

    Codes stand as their words, dates as dates; text is never a formula. Places have their
    coordinates in WGS 84, areas their outline as WKT where a cell holds it. What no cell holds
    is said in a note on the cell, and by ``list_cut``.

    Args:
        path: Where to.
        tables: Schema name -> rows; tables not given are empty sheets.
        origin: Whose they are.
        lang: Language of headings, codes and notes.
    """
    book = _new_book(origin)
    guide.write_guide(book.create_sheet(READ_ME.in_lang(lang)), lang, invented=origin.invented)
    for name in SHEETS:
        _write_table(book.create_sheet(TABLES[name].label.in_lang(lang)), name, tables, lang)
    return _save(book, path)


def write_report(
    path: Path, sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]], origin: Origin
) -> Path:
    """Write plain tables, sheet's name -> headings and rows; text is never a formula."""
    book = _new_book(origin)
    for name, (headings, rows) in sheets.items():
        sheet = book.create_sheet(name)
        for at, heading in enumerate(headings, start=1):
            _put(sheet, 1, at, heading)
            _style_heading(sheet, at, _HEADING_FILL)
            written = [str(row[at - 1]) for row in rows if row[at - 1] is not None]
            _set_width(sheet, at, heading, written)
        for line, row in enumerate(rows, start=2):
            for at, value in enumerate(row, start=1):
                _put(sheet, line, at, value)
        sheet.freeze_panes = "A2"
    return _save(book, path)


def _new_book(origin: Origin) -> Workbook:
    from openpyxl import Workbook as NewBook

    book = NewBook()
    book.remove(book.worksheets[0])
    said = book.properties
    said.creator = CREATOR
    said.title = clean_text(origin.name) or None
    said.description = clean_text(origin.sources.zh) or None
    said.subject = clean_text(origin.sources.en) or None
    said.keywords = INVENTED if origin.invented else None
    return book


def _save(book: Workbook, path: Path) -> Path:
    for sheet in book.worksheets:
        fit_on_paper(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        draft = Path(folder) / path.name
        book.save(draft)
        draft.replace(path)
    return path


def fit_on_paper(sheet: Worksheet) -> None:
    """Print a sheet across, as wide as the paper, its headings on every page."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if sheet.freeze_panes:
        sheet.print_title_rows = "1:1"


def _write_table(
    sheet: Worksheet, name: str, tables: Mapping[str, pd.DataFrame], lang: Lang
) -> None:
    table, rows = TABLES[name], tables.get(name)
    cut = {} if rows is None else find_cut(table, rows)
    filled = rows is not None and "tags" in rows and bool(rows["tags"].notna().any())
    outlines = rows is not None and len(rows) > 0
    headings = list_headings(table, lang, outlines=outlines, tags=filled)
    for at, heading in enumerate(headings, start=1):
        _put_heading(sheet, at, heading)
    cells = [[] for _ in headings] if rows is None else _cells(table, rows, headings, lang)
    for at, column in enumerate(cells, start=1):
        for line, value in enumerate(column, start=2):
            _put(sheet, line, at, value)
        for row in cut.get(_name_of(headings[at - 1]), ()):
            _note_cut(sheet.cell(row + 2, at), lang)
        written = [str(value) for value in column if value is not None]
        _set_width(sheet, at, headings[at - 1].title, written)
    sheet.freeze_panes = "B2"
    count = max(map(len, cells), default=0)
    add_dropdowns(sheet, headings, max(_LAST_DATA_ROW, 2 * count), lang)


def _cells(
    table: Table, rows: pd.DataFrame, headings: Sequence[Heading], lang: Lang
) -> list[list[Any]]:
    places = _places(table, rows)
    return [
        places[heading.title] if heading.column is None else _column(rows, heading, lang)
        for heading in headings
    ]


def _column(rows: pd.DataFrame, heading: Heading, lang: Lang) -> list[Any]:
    column = heading.column
    if column is None or column.name not in rows:
        return [None] * len(rows)
    return [cell_of(value, column, lang) for value in rows[column.name].tolist()]


def _places(table: Table, rows: pd.DataFrame) -> dict[str, list[Any]]:
    """Give each row's place in WGS 84: degrees of points, WKT of areas."""
    import shapely

    if not table.shape:
        return {}
    layer: Any = rows
    shapes = layer.geometry if layer.crs is None else layer.to_crs("EPSG:4326").geometry
    if table.shape == "Point":
        return {
            name: [
                None
                if point is None or point.is_empty
                else round(point.coords[0][axis], _DEGREE_DECIMALS)
                for point in shapes
            ]
            for axis, name in enumerate((LON, LAT))
        }
    texts = [
        None
        if shape is None or shape.is_empty
        else str(shapely.to_wkt(shape, rounding_precision=_DEGREE_DECIMALS))
        for shape in shapes
    ]
    return {WKT: [None if text is None or len(text) > LONGEST_TEXT else text for text in texts]}


def find_cut(table: Table, rows: pd.DataFrame) -> dict[str, list[int]]:
    """Find what no cell of a workbook holds: column's name, or WKT -> positions of rows."""
    found = {
        column.name: [
            k
            for k, value in enumerate(rows[column.name].tolist())
            if isinstance(value, str) and len(value) > LONGEST_TEXT
        ]
        for column in table.columns
        if column.kind == "text" and column.name in rows
    }
    if table.shape and table.shape != "Point":
        layer: Any = rows
        outlines = _places(table, rows)[WKT]
        found[WKT] = [
            k
            for k, (text, shape) in enumerate(zip(outlines, layer.geometry, strict=True))
            if text is None and shape is not None and not shape.is_empty
        ]
    return {name: where for name, where in found.items() if where}


def list_cut(tables: Mapping[str, pd.DataFrame]) -> list[Text]:
    """Say what of records a workbook cannot hold, table by table."""
    said = []
    for name in SHEETS:
        if name not in tables:
            continue
        table, rows = TABLES[name], tables[name]
        for column, where in find_cut(table, rows).items():
            keys = [str(rows[table.key].iloc[k]) for k in where]
            label = _OUTLINE if column == WKT else table.column(column).label
            said.append(
                _CUT.fill(
                    table=table.label,
                    column=label,
                    count=len(keys),
                    most=LONGEST_TEXT,
                    keys="、".join(keys[:_NAMED]) + ("……" if len(keys) > _NAMED else ""),
                )
            )
    return said


def _name_of(heading: Heading) -> str:
    return heading.title if heading.column is None else heading.column.name


def _note_cut(cell: Cell | MergedCell, lang: Lang) -> None:
    from openpyxl.comments import Comment

    cell.comment = Comment(_CUT_NOTE.fill(most=LONGEST_TEXT).in_lang(lang), CREATOR)


def _put(sheet: Worksheet, line: int, at: int, value: Any) -> None:  # noqa: ANN401 - what a cell holds
    """Write one cell; text stays text, whatever it begins with."""
    if value is None:
        return
    cell = sheet.cell(line, at)
    if isinstance(value, str):
        cell.value = clean_text(value)
        cell.data_type = "s"
        if is_risky(value):
            cell.quotePrefix = True
    else:
        cell.value = value
        if isinstance(value, dt.date):
            cell.number_format = DATE_FORMAT


def _put_heading(sheet: Worksheet, at: int, heading: Heading) -> None:
    from openpyxl.comments import Comment

    _put(sheet, 1, at, heading.title)
    column = heading.column
    fill = _HEADING_FILL
    if column is not None:
        fill = _REQUIRED_FILL if column.required else _LINK_FILL if column.refers_to else fill
    _style_heading(sheet, at, fill)
    note = Comment(heading.note, CREATOR)
    note.width, note.height = (
        260,
        40 + 22 * (1 + len(heading.note) // 18 + heading.note.count("\n")),
    )
    cell = sheet.cell(1, at)
    cell.comment = note
    _format_column(sheet, at, heading)


def _format_column(sheet: Worksheet, at: int, heading: Heading) -> None:
    """Make cells still empty take what is typed as it is: 001 stays 001, 2026-03 no date."""
    from openpyxl.utils import get_column_letter

    column = heading.column
    kind = "number" if column is None else column.kind
    formats = {"text": "@", "boolean": "@", "date": DATE_FORMAT}
    if kind in formats and heading.title != WKT:
        sheet.column_dimensions[get_column_letter(at)].number_format = formats[kind]


def _style_heading(sheet: Worksheet, at: int, colour: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = sheet.cell(1, at)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=colour)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[1].height = 32


def _set_width(sheet: Worksheet, at: int, heading: str, written: Sequence[str]) -> None:
    """Make a column wide enough for its heading and most of what stands in it."""
    from openpyxl.utils import get_column_letter

    wide = sorted(measure_width(text) for text in written)
    usual = wide[int(0.95 * (len(wide) - 1))] if wide else 0
    width = max(10, measure_width(heading) + 3, min(usual + 2, 36))
    sheet.column_dimensions[get_column_letter(at)].width = min(width, 40)


def measure_width(text: str) -> int:
    """Count how many narrow letters a text is wide, a Chinese one being two.

    >>> measure_width("小区 A1")
    7
    """
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
