"""What a quarter is divided into before areas are put together of it: pieces that hold together.

The ground is cut along streets, public or not, existing walls and the outlines of compounds
(``shapely.polygonize``). Pieces that share a building are one, so that buildings stay whole; a
piece that is larger than an area may be is divided between its buildings, half way from each to
the next. Pieces on both sides of a public street belong to different blocks, and no area holds
pieces of two blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.scenario.ground import as_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.surroundings import Surroundings

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Shapes: TypeAlias = NDArray[np.object_]

WALL_M = 1.5
"""A border so near to an existing wall needs no new one (N)."""
SLIVER_M2 = 300.0
"""Smaller pieces without a building go to the neighbour with the longest border (N)."""
_SHARES_M2 = 1.0
_GRID_M = 0.001
_POINTS_M = 4.0


@dataclass(frozen=True, eq=False)
class Units:
    """Pieces of a quarter, those of one block one after the other.

    Attributes:
        shape: Each piece.
        block: Number of the block each lies in.
        area_m2: Its size.
        dwellings: Dwellings of its buildings; NaN where they are not known.
        pair: Neighbours within a block, [p, 2].
        border_m: Length of their common border.
        open_m: Length of it along which no wall stands.
        building: Rows of the buildings in the quarter.
        owner: The piece each of these is in.
        walls: Existing walls in the quarter, as one geometry.
        streets: Public streets in the quarter.
        width_m: Their widths, NaN where they are not known.
    """

    shape: Shapes
    block: Ints
    area_m2: Floats
    dwellings: Floats
    pair: Ints
    border_m: Floats
    open_m: Floats
    building: Ints
    owner: Ints
    walls: shapely.geometry.base.BaseGeometry
    streets: Shapes
    width_m: Floats


def divide_quarter(surroundings: Surroundings, case: Case, *, limit_m2: float) -> Units:
    """Divide a quarter into pieces.

    Args:
        surroundings: The city.
        case: The quarter as a boundary.
        limit_m2: Larger pieces are divided between their buildings.
    """
    quarter = case.boundary
    street = np.sort(surroundings.street_tree.query(quarter, predicate="intersects"))
    lines = surroundings.plain.geometry[street]
    public = surroundings.public[street] == 1
    walls = _walls(surroundings, quarter)
    compounds = surroundings.shapes("compounds")[
        surroundings.tree("compounds").query(quarter, predicate="intersects")
    ]
    blocks = _faces([shapely.boundary(quarter), *lines[public]], quarter)
    shapes, block = _cut_blocks(blocks, [*lines, walls, *shapely.boundary(compounds)])
    building = _buildings(surroundings, quarter)
    footprints = surroundings.shapes("buildings")[building]
    shapes, block = _keep_whole(shapes, block, footprints)
    shapes, block = _divide_large(shapes, block, footprints, limit_m2)
    owner = _owners(shapes, footprints)
    shapes, block, owner = _without_slivers(shapes, block, owner)
    pair, border_m, open_m = _borders(shapes, block, walls)
    return Units(
        shapes,
        block,
        shapely.area(shapes),
        _dwellings(surroundings, building, owner, len(shapes)),
        pair,
        border_m,
        open_m,
        building,
        owner,
        walls,
        lines[public],
        surroundings.width_m[street[public]],
    )


def _walls(
    surroundings: Surroundings, quarter: shapely.geometry.base.BaseGeometry
) -> shapely.geometry.base.BaseGeometry:
    """Give the walls that stand, as lines."""
    barriers = surroundings.walking.barriers
    if barriers is None or not len(barriers):
        return shapely.MultiLineString()
    lines = barriers.geometry.to_numpy(dtype=object)
    lines = np.where(shapely.get_dimensions(lines) == 2, shapely.boundary(lines), lines)  # noqa: PLR2004 - areas
    near = lines[shapely.intersects(lines, quarter) & (shapely.get_dimensions(lines) == 1)]
    return shapely.union_all(near) if len(near) else shapely.MultiLineString()


def _faces(lines: list[shapely.geometry.base.BaseGeometry], whole: shapely.Geometry) -> Shapes:
    """Give the faces into which lines part an area."""
    noded = shapely.union_all(as_array(lines), grid_size=_GRID_M)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.point_on_surface(faces)
    found: Shapes = faces[shapely.intersects(whole, inner)]
    return found


def _cut_blocks(
    blocks: Shapes, lines: list[shapely.geometry.base.BaseGeometry]
) -> tuple[Shapes, Ints]:
    """Cut each block along lines."""
    found: list[shapely.Geometry] = []
    block: list[int] = []
    every = as_array(lines)
    for number, one in enumerate(blocks):
        near = every[shapely.intersects(every, one)]
        own = _faces([shapely.boundary(one), *shapely.intersection(near, one)], one)
        found.extend(own)
        block.extend([number] * len(own))
    return as_array(found), np.array(block, dtype=np.int64)


def _buildings(surroundings: Surroundings, quarter: shapely.geometry.base.BaseGeometry) -> Ints:
    """Give the buildings whose middle lies in the quarter."""
    rows = np.sort(surroundings.tree("buildings").query(quarter, predicate="intersects"))
    middle = shapely.centroid(surroundings.shapes("buildings")[rows])
    inside: Ints = rows[shapely.intersects(quarter, middle)].astype(np.int64)
    return inside


def _keep_whole(shapes: Shapes, block: Ints, buildings: Shapes) -> tuple[Shapes, Ints]:
    """Join pieces of one block that share a building."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    at, piece = shapely.STRtree(shapes).query(buildings, predicate="intersects")
    shared = shapely.area(shapely.intersection(buildings[at], shapes[piece])) > _SHARES_M2
    at, piece = at[shared], piece[shared]
    key = at * (int(block.max(initial=0)) + 1) + block[piece]
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    a, b = piece[order][:-1][same], piece[order][1:][same]
    links = coo_array((np.ones(len(a)), (a, b)), shape=(len(shapes), len(shapes)))
    _, group = connected_components(links, directed=False)
    return _dissolved(shapes, block, group.astype(np.int64))


