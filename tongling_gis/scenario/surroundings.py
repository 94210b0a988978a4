"""The streets around a change, cut anew; the rest of the city stays as it is.

Where walls part streets depends on nothing farther off than the streets that meet at the next
junction. So the streets that a change touches are taken out together with all that meet their
ends, severed as the whole network would be, and put in the place of the old ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.network import SNAP_TOLERANCE_M, Network
from tongling_gis.network.building import number_pieces
from tongling_gis.network.crossings import find_partings
from tongling_gis.network.severing import sever_at, split_streets
from tongling_gis.network.walls import GATE_AT_NODE_M, SAME_PLACE_M
from tongling_gis.routing import Patch, WalkGraph
from tongling_gis.routing.pieces import measure_paces, time_pieces
from tongling_gis.scenario.applying import (
    edit_barriers,
    edit_gates,
    edit_plain,
    stack,
)
from tongling_gis.scenario.attached import Spots, inside_piece
from tongling_gis.scenario.ground import Pieces, as_array

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.network.crossings import Partings
    from tongling_gis.network.severing import Pieces as SevPieces
    from tongling_gis.routing.graph import Int32s
    from tongling_gis.scenario.attached import Doors
    from tongling_gis.scenario.edits import StreetEdits
    from tongling_gis.scenario.ground import Ground

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]


def find_dirty(ground: Ground, edits: StreetEdits) -> Ints:
    """List the uncut streets on which, or at whose ends, anything may be otherwise."""
    uncut, reach_m = ground.uncut, ground.network.gate_reach_m
    corners = np.array(sorted(edits.nodes), dtype=np.int64)
    xy = ground.xy[corners]
    spots = as_array([*(one.point for one in edits.gates), *map(shapely.Point, xy)])
    _, met = uncut.walk_tree.query(_lines_that_change(ground, edits), predicate="intersects")
    _, near = uncut.walk_tree.query(spots, predicate="dwithin", distance=reach_m)
    named = np.array(sorted(edits.walkable), dtype=np.int64)
    found = [uncut.walk_edges[met], uncut.walk_edges[near], ground.incident.under(corners), named]
    dirty: Ints = np.unique(np.concatenate(found)).astype(np.int64)
    return dirty


def find_near(ground: Ground, edits: StreetEdits, places: Shapes, limit_m: float) -> Ints:
    """List the uncut streets, walked before or opened, within the limit of some places."""
    uncut = ground.uncut
    if not len(places):
        return np.empty(0, dtype=np.int64)
    farthest_m = limit_m + SNAP_TOLERANCE_M
    _, near = uncut.walk_tree.query(places, predicate="dwithin", distance=farthest_m)
    opened = [row for row, is_open in edits.walkable.items() if is_open]
    found: Ints = np.union1d(uncut.walk_edges[near], np.array(opened, dtype=np.int64))
    return found


def _lines_that_change(ground: Ground, edits: StreetEdits) -> Shapes:
    """Give walls that come and go, and those that end on one: how they end tells what they part."""
    walls = ground.walls
    gone = walls.line[np.isin(walls.barrier, edits.removed)]
    lines = np.concatenate([as_array([one.line for one in edits.walls]), gone])
    _, tip = ground.tip_tree.query(lines, predicate="dwithin", distance=SAME_PLACE_M)
    return np.concatenate([lines, walls.line[np.unique(tip % max(len(walls.line), 1))]])


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Some streets of a city as the edits leave them.

    Attributes:
        ground: The whole city before.
        dirty: Uncut streets on which, or at whose ends, anything may be otherwise, ascending.
        streets: Uncut streets taken out: these, all that meet them, and others asked for.
        nodes: Their uncut nodes, ascending.
        part: Their network before any wall; its nodes and streets are numbered as in these lists.
        barriers: The walls around them after.
        gates: The gates in these.
        partings: Where they part the streets.
    """

    ground: Ground
    dirty: Ints
    streets: Ints
    nodes: Ints
    part: Network
    barriers: gpd.GeoDataFrame | None
    gates: gpd.GeoDataFrame | None
    partings: Partings

    @cached_property
    def after(self) -> Network:
        """Their network after; pieces and nodes that walls make come after those of the part."""
        reach_m = self.ground.network.gate_reach_m
        return sever_at(self.part, self.partings, self.barriers, self.gates, gate_reach_m=reach_m)

    def on(self, ground: Ground) -> Surroundings:
        """Give the same on the same network weighed otherwise."""
        other = replace(self, ground=ground)
        other.__dict__.update(after=self.after, _split=self._split)
        return other

    @cached_property
    def _split(self) -> tuple[SevPieces, Floats, Floats]:
        return split_streets(self.part, self.partings)

    @property
    def ends(self) -> Ints:
        """Nodes at both ends of each piece after, int64[p, 2]."""
        split = self._split[0]
        return np.column_stack([split.from_node, split.to_node])

    @property
    def own(self) -> Ints:
        """The street of each piece after, by its row in the part."""
        return self._split[0].source

    @property
    def start_m(self) -> Floats:
        """How far along its street each piece after begins."""
        return self._split[1]

    @property
    def length_m(self) -> Floats:
        """How long each piece after is."""
        return self._split[2]

    @cached_property
    def walkable(self) -> Flags:
        """Which streets of the part the walker uses after."""
        return self.part.edges["walkable"].to_numpy(dtype=bool)

    @cached_property
    def street(self) -> Ints:
        """The uncut street, by its row in the whole city, of each piece after."""
        return np.asarray(self.streets[self.own])

    @cached_property
    def pieces(self) -> Pieces:
        """The pieces after, for finding the one at a place."""
        return Pieces.of(self.street, self.start_m, self.length_m)

    def spots_of(self, doors: Doors) -> Spots:
        """Say where along the city's uncut streets some doors after are."""
        row = doors.at.edge.astype(np.int64)
        start_m, offset_m = self.start_m[row], doors.at.offset_m
        inside_m = inside_piece(start_m, self.length_m[row], offset_m)
        return Spots(self.street[row], start_m + offset_m, inside_m)

    def time(self, pieces: Ints) -> tuple[Int32s, Int32s]:
        """Time some pieces after, forward and backward."""
        ground = self.ground
        street, length_m = self.own[pieces], self.length_m[pieces]
        if (self.walkable & ~ground.used[self.streets]).any():  # opened: no pace is known of it
            return time_pieces(measure_paces(self.part, ground.graph.profile), street, length_m)
        return time_pieces(ground.paces, self.streets[street], length_m)


