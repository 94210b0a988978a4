"""Covered with capacity: people go to sites within reach that have room for them."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.errors import InputError
from tongling_gis.siting.answering import answer
from tongling_gis.siting.drafting import Draft, counted, gather_reach, loosen
from tongling_gis.siting.pricing import change_prices, narrow
from tongling_gis.siting.problem import Role, read_problem
from tongling_gis.siting.reaching import spare_sites
from tongling_gis.siting.rooms import Rooms
from tongling_gis.siting.solution import Effort, Watch
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Flags, Floats, Problem
    from tongling_gis.siting.rooms import Filled
    from tongling_gis.siting.solution import Solution

_SAME = 1e-7
_LEAST_S = 1.0
_TURNS = 1000


def solve_capacitated(
    times: Any,  # noqa: ANN401 - anything that NumPy or SciPy holds as a matrix
    demand: ArrayLike | None = None,
    *,
    k: int,
    capacity: ArrayLike,
    limit: float | None = None,
    roles: Sequence[str] | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose k sites that have room for most demand within reach (Current and Storbeck 1988).

    The people of one demand may go to several sites. Of all ways to serve as many, the one of
    the least total walk is given.

    Args:
        times: Walk from each of n demands to each of m sites, as for ``solve_cover``.
        demand: What each demand counts for, such as households; None for 1 each.
        k: How many sites to choose, the required ones among them.
        capacity: How much demand each site has room for, m numbers of 0 or more, inf for any;
            such as its floor area over the norm a household.
        limit: Longest walk that serves, inclusive; None for any.
        roles: One ``Role`` a site; None where all are candidates. Demand that competitors reach
            counts for nobody.
        effort: Time limit, accepted gap, seed and progress.

    Returns:
        ``objective`` is the demand served, ``assigned`` how much of each demand goes where,
        ``served_by`` the site that most of it goes to. ``parts``: "reached" (the demand within
        reach, with or without room) and "walk" (the total walk of the served).

    Raises:
        InputError: If times, demand or capacity cannot be used.
        UsageError: If k, the limit or a role cannot be meant.

    >>> walk_s = np.array([[300, 900], [500, 400], [1200, 200]])
    >>> solve_capacitated(walk_s, [120, 80, 60], k=1, limit=600, capacity=[90, 130]).objective
    130.0
    """
    with Watch(effort or Effort()) as watch:
        problem = counted(read_problem(times, demand, k=k, limit=limit, roles=roles))
        return _fill(problem, _read_capacity(capacity, problem), watch)


def _fill(problem: Problem, room: Floats, watch: Watch) -> Solution:
    """Choose by swaps and prices; HiGHS decides what these leave open."""
    whole = _Plan(problem, room)
    if not len(whole.reach.weight):
        return whole.answer(np.where(whole.must, 1.0, 0.0), 0.0, watch)
    rooms, most = whole.rooms, whole.most_room()
    best = rooms.swap(rooms.add(rooms.fill(whole.must)), watch)
    if best.served < most * (1.0 - _SAME):
        largest = rooms.relax(np.zeros(len(whole.reach.weight))).opened
        best = max(best, rooms.swap(rooms.fill(largest), watch), key=attrgetter("served"))

    def look(opened: Flags) -> float:
        nonlocal best
        best = max(best, rooms.fill(opened), key=attrgetter("served"))
        return best.served

    turns = _TURNS if most > best.served * (1.0 + _SAME) else 0
    dearest = np.ones(len(whole.reach.weight))
    priced = change_prices(rooms.relax, rooms.price(best), dearest, look, turns, watch)
    best, bound = rooms.swap(best, watch), min(priced.bound, most)
    if bound <= best.served * (1.0 + max(_SAME, watch.effort.gap)) or watch.over:
        return whole.answer(whole.start(best), bound, watch)
    least = best.served - _SAME * max(1.0, best.served)
    rest = _Plan(narrow(problem, whole.sites, priced, least), room)
    begun = rest.rooms.fill(best.is_open[np.isin(whole.sites, rest.sites)])
    found = rest.draft.solve(watch, start=rest.start(begun))
    bound = min(bound, max(best.served, -found.bound))
    if found.found and -found.value > best.served:
        return rest.answer(found.x, bound, watch)
    return whole.answer(whole.start(best), bound, watch)


def _read_capacity(capacity: ArrayLike, problem: Problem) -> Floats:
    room: Floats = np.asarray(capacity, dtype=float)
    if room.shape != (problem.m,) or not (room >= 0).all():
        raise InputError(
            Text(
                f"容量须为 {problem.m} 个不小于 0 的数（每个地点一个，不限请写 inf）。",
                f"The capacity must be {problem.m} numbers of 0 or more, one for each site; "
                "inf for no limit.",
            )
        )
    most: Floats = np.minimum(room, problem.weight.sum())
    return most


