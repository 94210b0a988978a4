"""Drop-downs and limits of a sheet's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tongling_gis.schema import TABLES
from tongling_gis.text import Text
from tongling_gis.workbooks.sheets import NO, SHEETS, YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

    from tongling_gis.schema import Column
    from tongling_gis.text import Lang
    from tongling_gis.workbooks.sheets import Heading

_TITLE = Text("请核对", "Please check")
_FROM_LIST = Text("请从下拉列表中选择。", "Choose from the list.")
_NO_SUCH_KEY = Text(
    "“{sheet}”表中没有这个编号。如果填的是名称（不重复），请点“是”。",
    "The sheet {sheet!r} has no such id. Keep it if it is a name that stands there once.",
)
_NOT_ALLOWED = Text("这里要填{what}。", "Write {what} here.")
_WHAT: Final = {
    "integer": Text("整数", "a whole number"),
    "number": Text("数字", "a number"),
    "date": Text("日期，如 2026-03-01", "a date such as 2026-03-01"),
}
_FIRST_DAY, _LAST_DAY = "1", "73415"  # in Excel's count: 1900-01-01 to 2100-12-31
_HIGHEST = 1e15


def add_dropdowns(sheet: Worksheet, headings: Sequence[Heading], last_row: int, lang: Lang) -> None:
    """Give every column of choices, yes and no, links, numbers and dates its drop-down or limit."""
    from openpyxl.utils import get_column_letter

    for at, heading in enumerate(headings, start=1):
        if heading.column is None:
            continue
        check = _check_of(heading.column, lang)
        if check is not None:
            letter = get_column_letter(at)
            check.add(f"{letter}2:{letter}{last_row}")
            sheet.add_data_validation(check)


def _check_of(column: Column, lang: Lang) -> DataValidation | None:
    if column.refers_to in SHEETS:
        return _link(column, lang)
    if column.choices:
        return _list([label.in_lang(lang) for label in column.choices.values()], lang)
    if column.kind == "boolean":
        return _list([YES.in_lang(lang), NO.in_lang(lang)], lang)
    if column.kind in _WHAT:
        return _limits(column, lang)
    return None


def _list(words: Sequence[str], lang: Lang) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation as Check

    return Check(
        type="list",
        formula1=f'"{",".join(words)}"',
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=_TITLE.in_lang(lang),
        error=_FROM_LIST.in_lang(lang),
    )


def _link(column: Column, lang: Lang) -> DataValidation:
    """Offer the keys that stand in the linked sheet; any other is asked about."""
    from openpyxl.worksheet.datavalidation import DataValidation as Check

    other = TABLES[column.refers_to].label
    sheet = f"'{other.in_lang(lang)}'"
    return Check(
        type="list",
        formula1=f"OFFSET({sheet}!$A$2,0,0,MAX(1,COUNTA({sheet}!$A:$A)-1),1)",
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle=_TITLE.in_lang(lang),
        error=_NO_SUCH_KEY.fill(sheet=other).in_lang(lang),
    )


def _limits(column: Column, lang: Lang) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation as Check

    least = -_HIGHEST if column.minimum is None else column.minimum
    most = _HIGHEST if column.maximum is None else column.maximum
    day = column.kind == "date"
    what = _WHAT[column.kind].in_lang(lang)
    if column.minimum is not None and column.maximum is not None:
        what += f"（{least:g}–{most:g}）" if lang == "zh" else f" ({least:g}-{most:g})"
    return Check(
        type="date" if day else "whole" if column.kind == "integer" else "decimal",
        operator="between",
        formula1=_FIRST_DAY if day else f"{least:.0f}",
        formula2=_LAST_DAY if day else f"{most:.0f}",
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=_TITLE.in_lang(lang),
        error=_NOT_ALLOWED.fill(what=what).in_lang(lang),
    )
