"""Public streets: what the boundary encloses of them, cuts, or stands upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import gather
from tongling_gis.enclosure.model import Gate, GateKind, Item, Measured, Offer
from tongling_gis.enclosure.publicness import UNKNOWN
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

USUAL_WIDTH_M = 7.0
"""Width of a street of unknown width, of which the half is trimmed at the edge (N)."""
SHORT_M = 2.0
"""A shorter piece inside is the line's inaccuracy, no enclosed street (N)."""


def measure_public_road_enclosed(enclosure: Enclosure) -> Measured:
    """Measure the length of public streets inside, half their width off at the edge (LEG-01).

    A street drawn along the boundary lies in it only by the line's error, so what is nearer to
    the line than half of the street's width is left out. Streets over or under are left out.
    """
    street, inside = _streets_inside(enclosure)
    owner = enclosure.surroundings.public[street]
    error_m = 2 * enclosure.case.line_error_m
    items = []
    for one in np.flatnonzero(owner != 0).tolist():
        length_m = float(shapely.length(inside[one]))
        unknown = owner[one] == UNKNOWN
        items.append(
            Item(
                enclosure.surroundings.street_name(int(street[one])),
                None if unknown else length_m,
                inside[one],
                error=0.0 if unknown else min(error_m, length_m / 2),
                missing=_confirm(enclosure, int(street[one]), length_m) if unknown else None,
                offer=None,
            )
        )
    known = [item.value for item in items if item.value is not None]
    own = owner == 1
    offer = _leave_out(enclosure, inside[own]) if own.any() else None
    return Measured(
        float(sum(known)),
        tuple(items),
        gather(inside[owner != 0]),
        offers=(offer,) if offer is not None else (),
    )


def _streets_inside(enclosure: Enclosure) -> tuple[Ints, Shapes]:
    """Give the roads that run inside, by their uncut rows, and what of each lies inside."""
    around = enclosure.surroundings
    rows = np.sort(around.street_tree.query(enclosure.area, predicate="intersects"))
    rows = rows[~around.over[rows]]
    rows = rows[around.public[rows] != 0]
    width_m = around.width_m[rows]
    half_m = np.where(np.isnan(width_m), USUAL_WIDTH_M, width_m) / 2
    core = shapely.difference(
        shapely.intersection(around.plain.geometry[rows], enclosure.area),
        shapely.buffer(enclosure.line, np.maximum(half_m, enclosure.case.line_error_m)),
    )
    long_enough = shapely.length(core) > SHORT_M
    return rows[long_enough], np.asarray(core, dtype=object)[long_enough]


def _confirm(enclosure: Enclosure, street: int, length_m: float) -> Text:
    why = enclosure.surroundings.why_public(street)
    return Text(
        f"围合内 {length_m:.0f} m 是否为公共道路不明（{why.zh}）："
        "请向道路主管部门核实，并在 streets 填写 ownership。",
        f"Whether its {length_m:.0f} m inside are public is not known ({why.en}): ask the road "
        "authority and fill in ownership of streets.",
    )


def _leave_out(enclosure: Enclosure, roads: Shapes) -> Offer | None:
    """Offer the boundary without the public streets and what lies beyond them."""
    taken = shapely.buffer(shapely.union_all(roads), USUAL_WIDTH_M / 2 + 1.0, cap_style="square")
    left = shapely.difference(enclosure.case.boundary, taken)
    parts = shapely.get_parts(left)
    parts = parts[shapely.area(parts) > 0.05 * enclosure.case.boundary.area]
    if not len(parts):
        return None
    boundary = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    label = Text(
        f"将边界退到公共道路之外（分为 {len(parts)} 片）",
        f"Draw the boundary back from the public streets ({len(parts)} parts)",
    )
    return Offer("move_boundary", label, boundary=boundary)


def measure_public_roads_cut(enclosure: Enclosure) -> Measured:
    """Count the places where a public street crosses the boundary and does not stay open (LEG-01).

    It stays open where a gate for vehicles has nothing to close it, or always stands open.
    """
    crossings = enclosure.crossings
    owner = crossings["public"].to_numpy(dtype=float, na_value=np.nan)
    points = np.asarray(shapely.points(crossings["x_m"], crossings["y_m"]), dtype=object)
    street, gate = crossings["street"].tolist(), crossings["gate"].tolist()
    asked = np.flatnonzero((owner != 0) & ~crossings["over"].to_numpy(dtype=bool))
    items = [
        _crossing_item(enclosure, street[one], gate[one], points[one]) for one in asked.tolist()
    ]
    known = [item.value for item in items if item.value is not None]
    where: BaseGeometry | None = gather(item.where for item in items if item.where is not None)
    return Measured(float(sum(known)), tuple(items), where)


