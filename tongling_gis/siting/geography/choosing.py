"""Choose sites for centres on a city's streets, and read the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tongling_gis.assessment import Assessment, Indicator, describe_stamp
from tongling_gis.routing import weigh
from tongling_gis.siting.geography.city import free_places, read_city
from tongling_gis.siting.geography.effects import measure_effect
from tongling_gis.siting.geography.judging import Surroundings
from tongling_gis.siting.geography.question import PROBLEMS
from tongling_gis.siting.geography.readings import (
    draw_curve,
    find_years,
    list_phases,
    measure_efficiency,
)
from tongling_gis.siting.geography.solving import WALKS, quick, solve
from tongling_gis.siting.geography.stories import describe_sites, join_texts
from tongling_gis.siting.geography.telling import (
    candidate_layer,
    centre_layer,
    conflict_layer,
    home_layer,
    list_indicators,
    list_notes,
)
from tongling_gis.siting.geography.trade_offs import trade_cost, trade_worst, try_changes
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Provenance
    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.network import Network
    from tongling_gis.siting.geography.city import SitingCity
    from tongling_gis.siting.geography.effects import Effect
    from tongling_gis.siting.geography.question import SitingQuestion
    from tongling_gis.siting.geography.solving import Plan


def _within(effort: Effort, start: float, end: float) -> Effort:
    """Tell of a part of the work as part of the whole."""
    return replace(
        effort, progress=lambda what, share: effort.progress(what, start + (end - start) * share)
    )


@dataclass(frozen=True, eq=False)
class _Answer:
    """What was found, and what its readings say."""

    effect: Effect
    plan: Plan
    tables: dict[str, pd.DataFrame]
    indicators: tuple[Indicator, ...]
    notes: tuple[Text, ...]


def choose_sites(  # noqa: PLR0913 - what a city is made of, each by name
    network: Network,
    residents: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame | None,
    candidates: gpd.GeoDataFrame,
    *,
    asked: SitingQuestion,
    profile: WalkProfile,
    around: Surroundings | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    provenance: Provenance,
) -> Assessment:
    """Choose where centres do most good, on walks along the streets.

    Args:
        network: The streets.
        residents: Homes: a key, geometry, ``residents`` and age groups where known.
        centres: Today's centres; None or empty where there are none.
        candidates: Candidate sites as ``candidates_from_...`` make them.
        asked: The question.
        profile: Who walks.
        around: What candidates are held against, and the study area.
        compounds: Compounds, of which a site's story names the one around it.
        provenance: Where the data come from.

    Returns:
        An assessment of kind "siting" with the layers "sites" (chosen, each with its story),
        "candidates" (in or out and why), "residents" (walk before and after), "centres" (whom
        the plan relieves them of), "conflict" (homes that no site reaches, where there are
        any), and the plain tables "curve", "trade_offs" and "robustness".

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area, or no candidate is left.
        UsageError: If a site that is asked for is not known or is out.
    """
    surroundings = around or Surroundings()
    tell = asked.effort.progress
    graph = weigh(network.for_walker(profile, asked.at), profile)
    tell(Text("计算步行时间", "Measuring walks"), 0.1)
    city = read_city(graph, residents, centres, candidates, asked=asked, around=surroundings)
    plan = solve(city, replace(asked, effort=_within(asked.effort, 0.15, 0.4)))
    effect = measure_effect(city, plan.chosen, asked.limit_s)
    phases = {"phases": list_phases(city, plan)} if plan.solution.phases else {}
    answer = _read(_Answer(effect, plan, phases, (), ()), asked)
    return _assess(answer, asked, profile, compounds, provenance)


def _read(answer: _Answer, asked: SitingQuestion) -> _Answer:
    """Work out the readings, until they are done or Ctrl-C is pressed.

    What would solve a hard problem again and again is left out, and said so.
    """
    plan, city = answer.plan, answer.effect.city
    if not asked.readings or plan.stopped or not len(plan.chosen):
        return answer
    watch, tell = Watch(quick(asked.effort, _READINGS_S, 0.0)), asked.effort.progress
    tables = dict(answer.tables)
    told: list[Text] = []
    steps: tuple[tuple[str, float, Callable[[], pd.DataFrame]], ...] = (
        ("curve", 20.0, lambda: draw_curve(city, asked, plan, watch)),
        ("trade_offs", 20.0, lambda: _trade(city, asked, plan, watch)),
        ("robustness", 5.0, lambda: try_changes(city, asked, plan, watch)),
    )
    for number, (name, easy_s, work) in enumerate(steps):
        tell(_READINGS[name], 0.4 + 0.15 * number)
        if watch.over or plan.solution.seconds > easy_s:
            told.append(_READINGS[name])
            continue
        tables[name] = work()
    found = () if watch.stopped else tuple(_compare_with_today(city, asked))
    return replace(
        answer,
        tables={name: table for name, table in tables.items() if len(table)},
        indicators=(*(_of_bend(tables["curve"]) if "curve" in tables else ()), *found),
        notes=(_LEFT_OUT.fill(what=join_texts(told, "、", ", ")),) if told else (),
    )


_READINGS_S = 45.0
_READINGS = {
    "curve": Text("逐个增加地点的收益", "what each further site gains"),
    "trade_offs": Text("权衡", "the trade-offs"),
    "robustness": Text("稳健性", "whether the answer holds"),
}
_LEFT_OUT = Text(
    "求解较慢或已停止，未计算：{what}。", "Left out, the search being slow or stopped: {what}."
)


def _trade(city: SitingCity, asked: SitingQuestion, plan: Plan, watch: Watch) -> pd.DataFrame:
    if asked.problem in WALKS:
        return trade_worst(city, asked, plan.reach, watch)
    return trade_cost(city, asked, plan, watch)


def _of_bend(curve: pd.DataFrame) -> Iterator[Indicator]:
    bend = curve[curve["bend"]]
    if len(bend):
        label = Text("收益曲线的拐点（地点数）", "Bend of the gain curve (sites)")
        yield Indicator("bend_k", label, int(bend["k"].iloc[0]), "places")


def _compare_with_today(city: SitingCity, asked: SitingQuestion) -> Iterator[Indicator]:
    """Say how many as many centres as today's could cover if placed best."""
    asked.effort.progress(Text("与现状布局比较", "Comparing with today's places"), 0.92)
    found = measure_efficiency(city, asked, free_places(city))
    if found is None:
        return
    today, best, plan = found
    count, minutes = int(city.serving.sum()), asked.minutes
    label = Text(
        f"同样 {count} 个中心布局最优时可覆盖（加权）",
        f"Covered by the same {count} centres if placed best (weighed)",
    )
    yield Indicator("covered_best_places", label, best, city.unit, "", minutes)
    label = Text("现状布局效率（现状覆盖 ÷ 最优覆盖）", "Efficiency of today's places")
    yield Indicator("efficiency", label, today / best if best else None, "share", "", minutes)
    label = Text("布局最优时的差距上限", "Gap of that optimum at most")
    yield Indicator("gap_best_places", label, min(plan.solution.gap, 1.0), "share")


