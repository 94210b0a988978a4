"""Where new vehicle gates stand: away from junctions, crossings, bus stops and schools.

GB 50352-2019 4.2.4 (PLN-11) asks for distances measured from the junction of the roads' red
lines, from crossings' edges and platforms' ends. Without such lines distances are measured
from the points that the data give, with an error of half a street.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.enclosure.measures.gates import gates_of
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import missing_layer, name_gate
from tongling_gis.enclosure.model import GateKind, Item, Measured
from tongling_gis.network.tags import has_tag
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.network import Network

    Shapes = NDArray[np.object_]

MAIN_ROADS = ("trunk", "primary", "secondary")
_CROSSINGS = ("crossing", "traffic_signals")
_HALF_A_STREET_M = 10.0
_AT_A_STOP_M = 5.0
_FAR_M = 150.0
_A_JUNCTION = 3
_QUIET_KINDS = ("leisure=park", "amenity=social_facility", "amenity=nursing_home")
_NONE_NEW = Text("没有新增车行出入口。", "No vehicle gate is new.")


def _distances(enclosure: Enclosure, spots: Shapes, *, error_m: float, what: Text) -> Measured:
    """Measure from each new vehicle gate to the nearest of some points."""
    gates = [gate for gate in gates_of(enclosure, GateKind.VEHICLE) if gate.is_new]
    if not gates:
        return Measured(not_applicable=_NONE_NEW)
    if not len(spots):
        away = Text(
            f"边界周边没有{what.zh}，按距离大于 {_FAR_M:g} m 计。",
            f"There is no {what.en} around: taken as more than {_FAR_M:g} m away.",
        )
        return Measured(_FAR_M, note=away)
    items = tuple(_one(gate.point, name_gate(gate), spots, error_m) for gate in gates)
    return Measured(
        min(item.value for item in items if item.value is not None), items, error=error_m
    )


def _one(gate: shapely.Point, name: Text, spots: Shapes, error_m: float) -> Item:
    away_m = shapely.distance(spots, gate)
    nearest = int(away_m.argmin())
    line = shapely.LineString([gate, spots[nearest]])
    return Item(name, float(away_m[nearest]), line, error=error_m)


def _near(enclosure: Enclosure, layer: str) -> Shapes | None:
    """Give a layer's shapes within 150 m of the case; None where there is no such layer."""
    table = getattr(enclosure.surroundings, layer)
    if table is None:
        return None
    rows = enclosure.surroundings.tree(layer).query(
        enclosure.case.boundary, predicate="dwithin", distance=_FAR_M
    )
    shapes: Shapes = table.geometry.to_numpy()[np.sort(rows)]
    return shapes


def _nodes_at(network: Network, chosen: NDArray[np.bool_]) -> Shapes:
    xy = network.xy[chosen]
    return np.asarray(shapely.points(xy), dtype=object)


def measure_gate_to_junction(enclosure: Enclosure) -> Measured:
    """Measure from each new vehicle gate to the nearest junction of a main road.

    A junction is a node where three or more pieces of street meet, one of them of class
    trunk, primary or secondary.
    """
    network = enclosure.walking
    ends = network.ends
    around, streets = enclosure.surroundings, enclosure.streets_of(network)
    drivable = ~around.are(streets, "highway", ("footway", "path", "steps", "cycleway"))
    main = around.are(streets, "highway", MAIN_ROADS)
    count = np.bincount(ends[drivable].ravel(), minlength=len(network.nodes))
    on_main = np.zeros(len(network.nodes), dtype=bool)
    on_main[ends[main].ravel()] = True
    spots = _nodes_at(network, on_main & (count >= _A_JUNCTION))
    what = Text("主干道路交叉口", "junction of a main road")
    return _distances(enclosure, spots, error_m=_HALF_A_STREET_M, what=what)


def measure_gate_to_crossing(enclosure: Enclosure) -> Measured:
    """Measure from each new vehicle gate to the nearest crossing for people."""
    network = enclosure.walking
    at = has_tag(network.nodes, "highway", _CROSSINGS)
    if not at.any():
        missing = Text(
            "附近没有录入任何人行横道：请在 street_nodes 图层补充 highway=crossing，或现场核实。",
            "No crossing is recorded around: add highway=crossing to street_nodes or look on site.",
        )
        return Measured(missing=missing)
    what = Text("人行横道", "crossing")
    return _distances(enclosure, _nodes_at(network, at), error_m=2.0, what=what)


def measure_gate_to_bus_stop(enclosure: Enclosure) -> Measured:
    """Measure from each new vehicle gate to the nearest bus stop."""
    spots = _near(enclosure, "bus_stops")
    if spots is None:
        return Measured(missing=missing_layer("公交站", "bus_stops"))
    what = Text("公交站", "bus stop")
    return _distances(enclosure, spots, error_m=_AT_A_STOP_M, what=what)


def measure_gate_to_school(enclosure: Enclosure) -> Measured:
    """Measure from each new vehicle gate to the nearest school, park or home for the old.

    Parks and homes are amenities of kind ``leisure=park``, ``amenity=social_facility`` and the
    like. Their gates are seldom mapped; a point stands for them, with an error of 10 m.
    """
    schools, amenities = _near(enclosure, "schools"), enclosure.surroundings.amenities
    if schools is None:
        return Measured(missing=missing_layer("学校", "schools"))
    if amenities is None:
        return Measured(missing=missing_layer("设施", "amenities"))
    asked = amenities["kind"].isin(_QUIET_KINDS).to_numpy(dtype=bool)
    spots = np.concatenate([schools, enclosure.surroundings.shapes("amenities")[asked]])
    what = Text("学校、公园或养老设施", "school, park or home for the old")
    return _distances(enclosure, spots, error_m=_HALF_A_STREET_M, what=what)


MEASURES = {
    "gate_to_junction_m": Measure(
        measure_gate_to_junction,
        "m",
        Text("新增车行出入口距主干道路交叉口", "New vehicle gates to junctions of main roads"),
        ("streets",),
    ),
    "gate_to_crossing_m": Measure(
        measure_gate_to_crossing,
        "m",
        Text("新增车行出入口距人行横道", "New vehicle gates to crossings"),
        ("street_nodes",),
    ),
    "gate_to_platform_m": Measure(
        measure_gate_to_bus_stop,
        "m",
        Text("新增车行出入口距公交站", "New vehicle gates to bus stops"),
        ("bus_stops",),
    ),
    "gate_to_school_or_park_m": Measure(
        measure_gate_to_school,
        "m",
        Text("新增车行出入口距学校、公园、养老设施", "New vehicle gates to schools, parks, homes"),
        ("schools", "amenities"),
    ),
}
