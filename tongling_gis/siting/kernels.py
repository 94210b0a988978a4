"""Compiled loops over the pairs of a serving problem (numba): value, greedy, swaps and bound.

A serving problem has rows of demands; each is served at the least cost of its open sites, or at
its cap where that is less. Its pairs stand row after row (``indptr``), by ascending cost within
a row, so that a loop over a row may end at the first pair that cannot matter. Importing this
module compiles it, some seconds the first time; numba keeps the machine code.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I4, _I8, _F8, _B1 = nb.int32[::1], nb.int64[::1], nb.float64[::1], nb.boolean[::1]
_PAIRS = (_I8, _I4, _F8, _F8)
_PATIENCE = 20
_NO_WAY = 1e-18


@nb.njit(nb.float64(*_PAIRS, _B1), nogil=True, cache=True)
def serve(indptr, site, cost, cap, is_open):
    """Add up what it costs to serve every row from the open sites."""
    total = 0.0
    for i in range(len(cap)):
        least = cap[i]
        for e in range(indptr[i], indptr[i + 1]):
            if cost[e] >= least:
                break
            if is_open[site[e]]:
                least = cost[e]
                break
        total += least
    return total


@nb.njit(nb.void(*_PAIRS, _B1, nb.int64), nogil=True, cache=True)
def open_greedily(indptr, site, cost, cap, is_open, count):
    """Open the site that saves most, until ``count`` are open."""
    m = len(is_open)
    least = cap.copy()
    opened = 0
    newest = -1
    for j in range(m):
        opened += is_open[j]
    gain = np.zeros(m)
    while True:
        gain[:] = 0.0
        for i in range(len(cap)):
            for e in range(indptr[i], indptr[i + 1]):
                if cost[e] >= least[i]:
                    break
                if is_open[site[e]] and (newest < 0 or site[e] == newest):
                    least[i] = cost[e]
                    break
            for e in range(indptr[i], indptr[i + 1]):
                saved = least[i] - cost[e]
                if saved <= 0.0:
                    break
                gain[site[e]] += saved
        if opened >= count:
            return
        newest = -1
        for j in range(m):
            if not is_open[j] and (newest < 0 or gain[j] > gain[newest]):
                newest = j
        if newest < 0:
            return
        is_open[newest] = True
        opened += 1


@nb.njit(nb.float64(*_PAIRS, _B1, nb.int64), nogil=True, cache=True)
def swap(indptr, site, cost, cap, is_open, most):
    """Swap an open site for a closed one while that saves, the best swap first; give the total.

    The saving of a swap is gain(in) - loss(out) + what of the loss the new one makes good
    (Whitaker 1983; Resende and Werneck 2007).
    """
    m = len(is_open)
    slot = np.full(m, -1, dtype=np.int64)
    opened = np.empty(m, dtype=np.int64)
    count = 0
    for j in range(m):
        if is_open[j]:
            slot[j] = count
            opened[count] = j
            count += 1
    gain = np.empty(m)
    loss = np.empty(count)
    mended = np.empty((m, count))
    total = 0.0
    for turn in range(most + 1):
        gain[:] = 0.0
        loss[:] = 0.0
        mended[:, :] = 0.0
        total = 0.0
        for i in range(len(cap)):
            first = cap[i]
            second = cap[i]
            server = -1
            e = indptr[i]
            while e < indptr[i + 1] and cost[e] < second:
                if is_open[site[e]]:
                    if server >= 0:
                        second = cost[e]
                        break
                    server = slot[site[e]]
                    first = cost[e]
                e += 1
            total += first
            if server >= 0:
                loss[server] += second - first
            for t in range(indptr[i], e):
                if cost[t] < first:
                    gain[site[t]] += first - cost[t]
                if server >= 0:
                    mended[site[t], server] += second - max(cost[t], first)
        best = 1e-9 * abs(total)
        enters = -1
        leaves = -1
        for j in range(m):
            if is_open[j]:
                continue
            for s in range(count):
                saved = gain[j] - loss[s] + mended[j, s]
                if saved > best:
                    best = saved
                    enters = j
                    leaves = s
        if enters < 0 or turn == most:
            break
        is_open[opened[leaves]] = False
        is_open[enters] = True
        slot[opened[leaves]] = -1
        slot[enters] = leaves
        opened[leaves] = enters
    return total


@nb.njit(nb.float64(_F8, nb.int64), nogil=True, cache=True)
def find_smallest(values, rank):
    """Find the value of a rank, 0 for the smallest, in place (Hoare's selection)."""
    low, high = 0, len(values) - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return values[rank]


@nb.njit(
    nb.types.Tuple((nb.float64, nb.float64, nb.float64))(*_PAIRS, _F8, nb.int64, _F8, _B1, _F8),
    nogil=True,
    cache=True,
)
def relax(indptr, site, cost, cap, price, count, reduced, is_open, slack):
    """Solve the problem in which a row may be served by none or many sites, at a price.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        cost: Of each pair, ascending in a row.
        cap: Of each row.
        price: What a row pays for being served, at most its cap.
        count: How many sites to open.
        reduced: Filled with what each site costs less what it is paid.
        is_open: Filled with the sites that are cheapest so.
        slack: Filled with 1 less how often each row is served.

    Returns:
        The total, a lower bound; the reduced cost of the dearest site opened and of the
        cheapest one not opened.
    """
    total = 0.0
    m = len(reduced)
    reduced[:] = 0.0
    for i in range(len(cap)):
        total += price[i]
        for e in range(indptr[i], indptr[i + 1]):
            net = cost[e] - price[i]
            if net >= 0.0:
                break
            reduced[site[e]] += net
    last, following = -np.inf, np.inf
    if count > 0:
        last = find_smallest(reduced.copy(), count - 1)
    left = count
    for j in range(m):
        is_open[j] = reduced[j] < last
        if is_open[j]:
            total += reduced[j]
            left -= 1
    for j in range(m):
        if not is_open[j]:
            if left > 0 and reduced[j] == last:
                is_open[j] = True
                total += last
                left -= 1
            elif reduced[j] < following:
                following = reduced[j]
    for i in range(len(cap)):
        slack[i] = 1.0
        for e in range(indptr[i], indptr[i + 1]):
            if cost[e] >= price[i]:
                break
            if is_open[site[e]]:
                slack[i] -= 1.0
    return total, last, following


@nb.njit(
    nb.types.Tuple((nb.float64, nb.float64, nb.float64, nb.float64))(
        *_PAIRS, _F8, nb.int64, _F8, _F8, _B1, nb.float64, nb.float64, nb.int64, nb.float64
    ),
    nogil=True,
    cache=True,
)
def climb(
    indptr, site, cost, cap, price, count, reduced, share, found, upper, enough, turns, stride
):
    """Raise the lower bound by changing prices: a deflected subgradient with Polyak's step.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        cost: Of each pair.
        cap: Of each row.
        price: Where to begin; filled with the best prices.
        count: How many sites to open.
        reduced: Filled with the reduced costs at the best prices.
        share: Filled with how often each site was open of late, 0 to 1.
        found: Filled with the best sites met on the way, where they are better than ``upper``.
        upper: Total of the best solution known.
        enough: Bound at which to stop.
        turns: Most steps.
        stride: Length of the first step, as a share of Polyak's.

    Returns:
        The bound, the reduced costs of the dearest site opened and the cheapest one not
        opened there, and the total of the best solution known now.
    """
    n, m = len(cap), len(reduced)
    at = price.copy()
    now = np.empty(m)
    is_open = np.zeros(m, dtype=np.bool_)
    slack = np.empty(n)
    way = np.zeros(n)
    bound, last, following = -np.inf, -np.inf, np.inf
    stall = 0
    stop = stride / 50.0
    for turn in range(turns):
        total, dearest, cheapest = relax(indptr, site, cost, cap, at, count, now, is_open, slack)
        for j in range(m):
            share[j] = is_open[j] if turn == 0 else 0.9 * share[j] + 0.1 * is_open[j]
        if total > bound:
            if total > bound + 1e-7 * abs(bound):
                stall = 0
            bound, last, following = total, dearest, cheapest
            price[:] = at
            reduced[:] = now
            value = serve(indptr, site, cost, cap, is_open)
            if value < upper:
                upper = value
                found[:] = is_open
        else:
            stall += 1
        if bound >= enough:
            break
        if stall >= _PATIENCE:
            stall = 0
            stride *= 0.7
            if stride < stop:
                break
            at[:] = price
            way[:] = 0.0
            continue
        length = 0.0
        for i in range(n):
            if (at[i] >= cap[i] and slack[i] > 0.0) or (at[i] <= 0.0 and slack[i] < 0.0):
                slack[i] = 0.0
            way[i] = 0.85 * way[i] + 0.15 * slack[i]
            if (at[i] >= cap[i] and way[i] > 0.0) or (at[i] <= 0.0 and way[i] < 0.0):
                way[i] = 0.0
            length += way[i] * way[i]
        if length < _NO_WAY:
            break
        rise = upper - total if upper < np.inf else 0.2 * abs(total) + 1.0
        step = stride * max(rise, 1e-9 * abs(total)) / length
        for i in range(n):
            at[i] = min(cap[i], max(0.0, at[i] + step * way[i]))
    return bound, last, following, upper


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
