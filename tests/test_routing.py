"""Routing: hand-checked towns, laws, and agreement with SciPy, networkx and between engines."""

from __future__ import annotations

import atexit
import importlib
import itertools
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from scipy.sparse.csgraph import dijkstra

import tongling_gis
from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.crs import metric_crs_of
from tongling_gis.errors import NetworkError, UsageError
from tongling_gis.importers.osm import read_osm
from tongling_gis.network import Attachment, Network, attach, build_network, to_graph
from tongling_gis.network.severing import no_cuts
from tongling_gis.routing import (
    SparseTimes,
    load_kernels,
    nearest_place,
    origin_destination,
    shortest_path,
    weigh,
)
from tongling_gis.routing.graph import WalkGraph, hilbert_positions, sort_arcs
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.routing import Engine

ADULT = read_standards().profile("adult")
STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")
ENGINES: tuple[Engine, ...] = ("compiled", "scipy")


def town(
    xy: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    lengths_m: Sequence[float] | None = None,
) -> Network:
    """Make a network of straight streets between numbered corners."""
    at = np.asarray(xy, dtype=float).reshape(-1, 2)
    ends = np.asarray(edges, dtype=np.int32).reshape(-1, 2)
    lines = shapely.linestrings(at[ends]) if len(ends) else np.empty(0, dtype=object)
    nodes = pd.DataFrame({"node_id": np.arange(len(at)), "x_m": at[:, 0], "y_m": at[:, 1]})
    streets = pd.DataFrame({"from_node": ends[:, 0], "to_node": ends[:, 1]})
    streets["length_m"] = shapely.length(lines) if lengths_m is None else lengths_m
    streets["walkable"] = True
    streets["street_id"] = [f"s{row}" for row in range(len(ends))]
    return Network(CRS.from_epsg(4548), nodes, streets, lines, no_cuts())


def on_streets(
    network: Network, where: Sequence[tuple[int, float]], off_m: Sequence[float] | float = 0.0
) -> Attachment:
    """Attach places at (edge, metres along it), each so far off the street; edge -1 is nowhere."""
    edge = np.array([row for row, _ in where], dtype=np.int32)
    offset_m = np.array([along for _, along in where], dtype=float)
    distance_m = np.broadcast_to(np.asarray(off_m, dtype=float), edge.shape).copy()
    xy = np.full((len(edge), 2), np.nan)
    for row in np.flatnonzero(edge >= 0):
        length_m = float(network.edges["length_m"].iloc[edge[row]])
        share = offset_m[row] / length_m if length_m else 0.0
        xy[row] = network.geometry[edge[row]].interpolate(share, normalized=True).coords[0]
    own = xy + [0.0, 1.0] * distance_m[:, None]
    return Attachment(edge, offset_m, distance_m, xy[:, 0], xy[:, 1], own[:, 0], own[:, 1])


def directed(graph: WalkGraph, forward_ms: object, backward_ms: object) -> WalkGraph:
    """Give the same graph with other times, as slopes will make them."""
    there, back = (np.asarray(times, dtype=np.int32) for times in (forward_ms, backward_ms))
    start = graph.rank[graph.network.edges["from_node"].to_numpy()]
    end = graph.rank[graph.network.edges["to_node"].to_numpy()]
    edge = np.tile(np.arange(len(start), dtype=np.int32), 2)
    tails, heads = np.concatenate([start, end]), np.concatenate([end, start])
    cost = np.concatenate([there, back])
    is_open = cost >= 0
    tails, heads, cost, edge = (a[is_open] for a in (tails, heads, cost, edge))
    return replace(
        graph,
        forward_ms=there,
        backward_ms=back,
        outward=sort_arcs(len(graph.order), tails, heads, cost, edge),
        inward=sort_arcs(len(graph.order), heads, tails, cost, edge),
        max_cost_ms=int(cost.max(initial=1)),
    )


