"""Streets as frozen arrays in metres: build, snap, cut by a wall, open at a gate."""

from tongling_gis.network.attachment import (
    SNAP_TOLERANCE_M,
    Attachment,
    attach,
    carry,
    name_crossed_walls,
    name_shutting_walls,
)
from tongling_gis.network.building import build_network
from tongling_gis.network.exchange import from_graph, from_tables, to_graph, to_tables
from tongling_gis.network.model import Network
from tongling_gis.network.noding import node_streets

__all__ = [
    "SNAP_TOLERANCE_M",
    "Attachment",
    "Network",
    "attach",
    "build_network",
    "carry",
    "from_graph",
    "from_tables",
    "name_crossed_walls",
    "name_shutting_walls",
    "node_streets",
    "to_graph",
    "to_tables",
]
