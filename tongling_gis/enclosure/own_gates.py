"""A compound of the project as a case: its own line, with the gates it is known to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.drawing import check_area
from tongling_gis.enclosure.model import Case, Gate, GateKind
from tongling_gis.enclosure.reading import NO_GATES, Facts, Reading, number_gates
from tongling_gis.enclosure.snapping import TOLERANCE_M, place_gates, snap_area
from tongling_gis.errors import SchemaError
from tongling_gis.network.crossings import STREET_GATE_M
from tongling_gis.network.passages import VEHICLES_ONLY, lets_through
from tongling_gis.network.tags import has_tag, is_set, read_number, read_tag
from tongling_gis.network.walkers import read_height, read_width
from tongling_gis.scenario.ground import as_array
from tongling_gis.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.enclosure.snapping import Area
    from tongling_gis.enclosure.surroundings import Surroundings

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

GatesFrom: TypeAlias = Literal["records", "streets"]

_ON_STREET_M = 0.5
_SKIMS_M = 8.0
_SAMPLES = 9
_CLOSURES = {
    "lift_gate": "lift_gate",
    "swing_gate": "swing_gate",
    "sliding_gate": "sliding_gate",
    "turnstile": "turnstile",
    "full-height_turnstile": "turnstile",
    "bollard": "fixed_post",
    "block": "fixed_post",
}
_FOR_FEET = ("kissing_gate", "turnstile", "full-height_turnstile", "stile", "cycle_barrier")
_PATHS = ("footway", "path", "steps", "cycleway", "corridor", "pedestrian")


class Crossing(NamedTuple):
    """A street that goes in through a line.

    Attributes:
        street: Row of the uncut street.
        point: Where it crosses.
    """

    street: int
    point: shapely.Point


def case_of_compound(
    surroundings: Surroundings,
    compound_id: str,
    *,
    gates_from: GatesFrom = "records",
    facts: Facts = Facts(),  # noqa: B008 - frozen
    tolerance_m: float = TOLERANCE_M,
) -> Reading:
    """Make a case of a compound's own line and its own gates.

    Its gates are those that the layer of gates links to it, and those that nothing links to
    another compound and that stand on its line or, up to 25 m off, on a street that crosses it.
    Locked ones are none. Streets that cross where no gate is known are listed in the notes:
    the boundary shuts them, unless ``gates_from="streets"`` takes each for a gate of unknown
    width.

    Args:
        surroundings: The city.
        compound_id: The compound.
        gates_from: "records", or "streets" to take every street that crosses for a gate too.
        facts: What the case is called and who made it.
        tolerance_m: Farthest that the line is moved to walls and other plots; 0 for not at all.

    Raises:
        SchemaError: If there is no such compound.
        GeometryError: If its area cannot be used.
    """
    shape, name = _find_compound(surroundings, compound_id)
    named = Text(f"小区“{name}”的边界", f"The line of compound {name!r}")
    drawn = check_area(shape, surroundings.crs, named=named)
    snapped = snap_area(surroundings, drawn.area, tolerance_m=tolerance_m)
    crossings = find_street_crossings(surroundings, snapped.area)
    gates, left_out = _find_gates(surroundings, snapped.area, compound_id, crossings)
    placed, moved = place_gates(surroundings, snapped.area, gates, limit_m=STREET_GATE_M)
    open_ones = _without_gate(surroundings, crossings, placed)
    if gates_from == "streets":
        more = [_street_gate(surroundings, one) for one in open_ones]
        placed = tuple(number_gates([*placed, *more]))
    notes = (*drawn.notes, *snapped.notes, *left_out, *moved)
    if open_ones:
        notes = (*notes, _say_ungated(surroundings, open_ones, gates_from))
    notes = (*notes, *(() if placed else (NO_GATES,)))
    case = Case(
        case_id=facts.case_id or compound_id,
        name=facts.name or name,
        boundary=snapped.area,
        crs=surroundings.crs,
        gates=placed,
        compound_id=compound_id,
        origin=facts.origin or "accepted",
        author=facts.author,
        date=facts.date,
        note=facts.note,
    )
    return Reading(case, notes)


def _find_compound(
    surroundings: Surroundings, compound_id: str
) -> tuple[shapely.geometry.base.BaseGeometry, str]:
    layer = surroundings.compounds
    known = layer is not None and (layer["compound_id"].astype(str) == compound_id).any()
    if layer is None or not known:
        raise SchemaError(
            Text(
                f"没有编号为 {compound_id} 的小区：请查看小区图层。",
                f"There is no compound {compound_id}: look at the layer of compounds.",
            )
        )
    row = layer[layer["compound_id"].astype(str) == compound_id].iloc[0]
    name = row.get("name")
    return row["geometry"], name if isinstance(name, str) and name else compound_id


def find_street_crossings(surroundings: Surroundings, area: Area) -> list[Crossing]:
    """List where streets on the ground go in through an area's line, in the streets' order.

    Streets that dip in no more than 8 m and come out again do not cross it: borders are often
    drawn along the middle of a street.
    """
    line, plain = area.boundary, surroundings.plain
    rows = np.sort(surroundings.street_tree.query(line, predicate="intersects"))
    rows = rows[~surroundings.over[rows]]
    used = plain.edges["walkable"].to_numpy(dtype=bool)[rows]
    rows = rows[used | surroundings.driving_ground.used[rows]]
    rows = rows[_goes_in(plain.geometry[rows], area) & _goes_out(surroundings, rows, area)]
    met, which = shapely.get_parts(
        shapely.intersection(plain.geometry[rows], line), return_index=True
    )
    is_point = shapely.get_type_id(met) == shapely.GeometryType.POINT
    return [
        Crossing(int(rows[at]), point)
        for at, point in zip(which[is_point].tolist(), met[is_point].tolist(), strict=True)
    ]


def _spots_along(lines: Shapes) -> Shapes:
    shares = np.linspace(0.0, 1.0, _SAMPLES)
    return np.asarray(
        shapely.line_interpolate_point(lines[:, None], shares[None, :], normalized=True)
    )


def _goes_in(lines: Shapes, area: Area) -> Flags:
    """Tell which lines get some way into an area, or end in it."""
    spots = _spots_along(lines)
    depth_m = np.where(shapely.contains(area, spots), shapely.distance(spots, area.boundary), 0.0)
    ends = depth_m[:, [0, -1]].max(axis=1, initial=0.0) > _ON_STREET_M
    return np.asarray(ends | (depth_m.max(axis=1, initial=0.0) > _SKIMS_M))


def _goes_out(surroundings: Surroundings, rows: Ints, area: Area) -> Flags:
    """Tell which streets get some way out of an area, or end at a node from which others do."""
    lines = surroundings.plain.geometry[rows]
    spots = _spots_along(lines)
    away_m = shapely.distance(spots, area)
    return np.asarray(away_m.max(axis=1) > _ON_STREET_M)


def _find_gates(
    surroundings: Surroundings, area: Area, compound_id: str, crossings: list[Crossing]
) -> tuple[list[Gate], list[Text]]:
    """Find the gates a compound has, and say which are left out."""
    layer = surroundings.walking.gates
    if layer is None or not len(layer):
        return [], []
    points = layer.geometry.to_numpy(dtype=object)
    link = read_tag(layer, "compound_id")
    away_m = shapely.distance(points, area.boundary)
    own = link == compound_id
    far = own & (away_m > STREET_GATE_M)
    near = (link == "") & (away_m <= surroundings.walking.gate_reach_m)
    near |= (link == "") & _on_streets(surroundings, points, crossings)
    rows = np.flatnonzero((own & ~far) | near)
    some = layer.iloc[rows]
    free = lets_through(some) | _for_emergencies(some)
    notes = [
        Text(
            f"出入口“{_name(layer, row)}”已锁闭或禁止通行，不作为出入口",
            f"gate {_name(layer, row)!r} is locked or closed and taken for none",
        )
        for row in rows[~free].tolist()
    ]
    notes += [
        Text(
            f"出入口“{_name(layer, row)}”距边界 {away_m[row]:.0f} m，未计入",
            f"gate {_name(layer, row)!r} is {away_m[row]:.0f} m from the line and left out",
        )
        for row in np.flatnonzero(far).tolist()
    ]
    return _as_gates(surroundings, layer.iloc[rows[free]]), notes


def _name(layer: pd.DataFrame, row: int) -> str:
    name = layer["name"].iloc[row] if "name" in layer else None
    return name if isinstance(name, str) and name else str(layer["gate_id"].iloc[row])


def _on_streets(surroundings: Surroundings, points: Shapes, crossings: list[Crossing]) -> Flags:
    """Tell which points stand on a street that crosses, no farther than 25 m off."""
    found = np.zeros(len(points), dtype=bool)
    if not crossings:
        return found
    spots = as_array(one.point for one in crossings)
    tree = shapely.STRtree(spots)
    which, at = tree.query(points, predicate="dwithin", distance=STREET_GATE_M)
    lines = surroundings.plain.geometry[np.array([crossings[one].street for one in at], dtype=int)]
    on = shapely.distance(lines, points[which]) <= _ON_STREET_M
    found[which[on]] = True
    return found


def _for_emergencies(gates: pd.DataFrame) -> Flags:
    """Tell which gates are for fire engines and the like alone."""
    named = has_tag(gates, "entrance", ("emergency",)) | has_tag(gates, "access", ("emergency",))
    named |= has_tag(gates, "emergency", ("yes", "designated"))
    named |= has_tag(gates, "motor_vehicle", ("emergency",))
    return np.asarray(named & ~has_tag(gates, "foot", ("yes", "designated", "permissive")))


def _as_gates(surroundings: Surroundings, layer: pd.DataFrame) -> list[Gate]:
    """Make gates of rows of the layer of gates; what is not known of one stays so."""
    if not len(layer):
        return []
    kinds = _tell_kinds(surroundings, layer)
    width_m, height_m = read_width(layer), read_height(layer)
    height_m = np.where(np.isnan(height_m), read_number(layer, "height"), height_m)
    barrier, hours = read_tag(layer, "barrier"), read_tag(layer, "opening_hours")
    removable = has_tag(layer, "bollard", ("removable", "rising", "foldable"))
    return number_gates(
        [
            Gate(
                str(layer["gate_id"].iloc[row]),
                layer.geometry.iloc[row],
                kinds[row],
                name=read_tag(layer, "name")[row],
                width_m=None if np.isnan(width_m[row]) else float(width_m[row]),
                height_m=None if np.isnan(height_m[row]) else float(height_m[row]),
                opening_hours=hours[row],
                closure="removable_post" if removable[row] else _CLOSURES.get(barrier[row], ""),
                is_new=False,
            )
            for row in range(len(layer))
        ]
    )


def _tell_kinds(surroundings: Surroundings, layer: pd.DataFrame) -> list[GateKind]:
    """Tell who a gate is for: by its tags, else by whether a street is driven there."""
    points = layer.geometry.to_numpy(dtype=object)
    which, street = surroundings.street_tree.query(
        points, predicate="dwithin", distance=surroundings.walking.gate_reach_m
    )
    edges = surroundings.plain.edges
    driven = ~has_tag(edges.iloc[street], "highway", _PATHS)
    on_road = np.zeros(len(layer), dtype=bool)
    on_road[which[driven]] = True
    no_cars = has_tag(layer, "motor_vehicle", ("no",)) | has_tag(layer, "vehicle", ("no",))
    on_foot = has_tag(layer, "barrier", _FOR_FEET) | no_cars
    posts = has_tag(layer, "barrier", VEHICLES_ONLY) & ~has_tag(layer, "barrier", ("toll_booth",))
    invited = has_tag(layer, "motor_vehicle", ("yes", "private", "destination", "permissive"))
    by_car = invited | has_tag(layer, "barrier", ("lift_gate", "toll_booth"))
    by_car |= has_tag(layer, "entrance", ("garage",)) | (on_road & ~posts)
    fire = _for_emergencies(layer)
    return [
        GateKind.FIRE_ONLY
        if fire[row]
        else GateKind.VEHICLE
        if by_car[row] and not on_foot[row]
        else GateKind.PEDESTRIAN
        for row in range(len(layer))
    ]


def _without_gate(
    surroundings: Surroundings, crossings: list[Crossing], gates: tuple[Gate, ...]
) -> list[Crossing]:
    """List the crossings that no gate is within reach of, one of those close together."""
    reach_m = surroundings.walking.gate_reach_m
    taken = [gate.point for gate in gates]
    left = []
    for one in crossings:
        if all(one.point.distance(point) > reach_m for point in taken):
            left.append(one)
            taken.append(one.point)
    return left


def _street_gate(surroundings: Surroundings, one: Crossing) -> Gate:
    """Take a street that crosses for a gate of unknown width."""
    import pandas as pd

    edge = surroundings.plain.edges.iloc[[one.street]]
    on_foot = has_tag(edge, "highway", _PATHS)[0] or not is_set(edge, "highway")[0]
    kind = GateKind.PEDESTRIAN if on_foot else GateKind.VEHICLE
    name = surroundings.street_name(one.street)
    way = edge["osm_way_id"].iloc[0] if "osm_way_id" in edge else None
    known = one.street if pd.isna(way) else int(way)
    return Gate(f"street/{known}", one.point, kind, name=name.zh, is_new=False)


def _say_ungated(
    surroundings: Surroundings, crossings: list[Crossing], gates_from: GatesFrom
) -> Text:
    """Say which streets cross where no gate is recorded."""
    names = [surroundings.street_name(one.street) for one in crossings]
    zh = "、".join(dict.fromkeys(name.zh for name in names[:6]))
    en = ", ".join(dict.fromkeys(name.en for name in names[:6]))
    if gates_from == "streets":
        return Text(
            f"{len(crossings)} 处道路穿过边界而没有出入口记录，按宽度未知的出入口处理：{zh}",
            f"{len(crossings)} streets cross where no gate is recorded and are taken for gates "
            f"of unknown width: {en}",
        )
    return Text(
        f"{len(crossings)} 处道路穿过边界而没有出入口记录，按封闭处理：{zh}；"
        "如实际可通行，请补录出入口，或用 --gates-from streets",
        f"{len(crossings)} streets cross where no gate is recorded and count as shut: {en}; "
        "record their gates, or use --gates-from streets",
    )


__all__ = ["Crossing", "GatesFrom", "case_of_compound", "find_street_crossings"]
