"""Quarters that grew along their lanes: the old town and the villages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from shapely import LineString

from tongling_gis.sample_city.layout import Axes, Layout, axes_of
from tongling_gis.sample_city.shapes import lines_between, polygons_of
from tongling_gis.sample_city.ways import Way

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

    from tongling_gis.sample_city.styles import LaneStyle
    from tongling_gis.sample_city.terrain import Coords

_EDGE_M = 4.0


def _lattice(room: Polygon, style: LaneStyle, rng: np.random.Generator) -> Coords:
    """Lane corners (i, j, 2): an uneven grid over the plot's own axes."""
    west, near, east, far = room.bounds
    grid = []
    for low, high, step in (
        (west, east, style.spacing_m[0]),
        (near, far, style.spacing_m[1]),
    ):
        count = max(2, round((high - low) / step) + 1)
        at = np.linspace(low, high, count)
        at[1:-1] += rng.uniform(-0.22, 0.22, count - 2) * step
        grid.append(at)
    a, b = np.meshgrid(*grid, indexing="ij")
    shake = rng.uniform(-style.jitter_m, style.jitter_m, (*a.shape, 2))
    return np.stack([a, b], -1) + shake


def _links(shape: tuple[int, int]) -> NDArray[np.intp]:
    number = np.arange(shape[0] * shape[1]).reshape(shape)
    along = np.stack([number[:-1].ravel(), number[1:].ravel()], 1)
    across = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], 1)
    return np.concatenate([along, across])


def _lanes(
    points: Coords, links: NDArray[np.intp], kept: float, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Drop some links at random, never so that the lanes of one part fall apart."""
    size = len(points)
    weight = rng.uniform(0.1, 1.0, len(links))
    tree = minimum_spanning_tree(coo_matrix((weight, links.T), shape=(size, size))).tocoo()
    needed = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    stays = rng.random(len(links)) < kept
    stays |= np.array([(a, b) in needed or (b, a) in needed for a, b in links.tolist()], dtype=bool)
    chosen = links[stays]
    graph = coo_matrix((np.ones(len(chosen)), chosen.T), shape=(size, size))
    part = connected_components(graph, directed=False)[1]
    main = np.bincount(part[chosen[:, 0]]).argmax()
    joined: NDArray[np.intp] = chosen[part[chosen[:, 0]] == main]
    return joined


def _houses(lattice: Coords, style: LaneStyle, inner: Polygon, rng: np.random.Generator) -> Coords:
    """Divide each field between lanes into houses (n, 4, 2)."""
    field = np.stack(
        [lattice[:-1, :-1], lattice[1:, :-1], lattice[1:, 1:], lattice[:-1, 1:]], axis=2
    ).reshape(-1, 4, 2)
    wide = np.linalg.norm(field[:, 1] - field[:, 0], axis=1)
    deep = np.linalg.norm(field[:, 3] - field[:, 0], axis=1)
    columns, rows = style.houses
    u = _stations(wide, columns, style)
    v = _stations(deep, rows, style)
    corners = []
    for i in range(columns):
        for j in range(rows):
            square = [
                (u[i, 0], v[j, 0]),
                (u[i, 1], v[j, 0]),
                (u[i, 1], v[j, 1]),
                (u[i, 0], v[j, 1]),
            ]
            corners.append(np.stack([_inside(field, a, b) for a, b in square], axis=1))
    houses = np.concatenate(corners)
    shapes = polygons_of(houses)
    shapely.prepare(inner)
    stays = shapely.contains_properly(inner, shapes) & (shapely.area(shapes) > 22.0)
    return houses[stays & (rng.random(len(houses)) < style.built)]


def _stations(length: Coords, count: int, style: LaneStyle) -> Coords:
    """Where each of ``count`` houses starts and stops along a side, as shares (count, 2, n)."""
    room = length - 2 * style.inset_m
    step = room / count
    start = style.inset_m + np.arange(count)[:, None] * step
    return np.stack([start + style.gap_m / 2, start + step - style.gap_m / 2], 1) / length


def _inside(field: Coords, u: Coords, v: Coords) -> Coords:
    u, v = u[:, None], v[:, None]
    point: Coords = (
        field[:, 0] * (1 - u) * (1 - v)
        + field[:, 1] * u * (1 - v)
        + field[:, 2] * u * v
        + field[:, 3] * (1 - u) * v
    )
    return point


def _exits(points: Coords, lanes: NDArray[np.intp], shape: tuple[int, int]) -> Coords:
    """List the outermost lane corners of every row and column with the direction outwards."""
    used = np.zeros(shape, dtype=bool)
    used.flat[np.unique(lanes)] = True
    number = np.arange(used.size).reshape(shape)
    rows = []
    for grid, index, axis in ((used, number, 0), (used.T, number.T, 1)):
        lines = grid.any(axis=0)
        first, last = grid.argmax(axis=0), len(grid) - 1 - grid[::-1].argmax(axis=0)
        for ends, sign in ((first, -1.0), (last, 1.0)):
            at = points[index[ends, np.arange(grid.shape[1])][lines]]
            aim = np.zeros_like(at)
            aim[:, axis] = sign
            rows.append(np.column_stack([at, aim]))
    return np.concatenate(rows)


def lay_lanes(
    shape: Polygon, turn_rad: float, style: LaneStyle, rng: np.random.Generator
) -> Layout | None:
    """Fill a plot with crooked lanes and the houses between them; None if it is too small."""
    axes = axes_of(shape, turn_rad + rng.uniform(-0.12, 0.12))
    local = shapely.transform(shape, axes.to_local)
    room = local.buffer(-_EDGE_M)
    if room.is_empty:
        return None
    lattice = _lattice(room, style, rng)
    points = lattice.reshape(-1, 2)
    links = _links(lattice.shape[:2])
    shapely.prepare(room)
    segments = lines_between(points[links])
    links = links[shapely.contains_properly(room, segments)]
    if not len(links):
        return None
    lanes = _lanes(points, links, style.kept, rng)
    houses = _houses(lattice, style, local.buffer(-1.5), rng)
    if not len(houses):
        return None
    exits = _exits(points, lanes, lattice.shape[:2])
    exits = exits[rng.permutation(len(exits))]
    world = axes.to_world(points)
    ways = [_lane(world[pair], style, rng) for pair in lanes]
    aims = Axes(np.zeros(2), axes.turn_rad).to_world(exits[:, 2:])
    low, high = style.floors
    floors = rng.integers(low, high + 1, len(houses))
    leaves = np.column_stack([axes.to_world(exits[:, :2]), aims])
    return Layout(axes.to_world(houses), floors, ways, leaves)


def _lane(ends: Coords, style: LaneStyle, rng: np.random.Generator) -> Way:
    width = rng.uniform(*style.width_m)
    highway = "footway" if width < 3.2 else "living_street"
    tags = {"width": f"{width:.1f}", "surface": "concrete" if width > 2.6 else "sett"}
    return Way(LineString(ends), highway, tags=tags)
