"""Workbooks of records: the empty one, the project's, and one brought in as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tongling_gis.errors import InputError, UsageError, WorkbookFaultsError
from tongling_gis.schema import TABLES
from tongling_gis.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from tongling_gis.importers.report import ImportReport
    from tongling_gis.store import Workspace
    from tongling_gis.workbooks import Book, Fault, Present
    from tongling_gis.workbooks.writing import Origin

WORKBOOKS = (".xlsx", ".xlsm")
_MARKED = "_问题"
_FAULTS = Text(
    "工作簿“{name}”有 {count} 处错误，什么也没有导入：请照副本“{marked}”中标红的单元格改正后再导入"
    "（只导入正确的行用 --keep-good）。",
    "The workbook {name!r} has {count} faults and nothing of it was imported: mend the cells"
    " marked in {marked!r} and import again (--keep-good takes the rows that are right).",
)
_NOTHING = Text(
    "“{name}”里没有一行可用的数据；用 tongling-gis doctor 查看原因。",
    "{name} holds no row that can be used; tongling-gis doctor says why.",
)
_GONE = Text(
    "{table}：工作簿里没有的 {count} 行已从项目中删除：{keys}",
    "{table}: {count} rows that the workbook does not have were taken out of the project: {keys}",
)
_ENDING = Text(
    "“{name}”不是工作簿的文件名：请以 .xlsx 结尾。",
    "{name} is no workbook's name: end it with .xlsx.",
)


def write_empty_workbook(path: Path, *, lang: Lang = "zh", overwrite: bool = False) -> Path:
    """Write an empty workbook of records, with drop-downs and notes.

    Raises:
        UsageError: If the name does not end with .xlsx, or the file is there already.
    """
    from tongling_gis.workbooks import write_template

    check_name(path)
    if path.exists() and not overwrite:
        raise UsageError(
            Text(
                f"“{path}”已存在：请换一个文件名，以免覆盖已填写的内容。",
                f"{path} is there already: choose another name, so that nothing is lost.",
            )
        )
    return write_template(path, lang)


def export_workbook(workspace: Workspace, path: Path, *, lang: Lang = "zh") -> Path:
    """Write a project's centres, compounds and records to a workbook, without loss.

    Raises:
        UsageError: If the name does not end with .xlsx.
    """
    from tongling_gis.workbooks import SHEETS, write_book

    check_name(path)
    tables = {name: workspace.read(name) for name in SHEETS if workspace.has(name)}
    return write_book(path, tables, origin=project_origin(workspace), lang=lang)


def describe_cut(workspace: Workspace) -> list[Text]:
    """Say what of a project's records no cell of a workbook holds."""
    from tongling_gis.workbooks import SHEETS
    from tongling_gis.workbooks.writing import list_cut

    return list_cut({name: workspace.read(name) for name in SHEETS if workspace.has(name)})


def project_origin(workspace: Workspace) -> Origin:
    """Say whose records a project's workbooks hold."""
    from tongling_gis.workbooks.writing import Origin

    named = workspace.sources()
    sources = Text(
        "；".join(dict.fromkeys(source.zh for source in named if source.zh)),
        "; ".join(dict.fromkeys(source.en for source in named if source.en)),
    )
    return Origin(workspace.name, sources, workspace.invented)


