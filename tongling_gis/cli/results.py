"""How a result reads on the command line and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment
    from tongling_gis.cli.show import Screen


def show_verdicts(result: Assessment, screen: Screen) -> None:
    """Count the findings by rule and verdict; unknown is never among the passes."""
    from collections import Counter

    counts = Counter((one.rule, one.verdict) for one in result.findings)
    for (rule, verdict), count in sorted(counts.items()):
        label = _VERDICTS[verdict]
        screen.say(Text(f"  {rule} {label.zh}：{count}", f"  {rule} {label.en}: {count}"))


_VERDICTS = {
    "pass": Text("通过", "pass"),
    "fail": Text("不通过", "fail"),
    "unknown": Text("未知", "unknown"),
    "not_applicable": Text("不适用", "not applicable"),
}


def show_numbers(result: Assessment, screen: Screen) -> None:
    """Print every indicator, then the stamp."""
    for one in result.indicators:
        number = show_number(one.value, one.unit)
        screen.say(
            Text(f"  {one.label.zh}：{number.zh}", f"  {one.label.en}: {number.en}"),
        )
    screen.say(result.stamp)


def show_number(value: float | None, unit: str) -> Text:
    """Write a number with its unit as people read it: shares as per cent, seconds as minutes.

    >>> show_number(0.8762, "share").en
    '87.6%'
    >>> show_number(455.0, "s").zh
    '7 分 35 秒'
    """
    from tongling_gis.schema import UNITS

    if value is None:
        return Text("未知", "unknown")
    if unit == "share":
        return Text.same(f"{value:.1%}")
    if unit == "s":
        minutes, seconds = divmod(round(value), 60)
        return Text(f"{minutes} 分 {seconds} 秒", f"{minutes} min {seconds} s")
    digits = 0 if float(value).is_integer() else 1 if abs(value) >= 1 else 3
    plain = f"{value:,.{digits}f}"
    label = UNITS.get(unit, Text.same(unit))
    return Text(f"{plain} {label.zh}".rstrip(), f"{plain} {label.en}".rstrip())


def assessment_json(result: Assessment) -> dict[str, Any]:
    """Put a result's numbers, findings and provenance into JSON values, without its layers."""
    return {
        "kind": result.kind,
        "subject": result.subject,
        "parameters": dict(result.parameters),
        "indicators": [
            {
                "name": one.name,
                "zh": one.label.zh,
                "en": one.label.en,
                "value": one.value,
                "unit": one.unit,
                "group": one.group,
                "limit_minutes": one.limit_minutes,
            }
            for one in result.indicators
        ],
        "stamp": {"zh": result.stamp.zh, "en": result.stamp.en},
        "findings": [
            {
                "rule": one.rule,
                "verdict": str(one.verdict),
                "measured": one.measured,
                "limit": one.limit,
                "unit": one.unit,
                "zh": one.reason.zh,
                "en": one.reason.en,
            }
            for one in result.findings
        ],
        "notes": [{"zh": note.zh, "en": note.en} for note in result.notes],
        "invented": result.provenance.invented,
        "sources": [{"zh": s.zh, "en": s.en} for s in result.provenance.sources],
    }
