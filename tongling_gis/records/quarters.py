"""Quarters, months and days of records."""

from __future__ import annotations

import datetime as dt

from tongling_gis.schema.periods import read_quarter

__all__ = ["add_years", "last_complete_quarter", "quarter_of", "read_day", "read_quarter"]


def quarter_of(day: dt.date) -> str:
    """Give the quarter a day is in.

    >>> quarter_of(dt.date(2026, 3, 31))
    '2026Q1'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def last_complete_quarter(day: dt.date) -> str:
    """Give the last quarter that ended before a day.

    >>> last_complete_quarter(dt.date(2026, 1, 5))
    '2025Q4'
    """
    first = dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return quarter_of(first - dt.timedelta(days=1))


def read_day(text: object) -> dt.date | None:
    """Read an ISO date; None where there is none."""
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def add_years(day: dt.date, years: int) -> dt.date:
    """Give the same day some years later; 28 February for 29 February.

    >>> add_years(dt.date(2024, 2, 29), 3)
    datetime.date(2027, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
