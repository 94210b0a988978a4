"""How comparisons, hours and checks look in QGIS, by the columns that tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.store.styles import Look, LookClass, Mark, result_heading

if TYPE_CHECKING:
    from collections.abc import Iterable

_EFFECTS = Look(
    (
        LookClass("gained", "新覆盖", Mark("#00795c", 2.6, "#ffffff", 0.2, shape="triangle")),
        LookClass("lost", "失去覆盖", Mark("#b3006b", 2.6, "#ffffff", 0.2, shape="diamond")),
        LookClass("shorter", "变近", Mark("#66c2a5", 1.6, "#ffffff", 0.1)),
        LookClass("longer", "变远", Mark("#e78ac3", 1.6, "#ffffff", 0.1)),
        LookClass("found_way", "新有路可达（仍超时限）", Mark("#1b9e77", 1.8, shape="cross")),
        LookClass("lost_way", "不再有路可达（原已超时限）", Mark("#6a2010", 1.8, shape="cross2")),
        LookClass("same", "不变", Mark("#b8c0c8", 1.0)),
    ),
    '"effect"',
)
_CENTRE_STATES = Look(
    (
        LookClass("added", "新增", Mark("#00795c", 5.0, "#ffffff", 0.3, shape="star")),
        LookClass("moved", "迁移", Mark("#1f5f99", 5.0, "#ffffff", 0.3, shape="star")),
        LookClass("removed", "撤销", Mark("#b3006b", 4.0, "#b3006b", 0.8, shape="cross2")),
        LookClass("kept", "保留", Mark("#8f1d5c", 3.6, "#ffffff", 0.3, shape="star")),
    ),
    '"state"',
    name_column="name",
    labelled=True,
    label_rank=9,
    label_scale=40_000,
)
_CHANGES = Look(
    (LookClass("", "变更", Mark("#b3006b", 3.4, "#ffffff", 0.4, shape="square")),),
    name_column="change_zh",
    labelled=True,
    label_rank=10,
    label_scale=60_000,
)
_OPEN_STATES = Look(
    (
        LookClass("open", "附近有中心开放", Mark("#2f7ebc", 1.6, "#ffffff", 0.1)),
        LookClass(
            "unknown", "附近中心是否开放未知", Mark("#e3b505", 1.8, "#ffffff", 0.1, shape="square")
        ),
        LookClass(
            "shut", "附近中心都未开放", Mark("#b3006b", 1.9, "#ffffff", 0.1, shape="diamond")
        ),
        LookClass("none", "附近没有中心", Mark("#8a949f", 1.2)),
    ),
    '"state"',
)

_CENTRES_OPEN = Look(
    (
        LookClass("open", "开放", Mark("#8f1d5c", 4.0, "#ffffff", 0.3, shape="star")),
        LookClass("shut", "未开放", Mark("#8a949f", 3.6, "#ffffff", 0.3, shape="star")),
        LookClass("unknown", "未知", Mark("#ffffff", 3.6, "#8a6d00", 0.5, shape="star")),
    ),
    '"state"',
    name_column="name",
    labelled=True,
    label_rank=9,
    label_scale=40_000,
)

_SITED = Look(
    (
        LookClass("newly", "新增覆盖", Mark("#1b9e77", 2.0, "#ffffff", 0.1)),
        LookClass("lost", "不再覆盖", Mark("#b3006b", 2.2, "#ffffff", 0.1, shape="diamond")),
        LookClass("kept", "原已覆盖", Mark("#8fc3de", 1.2)),
        LookClass("uncovered", "仍未覆盖", Mark("#d95f0e", 1.6, "#ffffff", 0.1, shape="diamond")),
    ),
    '"change"',
)
_SITES = Look(
    (LookClass("", "选定地点", Mark("#00513d", 5.0, "#ffffff", 0.4, shape="diamond")),),
    name_column="name",
    labelled=True,
    label_rank=10,
    label_scale=60_000,
)
_CANDIDATES = Look(
    (
        LookClass("chosen", "选定", Mark("#00513d", 3.0, "#ffffff", 0.2, shape="diamond")),
        LookClass("in", "可选", Mark("#b7a5c4", 1.8, "#ffffff", 0.1, shape="triangle")),
        LookClass("out", "排除", Mark("#8a949f", 1.6, "#8a949f", 0.4, shape="cross2")),
    ),
    "CASE WHEN \"chosen\" THEN 'chosen' WHEN \"usable\" THEN 'in' ELSE 'out' END",
    name_column="name",
    shown=False,
)

_LOOKS: tuple[tuple[frozenset[str], Look], ...] = (
    (frozenset({"effect", "before_s", "after_s"}), _EFFECTS),
    (frozenset({"change", "walk_before_s", "walk_after_s"}), _SITED),
    (frozenset({"rank", "story_zh"}), _SITES),
    (frozenset({"usable", "chosen", "reason_zh"}), _CANDIDATES),
    (frozenset({"change_zh", "kind"}), _CHANGES),
    (frozenset({"state", "walk_open_s"}), _OPEN_STATES),
    (frozenset({"state", "hours_osm"}), _CENTRES_OPEN),
    (frozenset({"state", "centre_id", "name"}), _CENTRE_STATES),
)
"""Columns that tell a layer, and its look; the first that fits counts."""

_HEADINGS: dict[str, str] = {
    "change_s": "步行时间变化(秒)",
    "before_s": "之前步行时间(秒)",
    "after_s": "之后步行时间(秒)",
    "before_centre_id": "之前最近的中心",
    "after_centre_id": "之后最近的中心",
    "effect": "变化",
    "state": "状态",
    "change_zh": "变更",
    "change_en": "变更(英文)",
    "walk_open_s": "到开放中心的步行时间(秒)",
    "open_centre_id": "最近的开放中心",
    "walk_before_s": "现状步行时间(秒)",
    "walk_after_s": "方案步行时间(秒)",
    "saved_s": "缩短的步行时间(秒)",
    "change": "覆盖变化",
    "rank": "名次",
    "year": "建设年次",
    "site_id": "地点编号",
    "story_zh": "作用",
    "story_en": "作用(英文)",
    "usable": "可选",
    "chosen": "选定",
    "yuan_each": "每新增一人(处)造价(元)",
    "residents_newly": "新增覆盖的居民数",
    "residents_nearest": "以此为最近的居民数",
    "residents_alone": "单独可新增覆盖的居民数",
    "relieved": "分担的居民数",
    "staying": "保留",
    "serving": "现状服务",
    "no_site": "任何地点都到不了",
    "compound": "所在小区",
}
"""Headings of the columns that comparisons and hours add."""

_WALKS = ("walks",)
"""Layers whose walks before and after are those of an enclosure."""


_BY_SIDE = {"before_": "之前 ", "after_": "之后 "}


def head_column(layer: str, column: str) -> str:
    """Give the heading of a result's column in any kind of result.

    >>> head_column("residents", "before_covered_15")
    '之前 15 分钟内可达'
    """
    if layer not in _WALKS and column in _HEADINGS:
        return _HEADINGS[column]
    for start, said in _BY_SIDE.items():
        if column.startswith(f"{start}covered_"):
            return said + result_heading(layer, column.removeprefix(start))
    return result_heading(layer, column)


def choose_look(columns: Iterable[str]) -> Look | None:
    """Choose the look of a layer of a comparison or of hours; None for any other."""
    there = set(columns)
    return next((look for told, look in _LOOKS if told <= there), None)