def check_name(path: Path) -> None:
    """See that a workbook's name is one.

    Raises:
        UsageError: If it does not end with .xlsx.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(_ENDING.fill(name=path.name))


def import_workbook(
    workspace: Workspace,
    path: Path,
    *,
    crs: str = "",
    append: bool = False,
    keep_good: bool = False,
) -> ImportReport:
    """Bring in a workbook of records: all of it, or nothing where anything in it is wrong.

    A sheet stands instead of what the project has of its table. Rows of a layer without
    coordinates change the columns of what is on the map, by their key, and no others.

    Args:
        workspace: The project.
        path: .xlsx or .xlsm.
        crs: What coordinates are in, where the headings do not say it.
        append: Whether rows are added to those there, or change them, and none is taken out.
        keep_good: Whether the rows that are right are taken though others are wrong; nothing
            is then taken out of a table with a wrong row.

    Raises:
        MissingFileError: If there is no such file.
        InputError: If nothing in it can be used.
        WorkbookFaultsError: If a cell, row or link is wrong; nothing was imported then.
    """
    from tongling_gis.store.imports import origin_of
    from tongling_gis.workbooks import read_book

    book = read_book(path, present=_present(workspace), crs=crs or None, append=append)
    if book.faults and not keep_good:
        raise _refuse(workspace, path, book.faults)
    names = [name for name in TABLES if len(_rows(book, name)) or len(_updates(book, name))]
    if not names:
        raise InputError(_NOTHING.fill(name=path.name))
    counts = book.imported.report.counts
    kept = {
        name
        for name in names
        if append or name in book.partial or (book.faults and counts[name].refused)
    }
    whole = {name: _whole(workspace, book, name, keep=name in kept) for name in names}
    said = [text for name in names for text in _say_gone(workspace, name, whole[name])]
    report = replace(book.imported.report, warnings=(*book.imported.report.warnings, *said))
    origin = origin_of(replace(book.imported, report=report))
    workspace.write(whole, origin=origin, changed=[name for name in names if name in kept])
    return report


def _say_gone(workspace: Workspace, name: str, whole: pd.DataFrame) -> list[Text]:
    """Say which rows of a table the workbook no longer has."""
    from tongling_gis.importers.checks import list_shown

    if not workspace.has(name):
        return []
    table = TABLES[name]
    keys = workspace.read(name)[table.key]
    gone = [str(key) for key in keys[~keys.isin(whole[table.key])]]
    return [_GONE.fill(table=table.label, count=len(gone), keys=list_shown(gone))] if gone else []


def _rows(book: Book, name: str) -> pd.DataFrame | tuple[()]:
    return book.imported.layers.get(name, ())


def _updates(book: Book, name: str) -> pd.DataFrame | tuple[()]:
    return book.updates.get(name, ())


def _present(workspace: Workspace) -> Mapping[str, Present]:
    """List what the project has, table by table."""
    from tongling_gis.workbooks import Present

    tables = {name: workspace.read(name) for name in workspace.layers()}
    keys_of = {name: frozenset(rows[TABLES[name].key].astype(str)) for name, rows in tables.items()}
    present = {}
    for name, rows in tables.items():
        named: dict[str, str] = {}
        if "name" in rows:
            alone = ~rows["name"].duplicated(keep=False) & rows["name"].notna()
            named = dict(
                zip(rows.loc[alone, "name"], rows.loc[alone, TABLES[name].key], strict=True)
            )
        present[name] = Present(keys_of[name], named, _find_dangling(name, rows, keys_of))
    return present


def _find_dangling(
    name: str, rows: pd.DataFrame, keys_of: Mapping[str, frozenset[str]]
) -> frozenset[tuple[str, str, str]]:
    """Find the links of a table that lead nowhere: (column, key of the row, value)."""
    table = TABLES[name]
    return frozenset(
        (column.name, str(key), str(value))
        for column in table.columns
        if column.refers_to and column.name in rows
        for key, value in zip(rows[table.key], rows[column.name], strict=True)
        if isinstance(value, str)
        and value
        and value not in keys_of.get(column.refers_to, frozenset())
    )


def _refuse(workspace: Workspace, path: Path, faults: tuple[Fault, ...]) -> WorkbookFaultsError:
    """Write the marked copy beside the workbook, or into the project where that cannot be."""
    from tongling_gis.workbooks import mark_faults

    name = f"{path.stem.removesuffix(_MARKED)}{_MARKED}{path.suffix}"
    try:
        marked = mark_faults(path, faults, path.with_name(name))
    except OSError:
        marked = mark_faults(path, faults, workspace.folder / name)
    return WorkbookFaultsError(
        _FAULTS.fill(name=path.name, count=len(faults), marked=str(marked)),
        [fault.line() for fault in faults],
        [fault.to_json() for fault in faults],
        str(marked),
    )


def _whole(workspace: Workspace, book: Book, name: str, *, keep: bool) -> pd.DataFrame:
    """Put a table's rows over those the project has; those it does not name stay if asked."""
    from tongling_gis.workbooks import merge_rows

    rows, updates = book.imported.layers.get(name), book.updates.get(name)
    headed = book.headed[name]
    if rows is not None and len(rows):
        whole = rows
        if workspace.has(name):
            there = workspace.read(name)
            whole = merge_rows(there, rows, TABLES[name], headed=headed, keep_others=keep)
    else:
        whole = workspace.read(name)
    if updates is not None and len(updates):
        known = updates[TABLES[name].key].isin(whole[TABLES[name].key])
        updates = updates[known].reset_index(drop=True)
        whole = merge_rows(whole, updates, TABLES[name], headed=headed, keep_others=True)
    return whole
