"""Where walls meet streets, and which streets they part there.

At each place where walls meet a street, the directions in which the walls run from there
divide the surroundings into sectors. Streets that leave into one sector stay joined, streets
in different sectors are parted. So

- a wall that crosses a street parts it, in mid-street as well as at a node, whether or not
  the two share a vertex;
- a wall that only touches a street from one side parts nothing;
- a wall that ends on a street parts nothing, nor do two that end there from both sides: the
  street runs through the gap. A wall's end may lie a little past the street's centreline;
- a street that runs along a wall, drawn over it, belongs to the outside of a closed wall,
  and to the right of an open one (OpenStreetMap draws walls with the lower side right).

A wall is open where a gate that lets people through lies within reach of the place, or stands
on the street itself no more than 25 m from it, no junction between: borders are drawn that far
from the gates that serve them (in the Beijing quarter 2 to 22 m). A sealed wall (see
``walls.Walls``) is open only within reach of a gate that names it.

A wall and a street do not meet where the street runs on a bridge, in a tunnel, under cover
or on another ``layer`` (0 where it is not said), and so on: see ``walls.passes_by``. Where
such a street begins at a node, the wall is taken to pass by the node too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.network.sectors import Arms, Places, number_sectors, take_arms
from tongling_gis.network.walls import (
    SAME_PLACE_M,
    Passages,
    Walls,
    find_opened,
    find_passages,
    passes_by,
    read_walls,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]


STREET_GATE_M = 25.0
"""How far along a street its own gate may stand from the wall that it leads through."""


@dataclass(frozen=True, eq=False)
class Partings:
    """Places at which barriers part streets.

    Attributes:
        places: The places.
        barrier_id: What parts each.
        arms: The ways out of them, sorted by place and edge.
        group: Arms of a place with one number stay joined, 0 for the first arm's.
        walls: The walls that were asked about.
        passages: Where they are passed.
    """

    places: Places
    barrier_id: NDArray[np.object_]
    arms: Arms
    group: Ints
    walls: Walls
    passages: Passages


def find_partings(
    network: Network,
    barriers: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    *,
    gate_reach_m: float,
) -> Partings:
    """Find where barriers part the walkable streets of an uncut network."""
    walls = read_walls(barriers, network.walker)
    passages = find_passages(network, gates)
    places, meets = _meetings(network, walls, passages.blocked)
    if not len(places.node):
        return _no_partings(places, walls, passages)
    arms = _arms(network, places)
    met = _without_passing(network, walls, places, meets, arms)
    leads = _leads_to_gate(network, passages, arms, len(places.node))[met[:, 0]]
    seal = walls.seal[met[:, 1]]
    spots = np.asarray(shapely.points(places.xy[met[:, 0]]), dtype=object)
    tree = shapely.STRtree(passages.openings)
    opened = find_opened(passages, tree, (spots, seal), gate_reach_m)
    met = met[~(opened | (leads & (seal == "")))]
    sector = number_sectors(network, walls, places, met, arms)
    blocked = np.isin(places.node, passages.blocked)
    own = blocked[arms.place]
    sector[own] = np.arange(own.sum())
    wall_at = np.full(len(blocked), -1)
    wall_at[met[::-1, 0]] = walls.barrier[met[::-1, 1]]
    wall_at[blocked] = -1
    names = _names(network, barriers, wall_at, places)
    few, arms, group = _parted(places, arms, sector)
    return Partings(
        Places(places.node[few], places.edge[few], places.at_m[few], places.xy[few]),
        names[few],
        arms,
        group,
        walls,
        passages,
    )


def _no_partings(places: Places, walls: Walls, passages: Passages) -> Partings:
    none = np.empty(0, dtype=np.int64)
    arms = Arms(none, none, np.empty(0), none)
    return Partings(places, np.empty(0, dtype=object), arms, none, walls, passages)


def _meetings(network: Network, walls: Walls, blocked: Ints) -> tuple[Places, Ints]:
    """Find the places, and the (place, wall) rows of which wall is at which."""
    which, item = network.walk_tree.query(walls.line, predicate="intersects")
    edge = network.walk_edges[item].astype(np.int64)
    part, pair = shapely.get_parts(
        shapely.intersection(network.geometry[edge], walls.line[which]), return_index=True
    )
    part, pair = part[~shapely.is_empty(part)], pair[~shapely.is_empty(part)]
    is_point = shapely.get_type_id(part) == shapely.GeometryType.POINT
    ends = [shapely.get_point(part[~is_point], end) for end in (0, -1)]
    point = np.concatenate([part[is_point], *ends])
    pair = np.concatenate([pair[is_point], pair[~is_point], pair[~is_point]])
    return _gather(network, edge[pair], which[pair], point, blocked)


def _gather(
    network: Network, edge: Ints, wall: Ints, point: Floats, blocked: Ints
) -> tuple[Places, Ints]:
    """Bring meetings at one spot of a street together into one place."""
    at_m = shapely.line_locate_point(network.geometry[edge], point)
    rest_m = shapely.length(network.geometry[edge]) - at_m
    ends = network.ends[edge].astype(np.int64)
    node = np.where(rest_m <= SAME_PLACE_M, ends[:, 1], -1)
    node = np.where(at_m <= SAME_PLACE_M, ends[:, 0], node)
    edge, at_m = np.where(node >= 0, -1, edge), np.where(node >= 0, 0.0, at_m)
    none = np.full(len(blocked), -1)
    node, edge = np.concatenate([node, blocked]), np.concatenate([edge, none])
    at_m, wall = np.concatenate([at_m, np.zeros(len(blocked))]), np.concatenate([wall, none])
    order = np.lexsort((at_m, edge, node))
    node, edge, at_m, wall = node[order], edge[order], at_m[order], wall[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(node) != 0) | (np.diff(edge) != 0) | (np.diff(at_m) > SAME_PLACE_M)
    meets = np.unique(np.column_stack([np.cumsum(new) - 1, wall]), axis=0)
    places = Places(node[new], edge[new], at_m[new], np.empty((int(new.sum()), 2)))
    return _located(network, places), meets[meets[:, 1] >= 0]


def _located(network: Network, places: Places) -> Places:
    at_node = places.node >= 0
    xy = np.empty((len(at_node), 2))
    xy[at_node] = network.xy[places.node[at_node]]
    inside = shapely.line_interpolate_point(
        network.geometry[places.edge[~at_node]], places.at_m[~at_node]
    )
    xy[~at_node] = shapely.get_coordinates(inside)
    return places._replace(xy=xy)


def _arms(network: Network, places: Places) -> Arms:
    """List the ways out of each place: both along its edge, or all those of its node."""
    inside = np.flatnonzero(places.node < 0)
    listed = [
        Arms(inside, places.edge[inside], places.at_m[inside], np.full(len(inside), step))
        for step in (-1, 1)
    ]
    place_of = np.full(len(network.nodes), -1)
    place_of[places.node[places.node >= 0]] = np.flatnonzero(places.node >= 0)
    edge = network.walk_edges.astype(np.int64)
    for column, step in (("from_node", 1), ("to_node", -1)):
        place = place_of[network.edges[column].to_numpy()[edge]]
        on, where = edge[place >= 0], place[place >= 0]
        at_m = np.zeros(len(on)) if step > 0 else shapely.length(network.geometry[on])
        listed.append(Arms(where, on, at_m, np.full(len(on), step)))
    arms = Arms(
        np.concatenate([one.place for one in listed]),
        np.concatenate([one.edge for one in listed]),
        np.concatenate([one.at_m for one in listed]),
        np.concatenate([one.step for one in listed]),
    )
    return take_arms(arms, np.lexsort((arms.step, arms.edge, arms.place)))


def _without_passing(
    network: Network, walls: Walls, places: Places, meets: Ints, arms: Arms
) -> Ints:
    """Leave out walls that pass by any street of the place."""
    begin = np.searchsorted(arms.place, meets[:, 0], side="left")
    count = np.searchsorted(arms.place, meets[:, 0], side="right") - begin
    meet = np.repeat(np.arange(len(meets)), count)
    arm = np.arange(len(meet)) - np.repeat(np.cumsum(count) - count - begin, count)
    place, wall = meets[meet].T
    apart = passes_by(network.edges.iloc[arms.edge[arm]], walls, wall, places.xy[place])
    keep = np.ones(len(meets), dtype=bool)
    keep[meet[apart]] = False
    return meets[keep]


def _leads_to_gate(
    network: Network, passages: Passages, arms: Arms, count: int
) -> NDArray[np.bool_]:
    """Tell from which places the street itself leads to a gate of its own within 25 m."""
    nodes = network.ends[arms.edge]
    ahead = arms.step > 0
    length_m = shapely.length(network.geometry[arms.edge])
    away_m = np.where(ahead, length_m - arms.at_m, arms.at_m)
    gate = passages.street_gate[np.where(ahead, nodes[:, 1], nodes[:, 0])]
    leads = np.zeros(count, dtype=bool)
    leads[arms.place[gate & (away_m <= STREET_GATE_M)]] = True
    return leads


def _names(
    network: Network,
    barriers: gpd.GeoDataFrame | None,
    wall_at: Ints,
    places: Places,
) -> NDArray[np.object_]:
    """Name what stands at each place: a barrier's id, or the node's own."""
    names = np.array(
        [f"node/{node}" for node in network.nodes["node_id"].to_numpy()[places.node]], dtype=object
    )
    walled = wall_at >= 0
    if barriers is not None and walled.any():
        ids = barriers["barrier_id"].astype(str).to_numpy(dtype=object)
        names[walled] = ids[wall_at[walled]]
    return names


def _parted(places: Places, arms: Arms, sector: Ints) -> tuple[NDArray[np.bool_], Arms, Ints]:
    """Tell which places have more than one group of arms; number these groups' arms."""
    span = int(sector.max(initial=0)) + 1
    _, first, group = np.unique(arms.place * span + sector, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    group = rank[group]
    lowest = np.full(len(places.node), len(group))
    highest = np.full(len(places.node), -1)
    np.minimum.at(lowest, arms.place, group)
    np.maximum.at(highest, arms.place, group)
    kept = highest > lowest
    number = np.cumsum(kept) - 1
    on = kept[arms.place]
    few = take_arms(arms, on)
    return kept, few._replace(place=number[few.place]), (group - lowest[arms.place])[on]
