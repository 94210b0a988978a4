"""The numbers of a coverage: residents and share covered, by limit and by age group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.assessment import Indicator
from tongling_gis.reachability.headcount import BUILDINGS, Headcount
from tongling_gis.reachability.places import count_people, known_groups
from tongling_gis.reachability.reasons import REASONS
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Counted(Headcount):
    """The homes that count, and by what.

    Attributes:
        homes: The homes' table.
        people: Residents of each, NaN where they are not known.
        walk_s: Seconds to the nearest centre, NaN where there is no way.
        covered: Whether each is covered, by limit in minutes.
        reason: Code of why it is not covered within the widest limit.
    """

    homes: pd.DataFrame
    people: Floats
    walk_s: Floats
    covered: dict[float, Flags]
    reason: NDArray[np.object_]


def list_indicators(counted: Counted) -> Iterator[Indicator]:
    """Give the numbers of all residents, then of each age group, then of the walks."""
    yield from _of_places(counted)
    yield from _of_group(counted, counted.weight, "")
    for group in known_groups(counted.homes) if counted.by_people else ():
        yield from _of_group(counted, np.nan_to_num(count_people(counted.homes, group)), group)
    yield from _of_walks(counted)
    yield from _of_reasons(counted)


def _of_places(counted: Counted) -> Iterator[Indicator]:
    if not counted.by_people:
        return
    count = len(counted.people)
    yield Indicator(
        "places_total", Text("{who}总数", "Number of {who}").fill(who=BUILDINGS), count, "buildings"
    )
    if unknown := int(np.isnan(counted.people).sum()):
        yield Indicator(
            "residents_unknown_places",
            Text("居民数未知的{who}数", "Number of {who} whose residents are unknown").fill(
                who=BUILDINGS
            ),
            unknown,
            "buildings",
        )


def _of_group(counted: Counted, weight: Floats, group: str) -> Iterator[Indicator]:
    unit = counted.unit
    who = counted.who
    if group:
        who = Text("{who}（{age}）", "{who} {age}").fill(who=who, age=AGE_GROUPS[group])
    total = float(weight.sum())
    yield Indicator(
        f"{unit}_total",
        Text("{who}总数", "Number of {who}").fill(who=who),
        _whole(total),
        unit,
        group,
    )
    for limit, covered in counted.covered.items():
        reached = float(weight[covered].sum())
        within = Text("{limit:g} 分钟内可达的", "within {limit:g} min").fill(limit=limit)
        yield Indicator(
            f"{unit}_covered",
            Text("{within}{who}数", "Number of {who} {within}").fill(within=within, who=who),
            _whole(reached),
            unit,
            group,
            limit,
        )
        yield Indicator(
            "share_covered",
            Text("{within}{who}占比", "Share of {who} {within}").fill(within=within, who=who),
            reached / total if total else None,
            "share",
            group,
            limit,
        )


def _of_walks(counted: Counted) -> Iterator[Indicator]:
    walked = np.isfinite(counted.walk_s) & (counted.weight > 0)
    walk_s, weight = counted.walk_s[walked], counted.weight[walked]
    labels = {
        "walk_s_mean": Text("平均步行时间（{who}，有路可达者）", "Mean walk ({who} with a way)"),
        "walk_s_median": Text(
            "步行时间中位数（{who}，有路可达者）", "Median walk ({who} with a way)"
        ),
    }
    values = (
        [float(np.average(walk_s, weights=weight)), weighted_median(walk_s, weight)]
        if len(walk_s)
        else [None, None]
    )
    for (name, label), value in zip(labels.items(), values, strict=True):
        yield Indicator(name, label.fill(who=counted.who), value, "s")


def _of_reasons(counted: Counted) -> Iterator[Indicator]:
    widest = max(counted.covered)
    for code, why in REASONS.items():
        yield Indicator(
            f"{counted.unit}_{code}",
            Text("未覆盖的{who}：{why}", "{who} not covered: {why}").fill(who=counted.who, why=why),
            _whole(float(counted.weight[counted.reason == code].sum())),
            counted.unit,
            limit_minutes=widest,
        )


def list_street_indicators(network: Network) -> Iterator[Indicator]:
    """Give how the streets hang together."""
    length_m = network.edges["length_m"].to_numpy()[network.walk_edges]
    own = network.component[network.edges["from_node"].to_numpy()[network.walk_edges]]
    main_m, total_m = float(length_m[own == 0].sum()), float(length_m.sum())
    yield Indicator(
        "streets_walkable_m", Text("可步行街道总长", "Length of walkable streets"), total_m, "m"
    )
    yield Indicator(
        "street_components",
        Text("互不连通的街道片数", "Patches of streets not connected to one another"),
        int(own.max(initial=-1)) + 1,
        "patches",
    )
    yield Indicator(
        "street_share_main",
        Text("最大一片占街道总长", "Share of the largest patch in the length"),
        main_m / total_m if total_m else None,
        "share",
    )
    yield Indicator(
        "streets_severed",
        Text("围墙与关闭的门切断街道处数", "Places where walls and closed gates sever streets"),
        len(network.cuts),
        "places",
    )


def weighted_median(values: Floats, weights: Floats) -> float:
    """Give the smallest value at or below which half of the weight lies.

    >>> weighted_median(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 3.0]))
    9.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2.0)])


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number