def take_out(
    ground: Ground, edits: StreetEdits, dirty: Ints, others: Ints, places: Shapes, limit_m: float
) -> Surroundings:
    """Take streets out of the city and cut them as the edits leave them.

    Args:
        ground: The city before.
        edits: What changes.
        dirty: Uncut streets on which, or at whose ends, anything may be otherwise, ascending.
        others: More uncut streets that are asked for.
        places: Points from which ways to these streets are asked for.
        limit_m: How far such ways go.
    """
    wanted = np.union1d(dirty, others)
    streets = ground.incident.under(np.unique(ground.ends[wanted]))
    nodes, ends = np.unique(ground.ends[streets], return_inverse=True)
    part = _part(ground, edits, streets, nodes, ends.reshape(-1, 2))
    barriers = _barriers_near(ground, edits, part, places, limit_m)
    gates = _gates_near(ground, edits, barriers, nodes)
    partings = find_partings(part, barriers, gates, gate_reach_m=ground.network.gate_reach_m)
    return Surroundings(ground, dirty, streets, nodes, part, barriers, gates, partings)


def _part(ground: Ground, edits: StreetEdits, streets: Ints, nodes: Ints, ends: Ints) -> Network:
    """Make an uncut network of some streets, as the edits leave them; ``street`` numbers them."""
    plain = ground.plain
    from_node, to_node = ends.astype(np.int32).T
    edges = ground.street_columns.take(
        streets,
        from_node=from_node,
        to_node=to_node,
        **number_pieces(len(streets)),
        street=streets,
    )
    some = Network(
        plain.crs,
        ground.node_columns.take(nodes),
        edges,
        plain.geometry[streets],
        plain.cuts,
    )
    walker = ground.network.walker
    if walker is not None and not edits.walkable:
        return _as_used(ground, edits, some, streets, nodes)
    islands = ground.islands.after(edits, streets)
    changed = edit_plain(some, edits, islands, streets=streets, nodes=nodes)
    return changed if walker is None else changed.used_by(walker)


