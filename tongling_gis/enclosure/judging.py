"""What a rule says of a measure: pass, fail, unknown or not applicable, in words with numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongling_gis.assessment import Finding, Verdict
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.enclosure.rules import Severity
from tongling_gis.schema import UNITS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tongling_gis.enclosure.model import Answer
    from tongling_gis.enclosure.rules import Rule

MISSES: dict[Severity, Text] = {
    Severity.LAW: Text("可能违反法律法规", "may be unlawful"),
    Severity.MANDATORY: Text("不符合强制性工程建设规范", "breaks a mandatory code"),
    Severity.STANDARD: Text("不符合标准“应”条款", "misses a standard's 'shall'"),
    Severity.SUGGESTED: Text("未达到标准建议值", "misses what the standard advises"),
    Severity.POLICY: Text("与政策导向不一致", "is at odds with policy"),
    Severity.LOCAL: Text("未达到本地参数（非规范）", "misses a local figure (no norm)"),
}
"""How a miss is worded."""

_GAP = Text(
    "与现行标准有差距（条文针对新建）", "a gap against the current standard (for new build)"
)
_DEFINITION = Text(
    "不在定义的范围内（定义，不是限值）", "outside the definition (which is no limit)"
)
_RANK = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)
_DIGITS = 4
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the objects that it was made of, worst first."""

    rule: Rule
    finding: Finding
    measured: Measured
    items: tuple[tuple[Item, Verdict], ...] = ()

    @property
    def missing(self) -> Text:
        """Why it is unknown, in short: what is missing, to be answered, or too near its limit."""
        if self.rule.form:
            return TO_BE_ANSWERED
        said = [item.missing for item, verdict in self.items if verdict is Verdict.UNKNOWN]
        found = self.measured.missing or next((text for text in said if text is not None), None)
        return WITHIN_ERROR if found is None else _shorten(found)


TO_BE_ANSWERED = Text("待答复", "to be answered")
WITHIN_ERROR = Text("实测值在误差以内", "measured too near the limit")


def compare(rule: Rule, value: float, error: float = 0.0) -> Verdict:
    """Hold a number against a rule's limit; unknown where it lies within its error of it.

    Nothing at all where nothing is allowed passes whatever its error: what is not there has
    no size to be wrong about.
    """
    value, error = round(value, _DIGITS), abs(error)
    limits = [limit for limit in (rule.limit, rule.upper) if limit is not None]
    nothing = value == 0.0 and limits == [0.0]
    if (
        error > 0.0
        and not nothing
        and any(round(abs(value - limit) - error, _DIGITS) <= 0.0 for limit in limits)
    ):
        return Verdict.UNKNOWN
    return Verdict.PASS if _holds(rule, value) else Verdict.FAIL


def _holds(rule: Rule, value: float) -> bool:
    limit = rule.limit if rule.limit is not None else 0.0
    if rule.comparison == "at_most":
        return value <= limit
    if rule.comparison == "at_least":
        return value >= limit
    if rule.comparison == "more_than":
        return value > limit
    return limit <= value <= (rule.upper if rule.upper is not None else limit)


def judge(rule: Rule, measured: Measured, answer: Answer | None = None) -> Judged:
    """Say what a rule finds.

    Args:
        rule: The rule.
        measured: What its measure, or its form, says.
        answer: What was seen on site: whether the rule holds, or the number measured. It counts
            only where the data leave the rule unknown.
    """
    judged = _judge_data(rule, measured)
    if answer is None or judged.finding.verdict is not Verdict.UNKNOWN or rule.form:
        return judged
    return _judge_answer(rule, answer)


def _judge_data(rule: Rule, measured: Measured) -> Judged:
    if rule.off is not None:
        return _not_applicable(rule, measured, rule.off)
    if measured.not_applicable is not None:
        return _not_applicable(rule, measured, measured.not_applicable)
    if measured.items:
        return _judge_items(rule, measured)
    if measured.missing is not None or measured.value is None:
        reason = measured.missing or Text("没有数据", "no data")
        return Judged(rule, _finding(rule, Verdict.UNKNOWN, reason, measured), measured)
    verdict = compare(rule, measured.value, measured.error)
    reason = _describe_value(rule, measured.value, measured.error, verdict)
    return Judged(rule, _finding(rule, verdict, reason, measured), measured)


def _not_applicable(rule: Rule, measured: Measured, why: Text) -> Judged:
    return Judged(rule, _finding(rule, Verdict.NOT_APPLICABLE, why, measured), measured)


def _judge_answer(rule: Rule, answer: Answer) -> Judged:
    """Take what was seen on site."""
    if isinstance(answer, bool):
        verdict = Verdict.PASS if answer else Verdict.FAIL
        said = Text("符合", "it holds") if answer else _describe_miss(rule)
        measured = Measured()
    else:
        value = float(answer)
        measured = Measured(value)
        verdict = compare(rule, value)
        said = _describe_value(rule, value, 0.0, verdict)
    reason = Text("现场答复：{said}", "answered on site: {said}").fill(said=said)
    return Judged(rule, _finding(rule, verdict, reason, measured), measured)


