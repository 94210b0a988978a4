"""From a city to the mathematics and back: which sites answer a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.catalogue import read_standards
from tongling_gis.siting.backup import solve_backup
from tongling_gis.siting.budget import solve_budget
from tongling_gis.siting.capacity import solve_capacitated
from tongling_gis.siting.centre import solve_centre
from tongling_gis.siting.cover import solve_cover
from tongling_gis.siting.cover_all import solve_cover_all
from tongling_gis.siting.fair import solve_fair
from tongling_gis.siting.geography.city import floor_areas, seconds_of
from tongling_gis.siting.median import solve_median
from tongling_gis.siting.phases import solve_phases
from tongling_gis.siting.problem import Role
from tongling_gis.siting.solution import STOPPED
from tongling_gis.siting.works import Kind, Works
from tongling_gis.text import silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tongling_gis.routing import WalkGraph
    from tongling_gis.siting.geography.city import SitingCity
    from tongling_gis.siting.geography.question import SitingQuestion
    from tongling_gis.siting.solution import Effort, Solution

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

WALKS = frozenset({"median", "centre", "fair"})
"""Problems of how long people walk; the others ask whom a walk within the limit covers."""
COVERS = frozenset({"cover", "all", "budget", "phases"})
"""Problems of whom one site or centre covers, whichever it is."""
FOLDED = WALKS | COVERS
"""Problems in which only the nearest of the standing centres matters to a home."""


@dataclass(frozen=True, eq=False)
class Reach:
    """What the mathematics is told: n homes, then m sites and whatever stands already.

    Attributes:
        times: Seconds, a sparse array of n homes by the sites, then what stands.
        weight: What each home counts for; 0 for those whom nothing reaches.
        roles: A role for each column.
        conflict: Homes that count but that nothing reaches.
    """

    times: Any
    weight: Floats
    roles: tuple[Role, ...]
    conflict: Ints


@dataclass(frozen=True, eq=False)
class Plan:
    """An answer: sites and what is known of it.

    Attributes:
        chosen: Row numbers of the sites.
        solution: As the mathematics gave it.
        reach: What it was told.
    """

    chosen: Ints
    solution: Solution
    reach: Reach

    @property
    def stopped(self) -> bool:
        """Whether Ctrl-C ended the search."""
        return self.solution.reason == STOPPED


def weigh_homes(city: SitingCity, asked: SitingQuestion) -> Floats:
    """Say what each home counts for: its residents, or one group's, some of them more."""
    if asked.group:
        factor = asked.weights.get(asked.group, 1.0)
        return city.groups.get(asked.group, np.zeros(len(city.homes))) * factor
    weight = city.weight.copy()
    for group, factor in asked.weights.items():
        weight += (factor - 1.0) * city.groups.get(group, 0.0)
    return np.maximum(weight, 0.0)


def reach_sites(city: SitingCity, asked: SitingQuestion, graph: WalkGraph | None = None) -> Reach:
    """Time the walks that a question asks about.

    Where it does not matter which of the standing centres serves a home, they are one column,
    and walks to sites no nearer than the nearest of them are left out.
    """
    weight = weigh_homes(city, asked)
    search_s = read_standards().access.search_minutes * 60.0
    walks = asked.problem in WALKS
    found = city.times(search_s if walks else asked.limit_s, graph)
    times = _sparse(found.shape, found.indptr, found.destination, found.ms / 1000.0)
    roles = _roles(city, asked)
    if asked.problem in FOLDED and Role.COMPETITOR not in roles[len(city.sites) :]:
        times, roles = _fold_standing(city, times, roles, graph)
    reached = _reached(times, roles, None if walks else asked.limit_s)
    conflict = np.flatnonzero(~reached & (weight > 0))
    return Reach(times, np.where(reached, weight, 0.0), roles, conflict)


