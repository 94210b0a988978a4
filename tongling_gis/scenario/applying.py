"""A city as a scenario leaves it: another network, other centres; the given ones stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.network.severing import sever
from tongling_gis.reachability.places import CENTRE_KEYS, CENTRES, read_places
from tongling_gis.scenario.edits import look_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network
    from tongling_gis.scenario.changes import Scenario
    from tongling_gis.scenario.edits import CentreRow, StreetEdits
    from tongling_gis.text import Text

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

_SHUT = "access"
_ISLAND_M = 1000.0
_ISLAND_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Applied:
    """A city after a scenario.

    Attributes:
        network: The streets.
        centres: The centres; those that are gone are left out, new ones come last.
        notes: What a reader must know of single changes.
    """

    network: Network
    centres: gpd.GeoDataFrame
    notes: tuple[Text, ...] = ()


def apply_scenario(network: Network, centres: gpd.GeoDataFrame, scenario: Scenario) -> Applied:
    """Give the network and the centres as a scenario leaves them.

    Args:
        network: The streets before.
        centres: Centres: ``centre_id`` and geometry.
        scenario: The changes.

    Raises:
        SchemaError: If a change names a street, gate, wall or centre that is not there.
        CrsError: If the centres have no CRS.
    """
    places, _ = read_places(centres, CENTRE_KEYS, network.crs, CENTRES)
    edits = look_up(scenario, network, places)
    return Applied(
        edit_network(network, edits.streets), edit_centres(places, edits.centres), edits.notes
    )


def edit_network(network: Network, edits: StreetEdits) -> Network:
    """Make the whole network again with what changes about streets, gates and walls."""
    if not edits:
        return network
    base = network.without_barriers
    plain = base.everyones or base
    changed = edit_plain(plain, edits, islands_after(plain, edits))
    used = changed if network.walker is None else changed.used_by(network.walker)
    kept = np.arange(0 if network.barriers is None else len(network.barriers))
    return sever(
        used,
        edit_barriers(network, edits, kept),
        edit_gates(network, edits, np.arange(0 if network.gates is None else len(network.gates))),
        gate_reach_m=network.gate_reach_m,
    )


def edit_plain(
    plain: Network,
    edits: StreetEdits,
    islands: Flags,
    *,
    streets: Ints | None = None,
    nodes: Ints | None = None,
) -> Network:
    """Give everyone's uncut streets, or some of them, as the edits leave them.

    Args:
        plain: The streets, or a part of them.
        edits: What changes.
        islands: Which of these streets lie on islands.
        streets: Rows of the part's streets in the whole, ascending; None for the whole.
        nodes: Rows of the part's nodes in the whole, ascending; None for the whole.
    """
    edges, corners = plain.edges, plain.nodes
    rows, named = _rows_in(edits.walkable, streets, len(edges))
    if len(rows):
        is_open = np.array([edits.walkable[one] for one in named], dtype=bool)
        reason = edges["walk_reason"].to_numpy(dtype=object).copy()
        reason[rows] = np.where(is_open, "", _SHUT)
        edges = edges.assign(walk_reason=reason.astype(str), walkable=reason == "")
    rows, named = _rows_in(edits.nodes, nodes, len(corners))
    if len(rows):
        corners = _set_values(corners, rows, [edits.nodes[one] for one in named])
    known = islands & edges["walkable"].to_numpy(dtype=bool)
    return replace(plain, nodes=corners, edges=edges, islands=known)


def _rows_in(wanted: Iterable[int], part: Ints | None, count: int) -> tuple[Ints, list[int]]:
    """Find rows of the whole in a part of it; give their rows there, and the rows found."""
    asked = np.array(sorted(wanted), dtype=np.int64)
    if part is None:
        return asked, asked.tolist()
    at = np.searchsorted(part, asked)
    there = at < count
    there[there] = part[at[there]] == asked[there]
    return at[there], asked[there].tolist()


def _set_values(table: pd.DataFrame, rows: Ints, values: list[dict[str, str]]) -> pd.DataFrame:
    """Set some cells of a table; columns that are new are empty elsewhere."""
    import pandas as pd

    columns = {}
    for name in {name for one in values for name in one}:
        own = table[name] if name in table else pd.Series(pd.NA, table.index, dtype="str")
        cells = own.to_numpy(dtype=object, copy=True)
        for row, one in zip(rows.tolist(), values, strict=True):
            cells[row] = one.get(name, cells[row])
        columns[name] = pd.array(cells, dtype="str")
    return table.assign(**columns)


def edit_barriers(network: Network, edits: StreetEdits, rows: Ints) -> gpd.GeoDataFrame | None:
    """Give some rows of the barriers, without those taken down, and the new walls."""
    import geopandas as gpd

    old = network.barriers
    left = rows[~np.isin(rows, edits.removed)]
    kept = None if old is None or not len(left) else old.iloc[left]
    if not edits.walls:
        return kept if kept is None else kept.reset_index(drop=True)
    walls = {
        "barrier_id": [one.wall_id for one in edits.walls],
        "barrier": "wall",
        "name": [one.name for one in edits.walls],
    }
    new = gpd.GeoDataFrame(walls, geometry=[one.line for one in edits.walls], crs=network.crs)
    return stack(kept, new)


def edit_gates(network: Network, edits: StreetEdits, rows: Ints) -> gpd.GeoDataFrame | None:
    """Give some rows of the gates with their new values, all that change, and the new gates."""
    import geopandas as gpd

    old = network.gates
    changed = [one for one in edits.gates if one.row >= 0]
    rows = np.union1d(rows, np.array([one.row for one in changed], dtype=np.int64))
    kept = None if old is None or not len(rows) else old.iloc[rows].reset_index(drop=True)
    if kept is not None and changed:
        at = np.searchsorted(rows, [one.row for one in changed])
        kept = _set_values(kept, at, [dict(one.cells) for one in changed])
    added = [one for one in edits.gates if one.row < 0]
    if not added:
        return kept
    gates = {
        "gate_id": [one.gate_id for one in added],
        "barrier": "gate",
        "foot": [one.cells["foot"] for one in added],
    }
    new = gpd.GeoDataFrame(gates, geometry=[one.point for one in added], crs=network.crs)
    return stack(kept, new)


def stack(kept: gpd.GeoDataFrame | None, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the rows of one layer below another's; columns that one lacks are empty there."""
    import geopandas as gpd
    import pandas as pd

    if kept is None:
        return new
    name = kept.geometry.name
    below = new if name == new.geometry.name else new.rename_geometry(name)
    both = pd.concat([kept, below], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry=name, crs=kept.crs)


