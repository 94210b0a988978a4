"""Who reaches a centre that is open: at a moment, and through the week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.access.city import (
    Question,
    check_minutes,
    count_indicator,
    walk_city,
    whole_number,
)
from tongling_gis.access.pairs import choose_centres, within
from tongling_gis.assessment import Assessment, Indicator, Verdict
from tongling_gis.hours import (
    check_promise,
    describe_conflicts,
    explain_unknown,
    is_open,
    open_minutes,
    read_all_hours,
)
from tongling_gis.hours.calendar import WEEKDAYS
from tongling_gis.hours.promise import PROMISES, table_days
from tongling_gis.routing import SparseTimes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.access.city import CityWalks
    from tongling_gis.assessment import Finding, Provenance
    from tongling_gis.hours import Hours, Moment
    from tongling_gis.routing import WalkGraph

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]

STATES: dict[str, Text] = {
    "open": Text("附近有中心开放", "A centre near is open"),
    "unknown": Text("附近中心是否开放未知", "Whether a centre near is open is unknown"),
    "shut": Text("附近有中心但未开放", "Centres near are all shut"),
    "none": Text("附近没有中心", "No centre near"),
}
"""What a home finds within the widest limit, by code."""

OPEN_STATES: dict[bool | None, str] = {True: "open", False: "shut", None: "unknown"}

_HOUR_MIN = 60
_HALF_HOUR_MIN = 30
_DAY_LABELS = dict(zip(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), WEEKDAYS, strict=True)) | {
    "PH": Text("法定节假日", "Public holiday")
}
_HOW = Text(
    "一周表中，某小时内开放满 30 分钟的中心算作开放；日期为 {days}。",
    "In the table of the week a centre open for 30 minutes of an hour counts as open; the dates "
    "are {days}.",
)
_UNKNOWN = Text(
    "{count} 个中心的开放时间未知或看不懂，不计为开放。",
    "The hours of {count} centres are missing or cannot be read; they never count as open.",
)


@dataclass(frozen=True, eq=False)
class _Found:
    """What was found of the city at a moment.

    Attributes:
        walks: Homes, centres and times.
        hours: Each centre's hours.
        open_now: Each centre's state: True, False or None.
        to_open: The walks to centres that are surely open.
        state: Code in ``STATES`` of each home of the study area.
    """

    walks: CityWalks
    hours: list[Hours]
    open_now: list[bool | None]
    to_open: SparseTimes
    state: NDArray[np.object_]


def measure_hours(  # noqa: PLR0913 - what is asked, one by one, by name
    graph: WalkGraph,
    residents: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    *,
    at: Moment,
    minutes: Sequence[float] = (5, 10, 15),
    snap_limit_m: float,
    study_area: gpd.GeoDataFrame | None = None,
    provenance: Provenance,
) -> Assessment:
    """Measure who reaches a centre that is open at a moment, and through the week.

    A centre whose hours are unknown never counts as open; those who have only such a centre
    near are counted apart.

    Args:
        graph: Whose walk, on what streets.
        residents: Homes: a key, geometry, ``residents`` and age groups where known.
        centres: Centres: ``centre_id``, geometry, ``opening_hours`` as OSM syntax or plain
            Chinese; where it is empty, ``hours_weekday`` and the like.
        at: The moment asked about.
        minutes: Time limits, each inclusive; the week is tabulated for the widest.
        snap_limit_m: Farthest that a home or centre may lie from its street, inclusive.
        study_area: Areas to whose homes the result is limited; None for all.
        provenance: Where the data come from.

    Returns:
        An assessment of kind "hours" with the layers "residents" (``state``, ``walk_open_s``,
        ``open_centre_id``, ``covered_15``, ``open_15``, ...) and "centres" (hours as read,
        ``state``, the promise's verdicts), the plain table "week" (``day``, ``hour``,
        ``share_open``, ``share_perhaps``, ``centres_open``), and HRS-01 and HRS-02 findings.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer is empty, or has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area, or no centre near a street.
        UsageError: If there is no limit, or one is not above 0 or too wide.
    """
    asked = Question(graph, check_minutes(minutes), snap_limit_m, provenance)
    found = _find(asked, walk_city(asked, residents, centres, study_area), at)
    findings = list(_list_findings(found))
    week = _week_table(asked, found)
    stamp = Text("{at} · {stamp}", "{at} · {stamp}").fill(at=at.label, stamp=asked.stamp)
    dates = [f"{day} {date.isoformat()}" for day, date in table_days().items()]
    unread = sum(not hours.known for hours in found.hours)
    return Assessment(
        kind="hours",
        subject="",
        parameters=asked.parameters
        | {"at": at.asked, "at_date": at.when.isoformat(), "counted": found.walks.unit},
        layers={
            "residents": _home_layer(asked, found),
            "centres": _centre_layer(found, findings, at),
            "week": week,
        },
        indicators=tuple(_list_indicators(asked, found, findings)),
        provenance=provenance,
        stamp=stamp,
        findings=tuple(findings),
        notes=(
            _HOW.fill(days=Text("、".join(dates), ", ".join(dates))),
            *([_UNKNOWN.fill(count=unread)] if unread else []),
            *describe_conflicts(zip(found.walks.centre_names(), found.hours, strict=True)),
            *found.walks.notes(),
            *graph.notes,
        ),
    )


def _find(asked: Question, walks: CityWalks, at: Moment) -> _Found:
    hours = read_all_hours(walks.centres)
    open_now = [is_open(one, at) for one in hours]
    surely = np.array([state is True for state in open_now])
    perhaps = np.array([state is not False for state in open_now])
    near = within(walks.times, asked.widest_s)
    state = np.full(len(walks.homes), "none", dtype=object)
    # Each step overrides the one before: any centre, one that may be open, one that is.
    for code, chosen in (("shut", np.ones(len(hours), dtype=bool)), ("unknown", perhaps)):
        state[_reaching(near, chosen)] = code
    state[_reaching(near, surely)] = "open"
    return _Found(walks, hours, open_now, _only(walks.times, surely), state[walks.inside])


def _only(times: SparseTimes, centres: Flags) -> SparseTimes:
    """Keep the pairs that lead to some of the centres."""
    keep = centres[times.destination]
    indptr = np.concatenate([[0], np.cumsum(keep)])[times.indptr]
    return SparseTimes(times.shape, indptr, times.destination[keep], times.ms[keep])


def _reaching(near: SparseTimes, centres: Flags) -> Flags:
    """Tell which homes have any of the centres among those near."""
    return np.diff(_only(near, centres).indptr) > 0


def _home_layer(asked: Question, found: _Found) -> gpd.GeoDataFrame:
    walks, inside = found.walks, found.walks.inside
    layer, choice = walks.home_layer(), choose_centres(found.to_open)
    layer["state"] = found.state.astype(str)
    layer["walk_s"] = np.where(np.isfinite(walks.walk_s), walks.walk_s, np.nan)[inside]
    layer["centre_id"] = walks.centre_ids(walks.choice.nearest)[inside]
    open_s = _open_seconds(found)
    layer["walk_open_s"] = np.where(np.isfinite(open_s), open_s, np.nan)
    layer["open_centre_id"] = walks.centre_ids(choice.nearest)[inside]
    for limit in asked.minutes:
        layer[f"covered_{limit:g}"] = walks.walk_s[inside] <= limit * 60.0
        layer[f"open_{limit:g}"] = open_s <= limit * 60.0
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _open_seconds(found: _Found) -> Floats:
    """Seconds from each home of the study area to the nearest open centre, inf for none."""
    ms = choose_centres(found.to_open).nearest_ms[found.walks.inside]
    return np.where(ms < 0, np.inf, ms / 1000.0)


def _centre_layer(found: _Found, findings: Sequence[Finding], at: Moment) -> gpd.GeoDataFrame:
    layer = found.walks.centre_layer()
    layer["hours_osm"] = [hours.osm for hours in found.hours]
    layer["state"] = [OPEN_STATES[state] for state in found.open_now]
    reasons = [
        explain_unknown(hours, at.when.date()) if state is None else Text("", "")
        for hours, state in zip(found.hours, found.open_now, strict=True)
    ]
    layer["reason_zh"] = [reason.zh for reason in reasons]
    layer["reason_en"] = [reason.en for reason in reasons]
    for rule in PROMISES:
        verdicts = [one.verdict.value for one in findings if one.rule == rule]
        layer[rule.lower().replace("-", "_")] = verdicts
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _list_findings(found: _Found) -> Iterator[Finding]:
    """Check every centre against the promise, naming it in the reason."""
    from dataclasses import replace

    for row, (name, hours) in enumerate(zip(found.walks.centre_names(), found.hours, strict=True)):
        for one in check_promise(hours, where=found.walks.centres.geometry.iloc[row]):
            reason = Text("{name}：{why}", "{name}: {why}").fill(name=name, why=one.reason)
            yield replace(one, reason=reason)


def _week_table(asked: Question, found: _Found) -> pd.DataFrame:
    """Tabulate the share of residents who reach an open centre, by day and hour."""
    import pandas as pd
    from scipy.sparse import csr_array

    walks = found.walks
    near = within(walks.times, asked.widest_s)
    reach = csr_array((np.ones(len(near)), near.destination, near.indptr), shape=near.shape)
    reach = reach[np.flatnonzero(walks.inside)]
    weight = walks.weight[walks.inside]
    rows = []
    for day, date in table_days().items():
        table = np.array(
            [
                [
                    open_minutes(hours, date, hour * _HOUR_MIN, (hour + 1) * _HOUR_MIN)
                    for hour in range(24)
                ]
                for hours in found.hours
            ]
        )
        is_sure, is_perhaps = (table[:, :, at] >= _HALF_HOUR_MIN for at in (0, 1))
        shares = [weight @ (reach @ chosen.astype(float) > 0) for chosen in (is_sure, is_perhaps)]
        total = weight.sum() or np.nan
        rows.append(
            pd.DataFrame(
                {
                    "day": day,
                    "day_zh": _DAY_LABELS[day].zh,
                    "day_en": _DAY_LABELS[day].en,
                    "date": date.isoformat(),
                    "hour": np.arange(24),
                    "share_open": shares[0] / total,
                    "share_perhaps": shares[1] / total,
                    "centres_open": is_sure.sum(axis=0),
                    "centres_perhaps": is_perhaps.sum(axis=0),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _list_indicators(
    asked: Question, found: _Found, findings: Sequence[Finding]
) -> Iterator[Indicator]:
    yield from _of_cover(asked, found)
    yield from _of_states(asked, found)
    for state, label in (
        ("open", Text("开放的中心", "Centres open")),
        ("shut", Text("未开放的中心", "Centres shut")),
        ("unknown", Text("是否开放未知的中心", "Centres of which it is unknown")),
    ):
        count = sum(OPEN_STATES[one] == state for one in found.open_now)
        yield Indicator(f"centres_{state}", label, count, "centres")
    for rule, what in PROMISES.items():
        for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN):
            count = sum(one.rule == rule and one.verdict is verdict for one in findings)
            label = Text("{what}：{verdict}", "{what}: {verdict}").fill(
                what=what, verdict=_VERDICTS[verdict]
            )
            yield Indicator(f"centres_{rule}_{verdict.value}", label, count, "centres")


_VERDICTS = {
    Verdict.PASS: Text("符合", "kept"),
    Verdict.FAIL: Text("不符合", "not kept"),
    Verdict.UNKNOWN: Text("未知", "unknown"),
}


def _of_cover(asked: Question, found: _Found) -> Iterator[Indicator]:
    open_s = _open_seconds(found)
    for group, who, weight in found.walks.groups():
        for limit in asked.minutes:
            reached, total = float(weight[open_s <= limit * 60.0].sum()), float(weight.sum())
            label = Text(
                "{limit:g} 分钟内可达开放中心的{who}",
                "{who} within {limit:g} min of an open centre",
            ).fill(limit=limit, who=who)
            unit = found.walks.unit
            name = f"{unit}_covered_open"
            yield Indicator(name, label, whole_number(reached), unit, group, limit)
            share = Text("{label}占比", "Share of {label}").fill(label=label)
            value = reached / total if total else None
            yield Indicator("share_covered_open", share, value, "share", group, limit)


def _of_states(asked: Question, found: _Found) -> Iterator[Indicator]:
    weight, unit = found.walks.weight[found.walks.inside], found.walks.unit
    for code, what in STATES.items():
        label = Text(
            "{who}：{what}（{limit:g} 分钟内）", "{who}: {what} (within {limit:g} min)"
        ).fill(who=found.walks.who, what=what, limit=asked.minutes[-1])
        yield count_indicator(
            f"{unit}_near_{code}", label, float(weight[found.state == code].sum()), unit
        )
