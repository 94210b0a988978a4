"""The sheets of a workbook checked cell by cell: every wrong cell is found, none is mended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongling_gis.errors import InputError
from tongling_gis.importers.cells import is_missing, plain, read_cell, write_cell
from tongling_gis.importers.coordinate_columns import NO_COORDINATES, find_coordinates
from tongling_gis.importers.headings import match_headings
from tongling_gis.importers.opened import centres_of, say_file, take_layer
from tongling_gis.importers.sheets import find_header, open_sheet
from tongling_gis.schema import TABLES
from tongling_gis.text import Text
from tongling_gis.workbooks.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tongling_gis.importers.grids import Grid
    from tongling_gis.importers.headings import Matching
    from tongling_gis.importers.opened import Opened, Taken
    from tongling_gis.schema import Column, Table

_SHOWN: Final = 40
_FAR_DEG: Final = 3.0
_FAR = Text(
    "坐标离其他行太远，请核对（经度在前还是纬度在前、小数点）",
    "it lies far from the other rows: check its coordinates (which comes first, decimal points)",
)
_MISSING = Text("缺少必填的“{label}”", "the required {label!r} is missing")
_NO_COLUMN = Text(
    "缺少必填的“{label}”列，请加上", "the required column {label!r} is missing: add it"
)
_TWICE = Text(
    "{label}“{key}”与“{sheet}”第 {row} 行重复", "{label} {key!r} is also in {sheet!r}, row {row}"
)
_NOT_THERE = Text(
    "没有坐标，地图上也没有{label}“{key}”：请先导入图形，或填写坐标",
    "it has no coordinates, and {label} {key!r} is not on the map: import its shape first, or"
    " give its coordinates",
)
_OTHER_KEY = Text(
    "没有坐标，地图上也没有{label}“{key}”；同名的“{name}”在地图上的编号是“{known}”，请改用它",
    "it has no coordinates, and {label} {key!r} is not on the map; there {name!r} has the id"
    " {known!r}: use that",
)
_NAMED: Final = 5
_KEPT = Text(
    "{table}的“{column}”有 {count} 处指向不存在的记录，项目中原来就是这样，照原样保留：{rows}",
    "{count} links of {table}, {column}, lead nowhere, as they did in the project, and are kept:"
    " {rows}",
)
_DANGLING = Text("“{value}”在“{other}”中不存在", "{value!r} is not in {other!r}")


@dataclass(frozen=True, eq=False)
class Present:
    """What a project has of one table.

    Attributes:
        keys: Its keys.
        named: The key of each name that stands once.
        dangling: Links that lead nowhere already: (column, key of the row, value).
    """

    keys: frozenset[str]
    named: Mapping[str, str]
    dangling: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet, opened and read cell by cell.

    Attributes:
        name: The sheet's.
        table: What it is.
        opened: Its rows as they stand.
        matching: Which heading is which column.
        places: Heading -> column from 0.
        header: Row of the headings, as Excel counts.
        read: Column's name -> what was read, None where missing or wrong.
        coordinates: Columns, from 0, that hold coordinates.
        placeless: Positions of rows without coordinates.
        taken: The rows that have a place, in EPSG:4326; None where the table has no shapes.
        faults: What is wrong in the sheet by itself.
    """

    name: str
    table: Table
    opened: Opened
    matching: Matching
    places: Mapping[str, int]
    header: int
    read: Mapping[str, list[Any]]
    coordinates: tuple[int, ...]
    placeless: NDArray[np.intp]
    taken: Taken | None
    faults: list[Fault]

    @property
    def keys(self) -> list[Any]:
        """The key of each row; None where it is missing or wrong."""
        nothing: list[Any] = [None] * len(self.opened.rows)
        return self.read.get(self.table.key, nothing)

    @property
    def is_whole(self) -> bool:
        """Whether its rows stand instead of the table's: each has its place, or needs none."""
        return not len(self.placeless)

    def fault(self, position: int, column: Column | None, reason: Text) -> Fault:
        """Blame a cell, or a row's place where no column is given."""
        row = row_number(self.opened.row_names[position])
        if column is None:
            written = "、".join(h for h, k in self.places.items() if k in self.coordinates)
            return Fault(self.name, row, self.coordinates, written, "", reason)
        heading = self.matching.columns.get(column.name, "")
        at = self.places.get(heading)
        cell = self.opened.rows[heading].iloc[position] if heading in self.opened.rows else None
        value = write_cell(cell)[:_SHOWN]
        return Fault(self.name, row, () if at is None else (at,), heading, value, reason)


