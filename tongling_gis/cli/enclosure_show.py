"""How checks, drafts and rules of enclosures read on the command line and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.cli.results import assessment_json
from tongling_gis.enclosure.judging import describe_limit
from tongling_gis.enclosure.rules import CONFIDENCES, SEVERITIES, Severity
from tongling_gis.enclosure.verdicts import OUTCOMES, group_missing, outcome_of
from tongling_gis.schema.layers import DRAFT_ORIGINS, DRAFT_STATES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.cli.show import Screen
    from tongling_gis.enclosure.drafts import Draft, DraftChanges, Stood
    from tongling_gis.enclosure.judging import Judged
    from tongling_gis.enclosure.rules import Rule, Rules
    from tongling_gis.studies import EnclosureStudy

_MARKS = {
    "pass": "✓",
    "fail": "✗",
    "gap": "△",
    "advice": "○",
    "unknown": "？",
    "not_applicable": "－",
}
_OFFERS_SHOWN = 3
_MISSED = ("fail", "gap", "advice")


def show_check(study: EnclosureStudy, screen: Screen, *, everything: bool = False) -> None:
    """Print a check: the verdict, what is missed by severity, what is missing, and the rest."""
    case, result = study.check.enclosure.case, study.assessment
    area_ha = case.boundary.area / 10_000
    screen.say(
        Text(
            f"【围合检查】{result.subject}：{area_ha:.2f} 公顷，{len(case.gates)} 个出入口",
            f"[Enclosure] {result.subject}: {area_ha:.2f} ha, {len(case.gates)} gates",
        )
    )
    summary, overall = result.notes[0], result.notes[1]
    screen.say(Text(f"总体：{overall.zh}", f"Overall: {overall.en}"))
    screen.say(summary)
    judged = study.check.judged
    _show_missed(judged, screen)
    _show_unknown(judged, screen)
    if everything:
        _show_rest(judged, screen)
    else:
        _name_rest(judged, screen)
    for note in result.notes[2:]:
        screen.say(Text(f"说明：{note.zh}", f"Note: {note.en}"))
    screen.say(result.stamp)
    screen.say(Text(f"结果已保存：{study.result}", f"Kept as {study.result}"))
    if study.draft_id:
        screen.say(Text(f"方案已保存：{study.draft_id}", f"Draft kept: {study.draft_id}"))


def _show_missed(judged: Sequence[Judged], screen: Screen) -> None:
    for severity in Severity:
        missed = [
            one for one in judged if one.rule.severity is severity and outcome_of(one) in _MISSED
        ]
        if missed:
            label = SEVERITIES[severity]
            screen.say(Text(f"\n■ {label.zh}（{severity}）", f"\n■ {label.en} ({severity})"))
        for one in missed:
            _show_finding(one, screen)


def _show_finding(one: Judged, screen: Screen) -> None:
    finding, mark = one.finding, _MARKS[outcome_of(one)]
    title = finding.title or Text("", "")
    screen.say(
        Text(
            f"  {mark} {finding.rule} {title.zh}：{finding.reason.zh}",
            f"  {mark} {finding.rule} {title.en}: {finding.reason.en}",
        )
    )
    sure = CONFIDENCES.get(finding.confidence, Text("", ""))
    screen.say(
        Text(
            f"      依据：{finding.clause}（{sure.zh}）", f"      By: {finding.clause} ({sure.en})"
        )
    )
    if finding.advice:
        screen.say(Text(f"      建议：{finding.advice.zh}", f"      Advice: {finding.advice.en}"))
    if finding.note:
        screen.say(Text(f"      说明：{finding.note.zh}", f"      Note: {finding.note.en}"))
    if finding.overridden:
        said = finding.overridden
        screen.say(Text(f"      破例：{said.zh}", f"      Overridden: {said.en}"))
    for mend in finding.mends[:_OFFERS_SHOWN]:
        screen.say(
            Text(
                f"      可采纳 {mend.offer_id}：{mend.label.zh}",
                f"      Offer {mend.offer_id}: {mend.label.en}",
            )
        )

    rest = [mend.offer_id for mend in finding.mends[_OFFERS_SHOWN:]]
    if rest:
        named = f"{rest[0]} … {rest[-1]}" if len(rest) > 1 else rest[0]
        screen.say(Text(f"      另可采纳 {named}", f"      More offers: {named}"))


def _show_unknown(judged: Sequence[Judged], screen: Screen) -> None:
    groups = group_missing(judged)
    if groups:
        screen.say(Text("\n■ 无法判定（须补充资料）", "\n■ Cannot be checked (what is missing)"))
    for why, rules in groups.items():
        named = ", ".join(_with_severity(one) for one in rules)
        screen.say(Text(f"  ？ {why.zh}：{named}", f"  ? {why.en}: {named}"))


def _with_severity(one: Judged) -> str:
    severity = one.rule.severity
    return f"{one.rule.rule_id}({severity})" if severity.blocks else one.rule.rule_id


def _name_rest(judged: Sequence[Judged], screen: Screen) -> None:
    for outcome in ("pass", "not_applicable"):
        named = [one.rule.rule_id for one in judged if outcome_of(one) == outcome]
        if named:
            label, mark = OUTCOMES[outcome], _MARKS[outcome]
            screen.say(
                Text(
                    f"\n{mark} {label.zh}：{', '.join(named)}",
                    f"\n{mark} {label.en}: {', '.join(named)}",
                )
            )


def _show_rest(judged: Sequence[Judged], screen: Screen) -> None:
    for outcome in ("unknown", "pass", "not_applicable"):
        screen.say(Text(f"\n■ {OUTCOMES[outcome].zh}", f"\n■ {OUTCOMES[outcome].en}"))
        for one in judged:
            if outcome_of(one) == outcome:
                _show_finding(one, screen)


def check_json(study: EnclosureStudy) -> dict[str, Any]:
    """Put a check into JSON values: the result, what each finding counts as, and the names."""
    found = assessment_json(study.assessment)
    outcomes = {one.rule.rule_id: one for one in study.check.judged}
    for finding in found["findings"]:
        one = outcomes[finding["rule"]]
        finding["outcome"] = outcome_of(one)
        if one.finding.verdict.value == "unknown":
            finding["missing"] = {"zh": one.missing.zh, "en": one.missing.en}
    summary, overall = study.assessment.notes[0], study.assessment.notes[1]
    return {
        **found,
        "summary": {"zh": summary.zh, "en": summary.en},
        "overall": {
            "verdict": study.assessment.parameters["overall"],
            "zh": overall.zh,
            "en": overall.en,
        },
        "result": study.result,
        "draft": study.draft_id,
    }


def show_changes(changes: DraftChanges, rules: Rules, screen: Screen) -> None:
    """Print what differs between two drafts."""
    for head, lines in (
        (Text("边界", "Boundary"), changes.line),
        (Text("出入口", "Gates"), changes.gates),
    ):
        for line in lines or (Text("没有变化", "no change"),):
            screen.say(Text(f"  {head.zh}：{line.zh}", f"  {head.en}: {line.en}"))
    for rule_id, (before, after) in {**changes.verdicts, **changes.numbers}.items():
        title = rules.rules[rule_id].title if rule_id in rules.rules else Text("", "")
        old, new = _stood(before), _stood(after)
        screen.say(
            Text(
                f"  {rule_id} {title.zh}：{old.zh} → {new.zh}",
                f"  {rule_id} {title.en}: {old.en} → {new.en}",
            )
        )
    for rule_id, (let, lets) in changes.overrides.items():
        screen.say(
            Text(
                f"  {rule_id} 破例：{let or '无'} → {lets or '无'}",
                f"  {rule_id} let pass: {let or 'no'} → {lets or 'no'}",
            )
        )
    if not changes.verdicts:
        screen.say(Text("  各条结论没有改变", "  No verdict has changed"))


def _stood(one: Stood) -> Text:
    from tongling_gis.enclosure.judging import describe_number

    label = OUTCOMES[one.verdict.value]
    if one.measured is None or one.unit == "yes_no":
        return label
    number = describe_number(one.measured, one.unit)
    return Text(f"{label.zh}（{number.zh}）", f"{label.en} ({number.en})")


def changes_json(changes: DraftChanges, first: str, second: str) -> dict[str, Any]:
    """Put what differs between two drafts into JSON values."""
    return {
        "first": first,
        "second": second,
        "line": [{"zh": one.zh, "en": one.en} for one in changes.line],
        "gates": [{"zh": one.zh, "en": one.en} for one in changes.gates],
        "verdicts": {
            rule: {"before": str(before.verdict), "after": str(after.verdict)}
            for rule, (before, after) in changes.verdicts.items()
        },
        "numbers": {
            rule: {"before": before.measured, "after": after.measured, "unit": after.unit}
            for rule, (before, after) in changes.numbers.items()
        },
        "overrides": {
            rule: {"before": before, "after": after}
            for rule, (before, after) in changes.overrides.items()
        },
    }


def show_draft(draft: Draft, screen: Screen) -> None:
    """Print one line on a draft, and what the rules said of it."""
    case = draft.case
    state = DRAFT_STATES.get(draft.status, Text.same(draft.status))
    origin = DRAFT_ORIGINS.get(case.origin, Text.same(case.origin))
    screen.say(
        Text(
            f"{draft.draft_id}  {case.name}  {state.zh}  {origin.zh}  {case.author} {case.date}"
            f"  {case.note}".rstrip(),
            f"{draft.draft_id}  {case.name}  {state.en}  {origin.en}  {case.author} {case.date}"
            f"  {case.note}".rstrip(),
        )
    )
    if draft.summary:
        screen.say(f"    {draft.summary.partition('；')[0]}")


def draft_json(draft: Draft) -> dict[str, Any]:
    """Put a draft into JSON values, without its shapes."""
    case = draft.case
    return {
        "draft": draft.draft_id,
        "name": case.name,
        "compound_id": case.compound_id,
        "version": draft.version,
        "previous": draft.previous_id,
        "status": draft.status,
        "origin": case.origin,
        "author": case.author,
        "date": case.date,
        "note": case.note,
        "summary": draft.summary,
        "gates": len(case.gates),
        "verdicts": {rule: str(one.verdict) for rule, one in draft.verdicts.items()},
    }


def show_rules(rules: Rules, chosen: Sequence[Rule], screen: Screen) -> None:
    """Print rules with limits, clauses and what the project changes of them."""
    for rule in chosen:
        limit, off = describe_limit(rule), rule.off
        if rule.limit == 0.0 and rule.unit != "yes_no":
            limit = Text("应无", "none")
        mark = Text("（本项目改动）", " (changed here)") if rule.changed else Text("", "")
        said = Text(f"不判定：{off.zh}", f"not judged: {off.en}") if off else limit
        head = f"{rule.rule_id} [{rule.severity}]"
        screen.say(
            Text(
                f"{head} {rule.title.zh}：{said.zh or '是'}{mark.zh}",
                f"{head} {rule.title.en}: {said.en or 'yes'}{mark.en}",
            )
        )
        day = rule.in_force.isoformat() if rule.in_force else None
        since = Text(f"{day or '日期未知'}起施行", f"in force {day or 'since an unknown day'}")
        sure = CONFIDENCES[rule.confidence]
        screen.say(
            Text(
                f"    {rule.cited}；{since.zh if day else '施行日期未知'}；{sure.zh}",
                f"    {rule.cited}; {since.en}; {sure.en}",
            )
        )
    for change in rules.changes:
        screen.say(Text(f"本项目改动：{change.zh}", f"Changed by this project: {change.en}"))


def rule_json(rule: Rule) -> dict[str, Any]:
    """Put a rule into JSON values."""
    return {
        "rule": rule.rule_id,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "severity": str(rule.severity),
        "measure": rule.measure,
        "form": rule.form,
        "comparison": rule.comparison,
        "limit": rule.limit,
        "upper": rule.upper,
        "unit": rule.unit,
        "standard": rule.standard,
        "clause": rule.clause,
        "in_force": rule.in_force.isoformat() if rule.in_force else None,
        "confidence": rule.confidence,
        "new_build": rule.new_build,
        "definition": rule.definition,
        "off": {"zh": rule.off.zh, "en": rule.off.en} if rule.off else None,
        "changed": list(rule.changed),
    }