def _reached(times: Any, roles: tuple[Role, ...], limit_s: float | None) -> Flags:  # noqa: ANN401
    """Tell which homes have a site that may be used, within the limit where there is one."""
    usable = np.array([role != Role.FORBIDDEN for role in roles])
    pairs = times.tocoo()
    row, column = pairs.coords
    near = usable[column] & (pairs.data <= (np.inf if limit_s is None else limit_s))
    reached = np.zeros(times.shape[0], dtype=bool)
    reached[row[near]] = True
    return reached


def leave_covered(reach: Reach, limit_s: float) -> Reach:
    """Leave out the walks to sites of homes that a standing centre covers."""
    if reach.roles[-1:] != (Role.EXISTING,) or Role.EXISTING in reach.roles[:-1]:
        return reach
    pairs, last = reach.times.tocoo(), reach.times.shape[1] - 1
    row, column = pairs.coords
    covered = np.zeros(reach.times.shape[0], dtype=bool)
    covered[row[(column == last) & (pairs.data <= limit_s)]] = True
    keep = (column == last) | ~covered[row]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row[keep], minlength=len(covered)))])
    return replace(reach, times=_sparse(reach.times.shape, indptr, column[keep], pairs.data[keep]))


def _sparse(shape: tuple[int, int], indptr: Ints, column: Any, seconds: Floats) -> Any:  # noqa: ANN401 - SciPy's
    from scipy.sparse import csr_array

    return csr_array((seconds, column, indptr), shape=shape)


def _roles(city: SitingCity, asked: SitingQuestion) -> tuple[Role, ...]:
    ids = city.sites["site_id"]
    own = np.full(len(ids), Role.CANDIDATE, dtype=object)
    own[ids.isin(asked.require).to_numpy()] = Role.REQUIRED
    own[ids.isin(asked.compete).to_numpy()] = Role.COMPETITOR
    standing = city.centres["centre_id"][city.staying].isin(asked.compete)
    others = [Role.COMPETITOR if one else Role.EXISTING for one in standing]
    return (*own, *others)


def _fold_standing(
    city: SitingCity,
    times: Any,  # noqa: ANN401 - SciPy's
    roles: tuple[Role, ...],
    graph: WalkGraph | None,
) -> tuple[Any, tuple[Role, ...]]:
    """Put the walk to the nearest standing centre into one column, and drop longer walks."""
    m = len(city.sites)
    if not city.staying.any():
        return times[:, :m], roles[:m]
    today_s = seconds_of(city.after(np.empty(0, dtype=np.int64), graph))
    pairs = times[:, :m].tocoo()
    row, column = pairs.coords
    use = pairs.data < today_s[row]
    has = np.flatnonzero(np.isfinite(today_s))
    row = np.r_[row[use], has]
    order = np.argsort(row, kind="stable")
    column = np.r_[column[use], np.full(len(has), m)][order]
    seconds = np.r_[pairs.data[use], today_s[has]][order]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(today_s)))])
    folded = _sparse((len(today_s), m + 1), indptr, column, seconds)
    return folded, (*roles[:m], Role.EXISTING)


_SOLVERS: dict[str, Callable[..., Solution]] = {
    "cover": solve_cover,
    "all": solve_cover_all,
    "median": solve_median,
    "centre": solve_centre,
    "backup": solve_backup,
    "capacity": solve_capacitated,
    "fair": solve_fair,
    "budget": solve_budget,
    "phases": solve_phases,
}
_WITHOUT_K = ("all", "budget", "phases")


def solver_of(city: SitingCity, asked: SitingQuestion, k: int) -> Callable[..., Solution]:
    """Give the solver of a question with its options, but for roles and effort."""
    options: dict[str, Any] = {} if asked.problem in WALKS else {"limit": asked.limit_s}
    if asked.problem not in _WITHOUT_K:
        options["k"] = k
    if asked.problem == "capacity":
        options["capacity"] = list_room(city, asked)
    elif asked.problem == "budget":
        options |= {"budget": asked.budget_yuan or 0.0, "works": list_works(city)}
    elif asked.problem == "phases":
        options |= _years(city, asked, k)
    return partial(_SOLVERS[asked.problem], **options)


