"""What proposals cost: gates of a compound, walls to open, areas of a quarter.

Run it alone on a quiet machine: ``python tests/benchmarks/bench_proposals.py``. Seconds of wall
time and of this process, in a city of 200,000 streets.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from bench_enclosure import city
from bench_repair import CRS, ORIGIN, STEP_M

from tongling_gis.enclosure.gate_places import find_gate_places
from tongling_gis.enclosure.model import Case
from tongling_gis.enclosure.opening_places import OpeningPlace
from tongling_gis.enclosure.openings import rank_openings
from tongling_gis.enclosure.proposing_areas import propose_areas
from tongling_gis.enclosure.proposing_gates import GateQuestion, propose_gates
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tongling_gis.enclosure.surroundings import Surroundings

SIDE_M = 200.0
DEEP_M = 36.0
QUARTER_M = 500.0


def timed(name: str, work: Callable[[], str]) -> None:
    """Do some work and say what it took."""
    wall, own = time.perf_counter(), time.process_time()
    said = work()
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"{name}: {wall:.2f} s ({own:.2f} s of this process); {said}")


def gates(surroundings: Surroundings, middle: float, question: GateQuestion) -> str:
    """Propose gates for a compound with many places."""
    x, y = ORIGIN + middle
    length_m = SIDE_M * SIDE_M / DEEP_M
    area = shapely.box(x, y + 30.0, x + length_m, y + 30.0 + DEEP_M)
    case = Case("b", "b", area, CRS)
    count = len(find_gate_places(surroundings, case))
    proposal = propose_gates(surroundings, case, read_rules(), question)
    chosen = proposal.choice
    rows = [(one.gates, round(one.worst_s, 1)) for one in proposal.trade_off]
    return f"{count} places, {chosen and chosen.gates} gates, proven {proposal.proven}, {rows}"


def openings(surroundings: Surroundings, count: int, steps: int) -> str:
    """Rank passages between nodes a block apart, as openings of walls would be."""
    rng = np.random.default_rng(7)
    graph, network = surroundings.walking_graph, surroundings.walking
    xy = network.nodes[["x_m", "y_m"]].to_numpy()
    start = rng.choice(len(xy), count, replace=False)
    tree = shapely.STRtree(shapely.points(xy))
    places = []
    for one in start.tolist():
        near = tree.query(shapely.Point(xy[one]), predicate="dwithin", distance=2.0 * STEP_M)
        other = int(near[np.argmax(np.hypot(*(xy[near] - xy[one]).T))])
        nodes = graph.rank[[one, other]].astype(np.int32)
        places.append(
            OpeningPlace(
                Text("", ""),
                "cut",
                "",
                shapely.Point(xy[one]),
                nodes[:1],
                nodes[1:],
                np.array([1], dtype=np.int32),
            )
        )
    people = np.nan_to_num(surroundings.residents_known[1])
    ranking = rank_openings(surroundings.cities["centre"], people, places, steps=steps)
    return (
        f"{count} places, {len(ranking.steps)} steps, {ranking.evaluated} gains worked out, "
        f"{ranking.steps[-1].minutes:.0f} of at most {ranking.most[0]:.0f} minutes"
    )


def areas(surroundings: Surroundings, middle: float) -> str:
    """Divide a quarter of 25 ha with 200 buildings."""
    x, y = ORIGIN + middle
    rng = np.random.default_rng(5)
    built = surroundings.buildings
    assert built is not None
    corner = (x, y) + rng.random((200, 2)) * (QUARTER_M - 40.0)
    shapes = shapely.box(*corner.T, *(corner + np.array([40.0, 12.0])).T)
    dense = replace(
        surroundings, buildings=built.iloc[:200].set_geometry(gpd.GeoSeries(shapes, crs=CRS))
    ).prepare()
    quarter = Case("q", "q", shapely.box(x, y, x + QUARTER_M, y + QUARTER_M), CRS)
    started = time.perf_counter(), time.process_time()
    proposal = propose_areas(dense, quarter, read_rules())
    wall, own = time.perf_counter() - started[0], time.process_time() - started[1]
    count = [len(one.areas) for one in proposal.alternatives]
    return f"without preparing {wall:.2f} s ({own:.2f} s), areas {count}"


def main() -> None:
    """Print what each proposal takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=118_000)
    asked = parser.parse_args()
    surroundings = city(asked.nodes)
    middle = float(np.sqrt(asked.nodes)) * STEP_M / 2.0
    print(f"{len(surroundings.plain.edges)} streets")
    for _ in range(2):
        timed("gates", lambda: gates(surroundings, middle, GateQuestion()))
    free = GateQuestion(without=("LEG-03b", "LEG-03a"), limit_min=3.0)
    timed("gates, lanes left to choose", lambda: gates(surroundings, middle, free))
    timed("openings", lambda: openings(surroundings, 1000, 10))
    timed("areas", lambda: areas(surroundings, middle))


if __name__ == "__main__":
    main()
