"""The streets before a scenario, laid out so that the surroundings of a change are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from tongling_gis.network.walkers import has_passage
from tongling_gis.network.walls import find_blocked_nodes, read_walls
from tongling_gis.routing.pieces import measure_paces
from tongling_gis.scenario.applying import Islands
from tongling_gis.scenario.attached import Spots, inside_piece

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network
    from tongling_gis.network.walls import Walls
    from tongling_gis.routing import WalkGraph
    from tongling_gis.routing.pieces import StreetPaces
    from tongling_gis.scenario.attached import Doors

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]

_LONGEST_EDGE_M = 1e6


_NOT_ASKED = ("street_id", "osm_way_id", "name")


@dataclass(frozen=True, eq=False)
class Columns:
    """A large table column by column, for taking few rows out of it quickly.

    Attributes:
        columns: Its columns by name, as numpy arrays; texts are objects, quick to read.
    """

    columns: dict[str, Any]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Columns:
        """Take the columns that tell of walking; ids and names do not."""
        columns = {}
        for name in table.columns:
            if name not in _NOT_ASKED:
                cells = table[name].to_numpy()
                columns[name] = cells if cells.dtype.kind in "bif" else cells.astype(object)
        return cls(columns)

    def take(self, rows: Ints, **others: NDArray[Any]) -> pd.DataFrame:
        """Make a table of some rows, with other columns in place of their own or beside them.

        Texts that none of the rows has are left out.
        """
        import pandas as pd

        index, taken = pd.RangeIndex(len(rows)), {}
        for name in dict.fromkeys([*self.columns, *others]):
            cells = others[name] if name in others else self.columns[name][rows]
            if cells.dtype != object or not len(rows) or not pd.isna(cells).all():
                taken[name] = pd.Series(cells, index, dtype=cells.dtype, copy=False)
        return pd.DataFrame(taken, index, copy=False)


def as_array(shapes: Iterable[object]) -> Shapes:
    """Put shapes into an object array; nothing looks into them."""
    listed = list(shapes)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


@dataclass(frozen=True, eq=False)
class Listing:
    """Items by number: ``items[indptr[n]:indptr[n + 1]]`` are those of number n."""

    indptr: Ints
    items: Ints

    @classmethod
    def of(cls, numbers: NDArray[np.integer], items: Ints, count: int) -> Listing:
        """List items by their numbers, 0 up to ``count``; those of number -1 are left out."""
        order = np.argsort(numbers, kind="stable")
        order = order[np.searchsorted(numbers[order], 0) :]
        indptr = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(numbers[order], minlength=count), out=indptr[1:])
        return cls(indptr, items[order])

    def under(self, numbers: NDArray[np.integer]) -> Ints:
        """Give the items of some numbers, ascending, each once."""
        begin, count = self.indptr[numbers], self.indptr[numbers + 1] - self.indptr[numbers]
        at = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum())
        return np.unique(self.items[at])


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of streets, for finding the one at a place along a street.

    Attributes:
        row: Each piece's own row number.
        start_m: How far along its street it begins.
        length_m: How long it is.
        key: Its street and start in one number, ascending.
    """

    row: Ints
    start_m: Floats
    length_m: Floats
    key: Floats

    @classmethod
    def of(cls, street: Ints, start_m: Floats, length_m: Floats) -> Pieces:
        """Sort pieces by street and start; rows are numbered as given."""
        key = street * _LONGEST_EDGE_M + start_m
        order = np.argsort(key, kind="stable")
        return cls(order, start_m[order], length_m[order], key[order])

    def find(self, spots: Spots) -> tuple[Ints, Floats]:
        """Find the piece at each place along its street, and how far along it the place is."""
        asked = spots.street * _LONGEST_EDGE_M + spots.inside_m
        at = np.searchsorted(self.key, asked, side="right") - 1
        return self.row[at], np.clip(spots.at_m - self.start_m[at], 0.0, self.length_m[at])


