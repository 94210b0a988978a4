"""Gates: how many, how far apart, how wide, and where they open onto streets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import name_gate
from tongling_gis.enclosure.model import Gate, GateKind, Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tongling_gis.enclosure.enclosing import Enclosure

AUTOMATIC = ("lift_gate", "sliding_gate", "turnstile")
_NO_GATES = Text("没有人行或车行出入口。", "There is no gate for people or vehicles.")


def gates_of(enclosure: Enclosure, *kinds: GateKind) -> list[Gate]:
    """List the case's gates of some kinds."""
    return [gate for gate in enclosure.case.gates if gate.kind in kinds]


def walking_gates(enclosure: Enclosure) -> list[Gate]:
    """List the gates that people on foot use: vehicle gates are walked through too."""
    return gates_of(enclosure, GateKind.VEHICLE, GateKind.PEDESTRIAN)


def say_wayless(enclosure: Enclosure) -> Text | None:
    """Say at which gates for people no street is drawn: nobody is led through; None for none."""
    joined = set(enclosure.crossings["gate"].to_numpy().tolist())
    gates = enclosure.case.gates
    wayless = [gate for row, gate in enumerate(gates) if row not in joined]
    if not any(gate in walking_gates(enclosure) for gate in wayless):
        return None
    named = [gate.name or gate.gate_id for gate in wayless if gate in walking_gates(enclosure)]
    return Text(
        f"出入口“{'”“'.join(named)}”处没有画出穿过边界的道路，经它的路线无法计算："
        "请在 streets 图层补画门内外的道路，或把它移到道路处。",
        f"No street is drawn through the boundary at gate {', '.join(map(repr, named))}, so ways "
        "through it cannot be told: draw the street in and out, or move the gate to one.",
    )


def measure_vehicle_gates(enclosure: Enclosure) -> Measured:
    """Count the vehicle gates at which a street comes in (PLN-01)."""
    crossings = enclosure.crossings
    served = set(crossings["gate"].to_numpy()[crossings["gate"].to_numpy() >= 0].tolist())
    chosen = [
        gate
        for row, gate in enumerate(enclosure.case.gates)
        if gate.kind is GateKind.VEHICLE and row in served
    ]
    aside = len(gates_of(enclosure, GateKind.VEHICLE)) - len(chosen)
    note = Text(
        f"另有 {aside} 个车行出入口处没有道路相接，未计入。",
        f"{aside} more vehicle gates meet no street and are not counted.",
    )
    where = shapely.MultiPoint([gate.point for gate in chosen])
    return Measured(float(len(chosen)), where=where, note=note if aside else None)


def measure_walking_gate_spacing(enclosure: Enclosure) -> Measured:
    """Measure the longest way along the boundary from one way in on foot to the next (PLN-03).

    The clause does not say how to measure; here it is along the outer line of each part.
    """
    points = np.array([gate.point for gate in walking_gates(enclosure)], dtype=object)
    rings = shapely.get_exterior_ring(shapely.get_parts(enclosure.case.boundary))
    gaps = [_longest_gap(ring, points) for ring in rings]
    length_m, where = max(gaps, key=lambda gap: gap[0])
    note = Text(
        "沿边界外环量取相邻人行（含车行）出入口间的最大距离。",
        "The longest distance along the outer line between neighbouring gates that people use.",
    )
    offer = _offer_between(where) if length_m > 0 else None
    return Measured(
        length_m,
        where=where,
        error=2 * enclosure.case.line_error_m,
        note=note,
        offers=(offer,) if offer else (),
    )


