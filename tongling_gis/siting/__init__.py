"""Where new centres do most good, proven: from times and demand, or from the map."""

from typing import TYPE_CHECKING

from tongling_gis.siting.backup import solve_backup
from tongling_gis.siting.budget import solve_budget
from tongling_gis.siting.capacity import solve_capacitated
from tongling_gis.siting.centre import solve_centre
from tongling_gis.siting.cover import solve_cover
from tongling_gis.siting.cover_all import solve_cover_all
from tongling_gis.siting.fair import solve_fair
from tongling_gis.siting.fronts import front_of_cost, front_of_worst
from tongling_gis.siting.groups import weigh_groups
from tongling_gis.siting.median import solve_median
from tongling_gis.siting.periods import Period, solve_periods
from tongling_gis.siting.phases import solve_phases
from tongling_gis.siting.problem import Role
from tongling_gis.siting.robustness import Often, Without, solve_often, solve_without
from tongling_gis.siting.solution import Effort, Solution, Status
from tongling_gis.siting.works import Kind, Works

if TYPE_CHECKING:
    from tongling_gis.siting.geography import choose_sites

__all__ = [
    "Effort",
    "Kind",
    "Often",
    "Period",
    "Role",
    "Solution",
    "Status",
    "Without",
    "Works",
    "choose_sites",
    "front_of_cost",
    "front_of_worst",
    "solve_backup",
    "solve_budget",
    "solve_capacitated",
    "solve_centre",
    "solve_cover",
    "solve_cover_all",
    "solve_fair",
    "solve_median",
    "solve_often",
    "solve_periods",
    "solve_phases",
    "solve_without",
    "weigh_groups",
]


def __getattr__(name: str) -> object:
    """Import the door on the map where it is asked for: it brings networks along."""
    if name == "choose_sites":
        from tongling_gis.siting.geography import choose_sites

        return choose_sites
    raise AttributeError(name)
