"""Tables of records as a report shows them, with the schema's headings, units and choices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tongling_gis.report.content import Table
from tongling_gis.schema import TABLES, UNITS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tongling_gis.schema.model import Column

NOTHING = Text.same("—")
_YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}


def is_known(value: object) -> bool:
    """Tell a value from what is missing: None, NaN, NA, an empty text."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return False
    return str(value) not in {"", "<NA>", "NaT"}


def write_value(column: Column, value: Any) -> Text:  # noqa: ANN401 - a cell
    """Write a record's value as its column means it; a dash for nothing."""
    if not is_known(value):
        return NOTHING
    if column.choices:
        return column.choices.get(str(value), Text.same(str(value)))
    if column.kind == "boolean":
        return _YES_NO[bool(value)]
    if column.kind in {"number", "integer"}:
        return write_number(float(value))
    return Text.same(str(value))


def write_number(value: float | None) -> Text:
    """Write a plain number with separators and at most two decimals; a dash for nothing."""
    if value is None or not math.isfinite(value):
        return NOTHING
    plain = f"{value:,.2f}"
    return Text.same(plain.rstrip("0").rstrip("."))


def head_of(column: Column) -> Text:
    """Give a column's heading with its unit."""
    if not column.unit:
        return column.label
    unit = UNITS.get(column.unit, Text.same(column.unit))
    return Text("{label}（{unit}）", "{label} ({unit})").fill(label=column.label, unit=unit)


def tabulate(
    rows: pd.DataFrame,
    table: str,
    names: Sequence[str],
    *,
    caption: Text,
    widths: Sequence[float] = (),
) -> Table:
    """Make a report's table of some columns of a record table or layer.

    Args:
        rows: The records; a column that they lack is shown empty.
        table: Name of the table in the schema.
        names: Its columns, in the order wanted.
        caption: What it shows.
        widths: Relative widths of the columns.
    """
    columns = [TABLES[table].column(name) for name in names]
    numeric = {
        place
        for place, column in enumerate(columns)
        if column.kind in {"number", "integer"} and not column.choices
    }
    cells = [
        [write_value(column, row.get(column.name)) for column in columns]
        for row in rows.to_dict("records")
    ]
    return Table(caption, [head_of(one) for one in columns], cells, widths, frozenset(numeric))


def list_facts(row: dict[str, Any], table: str, names: Sequence[str]) -> list[tuple[Text, Text]]:
    """List what is known of one record as (heading, value); what is missing is left out."""
    found = []
    for name in names:
        column = TABLES[table].column(name)
        if is_known(row.get(name)):
            found.append((head_of(column), write_value(column, row[name])))
    return found


def tabulate_facts(caption: Text, facts: Sequence[tuple[Text, Text]]) -> Table:
    """Make a table of facts, one a row."""
    heads = [Text("项目", "Item"), Text("内容", "What is known")]
    return Table(caption, heads, [[label, value] for label, value in facts], (1, 2.6))
