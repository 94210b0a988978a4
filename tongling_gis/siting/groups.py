"""Weights by age group: from people of each group to what each demand counts for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.errors import InputError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tongling_gis.siting.problem import Floats


def weigh_groups(people: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Add up the people of each demand, each group by its weight.

    Args:
        people: People of each of n demands by group, n x g; or n numbers of one group.
        weights: What one person of each group counts for, g numbers of 0 or more; None for 1.

    Returns:
        What each demand counts for, float64[n], as the solvers take it.

    Raises:
        InputError: If there is not one weight for each group, or a number is negative or missing.

    >>> weigh_groups([[10, 100], [30, 0]], [2, 1]).tolist()
    [120.0, 60.0]
    """
    table = np.asarray(people, dtype=float)
    columns = table[:, None] if table.ndim == 1 else table
    each = np.ones(columns.shape[-1]) if weights is None else np.asarray(weights, dtype=float)
    if columns.ndim != 2 or each.shape != columns.shape[1:]:  # noqa: PLR2004 - demands by groups
        raise InputError(
            Text(
                f"人数（{table.shape}）与年龄组权重（{each.shape}）不相配：每组须有一个权重。",
                f"People {table.shape} and group weights {each.shape} do not match: "
                "give one weight for each group.",
            )
        )
    if not (np.isfinite(columns) & (columns >= 0)).all() or not (each >= 0).all():
        raise InputError(
            Text(
                "各年龄组的人数和权重须为不小于 0 的数，不得缺失。",
                "People and weights of age groups must be numbers of 0 or more, none missing.",
            )
        )
    weighed: Floats = columns @ each
    return weighed
