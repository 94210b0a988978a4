"""Divide a quarter into candidate management areas, two or three ways, each scored by the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from tongling_gis.assessment import Assessment, Indicator, Verdict
from tongling_gis.enclosure.area_partition import Aim, divide_blocks
from tongling_gis.enclosure.area_units import WALL_M, divide_quarter, dwellings_of
from tongling_gis.enclosure.checking import judge_enclosure
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.gate_places import every_opening, find_gate_places, gates_of
from tongling_gis.enclosure.measures.streets import SHORT_M, USUAL_WIDTH_M
from tongling_gis.errors import InputError, MissingFileError, UsageError
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Provenance
    from tongling_gis.enclosure.area_partition import Partition
    from tongling_gis.enclosure.area_units import Units
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.rules import Rules
    from tongling_gis.enclosure.surroundings import Surroundings

    Ints: TypeAlias = NDArray[np.int64]

_M2 = 10_000.0
_GRID_M = 0.001
AROUND_M = 40.0
"""How far from its buildings an area reaches: land farther off is left out (N)."""


@dataclass(frozen=True, slots=True)
class AreaQuestion:
    """What areas are asked for.

    Attributes:
        area_ha: The largest area, hectares: 2 to 4 ha is GB 50180-2018 2.0.5's definition.
        dwellings: The most dwellings in one: 300 to 1000 by the same definition.
    """

    area_ha: float = 4.0
    dwellings: float = 1000.0


@dataclass(frozen=True, slots=True)
class Area:
    """A candidate area.

    Attributes:
        case: It as a boundary, a gate at every street that enters.
        buildings: Rows of its buildings.
        dwellings: Its dwellings, NaN where they are not known.
        new_wall_m: Length of its outline along which no wall or building stands.
        fits: Whether it keeps the limits; a single building may be larger than they are.
        verdicts: What the rules say of it.
    """

    case: Case
    buildings: tuple[int, ...]
    dwellings: float
    new_wall_m: float
    fits: bool
    verdicts: tuple[tuple[str, Verdict, str], ...]

    def count(self, verdict: Verdict, severities: str = "LMS") -> int:
        """Count the rules of some severities that say so."""
        return sum(own is verdict and grade in severities for _, own, grade in self.verdicts)


@dataclass(frozen=True, eq=False)
class Alternative:
    """One way to divide the quarter."""

    title: Text
    areas: tuple[Area, ...]
    partition: Partition

    @property
    def cases(self) -> tuple[Case, ...]:
        """Its areas as cases."""
        return tuple(one.case for one in self.areas)

    @property
    def fails(self) -> int:
        """How often a rule of law, a code or a standard's "shall" fails."""
        return sum(one.count(Verdict.FAIL) for one in self.areas)

    @property
    def unknown(self) -> int:
        """How often one is unknown."""
        return sum(one.count(Verdict.UNKNOWN) for one in self.areas)

    @property
    def new_wall_m(self) -> float:
        """Length of new walls."""
        return sum(one.new_wall_m for one in self.areas)


@dataclass(frozen=True, eq=False)
class AreaProposal:
    """A quarter divided in several ways, the best by the rules first."""

    quarter: Case
    alternatives: tuple[Alternative, ...]
    whole: bool

    @property
    def best(self) -> Alternative:
        """The alternative with the fewest breaches an area, then the shortest new walls."""
        return min(
            self.alternatives,
            key=lambda one: (one.fails / max(len(one.areas), 1), one.new_wall_m),
        )


def _aims(question: AreaQuestion) -> tuple[tuple[Text, Aim], ...]:
    area_m2, dwellings = question.area_ha * _M2, question.dwellings
    return (
        (Text("片数最少", "Fewest areas"), Aim(area_m2, dwellings, 1e4)),
        (
            Text("保留现有围墙", "Existing walls kept"),
            Aim(area_m2, dwellings, 20.0, across_walls=False),
        ),
        (Text("小片区（减半）", "Small areas (half)"), Aim(area_m2 / 2, dwellings / 2, 1e4)),
    )


