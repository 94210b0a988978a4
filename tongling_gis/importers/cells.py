"""One cell as a user wrote it, read as what its column holds."""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tongling_gis.importers.units import unit_factor
from tongling_gis.schema.periods import read_month, read_quarter
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tongling_gis.schema import Column

Value: TypeAlias = str | int | float | bool | None

_NOTHING: Final = frozenset({"", "-", "--", "—", "——", "/", "\\"})
_UNKNOWN: Final = frozenset(
    {
        "不详",
        "未知",
        "暂无",
        "无数据",
        "待定",
        "待查",
        "空",
        "na",
        "n/a",
        "nan",
        "none",
        "null",
        "unknown",
    }
)
_UNRATED: Final = frozenset({"未评", "未评星", "未评级", "未评定", "未参评", "未参加评定"})
_YES: Final = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "已", "true", "yes", "y", "t", "1"})
_NO: Final = frozenset(
    {"否", "无", "×", "✗", "✘", "☒", "x", "没有", "未", "false", "no", "n", "f", "0"}
)
_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九十")}
_DIGITS["两"] = 2
_NUMBER: Final = re.compile(
    r"(?P<about>约|大约|近|≈)?[¥$￥]?(?P<digits>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)"
    r"(?P<unit>[^\d.,+-].*)?"
)
_DATE: Final = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:[T\s]+\d{1,2}[:时].*)?"
)
_COMPACT_DATE: Final = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
_SERIAL: Final = re.compile(r"[1-7]\d{4}(\.\d+)?")  # 1927 to 2119
_EXCEL_ERROR: Final = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!|SPILL!|CALC!)")


class Cell(NamedTuple):
    """One cell read.

    Attributes:
        value: What the column holds; None where it is unknown.
        fault: What was wrong with the cell, where the value is not quite what was written.
    """

    value: Value
    fault: Text | None = None


def plain(value: object) -> str:
    """Write a value without full-width forms or spaces around it, as keys are compared."""
    return unicodedata.normalize("NFKC", write_cell(value)).strip()


def is_missing(value: object) -> bool:
    """Tell whether a cell is empty: nothing, blanks, NaN, or a dash that stands for nothing."""
    if isinstance(value, str):
        return plain(value) in _NOTHING
    if value is None or isinstance(value, int | float):
        return value is None or math.isnan(value)
    import pandas as pd

    return value is pd.NA or value is pd.NaT


def read_cell(value: object, column: Column, *, factor: float = 1.0) -> Cell:
    """Read one cell as its column's kind.

    Args:
        value: As it stands in the file.
        column: The schema's column.
        factor: What a number is multiplied by, from the unit in the heading.

    Returns:
        The value, or None and the fault; a fault beside a value says how it was mended.
    """
    if is_missing(value):
        return Cell(None)
    if isinstance(value, str) and _EXCEL_ERROR.fullmatch(value.strip()):
        return Cell(None, Text(f"公式出错“{value}”", f"formula error {value}"))
    if column.choices:
        return _read_choice(value, column)
    if column.form:
        return _read_period(value, column)
    read = _READERS[column.kind](value, column, factor)
    return _within(read, column)


def write_cell(value: object) -> str:
    """Write a value as Excel shows it: 1001.0 is 1001, a day is an ISO date."""
    if not isinstance(value, str) and is_missing(value):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, numbers.Real) and float(value).is_integer():
        return str(int(float(value)))
    if isinstance(value, dt.datetime) and value.time() == dt.time.min:
        return value.date().isoformat()
    return str(value)


def _bad(value: object, zh: str, en: str) -> Cell:
    shown = write_cell(value)
    return Cell(None, Text(f"“{shown}”{zh}", f"{shown!r} {en}"))


def _read_text(value: object, column: Column, _factor: float) -> Cell:
    text = write_cell(value).strip()
    if not (column.required or column.refers_to):
        return Cell(text)
    key = plain(text)
    if key == text:
        return Cell(key)
    return Cell(key, Text(f"“{text}”改为半角“{key}”", f"{text!r} written as {key!r}"))


def _read_number(value: object, column: Column, factor: float) -> Cell:
    if isinstance(value, bool | dt.date):
        return _bad(value, "不是数", "is not a number")
    if isinstance(value, numbers.Real):
        number = float(value)
        return Cell(number * factor) if math.isfinite(number) else Cell(None)
    return _parse_number(str(value), column, factor)


