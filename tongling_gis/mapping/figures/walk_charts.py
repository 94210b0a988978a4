"""Charts of walks: the share covered by age, the distribution of minutes, the Lorenz curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.homes import say_counted
from tongling_gis.mapping.figures.typesetting import GRID, INK, QUIET
from tongling_gis.mapping.layers import BEYOND_COLOUR, coverage_classes, reach_colour
from tongling_gis.mapping.results import coverage_limits, home_weights
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

_WRITTEN_SHARE = 0.06
_DARK = frozenset({"#08306b", "#2f7ebc", BEYOND_COLOUR})
_EVERYBODY = {
    "residents": Text("全体居民", "Everybody"),
    "buildings": Text("全部居民点", "All homes"),
}
_COUNTED = {
    "residents": Text("居民（人）", "Residents"),
    "buildings": Text("居民点（处）", "Homes"),
}


def tidy(axes: Axes, *, across: bool = False) -> None:
    """Take away what a chart does not need, and rule faint lines to read values by."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x" if across else "y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5, width=0.5)


def shares_by_age(coverage: Assessment) -> dict[str, list[float]]:
    """List the share within each limit, ascending, of everybody ("") and of each age group."""
    limits = coverage_limits(coverage)
    known = {
        (one.group, one.limit_minutes): one.value
        for one in coverage.indicators
        if one.name == "share_covered" and one.value is not None
    }
    return {
        group: [float(known[group, limit]) for limit in limits]
        for group in ("", *AGE_GROUPS)
        if all((group, limit) in known for limit in limits)
    }


def lead_of_shares(coverage: Assessment) -> Text:
    """Name the age group that is covered least."""
    longest = max(coverage_limits(coverage))
    ages = {group: own[-1] for group, own in shares_by_age(coverage).items() if group}
    if not ages:
        return Text("居民年龄未知。", "The ages of residents are unknown.")
    least, most = (chosen(ages, key=lambda group: ages[group]) for chosen in (min, max))
    return Text(
        "{limit:g} 分钟可达比例：{most}最高（{high:.1%}），{least}最低（{low:.1%}）。",
        "Within {limit:g} minutes: highest of those {most} ({high:.1%}), "
        "lowest of those {least} ({low:.1%}).",
    ).fill(
        limit=longest,
        most=_lower(AGE_GROUPS[most]),
        high=ages[most],
        least=_lower(AGE_GROUPS[least]),
        low=ages[least],
    )


def _lower(words: Text) -> Text:
    return Text(words.zh, words.en[:1].lower() + words.en[1:])


def draw_shares(axes: Axes, coverage: Assessment, lang: Lang) -> None:
    """Draw a bar for each age group, parted by the limit within which its people are."""
    limits = coverage_limits(coverage)
    _, counted = home_weights(coverage.layers["residents"], coverage)
    shares = shares_by_age(coverage)
    classes = coverage_classes(limits)
    labels = [one.label.in_lang(lang) for one in classes[: len(limits)]]
    labels.append(Text("未覆盖", "Not covered").in_lang(lang))
    rows = np.arange(len(shares))
    left = np.zeros(len(shares))
    for number, label in enumerate(labels):
        beyond = number == len(limits)
        upto = (
            np.ones(len(shares)) if beyond else np.array([own[number] for own in shares.values()])
        )
        colour = BEYOND_COLOUR if beyond else reach_colour(number, len(limits))
        axes.barh(rows, upto - left, 0.62, left, color=colour, label=label, lw=0.6, ec="white")
        for row in np.flatnonzero(upto - left >= _WRITTEN_SHARE).tolist():
            axes.text(
                (left[row] + upto[row]) / 2,
                row,
                f"{upto[row] - left[row]:.0%}",
                ha="center",
                va="center",
                color="white" if colour in _DARK else INK,
            )
        left = upto
    named = [(AGE_GROUPS[one] if one else _EVERYBODY[counted]).in_lang(lang) for one in shares]
    axes.set_yticks(rows, named, color=INK)
    for row, own in enumerate(shares.values()):
        axes.text(1.015, row, f"{own[-1]:.1%}", va="center", ha="left", color=INK)
    within = Text("{limit:g} 分钟内", "Within {limit:g} min").fill(limit=limits[-1])
    axes.text(1.015, -0.62, within.in_lang(lang), va="center", ha="left", color=QUIET)
    axes.set(xlim=(0, 1.0), ylim=(len(shares) - 0.5, -0.75))
    axes.xaxis.set_major_formatter(lambda share, _place: f"{share:.0%}")
    tidy(axes, across=True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=len(labels),
        frameon=False,
        handlelength=1.1,
        handleheight=1.0,
        columnspacing=1.3,
        borderpad=0.2,
    )


