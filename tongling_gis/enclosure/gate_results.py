"""Proposed gates as a result: the check of the case they make, and what was weighed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import Indicator
from tongling_gis.enclosure.checking import judge_enclosure, sum_up
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.gate_places import OPENS, kinds_of
from tongling_gis.enclosure.gate_rules import WALK
from tongling_gis.enclosure.model import GATE_KINDS
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment, Provenance
    from tongling_gis.enclosure.gate_choice import Choice
    from tongling_gis.enclosure.proposing_gates import GateProposal, GateQuestion
    from tongling_gis.enclosure.rules import Rules
    from tongling_gis.enclosure.surroundings import Surroundings


def assess_gates(
    surroundings: Surroundings,
    proposal: GateProposal,
    rules: Rules,
    question: GateQuestion,
    provenance: Provenance,
) -> Assessment:
    """Say a proposal as a result, with the check of the case that it makes.

    Layers are those of a check, and "places" (all places, ``kind`` "" where no gate is
    proposed), "trade_off" and "conflicts".
    """
    enclosure = Enclosure(surroundings, proposal.case)
    checked = sum_up(judge_enclosure(enclosure, rules), provenance)
    choice = proposal.choice
    layers = {
        **checked.layers,
        "places": _lay_out_places(proposal),
        "trade_off": _lay_out_trade_off(proposal),
        "conflicts": _lay_out_conflicts(proposal, rules, question),
    }
    numbers = () if choice is None else _indicators(proposal, choice)
    return replace(
        checked,
        kind="gates_proposal",
        subject=f"{checked.subject}建议大门",
        parameters={
            **checked.parameters,
            "rules": list(proposal.kept),
            "limit_min": question.limit_min,
            "most": question.most,
            "prices": [f"{kind.value}={price:g}" for kind, price in question.prices.items()],
            "proven": proposal.proven,
        },
        layers=layers,
        indicators=(*numbers, *checked.indicators),
        notes=(*describe_gates(proposal, question), *checked.notes),
    )


def _indicators(proposal: GateProposal, choice: Choice) -> tuple[Indicator, ...]:
    kinds = [gate.kind for gate in proposal.case.gates]
    by_kind = tuple(
        Indicator(f"gates_{kind.value}", GATE_KINDS[kind.value], kinds.count(kind), "count")
        for kind in reversed(OPENS)
    )
    worst = Text("到中心步行最多增加", "Most that a walk to a centre grows")
    mean = Text("居民到中心步行平均增加", "Mean that residents' walks to a centre grow")
    return (
        Indicator("gates", Text("建议大门数", "Gates proposed"), choice.gates, "count"),
        *by_kind,
        Indicator("places", Text("可设门处", "Places for a gate"), len(proposal.places), "places"),
        Indicator("worst_detour_s", worst, _finite(choice.worst_s), "s"),
        Indicator("mean_detour_s", mean, _finite(choice.mean_s), "s"),
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def describe_gates(proposal: GateProposal, question: GateQuestion) -> tuple[Text, ...]:
    """Say what was proposed, what is proven, what was assumed and what is not known."""
    said = [_headline(proposal)]
    for conflict in proposal.conflicts:
        words = Text("、".join(map(_name, conflict)), ", ".join(map(_name, conflict)))
        alone = Text(
            "所有可设门处全部开门仍不满足 {rules}：任何大门方案都做不到，"
            "须改边界或内部道路，或另开通道设门。",
            "No choice of gates meets {rules}: it fails even with every place open. Change the "
            "line or the lanes inside, or make a new way for a gate.",
        )
        together = Text(
            "{rules} 不能同时满足（已证明），方案放弃其中最宽松的一条。",
            "{rules} cannot be met together (proven); the least strict of them is given up.",
        )
        single = len(conflict) == 1 and (
            conflict[0] in proposal.sorted.hopeless or conflict[0] == WALK
        )
        said.append((alone if single else together).fill(rules=words))
    if proposal.sorted.unknown:
        unknown = Text(
            "无法判定、未作为条件：{rules}。", "Not known, and so no condition: {rules}."
        )
        said.append(
            unknown.fill(
                rules=Text(
                    "；".join(f"{k}（{v.zh}）" for k, v in proposal.sorted.unknown.items()),
                    "; ".join(f"{k} ({v.en})" for k, v in proposal.sorted.unknown.items()),
                )
            )
        )
    said.append(
        Text(
            "假定：新设车行门和消防门净宽 4.0 m、无门梁，人行门净宽 1.8 m，全天开放、不刷卡；"
            f"居民到中心的步行最多允许增加 {question.limit_min:g} 分钟；"
            "只在道路与边界相交处设门。",
            "Assumed: new gates for vehicles and engines are 4.0 m wide without a beam, those for "
            "people 1.8 m, open all day and without a card; a walk to a centre may grow by "
            f"{question.limit_min:g} minutes; gates stand only where streets meet the boundary.",
        )
    )
    return tuple(said)


def _name(rule_id: str) -> str:
    return "步行增加上限" if rule_id == WALK else rule_id


def _headline(proposal: GateProposal) -> Text:
    count = len(proposal.places)
    if proposal.choice is None:
        return Text(
            f"{count} 处可设门，没有一种方案可行。",
            f"{count} places, and no choice of them will do.",
        )
    kinds = [gate.kind for gate in proposal.case.gates]
    zh = "、".join(
        f"{GATE_KINDS[kind.value].zh} {kinds.count(kind)}" for kind in OPENS if kind in kinds
    )
    en = ", ".join(
        f"{kinds.count(kind)} {GATE_KINDS[kind.value].en}" for kind in OPENS if kind in kinds
    )
    how = Text("已证明最少", "proven least") if proposal.proven else Text("未证明", "not proven")
    return Text(
        f"{count} 处可设门，建议设 {proposal.choice.gates} 处（{zh or '无'}；{how.zh}）。",
        f"{count} places, {proposal.choice.gates} gates proposed ({en or 'none'}; {how.en}).",
    )


def _lay_out_places(proposal: GateProposal) -> gpd.GeoDataFrame:
    import geopandas as gpd

    chosen = {} if proposal.choice is None else kinds_of(proposal.choice.openings)
    rows = {
        "place_id": [f"P{number + 1}" for number in range(len(proposal.places))],
        "name_zh": [one.name.zh for one in proposal.places],
        "name_en": [one.name.en for one in proposal.places],
        "kinds": [", ".join(kind.value for kind in one.kinds) for one in proposal.places],
        "kind": [
            chosen[number].value if number in chosen else ""
            for number in range(len(proposal.places))
        ],
        "stands": [one.standing is not None for one in proposal.places],
    }
    points = [one.point for one in proposal.places]
    return gpd.GeoDataFrame(rows, geometry=points, crs=proposal.case.crs)


def _lay_out_trade_off(proposal: GateProposal) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "gates": one.gates,
            "cost": one.cost,
            "worst_detour_s": _finite(one.worst_s),
            "mean_detour_s": _finite(one.mean_s),
            "places": ", ".join(f"P{number + 1}" for number in kinds_of(one.openings)),
            "chosen": one is proposal.trade_off[0],
        }
        for one in proposal.trade_off
    ]
    columns = ["gates", "cost", "worst_detour_s", "mean_detour_s", "places", "chosen"]
    return pd.DataFrame(rows, columns=columns)


def _lay_out_conflicts(
    proposal: GateProposal, rules: Rules, question: GateQuestion
) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "conflict": number,
            "rule": rule_id,
            "title_zh": "步行增加上限" if rule_id == WALK else rules.rule(rule_id).title.zh,
            "title_en": "limit of walks" if rule_id == WALK else rules.rule(rule_id).title.en,
            "limit": question.limit_min if rule_id == WALK else rules.rule(rule_id).limit,
        }
        for number, conflict in enumerate(proposal.conflicts, start=1)
        for rule_id in conflict
    ]
    return pd.DataFrame(rows, columns=["conflict", "rule", "title_zh", "title_en", "limit"])
