"""What a reader of a coverage must know of how it was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.network import name_crossed_walls
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tongling_gis.network import Attachment, Network
    from tongling_gis.reachability.indicators import Counted

_HOW = (
    Text(
        "步行时间自居民点沿直线到最近的可步行街道，再沿街道到中心；"
        "两端离街道的部分按平路速度计入，各段时间舍去不足一毫秒的部分，上限含端点。",
        "Walks lead straight from the home to the nearest walkable street and along streets to "
        "the centre; both ways off the street count at the speed on the flat, each piece is "
        "rounded down to the millisecond, and limits are inclusive.",
    ),
    Text(
        "“最近的街道”不含隔着围墙（其间没有大门）的街道，也不含与路网不相连的零星街道，"
        "除非接入上限内没有别的；居民点与中心在同一点时，步行为 0 秒。",
        "The nearest street is the nearest that no wall without a gate parts from the place and "
        "that is on no small island of streets, unless no other is within the snapping limit; "
        "a home and a centre at the very same point are 0 s apart.",
    ),
    Text(
        "单行对步行无效；标为内部（private）的道路和大门视为居民可以通行。",
        "One-way rules do not hold on foot; ways and gates marked private are taken to be open "
        "to residents.",
    ),
)
_BY_ROAD = Text(
    "路程自居民点沿直线到最近的可用道路，再沿道路到中心；离开道路的部分按其道路外的速度计入，"
    "各段时间舍去不足一毫秒的部分，上限含端点。",
    "Ways lead straight from the home to the nearest road that is used and along roads to the "
    "centre; what lies off the road counts at the profile's speed there, each piece is "
    "rounded down to the millisecond, and limits are inclusive.",
)
_NO_PEOPLE = Text(
    "居民数未知：所有数字按居民点或建筑计数，不代表人数。",
    "No residents are known: every number counts residential points or buildings, not people.",
)
_SOME_UNKNOWN = Text(
    "{count} 处居民点或建筑的居民数未知，未计入人数，另列。",
    "The residents of {count} {places} are not known: they are in no count of people, and are "
    "counted apart.",
)
_OUTSIDE = Text(
    "研究范围外的 {count} 处居民点未计入；范围外的街道和中心照常使用。",
    "{count} {homes} outside the study area {are} not counted; streets and centres outside "
    "are used.",
)
_FAR_CENTRES = Text(
    "{count} 个中心离街道太远，未计入。",
    "{count} {centres} {are} too far from a street and {are} not counted.",
)
_ACROSS = Text(
    "{count} 处居民点与街道之间隔着围墙，附近未标出入口，按直线穿过计入。",
    "{count} {homes} {have} a wall between them and any street, and no gate is known: the walk is "
    "counted straight across it.",
)
_CUTS = Text(
    "围墙与关闭的门在 {count} 处切断街道。",
    "Walls and closed gates sever streets in {count} {places}.",
)


_ONE_OR_MORE = {
    "places": ("place", "places"),
    "homes": ("home", "homes"),
    "centres": ("centre", "centres"),
    "are": ("is", "are"),
    "have": ("has", "have"),
}


def _count(template: Text, count: int) -> Text:
    """Put a number, and the English words that go with one or with more, into a sentence."""
    words = {name: one if count == 1 else more for name, (one, more) in _ONE_OR_MORE.items()}
    return template.fill(count=count, **words)


def list_notes(
    counted: Counted, network: Network, homes: Attachment, goals: Attachment, *, outside: int
) -> Iterator[Text]:
    """Give the notes that hold for a result."""
    by_road = network.walker is not None and network.walker.drives
    yield from [_BY_ROAD] if by_road else _HOW
    unknown = int(np.isnan(counted.people).sum())
    if not counted.by_people:
        yield _NO_PEOPLE
    elif unknown:
        yield _count(_SOME_UNKNOWN, unknown)
    if outside:
        yield _count(_OUTSIDE, outside)
    if lost := int((goals.edge < 0).sum()):
        yield _count(_FAR_CENTRES, lost)
    if crossed := int((name_crossed_walls(network, homes) != "").sum()):
        yield _count(_ACROSS, crossed)
    if len(network.cuts):
        yield _count(_CUTS, len(network.cuts))