def as_networkx(graph: WalkGraph) -> nx.MultiDiGraph:
    """Rebuild the graph in networkx, straight from the edges' times."""
    rebuilt = nx.MultiDiGraph()
    rebuilt.add_nodes_from(range(len(graph.order)))
    edges = graph.network.edges
    for row, (start, end) in enumerate(
        zip(edges["from_node"].tolist(), edges["to_node"].tolist(), strict=True)
    ):
        for a, b, cost in (
            (start, end, int(graph.forward_ms[row])),
            (end, start, int(graph.backward_ms[row])),
        ):
            if cost >= 0:
                rebuilt.add_edge(a, b, ms=cost)
    return rebuilt


def whole_ms(exact_ms: float) -> int:
    """Round down to a whole millisecond, but for float noise."""
    return int(np.floor(exact_ms + 1e-4))


def leads_on(tail: object, head: object) -> bool:
    """Tell whether a walk may go so: none sets out from a destination or comes to an origin."""
    ends = [stop[0] if isinstance(stop, tuple) else "" for stop in (tail, head)]
    return ends[0] != "d" and ends[1] != "o"


def times_by_networkx(
    graph: WalkGraph, origins: Attachment, destinations: Attachment
) -> np.ndarray:
    """Time all pairs by splitting every edge at its places: slow, plain and independent."""
    walk = as_networkx(graph)
    edges = graph.network.edges
    points = [("o", i, origins) for i in range(len(origins))]
    points += [("d", j, destinations) for j in range(len(destinations))]
    by_edge: dict[int, list[tuple[float, tuple[str, int]]]] = {}
    for kind, row, places in points:
        edge = int(places.edge[row])
        walk.add_node((kind, row))
        if edge < 0:
            continue
        offset = float(places.offset_m[row])
        off_ms = whole_ms(places.distance_m[row] / graph.profile.speed_m_s * 1000)
        if kind == "o":
            walk.add_edge((kind, row), (kind, row, "street"), ms=off_ms)
        else:
            walk.add_edge((kind, row, "street"), (kind, row), ms=off_ms)
        by_edge.setdefault(edge, []).append((offset, (kind, row)))
    for edge, places_on in by_edge.items():
        length = float(edges["length_m"].iloc[edge])
        forward, backward = int(graph.forward_ms[edge]), int(graph.backward_ms[edge])
        start = int(edges["from_node"].iloc[edge])
        end = int(edges["to_node"].iloc[edge])
        stops = [(0.0, start)]
        stops += [
            (offset / length if length else 0.0, (*point, "street"))
            for offset, point in sorted(places_on)
        ]
        stops.append((1.0, end))
        for (here, a), (there, b) in itertools.combinations(stops, 2):
            for tail, head, whole in ((a, b, forward), (b, a, backward)):
                if leads_on(tail, head) and (whole >= 0 or here == there):
                    walk.add_edge(tail, head, ms=whole_ms(whole * (there - here)))
    times = np.full((len(origins), len(destinations)), -1, dtype=np.int64)
    for i in range(len(origins)):
        reached = nx.single_source_dijkstra_path_length(walk, ("o", i), weight="ms")
        for j in range(len(destinations)):
            same = (
                origins.edge[i] >= 0
                and origins.edge[i] == destinations.edge[j]
                and origins.point_x_m[i] == destinations.point_x_m[j]
                and origins.point_y_m[i] == destinations.point_y_m[j]
            )
            times[i, j] = 0 if same else reached.get(("d", j), -1)
    return times


def dense(times: object, shape: tuple[int, int]) -> np.ndarray:
    """Lay sparse times out in full, -1 where there is no pair."""
    full = np.full(shape, -1, dtype=np.int64)
    full[times.origin, times.destination] = times.ms
    return full


