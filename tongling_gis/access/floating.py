"""Floating catchments: how much of the centres' room a resident has, others counted.

Homes *i* with *P_i* residents reach centres *j* with capacity *S_j* at a weight *w_ij*.
Every method has the same two sums; what differs is the weight of a pair::

    R_j = S_j / sum_i P_i w_ij        capacity for each resident who may come
    A_i = sum_j R_j w_ij              what is within reach of a resident

so ``sum_i P_i A_i`` is the capacity of all centres that anyone reaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.access.pairs import sum_by
from tongling_gis.errors import UsageError
from tongling_gis.routing import limit_in_ms
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from tongling_gis.routing import SparseTimes

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FloatingCatchment:
    """Capacity shared out between homes.

    Attributes:
        access: Capacity that one resident of each home has, float64[o]; 0 where no centre is
            reached, NaN where the capacity of a centre reached is unknown.
        demand: Residents who may come to each centre, by weight, float64[d].
        ratio: Capacity of each centre for each of them, float64[d]; NaN where nobody may
            come or the capacity is unknown.
    """

    access: Floats
    demand: Floats
    ratio: Floats


def two_step(
    times: SparseTimes, capacity: ArrayLike, residents: ArrayLike, *, limit_s: float
) -> FloatingCatchment:
    """Share capacity by the two-step floating catchment area method.

    ``w_ij`` is 1 within the limit (inclusive) and 0 beyond (Luo & Wang 2003, "Measures of
    spatial accessibility to health care in a GIS environment", Environment and Planning B
    30: 865-884, equations 3 and 4).

    Args:
        times: Walks between homes and centres.
        capacity: Each centre's capacity, such as floor area; NaN for unknown.
        residents: Each home's residents; NaN counts as none.
        limit_s: Size of the catchments.
    """
    return _share(times, capacity, residents, _step_weights(times, ((limit_s, 1.0),)))


def enhanced_two_step(
    times: SparseTimes,
    capacity: ArrayLike,
    residents: ArrayLike,
    *,
    zones: Sequence[tuple[float, float]],
) -> FloatingCatchment:
    """Share capacity by the enhanced two-step method: nearer zones weigh more.

    ``w_ij`` is the weight ``W_r`` of the travel zone in which the walk lies (Luo & Qi 2009,
    "An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
    accessibility to primary care physicians", Health & Place 15: 1100-1107, equations 2
    and 3).

    Args:
        times: Walks between homes and centres.
        capacity: Each centre's capacity; NaN for unknown.
        residents: Each home's residents; NaN counts as none.
        zones: (limit in seconds, weight) ascending, limits inclusive; 0 beyond the last.

    Raises:
        UsageError: If the zones do not ascend, or a weight is negative.
    """
    return _share(times, capacity, residents, _step_weights(times, zones))


def three_step(
    times: SparseTimes,
    capacity: ArrayLike,
    residents: ArrayLike,
    *,
    zones: Sequence[tuple[float, float]],
) -> FloatingCatchment:
    """Share capacity by the three-step method: residents divide themselves between centres.

    A home's residents choose a centre with the weight ``G_ij = W_ij / sum_k W_ik`` over all
    centres in reach, and ``w_ij = G_ij W_ij`` (Wan, Zou & Sternberg 2012, "A three-step
    floating catchment area method for analyzing spatial access to health services",
    International Journal of Geographical Information Science 26: 1073-1089, equations 1
    to 3). So a centre with neighbours is not taken to serve everyone around it.

    Args:
        times: Walks between homes and centres.
        capacity: Each centre's capacity; NaN for unknown.
        residents: Each home's residents; NaN counts as none.
        zones: (limit in seconds, weight) ascending, limits inclusive; 0 beyond the last.

    Raises:
        UsageError: If the zones do not ascend, or a weight is negative.
    """
    weight = _step_weights(times, zones)
    whole = sum_by(times.origin, weight, times.shape[0])[times.origin]
    chosen = np.divide(weight, whole, out=np.zeros(len(weight)), where=whole > 0)
    return _share(times, capacity, residents, weight * chosen)


def _step_weights(times: SparseTimes, zones: Sequence[tuple[float, float]]) -> Floats:
    """Give each pair the weight of the zone that its walk lies in."""
    limits = [limit_in_ms(limit_s) for limit_s, _ in zones]
    weights = np.array([weight for _, weight in zones] + [0.0])
    if not limits or sorted(set(limits)) != limits or not (weights >= 0).all():
        raise UsageError(
            Text(
                "出行时区的时限须递增，权重不能为负。",
                "The limits of travel zones must ascend, and their weights be 0 or more.",
            )
        )
    each: Floats = weights[np.searchsorted(limits, times.ms, side="left")]
    return each


def _share(
    times: SparseTimes, capacity: ArrayLike, residents: ArrayLike, weight: Floats
) -> FloatingCatchment:
    people = np.nan_to_num(np.asarray(residents, dtype=float), nan=0.0)
    used = weight > 0
    home, centre, weight = times.origin[used], times.destination[used], weight[used]
    demand = sum_by(centre, people[home] * weight, times.shape[1])
    ratio = np.full(times.shape[1], np.nan)
    np.divide(np.asarray(capacity, dtype=float), demand, out=ratio, where=demand > 0)
    # A centre that nobody may come to gives nothing to the homes without residents near it.
    given = np.where(demand > 0, ratio, 0.0)[centre] * weight
    access = sum_by(home, given, times.shape[0])
    return FloatingCatchment(access, demand, ratio)
