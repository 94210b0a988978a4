"""A city as a scenario leaves it: another network, other centres; the given ones stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.network.model import ISLAND_M, ISLAND_SHARE
from tongling_gis.network.severing import sever
from tongling_gis.reachability.places import CENTRE_KEYS, CENTRES, read_places
from tongling_gis.scenario.edits import look_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.network import Network
    from tongling_gis.scenario.changes import Scenario
    from tongling_gis.scenario.edits import CentreRow, StreetEdits
    from tongling_gis.text import Text

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_SHUT = "access"


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
    changed = edit_plain(plain, edits, Islands.of(plain).after(edits))
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
    old = network.barriers
    left = rows[~np.isin(rows, edits.removed)]
    kept = None if old is None or not len(left) else old.iloc[left]
    if not edits.walls:
        return kept if kept is None else kept.reset_index(drop=True)
    walls = {
        "barrier_id": [one.wall_id for one in edits.walls],
        "barrier": ["wall"] * len(edits.walls),
        "name": [one.name for one in edits.walls],
    }
    if any(one.sealed for one in edits.walls):
        walls["sealed"] = ["yes" if one.sealed else "no" for one in edits.walls]
    return stack(kept, _layer(walls, [one.line for one in edits.walls], network.crs))


def edit_gates(network: Network, edits: StreetEdits, rows: Ints) -> gpd.GeoDataFrame | None:
    """Give some rows of the gates with their new values, all that change, and the new gates."""
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
    plain = {"gate_id": None, "barrier": "gate", "foot": None}
    names = dict.fromkeys([*plain, *(name for one in added for name in one.cells)])
    cells = [{**plain, "gate_id": one.gate_id, **one.cells} for one in added]
    gates = {name: [one.get(name) for one in cells] for name in names}
    return stack(kept, _layer(gates, [one.point for one in added], network.crs))


def _layer(
    columns: Mapping[str, Sequence[str | None]], shapes: Sequence[BaseGeometry], crs: CRS
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    texts = {name: pd.array(cells, dtype="str") for name, cells in columns.items()}
    places = gpd.array.from_shapely(np.array([*shapes, None], dtype=object)[:-1], crs=crs)
    return gpd.GeoDataFrame({**texts, "geometry": places}, geometry="geometry")


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


@dataclass(frozen=True, eq=False)
class Islands:
    """Which streets lie on islands, with what of them hangs together.

    Attributes:
        plain: Everyone's uncut streets.
        flags: Which lie on islands, bool[m].
        own: Component of the streets by that of their first node, -1 for none.
        ends: Components of the nodes at both ends, numbers beyond these for lone nodes.
        total_m: Length of each component's streets.
        main: Which components are no islands.
    """

    plain: Network
    flags: Flags
    own: Ints
    ends: Ints
    total_m: Floats
    main: Flags

    @classmethod
    def of(cls, plain: Network) -> Islands:
        """Find out how everyone's uncut streets hang together."""
        flags, walked = plain.on_island, plain.walk_edges
        nodes = plain.ends.astype(np.int64)
        component = plain.component.astype(np.int64)
        count = int(component.max(initial=-1)) + 1
        own = component[nodes[:, 0]]
        length_m = plain.length_m
        total_m: Floats = np.bincount(
            own[walked], weights=length_m[walked], minlength=count
        ).astype(float)
        main = np.zeros(count, dtype=bool)
        main[own[walked[~flags[walked]]]] = True
        # nodes that no street meets are components of their own, numbered after the others
        ends = np.where(component[nodes] < 0, count + nodes, component[nodes])
        return cls(plain, flags, own, ends, total_m, main)

    def after(self, edits: StreetEdits, streets: Ints | None = None) -> Flags:
        """Tell which of some streets lie on islands once some are opened; closing makes none.

        Streets that are opened join the components at their ends: the whole is an island if
        all of it was one and it stays short.
        """
        rows = np.arange(len(self.flags)) if streets is None else streets
        opened = [row for row, is_open in edits.walkable.items() if is_open]
        flags = self.flags[rows].copy()
        if not opened:
            return flags
        names, group, is_island = self._joined(np.array(opened, dtype=np.int64))
        known = names < len(self.total_m)
        own = self.own[rows]
        at = np.searchsorted(names[known], own)
        at[at == known.sum()] = 0
        touched = (own >= 0) & (names[known][at] == own if known.any() else False)
        flags[touched] = is_island[group[known][at[touched]]]
        new = np.isin(rows, opened)
        flags[new] = is_island[group[np.searchsorted(names, self.ends[rows[new], 0])]]
        return flags

    def _joined(self, opened: Ints) -> tuple[Ints, Ints, Flags]:
        """Name the components that opened streets join, group them, and tell island groups."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        names, tips = np.unique(self.ends[opened], return_inverse=True)
        tips = tips.reshape(-1, 2)
        joins = coo_array((np.ones(len(tips)), tips.T), shape=(len(names), len(names)))
        count, group = connected_components(joins.tocsr(), directed=False)
        known = names < len(self.total_m)
        part_m, is_main = np.zeros(len(names)), np.zeros(len(names), dtype=bool)
        part_m[known], is_main[known] = self.total_m[names[known]], self.main[names[known]]
        length_m = self.plain.length_m[opened]
        new_m = np.bincount(group, weights=part_m, minlength=count)
        new_m += np.bincount(group[tips[:, 0]], weights=length_m, minlength=count)
        longest_m = max(float(new_m.max()), float(self.total_m.max(initial=0.0)))
        limit_m = min(ISLAND_M, ISLAND_SHARE * longest_m)
        is_island = (new_m < limit_m) & (np.bincount(group, weights=is_main) == 0)
        return names, group.astype(np.int64), np.asarray(is_island, dtype=bool)


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
