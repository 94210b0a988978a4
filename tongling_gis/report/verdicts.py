"""Tables of what the rules found of an enclosure, by how strict they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.judging import describe_number
from tongling_gis.enclosure.rules import CONFIDENCES, SEVERITIES, Severity
from tongling_gis.enclosure.verdicts import OUTCOMES, name_outcome
from tongling_gis.report.cells import NOTHING
from tongling_gis.report.content import Heading, Paragraph, Table
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.assessment import Assessment, Finding
    from tongling_gis.report.content import Block

_RULE = Text("条文", "Rule")
_CLAUSE = Text("依据", "Clause")
_SURE = Text("把握", "Reading")
_MEASURED = Text("实测", "Measured")
_LIMIT = Text("限值", "Limit")
_WHY = Text("说明", "What was found")


def list_breaches(check: Assessment, gaps: frozenset[str]) -> list[Block]:
    """Make a table for each severity of what is missed, the strictest first."""
    blocks: list[Block] = []
    for severity in Severity:
        missed = [
            one
            for one in check.findings
            if one.severity == severity.value and one.verdict is Verdict.FAIL
        ]
        if missed:
            label = SEVERITIES[severity]
            blocks += [
                Heading(Text(f"{label.zh}（{severity}）", f"{_capital(label.en)} ({severity})"), 2),
                _tabulate_missed(missed, label, gaps),
            ]
    if not blocks:
        none = Text("没有不符合的条文，也没有建议。", "No rule is missed, and nothing advised.")
        return [Paragraph(none)]
    return blocks


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _tabulate_missed(missed: Sequence[Finding], label: Text, gaps: frozenset[str]) -> Table:
    rows = [
        [
            _name(one),
            OUTCOMES[name_outcome(one, gaps=gaps)],
            say_measured(one),
            say_limit(one),
            Text.same(one.clause),
            CONFIDENCES.get(one.confidence, NOTHING),
            one.reason,
            _say_mend(one),
        ]
        for one in missed
    ]
    heads = [
        _RULE,
        Text("结论", "Verdict"),
        _MEASURED,
        _LIMIT,
        _CLAUSE,
        _SURE,
        _WHY,
        Text("建议", "Advice"),
    ]
    caption = Text("{label}：不符合、差距与建议", "{label}: what is missed").fill(
        label=Text(label.zh, _capital(label.en))
    )
    return Table(caption, heads, rows, (2.2, 1.2, 1.2, 1.1, 2, 1, 4.4, 3))


def _name(one: Finding) -> Text:
    title = one.title or Text("", "")
    return Text(f"{one.rule} {title.zh}", f"{one.rule} {title.en}")


def say_measured(one: Finding) -> Text:
    """Write what was measured, with its unit."""
    if one.measured is None:
        return NOTHING
    if one.unit == "yes_no":
        return Text("是", "yes") if one.measured else Text("否", "no")
    return describe_number(one.measured, one.unit)


def say_limit(one: Finding) -> Text:
    """Write the limit, with its unit."""
    if one.limit is None:
        return NOTHING
    if one.unit == "yes_no":
        return Text("是", "yes") if one.limit else Text("否", "no")
    return describe_number(one.limit, one.unit)


def _say_mend(one: Finding) -> Text:
    """Put advice and offers into one cell."""
    said = [] if one.advice is None else [one.advice]
    if one.mends:
        named = ", ".join(mend.offer_id for mend in one.mends[:3])
        more = len(one.mends) > 3  # noqa: PLR2004 - as many as are named
        tail = Text(" 等", ", ...") if more else Text("", "")
        said.append(Text("可采纳 {ids}{tail}。", "Offers {ids}{tail}.").fill(ids=named, tail=tail))
    if not said:
        return NOTHING
    return Text("".join(part.zh for part in said), " ".join(part.en for part in said))


def list_overridden(check: Assessment, gaps: frozenset[str]) -> list[Block]:
    """List what was let pass, by whom and why."""
    rows = [
        [_name(one), OUTCOMES[name_outcome(one, gaps=gaps)], one.overridden]
        for one in check.findings
        if one.overridden is not None
    ]
    if not rows:
        return [Paragraph(Text("没有破例的条文。", "Nothing was let pass."))]
    heads = [_RULE, Text("原结论", "Verdict"), Text("破例人、日期与理由", "By whom, when and why")]
    caption = Text("破例的条文", "Rules let pass")
    return [Table(caption, heads, rows, (2.5, 1, 4))]


def list_unknown(check: Assessment) -> list[Block]:
    """List what cannot be checked, the strictest first, with what is missing."""
    order = [severity.value for severity in Severity]
    open_ones = [one for one in check.findings if one.verdict is Verdict.UNKNOWN]
    open_ones.sort(key=lambda one: order.index(one.severity) if one.severity in order else 99)
    if not open_ones:
        return [Paragraph(Text("全部条文均可判定。", "Every rule can be checked."))]
    blocking = sum(one.severity in {"L", "M"} for one in open_ones)
    lead = Text(
        "共 {n} 项条文因资料不足或测量误差无法判定，其中法律法规和强制性规范 {blocking} 项。"
        "无法判定不等于符合。",
        "{n} rules cannot be told for want of data or precision, {blocking} of them of law or "
        "mandatory codes. What cannot be told is not kept.",
    ).fill(n=len(open_ones), blocking=blocking)
    rows = [[_name(one), _say_severity(one), one.reason] for one in open_ones]
    heads = [_RULE, Text("严格程度", "Kind"), Text("缺什么、怎么补", "What is missing")]
    caption = Text("无法判定的条文", "Rules that cannot be checked")
    return [Paragraph(lead), Table(caption, heads, rows, (2.6, 1.2, 4.2))]


def _say_severity(one: Finding) -> Text:
    known = {severity.value: label for severity, label in SEVERITIES.items()}
    return known.get(one.severity, NOTHING)


def list_passed(check: Assessment) -> list[Block]:
    """List the rules that are kept, with number, limit and clause."""
    passed = [one for one in check.findings if one.verdict is Verdict.PASS]
    if not passed:
        return [Paragraph(Text("没有符合的条文。", "No rule passes."))]
    rows = [
        [
            _name(one),
            say_measured(one),
            say_limit(one),
            Text.same(one.clause),
            CONFIDENCES.get(one.confidence, NOTHING),
        ]
        for one in passed
    ]
    caption = Text("符合的条文", "Rules that pass")
    return [
        Table(caption, [_RULE, _MEASURED, _LIMIT, _CLAUSE, _SURE], rows, (3.2, 1.1, 1.1, 2.4, 1.1))
    ]


def list_others(check: Assessment) -> list[Block]:
    """List the rules that do not apply, and why."""
    others = [one for one in check.findings if one.verdict is Verdict.NOT_APPLICABLE]
    if not others:
        return []
    rows = [[_name(one), one.reason] for one in others]
    caption = Text("不适用的条文", "Rules that do not apply")
    return [Table(caption, [_RULE, Text("原因", "Why")], rows, (1, 1))]
