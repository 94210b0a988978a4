"""Charts of centres and compounds: stars, satisfaction, gains by site, a week's hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tongling_gis.mapping.figures.typesetting import INK, QUIET
from tongling_gis.mapping.figures.walk_charts import tidy
from tongling_gis.mapping.layers import STAR_COLOURS
from tongling_gis.mapping.results import coverage_limits
from tongling_gis.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

_MOST_STARS = 5
_BLUE, _PLUM = "#2f7ebc", "#b3006b"
_WEEK_COLOURS = ("#f4f1ec", "#c9dff0", "#8fc3de", "#2f7ebc", "#08306b")


def _served(coverage: Assessment) -> tuple[NDArray[np.float64], NDArray[np.int64], str]:
    """Give what each centre serves within the longest limit, its stars (0: none), the unit."""
    centres = coverage.layers["centres"]
    limit = max(coverage_limits(coverage))
    unit = "residents" if "residents_nearest" in centres else "places"
    served = centres[f"{unit}_covered_{limit:g}"].to_numpy(dtype=float, na_value=np.nan)
    if "stars" not in centres:
        return served, np.zeros(len(centres), dtype=np.int64), unit
    return served, centres["stars"].fillna(0).to_numpy(dtype=np.int64), unit


def lead_of_stars(coverage: Assessment) -> Text:
    """Say how many people the middle rated and the middle unrated centre serve."""
    served, stars, unit = _served(coverage)
    who, people = ("人", "people") if unit == "residents" else ("处居民点", "homes")
    parts = []
    for chosen, zh, en in (
        (stars > 0, "已评星级", "rated"),
        (stars == 0, "未评星级", "not rated"),
    ):
        own = served[chosen & ~np.isnan(served)]
        if len(own):
            middle = np.median(own)
            parts.append(
                Text(
                    f"{zh} {len(own)} 个，中位数 {middle:,.0f} {who}",
                    f"{len(own)} {en}, median {middle:,.0f} {people}",
                )
            )
    return Text(
        "各中心时限内服务：" + "；".join(one.zh for one in parts) + "。",
        "Served within the limit: " + "; ".join(one.en for one in parts) + ".",
    )


def draw_stars(axes: Axes, coverage: Assessment, lang: Lang) -> None:
    """Draw a dot for each centre by its stars and the people it serves; a bar at the median."""
    served, stars, unit = _served(coverage)
    ticks = []
    for star in range(_MOST_STARS + 1):
        own = np.sort(served[(stars == star) & ~np.isnan(served)])
        name = Text("未评", "None") if not star else Text(f"{star} 星", f"{star} star")
        ticks.append(
            Text("{name}\n{count} 个", "{name}\nn = {count}").fill(name=name, count=len(own))
        )
        if not len(own):
            continue
        beside = np.resize([0.0, -0.18, 0.18, -0.09, 0.09], len(own))
        axes.scatter(star + beside, own, s=22, c=STAR_COLOURS[star], ec="white", lw=0.4, zorder=5)
        middle = float(np.median(own))
        axes.plot([star - 0.34, star + 0.34], [middle, middle], color=INK, lw=1.6, zorder=4)
        axes.text(
            star + 0.36, middle, f"{middle:,.0f}", ha="left", va="center", size="small", zorder=4
        )
    axes.set_xticks(range(_MOST_STARS + 1), [one.in_lang(lang) for one in ticks], color=INK)
    axes.set(xlim=(-0.5, _MOST_STARS + 0.75), ylim=(0, None))
    axes.yaxis.set_major_formatter(lambda count, _place: f"{count:,.0f}")
    limit = max(coverage_limits(coverage))
    said = {
        "residents": Text(
            "{limit:g} 分钟内服务居民（人）", "Residents served within {limit:g} min"
        ),
        "places": Text("{limit:g} 分钟内服务居民点（处）", "Homes served within {limit:g} min"),
    }[unit]
    axes.set_ylabel(said.fill(limit=limit).in_lang(lang))
    axes.set_xlabel(Text("星级（横线为中位数）", "Stars (bars: medians)").in_lang(lang))
    tidy(axes)


def satisfaction_by_quarter(records: Assessment) -> pd.DataFrame:
    """Sum up residents' satisfaction by quarter.

    Returns:
        A row a quarter: ``mean``, ``low`` and ``high`` quartile, and ``count`` of compounds.
    """
    import pandas as pd

    from tongling_gis.records.compounds import read_assessments

    read = read_assessments(records.layers["compound_assessments"])
    by_quarter = read.dropna(subset="satisfaction_pct").groupby("quarter")["satisfaction_pct"]
    return pd.DataFrame(
        {
            "mean": by_quarter.mean(),
            "low": by_quarter.quantile(0.25),
            "high": by_quarter.quantile(0.75),
            "count": by_quarter.count(),
        }
    )


def lead_of_satisfaction(records: Assessment) -> Text:
    """Compare the last quarter with the first."""
    quarters = satisfaction_by_quarter(records)
    if not len(quarters):
        return Text("没有满意度记录。", "There are no records of satisfaction.")
    first, last = quarters.iloc[0], quarters.iloc[-1]
    change = last["mean"] - first["mean"]
    return Text(
        f"{quarters.index[-1]} 平均满意度 {last['mean']:.1f}%（{last['count']:.0f} 个小区），"
        f"比 {quarters.index[0]} {'上升' if change >= 0 else '下降'} {abs(change):.1f} 个百分点。",
        f"Mean satisfaction in {quarters.index[-1]}: {last['mean']:.1f}% of "
        f"{last['count']:.0f} compounds, {change:+.1f} points from {quarters.index[0]}.",
    )


def draw_satisfaction(axes: Axes, records: Assessment, lang: Lang) -> None:
    """Draw the mean of compounds by quarter, and the middle half of them as a band."""
    quarters = satisfaction_by_quarter(records)
    x = np.arange(len(quarters))
    half = Text("居中的一半小区", "Middle half of compounds").in_lang(lang)
    axes.fill_between(x, quarters["low"], quarters["high"], color="#c9dff0", lw=0, label=half)
    mean = Text("各小区平均", "Mean of compounds").in_lang(lang)
    axes.plot(x, quarters["mean"], color="#08306b", lw=1.8, marker="o", ms=4, label=mean)
    for place in {0, len(quarters) - 1} if len(quarters) else ():
        value = float(quarters["mean"].iloc[place])
        axes.annotate(
            f"{value:.1f}", (place, value), (0, 6), textcoords="offset points", ha="center"
        )
    axes.set_xticks(x, list(quarters.index), color=INK)
    axes.margins(x=0.04, y=0.25)
    axes.set_ylabel(Text("居民满意度（%）", "Residents' satisfaction (%)").in_lang(lang))
    axes.legend(loc="lower right", frameon=False, ncols=2)
    tidy(axes)


class _Gain(NamedTuple):
    """What the curve of a siting problem shows: column, words, and how much of it is one unit."""

    column: str
    words: Text
    unit: float = 1.0


_GAINS = {
    "median": _Gain("mean_walk_s", Text("平均步行（分钟）", "Mean walk (min)"), 60.0),
    "centre": _Gain("worst_walk_s", Text("最远步行（分钟）", "Longest walk (min)"), 60.0),
    "fair": _Gain("worst_walk_s", Text("最远步行（分钟）", "Longest walk (min)"), 60.0),
    "backup": _Gain("objective", Text("目标值", "Objective")),
    "capacity": _Gain("objective", Text("目标值", "Objective")),
}
_COVERED = _Gain("covered", Text("已覆盖居民（人）", "Residents covered"))


def lead_of_curve(siting: Assessment) -> Text:
    """Say where the curve bends: what further sites gain less than those before them."""
    curve = siting.layers["curve"]
    bend = curve[curve["bend"].astype(bool)]
    if not len(bend):
        return Text("收益曲线没有明显的拐点。", "The curve of gains has no bend.")
    k = int(bend["k"].iloc[0])
    return Text(
        f"收益拐点在 {k} 处：此后每增加一处，收益明显变小。",
        f"The curve bends at {k}: each further site gains clearly less.",
    )


def draw_curve(axes: Axes, siting: Assessment, lang: Lang) -> None:
    """Draw what is reached with so many new sites, what each gains, and the bend."""
    gain = _GAINS.get(str(siting.parameters.get("problem", "")), _COVERED)
    curve = siting.layers["curve"]
    x = curve["k"].to_numpy(dtype=float)
    y = curve[gain.column].to_numpy(dtype=float, na_value=np.nan) / gain.unit
    proven = curve["proven"].fillna(value=False).to_numpy(dtype=bool)
    bend = curve["bend"].fillna(value=False).to_numpy(dtype=bool)
    axes.plot(x, y, color=_BLUE, lw=1.6, zorder=2)
    for chosen, fill, words in (
        (proven, _BLUE, Text("已证明最优", "Proven best")),
        (~proven, "white", Text("目前最好", "Best found")),
    ):
        if chosen.any():
            axes.scatter(
                x[chosen],
                y[chosen],
                s=30,
                c=fill,
                ec=_BLUE,
                lw=1.2,
                zorder=3,
                label=words.in_lang(lang),
            )
    if bend.any():
        said = Text("拐点：{k:g} 处", "Bend: {k:g} sites").fill(k=x[bend][0]).in_lang(lang)
        axes.scatter(x[bend], y[bend], s=130, fc="none", ec=_PLUM, lw=1.6, zorder=4, label=said)
    for row in range(1, len(x)):
        step = y[row] - y[row - 1]
        if np.isfinite(step):
            axes.annotate(
                f"{step:+,.0f}" if gain.unit == 1.0 else f"{step:+.1f}",
                (x[row], y[row]),
                (0, -11 if step >= 0 else 9),
                textcoords="offset points",
                ha="center",
                va="center",
                size="small",
                color=QUIET,
            )
    axes.set_xticks(x, [f"{one:g}" for one in x])
    axes.margins(x=0.06, y=0.18)
    axes.yaxis.set_major_formatter(
        lambda value, _place: f"{value:,.0f}" if gain.unit == 1.0 else f"{value:g}"
    )
    axes.set_xlabel(Text("新增地点（处）", "New sites").in_lang(lang))
    axes.set_ylabel(gain.words.in_lang(lang))
    rising = not y[-1] < y[0]
    axes.legend(loc="lower right" if rising else "upper right", frameon=False)
    tidy(axes)


def lead_of_week(hours: Assessment) -> Text:
    """Say how many people reach an open centre on a weekday morning and evening."""
    week = hours.layers["week"]
    best = week.loc[week["share_open"].idxmax()]
    open_hours = week[week["share_open"] > 0]
    last = int(open_hours["hour"].max()) + 1 if len(open_hours) else 0
    return Text(
        f"开放中心的可达比例最高 {best['share_open']:.1%}（{best['day_zh']} {best['hour']} 时起）；"
        f"最晚到 {last} 时仍有中心开放。",
        f"At most {best['share_open']:.1%} reach an open centre ({best['day_en']}, from "
        f"{best['hour']}:00); the last centre shuts by {last}:00.",
    )


def draw_week(axes: Axes, hours: Assessment, lang: Lang) -> None:
    """Draw the week by the hour: the darker, the more people reach an open centre."""
    from matplotlib.colors import LinearSegmentedColormap

    week = hours.layers["week"]
    days = week.drop_duplicates("day")
    table = week.pivot_table(index="day", columns="hour", values="share_open", sort=False)
    share = table.reindex(days["day"]).to_numpy(dtype=float)
    shades = LinearSegmentedColormap.from_list("open", _WEEK_COLOURS)
    axes.pcolormesh(share, cmap=shades, vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    for (row, hour), value in np.ndenumerate(share):
        if value >= 0.005:  # noqa: PLR2004 - what rounds to nothing is left blank
            axes.text(
                hour + 0.5,
                row + 0.5,
                f"{value * 100:.0f}",
                ha="center",
                va="center",
                size="x-small",
                color="white" if value > 0.55 else INK,  # noqa: PLR2004 - dark
            )
    axes.invert_yaxis()
    axes.set_yticks(np.arange(len(days)) + 0.5, list(days[f"day_{lang}"]), color=INK)
    axes.set_xticks(range(0, 25, 3), [f"{hour}" for hour in range(0, 25, 3)])
    axes.set_xlabel(
        Text(
            "时刻（时）；数字为可达开放中心的居民占比（%）",
            "Hour of the day; numbers: % of residents who reach an open centre",
        ).in_lang(lang)
    )
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
