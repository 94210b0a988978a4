"""The open streets: plan lines bent, clipped at hills and water, bridged, ringed and walked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString
from shapely.ops import substring

from tongling_gis.sample_city.names import StreetNames
from tongling_gis.sample_city.shapes import SHORTEST_M, as_line, as_polygon, line_parts
from tongling_gis.sample_city.ways import WIDTH_M, Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.sample_city.plan import Plan, PlanLine
    from tongling_gis.sample_city.terrain import Blob, Terrain

_STEP_M = 45.0
_LAKE_ROAD_M = 42.0
_PROMENADE_M = 9.0
_HILL_ROAD_M = 14.0
_CREEK_BRIDGE_M = 17.0
_CREEK_PATH_M = 22.0
_LONGEST_SPAN_M = 75.0
_UNDERPASS_M = 24.0
_UNDER_RAIL = ("primary", "secondary")
_FOOTBRIDGES = 6
_FOOTBRIDGE_STREET_M = 260.0
_ONE_WAY_EVERY = 19
_CLIMBED_HILLS = 4
_STEEPEST_FOOTWAY = 0.12
_LEAST_STEPS_M = 6.0
_BRIDGED = ("trunk", "primary", "secondary", "tertiary")
_SIDEWALK_M = 14.5
_LEAST_SIDEWALK_M = 60.0
_STEPS_M = 9.5
_BIG_LAKE_M = 300.0


@dataclass(frozen=True, eq=False)
class Zones:
    """Land that ordinary streets keep out of, or cross only above or below."""

    closed: BaseGeometry
    creek_bridge: BaseGeometry
    creek_bank: BaseGeometry
    rail: BaseGeometry


def _zones(land: Terrain, plan: Plan) -> Zones:
    hills = [hill.polygon.buffer(_HILL_ROAD_M) for hill in land.hills]
    lakes = [lake.polygon.buffer(_LAKE_ROAD_M) for lake in land.lakes]
    creek = land.creek_line
    zones = Zones(
        shapely.union_all([*hills, *lakes, land.river.buffer(5.0)]),
        creek.buffer(_CREEK_BRIDGE_M, quad_segs=2),
        creek.buffer(_CREEK_PATH_M, quad_segs=2),
        plan_to_line(land, *plan.rail).buffer(_UNDERPASS_M, quad_segs=2),
    )
    for one in (zones.closed, zones.creek_bridge, zones.creek_bank, zones.rail):
        shapely.prepare(one)
    return zones


def plan_to_line(land: Terrain, *points: tuple[float, float]) -> LineString:
    """Bend a line of the plan into the real frame."""
    straight = shapely.segmentize(LineString(points), _STEP_M)
    return shapely.transform(straight, land.frame.to_world)


def _street(line: LineString, highway: str, name: str, **tags: str) -> Way:
    return Way(line, highway, name, tags={"width": f"{WIDTH_M[highway]:g}", **tags})


def _over(line: LineString, zones: Zones, highway: str, name: str) -> Iterator[Way]:
    """Carry a street over the creek if it is of some rank; end it at the bank path if not."""
    if not line.intersects(zones.creek_bank):
        yield _street(line, highway, name)
        return
    spans = list(line_parts(shapely.intersection(line, zones.creek_bridge), 2.0))
    bridged = highway in _BRIDGED and all(span.length < _LONGEST_SPAN_M for span in spans)
    for span in spans if bridged else ():
        tags = {"bridge": "yes", "layer": "1", "width": f"{WIDTH_M[highway]:g}"}
        yield Way(span, highway, name, layer=1, tags=tags)
    zone = zones.creek_bridge if bridged else zones.creek_bank
    for one in line_parts(shapely.difference(line, zone), 2.0 if bridged else SHORTEST_M):
        yield _street(one, highway, name)


def _plan_ways(land: Terrain, zones: Zones, drawn: PlanLine, name: str) -> Iterator[Way]:
    line = plan_to_line(land, *drawn.points)
    dry = shapely.difference(line, zones.closed) if line.intersects(zones.closed) else line
    if drawn.highway in _UNDER_RAIL and dry.intersects(zones.rail):
        for span in line_parts(shapely.intersection(dry, zones.rail), 2.0):
            height = "3.6" if drawn.highway == "secondary" else "4.5"
            tags = {"tunnel": "yes", "layer": "-1", "maxheight": height, "width": "9"}
            yield Way(span, drawn.highway, name, layer=-1, tags=tags)
        dry = shapely.difference(dry, zones.rail)
    for one in line_parts(dry, 2.0 if drawn.highway in _BRIDGED else SHORTEST_M):
        yield from _over(one, zones, drawn.highway, name)


def _ring(shape: Polygon, away_m: float) -> LineString:
    ring = shape.buffer(away_m, quad_segs=4).exterior.simplify(0.8)
    return LineString(ring.coords)


def _round_the_lake(lake: Blob) -> Iterator[Way]:
    """Ring a lake with a road and a promenade, joined by short paths."""
    road, shore = _ring(lake.polygon, _LAKE_ROAD_M), _ring(lake.polygon, _PROMENADE_M)
    yield _street(
        road,
        "tertiary",
        f"环{lake.name[-1]}路" if lake.half_m[0] > _BIG_LAKE_M else f"{lake.name}路",
    )
    yield _street(shore, "footway", f"{lake.name}步道", surface="paving_stones", lit="yes")
    for share in np.arange(0.03, 1.0, 290.0 / shore.length):
        start = shore.interpolate(share, normalized=True)
        end = road.interpolate(road.project(start))
        yield _street(LineString([start, end]), "footway", "")


def _trail(hill: Blob, ring: LineString, angle: float, rng: np.random.Generator) -> LineString:
    """Wind from the foot of a hill to its top."""
    far = hill.centre + 3 * max(hill.half_m) * np.array([np.cos(angle), np.sin(angle)])
    ray = LineString([hill.centre, far])
    foot = shapely.get_coordinates(shapely.intersection(ray, ring))[0]
    share = np.linspace(0.0, 1.0, 9)[:, None]
    across = np.array([-np.sin(angle), np.cos(angle)])
    sway = np.sin(share * rng.uniform(5, 9)) * np.sin(np.pi * share) * rng.uniform(14, 30)
    return LineString(foot + (hill.centre - foot) * share + sway * across)


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
            piece = as_line(substring(trail, low, high))
            more = {"incline": "up", "step_count": f"{(high - low) / 0.9:.0f}"}
            tags = more if highway == "steps" else {"surface": "paving_stones"}
            yield _street(piece, highway, f"{hill.name}登山道", **tags)


def _tunnel(land: Terrain, plan: Plan) -> Iterator[Way]:
    """Take the main street that meets the big hill through it, for motor traffic only."""
    big = land.hills[0]
    hill = big.polygon.buffer(_HILL_ROAD_M)
    for drawn in plan.lines:
        if drawn.order != 1 or drawn.points[0][1] != drawn.points[-1][1]:
            continue
        inside = shapely.intersection(plan_to_line(land, *drawn.points), hill)
        if inside.length > 2 * big.half_m[1]:
            tags = {"tunnel": "yes", "layer": "-1", "foot": "no", "maxheight": "4.5", "width": "9"}
            yield from (
                Way(one, drawn.highway, f"{big.name}隧道", layer=-1, tags=tags)
                for one in line_parts(inside)
            )


def _greenway(land: Terrain, zones: Zones) -> Iterator[Way]:
    """Walk both banks of the creek, over it by small footbridges."""
    dry = shapely.difference(as_polygon(zones.creek_bank).exterior, land.river.buffer(12.0))
    for one in line_parts(dry):
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
        line = LineString([span.coords[0], other.coords[0]])
        tags = {"bridge": "yes", "layer": "1", "width": "3"}
        yield Way(line, "footway", "柳溪人行桥", layer=1, tags=tags)


def _island_ways(land: Terrain) -> Iterator[Way]:
    """Join the island to the bank by one bridge, with one road along it."""
    main = plan_to_line(land, (6_250.0, -440.0), (7_760.0, -440.0))
    dry = land.island.polygon.buffer(-32.0)
    yield from (
        _street(one, "unclassified", "江心洲路") for one in line_parts(main.intersection(dry))
    )
    bridge = plan_to_line(land, (6_990.0, 130.0), (6_990.0, -440.0))
    arm = land.river.buffer(10.0)
    for one in line_parts(bridge.intersection(arm), 2.0):
        tags = {"bridge": "yes", "layer": "1", "width": "9"}
        yield Way(one, "tertiary", "江洲桥", layer=1, tags=tags)
    for one in line_parts(bridge.difference(arm), 2.0):
        yield _street(one, "tertiary", "江洲桥路")


def _great_bridge(land: Terrain, plan: Plan) -> Iterator[Way]:
    """Cross the Yangtze at the city's edge, by a road closed to walkers."""
    main = [line.points for line in plan.lines if line.order == 1]
    along = max(points[-1][0] for points in main if points[0][0] == points[-1][0]) + 220.0
    start = sorted({points[0][1] for points in main if points[0][1] == points[-1][1]})[1]
    line = plan_to_line(land, (along, start), (along + 60.0, -1_950.0))
    over = land.river.buffer(260.0)
    tags = {"bridge": "yes", "layer": "2", "foot": "no", "width": "26"}
    for one in line_parts(line.intersection(over)):
        yield Way(one, "trunk", "长江大桥（虚构）", layer=2, tags=tags)
    for one in line_parts(line.difference(over), 2.0):
        yield _street(one, "trunk", "大桥接线", foot="no")


