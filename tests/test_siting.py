"""Siting: optima found by trying everything, laws, infeasible problems and bad input."""

from __future__ import annotations

import signal
import threading
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import shortest_path

from tongling_gis.errors import InputError, UsageError
from tongling_gis.siting import (
    Effort,
    Role,
    Solution,
    branching,
    covering,
    solve_backup,
    solve_capacitated,
    solve_centre,
    solve_cover,
    solve_cover_all,
    solve_median,
)
from tongling_gis.siting.solution import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tongling_gis.text import Text

STANDING = (Role.EXISTING, Role.REQUIRED)


@st.composite
def towns(draw: st.DrawFn, *, roles: tuple[Role, ...] = tuple(Role)) -> dict[str, object]:
    """Times with and without ways, weights, roles and a count, small enough to try all."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    kind = draw(st.sampled_from(["whole", "real", "plane"]))
    if kind == "plane":
        apart = rng.random((n, 1, 2)) - rng.random((1, m, 2))
        times = np.hypot(*np.moveaxis(apart, 2, 0)) * 10
    else:
        times = rng.integers(0, 10, (n, m)) if kind == "whole" else rng.random((n, m)) * 10
    times = np.where(rng.random((n, m)) < draw(st.sampled_from([0.0, 0.3])), inf, times)
    weight = rng.integers(0, 5, n).astype(float) if kind != "real" else rng.random(n) * 5
    chances = draw(st.sampled_from([True, False]))
    given_roles = rng.choice(list(roles), m) if chances else np.full(m, Role.CANDIDATE)
    required = int((given_roles == Role.REQUIRED).sum())
    k = required + draw(st.integers(0, 4))
    limit = draw(st.sampled_from([3.0, 5.0, 9.5]))
    return {"times": times, "demand": weight, "roles": list(given_roles), "k": k, "limit": limit}


def having(town: dict, *roles: Role) -> list[int]:
    """Row numbers of the sites of some roles."""
    return [j for j, role in enumerate(town["roles"]) if role in roles]


def choices(town: dict, sizes: Iterator[int] | range | None = None) -> Iterator[list[int]]:
    """Every choice of k sites, or as many as there are, that has all required ones."""
    required, free = having(town, Role.REQUIRED), having(town, Role.CANDIDATE)
    if sizes is None:
        sizes = [min(town["k"] - len(required), len(free))]
    for size in sizes:
        for some in combinations(free, size):
            yield sorted([*required, *some])


def walks(town: dict, chosen: list[int], *, limited: bool = True) -> np.ndarray:
    """Each demand's walk to the nearest chosen or existing site, inf beyond the limit."""
    times = np.where(town["times"] <= town["limit"], town["times"], inf)
    stands = [*chosen, *having(town, Role.EXISTING)]
    return (times if limited else town["times"])[:, stands].min(axis=1, initial=inf)


def covered(town: dict, chosen: list[int]) -> float:
    """Demand covered by chosen and existing sites and not by competitors."""
    rivals = having(town, Role.COMPETITOR)
    taken = (town["times"][:, rivals] <= town["limit"]).any(axis=1)
    return float(town["demand"][np.isfinite(walks(town, chosen)) & ~taken].sum())


def total_walk(town: dict, chosen: list[int]) -> float:
    """Demand times walk; inf where somebody has no site."""
    counts = town["demand"] > 0
    return float((town["demand"][counts] * walks(town, chosen)[counts]).sum())


def longest_walk(town: dict, chosen: list[int]) -> float:
    """The longest walk of any demand that counts."""
    return float(walks(town, chosen)[town["demand"] > 0].max(initial=0.0))


def check_sites(town: dict, found: Solution) -> None:
    """The sites are allowed ones, ascending, with the required ones, and serve the nearest."""
    sites = found.sites.tolist()
    assert sites == sorted(set(sites))
    assert set(sites) <= set(having(town, Role.CANDIDATE, Role.REQUIRED))
    assert set(having(town, Role.REQUIRED)) <= set(sites)
    served = found.served_by >= 0
    times = town["times"][np.arange(len(served)), found.served_by]
    assert np.array_equal(np.where(served, times, inf), walks(town, sites))


@given(towns())
def test_cover_is_the_best_of_all_choices(town: dict) -> None:
    """No choice of k sites covers more than the one found."""
    found = solve_cover(**town)
    best = max(covered(town, sites) for sites in choices(town))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)
    assert found.bound == found.objective
    assert covered(town, found.sites.tolist()) == pytest.approx(best)
    check_sites(town, found)


