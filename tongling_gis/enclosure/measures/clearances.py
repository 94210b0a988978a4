"""Clear widths and heights on the ways in: of lanes, of gates, of evacuation routes.

What counts is the best way to each building: a narrow lane that nobody needs narrows nothing,
and one more gate never makes a way worse. For each building there is the way that is surely
wide enough, else one that may be, else the widest that there is; what is narrowest on it is
what is measured, once for all buildings that it limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.enclosure.lanes import ENGINE_M, engine_gates
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    LANES_IN_PART,
    NO_BUILDING_INSIDE,
    NO_BUILDINGS,
    NO_LANE_DRAWN,
    gather,
    name_gate,
    name_lane,
)
from tongling_gis.enclosure.model import Gate, Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

_NO_ENGINE_GATE = Text(
    "没有供消防车通行的大门（车行或消防专用）。",
    "There is no gate for fire engines (for vehicles, or for engines only).",
)


@dataclass(frozen=True, slots=True)
class Clearance:
    """A clearance of every lane, and what is enough.

    Attributes:
        known_m: The clearance, NaN unknown, inf where nothing narrows.
        error_m: How far off it may be.
        enough_m: What is enough to pass, by which ways are told apart; the rule has the limit.
        missing: What to say where it is not known.
        at_gate: Which lanes have that of the gate on them.
        side: Field of a gate that would have to change; "" for none.
        bars: Whether a building to which the boundary leaves no way at all is a miss: it has
            less than any width, which is no width of its own.
    """

    known_m: Floats
    error_m: Floats
    enough_m: float
    missing: Text
    at_gate: Flags
    side: str = ""
    bars: bool = True

    @property
    def low(self) -> Floats:
        """The least that it may be; shut where it is not known."""
        return np.nan_to_num(self.known_m - self.error_m, nan=-np.inf, posinf=np.inf)

    @property
    def high(self) -> Floats:
        """The most that it may be; endless where it is not known."""
        return np.nan_to_num(self.known_m + self.error_m, nan=np.inf, posinf=np.inf)

    @property
    def high_if_known(self) -> Floats:
        """The most that it may be; shut where it is not known."""
        return np.nan_to_num(self.known_m + self.error_m, nan=-np.inf, posinf=np.inf)


def measure_ways_in(enclosure: Enclosure, clearance: Clearance) -> tuple[Item, ...]:
    """Measure the best way in to each building, one item for each lane or gate that limits some."""
    served, lanes = enclosure.served, enclosure.lanes
    enough_m = clearance.enough_m
    found = []
    for measure in (clearance.low, clearance.high_if_known, clearance.high):
        least, narrowest = lanes.widest(np.where(_shut(enclosure), -np.inf, measure))
        best, lane = served.best(least)
        found.append((best, np.where(lane >= 0, narrowest[lane], -1)))
    (low, at_low), (known, at_known), (high, at_high) = found
    limits: dict[tuple[int, float], tuple[int, int]] = {}
    n_unknown = 0
    for one in range(len(served)):
        if low[one] >= enough_m:
            at = int(at_low[one])
        elif known[one] >= enough_m:
            at = int(at_known[one])
        elif high[one] >= enough_m:
            n_unknown += 1
            continue
        else:
            at = int(at_high[one])
        if at >= 0:
            whose = _whose(enclosure, clearance, at)
            limits[whose] = (at, limits.get(whose, (at, 0))[1] + 1)
    items = [_limit_item(enclosure, clearance, *limit) for limit in limits.values()]
    if n_unknown:
        items.append(_unknown_item(enclosure, clearance, n_unknown))
    barred = np.isneginf(high) & served.by_any(lanes.linked_without)
    if barred.any() and clearance.bars:
        items.append(_barred_item(enclosure, barred))
    return tuple(sorted(items, key=lambda item: np.inf if item.value is None else item.value))


def _whose(enclosure: Enclosure, clearance: Clearance, lane: int) -> tuple[int, float]:
    """Tell gates and streets apart, to name each once: a gate as -1 and below."""
    gate = int(enclosure.lanes.gate[lane])
    if clearance.at_gate[lane]:
        return -1 - gate, 0.0
    street = enclosure.streets_of(enclosure.driving_after)[enclosure.lanes.edge[lane]]
    return int(street), float(clearance.known_m[lane])


def _shut(enclosure: Enclosure) -> Flags:
    """Tell which lanes nothing but a change of the gate would open: posts stand in them."""
    posts = [gate.closure in {"fixed_post", "turnstile"} for gate in enclosure.case.gates]
    return np.array([*posts, False])[enclosure.lanes.gate]


def _limit_item(enclosure: Enclosure, clearance: Clearance, lane: int, n_buildings: int) -> Item:
    lanes = enclosure.lanes
    gate = enclosure.case.gates[lanes.gate[lane]] if clearance.at_gate[lane] else None
    name = name_gate(gate) if gate is not None else name_lane(enclosure, lane)
    said = Text(
        f"{name.zh}，通往 {n_buildings} 栋建筑", f"{name.en}, on the way to {n_buildings} buildings"
    )
    value, error_m = float(clearance.known_m[lane]), float(clearance.error_m[lane])
    if gate is None:
        return Item(said, value, lanes.line[lane], error_m)
    small = clearance.side and value - error_m < ENGINE_M
    offer = _offer(gate, clearance.side) if small else None
    return Item(said, value, gate.point, error_m, offer=offer)


def _offer(gate: Gate, side: str) -> Offer:
    """Offer to make a gate large enough for engines."""
    name = name_gate(gate)
    if side == "width_m":
        label = Text(
            f"将{name.zh}拓宽至净宽 {ENGINE_M:g} m", f"Widen {name.en} to {ENGINE_M:g} m clear"
        )
        wider = replace(gate, width_m=ENGINE_M, error_m=0.0)
        return Offer("widen_gate", label, wider, replaces=gate.gate_id)
    label = Text(
        f"将{name.zh}的净高提高至 {ENGINE_M:g} m", f"Raise {name.en} to {ENGINE_M:g} m clear"
    )
    higher = replace(gate, height_m=ENGINE_M, error_m=0.0)
    return Offer("raise_gate", label, higher, replaces=gate.gate_id)


def _barred_item(enclosure: Enclosure, barred: Flags) -> Item:
    """Say which buildings the boundary leaves no way in to."""
    count = int(barred.sum())
    name = Text(f"{count} 栋建筑被围墙阻断", f"{count} buildings that the boundary shuts off")
    return Item(name, -np.inf, gather(enclosure.served.shape[barred]))


def _unknown_item(enclosure: Enclosure, clearance: Clearance, n_buildings: int) -> Item:
    lanes = enclosure.lanes
    unknown = np.flatnonzero(np.isnan(clearance.known_m))
    where = list(lanes.line[unknown])
    count, zh, en = len(unknown), "段净空未知的车道", "lanes of unknown clearance"
    if clearance.at_gate[unknown].all():
        rows = np.unique(lanes.gate[unknown])
        where = [enclosure.case.gates[row].point for row in rows.tolist()]
        count, zh, en = len(rows), "个净空未知的大门", "gates of unknown clearance"
    name = Text(
        f"{count} {zh}，通往 {n_buildings} 栋建筑",
        f"{count} {en}, on the way to {n_buildings} buildings",
    )
    return Item(name, None, gather(where), missing=clearance.missing)


def measured_ways(enclosure: Enclosure, items: tuple[Item, ...]) -> Measured:
    """Say what was measured of the ways in, or why nothing was."""
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    if not len(enclosure.served):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    known = [item.value for item in items if item.value is not None]
    if items:
        return Measured(min(known) if known else None, items, note=_HOW)
    if not len(enclosure.lanes.within):
        return Measured(missing=NO_LANE_DRAWN)
    if not enclosure.served.drawn:
        return Measured(missing=LANES_IN_PART)
    why = Text("没有车道或大门通往建筑。", "No lane or gate leads to a building.")
    return Measured(not_applicable=why)


_HOW = Text(
    "按通往每栋建筑的最宽（最高）通路计，取其中最窄（最低）处；不必经过的窄路不计。",
    "Taken on the widest (highest) way to each building, where that is narrowest (lowest); narrow "
    "lanes that no building needs are left out.",
)
_WIDTH_MISSING = Text(
    "车道净宽未知：请在 streets 图层填写 width_m（扣除停车占用），或现场测量。",
    "The lanes' clear width is unknown: fill in width_m of streets, parked cars taken off, or "
    "measure it on site.",
)
_HEIGHT_MISSING = Text(
    "车道净高未知：请在 streets 图层填写 maxheight_m，或现场查看过街楼、门洞、架空线。",
    "The lanes' clear height is unknown: fill in maxheight_m of streets, or look on site for "
    "arches and wires.",
)


def measure_lane_width(enclosure: Enclosure) -> Measured:
    """Measure the net width of lanes on the ways in (FIR-03)."""
    lanes = enclosure.lanes
    own = lanes.inside | (lanes.gate >= 0)
    width_m = np.where(own, lanes.width_m, np.inf)
    clearance = Clearance(width_m, lanes.width_error_m, ENGINE_M, _WIDTH_MISSING, lanes.edge < 0)
    return measured_ways(enclosure, measure_ways_in(enclosure, clearance))


def measure_lane_height(enclosure: Enclosure) -> Measured:
    """Measure the net height over lanes on the ways in (FIR-04)."""
    lanes = enclosure.lanes
    own = lanes.inside | (lanes.gate >= 0)
    height_m = np.where(own, lanes.height_m, np.inf)
    none = np.zeros(len(height_m))
    clearance = Clearance(height_m, none, ENGINE_M, _HEIGHT_MISSING, lanes.edge < 0)
    return measured_ways(enclosure, measure_ways_in(enclosure, clearance))


def measure_evacuation_width(enclosure: Enclosure) -> Measured:
    """Measure the net width of the ways out on secondary evacuation passages (EVA-02)."""
    lanes = enclosure.lanes
    known_m, error_m = _gate_sizes(enclosure, "width_m")
    by_gate = lanes.gate >= 0
    narrower = by_gate & ~(known_m >= np.where(np.isnan(lanes.width_m), np.inf, lanes.width_m))
    width_m = np.where(lanes.inside | by_gate, np.where(narrower, known_m, lanes.width_m), np.inf)
    off_m = np.where(narrower, error_m, lanes.width_error_m)
    missing = Text(
        "疏散通路上车道或大门的净宽未知：请填写 streets 的 width_m 和出入口净宽。",
        "Widths of lanes or gates on the ways out are unknown: fill in width_m of streets and the "
        "gates' clear width.",
    )
    return measured_ways(
        enclosure,
        measure_ways_in(
            enclosure, Clearance(width_m, off_m, ENGINE_M, missing, narrower, "width_m")
        ),
    )


def measure_main_evacuation_width(enclosure: Enclosure) -> Measured:
    """Measure the same for main evacuation passages, which nobody has designated (EVA-02)."""
    return _designated(enclosure, "主要疏散通道", "main evacuation passages")


def measure_rescue_route_width(enclosure: Enclosure) -> Measured:
    """Measure the same for rescue trunk roads, which nobody has designated (EVA-02)."""
    return _designated(enclosure, "救灾干道", "rescue trunk roads")


def _designated(_enclosure: Enclosure, zh: str, en: str) -> Measured:
    missing = Text(
        f"没有划定{zh}的图层：请向防灾规划主管部门取得后导入。",
        f"No layer designates {en}: ask the authority for disaster planning for it.",
    )
    return Measured(missing=missing)


def _gate_sizes(enclosure: Enclosure, side: str) -> tuple[Floats, Floats]:
    """Give the size of the gate on each lane, inf where there is none, and its error."""
    gates = enclosure.case.gates
    sizes = [getattr(gate, side) for gate in gates]
    known_m = np.array([*(np.nan if one is None else one for one in sizes), np.inf])
    error_m = np.array([*(gate.error_m for gate in gates), 0.0])
    return known_m[enclosure.lanes.gate], error_m[enclosure.lanes.gate]


def measure_fire_gate_width(enclosure: Enclosure) -> Measured:
    """Measure the clear width of the best gate on the way to each building (FIR-03)."""
    return _gates_in(enclosure, "width_m", Text("净宽", "clear width"))


def measure_fire_gate_height(enclosure: Enclosure) -> Measured:
    """Measure the clear height of the best gate on the way to each building (FIR-04)."""
    return _gates_in(enclosure, "height_m", Text("净高", "clear height"))


def _gates_in(enclosure: Enclosure, side: str, what: Text) -> Measured:
    rows = engine_gates(enclosure)
    if not rows:
        return Measured(not_applicable=_NO_ENGINE_GATE)
    missing = Text(
        f"大门{what.zh}未知：请现场测量后填写。",
        f"The gates' {what.en} is unknown: measure it on site and fill it in.",
    )
    clearance = Clearance(
        *_gate_sizes(enclosure, side),
        ENGINE_M,
        missing,
        enclosure.lanes.gate >= 0,
        side,
        bars=False,
    )
    items = measure_ways_in(enclosure, clearance) if len(enclosure.served) else ()
    items = items or (_best_of([enclosure.case.gates[row] for row in rows], side, missing),)
    known = [item.value for item in items if item.value is not None]
    note = _list_small([enclosure.case.gates[row] for row in rows], side, what)
    return Measured(min(known) if known else None, items, note=note)


def _best_of(gates: list[Gate], side: str, missing: Text) -> Item:
    """Give the best gate of all, where no lane is drawn that would tell which is needed."""

    def rank(gate: Gate) -> tuple[int, float]:
        size = getattr(gate, side)
        if size is None:
            return 1, 0.0
        return (2 if size - gate.error_m >= ENGINE_M else 0), size

    best = max(gates, key=rank)
    size = getattr(best, side)
    if size is None:
        return Item(name_gate(best), None, best.point, missing=missing)
    offer = _offer(best, side) if size - best.error_m < ENGINE_M else None
    return Item(name_gate(best), float(size), best.point, best.error_m, offer=offer)


def _list_small(gates: list[Gate], side: str, what: Text) -> Text | None:
    """Name the gates too small for engines, which may not be needed for them."""
    sizes = [(name_gate(gate), getattr(gate, side)) for gate in gates]
    small = [(name, size) for name, size in sizes if size is not None and size < ENGINE_M]
    if not small:
        return None
    zh = "、".join(f"{name.zh} {size:g} m" for name, size in small)
    en = ", ".join(f"{name.en} {size:g} m" for name, size in small)
    return Text(
        f"{what.zh}不足 {ENGINE_M:g} m 的大门：{zh}。",
        f"Gates of {what.en} under {ENGINE_M:g} m: {en}.",
    )


_LANES, _GATES = ("buildings", "streets", "streets.width_m"), ("case.gates.width_m",)

MEASURES = {
    "lane_width_m": Measure(
        measure_lane_width, "m", Text("消防车道净宽", "Net width of fire lanes"), _LANES
    ),
    "lane_height_m": Measure(
        measure_lane_height,
        "m",
        Text("消防车道净高", "Net height of fire lanes"),
        ("buildings", "streets", "streets.maxheight_m"),
    ),
    "fire_gate_width_m": Measure(
        measure_fire_gate_width,
        "m",
        Text("消防车大门净宽", "Clear width of engines' gates"),
        _GATES,
    ),
    "fire_gate_height_m": Measure(
        measure_fire_gate_height,
        "m",
        Text("消防车大门净高", "Clear height of engines' gates"),
        ("case.gates.height_m",),
    ),
    "evacuation_width_m": Measure(
        measure_evacuation_width,
        "m",
        Text("疏散通道有效宽度", "Clear width of ways out"),
        (*_LANES, *_GATES),
    ),
    "main_evacuation_width_m": Measure(
        measure_main_evacuation_width,
        "m",
        Text("主要疏散通道有效宽度", "Clear width of main evacuation passages"),
        ("evacuation_routes",),
    ),
    "rescue_route_width_m": Measure(
        measure_rescue_route_width,
        "m",
        Text("救灾干道有效宽度", "Clear width of rescue trunk roads"),
        ("evacuation_routes",),
    ),
}
