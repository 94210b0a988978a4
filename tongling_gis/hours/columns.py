"""A centre's hours from the columns that planners fill: weekdays, evenings, weekends, holidays.

They stand in where ``opening_hours`` is empty. A column that is empty or cannot be read leaves
its part of the week unknown; where what is written contradicts itself, that is said.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tongling_gis.catalogue import read_standards
from tongling_gis.hours.opening import DAY_MIN, day_spans, open_minutes
from tongling_gis.hours.promise import table_days
from tongling_gis.hours.reading import Hours, read_hours
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import pandas as pd

WEEKDAY, EVENING, WEEKEND, HOLIDAY = (
    "hours_weekday",
    "hours_evening",
    "hours_weekend",
    "hours_holiday",
)
LABELS: dict[str, Text] = {
    WEEKDAY: Text("工作日", "weekdays"),
    EVENING: Text("晚间", "evenings"),
    WEEKEND: Text("周末", "weekends"),
    HOLIDAY: Text("节假日", "holidays"),
}
"""The columns, and the parts of the week for which they stand."""

_SHUT = frozenset({"不开放", "不开", "关闭", "休息", "闭馆", "无", "off", "closed"})
_EVERY_DAY = "Mo-Su,PH "
_UNKNOWN, _CLOSED, _ALL_DAY = "unknown", "closed", "00:00-24:00"
_NO_TIMES = Text("“{written}”不只是钟点，看不懂", "{written!r} is not plain times of day")
_EMPTY = Text("没有填写", "not filled in")
_DISAGREE = Text(
    "“工作日开放”和“晚间开放”两栏对晚间说法不一，晚间按未知计。",
    "The columns for weekdays and for evenings disagree on evenings, which stay unknown.",
)
_OTHERWISE = Text(
    "“开放时间”与{parts}的分栏说法不一，按“开放时间”计。",
    "opening_hours disagrees with the columns for {parts}; opening_hours counts.",
)


class _Cell(NamedTuple):
    """One column as read: its times of day as OSM writes them, or why they are unknown."""

    times: str = _UNKNOWN
    reason: Text | None = None


def read_place_hours(cells: Mapping[str, object]) -> Hours:
    """Read a place's hours from ``opening_hours``, or else from the four columns.

    >>> read_place_hours({"hours_weekday": "8:30-12:00，14:00-17:30", "hours_evening": "不开放",
    ...                   "hours_weekend": "9:00-17:00", "hours_holiday": "9:00-12:00"}).osm
    'Mo-Fr 08:30-12:00,14:00-17:30; Sa,Su 09:00-17:00; PH 09:00-12:00'
    """
    whole = read_hours(cells.get("opening_hours"))
    if not any(_is_written(cells.get(name)) for name in LABELS):
        return whole
    parts = _read_columns(cells)
    if not whole.written:
        return parts
    if not whole.known:
        return whole
    where = list(_list_differences(whole, parts))
    if not where:
        return whole
    said = _OTHERWISE.fill(
        parts=Text(
            "、".join(f"“{LABELS[name].zh}”" for name in where),
            ", ".join(LABELS[name].en for name in where),
        )
    )
    return replace(whole, conflicts=(said,))


def read_all_hours(places: pd.DataFrame) -> list[Hours]:
    """Read the hours of each row of a table of places."""
    names = [name for name in ("opening_hours", *LABELS) if name in places]
    return [
        read_place_hours(dict(zip(names, cells, strict=True)))
        for cells in places[names].itertuples(index=False, name=None)
    ]


def explain_unread(name: str, written: str) -> Text | None:
    """Say why what stands in one column of hours cannot be read; None where it can.

    >>> explain_unread("hours_evening", "18:30-21:00")
    >>> explain_unread("hours_evening", "晚上").zh
    '“晚上”不只是钟点，看不懂'
    """
    if name in LABELS:
        return _read_cell(written).reason
    hours = read_hours(written)
    return None if hours.known else hours.reason


def describe_conflicts(named: Iterable[tuple[str, Hours]]) -> list[Text]:
    """Say of each place whose hours contradict themselves that they do."""
    return [
        Text("{name}：{why}", "{name}: {why}").fill(name=name, why=why)
        for name, hours in named
        for why in hours.conflicts
    ]


def _is_written(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _read_cell(written: object) -> _Cell:
    """Read one column's times of day."""
    if not isinstance(written, str) or not written.strip():
        return _Cell(reason=_EMPTY)
    text = written.strip().replace("、", ",")
    if text.lower() in _SHUT:
        return _Cell(_CLOSED)
    osm = read_hours(text).osm.removeprefix(_EVERY_DAY)
    times = {"24/7": _ALL_DAY, "24/7 closed": _CLOSED}.get(osm, osm)
    if not times or (times[0].isalpha() and times != _CLOSED):
        return _Cell(reason=_NO_TIMES.fill(written=written.strip()))
    return _Cell(times)


