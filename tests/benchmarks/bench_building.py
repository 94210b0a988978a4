"""Time building and weighing a network of a million nodes from the tables of an extract.

    python tests/benchmarks/bench_building.py --extract ../shared/data/porto_alegre/poa.osm.pbf
    python tests/benchmarks/bench_building.py --nodes 300000

The extract's streets and nodes, with all their columns and shapes, are laid side by side until
there are as many nodes as asked for; without an extract, a grid of streets with the columns
that the importer gives. "held" is the memory of the process with these tables before anything
is built, "most" the most that it has held when the work is done.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tongling_gis.catalogue import read_standards
from tongling_gis.network import build_network
from tongling_gis.routing import weigh

if TYPE_CHECKING:
    from collections.abc import Callable

    Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None]

CRS = "EPSG:4548"
STEP_M = 60.0


def most_mb() -> float:
    """Give the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def read_tables(path: Path) -> Tables:
    """Read the streets and street nodes of an extract, in metres."""
    from tongling_gis.crs import metric_crs_of
    from tongling_gis.importers.osm import read_osm

    layers = read_osm(path).layers
    metric = metric_crs_of(layers["streets"])
    return layers["streets"].to_crs(metric), layers["street_nodes"].to_crs(metric)


def repeat(tables: Tables, n_nodes: int) -> Tables:
    """Lay copies of a city side by side, with other numbers and ids, until it is large enough."""
    streets, nodes = tables
    ends = streets[["from_node", "to_node"]].to_numpy()
    known, row = np.unique(ends, return_inverse=True)
    streets[["from_node", "to_node"]] = row.reshape(ends.shape)
    at = pd.Series(np.arange(len(known)), known).reindex(nodes["node_id"])
    nodes = nodes[at.notna().to_numpy()].assign(node_id=at.dropna().astype("int64").to_numpy())
    wide_m = float(np.ptp(streets.total_bounds[::2])) + 1000.0
    copies = -(-n_nodes // len(known))
    more_streets, more_nodes = [], []
    for copy in range(copies):
        shift = {"xoff": wide_m * (copy % 8), "yoff": wide_m * (copy // 8)}
        more_streets.append(
            streets.assign(
                street_id=streets["street_id"] + f"-{copy}",
                from_node=streets["from_node"] + copy * len(known),
                to_node=streets["to_node"] + copy * len(known),
                geometry=streets.translate(**shift),
            )
        )
        more_nodes.append(
            nodes.assign(
                node_id=nodes["node_id"] + copy * len(known), geometry=nodes.translate(**shift)
            )
        )
    return (
        gpd.GeoDataFrame(pd.concat(more_streets, ignore_index=True)),
        gpd.GeoDataFrame(pd.concat(more_nodes, ignore_index=True)),
    )


def grid_tables(n_nodes: int) -> Tables:
    """Make a grid of streets with the columns that matter, its corners shaken."""
    random = np.random.default_rng(5)
    side = round(n_nodes**0.5)
    at = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * STEP_M
    xy = xy + random.uniform(-15.0, 15.0, xy.shape) + [500_000.0, 3_400_000.0]
    ends = np.concatenate(
        [
            np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
            np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
        ]
    )
    ends = random.permutation(ends[random.random(len(ends)) > 0.1])
    count = len(ends)
    columns = {
        "street_id": pd.Series(np.arange(count)).astype(str) + "-0",
        "osm_way_id": np.arange(count),
        "from_node": ends[:, 0],
        "to_node": ends[:, 1],
        "highway": pd.array(["residential", "footway", "secondary", "motorway"], dtype="str").take(
            random.choice(4, count, p=[0.6, 0.3, 0.09, 0.01])
        ),
        "foot": pd.array(["no", None], dtype="str").take(random.choice(2, count, p=[0.02, 0.98])),
        "tags": pd.array(['{"surface": "asphalt"}', "{}"], dtype="str").take(
            random.integers(0, 2, count)
        ),
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.linestrings(xy[ends]), crs=CRS), None


def bench(name: str, tables: Tables, repeats: int) -> None:
    """Time building and weighing from tables, and print it."""
    streets, nodes = tables
    held_mb, built, weighed = most_mb(), [], []
    for _ in range(repeats):
        network, times = timed(lambda: build_network(streets, nodes))
        built.append(times)
        weighed.append(timed(lambda n=network: weigh(n, read_standards().profile("adult")))[1])
    print(f"{name}: {len(network.nodes):,} nodes, {len(network.edges):,} edges")
    for what, laps in (("built", built), ("weighed", weighed)):
        wall_s, own_s = (statistics.median(one) for one in zip(*laps, strict=True))
        print(f"  {what:<8} {wall_s:6.2f} s, processor {own_s:6.2f} s (medians of {repeats})")
    print(f"  held {held_mb:,.0f} MB, most {most_mb():,.0f} MB")


def timed(job: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """Run a job; give what it gives, and the seconds it took: by the clock, of the processor."""
    begun, spent = time.perf_counter(), time.process_time()
    done = job()
    return done, (time.perf_counter() - begun, time.process_time() - spent)


def main() -> None:
    """Run what the command line asks for."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--nodes", type=int, default=1_000_000)
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--extract", type=Path)
    options = asked.parse_args()
    if options.extract is None:
        bench("grid", grid_tables(options.nodes), options.repeats)
    else:
        tables = repeat(read_tables(options.extract), options.nodes)
        bench(options.extract.name, tables, options.repeats)


if __name__ == "__main__":
    main()
