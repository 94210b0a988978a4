"""Streets as frozen arrays in metres: build, snap, cut by a wall, open at a gate."""

from tongling_gis.network.attachment import (
    Attachment,
    attach,
    carry,
    name_crossed_walls,
    name_shutting_walls,
)
from tongling_gis.network.building import build_network
from tongling_gis.network.model import Network

__all__ = [
    "Attachment",
    "Network",
    "attach",
    "build_network",
    "carry",
    "name_crossed_walls",
    "name_shutting_walls",
]
