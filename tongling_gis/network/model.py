"""The network: nodes and street pieces in metres, never changed in place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from shapely import STRtree

from tongling_gis.network.connectors import WallsAround
from tongling_gis.network.severing import sever
from tongling_gis.network.walkers import Walker, find_unusable
from tongling_gis.showing import html_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.hours import Moment

Lines: TypeAlias = "NDArray[np.object_]"


ISLAND_M = 1000.0
ISLAND_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Network:
    """Streets of a city, undirected, in metres.

    An edge is one piece of street between two nodes; on foot it is walked both ways.

    Attributes:
        crs: Projected CRS in metres of all coordinates.
        nodes: One row a node, numbered 0..n-1: ``node_id`` (int64; negative where a barrier
            made it), ``x_m``, ``y_m``, ``elevation_m`` (NaN unknown) and the streets' own columns.
        edges: One row a piece of street, numbered 0..m-1: ``from_node`` and ``to_node``
            (int32 row numbers of ``nodes``), ``length_m``, ``walkable``, ``walk_reason``
            ("" where walkable, else a code), ``uncut_edge`` (row of its street in ``uncut``),
            ``piece`` and ``start_m`` (which part of that street, and how far along it begins)
            and the streets' own columns.
        geometry: Object array of m LineStrings, drawn from ``from_node`` to ``to_node``.
        cuts: One row for each place where a barrier severed a street: ``barrier_id``,
            ``edge_a`` and ``edge_b`` (the pieces on both sides), ``node_a`` and ``node_b``
            (their dead ends), ``x_m``, ``y_m``.
        barriers: The walls that it is cut by, None where there are none.
        gates: The gates and entrances in them, None where there are none.
        gate_reach_m: Farthest that a gate may lie from the crossing it opens.
        uncut: The same streets before any barrier, None where this is that network.
        graph_attributes: Attributes of the graph it was read from, None where it was none.
        walker: Whose streets these are: ``walkable`` is what they use; None for anybody on foot.
        everyones: The uncut streets of anybody on foot, None where these are theirs.
        islands: Which edges lie on islands, bool[m], where that is known from elsewhere.
    """

    crs: CRS
    nodes: pd.DataFrame
    edges: pd.DataFrame
    geometry: Lines
    cuts: pd.DataFrame
    barriers: gpd.GeoDataFrame | None = None
    gates: gpd.GeoDataFrame | None = None
    gate_reach_m: float = 3.0
    uncut: Network | None = None
    graph_attributes: Mapping[str, Any] | None = None
    walker: Walker | None = None
    everyones: Network | None = None
    islands: NDArray[np.bool_] | None = None
    _of_walkers: dict[Walker, Network] = field(default_factory=dict, init=False, repr=False)
    _uncut_of_walkers: dict[Walker, Network] = field(default_factory=dict, init=False, repr=False)

    @property
    def without_barriers(self) -> Network:
        """The same streets as if no barrier stood on them."""
        return self if self.uncut is None else self.uncut

    def _repr_html_(self) -> str:
        """Show in a notebook how large it is, how much is walked, and where it is cut."""
        length_m = self.edges["length_m"].to_numpy(dtype=float)
        walked_m = length_m[self.edges["walkable"].to_numpy(dtype=bool)].sum()
        return html_table(
            "街道网络 Network",
            [
                ("节点", "nodes", f"{len(self.nodes):,}"),
                ("路段", "edges", f"{len(self.edges):,}"),
                ("总长", "length", f"{length_m.sum() / 1000:,.1f} km"),
                ("可步行", "walkable", f"{walked_m / 1000:,.1f} km"),
                ("被围墙切断处", "cuts", f"{len(self.cuts):,}"),
                ("坐标系", "CRS", self.crs.name),
            ],
        )

    def cut_by(
        self,
        barriers: gpd.GeoDataFrame | None,
        gates: gpd.GeoDataFrame | None = None,
        *,
        gate_reach_m: float | None = None,
    ) -> Network:
        """Give another network, severed by these barriers besides the ones already there.

        The gates let people through new and old barriers alike, so
        ``network.cut_by(None, gates)`` opens gates in walls that stand.
        """
        reach_m = self.gate_reach_m if gate_reach_m is None else gate_reach_m
        return sever(
            self.without_barriers,
            _joined(self.barriers, barriers, self.crs),
            _joined(self.gates, gates, self.crs),
            gate_reach_m=reach_m,
        )

    def for_walker(self, profile: WalkProfile, at: Moment | None = None) -> Network:
        """Give the same streets as a walker or a vehicle meets them.

        ``walkable`` then says what this profile uses, and gates are those open to it. The
        network itself is given where that is what it already is.

        Args:
            profile: Who is on the way.
            at: The moment at which gates must be open; None for this network's own moment.
        """
        now = self.walker.at if self.walker is not None else None
        walker = Walker(profile, now if at is None else at)
        if walker == self.walker or (self.walker is None and walker.is_anyone):
            return self
        if walker not in self._of_walkers:
            base = self.without_barriers
            plain = base.everyones or base
            self._of_walkers[walker] = sever(
                plain.used_by(walker),
                self.barriers,
                self.gates,
                gate_reach_m=self.gate_reach_m,
            )
        return self._of_walkers[walker]

    def used_by(self, walker: Walker) -> Network:
        """Give these streets, everyone's and uncut, with ``walkable`` as this walker uses them."""
        if walker.is_anyone:
            return self
        if walker not in self._uncut_of_walkers:
            codes = find_unusable(self, walker)
            edges = self.edges.assign(walk_reason=codes.astype(str), walkable=codes == "")
            used = replace(self, edges=edges, walker=walker, everyones=self)
            self._uncut_of_walkers[walker] = used
        return self._uncut_of_walkers[walker]

    @cached_property
    def ends(self) -> NDArray[np.int32]:
        """Nodes at both ends of each edge, ``from_node`` first, int32[m, 2]."""
        columns = [self.edges[name].to_numpy(dtype=np.int32) for name in ("from_node", "to_node")]
        return np.column_stack(columns)

    @cached_property
    def xy(self) -> NDArray[np.float64]:
        """Coordinates of the nodes, float64[n, 2]."""
        return np.column_stack([self.nodes[name].to_numpy(dtype=float) for name in ("x_m", "y_m")])

    @cached_property
    def length_m(self) -> NDArray[np.float64]:
        """How long each edge is, float64[m]."""
        return self.edges["length_m"].to_numpy(dtype=float)

    @cached_property
    def walk_edges(self) -> NDArray[np.int32]:
        """Row numbers of the walkable edges, ascending."""
        return np.flatnonzero(self.edges["walkable"].to_numpy()).astype(np.int32)

    @cached_property
    def walk_tree(self) -> STRtree:
        """Search tree over the walkable edges; its items are numbered as ``walk_edges``."""
        return STRtree(self.geometry[self.walk_edges])

    @cached_property
    def on_island(self) -> NDArray[np.bool_]:
        """Which edges lie on islands, bool[m].

        An island is a component of less than 1 km of walkable streets, and less than a
        twentieth of the longest component's, before any barrier: a footpath that nobody has
        joined to the rest, or what the edge of the map left over. What a barrier cuts off is none,
        nor what a profile cannot leave: that is asked of the streets of anybody on foot.
        """
        if self.uncut is not None:
            return np.asarray(self.uncut.on_island[self.edges["uncut_edge"].to_numpy()])
        if self.everyones is not None:
            used = self.edges["walkable"].to_numpy(dtype=bool)
            return np.asarray(self.everyones.on_island & used)
        if self.islands is not None:
            return self.islands
        own = self.component[self.ends[:, 0]]
        length_m = self.length_m
        walked = self.walk_edges
        total_m = np.bincount(own[walked], weights=length_m[walked], minlength=1)
        is_island = total_m < min(ISLAND_M, ISLAND_SHARE * total_m[0])
        return np.asarray(is_island[own] & self.edges["walkable"].to_numpy(dtype=bool))

    @cached_property
    def main_edges(self) -> NDArray[np.int32]:
        """Row numbers of the walkable edges that are on no island, ascending."""
        return self.walk_edges[~self.on_island[self.walk_edges]]

    @cached_property
    def main_tree(self) -> STRtree:
        """Search tree over ``main_edges``, numbered as they are."""
        if len(self.main_edges) == len(self.walk_edges):
            return self.walk_tree
        return STRtree(self.geometry[self.main_edges])

    @cached_property
    def walls_around(self) -> WallsAround:
        """The walls on the ground, for asking what stands between two points."""
        return WallsAround.of(self)

    @cached_property
    def cut_ends(self) -> NDArray[np.bool_]:
        """Whether a barrier made the dead end at each edge's start and end, bool[m, 2]."""
        made = np.zeros(len(self.nodes), dtype=bool)
        made[self.cuts["node_a"].to_numpy()] = True
        made[self.cuts["node_b"].to_numpy()] = True
        return made[self.ends]

    @cached_property
    def component(self) -> NDArray[np.int32]:
        """Number of each node's walkable component, int32[n].

        0 is the component with the longest streets; -1 is a node that no walkable street meets.
        """
        return number_components(
            len(self.nodes),
            self.ends[self.walk_edges, 0],
            self.ends[self.walk_edges, 1],
            self.length_m[self.walk_edges],
        )


def number_components(
    n_nodes: int,
    from_node: NDArray[np.int32],
    to_node: NDArray[np.int32],
    length_m: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Number the components from the longest down; -1 for nodes without an edge."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(from_node), dtype=np.int8)
    joins = coo_array((ones, (from_node, to_node)), shape=(n_nodes, n_nodes))
    count, label = connected_components(joins.tocsr(), directed=False)
    total_m = np.bincount(label[from_node], weights=length_m, minlength=count)
    met = np.zeros(count, dtype=bool)
    met[label[from_node]] = True
    first_node = np.full(count, n_nodes)
    np.minimum.at(first_node, label, np.arange(n_nodes))
    order = np.lexsort((first_node, -total_m, ~met))
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    rank[~met] = -1
    return rank[label]


def _joined(
    old: gpd.GeoDataFrame | None, new: gpd.GeoDataFrame | None, crs: CRS
) -> gpd.GeoDataFrame | None:
    if new is None or not len(new):
        return old
    if old is None or not len(old):
        return new.to_crs(crs)
    return pd.concat([old, new.to_crs(crs)], ignore_index=True)