def _sidewalks(zones: Zones, ways: list[Way]) -> Iterator[Way]:
    """Walk beside the primary streets of the middle of town, on both sides."""
    for way in ways:
        if way.highway != "primary" or way.layer or way.line.length < _LEAST_SIDEWALK_M:
            continue
        for side in (_SIDEWALK_M, -_SIDEWALK_M):
            walk = shapely.offset_curve(way.line, side, quad_segs=2)
            tags = {"footway": "sidewalk", "width": "3.5", "surface": "paving_stones"}
            for one in line_parts(walk.difference(zones.closed)):
                yield Way(as_line(one.simplify(0.2)), "footway", way.name, tags=tags)


def _riverside(land: Terrain) -> Iterator[Way]:
    """Walk on the levee between the river and the riverside road."""
    walk = plan_to_line(land, (1_000.0, 62.0), (8_100.0, 62.0)).difference(land.creek.buffer(4.0))
    for one in line_parts(walk):
        yield _street(one, "footway", "江堤步道", surface="asphalt", lit="yes")
    for along in np.arange(1_150.0, 8_000.0, 430.0):
        link = plan_to_line(land, (along, 62.0), (along, 130.0)).difference(land.creek.buffer(30.0))
        for one in line_parts(link):
            yield _street(one, "steps", "", step_count="24", incline="up")


