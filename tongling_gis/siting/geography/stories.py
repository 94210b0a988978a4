"""The chosen sites, each with its story: whom it reaches, whom it relieves, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.access import check_floor_area
from tongling_gis.assessment import Verdict
from tongling_gis.catalogue import read_standards
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.schema.layers import ORIGINS
from tongling_gis.siting.geography.effects import name_compounds
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Finding
    from tongling_gis.siting.geography.effects import Effect
    from tongling_gis.siting.geography.question import SitingQuestion

    Floats = NDArray[np.float64]

SOURCES = {
    "buildings": Text("公共或闲置建筑", "a public or vacant building"),
    "amenities": Text("现有设施", "an existing facility"),
    "layer": Text("给定地点", "a site of the layer given"),
    "streets": Text("沿街新址", "a new site along a street"),
    "centres": Text("现有中心原址", "where a centre stands today"),
}
_MAX_RELIEVED = 3


def describe_sites(
    effect: Effect, asked: SitingQuestion, compounds: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Make the layer of chosen sites, the most gainful first, and hold each to FAC-01."""
    city, chosen = effect.city, effect.chosen
    newly = effect.by_site(effect.newly, city.weight)
    within = effect.by_site(effect.covered_after, city.weight)
    order = chosen[np.lexsort((chosen, -within[chosen], -newly[chosen]))]
    layer = city.sites.iloc[order].reset_index(drop=True)
    layer = layer.drop(columns=["usable", "reason", "reason_zh", "reason_en"])
    layer.insert(1, "rank", np.arange(1, len(layer) + 1))
    layer["role"] = np.where(layer["site_id"].isin(asked.require), "required", "chosen")
    unit = city.unit
    layer[f"{unit}_newly"] = _whole(newly[order])
    layer[f"{unit}_nearest"] = _whole(within[order])
    for group, count in city.groups.items():
        layer[f"newly_{group.removeprefix('residents_')}"] = _whole(
            effect.by_site(effect.newly, count)[order]
        )
    nearer = effect.saved_s > 0
    people = effect.by_site(nearer, city.weight)[order]
    saved = effect.by_site(nearer, city.weight * np.where(nearer, effect.saved_s, 0.0))[order]
    layer[f"{unit}_nearer"] = _whole(people)
    layer["saved_s_each"] = np.divide(
        saved, people, out=np.full(len(order), np.nan), where=people > 0
    ).round()
    cost = layer["cost_yuan"].to_numpy(dtype=float)
    layer["yuan_each"] = np.divide(
        cost, newly[order], out=np.full(len(order), np.nan), where=newly[order] > 0
    ).round()
    layer["compound"] = name_compounds(layer.geometry, compounds)
    households = effect.by_site(effect.covered_after, city.households)[order]
    layer["households"] = households
    findings = [
        _floor_finding(row, area, of)
        for row, area, of in zip(
            layer.itertuples(), layer["floor_area_m2"], households, strict=True
        )
    ]
    layer["fac_01"] = [finding.verdict.value for finding in findings]
    layer["relieves_zh"], layer["relieves_en"] = _tell_relieved(effect, order)
    stories = [
        _story(row, city, finding) for row, finding in zip(_rows(layer), findings, strict=True)
    ]
    layer["story_zh"] = [one.zh for one in stories]
    layer["story_en"] = [one.en for one in stories]
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]], findings


