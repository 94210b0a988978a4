"""What all findings come to: counts, one verdict over all, and what blocks approval."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tongling_gis.assessment import Indicator, Verdict
from tongling_gis.enclosure.rules import Severity
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tongling_gis.assessment import Finding
    from tongling_gis.enclosure.drafts import Stood
    from tongling_gis.enclosure.judging import Judged

_MISSING_NAMED = 4
_RULES_NAMED = 6
OUTCOMES: dict[str, Text] = {
    "pass": Text("符合", "pass"),
    "fail": Text("不符合", "fail"),
    "gap": Text("与现行标准有差距", "gap against the current standard"),
    "advice": Text("建议", "advice"),
    "unknown": Text("无法判定", "cannot be checked"),
    "not_applicable": Text("不适用", "not applicable"),
}
"""What a finding counts as: its verdict, a miss apart by how strict the rule is."""


def name_outcome(finding: Finding, *, gaps: Collection[str] = ()) -> str:
    """Say as what a finding counts: a key of ``OUTCOMES``.

    Args:
        finding: The finding.
        gaps: Ids of the rules that are written for new building.
    """
    if finding.verdict is not Verdict.FAIL:
        return finding.verdict.value
    if finding.severity and Severity(finding.severity).advises:
        return "advice"
    return "gap" if finding.rule in gaps else "fail"


def find_blocking(findings: Sequence[Finding]) -> list[Finding]:
    """List the breaches of law and mandatory codes that nobody overrides: they block approval."""
    return [
        one
        for one in findings
        if one.verdict is Verdict.FAIL and one.overridden is None and _blocks(one)
    ]


def find_unsettled(findings: Sequence[Finding]) -> list[Finding]:
    """List the rules of law and mandatory codes that cannot be told: no verdict passes them."""
    return [
        one
        for one in findings
        if one.verdict is Verdict.UNKNOWN and one.overridden is None and _blocks(one)
    ]


def find_standing(verdicts: Mapping[str, Stood], verdict: str) -> list[str]:
    """List the rules of law and mandatory codes of a kept draft that are so and not overridden."""
    return [
        rule
        for rule, one in verdicts.items()
        if one.verdict.value == verdict
        and not one.overridden
        and one.severity
        and Severity(one.severity).blocks
    ]


def _blocks(finding: Finding) -> bool:
    return bool(finding.severity) and Severity(finding.severity).blocks


def judge_overall(findings: Sequence[Finding]) -> Verdict:
    """Say whether law and mandatory codes are kept: fail, else unknown, else pass."""
    if find_blocking(findings):
        return Verdict.FAIL
    return Verdict.UNKNOWN if find_unsettled(findings) else Verdict.PASS


def describe_overall(findings: Sequence[Finding]) -> Text:
    """Say the one verdict over all, naming the rules that decide it."""
    blocking, unsettled = find_blocking(findings), find_unsettled(findings)
    if blocking:
        text = Text(
            "不可批准：{n} 项法律法规或强制性要求不符合（{rules}）",
            "Not to be approved: {n} rules of law or mandatory codes are broken ({rules})",
        )
        return text.fill(n=len(blocking), rules=_ids(blocking))
    if unsettled:
        text = Text(
            "尚不能认定符合：{n} 项法律法规或强制性要求无法判定（{rules}）",
            "Not yet known to be lawful: {n} rules of law or mandatory codes cannot be checked "
            "({rules})",
        )
        return text.fill(n=len(unsettled), rules=_ids(unsettled))
    return Text("法律法规和强制性要求均符合", "All rules of law and mandatory codes are kept")


def _ids(findings: Sequence[Finding]) -> Text:
    named = ", ".join(one.rule for one in findings[:_RULES_NAMED])
    if len(findings) <= _RULES_NAMED:
        return Text.same(named)
    return Text(f"{named} 等", f"{named}, ...")


def summarise(judged: Sequence[Judged]) -> Text:
    """Count the findings in one sentence, and say what is missing for the rest."""
    counts = Counter(outcome_of(one) for one in judged)
    checked = sum(counts[name] for name in ("pass", "fail", "gap", "advice"))
    parts = [("pass", Text("{n} 项符合", "{n} pass")), ("fail", Text("{n} 项不符合", "{n} fail"))]
    if counts["gap"]:
        parts.append(("gap", Text("{n} 项与现行标准有差距", "{n} gaps to the current standard")))
    parts.append(("advice", Text("{n} 项建议", "{n} advice")))
    said = [text.fill(n=counts[name]) for name, text in parts]
    head = Text("已查 {n} 项：{said}", "{n} checked: {said}").fill(n=checked, said=_joined(said))
    if not counts["unknown"]:
        return Text(head.zh + "。", head.en + ".")
    unknown = Text("{head}；{n} 项无法判定：{why}。", "{head}; {n} cannot be checked: {why}.")
    return unknown.fill(head=head, n=counts["unknown"], why=_name_missing(judged))


def outcome_of(judged: Judged) -> str:
    """Say as what a judged rule counts: a key of ``OUTCOMES``."""
    gaps = {judged.rule.rule_id} if judged.rule.new_build else ()
    return name_outcome(judged.finding, gaps=gaps)


def _joined(texts: Sequence[Text]) -> Text:
    return Text("，".join(one.zh for one in texts), ", ".join(one.en for one in texts))


def group_missing(judged: Sequence[Judged]) -> dict[Text, list[Judged]]:
    """Group the rules that cannot be checked by what is missing, the largest groups first."""
    groups: dict[Text, list[Judged]] = {}
    for one in judged:
        if one.finding.verdict is Verdict.UNKNOWN:
            groups.setdefault(one.missing, []).append(one)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def _name_missing(judged: Sequence[Judged]) -> Text:
    groups = list(group_missing(judged).items())
    named = [
        Text(f"{why.zh}（{len(rules)} 项）", f"{why.en} ({len(rules)})")
        for why, rules in groups[:_MISSING_NAMED]
    ]
    rest = sum(len(rules) for _, rules in groups[_MISSING_NAMED:])
    if rest:
        named.append(Text(f"其他 {rest} 项", f"{rest} more"))
    return Text("；".join(one.zh for one in named), "; ".join(one.en for one in named))


def count_findings(
    findings: Sequence[Finding], *, gaps: Collection[str] = ()
) -> tuple[Indicator, ...]:
    """Count the findings by what they come to."""
    counts = Counter(name_outcome(one, gaps=gaps) for one in findings)
    blocking = Indicator(
        "rules_blocking",
        Text("阻止批准的规则", "Rules that block approval"),
        len(find_blocking(findings)),
        "rules",
    )
    return (
        *(
            Indicator(
                f"rules_{name}",
                Text(f"规则：{label.zh}", f"Rules: {label.en}"),
                counts[name],
                "rules",
            )
            for name, label in OUTCOMES.items()
        ),
        blocking,
    )