_KINDS = {"new": Kind.NEW, "rebuilt": Kind.REBUILD, "converted": Kind.CONVERT}


def list_works(city: SitingCity) -> Works:
    """Say what may be done at each site, and for how much."""
    sites = city.sites
    return Works(
        site=np.arange(len(sites)),
        kind=[_KINDS.get(str(origin), Kind.NEW) for origin in sites["origin"]],
        cost=sites["cost_yuan"].to_numpy(dtype=float),
        area=sites["floor_area_m2"].to_numpy(dtype=float),
    )


def _years(city: SitingCity, asked: SitingQuestion, k: int) -> dict[str, Any]:
    """Spread sites, or money, evenly over the years; the first years get what is left over."""
    if asked.budget_yuan is not None:
        standing = int(city.staying.any())
        cost = np.r_[city.sites["cost_yuan"].to_numpy(dtype=float), np.zeros(standing)]
        return {"per_year": [asked.budget_yuan / asked.years] * asked.years, "cost": cost}
    return {
        "per_year": [(k + asked.years - 1 - year) // asked.years for year in range(asked.years)]
    }


def list_room(city: SitingCity, asked: SitingQuestion) -> Floats:
    """Say how many people each site, then each staying centre, has room for.

    Its floor area over the norm for 100 households, times the people of a household: those
    of the homes where both are known, else the census's; weights by age aside.
    """
    standard = read_standards()
    area = np.r_[
        city.sites["floor_area_m2"].to_numpy(dtype=float),
        floor_areas(city.centres)[city.staying],
    ]
    norm = standard.access.floor_area_m2_per_100_households / 100.0
    share = weigh_homes(city, asked).sum() / max(city.weight.sum(), 1e-9)
    room: Floats = area / norm * city.household_size * share
    return room


def solve(
    city: SitingCity, asked: SitingQuestion, reach: Reach | None = None, *, k: int | None = None
) -> Plan:
    """Find the best sites for a question, or for so many of them."""
    told = reach or reach_sites(city, asked)
    if asked.problem in COVERS:
        told = leave_covered(told, asked.limit_s)
    solver = solver_of(city, asked, count_sites(city, asked) if k is None else k)
    solution = solver(told.times, told.weight, roles=told.roles, effort=asked.effort)
    rows = solution.sites[solution.sites < len(city.sites)]
    if asked.problem == "budget":
        rows = _drop_needless(city, told, rows, asked.limit_s)
    return Plan(rows.astype(np.int64), solution, told)


def _drop_needless(city: SitingCity, told: Reach, chosen: Ints, limit_s: float) -> Ints:
    """Leave out sites whose homes the others cover too, the dearest first: money for nothing."""
    pairs = told.times.tocoo()
    row, column = pairs.coords
    use = (pairs.data <= limit_s) & (told.weight[row] > 0)
    row, column = row[use], column[use]
    stands = np.array([role == Role.EXISTING for role in told.roles])
    stands[chosen] = True
    times = np.bincount(row[stands[column]], minlength=len(told.weight))
    cost = city.sites["cost_yuan"].to_numpy(dtype=float)
    for site in sorted(chosen.tolist(), key=lambda one: -cost[one]):
        own = row[column == site]
        if told.roles[site] == Role.CANDIDATE and (times[own] > 1).all():
            times[own] -= 1
            stands[site] = False
    kept: Ints = chosen[stands[chosen]]
    return kept


def count_sites(city: SitingCity, asked: SitingQuestion) -> int:
    """Say how many sites are chosen: k, and as many again as stand today if those may move."""
    moved = int((city.sites["source"] == "centres").sum()) if asked.existing == "move" else 0
    return asked.k + moved


def quick(effort: Effort, seconds: float, gap: float) -> Effort:
    """Make a lesser effort, without progress, for the readings beside the answer."""
    least_s, wide = min(effort.time_limit_s, seconds), max(effort.gap, gap)
    return replace(effort, time_limit_s=least_s, gap=wide, progress=silent)
