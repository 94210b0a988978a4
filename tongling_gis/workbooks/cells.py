"""One value of the schema as a cell of a workbook: words for codes, dates as dates, safe text."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.importers.cells import read_cell
from tongling_gis.workbooks.sheets import NO, YES

if TYPE_CHECKING:
    from tongling_gis.importers.cells import Value
    from tongling_gis.schema import Column
    from tongling_gis.text import Lang

DATE_FORMAT: Final = "yyyy-mm-dd"
LONGEST_TEXT: Final = 32_767
"""Letters that a cell holds."""

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FIRST_EXCEL_DAY: Final = dt.date(1900, 3, 1)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell_of(value: Any, column: Column, lang: Lang = "zh") -> str | int | float | dt.date | None:  # noqa: ANN401 - any value of a table
    """Write a value as a planner would read it; None where it is missing."""
    import pandas as pd

    if value is None or pd.isna(value):
        return None
    if column.choices:
        label = column.choices.get(value)
        return clean_text(str(value)) if label is None else label.in_lang(lang)
    if column.kind == "boolean":
        return (YES if value else NO).in_lang(lang)
    if column.kind == "integer":
        return int(value)
    if column.kind == "number":
        return float(value) if math.isfinite(value) else None
    return _day_of(str(value)) if column.kind == "date" else clean_text(str(value))


def _day_of(text: str) -> str | dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return clean_text(text)
    return day if day >= _FIRST_EXCEL_DAY else text


def clean_text(text: str) -> str:
    """Leave out what a workbook cannot hold: control characters, letters beyond the last."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWRITABLE.sub("", lines)[:LONGEST_TEXT]


def is_risky(text: str) -> bool:
    """Tell whether a spreadsheet might take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def read_again(value: Any, column: Column) -> Value:  # noqa: ANN401 - any value of a table
    """Tell what a value is after it was written to a workbook and read back."""
    cell = cell_of(value, column)
    return read_cell(cell, column).value if isinstance(cell, str) else _plain(cell)


def _plain(cell: float | dt.date | None) -> Value:
    return cell.isoformat() if isinstance(cell, dt.date) else cell
