"""A divided quarter as a result: areas, alternatives, and what the rules say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.assessment import Assessment, Indicator, Verdict
from tongling_gis.enclosure.proposing_areas import HA_M2
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Provenance
    from tongling_gis.enclosure.proposing_areas import AreaProposal, AreaQuestion
    from tongling_gis.enclosure.rules import Rules
    from tongling_gis.enclosure.surroundings import Surroundings


def assess_areas(
    surroundings: Surroundings,
    proposal: AreaProposal,
    rules: Rules,
    question: AreaQuestion,
    provenance: Provenance,
) -> Assessment:
    """Say a divided quarter as a result.

    Layers: "areas" (a row an area of every alternative), "gates" (where streets enter),
    "alternatives", "rules" (how often each rule fails or is unknown), and "boundary".
    """
    import geopandas as gpd

    best = proposal.best
    unknown = sum(np.isnan(one.dwellings) for one in best.areas)
    boundary = gpd.GeoDataFrame(
        {"name": [proposal.quarter.name]},
        geometry=[proposal.quarter.boundary],
        crs=surroundings.crs,
    )
    return Assessment(
        kind="boundaries_proposal",
        subject=proposal.quarter.name or proposal.quarter.case_id,
        parameters={
            "area_ha": question.area_ha,
            "dwellings": float(question.dwellings),
            "alternatives": len(proposal.alternatives),
            "whole": proposal.whole,
        },
        layers={
            "areas": _lay_out_areas(surroundings, proposal),
            "gates": _lay_out_gates(surroundings, proposal),
            "alternatives": _lay_out_alternatives(proposal),
            "rules": _lay_out_rules(proposal, rules),
            "boundary": boundary,
        },
        indicators=(
            Indicator("areas", Text("推荐方案片数", "Areas suggested"), len(best.areas), "places"),
            Indicator("new_wall_m", Text("新建围墙", "New walls"), best.new_wall_m, "m"),
            Indicator(
                "rules_failed", Text("不符合（法律、强制、应）", "Breaches"), best.fails, "rules"
            ),
            Indicator("rules_unknown", Text("无法判定", "Cannot be told"), best.unknown, "rules"),
        ),
        provenance=replace(provenance, catalogue_date=rules.date.isoformat()),
        stamp=_stamp(question, provenance, rules),
        notes=_notes(proposal, question, without_dwellings=bool(unknown)),
    )


def _stamp(question: AreaQuestion, provenance: Provenance, rules: Rules) -> Text:
    made = Text("示例数据 · ", "invented sample data · ")
    return Text(
        "每片不超过 {area:g} 公顷、{dwellings:g} 套 · 规则目录 {rules} · "
        "{made}tongling_gis {version}",
        "areas of at most {area:g} ha and {dwellings:g} dwellings · rules of {rules} · "
        "{made}tongling_gis {version}",
    ).fill(
        area=question.area_ha,
        dwellings=question.dwellings,
        rules=rules.date.isoformat(),
        made=made if provenance.invented else "",
        version=provenance.engine_version,
    )


def _notes(
    proposal: AreaProposal, question: AreaQuestion, *, without_dwellings: bool
) -> tuple[Text, ...]:
    best = proposal.best
    proven = all(one.partition.proven for one in proposal.alternatives)
    large = sum(not area.fits for one in proposal.alternatives for area in one.areas)
    said = [
        Text(
            "推荐“{title}”：{count} 片（按限值至少 {fewest} 片），新建围墙约 {wall:.0f} 米。",
            "'{title}' is suggested: {count} areas (the limits need {fewest} at least), about "
            "{wall:.0f} m of new wall.",
        ).fill(
            title=best.title,
            count=len(best.areas),
            fewest=best.partition.fewest,
            wall=best.new_wall_m,
        ),
        Text(
            "方法：沿公共道路分街块，再沿内部道路、现有围墙和小区边界切成小块，同一建筑所在各块合一，过大的块在"
            "楼栋之间居中切开；街块内按连通、面积和套数限值组合成片，"
            + (
                "整数规划求得最优（已证明）。"
                if proven
                else "小块过多的街块用贪心合并，未证明最优。"
            ),
            "Method: blocks between public streets are cut along lanes, walls and compounds' "
            "outlines; pieces that share a building are one, and too large ones are divided "
            "between their buildings; pieces are put together within limits, contiguous, "
            + ("at the proven least cost." if proven else "greedily where they are too many."),
        ),
        Text(
            "各片为初稿：道路权属不明的按非公共道路处理，须核实；每条进入的道路先各设一处大门，"
            "可用 tongling-gis enclosure gates 精简；离建筑 40 米以外的空地不划入。",
            "Areas are first drafts: streets of unknown owner are taken for internal, which must "
            "be confirmed; every street that enters has a gate, which enclosure gates makes fewer; "
            "land over 40 m from any building is left out.",
        ),
    ]
    if without_dwellings:
        said.append(
            Text("套数未知，只按面积限制。", "Dwellings are not known: only the area is limited.")
        )
    if large:
        said.append(
            Text(
                f"{large} 片只有一栋建筑而仍超过限值（{question.area_ha:g} 公顷）。",
                f"{large} areas of a single building are over the limit ({question.area_ha:g} ha).",
            )
        )
    if not proposal.whole:
        said.append(Text("已中断，保留已完成的方案。", "Interrupted: what was done is kept."))
    return tuple(said)


def _lay_out_areas(surroundings: Surroundings, proposal: AreaProposal) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows: list[dict[str, Any]] = [
        {
            "alternative": number,
            "title_zh": alternative.title.zh,
            "title_en": alternative.title.en,
            "area_id": area.case.case_id,
            "area_ha": area.case.boundary.area / HA_M2,
            "buildings": len(area.buildings),
            "dwellings": area.dwellings,
            "new_wall_m": area.new_wall_m,
            "gates": len(area.case.gates),
            "fits": area.fits,
            "fails": area.count(Verdict.FAIL),
            "unknown": area.count(Verdict.UNKNOWN),
            "passes": area.count(Verdict.PASS),
            "failed_rules": ", ".join(
                rule
                for rule, verdict, grade in area.verdicts
                if verdict is Verdict.FAIL and grade in "LMS"
            ),
            "geometry": area.case.boundary,
        }
        for number, alternative in enumerate(proposal.alternatives, start=1)
        for area in alternative.areas
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=surroundings.crs)


def _lay_out_gates(surroundings: Surroundings, proposal: AreaProposal) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows = [
        {
            "alternative": number,
            "area_id": area.case.case_id,
            "gate_id": gate.gate_id,
            "kind": gate.kind.value,
            "geometry": gate.point,
        }
        for number, alternative in enumerate(proposal.alternatives, start=1)
        for area in alternative.areas
        for gate in area.case.gates
    ]
    columns = ["alternative", "area_id", "gate_id", "kind", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=surroundings.crs)


def _lay_out_alternatives(proposal: AreaProposal) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "alternative": number,
                "title_zh": one.title.zh,
                "title_en": one.title.en,
                "areas": len(one.areas),
                "fewest": one.partition.fewest,
                "new_wall_m": one.new_wall_m,
                "fails": one.fails,
                "unknown": one.unknown,
                "proven": one.partition.proven,
                "best": one is proposal.best,
            }
            for number, one in enumerate(proposal.alternatives, start=1)
        ]
    )


def _lay_out_rules(proposal: AreaProposal, rules: Rules) -> pd.DataFrame:
    """Count for each rule in how many areas of each alternative it fails or is unknown."""
    import pandas as pd

    rows = [
        {
            "alternative": number,
            "rule": rule.rule_id,
            "title_zh": rule.title.zh,
            "title_en": rule.title.en,
            **{
                verdict.value: sum(
                    own is verdict
                    for area in one.areas
                    for rule_id, own, _ in area.verdicts
                    if rule_id == rule.rule_id
                )
                for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
            },
        }
        for number, one in enumerate(proposal.alternatives, start=1)
        for rule in rules.rules.values()
    ]
    return pd.DataFrame(rows)