def row_number(name: str) -> int:
    """Read the row's number from how a user finds it.

    >>> row_number("第 12 行")
    12
    """
    found = re.search(r"\d+", name)
    return int(found[0]) if found else 0


def check_sheet(grid: Grid, table: Table, *, file: str, crs: str | None) -> Sheet | Fault:
    """Open a sheet and read every cell of it; the one fault where it cannot be read at all."""
    where = say_file(file, grid.name)
    try:
        opened = open_sheet(grid, table, where=where, crs=crs)
        placed, placeless = _part_by_place(opened, table)
        good = opened.choose(placed)
        taken = take_layer(good, table, crs=crs) if table.shape and len(placed) else None
    except InputError as error:
        return Fault(grid.name, 0, (), "", "", error.text)
    header = find_header(grid, table)
    assert header is not None
    written = grid.cells[header.row]
    places = {" ".join(str(cell).split()): k for k, cell in reversed([*enumerate(written)])}
    matching = match_headings(table, [str(heading) for heading in opened.rows.columns])
    shapes = find_coordinates([h for h in places if not is_missing(h)], declared=crs)
    sheet = Sheet(
        grid.name,
        table,
        opened,
        matching,
        places,
        header.row + 1,
        {},
        tuple(places[heading] for heading in shapes[0].headings) if shapes else (),
        placeless,
        taken,
        [],
    )
    return _read_cells(sheet)


def _part_by_place(opened: Opened, table: Table) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Part the rows of a layer into those that say where they are, and those that do not."""
    count = len(opened.rows)
    if not table.shape:
        return np.arange(count), np.arange(0)
    if opened.shapes is None:
        return np.arange(0), np.arange(count)
    blank = [k for k, reason in (opened.faults or {}).items() if reason == NO_COORDINATES]
    silent = np.isin(np.arange(count), blank)
    return np.flatnonzero(~silent), np.flatnonzero(silent)


def _read_cells(sheet: Sheet) -> Sheet:
    """Read every cell as its column's kind, and find what is wrong in the sheet by itself."""
    from dataclasses import replace

    values: dict[str, list[Any]] = {}
    found: list[Fault] = []
    for column in sheet.table.columns:
        heading = sheet.matching.columns.get(column.name)
        if heading is None:
            made = column.name == sheet.table.key and sheet.taken is not None and sheet.is_whole
            if column.required and not made:
                reason = _NO_COLUMN.fill(label=column.label)
                found.append(Fault(sheet.name, sheet.header, (), "", "", reason))
            continue
        factor = sheet.matching.factors.get(column.name, 1.0)
        cells = [read_cell(one, column, factor=factor) for one in sheet.opened.rows[heading]]
        values[column.name] = [cell.value for cell in cells]
        for position, cell in enumerate(cells):
            if cell.value is not None and cell.value != "":
                continue
            if cell.fault is not None:
                found.append(sheet.fault(position, column, cell.fault))
            elif column.required:
                found.append(sheet.fault(position, column, _MISSING.fill(label=column.label)))
    whole = replace(sheet, read=values)
    return replace(whole, faults=found + _judge_places(whole))


def _judge_places(sheet: Sheet) -> list[Fault]:
    """Find the rows whose coordinates cannot be used."""
    if sheet.taken is None:
        return []
    positions = {name: k for k, name in enumerate(sheet.opened.row_names)}
    left_out = {row for row, _ in sheet.opened.refused}
    unusable = [
        sheet.fault(positions[note.row], None, note.reason)
        for note in sheet.taken.notes
        if note.action == "refused" and not note.column and note.row not in left_out
    ]
    return unusable + _judge_distances(sheet, sheet.taken)


def _judge_distances(sheet: Sheet, taken: Taken) -> list[Fault]:
    """Find the rows that lie in another part of the country than the others."""
    centres = centres_of(np.asarray(taken.rows["geometry"]))
    away = np.abs(centres - np.nanmedian(centres, axis=0)).max(axis=1) if len(centres) else []
    far = set(taken.rows[sheet.table.key][np.asarray(away) > _FAR_DEG])
    return [sheet.fault(k, None, _FAR) for k, key in enumerate(sheet.keys) if key in far]