def _parse_number(value: str, column: Column, factor: float) -> Cell:
    text = plain(value).casefold().replace(" ", "")
    if text in _UNKNOWN | _UNRATED:
        return Cell(None)
    found = _NUMBER.fullmatch(text)
    digits = found["digits"] if found else ""
    if found is None or not any(letter.isdigit() for letter in digits):
        return _bad(value, "不是数", "is not a number")
    scale = unit_factor(found["unit"], column.unit) if found["unit"] else factor
    if scale is None:
        return _bad(value, "的单位不对", "has another unit")
    number = float(digits.replace(",", "")) * scale
    about = Text(f"“{value}”是约数", f"{value!r} is approximate") if found["about"] else None
    return Cell(number, about)


def _read_integer(value: object, column: Column, factor: float) -> Cell:
    if isinstance(value, str):
        counted = _count_chinese(plain(value))
        if counted is not None:
            return Cell(counted)
    number, fault = _read_number(value, column, factor)
    if number is None:
        return Cell(None, fault)
    assert isinstance(number, float)
    if abs(number - round(number)) > 1e-9 * max(1.0, abs(number)):
        return _bad(value, "不是整数", "is not a whole number")
    return Cell(round(number), fault)


def _count_chinese(text: str) -> int | None:
    """Read 三, 五星级 and ★★★ as numbers."""
    if text and set(text) <= {"★", "☆", "⭐"}:
        return sum(star != "☆" for star in text)
    stem = text.removesuffix("级").removesuffix("星").removesuffix("层")
    return _DIGITS.get(stem)


def _read_boolean(value: object, _column: Column, _factor: float) -> Cell:
    text = plain(value).casefold()
    if text in _YES:
        return Cell(True)  # noqa: FBT003 - the value of the cell
    if text in _NO:
        return Cell(False)  # noqa: FBT003 - the value of the cell
    if text in _UNKNOWN:
        return Cell(None)
    return _bad(value, "不是“是”或“否”", "is neither yes nor no")


def _read_date(value: object, _column: Column, _factor: float) -> Cell:
    if isinstance(value, dt.date):
        return Cell(value.isoformat()[:10])
    text = plain(value)
    if text.casefold() in _UNKNOWN:
        return Cell(None)
    return Cell(day) if (day := _iso_day(text)) else _no_date(value)


def _iso_day(text: str) -> str:
    """Read a day as people write it, or as Excel counts days; "" where it is none."""
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        if found is not None:
            parts = (int(found[part]) for part in ("year", "month", "day"))
            return dt.date(*parts).isoformat()
    except ValueError:
        return ""
    if _SERIAL.fullmatch(text):
        return (_EXCEL_EPOCH + dt.timedelta(days=int(float(text)))).isoformat()
    return ""


def _no_date(value: object) -> Cell:
    return _bad(value, "不是日期（写成 2026-03-01）", "is not a date (write 2026-03-01)")


def _read_period(value: object, column: Column) -> Cell:
    """Read a quarter or a month; a day in a column of months is its month."""
    text = plain(value)
    if text.casefold() in _UNKNOWN:
        return Cell(None)
    if column.form == "quarter":
        quarter = read_quarter(text)
        word = ("不是季度（写成 2025Q3）", "is not a quarter (write 2025Q3)")
        return Cell(quarter) if quarter else _bad(value, *word)
    month = read_month(text) or _iso_day(text)[:7]
    word = ("不是月份（写成 2026-03）", "is not a month (write 2026-03)")
    return Cell(month) if month else _bad(value, *word)


def _read_choice(value: object, column: Column) -> Cell:
    text = plain(value).casefold().replace(" ", "")
    for code, label in column.choices.items():
        spellings = {plain(name).casefold().replace(" ", "") for name in (code, label.zh, label.en)}
        if text in spellings:
            return Cell(code)
    if text in _UNKNOWN:
        return Cell(None)
    allowed_zh = "、".join(label.zh for label in column.choices.values())
    allowed_en = ", ".join(label.en for label in column.choices.values())
    return _bad(value, f"不在可选值内（{allowed_zh}）", f"is none of: {allowed_en}")


def _within(cell: Cell, column: Column) -> Cell:
    if cell.value is None or isinstance(cell.value, str | bool):
        return cell
    if column.minimum is not None and cell.value < column.minimum:
        return _bad(cell.value, f"小于 {column.minimum:g}", f"is below {column.minimum:g}")
    if column.maximum is not None and cell.value > column.maximum:
        return _bad(cell.value, f"大于 {column.maximum:g}", f"is above {column.maximum:g}")
    return cell


_READERS: Final[dict[str, Callable[[object, Column, float], Cell]]] = {
    "text": _read_text,
    "number": _read_number,
    "integer": _read_integer,
    "boolean": _read_boolean,
    "date": _read_date,
}