def _judge_items(rule: Rule, measured: Measured) -> Judged:
    """Judge each object; the finding is as bad as the worst."""
    judged = [(item, _judge_item(rule, item)) for item in measured.items]
    judged.sort(key=lambda pair: (_RANK.index(pair[1]), -_excess(rule, pair[0])))
    verdicts = [verdict for _, verdict in judged]
    worst = verdicts[0]
    if measured.missing is not None and worst is not Verdict.FAIL:
        worst = Verdict.UNKNOWN
    value = measured.value if measured.value is not None else judged[0][0].value
    reason = _describe_items(rule, judged, measured)
    finding = _finding(rule, worst, reason, measured, value=value)
    return Judged(rule, finding, measured, tuple(judged))


def _judge_item(rule: Rule, item: Item) -> Verdict:
    if item.missing is not None or item.value is None:
        return Verdict.UNKNOWN
    return compare(rule, item.value, item.error)


def _excess(rule: Rule, item: Item) -> float:
    """How far an object is on the wrong side of the limit, in the rule's unit."""
    if item.value is None or rule.limit is None:
        return 0.0
    if rule.comparison == "at_most":
        return item.value - rule.limit
    if rule.comparison == "between" and rule.upper is not None:
        return max(item.value - rule.upper, rule.limit - item.value)
    return rule.limit - item.value


def _finding(
    rule: Rule, verdict: Verdict, reason: Text, measured: Measured, *, value: float | None = None
) -> Finding:
    number = value if value is not None else measured.value
    return Finding(
        rule=rule.rule_id,
        verdict=verdict,
        reason=reason,
        measured=number if number is not None and math.isfinite(number) else None,
        limit=_limit_met(rule, number),
        unit=rule.unit,
        clause=rule.cited,
        where=measured.where,
        advice=rule.advice if verdict in {Verdict.FAIL, Verdict.UNKNOWN} else None,
        title=rule.title,
        severity=rule.severity.value,
        confidence=rule.confidence,
        note=measured.note,
    )


def _limit_met(rule: Rule, value: float | None) -> float | None:
    """The limit that counts: of two the upper one where the number is above it."""
    if rule.upper is not None and value is not None and value > rule.upper:
        return rule.upper
    return rule.limit


def describe_number(value: float, unit: str) -> Text:
    """Write a number with its unit.

    >>> describe_number(3.8, "m").zh
    '3.8 米'
    """
    if value == -math.inf:
        return Text("没有通路", "no way in")
    if not math.isfinite(value):
        return Text("不可达", "out of reach")
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0  # noqa: PLR2004 - as read
    plain = f"{value:,.{digits}f}" if unit != "year" else f"{value:.0f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    label = UNITS.get(unit, Text.same(unit))
    return Text(f"{plain} {label.zh}".rstrip(), f"{plain} {label.en}".rstrip())


_LIMITS = {
    "at_most": Text("应不大于 {limit}", "at most {limit}"),
    "at_least": Text("应不小于 {limit}", "at least {limit}"),
    "more_than": Text("应大于 {limit}", "more than {limit}"),
    "between": Text("应为 {limit}", "{limit}"),
}
_GENTLE_LIMITS = {
    "at_most": Text("宜不大于 {limit}", "better at most {limit}"),
    "at_least": Text("宜不小于 {limit}", "better at least {limit}"),
    "more_than": Text("宜大于 {limit}", "better more than {limit}"),
    "between": Text("宜为 {limit}", "better {limit}"),
}
_DEFINED = {
    "at_most": Text("定义为不大于 {limit}", "at most {limit} by definition"),
    "at_least": Text("定义为不小于 {limit}", "at least {limit} by definition"),
    "more_than": Text("定义为大于 {limit}", "more than {limit} by definition"),
    "between": Text("定义为 {limit}", "{limit} by definition"),
}


def describe_limit(rule: Rule) -> Text:
    """Say a rule's limit; what only advises says 宜, not 应."""
    if rule.limit is None or rule.unit == "yes_no" or _allows_nothing(rule):
        return Text("", "")
    low = describe_number(rule.limit, rule.unit)
    if rule.upper is not None:
        plain = describe_number(rule.limit, "")
        high = describe_number(rule.upper, rule.unit)
        low = Text(f"{plain.zh} 至 {high.zh}", f"{plain.en} to {high.en}")
    if rule.definition:
        return _DEFINED[rule.comparison].fill(limit=low)
    words = _GENTLE_LIMITS if rule.severity.advises else _LIMITS
    return words[rule.comparison].fill(limit=low)


def _allows_nothing(rule: Rule) -> bool:
    return rule.limit == 0.0 and rule.comparison == "at_most"


def _describe_miss(rule: Rule) -> Text:
    if rule.definition:
        return _DEFINITION
    return _GAP if rule.new_build else MISSES[rule.severity]


