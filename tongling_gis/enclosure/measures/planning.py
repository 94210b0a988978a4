"""The streets inside and around an enclosure: widths, gradients, spacing, density, size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.measures.gates import walking_gates
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.model import Gate, GateKind, Item, Measured, Offer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.surroundings import Surroundings

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

_MINOR = ("alley", "driveway", "parking_aisle", "emergency_access", "drive-through")
_WALKS = ("footway", "path", "pedestrian", "steps")
_ROADS = ("cycleway", "bridleway", "corridor", "elevator", *_WALKS)
_SHORTEST_M = 5.0
HEIGHT_ERROR_M = 1.0
"""How far off the height of a street's end may be (N; a 30 m raster is worse, a survey better)."""
_AROUND_M = 500.0
_FAR_M = 1500.0
_TOUCHED_M2 = 50.0
_ALONG_M = 20.0
_WALLED_M = 3.0
_WALLED_SHARE = 0.8
_OUTSIDE = Text("边界内没有此类道路。", "There is no such street inside.")


def streets_inside(enclosure: Enclosure) -> tuple[Ints, Floats]:
    """Give the uncut streets within the boundary, and how far each runs inside, metres."""
    surroundings, area = enclosure.surroundings, enclosure.case.boundary
    rows = np.sort(surroundings.street_tree.query(area, predicate="intersects"))
    length_m = _length_within(surroundings.plain.geometry[rows], enclosure.area)
    keep = length_m > _SHORTEST_M
    return rows[keep], length_m[keep]


def _length_within(lines: NDArray[np.object_], area: BaseGeometry) -> Floats:
    """Measure how much of each line lies within an area, metres."""
    shapely.prepare(area)
    length_m: Floats = shapely.length(lines)
    across = np.flatnonzero(~shapely.contains_properly(area, lines))
    length_m[across] = shapely.length(shapely.intersection(lines[across], area))
    return length_m


def _internal(enclosure: Enclosure, *, roads: bool) -> Ints:
    """List the streets inside that are not known to be public: roads, or ways on foot."""
    rows, _ = enclosure.once(streets_inside)
    surroundings = enclosure.surroundings
    on_foot = surroundings.are(rows, "highway", _ROADS)
    chosen: Ints = rows[(surroundings.public[rows] != 1) & (on_foot != roads)]
    return chosen


def _widths(enclosure: Enclosure, rows: Ints) -> Measured:
    """List the recorded widths of streets; the narrowest is the worst."""
    surroundings = enclosure.surroundings
    if not len(rows):
        return Measured(not_applicable=_OUTSIDE)
    missing = Text(
        "没有道路宽度：请在 streets 图层填写“宽度”（width_m），扣除停车占用。",
        "Its width is unknown: fill in width_m of streets, parked cars taken off.",
    )
    width_m, error_m = surroundings.width_m[rows], surroundings.width_error_m[rows]
    items = tuple(
        Item(
            surroundings.street_name(row),
            None if np.isnan(width) else float(width),
            surroundings.plain.geometry[row],
            error=0.0 if np.isnan(error) else float(error),
            missing=missing if np.isnan(width) else None,
        )
        for row, width, error in zip(rows.tolist(), width_m, error_m, strict=True)
    )
    known = width_m[~np.isnan(width_m)]
    note = Text(
        f"{len(rows)} 段道路中 {len(known)} 段有宽度记录。",
        f"Of {len(rows)} pieces of street {len(known)} have a width recorded.",
    )
    return Measured(float(known.min()) if len(known) else None, items, note=note)


def measure_main_road_width(enclosure: Enclosure) -> Measured:
    """Measure the width of the main roads inside (PLN-02).

    Main are roads that are no alley, drive or aisle of a car park.
    """
    rows = _internal(enclosure, roads=True)
    minor = enclosure.surroundings.are(rows, "service", _MINOR)
    return _widths(enclosure, rows[~minor])