def _crossing_item(enclosure: Enclosure, street: int, gate_row: int, point: shapely.Point) -> Item:
    around = enclosure.surroundings
    name = around.street_name(street)
    gate = enclosure.case.gates[gate_row] if gate_row >= 0 else None
    is_open = _stays_open(gate)
    if is_open is not False and around.public[street] == UNKNOWN and gate is not None:
        return Item(name, 0.0, point) if is_open else Item(name, None, point, missing=_HOW_SHUT)
    if is_open:
        return Item(name, 0.0, point)
    if around.public[street] == UNKNOWN:
        why = around.why_public(street)
        missing = Text(
            f"是否为公共道路不明（{why.zh}）：请核实后在 streets 填写 ownership。",
            f"Whether it is public is not known ({why.en}): ask, and fill in ownership of streets.",
        )
        return Item(name, None, point, missing=missing)
    if is_open is None:
        return Item(name, None, point, missing=_HOW_SHUT)
    return Item(name, 1.0, point, offer=_open_here(gate, point, name))


_HOW_SHUT = Text(
    "此处大门的“管理方式”“闸门形式”未填写：无法判断道路是否保持开放。",
    "How the gate here is controlled and closed is not filled in: whether the street stays open "
    "cannot be told.",
)


def _stays_open(gate: Gate | None) -> bool | None:
    if gate is None or gate.kind is not GateKind.VEHICLE:
        return False
    if gate.closure == "none" or gate.control == "free":
        return True
    return False if gate.control or gate.closure else None


def _open_here(gate: Gate | None, point: shapely.Point, street: Text) -> Offer:
    label = Text(
        f"在{street.zh}处设常开的车行出入口", f"Leave an open way for vehicles on {street.en}"
    )
    new = Gate(
        "" if gate is None else gate.gate_id,
        point,
        GateKind.VEHICLE,
        width_m=USUAL_WIDTH_M,
        height_m=float("inf"),
        control="free",
        closure="none",
    )
    return Offer("add_gate", label, new, replaces="" if gate is None else gate.gate_id)


def measure_boundary_on_road_land(enclosure: Enclosure) -> Measured:
    """Measure how much of the boundary stands on road land (LEG-02).

    That takes the red lines or surveyed kerbs, which no layer has; where the line comes nearer
    to the middle of a public street than half of its width is only a hint, and is noted.
    """
    around = enclosure.surroundings
    rows, _ = around.public_tree
    near = rows[around.public_tree[1].query(enclosure.line, predicate="dwithin", distance=20.0)]
    width_m = around.width_m[near]
    known = ~np.isnan(width_m)
    strips = shapely.buffer(around.plain.geometry[near[known]], width_m[known] / 2)
    on = shapely.intersection(enclosure.line, shapely.union_all(strips)) if known.any() else None
    missing = Text(
        "没有道路红线或路缘石图层：请向规划、道路主管部门取得后核对。",
        "There is no layer of road red lines or kerbs: ask the planning or road authority for it.",
    )
    note = None
    if on is not None and not on.is_empty:
        note = Text(
            f"仅供参考：按记录宽度估算，约 {on.length:.0f} m 的边界落在公共道路宽度内。",
            f"A hint only: by the widths recorded, about {on.length:.0f} m of the boundary lie "
            "within a public street.",
        )
    return Measured(where=on, missing=missing, note=note)


def measure_protected_land(enclosure: Enclosure) -> Measured:
    """Measure the land protected by the plan that the boundary takes (LEG-06)."""
    around = enclosure.surroundings
    rows = around.tree("green").query(enclosure.area, predicate="intersects")
    shared = shapely.intersection(around.shapes("green")[rows], enclosure.area)
    green_m2 = float(shapely.area(shared).sum()) if len(rows) else 0.0
    missing = Text(
        "没有控制性详细规划图层：请取得规划道路、绿地、防汛通道等用地界线。",
        "There is no layer of the detailed plan: get the planned roads, green and flood lanes.",
    )
    note = None
    if green_m2 > 1.0:
        note = Text(
            f"仅供参考：围合内有已画绿地 {green_m2:.0f} m²，请核对是否为规划绿地。",
            f"A hint only: {green_m2:.0f} m2 of green are drawn inside; see whether it is planned.",
        )
    return Measured(missing=missing, note=note)


MEASURES = {
    "public_road_enclosed_m": Measure(
        measure_public_road_enclosed,
        "m",
        Text("围入的公共道路", "Public street enclosed"),
        ("streets", "streets.ownership"),
    ),
    "public_roads_cut": Measure(
        measure_public_roads_cut,
        "count",
        Text("被截断的公共道路", "Public streets cut"),
        ("streets", "streets.ownership"),
    ),
    "boundary_on_road_land_m": Measure(
        measure_boundary_on_road_land,
        "m",
        Text("占用道路用地的边界", "Boundary on road land"),
        ("road_red_lines",),
    ),
    "protected_land_m2": Measure(
        measure_protected_land,
        "m2",
        Text("占用规划保护用地", "Protected land taken"),
        ("detailed_plan",),
    ),
}
