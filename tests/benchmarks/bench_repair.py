"""What a single change costs: the router's repair, and a whole comparison with its tables.

Run it alone on a quiet machine: ``python tests/benchmarks/bench_repair.py``. It prints medians
of wall time and of this thread's processor time (which other programs disturb less), and checks
every comparison against one with the whole city made again.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import read_standards
from tongling_gis.network import Network, build_network
from tongling_gis.routing import load_kernels, stand
from tongling_gis.routing.repair import Patch, join_seeds, no_patch, seeds_of
from tongling_gis.scenario import (
    AddCentre,
    Baseline,
    CloseGate,
    CloseStreet,
    DrawWall,
    MoveCentre,
    OpenStreet,
    RemoveCentre,
    Scenario,
    SetHours,
    compare_coverage,
    find_changes,
    prepare_comparison,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CRS = "EPSG:4548"
STEP_M = 100.0
ORIGIN = np.array([500_000.0, 3_400_000.0])
LIMIT_MS = 900_000
CENTRES = 60


def perturbed_grid(n_nodes: int, rng: np.random.Generator) -> Network:
    """Build streets on a grid of 100 m, its corners shaken and a seventh of its streets missing."""
    side = int(np.sqrt(n_nodes))
    x, y = np.meshgrid(np.arange(side) * STEP_M, np.arange(side) * STEP_M)
    xy = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-25, 25, (side * side, 2)) + ORIGIN
    at = np.arange(side * side).reshape(side, side)
    right = np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()])
    down = np.column_stack([at[:-1].ravel(), at[1:].ravel()])
    ends = np.concatenate([right, down])
    ends = ends[rng.random(len(ends)) > 0.15]
    lines = shapely.linestrings(xy[ends])
    columns = {
        "street_id": [f"s{row}" for row in range(len(ends))],
        "from_node": ends[:, 0],
        "to_node": ends[:, 1],
        "highway": np.where(rng.random(len(ends)) < 0.001, "motorway", "residential"),
        "tags": "{}",
    }
    streets = gpd.GeoDataFrame(columns, geometry=lines, crs=CRS)
    gates = gpd.GeoDataFrame(
        {"gate_id": ["g0"], "barrier": ["gate"]},
        geometry=[shapely.Point(xy[ends[len(ends) // 2, 0]])],
        crs=CRS,
    )
    return build_network(streets, gates=gates)


def people(network: Network, count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Put homes beside the streets."""
    row = rng.integers(0, len(network.edges), count)
    beside = shapely.line_interpolate_point(
        network.geometry[row], rng.random(count), normalized=True
    )
    xy = shapely.get_coordinates(beside) + rng.normal(0, 12, (count, 2))
    ages = ("residents_0_14", "residents_15_59", "residents_60_plus")
    columns = {name: pd.array(rng.integers(1, 100, count), dtype="Int64") for name in ages}
    columns["residents"] = sum(columns.values())
    columns["resident_id"] = [f"h{row}" for row in range(count)]
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy), crs=CRS)


def middle(job: Callable[[], object], repeats: int) -> tuple[float, float, float]:
    """Time a job: median wall, median and least processor time, in milliseconds."""
    for _ in range(3):
        job()
    wall, own = [], []
    for _ in range(repeats):
        started, spent = time.perf_counter(), time.thread_time()
        job()
        wall.append(time.perf_counter() - started)
        own.append(time.thread_time() - spent)
    return tuple(1000 * float(one) for one in (np.median(wall), np.median(own), np.min(own)))


def show(name: str, timed: tuple[float, float, float], more: str = "") -> None:
    """Print one line."""
    print(f"{name:28s} {timed[0]:9.3f} {timed[1]:9.3f} {timed[2]:9.3f}   {more}")