def propose_areas(
    surroundings: Surroundings,
    quarter: Case,
    rules: Rules,
    question: AreaQuestion | None = None,
    *,
    progress: Progress = silent,
) -> AreaProposal:
    """Divide a quarter along public streets and existing walls into areas.

    Every area is contiguous, takes whole buildings and holds no public street. One that holds
    several buildings keeps the limits. Land without buildings is left out.

    Raises:
        MissingFileError: If there are no buildings.
        UsageError: If a limit is not more than 0.
        InputError: If no building lies in the quarter.
    """
    asked = question or AreaQuestion()
    if asked.area_ha <= 0.0 or asked.dwellings <= 0:
        raise UsageError(Text("面积和套数上限须大于 0。", "Limits must be more than 0."))
    if surroundings.buildings is None:
        raise MissingFileError(
            Text("没有“建筑”图层：请导入 buildings。", "There is no layer of buildings: import it.")
        )
    found: list[Alternative] = []
    divided: dict[float, Units] = {}
    known: dict[bytes, Area] = {}
    whole = True
    try:
        for number, (title, aim) in enumerate(_aims(asked)):
            progress(Text("划分：{title}", "Dividing: {title}").fill(title=title), number / 3)
            units = divided.get(aim.area_m2)
            if units is None:
                units = divide_quarter(surroundings, quarter, limit_m2=aim.area_m2)
                divided[aim.area_m2] = units
            one = _divide(surroundings, quarter, rules, title, (units, aim), known)
            if all(_shapes(one) != _shapes(other) for other in found):
                found.append(one)
    except KeyboardInterrupt:
        if not found:
            raise
        whole = False
    return AreaProposal(quarter, tuple(found), whole)


def _shapes(alternative: Alternative) -> list[bytes]:
    return sorted(one.boundary.normalize().wkb for one in alternative.cases)


def _divide(
    surroundings: Surroundings,
    quarter: Case,
    rules: Rules,
    title: Text,
    task: tuple[Units, Aim],
    known: dict[bytes, Area],
) -> Alternative:
    """Divide the quarter in one way, and hold each area against the rules."""
    units, aim = task
    if not len(units.building):
        raise InputError(
            Text(
                "范围内没有建筑：请检查边界和建筑图层。",
                "No building lies in the quarter: check its boundary and the buildings.",
            )
        )
    partition = divide_blocks(units, aim)
    roads = _road_land(units)
    areas: list[Area] = []
    for pieces in sorted(partition.areas, key=sorted):
        rows = units.building[np.isin(units.owner, list(pieces))]
        ground = shapely.union_all(units.shape[sorted(pieces)], grid_size=_GRID_M)
        for shape, own in _outlines(surroundings, units, ground, rows, roads) if len(rows) else ():
            key = shape.normalize().wkb + aim.area_m2.hex().encode()
            if key not in known:
                known[key] = _assess(surroundings, quarter, rules, shape, own, units, aim)
            case = replace(
                known[key].case,
                case_id=f"{quarter.case_id}-{len(areas) + 1}",
                name=f"{quarter.name}{title.zh}-{len(areas) + 1}",
            )
            areas.append(replace(known[key], case=case))
    return Alternative(title, tuple(areas), partition)


def _road_land(units: Units) -> shapely.Geometry:
    """Give the land of public streets: half their width to either side."""
    half_m = np.where(np.isnan(units.width_m), USUAL_WIDTH_M, units.width_m) / 2.0
    return shapely.union_all(shapely.buffer(units.streets, half_m, cap_style="flat"))


def _outlines(
    surroundings: Surroundings,
    units: Units,
    ground: shapely.Geometry,
    rows: Ints,
    roads: shapely.Geometry,
) -> list[tuple[shapely.Polygon, Ints]]:
    """Draw an area off road land and no farther than 40 m from its buildings.

    Where the road parts it, each part with a building is an area by itself. Buildings over a
    public street are left out.
    """
    shapes = surroundings.shapes("buildings")[rows]
    public = shapely.union_all(units.streets)
    over = shapely.length(shapely.intersection(shapes, public)) > SHORT_M
    ground = shapely.difference(ground, shapely.union_all(shapes[over]))
    rows, shapes = rows[~over], shapes[~over]
    whole = shapely.union(shapely.difference(ground, roads), shapely.union_all(shapes))
    middle = shapely.point_on_surface(shapes)
    found: list[tuple[shapely.Polygon, Ints]] = []
    for part in shapely.get_parts(whole):
        held = shapely.intersects(part, middle)
        if part.geom_type != "Polygon" or not held.any():
            continue
        near = shapely.buffer(shapely.union_all(shapes[held]), AROUND_M, join_style="mitre")
        close = shapely.intersection(part, near)
        outline = _filled(close if close.geom_type == "Polygon" else part, units.streets)
        found.append((outline, rows[held]))
    return found


def _filled(area: shapely.Polygon, streets: NDArray[np.object_]) -> shapely.Polygon:
    """Fill those holes in which no public street runs."""
    kept = [ring for ring in area.interiors if shapely.intersects(ring, streets).any()]
    held = [
        ring
        for ring in area.interiors
        if ring not in kept and shapely.intersects(shapely.Polygon(ring), streets).any()
    ]
    return shapely.Polygon(area.exterior, [*kept, *held])


