"""An answer as map layers, indicators and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.assessment import Indicator
from tongling_gis.catalogue import read_standards
from tongling_gis.siting.geography.question import PROBLEMS
from tongling_gis.siting.geography.readings import say_status
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.siting.geography.effects import Effect
    from tongling_gis.siting.geography.question import SitingQuestion
    from tongling_gis.siting.geography.solving import Plan, Reach

    Floats: TypeAlias = NDArray[np.float64]

_HOME_FACTS = ("name", "compound_id", "residents")
_CENTRE_FACTS = ("name", "stars", "floor_area_m2", "opening_hours")


def home_layer(effect: Effect, reach: Reach) -> gpd.GeoDataFrame:
    """Make the layer of homes: their walk before and after, and what changes for them."""
    city = effect.city
    own = [city.key, *(name for name in _HOME_FACTS if name in city.homes), *city.groups]
    layer = city.homes[[*own, "geometry"]].copy()
    layer["walk_before_s"] = _or_nan(effect.before_s)
    layer["walk_after_s"] = _or_nan(effect.after_s)
    layer["saved_s"] = layer["walk_before_s"] - layer["walk_after_s"]
    layer["covered_before"] = effect.covered_before
    layer["covered_after"] = effect.covered_after
    layer["change"] = np.select(
        [effect.newly, effect.lost, effect.covered_after], ["newly", "lost", "kept"], "uncovered"
    )
    layer["site_id"] = _named(city.sites["site_id"], effect.after_site)
    layer["centre_id"] = _named(city.centres["centre_id"], effect.after_centre)
    layer["no_site"] = np.isin(np.arange(len(layer)), reach.conflict)
    return _geometry_last(layer)


def conflict_layer(homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the homes that no site reaches."""
    return homes[homes["no_site"]].reset_index(drop=True)


def candidate_layer(effect: Effect, plan: Plan, asked: SitingQuestion) -> gpd.GeoDataFrame:
    """Make the layer of candidates: in or out and why, and what each would cover alone."""
    city = effect.city
    layer = city.candidates.copy()
    own = city.sites["site_id"].to_numpy()
    gain = dict(zip(own, _alone(effect, plan, asked), strict=True))
    layer[f"{city.unit}_alone"] = layer["site_id"].map(gain).astype("float64")
    layer["chosen"] = layer["site_id"].isin(own[effect.chosen])
    return _geometry_last(layer)


def _alone(effect: Effect, plan: Plan, asked: SitingQuestion) -> Floats:
    """Count whom each site alone would newly cover."""
    city, times = effect.city, plan.reach.times
    pairs = times[:, : len(city.sites)].tocoo()
    row, column = pairs.coords
    use = (pairs.data <= asked.limit_s) & ~effect.covered_before[row]
    alone: Floats = np.bincount(
        column[use], weights=city.weight[row[use]], minlength=len(city.sites)
    ).astype(np.float64)
    return alone


def centre_layer(effect: Effect) -> gpd.GeoDataFrame:
    """Make the layer of today's centres: whether they stay, and whom the plan relieves them of."""
    city, centres = effect.city, effect.city.centres
    layer = centres[
        ["centre_id", *(name for name in _CENTRE_FACTS if name in centres), "geometry"]
    ].copy()
    layer["serving"], layer["staying"] = city.serving, city.staying
    for name, walk_s, nearest in (
        ("before", effect.before_s, effect.before_centre),
        ("after", effect.after_s, effect.after_centre),
    ):
        use = (walk_s <= effect.limit_s) & (nearest >= 0)
        layer[f"{city.unit}_{name}"] = np.bincount(
            nearest[use], weights=city.weight[use], minlength=len(centres)
        )
    layer["relieved"] = layer[f"{city.unit}_before"] - layer[f"{city.unit}_after"]
    return _geometry_last(layer)


