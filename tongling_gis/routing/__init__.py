"""Who walks where, how long and by which way: seconds on foot over the network.

Every answer is exact to the millisecond and the same from the compiled kernels and from SciPy.
"""

from tongling_gis.routing.ends import Ends, join_ends, rows_of
from tongling_gis.routing.engines import (
    Engine,
    import_compiled,
    load_kernels,
    on_all_cores,
    paint_distances,
    scipy_rows_s,
    settle_engine,
    trace_areas,
)
from tongling_gis.routing.graph import WalkGraph, edge_times, weigh
from tongling_gis.routing.nearest import (
    Nearest,
    Reached,
    limit_in_ms,
    nearest_place,
    reach_nodes,
)
from tongling_gis.routing.pairs import SparseTimes, origin_destination
from tongling_gis.routing.paths import Path, shortest_path
from tongling_gis.routing.profile_notes import describe_profile
from tongling_gis.routing.repair import (
    Mended,
    Patch,
    Seeds,
    Standing,
    join_seeds,
    no_patch,
    seeds_of,
    stand,
)

__all__ = [
    "Ends",
    "Engine",
    "Mended",
    "Nearest",
    "Patch",
    "Path",
    "Reached",
    "Seeds",
    "SparseTimes",
    "Standing",
    "WalkGraph",
    "describe_profile",
    "edge_times",
    "import_compiled",
    "join_ends",
    "join_seeds",
    "limit_in_ms",
    "load_kernels",
    "nearest_place",
    "no_patch",
    "on_all_cores",
    "origin_destination",
    "paint_distances",
    "reach_nodes",
    "rows_of",
    "scipy_rows_s",
    "seeds_of",
    "settle_engine",
    "shortest_path",
    "stand",
    "trace_areas",
    "weigh",
]
