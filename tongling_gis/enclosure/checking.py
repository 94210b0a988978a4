"""Check an enclosure by every rule, anew on the whole case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tongling_gis.assessment import Assessment, Finding, Verdict
from tongling_gis.enclosure.forms import FORMS, fill_form
from tongling_gis.enclosure.judging import Judged, judge
from tongling_gis.enclosure.layers import lay_out_layers
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.measures.gates import say_wayless
from tongling_gis.enclosure.model import Measured, Offer
from tongling_gis.enclosure.offers import list_mends, number_offers
from tongling_gis.enclosure.verdicts import (
    count_findings,
    describe_overall,
    judge_overall,
    summarise,
)
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tongling_gis.assessment import Parameter, Provenance
    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.rules import Rule, Rules


BY_GATES = frozenset(
    {
        *("buildings_losing_fire_access", "fire_lane_crossings_shut", "neighbours_cut_off"),
        *("fire_access", "fire_response_min", "dead_end_m", "ring_connections", "vehicle_gates"),
        *("pedestrian_gate_spacing_m", "walking_breaks", "step_free_way", "shop_fronts_cut"),
        *("clearance_min", "shelter_walk_m", "shelters_linked", "centre_walk_m"),
        *("centre_detour_median_min", "centre_detour_p95_min", "neighbour_detour_p95_min"),
        *("bus_stop_detour_p95_min", "school_detour_p95_min", "residents_changing_circle"),
        *("residents_losing_centre", "lane_width_m", "lane_height_m", "evacuation_width_m"),
        "width_after_collapse_m",
    }
)
"""Measures of how one gets in and out: unknown where it is not known by which gates."""

_NO_GATE_KNOWN = Text(
    "没有已知的出入口：请在 gates 图层录入该小区的大门，或用 --gates 给出。",
    "No gate is known: enter the compound's gates in the layer gates, or bring them by --gates.",
)


def has_unknown_gates(case: Case) -> bool:
    """Tell whether a case is a compound as it stands, of whose gates none is known."""
    return not case.gates and case.origin == "accepted"


@dataclass(frozen=True, slots=True)
class Override:
    """A planner lets a finding pass: which, who, why and when (ISO)."""

    rule: str
    by: str
    reason: str
    date: str = ""


@dataclass(frozen=True, eq=False)
class Check:
    """A case held against every rule.

    Attributes:
        enclosure: What was checked.
        rules: The rules in force.
        judged: What each rule finds, in the catalogue's order.
        offers: What would mend it, by number.
        overrides: What was let pass of it.
        needless: Rules that were to be let pass and stand in nobody's way.
    """

    enclosure: Enclosure
    rules: Rules
    judged: tuple[Judged, ...]
    offers: Mapping[str, Offer]
    overrides: tuple[Override, ...] = ()
    needless: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings."""
        return tuple(one.finding for one in self.judged)


def judge_enclosure(
    enclosure: Enclosure, rules: Rules, *, overrides: Iterable[Override] = ()
) -> Check:
    """Hold a case against every rule.

    Raises:
        UsageError: If an override names no rule, or gives no name or reason.
    """
    passed_over = _by_rule(overrides, rules)
    measured: dict[str, Measured] = {}
    answers = enclosure.case.answers
    judged: list[Judged] = []
    offers: dict[str, Offer] = {}
    for rule in rules.rules.values():
        found = judge(rule, _measure(rule, enclosure, measured), answers.get(rule.rule_id))
        own = number_offers(found)
        offers |= own
        override = passed_over.get(rule.rule_id)
        if own or override is not None:
            said = _say(override, found)
            finding = replace(found.finding, mends=list_mends(own), overridden=said)
            found = replace(found, finding=finding)
        judged.append(found)
    stands = {one.rule.rule_id for one in judged if one.finding.overridden is not None}
    return Check(
        enclosure,
        rules,
        tuple(judged),
        offers,
        overrides=tuple(one for rule, one in passed_over.items() if rule in stands),
        needless=tuple(rule for rule in passed_over if rule not in stands),
    )


def check_enclosure(
    enclosure: Enclosure,
    rules: Rules,
    *,
    overrides: Iterable[Override] = (),
    provenance: Provenance,
) -> Assessment:
    """Check an enclosure by every rule and say it as a result.

    Args:
        enclosure: The case in its surroundings.
        rules: The rules in force.
        overrides: Findings that a planner lets pass, with reason and name.
        provenance: Where the data come from.

    Returns:
        A result with the layers "boundary", "gates", "findings" (a row for each finding and
        place), "offers", "walks" and "crossings".

    Raises:
        UsageError: If an override names no rule, or gives no name or reason.
    """
    return sum_up(judge_enclosure(enclosure, rules, overrides=overrides), provenance)


