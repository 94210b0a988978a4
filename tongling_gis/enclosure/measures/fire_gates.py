"""Gates as fire engines meet them: what closes them, who opens them, what says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.lanes import ENGINE_M, NARROWING, engine_gates
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import gather, name_gate
from tongling_gis.enclosure.model import Gate, GateKind, Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

_SAME_PLACE_M = 3.0

OPENED_IN_A_FIRE = ("staffed", "remote", "free")
"""Ways of control by which a gate opens at once though nobody with a card is there."""

NO_ENGINE_GATE = Text(
    "没有供消防车通行的大门（车行或消防专用）。",
    "There is no gate for fire engines (for vehicles, or for engines only).",
)


def _by_gate(
    enclosure: Enclosure,
    read: Callable[[Gate], float | None],
    missing: Text,
    mend: Callable[[Gate], Offer | None] = lambda _gate: None,
    *,
    worst: Callable[[list[float]], float] = min,
) -> Measured:
    """Measure the engines' gates one by one."""
    gates = [enclosure.case.gates[row] for row in engine_gates(enclosure)]
    if not gates:
        return Measured(not_applicable=NO_ENGINE_GATE)
    items = []
    for gate in gates:
        value = read(gate)
        why = missing if value is None else None
        items.append(Item(name_gate(gate), value, gate.point, missing=why, offer=mend(gate)))
    known = [item.value for item in items if item.value is not None]
    return Measured(worst(known) if known else None, tuple(items))


def measure_fixed_obstacles(enclosure: Enclosure) -> Measured:
    """Count gates for engines that fixed posts or a turnstile bar (FIR-15)."""

    def barred(gate: Gate) -> float | None:
        return float(gate.closure in {"fixed_post", "turnstile"}) if gate.closure else None

    missing = Text(
        "没有填写大门的“闸门形式”：请现场查看有无固定桩、栏杆。",
        "The gate's closure is not filled in: see on site whether posts or railings bar it.",
    )
    return _by_gate(enclosure, barred, missing, _without_posts, worst=max)


def _without_posts(gate: Gate) -> Offer | None:
    if gate.closure not in {"fixed_post", "turnstile"}:
        return None
    name = name_gate(gate)
    label = Text(
        f"将{name.zh}的固定障碍改为道闸（或可移动桩）",
        f"Replace what bars {name.en} by a lift gate (or removable posts)",
    )
    changed = replace(gate, closure="lift_gate")
    return Offer("replace_closure", label, changed, replaces=gate.gate_id)


def measure_fire_gates_signed(enclosure: Enclosure) -> Measured:
    """Tell whether the fire lane at each gate for engines is signed and marked (FIR-15)."""

    def marked(gate: Gate) -> float | None:
        return None if gate.marked is None else float(gate.marked)

    def mend(gate: Gate) -> Offer | None:
        if gate.marked is not False:
            return None
        name = name_gate(gate)
        label = Text(f"在{name.zh}施划标线、设置标识", f"Mark and sign the lane at {name.en}")
        return Offer("mark_gate", label, replace(gate, marked=True), replaces=gate.gate_id)

    missing = Text(
        "没有填写大门处有无消防车通道标线和标识：请现场查看。",
        "Whether the fire lane at the gate is marked is not filled in: look on site.",
    )
    return _by_gate(enclosure, marked, missing, mend)


def measure_fire_gates_openable(enclosure: Enclosure) -> Measured:
    """Tell whether each gate for engines opens at once in a fire (FIR-18).

    That is so where somebody is there, where it is opened from afar or always open; not where
    it takes a card or code.
    """

    def openable(gate: Gate) -> float | None:
        if gate.closure == "none":
            return 1.0
        return float(gate.control in OPENED_IN_A_FIRE) if gate.control else None

    def mend(gate: Gate) -> Offer | None:
        if gate.control != "card" or gate.closure == "none":
            return None
        name = name_gate(gate)
        label = Text(f"将{name.zh}改为可远程开启", f"Have {name.en} opened from afar")
        return Offer(
            "replace_control", label, replace(gate, control="remote"), replaces=gate.gate_id
        )

    missing = Text(
        "没有填写大门的“管理方式”（值守、门禁、远程）：请向管理方核实火灾时如何开启。",
        "How the gate is controlled is not filled in: ask who opens it in a fire.",
    )
    return _by_gate(enclosure, openable, missing, mend)


