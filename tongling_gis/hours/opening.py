"""Whether a place is open at a moment: True, False, or None where its hours do not say.

The library that evaluates OSM ``opening_hours`` does not know China's days off and make-up
working days. So the text is rewritten for the day before it is evaluated: ``PH`` becomes the
day's own weekday on a public holiday and never holds otherwise. Where the hours leave
something open, every reading is evaluated, and the answer is known only if all agree:

- a public holiday that the text does not mention may follow any weekday's hours, or be off
  where weekdays differ;
- a make-up working day (a Saturday or Sunday worked) follows those of Monday to Friday;
- a day of a year whose holidays are not announced may be any of these;
- school holidays (``SH``) may hold or not;
- a weekday's rule written after that of ``PH`` overrides it in OSM syntax, which its writer
  hardly meant: both ways are read.

The library ends hours past midnight where another rule holds on the next day; there the
small hours are unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, TypeAlias

from tongling_gis.hours.calendar import DayKind, describe_day, kind_of
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tongling_gis.hours.moments import Moment
    from tongling_gis.hours.reading import Hours

DAY_MIN = 24 * 60
Span: TypeAlias = tuple[int, int, bool | None]
"""Start and end in minutes after midnight, and open, closed or unknown (None)."""

_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_NAME = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_ITEM = rf"(?:PH|SH|{_NAME}(?:-{_NAME})?)(?!\[)"
_SELECTOR = re.compile(rf"\b{_ITEM}(?:,{_ITEM})*\b(?![\[,-])")
_DATED = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week\d\d|\d{4}|easter)\b"
)
_RULE = re.compile(r'(?:"[^"]*"|[^";])+')
_QUOTED = re.compile(r'("[^"]*")')
_RANGE = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_OPEN_END = re.compile(r"\d\d:\d\d\+")
_WORKDAYS = range(5)
_DATED_RANK = 2
_NEVER = "PH"  # without a country the library knows no holidays, so this never holds


@dataclass(frozen=True, slots=True)
class _Role:
    """How a date is read: as which weekday (None: none), and whether ``PH`` holds on it."""

    weekday: int
    acts_as: int | None
    holiday: bool = False
    holiday_first: bool = False


def _roles(day: date, text: str) -> list[_Role]:
    """List the ways in which a date may be read."""
    weekday, kind = day.weekday(), kind_of(day)
    plain = _Role(weekday, weekday)
    if "PH" in text:
        off = [
            _Role(weekday, weekday, holiday=True, holiday_first=first) for first in (True, False)
        ]
    else:
        off = [_Role(weekday, other) for other in range(7)]
    worked = [_Role(weekday, other) for other in _WORKDAYS]
    return {
        DayKind.HOLIDAY: off,
        DayKind.MAKE_UP: worked,
        DayKind.UNKNOWN: [plain, *off, *worked],
    }.get(kind, [plain])


def _selected(selector: str) -> set[str]:
    """Give the weekdays' names, and PH and SH, that a selector such as "Mo-Fr,PH" names."""
    chosen: set[str] = set()
    for item in selector.split(","):
        first, _, last = item.partition("-")
        if not last:
            chosen.add(first)
            continue
        start, end = _NAMES.index(first), _NAMES.index(last)
        chosen |= {_NAMES[at % 7] for at in range(start, end + (1 if end >= start else 8))}
    return chosen


def _recast(selector: str, roles: Sequence[_Role], *, school: bool) -> str:
    """Write a selector anew so that it holds on the roles' dates as they are read."""
    chosen = _selected(selector)
    kept = {name for name in chosen if name in _NAMES}
    for role in roles:
        name = _NAMES[role.weekday]
        holds = role.acts_as is not None and _NAMES[role.acts_as] in chosen
        holds |= role.holiday and "PH" in chosen
        holds |= school and "SH" in chosen
        kept = kept | {name} if holds else kept - {name}
    return ",".join(name for name in _NAMES if name in kept) or _NEVER


def _holidays_last(text: str) -> str:
    """Let the rules that name ``PH`` override weekdays' rules, whatever their order."""
    rules = [rule.strip() for rule in _RULE.findall(text)]
    ranks = [_DATED_RANK if _DATED.search(rule) else int("PH" in rule) for rule in rules]
    undated = [rank for rank in ranks if rank < _DATED_RANK]
    if undated == sorted(undated):
        return text
    return "; ".join(rules[at] for at in sorted(range(len(rules)), key=ranks.__getitem__))


def _read_as(text: str, roles: Sequence[_Role], *, school: bool) -> str:
    if any(role.holiday_first for role in roles):
        text = _holidays_last(text)
    return "".join(
        part
        if part.startswith('"')
        else _SELECTOR.sub(lambda found: _recast(found[0], roles, school=school), part)
        for part in _QUOTED.split(text)
    )


def _runs_past_midnight(text: str) -> bool:
    ends = [[int(number) for number in found.groups()] for found in _RANGE.finditer(text)]
    return any((h2, m2) <= (h1, m1) or (h2, m2) > (24, 0) for h1, m1, h2, m2 in ends)


def _readings(text: str, day: date) -> set[str]:
    """List the distinct texts to evaluate for a date; "" where one cannot be written."""
    dates = [_roles(day, text)]
    if _runs_past_midnight(text):
        dates.append(_roles(day - timedelta(days=1), text))
    schools = (False, True) if "SH" in text else (False,)
    readings = set()
    for roles in product(*dates):
        odd = any(role.holiday or role.acts_as != role.weekday for role in roles)
        for school in schools:
            unclear = "[" in text and (odd or school)  # such as "Mo[1]", the month's first Monday
            readings.add("" if unclear else _read_as(text, roles, school=school))
    return readings


