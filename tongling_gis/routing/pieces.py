"""Times along pieces of streets whose paces are known for the whole: as ``edge_times``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.routing.graph import CLOSED
from tongling_gis.routing.paces import round_down_ms, street_speeds, street_waits_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.network import Network
    from tongling_gis.routing.graph import Int32s

    Floats: TypeAlias = NDArray[np.float64]


class StreetPaces(NamedTuple):
    """What a walker makes of whole streets.

    Attributes:
        length_m: Their lengths.
        ahead_m_s: Speed as they are drawn, 0 where not used that way.
        back_m_s: Speed the other way; the same array where all are alike both ways.
        waits_ms: Waiting on each, either way.
    """

    length_m: Floats
    ahead_m_s: Floats
    back_m_s: Floats
    waits_ms: Int32s


def measure_paces(uncut: Network, profile: WalkProfile) -> StreetPaces:
    """Measure the paces of a profile on a network before any barrier."""
    ahead_m_s, back_m_s = street_speeds(uncut, profile)
    waits_ms = street_waits_ms(uncut, profile)
    none = np.zeros(len(ahead_m_s), dtype=np.int32)
    length_m = uncut.length_m
    return StreetPaces(length_m, ahead_m_s, back_m_s, none if waits_ms is None else waits_ms)


def time_pieces(
    paces: StreetPaces, street: NDArray[np.integer], length_m: Floats
) -> tuple[Int32s, Int32s]:
    """Time pieces of streets, forward and backward, in milliseconds; ``CLOSED`` where not used.

    Args:
        paces: Of the whole streets.
        street: The street of each piece.
        length_m: How long each piece is.
    """
    whole_m = paces.length_m[street]
    share = np.ones(len(street))
    np.divide(length_m, whole_m, out=share, where=whole_m > 0.0)
    waits_ms = round_down_ms(paces.waits_ms[street] * share)
    forward_ms = _time(length_m, paces.ahead_m_s[street], waits_ms)
    if paces.back_m_s is paces.ahead_m_s:
        return forward_ms, forward_ms
    return forward_ms, _time(length_m, paces.back_m_s[street], waits_ms)


def _time(length_m: Floats, speed_m_s: Floats, waits_ms: NDArray[np.int64]) -> Int32s:
    used = speed_m_s > 0.0
    exact_ms = np.divide(length_m, speed_m_s, out=np.zeros(len(length_m)), where=used) * 1000.0
    cost_ms = np.maximum(round_down_ms(exact_ms), 1) + waits_ms
    return np.where(used, cost_ms, CLOSED).astype(np.int32)
