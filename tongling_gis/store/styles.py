"""How each layer looks in QGIS: colours, symbols, classes, the scale from which it shows.

Only data and choices stand here; ``qml`` writes them in QGIS's words. Colours are those of
the program's own maps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tongling_gis.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Mark:
    """One symbol; sizes in millimetres on paper.

    Attributes:
        fill: Colour of an area, a symbol or a line, "" for none.
        size_mm: Size of a symbol, or width of a line.
        outline: Colour of the line around an area or a symbol, "" for none.
        outline_mm: Its width.
        opacity: Of the fill, 0 to 1.
        shape: QGIS's name of a symbol's shape.
        dash: QGIS's name of a line's pattern.
    """

    fill: str = ""
    size_mm: float = 2.0
    outline: str = ""
    outline_mm: float = 0.2
    opacity: float = 1.0
    shape: str = "circle"
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class LookClass:
    """The rows for which the look's expression has one value; "" means any other or none.

    QGIS asks the file for the values, which tells numbers from text: an expression that is no
    plain column must give text.
    """

    value: str
    label: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Look:
    """How a layer looks: one mark, or classes by the value of an expression.

    Attributes:
        classes: A single class where ``expression`` is "".
        expression: QGIS expression that classes tell apart.
        name_column: Column that names a row, in forms and, if ``labelled``, on the map.
        labelled: Whether names stand on the map.
        label_rank: Which names give way to others, 0 the first to do so, 10 the last.
        from_scale: Largest scale denominator at which the layer shows, 0 for any.
        label_scale: The same for its names.
        shown: Whether the layer is on when the project is opened.
        biggest_first: Column by which rows are drawn, from the highest value down.
    """

    classes: tuple[LookClass, ...]
    expression: str = ""
    name_column: str = ""
    labelled: bool = False
    label_rank: int = 3
    from_scale: int = 0
    label_scale: int = 0
    shown: bool = True
    biggest_first: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of layers in QGIS's list, topmost layer first."""

    label: str
    tables: tuple[str, ...] = field(default=())
    expanded: bool = True


GROUPS = (
    Group(
        "中心与小区",
        (
            *("centres", "candidate_sites", "draft_gates", "enclosure_drafts", "remarks"),
            *("compounds", "residents"),
        ),
    ),
    Group(
        "设施",
        ("fire_stations", "hydrants", "shelters", "schools", "bus_stops", "amenities"),
        expanded=False,
    ),
    Group(
        "底图",
        (
            "study_area",
            "gates",
            "entrances",
            "barriers",
            "street_nodes",
            "streets",
            "buildings",
            "green",
            "water",
        ),
    ),
    Group(
        "记录表",
        (
            "centre_rooms",
            "star_ratings",
            "fundings",
            "activities",
            "companies",
            "credit_records",
            "compound_assessments",
            "interviews",
            "mending_orders",
            "blacklist",
            "enclosure_approvals",
            "alliances",
            "alliance_units",
            "council_terms",
            "alliance_meetings",
            "alliance_rotation",
            "claimed_projects",
        ),
        expanded=False,
    ),
)
"""Where each table of the schema stands in QGIS's list of layers; results come second."""

_STAR_COLOURS = ("#6b7280", "#c98bb4", "#b5629c", "#9e3f84", "#822268", "#5f0a4a")
_REACHED = ("#08306b", "#2f7ebc", "#8fc3de", "#c9dff0")
_BEYOND = "#d95f0e"
_UNREACHED = "#6a2010"

_STREETS: tuple[tuple[str, str, str, Mark], ...] = (
    ("main", "主干路", "motorway trunk primary", Mark("#d9a441", 1.1)),
    ("collector", "次干路", "secondary tertiary", Mark("#e0c27a", 0.8)),
    ("local", "支路", "residential unclassified", Mark("#a59c90", 0.5)),
    ("foot", "步行道", "footway path pedestrian cycleway", Mark("#b08d57", 0.3, dash="dash")),
    ("steps", "台阶", "steps", Mark("#8a4b2a", 0.5, dash="dot")),
)