def find_repeats(sheets: Sequence[Sheet]) -> list[Fault]:
    """Find keys that stand twice in the sheets of one table."""
    first: dict[Any, tuple[str, str]] = {}
    found = []
    for sheet in sheets:
        column = sheet.table.column(sheet.table.key)
        for position, key in enumerate(sheet.keys):
            row = sheet.opened.row_names[position]
            if key is None:
                continue
            if key in first:
                other, line = first[key]
                reason = _TWICE.fill(label=column.label, key=key, sheet=other, row=row_number(line))
                found.append(sheet.fault(position, column, reason))
            else:
                first[key] = (sheet.name, row)
    return found


def find_unplaced(sheet: Sheet, present: Mapping[str, Present]) -> list[Fault]:
    """Find rows without coordinates that are not on the map either."""
    column = sheet.table.column(sheet.table.key)
    return [
        sheet.fault(position, column, reason) for position, reason in list_unplaced(sheet, present)
    ]


def list_unplaced(sheet: Sheet, present: Mapping[str, Present]) -> Iterator[tuple[int, Text]]:
    """List rows without coordinates that are not on the map either, and what to do."""
    there = present.get(sheet.table.name, Present(frozenset(), {}))
    label = sheet.table.column(sheet.table.key).label
    names = sheet.read.get("name", [None] * len(sheet.opened.rows))
    for position in sheet.placeless.tolist():
        key, name = sheet.keys[position], names[position]
        if key is None or key in there.keys:
            continue
        known = there.named.get(str(name)) if name else None
        reason = _NOT_THERE if known is None else _OTHER_KEY
        yield position, reason.fill(label=label, key=key, name=name, known=known)


def known_keys(
    sheets: Iterable[Sheet], present: Mapping[str, Present], *, append: bool
) -> dict[str, set[str]]:
    """List the keys that links may name: the workbook's, and the project's where they stay."""
    keys: dict[str, set[str]] = {}
    replaced = set()
    for sheet in sheets:
        keys.setdefault(sheet.table.name, set()).update(
            plain(key) for key in sheet.keys if key is not None
        )
        if sheet.is_whole and not append:
            replaced.add(sheet.table.name)
    for name, there in present.items():
        if name not in replaced:
            keys.setdefault(name, set()).update(there.keys)
    return keys


def find_lost_links(
    sheet: Sheet, keys: Mapping[str, set[str]], present: Mapping[str, Present]
) -> list[Fault]:
    """Find links to nothing; those to tables that are nowhere are not judged.

    A link that leads nowhere in the project already, in the same row, is left as it is.
    """
    return [
        sheet.fault(
            position, column, _DANGLING.fill(value=value, other=TABLES[column.refers_to].label)
        )
        for position, column, value, was_lost in _list_lost(sheet, keys, present)
        if not was_lost
    ]


def say_kept_links(
    sheet: Sheet, keys: Mapping[str, set[str]], present: Mapping[str, Present]
) -> list[Text]:
    """Say which links lead nowhere, as they do in the project already."""
    kept: dict[str, list[str]] = {}
    columns = {}
    for position, column, value, was_lost in _list_lost(sheet, keys, present):
        if was_lost:
            columns[column.name] = column
            kept.setdefault(column.name, []).append(f"{sheet.keys[position]} → {value}")
    return [
        _KEPT.fill(
            table=sheet.table.label,
            column=columns[name].label,
            count=len(lines),
            rows="、".join(lines[:_NAMED]) + ("……" if len(lines) > _NAMED else ""),
        )
        for name, lines in kept.items()
    ]


def _list_lost(
    sheet: Sheet, keys: Mapping[str, set[str]], present: Mapping[str, Present]
) -> Iterator[tuple[int, Column, Any, bool]]:
    """List links to nothing: row, column, value, and whether the project has the same."""
    there = present.get(sheet.table.name, Present(frozenset(), {})).dangling
    for column in sheet.table.columns:
        if column.refers_to not in keys or column.name not in sheet.read:
            continue
        for position, value in enumerate(sheet.read[column.name]):
            if value is not None and value != "" and plain(value) not in keys[column.refers_to]:
                link = (column.name, str(sheet.keys[position]), plain(value))
                yield position, column, value, link in there
