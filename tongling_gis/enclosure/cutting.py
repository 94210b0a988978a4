"""A case as changes to the streets: its rings are sealed walls, opened by its own gates alone.

Walls that stand are kept. A gate that stands within reach of one of the case's gates is that
gate, and takes what the case says of it. Other gates that stand on the line are shut by it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import shapely

from tongling_gis.enclosure.model import GateKind
from tongling_gis.scenario.edits import GateEdit, StreetEdits, WallEdit
from tongling_gis.scenario.ground import as_array

if TYPE_CHECKING:
    from tongling_gis.enclosure.model import Case, Gate
    from tongling_gis.enclosure.surroundings import Surroundings

_WHO: dict[GateKind, dict[str, str]] = {
    GateKind.VEHICLE: {"foot": "yes", "motor_vehicle": "yes"},
    GateKind.PEDESTRIAN: {"foot": "yes", "motor_vehicle": "no"},
    GateKind.FIRE_ONLY: {"foot": "no", "motor_vehicle": "emergency"},
}
_BARRIERS = {
    "lift_gate": "lift_gate",
    "sliding_gate": "sliding_gate",
    "swing_gate": "swing_gate",
    "turnstile": "turnstile",
    "fixed_post": "bollard",
}


def cut_edits(surroundings: Surroundings, case: Case, *, strangers: bool = False) -> StreetEdits:
    """Say what a case changes about the streets.

    Args:
        surroundings: The city.
        case: The boundary and its gates.
        strangers: Whether for people who do not live there: they have no card or code.
    """
    wall_id = f"enclosure/{case.case_id}"
    walls = [WallEdit(wall_id, case.name, ring, sealed=True) for ring in list_rings(case)]
    gates = [gate for gate in case.gates if not (strangers and gate.control == "card")]
    new = [
        GateEdit(-1, f"{wall_id}/{gate.gate_id}", gate.point, {**cells, "barrier_id": wall_id})
        for gate in gates
        for cells in (gate_cells(gate),)
    ]
    return StreetEdits(
        gates=[*_standing_gates(surroundings, gates), *new],
        nodes=_freed_nodes(surroundings, gates),
        walls=walls,
    )


def list_rings(case: Case) -> list[shapely.LineString]:
    """List the lines of the new wall: outer and inner rings of every part."""
    rings = [
        ring
        for part in shapely.get_parts(case.boundary)
        for ring in (part.exterior, *part.interiors)
    ]
    return [shapely.LineString(ring.coords) for ring in rings]


def gate_cells(gate: Gate) -> dict[str, str]:
    """Say of a gate in the columns of the ``gates`` layer who gets through, and when."""
    cells = {"barrier": _BARRIERS.get(gate.closure, "gate"), **_WHO[gate.kind]}
    cells |= {"locked": "no", "access": "", "emergency": "", "opening_hours": gate.opening_hours}
    cells["width_m"] = "" if gate.width_m is None else f"{gate.width_m:g}"
    known = gate.height_m is not None and math.isfinite(gate.height_m)
    cells["height_m"] = f"{gate.height_m:g}" if known else ""
    return cells


def _standing_gates(surroundings: Surroundings, gates: list[Gate]) -> list[GateEdit]:
    """Give those gates that stand within reach of one of the case's what the case says."""
    ground = surroundings.ground
    layer, reach_m = ground.network.gates, ground.network.gate_reach_m
    if layer is None or not gates:
        return []
    points = as_array(gate.point for gate in gates)
    which, row = ground.gate_tree.query(points, predicate="dwithin", distance=reach_m)
    taken: dict[int, GateEdit] = {}
    for gate, one in zip(which.tolist(), row.tolist(), strict=True):
        point = layer.geometry.iloc[one]
        gate_id = str(layer["gate_id"].iloc[one]) if "gate_id" in layer else str(one)
        taken.setdefault(one, GateEdit(one, gate_id, point, gate_cells(gates[gate])))
    return list(taken.values())


def _freed_nodes(surroundings: Surroundings, gates: list[Gate]) -> dict[int, dict[str, str]]:
    """Give nodes that something on the street blocks, within reach of a gate, what it says."""
    reach_m = surroundings.walking.gate_reach_m
    points = as_array(gate.point for gate in gates)
    freed: dict[int, dict[str, str]] = {}
    for rows, tree in surroundings.blocked.values():
        which, item = tree.query(points, predicate="dwithin", distance=reach_m)
        for gate, node in zip(which.tolist(), rows[item].tolist(), strict=True):
            freed.setdefault(node, gate_cells(gates[gate]))
    return freed
