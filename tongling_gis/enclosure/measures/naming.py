"""How measures name objects, and say what is missing of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from tongling_gis.enclosure.model import GATE_KINDS, Gate
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

NO_BUILDINGS = Text(
    "没有“建筑”图层：请导入 buildings。", "There is no layer of buildings: import buildings."
)
NO_BUILDING_INSIDE = Text("围合内没有建筑。", "There is no building inside.")
NO_LANE_DRAWN = Text(
    "围合内没有画出消防车可走的道路：请在 streets 图层补画小区内车道（highway=service）；"
    "确已画全的，在答复文件中填 lanes_surveyed = true。",
    "No lane for fire engines is drawn inside: draw the compound's lanes in streets "
    "(highway=service); where all are drawn, say lanes_surveyed = true in the answers.",
)
LANES_IN_PART = Text(
    "附近没有画出车道，而围合内的车道看来没有画全：请在 streets 图层补画；"
    "确已画全的，在答复文件中填 lanes_surveyed = true。",
    "No lane is drawn near it, and the lanes inside seem to be drawn in part only: complete "
    "streets; where all are drawn, say lanes_surveyed = true in the answers.",
)


def missing_layer(zh: str, layer: str) -> Text:
    """Say that the project lacks a layer, and what to do."""
    return Text(
        f"没有“{zh}”图层：请导入 {layer}。", f"There is no layer {layer!r}: import {layer}."
    )


def name_row(layer: gpd.GeoDataFrame, row: int, key: str, kind: Text) -> Text:
    """Name a row of a layer by its name, else by its number."""
    name = layer["name"].iloc[row] if "name" in layer else None
    known = isinstance(name, str) and name
    called = name if known else str(layer[key].iloc[row]) if key in layer else f"#{row + 1}"
    return Text(f"{kind.zh}“{called}”", f"{kind.en} {called!r}")


def name_building(enclosure: Enclosure, row: int) -> Text:
    """Name a building by its row in the layer."""
    called = enclosure.surroundings.building_facts.name[row]
    return Text(f"建筑“{called}”", f"building {called!r}")


def name_hydrant(enclosure: Enclosure, row: int) -> Text:
    """Name a hydrant by its row in the layer."""
    layer = enclosure.surroundings.hydrants
    assert layer is not None
    return name_row(layer, row, "hydrant_id", Text("消火栓", "hydrant"))


def name_gate(gate: Gate) -> Text:
    """Name a gate by its name or number, and what it is for."""
    kind, called = GATE_KINDS[gate.kind.value], gate.name or gate.gate_id
    return Text(f"出入口“{called}”（{kind.zh}）", f"gate {called!r} ({kind.en.lower()})")


def name_lane(enclosure: Enclosure, lane: int) -> Text:
    """Name a lane by its street, or by the gate that it is."""
    lanes = enclosure.lanes
    if lanes.edge[lane] < 0:
        return name_gate(enclosure.case.gates[lanes.gate[lane]])
    street = enclosure.streets_of(enclosure.driving_after)[lanes.edge[lane]]
    return enclosure.surroundings.street_name(int(street))


def gather(shapes: Iterable[BaseGeometry]) -> BaseGeometry | None:
    """Put shapes together for showing; None where there are none."""
    listed = list(shapes)
    return shapely.GeometryCollection(listed) if listed else None