def _minute(moment: datetime, midnight: datetime) -> int:
    return min(int((moment - midnight).total_seconds() // 60), DAY_MIN)


def _spans_as_read(text: str, day: date) -> list[Span]:
    """Evaluate one reading over one day."""
    from opening_hours import OpeningHours, State, validate

    if not validate(text):
        return [(0, DAY_MIN, None)]
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the place's own clock
    open_end = _OPEN_END.search(text) is not None
    spans: list[Span] = []
    for start, end, state, comment in OpeningHours(text).intervals(
        midnight, midnight + timedelta(days=1)
    ):
        is_state_open = None if comment or open_end else True
        value = {State.OPEN: is_state_open, State.CLOSED: False, State.UNKNOWN: None}[state]
        spans.append((_minute(start, midnight), _minute(end, midnight), value))
    return spans


def _agreed(readings: Iterable[list[Span]]) -> tuple[Span, ...]:
    """Lay readings over one another: known where all agree, None elsewhere; equals merged."""
    tables = list(readings)
    cuts = sorted({cut for spans in tables for start, end, _ in spans for cut in (start, end)})
    merged: list[Span] = []
    for start, end in pairwise(cuts):
        values = {
            value for spans in tables for first, last, value in spans if first <= start < last
        }
        value = values.pop() if len(values) == 1 else None
        if merged and merged[-1][2] is value:
            merged[-1] = (merged[-1][0], end, value)
        else:
            merged.append((start, end, value))
    return tuple(merged)


def _small_hours(text: str, day: date) -> list[Span]:
    """Find what is open past midnight by the rules of the day before alone."""
    if not _runs_past_midnight(text):
        return []
    none = _Role(day.weekday(), None)
    eves = _roles(day - timedelta(days=1), text)
    first = [_spans_as_read(_read_as(text, (none, eve), school=False), day)[0] for eve in eves]
    return [span for span in first if span[2]]


@lru_cache(maxsize=100_000)
def _spans_of(osm: str, day: date) -> tuple[Span, ...]:
    tables = [_spans_as_read(text, day) for text in sorted(_readings(osm, day))]
    perhaps_off = kind_of(day) in {DayKind.HOLIDAY, DayKind.UNKNOWN} and "PH" not in osm
    if perhaps_off and any(table != tables[0] for table in tables):
        tables.append([(0, DAY_MIN, False)])
    return _agreed([*tables, _small_hours(osm, day)])


def day_spans(hours: Hours, day: date) -> tuple[Span, ...]:
    """Divide a day into spans that are open, closed or unknown; together they fill it.

    >>> from tongling_gis.hours.reading import read_hours
    >>> day_spans(read_hours("Mo-Fr 09:00-17:00; PH off"), date(2026, 10, 10))
    ((0, 540, False), (540, 1020, True), (1020, 1440, False))
    """
    return _spans_of(hours.osm, day) if hours.known else ((0, DAY_MIN, None),)


def open_minutes(hours: Hours, day: date, start_min: int, end_min: int) -> tuple[int, int]:
    """Count the minutes surely open, and the minutes perhaps open, within part of a day.

    Args:
        hours: The place's hours.
        day: The date.
        start_min: Start of the part, minutes after midnight.
        end_min: End of the part, minutes after midnight.
    """
    sure = perhaps = 0
    for start, end, value in day_spans(hours, day):
        overlap = max(0, min(end, end_min) - max(start, start_min))
        sure += overlap if value else 0
        perhaps += overlap if value is not False else 0
    return sure, perhaps


def is_open(hours: Hours, moment: Moment | datetime) -> bool | None:
    """Tell whether a place is open; None where its hours do not say.

    >>> from tongling_gis.hours.moments import read_moment
    >>> from tongling_gis.hours.reading import read_hours
    >>> hours = read_hours("周一至周五 8:30-17:30，周末及节假日 9:00-21:00")
    >>> is_open(hours, read_moment("周二 19:30")), is_open(hours, read_moment("国庆 19:30"))
    (False, True)
    >>> is_open(read_hours("Mo-Fr 08:30-17:30"), read_moment("国庆 10:00")) is None
    True
    """
    when = moment if isinstance(moment, datetime) else moment.when
    minute = when.hour * 60 + when.minute
    return next(
        value for start, end, value in day_spans(hours, when.date()) if start <= minute < end
    )


def explain_unknown(hours: Hours, day: date) -> Text:
    """Say why hours do not tell whether a place is open on a day."""
    if hours.reason is not None:
        return hours.reason
    kind = kind_of(day)
    if kind is DayKind.UNKNOWN:
        why = Text("{year} 年的放假安排尚未收录", "the holidays of {year} are not known")
        return why.fill(year=day.year)
    if kind is DayKind.HOLIDAY and "PH" not in hours.osm:
        return Text("没有写法定节假日是否开放", "the hours say nothing of public holidays")
    if kind in {DayKind.HOLIDAY, DayKind.MAKE_UP}:
        why = Text(
            "写法对 {day} 有不止一种理解", "the hours can be read in more than one way on {day}"
        )
        return why.fill(day=describe_day(day))
    return Text("写明为待定或附有条件", "the hours are given as uncertain or on a condition")
