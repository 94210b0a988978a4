"""Which walls stop people on foot, and which gates let them through.

*Walls.* Every line of the ``barriers`` layer stops people, also one of unknown kind, save the
kinds in ``LOW_OR_OPEN``: those that stop vehicles only, can be stepped over, or are gates
drawn as lines.

*Gates.* A point of the ``gates`` layer, or a street's node with ``barrier``, lets people
through unless

- it is itself a piece of wall (``WALLS``) and neither an entrance nor open on foot;
- ``foot`` shuts people out, or ``access=no`` or ``locked=yes`` does and ``foot`` does not let
  them in; things that only vehicles mind (``VEHICLES_ONLY``) heed ``foot`` alone;
- it is for emergencies only.

``access=private`` lets through: residents pass the gates of their own compound. A passage
closed to strangers thereby counts as open to all residents of the city.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.network.tags import has_tag, is_set
from tongling_gis.network.walkability import SHUT, WELCOME

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

VEHICLES_ONLY = (
    "block",
    "bollard",
    "bump_gate",
    "bus_trap",
    "cable_barrier",
    "cattle_grid",
    "chain",
    "cycle_barrier",
    "height_restrictor",
    "jersey_barrier",
    "kerb",
    "log",
    "motorcycle_barrier",
    "planter",
    "rope",
    "spikes",
    "toll_booth",
)
"""Barriers that people on foot pass beside or step over."""

LOW_OR_OPEN = (
    *VEHICLES_ONLY,
    "ditch",
    "entrance",
    "gate",
    "guard_rail",
    "handrail",
    "kissing_gate",
    "lift_gate",
    "sally_port",
    "sliding_gate",
    "stile",
    "swing_gate",
    "turnstile",
)
"""Kinds of line barrier that do not stop people on foot."""

WALLS = ("city_wall", "debris", "fence", "hedge", "retaining_wall", "wall", "wire_fence")
"""Kinds of barrier at a point that stop people on foot."""


def stops_people(barriers: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which lines of the ``barriers`` layer stop people on foot."""
    return ~has_tag(barriers, "barrier", LOW_OR_OPEN)


def lets_through(gates: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which points of the ``gates`` layer, or nodes with a barrier, let people through."""
    welcome = has_tag(gates, "foot", WELCOME)
    closed = has_tag(gates, "access", SHUT) | has_tag(gates, "locked", ("yes",))
    closed &= ~has_tag(gates, "barrier", VEHICLES_ONLY)
    return welcome | ~(has_tag(gates, "foot", SHUT) | closed | is_no_way(gates))


def is_no_way(gates: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which points are themselves a piece of wall, or a way out in emergencies only."""
    walled = has_tag(gates, "barrier", WALLS) & ~is_set(gates, "entrance")
    return walled | has_tag(gates, "entrance", ("emergency",))