def bench_kernel(before: Baseline, repeats: int) -> None:
    """Time the router's repair alone, within 15 minutes and without limit."""
    city = before.city
    graph = city.ground.graph
    every = np.arange(CENTRES, dtype=np.int32)
    ends = city.centres.ends
    xy = city.ground.uncut.nodes[["x_m", "y_m"]].to_numpy()
    start = city.ground.ends[:, 0]
    near = xy[start] - shapely.get_coordinates(city.centres.points[3])
    wall = np.flatnonzero((np.abs(near[:, 0] - 250) < 60) & (np.abs(near[:, 1]) < 1500))[:20]
    none = np.empty(0, dtype=np.int32)
    for name, limit_ms in (("15 min", LIMIT_MS), ("no limit", 2**30 - 2)):
        seeds = seeds_of(ends, every, limit_ms)
        standing = stand(graph, seeds, limit_ms=limit_ms, engine="compiled")
        fewer = seeds._replace(
            **{part: getattr(seeds, part)[seeds.label != 9] for part in seeds._fields}
        )
        more = join_seeds(seeds, seeds._replace(node=seeds.node + 5000, label=seeds.label + 60))
        one = seeds.label == 4
        added = join_seeds(
            seeds,
            more._replace(
                **{part: getattr(more, part)[len(seeds.node) :][one] for part in seeds._fields}
            ),
        )
        cases = {
            "close a street": (Patch(wall[:1].astype(np.int32), *[none] * 4), None),
            "a wall of 20 streets": (Patch(wall.astype(np.int32), *[none] * 4), None),
            "remove a centre": (no_patch(), fewer),
            "add a centre": (no_patch(), added),
        }
        job = "whole search"
        show(
            f"{job}, {name}",
            middle(partial(stand, graph, seeds, limit_ms=limit_ms, engine="compiled"), 9),
        )
        for case, (patch, after) in cases.items():
            count = len(standing.mend(patch, after).node)
            timed = middle(partial(standing.mend, patch, after), repeats)
            show(f"{case}, {name}", timed, f"{count} nodes")


def bench_comparison(before: Baseline, repeats: int) -> None:
    """Time whole comparisons with their tables, each checked against a rebuilt city."""
    city = before.city
    points = city.centres.points
    east, north = points[7].x, points[7].y
    line = shapely.LineString([(east - 950, north + 130), (east + 1000, north + 137)])
    edges = city.ground.uncut.edges
    closed = edges["street_id"].iloc[int(city.ground.street[city.centres.doors.edge[3]])]
    shut = edges["street_id"].iloc[int(np.argmin(edges["walkable"].to_numpy()))]
    changes = {
        "nothing": (),
        "add a centre": (AddCentre(shapely.Point(east + 1500, north + 900)),),
        "remove a centre": (RemoveCentre("C9"),),
        "move a centre": (MoveCentre("C9", shapely.Point(points[9].x + 500, points[9].y + 300)),),
        "other hours": (SetHours("C9", "24/7"),),
        "close a street": (CloseStreet(closed),),
        "open a street": (OpenStreet(shut),),
        "close a gate": (CloseGate("g0"),),
        "a wall of 20 streets": (DrawWall(line),),
    }
    for name, some in changes.items():
        asked = Scenario(some, crs=CRS)
        found, whole = find_changes(before, asked), find_changes(before, asked, rebuild=True)
        same = np.array_equal(found.walks.after, whole.walks.after)
        same &= np.array_equal(found.walks.before, whole.walks.before)
        timed = middle(partial(compare_coverage, before, asked), repeats)
        show(name, timed, f"{len(found.differs)} homes differ; equal to rebuilding: {same}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--homes", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=31)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    load_kernels()
    network = perturbed_grid(asked.nodes, rng)
    corner = network.nodes[["x_m", "y_m"]].to_numpy()[rng.integers(0, len(network.nodes), CENTRES)]
    centres = gpd.GeoDataFrame(
        {"centre_id": [f"C{row}" for row in range(CENTRES)]},
        geometry=shapely.points(corner + rng.uniform(-20, 20, corner.shape)),
        crs=CRS,
    )
    started = time.perf_counter()
    before = prepare_comparison(
        network,
        people(network, asked.homes, rng),
        centres,
        profile=read_standards().profile("adult"),
        snap_limit_m=200.0,
        provenance=Provenance("benchmark"),
        engine="compiled",
    )
    _ = before.city.state
    print(
        f"{len(network.nodes)} nodes, {len(network.edges)} streets, {asked.homes} homes, "
        f"{CENTRES} centres; prepared in {time.perf_counter() - started:.1f} s"
    )
    print(f"{'ms':28s} {'wall':>9s} {'cpu':>9s} {'cpu least':>9s}")
    bench_kernel(before, asked.repeats)
    bench_comparison(before, asked.repeats)


if __name__ == "__main__":
    main()