def _geometry_last(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _or_nan(walk_s: Floats) -> Floats:
    return np.where(np.isfinite(walk_s), walk_s, np.nan)


def _named(ids: gpd.GeoSeries, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    named: NDArray[np.object_] = ids.astype("str").reindex(rows).to_numpy()
    return named


def list_indicators(effect: Effect, plan: Plan, asked: SitingQuestion) -> Iterator[Indicator]:
    """Give the numbers: whom the plan covers, by age, walks, cost, and how sure it is."""
    city = effect.city
    yield Indicator("sites_chosen", Text("选定的地点", "Sites chosen"), len(plan.chosen), "places")
    for group, who, count in city.each_group():
        yield from _of_cover(effect, who, count, group=group)
    yield from _of_walks(effect)
    yield Indicator(
        "cost_yuan", Text("估算造价合计", "Estimated cost"), round(effect.cost_yuan), "yuan"
    )
    newly = float(city.weight[effect.newly].sum())
    each = round(effect.cost_yuan / newly) if newly else None
    label = Text("每新增覆盖一{one}的造价", "Cost of each {one} newly covered").fill(
        one=Text("人", "resident") if city.by_people else Text("处", "home")
    )
    yield Indicator("yuan_each_newly", label, each, "yuan")
    unreached = float(city.weight[plan.reach.conflict].sum())
    label = Text("任何地点都到不了的{who}", "{who} whom no site reaches").fill(who=city.who)
    yield Indicator(f"{city.unit}_no_site", label, _whole(unreached), city.unit)
    yield from _of_proof(plan, asked)


def _of_cover(effect: Effect, who: Text, count: Floats, *, group: str) -> Iterator[Indicator]:
    minutes, unit = effect.limit_s / 60.0, effect.city.unit
    total = float(count.sum())
    for name, which, says in (
        ("covered_before", effect.covered_before, Text("现状覆盖的{who}", "{who} covered today")),
        (
            "covered_after",
            effect.covered_after,
            Text("方案覆盖的{who}", "{who} covered by the plan"),
        ),
        ("newly_covered", effect.newly, Text("新增覆盖的{who}", "{who} newly covered")),
        ("lost", effect.lost, Text("不再覆盖的{who}", "{who} no longer covered")),
    ):
        value = float(count[which].sum())
        if name == "lost" and not value:
            continue
        label = says.fill(who=who)
        yield Indicator(f"{unit}_{name}", label, _whole(value), unit, group, minutes)
        if name.startswith("covered"):
            share = Text("{label}占比", "Share of {label}").fill(label=label)
            of = value / total if total else None
            yield Indicator(f"share_{name}", share, of, "share", group, minutes)


def _of_walks(effect: Effect) -> Iterator[Indicator]:
    for name, walk_s, when in (
        ("before", effect.before_s, Text("现状", "today")),
        ("after", effect.after_s, Text("方案", "by the plan")),
    ):
        count = effect.city.weight
        label = Text("平均步行时间（{when}）", "Mean walk {when}").fill(when=when)
        yield Indicator(f"mean_walk_{name}_s", label, effect.mean_s(walk_s, count), "s")
        label = Text("最长步行时间（{when}）", "Longest walk {when}").fill(when=when)
        yield Indicator(f"worst_walk_{name}_s", label, effect.worst_s(walk_s, count), "s")


def _of_proof(plan: Plan, asked: SitingQuestion) -> Iterator[Indicator]:
    found = plan.solution
    unit = {"median": "", "centre": "s", "fair": "s", "all": "places"}.get(asked.problem, "")
    for name, label, value in (
        ("objective", Text("目标：{what}", "Objective: {what}"), found.objective),
        ("bound", Text("界限：{what}", "Bound: {what}"), found.bound),
    ):
        told = label.fill(what=_OBJECTIVES[asked.problem])
        yield Indicator(name, told, _known(value), unit)
    for name, value in found.parts.items():
        if name in _PARTS and (name != "cost" or asked.problem == "budget"):
            yield Indicator(f"part_{name}", _PARTS[name], _known(value), _UNITS.get(name, ""))
    gap = Text("与最优的差距上限", "Gap to the optimum at most")
    yield Indicator("gap", gap, _known(found.gap), "share")


_OBJECTIVES = {
    "cover": Text("覆盖的居民（加权）", "covered (weighed)"),
    "all": Text("地点数", "number of sites"),
    "median": Text("总步行时间（人·秒，加权）", "total walk (person seconds, weighed)"),
    "centre": Text("最长步行时间", "longest walk"),
    "backup": Text("有两个中心的居民（加权）", "with two centres (weighed)"),
    "capacity": Text("面积够用的居民（加权）", "with room for them (weighed)"),
    "fair": Text("平均步行时间（加权）", "mean walk (weighed)"),
    "budget": Text("覆盖的居民（加权）", "covered (weighed)"),
    "phases": Text("最后一年覆盖的居民（加权）", "covered in the last year (weighed)"),
}
_PARTS = {
    "once": Text("至少有一个中心（加权）", "With one centre at least (weighed)"),
    "twice": Text("有两个以上中心（加权）", "With two centres at least (weighed)"),
    "reached": Text("时限内可达（不论面积，加权）", "Within reach, room or not (weighed)"),
    "mean": Text("平均步行时间（加权）", "Mean walk (weighed)"),
    "worst": Text("最长步行时间（求解范围内）", "Longest walk of those that count"),
    "cost": Text("预算内花费", "Spent of the budget"),
}
_UNITS = {"mean": "s", "worst": "s", "cost": "yuan"}


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def list_notes(effect: Effect, plan: Plan, asked: SitingQuestion) -> Iterator[Text]:
    """Say what was asked, how sure the answer is, and what was taken for granted."""
    city = effect.city
    yield Text(
        "求解：{what}，{sure}（用时 {s:.1f} 秒）。", "Solved for {what}: {sure} ({s:.1f} s)."
    ).fill(what=PROBLEMS[asked.problem], sure=say_status(plan), s=plan.solution.seconds)
    if plan.solution.status != "optimal" and plan.solution.reason.zh:
        yield plan.solution.reason
    cheapest = float(city.sites["cost_yuan"].min()) if len(city.sites) else np.inf
    if asked.budget_yuan is not None and asked.budget_yuan < cheapest:
        yield Text(
            "预算 {have:,.0f} 元不够建任何一处：最便宜的候选地点要 {cost:,.0f} 元。",
            "{have:,.0f} yuan build no centre: the cheapest candidate costs {cost:,.0f}.",
        ).fill(have=asked.budget_yuan, cost=cheapest)
    if len(plan.reach.conflict):
        count = city.weight[plan.reach.conflict].sum()
        yield Text(
            "有 {n} 处居民点（{count:,.0f} {unit}）任何地点都到不了：见图层 conflict；"
            "其余居民照常求解。",
            "No site reaches {n} homes ({count:,.0f} {unit}): see the layer conflict; "
            "the answer is for the others.",
        ).fill(
            n=len(plan.reach.conflict),
            count=count,
            unit=Text("人", "residents") if city.by_people else Text("处", "homes"),
        )
    yield _say_candidates(effect)
    yield from _say_assumptions(effect, asked)


def _say_candidates(effect: Effect) -> Text:
    judged = effect.city.candidates
    out = judged[~judged["usable"]]
    zh, en = (out[f"reason_{lang}"].value_counts() for lang in ("zh", "en"))
    why_zh = "，".join(f"{word} {n}" for word, n in zh.items())
    why_en = ", ".join(f"{word.lower()} {n}" for word, n in en.items())
    return Text(
        f"候选地点 {len(judged)} 处，可选 {len(judged) - len(out)} 处"
        + (f"（排除：{why_zh}）。" if len(out) else "。"),
        f"{len(judged)} candidate sites, {len(judged) - len(out)} of them in"
        + (f" (out: {why_en})." if len(out) else "."),
    )


def _say_assumptions(effect: Effect, asked: SitingQuestion) -> Iterator[Text]:
    city, standard = effect.city, read_standards().siting
    rates = standard.cost_yuan_m2
    yield Text(
        f"造价为估算：新建 {rates['new']:g}、改建 {rates['rebuilt']:g}、改造利用 "
        f"{rates['converted']:g} 元/平方米，未知面积按 {standard.floor_area_m2:g} 平方米；"
        "候选地点自带 cost_yuan 时以其为准。",
        f"Costs are rough: {rates['new']:g} yuan/m2 new, {rates['rebuilt']:g} rebuilt, "
        f"{rates['converted']:g} converted, on {standard.floor_area_m2:g} m2 where the area is "
        "unknown; a candidate's own cost_yuan holds.",
    )
    if not city.by_people:
        yield Text(
            "居民数未知：所有数字按居民点或建筑计数，不代表人数。",
            "No residents are known: every number counts residential points or buildings.",
        )
    unknown = int(np.isnan(city.people).sum())
    if city.by_people and unknown:
        yield Text(
            f"{unknown} 处居民点的居民数未知，未计入。",
            f"The residents of {unknown} homes are unknown and not counted.",
        )
    if asked.at is not None:
        yield Text(
            "只计 {at} 确定开放的中心（{n} 个，共 {all} 个）；新地点按届时开放计。",
            "Only centres surely open on {at} count ({n} of {all}); new sites count as open then.",
        ).fill(at=asked.at.label, n=int(city.serving.sum()), all=len(city.centres))
    if asked.weights or asked.group:
        yield Text(
            "目标按年龄组加权求解；表中人数为实际人数，不加权。",
            "The optimum is of the weighted age groups; the numbers told are plain residents.",
        )
