"""Rows checked against the schema: headings, types, choices, ranges, keys; nothing in silence."""

from __future__ import annotations

import difflib
import json
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import SchemaError
from tongling_gis.importers.cells import Cell, is_missing, plain, read_cell, write_cell
from tongling_gis.importers.headings import match_headings, tell_apart
from tongling_gis.importers.layers import DTYPES
from tongling_gis.importers.report import RowNote, say_row
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.importers.headings import Matching
    from tongling_gis.schema import Column, Table

_TAGS = "tags"
_GEOMETRY = "geometry"
_SHOWN = 8
_ALIKE = 0.5  # of two headings, the share of letters in common
_MISSING = Text("缺少必填的“{label}”", "the required {label!r} is missing")
_NO_COLUMN = Text(
    "{table}缺少“{label}”列：请加上该列，列名可写 {names}。",
    "{table} lacks the column {label!r}: add it, under one of the headings {names}.",
)
_TWICE = Text(
    "{label}“{key}”与{first}重复，保留{first}",
    "{label} {key!r} is also that of {first}, which is kept",
)
_TO_TAGS = Text(
    "{table}：表结构中没有的列存入“其他标签”：{headings}",
    "{table}: columns that the schema does not know are kept among the other tags: {headings}",
)
_LEFT_OUT = Text(
    "{table}：表结构中没有的列未导入：{headings}",
    "{table}: columns that the schema does not know are left out: {headings}",
)
_CONVERTED = Text(
    "{table}：“{heading}”按表头单位乘以 {factor:g}，换算为 {unit}",
    "{table}: {heading!r} is multiplied by {factor:g}, from the heading's unit to {unit}",
)


@dataclass
class Checked:
    """Rows after the check.

    Attributes:
        rows: Those kept, columns as the schema names them, index 0 to n-1; with the geometry
            where there was one.
        kept: Position in the given rows of each row kept.
        notes: What was repaired or refused, by row.
        warnings: What concerns the whole table.
    """

    rows: pd.DataFrame
    kept: NDArray[np.intp]
    notes: list[RowNote] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)


def conform(
    table: Table, rows: pd.DataFrame, *, row_names: Sequence[str] | None = None
) -> tuple[pd.DataFrame, list[RowNote]]:
    """Bring rows to the schema's columns and types, with a note on each bad cell and row.

    The given rows are not changed. A row with a bad or missing required cell, or with the key
    of an earlier row, is refused; any other bad cell becomes unknown.

    Args:
        table: The schema's table.
        rows: As read, headings as users write them; a geometry column stays as it is.
        row_names: How a user finds each row; "第 1 行" and so on where not given.

    Returns:
        The rows kept, columns as the schema names them, index 0 to n-1; and the notes.

    Raises:
        SchemaError: If a required column is missing altogether.
    """
    checked = check_rows(table, rows, row_names=row_names)
    return checked.rows, checked.notes


def check_rows(
    table: Table,
    rows: pd.DataFrame,
    *,
    row_names: Sequence[str] | None = None,
    matching: Matching | None = None,
    where: Text | None = None,
) -> Checked:
    """Do what ``conform`` does, and say which rows were kept and what concerns the table.

    ``matching`` is what the headings were matched to already, ``where`` how messages name
    the file or sheet.

    Raises:
        SchemaError: If a required column is missing altogether.
    """
    names = list(row_names) if row_names is not None else name_rows(len(rows))
    rows = rows.set_axis(tell_apart(map(str, rows.columns)), axis="columns")
    headings = [heading for heading in rows.columns if heading != _GEOMETRY]
    found = matching or match_headings(table, headings)
    require_columns(table, found.columns, where=where)
    notes: list[RowNote] = []
    refused: dict[int, RowNote] = {}
    values: dict[str, list[Any]] = {}
    for column in table.columns:
        heading = found.columns.get(column.name)
        written = [None] * len(rows) if heading is None else rows[heading].tolist()
        cells = _read_column(written, column, found.factors.get(column.name, 1.0))
        values[column.name] = [cell.value for cell in cells]
        notes += _note_cells(table, column, cells, names)
        if column.required:
            _refuse_missing(table, column, cells, names, refused)
    _refuse_repeats(table, values[table.key], names, refused)
    if _TAGS in values:
        values[_TAGS] = _merge_tags(values[_TAGS], rows, found.unknown)
    kept = np.array([k for k in range(len(rows)) if k not in refused], dtype=np.intp)
    return Checked(
        rows=_build(table, values, rows, kept),
        kept=kept,
        notes=_in_order(notes, refused, names),
        warnings=warn_columns(table, found, to_tags=_TAGS in table.names),
    )