def sum_up(check: Check, provenance: Provenance) -> Assessment:
    """Say a check as a result: layers, counts, the summary, and what the rules changed."""
    case, findings = check.enclosure.case, check.findings
    gaps = list_gaps(check.rules)
    overall = judge_overall(findings)
    return Assessment(
        kind="enclosure",
        subject=case.name or case.case_id,
        parameters=_parameters(check, overall),
        layers=lay_out_layers(check.enclosure, check.judged, check.offers, overall),
        indicators=count_findings(findings, gaps=gaps),
        findings=findings,
        provenance=replace(provenance, catalogue_date=check.rules.date.isoformat()),
        stamp=_stamp(check, provenance),
        notes=tuple(_notes(check)),
    )


def list_gaps(rules: Rules) -> frozenset[str]:
    """Name the rules whose misses are gaps against the current standard, no offences."""
    return frozenset(one.rule_id for one in rules.rules.values() if one.new_build)


def _measure(rule: Rule, enclosure: Enclosure, known: dict[str, Measured]) -> Measured:
    """Measure what a rule asks for, once a check."""
    if rule.off is not None:
        return Measured()
    if rule.form:
        return fill_form(FORMS[rule.form], enclosure.case.answers)
    if rule.measure in BY_GATES and has_unknown_gates(enclosure.case):
        return Measured(missing=_NO_GATE_KNOWN)
    if rule.measure not in known:
        known[rule.measure] = MEASURES[rule.measure].function(enclosure)
    return known[rule.measure]


def _by_rule(overrides: Iterable[Override], rules: Rules) -> dict[str, Override]:
    found = {}
    for one in overrides:
        rules.rule(one.rule)
        if not one.by.strip() or not one.reason.strip():
            raise UsageError(
                Text(
                    f"对 {one.rule} 破例须写明姓名和理由。",
                    f"An override of {one.rule} needs a name and a reason.",
                )
            )
        found[one.rule] = one
    return found


def _say(override: Override | None, judged: Judged) -> Text | None:
    """Say who lets a finding pass; nothing where there is nothing to let pass."""
    if override is None or judged.finding.verdict not in {Verdict.FAIL, Verdict.UNKNOWN}:
        return None
    when = f" {override.date}" if override.date else ""
    return Text(
        f"{override.by}{when} 破例：{override.reason}",
        f"let pass by {override.by}{when}: {override.reason}",
    )


def _parameters(check: Check, overall: Verdict) -> dict[str, Parameter]:
    case = check.enclosure.case
    return {
        "case_id": case.case_id,
        "compound_id": case.compound_id,
        "origin": case.origin,
        "author": case.author,
        "date": case.date,
        "line_error_m": case.line_error_m,
        "gates": len(case.gates),
        "overall": overall.value,
        "answers": sorted(case.answers),
        "rules_changed": [one.zh for one in check.rules.changes],
    }


def _stamp(check: Check, provenance: Provenance) -> Text:
    case = check.enclosure.case
    made = Text("示例数据 · ", "invented sample data · ")
    return Text(
        "{gates} 个出入口 · 规则目录 {rules} · {day} · {made}tongling_gis {version}",
        "{gates} gates · rules of {rules} · {day} · {made}tongling_gis {version}",
    ).fill(
        gates=len(case.gates),
        rules=check.rules.date.isoformat(),
        day=Text("数据 {date}", "data {date}").fill(date=provenance.data_date)
        if provenance.data_date
        else Text("数据日期未知", "data of unknown date"),
        made=made if provenance.invented else "",
        version=provenance.engine_version,
    )


def _notes(check: Check) -> Sequence[Text]:
    """The summary, the verdict over all, what a reader must know, and the project's own rules."""
    own = Text("本项目改动的规则：{change}", "Changed by this project: {change}")
    needless = Text(
        "{rule} 没有不符合或无法判定，破例未采用",
        "{rule} is neither broken nor unknown: nothing to let pass",
    )
    return [
        summarise(check.judged),
        describe_overall(check.findings),
        _LEGAL,
        *(own.fill(change=change) for change in check.rules.changes),
        *(needless.fill(rule=rule) for rule in check.needless),
        *((wayless,) if (wayless := say_wayless(check.enclosure)) else ()),
    ]


_LEGAL = Text(
    "条文的把握程度随每条结论标出；作为法律意见使用前，须由有资格的人员复核。",
    "How sure the reading of each clause is stands with its finding; a qualified person must "
    "re-check it before it is used as a legal finding.",
)
