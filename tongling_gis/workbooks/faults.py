"""What is wrong in a workbook, cell by cell, and a copy of it in which each such cell is marked."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.text import Text
from tongling_gis.workbooks.sheets import FAULTS
from tongling_gis.workbooks.writing import fit_on_paper

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR: Final = "tongling_gis 核对"
_MARK: Final = "FFFF7C80"
_WHERE = Text("“{sheet}”{row}{column}：{reason}", "{sheet!r}{row}{column}: {reason}")
_HEADINGS: Final = ("工作表", "行", "列", "填写的内容", "问题")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a workbook from being imported.

    Attributes:
        sheet: The sheet's name.
        row: Its row as Excel counts, 0 for the sheet as a whole.
        columns: Its columns from 0; none for the row or sheet as a whole.
        heading: The column's heading as it stands there, "" for none.
        value: What stands in the cell.
        reason: What is wrong with it, and what to do.
    """

    sheet: str
    row: int
    columns: tuple[int, ...]
    heading: str
    value: str
    reason: Text

    def line(self) -> Text:
        """Say it in one line, with sheet, row and column."""
        row = Text(f"第 {self.row} 行", f", row {self.row}") if self.row else Text("", "")
        column = (
            Text(f"“{self.heading}”列", f", column {self.heading!r}")
            if self.heading
            else Text("", "")
        )
        return _WHERE.fill(sheet=self.sheet, row=row, column=column, reason=self.reason)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.heading,
            "value": self.value,
            "zh": self.reason.zh,
            "en": self.reason.en,
        }


def mark_faults(source: Path, faults: Sequence[Fault], target: Path) -> Path:
    """Write a copy of a workbook with its wrong cells coloured and explained by comments.

    A first sheet lists them all, each linked to its cell. Marks of an earlier copy are taken
    off, so that a copy that was mended can be checked again.

    Args:
        source: The workbook; it is not changed.
        faults: What is wrong with it.
        target: Where the copy goes.
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and drop-downs, which hold no data
        book = openpyxl.load_workbook(source, keep_vba=source.suffix.lower() == ".xlsm")
    for name in (FAULTS.zh, FAULTS.en):
        if name in book.sheetnames:
            del book[name]
    for sheet in book.worksheets:
        _clear_marks(sheet)
    for fault in faults:
        if fault.sheet in book.sheetnames:
            _mark(book[fault.sheet], fault)
    _list_faults(book.create_sheet(FAULTS.zh, 0), faults)
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == FAULTS.zh
    book.save(target)
    return target


def _clear_marks(sheet: Worksheet) -> None:
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            if cell.fill.fgColor.rgb == _MARK:
                cell.fill = PatternFill()
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None


def _mark(sheet: Worksheet, fault: Fault) -> None:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.styles import PatternFill

    row = max(fault.row, 1)
    places = fault.columns or (range(max(sheet.max_column, 1)) if fault.row else (0,))
    for column in places:
        cell: Any = sheet.cell(row, column + 1)
        if not isinstance(cell, MergedCell):
            cell.fill = PatternFill("solid", fgColor=_MARK)
    first: Any = sheet.cell(row, min(places, default=0) + 1)
    if not isinstance(first, MergedCell):
        _explain(first, fault.reason.zh)


def _explain(cell: Cell, reason: str) -> None:
    """Put the reason into the cell's comment, after what stands there."""
    from openpyxl.comments import Comment

    there = f"{cell.comment.text}\n" if cell.comment else ""
    author = cell.comment.author if cell.comment else AUTHOR
    comment = Comment(f"{there}{reason}", author)
    comment.width, comment.height = 260, 60 + 20 * (len(comment.text) // 18)
    cell.comment = comment


def _list_faults(sheet: Worksheet, faults: Iterable[Fault]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell: Any
    for at, heading in enumerate(_HEADINGS, start=1):
        cell = sheet.cell(1, at, heading)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="C00000")
    for line, fault in enumerate(faults, start=2):
        row = str(fault.row) if fault.row else ""
        values = (fault.sheet, row, fault.heading, fault.value, fault.reason.zh)
        for at, value in enumerate(values, start=1):
            cell = sheet.cell(line, at)
            cell.value, cell.data_type = value, "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(min(fault.columns, default=0) + 1)
        quoted = fault.sheet.replace("'", "''")
        link = sheet.cell(line, 1)
        place = f"'{quoted}'!{letter}{max(fault.row, 1)}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=place)
        link.value, link.data_type = fault.sheet, "s"
        link.font = Font(color="0563C1", underline="single")
    for letter, width in zip("ABCDE", (18, 8, 22, 28, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    fit_on_paper(sheet)