def measure_fire_lane_crossings_shut(enclosure: Enclosure) -> Measured:
    """Count the lanes that the boundary shuts where no gate lets engines through (LEG-03).

    Lanes are those on which engines drive today; where a wall shuts one already, the boundary
    does not.
    """
    crossings = enclosure.crossings
    points = np.asarray(shapely.points(crossings["x_m"], crossings["y_m"]), dtype=object)
    shut = _driven_today(enclosure) & ~crossings["over"].to_numpy(dtype=bool)
    shut &= ~np.isin(crossings["gate"].to_numpy(), engine_gates(enclosure))
    already = shut & _shut_today(enclosure, points)
    streets = crossings["street"].to_numpy()
    items = []
    for one in np.flatnonzero(shut & ~already).tolist():
        name = enclosure.surroundings.street_name(int(streets[one]))
        items.append(Item(name, 1.0, points[one], offer=_gate_here(points[one], name)))
    note = Text(
        "未划定消防车通道，按消防车可通行的全部道路计算。",
        "No fire lanes are designated: all streets that engines drive on are taken.",
    )
    if already.any():
        note = Text(
            f"{note.zh}另有 {already.sum()} 处现状已被围墙封闭，未计入。",
            f"{note.en} {already.sum()} more are shut by walls today and not counted.",
        )
    return Measured(float(len(items)), tuple(items), gather(points[shut & ~already]), note=note)


def _driven_today(enclosure: Enclosure) -> Flags:
    """Tell at which crossings engines drive on the street, as things stand."""
    driven = enclosure.driving
    edges = driven.edges
    narrow = np.isin(edges["walk_reason"].to_numpy(dtype=object), NARROWING)
    streets = enclosure.streets_of(driven)[edges["walkable"].to_numpy(dtype=bool) | narrow]
    return np.isin(enclosure.crossings["street"].to_numpy(), streets)


def _shut_today(enclosure: Enclosure, points: Shapes) -> Flags:
    """Tell at which places a wall cuts the street today."""
    cuts = enclosure.driving.cuts
    if not len(cuts) or not len(points):
        return np.zeros(len(points), dtype=bool)
    places = shapely.MultiPoint(np.column_stack([cuts["x_m"], cuts["y_m"]]))
    return np.asarray(shapely.dwithin(points, places, _SAME_PLACE_M))


def _gate_here(point: shapely.Point, street: Text) -> Offer:
    label = Text(
        f"在{street.zh}处增设净宽、净高不小于 {ENGINE_M:g} m 的消防车出入口",
        f"Add a gate for engines where {street.en} crosses, {ENGINE_M:g} m wide and high",
    )
    gate = Gate(
        "",
        point,
        GateKind.FIRE_ONLY,
        width_m=ENGINE_M,
        height_m=ENGINE_M,
        control="remote",
        closure="swing_gate",
        marked=True,
    )
    return Offer("add_gate", label, gate)


MEASURES = {
    "fixed_obstacles": Measure(
        measure_fixed_obstacles,
        "count",
        Text("大门处的固定障碍", "Fixed obstacles at gates"),
        ("case.gates.closure",),
    ),
    "fire_gates_signed": Measure(
        measure_fire_gates_signed,
        "yes_no",
        Text("大门处消防车通道标识", "Fire lanes signed at gates"),
        ("case.gates.marked",),
    ),
    "fire_gates_openable": Measure(
        measure_fire_gates_openable,
        "yes_no",
        Text("火灾时大门能立即打开", "Gates open at once in a fire"),
        ("case.gates.control",),
    ),
    "fire_lane_crossings_shut": Measure(
        measure_fire_lane_crossings_shut,
        "count",
        Text("被围墙封闭的消防车通道", "Fire lanes shut by the boundary"),
        ("streets",),
    ),
}
