"""Time the siting solvers beside PySAL spopt on the same instances, answers compared.

    pip install .[bench]
    python tests/benchmarks/bench_siting.py --quick          # small towns, a minute
    python tests/benchmarks/bench_siting.py                  # to 1,000 x 1,000 and 5,000 x 1,000
    python tests/benchmarks/bench_siting.py --only median --peers highs
    python tests/benchmarks/bench_siting.py --pmed ../shared/data/pmed    # OR-Library, and its kin

Each solver works on each instance in a process of its own, because solver libraries in one
process can clash, and so that the peak memory is its own; it makes the instance anew from the
seed. Peers are spopt's own models solved to gap 0 by HiGHS (``pulp.HiGHS``: the same highspy
that is used here) and by CBC (what ``pulp`` brings along), both cut off at --limit seconds and
--memory GiB. "load" is importing the libraries, ours with its compiled loops: once a process.
"ready" is building the model, which for ours is part of "solve"; "processor" is the processor
time of both. The first "x" is ready + solve
as a multiple of ours, the second solve alone; medians of --repeats runs, but a peer that takes
longer than 20 s runs once. Two that prove an optimum must agree on it, or the benchmark fails.
On the largest instances spopt, which wants a dense table and a variable for each pair, is left
out.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree

PEERS = ("highs", "cbc")
DETOUR, SPEED_M_S = 1.3, 1.1
SLOW_S = 20.0
PMED = {
    100: (5, 10, 10, 20, 33), 200: (5, 10, 20, 40, 67), 300: (5, 10, 30, 60, 100),
    400: (5, 10, 40, 80, 133), 500: (5, 10, 50, 100, 167), 600: (5, 10, 60, 120, 200),
    700: (5, 10, 70, 140), 800: (5, 10, 80), 900: (5, 10, 90),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: a town of n demands and m sites, ``side_m`` wide, and what is asked."""

    problem: str
    n: int
    m: int
    k: int = 0
    limit_s: float = 900.0
    side_m: float = 10_000.0
    gap: float = 0.0
    with_peers: bool = True

    @property
    def name(self) -> str:
        """Say what it is."""
        asked = f", k = {self.k}" if self.k else ""
        within = f", {self.limit_s / 60:g} min" if self.problem.startswith("cover") else ""
        good = f", to {self.gap:.2%}" if self.gap else ""
        return f"{self.problem} {self.n:,} x {self.m:,}{asked}{within}{good}"


QUICK = (
    Instance("cover", 300, 300, 10),
    Instance("cover_all", 300, 300),
    Instance("median", 150, 150, 12),
    Instance("centre", 60, 60, 6),
)
FULL = (
    Instance("cover", 1000, 1000, 20),
    Instance("cover", 1000, 1000, 20, limit_s=1200.0),
    Instance("cover_all", 1000, 1000),
    Instance("median", 1000, 1000, 20),
    Instance("median", 1000, 1000, 60),
    Instance("centre", 200, 200, 10),
    Instance("cover", 5000, 1000, 20, limit_s=600.0),
    Instance("cover", 5000, 1000, 20),
    Instance("cover_all", 5000, 1000),
    Instance("median", 5000, 1000, 60, gap=0.003),
    Instance("cover", 100_000, 5000, 60, side_m=20_000.0, gap=0.001, with_peers=False),
    Instance("cover", 100_000, 5000, 400, side_m=80_000.0, gap=0.001, with_peers=False),
    Instance("cover_all", 100_000, 5000, side_m=80_000.0, gap=0.001, with_peers=False),
)


def make_town(one: Instance, seed: int) -> tuple[Any, np.ndarray]:
    """Give whole seconds of walk from demands to sites, and what each demand counts for.

    Six of ten demands stand around thirty centres; sites are near demands. Where coverage is
    asked, only pairs within the limit are listed, and demands that no site reaches left out.
    """
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, one.side_m, (30, 2))[rng.integers(30, size=one.n)]
    near = centres + rng.normal(0, one.side_m / 15, (one.n, 2))
    places = np.where(rng.random((one.n, 1)) < 0.6, near, rng.uniform(0, one.side_m, (one.n, 2)))
    places = np.clip(places, 0, one.side_m)
    stands = rng.choice(one.n, one.m, replace=one.n < one.m)
    sites = places[stands] + rng.normal(0, 50, (one.m, 2))
    weight = rng.integers(1, 500, one.n).astype(float)
    if not one.problem.startswith("cover"):
        apart = np.hypot(*(places[:, None] - sites[None]).transpose(2, 0, 1))
        return np.rint(apart * DETOUR / SPEED_M_S), weight
    reach = one.limit_s * SPEED_M_S / DETOUR
    pairs = cKDTree(places).sparse_distance_matrix(cKDTree(sites), reach, output_type="coo_matrix")
    walk = np.minimum(np.rint(pairs.data * DETOUR / SPEED_M_S), one.limit_s)
    times = sparse.csr_array((walk, (pairs.row, pairs.col)), shape=(one.n, one.m))
    reached = np.diff(times.indptr) > 0
    return times[reached], weight[reached]


