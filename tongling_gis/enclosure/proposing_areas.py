"""Divide a quarter into candidate management areas, two or three ways, each scored by the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.area_partition import Aim, divide_blocks
from tongling_gis.enclosure.area_units import WALL_M, divide_quarter, dwellings_of
from tongling_gis.enclosure.checking import judge_enclosure
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.gate_places import every_opening, find_gate_places, gates_of
from tongling_gis.enclosure.measures.streets import SHORT_M, USUAL_WIDTH_M
from tongling_gis.errors import InputError, MissingFileError, UsageError
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.area_partition import Partition
    from tongling_gis.enclosure.area_units import Units
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.rules import Rules
    from tongling_gis.enclosure.surroundings import Surroundings

    Ints: TypeAlias = NDArray[np.int64]

HA_M2 = 10_000.0
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
        """The alternative with the fewest breaches, then the shortest new walls."""
        return min(self.alternatives, key=lambda one: (one.fails, one.new_wall_m))


def _aims(question: AreaQuestion) -> tuple[tuple[Text, Aim], ...]:
    area_m2, dwellings = question.area_ha * HA_M2, question.dwellings
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
