"""Time isochrones of 60 centres and three limits in a large city, and compare them with truth.

    python tests/benchmarks/bench_isochrones.py
    python tests/benchmarks/bench_isochrones.py --extract ../shared/data/porto_alegre/poa.osm.pbf

The truth is what ``exact=True`` gives: parts of streets cut where time runs out, buffered by
25 m and united. IoU is the area shared by both over the area of either; "claimed" is the share
of an area that lies outside the truth. The recipe of OSMnx's examples (ego_graph, then edges
between the nodes reached, buffered and united) is timed for one centre and counted up.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parent))

import peers
from cities import City, grid_city, read_city

from tongling_gis.assessment import Provenance
from tongling_gis.isochrones import IsochroneOptions, measure_isochrones
from tongling_gis.routing import load_kernels

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTES = (5, 10, 15)
CENTRES = 60
WIDTH_M = 25.0
MADE = Provenance("benchmark")


def median_ms(job: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Run a job once to warm up and then ``repeats`` times.

    Gives the medians in milliseconds: by the clock, and of all processors together, which other
    work on the machine disturbs less.
    """
    job()
    wall, own = [], []
    for _ in range(repeats):
        begun, spent = time.perf_counter(), time.process_time()
        job()
        wall.append(time.perf_counter() - begun)
        own.append(time.process_time() - spent)
    return statistics.median(wall) * 1000.0, statistics.median(own) * 1000.0


def centres_of(city: City) -> gpd.GeoDataFrame:
    """Make a layer of the city's centres, each a few metres beside its corner."""
    beside = np.random.default_rng(3).uniform(-20.0, 20.0, (len(city.centres), 2))
    points = shapely.points(city.xy[city.centres] + beside)
    ids = [str(row) for row in range(len(points))]
    return gpd.GeoDataFrame({"centre_id": ids}, geometry=points, crs=city.network.crs)


def areas(city: City, places: gpd.GeoDataFrame, **how: object) -> np.ndarray:
    """Measure isochrones and give their shapes."""
    measured = measure_isochrones(city.graph, places, minutes=MINUTES, provenance=MADE, **how)
    return measured.layers["isochrones"].geometry.to_numpy()


def shared(ours: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Give the least IoU, and the share of all areas that is claimed beyond the truth."""
    both = shapely.area(shapely.intersection(ours, truth))
    iou = both / (shapely.area(ours) + shapely.area(truth) - both)
    return float(iou.min()), float(1.0 - both.sum() / shapely.area(ours).sum())


def osmnx_recipe(city: City, graph: object, centre: int) -> list[object]:
    """Draw one centre as OSMnx's examples do: edges between the nodes reached, buffered."""
    import networkx as nx

    drawn = []
    for minutes in MINUTES:
        reached = nx.ego_graph(graph, centre, radius=minutes * 60_000, distance="ms")
        lines = shapely.linestrings([city.xy[[a, b]] for a, b in reached.edges])
        drawn.append(shapely.union_all(shapely.buffer(lines, WIDTH_M)))
    return drawn


def bench_city(city: City, repeats: int) -> None:
    """Time and compare everything in one city."""
    places = centres_of(city)
    print(f"\n== {city.name}: {len(city.ends):,} edges, {len(places)} centres x {MINUTES} min")
    begun = time.perf_counter()
    some = places[:10]
    truth = areas(city, some, exact=True)
    scale = len(places) / len(some)
    print(f"  exact union, of {len(some)} centres: {(time.perf_counter() - begun):.2f} s; "
          f"of all about {(time.perf_counter() - begun) * scale:.1f} s")  # fmt: skip
    for cell_m in (4.0, 5.0, 6.0, 8.0):
        options = IsochroneOptions(cell_m=cell_m)
        all_ms = median_ms(lambda o=options: areas(city, places, options=o), repeats)
        one_ms = median_ms(lambda o=options: areas(city, places[:1], options=o), 3 * repeats)
        iou, claimed = shared(areas(city, some, options=options), truth)
        print(
            f"  grid of {cell_m:g} m: {all_ms[0]:8.1f} ms (processor {all_ms[1]:.1f}); one centre "
            f"{one_ms[0]:6.2f} ms (processor {one_ms[1]:.2f}); "
            f"IoU at least {iou:.4f}; claimed {claimed:.2%}"
        )
    known = peers.NetworkX(city)
    begun = time.perf_counter()
    drawn = osmnx_recipe(city, known.graph, int(city.centres[0]))
    recipe_s = time.perf_counter() - begun
    at_corner = places[:1].set_geometry([shapely.Point(city.xy[city.centres[0]])], crs=places.crs)
    iou, _ = shared(np.array(drawn, dtype=object), areas(city, at_corner, exact=True))
    print(
        f"  OSMnx recipe: one centre {recipe_s * 1000:.0f} ms, all about "
        f"{recipe_s * len(places):.1f} s; IoU at least {iou:.3f}"
    )


def main() -> None:
    """Run what the command line asks for."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--nodes", type=int, default=145_000)
    asked.add_argument("--repeats", type=int, default=7)
    asked.add_argument("--extract", type=Path, action="append", default=[])
    options = asked.parse_args()
    begun = time.perf_counter()
    load_kernels()
    print(f"kernels ready in {time.perf_counter() - begun:.1f} s")
    bench_city(grid_city(options.nodes, CENTRES, drawn=True), options.repeats)
    for path in options.extract:
        bench_city(read_city(path, CENTRES), options.repeats)


if __name__ == "__main__":
    main()
