"""Walks before and after: to centres, stops and schools, of residents and of neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

from tongling_gis.access.sharing import weighted_quantiles
from tongling_gis.catalogue import read_standards
from tongling_gis.enclosure.judging import describe_number
from tongling_gis.enclosure.measures.gates import say_wayless
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import missing_layer
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.routing.graph import UNREACHED
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_GOALS = {
    "centre": (Text("邻里中心", "centre"), "centres"),
    "bus_stop": (Text("公交站", "bus stop"), "bus_stops"),
    "school": (Text("学校", "school"), "schools"),
    "shelter": (Text("应急避难场所", "shelter"), "shelters"),
}
NO_HOMES = Text(
    "没有居民点：请导入 residents 图层，或给建筑填写居民数。",
    "Nobody is known to live anywhere: import residents, or fill in residents of buildings.",
)
_ISLAND = Text(
    "现状就没有画出通到那里的路：请检查 streets 图层是否缺了连接。",
    "No way there is drawn even today: look for a gap in streets.",
)
NOBODY_INSIDE = Text("边界内没有居民点。", "No home lies inside the boundary.")
NOBODY_AROUND = Text(
    "没有周边居民的步行路线受影响。", "No neighbour's walk is changed by the boundary."
)


def _missing_of(enclosure: Enclosure, goal: str) -> Text | None:
    """Say which layer a walk to a kind of goal lacks; None where it can be measured."""
    if enclosure.surroundings.residents is None:
        return NO_HOMES
    label, layer = _GOALS[goal]
    return (
        None if enclosure.surroundings.layer(layer) is not None else missing_layer(label.zh, layer)
    )


def distances_m(enclosure: Enclosure, goal: str) -> tuple[Floats, Floats]:
    """Give each home's way to the nearest goal inside the boundary, before and after, metres.

    Along the streets, with the straight way from the door to its street; infinite where there
    is no way. Rows are those of ``enclosure.inside_residents``.
    """
    walks = enclosure.metre_walks[goal]
    rows = enclosure.inside_residents
    before, after = (
        np.where(state[rows] == UNREACHED, np.inf, (state[rows] >> 32) / 1000.0)
        for state in (walks.before, walks.after)
    )
    return before, after


def measure_distance(enclosure: Enclosure, goal: str) -> Measured:
    """Measure from every home inside to the nearest goal, through the gates, metres."""
    if missing := _missing_of(enclosure, goal):
        return Measured(missing=missing)
    rows = enclosure.inside_residents
    if not len(rows):
        return Measured(not_applicable=NOBODY_INSIDE)
    before, after = distances_m(enclosure, goal)
    wayless = say_wayless(enclosure)
    reasons = [
        None if np.isfinite(now) else _ISLAND if np.isinf(then) else wayless
        for then, now in zip(before.tolist(), after.tolist(), strict=True)
    ]
    ids = enclosure.surroundings.residents_known[0][rows]
    shapes = enclosure.surroundings.shapes("residents")[rows]
    items = tuple(
        Item(
            Text(f"住宅 {one}", f"home {one}"),
            None if why is not None else float(away),
            shape,
            missing=why,
        )
        for one, away, shape, why in zip(ids, after, shapes, reasons, strict=True)
    )
    known = [item.value for item in items if item.value is not None]
    words = Text(
        "沿路网量取 {count} 处住宅：中位 {after}（围合前 {before}）。",
        "Along the streets, {count} homes: median {after} ({before} before).",
    )
    note = words.fill(
        count=len(rows), after=_say(np.median(after), "m"), before=_say(np.median(before), "m")
    )
    return Measured(max(known) if known else None, items, note=note)


def _say(value: float, unit: str) -> Text:
    """Write a number with its unit; a walk without end is none."""
    return describe_number(round(float(value), 1 if unit == "min" else 0), unit)


def measure_centre_distance(enclosure: Enclosure) -> Measured:
    """Measure from homes inside to the nearest centre, metres (RCH-01 to RCH-03)."""
    return measure_distance(enclosure, "centre")


def measure_shelter_distance(enclosure: Enclosure) -> Measured:
    """Measure from homes inside to the nearest emergency shelter, metres (EVA-01)."""
    return measure_distance(enclosure, "shelter")


class _Walks(NamedTuple):
    """Walks to one kind of goal, by home.

    Attributes:
        row: The home's row in ``surroundings.residents``.
        inside: Whether it lies inside.
        people: How many live there, NaN unknown.
        before_s: Seconds before, NaN where there is no way.
        after_s: Seconds after.
    """

    row: Ints
    inside: Flags
    people: Floats
    before_s: Floats
    after_s: Floats

    def some(self, rows: Flags) -> _Walks:
        """Take some of them."""
        return _Walks(
            self.row[rows],
            self.inside[rows],
            self.people[rows],
            self.before_s[rows],
            self.after_s[rows],
        )

    @property
    def lost_min(self) -> Floats:
        """Minutes lost on each; infinitely many where there is no way any more."""
        lost_min = (self.after_s - self.before_s) / 60
        return np.where(np.isnan(lost_min), np.inf, lost_min)


def _list_by_goal(enclosure: Enclosure) -> dict[str, _Walks]:
    """Give the walks to each kind of goal."""
    walks = enclosure.walks
    every = _Walks(
        walks["row"].to_numpy(dtype=np.int64),
        walks["inside"].to_numpy(dtype=bool),
        walks["residents"].to_numpy(dtype=float),
        walks["before_s"].to_numpy(dtype=float),
        walks["after_s"].to_numpy(dtype=float),
    )
    goals = walks["goal"].to_numpy()
    return {goal: every.some(goals == goal) for goal in _GOALS}


def _people(walks: _Walks) -> Floats:
    """Give how many walk; where nobody is counted, a home counts for one."""
    people = walks.people
    return np.where(np.isnan(people), 0.0, people) if np.nansum(people) else np.ones(len(people))


def _say_who(walks: _Walks) -> Text:
    """Say how many people and homes there are; homes alone where nobody is counted."""
    homes, people = len(walks.row), np.nansum(walks.people)
    if not people:
        return Text(f"{homes} 处住宅（人数不详）", f"{homes} homes (residents unknown)")
    return Text(f"{people:.0f} 人（{homes} 处住宅）", f"{people:.0f} people ({homes} homes)")


def _measure_detour(enclosure: Enclosure, goal: str, share: float, *, inside: bool) -> Measured:
    """Measure the minutes lost by people, at a quantile of them (RCH-04)."""
    if missing := _missing_of(enclosure, goal):
        return Measured(missing=missing)
    walks = enclosure.once(_list_by_goal)[goal]
    walks = walks.some((walks.inside == inside) & ~np.isnan(walks.before_s))
    if not len(walks.row):
        return Measured(not_applicable=NOBODY_INSIDE if inside else NOBODY_AROUND)
    lost_min = walks.lost_min
    if inside and np.isinf(lost_min).any() and (wayless := say_wayless(enclosure)):
        return Measured(missing=wayless)
    people = _people(walks)
    worst = float(weighted_quantiles(lost_min, people, [share])[0])
    label = _GOALS[goal][0]
    longer = lost_min > 0
    words = Text(
        "{who}到{goal}绕行：中位 {middle}、95% 分位 {most}{top}；{cut} 处不再可达。",
        "{who} walk farther to a {goal}: median {middle}, 95th percentile {most}{top}; {cut} homes "
        "reach none any more.",
    )
    middle, most = weighted_quantiles(lost_min, people, [0.5, 0.95])
    finite = lost_min[np.isfinite(lost_min)]
    furthest = Text("，最长 {top:.1f} 分钟", ", at most {top:.1f} minutes")
    note = words.fill(
        who=_say_who(walks.some(longer)),
        goal=label,
        middle=_say(middle, "min"),
        most=_say(most, "min"),
        top=furthest.fill(top=finite.max()) if len(finite) else Text("", ""),
        cut=int(np.isinf(lost_min).sum()),
    )
    shapes = enclosure.surroundings.shapes("residents")[walks.row[longer]]
    return Measured(worst, where=shapely.MultiPoint(shapes) if len(shapes) else None, note=note)


def measure_centre_detour_median(enclosure: Enclosure) -> Measured:
    """Measure the median of the minutes that residents lose on the way to a centre (RCH-04)."""
    return _measure_detour(enclosure, "centre", 0.5, inside=True)


def measure_centre_detour_p95(enclosure: Enclosure) -> Measured:
    """Measure the 95th percentile of the same (RCH-04)."""
    return _measure_detour(enclosure, "centre", 0.95, inside=True)


def measure_neighbour_detour_p95(enclosure: Enclosure) -> Measured:
    """Measure the same of neighbours whose walk to a centre changes (RCH-04)."""
    return _measure_detour(enclosure, "centre", 0.95, inside=False)


def measure_bus_stop_detour_p95(enclosure: Enclosure) -> Measured:
    """Measure the 95th percentile of minutes lost on the way to a bus stop (RCH-04)."""
    return _measure_detour(enclosure, "bus_stop", 0.95, inside=True)


def measure_school_detour_p95(enclosure: Enclosure) -> Measured:
    """Measure the 95th percentile of minutes lost on the way to a school (RCH-04)."""
    return _measure_detour(enclosure, "school", 0.95, inside=True)


def measure_residents_changing_circle(enclosure: Enclosure) -> Measured:
    """Count people whose centre falls out of the 5, 10 or 15 minute circle (RCH-04)."""
    limits = np.array(read_standards().reach_minutes) * 60

    def circle(seconds: Floats) -> Ints:
        outside: Ints = np.searchsorted(limits, np.where(np.isnan(seconds), np.inf, seconds))
        return outside

    return _count_losers(enclosure, lambda before, after: circle(after) > circle(before))


def measure_residents_losing_centre(enclosure: Enclosure) -> Measured:
    """Count people who had a centre within the longest limit and have none (TRD-05)."""
    limit_s = max(read_standards().reach_minutes) * 60
    return _count_losers(enclosure, lambda before, after: (before <= limit_s) & ~(after <= limit_s))


def _count_losers(enclosure: Enclosure, loses: Callable[[Floats, Floats], Flags]) -> Measured:
    """Count the people, inside and around, whose walk to a centre loses something."""
    if missing := _missing_of(enclosure, "centre"):
        return Measured(missing=missing)
    walks = enclosure.once(_list_by_goal)["centre"]
    lost = walks.some(loses(walks.before_s, walks.after_s))
    no_way = np.isnan(lost.after_s) & lost.inside
    if no_way.any() and (wayless := say_wayless(enclosure)):
        return Measured(missing=wayless)
    people = lost.people
    uncounted = int(np.isnan(people).sum())
    shapes = enclosure.surroundings.shapes("residents")[lost.row]
    homes, within = len(people), int(lost.inside.sum())
    note = Text(
        f"{homes} 处住宅，其中围合内 {within} 处", f"{homes} homes, {within} of them inside"
    )
    if uncounted:
        note = Text(
            f"{note.zh}；{uncounted} 处人数不详，按每处 1 人计",
            f"{note.en}; {uncounted} of unknown residents count for one each",
        )
    note = Text(f"{note.zh}。", f"{note.en}.")
    total = float(np.nansum(people)) + uncounted
    return Measured(total, where=shapely.MultiPoint(shapes) if len(shapes) else None, note=note)


MEASURES = {
    "centre_walk_m": Measure(
        measure_centre_distance,
        "m",
        Text("住宅至邻里中心步行距离", "Homes to the nearest centre"),
        ("centres", "residents"),
    ),
    "shelter_walk_m": Measure(
        measure_shelter_distance,
        "m",
        Text("住宅至应急避难场所步行距离", "Homes to the nearest shelter"),
        ("shelters", "residents"),
    ),
    "centre_detour_median_min": Measure(
        measure_centre_detour_median,
        "min",
        Text("到邻里中心绕行（中位数）", "Detour to a centre, median"),
        ("centres", "residents"),
    ),
    "centre_detour_p95_min": Measure(
        measure_centre_detour_p95,
        "min",
        Text("到邻里中心绕行（95% 分位）", "Detour to a centre, 95th percentile"),
        ("centres", "residents"),
    ),
    "neighbour_detour_p95_min": Measure(
        measure_neighbour_detour_p95,
        "min",
        Text("周边居民绕行（95% 分位）", "Neighbours' detour, 95th percentile"),
        ("centres", "residents"),
    ),
    "bus_stop_detour_p95_min": Measure(
        measure_bus_stop_detour_p95,
        "min",
        Text("到公交站绕行（95% 分位）", "Detour to a bus stop, 95th percentile"),
        ("bus_stops", "residents"),
    ),
    "school_detour_p95_min": Measure(
        measure_school_detour_p95,
        "min",
        Text("到学校绕行（95% 分位）", "Detour to a school, 95th percentile"),
        ("schools", "residents"),
    ),
    "residents_changing_circle": Measure(
        measure_residents_changing_circle,
        "residents",
        Text("掉出原生活圈的居民", "Residents whose circle gets worse"),
        ("centres", "residents"),
    ),
    "residents_losing_centre": Measure(
        measure_residents_losing_centre,
        "residents",
        Text("失去 15 分钟可达的居民", "Residents who lose their centre"),
        ("centres", "residents"),
    ),
}
