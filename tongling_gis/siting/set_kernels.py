"""Compiled loops over sets (numba): which set contains another.

The sets stand one after another (``indptr``), each of ascending items; the same pairs once more
by item. Importing this module compiles it, once: numba keeps the machine code.
"""

from __future__ import annotations

import numba as nb

_I4, _I8, _B1 = nb.int32[::1], nb.int64[::1], nb.boolean[::1]


@nb.njit(nb.boolean(_I4, nb.int64, nb.int64, nb.int64, nb.int64), nogil=True, cache=True)
def contains(item, small, small_end, large, large_end):
    """Say whether a sorted run of items contains another."""
    if small_end - small > large_end - large:
        return False
    while small < small_end:
        wanted = item[small]
        while large < large_end and item[large] < wanted:
            large += 1
        if large == large_end or item[large] != wanted:
            return False
        small += 1
        large += 1
    return True


@nb.njit(nb.int64(_I8, _I4, _I8, nb.int64), nogil=True, cache=True)
def rarest(indptr, item, by_indptr, one):
    """Find the item of a set that is in the fewest sets."""
    best = item[indptr[one]]
    for e in range(indptr[one], indptr[one + 1]):
        if by_indptr[item[e] + 1] - by_indptr[item[e]] < by_indptr[best + 1] - by_indptr[best]:
            best = item[e]
    return best


@nb.njit(nb.void(_I8, _I4, _I8, _I4, _B1), nogil=True, cache=True)
def mark_supersets(indptr, item, by_indptr, by_item, extra):
    """Mark the sets that contain another one; of equal sets all but the first."""
    for one in range(len(extra)):
        if extra[one] or indptr[one] == indptr[one + 1]:
            continue
        key = rarest(indptr, item, by_indptr, one)
        for e in range(by_indptr[key], by_indptr[key + 1]):
            other = by_item[e]
            if other == one or extra[other]:
                continue
            if contains(item, indptr[one], indptr[one + 1], indptr[other], indptr[other + 1]):
                extra[other] = True


@nb.njit(nb.void(_I8, _I4, _I8, _I4, _B1), nogil=True, cache=True)
def mark_subsets(indptr, item, by_indptr, by_item, extra):
    """Mark the sets that another one contains; of equal sets all but the first; empty ones."""
    for one in range(len(extra)):
        if indptr[one] == indptr[one + 1]:
            extra[one] = True
            continue
        key = rarest(indptr, item, by_indptr, one)
        size = indptr[one + 1] - indptr[one]
        for e in range(by_indptr[key], by_indptr[key + 1]):
            other = by_item[e]
            if other == one or extra[other]:
                continue
            if indptr[other + 1] - indptr[other] == size and other > one:
                continue
            if contains(item, indptr[one], indptr[one + 1], indptr[other], indptr[other + 1]):
                extra[one] = True
                break
