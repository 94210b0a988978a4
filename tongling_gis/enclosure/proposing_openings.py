"""Openings ranked in sequence, and compounds whose closing would cost most, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.assessment import Assessment, Indicator
from tongling_gis.enclosure.closings import rank_closings
from tongling_gis.enclosure.opening_places import ACROSS_M, find_opening_places
from tongling_gis.enclosure.openings import rank_openings
from tongling_gis.errors import MissingFileError
from tongling_gis.network.tags import read_tag
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    from tongling_gis.assessment import Provenance
    from tongling_gis.enclosure.closings import Closing
    from tongling_gis.enclosure.opening_places import OpeningPlace
    from tongling_gis.enclosure.openings import Ranking
    from tongling_gis.enclosure.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class OpeningQuestion:
    """What openings are asked for.

    Attributes:
        steps: How many are made one after the other.
        by: What ranks them: "minutes" or "covered".
        area: Where walls may be opened; None for anywhere.
        subject: What that area is called.
    """

    steps: int = 10
    by: str = "minutes"
    area: shapely.Polygon | shapely.MultiPolygon | None = None
    subject: str = ""


def assess_openings(
    surroundings: Surroundings,
    question: OpeningQuestion,
    provenance: Provenance,
    *,
    progress: Progress = silent,
) -> Assessment:
    """Rank walls to open, and compounds that must not be closed.

    Layers: "openings" (a row a step), "candidates" (every place with what it gives alone),
    "curve" (what the steps give together), "closings" (compounds), "walks" (homes whose walk
    gets shorter, before and after).

    Raises:
        MissingFileError: If there are no residents or no centres.
    """
    city = surroundings.cities.get("centre")
    if city is None:
        raise MissingFileError(
            Text(
                "要有居民和邻里中心才能比较开口：请导入 residents、centres，或用 --centres-from。",
                "Openings need residents and centres: import them, or use --centres-from.",
            )
        )
    people = surroundings.residents_known[1]
    counted = bool(np.nansum(people))
    people = np.nan_to_num(people) if counted else np.ones(len(people))
    progress(Text("找可开口处", "Finding places"), 0.0)
    places = find_opening_places(surroundings, question.area)
    ranking = rank_openings(
        city, people, places, steps=question.steps, by=question.by, progress=progress
    )
    closings = rank_closings(
        surroundings, city, people, rows=_compounds(surroundings, question), progress=progress
    )
    unit = "residents" if counted else "places"
    return Assessment(
        kind="openings",
        subject=question.subject,
        parameters={
            "steps": question.steps,
            "by": question.by,
            "candidates": len(places),
            "across_m": ACROSS_M,
            "whole": ranking.whole,
        },
        layers={
            "openings": _lay_out_openings(surroundings, places, ranking),
            "candidates": _lay_out_candidates(surroundings, places, ranking),
            "curve": _lay_out_curve(ranking),
            "closings": _lay_out_closings(surroundings, closings),
            "walks": _lay_out_walks(surroundings, ranking),
        },
        indicators=_indicators(ranking, len(places), unit),
        provenance=provenance,
        stamp=_stamp(question, len(places), provenance),
        notes=_notes(ranking, len(places), counted=counted),
    )


def _compounds(surroundings: Surroundings, question: OpeningQuestion) -> NDArray[np.int64] | None:
    if question.area is None:
        return None
    found = surroundings.tree("compounds").query(question.area, predicate="intersects")
    return np.sort(found).astype(np.int64)


def _indicators(ranking: Ranking, places: int, unit: str) -> tuple[Indicator, ...]:
    last = ranking.steps[-1] if ranking.steps else None
    minutes, covered = (last.minutes, last.covered) if last else (0.0, 0.0)
    saved = Text("居民步行共节省", "Walking that residents save together")
    most = Text("全部可开口处都打开时", "The same with every place opened")
    newly = Text("15 分钟圈新覆盖", "Newly within 15 minutes")
    return (
        Indicator("candidates", Text("可开口处", "Places to open"), places, "places"),
        Indicator("openings", Text("建议开口", "Openings ranked"), len(ranking.steps), "places"),
        Indicator("minutes_saved", saved, minutes, "min"),
        Indicator("residents_newly_covered", newly, covered, unit),
        Indicator("minutes_saved_by_all", most, ranking.most[0], "min"),
    )


def _stamp(question: OpeningQuestion, places: int, provenance: Provenance) -> Text:
    made = Text("示例数据 · ", "invented sample data · ")
    return Text(
        "{places} 处可开口 · {steps} 步 · {day} · {made}tongling_gis {version}",
        "{places} places · {steps} steps · {day} · {made}tongling_gis {version}",
    ).fill(
        places=places,
        steps=question.steps,
        day=Text("数据 {date}", "data {date}").fill(date=provenance.data_date)
        if provenance.data_date
        else Text("数据日期未知", "data of unknown date"),
        made=made if provenance.invented else "",
        version=provenance.engine_version,
    )


def _notes(ranking: Ranking, places: int, *, counted: bool) -> tuple[Text, ...]:
    last = ranking.steps[-1] if ranking.steps else None
    share = last.minutes / ranking.most[0] if last and ranking.most[0] else 0.0
    said = [
        Text(
            f"{places} 处可开口，依次打开 {len(ranking.steps)} 处，居民单程共省 "
            f"{last.minutes if last else 0:.0f} 人·分钟，为全部打开时的 {share:.0%}。",
            f"{places} places, {len(ranking.steps)} opened in sequence: residents save "
            f"{last.minutes if last else 0:.0f} person-minutes one way, {share:.0%} of what "
            "opening every place gives.",
        ),
        Text(
            "每一步都在前面各步完成之后计算；收益不具次模性（前后两道墙须同时打开），因此逐步取最大"
            "不保证总体最优，上限是全部打开时的收益。",
            "Each step is measured with the earlier ones made. Gains are not submodular (two walls "
            "in a row must both open), so the best step each time need not be the best set; what "
            "opening every place gives bounds it.",
        ),
        Text(
            "超过 30 分钟或走不到的步行按 30 分钟计；在开口处通过不计时间。"
            "“断头”处指道路尽头与 30 米内另一条道路之间隔着围墙或小区边界，"
            "是否有高差、能否开门须现场核实。",
            "Walks over 30 minutes, and none, count as 30; passing an opening takes no time. An "
            "'end' is a street that ends within 30 m of another beyond a wall or a compound's "
            "outline: look on site whether heights and owners allow a gate.",
        ),
        Text(
            "能否开口涉及业主共有部分，须依《民法典》第 278 条表决；本结果只比较步行。",
            "Opening a wall changes common parts and needs the owners' vote (Civil Code 278); only "
            "walks are compared here.",
        ),
        Text(
            "方法：Sun, Webster & Chiaradia（2018）、Yang, Tan & Yan（2021）所提问题。",
            "The question is that of Sun, Webster and Chiaradia (2018) and of Yang, Tan and Yan "
            "(2021).",
        ),
    ]
    if not counted:
        said.append(Text("居民人数未知，按户点计。", "Residents are not counted: homes count one."))
    if not ranking.whole:
        said.append(Text("已中断，保留已完成的步骤。", "Interrupted: the steps made are kept."))
    return tuple(said)


def _lay_out_openings(
    surroundings: Surroundings, places: list[OpeningPlace], ranking: Ranking
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    chosen = [places[step.place] for step in ranking.steps]
    rows = {
        "rank": list(range(1, len(chosen) + 1)),
        "place_id": [f"O{step.place + 1}" for step in ranking.steps],
        "name_zh": [one.name.zh for one in chosen],
        "name_en": [one.name.en for one in chosen],
        "kind": [one.kind for one in chosen],
        "barrier_id": [one.barrier_id for one in chosen],
        "minutes_saved": [step.gain.minutes for step in ranking.steps],
        "residents_shorter": [step.gain.people for step in ranking.steps],
        "newly_covered": [step.gain.covered for step in ranking.steps],
        "minutes_saved_so_far": [step.minutes for step in ranking.steps],
        "newly_covered_so_far": [step.covered for step in ranking.steps],
    }
    points = [one.point for one in chosen]
    return gpd.GeoDataFrame(rows, geometry=points, crs=surroundings.crs)


def _lay_out_candidates(
    surroundings: Surroundings, places: list[OpeningPlace], ranking: Ranking
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows = {
        "place_id": [f"O{number + 1}" for number in range(len(places))],
        "name_zh": [one.name.zh for one in places],
        "name_en": [one.name.en for one in places],
        "kind": [one.kind for one in places],
        "barrier_id": [one.barrier_id for one in places],
        "minutes_alone": ranking.alone[:, 0],
        "covered_alone": ranking.alone[:, 1],
    }
    points = [one.point for one in places]
    return gpd.GeoDataFrame(rows, geometry=points, crs=surroundings.crs)


def _lay_out_curve(ranking: Ranking) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (0, 0.0, 0.0),
        *((n, one.minutes, one.covered) for n, one in enumerate(ranking.steps, start=1)),
    ]
    return pd.DataFrame(rows, columns=["openings", "minutes_saved", "newly_covered"])


def _lay_out_closings(surroundings: Surroundings, closings: list[Closing]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    at = np.array([one.compound for one in closings], dtype=np.int64)
    layer = surroundings.compounds
    ids, names = (
        read_tag(layer, key)[at] if layer is not None and key in layer else np.full(len(at), "")
        for key in ("compound_id", "name")
    )
    areas = surroundings.shapes("compounds")[at]
    inside, _ = surroundings.tree("centres").query(areas, predicate="intersects")
    rows = {
        "rank": np.arange(1, len(at) + 1),
        "compound_id": ids,
        "name": names,
        "minutes_lost": [one.minutes for one in closings],
        "residents_longer": [one.people for one in closings],
        "no_longer_covered": [one.uncovered for one in closings],
        "centres_inside": np.bincount(inside, minlength=len(at)),
    }
    return gpd.GeoDataFrame(rows, geometry=areas, crs=surroundings.crs)


def _lay_out_walks(surroundings: Surroundings, ranking: Ranking) -> gpd.GeoDataFrame:
    """Give the homes whose walk gets shorter, NaN where there was no walk before."""
    import geopandas as gpd

    before, after = ranking.before_ms, ranking.after_ms
    row = np.flatnonzero(before != after)
    ids, people = surroundings.residents_known
    seconds = [np.where(ms[row] < 0, np.nan, ms[row] / 1000.0) for ms in (before, after)]
    rows = {
        "resident_id": ids[row].astype(str),
        "residents": people[row],
        "before_s": seconds[0],
        "after_s": seconds[1],
    }
    points = surroundings.shapes("residents")[row]
    return gpd.GeoDataFrame(rows, geometry=points, crs=surroundings.crs)
