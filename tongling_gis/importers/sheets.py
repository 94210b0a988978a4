"""A sheet's cells made rows: where its headings stand, and which lines below are no rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.crs import read_crs
from tongling_gis.errors import SchemaError
from tongling_gis.importers.cells import is_missing
from tongling_gis.importers.checks import list_shown
from tongling_gis.importers.coordinate_columns import (
    build_shapes,
    find_coordinates,
    name_coordinates,
)
from tongling_gis.importers.headings import match_headings, normalise, tell_apart
from tongling_gis.importers.opened import Opened
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from tongling_gis.importers.coordinate_columns import Coordinates
    from tongling_gis.importers.grids import Grid
    from tongling_gis.schema import Table

_SEARCHED_ROWS: Final = 30
_TOTAL: Final = re.compile(r"(合计|总计|小计|共计|总数|汇总|total|sum)([:：(（].*)?", re.IGNORECASE)
_REMARK: Final = re.compile(
    r"(注|备注|说明|填表|制表|审核|单位|数据来源|来源|示例数据|联系人|note|source).*",
    re.IGNORECASE | re.DOTALL,
)

_NO_HEADINGS = Text(
    "{where}的前 {rows} 行中找不到表头：“{table}”的列名可写 {names}。",
    "{where}: no headings were found in its first {rows} rows; those of {table} may be {names}.",
)
_TOTAL_ROW = Text("合计行，不是一条数据", "a row of totals, not of data")
_REMARK_ROW = Text("说明文字，不是一条数据", "a remark, not a row of data")
_HEADINGS_AGAIN = Text("重复的表头，不是一条数据", "the headings again, not a row of data")
_DECLARED = Text(
    "表头写明坐标为 {datum}：{headings}",
    "The headings say that coordinates are {datum}: {headings}",
)
_OTHERS = Text(
    "有几组坐标列，用的是 {used}，没有用 {others}",
    "There are several columns of coordinates: {used} are used, {others} are not",
)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the headings of a sheet stand: which row, from 0, and how many of them are known."""

    row: int
    known: int


def find_header(grid: Grid, table: Table) -> Header | None:
    """Find the row that holds most of a table's headings; None where no row holds any."""
    best: Header | None = None
    for row, cells in enumerate(grid.cells[:_SEARCHED_ROWS]):
        headings = [str(cell) for cell in cells if isinstance(cell, str)]
        known = len(match_headings(table, headings).columns)
        if table.shape:
            known += sum(len(found.headings) for found in find_coordinates(headings))
        if known and (best is None or known > best.known):
            best = Header(row, known)
    return best


def open_sheet(
    grid: Grid,
    table: Table,
    *,
    where: Text,
    crs: str | None = None,
    x: str | None = None,
    y: str | None = None,
) -> Opened:
    """Part a sheet into headings, rows and coordinates.

    Args:
        grid: The sheet's cells.
        table: What it is to become.
        where: How messages name it.
        crs: What the user declares; of several pairs of coordinates, those are taken.
        x: Heading of the coordinate to the east, or longitude.
        y: Heading of the coordinate to the north, or latitude.

    Raises:
        SchemaError: If no headings are found, or not those named.
    """
    header = find_header(grid, table)
    if header is None:
        names = list_shown([column.label.zh for column in table.columns], shown=30)
        searched = min(_SEARCHED_ROWS, len(grid.cells))
        raise SchemaError(
            _NO_HEADINGS.fill(where=where, rows=searched, table=table.label, names=names)
        )
    rows, lines, refused = _part_lines(grid, header.row)
    opened = Opened(
        where=where,
        rows=rows,
        row_names=[_name(line) for line in lines],
        encoding=grid.encoding,
        strays=grid.strays,
        invented=grid.invented,
        warnings=grid.warnings,
        about_text=grid.about_text,
        repaired=_repaired(grid, header.row, lines, list(rows.columns)),
        refused=tuple(refused),
    )
    return _with_shapes(opened, table, crs, x, y) if table.shape else opened


