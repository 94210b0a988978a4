"""Moments as people say them: "Tuesday 19:30", "国庆 10:00", "2026-10-01 10:00"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.hours.calendar import (
    DayKind,
    describe_day,
    kind_of,
    make_up_days,
    public_holidays,
    typical_week,
)
from tongling_gis.text import Text

_WEEKDAY = {
    name: at
    for at, names in enumerate(
        (
            ("mo", "mon", "monday", "一"),
            ("tu", "tue", "tues", "tuesday", "二"),
            ("we", "wed", "wednesday", "三"),
            ("th", "thu", "thurs", "thursday", "四"),
            ("fr", "fri", "friday", "五"),
            ("sa", "sat", "saturday", "六"),
            ("su", "sun", "sunday", "日", "天"),
        )
    )
    for name in names
}
_KIND = {
    "weekday": 1,
    "workingday": 1,
    "工作日": 1,
    "平日": 1,
    "weekend": 5,
    "周末": 5,
    "双休日": 5,
}
_HOLIDAY = {
    "newyear": "New Year's Day",
    "newyearsday": "New Year's Day",
    "元旦": "New Year's Day",
    "springfestival": "Spring Festival",
    "chinesenewyear": "Spring Festival",
    "春节": "Spring Festival",
    "tombsweepingday": "Tomb-sweeping Day",
    "qingming": "Tomb-sweeping Day",
    "清明": "Tomb-sweeping Day",
    "labourday": "Labour Day",
    "laborday": "Labour Day",
    "mayday": "Labour Day",
    "劳动": "Labour Day",
    "五一": "Labour Day",
    "dragonboatfestival": "Dragon Boat Festival",
    "端午": "Dragon Boat Festival",
    "midautumnfestival": "Mid-autumn Festival",
    "中秋": "Mid-autumn Festival",
    "nationalday": "National Day",
    "国庆": "National Day",
    "十一": "National Day",
    "holiday": "National Day",
    "publicholiday": "National Day",
    "法定节假日": "National Day",
    "节假日": "National Day",
}
_MAKE_UP = {"makeupday", "makeupworkingday", "调休", "调休上班日", "调休上班", "补班", "补班日"}
_TIME = re.compile(
    r"(?P<early>凌晨|早上|早|上午|中午)?(?P<late>下午|傍晚|晚上|晚)?\s*(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})|[点时](?:(?P<after>\d{1,2})分?|(?P<half>半))?)?\s*(?P<pm>[ap]m)?$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_NOON = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment, on the city's own clock.

    Attributes:
        asked: The moment as it was asked for.
        when: The date and time that stand for it.
        label: How it reads: the date chosen, its weekday or holiday, and the time.
    """

    asked: str
    when: datetime
    label: Text

    @property
    def kind(self) -> DayKind:
        """What kind of day it falls on."""
        return kind_of(self.when.date())


def _refuse(asked: str, why: Text) -> UsageError:
    says = Text(
        "“{asked}”不是可用的时刻：{why}。请写如“周二 19:30”“国庆 10:00”或“2026-10-01 10:00”。",
        "{asked!r} is not a moment that can be used: {why}. "
        "Write one such as 'Tuesday 19:30', 'National Day 10:00' or '2026-10-01 10:00'.",
    )
    return UsageError(says.fill(asked=asked, why=why))


def _clock(found: re.Match[str]) -> tuple[int, int]:
    hour = int(found["hour"])
    minute = int(found["minute"] or found["after"] or (30 if found["half"] else 0))
    pm = (found["pm"] or "").lower()
    if (found["late"] or pm == "pm") and hour < _NOON:
        hour += _NOON
    return (0 if pm == "am" and hour == _NOON else hour), minute


def _named_date(words: str, after: date) -> date | None:
    """Find the date that stands for a weekday, a kind of day or a holiday."""
    plain = re.sub(r"[\s'’._-]", "", words).casefold()
    week = typical_week(after)
    bare = re.sub(r"^(?:周|星期|礼拜)(?=[一二三四五六日天]$)", "", plain)
    if plain in _KIND:
        return week[_KIND[plain]]
    if bare in _WEEKDAY:
        return week[_WEEKDAY[bare]]
    if plain in _MAKE_UP:
        return next(iter(make_up_days(after.year)), None)
    holiday = _HOLIDAY.get(plain) or _HOLIDAY.get(plain.removesuffix("节"))
    days = public_holidays(after.year)
    return next((day for day, name in days.items() if name.en == holiday), None)


def _date(words: str, asked: str, after: date) -> date:
    written = _DATE.fullmatch(words)
    if written is None:
        day = _named_date(words, after)
        if day is None:
            why = Text("不认识“{words}”这一天", "{words!r} is no day that is known")
            raise _refuse(asked, why.fill(words=words))
        return day
    try:
        return date(*(int(part) for part in written.groups()))
    except ValueError:
        why = Text("没有 {words} 这一天", "there is no {words}").fill(words=words)
        raise _refuse(asked, why) from None


def read_moment(asked: str, *, after: date | None = None) -> Moment:
    """Read a moment, and choose the date that stands for it where it names none.

    A weekday falls in the first week from ``after`` on that has no holiday and no make-up
    day; "weekday" is its Tuesday, "weekend" its Saturday; a holiday is the first day of it
    in the year of ``after``, and "holiday" is National Day. So the same words always mean
    the same date; the moment's label says which.

    Args:
        asked: Words and a time, in Chinese or English, or an ISO date and time.
        after: Where to look for the date from; by default the catalogue's reference day.

    Raises:
        UsageError: If the words or the time mean nothing, or the day does not exist.

    >>> read_moment("周二 19:30").label.zh
    '2026-03-03 周二（工作日）19:30'
    >>> read_moment("National Day 10:00").label.en
    'Thursday 2026-10-01 (National Day) 10:00'
    """
    text = re.sub(r"(?<=\d)T(?=\d)", " ", unicodedata.normalize("NFKC", asked).strip())
    time_of_day = _TIME.search(text)
    words = text[: time_of_day.start()].strip(" ,的") if time_of_day else ""
    if time_of_day is None or not words:
        raise _refuse(asked, Text("要同时写日子和时间", "both a day and a time are needed"))
    hour, minute = _clock(time_of_day)
    try:
        clock = time(hour, minute)
    except ValueError:
        why = Text("没有这个钟点", "there is no such time of day")
        raise _refuse(asked, why) from None
    day = _date(words, asked, after or read_standards().hours.reference_day)
    label = Text("{day}{clock}", "{day} {clock}").fill(
        day=describe_day(day), clock=f"{clock:%H:%M}"
    )
    return Moment(asked, datetime.combine(day, clock), label)
