"""Ways on foot: without steps to every home, to a shelter, across the main roads around."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.gates import say_wayless
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import missing_layer
from tongling_gis.enclosure.measures.walks import NO_HOMES, NOBODY_INSIDE, distances_m
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.network import attach
from tongling_gis.network.model import number_components
from tongling_gis.network.tags import has_tag
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Flags: TypeAlias = NDArray[np.bool_]
    Ints: TypeAlias = NDArray[np.int64]

_MAIN_ROADS = ("trunk", "primary", "secondary")
_AROUND_M = 100.0
_ON_ROAD_M = 15.0
_STRETCH_M = 300.0
_CROSSINGS = ("crossing", "traffic_signals")


def measure_step_free_way(enclosure: Enclosure) -> Measured:
    """Tell whether each home inside has a way out without steps (PLN-08): 1 or 0.

    From the street at its door through the gates to the streets outside. Slopes, surfaces and
    kerbs are not looked at.
    """
    surroundings = enclosure.surroundings
    if surroundings.residents is None:
        return Measured(missing=NO_HOMES)
    rows = enclosure.inside_residents
    if not len(rows):
        return Measured(not_applicable=NOBODY_INSIDE)
    network = enclosure.walking_after
    shapes = surroundings.shapes("residents")[rows]
    edge = attach(network, shapes, limit_m=surroundings.snap_limit_m).edge
    free = _leads_out(enclosure, steps=False)[edge] & (edge >= 0)
    ids = surroundings.residents[surroundings.resident_key].astype(str).to_numpy()[rows]
    wayless = say_wayless(enclosure)
    items = tuple(
        Item(
            Text(f"住宅 {one}", f"home {one}"),
            1.0 if is_free else 0.0 if wayless is None else None,
            shape,
            missing=None if is_free else wayless,
        )
        for one, is_free, shape in zip(ids, free.tolist(), shapes, strict=True)
    )
    note = Text(
        f"{len(rows)} 处住宅中 {int(free.sum())} 处出门不经台阶即可到围合外；"
        "坡度、路面和路缘石未计。",
        f"{int(free.sum())} of {len(rows)} homes get outside without steps; slopes, surfaces and "
        "kerbs are not looked at.",
    )
    return Measured(float(free.all()), items, note=note)


def _leads_out(enclosure: Enclosure, *, steps: bool) -> Flags:
    """Tell which streets after the boundary hang together with those outside."""
    network = enclosure.walking_after
    ends = network.ends
    used = network.edges["walkable"].to_numpy(dtype=bool)
    if not steps:
        streets = enclosure.streets_of(network)
        used = used & ~enclosure.surroundings.are(streets, "highway", ("steps",))
    length_m = network.length_m
    part = number_components(len(network.nodes), ends[used, 0], ends[used, 1], length_m[used])
    outside = np.unique(part[enclosure.outside_nodes(network)])
    return np.asarray(used & np.isin(part[ends[:, 0]], outside[outside >= 0]))


def measure_shelters_linked(enclosure: Enclosure) -> Measured:
    """Tell whether every home inside has a way to an emergency shelter (EVA-05): 1 or 0."""
    surroundings = enclosure.surroundings
    if surroundings.shelters is None:
        return Measured(missing=missing_layer("应急避难场所", "shelters"))
    if surroundings.residents is None:
        return Measured(missing=NO_HOMES)
    rows = enclosure.inside_residents
    if not len(rows):
        return Measured(not_applicable=NOBODY_INSIDE)
    before_m, after_m = distances_m(enclosure, "shelter")
    cut = np.isinf(after_m)
    if (cut & ~np.isinf(before_m)).any() and (wayless := say_wayless(enclosure)):
        return Measured(missing=wayless)
    where = shapely.MultiPoint(surroundings.shapes("residents")[rows[cut]]) if cut.any() else None
    note = Text(
        f"{len(rows)} 处住宅中 {int(cut.sum())} 处没有通往避难场所的路。",
        f"{int(cut.sum())} of {len(rows)} homes have no way to a shelter.",
    )
    return Measured(float(not cut.any()), where=where, note=note)


def measure_crossing_spacing(enclosure: Enclosure) -> Measured:
    """Measure between neighbouring crossings along the main roads around (RCH-05).

    Main are roads of class trunk, primary and secondary within 100 m of the boundary, looked at
    as far as 300 m from it.
    """
    surroundings, plain = enclosure.surroundings, enclosure.surroundings.plain
    area = enclosure.case.boundary
    rows = surroundings.street_tree.query(area, predicate="dwithin", distance=_STRETCH_M)
    rows = rows[surroundings.are(rows, "highway", _MAIN_ROADS)]
    near = shapely.dwithin(plain.geometry[rows], area, _AROUND_M)
    if not near.any():
        why = Text("周边 100 m 内没有干路。", "No main road runs within 100 m.")
        return Measured(not_applicable=why)
    spots = _crossings(enclosure)
    if not len(spots):
        missing = Text(
            "没有过街设施：请在 street_nodes 图层补充 highway=crossing。",
            "No crossing is known: add highway=crossing to street_nodes.",
        )
        return Measured(missing=missing)
    names = np.array([surroundings.street_name(row).zh for row in rows.tolist()], dtype=object)
    items = [
        item
        for name in dict.fromkeys(names[near].tolist())
        for item in _gaps(Text.same(name), plain.geometry[rows[names == name]], spots)
    ]
    known = [item.value for item in items if item.value is not None]
    return Measured(max(known) if known else None, tuple(items))


def _crossings(enclosure: Enclosure) -> NDArray[np.object_]:
    network = enclosure.walking
    at = has_tag(network.nodes, "highway", _CROSSINGS)
    return np.asarray(shapely.points(network.xy[at]), dtype=object)


def _gaps(name: Text, lines: NDArray[np.object_], spots: NDArray[np.object_]) -> list[Item]:
    """List the stretches of a road between neighbouring crossings."""
    from shapely.ops import substring

    found = []
    for road in shapely.get_parts(shapely.line_merge(shapely.union_all(lines))):
        own = spots[shapely.distance(spots, road) <= _ON_ROAD_M]
        at_m = np.unique(np.round(shapely.line_locate_point(road, own))) if len(own) else own
        found += [
            Item(name, float(end - start), substring(road, start, end), error=_ON_ROAD_M)
            for start, end in pairwise(at_m.tolist())
        ]
    if found:
        return found
    missing = Text(
        f"{name.zh}在此段的过街设施不足两处或未录入。",
        f"Fewer than two crossings of {name.en} are known here.",
    )
    return [Item(name, None, shapely.union_all(lines), missing=missing)]


MEASURES = {
    "step_free_way": Measure(
        measure_step_free_way,
        "yes_no",
        Text("住宅出门无台阶可达围合外", "Homes get outside without steps"),
        ("residents", "streets"),
    ),
    "shelters_linked": Measure(
        measure_shelters_linked,
        "yes_no",
        Text("住宅与避难场所之间有疏散通道", "Homes have a way to a shelter"),
        ("shelters", "residents"),
    ),
    "crossing_spacing_m": Measure(
        measure_crossing_spacing,
        "m",
        Text("干路过街设施间距", "Spacing of crossings on main roads"),
        ("street_nodes",),
    ),
}
