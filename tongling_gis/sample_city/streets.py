"""The open streets: plan lines bent, clipped at hills and water, bridged, ringed and walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import substring

from tongling_gis.sample_city.names import StreetNames
from tongling_gis.sample_city.ways import WIDTH_M, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely import LineString, Polygon
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.sample_city.plan import Plan, PlanLine
    from tongling_gis.sample_city.terrain import Blob, Terrain

_STEP_M = 45.0
_LAKE_ROAD_M = 42.0
_PROMENADE_M = 9.0
_HILL_ROAD_M = 14.0
_CREEK_BRIDGE_M = 17.0
_CREEK_PATH_M = 22.0
_BRIDGED = ("trunk", "primary", "secondary", "tertiary")
_SIDEWALK_M = 14.5
_MIN_PIECE_M = 18.0


@dataclass(frozen=True, eq=False)
class Zones:
    """Land that ordinary streets keep out of."""

    closed: BaseGeometry
    creek_bridge: BaseGeometry
    creek_bank: BaseGeometry


def _zones(land: Terrain) -> Zones:
    hills = [hill.polygon.buffer(_HILL_ROAD_M) for hill in land.hills]
    lake = land.lake.polygon.buffer(_LAKE_ROAD_M)
    creek = land.creek_line
    zones = Zones(
        shapely.union_all([*hills, lake, land.river.buffer(5.0)]),
        creek.buffer(_CREEK_BRIDGE_M, quad_segs=2),
        creek.buffer(_CREEK_PATH_M, quad_segs=2),
    )
    for one in (zones.closed, zones.creek_bridge, zones.creek_bank):
        shapely.prepare(one)
    return zones


def plan_to_line(land: Terrain, ends: tuple[float, float, float, float]) -> LineString:
    """Bend a straight line of the plan into the real frame."""
    straight = shapely.segmentize(shapely.linestrings(np.reshape(ends, (2, 2))), _STEP_M)
    return shapely.transform(straight, land.frame.to_world)


def _pieces(shape: BaseGeometry, least_m: float = _MIN_PIECE_M) -> Iterator[LineString]:
    for part in shapely.get_parts(shapely.line_merge(shape)):
        if part.length >= least_m:
            yield part


def _street(line: LineString, highway: str, name: str, **tags: str) -> Way:
    return Way(line, highway, name, tags={"width": f"{WIDTH_M[highway]:g}", **tags})


def _plan_ways(land: Terrain, zones: Zones, drawn: PlanLine, name: str) -> Iterator[Way]:
    line = plan_to_line(land, drawn.ends)
    dry = shapely.difference(line, zones.closed) if line.intersects(zones.closed) else line
    if not dry.intersects(zones.creek_bank):
        yield from (_street(one, drawn.highway, name) for one in _pieces(dry))
    elif drawn.highway in _BRIDGED:
        over = shapely.intersection(dry, zones.creek_bridge)
        for span in _pieces(over, 2.0):
            yield Way(
                span,
                drawn.highway,
                name,
                layer=1,
                tags={"bridge": "yes", "layer": "1", "width": f"{WIDTH_M[drawn.highway]:g}"},
            )
        apart = shapely.difference(dry, zones.creek_bridge)
        yield from (_street(one, drawn.highway, name) for one in _pieces(apart, 2.0))
    else:
        apart = shapely.difference(dry, zones.creek_bank)
        yield from (_street(one, drawn.highway, name) for one in _pieces(apart))


def _ring(shape: Polygon, away_m: float) -> LineString:
    ring = shape.buffer(away_m, quad_segs=4).exterior.simplify(0.8)
    return shapely.linestrings(ring.coords)


def _round_the_lake(land: Terrain) -> Iterator[Way]:
    lake = land.lake.polygon
    road, shore = _ring(lake, _LAKE_ROAD_M), _ring(lake, _PROMENADE_M)
    yield _street(road, "tertiary", "环湖路")
    yield _street(shore, "footway", "环湖步道", surface="paving_stones", lit="yes")
    for share in np.arange(0.03, 1.0, 1 / 9):
        start = shapely.line_interpolate_point(shore, share, normalized=True)
        end = shapely.line_interpolate_point(road, shapely.line_locate_point(road, start))
        yield _street(shapely.linestrings([start.coords[0], end.coords[0]]), "footway", "")


def _trail(hill: Blob, ring: LineString, angle: float, rng: np.random.Generator) -> LineString:
    """Wind from the foot of a hill to its top."""
    far = hill.centre + 3 * max(hill.half_m) * np.array([np.cos(angle), np.sin(angle)])
    ray = shapely.linestrings([hill.centre, far])
    foot = shapely.get_coordinates(shapely.intersection(ray, ring))[0]
    share = np.linspace(0.0, 1.0, 9)[:, None]
    across = np.array([-np.sin(angle), np.cos(angle)])
    sway = np.sin(share * rng.uniform(5, 9)) * np.sin(np.pi * share) * rng.uniform(14, 30)
    return shapely.linestrings(foot + (hill.centre - foot) * share + sway * across)


def _hill_ways(hill: Blob, rng: np.random.Generator, trails: int) -> Iterator[Way]:
    """Ring the foot of a hill with a road and climb it by a few ways, steps on the upper half."""
    ring = _ring(hill.polygon, _HILL_ROAD_M)
    yield _street(ring, "residential", f"{hill.name}脚路")
    start = rng.uniform(0, 2 * np.pi)
    for turn in range(trails):
        trail = _trail(
            hill, ring, start + 2 * np.pi * (turn + rng.uniform(-0.2, 0.2)) / trails, rng
        )
        half = trail.length * rng.uniform(0.25, 0.45)
        for low, high, highway in ((0.0, half, "footway"), (half, trail.length, "steps")):
            piece = substring(trail, low, high)
            more = {"incline": "up", "step_count": f"{(high - low) / 0.9:.0f}"}
            tags = more if highway == "steps" else {"surface": "paving_stones"}
            yield _street(piece, highway, f"{hill.name}登山道", **tags)


def _tunnel(land: Terrain, plan: Plan) -> Iterator[Way]:
    """Take the main street that meets the big hill through it, for motor traffic only."""
    hill = land.hills[0].polygon.buffer(_HILL_ROAD_M)
    for drawn in plan.lines:
        if drawn.order != 1 or drawn.ends[1] != drawn.ends[3]:
            continue
        inside = shapely.intersection(plan_to_line(land, drawn.ends), hill)
        if inside.length > 2 * land.hills[0].half_m[1]:
            tags = {"tunnel": "yes", "layer": "-1", "foot": "no", "maxheight": "4.5", "width": "9"}
            yield from (
                Way(one, drawn.highway, f"{land.hills[0].name}隧道", layer=-1, tags=tags)
                for one in _pieces(inside)
            )


def _greenway(land: Terrain, zones: Zones) -> Iterator[Way]:
    """Walk both banks of the creek, over it by small footbridges."""
    dry = shapely.difference(zones.creek_bank.exterior, land.river.buffer(12.0))
    for one in _pieces(dry):
        yield _street(one, "footway", "柳溪绿道", surface="asphalt", lit="yes")
    banks = shapely.get_parts(shapely.line_merge(dry))
    creek = land.creek_line
    for share in (0.13, 0.34, 0.47, 0.66, 0.83):
        at = shapely.line_interpolate_point(creek, share, normalized=True)
        ends = [
            shapely.line_interpolate_point(bank, shapely.line_locate_point(bank, at))
            for bank in (
                shapely.offset_curve(creek, _CREEK_PATH_M),
                shapely.offset_curve(creek, -_CREEK_PATH_M),
            )
        ]
        span = shapely.shortest_line(shapely.union_all(banks), ends[0])
        other = shapely.shortest_line(shapely.union_all(banks), ends[1])
        line = shapely.linestrings([span.coords[0], other.coords[0]])
        tags = {"bridge": "yes", "layer": "1", "width": "3"}
        yield Way(line, "footway", "柳溪人行桥", layer=1, tags=tags)


def _island_ways(land: Terrain, plan: Plan) -> Iterator[Way]:
    """Join the island to the bank by one bridge, with one road along it."""
    main = plan_to_line(land, (6_250.0, -440.0, 7_760.0, -440.0))
    dry = land.island.buffer(-32.0)
    yield from (_street(one, "unclassified", "江心洲路") for one in _pieces(main.intersection(dry)))
    start = min(line.ends[1] for line in plan.lines if line.order == 1)
    bridge = plan_to_line(land, (6_990.0, start, 6_990.0, -440.0))
    arm = land.river.buffer(10.0)
    for one in _pieces(bridge.intersection(arm), 2.0):
        tags = {"bridge": "yes", "layer": "1", "width": "9"}
        yield Way(one, "tertiary", "江洲桥", layer=1, tags=tags)
    for one in _pieces(bridge.difference(arm), 2.0):
        yield _street(one, "tertiary", "江洲桥路")


def _great_bridge(land: Terrain, plan: Plan) -> Iterator[Way]:
    """Cross the Yangtze at the city's edge, by a road closed to walkers."""
    last = max(line.ends[2] for line in plan.lines if line.order == 1)
    near = sorted({line.ends[1] for line in plan.lines if line.order == 1})[1]
    line = plan_to_line(land, (last + 220.0, near, last + 220.0, -1_950.0))
    over = land.river.buffer(260.0)
    tags = {"bridge": "yes", "layer": "2", "foot": "no", "width": "26"}
    for one in _pieces(line.intersection(over)):
        yield Way(one, "trunk", "长江大桥（虚构）", layer=2, tags=tags)
    for one in _pieces(line.difference(over), 2.0):
        yield _street(one, "trunk", "大桥接线", foot="no")


