"""How a result reads on the command line and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.showing import show_number
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment
    from tongling_gis.cli.show import Screen

__all__ = [
    "GROUPS",
    "assessment_json",
    "only_group",
    "show_number",
    "show_numbers",
    "show_verdicts",
    "show_week",
]


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


GROUPS = {"0-14": "residents_0_14", "15-59": "residents_15_59", "60+": "residents_60_plus"}
"""How age groups are asked for -> their columns."""


def only_group(result: Assessment, group: str | None) -> Assessment:
    """Keep the numbers of one age group; all of them where none is asked for."""
    from dataclasses import replace

    if group is None:
        return result
    kept = tuple(one for one in result.indicators if one.group == GROUPS[group])
    return replace(result, indicators=kept)


_SHADES = " ░▒▓█"


def show_week(result: Assessment, screen: Screen) -> None:
    """Draw the week of a result on hours: the darker, the more residents reach an open centre."""
    week = result.layers["week"]
    screen.say(
        Text(
            "一周各时段可达开放中心的居民占比（0–24 时，每格一小时；空白 0%，█ 最高）：",
            "Share of residents who reach an open centre, hour by hour from 0 to 24 "
            "(blank 0%, █ the highest):",
        )
    )
    most = float(week["share_open"].max()) or 1.0
    for _, hours in week.groupby("day", sort=False):
        ordered = hours.sort_values("hour")
        shades = (ordered["share_open"] / most * (len(_SHADES) - 1)).round().astype(int)
        bar = "".join(_SHADES[shade] for shade in shades)
        best = f"{ordered['share_open'].max():.1%}"
        row = ordered.iloc[0]
        screen.say(
            Text(
                f"  {_pad(row['day_zh'], 12)}|{bar}| 最高 {best}",
                f"  {_pad(row['day_en'], 16)}|{bar}| at most {best}",
            )
        )


def _pad(words: str, columns: int) -> str:
    """Fill words up to a number of screen columns; a Chinese letter takes two."""
    from unicodedata import east_asian_width

    taken = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)
    return words + " " * max(columns - taken, 0)


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
                "severity": one.severity,
                "title": _both(one.title),
                "clause": one.clause,
                "confidence": one.confidence,
                "overridden": _both(one.overridden),
                "advice": _both(one.advice),
                "note": _both(one.note),
                "offers": [{"offer": mend.offer_id, **_both(mend.label)} for mend in one.mends],
            }
            for one in result.findings
        ],
        "notes": [{"zh": note.zh, "en": note.en} for note in result.notes],
        "invented": result.provenance.invented,
        "sources": [{"zh": s.zh, "en": s.en} for s in result.provenance.sources],
    }


def _both(text: Text | None) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en} if text else {}
