"""Time the router beside its peers on the same networks, in one process, answers compared.

    pip install .[bench]
    python tests/benchmarks/bench_routing.py                     # grids of 20k and 200k nodes
    python tests/benchmarks/bench_routing.py --sizes 20k 200k 2M --repeats 9
    python tests/benchmarks/bench_routing.py --extract ../shared/data/porto_alegre/poa.osm.pbf

Every peer gets the same whole milliseconds. Ours must equal SciPy's answer; where another
peer's does not, that is said beside its time. A peer that is not installed, or would take
minutes at a size, is left out. SciPy runs on a matrix as its users build it, and once more in
the order of our nodes, which does it good. Memory is what a peer keeps once it is built. "x" is
how many times as long as ours, by the best runs and by processor time (of all cores together),
which other work on the machine disturbs less than medians of wall time. The floor is a
breadth-first search over the same edges, as far as the nodes reached.
"""

from __future__ import annotations

import argparse
import gc
import os
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
THRICE_S, ONCE_S = 0.5, 10.0
"""Jobs that take longer than so many seconds are run thrice, and once."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Median and best of some runs, and the median of processor time, in milliseconds."""

    median_ms: float
    best_ms: float
    own_ms: float


def timed(job: Callable[[], object], repeats: int) -> Timing:
    """Run a job once to warm up and then ``repeats`` times, less often where it takes long."""
    laps = [lap(job)]
    first_s = laps[0][1]
    if first_s <= ONCE_S:
        laps = [lap(job) for _ in range(repeats if first_s <= THRICE_S else min(repeats, 3))]
    wall_s, own_s = zip(*laps, strict=True)
    middle = statistics.median
    return Timing(middle(wall_s) * 1000.0, min(wall_s) * 1000.0, middle(own_s) * 1000.0)


def lap(job: Callable[[], object]) -> tuple[float, float]:
    """Run a job; give the seconds it took, by the clock and of all processors together."""
    begun, spent = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - begun, time.process_time() - spent


def memory_mb() -> float:
    """Give the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def show(name: str, one: Timing, ours: Timing, note: str = "") -> None:
    """Print one line of a table."""
    print(
        f"  {name:<28}{one.median_ms:>12,.2f}{one.best_ms:>12,.2f}{one.own_ms:>12,.2f}"
        f"{one.best_ms / ours.best_ms:>10.2f} x{one.own_ms / ours.own_ms:>9.2f} x  {note}"
    )


def leave_out(name: str, why: str) -> None:
    """Say that a peer is left out."""
    print(f"  {name:<28}{why:>24}")


@dataclass(frozen=True, eq=False)
class Field:
    """One city, and everybody who runs in it."""

    city: City
    ours: peers.Ours
    others: list[peers.Peer]


def prepare(city: City, without: list[str]) -> Field:
    """Make ours and the peers ready; print how long that takes and the memory they keep."""
    print(f"\n== {city.name}: {city.size:,} nodes, {len(city.ends):,} edges")
    held = memory_mb()
    weighed_s, _ = lap(lambda: city.graph)
    print(f"  {'ours: weighed':<28}{weighed_s:>10.2f} s{memory_mb() - held:>10,.0f} MB")
    others = []
    for peer_class in peers.PEERS:
        if peer_class.name in without or city.size > peer_class.largest:
            leave_out(peer_class.name, "left out at this size")
            continue
        gc.collect()
        held, begun = memory_mb(), time.perf_counter()
        try:
            others.append(peer_class(city))
        except ImportError:
            leave_out(peer_class.name, "not installed")
            continue
        ready_s = time.perf_counter() - begun
        print(f"  {peer_class.name:<28}{ready_s:>10.2f} s{memory_mb() - held:>10,.0f} MB")
    return Field(city, peers.Ours(city), others)


def bench_nearest(field: Field, limit_ms: int | None, repeats: int) -> None:
    """Time every node's walk to the nearest of the centres."""
    what = "no limit" if limit_ms is None else f"within {limit_ms / 60_000:g} min"
    print(f"nearest of {CENTRES} centres, {what} (median, best, processor; of {repeats}, ms)")
    ours = field.ours
    expected = peers.SciPy(field.city).nearest(limit_ms)
    assert np.array_equal(ours.nearest_dense(limit_ms), expected), "ours differs from SciPy"
    base = timed(lambda: ours.nearest(limit_ms), repeats)
    show("ours: nodes reached", base, base, f"{(expected >= 0).sum():,} nodes")
    show("ours: array of all nodes", timed(lambda: ours.nearest_dense(limit_ms), repeats), base)
    floor = ours.breadth_first(int((expected >= 0).sum()))
    show("floor: breadth first", timed(floor, repeats), base)
    for peer in field.others:
        if limit_ms is None and not peer.without_limit:
            continue
        found: list[object] = []
        one = timed(lambda p=peer, f=found: f.append(p.nearest(limit_ms)), repeats)
        note = ""
        try:
            peer.check(found[-1], expected, limit_ms)
        except AssertionError as error:
            note = str(error)
        show(peer.name, one, base, note)


def bench_pairs(field: Field, n_sources: int, repeats: int) -> None:
    """Time sparse times from many nodes to all nodes within the limit."""
    minutes = LIMIT_MS / 60_000
    print(f"times from {n_sources:,} nodes to all within {minutes:g} min (as above)")
    city, ours = field.city, field.ours
    sources = np.random.default_rng(7).choice(city.size, n_sources, replace=False)
    count, checksum = ours.pairs(sources, LIMIT_MS)
    cores = os.cpu_count() or 1
    base = timed(lambda: ours.pairs(sources, LIMIT_MS), 2 * repeats)
    show(f"ours on {cores} cores", base, base, f"{count:,} pairs")
    with peers.one_core():
        show("ours on 1 core", timed(lambda: ours.pairs(sources, LIMIT_MS), repeats), base)
    floor = ours.breadth_first_rows(sources, count // n_sources)
    show("floor: breadth first, 1 core", timed(floor, repeats), base)
    for peer in field.others:
        if city.size * n_sources > peer.most_work:
            continue
        found: list[tuple[int, int]] = []
        one = timed(lambda p=peer, f=found: f.append(p.pairs(sources, LIMIT_MS)), repeats)
        peer.check_pairs(found[-1], (count, checksum))
        show(peer.name, one, base)


def bench_city(city: City, options: argparse.Namespace) -> None:
    """Time all jobs in one city."""
    field, repeats = prepare(city, options.without), options.repeats
    bench_nearest(field, LIMIT_MS, repeats)
    bench_nearest(field, None, max(3, repeats // 2))
    for n_sources in options.sources:
        if city.size >= n_sources:
            bench_pairs(field, n_sources, max(3, repeats // 3))


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

    begun = time.perf_counter()
    load_kernels()
    print(f"kernels ready in {time.perf_counter() - begun:.1f} s")
    for name in options.sizes:
        bench_city(grid_city(SIZES[name], CENTRES), options)
    for path in options.extract:
        bench_city(read_city(path, CENTRES), options)


if __name__ == "__main__":
    main()
