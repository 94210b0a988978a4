"""China's public holidays and make-up working days, as the State Council arranges them.

The arrangements come year by year; a year that has not been announced is unknown.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from tongling_gis.text import Text

WEEKDAYS: tuple[Text, ...] = (
    Text("周一", "Monday"),
    Text("周二", "Tuesday"),
    Text("周三", "Wednesday"),
    Text("周四", "Thursday"),
    Text("周五", "Friday"),
    Text("周六", "Saturday"),
    Text("周日", "Sunday"),
)

HOLIDAYS: dict[str, Text] = {
    "New Year's Day": Text("元旦", "New Year's Day"),
    "Spring Festival": Text("春节", "Spring Festival"),
    "Tomb-sweeping Day": Text("清明节", "Tomb-sweeping Day"),
    "Labour Day": Text("劳动节", "Labour Day"),
    "Dragon Boat Festival": Text("端午节", "Dragon Boat Festival"),
    "Mid-autumn Festival": Text("中秋节", "Mid-autumn Festival"),
    "National Day": Text("国庆节", "National Day"),
}
"""Public holidays, under the names of ``chinese_calendar``."""

SATURDAY = 5


class DayKind(StrEnum):
    """What kind of day a date is in China."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    UNKNOWN = "unknown"


KIND_LABELS: dict[DayKind, Text] = {
    DayKind.WORKING: Text("工作日", "working day"),
    DayKind.WEEKEND: Text("周末", "weekend"),
    DayKind.HOLIDAY: Text("法定节假日", "public holiday"),
    DayKind.MAKE_UP: Text("调休上班日", "make-up working day"),
    DayKind.UNKNOWN: Text("放假安排未知", "holiday arrangement unknown"),
}


@cache
def known_years() -> tuple[int, int]:
    """Give the first and last year whose arrangement is known."""
    from chinese_calendar import holidays

    return min(holidays).year, max(holidays).year


def kind_of(day: date) -> DayKind:
    """Tell whether a date is worked, a weekend, a public holiday or a make-up working day.

    >>> kind_of(date(2026, 10, 5)).value, kind_of(date(2026, 10, 10)).value
    ('holiday', 'make_up')
    >>> kind_of(date(2126, 10, 1)).value
    'unknown'
    """
    from chinese_calendar import holidays, workdays

    first, last = known_years()
    if not first <= day.year <= last:
        return DayKind.UNKNOWN
    if day in workdays:
        return DayKind.MAKE_UP
    if day in holidays:
        return DayKind.HOLIDAY
    return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKING


def public_holidays(year: int) -> dict[date, Text]:
    """List the days off of a year's public holidays, in order, with the holiday's name.

    Empty where the year's arrangement is unknown.

    >>> days = public_holidays(2026)
    >>> [day.day for day, name in days.items() if name.en == "National Day"]
    [1, 2, 3, 4, 5, 6, 7]
    """
    from chinese_calendar import holidays

    return {
        day: HOLIDAYS.get(name, Text.same(name))
        for day, name in sorted(holidays.items())
        if day.year == year
    }


def make_up_days(year: int) -> tuple[date, ...]:
    """List a year's make-up working days, in order."""
    from chinese_calendar import workdays

    return tuple(day for day in sorted(workdays) if day.year == year)


def typical_week(after: date) -> tuple[date, ...]:
    """Find the first Monday to Sunday from a day on with no holiday and no make-up day.

    Beyond the years that are known every week counts as typical.

    >>> [str(day) for day in typical_week(date(2026, 9, 14))][::6]
    ['2026-10-12', '2026-10-18']
    """
    odd = {DayKind.HOLIDAY, DayKind.MAKE_UP}
    monday = after + timedelta(days=-after.weekday() % 7)
    while True:
        week = tuple(monday + timedelta(days=ahead) for ahead in range(7))
        if not odd & {kind_of(day) for day in week}:
            return week
        monday += timedelta(days=7)


def describe_day(day: date) -> Text:
    """Write a date with its weekday and, where it is one, its holiday.

    >>> describe_day(date(2026, 10, 1)).zh
    '2026-10-01 周四（国庆节）'
    """
    kind = kind_of(day)
    what = public_holidays(day.year)[day] if kind is DayKind.HOLIDAY else KIND_LABELS[kind]
    return Text("{day} {weekday}（{what}）", "{weekday} {day} ({what})").fill(
        day=day.isoformat(), weekday=WEEKDAYS[day.weekday()], what=what
    )