def _assess(
    surroundings: Surroundings,
    quarter: Case,
    rules: Rules,
    shape: shapely.Polygon,
    buildings: Ints,
    units: Units,
    aim: Aim,
) -> Area:
    """Give an area a gate at every street that enters, and hold it against the rules."""
    case = replace(quarter, boundary=shape, gates=(), compound_id="", origin="accepted")
    places = find_gate_places(surroundings, case)
    case = replace(case, gates=gates_of(places, every_opening(places)))
    check = judge_enclosure(Enclosure(surroundings, case), rules)
    outline = shapely.difference(shapely.boundary(shape), shapely.buffer(units.walls, WALL_M))
    near = shapely.union_all(surroundings.shapes("buildings")[buildings])
    outline = shapely.difference(outline, shapely.buffer(near, WALL_M / 3.0))
    homes = dwellings_of(surroundings)[buildings]
    dwellings = float("nan") if np.isnan(homes).all() else float(np.nansum(homes))
    return Area(
        case,
        tuple(buildings.tolist()),
        dwellings,
        float(outline.length),
        shape.area <= aim.area_m2 and not dwellings > aim.dwellings,
        tuple((one.rule, one.verdict, one.severity) for one in check.findings),
    )


def assess_areas(
    surroundings: Surroundings,
    proposal: AreaProposal,
    rules: Rules,
    question: AreaQuestion,
    provenance: Provenance,
) -> Assessment:
    """Say a divided quarter as a result.

    Layers: "areas" (a row an area of every alternative), "gates" (where streets enter),
    "alternatives", "rules" (how often each rule fails or is unknown), and "boundary".
    """
    import geopandas as gpd

    best = proposal.best
    unknown = sum(np.isnan(one.dwellings) for one in best.areas)
    boundary = gpd.GeoDataFrame(
        {"name": [proposal.quarter.name]},
        geometry=[proposal.quarter.boundary],
        crs=surroundings.crs,
    )
    return Assessment(
        kind="boundaries_proposal",
        subject=proposal.quarter.name or proposal.quarter.case_id,
        parameters={
            "area_ha": question.area_ha,
            "dwellings": float(question.dwellings),
            "alternatives": len(proposal.alternatives),
            "whole": proposal.whole,
        },
        layers={
            "areas": _lay_out_areas(surroundings, proposal),
            "gates": _lay_out_gates(surroundings, proposal),
            "alternatives": _lay_out_alternatives(proposal),
            "rules": _lay_out_rules(proposal, rules),
            "boundary": boundary,
        },
        indicators=(
            Indicator("areas", Text("推荐方案片数", "Areas suggested"), len(best.areas), "places"),
            Indicator("new_wall_m", Text("新建围墙", "New walls"), best.new_wall_m, "m"),
            Indicator(
                "rules_failed", Text("不符合（法律、强制、应）", "Breaches"), best.fails, "rules"
            ),
            Indicator("rules_unknown", Text("无法判定", "Cannot be told"), best.unknown, "rules"),
        ),
        provenance=replace(provenance, catalogue_date=rules.date.isoformat()),
        stamp=_stamp(question, provenance, rules),
        notes=_notes(proposal, question, without_dwellings=bool(unknown)),
    )


def _stamp(question: AreaQuestion, provenance: Provenance, rules: Rules) -> Text:
    made = Text("示例数据 · ", "invented sample data · ")
    return Text(
        "每片不超过 {area:g} 公顷、{dwellings:g} 套 · 规则目录 {rules} · "
        "{made}tongling_gis {version}",
        "areas of at most {area:g} ha and {dwellings:g} dwellings · rules of {rules} · "
        "{made}tongling_gis {version}",
    ).fill(
        area=question.area_ha,
        dwellings=question.dwellings,
        rules=rules.date.isoformat(),
        made=made if provenance.invented else "",
        version=provenance.engine_version,
    )