def _name(line: int) -> str:
    return f"第 {line + 1} 行"


def _part_lines(grid: Grid, header: int) -> tuple[pd.DataFrame, list[int], list[tuple[str, Text]]]:
    """Part the lines below the headings into rows and lines that are none."""
    import pandas as pd

    width = max(len(cells) for cells in grid.cells)
    padded = [cells + [None] * (width - len(cells)) for cells in grid.cells]
    filled = [k for k in range(width) if any(not is_missing(cells[k]) for cells in padded[header:])]
    headings = _name_headings([padded[header][k] for k in filled], filled)
    lines: list[int] = []
    refused: list[tuple[str, Text]] = []
    for line in range(header + 1, len(padded)):
        cells = [padded[line][k] for k in filled]
        if all(is_missing(cell) for cell in cells):
            continue
        reason = _no_row(cells, [padded[header][k] for k in filled])
        if reason is None:
            lines.append(line)
        else:
            refused.append((_name(line), reason))
    columns = {
        heading: pd.Series([padded[line][k] for line in lines], dtype=object)
        for heading, k in zip(headings, filled, strict=True)
    }
    return pd.DataFrame(columns, columns=headings), lines, refused


def _name_headings(written: Sequence[Any], columns: Sequence[int]) -> list[str]:
    """Name every column; those without a heading by their letter, repeated ones by a number."""
    return tell_apart(
        f"（{_letter(k)} 列）" if is_missing(cell) else " ".join(str(cell).split())
        for cell, k in zip(written, columns, strict=True)
    )


def _letter(column: int) -> str:
    name = ""
    rest = column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _no_row(cells: Sequence[Any], headings: Sequence[Any]) -> Text | None:
    """Say why a line is no row; None where it is one."""
    written = [cell for cell in cells if not is_missing(cell)]
    first = normalise(written[0])
    if _TOTAL.fullmatch(first):
        return _TOTAL_ROW
    if len(written) == 1 and len(headings) > 1 and _REMARK.fullmatch(first):
        return _REMARK_ROW
    same = sum(
        normalise(cell) == normalise(heading)
        for cell, heading in zip(cells, headings, strict=True)
        if not is_missing(cell) and not is_missing(heading)
    )
    return _HEADINGS_AGAIN if same == len(written) else None


def _repaired(
    grid: Grid, header: int, lines: Sequence[int], headings: Sequence[str]
) -> tuple[tuple[int, str, Text], ...]:
    positions = {line: k for k, line in enumerate(lines)}
    written = grid.cells[header]
    return tuple(
        (positions[row], str(written[column]) if column < len(written) else "", word)
        for row, column, word in grid.repaired
        if row in positions and headings
    )


def _with_shapes(
    opened: Opened, table: Table, crs: str | None, x: str | None, y: str | None
) -> Opened:
    """Find the coordinates and take them out of the rows."""
    headings = list(opened.rows.columns)
    if x or y:
        found = [name_coordinates(x, y, headings, where=opened.where)]
    else:
        found = find_coordinates(headings, declared=crs)
    if table.shape != "Point":
        found = [columns for columns in found if columns.kind == "wkt"]
    if not found:
        return opened
    used = found[0]
    shapes, faults = build_shapes(opened.rows, used)
    return replace(
        opened,
        rows=opened.rows.drop(columns=list(used.headings)),
        shapes=shapes,
        faults=faults,
        label=read_crs(used.datum) if used.datum else None,
        loose_axes=used.loose,
        warnings=(*opened.warnings, *_say_columns(used, found[1:], crs)),
    )


def _say_columns(used: Coordinates, others: Iterable[Coordinates], crs: str | None) -> list[Text]:
    said = []
    named = list_shown(used.headings)
    if used.datum and not crs:
        said.append(_DECLARED.fill(datum=used.datum, headings=named))
    rest = [heading for one in others for heading in one.headings]
    if rest:
        said.append(_OTHERS.fill(used=named, others=list_shown(rest)))
    return said
