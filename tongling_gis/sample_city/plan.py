"""The town plan: main streets, cells, plots and what each is for, in plan coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely import Polygon

    from tongling_gis.sample_city.terrain import Coords, Frame

Box: TypeAlias = tuple[float, float, float, float]
"""West, near, east, far: along from, inland from, along to, inland to (m)."""

_ALONG_M = (0.0, 950.0, 1_900.0, 2_850.0, 3_750.0, 4_650.0, 5_600.0, 6_640.0, 7_600.0, 8_600.0)
_INLAND_M = (130.0, 980.0, 1_850.0, 2_800.0, 3_820.0, 4_700.0)
_ALONG_CLASS = (
    "secondary", "secondary", "primary", "secondary", "primary",
    "secondary", "primary", "secondary", "primary", "primary",
)  # fmt: skip
_INLAND_CLASS = ("secondary", "primary", "secondary", "primary", "secondary", "secondary")
_REACH_OUT_M = 620.0
_RAIL_FROM_ROAD_M = 50.0
_IN_LINE = 0.7
_CROSSROADS = 0.35
_OLD_ROADS = (
    ("primary", (4_190, 130), (3_700, 640), (3_250, 1_130), (2_650, 1_420), (1_800, 1_620),
     (950, 1_900)),
    ("secondary", (5_050, 2_480), (5_500, 2_720), (6_000, 2_560), (6_640, 2_430), (7_250, 2_700),
     (7_600, 3_250)),
)  # fmt: skip
"""Roads older than the grid, that run across it."""

_CELLS = (
    ". I W O O E E N F",
    "I W W O C E E N N",
    "R W E E E E E N F",
    "R B B W E E N R .",
    ". . R R B E R . .",
)
"""Quarters from the river inland: Industry, Work units, Old town, Centre, Estates, New town,
Far new town without a centre, Behind the hills without one either, Rural; "." is open country."""

_LARGEST_PLOT_M2 = {
    "I": 120_000.0,
    "W": 62_000.0,
    "O": 36_000.0,
    "C": 40_000.0,
    "E": 58_000.0,
    "N": 84_000.0,
    "F": 84_000.0,
    "B": 56_000.0,
    "R": 1e9,
}
_MINOR = {
    "I": ("unclassified", "unclassified"),
    "O": ("tertiary", "living_street"),
    "C": ("tertiary", "tertiary"),
}
_SETBACK_M = {
    "primary": 27.0,
    "secondary": 19.0,
    "tertiary": 13.0,
    "residential": 9.0,
    "living_street": 6.5,
    "unclassified": 9.0,
}


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A street of the plan, before the warp bends it; main streets have order 1."""

    points: tuple[tuple[float, float], ...]
    highway: str
    order: int

    @classmethod
    def straight(cls, ends: Box, highway: str, order: int) -> PlanLine:
        """Draw a street from one point to another."""
        return cls(((ends[0], ends[1]), (ends[2], ends[3])), highway, order)


@dataclass(frozen=True, slots=True)
class Plot:
    """Land between streets: its box and the class of street on each side (w, near, e, far)."""

    box: Box
    sides: tuple[str, str, str, str]
    quarter: str
    cell: tuple[int, int]

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.box[0] + self.box[2]) / 2.0, (self.box[1] + self.box[3]) / 2.0

    @property
    def inner_box(self) -> Box:
        """What is left of it behind the setbacks."""
        west, near, east, far = (_SETBACK_M[side] for side in self.sides)
        box = self.box
        return box[0] + west, box[1] + near, box[2] - east, box[3] - far

    def corners(self, frame: Frame) -> Coords:
        """Its corners (4, 2) behind the setbacks, in the real frame, southern side first.

        "South" is inland: the plan's far side.
        """
        west, near, east, far = self.inner_box
        return frame.to_world(np.array([[west, far], [east, far], [east, near], [west, near]]))

    def polygon(self, frame: Frame) -> Polygon:
        """What is left of it behind the setbacks, in the real frame."""
        return frame.polygon(np.array(shapely.box(*self.inner_box).exterior.coords), step_m=30.0)


@dataclass(frozen=True)
class Plan:
    """All streets and plots, and the railway that keeps two quarters apart."""

    rail: tuple[tuple[float, float], ...]
    lines: list[PlanLine] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)


