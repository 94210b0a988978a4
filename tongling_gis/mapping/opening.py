"""The week of opening hours as JSON values: which centres are open when, and who reaches one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.hours import open_minutes, read_all_hours
from tongling_gis.hours.promise import table_days
from tongling_gis.mapping.homes import describe_homes, numbers, share_homes
from tongling_gis.mapping.records import plain_value
from tongling_gis.mapping.shapes import encode_integers
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.hours import Hours
    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"

DAYS: dict[str, Text] = {
    "Mo": Text("周一", "Mon"),
    "Tu": Text("周二", "Tue"),
    "We": Text("周三", "Wed"),
    "Th": Text("周四", "Thu"),
    "Fr": Text("周五", "Fri"),
    "Sa": Text("周六", "Sat"),
    "Su": Text("周日", "Sun"),
    "PH": Text("节假日", "Holiday"),
}
"""The days of the table, by code."""

OPEN, SHUT, UNKNOWN = "1", "0", "?"
_HOUR_MIN, _HALF_HOUR_MIN, _HOURS = 60, 30, 24

_STATES: dict[str, tuple[Text, str, str]] = {
    "open": (Text("附近有中心开放", "A centre near is open"), "#2f7ebc", "circle"),
    "unknown": (Text("附近中心是否开放未知", "Not known whether one is open"), "#e3b505", "square"),
    "shut": (Text("附近有中心，但都未开放", "Centres near, all shut"), "#b3006b", "triangle-down"),
    "none": (Text("附近没有中心", "No centre near"), "#8a949f", "ring"),
}


def describe_opening(centres: gpd.GeoDataFrame | None, lang: Lang) -> Json | None:
    """Say of every centre in which hours of a week and of a holiday it is open.

    A centre counts as open in an hour of which it is open for half.

    Returns:
        ``days`` and, by centre, one character an hour, day after day: 1, 0 or ?; None where
        there are no centres, or no hours of any are known.
    """
    if centres is None or "centre_id" not in centres:
        return None
    hours = read_all_hours(centres)
    if not any(one.known for one in hours):
        return None
    days = table_days()
    known: dict[Hours, str] = {}
    for one in hours:
        if one not in known:
            known[one] = _week_of(one)
    return {
        "days": [{"code": day, "label": DAYS[day].in_lang(lang)} for day in days],
        "centres": {
            str(key): known[one] for key, one in zip(centres["centre_id"], hours, strict=True)
        },
    }


def _week_of(hours: Hours) -> str:
    states = []
    for date in table_days().values():
        for hour in range(_HOURS):
            start = hour * _HOUR_MIN
            sure, perhaps = open_minutes(hours, date, start, start + _HOUR_MIN)
            states.append(
                OPEN if sure >= _HALF_HOUR_MIN else UNKNOWN if perhaps >= _HALF_HOUR_MIN else SHUT
            )
    return "".join(states)


def describe_hours(
    hours: Assessment,
    layers: Mapping[str, gpd.GeoDataFrame],
    coverage: Json | None,
    lang: Lang,
) -> Json:
    """Describe the week's table, and what each home finds open at the moment asked about.

    Shares are of residents within the widest limit, in thousandths, day after day; ``perhaps``
    counts centres too whose hours are unknown.
    """
    homes, week = hours.layers["residents"], hours.layers["week"]
    codes = list(_STATES)
    limits = hours.parameters.get("minutes")
    described: Json = {
        "limit": max(limits) if isinstance(limits, list) and limits else None,
        "at": hours.stamp.in_lang(lang).split(" · ")[0],
        "counted": str(hours.parameters.get("counted", "buildings")),
        "days": [DAYS[day].in_lang(lang) for day in dict.fromkeys(week["day"])],
        "share": _thousandths(numbers(week, "share_open")),
        "perhaps": _thousandths(numbers(week, "share_perhaps")),
        "open": [plain_value(one) for one in week["centres_open"]],
        "classes": [
            {"label": label.in_lang(lang), "colour": colour, "symbol": symbol}
            for label, colour, symbol in _STATES.values()
        ],
        **describe_homes(homes, layers),
        "class": encode_integers([codes.index(str(one)) for one in homes["state"]]),
    }
    return share_homes(described, coverage)


def _thousandths(shares: np.ndarray[Any, np.dtype[np.float64]]) -> list[float | None]:
    return [None if np.isnan(one) else round(float(one) * 1000, 3) for one in shares]
