"""The ground the invented city stands on: river, island, lake, creek, hills, heights.

Everything is first laid out in *plan coordinates*: metres along the river bank (``along``,
downstream to the north-east) and metres inland from it (``inland``, to the south-east).
A smooth warp bends them into the real frame (EPSG:4548), so that streets follow the river.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from tongling_gis.sample_city.shapes import as_polygon

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Coords: TypeAlias = NDArray[np.float64]

CENTRE_M = (577_408.0, 3_424_604.0)
"""117.81E 30.94N in EPSG:4548, the point the city is built around."""
CENTRE_PLAN = (4_300.0, 1_900.0)
_TURN_RAD = np.radians(33.0)
_ALONG = np.array([np.cos(_TURN_RAD), np.sin(_TURN_RAD)])
_INLAND = np.array([np.sin(_TURN_RAD), -np.cos(_TURN_RAD)])
_BEND_M = 330.0
_BEND_LENGTH_M = 9_500.0
_BEND_REACH_M = 2_600.0
_INVERSE_ROUNDS = 30
_SWIRLS = (
    (3_750.0, 900.0, 0.42, 1_000.0),
    (1_300.0, 1_500.0, -0.26, 900.0),
    (5_700.0, 3_250.0, -0.34, 950.0),
    (7_900.0, 1_700.0, 0.30, 1_000.0),
    (2_900.0, 2_600.0, 0.22, 800.0),
)
_RING_POINTS = 96

RIVER_LEVEL_M = 8.0
LAKE_LEVEL_M = 12.5


@dataclass(frozen=True, eq=False)
class Frame:
    """The warp from plan coordinates to the real frame.

    Attributes:
        waves: Rows of along rad/m, inland rad/m, phase, along shift m, inland shift m.
        swirls: Rows of along m, inland m, turn rad, reach m: quarters laid out askew.
    """

    waves: Coords
    swirls: Coords

    def _shift(self, plan: Coords) -> Coords:
        phase = plan @ self.waves[:, :2].T + self.waves[:, 2]
        shift: Coords = np.sin(phase) @ self.waves[:, 3:]
        fade = np.exp(-np.square(np.maximum(plan[:, 1], 0.0) / _BEND_REACH_M))
        shift[:, 1] += _BEND_M * np.sin(2.0 * np.pi * plan[:, 0] / _BEND_LENGTH_M - 0.6) * fade
        off_bank = np.clip((plan[:, 1] - 60.0) / 700.0, 0.0, 1.0)
        for along, inland, turn, reach in self.swirls:
            away = plan - np.array([along, inland])
            angle = turn * off_bank * np.exp(-np.square(away / reach).sum(axis=1))
            cos, sin = np.cos(angle) - 1.0, np.sin(angle)
            shift[:, 0] += away[:, 0] * cos - away[:, 1] * sin
            shift[:, 1] += away[:, 0] * sin + away[:, 1] * cos
        return shift

    def to_world(self, plan: Coords) -> Coords:
        """Bend plan coordinates (k, 2) into the real frame (k, 2)."""
        moved = plan + self._shift(plan) - np.array(CENTRE_PLAN)
        world: Coords = moved[:, :1] * _ALONG + moved[:, 1:] * _INLAND + np.array(CENTRE_M)
        return world

    def to_plan(self, world: Coords) -> Coords:
        """Undo the warp by fixed-point iteration, to well under a metre."""
        away = world - np.array(CENTRE_M)
        target = np.column_stack([away @ _ALONG, away @ _INLAND]) + np.array(CENTRE_PLAN)
        guess: Coords = target
        for _ in range(_INVERSE_ROUNDS):
            guess = target - self._shift(guess)
        return guess

    def bearing(self, plan: tuple[float, float]) -> float:
        """Angle in radians, from east, of the along-river direction at a plan point."""
        ends = self.to_world(np.array([[plan[0] - 20.0, plan[1]], [plan[0] + 20.0, plan[1]]]))
        return float(np.arctan2(*(ends[1] - ends[0])[::-1]))

    def polygon(self, plan_ring: Coords, *, step_m: float = 40.0) -> Polygon:
        """Bend a ring drawn in plan coordinates into a polygon of the real frame."""
        return shapely.transform(shapely.segmentize(Polygon(plan_ring), step_m), self.to_world)


def make_frame(rng: np.random.Generator) -> Frame:
    """Invent the warp: a few long waves and some shorter, gentler ones."""
    lengths = np.concatenate([rng.uniform(2_600, 4_200, 4), rng.uniform(850, 1_300, 3)])
    turn = rng.uniform(0, 2 * np.pi, 7)
    size = np.where(lengths > 2_000, 42.0, 9.0)
    push = rng.uniform(0, 2 * np.pi, 7)
    return Frame(
        np.column_stack(
            [
                2 * np.pi / lengths * np.cos(turn),
                2 * np.pi / lengths * np.sin(turn),
                rng.uniform(0, 2 * np.pi, 7),
                size * np.cos(push),
                size * np.sin(push),
            ]
        ),
        np.array(_SWIRLS),
    )


@dataclass(frozen=True, eq=False)
class Blob:
    """A lake, hill or island: an ellipse with a wavy edge, in the real frame."""

    name: str
    centre: Coords
    half_m: tuple[float, float]
    turn_rad: float
    ripple: Coords
    height_m: float = 0.0

    def _edge(self, angle: Coords) -> Coords:
        orders = np.arange(2, 2 + len(self.ripple))
        waves = np.cos(orders * angle[:, None] + self.ripple[:, 1]) * self.ripple[:, 0]
        edge: Coords = 1.0 + waves.sum(axis=1)
        return edge

    def ratio(self, world: Coords) -> Coords:
        """Distance from the centre as a share of the edge's: 1 on the edge."""
        away = world - self.centre
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        u = (away[:, 0] * cos + away[:, 1] * sin) / self.half_m[0]
        v = (away[:, 1] * cos - away[:, 0] * sin) / self.half_m[1]
        share: Coords = np.hypot(u, v) / self._edge(np.arctan2(v, u))
        return share

    @property
    def polygon(self) -> Polygon:
        """Its outline."""
        angle = np.linspace(0, 2 * np.pi, _RING_POINTS, endpoint=False)
        edge = self._edge(angle)
        u, v = np.cos(angle) * edge * self.half_m[0], np.sin(angle) * edge * self.half_m[1]
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        return Polygon(np.column_stack([u * cos - v * sin, u * sin + v * cos]) + self.centre)