def _notes(
    proposal: AreaProposal, question: AreaQuestion, *, without_dwellings: bool
) -> tuple[Text, ...]:
    best = proposal.best
    proven = all(one.partition.proven for one in proposal.alternatives)
    large = sum(not area.fits for one in proposal.alternatives for area in one.areas)
    said = [
        Text(
            "推荐“{title}”：{count} 片（按限值至少 {fewest} 片），新建围墙约 {wall:.0f} 米。",
            "'{title}' is suggested: {count} areas (the limits need {fewest} at least), about "
            "{wall:.0f} m of new wall.",
        ).fill(
            title=best.title,
            count=len(best.areas),
            fewest=best.partition.fewest,
            wall=best.new_wall_m,
        ),
        Text(
            "方法：沿公共道路分街块，再沿内部道路、现有围墙和小区边界切成小块，同一建筑所在各块合一，过大的块在"
            "楼栋之间居中切开；街块内按连通、面积和套数限值组合成片，"
            + (
                "整数规划求得最优（已证明）。"
                if proven
                else "小块过多的街块用贪心合并，未证明最优。"
            ),
            "Method: blocks between public streets are cut along lanes, walls and compounds' "
            "outlines; pieces that share a building are one, and too large ones are divided "
            "between their buildings; pieces are put together within limits, contiguous, "
            + ("at the proven least cost." if proven else "greedily where they are too many."),
        ),
        Text(
            "各片为初稿：道路权属不明的按非公共道路处理，须核实；每条进入的道路先各设一处大门，"
            "可用 tongling-gis enclosure gates 精简；离建筑 40 米以外的空地不划入。",
            "Areas are first drafts: streets of unknown owner are taken for internal, which must "
            "be confirmed; every street that enters has a gate, which enclosure gates makes fewer; "
            "land over 40 m from any building is left out.",
        ),
    ]
    if without_dwellings:
        said.append(
            Text("套数未知，只按面积限制。", "Dwellings are not known: only the area is limited.")
        )
    if large:
        said.append(
            Text(
                f"{large} 片只有一栋建筑而仍超过限值（{question.area_ha:g} 公顷）。",
                f"{large} areas of a single building are over the limit ({question.area_ha:g} ha).",
            )
        )
    if not proposal.whole:
        said.append(Text("已中断，保留已完成的方案。", "Interrupted: what was done is kept."))
    return tuple(said)


def _lay_out_areas(surroundings: Surroundings, proposal: AreaProposal) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows: list[dict[str, Any]] = [
        {
            "alternative": number,
            "title_zh": alternative.title.zh,
            "title_en": alternative.title.en,
            "area_id": area.case.case_id,
            "area_ha": area.case.boundary.area / _M2,
            "buildings": len(area.buildings),
            "dwellings": area.dwellings,
            "new_wall_m": area.new_wall_m,
            "gates": len(area.case.gates),
            "fits": area.fits,
            "fails": area.count(Verdict.FAIL),
            "unknown": area.count(Verdict.UNKNOWN),
            "passes": area.count(Verdict.PASS),
            "failed_rules": ", ".join(
                rule
                for rule, verdict, grade in area.verdicts
                if verdict is Verdict.FAIL and grade in "LMS"
            ),
            "geometry": area.case.boundary,
        }
        for number, alternative in enumerate(proposal.alternatives, start=1)
        for area in alternative.areas
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=surroundings.crs)


def _lay_out_gates(surroundings: Surroundings, proposal: AreaProposal) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows = [
        {
            "alternative": number,
            "area_id": area.case.case_id,
            "gate_id": gate.gate_id,
            "kind": gate.kind.value,
            "geometry": gate.point,
        }
        for number, alternative in enumerate(proposal.alternatives, start=1)
        for area in alternative.areas
        for gate in area.case.gates
    ]
    columns = ["alternative", "area_id", "gate_id", "kind", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=surroundings.crs)


def _lay_out_alternatives(proposal: AreaProposal) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "alternative": number,
                "title_zh": one.title.zh,
                "title_en": one.title.en,
                "areas": len(one.areas),
                "fewest": one.partition.fewest,
                "new_wall_m": one.new_wall_m,
                "fails": one.fails,
                "unknown": one.unknown,
                "proven": one.partition.proven,
                "best": one is proposal.best,
            }
            for number, one in enumerate(proposal.alternatives, start=1)
        ]
    )


def _lay_out_rules(proposal: AreaProposal, rules: Rules) -> pd.DataFrame:
    """Count for each rule in how many areas of each alternative it fails or is unknown."""
    import pandas as pd

    rows = [
        {
            "alternative": number,
            "rule": rule.rule_id,
            "title_zh": rule.title.zh,
            "title_en": rule.title.en,
            **{
                verdict.value: sum(
                    own is verdict
                    for area in one.areas
                    for rule_id, own, _ in area.verdicts
                    if rule_id == rule.rule_id
                )
                for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
            },
        }
        for number, one in enumerate(proposal.alternatives, start=1)
        for rule in rules.rules.values()
    ]
    return pd.DataFrame(rows)