def _dissolved(shapes: Shapes, block: Ints, group: Ints) -> tuple[Shapes, Ints]:
    """Unite the pieces of each group."""
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    united = [shapely.union_all(shapes[part], grid_size=_GRID_M) for part in parts]
    return as_array(united), np.array([block[part[0]] for part in parts], dtype=np.int64)


def _divide_large(
    shapes: Shapes, block: Ints, buildings: Shapes, limit_m2: float
) -> tuple[Shapes, Ints]:
    """Divide pieces that are too large half way between their buildings."""
    middle = shapely.point_on_surface(buildings)
    found: list[shapely.Geometry] = []
    blocks: list[int] = []
    for shape, number in zip(shapes, block.tolist(), strict=True):
        own = buildings[shapely.intersects(shape, middle)]
        large = shapely.area(shape) > limit_m2 and len(own) > 1
        parts = _between(shape, own) if large else [shape]
        found.extend(parts)
        blocks.extend([number] * len(parts))
    return as_array(found), np.array(blocks, dtype=np.int64)


def _between(shape: shapely.Geometry, buildings: Shapes) -> list[shapely.Geometry]:
    """Give each building the ground that is nearer to it than to any other."""
    dense = shapely.segmentize(shapely.boundary(buildings), _POINTS_M)
    xy, of = shapely.get_coordinates(dense, return_index=True)
    xy, first = np.unique(np.round(xy, 3), axis=0, return_index=True)
    of = of[first]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(xy), extend_to=shape))
    points = np.asarray(shapely.points(xy), dtype=object)
    cell, point = shapely.STRtree(points).query(cells, predicate="intersects")
    owner = np.full(len(cells), -1)
    owner[cell] = of[point]
    parts: list[shapely.Geometry] = []
    for one in range(len(buildings)):
        own = shapely.union_all(cells[owner == one])
        own = shapely.difference(own, shapely.union_all(np.delete(buildings, one)))
        own = shapely.intersection(shapely.union(own, buildings[one]), shape)
        parts.extend(part for part in shapely.get_parts(own) if part.area > 0)
    return parts


def _owners(shapes: Shapes, buildings: Shapes) -> Ints:
    """Give the piece that holds most of each building, -1 for none."""
    at, piece = shapely.STRtree(shapes).query(buildings, predicate="intersects")
    shared = shapely.area(shapely.intersection(buildings[at], shapes[piece]))
    owner = np.full(len(buildings), -1, dtype=np.int64)
    order = np.argsort(shared, kind="stable")
    owner[at[order]] = piece[order]
    return owner


def _without_slivers(shapes: Shapes, block: Ints, owner: Ints) -> tuple[Shapes, Ints, Ints]:
    """Give slivers to the neighbour with the longest border."""
    held = np.bincount(owner[owner >= 0], minlength=len(shapes)) > 0
    sliver = ~held & (shapely.area(shapes) < SLIVER_M2)
    pair, border_m, _ = _borders(shapes, block, shapely.MultiLineString())
    group = np.arange(len(shapes))
    for one in np.flatnonzero(sliver).tolist():
        own = np.flatnonzero((pair == one).any(axis=1))
        if len(own):
            best = pair[own[border_m[own].argmax()]]
            other = int(best[best != one][0])
            group[group == group[one]] = group[other]
    _, group = np.unique(group, return_inverse=True)
    united, blocks = _dissolved(shapes, block, group)
    return united, blocks, np.where(owner >= 0, group[owner], -1)


def _borders(
    shapes: Shapes, block: Ints, walls: shapely.geometry.base.BaseGeometry
) -> tuple[Ints, Floats, Floats]:
    """Find neighbours of one block, their common border, and what of it has no wall."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_GRID_M)
    keep = (a < b) & (block[a] == block[b])
    a, b = a[keep], b[keep]
    near = shapely.intersection(
        shapely.boundary(shapes[a]), shapely.buffer(shapes[b], 10 * _GRID_M, quad_segs=1)
    )
    border_m = shapely.length(near)
    unwalled = near
    if not walls.is_empty:
        unwalled = shapely.difference(near, shapely.buffer(walls, WALL_M))
    keep = border_m > 1.0
    pair = np.column_stack([a, b])[keep]
    return pair, border_m[keep], shapely.length(unwalled)[keep]


def dwellings_of(surroundings: Surroundings) -> Floats:
    """Give each building's dwellings, NaN where they are not known."""
    layer = surroundings.buildings
    if layer is None or "dwellings" not in layer:
        return np.full(0 if layer is None else len(layer), np.nan)
    known: Floats = layer["dwellings"].to_numpy(dtype=float, na_value=np.nan)
    return known


def _dwellings(surroundings: Surroundings, building: Ints, owner: Ints, count: int) -> Floats:
    """Sum the dwellings of each piece; NaN where the quarter's are not known."""
    known = dwellings_of(surroundings)[building]
    if np.isnan(known).all():
        return np.full(count, np.nan)
    in_one = owner >= 0
    weights = np.nan_to_num(known)[in_one]
    found: Floats = np.bincount(owner[in_one], weights=weights, minlength=count).astype(float)
    return found