@given(towns())
def test_cover_all_takes_the_fewest_sites(town: dict) -> None:
    """No smaller choice covers all; where none does, the demands out of reach are named."""
    del town["k"]
    found = solve_cover_all(**town)
    stands = having(town, Role.COMPETITOR, Role.EXISTING, Role.REQUIRED, Role.CANDIDATE)
    reach = town["times"] <= town["limit"]
    lost = ~reach[:, stands].any(axis=1) & (town["demand"] > 0)
    if lost.any():
        assert found.status == "infeasible"
        assert found.conflict.tolist() == np.flatnonzero(lost).tolist()
        return
    rivals = having(town, Role.COMPETITOR)
    wanted = (town["demand"] > 0) & ~reach[:, rivals].any(axis=1)
    sizes = range(len(having(town, Role.CANDIDATE)) + 1)
    best = next(
        sites for sites in choices(town, sizes) if np.isfinite(walks(town, sites)[wanted]).all()
    )
    assert found.status == "optimal"
    assert found.objective == found.bound == len(best) == len(found.sites)
    assert np.isfinite(walks(town, found.sites.tolist())[wanted]).all()


WITHOUT_RIVALS = tuple(role for role in Role if role is not Role.COMPETITOR)


@pytest.mark.parametrize(
    ("solve", "measure"), [(solve_median, total_walk), (solve_centre, longest_walk)]
)
@given(town=towns(roles=WITHOUT_RIVALS))
def test_median_and_centre_are_the_best_of_all_choices(
    solve: Callable[..., Solution], measure: Callable[[dict, list[int]], float], town: dict
) -> None:
    """No choice of k sites has a shorter total, or worst, walk; or there is none, and it says."""
    found = solve(**town)
    best = min(measure(town, sites) for sites in choices(town))
    if best == inf:
        assert found.status == "infeasible"
        assert found.reason.en
        return
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)
    assert found.bound == found.objective
    assert measure(town, found.sites.tolist()) == pytest.approx(best)
    check_sites(town, found)


@given(towns(roles=WITHOUT_RIVALS))
@settings(max_examples=25)
def test_sparse_times_give_the_same_answer(town: dict) -> None:
    """Listing the pairs that have a way, zeros among them, says the same as inf elsewhere."""
    row, column = np.nonzero(np.isfinite(town["times"]))
    listed = sparse.coo_array((town["times"][row, column], (row, column)), town["times"].shape)
    for solve in (solve_cover, solve_median, solve_centre):
        dense, thin = solve(**town), solve(**{**town, "times": listed.tocsr()})
        assert (dense.status, dense.sites.tolist()) == (thin.status, thin.sites.tolist())


@given(towns())
@settings(max_examples=25)
def test_one_more_site_never_covers_fewer(town: dict) -> None:
    """What k + 1 sites cover is no less than what k sites cover."""
    more = solve_cover(**{**town, "k": town["k"] + 1})
    assert more.objective >= solve_cover(**town).objective - 1e-9


@given(towns(roles=(Role.CANDIDATE,)))
@settings(max_examples=25)
def test_the_problems_agree_with_each_other(town: dict) -> None:
    """Cover-all's k covers all, one fewer does not, and k sites cover all within their radius."""
    weighed = {**town, "demand": np.ones(len(town["times"]))}
    everybody = len(town["times"])
    fewest = solve_cover_all(**{name: weighed[name] for name in ("times", "demand", "limit")})
    if fewest.status == "optimal":
        enough = int(fewest.objective)
        assert solve_cover(**{**weighed, "k": enough}).objective == everybody
        assert solve_cover(**{**weighed, "k": enough - 1}).objective < everybody
    centre = solve_centre(**{**weighed, "k": town["k"] + 1})
    if centre.status == "optimal":
        within = {**weighed, "k": town["k"] + 1, "limit": centre.objective}
        assert solve_cover(**within).objective == everybody


def read_pmed(folder: Path, name: str) -> tuple[np.ndarray, int]:
    """Read an OR-Library instance: shortest paths between all vertices, and p."""
    lines = (folder / f"{name}.txt").read_text().split("\n")
    n, _, p = (int(word) for word in lines[0].split())
    edges = {}
    for line in lines[1:]:
        if words := line.split():
            a, b, cost = (int(word) for word in words)
            edges[min(a, b) - 1, max(a, b) - 1] = cost
    pairs = np.array(list(edges))
    graph = sparse.csr_array((list(edges.values()), (pairs[:, 0], pairs[:, 1])), (n, n))
    return shortest_path(graph, directed=False), p


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15])
def test_or_library_optima_are_met_and_proven(shared_data: Path, number: int) -> None:
    """The p-median and the p-centre of Beasley's instances are those of the literature."""
    times, p = read_pmed(shared_data / "pmed", f"pmed{number}")
    lines = (shared_data / "pmed" / "optima.csv").read_text().split()
    known = {line.split(",")[0]: line.split(",")[3:] for line in lines}
    median, centre = solve_median(times, k=p), solve_centre(times, k=p)
    assert [median.objective, centre.objective] == [float(x) for x in known[f"pmed{number}"]]
    assert (median.status, centre.status) == ("optimal", "optimal")
    assert len(median.sites) == p