def _cut_across(box: Box, at: float) -> tuple[Box, Box, Box]:
    west, near, east, far = box
    return (west, near, at, far), (at, near, east, far), (at, near, at, far)


def _cut_along(box: Box, at: float) -> tuple[Box, Box, Box]:
    west, near, east, far = box
    return (west, near, east, at), (west, at, east, far), (west, at, east, at)


def _halves(plot: Plot, rng: np.random.Generator, highway: str) -> tuple[Plot, Plot, Box]:
    box = plot.box
    across = (box[2] - box[0]) > (box[3] - box[1]) * rng.uniform(0.85, 1.2)
    low, high = (box[0], box[2]) if across else (box[1], box[3])
    cut = _cut_across if across else _cut_along
    first, second, line = cut(box, low + (high - low) * float(rng.uniform(0.41, 0.59)))
    west, near, east, far = plot.sides
    if across:
        sides = (west, near, highway, far), (highway, near, east, far)
    else:
        sides = (west, near, east, highway), (west, highway, east, far)
    return (
        Plot(first, sides[0], plot.quarter, plot.cell),
        Plot(second, sides[1], plot.quarter, plot.cell),
        line,
    )


def _divide(plan: Plan, plot: Plot, rng: np.random.Generator, depth: int = 0) -> None:
    box = plot.box
    if (box[2] - box[0]) * (box[3] - box[1]) <= _LARGEST_PLOT_M2[plot.quarter]:
        plan.plots.append(plot)
        return
    classes = _MINOR.get(plot.quarter, ("tertiary", "residential"))
    highway = classes[min(depth, 1)]
    first, second, line = _halves(plot, rng, highway)
    plan.lines.append(PlanLine.straight(line, highway, 3 + depth))
    for half in (first, second):
        _divide(plan, half, rng, depth + 1)


def _quarter_cell(
    plan: Plan, cell: Plot, at: tuple[float, float, float], rng: np.random.Generator
) -> None:
    """Cut a cell by one through street and two stubs off it, then into plots."""
    west, near, east, far = cell.sides
    low, high, through = _cut_along(cell.box, at[0])
    plan.lines.append(PlanLine.straight(through, "secondary", 2))
    for half, sides, where in (
        (low, (west, near, east, "secondary"), at[1]),
        (high, (west, "secondary", east, far), at[2]),
    ):
        left, right, stub = _cut_across(half, where)
        plan.lines.append(PlanLine.straight(stub, "tertiary", 2))
        for part, ends in (
            (left, (sides[0], sides[1], "tertiary", sides[3])),
            (right, ("tertiary", *sides[1:])),
        ):
            _divide(plan, Plot(part, ends, cell.quarter, cell.cell), rng)


def _cells(along: list[float], inland: list[float]) -> Iterator[Plot]:
    for row, kinds in enumerate(_CELLS):
        for column, quarter in enumerate(kinds.split()):
            box = (along[column], inland[row], along[column + 1], inland[row + 1])
            sides = (
                _ALONG_CLASS[column], _INLAND_CLASS[row],
                _ALONG_CLASS[column + 1], _INLAND_CLASS[row + 1],
            )  # fmt: skip
            yield Plot(box, sides, quarter, (row, column))


def _kind(row: int, column: int) -> str:
    inside = 0 <= row < len(_CELLS) and 0 <= column < len(_ALONG_M) - 1
    return _CELLS[row].split()[column] if inside else "."


def _is_town(row: int, column: int) -> bool:
    return _kind(row, column) not in ".R"


def _village(plan: Plan, cell: Plot, rng: np.random.Generator) -> None:
    """Lead a lane from the town into a rural cell, with a plot for a hamlet on either side."""
    west, near, east, far = cell.box
    row, column = cell.cell
    road = ("unclassified",) * 4
    at, middle = (near + far) / 2 + float(rng.uniform(-80, 80)), (west + east) / 2
    if _is_town(row, column + 1) or _is_town(row, column - 1):
        start = east if _is_town(row, column + 1) else west
        turn = middle + 0.55 * (start - middle)
        bend = at + float(rng.uniform(-160, 160))
        points = [(start, bend), (turn, at), (2 * middle - turn, at)]
        spots = (
            (middle - 210, at - 150, middle + 190, at),
            (middle - 150, at, middle + 240, at + 120),
        )
    else:
        bend = middle + float(rng.uniform(-60, 60))
        points = [(middle, near), (bend, near + 160), (middle, at), (middle, far - 150)]
        spots = ((middle - 150, at, middle, far - 170), (middle, at + 40, middle + 130, far - 150))
    plan.lines.append(PlanLine(tuple(points), "unclassified", 5))
    plan.plots.extend(Plot(box, road, "R", cell.cell) for box in spots)


