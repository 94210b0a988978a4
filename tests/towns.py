"""Towns drawn in characters, small enough to check by hand.

Each character is a square of 50 m; streets run between junctions along its middle::

    +  a junction                          -  |  street
    X  street with a wall across           G  the same, with a gate in it
    h  c  a home, a centre on the street   H  C  a home, a centre beside the streets
    #  wall, joined to the walls beside, above and below it

So ``+-+`` is a street of 100 m, and a home one square off it walks 50 m to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tongling_gis.network import Network, build_network

CRS = "EPSG:4548"
SQUARE_M = 50.0
ORIGIN = (500_000.0, 3_400_000.0)

_ALONG = {(0, 1): "-XGhc", (1, 0): "|XGhc"}


@dataclass
class Town:
    """The layers of a town; homes and centres are numbered as one reads, H1, H2, C1 ..."""

    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    centres: gpd.GeoDataFrame

    def network(self, **options) -> Network:
        """Build the town's network, walls and gates included."""
        return build_network(
            self.streets, **({"barriers": self.barriers, "gates": self.gates} | options)
        )


def layer(shapes, **columns) -> gpd.GeoDataFrame:
    """Make a layer in the towns' CRS; one value stands for every row."""
    table = pd.DataFrame({**columns, "n": range(len(shapes))}).drop(columns="n")
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=CRS)


def place(x: float, y: float) -> tuple[float, float]:
    """Give coordinates from metres east and north of the towns' origin."""
    return ORIGIN[0] + x, ORIGIN[1] + y


def line(*xy: tuple[float, float]) -> shapely.LineString:
    """Draw a line through points in metres from the towns' origin."""
    return shapely.LineString([place(*one) for one in xy])


def wall(*xy: tuple[float, float], **columns) -> gpd.GeoDataFrame:
    """Make a layer of one wall through points in metres from the towns' origin."""
    return layer([line(*xy)], **({"barrier_id": "w1", "barrier": "wall"} | columns))


def gate(x: float, y: float, **columns) -> gpd.GeoDataFrame:
    """Make a layer of one gate."""
    spot = shapely.Point(place(x, y))
    return layer([spot], **({"gate_id": "g1", "barrier": "gate"} | columns))


def read_town(drawing: str) -> Town:
    """Read a drawing."""
    rows = drawing.strip("\n").splitlines()
    cells = {(r, c): one for r, row in enumerate(rows) for c, one in enumerate(row) if one != " "}
    streets = list(_read_streets(cells))
    return Town(
        streets=layer(
            [shapely.LineString([_xy(one), _xy(two)]) for one, two in streets],
            street_id=[f"s{number}" for number in range(1, len(streets) + 1)],
            from_node=[_number(one) for one, _ in streets],
            to_node=[_number(two) for _, two in streets],
            highway="residential",
        ),
        barriers=_read_walls(cells),
        gates=_points(cells, "G", "gate_id", barrier="gate"),
        homes=_points(cells, "hH", "resident_id"),
        centres=_points(cells, "cC", "centre_id"),
    )


def _xy(cell: tuple[int, int]) -> tuple[float, float]:
    return place(cell[1] * SQUARE_M, -cell[0] * SQUARE_M)


def _number(cell: tuple[int, int]) -> int:
    return cell[0] * 1000 + cell[1]


def _read_streets(cells):
    for start, one in cells.items():
        if one != "+":
            continue
        for (down, right), street in _ALONG.items():
            end = (start[0] + down, start[1] + right)
            while cells.get(end, " ") in street:
                end = (end[0] + down, end[1] + right)
            if cells.get(end) == "+" and end != (start[0] + down, start[1] + right):
                yield start, end


def _read_walls(cells) -> gpd.GeoDataFrame:
    walls = {cell for cell, one in cells.items() if one in "#XG"}
    pairs = [
        shapely.LineString([_xy(one), _xy(two)])
        for one in sorted(walls)
        for two in ((one[0] + 1, one[1]), (one[0], one[1] + 1))
        if two in walls
    ]
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(pairs))) if pairs else []
    ids = [f"w{number}" for number in range(1, len(lines) + 1)]
    return layer(lines, barrier_id=np.array(ids, dtype=str), barrier="wall")


def _points(cells, letters: str, key: str, **columns) -> gpd.GeoDataFrame:
    spots = [shapely.Point(_xy(cell)) for cell, one in cells.items() if one in letters]
    letter = letters[-1]
    ids = [f"{letter}{number}" for number in range(1, len(spots) + 1)]
    return layer(spots, **{key: np.array(ids, dtype=str)}, **columns)
