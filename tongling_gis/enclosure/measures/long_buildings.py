"""Long buildings and their courtyards: can an engine get through, or in?

Buildings that touch are one. A building that lanes go round on all sides has a ring lane; one
that a lane runs through has its passage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import (
    LANES_IN_PART,
    NO_BUILDING_INSIDE,
    NO_BUILDINGS,
    name_building,
)
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Shapes: TypeAlias = NDArray[np.object_]

TOUCH_M = 0.2
"""Buildings no farther apart are one (N: drawn from imagery)."""
LENGTH_ERROR_M = 2.0
STREET_M = 25.0
"""A side no farther from the middle of a public street stands along it (N)."""
FRONT_M, LENGTH_M = 150.0, 220.0
COURT_M = 24.0
"""Lengths from which a way through is asked for (GB 50016-2014 7.1.1, 7.1.4)."""
_LEAST_COURT_M2 = 100.0


@dataclass(frozen=True, eq=False)
class Block:
    """Buildings that touch.

    Attributes:
        rows: Their rows in the layer.
        shape: Their union.
    """

    rows: list[int]
    shape: BaseGeometry


def merge_touching(enclosure: Enclosure) -> list[Block]:
    """Join the buildings inside that touch."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = np.asarray(enclosure.inside_buildings)
    shapes = enclosure.surroundings.shapes("buildings")[rows]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    count = len(rows)
    joins = coo_array((np.ones(len(a), np.int8), (a, b)), (count, count)).tocsr()
    n_blocks, label = connected_components(joins, directed=False)
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.searchsorted(label[order], np.arange(1, n_blocks)))
    return [
        Block(
            rows[group].tolist(),
            shapes[group[0]]
            if len(group) == 1
            else shapely.union_all(shapely.buffer(shapes[group], TOUCH_M / 2, join_style="mitre")),
        )
        for group in groups
    ]


def _nothing(enclosure: Enclosure) -> Measured | None:
    if enclosure.surroundings.buildings is None:
        return Measured(missing=NO_BUILDINGS)
    if not len(enclosure.inside_buildings):
        return Measured(not_applicable=NO_BUILDING_INSIDE)
    return None


def total_length_m(shape: BaseGeometry) -> float:
    """Give the length of the oblong of the same outline and area, bends straightened.

    >>> round(total_length_m(shapely.box(0, 0, 100, 12)), 6)
    100.0
    """
    parts = shapely.get_parts(shape)
    outer = shapely.polygons(shapely.get_exterior_ring(parts))
    half_m, area_m2 = shapely.length(outer) / 2, shapely.area(outer)
    root = np.sqrt(np.maximum(half_m**2 - 4 * area_m2, 0.0))
    return float(((half_m + root) / 2).max())


def measure_long_building_length(enclosure: Enclosure) -> Measured:
    """Measure the total length of buildings without a way through or round (FIR-13)."""
    return _long_buildings(enclosure, LENGTH_M, lambda block: total_length_m(block.shape))


def measure_long_building_frontage(enclosure: Enclosure) -> Measured:
    """Measure the street front of buildings without a way through or round (FIR-13)."""
    _, tree = enclosure.surroundings.public_tree
    rows, _ = enclosure.surroundings.public_tree
    near = rows[tree.query(enclosure.area, predicate="dwithin", distance=STREET_M)]
    streets = shapely.union_all(enclosure.surroundings.plain.geometry[near])
    strip = shapely.buffer(streets, STREET_M, cap_style="flat")

    def front_m(block: Block) -> float:
        if strip.is_empty or not shapely.intersects(block.shape, strip):
            return 0.0
        front = shapely.intersection(block.shape, strip)
        return min(total_length_m(front), total_length_m(block.shape))

    return _long_buildings(enclosure, FRONT_M, front_m)


def _long_buildings(
    enclosure: Enclosure, long_m: float, length_of: Callable[[Block], float]
) -> Measured:
    nothing = _nothing(enclosure)
    if nothing is not None:
        return nothing
    lengths = [(length_of(block), block) for block in enclosure.once(merge_touching)]
    longest = max(length_m for length_m, _ in lengths)
    long = [(length_m, block) for length_m, block in lengths if length_m > long_m - LENGTH_ERROR_M]
    items = tuple(_long_item(enclosure, block, length_m) for length_m, block in long)
    known = [item.value for item in items if item.value is not None]
    if not items:
        return Measured(longest, error=LENGTH_ERROR_M)
    return Measured(max(known) if known else None, items)


def _long_item(enclosure: Enclosure, block: Block, length_m: float) -> Item:
    name = _name(enclosure, block, length_m)
    if _passed(enclosure, block.shape):
        return Item(name, 0.0, block.shape)
    if not enclosure.served.drawn:
        return Item(name, None, block.shape, missing=LANES_IN_PART)
    return Item(name, length_m, block.shape, LENGTH_ERROR_M)


