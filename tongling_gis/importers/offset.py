"""Whether places lie where the streets say, or shifted by GCJ-02 or BD-09: measured.

Buildings do not stand on streets, hydrants and bus stops stand beside them, and streets lie on
streets. Each is true in one position only: some tens of metres away, in any direction, it is
as true as chance has it. So for every way that the coordinates may be read, what is seen there
is compared with what is seen on rings around it. A reading that stands out of its rings, and
alone among the readings, is the right one; where none does, the question stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.crs import (
    WGS84,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    metric_crs_of,
    wgs84_to_gcj02,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import Transformer
    from shapely import STRtree

    Degrees: TypeAlias = NDArray[np.float64]
    Places: TypeAlias = NDArray[np.object_]
    Shift: TypeAlias = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

TOO_FAR_BACK: Final = "GCJ-02 undone twice"
READINGS: Final[dict[str, Shift]] = {
    "WGS84": lambda lon, lat: (lon, lat),
    "GCJ-02": gcj02_to_wgs84,
    "BD-09": bd09_to_wgs84,
    TOO_FAR_BACK: wgs84_to_gcj02,
}
"""How degrees as written may be read: name -> what brings them to WGS 84."""

_FEWEST, _MOST = 12, 600
_AREA: Final = 2
_SAMPLED_STEPS: Final = 1500
_FEW_LINES: Final = 60
_RING_RADII_M: Final = (30.0, 50.0, 80.0, 120.0)
_DIRECTIONS: Final = 12
_ON_STREET_M, _BESIDE_STREET_M = 3.0, 12.0
_LARGEST_BUILDING_M2: Final = 10_000.0
_STEP_M: Final = 20.0
_LEAST_EXPECTED: Final = 5.0
_RARER, _COMMONER = 0.5, 1.25
_STANDS_OUT, _LEAD = 2.2, 1.0


class Sight(NamedTuple):
    """What is seen of the places at one reading.

    Attributes:
        what: Which sight it is, as a sentence with ``{here}`` and ``{around}`` in percent.
        here: Share of the places for which it holds.
        around: The same, on average, on the rings around.
        strength: By how many spreads of the rings it stands out; 0 where it does not.
    """

    what: Text
    here: float
    around: float
    strength: float

    def say(self) -> Text:
        """Say it with its numbers."""
        return self.what.fill(here=f"{self.here:.0%}", around=f"{self.around:.0%}")


@dataclass(frozen=True)
class OffsetTest:
    """How the readings compare.

    Attributes:
        sights: Reading -> what is seen there, the most striking first.
        best: The reading that the streets confirm, "" where none is confirmed.
        places: How many places were compared.
        middles_m: Reading -> middle of the places, metres east and north.
    """

    sights: dict[str, list[Sight]]
    best: str
    places: int
    middles_m: dict[str, tuple[float, float]]

    @property
    def striking(self) -> Sight:
        """What stands out most at the best reading."""
        return self.sights[self.best][0]

    def same_at(self, reading: str) -> Sight:
        """Find at another reading the sight that stands out at the best one."""
        return next(one for one in self.sights[reading] if one.what == self.striking.what)

    def stands_off(self, reading: str) -> tuple[float, float]:
        """Give the metres east and north by which a reading stands off the best one."""
        here, right = self.middles_m[reading], self.middles_m[self.best]
        return here[0] - right[0], here[1] - right[1]


_CROSSED = Text(
    "{here} 的面被街道穿过，移开几十米则为 {around}",
    "{here} of the shapes are crossed by a street, {around} some tens of metres away",
)
_CROSSED_EDGES = Text(
    "{here} 的边线（每 20 米一段）被街道穿过，移开几十米则为 {around}",
    "{here} of the edges, in steps of 20 m, are crossed by a street, {around} some tens of"
    " metres away",
)
_ON = Text(
    "{here} 的点落在街道中线上，移开几十米则为 {around}",
    "{here} of the points lie on a street's centre line, {around} some tens of metres away",
)
_BESIDE = Text(
    "{here} 的点紧邻街道，移开几十米则为 {around}",
    "{here} of the points lie beside a street, {around} some tens of metres away",
)
_ALONG = Text(
    "{here} 的线与街道重合，移开几十米则为 {around}",
    "{here} of the lines lie along a street, {around} some tens of metres away",
)


def measure_offset(written: Places, streets: gpd.GeoDataFrame) -> OffsetTest | None:
    """Compare how degrees may be read by what the streets say of each reading.

    Args:
        written: Shapes in degrees as they stand in the file, in China.
        streets: Lines in any CRS, right in place, of the same part of the city.

    Returns:
        The test; None where there are too few places or streets to compare.
    """
    import shapely
    from pyproj import Transformer

    places = written[~(shapely.is_missing(written) | shapely.is_empty(written))]
    lines = streets.geometry.to_numpy()
    if len(places) < _FEWEST or len(lines) < _FEWEST:
        return None
    places = _sample(places, _MOST)
    metric = metric_crs_of(streets)
    tree = shapely.STRtree(streets.geometry.to_crs(metric).to_numpy())
    to_metres = Transformer.from_crs(WGS84, metric, always_xy=True)
    read = {name: _read(places, shift, to_metres) for name, shift in READINGS.items()}
    sights = {name: _look(shapes, tree) for name, shapes in read.items()}
    order = sorted(sights, key=lambda name: -sights[name][0].strength)
    first, second = (sights[name][0].strength for name in order[:2])
    best = order[0] if first >= _STANDS_OUT and first - second >= _LEAD else ""
    middles = {name: _middle(shapes) for name, shapes in read.items()}
    return OffsetTest(sights, best, len(places), middles)


def _sample(places: Places, most: int) -> Places:
    chosen = np.linspace(0, len(places) - 1, min(most, len(places))).astype(np.intp)
    return places[chosen]


def _read(places: Places, shift: Shift, to_metres: Transformer) -> Places:
    import shapely

    def bring(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_metres.transform(*shift(xy[:, 0], xy[:, 1])))

    brought: Places = shapely.transform(places, bring)
    return brought


def _middle(shapes: Places) -> tuple[float, float]:
    import shapely

    extents = shapely.bounds(shapes)
    x, y = np.median((extents[:, :2] + extents[:, 2:]) / 2.0, axis=0)
    return float(x), float(y)


def _look(shapes: Places, tree: STRtree) -> list[Sight]:
    """Find what stands out at one position against the rings around it."""
    seen = [_compare(sight, shapes, tree) for sight in _choose_sights(shapes)]
    return sorted(seen, key=lambda sight: -sight.strength)


class _Kind(NamedTuple):
    """One sight: how its share is measured, and whether the truth has it oftener."""

    what: Text
    share: Callable[[Places, STRtree], float]
    oftener: bool
    items: Places


def _choose_sights(shapes: Places) -> list[_Kind]:
    """Choose what to look for by what most of the shapes are."""
    import shapely

    dimension = int(np.median(shapely.get_dimensions(shapes)))
    if dimension == 0:
        points = np.asarray(shapely.centroid(shapes), dtype=object)
        return [
            _Kind(_ON, _share_within(_ON_STREET_M), oftener=False, items=points),
            _Kind(_BESIDE, _share_within(_BESIDE_STREET_M), oftener=True, items=points),
        ]
    if dimension == _AREA and np.median(shapely.area(shapes)) <= _LARGEST_BUILDING_M2:
        return [_Kind(_CROSSED, _share_crossed, oftener=False, items=shapes)]
    lines = np.asarray(shapely.boundary(shapes) if dimension == _AREA else shapes, dtype=object)
    edges = _cut_in_steps(lines)
    looked = [
        _Kind(_ALONG, _share_within(_ON_STREET_M), oftener=True, items=_starts(edges)),
        _Kind(_CROSSED_EDGES, _share_crossed, oftener=False, items=edges),
    ]
    if len(lines) <= _FEW_LINES:
        looked.append(_Kind(_CROSSED, _share_crossed, oftener=False, items=lines))
    return looked


def _cut_in_steps(lines: Places) -> Places:
    """Cut lines into pieces of some twenty metres, evenly chosen where there are many."""
    import shapely

    fine = shapely.segmentize(lines, _STEP_M)
    xy, line = shapely.get_coordinates(fine, return_index=True)
    same = np.flatnonzero(line[1:] == line[:-1])
    same = same[np.linspace(0, len(same) - 1, min(_SAMPLED_STEPS, len(same))).astype(np.intp)]
    ends = np.stack([xy[same], xy[same + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _starts(edges: Places) -> Places:
    import shapely

    return np.asarray(shapely.get_point(edges, 0), dtype=object)


def _share_within(distance_m: float) -> Callable[[Places, STRtree], float]:
    def share(points: Places, tree: STRtree) -> float:
        near = tree.query(points, predicate="dwithin", distance=distance_m)[0]
        return len(np.unique(near)) / len(points)

    return share


def _share_crossed(shapes: Places, tree: STRtree) -> float:
    return len(np.unique(tree.query(shapes, predicate="intersects")[0])) / len(shapes)


def _compare(kind: _Kind, shapes: Places, tree: STRtree) -> Sight:
    """Compare a share here with the rings; it stands out if it leaves all of them behind."""
    import shapely

    def share_at(shift: NDArray[np.float64]) -> float:
        return kind.share(np.asarray(shapely.transform(kind.items, lambda xy: xy + shift)), tree)

    here = kind.share(kind.items, tree)
    rings = np.array([share_at(shift) for shift in _ring_shifts()])
    around = float(rings.mean())
    if kind.oftener:
        stands_out = here >= _COMMONER * around and here > rings.max() and around > 0.0
    else:
        expected = around * len(kind.items)
        stands_out = here <= _RARER * around and here < rings.min() and expected >= _LEAST_EXPECTED
    if not stands_out:
        return Sight(kind.what, here, around, 0.0)
    chance = np.sqrt(around * (1.0 - around) / len(shapes))
    spread = max(float(rings.std()), float(chance), 1e-9)
    return Sight(kind.what, here, around, abs(here - around) / spread)


def _ring_shifts() -> NDArray[np.float64]:
    """List the steps in metres to the places on the rings, (n, 2)."""
    shifts = []
    for k, radius in enumerate(_RING_RADII_M):
        angles = 2.0 * np.pi * (np.arange(_DIRECTIONS) + 0.25 * k) / _DIRECTIONS
        shifts.append(radius * np.column_stack([np.cos(angles), np.sin(angles)]))
    return np.concatenate(shifts)