def test_too_few_sites_name_demands_that_share_none() -> None:
    """Three demands of which no two share a site show that two sites are not enough."""
    times = np.where(np.eye(3, dtype=bool), 1.0, inf)
    for solve in (solve_median, solve_centre):
        found = solve(times, k=2)
        assert found.status == "infeasible"
        assert found.conflict.tolist() == [0, 1, 2]
        assert len(found.sites) == 0
        assert "no two share a site" in found.reason.en


def test_unreachable_demands_are_named() -> None:
    """A demand that no site reaches makes all problems but cover infeasible, by its row."""
    times = np.array([[1.0, 2.0], [inf, inf], [3.0, 1.0]])
    for solve in (solve_median, solve_centre):
        assert solve(times, k=1).conflict.tolist() == [1]
    found = solve_cover_all(times, limit=5)
    assert found.conflict.tolist() == [1]
    assert "rows 1" in found.reason.en
    assert solve_cover(times, k=1, limit=5).objective == 2


def test_a_time_limit_gives_the_best_found_and_its_gap() -> None:
    """Out of time, the answer has sites, a bound on the right side, and says so."""
    rng = np.random.default_rng(5)
    places = rng.random((600, 2))
    times = np.rint(np.hypot(*(places[:, None] - places[None, :300]).T).T * 10_000)
    weight = rng.integers(1, 100, 600)
    found = solve_median(times, weight, k=25, effort=Effort(time_limit_s=1e-6))
    assert found.status == "gap"
    assert len(found.sites) == 25
    assert 0 < found.bound < found.objective
    assert 0 < found.gap < 1
    assert "time" in found.reason.en


def hard_town() -> np.ndarray:
    """Times without any order in them: no bound is tight, and no search ends soon."""
    return np.random.default_rng(5).random((150, 120))


@pytest.mark.parametrize(
    ("solve", "asked", "sites"),
    [
        (solve_median, {"k": 20}, 20),
        (solve_cover, {"k": 20, "limit": 0.05}, 20),
        (solve_cover_all, {"limit": 0.1}, None),
        (solve_centre, {"k": 20}, 20),
    ],
)
def test_ctrl_c_keeps_the_best_so_far(
    solve: Callable[..., Solution], asked: dict, sites: int | None
) -> None:
    """Ctrl-C ends a search, which says so and gives its best with a bound; the next one works."""
    told = []

    def interrupt(_what: Text, _share: float) -> None:
        told.append(1)
        if len(told) == 1:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    found = solve(hard_town(), **asked, effort=Effort(time_limit_s=60, progress=interrupt))
    assert signal.getsignal(signal.SIGINT) is before
    assert found.status == "gap"
    assert "Stopped as asked" in found.reason.en
    assert found.seconds < 20
    assert len(found.sites) <= (sites or found.objective)
    assert 0 < found.gap < 1
    if solve is solve_cover:
        assert found.objective < found.bound <= 150
    else:
        assert 0 < found.bound < found.objective


