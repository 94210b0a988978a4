"""How numbers, rows and limits of an analysis read in a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tongling_gis.report.content import Bullets, Heading, Paragraph
from tongling_gis.report.counted import unit_of
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongling_gis.assessment import Assessment
    from tongling_gis.report.content import Block

UNKNOWN = Text("未知", "unknown")


def say_count(value: float | None) -> Text:
    """Write a count with separators; unknown where there is none."""
    known = value is not None and not math.isnan(value)
    return Text.same(f"{value:,.0f}") if known else UNKNOWN


def say_share(value: float | None) -> Text:
    """Write a share as a percentage of one decimal; unknown where there is none."""
    known = value is not None and not math.isnan(value)
    return Text.same(f"{value:.1%}") if known else UNKNOWN


def say_minutes(seconds: float | None) -> Text:
    """Write seconds as minutes of one decimal; unknown where there are none."""
    if seconds is None or math.isnan(seconds):
        return UNKNOWN
    return Text(f"{seconds / 60:.1f} 分钟", f"{seconds / 60:.1f} min")


def say(value: object) -> Text:
    """Write a cell as it is; a dash for nothing."""
    empty = value is None or value != value or str(value) in {"", "<NA>"}  # noqa: PLR0124 - NaN
    return Text.same("—") if empty else Text.same(str(value))


def join(sentences: Iterable[Text]) -> Text:
    """Put sentences one after the other."""
    listed = list(sentences)
    return Text("".join(one.zh for one in listed), " ".join(one.en for one in listed))


def find_value(
    result: Assessment, name: str, *, group: str = "", limit: float | None = None
) -> float | None:
    """Find an indicator's value; None where the result has no such indicator."""
    for one in result.indicators:
        if (one.name, one.group, one.limit_minutes) == (name, group, limit):
            return None if one.value is None else float(one.value)
    return None


def list_groups(result: Assessment) -> list[tuple[str, Text]]:
    """List everybody, and the age groups that a result counts."""
    known = {one.group for one in result.indicators}
    people = unit_of(result) == "residents"
    everybody = (
        "",
        Text("全部居民", "All residents") if people else Text("全部居民点", "All homes"),
    )
    return [everybody, *((name, label) for name, label in AGE_GROUPS.items() if name in known)]


_NUMERALS = "一二三四五六七八九十"


def number_headings(blocks: Iterable[Block]) -> list[Block]:
    """Number headings of the first and second level as reports do: 一、 and （一）; 1. and 1.1."""
    found: list[Block] = []
    first = second = 0
    for block in blocks:
        if not isinstance(block, Heading):
            found.append(block)
            continue
        if block.level == 1:
            first, second = first + 1, 0
            mark = Text(f"{say_numeral(first)}、", f"{first}. ")
        else:
            second += 1
            mark = Text(f"（{say_numeral(second)}）", f"{first}.{second} ")
        words = Text(mark.zh + block.words.zh, mark.en + block.words.en)
        found.append(Heading(words, block.level))
    return found


def say_numeral(number: int) -> str:
    """Write a number below 100 in Chinese.

    >>> say_numeral(3), say_numeral(10), say_numeral(21)
    ('三', '十', '二十一')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return head + (_NUMERALS[ones - 1] if ones else "")


def describe_limits(*results: Assessment, skip: int = 0) -> list[Block]:
    """State data and limits of the analyses: every note once, sources, and how to read it.

    Args:
        results: The results that a report stands on.
        skip: How many of each result's first notes the report says elsewhere.
    """
    every = [note for one in results for note in one.notes[skip:]]
    notes = list({note.zh: note for note in every}.values())
    sources = [one for each in results for one in each.provenance.sources]
    named = Text(
        "；".join(dict.fromkeys(one.zh for one in sources if one.zh)) or "未注明",
        "; ".join(dict.fromkeys(one.en for one in sources if one.en)) or "not stated",
    )
    return [
        Heading(Text("数据与局限", "Data and limits")),
        Paragraph(Text("数据来源：{names}。", "Sources: {names}.").fill(names=named)),
        *(Paragraph(one.stamp) for one in results[:1]),
        Bullets(notes),
    ]
