"""How evenly something is shared among residents: quantiles, Lorenz curve, Gini, the worst off."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.errors import InputError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]

_ROUNDING = 1e-12


def _checked(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Give values and weights as numbers, without the weightless.

    Raises:
        InputError: If a weight is negative or either is not a number.
    """
    each, weight = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    if np.isnan(each).any() or not (weight >= 0).all():
        raise InputError(
            Text(
                "数值须已知，权重须已知且不为负：请先去掉未知的行。",
                "Values must be known, and weights known and not negative: "
                "leave out the rows that are unknown first.",
            )
        )
    return each[weight > 0], weight[weight > 0]


def weighted_quantiles(
    values: ArrayLike, weights: ArrayLike, shares: ArrayLike
) -> NDArray[np.float64]:
    """Find the values that given shares of residents do not exceed.

    A quantile is the smallest value such that at least the share of the weight has that
    value or less (the inverse of the distribution function, no interpolation). Values may
    be infinite, for those who reach nothing. NaN where there is no weight.

    >>> weighted_quantiles([300, 600, 900], [50, 30, 20], [0.5, 0.9]).tolist()
    [300.0, 900.0]
    """
    each, weight = _checked(values, weights)
    wanted = np.asarray(shares, dtype=float)
    if not len(each):
        return np.full(wanted.shape, np.nan)
    order = np.argsort(each, kind="stable")
    reached = np.cumsum(weight[order])
    at = np.searchsorted(reached, wanted * reached[-1] * (1.0 - _ROUNDING), side="left")
    found: Floats = each[order][np.minimum(at, len(each) - 1)]
    return found


def lorenz_curve(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Draw the Lorenz curve of an amount that each resident has.

    Args:
        values: Amount a resident, such as square metres of floor area; 0 or more, finite.
        weights: Residents who have it.

    Returns:
        Share of residents, those with least first, and the share of the whole that they
        have; both from 0 to 1. The second is NaN where there is nothing to share.

    Raises:
        InputError: If a value is negative, infinite or unknown, or a weight negative.
    """
    each, weight = _checked(values, weights)
    if (each < 0).any() or np.isinf(each).any():
        raise InputError(
            Text(
                "洛伦兹曲线要求每人的数量有限且不为负。",
                "A Lorenz curve needs amounts that are finite and not negative.",
            )
        )
    order = np.argsort(each, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weight[order])])
    # Dividing by the largest first keeps tiny and huge amounts from under- or overflowing.
    scaled = each[order] / each.max() if len(each) and each.max() > 0 else each[order]
    amount = np.concatenate([[0.0], np.cumsum(scaled * weight[order])])
    with np.errstate(invalid="ignore"):
        return people / people[-1], amount / amount[-1]


def measure_gini(values: ArrayLike, weights: ArrayLike) -> float:
    """Measure inequality: 0 where all residents have the same, near 1 where one has all.

    Twice the area between the Lorenz curve and the line of equality (Gini 1912). NaN where
    there is nothing to share or nobody to share it.

    >>> measure_gini([0, 1], [50, 50])
    0.5
    >>> measure_gini([20, 20, 20], [1, 5, 9])
    0.0
    """
    people, amount = lorenz_curve(values, weights)
    if np.isnan(amount[-1]):
        return float("nan")
    area = float(np.sum(np.diff(people) * (amount[1:] + amount[:-1])))
    return max(0.0, round(1.0 - area, 15))


def find_worst_served(seconds: ArrayLike, weights: ArrayLike, *, share: float) -> NDArray[np.bool_]:
    """Mark the homes with the longest walks, that together hold a share of residents.

    Everyone whose walk is as long as that of the last resident within the share is marked,
    so it may be more; those who reach nothing (infinite) come first. Homes without
    residents are not marked.
    """
    walk_s, weight = np.asarray(seconds, dtype=float), np.asarray(weights, dtype=float)
    _checked(walk_s, weight)
    if share <= 0 or not weight.sum() > 0:
        return np.zeros(len(walk_s), dtype=bool)
    order = np.argsort(-walk_s, kind="stable")
    reached = np.cumsum(weight[order])
    last = np.searchsorted(reached, share * reached[-1] * (1.0 - _ROUNDING), side="left")
    marked: NDArray[np.bool_] = (walk_s >= walk_s[order[last]]) & (weight > 0)
    return marked


def share_within(seconds: ArrayLike, weights: ArrayLike, limit_s: float) -> float:
    """Give the share of residents whose walk is within a limit, inclusive; NaN for nobody."""
    walk_s, weight = _checked(seconds, weights)
    total = weight.sum()
    return float(weight[walk_s <= limit_s].sum() / total) if total > 0 else float("nan")
