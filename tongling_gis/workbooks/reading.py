"""A workbook of records read as a whole: all of it is right, or every fault is named."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.errors import SchemaError
from tongling_gis.importers.checks import Checked, check_rows, list_shown, warn_columns
from tongling_gis.importers.grids import read_grids
from tongling_gis.importers.headings import name_matches
from tongling_gis.importers.osm_tags import INVENTED
from tongling_gis.importers.report import (
    Imported,
    ImportReport,
    LayerCount,
    RowNote,
    fingerprint_file,
)
from tongling_gis.importers.sheets import find_header
from tongling_gis.importers.tables import match_sheet
from tongling_gis.schema import TABLES
from tongling_gis.text import Text
from tongling_gis.workbooks.checking import (
    Present,
    Sheet,
    check_sheet,
    find_lost_links,
    find_repeats,
    find_unplaced,
    known_keys,
    list_unplaced,
    row_number,
    say_kept_links,
)
from tongling_gis.workbooks.faults import Fault
from tongling_gis.workbooks.naming import follow_names, name_keys
from tongling_gis.workbooks.sheets import OWN_SHEETS
from tongling_gis.workbooks.writing import CREATOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import pandas as pd

    from tongling_gis.importers.grids import Grid
    from tongling_gis.schema import Table

__all__ = ["Book", "Present", "read_book"]

_NO_SHEET = Text(
    "工作簿“{name}”的工作表（{sheets}）都不是已知的图层或记录表：请用 tongling-gis template "
    "生成空表，或用 --as 指明。",
    "None of the sheets of {name!r} ({sheets}) is a known layer or record table: write an empty"
    " workbook with tongling-gis template, or say with --as what it is.",
)
_LEFT_OUT = Text(
    "工作表“{sheet}”不是已知的图层或记录表，未导入（{rows} 行）",
    "The sheet {sheet!r} is no known layer or record table and is left out ({rows} rows)",
)
_BY_HEADINGS = Text(
    "工作表“{sheet}”按表头认作“{table}”", "The sheet {sheet!r} was taken as {table} by its headings"
)
_NO_ROWS = Text(
    "没有数据行的工作表（项目中原有的记录不变）：{sheets}",
    "Sheets without rows (what the project has of them stays): {sheets}",
)
_UPDATED = Text(
    "{table}：{count} 行没有坐标，按编号更新地图上已有的图形；表中没有的保持不变",
    "{table}: {count} rows have no coordinates and update what is on the map; the rest stays",
)
_HOURS = Text(
    "“{sheet}”第 {row} 行“{column}”列：开放时间看不懂，按未知计（{why}）",
    "{sheet!r}, row {row}, column {column!r}: hours that cannot be read are unknown ({why})",
)
_UNJUDGED = Text(
    "还没有“{other}”，{table}中的“{column}”未核对",
    "There are no {other} yet: {column!r} of {table} is not checked",
)


@dataclass(frozen=True, eq=False)
class Book:
    """A workbook as read.

    Attributes:
        imported: Its tables and how each row fared.
        updates: Layer -> rows without coordinates, which change what is there; only the
            columns that the sheets have.
        partial: Tables whose rows do not stand instead of those there.
        headed: Table -> its columns that the sheets have.
        faults: What keeps it from being imported as a whole.
    """

    imported: Imported
    updates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()
    headed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read_book(
    path: str | PathLike[str],
    *,
    present: Mapping[str, Present],
    crs: str | None = None,
    append: bool = False,
) -> Book:
    """Read every sheet of a workbook that is a layer or record table, and check all of it.

    Args:
        path: .xlsx or .xlsm.
        present: What the project has of each table.
        crs: What coordinates are in, where the headings do not say it.
        append: Whether rows are added to those there instead of standing for them.

    Returns:
        The tables and the faults; with faults, the rows that are right by themselves.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged or encrypted.
        SchemaError: If no sheet is known.
    """
    file = Path(path)
    said: list[Text] = []
    grids = [grid for grid in read_grids(file) if grid.name not in OWN_SHEETS]
    known = _choose_sheets(grids, file, said)
    read = [check_sheet(grid, table, file=file.name, crs=crs) for grid, table in known]
    sheets = [one for one in read if isinstance(one, Sheet)]
    faults = [one for one in read if isinstance(one, Fault)]
    keys = known_keys(sheets, present, append=append)
    named = name_keys(sheets, present, keys)
    followed = [follow_names(sheet, keys, named) for sheet in sheets]
    sheets = [sheet for sheet, _ in followed]
    said += [text for _, texts in followed for text in texts]
    faults += _find_faults(sheets, present, keys)
    said += _say_unjudged(sheets, keys)
    said += [text for sheet in sheets for text in _say_hours(sheet)]
    said += [text for sheet in sheets for text in say_kept_links(sheet, keys, present)]
    order = {grid.name: k for k, grid in enumerate(grids)}
    return _gather(
        file,
        sheets,
        sorted(faults, key=lambda one: (order[one.sheet], one.row, one.columns)),
        present=present,
        said=said,
        invented=any(grid.invented for grid in grids),
    )


def _choose_sheets(grids: list[Grid], file: Path, said: list[Text]) -> list[tuple[Grid, Table]]:
    """Find the sheets that are tables and hold rows; say what the others are."""
    known = []
    empty: list[str] = []
    for grid in grids:
        table = match_sheet(grid, file.stem, alone=len(grids) == 1)
        if table is None:
            said.append(_LEFT_OUT.fill(sheet=grid.name, rows=len(grid.cells)))
            continue
        header = find_header(grid, table)
        if header is not None and header.row + 1 >= len(grid.cells):
            empty.append(grid.name)
            continue
        if not name_matches(grid.name, table):
            said.append(_BY_HEADINGS.fill(sheet=grid.name, table=table.label))
        known.append((grid, table))
    if empty:
        said.append(_NO_ROWS.fill(sheets=list_shown(empty, shown=30)))
    if not known and not empty:
        sheets = list_shown([grid.name for grid in grids], shown=30)
        raise SchemaError(_NO_SHEET.fill(name=file.name, sheets=sheets))
    return known


def _find_faults(
    sheets: list[Sheet], present: Mapping[str, Present], keys: Mapping[str, set[str]]
) -> list[Fault]:
    found = [fault for sheet in sheets for fault in sheet.faults]
    for group in _by_table(sheets).values():
        found += find_repeats(group)
    for sheet in sheets:
        found += find_unplaced(sheet, present)
        found += find_lost_links(sheet, keys, present)
    return found


def _by_table(sheets: list[Sheet]) -> dict[str, list[Sheet]]:
    groups: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        groups[sheet.table.name].append(sheet)
    return groups


def _say_unjudged(sheets: list[Sheet], keys: Mapping[str, set[str]]) -> list[Text]:
    said = [
        _UNJUDGED.fill(
            other=TABLES[column.refers_to].label, table=sheet.table.label, column=column.label
        )
        for sheet in sheets
        for column in sheet.table.columns
        if column.refers_to
        and column.refers_to not in keys
        and any(value for value in sheet.read.get(column.name, []))
    ]
    return list(dict.fromkeys(said))


def _say_hours(sheet: Sheet) -> list[Text]:
    """Say which opening hours cannot be read."""
    from tongling_gis.hours.columns import LABELS, explain_unread

    return [
        _HOURS.fill(
            sheet=sheet.name,
            row=row_number(sheet.opened.row_names[position]),
            column=sheet.table.column(name).label,
            why=Text(why.zh.rstrip("。"), why.en.rstrip(".")),
        )
        for name in ("opening_hours", *LABELS)
        for position, written in enumerate(sheet.read.get(name, ()))
        if written and (why := explain_unread(name, str(written))) is not None
    ]


def _gather(
    file: Path,
    sheets: list[Sheet],
    faults: list[Fault],
    *,
    present: Mapping[str, Present],
    said: list[Text],
    invented: bool,
) -> Book:
    rows: dict[str, list[pd.DataFrame]] = defaultdict(list)
    updates: dict[str, list[pd.DataFrame]] = defaultdict(list)
    notes: list[RowNote] = []
    warnings = list(said)
    for sheet in sheets:
        told = [
            RowNote(sheet.table.name, r, "", word, "refused") for r, word in sheet.opened.refused
        ]
        if sheet.taken is not None:
            rows[sheet.table.name].append(sheet.taken.rows)
            warnings += sheet.taken.warnings
            told = list(sheet.taken.notes)
        elif not sheet.table.shape:
            checked = check_sheet_rows(sheet)
            rows[sheet.table.name].append(checked.rows)
            told += checked.notes
            warnings += warn_columns(sheet.table, sheet.matching, to_tags=False)
        if len(sheet.placeless):
            update = check_sheet_rows(sheet, placeless=True)
            updates[sheet.table.name].append(update.rows)
            told += update.notes
            tagged = "tags" in sheet.matching.columns
            warnings += warn_columns(sheet.table, sheet.matching, to_tags=tagged)
            lost = dict(list_unplaced(sheet, present))
            told += [
                RowNote(sheet.table.name, sheet.opened.row_names[k], "", word, "refused")
                for k, word in lost.items()
            ]
            if len(lost) < len(sheet.placeless):
                count = len(sheet.placeless) - len(lost)
                warnings.append(_UPDATED.fill(table=sheet.table.label, count=count))
        notes += told
    tables = {name: _join(parts, TABLES[name]) for name, parts in rows.items()}
    report = ImportReport(
        source=file.name,
        fingerprint=fingerprint_file(file),
        counts=_count(sheets, notes),
        notes=tuple(notes),
        warnings=tuple(dict.fromkeys(warnings)),
        declared_crs=" + ".join(dict.fromkeys(s.taken.datum for s in sheets if s.taken)),
    )
    return Book(
        Imported(tables, report, _read_source(file), invented=invented),
        {name: _join(parts, TABLES[name]) for name, parts in updates.items()},
        frozenset(sheet.table.name for sheet in sheets if not sheet.is_whole),
        {
            name: frozenset(column for sheet in group for column in sheet.matching.columns)
            for name, group in _by_table(sheets).items()
        },
        tuple(faults),
    )


def _join(parts: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    """Put the sheets of one table together; of rows with the same key the first stands."""
    import pandas as pd

    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole.drop_duplicates(table.key, ignore_index=True)


def check_sheet_rows(sheet: Sheet, *, placeless: bool = False) -> Checked:
    """Bring a sheet's rows to the schema's columns; only those without a place, if asked."""
    opened = sheet.opened.choose(sheet.placeless) if placeless else sheet.opened
    required = {column.name for column in sheet.table.columns if column.required}
    if not required | {sheet.table.key} <= set(sheet.matching.columns):
        return Checked(opened.rows.iloc[:0], np.arange(0), [], [])
    return check_rows(sheet.table, opened.rows, row_names=opened.row_names, matching=sheet.matching)


def _count(sheets: list[Sheet], notes: list[RowNote]) -> dict[str, LayerCount]:
    counts = {}
    for name, group in _by_table(sheets).items():
        gone = {note.row for note in notes if note.layer == name and note.action == "refused"}
        mended = {note.row for note in notes if note.layer == name and note.action == "repaired"}
        read = sum(len(one.opened.rows) + len(one.opened.refused) for one in group)
        refused = min(len(gone), read)
        counts[name] = LayerCount(read, read - refused, len(mended - gone), refused)
    return counts


def _read_source(file: Path) -> Text:
    """Read whom a workbook of our own names as the source of its places."""
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True)
    said = book.properties
    book.close()
    if said.creator != CREATOR:
        return Text("", "")
    named = Text(said.description or "", said.subject or "")
    return INVENTED if named.zh == INVENTED.zh else named
