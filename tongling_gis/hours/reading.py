"""Read opening hours: OSM syntax as it is, plain Chinese where it is clear."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tongling_gis.hours.chinese import to_osm
from tongling_gis.text import Text

DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"
_ENGLISH_DAYS = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)"
    r"(?:day|s|sday|nesday|rs|rsday|urday)?\b\.?",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DAYS_NAMED = re.compile(rf"\b{DAY}\b|24/7|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
_SPAN = re.compile(r"\b(\d\d):(\d\d)-(\d\d):(\d\d)")
_LONGEST_H = 16  # a span past midnight longer than this is taken to be a slip of the pen
_SUN = re.compile(r"\b(?:dawn|sunrise|sunset|dusk)\b")


@dataclass(frozen=True, slots=True)
class Hours:
    """One place's opening hours.

    Attributes:
        written: The text as it was given.
        osm: The same in OSM ``opening_hours`` syntax; "" where it could not be read.
        reason: Why the hours, or a part of them, are unknown; None where all are known.
        notes: How what was written has been taken, where that is not plain.
        conflicts: Where what was written contradicts itself.
    """

    written: str
    osm: str = ""
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    conflicts: tuple[Text, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the hours could be read."""
        return bool(self.osm)


def _tidied(written: str) -> str:
    """Mend what is often typed: full-width signs, dashes, full English weekdays, stray blanks."""
    text = unicodedata.normalize("NFKC", written).strip()
    text = re.sub(r"\s*[‐‑‒–—―−~〜]+\s*", "-", text)
    text = _ENGLISH_DAYS.sub(lambda found: found[1][:2].title(), text)
    text = re.sub(rf"({DAY})\s*-\s*(?={DAY})|(:\d\d)\s*-\s*(?=\d)", r"\1\2-", text)
    text = re.sub(rf"({DAY})\s*:\s*(?=\d)", r"\1 ", text)
    return re.sub(rf"({DAY})\s*,\s*(?={DAY})", r"\1,", text)


def _as_osm(text: str) -> str:
    """Give the text in the library's own spelling; "" where it is no OSM syntax."""
    from opening_hours import OpeningHours, validate

    return str(OpeningHours(text)) if text and validate(text) else ""


def _longest_h(osm: str) -> float:
    """Measure the longest span of hours that runs past midnight."""
    spans = [[int(part) for part in found.groups()] for found in _SPAN.finditer(osm)]
    lengths = [(h2 * 60 + m2 - h1 * 60 - m1) / 60 for h1, m1, h2, m2 in spans]
    return max((length + 24 for length in lengths if length < 0), default=0.0)


def _doubt(osm: str) -> Text | None:
    """Say what in a readable text cannot be evaluated."""
    if _SUN.search(osm):
        return Text(
            "开放时间随日出日落变化，未作计算。",
            "The hours follow the sun, which is not worked out.",
        )
    if _longest_h(osm) > _LONGEST_H:
        return Text(
            "开放时间的结束早于开始，是否漏写了下午？",
            "The hours end before they begin: is the end meant to be in the afternoon?",
        )
    if re.search(rf"\b{DAY}\s+[+-]\d+ day", osm):
        return Text(
            "开放时间写成节假日前后若干天，无法判断。",
            "The hours are written as days before or after holidays, which is not worked out.",
        )
    return None


def _read_chinese(written: str, text: str) -> Hours:
    plain = to_osm(text)
    if isinstance(plain, Text):
        return Hours(written, reason=plain)
    osm = _as_osm(plain)
    assert osm, f"{plain!r} is not OSM syntax"
    note = Text("按“{osm}”理解。", "Taken as {osm!r}.").fill(osm=osm)
    return Hours(written, osm, notes=(note,))


def read_hours(written: object) -> Hours:
    """Read opening hours as OSM syntax or as plain Chinese; what is unclear stays unknown.

    Never raises: hours that are missing or cannot be read are unknown, with the reason.

    >>> read_hours("Mo-Fr 8:30-17:30; Sa,Su,PH 09:00-21:00").osm
    'Mo-Fr 08:30-17:30; Sa,Su,PH 09:00-21:00'
    >>> read_hours("周一至周五 8:30-17:30，周末及法定节假日 9:00-21:00").osm
    'Mo-Fr 08:30-17:30; Sa,Su,PH 09:00-21:00'
    >>> read_hours("以门口通知为准").reason.zh
    '看不懂开放时间中的“以门口通知为准”。'
    """
    if not isinstance(written, str) or not written.strip():
        return Hours("", reason=Text("没有填写开放时间。", "No opening hours are given."))
    text = _tidied(written)
    if _HAN.search(re.sub(r'"[^"]*"', "", text)):
        return _read_chinese(written, text)
    osm = _as_osm(text)
    if not osm:
        says = Text(
            "“{written}”不是 OSM opening_hours 写法，也看不懂。",
            "{written!r} is not OSM opening_hours syntax and cannot be read.",
        )
        return Hours(written, reason=says.fill(written=written.strip()))
    doubt = _doubt(osm)
    if doubt is not None:
        return Hours(written, reason=doubt)
    every_day = Text(
        "没有写星期，按每天（含节假日）理解。",
        "No weekdays are named: taken as every day, holidays included.",
    )
    return Hours(written, osm, notes=() if _DAYS_NAMED.search(osm) else (every_day,))