def islands_after(plain: Network, edits: StreetEdits) -> Flags:
    """Tell which streets lie on islands once some are opened; closing one makes no island.

    Streets that are opened join the components at their ends: the whole is an island if all
    of it was one and it stays short.
    """
    opened = np.array([row for row, is_open in edits.walkable.items() if is_open], dtype=np.int64)
    flags = plain.on_island
    if not len(opened):
        return flags
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = plain.edges[["from_node", "to_node"]].to_numpy(dtype=np.int64)
    length_m = plain.edges["length_m"].to_numpy()
    walked = plain.walk_edges
    own = plain.component[ends[:, 0]].astype(np.int64)
    count = int(plain.component.max(initial=-1)) + 1
    # nodes that no street met are components of their own, numbered after the others
    bare = plain.component[ends[opened]] < 0
    tips = np.where(bare, count + ends[opened], plain.component[ends[opened]])
    names, tips = np.unique(tips, return_inverse=True)
    tips = tips.reshape(-1, 2)
    joins = coo_array((np.ones(len(tips)), tips.T), shape=(len(names), len(names)))
    _, group = connected_components(joins.tocsr(), directed=False)
    total_m = np.bincount(own[walked], weights=length_m[walked], minlength=count)
    on_main = np.zeros(count, dtype=bool)
    on_main[own[walked[~flags[walked]]]] = True
    is_known = names < count
    parts_m, main = np.zeros(len(names)), np.zeros(len(names), dtype=bool)
    parts_m[is_known], main[is_known] = total_m[names[is_known]], on_main[names[is_known]]
    new_m = np.bincount(group, weights=parts_m) + np.bincount(
        group[tips[:, 0]], weights=length_m[opened], minlength=int(group.max()) + 1
    )
    limit_m = min(_ISLAND_M, _ISLAND_SHARE * float(max(new_m.max(), total_m.max(initial=0.0))))
    joined = np.bincount(group, weights=main) > 0
    is_island = (new_m < limit_m) & ~joined
    after = flags.copy()
    of_component = np.full(count + 1, -1)
    of_component[names[is_known]] = group[is_known]
    touched = of_component[np.where(own < 0, count, own)]
    after[touched >= 0] = is_island[touched[touched >= 0]]
    after[opened] = is_island[group[tips[:, 0]]]
    return after


def edit_centres(places: gpd.GeoDataFrame, rows: tuple[CentreRow, ...]) -> gpd.GeoDataFrame:
    """Give the centres as they are then, with new values and places."""
    import geopandas as gpd
    import pandas as pd

    there = [one for one in rows if one.after is not None]
    kept = [one for one in there if one.row >= 0]
    columns = places.drop(columns="geometry").iloc[[one.row for one in kept]]
    new = pd.DataFrame(
        [{"centre_id": one.centre_id, **_given(one)} for one in there if one.row < 0]
    )
    table = (
        pd.concat([columns, new], ignore_index=True) if len(new) else columns.reset_index(drop=True)
    )
    for at, one in enumerate(kept):
        for name, value in _given(one).items():
            cells = (
                table[name].to_numpy(dtype=object, copy=True)
                if name in table
                else np.full(len(table), None, dtype=object)
            )
            cells[at] = value
            table[name] = pd.Series(cells, table.index).convert_dtypes()
    points = [one.after for one in (*kept, *(one for one in there if one.row < 0))]
    return gpd.GeoDataFrame(table, geometry=points, crs=places.crs)


def _given(one: CentreRow) -> dict[str, object]:
    return {name: value for name, value in one.cells.items() if value is not None}