def work_s() -> float:
    """Give the processor time of this process and those it started."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)


def solve_ours(one: Instance, seed: int, limit_s: float) -> dict[str, Any]:
    """Solve an instance with this library."""
    begun = time.perf_counter()
    from tongling_gis import siting

    for name in ("kernels", "swap_kernels", "set_kernels", "model"):
        importlib.import_module(f"tongling_gis.siting.{name}")
    importlib.import_module("highspy")
    load_s = time.perf_counter() - begun
    times, weight = make_town(one, seed)
    asked: dict[str, Any] = {"effort": siting.Effort(time_limit_s=limit_s, gap=one.gap)}
    if one.problem != "cover_all":
        asked["k"] = one.k
    if one.problem.startswith("cover"):
        asked["limit"] = one.limit_s
    if one.problem in {"cover", "median"}:
        asked["demand"] = weight
    begun, worked = time.perf_counter(), work_s()
    found = getattr(siting, f"solve_{one.problem}")(times, **asked)
    solve_s = time.perf_counter() - begun
    return {
        "load_s": load_s, "ready_s": 0.0, "solve_s": solve_s, "work_s": work_s() - worked,
        "objective": found.objective, "gap": found.gap, "proven": found.status == "optimal",
    }  # fmt: skip


def solve_spopt(one: Instance, seed: int, limit_s: float, solver: str) -> dict[str, Any]:
    """Build spopt's model of an instance and solve it to gap 0."""
    warnings.simplefilter("ignore")
    begun = time.perf_counter()
    import pulp
    from spopt import locate

    load_s = time.perf_counter() - begun
    times, weight = make_town(one, seed)
    if sparse.issparse(times):
        table = np.full(times.shape, one.limit_s + 1.0)
        row, column = times.tocoo().coords
        table[row, column] = times.tocoo().data
        times = table
    begun, worked = time.perf_counter(), work_s()
    if one.problem == "cover":
        model = locate.MCLP.from_cost_matrix(times, weight, one.limit_s, one.k)
    elif one.problem == "cover_all":
        model = locate.LSCP.from_cost_matrix(times, one.limit_s)
    elif one.problem == "median":
        model = locate.PMedian.from_cost_matrix(times, weight, one.k)
    else:
        model = locate.PCenter.from_cost_matrix(times, one.k)
    ready_s = time.perf_counter() - begun
    kind = pulp.HiGHS if solver == "highs" else pulp.PULP_CBC_CMD
    begun = time.perf_counter()
    model.problem.solve(kind(msg=False, gapRel=0.0, timeLimit=limit_s))
    return {
        "load_s": load_s, "ready_s": ready_s, "solve_s": time.perf_counter() - begun,
        "work_s": work_s() - worked, "objective": model.problem.objective.value(), "gap": 0.0,
        "proven": model.problem.sol_status == pulp.LpSolutionOptimal,
    }  # fmt: skip


