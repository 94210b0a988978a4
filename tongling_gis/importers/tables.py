"""Layers and record tables from Excel and CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tongling_gis.errors import SchemaError
from tongling_gis.importers.cells import plain
from tongling_gis.importers.checks import find_dangling, list_shown
from tongling_gis.importers.grids import read_grids
from tongling_gis.importers.headings import match_headings, name_matches, normalise
from tongling_gis.importers.opened import Opened, Taken, find_table, say_file, take_layer
from tongling_gis.importers.osm_tags import INVENTED
from tongling_gis.importers.report import (
    Imported,
    ImportReport,
    LayerCount,
    RowNote,
    fingerprint_file,
)
from tongling_gis.importers.sheets import find_header, open_sheet
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from tongling_gis.importers.grids import Grid
    from tongling_gis.schema import Table

_FEWEST_HEADINGS: Final = 3

_WHICH = Text(
    "工作簿“{name}”有多个工作表，请用 --part 指定一个：{sheets}。",
    "The workbook {name!r} has several sheets, name one with --part: {sheets}.",
)
_NO_SUCH = Text(
    "工作簿“{name}”中没有工作表“{sheet}”，有：{sheets}。",
    "The workbook {name!r} has no sheet {sheet!r}; it has: {sheets}.",
)
_EMPTY = Text("文件“{name}”是空的。", "The file {name!r} is empty.")
_NO_SHEET = Text(
    "工作簿“{name}”的工作表（{sheets}）都不是已知的图层或记录表：请把工作表改名为{known}之一，"
    "或用 --as 指明。",
    "None of the sheets of {name!r} ({sheets}) is a known layer or record table: name them one of"
    " {known}, or say with --as what it is.",
)
_LEFT_OUT = Text(
    "工作表“{sheet}”不是已知的图层或记录表，未导入（{rows} 行）",
    "The sheet {sheet!r} is no known layer or record table and is left out ({rows} rows)",
)
_BY_HEADINGS = Text(
    "工作表“{sheet}”按表头认作“{table}”", "The sheet {sheet!r} was taken as {table} by its headings"
)
_DANGLING = Text(
    "{table}的“{column}”有 {count} 个值在“{other}”中不存在：{values}",
    "{table}, {column}: {count} values are not in {other}: {values}",
)
_NO_PLACE = Text("工作表没有坐标列", "the sheet has no columns of coordinates")
_NO_COORDINATES = Text(
    "{where}没有坐标列，{rows} 行未导入：请加上坐标列，或先导入图形",
    "{where} has no columns of coordinates: its {rows} rows are left out; add coordinates, or"
    " import the shapes first",
)
_TWICE = Text("“{key}”在前一个工作表中已有", "{key!r} stands in an earlier sheet already")


def read_table(  # noqa: PLR0913 - options of one reading, all by keyword
    path: str | PathLike[str],
    layer: str,
    *,
    crs: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    x: str | None = None,
    y: str | None = None,
    where: str | None = None,
) -> Imported:
    """Read one layer or record table from Excel or CSV.

    Args:
        path: .xlsx, .xlsm, .csv, .tsv or .txt.
        layer: What it becomes, a key of ``schema.TABLES``.
        crs: What its coordinates are in; not needed where the headings say it, as 经度(GCJ-02).
        sheet: Which sheet, where there are several.
        encoding: What a CSV file is in, above what is found.
        x: Heading of longitude or the coordinate to the east, where it is not recognised.
        y: The same of latitude or the coordinate to the north.
        where: A filter such as "schools>0".

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged or of a kind that nothing opens.
        CrsError: If its coordinate system is not declared, or cannot be.
        SchemaError: If headings, required columns or coordinates are missing.
    """
    file, table = Path(path), find_table(layer)
    grid = _choose_sheet(file.name, read_grids(file, encoding=encoding), sheet)
    place = say_file(file.name, grid.name if sheet else "")
    opened = open_sheet(grid, table, where=place, crs=crs, x=x, y=y)
    taken = take_layer(opened, table, crs=crs, where=where)
    return _report(file, {table.name: taken}, [grid])


def read_workbook(path: str | PathLike[str], *, crs: str | None = None) -> Imported:
    """Read every sheet of a workbook that is a layer or record table by its name.

    Args:
        path: .xlsx or .xlsm.
        crs: What the coordinates are in, where the headings do not say it.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged or encrypted.
        CrsError: If a coordinate system is not declared, or cannot be.
        SchemaError: If no sheet is known, or one lacks required columns.
    """
    file = Path(path)
    grids = read_grids(file)
    found = [(grid, match_sheet(grid, file.stem, alone=len(grids) == 1)) for grid in grids]
    if not any(table for _, table in found):
        sheets = list_shown([grid.name for grid in grids], shown=30)
        known = list_shown([table.label.zh for table in TABLES.values()], shown=len(TABLES))
        raise SchemaError(_NO_SHEET.fill(name=file.name, sheets=sheets, known=known))
    taken: dict[str, Taken] = {}
    said: list[Text] = []
    left: list[tuple[Opened, Table]] = []
    for grid, table in found:
        if table is None:
            said.append(_LEFT_OUT.fill(sheet=grid.name, rows=len(grid.cells)))
            continue
        if not name_matches(grid.name, table):
            said.append(_BY_HEADINGS.fill(sheet=grid.name, table=table.label))
        opened = open_sheet(grid, table, where=say_file(file.name, grid.name), crs=crs)
        if table.shape and opened.shapes is None:
            left.append((opened, table))
            continue
        one = take_layer(opened, table, crs=crs)
        taken[table.name] = _join(table, taken[table.name], one) if table.name in taken else one
    said += _say_dangling(taken)
    imported = _report(file, taken, [grid for grid, table in found if table], said)
    return _with_left_out(imported, left) if left else imported


def match_sheet(grid: Grid, file_stem: str = "", *, alone: bool = False) -> Table | None:
    """Find the table that a sheet is: by its name, its file's name, or its headings."""
    for table in TABLES.values():
        if name_matches(grid.name, table) or (alone and name_matches(file_stem, table)):
            return table
    fits = {table.name: known for table in TABLES.values() if (known := _fit(grid, table))}
    best = max(fits.values(), default=0)
    names = [name for name, known in fits.items() if known == best]
    return TABLES[names[0]] if len(names) == 1 else None