def _rows(layer: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = layer.drop(columns="geometry").to_dict("records")
    return rows


def _whole(values: Floats) -> Floats:
    return np.rint(values)


def _floor_finding(row: Any, area_m2: float, households: float) -> Finding:  # noqa: ANN401 - a row
    from dataclasses import replace

    found = check_floor_area(area_m2, households)
    reason = Text("{site}：{why}", "{site}: {why}").fill(site=name_site(row), why=found.reason)
    need = households * read_standards().access.floor_area_m2_per_100_households / 100.0
    advice = (
        Text(f"需约 {need:,.0f} m²", f"about {need:,.0f} m² are needed")
        if found.verdict is Verdict.FAIL
        else None
    )
    return replace(found, reason=reason, where=row.geometry, advice=advice)


def name_site(row: Any) -> str:  # noqa: ANN401 - a named row of the sites
    """Name a site as a user knows it, by its id where it has no name."""
    return f"{row.name} ({row.site_id})" if row.name else str(row.site_id)


def _tell_relieved(effect: Effect, order: NDArray[np.int64]) -> tuple[list[str], list[str]]:
    took, centres = effect.relieved()[order], effect.city.centres
    ids = centres["centre_id"].astype(str)
    names = (centres["name"].fillna(ids) if "name" in centres else ids).astype(str).to_list()
    told: tuple[list[str], list[str]] = ([], [])
    for row in took:
        most = [at for at in np.argsort(-row, kind="stable")[:_MAX_RELIEVED] if row[at] > 0]
        told[0].append("、".join(f"{names[at]} {row[at]:,.0f}" for at in most))
        told[1].append(", ".join(f"{names[at]} {row[at]:,.0f}" for at in most))
    return told


def _story(row: dict[str, Any], city: Any, finding: Finding) -> Text:  # noqa: ANN401 - the city
    """Tell a site's story in a few clauses."""
    unit = Text("人", "residents") if city.by_people else Text("处居民点", "homes")
    told = [
        Text("新增覆盖 {n:,.0f} {unit}", "newly covers {n:,.0f} {unit}").fill(
            n=row[f"{city.unit}_newly"], unit=unit
        )
    ]
    ages = [
        Text("{age} {n:,.0f}", "{n:,.0f} {age}").fill(
            age=Text(label.zh, label.en.lower()), n=row[f"newly_{group.removeprefix('residents_')}"]
        )
        for group, label in AGE_GROUPS.items()
        if group in city.groups
    ]
    if ages and row[f"{city.unit}_newly"]:
        told[0] = Text("{what}（{ages}）", "{what} ({ages})").fill(
            what=told[0], ages=join_texts(ages, "，", ", ")
        )
    told.append(
        Text("时限内就近服务 {n:,.0f} {unit}", "is nearest to {n:,.0f} {unit} in time").fill(
            n=row[f"{city.unit}_nearest"], unit=unit
        )
    )
    if row[f"{city.unit}_nearer"]:
        told.append(
            Text(
                "为 {n:,.0f} {unit}平均缩短步行 {minutes:.1f} 分钟",
                "brings {n:,.0f} {unit} {minutes:.1f} min nearer on average",
            ).fill(n=row[f"{city.unit}_nearer"], unit=unit, minutes=row["saved_s_each"] / 60.0)
        )
    if row["relieves_zh"]:
        told.append(
            Text("分担{who}", "relieves {who}").fill(
                who=Text(row["relieves_zh"], row["relieves_en"])
            )
        )
    told.append(_tell_cost(row, unit))
    told.append(SOURCES.get(row["source"], Text.same(str(row["source"]))))
    if row["compound"]:
        told.append(Text(f"在小区“{row['compound']}”内", f"within compound {row['compound']}"))
    if finding.advice is not None:
        told.append(
            Text("面积不足（{clause}）：{need}", "too small ({clause}): {need}").fill(
                clause=finding.rule, need=finding.advice
            )
        )
    return join_texts(told, "；", "; ")


def _tell_cost(row: dict[str, Any], unit: Text) -> Text:
    origin = ORIGINS.get(row["origin"], Text.same(str(row["origin"])))
    if not row["cost_yuan"]:
        return Text("不计造价", "no cost reckoned")
    each = row["yuan_each"]
    cost = Text("{how}约 {n:.0f} 万元", "{how}, about {k:,.0f} thousand yuan").fill(
        how=Text(origin.zh, origin.en.lower()), n=row["cost_yuan"] / 1e4, k=row["cost_yuan"] / 1e3
    )
    if not np.isfinite(each):
        return cost
    return Text("{cost}，每新增 1 {unit} {each:,.0f} 元", "{cost}, {each:,.0f} yuan each").fill(
        cost=cost, each=each, unit=unit
    )


def join_texts(parts: Sequence[Text], zh: str, en: str) -> Text:
    """Join texts with a mark of each language."""
    return Text(zh.join(one.zh for one in parts), en.join(one.en for one in parts))
