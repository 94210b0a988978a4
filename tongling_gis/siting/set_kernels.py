"""Compiled loops over sets (numba): which set contains another, and small covers.

The sets stand one after another (``indptr``), each of ascending items; the same pairs once more
by item. Importing this module compiles it, once: numba keeps the machine code.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I4, _I8, _B1 = nb.int32[::1], nb.int64[::1], nb.boolean[::1]

_TWO = 2


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


@nb.njit(nb.int64(_I8, _I4, _I8, _I4, _B1, nb.int64, nb.int64, nb.int64), nogil=True, cache=True)
def search_cover(indptr, site, by_indptr, by_row, chosen, goal, steps, seed):
    """Look for a cover of fewer sites (row weighting local search; Gao, Weise and Li 2015).

    A cover loses its least needed site and, as long as rows are bare, swaps sites for such as
    cover them; rows long bare weigh more and more.

    Args:
        indptr: Where rows begin.
        site: Sites of each row.
        by_indptr: Where the rows of each site begin.
        by_row: These rows.
        chosen: A cover; filled with the smallest found.
        goal: Stop at a cover of so many sites.
        steps: Most swaps.
        seed: Of the random numbers.

    Returns:
        How many sites the cover has.
    """
    np.random.seed(seed)  # noqa: NPY002 - numba's generator
    n, m = len(indptr) - 1, len(chosen)
    now = chosen.copy()
    times, weight = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64)
    need, gain = np.zeros(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
    moved = np.zeros(m, dtype=np.int64)
    bare, place, bares = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), 0
    count, best = 0, 0
    for j in range(m):
        if now[j]:
            best += 1
            for t in range(by_indptr[j], by_indptr[j + 1]):
                times[by_row[t]] += 1
    for i in range(n):
        if times[i] == 1:
            for e in range(indptr[i], indptr[i + 1]):
                if now[site[e]]:
                    need[site[e]] += 1
    count = best
    added = -1
    for step in range(1, steps + 1):
        drops = 1
        if bares == 0:
            best = count
            chosen[:] = now
            if best <= goal:
                break
            drops = 2
        for _ in range(drops):
            leaves = -1
            for j in range(m):
                if (
                    now[j]
                    and j != added
                    and (
                        leaves < 0
                        or need[j] < need[leaves]
                        or (need[j] == need[leaves] and moved[j] < moved[leaves])
                    )
                ):
                    leaves = j
            if leaves < 0:
                return best
            now[leaves] = False
            moved[leaves] = step
            count -= 1
            gain[leaves] = 0
            need[leaves] = 0
            for t in range(by_indptr[leaves], by_indptr[leaves + 1]):
                i = by_row[t]
                times[i] -= 1
                if times[i] == 0:
                    place[i] = bares
                    bare[bares] = i
                    bares += 1
                    for e in range(indptr[i], indptr[i + 1]):
                        gain[site[e]] += weight[i]
                elif times[i] == 1:
                    for e in range(indptr[i], indptr[i + 1]):
                        if now[site[e]]:
                            need[site[e]] += weight[i]
        if bares == 0:
            continue
        i = bare[np.random.randint(bares)]  # noqa: NPY002 - the same
        enters = -1
        for e in range(indptr[i], indptr[i + 1]):
            j = site[e]
            if (moved[j] != step or indptr[i + 1] - indptr[i] == 1) and (
                enters < 0
                or gain[j] > gain[enters]
                or (gain[j] == gain[enters] and moved[j] < moved[enters])
            ):
                enters = j
        if enters < 0:
            enters = site[indptr[i]]
        now[enters] = True
        moved[enters] = step
        added = enters
        count += 1
        gain[enters] = 0
        need[enters] = 0
        for t in range(by_indptr[enters], by_indptr[enters + 1]):
            i = by_row[t]
            times[i] += 1
            if times[i] == 1:
                bares -= 1
                bare[place[i]] = bare[bares]
                place[bare[bares]] = place[i]
                need[enters] += weight[i]
                for e in range(indptr[i], indptr[i + 1]):
                    if site[e] != enters:
                        gain[site[e]] -= weight[i]
            elif times[i] == _TWO:
                for e in range(indptr[i], indptr[i + 1]):
                    if now[site[e]] and site[e] != enters:
                        need[site[e]] -= weight[i]
        for t in range(bares):
            i = bare[t]
            weight[i] += 1
            for e in range(indptr[i], indptr[i + 1]):
                gain[site[e]] += 1
    if bares == 0 and count < best:
        best = count
        chosen[:] = now
    return best
