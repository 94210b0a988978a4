"""Propose the fewest or cheapest gates by which a boundary keeps its rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tongling_gis.enclosure.gate_choice import Choice, Chooser, Wish, count_limits
from tongling_gis.enclosure.gate_places import find_gate_places, gates_of
from tongling_gis.enclosure.gate_rules import (
    GATE_BY_GATE,
    USES,
    WALK,
    Oracle,
    Sorted,
    default_rules,
    sort_rules,
)
from tongling_gis.enclosure.model import GateKind
from tongling_gis.enclosure.rules import Severity
from tongling_gis.errors import InputError, UsageError
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Mapping

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
