"""Rules of the trade: whole buildings, no overlap, valid rings, shops' street fronts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import missing_layer, name_building, name_row
from tongling_gis.enclosure.model import GateKind, Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure

_SLIVER_M2 = 1.0
_FRONT_M = 25.0
_SHOP_KINDS = ("shop=", "amenity=restaurant", "amenity=cafe", "amenity=fast_food")


def measure_buildings_cut(enclosure: Enclosure) -> Measured:
    """Count the buildings that the boundary cuts.

    A building is cut where more of it than the line's error lies on both sides.
    """
    buildings = enclosure.surroundings.buildings
    if buildings is None:
        return Measured(missing=missing_layer("建筑", "buildings"))
    shapes = buildings.geometry.to_numpy()
    rows = enclosure.cut_buildings
    items = tuple(Item(name_building(enclosure, row), 1.0, shapes[row]) for row in rows.tolist())
    offers = (_offer_around(enclosure, shapes[rows]),) if len(rows) else ()
    where = shapely.union_all(shapes[rows]) if len(rows) else None
    return Measured(float(len(rows)), items, where, offers=offers)


def _offer_around(enclosure: Enclosure, cut: NDArray[np.object_]) -> Offer:
    """Offer a line that takes in the buildings that lie mostly inside, and leaves the others."""
    area = enclosure.case.boundary
    inside = shapely.area(shapely.intersection(cut, area)) >= 0.5 * shapely.area(cut)
    moved: BaseGeometry = area
    if inside.any():
        moved = shapely.union(moved, shapely.buffer(shapely.union_all(cut[inside]), 1.0))
    if (~inside).any():
        moved = shapely.difference(moved, shapely.buffer(shapely.union_all(cut[~inside]), 1.0))
    label = Text(
        f"边界绕开 {len(cut)} 栋建筑：一半以上在内的划入，其余划出",
        f"Lead the line around {len(cut)} buildings: those mostly inside are taken in",
    )
    return Offer("move_boundary", label, boundary=_as_area(moved))


def _as_area(shape: BaseGeometry) -> shapely.Polygon | shapely.MultiPolygon:
    """Keep a shape's polygons."""
    parts = [one for one in shapely.get_parts(shape) if isinstance(one, shapely.Polygon)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def measure_overlap(enclosure: Enclosure) -> Measured:
    """Measure the area shared with other management areas, square metres."""
    others = enclosure.surroundings.compounds
    if others is None:
        return Measured(missing=missing_layer("小区", "compounds"))
    area = enclosure.case.boundary
    near = enclosure.surroundings.tree("compounds").query(area, predicate="intersects")
    ids = others["compound_id"].astype(str).to_numpy()
    near = np.sort(near[ids[near] != enclosure.case.compound_id])
    shared = shapely.intersection(others.geometry.to_numpy()[near], area)
    is_shared = shapely.area(shared) > _SLIVER_M2
    items = tuple(
        Item(
            name_row(others, row, "compound_id", Text("小区", "compound")),
            float(one.area),
            one,
            # Two lines that should be one, each as far off as it may be.
            error=float(one.length / 2 * enclosure.case.line_error_m),
        )
        for row, one in zip(near[is_shared].tolist(), shared[is_shared], strict=True)
    )
    where = shapely.union_all(shared[is_shared]) if items else None
    note = Text(
        f"小于 {_SLIVER_M2:g} m² 的重叠不计。", f"Overlaps under {_SLIVER_M2:g} m2 are left out."
    )
    offers: tuple[Offer, ...] = ()
    if where is not None:
        label = Text("将重叠部分划出边界", "Leave the overlap outside the line")
        offers = (
            Offer("move_boundary", label, boundary=_as_area(shapely.difference(area, where))),
        )
    return Measured(
        float(sum(item.value or 0 for item in items)), items, where, 0.0, note=note, offers=offers
    )


def measure_invalid_rings(enclosure: Enclosure) -> Measured:
    """Count parts of the boundary that are no valid ring, or slivers."""
    parts = shapely.get_parts(enclosure.case.boundary)
    bad = ~shapely.is_valid(parts) | (shapely.area(parts) < _SLIVER_M2)
    items = tuple(Item(Text.same(shapely.is_valid_reason(part)), 1.0, part) for part in parts[bad])
    return Measured(float(len(items)), items, shapely.union_all(parts[bad]) if items else None)


def measure_shop_fronts_cut(enclosure: Enclosure) -> Measured:
    """Count shops inside whose street front the new wall shuts off.

    A shop has a street front where a public street passes within 25 m of it with no building
    between; it is cut off where the boundary runs between the two, and no gate for people
    stands within 25 m of the shop. Shops are amenities of kind ``shop=...``, restaurants and cafes.
    """
    spots, names = _list_shops(enclosure)
    if spots is None:
        return Measured(missing=missing_layer("设施", "amenities"))
    inside = shapely.contains_xy(
        enclosure.case.boundary, shapely.get_x(spots), shapely.get_y(spots)
    )
    rows = np.flatnonzero(inside)
    front = np.array([_front_of(enclosure, spots[row]) for row in rows], dtype=object)
    line = enclosure.line
    cut = [
        (int(row), way)
        for row, way in zip(rows, front, strict=True)
        if way is not None and way.intersects(line) and not _by_a_gate(enclosure, spots[row])
    ]
    items = tuple(Item(names[row], 1.0, way) for row, way in cut)
    where = shapely.MultiPoint([spots[row] for row, _ in cut]) if cut else None
    note = Text(
        f"边界内有 {len(rows)} 处商铺；临街按 {_FRONT_M:g} m 内有公共道路且其间无建筑判断。",
        f"{len(rows)} shops inside; a front is a public street within {_FRONT_M:g} m with no "
        "building between.",
    )
    return Measured(float(len(items)), items, where, note=note)


def _list_shops(enclosure: Enclosure) -> tuple[NDArray[np.object_] | None, list[Text]]:
    """Give the shops near the case as points, with their names."""
    amenities = enclosure.surroundings.amenities
    if amenities is None:
        return None, []
    near = np.sort(enclosure.surroundings.tree("amenities").query(enclosure.case.boundary))
    kind = amenities["kind"].fillna("").astype(str).to_numpy()
    rows = [row for row in near.tolist() if kind[row].startswith(_SHOP_KINDS)]
    spots = amenities.geometry.to_numpy()[rows]
    return spots, [name_row(amenities, row, "amenity_id", Text("商铺", "shop")) for row in rows]


def _front_of(enclosure: Enclosure, shop: shapely.Point) -> shapely.LineString | None:
    """Give the way from a shop to the public street in front of it; None where there is none."""
    street = enclosure.nearest_public_street(shop, within_m=_FRONT_M)
    if street is None:
        return None
    way = shapely.shortest_line(shop, street)
    surroundings = enclosure.surroundings
    if surroundings.buildings is None:
        return way
    between = surroundings.tree("buildings").query(way, predicate="intersects")
    shapes = surroundings.buildings.geometry.to_numpy()[between]
    own = shapely.dwithin(shapes, shop, 3.0)
    return None if (~own).any() else way


def _by_a_gate(enclosure: Enclosure, shop: shapely.Point) -> bool:
    return any(
        gate.kind is not GateKind.FIRE_ONLY and gate.point.distance(shop) <= _FRONT_M
        for gate in enclosure.case.gates
    )


MEASURES = {
    "buildings_cut": Measure(
        measure_buildings_cut, "count", Text("被边界切割的建筑", "Buildings cut"), ("buildings",)
    ),
    "overlap_m2": Measure(
        measure_overlap,
        "m2",
        Text("与其他管理区域重叠", "Overlap with other management areas"),
        ("compounds",),
    ),
    "invalid_rings": Measure(
        measure_invalid_rings, "count", Text("无效的边界环", "Parts that are no valid ring")
    ),
    "shop_fronts_cut": Measure(
        measure_shop_fronts_cut,
        "count",
        Text("被隔断的临街商铺", "Shops whose street front is cut off"),
        ("amenities", "streets"),
    ),
}