def _as_used(
    ground: Ground, edits: StreetEdits, some: Network, streets: Ints, nodes: Ints
) -> Network:
    """Give streets of which none is opened or closed as their walker has been found to use them."""
    used = ground.used[streets]
    islands = ground.islands.flags[streets] & used
    known = edit_plain(some, edits, islands, nodes=nodes)
    edges = known.edges.assign(walk_reason=ground.reasons[streets], walkable=used)
    return replace(known, edges=edges, walker=ground.network.walker, islands=islands)


def _barriers_near(
    ground: Ground, edits: StreetEdits, part: Network, places: Shapes, limit_m: float
) -> gpd.GeoDataFrame | None:
    """Give all walls that matter for the part, and for ways from the places."""
    walls, tree = ground.walls, ground.wall_tree
    _, crossing = tree.query(part.geometry, predicate="intersects")
    _, near = tree.query(places, predicate="dwithin", distance=limit_m + SNAP_TOLERANCE_M)
    _, around = tree.query(places)
    found = np.unique(np.concatenate([crossing, near, around]))
    ends = np.concatenate([shapely.get_point(walls.line[found], end) for end in (0, -1)])
    _, touching = tree.query(ends, predicate="dwithin", distance=SAME_PLACE_M)
    rows = np.unique(walls.barrier[np.concatenate([found, touching])])
    return edit_barriers(ground.network, edits, rows)


def _gates_near(
    ground: Ground, edits: StreetEdits, barriers: gpd.GeoDataFrame | None, nodes: Ints
) -> gpd.GeoDataFrame | None:
    """Give all gates that matter for these walls and nodes.

    Gates on streets that are not of the part stand in as gates of the layer.
    """
    import geopandas as gpd

    network = ground.network
    lines = as_array([]) if barriers is None else barriers.geometry.to_numpy(dtype=object)
    reach_m = network.gate_reach_m
    _, near = ground.gate_tree.query(lines, predicate="dwithin", distance=reach_m)
    corners = shapely.points(ground.xy[nodes])
    _, on = ground.gate_tree.query(corners, predicate="dwithin", distance=GATE_AT_NODE_M)
    gates = edit_gates(network, edits, np.union1d(near, on))
    _, open_ones = ground.open_node_tree.query(lines, predicate="dwithin", distance=reach_m)
    outside = np.setdiff1d(ground.open_nodes[np.unique(open_ones)], nodes)
    if not len(outside):
        return gates
    xy = ground.xy[outside]
    stand_in = {"gate_id": outside.astype(str), "barrier": "gate", "foot": "yes"}
    more = gpd.GeoDataFrame(stand_in, geometry=shapely.points(xy), crs=network.crs)
    return stack(gates, more)


@dataclass(frozen=True, eq=False)
class Mend:
    """What of a weighed city is taken away and put in its place.

    Attributes:
        gone: Pieces of the city before that are no longer there, ascending.
        graph: The pieces that come instead, as a graph of their own whose nodes are numbered as
            the city's graph numbers its own; numbers beyond those are new.
        street: The uncut street of each of these.
        start_m: How far along that street it begins.
        patch: The same for the router.
    """

    gone: Ints
    graph: WalkGraph
    street: Ints
    start_m: Floats
    patch: Patch

    @cached_property
    def pieces(self) -> Pieces:
        """The new pieces, for finding the one at a place."""
        length_m = self.graph.network.length_m
        return Pieces.of(self.street, self.start_m, length_m)


