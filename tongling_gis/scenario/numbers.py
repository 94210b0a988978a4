"""The numbers of a comparison: residents covered before and after, gained and lost."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.assessment import Indicator
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.scenario.baseline import Comparison, Side

    Flags: TypeAlias = NDArray[np.bool_]

_BY_LIMIT = {
    "covered_before": Text(
        "{limit:g} 分钟内可达的{who}：之前", "{who} within {limit:g} min before"
    ),
    "covered_after": Text("{limit:g} 分钟内可达的{who}：之后", "{who} within {limit:g} min after"),
    "gained": Text("新进入 {limit:g} 分钟的{who}", "{who} newly within {limit:g} min"),
    "lost": Text("不再在 {limit:g} 分钟内的{who}", "{who} no longer within {limit:g} min"),
}
_SHARES = {
    "share_before": Text(
        "{limit:g} 分钟内可达的{who}占比：之前", "Share of {who} within {limit:g} min before"
    ),
    "share_after": Text(
        "{limit:g} 分钟内可达的{who}占比：之后", "Share of {who} within {limit:g} min after"
    ),
}


@lru_cache(maxsize=1024)
def _label(template: Text, who: Text, limit: float) -> Text:
    return template.fill(who=who, limit=limit)


def list_indicators(found: Comparison, groups: pd.DataFrame) -> Iterator[Indicator]:
    """Give the numbers: by limit and group, of the walks, of the centres.

    Args:
        found: The comparison.
        groups: Its table by group and limit.
    """
    base = found.base
    named = list(base.groups.items())
    columns = {name: groups[name].to_numpy() for name in (*_BY_LIMIT, *_SHARES)}
    for row in range(len(groups)):
        (group, who), limit = named[row // len(base.minutes)], base.minutes[row % len(base.minutes)]
        for name, template in _BY_LIMIT.items():
            yield Indicator(
                f"{base.unit}_{name}",
                _label(template, who, limit),
                _whole(float(columns[name][row])),
                base.unit,
                group,
                limit,
            )
        for name, template in _SHARES.items():
            value = float(columns[name][row])
            share = value if np.isfinite(value) else None
            label = _label(template, who, limit)
            yield Indicator(f"{name}_covered", label, share, "share", group, limit)
    yield from _of_walks(found)
    yield from _of_centres(found)


def _of_walks(found: Comparison) -> Iterator[Indicator]:
    base, weight = found.base, found.base.weight
    before, after = found.before, found.after
    for name, label, homes in (
        ("longer", Text("步行变远的{who}", "{who} with a longer walk"), found.noticed(longer=True)),
        (
            "shorter",
            Text("步行变近的{who}", "{who} with a shorter walk"),
            found.noticed(longer=False),
        ),
        (
            "way_lost",
            Text("不再有路可达任何中心的{who}", "{who} with no way to any centre any longer"),
            before.reached & ~after.reached,
        ),
        (
            "way_found",
            Text("新有路可达中心的{who}", "{who} with a way to a centre at last"),
            after.reached & ~before.reached,
        ),
    ):
        count = _whole(float(weight[homes].sum()))
        yield Indicator(f"{base.unit}_{name}", label.fill(who=base.who), count, base.unit)
    yield Indicator(
        "longest_delay_s",
        Text("步行变远最多", "Most by which a walk grows longer"),
        _most(found, found.noticed(longer=True)),
        "s",
    )
    for name, label, side in (
        ("before", Text("平均步行时间：之前（两次都有路可达者）", "Mean walk before"), before),
        ("after", Text("平均步行时间：之后（同上）", "Mean walk after (of the same)"), after),
    ):
        yield Indicator(f"walk_s_mean_{name}", label, _mean(found, side), "s")


def _most(found: Comparison, homes: Flags) -> float:
    return float(np.max(found.change_s[homes], initial=0.0))


def _mean(found: Comparison, side: Side) -> float | None:
    both = found.before.reached & found.after.reached
    weight = found.base.weight[both]
    total = float(weight.sum())
    return float((side.walk_s[both] * weight).sum()) / total if total else None


def _of_centres(found: Comparison) -> Iterator[Indicator]:
    city = found.base.city
    attached = city.centres.doors.edge >= 0
    for name, label, serving in (
        ("before", Text("可用的中心：之前", "Centres in use before"), city.serves & attached),
        (
            "after",
            Text("可用的中心：之后", "Centres in use after"),
            found.serves & found.walks.attached,
        ),
    ):
        yield Indicator(f"centres_{name}", label, int(serving.sum()), "centres")


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number
