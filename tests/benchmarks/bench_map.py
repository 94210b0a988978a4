"""How large a map's page is and how soon it is there, by the number of buildings.

Draws pages of an invented grid city of so many buildings with their coverage, opens each in
headless Chromium from disk, and prints the size, the time to draw the file, to the first
paint, until the page answers, and what zooming in and redrawing take::

    python tests/benchmarks/bench_map.py 20000 200000
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tongling_gis.assessment import Assessment, Indicator, Provenance
from tongling_gis.mapping.interactive import draw_map
from tongling_gis.text import Text

sys.path.insert(0, str(Path(__file__).parents[1]))
from map_reader import Reader, chrome

CRS = "EPSG:4548"
X0, Y0 = 577_000.0, 3_424_000.0
LIMITS = (5.0, 10.0, 15.0)
BLOCK_M, LOT_M = 120.0, 30.0
REPEATS = 3


def invent_city(count: int) -> tuple[dict[str, gpd.GeoDataFrame], Assessment]:
    """Invent a grid of blocks with so many buildings, a street around each, and a coverage."""
    chance = np.random.default_rng(count)
    side = int(np.ceil(np.sqrt(count / 16)))
    lot = np.arange(count)
    block, place = lot // 16, lot % 16
    x = X0 + (block % side) * BLOCK_M + 8 + (place % 4) * (LOT_M - 3)
    y = Y0 + (block // side) * BLOCK_M + 8 + (place // 4) * (LOT_M - 3)
    width, depth = chance.uniform(8, 22, count), chance.uniform(8, 22, count)
    shapes = shapely.box(x, y, x + width, y + depth)
    people = pd.array(chance.integers(2, 90, count), dtype="Int64")
    buildings = gpd.GeoDataFrame(
        {"building_id": [f"B{n}" for n in lot], "residents": people}, geometry=shapes, crs=CRS
    )
    steps = np.arange(side + 1) * BLOCK_M
    lines = [
        shapely.linestrings([[X0, Y0 + at], [X0 + side * BLOCK_M, Y0 + at]]) for at in steps
    ] + [shapely.linestrings([[X0 + at, Y0], [X0 + at, Y0 + side * BLOCK_M]]) for at in steps]
    streets = gpd.GeoDataFrame(
        {
            "street_id": [str(n) for n in range(len(lines))],
            "highway": np.resize(["residential", "service", "tertiary"], len(lines)),
            "name": [f"{n} 路" for n in range(len(lines))],
        },
        geometry=lines,
        crs=CRS,
    )
    at = chance.uniform(0, side * BLOCK_M, (60, 2)) + np.array([X0, Y0])
    centres = gpd.GeoDataFrame(
        {"centre_id": [f"C{n}" for n in range(60)], "name": [f"中心 {n}" for n in range(60)]},
        geometry=shapely.points(at),
        crs=CRS,
    )
    layers = {"buildings": buildings, "streets": streets, "centres": centres}
    return layers, cover(buildings, centres)


def cover(buildings: gpd.GeoDataFrame, centres: gpd.GeoDataFrame) -> Assessment:
    """Give each building a walk straight to its nearest centre."""
    points = buildings.geometry.centroid
    tree = shapely.STRtree(centres.geometry.to_numpy())
    (_, nearest), away_m = tree.query_nearest(
        points.to_numpy(), all_matches=False, return_distance=True
    )
    homes = gpd.GeoDataFrame(
        {
            "building_id": buildings["building_id"],
            "residents": buildings["residents"],
            "walk_s": away_m / 1.1,
            "centre_id": centres["centre_id"].to_numpy()[nearest],
        },
        geometry=points,
        crs=CRS,
    )
    label, people = Text("覆盖", "covered"), homes["residents"].astype(float)
    found = [Indicator("residents_total", label, float(people.sum()), "residents")]
    for limit in LIMITS:
        inside = homes["walk_s"] <= limit * 60
        homes[f"covered_{limit:g}"] = inside
        share = float(people[inside].sum() / people.sum())
        found.append(Indicator("share_covered", label, share, "share", "", limit))
    return Assessment(
        kind="coverage",
        subject="",
        parameters={"minutes": list(LIMITS)},
        layers={"residents": homes, "centres": centres},
        indicators=tuple(found),
        provenance=Provenance("bench", invented=True),
        stamp=Text("基准", "benchmark"),
    )


def open_page(reader: Reader, path: Path) -> dict[str, float]:
    """Open a page afresh; give milliseconds until things are there."""
    reader.open(path)
    reader.wait(lambda: reader.run("return performance.getEntriesByType('paint').length"))
    timed: Any = reader.run(
        "const m = tonglingPage.map, times = {};"
        "times.first_paint = performance.getEntriesByType('paint')[0]?.startTime ?? NaN;"
        "times.map_there = performance.getEntriesByType('navigation')[0].domComplete;"
        "const time = (name, work) => { const t = performance.now(); work();"
        "  times[name] = performance.now() - t; };"
        "time('redraw', () => tonglingPage.refresh());"
        "m.setZoom(16, {animate: false});"
        "time('redraw_at_16', () => tonglingPage.refresh());"
        "return times"
    )
    return {name: float(value) for name, value in timed.items()}


def main() -> None:
    """Draw, open and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[20_000, 200_000])
    counts = parser.parse_args().counts
    out = sys.stdout.write
    out("| buildings | file, MB | drawn, s | first paint, ms | map there, ms | redraw, ms |"
        " redraw at zoom 16, ms |\n|---|---|---|---|---|---|---|\n")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, chrome() as driver:
        for count in counts:
            layers, coverage = invent_city(count)
            path, began = Path(folder) / f"{count}.html", time.perf_counter()
            draw_map(
                path,
                layers=layers,
                records={},
                coverage=coverage,
                isochrones=None,
                title=Text("基准", "Benchmark"),
            )
            took = time.perf_counter() - began
            runs = [open_page(Reader(driver), path) for _ in range(REPEATS)]
            told = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            out(
                f"| {count:,} | {path.stat().st_size / 1e6:.1f} | {took:.1f} | "
                f"{told['first_paint']:.0f} | {told['map_there']:.0f} | {told['redraw']:.0f} | "
                f"{told['redraw_at_16']:.0f} |\n"
            )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out(f"\nDrawing took at most {peak_mb:.0f} MB.\n")


if __name__ == "__main__":
    main()
