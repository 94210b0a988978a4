"""Where a barrier crosses a street, and the two dead ends that it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from tongling_gis.network.model import Network


def sever(
    network: Network,
    barriers: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    *,
    gate_reach_m: float,
) -> Network:
    """Give another network, severed wherever a barrier crosses a street away from a gate."""
    return replace(
        network,
        barriers=barriers,
        gates=gates,
        gate_reach_m=gate_reach_m,
        uncut=network,
    )
