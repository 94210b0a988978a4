"""Time the router beside its peers on the same networks, in one process, answers compared.

    pip install .[bench]
    python tests/benchmarks/bench_routing.py                     # grids of 20k and 200k nodes
    python tests/benchmarks/bench_routing.py --sizes 20k 200k 2M --repeats 9
    python tests/benchmarks/bench_routing.py --extract ../shared/data/porto_alegre/poa.osm.pbf

Every peer gets the same whole milliseconds. Ours must equal SciPy's answer; where another
peer's does not, that is said beside its time. A peer that is not installed, or would take
minutes at a size, is left out and said to be. "x" is how many times as long as ours, by the
medians and by the best runs, which tell more on a machine that has other work. The floor is a
breadth-first search over the same edges, as far as the nodes reached.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import peers
from cities import City, grid_city, read_city

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_MS = 900_000
SIZES = {"20k": 20_000, "200k": 200_000, "2M": 2_000_000, "10M": 10_000_000}
CENTRES = 60


@dataclass(frozen=True, slots=True)
class Timing:
    """Median and best of some runs, in milliseconds."""

    median_ms: float
    best_ms: float


def timed(job: Callable[[], object], repeats: int) -> Timing:
    """Run a job once to warm up and then ``repeats`` times."""
    job()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        job()
        times.append((time.perf_counter() - begun) * 1000.0)
    return Timing(statistics.median(times), min(times))


def memory_mb() -> float:
    """Give the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def show(name: str, one: Timing, ours: Timing, note: str = "") -> None:
    """Print one line of a table."""
    print(
        f"  {name:<28}{one.median_ms:>12,.2f}{one.best_ms:>12,.2f}"
        f"{one.median_ms / ours.median_ms:>10.2f} x{one.best_ms / ours.best_ms:>9.2f} x  {note}"
    )


def leave_out(name: str, why: str) -> None:
    """Say that a peer is left out."""
    print(f"  {name:<28}{why:>24}")


def bench_nearest(city: City, limit_ms: int | None, repeats: int) -> None:
    """Time every node's walk to the nearest of the centres."""
    what = "no limit" if limit_ms is None else f"within {limit_ms / 60_000:g} min"
    print(f"nearest of {CENTRES} centres, {what} (median and best of {repeats}, ms)")
    ours = peers.Ours(city)
    expected = peers.SciPy(city).nearest(limit_ms)
    assert np.array_equal(ours.nearest_dense(limit_ms), expected), "ours differs from SciPy"
    base = timed(lambda: ours.nearest(limit_ms), repeats)
    show("ours: nodes reached", base, base, f"{(expected >= 0).sum():,} nodes")
    show("ours: array of all nodes", timed(lambda: ours.nearest_dense(limit_ms), repeats), base)
    floor = ours.breadth_first(int((expected >= 0).sum()))
    show("floor: breadth first", timed(floor, repeats), base)
    for peer_class in peers.NEAREST:
        if peer_class.left_out:
            continue
        if (limit_ms is None and not peer_class.without_limit) or city.size > peer_class.largest:
            leave_out(peer_class.name, "left out at this size")
            continue
        try:
            begun = time.perf_counter()
            peer = peer_class(city)
            ready = f"ready in {time.perf_counter() - begun:.1f} s"
        except ImportError:
            leave_out(peer_class.name, "not installed")
            continue
        try:
            peer.check(peer.nearest(limit_ms), expected, limit_ms)
        except AssertionError as error:
            ready += f"; {error}"
        some = repeats if peer_class.quick else min(repeats, 3)
        show(peer_class.name, timed(lambda p=peer: p.nearest(limit_ms), some), base, ready)


def bench_pairs(city: City, n_sources: int, repeats: int) -> None:
    """Time sparse times from many nodes to all nodes within the limit."""
    print(f"times from {n_sources:,} nodes to all within {LIMIT_MS / 60_000:g} min (the same)")
    ours = peers.Ours(city)
    sources = np.random.default_rng(7).choice(city.size, n_sources, replace=False)
    count, checksum = ours.pairs(sources, LIMIT_MS)
    cores = os.cpu_count() or 1
    base = timed(lambda: ours.pairs(sources, LIMIT_MS), repeats)
    show(f"ours on {cores} cores", base, base, f"{count:,} pairs")
    with peers.one_core():
        show("ours on 1 core", timed(lambda: ours.pairs(sources, LIMIT_MS), repeats), base)
    for peer_class in peers.PAIRS:
        if peer_class.left_out:
            continue
        if city.size * n_sources > peer_class.most_work:
            leave_out(peer_class.name, "left out at this size")
            continue
        try:
            peer = peer_class(city)
        except ImportError:
            leave_out(peer_class.name, "not installed")
            continue
        peer.check_pairs(peer.pairs(sources, LIMIT_MS), (count, checksum))
        show(peer_class.name, timed(lambda p=peer: p.pairs(sources, LIMIT_MS), 1), base)


def bench_city(city: City, repeats: int, sources: list[int]) -> None:
    """Time all jobs in one city."""
    print(f"\n== {city.name}: {city.size:,} nodes, {len(city.cost_ms):,} edges")
    begun = time.perf_counter()
    _ = city.graph
    print(f"  weighed in {time.perf_counter() - begun:.2f} s; memory {memory_mb():,.0f} MB")
    bench_nearest(city, LIMIT_MS, repeats)
    bench_nearest(city, None, max(3, repeats // 2))
    for n_sources in sources:
        if city.size >= n_sources:
            bench_pairs(city, n_sources, max(3, repeats // 3))
    print(f"  memory {memory_mb():,.0f} MB")


def main() -> None:
    """Run what the command line asks for."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--sizes", nargs="*", default=["20k", "200k"], choices=SIZES)
    asked.add_argument("--sources", nargs="*", type=int, default=[1000])
    asked.add_argument("--repeats", type=int, default=15)
    asked.add_argument("--without", nargs="*", default=[], help="names of peers to leave out")
    asked.add_argument("--extract", type=Path, action="append", default=[])
    options = asked.parse_args()
    from tongling_gis.routing import load_kernels

    for known in (peers.NEAREST, peers.PAIRS):
        for peer in known:
            peer.left_out = peer.name in options.without
    begun = time.perf_counter()
    load_kernels()
    print(f"kernels ready in {time.perf_counter() - begun:.1f} s; {platform.processor()}")
    for name in options.sizes:
        bench_city(grid_city(SIZES[name], CENTRES), options.repeats, options.sources)
    for path in options.extract:
        bench_city(read_city(path, CENTRES), options.repeats, options.sources)


if __name__ == "__main__":
    main()