def _footbridges(ways: list[Way]) -> Iterator[Way]:
    """Cross a few long primary streets by footbridges, with steps up from both pavements."""
    long = [
        way
        for way in ways
        if way.highway == "primary" and not way.layer and way.line.length > _FOOTBRIDGE_STREET_M
    ]
    for way in long[:: max(1, len(long) // _FOOTBRIDGES)]:
        middle = way.line.interpolate(0.42, normalized=True)
        ahead = way.line.interpolate(way.line.project(middle) + 1.0)
        across = np.array([-(ahead.y - middle.y), ahead.x - middle.x])
        spots = [
            np.array([middle.x, middle.y]) + across * away
            for away in (-_SIDEWALK_M, -_STEPS_M, _STEPS_M, _SIDEWALK_M)
        ]
        name = f"{way.name}人行天桥"
        tags = {"bridge": "yes", "layer": "1", "width": "3.5"}
        yield Way(LineString(spots[1:3]), "footway", name, layer=1, tags=tags)
        for low, high in ((spots[0], spots[1]), (spots[3], spots[2])):
            yield _street(LineString([low, high]), "steps", name, step_count="32", incline="up")


def _one_way(ways: list[Way]) -> list[Way]:
    """Let traffic run one way on a few small through streets."""
    small = [at for at, way in enumerate(ways) if way.highway == "tertiary" and not way.layer]
    chosen = set(small[::_ONE_WAY_EVERY])
    return [
        replace(way, tags={**way.tags, "oneway": "yes"}) if at in chosen else way
        for at, way in enumerate(ways)
    ]


def draw_streets(land: Terrain, plan: Plan, rng: np.random.Generator) -> list[Way]:
    """Draw every street, path, bridge and flight of steps outside the plots."""
    zones, names = _zones(land, plan), StreetNames(rng)
    ways = [
        way
        for drawn in plan.lines
        for way in _plan_ways(land, zones, drawn, names.take(drawn.highway))
    ]
    ways += [*_sidewalks(zones, ways), *_footbridges(ways)]
    for lake in land.lakes:
        ways += _round_the_lake(lake)
    for hill in land.hills[:_CLIMBED_HILLS]:
        ways += _hill_ways(hill, rng, 5 if hill is land.hills[0] else 3)
    ways += [*_tunnel(land, plan), *_island_ways(land), *_great_bridge(land, plan)]
    ways += [*_greenway(land, zones), *_riverside(land)]
    return _one_way(ways)


def rail_line(land: Terrain, plan: Plan) -> LineString:
    """Draw the railway, as far as the study area reaches."""
    return as_line(shapely.intersection(plan_to_line(land, *plan.rail), land.study_area))


def rail_fences(land: Terrain, plan: Plan) -> list[LineString]:
    """Draw the fence on either side of the railway; streets pass it below, or end at it."""
    line = rail_line(land, plan)
    return [as_line(line.offset_curve(side, quad_segs=2).simplify(0.2)) for side in (9.0, -9.0)]


def steepen(ways: Sequence[Way], land: Terrain) -> list[Way]:
    """Make steps of the footways that climb too steeply to be walked without."""
    lines = np.array([way.line for way in ways], dtype=object)
    ends = [shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)]
    rise = land.elevation_m(ends[1]) - land.elevation_m(ends[0])
    length = shapely.length(lines)
    steep = (np.abs(rise) > _STEEPEST_FOOTWAY * length) & (length > _LEAST_STEPS_M)
    made = []
    for way, climbs, height in zip(ways, steep, rise, strict=True):
        if climbs and way.highway == "footway" and not way.layer:
            more = {
                "incline": "up" if height > 0 else "down",
                "step_count": f"{abs(height) / 0.15:.0f}",
            }
            made.append(replace(way, highway="steps", tags={**way.tags, **more}))
        else:
            made.append(way)
    return made
