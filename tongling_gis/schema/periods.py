"""Quarters and months as people write them, brought to one form: 2025Q3 and 2026-03."""

from __future__ import annotations

import re
from typing import Final

_QUARTER: Final = re.compile(
    r"(?P<year>\d{4})\s*(?:[-/.]|年度?)?\s*"
    r"(?:[Qq](?P<letter>[1-4])|第?\s*(?P<word>[1-4一二三四])\s*季度?)"
)
_MONTH: Final = re.compile(
    r"(?P<year>\d{4})(?:\s*[-/.年]\s*(?P<month>\d{1,2})\s*(?:月份?)?|(?P<pair>\d{2}))"
)
_DIGITS: Final = {"一": "1", "二": "2", "三": "3", "四": "4"}
_MONTHS: Final = 12


def read_quarter(text: str) -> str:
    """Read a quarter as people write it; "" where it is none, or might be a month.

    >>> read_quarter("2025年第三季度"), read_quarter("2025 Q3"), read_quarter("2025-3")
    ('2025Q3', '2025Q3', '')
    """
    found = _QUARTER.fullmatch(text.strip())
    if found is None:
        return ""
    digit = found["letter"] or found["word"]
    return f"{found['year']}Q{_DIGITS.get(digit, digit)}"


def read_month(text: str) -> str:
    """Read a month as people write it; "" where it is none.

    >>> read_month("2026年3月"), read_month("202603"), read_month("3月")
    ('2026-03', '2026-03', '')
    """
    found = _MONTH.fullmatch(text.strip())
    month = int(found["month"] or found["pair"]) if found else 0
    return f"{found['year']}-{month:02}" if found and 1 <= month <= _MONTHS else ""
