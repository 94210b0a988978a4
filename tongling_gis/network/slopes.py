"""How steep each street is, from its ``incline`` or the heights of its ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from tongling_gis.network.tags import read_tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network.model import Network

    Floats: TypeAlias = NDArray[np.float64]

STEEPEST = 0.7
"""Steeper than any flight of steps: an error of the heights, taken as this."""

_INCLINE = re.compile(r"\s*([+\-−]?\d+(?:[.,]\d+)?)\s*(%|°)\s*")


class EdgeSlopes(NamedTuple):
    """Slopes of m edges.

    Attributes:
        rise: Rise over run from ``from_node`` to ``to_node``, NaN where it is not known.
        surveyed: Whether it is the street's own ``incline`` rather than its ends' heights.
    """

    rise: Floats
    surveyed: NDArray[np.bool_]


def read_incline(written: str) -> float:
    """Read an ``incline`` as rise over run; NaN for "up", "down" and what is no measure.

    >>> read_incline("-10%"), read_incline("steep")
    (-0.1, nan)
    """
    found = _INCLINE.fullmatch(written)
    if found is None:
        return float("nan")
    number = float(found[1].replace("−", "-").replace(",", "."))
    return number / 100.0 if found[2] == "%" else float(np.tan(np.radians(number)))


def measure_slopes(network: Network) -> EdgeSlopes:
    """Measure every edge's slope: as its ``incline`` says, else between its ends' heights."""
    written = read_tag(network.edges, "incline")
    tagged = np.full(len(written), np.nan)
    said = np.flatnonzero(written != "")
    if len(said):
        inclines = {one: read_incline(one) for one in set(written[said])}
        tagged[said] = [inclines[one] for one in written[said]]
    ends = network.ends
    heights = network.nodes.get("elevation_m", pd.Series(np.nan, network.nodes.index))
    height_m = heights.to_numpy(dtype=float)[ends]
    length_m = network.length_m
    between = np.full(len(ends), np.nan)
    np.divide(height_m[:, 1] - height_m[:, 0], length_m, out=between, where=length_m > 0.0)
    surveyed = np.isfinite(tagged)
    rise = np.clip(np.where(surveyed, tagged, between), -STEEPEST, STEEPEST)
    return EdgeSlopes(rise, surveyed)
