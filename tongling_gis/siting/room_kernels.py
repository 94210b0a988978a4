"""Compiled loops over people and room for them (numba): prices, the fullest use, swaps.

Rows (groups of people) stand one after another with the sites that they reach (``indptr``,
``site``); ``weight`` is how many people a row has and ``room`` how many a site has room for.
Importing this module compiles it, once: numba keeps the machine code.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I4, _I8, _F8, _B1 = nb.int32[::1], nb.int64[::1], nb.float64[::1], nb.boolean[::1]
_ROWS = (_I8, _I4, _F8, _F8)
_BY_SITE = (_I8, _I8)
_STATE = (_B1, _F8, _F8, _F8)
_DUST = 1e-9


@nb.njit(nb.float64(*_ROWS, _F8, _I8, _F8, _F8), nogil=True, cache=True)
def value_sites(indptr, site, weight, room, price, order, value, used):
    """Say what each site is worth, filled with those whose price a head is least.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        weight: Of each row.
        room: Of each site.
        price: Of a head of each row, from 0 to 1.
        order: The rows by ascending price.
        value: Filled with the sum of 1 less the price over those whom a site has room for.
        used: Filled with how many these are.

    Returns:
        What all rows together pay.
    """
    value[:] = 0.0
    used[:] = 0.0
    total = 0.0
    for i in order:
        total += price[i] * weight[i]
        for e in range(indptr[i], indptr[i + 1]):
            taken = min(weight[i], room[site[e]] - used[site[e]])
            if taken > 0.0:
                used[site[e]] += taken
                value[site[e]] += (1.0 - price[i]) * taken
    return total


@nb.njit(nb.void(*_ROWS, _B1, _I8, _F8, _F8), nogil=True, cache=True)
def count_places(indptr, site, weight, room, is_open, order, used, slack):
    """Fill in how many of each row are left over, or below 0 served twice, by sites so filled."""
    used[:] = 0.0
    for i in order:
        slack[i] = weight[i]
        for e in range(indptr[i], indptr[i + 1]):
            if is_open[site[e]]:
                taken = min(weight[i], room[site[e]] - used[site[e]])
                if taken > 0.0:
                    used[site[e]] += taken
                    slack[i] -= taken


@nb.njit(nb.boolean(*_ROWS, *_BY_SITE, nb.int64, *_STATE, _B1, _I8), nogil=True, cache=True)
def hand_on(
    indptr, site, weight, room, by_indptr, by_pair, row, is_open, flow, left, spare, dead, row_of  # noqa: ARG001 - as the others
):  # fmt: skip
    """Make room for some of a row by moving others on, along a shortest chain of sites.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        weight: Of each row.
        room: Of each site.
        by_indptr: Where the pairs of each site begin in ``by_pair``.
        by_pair: The pairs by site, each by its place among the pairs by row.
        row: The row of which some are left.
        is_open: Which sites are used.
        flow: How many go along each pair.
        left: How many of each row are left.
        spare: Room left at each site.
        dead: Sites from which no room can be come by any more.
        row_of: Row of each pair.

    Returns:
        Whether any found room.
    """
    m = len(room)
    came, moved = np.full(m, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64)
    queue = np.empty(m, dtype=np.int64)
    first, last, end, i, out = 0, 0, -1, row, -1
    at = 0
    while True:
        for e in range(indptr[i], indptr[i + 1]):
            j = site[e]
            if is_open[j] and not dead[j] and came[j] < 0:
                came[j], moved[j] = e, out
                queue[last] = j
                last += 1
                if spare[j] > _DUST:
                    end = j
                    break
        if end >= 0:
            break
        out = -1
        while first < last and out < 0:
            j = queue[first]
            if at == 0:
                at = by_indptr[j]
            while at < by_indptr[j + 1] and flow[by_pair[at]] <= _DUST:
                at += 1
            if at < by_indptr[j + 1]:
                out = by_pair[at]
                at += 1
            else:
                at = 0
                first += 1
        if out < 0:
            for t in range(last):
                dead[queue[t]] = True
            return False
        i = row_of[out]
    many = min(left[row], spare[end])
    j = end
    while moved[j] >= 0:
        many = min(many, flow[moved[j]])
        j = site[moved[j]]
    j = end
    while True:
        flow[came[j]] += many
        if moved[j] < 0:
            break
        flow[moved[j]] -= many
        j = site[moved[j]]
    left[row] -= many
    spare[end] -= many
    return True


@nb.njit(nb.void(*_ROWS, *_BY_SITE, *_STATE, _I8), nogil=True, cache=True)
def fill_up(
    indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, row_of
):  # fmt: skip
    """Go on from where people are until as many as can be have room (Ford and Fulkerson 1956)."""
    for i in range(len(weight)):
        for e in range(indptr[i], indptr[i + 1]):
            if left[i] <= _DUST:
                break
            j = site[e]
            if is_open[j] and spare[j] > _DUST:
                many = min(left[i], spare[j])
                flow[e] += many
                left[i] -= many
                spare[j] -= many
    dead = np.zeros(len(room), dtype=np.bool_)
    for i in range(len(weight)):
        while left[i] > _DUST:
            if not hand_on(
                indptr, site, weight, room, by_indptr, by_pair, i, is_open, flow, left, spare,
                dead, row_of,
            ):  # fmt: skip
                break


@nb.njit(nb.void(*_ROWS, *_BY_SITE, *_STATE, nb.int64, _I8), nogil=True, cache=True)
def open_one(
    indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, enters, row_of
):  # fmt: skip
    """Open a site and fill up."""
    is_open[enters] = True
    spare[enters] = room[enters]
    fill_up(
        indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, row_of
    )  # fmt: skip


@nb.njit(nb.void(*_ROWS, *_BY_SITE, *_STATE, nb.int64, _I8), nogil=True, cache=True)
def shut_one(
    indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, leaves, row_of
):  # fmt: skip
    """Shut a site and find room elsewhere for as many of its people as can be."""
    is_open[leaves] = False
    spare[leaves] = 0.0
    for t in range(by_indptr[leaves], by_indptr[leaves + 1]):
        left[row_of[by_pair[t]]] += flow[by_pair[t]]
        flow[by_pair[t]] = 0.0
    fill_up(
        indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, row_of
    )  # fmt: skip


@nb.njit(nb.int64(*_ROWS, *_BY_SITE, *_STATE, _B1, nb.int64, _I8), nogil=True, cache=True)
def pick_best(
    indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, free, tries, row_of
):  # fmt: skip
    """Find the free site that leaves fewest over, among those that most of the left reach.

    Returns:
        The site; -1 where nobody left reaches any.
    """
    gain = np.zeros(len(room))
    for i in range(len(weight)):
        if left[i] > _DUST:
            for e in range(indptr[i], indptr[i + 1]):
                gain[site[e]] += left[i]
    for j in range(len(room)):
        gain[j] = min(gain[j], room[j]) if free[j] and not is_open[j] else 0.0
    best, most = -1, 0.0
    order = np.argsort(-gain)
    for t in range(min(tries, len(room))):
        j = order[t]
        if gain[j] <= 0.0:
            break
        found = gain[j]
        if tries > 1:
            trial, unserved = flow.copy(), left.copy()
            space, used = spare.copy(), is_open.copy()
            open_one(
                indptr, site, weight, room, by_indptr, by_pair, used, trial, unserved, space, j,
                row_of,
            )  # fmt: skip
            found = left.sum() - unserved.sum()
        if found > most + _DUST:
            best, most = j, found
    return best


@nb.njit(
    nb.boolean(*_ROWS, *_BY_SITE, *_STATE, _B1, nb.int64, nb.int64, _I8), nogil=True, cache=True
)
def swap_one(
    indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, free, tries,
    leaves, row_of,
):  # fmt: skip
    """Shut a site for another with which more are served; leave all as it was if there is none.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        weight: Of each row.
        room: Of each site.
        by_indptr: Where the pairs of each site begin in ``by_pair``.
        by_pair: The pairs by site.
        is_open: Which sites are used.
        flow: How many go along each pair.
        left: How many of each row are left.
        spare: Room left at each site.
        free: Which sites may be opened.
        tries: How many to try.
        leaves: The site to shut.
        row_of: Row of each pair.

    Returns:
        Whether it swapped.
    """
    before = left.sum()
    kept, unserved, space = flow.copy(), left.copy(), spare.copy()
    shut_one(
        indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, leaves, row_of
    )  # fmt: skip
    j = pick_best(
        indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, free, tries,
        row_of,
    )  # fmt: skip
    if j >= 0 and j != leaves:
        open_one(
            indptr, site, weight, room, by_indptr, by_pair, is_open, flow, left, spare, j, row_of
        )  # fmt: skip
        if left.sum() < before - 1e-7 * max(1.0, before):
            return True
        is_open[j] = False
    is_open[leaves] = True
    flow[:] = kept
    left[:] = unserved
    spare[:] = space
    return False
