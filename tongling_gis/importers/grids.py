"""The sheets of a workbook, or a CSV file, as cells: nothing of their meaning yet."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.errors import MissingFileError, UnreadableFileError
from tongling_gis.importers.checks import list_shown
from tongling_gis.importers.encodings import decode_marked, decode_values
from tongling_gis.importers.opened import calls_itself_invented
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOKS: Final = (".xlsx", ".xlsm")
_OLD_WORKBOOKS: Final = (".xls", ".et", ".xlsb", ".ods", ".numbers")
_DELIMITERS: Final = (",", "\t", ";", "|")
_SNIFFED_LINES: Final = 30
_LONGEST_CELL: Final = 64_000_000

_MISSING = Text("找不到文件“{path}”：请检查路径。", "There is no file {path!r}: check the path.")
_OLD = Text(
    "“{name}”是旧式表格：请在 Excel 或 WPS 中另存为 .xlsx 再导入。",
    "{name!r} is a spreadsheet of another kind: save it as .xlsx in Excel or WPS first.",
)
_BROKEN = Text(
    "工作簿“{name}”打不开（{reason}）：请在 Excel 或 WPS 中打开并另存为 .xlsx；加密的先去掉密码。",
    "Cannot open the workbook {name!r} ({reason}): open it in Excel or WPS and save it as .xlsx;"
    " take off its password, if it has one.",
)
_HIDDEN = Text("隐藏的工作表未导入：{names}", "Hidden sheets are left out: {names}")
_FILLED = Text(
    "工作表“{sheet}”的合并单元格向下填充：{ranges}",
    "Merged cells of the sheet {sheet!r} are filled downwards: {ranges}",
)
_NOT_COMPUTED = Text(
    "工作表“{sheet}”有公式没有保存计算结果，按空白处理（在 Excel 中打开并保存即可）：{cells}",
    "Formulas of the sheet {sheet!r} without a stored result are taken as empty"
    " (open and save in Excel): {cells}",
)
_MIXED = Text(
    "文件中混有 {encoding} 编码的文字，已逐值解码",
    "Text in {encoding} stands in one file: each value was decoded on its own",
)
_GARBLED = Text(
    "有看不懂的字节，读作“{value}”", "it holds bytes that make no sense; read as {value!r}"
)


@dataclass(frozen=True, eq=False)
class Grid:
    """One sheet.

    Attributes:
        name: The sheet's; a CSV file's name without its ending.
        cells: Rows of cells from the first row of the sheet; None where empty.
        encoding: What its text was read in, "" in a workbook.
        strays: How many of its values are in another encoding than most.
        invented: Whether the workbook's properties or a cell says that it is invented.
        warnings: What concerns it as a whole.
        about_text: What is to be said of its encoding.
        repaired: (row from 0, column from 0, what was done) of cells mended in reading.
    """

    name: str
    cells: list[list[Any]]
    encoding: str = ""
    invented: bool = False
    warnings: tuple[Text, ...] = ()
    repaired: tuple[tuple[int, int, Text], ...] = ()
    strays: int = 0
    about_text: tuple[Text, ...] = ()


def read_grids(path: str | PathLike[str], *, encoding: str | None = None) -> list[Grid]:
    """Read every sheet that is not empty.

    Args:
        path: .xlsx, .xlsm, or text with commas, tabs or semicolons.
        encoding: What the text of a CSV file is in, above what is found.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged, encrypted or of another kind.
    """
    file = Path(path)
    if not file.exists():
        raise MissingFileError(_MISSING.fill(path=str(path)))
    ending = file.suffix.lower()
    if ending in _OLD_WORKBOOKS:
        raise UnreadableFileError(_OLD.fill(name=file.name))
    return _read_workbook(file) if ending in WORKBOOKS else [_read_csv(file, encoding)]


def _read_workbook(file: Path) -> list[Grid]:
    book = _load(file, computed=True)
    written = _load(file, computed=False) if _has_formulas(file) else None
    invented = calls_itself_invented(*_properties(book))
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    grids = []
    for sheet in book.worksheets:
        if sheet.title in hidden:
            continue
        grid = _read_sheet(sheet, written[sheet.title] if written else None, invented=invented)
        if grid.cells:
            grids.append(grid)
    if hidden and grids:
        said = (_HIDDEN.fill(names=list_shown(hidden)), *grids[0].warnings)
        grids[0] = replace(grids[0], warnings=said)
    return grids


def _load(file: Path, *, computed: bool) -> Workbook:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and drop-downs, which hold no data
            return openpyxl.load_workbook(file, data_only=computed)
    except Exception as error:  # openpyxl raises whatever its XML and zip parsers do
        reason = str(error) or type(error).__name__
        raise UnreadableFileError(_BROKEN.fill(name=file.name, reason=reason)) from error


def _has_formulas(file: Path) -> bool:
    with zipfile.ZipFile(file) as archive:
        return any(
            b"<f" in archive.read(name)
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        )


def _properties(book: Workbook) -> tuple[object, ...]:
    said = book.properties
    return said.title, said.subject, said.description, said.keywords, said.category


def _read_sheet(sheet: Worksheet, written: Any, *, invented: bool) -> Grid:  # noqa: ANN401 - a sheet of any kind
    cells = [[_cell_value(cell) for cell in row] for row in sheet.iter_rows()]
    said = []
    filled = _fill_merged(sheet, cells)
    if filled:
        said.append(_FILLED.fill(sheet=sheet.title, ranges=list_shown(filled)))
    empty = [] if written is None else _find_uncomputed(sheet, written)
    if empty:
        said.append(_NOT_COMPUTED.fill(sheet=sheet.title, cells=list_shown(empty)))
    while cells and all(value is None for value in cells[-1]):
        cells.pop()
    marked = invented or calls_itself_invented(sheet.title, *_texts(cells))
    return Grid(sheet.title, cells, invented=marked, warnings=tuple(said))


def _cell_value(cell: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    """Take a cell's value; a share shown in percent is read as it is shown."""
    value = cell.value
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return f"{round(value * 100.0, 9):.12g}%"
    return value