def _sidewalks(land: Terrain, ways: list[Way]) -> Iterator[Way]:
    """Walk beside the primary streets of the middle of town, on both sides."""
    for way in ways:
        if way.highway != "primary" or way.layer or way.line.length < 60:
            continue
        for side in (_SIDEWALK_M, -_SIDEWALK_M):
            walk = shapely.offset_curve(way.line, side, quad_segs=2)
            tags = {"footway": "sidewalk", "width": "3.5", "surface": "paving_stones"}
            for one in _pieces(walk.difference(land.lake.polygon.buffer(_LAKE_ROAD_M))):
                yield Way(one.simplify(0.2), "footway", way.name, tags=tags)


def _riverside(land: Terrain) -> Iterator[Way]:
    """Walk on the levee between the river and the riverside road."""
    walk = plan_to_line(land, (900.0, 62.0, 8_100.0, 62.0)).difference(land.creek.buffer(4.0))
    for one in _pieces(walk):
        yield _street(one, "footway", "江堤步道", surface="asphalt", lit="yes")
    for along in np.arange(1_150.0, 8_000.0, 430.0):
        link = plan_to_line(land, (along, 62.0, along, 130.0)).difference(land.creek.buffer(30.0))
        for one in _pieces(link):
            yield _street(one, "steps", "", step_count="24", incline="up")


def draw_streets(land: Terrain, plan: Plan, rng: np.random.Generator) -> list[Way]:
    """Draw every street, path, bridge and flight of steps outside the plots."""
    zones, names = _zones(land), StreetNames(rng)
    ways = [
        way
        for drawn in plan.lines
        for way in _plan_ways(land, zones, drawn, names.take(drawn.highway))
    ]
    ways += _sidewalks(land, [way for way in ways if not way.name.startswith("环")])
    ways += _round_the_lake(land)
    for hill, trails in zip(land.hills, (5, 4, 4), strict=True):
        ways += _hill_ways(hill, rng, trails)
    for more in (_tunnel, _island_ways, _great_bridge):
        ways += more(land, plan)
    ways += _greenway(land, zones)
    ways += _riverside(land)
    return ways