def mend_streets(around: Surroundings) -> Mend:
    """Put the surroundings of a change in the place of what was there.

    All pieces of dirty streets are new. Of streets that meet them at a node which walls part,
    before or after, the piece that ends there is new too, for it may end at another node.
    """
    ground, graph = around.ground, around.ground.graph
    is_dirty = np.isin(around.streets, around.dirty)
    local = np.flatnonzero((is_dirty & around.walkable)[around.own])
    codes = _node_codes(around)
    old, old_ends = _turned(around, is_dirty, codes)
    gone = np.union1d(ground.pieces_of(around.dirty), old)
    start_m = np.concatenate([around.start_m[local], ground.start_m[old]])
    length_m = np.concatenate([around.length_m[local], ground.length_m[old]])
    forward_ms, backward_ms = around.time(local)
    ends = np.concatenate([codes[around.ends[local]], old_ends]).astype(np.int32)
    patch = Patch(
        gone.astype(np.int32),
        ends[:, 0],
        ends[:, 1],
        np.concatenate([forward_ms, graph.forward_ms[old]]),
        np.concatenate([backward_ms, graph.backward_ms[old]]),
        len(codes) - len(around.nodes),
    )
    street = np.concatenate([around.street[local], ground.street[old]])
    return Mend(gone, _piece_graph(ground, patch, length_m), street, start_m, patch)


def _node_codes(around: Surroundings) -> Ints:
    """Give the city graph's number of each node after; those that walls made are new there."""
    graph, known = around.ground.graph, len(around.nodes)
    count = max(known, int(around.ends.max(initial=-1)) + 1)
    new = len(graph.order) + np.arange(count - known)
    return np.concatenate([graph.rank[around.nodes], new]).astype(np.int64)


def _turned(around: Surroundings, is_dirty: Flags, codes: Ints) -> tuple[Ints, Ints]:
    """List the pieces before that may end at another node after, and the nodes they end at."""
    ground, streets = around.ground, around.streets
    last = np.arange(len(streets))
    np.maximum.at(last, around.own, np.arange(len(around.own)))
    now = np.column_stack([around.ends[: len(streets), 0], around.ends[last, 1]])
    tips = np.column_stack([streets, ground.last[streets]])
    before = np.column_stack([ground.piece_ends[tips[:, 0], 0], ground.piece_ends[tips[:, 1], 1]])
    own = ground.ends[streets]
    place = np.searchsorted(around.nodes, own)
    touched, parted = np.zeros((2, len(around.nodes)), dtype=bool)
    touched[place[is_dirty]] = True
    parted[place[(now != place) | (before != own)]] = True
    turns = (touched & parted)[place] & ~is_dirty[:, None] & ground.walkable[tips]
    rows = np.unique(tips[turns])
    ends = ground.graph.rank[ground.piece_ends[rows]].astype(np.int64)
    for side in range(2):
        at = np.searchsorted(rows, tips[turns[:, side], side])
        ends[at, side] = codes[now[turns[:, side], side]]
    return rows, ends


def _piece_graph(ground: Ground, patch: Patch, length_m: Floats) -> WalkGraph:
    """Make the graph of the new pieces alone, for joining places to them."""
    import pandas as pd

    whole, network = ground.graph, ground.network
    edges = pd.DataFrame({"from_node": patch.start, "to_node": patch.end, "length_m": length_m})
    none = np.empty(0, dtype=object)
    pieces = Network(network.crs, network.nodes, edges, none, network.cuts)
    names: Int32s = np.arange(len(whole.order) + patch.new_nodes, dtype=np.int32)
    return WalkGraph(
        pieces,
        whole.profile,
        patch.forward_ms,
        patch.backward_ms,
        names,
        names,
        whole.outward,
        whole.inward,
        whole.max_cost_ms,
    )
