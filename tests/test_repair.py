"""Mended times: the same states as a search of the whole changed city, to the millisecond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from tongling_gis.catalogue import WalkProfile
from tongling_gis.network import Network
from tongling_gis.network.severing import no_cuts
from tongling_gis.routing import Patch, Seeds, Standing, load_kernels, no_patch, stand, weigh
from tongling_gis.routing.graph import CLOSED, MAX_MS, UNREACHED
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.routing import Engine

ENGINES: tuple[Engine, ...] = ("compiled", "scipy")
STROLL = WalkProfile("stroll", Text("散步", "Stroll"), 1.0, "a round number for tests")


@pytest.fixture(scope="module", autouse=True)
def kernels() -> None:
    """Compile once, before any example is timed."""
    load_kernels()


def town(xy: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]]) -> Network:
    """Make a network of straight streets between numbered corners."""
    at = np.asarray(xy, dtype=float).reshape(-1, 2)
    ends = np.asarray(edges, dtype=np.int32).reshape(-1, 2)
    lines = np.asarray(shapely.linestrings(at[ends]), dtype=object)
    nodes = pd.DataFrame({"node_id": np.arange(len(at)), "x_m": at[:, 0], "y_m": at[:, 1]})
    streets = pd.DataFrame({"from_node": ends[:, 0], "to_node": ends[:, 1]})
    streets["length_m"] = shapely.length(lines)
    streets["walkable"] = True
    return Network(CRS.from_epsg(4548), nodes, streets, lines, no_cuts())


def row_of(count: int, engine: Engine = "compiled", seeds: Sequence[int] = (0,)) -> Standing:
    """Make a row of streets of 100 s each, with a place at each of these corners."""
    graph = weigh(
        town([(100.0 * n, 0.0) for n in range(count)], [(n, n + 1) for n in range(count - 1)]),
        STROLL,
    )
    corners = graph.rank[list(seeds)]
    return stand(graph, at_corners(corners, range(len(seeds))), engine=engine)


def at_corners(nodes: Sequence[int], labels: Sequence[int], ms: int = 0) -> Seeds:
    """Make seeds at corners."""
    node = np.asarray(nodes, dtype=np.int32)
    label = np.asarray(list(labels), dtype=np.int32)
    return Seeds(node, np.full(len(node), ms, dtype=np.int64), label)


def rows(*numbers: int) -> np.ndarray:
    """Give row numbers as the router wants them."""
    return np.array(numbers, dtype=np.int32)


def closing(*edges: int) -> Patch:
    """Take edges away."""
    none = rows()
    return Patch(rows(*edges), none, none, none, none)


def states(standing: Standing, patch: Patch, seeds: Seeds | None = None) -> np.ndarray:
    """Give every node's state after a change, new nodes last."""
    mended = standing.mend(patch, seeds)
    return mended.look_up(
        standing, np.arange(len(standing.state) + patch.new_nodes, dtype=np.int32)
    )


