"""Links given by name instead of key: the one row of that name is meant."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tongling_gis.importers.cells import plain
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tongling_gis.schema import Column
    from tongling_gis.workbooks.checking import Present, Sheet

_BY_NAME = Text(
    "{table}的“{column}”有 {count} 处填的是名称，已换成编号",
    "{count} cells of {table}, {column}, gave a name, for which its id was put",
)


def name_keys(
    sheets: Iterable[Sheet],
    present: Mapping[str, Present],
    keys: Mapping[str, set[str]],
) -> dict[str, dict[str, str]]:
    """Find the key of each name that only one row of a table has.

    Args:
        sheets: The workbook's.
        present: What the project has of each table.
        keys: Table -> keys that links may name.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    written: dict[str, set[str]] = defaultdict(set)
    for sheet in sheets:
        for key, name in zip(sheet.keys, sheet.read.get("name", ()), strict=False):
            if key is not None:
                written[sheet.table.name].add(plain(key))
            if key is not None and name:
                found[sheet.table.name][plain(name)].add(plain(key))
    for table, there in present.items():
        for name, key in there.named.items():
            if key in keys.get(table, ()) and key not in written[table]:
                found[table][plain(name)].add(str(key))
    return {
        table: {name: min(those) for name, those in names.items() if len(those) == 1}
        for table, names in found.items()
    }


def follow_names(
    sheet: Sheet, keys: Mapping[str, set[str]], named: Mapping[str, Mapping[str, str]]
) -> tuple[Sheet, list[Text]]:
    """Put keys for the names that stand in a sheet's links; say how many."""
    said = []
    for column in sheet.table.columns:
        if column.refers_to not in keys or column.name not in sheet.read:
            continue
        meant = {
            value: named.get(column.refers_to, {}).get(plain(value))
            for value in dict.fromkeys(sheet.read[column.name])
            if value and plain(value) not in keys[column.refers_to]
        }
        meant = {value: key for value, key in meant.items() if key is not None}
        if not meant:
            continue
        count = sum(value in meant for value in sheet.read[column.name])
        said.append(_BY_NAME.fill(table=sheet.table.label, column=column.label, count=count))
        sheet = _with_keys(sheet, column, meant)
    return sheet, said


def _with_keys(sheet: Sheet, column: Column, meant: Mapping[str, Any]) -> Sheet:
    """Give a sheet in which a column's names are keys, wherever its rows are held."""
    import pandas as pd

    def put(values: Sequence[Any]) -> list[Any]:
        return [meant.get(value, value) if isinstance(value, str) else value for value in values]

    read = put(sheet.read[column.name])
    rows = sheet.opened.rows.copy()
    changed = [
        new if new != old else cell
        for new, old, cell in zip(
            read,
            sheet.read[column.name],
            rows[sheet.matching.columns[column.name]].tolist(),
            strict=True,
        )
    ]
    rows[sheet.matching.columns[column.name]] = pd.Series(changed, index=rows.index, dtype=object)
    taken = sheet.taken
    if taken is not None:
        placed = taken.rows.copy()
        linked = placed[column.name]
        placed[column.name] = pd.Series(put(linked.tolist()), placed.index, dtype=linked.dtype)
        taken = replace(taken, rows=placed)
    return replace(
        sheet,
        opened=replace(sheet.opened, rows=rows),
        read={**sheet.read, column.name: read},
        taken=taken,
    )
