"""A case: a boundary with its gates; and what a measure of it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tongling_gis.schema.layers import GATE_CLOSURES, GATE_CONTROLS, GATE_KINDS

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely import MultiPolygon, Point, Polygon
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.text import Text

__all__ = [
    "GATE_CLOSURES",
    "GATE_CONTROLS",
    "GATE_KINDS",
    "Answer",
    "Answers",
    "Case",
    "Gate",
    "GateKind",
    "Item",
    "Measured",
    "Offer",
]

Answer: TypeAlias = bool | float | str
Answers: TypeAlias = Mapping[str, Answer]


class GateKind(StrEnum):
    """What a gate is for."""

    VEHICLE = "vehicle"
    PEDESTRIAN = "pedestrian"
    FIRE_ONLY = "fire_only"


@dataclass(frozen=True, slots=True)
class Gate:
    """A way through the boundary; what is not known of it is None or "".

    Attributes:
        gate_id: Its number.
        point: Where it stands, metres, on the boundary.
        kind: Who may pass.
        name: Its name.
        width_m: Clear width, metres.
        height_m: Clear height, metres; ``math.inf`` where nothing is overhead.
        error_m: How far off both may be, metres: 0 surveyed, about 0.5 read from imagery.
        opening_hours: When it is open (OSM syntax or plain Chinese); "" unknown.
        control: How it opens: a key of ``GATE_CONTROLS``.
        closure: What closes it: a key of ``GATE_CLOSURES``.
        marked: Whether its fire lane is signed and marked.
        wheelchair_lane_m: Clear width of its widest lane for wheelchairs beside a check, metres.
        slope: Steepest slope of the way through it, as a share.
        is_new: Whether it is to be made; False where it stands today.
    """

    gate_id: str
    point: Point
    kind: GateKind
    name: str = ""
    width_m: float | None = None
    height_m: float | None = None
    error_m: float = 0.0
    opening_hours: str = ""
    control: str = ""
    closure: str = ""
    marked: bool | None = None
    wheelchair_lane_m: float | None = None
    slope: float | None = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """A boundary to be checked, with its gates.

    Attributes:
        case_id: Its number.
        name: Its name.
        boundary: The area to be enclosed, valid, in metres of ``crs``; its exterior and
            interior rings are the new wall.
        crs: Projected CRS in metres.
        gates: The only ways through.
        compound_id: The compound it is of, "" for none.
        origin: Where the line came from: a key of ``schema.layers.DRAFT_ORIGINS``.
        author: Who drew it.
        date: When (ISO).
        note: What they say of it.
        line_error_m: How far off the boundary's line may be, metres.
        answers: What only people know, by rule id: permits, votes, surveys.
    """

    case_id: str
    name: str
    boundary: Polygon | MultiPolygon
    crs: CRS
    gates: tuple[Gate, ...] = ()
    compound_id: str = ""
    origin: str = "drawn"
    author: str = ""
    date: str = ""
    note: str = ""
    line_error_m: float = 0.5
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """A change that would mend a breach, for a planner to accept.

    Attributes:
        kind: "add_gate", "widen_gate", "move_gate", "replace_closure", "move_boundary", ...
        label: What it is, in words with numbers.
        gate: The gate as it would be; None where no gate changes.
        boundary: The boundary as it would be; None where it stays.
        replaces: Number of the gate in whose place it comes, "" for none.
    """

    kind: str
    label: Text
    gate: Gate | None = None
    boundary: Polygon | MultiPolygon | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One object measured: a building, a gate, a dead end, ...

    Attributes:
        name: What it is, as a reader can find it.
        value: The measured number in the measure's unit; None where unknown.
        where: The geometry that shows it, metres.
        error: How far off the number may be, same unit.
        missing: Why it is unknown: the layer or column that is missing; None where known.
        offer: What would mend it, where that is obvious.
    """

    name: Text
    value: float | None
    where: BaseGeometry | None = None
    error: float = 0.0
    missing: Text | None = None
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure says of a case.

    A rule holds where it holds for every item; the value is the worst item's, or the total.

    Attributes:
        value: The one number, in the measure's unit; None where unknown or not applicable.
        items: The objects measured one by one; empty where there is only the number.
        where: The geometry that shows it, metres.
        error: How far off the number may be, same unit.
        missing: Why it is unknown: the layer or column that is missing, and what to do.
        not_applicable: Why the measure has no object here; None where it has.
        note: How it was measured, what was assumed, and other numbers beside it.
        offers: Changes that would mend it.
    """

    value: float | None = None
    items: tuple[Item, ...] = ()
    where: BaseGeometry | None = None
    error: float = 0.0
    missing: Text | None = None
    not_applicable: Text | None = None
    note: Text | None = None
    offers: tuple[Offer, ...] = ()