@st.composite
def small_cities(draw: st.DrawFn) -> tuple[WalkGraph, Attachment, Attachment]:
    """Draw a graph with loops, parallel, zero-length and one-way edges, and places on it."""
    n_nodes = draw(st.integers(1, 8))
    corner = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(corner, corner), min_size=1, max_size=14))
    lengths = draw(
        st.lists(
            st.sampled_from([0.0, 1.0, 10.0, 33.3, 100.0, 5000.0]),
            min_size=len(ends),
            max_size=len(ends),
        )
    )
    xy = [(float(13 * node % 7), float(node * node % 11)) for node in range(n_nodes)]
    graph = weigh(town(xy, ends, lengths), draw(st.sampled_from([ADULT, STROLL])))
    if draw(st.booleans()):
        slower = st.integers(0, 3)
        extra = draw(st.lists(slower, min_size=len(ends), max_size=len(ends)))
        one_way = draw(st.lists(st.booleans(), min_size=len(ends), max_size=len(ends)))
        back = np.where(one_way, -1, graph.backward_ms + np.array(extra) * 777)
        graph = directed(graph, graph.forward_ms, back)
    share = st.sampled_from([0.0, 0.25, 0.5, 1.0])
    spot = st.tuples(st.integers(-1, len(ends) - 1), share, st.sampled_from([0.0, 0.0, 12.5]))

    def places() -> Attachment:
        spots = draw(st.lists(spot, min_size=1, max_size=6))
        where = [(edge, part * lengths[edge]) for edge, part, _ in spots]
        return on_streets(graph.network, where, [off for *_, off in spots])

    return graph, places(), places()


@given(small_cities(), st.sampled_from([None, 0.0, 9.0909, 60.0, 300.0]))
def test_both_engines_equal_networkx_on_random_graphs(
    city: tuple[WalkGraph, Attachment, Attachment], limit_s: float | None
) -> None:
    """Times between places are those of a graph whose edges are split at every place."""
    graph, origins, destinations = city
    expected = times_by_networkx(graph, origins, destinations)
    limit_ms = 2**40 if limit_s is None else int(np.floor(limit_s * 1000 + 1e-6))
    expected[expected > limit_ms] = -1
    nearest = np.where(expected >= 0, expected, 2**40)
    for engine in ENGINES:
        pairs = origin_destination(graph, origins, destinations, limit_s=limit_s, engine=engine)
        assert np.array_equal(dense(pairs, expected.shape), expected)
        found = nearest_place(graph, origins, destinations, limit_s=limit_s, engine=engine)
        reached = (expected >= 0).any(axis=1)
        assert np.array_equal(found.ms, np.where(reached, nearest.min(axis=1), -1))
        assert np.array_equal(found.place, np.where(reached, nearest.argmin(axis=1), -1))


@given(small_cities())
def test_the_engines_agree_at_every_node(city: tuple[WalkGraph, Attachment, Attachment]) -> None:
    """Kernels and SciPy give every node the same time and the same nearest place."""
    graph, homes, places = city
    ours, theirs = (nearest_place(graph, homes, places, engine=engine) for engine in ENGINES)
    assert np.array_equal(ours.node_ms, theirs.node_ms)
    assert np.array_equal(ours.node_place, theirs.node_place)


@given(small_cities())
def test_the_path_takes_the_time_that_is_told(
    city: tuple[WalkGraph, Attachment, Attachment],
) -> None:
    """A path's milliseconds are those of the matrix, and its edges hang together."""
    graph, origins, destinations = city
    expected = dense(
        origin_destination(graph, origins, destinations, limit_s=None),
        (len(origins), len(destinations)),
    )
    edges = graph.network.edges
    for i in range(len(origins)):
        for j in range(len(destinations)):
            path = shortest_path(graph, origins, i, destinations, j)
            assert path.ms == expected[i, j]
            corners = [set(edges.loc[row, ["from_node", "to_node"]]) for row in path.edges]
            assert all(a & b for a, b in itertools.pairwise(corners))


def grid(side: int, seed: int) -> Network:
    """Make a perturbed grid of side x side corners, 80 m apart, a tenth of its streets gone."""
    random = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    xy = np.argwhere(number >= 0) * 80.0 + random.uniform(-25, 25, (side * side, 2))
    down = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    across = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    ends = np.concatenate([down, across])
    return town(xy, ends[random.random(len(ends)) > 0.1])


