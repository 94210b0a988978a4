"""Where new centres do most good, proven: from times and demand, or from the map."""

from tongling_gis.siting.centre import solve_centre
from tongling_gis.siting.cover import solve_cover
from tongling_gis.siting.cover_all import solve_cover_all
from tongling_gis.siting.median import solve_median
from tongling_gis.siting.problem import Role
from tongling_gis.siting.solution import Effort, Solution, Status

__all__ = [
    "Effort",
    "Role",
    "Solution",
    "Status",
    "solve_centre",
    "solve_cover",
    "solve_cover_all",
    "solve_median",
]