class _Plan:
    """The model: sites open, and the share of each group of demands that goes to each."""

    def __init__(self, problem: Problem, room: Floats) -> None:
        self.problem, self.draft = problem, Draft()
        whole = loosen(problem)
        self.sites = np.flatnonzero(whole.having(Role.CANDIDATE))
        self.room = room[self.sites]
        self.reach = gather_reach(whole, whole.weight > 0)
        self.group, self.site = self.reach.entries
        self.most = self.reach.weight[self.group]
        self.must = problem.having(Role.REQUIRED, Role.EXISTING)[self.sites]
        free = problem.having(Role.CANDIDATE)[self.sites]
        self.rooms = Rooms(self.reach, self.room, self.must, free, spare_sites(problem))
        lower = self.must * 1.0
        self.is_open = self.draft.columns(np.zeros(len(self.sites)), whole=True, lower=lower)
        self.share = self.draft.columns(-self.most)
        self._bind()

    def _bind(self) -> None:
        draft, each = self.draft, np.arange(len(self.share))
        draft.rows(len(self.reach.weight), [(self.group, self.share, 1.0)], upper=1.0)
        places = np.arange(len(self.sites))
        taken, held = (self.site, self.share, self.most), (places, self.is_open, -self.room)
        draft.rows(len(places), [taken, held], upper=0.0)
        both = [(each, self.share, 1.0), (each, self.is_open[self.site], -1.0)]
        draft.rows(len(each), both, upper=0.0)
        k = float(self.problem.counted)
        draft.row(self.is_open, self.problem.choosable[self.sites] * 1.0, k, k)

    def start(self, filled: Filled) -> Floats:
        """Say of all columns what they are where so many go along each pair."""
        share = np.clip(filled.flow / self.most, 0.0, 1.0)
        return np.concatenate([filled.is_open * 1.0, share])

    def most_room(self) -> float:
        """Add to what must be open anyway the largest rooms of as many sites as there may be."""
        served = self.rooms.fill(self.must).served
        rooms = np.sort(self.room[self.rooms.free])[::-1][: self.rooms.count]
        return served + float(rooms.sum())

    def answer(self, x: Floats, bound: float, watch: Watch) -> Solution:
        """Make a solution of what was found, everybody walking as little as can be."""
        problem, is_open = self.problem, x[self.is_open] > 0.5  # noqa: PLR2004 - 0 or 1
        chosen = np.zeros(problem.m, dtype=bool)
        chosen[self.sites[is_open]] = True
        room = np.zeros(problem.m)
        room[self.sites] = self.room
        patience = replace(watch.effort, time_limit_s=max(_LEAST_S, watch.left_s))
        assigned = assign_nearest(problem, chosen, room, Watch(patience))
        if assigned is None:
            assigned = self._assign_as_found(x[self.share])
        served = float(assigned.sum())
        met = bound <= served + _SAME * max(1.0, served)
        found = answer(problem, chosen & problem.choosable, served, served if met else bound, watch)
        reached = float(problem.weight[found.served_by >= 0].sum())
        most = np.asarray(assigned.argmax(axis=1)).ravel()
        served_by = np.where(np.asarray(assigned.sum(axis=1)).ravel() > 0, most, -1)
        walk = _total_walk(problem, assigned)
        parts = {"reached": reached, "walk": walk}
        return replace(found, assigned=assigned, served_by=served_by, parts=parts)

    def _assign_as_found(self, share: Floats) -> Any:  # noqa: ANN401 - a SciPy sparse array
        """Let the people of every demand of a group go where the group goes."""
        from scipy import sparse

        shape = len(self.reach.weight), self.problem.m
        groups = sparse.csr_array((share, (self.group, self.sites[self.site])), shape=shape)
        known = np.flatnonzero(self.reach.group >= 0)
        at = known, self.reach.group[known]
        shape = self.problem.n, len(self.reach.weight)
        return sparse.csr_array((self.problem.weight[known], at), shape=shape) @ groups


def _total_walk(problem: Problem, assigned: Any) -> float:  # noqa: ANN401 - a SciPy sparse array
    from scipy import sparse

    pairs = problem.pairs
    walks = sparse.csr_array((pairs.time, pairs.site, pairs.indptr), shape=pairs.shape)
    return float(walks.multiply(assigned).sum())


def assign_nearest(problem: Problem, chosen: Flags, room: Floats, watch: Watch) -> Any:  # noqa: ANN401
    """Let as many people as there is room for walk to some sites, with the least total walk.

    Args:
        problem: Who can walk where, and what they count for.
        chosen: The sites.
        room: How much demand each site has room for, float64[m].
        watch: Time limit.

    Returns:
        How much of each demand goes to each site, SciPy CSR array n x m; None where time runs
        out.
    """
    from scipy import sparse

    pairs = problem.pairs
    use = np.flatnonzero(chosen[pairs.site] & (problem.weight > 0)[pairs.demand])
    demand, site = pairs.demand[use], pairs.site[use].astype(np.int64)
    walk, most = pairs.time[use], problem.weight[demand]
    shape = problem.n, problem.m
    if not len(use):
        return sparse.csr_array(shape)
    draft = Draft()
    # To serve one more, each site may have to hand somebody on: serving must outweigh all that.
    walk = walk / max(float(walk.max()), 1e-9)
    share = draft.columns((walk - (chosen.sum() + 2.0)) * most)
    draft.rows(problem.n, [(demand, share, 1.0)], upper=1.0)
    draft.rows(problem.m, [(site, share, most)], upper=room)
    best = draft.solve(watch)
    if not best.found:
        return None
    people = np.where(best.x > 1e-9, best.x * most, 0.0)  # noqa: PLR2004 - the solver's dust
    assigned = sparse.csr_array((people, (demand, site)), shape=shape)
    assigned.eliminate_zeros()
    return assigned