@dataclass(frozen=True, eq=False)
class Terrain:
    """River, island, lakes, creek and hills of one city, and its heights."""

    frame: Frame
    study_area: Polygon
    river: Polygon
    island: Blob
    lakes: tuple[Blob, ...]
    creek: Polygon
    creek_line: LineString
    hills: tuple[Blob, ...]

    @property
    def water(self) -> BaseGeometry:
        """River, lakes and creek in one shape."""
        return shapely.union_all([self.river, self.creek, *(one.polygon for one in self.lakes)])

    def elevation_m(self, world: Coords) -> Coords:
        """Height of the ground (k,) at points (k, 2), smooth, to 0.1 m."""
        plan = self.frame.to_plan(world)
        inland = np.clip(plan[:, 1], 0.0, None)
        along = plan[:, 0]
        ground = 16.0 + inland / 190.0
        ground = ground + 5.0 * np.sin(along / 290.0) * np.cos(inland / 240.0)
        ground = ground + 3.2 * np.sin((along + 0.6 * inland) / 130.0)
        for hill in self.hills:
            rise = np.clip(1.0 - np.square(hill.ratio(world) / 1.05), 0.0, None)
            ground = ground + hill.height_m * np.square(rise)
        for lake in self.lakes:
            away = np.clip((lake.ratio(world) - 1.0) / 0.8, 0.0, 1.0)
            ground = LAKE_LEVEL_M + 1.0 + (ground - LAKE_LEVEL_M - 1.0) * (0.2 + 0.8 * away)
        bank = np.clip((plan[:, 1] + 40.0) / 160.0, 0.0, 1.0)
        bank = np.maximum(bank, np.clip(1.6 - self.island.ratio(world), 0.0, 0.5))
        heights: Coords = np.round(RIVER_LEVEL_M + 1.5 + (ground - RIVER_LEVEL_M - 1.5) * bank, 1)
        return heights


