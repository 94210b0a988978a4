"""Units as people write them in headings and cells, and what each makes in the schema's unit."""

from __future__ import annotations

import unicodedata

_AREA, _LENGTH, _MONEY, _ANY = "m2", "m", "yuan", "*"
_FEE = "yuan/m2/month"

_SPELLINGS: dict[tuple[str, float], str] = {
    (_LENGTH, 1.0): "m 米 公尺",
    (_LENGTH, 0.01): "cm 厘米",
    (_LENGTH, 1000.0): "km 公里 千米",
    (_AREA, 1.0): "m2 平方米 平米 平方 sqm",
    (_AREA, 10_000.0): "ha 公顷 万平方米 万m2 万平米",
    (_AREA, 2000.0 / 3.0): "亩",
    (_AREA, 1_000_000.0): "km2 平方公里 平方千米",
    (_MONEY, 1.0): "yuan 元 人民币 rmb cny 元人民币",
    (_MONEY, 1_000.0): "千元",
    (_MONEY, 10_000.0): "万元",
    (_MONEY, 100_000_000.0): "亿元",
    ("%", 1.0): "% 百分比",
    (_FEE, 1.0): "yuan/m2/month 元/平方米·月 元/m2·月 元/(m2·月) 元/m2/月 元/平方米/月 元/月·平方米"
    " 元/月/平方米 元/(平方米·月) 元/平米/月 元/月/m2 元/m2.月 元/平方米.月",
    ("", 1.0): "人 户 栋 幢 套 层 个 家 名 所 座 处 次 人次 场 分 星 级 星级 年 位 户数 名党员",
    ("", 10_000.0): "万人 万户 万人次",
    (_ANY, 10_000.0): "万",
    (_ANY, 100_000_000.0): "亿",
}
_UNITS = {
    spelling: meaning for meaning, spellings in _SPELLINGS.items() for spelling in spellings.split()
}


def unit_factor(written: str, unit: str) -> float | None:
    """Find what a number in the unit as written is multiplied by; None where they do not agree.

    Args:
        written: Unit as a user wrote it.
        unit: Unit of the schema's column, "" for counts.

    >>> unit_factor("万元", "yuan"), unit_factor("㎡", "m2"), unit_factor("元", "m2")
    (10000.0, 1.0, None)
    """
    plain = unicodedata.normalize("NFKC", written).casefold().replace(" ", "").replace("⋅", "·")
    base, factor = _UNITS.get(plain, (None, 0.0))
    return factor if base in {unit, _ANY} else None