def _fit(grid: Grid, table: Table) -> int:
    """Count a sheet's headings that are a table's; 0 unless they tell that it must be that."""
    header = find_header(grid, table)
    if header is None or header.known < _FEWEST_HEADINGS:
        return 0
    headings = [str(cell) for cell in grid.cells[header.row] if isinstance(cell, str)]
    columns = match_headings(table, headings).columns
    own = table.column(table.key)
    telling = {normalise(name) for name in (own.name, own.label.zh, own.label.en)}
    if normalise(columns.get(own.name, "")) not in telling:
        return 0
    return header.known if all(c.name in columns for c in table.columns if c.required) else 0


def _with_left_out(imported: Imported, left: list[tuple[Opened, Table]]) -> Imported:
    """Report the sheets of layers that say nothing of where their rows are."""
    counts = dict(imported.report.counts)
    notes = list(imported.report.notes)
    warnings = list(imported.report.warnings)
    for opened, table in left:
        names = [*opened.row_names, *(row for row, _ in opened.refused)]
        notes += [RowNote(table.name, row, "", _NO_PLACE, "refused") for row in names]
        warnings.append(_NO_COORDINATES.fill(where=opened.where, rows=len(names)))
        counts.setdefault(table.name, LayerCount(len(names), 0, 0, len(names)))
    report = replace(imported.report, counts=counts, notes=tuple(notes), warnings=tuple(warnings))
    return replace(imported, report=report)


def _choose_sheet(name: str, grids: list[Grid], wanted: str | None) -> Grid:
    if not grids:
        raise SchemaError(_EMPTY.fill(name=name))
    sheets = list_shown([grid.name for grid in grids], shown=30)
    if wanted is not None:
        for grid in grids:
            if grid.name == wanted:
                return grid
        raise SchemaError(_NO_SUCH.fill(name=name, sheet=wanted, sheets=sheets))
    if len(grids) > 1:
        raise SchemaError(_WHICH.fill(name=name, sheets=sheets))
    return grids[0]


def _join(table: Table, first: Taken, second: Taken) -> Taken:
    """Put two sheets of one table together; keys of the first stand."""
    import pandas as pd

    known = set(first.rows[table.key])
    again = second.rows[table.key].isin(known)
    label = table.column(table.key).label.zh
    notes = [
        RowNote(table.name, str(key), label, _TWICE.fill(key=key), "refused")
        for key in second.rows.loc[again, table.key]
    ]
    rows = pd.concat([first.rows, second.rows[~again]], ignore_index=True)
    a, b, gone = first.count, second.count, int(again.sum())
    kept, refused = a.kept + b.kept - gone, a.refused + b.refused + gone
    return Taken(
        rows=rows,
        count=LayerCount(a.read + b.read, kept, a.repaired + b.repaired, refused),
        notes=[*first.notes, *second.notes, *notes],
        warnings=[*first.warnings, *second.warnings],
        datum=first.datum or second.datum,
    )


def _say_dangling(taken: Mapping[str, Taken]) -> list[Text]:
    """Name links between a workbook's sheets that lead to nothing."""
    keys = {name: set(map(plain, one.rows[TABLES[name].key])) for name, one in taken.items()}
    return [
        _DANGLING.fill(
            table=TABLES[name].label,
            column=TABLES[name].column(column).label,
            count=len(values),
            other=TABLES[TABLES[name].column(column).refers_to].label,
            values=list_shown(values),
        )
        for name, one in taken.items()
        for column, values in find_dangling(TABLES[name], one.rows, keys).items()
    ]


def _report(
    file: Path, taken: Mapping[str, Taken], grids: list[Grid], said: list[Text] | None = None
) -> Imported:
    invented = any(grid.invented for grid in grids)
    warnings = [*(said or []), *(word for one in taken.values() for word in one.warnings)]
    report = ImportReport(
        source=file.name,
        fingerprint=fingerprint_file(file),
        counts={name: one.count for name, one in taken.items()},
        notes=tuple(note for one in taken.values() for note in one.notes),
        warnings=tuple(dict.fromkeys(warnings)),
        declared_crs=" + ".join(dict.fromkeys(one.datum for one in taken.values() if one.datum)),
        encoding=grids[0].encoding if grids else "",
    )
    layers = {name: one.rows for name, one in taken.items()}
    source = INVENTED if invented else Text("", "")
    return Imported(layers, report, source, invented=invented)