def seconds(standing: Standing, patch: Patch, seeds: Seeds | None = None) -> list[float | None]:
    """Give each of the town's corners its seconds after a change, None where there is no way."""
    state = states(standing, patch, seeds)[standing.graph.rank]
    return [None if one == UNREACHED else (int(one) >> 32) / 1000 for one in state]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_closed_street_leaves_those_behind_it_without_a_way(engine: Engine) -> None:
    """In a row of five corners, closing the third street cuts off two."""
    assert seconds(row_of(5, engine), closing(2)) == [0, 100, 200, None, None]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_way_round_is_found(engine: Engine) -> None:
    """Round a square of 100 s streets the far way takes 300 s where the near one is closed."""
    square = town([(0, 0), (100, 0), (100, 100), (0, 100)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    graph = weigh(square, STROLL)
    standing = stand(graph, at_corners(graph.rank[[0]], [0]), engine=engine)
    assert seconds(standing, no_patch()) == [0, 100, 200, 100]
    assert seconds(standing, closing(0)) == [0, 300, 200, 100]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_new_street_shortens_and_a_new_node_is_reached(engine: Engine) -> None:
    """A street of 10 s from the first corner to the last, by way of a new node half-way."""
    standing = row_of(5, engine)
    first, last = standing.graph.rank[[0, 4]]
    cost = rows(4000, 6000)
    patch = Patch(rows(), rows(first, 5), rows(5, last), cost, cost, new_nodes=1)
    assert seconds(standing, patch) == [0, 100, 200, 110, 10]
    assert states(standing, patch)[5] >> 32 == 4000


@pytest.mark.parametrize("engine", ENGINES)
def test_a_slower_street_is_one_that_goes_and_comes(engine: Engine) -> None:
    """The second street takes 150 s instead of 100."""
    standing = row_of(4, engine)
    one, two = standing.graph.rank[[1, 2]]
    patch = Patch(rows(1), rows(one), rows(two), rows(150_000), rows(150_000))
    assert seconds(standing, patch) == [0, 100, 250, 350]


@pytest.mark.parametrize("engine", ENGINES)
def test_places_come_and_go(engine: Engine) -> None:
    """A second place takes half the row; without the first everyone walks to it."""
    standing = row_of(5, engine)
    rank = standing.graph.rank
    both = at_corners(rank[[0, 4]], [0, 1])
    assert seconds(standing, no_patch(), both) == [0, 100, 200, 100, 0]
    middle = states(standing, no_patch(), both)[rank[2]]
    assert middle & 0xFFFFFFFF == 0  # equally near: the lower number
    only = at_corners(rank[[4]], [1])
    assert seconds(standing, no_patch(), only) == [400, 300, 200, 100, 0]
    assert seconds(standing, no_patch(), at_corners([], [])) == [None] * 5


@pytest.mark.parametrize("engine", ENGINES)
def test_one_way_pieces_are_walked_one_way(engine: Engine) -> None:
    """A street of 10 s that leads only away from the place shortens nobody's way to it."""
    standing = row_of(5, engine)
    first, last = standing.graph.rank[[0, 4]]
    away = Patch(rows(), rows(first), rows(last), rows(10_000), rows(CLOSED))
    assert seconds(standing, away) == [0, 100, 200, 300, 400]
    towards = Patch(rows(), rows(last), rows(first), rows(10_000), rows(CLOSED))
    assert seconds(standing, towards) == [0, 100, 200, 110, 10]


def test_a_change_leaves_the_standing_times_as_they_are() -> None:
    """Mending lends memory and gives it back clean, whatever was asked before."""
    standing = row_of(6)
    before = standing.state.copy()
    for patch in (closing(2), no_patch(), closing(0, 4), closing(2)):
        states(standing, patch)
        assert np.array_equal(standing.state, before)
    assert seconds(standing, no_patch()) == [0, 100, 200, 300, 400, 500]
    assert len(standing.mend(no_patch()).node) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_limit_is_inclusive(engine: Engine) -> None:
    """A corner at exactly the limit is reached, one a millisecond farther is not."""
    graph = weigh(town([(0, 0), (100, 0), (200, 0)], [(0, 1), (1, 2)]), STROLL)
    seeds = at_corners(graph.rank[[0]], [0])
    for limit_ms, reached in ((200_000, True), (199_999, False)):
        standing = stand(graph, seeds, limit_ms=limit_ms, engine=engine)
        slower = standing.mend(no_patch(), seeds).look_up(standing, graph.rank[[2]])
        assert (slower[0] != UNREACHED) == reached


@st.composite
def changed_cities(draw: st.DrawFn) -> tuple[Network, Patch, Seeds, Seeds, int]:
    """Draw a city with parallel streets and loops, a change of streets, and places before, after.

    Patches are given by the town's own corners; new nodes come after them.
    """
    count = draw(st.integers(1, 9))
    corner = st.integers(0, count - 1)
    ends = draw(st.lists(st.tuples(corner, corner), min_size=1, max_size=18))
    network = town([(float(17 * n % 11), float(n * n % 13)) for n in range(count)], ends)
    gone = draw(st.lists(st.integers(0, len(ends) - 1), max_size=4, unique=True))
    new_nodes = draw(st.integers(0, 2))
    place = st.integers(0, count + new_nodes - 1)
    added = draw(st.lists(st.tuples(place, place, st.integers(1, 40_000)), max_size=4))
    start, end, cost = (rows(*one) for one in zip(*added, strict=True)) if added else [rows()] * 3
    patch = Patch(rows(*sorted(gone)), start, end, cost, cost, new_nodes)
    seed = st.tuples(corner, st.integers(0, 20_000), st.integers(0, 3))

    def places() -> Seeds:
        drawn = draw(st.lists(seed, max_size=5))
        node, ms, label = zip(*drawn, strict=True) if drawn else ((), (), ())
        return Seeds(rows(*node), np.array(ms, dtype=np.int64), rows(*label))

    return network, patch, places(), places(), draw(st.sampled_from([9_000, 30_000, MAX_MS]))


@given(changed_cities())
def test_mending_equals_searching_the_changed_city(
    case: tuple[Network, Patch, Seeds, Seeds, int],
) -> None:
    """Both engines give what a search of the rebuilt city gives, times and places alike."""
    network, patch, before, after, limit_ms = case
    graph = weigh(network, STROLL)
    seeds, later = ranked(graph.rank, before), ranked(graph.rank, after)
    later = Seeds(*(one[later.ms <= limit_ms] for one in later))
    own = patched(graph.rank, len(graph.order), patch)
    expected = plain_search(network, patch, after, limit_ms)
    for engine in ENGINES:
        standing = stand(graph, seeds, limit_ms=limit_ms, engine=engine)
        state = states(standing, own, later)
        town_first = np.concatenate([state[graph.rank], state[len(graph.order) :]])
        assert town_first.tolist() == expected, engine


def ranked(rank: np.ndarray, seeds: Seeds) -> Seeds:
    """Give seeds at the graph's own numbers."""
    return seeds._replace(node=rank[seeds.node].astype(np.int32))


def patched(rank: np.ndarray, count: int, patch: Patch) -> Patch:
    """Give a patch at the graph's own numbers."""
    every = np.concatenate([rank, np.arange(count, count + patch.new_nodes)]).astype(np.int32)
    return Patch(
        patch.gone,
        every[patch.start],
        every[patch.end],
        patch.forward_ms,
        patch.backward_ms,
        patch.new_nodes,
    )


def plain_search(network: Network, patch: Patch, seeds: Seeds, limit_ms: int) -> list[int]:
    """Search by going over all arcs until nothing changes: slow, plain and independent."""
    graph = weigh(network, STROLL)
    count = len(network.nodes) + patch.new_nodes
    arcs = []
    for row, (a, b) in enumerate(network.edges[["from_node", "to_node"]].to_numpy().tolist()):
        if row not in patch.gone:
            arcs += [(a, b, int(graph.forward_ms[row])), (b, a, int(graph.backward_ms[row]))]
    for a, b, cost in zip(patch.start, patch.end, patch.forward_ms, strict=True):
        arcs += [(int(a), int(b), int(cost)), (int(b), int(a), int(cost))]
    best = [int(UNREACHED)] * count
    for node, ms, label in zip(*seeds, strict=True):
        if ms <= limit_ms:
            best[node] = min(best[node], (int(ms) << 32) | int(label))
    changed = True
    while changed:
        changed = False
        for tail, head, cost in arcs:
            then = best[head] + (cost << 32)
            if best[head] != UNREACHED and then >> 32 <= limit_ms and then < best[tail]:
                best[tail], changed = then, True
    return best
