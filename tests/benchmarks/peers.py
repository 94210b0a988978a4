"""The engine and its peers behind one face: build from a city's arrays, answer, compare."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cities import City

    from tongling_gis.routing import Ends

UNREACHED = -1


@contextmanager
def one_core() -> Iterator[None]:
    """Let the engine see a single core."""
    real = os.cpu_count
    os.cpu_count = lambda: 1
    try:
        yield
    finally:
        os.cpu_count = real


class Peer:
    """What all peers share: a name, limits of patience, and how exact their answers are."""

    name: ClassVar[str] = ""
    largest: ClassVar[int] = 10**9
    most_work: ClassVar[float] = 1e12
    without_limit: ClassVar[bool] = True

    def check(self, found: np.ndarray, expected: np.ndarray, limit_ms: int | None) -> None:
        """Compare milliseconds at every node."""
        del limit_ms
        if not np.array_equal(np.asarray(found), expected):
            message = f"{self.name} differs at {(found != expected).sum()} nodes"
            raise AssertionError(message)

    def nearest(self, limit_ms: int | None) -> object:
        """Time the walk to the nearest centre."""
        raise NotImplementedError

    def pairs(self, sources: np.ndarray, limit_ms: int) -> tuple[int, int]:
        """Count the pairs within the limit and add up their milliseconds."""
        raise NotImplementedError

    def check_pairs(self, found: tuple[int, int], expected: tuple[int, int]) -> None:
        """Compare the number of pairs and the sum of their milliseconds."""
        if found != expected:
            message = f"{self.name} finds {found}, not {expected}"
            raise AssertionError(message)


class Ours(Peer):
    """This package, compiled."""

    name = "ours"

    def __init__(self, city: City) -> None:
        """Build it from the city's arrays."""
        self.city, self.graph = city, city.graph
        self.centres = self._at_nodes(city.centres)
        self.everywhere = self._at_nodes(np.arange(city.size))

    def _at_nodes(self, nodes: np.ndarray) -> Ends:
        """Join places that stand at nodes and at no edge, as the peers know them."""
        from tongling_gis.network import Attachment
        from tongling_gis.routing import join_ends

        nowhere = np.full(len(nodes), np.nan)
        unattached = Attachment(np.full(len(nodes), -1, dtype=np.int32), *[nowhere] * 6)
        node = np.stack([self.graph.rank[nodes], np.full(len(nodes), -1, dtype=np.int32)], axis=1)
        ms = np.tile(np.array([0, UNREACHED]), (len(nodes), 1))
        return replace(join_ends(self.graph, unattached), node=node, leave_ms=ms, arrive_ms=ms)

    def nearest(self, limit_ms: int | None) -> object:
        """Give the nodes reached, with times and nearest centres."""
        from tongling_gis.routing import limit_in_ms, reach_nodes

        limit = limit_in_ms(None) if limit_ms is None else limit_ms
        return reach_nodes(self.graph, self.centres, limit_ms=limit, engine="compiled")

    def nearest_dense(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node."""
        return self.nearest(limit_ms).node_ms

    def pairs(self, sources: np.ndarray, limit_ms: int) -> tuple[int, int]:
        """Count the pairs within the limit and add up their milliseconds."""
        from tongling_gis.routing import engines

        none = tuple(np.empty(0, dtype=np.int64) for _ in range(3))
        starts, goals = self._at_nodes(sources), self.everywhere
        _, _, ms = engines.reach_rows(
            self.graph, self.graph.outward, limit_ms,
            (starts.node, starts.leave_ms), (goals.node, goals.arrive_ms), none,
        )  # fmt: skip
        return len(ms), int(ms.sum(dtype=np.int64))

    @staticmethod
    def _visitor() -> Callable[..., None]:
        import numba as nb

        @nb.njit
        def visit(indptr, heads, seeds, seen, queue, count):
            filled = 0
            for seed in seeds:
                seen[seed] = True
                queue[filled] = seed
                filled += 1
            done = 0
            while done < filled < count:
                node = queue[done]
                done += 1
                for arc in range(indptr[node], indptr[node + 1]):
                    head = heads[arc]
                    if not seen[head]:
                        seen[head] = True
                        queue[filled] = head
                        filled += 1
            for i in range(filled):
                seen[queue[i]] = False

        return visit

    def breadth_first(self, count: int) -> Callable[[], object]:
        """Make a search that only visits as many nodes, over the same arrays."""
        visit = self._visitor()
        arcs, seeds = self.graph.outward, self.graph.rank[self.city.centres]
        seen = np.zeros(self.city.size, dtype=np.bool_)
        queue = np.empty(self.city.size, dtype=np.int32)
        return lambda: visit(arcs.indptr, arcs.heads, seeds, seen, queue, count)

    def breadth_first_rows(self, sources: np.ndarray, count: int) -> Callable[[], object]:
        """Make a search that visits as many nodes around each source in turn."""
        visit, arcs = self._visitor(), self.graph.outward
        seen = np.zeros(self.city.size, dtype=np.bool_)
        queue = np.empty(self.city.size, dtype=np.int32)
        starts = np.sort(self.graph.rank[sources]).reshape(-1, 1)

        def visit_all() -> None:
            for start in starts:
                visit(arcs.indptr, arcs.heads, start, seen, queue, count)

        return visit_all


def as_ms(times: np.ndarray) -> np.ndarray:
    """Turn times with infinities into whole milliseconds with -1."""
    return np.where(np.isfinite(times), np.nan_to_num(times, posinf=-1.0), -1).astype(np.int64)


class SciPy(Peer):
    """scipy.sparse.csgraph.dijkstra, on a matrix as its users build it: COO made CSR."""

    name = "SciPy"
    most_work = 3e10

    def __init__(self, city: City) -> None:
        """Build it from the city's arrays."""
        self.matrix, self.rank = self.build(city)
        self.centres = self.rank[city.centres]

    def build(self, city: City) -> tuple[Any, np.ndarray]:
        """Give the matrix, and the row of each node in it."""
        from scipy.sparse import coo_array

        tail, head = np.concatenate([city.ends, city.ends[:, ::-1]]).T
        cost_ms = np.tile(city.cost_ms, 2)
        order = np.lexsort((cost_ms, head, tail))  # SciPy would add parallel edges up
        tail, head, cost_ms = tail[order], head[order], cost_ms[order]
        first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
        entries = cost_ms[first].astype(float), (tail[first], head[first])
        return coo_array(entries, shape=(city.size,) * 2).tocsr(), np.arange(city.size)

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        from scipy.sparse.csgraph import dijkstra

        limit = np.inf if limit_ms is None else limit_ms
        times = dijkstra(self.matrix, indices=self.centres, min_only=True, limit=limit)
        return as_ms(times[self.rank])

    def pairs(self, sources: np.ndarray, limit_ms: int) -> tuple[int, int]:
        """Count the pairs within the limit and add up their milliseconds."""
        from scipy.sparse.csgraph import dijkstra

        count = total = 0
        for some in np.array_split(self.rank[sources], max(1, len(sources) // 5)):
            times = dijkstra(self.matrix, indices=some, limit=limit_ms)
            found = times[np.isfinite(times)]
            count, total = count + len(found), total + int(found.sum())
        return count, total


class SciPyInOurOrder(SciPy):
    """The same on the arrays of our graph, whose nodes lie along a Hilbert curve."""

    name = "SciPy in our order"

    def build(self, city: City) -> tuple[Any, np.ndarray]:
        """Give the matrix, and the row of each node in it."""
        from scipy.sparse import csr_array

        arcs = city.graph.outward
        entries = arcs.cost_ms.astype(float), arcs.heads, arcs.indptr
        return csr_array(entries, shape=(city.size,) * 2), city.graph.rank


class NetworkX(Peer):
    """networkx.multi_source_dijkstra_path_length."""

    name = "networkx"
    largest = 2_100_000
    most_work = 3e8

    def __init__(self, city: City) -> None:
        """Build it from the city's arrays."""
        import networkx as nx

        self.size, self.centres = city.size, city.centres.tolist()
        self.graph = nx.Graph()
        self.graph.add_nodes_from(range(city.size))
        for (a, b), ms in zip(city.ends.tolist(), city.cost_ms.tolist(), strict=True):
            if not self.graph.has_edge(a, b) or self.graph[a][b]["ms"] > ms:
                self.graph.add_edge(a, b, ms=ms)

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        import networkx as nx

        times = nx.multi_source_dijkstra_path_length(
            self.graph, self.centres, cutoff=limit_ms, weight="ms"
        )
        return spread(times, self.size)

    def pairs(self, sources: np.ndarray, limit_ms: int) -> tuple[int, int]:
        """Count the pairs within the limit and add up their milliseconds."""
        import networkx as nx

        count = total = 0
        for source in sources.tolist():
            times = nx.single_source_dijkstra_path_length(
                self.graph, source, cutoff=limit_ms, weight="ms"
            )
            count, total = count + len(times), total + sum(times.values())
        return count, total


def spread(times: dict[int, int], size: int) -> np.ndarray:
    """Lay a dictionary of times out over all nodes, -1 where there is none."""
    every = np.full(size, UNREACHED, dtype=np.int64)
    every[np.fromiter(times, dtype=np.int64, count=len(times))] = list(times.values())
    return every


class OSMnxRecipe(NetworkX):
    """The recipe of OSMnx's examples: networkx.ego_graph around each centre; nodes only."""

    name = "OSMnx recipe (ego_graph)"
    largest = 300_000
    most_work = 0
    without_limit = False

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Mark the nodes within the limit of any centre with 0: the recipe has no times."""
        import networkx as nx

        every = np.full(self.size, UNREACHED, dtype=np.int64)
        for centre in self.centres:
            every[list(nx.ego_graph(self.graph, centre, radius=limit_ms, distance="ms"))] = 0
        return every

    def check(self, found: np.ndarray, expected: np.ndarray, limit_ms: int | None) -> None:
        """Compare which nodes are reached."""
        super().check(found, np.minimum(expected, 0), limit_ms)


class WithSuperSource(Peer):
    """A peer with no search from many sources: one node more, joined to all centres at no cost.

    Those of this kind know no limit, so that times within one from many nodes take minutes.
    """

    most_work = 0

    def __init__(self, city: City) -> None:
        """Build it from the city's arrays."""
        self.size = city.size
        to_centres = np.column_stack([np.full(len(city.centres), city.size), city.centres])
        self.ends = np.concatenate([city.ends, to_centres])
        self.cost_ms = np.concatenate([city.cost_ms, np.zeros(len(city.centres), dtype=np.int64)])
        self.build()

    def build(self) -> None:
        """Build the peer's graph."""

    def within(self, times: np.ndarray, limit_ms: int | None) -> np.ndarray:
        """Cut times off at the limit, for peers that know none."""
        ms = as_ms(np.asarray(times, dtype=float)[: self.size])
        return ms if limit_ms is None else np.where(ms <= limit_ms, ms, UNREACHED)


class IGraph(WithSuperSource):
    """igraph's distances, which know no limit."""

    name = "igraph"

    def build(self) -> None:
        """Build the peer's graph."""
        import igraph

        self.graph = igraph.Graph(self.size + 1, self.ends.tolist())
        self.weights = self.cost_ms.astype(float).tolist()

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        times = self.graph.distances(source=[self.size], weights=self.weights)[0]
        return self.within(np.array(times), limit_ms)


class RustworkX(WithSuperSource):
    """rustworkx.dijkstra_shortest_path_lengths, which knows no limit."""

    name = "rustworkx"
    largest = 2_100_000

    def build(self) -> None:
        """Build the peer's graph."""
        import rustworkx

        self.graph = rustworkx.PyGraph()
        self.graph.add_nodes_from(list(range(self.size + 1)))
        pairs = zip(self.ends[:, 0].tolist(), self.ends[:, 1].tolist(), strict=True)
        costs = self.cost_ms.astype(float).tolist()
        self.graph.add_edges_from([(a, b, c) for (a, b), c in zip(pairs, costs, strict=True)])

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        import rustworkx

        found = rustworkx.dijkstra_shortest_path_lengths(self.graph, self.size, float)
        times = np.full(self.size + 1, np.inf)
        times[list(found.keys())] = list(found.values())
        return self.within(times, limit_ms)


class NetworKit(WithSuperSource):
    """networkit's Dijkstra, which knows no limit."""

    name = "networkit"

    def build(self) -> None:
        """Build the peer's graph."""
        import networkit
        from scipy.sparse import coo_matrix

        a, b = self.ends.T
        self.graph = networkit.GraphFromCoo(
            coo_matrix((self.cost_ms.astype(float), (a, b)), shape=(self.size + 1,) * 2),
            n=self.size + 1, weighted=True, directed=False,
        )  # fmt: skip

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        import networkit

        search = networkit.distance.Dijkstra(self.graph, self.size, storePaths=False)
        search.run()
        times = np.array(search.getDistances(asarray=True))
        return self.within(np.where(times < 1e300, times, np.inf), limit_ms)


class Pandana(Peer):
    """pandana: contraction hierarchies prepared for the limit, then nearest_pois."""

    name = "pandana"
    largest = 300_000
    most_work = 3e9
    without_limit = False
    limit_s = 900.0

    def __init__(self, city: City) -> None:
        """Build it from the city's arrays."""
        import pandana
        import pandas as pd

        x, y = (pd.Series(city.xy[:, axis]) for axis in range(2))
        a, b = (pd.Series(city.ends[:, side]) for side in range(2))
        weights = pd.DataFrame({"s": city.cost_ms / 1000.0})
        self.network = pandana.Network(x, y, a, b, weights, twoway=True)
        self.network.set_pois(
            "centres", self.limit_s, 1, *(pd.Series(city.xy[city.centres, i]) for i in range(2))
        )
        self.network.precompute(self.limit_s)

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        assert limit_ms is not None
        found = self.network.nearest_pois(limit_ms / 1000.0, "centres", num_pois=1)[1].to_numpy()
        return np.rint(found * 1000.0).astype(np.int64)

    def check(self, found: np.ndarray, expected: np.ndarray, limit_ms: int | None) -> None:
        """Compare to 2 ms, since it computes in float32; it says the limit for "not reached"."""
        assert limit_ms is not None
        told = np.where(expected < 0, limit_ms, expected)
        wrong = (np.abs(found - told) > 2).sum()
        if wrong > 1e-3 * len(found):
            message = f"{self.name} differs at {wrong} nodes"
            raise AssertionError(message)

    def pairs(self, sources: np.ndarray, limit_ms: int) -> tuple[int, int]:
        """Count the pairs within the limit and add up their milliseconds."""
        found = self.network.nodes_in_range(sources.tolist(), limit_ms / 1000.0)
        return len(found), int(np.rint(found["s"].to_numpy() * 1000.0).astype(np.int64).sum())

    def check_pairs(self, found: tuple[int, int], expected: tuple[int, int]) -> None:
        """Compare to one in a thousand, since it computes in float32."""
        if not np.allclose(found, expected, rtol=1e-3):
            message = f"{self.name} finds {found}, not {expected}"
            raise AssertionError(message)


class Cityseer(Peer):
    """cityseer's shortest-path trees, one a centre, read node by node."""

    name = "cityseer"
    largest = 300_000
    most_work = 0
    without_limit = False

    def __init__(self, city: City) -> None:
        """Build it from the city's arrays."""
        from cityseer.rustalgos import graph

        self.size = city.size
        self.net = graph.NetworkStructure()
        nodes = [
            self.net.add_street_node(str(n), float(x), float(y), True, 1.0)  # noqa: FBT003
            for n, (x, y) in enumerate(city.xy)
        ]
        self.number = dict(zip(nodes, range(city.size), strict=True))
        self.centres = [nodes[centre] for centre in city.centres]
        for row, (a, b) in enumerate(city.ends.tolist()):
            if a != b:
                line = city.lines[row]
                ends = (nodes[a], nodes[b]), (str(a), str(b))
                self.net.add_street_edge(*ends[0], row, *ends[1], line.wkt)
                self.net.add_street_edge(*ends[0][::-1], row, *ends[1][::-1], line.reverse().wkt)

    def nearest(self, limit_ms: int | None) -> np.ndarray:
        """Give the milliseconds from every node to the nearest centre."""
        assert limit_ms is not None
        best = np.full(self.size, np.inf)
        for centre in self.centres:
            visited, tree = self.net.dijkstra_tree_shortest(centre, limit_ms // 1000, 1.1)
            for node in visited:
                number = self.number[node]
                best[number] = min(best[number], tree[node].agg_seconds * 1000.0)
        return as_ms(np.rint(best))

    def check(self, found: np.ndarray, expected: np.ndarray, limit_ms: int | None) -> None:
        """Compare to a second, since it walks lengths and not milliseconds."""
        assert limit_ms is not None
        both = (found >= 0) & (expected >= 0)
        apart = np.abs(found - expected)[both].max(initial=0)
        edge = (found >= 0) != (expected >= 0)
        if apart > 1000 or edge.sum() > 1e-3 * self.size:
            message = f"{self.name} differs by {apart} ms, and on {edge.sum()} nodes altogether"
            raise AssertionError(message)


PEERS: tuple[type[Peer], ...] = (
    SciPy, SciPyInOurOrder, NetworkX, OSMnxRecipe, IGraph, RustworkX, NetworKit, Pandana, Cityseer,
)  # fmt: skip