def measure_other_road_width(enclosure: Enclosure) -> Measured:
    """Measure the width of the other roads inside: alleys, drives, aisles (PLN-02)."""
    rows = _internal(enclosure, roads=True)
    minor = enclosure.surroundings.are(rows, "service", _MINOR)
    return _widths(enclosure, rows[minor])


def measure_footway_width(enclosure: Enclosure) -> Measured:
    """Measure the width of the ways on foot inside (PLN-10)."""
    return _widths(enclosure, _internal(enclosure, roads=False))


def _gradients(enclosure: Enclosure, rows: Ints, *, steepest: bool) -> Measured:
    """List streets' gradients in per cent, from their incline or their ends' heights.

    Heights of a 30 m raster may be 4 m off: over short streets that says nothing, and the
    error says so.
    """
    if not len(rows):
        return Measured(not_applicable=_OUTSIDE)
    surroundings = enclosure.surroundings
    slopes = surroundings.slopes
    rise, surveyed = np.abs(slopes.rise[rows]) * 100, slopes.surveyed[rows]
    length_m = surroundings.plain.length_m[rows]
    height_error_m = np.where(surveyed, 0.0, HEIGHT_ERROR_M)
    error = 100 * np.sqrt(2) * height_error_m / np.maximum(length_m, 1.0)
    missing = Text(
        "没有高程：请导入高程（import 高程.tif --as elevation）或填写坡度（incline）。",
        "Heights are unknown: import dem.tif --as elevation, or fill in incline.",
    )
    items = tuple(
        Item(
            surroundings.street_name(row),
            None if np.isnan(slope) else float(slope),
            surroundings.plain.geometry[row],
            error=float(off),
            missing=missing if np.isnan(slope) else None,
        )
        for row, slope, off in zip(rows.tolist(), rise, error, strict=True)
    )
    known = rise[~np.isnan(rise)]
    worst = (known.max() if steepest else known.min()) if len(known) else None
    return Measured(None if worst is None else float(worst), items)


def measure_internal_gradient(enclosure: Enclosure) -> Measured:
    """Measure the gradients of the roads inside, per cent (PLN-04)."""
    return _gradients(enclosure, _internal(enclosure, roads=True), steepest=True)


def measure_footway_gradient(enclosure: Enclosure) -> Measured:
    """Measure the gradients of the ways on foot inside, per cent (PLN-04).

    Flights of steps have no gradient and are left out.
    """
    rows = _internal(enclosure, roads=False)
    steps = enclosure.surroundings.are(rows, "highway", ("steps", "cycleway"))
    return _gradients(enclosure, rows[~steps], steepest=True)


def measure_cycleway_gradient(enclosure: Enclosure) -> Measured:
    """Measure the gradients of the cycleways inside, per cent (PLN-04)."""
    rows = _internal(enclosure, roads=False)
    cycles = enclosure.surroundings.are(rows, "highway", ("cycleway",))
    return _gradients(enclosure, rows[cycles], steepest=True)


def measure_area(enclosure: Enclosure) -> Measured:
    """Measure the enclosed area, hectares (PLN-07)."""
    area = enclosure.case.boundary
    error_m2 = area.length * enclosure.case.line_error_m
    return Measured(area.area / 1e4, where=area, error=error_m2 / 1e4)


def measure_newly_closed(enclosure: Enclosure) -> Measured:
    """Measure the area that the boundary closes anew, hectares (PLN-13).

    What stands behind walls today is closed already: the policy to open it by and by is no
    order to take walls down.
    """
    line = enclosure.line
    ground = enclosure.surroundings.ground
    rows = ground.wall_tree.query(line, predicate="dwithin", distance=_WALLED_M)
    walls = shapely.buffer(shapely.union_all(ground.walls.line[np.sort(rows)]), _WALLED_M)
    share = shapely.length(shapely.intersection(line, walls)) / shapely.length(line)
    note = Text(
        f"边界 {share:.0%} 沿现有围墙；达到 {_WALLED_SHARE:.0%} 的按现有小区计，"
        "“逐步”打开不等于拆围墙。",
        f"{share:.0%} of the line follows walls that stand; from {_WALLED_SHARE:.0%} on it is a "
        "compound as it stands, and to open it by and by is no order to take walls down.",
    )
    area = replace(measure_area(enclosure), note=note)
    return replace(area, value=0.0, error=0.0) if share >= _WALLED_SHARE else area