def test_a_city_equals_scipy_on_the_same_graph() -> None:
    """On 2,500 corners every node's time to the nearest of 20 is SciPy's, to the millisecond."""
    network = grid(50, seed=4)
    graph = weigh(network, ADULT)
    random = np.random.default_rng(5)
    chosen = random.choice(len(network.edges), 20, replace=False)
    places = on_streets(network, [(int(edge), 0.0) for edge in chosen])
    sources = network.edges["from_node"].to_numpy()[chosen]
    ends = network.edges[["from_node", "to_node"]].to_numpy()
    matrix = np.zeros((2500, 2500))
    matrix[ends[:, 0], ends[:, 1]] = matrix[ends[:, 1], ends[:, 0]] = graph.forward_ms
    for limit_s in (None, 300.0):
        limit = np.inf if limit_s is None else limit_s * 1000
        theirs = dijkstra(matrix, indices=sources, min_only=True, limit=limit)
        for engine in ENGINES:
            ours = nearest_place(graph, places, places, limit_s=limit_s, engine=engine).node_ms
            assert np.array_equal(ours, np.where(np.isfinite(theirs), theirs, -1))


def test_sparse_times_are_the_same_from_either_side() -> None:
    """Few to many, many to few and both engines give one matrix, rows ascending."""
    network = grid(30, seed=7)
    graph = weigh(network, ADULT)
    random = np.random.default_rng(8)
    spots = [(int(e), float(o)) for e, o in zip(
        random.integers(0, len(network.edges), 150), random.uniform(0, 40, 150), strict=True
    )]  # fmt: skip
    few, many = on_streets(network, spots[:40], 7.0), on_streets(network, spots, 3.0)
    for engine in ENGINES:
        there = origin_destination(graph, few, many, limit_s=600, engine=engine)
        back = origin_destination(graph, many, few, limit_s=600, engine=engine)
        assert 0 < len(there) < 40 * 150
        assert np.array_equal(dense(there, (40, 150)), dense(back, (150, 40)).T)
        for times in (there, back):
            ordered = times.sorted()
            same_row = ordered.origin[1:] == ordered.origin[:-1]
            assert (np.diff(ordered.destination)[same_row] > 0).all()
            assert len(ordered) == len(times)
            assert np.array_equal(dense(ordered, times.shape), dense(times, times.shape))
    rows = back.to_frame()
    assert list(rows.columns) == ["origin", "destination", "walk_s"]
    assert rows["walk_s"].max() <= 600


def test_a_queue_that_overflows_is_made_longer() -> None:
    """Searches that begin with room for a single entry give the same answers."""
    network = grid(20, seed=9)
    graph = weigh(network, ADULT)
    places = on_streets(network, [(edge, 10.0) for edge in range(0, 600, 60)])
    key, touched, queued, following = graph.take_scratch()
    for search in (nearest_place, origin_destination):
        plain = search(graph, places, places, limit_s=None, engine="scipy")
        for _ in range(8):
            graph.return_scratch((key.copy(), touched.copy(), queued[:1], following[:1]))
        short = search(graph, places, places, limit_s=None, engine="compiled")
        if isinstance(plain, SparseTimes):
            assert np.array_equal(dense(plain, (10, 10)), dense(short, (10, 10)))
        else:
            assert np.array_equal(plain.node_ms, short.node_ms)


