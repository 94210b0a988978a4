"""Orchards, meadows and woods in the open country round the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.sample_city.shapes import as_polygon, to_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon

    from tongling_gis.sample_city.quarters import Built
    from tongling_gis.sample_city.terrain import Terrain
    from tongling_gis.sample_city.ways import Way

_ALONG_M = (-450.0, 9_300.0)
_INLAND_M = (150.0, 5_200.0)
_FIELD_M = 330.0
_SHAKE_M = 95.0
_TILLED = 0.55
_LEAST_M2 = 12_000.0
_MOST_TOWN = 0.12
_KINDS = ("orchard", "meadow", "meadow", "forest", "allotments")


def _cells(land: Terrain, rng: np.random.Generator) -> list[Polygon]:
    """Divide the country into uneven fields, four-cornered in the plan."""
    along = np.arange(_ALONG_M[0], _ALONG_M[1], _FIELD_M)
    inland = np.arange(_INLAND_M[0], _INLAND_M[1], _FIELD_M)
    grid = np.stack(np.meshgrid(along, inland, indexing="ij"), axis=-1)
    grid = grid + rng.uniform(-_SHAKE_M, _SHAKE_M, grid.shape)
    rings = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], axis=2)
    return [land.frame.polygon(ring, step_m=120.0) for ring in rings.reshape(-1, 4, 2)]


def _obstacles(
    land: Terrain, built: Sequence[Built], streets: Sequence[Way]
) -> NDArray[np.object_]:
    """Take in everything that a field keeps clear of, each with its margin."""
    shapes = [one.shape.buffer(30.0) for one in built]
    shapes += [way.line.buffer(16.0, quad_segs=2) for way in streets]
    shapes += [hill.polygon.buffer(35.0) for hill in land.hills]
    shapes += [lake.polygon.buffer(60.0) for lake in land.lakes]
    return np.array([*shapes, land.river.buffer(90.0), land.creek.buffer(30.0)], dtype=object)


def draw_fields(
    land: Terrain, built: Sequence[Built], streets: Sequence[Way], rng: np.random.Generator
) -> list[tuple[str, Polygon]]:
    """Draw the fields outside the town, each with its ``landuse``."""
    cells = [cell for cell in _cells(land, rng) if rng.random() < _TILLED]
    kinds = rng.choice(_KINDS, len(cells))
    obstacles = _obstacles(land, built, streets)
    tree = shapely.STRtree(obstacles)
    town = shapely.STRtree([one.shape for one in built if one.use != "village"])
    fields: list[tuple[str, Polygon]] = []
    for cell, kind in zip(cells, kinds, strict=True):
        near = town.geometries.take(town.query(cell, predicate="intersects"))
        if shapely.area(shapely.intersection(near, cell)).sum() > _MOST_TOWN * cell.area:
            continue
        taken = shapely.union_all(obstacles[tree.query(cell, predicate="intersects")])
        free = as_polygon(shapely.intersection(cell, land.study_area).difference(taken))
        field = to_grid(as_polygon(free.buffer(-9.0).buffer(9.0, quad_segs=3)))
        if field.area > _LEAST_M2 and not field.interiors:
            fields.append((str(kind), field))
    return fields