def solve_here(options: argparse.Namespace) -> None:
    """Solve one instance in this process and print what was seen as JSON."""
    room = int(options.memory * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    one = Instance(**json.loads(options.here))
    if options.peers[0] == "ours":
        seen = solve_ours(one, options.seed, options.limit)
    else:
        seen = solve_spopt(one, options.seed, options.limit, options.peers[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps({**seen, "peak_mb": peak}))


def run(one: Instance, solver: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Solve an instance in processes of its own; nothing where it ran out of memory or time."""
    fields = json.dumps({name: getattr(one, name) for name in Instance.__slots__})
    command = [
        sys.executable, __file__, "--here", fields, "--peers", solver, "--seed", str(options.seed),
        "--limit", str(options.limit), "--memory", str(options.memory),
    ]  # fmt: skip
    seen: list[dict[str, Any]] = []
    while len(seen) < options.repeats:
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=2 * options.limit + 60
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return []
        seen.append(json.loads(done.stdout.splitlines()[-1]))
        if seen[-1]["ready_s"] + seen[-1]["solve_s"] > SLOW_S and solver != "ours":
            break
    return seen


def middle(seen: list[dict[str, Any]], *names: str) -> float:
    """Give the median of a sum of measures."""
    return statistics.median(sum(each[name] for name in names) for each in seen)


def show(solver: str, seen: list[dict[str, Any]], ours: list[dict[str, Any]]) -> None:
    """Print one line of a table."""
    proof = "proven" if seen[-1]["proven"] else f"gap {seen[-1]['gap']:.4%}"
    if not seen[-1]["proven"] and solver != "ours":
        proof = "no proof"
    both = "ready_s", "solve_s"
    ratio = middle(seen, *both) / middle(ours, *both)
    only = middle(seen, "solve_s") / middle(ours, "solve_s")
    print(
        f"  {solver:<12}{middle(seen, 'load_s'):>8.2f}{middle(seen, 'ready_s'):>9.2f}"
        f"{middle(seen, 'solve_s'):>9.2f}{middle(seen, 'work_s'):>9.2f}"
        f"{ratio:>9.1f} x{only:>9.1f} x{middle(seen, 'peak_mb'):>9,.0f} MB"
        f"{seen[-1]['objective'] or np.nan:>16,.0f}  {proof}",
        flush=True,
    )


def bench(one: Instance, options: argparse.Namespace) -> None:
    """Time all solvers on one instance and check that they agree."""
    print(
        f"{one.name}   (load s, ready s, solve s, processor s, x, x solve, peak memory, objective)"
    )
    ours = run(one, "ours", options)
    if not ours:
        sys.exit("ours failed")
    show("ours", ours, ours)
    for solver in options.peers if one.with_peers else ():
        seen = run(one, solver, options)
        if not seen:
            print(f"  spopt {solver:<8} out of time or memory ({options.limit:g} s to solve)")
            continue
        show(f"spopt {solver}", seen, ours)
        agree = np.isclose(seen[-1]["objective"] or np.nan, ours[-1]["objective"], rtol=1e-6)
        if seen[-1]["proven"] and ours[-1]["proven"] and not agree:
            sys.exit("the optima differ")


def make_graph(n: int, seed: int) -> np.ndarray:
    """Make a random graph as Beasley's (n * n / 50 edges of 1-100): shortest paths in it."""
    rng = np.random.default_rng(seed)
    line = rng.permutation(n)
    ends = np.sort(rng.integers(n, size=(n * n // 50, 2)), axis=1)
    ends = np.unique(np.r_[np.sort(np.c_[line[1:], line[:-1]], axis=1), ends], axis=0)
    ends = ends[ends[:, 0] < ends[:, 1]]
    lengths = rng.integers(1, 101, len(ends)).astype(float)
    return shortest_path(sparse.csr_array((lengths, ends.T), (n, n)), directed=False)


def read_graph(path: Path) -> np.ndarray:
    """Read an OR-Library graph: shortest paths in it."""
    n = int(path.read_text().split()[0])
    table = np.loadtxt(path, skiprows=1, dtype=int)
    edges = {(min(a, b) - 1, max(a, b) - 1): float(c) for a, b, c in table}
    ends = np.array(list(edges)).T
    return shortest_path(sparse.csr_array((list(edges.values()), ends), (n, n)), directed=False)


def bench_pmed(folder: Path, seed: int) -> None:
    """Solve the p-median and the p-centre of the 40 OR-Library sizes, to proof."""
    from tongling_gis.siting import solve_centre, solve_median

    rows = csv.DictReader((folder / "optima.csv").read_text().splitlines())
    known = {row["instance"]: row for row in rows}
    spent = 0.0
    shapes = [(n, p) for n, counts in PMED.items() for p in counts]
    for number, (n, p) in enumerate(shapes, 1):
        name = f"pmed{number}"
        given = known.get(name)
        times = read_graph(folder / f"{name}.txt") if given else make_graph(n, seed + number)
        median, centre = solve_median(times, k=p), solve_centre(times, k=p)
        spent += median.seconds + centre.seconds
        if given:
            best = float(given["p_median"]), float(given["p_centre"])
            assert (median.objective, centre.objective) == best, f"{name}: not the optimum"
        print(
            f"  {name if given else 'its kin':<8}{n:>5}{p:>5}"
            f"   median {median.objective:>7,.0f} {median.status} {median.seconds:>6.2f} s"
            f"   centre {centre.objective:>4,.0f} {centre.status} {centre.seconds:>6.2f} s"
        )
    print(f"  in all {spent:.1f} s")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Time siting beside spopt.")
    parser.add_argument("--quick", action="store_true", help="small instances only")
    parser.add_argument("--only", default="", help="only problems whose name begins so")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), help="highs, cbc, or none")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for a search")
    parser.add_argument("--memory", type=float, default=24.0, help="GiB for a process")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pmed", type=Path, help="folder of OR-Library instances")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        solve_here(options)
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, seed {options.seed}")
    if options.pmed:
        bench_pmed(options.pmed, options.seed)
        return
    for one in QUICK if options.quick else FULL:
        if one.problem.startswith(options.only):
            bench(one, options)


if __name__ == "__main__":
    main()
