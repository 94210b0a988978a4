"""Propose the fewest or cheapest gates by which a boundary keeps its rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import Indicator
from tongling_gis.enclosure.checking import judge_enclosure, sum_up
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.gate_choice import Choice, Chooser, Wish, count_limits
from tongling_gis.enclosure.gate_places import OPENS, find_gate_places, gates_of, kinds_of
from tongling_gis.enclosure.gate_rules import (
    GATE_BY_GATE,
    USES,
    WALK,
    Oracle,
    Sorted,
    default_rules,
    sort_rules,
)
from tongling_gis.enclosure.model import GATE_KINDS, GateKind
from tongling_gis.enclosure.rules import Severity
from tongling_gis.errors import InputError, UsageError
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment, Provenance
    from tongling_gis.enclosure.gate_places import GatePlace
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.rules import Rule, Rules
    from tongling_gis.enclosure.surroundings import Surroundings

STEP_S = 6.0
"""Rows of the table of trade-offs differ by a tenth of a minute or more (N)."""
LIMIT_MIN = 3.0
"""What a walk to a centre may grow where it is not said: RCH-04b's local figure (N)."""
_ROWS = 8


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """What gates are asked for.

    Attributes:
        rules: Ids of the rules to keep; () for the usual ones, see ``default_rules``.
        without: Ids of rules left out.
        limit_min: How many minutes a resident's walk to a centre may grow at most.
        most: How many gates there may be at most.
        prices: What a gate of each kind costs; equal prices ask for the fewest gates.
    """

    rules: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    limit_min: float = LIMIT_MIN
    most: int | None = None
    prices: Mapping[GateKind, float] = field(default_factory=lambda: dict.fromkeys(GateKind, 1.0))


@dataclass(frozen=True, eq=False)
class GateProposal:
    """Proposed gates.

    Attributes:
        case: The case with them.
        places: Where gates could be.
        choice: What was chosen; None where nothing at all keeps the rest of the rules.
        trade_off: Choices of ever more gates and shorter detours, the first the one chosen.
        kept: The rules that it keeps.
        conflicts: Smallest sets of rules that no choice keeps together; () where all are kept.
        sorted: The rules asked for, by what they say with every place open.
        proven: Whether the search came to its end.
    """

    case: Case
    places: tuple[GatePlace, ...]
    choice: Choice | None
    trade_off: tuple[Choice, ...]
    kept: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    sorted: Sorted
    proven: bool


def choose_rules(rules: Rules, question: GateQuestion) -> tuple[Rule, ...]:
    """Give the rules that a question asks to keep.

    Raises:
        UsageError: If one is not there, or is not about gates.
    """
    for rule_id in (*question.rules, *question.without):
        rule = rules.rule(rule_id)
        if rule.measure not in {*USES, *GATE_BY_GATE}:
            raise UsageError(
                Text(
                    f"规则 {rule_id} 与大门的选择无关，不能用于方案：请从列表中去掉。",
                    f"Rule {rule_id} does not depend on the choice of gates: leave it out.",
                )
            )
    own = [rules.rule(one) for one in question.rules] or list(default_rules(rules))
    return tuple(one for one in own if one.rule_id not in question.without and one.off is None)


def propose_gates(
    surroundings: Surroundings,
    case: Case,
    rules: Rules,
    question: GateQuestion | None = None,
    *,
    progress: Progress = silent,
) -> GateProposal:
    """Choose the fewest or cheapest gates for a boundary, with a proof.

    Rules that fail with every place open are proven impossible one by one; of the others a
    smallest set is named that cannot be kept together, and the least strict of it is left out
    until the rest can be.

    Raises:
        InputError: If no street meets the boundary.
        UsageError: If a rule asked for is not there or is not about gates.
    """
    asked = question or GateQuestion()
    wanted = choose_rules(rules, asked)
    places = find_gate_places(surroundings, case)
    if not places:
        raise InputError(
            Text(
                "没有道路与边界相交，无处设门：请检查边界和路网。",
                "No street meets the boundary, so there is no place for a gate: check both.",
            )
        )
    progress(Text(f"{len(places)} 处可设门", f"{len(places)} places"), 0.1)
    oracle = Oracle(surroundings, case, places, {one.rule_id: one for one in wanted})
    sorted_rules = sort_rules(oracle, [one for one in wanted if one.measure in USES])
    single = [one for one in wanted if one.measure in GATE_BY_GATE]
    chooser = Chooser(oracle, asked.prices, oracle.unfit(single), _counted(wanted, sorted_rules))
    wish, conflicts = _first_wish(chooser, sorted_rules, asked)
    progress(Text("求最少的大门", "Finding the fewest gates"), 0.3)
    try:
        choice, wish, more = _settle(chooser, wish)
        progress(Text("权衡大门数与绕行", "Weighing gates against detours"), 0.6)
        rows = chooser.trade_off(wish, step_s=STEP_S, rows=_ROWS) if choice is not None else []
        proven = oracle.is_steady()
    except KeyboardInterrupt:
        choice, rows, more, proven = chooser.describe(chooser.everything), [], (), False
    if choice is not None and not rows:
        rows = [choice]
    gates = gates_of(places, choice.openings) if choice is not None else ()
    return GateProposal(
        replace(case, gates=gates, origin="accepted"),
        places,
        choice,
        tuple(rows),
        wish.rules,
        (*conflicts, *more),
        sorted_rules,
        proven,
    )


def _counted(wanted: tuple[Rule, ...], found: Sorted) -> dict[str, tuple[float, float]]:
    return {
        one.rule_id: count_limits(one)
        for one in wanted
        if one.measure == "vehicle_gates" and one.rule_id in found.kept
    }


def _first_wish(
    chooser: Chooser, found: Sorted, asked: GateQuestion
) -> tuple[Wish, list[tuple[str, ...]]]:
    """Wish for all that holds with every place open; the rest is impossible by itself."""
    limit_s = asked.limit_min * 60.0
    conflicts: list[tuple[str, ...]] = [(one,) for one in found.hopeless]
    walk: tuple[str, ...] = (WALK,)
    if not chooser.oracle.holds(WALK, chooser.everything, limit_s):
        conflicts.append(walk)
        walk = ()
    kept = (*found.kept, *chooser.oracle.relaxed, *chooser.unfit, *walk)
    return Wish(kept, limit_s, asked.most), conflicts


def _settle(
    chooser: Chooser, wish: Wish
) -> tuple[Choice | None, Wish, tuple[tuple[str, ...], ...]]:
    """Choose; where there is no choice leave out the least strict rule of a smallest conflict."""
    conflicts: list[tuple[str, ...]] = []
    while (choice := chooser.choose(wish)) is None and wish.rules:
        conflict = chooser.smallest_conflict(wish)
        conflicts.append(conflict)
        least = max(conflict, key=lambda one: _laxity(chooser.oracle, one))
        wish = replace(wish, rules=tuple(one for one in wish.rules if one != least))
    return choice, wish, tuple(conflicts)


def _laxity(oracle: Oracle, rule_id: str) -> int:
    order = list(Severity)
    return len(order) if rule_id == WALK else order.index(oracle.rules[rule_id].severity)


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


__all__ = [
    "GateProposal",
    "GateQuestion",
    "assess_gates",
    "choose_rules",
    "describe_gates",
    "propose_gates",
]