def _one(mark: Mark, label: str = "") -> tuple[LookClass, ...]:
    return (LookClass("", label, mark),)


def _street_look() -> Look:
    cases = " ".join(
        f"WHEN replace(\"highway\", '_link', '') IN ({_listed(ways.split())}) THEN '{name}'"
        for name, _label, ways, _mark in _STREETS
    )
    lane = LookClass("lane", "内部道路", Mark("#c4bcb1", 0.35))
    return Look(
        (*(LookClass(name, label, mark) for name, label, _ways, mark in _STREETS), lane),
        f"CASE {cases} ELSE 'lane' END",
        name_column="name",
        labelled=True,
        label_scale=7_500,
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _centre_look() -> Look:
    rated = (
        LookClass(
            str(stars or ""),
            f"{stars} 星" if stars else "未评定",
            Mark(_STAR_COLOURS[stars], 4.0 + 0.4 * stars, "#ffffff", 0.3, shape="star"),
        )
        for stars in range(5, -1, -1)
    )
    return Look(
        tuple(rated),
        '"stars"',
        name_column="name",
        labelled=True,
        label_rank=10,
        label_scale=40_000,
    )


def _facility(colour: str, shape: str, size_mm: float = 2.4) -> Look:
    mark = Mark(colour, size_mm, "#ffffff", shape=shape)
    return Look(_one(mark), name_column="name", from_scale=60_000, shown=False)


LOOKS: Mapping[str, Look] = {
    "water": Look(_one(Mark("#c6dfeb", outline="#9cc3d9")), name_column="name"),
    "green": Look(_one(Mark("#dcead0")), name_column="name"),
    "buildings": Look(
        _one(Mark("#e6dfd4", outline="#cfc6b8", outline_mm=0.1)),
        name_column="name",
        from_scale=50_000,
    ),
    "streets": _street_look(),
    "street_nodes": Look(_one(Mark("#7d7d7d", 0.8)), from_scale=10_000, shown=False),
    "barriers": Look(_one(Mark("#7d6b5d", 0.4, dash="dash dot")), from_scale=25_000),
    "gates": Look(
        _one(Mark("#3f3a36", 1.6, "#ffffff", shape="square")),
        name_column="name",
        from_scale=15_000,
    ),
    "entrances": Look(
        _one(Mark("#8c8378", 1.2, "#ffffff", shape="square")),
        name_column="name",
        from_scale=5_000,
    ),
    "study_area": Look(
        _one(Mark(outline="#5b6472", outline_mm=0.5, dash="dash")), name_column="name"
    ),
    "compounds": Look(
        _one(Mark("#b79ccf", outline="#7a4f9a", outline_mm=0.35, opacity=0.15)),
        name_column="name",
        labelled=True,
        label_rank=7,
        label_scale=20_000,
    ),
    "enclosure_drafts": Look(
        _one(Mark(outline="#b3261e", outline_mm=0.6, dash="dash")),
        name_column="name",
        from_scale=50_000,
    ),
    "draft_gates": Look(
        _one(Mark("#b3261e", 2.4, "#ffffff", shape="square")),
        name_column="name",
        from_scale=20_000,
    ),
    "remarks": Look(
        _one(Mark("#0b6e4f", 2.6, "#ffffff", shape="diamond")),
        name_column="text",
        from_scale=20_000,
    ),
    "residents": Look(
        _one(Mark("#5f7285", 1.2, "#ffffff", 0.1)), name_column="name", from_scale=60_000
    ),
    "centres": _centre_look(),
    "candidate_sites": Look(
        _one(Mark("#ffffff", 2.6, "#8f1d5c", 0.5, shape="triangle")),
        name_column="name",
        from_scale=60_000,
    ),
    "amenities": _facility("#7f7f7f", "circle", 1.6),
    "bus_stops": _facility("#2f7f86", "square", 2.0),
    "hydrants": _facility("#b3261e", "pentagon", 1.8),
    "schools": _facility("#8a6d00", "triangle"),
    "shelters": _facility("#3d7a2e", "diamond"),
    "fire_stations": _facility("#b3261e", "square", 3.0),
}
"""How each layer of the schema looks."""

_RESULT_CENTRES = Look(
    _one(Mark("#8f1d5c", 4.0, "#ffffff", 0.3, shape="star")),
    name_column="name",
    labelled=True,
    label_rank=9,
    label_scale=40_000,
)
_PLAIN = Look(_one(Mark("#5f7285", 1.6, "#ffffff", opacity=0.6)))
_KINDS = {
    "coverage": "覆盖",
    "access": "可达性",
    "isochrones": "等时圈",
    "comparison": "前后对比",
    "hours": "开放时间",
    "enclosure": "围合检查",
    "siting": "选址",
    "gates_proposal": "建议大门",
    "openings": "建议开口",
    "boundaries_proposal": "建议管理区",
}
_RESULT_LAYERS = {
    "residents": "居民点",
    "centres": "邻里中心",
    "isochrones": "各中心",
    "dissolved": "合并",
    "reached_streets": "可达街道",
    "reached_nodes": "可达路口",
    "gaps": "服务盲区",
    "overlaps": "服务重叠",
    "lorenz": "洛伦兹曲线",
    "boundary": "边界",
    "gates": "出入口",
    "findings": "规则结论",
    "offers": "建议改动",
    "walks": "居民步行",
    "crossings": "道路与边界相交处",
    "changes": "变更",
    "groups": "年龄组",
    "week": "一周",
    "sites": "选定地点",
    "candidates": "候选地点",
    "conflict": "任何地点都到不了的居民",
    "curve": "逐个增加的收益",
    "trade_offs": "权衡",
    "robustness": "稳健性",
    "phases": "逐年方案",
    "places": "可设门处",
    "trade_off": "大门与绕行取舍",
    "conflicts": "不能同时满足的规则",
    "openings": "依次打开的围墙",
    "closings": "最不宜封闭的小区",
    "areas": "候选管理区",
    "alternatives": "各方案",
    "rules": "各规则结论数",
}
_RESULT_COLUMNS: Mapping[str, str] = {
    "walk_s": "步行时间(秒)",
    "centre_id": "最近的中心",
    "snap_m": "到街道的距离(米)",
    "reason": "原因代码",
    "reason_zh": "原因",
    "reason_en": "原因(英文)",
    "residents_nearest": "以此为最近中心的居民数",
    "places_nearest": "以此为最近中心的居民点数",
    "in_study_area": "在研究范围内",
    "place_id": "起点编号",
    "limit_minutes": "时限(分钟)",
    "area_m2": "面积(平方米)",
    "case_id": "方案编号",
    "overall": "总体结论",
    "rule": "规则",
    "verdict": "结论",
    "severity": "严重程度",
    "title_zh": "规则名称",
    "title_en": "规则名称(英文)",
    "place_zh": "处所",
    "place_en": "处所(英文)",
    "measured": "实测值",
    "limit": "限值",
    "unit": "单位",
    "clause": "依据",
    "confidence": "把握程度",
    "advice_zh": "建议",
    "advice_en": "建议(英文)",
    "note_zh": "说明",
    "note_en": "说明(英文)",
    "overridden_zh": "破例",
    "overridden_en": "破例(英文)",
    "offers": "建议改动编号",
    "offer_id": "建议改动编号",
    "label_zh": "建议改动",
    "label_en": "建议改动(英文)",
    "replaces": "替换的出入口",
    "inside": "在围合内",
    "goal": "去处",
    "before_s": "围合前步行时间(秒)",
    "after_s": "围合后步行时间(秒)",
    "public": "公共道路",
    "over": "立体交叉",
}
_BY_LIMIT: Mapping[str, str] = {
    "covered_": "{limit} 分钟内可达",
    "residents_covered_": "{limit} 分钟内的居民数",
    "places_covered_": "{limit} 分钟内的居民点数",
}
"""Headings of the columns that results add to the schema's, the second by time limit."""


def look_of(table: str) -> Look:
    """Give the look of a layer or record table of the schema."""
    if table in LOOKS:
        return LOOKS[table]
    names = TABLES[table].names if table in TABLES else ()
    return Look((), name_column="name" if "name" in names else "")


def result_label(name: str, layer: str) -> str:
    """Name a result's layer as QGIS lists it: "覆盖-01 居民点"."""
    kind, _, number = name.rpartition("-")
    return f"{_KINDS.get(kind, kind)}-{number} {_RESULT_LAYERS.get(layer, layer)}"


def result_heading(layer: str, column: str) -> str:
    """Give the heading of a result's column: the schema's where it is one of its terms.

    >>> result_heading("residents", "covered_5")
    '5 分钟内可达'
    """
    own = [TABLES[layer]] if layer in TABLES else []
    if column in _RESULT_COLUMNS and not any(column in table.names for table in own):
        return _RESULT_COLUMNS[column]
    for start, heading in _BY_LIMIT.items():
        if column.startswith(start):
            return heading.format(limit=column.removeprefix(start))
    for table in (*own, *TABLES.values()):
        if column in table.names:
            return table.column(column).label.zh
    return column


_COVERED = re.compile(r"covered_[0-9.]+")


def result_look(columns: Iterable[str], limits: Iterable[float]) -> Look:
    """Choose how a result's layer looks, by its columns and the result's limits in minutes."""
    there = set(columns)
    covered = sorted(
        (name for name in there if _COVERED.fullmatch(name)),
        key=lambda name: float(name.removeprefix("covered_")),
    )
    if covered:
        return _coverage_look(covered)
    if "places_nearest" in there or "residents_nearest" in there:
        return _RESULT_CENTRES
    if "limit_minutes" in there:
        return replace(_isochrone_look(sorted(set(limits))), shown="place_id" not in there)
    return _PLAIN


def _coverage_look(covered: list[str]) -> Look:
    minutes = [name.removeprefix("covered_") for name in covered]
    cases = " ".join(f"WHEN \"covered_{limit}\" THEN '{limit}'" for limit in minutes)
    expression = f"CASE WHEN \"walk_s\" IS NULL THEN 'unreached' {cases} ELSE 'beyond' END"
    reached = [
        LookClass(
            limit, f"{limit} 分钟以内", Mark(_reach_colour(n, len(minutes)), 1.6, "#ffffff", 0.1)
        )
        for n, limit in enumerate(minutes)
    ]
    beyond = Mark(_BEYOND, 1.9, "#ffffff", 0.1, shape="diamond")
    unreached = Mark(_UNREACHED, 1.9, _UNREACHED, 0.5, shape="cross2")
    return Look(
        (
            *reached,
            LookClass("beyond", f"超过 {minutes[-1]} 分钟", beyond),
            LookClass("unreached", "无法到达", unreached),
        ),
        expression,
    )


def _isochrone_look(limits: list[float]) -> Look:
    classes = tuple(
        LookClass(
            f"{limit:g}",
            f"{limit:g} 分钟以内",
            Mark(_reach_colour(n, len(limits)), outline="#ffffff", outline_mm=0.2, opacity=0.35),
        )
        for n, limit in enumerate(limits)
    )
    return Look(classes, '"limit_minutes"', biggest_first="limit_minutes")


def _reach_colour(number: int, count: int) -> str:
    return _REACHED[1] if count <= 1 else _REACHED[min(number, len(_REACHED) - 1)]