def _longest_gap(ring: shapely.LinearRing, points: np.ndarray) -> tuple[float, shapely.LineString]:
    """Give the longest stretch of a ring without a gate; all of it where there is none or one."""
    from shapely.ops import substring

    around_m = ring.length
    own = points[shapely.distance(points, ring) < 1.0] if len(points) else points
    at_m = np.sort(shapely.line_locate_point(ring, own)) if len(own) else np.array([])
    line = shapely.LineString(ring.coords)
    if len(at_m) == 0:
        return around_m, line
    gaps_m = np.diff(np.append(at_m, at_m[0] + around_m))
    longest = int(gaps_m.argmax())
    start_m, end_m = at_m[longest], at_m[longest] + gaps_m[longest]
    if end_m <= around_m:
        return float(gaps_m[longest]), shapely.LineString(substring(line, start_m, end_m).coords)
    parts = [substring(line, start_m, around_m), substring(line, 0, end_m - around_m)]
    joined = [xy for part in parts if part.length > 0 for xy in part.coords]
    return float(gaps_m[longest]), shapely.LineString(joined)


def _offer_between(stretch: shapely.LineString) -> Offer:
    """Offer a gate for people half way along a stretch."""
    point = stretch.interpolate(0.5, normalized=True)
    gate = Gate("", point, GateKind.PEDESTRIAN, width_m=1.8, slope=0.0)
    return Offer(
        "add_gate",
        Text("在此处增设净宽 1.8 m 的人行出入口", "Add a gate for people here, 1.8 m clear"),
        gate=gate,
    )


def _by_gate(
    gates: Iterable[Gate],
    read: Callable[[Gate], float | None],
    missing: Text,
    mend: Callable[[Gate], Offer | None] = lambda _gate: None,
    *,
    measured: bool = True,
) -> Measured:
    """Measure gates one by one; the least number is the worst."""
    items = tuple(
        Item(
            name_gate(gate),
            read(gate),
            gate.point,
            error=gate.error_m if measured else 0.0,
            missing=missing if read(gate) is None else None,
            offer=mend(gate),
        )
        for gate in gates
    )
    if not items:
        return Measured(not_applicable=_NO_GATES)
    known = [item.value for item in items if item.value is not None]
    return Measured(min(known) if known else None, items)


def _unknown(column_zh: str, column_en: str) -> Text:
    return Text(
        f"没有填写出入口的“{column_zh}”：请现场测量后补填。",
        f"The gate's {column_en} is not filled in: measure it on site.",
    )


def _widen(width_m: float) -> Callable[[Gate], Offer | None]:
    def mend(gate: Gate) -> Offer | None:
        if gate.width_m is None or gate.width_m >= width_m:
            return None
        label = Text(f"将此出入口拓宽到 {width_m:g} m", f"Widen this gate to {width_m:g} m")
        wider = replace(gate, width_m=width_m, error_m=0.0)
        return Offer("widen_gate", label, wider, replaces=gate.gate_id)

    return mend


def measure_walking_gate_width(enclosure: Enclosure) -> Measured:
    """Measure the clear width of each gate that people use against the least one (ACC-01)."""
    return _by_gate(
        walking_gates(enclosure),
        lambda gate: gate.width_m,
        _unknown("净宽", "clear width"),
        _widen(1.2),
    )


def measure_outdoor_passage_width(enclosure: Enclosure) -> Measured:
    """Measure the clear width of each gate that people use as an outdoor passage (ACC-03)."""
    return _by_gate(
        walking_gates(enclosure),
        lambda gate: gate.width_m,
        _unknown("净宽", "clear width"),
        _widen(1.5),
    )


def measure_wheelchair_lane(enclosure: Enclosure) -> Measured:
    """Measure the lane for wheelchairs at gates with a check or turnstile (ACC-02)."""
    checked = [gate for gate in walking_gates(enclosure) if _has_check(gate)]
    unknown = [gate for gate in walking_gates(enclosure) if not gate.closure]
    if not checked and not unknown:
        why = Text("出入口均未设闸机或检票设施。", "No gate has a turnstile.")
        return Measured(not_applicable=why)
    return _by_gate(
        [*checked, *unknown],
        lambda gate: gate.wheelchair_lane_m if gate.closure else None,
        Text(
            "没有填写出入口的“闸门形式”或“轮椅通道净宽”：请现场核实。",
            "The gate's closure or its wheelchair lane's width is not filled in: look on site.",
        ),
    )


def _has_check(gate: Gate) -> bool:
    return gate.closure == "turnstile"


