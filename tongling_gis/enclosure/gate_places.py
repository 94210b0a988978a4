"""Where a boundary could have gates: the places at which streets and paths meet it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.model import Gate, GateKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.text import Text

Use: TypeAlias = Literal["foot", "engine"]


_PATHS = ("footway", "path", "steps", "cycleway", "corridor", "bridleway")


class Opened(NamedTuple):
    """A place open to people on foot ("foot") or to vehicles ("engine")."""

    place: int
    use: Use


OPENS: dict[GateKind, tuple[Use, ...]] = {
    GateKind.PEDESTRIAN: ("foot",),
    GateKind.FIRE_ONLY: ("engine",),
    GateKind.VEHICLE: ("foot", "engine"),
}
"""What a gate opens a place to, the least kind first."""
WIDTHS_M: dict[GateKind, float] = {
    GateKind.PEDESTRIAN: 1.8,
    GateKind.FIRE_ONLY: 4.0,
    GateKind.VEHICLE: 4.0,
}
"""How wide a gate is taken to be built: GB 50016 7.1.8(1) for engines, 1.8 m on foot (N)."""


@dataclass(frozen=True, slots=True)
class GatePlace:
    """A place where a gate may be.

    Attributes:
        name: The street that meets the boundary there.
        point: Where, on the boundary.
        kinds: Kinds of gate that the street allows, the least first.
        public: Whether the street is the public's; None where that is not known.
        standing: The gate that stands there today.
    """

    name: Text
    point: shapely.Point
    kinds: tuple[GateKind, ...]
    public: bool | None
    standing: Gate | None = None

    def gate(self, kind: GateKind, number: int) -> Gate:
        """Give the gate as it would be: the one that stands, or a new one without a beam."""
        known = self.standing
        if known is not None and known.kind is kind:
            width_m = WIDTHS_M[kind] if known.width_m is None else known.width_m
            height_m = math.inf if known.height_m is None else known.height_m
            return replace(known, width_m=width_m, height_m=height_m)
        gate_id = f"P{number}"
        return Gate(
            gate_id, self.point, kind, self.name.zh, WIDTHS_M[kind], math.inf, closure="lift_gate"
            if kind is not GateKind.PEDESTRIAN else "swing_gate",
        )  # fmt: skip


def find_gate_places(surroundings: Surroundings, case: Case) -> tuple[GatePlace, ...]:
    """List the places where streets and paths meet a boundary on the ground.

    Crossings so near to one another that one gate opens them all are one place, and it allows
    whatever one of its streets allows: paths allow gates for people alone.
    """
    found = Enclosure(surroundings, replace(case, gates=())).crossings
    found = found[~found["over"].to_numpy(dtype=bool)]
    street = found["street"].to_numpy(dtype=np.int64)
    on_foot, driven = (
        ground.plain.edges["walkable"].to_numpy(dtype=bool)[street]
        for ground in (surroundings.ground, surroundings.driving_ground)
    )
    driven &= ~np.isin(found["highway"].to_numpy(dtype=object), _PATHS)
    points = np.asarray(shapely.points(found[["x_m", "y_m"]].to_numpy(float)), dtype=object)
    public = surroundings.public[street]
    places = []
    for rows in _groups(points, surroundings.walking.gate_reach_m):
        uses = on_foot[rows].any(), driven[rows].any()
        kinds = tuple(kind for kind in OPENS if _allows(kind, *uses))
        if kinds:
            best = rows[int(np.argmax(driven[rows]))]
            owner = None if (public[rows] < 0).any() else bool((public[rows] == 1).any())
            point = points[best]
            name = surroundings.street_name(int(street[best]))
            places.append(
                GatePlace(name, point, kinds, owner, _standing(surroundings, case, point))
            )
    return tuple(places)


def _allows(kind: GateKind, on_foot: bool, driven: bool) -> bool:  # noqa: FBT001 - a table's row
    open_to = {"foot": on_foot, "engine": driven}
    return all(open_to[use] for use in OPENS[kind])


def _groups(points: np.ndarray, reach_m: float) -> list[np.ndarray]:
    """Put places within reach of the first of them together."""
    left = np.arange(len(points))
    groups = []
    while len(left):
        near = shapely.distance(points[left], points[left[0]]) <= reach_m
        groups.append(left[near])
        left = left[~near]
    return groups


def _standing(surroundings: Surroundings, case: Case, point: shapely.Point) -> Gate | None:
    reach_m = surroundings.walking.gate_reach_m
    near = [gate for gate in case.gates if gate.point.distance(point) <= reach_m]
    return min(near, key=lambda gate: float(gate.point.distance(point)), default=None)


def every_opening(places: Iterable[GatePlace]) -> frozenset[Opened]:
    """Give all that could be open."""
    return frozenset(
        Opened(number, use)
        for number, place in enumerate(places)
        for kind in place.kinds
        for use in OPENS[kind]
    )


def kinds_of(opened: Iterable[Opened]) -> dict[int, GateKind]:
    """Give the kind of gate that opens each place so."""
    uses: dict[int, set[Use]] = {}
    for one in opened:
        uses.setdefault(one.place, set()).add(one.use)
    kinds = {frozenset(opens): kind for kind, opens in OPENS.items()}
    return {place: kinds[frozenset(uses[place])] for place in sorted(uses)}


def gates_of(places: tuple[GatePlace, ...], opened: Iterable[Opened]) -> tuple[Gate, ...]:
    """Give the gates that open just these, numbered by their places."""
    return tuple(places[number].gate(kind, number + 1) for number, kind in kinds_of(opened).items())