@pytest.mark.parametrize(
    ("solve", "asked"),
    [
        (solve_cover_all, {"limit": 0.1}),
        (solve_backup, {"k": 20, "limit": 0.05, "first": 0.9}),
        (solve_capacitated, {"k": 20, "limit": 0.05, "capacity": np.arange(120) % 9}),
    ],
)
def test_a_time_limit_holds_while_highs_does_not_listen(
    solve: Callable[..., Solution], asked: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where HiGHS asks nobody whether to stop, the best found so far is given all the same."""
    woken = threading.Event()
    monkeypatch.setattr("highspy.Highs.run", lambda _solver: woken.wait(60.0))
    found = solve(hard_town(), **asked, effort=Effort(time_limit_s=0.5))
    waited = not woken.is_set()
    woken.set()
    assert waited
    assert found.seconds < 30.0
    assert found.status == "gap"
    assert np.isfinite(found.bound)
    assert len(found.sites) or solve is solve_backup


def test_progress_says_in_words_what_is_not_known_yet() -> None:
    """Before there are sites, or a bound, no gap of infinity is told."""
    told: list[str] = []
    for objective, bound in ((inf, 0.0), (5.0, -inf), (5.0, 4.0)):
        Watch(Effort(progress=lambda what, _share: told.append(what.en))).tell(objective, bound)
    assert told == [
        "Solving, no feasible sites yet",
        "Solving, sites found, no bound yet",
        "Solving, gap 20.00%",
    ]


def test_the_gap_of_cover_is_a_share_of_those_covered() -> None:
    """An accepted gap ends the search of cover when so great a share of the covered is in doubt."""
    found = solve_cover(hard_town(), k=20, limit=0.05, effort=Effort(gap=0.1, time_limit_s=30))
    assert found.gap <= 0.1
    assert found.reason.en != "Out of time: the best found so far, with its gap."


def test_both_ways_to_close_the_gap_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Branching by prices and going on with HiGHS prove the same optimum of cover."""
    times, weight = hard_town()[:80, :30], np.random.default_rng(2).integers(1, 50, 80)
    asked = {"k": 6, "limit": 0.1}
    by_prices = solve_cover(times, weight, **asked)
    monkeypatch.setattr(branching, "_count_batches", lambda _root: 1)
    monkeypatch.setattr(branching, "_WORTH_GOING_ON", inf)
    by_cuts = solve_cover(times, weight, **asked)
    assert (by_prices.status, by_cuts.status) == ("optimal", "optimal")
    assert by_prices.objective == by_cuts.objective


def test_an_accepted_gap_ends_the_search() -> None:
    """A solution within the accepted gap is returned without proof."""
    rng = np.random.default_rng(5)
    places = rng.random((300, 2))
    times = np.hypot(*(places[:, None] - places[None, :]).T).T
    found = solve_median(times, k=10, effort=Effort(gap=0.2))
    assert found.gap <= 0.2
    assert found.status in {"gap", "optimal"}


def test_the_same_seed_gives_the_same_answer() -> None:
    """Two runs agree in sites, objective and bound."""
    rng = np.random.default_rng(11)
    times = rng.integers(1, 50, (80, 40))
    one, two = (solve_median(times, k=7, effort=Effort(seed=3)) for _ in range(2))
    assert (one.sites.tolist(), one.bound) == (two.sites.tolist(), two.bound)


def test_progress_is_told() -> None:
    """A search tells what it does and a share between 0 and 1."""
    told = []
    times = np.random.default_rng(1).random((60, 60))
    solve_median(times, k=6, effort=Effort(progress=lambda what, share: told.append((what, share))))
    assert told
    assert all(0 <= share <= 1 and what.zh and what.en for what, share in told)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"times": np.array([[1.0, -2.0]])}, "negative"),
        ({"times": np.array([[1.0, np.nan]])}, "not a number"),
        ({"times": np.array([1.0, 2.0])}, "dimensions"),
        ({"demand": [1.0, 2.0]}, "one for each row"),
        ({"demand": [-1.0]}, "Demand 1"),
        ({"roles": ["candidate"]}, "one for each column"),
    ],
)
def test_input_that_cannot_be_used_is_refused(changed: dict, words: str) -> None:
    """Bad times, demands and roles are refused in one sentence."""
    with pytest.raises(InputError, match=words):
        solve_cover(**{"times": np.array([[1.0, 2.0]]), "demand": [1.0], "k": 1, **changed})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"k": -1}, "whole number"),
        ({"k": 0, "roles": ["required", "candidate"]}, "required"),
        ({"limit": -1.0}, "limit"),
        ({"roles": ["candidate", "chosen"]}, "Unknown role"),
        ({"roles": ["candidate", "competitor"]}, "Competitors"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(changed: dict, words: str) -> None:
    """A bad k, limit or role is refused in one sentence."""
    with pytest.raises(UsageError, match=words):
        solve_median(**{"times": np.array([[1.0, 2.0]]), "demand": [1.0], "k": 1, **changed})


@pytest.mark.parametrize("wrong", [{"time_limit_s": 0.0}, {"gap": -0.1}])
def test_effort_must_make_sense(wrong: dict) -> None:
    """A time limit of nothing or a negative gap is refused."""
    with pytest.raises(UsageError):
        Effort(**wrong)


@pytest.mark.parametrize("seed", range(12))
def test_searching_for_a_cover_finds_the_smallest_of_small_towns(seed: int) -> None:
    """Local search alone covers all rows with as few sites as any choice does."""
    reach = np.random.default_rng(seed).random((25, 12)) < 0.25
    reach[np.arange(25), np.arange(25) % 12] = True
    sizes = (size for size in range(13) for some in combinations(range(12), size)
             if reach[:, some].any(axis=1).all())  # fmt: skip
    matrix = sparse.csr_array(reach * 1.0)
    found = covering.search_cover(matrix, np.arange(12), 0, Watch(Effort()))
    assert reach[:, found].any(axis=1).all()
    assert len(found) == next(sizes)
