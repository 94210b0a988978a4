"""Access: what every home reaches, how evenly, where it fails, and what centres carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.access.catchments import (
    FLOOR_AREA,
    check_floor_area,
    measure_catchments,
    measure_overlaps,
    sum_households,
)
from tongling_gis.access.city import Question, check_minutes, count_indicator, walk_city
from tongling_gis.access.floating import (
    FloatingCatchment,
    enhanced_two_step,
    three_step,
    two_step,
)
from tongling_gis.access.gaps import find_gaps, fit_join_m
from tongling_gis.access.pairs import count_centres, sum_amounts
from tongling_gis.access.sharing import (
    find_worst_served,
    lorenz_curve,
    measure_gini,
    share_within,
    weighted_quantiles,
)
from tongling_gis.assessment import Assessment, Indicator
from tongling_gis.catalogue import read_standards
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.access.city import CityWalks
    from tongling_gis.access.gaps import Gaps
    from tongling_gis.assessment import Finding, Provenance
    from tongling_gis.routing import WalkGraph

    Floats: TypeAlias = NDArray[np.float64]

QUANTILES = (0.5, 0.75, 0.9, 0.95)
METHODS: dict[str, Text] = {
    "2sfca": Text("两步移动搜索法", "two-step floating catchment"),
    "e2sfca": Text("增强型两步移动搜索法", "enhanced two-step floating catchment"),
    "3sfca": Text("三步移动搜索法", "three-step floating catchment"),
}
"""Floating catchment methods, by the ending of their columns."""

_LORENZ_POINTS = 101
_NOTES = (
    Text(
        "基尼系数与洛伦兹曲线描述每位居民分得的中心建筑面积（增强型两步移动搜索法）。",
        "The Gini coefficient and the Lorenz curve are of the centres' floor area that each "
        "resident has (enhanced two-step floating catchment).",
    ),
    Text(
        "服务盲区：未覆盖的居民点彼此相距不超过 {join:g} m 者归为一处，"
        "以半距缓冲合并成面；不足 {fewest} 人（人数未知时 {homes} 处）的不成区，单独计数。",
        "Gaps: uncovered homes at most {join:g} m apart belong together, drawn as the union of "
        "discs of half that distance; groups of fewer than {fewest} residents "
        "({homes} homes where residents are unknown) are only counted.",
    ),
)


@dataclass(frozen=True, eq=False)
class _Found:
    """What was found of the city.

    Attributes:
        walks: Homes, centres and times.
        shared: Floating catchments by method.
        households: Households of each centre's catchment, NaN for unknown.
        gaps: Where uncovered homes stand together, homes of the study area only.
        gap_join_m: How near homes of one gap are.
        worst: Which homes of the study area are worst served.
    """

    walks: CityWalks
    shared: dict[str, FloatingCatchment]
    households: Floats
    gaps: Gaps
    gap_join_m: float
    worst: NDArray[np.bool_]


def measure_access(
    graph: WalkGraph,
    residents: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    *,
    minutes: Sequence[float] = (5, 10, 15),
    snap_limit_m: float,
    study_area: gpd.GeoDataFrame | None = None,
    provenance: Provenance,
) -> Assessment:
    """Measure what residents reach on foot, how evenly, and what the centres carry.

    Args:
        graph: Whose walk, on what streets.
        residents: Homes: a key, geometry, ``residents``, age groups, and ``households`` or
            ``dwellings`` where known.
        centres: Centres: ``centre_id``, geometry, ``floor_area_m2`` where known.
        minutes: Time limits, each inclusive; the widest is that of catchments and gaps.
        snap_limit_m: Farthest that a home or centre may lie from its street, inclusive.
        study_area: Areas to whose homes the result is limited; None for all. Homes outside
            count towards the centres' load.
        provenance: Where the data come from.

    Returns:
        An assessment of kind "access" with the layers "residents" (``walk_s``,
        ``backup_walk_s``, ``centres_15``, ``floor_area_m2_15``, ``m2_per_resident_2sfca``,
        ``worst_served``, ``gap_id``, ...), "centres" (catchment, overlap, load by method,
        floor area for 100 households) and "gaps", the plain tables "overlaps" (residents
        who reach both of two centres) and "lorenz", and FAC-01 findings.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer is empty, or has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area, or no centre near a street.
        UsageError: If there is no limit, or one is not above 0 or too wide.
    """
    asked = Question(graph, check_minutes(minutes), snap_limit_m, provenance)
    walks = walk_city(asked, residents, centres, study_area)
    found = _find(asked, walks)
    standard = read_standards().access
    notes = [
        note.fill(join=found.gap_join_m, fewest=standard.gap_residents, homes=standard.gap_homes)
        for note in _NOTES
    ]
    return Assessment(
        kind="access",
        subject="",
        parameters=asked.parameters
        | {
            "counted": walks.unit,
            "zone_minutes": [limit for limit, _ in standard.zones],
            "zone_weights": [weight for _, weight in standard.zones],
            "gap_join_m": found.gap_join_m,
            "gap_residents": standard.gap_residents,
            "gap_homes": standard.gap_homes,
            "worst_share": standard.worst_share,
        },
        layers={
            "residents": _home_layer(asked, found),
            "centres": _centre_layer(asked, found),
            "gaps": found.gaps.areas.rename(columns={"residents": f"{walks.unit}_uncovered"}),
            "overlaps": _overlap_table(asked, walks),
            "lorenz": _lorenz_table(found),
        },
        indicators=tuple(_list_indicators(asked, found)),
        provenance=provenance,
        stamp=asked.stamp,
        findings=tuple(_list_findings(found)),
        notes=(*notes, *walks.notes(), *graph.notes),
    )


def _find(asked: Question, walks: CityWalks) -> _Found:
    standard = read_standards().access
    inside, crs = walks.inside, walks.homes.crs
    walk_s, weight = walks.walk_s[inside], walks.weight[inside]
    points = walks.homes.geometry[inside]
    xy = np.column_stack([points.x, points.y])
    join_m = fit_join_m(xy, standard.gap_join_m)
    gaps = find_gaps(
        xy,
        weight,
        walk_s > asked.widest_s,
        crs=crs,
        join_m=join_m,
        fewest_residents=standard.gap_residents if walks.by_people else standard.gap_homes,
    )
    households = sum_households(
        walks.choice, _households(walks.homes), len(walks.centres), limit_s=asked.widest_s
    )
    worst = find_worst_served(walk_s, weight, share=standard.worst_share)
    return _Found(walks, _share_out(asked, walks), households, gaps, join_m, worst)


def _share_out(asked: Question, walks: CityWalks) -> dict[str, FloatingCatchment]:
    """Share the centres' floor area out; all unknown where no residents are known."""
    zones = [(limit * 60.0, weight) for limit, weight in read_standards().access.zones]
    room, people = _floor_area(walks.centres), walks.people
    if not walks.by_people:
        nothing = (np.full(len(people), np.nan), *(np.full(len(room), np.nan) for _ in range(2)))
        return dict.fromkeys(METHODS, FloatingCatchment(*nothing))
    return {
        "2sfca": two_step(walks.times, room, people, limit_s=asked.widest_s),
        "e2sfca": enhanced_two_step(walks.times, room, people, zones=zones),
        "3sfca": three_step(walks.times, room, people, zones=zones),
    }