def _read_columns(cells: Mapping[str, object]) -> Hours:
    parts = {name: _read_cell(cells.get(name)) for name in LABELS}
    rules, disagree = _working_days(parts[WEEKDAY].times, parts[EVENING].times)
    rules += [f"Sa,Su {parts[WEEKEND].times}", f"PH {parts[HOLIDAY].times}"]
    told = rules[0] != f"Mo-Fr {parts[WEEKDAY].times}"
    missing = {
        name: cell.reason
        for name, cell in parts.items()
        if cell.reason is not None and (name != EVENING or told or parts[WEEKDAY].reason)
    }
    written = "；".join(
        f"{LABELS[name].zh} {str(cells[name]).strip()}"
        for name in LABELS
        if _is_written(cells.get(name))
    )
    return Hours(
        written,
        "; ".join(rules),
        reason=_explain(missing) if missing else _DISAGREE if disagree else None,
        conflicts=(_DISAGREE,) if disagree else (),
    )


def _working_days(day: str, evening: str) -> tuple[list[str], bool]:
    """Write the rule of Monday to Friday, and tell whether the two columns disagree.

    Hours of the weekday column that reach into the evening say the evening too.
    """
    start = read_standards().hours.evening_minutes[0]
    clock = f"{start // 60:02d}:{start % 60:02d}"
    late = f"Mo-Fr {clock}-24:00 {_UNKNOWN}"
    monday = next(iter(table_days().values()))
    said = _evening_of(day, monday, start)
    if evening == _UNKNOWN:
        return [f"Mo-Fr {day}" if day == _UNKNOWN or said else f"Mo-Fr {day}, {late}"], False
    if day == _UNKNOWN:
        early = f"Mo-Fr 00:00-{clock} {_UNKNOWN}"
        return [early if evening == _CLOSED else f"{early}, Mo-Fr {evening}"], False
    if said and said != _evening_of(evening, monday, start):
        return [f"Mo-Fr {day}, {late}"], True
    open_parts = [times for times in (day, evening) if times != _CLOSED and times]
    if said:
        open_parts = [day]
    return [f"Mo-Fr {','.join(open_parts) or _CLOSED}"], False


def _evening_of(times: str, monday: date, start: int) -> tuple[tuple[int, int], ...]:
    """Give the spans of an evening that times of day keep open."""
    if times in (_UNKNOWN, _CLOSED):
        return ()
    spans = day_spans(Hours(times, f"Mo-Fr {times}"), monday)
    return tuple(
        (max(first, start), end) for first, end, is_open in spans if is_open and end > start
    )


def _explain(missing: Mapping[str, Text]) -> Text:
    one = Text("“{part}”{why}", "{part} {why}")
    said = [one.fill(part=LABELS[name], why=why) for name, why in missing.items()]
    return Text(
        "开放时间分栏：" + "，".join(text.zh for text in said) + "。",
        "Columns of hours: " + ", ".join(text.en for text in said) + ".",
    )


def _list_differences(whole: Hours, parts: Hours) -> Iterable[str]:
    """Name the columns of whose part of the week the two say the contrary."""
    start = read_standards().hours.evening_minutes[0]
    days = table_days()
    looked = {
        WEEKDAY: [(days[name], 0, start) for name in ("Mo", "Tu", "We", "Th", "Fr")],
        EVENING: [(days[name], start, DAY_MIN) for name in ("Mo", "Tu", "We", "Th", "Fr")],
        WEEKEND: [(days[name], 0, DAY_MIN) for name in ("Sa", "Su")],
        HOLIDAY: [(days["PH"], 0, DAY_MIN)] if "PH" in days else [],
    }
    for name, times in looked.items():
        if any(_differ(whole, parts, *one) for one in times):
            yield name


def _differ(one: Hours, other: Hours, day: date, start: int, end: int) -> bool:
    """Tell whether at some minute one is surely open and the other surely shut."""
    cuts = {start, end} | {
        cut
        for hours in (one, other)
        for first, last, _ in day_spans(hours, day)
        for cut in (first, last)
        if start < cut < end
    }
    for first, last in pairwise(sorted(cuts)):
        sure, perhaps = zip(
            *(open_minutes(hours, day, first, last) for hours in (one, other)), strict=True
        )
        if max(sure) and not min(perhaps):
            return True
    return False