def _describe_value(rule: Rule, value: float, error: float, verdict: Verdict) -> Text:
    number = _describe_measured(rule, value, error)
    if verdict is Verdict.UNKNOWN:
        return Text(
            "{number} 与 {limit} 之间无法判定", "{number} against {limit} cannot be told apart"
        ).fill(number=number, limit=describe_number(_nearest_limit(rule, value), rule.unit))
    parts = [number, describe_limit(rule)]
    if verdict is Verdict.FAIL:
        parts.append(_describe_miss(rule))
    kept = [part for part in parts if part.zh]
    return Text("，".join(part.zh for part in kept), ", ".join(part.en for part in kept))


def _describe_measured(rule: Rule, value: float, error: float) -> Text:
    if rule.unit == "yes_no":
        return Text("是", "yes") if value else Text("否", "no")
    if value == 0.0 and _allows_nothing(rule):
        return Text("无", "none")
    number = describe_number(value, rule.unit)
    if not error:
        return number
    spread = describe_number(error, rule.unit)
    if spread == describe_number(0.0, rule.unit):
        return number
    return Text("{number} ± {spread}", "{number} ± {spread}").fill(number=number, spread=spread)


def _nearest_limit(rule: Rule, value: float) -> float:
    limits = [limit for limit in (rule.limit, rule.upper) if limit is not None]
    return min(limits, key=lambda limit: abs(limit - value))


_WORDS = {
    Verdict.PASS: Text("{count} 项符合", "{count} pass"),
    Verdict.FAIL: Text("{count} 项不符合", "{count} fail"),
    Verdict.UNKNOWN: Text("{count} 项无法判定", "{count} cannot be told"),
}


def _describe_items(rule: Rule, judged: Sequence[tuple[Item, Verdict]], measured: Measured) -> Text:
    """Count the objects by verdict, and name the worst and what is missing."""
    counts = {v: sum(verdict is v for _, verdict in judged) for v in _WORDS}
    said = [_WORDS[v].fill(count=count) for v, count in counts.items() if count]
    head = Text("，".join(s.zh for s in said), ", ".join(s.en for s in said))
    parts = [Text("共 {n} 项：{head}", "{n} in all: {head}").fill(n=len(judged), head=head)]
    failing = [item for item, verdict in judged if verdict is Verdict.FAIL]
    if failing:
        parts.append(_name_items(rule, failing))
        parts.append(describe_limit(rule))
        parts.append(_describe_miss(rule))
    elif not counts[Verdict.UNKNOWN]:
        parts.append(describe_limit(rule))
    parts += _unknown_reasons(rule, [item for item, v in judged if v is Verdict.UNKNOWN], measured)
    kept = [part for part in parts if part.zh]
    return Text("；".join(part.zh for part in kept), "; ".join(part.en for part in kept))


def _name_items(rule: Rule, items: Sequence[Item]) -> Text:
    """Name the worst objects, each name once, with its number where that tells more."""
    bare = rule.unit in {"yes_no", "count"}
    first = {item.name: item for item in reversed(items)} if bare else {}
    listed = list(reversed(first.values())) if bare else list(items)
    named = [item.name if bare else _with_number(rule, item) for item in listed[:_NAMED]]
    more = len(items) - len(named)
    rest = Text(f"等 {len(items)} 项", f" and {more} more") if more > 0 else Text("", "")
    return Text(
        "、".join(one.zh for one in named) + rest.zh, ", ".join(one.en for one in named) + rest.en
    )


def _with_number(rule: Rule, item: Item) -> Text:
    if item.value is None:
        return item.name
    number = _describe_measured(rule, item.value, item.error)
    return Text(f"{item.name.zh} {number.zh}", f"{item.name.en} {number.en}")


def _unknown_reasons(rule: Rule, items: Sequence[Item], measured: Measured) -> list[Text]:
    """Say why objects are unknown: each missing thing once, and the nearest within its error."""
    missing = [item.missing for item in items if item.missing is not None]
    if measured.missing is not None:
        missing.append(measured.missing)
    near = [item for item in items if item.missing is None and item.value is not None]
    found = list(_distinct(missing))
    if near:
        worst = near[0]
        value = worst.value if worst.value is not None else 0.0
        said = _describe_value(rule, value, worst.error, Verdict.UNKNOWN)
        found.append(Text("{name} {said}", "{name} {said}").fill(name=worst.name, said=said))
    return found[:_NAMED]


def _distinct(texts: Iterable[Text]) -> Iterable[Text]:
    return dict.fromkeys(strip_stop(text) for text in texts)


def _shorten(text: Text) -> Text:
    """Keep what is missing, without what to do about it."""
    return strip_stop(Text(text.zh.split("：")[0], text.en.split(": ")[0]))


def strip_stop(text: Text) -> Text:
    """Take the full stop away from the end of a sentence."""
    return Text(text.zh.rstrip("。"), text.en.rstrip("."))
