"""The city's promise that centres are open in the evening and on public holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.assessment import Finding, Verdict
from tongling_gis.catalogue import read_standards
from tongling_gis.hours.calendar import describe_day, public_holidays, typical_week
from tongling_gis.hours.opening import DAY_MIN, explain_unknown, open_minutes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.catalogue.centres import HoursStandard
    from tongling_gis.hours.reading import Hours

_HOUR_MIN = 60
_SHOWN = 3
HOLIDAY_NAME = "National Day"

EVENING = "HRS-01"
HOLIDAY = "HRS-02"
PROMISES: dict[str, Text] = {
    EVENING: Text("工作日晚间开放", "Open on weekday evenings"),
    HOLIDAY: Text("法定节假日开放", "Open on public holidays"),
}
"""The rules of the promise, by id."""


def _list_days(days: list[date]) -> Text:
    shown = [describe_day(day) for day in days[:_SHOWN]]
    more = len(days) - len(shown)
    return Text(
        "、".join(day.zh for day in shown) + (f" 等 {len(days)} 天" if more else ""),
        ", ".join(day.en for day in shown) + (f" and {more} more" if more else ""),
    )


def _judge(
    rule: str,
    minutes: dict[date, tuple[int, int]],
    limit: int,
    hours: Hours,
    clause: str,
) -> Finding:
    """Judge a rule by the minutes surely and perhaps open on each of its days."""
    shut = [day for day, (_, perhaps) in minutes.items() if perhaps < limit]
    unsure = [day for day, (sure, perhaps) in minutes.items() if sure < limit <= perhaps]
    if not minutes:
        verdict = Verdict.UNKNOWN
        reason = Text("当年的放假安排未知", "The year's holidays are not known")
    elif shut:
        verdict = Verdict.FAIL
        reason = Text("开放不足：{days}", "Not open long enough on {days}").fill(
            days=_list_days(shut)
        )
    elif unsure and hours.reason is not None:
        verdict, reason = Verdict.UNKNOWN, hours.reason
    elif unsure:
        verdict = Verdict.UNKNOWN
        reason = Text("无法判断 {days}：{why}", "Cannot tell for {days}: {why}").fill(
            days=_list_days(unsure), why=explain_unknown(hours, unsure[0])
        )
    else:
        verdict = Verdict.PASS
        reason = Text(
            "{count} 天均开放不少于 {limit} 分钟",
            "Open for {limit} min or more on all {count} days",
        ).fill(count=len(minutes), limit=limit)
    known = verdict is not Verdict.UNKNOWN
    worst = min(sure for sure, _ in minutes.values()) if minutes and known else None
    return Finding(rule, verdict, reason, worst, limit, "min", clause)


def check_promise(
    hours: Hours, *, where: BaseGeometry | None = None, standard: HoursStandard | None = None
) -> tuple[Finding, Finding]:
    """Check one centre's hours against the promise: evenings, then public holidays.

    Evenings are those of Monday to Friday in a typical week; public holidays are all days
    off in the reference year. Unknown hours never pass.

    Args:
        hours: The centre's hours.
        where: The centre's place, for the findings.
        standard: The numbers asked for; by default the catalogue's.

    Returns:
        Findings of HRS-01 and HRS-02; ``measured`` is the fewest minutes open on any day.
    """
    from dataclasses import replace

    standard = standard or read_standards().hours
    start, end = standard.evening_minutes
    week = typical_week(standard.reference_day)
    evenings = {day: open_minutes(hours, day, start, end) for day in week[:5]}
    days_off = public_holidays(standard.reference_day.year)
    holidays = {day: open_minutes(hours, day, 0, DAY_MIN) for day in days_off}
    source = standard.sources
    evening = _judge(EVENING, evenings, standard.evening_open_minutes, hours, source["evening"])
    holiday = _judge(HOLIDAY, holidays, standard.holiday_open_minutes, hours, source["holiday"])
    return replace(evening, where=where), replace(holiday, where=where)


def table_days(standard: HoursStandard | None = None) -> dict[str, date]:
    """Choose the dates that stand for Monday to Sunday and for a public holiday (PH)."""
    reference = (standard or read_standards().hours).reference_day
    names = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    days = dict(zip(names, typical_week(reference), strict=True))
    national = [d for d, name in public_holidays(reference.year).items() if name.en == HOLIDAY_NAME]
    return days | {"PH": national[0]} if national else days


def open_share_by_hour(
    places: Hours | Iterable[Hours], *, standard: HoursStandard | None = None
) -> pd.DataFrame:
    """Tabulate the share of each hour that places are open, in a typical week.

    Args:
        places: One place's hours, or those of several, whose mean is given.
        standard: Where the dates come from; by default the catalogue's.

    Returns:
        Rows Mo to Su and PH (the first day of National Day), columns 0 to 23, values 0 to 1;
        NaN where any place's hours are unknown in that hour.
    """
    import numpy as np
    import pandas as pd

    from tongling_gis.hours.reading import Hours

    several = [places] if isinstance(places, Hours) else list(places)
    days = table_days(standard)
    share = np.full((len(several), len(days), 24), np.nan)
    for place, hours in enumerate(several):
        for row, day in enumerate(days.values()):
            for hour in range(24):
                start = hour * _HOUR_MIN
                sure, perhaps = open_minutes(hours, day, start, start + _HOUR_MIN)
                if sure == perhaps:
                    share[place, row, hour] = sure / _HOUR_MIN
    mean = share.mean(axis=0) if several else np.full((len(days), 24), np.nan)
    return pd.DataFrame(mean, index=pd.Index(list(days), name="day"), columns=range(24))
