"""From a layer of streets to a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tongling_gis.network.model import Network
from tongling_gis.network.severing import no_cuts
from tongling_gis.network.walkability import decide_walkable

if TYPE_CHECKING:
    import geopandas as gpd


def build_network(
    streets: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame | None = None,
    *,
    barriers: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    gate_reach_m: float = 3.0,
    private_ways: bool = True,
) -> Network:
    """Build the walking network from streets in a projected CRS in metres.

    Args:
        streets: The ``streets`` layer, with ``from_node`` and ``to_node``.
        nodes: The ``street_nodes`` layer, for elevations, crossings and gates on the street.
        barriers: The ``barriers`` layer: walls and fences that sever the streets they cross.
        gates: The ``gates`` layer: points where a barrier lets people through.
        gate_reach_m: Farthest that a gate may lie from the crossing it opens.
        private_ways: Whether streets tagged access=private are walked.
    """
    import shapely

    geometry = streets.geometry.to_numpy(dtype=object).copy()
    geometry.flags.writeable = False
    columns = streets.drop(columns=streets.geometry.name).reset_index(drop=True)
    ends = columns[["from_node", "to_node"]].to_numpy(dtype=np.int64)
    node_id, first, where = np.unique(ends.ravel(), return_index=True, return_inverse=True)
    corners = np.stack(
        [
            shapely.get_coordinates(shapely.get_point(geometry, 0)),
            shapely.get_coordinates(shapely.get_point(geometry, -1)),
        ],
        axis=1,
    ).reshape(-1, 2)[first]
    table = pd.DataFrame({"node_id": node_id, "x_m": corners[:, 0], "y_m": corners[:, 1]})
    if nodes is not None:
        extras = nodes.drop(columns=nodes.geometry.name).astype({"node_id": "int64"})
        table = table.merge(extras, on="node_id", how="left")
    if "elevation_m" not in table:
        table["elevation_m"] = np.nan
    where = where.reshape(-1, 2).astype(np.int32)
    columns["from_node"], columns["to_node"] = where[:, 0], where[:, 1]
    columns["length_m"] = shapely.length(geometry)
    reasons = decide_walkable(columns, private_ways=private_ways)
    columns["walkable"] = reasons == ""
    columns["walk_reason"] = reasons
    columns["uncut_edge"] = np.arange(len(columns), dtype=np.int32)
    columns["piece"], columns["start_m"] = np.int32(0), 0.0
    network = Network(streets.crs, table, columns, geometry, no_cuts())
    return network.cut_by(barriers, gates, gate_reach_m=gate_reach_m)