def _name(enclosure: Enclosure, block: Block, length_m: float) -> Text:
    first = name_building(enclosure, block.rows[0])
    more_zh = f"等 {len(block.rows)} 栋相连" if len(block.rows) > 1 else ""
    more_en = f" and {len(block.rows) - 1} attached" if len(block.rows) > 1 else ""
    return Text(
        f"{first.zh}{more_zh}，长 {length_m:.0f} m", f"{first.en}{more_en}, {length_m:.0f} m long"
    )


_RING_M = 50.0
"""Farther off (N), lanes ring the block of streets and not the building."""


def _passed(enclosure: Enclosure, shape: BaseGeometry) -> bool:
    """Tell whether a lane runs through a building, or lanes go all round it."""
    lanes = enclosure.lanes
    lines = lanes.line[lanes.usable]
    near = lines[shapely.dwithin(lines, shape, STREET_M)] if len(lines) else lines
    parts = shapely.get_parts(shape)
    outer = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))
    if shapely.crosses(near, outer).any() and shapely.crosses(near, shape).any():
        return True
    about = shapely.intersection(lines, shapely.buffer(outer, _RING_M))
    faces = shapely.get_parts(shapely.polygonize(_noded(about)))
    if not len(faces):
        return False
    round_it = shapely.polygons(shapely.get_exterior_ring(faces))
    return bool(shapely.contains(round_it, shape).any())


def _noded(lines: Shapes) -> Shapes:
    return np.asarray(shapely.get_parts(shapely.node(shapely.union_all(lines))), dtype=object)


def measure_courtyard_short_side(enclosure: Enclosure) -> Measured:
    """Measure the short side of closed courtyards that no lane enters (FIR-14)."""
    nothing = _nothing(enclosure)
    if nothing is not None:
        return nothing
    courts = _courts(enclosure)
    if not courts:
        return Measured(not_applicable=_NO_COURT)
    items = tuple(_court_item(enclosure, block, court) for block, court in courts)
    known = [item.value for item in items if item.value is not None]
    return Measured(max(known) if known else None, items)


_NO_COURT = Text(
    "围合内没有由建筑围成的内院。", "There is no courtyard closed by buildings inside."
)


def _courts(enclosure: Enclosure) -> list[tuple[Block, shapely.Polygon]]:
    found = []
    for block in enclosure.once(merge_touching):
        for part in shapely.get_parts(block.shape):
            holes = [shapely.Polygon(ring) for ring in part.interiors]
            found += [(block, hole) for hole in holes if hole.area >= _LEAST_COURT_M2]
    return found


def _court_item(enclosure: Enclosure, block: Block, court: shapely.Polygon) -> Item:
    lanes = enclosure.lanes
    lines = lanes.line[lanes.usable]
    corners = shapely.get_coordinates(shapely.oriented_envelope(court))
    short_m = float(np.hypot(*np.diff(corners, axis=0).T).min())
    name = name_building(enclosure, block.rows[0])
    name = Text(
        f"{name.zh}的内院，短边 {short_m:.0f} m", f"courtyard of {name.en}, {short_m:.0f} m"
    )
    if len(lines) and shapely.intersects(lines, court).any():
        return Item(name, 0.0, court)
    if short_m > COURT_M - LENGTH_ERROR_M and not enclosure.served.drawn:
        return Item(name, None, court, missing=LANES_IN_PART)
    return Item(name, short_m, court, LENGTH_ERROR_M)


def measure_courtyard_passage_spacing(enclosure: Enclosure) -> Measured:
    """Measure how far apart passages on foot into courtyards along streets are (FIR-14)."""
    nothing = _nothing(enclosure)
    if nothing is not None:
        return nothing
    if not _courts(enclosure):
        return Measured(not_applicable=_NO_COURT)
    missing = Text(
        "没有建筑底层人行通道图层：请现场核实沿街建筑通向内院的通道间距。",
        "Passages through buildings are in no layer: see on site how far apart they are.",
    )
    return Measured(missing=missing)


_NEEDS = ("buildings", "streets")

MEASURES = {
    "long_building_frontage_m": Measure(
        measure_long_building_frontage,
        "m",
        Text("无穿过或环形车道的建筑沿街长度", "Street front of buildings without a way through"),
        _NEEDS,
    ),
    "long_building_length_m": Measure(
        measure_long_building_length,
        "m",
        Text("无穿过或环形车道的建筑总长度", "Length of buildings without a way through"),
        _NEEDS,
    ),
    "courtyard_short_side_m": Measure(
        measure_courtyard_short_side,
        "m",
        Text("无车道进入的内院短边", "Short side of courtyards without a lane"),
        _NEEDS,
    ),
    "courtyard_passage_spacing_m": Measure(
        measure_courtyard_passage_spacing,
        "m",
        Text("内院人行通道间距", "Spacing of passages into courtyards"),
        (*_NEEDS, "passages"),
    ),
}