#   0 ---a--- 1 ---b--- 2        a = 300 m, b = 300 m; walked at 1 m/s
#             |
#             c 100 m            4 stands alone with 5
#             3        4 -d- 5
CROSSING = town(
    [(0, 0), (300, 0), (600, 0), (300, -100), (500, -100), (550, -100)],
    [(0, 1), (1, 2), (1, 3), (4, 5)],
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_town_checked_by_hand(engine: Engine) -> None:
    """Mid-street to side street, straight along one street, and nowhere to go."""
    graph = weigh(CROSSING, STROLL)
    homes = on_streets(CROSSING, [(0, 150.0), (0, 10.0), (2, 100.0), (3, 25.0), (-1, 0.0)])
    places = on_streets(CROSSING, [(2, 50.0), (0, 40.0)])
    found = nearest_place(graph, homes, places, engine=engine)
    assert found.ms.tolist() == [110_000, 30_000, 50_000, -1, -1]
    assert found.place.tolist() == [1, 1, 0, -1, -1]
    assert found.node_ms.tolist() == [40_000, 50_000, 350_000, 50_000, -1, -1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_place_in_mid_street_is_half_the_street_from_both_ends(engine: Engine) -> None:
    """From the middle of 300 m the ends are 150 s away, and the middle itself 0 s."""
    graph = weigh(CROSSING, STROLL)
    middle = on_streets(CROSSING, [(0, 150.0)])
    spots = on_streets(CROSSING, [(0, 0.0), (0, 150.0), (0, 300.0)])
    assert nearest_place(graph, spots, middle, engine=engine).ms.tolist() == [150_000, 0, 150_000]


@pytest.mark.parametrize("engine", ENGINES)
def test_parallel_streets_count_the_shorter(engine: Engine) -> None:
    """Of 100 m and 300 m between two corners, 100 counts, and not their sum."""
    network = town([(0, 0), (100, 0)], [(0, 1), (0, 1)], [300.0, 100.0])
    graph = weigh(network, STROLL)
    place = on_streets(network, [(1, 0.0)])
    found = nearest_place(graph, on_streets(network, [(0, 300.0)]), place, engine=engine)
    assert found.ms.tolist() == [100_000]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_walk_off_the_street_counts_at_both_ends(engine: Engine) -> None:
    """20 m to the street, 100 m along it and 5 m to the door take 125 s at 1 m/s."""
    graph = weigh(CROSSING, STROLL)
    home, place = on_streets(CROSSING, [(0, 50.0)], 20.0), on_streets(CROSSING, [(0, 150.0)], 5.0)
    assert nearest_place(graph, home, place, engine=engine).ms.tolist() == [125_000]
    across = on_streets(CROSSING, [(0, 50.0)], 5.0)
    assert nearest_place(graph, home, across, engine=engine).ms.tolist() == [25_000]
    assert nearest_place(graph, home, home, engine=engine).ms.tolist() == [0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_limit_includes_itself(engine: Engine) -> None:
    """A walk of 900 s is within 900 s and not within 899.999 s."""
    network = town([(0, 0), (900, 0)], [(0, 1)])
    graph = weigh(network, STROLL)
    home, place = on_streets(network, [(0, 0.0)]), on_streets(network, [(0, 900.0)])
    for limit_s, expected in ((900, 900_000), (899.999, -1)):
        found = nearest_place(graph, home, place, limit_s=limit_s, engine=engine)
        assert found.ms.tolist() == [expected]
        pairs = origin_destination(graph, home, place, limit_s=limit_s, engine=engine)
        assert pairs.ms.tolist() == [expected] * (expected > 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_equally_near_places_yield_to_the_first(engine: Engine) -> None:
    """The middle between two places belongs to the one that comes first in the table."""
    graph = weigh(CROSSING, STROLL)
    homes = on_streets(CROSSING, [(0, 300.0), (2, 60.0)])
    both_ends = on_streets(CROSSING, [(1, 100.0), (0, 200.0)])
    assert nearest_place(graph, homes, both_ends, engine=engine).place.tolist() == [0, 0]


@pytest.mark.parametrize("engine", ENGINES)
def test_people_walk_to_the_place_when_ways_differ(engine: Engine) -> None:
    """Downhill to the centre takes 100 s, uphill home 400 s: coverage counts the way there."""
    network = town([(0, 0), (100, 0)], [(0, 1)])
    graph = directed(weigh(network, STROLL), [100_000], [400_000])
    top, foot = on_streets(network, [(0, 0.0)]), on_streets(network, [(0, 100.0)])
    assert nearest_place(graph, top, foot, engine=engine).ms.tolist() == [100_000]
    assert nearest_place(graph, foot, top, engine=engine).ms.tolist() == [400_000]
    assert shortest_path(graph, foot, 0, top, 0, engine=engine).ms == 400_000


def test_a_path_is_drawn_from_place_to_place() -> None:
    """From 100 m before the crossing to 50 m down the side street: both edges, 150 m, cut."""
    graph = weigh(CROSSING, STROLL)
    home, place = on_streets(CROSSING, [(0, 200.0)]), on_streets(CROSSING, [(2, 50.0)])
    path = shortest_path(graph, home, 0, place, 0)
    assert (path.ms, path.edges.tolist()) == (150_000, [0, 2])
    assert path.geometry.equals(shapely.LineString([(200, 0), (300, 0), (300, -50)]))


def test_a_path_back_along_one_street_is_drawn_backward() -> None:
    """Two places on one street: the part between, in the direction walked."""
    graph = weigh(CROSSING, STROLL)
    spots = on_streets(CROSSING, [(0, 200.0), (0, 50.0), (3, 10.0)])
    path = shortest_path(graph, spots, 0, spots, 1)
    assert list(path.geometry.coords) == [(200, 0), (50, 0)]
    assert path.edges.tolist() == [0]
    assert shortest_path(graph, spots, 0, spots, 0).geometry is None
    assert shortest_path(graph, spots, 0, spots, 2).ms == -1


def test_places_beyond_any_street_reach_nothing() -> None:
    """Unattached places, and a network without streets, give -1 and no error."""
    bare = town([], [])
    nowhere = on_streets(bare, [(-1, 0.0)])
    for engine in ENGINES:
        assert nearest_place(weigh(bare, ADULT), nowhere, nowhere, engine=engine).ms.tolist() == [
            -1
        ]
    graph = weigh(CROSSING, ADULT)
    assert len(origin_destination(graph, nowhere, nowhere, limit_s=None)) == 0
    assert shortest_path(graph, nowhere, 0, nowhere, 0).ms == -1


@pytest.mark.parametrize("length_m", [-1.0, np.nan, np.inf])
def test_impossible_lengths_are_named(length_m: float) -> None:
    """A negative or unknown length raises one sentence with the street's id."""
    network = town([(0, 0), (1, 0)], [(0, 1)], [length_m])
    with pytest.raises(NetworkError, match="s0"):
        weigh(network, ADULT)


def test_impossible_speeds_and_limits_are_refused() -> None:
    """A speed of 0 and a limit below 0 raise one clear sentence."""
    with pytest.raises(UsageError, match="above 0"):
        weigh(CROSSING, replace(STROLL, speed_m_s=0.0))
    graph = weigh(CROSSING, STROLL)
    spot = on_streets(CROSSING, [(0, 0.0)])
    with pytest.raises(UsageError, match="0 or more"):
        nearest_place(graph, spot, spot, limit_s=-1.0)


def test_streets_that_are_not_walkable_are_not_walked() -> None:
    """Closing the side street leaves what lies on it out of reach."""
    closed = CROSSING.edges.assign(walkable=[True, True, False, True])
    graph = weigh(replace(CROSSING, edges=closed), STROLL)
    home = on_streets(CROSSING, [(0, 0.0)])
    assert nearest_place(graph, home, home).node_ms.tolist() == [0, 300_000, 600_000, -1, -1, -1]


def test_neighbours_on_the_curve_are_neighbours_in_the_city() -> None:
    """Steps along the Hilbert curve over a full 16 x 16 grid are one cell long."""
    xy = np.argwhere(np.ones((16, 16))).astype(float)
    walk = xy[np.argsort(hilbert_positions(xy))]
    assert np.abs(np.diff(walk, axis=0)).sum(axis=1).tolist() == [1.0] * 255


def test_kernels_load_when_asked_and_say_so() -> None:
    """Where numba is installed the kernels load; with them loaded nothing more is said."""
    assert load_kernels()
    said = []
    assert load_kernels(lambda what, _share: said.append(what))
    assert said == []


def test_kernels_load_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba can keep nothing it gets a folder that goes with the process."""
    from numba import config

    asked, leaving = [], []

    def refuse_once(name: str) -> None:
        asked.append(name)
        if len(asked) == 1:
            message = "cannot cache function: no locator available"
            raise RuntimeError(message)

    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.delitem(sys.modules, "tongling_gis.routing.kernels", raising=False)
    monkeypatch.setattr(atexit, "register", lambda *how, **_: leaving.append(how))
    monkeypatch.setattr(importlib, "import_module", refuse_once)
    assert load_kernels()
    assert asked[0] == asked[1] == "tongling_gis.routing.kernels"
    assert Path(config.CACHE_DIR).is_dir()
    clear, folder = leaving[0]
    clear(folder)
    assert not Path(folder).exists()


def test_every_compiled_module_loads_where_no_folder_can_be_written() -> None:
    """Siting's compiled loops too are imported in the one way that gives numba a folder."""
    package = Path(tongling_gis.__file__).parent
    compiled = [path for path in package.rglob("*kernels.py") if "cache=True" in path.read_text()]
    names = {path.stem for path in compiled}
    assert {"kernels", "set_kernels", "swap_kernels", "repair_kernels"} <= names
    straight = re.compile(rf"^\s*(from|import) .*\b({'|'.join(names)})\b", re.MULTILINE)
    others = [path for path in package.rglob("*.py") if path not in compiled]
    found = [line[0] for path in others for line in straight.finditer(path.read_text())]
    assert found == []


def test_importing_the_router_is_quick() -> None:
    """Neither numba nor SciPy, shapely or pandas is imported with the router."""
    script = (
        "import sys, tongling_gis.routing\n"
        "heavy = {'numba', 'scipy', 'shapely', 'pandas', 'geopandas'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@given(
    cuts=st.lists(st.floats(0.01, 989.99), max_size=20, unique=True),
    off_m=st.sampled_from([0.0, 7.7, 55.0]),
    over_m=st.sampled_from([0.0, 0.1]),
    engine=st.sampled_from(ENGINES),
)
def test_a_limit_is_never_missed_by_rounding(
    cuts: list[float], off_m: float, over_m: float, engine: Engine
) -> None:
    """990 m at 1.1 m/s are 15 min into however many pieces streets are split; 990.1 m are more."""
    kept = [one for one, after in itertools.pairwise([*sorted(cuts), 995.0]) if after - one > 0.01]
    at = [(one, 0.0) for one in (0.0, *kept, 1200.0)]
    network = town(at, list(itertools.pairwise(range(len(at)))))
    graph = weigh(network, ADULT)
    home_m = 990.0 - off_m + over_m
    homes = attach(network, np.array([[home_m, off_m]]), limit_m=200)
    centre = attach(network, np.array([[0.0, 0.0]]), limit_m=200)
    nearest = nearest_place(graph, homes, centre, limit_s=900.0, engine=engine)
    assert (nearest.ms[0] >= 0) == (over_m == 0.0)
    assert graph.forward_ms.sum() <= 1200.0 / 1.1 * 1000


def test_helsinki_agrees_with_networkx_to_the_second(shared_data: Path) -> None:
    """On real streets, as an OSMnx graph in metres, networkx finds the same times to a second."""
    layers = read_osm(shared_data / "osm" / "helsinki.osm.pbf").layers
    metric = metric_crs_of(layers["streets"])
    network = build_network(
        layers["streets"].to_crs(metric),
        layers["street_nodes"].to_crs(metric),
        barriers=layers["barriers"].to_crs(metric),
        gates=layers["gates"].to_crs(metric),
    )
    even = replace(STROLL, speed_m_s=1.1)
    random = np.random.default_rng(6)
    chosen = random.choice(network.walk_edges, 12, replace=False)
    places = on_streets(network, [(int(edge), 0.0) for edge in chosen])
    ours = nearest_place(weigh(network, even), places, places).node_ms
    node_id = network.nodes["node_id"].to_numpy()
    sources = set(node_id[network.edges["from_node"].to_numpy()[chosen]].tolist())
    theirs = nx.multi_source_dijkstra_path_length(
        to_graph(network), sources, weight=shortest_walkable
    )
    expected = np.array([theirs.get(int(one), -1.0) for one in node_id])
    assert (expected >= 0).sum() > 2000
    assert np.array_equal(ours >= 0, expected >= 0)
    assert np.abs(ours / 1000 - expected / 1.1)[ours >= 0].max() < 1.0


def shortest_walkable(_a: object, _b: object, parallel: dict[int, dict[str, object]]) -> object:
    """Give the metres of the shortest walkable one of parallel edges, None where none is."""
    lengths = [edge["length"] for edge in parallel.values() if edge["walkable"]]
    return min(lengths, default=None)