def name_rows(count: int, *, first: int = 1) -> list[str]:
    """Name rows as users count them.

    >>> name_rows(2, first=5)
    ['第 5 行', '第 6 行']
    """
    return [f"第 {first + k} 行" for k in range(count)]


def require_columns(table: Table, columns: Mapping[str, str], *, where: Text | None = None) -> None:
    """See that every required column is there.

    Raises:
        SchemaError: If one is not; the message lists the headings it may have.
    """
    for column in table.columns:
        if column.required and column.name not in columns:
            names = " / ".join(
                dict.fromkeys((column.label.zh, column.label.en, column.name, *column.aliases))
            )
            place = where or table.label
            raise SchemaError(_NO_COLUMN.fill(table=place, label=column.label, names=names))


def find_dangling(
    table: Table, rows: pd.DataFrame, keys: Mapping[str, set[str]]
) -> dict[str, list[str]]:
    """Find links to nothing: column's name -> the values that are no key of its table.

    Args:
        table: The schema's table.
        rows: Rows with the schema's columns.
        keys: Table -> its keys; links to tables not among them are not judged.
    """
    dangling = {}
    for column in table.columns:
        if column.refers_to in keys and column.name in rows:
            values = dict.fromkeys(plain(v) for v in rows[column.name] if not is_missing(v))
            lost = [value for value in values if value not in keys[column.refers_to]]
            if lost:
                dangling[column.name] = lost
    return dangling


def list_shown(values: Sequence[str], *, shown: int = _SHOWN) -> Text:
    """List values for a message, the first few only.

    >>> list_shown(["a", "b", "c"], shown=2).en
    'a, b and 1 more'
    """
    first, rest = values[:shown], len(values) - shown
    english = ", ".join(say_row(value).en for value in first)
    if rest <= 0:
        return Text("、".join(first), english)
    return Text(f"{'、'.join(first)} 等 {len(values)} 个", f"{english} and {rest} more")


def _read_column(written: list[Any], column: Column, factor: float) -> list[Cell]:
    """Read a column's cells, each distinct value once."""
    known: dict[tuple[type, Any], Cell] = {}
    cells = []
    for value in written:
        one = value if isinstance(value, Hashable) else str(value)  # a list, from GeoJSON
        name = (type(one), one)
        if name not in known:
            known[name] = read_cell(one, column, factor=factor)
        cells.append(known[name])
    return cells


def _note_cells(table: Table, column: Column, cells: list[Cell], names: list[str]) -> list[RowNote]:
    return [
        RowNote(table.name, names[k], column.label.zh, _mended(cell), "repaired")
        for k, cell in enumerate(cells)
        if cell.fault is not None
    ]


def _mended(cell: Cell) -> Text:
    assert cell.fault is not None
    if cell.value is not None:
        return cell.fault
    return Text(f"{cell.fault.zh}，按未知处理", f"{cell.fault.en}; taken as unknown")