def _blob(
    rng: np.random.Generator,
    frame: Frame,
    name: str,
    plan: tuple[float, float],
    half_m: tuple[float, float],
    *,
    turn_deg: float = 0.0,
    height_m: float = 0.0,
) -> Blob:
    sizes = rng.uniform(0.04, 0.10, 4) / np.arange(1.0, 3.0, 0.5)
    ripple = np.column_stack([sizes, rng.uniform(0, 2 * np.pi, 4)])
    centre = frame.to_world(np.array([plan]))[0]
    turn = frame.bearing(plan) + np.radians(turn_deg)
    return Blob(name, centre, half_m, turn, ripple, height_m)


def _creek_line(frame: Frame, rng: np.random.Generator) -> LineString:
    inland = np.linspace(-60.0, 3_500.0, 60)
    along = (
        6_330.0 + 90.0 * np.sin(inland / 520.0 + rng.uniform(0, 6)) + 30.0 * np.sin(inland / 170)
    )
    return LineString(frame.to_world(np.column_stack([along, inland])))


_LAKES = (
    ("镜湖", (4_560.0, 2_330.0), (430.0, 300.0), 25.0),
    ("月塘", (7_780.0, 2_330.0), (210.0, 120.0), -10.0),
    ("莲塘", (1_420.0, 2_330.0), (150.0, 95.0), 40.0),
)
_HILLS = (
    ("青屏山", (1_950.0, 3_000.0), (760.0, 400.0), -12.0, 150.0),
    ("鹿鸣山", (5_200.0, 3_420.0), (400.0, 250.0), 15.0, 78.0),
    ("小孤峰", (3_230.0, 690.0), (235.0, 165.0), 30.0, 44.0),
    ("望江岭", (7_080.0, 1_380.0), (210.0, 140.0), 60.0, 40.0),
    ("南屏山", (650.0, 4_450.0), (1_050.0, 480.0), 10.0, 230.0),
    ("东岭", (8_250.0, 4_250.0), (1_150.0, 520.0), -15.0, 190.0),
    ("石榴岗", (2_420.0, 4_900.0), (520.0, 260.0), 5.0, 120.0),
)


def _study_area(frame: Frame, rng: np.random.Generator) -> Polygon:
    """Bound the city by a line that wanders as boundaries do."""
    corners = np.array(
        [[-500.0, -1_900.0], [9_400.0, -1_900.0], [9_400.0, 5_150.0], [-500.0, 5_150.0]]
    )
    ring = shapely.get_coordinates(shapely.segmentize(Polygon(corners), 650.0))[:-1]
    ring += rng.uniform(-170.0, 170.0, ring.shape) * (ring[:, 1:] > -1_000.0)
    return frame.polygon(np.concatenate([ring, ring[:1]]), step_m=300.0)


def make_terrain(rng: np.random.Generator) -> Terrain:
    """Invent river, island, lakes, creek and hills."""
    frame = make_frame(rng)
    river = np.array([[-900.0, -1_750.0], [9_900.0, -1_750.0], [9_900.0, 0.0], [-900.0, 0.0]])
    island = _blob(rng, frame, "江心洲", (7_000.0, -440.0), (820.0, 215.0), height_m=6.0)
    line = _creek_line(frame, rng)
    study_area = _study_area(frame, rng)
    channel = frame.polygon(river, step_m=120.0).difference(island.polygon)
    channel = as_polygon(channel.intersection(study_area))
    return Terrain(
        frame=frame,
        study_area=study_area,
        river=channel,
        island=island,
        lakes=tuple(_blob(rng, frame, *lake[:3], turn_deg=lake[3]) for lake in _LAKES),
        creek=as_polygon(line.buffer(11.0, quad_segs=2).difference(channel).simplify(0.3)),
        creek_line=line,
        hills=tuple(
            _blob(rng, frame, *hill[:3], turn_deg=hill[3], height_m=hill[4]) for hill in _HILLS
        ),
    )
