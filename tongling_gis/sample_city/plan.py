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
_INLAND_M = (130.0, 980.0, 1_850.0, 2_800.0, 3_850.0)
_ALONG_CLASS = (
    "secondary", "secondary", "primary", "secondary", "primary",
    "secondary", "primary", "secondary", "primary", "primary",
)  # fmt: skip
_INLAND_CLASS = ("secondary", "primary", "secondary", "primary", "secondary")
_REACH_OUT_M = 380.0

_CELLS = (
    "I I W O O E E N F",
    "W W W O C E E N N",
    "R W E E E E E N F",
    "R B B W E E F N R",
)
"""Quarters from the river inland: Industry, Work units, Old town, Centre, Estates, New town,
Far new town without a centre, Behind the hill, Rural."""

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
    """A straight street of the plan, before the warp bends it."""

    ends: Box
    highway: str
    order: int
    quarter: str = ""


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
    """All streets and plots."""

    lines: list[PlanLine] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)


def _cut(box: Box, across: bool, at: float) -> tuple[Box, Box, Box]:  # noqa: FBT001 - a private switch
    west, near, east, far = box
    if across:
        return (west, near, at, far), (at, near, east, far), (at, near, at, far)
    return (west, near, east, at), (west, at, east, far), (west, at, east, at)


def _halves(plot: Plot, rng: np.random.Generator, highway: str) -> tuple[Plot, Plot, Box]:
    box = plot.box
    across = (box[2] - box[0]) > (box[3] - box[1]) * rng.uniform(0.85, 1.2)
    low, high = (box[0], box[2]) if across else (box[1], box[3])
    first, second, line = _cut(box, across, low + (high - low) * rng.uniform(0.41, 0.59))
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
    plan.lines.append(PlanLine(line, highway, 3 + depth, plot.quarter))
    for half in (first, second):
        _divide(plan, half, rng, depth + 1)


def _quarter_cell(
    plan: Plan, cell: Plot, at: tuple[float, float, float], rng: np.random.Generator
) -> None:
    """Cut a cell by one through street and two stubs off it, then into plots."""
    west, near, east, far = cell.sides
    low, high, through = _cut(cell.box, False, at[0])  # noqa: FBT003 - see _cut
    plan.lines.append(PlanLine(through, "secondary", 2, cell.quarter))
    for half, sides, where in (
        (low, (west, near, east, "secondary"), at[1]),
        (high, (west, "secondary", east, far), at[2]),
    ):
        left, right, stub = _cut(half, True, where)  # noqa: FBT003 - see _cut
        plan.lines.append(PlanLine(stub, "tertiary", 2, cell.quarter))
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


def _village(plan: Plan, cell: Plot, rng: np.random.Generator) -> None:
    """Lay one lane road through a rural cell, with a plot for a hamlet on either side."""
    west, near, east, far = cell.box
    at = near + (far - near) * rng.uniform(0.4, 0.6)
    plan.lines.append(PlanLine((west, at, east, at), "unclassified", 5, "R"))
    middle = west + (east - west) * rng.uniform(0.4, 0.6)
    road = ("unclassified",) * 4
    for box in (
        (middle - 210.0, at - 150.0, middle + 190.0, at),
        (middle - 150.0, at, middle + 240.0, at + 120.0),
    ):
        plan.plots.append(Plot(box, road, "R", cell.cell))


def make_plan(rng: np.random.Generator) -> Plan:
    """Invent the plan: main streets first, then each cell down to its plots."""
    along = [at + float(rng.uniform(-45, 45)) for at in _ALONG_M]
    inland = [at + float(rng.uniform(-40, 40)) * (at > 200) for at in _INLAND_M]
    plan = Plan()
    last_along, last_inland = along[-1], inland[-1]
    for at, highway in zip(along, _ALONG_CLASS, strict=True):
        end = last_inland + _REACH_OUT_M * (highway == "primary")
        plan.lines.append(PlanLine((at, inland[0], at, end), highway, 1))
    for at, highway in zip(inland, _INLAND_CLASS, strict=True):
        out = _REACH_OUT_M * (highway == "primary")
        plan.lines.append(PlanLine((along[0] - out, at, last_along + out, at), highway, 1))
    shares = rng.uniform(0.44, 0.56, len(_CELLS))
    for cell in _cells(along, inland):
        if cell.quarter == "R":
            _village(plan, cell, rng)
            continue
        near, far, west, east = cell.box[1], cell.box[3], cell.box[0], cell.box[2]
        share = shares[cell.cell[0]] if rng.random() < 0.7 else rng.uniform(0.4, 0.6)
        stubs = west + (east - west) * rng.uniform(0.4, 0.6, 2)
        if rng.random() < 0.35:
            stubs[1] = stubs[0]
        at = (float(near + (far - near) * share), float(stubs[0]), float(stubs[1]))
        _quarter_cell(plan, cell, at, rng)
    return plan
