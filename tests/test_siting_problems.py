"""Backup, capacity, fairness, budgets, years, periods and fronts, against brute force."""

from __future__ import annotations

from functools import partial
from itertools import combinations, product
from math import inf, isnan
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from tongling_gis.errors import InputError, UsageError
from tongling_gis.siting import (
    Effort,
    Kind,
    Period,
    Role,
    Works,
    cent_dian,
    front_of_cost,
    front_of_worst,
    solve_backup,
    solve_budget,
    solve_capacitated,
    solve_centre,
    solve_cover,
    solve_cover_all,
    solve_fair,
    solve_median,
    solve_often,
    solve_periods,
    solve_phases,
    solve_without,
    weigh_groups,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

few = settings(max_examples=30, deadline=None)
WITHOUT_RIVALS = tuple(role for role in Role if role is not Role.COMPETITOR)
WALK_S = np.array([[300.0, 500, 900], [500, 400, 900], [1200, 900, 200]])
OPENING = Kind.NEW, Kind.REBUILD, Kind.CONVERT


@st.composite
def towns(draw: st.DrawFn, *, roles: tuple[Role, ...] = tuple(Role), sites: int = 6) -> dict:
    """Times with and without ways, whole or broken, weights, roles, a count and a limit."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, sites))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    whole = draw(st.booleans())
    times = rng.integers(0, 10, (n, m)) * 1.0 if whole else rng.random((n, m)) * 10
    times = np.where(rng.random((n, m)) < draw(st.sampled_from([0.0, 0.3])), inf, times)
    demand = rng.integers(0, 5, n) * 1.0 if whole else rng.random(n) * 5
    known = rng.choice(list(roles), m) if draw(st.booleans()) else [Role.CANDIDATE] * m
    k = sum(role == Role.REQUIRED for role in known) + draw(st.integers(0, 4))
    limit = draw(st.sampled_from([3.0, 5.0, 9.5]))
    return {"times": times, "demand": demand, "roles": list(known), "k": k, "limit": limit}


def having(town: dict, *roles: Role) -> list[int]:
    """Row numbers of the sites of some roles."""
    return [j for j, role in enumerate(town["roles"]) if role in roles]


def choices(town: dict) -> Iterator[list[int]]:
    """Every choice of k sites, or as many as there are, with the existing ones."""
    required, free = having(town, Role.REQUIRED), having(town, Role.CANDIDATE)
    stands = having(town, Role.EXISTING)
    for some in combinations(free, min(town["k"] - len(required), len(free))):
        yield sorted([*required, *some, *stands])


def open_sites(town: dict, chosen: np.ndarray) -> list[int]:
    """The chosen sites and the existing ones."""
    return sorted([*chosen.tolist(), *having(town, Role.EXISTING)])


def reach(town: dict, sites: list[int]) -> np.ndarray:
    """How many of some sites reach each demand."""
    return (town["times"][:, sites] <= town["limit"]).sum(axis=1)


def people(town: dict) -> np.ndarray:
    """What each demand counts for, nothing where a competitor reaches it."""
    return np.where(reach(town, having(town, Role.COMPETITOR)) > 0, 0.0, town["demand"])


def covered(town: dict, sites: list[int], times: int = 1) -> float:
    """Demand that so many of some sites cover."""
    return float(people(town)[reach(town, sites) >= times].sum())


def walk_of(town: dict, sites: list[int]) -> tuple[float, float]:
    """The mean and the longest walk to some sites; inf where somebody has none."""
    within = np.where(town["times"] <= town["limit"], town["times"], inf)
    counts = town["demand"] > 0
    walk = within[:, sites].min(axis=1, initial=inf)[counts]
    if not counts.any():
        return 0.0, 0.0
    return float(town["demand"][counts] @ walk / town["demand"].sum()), float(walk.max())


@given(towns(), st.sampled_from(["most", "all", 0.0, 0.3, 0.5, 0.8, 1.0]))
@few
def test_backup_is_the_best_of_all_choices(town: dict, first: str | float) -> None:
    """No choice covers more twice, be it that all, most or a weight is covered once before."""
    found = solve_backup(**town, first=first)
    tried = [(covered(town, sites), covered(town, sites, 2)) for sites in choices(town)]
    if first == "all":
        tried = [pair for pair in tried if pair[0] >= people(town).sum() - 1e-9]
        if not tried:
            assert found.status == "infeasible"
            assert found.reason.en
            return
    weight = first if isinstance(first, float) else 0.0
    most = max(once for once, _ in tried)
    tried = [pair for pair in tried if first != "most" or pair[0] >= most - 1e-9]
    best = max(weight * once + (1 - weight) * twice for once, twice in tried)
    assert found.status == "optimal"
    assert found.objective == found.bound == pytest.approx(best)
    sites = open_sites(town, found.sites)
    assert list(found.parts.values()) == pytest.approx(
        [covered(town, sites), covered(town, sites, 2)]
    )
    assert sites in list(choices(town))


def room_for(town: dict, sites: list[int], capacity: np.ndarray) -> int:
    """Most demand that some sites have room for, by a greatest flow in whole numbers."""
    n, m = town["times"].shape
    flow = np.zeros((n + m + 2, n + m + 2), dtype=np.int32)
    flow[0, 1 : n + 1] = people(town)
    for j in sites:
        flow[1 : n + 1, n + 1 + j] = np.where(town["times"][:, j] <= town["limit"], 99, 0)
        flow[n + 1 + j, -1] = capacity[j]
    return int(maximum_flow(sparse.csr_array(flow), 0, n + m + 1).flow_value)


@given(towns(), st.integers(0, 99))
@few
def test_capacity_is_filled_as_far_as_any_choice_fills_it(town: dict, seed: int) -> None:
    """No choice serves more within its room, and what is assigned keeps to reach and room."""
    town["demand"] = np.rint(town["demand"])
    capacity = np.random.default_rng(seed).integers(0, 9, len(town["roles"]))
    found = solve_capacitated(**town, capacity=capacity)
    best = max(room_for(town, sites, capacity) for sites in choices(town))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)
    assigned = found.assigned.toarray()
    assert (assigned.sum(axis=0) <= capacity + 1e-6).all()
    assert (assigned.sum(axis=1) <= people(town) + 1e-6).all()
    assert assigned.sum() == pytest.approx(best)
    assert (town["times"][assigned > 0] <= town["limit"]).all()
    assert set(np.flatnonzero(assigned.sum(axis=0))) <= set(open_sites(town, found.sites))
    assert found.objective <= found.parts["reached"] + 1e-6


def test_the_served_walk_as_little_as_there_is_room_for() -> None:
    """Both places have room for two: the pair of least total walk is given, by hand 1 + 2."""
    found = solve_capacitated([[1, 2], [1, 9]], [2, 2], k=2, capacity=[2, 2], limit=9)
    assert found.assigned.toarray().tolist() == [[0, 2], [2, 0]]
    assert found.parts == {"reached": 4.0, "walk": 6.0}


@given(towns(roles=WITHOUT_RIVALS), st.sampled_from([None, 0.0, 0.3, 0.8, 1.0]), st.booleans())
@few
def test_fair_is_the_best_of_all_choices(
    town: dict,
    mean_share: float | None,
    large: bool,  # noqa: FBT001 - drawn
) -> None:
    """No choice has a shorter worst walk and then mean, or a smaller weighted sum of both."""
    with mock.patch.object(cent_dian, "_MOST_PAIRS", -1 if large else 10**5):
        found = solve_fair(**town, mean_share=mean_share)
    tried = [walk_of(town, sites) for sites in choices(town)]
    worst = min(pair[1] for pair in tried)
    if worst == inf:
        assert found.status == "infeasible"
        return
    share = mean_share
    if share is None:
        best = min(mean for mean, longest in tried if longest == worst)
        assert found.parts["worst"] == found.parts["worst_bound"] == worst
    else:
        best = min(share * a + (1 - share) * b if b < inf else inf for a, b in tried)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)
    assert found.bound == found.objective
    mean_and_worst = walk_of(town, open_sites(town, found.sites))
    assert (found.parts["mean"], found.parts["worst"]) == pytest.approx(mean_and_worst)
    assert "longest" in found.reason.en


@given(towns(roles=WITHOUT_RIVALS))
@few
def test_the_front_of_mean_and_worst_is_that_of_all_choices(town: dict) -> None:
    """Each pair that no choice betters in both is given once, and nothing else."""
    tried = {walk_of(town, sites) for sites in choices(town)}
    tried = {pair for pair in tried if pair[1] < inf}
    best = [a for a in tried if not any(b[0] <= a[0] + 1e-9 and b[1] < a[1] for b in tried)]
    best = [a for a in best if not any(b[0] < a[0] - 1e-9 and b[1] <= a[1] for b in best)]
    found = list(front_of_worst(**town))
    if not tried:
        assert [one.status for one in found] == ["infeasible"]
        return
    pairs = [(one.parts["mean"], one.parts["worst"]) for one in found]
    assert np.array(pairs) == pytest.approx(np.array(sorted(best)[: len(best)]))
    assert all(one.status == "optimal" for one in found)


@st.composite
def budgets(draw: st.DrawFn) -> dict:
    """A town with works for its sites, a budget and perhaps a least floor area."""
    town = draw(towns(sites=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    site, kind = [], []
    for j, role in enumerate(town["roles"]):
        kinds = list(OPENING)
        if role == Role.EXISTING:
            kinds = [Kind.KEEP, Kind.REBUILD, Kind.CLOSE, Kind.MOVE]
        for one in rng.permutation(kinds)[: int(rng.integers(1, 3))]:
            site.append(j)
            kind.append(Kind(one))
    leaving = np.isin(kind, [Kind.CLOSE, Kind.MOVE])
    cost = rng.integers(0, 9, len(site)) * np.where(leaving, -1.0, 1.0)
    area = np.where(leaving, 0, rng.integers(0, 9, len(site)))
    least = draw(st.sampled_from([0.0, 0.0, 6.0, 12.0]))
    del town["k"]
    works = Works(site, kind, cost, area, least)
    return town | {"works": works, "budget": float(draw(st.integers(0, 20)))}


def tried_works(town: dict) -> Iterator[tuple[float, float, list[int]]]:
    """Cost, floor area and open sites of everything that may be done, whatever it costs."""
    works = town["works"]
    rows: list[list[int | None]] = []
    for j, role in enumerate(town["roles"]):
        own = [i for i, site in enumerate(works.site) if site == j]
        if role in {Role.FORBIDDEN, Role.COMPETITOR}:
            continue
        if role == Role.EXISTING and any(works.kind[i] == Kind.KEEP for i in own):
            rows.append(own)
        else:
            rows.append(own if role == Role.REQUIRED else [None, *own])
    kept = [
        j
        for j in having(town, Role.EXISTING)
        if not any(
            works.site[i] == j and works.kind[i] == Kind.KEEP for i in range(len(works.site))
        )
    ]
    for some in product(*rows):
        done = [i for i in some if i is not None]
        still = set(kept) - {works.site[i] for i in done}
        opened = [i for i in done if works.kind[i] in {*OPENING, Kind.KEEP}]
        existing = having(town, Role.EXISTING)
        fresh = [i for i in opened if works.site[i] not in existing]
        if sum(works.kind[i] == Kind.MOVE for i in done) > len(fresh):
            continue
        area = sum(works.area[i] for i in done)
        sites = sorted({works.site[i] for i in opened} | still)
        if area >= works.least_area:
            yield sum(works.cost[i] for i in done), area, sites


@given(budgets())
@few
def test_a_budget_is_spent_as_well_as_any_choice_of_works(town: dict) -> None:
    """No works within the budget that come to the floor area cover more; or there are none."""
    found = solve_budget(**town)
    within = [(covered(town, s), c) for c, _, s in tried_works(town) if c <= town["budget"]]
    if not within:
        assert found.status == "infeasible"
        assert found.reason.en
        return
    assert found.status == "optimal"
    assert found.objective == found.bound == pytest.approx(max(within)[0])
    works = town["works"]
    assert found.parts["cost"] == pytest.approx(sum(works.cost[i] for i in found.works))
    assert found.parts["cost"] <= town["budget"]
    assert found.parts["area"] >= works.least_area
    sites = [works.site[i] for i in found.works]
    assert len(set(sites)) == len(sites)
    assert set(found.sites.tolist()) == set(sites) - set(having(town, Role.EXISTING))


@given(budgets())
@few
def test_the_front_of_cost_is_that_of_all_works(town: dict) -> None:
    """Each cost that buys more than any smaller one is given once, with what it covers."""
    del town["budget"]
    tried = {(round(c, 9), round(covered(town, s), 9)) for c, _, s in tried_works(town)}
    best = [
        (c, w)
        for c, w in tried
        if not any(b <= c and v >= w and (b, v) != (c, w) for b, v in tried)
    ]
    found = list(front_of_cost(**town))
    if not tried:
        assert [one.status for one in found] == ["infeasible"]
        return
    pairs = [(one.parts["cost"], one.objective) for one in found]
    assert np.array(pairs) == pytest.approx(np.array(sorted(best, reverse=True)))


def test_an_existing_centre_is_kept_closed_or_moved() -> None:
    """Closing saves 10; moving needs a place opened; both show among the works done."""
    town = {"times": [[1.0, 9.0], [9.0, 1.0]], "limit": 5, "roles": ["existing", "candidate"]}
    kept = solve_budget(**town, demand=[5, 9], budget=0, works=Works([1], ["new"], [10]))
    assert (kept.objective, kept.works.tolist()) == (5, [])
    moved = Works([1, 0, 0], ["new", "close", "move"], [10, 5, -10])
    found = solve_budget(**town, demand=[5, 9], budget=0, works=moved)
    assert (found.objective, found.works.tolist(), found.sites.tolist()) == (9, [0, 2], [1])


def test_required_sites_beyond_the_budget_are_named() -> None:
    """The sites that must be built and what they take stand in the answer; so does the area."""
    works = Works([0, 1, 2], ["new"] * 3, [50, 60, 70], [10, 10, 10])
    roles = ["required", "candidate", "required"]
    found = solve_budget(WALK_S, budget=100, works=works, limit=600, roles=roles)
    assert found.conflict_sites.tolist() == [0, 2]
    assert "120" in found.reason.en
    more = Works(works.site, works.kind, works.cost, works.area, least_area=40)
    found = solve_budget(WALK_S, budget=1000, works=more, limit=600)
    assert (found.status, "30 at most" in found.reason.en) == ("infeasible", True)
    late = solve_phases(WALK_S, per_year=[1], roles=roles)
    assert late.conflict_sites.tolist() == [0, 2]


@given(towns(sites=5), st.lists(st.integers(0, 2), min_size=1, max_size=3), st.booleans())
@few
def test_years_are_the_best_of_all_plans(town: dict, per_year: list[int], priced: bool) -> None:  # noqa: FBT001
    """No plan covers more in the last year, nor of such plans in the year before, and so on."""
    del town["k"]
    m = len(town["roles"])
    cost = np.arange(m) % 3 + 1.0 if priced else np.ones(m)
    per_year = [2 * each if priced else each for each in per_year]
    found = solve_phases(**town, per_year=per_year, cost=cost if priced else None)
    funds, years = np.cumsum(per_year), len(per_year)
    free, must = having(town, Role.CANDIDATE), having(town, Role.REQUIRED)
    plans = []
    for when in product(*[range(years + 1)] * len(free), *[range(years)] * len(must)):
        first = dict(zip([*free, *must], when, strict=True))
        standing = [[j for j, year in first.items() if year <= t] for t in range(years)]
        if all(cost[sites].sum() <= funds[t] for t, sites in enumerate(standing)):
            stay = having(town, Role.EXISTING)
            plans.append([round(covered(town, [*sites, *stay]), 9) for sites in standing[::-1]])
    if not plans:
        assert found.status == "infeasible"
        assert found.conflict_sites.tolist() == must
        return
    assert found.status == "optimal"
    assert [one.objective for one in found.phases[::-1]] == pytest.approx(max(plans))
    for t, one in enumerate(found.phases):
        alone = max(covered(town, [*s, *having(town, Role.EXISTING)]) for s in affordable(
            town, cost, funds[t], must if t == years - 1 else []))  # fmt: skip
        assert one.parts["alone"] == pytest.approx(alone)
        assert one.parts["regret"] == pytest.approx(alone - one.objective)
        assert one.parts["cost"] == cost[one.sites].sum() <= funds[t]
        assert t == 0 or set(found.phases[t - 1].sites) <= set(one.sites)


def affordable(town: dict, cost: np.ndarray, money: float, must: list[int]) -> Iterator[list[int]]:
    """Every choice of sites that costs no more than there is."""
    free = having(town, Role.CANDIDATE, Role.REQUIRED)
    for size in range(len(free) + 1):
        for some in combinations(free, size):
            if set(must) <= set(some) and cost[list(some)].sum() <= money:
                yield list(some)


@given(towns(), st.integers(0, 99))
@few
def test_periods_are_the_best_of_all_choices(town: dict, seed: int) -> None:
    """No choice covers more over all periods; each period tells what it covers."""
    rng = np.random.default_rng(seed)
    m = len(town["roles"])
    periods = [Period(rng.random(m) < 0.6, float(weight)) for weight in rng.integers(0, 4, 3)]
    found = solve_periods(**town, periods=periods)

    def over_all(sites: list[int]) -> list[float]:
        shut = [{**town, "times": np.where(p.is_open, town["times"], inf)} for p in periods]
        return [covered(one, sites) for one in shut]

    weights = np.array([period.weight for period in periods])
    assert found.status == "optimal"
    best = max(weights @ over_all(sites) for sites in choices(town))
    assert found.objective == pytest.approx(best)
    each = over_all(open_sites(town, found.sites))
    assert [one.objective for one in found.phases] == pytest.approx(each)
    assert len(found.served_by) == len(town["times"])


def test_a_period_may_have_people_and_walks_of_its_own() -> None:
    """By day people are at the first place and by night, walking more slowly, at the second."""
    day, night = Period(demand=[9, 1]), Period(demand=[1, 9], times=[[8, 4], [8, 4]], weight=2)
    found = solve_periods([[1, 9], [9, 1]], k=1, limit=5, periods=[day, night])
    assert (found.sites.tolist(), found.objective) == ([1], 1 + 2 * 10)
    assert isnan(found.phases[0].bound)


def test_sites_chosen_again_and_again_are_counted() -> None:
    """Without changes the shares are those of the one solution; with some they add up to k."""
    rng = np.random.default_rng(4)
    times, demand = rng.random((30, 12)) * 10, rng.integers(1, 9, 30)
    for solve in (partial(solve_cover, k=3, limit=3), partial(solve_median, k=3)):
        same = solve_often(solve, times, demand, runs=2, spread=0)
        assert np.flatnonzero(same.share).tolist() == same.best.sites.tolist()
        assert set(same.share) == {0.0, 1.0}
        some = solve_often(solve, times, demand, runs=5, spread=0.4)
        assert some.share.sum() == pytest.approx(3)
        again = solve_often(solve, sparse.csr_array(times), demand, runs=5, spread=0.4)
        assert again.share.tolist() == some.share.tolist()


@given(towns())
@settings(max_examples=15, deadline=None)
def test_the_loss_without_a_site_is_that_of_all_choices_without_it(town: dict) -> None:
    """Without a site no choice covers more than the one shown; the loss is its share."""
    solve = partial(solve_cover, k=town["k"], limit=town["limit"])
    found = solve_without(solve, town["times"], town["demand"], roles=town["roles"])
    best = found.best.objective
    for site, other, loss in zip(found.sites, found.others, found.loss, strict=True):
        roles = [Role.FORBIDDEN if j == site else role for j, role in enumerate(town["roles"])]
        left = {**town, "roles": roles}
        assert other.objective == pytest.approx(max(covered(left, s) for s in choices(left)))
        assert loss == pytest.approx((best - other.objective) / max(best, 1e-9))
    assert len(found.near(inf)) == len(found.sites)
    assert all(one.objective >= 0.99 * best - 1e-9 for one in found.near(0.01))


def test_age_groups_weigh_what_is_asked() -> None:
    """Older people count twice: the second place has fewer people and more weight."""
    weight = weigh_groups([[0, 100], [60, 0]], [2, 1])
    assert weight.tolist() == [100, 120]
    assert solve_cover(np.eye(2), weight, k=1, limit=0).sites.tolist() == [0]
    assert solve_median([[0, 9], [9, 0]], weight, k=1).sites.tolist() == [1]
    with pytest.raises(InputError, match="one weight for each group"):
        weigh_groups([[1, 2]], [1])
    with pytest.raises(InputError, match="none missing"):
        weigh_groups([[1, np.nan]])


LARGE = np.random.default_rng(2).random((400, 80)) * 10
SOLVERS: list[Callable] = [
    partial(solve_backup, k=9, limit=1),
    partial(solve_capacitated, k=9, limit=1, capacity=np.arange(80) % 40),
    partial(solve_fair, k=9),
    partial(solve_fair, k=9, mean_share=0.5),
    partial(solve_budget, limit=1, budget=40, works=Works(range(80), ["new"] * 80, [5.5] * 80)),
    partial(solve_phases, limit=1, per_year=[2, 3, 4]),
    partial(solve_phases, limit=1, per_year=[9, 20], cost=np.arange(80) % 7 + 1),
    partial(solve_periods, k=9, limit=1, periods=[Period(), Period(weight=2)]),
]


@pytest.mark.parametrize("solve", SOLVERS)
def test_out_of_time_keeps_the_best_found(solve: Callable) -> None:
    """Hardly any time gives an answer whose bound is on the right side, and says so."""
    found = solve(LARGE, effort=Effort(time_limit_s=1e-3))
    assert found.status == "gap"
    assert len(found.sites)
    assert found.objective > 0
    assert (found.bound - found.objective) * (1 if solve.func is not solve_fair else -1) >= 0
    assert "time" in found.reason.en


def test_small_problems_agree_with_the_classic_ones() -> None:
    """Room for all, one year, one period and money for k sites are the plain covering problem."""
    town = {"times": LARGE[:60], "limit": 1}
    plain = solve_cover(**town, k=4).objective
    many = Works(range(80), ["new"] * 80, [1] * 80)
    assert solve_capacitated(**town, k=4, capacity=[inf] * 80).objective == pytest.approx(plain)
    assert solve_phases(**town, per_year=[4]).objective == plain
    assert solve_periods(**town, k=4, periods=[Period()]).objective == plain
    assert solve_budget(**town, budget=4, works=many).objective == plain
    assert solve_backup(**town, k=4, first=1.0).objective == plain
    fewest = int(solve_cover_all(LARGE[:20], limit=3).objective)
    assert solve_backup(LARGE[:20], k=fewest, limit=3, first="all").parts["once"] == 20
    assert solve_backup(LARGE[:20], k=fewest - 1, limit=3, first="all").status == "infeasible"
    worst = solve_centre(LARGE[:20], k=4).objective
    assert list(front_of_worst(LARGE[:20], k=4))[-1].parts["worst"] == worst


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (partial(solve_backup, k=1, first="best"), UsageError, "most, all"),
        (partial(solve_fair, k=1, mean_share=2), UsageError, "0 to 1"),
        (partial(solve_capacitated, k=1, capacity=[1]), InputError, "one for each site"),
        (partial(solve_periods, k=1, periods=[]), UsageError, "one period"),
        (partial(solve_periods, k=1, periods=[Period([True])]), InputError, "whether it is open"),
        (partial(solve_phases, per_year=[0.5]), InputError, "each year"),
        (partial(solve_phases, per_year=[1], cost=[1]), InputError, "one for each site"),
        (partial(solve_budget, budget=-1, works=Works([0], ["new"], [1])), UsageError, "budget"),
        (partial(solve_budget, budget=1, works=Works([7], ["new"], [1])), InputError, "Row 1"),
        (partial(solve_budget, budget=1, works=Works([0], ["keep"], [1])), UsageError, "suit"),
        (partial(solve_budget, budget=1, works=Works([0], ["new"], [1, 2])), InputError, "length"),
        (
            partial(solve_budget, budget=1, works=Works([], [], []), roles=["required"] * 3),
            InputError,
            "no row in works",
        ),
        (partial(solve_often, partial(solve_cover, k=1), spread=1.5), UsageError, "spread"),
    ],
)
def test_what_cannot_be_meant_is_refused(call: Callable, error: type, words: str) -> None:
    """Each wrong option or column is refused in one sentence."""
    with pytest.raises(error, match=words):
        call(WALK_S)
