"""Which streets are walked: one documented decision an edge, from its OSM tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

NOT_WALKED = frozenset(
    {"motorway", "motorway_link", "construction", "proposed", "raceway", "bus_guideway", "busway"}
)


def decide_walkable(streets: pd.DataFrame, *, private_ways: bool = True) -> NDArray[np.object_]:
    """Give each street's reason why it is not walked, "" where it is."""
    del private_ways
    out = streets["highway"].isin(NOT_WALKED).to_numpy()
    reasons = np.full(len(streets), "", dtype=object)
    reasons[out] = "class"
    return reasons
