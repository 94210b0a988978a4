"""What a reader of a comparison must know of how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.scenario.changes import DrawWall, OpenGate, SetHours, name_change
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import shapely

    from tongling_gis.scenario.baseline import Comparison

_HOW = Text(
    "前后两次按同一方法计算：步行自居民点沿直线到街道，再沿街道到中心，时间精确到毫秒，"
    "上限含端点；变化不足 1 秒的不计。",
    "Both sides are measured alike: straight to the street and along streets to the centre, to "
    "the millisecond, limits inclusive; changes below a second are not counted.",
)
_DOORS = Text(
    "居民仍从原来的街道出发，除非该街道被封闭或被新墙隔开；此时改走别的街道，"
    "且之前也按两者中较快的计，因此“之前”可能略快于单独计算的覆盖。有 {count} 处居民点如此。",
    "People set out by the street that they used unless it is closed or walled off; then they "
    "take another, and before they may have taken the quicker of both, so that walks before may "
    "be a little shorter than in a coverage measured alone. This concerns {count} homes.",
)
_ENTRIES = Text(
    "{count} 个中心原来的街道被封闭、隔开或有新路可进，改由别的街道进入；之前也按较快的计。",
    "{count} centres are entered from another street, because theirs is closed or walled off or a "
    "better one is open; before, the quicker of both counts too.",
)
_NO_PEOPLE = Text(
    "居民数未知：所有数字按居民点或建筑计数，不代表人数。",
    "No residents are known: every number counts residential points or buildings, not people.",
)
_SOME_UNKNOWN = Text(
    "{count} 处居民点或建筑的居民数未知，未计入人数。",
    "The residents of {count} places are not known; they are in no count of people.",
)
_OUTSIDE = Text(
    "研究范围外的 {count} 处居民点未计入。",
    "{count} homes outside the study area are not counted.",
)
_FAR = Text(
    "{count} 个中心在变更后离街道太远或无法接入，未计入。",
    "{count} centres are too far from any street after the change and are not counted.",
)
_SHUT = Text(
    "只计在{at}开放的中心；开放时间未知或看不懂的 {count} 个不计为开放。",
    "Only centres open at {at} count; {count} whose hours are missing or cannot be read do not.",
)
_NO_MOMENT = Text(
    "{named}：开放时间只在指定时刻时起作用，请在情景中写 at。",
    "{named}: hours matter only at a moment: give the scenario an at.",
)
_NO_WALL = Text(
    "{named}：{reach:g} m 内没有围墙，开口没有作用。",
    "{named}: no wall stands within {reach:g} m, so nothing is opened.",
)
_NO_STREET = Text(
    "{named}：{reach:g} m 内没有道路到达围墙，只对直线通行起作用。",
    "{named}: no street meets the wall within {reach:g} m, so no street is opened.",
)
_CROSSES_NOTHING = Text(
    "{named}：不穿过任何可步行的道路。",
    "{named}: it crosses no street that is walked.",
)


def list_notes(found: Comparison) -> Iterator[Text]:
    """Give the notes that hold for a comparison."""
    base = found.base
    yield _HOW
    if found.walks.doors_moved:
        yield _DOORS.fill(count=found.walks.doors_moved)
    if found.walks.entries_moved:
        yield _ENTRIES.fill(count=found.walks.entries_moved)
    unknown = int(np.isnan(base.people).sum())
    if not base.by_people:
        yield _NO_PEOPLE
    elif unknown:
        yield _SOME_UNKNOWN.fill(count=unknown)
    if base.outside:
        yield _OUTSIDE.fill(count=base.outside)
    there = np.array([one.after is not None for one in found.edits.centres], dtype=bool)
    if lost := int((there & ~found.walks.attached).sum()):
        yield _FAR.fill(count=lost)
    yield from found.edits.notes
    yield from _of_changes(found)
    yield from base.city.ground.graph.notes


def describe_opening(found: Comparison, unknown: int) -> Text | None:
    """Say at what moment centres must be open, and of how many that is not known."""
    at = found.base.at
    return None if at is None else _SHUT.fill(at=at.label, count=unknown)


def _of_changes(found: Comparison) -> Iterator[Text]:
    """Say of single changes that they change nothing, and why."""
    ground = found.base.city.ground
    reach_m = ground.network.gate_reach_m
    for number, change in enumerate(found.scenario.changes):
        shape = found.edits.shapes[number]
        named = name_change(number, change)
        if isinstance(change, SetHours) and found.base.at is None:
            yield _NO_MOMENT.fill(named=named)
        if isinstance(change, DrawWall) and not len(
            ground.uncut.walk_tree.query(shape, predicate="intersects")
        ):
            yield _CROSSES_NOTHING.fill(named=named)
        if isinstance(change, OpenGate) and change.at is not None:
            if not _walls_near(found, shape, reach_m):
                yield _NO_WALL.fill(named=named, reach=reach_m)
            elif not len(
                ground.uncut.walk_tree.query(shape, predicate="dwithin", distance=reach_m)
            ):
                yield _NO_STREET.fill(named=named, reach=reach_m)


def _walls_near(found: Comparison, point: shapely.Point, reach_m: float) -> bool:
    ground = found.base.city.ground
    own = [one.line for one in found.edits.streets.walls]
    near = len(ground.wall_tree.query(point, predicate="dwithin", distance=reach_m)) > 0
    return near or any(line.distance(point) <= reach_m for line in own)