def _fill_merged(sheet: Worksheet, cells: list[list[Any]]) -> list[str]:
    """Fill the cells merged below one another, in the first column of each merged block."""
    filled = []
    for block in sheet.merged_cells.ranges:
        top, left = block.min_row - 1, block.min_col - 1
        if block.max_row == block.min_row or top >= len(cells) or cells[top][left] is None:
            continue
        for row in range(top + 1, min(block.max_row, len(cells))):
            cells[row][left] = cells[top][left]
        filled.append(str(block.coord))
    return sorted(filled)


def _find_uncomputed(sheet: Worksheet, written: Any) -> list[str]:  # noqa: ANN401 - a sheet of any kind
    return [
        cell.coordinate
        for row in written.iter_rows()
        for cell in row
        if cell.data_type == "f" and sheet[cell.coordinate].value is None
    ]


def _read_csv(file: Path, encoding: str | None) -> Grid:
    raw = file.read_bytes()
    marked = None if encoding else decode_marked(raw)
    text = raw.decode("latin-1") if marked is None else marked[0]
    lines = _parse_csv(file, text)
    if marked is not None:
        cells = [[value.strip() or None for value in line] for line in lines]
        return _grid_of_text(file, cells, marked[1], ())
    flat = [(r, c, value) for r, line in enumerate(lines) for c, value in enumerate(line)]
    read = decode_values([value.encode("latin-1") for _, _, value in flat], declared=encoding)
    cells = [[None] * len(line) for line in lines]
    for (row, column, _), value in zip(flat, read.texts, strict=True):
        cells[row][column] = value.strip() or None
    repaired = tuple(
        (row, column, _GARBLED.fill(value=value))
        for (row, column, _), value, broken in zip(flat, read.texts, read.broken, strict=True)
        if broken
    )
    said = (_MIXED.fill(encoding=read.encoding),) if "+" in read.encoding else ()
    grid = _grid_of_text(file, cells, read.encoding, repaired)
    return replace(grid, strays=read.strays, about_text=said)


def _grid_of_text(
    file: Path,
    cells: list[list[Any]],
    encoding: str,
    repaired: tuple[tuple[int, int, Text], ...],
) -> Grid:
    while cells and not any(cells[-1]):
        cells.pop()
    invented = calls_itself_invented(*_texts(cells))
    return Grid(file.stem, cells, encoding, invented, repaired=repaired)


def _parse_csv(file: Path, text: str) -> list[list[str]]:
    """Part text into cells; bytes of Chinese letters never look like commas or quotes."""
    longest = csv.field_size_limit(_LONGEST_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text)))
    except csv.Error as error:
        raise UnreadableFileError(_BROKEN.fill(name=file.name, reason=error)) from error
    finally:
        csv.field_size_limit(longest)


def _find_delimiter(text: str) -> str:
    """Find the delimiter that parts most of the first lines into most cells."""
    lines = [line for line in text.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES] if line.strip()]
    best, score = ",", 0
    for delimiter in _DELIMITERS:
        counted = Counter(line.count(delimiter) for line in lines)
        counted.pop(0, None)
        total = max((count * times for count, times in counted.items()), default=0)
        if total > score:
            best, score = delimiter, total
    return best


def _texts(cells: Iterable[Iterable[Any]]) -> set[str]:
    return {value for row in cells for value in row if isinstance(value, str)}