def _assess(
    answer: _Answer,
    asked: SitingQuestion,
    profile: WalkProfile,
    compounds: gpd.GeoDataFrame | None,
    provenance: Provenance,
) -> Assessment:
    effect, plan = answer.effect, answer.plan
    sites, findings = describe_sites(effect, asked, compounds)
    if plan.solution.phases:
        sites.insert(2, "year", find_years(effect.city, plan, sites["site_id"]))
    homes = home_layer(effect, plan.reach)
    layers = {
        "sites": sites,
        "candidates": candidate_layer(effect, plan, asked),
        "residents": homes,
        "centres": centre_layer(effect),
        "conflict": conflict_layer(homes),
    }
    found = Text("选址（{what}），{count} 处", "sites for {what}: {count}").fill(
        what=PROBLEMS[asked.problem], count=len(layers["sites"])
    )
    walk = describe_stamp(profile, (asked.minutes,), asked.snap_limit_m, provenance)
    stamp = Text("{found} · {walk}", "{found} · {walk}").fill(found=found, walk=walk)
    if asked.at is not None:
        stamp = Text("{at} · {stamp}", "{at} · {stamp}").fill(at=asked.at.label, stamp=stamp)
    return Assessment(
        kind="siting",
        subject="",
        parameters={
            **profile.parameters(),
            **asked.parameters,
            "status": plan.solution.status,
            "counted": effect.city.unit,
            "solved_s": round(plan.solution.seconds, 3),
        },
        layers={name: layer for name, layer in layers.items() if len(layer) or name == "sites"}
        | answer.tables,
        indicators=(*list_indicators(effect, plan, asked), *answer.indicators),
        findings=tuple(findings),
        provenance=provenance,
        stamp=stamp,
        notes=(*list_notes(effect, plan, asked), *answer.notes, *effect.city.graph.notes),
    )