def measure_residents(enclosure: Enclosure) -> Measured:
    """Count the residents inside (PLN-07)."""
    return _count_inside(enclosure, "residents", Text("居民数", "residents"))


def measure_dwellings(enclosure: Enclosure) -> Measured:
    """Count the dwellings inside (PLN-07)."""
    return _count_inside(enclosure, "dwellings", Text("户数", "dwellings"))


def _count_inside(enclosure: Enclosure, column: str, what: Text) -> Measured:
    """Sum a column over what lies inside: residential points, else buildings."""
    surroundings = enclosure.surroundings
    sources = (
        (surroundings.residents, enclosure.inside_residents),
        (surroundings.buildings, enclosure.inside_buildings),
    )
    missing = Text(
        f"没有“{what.zh}”：请在 buildings 图层填写（{column}）。",
        f"The number of {what.en} is unknown: fill in {column} of buildings.",
    )
    if not any(len(rows) for layer, rows in sources if layer is not None):
        nothing = Text("边界内没有居民点和建筑。", "Neither home nor building lies inside.")
        given = any(layer is not None for layer, _ in sources)
        return Measured(not_applicable=nothing) if given else Measured(missing=missing)
    for layer, rows in sources:
        if layer is None or column not in layer:
            continue
        numbers = layer[column].to_numpy(dtype=float, na_value=np.nan)[rows]
        if len(numbers) and np.isnan(numbers).all():
            continue
        unknown = int(np.isnan(numbers).sum())
        note = Text(
            f"{unknown} 处没有填写，未计入。", f"{unknown} places have no number; not counted."
        )
        return Measured(float(np.nansum(numbers)), note=note if unknown else None)
    return Measured(missing=missing)


def measure_road_density(enclosure: Enclosure) -> Measured:
    """Measure public roads per area within 500 m of the boundary, after enclosing (PLN-06).

    Streets whose owner is unknown are the error. What the boundary takes in is public no more.
    """
    surroundings, case = enclosure.surroundings, enclosure.case
    base = shapely.buffer(case.boundary, _AROUND_M)
    rows = surroundings.street_tree.query(base, predicate="intersects")
    public = surroundings.public[rows]
    roads = ~surroundings.are(rows, "highway", _ROADS)
    lines = surroundings.plain.geometry[rows]
    before_m, lost_m = _length_within(lines, base), _length_within(lines, enclosure.area)
    km2 = base.area / 1e6
    known, unknown = (public == 1) & roads, (public == -1) & roads
    before = before_m[known].sum() / 1000 / km2
    after = (before_m - lost_m)[known].sum() / 1000 / km2
    open_question = (before_m - lost_m)[unknown].sum() / 1000 / km2
    note = Text(
        f"范围：边界外扩 {_AROUND_M:g} m（{km2:.2f} km²）；围合前 {before:.2f}、"
        f"围合后 {after:.2f} km/km²；"
        f"权属不明道路另有 {open_question:.2f} km/km²。",
        f"Within {_AROUND_M:g} m of the boundary ({km2:.2f} km²): {before:.2f} before, "
        f"{after:.2f} km/km² after; streets of unknown owner make {open_question:.2f} more.",
    )
    return Measured(
        after + open_question / 2, where=base.boundary, error=open_question / 2, note=note
    )


