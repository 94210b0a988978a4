"""What each home reaches: its nearest centre, the next one, and how many within a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.errors import InputError
from tongling_gis.routing import SparseTimes, limit_in_ms
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Rows: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Choice:
    """The two nearest centres of each of o homes.

    Attributes:
        nearest: Row number of the nearest centre, the lowest of those equally near; -1 for
            none. int32[o].
        nearest_ms: Milliseconds to it, -1 where there is none. int64[o].
        second: Row number of the next one, the backup where the nearest is shut; -1 for none.
        second_ms: Milliseconds to it, -1 where there is none.
    """

    nearest: Rows
    nearest_ms: Ints
    second: Rows
    second_ms: Ints


def times_from_pairs(
    origin: ArrayLike, destination: ArrayLike, seconds: ArrayLike, *, shape: tuple[int, int]
) -> SparseTimes:
    """Make sparse times from a table of pairs, such as another program's.

    Of pairs that stand twice the quicker is kept.

    Args:
        origin: Row number of each pair's home.
        destination: Row number of each pair's centre.
        seconds: Walking time, rounded to whole milliseconds.
        shape: Number of homes and of centres.

    Raises:
        InputError: If a row number is out of range, or a time negative or not a number.

    >>> times_from_pairs([0, 0, 1], [1, 0, 1], [60, 30.5, 0], shape=(2, 2)).ms.tolist()
    [30500, 60000, 0]
    """
    home, centre = np.asarray(origin, dtype=np.int64), np.asarray(destination, dtype=np.int64)
    walk_s = np.asarray(seconds, dtype=float)
    bad = (home < 0) | (home >= shape[0]) | (centre < 0) | (centre >= shape[1])
    bad |= ~(np.isfinite(walk_s) & (walk_s >= 0))
    if bad.any():
        row = int(np.argmax(bad))
        says = Text(
            "时间表第 {row} 行（{home} → {centre}，{walk} s）不可用："
            "编号须在范围内，时间须不小于 0。",
            "Row {row} of the table of times ({home} to {centre}, {walk} s) cannot be used: "
            "row numbers must be in range and times 0 or more.",
        )
        raise InputError(
            says.fill(row=row + 1, home=home[row], centre=centre[row], walk=walk_s[row])
        )
    ms = np.rint(walk_s * 1000.0).astype(np.int64)
    order = np.lexsort((ms, centre, home))
    home, centre, ms = home[order], centre[order], ms[order]
    keep = np.ones(len(home), dtype=bool)
    keep[1:] = (home[1:] != home[:-1]) | (centre[1:] != centre[:-1])
    counts = np.bincount(home[keep], minlength=shape[0])
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return SparseTimes(shape, indptr, centre[keep].astype(np.int32), ms[keep].astype(np.int32))


def choose_centres(times: SparseTimes) -> Choice:
    """Find each home's nearest centre and the next one."""
    order = np.lexsort((times.destination, times.ms, times.origin))
    counts = np.diff(times.indptr)

    def ranked(rank: int) -> tuple[Rows, Ints]:
        has = counts > rank
        pair = order[times.indptr[:-1][has] + rank]
        centre = np.full(times.shape[0], -1, dtype=np.int32)
        ms = np.full(times.shape[0], -1, dtype=np.int64)
        centre[has], ms[has] = times.destination[pair], times.ms[pair]
        return centre, ms

    return Choice(*ranked(0), *ranked(1))


def sum_by(group: ArrayLike, amounts: ArrayLike, count: int) -> Floats:
    """Add up amounts by group, 0 where a group has none."""
    total: Floats = np.bincount(
        np.asarray(group), weights=np.asarray(amounts, dtype=float), minlength=count
    ).astype(np.float64)
    return total


def within(times: SparseTimes, limit_s: float) -> SparseTimes:
    """Keep the pairs within a limit, inclusive."""
    keep = times.ms <= limit_in_ms(limit_s)
    indptr = np.concatenate([[0], np.cumsum(keep)])[times.indptr]
    return SparseTimes(times.shape, indptr, times.destination[keep], times.ms[keep])


def count_centres(times: SparseTimes, limit_s: float) -> Ints:
    """Count the centres that each home reaches within a limit, inclusive."""
    return np.diff(within(times, limit_s).indptr)


def sum_amounts(times: SparseTimes, amounts: ArrayLike, limit_s: float) -> Floats:
    """Add up an amount, such as floor area, over the centres that each home reaches.

    NaN where a centre reached has an amount that is unknown; 0 where none is reached.
    """
    near = within(times, limit_s)
    each = np.asarray(amounts, dtype=float)[near.destination]
    return sum_by(near.origin, each, times.shape[0])
