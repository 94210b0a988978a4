"""Doors: where places meet the streets, when a place may have more than one or none."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.network import Attachment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_FIELDS = tuple(one.name for one in fields(Attachment))


class Spots(NamedTuple):
    """Places along uncut streets.

    Attributes:
        street: The street.
        at_m: How far along it, metres.
        inside_m: The same, moved a little inside the piece on which the place is known to be,
            so that a place at a cut stays on its own side.
    """

    street: Ints
    at_m: Floats
    inside_m: Floats

    def some(self, rows: Ints | Flags) -> Spots:
        """Give some of the places."""
        return Spots(self.street[rows], self.at_m[rows], self.inside_m[rows])


class Doors(NamedTuple):
    """Doors by which places are left and entered, all of them attached to a street.

    Attributes:
        owner: Number of the place whose door it is.
        at: Where it meets the streets.
    """

    owner: Ints
    at: Attachment

    def some(self, rows: Ints | Flags) -> Doors:
        """Give some of the doors."""
        return Doors(self.owner[rows], some_attached(self.at, rows))

    def on(self, edge: Ints, offset_m: Floats) -> Doors:
        """Give the same doors on other pieces of street."""
        own = {name: getattr(self.at, name) for name in _FIELDS}
        own |= {"edge": edge.astype(np.int32), "offset_m": offset_m}
        return Doors(self.owner, Attachment(**own))

    def sorted_with(self, *others: Doors) -> Doors:
        """Give these doors and others, by owner."""
        owner = np.concatenate([self.owner, *(one.owner for one in others)])
        at = {
            name: np.concatenate([getattr(one.at, name) for one in (self, *others)])
            for name in _FIELDS
        }
        return Doors(owner, Attachment(**at)).some(np.argsort(owner, kind="stable"))


def some_attached(doors: Attachment, rows: Ints | Flags) -> Attachment:
    """Give some attached places."""
    return Attachment(**{name: getattr(doors, name)[rows] for name in _FIELDS})


def doors_of(owner: Ints, doors: Attachment) -> Doors:
    """Give the doors of those places that are attached."""
    on = doors.edge >= 0
    return Doors(owner[on], some_attached(doors, on))


def no_doors() -> Doors:
    """Give no doors at all."""
    none = np.empty(0)
    edge = none.astype(np.int32)
    return Doors(none.astype(np.int64), Attachment(edge, none, none, none, none, none, none))


def inside_piece(start_m: Floats, length_m: Floats, offset_m: Floats) -> Floats:
    """Give places along a street, moved a little inside their own piece of it."""
    nudge_m = np.minimum(_NUDGE_M, length_m / 2.0)
    inside: Floats = start_m + np.clip(offset_m, nudge_m, length_m - nudge_m)
    return inside


_NUDGE_M = 0.001
