"""What the sheets of a workbook of records are: which tables, headings, notes, drop-downs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tongling_gis.schema import TABLES, UNITS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.schema import Column, Table
    from tongling_gis.text import Lang

SHEETS: Final = (
    *("centres", "centre_rooms", "star_ratings", "fundings", "activities"),
    *("compounds", "companies", "credit_records", "compound_assessments", "interviews"),
    *("mending_orders", "blacklist", "enclosure_drafts", "enclosure_approvals"),
    *("alliances", "alliance_units", "council_terms", "alliance_meetings", "alliance_rotation"),
    "claimed_projects",
)
"""The tables of a workbook of records, in the order of its sheets."""

READ_ME: Final = Text("说明", "Read me")
FAULTS: Final = Text("问题清单", "Faults")
OWN_SHEETS: Final = frozenset({READ_ME.zh, READ_ME.en, FAULTS.zh, FAULTS.en})
"""Sheets that the program writes and never reads."""

YES, NO = Text("是", "Yes"), Text("否", "No")
LON, LAT, WKT = "经度(WGS84)", "纬度(WGS84)", "WKT(WGS84)"

_KINDS: dict[str, Text] = {
    "text": Text("文字", "Text"),
    "integer": Text("整数", "A whole number"),
    "number": Text("数字", "A number"),
    "boolean": Text("写“是”或“否”", "Yes or No"),
    "date": Text("日期，如 2026-03-01", "A date such as 2026-03-01"),
}
_REQUIRED = Text("必填。", "Required. ")
_UNIT = Text("单位：{unit}", "Unit: {unit}")
_CHOICES = Text("可选：{choices}", "One of: {choices}")
_LINK = Text("填“{sheet}”表中的“{key}”{name}", "A value of {key!r} in the sheet {sheet!r}{name}")
_OR_NAME = Text("，或不重复的名称", ", or a name that stands there once")
_RANGE = Text("{least:g} 至 {most:g}", "{least:g} to {most:g}")
_LEAST = Text("不小于 {least:g}", "at least {least:g}")
_PLACES: Final = {
    LON: Text(
        "十进制度，如 117.81。从高德、腾讯地图取的坐标，把两个表头改成“经度(GCJ-02)”"
        "“纬度(GCJ-02)”，百度改成 BD-09。地图上已有的中心可以不填。",
        "Decimal degrees. For coordinates from Gaode or Tencent write GCJ-02 in both headings, from"
        " Baidu BD-09. Not needed for centres that are on the map already.",
    ),
    LAT: Text("十进制度，如 30.94。", "Decimal degrees, such as 30.94."),
    WKT: Text(
        "边界，由程序导出；不用填写。没有边界的行按编号更新地图上已有的图形。",
        "The outline, written by the program; leave it. Rows without one keep what is there.",
    ),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a sheet: a column of the schema, or a coordinate.

    Attributes:
        title: As it stands in the sheet.
        note: What to write, as a comment on the heading.
        column: The schema's column; None for a coordinate.
    """

    title: str
    note: str
    column: Column | None


def list_headings(
    table: Table, lang: Lang = "zh", *, outlines: bool = False, tags: bool = False
) -> list[Heading]:
    """List a sheet's headings.

    Args:
        table: The schema's table.
        lang: Language of headings and notes.
        outlines: Whether areas get a column of WKT.
        tags: Whether the column of other tags is there.
    """
    headings = [
        Heading(title_of(column, lang), note_of(column, lang), column)
        for column in table.columns
        if column.name != "tags" or tags
    ]
    names = (LON, LAT) if table.shape == "Point" else (WKT,) if outlines and table.shape else ()
    return headings + [Heading(name, _PLACES[name].in_lang(lang), None) for name in names]


def title_of(column: Column, lang: Lang = "zh") -> str:
    """Give a column's heading, with its unit, and a star where it must be filled.

    >>> title_of(TABLES["centres"].column("floor_area_m2"))
    '建筑面积（平方米）'
    """
    title = column.label.in_lang(lang)
    if column.unit:
        unit = UNITS[column.unit].in_lang(lang)
        title += f"（{unit}）" if lang == "zh" else f" ({unit})"
    return f"{title}*" if column.required else title


def note_of(column: Column, lang: Lang = "zh") -> str:
    """Say what to write in a column.

    >>> note_of(TABLES["compounds"].column("cleaning"))
    '可选：达标、整改中、未开展'
    """
    parts = [_say_kind(column, lang)]
    if column.unit:
        parts.append(_UNIT.fill(unit=UNITS[column.unit]).in_lang(lang))
    if column.minimum is not None and column.maximum is not None:
        parts.append(_RANGE.fill(least=column.minimum, most=column.maximum).in_lang(lang))
    elif column.minimum is not None:
        parts.append(_LEAST.fill(least=column.minimum).in_lang(lang))
    said = ("；" if lang == "zh" else "; ").join(parts)
    start = _REQUIRED.in_lang(lang) if column.required else ""
    end = column.note.in_lang(lang)
    return f"{start}{said}" + (f"\n{end}" if end else "")


def _say_kind(column: Column, lang: Lang) -> str:
    if column.refers_to:
        other = TABLES[column.refers_to]
        name = _OR_NAME if "name" in other.names else Text("", "")
        link = _LINK.fill(sheet=other.label, key=other.column(other.key).label, name=name)
        return link.in_lang(lang)
    if column.choices:
        comma = "、" if lang == "zh" else ", "
        listed = comma.join(label.in_lang(lang) for label in column.choices.values())
        return _CHOICES.fill(choices=listed).in_lang(lang)
    return _KINDS[column.kind].in_lang(lang)