def minutes_of(coverage: Assessment) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give minutes to the nearest centre (NaN where none is reached) and weight of each home."""
    homes = coverage.layers["residents"]
    weights, _ = home_weights(homes, coverage)
    return homes["walk_s"].to_numpy(dtype=float, na_value=np.nan) / 60.0, weights


def lead_of_minutes(coverage: Assessment) -> Text:
    """Say within how many minutes half and nine tenths of people reach a centre."""
    half, most = (_quantile(*minutes_of(coverage), share) for share in (0.5, 0.9))
    if np.isnan(half) or np.isnan(most):
        return Text("多数居民无法到达邻里中心。", "Most people reach no centre.")
    who = "居民" if _of_residents(coverage) else "居民点"
    people = "people" if _of_residents(coverage) else "homes"
    return Text(
        f"一半{who}在 {half:.1f} 分钟内到达最近的邻里中心，九成在 {most:.1f} 分钟内到达。",
        f"Half of all {people} reach the nearest centre within {half:.1f} minutes, "
        f"nine tenths within {most:.1f}.",
    )


def _of_residents(coverage: Assessment) -> bool:
    return home_weights(coverage.layers["residents"], coverage)[1] == "residents"


def _quantile(minutes: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    """Find the minutes within which a share of all arrives; NaN where so many never do."""
    order = np.argsort(minutes, kind="stable")
    upto = np.cumsum(weights[order])
    if not len(upto) or not upto[-1]:
        return float("nan")
    return float(minutes[order][np.searchsorted(upto, share * upto[-1] - 1e-9)])


def draw_minutes(axes: Axes, coverage: Assessment, lang: Lang) -> None:
    """Draw how many people live how many whole minutes away; the last bar is all beyond."""
    limits = coverage_limits(coverage)
    minutes, weights = minutes_of(coverage)
    last = int(max(2 * limits[-1], 20))
    reached = ~np.isnan(minutes)
    bars = np.clip(np.ceil(minutes[reached] - 1e-9), 1, last + 1).astype(int)
    height = np.bincount(bars, weights=weights[reached], minlength=last + 2)[1:]
    upper = np.arange(1, last + 2)
    number = np.searchsorted(limits, upper, side="left")
    colours = [
        reach_colour(one, len(limits)) if one < len(limits) else BEYOND_COLOUR for one in number
    ]
    axes.bar(upper - 0.5, height, 0.9, color=colours)
    top = float(height.max()) * 1.32 or 1.0
    total = float(weights.sum())
    for limit in limits:
        share = float(weights[reached][minutes[reached] <= limit + 1e-9].sum()) / total
        axes.axvline(limit, color=INK, lw=0.9, ls=(0, (4, 2)))
        said = Text("{limit:g} 分钟内 {share:.1%}", "{share:.1%} within {limit:g} min")
        axes.text(
            limit - 0.25,
            top,
            said.fill(limit=limit, share=share).in_lang(lang),
            rotation=90,
            ha="right",
            va="top",
            color=INK,
            bbox=_PLAIN,
        )
    never = float(weights[~reached].sum())
    if never:
        said = Text("另有 {count} 无法到达", "Besides, {count} reach none")
        axes.text(
            0.995,
            0.97,
            said.fill(count=say_counted(coverage, never)).in_lang(lang),
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=QUIET,
        )
    axes.set(xlim=(0, last + 1.2), ylim=(0, top))
    ticks = list(range(0, last, 5))
    axes.set_xticks([*ticks, last + 0.5], [*map(str, ticks), f">{last}"])
    axes.yaxis.set_major_formatter(lambda count, _place: f"{count:,.0f}")
    axes.set_xlabel(
        Text("步行到最近邻里中心（分钟）", "Minutes to the nearest centre").in_lang(lang)
    )
    axes.set_ylabel(_COUNTED[home_weights(coverage.layers["residents"], coverage)[1]].in_lang(lang))
    tidy(axes)


_PLAIN = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.75}


def lead_of_lorenz(access: Assessment) -> Text:
    """Give the Gini coefficient and what the worst served fifth has."""
    gini = access.indicator("gini_floor_area").value
    if gini is None:
        return Text("面积或居民未知，无法计算基尼系数。", "Floor areas or residents are unknown.")
    curve = access.layers["lorenz"]
    fifth = float(np.interp(0.2, curve["share_residents"], curve["share_floor_area"]))
    return Text(
        f"基尼系数 {gini:.2f}（0 为人人相同）；分得最少的两成居民共得 {fifth:.1%} 的建筑面积。",
        f"Gini {gini:.2f} (0: the same for everybody); the fifth who get least share {fifth:.1%} "
        "of the floor area.",
    )


def draw_lorenz(axes: Axes, access: Assessment, lang: Lang) -> None:
    """Draw the Lorenz curve of centres' floor area per resident beside the line of equality."""
    curve = access.layers["lorenz"]
    x = curve["share_residents"].to_numpy(dtype=float)
    y = curve["share_floor_area"].to_numpy(dtype=float)
    axes.fill_between(x, y, x, color="#c9dff0", lw=0)
    equal = Text("完全均等", "Equality").in_lang(lang)
    axes.plot([0, 1], [0, 1], color=QUIET, lw=1.0, ls=(0, (4, 2)), label=equal)
    axes.plot(x, y, color="#08306b", lw=2.0, label=Text("洛伦兹曲线", "Lorenz curve").in_lang(lang))
    gini = access.indicator("gini_floor_area").value
    said = Text("未知", "unknown") if gini is None else Text.same(f"{gini:.2f}")
    words = Text("基尼系数 {gini}", "Gini {gini}").fill(gini=said).in_lang(lang)
    axes.text(0.96, 0.05, words, ha="right", va="bottom", size="large")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_box_aspect(1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda share, _place: f"{share:.0%}")
    axes.set_xlabel(
        Text("居民累计占比（由少到多）", "Share of residents, least served first").in_lang(lang)
    )
    axes.set_ylabel(Text("分得建筑面积累计占比", "Share of floor area").in_lang(lang))
    axes.legend(loc="upper left", frameon=False)
    tidy(axes)