def _refuse_missing(
    table: Table,
    column: Column,
    cells: list[Cell],
    names: list[str],
    refused: dict[int, RowNote],
) -> None:
    for k, cell in enumerate(cells):
        if cell.value is None or cell.value == "":
            reason = cell.fault or _MISSING.fill(label=column.label)
            refused.setdefault(k, RowNote(table.name, names[k], column.label.zh, reason, "refused"))


def _refuse_repeats(
    table: Table, keys: list[Any], names: list[str], refused: dict[int, RowNote]
) -> None:
    label = table.column(table.key).label
    first: dict[Any, str] = {}
    for k, key in enumerate(keys):
        if k in refused:
            continue
        if key in first:
            reason = _TWICE.fill(label=label, key=key, first=say_row(first[key]))
            refused[k] = RowNote(table.name, names[k], label.zh, reason, "refused")
        else:
            first[key] = names[k]


def _merge_tags(tags: list[Any], rows: pd.DataFrame, unknown: Sequence[str]) -> list[Any]:
    """Put the cells of unknown columns among the row's other tags."""
    columns = {heading: rows[heading].tolist() for heading in unknown}
    merged = []
    for k, given in enumerate(tags):
        extra = {
            heading: write_cell(cells[k]).strip()
            for heading, cells in columns.items()
            if not is_missing(cells[k])
        }
        merged.append(_as_json(given, extra) if extra else given)
    return merged


def _as_json(given: str | None, extra: dict[str, str]) -> str:
    try:
        known = json.loads(given) if given else {}
    except json.JSONDecodeError:
        known = {_TAGS: given}
    if not isinstance(known, dict):
        known = {_TAGS: given}
    return json.dumps({**extra, **known}, ensure_ascii=False, sort_keys=True)


def _build(
    table: Table, values: dict[str, list[Any]], rows: pd.DataFrame, kept: NDArray[np.intp]
) -> pd.DataFrame:
    import pandas as pd

    typed = {
        column.name: pd.Series(
            [values[column.name][k] for k in kept],
            dtype=DTYPES[column.kind],
        )
        for column in table.columns
    }
    built = pd.DataFrame(typed)
    if _GEOMETRY not in rows:
        return built
    import geopandas as gpd

    shapes = gpd.GeoSeries(rows[_GEOMETRY].to_numpy()[kept], crs=getattr(rows, "crs", None))
    return gpd.GeoDataFrame(built, geometry=shapes, crs=shapes.crs)  # type: ignore[no-any-return]


def _in_order(
    notes: Iterable[RowNote], refused: dict[int, RowNote], names: list[str]
) -> list[RowNote]:
    """Put the notes in the rows' order; a refused row says only why it was refused."""
    gone = {names[k] for k in refused}
    place = {name: k for k, name in enumerate(names)}
    every = [note for note in notes if note.row not in gone] + list(refused.values())
    return sorted(every, key=lambda note: place[note.row])


def warn_columns(table: Table, found: Matching, *, to_tags: bool) -> list[Text]:
    """Say which columns the schema does not know, and which are converted.

    Args:
        table: The schema's table.
        found: What its headings were matched to.
        to_tags: Whether unknown columns are kept among the other tags.
    """
    warnings = []
    if found.unknown:
        message = _TO_TAGS if to_tags else _LEFT_OUT
        headings = list_shown([_with_guess(one, table, found) for one in found.unknown], shown=30)
        warnings.append(message.fill(table=table.label, headings=headings))
    for name, factor in found.factors.items():
        warnings.append(
            _CONVERTED.fill(
                table=table.label,
                heading=found.columns[name],
                factor=factor,
                unit=table.column(name).unit,
            )
        )
    return warnings


def _with_guess(heading: str, table: Table, found: Matching) -> str:
    """Name an unknown heading, with the column still without a heading that it may mean."""
    free = [column.label.zh for column in table.columns if column.name not in found.columns]
    close = difflib.get_close_matches(heading, free, n=1, cutoff=_ALIKE)
    return f"{heading}（“{close[0]}”？）" if close else heading