def measure_wheelchair_way(enclosure: Enclosure) -> Measured:
    """Tell whether each gate with a turnstile has a lane for wheelchairs (ACC-02): 1 or 0."""
    found = measure_wheelchair_lane(enclosure)
    items = tuple(
        replace(item, value=None if item.value is None else float(item.value > 0), error=0.0)
        for item in found.items
    )
    known = [item.value for item in items if item.value is not None]
    return replace(found, value=min(known) if known else None, items=items)


def measure_gate_slope(enclosure: Enclosure) -> Measured:
    """Measure the slope of the way through each gate that people use, per cent (ACC-04)."""
    found = _by_gate(
        walking_gates(enclosure),
        lambda gate: None if gate.slope is None else gate.slope * 100,
        _unknown("坡度", "slope"),
        measured=False,
    )
    known = [item.value for item in found.items if item.value is not None]
    return replace(found, value=max(known) if known else None)


def measure_automatic_gate_width(enclosure: Enclosure) -> Measured:
    """Measure the clear width of gates that move by themselves (ACC-05, 1.00 m)."""
    return _by_closure(enclosure, AUTOMATIC, 1.0)


def measure_leaf_gate_width(enclosure: Enclosure) -> Measured:
    """Measure the clear width of gates with leaves (ACC-05, 0.80 m)."""
    return _by_closure(enclosure, ("swing_gate",), 0.8)


def _by_closure(enclosure: Enclosure, closures: tuple[str, ...], width_m: float) -> Measured:
    gates = [gate for gate in walking_gates(enclosure) if gate.closure in closures]
    unknown = [gate for gate in walking_gates(enclosure) if not gate.closure]
    if not gates and not unknown:
        why = Text("没有此类门扇的出入口。", "No gate closes in this way.")
        return Measured(not_applicable=why)
    return _by_gate(
        [*gates, *unknown],
        lambda gate: gate.width_m if gate.closure else None,
        Text(
            "没有填写出入口的“闸门形式”或“净宽”：请现场核实。",
            "The gate's closure or clear width is not filled in: look on site.",
        ),
        _widen(width_m),
    )


_WIDTH, _CLOSURE = "case.gates.width_m", "case.gates.closure"

MEASURES = {
    "vehicle_gates": Measure(
        measure_vehicle_gates,
        "count",
        Text("与道路相接的车行出入口", "Vehicle gates that meet a street"),
        ("streets",),
    ),
    "pedestrian_gate_spacing_m": Measure(
        measure_walking_gate_spacing,
        "m",
        Text("相邻人行出入口最大间距", "Longest way between gates for people"),
    ),
    "pedestrian_gate_width_m": Measure(
        measure_walking_gate_width, "m", Text("人行出入口净宽", "Gates' clear width"), (_WIDTH,)
    ),
    "outdoor_passage_width_m": Measure(
        measure_outdoor_passage_width,
        "m",
        Text("室外通道净宽", "Outdoor passages' clear width"),
        (_WIDTH,),
    ),
    "wheelchair_lane_m": Measure(
        measure_wheelchair_lane,
        "m",
        Text("轮椅通道净宽", "Wheelchair lanes' clear width"),
        (_CLOSURE, "case.gates.wheelchair_lane_m"),
    ),
    "wheelchair_lane": Measure(
        measure_wheelchair_way,
        "yes_no",
        Text("闸机处有无障碍通道", "A lane for wheelchairs at turnstiles"),
        (_CLOSURE, "case.gates.wheelchair_lane_m"),
    ),
    "gate_slope_pct": Measure(
        measure_gate_slope, "%", Text("出入口坡度", "Slope at gates"), ("case.gates.slope",)
    ),
    "automatic_gate_width_m": Measure(
        measure_automatic_gate_width,
        "m",
        Text("自动门净宽", "Automatic gates' clear width"),
        (_WIDTH, _CLOSURE),
    ),
    "leaf_gate_width_m": Measure(
        measure_leaf_gate_width,
        "m",
        Text("平开门净宽", "Leaf gates' clear width"),
        (_WIDTH, _CLOSURE),
    ),
}