def _find_block(
    surroundings: Surroundings, area: BaseGeometry, reach_m: float
) -> BaseGeometry | None:
    """Find what the public roads within reach close in around an area taken as one."""
    rows, tree = surroundings.public_tree
    near = rows[tree.query(shapely.buffer(area, reach_m), predicate="intersects")]
    roads = ~surroundings.are(near, "highway", _ROADS)
    lines = shapely.difference(surroundings.plain.geometry[near[roads]], area)
    whole = shapely.node(shapely.union_all(lines))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(whole)))
    if not len(faces):
        return None
    shared = shapely.area(shapely.intersection(faces, area))
    block = shapely.union_all(faces[shared > _TOUCHED_M2])
    closed = block.buffer(1.0).contains(shapely.buffer(area, -_ALONG_M))
    return block if closed else None


def measure_road_spacing(enclosure: Enclosure) -> Measured:
    """Measure between the public roads on opposite sides of the enclosed block (PLN-05).

    The block is what the public roads around close in, the boundary's own area taken as one;
    the spacing is the longer side of the least rectangle around it, between centrelines.
    """
    surroundings, area = enclosure.surroundings, enclosure.case.boundary
    found = (_find_block(surroundings, area, reach_m) for reach_m in (_AROUND_M, _FAR_M))
    block = next((one for one in found if one is not None), None)
    if block is None:
        missing = Text(
            f"{_FAR_M:g} m 内的公共道路没有围成街坊：请核对道路数据和权属。",
            f"The public roads within {_FAR_M:g} m close in no block here: check streets.",
        )
        return Measured(missing=missing)
    corners = shapely.get_coordinates(shapely.oriented_envelope(block))
    sides_m = np.hypot(*np.diff(corners[:3], axis=0).T)
    note = Text(
        f"由公共道路围成的街坊最小外接矩形 {sides_m.max():.0f} × {sides_m.min():.0f} m，"
        "取长边；按道路中心线。",
        f"The block between public roads is {sides_m.max():.0f} x {sides_m.min():.0f} m by its "
        "least rectangle; the longer side, between centrelines.",
    )
    return Measured(float(sides_m.max()), where=block.boundary, error=5.0, note=note)


def measure_wall_to_road_edge(enclosure: Enclosure) -> Measured:
    """Measure from the wall to the edge of the roads beside it (PLN-12).

    From the road's centreline, half of its recorded width taken off.
    """
    surroundings, line = enclosure.surroundings, enclosure.line
    rows, tree = surroundings.public_tree
    near = rows[np.sort(tree.query(line, predicate="dwithin", distance=_ALONG_M))]
    roads = ~surroundings.are(near, "highway", _ROADS)
    near = near[roads]
    if not len(near):
        why = Text("边界不临公共道路。", "The boundary faces no public road.")
        return Measured(not_applicable=why)
    missing = Text(
        "没有道路宽度或红线：请在 streets 图层填写“宽度”（width_m）。",
        "The road's width is unknown: fill in width_m of streets.",
    )
    # Where a street comes in through the line the wall meets its end, not its side.
    gates = shapely.MultiPoint([gate.point for gate in enclosure.case.gates])
    beside = shapely.difference(surroundings.plain.geometry[near], gates.buffer(_ALONG_M))
    away_m = shapely.distance(beside, line)
    half_m, error_m = surroundings.width_m[near] / 2, surroundings.width_error_m[near] / 2
    items = tuple(
        Item(
            surroundings.street_name(row),
            None if np.isnan(half) else float(max(away - half, 0.0)),
            shapely.shortest_line(way, line),
            error=enclosure.case.line_error_m + (0.0 if np.isnan(off) else float(off)),
            missing=missing if np.isnan(half) else None,
        )
        for row, way, away, half, off in zip(
            near.tolist(), beside, away_m, half_m, error_m, strict=True
        )
        if not way.is_empty
    )
    known = [item.value for item in items if item.value is not None]
    return Measured(min(known) if known else None, items)


