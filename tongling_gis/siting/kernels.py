"""Compiled loops over the pairs of a serving problem (numba): value, greedy start and bound.

A serving problem has rows of demands; each is served at the least cost of its open sites, or at
its cap where that is less. Its pairs stand row after row (``indptr``), by ascending cost within
a row, so that a loop over a row may end at the first pair that cannot matter. Importing this
module compiles it, some seconds the first time; numba keeps the machine code.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I4, _I8, _F8, _B1 = nb.int32[::1], nb.int64[::1], nb.float64[::1], nb.boolean[::1]
_I1 = nb.int8[::1]
_PAIRS = (_I8, _I4, _F8, _F8)
_NO_WAY = 1e-18
_LOOK_EVERY = 5
_MEMORY, _MORE_MEMORY, _RAMP = 0.8, 0.17, 600.0
_PATIENCE, _SHORTER, _SHORTEST = 20, 0.8, 1e-4


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


@nb.njit(nb.void(_I8, _I4, _F8, _F8, nb.int64), nogil=True, cache=True)
def fold(indptr, site, cost, cap, opened):
    """Lower the caps to what the rows cost from a site that is open for good."""
    for i in range(len(cap)):
        for e in range(indptr[i], indptr[i + 1]):
            if cost[e] >= cap[i]:
                break
            if site[e] == opened:
                cap[i] = cost[e]
                break


@nb.njit(
    nb.types.Tuple((nb.float64, nb.float64, nb.float64, nb.int64))(
        *_PAIRS, _F8, _I1, nb.int64, _F8, _B1, _F8
    ),
    nogil=True,
    cache=True,
)
def relax(indptr, site, cost, cap, price, state, count, reduced, is_open, slack):
    """Solve the problem in which a row may be served by none or many sites, at a price.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        cost: Of each pair, ascending in a row.
        cap: Of each row.
        price: What a row pays for being served, at most its cap.
        state: 0 for each site that may be opened.
        count: How many of those to open.
        reduced: Filled with what each site costs less what it is paid.
        is_open: Filled with the sites that are cheapest so.
        slack: Filled with 1 less how often each row is served.

    Returns:
        The total, a lower bound; the reduced cost of the dearest site opened and of the
        cheapest one not opened; how many pairs were looked at.
    """
    total = 0.0
    m = len(reduced)
    looked = 0
    reduced[:] = 0.0
    for i in range(len(cap)):
        total += price[i]
        e = indptr[i]
        while e < indptr[i + 1] and cost[e] < price[i]:
            reduced[site[e]] += cost[e] - price[i]
            e += 1
        looked += e - indptr[i]
    last, following = -np.inf, np.inf
    if count > 0:
        last = find_smallest(reduced[state == 0], count - 1)
    left = count
    for j in range(m):
        is_open[j] = state[j] == 0 and reduced[j] < last
        if is_open[j]:
            total += reduced[j]
            left -= 1
    for j in range(m):
        if state[j] == 0 and not is_open[j]:
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
    return total, last, following, looked


@nb.njit(
    nb.types.Tuple((nb.float64, nb.float64, nb.float64, nb.float64, nb.int64))(
        *_PAIRS, _F8, _F8, _F8, _F8, _I1, nb.int64, _F8, _F8, _B1, nb.float64, nb.float64,
        nb.float64, nb.int64, nb.float64,
    ),
    nogil=True,
    cache=True,
)  # fmt: skip
def climb(
    indptr, site, cost, cap, price, at, way, pace, state, count, reduced, share, found, bound,
    upper, enough, turns, work,
):  # fmt: skip
    """Raise the lower bound by changing prices: a deflected subgradient with Polyak's step.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        cost: Of each pair.
        cap: Of each row; sites that are open for good have lowered it.
        price: Filled with the best prices where the bound rises.
        at: Where to begin; filled with the prices to go on with.
        way: The way so far; filled with that to go on with.
        pace: Length of the next step as a share of Polyak's, turns so far, turns since the bound
            rose; kept up to date.
        state: 0 for each site that may be opened.
        count: How many of those to open.
        reduced: Filled with the reduced costs at the best prices where the bound rises.
        share: Kept up to date: how often each site was open of late, 0 to 1.
        found: Filled with the best sites met on the way, where they are better than ``upper``.
        bound: The bound so far.
        upper: Total of the best solution known.
        enough: Bound at which to stop.
        turns: Most steps.
        work: About how many pairs to look at before returning.

    Returns:
        The bound; where it rose, the reduced costs of the dearest site opened and the cheapest
        one not opened there; the total of the best solution known now; how many turns are left,
        0 where more are of no use.
    """
    n, m = len(cap), len(reduced)
    now = np.empty(m)
    is_open = np.zeros(m, dtype=np.bool_)
    slack = np.empty(n)
    last, following = -np.inf, np.inf
    since_look = _LOOK_EVERY
    while turns > 0 and work > 0.0:
        turns -= 1
        total, dearest, cheapest, looked = relax(
            indptr, site, cost, cap, at, state, count, now, is_open, slack
        )
        work -= 2.0 * looked + 4.0 * (n + m)
        memory = _MEMORY + _MORE_MEMORY * min(1.0, pace[1] / _RAMP)
        keep = memory if pace[1] > 0.0 else 0.0
        pace[1] += 1.0
        for j in range(m):
            share[j] = keep * share[j] + (1.0 - keep) * is_open[j]
        since_look += 1
        if total > bound:
            if total > bound + 1e-7 * abs(bound):
                pace[2] = 0.0
            bound, last, following = total, dearest, cheapest
            price[:] = at
            reduced[:] = now
            if since_look > _LOOK_EVERY:
                since_look = 0
                value = serve(indptr, site, cost, cap, is_open)
                if value < upper:
                    upper = value
                    found[:] = is_open
        else:
            pace[2] += 1.0
        if bound >= enough:
            return bound, last, following, upper, 0
        if pace[2] >= _PATIENCE:
            pace[2] = 0.0
            pace[0] *= _SHORTER
            if pace[0] < _SHORTEST:
                return bound, last, following, upper, 0
            at[:] = price
        length = 0.0
        for i in range(n):
            if (at[i] >= cap[i] and slack[i] > 0.0) or (at[i] <= 0.0 and slack[i] < 0.0):
                slack[i] = 0.0
            way[i] = memory * way[i] + (1.0 - memory) * slack[i]
            if (at[i] >= cap[i] and way[i] > 0.0) or (at[i] <= 0.0 and way[i] < 0.0):
                way[i] = 0.0
            length += way[i] * way[i]
        if length < _NO_WAY:
            return bound, last, following, upper, 0
        rise = upper - total if upper < np.inf else 0.2 * abs(total) + 1.0
        step = pace[0] * max(rise, 1e-9 * abs(total)) / length
        for i in range(n):
            at[i] = min(cap[i], max(0.0, at[i] + step * way[i]))
    return bound, last, following, upper, turns