def _numbers(table: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Read the first of some columns that is there, NaN for missing."""
    import pandas as pd

    for name in names:
        if name in table:
            return pd.to_numeric(table[name], errors="coerce").to_numpy(
                dtype=float, na_value=np.nan
            )
    return np.full(len(table), np.nan)


def _floor_area(centres: pd.DataFrame) -> Floats:
    return _numbers(centres, ("floor_area_m2",))


def _households(homes: pd.DataFrame) -> Floats:
    return _numbers(homes, ("households", "dwellings"))


def _home_layer(asked: Question, found: _Found) -> gpd.GeoDataFrame:
    walks, inside = found.walks, found.walks.inside
    layer, choice = walks.home_layer(), walks.choice
    layer["walk_s"] = np.where(np.isfinite(walks.walk_s), walks.walk_s, np.nan)[inside]
    layer["centre_id"] = walks.centre_ids(choice.nearest)[inside]
    layer["backup_walk_s"] = np.where(choice.second_ms < 0, np.nan, choice.second_ms / 1000.0)[
        inside
    ]
    layer["backup_centre_id"] = walks.centre_ids(choice.second)[inside]
    room = _floor_area(walks.centres)
    for limit in asked.minutes:
        limit_s = limit * 60.0
        layer[f"centres_{limit:g}"] = count_centres(walks.times, limit_s)[inside]
        layer[f"floor_area_m2_{limit:g}"] = sum_amounts(walks.times, room, limit_s)[inside]
    for method, shared in found.shared.items():
        layer[f"m2_per_resident_{method}"] = shared.access[inside]
    layer["worst_served"] = found.worst
    gap_ids = found.gaps.areas["gap_id"].astype("str")
    layer["gap_id"] = gap_ids.reindex(found.gaps.gap).to_numpy()
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _centre_layer(asked: Question, found: _Found) -> gpd.GeoDataFrame:
    walks = found.walks
    layer = walks.centre_layer()
    caught = measure_catchments(walks.times, walks.choice, walks.weight, limit_s=asked.widest_s)
    for name in map(str, caught.columns):
        layer[name.replace("residents", walks.unit)] = caught[name].to_numpy()
    layer["households"] = found.households
    findings = list(_list_findings(found))
    layer["m2_per_100_households"] = [
        np.nan if one.measured is None else one.measured for one in findings
    ]
    layer[FLOOR_AREA.lower().replace("-", "_")] = [one.verdict.value for one in findings]
    for method, shared in found.shared.items():
        layer[f"load_{method}"] = shared.demand
        layer[f"m2_per_resident_{method}"] = shared.ratio
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _list_findings(found: _Found) -> Iterator[Finding]:
    """Judge every centre's floor area, naming it in the reason."""
    centres = found.walks.centres
    room = _floor_area(centres)
    for row, name in enumerate(found.walks.centre_names()):
        one = check_floor_area(float(room[row]), float(found.households[row]))
        reason = Text("{name}：{why}", "{name}: {why}").fill(name=name, why=one.reason)
        yield replace(one, reason=reason, where=centres.geometry.iloc[row])


def _overlap_table(asked: Question, walks: CityWalks) -> pd.DataFrame:
    table = measure_overlaps(walks.times, walks.weight, limit_s=asked.widest_s)
    ids = walks.centres["centre_id"].astype("str").to_numpy()
    for column in ("centre_a", "centre_b"):
        table[column] = ids[table[column].to_numpy()]
    return table.rename(columns={"residents": walks.unit})


def _shared_inside(found: _Found) -> tuple[Floats, Floats]:
    """Give each home's floor area a resident and its residents, where the area is known."""
    inside = found.walks.inside
    each, people = found.shared["e2sfca"].access[inside], np.nan_to_num(found.walks.people[inside])
    known = np.isfinite(each)
    return each[known], people[known]


def _lorenz_table(found: _Found) -> pd.DataFrame:
    """Draw the Lorenz curve of floor area at every hundredth of the residents."""
    import pandas as pd

    people, amount = lorenz_curve(*_shared_inside(found))
    at = np.linspace(0.0, 1.0, _LORENZ_POINTS)
    drawn = np.interp(at, people, amount) if np.isfinite(people).all() else np.full(len(at), np.nan)
    return pd.DataFrame({"share_residents": at, "share_floor_area": drawn})


def _list_indicators(asked: Question, found: _Found) -> Iterator[Indicator]:
    yield from _of_walks(asked, found.walks)
    yield from _of_sharing(asked, found)
    yield from _of_gaps(found)
    yield from _of_room(found)


def _of_walks(asked: Question, walks: CityWalks) -> Iterator[Indicator]:
    walk_s = walks.walk_s[walks.inside]
    for group, who, weight in walks.groups():
        quantiles = weighted_quantiles(walk_s, weight, QUANTILES)
        for share, value in zip(QUANTILES, quantiles / 60.0, strict=True):
            label = Text(
                "{share:.0%} 的{who}步行不超过", "Walk that {share:.0%} of {who} do not exceed"
            ).fill(share=share, who=who)
            known = float(value) if np.isfinite(value) else None
            yield Indicator(f"walk_min_p{share * 100:.0f}", label, known, "min", group)
        for limit in asked.minutes:
            covered = share_within(walk_s, weight, limit * 60.0)
            label = Text(
                "{limit:g} 分钟内可达的{who}占比", "Share of {who} within {limit:g} min"
            ).fill(limit=limit, who=who)
            known = None if np.isnan(covered) else covered
            yield Indicator("share_covered", label, known, "share", group, limit)


def _of_sharing(asked: Question, found: _Found) -> Iterator[Indicator]:
    walks, inside = found.walks, found.walks.inside
    backup_ms = walks.choice.second_ms[inside]
    backup_s = np.where(backup_ms < 0, np.inf, backup_ms / 1000.0)
    share = share_within(backup_s, walks.weight[inside], asked.widest_s)
    label = Text(
        "{limit:g} 分钟内有两个及以上中心的{who}占比",
        "Share of {who} with two or more centres within {limit:g} min",
    ).fill(limit=asked.minutes[-1], who=walks.who)
    known = None if np.isnan(share) else share
    yield Indicator("share_with_backup", label, known, "share", "", asked.minutes[-1])
    gini = measure_gini(*_shared_inside(found))
    yield Indicator(
        "gini_floor_area",
        Text("人均可用建筑面积的基尼系数", "Gini coefficient of floor area a resident has"),
        None if np.isnan(gini) else gini,
        "",
    )
    worst_s = walks.walk_s[inside][found.worst]
    best = worst_s.min() / 60.0 if len(worst_s) else np.nan
    yield count_indicator(
        f"{walks.unit}_worst_served",
        Text("步行最久的{who}", "{who} with the longest walks").fill(who=walks.who),
        float(walks.weight[inside][found.worst].sum()),
        walks.unit,
    )
    yield Indicator(
        "walk_min_worst_served",
        Text("其中最短的步行", "The shortest walk among them"),
        float(best) if np.isfinite(best) else None,
        "min",
    )


def _of_gaps(found: _Found) -> Iterator[Indicator]:
    unit, who, gaps = found.walks.unit, found.walks.who, found.gaps
    yield count_indicator("gaps", Text("服务盲区", "Gaps"), len(gaps.areas), "gaps")
    yield count_indicator(
        f"{unit}_in_gaps",
        Text("服务盲区内的{who}", "{who} in gaps").fill(who=who),
        float(gaps.areas["residents"].sum()),
        unit,
    )
    yield count_indicator(
        f"{unit}_uncovered_scattered",
        Text("零散未覆盖的{who}", "{who} uncovered outside gaps").fill(who=who),
        gaps.scattered_residents,
        unit,
    )


def _of_room(found: _Found) -> Iterator[Indicator]:
    """Give the city's floor area for every 100 households, whoever they are nearest to."""
    walks = found.walks
    households = float(_households(walks.homes).sum())
    room = float(_floor_area(walks.centres).sum())
    known = np.isfinite([households, room]).all() and households > 0
    yield Indicator(
        "m2_per_100_households",
        Text("每百户中心建筑面积", "Centres' floor area for every 100 households"),
        room / households * 100.0 if known else None,
        "m2/100 households",
    )
