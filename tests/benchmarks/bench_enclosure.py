"""What one live check of a boundary costs in a city of 200,000 streets, part by part.

Run it alone on a quiet machine: ``python tests/benchmarks/bench_enclosure.py``. A compound of
4 ha is moved a little before every check, as a hand on the map moves it; medians after the
first of wall time and of this thread's processor time, and the least of these, in milliseconds.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from bench_repair import CRS, ORIGIN, STEP_M, people, perturbed_grid

from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import read_standards
from tongling_gis.enclosure.checking import judge_enclosure, sum_up
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.model import Case, Gate, GateKind
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.enclosure.surroundings import Surroundings, prepare_surroundings
from tongling_gis.routing import load_kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tongling_gis.enclosure.rules import Rules

Times: TypeAlias = "dict[str, tuple[float, float]]"
T = TypeVar("T")

SIDE_M = 200.0
PARTS: dict[str, Callable[[Enclosure], object]] = {
    "buildings": lambda one: one.inside_buildings,
    "edits": lambda one: one.edits,
    "walking": lambda one: one.walking,
    "walking_after": lambda one: one.walking_after,
    "driving": lambda one: one.driving,
    "driving_after": lambda one: one.driving_after,
    "crossings": lambda one: one.crossings,
    "outside_nodes": lambda one: one.outside_nodes(one.driving_after),
    "walks": lambda one: one.walks,
}


def spots(count: int, extent_m: float, key: str, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Scatter places."""
    xy = ORIGIN + rng.random((count, 2)) * extent_m
    ids = [f"{key}{row}" for row in range(count)]
    return gpd.GeoDataFrame({key: ids}, geometry=shapely.points(xy), crs=CRS)


def blocks(count: int, extent_m: float, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Scatter buildings of 40 by 12 m."""
    xy = ORIGIN + rng.random((count, 2)) * extent_m
    shapes = shapely.box(xy[:, 0], xy[:, 1], xy[:, 0] + 40.0, xy[:, 1] + 12.0)
    columns = {
        "building_id": [f"b{row}" for row in range(count)],
        "floors": pd.array(rng.integers(4, 8, count), dtype="Int64"),
        "dwellings": pd.array(rng.integers(10, 60, count), dtype="Int64"),
        "use": "apartments",
        "name": None,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def city(n_nodes: int) -> Surroundings:
    """Make a city of so many nodes, seven streets to four of them."""
    rng = np.random.default_rng(1)
    network = perturbed_grid(n_nodes, rng)
    extent_m = float(np.sqrt(n_nodes)) * STEP_M
    layers = {
        "buildings": blocks(n_nodes // 2, extent_m, rng),
        "bus_stops": spots(n_nodes // 50, extent_m, "stop_id", rng),
        "schools": spots(n_nodes // 300, extent_m, "school_id", rng),
        "hydrants": spots(n_nodes // 5, extent_m, "hydrant_id", rng),
        "fire_stations": spots(20, extent_m, "station_id", rng),
        "shelters": spots(n_nodes // 400, extent_m, "shelter_id", rng),
        "centres": spots(60, extent_m, "centre_id", rng),
        "residents": people(network, n_nodes // 4, rng),
    }
    standards = read_standards()
    return prepare_surroundings(
        network,
        layers,
        profile=standards.profile("adult"),
        engine_profile=standards.profile("fire_engine"),
    ).prepare()


def cases(extent_m: float) -> Iterator[Case]:
    """Move a compound of 4 ha about the middle of the city, 7 m at a time."""
    for step in range(10**9):
        x, y = ORIGIN + extent_m / 2.0 + 7.0 * (step % 40)
        area = shapely.box(x, y, x + SIDE_M, y + SIDE_M)
        kinds = (GateKind.VEHICLE, GateKind.PEDESTRIAN, GateKind.FIRE_ONLY)
        gates = [
            Gate(f"g{number}", area.exterior.interpolate(90.0 + 200.0 * number), kind, width_m=5.0)
            for number, kind in enumerate(kinds)
        ]
        yield Case("moved", "moved", area, CRS, tuple(gates))


def time_parts(enclosure: Enclosure) -> Times:
    """Time the parts one after another: each bears what those before it have not made yet."""
    jobs = PARTS | {f"measure {name}": one.function for name, one in MEASURES.items()}
    return {name: timed(lambda job=job: job(enclosure))[1] for name, job in jobs.items()}


def time_check(enclosure: Enclosure, rules: Rules) -> Times:
    """Time a live check as a map page asks for it: every rule, then the layers to be shown."""
    check, judged = timed(lambda: judge_enclosure(enclosure, rules))
    _, laid_out = timed(lambda: sum_up(check, Provenance("")))
    wall, own = (one + other for one, other in zip(judged, laid_out, strict=True))
    return {"all measures, judged": judged, "layers and summary": laid_out, "check": (wall, own)}


def timed(job: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """Give what a job gives, and its wall and this thread's processor time in seconds."""
    wall, own = time.perf_counter(), time.thread_time()
    made = job()
    return made, (time.perf_counter() - wall, time.thread_time() - own)


def main() -> None:
    """Print the parts, the measures, and the whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=118_000)
    parser.add_argument("--repeats", type=int, default=40)
    asked = parser.parse_args()
    load_kernels()
    surroundings, (made_s, _) = timed(lambda: city(asked.nodes))
    print(f"{len(surroundings.plain.edges)} streets, prepared in {made_s:.1f} s")
    drawn = cases(float(np.sqrt(asked.nodes)) * STEP_M)
    rules = read_rules()
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(asked.repeats + 1):
        times = time_check(Enclosure(surroundings, next(drawn)), rules)
        times |= time_parts(Enclosure(surroundings, next(drawn)))
        for name, seconds in times.items():
            spent[name].append(seconds)
    for name, seconds in spent.items():
        wall, own = 1000.0 * np.array(seconds).T
        middle = f"median {np.median(wall[1:]):8.2f}   own {np.median(own[1:]):8.2f}"
        print(f"{name:34s} first {wall[0]:9.2f}   {middle}   least own {own[1:].min():8.2f}")


if __name__ == "__main__":
    main()
