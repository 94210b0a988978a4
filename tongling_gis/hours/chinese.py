"""Opening hours as planners write them in Chinese, turned into OSM syntax where they are clear.

A small grammar, no guessing: the text is cut into days, times and words that change
nothing; anything left over makes the whole unknown, and the reason names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DIGITS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_PH = 7
_WEEKEND = (5, 6)
_PAIR = 2
_HOLIDAY_WORD = "节假日"
_NOON = 12
_HOUR_MIN = 60
_ALL_DAY = "00:00-24:00"
_MIDNIGHT_MIN = 24 * _HOUR_MIN

_D = r"(?:周|星期|礼拜)"
_CLOCK = r"(?P<{0}>凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚)?(?P<{1}>\d{{1,2}})"
_MINUTE = r"(?::(?P<{0}>\d{{2}})|[点时](?:(?P<{1}>\d{{1,2}})分?|(?P<{2}>半))?整?)"
_TIMES = (
    _CLOCK.format("p1", "h1")
    + "(?:"
    + _MINUTE.format("a1", "b1", "c1")
    + ")?(?:-|至|到)"
    + _CLOCK.format("p2", "h2")
    + _MINUTE.format("a2", "b2", "c2")
)
_TOKENS = re.compile(
    "|".join(
        (
            rf"(?P<span>{_D}(?P<from>[一二三四五六日天])(?:-|至|到){_D}?(?P<to>[一二三四五六日天]))",
            rf"(?P<list>{_D}[一二三四五六日天](?:[、,和及]?{_D}?[一二三四五六日天](?!\d))*)",
            r"(?P<always>(?:国家)?(?:法定)?节假日(?:不休息?|无休|不打烊|照常)|无休)",
            r"(?P<every>每天|每日|天天|全年|全周)",
            r"(?P<work>工作日|平日)",
            rf"(?P<weekend>双休日|{_D}末)",
            r"(?P<holiday>(?:国家)?法定(?:节假日|假日|节日)|公共假期)",
            r"(?P<festive>节假日|节日|假日)",
            r"(?P<round>24小时|全天候?)",
            rf"(?P<times>{_TIMES})",
            r"(?P<closed>休息|闭馆|闭门|关闭|关门|不开放|不营业|停业|除外)",
            r"(?P<filler>(?:对外)?(?:开放|营业|服务)(?:时间|时段)?|时间|[均都为每和与及]|以及)",
            r"(?P<signs>[\s:,;、。.()\[\]/|]+)",
        )
    )
)
_KINDS = (
    *("span", "list", "always", "every", "work", "weekend", "holiday", "festive"),
    *("round", "times", "closed"),
)
_DAY_KINDS = {"span", "list", "every", "work", "weekend", "holiday", "festive"}
_TIME_KINDS = {"round", "times"}
_DAYS_OF: dict[str, frozenset[int]] = {
    "every": frozenset(range(8)),
    "work": frozenset(range(5)),
    "weekend": frozenset(_WEEKEND),
    "holiday": frozenset({_PH}),
    "festive": frozenset({_PH}),
}
_EXCEPT = re.compile(r"除(?!外)([^除外,;]{1,12}?)(?:以外|之外|外)")


@dataclass(eq=False)
class _Group:
    """Days (0 Monday to 6 Sunday, 7 public holidays) and the times that hold on them."""

    days: set[int] = field(default_factory=set)
    times: list[str] = field(default_factory=list)
    closed: bool = False

    @property
    def told(self) -> bool:
        return bool(self.times) or self.closed


class _UnclearError(Exception):
    """Some of the text means nothing to the grammar."""

    def __init__(self, what: str) -> None:
        self.what = what


def _minutes(found: re.Match[str], which: str, period: str) -> int:
    hour = int(found[f"h{which}"])
    minute = int(found[f"a{which}"] or found[f"b{which}"] or (30 if found[f"c{which}"] else 0))
    late = period in {"下午", "傍晚", "晚上", "晚"} or (period == "中午" and hour < _NOON - 1)
    if minute >= _HOUR_MIN:
        raise _UnclearError(found[0])
    return (hour + (_NOON if late and hour < _NOON else 0)) * _HOUR_MIN + minute


def _times(found: re.Match[str]) -> str:
    first = found["p1"] or ""
    start = _minutes(found, "1", first)
    end = _minutes(found, "2", found["p2"] or first)
    if not start < end <= _MIDNIGHT_MIN:
        raise _UnclearError(found[0])
    return "-".join(f"{m // _HOUR_MIN:02d}:{m % _HOUR_MIN:02d}" for m in (start, end))


def _tokens(text: str) -> list[re.Match[str]]:
    """Cut the whole text into tokens that mean something."""
    found, at = [], 0
    while at < len(text):
        token = _TOKENS.match(text, at)
        if token is None:
            raise _UnclearError(re.split(r"[,;。\s\d]", text[at:])[0] or text[at:])
        if token["filler"] is None and token["signs"] is None:
            found.append(token)
        at = token.end()
    return found


def _kind(token: re.Match[str]) -> str:
    """Name a token by the outermost group that matched."""
    return next(kind for kind in _KINDS if token[kind] is not None)


def _days(token: re.Match[str], kind: str) -> set[int]:
    if kind == "span":
        first, last = _DIGITS[token["from"]], _DIGITS[token["to"]]
        return {day % 7 for day in range(first, last + (1 if last >= first else 8))}
    if kind == "list":
        return {_DIGITS[one] for one in token[0] if one in _DIGITS}
    return set(_DAYS_OF[kind])


def _grouped(tokens: Iterable[re.Match[str]]) -> list[_Group]:
    """Gather days until times or a closure follow, then begin anew."""
    groups = [_Group()]
    for token in tokens:
        kind = _kind(token)
        if kind in _DAY_KINDS:
            if groups[-1].told:
                groups.append(_Group())
            groups[-1].days |= _days(token, kind)
        elif kind == "closed":
            groups[-1].closed = True
        elif kind != "always":
            groups[-1].times.append(_ALL_DAY if kind == "round" else _times(token))
    for group in groups:
        if not group.told or (group.closed and (group.times or not group.days)):
            raise _UnclearError("".join(token[0] for token in tokens))
    return groups


def _write_days(days: Iterable[int]) -> str:
    """Write days in OSM syntax: runs of three or more as ranges, holidays last."""
    ordered = sorted(days)
    runs = [
        [day for _, day in run]
        for _, run in groupby(
            enumerate(d for d in ordered if d != _PH), lambda one: one[1] - one[0]
        )
    ]
    written = [
        f"{_NAMES[run[0]]}-{_NAMES[run[-1]]}"
        if len(run) > _PAIR
        else ",".join(_NAMES[d] for d in run)
        for run in runs
    ]
    return ",".join(written + ["PH"] * (_PH in ordered))


def _rule(days: Iterable[int], group: _Group, *, certain: bool = True) -> str:
    when = "off" if group.closed else ",".join(sorted(group.times))
    return f"{_write_days(days)} {when}{'' if certain else ' unknown'}"


def _holiday_rules(groups: list[_Group], kinds: set[str]) -> list[str]:
    """Say what holds on public holidays, and on weekends where "节假日" may mean them too."""
    if any(_PH in group.days for group in groups):
        return []
    if "work" not in kinds:
        return []
    weekends = [group for group in groups if set(_WEEKEND) <= group.days and group.times]
    return [_rule({_PH}, weekends[0], certain=False)] if weekends else ["PH off"]


def _weekend_rules(groups: list[_Group], kinds: set[str]) -> list[str]:
    missing = set(_WEEKEND) - {day for group in groups for day in group.days}
    holiday = [group for group in groups if _PH in group.days and group.times]
    if "festive" not in kinds or not missing or not holiday:
        return []
    return [_rule(missing, holiday[-1], certain=False)]


def _written(groups: list[_Group], kinds: set[str]) -> str:
    """Put the rules so that later ones rightly override earlier ones."""
    if not groups[0].days:
        if any(group.times for group in groups[1:]):
            raise _UnclearError(groups[0].times[0])
        groups[0].days |= _DAYS_OF["every"]
    whole = set(range(7))
    if "always" in kinds:
        if not any(whole <= group.days for group in groups):
            raise _UnclearError(_HOLIDAY_WORD)
        groups[0].days.add(_PH)
    if len(groups) == 1 and whole <= groups[0].days and groups[0].times == [_ALL_DAY]:
        return "24/7"
    groups = sorted(groups, key=lambda group: group.closed)
    perhaps = _weekend_rules(groups, kinds)
    together = [
        group
        for group in groups
        if whole <= group.days or (group is groups[-1] and not perhaps and group.days != {_PH})
    ]
    rules = [
        _rule(group.days if group in together else group.days - {_PH}, group)
        for group in groups
        if group.days - {_PH}
    ]
    apart = [_rule({_PH}, group) for group in groups if _PH in group.days and group not in together]
    return "; ".join(rules + perhaps + apart + _holiday_rules(groups, kinds))


def _parsed(text: str) -> str:
    tokens = _tokens(text)
    kinds = {_kind(token) for token in tokens}
    if not kinds & {"times", "round", "closed"}:
        raise _UnclearError(text)
    times_first = _kind(tokens[0]) in _TIME_KINDS and _kind(tokens[-1]) in _DAY_KINDS
    return _written(_grouped(tokens[::-1] if times_first else tokens), kinds)


def to_osm(text: str) -> str | Text:
    """Turn plain Chinese hours into OSM syntax, or say what in them is not clear.

    Args:
        text: Hours in Chinese with half-width digits and signs (NFKC) and "-" for dashes.

    >>> to_osm("每天8:00-21:00")
    'Mo-Su,PH 08:00-21:00'
    >>> to_osm("工作日上午8点半至下午5点半,法定节假日休息")
    'Mo-Fr 08:30-17:30; PH off'
    >>> to_osm("夏季8:00-20:00").en
    'Cannot read “夏季” in the opening hours.'
    """
    text = _EXCEPT.sub(r"\1除外 ", text)
    try:
        return _parsed(text)
    except _UnclearError as unclear:
        return Text(
            f"看不懂开放时间中的“{unclear.what}”。",
            f"Cannot read “{unclear.what}” in the opening hours.",
        )