def _runs(towns: list[bool]) -> Iterator[tuple[int, int]]:
    """Give the stretches of cells along a main street that have town on either side of it."""
    start = None
    for at, town in enumerate([*towns, False]):
        if town and start is None:
            start = at
        elif not town and start is not None:
            yield start, at
            start = None


def _main_streets(plan: Plan, along: list[float], inland: list[float]) -> None:
    """Draw the main streets where there is town, and lead primary ones out of it."""
    rows, columns = len(_CELLS), len(along) - 1
    for column, at in enumerate(along):
        highway = _ALONG_CLASS[column]
        out = _REACH_OUT_M * (highway == "primary")
        towns = [_is_town(row, column - 1) or _is_town(row, column) for row in range(rows)]
        for first, last in _runs(towns):
            ends = (at, inland[first] - out * (first > 0), at, inland[last] + out)
            plan.lines.append(PlanLine.straight(ends, highway, 1))
    for row, at in enumerate(inland):
        highway = _INLAND_CLASS[row]
        out = _REACH_OUT_M * (highway == "primary")
        towns = [_is_town(row - 1, column) or _is_town(row, column) for column in range(columns)]
        for first, last in _runs(towns):
            ends = (along[first] - out, at, along[last] + out, at)
            plan.lines.append(PlanLine.straight(ends, highway, 1))


def _smooth(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Round off the corners of a line by cutting them, twice (Chaikin)."""
    line = np.array(points, dtype=float)
    for _ in range(2):
        near, far = line[:-1] * 0.75 + line[1:] * 0.25, line[:-1] * 0.25 + line[1:] * 0.75
        middle = np.stack([near, far], axis=1).reshape(-1, 2)[1:-1]
        line = np.concatenate([line[:1], middle, line[-1:]])
    return tuple((float(x), float(y)) for x, y in line)


def _rail(inland: float) -> tuple[tuple[float, float], ...]:
    """Lead the railway along the last row but one of quarters, and out between the hills."""
    bends = (-900, 170), (-200, 60), (800, 0), (7_500, 0), (8_300, -330), (9_900, -520)
    return _smooth(tuple((float(along), inland + away) for along, away in bends))


def make_plan(rng: np.random.Generator) -> Plan:
    """Invent the plan: main streets first, then each cell down to its plots."""
    along = [at + float(rng.uniform(-45, 45)) for at in _ALONG_M]
    inland = [_INLAND_M[0], *(at + float(rng.uniform(-40, 40)) for at in _INLAND_M[1:])]
    plan = Plan(_rail(inland[4] - _RAIL_FROM_ROAD_M))
    _main_streets(plan, along, inland)
    for highway, *points in _OLD_ROADS:
        plan.lines.append(PlanLine(_smooth(tuple(points)), highway, 0))
    shares = rng.uniform(0.44, 0.56, len(_CELLS))
    for cell in _cells(along, inland):
        if cell.quarter == "R":
            _village(plan, cell, rng)
        elif cell.quarter != ".":
            _quarter_cell(plan, cell, _cell_cuts(cell, float(shares[cell.cell[0]]), rng), rng)
    return plan


def _cell_cuts(cell: Plot, share: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """Say where a cell is cut: mostly in line with its neighbours, its stubs mostly offset."""
    west, near, east, far = cell.box
    if rng.random() > _IN_LINE:
        share = float(rng.uniform(0.4, 0.6))
    stubs = west + (east - west) * rng.uniform(0.4, 0.6, 2)
    if rng.random() < _CROSSROADS:
        stubs[1] = stubs[0]
    return near + (far - near) * share, float(stubs[0]), float(stubs[1])
