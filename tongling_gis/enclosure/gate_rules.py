"""Which rules a choice of gates can keep, and whether it keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.gate_places import Opened, every_opening, gates_of
from tongling_gis.enclosure.judging import compare, judge
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.model import GateKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.enclosure.gate_places import GatePlace, Use
    from tongling_gis.enclosure.judging import Judged
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.rules import Rule, Rules
    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.text import Text

WALK = "WALK"
"""The limit of what a walk to a centre may grow, beside the rules."""

BOTH: tuple[Use, ...] = ("foot", "engine")
USES: dict[str, tuple[Use, ...]] = {
    "pedestrian_gate_spacing_m": ("foot",),
    "vehicle_gates": BOTH,
    "fire_lane_crossings_shut": ("engine",),
    "buildings_losing_fire_access": ("engine",),
    "fire_access": ("engine",),
    "dead_end_m": ("engine",),
    "ring_connections": ("engine",),
    "fire_response_min": ("engine",),
    "walking_breaks": ("foot",),
    "step_free_way": ("foot",),
    "neighbours_cut_off": ("foot",),
    "clearance_min": BOTH,
}
"""Measures that more gates never make worse, cheap ones first, and what they look at."""
GATE_BY_GATE = ("gate_to_junction_m", "gate_to_crossing_m", "gate_to_platform_m",
                "gate_to_school_or_park_m")  # fmt: skip
"""Measures of each new vehicle gate by itself."""
_ALWAYS = ("pedestrian_gate_spacing_m", "clearance_min")
_HOLDS = {Verdict.PASS, Verdict.NOT_APPLICABLE}


def default_rules(rules: Rules) -> tuple[Rule, ...]:
    """List the rules about gates that a proposal keeps unless told otherwise.

    Those of law, mandatory codes and standards' "shall", and beside them the distance between
    gates (PLN-03) and the time to leave (EVA-04).
    """
    known = {*USES, *GATE_BY_GATE}
    return tuple(
        rule
        for rule in rules.rules.values()
        if rule.off is None
        and rule.measure in known
        and (not rule.severity.advises or rule.measure in _ALWAYS)
    )


@dataclass(frozen=True, eq=False)
class Oracle:
    """Says of a set of openings which rules hold, each question asked once.

    Attributes:
        surroundings: The city.
        case: The boundary.
        places: Where gates may be.
        rules: The rules to keep, by id.
        relaxed: Rules that cannot be met or known even with every place open: the number of
            objects that do not pass then, which no choice may exceed.
    """

    surroundings: Surroundings
    case: Case
    places: tuple[GatePlace, ...]
    rules: Mapping[str, Rule]
    relaxed: dict[str, int] = field(default_factory=dict)
    _enclosures: dict[frozenset[Opened], Enclosure] = field(default_factory=dict)
    _judged: dict[tuple[str, frozenset[Opened]], Judged] = field(default_factory=dict)
    _walks: dict[frozenset[Opened], tuple[float, float]] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """How many answers had to be worked out."""
        return len(self._judged) + len(self._walks)

    def relevant(self, rule_id: str, opened: frozenset[Opened]) -> frozenset[Opened]:
        """Give those openings that a rule looks at."""
        uses = ("foot",) if rule_id == WALK else USES[self.rules[rule_id].measure]
        return frozenset(one for one in opened if one.use in uses)

    def enclosure(self, opened: frozenset[Opened]) -> Enclosure:
        """Lay the case with these openings into the city."""
        if opened not in self._enclosures:
            gates = gates_of(self.places, opened)
            self._enclosures[opened] = self._bare.with_gates(gates)
        return self._enclosures[opened]

    @cached_property
    def _bare(self) -> Enclosure:
        return Enclosure(self.surroundings, replace(self.case, gates=()))

    def judge(self, rule_id: str, opened: frozenset[Opened]) -> Judged:
        """Hold a rule against these openings."""
        seen = self.relevant(rule_id, opened)
        if (rule_id, seen) not in self._judged:
            rule = self.rules[rule_id]
            measured = MEASURES[rule.measure].function(self.enclosure(seen))
            self._judged[rule_id, seen] = judge(rule, measured, self.case.answers.get(rule_id))
        return self._judged[rule_id, seen]

    def detours_s(self, opened: frozenset[Opened]) -> tuple[float, float]:
        """Give how much longer walks to a centre get: the longest and the mean, seconds.

        Of residents inside and of neighbours whose walk changes, NaN where nobody walks; a
        walk that is none any more is infinitely longer. The mean is of the people inside.
        """
        seen = self.relevant(WALK, opened)
        if seen not in self._walks:
            self._walks[seen] = _measure_detours(self.enclosure(seen))
        return self._walks[seen]

    def holds(self, rule_id: str, opened: frozenset[Opened], limit_s: float) -> bool:
        """Tell whether a rule, or the limit of walks, holds."""
        if rule_id == WALK:
            worst_s = self.detours_s(opened)[0]
            return not worst_s > limit_s
        judged = self.judge(rule_id, opened)
        if rule_id in self.relaxed:
            return count_bad(judged) <= self.relaxed[rule_id]
        return judged.finding.verdict in _HOLDS

    def is_steady(self) -> bool:
        """Tell whether no answer given shows a rule that more openings break.

        A proof stands on that; a rule broken so is told apart here, after the search.
        """
        by_rule: dict[str, list[tuple[frozenset[Opened], bool]]] = {}
        for rule_id, seen in self._judged:
            by_rule.setdefault(rule_id, []).append((seen, self.holds(rule_id, seen, 0.0)))
        return not any(
            kept and not also and some < more
            for answers in by_rule.values()
            for some, kept in answers
            for more, also in answers
        )

    def unfit(self, rules: Sequence[Rule]) -> dict[str, set[int]]:
        """Give for each rule about single gates the places where a vehicle gate breaks it."""
        every = tuple(
            number
            for number, place in enumerate(self.places)
            if GateKind.VEHICLE in place.kinds and place.gate(GateKind.VEHICLE, 1).is_new
        )
        opened = frozenset(Opened(number, use) for number in every for use in BOTH)
        found = {}
        for rule in rules:
            items = MEASURES[rule.measure].function(self.enclosure(opened)).items if every else ()
            found[rule.rule_id] = {
                number
                for number, item in zip(every, items, strict=False)
                if item.value is not None and compare(rule, item.value, item.error) is Verdict.FAIL
            }
        return found


def _measure_detours(enclosure: Enclosure) -> tuple[float, float]:
    walks = enclosure.walks
    before_s, after_s = walks["before_s"].to_numpy(float), walks["after_s"].to_numpy(float)
    asked = (walks["goal"].to_numpy() == "centre") & ~np.isnan(before_s)
    if not asked.any():
        return np.nan, np.nan
    lost_s = np.where(np.isnan(after_s), np.inf, after_s - before_s)[asked]
    own = walks["inside"].to_numpy(dtype=bool)[asked]
    people = np.nan_to_num(walks["residents"].to_numpy(float))[asked]
    weight = np.where(own, people if people[own].any() else 1.0, 0.0)
    mean_s = float(lost_s[weight > 0] @ weight[weight > 0] / weight.sum()) if own.any() else np.nan
    return float(lost_s.max()), mean_s


def count_bad(judged: Judged) -> int:
    """Count the objects that do not pass."""
    return sum(verdict not in _HOLDS for _, verdict in judged.items)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rules by what they say with every place open.

    Attributes:
        kept: Those that hold then.
        unknown: Those that cannot be known, with why.
        hopeless: Those that no choice of gates meets.
    """

    kept: tuple[str, ...]
    unknown: Mapping[str, Text]
    hopeless: tuple[str, ...]


def sort_rules(oracle: Oracle, asked: Sequence[Rule]) -> Sorted:
    """Sort rules by what they say with every place open.

    Of the stricter ones that fail then or are unknown, as many objects as then must still pass.
    """
    everything = every_opening(oracle.places)
    kept, unknown, hopeless = [], {}, []
    for rule in sorted(asked, key=lambda rule: list(USES).index(rule.measure)):
        judged = oracle.judge(rule.rule_id, everything)
        verdict = judged.finding.verdict
        if verdict in _HOLDS:
            kept.append(rule.rule_id)
            continue
        if judged.items and not rule.severity.advises:
            oracle.relaxed[rule.rule_id] = count_bad(judged)
        if verdict is Verdict.UNKNOWN:
            unknown[rule.rule_id] = judged.missing
        else:
            hopeless.append(rule.rule_id)
    return Sorted(tuple(kept), unknown, tuple(hopeless))