def measure_walking_breaks(enclosure: Enclosure) -> Measured:
    """Count the ways on foot that were open across the boundary and are shut (PLN-08)."""
    crossings = enclosure.crossings
    gates = enclosure.case.gates
    walked = enclosure.walking.edges["walkable"].to_numpy(dtype=bool)[crossings["edge"]]
    opens = np.array([gate in walking_gates(enclosure) for gate in (*gates, None)], dtype=bool)
    shut = walked & ~opens[crossings["gate"]] & ~crossings["over"].to_numpy(dtype=bool)
    street, x_m, y_m = (crossings[name].to_numpy()[shut] for name in ("street", "x_m", "y_m"))
    items = tuple(
        _shut_way(enclosure, *way)
        for way in zip(street.tolist(), x_m.tolist(), y_m.tolist(), strict=True)
    )
    spots = np.column_stack([x_m, y_m])
    where = shapely.MultiPoint(spots) if items else None
    note = Text(
        "只计数据中有的道路和步道；OSM 步道可能不全。",
        "Only ways that the data hold are counted; footpaths may be missing.",
    )
    return Measured(float(len(items)), items, where, note=note)


def _shut_way(enclosure: Enclosure, street: int, x_m: float, y_m: float) -> Item:
    """List a way that is shut, with the gate that would open it."""
    point = shapely.Point(x_m, y_m)
    name = enclosure.surroundings.street_name(street)
    label = Text(
        "在{name}处设净宽 1.8 m 的人行出入口", "Add a gate for people at {name}, 1.8 m clear"
    )
    gate = Gate("", point, GateKind.PEDESTRIAN, width_m=1.8)
    return Item(name, 1.0, point, offer=Offer("add_gate", label.fill(name=name), gate=gate))


_STREETS = ("streets",)

MEASURES = {
    "main_road_width_m": Measure(
        measure_main_road_width,
        "m",
        Text("主要附属道路宽度", "Main internal roads' width"),
        ("streets.width_m",),
    ),
    "other_road_width_m": Measure(
        measure_other_road_width,
        "m",
        Text("其他附属道路宽度", "Other internal roads' width"),
        ("streets.width_m",),
    ),
    "footway_width_m": Measure(
        measure_footway_width, "m", Text("人行道宽度", "Footways' width"), ("streets.width_m",)
    ),
    "internal_gradient_pct": Measure(
        measure_internal_gradient,
        "%",
        Text("附属道路纵坡", "Internal roads' gradient"),
        ("street_nodes.elevation_m",),
    ),
    "footway_gradient_pct": Measure(
        measure_footway_gradient,
        "%",
        Text("步行道纵坡", "Footways' gradient"),
        ("street_nodes.elevation_m",),
    ),
    "cycleway_gradient_pct": Measure(
        measure_cycleway_gradient,
        "%",
        Text("非机动车道纵坡", "Cycleways' gradient"),
        ("street_nodes.elevation_m",),
    ),
    "area_ha": Measure(measure_area, "ha", Text("围合面积", "Enclosed area")),
    "newly_closed_ha": Measure(
        measure_newly_closed, "ha", Text("新封闭的面积", "Area closed anew"), ("barriers",)
    ),
    "residents_inside": Measure(
        measure_residents,
        "residents",
        Text("围合内居民", "Residents inside"),
        ("residents.residents",),
    ),
    "dwellings_inside": Measure(
        measure_dwellings,
        "dwellings",
        Text("围合内住宅套数", "Dwellings inside"),
        ("buildings.dwellings",),
    ),
    "road_density_km_km2": Measure(
        measure_road_density, "km/km2", Text("路网密度", "Road density"), _STREETS
    ),
    "road_spacing_m": Measure(
        measure_road_spacing, "m", Text("四周城市道路间距", "Spacing of roads around"), _STREETS
    ),
    "wall_to_road_edge_m": Measure(
        measure_wall_to_road_edge,
        "m",
        Text("围墙至道路边缘", "Wall to the road's edge"),
        ("streets.width_m",),
    ),
    "walking_breaks": Measure(
        measure_walking_breaks, "count", Text("被阻断的步行通道", "Ways on foot shut"), _STREETS
    ),
}
