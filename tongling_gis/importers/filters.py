"""A filter on a file's rows, such as "schools>0"."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.importers.cells import is_missing, plain
from tongling_gis.importers.checks import list_shown
from tongling_gis.importers.headings import normalise
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

_CONDITION: Final = re.compile(
    r"\s*(?P<name>.+?)\s*(?P<sign>>=|<=|!=|==|=|>|<)\s*(?P<value>.*?)\s*"
)
_SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_FOR_TEXT: Final = frozenset({"=", "==", "!="})
_BAD_FILTER = Text(
    "看不懂筛选条件“{where}”：请写成“列名 > 数值”或“列名 = 值”，可用列：{headings}。",
    "Cannot read the filter {where!r}: write 'column > number' or 'column = value', with one of"
    " the columns {headings}.",
)


def find_rows(rows: pd.DataFrame, where: str) -> NDArray[np.intp]:
    """Find the positions of the rows that a condition holds for.

    Args:
        rows: A file's rows, headings as written.
        where: One of its headings, a sign (> < >= <= = !=) and a number or text. A row whose
            cell is empty is not among them.

    Raises:
        UsageError: If the condition cannot be read or there is no such column.
    """
    found = _CONDITION.fullmatch(where)
    headings = {normalise(heading): heading for heading in rows.columns}
    heading = headings.get(normalise(found["name"])) if found else None
    if found is None or heading is None:
        listed = list_shown([str(heading) for heading in rows.columns], shown=30)
        raise UsageError(_BAD_FILTER.fill(where=where, headings=listed))
    value = plain(found["value"].strip("\"'"))
    return np.flatnonzero([_holds(cell, found["sign"], value) for cell in rows[heading]])


def _holds(cell: object, sign: str, value: str) -> bool:
    if is_missing(cell):
        return False
    left, right = _as_number(plain(cell)), _as_number(value)
    if left is not None and right is not None:
        return _SIGNS[sign](left, right)
    return sign in _FOR_TEXT and _SIGNS[sign](plain(cell), value)


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