@dataclass(frozen=True, eq=False)
class Ground:
    """The streets before, as one kind of walker meets them.

    Attributes:
        graph: The weighed streets; its network is the walker's.
    """

    graph: WalkGraph

    @property
    def network(self) -> Network:
        """The streets before, cut by their walls."""
        return self.graph.network

    @property
    def uncut(self) -> Network:
        """The same streets before any wall."""
        return self.network.without_barriers

    @property
    def plain(self) -> Network:
        """The same uncut streets for anybody on foot."""
        return self.uncut.everyones or self.uncut

    @cached_property
    def islands(self) -> Islands:
        """Which of everyone's streets lie on islands."""
        return Islands.of(self.plain)

    @cached_property
    def street_columns(self) -> Columns:
        """Everyone's uncut streets, column by column."""
        return Columns.of(self.plain.edges)

    @cached_property
    def node_columns(self) -> Columns:
        """Their nodes, column by column."""
        return Columns.of(self.plain.nodes)

    @cached_property
    def cut_node_columns(self) -> Columns:
        """The nodes of the streets cut by their walls, column by column."""
        return Columns.of(self.network.nodes)

    @cached_property
    def reasons(self) -> Shapes:
        """The code of why the walker does not use each uncut street, "" where they do."""
        return self.uncut.edges["walk_reason"].to_numpy(dtype=object)

    @cached_property
    def ends(self) -> Ints:
        """Nodes at both ends of each uncut street, int64[m, 2]."""
        return self.uncut.ends.astype(np.int64)

    @property
    def piece_ends(self) -> NDArray[np.int32]:
        """Nodes at both ends of each piece, int32[p, 2]."""
        return self.graph.edge_ends

    @cached_property
    def paces(self) -> StreetPaces:
        """What the walker makes of the uncut streets."""
        return measure_paces(self.uncut, self.graph.profile)

    @cached_property
    def used(self) -> Flags:
        """Which uncut streets the walker uses."""
        return self.uncut.edges["walkable"].to_numpy(dtype=bool)

    @cached_property
    def incident(self) -> Listing:
        """Streets, walked or not, by the nodes at their ends."""
        count = len(self.ends)
        rows = np.tile(np.arange(count), 2)
        return Listing.of(self.ends.T.ravel(), rows, len(self.uncut.nodes))

    @cached_property
    def walkable(self) -> Flags:
        """Which pieces of street the walker uses."""
        return self.network.edges["walkable"].to_numpy(dtype=bool)

    @cached_property
    def street(self) -> Ints:
        """The uncut street of each piece."""
        return self.network.edges["uncut_edge"].to_numpy(dtype=np.int64)

    @cached_property
    def start_m(self) -> Floats:
        """How far along its street each piece begins."""
        return self.network.edges["start_m"].to_numpy(dtype=float)

    @cached_property
    def length_m(self) -> Floats:
        """How long each piece is."""
        return self.network.length_m

    @cached_property
    def later(self) -> Pieces:
        """The pieces that do not begin at their street's start."""
        first = len(self.ends)
        found = Pieces.of(self.street[first:], self.start_m[first:], self.length_m[first:])
        return Pieces(found.row + first, found.start_m, found.length_m, found.key)

    @cached_property
    def later_of(self) -> Listing:
        """The same by their street."""
        first = len(self.ends)
        rows = np.arange(first, len(self.street))
        return Listing.of(self.street[first:], rows, first)

    @cached_property
    def last(self) -> Ints:
        """The last piece of each street."""
        last = np.arange(len(self.ends))
        np.maximum.at(last, self.street, np.arange(len(self.street)))
        return last

    def pieces_of(self, streets: Ints) -> Ints:
        """List all pieces of some streets."""
        return np.concatenate([streets, self.later_of.under(streets)])

    def find(self, spots: Spots) -> tuple[Ints, Floats]:
        """Find the piece at each place along its street, and how far along it the place is."""
        row, later = spots.street.copy(), self.later
        if len(later.key):
            asked = spots.street * _LONGEST_EDGE_M + spots.inside_m
            at = np.searchsorted(later.key, asked, side="right") - 1
            hit = (at >= 0) & (self.street[later.row[at]] == spots.street)
            row[hit] = later.row[at[hit]]
        return row, np.clip(spots.at_m - self.start_m[row], 0.0, self.length_m[row])

    def spots_of(self, doors: Doors) -> Spots:
        """Say where along the uncut streets some doors are."""
        row = doors.at.edge.astype(np.int64)
        start_m, offset_m = self.start_m[row], doors.at.offset_m
        inside_m = inside_piece(start_m, self.length_m[row], offset_m)
        return Spots(self.street[row], start_m + offset_m, inside_m)

    @cached_property
    def walls(self) -> Walls:
        """The walls that stop the walker, on every level."""
        return read_walls(self.network.barriers, self.network.walker)

    @cached_property
    def wall_tree(self) -> shapely.STRtree:
        """Search tree over them."""
        return shapely.STRtree(self.walls.line)

    @cached_property
    def tip_tree(self) -> shapely.STRtree:
        """Search tree over the walls' first, then their last points."""
        line = self.walls.line
        return shapely.STRtree(
            np.concatenate([shapely.get_point(line, 0), shapely.get_point(line, -1)])
        )

    @cached_property
    def gate_tree(self) -> shapely.STRtree:
        """Search tree over the gates."""
        gates = self.network.gates
        none = np.empty(0, dtype=object)
        return shapely.STRtree(none if gates is None else gates.geometry.to_numpy(dtype=object))

    @cached_property
    def open_nodes(self) -> Ints:
        """Nodes of the streets where something on them lets the walker through."""
        uncut = self.uncut
        standing = np.flatnonzero(has_passage(uncut.nodes, uncut.walker))
        return np.setdiff1d(standing, find_blocked_nodes(uncut, self.network.gates))

    @cached_property
    def xy(self) -> Floats:
        """Coordinates of the uncut streets' nodes, (n, 2)."""
        return self.uncut.xy

    @cached_property
    def open_node_tree(self) -> shapely.STRtree:
        """Search tree over them."""
        xy = self.xy[self.open_nodes]
        return shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
